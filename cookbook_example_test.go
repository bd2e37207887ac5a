package redshift_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"slices"
	"sync"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// The functions of docs/cookbook.md. TestCookbook copies them into the page, and the examples below call them.

// newestSnapshot returns the newest available snapshot of a cluster.
func newestSnapshot(ctx context.Context, client *redshift.Client, cluster string) (models.Snapshot, error) {
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		ClusterIdentifier: cluster,
		SortingEntities: []models.SnapshotSortingEntity{{
			Attribute: models.SnapshotAttributeToSortByCreateTime,
			SortOrder: models.SortByOrderDesc,
		}},
		MaxRecords: new(20), // one small page is usually enough
	}) {
		if err != nil {
			return models.Snapshot{}, err
		}
		if snapshot.Status == models.SnapshotStatusAvailable {
			return snapshot, nil
		}
	}

	return models.Snapshot{}, fmt.Errorf("cluster %s has no available snapshot", cluster)
}

// createAndWait takes a snapshot and waits until it is available, up to 6 hours.
func createAndWait(ctx context.Context, client *redshift.Client, cluster, identifier string) (models.Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, 6*time.Hour)
	defer cancel()
	_, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:             cluster,
		SnapshotIdentifier:            identifier,
		ManualSnapshotRetentionPeriod: new(30), // days
	})
	unknown := errors.As(err, new(*redshift.OutcomeUnknownError)) // the snapshot may exist: the wait finds out
	if err != nil && !unknown {
		return models.Snapshot{}, err
	}

	return client.WaitSnapshotAvailable(ctx,
		&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: identifier},
		redshift.WaitOptions{ExpectNew: true})
}

// pruneSnapshots deletes the manual snapshots of a cluster that were taken before a time. Redshift does not delete a snapshot
// that another account may restore, so the function revokes the access first.
func pruneSnapshots(ctx context.Context, client *redshift.Client, cluster string, before time.Time) (*redshift.BatchResult, error) {
	old := &redshift.BatchDeleteClusterSnapshotsParams{}
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		ClusterIdentifier: cluster,
		SnapshotType:      models.SnapshotTypeManual,
		EndTime:           before,
	}) {
		if err != nil {
			return nil, err
		}
		for _, account := range snapshot.AccountsWithRestoreAccess {
			_, err := client.RevokeSnapshotAccess(ctx, &redshift.RevokeSnapshotAccessParams{
				SnapshotIdentifier:        snapshot.SnapshotIdentifier,
				SnapshotClusterIdentifier: snapshot.ClusterIdentifier,
				AccountWithRestoreAccess:  cmp.Or(account.AccountID, account.AccountAlias), // AWS Support has an alias
			})
			if err != nil && !errors.Is(err, models.ErrAuthorizationNotFound) {
				return nil, fmt.Errorf("snapshot %s: %w", snapshot.SnapshotIdentifier, err)
			}
		}
		old.Identifiers = append(old.Identifiers, models.DeleteClusterSnapshotMessage{
			SnapshotIdentifier:        snapshot.SnapshotIdentifier,
			SnapshotClusterIdentifier: snapshot.ClusterIdentifier,
		})
	}

	return client.DeleteSnapshots(ctx, old)
}

// snapshotsWithoutTag returns the manual snapshots that have no tag with this key. Redshift can filter by a tag that a
// snapshot has, but not by a tag that it lacks.
func snapshotsWithoutTag(ctx context.Context, client *redshift.Client, key string) ([]models.Snapshot, error) {
	var without []models.Snapshot
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		SnapshotType: models.SnapshotTypeManual,
	}) {
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(snapshot.Tags, func(tag models.Tag) bool { return tag.Key == key }) {
			without = append(without, snapshot)
		}
	}

	return without, nil
}

// snapshotClusters takes a snapshot of each cluster, 8 calls at a time. The error joins the errors of all clusters.
func snapshotClusters(ctx context.Context, client *redshift.Client, clusters []string, suffix string) error {
	slots := make(chan struct{}, 8)
	failed := make([]error, len(clusters)) // each goroutine writes its own element
	var running sync.WaitGroup
	for i, cluster := range clusters {
		slots <- struct{}{} // blocks while 8 calls run
		running.Go(func() {
			defer func() { <-slots }()
			_, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
				ClusterIdentifier:  cluster,
				SnapshotIdentifier: cluster + "-" + suffix,
			})
			if err != nil {
				failed[i] = fmt.Errorf("cluster %s: %w", cluster, err)
			}
		})
	}
	running.Wait()

	return errors.Join(failed...)
}

// waitForSnapshots waits until each snapshot is available or has failed, up to 6 hours, and returns those that are not available.
func waitForSnapshots(ctx context.Context, client *redshift.Client, identifiers []string) (missing []models.Snapshot, err error) {
	ctx, cancel := context.WithTimeout(ctx, 6*time.Hour)
	defer cancel()
	snapshots, err := client.WaitSnapshotsAvailable(ctx, nil, identifiers, redshift.WaitOptions{})
	for _, snapshot := range snapshots {
		if snapshot.Status != models.SnapshotStatusAvailable {
			missing = append(missing, snapshot) // a snapshot that does not exist has an identifier only
		}
	}

	return missing, err
}

// deleteByName deletes snapshots, and logs those that are not deleted for certain.
func deleteByName(ctx context.Context, client *redshift.Client, identifiers ...string) error {
	result, err := client.DeleteSnapshots(ctx, &redshift.BatchDeleteClusterSnapshotsParams{
		Identifiers: redshift.SnapshotIDs(identifiers...),
	})
	for _, failed := range result.Failed {
		if !errors.Is(failed, models.ErrClusterSnapshotNotFound) {
			log.Printf("%s was not deleted: %v", failed.SnapshotIdentifier, failed)
		}
	}
	for _, identifier := range result.Unprocessed {
		log.Printf("%s may still exist", identifier)
	}

	return err // of a whole call
}

// createTagged takes a snapshot with two tags, and prints all snapshots that have a tag with the key env.
func createTagged(ctx context.Context, client *redshift.Client, cluster, identifier string) error {
	_, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:  cluster,
		SnapshotIdentifier: identifier,
		Tags:               []models.Tag{{Key: "env", Value: "prod"}, {Key: "owner"}},
	})
	if err != nil {
		return err
	}
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		TagKeys: []string{"env"},
	}) {
		if err != nil {
			return err
		}
		fmt.Println(snapshot.SnapshotIdentifier, snapshot.Tags)
	}

	return nil
}

// waitWithProgress waits until a snapshot is available, and prints the progress.
func waitWithProgress(ctx context.Context, client *redshift.Client, identifier string) error {
	_, err := client.WaitSnapshotAvailable(ctx,
		&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: identifier},
		redshift.WaitOptions{Progress: func(progress redshift.WaitProgress) {
			fmt.Printf("%s, %.0f %%\n", progress.Status, 100*progress.Fraction)
		}})
	var failure *redshift.SnapshotWaitError
	if errors.As(err, &failure) {
		fmt.Printf("the last poll showed the status %q\n", failure.Last.Status)
	}

	return err
}

// restoreSnapshot restores a snapshot to a new cluster, and waits until all of its data is there.
func restoreSnapshot(ctx context.Context, client *redshift.Client, identifier, cluster string) (models.Cluster, error) {
	ctx, cancel := context.WithTimeout(ctx, 12*time.Hour)
	defer cancel()
	_, err := client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{
		ClusterIdentifier:  cluster,
		SnapshotIdentifier: identifier,
	})
	unknown := errors.As(err, new(*redshift.OutcomeUnknownError)) // the cluster may exist: the wait finds out
	if err != nil && !unknown {
		return models.Cluster{}, err
	}
	restored, err := client.WaitClusterRestored(ctx,
		&redshift.DescribeClustersParams{ClusterIdentifier: cluster}, redshift.WaitOptions{ExpectNew: true})
	if errors.Is(err, redshift.ErrRestoreFailed) {
		return restored, fmt.Errorf("snapshot %s cannot be restored: %w", identifier, err)
	}

	return restored, err
}

// pauseAndWait pauses a cluster and waits until it is paused, up to an hour. It continues a pause that has begun, and accepts a paused
// cluster.
func pauseAndWait(ctx context.Context, client *redshift.Client, cluster string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	_, err := client.PauseCluster(ctx, &redshift.PauseClusterParams{ClusterIdentifier: cluster})
	unknown := errors.As(err, new(*redshift.OutcomeUnknownError))
	if err != nil && !unknown && !errors.Is(err, models.ErrInvalidClusterState) {
		return err
	}
	_, err = client.WaitClusterPaused(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: cluster}, redshift.WaitOptions{})

	return err
}

// swapClusters gives two clusters each other's identifier, with a temporary identifier in between. Clients of the live cluster then use
// the restored one.
func swapClusters(ctx context.Context, client *redshift.Client, live, restored, temporary string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Hour)
	defer cancel()
	for _, rename := range []struct{ from, to string }{{live, temporary}, {restored, live}, {temporary, restored}} {
		_, err := client.ModifyCluster(ctx, &redshift.ModifyClusterParams{
			ClusterIdentifier:    rename.from,
			NewClusterIdentifier: rename.to,
		})
		if err != nil {
			return fmt.Errorf("rename %s to %s: %w", rename.from, rename.to, err)
		}
		_, err = client.WaitClusterAvailable(ctx,
			&redshift.DescribeClustersParams{ClusterIdentifier: rename.to},
			redshift.WaitOptions{RenamedFrom: rename.from})
		if err != nil {
			return fmt.Errorf("wait for %s: %w", rename.to, err)
		}
	}

	return nil
}

// deleteCluster deletes a cluster without a final snapshot, and waits until it no longer exists.
func deleteCluster(ctx context.Context, client *redshift.Client, cluster string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	_, err := client.DeleteCluster(ctx, &redshift.DeleteClusterParams{
		ClusterIdentifier:        cluster,
		SkipFinalClusterSnapshot: new(true), // the data is lost
	})
	if err != nil && !errors.Is(err, models.ErrClusterNotFound) {
		return err
	}
	_, err = client.WaitClusterDeleted(ctx,
		&redshift.DescribeClustersParams{ClusterIdentifier: cluster}, redshift.WaitOptions{})

	return err
}

// cookbookClient is a client for a fake with the clusters analytics and sales. Nothing takes time.
func cookbookClient() (*redshift.Client, *redshifttest.Fake) {
	fake := redshifttest.New(redshifttest.Options{
		Start:            time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC),
		SnapshotDuration: -1, // a new snapshot is available immediately
		RestoreDuration:  -1,
	})
	for _, cluster := range []string{"analytics", "sales"} {
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: cluster}); err != nil {
			log.Fatal(err)
		}
	}
	client, err := redshift.New(fake.Config())
	if err != nil {
		log.Fatal(err)
	}

	return client, fake
}

// addSnapshot adds a manual snapshot of analytics that was taken some days ago.
func addSnapshot(fake *redshifttest.Fake, identifier string, days int, tags ...models.Tag) {
	if _, err := fake.AddManualSnapshot(redshifttest.ManualSnapshot{
		Identifier:        identifier,
		ClusterIdentifier: "analytics",
		CreateTime:        fake.Now().AddDate(0, 0, -days),
		Tags:              tags,
	}); err != nil {
		log.Fatal(err)
	}
}

func Example_newestSnapshot() {
	client, fake := cookbookClient()
	addSnapshot(fake, "yesterday", 1)
	addSnapshot(fake, "last-week", 7)
	addSnapshot(fake, "broken", 0)
	if err := fake.SetSnapshotStatus("broken", models.SnapshotStatusFailed); err != nil {
		log.Fatal(err)
	}

	newest, err := newestSnapshot(context.Background(), client, "analytics")
	fmt.Println(newest.SnapshotIdentifier, err)
	_, err = newestSnapshot(context.Background(), client, "sales")
	fmt.Println(err)
	// Output:
	// yesterday <nil>
	// cluster sales has no available snapshot
}

func Example_createAndWait() {
	client, fake := cookbookClient()
	snapshot, err := createAndWait(context.Background(), client, "analytics", "before-upgrade")
	fmt.Println(snapshot.SnapshotIdentifier, snapshot.Status, err)

	// Every response is lost, also the response to the look-up. The first attempt had an effect, and the wait finds the snapshot.
	lost, unreachable := redshifttest.Fault{Cut: true, AfterWork: true}, redshifttest.Fault{Cut: true}
	if err := errors.Join(
		fake.InjectNext("CreateClusterSnapshot", lost, unreachable, unreachable, unreachable, unreachable),
		fake.InjectNext("DescribeClusterSnapshots", unreachable),
	); err != nil {
		log.Fatal(err)
	}
	snapshot, err = createAndWait(context.Background(), client, "analytics", "after-upgrade")
	fmt.Println(snapshot.SnapshotIdentifier, snapshot.Status, err)

	_, err = createAndWait(context.Background(), client, "unknown", "before-upgrade")
	fmt.Println(errors.Is(err, models.ErrClusterNotFound))
	// Output:
	// before-upgrade available <nil>
	// after-upgrade available <nil>
	// true
}

func Example_pruneSnapshots() {
	ctx := context.Background()
	client, fake := cookbookClient()
	addSnapshot(fake, "today", 0)
	addSnapshot(fake, "last-month", 31)
	addSnapshot(fake, "last-year", 365)
	if _, err := client.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier: "last-year", AccountWithRestoreAccess: "210987654321",
	}); err != nil {
		log.Fatal(err)
	}

	result, err := pruneSnapshots(ctx, client, "analytics", fake.Now().AddDate(0, 0, -30))
	if err != nil {
		log.Fatal(err)
	}
	slices.Sort(result.Done)
	fmt.Println("deleted:", result.Done, "failed:", result.Failed)
	for _, left := range fake.Snapshots() {
		fmt.Println("left:", left.SnapshotIdentifier)
	}
	// Output:
	// deleted: [last-month last-year] failed: []
	// left: today
}

func Example_snapshotsWithoutTag() {
	client, fake := cookbookClient()
	addSnapshot(fake, "tagged", 1, models.Tag{Key: "owner", Value: "finance"})
	addSnapshot(fake, "untagged", 2)
	addSnapshot(fake, "other-tag", 3, models.Tag{Key: "env", Value: "prod"})

	snapshots, err := snapshotsWithoutTag(context.Background(), client, "owner")
	if err != nil {
		log.Fatal(err)
	}
	slices.SortFunc(snapshots, func(a, b models.Snapshot) int { return cmp.Compare(a.SnapshotIdentifier, b.SnapshotIdentifier) })
	for _, snapshot := range snapshots {
		fmt.Println(snapshot.SnapshotIdentifier)
	}
	// Output:
	// other-tag
	// untagged
}

func Example_snapshotClusters() {
	client, fake := cookbookClient()
	err := snapshotClusters(context.Background(), client, []string{"analytics", "sales", "unknown"}, "2026-11-23")
	fmt.Println(errors.Is(err, models.ErrClusterNotFound))
	for _, snapshot := range fake.Snapshots() {
		fmt.Println(snapshot.SnapshotIdentifier)
	}
	// Unordered output:
	// true
	// analytics-2026-11-23
	// sales-2026-11-23
}

func Example_waitForSnapshots() {
	client, fake := cookbookClient()
	addSnapshot(fake, "monday", 2)
	addSnapshot(fake, "tuesday", 1)
	if err := fake.SetSnapshotStatus("tuesday", models.SnapshotStatusFailed); err != nil {
		log.Fatal(err)
	}

	missing, err := waitForSnapshots(context.Background(), client, []string{"monday", "tuesday"})
	for _, snapshot := range missing {
		fmt.Println(snapshot.SnapshotIdentifier, snapshot.Status)
	}
	fmt.Println(errors.Is(err, redshift.ErrSnapshotFailed))
	// Output:
	// tuesday failed
	// true
}

func Example_deleteByName() {
	client, fake := cookbookClient()
	addSnapshot(fake, "monday", 2)
	addSnapshot(fake, "tuesday", 1)
	fmt.Println(deleteByName(context.Background(), client, "monday", "sunday"))
	for _, left := range fake.Snapshots() {
		fmt.Println(left.SnapshotIdentifier)
	}
	// Output:
	// <nil>
	// tuesday
}

func Example_createTagged() {
	client, fake := cookbookClient()
	addSnapshot(fake, "untagged", 1)
	fmt.Println(createTagged(context.Background(), client, "analytics", "tagged"))
	// Output:
	// tagged [{env prod} {owner }]
	// <nil>
}

func Example_waitWithProgress() {
	client, fake := cookbookClient()
	addSnapshot(fake, "monday", 1)
	fmt.Println(waitWithProgress(context.Background(), client, "monday"))
	if err := fake.SetSnapshotStatus("monday", models.SnapshotStatusFailed); err != nil {
		log.Fatal(err)
	}
	fmt.Println(errors.Is(waitWithProgress(context.Background(), client, "monday"), redshift.ErrSnapshotFailed))
	// Output:
	// available, 100 %
	// <nil>
	// failed, 100 %
	// the last poll showed the status "failed"
	// true
}

func Example_restoreSnapshot() {
	client, fake := cookbookClient()
	addSnapshot(fake, "monday", 1)
	cluster, err := restoreSnapshot(context.Background(), client, "monday", "drill")
	fmt.Println(cluster.ClusterIdentifier, cluster.ClusterStatus, err)
	// Output: drill available <nil>
}

func Example_pauseAndWait() {
	client, fake := cookbookClient()
	for _, status := range []string{"paused", "hardware-failure"} {
		if err := fake.SetClusterStatus("analytics", status); err != nil {
			log.Fatal(err)
		}
		err := pauseAndWait(context.Background(), client, "analytics")
		fmt.Println(status, err == nil, errors.Is(err, redshift.ErrClusterNotPaused))
	}
	// Output:
	// paused true false
	// hardware-failure false true
}

func Example_swapClusters() {
	client, fake := cookbookClient()
	nodes := map[string]int{"analytics": 2, "analytics-restored": 4} // of the cluster with the identifier
	respond(fake, "ModifyCluster", func(params *redshift.ModifyClusterParams) *redshift.ModifyClusterResult {
		fmt.Println("rename", params.ClusterIdentifier, "to", params.NewClusterIdentifier)
		nodes[params.NewClusterIdentifier] = nodes[params.ClusterIdentifier]
		delete(nodes, params.ClusterIdentifier)

		return &redshift.ModifyClusterResult{Cluster: models.Cluster{ClusterIdentifier: params.ClusterIdentifier, ClusterStatus: "renaming"}}
	})
	respond(fake, "DescribeClusters", func(params *redshift.DescribeClustersParams) (*redshift.DescribeClustersResult, error) {
		number, exists := nodes[params.ClusterIdentifier]
		if !exists {
			return nil, models.ErrClusterNotFound
		}

		return &redshift.DescribeClustersResult{Clusters: []models.Cluster{{
			ClusterIdentifier: params.ClusterIdentifier, ClusterStatus: models.ClusterStatusAvailable, NumberOfNodes: number,
		}}}, nil
	})

	err := swapClusters(context.Background(), client, "analytics", "analytics-restored", "analytics-swap")
	fmt.Println(nodes, err)
	// Output:
	// rename analytics to analytics-swap
	// rename analytics-restored to analytics
	// rename analytics-swap to analytics-restored
	// map[analytics:4 analytics-restored:2] <nil>
}

func Example_deleteCluster() {
	client, fake := cookbookClient()
	deleted := false
	respond(fake, "DeleteCluster", func(params *redshift.DeleteClusterParams) (*redshift.DeleteClusterResult, error) {
		if deleted {
			return nil, models.ErrClusterNotFound
		}
		deleted = *params.SkipFinalClusterSnapshot

		return &redshift.DeleteClusterResult{Cluster: models.Cluster{ClusterIdentifier: params.ClusterIdentifier, ClusterStatus: "deleting"}}, nil
	})
	respond(fake, "DescribeClusters", func(*redshift.DescribeClustersParams) (*redshift.DescribeClustersResult, error) {
		return nil, models.ErrClusterNotFound
	})

	fmt.Println(deleteCluster(context.Background(), client, "sales"), deleted)
	fmt.Println(deleteCluster(context.Background(), client, "sales")) // again
	// Output:
	// <nil> true
	// <nil>
}

// respond supplies the responses of an operation.
func respond(fake *redshifttest.Fake, operation string, response any) {
	if err := fake.Respond(operation, response); err != nil {
		log.Fatal(err)
	}
}
