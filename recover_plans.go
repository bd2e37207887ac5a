package redshift

import (
	"context"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/internal/recovery"
	"github.com/redshift-go/redshift/models"
)

// A planner returns the recovery plan of a call. It gets the client that look-ups go through.
type planner func(service *snapshots.Client, params any) recovery.Plan

// planOf makes a planner of a function that knows the type of the parameters.
func planOf[P any](plan func(*snapshots.Client, *P) recovery.Plan) planner {
	return func(service *snapshots.Client, params any) recovery.Plan {
		p, ok := params.(*P)
		if !ok || p == nil {
			// An option replaced the parameters, so that nothing is known of the request.
			return recovery.Plan{Class: recovery.NotRecoverable, See: plan(service, new(P)).See}
		}

		return plan(service, p)
	}
}

// planners has a planner for each operation that changes something.
func planners() map[string]planner {
	return map[string]planner{
		"AuthorizeSnapshotAccess":           planOf(planAuthorizeSnapshotAccess),
		"BatchDeleteClusterSnapshots":       planOf(planBatchDeleteClusterSnapshots),
		"BatchModifyClusterSnapshots":       planOf(planBatchModifyClusterSnapshots),
		"CopyClusterSnapshot":               planOf(planCopyClusterSnapshot),
		"CreateClusterSnapshot":             planOf(planCreateClusterSnapshot),
		"CreateSnapshotCopyGrant":           planOf(planCreateSnapshotCopyGrant),
		"CreateSnapshotSchedule":            planOf(planCreateSnapshotSchedule),
		"CreateTags":                        planOf(planCreateTags),
		"DeleteClusterSnapshot":             planOf(planDeleteClusterSnapshot),
		"DeleteSnapshotCopyGrant":           planOf(planDeleteSnapshotCopyGrant),
		"DeleteSnapshotSchedule":            planOf(planDeleteSnapshotSchedule),
		"DeleteTags":                        planOf(planDeleteTags),
		"DisableSnapshotCopy":               planOf(planDisableSnapshotCopy),
		"EnableSnapshotCopy":                planOf(planEnableSnapshotCopy),
		"ModifyClusterSnapshot":             planOf(planModifyClusterSnapshot),
		"ModifyClusterSnapshotSchedule":     planOf(planModifyClusterSnapshotSchedule),
		"ModifySnapshotCopyRetentionPeriod": planOf(planModifySnapshotCopyRetentionPeriod),
		"ModifySnapshotSchedule":            planOf(planModifySnapshotSchedule),
		"RestoreFromClusterSnapshot":        planOf(planRestoreFromClusterSnapshot),
		"RestoreTableFromClusterSnapshot":   planOf(planRestoreTableFromClusterSnapshot),
		"RevokeSnapshotAccess":              planOf(planRevokeSnapshotAccess),
	}
}

func planCreateClusterSnapshot(service *snapshots.Client, params *CreateClusterSnapshotParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrClusterSnapshotAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrClusterSnapshotNotFound},
		See:     "DescribeClusterSnapshots",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			described, err := service.DescribeClusterSnapshots(ctx, &DescribeClusterSnapshotsParams{SnapshotIdentifier: params.SnapshotIdentifier})
			if err != nil {
				return nil, err
			}
			found, err := recovery.One(described.Snapshots)
			if err != nil {
				return nil, err
			}
			compare.Where("SnapshotType", string(found.SnapshotType), string(models.SnapshotTypeManual))
			compare.Identity("ClusterIdentifier", params.ClusterIdentifier, found.ClusterIdentifier)
			compare.Since("SnapshotCreateTime", found.SnapshotCreateTime)
			recovery.SameOptional(compare, "ManualSnapshotRetentionPeriod", params.ManualSnapshotRetentionPeriod, found.ManualSnapshotRetentionPeriod)
			recovery.SameItems(compare, "Tags", params.Tags, found.Tags)

			return &CreateClusterSnapshotResult{Snapshot: *found, RequestID: described.RequestID}, nil
		},
	}
}

// planCopyClusterSnapshot compares the copy with its source: the copy has the source's time of creation, so that its age proves
// nothing.
func planCopyClusterSnapshot(service *snapshots.Client, params *CopyClusterSnapshotParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrClusterSnapshotAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrClusterSnapshotNotFound},
		See:     "DescribeClusterSnapshots",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			source, _, err := lookUpSnapshot(ctx, service, params.SourceSnapshotIdentifier, "")
			if err != nil {
				return nil, err
			}
			found, requestID, err := lookUpSnapshot(ctx, service, params.TargetSnapshotIdentifier, "")
			if err != nil {
				return nil, err
			}
			compare.Where("SnapshotType", string(found.SnapshotType), string(models.SnapshotTypeManual))
			compare.Identity("ClusterIdentifier", params.SourceSnapshotClusterIdentifier, source.ClusterIdentifier)
			compare.Identity("ClusterIdentifier", source.ClusterIdentifier, found.ClusterIdentifier)
			compare.IdentityTime("SnapshotCreateTime", source.SnapshotCreateTime, found.SnapshotCreateTime)
			recovery.SameOptional(compare, "ManualSnapshotRetentionPeriod", params.ManualSnapshotRetentionPeriod, found.ManualSnapshotRetentionPeriod)

			return &CopyClusterSnapshotResult{Snapshot: *found, RequestID: requestID}, nil
		},
	}
}

func planAuthorizeSnapshotAccess(service *snapshots.Client, params *AuthorizeSnapshotAccessParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrAuthorizationAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrClusterSnapshotNotFound},
		See:     "DescribeClusterSnapshots",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpSnapshot(ctx, service, params.SnapshotIdentifier, params.SnapshotArn)
			if err != nil {
				return nil, err
			}
			compare.Identity("ClusterIdentifier", params.SnapshotClusterIdentifier, found.ClusterIdentifier)
			if !hasAccess(found, params.AccountWithRestoreAccess) {
				return nil, recovery.ErrNotVisible // not yet
			}

			return &AuthorizeSnapshotAccessResult{Snapshot: *found, RequestID: requestID}, nil
		},
	}
}

func planRevokeSnapshotAccess(service *snapshots.Client, params *RevokeSnapshotAccessParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.DoneIfMissing,
		Settled: []awsquery.ErrorCode{models.ErrAuthorizationNotFound},
		See:     "DescribeClusterSnapshots",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpSnapshot(ctx, service, params.SnapshotIdentifier, params.SnapshotArn)
			if err != nil {
				return nil, err
			}
			compare.Identity("ClusterIdentifier", params.SnapshotClusterIdentifier, found.ClusterIdentifier)
			if hasAccess(found, params.AccountWithRestoreAccess) {
				return nil, recovery.ErrNotVisible // the revocation is not visible yet
			}

			return &RevokeSnapshotAccessResult{Snapshot: *found, RequestID: requestID}, nil
		},
	}
}

func hasAccess(snapshot *models.Snapshot, account string) bool {
	return slices.ContainsFunc(snapshot.AccountsWithRestoreAccess, func(access models.AccountWithRestoreAccess) bool {
		return access.AccountID == account || access.AccountAlias == account
	})
}

func planCreateSnapshotCopyGrant(service *snapshots.Client, params *CreateSnapshotCopyGrantParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrSnapshotCopyGrantAlreadyExistsFault},
		Missing: []awsquery.ErrorCode{models.ErrSnapshotCopyGrantNotFoundFault},
		See:     "DescribeSnapshotCopyGrants",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			described, err := service.DescribeSnapshotCopyGrants(ctx, &DescribeSnapshotCopyGrantsParams{SnapshotCopyGrantName: params.SnapshotCopyGrantName})
			if err != nil {
				return nil, err
			}
			found, err := recovery.One(described.SnapshotCopyGrants)
			if err != nil {
				return nil, err
			}
			compare.SameKey("KmsKeyId", params.KmsKeyID, found.KmsKeyID)
			recovery.SameItems(compare, "Tags", params.Tags, found.Tags)

			return &CreateSnapshotCopyGrantResult{SnapshotCopyGrant: *found, RequestID: described.RequestID}, nil
		},
	}
}

func planDeleteSnapshotCopyGrant(service *snapshots.Client, params *DeleteSnapshotCopyGrantParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.DoneIfMissing,
		Missing: []awsquery.ErrorCode{models.ErrSnapshotCopyGrantNotFoundFault},
		See:     "DescribeSnapshotCopyGrants",
		Gone:    func() any { return new(DeleteSnapshotCopyGrantResult) },
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			described, err := service.DescribeSnapshotCopyGrants(ctx, &DescribeSnapshotCopyGrantsParams{SnapshotCopyGrantName: params.SnapshotCopyGrantName})
			if err != nil {
				return nil, err
			}
			_, err = recovery.One(described.SnapshotCopyGrants)
			compare.Exists()

			return nil, err
		},
	}
}

func planCreateSnapshotSchedule(service *snapshots.Client, params *CreateSnapshotScheduleParams) recovery.Plan {
	if params.ScheduleIdentifier == "" {
		// Redshift invents an identifier, by which the client cannot look the schedule up.
		return recovery.Plan{Class: recovery.NotRecoverable, See: "DescribeSnapshotSchedules"}
	}

	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrSnapshotScheduleAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrSnapshotScheduleNotFound},
		See:     "DescribeSnapshotSchedules",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, err := lookUpSchedule(ctx, service, params.ScheduleIdentifier)
			if err != nil {
				return nil, err
			}
			recovery.SameItems(compare, "ScheduleDefinitions", params.ScheduleDefinitions, found.ScheduleDefinitions)
			compare.Same("ScheduleDescription", params.ScheduleDescription == found.ScheduleDescription)
			recovery.SameItems(compare, "Tags", params.Tags, found.Tags)

			return found, nil
		},
	}
}

func planModifySnapshotSchedule(service *snapshots.Client, params *ModifySnapshotScheduleParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Settled: []awsquery.ErrorCode{models.ErrSnapshotScheduleUpdateInProgress},
		See:     "DescribeSnapshotSchedules",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, err := lookUpSchedule(ctx, service, params.ScheduleIdentifier)
			if err != nil {
				return nil, err
			}
			recovery.SameItems(compare, "ScheduleDefinitions", params.ScheduleDefinitions, found.ScheduleDefinitions)

			return new(ModifySnapshotScheduleResult(*found)), nil
		},
	}
}

func planDeleteSnapshotSchedule(service *snapshots.Client, params *DeleteSnapshotScheduleParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.DoneIfMissing,
		Missing: []awsquery.ErrorCode{models.ErrSnapshotScheduleNotFound},
		See:     "DescribeSnapshotSchedules",
		Gone:    func() any { return new(DeleteSnapshotScheduleResult) },
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			_, err := lookUpSchedule(ctx, service, params.ScheduleIdentifier)
			compare.Exists()

			return nil, err
		},
	}
}

// lookUpSchedule returns a schedule in the form of the result of CreateSnapshotSchedule.
func lookUpSchedule(ctx context.Context, service *snapshots.Client, identifier string) (*CreateSnapshotScheduleResult, error) {
	described, err := service.DescribeSnapshotSchedules(ctx, &DescribeSnapshotSchedulesParams{ScheduleIdentifier: identifier})
	if err != nil {
		return nil, err
	}
	found, err := recovery.One(described.SnapshotSchedules)
	if err != nil {
		return nil, err
	}

	return &CreateSnapshotScheduleResult{
		ScheduleDefinitions:    found.ScheduleDefinitions,
		ScheduleIdentifier:     found.ScheduleIdentifier,
		ScheduleDescription:    found.ScheduleDescription,
		Tags:                   found.Tags,
		NextInvocations:        found.NextInvocations,
		AssociatedClusterCount: found.AssociatedClusterCount,
		AssociatedClusters:     found.AssociatedClusters,
		RequestID:              described.RequestID,
	}, nil
}

func planModifyClusterSnapshotSchedule(service *snapshots.Client, params *ModifyClusterSnapshotScheduleParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Settled: []awsquery.ErrorCode{models.ErrInvalidClusterSnapshotScheduleState},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpCluster(ctx, service, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			wanted := params.ScheduleIdentifier
			if params.DisassociateSchedule != nil && *params.DisassociateSchedule {
				wanted = ""
			}
			if !strings.EqualFold(found.SnapshotScheduleIdentifier, wanted) {
				return nil, recovery.ErrNotVisible // not yet
			}

			return &ModifyClusterSnapshotScheduleResult{RequestID: requestID}, nil
		},
	}
}

func planEnableSnapshotCopy(service *snapshots.Client, params *EnableSnapshotCopyParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrSnapshotCopyAlreadyEnabledFault},
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpCluster(ctx, service, params.ClusterIdentifier)
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
			compare.Same("RetentionPeriod", copying.RetentionPeriod == days)
			recovery.SameValue(compare, "ManualSnapshotRetentionPeriod", params.ManualSnapshotRetentionPeriod, copying.ManualSnapshotRetentionPeriod)

			return &EnableSnapshotCopyResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
}

func planDisableSnapshotCopy(service *snapshots.Client, params *DisableSnapshotCopyParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.DoneIfMissing,
		Settled: []awsquery.ErrorCode{models.ErrSnapshotCopyAlreadyDisabledFault},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpCluster(ctx, service, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			if found.ClusterSnapshotCopyStatus != nil {
				return nil, recovery.ErrNotVisible // the change is not visible yet
			}

			return &DisableSnapshotCopyResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
}

func planModifySnapshotCopyRetentionPeriod(*snapshots.Client, *ModifySnapshotCopyRetentionPeriodParams) recovery.Plan {
	return recovery.Plan{Class: recovery.Idempotent, See: "DescribeClusters"}
}

func planCreateTags(*snapshots.Client, *CreateTagsParams) recovery.Plan {
	return recovery.Plan{Class: recovery.Idempotent, See: "DescribeTags"}
}

func planDeleteTags(*snapshots.Client, *DeleteTagsParams) recovery.Plan {
	return recovery.Plan{Class: recovery.Idempotent, See: "DescribeTags"}
}

func planRestoreFromClusterSnapshot(service *snapshots.Client, params *RestoreFromClusterSnapshotParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrClusterAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpCluster(ctx, service, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			compare.Since("ClusterCreateTime", found.ClusterCreateTime)
			compare.Present("RestoreStatus", found.RestoreStatus != nil)
			// A resize can change both later.
			compare.SameIdentifier("NodeType", params.NodeType, found.NodeType)
			recovery.SameValue(compare, "NumberOfNodes", params.NumberOfNodes, found.NumberOfNodes)

			return &RestoreFromClusterSnapshotResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
}

func planRestoreTableFromClusterSnapshot(*snapshots.Client, *RestoreTableFromClusterSnapshotParams) recovery.Plan {
	return recovery.Plan{Class: recovery.NotRecoverable, See: "DescribeTableRestoreStatus"}
}

// planDeleteClusterSnapshot: Redshift says of a snapshot of another cluster than the call named that it does not exist. That
// snapshot is not deleted.
func planDeleteClusterSnapshot(service *snapshots.Client, params *DeleteClusterSnapshotParams) recovery.Plan {
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
			found, _, err := lookUpSnapshot(ctx, service, params.SnapshotIdentifier, "")
			if err != nil {
				return nil, err
			}
			compare.Identity("ClusterIdentifier", params.SnapshotClusterIdentifier, found.ClusterIdentifier)
			compare.Exists()

			return nil, nil
		},
	}
	if params.SnapshotClusterIdentifier != "" {
		// Only a look-up shows whether the snapshot is gone, or belongs to another cluster.
		plan.Settled = plan.Missing
	}

	return plan
}

// planModifyClusterSnapshot: with Force, a period that the snapshot has outlived deletes it.
func planModifyClusterSnapshot(_ *snapshots.Client, params *ModifyClusterSnapshotParams) recovery.Plan {
	plan := recovery.Plan{Class: recovery.Idempotent, See: "DescribeClusterSnapshots"}
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

// couldDelete reports whether a change of the retention period can delete a snapshot: only with Force, and not by keeping it
// indefinitely or as before.
func couldDelete(force *bool, days *int) bool {
	const indefinitely = -1

	return force != nil && *force && days != nil && *days != indefinitely
}

func planBatchModifyClusterSnapshots(_ *snapshots.Client, params *BatchModifyClusterSnapshotsParams) recovery.Plan {
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

func planBatchDeleteClusterSnapshots(service *snapshots.Client, params *BatchDeleteClusterSnapshotsParams) recovery.Plan {
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
				other, err := isOfOtherCluster(ctx, service, one.SnapshotIdentifier, clusters[strings.ToLower(one.SnapshotIdentifier)])
				failed = err

				return !other && err == nil
			})

			return failed
		},
	}
}

// countMissing moves the snapshots that a repeated batch did not find, and an earlier attempt deleted, from the failures to the
// successes.
func countMissing(done []string, failed []models.SnapshotErrorMessage, isGone func(models.SnapshotErrorMessage) bool) ([]string, []models.SnapshotErrorMessage) {
	left := slices.DeleteFunc(failed, func(one models.SnapshotErrorMessage) bool {
		gone := one.FailureCode == string(models.ErrClusterSnapshotNotFound) && isGone(one)
		if gone {
			done = append(done, one.SnapshotIdentifier)
		}

		return gone
	})

	return done, left
}

// isOfOtherCluster reports whether a snapshot that a batch did not find exists, as a snapshot of another cluster than was named.
func isOfOtherCluster(ctx context.Context, service *snapshots.Client, identifier, cluster string) (bool, error) {
	if cluster == "" {
		return false, nil
	}
	found, _, err := lookUpSnapshot(ctx, service, identifier, "")
	missing := recovery.Plan{Missing: []awsquery.ErrorCode{models.ErrClusterSnapshotNotFound}}
	if missing.IsMissing(err) {
		return false, nil
	}

	return err == nil && !strings.EqualFold(found.ClusterIdentifier, cluster), err
}

// lookUpSnapshot describes a snapshot by its identifier or ARN alone: Redshift refuses a look-up that names the cluster too.
func lookUpSnapshot(ctx context.Context, service *snapshots.Client, identifier, arn string) (*models.Snapshot, string, error) {
	described, err := service.DescribeClusterSnapshots(ctx, &DescribeClusterSnapshotsParams{SnapshotIdentifier: identifier, SnapshotArn: arn})
	if err != nil {
		return nil, "", err
	}
	found, err := recovery.One(described.Snapshots)

	return found, described.RequestID, err
}

// lookUpCluster describes a cluster. Redshift keeps identifiers in lower case.
func lookUpCluster(ctx context.Context, service *snapshots.Client, identifier string) (*models.Cluster, string, error) {
	described, err := service.DescribeClusters(ctx, &DescribeClustersParams{ClusterIdentifier: strings.ToLower(identifier)})
	if err != nil {
		return nil, "", err
	}
	found, err := recovery.One(described.Clusters)

	return found, described.RequestID, err
}
