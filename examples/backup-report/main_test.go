package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
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

func TestDaysAreLimited(t *testing.T) {
	t.Parallel()
	for _, days := range []string{"0", "-1", "15"} {
		if err := run(t.Context(), []string{"-days", days}, io.Discard); err == nil || !strings.Contains(err.Error(), "between 1 and 14") {
			t.Errorf("-days %s: run() = %v, want an error", days, err)
		}
	}
}

func TestJSONIsOneDocument(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	if err := run(t.Context(), []string{"-json", "-days", "3"}, &output); err != nil {
		t.Fatal(err)
	}
	var printed report
	if err := json.Unmarshal(output.Bytes(), &printed); err != nil {
		t.Fatalf("%v in\n%s", err, &output)
	}
	if printed.Region != "us-east-1" || printed.Days != 3 || printed.BackupMegaBytes == 0 || printed.ProvisionedMegaBytes == 0 ||
		len(printed.Clusters) != 1 || printed.Clusters[0].Manual == 0 || len(printed.Events) == 0 {
		t.Errorf("the report is %+v", printed)
	}
}

// backups is a service with snapshots of two clusters, of which one is deleted.
type backups struct {
	redshift.ClientService
	now    time.Time
	failed string // the operation that fails
}

var errUnavailable = errors.New("unavailable")

func (b *backups) check(operation string) error {
	if b.failed == operation {
		return errUnavailable
	}

	return nil
}

func (b *backups) DescribeStorage(context.Context, *redshift.DescribeStorageParams, ...redshift.Option) (*redshift.DescribeStorageResult, error) {
	return &redshift.DescribeStorageResult{TotalBackupSizeInMegaBytes: 700, TotalProvisionedStorageInMegaBytes: 64_000}, b.check("DescribeStorage")
}

func (b *backups) DescribeClusters(context.Context, *redshift.DescribeClustersParams, ...redshift.Option) (*redshift.DescribeClustersResult, error) {
	return &redshift.DescribeClustersResult{
		Clusters: []models.Cluster{{ClusterIdentifier: "sales"}, {ClusterIdentifier: "empty"}},
	}, b.check("DescribeClusters")
}

func (b *backups) DescribeClusterSnapshots(context.Context, *redshift.DescribeClusterSnapshotsParams, ...redshift.Option) (*redshift.DescribeClusterSnapshotsResult, error) {
	taken := func(cluster string, kind models.SnapshotType, days int, size float64, kept int) models.Snapshot {
		return models.Snapshot{
			ClusterIdentifier:                      cluster,
			SnapshotType:                           kind,
			SnapshotCreateTime:                     b.now.AddDate(0, 0, -days),
			ActualIncrementalBackupSizeInMegaBytes: size,
			ManualSnapshotRetentionPeriod:          &kept,
		}
	}

	return &redshift.DescribeClusterSnapshotsResult{Snapshots: []models.Snapshot{
		taken("sales", models.SnapshotTypeManual, 30, 400, -1),
		taken("sales", models.SnapshotTypeManual, 7, 20, 35),
		taken("sales", models.SnapshotTypeAutomated, 1, 10, -1),
		taken("retired", models.SnapshotTypeManual, 100, 500, -1),
	}}, b.check("DescribeClusterSnapshots")
}

func (b *backups) DescribeEvents(_ context.Context, params *redshift.DescribeEventsParams, _ ...redshift.Option) (*redshift.DescribeEventsResult, error) {
	if params.SourceType != models.SourceTypeClusterSnapshot || !params.StartTime.Equal(b.now.AddDate(0, 0, -7)) {
		return nil, errors.New("the parameters are wrong")
	}

	return &redshift.DescribeEventsResult{Events: []models.Event{{
		Date: b.now, SourceIdentifier: "nightly", Severity: models.EventSeverityError, EventID: "REDSHIFT-EVENT-3502", Message: "The snapshot failed.",
	}}}, b.check("DescribeEvents")
}

func TestReportAddsUpTheSnapshotsOfEachCluster(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	made, err := collect(t.Context(), redshift.NewFromService(&backups{now: now}), now, 7)
	if err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	if err := made.print(&output); err != nil {
		t.Fatal(err)
	}
	const want = `Backups in , 2026-11-26 12:00

All snapshots store 700 MB. All clusters have 64,000 MB of storage.

CLUSTER            SNAPSHOTS  MANUAL  KEPT FOREVER  NEWEST            MB STORED  MB IN 7 DAYS
retired (deleted)  1          1       1             2026-08-18 12:00  500        0
sales              3          2       1             2026-11-25 12:00  430        30
empty              0          0       0             -                 0          0

Events of snapshots in 7 days:
TIME              SEVERITY  EVENT                SNAPSHOT
2026-11-26 12:00  ERROR     REDSHIFT-EVENT-3502  nightly
`
	if output.String() != want {
		t.Errorf("the report is\n%s\nwant\n%s", &output, want)
	}
	made.Events = nil
	output.Reset()
	if err := made.print(&output); err != nil || !strings.HasSuffix(output.String(), "\nNo events of snapshots in 7 days.\n") {
		t.Errorf("print() = %v, and prints\n%s", err, &output)
	}
}

func TestJSONOfAnAccountWithoutBackupsHasEmptyLists(t *testing.T) {
	_, url := exampletest.Endpoint(t)
	var output bytes.Buffer
	if err := run(t.Context(), []string{"-endpoint", url, "-json"}, &output); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`"clusters": []`, `"events": []`} {
		if !strings.Contains(output.String(), text) {
			t.Errorf("the document lacks %s:\n%s", text, &output)
		}
	}
}

func TestReportReturnsTheErrorOfEachCall(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"DescribeStorage", "DescribeClusters", "DescribeClusterSnapshots", "DescribeEvents"} {
		now := time.Now()
		if _, err := collect(t.Context(), redshift.NewFromService(&backups{now: now, failed: operation}), now, 7); !errors.Is(err, errUnavailable) {
			t.Errorf("%s fails: collect() = %v, want its error", operation, err)
		}
	}
}
