package redshifttest_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// eventsOf returns the events of a source of the last 14 days, oldest first. An empty source selects all sources of the type.
func eventsOf(tb testing.TB, fake *redshifttest.Fake, kind models.SourceType, source string) []models.Event {
	tb.Helper()
	var all []models.Event
	for event, err := range clientOf(tb, fake).DescribeEventsAll(tb.Context(), &redshift.DescribeEventsParams{
		SourceType: kind, SourceIdentifier: source, Duration: new(14 * 24 * 60),
	}) {
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, event)
	}

	return all
}

// expectEventNumbers compares the numbers of the events of a source.
func expectEventNumbers(tb testing.TB, fake *redshifttest.Fake, kind models.SourceType, source string, want ...int) {
	tb.Helper()
	var got []int
	for _, event := range eventsOf(tb, fake, kind, source) {
		number, err := strconv.Atoi(strings.TrimPrefix(event.EventID, "REDSHIFT-EVENT-"))
		if err != nil {
			tb.Errorf("an event has the identifier %q", event.EventID)
		}
		got = append(got, number)
	}
	if !slices.Equal(got, want) {
		tb.Errorf("the events of %s %q are %v, want %v", kind, source, got, want)
	}
}

// TestEventsOfChanges compares the events of snapshots and restores. The clock moves in steps or in jumps, with the same outcome.
func TestEventsOfChanges(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]time.Duration{"steps": time.Minute, "jumps": 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
			for _, cluster := range []redshifttest.Cluster{{Identifier: "analytics"}, {Identifier: "old", NodeType: "dc2.large"}} {
				if err := fake.AddCluster(cluster); err != nil {
					t.Fatal(err)
				}
			}
			advance := func(by time.Duration) {
				for ; by > 0; by -= step {
					fake.Advance(min(step, by))
					must(t, fake, "DescribeClusters")
				}
			}
			must(t, fake, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2")
			must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "nightly")
			must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "old", "SnapshotIdentifier", "last")
			must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "old", "SnapshotIdentifier", "broken")
			if err := fake.SetSnapshotStatus("broken", models.SnapshotStatusFailed); err != nil {
				t.Fatal(err)
			}
			advance(20 * time.Minute)
			must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly")
			must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "slow", "SnapshotIdentifier", "last")
			must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "lost", "SnapshotIdentifier", "last")
			must(t, fake, "RestoreTableFromClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "nightly",
				"SourceDatabaseName", "dev", "SourceTableName", "orders", "NewTableName", "restored")
			if err := fake.SetClusterStatus("lost", "incompatible-restore"); err != nil {
				t.Fatal(err)
			}
			advance(20 * time.Minute)
			must(t, fake, "DeleteClusterSnapshot", "SnapshotIdentifier", "nightly")
			expectEventNumbers(t, fake, "cluster-snapshot", "Nightly", 2009, 3004, 2011)
			expectEventNumbers(t, fake, "cluster-snapshot", "broken", 2009, 3503)
			expectEventNumbers(t, fake, "cluster", "analytics", 3007, 2014, 3008, 3009)
			expectEventNumbers(t, fake, "cluster", "drill", 2008, 3003)
			expectEventNumbers(t, fake, "cluster", "slow", 2008, 3003, 3537)
			expectEventNumbers(t, fake, "cluster", "lost", 2008, 3501)

			completed := eventsOf(t, fake, "cluster-snapshot", "nightly")[1]
			want := models.Event{
				SourceIdentifier: "nightly",
				SourceType:       "cluster-snapshot",
				Message:          "The snapshot nightly of cluster analytics is completed.",
				EventCategories:  []string{"monitoring"},
				Severity:         "INFO",
				Date:             start.Add(redshifttest.DefaultSnapshotDuration),
				EventID:          "REDSHIFT-EVENT-3004",
			}
			if fmt.Sprint(completed) != fmt.Sprint(want) {
				t.Errorf("the event is\n%+v\nwant\n%+v", completed, want)
			}
			available := eventsOf(t, fake, "cluster", "drill")[1]
			if at := start.Add(20*time.Minute + redshifttest.DefaultRestoreDuration/3); !available.Date.Equal(at.Truncate(time.Millisecond)) {
				t.Errorf("the restored cluster is available at %s, want %s", available.Date, at)
			}
			if failed := eventsOf(t, fake, "cluster", "lost")[1]; failed.Severity != "ERROR" {
				t.Errorf("the failed restore is %+v", failed)
			}
		})
	}
}

// TestEventsOfOtherSnapshots: automated snapshots have no events. Completed snapshots of a test have none either.
func TestEventsOfOtherSnapshots(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	for i := range 3 {
		seed := redshifttest.ManualSnapshot{Identifier: fmt.Sprint("seed-", i), ClusterIdentifier: "analytics"}
		if _, err := fake.AddManualSnapshot(seed); err != nil {
			t.Fatal(err)
		}
	}
	young := redshifttest.ManualSnapshot{Identifier: "young", ClusterIdentifier: "analytics", CreateTime: start}
	if _, err := fake.AddManualSnapshot(young); err != nil {
		t.Fatal(err)
	}
	fake.Advance(24*time.Hour + redshifttest.DefaultSnapshotDuration)
	expectEventNumbers(t, fake, "cluster-snapshot", "", 3004)
	expectEventNumbers(t, fake, "cluster-snapshot", "young", 3004)
	automated := fake.Snapshots()[len(fake.Snapshots())-1].SnapshotIdentifier
	must(t, fake, "CopyClusterSnapshot", "SourceSnapshotIdentifier", automated, "TargetSnapshotIdentifier", "kept")
	expectEventNumbers(t, fake, "cluster-snapshot", "kept", 2009, 3004)

	for status, want := range map[models.SnapshotStatus]int{"available": 3004, "cancelled": 2010} {
		name := "set-" + string(status)
		must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", name)
		for range 2 { // the second time changes nothing
			if err := fake.SetSnapshotStatus(name, status); err != nil {
				t.Fatal(err)
			}
		}
		fake.Advance(time.Hour)
		expectEventNumbers(t, fake, "cluster-snapshot", name, 2009, want)
	}
}

func TestEventsOfTableRestores(t *testing.T) {
	t.Parallel()
	for status, want := range map[models.TableRestoreStatusType]int{"SUCCEEDED": 3009, "FAILED": 3010, "CANCELED": 2015} {
		fake := newFake(t, redshifttest.Options{})
		createSnapshots(t, fake, "nightly")
		restored := succeed[*redshift.RestoreTableFromClusterSnapshotResult](t)(clientOf(t, fake).RestoreTableFromClusterSnapshot(t.Context(),
			&redshift.RestoreTableFromClusterSnapshotParams{
				ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", SourceDatabaseName: "dev", SourceTableName: "orders",
				NewTableName: "new",
			}))
		for range 2 {
			if err := fake.SetTableRestoreStatus(restored.TableRestoreStatus.TableRestoreRequestID, status, "set by the test"); err != nil {
				t.Fatal(err)
			}
		}
		fake.Advance(time.Hour)
		expectEventNumbers(t, fake, "cluster", "analytics", 2014, want)
	}
}

// TestEventWindows selects events by time. The fake records one at each hour from start on.
func TestEventWindows(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	for i := range 5 {
		newParameterGroup(t, fake, fmt.Sprint("hour-", i))
		if i < 4 {
			fake.Advance(time.Hour)
		}
	}
	at := func(hours int) string { return start.Add(time.Duration(hours) * time.Hour).Format(time.RFC3339Nano) }
	count := func(parameters ...string) string {
		got := must(t, fake, "DescribeEvents", parameters...)
		var names []string
		for i := range 5 {
			if strings.Contains(got.Body, fmt.Sprintf(">hour-%d<", i)) {
				names = append(names, fmt.Sprint(i))
			}
		}

		return strings.Join(names, "")
	}
	for _, test := range []struct {
		parameters []string
		want       string
	}{
		{nil, "34"},
		{[]string{"Duration", "59"}, "4"},
		{[]string{"Duration", "120"}, "234"},
		{[]string{"Duration", "20160"}, "01234"},
		{[]string{"StartTime", at(1)}, "1234"},
		{[]string{"EndTime", at(2)}, "12"},
		{[]string{"StartTime", at(1), "EndTime", at(2)}, "12"},
		{[]string{"StartTime", at(0), "EndTime", at(0)}, "0"},
		{[]string{"StartTime", "2026-11-23T11:00:00", "EndTime", "2026-11-23T12:00:00Z"}, "2"},
		{[]string{"StartTime", at(-2000)}, "01234"},
		{[]string{"StartTime", at(10)}, ""},
		{[]string{"SourceType", "cluster-parameter-group"}, "34"},
		{[]string{"SourceType", "cluster"}, ""},
		{[]string{"SourceType", "cluster-parameter-group", "SourceIdentifier", "HOUR-3"}, "3"},
		{[]string{"SourceType", "cluster-snapshot", "SourceIdentifier", "hour-3"}, ""},
	} {
		if got := count(test.parameters...); got != test.want {
			t.Errorf("DescribeEvents %q lists the events of hours %q, want %q", test.parameters, got, test.want)
		}
	}
	fake.Advance(14*24*time.Hour - 4*time.Hour)
	if got := count("StartTime", at(-1)); got != "01234" {
		t.Errorf("after 14 days, the events are %q", got)
	}
	fake.Advance(time.Hour)
	if got := count("StartTime", at(-1)); got != "1234" {
		t.Errorf("after 14 days and an hour, the events are %q", got)
	}
}

func TestEventPages(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{ParameterGroups: 100}})
	for i := range 45 {
		newParameterGroup(t, fake, fmt.Sprintf("g-%02d", i))
	}
	client := clientOf(t, fake)
	first := succeed[*redshift.DescribeEventsResult](t)(client.DescribeEvents(t.Context(),
		&redshift.DescribeEventsParams{MaxRecords: new(20)}))
	newParameterGroup(t, fake, "late") // does not move the others
	second := succeed[*redshift.DescribeEventsResult](t)(client.DescribeEvents(t.Context(),
		&redshift.DescribeEventsParams{MaxRecords: new(20), Marker: first.Marker}))
	third := succeed[*redshift.DescribeEventsResult](t)(client.DescribeEvents(t.Context(),
		&redshift.DescribeEventsParams{MaxRecords: new(20), Marker: second.Marker}))
	var names []string
	for i, event := range slices.Concat(first.Events, second.Events, third.Events) {
		if want := fmt.Sprintf("g-%02d", i); i < 45 && event.SourceIdentifier != want {
			t.Errorf("event %d is of %s, want %s", i, event.SourceIdentifier, want)
		}
		names = append(names, event.SourceIdentifier)
	}
	if len(names) != 46 || names[45] != "late" || third.Marker != "" {
		t.Errorf("the pages have %d events, and the last Marker is %q", len(names), third.Marker)
	}
}

func TestEventCategories(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	all := succeed[*redshift.DescribeEventCategoriesResult](t)(client.DescribeEventCategories(t.Context(),
		&redshift.DescribeEventCategoriesParams{}))
	seen := make(map[string]bool)
	var types []models.SourceType
	for _, source := range all.EventCategoriesMapList {
		types = append(types, source.SourceType)
		for _, event := range source.Events {
			if seen[event.EventID] || !strings.HasPrefix(event.EventID, "REDSHIFT-EVENT-") || event.EventDescription == "" ||
				len(event.EventCategories) == 0 {
				t.Errorf("%s has the event %+v", source.SourceType, event)
			}
			seen[event.EventID] = true
		}
	}
	want := []models.SourceType{"cluster", "cluster-parameter-group", "cluster-security-group", "cluster-snapshot", "scheduled-action"}
	if !slices.Equal(types, want) {
		t.Errorf("the types are %q, want %q", types, want)
	}
	one := succeed[*redshift.DescribeEventCategoriesResult](t)(client.DescribeEventCategories(t.Context(),
		&redshift.DescribeEventCategoriesParams{SourceType: models.SourceTypeClusterSnapshot}))
	var numbers []string
	for _, event := range one.EventCategoriesMapList[0].Events {
		numbers = append(numbers, event.EventID[len("REDSHIFT-EVENT-"):]+event.EventCategories[0][:3]+string(event.Severity[:1]))
	}
	wantNumbers := "2009manI 2010manI 2011manI 2012manI 3004monI 3005monI 3006monI 3502monE 3503monE"
	if got := strings.Join(numbers, " "); len(one.EventCategoriesMapList) != 1 || got != wantNumbers {
		t.Errorf("the events of snapshots are %q, want %q", got, wantNumbers)
	}
}
