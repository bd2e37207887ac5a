package redshift

import (
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// hintRestoreFromClusterSnapshot explains that Redshift does not find another account's snapshot unless the call names the account.
func hintRestoreFromClusterSnapshot(params *RestoreFromClusterSnapshotParams, refused *awsquery.Error) string {
	return hintOwnerAccount(refused, params.OwnerAccount+params.SnapshotArn)
}

// hintDescribeNodeConfigurationOptions is hintRestoreFromClusterSnapshot for the options of such a restore.
func hintDescribeNodeConfigurationOptions(params *DescribeNodeConfigurationOptionsParams, refused *awsquery.Error) string {
	return hintOwnerAccount(refused, params.OwnerAccount+params.SnapshotArn)
}

// hintOwnerAccount returns the hint for a snapshot that Redshift does not find. named is empty if the call names neither the owner of the
// snapshot nor its ARN.
func hintOwnerAccount(refused *awsquery.Error, named string) string {
	if refused.Code == models.ErrClusterSnapshotNotFound && named == "" {
		return "if the snapshot is another account's, OwnerAccount has to name that"
	}

	return ""
}
