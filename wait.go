package redshift

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/redshift-go/redshift/models"
)

// The defaults of all waits.
const (
	defaultWaitMinDelay = 5 * time.Second
	defaultWaitMaxDelay = 30 * time.Second
	defaultMaxOutage    = 10 * time.Minute
	// notFoundPolls is how often in a row Redshift may say of something new that there is none.
	notFoundPolls = 5
)

// WaitError says why a wait ended without what it waited for. It unwraps to the reason: one of the errors of this package,
// such as [ErrSnapshotFailed], the error of the last call (an awsquery.Error such as models.ErrClusterSnapshotNotFound), or
// the context's error and its cause.
//
// Its text and its JSON leave out the identifier of what was waited for, as all errors here leave out the values of
// parameters: say it yourself where you wrap the error. Programs know it by the names that it has for each wait:
// [SnapshotWaitError], [ClusterRestoreError], [TableRestoreError].
type WaitError[Resource any] struct {
	Last   Resource      // as it was seen last; zero if it never was
	Polls  int           // how many times Redshift was asked
	Waited time.Duration // since the wait began
	Err    error         // the reason
}

// Error says what was seen, without the values of parameters.
func (e *WaitError[Resource]) Error() string {
	var last Resource
	if e != nil {
		last = e.Last
	}
	subject, status := inWords(last)
	if e == nil {
		return "waiting for " + subject
	}
	seen := "never seen"
	if status != "" {
		seen = fmt.Sprintf("last seen %q", status)
	}

	return fmt.Sprintf("waiting for %s (%s; polls: %d; waited %v): %v", subject, seen, e.Polls, e.Waited.Round(time.Millisecond), e.Err)
}

// inWords says what is waited for, and in which state it is.
func inWords(resource any) (subject, status string) {
	switch resource := resource.(type) {
	case models.Snapshot:
		return "a snapshot", string(resource.Status)
	case models.Cluster:
		return "a restored cluster", string(resource.ClusterStatus)
	case models.TableRestoreStatus:
		return "a restored table", string(resource.Status)
	default:
		return "something", ""
	}
}

// Unwrap returns the reason.
func (e *WaitError[Resource]) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}

// Format prints the error's text, whatever the verb: what was seen last repeats the values of parameters.
func (e *WaitError[Resource]) Format(state fmt.State, _ rune) { io.WriteString(state, e.Error()) }

// MarshalJSON writes the last status, the polls, the seconds waited and the reason.
func (e *WaitError[Resource]) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	_, status := inWords(e.Last)

	return json.Marshal(map[string]any{
		"lastStatus":    status,
		"polls":         e.Polls,
		"waitedSeconds": e.Waited.Seconds(),
		"reason":        fmt.Sprint(e.Err),
	})
}

// LogValue logs the error's text.
func (e *WaitError[Resource]) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// waiting is a wait: what is asked for again and again, and until when.
type waiting[Resource any] struct {
	pace pace
	// unasked is why there is nothing to ask for, if there is nothing.
	unasked  error
	describe func(context.Context) (Resource, error)
	// progress is called after every poll that shows the resource.
	progress func(last Resource, polls int, waited time.Duration)
	// verdict judges what was seen last, and the error of the poll: the wait is over, or has failed for a reason.
	verdict func(last Resource, err error) (done bool, reason error)
}

// poll asks until the verdict is that the wait is over, and returns what was seen last.
func (w waiting[Resource]) poll(ctx context.Context) (Resource, error) {
	var (
		last       Resource
		polls      int
		began      = time.Now()
		answered   bool      // a poll was, at some time
		unanswered time.Time // when the first poll began that was not, since the last that was
	)
	delays, err := w.pace.delays()
	if err := errors.Join(err, w.unasked); err != nil {
		subject, _ := inWords(last)

		return last, fmt.Errorf("redshift: wait for %s: %w", subject, err)
	}
	if ctx == nil {
		ctx = context.Background()
	}
	failed := func(reason error) (Resource, error) {
		return last, &WaitError[Resource]{Last: last, Polls: polls, Waited: time.Since(began), Err: reason}
	}
	for {
		if ctx.Err() != nil {
			return failed(contextError(ctx))
		}
		polls++
		asked := time.Now()
		found, err := w.describe(ctx)
		if err == nil {
			last = found
			w.progress(last, polls, time.Since(began))
		}
		if err != nil && ctx.Err() != nil && !errors.Is(err, context.Cause(ctx)) {
			err = fmt.Errorf("%w: %w", contextError(ctx), err)
		}
		if unanswered.IsZero() {
			unanswered = asked
		}
		if !answered || ctx.Err() != nil || !w.pace.bears(err, unanswered) {
			answered, unanswered = true, time.Time{}
			done, reason := w.verdict(last, err)
			switch {
			case reason != nil:
				return failed(reason)
			case done:
				return last, nil
			}
		}
		timer := time.NewTimer(delays())
		select {
		case <-ctx.Done():
			timer.Stop()

			return failed(contextError(ctx))
		case <-timer.C:
		}
	}
}

// patience passes over some answers in a row that there is nothing, where what is waited for is new.
type patience struct {
	isNew   bool
	missing int
}

func (p *patience) has(seen, isMissing bool) bool {
	p.missing++

	return p.isNew && !seen && isMissing && p.missing <= notFoundPolls
}

// contextError returns why a context has ended: its error and, if it has another one, its cause.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}

	return fmt.Errorf("%w: %w", err, cause)
}

// pace is how fast to poll and how long to go on without answers, and the name of the options that say so.
type pace struct {
	options  string
	min, max time.Duration
	outage   time.Duration // the longest
}

// bears tells whether a wait goes on although a poll failed: what it failed of passes, and has not lasted too long yet. A wait
// of which no poll was ever answered may have the wrong address, and is not asked.
func (p pace) bears(err error, since time.Time) bool {
	longest := p.outage
	setDefault(&longest, defaultMaxOutage)

	return err != nil && classify(err).retry && time.Since(since) < longest
}

// delays returns a function that gives one delay after the other.
func (p pace) delays() (func() time.Duration, error) {
	if p.min < 0 || p.max < 0 {
		return nil, fmt.Errorf("a delay of %s is negative", p.options)
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
		return nil, fmt.Errorf("MaxDelay of %s is shorter than its MinDelay", p.options)
	}

	return func() time.Duration {
		delay := next
		next += min(max(next/2, time.Millisecond), longest-next)

		return delay
	}, nil
}

// onlyOne returns the only item of the first page, or says that it is not the only one: that there is none is an error of
// its own.
func onlyOne[Resource any](items []Resource, marker string, none, notOne error) (Resource, error) {
	var nothing Resource
	switch {
	case marker != "":
		return nothing, fmt.Errorf("%w: there is more than a page of them", notOne)
	case len(items) == 0:
		return nothing, none
	case len(items) > 1:
		return nothing, fmt.Errorf("%w: there are %d", notOne, len(items))
	default:
		return items[0], nil
	}
}

var (
	errNobodyToAsk = errors.New("there is no client to ask with")
	errNoAnswer    = errors.New("the client returned neither a result nor an error")
)
