package redshift_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// In a synctest bubble, the fake's minutes and the delays of the wait take no real time.
func TestWaitInABubbleTakesNoTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{})
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
			t.Fatal(err)
		}
		client, err := redshift.New(fake.Config())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil {
			t.Fatal(err)
		}
		began, shown := time.Now(), 0
		snapshot, err := client.WaitSnapshotAvailable(t.Context(),
			&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "nightly"},
			redshift.WaitOptions{Progress: func(redshift.WaitProgress) { shown++ }})
		if err != nil || snapshot.Status != models.SnapshotStatusAvailable {
			t.Fatalf("err = %v, status = %q, want no error", err, snapshot.Status)
		}
		if waited := time.Since(began); waited < redshifttest.DefaultSnapshotDuration || waited > redshifttest.DefaultSnapshotDuration+30*time.Second || shown < 5 {
			t.Errorf("waited %v with %d progress reports", waited, shown)
		}
	})
}

// clientOf returns a client of a service, without jitter in its waits.
func clientOf(service redshift.ClientService) *redshift.Client {
	return redshift.WithoutWaitJitter(redshift.NewFromService(service))
}
