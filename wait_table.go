package redshift

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redshift-go/redshift/models"
)

// Why a wait for a restored table ended without it, for errors.Is, beside [ErrRestoreFailed]. The error itself is a
// [TableRestoreError].
var (
	// ErrRestoreCanceled: the restore of the table was cancelled.
	ErrRestoreCanceled = errors.New("the restore was cancelled")
	// ErrNotOneTableRestore: the parameters match no restore of a table, or several.
	ErrNotOneTableRestore = errors.New("the parameters do not match exactly one restore of a table")
)

// TableRestoreWait says how to wait for a restored table. The zero value is fine. How long to wait at most is up to the
// context.
type TableRestoreWait struct {
	// The delay before the second poll. Each later one is half as long again, up to MaxDelay.
	// Default: 5 seconds.
	MinDelay time.Duration

	// The longest delay between two polls.
	// Default: 30 seconds, or MinDelay where that is longer.
	MaxDelay time.Duration

	// How long Redshift may be out of reach before the wait ends, as in [SnapshotWait].
	// Default: 10 minutes. Negative: not at all.
	MaxOutage time.Duration

	// Called after every poll that shows the restore, the last one included, in the goroutine that waits.
	Progress func(TableRestoreProgress)

	// The restore was asked for just now: up to five answers in a row that there is none are taken as "not yet", instead
	// of ending the wait. A [Client] sets it for restores that it asked for in the last minute.
	New bool
}

// TableRestoreProgress is what a wait has seen so far.
type TableRestoreProgress struct {
	TableRestore models.TableRestoreStatus // as Redshift described it just now
	Polls        int                       // how many times Redshift was asked
	Waited       time.Duration             // since the wait began
}

// Fraction returns how much of the table is there, from 0 to 1, as far as Redshift's figures tell.
func (p TableRestoreProgress) Fraction() float64 {
	restore := p.TableRestore
	switch {
	case restore.Status == models.TableRestoreStatusTypeSucceeded:
		return 1
	case restore.ProgressInMegaBytes == nil || restore.TotalDataInMegaBytes == nil:
		return 0
	default:
		return fraction(*restore.ProgressInMegaBytes, *restore.TotalDataInMegaBytes)
	}
}

// TableRestoreError is the [WaitError] of [Client.WaitTableRestored].
type TableRestoreError = WaitError[models.TableRestoreStatus]

// WaitTableRestored polls DescribeTableRestoreStatus until the restore that the parameters describe has succeeded, and
// returns it. It waits as long as the context lets it.
//
// Parameters are most often the TableRestoreRequestID that RestoreTableFromClusterSnapshot answered; without it and without
// a ClusterIdentifier it is an error. The wait ends at once, with a [TableRestoreError], when the restore failed (the error
// has Redshift's message), was cancelled or is not there, when the parameters match several, and when Redshift refuses
// a call. It goes on while Redshift is out of reach, for as long as MaxOutage says. A wait changes nothing: where it
// ended early, another can go on.
func (c *Client) WaitTableRestored(ctx context.Context, params *DescribeTableRestoreStatusParams, wait TableRestoreWait) (models.TableRestoreStatus, error) {
	return WaitTableRestored(ctx, c, params, wait)
}

// WaitTableRestored is [Client.WaitTableRestored] for anything that has the one operation, a [ClientService] or a stub for
// example.
func WaitTableRestored(ctx context.Context, api DescribeTableRestoreStatusAPI, params *DescribeTableRestoreStatusParams, wait TableRestoreWait) (models.TableRestoreStatus, error) {
	if client, ok := api.(*Client); ok && params != nil && client.justAskedFor(newTableRestore, params.TableRestoreRequestID) {
		wait.New = true
	}
	patience := patience{isNew: wait.New}
	poll := waiting[models.TableRestoreStatus]{
		pace: pace{"TableRestoreWait", wait.MinDelay, wait.MaxDelay, wait.MaxOutage},
		describe: func(ctx context.Context) (models.TableRestoreStatus, error) {
			return describeOneTableRestore(ctx, api, params)
		},
		progress: func(last models.TableRestoreStatus, polls int, waited time.Duration) {
			if wait.Progress != nil {
				wait.Progress(TableRestoreProgress{last, polls, waited})
			}
		},
		verdict: func(last models.TableRestoreStatus, err error) (bool, error) {
			switch missing := errors.Is(err, models.ErrTableRestoreNotFoundFault) || errors.Is(err, errNoTableRestore); {
			case err == nil:
				return tableRestored(&last)
			case patience.has(last.Status != "", missing):
				return false, nil
			default:
				return false, err
			}
		},
	}
	switch {
	case api == nil:
		poll.unasked = errNobodyToAsk
	case params == nil || params.TableRestoreRequestID+params.ClusterIdentifier == "":
		poll.unasked = errors.New("the parameters name none, set TableRestoreRequestID")
	}

	return poll.poll(ctx)
}

// tableRestored tells whether a table is there, or why it will not be.
func tableRestored(restore *models.TableRestoreStatus) (bool, error) {
	var reason error
	switch restore.Status {
	case models.TableRestoreStatusTypeSucceeded:
		return true, nil
	case models.TableRestoreStatusTypeFailed:
		reason = ErrRestoreFailed
	case models.TableRestoreStatusTypeCanceled:
		reason = ErrRestoreCanceled
	}
	if reason != nil && restore.Message != "" {
		reason = fmt.Errorf("%w: %.1024q", reason, restore.Message)
	}

	return false, reason
}

// errNoTableRestore is ErrNotOneTableRestore for none at all.
var errNoTableRestore = fmt.Errorf("%w: there is none", ErrNotOneTableRestore)

// describeOneTableRestore returns the only restore that matches the parameters.
func describeOneTableRestore(ctx context.Context, api DescribeTableRestoreStatusAPI, params *DescribeTableRestoreStatusParams) (models.TableRestoreStatus, error) {
	result, err := api.DescribeTableRestoreStatus(ctx, params)
	if err != nil {
		return models.TableRestoreStatus{}, err
	}
	if result == nil {
		return models.TableRestoreStatus{}, errNoAnswer
	}

	return onlyOne(result.TableRestoreStatusDetails, result.Marker, errNoTableRestore, ErrNotOneTableRestore)
}
