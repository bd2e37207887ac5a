package redshift

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/models"
)

// Reasons why a wait for a cluster ended early, for errors.Is. The error is a [ClusterWaitError].
var (
	// ErrRestoreFailed: Redshift could not restore the cluster or the table.
	ErrRestoreFailed = errors.New("the restore failed")
	// ErrClusterUnusable: the cluster does not become available automatically. Its status is, for example, paused, deleting or
	// incompatible-network, or its availability status is Failed.
	ErrClusterUnusable = errors.New("the cluster does not become available automatically")
	// ErrClusterDeleted: the cluster was deleted during the wait. Another cluster may have its identifier now. A rename that no poll
	// showed looks the same.
	ErrClusterDeleted = errors.New("the cluster was deleted")
	// ErrClusterRenamed: the cluster was renamed during the wait. Wait for its new identifier.
	ErrClusterRenamed = errors.New("the cluster was renamed, wait for its new identifier")
	// ErrClusterNotDeleted: nothing deletes the cluster, or it is available again.
	ErrClusterNotDeleted = errors.New("the cluster is not being deleted, call DeleteCluster")
	// ErrClusterNotRenamed: nothing renames the cluster that WaitOptions.RenamedFrom names.
	ErrClusterNotRenamed = errors.New("the cluster is not being renamed, call ModifyCluster with NewClusterIdentifier")
	// ErrClusterNotPaused: nothing pauses the cluster, or its state prevents a pause.
	ErrClusterNotPaused = errors.New("the cluster is not being paused")
	// ErrNotOneCluster: the parameters match no cluster, or several.
	ErrNotOneCluster = errors.New("the parameters do not match exactly one cluster")
	// ErrSnapshotScheduleFailed: Redshift could not apply the snapshot schedule to the cluster.
	ErrSnapshotScheduleFailed = errors.New("the snapshot schedule could not be applied")
	// ErrNoSnapshotSchedule: the cluster has no snapshot schedule, although WaitOptions.ExpectNew expects one.
	ErrNoSnapshotSchedule = errors.New("the cluster has no snapshot schedule")
)

// ClusterWaitError is the [WaitError] of the waits for clusters.
type ClusterWaitError = WaitError[models.Cluster]

// WaitClusterRestored polls DescribeClusters until the cluster that the parameters describe is available and its restore is
// completed, and returns the cluster. It also accepts an available cluster that was never restored. A cluster is available if its
// ClusterStatus begins with available, and its ClusterAvailabilityStatus is Available or absent. The wait ends when ctx is done.
//
// The parameters usually have only a ClusterIdentifier. Parameters with neither it nor tags are an error. The wait ends early, with
// a [ClusterWaitError], if
//   - the restore failed ([ErrRestoreFailed]), or the cluster does not become available automatically ([ErrClusterUnusable]),
//   - the cluster was deleted, even if another cluster has its identifier now ([ErrClusterDeleted]), or renamed ([ErrClusterRenamed]),
//   - the parameters match no cluster, or several,
//   - Redshift refuses a call, or is unavailable for longer than MaxOutage.
//
// If a wait ended early, you can wait again, because a wait changes nothing. WaitProgress.Resource is a models.Cluster.
func (c *Client) WaitClusterRestored(ctx context.Context, params *DescribeClustersParams, options WaitOptions) (models.Cluster, error) {
	wait := c.clusterPoller("a restored cluster", params, options)
	wait.uses = append(wait.uses, optionAvailableSuffices)
	wait.watch.accept = func(cluster *models.Cluster) (bool, error) {
		return clusterRestored(cluster, options.AvailableSuffices)
	}

	return wait.run(ctx)
}

// WaitSnapshotScheduleApplied polls DescribeClusters until the last change of the cluster's snapshot schedule is applied, and
// returns the cluster. Call it after ModifyClusterSnapshotSchedule. It waits while SnapshotScheduleState is MODIFYING. It succeeds
// when the state is ACTIVE, or when the cluster has no schedule, as after a disassociation. The wait ends when ctx is done.
//
// Immediately after a schedule was associated, DescribeClusters may still show the cluster without one. So set ExpectNew after an
// association: the wait then tolerates up to 5 polls in a row without a schedule, and ends with [ErrNoSnapshotSchedule] after more.
// Do not set ExpectNew after a disassociation.
//
// The parameters usually have only a ClusterIdentifier. Parameters with neither it nor tags are an error. The wait ends early, with
// a [ClusterWaitError], if Redshift could not apply the schedule ([ErrSnapshotScheduleFailed]), if the cluster was deleted or renamed,
// if the parameters match no cluster or several, or if Redshift refuses a call or is unavailable for longer than MaxOutage.
// WaitProgress.Resource is a models.Cluster, and WaitProgress.Status is the state of its schedule.
func (c *Client) WaitSnapshotScheduleApplied(
	ctx context.Context, params *DescribeClustersParams, options WaitOptions,
) (models.Cluster, error) {
	wait := c.clusterPoller("a snapshot schedule", params, options)
	wait.watch.traits = scheduleTraits()
	var unassociated idleTolerance
	wait.watch.accept = func(cluster *models.Cluster) (bool, error) {
		associated := hasSchedule(cluster)
		switch {
		case options.ExpectNew && unassociated.exceeded(associated, !associated):
			return false, ErrNoSnapshotSchedule
		case options.ExpectNew && !associated:
			return false, nil
		case cluster.SnapshotScheduleState == models.ScheduleStateFailed:
			return false, ErrSnapshotScheduleFailed
		default:
			return scheduleApplied(cluster), nil
		}
	}

	return wait.run(ctx)
}

func hasSchedule(cluster *models.Cluster) bool {
	return cluster.SnapshotScheduleIdentifier != "" || cluster.SnapshotScheduleState != ""
}

func scheduleApplied(cluster *models.Cluster) bool {
	return cluster.SnapshotScheduleState == models.ScheduleStateActive || !hasSchedule(cluster)
}

// clusterPoller returns a poller of the one cluster that the parameters describe.
func (c *Client) clusterPoller(subject string, params *DescribeClustersParams, options WaitOptions) *poller[models.Cluster] {
	wait := &poller[models.Cluster]{
		subject:  subject,
		options:  options,
		uses:     []string{optionExpectNew},
		shared:   c.sharedState(),
		describe: func(ctx context.Context) (models.Cluster, error) { return c.describeOneCluster(ctx, params) },
		watch:    watch[models.Cluster]{traits: &clusterTraits},
	}
	if params == nil || params.ClusterIdentifier == "" && len(params.TagKeys)+len(params.TagValues) == 0 {
		wait.invalid = errors.New("the parameters name no cluster, set ClusterIdentifier")
	} else {
		wait.watch.expectNew = options.ExpectNew || c.recentlyCreated(clusterKind, params.ClusterIdentifier)
	}

	return wait
}

// clusterTraits has the traits of a cluster. It has no name function, because the identifier of a cluster can change.
var clusterTraits = traits[models.Cluster]{
	status:   func(cluster *models.Cluster) string { return string(cluster.ClusterStatus) },
	fraction: restoreFraction,
	created:  func(cluster *models.Cluster) time.Time { return cluster.ClusterCreateTime },
	identity: func(cluster *models.Cluster) string { return cluster.ClusterNamespaceArn },
	missing:  clusterIsMissing,
	deleted:  clusterDeleted,
}

// clusterTraitsUntil returns the traits of a cluster for a wait without figures: the fraction is 1 when the wait is over, 0 before.
func clusterTraitsUntil(isOver func(*models.Cluster) bool) *traits[models.Cluster] {
	result := clusterTraits
	result.fraction = func(cluster *models.Cluster) float64 {
		if isOver(cluster) {
			return 1
		}

		return 0
	}

	return &result
}

// clusterDeleted returns the error of a cluster that is missing after a poll showed it. A cluster that a filter does not match
// any more may still exist.
func clusterDeleted(last *models.Cluster, err error) error {
	switch {
	case errors.Is(err, errNoCluster):
		return err
	case isRenamed(last):
		return fmt.Errorf("%w: %w", ErrClusterRenamed, err)
	default:
		return fmt.Errorf("%w: %w", ErrClusterDeleted, err)
	}
}

// isRenamed reports whether Redshift is about to give a cluster another identifier.
func isRenamed(cluster *models.Cluster) bool {
	if pending := cluster.PendingModifiedValues; pending != nil && pending.ClusterIdentifier != "" {
		return !strings.EqualFold(pending.ClusterIdentifier, cluster.ClusterIdentifier)
	}

	return cluster.ClusterStatus == models.ClusterStatusRenaming
}

// scheduleTraits returns the traits of a cluster whose snapshot schedule is applied.
func scheduleTraits() *traits[models.Cluster] {
	result := clusterTraitsUntil(scheduleApplied)
	result.status = func(cluster *models.Cluster) string {
		if !hasSchedule(cluster) {
			return "no schedule"
		}

		return string(cluster.SnapshotScheduleState)
	}

	return result
}

// restoreFraction returns the part of a cluster's data that is restored.
func restoreFraction(cluster *models.Cluster) float64 {
	restore := cluster.RestoreStatus
	switch {
	case restore == nil && clusterAvailable(cluster), restore != nil && restore.Status == models.RestoreStatusTypeCompleted:
		return 1
	case restore == nil:
		return 0
	default:
		return fraction(float64(restore.ProgressInMegaBytes), float64(restore.SnapshotSizeInMegaBytes))
	}
}

// unusableStatuses lists the states that do not change to available automatically.
var unusableStatuses = []models.ClusterStatus{
	models.ClusterStatusDeleting,
	models.ClusterStatusFinalSnapshot,
	models.ClusterStatusHardwareFailure,
	models.ClusterStatusIncompatibleHsm,
	models.ClusterStatusIncompatibleNetwork,
	models.ClusterStatusIncompatibleParameters,
	models.ClusterStatusIncompatibleRestore,
	models.ClusterStatusPaused,
	models.ClusterStatusStorageFull,
}

// clusterRestored reports whether a cluster is restored, or returns the reason why it will not be.
func clusterRestored(cluster *models.Cluster, availableSuffices bool) (bool, error) {
	var restore models.RestoreStatusType
	if cluster.RestoreStatus != nil {
		restore = cluster.RestoreStatus.Status
	}
	switch {
	case restore == models.RestoreStatusTypeFailed:
		return false, ErrRestoreFailed
	case unusable(cluster) != nil:
		return false, unusable(cluster)
	case !clusterAvailable(cluster):
		return false, nil
	default:
		return availableSuffices || restore == "" || restore == models.RestoreStatusTypeCompleted, nil
	}
}

// unusable returns the reason why a cluster does not become available automatically, nil if it may. A resize is the remedy for the status
// storage-full.
func unusable(cluster *models.Cluster) error {
	switch {
	case cluster.ClusterStatus == models.ClusterStatusStorageFull && nodesChange(cluster):
		return nil
	case cluster.ClusterStatus == models.ClusterStatusIncompatibleRestore:
		return ErrRestoreFailed
	case cluster.ClusterStatus == models.ClusterStatusPaused:
		return errPaused
	case slices.Contains(unusableStatuses, cluster.ClusterStatus),
		cluster.ClusterAvailabilityStatus == models.ClusterAvailabilityStatusFailed:
		return ErrClusterUnusable
	default:
		return nil
	}
}

// clusterAvailable reports whether a cluster accepts queries. ClusterStatus can have a suffix, as in "available,
// resize-cleanup". With the availability status Maintenance or Modifying the cluster is only intermittently available.
func clusterAvailable(cluster *models.Cluster) bool {
	switch cluster.ClusterAvailabilityStatus {
	case "", models.ClusterAvailabilityStatusAvailable:
		return statusAvailable(cluster)
	default:
		return false
	}
}

// statusAvailable reports whether the status of a cluster is available, with or without a suffix.
func statusAvailable(cluster *models.Cluster) bool {
	return strings.HasPrefix(string(cluster.ClusterStatus), string(models.ClusterStatusAvailable))
}

// errPaused is the ErrClusterUnusable of a paused cluster.
var errPaused = fmt.Errorf("%w, call ResumeCluster", ErrClusterUnusable)

// errNoCluster is the ErrNotOneCluster of parameters that match no cluster.
var errNoCluster = fmt.Errorf("%w: they match none", ErrNotOneCluster)

func clusterIsMissing(err error) bool {
	return errors.Is(err, models.ErrClusterNotFound) || errors.Is(err, errNoCluster)
}

// describeOneCluster returns the only cluster that matches the parameters.
func (c *Client) describeOneCluster(ctx context.Context, params *DescribeClustersParams) (models.Cluster, error) {
	result, err := c.DescribeClusters(ctx, params)
	if err != nil {
		return models.Cluster{}, err
	}
	if result == nil {
		return models.Cluster{}, noResult("DescribeClusters")
	}

	return onlyOne(result.Clusters, result.Marker, errNoCluster, ErrNotOneCluster)
}
