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

// TestAddManualSnapshot adds snapshots of several ages, and describes them.
func TestAddManualSnapshot(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1, Quotas: redshifttest.Quotas{ManualSnapshots: 1}})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", SizeInMegaBytes: 3200,
		ManualSnapshotRetentionPeriod: 10}); err != nil {
		t.Fatal(err)
	}
	added := func(one redshifttest.ManualSnapshot) models.Snapshot {
		t.Helper()
		one.ClusterIdentifier = "Analytics"

		return succeed[models.Snapshot](t)(fake.AddManualSnapshot(one))
	}
	yearly := added(redshifttest.ManualSnapshot{
		Identifier: "Yearly", CreateTime: start.AddDate(-1, 0, 0), ManualSnapshotRetentionPeriod: -1, SizeInMegaBytes: 1600,
		Tags: []models.Tag{{Key: "keep", Value: "audit"}},
	})
	weekly := added(redshifttest.ManualSnapshot{Identifier: "weekly", CreateTime: start.Add(-7 * 24 * time.Hour),
		ManualSnapshotRetentionPeriod: 8})
	plain := added(redshifttest.ManualSnapshot{Identifier: "plain"})
	young := added(redshifttest.ManualSnapshot{Identifier: "young", CreateTime: start.Add(-time.Minute)})
	result := succeed[*redshift.DescribeClusterSnapshotsResult](t)(clientOf(t, fake).DescribeClusterSnapshots(t.Context(), nil))
	for i, want := range []models.Snapshot{yearly, weekly, plain, young} {
		got := result.Snapshots[i]
		if fmt.Sprintf("%+v", withoutPointers(got)) != fmt.Sprintf("%+v", withoutPointers(want)) {
			t.Errorf("DescribeClusterSnapshots() =\n%+v\nAddManualSnapshot() =\n%+v", withoutPointers(got), withoutPointers(want))
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
			start.Sub(got.SnapshotCreateTime) != one.age || got.SnapshotCreateTime.Sub(got.ClusterCreateTime) != one.clusterOlder ||
			got.SnapshotType != "manual" {
			t.Errorf("%s: %+v", got.SnapshotIdentifier, withoutPointers(got))
		}
	}
	if len(yearly.Tags) != 1 || yearly.Tags[0].Key != "keep" ||
		yearly.SnapshotArn != "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/Yearly" {
		t.Errorf("yearly: %v, %s", yearly.Tags, yearly.SnapshotArn)
	}
	// The snapshot expires, and can be modified and deleted like other snapshots.
	fake.Advance(24*time.Hour - 1)
	if names := snapshotIdentifiers(fake); !slices.Contains(names, "weekly") {
		t.Errorf("before the end of the period the snapshots are %q", names)
	}
	fake.Advance(1)
	if names := snapshotIdentifiers(fake); slices.Contains(names, "weekly") {
		t.Errorf("at the end of the period the snapshots are %q", names)
	}
	must(t, fake, "DeleteClusterSnapshot", "SnapshotIdentifier", "yearly")
}

func TestAddManualSnapshotMistakes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSnapshots(t, fake, "taken")
	for name, test := range map[string]struct {
		one     redshifttest.ManualSnapshot
		message string
	}{
		"no name":        {redshifttest.ManualSnapshot{}, "not a valid identifier"},
		"automated name": {redshifttest.ManualSnapshot{Identifier: "rs:a"}, "not a valid identifier"},
		"long name":      {redshifttest.ManualSnapshot{Identifier: strings.Repeat("a", 256)}, "1 to 255"},
		"name in use":    {redshifttest.ManualSnapshot{Identifier: "Taken"}, "exists already"},
		"no cluster":     {redshifttest.ManualSnapshot{Identifier: "new", ClusterIdentifier: "missing"}, "no such cluster"},
		"future":         {redshifttest.ManualSnapshot{Identifier: "new", CreateTime: fake.Now().Add(1)}, "after the time on the fake's clock"},
		"retention":      {redshifttest.ManualSnapshot{Identifier: "new", ManualSnapshotRetentionPeriod: 3654}, "3653"},
		"negative":       {redshifttest.ManualSnapshot{Identifier: "new", ManualSnapshotRetentionPeriod: -2}, "-2"},
		"expired": {redshifttest.ManualSnapshot{Identifier: "new", ManualSnapshotRetentionPeriod: 1,
			CreateTime: fake.Now().Add(-24 * time.Hour)}, "ended at"},
		"negative size": {redshifttest.ManualSnapshot{Identifier: "new", SizeInMegaBytes: -1}, "cannot be -1"},
		"NaN size":      {redshifttest.ManualSnapshot{Identifier: "new", SizeInMegaBytes: math.NaN()}, "NaN"},
		"tag":           {redshifttest.ManualSnapshot{Identifier: "new", Tags: []models.Tag{{Key: "aws:x"}}}, "reserved"},
	} {
		if test.one.ClusterIdentifier == "" {
			test.one.ClusterIdentifier = "analytics"
		}
		if _, err := fake.AddManualSnapshot(test.one); err == nil || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if names := snapshotIdentifiers(fake); !slices.Equal(names, []string{"taken"}) {
		t.Errorf("after the mistakes the snapshots are %q", names)
	}
}

// withoutPointers returns the values of a snapshot, to print and compare them.
func withoutPointers(one models.Snapshot) []any {
	days, remaining := *one.ManualSnapshotRetentionPeriod, *one.ManualSnapshotRemainingDays
	one.ManualSnapshotRetentionPeriod, one.ManualSnapshotRemainingDays = nil, nil

	return []any{one, days, remaining}
}
