package redshift

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/recovery"
	"github.com/redshift-go/redshift/models"
)

// The functions recoverX return the recovery plan of a call of operation X. The client lookUps makes the look-ups.

// recoverCopyClusterSnapshot compares the copy with its source. The copy has the creation time of the source, so its age proves nothing.
func recoverCopyClusterSnapshot(lookUps *Client, params *CopyClusterSnapshotParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrClusterSnapshotAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrClusterSnapshotNotFound},
		See:     "DescribeClusterSnapshots",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			source, _, err := lookUpSnapshot(ctx, lookUps, params.SourceSnapshotIdentifier, "")
			if err != nil {
				return nil, err
			}
			found, requestID, err := lookUpSnapshot(ctx, lookUps, params.TargetSnapshotIdentifier, "")
			if err != nil {
				return nil, err
			}
			compare.Where("SnapshotType", string(found.SnapshotType), string(models.SnapshotTypeManual))
			compare.Identity("ClusterIdentifier", params.SourceSnapshotClusterIdentifier, source.ClusterIdentifier)
			compare.Present("ClusterIdentifier", source.ClusterIdentifier != "")
			compare.Identity("ClusterIdentifier", source.ClusterIdentifier, found.ClusterIdentifier)
			compare.Present("SnapshotCreateTime", !source.SnapshotCreateTime.IsZero())
			compare.IdentityTime("SnapshotCreateTime", source.SnapshotCreateTime, found.SnapshotCreateTime)
			recovery.SameOptional(compare, "ManualSnapshotRetentionPeriod",
				params.ManualSnapshotRetentionPeriod, found.ManualSnapshotRetentionPeriod)

			return &CopyClusterSnapshotResult{Snapshot: *found, RequestID: requestID}, nil
		},
	}
}

func recoverAuthorizeSnapshotAccess(lookUps *Client, params *AuthorizeSnapshotAccessParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrAuthorizationAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrClusterSnapshotNotFound},
		See:     "DescribeClusterSnapshots",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpSnapshot(ctx, lookUps, params.SnapshotIdentifier, params.SnapshotArn)
			if err != nil {
				return nil, err
			}
			compare.Identity("SnapshotIdentifier", params.SnapshotIdentifier, found.SnapshotIdentifier)
			compare.Identity("ClusterIdentifier", params.SnapshotClusterIdentifier, found.ClusterIdentifier)
			if !hasAccess(found, params.AccountWithRestoreAccess) {
				return nil, recovery.ErrNotVisible // not yet
			}

			return &AuthorizeSnapshotAccessResult{Snapshot: *found, RequestID: requestID}, nil
		},
	}
}

func recoverRevokeSnapshotAccess(lookUps *Client, params *RevokeSnapshotAccessParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.DoneIfMissing,
		Settled: []awsquery.ErrorCode{models.ErrAuthorizationNotFound},
		See:     "DescribeClusterSnapshots",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpSnapshot(ctx, lookUps, params.SnapshotIdentifier, params.SnapshotArn)
			if err != nil {
				return nil, err
			}
			compare.Identity("SnapshotIdentifier", params.SnapshotIdentifier, found.SnapshotIdentifier)
			compare.Identity("ClusterIdentifier", params.SnapshotClusterIdentifier, found.ClusterIdentifier)
			if hasAccess(found, params.AccountWithRestoreAccess) {
				compare.Exists()
			}

			return &RevokeSnapshotAccessResult{Snapshot: *found, RequestID: requestID}, nil
		},
	}
}

// hasAccess reports whether an account may restore a snapshot.
func hasAccess(snapshot *models.Snapshot, account string) bool {
	return slices.ContainsFunc(snapshot.AccountsWithRestoreAccess, func(access models.AccountWithRestoreAccess) bool {
		return access.AccountID == account || access.AccountAlias == account
	})
}

func recoverModifyClusterSnapshotSchedule(lookUps *Client, params *ModifyClusterSnapshotScheduleParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Settled: []awsquery.ErrorCode{models.ErrInvalidClusterSnapshotScheduleState},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpCluster(ctx, lookUps, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			wanted := params.ScheduleIdentifier
			if params.DisassociateSchedule != nil && *params.DisassociateSchedule {
				wanted = ""
			}
			compare.Same("SnapshotScheduleIdentifier", strings.EqualFold(found.SnapshotScheduleIdentifier, wanted))

			return &ModifyClusterSnapshotScheduleResult{RequestID: requestID}, nil
		},
	}
}

func recoverEnableSnapshotCopy(lookUps *Client, params *EnableSnapshotCopyParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrSnapshotCopyAlreadyEnabledFault},
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpCluster(ctx, lookUps, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			copying := found.ClusterSnapshotCopyStatus
			if copying == nil {
				return nil, recovery.ErrNotVisible // not yet
			}
			days := int64(7) // Redshift's default for copies of automated snapshots
			if params.RetentionPeriod != nil {
				days = int64(*params.RetentionPeriod)
			}
			compare.Identity("DestinationRegion", params.DestinationRegion, copying.DestinationRegion)
			compare.Identity("SnapshotCopyGrantName", params.SnapshotCopyGrantName, copying.SnapshotCopyGrantName)
			if params.SnapshotCopyGrantName == "" {
				compare.Where("SnapshotCopyGrantName", copying.SnapshotCopyGrantName, "")
			}
			recovery.SameValue(compare, "RetentionPeriod", &days, copying.RetentionPeriod)
			recovery.SameValue(compare, "ManualSnapshotRetentionPeriod",
				params.ManualSnapshotRetentionPeriod, copying.ManualSnapshotRetentionPeriod)

			return &EnableSnapshotCopyResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
}

func recoverDisableSnapshotCopy(lookUps *Client, params *DisableSnapshotCopyParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.DoneIfMissing,
		Settled: []awsquery.ErrorCode{models.ErrSnapshotCopyAlreadyDisabledFault},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpCluster(ctx, lookUps, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			if found.ClusterSnapshotCopyStatus != nil {
				compare.Exists()
			}

			return &DisableSnapshotCopyResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
}

func recoverModifySnapshotCopyRetentionPeriod(lookUps *Client, params *ModifySnapshotCopyRetentionPeriodParams) recovery.Plan {
	return recovery.Plan{
		Class: recovery.Idempotent,
		See:   "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpCluster(ctx, lookUps, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			copying := found.ClusterSnapshotCopyStatus
			switch {
			case copying == nil:
				compare.Present("ClusterSnapshotCopyStatus", false)
			case params.Manual != nil && *params.Manual:
				compare.Same("ManualSnapshotRetentionPeriod", copying.ManualSnapshotRetentionPeriod == params.RetentionPeriod)
			default:
				compare.Same("RetentionPeriod", copying.RetentionPeriod == int64(params.RetentionPeriod))
			}

			return &ModifySnapshotCopyRetentionPeriodResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
}

func recoverCreateTags(lookUps *Client, params *CreateTagsParams) recovery.Plan {
	return recovery.Plan{
		Class: recovery.Idempotent,
		See:   "DescribeTags",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpTags(ctx, lookUps, params.ResourceName)
			if err != nil {
				return nil, err
			}
			for _, tag := range params.Tags {
				compare.Same("Tags", slices.Contains(found, tag))
			}

			return &CreateTagsResult{RequestID: requestID}, nil
		},
	}
}

func recoverDeleteTags(lookUps *Client, params *DeleteTagsParams) recovery.Plan {
	return recovery.Plan{
		Class: recovery.Idempotent,
		See:   "DescribeTags",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpTags(ctx, lookUps, params.ResourceName)
			if err != nil {
				return nil, err
			}
			compare.Same("Tags", !slices.ContainsFunc(found, func(tag models.Tag) bool { return slices.Contains(params.TagKeys, tag.Key) }))

			return &DeleteTagsResult{RequestID: requestID}, nil
		},
	}
}

// lookUpTags returns the tags of a resource.
func lookUpTags(ctx context.Context, lookUps *Client, resource string) ([]models.Tag, string, error) {
	described, err := lookUps.DescribeTags(ctx, &DescribeTagsParams{ResourceName: resource})
	if err != nil {
		return nil, "", err
	}
	tags := make([]models.Tag, 0, len(described.TaggedResources))
	for _, one := range described.TaggedResources {
		if one.Tag != nil {
			tags = append(tags, *one.Tag)
		}
	}

	return tags, described.RequestID, nil
}

func recoverRestoreFromClusterSnapshot(lookUps *Client, params *RestoreFromClusterSnapshotParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrClusterAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpCluster(ctx, lookUps, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			compare.Since("ClusterCreateTime", found.ClusterCreateTime)
			compare.Present("RestoreStatus", found.RestoreStatus != nil)
			// Resizes and modifications can change all of these members later.
			compare.SameIdentifier("NodeType", params.NodeType, found.NodeType)
			recovery.SameValue(compare, "NumberOfNodes", params.NumberOfNodes, found.NumberOfNodes)
			compare.SameText("AvailabilityZone", params.AvailabilityZone, found.AvailabilityZone)
			compare.SameIdentifier("ClusterSubnetGroupName", params.ClusterSubnetGroupName, found.ClusterSubnetGroupName)
			compare.SameIdentifier("MaintenanceTrackName", params.MaintenanceTrackName, found.MaintenanceTrackName)
			compare.SameIdentifier("IpAddressType", string(params.IPAddressType), string(found.IPAddressType))
			compare.SameKey("KmsKeyId", params.KmsKeyID, found.KmsKeyID)
			recovery.SameValue(compare, "Encrypted", params.Encrypted, found.Encrypted)
			recovery.SameValue(compare, "EnhancedVpcRouting", params.EnhancedVpcRouting, found.EnhancedVpcRouting)
			recovery.SameValue(compare, "PubliclyAccessible", params.PubliclyAccessible, found.PubliclyAccessible)
			recovery.SameValue(compare, "AutomatedSnapshotRetentionPeriod",
				params.AutomatedSnapshotRetentionPeriod, found.AutomatedSnapshotRetentionPeriod)
			recovery.SameValue(compare, "ManualSnapshotRetentionPeriod",
				params.ManualSnapshotRetentionPeriod, found.ManualSnapshotRetentionPeriod)
			recovery.SameValue(compare, "AllowVersionUpgrade", params.AllowVersionUpgrade, found.AllowVersionUpgrade)
			recovery.SameValue(compare, "Port", params.Port, recovery.Value(found.Endpoint).Port)
			compare.SameIdentifier("PreferredMaintenanceWindow", params.PreferredMaintenanceWindow, found.PreferredMaintenanceWindow)
			compare.SameIdentifier("SnapshotScheduleIdentifier", params.SnapshotScheduleIdentifier, found.SnapshotScheduleIdentifier)
			compare.SameText("ElasticIp", params.ElasticIP, recovery.Value(found.ElasticIPStatus).ElasticIP)
			compare.SameText("DefaultIamRoleArn", params.DefaultIamRoleArn, found.DefaultIamRoleArn)
			compareRestoredGroups(compare, params, found)

			return &RestoreFromClusterSnapshotResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
}

// compareRestoredGroups compares the groups and roles of a restored cluster. If the call requests none, Redshift
// chooses them.
func compareRestoredGroups(compare *recovery.Comparison, params *RestoreFromClusterSnapshotParams, found *models.Cluster) {
	var group []string
	if params.ClusterParameterGroupName != "" {
		group = []string{params.ClusterParameterGroupName}
	}
	sameNames(compare, "ClusterParameterGroups", group, found.ClusterParameterGroups,
		func(one models.ClusterParameterGroupStatus) string { return one.ParameterGroupName })
	sameNames(compare, "ClusterSecurityGroups", params.ClusterSecurityGroups, found.ClusterSecurityGroups,
		func(one models.ClusterSecurityGroupMembership) string { return one.ClusterSecurityGroupName })
	sameNames(compare, "VpcSecurityGroups", params.VpcSecurityGroupIDs, found.VpcSecurityGroups,
		func(one models.VpcSecurityGroupMembership) string { return one.VpcSecurityGroupID })
	sameNames(compare, "IamRoles", params.IamRoles, found.IamRoles, func(one models.ClusterIamRole) string { return one.IamRoleArn })
}

// sameNames compares lists of names without case. Anyone can change these lists later. It does not compare a list that the call did
// not request.
func sameNames[T any](compare *recovery.Comparison, member string, requested []string, found []T, name func(T) string) {
	if len(requested) == 0 {
		return
	}
	wanted, names := make([]string, len(requested)), make([]string, len(found))
	for i, one := range requested {
		wanted[i] = strings.ToLower(one)
	}
	for i, one := range found {
		names[i] = strings.ToLower(name(one))
	}
	recovery.SameItems(compare, member, wanted, names)
}

// recoverDeleteClusterSnapshot looks up the snapshot if the call names its cluster. For a snapshot of another cluster, Redshift
// returns ClusterSnapshotNotFound and does not delete it.
func recoverDeleteClusterSnapshot(lookUps *Client, params *DeleteClusterSnapshotParams) recovery.Plan {
	deleted := func() any {
		return &DeleteClusterSnapshotResult{Snapshot: models.Snapshot{
			SnapshotIdentifier: params.SnapshotIdentifier,
			ClusterIdentifier:  params.SnapshotClusterIdentifier,
			Status:             models.SnapshotStatusDeleted,
		}}
	}
	plan := recovery.Plan{
		Class:   recovery.DoneIfMissing,
		Missing: []awsquery.ErrorCode{models.ErrClusterSnapshotNotFound},
		See:     "DescribeClusterSnapshots",
		Gone:    deleted,
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, _, err := lookUpSnapshot(ctx, lookUps, params.SnapshotIdentifier, "")
			if err != nil {
				return nil, err
			}
			compare.Identity("ClusterIdentifier", params.SnapshotClusterIdentifier, found.ClusterIdentifier)
			if found.Status != models.SnapshotStatusDeleted {
				compare.Exists()
			}

			return nil, nil
		},
	}
	if params.SnapshotClusterIdentifier != "" {
		// Only a look-up shows whether the snapshot is gone, or belongs to another cluster.
		plan.Settled = plan.Missing
	}

	return plan
}

// recoverModifyClusterSnapshot counts a missing snapshot as success if the call could delete it: with Force and a retention period
// that has already ended, Redshift deletes the snapshot.
func recoverModifyClusterSnapshot(lookUps *Client, params *ModifyClusterSnapshotParams) recovery.Plan {
	plan := recovery.Plan{
		Class: recovery.Idempotent,
		See:   "DescribeClusterSnapshots",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpSnapshot(ctx, lookUps, params.SnapshotIdentifier, "")
			if err != nil {
				return nil, err
			}
			recovery.SameOptional(compare, "ManualSnapshotRetentionPeriod",
				params.ManualSnapshotRetentionPeriod, found.ManualSnapshotRetentionPeriod)

			return &ModifyClusterSnapshotResult{Snapshot: *found, RequestID: requestID}, nil
		},
	}
	if couldDelete(params.Force, params.ManualSnapshotRetentionPeriod) {
		plan.Missing = []awsquery.ErrorCode{models.ErrClusterSnapshotNotFound}
		plan.Gone = func() any {
			return &ModifyClusterSnapshotResult{Snapshot: models.Snapshot{
				SnapshotIdentifier: params.SnapshotIdentifier,
				Status:             models.SnapshotStatusDeleted,
			}}
		}
	}

	return plan
}

// couldDelete reports whether a change of the retention period can delete a snapshot. This needs Force and a period that is not indefinite.
func couldDelete(force *bool, days *int) bool {
	const indefinitely = -1

	return force != nil && *force && days != nil && *days != indefinitely
}

func recoverBatchModifyClusterSnapshots(_ *Client, params *BatchModifyClusterSnapshotsParams) recovery.Plan {
	return recovery.Plan{
		Class: recovery.Idempotent,
		See:   "DescribeClusterSnapshots",
		Adjust: func(_ context.Context, result any) error {
			batch, ok := result.(*BatchModifyClusterSnapshotsResult)
			if !ok || !couldDelete(params.Force, params.ManualSnapshotRetentionPeriod) {
				return nil
			}
			batch.Resources, batch.Errors = countMissing(batch.Resources, batch.Errors, func(models.SnapshotErrorMessage) bool { return true })

			return nil
		},
	}
}

func recoverBatchDeleteClusterSnapshots(lookUps *Client, params *BatchDeleteClusterSnapshotsParams) recovery.Plan {
	return recovery.Plan{
		Class: recovery.DoneIfMissing,
		See:   "DescribeClusterSnapshots",
		Adjust: func(ctx context.Context, result any) error {
			batch, ok := result.(*BatchDeleteClusterSnapshotsResult)
			if !ok {
				return nil
			}
			var failed error
			clusters := make(map[string]string)
			for _, one := range params.Identifiers {
				clusters[strings.ToLower(one.SnapshotIdentifier)] = one.SnapshotClusterIdentifier
			}
			batch.Resources, batch.Errors = countMissing(batch.Resources, batch.Errors, func(one models.SnapshotErrorMessage) bool {
				if failed != nil {
					return false
				}
				isOther, err := isOfOtherCluster(ctx, lookUps, one.SnapshotIdentifier, clusters[strings.ToLower(one.SnapshotIdentifier)])
				failed = err

				return !isOther && err == nil
			})

			return failed
		},
	}
}

// countMissing moves snapshots that a retried batch did not find from failed to done, if isGone reports that an earlier attempt deleted
// them.
func countMissing(
	done []string, failed []models.SnapshotErrorMessage, isGone func(models.SnapshotErrorMessage) bool,
) ([]string, []models.SnapshotErrorMessage) {
	left := slices.DeleteFunc(failed, func(one models.SnapshotErrorMessage) bool {
		gone := one.FailureCode == string(models.ErrClusterSnapshotNotFound) && isGone(one)
		if gone {
			done = append(done, one.SnapshotIdentifier)
		}

		return gone
	})

	return done, left
}

// isOfOtherCluster reports whether a snapshot that a batch did not find exists and belongs to a cluster other than the given one.
func isOfOtherCluster(ctx context.Context, lookUps *Client, identifier, cluster string) (bool, error) {
	if cluster == "" {
		return false, nil
	}
	found, _, err := lookUpSnapshot(ctx, lookUps, identifier, "")
	if errors.Is(err, models.ErrClusterSnapshotNotFound) || errors.Is(err, recovery.ErrNotVisible) {
		return false, nil
	}

	return err == nil && !strings.EqualFold(found.ClusterIdentifier, cluster), err
}

// lookUpSnapshot describes a snapshot by its ARN or, if that is empty, its identifier. Redshift refuses a call with more than one of
// identifier, ARN and cluster.
func lookUpSnapshot(ctx context.Context, lookUps *Client, identifier, arn string) (*models.Snapshot, string, error) {
	if identifier == "" && arn == "" {
		return nil, "", errors.New("the call names no snapshot to look up")
	}
	params := &DescribeClusterSnapshotsParams{SnapshotIdentifier: identifier}
	if arn != "" {
		params = &DescribeClusterSnapshotsParams{SnapshotArn: arn}
	}
	described, err := lookUps.DescribeClusterSnapshots(ctx, params)
	if err != nil {
		return nil, "", err
	}
	found, err := recovery.One(described.Snapshots)

	return found, described.RequestID, err
}

// lookUpCluster describes a cluster. Redshift keeps identifiers in lower case.
func lookUpCluster(ctx context.Context, lookUps *Client, identifier string) (*models.Cluster, string, error) {
	described, err := lookUps.DescribeClusters(ctx, &DescribeClustersParams{ClusterIdentifier: strings.ToLower(identifier)})
	if err != nil {
		return nil, "", err
	}
	found, err := recovery.One(described.Clusters)

	return found, described.RequestID, err
}
