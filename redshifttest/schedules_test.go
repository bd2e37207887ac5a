package redshifttest_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// scheduleRefusals returns the refused calls for snapshot schedules.
func scheduleRefusals() []refusedCall {
	const (
		attach   = "ModifyClusterSnapshotSchedule"
		creating = "CreateSnapshotSchedule"
		deleting = "DeleteSnapshotSchedule"
		describe = "DescribeSnapshotSchedules"
		modify   = "ModifySnapshotSchedule"
	)
	define := func(identifier, definition string, more ...string) []string {
		return append([]string{"ScheduleIdentifier", identifier, "ScheduleDefinitions.ScheduleDefinition.1", definition}, more...)
	}
	tooManyTags := define("new", "rate(1 hour)")
	for i := range 51 {
		tooManyTags = append(tooManyTags, fmt.Sprintf("Tags.Tag.%d.Key", i+1), fmt.Sprint(i))
	}

	return []refusedCall{
		{creating, nil, models.ErrInvalidSchedule, "no definition"},
		{creating, define("new", "rate(30 minutes)"), models.ErrInvalidSchedule, "rate in hours"},
		{creating, define("new", "at(2026-11-23T10:00:00)"), models.ErrScheduleDefinitionTypeUnsupported, "at("},
		{creating, define("a--b", "rate(1 hour)"), "InvalidParameterValue", "ScheduleIdentifier"},
		{creating, define("Hourly", "rate(1 hour)"), models.ErrSnapshotScheduleAlreadyExists, "Hourly"},
		{creating, define("new", "rate(1 hour)", "NextInvocations", "101"), "InvalidParameterValue", "NextInvocations"},
		{creating, define("new", "rate(1 hour)", "NextInvocations", "-1"), "InvalidParameterValue", "NextInvocations"},
		{creating, define("new", "rate(1 hour)", "Tags.Tag.1.Key", "a;b"), models.ErrInvalidTagFault, "a;b"},
		{creating, tooManyTags, models.ErrTagLimitExceededFault, "50"},

		{modify, []string{"ScheduleIdentifier", "hourly"}, "MissingParameter", "ScheduleDefinitions"},
		{modify, define("missing", "rate(1 hour)"), models.ErrSnapshotScheduleNotFound, "missing"},
		{modify, define("unused", "rate(25 hours)"), models.ErrInvalidSchedule, "1 to 24"},
		{modify, define("hourly", "rate(2 hours)"), models.ErrSnapshotScheduleUpdateInProgress, "sealed"},

		{deleting, nil, "MissingParameter", "ScheduleIdentifier"},
		{deleting, []string{"ScheduleIdentifier", "missing"}, models.ErrSnapshotScheduleNotFound, "missing"},
		{deleting, []string{"ScheduleIdentifier", "hourly"}, models.ErrInvalidClusterSnapshotScheduleState, "sealed"},

		{attach, []string{"ScheduleIdentifier", "unused"}, "MissingParameter", "ClusterIdentifier"},
		{attach, []string{"ClusterIdentifier", "analytics"}, "InvalidParameterCombination", "DisassociateSchedule"},
		{attach, []string{"ClusterIdentifier", "analytics", "DisassociateSchedule", "false"},
			"InvalidParameterCombination", "ScheduleIdentifier"},
		{attach, []string{"ClusterIdentifier", "missing", "ScheduleIdentifier", "unused"}, models.ErrClusterNotFound, "missing"},
		{attach, []string{"ClusterIdentifier", "analytics", "ScheduleIdentifier", "missing"}, models.ErrSnapshotScheduleNotFound, "missing"},
		{attach, []string{"ClusterIdentifier", "sealed", "ScheduleIdentifier", "unused"}, models.ErrInvalidClusterSnapshotScheduleState,
			"sealed"},
		{attach, []string{"ClusterIdentifier", "sealed", "DisassociateSchedule", "true"}, models.ErrInvalidClusterSnapshotScheduleState,
			"sealed"},

		{describe, []string{"MaxRecords", "0"}, "InvalidParameterValue", "between 1 and 100"},
		{describe, []string{"Marker", "x"}, "InvalidParameterValue", "Marker"},
		{describe, []string{"TagKeys.TagKey.1", "a;b"}, "InvalidTagFault", "a;b"},
	}
}

func createSchedule(tb testing.TB, fake *redshifttest.Fake, identifier string, definitions ...string) {
	tb.Helper()
	parameters := []string{"ScheduleIdentifier", identifier}
	for i, definition := range definitions {
		parameters = append(parameters, fmt.Sprintf("ScheduleDefinitions.ScheduleDefinition.%d", i+1), definition)
	}
	must(tb, fake, "CreateSnapshotSchedule", parameters...)
}

func snapshotIdentifiers(fake *redshifttest.Fake) []string {
	var all []string
	for _, one := range fake.Snapshots() {
		all = append(all, one.SnapshotIdentifier)
	}

	return all
}

func expectIdentifiers(tb testing.TB, when string, fake *redshifttest.Fake, want ...string) {
	tb.Helper()
	if got := snapshotIdentifiers(fake); !slices.Equal(got, want) {
		tb.Errorf("%s the snapshots are\n%q\nwant\n%q", when, got, want)
	}
}

// TestScheduleLife checks the snapshots of a schedule when the clock moves in steps or in one jump.
func TestScheduleLife(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]time.Duration{"steps": 10 * time.Minute, "jumps": 26 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
			if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics",
				Tags: []models.Tag{{Key: "team", Value: "finance"}}}); err != nil {
				t.Fatal(err)
			}
			advance := func(by time.Duration) {
				for ; by > 0; by -= step {
					fake.Advance(min(step, by))
					must(t, fake, "DescribeClusters")
				}
			}
			client := clientOf(t, fake)
			createSchedule(t, fake, "nightly", "cron(0 4 *)", "cron(30 16 MON)")
			advance(time.Hour)
			expectIdentifiers(t, "without a cluster", fake)
			must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "NIGHTLY")
			one := describeOne(t, client, "analytics")
			if one.SnapshotScheduleIdentifier != "nightly" || one.SnapshotScheduleState != models.ScheduleStateModifying ||
				one.AutomatedSnapshotRetentionPeriod != 1 ||
				!one.ExpectedNextSnapshotScheduleTime.Equal(time.Date(2026, 11, 23, 16, 30, 0, 0,
					time.UTC)) || one.ExpectedNextSnapshotScheduleTimeStatus != "OnTrack" {
				t.Errorf("the cluster is %+v", one)
			}
			advance(26 * time.Hour)
			expectIdentifiers(t, "a day later", fake, "rs:analytics-2026-11-23-16-30-00", "rs:analytics-2026-11-24-04-00-00")
			if one := describeOne(t, client, "analytics"); one.SnapshotScheduleState != models.ScheduleStateActive {
				t.Errorf("the schedule is %s", one.SnapshotScheduleState)
			}
			taken := fake.Snapshots()[0]
			if taken.SnapshotType != models.SnapshotTypeAutomated || taken.Status != models.SnapshotStatusAvailable || len(taken.Tags) != 1 ||
				taken.ManualSnapshotRetentionPeriod != nil {
				t.Errorf("the snapshot is %+v", taken)
			}
			advance(26 * time.Hour)
			expectIdentifiers(t, "two days later", fake, "rs:analytics-2026-11-25-04-00-00")

			// A change and a disassociation apply only to later times.
			must(t, fake, "ModifySnapshotSchedule", "ScheduleIdentifier", "nightly", "ScheduleDefinitions.ScheduleDefinition.1", "rate(10 hours)")
			advance(26 * time.Hour)
			expectIdentifiers(t, "three days later", fake, "rs:analytics-2026-11-26-00-30-00", "rs:analytics-2026-11-26-10-30-00")
			must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "DisassociateSchedule", "true")
			must(t, fake, "DeleteSnapshotSchedule", "ScheduleIdentifier", "nightly")
			advance(52 * time.Hour)
			expectIdentifiers(t, "after the schedule is deleted", fake, "rs:analytics-2026-11-26-10-30-00") // the newest snapshot does not expire
		})
	}
}

// TestScheduleNeedsTheCluster checks that a schedule takes no snapshots of a cluster that is unavailable, removed, or without automated
// snapshots.
func TestScheduleNeedsTheCluster(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	for _, cluster := range []redshifttest.Cluster{{Identifier: "gone"}, {Identifier: "none", AutomatedSnapshotRetentionPeriod: -1},
		{Identifier: "long", AutomatedSnapshotRetentionPeriod: 3}} {
		if err := fake.AddCluster(cluster); err != nil {
			t.Fatal(err)
		}
	}
	createSchedule(t, fake, "halfday", "rate(12 hours)")
	for _, cluster := range []string{"analytics", "gone", "none", "long"} {
		must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", cluster, "ScheduleIdentifier", "halfday")
	}
	fake.Advance(13 * time.Hour)
	if err := fake.SetClusterStatus("analytics", "paused"); err != nil {
		t.Fatal(err)
	}
	if err := fake.RemoveCluster("gone"); err != nil {
		t.Fatal(err)
	}
	fake.Advance(12 * time.Hour)
	if err := fake.SetClusterStatus("analytics", "available"); err != nil {
		t.Fatal(err)
	}
	expectIdentifiers(t, "after a pause", fake, "rs:analytics-2026-11-23-21-30-00", "rs:long-2026-11-23-21-30-00",
		"rs:long-2026-11-24-09-30-00")
	fake.Advance(365 * 24 * time.Hour)
	expectIdentifiers(t, "a year later", fake,
		"rs:long-2027-11-21-21-30-00", "rs:long-2027-11-22-09-30-00", "rs:long-2027-11-22-21-30-00", "rs:long-2027-11-23-09-30-00",
		"rs:analytics-2027-11-23-21-30-00", "rs:long-2027-11-23-21-30-00", "rs:analytics-2027-11-24-09-30-00", "rs:long-2027-11-24-09-30-00")
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "ages", AutomatedSnapshotRetentionPeriod: 36}); err == nil {
		t.Error("AddCluster() with a retention period of 36 days = nil")
	}
}

// TestScheduledCopies checks that the snapshots of a schedule are copied to another region, with the retention period of copies.
func TestScheduledCopies(t *testing.T) {
	t.Parallel()
	east := newFake(t, redshifttest.Options{})
	west := east.InRegion("us-west-2")
	createSchedule(t, east, "daily", "rate(24 hours)")
	must(t, east, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "daily")
	must(t, east, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2", "RetentionPeriod", "3")
	east.Advance(30*day + time.Hour)
	expectIdentifiers(t, "here", east, "rs:analytics-2026-12-23-09-30-00")
	expectIdentifiers(t, "there", west, "copy:rs:analytics-2026-12-21-09-30-00", "copy:rs:analytics-2026-12-22-09-30-00",
		"copy:rs:analytics-2026-12-23-09-30-00")
}

// TestScheduleRestore checks that a restored cluster has a schedule only if the restore sets it.
func TestScheduleRestore(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSnapshots(t, fake, "base")
	createSchedule(t, fake, "hourly", "rate(1 hour)")
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "hourly")
	client := clientOf(t, fake)
	for _, params := range []*redshift.RestoreFromClusterSnapshotParams{
		{ClusterIdentifier: "follows", SnapshotIdentifier: "base",
			SnapshotScheduleIdentifier: "Hourly", AutomatedSnapshotRetentionPeriod: new(2)},
		{ClusterIdentifier: "alone", SnapshotIdentifier: "base"},
	} {
		succeed[*redshift.RestoreFromClusterSnapshotResult](t)(client.RestoreFromClusterSnapshot(t.Context(), params))
	}
	fake.Advance(90 * time.Minute)
	expectIdentifiers(t, "after an hour and a half", fake, "base", "rs:analytics-2026-11-23-10-35-00", "rs:follows-2026-11-23-10-35-00")
	if one := describeOne(t, client, "follows"); one.AutomatedSnapshotRetentionPeriod != 2 || one.SnapshotScheduleIdentifier != "hourly" {
		t.Errorf("the cluster is %+v", one)
	}
	if one := describeOne(t, client, "alone"); one.AutomatedSnapshotRetentionPeriod != 1 || one.SnapshotScheduleIdentifier != "" {
		t.Errorf("the cluster is %+v", one)
	}
}

// TestSchedules creates and describes schedules, and compares all of their members.
func TestSchedules(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{SnapshotSchedules: 26}})
	client := clientOf(t, fake)
	params := &redshift.CreateSnapshotScheduleParams{
		ScheduleIdentifier: "nightly", ScheduleDefinitions: []string{"cron(0 4 *)"}, ScheduleDescription: "before work & <all>",
		Tags: []models.Tag{{Key: "team", Value: "finance"}}, NextInvocations: new(2), DryRun: new(true),
	}
	dry := succeed[*redshift.CreateSnapshotScheduleResult](t)(client.CreateSnapshotSchedule(t.Context(), params))
	if left := succeed[*redshift.DescribeSnapshotSchedulesResult](t)(client.DescribeSnapshotSchedules(t.Context(),
		nil)); len(left.SnapshotSchedules) != 0 {
		t.Errorf("a dry run created %+v", left.SnapshotSchedules)
	}
	params.DryRun = nil
	made := succeed[*redshift.CreateSnapshotScheduleResult](t)(client.CreateSnapshotSchedule(t.Context(), params))
	made.RequestID = dry.RequestID
	want := &redshift.CreateSnapshotScheduleResult{
		ScheduleIdentifier: "nightly", ScheduleDefinitions: []string{"cron(0 4 *)"}, ScheduleDescription: "before work & <all>",
		Tags:                   []models.Tag{{Key: "team", Value: "finance"}},
		NextInvocations:        []time.Time{time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC), time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)},
		AssociatedClusterCount: new(0), AssociatedClusters: made.AssociatedClusters, RequestID: dry.RequestID,
	}
	if !reflect.DeepEqual(made, want) || !reflect.DeepEqual(dry, want) || len(made.AssociatedClusters) != 0 {
		t.Errorf("CreateSnapshotSchedule returned\n%+v\nand in a dry run\n%+v\nwant\n%+v", made, dry, want)
	}
	unnamed := succeed[*redshift.CreateSnapshotScheduleResult](t)(client.CreateSnapshotSchedule(t.Context(),
		&redshift.CreateSnapshotScheduleParams{ScheduleDefinitions: []string{"rate(8 hours)"}}))
	if !strings.HasPrefix(unnamed.ScheduleIdentifier, "snapshotschedule-") {
		t.Errorf("the generated identifier is %q", unnamed.ScheduleIdentifier)
	}
	for i := range 24 {
		createSchedule(t, fake, fmt.Sprintf("s%02d", i), "rate(1 hour)")
	}
	if got := do(t, fake, "CreateSnapshotSchedule",
		"ScheduleDefinitions.ScheduleDefinition.1", "rate(1 hour)"); got.Code != string(models.ErrSnapshotScheduleQuotaExceeded) {
		t.Errorf("a schedule beyond the quota returned %s", got.Body)
	}
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "s07")
	must(t, fake, "CreateTags", "ResourceName", "arn:aws:redshift:us-east-1:123456789012:snapshotschedule:s03", "Tags.Tag.1.Key", "kept",
		"Tags.Tag.1.Value", "")
	for name, test := range map[string]struct {
		params redshift.DescribeSnapshotSchedulesParams
		want   []string
		count  int
	}{
		"all":          {redshift.DescribeSnapshotSchedulesParams{MaxRecords: new(10)}, nil, 26},
		"by name":      {redshift.DescribeSnapshotSchedulesParams{ScheduleIdentifier: "S05"}, []string{"s05"}, 1},
		"by cluster":   {redshift.DescribeSnapshotSchedulesParams{ClusterIdentifier: "analytics"}, []string{"s07"}, 1},
		"by tag":       {redshift.DescribeSnapshotSchedulesParams{TagKeys: []string{"kept"}}, []string{"s03"}, 1},
		"by value":     {redshift.DescribeSnapshotSchedulesParams{TagValues: []string{"finance"}}, []string{"nightly"}, 1},
		"no such name": {redshift.DescribeSnapshotSchedulesParams{ScheduleIdentifier: "missing"}, nil, 0},
	} {
		var got []string
		for one, err := range client.DescribeSnapshotSchedulesAll(t.Context(), &test.params) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, one.ScheduleIdentifier)
			if one.ScheduleIdentifier == "s07" && (len(one.AssociatedClusters) != 1 || *one.AssociatedClusterCount != 1 ||
				one.AssociatedClusters[0] != models.ClusterAssociatedToSchedule{ClusterIdentifier: "analytics",
					ScheduleAssociationState: models.ScheduleStateModifying}) {
				t.Errorf("the schedule is %+v", one)
			}
		}
		if len(got) != test.count || test.want != nil && !slices.Equal(got, test.want) {
			t.Errorf("%s: got the schedules %q, want %q", name, got, test.want)
		}
	}
	golden(t, "DescribeSnapshotSchedules.xml", must(t, fake, "DescribeSnapshotSchedules", "ScheduleIdentifier", "nightly").Body)
}

// TestJumpsAndSteps checks that steps and a jump of the clock cause the same snapshots in the same order.
func TestJumpsAndSteps(t *testing.T) {
	t.Parallel()
	after := func(step time.Duration) []models.Snapshot {
		fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
		createSchedule(t, fake, "often", "rate(8 hours)")
		createSchedule(t, fake, "daily", "cron(30 17 *)")
		for cluster, schedule := range map[string]string{"a": "often", "b": "often", "c": "daily"} {
			if err := fake.AddCluster(redshifttest.Cluster{Identifier: cluster, AutomatedSnapshotRetentionPeriod: 2}); err != nil {
				t.Fatal(err)
			}
			must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", cluster, "ScheduleIdentifier", schedule)
		}
		for passed := time.Duration(0); passed < 30*day; passed += step {
			fake.Advance(step)
			fake.Snapshots()
		}

		return fake.Snapshots()
	}
	steps, jump := after(time.Hour), after(30*day)
	if len(steps) != 14 || !reflect.DeepEqual(steps, jump) {
		t.Errorf("steps cause\n%+v\na jump causes\n%+v", steps, jump)
	}
	for i, one := range steps[1:] {
		if one.SnapshotCreateTime.Before(steps[i].SnapshotCreateTime) || one.ActualIncrementalBackupSizeInMegaBytes != 64 {
			t.Errorf("the snapshot after %s is %+v", steps[i].SnapshotIdentifier, one)
		}
	}
}

// TestAutomatedSnapshotOfAScheduledSecond checks that AddAutomatedSnapshot refuses a snapshot that a schedule has taken.
func TestAutomatedSnapshotOfAScheduledSecond(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSchedule(t, fake, "often", "rate(8 hours)")
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "often")
	fake.Advance(8 * time.Hour)
	if added, err := fake.AddAutomatedSnapshot("analytics", fake.Now()); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("AddAutomatedSnapshot() = %+v, %v", added, err)
	}
}

// TestMoveToAnotherSchedule checks that a new schedule replaces the first one, and that the same schedule again changes nothing.
func TestMoveToAnotherSchedule(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSchedule(t, fake, "hourly", "rate(1 hour)")
	createSchedule(t, fake, "thirds", "rate(8 hours)")
	client := clientOf(t, fake)
	move := func(parameters ...string) {
		t.Helper()
		must(t, fake, "ModifyClusterSnapshotSchedule", append([]string{"ClusterIdentifier", "analytics"}, parameters...)...)
	}
	expect := func(when, identifier string, state models.ScheduleState) {
		t.Helper()
		if one := describeOne(t, client, "analytics"); one.SnapshotScheduleIdentifier != identifier || one.SnapshotScheduleState != state {
			t.Errorf("%s: the schedule is %q, %s", when, one.SnapshotScheduleIdentifier, one.SnapshotScheduleState)
		}
	}
	move("ScheduleIdentifier", "hourly")
	expect("at first", "hourly", models.ScheduleStateModifying)
	fake.Advance(time.Minute - 1)
	expect("just before a minute", "hourly", models.ScheduleStateModifying)
	fake.Advance(1)
	expect("after a minute", "hourly", models.ScheduleStateActive)
	fake.Advance(29 * time.Minute)
	move("ScheduleIdentifier", "HOURLY")
	expect("the same again", "hourly", models.ScheduleStateActive)
	fake.Advance(30 * time.Minute)
	expectIdentifiers(t, "after an hour", fake, "rs:analytics-2026-11-23-10-30-00")

	move("ScheduleIdentifier", "thirds") // at 10:30
	expect("moved", "thirds", models.ScheduleStateModifying)
	for name, count := range map[string]string{"hourly": "0", "thirds": "1"} {
		body := must(t, fake, "DescribeSnapshotSchedules", "ScheduleIdentifier", name).Body
		if !strings.Contains(body, "<AssociatedClusterCount>"+count+"</AssociatedClusterCount>") {
			t.Errorf("want %s clusters of %s:\n%s", count, name, body)
		}
	}
	must(t, fake, "DeleteSnapshotSchedule", "ScheduleIdentifier", "hourly")
	fake.Advance(8 * time.Hour)
	expectIdentifiers(t, "after the move", fake, "rs:analytics-2026-11-23-10-30-00", "rs:analytics-2026-11-23-18-30-00")

	createSchedule(t, fake, "other", "rate(1 hour)")
	move("ScheduleIdentifier", "other", "DisassociateSchedule", "true")
	expect("another schedule disassociated", "thirds", models.ScheduleStateActive)
	move("ScheduleIdentifier", "thirds", "DisassociateSchedule", "true")
	expect("disassociated", "", "")
	move("ScheduleIdentifier", "other") // at 18:30
	fake.Advance(time.Hour)
	expectIdentifiers(t, "associated again", fake,
		"rs:analytics-2026-11-23-10-30-00", "rs:analytics-2026-11-23-18-30-00", "rs:analytics-2026-11-23-19-30-00")
}

// TestScheduleLimits tests the largest values, and larger ones.
func TestScheduleLimits(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	long := strings.Repeat("a", 255)
	for _, test := range []struct {
		identifier, next string
		code             string
	}{
		{"none", "0", ""},
		{"most", "100", ""},
		{"more", "101", "InvalidParameterValue"},
		{"less", "-1", "InvalidParameterValue"},
		{long, "1", ""},
		{long + "a", "1", "InvalidParameterValue"},
	} {
		got := do(t, fake, "CreateSnapshotSchedule",
			"ScheduleIdentifier", test.identifier, "ScheduleDefinitions.ScheduleDefinition.1", "rate(1 hour)", "NextInvocations", test.next)
		if got.Code != test.code || test.code == "" && fmt.Sprint(strings.Count(got.Body, "</SnapshotTime>")) != test.next {
			t.Errorf("CreateSnapshotSchedule of %.10s with %s times returned %s", test.identifier, test.next, got.Body)
		}
	}
}
