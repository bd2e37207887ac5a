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

// restores is a stub that returns its list of responses in order, and then repeats the last one.
type restores struct {
	redshift.ClientService
	list     []restoreResponse
	polledAt []time.Duration // the times of the calls since the first
	first    time.Time
}

type restoreResponse struct {
	clusters []models.Cluster
	tables   []models.TableRestoreStatus
	resize   *redshift.DescribeResizeResult // nil if the cluster never had a resize
	marker   string
	err      error
	nothing  bool // no result, and no error
}

func (r *restores) next() restoreResponse {
	if r.first.IsZero() {
		r.first = time.Now()
	}
	next := r.list[min(len(r.polledAt), len(r.list)-1)]
	r.polledAt = append(r.polledAt, time.Since(r.first))

	return next
}

func (r *restores) DescribeClusters(context.Context, *redshift.DescribeClustersParams, ...redshift.Option) (*redshift.DescribeClustersResult, error) {
	next := r.next()
	if next.err != nil || next.nothing {
		return nil, next.err
	}

	return &redshift.DescribeClustersResult{Clusters: next.clusters, Marker: next.marker}, nil
}

// DescribeResize is the second call of a poll, and uses the same response.
func (r *restores) DescribeResize(_ context.Context, params *redshift.DescribeResizeParams, _ ...redshift.Option) (*redshift.DescribeResizeResult, error) {
	last := r.list[min(len(r.polledAt), len(r.list))-1]
	if params.ClusterIdentifier != last.clusters[0].ClusterIdentifier {
		return nil, &awsquery.Error{Operation: "DescribeResize", StatusCode: 404, Code: models.ErrClusterNotFound}
	}
	if last.resize == nil {
		return nil, &awsquery.Error{Operation: "DescribeResize", StatusCode: 404, Code: models.ErrResizeNotFound}
	}

	return last.resize, nil
}

func (r *restores) DescribeTableRestoreStatus(context.Context, *redshift.DescribeTableRestoreStatusParams, ...redshift.Option) (*redshift.DescribeTableRestoreStatusResult, error) {
	next := r.next()
	if next.err != nil || next.nothing {
		return nil, next.err
	}

	return &redshift.DescribeTableRestoreStatusResult{TableRestoreStatusDetails: next.tables, Marker: next.marker}, nil
}

// clusterIn returns a response with a cluster and the state of its restore, if any.
func clusterIn(status models.ClusterStatus, restore models.RestoreStatusType) restoreResponse {
	one := models.Cluster{ClusterIdentifier: "drill-secret", ClusterStatus: status}
	if restore != "" {
		one.RestoreStatus = &models.RestoreStatus{Status: restore, ProgressInMegaBytes: 25, SnapshotSizeInMegaBytes: 100}
	}

	return restoreResponse{clusters: []models.Cluster{one}}
}

func tableIn(status models.TableRestoreStatusType, message string) restoreResponse {
	return restoreResponse{tables: []models.TableRestoreStatus{{TableRestoreRequestID: "request-secret", Status: status, Message: message}}}
}

func refused(code awsquery.ErrorCode) restoreResponse {
	return restoreResponse{err: &awsquery.Error{Operation: "Describe", StatusCode: 404, Code: code}}
}

// expectation is the expected end of a wait.
type expectation struct {
	status   string
	err      error
	polledAt []time.Duration
}

// check compares the end of a wait with the expectation. W is the type of its error.
func check[Resource any](t *testing.T, want expectation, stub *restores, last string, err error) {
	t.Helper()
	if last != want.status || !slices.Equal(stub.polledAt, want.polledAt) {
		t.Errorf("last status = %q, polled at %v; want %q, %v", last, stub.polledAt, want.status, want.polledAt)
	}
	if want.err == nil {
		if err != nil {
			t.Errorf("err = %v, want nil", err)
		}

		return
	}
	var failure *redshift.WaitError[Resource]
	matches := errors.Is(err, want.err) || want.err == errNothing && strings.Contains(err.Error(), errNothing.Error())
	if !matches || !errors.As(err, &failure) {
		t.Fatalf("err = %v, want a %T with %v", err, failure, want.err)
	}
	if failure.Polls != len(want.polledAt) || want.status != "" && !strings.Contains(err.Error(), want.status) {
		t.Errorf("err = %v after %d polls", err, failure.Polls)
	}
	encoded, marshalErr := json.Marshal(err)
	if marshalErr != nil || !strings.Contains(string(encoded), fmt.Sprintf(`"lastStatus":%q`, want.status)) {
		t.Errorf("Marshal() = %[2]s, %[1]v", marshalErr, encoded)
	}
	for _, text := range []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), string(encoded), failure.LogValue().String()} {
		if strings.Contains(text, "-secret") {
			t.Errorf("the error shows the value of a parameter: %s", text)
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

func TestWaitClusterRestoredPollsUntilTheDataIsRestored(t *testing.T) {
	t.Parallel()
	const second = time.Second
	once, twice := []time.Duration{0}, []time.Duration{0, 7500 * time.Millisecond}
	for name, test := range map[string]struct {
		responses []restoreResponse
		wait      redshift.WaitOptions
		limit     time.Duration
		want      expectation
	}{
		"immediately":              {responses: []restoreResponse{clusterIn("available", "completed")}, want: expectation{"available", nil, once}},
		"never restored":           {responses: []restoreResponse{clusterIn("creating", ""), clusterIn("available", "")}, want: expectation{"available", nil, twice}},
		"restoring data":           {responses: []restoreResponse{clusterIn("creating", "starting"), clusterIn("available", "restoring"), clusterIn("available", "completed")}, want: expectation{"available", nil, []time.Duration{0, 7500 * time.Millisecond, 18750 * time.Millisecond}}},
		"restoring, suffices":      {responses: []restoreResponse{clusterIn("creating", "starting"), clusterIn("available", "restoring")}, wait: redshift.WaitOptions{AvailableSuffices: true}, want: expectation{"available", nil, twice}},
		"resized":                  {responses: []restoreResponse{clusterIn("available, resize-cleanup", "completed")}, want: expectation{"available, resize-cleanup", nil, once}},
		"completed, not available": {responses: []restoreResponse{clusterIn("rebooting", "completed"), clusterIn("available", "completed")}, want: expectation{"available", nil, twice}},
		"an unknown state":         {responses: []restoreResponse{clusterIn("polishing", "polishing"), clusterIn("available", "completed")}, want: expectation{"available", nil, twice}},
		"an unknown restore":       {responses: []restoreResponse{clusterIn("available", "polishing"), clusterIn("available", "completed")}, want: expectation{"available", nil, twice}},
		"growing delays": {
			responses: []restoreResponse{clusterIn("creating", ""), clusterIn("creating", ""), clusterIn("creating", ""), clusterIn("available", "")},
			wait:      redshift.WaitOptions{MinDelay: 4 * second, MaxDelay: 5 * second},
			want:      expectation{"available", nil, []time.Duration{0, 5 * second, 10 * second, 15 * second}},
		},
		"failed":                   {responses: []restoreResponse{clusterIn("creating", "restoring"), clusterIn("creating", "failed")}, want: expectation{"creating", redshift.ErrRestoreFailed, twice}},
		"failed, but available":    {responses: []restoreResponse{clusterIn("available", "failed")}, want: expectation{"available", redshift.ErrRestoreFailed, once}},
		"incompatible":             {responses: []restoreResponse{clusterIn("incompatible-restore", "restoring")}, want: expectation{"incompatible-restore", redshift.ErrRestoreFailed, once}},
		"incompatible network":     {responses: []restoreResponse{clusterIn("incompatible-network", "")}, want: expectation{"incompatible-network", redshift.ErrClusterUnusable, once}},
		"incompatible parameters":  {responses: []restoreResponse{clusterIn("incompatible-parameters", "")}, want: expectation{"incompatible-parameters", redshift.ErrClusterUnusable, once}},
		"incompatible HSM":         {responses: []restoreResponse{clusterIn("incompatible-hsm", "")}, want: expectation{"incompatible-hsm", redshift.ErrClusterUnusable, once}},
		"hardware failure":         {responses: []restoreResponse{clusterIn("hardware-failure", "")}, want: expectation{"hardware-failure", redshift.ErrClusterUnusable, once}},
		"storage full":             {responses: []restoreResponse{clusterIn("storage-full", "")}, want: expectation{"storage-full", redshift.ErrClusterUnusable, once}},
		"paused":                   {responses: []restoreResponse{clusterIn("paused", "completed")}, want: expectation{"paused", redshift.ErrClusterUnusable, once}},
		"being deleted":            {responses: []restoreResponse{clusterIn("creating", ""), clusterIn("deleting", "")}, want: expectation{"deleting", redshift.ErrClusterUnusable, twice}},
		"final snapshot":           {responses: []restoreResponse{clusterIn("final-snapshot", "")}, want: expectation{"final-snapshot", redshift.ErrClusterUnusable, once}},
		"not found":                {responses: []restoreResponse{refused("ClusterNotFound")}, want: expectation{"", models.ErrClusterNotFound, once}},
		"none":                     {responses: []restoreResponse{{}}, want: expectation{"", redshift.ErrNotOneCluster, once}},
		"two":                      {responses: []restoreResponse{{clusters: make([]models.Cluster, 2)}}, want: expectation{"", redshift.ErrNotOneCluster, once}},
		"more than a page":         {responses: []restoreResponse{{clusters: make([]models.Cluster, 1), marker: "x"}}, want: expectation{"", redshift.ErrNotOneCluster, once}},
		"neither result nor error": {responses: []restoreResponse{{nothing: true}}, want: expectation{"", errNothing, once}},
		"another error":            {responses: []restoreResponse{clusterIn("creating", ""), refused("AccessDenied")}, want: expectation{"creating", awsquery.ErrAccessDenied, twice}},
		"new, not yet found":       {responses: []restoreResponse{refused("ClusterNotFound"), {}, clusterIn("available", "")}, wait: redshift.WaitOptions{ExpectNew: true, MaxDelay: second}, want: expectation{"available", nil, []time.Duration{0, second, 2 * second}}},
		"new, never found":         {responses: []restoreResponse{refused("ClusterNotFound")}, wait: redshift.WaitOptions{ExpectNew: true, MaxDelay: second}, want: expectation{"", models.ErrClusterNotFound, []time.Duration{0, second, 2 * second, 3 * second, 4 * second, 5 * second}}},
		"new, seen, then gone":     {responses: []restoreResponse{clusterIn("creating", ""), refused("ClusterNotFound")}, wait: redshift.WaitOptions{ExpectNew: true}, want: expectation{"creating", models.ErrClusterNotFound, twice}},
		"the deadline":             {responses: []restoreResponse{clusterIn("creating", "")}, limit: 8 * second, want: expectation{"creating", context.DeadlineExceeded, twice}},
		"an ended context":         {responses: []restoreResponse{clusterIn("creating", "")}, limit: -1, want: expectation{"", context.DeadlineExceeded, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stub := &restores{list: test.responses}
				var shown []redshift.WaitProgress
				test.wait.Progress = func(progress redshift.WaitProgress) { shown = append(shown, progress) }
				last, err := clientOf(stub).WaitClusterRestored(limited(t, test.limit), &redshift.DescribeClustersParams{ClusterIdentifier: "drill"}, test.wait)
				check[models.Cluster](t, test.want, stub, string(last.ClusterStatus), err)
				if test.want.status != "" && (len(shown) == 0 || shown[len(shown)-1].Status != test.want.status) {
					t.Errorf("progress = %+v", shown)
				}
			})
		})
	}
}

func TestWaitTableRestoredPollsUntilItSucceeds(t *testing.T) {
	t.Parallel()
	const second = time.Second
	once, twice := []time.Duration{0}, []time.Duration{0, 7500 * time.Millisecond}
	for name, test := range map[string]struct {
		responses []restoreResponse
		wait      redshift.WaitOptions
		limit     time.Duration
		want      expectation
	}{
		"immediately":              {responses: []restoreResponse{tableIn("SUCCEEDED", "")}, want: expectation{"SUCCEEDED", nil, once}},
		"after a while":            {responses: []restoreResponse{tableIn("PENDING", "queued"), tableIn("IN_PROGRESS", ""), tableIn("SUCCEEDED", "done")}, want: expectation{"SUCCEEDED", nil, []time.Duration{0, 7500 * time.Millisecond, 18750 * time.Millisecond}}},
		"an unknown state":         {responses: []restoreResponse{tableIn("POLISHING", ""), tableIn("SUCCEEDED", "")}, want: expectation{"SUCCEEDED", nil, twice}},
		"failed":                   {responses: []restoreResponse{tableIn("PENDING", ""), tableIn("FAILED", "")}, want: expectation{"FAILED", redshift.ErrRestoreFailed, twice}},
		"cancelled":                {responses: []restoreResponse{tableIn("CANCELED", "")}, want: expectation{"CANCELED", redshift.ErrRestoreCanceled, once}},
		"not found":                {responses: []restoreResponse{refused("TableRestoreNotFoundFault")}, want: expectation{"", models.ErrTableRestoreNotFoundFault, once}},
		"no such cluster":          {responses: []restoreResponse{refused("ClusterNotFound")}, wait: redshift.WaitOptions{ExpectNew: true}, want: expectation{"", models.ErrClusterNotFound, once}},
		"none":                     {responses: []restoreResponse{{}}, want: expectation{"", redshift.ErrNotOneTableRestore, once}},
		"two":                      {responses: []restoreResponse{{tables: make([]models.TableRestoreStatus, 2)}}, want: expectation{"", redshift.ErrNotOneTableRestore, once}},
		"more than a page":         {responses: []restoreResponse{{tables: make([]models.TableRestoreStatus, 1), marker: "x"}}, want: expectation{"", redshift.ErrNotOneTableRestore, once}},
		"neither result nor error": {responses: []restoreResponse{{nothing: true}}, want: expectation{"", errNothing, once}},
		"another error":            {responses: []restoreResponse{tableIn("PENDING", ""), refused("AccessDenied")}, want: expectation{"PENDING", awsquery.ErrAccessDenied, twice}},
		"new, not yet found":       {responses: []restoreResponse{refused("TableRestoreNotFoundFault"), {}, tableIn("SUCCEEDED", "")}, wait: redshift.WaitOptions{ExpectNew: true, MaxDelay: second}, want: expectation{"SUCCEEDED", nil, []time.Duration{0, second, 2 * second}}},
		"new, never found":         {responses: []restoreResponse{{}}, wait: redshift.WaitOptions{ExpectNew: true, MinDelay: second, MaxDelay: second}, want: expectation{"", redshift.ErrNotOneTableRestore, []time.Duration{0, second, 2 * second, 3 * second, 4 * second, 5 * second}}},
		"the deadline":             {responses: []restoreResponse{tableIn("PENDING", "")}, limit: 8 * second, want: expectation{"PENDING", context.DeadlineExceeded, twice}},
		"an ended context":         {responses: []restoreResponse{tableIn("PENDING", "")}, limit: -1, want: expectation{"", context.DeadlineExceeded, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stub := &restores{list: test.responses}
				var shown []redshift.WaitProgress
				test.wait.Progress = func(progress redshift.WaitProgress) { shown = append(shown, progress) }
				last, err := clientOf(stub).WaitTableRestored(limited(t, test.limit), &redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: "request"}, test.wait)
				check[models.TableRestoreStatus](t, test.want, stub, string(last.Status), err)
				if test.want.status != "" && (len(shown) == 0 || shown[len(shown)-1].Status != test.want.status) {
					t.Errorf("progress = %+v", shown)
				}
			})
		})
	}

	failed := &restores{list: []restoreResponse{tableIn("FAILED", "no room for\norders"+strings.Repeat("!", 2000))}}
	_, err := clientOf(failed).WaitTableRestored(t.Context(), &redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: "request"}, redshift.WaitOptions{})
	if text := err.Error(); !strings.Contains(text, `the restore failed: "no room for\norders!!`) || len(text) > 1200 {
		t.Errorf("err = %s, want Redshift's message, truncated", text)
	}
}

// slowService is a stub whose calls return when their context ends.
type slowService struct{ redshift.ClientService }

func (slowService) DescribeClusterSnapshots(ctx context.Context, _ *redshift.DescribeClusterSnapshotsParams, _ ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	<-ctx.Done()

	return nil, ctx.Err()
}

func TestWaitKeepsTheCauseOfACanceledCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reason := errors.New("canceled by the job")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(reason) })
		if _, err := clientOf(slowService{}).WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{}); !errors.Is(err, reason) || !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v, want %v and context.Canceled", err, reason)
		}
	})
}

// A nil error is printed without a panic, like a field that was never set.
func TestNilWaitErrorIsPrinted(t *testing.T) {
	t.Parallel()
	var none *redshift.TableRestoreWaitError
	text, err := json.Marshal(none)
	if fmt.Sprint(none) != "waiting for a restored table" || none.Unwrap() != nil || string(text) != "null" || err != nil {
		t.Errorf("got %v, %s, %v", none, text, err)
	}
}

// Restores in the fake, which does not show the new resource at first, as Redshift may do.
func TestWaitsForRestoresInTheFake(t *testing.T) {
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
			t.Errorf("err = %v after %v: %+v, want no error", err, took, cluster)
		}
		accepted, err := client.RestoreTableFromClusterSnapshot(t.Context(), &redshift.RestoreTableFromClusterSnapshotParams{
			ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", SourceDatabaseName: "dev", SourceTableName: "orders", NewTableName: "orders_before",
		})
		if err != nil {
			t.Fatal(err)
		}
		failNext(t, fake, "DescribeTableRestoreStatus", models.ErrTableRestoreNotFoundFault, 2)
		table, err := client.WaitTableRestored(t.Context(),
			&redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: accepted.TableRestoreStatus.TableRestoreRequestID}, redshift.WaitOptions{})
		if err != nil || table.Status != models.TableRestoreStatusTypeSucceeded {
			t.Errorf("err = %v: %+v, want no error", err, table)
		}
	})
}
