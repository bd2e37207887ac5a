package redshift

import (
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// hintRestoreFromClusterSnapshot returns advice for a snapshot of another account. Redshift finds it only if the call names the account.
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
		return "if the snapshot belongs to another account, set OwnerAccount"
	}

	return ""
}

func hintCreateScheduledAction(_ *CreateScheduledActionParams, refused *awsquery.Error) string {
	return hintSchedulerRole(refused)
}

func hintModifyScheduledAction(_ *ModifyScheduledActionParams, refused *awsquery.Error) string {
	return hintSchedulerRole(refused)
}

// hintSchedulerRole explains that Redshift may not see the trust policy of a new IAM role: it refuses the role as if the policy were
// missing.
func hintSchedulerRole(refused *awsquery.Error) string {
	if refused.Code == awsquery.ErrInvalidParameterValue && strings.Contains(refused.Message, "IAM role") {
		return "the trust policy of the role has to name scheduler.redshift.amazonaws.com; a new role or policy takes some seconds to take effect"
	}

	return ""
}
