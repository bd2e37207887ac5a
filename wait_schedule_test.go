package redshift_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestWaitSnapshotScheduleAppliedPollsUntilItIsActive(t *testing.T) {
	t.Parallel()
	schedule := func(identifier string, state models.ScheduleState) restoreResponse {
		return restoreResponse{clusters: []models.Cluster{{ClusterStatus: "available", SnapshotScheduleIdentifier: identifier, SnapshotScheduleState: state}}}
	}
	missing := restoreResponse{err: models.ErrClusterNotFound}
	none := schedule("", "")
	for name, test := range map[string]struct {
		responses []restoreResponse
		isNew     bool
		want      error
		polls     int
		status    string // the last status of the progress
	}{
		"active":                       {responses: []restoreResponse{schedule("nightly", "ACTIVE")}, polls: 1, status: "ACTIVE"},
		"being applied":                {responses: []restoreResponse{schedule("nightly", "MODIFYING"), schedule("nightly", "MODIFYING"), schedule("nightly", "ACTIVE")}, polls: 3, status: "ACTIVE"},
		"an unknown state":             {responses: []restoreResponse{schedule("nightly", "POLISHING"), schedule("nightly", "ACTIVE")}, polls: 2, status: "ACTIVE"},
		"a schedule without a state":   {responses: []restoreResponse{schedule("nightly", ""), schedule("nightly", "ACTIVE")}, polls: 2, status: "ACTIVE"},
		"none":                         {responses: []restoreResponse{none}, polls: 1, status: "no schedule"},
		"being disassociated":          {responses: []restoreResponse{schedule("nightly", "MODIFYING"), none}, polls: 2, status: "no schedule"},
		"failed":                       {responses: []restoreResponse{schedule("nightly", "MODIFYING"), schedule("nightly", "FAILED")}, want: redshift.ErrSnapshotScheduleFailed, polls: 2, status: "FAILED"},
		"new association":              {responses: []restoreResponse{none, none, schedule("nightly", "MODIFYING"), schedule("nightly", "ACTIVE")}, isNew: true, polls: 4, status: "ACTIVE"},
		"new association, never shown": {responses: []restoreResponse{none}, isNew: true, want: redshift.ErrNoSnapshotSchedule, polls: 6, status: "no schedule"},
		"new association, removed":     {responses: []restoreResponse{schedule("nightly", "MODIFYING"), none}, isNew: true, want: redshift.ErrNoSnapshotSchedule, polls: 2, status: "no schedule"},
		"a new cluster":                {responses: []restoreResponse{missing, missing, schedule("nightly", "ACTIVE")}, isNew: true, polls: 3, status: "ACTIVE"},
		"no cluster":                   {responses: []restoreResponse{missing}, want: models.ErrClusterNotFound, polls: 1},
		"two clusters":                 {responses: []restoreResponse{{clusters: make([]models.Cluster, 2)}}, want: redshift.ErrNotOneCluster, polls: 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := &restores{list: test.responses}
			var shown []redshift.WaitProgress
			cluster, err := clientOf(stub).WaitSnapshotScheduleApplied(t.Context(), drill, redshift.WaitOptions{
				ExpectNew: test.isNew, Progress: func(progress redshift.WaitProgress) { shown = append(shown, progress) },
			})
			var failure *redshift.WaitError[models.Cluster]
			if !errors.Is(err, test.want) || len(stub.polledAt) != test.polls || (err != nil) != errors.As(err, &failure) {
				t.Errorf("%s: err = %v after %d polls, want %v and %d polls", name, err, len(stub.polledAt), test.want, test.polls)
			}
			if test.status == "" {
				return
			}
			last := shown[len(shown)-1]
			if _, ok := last.Resource.(models.Cluster); !ok || last.Status != test.status || (last.Fraction == 1) != (err == nil) && !slices.Contains([]string{"no schedule"}, last.Status) {
				t.Errorf("%s: progress = %+v", name, last)
			}
			if string(cluster.SnapshotScheduleState) != test.status && test.status != "no schedule" {
				t.Errorf("%s: got %+v", name, cluster)
			}
		})
	}
}

// Associates a schedule with a cluster and removes the association.
func TestWaitForSchedulesInTheFake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := fakeClient(t, redshifttest.Options{})
		if _, err := client.CreateSnapshotSchedule(t.Context(), &redshift.CreateSnapshotScheduleParams{
			ScheduleIdentifier: "hourly", ScheduleDefinitions: []string{"rate(1 hours)"},
		}); err != nil {
			t.Fatal(err)
		}
		analytics := &redshift.DescribeClustersParams{ClusterIdentifier: "analytics"}
		for _, change := range []redshift.ModifyClusterSnapshotScheduleParams{
			{ClusterIdentifier: "analytics", ScheduleIdentifier: "hourly"},
			{ClusterIdentifier: "analytics", DisassociateSchedule: new(true)},
		} {
			began := time.Now()
			if _, err := client.ModifyClusterSnapshotSchedule(t.Context(), &change); err != nil {
				t.Fatal(err)
			}
			cluster, err := client.WaitSnapshotScheduleApplied(t.Context(), analytics, redshift.WaitOptions{})
			if err != nil || cluster.SnapshotScheduleIdentifier != change.ScheduleIdentifier || cluster.SnapshotScheduleState == models.ScheduleStateModifying {
				t.Errorf("after %v: the schedule %q is %q (err = %v), want no error",
					time.Since(began), cluster.SnapshotScheduleIdentifier, cluster.SnapshotScheduleState, err)
			}
		}
	})
}
