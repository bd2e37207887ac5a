package redshifttest_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift/redshifttest"
)

// maxGrowth is the largest growth of the heap in a test, in bytes.
const maxGrowth = 100 << 20

// liveHeap returns the size of all reachable objects, in bytes.
func liveHeap() int64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)

	return int64(memory.HeapAlloc)
}

// TestMemoryOfUnsignedRequests sends large requests without a signature. It does not run in parallel, because it measures the heap of
// the process.
func TestMemoryOfUnsignedRequests(t *testing.T) {
	header := func(count, size int) func() http.Header {
		return func() http.Header {
			fields := make(http.Header)
			for i := range count {
				fields.Add(fmt.Sprint("X-Padding-", i%100), strings.Repeat("x", size))
			}

			return fields
		}
	}
	form := func(first string, size int, parameter func(int) string) string {
		var text strings.Builder
		text.WriteString(first)
		for i := 0; text.Len() < size-20; i++ {
			text.WriteString(parameter(i))
		}

		return text.String()
	}
	const megabyte = 1 << 20
	parameter := func(i int) string { return "&" + strconv.FormatInt(int64(i), 36) }
	always := func(text string) func(int) string { return func(int) string { return text } }
	for name, test := range map[string]struct {
		count  int
		header func() http.Header
		body   string
		status int
	}{
		"header of 900 KB":      {count: 400, header: header(1, 900<<10), status: 431},
		"header of 60 KB":       {count: 1500, header: header(1, 60<<10), status: 403},
		"headers of 1 KB":       {count: 400, header: header(900, 1<<10), status: 431},
		"tiny headers":          {count: 100, header: header(4000, 0), status: 403},
		"too many tiny headers": {count: 10, header: header(90_000, 0), status: 431},
		"value of 1 MB":         {count: 100, body: form("Action=DescribeClusters&a=", megabyte, always("xxxxxxxxxx")), status: 403},
		"value of escapes":      {count: 100, body: form("Action=DescribeClusters&a=", megabyte, always("%41%41%41%41")), status: 403},
		"short names":           {count: 30, body: form("a", megabyte, parameter), status: 403},
		"as many as allowed":    {count: 100, body: form("a", 38_000, parameter), status: 403},
		"one name":              {count: 30, body: form("a", megabyte, always("&a=")), status: 403},
		"one name, allowed":     {count: 800, body: form("a", 29_900, always("&a=")), status: 403},
		"empty parameters":      {count: 30, body: form("a", megabyte, always("&")), status: 403},
		"malformed value":       {count: 100, body: form("Action=x&a=%zz", megabyte, always("xxxxxxxxxx")), status: 403},
		"too long":              {count: 30, body: form("a", 2*megabyte, parameter), status: 413},
	} {
		t.Run(name, func(t *testing.T) {
			fake := redshifttest.New(redshifttest.Options{})
			before := liveHeap()
			for range test.count {
				request := httptest.NewRequest(http.MethodGet, "/", nil)
				if test.header != nil {
					request.Header = test.header()
				}
				if test.body != "" {
					request = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body))
					request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				}
				recorder := &responseRecorder{header: make(http.Header)}
				fake.ServeHTTP(recorder, request)
				if recorder.status != test.status || !bytes.Contains(recorder.body, []byte("</ErrorResponse>")) {
					t.Fatalf("status %d, want %d\n%.1000s", recorder.status, test.status, recorder.body)
				}
			}
			growth := liveHeap() - before
			t.Logf("the heap grew by %d MB, and Requests has %d of %d requests", growth>>20, len(fake.Requests()), test.count)
			if growth > maxGrowth {
				t.Errorf("the heap grew by %d bytes, want at most %d", growth, maxGrowth)
			}
			if len(fake.Requests()) == 0 {
				t.Error("Requests is empty")
			}
		})
	}
}

// TestServersLimitHeaders sends large headers over connections. It does not run in parallel, because it measures the heap of the
// process.
func TestServersLimitHeaders(t *testing.T) {
	fake := redshifttest.New(redshifttest.Options{})
	mounted := httptest.NewServer(fake) // with the default limit of net/http
	defer mounted.Close()
	server := redshifttest.NewServer(t)
	for name, test := range map[string]struct {
		address string
		fake    *redshifttest.Fake
		size    int
		want    string // part of the response
		reaches bool
	}{
		"NewServer":             {server.URL, server.Fake, 900 << 10, "HTTP/1.1 431 ", false},
		"mounted":               {mounted.URL, fake, 900 << 10, "<Code>RequestEntityTooLarge</Code>", true},
		"mounted, small enough": {mounted.URL, fake, 60 << 10, "<Code>MissingAuthenticationToken</Code>", true},
	} {
		t.Run(name, func(t *testing.T) {
			const senders, each = 8, 20
			before, seen := liveHeap(), len(test.fake.Requests())
			padding := strings.Repeat("x", test.size)
			var responses atomic.Int32
			var group sync.WaitGroup
			for range senders {
				group.Go(func() {
					for range each {
						got := exchange(t, test.address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Padding: "+padding+"\r\n\r\n")
						// The server may reset the connection, because it does not read the whole request.
						if strings.Contains(got, test.want) {
							responses.Add(1)
						} else if got != "" {
							t.Errorf("got %.200s", got)
						}
					}
				})
			}
			group.Wait()
			if growth := liveHeap() - before; growth > maxGrowth {
				t.Errorf("the heap grew by %d bytes, want at most %d", growth, maxGrowth)
			}
			if got := len(test.fake.Requests()) - seen; responses.Load() == 0 || (got > 0) != test.reaches {
				t.Errorf("got %d responses, and the fake got %d requests", responses.Load(), got)
			}
		})
	}
}

// exchange sends text over a new connection, and returns the response.
func exchange(t *testing.T, endpoint, text string) string {
	connection, err := net.Dial("tcp", strings.TrimPrefix(endpoint, "http://"))
	if err != nil {
		t.Error(err)

		return ""
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, text)
	response, _ := io.ReadAll(connection)

	return string(response)
}

// TestSizeLimits sends the largest allowed requests, and requests with one more byte or parameter.
func TestSizeLimits(t *testing.T) {
	t.Parallel()
	const header, body = 64 << 10, 1 << 20
	post := func(text string) *http.Request {
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(text))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")

		return request
	}
	get := func(target string, padding int) *http.Request {
		request := httptest.NewRequest(http.MethodGet, target, nil)
		request.Header.Set("A", strings.Repeat("x", padding))

		return request
	}
	const action = "Action=DescribeClusters&Version=2012-12-01"
	const target = "/?" + action
	const field = len("A: \r\n")
	for name, test := range map[string]struct {
		request *http.Request
		status  int
		code    string
	}{
		"header":           {get(target, header-len(target)-field), 200, ""},
		"header, one more": {get(target, header-len(target)-field+1), 431, "RequestEntityTooLarge"},
		"target":           {get(target+"&X-Amz-Padding="+strings.Repeat("x", header-len(target)-field-15), 0), 200, ""},
		"target, one more": {get(target+"&X-Amz-Padding="+strings.Repeat("x", header-len(target)-field-14), 0), 431,
			"RequestEntityTooLarge"},
		"body":                 {post(action + "&X-Amz-Padding=" + strings.Repeat("x", body-len(action)-15)), 200, ""},
		"body, one more":       {post(action + "&X-Amz-Padding=" + strings.Repeat("x", body-len(action)-14)), 413, "RequestEntityTooLarge"},
		"parameters":           {post(action + strings.Repeat("&X-Amz-A", 9_998)), 200, ""},
		"parameters, one more": {post(action + strings.Repeat("&X-Amz-A", 9_999)), 400, "MalformedInput"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{DisableSignatureCheck: true})
			got := send(t, fake.Transport(), test.request)
			if got.Status != test.status || got.Code != test.code {
				t.Errorf("the call returned %d %s, want %d %s\n%.500s", got.Status, got.Code, test.status, test.code, got.Body)
			}
			seen := fake.Requests()
			if len(seen) != 1 || seen[0].Status != test.status || (seen[0].Operation != "") != (test.status == 200) {
				t.Errorf("Requests() has %d requests, want 1: %.200v", len(seen), seen)
			}
		})
	}
}

// TestLimitsOfServers checks that the server closes the connections of slow callers, but not of requests with a Delay longer than its
// time limits.
func TestLimitsOfServers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newFake(t, redshifttest.Options{})
		const limit = time.Minute
		listener := newPipeListener()
		server := &http.Server{Handler: fake, ReadTimeout: limit, WriteTimeout: limit, IdleTimeout: time.Hour}
		stopped := make(chan error, 1)
		go func() { stopped <- server.Serve(listener) }()
		defer func() {
			_ = server.Close()
			<-stopped
		}()
		transport := &http.Transport{DialContext: listener.dial}
		defer transport.CloseIdleConnections()
		began := time.Now()
		for i, fault := range []redshifttest.Fault{
			{},
			{Delay: 10 * limit},
			{Delay: 10 * limit, AfterWork: true},
			{Delay: 10 * limit, Code: "Throttling"},
			{Delay: 10 * limit, Code: "Throttling", AfterWork: true},
			{},
		} {
			injectNext(t, fake, "DescribeClusters", fault)
			request := unsignedRequest(t, "DescribeClusters")
			sign(t, request, fake.Credentials(), fake.Now())
			want := 200
			if fault.Code != "" {
				want = 400
			}
			if got := send(t, transport, request); got.Status != want {
				t.Errorf("request %d: status = %d, want %d", i, got.Status, want)
			}
		}
		if took := time.Since(began); took != 40*limit {
			t.Errorf("the requests took %v, want %v", took, 40*limit)
		}
		if got := listener.dialed.Load(); got != 1 {
			t.Errorf("got %d connections, want 1", got)
		}

		// After a delayed request, the time limits of the connection apply again.
		client, err := listener.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		injectNext(t, fake, "", redshifttest.Fault{Delay: limit})
		for i, text := range []string{"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "} {
			go func() { _, _ = io.WriteString(client, text) }()
			began := time.Now()
			buffer := make([]byte, 4096)
			count, err := client.Read(buffer)
			if first := i == 0; first != strings.HasPrefix(string(buffer[:count]), "HTTP/1.1 403 ") || time.Since(began) != limit {
				t.Errorf("request %d: read %q, %v after %v", i, buffer[:count], err, time.Since(began))
			}
		}
	})
}
