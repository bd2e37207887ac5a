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
	"github.com/redshift-go/redshift/sigv4"
)

// attempts are those of one call.
type attempts struct {
	*caller
	operation *runtime.ClientOperation
	settings  callSettings
	outcome   outcome

	began   time.Time // on the machine's clock, as the client has it
	real    time.Time // the same by the time that really passes, for a clock of the caller's own can stand still
	number  int
	dated   int64 // the clock's offset at the last attempt
	unknown bool  // an attempt may have been carried out
	reset   bool  // another attempt was made at once with the machine's own time
	redated bool  // another attempt was made at once since the clock was not right
	swapped bool  // another attempt was made at once since there were other credentials by then
	renewed bool  // another attempt was made at once since the credentials had expired
}

// make attempts the call until one succeeds, or another could not do better.
func (a *attempts) make(ctx context.Context) (any, error) {
	a.began, a.real = a.clock.machine(), time.Now()
	for {
		a.number++
		a.dated = a.clock.offset.Load()
		attempted := time.Now()
		answer, err := a.attempt(ctx)
		if err == nil {
			if a.unknown && a.outcome.adjust != nil {
				if err := a.outcome.adjust(ctx, a.lost(nil), answer); err != nil {
					return nil, a.failed(fmt.Errorf("looking what an earlier attempt did failed: %w", err), nil)
				}
			}

			return answer, nil
		}
		noteUnsigned(err)
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
		case !a.reset && a.clock.reset(err, a.dated):
			a.reset = true
			failed = failure{retry: true, atOnce: true}
		case a.renewal.helps(refused) && a.hasOtherCredentials(ctx, attempted):
			failed = failure{retry: true, atOnce: true}
		}
		if again, err := a.again(ctx, failed, err); !again {
			return nil, err
		}
	}
}

// noteUnsigned says of an attempt that could not be signed that nothing of it was sent.
func noteUnsigned(err error) {
	if unanswered, ok := err.(*awsquery.SendError); ok && errors.As(unanswered.Err, new(*sigv4.SigningError)) {
		unanswered.NothingSent = true
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
		return false, a.failed(err, contextError(ctx))
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

// limited returns a context for one attempt.
func (a *attempts) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if limit := a.settings.attemptTimeout; limit > 0 {
		return context.WithTimeoutCause(ctx, limit, errAttemptTimeout)
	}

	return ctx, func() {}
}

// hasOtherCredentials tells whether another attempt would be made with other credentials than the last, which were refused, or
// may be. It has as much time as an attempt, and is true once for either reason.
func (a *attempts) hasOtherCredentials(ctx context.Context, attempted time.Time) bool {
	ctx, cancel := a.limited(ctx)
	defer cancel()
	if a.renewed {
		return false
	}
	if !a.swapped && a.renewal.swapped(ctx, attempted) {
		a.swapped = true

		return true
	}
	a.renewed = a.renewal.renewed(ctx, attempted)

	return a.renewed
}

func (a *attempts) attempt(ctx context.Context) (any, error) {
	ctx, cancel := a.limited(ctx)
	defer cancel()

	if a.logger == nil || !a.logger.Enabled(ctx, slog.LevelDebug) {
		return a.next.SubmitContext(ctx, a.operation)
	}

	return a.logAttempt(ctx)
}

// hostSlack is how far Redshift's own clocks may be apart: one stamps the answer, another what was made.
const hostSlack = 2 * time.Second

// lasted returns how long ago the first attempt began, by whatever clock that is the longest: some do not count how long a
// machine was suspended.
func (a *attempts) lasted() time.Duration {
	return max(a.clock.machine().Sub(a.began), time.Since(a.real), time.Now().Round(0).Sub(a.real.Round(0)))
}

// lost describes the call, whose earlier attempts may have been carried out, after a refusal of this one.
func (a *attempts) lost(refusal *awsquery.Error) lostCall {
	asking := *a.caller
	asking.settings = a.settings
	lost := lostCall{service: snapshots.New(&asking), params: a.operation.Params}
	if refusal != nil {
		if answered, err := http.ParseTime(refusal.Header.Get("Date")); err == nil {
			lost.since = answered.Add(-a.lasted() - hostSlack)
		}
	}

	return lost
}

// find looks whether what stands in the way of this attempt is the work of an earlier one.
func (a *attempts) find(ctx context.Context, refusal *awsquery.Error) (any, error) {
	lost := a.lost(refusal)
	found, err := a.outcome.find(ctx, lost)
	var over error // why the context has ended, where that ended the looking
	// What has just been made may be known to the one who refuses it again, and not yet to the one who is asked for it.
	for number := 1; number < a.settings.retry.MaxAttempts && isNotFound(err); number++ {
		if !a.wait(ctx, a.settings.retry.delay(number, failure{}, a.jitter), err) {
			over = contextError(ctx)

			break
		}
		found, err = a.outcome.find(ctx, lost)
	}
	switch {
	case err != nil:
		return nil, a.failed(fmt.Errorf("%w; looking whose it is failed: %w", refusal, err), over)
	case found == nil:
		a.unknown = lost.since.IsZero() // otherwise it is somebody else's

		return nil, a.failed(refusal, nil)
	default:
		return found, nil
	}
}

// failed returns the error of the call.
func (a *attempts) failed(last, ended error) error {
	if a.unknown && a.outcome.class != readOnly {
		if unanswered := new(*awsquery.SendError); errors.As(last, unanswered) {
			(*unanswered).NothingSent = false // of the last attempt, or of what was asked after it; not of the call as a whole
		}
	}
	err := last
	if a.number > 1 || ended != nil {
		err = &RetryError{Operation: awsquery.Action(a.operation), Attempts: a.number, Last: last, Ended: ended}
	}
	if a.unknown && a.outcome.class != readOnly {
		err = &OutcomeUnknownError{Operation: awsquery.Action(a.operation), Look: a.outcome.look, Err: err}
	}

	return err
}
