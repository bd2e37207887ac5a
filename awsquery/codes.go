package awsquery

// The codes that all services with the AWS Query protocol ca response. A service's own codes are constants next to its
// models.
const (
	// ErrAccessDenied: the caller has no permission for the call.
	ErrAccessDenied ErrorCode = "AccessDenied"
	// ErrAccessDeniedException is another spelling of ErrAccessDenied.
	ErrAccessDeniedException ErrorCode = "AccessDeniedException"
	// ErrExpiredToken: the session token of temporary credentials has expired.
	ErrExpiredToken ErrorCode = "ExpiredToken"
	// ErrExpiredTokenException is another spelling of ErrExpiredToken.
	ErrExpiredTokenException ErrorCode = "ExpiredTokenException"
	// ErrIncompleteSignature: the signature lacks a part that AWS asks for.
	ErrIncompleteSignature ErrorCode = "IncompleteSignature"
	// ErrInternalError: the service failed for a reason that is its own. Calling again may help.
	ErrInternalError ErrorCode = "InternalError"
	// ErrInternalFailure: the service failed for a reason that is its own. Calling again may help.
	ErrInternalFailure ErrorCode = "InternalFailure"
	// ErrInvalidAction: the service has no such operation, or not in the requested version.
	ErrInvalidAction ErrorCode = "InvalidAction"
	// ErrInvalidClientTokenID: AWS does not know the access key, or the session token does not belong to it.
	ErrInvalidClientTokenID ErrorCode = "InvalidClientTokenId"
	// ErrInvalidParameterCombination: parameters were sent together that exclude each other.
	ErrInvalidParameterCombination ErrorCode = "InvalidParameterCombination"
	// ErrInvalidParameterValue: a parameter has a value that is not allowed.
	ErrInvalidParameterValue ErrorCode = "InvalidParameterValue"
	// ErrInvalidQueryParameter: the query is malformed.
	ErrInvalidQueryParameter ErrorCode = "InvalidQueryParameter"
	// ErrMalformedQueryString: the query is malformed.
	ErrMalformedQueryString ErrorCode = "MalformedQueryString"
	// ErrMissingAction: the request names no operation.
	ErrMissingAction ErrorCode = "MissingAction"
	// ErrMissingAuthenticationToken: the request is not signed, or with a key that is not complete.
	ErrMissingAuthenticationToken ErrorCode = "MissingAuthenticationToken"
	// ErrMissingParameter: a parameter that is required was not sent.
	ErrMissingParameter ErrorCode = "MissingParameter"
	// ErrNotAuthorized: the caller has no permission for the call.
	ErrNotAuthorized ErrorCode = "NotAuthorized"
	// ErrOptInRequired: the account is not subscribed to the service, or not in this region.
	ErrOptInRequired ErrorCode = "OptInRequired"
	// ErrPriorRequestNotComplete: an earlier call is still in work. Calling again later helps.
	ErrPriorRequestNotComplete ErrorCode = "PriorRequestNotComplete"
	// ErrRequestExpired: the signature's date is too old, or in the future: see to the clock.
	ErrRequestExpired ErrorCode = "RequestExpired"
	// ErrRequestLimitExceeded: there were too many calls. Calling again later helps.
	ErrRequestLimitExceeded ErrorCode = "RequestLimitExceeded"
	// ErrRequestTimeout: the service waited too long for the request to arrive.
	ErrRequestTimeout ErrorCode = "RequestTimeout"
	// ErrRequestTimeTooSkewed: the signature's date is too far from the service's: see to the clock.
	ErrRequestTimeTooSkewed ErrorCode = "RequestTimeTooSkewed"
	// ErrServiceUnavailable: the service cannot respond at the moment. Calling again later helps.
	ErrServiceUnavailable ErrorCode = "ServiceUnavailable"
	// ErrSignatureDoesNotMatch: the signature is wrong, mostly because the secret key is; or its date is too far from the
	// service's.
	ErrSignatureDoesNotMatch ErrorCode = "SignatureDoesNotMatch"
	// ErrThrottling: there were too many calls. Calling again later helps. Services have other codes for the same reason, such as
	// ThrottlingException. The function IsThrottled of package redshift knows them.
	ErrThrottling ErrorCode = "Throttling"
	// ErrUnauthorizedOperation: the caller has no permission for the call.
	ErrUnauthorizedOperation ErrorCode = "UnauthorizedOperation"
	// ErrUnrecognizedClientException: AWS does not know the access key, or the session token does not belong to it.
	ErrUnrecognizedClientException ErrorCode = "UnrecognizedClientException"
	// ErrValidationError: a parameter has a value that is not allowed.
	ErrValidationError ErrorCode = "ValidationError"
)
