package redshifttest_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

const nightlyARN = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/Nightly"

// remainingSnapshots returns the identifiers of the fake's snapshots.
func remainingSnapshots(fake *redshifttest.Fake) string {
	var names []string
	for _, one := range fake.Snapshots() {
		names = append(names, one.SnapshotIdentifier)
	}

	return strings.Join(names, " ")
}

func TestRevokeAndDelete(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "Nightly", "other")
	must(t, fake, "AuthorizeSnapshotAccess", "SnapshotIdentifier", "nightly", "AccountWithRestoreAccess", partner)
	must(t, fake, "AuthorizeSnapshotAccess", "SnapshotIdentifier", "nightly", "AccountWithRestoreAccess", "amazon-redshift-support")

	// Only the owner can revoke access, modify, tag and delete.
	for operation, refused := range map[string][]string{
		"RevokeSnapshotAccess":  {"AccessToSnapshotDenied", "SnapshotArn", nightlyARN, "AccountWithRestoreAccess", partner},
		"DeleteClusterSnapshot": {"ClusterSnapshotNotFound", "SnapshotIdentifier", "nightly"},
		"ModifyClusterSnapshot": {"ClusterSnapshotNotFound", "SnapshotIdentifier", "nightly", "ManualSnapshotRetentionPeriod", "1"},
		"CreateTags":            {"ResourceNotFoundFault", "ResourceName", nightlyARN, "Tags.Tag.1.Key", "k"},
		"DeleteTags":            {"ResourceNotFoundFault", "ResourceName", nightlyARN, "TagKeys.TagKey.1", "k"},
		"DescribeTags":          {"ResourceNotFoundFault", "ResourceName", nightlyARN},
	} {
		if got := doAs(t, fake, partnerKeys, operation, refused[1:]...); got.Code != refused[0] {
			t.Errorf("%s by the other account = %d %s, want %s", operation, got.Status, got.Code, refused[0])
		}
	}

	got := must(t, fake, "RevokeSnapshotAccess",
		"SnapshotArn", strings.Replace(nightlyARN, "Nightly", "NIGHTLY", 1), "AccountWithRestoreAccess", partner)
	if strings.Contains(got.Body, partner) || !strings.Contains(got.Body, "<AccountAlias>amazon-redshift-support<") {
		t.Errorf("RevokeSnapshotAccess returned\n%s", got.Body)
	}
	if got := doAs(t, fake, partnerKeys, "DescribeClusterSnapshots", "SnapshotArn", nightlyARN); got.Code != "ClusterSnapshotNotFound" {
		t.Errorf("without access the other account gets %d %s", got.Status, got.Code)
	}
	if got := do(t, fake, "DeleteClusterSnapshot", "SnapshotIdentifier", "nightly"); got.Code != "InvalidClusterSnapshotState" {
		t.Errorf("DeleteClusterSnapshot of a shared snapshot = %d %s", got.Status, got.Code)
	}
	got = must(t, fake, "RevokeSnapshotAccess",
		"SnapshotIdentifier", "NIGHTLY", "SnapshotClusterIdentifier", "Analytics", "AccountWithRestoreAccess", "amazon-redshift-support")
	if strings.Contains(got.Body, "AccountsWithRestoreAccess") {
		t.Errorf("RevokeSnapshotAccess of the last account returned\n%s", got.Body)
	}

	got = must(t, fake, "DeleteClusterSnapshot", "SnapshotIdentifier", "NIGHTLY", "SnapshotClusterIdentifier", "Analytics")
	golden(t, "delete.xml", got.Body)
	if got := do(t, fake, "DeleteClusterSnapshot",
		"SnapshotIdentifier", "nightly"); got.Code != "ClusterSnapshotNotFound" || remainingSnapshots(fake) != "other" {
		t.Errorf("second DeleteClusterSnapshot = %d %s, and the snapshots are %q", got.Status, got.Code, remainingSnapshots(fake))
	}
	createSnapshots(t, fake, "nightly") // the identifier can be used again
}

func TestDeletableStates(t *testing.T) {
	t.Parallel()
	for status, want := range map[models.SnapshotStatus]string{
		models.SnapshotStatusAvailable: "", models.SnapshotStatusFailed: "", models.SnapshotStatusFinalSnapshot: "", "cancelled": "",
		models.SnapshotStatusCreating: "InvalidClusterSnapshotState", "odd": "InvalidClusterSnapshotState",
	} {
		fake := newFake(t, redshifttest.Options{})
		createSnapshots(t, fake, "a")
		if err := fake.SetSnapshotStatus("a", status); err != nil {
			t.Fatal(err)
		}
		if got := do(t, fake, "DeleteClusterSnapshot", "SnapshotIdentifier", "a"); got.Code != want {
			t.Errorf("DeleteClusterSnapshot while %s = %d %q, want %q", status, got.Status, got.Code, want)
		}
	}
}

func TestModify(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSnapshots(t, fake, "a")
	fake.Advance(36 * time.Hour)
	for _, step := range []struct {
		parameters []string
		code       string
		period     int
		days       int
	}{
		{nil, "", -1, -1},
		{[]string{"ManualSnapshotRetentionPeriod", "10"}, "", 10, 9},
		{[]string{"ManualSnapshotRetentionPeriod", "1"}, "InvalidRetentionPeriodFault", 10, 9},
		{[]string{"Force", "true"}, "", 10, 9},
		{[]string{"ManualSnapshotRetentionPeriod", "2", "Force", "true"}, "", 2, 1},
		{[]string{"ManualSnapshotRetentionPeriod", "-1"}, "", -1, -1},
		{[]string{"ManualSnapshotRetentionPeriod", "3653"}, "", 3653, 3652},
	} {
		got := do(t, fake, "ModifyClusterSnapshot", append([]string{"SnapshotIdentifier", "A"}, step.parameters...)...)
		one := fake.Snapshots()[0]
		if got.Code != step.code || *one.ManualSnapshotRetentionPeriod != step.period || *one.ManualSnapshotRemainingDays != step.days {
			t.Errorf("with %q: got %d %q, and %d of %d days remain", step.parameters, got.Status, got.Code,
				*one.ManualSnapshotRemainingDays, *one.ManualSnapshotRetentionPeriod)
		}
		if want := fmt.Sprintf("<ManualSnapshotRetentionPeriod>%d<", step.period); step.code == "" && !strings.Contains(got.Body, want) {
			t.Errorf("with %q: got\n%s\nwant %s in it", step.parameters, got.Body, want)
		}
	}
	got := must(t, fake, "ModifyClusterSnapshot", "SnapshotIdentifier", "a", "ManualSnapshotRetentionPeriod", "1", "Force", "true")
	if !strings.Contains(got.Body, "<Status>deleted<") || remainingSnapshots(fake) != "" {
		t.Errorf("with Force: the snapshots are %q, and the response is\n%s", remainingSnapshots(fake), got.Body)
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{ManualSnapshots: 200}})
	createSnapshots(t, fake, "A", "b", "shared", "c")
	must(t, fake, "AuthorizeSnapshotAccess", "SnapshotIdentifier", "shared", "AccountWithRestoreAccess", partner)
	fake.Advance(36 * time.Hour)
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "young")

	modified := must(t, fake, "BatchModifyClusterSnapshots", "ManualSnapshotRetentionPeriod", "9",
		"SnapshotIdentifierList.String.1", "a", "SnapshotIdentifierList.String.2", "missing",
		"SnapshotIdentifierList.String.3", "young", "SnapshotIdentifierList.String.4", "shared")
	golden(t, "batch-modify.xml", modified.Body)
	for i, want := range []int{9, -1, 9, -1, -1} {
		if one := fake.Snapshots()[i]; *one.ManualSnapshotRetentionPeriod != want {
			t.Errorf("retention period of %s = %d days, want %d", one.SnapshotIdentifier, *one.ManualSnapshotRetentionPeriod, want)
		}
	}
	forced := must(t, fake, "BatchModifyClusterSnapshots", "ManualSnapshotRetentionPeriod", "1", "Force", "true",
		"SnapshotIdentifierList.String.1", "c", "SnapshotIdentifierList.String.2", "shared")
	if !strings.Contains(forced.Body, "<String>c</String>") ||
		!strings.Contains(forced.Body, "<FailureCode>InvalidClusterSnapshotState<") || remainingSnapshots(fake) != "A b shared young" {
		t.Errorf("with Force: the snapshots are %q, and the response is\n%s", remainingSnapshots(fake), forced.Body)
	}
	aged := must(t, fake, "BatchModifyClusterSnapshots", "ManualSnapshotRetentionPeriod", "1", "SnapshotIdentifierList.String.1", "b")
	if !strings.Contains(aged.Body, "<FailureCode>InvalidRetentionPeriodFault<") || !strings.Contains(aged.Body, "<Resources/>") {
		t.Errorf("a period that has already ended returned\n%s", aged.Body)
	}

	const list = "Identifiers.DeleteClusterSnapshotMessage."
	deleted := must(t, fake, "BatchDeleteClusterSnapshots",
		list+"1.SnapshotIdentifier", "a", list+"2.SnapshotIdentifier", "A", list+"3.SnapshotIdentifier", "shared",
		list+"4.SnapshotIdentifier", "b", list+"4.SnapshotClusterIdentifier", "busy", list+"5.SnapshotIdentifier", "young")
	golden(t, "batch-delete.xml", deleted.Body)
	if remainingSnapshots(fake) != "b shared young" {
		t.Errorf("the snapshots are %q", remainingSnapshots(fake))
	}

	var hundred []string
	for i := range 100 {
		hundred = append(hundred, fmt.Sprintf("%s%d.SnapshotIdentifier", list, i+1), "missing")
	}
	got := must(t, fake, "BatchDeleteClusterSnapshots", hundred...)
	if strings.Count(got.Body, "<FailureCode>ClusterSnapshotNotFound<") != 100 {
		t.Errorf("a batch of 100 returned\n%s", got.Body)
	}
}

// listTags returns the tags as "type arn key=value", in the order of the response.
func listTags(t *testing.T, fake *redshifttest.Fake, parameters ...string) (tags []string, marker string) {
	t.Helper()
	var response struct {
		Marker string                  `xml:"DescribeTagsResult>Marker"`
		Tags   []models.TaggedResource `xml:"DescribeTagsResult>TaggedResources>TaggedResource"`
	}
	if err := xml.Unmarshal([]byte(must(t, fake, "DescribeTags", parameters...).Body), &response); err != nil {
		t.Fatal(err)
	}
	for _, one := range response.Tags {
		_, name, _ := strings.Cut(one.ResourceName, ownAccount+":")
		tags = append(tags, fmt.Sprintf("%s %s %s=%s", one.ResourceType, name, one.Tag.Key, one.Tag.Value))
	}

	return tags, response.Marker
}

func TestTags(t *testing.T) {
	t.Parallel()
	const clusterARN = "arn:aws:redshift:us-east-1:123456789012:cluster:analytics"
	fake := newFake(t, redshifttest.Options{})
	createSnapshots(t, fake, "Nightly")
	if got := must(t, fake, "DescribeTags"); !strings.Contains(got.Body, "<TaggedResources/>") {
		t.Errorf("DescribeTags without tags returned\n%s", got.Body)
	}
	golden(t, "create-tags.xml", must(t, fake, "CreateTags", "ResourceName", nightlyARN, "Tags.Tag.1.Key", "env", "Tags.Tag.1.Value", "test",
		"Tags.Tag.2.Key", "empty", "Tags.Tag.2.Value", "").Body)
	must(t, fake, "CreateTags", "ResourceName", nightlyARN, "Tags.Tag.1.Key", "Env", "Tags.Tag.1.Value", "case matters",
		"Tags.Tag.2.Key", "env", "Tags.Tag.2.Value", "prod")
	must(t, fake, "CreateTags", "ResourceName", clusterARN, "Tags.Tag.1.Key", "env", "Tags.Tag.1.Value", "test")
	golden(t, "describe-tags.xml", must(t, fake, "DescribeTags", "ResourceName", nightlyARN).Body)

	const cluster, empty, upper, env = "cluster cluster:analytics env=test", "snapshot snapshot:analytics/Nightly empty=",
		"snapshot snapshot:analytics/Nightly Env=case matters", "snapshot snapshot:analytics/Nightly env=prod"
	for _, test := range []struct{ parameters, want []string }{
		{nil, []string{cluster, upper, empty, env}},
		{[]string{"ResourceType", "Cluster"}, []string{cluster}},
		{[]string{"ResourceType", "Snapshot"}, []string{upper, empty, env}},
		{[]string{"ResourceType", "Snapshot copy grant"}, nil},
		{[]string{"ResourceName", clusterARN}, []string{cluster}},
		{[]string{"TagKeys.TagKey.1", "env"}, []string{cluster, env}},
		{[]string{"TagKeys.TagKey.1", "env", "TagKeys.TagKey.2", "empty"}, []string{cluster, empty, env}},
		{[]string{"TagValues.TagValue.1", "prod"}, []string{env}},
		{[]string{"TagKeys.TagKey.1", "env", "TagKeys.TagKey.2", "Env", "TagValues.TagValue.1", "prod", "TagValues.TagValue.2", "none"},
			[]string{env}},
		{[]string{"ResourceName", nightlyARN, "TagKeys.TagKey.1", "Env"}, []string{upper}},
	} {
		if got, marker := listTags(t, fake, test.parameters...); !slices.Equal(got, test.want) || marker != "" {
			t.Errorf("DescribeTags with %q = %q, want %q", test.parameters, got, test.want)
		}
	}

	if got := must(t, fake, "DescribeClusterSnapshots", "TagKeys.TagKey.1", "Env"); !slices.Equal(got.Names, []string{"Nightly"}) {
		t.Errorf("the tag selects the snapshots %q", got.Names)
	}
	must(t, fake, "DeleteTags", "ResourceName", nightlyARN, "TagKeys.TagKey.1", "env", "TagKeys.TagKey.2", "not there")
	if got, _ := listTags(t, fake, "ResourceType", "Snapshot"); !slices.Equal(got, []string{upper, empty}) {
		t.Errorf("after DeleteTags the tags are %q", got)
	}
	// Later automated snapshots have the new tag of the cluster.
	one, err := fake.AddAutomatedSnapshot("analytics", time.Time{})
	if err != nil || !slices.Equal(one.Tags, []models.Tag{{Key: "env", Value: "test"}}) {
		t.Errorf("the automated snapshot has %v, %v", one.Tags, err)
	}
	must(t, fake, "DeleteClusterSnapshot", "SnapshotIdentifier", "nightly")
	if got := do(t, fake, "DescribeTags", "ResourceName", nightlyARN); got.Status != http.StatusNotFound {
		t.Errorf("DescribeTags of a deleted snapshot = %d %s", got.Status, got.Code)
	}
}

func TestPagesOfTags(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{Tags: 60}})
	createSnapshots(t, fake, "Nightly")
	parameters := []string{"ResourceName", nightlyARN}
	for i := range 60 {
		parameters = append(parameters, fmt.Sprintf("Tags.Tag.%d.Key", i+1), fmt.Sprintf("k%02d", i))
	}
	must(t, fake, "CreateTags", parameters...)
	var pages []int
	var all []string
	for marker := ""; ; {
		page, next := listTags(t, fake, "MaxRecords", "25", "Marker", marker)
		pages, all = append(pages, len(page)), append(all, page...)
		if marker = next; marker == "" {
			break
		}
		if got := do(t, fake, "DescribeClusterSnapshots", "Marker", marker); got.Code != "InvalidParameterValue" {
			t.Errorf("DescribeClusterSnapshots with the Marker of DescribeTags = %d", got.Status)
		}
	}
	if !slices.Equal(pages, []int{25, 25, 10}) || !slices.IsSorted(all) || len(slices.Compact(all)) != 60 {
		t.Errorf("%d pages have the tags %q", pages, all)
	}
	if page, marker := listTags(t, fake); len(page) != 50 || marker == "" {
		t.Errorf("the default page has %d tags and the Marker %q", len(page), marker)
	}
	if page, marker := listTags(t, fake, "ResourceName", nightlyARN); len(page) != 60 || marker != "" {
		t.Errorf("the page of one resource has %d tags and the Marker %q", len(page), marker)
	}
}
