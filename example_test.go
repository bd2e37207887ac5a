package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// exampleClient returns a client of a fake Redshift for the examples. A program calls redshift.New with a region.
func exampleClient() (*redshift.Client, *redshifttest.Fake) {
	fake := redshifttest.New(redshifttest.Options{
		Start:            time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC),
		SnapshotDuration: time.Millisecond, // not minutes, as in Redshift
	})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", SizeInMegaBytes: 2048}); err != nil {
		log.Fatal(err)
	}
	client, err := redshift.New(fake.Config())
	if err != nil {
		log.Fatal(err)
	}

	return client, fake
}

func Example() {
	ctx := context.Background()
	client, _ := exampleClient()

	created, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:  "analytics",
		SnapshotIdentifier: "nightly-2026-11-23",
		Tags:               []models.Tag{{Key: "env", Value: "prod"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.Snapshot.Status, created.RequestID != "")

	snapshot, err := client.WaitSnapshotAvailable(ctx,
		&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "nightly-2026-11-23"},
		redshift.WaitOptions{MinDelay: time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(snapshot.Status, snapshot.Tags)
	// Output:
	// creating true
	// available [{env prod}]
}

func ExampleNew() {
	_, err := redshift.New(redshift.Config{Region: "eu-west-1/", Endpoint: "http://redshift.example.com"})
	fmt.Println(err)
	// Output:
	// redshift: Config.Region: it has the character '/': a region has letters, digits and hyphens, such as eu-west-1
	// Config.Endpoint: with plain http, anyone on the network path can read the requests: use https, or set Config.AllowInsecure
}

func ExampleClient_CreateClusterSnapshot_errors() {
	client, _ := exampleClient()
	_, err := client.CreateClusterSnapshot(context.Background(), &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:  "no-such-cluster",
		SnapshotIdentifier: "nightly",
	})
	err = fmt.Errorf("the nightly job: %w", err)

	fmt.Println(errors.Is(err, models.ErrClusterNotFound))

	var refused *redshift.Error
	if errors.As(err, &refused) {
		switch refused.Code {
		case models.ErrClusterNotFound:
			fmt.Println(refused.Operation, refused.StatusCode, refused.Code)
		case models.ErrInvalidClusterState:
			fmt.Println("try again later")
		}
	}
	// Output:
	// true
	// CreateClusterSnapshot 404 ClusterNotFound
}

func ExampleClient_CreateClusterSnapshot_validation() {
	client, fake := exampleClient()
	_, err := client.CreateClusterSnapshot(context.Background(), &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics",
		Tags:              []models.Tag{{Value: "a value without a key"}},
	})
	fmt.Println(err)
	fmt.Println(len(fake.Requests()), "requests sent")
	// Output:
	// CreateClusterSnapshot: SnapshotIdentifier is required; Tags.Tag.1.Key is required
	// 0 requests sent
}

func ExampleClient_DescribeClusterSnapshotsAll() {
	ctx := context.Background()
	client, fake := exampleClient()
	for hour := range 3 {
		if _, err := fake.AddAutomatedSnapshot("analytics", time.Date(2026, 11, 23, 1+hour, 0, 0, 0, time.UTC)); err != nil {
			log.Fatal(err)
		}
	}

	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		ClusterIdentifier: "analytics",
		SnapshotType:      models.SnapshotTypeAutomated,
		SortingEntities:   []models.SnapshotSortingEntity{{Attribute: models.SnapshotAttributeToSortByCreateTime}},
	}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(snapshot.SnapshotIdentifier, snapshot.SnapshotCreateTime.Format(time.RFC3339))
	}
	// Output:
	// rs:analytics-2026-11-23-01-00-00 2026-11-23T01:00:00Z
	// rs:analytics-2026-11-23-02-00-00 2026-11-23T02:00:00Z
	// rs:analytics-2026-11-23-03-00-00 2026-11-23T03:00:00Z
}

func ExampleClient_WaitSnapshotAvailable_failure() {
	ctx := context.Background()
	client, fake := exampleClient()
	if _, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "unlucky",
	}); err != nil {
		log.Fatal(err)
	}
	if err := fake.SetSnapshotStatus("unlucky", models.SnapshotStatusFailed); err != nil {
		log.Fatal(err)
	}

	_, err := client.WaitSnapshotAvailable(ctx, &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "unlucky"}, redshift.WaitOptions{})
	var failure *redshift.SnapshotWaitError
	fmt.Println(errors.Is(err, redshift.ErrSnapshotFailed), errors.As(err, &failure), failure.Last.Status)
	// Output: true true failed
}

func ExampleClient_DeleteSnapshots() {
	ctx := context.Background()
	client, fake := exampleClient()
	for _, identifier := range []string{"nightly", "weekly"} {
		if _, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier: "analytics", SnapshotIdentifier: identifier,
		}); err != nil {
			log.Fatal(err)
		}
		fake.Advance(redshifttest.DefaultSnapshotDuration)
	}

	result, err := client.DeleteSnapshots(ctx, &redshift.BatchDeleteClusterSnapshotsParams{
		Identifiers: redshift.SnapshotIDs("nightly", "weekly", "yearly"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("deleted:", result.Done)
	for _, failed := range result.Failed {
		fmt.Printf("%s: %s\n", failed.SnapshotIdentifier, failed.Code())
	}
	// Output:
	// deleted: [nightly weekly]
	// yearly: ClusterSnapshotNotFound
}

// Redshift copies the snapshots of the cluster to another region, where they can be listed and restored.
func ExampleClient_EnableSnapshotCopy() {
	ctx := context.Background()
	client, fake := exampleClient()
	enabled, err := client.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyParams{
		ClusterIdentifier:             "analytics",
		DestinationRegion:             "us-west-2",
		RetentionPeriod:               new(3),  // days to keep copies of automated snapshots
		ManualSnapshotRetentionPeriod: new(30), // days to keep copies of manual snapshots
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("to", enabled.Cluster.ClusterSnapshotCopyStatus.DestinationRegion)

	if _, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "before-upgrade",
	}); err != nil {
		log.Fatal(err)
	}
	fake.Advance(time.Minute) // Redshift takes minutes to copy

	// A client calls one region. A program calls redshift.New with redshift.Config{Region: "us-west-2"}.
	elsewhere, err := redshift.New(fake.InRegion("us-west-2").Config())
	if err != nil {
		log.Fatal(err)
	}
	for snapshot, err := range elsewhere.DescribeClusterSnapshotsAll(ctx, nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(snapshot.SnapshotIdentifier, "from", snapshot.SourceRegion, snapshot.Status, "for", *snapshot.ManualSnapshotRemainingDays, "days")
	}

	if _, err := client.DisableSnapshotCopy(ctx, &redshift.DisableSnapshotCopyParams{ClusterIdentifier: "analytics"}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// to us-west-2
	// copy:before-upgrade from us-east-1 available for 30 days
}

func ExampleClient_WaitClusterRestored() {
	ctx := context.Background()
	client, fake := exampleClient()
	if _, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly",
	}); err != nil {
		log.Fatal(err)
	}
	fake.Advance(time.Minute)

	if _, err := client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{
		ClusterIdentifier: "drill", SnapshotIdentifier: "nightly",
	}); err != nil {
		log.Fatal(err)
	}
	cluster, err := client.WaitClusterRestored(ctx,
		&redshift.DescribeClustersParams{ClusterIdentifier: "drill"},
		redshift.WaitOptions{
			MinDelay: time.Millisecond,
			Progress: func(progress redshift.WaitProgress) {
				fmt.Printf("%s, %.0f %%\n", progress.Status, 100*progress.Fraction)
				fake.Advance(5 * time.Minute) // the example does not wait as a program does
			},
		})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cluster.ClusterIdentifier, cluster.RestoreStatus.Status, cluster.RestoreStatus.SnapshotSizeInMegaBytes, "MB")
	// Output:
	// creating, 0 %
	// available, 25 %
	// available, 100 %
	// drill completed 2048 MB
}

func ExampleClient_WaitTableRestored_failure() {
	ctx := context.Background()
	client, fake := exampleClient()
	if _, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly",
	}); err != nil {
		log.Fatal(err)
	}
	fake.Advance(time.Minute)

	accepted, err := client.RestoreTableFromClusterSnapshot(ctx, &redshift.RestoreTableFromClusterSnapshotParams{
		ClusterIdentifier:  "analytics",
		SnapshotIdentifier: "nightly",
		SourceDatabaseName: "dev",
		SourceTableName:    "orders",
		NewTableName:       "orders_before",
	})
	if err != nil {
		log.Fatal(err)
	}
	request := accepted.TableRestoreStatus.TableRestoreRequestID
	if err := fake.SetTableRestoreStatus(request, models.TableRestoreStatusTypeFailed, "the disk is full"); err != nil {
		log.Fatal(err)
	}
	_, err = client.WaitTableRestored(ctx, &redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: request}, redshift.WaitOptions{})
	var failure *redshift.TableRestoreWaitError
	fmt.Println(errors.Is(err, redshift.ErrRestoreFailed), errors.As(err, &failure), failure.Last.Message)
	// Output: true true the disk is full
}

// A cluster with a schedule has automated snapshots. Redshift deletes them after their retention period.
func ExampleClient_ModifyClusterSnapshotSchedule() {
	ctx := context.Background()
	client, fake := exampleClient()
	schedule, err := client.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleParams{
		ScheduleIdentifier:  "working-days",
		ScheduleDefinitions: []string{"cron(0 6 MON-FRI)", "cron(30 18 FRI)"},
		NextInvocations:     new(2),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, next := range schedule.NextInvocations {
		fmt.Println("next", next.Format(time.RFC1123))
	}
	if _, err := client.ModifyClusterSnapshotSchedule(ctx, &redshift.ModifyClusterSnapshotScheduleParams{
		ClusterIdentifier: "analytics", ScheduleIdentifier: "working-days",
	}); err != nil {
		log.Fatal(err)
	}
	fake.Advance(5 * 24 * time.Hour) // from Monday to Saturday; the cluster keeps automated snapshots for one day

	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{SnapshotType: models.SnapshotTypeAutomated}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(snapshot.SnapshotIdentifier, snapshot.Status)
	}
	// Output:
	// next Mon, 23 Nov 2026 06:00:00 UTC
	// next Tue, 24 Nov 2026 06:00:00 UTC
	// rs:analytics-2026-11-27-06-00-00 available
	// rs:analytics-2026-11-27-18-30-00 available
}

// To copy the snapshots of an encrypted cluster, the destination region needs a grant for a key of that region.
func ExampleClient_CreateSnapshotCopyGrant() {
	ctx := context.Background()
	_, fake := exampleClient()
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "ledger", KmsKeyID: "arn:aws:kms:us-east-1:123456789012:key/here"}); err != nil {
		log.Fatal(err)
	}
	here, err := redshift.New(fake.Config())
	if err != nil {
		log.Fatal(err)
	}
	// A program calls redshift.New with redshift.Config{Region: "us-west-2"}.
	there, err := redshift.New(fake.InRegion("us-west-2").Config())
	if err != nil {
		log.Fatal(err)
	}

	grant, err := there.CreateSnapshotCopyGrant(ctx, &redshift.CreateSnapshotCopyGrantParams{
		SnapshotCopyGrantName: "from-us-east-1",
		KmsKeyID:              "arn:aws:kms:us-west-2:123456789012:key/there",
	})
	if err != nil {
		log.Fatal(err)
	}
	enabled, err := here.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyParams{
		ClusterIdentifier:     "ledger",
		DestinationRegion:     "us-west-2",
		SnapshotCopyGrantName: grant.SnapshotCopyGrant.SnapshotCopyGrantName,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(enabled.Cluster.ClusterSnapshotCopyStatus.SnapshotCopyGrantName)

	_, err = there.DeleteSnapshotCopyGrant(ctx, &redshift.DeleteSnapshotCopyGrantParams{SnapshotCopyGrantName: "from-us-east-1"})
	fmt.Println("in use:", errors.Is(err, models.ErrInvalidSnapshotCopyGrantStateFault))
	// Output:
	// from-us-east-1
	// in use: true
}
