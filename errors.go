package redshift

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/redshift-go/redshift/internal/attempts"
)

// ErrRetryBudgetEmpty is why a call was not retried although a retry could have helped: so many calls of the client failed
// without a response, or with a status of 500 or above, that its retry budget is used up. See [RetryPolicy].Budget.
var ErrRetryBudgetEmpty = attempts.ErrBudgetEmpty

// IsThrottled reports whether err means that Redshift throttled the call until its attempts ran out: the account made too many
// calls, and the same call can succeed later. AWS has many codes for this, which docs/reliability.md lists. A response without a
// code counts by its HTTP status, 429. An [OutcomeUnknownError] is not throttled: check whether the call took effect before you
// call again.
func IsThrottled(err error) bool {
	return attempts.IsThrottled(err) && !errors.As(err, new(*OutcomeUnknownError))
}

// OutcomeUnknownError reports that a call that changes something may or may not have taken effect, because a response was lost and
// nothing showed it afterwards. It unwraps to what happened.
//
// Redshift has no token that marks a repetition. If an attempt may have taken effect, the client looks up the resource when a
// later attempt is refused because the resource exists already or is gone already, or when no attempt got a response.
// docs/reliability.md says how for each operation. RestoreTableFromClusterSnapshot, and CreateSnapshotSchedule without a
// ScheduleIdentifier, have no effect that differs from that of another call, and are not retried then.
type OutcomeUnknownError struct {
	// Operation is the name of the call, such as RestoreTableFromClusterSnapshot.
	Operation string
	// SeeOperation is the operation that shows whether the call took effect, such as DescribeTableRestoreStatus. Empty: none does.
	SeeOperation string
	// Err is what happened. It has an awsquery.Error or an awsquery.SendError in it, and a RetryError after several attempts.
	Err error
}

// Error returns what happened and the operation that shows more.
func (e *OutcomeUnknownError) Error() string {
	if e == nil {
		return "no error of a call"
	}
	see := ""
	if e.SeeOperation != "" {
		see = ", see " + e.SeeOperation
	}

	return fmt.Sprintf("%s: it may have taken effect%s: %s", e.Operation, see, withoutOperation(e.Operation, e.Err))
}

// MarshalJSON writes the operation, the operation that shows more, and what happened.
func (e *OutcomeUnknownError) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}

	return json.Marshal(struct {
		Operation    string `json:"operation"`
		SeeOperation string `json:"seeOperation,omitzero"`
		Cause        any    `json:"cause"`
	}{e.Operation, e.SeeOperation, errorForJSON(e.Err)})
}

// LogValue logs the error's text.
func (e *OutcomeUnknownError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// Unwrap returns what happened.
func (e *OutcomeUnknownError) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}
