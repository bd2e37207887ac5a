package redshift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/redshift-go/redshift/models"
)

// What ends a wait for a snapshot without it, for errors.Is. The error itself is a [SnapshotWaitError].
var (
	// ErrSnapshotFailed: Redshift could not take the snapshot.
	ErrSnapshotFailed = errors.New("the snapshot failed")
	// ErrSnapshotDeleted: somebody deleted the snapshot.
	ErrSnapshotDeleted = errors.New("the snapshot was deleted")
	// ErrNotOneSnapshot: the parameters match no snapshot, or several.
	ErrNotOneSnapshot = errors.New("the parameters do not match exactly one snapshot")
)

// The defaults of a [SnapshotWait].
const (
	defaultWaitMinDelay = 5 * time.Second
	defaultWaitMaxDelay = 30 * time.Second
	// notFoundPolls is how often in a row Redshift may say of a new snapshot that there is none.
	notFoundPolls = 5
)

// DescribeClusterSnapshotsAPI is the one operation that waiting for a snapshot needs; a [Client] has it.
type DescribeClusterSnapshotsAPI interface {
	DescribeClusterSnapshots(context.Context, *DescribeClusterSnapshotsParams, ...Option) (*DescribeClusterSnapshotsResult, error)
}

// SnapshotWait says how to wait for a snapshot. The zero value is fine. How long to wait at most is the context's to say:
// a snapshot takes minutes to hours.
type SnapshotWait struct {
	// The time between the first question and the second; it grows by half each time.
	// Default: 5 seconds.
	MinDelay time.Duration

	// The longest time between two questions.
	// Default: 30 seconds, or MinDelay where that is longer.
	MaxDelay time.Duration

	// Called after every answer that shows the snapshot, the last one included, in the goroutine that waits.
	Progress func(SnapshotProgress)

	// The snapshot was created just now: answers that there is none are taken as "not yet" a few times, instead of
	// ending the wait. A [Client] knows it of those that it created or copied itself within the last minute.
	New bool
}

// SnapshotProgress is what a wait has seen so far.
type SnapshotProgress struct {
	Snapshot models.Snapshot // as Redshift described it just now
	Polls    int             // how many times Redshift was asked
	Waited   time.Duration   // since the wait began
}

// Fraction returns how much of the snapshot is done, from 0 to 1, as far as Redshift's figures tell.
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

// SnapshotWaitError says why a wait ended without an available snapshot. It unwraps to the reason: [ErrSnapshotFailed],
// [ErrSnapshotDeleted], [ErrNotOneSnapshot], the error of the last call (an awsquery.Error such as
// models.ErrClusterSnapshotNotFound), or the context's.
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
		seen = fmt.Sprintf("last seen %s", e.Last.Status)
	}

	return fmt.Sprintf("waiting for a snapshot (%s, asked %d times in %v): %v", seen, e.Polls, e.Waited.Round(time.Millisecond), e.Err)
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

// LogValue logs the error's text.
func (e *SnapshotWaitError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// WaitSnapshotAvailable asks for the snapshot that the parameters describe until it is available, and returns it. It waits
// as long as the context lets it.
//
// It ends at once, with a [SnapshotWaitError], when the snapshot failed, was deleted or is not there, when the parameters
// match several, and when a call fails.
func (c *Client) WaitSnapshotAvailable(ctx context.Context, params *DescribeClusterSnapshotsParams, wait SnapshotWait) (models.Snapshot, error) {
	if c != nil && c.recent != nil && params != nil && c.recent.has(params.SnapshotIdentifier, c.now()) {
		wait.New = true
	}

	return WaitSnapshotAvailable(ctx, c, params, wait)
}

// WaitSnapshotAvailable is [Client.WaitSnapshotAvailable] for anything that has the one operation, a stub for example.
func WaitSnapshotAvailable(ctx context.Context, api DescribeClusterSnapshotsAPI, params *DescribeClusterSnapshotsParams, wait SnapshotWait) (models.Snapshot, error) {
	var (
		began   = time.Now()
		seen    SnapshotProgress
		missing = 0
	)
	if ctx == nil {
		ctx = context.Background()
	}
	failed := func(reason error) (models.Snapshot, error) {
		return seen.Snapshot, &SnapshotWaitError{Last: seen.Snapshot, Polls: seen.Polls, Waited: time.Since(began), Err: reason}
	}
	delays, err := wait.delays()
	if err != nil {
		return failed(err)
	}
	if api == nil {
		return failed(errors.New("there is no client to ask with"))
	}
	for {
		if err := ctx.Err(); err != nil {
			return failed(context.Cause(ctx))
		}
		seen.Polls++
		snapshot, err := describeOne(ctx, api, params)
		seen.Waited = time.Since(began)
		switch {
		case err != nil && wait.New && seen.Snapshot.Status == "" && missing < notFoundPolls && isMissing(err):
			missing++
		case err != nil:
			return failed(err)
		default:
			seen.Snapshot = snapshot
			if wait.Progress != nil {
				wait.Progress(seen)
			}
		}
		switch seen.Snapshot.Status {
		case models.SnapshotStatusAvailable, models.SnapshotStatusFinalSnapshot:
			return seen.Snapshot, nil
		case models.SnapshotStatusFailed:
			return failed(ErrSnapshotFailed)
		case models.SnapshotStatusDeleted:
			return failed(ErrSnapshotDeleted)
		}
		timer := time.NewTimer(delays())
		select {
		case <-ctx.Done():
			timer.Stop()

			return failed(context.Cause(ctx))
		case <-timer.C:
		}
	}
}

// delays returns a function that gives one delay after the other.
func (w SnapshotWait) delays() (func() time.Duration, error) {
	if w.MinDelay < 0 || w.MaxDelay < 0 {
		return nil, errors.New("SnapshotWait: a delay cannot be negative")
	}
	next, longest := w.MinDelay, w.MaxDelay
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
		return nil, errors.New("SnapshotWait: MaxDelay is shorter than MinDelay")
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
