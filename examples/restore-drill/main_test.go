package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
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

// restoring is a service that restores at 80 MB/s, and deletes in a minute.
type restoring struct {
	redshift.ClientService
	snapshots []models.Snapshot
	refusal   error // the error that RestoreFromClusterSnapshot returns
	remains   error // the error that DeleteCluster returns
	fails     bool  // the restore fails at its end
	database  string

	params  *redshift.RestoreFromClusterSnapshotParams
	began   time.Time
	removed *redshift.DeleteClusterParams
	ended   time.Time
}

func (r *restoring) DescribeClusterSnapshots(context.Context, *redshift.DescribeClusterSnapshotsParams, ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	return &redshift.DescribeClusterSnapshotsResult{Snapshots: r.snapshots}, nil
}

func (r *restoring) RestoreFromClusterSnapshot(_ context.Context, params *redshift.RestoreFromClusterSnapshotParams, _ ...redshift.Option) (*redshift.RestoreFromClusterSnapshotResult, error) {
	r.params, r.began = params, time.Now()

	return new(redshift.RestoreFromClusterSnapshotResult), r.refusal
}

func (r *restoring) DeleteCluster(ctx context.Context, params *redshift.DeleteClusterParams, _ ...redshift.Option) (*redshift.DeleteClusterResult, error) {
	if r.remains == nil && ctx.Err() == nil {
		r.removed, r.ended = params, time.Now()
	}

	return new(redshift.DeleteClusterResult), errors.Join(r.remains, ctx.Err())
}

func (r *restoring) DescribeClusters(_ context.Context, params *redshift.DescribeClustersParams, _ ...redshift.Option) (*redshift.DescribeClustersResult, error) {
	const size, rate = 48_000, 80
	elapsed := min(int64(time.Since(r.began).Seconds()), size/rate)
	cluster := models.Cluster{
		ClusterIdentifier: params.ClusterIdentifier,
		ClusterStatus:     models.ClusterStatusCreating,
		DBName:            r.database,
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
	case r.removed != nil && time.Since(r.ended) > time.Minute:
		return nil, &redshift.Error{Operation: "DescribeClusters", StatusCode: 404, Code: models.ErrClusterNotFound}
	case r.removed != nil:
		cluster.ClusterStatus = models.ClusterStatusDeleting
	case elapsed < size/rate:
	case r.fails:
		cluster.RestoreStatus.Status = models.RestoreStatusTypeFailed
	default:
		cluster.RestoreStatus.Status, cluster.ClusterStatus = models.RestoreStatusTypeCompleted, models.ClusterStatusAvailable
		cluster.Endpoint = &models.Endpoint{Address: "sales-drill.example", Port: 5439}
	}

	return &redshift.DescribeClustersResult{Clusters: []models.Cluster{cluster}}, nil
}

const deleteCommand = "aws redshift delete-cluster --cluster-identifier sales-drill"

func TestDrillRestoresAndCleansUp(t *testing.T) {
	t.Parallel()
	taken := func(identifier string, day int, status models.SnapshotStatus) models.Snapshot {
		return models.Snapshot{
			SnapshotIdentifier: identifier,
			Status:             status,
			DBName:             "dev",
			SnapshotCreateTime: time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC),
		}
	}
	snapshots := []models.Snapshot{
		taken("old", 1, models.SnapshotStatusAvailable),
		taken("newest", 3, models.SnapshotStatusAvailable),
		taken("not-yet", 5, models.SnapshotStatusCreating),
		taken("older", 2, models.SnapshotStatusAvailable),
	}
	for name, test := range map[string]struct {
		redshift *restoring
		limit    time.Duration
		keep     bool
		prints   []string
		fails    string
		remains  bool // a scratch cluster may exist at the end, and the program prints the command that deletes it
	}{
		"restored and deleted": {
			redshift: &restoring{snapshots: snapshots},
			prints: []string{
				"Restoring newest, created 2026-11-03 00:00, to sales-drill.\n",
				" of 48,000 MB  80 MB/s  ", // the times of the polls are random
				"Restored in 10m",
				": 48,000 MB at 80 MB/s. Redshift reports 10m0s for the restore and the creation of the cluster.\n",
				"The endpoint of sales-drill is sales-drill.example:5439.\n",
				"Checked sales-drill: ",
				"  sales-drill  deleting\n",
				"\nDeleted sales-drill.\n",
			},
		},
		"kept": {
			redshift: &restoring{snapshots: snapshots},
			keep:     true,
			prints:   []string{"Checked sales-drill: "},
			remains:  true,
		},
		"deleted after a timeout": {
			redshift: &restoring{snapshots: snapshots},
			limit:    time.Minute,
			prints:   []string{"\nRedshift is deleting sales-drill.\n"},
			fails:    context.DeadlineExceeded.Error(),
		},
		"not deleted": {
			redshift: &restoring{snapshots: snapshots, remains: errors.New("the cluster is in use")},
			prints:   []string{"Restored in 10m"},
			fails:    "delete sales-drill: the cluster is in use",
			remains:  true,
		},
		"no snapshot": {
			redshift: &restoring{snapshots: snapshots[2:3]},
			fails:    "sales has no available snapshot",
		},
		"the scratch cluster exists": {
			redshift: &restoring{snapshots: snapshots, refusal: &redshift.Error{Code: models.ErrClusterAlreadyExists}},
			remains:  true,
			fails:    "a cluster sales-drill already exists and is left unchanged; choose another name with -scratch: ",
		},
		"refused": {
			redshift: &restoring{snapshots: snapshots, refusal: &redshift.Error{Code: models.ErrClusterQuotaExceeded}},
			fails:    string(models.ErrClusterQuotaExceeded),
		},
		"the response is lost": {
			redshift: &restoring{snapshots: snapshots, refusal: &redshift.SendError{Operation: "RestoreFromClusterSnapshot", Err: io.ErrUnexpectedEOF}},
			remains:  true,
			fails:    "The restore may have begun. If the cluster sales-drill exists, it costs money until you delete it.\n\nTo continue",
		},
		"nothing is sent": {
			redshift: &restoring{
				snapshots: snapshots,
				refusal:   &redshift.SendError{Operation: "RestoreFromClusterSnapshot", NothingSent: true, Err: redshift.ErrNoCredentials},
			},
			fails: redshift.ErrNoCredentials.Error(),
		},
		"the restore fails": {
			redshift: &restoring{snapshots: snapshots, fails: true},
			fails:    "restore to sales-drill: ",
		},
		"another database": {
			redshift: &restoring{snapshots: snapshots, database: "other"},
			fails:    "check sales-drill: the database is other, the snapshot has dev",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if test.limit == 0 {
					test.limit = time.Hour
				}
				if test.redshift.database == "" {
					test.redshift.database = "dev"
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				defer cancel()
				var output bytes.Buffer
				job := &drill{
					client: redshift.NewFromService(test.redshift), output: &output, cluster: "sales", scratch: "sales-drill", subnetGroup: "private",
					keep: test.keep, pollEvery: 10 * time.Second, command: "restore-drill -continue", deleteCommand: deleteCommand,
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
				// The output has the command that deletes a kept cluster, and an error that of another cluster that remains.
				last := strings.TrimSpace(output.String())
				if err != nil {
					last = err.Error()
				}
				if printed := strings.HasSuffix(last, "\n\nTo delete it:\n\n  "+deleteCommand); printed != test.remains {
					t.Errorf("the delete command is printed: %v, want %v:\n%s", printed, test.remains, last)
				}
				checkCalls(t, test.redshift, test.remains)
			})
		})
	}
}

// checkCalls checks the parameters of the restore and of the deletion.
func checkCalls(t *testing.T, service *restoring, remains bool) {
	t.Helper()
	params := service.params
	if params != nil && (params.SnapshotIdentifier != "newest" || params.SnapshotClusterIdentifier != "sales" ||
		params.ClusterIdentifier != "sales-drill" || params.ClusterSubnetGroupName != "private" || *params.PubliclyAccessible) {
		t.Errorf("RestoreFromClusterSnapshot was called with %+v", params)
	}
	removed := service.removed
	if created := params != nil && service.refusal == nil; (removed != nil) != (created && !remains) {
		t.Errorf("DeleteCluster was called with %+v, and the cluster should remain: %v", removed, remains)
	}
	if removed != nil && (removed.ClusterIdentifier != "sales-drill" || !*removed.SkipFinalClusterSnapshot) {
		t.Errorf("DeleteCluster was called with %+v", removed)
	}
}
