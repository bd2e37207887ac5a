package redshift_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// cuttingProxy forwards bytes between a client and a server, and breaks half of the connections after a random number of bytes.
func cuttingProxy(t *testing.T, server string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() { pass(client, server) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		connections.Wait()
	})

	return "http://" + listener.Addr().String()
}

// pass serves one connection and breaks it after a random number of bytes in one direction.
func pass(client net.Conn, server string) {
	defer client.Close()
	upstream, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer upstream.Close()
	const longest = 6000 // the bytes of a few calls
	limits := [2]int64{1 << 40, 1 << 40}
	if rand.N(2) == 0 {
		limits[rand.N(2)] = rand.Int64N(longest)
	}
	var both sync.WaitGroup
	for i, ends := range [2][2]net.Conn{{upstream, client}, {client, upstream}} {
		both.Go(func() {
			_, _ = io.CopyN(ends[0], ends[1], limits[i]) // the end of one direction ends both
			client.Close()
			upstream.Close()
		})
	}
	both.Wait()
}

// Creates snapshots through a proxy that breaks connections at random positions. Exactly the requested snapshots exist.
func TestBrokenConnectionsLoseAndRepeatNothing(t *testing.T) {
	const workers, each = 20, 10
	fake := redshifttest.NewServer(t, redshifttest.Options{SnapshotDuration: -1, Quotas: redshifttest.Quotas{ManualSnapshots: workers * each}})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	config := fake.Config()
	config.Endpoint = cuttingProxy(t, fake.URL[len("http://"):])
	config.Retry = redshift.RetryPolicy{MaxAttempts: 20, BaseDelay: time.Millisecond, MaxDelay: 5 * time.Millisecond}
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	var work sync.WaitGroup
	for worker := range workers {
		work.Go(func() {
			for number := range each {
				name := fmt.Sprintf("w%d-s%d", worker, number)
				created, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
					ClusterIdentifier: "analytics", SnapshotIdentifier: name, Tags: []models.Tag{{Key: "n", Value: name}},
				})
				if err != nil || created.Snapshot.SnapshotIdentifier != name {
					t.Errorf("%s: got %+v, %v", name, created, err)
				}
			}
		})
	}
	work.Wait()
	if taken := len(fake.Snapshots()); taken != workers*each {
		t.Errorf("got %d snapshots, want %d", taken, workers*each)
	}
	t.Logf("%d requests for %d snapshots", len(fake.Requests()), workers*each)
}

// The server is unavailable for a while.
func TestCallsSurviveAnUnavailableServer(t *testing.T) {
	fake := redshifttest.NewServer(t, redshifttest.Options{SnapshotDuration: -1})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	refusals := 0 // connections to refuse before the server is available again
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() {
				mutex.Lock()
				refuse := refusals > 0
				refusals = max(refusals-1, 0)
				mutex.Unlock()
				if refuse {
					client.Close()

					return
				}
				pass(client, fake.URL[len("http://"):])
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		connections.Wait()
	})
	config := fake.Config()
	config.Endpoint = "http://" + listener.Addr().String()
	config.Retry = redshift.RetryPolicy{MaxAttempts: 30, BaseDelay: 5 * time.Millisecond, MaxDelay: 20 * time.Millisecond}
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	const count = 12
	for number := range count {
		if number == 4 {
			client.CloseIdleConnections()
			mutex.Lock()
			refusals = 5
			mutex.Unlock()
		}
		_, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier: "analytics", SnapshotIdentifier: fmt.Sprintf("nightly-%d", number),
		})
		if err != nil {
			t.Error(err)
		}
	}
	mutex.Lock()
	if taken := len(fake.Snapshots()); taken != count || refusals != 0 {
		t.Errorf("got %d snapshots and %d pending refusals of connections", taken, refusals)
	}
	mutex.Unlock()

	// If the server stays unavailable, the error reports it.
	listener.Close()
	client.CloseIdleConnections()
	_, err = client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "never"},
		redshift.WithRetryPolicy(redshift.RetryPolicy{MaxAttempts: 3, BaseDelay: time.Millisecond}))
	var tried *redshift.RetryError
	if !errors.As(err, &tried) || tried.Attempts != 3 || errors.As(err, new(*redshift.OutcomeUnknownError)) {
		t.Errorf("without a server: err = %v, want a RetryError", err)
	}
}
