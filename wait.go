package redshift

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"time"

	"github.com/redshift-go/redshift/models"
)

// Why a wait ended without what it waited for, for errors.Is. The error itself is a [SnapshotWaitError].
var (
	// ErrSnapshotFailed: Redshift could not take the snapshot.
	ErrSnapshotFailed = errors.New("the snapshot failed")
	// ErrSnapshotDeleted: somebody deleted the snapshot.
	ErrSnapshotDeleted = errors.New("the snapshot was deleted")
	// ErrNotOneSnapshot: the parameters match no snapshot, or several.
	ErrNotOneSnapshot = errors.New("the parameters do not match exactly one snapshot")
)

// The defaults of a [SnapshotWait] and of a [SnapshotDeletionWait].
const (
	defaultWaitMinDelay = 5 * time.Second
	defaultWaitMaxDelay = 30 * time.Second
	// notFoundPolls is how often in a row Redshift may say of a new snapshot that there is none.
	notFoundPolls = 5
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

// SnapshotWaitError says why a wait ended without what it waited for. It unwraps to the reason: [ErrSnapshotFailed],
// [ErrSnapshotDeleted], [ErrNotOneSnapshot], the error of the last call (an awsquery.Error such as
// models.ErrClusterSnapshotNotFound), or the context's error and its cause.
//
// Its text and its JSON leave out the snapshot's identifier, as all errors here leave out the values of parameters: say
// it yourself where you wrap the error.
type SnapshotWaitError struct {
	Last   models.Snapshot // the snapshot as it was seen last; zero if it never was
	Polls  int             // how many times Redshift was asked
	Waited time.Duration   // since the wait began
	Err    error           // the reason
}

// Error says what was seen, without the values of parameters.
func (e *SnapshotWaitError) Error() string {
	if e == nil {
		return "waiting for a snapshot"
	}
	seen := "never seen"
	if e.Last.Status != "" {
		seen = fmt.Sprintf("last seen %q", e.Last.Status)
	}

	return fmt.Sprintf("waiting for a snapshot (%s; polls: %d; waited %v): %v", seen, e.Polls, e.Waited.Round(time.Millisecond), e.Err)
}

// Unwrap returns the reason.
func (e *SnapshotWaitError) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}

// Format prints the error's text, whatever the verb: the snapshot in it repeats the values of parameters.
func (e *SnapshotWaitError) Format(state fmt.State, _ rune) { io.WriteString(state, e.Error()) }

// MarshalJSON writes the snapshot's last status, the polls, the seconds waited and the reason.
func (e *SnapshotWaitError) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"lastStatus":    e.Last.Status,
		"polls":         e.Polls,
		"waitedSeconds": e.Waited.Seconds(),
		"reason":        fmt.Sprint(e.Err),
	})
}

// LogValue logs the error's text.
func (e *SnapshotWaitError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// WaitSnapshotAvailable polls DescribeClusterSnapshots until the snapshot that the parameters describe is available (or
// a "final snapshot", which is available too), and returns it. It waits as long as the context lets it.
//
// Parameters are most often just a SnapshotIdentifier; without any it is an error. The wait ends at once, with a
// [SnapshotWaitError], when the snapshot failed, was deleted or is not there, when the parameters match several, and when
// a call fails: the snapshot itself goes on, and so can another wait.
func (c *Client) WaitSnapshotAvailable(ctx context.Context, params *DescribeClusterSnapshotsParams, wait SnapshotWait) (models.Snapshot, error) {
	return WaitSnapshotAvailable(ctx, c, params, wait)
}

// WaitSnapshotAvailable is [Client.WaitSnapshotAvailable] for anything that has the one operation, a [ClientService] or a
// stub for example.
func WaitSnapshotAvailable(ctx context.Context, api DescribeClusterSnapshotsAPI, params *DescribeClusterSnapshotsParams, wait SnapshotWait) (models.Snapshot, error) {
	if client, ok := api.(*Client); ok && params != nil && client.justAskedFor(params.SnapshotIdentifier) {
		wait.New = true
	}
	missing := 0
	available := func(last models.Snapshot, err error) (bool, error) {
		if err != nil {
			if wait.New && last.Status == "" && missing < notFoundPolls && isMissing(err) {
				missing++

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

	return poll(ctx, api, params, pace{"SnapshotWait", wait.MinDelay, wait.MaxDelay}, wait.Progress, available)
}

// WaitSnapshotDeleted polls DescribeClusterSnapshots until it finds no snapshot that the parameters describe, or shows it
// as deleted. It waits as long as the context lets it, and returns the snapshot as it was seen last, the zero one if it
// never was.
//
// It deletes nothing: call DeleteClusterSnapshot before, or wait for the end of a retention period. What is not there
// counts as deleted, so a misspelt SnapshotIdentifier does too; parameters that name nothing at all are an error. The wait
// ends at once, with a [SnapshotWaitError], when the parameters match several snapshots, and when a call fails.
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
		case isMissing(err):
			return true, nil
		default:
			return false, err
		}
	}

	return poll(ctx, api, params, pace{"SnapshotDeletionWait", wait.MinDelay, wait.MaxDelay}, wait.Progress, gone)
}

// poll describes the one snapshot again and again, until the verdict on what was seen last and on the error of the poll
// is that the wait is over, or why it failed.
func poll(
	ctx context.Context, api DescribeClusterSnapshotsAPI, params *DescribeClusterSnapshotsParams, pace pace,
	progress func(SnapshotProgress), verdict func(last models.Snapshot, err error) (done bool, reason error),
) (models.Snapshot, error) {
	delays, err := pace.delays()
	switch {
	case err != nil:
		return models.Snapshot{}, err
	case api == nil:
		return models.Snapshot{}, errors.New("redshift: wait for a snapshot: there is no client to ask with")
	case params == nil || reflect.ValueOf(*params).IsZero():
		return models.Snapshot{}, errors.New("redshift: wait for a snapshot: the parameters name none, set SnapshotIdentifier or SnapshotArn")
	case ctx == nil:
		ctx = context.Background()
	}
	var (
		began = time.Now()
		seen  SnapshotProgress
	)
	failed := func(reason error) (models.Snapshot, error) {
		return seen.Snapshot, &SnapshotWaitError{Last: seen.Snapshot, Polls: seen.Polls, Waited: time.Since(began), Err: reason}
	}
	for {
		if ctx.Err() != nil {
			return failed(ended(ctx))
		}
		seen.Polls++
		snapshot, err := describeOne(ctx, api, params)
		seen.Waited = time.Since(began)
		if err == nil {
			seen.Snapshot = snapshot
			if progress != nil {
				progress(seen)
			}
		}
		done, reason := verdict(seen.Snapshot, err)
		switch {
		case reason != nil:
			return failed(reason)
		case done:
			return seen.Snapshot, nil
		}
		timer := time.NewTimer(delays())
		select {
		case <-ctx.Done():
			timer.Stop()

			return failed(ended(ctx))
		case <-timer.C:
		}
	}
}

// ended is why a context has ended: its error and, where somebody gave another one, its cause.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}

	return fmt.Errorf("%w: %w", err, cause)
}

// pace is how fast to poll, and the name of the options that say so.
type pace struct {
	options  string
	min, max time.Duration
}

// delays returns a function that gives one delay after the other.
func (p pace) delays() (func() time.Duration, error) {
	if p.min < 0 || p.max < 0 {
		return nil, fmt.Errorf("redshift: wait for a snapshot: a delay of %s is negative", p.options)
	}
	next, longest := p.min, p.max
	if next == 0 {
		next = defaultWaitMinDelay
		if longest > 0 {
			next = min(next, longest)
		}
	}
	if longest == 0 {
		longest = max(defaultWaitMaxDelay, next)
	}
	if longest < next {
		return nil, fmt.Errorf("redshift: wait for a snapshot: MaxDelay of %s is shorter than its MinDelay", p.options)
	}

	return func() time.Duration {
		delay := next
		next = min(next+next/2, longest)

		return delay
	}, nil
}

// errNoMatch is ErrNotOneSnapshot for none at all.
var errNoMatch = fmt.Errorf("%w: there is none", ErrNotOneSnapshot)

func isMissing(err error) bool {
	return errors.Is(err, models.ErrClusterSnapshotNotFound) || errors.Is(err, errNoMatch)
}

// describeOne returns the only snapshot that matches the parameters.
func describeOne(ctx context.Context, api DescribeClusterSnapshotsAPI, params *DescribeClusterSnapshotsParams) (models.Snapshot, error) {
	result, err := api.DescribeClusterSnapshots(ctx, params)
	switch {
	case err != nil:
		return models.Snapshot{}, err
	case result == nil:
		return models.Snapshot{}, errors.New("the client returned neither a result nor an error")
	case result.Marker != "":
		return models.Snapshot{}, fmt.Errorf("%w: there is more than a page of them", ErrNotOneSnapshot)
	case len(result.Snapshots) == 0:
		return models.Snapshot{}, errNoMatch
	case len(result.Snapshots) > 1:
		return models.Snapshot{}, fmt.Errorf("%w: there are %d", ErrNotOneSnapshot, len(result.Snapshots))
	default:
		return result.Snapshots[0], nil
	}
}
