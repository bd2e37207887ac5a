package redshift_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// waits has every wait with valid parameters, to test what all waits have in common.
var waits = map[string]func(context.Context, *redshift.Client, redshift.WaitOptions) error{
	"WaitSnapshotAvailable": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitSnapshotAvailable(ctx, nightly, options)

		return err
	},
	"WaitSnapshotsAvailable": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitSnapshotsAvailable(ctx, nil, []string{"nightly"}, options)

		return err
	},
	"WaitSnapshotDeleted": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitSnapshotDeleted(ctx, nightly, options)

		return err
	},
	"WaitClusterRestored": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitClusterRestored(ctx, drill, options)

		return err
	},
	"WaitSnapshotScheduleApplied": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitSnapshotScheduleApplied(ctx, drill, options)

		return err
	},
	"WaitClusterAvailable": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitClusterAvailable(ctx, drill, options)

		return err
	},
	"WaitClusterPaused": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitClusterPaused(ctx, drill, options)

		return err
	},
	"WaitClusterDeleted": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitClusterDeleted(ctx, drill, options)

		return err
	},
	"WaitClusterResized": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitClusterResized(ctx, drill, options)

		return err
	},
	"WaitClusterParametersApplied": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitClusterParametersApplied(ctx, drill, options)

		return err
	},
	"WaitTableRestored": func(ctx context.Context, client *redshift.Client, options redshift.WaitOptions) error {
		_, err := client.WaitTableRestored(ctx, &redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: "request"}, options)

		return err
	},
}

var drill = &redshift.DescribeClustersParams{ClusterIdentifier: "drill"}

// polled is a service whose describe calls all return the same.
type polled struct {
	redshift.ClientService
	polls int
	call  func(context.Context) error
}

func (p *polled) do(ctx context.Context) error {
	p.polls++
	if p.call == nil {
		return nil
	}

	return p.call(ctx)
}

func (p *polled) DescribeClusterSnapshots(ctx context.Context, _ *redshift.DescribeClusterSnapshotsParams, _ ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	if err := p.do(ctx); err != nil {
		return nil, err
	}

	return &redshift.DescribeClusterSnapshotsResult{Snapshots: []models.Snapshot{{SnapshotIdentifier: "nightly", Status: "creating"}}}, nil
}

func (p *polled) DescribeClusters(ctx context.Context, _ *redshift.DescribeClustersParams, _ ...redshift.Option) (*redshift.DescribeClustersResult, error) {
	if err := p.do(ctx); err != nil {
		return nil, err
	}

	return &redshift.DescribeClustersResult{Clusters: []models.Cluster{{ClusterStatus: "creating", SnapshotScheduleState: "MODIFYING"}}}, nil
}

// DescribeResize is the second call of a poll. Only the first one fails.
func (p *polled) DescribeResize(context.Context, *redshift.DescribeResizeParams, ...redshift.Option) (*redshift.DescribeResizeResult, error) {
	return &redshift.DescribeResizeResult{Status: models.ResizeStatusInProgress}, nil
}

func (p *polled) DescribeTableRestoreStatus(ctx context.Context, _ *redshift.DescribeTableRestoreStatusParams, _ ...redshift.Option) (*redshift.DescribeTableRestoreStatusResult, error) {
	if err := p.do(ctx); err != nil {
		return nil, err
	}

	return &redshift.DescribeTableRestoreStatusResult{TableRestoreStatusDetails: []models.TableRestoreStatus{{Status: "PENDING"}}}, nil
}

func TestWaitsRefuseInvalidOptions(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	for name, test := range map[string]struct {
		options  redshift.WaitOptions
		want     string
		accepted []string // the waits that use the option
	}{
		"negative MinDelay":       {options: redshift.WaitOptions{MinDelay: -1}, want: "WaitOptions.MinDelay or WaitOptions.MaxDelay is negative"},
		"negative MaxDelay":       {options: redshift.WaitOptions{MaxDelay: -1}, want: "WaitOptions.MinDelay or WaitOptions.MaxDelay is negative"},
		"MaxDelay below MinDelay": {options: redshift.WaitOptions{MinDelay: 2, MaxDelay: 1}, want: "WaitOptions.MaxDelay is shorter than WaitOptions.MinDelay"},
		"ExpectNew": {
			options: redshift.WaitOptions{ExpectNew: true, MinDelay: hour}, want: "WaitOptions.ExpectNew has no effect on this wait",
			accepted: []string{
				"WaitSnapshotAvailable", "WaitSnapshotsAvailable", "WaitClusterRestored", "WaitClusterAvailable", "WaitClusterPaused",
				"WaitClusterResized", "WaitClusterParametersApplied", "WaitSnapshotScheduleApplied", "WaitTableRestored",
			},
		},
		"AvailableSuffices": {
			options: redshift.WaitOptions{AvailableSuffices: true, MinDelay: hour}, want: "WaitOptions.AvailableSuffices has no effect on this wait",
			accepted: []string{"WaitClusterRestored"},
		},
	} {
		for wait, run := range waits {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				stub := new(polled)
				err := run(ctx, redshift.NewFromService(stub), test.options)
				if strings.Contains(" "+strings.Join(test.accepted, " ")+" ", " "+wait+" ") {
					if !errors.Is(err, context.DeadlineExceeded) || stub.polls != 1 {
						t.Errorf("%s of %s: err = %v after %d polls, want context.DeadlineExceeded and 1 poll", name, wait, err, stub.polls)
					}
				} else if err == nil || !strings.HasPrefix(err.Error(), "redshift: wait for ") || !strings.Contains(err.Error(), test.want) || stub.polls > 0 {
					t.Errorf("%s of %s: err = %v after %d polls, want an error with the text %q", name, wait, err, stub.polls, test.want)
				}
			})
		}
	}
}

// A wait whose parameters name no resource fails before the first poll. One key of a tag is enough.
func TestWaitsNeedParameters(t *testing.T) {
	t.Parallel()
	key, value := []string{"env"}, []string{"prod"}
	named := []redshift.DescribeClusterSnapshotsParams{
		{SnapshotIdentifier: "nightly"},
		{SnapshotArn: "arn:aws:redshift:eu-west-1:123456789012:snapshot:analytics/nightly"},
		{ClusterIdentifier: "analytics"}, {OwnerAccount: "123456789012"}, {SnapshotType: models.SnapshotTypeManual},
		{StartTime: time.Unix(1, 0)}, {EndTime: time.Unix(1, 0)}, {TagKeys: key}, {TagValues: value},
	}
	unnamed := []*redshift.DescribeClusterSnapshotsParams{nil, {}, {TagKeys: []string{}}, {MaxRecords: new(20)}, {ClusterExists: new(false)}, {Marker: "x"}}
	clusters := []redshift.DescribeClustersParams{{ClusterIdentifier: "analytics"}, {TagKeys: key}, {TagValues: value}}
	noClusters := []*redshift.DescribeClustersParams{nil, {}, {MaxRecords: new(20)}, {TagValues: []string{}}}
	tables := []redshift.DescribeTableRestoreStatusParams{{TableRestoreRequestID: "request"}, {ClusterIdentifier: "analytics"}}
	noTables := []*redshift.DescribeTableRestoreStatusParams{nil, {}, {MaxRecords: new(20)}}

	stub := &polled{call: func(context.Context) error { return &awsquery.Error{StatusCode: 400, Code: awsquery.ErrAccessDenied} }}
	client := redshift.NewFromService(stub)
	waitsForSnapshots := map[string]func(*redshift.DescribeClusterSnapshotsParams) error{
		"WaitSnapshotAvailable": func(params *redshift.DescribeClusterSnapshotsParams) error {
			_, err := client.WaitSnapshotAvailable(t.Context(), params, redshift.WaitOptions{})

			return err
		},
		"WaitSnapshotDeleted": func(params *redshift.DescribeClusterSnapshotsParams) error {
			_, err := client.WaitSnapshotDeleted(t.Context(), params, redshift.WaitOptions{})

			return err
		},
	}
	waitsForClusters := map[string]func(*redshift.DescribeClustersParams) error{
		"WaitClusterRestored": func(params *redshift.DescribeClustersParams) error {
			_, err := client.WaitClusterRestored(t.Context(), params, redshift.WaitOptions{})

			return err
		},
		"WaitSnapshotScheduleApplied": func(params *redshift.DescribeClustersParams) error {
			_, err := client.WaitSnapshotScheduleApplied(t.Context(), params, redshift.WaitOptions{})

			return err
		},
		"WaitClusterAvailable": func(params *redshift.DescribeClustersParams) error {
			_, err := client.WaitClusterAvailable(t.Context(), params, redshift.WaitOptions{})

			return err
		},
		"WaitClusterPaused": func(params *redshift.DescribeClustersParams) error {
			_, err := client.WaitClusterPaused(t.Context(), params, redshift.WaitOptions{})

			return err
		},
		"WaitClusterDeleted": func(params *redshift.DescribeClustersParams) error {
			_, err := client.WaitClusterDeleted(t.Context(), params, redshift.WaitOptions{})

			return err
		},
		"WaitClusterResized": func(params *redshift.DescribeClustersParams) error {
			_, err := client.WaitClusterResized(t.Context(), params, redshift.WaitOptions{})

			return err
		},
		"WaitClusterParametersApplied": func(params *redshift.DescribeClustersParams) error {
			_, err := client.WaitClusterParametersApplied(t.Context(), params, redshift.WaitOptions{})

			return err
		},
	}
	refused := func(name string, params any, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) || stub.polls > 0 {
			t.Errorf("%s(%+v): err = %v after %d polls, want an error with the text %q", name, params, err, stub.polls, want)
		}
		stub.polls = 0
	}
	accepted := func(name string, params any, err error) {
		t.Helper()
		if !errors.Is(err, awsquery.ErrAccessDenied) || stub.polls != 1 {
			t.Errorf("%s(%+v): err = %v after %d polls, want ErrAccessDenied and 1 poll", name, params, err, stub.polls)
		}
		stub.polls = 0
	}
	for name, wait := range waitsForSnapshots {
		for _, params := range unnamed {
			refused(name, params, wait(params), "the parameters name no snapshot, set SnapshotIdentifier or SnapshotArn")
		}
		for _, params := range named {
			accepted(name, params, wait(&params))
		}
	}
	for name, wait := range waitsForClusters {
		for _, params := range noClusters {
			refused(name, params, wait(params), "the parameters name no cluster, set ClusterIdentifier")
		}
		for _, params := range clusters {
			accepted(name, params, wait(&params))
		}
	}
	for _, params := range noTables {
		_, err := client.WaitTableRestored(t.Context(), params, redshift.WaitOptions{})
		refused("WaitTableRestored", params, err, "the parameters name no restore, set TableRestoreRequestID")
	}
	for _, params := range tables {
		_, err := client.WaitTableRestored(t.Context(), &params, redshift.WaitOptions{})
		accepted("WaitTableRestored", params, err)
	}
}

// If the context ends before the wait, during a poll or during a delay, the wait ends immediately and its error has the cause. A
// nil context never ends.
func TestWaitsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	reason := errors.New("canceled by the job")
	for name, test := range map[string]struct {
		call  func(context.Context) error
		after time.Duration
		polls int
	}{
		"before":             {polls: 0},
		"during a delay":     {after: 5 * time.Minute, polls: 1},
		"during a poll":      {call: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, after: 5 * time.Minute, polls: 1},
		"poll, other error":  {call: func(ctx context.Context) error { <-ctx.Done(); return errors.New("cut") }, after: 5 * time.Minute, polls: 1},
		"during a slow poll": {call: func(context.Context) error { time.Sleep(5 * time.Minute); return nil }, after: 5 * time.Minute, polls: 1},
	} {
		for wait, run := range waits {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				if test.after == 0 {
					cancel(reason)
				} else {
					time.AfterFunc(test.after, func() { cancel(reason) })
				}
				stub, began := &polled{call: test.call}, time.Now()
				err := run(ctx, redshift.NewFromService(stub), redshift.WaitOptions{MinDelay: time.Hour})
				if !errors.Is(err, reason) || !errors.Is(err, context.Canceled) || errors.Is(err, redshift.ErrOutageTooLong) ||
					stub.polls != test.polls || time.Since(began) != test.after {
					t.Errorf("%s, %s: err = %v after %d polls and %v", name, wait, err, stub.polls, time.Since(began))
				}
			})
		}
	}
	for wait, run := range waits {
		stub := &polled{call: func(context.Context) error { return awsquery.ErrAccessDenied }}
		if err := run(nil, redshift.NewFromService(stub), redshift.WaitOptions{}); !errors.Is(err, awsquery.ErrAccessDenied) {
			t.Errorf("%s without a context: err = %v, want ErrAccessDenied", wait, err)
		}
	}
}

func TestWaitErrorsArePrintedWithoutIdentifiers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		text string
		json string
	}{
		"snapshot": {
			&redshift.SnapshotWaitError{Last: models.Snapshot{SnapshotIdentifier: "secret", Status: "creating"}, Polls: 3, Waited: 1500 * time.Millisecond, Err: redshift.ErrSnapshotFailed},
			`waiting for a snapshot (last seen "creating"; polls: 3; waited 1.5s): the snapshot failed`,
			`{"lastStatus":"creating","polls":3,"reason":"the snapshot failed","waitedSeconds":1.5}`,
		},
		"cluster": {
			&redshift.ClusterWaitError{Polls: 1, Waited: 400 * time.Microsecond, Err: redshift.ErrClusterUnusable},
			`waiting for a cluster (never seen; polls: 1; waited 0s): the cluster does not become available automatically`,
			`{"lastStatus":"","polls":1,"reason":"the cluster does not become available automatically","waitedSeconds":0.0004}`,
		},
		"table": {
			&redshift.TableRestoreWaitError{Last: models.TableRestoreStatus{Status: "PENDING"}},
			`waiting for a restored table (last seen "PENDING"; polls: 0; waited 0s): <nil>`,
			`{"lastStatus":"PENDING","polls":0,"reason":"\u003cnil\u003e","waitedSeconds":0}`,
		},
		"another type": {
			&redshift.WaitError[int]{Last: 7, Err: errors.New("odd")},
			`waiting for a resource (never seen; polls: 0; waited 0s): odd`,
			`{"lastStatus":"","polls":0,"reason":"odd","waitedSeconds":0}`,
		},
		"nil": {(*redshift.SnapshotWaitError)(nil), `waiting for a snapshot`, `null`},
	} {
		encoded, err := json.Marshal(test.err)
		if err != nil || string(encoded) != test.json {
			t.Errorf("%s: Marshal() = %s, %v", name, encoded, err)
		}
		for _, text := range []string{test.err.Error(), fmt.Sprintf("%v", test.err), fmt.Sprintf("%#v", test.err), fmt.Sprintf("%d", test.err)} {
			if text != test.text {
				t.Errorf("%s: text = %s", name, text)
			}
		}
	}
}

// The error of a wait names what the wait was for.
func TestWaitErrorsNameTheWait(t *testing.T) {
	t.Parallel()
	for wait, text := range map[string]string{
		"WaitSnapshotAvailable":        `waiting for a snapshot (last seen "creating"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitSnapshotsAvailable":       `waiting for a snapshot (last seen "creating"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitSnapshotDeleted":          `waiting for the end of a snapshot (last seen "creating"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitClusterRestored":          `waiting for a restored cluster (last seen "creating"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitSnapshotScheduleApplied":  `waiting for a snapshot schedule (last seen "MODIFYING"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitClusterAvailable":         `waiting for an available cluster (last seen "creating"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitClusterPaused":            `waiting for a paused cluster (last seen "creating"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitClusterDeleted":           `waiting for the end of a cluster (last seen "creating"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitClusterResized":           `waiting for a resized cluster (last seen "IN_PROGRESS"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitClusterParametersApplied": `waiting for the parameters of a cluster (last seen "creating"; polls: 2; waited 1m0s): context deadline exceeded`,
		"WaitTableRestored":            `waiting for a restored table (last seen "PENDING"; polls: 2; waited 1m0s): context deadline exceeded`,
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := waits[wait](ctx, redshift.NewFromService(new(polled)), redshift.WaitOptions{MinDelay: 40 * time.Second, MaxDelay: 40 * time.Second})
			if err == nil || err.Error() != text {
				t.Errorf("%s: err = %v, want an error", wait, err)
			}
		})
	}
}

// Each poll that shows the resource reports progress with a fraction.
func TestWaitsReportProgress(t *testing.T) {
	t.Parallel()
	size := func(done, total float64) models.Snapshot {
		return models.Snapshot{Status: "creating", BackupProgressInMegaBytes: done, ActualIncrementalBackupSizeInMegaBytes: total}
	}
	elapsed := func(elapsed, left int64) models.Snapshot {
		return models.Snapshot{Status: "creating", ElapsedTimeInSeconds: elapsed, EstimatedSecondsToCompletion: left}
	}
	for name, test := range map[string]struct {
		snapshot models.Snapshot
		want     float64
	}{
		"no sizes":                {models.Snapshot{Status: "creating"}, 0},
		"by size":                 {size(25, 100), 0.25},
		"more than the total":     {size(120, 100), 1},
		"negative size":           {size(-1, 100), 0},
		"no size":                 {size(25, 0), 0},
		"by time":                 {elapsed(30, 10), 0.75},
		"no estimate":             {elapsed(30, 0), 0},
		"an estimate, no elapsed": {elapsed(0, 10), 0},
		"available":               {models.Snapshot{Status: "available"}, 1},
		"a final snapshot":        {models.Snapshot{Status: "final snapshot"}, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := &pollResponses{list: []pollResponse{withStatus("creating"), failing("Throttling"), {snapshots: []models.Snapshot{test.snapshot}}, withStatus("available")}}
			var shown []redshift.WaitProgress
			_, err := clientOf(stub).WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{
				MinDelay: time.Second, MaxDelay: time.Second, Progress: func(progress redshift.WaitProgress) { shown = append(shown, progress) },
			})
			if err != nil || len(shown) < 2 {
				t.Fatalf("%s: err = %v, progress = %+v, want no error", name, err, shown)
			}
			got := shown[1]
			if snapshot, ok := got.Resource.(models.Snapshot); !ok || snapshot.Status != test.snapshot.Status || got.Status != string(snapshot.Status) ||
				got.Fraction != test.want || got.Polls != 3 || got.Waited != 2*time.Second {
				t.Errorf("%s: progress = %+v, want the fraction %v", name, got, test.want)
			}
		})
	}
	for name, test := range map[string]struct {
		cluster models.Cluster
		want    float64
	}{
		"creating":        {models.Cluster{ClusterStatus: "creating"}, 0},
		"starting":        {models.Cluster{RestoreStatus: &models.RestoreStatus{Status: "starting"}}, 0},
		"restoring":       {models.Cluster{RestoreStatus: &models.RestoreStatus{Status: "restoring", ProgressInMegaBytes: 25, SnapshotSizeInMegaBytes: 100}}, 0.25},
		"more than total": {models.Cluster{RestoreStatus: &models.RestoreStatus{Status: "restoring", ProgressInMegaBytes: 120, SnapshotSizeInMegaBytes: 100}}, 1},
		"completed":       {models.Cluster{ClusterStatus: "rebooting", RestoreStatus: &models.RestoreStatus{Status: "completed"}}, 1},
		"not restored":    {models.Cluster{ClusterStatus: "available"}, 1},
		"not for queries": {models.Cluster{ClusterStatus: "available", ClusterAvailabilityStatus: "Modifying"}, 0},
		"still restoring": {models.Cluster{ClusterStatus: "available", RestoreStatus: &models.RestoreStatus{Status: "restoring"}}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := &restores{list: []restoreResponse{{clusters: []models.Cluster{test.cluster}}, clusterIn("paused", "")}}
			var shown []redshift.WaitProgress
			_, _ = clientOf(stub).WaitClusterRestored(t.Context(), drill, redshift.WaitOptions{
				Progress: func(progress redshift.WaitProgress) { shown = append(shown, progress) },
			})
			if len(shown) == 0 || shown[0].Fraction != test.want {
				t.Errorf("%s: progress = %+v, want the fraction %v", name, shown, test.want)
			}
		})
	}
	for name, test := range map[string]struct {
		restore models.TableRestoreStatus
		want    float64
	}{
		"pending":  {models.TableRestoreStatus{Status: "PENDING"}, 0},
		"quarter":  {models.TableRestoreStatus{Status: "IN_PROGRESS", ProgressInMegaBytes: new(int64(25)), TotalDataInMegaBytes: new(int64(100))}, 0.25},
		"no total": {models.TableRestoreStatus{Status: "IN_PROGRESS", ProgressInMegaBytes: new(int64(25))}, 0},
		"no data":  {models.TableRestoreStatus{Status: "IN_PROGRESS", ProgressInMegaBytes: new(int64(0)), TotalDataInMegaBytes: new(int64(0))}, 0},
		"done":     {models.TableRestoreStatus{Status: "SUCCEEDED"}, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := &restores{list: []restoreResponse{{tables: []models.TableRestoreStatus{test.restore}}, tableIn("SUCCEEDED", "")}}
			var shown []redshift.WaitProgress
			_, err := clientOf(stub).WaitTableRestored(t.Context(), &redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: "request"}, redshift.WaitOptions{
				Progress: func(progress redshift.WaitProgress) { shown = append(shown, progress) },
			})
			if err != nil || shown[0].Fraction != test.want {
				t.Errorf("%s: err = %v, progress = %+v, want the fraction %v", name, err, shown, test.want)
			}
		})
	}
}
