package redshifttest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestLifeOfASnapshot(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{SnapshotDuration: 100 * time.Second})
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "Analytics", "SnapshotIdentifier", "Nightly",
		"ManualSnapshotRetentionPeriod", "2")

	type progress struct {
		Status             models.SnapshotStatus
		Done, Rate         float64
		Elapsed, Remaining int64
		Days               int
	}
	for _, step := range []struct {
		advance time.Duration
		want    progress
	}{
		{0, progress{"creating", 0, 0, 0, 100, 2}},
		{25 * time.Second, progress{"creating", 256, 10.24, 25, 75, 2}},
		{74*time.Second + 999*time.Millisecond, progress{"creating", 1023.99, 10.24, 99, 1, 2}},
		{time.Millisecond, progress{"available", 1024, 0, 100, 0, 2}},
		{24 * time.Hour, progress{"available", 1024, 0, 100, 0, 1}},
	} {
		fake.Advance(step.advance)
		all := fake.Snapshots()
		if len(all) != 1 {
			t.Fatalf("got %d snapshots, want 1", len(all))
		}
		one := all[0]
		got := progress{
			one.Status, one.BackupProgressInMegaBytes, one.CurrentBackupRateInMegaBytesPerSecond,
			one.ElapsedTimeInSeconds, one.EstimatedSecondsToCompletion, *one.ManualSnapshotRemainingDays,
		}
		if got != step.want {
			t.Errorf("after %v more it is %+v, want %+v", step.advance, got, step.want)
		}
	}

	// The retention period ends two days after the start of the snapshot.
	fake.Advance(24*time.Hour - 100*time.Second - time.Millisecond)
	if got := len(fake.Snapshots()); got != 1 {
		t.Errorf("a millisecond before the end of the period, the fake has %d snapshots", got)
	}
	fake.Advance(time.Millisecond)
	if got := do(t, fake, "DescribeClusterSnapshots", "SnapshotIdentifier", "nightly"); got.Code != "ClusterSnapshotNotFound" {
		t.Errorf("after the end of the period, DescribeClusterSnapshots = %d %s", got.Status, got.Code)
	}
	if got := fake.Snapshots(); len(got) != 0 {
		t.Errorf("after the end of the period, the snapshots are %v", got)
	}
}

func TestSetSnapshotStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[models.SnapshotStatus]struct {
		done      float64
		remaining int64
	}{
		models.SnapshotStatusFailed:        {512, 0},
		models.SnapshotStatusCreating:      {512, 150},
		models.SnapshotStatusAvailable:     {1024, 0},
		models.SnapshotStatusFinalSnapshot: {1024, 0},
		"odd":                              {512, 0},
	} {
		fake := newFake(t, redshifttest.Options{})
		must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "a")
		fake.Advance(150 * time.Second)
		if err := fake.SetSnapshotStatus("A", status); err != nil {
			t.Fatal(err)
		}
		fake.Advance(time.Hour)
		one := fake.Snapshots()[0]
		if one.Status != status || one.BackupProgressInMegaBytes != want.done || one.EstimatedSecondsToCompletion != want.remaining ||
			one.ElapsedTimeInSeconds != 150 {
			t.Errorf("%s: the snapshot is %s with %v MB after %d seconds, %d seconds remain",
				status, one.Status, one.BackupProgressInMegaBytes, one.ElapsedTimeInSeconds, one.EstimatedSecondsToCompletion)
		}
	}
	if err := newFake(t, redshifttest.Options{}).SetSnapshotStatus("missing", models.SnapshotStatusFailed); err == nil ||
		!strings.Contains(err.Error(), "missing") {
		t.Errorf("SetSnapshotStatus() of a missing snapshot = %v", err)
	}
}

func TestNoDuration(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{SnapshotDuration: -1})
	if got := must(t, fake, "CreateClusterSnapshot",
		"ClusterIdentifier", "analytics", "SnapshotIdentifier", "a"); !strings.Contains(got.Body, "<Status>creating<") {
		t.Errorf("CreateClusterSnapshot returned\n%s", got.Body)
	}
	fake.Advance(1)
	if got := must(t, fake, "DescribeClusterSnapshots"); !strings.Contains(got.Body, "<Status>available<") {
		t.Errorf("DescribeClusterSnapshots returned\n%s", got.Body)
	}
}

func TestCopy(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "tagged", Tags: []models.Tag{{Key: "env", Value: "prod"}}}); err != nil {
		t.Fatal(err)
	}
	source, err := fake.AddAutomatedSnapshot("Tagged", start.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if source.SnapshotIdentifier != "rs:tagged-2026-11-23-08-30-00" || source.SnapshotType != models.SnapshotTypeAutomated ||
		source.ManualSnapshotRetentionPeriod != nil {
		t.Errorf("the automated snapshot is %v", source)
	}
	must(t, fake, "CopyClusterSnapshot", "SourceSnapshotIdentifier", strings.ToUpper(source.SnapshotIdentifier),
		"SourceSnapshotClusterIdentifier", "TAGGED",
		"TargetSnapshotIdentifier", "Kept", "ManualSnapshotRetentionPeriod", "30")

	all := fake.Snapshots()
	if len(all) != 2 {
		t.Fatalf("got %d snapshots, want 2", len(all))
	}
	made := all[1]
	if made.SnapshotIdentifier != "Kept" || made.SnapshotType != models.SnapshotTypeManual || made.Status != models.SnapshotStatusAvailable ||
		!made.SnapshotCreateTime.Equal(source.SnapshotCreateTime) || !made.SnapshotRetentionStartTime.Equal(start) ||
		*made.ManualSnapshotRetentionPeriod != 30 || made.SnapshotArn != "arn:aws:redshift:us-east-1:123456789012:snapshot:tagged/Kept" ||
		made.BackupProgressInMegaBytes != made.ActualIncrementalBackupSizeInMegaBytes || !slices.Equal(made.Tags, source.Tags) {
		t.Errorf("the copy is %+v", made)
	}
	// The copy stays when the original snapshot is deleted.
	if err := fake.RemoveCluster("tagged"); err != nil {
		t.Fatal(err)
	}
	if all := fake.Snapshots(); len(all) != 1 || all[0].SnapshotIdentifier != "Kept" {
		t.Errorf("without the cluster the snapshots are %v", all)
	}
}

// TestSharing describes and uses shared snapshots as both accounts.
func TestSharing(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "shared", "Tags.Tag.1.Key", "env",
		"Tags.Tag.1.Value", "prod")
	createSnapshots(t, fake, "private")
	const arn = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/shared"
	names := func(parameters ...string) string {
		got := doAs(t, fake, partnerKeys, "DescribeClusterSnapshots", parameters...)

		return got.Code + strings.Join(got.Names, " ")
	}
	if got := names("SnapshotArn", arn); got != "ClusterSnapshotNotFound" {
		t.Errorf("before the snapshot is shared, DescribeClusterSnapshots with its ARN returned %s", got)
	}
	got := must(t, fake, "AuthorizeSnapshotAccess", "SnapshotArn", arn, "AccountWithRestoreAccess", partner)
	if !strings.Contains(got.Body, "<AccountId>"+partner+"<") {
		t.Errorf("AuthorizeSnapshotAccess returned\n%s", got.Body)
	}
	got = must(t, fake, "AuthorizeSnapshotAccess",
		"SnapshotIdentifier", "SHARED", "AccountWithRestoreAccess", "amazon-redshift-support", "SnapshotClusterIdentifier", "ANALYTICS")
	if !strings.Contains(got.Body, "<AccountAlias>amazon-redshift-support<") || strings.Contains(got.Body, "<AccountId>amazon") {
		t.Errorf("AuthorizeSnapshotAccess returned\n%s", got.Body)
	}

	for _, test := range []struct {
		want       string
		parameters []string
	}{
		{"", nil}, // without OwnerAccount, only the caller's own snapshots
		{"shared", []string{"OwnerAccount", ownAccount}},
		{"", []string{"OwnerAccount", partner}},
		{"", []string{"OwnerAccount", "999988887777"}},
		{"shared", []string{"SnapshotArn", arn}},
		{"shared", []string{"OwnerAccount", ownAccount, "SnapshotIdentifier", "shared"}},
		{"ClusterSnapshotNotFound", []string{"SnapshotIdentifier", "shared"}},
		{"ClusterSnapshotNotFound", []string{"OwnerAccount", ownAccount, "SnapshotIdentifier", "private"}},
		{"", []string{"OwnerAccount", ownAccount, "TagKeys.TagKey.1", "env"}},
		{"", []string{"OwnerAccount", ownAccount, "TagValues.TagValue.1", "prod"}},
	} {
		if got := names(test.parameters...); got != test.want {
			t.Errorf("the other account got %q with %q, want %q", got, test.parameters, test.want)
		}
	}
	seen := doAs(t, fake, partnerKeys, "DescribeClusterSnapshots", "OwnerAccount", ownAccount).Body
	if strings.Contains(seen, partner) || strings.Contains(seen, "prod") || !strings.Contains(seen, "<Tags/>") ||
		!strings.Contains(seen, "<OwnerAccount>"+ownAccount+"<") {
		t.Errorf("the other account got\n%s", seen)
	}
	for operation, parameters := range map[string][]string{
		"CopyClusterSnapshot":     {"SourceSnapshotIdentifier", "shared", "TargetSnapshotIdentifier", "mine"},
		"AuthorizeSnapshotAccess": {"SnapshotArn", arn, "AccountWithRestoreAccess", "999988887777"},
	} {
		if got := doAs(t, fake, partnerKeys, operation, parameters...); got.Code != "ClusterSnapshotNotFound" {
			t.Errorf("%s of another account's snapshot = %d %s", operation, got.Status, got.Code)
		}
	}
	// Two accounts can use the same identifier.
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", AccountID: partner}); err != nil {
		t.Fatal(err)
	}
	if got := doAs(t, fake, partnerKeys, "CreateClusterSnapshot",
		"ClusterIdentifier", "analytics", "SnapshotIdentifier", "theirs"); got.Status != http.StatusOK {
		t.Errorf("CreateClusterSnapshot by the other account returned %s", got.Code)
	}
	if err := fake.SetSnapshotStatus("theirs", models.SnapshotStatusFailed); err != nil {
		t.Error(err)
	}
}

func TestDescribeFilters(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	for _, cluster := range []redshifttest.Cluster{{Identifier: "large", SizeInMegaBytes: 1e6}, {Identifier: "gone"}} {
		if err := fake.AddCluster(cluster); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := fake.AddAutomatedSnapshot("analytics", start.Add(-time.Minute)); err != nil { // 09:29:00.250
		t.Fatal(err)
	}
	for i, parameters := range [][]string{
		{"analytics", "b", "Tags.Tag.1.Key", "env", "Tags.Tag.1.Value", "prod", "Tags.Tag.2.Key", "team",
			"Tags.Tag.2.Value", "test"}, // 09:30:00.250
		{"large", "a", "Tags.Tag.1.Key", "env",
			"Tags.Tag.1.Value", "test"}, // 09:31:00.250
		{"gone", "c", "Tags.Tag.7.Key", "ENV", "Tags.Tag.7.Value",
			""}, // 09:32:00.250
	} {
		if i > 0 {
			fake.Advance(time.Minute)
		}
		must(t, fake, "CreateClusterSnapshot", append([]string{"ClusterIdentifier", parameters[0], "SnapshotIdentifier"}, parameters[1:]...)...)
	}
	if err := fake.RemoveCluster("gone"); err != nil {
		t.Fatal(err)
	}
	// A new cluster has the identifier of a removed one. Earlier snapshots do not belong to it.
	if err := fake.RemoveCluster("large"); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Minute)
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "large", SizeInMegaBytes: 1e6}); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "large", "SnapshotIdentifier", "d") // 09:33:00.250

	const rs = "rs:analytics-2026-11-23-09-29-00"
	sort := func(attributes ...string) []string {
		var parameters []string
		for i, attribute := range attributes {
			name, order, hasOrder := strings.Cut(attribute, " ")
			prefix := fmt.Sprintf("SortingEntities.SnapshotSortingEntity.%d.", i+1)
			parameters = append(parameters, prefix+"Attribute", name)
			if hasOrder {
				parameters = append(parameters, prefix+"SortOrder", order)
			}
		}

		return parameters
	}
	for _, test := range []struct {
		want       string
		parameters []string
	}{
		{rs + " b a c d", nil},
		{rs + " b", []string{"ClusterIdentifier", "ANALYTICS"}},
		{"a d", []string{"ClusterIdentifier", "large"}},
		{"c", []string{"ClusterIdentifier", "gone"}},
		{"", []string{"ClusterIdentifier", "never-was"}},
		{"a", []string{"SnapshotIdentifier", "A"}},
		{rs, []string{"SnapshotIdentifier", rs}},
		{"a", []string{"SnapshotArn", "arn:aws:redshift:us-east-1:123456789012:snapshot:large/a"}},

		// If a filter does not match an existing snapshot, the list is empty.
		{"a", []string{"SnapshotIdentifier", "a", "SnapshotType", "manual"}},
		{"", []string{"SnapshotIdentifier", "a", "SnapshotType", "automated"}},
		{"", []string{"SnapshotIdentifier", "a", "StartTime", "2026-11-23T09:31:00.251Z"}},
		{"", []string{"SnapshotIdentifier", "a", "EndTime", "2026-11-23T09:31:00.249Z"}},
		{"", []string{"SnapshotIdentifier", "a", "TagKeys.TagKey.1", "ENV"}},
		{"", []string{"SnapshotIdentifier", "a", "TagValues.TagValue.1", "prod"}},
		{"", []string{"SnapshotIdentifier", "a", "ClusterExists", "false"}},
		{"c", []string{"SnapshotIdentifier", "c", "ClusterExists", "false"}},
		{"a", []string{"SnapshotIdentifier", "a", "OwnerAccount", ownAccount}},
		{"", []string{"SnapshotArn", "arn:aws:redshift:us-east-1:123456789012:snapshot:large/a", "ClusterIdentifier", "analytics"}},
		{"a", []string{"SnapshotArn", "arn:aws:redshift:us-east-1:123456789012:snapshot:large/a", "ClusterIdentifier", "large"}},
		{"", []string{"SnapshotArn", "arn:aws:redshift:us-east-1:123456789012:snapshot:large/a", "SnapshotType", "automated"}},
		{rs, []string{"SnapshotType", "automated"}},
		{"b a c d", []string{"SnapshotType", "manual"}},
		{rs + " b a c d", []string{"OwnerAccount", ownAccount}},

		// Both ends are inclusive, in milliseconds.
		{"a c d", []string{"StartTime", "2026-11-23T09:31:00.25Z"}},
		{"c d", []string{"StartTime", "2026-11-23T09:31:00.251Z"}},
		{rs + " b a", []string{"EndTime", "2026-11-23T10:31:00.250+01:00"}},
		{rs + " b", []string{"EndTime", "2026-11-23T09:31:00.249Z"}},
		{"a", []string{"StartTime", "2026-11-23T09:31:00.250Z", "EndTime", "2026-11-23T09:31:00.250Z"}},

		{"b a", []string{"TagKeys.TagKey.1", "env"}},
		{"b a c", []string{"TagKeys.TagKey.1", "env", "TagKeys.TagKey.2", "ENV"}},
		{"b a", []string{"TagValues.TagValue.1", "test"}},
		{"c", []string{"TagValues.TagValue.1", ""}},
		{"b a", []string{"TagKeys.TagKey.1", "env", "TagKeys.TagKey.2", "team", "TagValues.TagValue.1", "test"}},
		{"b", []string{"TagKeys.TagKey.1", "env", "TagValues.TagValue.1", "prod"}},
		{"a", []string{"TagKeys.TagKey.1", "env", "TagValues.TagValue.1", "test"}},
		{"", []string{"TagKeys.TagKey.1", "team", "TagValues.TagValue.1", "prod"}},

		{"d", []string{"ClusterExists", "true", "ClusterIdentifier", "large"}},
		{rs + " b", []string{"ClusterExists", "true", "ClusterIdentifier", "analytics"}},
		{"c", []string{"ClusterExists", "false"}},
		{"c", []string{"ClusterExists", "false", "ClusterIdentifier", "gone"}},
		{"", []string{"ClusterExists", "false", "ClusterIdentifier", "analytics"}},

		{"d c a b " + rs, sort("CREATE_TIME DESC")},
		{rs + " b a c d", sort("CREATE_TIME")},
		{rs + " b c a d", sort("TOTAL_SIZE ASC")},
		{"a d " + rs + " b c", sort("TOTAL_SIZE DESC")},
		{"d a c b " + rs, sort("TOTAL_SIZE DESC", "CREATE_TIME DESC")},
		{rs + " d c a b", sort("SOURCE_TYPE ASC", "CREATE_TIME DESC")},
		{"b a c d " + rs, sort("SOURCE_TYPE DESC")},
	} {
		got := must(t, fake, "DescribeClusterSnapshots", test.parameters...)
		if names := strings.Join(got.Names, " "); names != test.want {
			t.Errorf("DescribeClusterSnapshots with %q = %q, want %q", test.parameters, names, test.want)
		}
	}
}

// TestPages lists snapshots in pages while others are taken and deleted. A snapshot that exists all the time must be listed once.
func TestPages(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, order := range [][]string{
		nil,
		{"SortingEntities.SnapshotSortingEntity.1.Attribute", "CREATE_TIME", "SortingEntities.SnapshotSortingEntity.1.SortOrder", "DESC"},
		{"SortingEntities.SnapshotSortingEntity.1.Attribute", "TOTAL_SIZE", "SortingEntities.SnapshotSortingEntity.2.Attribute", "CREATE_TIME",
			"SortingEntities.SnapshotSortingEntity.2.SortOrder", "DESC"},
	} {
		fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{ManualSnapshots: 1000}})
		for i := range 70 {
			must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", fmt.Sprintf("stays-%d", i))
			must(t, fake, "CreateClusterSnapshot",
				"ClusterIdentifier", "analytics", "SnapshotIdentifier", fmt.Sprintf("goes-%d", i), "ManualSnapshotRetentionPeriod", "1")
			fake.Advance(time.Duration(random.IntN(2)) * time.Second) // some have the same time
		}
		seen := make(map[string]int)
		pages, marker := 0, ""
		for {
			parameters := append([]string{"MaxRecords", "20"}, order...)
			if marker != "" {
				parameters = append(parameters, "Marker", marker)
			}
			got := must(t, fake, "DescribeClusterSnapshots", parameters...)
			pages++
			for _, name := range got.Names {
				seen[name]++
			}
			if marker = got.Marker; marker == "" {
				break
			}
			if len(got.Names) != 20 {
				t.Errorf("a page before the last one has %d snapshots", len(got.Names))
			}
			must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", fmt.Sprintf("comes-%d", pages))
			if pages == 2 {
				fake.Advance(24 * time.Hour)
			}
		}
		if pages < 4 {
			t.Errorf("got %d pages", pages)
		}
		for i := range 70 {
			if name := fmt.Sprintf("stays-%d", i); seen[name] != 1 {
				t.Errorf("%s was listed %d times", name, seen[name])
			}
		}
		for name, times := range seen {
			if times > 1 {
				t.Errorf("%s was listed %d times", name, times)
			}
		}
	}
}

func TestPageSizes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{ManualSnapshots: 200}})
	for i := range 100 {
		must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", fmt.Sprintf("s%d", i))
	}
	if got := must(t, fake, "DescribeClusterSnapshots"); len(got.Names) != 100 || got.Marker != "" {
		t.Errorf("the page of 100 has %d snapshots and the Marker %q", len(got.Names), got.Marker)
	}
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "s100")
	first := must(t, fake, "DescribeClusterSnapshots")
	if len(first.Names) != 100 || first.Marker == "" {
		t.Errorf("without MaxRecords a page has %d snapshots", len(first.Names))
	}
	second := must(t, fake, "DescribeClusterSnapshots", "Marker", first.Marker, "MaxRecords", "20")
	if len(second.Names) != 1 || second.Names[0] != "s100" || second.Marker != "" {
		t.Errorf("the second page has %q and the Marker %q", second.Names, second.Marker)
	}
	for name, parameters := range map[string][]string{
		"a filter":       {"ClusterIdentifier", "analytics"},
		"an order":       {"SortingEntities.SnapshotSortingEntity.1.Attribute", "CREATE_TIME"},
		"a list":         {"TagKeys.TagKey.1", "a"},
		"another filter": {"SnapshotType", "manual"},
	} {
		if got := do(t, fake, "DescribeClusterSnapshots", append(parameters, "Marker", first.Marker)...); got.Code != "InvalidParameterValue" {
			t.Errorf("a Marker with %s added = %d %s", name, got.Status, got.Code)
		}
	}
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	if got := doAs(t, fake, partnerKeys, "DescribeClusterSnapshots", "Marker", first.Marker); got.Code != "InvalidParameterValue" {
		t.Errorf("a Marker of another account = %d %s", got.Status, got.Code)
	}
}

func TestClusters(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Region: "us-gov-west-1"})
	for name, test := range map[string]struct {
		cluster redshifttest.Cluster
		message string
	}{
		"no name":        {redshifttest.Cluster{}, "Identifiers have"},
		"upper case":     {redshifttest.Cluster{Identifier: "Sales"}, "lower case"},
		"long name":      {redshifttest.Cluster{Identifier: strings.Repeat("a", 64)}, "1 to 63"},
		"name in use":    {redshifttest.Cluster{Identifier: "analytics"}, "already"},
		"odd account":    {redshifttest.Cluster{Identifier: "sales", AccountID: "me"}, "12 digits"},
		"negative size":  {redshifttest.Cluster{Identifier: "sales", SizeInMegaBytes: -1}, "cannot be -1"},
		"negative nodes": {redshifttest.Cluster{Identifier: "sales", NumberOfNodes: -1}, "1 or more, not -1"},
	} {
		if err := fake.AddCluster(test.cluster); err == nil || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"SetClusterStatus": fake.SetClusterStatus("missing", "resizing"),
		"RemoveCluster":    fake.RemoveCluster("missing"),
	} {
		if err == nil || !strings.Contains(err.Error(), `"missing"`) {
			t.Errorf("%s of a missing cluster: %v", name, err)
		}
	}
	if _, err := fake.AddAutomatedSnapshot("missing", time.Time{}); err == nil {
		t.Error("AddAutomatedSnapshot() of a missing cluster = nil")
	}
	if _, err := fake.AddAutomatedSnapshot("analytics", start.Add(time.Second)); err == nil ||
		!strings.Contains(err.Error(), "after the time on the fake's clock") {
		t.Errorf("AddAutomatedSnapshot in the future: %v", err)
	}
	first, err := fake.AddAutomatedSnapshot("analytics", time.Time{})
	if err != nil || first.SnapshotIdentifier != "rs:analytics-2026-11-23-09-25-00" || first.Status != models.SnapshotStatusAvailable ||
		first.SnapshotArn != "arn:aws-us-gov:redshift:us-gov-west-1:123456789012:snapshot:analytics/rs:analytics-2026-11-23-09-25-00" {
		t.Errorf("AddAutomatedSnapshot with the zero time: %v, %v", first, err)
	}
	if _, err := fake.AddAutomatedSnapshot("analytics", time.Time{}); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("AddAutomatedSnapshot twice: %v", err)
	}
}

func TestSetClusterStatus(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Region: "cn-north-1", AccountID: "111122223333", DisableSignatureCheck: true})
	if fake.AccountID() != "111122223333" || fake.Region() != "cn-north-1" {
		t.Errorf("the fake has the account %s in %s", fake.AccountID(), fake.Region())
	}
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "old", NodeType: "ds2.xlarge"}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ status, code, body string }{
		{"paused", "InvalidClusterState", "It is paused"},
		{"available", "", "<SnapshotArn>arn:aws-cn:redshift:cn-north-1:111122223333:snapshot:old/a</SnapshotArn>"},
		{"modifying", "ClusterSnapshotAlreadyExists", "a"},
	} {
		if err := fake.SetClusterStatus("OLD", step.status); err != nil {
			t.Fatal(err)
		}
		got := do(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "old", "SnapshotIdentifier", "a")
		if got.Code != step.code || !strings.Contains(got.Body, step.body) {
			t.Errorf("while the cluster is %s, CreateClusterSnapshot returned\n%s", step.status, got.Body)
		}
	}
	if err := fake.SetClusterStatus("old", ""); err == nil || !strings.Contains(err.Error(), "the status is empty") {
		t.Errorf("SetClusterStatus() with an empty status = %v", err)
	}
	if types := fake.Snapshots()[0].RestorableNodeTypes; !slices.Equal(types[:2], []string{"ds2.xlarge", "ds2.8xlarge"}) {
		t.Errorf("RestorableNodeTypes = %q", types)
	}
}

func TestPanics(t *testing.T) {
	t.Parallel()
	for want, misuse := range map[string]func(){
		"12 digits":        func() { redshifttest.New(redshifttest.Options{AccountID: "me"}) },
		"name of a region": func() { redshifttest.New(redshifttest.Options{Region: "eu/west"}) },
		"ClockSpeed NaN":   func() { redshifttest.New(redshifttest.Options{ClockSpeed: math.NaN()}) },
		"ClockSpeed +Inf":  func() { redshifttest.New(redshifttest.Options{ClockSpeed: math.Inf(1)}) },
		"at most 86400":    func() { redshifttest.New(redshifttest.Options{ClockSpeed: 86_401}) },
		"Credentials":      func() { redshifttest.New(redshifttest.Options{Credentials: partnerKeysWithoutSecret()}) },
	} {
		func() {
			defer func() {
				if text := fmt.Sprint(recover()); !strings.Contains(text, want) || !strings.HasPrefix(text, "redshifttest: ") {
					t.Errorf("New panicked with %[2]s, want %[1]q in it", want, text)
				}
			}()
			misuse()
		}()
	}
}
