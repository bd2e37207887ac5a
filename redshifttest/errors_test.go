package redshifttest_test

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// onlyInjected are documented codes that the fake never returns on its own. Only injected faults have them.
var onlyInjected = []awsquery.ErrorCode{
	models.ErrDependentServiceRequestThrottlingFault,
	models.ErrCopyToRegionDisabledFault,
	models.ErrIncompatibleOrderableOptions,
	models.ErrLimitExceededFault,
	models.ErrUnauthorizedOperation,
	models.ErrUnsupportedOperation,
}

// refusedCall is a call and its error.
type refusedCall struct {
	operation  string
	parameters []string
	code       awsquery.ErrorCode
	message    string // part of the message
}

// TestErrors makes calls that return each error code. The fake has the clusters analytics (available) and busy (resizing), the manual
// snapshots old (available, shared with the partner), ancient (available for two days) and young (creating), and an automated snapshot
// of each age.
func TestErrors(t *testing.T) {
	t.Parallel()
	const (
		authorize   = "AuthorizeSnapshotAccess"
		batchDelete = "BatchDeleteClusterSnapshots"
		batchModify = "BatchModifyClusterSnapshots"
		copying     = "CopyClusterSnapshot"
		creating    = "CreateClusterSnapshot"
		deleting    = "DeleteClusterSnapshot"
		describe    = "DescribeClusterSnapshots"
		modify      = "ModifyClusterSnapshot"
		revoke      = "RevokeSnapshotAccess"
		tagging     = "CreateTags"
		tagsOf      = "DescribeTags"
		untagging   = "DeleteTags"

		oldARN  = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/old"
		goneARN = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/missing"
		busyARN = "arn:aws:redshift:us-east-1:123456789012:cluster:busy"
	)
	newSnapshot := func(more ...string) []string {
		return append([]string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", "new"}, more...)
	}
	tag := func(key, value string) []string { return newSnapshot("Tags.Tag.1.Key", key, "Tags.Tag.1.Value", value) }
	tooManyTags := newSnapshot()
	for i := range 51 {
		tooManyTags = append(tooManyTags, fmt.Sprintf("Tags.Tag.%d.Key", i+1), strconv.Itoa(i))
	}
	share := func(more ...string) []string {
		return append([]string{"AccountWithRestoreAccess", "111122223333"}, more...)
	}
	const automated, youngAutomated = "rs:analytics-2026-11-23-08-00-00", "rs:analytics-2026-11-25-09-39-00"
	withdraw := func(more ...string) []string {
		return append([]string{"AccountWithRestoreAccess", partner}, more...)
	}
	tagOn := func(arn, key, value string) []string {
		return []string{"ResourceName", arn, "Tags.Tag.1.Key", key, "Tags.Tag.1.Value", value}
	}
	moreTags := []string{"ResourceName", oldARN}
	for i := range 50 {
		moreTags = append(moreTags, fmt.Sprintf("Tags.Tag.%d.Key", i+1), strconv.Itoa(i))
	}
	var tooManyToDelete, tooManyToModify []string
	for i := range 101 {
		tooManyToDelete = append(tooManyToDelete, fmt.Sprintf("Identifiers.DeleteClusterSnapshotMessage.%d.SnapshotIdentifier", i+1), "old")
		tooManyToModify = append(tooManyToModify, fmt.Sprintf("SnapshotIdentifierList.String.%d", i+1), "old")
	}
	from := func(source string, more ...string) []string {
		return append([]string{"SourceSnapshotIdentifier", source, "TargetSnapshotIdentifier", "new"}, more...)
	}

	refusals := []refusedCall{
		{"", nil, "MissingAction", "Action"},
		{"DescribeEverything", nil, "InvalidAction", "Could not find operation DescribeEverything for version 2012-12-01."},
		{"describeClusterSnapshots", nil, "InvalidAction", "describeClusterSnapshots"},
		{describe, []string{"Colour", "blue"}, "InvalidQueryParameter", "Colour"},
		{describe, []string{"clusteridentifier", "analytics"}, "InvalidQueryParameter", "Did you mean ClusterIdentifier?"},
		{describe, []string{"Marker.1", "x"}, "InvalidQueryParameter", "Marker.1"},
		{describe, []string{"Marker", "x", "Marker", "x"}, "MalformedInput", "Marker is given 2 times"},
		{describe, []string{"MaxRecords", "many"}, "MalformedInput", "MaxRecords must be a whole number"},
		{describe, []string{"MaxRecords", "2147483647"}, "InvalidParameterValue", "MaxRecords must be between 20 and 100"},
		{describe, []string{"MaxRecords", "2147483648"}, "MalformedInput", "MaxRecords must be a whole number"},
		{describe, []string{"MaxRecords", "-2147483649"}, "MalformedInput", "MaxRecords must be a whole number"},
		{describe, []string{"ClusterExists", "yes"}, "MalformedInput", "ClusterExists must be true or false"},
		{describe, []string{"StartTime", "yesterday"}, "MalformedInput", "StartTime must be a time"},
		{describe, []string{"StartTime", "2026-11-23T10:00:00.567891234Z"}, "InvalidParameterValue", "StartTime"},
		{describe, []string{"EndTime", "2026-11-23T10:00:00.0000000+01:00"}, "InvalidParameterValue", "at most 6 fractional digits"},
		{describe, []string{"TagKeys.TagKey.first", "x"}, "MalformedInput", "TagKeys.TagKey.first"},
		{describe, []string{"TagKeys.TagKey.0", "x"}, "MalformedInput", "must be 1 or more"},

		{creating, []string{"ClusterIdentifier", "analytics"}, "MissingParameter", "SnapshotIdentifier"},
		{creating, []string{"SnapshotIdentifier", "new"}, "MissingParameter", "ClusterIdentifier"},
		{creating, []string{"SnapshotIdentifier", "", "ClusterIdentifier", "analytics"},
			"InvalidParameterValue", "SnapshotIdentifier must be provided and must not be blank"},
		{creating, []string{"SnapshotIdentifier", "1st", "ClusterIdentifier", "analytics"}, "InvalidParameterValue", "must begin with a letter"},
		{creating, []string{"SnapshotIdentifier", "a--b", "ClusterIdentifier", "analytics"}, "InvalidParameterValue", "SnapshotIdentifier"},
		{creating, []string{"SnapshotIdentifier", "a-", "ClusterIdentifier", "analytics"}, "InvalidParameterValue", "SnapshotIdentifier"},
		{creating, []string{"SnapshotIdentifier", "rs:a", "ClusterIdentifier", "analytics"}, "InvalidParameterValue", "SnapshotIdentifier"},
		{creating, []string{"SnapshotIdentifier", "naïve", "ClusterIdentifier", "analytics"}, "InvalidParameterValue", "ASCII"},
		{creating, []string{"SnapshotIdentifier", "a\n", "ClusterIdentifier", "analytics"}, "InvalidParameterValue", "SnapshotIdentifier"},
		{creating, []string{"SnapshotIdentifier", strings.Repeat("a", 256), "ClusterIdentifier", "analytics"},
			"InvalidParameterValue", "1 to 255"},
		{creating, []string{"SnapshotIdentifier", "new", "ClusterIdentifier", "missing"}, models.ErrClusterNotFound, "missing"},
		{creating, []string{"SnapshotIdentifier", "new", "ClusterIdentifier", "busy"}, models.ErrInvalidClusterState, "resizing"},
		{creating, []string{"SnapshotIdentifier", "OLD", "ClusterIdentifier", "analytics"}, models.ErrClusterSnapshotAlreadyExists, "OLD"},
		{creating, newSnapshot("ManualSnapshotRetentionPeriod", "0"), models.ErrInvalidRetentionPeriodFault, "3653"},
		{creating, newSnapshot("ManualSnapshotRetentionPeriod", "-2"), models.ErrInvalidRetentionPeriodFault, "-2"},
		{creating, newSnapshot("ManualSnapshotRetentionPeriod", "3654"), models.ErrInvalidRetentionPeriodFault, "3654"},
		{creating, tag("", "x"), models.ErrInvalidTagFault, "1 to 128"},
		{creating, newSnapshot("Tags.Tag.1.Value", "x"), models.ErrInvalidTagFault, "key"},
		{creating, tag(strings.Repeat("ü", 129), "x"), models.ErrInvalidTagFault, "129"},
		{creating, tag("x", strings.Repeat("ü", 257)), models.ErrInvalidTagFault, "257"},
		{creating, tag("a;b", "x"), models.ErrInvalidTagFault, "';'"},
		{creating, tag("x", "a\tb"), models.ErrInvalidTagFault, "value"},
		{creating, tag("aws:x", "x"), models.ErrInvalidTagFault, "reserved"},
		{creating, tag("AWS:x", "x"), models.ErrInvalidTagFault, "reserved"},
		{creating, newSnapshot("Tags.Tag.1.Key", "a", "Tags.Tag.2.Key", "a"), models.ErrInvalidTagFault, "twice"},
		{creating, tooManyTags, models.ErrTagLimitExceededFault, "50"},

		{copying, from("missing"), models.ErrClusterSnapshotNotFound, "missing"},
		{copying, []string{"TargetSnapshotIdentifier", "new"}, "MissingParameter", "SourceSnapshotIdentifier"},
		{copying, []string{"SourceSnapshotIdentifier", automated}, "MissingParameter", "TargetSnapshotIdentifier"},
		{copying, []string{"SourceSnapshotIdentifier", automated, "TargetSnapshotIdentifier", "rs:new"},
			"InvalidParameterValue", "TargetSnapshotIdentifier"},
		{copying, []string{"SourceSnapshotIdentifier", automated, "TargetSnapshotIdentifier", "Old"}, models.ErrClusterSnapshotAlreadyExists,
			"Old"},
		{copying, from("old"), models.ErrInvalidClusterSnapshotState, "automated"},
		{copying, from(youngAutomated), models.ErrInvalidClusterSnapshotState, "available"},
		{copying, from(automated, "SourceSnapshotClusterIdentifier", "missing"), models.ErrClusterNotFound, "missing"},
		{copying, from(automated, "SourceSnapshotClusterIdentifier", "busy"), models.ErrClusterSnapshotNotFound, automated},
		{copying, from(automated, "ManualSnapshotRetentionPeriod", "0"), models.ErrInvalidRetentionPeriodFault, "0"},

		{authorize, []string{"SnapshotIdentifier", "old"}, "MissingParameter", "AccountWithRestoreAccess"},
		{authorize, share(), "MissingParameter", "SnapshotIdentifier or SnapshotArn"},
		{authorize, share("SnapshotIdentifier", "old", "SnapshotArn", "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/old"),
			"InvalidParameterCombination", "together"},
		{authorize, share("SnapshotArn", "old"), "InvalidParameterValue", "SnapshotArn"},
		{authorize, share("SnapshotArn", "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/missing"),
			models.ErrClusterSnapshotNotFound, "missing"},
		{authorize, share("SnapshotIdentifier", "missing"), models.ErrClusterSnapshotNotFound, "missing"},
		{authorize, share("SnapshotIdentifier", "old", "SnapshotClusterIdentifier", "busy"), models.ErrClusterSnapshotNotFound, "old"},
		{authorize, share("SnapshotIdentifier", automated), models.ErrInvalidClusterSnapshotState, "manual"},
		{authorize, share("SnapshotIdentifier", "young"), models.ErrInvalidClusterSnapshotState, "available"},
		{authorize, []string{"SnapshotIdentifier", "old", "AccountWithRestoreAccess", partner}, models.ErrAuthorizationAlreadyExists, partner},
		{authorize, []string{"SnapshotIdentifier", "old", "AccountWithRestoreAccess", ownAccount}, "InvalidParameterValue", "owns"},
		{authorize, []string{"SnapshotIdentifier", "old", "AccountWithRestoreAccess", "somebody"}, "InvalidParameterValue", "somebody"},

		{revoke, withdraw(), "MissingParameter", "SnapshotIdentifier or SnapshotArn"},
		{revoke, []string{"SnapshotIdentifier", "old"}, "MissingParameter", "AccountWithRestoreAccess"},
		{revoke, withdraw("SnapshotIdentifier", "old", "SnapshotArn", oldARN), "InvalidParameterCombination", "together"},
		{revoke, withdraw("SnapshotArn", "old"), "InvalidParameterValue", "SnapshotArn"},
		{revoke, withdraw("SnapshotArn", goneARN), models.ErrClusterSnapshotNotFound, "missing"},
		{revoke, withdraw("SnapshotArn", "arn:aws:redshift:us-east-1:210987654321:snapshot:analytics/old"), models.ErrAccessToSnapshotDenied,
			partner},
		{revoke, withdraw("SnapshotIdentifier", "missing"), models.ErrClusterSnapshotNotFound, "missing"},
		{revoke, withdraw("SnapshotIdentifier", "old", "SnapshotClusterIdentifier", "busy"), models.ErrClusterSnapshotNotFound, "old"},
		{revoke, withdraw("SnapshotIdentifier", "ancient"), models.ErrAuthorizationNotFound, partner},
		{revoke, []string{"SnapshotIdentifier", "old", "AccountWithRestoreAccess", "111122223333"}, models.ErrAuthorizationNotFound,
			"111122223333"},
		{revoke, []string{"SnapshotIdentifier", "old", "AccountWithRestoreAccess", "somebody"}, "InvalidParameterValue", "somebody"},

		{deleting, nil, "MissingParameter", "SnapshotIdentifier"},
		{deleting, []string{"SnapshotIdentifier", "missing"}, models.ErrClusterSnapshotNotFound, "missing"},
		{deleting, []string{"SnapshotIdentifier", "ancient", "SnapshotClusterIdentifier", "busy"}, models.ErrClusterSnapshotNotFound, "ancient"},
		{deleting, []string{"SnapshotIdentifier", automated}, models.ErrInvalidClusterSnapshotState,
			"Cannot delete the snapshot " + automated + " because only manual snapshots may be deleted"},
		{deleting, []string{"SnapshotIdentifier", "young"}, models.ErrInvalidClusterSnapshotState, "creating"},
		{deleting, []string{"SnapshotIdentifier", "old"}, models.ErrInvalidClusterSnapshotState, "Revoke"},

		{modify, nil, "MissingParameter", "SnapshotIdentifier"},
		{modify, []string{"SnapshotIdentifier", "missing"}, models.ErrClusterSnapshotNotFound, "missing"},
		{modify, []string{"SnapshotIdentifier", automated}, models.ErrInvalidClusterSnapshotState, "manual"},
		{modify, []string{"SnapshotIdentifier", "young", "ManualSnapshotRetentionPeriod", "7"}, models.ErrInvalidClusterSnapshotState,
			"available"},
		{modify, []string{"SnapshotIdentifier", "old", "ManualSnapshotRetentionPeriod", "0"}, models.ErrInvalidRetentionPeriodFault, "3653"},
		{modify, []string{"SnapshotIdentifier", "old", "ManualSnapshotRetentionPeriod", "3654"}, models.ErrInvalidRetentionPeriodFault, "3654"},
		{modify, []string{"SnapshotIdentifier", "ancient", "ManualSnapshotRetentionPeriod", "2"}, models.ErrInvalidRetentionPeriodFault,
			"2 days"},
		{modify, []string{"SnapshotIdentifier", "ancient", "ManualSnapshotRetentionPeriod", "2", "Force", "false"},
			models.ErrInvalidRetentionPeriodFault, "Force"},
		{modify, []string{"SnapshotIdentifier", "old", "ManualSnapshotRetentionPeriod", "1", "Force", "true"},
			models.ErrInvalidClusterSnapshotState, "Revoke"},
		{modify, []string{"SnapshotIdentifier", "old", "Force", "yes"}, "MalformedInput", "Force"},

		{batchDelete, nil, "MissingParameter", "Identifiers"},
		{batchDelete, []string{"Identifiers.DeleteClusterSnapshotMessage.1.SnapshotClusterIdentifier", "analytics"},
			"MissingParameter", "Identifiers.DeleteClusterSnapshotMessage.1.SnapshotIdentifier"},
		{batchDelete, tooManyToDelete, models.ErrBatchDeleteRequestSizeExceeded, "101"},
		{batchModify, nil, "MissingParameter", "SnapshotIdentifierList"},
		{batchModify, tooManyToModify, models.ErrBatchModifyClusterSnapshotsLimitExceededFault, "101"},
		{batchModify, []string{"SnapshotIdentifierList.String.1", "ancient", "ManualSnapshotRetentionPeriod", "0"},
			models.ErrInvalidRetentionPeriodFault, "3653"},

		{tagging, tagOn("", "k", "v"), "InvalidParameterValue", "ResourceName"},
		{tagging, tagOn("old", "k", "v"), "InvalidParameterValue", "ResourceName"},
		{tagging, []string{"ResourceName", oldARN}, "MissingParameter", "Tags.Tag"},
		{tagging, tagOn(goneARN, "k", "v"), models.ErrResourceNotFoundFault, "missing"},
		{tagging, tagOn("arn:aws:redshift:eu-west-1:123456789012:snapshot:analytics/old", "k", "v"), models.ErrResourceNotFoundFault,
			"eu-west-1"},
		{tagging, tagOn(busyARN, "k", "v"), models.ErrInvalidClusterState, "resizing"},
		{tagging, tagOn(oldARN, "a;b", "v"), models.ErrInvalidTagFault, "a;b"},
		{tagging, tagOn(oldARN, "aws:k", "v"), models.ErrInvalidTagFault, "reserved"},
		{tagging, moreTags, models.ErrTagLimitExceededFault, "50"},
		{untagging, []string{"ResourceName", oldARN}, "MissingParameter", "TagKeys"},
		{untagging, []string{"ResourceName", "old", "TagKeys.TagKey.1", "k"}, "InvalidParameterValue", "ResourceName"},
		{untagging, []string{"ResourceName", goneARN, "TagKeys.TagKey.1", "k"}, models.ErrResourceNotFoundFault, "missing"},
		{untagging, []string{"ResourceName", oldARN, "TagKeys.TagKey.1", ""}, models.ErrInvalidTagFault, "1 to 128"},
		{untagging, []string{"ResourceName", oldARN, "TagKeys.TagKey.1", "aws:k"}, models.ErrInvalidTagFault, "reserved"},
		{tagsOf, []string{"ResourceName", goneARN}, models.ErrResourceNotFoundFault, "missing"},
		{tagsOf, []string{"ResourceName", "old"}, "InvalidParameterValue", "ResourceName"},
		{tagsOf, []string{"ResourceName", oldARN, "ResourceType", "Snapshot"}, "InvalidParameterCombination", "ResourceType"},
		{tagsOf, []string{"ResourceName", oldARN, "MaxRecords", "10"}, "InvalidParameterCombination", "MaxRecords"},
		{tagsOf, []string{"ResourceName", oldARN, "Marker", "x"}, "InvalidParameterCombination", "Marker"},
		{tagsOf, []string{"ResourceType", "Bucket"}, "InvalidParameterValue", "Bucket"},
		{tagsOf, []string{"MaxRecords", "9"}, "InvalidParameterValue", "between 10 and 50"},
		{tagsOf, []string{"MaxRecords", "51"}, "InvalidParameterValue", "51"},
		{tagsOf, []string{"Marker", "x"}, "InvalidParameterValue", "Marker"},
		{tagsOf, []string{"TagKeys.TagKey.1", "a;b"}, models.ErrInvalidTagFault, "a;b"},
		{tagsOf, []string{"TagValues.TagValue.1", "a;b"}, models.ErrInvalidTagFault, "a;b"},

		{describe, []string{"SnapshotIdentifier", "missing"}, models.ErrClusterSnapshotNotFound, "missing"},
		{describe, []string{"SnapshotIdentifier", "old", "ClusterIdentifier", "busy"}, "InvalidParameterCombination", "together"},
		{describe, []string{"SnapshotIdentifier", "old", "ClusterIdentifier", "analytics"}, "InvalidParameterCombination", "together"},
		{describe, []string{"SnapshotIdentifier", "missing", "ClusterIdentifier", "analytics"}, "InvalidParameterCombination", "together"},
		{describe, []string{"SnapshotIdentifier", "old", "OwnerAccount", partner}, models.ErrClusterSnapshotNotFound, "old"},
		{describe, []string{"SnapshotArn", "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/missing"},
			models.ErrClusterSnapshotNotFound, "missing"},
		{describe, []string{"SnapshotArn", "old"}, "InvalidParameterValue", "SnapshotArn"},
		{describe, []string{"SnapshotArn", "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/old", "SnapshotIdentifier", "old"},
			"InvalidParameterCombination", "together"},
		{describe, []string{"ClusterExists", "true", "ClusterIdentifier", "missing"}, models.ErrClusterNotFound, "missing"},
		{describe, []string{"ClusterExists", "true"}, "InvalidParameterCombination", "ClusterIdentifier"},
		{describe, []string{"MaxRecords", "19"}, "InvalidParameterValue", "19"},
		{describe, []string{"MaxRecords", "101"}, "InvalidParameterValue", "101"},
		{describe, []string{"Marker", "not base64!"}, "InvalidParameterValue", "Marker"},
		{describe, []string{"Marker", "bm90IEpTT04"}, "InvalidParameterValue", "Marker"},
		{describe, []string{"OwnerAccount", "me"}, "InvalidParameterValue", "OwnerAccount"},
		{describe, []string{"SnapshotType", "Manual"}, "InvalidParameterValue", "SnapshotType"},
		{describe, []string{"TagKeys.TagKey.1", "a;b"}, models.ErrInvalidTagFault, "a;b"},
		{describe, []string{"TagValues.TagValue.1", "a;b"}, models.ErrInvalidTagFault, "a;b"},
		{describe, []string{"SortingEntities.SnapshotSortingEntity.1.SortOrder", "ASC"},
			"MissingParameter", "SortingEntities.SnapshotSortingEntity.1.Attribute"},
		{describe, []string{"SortingEntities.SnapshotSortingEntity.1.Attribute", "AGE"}, "InvalidParameterValue", "AGE"},
		{describe, []string{"SortingEntities.SnapshotSortingEntity.1.Attribute", "CREATE_TIME",
			"SortingEntities.SnapshotSortingEntity.1.SortOrder", "asc"}, "InvalidParameterValue", "asc"},
	}

	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{HSMClientCertificates: []string{"known"}}})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "busy", Status: "resizing"}); err != nil {
		t.Fatal(err)
	}
	if _, err := fake.AddAutomatedSnapshot("analytics", start.Add(-90*60e9)); err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "ancient", "old")
	fake.Advance(48 * 3600e9)
	must(t, fake, tagging, tagOn(oldARN, "k", "v")...)
	must(t, fake, authorize, "SnapshotIdentifier", "old", "AccountWithRestoreAccess", partner)
	refusals = slices.Concat(refusals, clusterRefusals(), scheduleRefusals(), nodeRefusals())
	prepareClusters(t, fake)
	must(t, fake, creating, "ClusterIdentifier", "analytics", "SnapshotIdentifier", "young")
	if _, err := fake.AddAutomatedSnapshot("analytics", fake.Now().Add(-60e9)); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "ModifyClusterSnapshotSchedule", "ClusterIdentifier", "sealed", "ScheduleIdentifier", "hourly")
	before, clustersBefore := fake.Snapshots(), stableLines(must(t, fake, "DescribeClusters").Body)

	for _, refusal := range refusals {
		got := do(t, fake, refusal.operation, refusal.parameters...)
		if status := contract.StatusOf(refusal.code); got.Status != status || got.Code != string(refusal.code) ||
			!strings.Contains(got.Message, refusal.message) || got.Type != "Sender" {
			t.Errorf("%s %.200q\nreturned %d\n%s\nwant %d %s with %q in the message",
				refusal.operation, refusal.parameters, got.Status, got.Body, status, refusal.code, refusal.message)
		}
	}
	if after := fake.Snapshots(); !reflect.DeepEqual(after, before) {
		t.Errorf("the refused calls changed the snapshots from\n%v\nto\n%v", before, after)
	}

	if after := stableLines(must(t, fake, "DescribeClusters").Body); !slices.Equal(after, clustersBefore) {
		t.Errorf("the refused calls changed the clusters from\n%q\nto\n%q", clustersBefore, after)
	}

	// A handler must return each error that the contract documents for its operation. Operations without hand-written handlers have
	// other tests. TestConfigurationErrors makes the calls of configurationRefusals.
	refusals = append(refusals, configurationRefusals()...)
	for _, operation := range contract.Operations() {
		if !redshifttest.Handled(operation) {
			continue
		}
		for _, code := range operation.Errors {
			provoked := slices.ContainsFunc(refusals, func(r refusedCall) bool { return r.operation == operation.Name && r.code == code })
			elsewhere := slices.Concat(onlyInjected, quotaErrors, configurationQuotas, withoutState)
			if operation.Name == "RestoreFromClusterSnapshot" {
				elsewhere = append(elsewhere, restoreCodesWithoutState...)
			}
			elsewhere = append(elsewhere, lifecycleCodes(operation.Name)...)
			if !provoked && !slices.Contains(elsewhere, code) {
				t.Errorf("the contract documents %s with %s, but no call in this test returns it", operation.Name, code)
			}
		}
	}
}

// quotaErrors are the codes that TestQuotas and TestRestoreQuotas check.
var quotaErrors = []awsquery.ErrorCode{
	models.ErrAuthorizationQuotaExceeded,
	models.ErrClusterQuotaExceeded,
	models.ErrClusterSnapshotQuotaExceeded,
	models.ErrInProgressTableRestoreQuotaExceededFault,
	models.ErrNumberOfNodesQuotaExceeded,
	models.ErrSnapshotCopyGrantQuotaExceededFault,
	models.ErrSnapshotScheduleQuotaExceeded,
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		quotas    redshifttest.Quotas
		snapshots int
		accounts  int
	}{
		"Amazon's": {redshifttest.Quotas{}, 20, 20},
		"own":      {redshifttest.Quotas{ManualSnapshots: 2, AccountsPerSnapshot: 3}, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{Quotas: test.quotas})
			automated, err := fake.AddAutomatedSnapshot("analytics", start.Add(-60*60e9))
			if err != nil {
				t.Fatal(err)
			}
			for i := range test.snapshots {
				createSnapshots(t, fake, fmt.Sprintf("s%d", i))
			}
			for i := range test.accounts {
				must(t, fake, "AuthorizeSnapshotAccess",
					"SnapshotIdentifier", "s0", "AccountWithRestoreAccess", fmt.Sprint(int64(111122223333)+int64(i)))
			}
			for operation, refused := range map[string]struct {
				code       awsquery.ErrorCode
				parameters []string
			}{
				"CreateClusterSnapshot": {models.ErrClusterSnapshotQuotaExceeded,
					[]string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", "more"}},
				"CopyClusterSnapshot": {models.ErrClusterSnapshotQuotaExceeded,
					[]string{"SourceSnapshotIdentifier", automated.SnapshotIdentifier, "TargetSnapshotIdentifier", "more"}},
				"AuthorizeSnapshotAccess": {models.ErrAuthorizationQuotaExceeded,
					[]string{"SnapshotIdentifier", "s0", "AccountWithRestoreAccess", "amazon-redshift-support"}},
			} {
				if got := do(t, fake, operation, refused.parameters...); got.Code != string(refused.code) || got.Status != http.StatusBadRequest {
					t.Errorf("%s = %d %s, want %s", operation, got.Status, got.Code, refused.code)
				}
			}
			// If the call that used up the quota is repeated, the error must be that the resource exists, not the quota.
			if got := do(t, fake, "CreateClusterSnapshot",
				"ClusterIdentifier", "analytics", "SnapshotIdentifier", "s0"); got.Code != "ClusterSnapshotAlreadyExists" {
				t.Errorf("a repeated CreateClusterSnapshot returned %s", got.Code)
			}
			if got := do(t, fake, "AuthorizeSnapshotAccess",
				"SnapshotIdentifier", "s0", "AccountWithRestoreAccess", "111122223333"); got.Code != "AuthorizationAlreadyExists" {
				t.Errorf("a repeated AuthorizeSnapshotAccess returned %s", got.Code)
			}
		})
	}

	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{ManualSnapshots: -1, Tags: -1}})
	if got := do(t, fake, "CreateClusterSnapshot",
		"ClusterIdentifier", "analytics", "SnapshotIdentifier", "a"); got.Code != "ClusterSnapshotQuotaExceeded" {
		t.Errorf("a negative quota of snapshots returned %s", got.Code)
	}
	if got := do(t, fake, "CreateClusterSnapshot",
		"ClusterIdentifier", "analytics", "SnapshotIdentifier", "a", "Tags.Tag.1.Key", "k"); got.Code != "TagLimitExceededFault" {
		t.Errorf("a negative quota of tags returned %s", got.Code)
	}
}

// TestForm sends requests with other methods, versions, bodies and paths.
func TestForm(t *testing.T) {
	t.Parallel()
	const described = "Action=DescribeClusterSnapshots&Version=2012-12-01"
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
	for name, test := range map[string]struct {
		method, target, body string
		header               http.Header
		status               int
		code                 string
	}{
		"posted":         {"POST", "/", described, form, 200, ""},
		"query and form": {"POST", "/?Action=DescribeClusterSnapshots", "Version=2012-12-01", form, 200, ""},
		"no version":     {"GET", "/?Action=DescribeClusterSnapshots", "", nil, 400, "InvalidAction"},
		"other version":  {"GET", "/?Action=DescribeClusterSnapshots&Version=2012-12-02", "", nil, 400, "InvalidAction"},
		"JSON": {"POST", "/", `{"Action":"DescribeClusterSnapshots"}`, http.Header{"Content-Type": {"application/json"}}, 400,
			"MalformedInput"},
		"no content type": {"POST", "/", described, nil, 400, "MalformedInput"},
		"broken form":     {"POST", "/", described + "&Marker=%zz", form, 404, "MalformedQueryString"},
		"form in a GET":   {"GET", "/", described, form, 400, "MissingAction"},
		"too long":        {"POST", "/", described + "&Marker=" + strings.Repeat("x", 1<<20), form, 413, "RequestEntityTooLarge"},
		"other path":      {"GET", "/snapshots?" + described, "", nil, 404, "UnknownOperationException"},
		"other method":    {"PUT", "/?" + described, "", nil, 405, "UnknownOperationException"},
		"empty list":      {"GET", "/?" + described + "&TagKeys=", "", nil, 200, ""},
		"wrong item name": {"GET", "/?" + described + "&TagKeys.member.1=a%3Bb", "", nil, 200, ""},
		"unknown member": {"GET", "/?" + described + "&SortingEntities.SnapshotSortingEntity.1.Attribute=CREATE_TIME" +
			"&SortingEntities.SnapshotSortingEntity.1.Colour=x", "", nil, 200, ""},
		"string as a list":  {"GET", "/?" + described + "&TagKeys.TagKey.1.Key=a%3Bb", "", nil, 200, ""},
		"time with offset":  {"GET", "/?" + described + "&StartTime=2026-11-23T10%3A00%3A00%2B01%3A00", "", nil, 200, ""},
		"time of boto3":     {"GET", "/?" + described + "&StartTime=2026-11-23T10%3A00%3A00.567891Z", "", nil, 200, ""},
		"nanoseconds":       {"GET", "/?" + described + "&StartTime=2026-11-23T10%3A00%3A00.567891234", "", nil, 400, "InvalidParameterValue"},
		"time without zone": {"GET", "/?" + described + "&StartTime=2026-11-23T10%3A00%3A00.5", "", nil, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			request, err := http.NewRequestWithContext(t.Context(), test.method, "http://localhost"+test.target, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			maps.Copy(request.Header, test.header)
			sign(t, request, fake.Credentials(), fake.Now())
			got := send(t, fake.Transport(), request)
			if got.Status != test.status || got.Code != test.code {
				t.Errorf("got %d %s\n%s", got.Status, got.Code, got.Body)
			}
		})
	}

	t.Run("broken query", func(t *testing.T) {
		t.Parallel()
		fake := newFake(t, redshifttest.Options{DisableSignatureCheck: true})
		request := unsignedRequest(t, "DescribeClusterSnapshots")
		request.URL.RawQuery += "&Marker=%zz"
		if got := send(t, fake.Transport(), request); got.Code != "MalformedQueryString" || got.Status != http.StatusNotFound {
			t.Errorf("got %d %s", got.Status, got.Code)
		}
	})
}
