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

func TestWaitSnapshotScheduleApplied(t *testing.T) {
	t.Parallel()
	schedule := func(identifier string, state models.ScheduleState) restoreAnswer {
		return restoreAnswer{clusters: []models.Cluster{{ClusterStatus: "available", SnapshotScheduleIdentifier: identifier, SnapshotScheduleState: state}}}
	}
	missing := restoreAnswer{err: models.ErrClusterNotFound}
	none := schedule("", "")
	for name, test := range map[string]struct {
		answers []restoreAnswer
		isNew   bool
		want    error
		polls   int
		status  string // the last in the progress
	}{
		"active":                            {answers: []restoreAnswer{schedule("nightly", "ACTIVE")}, polls: 1, status: "ACTIVE"},
		"being applied":                     {answers: []restoreAnswer{schedule("nightly", "MODIFYING"), schedule("nightly", "MODIFYING"), schedule("nightly", "ACTIVE")}, polls: 3, status: "ACTIVE"},
		"a state of the future":             {answers: []restoreAnswer{schedule("nightly", "POLISHING"), schedule("nightly", "ACTIVE")}, polls: 2, status: "ACTIVE"},
		"a schedule without a state":        {answers: []restoreAnswer{schedule("nightly", ""), schedule("nightly", "ACTIVE")}, polls: 2, status: "ACTIVE"},
		"none":                              {answers: []restoreAnswer{none}, polls: 1, status: "no schedule"},
		"being disassociated":               {answers: []restoreAnswer{schedule("nightly", "MODIFYING"), none}, polls: 2, status: "no schedule"},
		"failed":                            {answers: []restoreAnswer{schedule("nightly", "MODIFYING"), schedule("nightly", "FAILED")}, want: redshift.ErrSnapshotScheduleFailed, polls: 2, status: "FAILED"},
		"associated just now":               {answers: []restoreAnswer{none, none, schedule("nightly", "MODIFYING"), schedule("nightly", "ACTIVE")}, isNew: true, polls: 4, status: "ACTIVE"},
		"associated just now, never shown":  {answers: []restoreAnswer{none}, isNew: true, want: redshift.ErrNoSnapshotSchedule, polls: 6, status: "no schedule"},
		"associated just now, and not more": {answers: []restoreAnswer{schedule("nightly", "MODIFYING"), none}, isNew: true, want: redshift.ErrNoSnapshotSchedule, polls: 2, status: "no schedule"},
		"a new cluster":                     {answers: []restoreAnswer{missing, missing, schedule("nightly", "ACTIVE")}, isNew: true, polls: 3, status: "ACTIVE"},
		"no cluster":                        {answers: []restoreAnswer{missing}, want: models.ErrClusterNotFound, polls: 1},
		"two clusters":                      {answers: []restoreAnswer{{clusters: make([]models.Cluster, 2)}}, want: redshift.ErrNotOneCluster, polls: 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := &restores{list: test.answers}
			var shown []redshift.WaitProgress
			cluster, err := over(stub).WaitSnapshotScheduleApplied(t.Context(), drill, redshift.WaitOptions{
				ExpectNew: test.isNew, Progress: func(progress redshift.WaitProgress) { shown = append(shown, progress) },
			})
			var failure *redshift.WaitError[models.Cluster]
			if !errors.Is(err, test.want) || len(stub.asked) != test.polls || (err != nil) != errors.As(err, &failure) {
				t.Errorf("%s: %v after %d polls", name, err, len(stub.asked))
			}
			if test.status == "" {
				return
			}
			last := shown[len(shown)-1]
			if _, ok := last.Resource.(models.Cluster); !ok || last.Status != test.status || (last.Fraction == 1) != (err == nil) && !slices.Contains([]string{"no schedule"}, last.Status) {
				t.Errorf("%s: the progress is %+v", name, last)
			}
			if string(cluster.SnapshotScheduleState) != test.status && test.status != "no schedule" {
				t.Errorf("%s: returned %+v", name, cluster)
			}
		})
	}
}

// TestSchedulesOfTheFake associates a schedule with a cluster and takes it away.
func TestSchedulesOfTheFake(t *testing.T) {
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
				t.Errorf("after %v: %q is %q, %v", time.Since(began), cluster.SnapshotScheduleIdentifier, cluster.SnapshotScheduleState, err)
			}
		}
	})
}
