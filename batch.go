package redshift

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/models"
)

// maxBatch is the largest number of snapshots in one call.
const maxBatch = 100

// BatchResult is the result of [Client.DeleteSnapshots] or [Client.ModifySnapshots]. Each snapshot is in Done, Failed or
// Unprocessed.
type BatchResult struct {
	// Done has the identifiers of the snapshots that were deleted or changed, as Redshift writes them.
	Done []string
	// Failed has an error for each snapshot that Redshift refused to delete or change.
	Failed []*SnapshotError
	// Unprocessed has the identifiers of snapshots whose result is not known: the response did not mention them, or their call
	// failed or was not made.
	Unprocessed []string
	// RequestIDs has the request ids of the calls that succeeded, for Amazon's support and for logs.
	RequestIDs []string
}

// Err returns the errors in Failed as one joined error, or nil if Failed is empty. errors.Is and errors.As find each of the errors
// in it.
func (r *BatchResult) Err() error {
	if r == nil {
		return nil
	}
	failures := make([]error, len(r.Failed))
	for i, failed := range r.Failed {
		failures[i] = failed
	}

	return errors.Join(failures...)
}

// SnapshotError reports that Redshift refused to delete or change one snapshot of a batch. It unwraps to an [Error] with the code and
// the message:
//
//	if errors.Is(failed, models.ErrClusterSnapshotNotFound) { ... }
//
// It has the text and the JSON of that error. They contain the snapshot's identifier only if Redshift's message quotes it.
type SnapshotError struct {
	// SnapshotIdentifier is the identifier of the snapshot.
	SnapshotIdentifier string
	// SnapshotClusterIdentifier is the cluster of the snapshot. It is empty if Redshift does not return it.
	SnapshotClusterIdentifier string
	// Err has the operation, the request id, the code and the message. It has no HTTP status.
	Err *Error
}

// Error returns the operation, the request id, the code and the message.
func (e *SnapshotError) Error() string {
	if e == nil || e.Err == nil {
		return "SnapshotError without an Err"
	}

	return e.Err.Error()
}

// Unwrap returns Err.
func (e *SnapshotError) Unwrap() error {
	if e == nil || e.Err == nil {
		return nil
	}

	return e.Err
}

// Code returns the code of Err, such as models.ErrInvalidClusterSnapshotState.
func (e *SnapshotError) Code() ErrorCode {
	if e == nil || e.Err == nil {
		return ""
	}

	return e.Err.Code
}

// Format prints the error's text for every verb, because the fields contain the values of parameters.
func (e *SnapshotError) Format(state fmt.State, _ rune) { io.WriteString(state, e.Error()) }

// MarshalJSON writes Err.
func (e *SnapshotError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Err) }

// LogValue logs the error's text.
func (e *SnapshotError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// DeleteSnapshots deletes any number of snapshots, also none. It makes one call of [Client.BatchDeleteClusterSnapshots] after the
// other, each with up to 100 of the Identifiers, and passes the options to each call. It does not change params.
//
// The result is never nil. Its Failed has an error for each snapshot that Redshift refused to delete. That does not stop the
// others. If a call fails, no call follows. The error is the error of that call, and Unprocessed has its snapshots and all after
// them. Check Unprocessed even if the error is nil, because a response may not mention each snapshot.
func (c *Client) DeleteSnapshots(ctx context.Context, params *BatchDeleteClusterSnapshotsParams, options ...Option) (*BatchResult, error) {
	var all BatchDeleteClusterSnapshotsParams
	if params != nil {
		all = *params
	}
	name := func(snapshot models.DeleteClusterSnapshotMessage) string { return snapshot.SnapshotIdentifier }

	call := func(chunk []models.DeleteClusterSnapshotMessage) (*batchResponse, error) {
		batch := all
		batch.Identifiers = chunk
		result, err := c.BatchDeleteClusterSnapshots(ctx, &batch, options...)
		if err != nil || result == nil {
			return nil, err
		}

		return &batchResponse{done: result.Resources, failed: result.Errors, requestID: result.RequestID}, nil
	}

	return inBatches(ctx, "BatchDeleteClusterSnapshots", all.Identifiers, name, call)
}

// SnapshotIDs returns the Identifiers parameter of [Client.DeleteSnapshots] and [Client.BatchDeleteClusterSnapshots] for snapshots with
// these identifiers.
func SnapshotIDs(identifiers ...string) []models.DeleteClusterSnapshotMessage {
	snapshots := make([]models.DeleteClusterSnapshotMessage, len(identifiers))
	for i, identifier := range identifiers {
		snapshots[i].SnapshotIdentifier = identifier
	}

	return snapshots
}

// ModifySnapshots changes the retention period of any number of snapshots, also none. It makes one call of
// [Client.BatchModifyClusterSnapshots] after the other, each with up to 100 of the SnapshotIdentifierList, and passes the options
// to each call. It does not change params.
//
// The result is never nil. Its Failed has an error for each snapshot that Redshift refused to change. That does not stop the
// others. If a call fails, no call follows. The error is the error of that call, and Unprocessed has its snapshots and all after
// them. Check Unprocessed even if the error is nil, because a response may not mention each snapshot.
func (c *Client) ModifySnapshots(ctx context.Context, params *BatchModifyClusterSnapshotsParams, options ...Option) (*BatchResult, error) {
	var all BatchModifyClusterSnapshotsParams
	if params != nil {
		all = *params
	}
	name := func(identifier string) string { return identifier }

	call := func(chunk []string) (*batchResponse, error) {
		batch := all
		batch.SnapshotIdentifierList = chunk
		result, err := c.BatchModifyClusterSnapshots(ctx, &batch, options...)
		if err != nil || result == nil {
			return nil, err
		}

		return &batchResponse{done: result.Resources, failed: result.Errors, requestID: result.RequestID}, nil
	}

	return inBatches(ctx, "BatchModifyClusterSnapshots", all.SnapshotIdentifierList, name, call)
}

// batchResponse has the members that the results of both operations share.
type batchResponse struct {
	done      []string
	failed    []models.SnapshotErrorMessage
	requestID string
}

// mentioned returns the identifiers in the response, in lower case.
func (r *batchResponse) mentioned() map[string]bool {
	identifiers := make(map[string]bool, len(r.done)+len(r.failed))
	for _, done := range r.done {
		identifiers[strings.ToLower(done)] = true
	}
	for i := range r.failed {
		identifiers[strings.ToLower(r.failed[i].SnapshotIdentifier)] = true
	}

	return identifiers
}

// inBatches makes a call for each hundred snapshots, until one fails.
func inBatches[T any](
	ctx context.Context, operation string, snapshots []T, name func(T) string, call func([]T) (*batchResponse, error),
) (*BatchResult, error) {
	result, called := new(BatchResult), 0
	for chunk := range slices.Chunk(snapshots, maxBatch) {
		response, err := (*batchResponse)(nil), error(nil)
		if ctx != nil && ctx.Err() != nil {
			err = fmt.Errorf("%s: %w", operation, attempts.ContextError(ctx))
		} else if response, err = call(chunk); err == nil && response == nil {
			err = noResult(operation)
		}
		if err != nil {
			for _, one := range snapshots[called:] {
				result.Unprocessed = append(result.Unprocessed, name(one))
			}

			return result, err
		}
		called += len(chunk)
		result.Done = append(result.Done, response.done...)
		mentioned := response.mentioned()
		for _, one := range chunk {
			if !mentioned[strings.ToLower(name(one))] {
				result.Unprocessed = append(result.Unprocessed, name(one))
			}
		}
		if response.requestID != "" {
			result.RequestIDs = append(result.RequestIDs, response.requestID)
		}
		for _, failed := range response.failed {
			result.Failed = append(result.Failed, &SnapshotError{
				SnapshotIdentifier:        failed.SnapshotIdentifier,
				SnapshotClusterIdentifier: failed.SnapshotClusterIdentifier,
				Err: &Error{
					Operation: operation,
					RequestID: response.requestID,
					Code:      ErrorCode(failed.FailureCode),
					Message:   failed.FailureReason,
				},
			})
		}
	}

	return result, nil
}
