package redshift

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// Defaults of a [RetryPolicy], and of Config.AttemptTimeout.
const (
	defaultMaxAttempts     = 5
	defaultBaseDelay       = 200 * time.Millisecond
	defaultThrottlingDelay = time.Second
	defaultMaxDelay        = 20 * time.Second
	defaultRetryBudget     = 500
	defaultAttemptTimeout  = 30 * time.Second
)

// RetryPolicy configures the attempts of a call and the backoff between them. The zero value has the defaults.
//
// A policy does not choose the failures that are retried. The client retries after an attempt
//   - that Redshift throttled, at any HTTP status,
//   - that failed or timed out in Redshift or in a service that Redshift calls, or got a status of 500 or above,
//   - that got no response in time,
//   - whose response was incomplete.
//
// docs/reliability.md lists the other cases. The client never retries when the context of the call is done. If the next attempt
// would start after the deadline of the context, the call fails immediately. If an attempt may have taken effect although its
// response was lost, the client may look up the resource before the call returns: see [OutcomeUnknownError].
type RetryPolicy struct {
	// MaxAttempts is the largest number of attempts of a call, the first one included. 1 disables retries.
	// Default: the environment variable AWS_MAX_ATTEMPTS, or 5.
	MaxAttempts int

	// BaseDelay is the longest delay before the second attempt. The longest delay doubles with each further attempt. The actual
	// delay is random, from 0 to the longest delay ("full jitter"), so that clients that failed together do not retry together.
	// Default: 200 ms.
	BaseDelay time.Duration

	// ThrottlingDelay replaces BaseDelay after an attempt that Redshift throttled.
	// Default: 1 second.
	ThrottlingDelay time.Duration

	// MaxDelay limits the delays and the time in the Retry-After header of a response. After a response with that header, the delay
	// is this limited time plus jitter. The jitter is random, from 0 to half of that time, or to the longest delay without the
	// header if that is longer.
	// Default: 20 seconds.
	MaxDelay time.Duration

	// Budget is the number of retries that all calls of a client share while Redshift is unavailable. A retry takes 1 from the
	// budget if the attempt before it got no response, an unreadable response, a status of 500 or above, or an error code that
	// means that Redshift failed or timed out. A call that succeeds puts back its own retries and 1 more. Retries after throttling
	// need no budget. While the budget is empty, no retry follows such an attempt, and the error of the call matches
	// ErrRetryBudgetEmpty. [WithRetryPolicy] with a negative Budget makes one call ignore the budget.
	// Default: 500, which 125 calls that fail with 5 attempts each use up. Negative: unlimited.
	Budget int
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	setDefault(&p.MaxAttempts, defaultMaxAttempts)
	setDefault(&p.BaseDelay, defaultBaseDelay)
	setDefault(&p.ThrottlingDelay, defaultThrottlingDelay)
	setDefault(&p.MaxDelay, defaultMaxDelay)
	setDefault(&p.Budget, defaultRetryBudget)

	return p
}

// setDefault sets a zero value to its default.
func setDefault[T comparable](value *T, standard T) {
	var zero T
	if *value == zero {
		*value = standard
	}
}

// check returns an error for each invalid field. The errors begin with the source of the policy, such as Config.Retry.
func (p RetryPolicy) check(source string) error {
	var problems []error
	if p.MaxAttempts < 0 {
		problems = append(problems, fmt.Errorf("%s: MaxAttempts is %d, use 1 or more, or 0 for the default", source, p.MaxAttempts))
	}
	for _, delay := range []struct {
		name  string
		value time.Duration
	}{{"BaseDelay", p.BaseDelay}, {"ThrottlingDelay", p.ThrottlingDelay}, {"MaxDelay", p.MaxDelay}} {
		if delay.value < 0 {
			problems = append(problems, fmt.Errorf("%s: %s is negative, use 0 for the default", source, delay.name))
		}
	}

	return errors.Join(problems...)
}

// RetryError reports that a call failed after more than one attempt, or that its next attempt could not start. It unwraps to Last and,
// if it is not nil, Ended.
type RetryError struct {
	// Operation is the name of the call, such as CreateClusterSnapshot.
	Operation string
	// Attempts is the number of attempts.
	Attempts int
	// Last is the error of the last attempt. It contains an [Error] or a [SendError]. If look-ups after a lost response failed, it
	// contains their error too.
	Last error
	// Ended is the reason why no retry followed, if Last is not the reason: the error of the context and its cause,
	// context.DeadlineExceeded if the next attempt would start after the deadline, ErrRetryBudgetEmpty, or the error of signing the
	// next attempt. It is nil if the attempts ran out or a retry could not help.
	Ended error
}

// Error returns the operation, the number of attempts, Ended and Last.
func (e *RetryError) Error() string {
	if e == nil {
		return "nil RetryError"
	}
	count := strconv.Itoa(e.Attempts) + " attempts"
	if e.Attempts == 1 {
		count = "1 attempt"
	}
	last := withoutOperation(e.Operation, e.Last)
	if e.Ended != nil {
		return fmt.Sprintf("%s: gave up after %s: %s; the last error: %s", e.Operation, count, withoutOperation(e.Operation, e.Ended), last)
	}

	return fmt.Sprintf("%s: gave up after %s: %s", e.Operation, count, last)
}

// withoutOperation returns the text of an error without the operation at its beginning, because the error around it names the
// operation.
func withoutOperation(operation string, err error) string {
	if err == nil {
		return "no error"
	}

	return strings.TrimPrefix(err.Error(), operation+": ")
}

// Unwrap returns Last and, if it is not nil, Ended.
func (e *RetryError) Unwrap() []error {
	if e == nil {
		return nil
	}
	if e.Ended == nil {
		return []error{e.Last}
	}

	return []error{e.Last, e.Ended}
}

// MarshalJSON writes the operation, the number of attempts, and the JSON or the text of Last and Ended.
func (e *RetryError) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}

	return json.Marshal(struct {
		Operation string `json:"operation"`
		Attempts  int    `json:"attempts"`
		Last      any    `json:"last"`
		Ended     any    `json:"ended,omitempty"`
	}{e.Operation, e.Attempts, errorForJSON(e.Last), errorForJSON(e.Ended)})
}

// LogValue logs the error's text.
func (e *RetryError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// errorForJSON returns an error that has a JSON form, or the text of any other error.
func errorForJSON(err error) any {
	if err == nil {
		return nil
	}
	if marshaler, ok := err.(json.Marshaler); ok {
		return marshaler
	}

	return err.Error()
}
