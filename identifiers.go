package redshift

import (
	"errors"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/wire"
	"github.com/redshift-go/redshift/models"
)

// errOtherResource reports a response that names another resource than the call asked for. A broken proxy can return the
// response of the previous request, which is well formed and would look like a success.
var errOtherResource = errors.New("the response is about another resource than the request: something on the way to Redshift mixes up " +
	"responses, check proxies and the endpoint")

// checkIdentifiers returns an error if the result names another resource than the parameters. It compares nothing if an option
// changed the request.
func (i *invocation) checkIdentifiers(result any) error {
	check, ok := i.identifierChecks[wire.Action(i.operation)]
	if !ok || i.settings.rewritten {
		return nil
	}
	requestID, same := check(i.operation.Params, result)
	if same {
		return nil
	}

	return &awsquery.Error{Operation: wire.Action(i.operation), StatusCode: 200, RequestID: requestID, Err: errOtherResource}
}

// identifierCheck returns the request id of a result, and reports whether it names the resources that the parameters name.
type identifierCheck func(params, result any) (requestID string, same bool)

// checkOf makes an identifierCheck of a function that knows the types of an operation.
func checkOf[P, R any](requestID func(*R) string, same func(*P, *R) bool) identifierCheck {
	return func(params, result any) (string, bool) {
		p, known := params.(*P)
		r, ok := result.(*R)
		if !known || !ok || p == nil || r == nil {
			return "", true // an option replaced the parameters or the Reader
		}

		return requestID(r), same(p, r)
	}
}

// identifierChecks has a check for each operation whose result names a resource that the parameters name. CreateTags, DeleteTags,
// ModifyClusterSnapshotSchedule and the deletions of grants and schedules return nothing that could be compared.
func identifierChecks() map[string]identifierCheck {
	return map[string]identifierCheck{
		"AuthorizeSnapshotAccess": checkOf(
			func(r *AuthorizeSnapshotAccessResult) string { return r.RequestID },
			func(p *AuthorizeSnapshotAccessParams, r *AuthorizeSnapshotAccessResult) bool {
				return isSnapshot(&r.Snapshot, p.SnapshotIdentifier, p.SnapshotArn, p.SnapshotClusterIdentifier)
			}),
		"BatchDeleteClusterSnapshots": checkOf(
			func(r *BatchDeleteClusterSnapshotsResult) string { return r.RequestID },
			func(p *BatchDeleteClusterSnapshotsParams, r *BatchDeleteClusterSnapshotsResult) bool {
				return areOnlyOf(p.Identifiers, func(one models.DeleteClusterSnapshotMessage) string { return one.SnapshotIdentifier }, r.Resources, r.Errors)
			}),
		"BatchModifyClusterSnapshots": checkOf(
			func(r *BatchModifyClusterSnapshotsResult) string { return r.RequestID },
			func(p *BatchModifyClusterSnapshotsParams, r *BatchModifyClusterSnapshotsResult) bool {
				return areOnlyOf(p.SnapshotIdentifierList, func(one string) string { return one }, r.Resources, r.Errors)
			}),
		"CopyClusterSnapshot": checkOf(
			func(r *CopyClusterSnapshotResult) string { return r.RequestID },
			func(p *CopyClusterSnapshotParams, r *CopyClusterSnapshotResult) bool {
				return isSnapshot(&r.Snapshot, p.TargetSnapshotIdentifier, "", p.SourceSnapshotClusterIdentifier)
			}),
		"CreateClusterSnapshot": checkOf(
			func(r *CreateClusterSnapshotResult) string { return r.RequestID },
			func(p *CreateClusterSnapshotParams, r *CreateClusterSnapshotResult) bool {
				return isSnapshot(&r.Snapshot, p.SnapshotIdentifier, "", p.ClusterIdentifier)
			}),
		"CreateSnapshotCopyGrant": checkOf(
			func(r *CreateSnapshotCopyGrantResult) string { return r.RequestID },
			func(p *CreateSnapshotCopyGrantParams, r *CreateSnapshotCopyGrantResult) bool {
				return isSame(p.SnapshotCopyGrantName, r.SnapshotCopyGrant.SnapshotCopyGrantName)
			}),
		"CreateSnapshotSchedule": checkOf(
			func(r *CreateSnapshotScheduleResult) string { return r.RequestID },
			func(p *CreateSnapshotScheduleParams, r *CreateSnapshotScheduleResult) bool {
				return isSame(p.ScheduleIdentifier, r.ScheduleIdentifier)
			}),
		"DeleteClusterSnapshot": checkOf(
			func(r *DeleteClusterSnapshotResult) string { return r.RequestID },
			func(p *DeleteClusterSnapshotParams, r *DeleteClusterSnapshotResult) bool {
				return isSnapshot(&r.Snapshot, p.SnapshotIdentifier, "", p.SnapshotClusterIdentifier)
			}),
		"DescribeClusterSnapshots": checkOf(
			func(r *DescribeClusterSnapshotsResult) string { return r.RequestID },
			func(p *DescribeClusterSnapshotsParams, r *DescribeClusterSnapshotsResult) bool {
				return areAll(r.Snapshots, func(one *models.Snapshot) bool {
					return isSnapshot(one, p.SnapshotIdentifier, p.SnapshotArn, p.ClusterIdentifier)
				})
			}),
		"DescribeClusters": checkOf(
			func(r *DescribeClustersResult) string { return r.RequestID },
			func(p *DescribeClustersParams, r *DescribeClustersResult) bool {
				return areAll(r.Clusters, func(one *models.Cluster) bool { return isSame(p.ClusterIdentifier, one.ClusterIdentifier) })
			}),
		"DescribeSnapshotCopyGrants": checkOf(
			func(r *DescribeSnapshotCopyGrantsResult) string { return r.RequestID },
			func(p *DescribeSnapshotCopyGrantsParams, r *DescribeSnapshotCopyGrantsResult) bool {
				return areAll(r.SnapshotCopyGrants, func(one *models.SnapshotCopyGrant) bool {
					return isSame(p.SnapshotCopyGrantName, one.SnapshotCopyGrantName)
				})
			}),
		"DescribeSnapshotSchedules": checkOf(
			func(r *DescribeSnapshotSchedulesResult) string { return r.RequestID },
			func(p *DescribeSnapshotSchedulesParams, r *DescribeSnapshotSchedulesResult) bool {
				return areAll(r.SnapshotSchedules, func(one *models.SnapshotSchedule) bool { return isSame(p.ScheduleIdentifier, one.ScheduleIdentifier) })
			}),
		"DescribeTableRestoreStatus": checkOf(
			func(r *DescribeTableRestoreStatusResult) string { return r.RequestID },
			func(p *DescribeTableRestoreStatusParams, r *DescribeTableRestoreStatusResult) bool {
				return areAll(r.TableRestoreStatusDetails, func(one *models.TableRestoreStatus) bool {
					return isSame(p.TableRestoreRequestID, one.TableRestoreRequestID) && isSame(p.ClusterIdentifier, one.ClusterIdentifier)
				})
			}),
		"DescribeTags": checkOf(
			func(r *DescribeTagsResult) string { return r.RequestID },
			func(p *DescribeTagsParams, r *DescribeTagsResult) bool {
				return areAll(r.TaggedResources, func(one *models.TaggedResource) bool { return isSame(p.ResourceName, one.ResourceName) })
			}),
		"DisableSnapshotCopy": checkOf(
			func(r *DisableSnapshotCopyResult) string { return r.RequestID },
			func(p *DisableSnapshotCopyParams, r *DisableSnapshotCopyResult) bool {
				return isSame(p.ClusterIdentifier, r.Cluster.ClusterIdentifier)
			}),
		"EnableSnapshotCopy": checkOf(
			func(r *EnableSnapshotCopyResult) string { return r.RequestID },
			func(p *EnableSnapshotCopyParams, r *EnableSnapshotCopyResult) bool {
				return isSame(p.ClusterIdentifier, r.Cluster.ClusterIdentifier)
			}),
		"ModifyClusterSnapshot": checkOf(
			func(r *ModifyClusterSnapshotResult) string { return r.RequestID },
			func(p *ModifyClusterSnapshotParams, r *ModifyClusterSnapshotResult) bool {
				return isSnapshot(&r.Snapshot, p.SnapshotIdentifier, "", "")
			}),
		"ModifySnapshotCopyRetentionPeriod": checkOf(
			func(r *ModifySnapshotCopyRetentionPeriodResult) string { return r.RequestID },
			func(p *ModifySnapshotCopyRetentionPeriodParams, r *ModifySnapshotCopyRetentionPeriodResult) bool {
				return isSame(p.ClusterIdentifier, r.Cluster.ClusterIdentifier)
			}),
		"ModifySnapshotSchedule": checkOf(
			func(r *ModifySnapshotScheduleResult) string { return r.RequestID },
			func(p *ModifySnapshotScheduleParams, r *ModifySnapshotScheduleResult) bool {
				return isSame(p.ScheduleIdentifier, r.ScheduleIdentifier)
			}),
		"RestoreFromClusterSnapshot": checkOf(
			func(r *RestoreFromClusterSnapshotResult) string { return r.RequestID },
			func(p *RestoreFromClusterSnapshotParams, r *RestoreFromClusterSnapshotResult) bool {
				return isSame(p.ClusterIdentifier, r.Cluster.ClusterIdentifier)
			}),
		"RestoreTableFromClusterSnapshot": checkOf(
			func(r *RestoreTableFromClusterSnapshotResult) string { return r.RequestID },
			func(p *RestoreTableFromClusterSnapshotParams, r *RestoreTableFromClusterSnapshotResult) bool {
				restore := &r.TableRestoreStatus

				return isSame(p.ClusterIdentifier, restore.ClusterIdentifier) && isSame(p.SnapshotIdentifier, restore.SnapshotIdentifier) &&
					isSame(p.SourceTableName, restore.SourceTableName) && isSame(p.NewTableName, restore.NewTableName)
			}),
		"RevokeSnapshotAccess": checkOf(
			func(r *RevokeSnapshotAccessResult) string { return r.RequestID },
			func(p *RevokeSnapshotAccessParams, r *RevokeSnapshotAccessResult) bool {
				return isSnapshot(&r.Snapshot, p.SnapshotIdentifier, p.SnapshotArn, p.SnapshotClusterIdentifier)
			}),
	}
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
