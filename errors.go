package redshift

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/sigv4"
)

// Error is a response other than the expected result: Redshift refused the call, or something between the client and Redshift
// responded, such as a proxy. If the response is not from Redshift, the Code is empty. Match the code with [errors.Is]:
//
//	if errors.Is(err, models.ErrClusterNotFound) { ... }
//
// Use [errors.As] with a *Error for the message, the HTTP status and the request id.
type Error = awsquery.Error

// ErrorCode is the code of an [Error]. Package models has Redshift's codes as constants. This package and package awsquery have the
// codes that all AWS services share. ErrorCode is an error, so that [errors.Is] can match it.
type ErrorCode = awsquery.ErrorCode

// SendError is the error of a call that got no response: the connection failed, the context ended, or the request could not be signed.
// Unless NothingSent is true, the call may have taken effect.
type SendError = awsquery.SendError

// ReadError is the Err of an [Error] whose response is incomplete.
type ReadError = awsquery.ReadError

// ValidationError reports parameters that are missing or can never be valid. Problems has all of them. Nothing was sent.
type ValidationError = awsquery.ValidationError

// Problem is an item of the Problems of a [ValidationError]: a parameter, and the reason why it is invalid.
type Problem = awsquery.Problem

// Secret is a text that logs must not show, such as the MasterUserPassword of a cluster. Format verbs, logs and JSON have REDACTED instead.
// Use string(secret) to get the text.
type Secret = awsquery.Secret

// Error codes that all AWS services share, for [errors.Is]. Package awsquery has more of them. Use [IsThrottled] for throttling.
const (
	// ErrAccessDenied: the IAM policies do not allow the call.
	ErrAccessDenied = awsquery.ErrAccessDenied
	// ErrExpiredToken: the session token of temporary credentials has expired, and the client could not get a new one.
	ErrExpiredToken = awsquery.ErrExpiredToken
	// ErrInvalidClientTokenID: AWS does not know the access key, or the session token does not belong to it.
	ErrInvalidClientTokenID = awsquery.ErrInvalidClientTokenID
	// ErrInvalidParameterCombination: parameters exclude each other.
	ErrInvalidParameterCombination = awsquery.ErrInvalidParameterCombination
	// ErrInvalidParameterValue: a parameter has a value that Redshift does not allow.
	ErrInvalidParameterValue = awsquery.ErrInvalidParameterValue
	// ErrMissingParameter: a required parameter is missing.
	ErrMissingParameter = awsquery.ErrMissingParameter
	// ErrOptInRequired: the region, or Redshift, is not enabled for the account.
	ErrOptInRequired = awsquery.ErrOptInRequired
	// ErrSignatureDoesNotMatch: the secret access key is wrong, or the region is not the region of the endpoint.
	ErrSignatureDoesNotMatch = awsquery.ErrSignatureDoesNotMatch
)

// Errors of the credentials, for [errors.Is]. The call returns a [SendError] that wraps them.
var (
	// ErrNoCredentials: the credentials are missing or incomplete.
	ErrNoCredentials = sigv4.ErrNoCredentials
	// ErrCredentialsExpired: the credentials have expired, and the provider has no others.
	ErrCredentialsExpired = sigv4.ErrCredentialsExpired
)

// ErrRetryBudgetEmpty is the Ended of a [RetryError] if the retry budget of the client is empty: too many calls failed without a
// response or with an HTTP status of 500 or above. See [RetryPolicy].Budget.
var ErrRetryBudgetEmpty = attempts.ErrBudgetEmpty

// IsThrottled reports whether err means that Redshift throttled the call until its attempts ran out: the account made too many
// calls, and the same call can succeed later. AWS has many codes for this, which docs/reliability.md lists. A response without a
// code counts if its HTTP status is 429. IsThrottled returns false for an [OutcomeUnknownError]: check whether that call took
// effect before you call again.
func IsThrottled(err error) bool {
	return attempts.IsThrottled(err) && !errors.As(err, new(*OutcomeUnknownError))
}

// OutcomeUnknownError reports that a mutating call may or may not have taken effect: its response was lost, and the client could
// not find out. It unwraps to the error of the call.
//
// Redshift has no idempotency tokens. After a lost response, the client retries. If Redshift refuses the retry because the resource
// exists, the client looks up the resource. If the attempts run out, the client makes a last look-up. docs/reliability.md has the
// rules, and docs/api.md the rules of each operation. After a lost response, the client does not retry
// RestoreTableFromClusterSnapshot, nor CreateSnapshotSchedule without a ScheduleIdentifier, because it could not distinguish the
// effects of two such calls.
type OutcomeUnknownError struct {
	// Operation is the name of the call, such as RestoreTableFromClusterSnapshot.
	Operation string
	// SeeOperation is the operation that shows whether the call took effect, such as DescribeTableRestoreStatus. It is empty if no
	// operation does.
	SeeOperation string
	// Err is the error of the call. It contains an [Error] or a [SendError], and after several attempts a [RetryError].
	Err error
}

// Error returns the operation, SeeOperation and the text of Err.
func (e *OutcomeUnknownError) Error() string {
	if e == nil {
		return "nil OutcomeUnknownError"
	}
	see := ""
	if e.SeeOperation != "" {
		see = ", see " + e.SeeOperation
	}

	return fmt.Sprintf("%s: it may have taken effect%s: %s", e.Operation, see, withoutOperation(e.Operation, e.Err))
}

// MarshalJSON writes the operation, SeeOperation, and the JSON or the text of Err.
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

// Unwrap returns Err.
func (e *OutcomeUnknownError) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}
