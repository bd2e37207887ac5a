package redshift

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/redshift-go/redshift/models"
)

// Reasons why a wait for a resize ended early, for errors.Is. The error is a [ClusterWaitError].
var (
	// ErrResizeFailed: Redshift could not resize the cluster.
	ErrResizeFailed = errors.New("the resize failed")
	// ErrResizeCanceled: the resize was canceled.
	ErrResizeCanceled = errors.New("the resize was canceled")
	// ErrNoResize: the cluster has no resize. If the error also matches models.ErrResizeNotFound, it never had one.
	ErrNoResize = errors.New("the cluster has no resize, call ResizeCluster")
)

// WaitClusterResized polls DescribeClusters and DescribeResize until the last resize of the cluster that the parameters describe has
// succeeded and the cluster is available, and returns the cluster. Call it after ResizeCluster, or after a ModifyCluster that changes the
// nodes. It is for elastic and for classic resizes. It also waits for the end of the state "available, resize-cleanup". The wait ends
// when ctx is done.
//
// The parameters usually have only a ClusterIdentifier. Parameters without it and without tags are an error. The wait ends early, with a
// [ClusterWaitError], if
//   - the resize failed ([ErrResizeFailed], with Redshift's message) or was canceled ([ErrResizeCanceled]),
//   - more than 5 polls in a row show no resize ([ErrNoResize]),
//   - the cluster is in a state that it does not leave automatically, was deleted or was renamed,
//   - the parameters match no cluster, or several,
//   - Redshift refuses a call, or is unavailable for longer than MaxOutage.
//
// Redshift describes a resize that ended until the next one begins. So a wait without a new resize returns the result of the last one.
// If the outcome of ResizeCluster is unknown, compare the NodeType and the NumberOfNodes of the returned cluster with the requested ones.
//
// A wait changes nothing. After an early end, another wait can continue. WaitProgress.Resource is a models.Cluster. WaitProgress.Status and
// WaitProgress.Fraction are the status and the progress of the resize.
func (c *Client) WaitClusterResized(ctx context.Context, params *DescribeClustersParams, options WaitOptions) (models.Cluster, error) {
	wait := c.clusterPoller("a resized cluster", params, options)
	resize := &resizeWatch{client: c}
	describe := wait.describe
	wait.describe = func(ctx context.Context) (models.Cluster, error) {
		cluster, err := describe(ctx)
		if err == nil {
			err = resize.poll(ctx, cmp.Or(cluster.ClusterIdentifier, params.ClusterIdentifier))
		}

		return cluster, err
	}
	wait.watch.traits = resize.traits()
	wait.watch.accept = resize.accept

	return wait.run(ctx)
}

// resizeWatch follows the resize of one cluster from poll to poll.
type resizeWatch struct {
	client   *Client
	last     DescribeResizeResult // zero if the cluster never had a resize
	missing  error                // the reason why last is zero, nil if it is not
	canceled bool                 // whether a poll showed that the resize is being canceled
	absent   idleTolerance
}

// poll describes the resize once.
func (r *resizeWatch) poll(ctx context.Context, cluster string) error {
	result, err := r.client.DescribeResize(ctx, &DescribeResizeParams{ClusterIdentifier: cluster})
	switch {
	case errors.Is(err, models.ErrResizeNotFound):
		r.last, r.missing = DescribeResizeResult{}, err
	case err != nil:
		return err
	case result == nil:
		return noResult("DescribeResize")
	default:
		r.last, r.missing = *result, nil
	}

	return nil
}

// Statuses of a resize that Redshift does not document.
const (
	resizeStatusCanceled  models.ResizeStatus = "CANCELED"
	resizeStatusCancelled models.ResizeStatus = "CANCELLED"
)

// accept reports whether a cluster is resized, or returns the reason why it will not be.
func (r *resizeWatch) accept(cluster *models.Cluster) (bool, error) {
	status := r.last.Status
	isRunning := isResizing(cluster) || status == models.ResizeStatusInProgress || status == models.ResizeStatusCancelling
	isAbsent := !isRunning && (status == "" || status == models.ResizeStatusNone)
	stuck := r.absent.exceeded(isRunning, isAbsent)
	isGrowing := isRunning && cluster.ClusterStatus == models.ClusterStatusStorageFull // the status can be from before the resize
	r.canceled = r.canceled || status == models.ResizeStatusCancelling || cluster.ClusterStatus == models.ClusterStatusCancellingResize
	switch {
	case unusable(cluster) != nil && !isGrowing:
		return false, unusable(cluster)
	case isRunning:
		return false, nil
	case status == models.ResizeStatusSucceeded:
		return clusterAvailable(cluster), nil
	case r.canceled, status == resizeStatusCanceled, status == resizeStatusCancelled:
		return false, withMessage(ErrResizeCanceled, r.last.Message)
	case status == models.ResizeStatusFailed:
		return false, withMessage(ErrResizeFailed, r.last.Message)
	case stuck && r.missing != nil:
		return false, fmt.Errorf("%w: %w", ErrNoResize, r.missing)
	case stuck:
		return false, ErrNoResize
	default:
		return false, nil
	}
}

// isResizing reports whether the description of a cluster shows a resize.
func isResizing(cluster *models.Cluster) bool {
	return nodesChange(cluster) || slices.Contains(resizingStatuses, cluster.ClusterStatus)
}

// nodesChange reports whether other nodes are pending.
func nodesChange(cluster *models.Cluster) bool {
	pending := cluster.PendingModifiedValues

	return pending != nil && (pending.NodeType != "" || pending.NumberOfNodes != nil || pending.ClusterType != "")
}

// resizingStatuses lists the states of a cluster that is being resized.
var resizingStatuses = []models.ClusterStatus{
	models.ClusterStatusAvailablePrepForResize,
	models.ClusterStatusAvailableResizeCleanup,
	models.ClusterStatusCancellingResize,
	models.ClusterStatusResizing,
}

func (r *resizeWatch) traits() *traits[models.Cluster] {
	result := clusterTraits
	result.status = func(*models.Cluster) string { return cmp.Or(string(r.last.Status), "no resize") }
	result.fraction = func(*models.Cluster) float64 { return resizeFraction(&r.last) }

	return &result
}

// resizeFraction returns the part of a resize that is done, by the transferred data or, if that is not known, by time.
func resizeFraction(resize *DescribeResizeResult) float64 {
	number := func(figure *int64) float64 {
		if figure == nil {
			return 0
		}

		return float64(*figure)
	}
	elapsed, left := number(resize.ElapsedTimeInSeconds), number(resize.EstimatedTimeToCompletionInSeconds)
	switch total := number(resize.TotalResizeDataInMegaBytes); {
	case resize.Status == models.ResizeStatusSucceeded:
		return 1
	case resize.DataTransferProgressPercent != nil:
		return fraction(*resize.DataTransferProgressPercent, 100)
	case total > 0:
		return fraction(number(resize.ProgressInMegaBytes), total)
	case left > 0:
		return fraction(elapsed, elapsed+left)
	default:
		return 0
	}
}
