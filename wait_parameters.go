package redshift

import (
	"context"
	"errors"
	"slices"

	"github.com/redshift-go/redshift/models"
)

// Reasons why a wait for the parameters of a cluster ended early, for errors.Is. The error is a [ClusterWaitError].
var (
	// ErrRebootNeeded: a parameter takes effect only after a reboot of the cluster, and the cluster is not rebooting. Call RebootCluster,
	// and wait again.
	ErrRebootNeeded = errors.New("the parameters take effect after a reboot, call RebootCluster")
	// ErrParametersInvalid: Redshift cannot apply a parameter, because its value is invalid. ClusterParameterGroups in the Last of the
	// error shows which one.
	ErrParametersInvalid = errors.New("a parameter has an invalid value")
)

// WaitClusterParametersApplied polls DescribeClusters until all parameter groups of the cluster that the parameters describe are in sync
// and the cluster is available, and returns the cluster. Call it after ModifyClusterParameterGroup or ResetClusterParameterGroup, after a
// ModifyCluster that changes the parameter group, and after the RebootCluster that these may need. The wait ends when ctx is done.
//
// Some parameters take effect only after a reboot. The wait reboots nothing. It ends with [ErrRebootNeeded] if more than 5 polls in a row
// show an available cluster with such a parameter, so that a reboot that was requested moments ago can begin. The statuses pending-reboot,
// apply-deferred, apply-error and unknown-error mean that a reboot is needed.
//
// The parameters usually have only a ClusterIdentifier. Parameters without it and without tags are an error. The wait ends early, with a
// [ClusterWaitError], if
//   - a reboot is needed ([ErrRebootNeeded]), or a parameter is invalid ([ErrParametersInvalid]),
//   - the cluster is in a state that it does not leave automatically, was deleted or was renamed,
//   - the parameters match no cluster, or several,
//   - Redshift refuses a call, or is unavailable for longer than MaxOutage.
//
// A wait changes nothing. After an early end, another wait can continue. WaitProgress.Resource is a models.Cluster. WaitProgress.Status is
// the apply status that is furthest from in-sync, or the ClusterStatus if all parameters are in sync and the cluster is not available.
// WaitProgress.Fraction is the part of the parameters that are in sync.
func (c *Client) WaitClusterParametersApplied(
	ctx context.Context, params *DescribeClustersParams, options WaitOptions,
) (models.Cluster, error) {
	wait := c.clusterPoller("the parameters of a cluster", params, options)
	wait.watch.traits = parameterTraits()
	var unapplied idleTolerance
	wait.watch.accept = func(cluster *models.Cluster) (bool, error) {
		status := applyStatus(cluster)
		needsReboot := slices.Contains(rebootStatuses, status)
		stuck := unapplied.exceeded(false, needsReboot && clusterAvailable(cluster))
		switch {
		case status == applyStatusInvalid:
			return false, ErrParametersInvalid
		case unusable(cluster) != nil:
			return false, unusable(cluster)
		case stuck:
			return false, ErrRebootNeeded
		default:
			return status == applyStatusInSync && clusterAvailable(cluster), nil
		}
	}

	return wait.run(ctx)
}

// Apply statuses of parameters and of parameter groups.
const (
	applyStatusInSync  = "in-sync"
	applyStatusInvalid = "invalid-parameter"
)

// rebootStatuses lists the apply statuses of parameters that a reboot applies.
var rebootStatuses = []string{"pending-reboot", "apply-deferred", "apply-error", "unknown-error"}

// applyStatuses returns the apply statuses of a cluster's parameters, and of parameter groups that list no parameters.
func applyStatuses(cluster *models.Cluster) []string {
	var statuses []string
	for _, group := range cluster.ClusterParameterGroups {
		for _, parameter := range group.ClusterParameterStatusList {
			statuses = append(statuses, parameter.ParameterApplyStatus)
		}
		if group.ParameterApplyStatus != applyStatusInSync || len(group.ClusterParameterStatusList) == 0 {
			statuses = append(statuses, group.ParameterApplyStatus)
		}
	}

	return statuses
}

// applyStatus returns the apply status that is furthest from in-sync: first an invalid parameter, then a needed reboot, then any other.
func applyStatus(cluster *models.Cluster) string {
	distance := func(status string) int {
		switch {
		case status == "", status == applyStatusInSync:
			return 0
		case status == applyStatusInvalid:
			return 3
		case slices.Contains(rebootStatuses, status):
			return 2
		default:
			return 1
		}
	}
	furthest := applyStatusInSync
	for _, status := range applyStatuses(cluster) {
		if distance(status) > distance(furthest) {
			furthest = status
		}
	}

	return furthest
}

// parameterTraits returns the traits of a cluster whose parameters are applied.
func parameterTraits() *traits[models.Cluster] {
	result := clusterTraits
	result.status = func(cluster *models.Cluster) string {
		if status := applyStatus(cluster); status != applyStatusInSync || clusterAvailable(cluster) {
			return status
		}

		return string(cluster.ClusterStatus)
	}
	result.fraction = appliedFraction

	return &result
}

// appliedFraction returns the part of a cluster's parameters that are in sync.
func appliedFraction(cluster *models.Cluster) float64 {
	applied, statuses := 0, applyStatuses(cluster)
	for _, status := range statuses {
		if status == applyStatusInSync {
			applied++
		}
	}
	if applied == len(statuses) {
		return 1
	}

	return fraction(float64(applied), float64(len(statuses)))
}
