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

// badInput is a call that can only fail.
type badInput struct {
	name string
	call func(context.Context, *redshift.Client) (any, error)
	// The code that Redshift refuses it with; empty where the client refuses it before anything is sent.
	code awsquery.ErrorCode
	// What the error has to name.
	names string
}

// bad makes a call of an operation's method and parameters.
func bad[Params, Result any](name string, operation func(*redshift.Client, context.Context, *Params, ...redshift.Option) (*Result, error), params *Params, code awsquery.ErrorCode, names string) badInput {
	return badInput{name, func(ctx context.Context, client *redshift.Client) (any, error) { return operation(client, ctx, params) }, code, names}
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
		bad("identifier with a line end", createIt, named("a\nb"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier with a NUL", createIt, named("a\x00b"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier that breaks out", createIt, named("a&Action=DeleteClusterSnapshot"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier that is no UTF-8", createIt, named("a\xff"), "InvalidParameterValue", "SnapshotIdentifier"),
		bad("identifier that is there", createIt, named("NIGHTLY"), models.ErrClusterSnapshotAlreadyExists, "NIGHTLY"),
		bad("cluster that is not there", createIt, &create{ClusterIdentifier: "missing", SnapshotIdentifier: "new"}, models.ErrClusterNotFound, "missing"),

		bad("retention of no days", createIt, kept(0), models.ErrInvalidRetentionPeriodFault, "3653"),
		bad("retention below -1", createIt, kept(-2), "", "ManualSnapshotRetentionPeriod"),
		bad("retention too long", createIt, kept(3654), "", "ManualSnapshotRetentionPeriod"),
		bad("retention that is absurd", createIt, kept(math.MaxInt), "", "ManualSnapshotRetentionPeriod"),
		bad("retention of another's snapshot", modifyIt, &modify{SnapshotIdentifier: "theirs", ManualSnapshotRetentionPeriod: new(7)}, models.ErrClusterSnapshotNotFound, "theirs"),
		bad("retention that is over", modifyIt, &modify{SnapshotIdentifier: "ancient", ManualSnapshotRetentionPeriod: new(1)}, models.ErrInvalidRetentionPeriodFault, "ancient"),
		bad("retention of nothing", modifyIt, nil, "", "SnapshotIdentifier"),

		bad("tag without a key", createIt, tagged(models.Tag{Value: "v"}), "", "Tags.Tag.1.Key"),
		bad("second tag without a key", createIt, tagged(models.Tag{Key: "k"}, models.Tag{Value: "v"}), "", "Tags.Tag.2.Key"),
		bad("tag with a long key", createIt, tagged(models.Tag{Key: long[:129]}), "", "Tags.Tag.1.Key"),
		bad("tag with a long value", createIt, tagged(models.Tag{Key: "k", Value: long + "a"}), "", "Tags.Tag.1.Value"),
		bad("tag with a reserved key", createIt, tagged(models.Tag{Key: "aws:k"}), models.ErrInvalidTagFault, "aws:"),
		bad("tag with a strange character", createIt, tagged(models.Tag{Key: "k;"}), models.ErrInvalidTagFault, "k;"),
		bad("tag with a strange value", createIt, tagged(models.Tag{Key: "k", Value: "a\tb"}), models.ErrInvalidTagFault, "value"),
		bad("tags with the same key", createIt, tagged(models.Tag{Key: "k"}, models.Tag{Key: "k"}), models.ErrInvalidTagFault, "twice"),
		bad("too many tags", createIt, tagged(many...), models.ErrTagLimitExceededFault, "50"),
		bad("tags of nothing", tagIt, &tags{Tags: []models.Tag{{Key: "k"}}}, "", "ResourceName"),
		bad("no tags", tagIt, &tags{ResourceName: nightlyARN}, "", "Tags.Tag"),
		bad("tags of what is no ARN", tagIt, &tags{ResourceName: "nightly", Tags: []models.Tag{{Key: "k"}}}, "InvalidParameterValue", "ResourceName"),
		bad("tags of what is not there", tagIt, &tags{ResourceName: nightlyARN + "x", Tags: []models.Tag{{Key: "k"}}}, models.ErrResourceNotFoundFault, "nightlyx"),
		bad("no keys to delete", (*redshift.Client).DeleteTags, &redshift.DeleteTagsParams{ResourceName: nightlyARN, TagKeys: []string{}}, "", "TagKeys"),

		bad("copy of nothing", copyIt, &copying{TargetSnapshotIdentifier: "kept"}, "", "SourceSnapshotIdentifier"),
		bad("copy to nothing", copyIt, &copying{SourceSnapshotIdentifier: "nightly"}, "", "TargetSnapshotIdentifier"),
		bad("copy of a manual one", copyIt, &copying{SourceSnapshotIdentifier: "nightly", TargetSnapshotIdentifier: "kept"}, models.ErrInvalidClusterSnapshotState, "automated"),
		bad("copy of what is not there", copyIt, &copying{SourceSnapshotIdentifier: "missing", TargetSnapshotIdentifier: "kept"}, models.ErrClusterSnapshotNotFound, "missing"),

		bad("access for nobody", authorized, shared(""), "", "AccountWithRestoreAccess"),
		bad("access for what is no account", authorized, shared("12345"), "InvalidParameterValue", "AccountWithRestoreAccess"),
		bad("access for oneself", authorized, shared("123456789012"), "InvalidParameterValue", "AccountWithRestoreAccess"),
		bad("access to two", authorized, &authorize{SnapshotIdentifier: "nightly", SnapshotArn: nightlyARN, AccountWithRestoreAccess: friend}, "InvalidParameterCombination", "SnapshotArn"),
		bad("access to nothing", authorized, &authorize{AccountWithRestoreAccess: friend}, "MissingParameter", "SnapshotIdentifier"),
		bad("access twice", authorized, &authorize{SnapshotIdentifier: "shared", AccountWithRestoreAccess: friend}, models.ErrAuthorizationAlreadyExists, friend),

		bad("pages too small", describeIt, &describe{MaxRecords: new(19)}, "", "MaxRecords"),
		bad("pages too large", describeIt, &describe{MaxRecords: new(101)}, "", "MaxRecords"),
		bad("a Marker of nobody", describeIt, &describe{Marker: "x"}, "InvalidParameterValue", "Marker"),
		bad("existence of no cluster", describeIt, &describe{ClusterExists: new(true)}, "InvalidParameterCombination", "ClusterIdentifier"),
		bad("two names", describeIt, &describe{SnapshotIdentifier: "nightly", SnapshotArn: nightlyARN}, "InvalidParameterCombination", "SnapshotArn"),
		bad("a type of no snapshot", describeIt, &describe{SnapshotType: "weekly"}, "InvalidParameterValue", "SnapshotType"),
		bad("order by nothing", describeIt, &describe{SortingEntities: []models.SnapshotSortingEntity{{SortOrder: models.SortByOrderAsc}}}, "", "SortingEntities.SnapshotSortingEntity.1.Attribute"),
		bad("order by something else", describeIt, &describe{SortingEntities: []models.SnapshotSortingEntity{{Attribute: "AGE"}}}, "InvalidParameterValue", "AGE"),
		bad("time that cannot be sent", describeIt, &describe{StartTime: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}, "", "StartTime"),

		bad("restore to nothing", restoreIt, &restore{SnapshotIdentifier: "nightly"}, "", "ClusterIdentifier"),
		bad("restore in upper case", restoreIt, restored(func(p *restore) { p.ClusterIdentifier = "New" }), "InvalidParameterValue", "ClusterIdentifier"),
		bad("restore over a cluster", restoreIt, restored(func(p *restore) { p.ClusterIdentifier = "analytics" }), models.ErrClusterAlreadyExists, "analytics"),
		bad("restore of nothing", restoreIt, restored(func(p *restore) { p.SnapshotIdentifier = "" }), "MissingParameter", "SnapshotIdentifier"),
		bad("restore to a strange port", restoreIt, restored(func(p *restore) { p.Port = new(5000) }), "InvalidParameterValue", "Port"),
		bad("restore to no nodes", restoreIt, restored(func(p *restore) { p.NumberOfNodes = new(0) }), "InvalidParameterValue", "NumberOfNodes"),
		bad("restore to other nodes", restoreIt, restored(func(p *restore) { p.NodeType = "dc2.large" }), models.ErrInvalidRestore, "dc2.large"),
		bad("restore without its owner", restoreIt, restored(func(p *restore) { p.SnapshotIdentifier = "theirs" }), models.ErrClusterSnapshotNotFound, "OwnerAccount"),

		bad("batch of nothing", (*redshift.Client).BatchDeleteClusterSnapshots, nil, "", "Identifiers"),
		bad("batch with a blank", (*redshift.Client).BatchDeleteClusterSnapshots, &redshift.BatchDeleteClusterSnapshotsParams{Identifiers: make([]models.DeleteClusterSnapshotMessage, 1)}, "", "Identifiers.DeleteClusterSnapshotMessage.1.SnapshotIdentifier"),
		bad("batch too large", (*redshift.Client).BatchDeleteClusterSnapshots, &redshift.BatchDeleteClusterSnapshotsParams{Identifiers: make([]models.DeleteClusterSnapshotMessage, 101)}, "", "Identifiers"),
		bad("schedule of nothing", (*redshift.Client).CreateSnapshotSchedule, &redshift.CreateSnapshotScheduleParams{ScheduleIdentifier: "new"}, models.ErrInvalidSchedule, "definition"),
		bad("schedule for no cluster", (*redshift.Client).ModifyClusterSnapshotSchedule, nil, "", "ClusterIdentifier"),
		bad("copies to nowhere", (*redshift.Client).EnableSnapshotCopy, &redshift.EnableSnapshotCopyParams{ClusterIdentifier: "analytics", DestinationRegion: "atlantis"}, models.ErrUnknownSnapshotCopyRegionFault, "atlantis"),
		bad("copies for no time", (*redshift.Client).EnableSnapshotCopy, &redshift.EnableSnapshotCopyParams{ClusterIdentifier: "analytics", DestinationRegion: "us-west-2", RetentionPeriod: new(0)}, "", "RetentionPeriod"),
		bad("grant in upper case", (*redshift.Client).CreateSnapshotCopyGrant, &redshift.CreateSnapshotCopyGrantParams{SnapshotCopyGrantName: "New"}, "InvalidParameterValue", "SnapshotCopyGrantName"),
	}
}

// TestBadInput: each is a clear error that names what is wrong, from the client where it can know and otherwise
// Redshift's own; nothing changes, nothing is repeated, nothing panics.
func TestBadInput(t *testing.T) {
	t.Parallel()
	all := badInputs()
	if len(all) < 60 {
		t.Errorf("there are %d cases", len(all))
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		before := w.state(t)
		for _, test := range all {
			sent := len(w.fake.Requests())
			_, err := test.call(t.Context(), w.client)
			requests := len(w.fake.Requests()) - sent
			if err == nil {
				t.Errorf("%s: there is no error", test.name)

				continue
			}
			var (
				invalid *awsquery.ValidationError
				refused *awsquery.Error
			)
			switch {
			case test.code == "" && (!errors.As(err, &invalid) && !strings.Contains(err.Error(), "outside the years") || requests != 0):
				t.Errorf("%s: %d requests, and the error %T %v", test.name, requests, err, err)
			case test.code != "" && (!errors.As(err, &refused) || refused.Code != test.code || requests != 1):
				t.Errorf("%s: %d requests, and the error %T %v, not %s", test.name, requests, err, err, test.code)
			}
			if !strings.Contains(err.Error(), test.names) {
				t.Errorf("%s: the error does not name %s: %v", test.name, test.names, err)
			}
		}
		if after := w.state(t); after != before {
			t.Errorf("it changed\n%s\nto\n%s", before, after)
		}
	})
}

// TestCallsThatCannotBeMade: a context that has ended, and clients that nobody made.
func TestCallsThatCannotBeMade(t *testing.T) {
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
					t.Errorf("%s with the client %v: %v, want %s", name, client, err, want)
				}
			}
		}
		if requests := len(w.fake.Requests()) - sent; requests != 0 {
			t.Errorf("%d requests were sent", requests)
		}
	})
}
