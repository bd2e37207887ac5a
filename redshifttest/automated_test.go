package redshifttest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestAutomatedSnapshots turns on the automated snapshots of every 8 hours.
func TestAutomatedSnapshots(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "without", AutomatedSnapshotRetentionPeriod: -1}); err != nil {
		t.Fatal(err)
	}
	client := clientOf(t, fake)
	one := describeOne(t, client, "analytics")
	if want := start.Add(8 * time.Hour); !one.ExpectedNextSnapshotScheduleTime.Equal(want) ||
		one.ExpectedNextSnapshotScheduleTimeStatus != "OnTrack" {
		t.Errorf("the next snapshot is expected at %s, %s", one.ExpectedNextSnapshotScheduleTime, one.ExpectedNextSnapshotScheduleTimeStatus)
	}
	if one := describeOne(t, client, "without"); !one.ExpectedNextSnapshotScheduleTime.IsZero() ||
		one.ExpectedNextSnapshotScheduleTimeStatus != "" {
		t.Errorf("a cluster without automated snapshots expects one at %s", one.ExpectedNextSnapshotScheduleTime)
	}
	fake.Advance(8*time.Hour - 1)
	if names := snapshotIdentifiers(fake); len(names) != 0 {
		t.Errorf("before 8 hours the snapshots are %q", names)
	}
	fake.Advance(1)
	if names := snapshotIdentifiers(fake); !slices.Equal(names, []string{"rs:analytics-2026-11-23-17-30-00"}) {
		t.Errorf("after 8 hours the snapshots are %q", names)
	}
	fake.Advance(17 * time.Hour)
	want := []string{"rs:analytics-2026-11-23-17-30-00", "rs:analytics-2026-11-24-01-30-00", "rs:analytics-2026-11-24-09-30-00"}
	if names := snapshotIdentifiers(fake); !slices.Equal(names, want) {
		t.Errorf("after 25 hours the snapshots are %q", names)
	}
	// The snapshots are kept for a day. One long step leaves the same snapshots as many short ones.
	fake.Advance(100*24*time.Hour - time.Hour)
	want = []string{"rs:analytics-2027-03-03-17-30-00", "rs:analytics-2027-03-04-01-30-00", "rs:analytics-2027-03-04-09-30-00"}
	if names := snapshotIdentifiers(fake); !slices.Equal(names, want) {
		t.Errorf("after 100 days more the snapshots are %q", names)
	}
	// A schedule replaces them until it is disassociated.
	must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "daily", "ScheduleDefinitions.ScheduleDefinition.1", "cron(0 4 *)")
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "daily")
	fake.Advance(23 * time.Hour)
	if names := snapshotIdentifiers(fake); names[len(names)-1] != "rs:analytics-2027-03-05-04-00-00" || len(names) != 2 {
		t.Errorf("with a schedule the snapshots are %q", names)
	}
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "DisassociateSchedule", "true")
	fake.Advance(2 * time.Hour)
	want = []string{"rs:analytics-2027-03-05-04-00-00", "rs:analytics-2027-03-05-09-30-00"}
	if names := snapshotIdentifiers(fake); !slices.Equal(names, want) {
		t.Errorf("after disassociation the snapshots are %q", names)
	}
}

// TestAutomatedSnapshotsOfNewClusters checks that a new cluster gets its first automated snapshot when it becomes available, and the next
// one 8 hours after its creation. A cluster with a schedule, or without automated snapshots, gets no first snapshot.
func TestAutomatedSnapshotsOfNewClusters(t *testing.T) {
	t.Parallel()
	for name, durations := range map[string][3]time.Duration{
		"with the default durations": {redshifttest.DefaultSnapshotDuration, redshifttest.DefaultRestoreDuration, redshifttest.DefaultClusterDuration},
		"without durations":          {-1, -1, -1},
	} {
		options := redshifttest.Options{
			AutomatedSnapshots: true,
			SnapshotDuration:   durations[0],
			RestoreDuration:    durations[1],
			ClusterDuration:    durations[2],
		}
		run := func(fake *redshifttest.Fake) {
			must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "often", "ScheduleDefinitions.ScheduleDefinition.1", "rate(12 hours)")
			createSnapshots(t, fake, "nightly") // advances the clock by 5 minutes
			must(t, fake, "CreateCluster", newCluster("created")...)
			must(t, fake, "CreateCluster", newCluster("scheduled", "SnapshotScheduleIdentifier", "often")...)
			must(t, fake, "CreateCluster", "ClusterIdentifier", "without", "NodeType", "dc2.large", "MasterUsername", "admin",
				"MasterUserPassword", "Abcdefg1", "AutomatedSnapshotRetentionPeriod", "0")
			restore := []string{"ClusterIdentifier", "restored", "SnapshotIdentifier", "nightly"}
			must(t, fake, "RestoreFromClusterSnapshot", restore...)
			if err := fake.AddCluster(redshifttest.Cluster{Identifier: "restoring", Restoring: true}); err != nil {
				t.Fatal(err)
			}
		}
		fake := newFake(t, options)
		run(fake)
		fake.Advance(10 * time.Minute)
		want := []string{
			"nightly", "rs:restored-2026-11-23-09-38-20", "rs:restoring-2026-11-23-09-38-20", "rs:created-2026-11-23-09-40-00",
		}
		if durations[0] < 0 {
			want = []string{"nightly", "rs:created-2026-11-23-09-35-00", "rs:restored-2026-11-23-09-35-00", "rs:restoring-2026-11-23-09-35-00"}
		}
		expectIdentifiers(t, name+", after 10 minutes", fake, want...)
		fake.Advance(8 * time.Hour)
		want = append(want, "rs:analytics-2026-11-23-17-30-00", "rs:created-2026-11-23-17-35-00", "rs:restored-2026-11-23-17-35-00",
			"rs:restoring-2026-11-23-17-35-00")
		expectIdentifiers(t, name+", 8 hours later", fake, want...)
		for _, snapshot := range fake.Snapshots()[1:4] {
			if snapshot.SnapshotType != models.SnapshotTypeAutomated || snapshot.Status != models.SnapshotStatusAvailable {
				t.Errorf("%s: %s is %s and %s", name, snapshot.SnapshotIdentifier, snapshot.SnapshotType, snapshot.Status)
			}
		}
		expectSameInSteps(t, options, 9*time.Hour, run)
	}
}

// TestNoFirstSnapshot checks that a cluster that is gone, or not available, when its creation would have ended gets no first snapshot.
func TestNoFirstSnapshot(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	createSnapshots(t, fake, "nightly")
	for _, name := range []string{"removed", "broken"} {
		must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", name, "SnapshotIdentifier", "nightly")
	}
	must(t, fake, "CreateCluster", newCluster("stopped")...)
	for name, status := range map[string]string{"broken": "incompatible-restore", "stopped": "incompatible-network"} {
		if err := fake.SetClusterStatus(name, status); err != nil {
			t.Fatal(err)
		}
	}
	if err := fake.RemoveCluster("removed"); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Hour)
	expectIdentifiers(t, "after an hour", fake, "nightly")
}

// TestNoAutomatedSnapshots checks that they are off by default. A cluster still shows when it expects the next one, as in Redshift.
func TestNoAutomatedSnapshots(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	fake.Advance(1000 * time.Hour)
	if names := snapshotIdentifiers(fake); len(names) != 0 {
		t.Errorf("the snapshots are %q", names)
	}
	one := describeOne(t, clientOf(t, fake), "analytics")
	if want := start.Add(1000 * time.Hour).Add(8 * time.Hour); !one.ExpectedNextSnapshotScheduleTime.Equal(want) ||
		one.ExpectedNextSnapshotScheduleTimeStatus != "Pending" {
		t.Errorf("the next snapshot is expected at %s, %q, want %s", one.ExpectedNextSnapshotScheduleTime,
			one.ExpectedNextSnapshotScheduleTimeStatus, want)
	}
}

// TestNewestAutomatedSnapshotStays checks that the newest automated snapshot does not expire while the cluster exists.
func TestNewestAutomatedSnapshotStays(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "weekly", "ScheduleDefinitions.ScheduleDefinition.1", "cron(0 4 SUN)")
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "weekly")
	const first, second, third = "rs:analytics-2026-11-29-04-00-00", "rs:analytics-2026-12-06-04-00-00", "rs:analytics-2027-01-03-04-00-00"
	advance := func(to string) []string {
		t.Helper()
		at, err := time.Parse(time.RFC3339, to)
		if err != nil {
			t.Fatal(err)
		}
		fake.Advance(at.Sub(fake.Now()))

		return snapshotIdentifiers(fake)
	}
	for _, step := range []struct {
		to   string
		want []string
	}{
		{"2026-11-29T04:00:00Z", []string{first}},
		{"2026-11-30T04:00:00Z", []string{first}}, // after its retention period of a day
		{"2026-12-05T00:00:00Z", []string{first}},
		{"2026-12-06T04:04:59Z", []string{first, second}}, // the second is still creating
		{"2026-12-06T04:05:00Z", []string{second}},
		{"2026-12-12T00:00:00Z", []string{second}},
		{"2027-01-09T00:00:00Z", []string{third}}, // more than a retention period in one step
	} {
		if got := advance(step.to); !slices.Equal(got, step.want) {
			t.Errorf("at %s the snapshots are %q, want %q", step.to, got, step.want)
		}
	}
	// A failed snapshot does not count as the newest.
	advance("2027-01-10T04:01:00Z")
	if err := fake.SetSnapshotStatus("rs:analytics-2027-01-10-04-00-00", models.SnapshotStatusFailed); err != nil {
		t.Fatal(err)
	}
	if got := advance("2027-01-12T00:00:00Z"); !slices.Equal(got, []string{third}) {
		t.Errorf("after a failed snapshot the snapshots are %q", got)
	}
	// Manual snapshots do not count.
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "manual",
		"ManualSnapshotRetentionPeriod", "1")
	if got := advance("2027-01-14T00:00:00Z"); !slices.Equal(got, []string{third}) {
		t.Errorf("after a manual snapshot the snapshots are %q", got)
	}
	if err := fake.RemoveCluster("analytics"); err != nil {
		t.Fatal(err)
	}
	if got := snapshotIdentifiers(fake); len(got) != 0 {
		t.Errorf("after the cluster is removed the snapshots are %q", got)
	}
}

// TestNewestCopyExpires checks that the newest copy in another region expires, because its cluster is not in that region.
func TestNewestCopyExpires(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	west := fake.InRegion("us-west-2")
	if err := west.AddCluster(redshifttest.Cluster{Identifier: "analytics", AutomatedSnapshotRetentionPeriod: -1}); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2", "RetentionPeriod", "2")
	fake.Advance(9 * time.Hour)
	must(t, fake, "DisableSnapshotCopy", "ClusterIdentifier", "analytics")
	if got := snapshotIdentifiers(west); !slices.Equal(got, []string{"copy:rs:analytics-2026-11-23-17-30-00"}) {
		t.Errorf("the copies are %q", got)
	}
	fake.Advance(49 * time.Hour)
	if got := snapshotIdentifiers(west); len(got) != 0 {
		t.Errorf("two days later the copies are %q", got)
	}
}

// TestScheduleWithWeekends creates one of Amazon's sample schedules and compares its next times.
func TestScheduleWithWeekends(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	body := must(t, fake, "CreateSnapshotSchedule",
		"ScheduleIdentifier", "weekend", "ScheduleDefinitions.ScheduleDefinition.1", "cron(30 0/6 SAT-SUN)", "NextInvocations", "6").Body
	for _, want := range []string{"2026-11-28T00:30:00", "2026-11-28T06:30:00", "2026-11-28T12:30:00", "2026-11-28T18:30:00",
		"2026-11-29T00:30:00", "2026-11-29T06:30:00"} {
		if !strings.Contains(body, "<SnapshotTime>"+want+".000Z</SnapshotTime>") {
			t.Errorf("the response does not contain %s:\n%s", want, body)
		}
	}
}

// TestNoSnapshotsOfThePast checks that a new, changed or removed schedule takes no snapshots for earlier times.
func TestNoSnapshotsOfThePast(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "sales", AutomatedSnapshotRetentionPeriod: 35}); err != nil {
		t.Fatal(err)
	}
	if err := fake.RemoveCluster("analytics"); err != nil {
		t.Fatal(err)
	}
	createSchedule(t, fake, "evening", "cron(0 18 *)")
	first := "rs:sales-2026-11-23-17-30-00"
	advance := func(by time.Duration) { fake.Advance(by); fake.Snapshots() }
	advance(9*time.Hour + 30*time.Minute) // 19:00
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "sales", "ScheduleIdentifier", "evening")
	advance(time.Hour) // 20:00
	expectIdentifiers(t, "with a schedule whose time has passed", fake, first)
	must(t, fake, "ModifySnapshotSchedule", "ScheduleIdentifier", "evening", "ScheduleDefinitions.ScheduleDefinition.1", "cron(30 19 *)")
	advance(time.Hour) // 21:00
	expectIdentifiers(t, "with a change to a time that has passed", fake, first)
	advance(20 * time.Hour) // 17:00
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "sales", "DisassociateSchedule", "true")
	expectIdentifiers(t, "without the schedule", fake, first)
	advance(time.Hour) // 18:00, with 01:30, 09:30 and 17:30 since the last snapshot
	expectIdentifiers(t, "an hour later", fake, first, "rs:sales-2026-11-24-17-30-00")
}
