package redshift

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// maxBatch is how many snapshots Redshift takes in one call.
const maxBatch = 100

// BatchResult is what became of the snapshots that [Client.DeleteSnapshots] or [Client.ModifySnapshots] was given. Each
// that Redshift has answered for, or was not asked about, is in one of Done, Failed and Open.
type BatchResult struct {
	Done       []string         // the identifiers of the snapshots that were deleted or changed, as Redshift writes them
	Failed     []*SnapshotError // the snapshots that were left as they are, each with the reason
	Open       []string         // after an error: those of the call that failed, of which nothing is known, and all after them
	RequestIDs []string         // Amazon's identifiers of the requests that were answered, for its support and for logs
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

// BatchDeleteClusterSnapshotsAPI is the one operation that [DeleteSnapshots] needs. A [Client] has it, and so does any
// stub with the method.
type BatchDeleteClusterSnapshotsAPI interface {
	BatchDeleteClusterSnapshots(ctx context.Context, params *BatchDeleteClusterSnapshotsParams, options ...Option) (*BatchDeleteClusterSnapshotsResult, error)
}

// BatchModifyClusterSnapshotsAPI is the one operation that [ModifySnapshots] needs. A [Client] has it, and so does any
// stub with the method.
type BatchModifyClusterSnapshotsAPI interface {
	BatchModifyClusterSnapshots(ctx context.Context, params *BatchModifyClusterSnapshotsParams, options ...Option) (*BatchModifyClusterSnapshotsResult, error)
}

// DeleteSnapshots is BatchDeleteClusterSnapshots for any number of Identifiers, also none: it makes one call after the
// other, for up to 100 snapshots each. The options go with each of them.
//
// A snapshot that cannot be deleted is in the result's Failed and does not keep others from being deleted. An error means
// that a whole call failed, and ends the work; the result, which is never nil, then says what was done before, and what is
// open. The caller's params are left as they are.
func (c *Client) DeleteSnapshots(ctx context.Context, params *BatchDeleteClusterSnapshotsParams, options ...Option) (*BatchResult, error) {
	return DeleteSnapshots(ctx, c, params, options...)
}

// SnapshotsNamed returns snapshots by their identifiers, as [Client.DeleteSnapshots] and
// [Client.BatchDeleteClusterSnapshots] take them.
func SnapshotsNamed(identifiers ...string) []models.DeleteClusterSnapshotMessage {
	named := make([]models.DeleteClusterSnapshotMessage, len(identifiers))
	for i, identifier := range identifiers {
		named[i].SnapshotIdentifier = identifier
	}

	return named
}

// DeleteSnapshots is [Client.DeleteSnapshots] for anything that has the one operation, a [ClientService] or a stub for
// example.
func DeleteSnapshots(ctx context.Context, api BatchDeleteClusterSnapshotsAPI, params *BatchDeleteClusterSnapshotsParams, options ...Option) (*BatchResult, error) {
	const operation = "BatchDeleteClusterSnapshots"
	if api == nil {
		return new(BatchResult), fmt.Errorf("%s: %w", operation, errNoBatchClient)
	}
	var all BatchDeleteClusterSnapshotsParams
	if params != nil {
		all = *params
	}
	name := func(one models.DeleteClusterSnapshotMessage) string { return one.SnapshotIdentifier }

	return inBatches(ctx, operation, all.Identifiers, name, func(some []models.DeleteClusterSnapshotMessage) (*answeredBatch, error) {
		batch := all
		batch.Identifiers = some
		result, err := api.BatchDeleteClusterSnapshots(ctx, &batch, options...)
		if err != nil || result == nil {
			return nil, err
		}

		return &answeredBatch{result.Resources, result.Errors, result.RequestID}, nil
	})
}

// ModifySnapshots is BatchModifyClusterSnapshots for a SnapshotIdentifierList of any length, also 0: it makes one call
// after the other, for up to 100 snapshots each. The options go with each of them.
//
// A snapshot that cannot be changed is in the result's Failed and does not keep others from being changed. An error means
// that a whole call failed, and ends the work; the result, which is never nil, then says what was done before, and what is
// open. The caller's params are left as they are.
func (c *Client) ModifySnapshots(ctx context.Context, params *BatchModifyClusterSnapshotsParams, options ...Option) (*BatchResult, error) {
	return ModifySnapshots(ctx, c, params, options...)
}

// ModifySnapshots is [Client.ModifySnapshots] for anything that has the one operation, a [ClientService] or a stub for
// example.
func ModifySnapshots(ctx context.Context, api BatchModifyClusterSnapshotsAPI, params *BatchModifyClusterSnapshotsParams, options ...Option) (*BatchResult, error) {
	const operation = "BatchModifyClusterSnapshots"
	if api == nil {
		return new(BatchResult), fmt.Errorf("%s: %w", operation, errNoBatchClient)
	}
	var all BatchModifyClusterSnapshotsParams
	if params != nil {
		all = *params
	}
	name := func(identifier string) string { return identifier }

	return inBatches(ctx, operation, all.SnapshotIdentifierList, name, func(some []string) (*answeredBatch, error) {
		batch := all
		batch.SnapshotIdentifierList = some
		result, err := api.BatchModifyClusterSnapshots(ctx, &batch, options...)
		if err != nil || result == nil {
			return nil, err
		}

		return &answeredBatch{result.Resources, result.Errors, result.RequestID}, nil
	})
}

var (
	errNoBatchClient = errors.New("there is no client to call with")
	errNoBatchResult = errors.New("the client returned neither a result nor an error")
)

// answeredBatch is what both operations answer.
type answeredBatch struct {
	done      []string
	failed    []models.SnapshotErrorMessage
	requestID string
}

// inBatches makes a call for each hundred of the snapshots, until one fails.
func inBatches[T any](
	ctx context.Context, operation string, snapshots []T, name func(T) string, call func([]T) (*answeredBatch, error),
) (*BatchResult, error) {
	result, asked := new(BatchResult), 0
	for some := range slices.Chunk(snapshots, maxBatch) {
		answer, err := (*answeredBatch)(nil), error(nil)
		if ctx != nil && ctx.Err() != nil {
			err = fmt.Errorf("%s: %w", operation, contextError(ctx))
		} else if answer, err = call(some); err == nil && answer == nil {
			err = fmt.Errorf("%s: %w", operation, errNoBatchResult)
		}
		if err != nil {
			for _, one := range snapshots[asked:] {
				result.Open = append(result.Open, name(one))
			}

			return result, err
		}
		asked += len(some)
		result.Done = append(result.Done, answer.done...)
		if answer.requestID != "" {
			result.RequestIDs = append(result.RequestIDs, answer.requestID)
		}
		for _, failed := range answer.failed {
			result.Failed = append(result.Failed, &SnapshotError{
				SnapshotIdentifier:        failed.SnapshotIdentifier,
				SnapshotClusterIdentifier: failed.SnapshotClusterIdentifier,
				Err: &awsquery.Error{
					Operation: operation,
					RequestID: answer.requestID,
					Code:      awsquery.ErrorCode(failed.FailureCode),
					Message:   failed.FailureReason,
				},
			})
		}
	}

	return result, nil
}
