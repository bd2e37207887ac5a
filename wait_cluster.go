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

// Why a wait for a restored cluster ended without it, for errors.Is. The error itself is a [ClusterRestoreError].
var (
	// ErrRestoreFailed: Redshift could not restore the cluster, or the table.
	ErrRestoreFailed = errors.New("the restore failed")
	// ErrClusterUnusable: the cluster is in a state that does not become available by itself, such as paused, deleting or
	// incompatible-network.
	ErrClusterUnusable = errors.New("the cluster does not become available by itself")
	// ErrNotOneCluster: the parameters match no cluster, or several.
	ErrNotOneCluster = errors.New("the parameters do not match exactly one cluster")
)

// ClusterRestoreWait says how to wait for a restored cluster. The zero value is fine. How long to wait at most is up to
// the context: a restore takes minutes to hours.
type ClusterRestoreWait struct {
	// The delay before the second poll. Each later one is half as long again, up to MaxDelay.
	// Default: 5 seconds.
	MinDelay time.Duration

	// The longest delay between two polls.
	// Default: 30 seconds, or MinDelay where that is longer.
	MaxDelay time.Duration

	// How long Redshift may be out of reach before the wait ends, as in [SnapshotWait].
	// Default: 10 minutes. Negative: not at all.
	MaxOutage time.Duration

	// Called after every poll that shows the cluster, the last one included, in the goroutine that waits.
	Progress func(ClusterRestoreProgress)

	// Be content as soon as the cluster is available. It answers queries then, but some of its data may still be on the
	// way, and those that need it take longer. By default the wait goes on until all is there.
	AvailableSuffices bool

	// The cluster was restored just now: up to five answers in a row that there is none are taken as "not yet", instead of
	// ending the wait. A [Client] sets it for clusters that it restored in the last minute.
	New bool
}

// ClusterRestoreProgress is what a wait has seen so far.
type ClusterRestoreProgress struct {
	Cluster models.Cluster // as Redshift described it just now
	Polls   int            // how many times Redshift was asked
	Waited  time.Duration  // since the wait began
}

// Fraction returns how much of the data is there, from 0 to 1, as far as Redshift's figures tell.
func (p ClusterRestoreProgress) Fraction() float64 {
	restore := p.Cluster.RestoreStatus
	switch {
	case restore == nil:
		return 0
	case restore.Status == models.RestoreStatusTypeCompleted:
		return 1
	default:
		return fraction(restore.ProgressInMegaBytes, restore.SnapshotSizeInMegaBytes)
	}
}

// fraction is how much of the total the progress is, 0 where the total is not known.
func fraction(progress, total int64) float64 {
	if total <= 0 {
		return 0
	}

	return min(max(float64(progress)/float64(total), 0), 1)
}

// ClusterRestoreError is the [WaitError] of [Client.WaitClusterRestored].
type ClusterRestoreError = WaitError[models.Cluster]

// WaitClusterRestored polls DescribeClusters until the cluster that the parameters describe is available and its restore
// is completed, and returns it. A cluster that was never restored is there once it is available. It waits as long as the
// context lets it.
//
// Parameters are most often just a ClusterIdentifier; without it and without tags it is an error. The wait ends at once,
// with a [ClusterRestoreError], when the restore failed, when the cluster is in a state that it does not leave by itself or
// is not there, when the parameters match several, and when Redshift refuses a call. It goes on while Redshift is out
// of reach, for as long as MaxOutage says. A wait changes nothing: where it ended early, another can go on.
func (c *Client) WaitClusterRestored(ctx context.Context, params *DescribeClustersParams, wait ClusterRestoreWait) (models.Cluster, error) {
	return WaitClusterRestored(ctx, c, params, wait)
}

// WaitClusterRestored is [Client.WaitClusterRestored] for anything that has the one operation, a [ClientService] or a stub
// for example.
func WaitClusterRestored(ctx context.Context, api DescribeClustersAPI, params *DescribeClustersParams, wait ClusterRestoreWait) (models.Cluster, error) {
	if client, ok := api.(*Client); ok && params != nil && client.justAskedFor(newCluster, params.ClusterIdentifier) {
		wait.New = true
	}
	patience := patience{isNew: wait.New}
	poll := waiting[models.Cluster]{
		pace:     pace{"ClusterRestoreWait", wait.MinDelay, wait.MaxDelay, wait.MaxOutage},
		describe: func(ctx context.Context) (models.Cluster, error) { return describeOneCluster(ctx, api, params) },
		progress: func(last models.Cluster, polls int, waited time.Duration) {
			if wait.Progress != nil {
				wait.Progress(ClusterRestoreProgress{last, polls, waited})
			}
		},
		verdict: func(last models.Cluster, err error) (bool, error) {
			switch missing := errors.Is(err, models.ErrClusterNotFound) || errors.Is(err, errNoCluster); {
			case err == nil:
				return restored(&last, wait.AvailableSuffices)
			case patience.has(last.ClusterStatus != "", missing):
				return false, nil
			default:
				return false, err
			}
		},
	}
	switch {
	case api == nil:
		poll.unasked = errNobodyToAsk
	case params == nil || params.ClusterIdentifier == "" && len(params.TagKeys)+len(params.TagValues) == 0:
		poll.unasked = errors.New("the parameters name none, set ClusterIdentifier")
	}

	return poll.poll(ctx)
}

// unusable are the states of a cluster that it does not leave by itself for one in which it is available.
var unusable = []models.ClusterStatus{
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

// restored tells whether a cluster is there, or why it will not be.
func restored(cluster *models.Cluster, availableSuffices bool) (bool, error) {
	var restore models.RestoreStatusType
	if cluster.RestoreStatus != nil {
		restore = cluster.RestoreStatus.Status
	}
	switch {
	case restore == models.RestoreStatusTypeFailed, cluster.ClusterStatus == models.ClusterStatusIncompatibleRestore:
		return false, ErrRestoreFailed
	case slices.Contains(unusable, cluster.ClusterStatus):
		return false, ErrClusterUnusable
	case !strings.HasPrefix(string(cluster.ClusterStatus), string(models.ClusterStatusAvailable)): // which may have ", resize-cleanup" behind
		return false, nil
	default:
		return availableSuffices || restore == "" || restore == models.RestoreStatusTypeCompleted, nil
	}
}

// errNoCluster is ErrNotOneCluster for none at all.
var errNoCluster = fmt.Errorf("%w: there is none", ErrNotOneCluster)

// describeOneCluster returns the only cluster that matches the parameters.
func describeOneCluster(ctx context.Context, api DescribeClustersAPI, params *DescribeClustersParams) (models.Cluster, error) {
	result, err := api.DescribeClusters(ctx, params)
	if err != nil {
		return models.Cluster{}, err
	}
	if result == nil {
		return models.Cluster{}, errNoAnswer
	}

	return onlyOne(result.Clusters, result.Marker, errNoCluster, ErrNotOneCluster)
}
