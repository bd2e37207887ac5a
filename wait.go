package redshift

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/models"
)

const (
	defaultWaitMinDelay = 5 * time.Second
	defaultWaitMaxDelay = 30 * time.Second
	defaultMaxOutage    = 10 * time.Minute
	// notFoundTolerance is how many polls in a row may fail to find a new resource.
	notFoundTolerance = 5
	// lastPollMargin is the least time that a wait leaves for the last poll of an outage.
	lastPollMargin = 5 * time.Second
)

// ErrOutageTooLong is the reason why a wait ended early if Redshift was unavailable for longer than WaitOptions.MaxOutage. Match it
// with errors.Is. The error of the wait also contains the last failure, but it never matches context.DeadlineExceeded or
// context.Canceled: these mean that the caller's context is done.
var ErrOutageTooLong = errors.New("the outage of Redshift lasted too long")

// WaitOptions configures a wait. The zero value has the defaults. A wait returns an error for a field that is set although the wait
// does not use it. Only ctx limits the time of a wait.
type WaitOptions struct {
	// MinDelay is the shortest delay between two polls. The longest delay grows by half from poll to poll, up to MaxDelay. The
	// actual delay is random, between two thirds of the longest delay and the longest delay, so that waits that start together do
	// not poll together.
	// Default: 5 seconds, or two thirds of MaxDelay if that is shorter.
	MinDelay time.Duration

	// MaxDelay is the longest delay between two polls. If it equals MinDelay, the delay is fixed.
	// Default: 30 seconds, or one and a half times MinDelay if that is longer.
	MaxDelay time.Duration

	// MaxOutage is how long Redshift may be unavailable before the wait ends with [ErrOutageTooLong]. An outage begins with the
	// first poll that is throttled, gets no response or gets an HTTP status of 500 or above, after all of its attempts. MaxOutage
	// also limits each poll. Until a call or wait of the client has got a response from AWS (a success or an AWS error code), a failed
	// poll ends the wait, because the address may be wrong.
	// Default: 10 minutes. Negative: the first failed poll ends the wait.
	MaxOutage time.Duration

	// Progress is a function that the wait calls after every poll that shows the resource, including the last one, in the goroutine
	// of the wait.
	Progress func(WaitProgress)

	// ExpectNew is for a resource that was created moments ago: up to 5 polls in a row may fail to find it, about a minute with the
	// default delays. A [Client] sets it for resources that it created, copied, restored or renamed in the last minute. Set it if the
	// outcome of the call is unknown, or if another program made the call.
	ExpectNew bool

	// RenamedFrom is the previous identifier of a cluster that ModifyCluster renames, for [Client.WaitClusterAvailable] with the new
	// identifier. A rename takes minutes. Until the new identifier is visible, the wait describes the cluster by the previous one.
	RenamedFrom string

	// AvailableSuffices ends [Client.WaitClusterRestored] when the cluster is available, before all of its data is restored.
	// Queries take longer if they need data that is not restored yet.
	AvailableSuffices bool
}

// WaitProgress describes the resource of a wait after a poll.
type WaitProgress struct {
	// Status is the resource's status, such as "creating".
	Status string
	// Fraction is the part of the work that is done, from 0 to 1. It is 0 if Redshift does not return the progress.
	Fraction float64
	// Polls is the number of polls so far.
	Polls int
	// Waited is the time since the wait began.
	Waited time.Duration
	// Resource is the resource as the poll showed it. It has the type that the wait returns, such as models.Snapshot.
	Resource any
}

// WaitError reports that a wait ended early. It unwraps to the reason: an error of this package such as
// [ErrSnapshotFailed], the error of the last call (for example an awsquery.Error with the code
// models.ErrClusterSnapshotNotFound), or the context's error and its cause.
//
// Its text and its JSON do not contain the resource's identifier, because no error of this package repeats the values of
// parameters. [SnapshotWaitError], [ClusterWaitError] and [TableRestoreWaitError] are names of its instances.
type WaitError[Resource any] struct {
	// Last is the resource as the last poll that found it showed it. It is the zero value if no poll found it.
	Last Resource
	// Polls is the number of polls.
	Polls int
	// Waited is the time since the wait began.
	Waited time.Duration
	// Err is the reason.
	Err error

	subject, status string // set by the wait; otherwise they follow from Last
}

// Error returns the kind of the resource, its last status, the number of polls, the time waited and the reason.
func (e *WaitError[Resource]) Error() string {
	subject, status := e.describe()
	if e == nil {
		return "waiting for " + subject
	}
	seen := "never seen"
	if status != "" {
		seen = fmt.Sprintf("last seen %q", status)
	}

	return fmt.Sprintf("waiting for %s (%s; polls: %d; waited %v): %v", subject, seen, e.Polls, e.Waited.Round(time.Millisecond), e.Err)
}

func (e *WaitError[Resource]) describe() (subject, status string) {
	if e == nil {
		var none Resource

		return describeResource(none)
	}
	if e.subject != "" {
		return e.subject, e.status
	}

	return describeResource(e.Last)
}

// describeResource returns the type of a resource in words, and its status.
func describeResource(resource any) (subject, status string) {
	switch resource := resource.(type) {
	case models.Snapshot:
		return "a snapshot", string(resource.Status)
	case models.Cluster:
		return "a cluster", string(resource.ClusterStatus)
	case models.TableRestoreStatus:
		return "a restored table", string(resource.Status)
	default:
		return "a resource", ""
	}
}

// Unwrap returns the reason.
func (e *WaitError[Resource]) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}

// Format prints the error's text for every verb, because Last contains the values of parameters.
func (e *WaitError[Resource]) Format(state fmt.State, _ rune) { io.WriteString(state, e.Error()) }

// MarshalJSON writes the last status, the number of polls, the seconds waited and the reason.
func (e *WaitError[Resource]) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	_, status := e.describe()

	return json.Marshal(map[string]any{
		"lastStatus":    status,
		"polls":         e.Polls,
		"waitedSeconds": e.Waited.Seconds(),
		"reason":        fmt.Sprint(e.Err),
	})
}

// LogValue logs the error's text.
func (e *WaitError[Resource]) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// poller repeats a describe call until the resource is in the state that the caller waits for. To add a wait, set accept on
// the poller of a resource type, such as the one that Client.clusterPoller returns.
type poller[Resource any] struct {
	subject  string // the object of the wait in error texts, such as "a snapshot"
	options  WaitOptions
	uses     []string // the optional options that this wait uses
	invalid  error    // the reason why the wait cannot begin, nil if it can
	shared   *waitState
	describe func(context.Context) (Resource, error)
	watch    watch[Resource]
}

// Names of the options that only some waits use.
const (
	optionExpectNew         = "ExpectNew"
	optionRenamedFrom       = "RenamedFrom"
	optionAvailableSuffices = "AvailableSuffices"
)

// run polls until the wait is over, and returns the resource as the last poll that found it showed it.
func (p *poller[Resource]) run(ctx context.Context) (Resource, error) {
	delays, err := p.options.delays(p.shared.jitter)
	if err := errors.Join(err, p.options.refuseUnused(p.uses), p.invalid); err != nil {
		var none Resource

		return none, fmt.Errorf("redshift: wait for %s: %w", p.subject, err)
	}
	if ctx == nil {
		ctx = context.Background()
	}
	var (
		began  = time.Now()
		polls  int
		outage = outageTimer{longest: p.options.MaxOutage, reached: &p.shared.reached}
	)
	setDefault(&outage.longest, defaultMaxOutage)
	p.watch.shown = func(last *Resource) {
		if p.options.Progress != nil {
			p.options.Progress(WaitProgress{
				Status:   p.watch.traits.status(last),
				Fraction: p.watch.traits.fraction(last),
				Polls:    polls,
				Waited:   time.Since(began),
				Resource: *last,
			})
		}
	}
	fail := func(reason error) (Resource, error) {
		return p.watch.last, p.watch.waitError(p.subject, polls, time.Since(began), reason)
	}
	for {
		if ctx.Err() != nil {
			return fail(attempts.ContextError(ctx))
		}
		polls++
		found, tolerated, err := p.poll(ctx, &outage)
		if !tolerated {
			done, reason := p.watch.observe(found, err)
			if reason != nil {
				return fail(reason)
			}
			if done {
				return p.watch.last, nil
			}
		}
		delay, last := delays.next(), false
		if tolerated {
			delay, last = outage.limit(delay)
		}
		if !sleep(ctx, delay) {
			return fail(attempts.ContextError(ctx))
		}
		if last {
			return fail(outage.tooLong(nil))
		}
	}
}

// poll describes the resource once. It reports whether the wait tolerates the error. If not, it returns the reason for the end of the
// wait.
func (p *poller[Resource]) poll(ctx context.Context, outage *outageTimer) (found Resource, tolerated bool, err error) {
	began := time.Now()
	limited, cancel := outage.withDeadline(ctx, began)
	defer cancel()
	found, err = p.describe(limited)
	switch {
	case err == nil:
		outage.end()

		return found, false, nil
	case ctx.Err() != nil:
		if !errors.Is(err, context.Cause(ctx)) || !errors.Is(err, ctx.Err()) {
			err = fmt.Errorf("%w: %w", attempts.ContextError(ctx), err)
		}

		return found, false, err
	case limited.Err() != nil && errors.Is(err, context.DeadlineExceeded):
		return found, false, outage.tooLong(err)
	}
	tolerated = outage.tolerates(err, began)
	if !endedBefore(ctx, limited, err) && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		err = withoutContext{err} // the context of an attempt ended, or the deadline of MaxOutage passed
	}

	return found, tolerated, err
}

// endedBefore reports whether a call with the limited context ended before the deadline of ctx because its next attempt would have been
// after that deadline.
func endedBefore(ctx, limited context.Context, err error) bool {
	var retried *RetryError
	if !errors.As(err, &retried) || !errors.Is(retried.Ended, context.DeadlineExceeded) {
		return false
	}
	deadline, ok := ctx.Deadline()
	limit, _ := limited.Deadline()

	return ok && deadline.Equal(limit)
}

// sleep waits for the delay. It reports false if ctx is done first.
func sleep(ctx context.Context, delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// traits has the functions of a type of resource that waits need.
type traits[Resource any] struct {
	status   func(*Resource) string
	fraction func(*Resource) float64
	// created, name and identity detect that another resource has the name of the first. Nil if that cannot happen.
	created  func(*Resource) time.Time
	name     func(*Resource) string
	identity func(*Resource) string
	// missing reports whether an error means that no resource matches the parameters.
	missing func(error) bool
	// deleted returns the error of a wait whose resource existed and is missing now. Nil if the error of the call is enough.
	deleted func(last *Resource, err error) error
}

// watch follows one resource from poll to poll.
type watch[Resource any] struct {
	traits    *traits[Resource]
	accept    func(*Resource) (done bool, reason error) // reports whether the resource is in the expected state, or why it never will be
	untilGone bool                                      // whether the wait is for the end of the resource
	expectNew bool
	shown     func(*Resource) // called when a poll shows the resource, may be nil

	last     Resource
	seen     bool
	created  time.Time // the creation time of the resource, zero until a poll shows it
	identity string    // empty until a poll shows it
	missed   int       // polls in a row that found no resource, before the first that found it
}

// observe records the result of a poll. It reports whether the wait is over, or returns the reason why the wait fails.
func (w *watch[Resource]) observe(found Resource, err error) (done bool, reason error) {
	switch {
	case err == nil && w.replacedBy(&found):
		return w.gone(errReplaced)
	case err == nil:
		w.last, w.seen = found, true
		if w.created.IsZero() && w.traits.created != nil {
			w.created = w.traits.created(&found)
		}
		if w.identity == "" && w.traits.identity != nil {
			w.identity = w.traits.identity(&found)
		}
		if w.shown != nil {
			w.shown(&w.last)
		}

		return w.accept(&w.last)
	case !w.traits.missing(err):
		return false, err
	case w.untilGone || w.seen:
		return w.gone(err)
	case w.expectNew && w.missed < notFoundTolerance:
		w.missed++

		return false, nil
	default:
		return false, err
	}
}

// gone handles a resource that is missing or replaced although an earlier poll showed it, and any missing resource in a wait for
// its end. A renamed resource still exists.
func (w *watch[Resource]) gone(err error) (done bool, reason error) {
	reason = err
	if w.traits.deleted != nil {
		reason = w.traits.deleted(&w.last, err)
	}
	if w.untilGone && !errors.Is(reason, ErrClusterRenamed) {
		return true, nil
	}

	return false, reason
}

// replacedBy reports whether a poll shows another resource than the polls before. A resource without an identity and a creation time,
// such as a cluster in the state creating, counts as the same.
func (w *watch[Resource]) replacedBy(found *Resource) bool {
	if !w.seen {
		return false
	}
	if w.traits.name != nil {
		before, after := w.traits.name(&w.last), w.traits.name(found)
		if before != "" && after != "" && !strings.EqualFold(before, after) {
			return true
		}
	}
	if w.traits.created == nil {
		return false
	}
	identity := ""
	if w.traits.identity != nil {
		identity = w.traits.identity(found)
	}
	known := w.identity != "" && identity != ""
	created := w.traits.created(found)
	switch {
	case known && identity == w.identity:
		return false
	case !w.created.IsZero() && !created.IsZero():
		return !created.Equal(w.created)
	default:
		return known
	}
}

// waitError returns the error of a wait that ended early.
func (w *watch[Resource]) waitError(subject string, polls int, waited time.Duration, reason error) *WaitError[Resource] {
	err := &WaitError[Resource]{Last: w.last, Polls: polls, Waited: waited, Err: reason, subject: subject}
	if w.seen {
		err.status = w.traits.status(&w.last)
	}

	return err
}

// outageTimer measures how long Redshift has been unavailable to a wait.
type outageTimer struct {
	longest time.Duration // negative: no failed poll is tolerated
	reached *reachedAWS   // shared by the calls and waits of the client
	since   time.Time     // the start of the first of several failed polls, zero after a successful poll
	last    error         // the error of the last failed poll
}

// withDeadline returns the context for a poll. It ends when the outage has lasted too long.
func (o *outageTimer) withDeadline(ctx context.Context, began time.Time) (context.Context, context.CancelFunc) {
	if o.longest < 0 {
		return ctx, func() {}
	}

	return context.WithDeadlineCause(ctx, o.deadline(began), errOutageDeadline{})
}

func (o *outageTimer) deadline(began time.Time) time.Time {
	if !o.since.IsZero() {
		began = o.since
	}

	return began.Add(o.longest)
}

func (o *outageTimer) end() {
	o.reached.note(nil)
	o.since, o.last = time.Time{}, nil
}

// tolerates reports whether the wait continues after a failed poll: the failure is temporary, and a response has proved that the
// endpoint is right. A negative MaxOutage tolerates nothing.
func (o *outageTimer) tolerates(err error, began time.Time) bool {
	o.reached.note(err)
	if !attempts.CanRetry(err) {
		o.since, o.last = time.Time{}, nil

		return false
	}
	if o.since.IsZero() {
		o.since = began
	}
	o.last = err

	return o.reached.Load() && o.longest >= 0
}

// reachedAWS is true after the first response that is from AWS: a success, or an error with a code. It proves that the endpoint of the
// client is right.
type reachedAWS struct{ atomic.Bool }

// note records the result of a call.
func (r *reachedAWS) note(err error) {
	if r.Load() {
		return
	}
	if refused := attempts.ResponseIn(err); err == nil || refused != nil && refused.Code != "" {
		r.Store(true)
	}
}

// limit shortens the delay before the next poll of an outage, so that the poll begins before the outage has lasted too long. It reports
// whether no time is left for a poll. The wait then ends after the delay.
func (o *outageTimer) limit(delay time.Duration) (limited time.Duration, last bool) {
	left := max(time.Until(o.since.Add(o.longest)), 0)
	switch {
	case delay < left:
		return delay, false
	case left/2 >= lastPollMargin:
		return left / 2, false
	default:
		return left, true
	}
}

// tooLong returns the error of an outage that lasted too long. The error of a poll that MaxOutage ended is useful only if one of
// its attempts had failed.
func (o *outageTimer) tooLong(cut error) error {
	failure := o.last
	if failure == nil || errors.As(cut, new(*RetryError)) {
		failure = cut
	}

	return fmt.Errorf("%w (MaxOutage is %v): %w", ErrOutageTooLong, o.longest, withoutContext{failure})
}

// errOutageDeadline is the cause of the deadline of a poll.
type errOutageDeadline struct{}

func (errOutageDeadline) Error() string        { return "the MaxOutage of the wait has passed" }
func (errOutageDeadline) Is(target error) bool { return target == context.DeadlineExceeded }

// withoutContext hides the context errors in an error. They come from the contexts of attempts and of the wait, and would look like the
// end of the caller's context.
type withoutContext struct{ err error }

func (w withoutContext) Error() string { return w.err.Error() }

func (w withoutContext) Is(target error) bool {
	return target != context.DeadlineExceeded && target != context.Canceled && errors.Is(w.err, target)
}

func (w withoutContext) As(target any) bool { return errors.As(w.err, target) }

// refuseUnused returns an error for each option that is set although the wait does not use it.
func (o WaitOptions) refuseUnused(used []string) error {
	var refused []error
	for _, option := range []struct {
		name string
		set  bool
	}{{optionExpectNew, o.ExpectNew}, {optionRenamedFrom, o.RenamedFrom != ""}, {optionAvailableSuffices, o.AvailableSuffices}} {
		if option.set && !slices.Contains(used, option.name) {
			refused = append(refused, fmt.Errorf("WaitOptions.%s has no effect on this wait: leave it unset", option.name))
		}
	}

	return errors.Join(refused...)
}

// waitDelays computes the delays between the polls of a wait.
type waitDelays struct {
	shortest, longest time.Duration
	ceiling           time.Duration // the longest that the next delay can be
	jitter            func(longest time.Duration) time.Duration
}

func (o WaitOptions) delays(jitter func(time.Duration) time.Duration) (*waitDelays, error) {
	if o.MinDelay < 0 || o.MaxDelay < 0 {
		return nil, errors.New("WaitOptions.MinDelay or WaitOptions.MaxDelay is negative")
	}
	shortest, longest := o.MinDelay, o.MaxDelay
	if shortest == 0 {
		shortest = defaultWaitMinDelay
		if longest > 0 {
			shortest = min(shortest, longest-longest/3)
		}
	}
	if longest == 0 {
		longest = max(defaultWaitMaxDelay, shortest+min(shortest/2, math.MaxInt64-shortest))
	}
	if longest < shortest {
		return nil, errors.New("WaitOptions.MaxDelay is shorter than WaitOptions.MinDelay")
	}
	if jitter == nil {
		jitter = attempts.FullJitter
	}
	delays := &waitDelays{shortest: shortest, longest: longest, ceiling: shortest, jitter: jitter}
	delays.grow()

	return delays, nil
}

// next returns a random delay in the upper third below the ceiling, and raises the ceiling.
func (d *waitDelays) next() time.Duration {
	floor := max(d.shortest, d.ceiling-d.ceiling/3)
	delay := floor + d.jitter(d.ceiling-floor)
	d.grow()

	return delay
}

func (d *waitDelays) grow() {
	d.ceiling += min(max(d.ceiling/2, time.Millisecond), d.longest-d.ceiling)
}

// idleTolerance ends a wait for a change that nothing brings about. Immediately after a call, a describe call may still show the resource
// as it was before.
type idleTolerance struct {
	begun bool
	polls int // polls in a row that show no sign of the change
}

// exceeded records a poll: whether it shows that the change has begun, or that the resource stays as it is. It reports whether the
// resource will stay as it is: the change had begun and was undone, or too many polls in a row showed no sign of it.
func (i *idleTolerance) exceeded(begun, idle bool) bool {
	i.begun = i.begun || begun
	if !idle {
		i.polls = 0

		return false
	}
	i.polls++

	return i.begun || i.polls > notFoundTolerance
}

// withMessage adds Redshift's message to the reason why a wait ended.
func withMessage(reason error, message string) error {
	if message == "" {
		return reason
	}

	return fmt.Errorf("%w: %.1024q", reason, message)
}

// onlyOne returns the only item of the first page. It returns the error none if the page is empty, and an error that wraps notOne
// if several items exist.
func onlyOne[Resource any](items []Resource, marker string, none, notOne error) (Resource, error) {
	var nothing Resource
	switch {
	case marker != "":
		return nothing, fmt.Errorf("%w: they match more than one page", notOne)
	case len(items) == 0:
		return nothing, none
	case len(items) > 1:
		return nothing, fmt.Errorf("%w: they match %d", notOne, len(items))
	default:
		return items[0], nil
	}
}

// fraction returns the part of the total that is done, from 0 to 1. It is 0 if the total is not known.
func fraction(progress, total float64) float64 {
	if total <= 0 {
		return 0
	}

	return min(max(progress/total, 0), 1)
}

// sharedState returns the state that the waits of the client share, also for a client that New did not make.
func (c *Client) sharedState() *waitState {
	if c == nil || c.waits == nil {
		return &waitState{}
	}

	return c.waits
}

var (
	errReplaced = errors.New("the parameters match another resource now")
	errNoResult = errors.New("the client returned neither a result nor an error")
)

// noResult returns the error of a service that returned neither a result nor an error.
func noResult(operation string) error { return fmt.Errorf("%s: %w", operation, errNoResult) }
