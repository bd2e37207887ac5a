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

// Statuses that Redshift has but does not document.
const (
	clusterStatusPausing  models.ClusterStatus = "pausing"
	clusterStatusResuming models.ClusterStatus = "resuming"
)

// errPasswordNotShown ends the look-up of a call that changes a password.
var errPasswordNotShown = errors.New("the new password cannot be compared, because Redshift shows no password")

// recoverDeleteCluster looks up the cluster and its final snapshot. A deletion takes minutes. During that time, Redshift refuses a retry
// with InvalidClusterState, or with ClusterSnapshotAlreadyExists for the final snapshot of the first attempt. A call that requests a final
// snapshot is done only if that snapshot exists, because someone else can delete the cluster without one.
func recoverDeleteCluster(lookUps *Client, params *DeleteClusterParams) recovery.Plan {
	plan := recovery.Plan{
		Class:   recovery.DoneIfMissing,
		Settled: []awsquery.ErrorCode{models.ErrInvalidClusterState, models.ErrClusterSnapshotAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeClusters",
		Gone: func() any {
			return &DeleteClusterResult{Cluster: models.Cluster{
				ClusterIdentifier: params.ClusterIdentifier,
				ClusterStatus:     models.ClusterStatusDeleting,
			}}
		},
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpNamed(ctx, lookUps, params.ClusterIdentifier, compare)
			isGone := isMissingCluster(err)
			if err != nil && !isGone {
				return nil, err
			}
			isDeleting := isGone || found.ClusterStatus == models.ClusterStatusDeleting || found.ClusterStatus == models.ClusterStatusFinalSnapshot
			if params.FinalClusterSnapshotIdentifier != "" {
				if err := compareFinalSnapshot(ctx, lookUps, params, isDeleting, compare); err != nil {
					return nil, err
				}
			}
			switch {
			case isGone:
				return nil, nil
			case !isDeleting:
				compare.Exists()
			}

			return &DeleteClusterResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
	if params.FinalClusterSnapshotIdentifier != "" {
		// Only a look-up shows whether the final snapshot exists.
		plan.Settled = append(plan.Settled, plan.Missing...)
	}

	return plan
}

// compareFinalSnapshot compares the snapshot that has the identifier of the final snapshot with the call. Redshift does not delete a
// cluster if that snapshot existed before the call, or is a snapshot of another cluster. If the cluster is gone anyway, someone else
// deleted it, and the snapshot lacks the last changes of its data.
func compareFinalSnapshot(
	ctx context.Context, lookUps *Client, params *DeleteClusterParams, isDeleting bool, compare *recovery.Comparison,
) error {
	found, _, err := lookUpSnapshot(ctx, lookUps, params.FinalClusterSnapshotIdentifier, "")
	switch {
	case errors.Is(err, models.ErrClusterSnapshotNotFound) || errors.Is(err, recovery.ErrNotVisible):
		compare.Present("final snapshot", !isDeleting)

		return nil
	case err != nil:
		return err
	}
	compare.Identity("SnapshotIdentifier", params.FinalClusterSnapshotIdentifier, found.SnapshotIdentifier)
	compare.Identity("ClusterIdentifier", params.ClusterIdentifier, found.ClusterIdentifier)
	compare.Since("SnapshotCreateTime", found.SnapshotCreateTime)

	return nil
}

// lookUpNamed describes a cluster and compares its identifier. A cluster without an identifier proves nothing.
func lookUpNamed(ctx context.Context, lookUps *Client, identifier string, compare *recovery.Comparison) (*models.Cluster, string, error) {
	found, requestID, err := lookUpCluster(ctx, lookUps, identifier)
	if err == nil {
		compare.Identity("ClusterIdentifier", identifier, found.ClusterIdentifier)
	}

	return found, requestID, err
}

// isMissingCluster reports whether a look-up found no cluster.
func isMissingCluster(err error) bool {
	return errors.Is(err, models.ErrClusterNotFound) || errors.Is(err, recovery.ErrNotVisible)
}

// recoverModifyCluster compares the cluster with the request. Redshift refuses a retry with InvalidClusterState while it modifies the
// cluster. After a rename, it refuses a retry with ClusterNotFound for the old identifier, or with ClusterAlreadyExists for the new one.
func recoverModifyCluster(lookUps *Client, params *ModifyClusterParams) recovery.Plan {
	isRename := params.NewClusterIdentifier != "" && !strings.EqualFold(params.NewClusterIdentifier, params.ClusterIdentifier)
	plan := recovery.Plan{
		Class:   recovery.Idempotent,
		Settled: []awsquery.ErrorCode{models.ErrInvalidClusterState},
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			if params.MasterUserPassword != "" {
				return nil, errPasswordNotShown
			}
			lookUp := func() (*models.Cluster, string, error) {
				return lookUpNamed(ctx, lookUps, params.ClusterIdentifier, compare)
			}
			if isRename {
				lookUp = func() (*models.Cluster, string, error) {
					return lookUpRenamed(ctx, lookUps, params.ClusterIdentifier, params.NewClusterIdentifier, compare)
				}
			}
			found, requestID, err := lookUp()
			if err != nil {
				return nil, err
			}
			compareModifiedNodes(compare, params, found)
			compareModifiedNetwork(compare, params, found)
			compareModifiedSettings(compare, params, found)
			compareModifiedKeys(compare, params, found)

			return &ModifyClusterResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
	if isRename {
		plan.Settled = append(plan.Settled, models.ErrClusterNotFound, models.ErrClusterAlreadyExists)
	}

	return plan
}

// lookUpRenamed describes a cluster under its new identifier or, while Redshift renames it, under its old one. If both exist, one of them
// is another cluster, and the client cannot find out which.
func lookUpRenamed(
	ctx context.Context, lookUps *Client, old, renamed string, compare *recovery.Comparison,
) (*models.Cluster, string, error) {
	after, requestID, err := lookUpNamed(ctx, lookUps, renamed, compare)
	if err != nil && !isMissingCluster(err) {
		return nil, "", err
	}
	before, requestIDBefore, errBefore := lookUpNamed(ctx, lookUps, old, compare)
	switch {
	case errBefore != nil && !isMissingCluster(errBefore):
		return nil, "", errBefore
	case err != nil && errBefore != nil:
		return nil, "", recovery.ErrNotVisible
	case err != nil:
		compare.SameIdentifier("PendingModifiedValues.ClusterIdentifier", renamed, recovery.Value(before.PendingModifiedValues).ClusterIdentifier)

		return before, requestIDBefore, nil
	case errBefore == nil:
		compare.Same("ClusterIdentifier", false)
	}

	return after, requestID, nil
}

// compareModifiedNodes compares the nodes and the engine of a modified cluster.
func compareModifiedNodes(compare *recovery.Comparison, params *ModifyClusterParams, found *models.Cluster) {
	pending := recovery.Value(found.PendingModifiedValues)
	var clusterType models.ClusterType // a cluster has no member for it
	switch {
	case found.NumberOfNodes == 1:
		clusterType = models.ClusterTypeSingleNode
	case found.NumberOfNodes > 1:
		clusterType = models.ClusterTypeMultiNode
	}
	sameOrPending(compare, "ClusterType", string(params.ClusterType), string(clusterType), string(pending.ClusterType))
	sameOrPending(compare, "NodeType", params.NodeType, found.NodeType, pending.NodeType)
	sameOrPendingValue(compare, "NumberOfNodes", params.NumberOfNodes, found.NumberOfNodes, pending.NumberOfNodes)
	sameOrPending(compare, "ClusterVersion", params.ClusterVersion, found.ClusterVersion, pending.ClusterVersion)
	sameOrPending(compare, "MaintenanceTrackName", params.MaintenanceTrackName, found.MaintenanceTrackName, pending.MaintenanceTrackName)
	compare.SameText("AvailabilityZone", params.AvailabilityZone, found.AvailabilityZone)
	sameSwitch(compare, "AvailabilityZoneRelocationStatus", params.AvailabilityZoneRelocation, found.AvailabilityZoneRelocationStatus)
	sameSwitch(compare, "MultiAZ", params.MultiAZ, found.MultiAZ)
}

// compareModifiedNetwork compares the network settings of a modified cluster.
func compareModifiedNetwork(compare *recovery.Comparison, params *ModifyClusterParams, found *models.Cluster) {
	pending := recovery.Value(found.PendingModifiedValues)
	recovery.SameValue(compare, "Port", params.Port, recovery.Value(found.Endpoint).Port)
	compare.SameText("ElasticIp", params.ElasticIP, recovery.Value(found.ElasticIPStatus).ElasticIP)
	compare.SameIdentifier("IpAddressType", string(params.IPAddressType), string(found.IPAddressType))
	sameOrPendingValue(compare, "PubliclyAccessible", params.PubliclyAccessible, found.PubliclyAccessible, pending.PubliclyAccessible)
	sameOrPendingValue(compare, "EnhancedVpcRouting", params.EnhancedVpcRouting, found.EnhancedVpcRouting, pending.EnhancedVpcRouting)
	sameNames(compare, "ClusterSecurityGroups", params.ClusterSecurityGroups, found.ClusterSecurityGroups,
		func(one models.ClusterSecurityGroupMembership) string { return one.ClusterSecurityGroupName })
	sameNames(compare, "VpcSecurityGroups", params.VpcSecurityGroupIDs, found.VpcSecurityGroups,
		func(one models.VpcSecurityGroupMembership) string { return one.VpcSecurityGroupID })
}

// compareModifiedSettings compares the settings of a modified cluster that Redshift can change without an outage.
func compareModifiedSettings(compare *recovery.Comparison, params *ModifyClusterParams, found *models.Cluster) {
	pending := recovery.Value(found.PendingModifiedValues)
	recovery.SameValue(compare, "AllowVersionUpgrade", params.AllowVersionUpgrade, found.AllowVersionUpgrade)
	sameOrPendingValue(compare, "AutomatedSnapshotRetentionPeriod", params.AutomatedSnapshotRetentionPeriod,
		found.AutomatedSnapshotRetentionPeriod, pending.AutomatedSnapshotRetentionPeriod)
	recovery.SameValue(compare, "ManualSnapshotRetentionPeriod", params.ManualSnapshotRetentionPeriod, found.ManualSnapshotRetentionPeriod)
	compare.SameIdentifier("PreferredMaintenanceWindow", params.PreferredMaintenanceWindow, found.PreferredMaintenanceWindow)
	sameSwitch(compare, "ExtraComputeForAutomaticOptimization",
		params.ExtraComputeForAutomaticOptimization, found.ExtraComputeForAutomaticOptimization)
	var group []string
	if params.ClusterParameterGroupName != "" {
		group = []string{params.ClusterParameterGroupName}
	}
	sameNames(compare, "ClusterParameterGroups", group, found.ClusterParameterGroups,
		func(one models.ClusterParameterGroupStatus) string { return one.ParameterGroupName })
}

// compareModifiedKeys compares the encryption of a modified cluster and the management of its password.
func compareModifiedKeys(compare *recovery.Comparison, params *ModifyClusterParams, found *models.Cluster) {
	if params.Encrypted != nil {
		isEncrypted := found.Encrypted
		if encryption := recovery.Value(found.PendingModifiedValues).EncryptionType; encryption != "" {
			isEncrypted = !strings.EqualFold(encryption, "None")
		}
		compare.Same("Encrypted", *params.Encrypted == isEncrypted)
	}
	compare.SameKey("KmsKeyId", params.KmsKeyID, found.KmsKeyID)
	hsm := recovery.Value(found.HsmStatus)
	compare.SameIdentifier("HsmClientCertificateIdentifier", params.HsmClientCertificateIdentifier, hsm.HsmClientCertificateIdentifier)
	compare.SameIdentifier("HsmConfigurationIdentifier", params.HsmConfigurationIdentifier, hsm.HsmConfigurationIdentifier)
	if params.ManageMasterPassword != nil {
		compare.Same("MasterPasswordSecretArn", *params.ManageMasterPassword == (found.MasterPasswordSecretArn != ""))
	}
	compare.SameKey("MasterPasswordSecretKmsKeyId", params.MasterPasswordSecretKmsKeyID, found.MasterPasswordSecretKmsKeyID)
}

// sameOrPending compares a text without case. A pending value replaces the value that the cluster has.
func sameOrPending(compare *recovery.Comparison, member, requested, found, pending string) {
	if pending != "" {
		found = pending
	}
	compare.SameIdentifier(member, requested, found)
}

// sameOrPendingValue is sameOrPending for other values.
func sameOrPendingValue[T comparable](compare *recovery.Comparison, member string, requested *T, found T, pending *T) {
	if pending != nil {
		found = *pending
	}
	recovery.SameValue(compare, member, requested, found)
}

// sameSwitch compares a boolean with a member that Redshift returns as text. Any other text is a difference.
func sameSwitch(compare *recovery.Comparison, member string, requested *bool, found string) {
	if requested == nil {
		return
	}
	texts := []string{"disabled", "pending_disabling", "false"}
	if *requested {
		texts = []string{"enabled", "pending_enabling", "true"}
	}
	compare.Same(member, slices.Contains(texts, strings.ToLower(found)))
}

// recoverModifyClusterIamRoles compares the roles of the cluster. It has a role that Redshift is adding, and no longer has a role that
// Redshift is removing.
func recoverModifyClusterIamRoles(lookUps *Client, params *ModifyClusterIamRolesParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Settled: []awsquery.ErrorCode{models.ErrInvalidClusterState},
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpNamed(ctx, lookUps, params.ClusterIdentifier, compare)
			if err != nil {
				return nil, err
			}
			for _, role := range params.AddIamRoles {
				compare.Same("IamRoles", hasRole(found, role))
			}
			for _, role := range params.RemoveIamRoles {
				compare.Same("IamRoles", !hasRole(found, role))
			}
			compare.SameText("DefaultIamRoleArn", params.DefaultIamRoleArn, found.DefaultIamRoleArn)

			return &ModifyClusterIamRolesResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
}

// hasRole reports whether a cluster has a role that Redshift is not removing.
func hasRole(cluster *models.Cluster, role string) bool {
	return slices.ContainsFunc(cluster.IamRoles, func(one models.ClusterIamRole) bool {
		return one.IamRoleArn == role && one.ApplyStatus != "removing"
	})
}

func recoverPauseCluster(lookUps *Client, params *PauseClusterParams) recovery.Plan {
	isPaused := func(status models.ClusterStatus) bool {
		return status == clusterStatusPausing || status == models.ClusterStatusPaused
	}

	return recoverByStatus(lookUps, params.ClusterIdentifier, isPaused, func(found *models.Cluster, requestID string) any {
		return &PauseClusterResult{Cluster: *found, RequestID: requestID}
	})
}

func recoverResumeCluster(lookUps *Client, params *ResumeClusterParams) recovery.Plan {
	isResumed := func(status models.ClusterStatus) bool {
		return status == clusterStatusResuming || status == models.ClusterStatusAvailable
	}

	return recoverByStatus(lookUps, params.ClusterIdentifier, isResumed, func(found *models.Cluster, requestID string) any {
		return &ResumeClusterResult{Cluster: *found, RequestID: requestID}
	})
}

// recoverByStatus recovers a call that changes the status of a cluster. Redshift refuses a retry with InvalidClusterState.
func recoverByStatus(
	lookUps *Client, identifier string, isDone func(models.ClusterStatus) bool, result func(*models.Cluster, string) any,
) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Settled: []awsquery.ErrorCode{models.ErrInvalidClusterState},
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeClusters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpNamed(ctx, lookUps, identifier, compare)
			if err != nil {
				return nil, err
			}
			compare.Same("ClusterStatus", isDone(found.ClusterStatus))

			return result(found, requestID), nil
		},
	}
}

// recoverResizeCluster compares the last resize of the cluster with the request. Redshift refuses a retry with InvalidClusterState during
// the resize.
func recoverResizeCluster(lookUps *Client, params *ResizeClusterParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Settled: []awsquery.ErrorCode{models.ErrInvalidClusterState},
		Missing: []awsquery.ErrorCode{models.ErrResizeNotFound},
		See:     "DescribeResize",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			resize, err := lookUps.DescribeResize(ctx, &DescribeResizeParams{ClusterIdentifier: strings.ToLower(params.ClusterIdentifier)})
			if err != nil {
				return nil, err
			}
			found, requestID, err := lookUpNamed(ctx, lookUps, params.ClusterIdentifier, compare)
			if err != nil {
				return nil, err
			}
			compare.Same("Status", resize.Status == models.ResizeStatusInProgress || resize.Status == models.ResizeStatusSucceeded)
			if resize.Status == models.ResizeStatusSucceeded {
				compareResized(compare, params, found)
			}
			compare.SameIdentifier("TargetClusterType", string(params.ClusterType), string(resize.TargetClusterType))
			compare.SameIdentifier("TargetNodeType", params.NodeType, resize.TargetNodeType)
			recovery.SameOptional(compare, "TargetNumberOfNodes", params.NumberOfNodes, resize.TargetNumberOfNodes)
			if params.Classic != nil {
				compare.Same("ResizeType", *params.Classic == strings.EqualFold(resize.ResizeType, "ClassicResize"))
			}
			exchange := recovery.Value(found.ReservedNodeExchangeStatus)
			compare.SameText("ReservedNodeExchangeStatus.SourceReservedNodeId", params.ReservedNodeID, exchange.SourceReservedNodeID)
			compare.SameText("ReservedNodeExchangeStatus.TargetReservedNodeOfferingId",
				params.TargetReservedNodeOfferingID, exchange.TargetReservedNodeOfferingID)

			return &ResizeClusterResult{Cluster: *found, RequestID: requestID}, nil
		},
	}
}

// compareResized compares the size of a cluster whose last resize succeeded. That resize can be older than the call. If the call requests
// a size, a cluster of that size is its effect. If it requests none, nothing shows which call made the resize.
func compareResized(compare *recovery.Comparison, params *ResizeClusterParams, found *models.Cluster) {
	requestsSize := params.ClusterType != "" || params.NodeType != "" || params.NumberOfNodes != nil
	compare.Same("Status", requestsSize)
	compare.SameIdentifier("NodeType", params.NodeType, found.NodeType)
	recovery.SameValue(compare, "NumberOfNodes", params.NumberOfNodes, found.NumberOfNodes)
}

// recoverCancelResize compares the status of the last resize. A resize that is no longer in progress was canceled, or it ended before the
// call.
func recoverCancelResize(lookUps *Client, params *CancelResizeParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.DoneIfMissing,
		Settled: []awsquery.ErrorCode{models.ErrResizeNotFound, models.ErrInvalidClusterState},
		Missing: []awsquery.ErrorCode{models.ErrResizeNotFound},
		See:     "DescribeResize",
		Gone:    func() any { return &CancelResizeResult{Status: models.ResizeStatusNone} },
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			resize, err := lookUps.DescribeResize(ctx, &DescribeResizeParams{ClusterIdentifier: strings.ToLower(params.ClusterIdentifier)})
			if err != nil {
				return nil, err
			}
			switch resize.Status {
			case models.ResizeStatusCancelling, models.ResizeStatusNone, resizeStatusCanceled, resizeStatusCancelled:
			case models.ResizeStatusInProgress:
				compare.Exists()
			default: // the resize ended, before the call or because of it
				compare.Same("Status", false)
			}
			result := CancelResizeResult(*resize)

			return &result, nil
		},
	}
}
