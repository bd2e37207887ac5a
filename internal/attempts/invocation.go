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

// Settings configures one call.
type Settings struct {
	Policy         Policy
	AttemptTimeout time.Duration // no limit if negative
	IgnoresBudget  bool          // whether the call retries even if the client's budget is empty

	// Rewritten reports whether the request differs from the parameters, because an option changed it.
	Rewritten bool
	// Response receives the response of each attempt that got one. If nil, it is not kept.
	Response **http.Response
	// LookUp is the look-up that the call is part of. It is nil for a call of the user.
	LookUp *LookUp
}

// Call provides the parts of a call that depend on the operation.
type Call interface {
	// Plan returns the plan to check whether the call took effect. lookUps are the settings of the look-ups. The invocation calls
	// Plan at most once, after a failure.
	Plan(lookUps Settings) recovery.Plan
	// Check returns an error if a result belongs to another call.
	Check(result any) error
	// Hint returns advice for a refusal that depends on the operation, or an empty string.
	Hint(refused *awsquery.Error) string
	// Failed returns the error of the call.
	Failed(Failure) error
}

// Failure describes a failed call.
type Failure struct {
	// Attempts is the number of attempts.
	Attempts int
	// Last is the error of the last attempt or of a look-up.
	Last error
	// Ended is the reason why no retry followed, if Last is not the reason.
	Ended error
	// MayHaveTakenEffect reports whether the call may have changed something.
	MayHaveTakenEffect bool
	// SeeOperation is the operation that shows the effect. It is empty if no operation does.
	SeeOperation string
}

// invocation is the state of one call. It stays on the stack.
type invocation struct {
	*Invoker
	context   *Context
	call      Call
	settings  *Settings
	operation *runtime.ClientOperation
	action    string // the name of the operation
	readOnly  bool

	number             int            // the number of the current attempt, from 1
	last               error          // the error of the previous attempt, nil before the second
	began              moment         // when the first attempt began
	sent               moment         // when the current attempt began
	signedOffset       int64          // the clock correction at the beginning of the current attempt
	response           *http.Response // the response to the current attempt, if it is kept
	mayHaveTakenEffect bool           // whether an attempt of a mutating call may have taken effect although its response was lost
	used               []remedy       // the remedies that were used
	budgetUsed         int64          // the number of retries that the call took from the budget
	recovery           *recovery.Plan // nil until a failure needs it
	lookUp             *LookUp        // set together with recovery
}

// remedy is an action that removes the cause of a failure, so that an immediate retry can succeed. A call uses each one once.
type remedy string

const (
	dateRenewed          remedy = "the request was signed again with a new date"
	clockReset           remedy = "the correction of the clock was removed"
	credentialsChanged   remedy = "the credentials had changed"
	credentialsRefreshed remedy = "expired credentials were refreshed"
)

// use marks a remedy as used, and reports whether it was unused before.
func (i *invocation) use(r remedy) bool {
	if slices.Contains(i.used, r) {
		return false
	}
	i.used = append(i.used, r)

	return true
}

// Run makes attempts until one succeeds or a retry cannot help.
func (i *Invoker) Run(ctx *Context, call Call, settings *Settings, operation *runtime.ClientOperation) (any, error) {
	current := invocation{
		Invoker:   i,
		context:   ctx,
		call:      call,
		settings:  settings,
		operation: operation,
		action:    wire.Action(operation),
		readOnly:  wire.IsReadOnly(operation),
	}

	return current.run(ctx)
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
				// The response belongs to another call. The response to this one is lost.
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

// attempt makes the next attempt, and records when it began.
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

// responseKeeper wraps a Reader and keeps the response.
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
	i.Budget.refill(i.budgetUsed + 1)
	if i.settings.LookUp != nil {
		i.settings.LookUp.addWindow(i)
		if recovery.IsPart(result) {
			return nil, fmt.Errorf("%s: %w", i.action, recovery.ErrPart)
		}
	}
	if !i.mayHaveTakenEffect {
		return result, nil
	}
	if plan := i.plan(); plan.Adjust != nil {
		if err := plan.Adjust(ctx, result); err != nil {
			return nil, i.failed(fmt.Errorf("the look-up of the changes by an earlier attempt failed: %w", err), nil)
		}
	}

	return result, nil
}

// classify classifies the error of an attempt.
func (i *invocation) classify(err error, refusal *awsquery.Error) classification {
	if refusal != nil {
		return classifyResponse(refusal)
	}
	class := classifyWithoutResponse(err)
	if i.readOnly && isCertificateError(err) {
		// The Transport tracks connections only for mutating calls. A read-only call can rely on the type of the error, because
		// it risks nothing but a useless retry.
		class.retry = false
	}

	return class
}

// complete sets the NothingSent and Hint fields of an attempt's error.
func (i *invocation) complete(err error, class classification) {
	var (
		failed  *awsquery.SendError
		refused *awsquery.Error
	)
	switch {
	case errors.As(err, &failed):
		if errors.As(failed.Err, new(*sigv4.SigningError)) {
			failed.NothingSent = true
		}
		maybeSent := !i.readOnly && (i.mayHaveTakenEffect || class.mayHaveTakenEffect)
		if maybeSent {
			failed.NothingSent = false // an earlier attempt may have been sent
		}
		failed.Hint = hintWithoutResponse(failed.Err, maybeSent)
	case errors.As(err, &refused):
		if refused.Hint = hintRefused(refused); refused.Hint == "" {
			refused.Hint = i.call.Hint(refused)
		}
	}
}

// remedied reports whether the client removed the cause of a failed attempt, so that a retry can succeed immediately.
func (i *invocation) remedied(ctx context.Context, err error, refusal *awsquery.Error) bool {
	switch {
	case refusal != nil && refusesDate(refusal):
		// Redshift carries out no call that has a wrong date. The date is also too old if the machine was suspended between
		// signing and sending. Then the clock needs no correction, and a new signature is enough.
		i.Clock.correct(refusal)

		return i.use(dateRenewed)
	case i.Clock.reset(err, i.signedOffset):
		return i.use(clockReset)
	case i.Credentials.canRefresh(refusal):
		return i.hasOtherCredentials(ctx)
	default:
		return false
	}
}

// shouldRetry reports whether a retry follows, and waits until the retry is due. If no retry follows, ended is the reason. It is
// nil if err is the reason.
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
			i.Budget.refill(1) // no retry follows
		}

		return false, ended
	}
	if spends {
		i.budgetUsed++
	}

	return true, nil
}

func (i *invocation) maxAttempts() int {
	if i.settings.LookUp != nil && i.settings.LookUp.final {
		return 1
	}

	return i.settings.Policy.MaxAttempts
}

// cannotWait returns an error if ctx is done, or if its deadline is before the end of the delay. The call then fails immediately,
// so that its caller still has time to act.
func cannotWait(ctx context.Context, delay time.Duration) error {
	if ctx.Err() != nil {
		return ContextError(ctx)
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Add(delay).Before(deadline) {
		return &deadlineError{ctx: ctx, delay: delay}
	}

	return nil
}

// deadlineError reports that the next attempt is due after the deadline. It matches context.DeadlineExceeded. It matches the cause
// of the context only after the deadline, because [context.Cause] returns nil before.
type deadlineError struct {
	ctx   context.Context
	delay time.Duration
}

func (e *deadlineError) Error() string {
	return fmt.Sprintf("%v: the next attempt is due in %v, after the deadline", context.DeadlineExceeded, e.delay.Round(time.Millisecond))
}

func (e *deadlineError) Unwrap() []error {
	// If the owner of the context canceled it before the deadline, the cause is Canceled.
	if cause := context.Cause(e.ctx); cause != nil && errors.Is(e.ctx.Err(), context.DeadlineExceeded) {
		return []error{context.DeadlineExceeded, cause}
	}

	return []error{context.DeadlineExceeded}
}

// wait waits for the delay before the next attempt. It returns an error if ctx ends first.
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

// ContextError returns the reason why a context is done: its error and, if the cause differs, its cause.
func ContextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}

	return fmt.Errorf("%w: %w", err, cause)
}

// ErrAttemptTimeout is the cause of the context of an attempt that took longer than Settings.AttemptTimeout.
var ErrAttemptTimeout = errors.New("the attempt took longer than its time limit")

// withTimeLimit returns a context that ends with the time limit of an attempt.
func (i *invocation) withTimeLimit(ctx context.Context) (context.Context, context.CancelFunc) {
	if limit := i.settings.AttemptTimeout; limit > 0 {
		return context.WithTimeoutCause(ctx, limit, ErrAttemptTimeout)
	}

	return ctx, func() {}
}

// hasOtherCredentials reports whether a retry would use other credentials than those that Redshift refused: the provider returns
// others already, or returns others after a refresh. It returns true at most once for each of the two reasons. It takes at most the
// time limit of an attempt.
func (i *invocation) hasOtherCredentials(ctx context.Context) bool {
	ctx, cancel := i.withTimeLimit(ctx)
	defer cancel()
	if slices.Contains(i.used, credentialsRefreshed) {
		return false
	}
	if i.Credentials.changed(ctx, i.context.signedBy()) && i.use(credentialsChanged) {
		return true
	}

	return i.Credentials.refresh(ctx, i.sent.system) && i.use(credentialsRefreshed)
}

// failed returns the error of the call. last is its cause. ended is the reason why no retry followed. It is nil if last is the
// reason.
func (i *invocation) failed(last, ended error) error {
	failure := Failure{Attempts: i.number, Last: last, Ended: ended}
	if i.mayHaveTakenEffect {
		failure.MayHaveTakenEffect, failure.SeeOperation = true, i.plan().See
	}

	return i.call.Failed(failure)
}
