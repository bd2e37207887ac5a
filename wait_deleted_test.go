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
		wait    redshift.WaitOptions
		limit   time.Duration // of the context
		status  models.SnapshotStatus
		err     error
		asked   []time.Duration
	}{
		"gone at once":      {answers: []answer{failing("ClusterSnapshotNotFound")}, asked: []time.Duration{0}},
		"no longer listed":  {answers: []answer{in("available"), {}}, status: "available", asked: []time.Duration{0, 7500 * time.Millisecond}},
		"shown as deleted":  {answers: []answer{in("available"), in("deleted")}, status: "deleted", asked: []time.Duration{0, 7500 * time.Millisecond}},
		"failed, then gone": {answers: []answer{in("failed"), failing("ClusterSnapshotNotFound")}, status: "failed", asked: []time.Duration{0, 7500 * time.Millisecond}},
		"growing delays": {
			answers: []answer{in("available"), in("available"), in("available"), in("available"), {}},
			wait:    redshift.WaitOptions{MinDelay: 4 * second, MaxDelay: 8 * second},
			status:  "available",
			asked:   []time.Duration{0, 6 * second, 14 * second, 22 * second, 30 * second},
		},
		"never":                      {answers: []answer{in("available")}, limit: 8 * second, status: "available", err: context.DeadlineExceeded, asked: []time.Duration{0, 7500 * time.Millisecond}},
		"a context that has ended":   {answers: []answer{in("available")}, limit: -1, err: context.DeadlineExceeded},
		"two":                        {answers: []answer{{snapshots: make([]models.Snapshot, 2)}}, err: redshift.ErrNotOneSnapshot, asked: []time.Duration{0}},
		"another error":              {answers: []answer{in("available"), failing("AccessDenied")}, status: "available", err: awsquery.ErrorCode("AccessDenied"), asked: []time.Duration{0, 7500 * time.Millisecond}},
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
				var shown []redshift.WaitProgress
				test.wait.Progress = func(progress redshift.WaitProgress) { shown = append(shown, progress) }
				snapshot, err := over(stub).WaitSnapshotDeleted(ctx, nightly, test.wait)
				if snapshot.Status != test.status || !slices.Equal(stub.asked, test.asked) {
					t.Errorf("it was last %q, asked at %v; want %q, %v", snapshot.Status, stub.asked, test.status, test.asked)
				}
				if test.status != "" && (len(shown) == 0 || shown[len(shown)-1].Status != string(test.status)) {
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
		last, err := client.WaitSnapshotDeleted(t.Context(), nightly, redshift.WaitOptions{MinDelay: time.Minute, MaxDelay: time.Hour})
		if waited := time.Since(began); err != nil || last.Status != models.SnapshotStatusAvailable || waited < 48*time.Hour || waited > 49*time.Hour {
			t.Errorf("after %v it was %q: %v", waited, last.Status, err)
		}
	})
}
