package redshift

import (
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// hintRestoreFromClusterSnapshot returns advice for a snapshot of another account. Redshift finds it only if OwnerAccount is set.
func hintRestoreFromClusterSnapshot(params *RestoreFromClusterSnapshotParams, refused *awsquery.Error) string {
	return hintOwnerAccount(refused, params.OwnerAccount+params.SnapshotArn)
}

// hintDescribeNodeConfigurationOptions returns the same advice for the node configurations of such a restore.
func hintDescribeNodeConfigurationOptions(params *DescribeNodeConfigurationOptionsParams, refused *awsquery.Error) string {
	return hintOwnerAccount(refused, params.OwnerAccount+params.SnapshotArn)
}

// hintOwnerAccount returns the hint for a snapshot that Redshift does not find. ownerOrARN is empty if the call has neither the owner nor
// the ARN of the snapshot.
func hintOwnerAccount(refused *awsquery.Error, ownerOrARN string) string {
	if refused.Code == models.ErrClusterSnapshotNotFound && ownerOrARN == "" {
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

// hintSchedulerRole returns advice for an IAM role that Redshift refuses. It refuses a new role until IAM has propagated the trust policy.
func hintSchedulerRole(refused *awsquery.Error) string {
	if refused.Code == awsquery.ErrInvalidParameterValue && strings.Contains(refused.Message, "IAM role") {
		return "the trust policy of the role must name scheduler.redshift.amazonaws.com; a new role or policy takes effect after some seconds"
	}

	return ""
}
