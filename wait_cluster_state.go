package redshift

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/models"
)

// WaitClusterAvailable polls DescribeClusters until the cluster that the parameters describe is available and no change of it is pending,
// and returns it. Call it after CreateCluster, ModifyCluster, RebootCluster or ResumeCluster. After a restore, WaitClusterRestored also
// waits for the data. After a resize, WaitClusterResized also reports failure. The wait ends when ctx is done.
//
// A cluster is available if its ClusterStatus is available and its ClusterAvailabilityStatus is Available or absent. The status
// "available, resize-cleanup" counts too. While PendingModifiedValues has a value, or the status is "available, prep-for-resize", a change
// is pending. ClusterVersion and MaintenanceTrackName do not count, because they wait for the next maintenance.
//
// The parameters usually have only a ClusterIdentifier. Parameters without it and without tags are an error. The wait ends early, with a
// [ClusterWaitError], if
//   - the cluster is in a state that it does not leave automatically, such as deleting or incompatible-network,
//   - the cluster is paused, and more than 5 polls in a row show no resume,
//   - the cluster was deleted (also if another cluster has its identifier now) or renamed,
//   - the parameters match no cluster, or several,
//   - RenamedFrom is set, and more than 5 polls in a row show no rename ([ErrClusterNotRenamed]),
//   - Redshift refuses a call, or is unavailable for longer than MaxOutage.
//
// After a rename, the parameters have the new identifier, and RenamedFrom the previous one.
//
// A wait changes nothing. After an early end, another wait can continue. WaitProgress.Resource is a models.Cluster.
func (c *Client) WaitClusterAvailable(ctx context.Context, params *DescribeClustersParams, options WaitOptions) (models.Cluster, error) {
	wait := c.clusterPoller("an available cluster", params, options)
	wait.uses = append(wait.uses, optionRenamedFrom)
	previous := strings.ToLower(options.RenamedFrom)
	hasPrevious := func(cluster *models.Cluster) bool {
		return previous != "" && strings.ToLower(cluster.ClusterIdentifier) == previous
	}
	isOver := func(cluster *models.Cluster) bool {
		return clusterAvailable(cluster) && !changePending(cluster) && !hasPrevious(cluster)
	}
	wait.watch.traits = clusterTraitsUntil(isOver)
	switch {
	case previous == "":
	case params == nil || params.ClusterIdentifier == "" || strings.EqualFold(params.ClusterIdentifier, previous):
		wait.invalid = errors.New("the parameters must name the new identifier if WaitOptions.RenamedFrom is set")
	default:
		wait.describe = c.describeRenamed(previous, wait.describe)
	}
	var paused, renamed idleTolerance
	wait.watch.accept = func(cluster *models.Cluster) (bool, error) {
		if renamed.exceeded(false, hasPrevious(cluster) && clusterAvailable(cluster) && !changePending(cluster)) {
			return false, ErrClusterNotRenamed
		}
		isPaused := cluster.ClusterStatus == models.ClusterStatusPaused
		switch stuck := paused.exceeded(!isPaused, isPaused); {
		case isPaused && !stuck:
			return false, nil
		case unusable(cluster) != nil:
			return false, unusable(cluster)
		default:
			return isOver(cluster), nil
		}
	}

	return wait.run(ctx)
}

// describeRenamed returns a function that describes a cluster by its previous identifier if the new one does not exist. Between the two,
// a moment may have neither: the last description then counts for up to 5 polls.
func (c *Client) describeRenamed(
	previous string, describe func(context.Context) (models.Cluster, error),
) func(context.Context) (models.Cluster, error) {
	var last *models.Cluster
	missed := 0

	return func(ctx context.Context) (models.Cluster, error) {
		found, err := describe(ctx)
		if err == nil || !clusterIsMissing(err) {
			return found, err
		}
		before, previousErr := c.describeOneCluster(ctx, &DescribeClustersParams{ClusterIdentifier: previous})
		switch {
		case previousErr == nil:
			last, missed = &before, 0

			return before, nil
		case !clusterIsMissing(previousErr):
			return before, previousErr
		case last != nil && missed < notFoundTolerance:
			missed++

			return *last, nil
		default:
			return found, err
		}
	}
}

// changePending reports whether a change of an available cluster is about to begin.
func changePending(cluster *models.Cluster) bool {
	if cluster.ClusterStatus == models.ClusterStatusAvailablePrepForResize {
		return true
	}
	if cluster.PendingModifiedValues == nil {
		return false
	}
	pending := *cluster.PendingModifiedValues
	pending.ClusterVersion, pending.MaintenanceTrackName = "", "" // these wait for the next maintenance
	if !isRenamed(cluster) {
		pending.ClusterIdentifier = ""
	}

	return pending != models.PendingModifiedValues{}
}

// WaitClusterPaused polls DescribeClusters until the cluster that the parameters describe is paused, and returns it. Redshift takes a
// snapshot first. The wait ends when ctx is done.
//
// The wait pauses nothing: call PauseCluster first. The parameters usually have only a ClusterIdentifier. Parameters without it and without
// tags are an error. The wait ends early, with a [ClusterWaitError], if
//   - nothing pauses the cluster: more than 5 polls in a row show it available, or a poll shows it available after pausing
//     ([ErrClusterNotPaused]),
//   - its state prevents a pause, such as deleting or hardware-failure ([ErrClusterNotPaused]),
//   - the cluster was deleted (also if another cluster has its identifier now) or renamed,
//   - the parameters match no cluster, or several,
//   - Redshift refuses a call, or is unavailable for longer than MaxOutage.
//
// After an early end, another wait can continue. WaitProgress.Resource is a models.Cluster.
func (c *Client) WaitClusterPaused(ctx context.Context, params *DescribeClustersParams, options WaitOptions) (models.Cluster, error) {
	wait := c.clusterPoller("a paused cluster", params, options)
	isPaused := func(cluster *models.Cluster) bool { return cluster.ClusterStatus == models.ClusterStatusPaused }
	wait.watch.traits = clusterTraitsUntil(isPaused)
	var available idleTolerance
	wait.watch.accept = func(cluster *models.Cluster) (bool, error) {
		stuck := available.exceeded(cluster.ClusterStatus == clusterStatusPausing, statusAvailable(cluster))
		switch {
		case isPaused(cluster):
			return true, nil
		case unusable(cluster) != nil:
			return false, ErrClusterNotPaused
		case stuck:
			return false, errNoPause
		default:
			return false, nil
		}
	}

	return wait.run(ctx)
}

// errNoPause is the ErrClusterNotPaused of a cluster that could be paused.
var errNoPause = fmt.Errorf("%w, call PauseCluster", ErrClusterNotPaused)

// WaitClusterDeleted polls DescribeClusters until no cluster matches the parameters. It also succeeds if another cluster has the
// identifier of the deleted one. It returns the deleted cluster as a poll last showed it, or a zero one if no poll did. The final
// snapshot, if any, is taken before. The wait ends when ctx is done.
//
// The wait deletes nothing: call DeleteCluster first. A cluster that does not exist counts as deleted. Check the ClusterIdentifier,
// because a misspelt one counts too. Parameters without it and without tags are an error. The wait ends early, with a
// [ClusterWaitError], if
//   - nothing deletes the cluster: more than 5 polls in a row show it in another state that it does not leave automatically, such as
//     available or paused, or a poll shows such a state after deleting ([ErrClusterNotDeleted]),
//   - the cluster was renamed ([ErrClusterRenamed]),
//   - the parameters match several clusters,
//   - Redshift refuses a call, or is unavailable for longer than MaxOutage.
//
// WaitProgress.Resource is a models.Cluster.
func (c *Client) WaitClusterDeleted(ctx context.Context, params *DescribeClustersParams, options WaitOptions) (models.Cluster, error) {
	wait := c.clusterPoller("the end of a cluster", params, options)
	wait.uses = nil
	wait.watch.untilGone = true
	wait.watch.traits = clusterTraitsUntil(func(*models.Cluster) bool { return false })
	var kept idleTolerance
	wait.watch.accept = func(cluster *models.Cluster) (bool, error) {
		isDeleting := slices.Contains(deletingStatuses, cluster.ClusterStatus)
		isIdle := !isDeleting && (statusAvailable(cluster) || slices.Contains(unusableStatuses, cluster.ClusterStatus))
		if kept.exceeded(isDeleting, isIdle) {
			return false, ErrClusterNotDeleted
		}

		return false, nil
	}

	return wait.run(ctx)
}

// deletingStatuses lists the states of a cluster that is being deleted.
var deletingStatuses = []models.ClusterStatus{models.ClusterStatusDeleting, models.ClusterStatusFinalSnapshot}
