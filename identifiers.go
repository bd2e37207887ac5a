package redshift

import (
	"slices"
	"strings"

	"github.com/redshift-go/redshift/models"
)

// The functions names... report whether a result names the resources that the parameters name. Other operations return nothing that
// could be compared: CreateTags, DeleteTags, ModifyClusterSnapshotSchedule and the deletions of grants and schedules.

func namesAuthorizeSnapshotAccess(p *AuthorizeSnapshotAccessParams, r *AuthorizeSnapshotAccessResult) (string, bool) {
	return r.RequestID, isSnapshot(&r.Snapshot, p.SnapshotIdentifier, p.SnapshotArn, p.SnapshotClusterIdentifier)
}

func namesBatchDeleteClusterSnapshots(p *BatchDeleteClusterSnapshotsParams, r *BatchDeleteClusterSnapshotsResult) (string, bool) {
	return r.RequestID, areOnlyOf(p.Identifiers, func(one models.DeleteClusterSnapshotMessage) string { return one.SnapshotIdentifier }, r.Resources, r.Errors)
}

func namesBatchModifyClusterSnapshots(p *BatchModifyClusterSnapshotsParams, r *BatchModifyClusterSnapshotsResult) (string, bool) {
	return r.RequestID, areOnlyOf(p.SnapshotIdentifierList, func(one string) string { return one }, r.Resources, r.Errors)
}

func namesCopyClusterSnapshot(p *CopyClusterSnapshotParams, r *CopyClusterSnapshotResult) (string, bool) {
	return r.RequestID, isSnapshot(&r.Snapshot, p.TargetSnapshotIdentifier, "", p.SourceSnapshotClusterIdentifier)
}

func namesCreateClusterSnapshot(p *CreateClusterSnapshotParams, r *CreateClusterSnapshotResult) (string, bool) {
	return r.RequestID, isSnapshot(&r.Snapshot, p.SnapshotIdentifier, "", p.ClusterIdentifier)
}

func namesCreateSnapshotCopyGrant(p *CreateSnapshotCopyGrantParams, r *CreateSnapshotCopyGrantResult) (string, bool) {
	return r.RequestID, isSame(p.SnapshotCopyGrantName, r.SnapshotCopyGrant.SnapshotCopyGrantName)
}

func namesCreateSnapshotSchedule(p *CreateSnapshotScheduleParams, r *CreateSnapshotScheduleResult) (string, bool) {
	return r.RequestID, isSame(p.ScheduleIdentifier, r.ScheduleIdentifier)
}

func namesDeleteClusterSnapshot(p *DeleteClusterSnapshotParams, r *DeleteClusterSnapshotResult) (string, bool) {
	return r.RequestID, isSnapshot(&r.Snapshot, p.SnapshotIdentifier, "", p.SnapshotClusterIdentifier)
}

func namesDescribeClusterSnapshots(p *DescribeClusterSnapshotsParams, r *DescribeClusterSnapshotsResult) (string, bool) {
	return r.RequestID, areAll(r.Snapshots, func(one *models.Snapshot) bool {
		return isSnapshot(one, p.SnapshotIdentifier, p.SnapshotArn, p.ClusterIdentifier)
	})
}

func namesDescribeClusters(p *DescribeClustersParams, r *DescribeClustersResult) (string, bool) {
	return r.RequestID, areAll(r.Clusters, func(one *models.Cluster) bool { return isSame(p.ClusterIdentifier, one.ClusterIdentifier) })
}

func namesDescribeSnapshotCopyGrants(p *DescribeSnapshotCopyGrantsParams, r *DescribeSnapshotCopyGrantsResult) (string, bool) {
	return r.RequestID, areAll(r.SnapshotCopyGrants, func(one *models.SnapshotCopyGrant) bool {
		return isSame(p.SnapshotCopyGrantName, one.SnapshotCopyGrantName)
	})
}

func namesDescribeSnapshotSchedules(p *DescribeSnapshotSchedulesParams, r *DescribeSnapshotSchedulesResult) (string, bool) {
	return r.RequestID, areAll(r.SnapshotSchedules, func(one *models.SnapshotSchedule) bool { return isSame(p.ScheduleIdentifier, one.ScheduleIdentifier) })
}

func namesDescribeTableRestoreStatus(p *DescribeTableRestoreStatusParams, r *DescribeTableRestoreStatusResult) (string, bool) {
	return r.RequestID, areAll(r.TableRestoreStatusDetails, func(one *models.TableRestoreStatus) bool {
		return isSame(p.TableRestoreRequestID, one.TableRestoreRequestID) && isSame(p.ClusterIdentifier, one.ClusterIdentifier)
	})
}

func namesDescribeTags(p *DescribeTagsParams, r *DescribeTagsResult) (string, bool) {
	return r.RequestID, areAll(r.TaggedResources, func(one *models.TaggedResource) bool { return isSame(p.ResourceName, one.ResourceName) })
}

func namesDisableSnapshotCopy(p *DisableSnapshotCopyParams, r *DisableSnapshotCopyResult) (string, bool) {
	return r.RequestID, isSame(p.ClusterIdentifier, r.Cluster.ClusterIdentifier)
}

func namesEnableSnapshotCopy(p *EnableSnapshotCopyParams, r *EnableSnapshotCopyResult) (string, bool) {
	return r.RequestID, isSame(p.ClusterIdentifier, r.Cluster.ClusterIdentifier)
}

func namesModifyClusterSnapshot(p *ModifyClusterSnapshotParams, r *ModifyClusterSnapshotResult) (string, bool) {
	return r.RequestID, isSnapshot(&r.Snapshot, p.SnapshotIdentifier, "", "")
}

func namesModifySnapshotCopyRetentionPeriod(p *ModifySnapshotCopyRetentionPeriodParams, r *ModifySnapshotCopyRetentionPeriodResult) (string, bool) {
	return r.RequestID, isSame(p.ClusterIdentifier, r.Cluster.ClusterIdentifier)
}

func namesModifySnapshotSchedule(p *ModifySnapshotScheduleParams, r *ModifySnapshotScheduleResult) (string, bool) {
	return r.RequestID, isSame(p.ScheduleIdentifier, r.ScheduleIdentifier)
}

func namesRestoreFromClusterSnapshot(p *RestoreFromClusterSnapshotParams, r *RestoreFromClusterSnapshotResult) (string, bool) {
	return r.RequestID, isSame(p.ClusterIdentifier, r.Cluster.ClusterIdentifier)
}

func namesRestoreTableFromClusterSnapshot(p *RestoreTableFromClusterSnapshotParams, r *RestoreTableFromClusterSnapshotResult) (string, bool) {
	restore := &r.TableRestoreStatus

	return r.RequestID, isSame(p.ClusterIdentifier, restore.ClusterIdentifier) && isSame(p.SnapshotIdentifier, restore.SnapshotIdentifier) &&
		isSame(p.SourceTableName, restore.SourceTableName) && isSame(p.NewTableName, restore.NewTableName)
}

func namesRevokeSnapshotAccess(p *RevokeSnapshotAccessParams, r *RevokeSnapshotAccessResult) (string, bool) {
	return r.RequestID, isSnapshot(&r.Snapshot, p.SnapshotIdentifier, p.SnapshotArn, p.SnapshotClusterIdentifier)
}

// isSame reports whether an identifier in a result can be the requested one. Redshift compares identifiers without case. One that
// is absent, in the request or in the result, proves nothing.
func isSame(requested, found string) bool {
	return requested == "" || found == "" || strings.EqualFold(requested, found)
}

func isSnapshot(found *models.Snapshot, identifier, arn, cluster string) bool {
	return isSame(identifier, found.SnapshotIdentifier) && isSame(arn, found.SnapshotArn) && isSame(cluster, found.ClusterIdentifier)
}

func areAll[T any](items []T, same func(*T) bool) bool {
	for i := range items {
		if !same(&items[i]) {
			return false
		}
	}

	return true
}

// areOnlyOf reports whether a batch was carried out, or failed, for requested snapshots alone.
func areOnlyOf[T any](requested []T, identifier func(T) string, done []string, failed []models.SnapshotErrorMessage) bool {
	isRequested := func(found string) bool {
		return len(requested) == 0 || found == "" || slices.ContainsFunc(requested, func(one T) bool { return strings.EqualFold(identifier(one), found) })
	}
	for _, found := range done {
		if !isRequested(found) {
			return false
		}
	}
	for _, message := range failed {
		if !isRequested(message.SnapshotIdentifier) {
			return false
		}
	}

	return true
}
