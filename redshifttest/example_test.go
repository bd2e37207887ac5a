package redshifttest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// A new snapshot becomes available after five minutes on the fake's clock. The test does not wait.
func Example() {
	fake := redshifttest.New(redshifttest.Options{})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		log.Fatal(err)
	}
	client, err := redshift.New(fake.Config())
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	created, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:  "analytics",
		SnapshotIdentifier: "nightly",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.Snapshot.Status)

	fake.Advance(redshifttest.DefaultSnapshotDuration)
	found, err := client.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "nightly"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Snapshots[0].Status)
	// Output:
	// creating
	// available
}

// The fake returns errors that follow from its state. FailNext injects any other error.
func ExampleFake_FailNext() {
	fake := redshifttest.New(redshifttest.Options{})
	client, err := redshift.New(fake.Config())
	if err != nil {
		log.Fatal(err)
	}
	take := func() error {
		_, err := client.CreateClusterSnapshot(context.Background(), &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier:  "analytics",
			SnapshotIdentifier: "nightly",
		})

		return err
	}
	fmt.Println(errors.Is(take(), models.ErrClusterNotFound))

	if err := fake.FailNext("CreateClusterSnapshot", awsquery.ErrAccessDenied); err != nil {
		log.Fatal(err)
	}
	fmt.Println(errors.Is(take(), awsquery.ErrAccessDenied))
	// Output:
	// true
	// true
}

// The response is lost after the fake has taken the snapshot, and all later requests fail, including the look-up. The call returns an
// OutcomeUnknownError. With fewer faults, the client finds the snapshot.
func ExampleFake_InjectNext() {
	fake := redshifttest.New(redshifttest.Options{})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		log.Fatal(err)
	}
	config := fake.Config()
	config.Retry = redshift.RetryPolicy{MaxAttempts: 2, BaseDelay: time.Millisecond}
	client, err := redshift.New(config)
	if err != nil {
		log.Fatal(err)
	}
	lost, unreachable := redshifttest.Fault{Cut: true, AfterWork: true}, redshifttest.Fault{Cut: true}
	take := func(name string) error {
		_, err := client.CreateClusterSnapshot(context.Background(), &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier:  "analytics",
			SnapshotIdentifier: name,
		})

		return err
	}
	var unknown *redshift.OutcomeUnknownError
	if err := fake.InjectNext("CreateClusterSnapshot", lost, unreachable); err != nil {
		log.Fatal(err)
	}
	if err := fake.InjectNext("DescribeClusterSnapshots", unreachable); err != nil {
		log.Fatal(err)
	}
	if errors.As(take("monday"), &unknown) {
		fmt.Println("unknown, see", unknown.SeeOperation)
	}
	if err := fake.InjectNext("CreateClusterSnapshot", lost); err != nil {
		log.Fatal(err)
	}
	fmt.Println(take("tuesday"))
	fmt.Println(len(fake.Snapshots()), "snapshots")
	// Output:
	// unknown, see DescribeClusterSnapshots
	// <nil>
	// 2 snapshots
}

// Respond sets the response of an operation: a result, or a function of the parameters.
func ExampleFake_Respond() {
	fake := redshifttest.New(redshifttest.Options{})
	client, err := redshift.New(fake.Config())
	if err != nil {
		log.Fatal(err)
	}
	describe := func(identifier string) {
		result, err := client.DescribeClusters(context.Background(), &redshift.DescribeClustersParams{ClusterIdentifier: identifier})
		if errors.Is(err, models.ErrClusterNotFound) {
			fmt.Println(identifier, "is missing")
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(identifier, "is", result.Clusters[0].ClusterStatus)
	}

	err = fake.Respond("DescribeClusters", &redshift.DescribeClustersResult{
		Clusters: []models.Cluster{{ClusterIdentifier: "analytics", ClusterStatus: "hardware-failure"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	describe("analytics")

	err = fake.Respond("DescribeClusters", func(params *redshift.DescribeClustersParams) (*redshift.DescribeClustersResult, error) {
		if params.ClusterIdentifier == "old" {
			return nil, models.ErrClusterNotFound
		}
		shown := models.Cluster{ClusterIdentifier: params.ClusterIdentifier, ClusterStatus: "storage-full"}

		return &redshift.DescribeClustersResult{Clusters: []models.Cluster{shown}}, nil
	})
	if err != nil {
		log.Fatal(err)
	}
	describe("old")
	describe("new")
	// Output:
	// analytics is hardware-failure
	// old is missing
	// new is storage-full
}

// The identifier of an automated snapshot contains the cluster and the time.
func ExampleFake_AddAutomatedSnapshot() {
	fake := redshifttest.New(redshifttest.Options{Start: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		log.Fatal(err)
	}
	snapshot, err := fake.AddAutomatedSnapshot("analytics", time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(snapshot.SnapshotIdentifier, snapshot.Status)
	// Output: rs:analytics-2026-11-23-04-00-00 available
}
