package redshifttest_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

const day = 24 * time.Hour

// namesWithStatus returns the snapshots of the fake's own account, with their status.
func namesWithStatus(fake *redshifttest.Fake) []string {
	var all []string
	for _, one := range fake.Snapshots() {
		all = append(all, fmt.Sprintf("%s %s", one.SnapshotIdentifier, one.Status))
	}

	return all
}

func expectNames(tb testing.TB, when string, fake *redshifttest.Fake, want ...string) {
	tb.Helper()
	if got := namesWithStatus(fake); !slices.Equal(got, want) {
		tb.Errorf("%s the snapshots are %q in %s, want %q", when, got, fake.Region(), want)
	}
}

// TestSnapshotCopy copies snapshots to another region, where they expire.
func TestSnapshotCopy(t *testing.T) {
	t.Parallel()
	east := newFake(t, redshifttest.Options{})
	west := east.InRegion("us-west-2")
	createSnapshots(t, east, "before")
	client := clientOf(t, east)
	enabled := succeed[*redshift.EnableSnapshotCopyResult](t)(client.EnableSnapshotCopy(t.Context(), &redshift.EnableSnapshotCopyParams{
		ClusterIdentifier: "analytics", DestinationRegion: "us-west-2", RetentionPeriod: new(3), ManualSnapshotRetentionPeriod: new(10),
	}))
	want := models.ClusterSnapshotCopyStatus{DestinationRegion: "us-west-2", RetentionPeriod: 3, ManualSnapshotRetentionPeriod: 10}
	if got := enabled.Cluster.ClusterSnapshotCopyStatus; got == nil || *got != want {
		t.Errorf("EnableSnapshotCopy() = %+v", got)
	}
	must(t, east, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "manual",
		"Tags.Tag.1.Key", "k", "Tags.Tag.1.Value", "v")
	automated := succeed[models.Snapshot](t)(east.AddAutomatedSnapshot("analytics", east.Now()))
	expectNames(t, "at once", west)
	east.Advance(redshifttest.DefaultSnapshotDuration)
	expectNames(t, "once they are available", west, "copy:manual creating", "copy:"+automated.SnapshotIdentifier+" creating")
	east.Advance(redshifttest.DefaultSnapshotDuration)
	expectNames(t, "then", west, "copy:manual available", "copy:"+automated.SnapshotIdentifier+" available")

	there := west.Snapshots()
	for i, source := range east.Snapshots()[1:] {
		got := there[i]
		if got.SourceRegion != "us-east-1" || got.SnapshotType != source.SnapshotType ||
			!got.SnapshotCreateTime.Equal(source.SnapshotCreateTime) ||
			got.ClusterIdentifier != "analytics" || len(got.Tags) != 0 ||
			got.SnapshotArn != "arn:aws:redshift:us-west-2:123456789012:snapshot:analytics/copy:"+source.SnapshotIdentifier {
			t.Errorf("the copy of\n%+v\nis\n%+v", source, got)
		}
	}
	if kept := there[0].ManualSnapshotRetentionPeriod; kept == nil || *kept != 10 {
		t.Errorf("the retention period of the copy of a manual snapshot is %v", kept)
	}
	// Only clients of the other region can describe and restore them.
	must(t, east, "DescribeClusterSnapshots", "SnapshotIdentifier", "manual")
	restored := succeed[*redshift.RestoreFromClusterSnapshotResult](t)(clientOf(t, west).RestoreFromClusterSnapshot(t.Context(),
		&redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "copy:manual"}))
	if restored.Cluster.ClusterNamespaceArn[:34] != "arn:aws:redshift:us-west-2:1234567" {
		t.Errorf("the namespace of the restored cluster is %s", restored.Cluster.ClusterNamespaceArn)
	}
	west.Advance(3 * day)
	expectNames(t, "after the retention of automated copies", west, "copy:manual available")
	west.Advance(7 * day)
	expectNames(t, "after the retention of manual copies", west)
}

// TestSnapshotCopyJump checks that a jump of the clock skips no copies.
func TestSnapshotCopyJump(t *testing.T) {
	t.Parallel()
	east := newFake(t, redshifttest.Options{})
	west := east.InRegion("us-west-2")
	must(t, east, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2")
	must(t, east, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "manual")
	automated := succeed[models.Snapshot](t)(east.AddAutomatedSnapshot("analytics", east.Now()))
	east.Advance(7*day + 5*time.Minute - time.Second)
	expectNames(t, "just before the retention ends", west, "copy:manual available", "copy:"+automated.SnapshotIdentifier+" available")
	east.Advance(time.Second)
	expectNames(t, "when the retention has ended", west, "copy:manual available")
}

// TestSnapshotCopyEnds checks that a snapshot is not copied if it fails, or if it becomes available after copying is disabled.
func TestSnapshotCopyEnds(t *testing.T) {
	t.Parallel()
	east := newFake(t, redshifttest.Options{})
	west := east.InRegion("us-west-2")
	must(t, east, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2")
	createSnapshots(t, east, "copied")
	must(t, east, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "failing")
	if err := east.SetSnapshotStatus("failing", models.SnapshotStatusFailed); err != nil {
		t.Fatal(err)
	}
	must(t, east, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "late")
	disabled := succeed[*redshift.DisableSnapshotCopyResult](t)(clientOf(t, east).DisableSnapshotCopy(t.Context(),
		&redshift.DisableSnapshotCopyParams{ClusterIdentifier: "analytics"}))
	if disabled.Cluster.ClusterSnapshotCopyStatus != nil {
		t.Errorf("DisableSnapshotCopy() = %+v", disabled.Cluster)
	}
	east.Advance(time.Hour)
	expectNames(t, "afterwards", west, "copy:copied available")
}

// TestSnapshotCopyRetention modifies the retention period of copies.
func TestSnapshotCopyRetention(t *testing.T) {
	t.Parallel()
	east := newFake(t, redshifttest.Options{})
	west := east.InRegion("us-west-2")
	must(t, east, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2")
	succeed[models.Snapshot](t)(east.AddAutomatedSnapshot("analytics", east.Now()))
	createSnapshots(t, east, "first")
	east.Advance(2 * day)
	second := succeed[models.Snapshot](t)(east.AddAutomatedSnapshot("analytics", east.Now()))
	east.Advance(time.Hour)
	client := clientOf(t, east)
	modified := succeed[*redshift.ModifySnapshotCopyRetentionPeriodResult](t)(client.ModifySnapshotCopyRetentionPeriod(t.Context(),
		&redshift.ModifySnapshotCopyRetentionPeriodParams{ClusterIdentifier: "analytics", RetentionPeriod: 1}))
	if got := modified.Cluster.ClusterSnapshotCopyStatus; got.RetentionPeriod != 1 || got.ManualSnapshotRetentionPeriod != -1 {
		t.Errorf("ModifySnapshotCopyRetentionPeriod() = %+v", got)
	}
	expectNames(t, "when automated copies are kept for a day", west, "copy:first available", "copy:"+second.SnapshotIdentifier+" available")
	modified = succeed[*redshift.ModifySnapshotCopyRetentionPeriodResult](t)(client.ModifySnapshotCopyRetentionPeriod(t.Context(),
		&redshift.ModifySnapshotCopyRetentionPeriodParams{ClusterIdentifier: "analytics", RetentionPeriod: 2, Manual: new(true)}))
	if got := modified.Cluster.ClusterSnapshotCopyStatus; got.RetentionPeriod != 1 || got.ManualSnapshotRetentionPeriod != 2 {
		t.Errorf("ModifySnapshotCopyRetentionPeriod() = %+v", got)
	}
	createSnapshots(t, east, "last")
	east.Advance(3 * day)
	expectNames(t, "days later", west, "copy:first available")
}

// restoreTable restores a table of the snapshot nightly, and returns the identifier of the table restore.
func restoreTable(t *testing.T, fake *redshifttest.Fake) string {
	t.Helper()
	restored := succeed[*redshift.RestoreTableFromClusterSnapshotResult](t)(clientOf(t, fake).RestoreTableFromClusterSnapshot(t.Context(),
		&redshift.RestoreTableFromClusterSnapshotParams{
			ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", SourceDatabaseName: "dev", SourceTableName: "orders",
			NewTableName: "restored",
		}))

	return restored.TableRestoreStatus.TableRestoreRequestID
}

// TestRegions checks that regions have separate clusters, requests and faults.
func TestRegions(t *testing.T) {
	t.Parallel()
	east := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{ManualSnapshots: 1}})
	west := east.InRegion("us-west-2")
	if west.InRegion("us-east-1") != east || east.InRegion("us-west-2") != west || west.Region() != "us-west-2" {
		t.Error("InRegion does not always return the same fake")
	}
	createSnapshots(t, east, "nightly")
	if err := west.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	client := clientOf(t, west)
	succeed[*redshift.CreateClusterSnapshotResult](t)(client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly",
	}))
	expectNames(t, "here", east, "nightly available")
	expectNames(t, "there", west, "nightly creating")
	if zone := describeOne(t, client, "analytics").AvailabilityZone; zone != "us-west-2a" {
		t.Errorf("the Availability Zone is %s", zone)
	}
	request := unsignedRequest(t, "DescribeClusters")
	sign(t, request, west.Credentials(), west.Now())
	if got := send(t, west.Transport(), request); got.Code != "SignatureDoesNotMatch" {
		t.Errorf("a request that is signed for another region returned %s", got.Body)
	}
	failNext(t, west, "DescribeClusters", "InternalFailure", 1)
	must(t, east, "DescribeClusters")
	if west.PendingFaults() != 1 || east.PendingFaults() != 0 {
		t.Error("a fault of one region is in another region too")
	}
	if there := len(west.Requests()); there != 3 {
		t.Errorf("Requests of the other region has %d requests", there)
	}
	if here, there := east.Requests()[0].RequestID, west.Requests()[0].RequestID; here == there {
		t.Errorf("the first requests of both regions have the identifier %s", here)
	}
	west.Advance(time.Hour)
	if here, there := restoreTable(t, east), restoreTable(t, west); here == there {
		t.Errorf("the first table restores of both regions have the identifier %s", here)
	}
	expectNames(t, "an hour later", west, "nightly available")
	if !east.Now().Equal(west.Now()) {
		t.Error("the regions have different clocks")
	}
	defer func() {
		if recover() == nil {
			t.Error("InRegion with an invalid name did not panic")
		}
	}()
	east.InRegion("US West")
}

// TestSnapshotsThatNeverFinish checks that a schedule takes snapshots even with the longest SnapshotDuration, of a cluster whose
// snapshots are copied to another region.
func TestSnapshotsThatNeverFinish(t *testing.T) {
	t.Parallel()
	east := newFake(t, redshifttest.Options{SnapshotDuration: math.MaxInt64, RestoreDuration: math.MaxInt64})
	must(t, east, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2")
	createSchedule(t, east, "hourly", "rate(1 hour)")
	must(t, east, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "hourly")
	east.Advance(3*time.Hour + time.Minute)
	var creating int
	for _, one := range east.Snapshots() {
		if one.Status == models.SnapshotStatusCreating {
			creating++
		}
	}
	if creating != 3 || len(east.Snapshots()) != 3 {
		t.Errorf("3 hours later the snapshots are %q, want 3 that are creating", namesWithStatus(east))
	}
}

// TestCopyRetentionLimits tests the shortest and the longest retention periods of copies.
func TestCopyRetentionLimits(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	for days, valid := range map[string]bool{"0": false, "1": true, "35": true, "36": false} {
		want := ""
		if !valid {
			want = string(models.ErrInvalidRetentionPeriodFault)
		}
		name := "c" + days
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: name}); err != nil {
			t.Fatal(err)
		}
		if got := do(t, fake, "EnableSnapshotCopy",
			"ClusterIdentifier", name, "DestinationRegion", "us-west-2", "RetentionPeriod", days); got.Code != want {
			t.Errorf("EnableSnapshotCopy with %s days returned %s", days, got.Body)
		}
		must(t, fake, "EnableSnapshotCopy", "ClusterIdentifier", addCluster(t, fake, name+"-modified"), "DestinationRegion", "us-west-2")
		if got := do(t, fake, "ModifySnapshotCopyRetentionPeriod",
			"ClusterIdentifier", name+"-modified", "RetentionPeriod", days); got.Code != want {
			t.Errorf("ModifySnapshotCopyRetentionPeriod with %s days returned %s", days, got.Body)
		}
	}
}

func addCluster(tb testing.TB, fake *redshifttest.Fake, identifier string) string {
	tb.Helper()
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: identifier}); err != nil {
		tb.Fatal(err)
	}

	return identifier
}

// TestCopiesOfOneCluster checks that a new retention period only applies to copies of one cluster from one region, and that a grant only
// encrypts copies of encrypted snapshots.
func TestCopiesOfOneCluster(t *testing.T) {
	t.Parallel()
	east := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1, AutomatedSnapshots: true})
	west, north := east.InRegion("us-west-2"), east.InRegion("ca-central-1")
	must(t, west, "CreateSnapshotCopyGrant", "SnapshotCopyGrantName", "grant")
	for region, clusters := range map[*redshifttest.Fake][]string{east: {"analytics", "sales"}, north: {"analytics"}} {
		for _, cluster := range clusters {
			must(t, region, "EnableSnapshotCopy",
				"ClusterIdentifier", addCluster(t, region, cluster), "DestinationRegion", "us-west-2", "SnapshotCopyGrantName", "grant")
		}
	}
	must(t, north, "DisableSnapshotCopy", "ClusterIdentifier", "analytics")
	east.Advance(9 * time.Hour)
	// The copies of a cluster with the same identifier in another region have the same names, unless they are taken at another time.
	must(t, north, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2")
	must(t, east, "DisableSnapshotCopy", "ClusterIdentifier", "analytics")
	east.Advance(8 * time.Hour)
	must(t, east, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2")
	for _, one := range west.Snapshots() {
		if one.Encrypted || one.KmsKeyID != "" {
			t.Errorf("the copy %s of an unencrypted snapshot has the key %q", one.SnapshotIdentifier, one.KmsKeyID)
		}
	}
	must(t, east, "ModifySnapshotCopyRetentionPeriod", "ClusterIdentifier", "analytics", "RetentionPeriod", "1")
	must(t, east, "DisableSnapshotCopy", "ClusterIdentifier", "analytics")
	must(t, east, "DisableSnapshotCopy", "ClusterIdentifier", "sales")
	must(t, north, "DisableSnapshotCopy", "ClusterIdentifier", "analytics")
	east.Advance(26 * time.Hour)
	expectIdentifiers(t, "a day later", west,
		"copy:rs:sales-2026-11-23-17-30-00", "copy:rs:analytics-2026-11-24-01-30-00", "copy:rs:sales-2026-11-24-01-30-00")
}
