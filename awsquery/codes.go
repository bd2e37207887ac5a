package awsquery

// Codes that every service with the AWS Query protocol can return. The models of a service have the codes of that service, for
// example package models of Redshift.
const (
	// ErrAccessDenied: the caller has no permission for the call.
	ErrAccessDenied ErrorCode = "AccessDenied"
	// ErrAccessDeniedException is another spelling of ErrAccessDenied.
	ErrAccessDeniedException ErrorCode = "AccessDeniedException"
	// ErrExpiredToken: the session token of temporary credentials has expired.
	ErrExpiredToken ErrorCode = "ExpiredToken"
	// ErrExpiredTokenException is another spelling of ErrExpiredToken.
	ErrExpiredTokenException ErrorCode = "ExpiredTokenException"
	// ErrIncompleteSignature: the signature lacks a part that AWS requires.
	ErrIncompleteSignature ErrorCode = "IncompleteSignature"
	// ErrInternalError: the service failed because of an internal error. A retry may help.
	ErrInternalError ErrorCode = "InternalError"
	// ErrInternalFailure: the service failed because of an internal error. A retry may help.
	ErrInternalFailure ErrorCode = "InternalFailure"
	// ErrInvalidAction: the service has no such operation, or not in the requested version.
	ErrInvalidAction ErrorCode = "InvalidAction"
	// ErrInvalidClientTokenID: AWS does not know the access key, or the session token does not belong to it.
	ErrInvalidClientTokenID ErrorCode = "InvalidClientTokenId"
	// ErrInvalidParameterCombination: some of the parameters exclude each other.
	ErrInvalidParameterCombination ErrorCode = "InvalidParameterCombination"
	// ErrInvalidParameterValue: a parameter has a value that is not allowed.
	ErrInvalidParameterValue ErrorCode = "InvalidParameterValue"
	// ErrInvalidQueryParameter: the query is malformed.
	ErrInvalidQueryParameter ErrorCode = "InvalidQueryParameter"
	// ErrMalformedQueryString: the query is malformed.
	ErrMalformedQueryString ErrorCode = "MalformedQueryString"
	// ErrMissingAction: the request names no operation.
	ErrMissingAction ErrorCode = "MissingAction"
	// ErrMissingAuthenticationToken: the request is not signed, or is signed with an incomplete key.
	ErrMissingAuthenticationToken ErrorCode = "MissingAuthenticationToken"
	// ErrMissingParameter: the request lacks a required parameter.
	ErrMissingParameter ErrorCode = "MissingParameter"
	// ErrNotAuthorized: the caller has no permission for the call.
	ErrNotAuthorized ErrorCode = "NotAuthorized"
	// ErrOptInRequired: the service, or the region, is not enabled for the account.
	ErrOptInRequired ErrorCode = "OptInRequired"
	// ErrPriorRequestNotComplete: the service is still processing an earlier call. A later retry helps.
	ErrPriorRequestNotComplete ErrorCode = "PriorRequestNotComplete"
	// ErrRequestExpired: the date of the signature is too old or in the future. Check the clock.
	ErrRequestExpired ErrorCode = "RequestExpired"
	// ErrRequestLimitExceeded: the account made too many calls. A later retry helps.
	ErrRequestLimitExceeded ErrorCode = "RequestLimitExceeded"
	// ErrRequestTimeout: the service waited too long for the request to arrive.
	ErrRequestTimeout ErrorCode = "RequestTimeout"
	// ErrRequestTimeTooSkewed: the date of the signature is too far from the time of the service. Check the clock.
	ErrRequestTimeTooSkewed ErrorCode = "RequestTimeTooSkewed"
	// ErrServiceUnavailable: the service is temporarily unavailable. A later retry helps.
	ErrServiceUnavailable ErrorCode = "ServiceUnavailable"
	// ErrSignatureDoesNotMatch: the signature is wrong, usually because the secret key is wrong, or its date is too far from the
	// time of the service.
	ErrSignatureDoesNotMatch ErrorCode = "SignatureDoesNotMatch"
	// ErrThrottling: the account made too many calls. A later retry helps. Services have other codes for the same reason, such as
	// ThrottlingException. The function IsThrottled of package redshift recognizes all of them.
	ErrThrottling ErrorCode = "Throttling"
	// ErrUnauthorizedOperation: the caller has no permission for the call.
	ErrUnauthorizedOperation ErrorCode = "UnauthorizedOperation"
	// ErrUnrecognizedClientException: AWS does not know the access key, or the session token does not belong to it.
	ErrUnrecognizedClientException ErrorCode = "UnrecognizedClientException"
	// ErrValidationError: a parameter has a value that is not allowed.
	ErrValidationError ErrorCode = "ValidationError"
)
