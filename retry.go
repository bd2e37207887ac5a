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

// The defaults of a [RetryPolicy], and of the time that an attempt has.
const (
	defaultMaxAttempts     = 5
	defaultBaseDelay       = 200 * time.Millisecond
	defaultThrottlingDelay = time.Second
	defaultMaxDelay        = 20 * time.Second
	defaultRetryBudget     = 500
	defaultAttemptTimeout  = 30 * time.Second
)

// RetryPolicy configures the attempts of a call and the backoff between them. The zero value is fine.
//
// A policy does not choose the failures that are retried. The client retries an attempt that Redshift throttled, at any HTTP
// status; that failed at a service behind Redshift, timed out there, or had a status of 500 or above; that got no response, or
// none in time; and whose response broke off. It retries nothing else, and nothing after the context of the call has ended.
// If the context's deadline is earlier than the next attempt, the call fails immediately. If an attempt may have taken effect
// although its response was lost, the client checks that before or after the next one: see [OutcomeUnknownError].
type RetryPolicy struct {
	// MaxAttempts is the largest number of attempts of a call, the first one included. 1 disables retries.
	// Default: the environment variable AWS_MAX_ATTEMPTS, or 5.
	MaxAttempts int

	// BaseDelay is the longest delay before the second attempt. It doubles with each further attempt. The delay itself is
	// random, between 0 and that ("full jitter"), so that clients which failed together do not retry together.
	// Default: 200 ms.
	BaseDelay time.Duration

	// ThrottlingDelay replaces BaseDelay after an attempt that Redshift throttled.
	// Default: 1 second.
	ThrottlingDelay time.Duration

	// MaxDelay is the longest delay. It also limits a Retry-After header of a response. The client waits at least as long as
	// the limited header says, plus jitter: up to half of that time, or the delay without the header if that is longer.
	// Default: 20 seconds.
	MaxDelay time.Duration

	// Budget is the number of retries that all calls of a client share while Redshift is unavailable. A retry after a failure
	// without a response, after one that broke off, or after a status of 500 or above takes one out. A call that succeeds puts
	// back its own retries and one more. Throttling does not change the budget. If it is empty, a call makes one attempt, and
	// its error matches ErrRetryBudgetEmpty. [WithRetryPolicy] with a negative Budget lets one call ignore it.
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

func setDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// check names the fields that make no sense.
func (p RetryPolicy) check() error {
	var wrong []error
	if p.MaxAttempts < 0 {
		wrong = append(wrong, fmt.Errorf("MaxAttempts is %d: a call has one attempt at least, and 0 is the default", p.MaxAttempts))
	}
	for _, delay := range []struct {
		name  string
		value time.Duration
	}{{"BaseDelay", p.BaseDelay}, {"ThrottlingDelay", p.ThrottlingDelay}, {"MaxDelay", p.MaxDelay}} {
		if delay.value < 0 {
			wrong = append(wrong, fmt.Errorf("%s is negative, and 0 is the default", delay.name))
		}
	}

	return errors.Join(wrong...)
}

// RetryError reports a call that failed after more than one attempt, or whose next attempt could not start. It unwraps to the
// error of the last attempt and to Ended.
type RetryError struct {
	// Operation is the name of the call, such as CreateClusterSnapshot.
	Operation string
	// Attempts is the number of attempts.
	Attempts int
	// Last is the error of the last attempt, with an awsquery.Error or an awsquery.SendError in it. If look-ups followed a lost
	// response, it has their failure in it too.
	Last error
	// Ended is why no retry followed, if something other than Last prevented it: the error of the context and its cause,
	// context.DeadlineExceeded if the deadline is earlier than the next attempt, ErrRetryBudgetEmpty, or the error that prevented
	// the signature of the next attempt. Nil if the attempts
	// were used up or a retry could not help.
	Ended error
}

// Error returns the number of attempts, why no retry followed, and the last failure.
func (e *RetryError) Error() string {
	if e == nil {
		return "no error of a retried call"
	}
	attempts := strconv.Itoa(e.Attempts) + " attempts"
	if e.Attempts == 1 {
		attempts = "1 attempt"
	}
	last := withoutOperation(e.Operation, e.Last)
	if e.Ended != nil {
		return fmt.Sprintf("%s: gave up after %s: %v; the last error: %s", e.Operation, attempts, e.Ended, last)
	}

	return fmt.Sprintf("%s: gave up after %s: %s", e.Operation, attempts, last)
}

// withoutOperation returns the text of an error without the operation that it starts with. The error around it names the operation.
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

// MarshalJSON writes the operation, the number of attempts, and the texts or the JSON of Last and Ended.
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

// errorForJSON is an error that knows how to be written, or else its text.
func errorForJSON(err error) any {
	if err == nil {
		return nil
	}
	if marshaler, ok := err.(json.Marshaler); ok {
		return marshaler
	}

	return err.Error()
}
