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

func TestWaitSnapshotDeletedPollsUntilItIsGone(t *testing.T) {
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
		"gone immediately":  {responses: []pollResponse{failing("ClusterSnapshotNotFound")}, polledAt: []time.Duration{0}},
		"no longer listed":  {responses: []pollResponse{withStatus("available"), {}}, status: "available", polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"shown as deleted":  {responses: []pollResponse{withStatus("available"), withStatus("deleted")}, status: "deleted", polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"failed, then gone": {responses: []pollResponse{withStatus("failed"), failing("ClusterSnapshotNotFound")}, status: "failed", polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"growing delays": {
			responses: []pollResponse{withStatus("available"), withStatus("available"), withStatus("available"), withStatus("available"), {}},
			wait:      redshift.WaitOptions{MinDelay: 4 * second, MaxDelay: 8 * second},
			status:    "available",
			polledAt:  []time.Duration{0, 6 * second, 14 * second, 22 * second, 30 * second},
		},
		"never deleted":            {responses: []pollResponse{withStatus("available")}, limit: 8 * second, status: "available", err: context.DeadlineExceeded, polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"an ended context":         {responses: []pollResponse{withStatus("available")}, limit: -1, err: context.DeadlineExceeded},
		"two":                      {responses: []pollResponse{{snapshots: make([]models.Snapshot, 2)}}, err: redshift.ErrNotOneSnapshot, polledAt: []time.Duration{0}},
		"another error":            {responses: []pollResponse{withStatus("available"), failing("AccessDenied")}, status: "available", err: awsquery.ErrorCode("AccessDenied"), polledAt: []time.Duration{0, 7500 * time.Millisecond}},
		"neither result nor error": {responses: []pollResponse{{nothing: true}}, err: errNothing, polledAt: []time.Duration{0}},
		"one, and a next page":     {responses: []pollResponse{{snapshots: make([]models.Snapshot, 1), marker: "x"}}, err: redshift.ErrNotOneSnapshot, polledAt: []time.Duration{0}},
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
				test.wait.Progress = func(progress redshift.WaitProgress) { shown = append(shown, progress) }
				snapshot, err := clientOf(stub).WaitSnapshotDeleted(ctx, nightly, test.wait)
				if snapshot.Status != test.status || !slices.Equal(stub.polledAt, test.polledAt) {
					t.Errorf("last status = %q, polled at %v; want %q, %v", snapshot.Status, stub.polledAt, test.status, test.polledAt)
				}
				if test.status != "" && (len(shown) == 0 || shown[len(shown)-1].Status != string(test.status)) {
					t.Errorf("progress = %+v, want the last status %s", shown, test.status)
				}
				if test.err == nil {
					if err != nil {
						t.Errorf("err = %v, want nil", err)
					}

					return
				}
				var failure *redshift.SnapshotWaitError
				if matches := errors.Is(err, test.err) || test.err == errNothing && strings.Contains(err.Error(), errNothing.Error()); !matches || !errors.As(err, &failure) {
					t.Fatalf("err = %v, want a SnapshotWaitError with %v", err, test.err)
				}
				if failure.Last.Status != test.status || failure.Polls != len(test.polledAt) {
					t.Errorf("the error has the status %q after %d polls, want %q after %d",
						failure.Last.Status, failure.Polls, test.status, len(test.polledAt))
				}
			})
		})
	}
}

// fakeClient returns a client and a fake that has the cluster analytics.
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

// Redshift deletes a snapshot at the end of its retention period. A deletion by a call needs no wait with the fake.
func TestWaitSnapshotDeletedEndsWithTheRetentionPeriod(t *testing.T) {
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
			t.Errorf("after %v: last status = %q, err = %v, want nil", waited, last.Status, err)
		}
	})
}
