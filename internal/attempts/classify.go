package attempts

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

// classification describes a failed attempt, and how to retry it.
type classification struct {
	retry              bool          // whether a retry can help
	mayHaveTakenEffect bool          // whether Redshift may have carried out the attempt
	throttled          bool          // whether Redshift throttled the attempt
	spendsBudget       bool          // whether a retry counts against the client's budget
	immediate          bool          // whether the retry needs no delay
	retryAfter         time.Duration // the delay that the response requests, 0 if none
}

// IsThrottled reports whether Redshift throttled the attempt that failed with err.
func IsThrottled(err error) bool {
	response := ResponseIn(err)

	return response != nil && classifyResponse(response).throttled
}

// CanRetry reports whether a retry can help after an attempt that failed with err.
func CanRetry(err error) bool { return classify(err).retry }

// ThrottlingCodes mean that the account made too many calls. They include all codes that Amazon's Go SDK retries as throttling,
// even those that other services use: a proxy or a service behind Redshift can return them.
var ThrottlingCodes = []awsquery.ErrorCode{
	awsquery.ErrPriorRequestNotComplete,
	awsquery.ErrRequestLimitExceeded,
	"RequestThrottled",
	"RequestThrottledException",
	"SlowDown",
	"ThrottledException",
	awsquery.ErrThrottling,
	"ThrottlingException",
	"TooManyRequestsException",
	models.ErrDependentServiceRequestThrottlingFault,
	"BandwidthLimitExceeded",
	"EC2ThrottledException",
	"LimitExceededException",
	"ProvisionedThroughputExceededException",
	"TransactionInProgressException",
}

// temporaryCodes mean that Redshift can carry out the call only after something becomes available again.
var temporaryCodes = []awsquery.ErrorCode{
	models.ErrCopyToRegionDisabledFault,
	models.ErrDependentServiceUnavailableFault,
	models.ErrSnapshotCopyDisabledFault,
}

// serverFaultCodes mean that the service failed or gave up during the call, which may have taken effect.
var serverFaultCodes = []awsquery.ErrorCode{
	awsquery.ErrInternalError,
	awsquery.ErrInternalFailure,
	awsquery.ErrRequestTimeout,
	awsquery.ErrServiceUnavailable,
	"RequestTimeoutException",
}

// classify classifies the error of an attempt.
func classify(err error) classification {
	if response := ResponseIn(err); response != nil {
		return classifyResponse(response)
	}

	return classifyWithoutResponse(err)
}

// classifyWithoutResponse is classify for an error without a response in it.
func classifyWithoutResponse(err error) classification {
	var failed *awsquery.SendError
	if !errors.As(err, &failed) || failed == nil {
		return classification{} // nothing was attempted
	}

	return classifySendError(failed)
}

// ResponseIn returns the response in the error of an attempt, or nil. It ignores a response inside an [awsquery.SendError]: that
// one is from another service, which a credentials provider called.
func ResponseIn(err error) *awsquery.Error {
	var response *awsquery.Error
	if errors.As(err, new(*awsquery.SendError)) || !errors.As(err, &response) {
		return nil
	}

	return response
}

// classifyResponse classifies a response by its code. For a response without a code, it uses the status and the reason why the
// response is unreadable.
func classifyResponse(response *awsquery.Error) classification {
	after := retryAfter(response.Header)
	status := response.StatusCode
	var broken *awsquery.ReadError
	switch {
	case slices.Contains(ThrottlingCodes, response.Code), response.Code == "" && status == http.StatusTooManyRequests:
		return classification{retry: true, throttled: true, retryAfter: after}
	case slices.Contains(temporaryCodes, response.Code):
		return classification{retry: true, retryAfter: after}
	case slices.Contains(serverFaultCodes, response.Code), status >= http.StatusInternalServerError,
		response.Code == "" && (lacksErrorStatus(response) || status == http.StatusRequestTimeout):
		return classification{retry: true, mayHaveTakenEffect: true, spendsBudget: true, retryAfter: after}
	case response.Code == "" && status >= http.StatusBadRequest && errors.As(response.Err, &broken):
		// The status shows that Redshift refused the call. Only the reason is lost.
		return classification{retry: true, spendsBudget: true, retryAfter: after}
	default:
		return classification{}
	}
}

// lacksErrorStatus reports whether the status of a response is neither a redirect nor an error. A broken proxy can send 000. An
// Error with neither a status nor a header is not from a Transport: a stub may have left out both.
func lacksErrorStatus(response *awsquery.Error) bool {
	return response.StatusCode < http.StatusMultipleChoices && (response.StatusCode != 0 || response.Header != nil)
}

// classifySendError classifies an attempt without a response. The type of its error does not prove that nothing was sent: a proxy
// can write plain HTTP or a broken TLS record into an established connection after Redshift did the work. Only an attempt that got
// no connection certainly sent nothing.
func classifySendError(failed *awsquery.SendError) classification {
	var (
		signing *sigv4.SigningError
		record  tls.RecordHeaderError
		network *net.OpError
	)
	switch err := failed.Err; {
	case errors.As(err, &signing):
		return classification{} // signing would fail again
	case !failed.NothingSent:
		return classification{retry: true, mayHaveTakenEffect: true, spendsBudget: true}
	case isCertificateError(err), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch),
		errors.As(err, &network) && network.Op == "remote error": // a TLS alert
		return classification{} // the next handshake would fail in the same way
	default:
		return classification{retry: true, spendsBudget: true}
	}
}

// retryAfter returns the delay that a Retry-After header requests, in seconds or by a date. It is at most an hour.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if text == "" {
		return 0
	}
	// ParseInt returns the largest or the smallest int64 for a number that is out of range.
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(seconds, 0), int64(time.Hour/time.Second))) * time.Second
	}
	until, err := http.ParseTime(text)
	date, dateErr := http.ParseTime(header.Get("Date"))
	if err != nil || dateErr != nil {
		return 0
	}

	return min(max(until.Sub(date), 0), time.Hour)
}

// isCertificateError reports whether a handshake failed because of the server's certificate.
func isCertificateError(err error) bool {
	return errors.As(err, new(*tls.CertificateVerificationError))
}
