package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// One client serves many goroutines over real connections. Some calls have a short deadline. Every requested snapshot exists
// once, and the provider of credentials is called once.
func TestManyGoroutinesShareAClient(t *testing.T) {
	t.Parallel()
	const goroutines, calls = 100, 5
	fake := redshifttest.NewServer(t, redshifttest.Options{
		SnapshotDuration: time.Millisecond,
		Quotas:           redshifttest.Quotas{ManualSnapshots: 2 * goroutines * calls},
	})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	var provided atomic.Int32
	config := fake.Config()
	config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		provided.Add(1)
		time.Sleep(10 * time.Millisecond) // so that many calls wait

		return fake.Credentials(), nil
	})
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range goroutines {
		group.Go(func() {
			for j := range calls {
				name := fmt.Sprintf("s-%d-%d", i, j)
				if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
					ClusterIdentifier: "analytics", SnapshotIdentifier: name, Tags: []models.Tag{{Key: "by", Value: name}},
				}); err != nil {
					t.Errorf("CreateClusterSnapshot(%s): %v", name, err)

					continue
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%4)*200*time.Microsecond)
				_, err := client.DescribeClusterSnapshots(ctx, nil)
				cancel()
				if err != nil && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("list with a short deadline: %v", err)
				}
				result, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: name})
				if err != nil || len(result.Snapshots) != 1 || len(result.Snapshots[0].Tags) != 1 || result.Snapshots[0].Tags[0].Value != name {
					t.Errorf("DescribeClusterSnapshots(%s): %v, %+v", name, err, result)
				}
			}
		})
	}
	group.Wait()
	client.CloseIdleConnections()
	if got := len(fake.Snapshots()); got != goroutines*calls {
		t.Errorf("got %d snapshots, want %d", got, goroutines*calls)
	}
	if provided.Load() != 1 {
		t.Errorf("the provider was called %d times, want 1", provided.Load())
	}
}
