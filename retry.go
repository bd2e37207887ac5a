package redshift

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

// The defaults of a [RetryPolicy], and of the time that an attempt has.
const (
	defaultMaxAttempts     = 5
	defaultBaseDelay       = 200 * time.Millisecond
	defaultThrottlingDelay = time.Second
	defaultMaxDelay        = 20 * time.Second
	defaultAttemptTimeout  = 30 * time.Second
)

// RetryPolicy says how often a call is attempted, and how long the client waits in between. The zero value is fine.
//
// Which attempts are followed by another is not up to the policy. It is those that were throttled, at whatever HTTP
// status; those that failed at a service behind Redshift, or with a status of 500 or above; those that got no answer, in
// time or at all; and those whose answer broke off. Everything else is returned at once, and nothing is repeated once the
// context of the call has ended. Where an attempt may have been carried out although its answer was lost, the client finds
// that out before or after the next one, as [OutcomeUnknownError] says.
type RetryPolicy struct {
	// How many attempts a call has at most, the first one included; 1 repeats none.
	// Default: AWS_MAX_ATTEMPTS of the environment, or else 5.
	MaxAttempts int

	// The longest wait before the second attempt. It doubles with each further one; the wait itself is drawn at random
	// between nothing and that, so that clients which failed together do not come back together.
	// Default: 200 ms.
	BaseDelay time.Duration

	// What takes the place of BaseDelay after an attempt that was throttled.
	// Default: 1 second.
	ThrottlingDelay time.Duration

	// The longest wait of all, which also cuts what an answer asks for with Retry-After; where that is shorter, it is kept
	// to as it is.
	// Default: 20 seconds.
	MaxDelay time.Duration
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	setDefault(&p.MaxAttempts, defaultMaxAttempts)
	setDefault(&p.BaseDelay, defaultBaseDelay)
	setDefault(&p.ThrottlingDelay, defaultThrottlingDelay)
	setDefault(&p.MaxDelay, defaultMaxDelay)

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

// delay returns how long to wait after a failed attempt, which is the number-th.
func (p RetryPolicy) delay(number int, failed failure, jitter func(time.Duration) time.Duration) time.Duration {
	if failed.retryAfter > 0 {
		return min(failed.retryAfter, p.MaxDelay)
	}
	longest := p.BaseDelay
	if failed.throttled {
		longest = p.ThrottlingDelay
	}
	for ; number > 1 && longest < p.MaxDelay; number-- {
		longest += min(longest, p.MaxDelay-longest) // twice as long, which a Duration may not hold
	}

	return jitter(min(longest, p.MaxDelay))
}

// fullJitter draws a wait between nothing and the longest.
func fullJitter(longest time.Duration) time.Duration {
	return rand.N(min(longest, math.MaxInt64-1) + 1)
}

// failure is what a failed attempt means for the next.
type failure struct {
	retry      bool // another attempt may do better
	unknown    bool // Redshift may have carried it out
	throttled  bool
	atOnce     bool // without waiting
	retryAfter time.Duration
}

// IsThrottled tells whether an error is that of a call which Redshift throttled until its attempts were used up: there were
// too many calls of the account, and the same one is worth another try in a while. AWS has many codes for this, which
// docs/reliability.md lists, so it takes a function to tell. An answer without a code counts by its HTTP status, 429. A call that may have been
// carried out by an earlier attempt, an [OutcomeUnknownError], is not worth another try before somebody has looked.
func IsThrottled(err error) bool {
	refused := answered(err)

	return refused != nil && judgeAnswer(refused).throttled && !errors.As(err, new(*OutcomeUnknownError))
}

// throttlingCodes say that there were too many calls.
var throttlingCodes = []awsquery.ErrorCode{
	awsquery.ErrPriorRequestNotComplete,
	awsquery.ErrRequestLimitExceeded,
	awsquery.ErrRequestThrottled,
	awsquery.ErrRequestThrottledException,
	awsquery.ErrSlowDown,
	awsquery.ErrThrottledException,
	awsquery.ErrThrottling,
	awsquery.ErrThrottlingException,
	awsquery.ErrTooManyRequestsException,
	models.ErrDependentServiceRequestThrottlingFault,
}

// temporaryCodes say that something has to be available again before Redshift does anything.
var temporaryCodes = []awsquery.ErrorCode{
	models.ErrCopyToRegionDisabledFault,
	models.ErrDependentServiceUnavailableFault,
	models.ErrSnapshotCopyDisabledFault,
}

// internalCodes say that Redshift failed, so that it may have done a part or all of what it was asked for.
var internalCodes = []awsquery.ErrorCode{
	awsquery.ErrInternalError,
	awsquery.ErrInternalFailure,
	awsquery.ErrServiceUnavailable,
}

// judge says what the error of an attempt means.
func judge(err error) failure {
	if refused := answered(err); refused != nil {
		return judgeAnswer(refused)
	}
	var unanswered *awsquery.SendError
	if !errors.As(err, &unanswered) || unanswered == nil {
		return failure{} // nothing was attempted
	}
	failed := judgeConnection(unanswered.Err)
	if unanswered.NothingSent {
		failed.unknown = false
	}

	return failed
}

// answered returns Redshift's answer in the error of an attempt, nil if there was none. What kept an attempt from being
// answered may have such an error in it too: that of a provider of credentials which called another service.
func answered(err error) *awsquery.Error {
	var refused *awsquery.Error
	if errors.As(err, new(*awsquery.SendError)) || !errors.As(err, &refused) {
		return nil
	}

	return refused
}

func judgeAnswer(answer *awsquery.Error) failure {
	if answer.StatusCode == 0 && answer.Code != "" && !slices.Contains(throttlingCodes, answer.Code) && !slices.Contains(temporaryCodes, answer.Code) {
		return failure{} // a stub's, or that of one snapshot of a batch: the code is all there is
	}
	failed := failure{retryAfter: retryAfter(answer.Header)}
	var unread *awsquery.ReadError
	switch {
	case slices.Contains(throttlingCodes, answer.Code), answer.Code == "" && answer.StatusCode == http.StatusTooManyRequests:
		failed.retry, failed.throttled = true, true
	case slices.Contains(temporaryCodes, answer.Code):
		failed.retry = true
	case answer.StatusCode >= http.StatusInternalServerError, slices.Contains(internalCodes, answer.Code),
		answer.Code == "" && answer.StatusCode < http.StatusMultipleChoices:
		failed.retry, failed.unknown = true, true
	case answer.Code == "" && errors.As(answer.Err, &unread):
		failed.retry = true // the status is that of a refusal, but its code was lost
	}

	return failed
}

// judgeConnection says what an attempt without an answer means.
func judgeConnection(err error) failure {
	var (
		signing     *sigv4.SigningError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		lookup      *net.DNSError
		connection  *net.OpError
	)
	during := ""
	if errors.As(err, &connection) {
		during = connection.Op
	}
	const tlsAlert = "remote error"
	switch {
	case errors.As(err, &signing), errors.As(err, &certificate), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return failure{} // nothing was carried out, and the next attempt would be no better
	case during == tlsAlert:
		return failure{unknown: true} // it ends a handshake that would fail again, but can also come after the request
	case errors.As(err, &lookup), during == "dial", during == "proxyconnect":
		return failure{retry: true} // nothing was sent
	default:
		return failure{retry: true, unknown: true}
	}
}

// retryAfter reads how long an answer asks to wait, in seconds or as a date.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if text == "" {
		return 0
	}
	// A number that an int cannot hold becomes the largest or the smallest.
	if seconds, err := strconv.Atoi(text); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(seconds, 0), int(time.Hour/time.Second))) * time.Second
	}
	until, err := http.ParseTime(text)
	answered, dateErr := http.ParseTime(header.Get("Date"))
	if err != nil || dateErr != nil {
		return 0
	}

	return max(until.Sub(answered), 0)
}

// RetryError is a call that failed more than once, or whose context ended before it could be attempted again. It unwraps
// to the error of the last attempt and to the context's.
type RetryError struct {
	// Operation is the name of the call, such as CreateClusterSnapshot.
	Operation string
	// Attempts is how many there were.
	Attempts int
	// Last is the error of the last attempt, in which there is an awsquery.Error or an awsquery.SendError; or that of looking
	// what an earlier one did.
	Last error
	// Ended is the context's error, and its cause, where it ended the waiting. Nil where the attempts were used up.
	Ended error
}

// Error says how often the call was attempted, and what became of it the last time.
func (e *RetryError) Error() string {
	if e == nil {
		return "no error of a retried call"
	}
	attempts := strconv.Itoa(e.Attempts) + " attempts"
	if e.Attempts == 1 {
		attempts = "1 attempt"
	}
	if e.Ended != nil {
		return fmt.Sprintf("%s: gave up after %s: %v; the last: %v", e.Operation, attempts, e.Ended, e.Last)
	}

	return fmt.Sprintf("%s: gave up after %s; the last: %v", e.Operation, attempts, e.Last)
}

// Unwrap returns the error of the last attempt and, where there is one, that of the context.
func (e *RetryError) Unwrap() []error {
	if e == nil {
		return nil
	}
	if e.Ended == nil {
		return []error{e.Last}
	}

	return []error{e.Last, e.Ended}
}

// MarshalJSON writes the operation, the number of attempts, the last one's error, and the context's as text.
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
