package redshifttest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestAutomatedSnapshots takes snapshots every 8 hours without a schedule, if that is on.
func TestAutomatedSnapshots(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "without", AutomatedSnapshotRetentionPeriod: -1}); err != nil {
		t.Fatal(err)
	}
	client := clientOf(t, fake)
	one := describeOne(t, client, "analytics")
	if want := start.Add(8 * time.Hour); !one.ExpectedNextSnapshotScheduleTime.Equal(want) || one.ExpectedNextSnapshotScheduleTimeStatus != "OnTrack" {
		t.Errorf("the next is expected at %s, %s", one.ExpectedNextSnapshotScheduleTime, one.ExpectedNextSnapshotScheduleTimeStatus)
	}
	if one := describeOne(t, client, "without"); !one.ExpectedNextSnapshotScheduleTime.IsZero() || one.ExpectedNextSnapshotScheduleTimeStatus != "" {
		t.Errorf("a cluster without automated snapshots expects one at %s", one.ExpectedNextSnapshotScheduleTime)
	}
	fake.Advance(8*time.Hour - 1)
	if names := identifiers(fake); len(names) != 0 {
		t.Errorf("too early there are %q", names)
	}
	fake.Advance(1)
	if names := identifiers(fake); !slices.Equal(names, []string{"rs:analytics-2026-11-23-17-30-00"}) {
		t.Errorf("after 8 hours there are %q", names)
	}
	fake.Advance(17 * time.Hour)
	want := []string{"rs:analytics-2026-11-23-17-30-00", "rs:analytics-2026-11-24-01-30-00", "rs:analytics-2026-11-24-09-30-00"}
	if names := identifiers(fake); !slices.Equal(names, want) {
		t.Errorf("after 25 hours there are %q", names)
	}
	// They are kept for a day. One long step leaves the same snapshots as many short ones.
	fake.Advance(100*24*time.Hour - time.Hour)
	want = []string{"rs:analytics-2027-03-03-17-30-00", "rs:analytics-2027-03-04-01-30-00", "rs:analytics-2027-03-04-09-30-00"}
	if names := identifiers(fake); !slices.Equal(names, want) {
		t.Errorf("after 100 days more there are %q", names)
	}
	// A schedule takes their place, until it is disassociated.
	must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "daily", "ScheduleDefinitions.ScheduleDefinition.1", "cron(0 4 *)")
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "daily")
	fake.Advance(23 * time.Hour)
	if names := identifiers(fake); names[len(names)-1] != "rs:analytics-2027-03-05-04-00-00" || len(names) != 2 {
		t.Errorf("with a schedule there are %q", names)
	}
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "DisassociateSchedule", "true")
	fake.Advance(2 * time.Hour)
	if names := identifiers(fake); !slices.Equal(names, []string{"rs:analytics-2027-03-05-04-00-00", "rs:analytics-2027-03-05-09-30-00"}) {
		t.Errorf("without it again there are %q", names)
	}
}

// TestAutomatedSnapshotsOfRestoredClusters begin 8 hours after the restore.
func TestAutomatedSnapshotsOfRestoredClusters(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	create(t, fake, "nightly")
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly")
	fake.Advance(8 * time.Hour)
	if names := identifiers(fake); !slices.Equal(names, []string{"nightly", "rs:analytics-2026-11-23-17-30-00", "rs:drill-2026-11-23-17-35-00"}) {
		t.Errorf("there are %q", names)
	}
}

// TestNoAutomatedSnapshots: they are off by default. A cluster shows when it expects the next one anyway, as every real cluster does.
func TestNoAutomatedSnapshots(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	fake.Advance(1000 * time.Hour)
	if names := identifiers(fake); len(names) != 0 {
		t.Errorf("there are %q", names)
	}
	one := describeOne(t, clientOf(t, fake), "analytics")
	if want := start.Add(1000 * time.Hour).Add(8 * time.Hour); !one.ExpectedNextSnapshotScheduleTime.Equal(want) || one.ExpectedNextSnapshotScheduleTimeStatus != "Pending" {
		t.Errorf("the next is expected at %s, %q, want %s", one.ExpectedNextSnapshotScheduleTime, one.ExpectedNextSnapshotScheduleTimeStatus, want)
	}
}

// TestNewestAutomatedSnapshotStays: it outlives its retention period while the cluster exists.
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

		return identifiers(fake)
	}
	for _, step := range []struct {
		to   string
		want []string
	}{
		{"2026-11-29T04:00:00Z", []string{first}},
		{"2026-11-30T04:00:00Z", []string{first}}, // its day is over
		{"2026-12-05T00:00:00Z", []string{first}},
		{"2026-12-06T04:04:59Z", []string{first, second}}, // the second is still creating
		{"2026-12-06T04:05:00Z", []string{second}},
		{"2026-12-12T00:00:00Z", []string{second}},
		{"2027-01-09T00:00:00Z", []string{third}}, // more than a retention period in one step
	} {
		if got := advance(step.to); !slices.Equal(got, step.want) {
			t.Errorf("at %s there are %q, not %q", step.to, got, step.want)
		}
	}
	// A failed one is no substitute.
	advance("2027-01-10T04:01:00Z")
	if err := fake.SetSnapshotStatus("rs:analytics-2027-01-10-04-00-00", models.SnapshotStatusFailed); err != nil {
		t.Fatal(err)
	}
	if got := advance("2027-01-12T00:00:00Z"); !slices.Equal(got, []string{third}) {
		t.Errorf("after a failed one there are %q", got)
	}
	// Manual snapshots have nothing to do with it.
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "manual", "ManualSnapshotRetentionPeriod", "1")
	if got := advance("2027-01-14T00:00:00Z"); !slices.Equal(got, []string{third}) {
		t.Errorf("after a manual one there are %q", got)
	}
	if err := fake.RemoveCluster("analytics"); err != nil {
		t.Fatal(err)
	}
	if got := identifiers(fake); len(got) != 0 {
		t.Errorf("after the cluster there are %q", got)
	}
}

// TestNewestCopyExpires: the newest copy in another region expires, because its cluster is not there.
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
	if got := identifiers(west); !slices.Equal(got, []string{"copy:rs:analytics-2026-11-23-17-30-00"}) {
		t.Errorf("the copies are %q", got)
	}
	fake.Advance(49 * time.Hour)
	if got := identifiers(west); len(got) != 0 {
		t.Errorf("two days later they are %q", got)
	}
}

// TestScheduleWithWeekends creates one of Amazon's sample schedules and compares its next times.
func TestScheduleWithWeekends(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	body := must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "weekend", "ScheduleDefinitions.ScheduleDefinition.1", "cron(30 0/6 SAT-SUN)", "NextInvocations", "6").Body
	for _, want := range []string{"2026-11-28T00:30:00", "2026-11-28T06:30:00", "2026-11-28T12:30:00", "2026-11-28T18:30:00", "2026-11-29T00:30:00", "2026-11-29T06:30:00"} {
		if !strings.Contains(body, "<SnapshotTime>"+want+".000Z</SnapshotTime>") {
			t.Errorf("%s is missing in\n%s", want, body)
		}
	}
}

// TestNoSnapshotsOfThePast: a new, changed or removed schedule takes no snapshot of a time before it.
func TestNoSnapshotsOfThePast(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "sales", AutomatedSnapshotRetentionPeriod: 35}); err != nil {
		t.Fatal(err)
	}
	if err := fake.RemoveCluster("analytics"); err != nil {
		t.Fatal(err)
	}
	schedule(t, fake, "evening", "cron(0 18 *)")
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
