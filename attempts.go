package redshift

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/internal/wire"
	"github.com/redshift-go/redshift/sigv4"
)

// invocation is one call: its attempts, and what the client learned from them.
type invocation struct {
	*invoker
	operation *runtime.ClientOperation
	settings  callSettings
	outcome   outcome

	began              time.Time // when the first attempt began, by the client's clock
	beganReal          time.Time // the same by the machine's own clock, because a clock of the user's own can stand still
	number             int       // of the current attempt, from 1
	signedOffset       int64     // the correction of the clock that signed the current attempt
	mayHaveTakenEffect bool      // whether an attempt may have taken effect although its response was lost
	used               []remedy
	spent              int64 // retries that the call took out of the budget
}

// remedy is something that the client does once for a call before it retries immediately.
type remedy string

const (
	signedAgain          remedy = "the request was signed again with a new date"
	clockReset           remedy = "the correction of the clock was taken back"
	credentialsChanged   remedy = "the credentials had changed"
	credentialsRefreshed remedy = "expired credentials were refreshed"
)

// use reports whether the remedy was still unused, and marks it as used.
func (i *invocation) use(r remedy) bool {
	if slices.Contains(i.used, r) {
		return false
	}
	i.used = append(i.used, r)

	return true
}

// readOnly reports whether the operation changes nothing.
func (i *invocation) readOnly() bool { return i.outcome.class == readOnly }

// run makes attempts until one succeeds or another attempt cannot help.
func (i *invocation) run(ctx context.Context) (any, error) {
	i.began, i.beganReal = i.clock.machine(), time.Now()
	for {
		i.number++
		i.signedOffset = i.clock.offset.Load()
		attempted := time.Now()
		result, err := i.attempt(ctx)
		if err == nil {
			if err = i.checkIdentifiers(result); err == nil {
				return i.succeed(ctx, result)
			}
			if !i.readOnly() {
				// The response belongs to another call. What became of this one, only its own response could show.
				i.mayHaveTakenEffect = true

				return nil, i.failed(err, nil)
			}
		}
		markUnsent(err)
		refusal := responseIn(err)
		if i.mayHaveTakenEffect && i.outcome.find != nil && refusal != nil && refusal.Code == i.outcome.settled {
			return i.find(ctx, refusal)
		}
		class := i.classify(err, refusal)
		if class.mayHaveTakenEffect && !i.mayHaveTakenEffect {
			i.mayHaveTakenEffect = true
			ctx = i.credentials.bindAccount(ctx, attempted)
		}
		if i.remedied(ctx, err, refusal, attempted) {
			class = classification{retry: true, immediate: true}
		}
		if retry, err := i.shouldRetry(ctx, class, err); !retry {
			return nil, err
		}
	}
}

// succeed ends the call with the result of its last attempt.
func (i *invocation) succeed(ctx context.Context, result any) (any, error) {
	i.budget.refill(i.spent + 1)
	if i.mayHaveTakenEffect && i.outcome.adjust != nil {
		if err := i.outcome.adjust(ctx, i.lost(nil), result); err != nil {
			return nil, i.failed(fmt.Errorf("looking up what an earlier attempt did failed: %w", err), nil)
		}
	}

	return result, nil
}

// markUnsent records that nothing was sent for an attempt that could not be signed.
func markUnsent(err error) {
	if unsent, ok := err.(*awsquery.SendError); ok && errors.As(unsent.Err, new(*sigv4.SigningError)) {
		unsent.NothingSent = true
	}
}

// classify returns what the error of an attempt means for the next one.
func (i *invocation) classify(err error, refusal *awsquery.Error) classification {
	if refusal != nil {
		return classifyResponse(refusal)
	}
	class := classifyWithoutResponse(err)
	if i.readOnly() && isCertificateError(err) {
		// Transport looks at connections only for changes. A read can rely on the type of the error, because a retry that
		// does not help is all that it risks.
		class.retry = false
	}

	return class
}

// remedied reports whether the client removed the cause of a failed attempt, so that a retry can succeed immediately.
func (i *invocation) remedied(ctx context.Context, err error, refusal *awsquery.Error, attempted time.Time) bool {
	switch {
	case refusal != nil && saysWrongDate(refusal):
		// Redshift carries out nothing that has a wrong date. The date is also too old if the machine was suspended between
		// signing and sending. Then the clock needs no correction, and another signature is enough.
		i.clock.correct(refusal)

		return i.use(signedAgain)
	case i.clock.reset(err, i.signedOffset):
		return i.use(clockReset)
	case i.credentials.canRefresh(refusal):
		return i.hasOtherCredentials(ctx, attempted)
	default:
		return false
	}
}

// shouldRetry waits until it is time for the next attempt. If no attempt follows, it returns the error of the call.
func (i *invocation) shouldRetry(ctx context.Context, class classification, err error) (bool, error) {
	if !class.retry || i.number >= i.settings.retry.MaxAttempts || i.mayHaveTakenEffect && i.outcome.class == unrecognisable {
		return false, i.failed(err, nil)
	}
	if ctxErr := ctx.Err(); ctxErr != nil && errors.Is(err, ctxErr) {
		return false, i.failed(err, nil)
	}
	var delay time.Duration
	if !class.immediate {
		delay = i.settings.retry.delay(i.number, class, i.jitter)
	}
	if ended := cannotWait(ctx, delay); ended != nil {
		return false, i.failed(err, ended)
	}
	if class.spendsBudget && !i.settings.ignoresBudget {
		if !i.budget.take() {
			return false, i.failed(err, ErrRetryBudgetEmpty)
		}
		i.spent++
	}
	if ended := i.wait(ctx, delay, err); ended != nil {
		return false, i.failed(err, ended)
	}

	return true, nil
}

// cannotWait returns an error if the context ends before the delay has passed. A wait that would only end with the deadline
// helps nobody: the caller gets the failure while it still has time to act on it.
func cannotWait(ctx context.Context, delay time.Duration) error {
	if ctx.Err() != nil {
		return contextError(ctx)
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Add(delay).Before(deadline) {
		return &deadlineError{ctx: ctx, delay: delay}
	}

	return nil
}

// deadlineError reports a deadline that is earlier than the next attempt. It matches context.DeadlineExceeded. The context does
// not reveal its cause before the deadline, so that the error matches the cause only afterwards.
type deadlineError struct {
	ctx   context.Context
	delay time.Duration
}

func (e *deadlineError) Error() string {
	return fmt.Sprintf("%v: the next attempt is due in %v, after the deadline", context.DeadlineExceeded, e.delay.Round(time.Millisecond))
}

func (e *deadlineError) Unwrap() []error {
	if cause := context.Cause(e.ctx); cause != nil {
		return []error{context.DeadlineExceeded, cause}
	}

	return []error{context.DeadlineExceeded}
}

// wait lets the delay before the next attempt pass. It returns an error if the context ends first.
func (i *invocation) wait(ctx context.Context, delay time.Duration, err error) error {
	if ended := cannotWait(ctx, delay); ended != nil {
		return ended
	}
	i.logRetry(ctx, delay, err)
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return contextError(ctx)
	}
}

// errAttemptTimeout is the cause of the end of an attempt that took too long.
var errAttemptTimeout = errors.New("the attempt took longer than its time limit")

// withTimeLimit returns a context for one attempt.
func (i *invocation) withTimeLimit(ctx context.Context) (context.Context, context.CancelFunc) {
	if limit := i.settings.attemptTimeout; limit > 0 {
		return context.WithTimeoutCause(ctx, limit, errAttemptTimeout)
	}

	return ctx, func() {}
}

// hasOtherCredentials reports whether a retry is signed with other credentials than those that Redshift refused. It takes as
// much time as an attempt at most, and returns true once for each of the two reasons.
func (i *invocation) hasOtherCredentials(ctx context.Context, attempted time.Time) bool {
	ctx, cancel := i.withTimeLimit(ctx)
	defer cancel()
	if slices.Contains(i.used, credentialsRefreshed) {
		return false
	}
	if i.credentials.changed(ctx, attempted) && i.use(credentialsChanged) {
		return true
	}

	return i.credentials.refreshed(ctx, attempted) && i.use(credentialsRefreshed)
}

func (i *invocation) attempt(ctx context.Context) (any, error) {
	ctx, cancel := i.withTimeLimit(ctx)
	defer cancel()

	if i.logger == nil || !i.logger.Enabled(ctx, slog.LevelDebug) {
		return i.next.SubmitContext(ctx, i.operation)
	}

	return i.logAttempt(ctx)
}

// hostSlack is the largest difference between Redshift's own clocks: one dates the response, another the resource.
const hostSlack = 2 * time.Second

// lasted returns the time since the first attempt began, by the clock that shows the most: some clocks stop while a machine is
// suspended.
func (i *invocation) lasted() time.Duration {
	return max(i.clock.machine().Sub(i.began), time.Since(i.beganReal), time.Now().Round(0).Sub(i.beganReal.Round(0)))
}

// lost describes the call to a look-up, after a refusal of this attempt.
func (i *invocation) lost(refusal *awsquery.Error) lostCall {
	lookup := *i.invoker
	lookup.settings = i.settings
	lost := lostCall{service: snapshots.New(&lookup), params: i.operation.Params}
	if refusal != nil {
		if date, err := http.ParseTime(refusal.Header.Get("Date")); err == nil {
			lost.since = date.Add(-i.lasted() - hostSlack)
		}
	}

	return lost
}

// find looks up whether an earlier attempt made the resource that blocks this one.
func (i *invocation) find(ctx context.Context, refusal *awsquery.Error) (any, error) {
	lost := i.lost(refusal)
	found, err := i.outcome.find(ctx, lost)
	var ended error // why the look-ups ended early
	// A new resource can exist for the operation that refuses it and not yet for the one that describes it.
	for number := 1; number < i.settings.retry.MaxAttempts && isNotFound(err); number++ {
		if ended = i.wait(ctx, i.settings.retry.delay(number, classification{}, i.jitter), err); ended != nil {
			break
		}
		found, err = i.outcome.find(ctx, lost)
	}
	switch {
	case err != nil:
		return nil, i.failed(fmt.Errorf("%w; looking up whose it is failed: %w", refusal, err), ended)
	case found == nil:
		i.mayHaveTakenEffect = lost.since.IsZero() // otherwise it is someone else's

		return nil, i.failed(refusal, nil)
	default:
		i.budget.refill(i.spent + 1)

		return found, nil
	}
}

// failed returns the error of the call. The last failure is its cause, and ended is why no retry followed, if something other
// than that failure prevented it.
func (i *invocation) failed(last, ended error) error {
	unknown := i.mayHaveTakenEffect && !i.readOnly()
	if unsent := new(*awsquery.SendError); unknown && errors.As(last, unsent) {
		(*unsent).NothingSent = false // true of the last attempt or of a look-up, and false of the call
	}
	err := last
	if i.number > 1 || ended != nil {
		err = &RetryError{Operation: wire.Action(i.operation), Attempts: i.number, Last: last, Ended: ended}
	}
	if unknown {
		err = &OutcomeUnknownError{Operation: wire.Action(i.operation), Look: i.outcome.look, Err: err}
	}

	return err
}
