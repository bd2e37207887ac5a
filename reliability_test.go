package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// reliabilityPage has tables that tests write.
var reliabilityPage = filepath.Join("docs", "reliability.md")

// world is a fake with resources of every kind, in two regions.
type world struct {
	fake   *redshifttest.Fake
	client *redshift.Client
	wrong  time.Duration // how much the client's clock is fast
}

const friend = "210987654321"

// newWorld returns a fake with these resources:
//   - the clusters analytics, drilled (restored) and mirrored (its snapshots are copied to us-west-2)
//   - the manual snapshots nightly (tagged), weekly, shared (the friend may restore it) and ancient (two days old)
//   - an automated snapshot
//   - the grant old, and the schedules old and used (mirrored has it)
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{fake: redshifttest.New(redshifttest.Options{})}
	for _, name := range []string{"analytics", "mirrored"} {
		if err := w.fake.AddCluster(redshifttest.Cluster{Identifier: name}); err != nil {
			t.Fatal(err)
		}
	}
	config := w.fake.Config()
	config.Now = func() time.Time { return w.fake.Now().Add(w.wrong) }
	client, err := redshift.NewWithoutJitter(config)
	if err != nil {
		t.Fatal(err)
	}
	w.client = client
	ctx := t.Context()
	var failed []error
	did := func(_ any, err error) { failed = append(failed, err) }
	did(client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "ancient",
	}))
	w.fake.Advance(48 * time.Hour)
	for _, name := range []string{"nightly", "weekly", "shared"} {
		did(client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: name}))
	}
	w.fake.Advance(redshifttest.DefaultSnapshotDuration)
	did(w.fake.AddAutomatedSnapshot("analytics", time.Time{}))
	did(client.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier: "shared", AccountWithRestoreAccess: friend,
	}))
	did(client.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyParams{ClusterIdentifier: "mirrored", DestinationRegion: "us-west-2"}))
	did(client.CreateSnapshotCopyGrant(ctx, &redshift.CreateSnapshotCopyGrantParams{SnapshotCopyGrantName: "old"}))
	for _, name := range []string{"old", "used"} {
		did(client.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleParams{
			ScheduleIdentifier: name, ScheduleDefinitions: []string{"rate(24 hours)"},
		}))
	}
	did(client.ModifyClusterSnapshotSchedule(ctx, &redshift.ModifyClusterSnapshotScheduleParams{
		ClusterIdentifier: "mirrored", ScheduleIdentifier: "used",
	}))
	did(client.CreateTags(ctx, &redshift.CreateTagsParams{ResourceName: nightlyARN, Tags: []models.Tag{{Key: "old", Value: "1"}}}))
	respondToOthers(t, w.fake)
	createDeclared(t, client)
	did(client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{
		ClusterIdentifier: "drilled", SnapshotIdentifier: "weekly",
	}))
	w.fake.Advance(time.Hour)
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	w.addClusters(t)

	return w
}

const nightlyARN = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/nightly"

// callFunc makes a call.
type callFunc = func(context.Context, *redshift.Client) (any, error)

// changeCalls returns a call of each change. A name with a blank is another case of the same operation.
func changeCalls() map[string]callFunc {
	tags := []models.Tag{{Key: "b", Value: "2"}, {Key: "a", Value: ""}}
	calls := clusterCalls()
	maps.Copy(calls, map[string]callFunc{
		"AuthorizeSnapshotAccess": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{
				SnapshotIdentifier: "nightly", AccountWithRestoreAccess: friend,
			})
		},
		"BatchDeleteClusterSnapshots": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.BatchDeleteClusterSnapshots(ctx, &redshift.BatchDeleteClusterSnapshotsParams{
				Identifiers: redshift.SnapshotIDs("nightly", "shared", "weekly"),
			})
		},
		"BatchModifyClusterSnapshots": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.BatchModifyClusterSnapshots(ctx, &redshift.BatchModifyClusterSnapshotsParams{
				SnapshotIdentifierList: []string{"nightly", "weekly"}, ManualSnapshotRetentionPeriod: new(9),
			})
		},
		"CopyClusterSnapshot": func(ctx context.Context, c *redshift.Client) (any, error) {
			for snapshot, err := range c.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
				SnapshotType: models.SnapshotTypeAutomated,
			}) {
				if err != nil {
					return nil, err
				}

				return c.CopyClusterSnapshot(ctx, &redshift.CopyClusterSnapshotParams{
					SourceSnapshotIdentifier: snapshot.SnapshotIdentifier, TargetSnapshotIdentifier: "kept",
				})
			}

			return nil, errors.New("found no automated snapshot")
		},
		"CreateClusterSnapshot": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
				ClusterIdentifier: "analytics", SnapshotIdentifier: "new", Tags: tags,
			})
		},
		"CreateSnapshotCopyGrant": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.CreateSnapshotCopyGrant(ctx, &redshift.CreateSnapshotCopyGrantParams{SnapshotCopyGrantName: "new", Tags: tags})
		},
		"CreateSnapshotSchedule": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleParams{
				ScheduleIdentifier: "new", ScheduleDefinitions: []string{"cron(0 4 *)"}, Tags: tags,
			})
		},
		"CreateSnapshotSchedule unnamed": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleParams{ScheduleDefinitions: []string{"cron(0 4 *)"}})
		},
		"CreateTags": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.CreateTags(ctx, &redshift.CreateTagsParams{ResourceName: nightlyARN, Tags: tags})
		},
		"DeleteClusterSnapshot": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "nightly"})
		},
		"DeleteSnapshotCopyGrant": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.DeleteSnapshotCopyGrant(ctx, &redshift.DeleteSnapshotCopyGrantParams{SnapshotCopyGrantName: "old"})
		},
		"DeleteSnapshotSchedule": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.DeleteSnapshotSchedule(ctx, &redshift.DeleteSnapshotScheduleParams{ScheduleIdentifier: "old"})
		},
		"DeleteTags": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.DeleteTags(ctx, &redshift.DeleteTagsParams{ResourceName: nightlyARN, TagKeys: []string{"old"}})
		},
		"DisableSnapshotCopy": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.DisableSnapshotCopy(ctx, &redshift.DisableSnapshotCopyParams{ClusterIdentifier: "mirrored"})
		},
		"EnableSnapshotCopy": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyParams{
				ClusterIdentifier: "analytics", DestinationRegion: "us-west-2", RetentionPeriod: new(3),
			})
		},
		"ModifyClusterSnapshot": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifyClusterSnapshot(ctx, &redshift.ModifyClusterSnapshotParams{
				SnapshotIdentifier: "nightly", ManualSnapshotRetentionPeriod: new(9),
			})
		},
		"ModifyClusterSnapshot forced": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifyClusterSnapshot(ctx, &redshift.ModifyClusterSnapshotParams{
				SnapshotIdentifier: "ancient", ManualSnapshotRetentionPeriod: new(1), Force: new(true),
			})
		},
		"BatchModifyClusterSnapshots forced": func(ctx context.Context, c *redshift.Client) (any, error) {
			result, err := c.BatchModifyClusterSnapshots(ctx, &redshift.BatchModifyClusterSnapshotsParams{
				SnapshotIdentifierList: []string{"ancient", "nightly"}, ManualSnapshotRetentionPeriod: new(1), Force: new(true),
			})
			if err == nil && (len(result.Resources) != 2 || len(result.Errors) != 0) {
				err = fmt.Errorf("the batch changed %q, with the errors %v, want 2 changes", result.Resources, result.Errors)
			}

			return result, err
		},
		"ModifySnapshotSchedule used": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifySnapshotSchedule(ctx, &redshift.ModifySnapshotScheduleParams{
				ScheduleIdentifier: "used", ScheduleDefinitions: []string{"cron(0 4 *)"},
			})
		},
		"ModifyClusterSnapshotSchedule away": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifyClusterSnapshotSchedule(ctx, &redshift.ModifyClusterSnapshotScheduleParams{
				ClusterIdentifier: "mirrored", DisassociateSchedule: new(true),
			})
		},
		"ModifyClusterSnapshotSchedule": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifyClusterSnapshotSchedule(ctx, &redshift.ModifyClusterSnapshotScheduleParams{
				ClusterIdentifier: "analytics", ScheduleIdentifier: "used",
			})
		},
		"ModifySnapshotCopyRetentionPeriod": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifySnapshotCopyRetentionPeriod(ctx, &redshift.ModifySnapshotCopyRetentionPeriodParams{
				ClusterIdentifier: "mirrored", RetentionPeriod: 3,
			})
		},
		"ModifySnapshotSchedule": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifySnapshotSchedule(ctx, &redshift.ModifySnapshotScheduleParams{
				ScheduleIdentifier: "old", ScheduleDefinitions: []string{"cron(0 4 *)"},
			})
		},
		"RestoreFromClusterSnapshot": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{
				ClusterIdentifier: "drill", SnapshotIdentifier: "nightly",
			})
		},
		"RestoreTableFromClusterSnapshot": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.RestoreTableFromClusterSnapshot(ctx, &redshift.RestoreTableFromClusterSnapshotParams{
				ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", SourceDatabaseName: "dev", SourceTableName: "a", NewTableName: "b",
			})
		},
		"RevokeSnapshotAccess": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.RevokeSnapshotAccess(ctx, &redshift.RevokeSnapshotAccessParams{SnapshotIdentifier: "shared", AccountWithRestoreAccess: friend})
		},
	})

	return calls
}

// everyCall returns a call of each operation. Operations without a case in changeCalls get their required parameters only.
func everyCall(t *testing.T) map[string]callFunc {
	t.Helper()
	calls := changeCalls()
	maps.Copy(calls, declaredChanges())
	for _, operation := range contract.Operations() {
		if operation.ReadOnly {
			calls[operation.Name] = declaredCall(operation, "old", describedBy(operation)...)
		}
	}
	calls["DescribeResize"] = describeGrowing

	return calls
}

// state lists all resources of the fake, without their times, which depend on the delays.
func (w *world) state(t *testing.T) string {
	t.Helper()
	var lines []string
	add := func(format string, values ...any) { lines = append(lines, fmt.Sprintf(format, values...)) }
	for _, region := range []string{"us-east-1", "us-west-2"} {
		fake := w.fake.InRegion(region)
		client, err := redshift.New(fake.Config())
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range fake.Snapshots() {
			kept := 0
			if one.ManualSnapshotRetentionPeriod != nil {
				kept = *one.ManualSnapshotRetentionPeriod
			}
			name := timeOfSnapshot.ReplaceAllString(one.SnapshotIdentifier, "")
			add("%s snapshot %s %s %s, tags %v, kept %d, shared %v", region, name, one.ClusterIdentifier,
				one.SnapshotType, one.Tags, kept, one.AccountsWithRestoreAccess)
		}
		for one, err := range client.DescribeClustersAll(t.Context(), nil) {
			copying := models.ClusterSnapshotCopyStatus{}
			if one.ClusterSnapshotCopyStatus != nil {
				copying = *one.ClusterSnapshotCopyStatus
			}
			add("%s cluster %s %s, copies %+v %v", region, one.ClusterIdentifier, one.SnapshotScheduleIdentifier, copying, err)
		}
		lines = append(lines, declaredState(t, client)...)
		for one, err := range client.DescribeSnapshotCopyGrantsAll(t.Context(), nil) {
			add("%s grant %+v %v", region, one, err)
		}
		for one, err := range client.DescribeSnapshotSchedulesAll(t.Context(), nil) {
			name := one.ScheduleIdentifier
			if strings.HasPrefix(name, "snapshotschedule-") {
				name = "unnamed"
			}
			add("%s schedule %s %q %v, clusters %d %v", region, name, one.ScheduleDefinitions, one.Tags, *one.AssociatedClusterCount, err)
		}
		for one, err := range client.DescribeTableRestoreStatusAll(t.Context(), nil) {
			add("%s table restore %s %v", region, one.NewTableName, err)
		}
	}

	return strings.Join(append(lines, w.clusterState(t)...), "\n")
}

// fault is a row of the first table.
type fault struct {
	name   string
	faults []redshifttest.Fault
	wrong  time.Duration // how much the client's clock is fast
}

func allFaults() []fault {
	const html = "<html><body><h1>Bad gateway</h1></body></html>"
	one := func(name string, injected redshifttest.Fault) fault {
		return fault{name: name, faults: []redshifttest.Fault{injected}}
	}
	markup := http.Header{"Content-Type": {"text/html"}}

	return []fault{
		{name: "none"},
		{name: "throttled twice", faults: []redshifttest.Fault{{Code: "Throttling"}, {Code: "Throttling"}}},
		{name: "always throttled", faults: slices.Repeat([]redshifttest.Fault{{Code: "RequestLimitExceeded"}}, 5)},
		one("500", redshifttest.Fault{Code: "InternalFailure"}),
		one("500, done", redshifttest.Fault{Code: "InternalFailure", AfterWork: true}),
		one("503, HTML", redshifttest.Fault{Status: 503, Body: html, Header: markup}),
		one("empty", redshifttest.Fault{Status: 200}),
		one("empty, done", redshifttest.Fault{Status: 200, AfterWork: true}),
		one("odd content type", redshifttest.Fault{Header: http.Header{"Content-Type": {";;="}}}),
		one("not XML, done", redshifttest.Fault{Status: 200, Body: "{\"a\": <", AfterWork: true}),
		one("truncated, done", redshifttest.Fault{Truncate: true}),
		one("cut", redshifttest.Fault{Cut: true}),
		one("cut, done", redshifttest.Fault{Cut: true, AfterWork: true}),
		{name: "always cut, done", faults: slices.Repeat([]redshifttest.Fault{{Cut: true, AfterWork: true}}, 5)},
		one("too slow", redshifttest.Fault{Delay: time.Minute}),
		one("too slow, done", redshifttest.Fault{Delay: time.Minute, AfterWork: true}),
		{name: "clock +30 min", wrong: 30 * time.Minute},
		{name: "clock -30 min", wrong: -30 * time.Minute},
		one("redirect", redshifttest.Fault{Status: 307, Header: http.Header{"Location": {"http://192.0.2.1/"}}}),
		one("403, HTML", redshifttest.Fault{Status: 403, Body: html, Header: markup}),
		one("refused", redshifttest.Fault{Code: "LimitExceededFault"}),
	}
}

// withoutFault returns the state of the fake before a call and after it.
func withoutFault(t *testing.T, operation string, call callFunc) (untouched, carriedOut string) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		untouched = w.state(t)
		if _, err := call(t.Context(), w.client); err != nil {
			t.Fatalf("%s() without a fault = %v", operation, err)
		}
		carriedOut = w.state(t)
	})

	return untouched, carriedOut
}

// cell returns the outcome of an operation with a fault. It fails the test if the outcome contradicts the state of the fake.
func (f fault) cell(t *testing.T, operation string, call callFunc, untouched, carriedOut string) string {
	t.Helper()
	var cell string
	inWorld(t, func(t *testing.T, w *world) {
		name, _, _ := strings.Cut(operation, " ")
		before := len(w.fake.Requests())
		w.wrong = f.wrong
		injectNext(t, w.fake, name, f.faults...)
		result, err := call(t.Context(), w.client)
		attempts := 0
		for _, request := range w.fake.Requests()[before:] {
			if request.Operation == name {
				attempts++
			}
		}
		state := w.state(t)
		if w.fake.PendingFaults() > 0 && !errors.As(err, new(*redshift.OutcomeUnknownError)) {
			t.Errorf("%s, %s: %d faults were not used", operation, f.name, w.fake.PendingFaults())
		}
		kind := outcomeKind(err)
		switch {
		case err == nil && state != carriedOut:
			t.Errorf("%s, %s: the call succeeded, but the state is\n%s\nwant\n%s", operation, f.name, state, carriedOut)
		case err == nil && reflect.ValueOf(result).IsNil():
			t.Errorf("%s, %s: the call succeeded without a result", operation, f.name)
		case kind == "unknown" && state != carriedOut && state != untouched:
			t.Errorf("%s, %s: the outcome is unknown, but the state is\n%s\nwant\n%s\nor\n%s", operation, f.name, state, carriedOut, untouched)
		case err != nil && kind != "unknown" && state != untouched:
			t.Errorf("%s, %s: the call failed with %v, but the state is\n%s\nwant\n%s", operation, f.name, err, state, untouched)
		}
		done := ""
		if kind == "unknown" && state == carriedOut && carriedOut != untouched {
			done = ", done"
		}
		cell = fmt.Sprintf("%s%s %d", kind, done, attempts)
	})

	return cell
}

// outcomeKind returns a word for an error.
func outcomeKind(err error) string {
	var (
		unknown *redshift.OutcomeUnknownError
		refused *awsquery.Error
	)
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &unknown):
		return "unknown"
	case errors.As(err, &refused) && refused.Code != "":
		return string(refused.Code)
	case errors.As(err, &refused):
		return fmt.Sprintf("HTTP %d", refused.StatusCode)
	default:
		return "no response"
	}
}

// TestReliability runs every operation with every fault. It compares the outcomes and the numbers of attempts with the tables in
// docs/reliability.md, and each outcome with the state of the fake.
func TestReliability(t *testing.T) {
	t.Parallel()
	calls := everyCall(t)
	var names []string
	for name := range calls {
		names = append(names, name)
	}
	slices.Sort(names)
	columns := allFaults()
	cells := make([][]string, len(names))
	t.Run("cells", func(t *testing.T) {
		for row, name := range names {
			cells[row] = make([]string, len(columns))
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				untouched, carriedOut := withoutFault(t, name, calls[name])
				for i, column := range columns {
					cells[row][i] = column.cell(t, name, calls[name], untouched, carriedOut)
				}
			})
		}
	})
	if t.Failed() {
		return
	}

	checkSection(t, reliabilityPage, "faults", usualCells(names, columns, cells))
	checkSection(t, reliabilityPage, "exceptions", unusualCells(names, columns, cells))
}

// The groups of operations that usually have the same outcome.
const (
	readGroup           = "reads"
	changeGroup         = "changes"
	notRecoverableGroup = "not-recoverable"
)

// groupOf returns the group of a call. Its name is the operation, with the case after a blank.
func groupOf(name string) string {
	action, variant, _ := strings.Cut(name, " ")
	for _, operation := range contract.Operations() {
		switch {
		case operation.Name != action:
		case operation.ReadOnly:
			return readGroup
		case operation.Recovery.Class == notRecoverableGroup, variant == "unnamed":
			return notRecoverableGroup
		}
	}

	return changeGroup
}

// usual returns the most frequent cell of a group in a column.
func usual(group string, names []string, cells [][]string, column int) string {
	counts := make(map[string]int)
	for row, name := range names {
		if groupOf(name) == group {
			counts[cells[row][column]]++
		}
	}
	most := ""
	for _, cell := range slices.Sorted(maps.Keys(counts)) {
		if counts[cell] > counts[most] {
			most = cell
		}
	}

	return most
}

// usualCells returns a table of the usual outcome of each fault, for each group.
func usualCells(names []string, columns []fault, cells [][]string) string {
	groups := []string{readGroup, changeGroup, notRecoverableGroup}
	var table strings.Builder
	fmt.Fprintf(&table, "| fault | %s |\n| --- | --- | --- | --- |\n", strings.Join(groups, " | "))
	for column, fault := range columns {
		fmt.Fprintf(&table, "| %s |", fault.name)
		for _, group := range groups {
			fmt.Fprintf(&table, " %s |", usual(group, names, cells, column))
		}
		table.WriteString("\n")
	}

	return table.String()
}

// unusualCells returns a table of the outcomes that differ from the usual ones. Faults with the same outcome share a line.
func unusualCells(names []string, columns []fault, cells [][]string) string {
	var table strings.Builder
	table.WriteString("| operation | fault | outcome |\n| --- | --- | --- |\n")
	for row, name := range names {
		faults := make(map[string][]string)
		for column, fault := range columns {
			if cell := cells[row][column]; cell != usual(groupOf(name), names, cells, column) {
				faults[cell] = append(faults[cell], fault.name)
			}
		}
		for _, cell := range slices.Sorted(maps.Keys(faults)) {
			fmt.Fprintf(&table, "| %s | %s | %s |\n", name, strings.Join(faults[cell], "; "), cell)
		}
	}

	return table.String()
}

// TestClasses checks that the plan of each change is the one that the contract declares, and that reads have no plan.
func TestClasses(t *testing.T) {
	t.Parallel()
	plans := redshift.Plans()
	for _, operation := range contract.Operations() {
		plan, found := plans[operation.Name]
		switch {
		case found == operation.ReadOnly:
			t.Errorf("%s: has a plan = %t, read-only = %t", operation.Name, found, operation.ReadOnly)
		case !found:
		case string(plan.Class) != operation.Recovery.Class || plan.See != operation.Recovery.Describe:
			t.Errorf("%s: plan = %s with the look-up %s, want %s with %s",
				operation.Name, plan.Class, plan.See, operation.Recovery.Class, operation.Recovery.Describe)
		}
	}
}
