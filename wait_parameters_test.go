package redshift_test

import (
	"context"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

// applying returns a response with a cluster that has one parameter group, with the apply statuses of the group and its parameters.
func applying(status models.ClusterStatus, group string, parameters ...string) restoreResponse {
	response := clusterIn(status, "")
	described := models.ClusterParameterGroupStatus{ParameterGroupName: "group-secret", ParameterApplyStatus: group}
	for _, parameter := range parameters {
		described.ClusterParameterStatusList = append(described.ClusterParameterStatusList,
			models.ClusterParameterStatus{ParameterName: "parameter-secret", ParameterApplyStatus: parameter})
	}
	response.clusters[0].ClusterParameterGroups = []models.ClusterParameterGroupStatus{described}

	return response
}

func TestWaitClusterParametersAppliedPollsUntilAllAreInSync(t *testing.T) {
	t.Parallel()
	inSync, needsReboot, rebooting := applying("available", "in-sync"), applying("available", "pending-reboot"), applying("rebooting", "pending-reboot")
	two := applying("available", "in-sync")
	two.clusters[0].ClusterParameterGroups = append(two.clusters[0].ClusterParameterGroups, models.ClusterParameterGroupStatus{ParameterApplyStatus: "applying"})
	many := func(count int, response restoreResponse, next ...restoreResponse) []restoreResponse {
		var responses []restoreResponse
		for range count {
			responses = append(responses, response)
		}

		return append(responses, next...)
	}
	for name, test := range map[string]clusterWaitTest{
		"in sync":                   {responses: []restoreResponse{inSync}, polls: 1, status: "in-sync", fraction: 1},
		"no groups":                 {responses: states("available"), polls: 1, status: "in-sync", fraction: 1},
		"applying":                  {responses: []restoreResponse{applying("available", "applying"), applying("available", "applying", "in-sync", "applying"), inSync}, polls: 3, status: "in-sync", fraction: 1},
		"one parameter":             {responses: []restoreResponse{applying("available", "in-sync", "in-sync", "applying"), applying("available", "in-sync", "in-sync", "in-sync")}, polls: 2, status: "in-sync", fraction: 1},
		"two groups":                {responses: []restoreResponse{two, inSync}, polls: 2, status: "in-sync", fraction: 1},
		"an undocumented status":    {responses: []restoreResponse{applying("available", "polishing"), inSync}, polls: 2, status: "in-sync", fraction: 1},
		"not available yet":         {responses: []restoreResponse{applying("rebooting", "in-sync"), inSync}, polls: 2, status: "in-sync", fraction: 1},
		"rebooted":                  {responses: []restoreResponse{needsReboot, rebooting, rebooting, applying("available", "applying"), inSync}, polls: 5, status: "in-sync", fraction: 1},
		"in sync after the reboot":  {responses: []restoreResponse{rebooting, needsReboot, inSync}, polls: 3, status: "in-sync", fraction: 1},
		"a reboot that begins late": {responses: many(5, needsReboot, rebooting, inSync), polls: 7, status: "in-sync", fraction: 1},
		"nobody reboots":            {responses: []restoreResponse{needsReboot}, want: redshift.ErrRebootNeeded, polls: 6, status: "pending-reboot"},
		"a reboot was not enough":   {responses: many(3, rebooting, needsReboot), want: redshift.ErrRebootNeeded, polls: 9, status: "pending-reboot"},
		"deferred":                  {responses: []restoreResponse{applying("available", "apply-deferred", "in-sync", "apply-deferred")}, want: redshift.ErrRebootNeeded, polls: 6, status: "apply-deferred", fraction: 1.0 / 3},
		"not connected":             {responses: []restoreResponse{applying("available", "applying", "apply-error")}, want: redshift.ErrRebootNeeded, polls: 6, status: "apply-error"},
		"an unknown error":          {responses: []restoreResponse{applying("available", "in-sync", "in-sync", "unknown-error")}, want: redshift.ErrRebootNeeded, polls: 6, status: "unknown-error", fraction: 0.5},
		"invalid":                   {responses: []restoreResponse{applying("available", "applying", "pending-reboot", "invalid-parameter")}, want: redshift.ErrParametersInvalid, polls: 1, status: "invalid-parameter"},
		"invalid, and no cluster":   {responses: []restoreResponse{applying("incompatible-parameters", "invalid-parameter")}, want: redshift.ErrParametersInvalid, polls: 1, status: "invalid-parameter"},
		"incompatible":              {responses: []restoreResponse{applying("incompatible-parameters", "in-sync")}, want: redshift.ErrClusterUnusable, polls: 1, status: "incompatible-parameters", fraction: 1},
		"paused":                    {responses: []restoreResponse{applying("paused", "pending-reboot")}, want: redshift.ErrClusterUnusable, polls: 1, status: "pending-reboot"},
		"deleted":                   {responses: []restoreResponse{rebooting, clusterGone}, want: redshift.ErrClusterDeleted, polls: 2, status: "pending-reboot"},
		"not found":                 {responses: []restoreResponse{clusterGone}, want: models.ErrClusterNotFound, polls: 1},
		"never applied":             {responses: []restoreResponse{applying("available", "applying")}, want: context.DeadlineExceeded, polls: 3600, status: "applying"},
	} {
		test.run(t, name, (*redshift.Client).WaitClusterParametersApplied)
	}
}
