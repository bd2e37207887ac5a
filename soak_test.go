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

var soak = flag.Duration("soak", 2*time.Second, "how long TestSoak works")

// troubled is a transport that has the fake meet one request in ten with a fault.
type troubled struct {
	fake *redshifttest.Fake
	next http.RoundTripper
	met  atomic.Int64
	// late has the snapshots with an attempt to create them that the client gave up, and that may still reach the server. It
	// would take the snapshot again after it was deleted, which no client can prevent or notice.
	late sync.Map
}

func (t *troubled) RoundTrip(request *http.Request) (*http.Response, error) {
	faults := []redshifttest.Fault{
		{Code: "Throttling"},
		{Code: "InternalFailure"},
		{Code: "InternalFailure", AfterWork: true},
		{Status: 503, Body: "<html>"},
		{Status: 200, AfterWork: true},
		{Cut: true},
		{Cut: true, AfterWork: true},
		{Truncate: true},
		{Delay: 300 * time.Millisecond, AfterWork: true}, // longer than an attempt may take
	}
	query := request.URL.Query()
	operation := query.Get("Action")
	if rand.N(10) == 0 {
		t.met.Add(1)
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

// TestSoak has 200 goroutines share a client, which meets trouble all the time: each takes snapshots, looks for them and
// deletes them. What is on the server is what the calls said, and neither goroutines nor memory pile up. It works for two
// seconds, or as long as -soak says. No result depends on the speed of the machine: on a busy one, attempts end early and more
// outcomes are unknown.
func TestSoak(t *testing.T) {
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
	trouble := &troubled{fake: fake.Fake, next: connections}
	config := fake.Config()
	config.HTTPClient = &http.Client{Transport: trouble}
	config.AttemptTimeout = 200 * time.Millisecond
	config.Retry = redshift.RetryPolicy{
		MaxAttempts:     8,
		BaseDelay:       time.Millisecond,
		ThrottlingDelay: 2 * time.Millisecond,
		MaxDelay:        10 * time.Millisecond,
		Budget:          -1, // on a slow machine, most attempts of all workers time out together
	}
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), *soak)
	defer cancel()
	kept := make([][]string, workers)  // what has to be there at the end
	maybe := make([][]string, workers) // what may be there
	var calls atomic.Int64
	var early uint64
	var work sync.WaitGroup
	for worker := range workers {
		work.Go(func() {
			for number := 0; ctx.Err() == nil; number++ {
				identifier := fmt.Sprintf("w%d-s%d", worker, number)
				// The calls have a context of their own: the end of the test is no trouble.
				_, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
					ClusterIdentifier: "analytics", SnapshotIdentifier: identifier, Tags: []models.Tag{{Key: "worker", Value: fmt.Sprint(worker)}},
				})
				calls.Add(1)
				if !told(t, "create", identifier, err) {
					maybe[worker] = append(maybe[worker], identifier)

					continue
				}
				found, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: identifier})
				calls.Add(1)
				if err == nil && (len(found.Snapshots) != 1 || !strings.EqualFold(found.Snapshots[0].SnapshotIdentifier, identifier)) {
					t.Errorf("%s was described as %+v", identifier, found.Snapshots)
				}
				if number == 0 {
					kept[worker] = append(kept[worker], identifier)

					continue
				}
				_, err = client.DeleteClusterSnapshot(t.Context(), &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: identifier})
				calls.Add(1)
				if _, late := trouble.late.Load(identifier); !told(t, "delete", identifier, err) || late {
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
			t.Errorf("%s is there twice", snapshot.SnapshotIdentifier)
		}
		there[snapshot.SnapshotIdentifier] = true
	}
	open := 0
	for worker := range workers {
		for _, identifier := range kept[worker] {
			if !there[identifier] {
				t.Errorf("%s is lost", identifier)
			}
			delete(there, identifier)
		}
		for _, identifier := range maybe[worker] {
			delete(there, identifier)
			open++
		}
	}
	for identifier := range there {
		t.Errorf("%s is there, although it was deleted or never taken", identifier)
		for _, request := range fake.Requests() {
			if request.Params.Get("SnapshotIdentifier") == identifier {
				t.Logf("%v %s: %d %s", request.Time, request.Operation, request.Status, request.Code)
			}
		}
	}
	connections.CloseIdleConnections()
	late := heap()
	t.Logf("%d calls, %d faults, %d open, heap %d KB after the first and %d KB at the end", calls.Load(), trouble.met.Load(), open, early>>10, late>>10)
	if calls.Load() < workers || trouble.met.Load() < calls.Load()/50 {
		t.Errorf("%d calls met %d faults", calls.Load(), trouble.met.Load())
	}
	const room = 64 << 20 // the fake remembers its last requests
	if late > early+room {
		t.Errorf("the heap grew from %d to %d bytes", early, late)
	}
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before+5; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("of %d goroutines %d are left", workers, runtime.NumGoroutine()-before)
		}
	}
}

// told tells whether a call is settled. An outcome that is not known is the only other that may be.
func told(t *testing.T, what, identifier string, err error) bool {
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
		t.Errorf("%s %s: %v", what, identifier, err)

		return false
	}
}

func heap() uint64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)

	return memory.HeapAlloc
}
