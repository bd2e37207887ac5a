package redshifttest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestConfig calls the fake with clients of both Config methods.
func TestConfig(t *testing.T) {
	t.Parallel()
	server := redshifttest.NewServer(t, redshifttest.Options{Region: "eu-central-1", Start: start, Credentials: partnerKeys})
	fake := redshifttest.New(redshifttest.Options{Region: "eu-central-1", Start: start, Credentials: partnerKeys})
	for name, way := range map[string]struct {
		config redshift.Config
		fake   *redshifttest.Fake
	}{"in memory": {fake.Config(), fake}, "over a connection": {server.Config(), server.Fake}} {
		if err := way.fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
			t.Fatal(err)
		}
		client, err := redshift.New(way.config)
		if err != nil {
			t.Fatal(err)
		}
		defer client.CloseIdleConnections()
		created, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier: "analytics", SnapshotIdentifier: "a", Tags: []models.Tag{{Key: "ключ", Value: "a b+c"}},
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		shown := way.fake.Snapshots()[0]
		if created.Snapshot.SnapshotArn != shown.SnapshotArn || !created.Snapshot.SnapshotCreateTime.Equal(shown.SnapshotCreateTime) ||
			created.Snapshot.Tags[0] != shown.Tags[0] {
			t.Errorf("%s: the client returned %v, the fake has %v", name, created.Snapshot, shown)
		}
		_, err = client.CreateClusterSnapshot(t.Context(),
			&redshift.CreateClusterSnapshotParams{ClusterIdentifier: "b", SnapshotIdentifier: "b"})
		if !errors.Is(err, models.ErrClusterNotFound) {
			t.Errorf("%s: the error is %v", name, err)
		}
		for _, seen := range way.fake.Requests() {
			text := fmt.Sprint(seen)
			if strings.Contains(text, partnerKeys.SecretAccessKey) || strings.Contains(text, partnerKeys.SessionToken) {
				t.Errorf("%s: Requests has a secret: %s", name, text)
			}
			if got := seen.Header.Get("Authorization"); !strings.Contains(got, "/eu-central-1/redshift/aws4_request") ||
				!strings.HasSuffix(got, "Signature=[redacted]") {
				t.Errorf("%s: Authorization = %q", name, got)
			}
			if seen.Header.Get("X-Amz-Security-Token") != "[redacted]" || seen.Time.Before(start) || seen.RequestID == "" {
				t.Errorf("%s: Requests() = %v", name, seen)
			}
		}
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSnapshots(t, fake, "a")
	do(t, fake, "DescribeClusterSnapshots", "SnapshotIdentifier", "missing")
	request := unsignedRequest(t, "DescribeClusterSnapshots")
	request.Header["authorization"] = []string{"Bearer my-secret"}
	request.Header.Set("User-Agent", "test")
	send(t, fake.Transport(), request)

	seen := fake.Requests()
	if len(seen) != 3 {
		t.Fatalf("got %d requests", len(seen))
	}
	if one := seen[0]; one.Method != "GET" || one.Operation != "CreateClusterSnapshot" || one.Status != 200 || one.Code != "" ||
		!one.Time.Equal(start) ||
		one.Params.Get("SnapshotIdentifier") != "a" || one.Params.Get("Version") != "2012-12-01" {
		t.Errorf("the first request is %v", one)
	}
	if one := seen[1]; one.Status != 404 || one.Code != models.ErrClusterSnapshotNotFound ||
		!one.Time.Equal(start.Add(redshifttest.DefaultSnapshotDuration)) {
		t.Errorf("the second request is %v", one)
	}
	if one := seen[2]; one.Code != "IncompleteSignature" || one.Header.Get("Authorization") != "[redacted]" ||
		one.Header.Get("User-Agent") != "test" {
		t.Errorf("the third request is %v", one)
	}
	// The result is a copy.
	seen[0].Params.Set("SnapshotIdentifier", "b")
	seen[0].Header.Set("X-Amz-Date", "b")
	fake.Snapshots()[0].RestorableNodeTypes[0] = "b"
	if again := fake.Requests()[0]; again.Params.Get("SnapshotIdentifier") != "a" || again.Header.Get("X-Amz-Date") == "b" ||
		fake.Snapshots()[0].RestorableNodeTypes[0] == "b" {
		t.Error("a change of the result changes the fake")
	}
}

// TestRequestsAreLimited sends more requests than Requests keeps.
func TestRequestsAreLimited(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{DisableSignatureCheck: true})
	const sent = 20_010
	transport := fake.Transport()
	for i := range sent {
		request := &http.Request{URL: &url.URL{Path: "/", RawQuery: fmt.Sprint("Number=", i)}}
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
	}
	seen := fake.Requests()
	if len(seen) != 10_000 || seen[0].Params.Get("Number") != "10010" || seen[9999].Params.Get("Number") != "20009" {
		t.Errorf("Requests() has %d requests, starting with %v", len(seen), seen[0].Params)
	}
}

// TestConcurrency calls the fake concurrently. It is for the race detector.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	server := redshifttest.NewServer(t, redshifttest.Options{Quotas: redshifttest.Quotas{ManualSnapshots: 1000}})
	if err := server.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	client, err := redshift.New(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 10 {
				name := fmt.Sprintf("s-%d-%d", worker, i)
				if _, err := client.CreateClusterSnapshot(t.Context(),
					&redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: name}); err != nil {
					t.Error(err)
				}
				server.Advance(time.Second)
				if _, err := client.DescribeClusterSnapshots(t.Context(),
					&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: name}); err != nil {
					t.Error(err)
				}
				if err := server.SetSnapshotStatus(name, models.SnapshotStatusAvailable); err != nil {
					t.Error(err)
				}
				_, _ = server.Requests(), server.Snapshots()
			}
		})
	}
	group.Wait()
	if got := len(server.Snapshots()); got != 80 {
		t.Errorf("got %d snapshots", got)
	}
}

// TestSynctest waits for a snapshot with testing/synctest, so that no real time passes.
func TestSynctest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{SnapshotDuration: 3 * time.Hour})
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
			t.Fatal(err)
		}
		client, err := redshift.New(fake.Config())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.CreateClusterSnapshot(t.Context(),
			&redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "a"}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for {
			found, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "a"})
			if err != nil {
				t.Fatal(err)
			}
			if found.Snapshots[0].Status == models.SnapshotStatusAvailable {
				break
			}
			time.Sleep(time.Minute)
		}
		if took := time.Since(began); took != 3*time.Hour {
			t.Errorf("the snapshot took %v", took)
		}
	})
}

// fakeTB records the failure of NewServer.
type fakeTB struct{ failure string }

func (f *fakeTB) Helper()        {}
func (f *fakeTB) Cleanup(func()) {}
func (f *fakeTB) Fatalf(format string, arguments ...any) {
	f.failure = fmt.Sprintf(format, arguments...)
	panic(f)
}

func TestNewServerTakesOneOptions(t *testing.T) {
	t.Parallel()
	tb := &fakeTB{}
	defer func() {
		if recover() != any(tb) || !strings.Contains(tb.failure, "at most one Options, not 2") {
			t.Errorf("NewServer with two Options failed with %q", tb.failure)
		}
	}()
	redshifttest.NewServer(tb, redshifttest.Options{}, redshifttest.Options{})
}

func TestServerIsClosed(t *testing.T) {
	t.Parallel()
	var server *redshifttest.Server
	t.Run("served", func(t *testing.T) {
		server = redshifttest.NewServer(t)
		if !strings.HasPrefix(server.URL, "http://127.0.0.1:") {
			t.Errorf("URL = %s", server.URL)
		}
	})
	request := unsignedRequest(t, "DescribeClusterSnapshots")
	request.URL.Host = strings.TrimPrefix(server.URL, "http://")
	if response, err := http.DefaultTransport.RoundTrip(request); err == nil {
		_, _ = io.Copy(io.Discard, response.Body)
		t.Errorf("after the test, the server returned the status %d", response.StatusCode)
	}
}

// TestMounted serves the fake below a path. The signature covers the whole path.
func TestMounted(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	request := unsignedRequest(t, "DescribeClusterSnapshots")
	request.URL.Path = "/aws%/redshift/"
	sign(t, request, fake.Credentials(), fake.Now())
	request.RequestURI = request.URL.RequestURI()
	recorder := &responseRecorder{header: make(http.Header)}
	http.StripPrefix("/aws%/redshift", fake).ServeHTTP(recorder, request)
	if recorder.status != http.StatusOK {
		t.Errorf("the call returned %d\n%s", recorder.status, recorder.body)
	}
}

type responseRecorder struct {
	header http.Header
	status int
	body   []byte
}

func (r *responseRecorder) Header() http.Header    { return r.header }
func (r *responseRecorder) WriteHeader(status int) { r.status = status }
func (r *responseRecorder) Write(part []byte) (int, error) {
	r.body = append(r.body, part...)

	return len(part), nil
}

// TestRequestsAreLimitedInSize checks that large requests, signed or not, do not fill the memory.
func TestRequestsAreLimitedInSize(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	body := "Action=DescribeClusters&Padding=" + strings.Repeat("x", 1<<20-100)
	for range 100 {
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := fake.Transport().RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	if seen := len(fake.Requests()); seen == 0 || seen > 64 {
		t.Errorf("Requests has %d requests of 1 MB", seen)
	}
}

// TestTwoActions sends Action and Version twice.
func TestTwoActions(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{DisableSignatureCheck: true})
	for _, query := range []string{
		"Action=DescribeClusters&Action=DescribeTags&Version=2012-12-01", "Action=DescribeClusters&Version=2012-12-01&Version=2012-12-01",
	} {
		recorder := httptest.NewRecorder()
		fake.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/?"+query, nil))
		if recorder.Code != http.StatusBadRequest || !strings.Contains(recorder.Body.String(), "2 times") {
			t.Errorf("%s: status = %d\n%s", query, recorder.Code, recorder.Body)
		}
	}
}
