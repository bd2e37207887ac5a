package redshift

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redshift-go/redshift/models"
)

// Reasons why a wait for a snapshot ended early, for errors.Is. The error is a [SnapshotWaitError].
var (
	// ErrSnapshotFailed: Redshift could not take the snapshot.
	ErrSnapshotFailed = errors.New("the snapshot failed")
	// ErrSnapshotDeleted: the snapshot was deleted during the wait. Another snapshot may have its name now.
	ErrSnapshotDeleted = errors.New("the snapshot was deleted")
	// ErrNotOneSnapshot: the parameters match no snapshot, or several.
	ErrNotOneSnapshot = errors.New("the parameters do not match exactly one snapshot")
)

// SnapshotWaitError is the [WaitError] of the waits for snapshots.
type SnapshotWaitError = WaitError[models.Snapshot]

// WaitSnapshotAvailable polls DescribeClusterSnapshots until the snapshot that the parameters describe is available, and returns
// the snapshot. The status "final snapshot" counts as available. The wait ends when ctx is done.
//
// The parameters usually have only a SnapshotIdentifier. Parameters that name no snapshot are an error. The wait ends
// early, with a [SnapshotWaitError], if
//   - the snapshot failed ([ErrSnapshotFailed]), or was deleted, even if another snapshot has its name now ([ErrSnapshotDeleted]),
//   - the parameters match no snapshot, or several,
//   - Redshift refuses a call, or is unavailable for longer than MaxOutage.
//
// If a wait ended early, you can wait again, because a wait changes nothing. WaitProgress.Resource is a models.Snapshot.
func (c *Client) WaitSnapshotAvailable(
	ctx context.Context, params *DescribeClusterSnapshotsParams, options WaitOptions,
) (models.Snapshot, error) {
	wait := c.snapshotPoller("a snapshot", params, options)
	wait.watch.accept = snapshotAvailable

	return wait.run(ctx)
}

// WaitSnapshotDeleted polls DescribeClusterSnapshots until no snapshot matches the parameters, or until the status of the snapshot
// is deleted. It also succeeds if another snapshot has the name now. It returns the deleted snapshot as the last poll that found it
// showed it, or the zero value if no poll found it. The wait ends when ctx is done.
//
// The wait deletes nothing: call DeleteClusterSnapshot first, or wait for the end of a retention period. A snapshot that does not
// exist counts as deleted. So check the spelling of the SnapshotIdentifier. Parameters that name no snapshot are an error. The wait
// ends early, with a [SnapshotWaitError], if
//   - the parameters match several snapshots,
//   - Redshift refuses a call, or is unavailable for longer than MaxOutage.
//
// WaitProgress.Resource is a models.Snapshot.
func (c *Client) WaitSnapshotDeleted(
	ctx context.Context, params *DescribeClusterSnapshotsParams, options WaitOptions,
) (models.Snapshot, error) {
	wait := c.snapshotPoller("the end of a snapshot", params, options)
	wait.uses = nil
	wait.watch.untilGone = true
	wait.watch.accept = func(snapshot *models.Snapshot) (bool, error) {
		return snapshot.Status == models.SnapshotStatusDeleted, nil
	}

	return wait.run(ctx)
}

// snapshotPoller returns a poller of the one snapshot that the parameters describe.
func (c *Client) snapshotPoller(subject string, params *DescribeClusterSnapshotsParams, options WaitOptions) *poller[models.Snapshot] {
	wait := &poller[models.Snapshot]{
		subject:  subject,
		options:  options,
		uses:     []string{optionExpectNew},
		shared:   c.sharedState(),
		describe: func(ctx context.Context) (models.Snapshot, error) { return c.describeOneSnapshot(ctx, params) },
		watch:    watch[models.Snapshot]{traits: &snapshotTraits},
	}
	if params == nil || !namesSnapshots(params) {
		wait.invalid = errors.New("the parameters name no snapshot, set SnapshotIdentifier or SnapshotArn")
	} else {
		wait.watch.expectNew = options.ExpectNew || c.recentlyCreated(snapshotKind, params.SnapshotIdentifier+params.SnapshotArn)
	}

	return wait
}

// snapshotTraits has the traits of a snapshot. A copy has the creation time of its source, so equal times prove nothing. Different times
// prove that the snapshots differ.
var snapshotTraits = traits[models.Snapshot]{
	status:   func(snapshot *models.Snapshot) string { return string(snapshot.Status) },
	fraction: snapshotFraction,
	created:  func(snapshot *models.Snapshot) time.Time { return snapshot.SnapshotCreateTime },
	name:     func(snapshot *models.Snapshot) string { return snapshot.SnapshotIdentifier },
	missing:  snapshotIsMissing,
	deleted:  snapshotDeleted,
}

// snapshotDeleted returns the error of a snapshot that is missing after a poll showed it. A snapshot that a filter does not
// match any more may still exist.
func snapshotDeleted(_ *models.Snapshot, err error) error {
	if errors.Is(err, errNoSnapshot) {
		return err
	}

	return fmt.Errorf("%w: %w", ErrSnapshotDeleted, err)
}

// snapshotAvailable reports whether a snapshot is available, or returns the reason why it will not be.
func snapshotAvailable(snapshot *models.Snapshot) (bool, error) {
	switch snapshot.Status {
	case models.SnapshotStatusAvailable, models.SnapshotStatusFinalSnapshot:
		return true, nil
	case models.SnapshotStatusFailed:
		return false, ErrSnapshotFailed
	case models.SnapshotStatusDeleted:
		return false, ErrSnapshotDeleted
	default:
		return false, nil
	}
}

// snapshotFraction returns the part of a snapshot that is taken, by size or, if the size is not known, by time.
func snapshotFraction(snapshot *models.Snapshot) float64 {
	switch total := snapshot.ActualIncrementalBackupSizeInMegaBytes; {
	case snapshot.Status == models.SnapshotStatusAvailable, snapshot.Status == models.SnapshotStatusFinalSnapshot:
		return 1
	case total > 0:
		return fraction(snapshot.BackupProgressInMegaBytes, total)
	case snapshot.ElapsedTimeInSeconds > 0 && snapshot.EstimatedSecondsToCompletion > 0:
		elapsed := float64(snapshot.ElapsedTimeInSeconds)

		return fraction(elapsed, elapsed+float64(snapshot.EstimatedSecondsToCompletion))
	default:
		return 0
	}
}

// namesSnapshots reports whether parameters restrict the snapshots that they match.
func namesSnapshots(params *DescribeClusterSnapshotsParams) bool {
	texts := params.SnapshotIdentifier + params.SnapshotArn + params.ClusterIdentifier + params.OwnerAccount + string(params.SnapshotType)
	times := !params.StartTime.IsZero() || !params.EndTime.IsZero()

	return texts != "" || times || len(params.TagKeys)+len(params.TagValues) > 0
}

// errNoSnapshot is the ErrNotOneSnapshot of parameters that match no snapshot.
var errNoSnapshot = fmt.Errorf("%w: they match none", ErrNotOneSnapshot)

func snapshotIsMissing(err error) bool {
	return errors.Is(err, models.ErrClusterSnapshotNotFound) || errors.Is(err, errNoSnapshot)
}

// describeOneSnapshot returns the only snapshot that matches the parameters.
func (c *Client) describeOneSnapshot(ctx context.Context, params *DescribeClusterSnapshotsParams) (models.Snapshot, error) {
	result, err := c.DescribeClusterSnapshots(ctx, params)
	if err != nil {
		return models.Snapshot{}, err
	}
	if result == nil {
		return models.Snapshot{}, noResult("DescribeClusterSnapshots")
	}

	return onlyOne(result.Snapshots, result.Marker, errNoSnapshot, ErrNotOneSnapshot)
}
