package awsquery_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"
	"github.com/jarcoal/httpmock"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/wire"
	"github.com/redshift-go/redshift/internal/wiretest"
)

func TestLongRequestsArePosts(t *testing.T) {
	t.Parallel()
	short := len("https://items.example.com/?Action=ListItems&Always=&Force=false&Name=&Version=2012-12-01")
	for _, length := range []int{2047, 2048, 2049, 200_000} {
		base := new(wiretest.RoundTripper)
		params := &listItemsParams{Name: strings.Repeat("x", length-short)}
		if _, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), createItem(params)); err != nil {
			t.Fatal(err)
		}
		request := base.Sent[0]
		if length <= 2048 {
			if size := len(request.URL.String()); request.Method != http.MethodGet || size != length || request.Header.Get("Content-Type") != "" {
				t.Errorf("a URL of %d bytes is sent as a %s with a URL of %d bytes and the header %v", length, request.Method, size, request.Header)
			}

			continue
		}
		if request.Method != http.MethodPost || request.URL.String() != "https://items.example.com/" {
			t.Errorf("a URL of %d bytes is sent as a %s to %s", length, request.Method, request.URL)
		}
		if got := request.Header.Get("Content-Type"); got != "application/x-www-form-urlencoded; charset=utf-8" {
			t.Errorf("the Content-Type of %d bytes is %q", length, got)
		}
		second, err := request.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []io.Reader{request.Body, second} {
			form, err := io.ReadAll(body)
			if err != nil || int64(len(form)) != request.ContentLength {
				t.Fatalf("the body has %d bytes with the Content-Length %d: %v", len(form), request.ContentLength, err)
			}
			values, err := url.ParseQuery(string(form))
			if err != nil || values.Get("Action") != "ListItems" || values.Get("Version") != "2012-12-01" || values.Get("Name") != params.Name {
				t.Errorf("the form for a URL of %d bytes lacks parameters: %v", length, err)
			}
		}
	}
}

func TestEndpointPaths(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"https://h.example":            "https://h.example/?",
		"https://h.example/":           "https://h.example/?",
		"http://h.example:8080/":       "http://h.example:8080/?",
		"https://h.example/redshift":   "https://h.example/redshift/?",
		"https://h.example/a%2Fb/c/":   "https://h.example/a%2Fb/c/?",
		"https://[::1]:8443/with%20it": "https://[::1]:8443/with%20it/?",
		"https://h.example:65535":      "https://h.example:65535/?",
		"https://[fe80::1%25eth0]:1":   "https://[fe80::1%25eth0]:1/?",
		"https://a_b.example./":        "https://a_b.example./?",
		"https://h.example/a/../b/./c": "https://h.example/b/c/?",
		"https://h.example/..":         "https://h.example/?",
		"https://h.example/%2e%2e/a":   "https://h.example/%2e%2e/a/?",
		"https://h.example//a":         "https://h.example/a/?",
	}
	for endpoint, want := range tests {
		base := new(wiretest.RoundTripper)
		transport := wiretest.NewTransport(t, base)
		transport.Endpoint = wiretest.ParseURL(t, endpoint)
		if _, err := transport.SubmitContext(t.Context(), listItems(&listItemsParams{})); err != nil {
			t.Fatal(err)
		}
		if got := base.Sent[0].URL.String(); !strings.HasPrefix(got, want+"Action=") {
			t.Errorf("the URL with the endpoint %s is %s, want %s", endpoint, got, want)
		}
		if transport.Endpoint.String() != endpoint {
			t.Errorf("the Endpoint was changed to %s", transport.Endpoint)
		}
	}
}

func TestInvalidOperationsAndTransports(t *testing.T) {
	t.Parallel()
	good := &listItemsParams{}
	writes := func(write func(runtime.ClientRequest) error) *runtime.ClientOperation {
		return listItems(runtime.ClientRequestWriterFunc(func(request runtime.ClientRequest, _ strfmt.Registry) error { return write(request) }))
	}
	endpoint := func(text string) func(*awsquery.Transport) {
		return func(t *awsquery.Transport) { t.Endpoint, _ = url.Parse(text) }
	}
	host := func(text string) func(*awsquery.Transport) {
		return func(t *awsquery.Transport) { t.Endpoint = &url.URL{Scheme: "https", Host: text} }
	}
	tests := map[string]struct {
		change    func(*awsquery.Transport)
		operation *runtime.ClientOperation
		want      string
	}{
		"no operation":     {nil, nil, "awsquery: submit: the operation is nil"},
		"no params":        {nil, &runtime.ClientOperation{ID: "x", Reader: listItems(good).Reader}, "ListItems: the operation has no Params"},
		"no reader":        {nil, &runtime.ClientOperation{Params: good}, "call: the operation has no Reader"},
		"no client":        {func(t *awsquery.Transport) { t.Client = nil }, listItems(good), "ListItems: the Transport has no Client"},
		"limit":            {func(t *awsquery.Transport) { t.MaxResponseBytes = -1 }, listItems(good), "MaxResponseBytes is negative"},
		"no endpoint":      {func(t *awsquery.Transport) { t.Endpoint = nil }, listItems(good), "has no Endpoint"},
		"scheme":           {endpoint("ftp://h"), listItems(good), "neither http nor https"},
		"host":             {endpoint("https:///x"), listItems(good), "has no host"},
		"opaque":           {endpoint("https:x"), listItems(good), "has no host"},
		"user":             {endpoint("https://u:secret@h"), listItems(good), "has a user"},
		"query":            {endpoint("https://h/?secret"), listItems(good), "has a query"},
		"question mark":    {endpoint("https://h/?"), listItems(good), "has a query"},
		"fragment":         {endpoint("https://h/#secret"), listItems(good), "has a fragment"},
		"port 0":           {endpoint("https://h:0"), listItems(good), "has no valid port"},
		"port 65536":       {endpoint("https://h:65536"), listItems(good), "has no valid port"},
		"a large port":     {endpoint("https://h:18446744073709551617"), listItems(good), "has no valid port"},
		"an empty port":    {endpoint("https://h:"), listItems(good), "has no valid port"},
		"a port alone":     {endpoint("https://:443"), listItems(good), "has no host"},
		"host with /":      {host("secret/x"), listItems(good), "has a malformed host"},
		"host with ?":      {host("h?secret"), listItems(good), "has a malformed host"},
		"host with #":      {host("h#secret"), listItems(good), "has a malformed host"},
		"host with @":      {host("secret@h"), listItems(good), "has a malformed host"},
		"host with space":  {host("h secret"), listItems(good), "has a malformed host"},
		"host with break":  {host("h\r\nX-Secret: 1"), listItems(good), "has a malformed host"},
		"host with %":      {host("h%2fsecret"), listItems(good), "has a malformed host"},
		"host with \\":     {host(`h\secret`), listItems(good), "has a malformed host"},
		"half a bracket":   {host("[::1"), listItems(good), "has a malformed host"},
		"other half":       {host("::1]:443"), listItems(good), "has a malformed host"},
		"no brackets":      {host("1::2"), listItems(good), "has a malformed host"},
		"a name as IPv6":   {host("[secret:1]"), listItems(good), "has a malformed host"},
		"a named port":     {host("h:https"), listItems(good), "has a malformed host"},
		"upper scheme":     {func(t *awsquery.Transport) { t.Endpoint = &url.URL{Scheme: "HTTPS", Host: "h"} }, listItems(good), "neither http nor https"},
		"method":           {nil, &runtime.ClientOperation{Method: "PUT", Params: good, Reader: listItems(good).Reader}, "neither a GET nor a POST"},
		"path pattern":     {nil, &runtime.ClientOperation{PathPattern: "/{id}", Params: good, Reader: listItems(good).Reader}, "parameters in its path"},
		"path query":       {nil, &runtime.ClientOperation{PathPattern: "/?a=%zz", Params: good, Reader: listItems(good).Reader}, "malformed query"},
		"path parameter":   {nil, writes(func(r runtime.ClientRequest) error { return r.SetPathParam("id", "secret") }), `ListItems: the parameter "id" belongs to the path`},
		"file":             {nil, writes(func(r runtime.ClientRequest) error { return r.SetFileParam("f", nil) }), `the parameter "f" is a file`},
		"body":             {nil, writes(func(r runtime.ClientRequest) error { return r.SetBodyParam("secret") }), "a parameter is the body of the request"},
		"host header":      {nil, writes(func(r runtime.ClientRequest) error { return r.SetHeaderParam("host", "secret") }), "the header Host cannot be a parameter"},
		"negative timeout": {nil, writes(func(r runtime.ClientRequest) error { return r.SetTimeout(-1) }), "the timeout is negative"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := new(wiretest.RoundTripper)
			transport := wiretest.NewTransport(t, base)
			if test.change != nil {
				test.change(transport)
			}
			result, err := transport.SubmitContext(t.Context(), test.operation)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("SubmitContext() = %v, %v, want the error %s", result, err, test.want)
			}
			if len(base.Sent) != 0 {
				t.Error("the call sent a request")
			}
		})
	}
	var none *awsquery.Transport
	if _, err := none.Submit(listItems(good)); err == nil || !strings.Contains(err.Error(), "the Transport is nil") {
		t.Error(err)
	}
}

func TestOtherWaysToAddParameters(t *testing.T) {
	t.Parallel()
	base := new(wiretest.RoundTripper)
	operation := listItems(runtime.ClientRequestWriterFunc(func(r runtime.ClientRequest, _ strfmt.Registry) error {
		if r.GetMethod() != http.MethodGet || r.GetPath() != "/" || r.GetBody() != nil || r.GetBodyParam() != nil || r.GetFileParam() != nil {
			t.Error("a method of the request returns a wrong value")
		}
		err := errors.Join(
			r.SetQueryParam("Name", "a"),
			r.SetQueryParam("Name", "b c", "b+c"),
			r.SetFormParam("Form", "f"),
			r.SetQueryParam("Action", "Other"),
			r.SetHeaderParam("x-test", "1", "2"),
		)
		if got := r.GetQueryParams(); len(got["Name"]) != 2 || got.Get("Name") != "b c" || got.Get("Form") != "f" {
			t.Errorf("GetQueryParams() = %v", got)
		}
		if got := r.GetHeaderParams(); len(got.Values("X-Test")) != 2 {
			t.Errorf("GetHeaderParams() = %v", got)
		}

		return err
	}))
	operation.PathPattern += "&Flavor=plain+sweet"
	operation.AuthInfo = runtime.ClientAuthInfoWriterFunc(func(r runtime.ClientRequest, _ strfmt.Registry) error {
		return r.SetHeaderParam("Authorization", "yes")
	})
	if _, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), operation); err != nil {
		t.Fatal(err)
	}
	request := base.Sent[0]
	if got, want := request.URL.RawQuery, "Action=Other&Flavor=plain%20sweet&Form=f&Name=b%20c&Name=b%2Bc"; got != want {
		t.Errorf("the query is %s, want %s", got, want)
	}
	if got := request.Header; len(got["X-Test"]) != 2 || got.Get("Authorization") != "yes" {
		t.Errorf("the header is %v", got)
	}

	operation.AuthInfo = runtime.ClientAuthInfoWriterFunc(func(runtime.ClientRequest, strfmt.Registry) error { return errors.New("no key") })
	if _, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), operation); err == nil || err.Error() != "Other: no key" && err.Error() != "ListItems: no key" {
		t.Error(err)
	}
	operation = listItems(&listItemsParams{Name: "posted"})
	operation.Method = http.MethodPost
	if _, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), operation); err != nil {
		t.Fatal(err)
	}
	if last := base.Sent[len(base.Sent)-1]; last.Method != http.MethodPost || last.URL.RawQuery != "" {
		t.Errorf("the request is a %s with the query %s, want a POST without one", last.Method, last.URL.RawQuery)
	}
}

func TestOwnClientOfAnOperation(t *testing.T) {
	t.Parallel()
	unused, used := new(wiretest.RoundTripper), new(wiretest.RoundTripper)
	operation := listItems(&listItemsParams{})
	operation.Client = &http.Client{Transport: used}
	transport := wiretest.NewTransport(t, unused)
	if _, err := transport.Submit(operation); err != nil {
		t.Fatal(err)
	}
	transport.Client = nil
	if _, err := transport.Submit(operation); err != nil {
		t.Fatal(err)
	}
	if len(unused.Sent) != 0 || len(used.Sent) != 2 {
		t.Errorf("the clients sent %d and %d requests, want 0 and 2", len(unused.Sent), len(used.Sent))
	}
}

// closingServer responds to the first request on each connection, and closes the connection at the second one without a response. It
// returns its address and the requests that it received.
func closingServer(t *testing.T) (address string, received func() []string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		mutex    sync.Mutex
		requests []string
		running  sync.WaitGroup
	)
	read := func(reader *bufio.Reader) bool {
		var raw bytes.Buffer
		request, err := http.ReadRequest(bufio.NewReader(io.TeeReader(lineReader{reader}, &raw)))
		if err != nil {
			return false
		}
		_, _ = io.Copy(io.Discard, request.Body)
		mutex.Lock()
		defer mutex.Unlock()
		requests = append(requests, raw.String())

		return true
	}
	serve := func(connection net.Conn) {
		defer connection.Close()
		reader := bufio.NewReader(connection)
		if !read(reader) {
			return
		}
		body := wiretest.Envelope("")
		fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		read(reader)
	}
	running.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { serve(connection) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})

	return listener.Addr().String(), func() []string {
		mutex.Lock()
		defer mutex.Unlock()

		return append([]string(nil), requests...)
	}
}

// lineReader returns at most one line for each Read, so that the reader of a request does not read bytes after it.
type lineReader struct{ reader *bufio.Reader }

func (l lineReader) Read(into []byte) (int, error) {
	n := 0
	for n < len(into) {
		c, err := l.reader.ReadByte()
		if err != nil {
			return n, err
		}
		into[n] = c
		n++
		if c == '\n' || l.reader.Buffered() == 0 {
			break
		}
	}

	return n, nil
}

func TestOnlyReadOnlyCallsAreRepeated(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3000)
	tests := map[string]struct {
		operation func(runtime.ClientRequestWriter) *runtime.ClientOperation
		second    listItemsParams
		received  int
		fails     bool
	}{
		// net/http repeats the second request on a new connection. It is the first there, and gets a response.
		"read":         {listItems, listItemsParams{}, 3, false},
		"change":       {createItem, listItemsParams{}, 2, true},
		"long change":  {createItem, listItemsParams{Name: long}, 2, true},
		"keyed change": {createItem, listItemsParams{Header: map[string]string{"idempotency-key": "42"}}, 2, true},
		"long, keyed":  {createItem, listItemsParams{Name: long, Header: map[string]string{"Idempotency-Key": "42"}}, 2, true},
		"other key":    {createItem, listItemsParams{Name: long, Header: map[string]string{"X-Idempotency-Key": "42"}}, 2, true},
		"keyed read":   {listItems, listItemsParams{Name: long, Header: map[string]string{"Idempotency-Key": "42"}}, 3, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, received := closingServer(t)
			base := &http.Transport{}
			defer base.CloseIdleConnections()
			transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, "http://"+address), Client: &http.Client{Transport: base}}
			if _, err := transport.SubmitContext(t.Context(), test.operation(&listItemsParams{Name: "first"})); err != nil {
				t.Fatal(err)
			}
			_, err := transport.SubmitContext(t.Context(), test.operation(&test.second))
			if failed := errors.As(err, new(*awsquery.SendError)); failed != test.fails || !failed && err != nil {
				t.Errorf("the second call returns %v, want an *awsquery.SendError: %t", err, test.fails)
			}
			requests := received()
			if len(requests) != test.received {
				t.Errorf("the server received %d requests, want %d", len(requests), test.received)
			}
			for _, raw := range requests {
				if strings.HasPrefix(raw, "POST / ") && test.second.Name == long {
					continue
				}
				if !strings.HasPrefix(raw, "GET /?Action=ListItems&") {
					t.Errorf("the request is not a GET: %q", raw)
				}
				if lower := strings.ToLower(raw); strings.Contains(lower, "content-length") || strings.Contains(lower, "transfer-encoding") {
					t.Errorf("the GET has a header for a body: %q", raw)
				}
			}
		})
	}
}

func TestChangesOverHTTP2(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		body, err := io.ReadAll(r.Body)
		if r.ProtoMajor != 2 || len(body) != 0 || err != nil || len(r.Header["Content-Length"]) != 0 {
			t.Errorf("the request came over HTTP/%d with a body of %d bytes, %v, and the header %v", r.ProtoMajor, len(body), err, r.Header)
		}
		_, _ = io.WriteString(w, wiretest.Envelope(""))
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, server.URL), Client: server.Client()}
	if _, err := transport.SubmitContext(t.Context(), createItem(&listItemsParams{Name: "x"})); err != nil || requests.Load() != 1 {
		t.Errorf("the call sent %d requests and returned %v, want 1 and no error", requests.Load(), err)
	}
}

const (
	secretValue = "s3cret-value"
	secretQuery = "Name=s3cret"
)

func TestNoResponse(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	tests := map[string]struct {
		err  error
		want string
	}{
		"plain":        {broken, "ListItems: connection reset"},
		"inner URL":    {&url.Error{Op: "Get", URL: "https://h/?" + secretQuery, Err: broken}, "ListItems: connection reset"},
		"wrapped URL":  {fmt.Errorf("proxy: %w", &url.Error{Op: "Get", URL: "https://h/?" + secretQuery, Err: broken}), `ListItems: proxy: Get "(URL)": connection reset`},
		"line forgery": {fmt.Errorf("a\nb\x1b[31m: %w", broken), `ListItems: a b\x1b[31m: connection reset`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) { return nil, test.err }}
			_, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), listItems(&listItemsParams{Name: secretValue}))
			var failed *awsquery.SendError
			if !errors.As(err, &failed) || !errors.Is(err, broken) || err.Error() != test.want {
				t.Fatalf("the error is %v, want %s", err, test.want)
			}
			for _, shown := range everyWayToShow(t, err, *failed) {
				if strings.Contains(shown, "s3cret") || strings.Contains(shown, "\n") {
					t.Errorf("the text shows the URL, or has several lines: %s", shown)
				}
			}
		})
	}
}

func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, "http://"+address), Client: &http.Client{Transport: &http.Transport{}}}
	_, err = transport.SubmitContext(t.Context(), createItem(&listItemsParams{Name: secretValue}))
	var operation *net.OpError
	if !errors.As(err, &operation) || operation.Op != "dial" || strings.Contains(err.Error(), secretValue) {
		t.Errorf("the error is %v, want a *net.OpError of a dial without parameters", err)
	}
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	cause := errors.New("the user left")
	tests := map[string]struct {
		client  http.Client
		context func(context.Context) (context.Context, context.CancelFunc)
		params  listItemsParams
		want    error
		timeout bool
	}{
		"client": {client: http.Client{Timeout: 20 * time.Millisecond}, want: context.DeadlineExceeded, timeout: true},
		"context": {context: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 20*time.Millisecond)
		}, want: context.DeadlineExceeded, timeout: true},
		"parameters": {params: listItemsParams{Timeout: 20 * time.Millisecond}, want: context.DeadlineExceeded, timeout: true},
		"cancelled": {context: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(20*time.Millisecond, func() { cancel(cause) })

			return ctx, func() { cancel(nil) }
		}, want: context.Canceled},
	}
	for name, test := range tests {
		base := &http.Transport{}
		test.client.Transport = base
		ctx, cancel := t.Context(), func() {}
		if test.context != nil {
			ctx, cancel = test.context(ctx)
		}
		transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, server.URL), Client: &test.client}
		_, err := transport.SubmitContext(ctx, createItem(&test.params))
		cancel()
		select {
		case <-arrived:
		case <-time.After(time.Second): // the machine was too busy to send the request in time
		}
		base.CloseIdleConnections()
		var timeout net.Error
		if !errors.Is(err, test.want) || !strings.HasPrefix(err.Error(), "ListItems: ") {
			t.Errorf("%s: %v", name, err)
		}
		if test.timeout && (!errors.As(err, &timeout) || !timeout.Timeout()) {
			t.Errorf("%s: the error is not a timeout: %v", name, err)
		}
		if name == "cancelled" && !errors.Is(err, cause) {
			t.Errorf("the error does not match the cause: %v", err)
		}
	}
}

func TestEndedContext(t *testing.T) {
	t.Parallel()
	base := new(wiretest.RoundTripper)
	transport := wiretest.NewTransport(t, base)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("shutdown")
	cancel(cause)
	_, err := transport.SubmitContext(ctx, listItems(&listItemsParams{}))
	if !errors.Is(err, context.Canceled) || len(base.Sent) != 0 {
		t.Errorf("SubmitContext sent %d requests and returned %v", len(base.Sent), err)
	}
	operation := listItems(&listItemsParams{})
	//lint:ignore SA1019 The older way must work too.
	operation.Context = ctx
	if _, err := transport.Submit(operation); !errors.Is(err, context.Canceled) || len(base.Sent) != 0 {
		t.Errorf("Submit sent %d requests and returned %v", len(base.Sent), err)
	}
	if _, err := transport.SubmitContext(t.Context(), operation); err != nil {
		t.Errorf("SubmitContext used the operation's Context instead of its argument: %v", err)
	}
	//lint:ignore SA1012 The test is about nil.
	if _, err := transport.SubmitContext(nil, listItems(&listItemsParams{})); err != nil {
		t.Error(err)
	}
}

// TestSwitchingProtocols checks that a call does not read a response that switches protocols. Its body does not end, not even with the
// context.
func TestSwitchingProtocols(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)

			return
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
		_, _ = connection.Read(make([]byte, 1)) // until the client closes it
	}))
	defer server.Close()
	transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, server.URL), Client: server.Client()}
	_, err := transport.SubmitContext(t.Context(), listItems(&listItemsParams{}))
	var refused *awsquery.Error
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusSwitchingProtocols || !errors.As(err, new(*awsquery.ReadError)) || !strings.Contains(err.Error(), "another protocol") {
		t.Errorf("the error is a %T, want an *awsquery.Error about another protocol: %v", err, err)
	}
}

func TestUnreadableResponses(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Amzn-Requestid": {"9f86d081"}, "Date": {"Mon, 23 Nov 2026 01:02:03 GMT"}}
	whole := wiretest.Envelope("<Marker>" + strings.Repeat("m", 1000) + "</Marker>")
	reset := errors.New("connection reset")
	tests := map[string]struct {
		response func() *http.Response
		limit    int64
		is       error
		want     string
	}{
		"shorter than announced": {response: func() *http.Response {
			r := wiretest.Response(200, whole[:700], header)
			r.ContentLength = int64(len(whole))

			return r
		}, is: io.ErrUnexpectedEOF, want: "read the response: unexpected EOF"},
		"cut XML": {response: func() *http.Response { return wiretest.Response(200, whole[:700], header) }, is: io.ErrUnexpectedEOF, want: "the document is incomplete"},
		"broken": {response: func() *http.Response {
			r := wiretest.Response(200, "", header)
			r.Body, r.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(whole[:600]), iotest.ErrReader(reset))), -1

			return r
		}, is: reset, want: "read the response: connection reset"},
		"too large": {response: func() *http.Response {
			r := wiretest.Response(200, whole, header)
			r.ContentLength = -1

			return r
		}, limit: 999, want: "larger than the limit"},
		"too large and announced": {response: func() *http.Response { return wiretest.Response(500, whole, header) }, limit: 999, want: "larger than the limit"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			closed := 0
			base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) {
				response := test.response()
				response.Body = closeCounter{response.Body, &closed}

				return response, nil
			}}
			transport := wiretest.NewTransport(t, base)
			transport.MaxResponseBytes = test.limit
			_, err := transport.SubmitContext(t.Context(), listItems(&listItemsParams{}))
			var refused *awsquery.Error
			if !errors.As(err, &refused) {
				t.Fatalf("the error is a %T, want an *awsquery.Error: %v", err, err)
			}
			if refused.StatusCode != test.response().StatusCode || refused.RequestID != "9f86d081" || refused.Operation != "ListItems" || refused.Header.Get("Date") == "" {
				t.Errorf("the error lacks a field of the response: %v, with the header %v", refused, refused.Header)
			}
			if len(refused.Body) != 512 || string(refused.Body) != whole[:512] {
				t.Errorf("Body has %d bytes, want the first 512: %s", len(refused.Body), refused.Body)
			}
			if test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want %s", err, test.want)
			}
			if closed == 0 {
				t.Error("the call did not close the body")
			}
		})
	}

	for _, limit := range []int64{int64(len(whole)), math.MaxInt32, math.MaxInt64 - 1, math.MaxInt64} {
		transport := wiretest.NewTransport(t, &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) { return wiretest.Response(200, whole, nil), nil }})
		transport.MaxResponseBytes = limit
		if _, err := transport.SubmitContext(t.Context(), listItems(&listItemsParams{})); err != nil {
			t.Errorf("a response of %d bytes with a limit of %d fails: %v", len(whole), limit, err)
		}
	}
}

type closeCounter struct {
	io.ReadCloser
	closed *int
}

func (c closeCounter) Close() error {
	*c.closed++

	return c.ReadCloser.Close()
}

func TestConnectionCutInResponse(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-Requestid", "9f86d081")
		if r.URL.Query().Get("Name") == "announced" {
			w.Header().Set("Content-Length", "1000")
		}
		_, _ = io.WriteString(w, "<ListItemsResponse>")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	for _, name := range []string{"announced", "chunked"} {
		transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, server.URL), Client: server.Client()}
		_, err := transport.SubmitContext(t.Context(), createItem(&listItemsParams{Name: name}))
		var refused *awsquery.Error
		if !errors.As(err, &refused) || !errors.Is(err, io.ErrUnexpectedEOF) || refused.StatusCode != 200 || refused.RequestID != "9f86d081" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCancelledWhileReading(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<ListItemsResponse>")
		_ = http.NewResponseController(w).Flush()
		<-release
	}))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithCancelCause(t.Context())
	base := &wiretest.RoundTripper{Respond: func(request *http.Request) (*http.Response, error) {
		defer time.AfterFunc(time.Millisecond, func() { cancel(errors.New("enough")) })

		return server.Client().Transport.RoundTrip(request)
	}}
	transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, server.URL), Client: &http.Client{Transport: base}}
	_, err := transport.SubmitContext(ctx, createItem(&listItemsParams{}))
	var refused *awsquery.Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &refused) || refused.StatusCode != 200 {
		t.Errorf("the error is %v, want an *awsquery.Error that matches context.Canceled", err)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("Name") == "bad" {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, wiretest.Envelope("<Items>"+strings.Repeat("<Item><Name>nightly</Name></Item>", 5000)+"</Items>"))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, server.URL), Client: server.Client()}
	for i := range 10 {
		params := &listItemsParams{}
		if i%2 == 0 {
			params.Name = "bad"
		}
		if _, err := transport.SubmitContext(t.Context(), createItem(params)); (err != nil) != (i%2 == 0) {
			t.Fatal(err)
		}
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("ten sequential calls use %d connections, want 1", got)
	}
}

func TestConcurrentCalls(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(time.Millisecond):
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, wiretest.Envelope("<Marker>"+r.URL.Query().Get("Name")+"</Marker>"))
	}))
	defer server.Close()
	transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, server.URL), Client: server.Client()}
	var callers sync.WaitGroup
	for i := range 40 {
		callers.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%4 == 0 {
				time.AfterFunc(time.Duration(i)*10*time.Microsecond, cancel)
			}
			name := fmt.Sprintf("caller-%d", i)
			got, err := transport.SubmitContext(ctx, createItem(&listItemsParams{Name: name}))
			if err != nil {
				if i%4 != 0 || !errors.Is(err, context.Canceled) {
					t.Error(err)
				}

				return
			}
			if result, ok := got.(*listItemsResult); !ok || result.Marker != name {
				t.Errorf("the result of %s is %v", name, got)
			}
		})
	}
	callers.Wait()
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) {
		return wiretest.Response(http.StatusMovedPermanently, "<html>moved</html>", http.Header{"Location": {"https://other.example/?" + secretQuery}}), nil
	}}
	transport := wiretest.NewTransport(t, base)
	transport.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	_, err := transport.SubmitContext(t.Context(), createItem(&listItemsParams{}))
	var refused *awsquery.Error
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusMovedPermanently || len(base.Sent) != 1 {
		t.Fatalf("the call sent %d requests and returned %v, want 1 and an *awsquery.Error", len(base.Sent), err)
	}
	if !strings.Contains(err.Error(), "redirect") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error is %v, want one about a redirect, without the URL", err)
	}
}

func TestRoundTripTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	header := http.Header{"Retry-After": {"7"}}
	base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) {
		now = now.Add(3 * time.Second)

		return wiretest.Response(503, "", header), nil
	}}
	transport := wiretest.NewTransport(t, base)
	transport.Now = func() time.Time { return now }
	_, err := transport.SubmitContext(t.Context(), listItems(&listItemsParams{}))
	var refused *awsquery.Error
	if !errors.As(err, &refused) || refused.RoundTrip != 3*time.Second || refused.Header.Get("Retry-After") != "7" {
		t.Fatalf("the error is %v, want an *awsquery.Error with a RoundTrip of 3s and the header of the response", err)
	}
	refused.Header.Set("Retry-After", "8")
	if header.Get("Retry-After") != "7" {
		t.Error("the error shares its header with the response")
	}
}

func TestMalformedContentType(t *testing.T) {
	t.Parallel()
	mock := httpmock.NewMockTransport()
	for name, responder := range map[string]httpmock.Responder{
		"good": httpmock.NewStringResponder(200, wiretest.Envelope("<Marker>m</Marker>")),
		"bad":  httpmock.NewStringResponder(502, "<html>bad gateway</html>"),
	} {
		mock.RegisterMatcherResponder(http.MethodGet, "https://items.example.com/",
			httpmock.NewMatcher(name, func(r *http.Request) bool { return r.URL.Query().Get("Name") == name }),
			responder.HeaderAdd(http.Header{"Content-Type": {"text/html; charset"}, "X-Amzn-Requestid": {"9f86d081"}}))
	}
	transport := wiretest.NewTransport(t, mock)
	got, err := transport.SubmitContext(t.Context(), listItems(&listItemsParams{Name: "good"}))
	if result, ok := got.(*listItemsResult); !ok || err != nil || result.Marker != "m" {
		t.Errorf("SubmitContext() = %v, %v, want the marker m", got, err)
	}
	_, err = transport.SubmitContext(t.Context(), listItems(&listItemsParams{Name: "bad"}))
	var refused *awsquery.Error
	if !errors.As(err, &refused) || refused.StatusCode != 502 || refused.RequestID != "9f86d081" || string(refused.Body) != "<html>bad gateway</html>" {
		t.Errorf("the error is %v, want an *awsquery.Error of the response", err)
	}
	if mock.GetTotalCallCount() != 2 {
		t.Errorf("the calls sent %d requests, want 2", mock.GetTotalCallCount())
	}
}

func TestIsReadOnly(t *testing.T) {
	t.Parallel()
	if !wire.IsReadOnly(listItems(nil)) || wire.IsReadOnly(createItem(nil)) || wire.IsReadOnly(nil) || wire.IsReadOnly(&runtime.ClientOperation{}) {
		t.Error("IsReadOnly returns a wrong result")
	}
	base := new(wiretest.RoundTripper)
	operation := listItems(&listItemsParams{})
	reader := operation.Reader
	operation.Reader = runtime.ClientResponseReaderFunc(reader.ReadResponse)
	if _, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), operation); err != nil {
		t.Fatal(err)
	}
	if body := base.Sent[0].Body; body == nil || body == http.NoBody || base.Sent[0].GetBody != nil {
		t.Error("net/http can repeat an operation whose Reader does not report that it is read-only")
	}
}

func TestForeignReader(t *testing.T) {
	t.Parallel()
	base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) {
		return wiretest.Response(418, "tea", http.Header{"X-Pot": {"short", "stout"}}), nil
	}}
	broken := errors.New("not my cup")
	operation := listItems(&listItemsParams{})
	operation.Reader = runtime.ClientResponseReaderFunc(func(r runtime.ClientResponse, c runtime.Consumer) (any, error) {
		body, err := io.ReadAll(r.Body())
		if err != nil || string(body) != "tea" || r.Code() != 418 || r.Message() != "418" || len(r.GetHeaders("x-pot")) != 2 || r.GetHeader("x-pot") != "short" || c == nil {
			t.Errorf("the Reader gets another response: the body is %s, %v", body, err)
		}

		return nil, broken
	})
	if _, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), operation); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// TestReaderOfABrokenResponse checks that an incomplete response is an Error, even if the operation's Reader returns a result or another
// error.
func TestReaderOfABrokenResponse(t *testing.T) {
	t.Parallel()
	mine := errors.New("not my cup")
	readers := map[string]runtime.ClientResponseReaderFunc{
		"reads nothing":         func(runtime.ClientResponse, runtime.Consumer) (any, error) { return "a result", nil },
		"returns its own error": func(runtime.ClientResponse, runtime.Consumer) (any, error) { return nil, mine },
		"returns the error of the body": func(r runtime.ClientResponse, _ runtime.Consumer) (any, error) {
			body, err := io.ReadAll(r.Body())
			if string(body) != "half a " || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("ReadAll() = %q, %v, want the beginning of the body and io.ErrUnexpectedEOF", body, err)
			}

			return nil, err
		},
	}
	for name, reader := range readers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) {
				response := wiretest.Response(http.StatusOK, "half a ", http.Header{"X-Amzn-Requestid": {"5c1b2f3a"}})
				response.ContentLength = int64(len("half a page"))

				return response, nil
			}}
			operation := listItems(&listItemsParams{})
			operation.Reader = reader
			result, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), operation)
			var failed *awsquery.Error
			if result != nil || !errors.As(err, &failed) || !errors.As(err, new(*awsquery.ReadError)) || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("SubmitContext() = %v, %v, want no result and an *awsquery.Error with an *awsquery.ReadError in it", result, err)
			}
			if failed.Operation != "ListItems" || failed.StatusCode != http.StatusOK || failed.RequestID != "5c1b2f3a" ||
				string(failed.Body) != "half a " || failed.Header == nil {
				t.Errorf("the error lacks a field of the response: %v", failed)
			}
		})
	}
}

func BenchmarkCall(b *testing.B) {
	base := constantResponse{header: http.Header{"Content-Type": {"text/xml"}}, body: wiretest.Envelope("<Marker>m</Marker>")}
	transport := wiretest.NewTransport(b, base)
	params := &listItemsParams{Name: "nightly-2026-11-23", Always: "analytics", Tags: []tag{{Key: "env", Value: "prod"}, {Key: "team", Value: "R&D"}}}
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := transport.SubmitContext(ctx, createItem(params)); err != nil {
			b.Fatal(err)
		}
	}
}

// constantResponse is a RoundTripper that always returns the same response, with few allocations.
type constantResponse struct {
	header http.Header
	body   string
}

func (c constantResponse) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: c.header, ContentLength: int64(len(c.body)), Request: request,
		Body: io.NopCloser(strings.NewReader(c.body)),
	}, nil
}

func TestCallAllocations(t *testing.T) {
	base := constantResponse{header: http.Header{"Content-Type": {"text/xml"}}, body: wiretest.Envelope("<Marker>m</Marker>")}
	transport := wiretest.NewTransport(t, base)
	params := &listItemsParams{Name: "nightly-2026-11-23", Always: "analytics", Tags: []tag{{Key: "env", Value: "prod"}, {Key: "team", Value: "R&D"}}}
	ctx := t.Context()
	allocations := testing.AllocsPerRun(100, func() {
		if _, err := transport.SubmitContext(ctx, createItem(params)); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 45 {
		t.Errorf("a call makes %.0f allocations, want at most 45", allocations)
	}
}

// TestTransportConsumer checks that a Reader from other templates gets the Consumer of the Transport, and a clear error without one.
func TestTransportConsumer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(writer, "<Response><Name>nightly</Name></Response>")
	}))
	defer server.Close()
	endpoint, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	var result struct{ Name string }
	operation := func() *runtime.ClientOperation {
		return &runtime.ClientOperation{
			ID: "Describe", PathPattern: "/?Action=Describe",
			Params: runtime.ClientRequestWriterFunc(func(runtime.ClientRequest, strfmt.Registry) error { return nil }),
			Reader: runtime.ClientResponseReaderFunc(func(response runtime.ClientResponse, consumer runtime.Consumer) (any, error) {
				return nil, consumer.Consume(response.Body(), &result)
			}),
		}
	}
	transport := &awsquery.Transport{Endpoint: endpoint, Client: server.Client()}
	if _, err := transport.SubmitContext(t.Context(), operation()); err == nil || !strings.Contains(err.Error(), "runtime.XMLConsumer()") {
		t.Errorf("the error without a Consumer is %v, want one that explains how to set it", err)
	}
	transport.Consumer = runtime.XMLConsumer()
	if _, err := transport.SubmitContext(t.Context(), operation()); err != nil || result.Name != "nightly" {
		t.Errorf("with a Consumer, the call returns %v and sets %+v", err, result)
	}
}
