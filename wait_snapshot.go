package redshift

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redshift-go/redshift/models"
)

// Why a wait for a snapshot ended without what it waited for, for errors.Is. The error itself is a [SnapshotWaitError].
var (
	// ErrSnapshotFailed: Redshift could not take the snapshot.
	ErrSnapshotFailed = errors.New("the snapshot failed")
	// ErrSnapshotDeleted: somebody deleted the snapshot.
	ErrSnapshotDeleted = errors.New("the snapshot was deleted")
	// ErrNotOneSnapshot: the parameters match no snapshot, or several.
	ErrNotOneSnapshot = errors.New("the parameters do not match exactly one snapshot")
)

// SnapshotWait says how to wait for a snapshot. The zero value is fine. How long to wait at most is up to the context: a
// snapshot takes minutes to hours.
type SnapshotWait struct {
	// The delay before the second poll. Each later one is half as long again, up to MaxDelay.
	// Default: 5 seconds.
	MinDelay time.Duration

	// The longest delay between two polls.
	// Default: 30 seconds, or MinDelay where that is longer.
	MaxDelay time.Duration

	// How long Redshift may be out of reach before the wait ends, once it has answered a poll: polls that are throttled, get
	// no answer, or one with a status of 500 or above, each after all of its attempts.
	// Default: 10 minutes. Negative: the first such poll ends the wait.
	MaxOutage time.Duration

	// Called after every poll that shows the snapshot, the last one included, in the goroutine that waits.
	Progress func(SnapshotProgress)

	// The snapshot was created just now: up to five answers in a row that there is none are taken as "not yet", instead
	// of ending the wait. A [Client] sets it for snapshots that it created or copied in the last minute.
	New bool
}

// SnapshotDeletionWait says how to wait until a snapshot is gone. The zero value is fine. How long to wait at most is up
// to the context: nothing else ends the wait for a snapshot that nobody deletes.
type SnapshotDeletionWait struct {
	// The delay before the second poll. Each later one is half as long again, up to MaxDelay.
	// Default: 5 seconds.
	MinDelay time.Duration

	// The longest delay between two polls.
	// Default: 30 seconds, or MinDelay where that is longer.
	MaxDelay time.Duration

	// How long Redshift may be out of reach before the wait ends, as in [SnapshotWait].
	// Default: 10 minutes. Negative: not at all.
	MaxOutage time.Duration

	// Called after every poll that shows the snapshot, in the goroutine that waits. Where it is gone, there is nothing to
	// show.
	Progress func(SnapshotProgress)
}

// SnapshotProgress is what a wait has seen so far.
type SnapshotProgress struct {
	Snapshot models.Snapshot // as Redshift described it just now
	Polls    int             // how many times Redshift was asked
	Waited   time.Duration   // since the wait began
}

// Fraction returns how much of taking the snapshot is done, from 0 to 1, as far as Redshift's figures tell.
func (p SnapshotProgress) Fraction() float64 {
	snapshot := p.Snapshot
	switch total := snapshot.ActualIncrementalBackupSizeInMegaBytes; {
	case snapshot.Status == models.SnapshotStatusAvailable:
		return 1
	case total > 0:
		return min(max(snapshot.BackupProgressInMegaBytes/total, 0), 1)
	case snapshot.ElapsedTimeInSeconds > 0 && snapshot.EstimatedSecondsToCompletion > 0:
		elapsed := float64(snapshot.ElapsedTimeInSeconds)

		return elapsed / (elapsed + float64(snapshot.EstimatedSecondsToCompletion))
	default:
		return 0
	}
}

// SnapshotWaitError is the [WaitError] of [Client.WaitSnapshotAvailable] and [Client.WaitSnapshotDeleted]. It has the snapshot
// as it was seen Last, how many Polls there were, how long it Waited, and in Err the reason.
type SnapshotWaitError = WaitError[models.Snapshot]

// WaitSnapshotAvailable polls DescribeClusterSnapshots until the snapshot that the parameters describe is available (or
// a "final snapshot", which is available too), and returns it. It waits as long as the context lets it.
//
// Parameters are most often just a SnapshotIdentifier; without any it is an error. The wait ends at once, with a
// [SnapshotWaitError], when the snapshot failed, was deleted or is not there, when the parameters match several, and when
// Redshift refuses a call. It goes on while Redshift is out of reach, for as long as MaxOutage says. A wait changes
// nothing: where it ended early, another can go on.
func (c *Client) WaitSnapshotAvailable(ctx context.Context, params *DescribeClusterSnapshotsParams, wait SnapshotWait) (models.Snapshot, error) {
	return WaitSnapshotAvailable(ctx, c, params, wait)
}

// WaitSnapshotAvailable is [Client.WaitSnapshotAvailable] for anything that has the one operation, a [ClientService] or a
// stub for example.
func WaitSnapshotAvailable(ctx context.Context, api DescribeClusterSnapshotsAPI, params *DescribeClusterSnapshotsParams, wait SnapshotWait) (models.Snapshot, error) {
	if client, ok := api.(*Client); ok && params != nil && client.justAskedFor(newSnapshot, params.SnapshotIdentifier+params.SnapshotArn) {
		wait.New = true
	}
	patience := patience{isNew: wait.New}
	available := func(last models.Snapshot, err error) (bool, error) {
		if err != nil {
			if patience.has(last.Status != "", snapshotIsMissing(err)) {
				return false, nil
			}

			return false, err
		}
		switch last.Status {
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

	return waitForSnapshot(ctx, api, params, pace{"SnapshotWait", wait.MinDelay, wait.MaxDelay, wait.MaxOutage}, wait.Progress, available)
}

// WaitSnapshotDeleted polls DescribeClusterSnapshots until it finds no snapshot that the parameters describe, or shows it
// as deleted. It waits as long as the context lets it, and returns the snapshot as it was seen last, the zero one if it
// never was.
//
// It deletes nothing: call DeleteClusterSnapshot before, or wait for the end of a retention period. What is not there
// counts as deleted, so a misspelt SnapshotIdentifier does too; parameters that name nothing at all are an error. The wait
// ends at once, with a [SnapshotWaitError], when the parameters match several snapshots, and when Redshift
// refuses a call. It goes on while Redshift is out of reach, for as long as MaxOutage says.
func (c *Client) WaitSnapshotDeleted(ctx context.Context, params *DescribeClusterSnapshotsParams, wait SnapshotDeletionWait) (models.Snapshot, error) {
	return WaitSnapshotDeleted(ctx, c, params, wait)
}

// WaitSnapshotDeleted is [Client.WaitSnapshotDeleted] for anything that has the one operation, a [ClientService] or a
// stub for example.
func WaitSnapshotDeleted(ctx context.Context, api DescribeClusterSnapshotsAPI, params *DescribeClusterSnapshotsParams, wait SnapshotDeletionWait) (models.Snapshot, error) {
	gone := func(last models.Snapshot, err error) (bool, error) {
		switch {
		case err == nil:
			return last.Status == models.SnapshotStatusDeleted, nil
		case snapshotIsMissing(err):
			return true, nil
		default:
			return false, err
		}
	}

	return waitForSnapshot(ctx, api, params, pace{"SnapshotDeletionWait", wait.MinDelay, wait.MaxDelay, wait.MaxOutage}, wait.Progress, gone)
}

// waitForSnapshot describes the one snapshot again and again.
func waitForSnapshot(
	ctx context.Context, api DescribeClusterSnapshotsAPI, params *DescribeClusterSnapshotsParams, pace pace,
	progress func(SnapshotProgress), verdict func(last models.Snapshot, err error) (done bool, reason error),
) (models.Snapshot, error) {
	wait := waiting[models.Snapshot]{
		pace:     pace,
		describe: func(ctx context.Context) (models.Snapshot, error) { return describeOneSnapshot(ctx, api, params) },
		progress: func(last models.Snapshot, polls int, waited time.Duration) {
			if progress != nil {
				progress(SnapshotProgress{last, polls, waited})
			}
		},
		verdict: verdict,
	}
	switch {
	case api == nil:
		wait.unasked = errNobodyToAsk
	case params == nil || !namesSnapshots(params):
		wait.unasked = errors.New("the parameters name none, set SnapshotIdentifier or SnapshotArn")
	}

	return wait.poll(ctx)
}

// namesSnapshots tells whether parameters say anything about the snapshots that they are for.
func namesSnapshots(params *DescribeClusterSnapshotsParams) bool {
	texts := params.SnapshotIdentifier + params.SnapshotArn + params.ClusterIdentifier + params.OwnerAccount + string(params.SnapshotType)
	times := !params.StartTime.IsZero() || !params.EndTime.IsZero()

	return texts != "" || times || len(params.TagKeys)+len(params.TagValues) > 0
}

// errNoSnapshot is ErrNotOneSnapshot for none at all.
var errNoSnapshot = fmt.Errorf("%w: there is none", ErrNotOneSnapshot)

func snapshotIsMissing(err error) bool {
	return errors.Is(err, models.ErrClusterSnapshotNotFound) || errors.Is(err, errNoSnapshot)
}

// describeOneSnapshot returns the only snapshot that matches the parameters.
func describeOneSnapshot(ctx context.Context, api DescribeClusterSnapshotsAPI, params *DescribeClusterSnapshotsParams) (models.Snapshot, error) {
	result, err := api.DescribeClusterSnapshots(ctx, params)
	if err != nil {
		return models.Snapshot{}, err
	}
	if result == nil {
		return models.Snapshot{}, errNoAnswer
	}

	return onlyOne(result.Snapshots, result.Marker, errNoSnapshot, ErrNotOneSnapshot)
}
