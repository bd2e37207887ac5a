package redshift_test

import (
	"context"
	"errors"
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

func TestWaitSnapshotDeleted(t *testing.T) {
	t.Parallel()
	second := time.Second
	for name, test := range map[string]struct {
		answers []answer
		wait    redshift.SnapshotDeletionWait
		limit   time.Duration // of the context
		status  models.SnapshotStatus
		err     error
		asked   []time.Duration
	}{
		"gone at once":      {answers: []answer{failing("ClusterSnapshotNotFound")}, asked: []time.Duration{0}},
		"no longer listed":  {answers: []answer{in("available"), {}}, status: "available", asked: []time.Duration{0, 5 * second}},
		"shown as deleted":  {answers: []answer{in("available"), in("deleted")}, status: "deleted", asked: []time.Duration{0, 5 * second}},
		"failed, then gone": {answers: []answer{in("failed"), failing("ClusterSnapshotNotFound")}, status: "failed", asked: []time.Duration{0, 5 * second}},
		"growing delays": {
			answers: []answer{in("available"), in("available"), in("available"), in("available"), {}},
			wait:    redshift.SnapshotDeletionWait{MinDelay: 4 * second, MaxDelay: 8 * second},
			status:  "available",
			asked:   []time.Duration{0, 4 * second, 10 * second, 18 * second, 26 * second},
		},
		"never":                      {answers: []answer{in("available")}, limit: 7 * second, status: "available", err: context.DeadlineExceeded, asked: []time.Duration{0, 5 * second}},
		"a context that has ended":   {answers: []answer{in("available")}, limit: -1, err: context.DeadlineExceeded},
		"two":                        {answers: []answer{{snapshots: make([]models.Snapshot, 2)}}, err: redshift.ErrNotOneSnapshot, asked: []time.Duration{0}},
		"another error":              {answers: []answer{in("available"), failing("AccessDenied")}, status: "available", err: awsquery.ErrorCode("AccessDenied"), asked: []time.Duration{0, 5 * second}},
		"neither result nor error":   {answers: []answer{{nothing: true}}, err: errNothing, asked: []time.Duration{0}},
		"a page and more after that": {answers: []answer{{snapshots: make([]models.Snapshot, 1), marker: "x"}}, err: redshift.ErrNotOneSnapshot, asked: []time.Duration{0}},
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
				var shown []redshift.SnapshotProgress
				test.wait.Progress = func(progress redshift.SnapshotProgress) { shown = append(shown, progress) }
				snapshot, err := redshift.WaitSnapshotDeleted(ctx, stub, nightly, test.wait)
				if snapshot.Status != test.status || !slices.Equal(stub.asked, test.asked) {
					t.Errorf("it was last %q, asked at %v; want %q, %v", snapshot.Status, stub.asked, test.status, test.asked)
				}
				if test.status != "" && (len(shown) == 0 || shown[len(shown)-1].Snapshot.Status != test.status) {
					t.Errorf("progress was shown as %+v, want it to end with %s", shown, test.status)
				}
				if test.err == nil {
					if err != nil {
						t.Errorf("failed: %v", err)
					}

					return
				}
				var failure *redshift.SnapshotWaitError
				if matches := errors.Is(err, test.err) || test.err == errNothing && strings.Contains(err.Error(), errNothing.Error()); !matches || !errors.As(err, &failure) {
					t.Fatalf("got the error %v, want a SnapshotWaitError with %v", err, test.err)
				}
				if failure.Last.Status != test.status || failure.Polls != len(test.asked) {
					t.Errorf("the error holds %q after %d polls", failure.Last.Status, failure.Polls)
				}
			})
		})
	}
}

func TestWaitSnapshotDeletedRefuses(t *testing.T) {
	t.Parallel()
	for want, wait := range map[string]redshift.SnapshotDeletionWait{
		"a delay of SnapshotDeletionWait is negative":         {MaxDelay: -1},
		"MaxDelay of SnapshotDeletionWait is shorter than":    {MinDelay: time.Minute, MaxDelay: time.Second},
		"the parameters name none, set SnapshotIdentifier or": {},
	} {
		params := nightly
		if wait.MaxDelay == 0 {
			params = nil
		}
		stub := &answers{list: []answer{{}}}
		if _, err := redshift.WaitSnapshotDeleted(t.Context(), stub, params, wait); err == nil || !strings.Contains(err.Error(), want) || len(stub.asked) > 0 {
			t.Errorf("%s: got %v after %d polls", want, err, len(stub.asked))
		}
	}
}

// fakeClient is a client of a fake that has the cluster analytics.
func fakeClient(t *testing.T, options redshifttest.Options) (*redshift.Client, *redshifttest.Fake) {
	t.Helper()
	fake := redshifttest.New(options)
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	client, err := redshift.New(fake.Config())
	if err != nil {
		t.Fatal(err)
	}

	return client, fake
}

// The end of a retention period deletes a snapshot; so does Delete, which needs no wait with the fake.
func TestWaitForTheEndOfARetentionPeriod(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := fakeClient(t, redshifttest.Options{})
		params := create()
		params.ManualSnapshotRetentionPeriod = new(int)
		*params.ManualSnapshotRetentionPeriod = 2
		if _, err := client.CreateClusterSnapshot(t.Context(), params); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		last, err := client.WaitSnapshotDeleted(t.Context(), nightly, redshift.SnapshotDeletionWait{MinDelay: time.Minute, MaxDelay: time.Hour})
		if waited := time.Since(began); err != nil || last.Status != models.SnapshotStatusAvailable || waited < 48*time.Hour || waited > 49*time.Hour {
			t.Errorf("after %v it was %q: %v", waited, last.Status, err)
		}
	})
}
