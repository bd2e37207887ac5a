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

// One client serves many goroutines over real connections, some of which give up in the middle: every snapshot that was
// asked for is there once, and the credentials were asked for once.
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
	var asked atomic.Int32
	config := fake.Config()
	config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		asked.Add(1)
		time.Sleep(10 * time.Millisecond) // so that many are waiting

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
					t.Errorf("creating %s: %v", name, err)

					continue
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%4)*200*time.Microsecond)
				_, err := client.DescribeClusterSnapshots(ctx, nil)
				cancel()
				if err != nil && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("listing with a short deadline: %v", err)
				}
				result, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: name})
				if err != nil || len(result.Snapshots) != 1 || len(result.Snapshots[0].Tags) != 1 || result.Snapshots[0].Tags[0].Value != name {
					t.Errorf("describing %s: %v, %+v", name, err, result)
				}
			}
		})
	}
	group.Wait()
	client.CloseIdleConnections()
	if got := len(fake.Snapshots()); got != goroutines*calls {
		t.Errorf("there are %d snapshots, want %d", got, goroutines*calls)
	}
	if asked.Load() != 1 {
		t.Errorf("the credentials were asked for %d times", asked.Load())
	}
}
