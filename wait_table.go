package redshift

import (
	"context"
	"errors"
	"fmt"

	"github.com/redshift-go/redshift/models"
)

// Reasons why a wait for a restored table ended early, for errors.Is. [ErrRestoreFailed] is another one. The error is a
// [TableRestoreWaitError].
var (
	// ErrRestoreCanceled: the restore of the table was canceled.
	ErrRestoreCanceled = errors.New("the restore was canceled")
	// ErrNotOneTableRestore: the parameters match no restore of a table, or several.
	ErrNotOneTableRestore = errors.New("the parameters do not match exactly one restore of a table")
)

// TableRestoreWaitError is the [WaitError] of [Client.WaitTableRestored].
type TableRestoreWaitError = WaitError[models.TableRestoreStatus]

// WaitTableRestored polls DescribeTableRestoreStatus until the table restore that the parameters describe has succeeded, and
// returns the restore. The wait ends when ctx is done.
//
// The parameters usually have only the TableRestoreRequestID that RestoreTableFromClusterSnapshot returned. Parameters with neither
// it nor a ClusterIdentifier are an error. The wait ends early, with a [TableRestoreWaitError], if
//   - the restore failed ([ErrRestoreFailed]) or was canceled ([ErrRestoreCanceled]); the error contains Redshift's message,
//   - the parameters match no restore, or several,
//   - Redshift refuses a call, or is unavailable for longer than MaxOutage.
//
// If a wait ended early, you can wait again, because a wait changes nothing. WaitProgress.Resource is a models.TableRestoreStatus.
func (c *Client) WaitTableRestored(
	ctx context.Context, params *DescribeTableRestoreStatusParams, options WaitOptions,
) (models.TableRestoreStatus, error) {
	wait := &poller[models.TableRestoreStatus]{
		subject: "a restored table",
		options: options,
		uses:    []string{optionExpectNew},
		shared:  c.sharedState(),
		describe: func(ctx context.Context) (models.TableRestoreStatus, error) {
			return c.describeOneTableRestore(ctx, params)
		},
		watch: watch[models.TableRestoreStatus]{traits: &tableRestoreTraits, accept: tableRestored},
	}
	if params == nil || params.TableRestoreRequestID+params.ClusterIdentifier == "" {
		wait.invalid = errors.New("the parameters name no restore, set TableRestoreRequestID")
	} else {
		wait.watch.expectNew = options.ExpectNew || c.recentlyCreated(tableRestoreKind, params.TableRestoreRequestID)
	}

	return wait.run(ctx)
}

// tableRestoreTraits has the traits of a restore of a table.
var tableRestoreTraits = traits[models.TableRestoreStatus]{
	status: func(restore *models.TableRestoreStatus) string { return string(restore.Status) },
	fraction: func(restore *models.TableRestoreStatus) float64 {
		switch {
		case restore.Status == models.TableRestoreStatusTypeSucceeded:
			return 1
		case restore.ProgressInMegaBytes == nil || restore.TotalDataInMegaBytes == nil:
			return 0
		default:
			return fraction(float64(*restore.ProgressInMegaBytes), float64(*restore.TotalDataInMegaBytes))
		}
	},
	missing: func(err error) bool {
		return errors.Is(err, models.ErrTableRestoreNotFoundFault) || errors.Is(err, errNoTableRestore)
	},
}

// tableRestored reports whether a table is restored, or returns the reason why it will not be.
func tableRestored(restore *models.TableRestoreStatus) (bool, error) {
	switch restore.Status {
	case models.TableRestoreStatusTypeSucceeded:
		return true, nil
	case models.TableRestoreStatusTypeFailed:
		return false, withMessage(ErrRestoreFailed, restore.Message)
	case models.TableRestoreStatusTypeCanceled:
		return false, withMessage(ErrRestoreCanceled, restore.Message)
	default:
		return false, nil
	}
}

// errNoTableRestore is the ErrNotOneTableRestore of parameters that match no restore.
var errNoTableRestore = fmt.Errorf("%w: they match none", ErrNotOneTableRestore)

// describeOneTableRestore returns the only restore that matches the parameters.
func (c *Client) describeOneTableRestore(
	ctx context.Context, params *DescribeTableRestoreStatusParams,
) (models.TableRestoreStatus, error) {
	result, err := c.DescribeTableRestoreStatus(ctx, params)
	if err != nil {
		return models.TableRestoreStatus{}, err
	}
	if result == nil {
		return models.TableRestoreStatus{}, noResult("DescribeTableRestoreStatus")
	}

	return onlyOne(result.TableRestoreStatusDetails, result.Marker, errNoTableRestore, ErrNotOneTableRestore)
}
