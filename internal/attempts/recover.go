package attempts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/recovery"
)

// LookUp connects the calls of a look-up with the call whose response was lost.
type LookUp struct {
	began   moment // when the first attempt of that call began
	compare *recovery.Comparison
	final   bool // whether each call of the look-up has one attempt only
}

// addWindow adds the window that the response to a successful call of the look-up shows.
func (l *LookUp) addWindow(call *invocation) {
	var header http.Header
	if call.response != nil {
		header = call.response.Header
	}
	l.compare.Windows = append(l.compare.Windows, call.window(header, l.began))
}

// window returns when a call began, by the Date of the response to the current attempt.
func (i *invocation) window(header http.Header, began moment) recovery.Window {
	// The server set the Date after the request and before now.
	elapsed := append(i.sent.since(began), i.Clock.moment().since(began)...)

	return recovery.NewWindow(dateOf(header), i.Clock.Now(), elapsed...)
}

// dateOf returns the Date of a response. It returns the zero time if the header is missing, repeated with different values, or not
// in GMT, or if the response has an Age: it comes from a cache and has the Date of the copy.
func dateOf(header http.Header) time.Time {
	dates := slices.Compact(slices.Clone(header.Values("Date")))
	if len(dates) != 1 || header.Get("Age") != "" {
		return time.Time{}
	}
	date, err := time.Parse(http.TimeFormat, dates[0])
	if err != nil {
		return time.Time{}
	}

	return date
}

// plan returns the plan of the call, and makes it on first use.
func (i *invocation) plan() *recovery.Plan {
	if i.recovery == nil {
		i.lookUp = &LookUp{began: i.began, compare: new(recovery.Comparison)}
		plan := i.call.Plan(Settings{
			Policy:         i.settings.Policy,
			AttemptTimeout: i.settings.AttemptTimeout,
			IgnoresBudget:  i.settings.IgnoresBudget,
			LookUp:         i.lookUp,
		})
		if i.settings.Rewritten {
			plan = plan.WithoutParams()
		}
		i.recovery = &plan
	}

	return i.recovery
}

// recover handles a refusal whose reason can be an earlier attempt that took effect although its response was lost. ok reports
// whether the refusal can have that reason. Then result or recoverErr ends the call.
func (i *invocation) recover(ctx context.Context, err error, refusal *awsquery.Error) (result any, ok bool, recoverErr error) {
	if !i.mayHaveTakenEffect || refusal == nil {
		return nil, false, nil
	}
	plan := i.plan()
	switch {
	case plan.IsDone(refusal.Code):
		return i.recovered(plan.Gone()), true, nil
	case !plan.IsSettled(refusal.Code) || plan.LookUp == nil:
		return nil, false, nil
	}
	refused := i.window(refusal.Header, i.began)
	finding, ended := i.find(ctx, i.settings.Policy.MaxAttempts, refused)
	switch finding.Verdict {
	case recovery.Ours:
		return i.recovered(finding.Result), true, nil
	case recovery.NotOurs:
		i.mayHaveTakenEffect = false // someone else made the resource, so no attempt took effect

		return nil, true, i.failed(err, nil)
	default:
		return nil, true, i.failed(fmt.Errorf("%w; it is not known whether an earlier attempt took effect: %w", err, finding.Err), ended)
	}
}

// recovered ends a call that took effect although its response was lost.
func (i *invocation) recovered(result any) any {
	i.Budget.refill(i.budgetUsed + 1)

	return result
}

// giveUp ends a call without a retry. If an attempt may have taken effect and the attempts or the budget are used up, it makes one
// look-up. The look-up has one attempt, because Redshift may still be unavailable. If ctx leaves no time, giveUp makes no look-up.
func (i *invocation) giveUp(ctx context.Context, class classification, err, ended error) (any, error) {
	hasTime := ctx.Err() == nil && (ended == nil || errors.Is(ended, ErrBudgetEmpty))
	if !i.mayHaveTakenEffect || !class.retry || !hasTime || !i.plan().CanLookUp() {
		return nil, i.failed(err, ended)
	}
	i.lookUp.final = true
	finding, _ := i.find(ctx, 1)
	if finding.Verdict == recovery.Ours {
		return i.recovered(finding.Result), nil
	}

	return nil, i.failed(fmt.Errorf("%w; a look-up does not show that it took effect: %w", err, finding.Err), ended)
}

// find looks up the resource of the call, up to count times, while another look-up can show more. If the context ends the look-ups
// early, ended is the reason. Each look-up begins with the given windows.
func (i *invocation) find(ctx context.Context, count int, windows ...recovery.Window) (finding recovery.Finding, ended error) {
	for number := 1; ; number++ {
		i.lookUp.compare = &recovery.Comparison{Windows: windows[:len(windows):len(windows)]}
		finding = i.plan().Find(ctx, i.lookUp.compare)
		if !finding.LookAgain || number >= count {
			return finding, nil
		}
		delay := i.settings.Policy.delay(number, classification{}, i.Jitter)
		if ended := i.wait(ctx, delay, finding.Err); ended != nil {
			return finding, ended
		}
	}
}
