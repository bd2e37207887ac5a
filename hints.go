package redshift

import (
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// hintRestoreFromClusterSnapshot returns advice for a snapshot of another account. Redshift finds it only if the call names the account.
func hintRestoreFromClusterSnapshot(params *RestoreFromClusterSnapshotParams, refused *awsquery.Error) string {
	if refused.Code == models.ErrClusterSnapshotNotFound && params.OwnerAccount+params.SnapshotArn == "" {
		return "if the snapshot belongs to another account, set OwnerAccount"
	}

	return ""
}
