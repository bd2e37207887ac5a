package redshift_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// restores is a stub that gives one answer after the other, the last one for ever.
type restores struct {
	redshift.ClientService
	list  []restoreAnswer
	asked []time.Duration // when, since the first
	first time.Time
}

type restoreAnswer struct {
	clusters []models.Cluster
	tables   []models.TableRestoreStatus
	marker   string
	err      error
	nothing  bool // no result, and no error
}

func (r *restores) next() restoreAnswer {
	if r.first.IsZero() {
		r.first = time.Now()
	}
	next := r.list[min(len(r.asked), len(r.list)-1)]
	r.asked = append(r.asked, time.Since(r.first))

	return next
}

func (r *restores) DescribeClusters(context.Context, *redshift.DescribeClustersParams, ...redshift.Option) (*redshift.DescribeClustersResult, error) {
	next := r.next()
	if next.err != nil || next.nothing {
		return nil, next.err
	}

	return &redshift.DescribeClustersResult{Clusters: next.clusters, Marker: next.marker}, nil
}

func (r *restores) DescribeTableRestoreStatus(context.Context, *redshift.DescribeTableRestoreStatusParams, ...redshift.Option) (*redshift.DescribeTableRestoreStatusResult, error) {
	next := r.next()
	if next.err != nil || next.nothing {
		return nil, next.err
	}

	return &redshift.DescribeTableRestoreStatusResult{TableRestoreStatusDetails: next.tables, Marker: next.marker}, nil
}

// clusterIn is a cluster in a state, whose restore is in another, if it has one.
func clusterIn(status models.ClusterStatus, restore models.RestoreStatusType) restoreAnswer {
	one := models.Cluster{ClusterIdentifier: "drill-secret", ClusterStatus: status}
	if restore != "" {
		one.RestoreStatus = &models.RestoreStatus{Status: restore, ProgressInMegaBytes: 25, SnapshotSizeInMegaBytes: 100}
	}

	return restoreAnswer{clusters: []models.Cluster{one}}
}

func tableIn(status models.TableRestoreStatusType, message string) restoreAnswer {
	return restoreAnswer{tables: []models.TableRestoreStatus{{TableRestoreRequestID: "request-secret", Status: status, Message: message}}}
}

func refused(code awsquery.ErrorCode) restoreAnswer {
	return restoreAnswer{err: &awsquery.Error{Operation: "Describe", StatusCode: 404, Code: code}}
}

// expectation is how a wait ends.
type expectation struct {
	status string
	err    error
	asked  []time.Duration
}

// check holds the end of a wait against what is expected; W is its typed error.
func check[Resource any](t *testing.T, want expectation, stub *restores, last string, err error) {
	t.Helper()
	if last != want.status || !slices.Equal(stub.asked, want.asked) {
		t.Errorf("it was last %q, asked at %v; want %q, %v", last, stub.asked, want.status, want.asked)
	}
	if want.err == nil {
		if err != nil {
			t.Errorf("failed: %v", err)
		}

		return
	}
	var failure *redshift.WaitError[Resource]
	matches := errors.Is(err, want.err) || want.err == errNothing && strings.Contains(err.Error(), errNothing.Error())
	if !matches || !errors.As(err, &failure) {
		t.Fatalf("got the error %v, want a %T with %v", err, failure, want.err)
	}
	if failure.Polls != len(want.asked) || want.status != "" && !strings.Contains(err.Error(), want.status) {
		t.Errorf("the error is %v after %d polls", err, failure.Polls)
	}
	encoded, marshalErr := json.Marshal(err)
	if marshalErr != nil || !strings.Contains(string(encoded), fmt.Sprintf(`"lastStatus":%q`, want.status)) {
		t.Errorf("%v, %s", marshalErr, encoded)
	}
	for _, text := range []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), string(encoded), failure.LogValue().String()} {
		if strings.Contains(text, "-secret") {
			t.Errorf("the error prints the value of a parameter: %s", text)
		}
	}
}

func limited(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	if limit == 0 {
		return t.Context()
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)

	return ctx
}

func TestWaitClusterRestored(t *testing.T) {
	t.Parallel()
	const second = time.Second
	once, twice := []time.Duration{0}, []time.Duration{0, 7500 * time.Millisecond}
	for name, test := range map[string]struct {
		answers []restoreAnswer
		wait    redshift.WaitOptions
		limit   time.Duration
		want    expectation
	}{
		"at once":                  {answers: []restoreAnswer{clusterIn("available", "completed")}, want: expectation{"available", nil, once}},
		"never restored":           {answers: []restoreAnswer{clusterIn("creating", ""), clusterIn("available", "")}, want: expectation{"available", nil, twice}},
		"data on the way":          {answers: []restoreAnswer{clusterIn("creating", "starting"), clusterIn("available", "restoring"), clusterIn("available", "completed")}, want: expectation{"available", nil, []time.Duration{0, 7500 * time.Millisecond, 18750 * time.Millisecond}}},
		"data on the way, enough":  {answers: []restoreAnswer{clusterIn("creating", "starting"), clusterIn("available", "restoring")}, wait: redshift.WaitOptions{AvailableSuffices: true}, want: expectation{"available", nil, twice}},
		"resized":                  {answers: []restoreAnswer{clusterIn("available, resize-cleanup", "completed")}, want: expectation{"available, resize-cleanup", nil, once}},
		"completed, not available": {answers: []restoreAnswer{clusterIn("rebooting", "completed"), clusterIn("available", "completed")}, want: expectation{"available", nil, twice}},
		"a state of the future":    {answers: []restoreAnswer{clusterIn("polishing", "polishing"), clusterIn("available", "completed")}, want: expectation{"available", nil, twice}},
		"a restore of the future":  {answers: []restoreAnswer{clusterIn("available", "polishing"), clusterIn("available", "completed")}, want: expectation{"available", nil, twice}},
		"growing delays": {
			answers: []restoreAnswer{clusterIn("creating", ""), clusterIn("creating", ""), clusterIn("creating", ""), clusterIn("available", "")},
			wait:    redshift.WaitOptions{MinDelay: 4 * second, MaxDelay: 5 * second},
			want:    expectation{"available", nil, []time.Duration{0, 5 * second, 10 * second, 15 * second}},
		},
		"failed":                   {answers: []restoreAnswer{clusterIn("creating", "restoring"), clusterIn("creating", "failed")}, want: expectation{"creating", redshift.ErrRestoreFailed, twice}},
		"failed, though available": {answers: []restoreAnswer{clusterIn("available", "failed")}, want: expectation{"available", redshift.ErrRestoreFailed, once}},
		"incompatible":             {answers: []restoreAnswer{clusterIn("incompatible-restore", "restoring")}, want: expectation{"incompatible-restore", redshift.ErrRestoreFailed, once}},
		"incompatible network":     {answers: []restoreAnswer{clusterIn("incompatible-network", "")}, want: expectation{"incompatible-network", redshift.ErrClusterUnusable, once}},
		"incompatible parameters":  {answers: []restoreAnswer{clusterIn("incompatible-parameters", "")}, want: expectation{"incompatible-parameters", redshift.ErrClusterUnusable, once}},
		"incompatible HSM":         {answers: []restoreAnswer{clusterIn("incompatible-hsm", "")}, want: expectation{"incompatible-hsm", redshift.ErrClusterUnusable, once}},
		"broken":                   {answers: []restoreAnswer{clusterIn("hardware-failure", "")}, want: expectation{"hardware-failure", redshift.ErrClusterUnusable, once}},
		"full":                     {answers: []restoreAnswer{clusterIn("storage-full", "")}, want: expectation{"storage-full", redshift.ErrClusterUnusable, once}},
		"paused":                   {answers: []restoreAnswer{clusterIn("paused", "completed")}, want: expectation{"paused", redshift.ErrClusterUnusable, once}},
		"being deleted":            {answers: []restoreAnswer{clusterIn("creating", ""), clusterIn("deleting", "")}, want: expectation{"deleting", redshift.ErrClusterUnusable, twice}},
		"a last snapshot":          {answers: []restoreAnswer{clusterIn("final-snapshot", "")}, want: expectation{"final-snapshot", redshift.ErrClusterUnusable, once}},
		"not found":                {answers: []restoreAnswer{refused("ClusterNotFound")}, want: expectation{"", models.ErrClusterNotFound, once}},
		"none":                     {answers: []restoreAnswer{{}}, want: expectation{"", redshift.ErrNotOneCluster, once}},
		"two":                      {answers: []restoreAnswer{{clusters: make([]models.Cluster, 2)}}, want: expectation{"", redshift.ErrNotOneCluster, once}},
		"more than a page":         {answers: []restoreAnswer{{clusters: make([]models.Cluster, 1), marker: "x"}}, want: expectation{"", redshift.ErrNotOneCluster, once}},
		"neither result nor error": {answers: []restoreAnswer{{nothing: true}}, want: expectation{"", errNothing, once}},
		"another error":            {answers: []restoreAnswer{clusterIn("creating", ""), refused("AccessDenied")}, want: expectation{"creating", awsquery.ErrAccessDenied, twice}},
		"new, not yet found":       {answers: []restoreAnswer{refused("ClusterNotFound"), {}, clusterIn("available", "")}, wait: redshift.WaitOptions{ExpectNew: true, MaxDelay: second}, want: expectation{"available", nil, []time.Duration{0, second, 2 * second}}},
		"new, never found":         {answers: []restoreAnswer{refused("ClusterNotFound")}, wait: redshift.WaitOptions{ExpectNew: true, MaxDelay: second}, want: expectation{"", models.ErrClusterNotFound, []time.Duration{0, second, 2 * second, 3 * second, 4 * second, 5 * second}}},
		"new, seen, then gone":     {answers: []restoreAnswer{clusterIn("creating", ""), refused("ClusterNotFound")}, wait: redshift.WaitOptions{ExpectNew: true}, want: expectation{"creating", models.ErrClusterNotFound, twice}},
		"the deadline":             {answers: []restoreAnswer{clusterIn("creating", "")}, limit: 8 * second, want: expectation{"creating", context.DeadlineExceeded, twice}},
		"a context that has ended": {answers: []restoreAnswer{clusterIn("creating", "")}, limit: -1, want: expectation{"", context.DeadlineExceeded, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stub := &restores{list: test.answers}
				var shown []redshift.WaitProgress
				test.wait.Progress = func(progress redshift.WaitProgress) { shown = append(shown, progress) }
				last, err := over(stub).WaitClusterRestored(limited(t, test.limit), &redshift.DescribeClustersParams{ClusterIdentifier: "drill"}, test.wait)
				check[models.Cluster](t, test.want, stub, string(last.ClusterStatus), err)
				if test.want.status != "" && (len(shown) == 0 || shown[len(shown)-1].Status != test.want.status) {
					t.Errorf("progress was shown as %+v", shown)
				}
			})
		})
	}
}

func TestWaitTableRestored(t *testing.T) {
	t.Parallel()
	const second = time.Second
	once, twice := []time.Duration{0}, []time.Duration{0, 7500 * time.Millisecond}
	for name, test := range map[string]struct {
		answers []restoreAnswer
		wait    redshift.WaitOptions
		limit   time.Duration
		want    expectation
	}{
		"at once":                  {answers: []restoreAnswer{tableIn("SUCCEEDED", "")}, want: expectation{"SUCCEEDED", nil, once}},
		"after a while":            {answers: []restoreAnswer{tableIn("PENDING", "queued"), tableIn("IN_PROGRESS", ""), tableIn("SUCCEEDED", "done")}, want: expectation{"SUCCEEDED", nil, []time.Duration{0, 7500 * time.Millisecond, 18750 * time.Millisecond}}},
		"a state of the future":    {answers: []restoreAnswer{tableIn("POLISHING", ""), tableIn("SUCCEEDED", "")}, want: expectation{"SUCCEEDED", nil, twice}},
		"failed":                   {answers: []restoreAnswer{tableIn("PENDING", ""), tableIn("FAILED", "")}, want: expectation{"FAILED", redshift.ErrRestoreFailed, twice}},
		"cancelled":                {answers: []restoreAnswer{tableIn("CANCELED", "")}, want: expectation{"CANCELED", redshift.ErrRestoreCanceled, once}},
		"not found":                {answers: []restoreAnswer{refused("TableRestoreNotFoundFault")}, want: expectation{"", models.ErrTableRestoreNotFoundFault, once}},
		"no such cluster":          {answers: []restoreAnswer{refused("ClusterNotFound")}, wait: redshift.WaitOptions{ExpectNew: true}, want: expectation{"", models.ErrClusterNotFound, once}},
		"none":                     {answers: []restoreAnswer{{}}, want: expectation{"", redshift.ErrNotOneTableRestore, once}},
		"two":                      {answers: []restoreAnswer{{tables: make([]models.TableRestoreStatus, 2)}}, want: expectation{"", redshift.ErrNotOneTableRestore, once}},
		"more than a page":         {answers: []restoreAnswer{{tables: make([]models.TableRestoreStatus, 1), marker: "x"}}, want: expectation{"", redshift.ErrNotOneTableRestore, once}},
		"neither result nor error": {answers: []restoreAnswer{{nothing: true}}, want: expectation{"", errNothing, once}},
		"another error":            {answers: []restoreAnswer{tableIn("PENDING", ""), refused("AccessDenied")}, want: expectation{"PENDING", awsquery.ErrAccessDenied, twice}},
		"new, not yet found":       {answers: []restoreAnswer{refused("TableRestoreNotFoundFault"), {}, tableIn("SUCCEEDED", "")}, wait: redshift.WaitOptions{ExpectNew: true, MaxDelay: second}, want: expectation{"SUCCEEDED", nil, []time.Duration{0, second, 2 * second}}},
		"new, never found":         {answers: []restoreAnswer{{}}, wait: redshift.WaitOptions{ExpectNew: true, MinDelay: second, MaxDelay: second}, want: expectation{"", redshift.ErrNotOneTableRestore, []time.Duration{0, second, 2 * second, 3 * second, 4 * second, 5 * second}}},
		"the deadline":             {answers: []restoreAnswer{tableIn("PENDING", "")}, limit: 8 * second, want: expectation{"PENDING", context.DeadlineExceeded, twice}},
		"a context that has ended": {answers: []restoreAnswer{tableIn("PENDING", "")}, limit: -1, want: expectation{"", context.DeadlineExceeded, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stub := &restores{list: test.answers}
				var shown []redshift.WaitProgress
				test.wait.Progress = func(progress redshift.WaitProgress) { shown = append(shown, progress) }
				last, err := over(stub).WaitTableRestored(limited(t, test.limit), &redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: "request"}, test.wait)
				check[models.TableRestoreStatus](t, test.want, stub, string(last.Status), err)
				if test.want.status != "" && (len(shown) == 0 || shown[len(shown)-1].Status != test.want.status) {
					t.Errorf("progress was shown as %+v", shown)
				}
			})
		})
	}

	failed := &restores{list: []restoreAnswer{tableIn("FAILED", "no room for\norders"+strings.Repeat("!", 2000))}}
	_, err := over(failed).WaitTableRestored(t.Context(), &redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: "request"}, redshift.WaitOptions{})
	if text := err.Error(); !strings.Contains(text, `the restore failed: "no room for\norders!!`) || len(text) > 1200 {
		t.Errorf("Redshift's message is lost, or too long: %s", text)
	}
}

// slow is a stub whose calls last until their context ends.
type slow struct{ redshift.ClientService }

func (slow) DescribeClusterSnapshots(ctx context.Context, _ *redshift.DescribeClusterSnapshotsParams, _ ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	<-ctx.Done()

	return nil, ctx.Err()
}

func TestWaitKeepsTheCauseOfACallThatWasCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reason := errors.New("the job was called off")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(reason) })
		if _, err := over(slow{}).WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{}); !errors.Is(err, reason) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// TestNilWaitError: a nil error prints, as a field that was never set does.
func TestNilWaitError(t *testing.T) {
	t.Parallel()
	var none *redshift.TableRestoreWaitError
	text, err := json.Marshal(none)
	if fmt.Sprint(none) != "waiting for a restored table" || none.Unwrap() != nil || string(text) != "null" || err != nil {
		t.Errorf("%v, %s, %v", none, text, err)
	}
}

// TestRestoresInABubble restores from the fake, which says at first that there is nothing, as Redshift may.
func TestRestoresInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, fake := fakeClient(t, redshifttest.Options{})
		created, err := client.CreateClusterSnapshot(t.Context(), create())
		if err != nil {
			t.Fatal(err)
		}
		failNext(t, fake, "DescribeClusterSnapshots", models.ErrClusterSnapshotNotFound, 2)
		if _, err := client.WaitSnapshotAvailable(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotArn: created.Snapshot.SnapshotArn}, redshift.WaitOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.RestoreFromClusterSnapshot(t.Context(), &redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "drill", SnapshotIdentifier: "nightly"}); err != nil {
			t.Fatal(err)
		}
		failNext(t, fake, "DescribeClusters", models.ErrClusterNotFound, 2)
		began := time.Now()
		cluster, err := client.WaitClusterRestored(t.Context(), &redshift.DescribeClustersParams{ClusterIdentifier: "drill"}, redshift.WaitOptions{})
		if took := time.Since(began); err != nil || cluster.RestoreStatus.Status != models.RestoreStatusTypeCompleted || took < redshifttest.DefaultRestoreDuration {
			t.Errorf("%v after %v: %+v", err, took, cluster)
		}
		asked, err := client.RestoreTableFromClusterSnapshot(t.Context(), &redshift.RestoreTableFromClusterSnapshotParams{
			ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", SourceDatabaseName: "dev", SourceTableName: "orders", NewTableName: "orders_before",
		})
		if err != nil {
			t.Fatal(err)
		}
		failNext(t, fake, "DescribeTableRestoreStatus", models.ErrTableRestoreNotFoundFault, 2)
		table, err := client.WaitTableRestored(t.Context(),
			&redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: asked.TableRestoreStatus.TableRestoreRequestID}, redshift.WaitOptions{})
		if err != nil || table.Status != models.TableRestoreStatusTypeSucceeded {
			t.Errorf("%v: %+v", err, table)
		}
	})
}
