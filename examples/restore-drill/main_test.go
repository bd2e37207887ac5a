package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/examples/internal/exampletest"
	"github.com/redshift-go/redshift/models"
)

func program(ctx context.Context, arguments []string, output *bytes.Buffer) error {
	return run(ctx, arguments, output)
}

func TestDemoPrintsTheExpectedOutput(t *testing.T) {
	t.Parallel()
	exampletest.Demo(t, program)
}

func TestInvalidFlagsReturnErrors(t *testing.T) {
	t.Parallel()
	exampletest.Flags(t, program)
}

func TestEndpointNeedsACluster(t *testing.T) {
	fake, url := exampletest.Endpoint(t)
	err := run(t.Context(), []string{"-endpoint", url}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "-cluster is required") || len(fake.Requests()) > 0 {
		t.Errorf("run() = %v after %d requests, want an error and no request", err, len(fake.Requests()))
	}
}

// restoring is a service that restores at 80 MB/s.
type restoring struct {
	redshift.ClientService
	snapshots []models.Snapshot
	refusal   error // the error that RestoreFromClusterSnapshot returns
	fails     bool  // the restore fails at its end

	params *redshift.RestoreFromClusterSnapshotParams
	began  time.Time
}

func (r *restoring) DescribeClusterSnapshots(context.Context, *redshift.DescribeClusterSnapshotsParams, ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	return &redshift.DescribeClusterSnapshotsResult{Snapshots: r.snapshots}, nil
}

func (r *restoring) RestoreFromClusterSnapshot(_ context.Context, params *redshift.RestoreFromClusterSnapshotParams, _ ...redshift.Option) (*redshift.RestoreFromClusterSnapshotResult, error) {
	r.params, r.began = params, time.Now()

	return new(redshift.RestoreFromClusterSnapshotResult), r.refusal
}

func (r *restoring) DescribeClusters(_ context.Context, params *redshift.DescribeClustersParams, _ ...redshift.Option) (*redshift.DescribeClustersResult, error) {
	const size, rate = 48_000, 80
	elapsed := min(int64(time.Since(r.began).Seconds()), size/rate)
	cluster := models.Cluster{
		ClusterIdentifier: params.ClusterIdentifier,
		ClusterStatus:     models.ClusterStatusCreating,
		RestoreStatus: &models.RestoreStatus{
			Status:                                 models.RestoreStatusTypeRestoring,
			CurrentRestoreRateInMegaBytesPerSecond: rate,
			SnapshotSizeInMegaBytes:                size,
			ProgressInMegaBytes:                    elapsed * rate,
			ElapsedTimeInSeconds:                   elapsed,
			EstimatedTimeToCompletionInSeconds:     size/rate - elapsed,
		},
	}
	switch {
	case elapsed < size/rate:
	case r.fails:
		cluster.RestoreStatus.Status = models.RestoreStatusTypeFailed
	default:
		cluster.RestoreStatus.Status, cluster.ClusterStatus = models.RestoreStatusTypeCompleted, models.ClusterStatusAvailable
		cluster.Endpoint = &models.Endpoint{Address: "sales-drill.example", Port: 5439}
	}

	return &redshift.DescribeClustersResult{Clusters: []models.Cluster{cluster}}, nil
}

const cleanUp = "aws redshift delete-cluster of the test"

func TestDrillRestoresAndCleansUp(t *testing.T) {
	t.Parallel()
	snapshots := []models.Snapshot{
		{SnapshotIdentifier: "old", Status: models.SnapshotStatusAvailable, SnapshotCreateTime: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)},
		{SnapshotIdentifier: "newest", Status: models.SnapshotStatusAvailable, SnapshotCreateTime: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)},
		{SnapshotIdentifier: "not-yet", Status: models.SnapshotStatusCreating, SnapshotCreateTime: time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)},
		{SnapshotIdentifier: "older", Status: models.SnapshotStatusAvailable, SnapshotCreateTime: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)},
	}
	for name, test := range map[string]struct {
		redshift *restoring
		limit    time.Duration
		prints   []string
		fails    string
		delete   func(context.Context) error
		toDelete bool // the output ends with the command that deletes the scratch cluster
	}{
		"restored": {
			redshift: &restoring{snapshots: snapshots},
			prints: []string{
				"Restoring newest, created 2026-11-03 00:00, to sales-drill.\n",
				" of 48,000 MB  80 MB/s  ", // the times of the polls are random
				"Restored in 10m",
				": 48,000 MB at 80 MB/s. Redshift reports 10m0s for the restore and the creation of the cluster.\n",
				"The endpoint of sales-drill is sales-drill.example:5439.\n",
			},
			toDelete: true,
		},
		"deleted": {
			redshift: &restoring{snapshots: snapshots},
			delete:   func(ctx context.Context) error { return ctx.Err() },
			prints:   []string{"is sales-drill.example:5439.\nDeleted sales-drill.\n"},
		},
		"deleted after a timeout": {
			redshift: &restoring{snapshots: snapshots},
			limit:    time.Minute,
			delete:   func(ctx context.Context) error { return ctx.Err() },
			prints:   []string{"\nDeleted sales-drill.\n"},
			fails:    context.DeadlineExceeded.Error(),
		},
		"not deleted": {
			redshift: &restoring{snapshots: snapshots},
			delete:   func(context.Context) error { return errors.New("aws is not installed") },
			prints:   []string{"Restored in 10m"},
			fails:    "delete sales-drill: aws is not installed",
			toDelete: true,
		},
		"no snapshot": {
			redshift: &restoring{snapshots: snapshots[2:3]},
			fails:    "sales has no available snapshot",
		},
		"the scratch cluster exists": {
			redshift: &restoring{snapshots: snapshots, refusal: &awsquery.Error{Code: models.ErrClusterAlreadyExists}},
			fails:    "a cluster sales-drill already exists",
		},
		"refused": {
			redshift: &restoring{snapshots: snapshots, refusal: &awsquery.Error{Code: models.ErrClusterQuotaExceeded}},
			fails:    string(models.ErrClusterQuotaExceeded),
		},
		"the response is lost": {
			redshift: &restoring{snapshots: snapshots, refusal: &awsquery.SendError{Operation: "RestoreFromClusterSnapshot", Err: io.ErrUnexpectedEOF}},
			fails:    "The restore may have begun. If the cluster sales-drill exists, delete it: " + cleanUp,
		},
		"the restore fails": {
			redshift: &restoring{snapshots: snapshots, fails: true},
			fails:    "restore to sales-drill: ",
			toDelete: true,
		},
		"timeout": {
			redshift: &restoring{snapshots: snapshots},
			limit:    time.Minute,
			fails:    context.DeadlineExceeded.Error(),
			toDelete: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if test.limit == 0 {
					test.limit = time.Hour
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				defer cancel()
				var output bytes.Buffer
				job := &drill{
					client: redshift.NewFromService(test.redshift), output: &output, cluster: "sales", scratch: "sales-drill", subnetGroup: "private",
					cleanUp: strings.Fields(cleanUp), delete: test.delete, pollEvery: 10 * time.Second,
				}
				err := job.run(ctx)
				if test.fails == "" && err != nil || test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
					t.Errorf("run() = %v, want an error with %q", err, test.fails)
				}
				if refusal := test.redshift.refusal; refusal != nil && !errors.Is(err, refusal) {
					t.Errorf("the error %v does not wrap %v", err, refusal)
				}
				for _, text := range test.prints {
					if !strings.Contains(output.String(), text) {
						t.Errorf("output lacks %q:\n%s", text, &output)
					}
				}
				if printed := strings.HasSuffix(output.String(), "\n\n  "+cleanUp+"\n"); printed != test.toDelete {
					t.Errorf("the output ends with the delete command: %v, want %v:\n%s", printed, test.toDelete, &output)
				}
				params := test.redshift.params
				if params != nil && (params.SnapshotIdentifier != "newest" || params.SnapshotClusterIdentifier != "sales" ||
					params.ClusterIdentifier != "sales-drill" || params.ClusterSubnetGroupName != "private" || *params.PubliclyAccessible) {
					t.Errorf("RestoreFromClusterSnapshot was called with %+v", params)
				}
			})
		})
	}
}

func TestExecuteReturnsTheOutputInTheError(t *testing.T) {
	t.Parallel()
	if err := execute(t.Context(), []string{"go", "version"}); err != nil {
		t.Error(err)
	}
	if err := execute(t.Context(), []string{"go", "no-such-command"}); err == nil || !strings.Contains(err.Error(), "unknown command") {
		t.Errorf("execute() = %v, want the output of the command", err)
	}
	if err := execute(t.Context(), []string{"no-such-program-at-all"}); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("execute() = %v, want exec.ErrNotFound", err)
	}
}
