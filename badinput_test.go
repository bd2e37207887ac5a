package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// badInput is a call that must fail.
type badInput struct {
	name string
	call func(context.Context, *redshift.Client) (any, error)
	// code is the code that Redshift returns. It is empty if the client refuses the call before it sends anything.
	code awsquery.ErrorCode
	// names is a text that the error must contain.
	names string
}

// bad returns a badInput for a method and its parameters.
func bad[Params, Result any](name string, operation func(*redshift.Client, context.Context, *Params, ...redshift.Option) (*Result, error), params *Params, code awsquery.ErrorCode, names string) badInput {
	return badInput{
		name:  name,
		call:  func(ctx context.Context, client *redshift.Client) (any, error) { return operation(client, ctx, params) },
		code:  code,
		names: names,
	}
}

func badInputs() []badInput {
	type (
		create    = redshift.CreateClusterSnapshotParams
		copying   = redshift.CopyClusterSnapshotParams
		authorize = redshift.AuthorizeSnapshotAccessParams
		modify    = redshift.ModifyClusterSnapshotParams
		restore   = redshift.RestoreFromClusterSnapshotParams
		describe  = redshift.DescribeClusterSnapshotsParams
		tags      = redshift.CreateTagsParams
	)
	var (
		createIt   = (*redshift.Client).CreateClusterSnapshot
		copyIt     = (*redshift.Client).CopyClusterSnapshot
		authorized = (*redshift.Client).AuthorizeSnapshotAccess
		modifyIt   = (*redshift.Client).ModifyClusterSnapshot
		restoreIt  = (*redshift.Client).RestoreFromClusterSnapshot
		describeIt = (*redshift.Client).DescribeClusterSnapshots
		tagIt      = (*redshift.Client).CreateTags
	)
	long := strings.Repeat("a", 256)
	named := func(identifier string) *create {
		return &create{ClusterIdentifier: "analytics", SnapshotIdentifier: identifier}
	}
	tagged := func(all ...models.Tag) *create {
		return &create{ClusterIdentifier: "analytics", SnapshotIdentifier: "new", Tags: all}
	}
	kept := func(days int) *create {
		return &create{ClusterIdentifier: "analytics", SnapshotIdentifier: "new", ManualSnapshotRetentionPeriod: &days}
	}
	shared := func(account string) *authorize {
		return &authorize{SnapshotIdentifier: "nightly", AccountWithRestoreAccess: account}
	}
	restored := func(change func(*restore)) *restore {
		params := &restore{ClusterIdentifier: "new", SnapshotIdentifier: "nightly"}
		change(params)

		return params
	}
	var many []models.Tag
	for i := range 51 {
		many = append(many, models.Tag{Key: fmt.Sprint(i)})
	}

	return []badInput{
		bad("no parameters", createIt, nil, "", "ClusterIdentifier is required; SnapshotIdentifier is required"),
		bad("empty parameters", createIt, &create{}, "", "SnapshotIdentifier"),
		bad("no cluster", createIt, &create{SnapshotIdentifier: "new"}, "", "ClusterIdentifier"),
		bad("identifier too long", createIt, named(long), "", "SnapshotIdentifier"),
		bad("identifier with a digit first", createIt, named("1st"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier with a hyphen last", createIt, named("a-"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier with two hyphens", createIt, named("a--b"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier with a blank", createIt, named("a b"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier with an umlaut", createIt, named("größe"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier with a colon", createIt, named("rs:a"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier with a newline", createIt, named("a\nb"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier with a NUL", createIt, named("a\x00b"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier with another parameter", createIt, named("a&Action=DeleteClusterSnapshot"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier that is not UTF-8", createIt, named("a\xff"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier that exists", createIt, named("NIGHTLY"), models.ErrClusterSnapshotAlreadyExists, "NIGHTLY"),
		bad("missing cluster", createIt, &create{ClusterIdentifier: "missing", SnapshotIdentifier: "new"}, models.ErrClusterNotFound, "missing"),

		bad("retention of 0 days", createIt, kept(0), models.ErrInvalidRetentionPeriodFault, "3653"),
		bad("retention below -1", createIt, kept(-2), "", "ManualSnapshotRetentionPeriod"),
		bad("retention too long", createIt, kept(3654), "", "ManualSnapshotRetentionPeriod"),
		bad("retention of MaxInt days", createIt, kept(math.MaxInt), "", "ManualSnapshotRetentionPeriod"),
		bad("retention of another account's snapshot", modifyIt, &modify{SnapshotIdentifier: "theirs", ManualSnapshotRetentionPeriod: new(7)}, models.ErrClusterSnapshotNotFound, "theirs"),
		bad("retention shorter than the age", modifyIt, &modify{SnapshotIdentifier: "ancient", ManualSnapshotRetentionPeriod: new(1)}, models.ErrInvalidRetentionPeriodFault, "ancient"),
		bad("retention without a snapshot", modifyIt, nil, "", "SnapshotIdentifier"),

		bad("tag without a key", createIt, tagged(models.Tag{Value: "v"}), "", "Tags.Tag.1.Key"),
		bad("second tag without a key", createIt, tagged(models.Tag{Key: "k"}, models.Tag{Value: "v"}), "", "Tags.Tag.2.Key"),
		bad("tag with a long key", createIt, tagged(models.Tag{Key: long[:129]}), "", "Tags.Tag.1.Key"),
		bad("tag with a long value", createIt, tagged(models.Tag{Key: "k", Value: long + "a"}), "", "Tags.Tag.1.Value"),
		bad("tag with a reserved key", createIt, tagged(models.Tag{Key: "aws:k"}), models.ErrInvalidTagFault, "aws:"),
		bad("tag with a forbidden character in the key", createIt, tagged(models.Tag{Key: "k;"}), models.ErrInvalidTagFault, "k;"),
		bad("tag with a forbidden character in the value", createIt, tagged(models.Tag{Key: "k", Value: "a\tb"}), models.ErrInvalidTagFault, "value"),
		bad("tags with the same key", createIt, tagged(models.Tag{Key: "k"}, models.Tag{Key: "k"}), models.ErrInvalidTagFault, "twice"),
		bad("too many tags", createIt, tagged(many...), models.ErrTagLimitExceededFault, "50"),
		bad("tags without a resource", tagIt, &tags{Tags: []models.Tag{{Key: "k"}}}, "", "ResourceName"),
		bad("no tags", tagIt, &tags{ResourceName: nightlyARN}, "", "Tags.Tag"),
		bad("tags of an invalid ARN", tagIt, &tags{ResourceName: "nightly", Tags: []models.Tag{{Key: "k"}}}, "InvalidParameterValue", "ResourceName"),
		bad("tags of a missing resource", tagIt, &tags{ResourceName: nightlyARN + "x", Tags: []models.Tag{{Key: "k"}}}, models.ErrResourceNotFoundFault, "nightlyx"),
		bad("no keys to delete", (*redshift.Client).DeleteTags, &redshift.DeleteTagsParams{ResourceName: nightlyARN, TagKeys: []string{}}, "", "TagKeys"),

		bad("copy without a source", copyIt, &copying{TargetSnapshotIdentifier: "kept"}, "", "SourceSnapshotIdentifier"),
		bad("copy without a target", copyIt, &copying{SourceSnapshotIdentifier: "nightly"}, "", "TargetSnapshotIdentifier"),
		bad("copy of a manual snapshot", copyIt, &copying{SourceSnapshotIdentifier: "nightly", TargetSnapshotIdentifier: "kept"}, models.ErrInvalidClusterSnapshotState, "automated"),
		bad("copy of a missing snapshot", copyIt, &copying{SourceSnapshotIdentifier: "missing", TargetSnapshotIdentifier: "kept"}, models.ErrClusterSnapshotNotFound, "missing"),

		bad("access without an account", authorized, shared(""), "", "AccountWithRestoreAccess"),
		bad("access for an invalid account", authorized, shared("12345"), "InvalidParameterValue", "AccountWithRestoreAccess"),
		bad("access for the owner", authorized, shared("123456789012"), "InvalidParameterValue", "AccountWithRestoreAccess"),
		bad("access to an identifier and an ARN", authorized, &authorize{SnapshotIdentifier: "nightly", SnapshotArn: nightlyARN, AccountWithRestoreAccess: friend}, "InvalidParameterCombination", "SnapshotArn"),
		bad("access without a snapshot", authorized, &authorize{AccountWithRestoreAccess: friend}, "MissingParameter", "SnapshotIdentifier"),
		bad("access that exists", authorized, &authorize{SnapshotIdentifier: "shared", AccountWithRestoreAccess: friend}, models.ErrAuthorizationAlreadyExists, friend),

		bad("pages too small", describeIt, &describe{MaxRecords: new(19)}, "", "MaxRecords"),
		bad("pages too large", describeIt, &describe{MaxRecords: new(101)}, "", "MaxRecords"),
		bad("unknown Marker", describeIt, &describe{Marker: "x"}, "InvalidParameterValue", "Marker"),
		bad("ClusterExists without a cluster", describeIt, &describe{ClusterExists: new(true)}, "InvalidParameterCombination", "ClusterIdentifier"),
		bad("identifier and ARN", describeIt, &describe{SnapshotIdentifier: "nightly", SnapshotArn: nightlyARN}, "InvalidParameterCombination", "SnapshotArn"),
		bad("unknown snapshot type", describeIt, &describe{SnapshotType: "weekly"}, "InvalidParameterValue", "SnapshotType"),
		bad("sorting without an attribute", describeIt, &describe{SortingEntities: []models.SnapshotSortingEntity{{SortOrder: models.SortByOrderAsc}}}, "", "SortingEntities.SnapshotSortingEntity.1.Attribute"),
		bad("sorting by an unknown attribute", describeIt, &describe{SortingEntities: []models.SnapshotSortingEntity{{Attribute: "AGE"}}}, "InvalidParameterValue", "AGE"),
		bad("time that cannot be sent", describeIt, &describe{StartTime: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}, "", "StartTime"),

		bad("restore without a cluster", restoreIt, &restore{SnapshotIdentifier: "nightly"}, "", "ClusterIdentifier"),
		bad("restore to a name in upper case", restoreIt, restored(func(p *restore) { p.ClusterIdentifier = "New" }), "InvalidParameterValue", "ClusterIdentifier"),
		bad("restore to an existing cluster", restoreIt, restored(func(p *restore) { p.ClusterIdentifier = "analytics" }), models.ErrClusterAlreadyExists, "analytics"),
		bad("restore without a snapshot", restoreIt, restored(func(p *restore) { p.SnapshotIdentifier = "" }), "MissingParameter", "SnapshotIdentifier"),
		bad("restore to an invalid port", restoreIt, restored(func(p *restore) { p.Port = new(5000) }), "InvalidParameterValue", "Port"),
		bad("restore to 0 nodes", restoreIt, restored(func(p *restore) { p.NumberOfNodes = new(0) }), "InvalidParameterValue", "NumberOfNodes"),
		bad("restore to another node type", restoreIt, restored(func(p *restore) { p.NodeType = "dc2.large" }), models.ErrInvalidRestore, "dc2.large"),
		bad("restore without OwnerAccount", restoreIt, restored(func(p *restore) { p.SnapshotIdentifier = "theirs" }), models.ErrClusterSnapshotNotFound, "OwnerAccount"),

		bad("empty batch", (*redshift.Client).BatchDeleteClusterSnapshots, nil, "", "Identifiers"),
		bad("batch with an empty identifier", (*redshift.Client).BatchDeleteClusterSnapshots, &redshift.BatchDeleteClusterSnapshotsParams{Identifiers: make([]models.DeleteClusterSnapshotMessage, 1)}, "", "Identifiers.DeleteClusterSnapshotMessage.1.SnapshotIdentifier"),
		bad("batch too large", (*redshift.Client).BatchDeleteClusterSnapshots, &redshift.BatchDeleteClusterSnapshotsParams{Identifiers: make([]models.DeleteClusterSnapshotMessage, 101)}, "", "Identifiers"),
		bad("schedule without a definition", (*redshift.Client).CreateSnapshotSchedule, &redshift.CreateSnapshotScheduleParams{ScheduleIdentifier: "new"}, models.ErrInvalidSchedule, "definition"),
		bad("schedule without a cluster", (*redshift.Client).ModifyClusterSnapshotSchedule, nil, "", "ClusterIdentifier"),
		bad("copies to an unknown region", (*redshift.Client).EnableSnapshotCopy, &redshift.EnableSnapshotCopyParams{ClusterIdentifier: "analytics", DestinationRegion: "atlantis"}, models.ErrUnknownSnapshotCopyRegionFault, "atlantis"),
		bad("copies with a retention of 0 days", (*redshift.Client).EnableSnapshotCopy, &redshift.EnableSnapshotCopyParams{ClusterIdentifier: "analytics", DestinationRegion: "us-west-2", RetentionPeriod: new(0)}, "", "RetentionPeriod"),
		bad("grant in upper case", (*redshift.Client).CreateSnapshotCopyGrant, &redshift.CreateSnapshotCopyGrantParams{SnapshotCopyGrantName: "New"}, "InvalidParameterValue", "SnapshotCopyGrantName"),
	}
}

// Each call returns an error that names the fault. The client refuses what it can check, and Redshift refuses the rest. Nothing
// changes, nothing is retried, nothing panics.
func TestBadInputReturnsAClearError(t *testing.T) {
	t.Parallel()
	all := badInputs()
	if len(all) < 60 {
		t.Errorf("got %d cases", len(all))
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		before := w.state(t)
		for _, test := range all {
			sent := len(w.fake.Requests())
			_, err := test.call(t.Context(), w.client)
			requests := len(w.fake.Requests()) - sent
			if err == nil {
				t.Errorf("%s: err = nil", test.name)

				continue
			}
			var (
				invalid *awsquery.ValidationError
				refused *awsquery.Error
			)
			switch {
			case test.code == "" && (!errors.As(err, &invalid) && !strings.Contains(err.Error(), "outside the years") || requests != 0):
				t.Errorf("%s: got %d requests and error %T %v, want a validation error and no request", test.name, requests, err, err)
			case test.code != "" && (!errors.As(err, &refused) || refused.Code != test.code || requests != 1):
				t.Errorf("%s: got %d requests and error %T %v, want the code %s", test.name, requests, err, err, test.code)
			}
			if !strings.Contains(err.Error(), test.names) {
				t.Errorf("%s: the error lacks %q: %v", test.name, test.names, err)
			}
		}
		if after := w.state(t); after != before {
			t.Errorf("the calls changed the fake from\n%s\nto\n%s", before, after)
		}
	})
}

// A context that has ended, and clients that New did not make.
func TestCallsWithoutContextOrClientSendNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sent := len(w.fake.Requests())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for name, call := range everyCall(t) {
			for client, want := range map[*redshift.Client]string{
				w.client:             context.Canceled.Error(),
				nil:                  "redshift.New",
				new(redshift.Client): "redshift.New",
			} {
				if _, err := call(ctx, client); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s with the client %v: err = %v, want %s", name, client, err, want)
				}
			}
		}
		if requests := len(w.fake.Requests()) - sent; requests != 0 {
			t.Errorf("got %d requests, want 0", requests)
		}
	})
}
