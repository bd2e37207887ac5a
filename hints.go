package redshift

import (
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// hintRestoreFromClusterSnapshot explains that Redshift does not find another account's snapshot unless the call names the account.
func hintRestoreFromClusterSnapshot(params *RestoreFromClusterSnapshotParams, refused *awsquery.Error) string {
	if refused.Code == models.ErrClusterSnapshotNotFound && params.OwnerAccount+params.SnapshotArn == "" {
		return "if the snapshot is another account's, OwnerAccount has to name that"
	}

	return ""
}
