package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// snapshotAccount is a service that lists snapshots in pages and counts its calls.
type snapshotAccount struct {
	redshift.ClientService
	snapshots func(now time.Duration) []models.Snapshot
	pageSize  int
	fail      func(call int, params *redshift.DescribeClusterSnapshotsParams) error

	began            time.Time
	lists, describes int
}

func (a *snapshotAccount) DescribeClusterSnapshots(_ context.Context, params *redshift.DescribeClusterSnapshotsParams, _ ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	if a.began.IsZero() {
		a.began = time.Now()
	}
	single := params.SnapshotIdentifier != ""
	if single && params.ClusterIdentifier != "" {
		return nil, &awsquery.Error{StatusCode: 400, Code: "InvalidParameterCombination"}
	}
	if single {
		a.describes++
	} else {
		a.lists++
	}
	if a.fail != nil {
		if err := a.fail(a.lists+a.describes, params); err != nil {
			return nil, err
		}
	}
	var found []models.Snapshot
	for _, snapshot := range a.snapshots(time.Since(a.began)) {
		if single && !strings.EqualFold(snapshot.SnapshotIdentifier, params.SnapshotIdentifier) ||
			params.ClusterIdentifier != "" && params.ClusterIdentifier != snapshot.ClusterIdentifier {
			continue
		}
		found = append(found, snapshot)
	}
	if single && len(found) == 0 {
		return nil, &awsquery.Error{StatusCode: 404, Code: models.ErrClusterSnapshotNotFound}
	}
	page, result := 0, new(redshift.DescribeClusterSnapshotsResult)
	if params.Marker != "" {
		fmt.Sscan(params.Marker, &page)
	}
	size := max(a.pageSize, 1)
	if (page+1)*size < len(found) {
		result.Marker = fmt.Sprint(page + 1)
	}
	result.Snapshots = found[min(page*size, len(found)):min((page+1)*size, len(found))]

	return result, nil
}

// statuses returns a snapshotAccount whose snapshots change their status every minute and keep the last one.
func statuses(pageSize int, life map[string][]models.SnapshotStatus) *snapshotAccount {
	return &snapshotAccount{pageSize: pageSize, snapshots: func(now time.Duration) []models.Snapshot {
		var all []models.Snapshot
		for name, list := range life {
			status := list[min(int(now/time.Minute), len(list)-1)]
			if status != "" {
				all = append(all, models.Snapshot{SnapshotIdentifier: name, ClusterIdentifier: "analytics", Status: status})
			}
		}
		slices.SortFunc(all, func(a, b models.Snapshot) int { return strings.Compare(a.SnapshotIdentifier, b.SnapshotIdentifier) })

		return all
	}}
}

// everyMinute are options to poll every minute.
var everyMinute = redshift.WaitOptions{MinDelay: time.Minute, MaxDelay: time.Minute}

func TestWaitSnapshotsAvailablePollsUntilAllAreAvailable(t *testing.T) {
	t.Parallel()
	type life = map[string][]models.SnapshotStatus
	for name, test := range map[string]struct {
		life        life
		pageSize    int
		params      *redshift.DescribeClusterSnapshotsParams
		identifiers []string
		options     redshift.WaitOptions
		limit       time.Duration
		want        []string // identifier, status
		failures    []string // identifier
		err         error
		took        time.Duration
		lists       int
		describes   int
	}{
		"none": {life: life{"a": {"creating"}}},
		"one":  {life: life{"a": {"creating", "available"}}, identifiers: []string{"a"}, want: []string{"a available"}, took: time.Minute, describes: 2},
		"one of many": {
			life: life{"a": {"creating", "available"}, "b": {"available"}}, identifiers: []string{"b"}, want: []string{"b available"}, describes: 1,
		},
		"in the order of the identifiers": {
			life: life{"a": {"creating", "available"}, "b": {"available"}, "c": {"final snapshot"}}, pageSize: 100,
			identifiers: []string{"c", "a", "b"}, want: []string{"c final snapshot", "a available", "b available"}, took: time.Minute, lists: 1, describes: 1,
		},
		"duplicates in any letter case": {
			life: life{"a": {"creating", "available"}, "b": {"creating", "available"}}, pageSize: 100,
			identifiers: []string{"A", "b", "a", "B"}, want: []string{"a available", "b available", "a available", "b available"}, took: time.Minute, lists: 2,
		},
		"one fails, the others continue": {
			life: life{"a": {"creating", "failed"}, "b": {"creating", "creating", "available"}, "c": {"creating", "creating", "available"}}, pageSize: 100,
			identifiers: []string{"a", "b", "c"}, want: []string{"a failed", "b available", "c available"}, failures: []string{"a"},
			err: redshift.ErrSnapshotFailed, took: 2 * time.Minute, lists: 3,
		},
		"one is deleted": {
			life: life{"a": {"creating", ""}, "b": {"creating", "creating", "available"}}, pageSize: 100,
			identifiers: []string{"a", "b"}, want: []string{"a creating", "b available"}, failures: []string{"a"},
			err: redshift.ErrSnapshotDeleted, took: 2 * time.Minute, lists: 2, describes: 2,
		},
		"one is missing": {
			life: life{"b": {"available"}, "c": {"available"}}, pageSize: 100,
			identifiers: []string{"missing", "b", "c"}, want: []string{"missing ", "b available", "c available"}, failures: []string{"missing"},
			err: models.ErrClusterSnapshotNotFound, lists: 1, describes: 1,
		},
		"several fail": {
			life: life{"a": {"failed"}, "b": {"available"}, "c": {"failed"}}, pageSize: 100,
			identifiers: []string{"c", "b", "a", "c"}, want: []string{"c failed", "b available", "a failed", "c failed"}, failures: []string{"c", "a"},
			err: redshift.ErrSnapshotFailed, lists: 1,
		},
		"new and not visible yet": {
			life: life{"a": {"", "", "creating", "available"}, "b": {"creating", "available"}}, pageSize: 100, options: redshift.WaitOptions{ExpectNew: true},
			identifiers: []string{"a", "b"}, want: []string{"a available", "b available"}, took: 3 * time.Minute, lists: 1, describes: 5,
		},
		"new and never visible": {
			life: life{"b": {"available"}, "c": {"available"}}, pageSize: 100, options: redshift.WaitOptions{ExpectNew: true},
			identifiers: []string{"a", "b"}, want: []string{"a ", "b available"}, failures: []string{"a"}, err: models.ErrClusterSnapshotNotFound,
			took: 5 * time.Minute, lists: 1, describes: 6,
		},
		"two on several pages": {
			life:     life{"a": {"available"}, "b": {"available"}, "y": {"creating", "available"}, "z": {"creating", "available"}},
			pageSize: 1, identifiers: []string{"y", "z"}, want: []string{"y available", "z available"}, took: time.Minute, lists: 2, describes: 4,
		},
		"a filter that does not match": {
			life: life{"a": {"available"}, "b": {"available"}}, pageSize: 100, params: &redshift.DescribeClusterSnapshotsParams{ClusterIdentifier: "sales"},
			identifiers: []string{"a", "b"}, want: []string{"a available", "b available"}, lists: 1, describes: 2,
		},
		"a filter that matches": {
			life: life{"a": {"creating", "available"}, "b": {"creating", "available"}}, pageSize: 100, params: &redshift.DescribeClusterSnapshotsParams{ClusterIdentifier: "analytics"},
			identifiers: []string{"a", "b"}, want: []string{"a available", "b available"}, took: time.Minute, lists: 2,
		},
		"the context ends": {
			life: life{"a": {"creating"}, "b": {"available"}, "c": {"failed"}, "d": {"creating"}}, pageSize: 100, limit: 90 * time.Second,
			identifiers: []string{"a", "b", "c", "d"}, want: []string{"a creating", "b available", "c failed", "d creating"}, failures: []string{"a", "c", "d"},
			err: context.DeadlineExceeded, took: 90 * time.Second, lists: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stub := statuses(test.pageSize, test.life)
				options := everyMinute
				options.ExpectNew = test.options.ExpectNew
				var shown []redshift.WaitProgress
				options.Progress = func(progress redshift.WaitProgress) { shown = append(shown, progress) }
				began := time.Now()
				snapshots, err := clientOf(stub).WaitSnapshotsAvailable(limited(t, test.limit), test.params, test.identifiers, options)
				var got []string
				for _, snapshot := range snapshots {
					got = append(got, snapshot.SnapshotIdentifier+" "+string(snapshot.Status))
				}
				if !slices.Equal(got, test.want) || !errors.Is(err, test.err) || time.Since(began) != test.took {
					t.Errorf("snapshots = %q, err = %v after %v, want %v", got, err, time.Since(began), test.err)
				}
				if stub.lists != test.lists || stub.describes != test.describes {
					t.Errorf("got %d lists and %d single calls, want %d and %d", stub.lists, stub.describes, test.lists, test.describes)
				}
				if failures := failed(t, err); !slices.Equal(failures, test.failures) {
					t.Errorf("errors for %q, want %q", failures, test.failures)
				}
				last := shown[len(shown)-1]
				if resource, ok := last.Resource.([]models.Snapshot); !ok || len(resource) != len(test.identifiers) || last.Fraction < 0 || last.Fraction > 1 ||
					test.limit == 0 && last.Fraction != 1 || !strings.HasSuffix(last.Status, fmt.Sprintf(" of %d available", len(test.identifiers))) {
					t.Errorf("progress = %+v", last)
				}
			})
		})
	}
}

// failed returns the snapshots of the joined errors.
func failed(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("err = %T %v", err, err)
	}
	var identifiers []string
	for _, err := range joined.Unwrap() {
		var failure *redshift.SnapshotWaitError
		if !errors.As(err, &failure) || failure.Polls == 0 {
			t.Errorf("joined error = %v", err)
		}
		identifiers = append(identifiers, failure.Last.SnapshotIdentifier)
	}

	return identifiers
}

// A refused list ends the wait. The refusal of one snapshot ends only the wait for that snapshot. An outage is tolerated.
func TestWaitSnapshotsAvailableEndsAfterRefusals(t *testing.T) {
	t.Parallel()
	denied := &awsquery.Error{StatusCode: 403, Code: awsquery.ErrAccessDenied}
	cut := &awsquery.SendError{Operation: "DescribeClusterSnapshots", Err: io.ErrUnexpectedEOF}
	both := map[string][]models.SnapshotStatus{"a": {"creating", "creating", "available"}, "b": {"creating", "creating", "available"}}
	for name, test := range map[string]struct {
		fail     func(int, *redshift.DescribeClusterSnapshotsParams) error
		missing  bool // a is not in the list
		failures []string
		err      error
	}{
		"a list is refused": {
			fail: func(call int, _ *redshift.DescribeClusterSnapshotsParams) error {
				if call == 2 {
					return denied
				}

				return nil
			},
			failures: []string{"a", "b"}, err: awsquery.ErrAccessDenied,
		},
		"one snapshot is refused": {
			missing: true,
			fail: func(_ int, params *redshift.DescribeClusterSnapshotsParams) error {
				if params.SnapshotIdentifier == "a" {
					return denied
				}

				return nil
			},
			failures: []string{"a"}, err: awsquery.ErrAccessDenied,
		},
		"an outage in the middle": {
			fail: func(call int, _ *redshift.DescribeClusterSnapshotsParams) error {
				if call == 2 || call == 3 {
					return cut
				}

				return nil
			},
		},
		"throttled at the start": {
			fail: func(call int, _ *redshift.DescribeClusterSnapshotsParams) error {
				if call == 1 {
					return &awsquery.Error{StatusCode: 400, Code: awsquery.ErrThrottling}
				}

				return nil
			},
		},
		"one snapshot is throttled": {
			missing: true,
			fail: func(call int, params *redshift.DescribeClusterSnapshotsParams) error {
				if params.SnapshotIdentifier == "a" && call < 5 {
					return &awsquery.Error{StatusCode: 400, Code: awsquery.ErrThrottling}
				}

				return nil
			},
		},
		"too long an outage": {
			fail: func(call int, _ *redshift.DescribeClusterSnapshotsParams) error {
				if call > 1 {
					return cut
				}

				return nil
			},
			failures: []string{"a", "b"}, err: redshift.ErrOutageTooLong,
		},
		"unavailable from the start": {
			fail:     func(int, *redshift.DescribeClusterSnapshotsParams) error { return cut },
			failures: []string{"a", "b"}, err: io.ErrUnexpectedEOF,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := statuses(100, both)
			stub.fail = test.fail
			params := new(redshift.DescribeClusterSnapshotsParams)
			if test.missing {
				params.ClusterIdentifier = "sales"
			}
			snapshots, err := clientOf(stub).WaitSnapshotsAvailable(t.Context(), params, []string{"a", "b"}, everyMinute)
			if failures := failed(t, err); !slices.Equal(failures, test.failures) || !errors.Is(err, test.err) || len(snapshots) != 2 {
				t.Errorf("%s: err = %v, want %v", name, err, test.err)
			}
		})
	}
}

func TestWaitSnapshotsAvailableRefusesBadParameters(t *testing.T) {
	t.Parallel()
	stub := statuses(100, nil)
	client := clientOf(stub)
	for want, wait := range map[string]func() ([]models.Snapshot, error){
		"the parameters cannot have a SnapshotIdentifier": func() ([]models.Snapshot, error) {
			return client.WaitSnapshotsAvailable(t.Context(), nightly, []string{"a"}, redshift.WaitOptions{})
		},
		"a SnapshotArn or": func() ([]models.Snapshot, error) {
			return client.WaitSnapshotsAvailable(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotArn: "arn"}, []string{"a"}, redshift.WaitOptions{})
		},
		"or a Marker": func() ([]models.Snapshot, error) {
			return client.WaitSnapshotsAvailable(t.Context(), &redshift.DescribeClusterSnapshotsParams{Marker: "x"}, []string{"a"}, redshift.WaitOptions{})
		},
		"identifiers[1] is empty": func() ([]models.Snapshot, error) {
			return client.WaitSnapshotsAvailable(t.Context(), nil, []string{"a", ""}, redshift.WaitOptions{})
		},
		"AvailableSuffices has no effect": func() ([]models.Snapshot, error) {
			return client.WaitSnapshotsAvailable(t.Context(), nil, nil, redshift.WaitOptions{AvailableSuffices: true})
		},
	} {
		snapshots, err := wait()
		if err == nil || !strings.Contains(err.Error(), "redshift: wait for snapshots: ") || !strings.Contains(err.Error(), want) || snapshots != nil || stub.lists+stub.describes > 0 {
			t.Errorf("%s: got %v, %v", want, snapshots, err)
		}
	}
}

// The wait does not change the parameters and identifiers of the caller.
func TestWaitSnapshotsAvailableDoesNotChangeItsParameters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		identifiers := []string{"b", "a", "B"}
		params := &redshift.DescribeClusterSnapshotsParams{ClusterIdentifier: "analytics"}
		stub := statuses(1, map[string][]models.SnapshotStatus{"a": {"creating", "available"}, "b": {"available"}, "0": {"available"}})
		if _, err := clientOf(stub).WaitSnapshotsAvailable(t.Context(), params, identifiers, everyMinute); err != nil {
			t.Error(err)
		}
		if params.Marker != "" || params.SnapshotIdentifier != "" || !slices.Equal(identifiers, []string{"b", "a", "B"}) {
			t.Errorf("the wait changed params to %+v and identifiers to %q", params, identifiers)
		}
	})
}

// A wait for 50 snapshots that take an hour makes about as many calls as a wait for one.
func TestWaitSnapshotsAvailableMakesFewCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, fake := fakeClient(t, redshifttest.Options{SnapshotDuration: time.Hour, Quotas: redshifttest.Quotas{ManualSnapshots: 50}})
		identifiers := numbered(50)
		for _, identifier := range identifiers {
			params := create()
			params.SnapshotIdentifier = identifier
			if _, err := client.CreateClusterSnapshot(t.Context(), params); err != nil {
				t.Fatal(err)
			}
		}
		before := len(fake.Requests())
		params := &redshift.DescribeClusterSnapshotsParams{ClusterIdentifier: "analytics"}
		snapshots, err := client.WaitSnapshotsAvailable(t.Context(), params, identifiers, redshift.WaitOptions{})
		if err != nil || len(snapshots) != 50 || snapshots[49].Status != models.SnapshotStatusAvailable {
			t.Fatalf("got %d snapshots (err = %v), want 50", len(snapshots), err)
		}
		calls := len(fake.Requests()) - before
		t.Logf("%d calls", calls)
		if calls > 180 {
			t.Errorf("got %d calls, want about 150", calls)
		}
	})
}
