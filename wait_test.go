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

// pollResponses is a stub that returns its list of responses in order, and then repeats the last one.
type pollResponses struct {
	redshift.ClientService
	list     []pollResponse
	polledAt []time.Duration // the times of the calls since the first
	first    time.Time
}

type pollResponse struct {
	snapshots []models.Snapshot
	marker    string
	err       error
	nothing   bool // no result, and no error
}

// errNothing represents an error that is matched by its text.
var errNothing = errors.New("neither a result nor an error")

func withStatus(status models.SnapshotStatus) pollResponse {
	return pollResponse{snapshots: []models.Snapshot{{SnapshotIdentifier: "nightly-secret", Status: status}}}
}

func failing(code awsquery.ErrorCode) pollResponse {
	return pollResponse{err: &awsquery.Error{Operation: "DescribeClusterSnapshots", StatusCode: 404, Code: code}}
}

func (a *pollResponses) DescribeClusterSnapshots(ctx context.Context, _ *redshift.DescribeClusterSnapshotsParams, _ ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	if a.first.IsZero() {
		a.first = time.Now()
	}
	next := a.list[min(len(a.polledAt), len(a.list)-1)]
	a.polledAt = append(a.polledAt, time.Since(a.first))
	if next.err != nil || next.nothing {
		return nil, next.err
	}

	return &redshift.DescribeClusterSnapshotsResult{Snapshots: next.snapshots, Marker: next.marker}, nil
}

func TestWaitSnapshotAvailablePollsUntilItIsAvailable(t *testing.T) {
	t.Parallel()
	second := time.Second
	for name, test := range map[string]struct {
		responses []pollResponse
		wait      redshift.WaitOptions
		limit     time.Duration // of the context
		status    models.SnapshotStatus
		err       error
		polledAt  []time.Duration
	}{
		"available immediately": {responses: []pollResponse{withStatus("available")}, status: "available", polledAt: []time.Duration{0}},
		"after a while, with growing delays": {
			responses: []pollResponse{withStatus("creating"), withStatus("creating"), withStatus("creating"), withStatus("creating"), withStatus("available")},
			wait:      redshift.WaitOptions{MinDelay: 4 * second, MaxDelay: 8 * second},
			status:    "available",
			polledAt:  []time.Duration{0, 6 * second, 14 * second, 22 * second, 30 * second},
		},
		"default delays": {
			responses: []pollResponse{withStatus("creating"), withStatus("creating"), withStatus("creating"), withStatus("available")},
			status:    "available",
			polledAt:  []time.Duration{0, 7500 * time.Millisecond, 18750 * time.Millisecond, 35625 * time.Millisecond},
		},
		"final snapshot":                  {responses: []pollResponse{withStatus("final snapshot")}, status: "final snapshot", polledAt: []time.Duration{0}},
		"an unknown state":                {responses: []pollResponse{withStatus("polishing"), withStatus("available")}, status: "available", polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"failed":                          {responses: []pollResponse{withStatus("creating"), withStatus("failed")}, status: "failed", err: redshift.ErrSnapshotFailed, polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"deleted":                         {responses: []pollResponse{withStatus("deleted")}, status: "deleted", err: redshift.ErrSnapshotDeleted, polledAt: []time.Duration{0}},
		"not found":                       {responses: []pollResponse{failing("ClusterSnapshotNotFound")}, err: models.ErrClusterSnapshotNotFound, polledAt: []time.Duration{0}},
		"neither result nor error":        {responses: []pollResponse{{nothing: true}}, err: errNothing, polledAt: []time.Duration{0}},
		"none":                            {responses: []pollResponse{{}}, err: redshift.ErrNotOneSnapshot, polledAt: []time.Duration{0}},
		"two":                             {responses: []pollResponse{{snapshots: make([]models.Snapshot, 2)}}, err: redshift.ErrNotOneSnapshot, polledAt: []time.Duration{0}},
		"one, and a next page":            {responses: []pollResponse{{snapshots: make([]models.Snapshot, 1), marker: "x"}}, err: redshift.ErrNotOneSnapshot, polledAt: []time.Duration{0}},
		"another error":                   {responses: []pollResponse{withStatus("creating"), failing("AccessDenied")}, status: "creating", err: awsquery.ErrorCode("AccessDenied"), polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"new and not yet found":           {responses: []pollResponse{failing("ClusterSnapshotNotFound"), {}, withStatus("creating"), withStatus("available")}, wait: redshift.WaitOptions{ExpectNew: true, MinDelay: second, MaxDelay: second}, status: "available", polledAt: []time.Duration{0, second, 2 * second, 3 * second}},
		"new and never found":             {responses: []pollResponse{failing("ClusterSnapshotNotFound")}, wait: redshift.WaitOptions{ExpectNew: true, MinDelay: second, MaxDelay: second}, err: models.ErrClusterSnapshotNotFound, polledAt: []time.Duration{0, second, 2 * second, 3 * second, 4 * second, 5 * second}},
		"new, seen, and then gone":        {responses: []pollResponse{withStatus("creating"), failing("ClusterSnapshotNotFound")}, wait: redshift.WaitOptions{ExpectNew: true}, status: "creating", err: models.ErrClusterSnapshotNotFound, polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"the deadline":                    {responses: []pollResponse{withStatus("creating")}, limit: 8 * second, status: "creating", err: context.DeadlineExceeded, polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"an ended context":                {responses: []pollResponse{withStatus("creating")}, limit: -1, err: context.DeadlineExceeded},
		"MaxDelay below the default":      {responses: []pollResponse{withStatus("creating"), withStatus("creating"), withStatus("available")}, wait: redshift.WaitOptions{MaxDelay: second}, status: "available", polledAt: []time.Duration{0, second, 2 * second}},
		"MinDelay above default MaxDelay": {responses: []pollResponse{withStatus("creating"), withStatus("creating"), withStatus("available")}, wait: redshift.WaitOptions{MinDelay: time.Minute}, status: "available", polledAt: []time.Duration{0, 90 * second, 180 * second}},
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
				stub := &pollResponses{list: test.responses}
				var shown []redshift.WaitProgress
				wait := test.wait
				wait.Progress = func(progress redshift.WaitProgress) { shown = append(shown, progress) }
				snapshot, err := clientOf(stub).WaitSnapshotAvailable(ctx, nightly, wait)
				if snapshot.Status != test.status {
					t.Errorf("Status = %q, want %q", snapshot.Status, test.status)
				}
				if !slices.Equal(stub.polledAt, test.polledAt) {
					t.Errorf("polled at %v, want %v", stub.polledAt, test.polledAt)
				}
				if test.err == nil {
					if err != nil {
						t.Errorf("err = %v, want nil", err)
					}
				} else {
					var failure *redshift.SnapshotWaitError
					matches := errors.Is(err, test.err) || test.err == errNothing && strings.Contains(err.Error(), errNothing.Error())
					if !matches || !errors.As(err, &failure) {
						t.Fatalf("err = %v, want a SnapshotWaitError with %v", err, test.err)
					}
					if failure.Last.Status != test.status || failure.Polls != len(test.polledAt) {
						t.Errorf("the error has the status %q after %d polls, want %q after %d",
							failure.Last.Status, failure.Polls, test.status, len(test.polledAt))
					}
					encoded, marshalErr := json.Marshal(err)
					if marshalErr != nil {
						t.Error(marshalErr)
					}
					for _, text := range []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), string(encoded)} {
						if strings.Contains(text, "nightly-secret") {
							t.Errorf("the error shows the value of a parameter: %s", text)
						}
					}
				}
				if test.status != "" && (len(shown) == 0 || shown[len(shown)-1].Status != string(test.status)) {
					t.Errorf("progress = %+v, want the last status %s", shown, test.status)
				}
			})
		})
	}
}

// The delay grows from any initial value.
func TestDelayGrowsFromANanosecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		stub := &pollResponses{list: []pollResponse{withStatus("creating")}}
		_, err := clientOf(stub).WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{MinDelay: 1, MaxDelay: math.MaxInt64})
		if !errors.Is(err, context.DeadlineExceeded) || len(stub.polledAt) > 40 {
			t.Errorf("err = %v after %d polls, want context.DeadlineExceeded", err, len(stub.polledAt))
		}
	})
}

func TestWaitEndsWhenTheContextIsCanceled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reason := errors.New("canceled by the job")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(7*time.Second, func() { cancel(reason) })
		began := time.Now()
		_, err := clientOf(&pollResponses{list: []pollResponse{withStatus("creating")}}).WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{MinDelay: time.Hour})
		if !errors.Is(err, reason) || !errors.Is(err, context.Canceled) || time.Since(began) != 7*time.Second {
			t.Errorf("err = %v after %v, want %v and context.Canceled", err, time.Since(began), reason)
		}
	})
}

// After the client's first response from AWS, a wait tolerates temporary faults.
func TestWaitToleratesOutages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wait      redshift.WaitOptions
		fault     redshifttest.Fault
		faults    int  // the number of attempts with the fault; five make a poll fail
		fromStart bool // from the first poll on
		newClient bool // the client that waits has made no call
		want      error
		longest   time.Duration // the maximum duration of the wait
	}{
		"unavailable":              {fault: redshifttest.Fault{Status: http.StatusServiceUnavailable}, faults: 15, longest: 10 * time.Minute},
		"throttled":                {fault: redshifttest.Fault{Code: awsquery.ErrRequestLimitExceeded}, faults: 15, longest: 10 * time.Minute},
		"connections that break":   {fault: redshifttest.Fault{Cut: true}, faults: 15, longest: 10 * time.Minute},
		"truncated responses":      {fault: redshifttest.Fault{Truncate: true}, faults: 15, longest: 10 * time.Minute},
		"refused":                  {fault: redshifttest.Fault{Code: awsquery.ErrAccessDenied}, faults: 1, want: awsquery.ErrAccessDenied, longest: time.Minute},
		"unavailable at the start": {fault: redshifttest.Fault{Cut: true}, faults: 15, fromStart: true, longest: 10 * time.Minute},
		"unavailable from the first call on": {
			fault: redshifttest.Fault{Cut: true}, faults: 15, fromStart: true, newClient: true, want: io.ErrUnexpectedEOF, longest: time.Minute,
		},
		"for too long": {fault: redshifttest.Fault{Cut: true}, faults: 1000, want: io.ErrUnexpectedEOF, longest: 12 * time.Minute},
		"for longer than MaxOutage": {
			wait: redshift.WaitOptions{MaxOutage: time.Minute}, fault: redshifttest.Fault{Cut: true}, faults: 1000, want: io.ErrUnexpectedEOF, longest: 2 * time.Minute,
		},
		"with long delays": {
			wait: redshift.WaitOptions{MinDelay: 20 * time.Minute}, fault: redshifttest.Fault{Cut: true}, faults: 5, longest: time.Hour,
		},
		"without tolerance": {
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
				if test.newClient {
					if client, err = redshift.NewWithoutJitter(fake.Config()); err != nil {
						t.Fatal(err)
					}
				}
				inject := sync.OnceFunc(func() {
					injectNext(t, fake, "DescribeClusterSnapshots", slices.Repeat([]redshifttest.Fault{test.fault}, test.faults)...)
				})
				if test.fromStart {
					inject()
				}
				test.wait.Progress = func(redshift.WaitProgress) { inject() }
				began := time.Now()
				snapshot, err := client.WaitSnapshotAvailable(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "nightly"}, test.wait)
				if waited := time.Since(began); waited > test.longest {
					t.Errorf("the wait took %v, want at most %v", waited, test.longest)
				}
				var failed *redshift.SnapshotWaitError
				switch {
				case test.want == nil && (err != nil || snapshot.Status != models.SnapshotStatusAvailable || fake.PendingFaults() != 0):
					t.Errorf("Status = %s, %d pending faults, err = %v", snapshot.Status, fake.PendingFaults(), err)
				case test.want != nil && (!errors.Is(err, test.want) || !errors.As(err, &failed)):
					t.Errorf("err = %v", err)
				case failed != nil && !test.fromStart && failed.Last.Status != models.SnapshotStatusCreating:
					t.Errorf("Last.Status = %q", failed.Last.Status)
				}
			})
		})
	}
}

// An error with a code and no status is classified by its code. A nil error causes no panic.
func TestWaitClassifiesErrorsOfStubs(t *testing.T) {
	t.Parallel()
	for name, failed := range map[string]error{
		"only a code":   &awsquery.Error{Operation: "DescribeClusterSnapshots", Code: models.ErrInvalidTagFault},
		"nil SendError": (*awsquery.SendError)(nil),
		"nil Error":     (*awsquery.Error)(nil),
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := &pollResponses{list: []pollResponse{{snapshots: []models.Snapshot{{Status: models.SnapshotStatusCreating}}}, {err: failed}}}
			began := time.Now()
			_, err := clientOf(stub).WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{})
			if waited := time.Since(began); !errors.Is(err, failed) || waited > time.Minute {
				t.Errorf("%s: err = %v after %v, want %v", name, err, waited, failed)
			}
		})
	}
}
