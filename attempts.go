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

	began   time.Time // on the machine's clock, as the client has it
	number  int
	dated   int64 // the clock's offset at the last attempt
	unknown bool  // an attempt may have been carried out
	redated bool  // another attempt was made at once since the clock was not right
	renewed bool  // another attempt was made at once since the credentials had expired
}

// make attempts the call until one succeeds, or another could not do better.
func (a *attempts) make(ctx context.Context) (any, error) {
	a.began = a.clock.machine()
	for {
		a.number++
		a.dated = a.clock.offset.Load()
		attempted := time.Now()
		answer, err := a.attempt(ctx)
		if err == nil {
			if a.unknown && a.outcome.adjust != nil {
				a.outcome.adjust(ctx, a.lost(nil), answer)
			}

			return answer, nil
		}
		refused := answered(err)
		if a.unknown && a.outcome.find != nil && refused != nil && refused.Code == a.outcome.settled {
			return a.find(ctx, refused)
		}
		failed := judge(err)
		if failed.unknown {
			a.unknown = true
		}
		switch {
		case a.clock.correct(refused, a.dated) && !a.redated:
			a.redated = true
			failed = failure{retry: true, atOnce: true}
		case !a.renewed && a.renewal.renewed(ctx, refused, attempted):
			a.renewed = true
			failed = failure{retry: true, atOnce: true}
		}
		if again, err := a.again(ctx, failed, err); !again {
			return nil, err
		}
	}
}

// again waits until it is time for another attempt. Where there is to be none, it returns the error of the call.
func (a *attempts) again(ctx context.Context, failed failure, err error) (bool, error) {
	if !failed.retry || a.number >= a.settings.retry.MaxAttempts || a.unknown && a.outcome.class == unrecognisable {
		return false, a.failed(err, nil)
	}
	if ctxErr := ctx.Err(); ctxErr != nil && errors.Is(err, ctxErr) {
		return false, a.failed(err, nil)
	}
	var delay time.Duration
	if !failed.atOnce {
		delay = a.settings.retry.delay(a.number, failed, a.jitter)
	}
	if !a.wait(ctx, delay, err) {
		return false, a.failed(err, ended(ctx))
	}

	return true, nil
}

// wait lets the delay before another attempt pass, and tells whether the context lasts longer.
func (a *attempts) wait(ctx context.Context, delay time.Duration, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Add(delay).Before(deadline) {
		<-ctx.Done()

		return false
	}
	a.logRetry(ctx, delay, err)
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
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

// lost describes the call, whose earlier attempts may have been carried out, after a refusal of this one.
func (a *attempts) lost(refusal *awsquery.Error) lostCall {
	asking := *a.caller
	asking.settings = a.settings
	lost := lostCall{service: snapshots.New(&asking), params: a.operation.Params}
	if refusal != nil {
		if answered, err := http.ParseTime(refusal.Header.Get("Date")); err == nil {
			lost.since = answered.Add(a.began.Sub(a.clock.machine()) - hostSlack)
		}
	}

	return lost
}

// find looks whether what stands in the way of this attempt is the work of an earlier one.
func (a *attempts) find(ctx context.Context, refusal *awsquery.Error) (any, error) {
	lost := a.lost(refusal)
	found, err := a.outcome.find(ctx, lost)
	// What has just been made may be known to the one who refuses it again, and not yet to the one who is asked for it.
	for number := 1; number < a.settings.retry.MaxAttempts && isNotFound(err); number++ {
		if !a.wait(ctx, a.settings.retry.delay(number, failure{}, a.jitter), err) {
			break
		}
		found, err = a.outcome.find(ctx, lost)
	}
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
