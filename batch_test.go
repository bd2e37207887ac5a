package redshift_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// batchService is a stub of both batch operations. It refuses the snapshots whose names begin with "bad", and one call.
type batchService struct {
	redshift.ClientService
	calls   [][]string
	kept    []int // the requested retention periods
	options int
	failing int // the number of the call to refuse, from 1
	err     error
}

func (b *batchService) respond(identifiers []string, options int) (done []string, failed []models.SnapshotErrorMessage, request string, err error) {
	b.calls = append(b.calls, identifiers)
	b.options += options
	if len(b.calls) == b.failing {
		return nil, nil, "", b.err
	}
	for _, identifier := range identifiers {
		if strings.HasPrefix(identifier, "bad") {
			failed = append(failed, models.SnapshotErrorMessage{
				SnapshotIdentifier: identifier, SnapshotClusterIdentifier: "analytics",
				FailureCode: string(models.ErrClusterSnapshotNotFound), FailureReason: "It is\nnot there.",
			})
		} else {
			done = append(done, identifier)
		}
	}

	return done, failed, fmt.Sprintf("request-%d", len(b.calls)), nil
}

func (b *batchService) BatchDeleteClusterSnapshots(_ context.Context, params *redshift.BatchDeleteClusterSnapshotsParams, options ...redshift.Option) (*redshift.BatchDeleteClusterSnapshotsResult, error) {
	var identifiers []string
	for _, one := range params.Identifiers {
		identifiers = append(identifiers, one.SnapshotIdentifier)
	}
	done, failed, request, err := b.respond(identifiers, len(options))
	if request == "" {
		return nil, err
	}

	return &redshift.BatchDeleteClusterSnapshotsResult{Resources: done, Errors: failed, RequestID: request}, nil
}

func (b *batchService) BatchModifyClusterSnapshots(_ context.Context, params *redshift.BatchModifyClusterSnapshotsParams, options ...redshift.Option) (*redshift.BatchModifyClusterSnapshotsResult, error) {
	b.kept = append(b.kept, *params.ManualSnapshotRetentionPeriod)
	done, failed, request, err := b.respond(params.SnapshotIdentifierList, len(options))
	if request == "" {
		return nil, err
	}

	return &redshift.BatchModifyClusterSnapshotsResult{Resources: done, Errors: failed, RequestID: request}, nil
}

func numbered(count int) []string {
	var identifiers []string
	for i := range count {
		identifiers = append(identifiers, fmt.Sprintf("s%d", i))
	}

	return identifiers
}

func toDelete(identifiers []string) *redshift.BatchDeleteClusterSnapshotsParams {
	return &redshift.BatchDeleteClusterSnapshotsParams{Identifiers: redshift.SnapshotIDs(identifiers...)}
}

func toModify(identifiers []string, days int) *redshift.BatchModifyClusterSnapshotsParams {
	return &redshift.BatchModifyClusterSnapshotsParams{SnapshotIdentifierList: identifiers, ManualSnapshotRetentionPeriod: &days}
}

func TestBatchesOfAnySizeAreSentInHundreds(t *testing.T) {
	t.Parallel()
	refused := &awsquery.Error{Operation: "Batch", Code: awsquery.ErrThrottling}
	cancelled := func(ctx context.Context) context.Context {
		ctx, cancel := context.WithCancel(ctx)
		cancel()

		return ctx
	}
	nothing := func(context.Context) context.Context { return nil }
	for name, test := range map[string]struct {
		ctx     func(context.Context) context.Context
		count   int
		failing int
		fails   error
		sizes   []int
		done    int
		err     error
	}{
		"none":                   {},
		"one":                    {count: 1, sizes: []int{1}, done: 1},
		"a hundred":              {count: 100, sizes: []int{100}, done: 100},
		"one more":               {count: 101, sizes: []int{100, 1}, done: 101},
		"many":                   {count: 250, sizes: []int{100, 100, 50}, done: 250},
		"the second call fails":  {count: 250, failing: 2, fails: refused, sizes: []int{100, 100}, done: 100, err: awsquery.ErrThrottling},
		"the first call fails":   {count: 50, failing: 1, fails: refused, sizes: []int{50}, err: refused},
		"no result and no error": {count: 101, failing: 2, sizes: []int{100, 1}, done: 100, err: errNothing},
		"canceled context":       {ctx: cancelled, count: 101, err: context.Canceled},
		"nil context":            {ctx: nothing, count: 1, sizes: []int{1}, done: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			if test.ctx != nil {
				ctx = test.ctx(ctx)
			}
			option := redshift.Option(nil)
			identifiers := numbered(test.count)
			for operation, run := range map[string]func(*batchService) (*redshift.BatchResult, error){
				"delete": func(stub *batchService) (*redshift.BatchResult, error) {
					params := toDelete(identifiers)
					defer func() {
						if !reflect.DeepEqual(params, toDelete(numbered(test.count))) {
							t.Error("the call changed its parameters")
						}
					}()

					return redshift.NewFromService(stub).DeleteSnapshots(ctx, params, option)
				},
				"modify": func(stub *batchService) (*redshift.BatchResult, error) {
					return redshift.NewFromService(stub).ModifySnapshots(ctx, toModify(identifiers, 9), option)
				},
			} {
				stub := &batchService{failing: test.failing, err: test.fails}
				result, err := run(stub)
				var sizes []int
				for _, call := range stub.calls {
					sizes = append(sizes, len(call))
				}
				if !slices.Equal(sizes, test.sizes) || stub.options != len(sizes) || slices.ContainsFunc(stub.kept, func(days int) bool { return days != 9 }) {
					t.Errorf("%s: calls with %v identifiers and %d options, want %v identifiers", operation, sizes, stub.options, test.sizes)
				}
				if matches := errors.Is(err, test.err) || test.err == errNothing && err != nil && strings.Contains(err.Error(), errNothing.Error()); !matches {
					t.Errorf("%s: err = %v, want %v", operation, err, test.err)
				}
				if result == nil || !slices.Equal(result.Done, identifiers[:test.done]) || result.Err() != nil || len(result.RequestIDs) != (test.done+99)/100 {
					t.Fatalf("%s: result = %+v", operation, result)
				}
				if !slices.Equal(result.Unprocessed, identifiers[test.done:]) {
					t.Errorf("%s: Unprocessed = %q", operation, result.Unprocessed)
				}
			}
		})
	}
}

// Every snapshot is in Done, Failed or Unprocessed, even if the response does not mention it.
func TestBatchesAccountForEverySnapshot(t *testing.T) {
	t.Parallel()
	failure := "<Errors><SnapshotErrorMessage><SnapshotIdentifier>B</SnapshotIdentifier><FailureCode>F</FailureCode></SnapshotErrorMessage></Errors>"
	for name, test := range map[string]struct {
		members     string
		done        int
		failed      int
		unprocessed []string
	}{
		"all, in another letter case": {"<Resources><String>A</String><String>C</String></Resources>" + failure, 2, 1, nil},
		"one is missing":              {"<Resources><String>a</String></Resources>" + failure, 1, 1, []string{"c"}},
		"one, repeated":               {"<Resources><String>a</String><String>a</String><String>a</String></Resources>", 3, 0, []string{"B", "c"}},
		"only the failed one":         {failure, 0, 1, []string{"a", "c"}},
		"empty":                       {"", 0, 0, []string{"a", "B", "c"}},
		"an empty identifier":         {"<Resources><String/></Resources>", 1, 0, []string{"a", "B", "c"}},
	} {
		for operation, run := range map[string]func(*redshift.Client) (*redshift.BatchResult, error){
			"BatchDeleteClusterSnapshots": func(client *redshift.Client) (*redshift.BatchResult, error) {
				return client.DeleteSnapshots(t.Context(), toDelete([]string{"a", "B", "c"}))
			},
			"BatchModifyClusterSnapshots": func(client *redshift.Client) (*redshift.BatchResult, error) {
				return client.ModifySnapshots(t.Context(), toModify([]string{"a", "B", "c"}, 7))
			},
		} {
			client, _ := scripted(t, result(operation, test.members))
			batch, err := run(client)
			if err != nil || len(batch.Done) != test.done || len(batch.Failed) != test.failed || !slices.Equal(batch.Unprocessed, test.unprocessed) {
				t.Errorf("%s, %s: result = %+v, err = %v, want nil", operation, name, batch, err)
			}
		}
	}
}

func TestBatchesWithoutClientOrParametersFail(t *testing.T) {
	t.Parallel()
	if result, err := redshift.NewFromService(nil).DeleteSnapshots(t.Context(), toDelete(numbered(1))); err == nil || result == nil {
		t.Errorf("without a client: got %v, %v", result, err)
	}
	if result, err := redshift.NewFromService(nil).ModifySnapshots(t.Context(), toModify(numbered(1), 1)); err == nil || result == nil {
		t.Errorf("without a client: got %v, %v", result, err)
	}
	stub := new(batchService)
	if result, err := redshift.NewFromService(stub).DeleteSnapshots(t.Context(), nil); err != nil || result == nil {
		t.Errorf("without parameters: got %v, %v", result, err)
	}
	if result, err := redshift.NewFromService(stub).ModifySnapshots(t.Context(), nil); err != nil || result == nil || len(stub.calls) > 0 {
		t.Errorf("without parameters: got %v, %v", result, err)
	}
	if err := (*redshift.BatchResult)(nil).Err(); err != nil {
		t.Errorf("Err() of a nil result = %v", err)
	}
}

func TestSnapshotErrorHasCodeAndNoSecret(t *testing.T) {
	t.Parallel()
	identifiers := append(numbered(120), "bad-secret")
	result, err := redshift.NewFromService(new(batchService)).DeleteSnapshots(t.Context(), toDelete(identifiers))
	if err != nil || len(result.Done) != 120 || len(result.Failed) != 1 || len(result.Unprocessed) > 0 {
		t.Fatalf("got %+v, %v", result, err)
	}
	failed := result.Failed[0]
	if failed.SnapshotIdentifier != "bad-secret" || failed.SnapshotClusterIdentifier != "analytics" || failed.Code() != models.ErrClusterSnapshotNotFound {
		t.Errorf("got a failure of the snapshot %q of %q with code %s",
			failed.SnapshotIdentifier, failed.SnapshotClusterIdentifier, failed.Code())
	}
	var one *redshift.SnapshotError
	var inner *awsquery.Error
	if all := result.Err(); !errors.Is(all, models.ErrClusterSnapshotNotFound) || !errors.As(all, &one) || one != failed || !errors.As(all, &inner) || inner.RequestID != "request-2" {
		t.Errorf("Err() = %v", result.Err())
	}
	encoded, err := json.Marshal(failed)
	if err != nil {
		t.Error(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Error("x", "failed", failed)
	for _, text := range []string{failed.Error(), fmt.Sprintf("%+v", failed), fmt.Sprintf("%#v", failed), string(encoded), log.String()} {
		if strings.Contains(text, "secret") || strings.Contains(strings.TrimSpace(text), "\n") ||
			!strings.Contains(text, "BatchDeleteClusterSnapshots") || !strings.Contains(text, "ClusterSnapshotNotFound") {
			t.Errorf("the error is printed as %q", text)
		}
	}
	for _, empty := range []*redshift.SnapshotError{nil, {}} {
		if empty.Error() == "" || empty.Unwrap() != nil || empty.Code() != "" || errors.Is(empty, models.ErrClusterSnapshotNotFound) {
			t.Errorf("an empty SnapshotError is printed as %v", empty)
		}
	}
}

func TestBatchesChangeTheFake(t *testing.T) {
	t.Parallel()
	client, fake := fakeClient(t, redshifttest.Options{ClockSpeed: -1, Quotas: redshifttest.Quotas{ManualSnapshots: 150}})
	identifiers := numbered(130)
	for _, identifier := range identifiers {
		params := create()
		params.SnapshotIdentifier = identifier
		if _, err := client.CreateClusterSnapshot(t.Context(), params); err != nil {
			t.Fatal(err)
		}
	}
	fake.Advance(redshifttest.DefaultSnapshotDuration)
	if _, err := client.AuthorizeSnapshotAccess(t.Context(), &redshift.AuthorizeSnapshotAccessParams{SnapshotIdentifier: "s7", AccountWithRestoreAccess: "111122223333"}); err != nil {
		t.Fatal(err)
	}
	identifiers = slices.Insert(identifiers, 90, "missing")

	modified, err := client.ModifySnapshots(t.Context(), toModify(identifiers, 9))
	if err != nil || len(modified.Done) != 130 || len(modified.Failed) != 1 || modified.Failed[0].SnapshotIdentifier != "missing" ||
		!errors.Is(modified.Err(), models.ErrClusterSnapshotNotFound) || len(modified.RequestIDs) != 2 {
		t.Errorf("ModifySnapshots: %d done, %d failed, err = %v", len(modified.Done), len(modified.Failed), err)
	}
	if kept := fake.Snapshots()[129].ManualSnapshotRetentionPeriod; *kept != 9 {
		t.Errorf("the retention of the last snapshot = %d days", *kept)
	}
	failNext(t, fake, "BatchModifyClusterSnapshots", models.ErrInvalidClusterState)
	if result, err := client.ModifySnapshots(t.Context(), toModify(identifiers, 8)); !errors.Is(err, models.ErrInvalidClusterState) || len(result.Unprocessed) != 131 {
		t.Errorf("refused batch: err = %v, %d unprocessed, want ErrInvalidClusterState", err, len(result.Unprocessed))
	}

	deleted, err := client.DeleteSnapshots(t.Context(), toDelete(identifiers))
	var codes []awsquery.ErrorCode
	for _, failed := range deleted.Failed {
		codes = append(codes, failed.Code())
	}
	if err != nil || len(deleted.Done) != 129 || !slices.Equal(codes, []awsquery.ErrorCode{models.ErrInvalidClusterSnapshotState, models.ErrClusterSnapshotNotFound}) {
		t.Errorf("DeleteSnapshots: %d done, failures %q, err = %v, want nil", len(deleted.Done), codes, err)
	}
	if left := fake.Snapshots(); len(left) != 1 || left[0].SnapshotIdentifier != "s7" {
		t.Errorf("%d snapshots remain", len(left))
	}
}
