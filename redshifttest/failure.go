package redshifttest

import (
	"fmt"
	"net/http"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
)

// Codes that no operation of the contract documents because every AWS service answers them.
const (
	codeExpiredToken                awsquery.ErrorCode = "ExpiredToken"
	codeIncompleteSignature         awsquery.ErrorCode = "IncompleteSignature"
	codeInvalidAction               awsquery.ErrorCode = "InvalidAction"
	codeInvalidClientTokenID        awsquery.ErrorCode = "InvalidClientTokenId"
	codeInvalidParameterCombination awsquery.ErrorCode = "InvalidParameterCombination"
	codeInvalidParameterValue       awsquery.ErrorCode = "InvalidParameterValue"
	codeInvalidQueryParameter       awsquery.ErrorCode = "InvalidQueryParameter"
	codeMalformedInput              awsquery.ErrorCode = "MalformedInput"
	codeMalformedQueryString        awsquery.ErrorCode = "MalformedQueryString"
	codeMissingAction               awsquery.ErrorCode = "MissingAction"
	codeMissingAuthenticationToken  awsquery.ErrorCode = "MissingAuthenticationToken"
	codeMissingParameter            awsquery.ErrorCode = "MissingParameter"
	codeRequestEntityTooLarge       awsquery.ErrorCode = "RequestEntityTooLarge"
	codeRequestExpired              awsquery.ErrorCode = "RequestExpired"
	codeSignatureDoesNotMatch       awsquery.ErrorCode = "SignatureDoesNotMatch"
	codeUnknownOperation            awsquery.ErrorCode = "UnknownOperationException"
)

// failure is an answer that says what is wrong.
type failure struct {
	code    awsquery.ErrorCode
	status  int
	message string
}

func fail(code awsquery.ErrorCode, format string, arguments ...any) *failure {
	return &failure{code: code, status: statusOf(code), message: fmt.Sprintf(format, arguments...)}
}

// statusOf knows the codes that all AWS services share; the contract knows those of the operations.
func statusOf(code awsquery.ErrorCode) int {
	switch code {
	case codeExpiredToken, codeInvalidClientTokenID, codeMissingAuthenticationToken, codeSignatureDoesNotMatch, "OptInRequired":
		return http.StatusForbidden
	case codeMalformedQueryString, codeUnknownOperation:
		return http.StatusNotFound
	case codeRequestEntityTooLarge:
		return http.StatusRequestEntityTooLarge
	case "InternalFailure", "InternalError":
		return http.StatusInternalServerError
	case "ServiceUnavailable":
		return http.StatusServiceUnavailable
	default:
		return contract.StatusOf(code)
	}
}
