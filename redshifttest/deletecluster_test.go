package redshifttest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestDeleteCluster(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	createSnapshots(t, fake, "manual")
	if _, err := fake.AddAutomatedSnapshot("analytics", start.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	deleted := succeed[*redshift.DeleteClusterResult](t)(client.DeleteCluster(t.Context(), &redshift.DeleteClusterParams{
		ClusterIdentifier: "analytics", SkipFinalClusterSnapshot: new(true),
	})).Cluster
	if deleted.ClusterStatus != models.ClusterStatusDeleting || deleted.ClusterAvailabilityStatus != "Unavailable" {
		t.Errorf("DeleteCluster() = %s %s, want deleting Unavailable", deleted.ClusterStatus, deleted.ClusterAvailabilityStatus)
	}
	expectRefusals(t, fake, "DeleteCluster", map[string]lifecycleRefusal{
		"again": {change("SkipFinalClusterSnapshot", "true"), "InvalidClusterState", "Cluster analytics is deleting."},
	})
	expectRefusals(t, fake, "CreateCluster", map[string]lifecycleRefusal{"taken": {newCluster("analytics"), "ClusterAlreadyExists", "analytics"}})
	for _, operation := range []string{"PauseCluster", "ResumeCluster", "RebootCluster", "ModifyCluster"} {
		expectRefusals(t, fake, operation, map[string]lifecycleRefusal{"deleting": {change(), "InvalidClusterState", "It is deleting."}})
	}
	expectRefusals(t, fake, "CreateClusterSnapshot", map[string]lifecycleRefusal{
		"deleting": {change("SnapshotIdentifier", "new"), "InvalidClusterState", "It is deleting."},
	})
	fake.Advance(clusterDuration - 1)
	expectStatus(t, fake, "analytics", "deleting")
	if got := len(fake.Snapshots()); got != 2 {
		t.Errorf("during the deletion, %d snapshots exist, want 2", got)
	}
	fake.Advance(1)
	expectStatus(t, fake, "analytics", "ClusterNotFound")
	if got := snapshotIdentifiers(fake); !slices.Equal(got, []string{"manual"}) {
		t.Errorf("after the deletion, the snapshots are %q, want only the manual one", got)
	}
	expectEvents(t, fake, "2001 management INFO cluster/analytics: Cluster analytics deleted at 2026-11-23 09:40 UTC. A final snapshot was not saved.")
	expectRefusals(t, fake, "DeleteCluster", map[string]lifecycleRefusal{
		"gone": {change("SkipFinalClusterSnapshot", "true"), "ClusterNotFound", "analytics"},
	})
	must(t, fake, "CreateCluster", newCluster("analytics")...)
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "manual")
}

func TestDeleteClusterWithFinalSnapshot(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"available", "paused"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{SnapshotDuration: 20 * time.Minute})
			client := clientOf(t, fake)
			if err := fake.SetClusterStatus("analytics", status); err != nil {
				t.Fatal(err)
			}
			deleted := succeed[*redshift.DeleteClusterResult](t)(client.DeleteCluster(t.Context(), &redshift.DeleteClusterParams{
				ClusterIdentifier: "analytics", FinalClusterSnapshotIdentifier: "Last", FinalClusterSnapshotRetentionPeriod: new(30),
			})).Cluster
			if deleted.ClusterStatus != models.ClusterStatusFinalSnapshot {
				t.Errorf("DeleteCluster() = %s, want final-snapshot", deleted.ClusterStatus)
			}
			if got := fake.Snapshots()[0]; got.SnapshotIdentifier != "Last" || got.Status != models.SnapshotStatusCreating ||
				got.SnapshotType != models.SnapshotTypeManual || *got.ManualSnapshotRetentionPeriod != 30 {
				t.Errorf("the final snapshot is %+v, want a manual one that is kept for 30 days", got)
			}
			fake.Advance(20*time.Minute - 1)
			expectStatus(t, fake, "analytics", "final-snapshot")
			fake.Advance(1)
			expectStatus(t, fake, "analytics", "deleting")
			fake.Advance(clusterDuration)
			expectStatus(t, fake, "analytics", "ClusterNotFound")
			if got := fake.Snapshots()[0]; got.Status != models.SnapshotStatusAvailable {
				t.Errorf("after the deletion, the final snapshot is %s, want available", got.Status)
			}
			expectEvents(t, fake,
				"2012 management INFO cluster-snapshot/Last: Final cluster snapshot Last for cluster analytics started at 2026-11-23 09:30 UTC.",
				"3005 monitoring INFO cluster-snapshot/Last: Final cluster snapshot Last for cluster analytics succeeded at 2026-11-23 09:50 UTC.",
				"2001 management INFO cluster/analytics: Cluster analytics deleted at 2026-11-23 09:55 UTC. A final snapshot was saved.")
			must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "Last")
		})
	}
}

// TestDeleteClusterWithFailedSnapshot: without its final snapshot, the cluster stays.
func TestDeleteClusterWithFailedSnapshot(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	must(t, fake, "DeleteCluster", change("FinalClusterSnapshotIdentifier", "last")...)
	if err := fake.SetSnapshotStatus("last", models.SnapshotStatusFailed); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Hour)
	expectStatus(t, fake, "analytics", "available")
	expectEvents(t, fake,
		"2012 management INFO cluster-snapshot/last: Final cluster snapshot last for cluster analytics started at 2026-11-23 09:30 UTC.",
		"3502 monitoring ERROR cluster-snapshot/last: Final cluster snapshot last for cluster analytics failed at 2026-11-23 09:35 UTC.")
}

// deleteClusterRefusals need the clusters analytics, busy, broken and new, and the snapshot taken.
func deleteClusterRefusals() map[string]lifecycleRefusal {
	const combination = "InvalidParameterCombination"

	return map[string]lifecycleRefusal{
		"no identifier":     {nil, "MissingParameter", "ClusterIdentifier"},
		"missing":           {[]string{"ClusterIdentifier", "missing", "SkipFinalClusterSnapshot", "true"}, "ClusterNotFound", "missing"},
		"no snapshot":       {change(), combination, "required unless SkipFinalClusterSnapshot"},
		"not skipped":       {change("SkipFinalClusterSnapshot", "false"), combination, "required unless SkipFinalClusterSnapshot"},
		"both":              {change("SkipFinalClusterSnapshot", "true", "FinalClusterSnapshotIdentifier", "last"), combination, "cannot be specified"},
		"snapshot name":     {change("FinalClusterSnapshotIdentifier", "1st"), "InvalidParameterValue", "FinalClusterSnapshotIdentifier"},
		"retention":         {change("FinalClusterSnapshotIdentifier", "last", "FinalClusterSnapshotRetentionPeriod", "0"), "InvalidRetentionPeriodFault", "3653"},
		"snapshot exists":   {change("FinalClusterSnapshotIdentifier", "Taken"), "ClusterSnapshotAlreadyExists", "Taken"},
		"quota":             {change("FinalClusterSnapshotIdentifier", "last"), "ClusterSnapshotQuotaExceeded", "Options.Quotas.ManualSnapshots"},
		"busy":              {[]string{"ClusterIdentifier", "busy", "SkipFinalClusterSnapshot", "true"}, "InvalidClusterState", "operation running"},
		"creating":          {[]string{"ClusterIdentifier", "new", "SkipFinalClusterSnapshot", "true"}, "InvalidClusterState", "creating"},
		"broken, snapshot":  {[]string{"ClusterIdentifier", "broken", "FinalClusterSnapshotIdentifier", "last"}, "InvalidClusterState", "incompatible-network"},
		"busy, snapshot":    {[]string{"ClusterIdentifier", "busy", "FinalClusterSnapshotIdentifier", "last"}, "InvalidClusterState", "resizing"},
		"retention of none": {change("SkipFinalClusterSnapshot", "true", "FinalClusterSnapshotRetentionPeriod", "0"), "InvalidRetentionPeriodFault", "3653"},
	}
}

func TestDeleteClusterRefusals(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{ManualSnapshots: 1}})
	createSnapshots(t, fake, "taken")
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "busy", Status: "resizing"})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "broken", Status: "incompatible-network"})
	must(t, fake, "CreateCluster", newCluster("new")...)
	expectRefusals(t, fake, "DeleteCluster", deleteClusterRefusals())
	must(t, fake, "DeleteCluster", "ClusterIdentifier", "broken", "SkipFinalClusterSnapshot", "true")
	fake.Advance(clusterDuration)
	expectStatus(t, fake, "broken", "ClusterNotFound")
}

// TestRestoredClusterCanBeDeleted: a cluster whose restore has not ended behaves like the others.
func TestRestoredClusterCanBeDeleted(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSnapshots(t, fake, "manual")
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "manual")
	expectRefusals(t, fake, "DeleteCluster", map[string]lifecycleRefusal{
		"creating": {[]string{"ClusterIdentifier", "drill", "SkipFinalClusterSnapshot", "true"}, "InvalidClusterState", "creating"},
	})
	fake.Advance(redshifttest.DefaultRestoreDuration / 2)
	must(t, fake, "RebootCluster", "ClusterIdentifier", "drill")
	expectStatus(t, fake, "drill", "rebooting")
	fake.Advance(clusterDuration)
	expectStatus(t, fake, "drill", "available")
	must(t, fake, "DeleteCluster", "ClusterIdentifier", "drill", "SkipFinalClusterSnapshot", "true")
	fake.Advance(clusterDuration)
	expectStatus(t, fake, "drill", "ClusterNotFound")
}
