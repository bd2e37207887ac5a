package redshifttest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// describeCall is a call of a Describe operation, and its error code while a resource is hidden.
type describeCall struct {
	operation  string
	parameters []string
	code       string // empty for a list without the resource
}

// TestVisibilityDelay creates a resource of each kind. The fake has the cluster analytics with the automated snapshot auto and the
// available manual snapshot base, and the schedule daily.
func TestVisibilityDelay(t *testing.T) {
	t.Parallel()
	const (
		delay    = 30 * time.Second
		arn      = "arn:aws:redshift:us-east-1:123456789012:"
		auto     = "rs:analytics-2026-11-23-08-30-00"
		rate     = "rate(12 hours)"
		schedule = "ScheduleDefinitions.ScheduleDefinition.1"
	)
	tag := []string{"Tags.Tag.1.Key", "team", "Tags.Tag.1.Value", "tag-of-new"}
	with := func(more ...string) []string { return append(more, tag...) }
	for name, test := range map[string]struct {
		operation  string
		parameters []string
		response   string // part of the response that shows the resource
		again      string // the error code of a repeated call
		shown      string // part of the descriptions of the visible resource
		hidden     []describeCall
	}{
		"snapshot": {
			"CreateClusterSnapshot", with("ClusterIdentifier", "analytics", "SnapshotIdentifier", "new"),
			">new<", "ClusterSnapshotAlreadyExists", "snapshot:analytics/new<",
			[]describeCall{
				{"DescribeClusterSnapshots", nil, ""},
				{"DescribeClusterSnapshots", []string{"ClusterIdentifier", "analytics"}, ""},
				{"DescribeClusterSnapshots", []string{"SnapshotIdentifier", "NEW"}, "ClusterSnapshotNotFound"},
				{"DescribeClusterSnapshots", []string{"SnapshotArn", arn + "snapshot:analytics/new"}, "ClusterSnapshotNotFound"},
				{"DescribeTags", nil, ""},
				{"DescribeTags", []string{"ResourceName", arn + "snapshot:analytics/new"}, "ResourceNotFoundFault"},
			},
		},
		"copy": {
			"CopyClusterSnapshot", []string{"SourceSnapshotIdentifier", auto, "TargetSnapshotIdentifier", "new"},
			">new<", "ClusterSnapshotAlreadyExists", ">new<",
			[]describeCall{
				{"DescribeClusterSnapshots", nil, ""},
				{"DescribeClusterSnapshots", []string{"SnapshotIdentifier", "new"}, "ClusterSnapshotNotFound"},
			},
		},
		"cluster": {
			"RestoreFromClusterSnapshot", []string{"ClusterIdentifier", "new", "SnapshotIdentifier", "base"},
			">new<", "ClusterAlreadyExists", ">new<",
			[]describeCall{
				{"DescribeClusters", nil, ""},
				{"DescribeClusters", []string{"ClusterIdentifier", "new"}, "ClusterNotFound"},
			},
		},
		"copy grant": {
			"CreateSnapshotCopyGrant", with("SnapshotCopyGrantName", "new"),
			">new<", "SnapshotCopyGrantAlreadyExistsFault", "new<",
			[]describeCall{
				{"DescribeSnapshotCopyGrants", nil, ""},
				{"DescribeSnapshotCopyGrants", []string{"SnapshotCopyGrantName", "New"}, "SnapshotCopyGrantNotFoundFault"},
				{"DescribeTags", nil, ""},
				{"DescribeTags", []string{"ResourceName", arn + "snapshotcopygrant:new"}, "ResourceNotFoundFault"},
			},
		},
		"schedule": {
			"CreateSnapshotSchedule", with("ScheduleIdentifier", "new", schedule, rate),
			">new<", "SnapshotScheduleAlreadyExists", "new<",
			[]describeCall{
				{"DescribeSnapshotSchedules", nil, ""},
				{"DescribeSnapshotSchedules", []string{"ScheduleIdentifier", "new"}, ""},
				{"DescribeTags", nil, ""},
				{"DescribeTags", []string{"ResourceName", arn + "snapshotschedule:new"}, "ResourceNotFoundFault"},
			},
		},
		"access": {
			"AuthorizeSnapshotAccess", []string{"SnapshotIdentifier", "base", "AccountWithRestoreAccess", partner},
			">" + partner + "<", "AuthorizationAlreadyExists", ">" + partner + "<",
			[]describeCall{{"DescribeClusterSnapshots", nil, ""}, {"DescribeClusterSnapshots", []string{"SnapshotIdentifier", "base"}, ""}},
		},
		"access for support": {
			"AuthorizeSnapshotAccess", []string{"SnapshotIdentifier", "base", "AccountWithRestoreAccess", "amazon-redshift-support"},
			">amazon-redshift-support<", "AuthorizationAlreadyExists", ">amazon-redshift-support<",
			[]describeCall{{"DescribeClusterSnapshots", nil, ""}},
		},
		"schedule of a cluster": {
			"ModifyClusterSnapshotSchedule", []string{"ClusterIdentifier", "analytics", "ScheduleIdentifier", "daily"},
			"", "InvalidClusterSnapshotScheduleState", "MODIFYING",
			[]describeCall{
				{"DescribeClusters", nil, ""},
				{"DescribeClusters", []string{"ClusterIdentifier", "analytics"}, ""},
				{"DescribeSnapshotSchedules", nil, ""},
				{"DescribeSnapshotSchedules", []string{"ClusterIdentifier", "analytics"}, ""},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{VisibilityDelay: delay})
			if _, err := fake.AddAutomatedSnapshot("analytics", start.Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
			must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "base")
			must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "daily", schedule, rate)
			fake.Advance(time.Hour)

			describe := func(when string, visible bool) {
				t.Helper()
				for _, one := range test.hidden {
					got := do(t, fake, one.operation, one.parameters...)
					if code := one.code; visible && got.Code != "" || !visible && got.Code != code {
						t.Errorf("%s: %s %q returned %s", when, one.operation, one.parameters, got.Code)
					}
					if shown := strings.Contains(got.Body, test.shown) && got.Code == ""; shown != visible {
						t.Errorf("%s: %s %q returned\n%s", when, one.operation, one.parameters, got.Body)
					}
				}
			}
			describe("before", false)
			if got := must(t, fake, test.operation, test.parameters...); !strings.Contains(got.Body, test.response) {
				t.Errorf("the response does not show the resource:\n%s", got.Body)
			}
			describe("immediately after", false)
			if got := do(t, fake, test.operation, test.parameters...); got.Code != test.again {
				t.Errorf("a repeated call returned %s, want %s", got.Code, test.again)
			}
			fake.Advance(delay - 1)
			describe("a nanosecond before the delay has passed", false)
			fake.Advance(1)
			describe("after the delay", true)
		})
	}
}

// TestVisibilityOfSharedSnapshots checks that the partner account sees a shared snapshot after the delay, but can restore it immediately.
func TestVisibilityOfSharedSnapshots(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{VisibilityDelay: time.Minute})
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "base")
	must(t, fake, "AuthorizeSnapshotAccess", "SnapshotIdentifier", "base", "AccountWithRestoreAccess", partner)
	describe := func() testResponse {
		return doAs(t, fake, partnerKeys, "DescribeClusterSnapshots", "OwnerAccount", ownAccount)
	}
	if got := describe(); len(got.Names) != 0 {
		t.Errorf("immediately after the call, the partner sees %q", got.Names)
	}
	got := doAs(t, fake, partnerKeys, "RestoreFromClusterSnapshot",
		"ClusterIdentifier", "new", "SnapshotIdentifier", "base", "OwnerAccount", ownAccount)
	if got.Code != "" {
		t.Errorf("a restore by the partner returned\n%s", got.Body)
	}
	fake.Advance(time.Minute)
	if got := describe(); len(got.Names) != 1 {
		t.Errorf("after the delay, the partner sees %q", got.Names)
	}
}

// TestVisibilityOfAddedResources checks that resources that methods of Fake and the clock add are visible immediately, as in a fake
// without a delay.
func TestVisibilityOfAddedResources(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{VisibilityDelay: 1000 * time.Hour})
	if _, err := fake.AddAutomatedSnapshot("analytics", time.Time{}); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "daily", "ScheduleDefinitions.ScheduleDefinition.1", "rate(12 hours)")
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "analytics", "ScheduleIdentifier", "daily")
	fake.Advance(13 * time.Hour)
	if got := must(t, fake, "DescribeClusterSnapshots"); len(got.Names) != 2 {
		t.Errorf("the snapshots are %q, want the added and the scheduled snapshot", got.Names)
	}
	if got := must(t, fake, "DescribeClusters"); !strings.Contains(got.Body, ">analytics<") {
		t.Errorf("the response does not contain the added cluster:\n%s", got.Body)
	}
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "hidden")
	if got := len(fake.Snapshots()); got != 3 {
		t.Errorf("Snapshots has %d snapshots, want all 3", got)
	}
	for _, none := range []time.Duration{0, -time.Hour} {
		fake := newFake(t, redshifttest.Options{VisibilityDelay: none})
		must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "new")
		if got := must(t, fake, "DescribeClusterSnapshots", "SnapshotIdentifier", "new"); len(got.Names) != 1 {
			t.Errorf("with a delay of %v, the snapshots are %q", none, got.Names)
		}
	}
}

// TestVisibilityAfterDeletion checks that a new resource is hidden even if it has the identifier of a deleted visible one.
func TestVisibilityAfterDeletion(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{VisibilityDelay: time.Minute})
	for range 3 {
		must(t, fake, "CreateSnapshotCopyGrant", "SnapshotCopyGrantName", "new")
		if got := do(t, fake, "DescribeSnapshotCopyGrants", "SnapshotCopyGrantName", "new"); got.Code != "SnapshotCopyGrantNotFoundFault" {
			t.Errorf("immediately after the call, the response is\n%s", got.Body)
		}
		fake.Advance(time.Minute)
		must(t, fake, "DescribeSnapshotCopyGrants", "SnapshotCopyGrantName", "new")
		must(t, fake, "DeleteSnapshotCopyGrant", "SnapshotCopyGrantName", "new")
	}
}

// TestVisibilityAndRecovery loses the response to CreateClusterSnapshot. The client finds the snapshot after the delay.
func TestVisibilityAndRecovery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newFake(t, redshifttest.Options{VisibilityDelay: time.Second})
		client, err := redshift.New(fake.Config())
		if err != nil {
			t.Fatal(err)
		}
		injectNext(t, fake, "CreateClusterSnapshot", redshifttest.Fault{Cut: true, AfterWork: true})
		injectNext(t, fake, "DescribeClusterSnapshots", redshifttest.Fault{})
		made := make(chan error, 1)
		go func() {
			_, err := client.CreateClusterSnapshot(t.Context(),
				&redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "new"})
			made <- err
		}()
		for fake.PendingFaults() > 0 { // the first look-up
			time.Sleep(time.Millisecond)
		}
		fake.Advance(time.Second)
		if err := <-made; err != nil {
			t.Errorf("the call failed: %v", err)
		}
		var codes []awsquery.ErrorCode
		for _, one := range fake.Requests() {
			codes = append(codes, one.Code)
		}
		if len(codes) < 4 || codes[1] != models.ErrClusterSnapshotAlreadyExists || codes[2] != models.ErrClusterSnapshotNotFound ||
			codes[len(codes)-1] != "" {
			t.Errorf("the error codes are %q", codes)
		}
	})
}
