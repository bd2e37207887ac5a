package redshifttest_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestAddManualSnapshot adds snapshots of several ages, and looks at them through the API.
func TestAddManualSnapshot(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1, Quotas: redshifttest.Quotas{ManualSnapshots: 1}})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", SizeInMegaBytes: 3200, ManualSnapshotRetentionPeriod: 10}); err != nil {
		t.Fatal(err)
	}
	added := func(one redshifttest.ManualSnapshot) models.Snapshot {
		t.Helper()
		one.ClusterIdentifier = "Analytics"

		return ok[models.Snapshot](t)(fake.AddManualSnapshot(one))
	}
	yearly := added(redshifttest.ManualSnapshot{
		Identifier: "Yearly", CreateTime: start.AddDate(-1, 0, 0), ManualSnapshotRetentionPeriod: -1, SizeInMegaBytes: 1600,
		Tags: []models.Tag{{Key: "keep", Value: "audit"}},
	})
	weekly := added(redshifttest.ManualSnapshot{Identifier: "weekly", CreateTime: start.Add(-7 * 24 * time.Hour), ManualSnapshotRetentionPeriod: 8})
	plain := added(redshifttest.ManualSnapshot{Identifier: "plain"})
	young := added(redshifttest.ManualSnapshot{Identifier: "young", CreateTime: start.Add(-time.Minute)})
	result := ok[*redshift.DescribeClusterSnapshotsResult](t)(clientOf(t, fake).DescribeClusterSnapshots(t.Context(), nil))
	for i, want := range []models.Snapshot{yearly, weekly, plain, young} {
		got := result.Snapshots[i]
		if fmt.Sprintf("%+v", deref(got)) != fmt.Sprintf("%+v", deref(want)) {
			t.Errorf("described as\n%+v\nadded as\n%+v", deref(got), deref(want))
		}
	}
	for _, one := range []struct {
		got               models.Snapshot
		status            models.SnapshotStatus
		total, added      float64
		days, remaining   int
		age, clusterOlder time.Duration
	}{
		{yearly, models.SnapshotStatusAvailable, 1600, 1600, -1, -1, 365 * 24 * time.Hour, 0},
		{weekly, models.SnapshotStatusAvailable, 3200, 200, 8, 1, 7 * 24 * time.Hour, 23 * 24 * time.Hour},
		{plain, models.SnapshotStatusAvailable, 3200, 200, 10, 10, 5 * time.Minute, 30*24*time.Hour - 5*time.Minute},
		{young, models.SnapshotStatusCreating, 3200, 200, 10, 10, time.Minute, 30*24*time.Hour - time.Minute},
	} {
		got := one.got
		if got.Status != one.status || got.TotalBackupSizeInMegaBytes != one.total || got.ActualIncrementalBackupSizeInMegaBytes != one.added ||
			*got.ManualSnapshotRetentionPeriod != one.days || *got.ManualSnapshotRemainingDays != one.remaining ||
			start.Sub(got.SnapshotCreateTime) != one.age || got.SnapshotCreateTime.Sub(got.ClusterCreateTime) != one.clusterOlder || got.SnapshotType != "manual" {
			t.Errorf("%s: %+v", got.SnapshotIdentifier, deref(got))
		}
	}
	if len(yearly.Tags) != 1 || yearly.Tags[0].Key != "keep" || yearly.SnapshotArn != "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/Yearly" {
		t.Errorf("yearly: %v, %s", yearly.Tags, yearly.SnapshotArn)
	}
	// Its period ends by the clock, and it can be modified and deleted like any other.
	fake.Advance(24*time.Hour - 1)
	if names := identifiers(fake); !slices.Contains(names, "weekly") {
		t.Errorf("just before its end there are %q", names)
	}
	fake.Advance(1)
	if names := identifiers(fake); slices.Contains(names, "weekly") {
		t.Errorf("at its end there are %q", names)
	}
	must(t, fake, "DeleteClusterSnapshot", "SnapshotIdentifier", "yearly")
}

func TestAddManualSnapshotMistakes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	create(t, fake, "taken")
	for name, test := range map[string]struct {
		one     redshifttest.ManualSnapshot
		message string
	}{
		"no name":           {redshifttest.ManualSnapshot{}, "not a valid identifier"},
		"automated's name":  {redshifttest.ManualSnapshot{Identifier: "rs:a"}, "not a valid identifier"},
		"long name":         {redshifttest.ManualSnapshot{Identifier: strings.Repeat("a", 256)}, "1 to 255"},
		"name in use":       {redshifttest.ManualSnapshot{Identifier: "Taken"}, "exists already"},
		"no cluster":        {redshifttest.ManualSnapshot{Identifier: "new", ClusterIdentifier: "missing"}, "no such cluster"},
		"future":            {redshifttest.ManualSnapshot{Identifier: "new", CreateTime: fake.Now().Add(1)}, "after now"},
		"retention":         {redshifttest.ManualSnapshot{Identifier: "new", ManualSnapshotRetentionPeriod: 3654}, "3653"},
		"negative":          {redshifttest.ManualSnapshot{Identifier: "new", ManualSnapshotRetentionPeriod: -2}, "-2"},
		"expired":           {redshifttest.ManualSnapshot{Identifier: "new", ManualSnapshotRetentionPeriod: 1, CreateTime: fake.Now().Add(-24 * time.Hour)}, "has ended"},
		"negative size":     {redshifttest.ManualSnapshot{Identifier: "new", SizeInMegaBytes: -1}, "negative"},
		"size of no number": {redshifttest.ManualSnapshot{Identifier: "new", SizeInMegaBytes: math.NaN()}, "NaN"},
		"tag":               {redshifttest.ManualSnapshot{Identifier: "new", Tags: []models.Tag{{Key: "aws:x"}}}, "reserved"},
	} {
		if test.one.ClusterIdentifier == "" {
			test.one.ClusterIdentifier = "analytics"
		}
		if _, err := fake.AddManualSnapshot(test.one); err == nil || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if names := identifiers(fake); !slices.Equal(names, []string{"taken"}) {
		t.Errorf("after the mistakes there are %q", names)
	}
}

// deref returns a snapshot without pointers, to print and compare it.
func deref(one models.Snapshot) []any {
	days, remaining := *one.ManualSnapshotRetentionPeriod, *one.ManualSnapshotRemainingDays
	one.ManualSnapshotRetentionPeriod, one.ManualSnapshotRemainingDays = nil, nil

	return []any{one, days, remaining}
}
