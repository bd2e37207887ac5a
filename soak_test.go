package redshift_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

var soak = flag.Duration("soak", 2*time.Second, "the approximate `duration` of the soak test")

// faulty is a transport that injects a fault into one request in ten.
type faulty struct {
	fake   *redshifttest.Fake
	next   http.RoundTripper
	faults atomic.Int64
	// late has the identifiers of snapshots whose creation the client gave up while an attempt may still reach the server. Such
	// an attempt can create the snapshot again after its deletion. No client can prevent or notice that.
	late sync.Map
}

func (t *faulty) RoundTrip(request *http.Request) (*http.Response, error) {
	faults := []redshifttest.Fault{
		{Code: "Throttling"},
		{Code: "InternalFailure"},
		{Code: "InternalFailure", AfterWork: true},
		{Status: 503, Body: "<html>"},
		{Status: 200, AfterWork: true},
		{Cut: true},
		{Cut: true, AfterWork: true},
		{Truncate: true},
		{Delay: 300 * time.Millisecond, AfterWork: true}, // longer than the time limit of an attempt
	}
	query := request.URL.Query()
	operation := query.Get("Action")
	if rand.N(10) == 0 {
		t.faults.Add(1)
		if err := t.fake.InjectNext(operation, faults[rand.N(len(faults))]); err != nil {
			return nil, err
		}
	}
	response, err := t.next.RoundTrip(request)
	if err != nil && request.Context().Err() != nil && operation == "CreateClusterSnapshot" {
		t.late.Store(query.Get("SnapshotIdentifier"), true)
	}

	return response, err
}

// 200 goroutines share a client and get faults all the time. Each creates, describes and deletes snapshots. At the end, the
// server has exactly the snapshots that the results of the calls imply, and no goroutines or memory leak. The test takes two
// seconds, or the duration of -soak. No result depends on the speed of the machine: on a busy one, attempts time out and more
// outcomes are unknown.
func TestSoakLosesAndLeaksNothing(t *testing.T) {
	const workers = 200
	before := runtime.NumGoroutine()
	fake := redshifttest.NewServer(t, redshifttest.Options{
		SnapshotDuration: -1,
		Quotas:           redshifttest.Quotas{ManualSnapshots: 10 * workers},
	})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	connections := &http.Transport{MaxIdleConnsPerHost: workers}
	transport := &faulty{fake: fake.Fake, next: connections}
	config := fake.Config()
	config.HTTPClient = &http.Client{Transport: transport}
	config.AttemptTimeout = 200 * time.Millisecond
	config.Retry = redshift.RetryPolicy{
		MaxAttempts:     8,
		BaseDelay:       time.Millisecond,
		ThrottlingDelay: 2 * time.Millisecond,
		MaxDelay:        10 * time.Millisecond,
		Budget:          -1, // on a slow machine, most attempts of all workers time out at the same time
	}
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), *soak)
	defer cancel()
	kept := make([][]string, workers)  // the snapshots that must exist at the end
	maybe := make([][]string, workers) // the snapshots that may exist at the end
	var calls atomic.Int64
	var early uint64
	var work sync.WaitGroup
	for worker := range workers {
		work.Go(func() {
			for number := 0; ctx.Err() == nil; number++ {
				identifier := fmt.Sprintf("w%d-s%d", worker, number)
				// The calls have their own context, so that the end of the test does not cancel them.
				_, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
					ClusterIdentifier: "analytics", SnapshotIdentifier: identifier, Tags: []models.Tag{{Key: "worker", Value: fmt.Sprint(worker)}},
				})
				calls.Add(1)
				if !settled(t, "create", identifier, err) {
					maybe[worker] = append(maybe[worker], identifier)

					continue
				}
				found, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: identifier})
				calls.Add(1)
				if err == nil && (len(found.Snapshots) != 1 || !strings.EqualFold(found.Snapshots[0].SnapshotIdentifier, identifier)) {
					t.Errorf("DescribeClusterSnapshots(%s) = %+v", identifier, found.Snapshots)
				}
				if number == 0 {
					kept[worker] = append(kept[worker], identifier)

					continue
				}
				_, err = client.DeleteClusterSnapshot(t.Context(), &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: identifier})
				calls.Add(1)
				if _, late := transport.late.Load(identifier); !settled(t, "delete", identifier, err) || late {
					maybe[worker] = append(maybe[worker], identifier)
				}
				if worker == 0 && number == 5 {
					atomic.StoreUint64(&early, heap())
				}
			}
		})
	}
	work.Wait()

	there := make(map[string]bool)
	for _, snapshot := range fake.Snapshots() {
		if there[snapshot.SnapshotIdentifier] {
			t.Errorf("the snapshot %s exists twice", snapshot.SnapshotIdentifier)
		}
		there[snapshot.SnapshotIdentifier] = true
	}
	open := 0
	for worker := range workers {
		for _, identifier := range kept[worker] {
			if !there[identifier] {
				t.Errorf("the snapshot %s is lost", identifier)
			}
			delete(there, identifier)
		}
		for _, identifier := range maybe[worker] {
			delete(there, identifier)
			open++
		}
	}
	for identifier := range there {
		t.Errorf("the snapshot %s exists, although it was deleted or never created", identifier)
		for _, request := range fake.Requests() {
			if request.Params.Get("SnapshotIdentifier") == identifier {
				t.Logf("%v %s: %d %s", request.Time, request.Operation, request.Status, request.Code)
			}
		}
	}
	connections.CloseIdleConnections()
	late := heap()
	t.Logf("%d calls, %d faults, %d unknown, heap %d KB after the first calls and %d KB at the end",
		calls.Load(), transport.faults.Load(), open, early>>10, late>>10)
	if calls.Load() < workers || transport.faults.Load() < calls.Load()/50 {
		t.Errorf("got %d calls and %d faults, want more", calls.Load(), transport.faults.Load())
	}
	const room = 64 << 20 // the fake keeps its last requests
	if late > early+room {
		t.Errorf("the heap grew from %d to %d bytes", early, late)
	}
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before+5; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%[2]d of %[1]d goroutines remain", workers, runtime.NumGoroutine()-before)
		}
	}
}

// settled reports whether the result of a call is certain. Otherwise its outcome is unknown. Other errors fail the test.
func settled(t *testing.T, what, identifier string, err error) bool {
	t.Helper()
	var unknown *redshift.OutcomeUnknownError
	var refused *awsquery.Error
	var unsent *awsquery.SendError
	switch {
	case err == nil:
		return true
	case errors.As(err, &unknown):
		return false
	case errors.As(err, &refused) && (refused.Code == awsquery.ErrThrottling || refused.Code == ""):
		return false // all attempts were refused
	case errors.As(err, &unsent) && unsent.NothingSent:
		return false // on a busy machine, no attempt got a connection in time
	default:
		t.Errorf("%s %s: unexpected error: %v", what, identifier, err)

		return false
	}
}

func heap() uint64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)

	return memory.HeapAlloc
}
