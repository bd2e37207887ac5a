package redshift_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

var nightly = &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "nightly"}

// answers is a stub that gives one answer after the other, the last one for ever.
type answers struct {
	redshift.ClientService
	list  []answer
	asked []time.Duration // when, since the first
	first time.Time
}

type answer struct {
	snapshots []models.Snapshot
	marker    string
	err       error
	nothing   bool // no result, and no error
}

// errNothing stands for an error that is matched by its text.
var errNothing = errors.New("neither a result nor an error")

func in(status models.SnapshotStatus) answer {
	return answer{snapshots: []models.Snapshot{{SnapshotIdentifier: "nightly-secret", Status: status}}}
}

func failing(code awsquery.ErrorCode) answer {
	return answer{err: &awsquery.Error{Operation: "DescribeClusterSnapshots", StatusCode: 404, Code: code}}
}

func (a *answers) DescribeClusterSnapshots(ctx context.Context, _ *redshift.DescribeClusterSnapshotsParams, _ ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	if a.first.IsZero() {
		a.first = time.Now()
	}
	next := a.list[min(len(a.asked), len(a.list)-1)]
	a.asked = append(a.asked, time.Since(a.first))
	if next.err != nil || next.nothing {
		return nil, next.err
	}

	return &redshift.DescribeClusterSnapshotsResult{Snapshots: next.snapshots, Marker: next.marker}, nil
}

func TestWaitSnapshotAvailable(t *testing.T) {
	t.Parallel()
	second := time.Second
	for name, test := range map[string]struct {
		answers []answer
		wait    redshift.WaitOptions
		limit   time.Duration // of the context
		status  models.SnapshotStatus
		err     error
		asked   []time.Duration
	}{
		"available at once": {answers: []answer{in("available")}, status: "available", asked: []time.Duration{0}},
		"after a while, with growing delays": {
			answers: []answer{in("creating"), in("creating"), in("creating"), in("creating"), in("available")},
			wait:    redshift.WaitOptions{MinDelay: 4 * second, MaxDelay: 8 * second},
			status:  "available",
			asked:   []time.Duration{0, 6 * second, 14 * second, 22 * second, 30 * second},
		},
		"default delays": {
			answers: []answer{in("creating"), in("creating"), in("creating"), in("available")},
			status:  "available",
			asked:   []time.Duration{0, 7500 * time.Millisecond, 18750 * time.Millisecond, 35625 * time.Millisecond},
		},
		"a final snapshot is there too":     {answers: []answer{in("final snapshot")}, status: "final snapshot", asked: []time.Duration{0}},
		"a state of the future goes on":     {answers: []answer{in("polishing"), in("available")}, status: "available", asked: []time.Duration{0, 7500 * time.Millisecond}},
		"failed":                            {answers: []answer{in("creating"), in("failed")}, status: "failed", err: redshift.ErrSnapshotFailed, asked: []time.Duration{0, 7500 * time.Millisecond}},
		"deleted":                           {answers: []answer{in("deleted")}, status: "deleted", err: redshift.ErrSnapshotDeleted, asked: []time.Duration{0}},
		"not found":                         {answers: []answer{failing("ClusterSnapshotNotFound")}, err: models.ErrClusterSnapshotNotFound, asked: []time.Duration{0}},
		"neither result nor error":          {answers: []answer{{nothing: true}}, err: errNothing, asked: []time.Duration{0}},
		"none":                              {answers: []answer{{}}, err: redshift.ErrNotOneSnapshot, asked: []time.Duration{0}},
		"two":                               {answers: []answer{{snapshots: make([]models.Snapshot, 2)}}, err: redshift.ErrNotOneSnapshot, asked: []time.Duration{0}},
		"one, and more on the next page":    {answers: []answer{{snapshots: make([]models.Snapshot, 1), marker: "x"}}, err: redshift.ErrNotOneSnapshot, asked: []time.Duration{0}},
		"another error":                     {answers: []answer{in("creating"), failing("AccessDenied")}, status: "creating", err: awsquery.ErrorCode("AccessDenied"), asked: []time.Duration{0, 7500 * time.Millisecond}},
		"new and not yet found":             {answers: []answer{failing("ClusterSnapshotNotFound"), {}, in("creating"), in("available")}, wait: redshift.WaitOptions{ExpectNew: true, MinDelay: second, MaxDelay: second}, status: "available", asked: []time.Duration{0, second, 2 * second, 3 * second}},
		"new and never found":               {answers: []answer{failing("ClusterSnapshotNotFound")}, wait: redshift.WaitOptions{ExpectNew: true, MinDelay: second, MaxDelay: second}, err: models.ErrClusterSnapshotNotFound, asked: []time.Duration{0, second, 2 * second, 3 * second, 4 * second, 5 * second}},
		"new, seen, and then gone":          {answers: []answer{in("creating"), failing("ClusterSnapshotNotFound")}, wait: redshift.WaitOptions{ExpectNew: true}, status: "creating", err: models.ErrClusterSnapshotNotFound, asked: []time.Duration{0, 7500 * time.Millisecond}},
		"the context's deadline":            {answers: []answer{in("creating")}, limit: 8 * second, status: "creating", err: context.DeadlineExceeded, asked: []time.Duration{0, 7500 * time.Millisecond}},
		"a context that has ended":          {answers: []answer{in("creating")}, limit: -1, err: context.DeadlineExceeded},
		"MaxDelay below the default":        {answers: []answer{in("creating"), in("creating"), in("available")}, wait: redshift.WaitOptions{MaxDelay: second}, status: "available", asked: []time.Duration{0, second, 2 * second}},
		"MinDelay above the default of Max": {answers: []answer{in("creating"), in("creating"), in("available")}, wait: redshift.WaitOptions{MinDelay: time.Minute}, status: "available", asked: []time.Duration{0, 90 * second, 180 * second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.limit != 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.limit)
					defer cancel()
				}
				stub := &answers{list: test.answers}
				var shown []redshift.WaitProgress
				wait := test.wait
				wait.Progress = func(progress redshift.WaitProgress) { shown = append(shown, progress) }
				snapshot, err := over(stub).WaitSnapshotAvailable(ctx, nightly, wait)
				if snapshot.Status != test.status {
					t.Errorf("the snapshot is %q, want %q", snapshot.Status, test.status)
				}
				if !slices.Equal(stub.asked, test.asked) {
					t.Errorf("asked at %v, want %v", stub.asked, test.asked)
				}
				if test.err == nil {
					if err != nil {
						t.Errorf("failed: %v", err)
					}
				} else {
					var failure *redshift.SnapshotWaitError
					matches := errors.Is(err, test.err) || test.err == errNothing && strings.Contains(err.Error(), errNothing.Error())
					if !matches || !errors.As(err, &failure) {
						t.Fatalf("got the error %v, want a SnapshotWaitError with %v", err, test.err)
					}
					if failure.Last.Status != test.status || failure.Polls != len(test.asked) {
						t.Errorf("the error holds %q after %d polls, want %q after %d", failure.Last.Status, failure.Polls, test.status, len(test.asked))
					}
					encoded, marshalErr := json.Marshal(err)
					if marshalErr != nil {
						t.Error(marshalErr)
					}
					for _, text := range []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), string(encoded)} {
						if strings.Contains(text, "nightly-secret") {
							t.Errorf("the error prints the value of a parameter: %s", text)
						}
					}
				}
				if test.status != "" && (len(shown) == 0 || shown[len(shown)-1].Status != string(test.status)) {
					t.Errorf("progress was shown as %+v, want it to end with %s", shown, test.status)
				}
			})
		})
	}
}

// TestWaitFromANanosecond: the delay grows, however short it is to begin with.
func TestWaitFromANanosecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		stub := &answers{list: []answer{in("creating")}}
		_, err := over(stub).WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{MinDelay: 1, MaxDelay: math.MaxInt64})
		if !errors.Is(err, context.DeadlineExceeded) || len(stub.asked) > 40 {
			t.Errorf("%v after %d polls", err, len(stub.asked))
		}
	})
}

func TestWaitEndsWhenTheContextIsCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reason := errors.New("the job was called off")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(7*time.Second, func() { cancel(reason) })
		began := time.Now()
		_, err := over(&answers{list: []answer{in("creating")}}).WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{MinDelay: time.Hour})
		if !errors.Is(err, reason) || !errors.Is(err, context.Canceled) || time.Since(began) != 7*time.Second {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
}

// TestWaitOutlastsOutages: what passes does not end a wait that had an answer before.
func TestWaitOutlastsOutages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wait    redshift.WaitOptions
		fault   redshifttest.Fault
		faults  int  // attempts that meet it; five make a poll fail
		atOnce  bool // from the first poll on
		want    error
		longest time.Duration // until the wait has ended
	}{
		"unavailable":              {fault: redshifttest.Fault{Status: http.StatusServiceUnavailable}, faults: 15, longest: 10 * time.Minute},
		"throttled":                {fault: redshifttest.Fault{Code: awsquery.ErrRequestLimitExceeded}, faults: 15, longest: 10 * time.Minute},
		"connections that break":   {fault: redshifttest.Fault{Cut: true}, faults: 15, longest: 10 * time.Minute},
		"answers that break off":   {fault: redshifttest.Fault{Truncate: true}, faults: 15, longest: 10 * time.Minute},
		"refused":                  {fault: redshifttest.Fault{Code: awsquery.ErrAccessDenied}, faults: 1, want: awsquery.ErrAccessDenied, longest: time.Minute},
		"not there from the start": {fault: redshifttest.Fault{Cut: true}, faults: 15, atOnce: true, want: io.ErrUnexpectedEOF, longest: time.Minute},
		"for too long":             {fault: redshifttest.Fault{Cut: true}, faults: 1000, want: io.ErrUnexpectedEOF, longest: 12 * time.Minute},
		"for longer than asked": {
			wait: redshift.WaitOptions{MaxOutage: time.Minute}, fault: redshifttest.Fault{Cut: true}, faults: 1000, want: io.ErrUnexpectedEOF, longest: 2 * time.Minute,
		},
		"with polls that are far apart": {
			wait: redshift.WaitOptions{MinDelay: 20 * time.Minute}, fault: redshifttest.Fault{Cut: true}, faults: 5, longest: time.Hour,
		},
		"and nothing is borne": {
			wait: redshift.WaitOptions{MaxOutage: -1}, fault: redshifttest.Fault{Cut: true}, faults: 5, want: io.ErrUnexpectedEOF, longest: time.Minute,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := redshifttest.New(redshifttest.Options{SnapshotDuration: 5 * time.Minute})
				if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
					t.Fatal(err)
				}
				client, err := redshift.NewWithoutJitter(fake.Config())
				if err != nil {
					t.Fatal(err)
				}
				if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"}); err != nil {
					t.Fatal(err)
				}
				inject := sync.OnceFunc(func() {
					injectNext(t, fake, "DescribeClusterSnapshots", slices.Repeat([]redshifttest.Fault{test.fault}, test.faults)...)
				})
				if test.atOnce {
					inject()
				}
				test.wait.Progress = func(redshift.WaitProgress) { inject() }
				began := time.Now()
				snapshot, err := client.WaitSnapshotAvailable(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "nightly"}, test.wait)
				if waited := time.Since(began); waited > test.longest {
					t.Errorf("it took %v", waited)
				}
				var failed *redshift.SnapshotWaitError
				switch {
				case test.want == nil && (err != nil || snapshot.Status != models.SnapshotStatusAvailable || fake.PendingFaults() != 0):
					t.Errorf("the snapshot is %s, with %d faults left: %v", snapshot.Status, fake.PendingFaults(), err)
				case test.want != nil && (!errors.Is(err, test.want) || !errors.As(err, &failed)):
					t.Errorf("the error is %v", err)
				case failed != nil && !test.atOnce && failed.Last.Status != models.SnapshotStatusCreating:
					t.Errorf("last seen %q", failed.Last.Status)
				}
			})
		})
	}
}

// TestWaitWithErrorsOfAStub: an error that has a code and no status is what its code says, and a nil one is no panic.
func TestWaitWithErrorsOfAStub(t *testing.T) {
	t.Parallel()
	for name, failed := range map[string]error{
		"a code alone": &awsquery.Error{Operation: "DescribeClusterSnapshots", Code: models.ErrInvalidTagFault},
		"no answer":    (*awsquery.SendError)(nil),
		"no error":     (*awsquery.Error)(nil),
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := &answers{list: []answer{{snapshots: []models.Snapshot{{Status: models.SnapshotStatusCreating}}}, {err: failed}}}
			began := time.Now()
			_, err := over(stub).WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{})
			if waited := time.Since(began); !errors.Is(err, failed) || waited > time.Minute {
				t.Errorf("%s: %v after %v", name, err, waited)
			}
		})
	}
}
