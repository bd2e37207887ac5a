package redshifttest

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
)

// Error codes that neither the contract nor package awsquery has.
const (
	codeMalformedInput        awsquery.ErrorCode = "MalformedInput"
	codeRequestEntityTooLarge awsquery.ErrorCode = "RequestEntityTooLarge"
	codeUnknownOperation      awsquery.ErrorCode = "UnknownOperationException"
)

// failure is an error response.
type failure struct {
	code    awsquery.ErrorCode
	status  int
	message string
}

func fail(code awsquery.ErrorCode, format string, arguments ...any) *failure {
	return &failure{code: code, status: statusOf(code), message: fmt.Sprintf(format, arguments...)}
}

// withHint returns the failure with another sentence in its message.
func (f *failure) withHint(hint string) *failure {
	hinted := *f
	hinted.message = strings.TrimSuffix(f.message, ".") + ". " + hint

	return &hinted
}

// statusOf returns the HTTP status of an error code. The contract has the statuses of the operations' codes, and statusOf has those that
// all AWS services share.
func statusOf(code awsquery.ErrorCode) int {
	switch code {
	case awsquery.ErrAccessDenied, awsquery.ErrExpiredToken, awsquery.ErrExpiredTokenException, awsquery.ErrInvalidClientTokenID,
		awsquery.ErrMissingAuthenticationToken, awsquery.ErrOptInRequired, awsquery.ErrRequestTimeTooSkewed,
		awsquery.ErrSignatureDoesNotMatch, awsquery.ErrUnrecognizedClientException:
		return http.StatusForbidden
	case awsquery.ErrMalformedQueryString, codeUnknownOperation:
		return http.StatusNotFound
	case codeRequestEntityTooLarge:
		return http.StatusRequestEntityTooLarge
	case awsquery.ErrInternalError, awsquery.ErrInternalFailure:
		return http.StatusInternalServerError
	case awsquery.ErrServiceUnavailable, "SlowDown":
		return http.StatusServiceUnavailable
	default:
		return contract.StatusOf(code)
	}
}
