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

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/models"
)

// maxBatch is how many snapshots Redshift takes in one call.
const maxBatch = 100

// BatchResult is the result of [Client.DeleteSnapshots] or [Client.ModifySnapshots]. Each snapshot is in Done, Failed or
// Unprocessed.
type BatchResult struct {
	// Done has the identifiers of the snapshots that were deleted or changed, as Redshift writes them.
	Done []string
	// Failed has an error for each snapshot that Redshift refused to delete or change.
	Failed []*SnapshotError
	// Unprocessed has the identifiers whose result is not known: those that the response to their call does not mention and,
	// after an error, those in the call that failed and all after them.
	Unprocessed []string
	// RequestIDs has Amazon's identifiers of the calls that succeeded, for its support and for logs.
	RequestIDs []string
}

// Err returns all of Failed as one error, nil if there are none. What errors.Is and errors.As find in one of them, they
// find in it.
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

// SnapshotError says why a batch left one of its snapshots as it is. It unwraps to an [awsquery.Error] that has the
// reason's code and message:
//
//	if errors.Is(failed, models.ErrClusterSnapshotNotFound) { ... }
//
// Its text and its JSON are those of that error: they leave out the snapshot's identifier, unless Redshift's message
// quotes it.
type SnapshotError struct {
	SnapshotIdentifier        string
	SnapshotClusterIdentifier string          // the cluster that it was taken of, where Redshift says so
	Err                       *awsquery.Error // the operation, the request, the code and the message; there is no HTTP status
}

// Error says the operation, the request id, the code and the message.
func (e *SnapshotError) Error() string {
	if e == nil || e.Err == nil {
		return "one snapshot of a batch"
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

// Code returns why the snapshot was left as it is, such as models.ErrInvalidClusterSnapshotState.
func (e *SnapshotError) Code() awsquery.ErrorCode {
	if e == nil || e.Err == nil {
		return ""
	}

	return e.Err.Code
}

// Format prints the error's text, whatever the verb: the identifiers in it repeat the values of parameters.
func (e *SnapshotError) Format(state fmt.State, _ rune) { io.WriteString(state, e.Error()) }

// MarshalJSON writes the awsquery.Error.
func (e *SnapshotError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Err) }

// LogValue logs the error's text.
func (e *SnapshotError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// DeleteSnapshots is [Client.BatchDeleteClusterSnapshots] for any number of Identifiers, also none. It makes one call after
// the other, for up to 100 snapshots each, and passes the options to each call.
//
// The result is never nil. Its Failed has each snapshot that Redshift refused to delete, and such a snapshot does not keep
// others from being deleted. An error means that a whole call failed. It ends the work, and the result says what was done
// before and which snapshots are Unprocessed. Check Unprocessed without an error too: a response may not mention each snapshot.
// The caller's params are left unchanged.
func (c *Client) DeleteSnapshots(ctx context.Context, params *BatchDeleteClusterSnapshotsParams, options ...Option) (*BatchResult, error) {
	var all BatchDeleteClusterSnapshotsParams
	if params != nil {
		all = *params
	}
	name := func(snapshot models.DeleteClusterSnapshotMessage) string { return snapshot.SnapshotIdentifier }

	return inBatches(ctx, "BatchDeleteClusterSnapshots", all.Identifiers, name, func(some []models.DeleteClusterSnapshotMessage) (*batchResponse, error) {
		batch := all
		batch.Identifiers = some
		result, err := c.BatchDeleteClusterSnapshots(ctx, &batch, options...)
		if err != nil || result == nil {
			return nil, err
		}

		return &batchResponse{done: result.Resources, failed: result.Errors, requestID: result.RequestID}, nil
	})
}

// SnapshotIDs returns the snapshots with these identifiers, as [Client.DeleteSnapshots] and
// [Client.BatchDeleteClusterSnapshots] take them.
func SnapshotIDs(identifiers ...string) []models.DeleteClusterSnapshotMessage {
	snapshots := make([]models.DeleteClusterSnapshotMessage, len(identifiers))
	for i, identifier := range identifiers {
		snapshots[i].SnapshotIdentifier = identifier
	}

	return snapshots
}

// ModifySnapshots is [Client.BatchModifyClusterSnapshots] for a SnapshotIdentifierList of any length, also 0. It makes one call
// after the other, for up to 100 snapshots each, and passes the options to each call.
//
// The result is never nil. Its Failed has each snapshot that Redshift refused to change, and such a snapshot does not keep
// others from being changed. An error means that a whole call failed. It ends the work, and the result says what was done
// before and which snapshots are Unprocessed. Check Unprocessed without an error too: a response may not mention each snapshot.
// The caller's params are left unchanged.
func (c *Client) ModifySnapshots(ctx context.Context, params *BatchModifyClusterSnapshotsParams, options ...Option) (*BatchResult, error) {
	var all BatchModifyClusterSnapshotsParams
	if params != nil {
		all = *params
	}
	name := func(identifier string) string { return identifier }

	return inBatches(ctx, "BatchModifyClusterSnapshots", all.SnapshotIdentifierList, name, func(some []string) (*batchResponse, error) {
		batch := all
		batch.SnapshotIdentifierList = some
		result, err := c.BatchModifyClusterSnapshots(ctx, &batch, options...)
		if err != nil || result == nil {
			return nil, err
		}

		return &batchResponse{done: result.Resources, failed: result.Errors, requestID: result.RequestID}, nil
	})
}

// batchResponse has what the results of both operations have in common.
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

// inBatches makes a call for each hundred of the snapshots, until one fails.
func inBatches[T any](
	ctx context.Context, operation string, snapshots []T, name func(T) string, call func([]T) (*batchResponse, error),
) (*BatchResult, error) {
	result, called := new(BatchResult), 0
	for some := range slices.Chunk(snapshots, maxBatch) {
		response, err := (*batchResponse)(nil), error(nil)
		if ctx != nil && ctx.Err() != nil {
			err = fmt.Errorf("%s: %w", operation, attempts.ContextError(ctx))
		} else if response, err = call(some); err == nil && response == nil {
			err = fmt.Errorf("%s: %w", operation, errNoResult)
		}
		if err != nil {
			for _, one := range snapshots[called:] {
				result.Unprocessed = append(result.Unprocessed, name(one))
			}

			return result, err
		}
		called += len(some)
		result.Done = append(result.Done, response.done...)
		mentioned := response.mentioned()
		for _, one := range some {
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
				Err: &awsquery.Error{
					Operation: operation,
					RequestID: response.requestID,
					Code:      awsquery.ErrorCode(failed.FailureCode),
					Message:   failed.FailureReason,
				},
			})
		}
	}

	return result, nil
}
