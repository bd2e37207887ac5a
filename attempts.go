package redshift

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
)

// attempts are those of one call.
type attempts struct {
	*caller
	operation *runtime.ClientOperation
	settings  callSettings
	outcome   outcome

	began   time.Time
	number  int
	unknown bool // an attempt may have been carried out
	skewed  bool // the clock was corrected
}

// make attempts the call until one succeeds, or another could not do better.
func (a *attempts) make(ctx context.Context) (any, error) {
	a.began = time.Now()
	for {
		unsent := ctx.Err() != nil
		a.number++
		answer, err := a.attempt(ctx)
		if err == nil {
			if a.unknown && a.outcome.adjust != nil {
				a.outcome.adjust(a.operation.Params, answer)
			}

			return answer, nil
		}
		if a.unknown && a.outcome.find != nil && errors.Is(err, a.outcome.settled) {
			return a.find(ctx, err)
		}
		failed := judge(err)
		if failed.unknown && !unsent {
			a.unknown = true
		}
		if ctx.Err() != nil {
			return nil, a.failed(err, nil)
		}
		if again, err := a.again(ctx, failed, err); !again {
			return nil, err
		}
	}
}

// again waits until it is time for another attempt. Where there is to be none, it returns the error of the call.
func (a *attempts) again(ctx context.Context, failed failure, err error) (bool, error) {
	last := a.number >= a.settings.retry.MaxAttempts
	if !last && !a.skewed && a.clock.correct(err) {
		a.skewed = true
		a.logRetry(ctx, 0, err)

		return true, nil
	}
	if last || !failed.retry || a.unknown && a.outcome.class == unrecognisable {
		return false, a.failed(err, nil)
	}
	delay := a.settings.retry.delay(a.number, failed, a.jitter)
	a.logRetry(ctx, delay, err)
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true, nil
	case <-ctx.Done():
		return false, a.failed(err, ended(ctx))
	}
}

// errAttemptTimeout is why an attempt ends that takes too long.
var errAttemptTimeout = errors.New("the attempt took longer than its time limit")

func (a *attempts) attempt(ctx context.Context) (any, error) {
	if limit := a.settings.attemptTimeout; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, errAttemptTimeout)
		defer cancel()
	}

	if a.logger == nil || !a.logger.Enabled(ctx, slog.LevelDebug) {
		return a.next.SubmitContext(ctx, a.operation)
	}

	return a.logAttempt(ctx)
}

// hostSlack is how far Redshift's own clocks may be apart: one stamps the answer, another what was made.
const hostSlack = 2 * time.Second

// find looks whether what stands in the way of this attempt is the work of an earlier one.
func (a *attempts) find(ctx context.Context, refusal error) (any, error) {
	lost := lostCall{service: snapshots.New(a.caller), params: a.operation.Params}
	var refused *awsquery.Error
	if errors.As(refusal, &refused) {
		if answered, err := http.ParseTime(refused.Header.Get("Date")); err == nil {
			lost.since = answered.Add(-time.Since(a.began) - hostSlack)
		}
	}
	found, err := a.outcome.find(ctx, lost)
	switch {
	case err != nil:
		return nil, a.failed(fmt.Errorf("%w; looking whose it is failed: %w", refusal, err), nil)
	case found == nil:
		a.unknown = lost.since.IsZero() // otherwise it is somebody else's

		return nil, a.failed(refusal, nil)
	default:
		return found, nil
	}
}

// failed returns the error of the call.
func (a *attempts) failed(last, ended error) error {
	err := last
	if a.number > 1 || ended != nil {
		err = &RetryError{Operation: awsquery.Action(a.operation), Attempts: a.number, Last: last, Ended: ended}
	}
	if a.unknown && a.outcome.class != readOnly {
		err = &OutcomeUnknownError{Operation: awsquery.Action(a.operation), Look: a.outcome.look, Err: err}
	}

	return err
}
