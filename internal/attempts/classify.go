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

// classification is what a failed attempt means for the next one.
type classification struct {
	retry              bool // whether another attempt can help
	mayHaveTakenEffect bool // whether Redshift may have carried the attempt out
	throttled          bool
	spendsBudget       bool // whether a retry takes one out of the client's budget
	immediate          bool // whether the retry needs no delay
	retryAfter         time.Duration
}

// IsThrottled reports whether Redshift throttled the attempt that failed with err.
func IsThrottled(err error) bool {
	response := ResponseIn(err)

	return response != nil && classifyResponse(response).throttled
}

// CanRetry reports whether another attempt can help after one that failed with err.
func CanRetry(err error) bool { return classify(err).retry }

// ThrottlingCodes mean that the account made too many calls. All codes that Amazon's Go SDK retries as throttling are among
// them, codes of other services too: a proxy or a service behind Redshift can return them.
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

// temporaryCodes mean that something has to be available again before Redshift carries the call out.
var temporaryCodes = []awsquery.ErrorCode{
	models.ErrCopyToRegionDisabledFault,
	models.ErrDependentServiceUnavailableFault,
	models.ErrSnapshotCopyDisabledFault,
}

// brokenCodes mean that the service failed or gave up during the call, which may have taken effect.
var brokenCodes = []awsquery.ErrorCode{
	awsquery.ErrInternalError,
	awsquery.ErrInternalFailure,
	awsquery.ErrRequestTimeout,
	awsquery.ErrServiceUnavailable,
	"RequestTimeoutException",
}

// classify returns what the error of an attempt means for the next one.
func classify(err error) classification {
	if response := ResponseIn(err); response != nil {
		return classifyResponse(response)
	}

	return classifyWithoutResponse(err)
}

// classifyWithoutResponse is classify for an error without a response in it.
func classifyWithoutResponse(err error) classification {
	var unsent *awsquery.SendError
	if !errors.As(err, &unsent) || unsent == nil {
		return classification{} // nothing was attempted
	}

	return classifySendError(unsent)
}

// ResponseIn returns the response in the error of an attempt, or nil. The error of an attempt without a response can wrap a
// response too: a provider of credentials called another service.
func ResponseIn(err error) *awsquery.Error {
	var response *awsquery.Error
	if errors.As(err, new(*awsquery.SendError)) || !errors.As(err, &response) {
		return nil
	}

	return response
}

// classifyResponse decides by the code, if the response has one. The status and what is wrong with the response decide
// otherwise.
func classifyResponse(response *awsquery.Error) classification {
	after := retryAfter(response.Header)
	status := response.StatusCode
	var broken *awsquery.ReadError
	switch {
	case slices.Contains(ThrottlingCodes, response.Code), response.Code == "" && status == http.StatusTooManyRequests:
		return classification{retry: true, throttled: true, retryAfter: after}
	case slices.Contains(temporaryCodes, response.Code):
		return classification{retry: true, retryAfter: after}
	case slices.Contains(brokenCodes, response.Code), status >= http.StatusInternalServerError,
		response.Code == "" && (refusesNothing(response) || status == http.StatusRequestTimeout):
		return classification{retry: true, mayHaveTakenEffect: true, spendsBudget: true, retryAfter: after}
	case response.Code == "" && status >= http.StatusBadRequest && errors.As(response.Err, &broken):
		// The status says that Redshift refused the call. Only the reason got lost.
		return classification{retry: true, spendsBudget: true, retryAfter: after}
	default:
		return classification{}
	}
}

// refusesNothing reports whether the status of a response is not one of a redirect or an error. A broken proxy can write 000. An
// Error without a status and without a header is not from a Transport: a stub may have left both out.
func refusesNothing(response *awsquery.Error) bool {
	return response.StatusCode < http.StatusMultipleChoices && (response.StatusCode != 0 || response.Header != nil)
}

// classifySendError returns what an attempt without a response means. The type of an error does not prove when it happened: a
// proxy can write plain HTTP or a broken TLS record into an established connection after Redshift did the work. Nothing was sent
// for certain only if the attempt got no connection.
func classifySendError(unsent *awsquery.SendError) classification {
	var (
		signing *sigv4.SigningError
		record  tls.RecordHeaderError
		during  *net.OpError
	)
	switch err := unsent.Err; {
	case errors.As(err, &signing):
		return classification{} // a retry would be signed no better
	case !unsent.NothingSent:
		return classification{retry: true, mayHaveTakenEffect: true, spendsBudget: true}
	case isCertificateError(err), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch),
		errors.As(err, &during) && during.Op == "remote error": // a TLS alert
		return classification{} // the next handshake would fail in the same way
	default:
		return classification{retry: true, spendsBudget: true}
	}
}

// retryAfter returns the time that a response asks to wait, as seconds or as a date. It is an hour at most.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if text == "" {
		return 0
	}
	// A number that is out of range becomes the largest or the smallest.
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
