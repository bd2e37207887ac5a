package redshifttest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestPauseAndResumeCluster(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	client := clientOf(t, fake)
	createSnapshots(t, fake, "manual")
	before := describeOne(t, client, "analytics")
	paused := succeed[*redshift.PauseClusterResult](t)(client.PauseCluster(t.Context(), &redshift.PauseClusterParams{ClusterIdentifier: "analytics"})).Cluster
	if paused.ClusterStatus != "pausing" || paused.ClusterAvailabilityStatus != "Modifying" {
		t.Errorf("PauseCluster() = %s %s, want pausing Modifying", paused.ClusterStatus, paused.ClusterAvailabilityStatus)
	}
	const taken = "rs:analytics-2026-11-23-09-35-00"
	if got := snapshotIdentifiers(fake); !slices.Equal(got, []string{"manual", taken}) {
		t.Errorf("the pause took the snapshots %q, want %s", got, taken)
	}
	expectRefusals(t, fake, "ResumeCluster", map[string]lifecycleRefusal{"pausing": {change(), "InvalidClusterState", "It is pausing."}})
	fake.Advance(clusterDuration - 1)
	expectStatus(t, fake, "analytics", "pausing")
	fake.Advance(1)
	want := before
	want.ClusterStatus, want.ClusterAvailabilityStatus = "paused", "Unavailable"
	if got := describeOne(t, client, "analytics"); !equalJSON(t, got, want) {
		t.Errorf("the paused cluster is\n%+v\nwant\n%+v", got, want)
	}

	// A paused cluster takes no snapshots. Its snapshots can be restored, except that the latest one cannot be copied.
	fake.Advance(30 * time.Hour)
	if got := snapshotIdentifiers(fake); !slices.Equal(got, []string{"manual", taken}) {
		t.Errorf("while the cluster is paused, the snapshots are %q", got)
	}
	for _, operation := range []string{"PauseCluster", "RebootCluster", "ModifyCluster", "ModifyClusterIamRoles", "DisableSnapshotCopy"} {
		expectRefusals(t, fake, operation, map[string]lifecycleRefusal{"paused": {change(), "InvalidClusterState", "It is paused."}})
	}
	for operation, parameters := range map[string][]string{
		"CreateClusterSnapshot": {"SnapshotIdentifier", "new"},
		"ResizeCluster":         {"NumberOfNodes", "4"},
		"EnableSnapshotCopy":    {"DestinationRegion", "us-west-2"},
		"RestoreTableFromClusterSnapshot": {
			"SnapshotIdentifier", "manual", "SourceDatabaseName", "dev", "SourceTableName", "orders", "NewTableName", "copied",
		},
	} {
		expectRefusals(t, fake, operation, map[string]lifecycleRefusal{"paused": {change(parameters...), "InvalidClusterState", "It is paused."}})
	}
	expectRefusals(t, fake, "CopyClusterSnapshot", map[string]lifecycleRefusal{
		"latest": {[]string{"SourceSnapshotIdentifier", taken, "TargetSnapshotIdentifier", "copied"}, "InvalidClusterSnapshotState", "is paused"},
	})
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", taken)
	must(t, fake, "DescribeResize", "ClusterIdentifier", resized(t, fake))

	resumed := succeed[*redshift.ResumeClusterResult](t)(client.ResumeCluster(t.Context(), &redshift.ResumeClusterParams{ClusterIdentifier: "Analytics"})).Cluster
	if resumed.ClusterStatus != "resuming" {
		t.Errorf("ResumeCluster() = %s, want resuming", resumed.ClusterStatus)
	}
	expectRefusals(t, fake, "PauseCluster", map[string]lifecycleRefusal{"resuming": {change(), "InvalidClusterState", "It is resuming."}})
	fake.Advance(clusterDuration)
	if got := describeOne(t, client, "analytics"); got.ClusterStatus != models.ClusterStatusAvailable {
		t.Errorf("after ResumeCluster, the cluster is %s, want available", got.ClusterStatus)
	}
	must(t, fake, "CopyClusterSnapshot", "SourceSnapshotIdentifier", taken, "TargetSnapshotIdentifier", "copied")
	expectRefusals(t, fake, "ResumeCluster", resumeRefusals())
	var events []string
	for _, text := range eventTexts(fake) {
		if !slices.Contains([]string{"2006", "2007", "3002", "2008", "3003", "2009", "3004"}, text[:4]) { // of other resources
			events = append(events, text)
		}
	}
	wantEvents := []string{
		"3618 management INFO cluster/analytics: The cluster analytics pause operation started at 2026-11-23 09:35 UTC.",
		"3619 monitoring INFO cluster/analytics: The cluster analytics was paused at 2026-11-23 09:40 UTC.",
		"3622 monitoring INFO cluster/analytics: The cluster analytics was resumed at 2026-11-24 15:45 UTC.",
	}
	if !slices.Equal(events, wantEvents) {
		t.Errorf("the events are %q, want %q", events, wantEvents)
	}
}

// resumeRefusals need the cluster analytics, which is available.
func resumeRefusals() map[string]lifecycleRefusal {
	return map[string]lifecycleRefusal{
		"available": {change(), "InvalidClusterState", "not in state paused"},
		"missing":   {[]string{"ClusterIdentifier", "missing"}, "ClusterNotFound", "missing"},
	}
}

// resized adds a cluster, starts a resize of it and returns its identifier.
func resized(tb testing.TB, fake *redshifttest.Fake) string {
	tb.Helper()
	seedCluster(tb, fake, redshifttest.Cluster{Identifier: "resized"})
	must(tb, fake, "ResizeCluster", "ClusterIdentifier", "resized", "NumberOfNodes", "4")

	return "resized"
}

// pauseClusterRefusals need the clusters busy, sealed and without.
func pauseClusterRefusals() map[string]lifecycleRefusal {
	return map[string]lifecycleRefusal{
		"no identifier":          {nil, "MissingParameter", "ClusterIdentifier"},
		"missing":                {[]string{"ClusterIdentifier", "missing"}, "ClusterNotFound", "missing"},
		"busy":                   {[]string{"ClusterIdentifier", "busy"}, "InvalidClusterState", "modifying"},
		"hardware security":      {[]string{"ClusterIdentifier", "sealed"}, "UnsupportedOperation", "hardware security module"},
		"no automated snapshots": {[]string{"ClusterIdentifier", "without"}, "UnsupportedOperation", "Automated snapshots"},
	}
}

func TestPauseClusterRefusals(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{
		HSMClientCertificates: []string{"certificate"}, HSMConfigurations: []string{"configuration"},
	}})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "busy", Status: "modifying"})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "without", AutomatedSnapshotRetentionPeriod: -1})
	must(t, fake, "CreateCluster", newCluster("sealed", "HsmClientCertificateIdentifier", "certificate", "HsmConfigurationIdentifier", "configuration")...)
	fake.Advance(clusterDuration)
	expectRefusals(t, fake, "PauseCluster", pauseClusterRefusals())
}

// TestResumeAddedCluster: a cluster that a test added as paused can be resumed.
func TestResumeAddedCluster(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "asleep", Status: "paused"})
	must(t, fake, "ResumeCluster", "ClusterIdentifier", "asleep")
	fake.Advance(clusterDuration)
	expectStatus(t, fake, "asleep", "available")
}
