package attempts

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
	"github.com/redshift-go/redshift/internal/recovery"
	"github.com/redshift-go/redshift/internal/wire"
	"github.com/redshift-go/redshift/sigv4"
)

// Invoker has what all calls of a client share.
type Invoker struct {
	Transport   runtime.ContextualTransport // makes one attempt
	Clock       *Clock
	Credentials *Credentials
	Budget      *Budget
	Logger      *slog.Logger // nil: none
	Jitter      func(longest time.Duration) time.Duration
}

// Settings are those that a call can have of its own.
type Settings struct {
	Policy         Policy
	AttemptTimeout time.Duration // none if negative
	IgnoresBudget  bool          // whether the call retries although the client's budget is empty

	// Rewritten reports whether the request differs from what the parameters say.
	Rewritten bool
	// Response is where to leave the response of each attempt that got one. Nil: nowhere.
	Response **http.Response
	// LookUp is the look-up that the call is a part of. Nil for a call of the user's.
	LookUp *LookUp
}

// Call has what depends on the operation.
type Call interface {
	// Plan returns how to find out whether the call took effect. It gets the settings of the look-ups. It is called at most once,
	// after a failure.
	Plan(lookUps Settings) recovery.Plan
	// Check returns an error if a result is that of another call.
	Check(result any) error
	// Hint returns advice for a refusal that depends on the operation, or an empty string.
	Hint(refused *awsquery.Error) string
	// Failed returns the error of the call.
	Failed(Failure) error
}

// Failure is what the error of a call has in it.
type Failure struct {
	// Attempts is the number of attempts.
	Attempts int
	// Last is the error of the last attempt or of a look-up.
	Last error
	// Ended is why no retry followed, if something other than Last prevented it.
	Ended error
	// MayHaveTakenEffect reports whether the call may have changed something.
	MayHaveTakenEffect bool
	// SeeOperation is the operation that shows the effect. Empty: none does.
	SeeOperation string
}

// invocation makes the attempts of one call. It stays on the stack.
type invocation struct {
	*Invoker
	context   *Context
	call      Call
	settings  *Settings
	operation *runtime.ClientOperation
	action    string // the name of the operation
	readOnly  bool

	number             int            // of the current attempt, from 1
	last               error          // of the attempt before, nil if there is none
	began              moment         // when the first attempt began
	sent               moment         // when the current attempt began
	signedOffset       int64          // the correction of the clock that signed the current attempt
	response           *http.Response // to the current attempt, if it is kept
	mayHaveTakenEffect bool           // whether an attempt of a change may have taken effect although its response was lost
	used               []remedy
	spent              int64 // retries that the call took out of the budget
	recovery           *recovery.Plan
	lookUp             *LookUp
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

// Run makes attempts until one succeeds or another attempt cannot help.
func (i *Invoker) Run(ctx *Context, call Call, settings *Settings, operation *runtime.ClientOperation) (any, error) {
	one := invocation{
		Invoker:   i,
		context:   ctx,
		call:      call,
		settings:  settings,
		operation: operation,
		action:    wire.Action(operation),
		readOnly:  wire.IsReadOnly(operation),
	}

	return one.run(ctx)
}

// run makes the attempts of the call.
func (i *invocation) run(ctx context.Context) (any, error) {
	for {
		result, err := i.attempt(ctx)
		if err == nil {
			if err = i.call.Check(result); err == nil {
				return i.succeed(ctx, result)
			}
			if !i.readOnly {
				// The response belongs to another call. What became of this one, only its own response could show.
				i.mayHaveTakenEffect = true

				return nil, i.failed(err, nil)
			}
		}
		refusal := ResponseIn(err)
		class := i.classify(err, refusal)
		i.complete(err, class)
		if i.number > 1 && errors.As(err, new(*sigv4.SigningError)) && !i.Clock.reset(err, i.signedOffset) {
			i.number-- // this attempt was not made

			return nil, i.failed(i.last, err)
		}
		i.last = err
		if recovered, ok, recoverErr := i.recover(ctx, err, refusal); ok {
			return recovered, recoverErr
		}
		if class.mayHaveTakenEffect && !i.readOnly && !i.mayHaveTakenEffect {
			i.mayHaveTakenEffect = true
			ctx = i.context.bindAccount(ctx)
		}
		if i.remedied(ctx, err, refusal) {
			class = classification{retry: true, immediate: true}
		}
		if retry, ended := i.shouldRetry(ctx, class, err); !retry {
			return i.giveUp(ctx, class, err, ended)
		}
	}
}

// attempt makes the next attempt, and dates it.
func (i *invocation) attempt(ctx context.Context) (any, error) {
	i.number++
	i.signedOffset = i.Clock.offset.Load()
	i.sent = i.Clock.moment()
	i.context.begin()
	if i.number == 1 {
		i.began = i.sent
	}
	ctx, cancel := i.withTimeLimit(ctx)
	defer cancel()
	logs := i.logsAttempts(ctx)
	if !logs && i.settings.Response == nil && i.settings.LookUp == nil {
		return i.Transport.SubmitContext(ctx, i.operation)
	}
	keeper := &responseKeeper{ClientResponseReader: i.operation.Reader, action: i.action, readOnly: i.readOnly}
	operation := *i.operation
	operation.Reader = keeper
	result, err := i.Transport.SubmitContext(ctx, &operation)
	i.response = keeper.response
	if logs {
		i.logAttempt(ctx, err)
	}
	if i.response != nil && i.settings.Response != nil {
		*i.settings.Response = i.response
	}

	return result, err
}

// responseKeeper is a Reader that keeps the response.
type responseKeeper struct {
	runtime.ClientResponseReader
	action   string
	readOnly bool
	response *http.Response
}

// Action returns the name of the operation, as the Reader itself does.
func (k *responseKeeper) Action() string { return k.action }

// IsReadOnly reports whether the operation changes nothing, as the Reader itself does.
func (k *responseKeeper) IsReadOnly() bool { return k.readOnly }

// ReadResponse keeps the response, and reads it.
func (k *responseKeeper) ReadResponse(response runtime.ClientResponse, consumer runtime.Consumer) (any, error) {
	if received, ok := response.(*wire.Response); ok { // a broken response has another type
		k.response = received.HTTPResponse()
	}

	return k.ClientResponseReader.ReadResponse(response, consumer)
}

// succeed ends the call with the result of its last attempt.
func (i *invocation) succeed(ctx context.Context, result any) (any, error) {
	i.Budget.refill(i.spent + 1)
	if i.settings.LookUp != nil {
		i.settings.LookUp.date(i)
		if recovery.IsPart(result) {
			return nil, fmt.Errorf("%s: %w", i.action, recovery.ErrPart)
		}
	}
	if !i.mayHaveTakenEffect {
		return result, nil
	}
	if plan := i.plan(); plan.Adjust != nil {
		if err := plan.Adjust(ctx, result); err != nil {
			return nil, i.failed(fmt.Errorf("looking up what an earlier attempt did failed: %w", err), nil)
		}
	}

	return result, nil
}

// classify returns what the error of an attempt means for the next one.
func (i *invocation) classify(err error, refusal *awsquery.Error) classification {
	if refusal != nil {
		return classifyResponse(refusal)
	}
	class := classifyWithoutResponse(err)
	if i.readOnly && isCertificateError(err) {
		// Transport looks at connections only for changes. A read can rely on the type of the error, because a retry that
		// does not help is all that it risks.
		class.retry = false
	}

	return class
}

// complete adds to the error of an attempt what only the call knows.
func (i *invocation) complete(err error, class classification) {
	var (
		unsent  *awsquery.SendError
		refused *awsquery.Error
	)
	switch {
	case errors.As(err, &unsent):
		if errors.As(unsent.Err, new(*sigv4.SigningError)) {
			unsent.NothingSent = true
		}
		maybeSent := !i.readOnly && (i.mayHaveTakenEffect || class.mayHaveTakenEffect)
		if maybeSent {
			unsent.NothingSent = false // true of this attempt, and false of the call
		}
		unsent.Hint = hintWithoutResponse(unsent.Err, maybeSent)
	case errors.As(err, &refused):
		if refused.Hint = hintRefused(refused); refused.Hint == "" {
			refused.Hint = i.call.Hint(refused)
		}
	}
}

// remedied reports whether the client removed the cause of a failed attempt, so that a retry can succeed immediately.
func (i *invocation) remedied(ctx context.Context, err error, refusal *awsquery.Error) bool {
	switch {
	case refusal != nil && saysWrongDate(refusal):
		// Redshift carries out nothing that has a wrong date. The date is also too old if the machine was suspended between
		// signing and sending. Then the clock needs no correction, and another signature is enough.
		i.Clock.correct(refusal)

		return i.use(signedAgain)
	case i.Clock.reset(err, i.signedOffset):
		return i.use(clockReset)
	case i.Credentials.canRefresh(refusal):
		return i.hasOtherCredentials(ctx)
	default:
		return false
	}
}

// shouldRetry waits until it is time for the next attempt. If no attempt follows, it returns why, if something other than the
// last failure is the reason.
func (i *invocation) shouldRetry(ctx context.Context, class classification, err error) (retry bool, ended error) {
	if !class.retry || i.number >= i.maxAttempts() || i.mayHaveTakenEffect && !i.plan().CanRepeat() {
		return false, nil
	}
	if ctxErr := ctx.Err(); ctxErr != nil && errors.Is(err, ctxErr) {
		return false, nil
	}
	var delay time.Duration
	if !class.immediate {
		delay = i.settings.Policy.delay(i.number, class, i.Jitter)
	}
	if ended := cannotWait(ctx, delay); ended != nil {
		return false, ended
	}
	spends := class.spendsBudget && !i.settings.IgnoresBudget
	if spends && !i.Budget.take() {
		return false, ErrBudgetEmpty
	}
	if ended := i.wait(ctx, delay, err); ended != nil {
		if spends {
			i.Budget.refill(1) // no retry was made
		}

		return false, ended
	}
	if spends {
		i.spent++
	}

	return true, nil
}

func (i *invocation) maxAttempts() int {
	if i.settings.LookUp != nil && i.settings.LookUp.final {
		return 1
	}

	return i.settings.Policy.MaxAttempts
}

// cannotWait returns an error if the context ends before the delay has passed. A wait that would only end with the deadline
// helps nobody: the caller gets the failure while it still has time to act on it.
func cannotWait(ctx context.Context, delay time.Duration) error {
	if ctx.Err() != nil {
		return ContextError(ctx)
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
	// A context that the caller has released since has the cause Canceled.
	if cause := context.Cause(e.ctx); cause != nil && errors.Is(e.ctx.Err(), context.DeadlineExceeded) {
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
		return ContextError(ctx)
	}
}

// ContextError returns why a context is done: its error and, if it differs, its cause.
func ContextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}

	return fmt.Errorf("%w: %w", err, cause)
}

// ErrAttemptTimeout is the cause of the end of an attempt that took too long.
var ErrAttemptTimeout = errors.New("the attempt took longer than its time limit")

// withTimeLimit returns a context for one attempt.
func (i *invocation) withTimeLimit(ctx context.Context) (context.Context, context.CancelFunc) {
	if limit := i.settings.AttemptTimeout; limit > 0 {
		return context.WithTimeoutCause(ctx, limit, ErrAttemptTimeout)
	}

	return ctx, func() {}
}

// hasOtherCredentials reports whether a retry is signed with other credentials than those that Redshift refused. It takes as
// much time as an attempt at most, and returns true once for each of the two reasons.
func (i *invocation) hasOtherCredentials(ctx context.Context) bool {
	ctx, cancel := i.withTimeLimit(ctx)
	defer cancel()
	if slices.Contains(i.used, credentialsRefreshed) {
		return false
	}
	if i.Credentials.changed(ctx, i.context.signedBy()) && i.use(credentialsChanged) {
		return true
	}

	return i.Credentials.refreshed(ctx, i.sent.real) && i.use(credentialsRefreshed)
}

// failed returns the error of the call. The last failure is its cause, and ended is why no retry followed, if something other
// than that failure prevented it.
func (i *invocation) failed(last, ended error) error {
	failure := Failure{Attempts: i.number, Last: last, Ended: ended}
	if i.mayHaveTakenEffect {
		failure.MayHaveTakenEffect, failure.SeeOperation = true, i.plan().See
	}

	return i.call.Failed(failure)
}
