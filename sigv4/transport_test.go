package sigv4

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// recorder is a RoundTripper that records requests and their bodies.
type recorder struct {
	requests   []*http.Request
	bodies     []string
	err        error
	idleClosed int
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	content := ""
	if request.Body != nil {
		read, err := io.ReadAll(request.Body)
		if closeErr := request.Body.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return nil, err
		}
		content = string(read)
	}
	r.requests = append(r.requests, request)
	r.bodies = append(r.bodies, content)
	if r.err != nil {
		return nil, r.err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: request}, nil
}

func (r *recorder) CloseIdleConnections() { r.idleClosed++ }

// trackedBody is the body of a request that counts its Close calls.
type trackedBody struct {
	io.Reader
	closed   atomic.Int64
	closeErr error
}

func (b *trackedBody) Close() error { b.closed.Add(1); return b.closeErr }

// readerOnly hides the type of a reader from http.NewRequest.
type readerOnly struct{ io.Reader }

func testTransport(t *testing.T, base http.RoundTripper) *Transport {
	t.Helper()
	return &Transport{
		Base:        base,
		Signer:      redshiftSigner(t),
		Credentials: StaticCredentials(exampleCredentials),
		Now:         func() time.Time { return exampleTime },
	}
}

// requireSigned checks that a request has the right signature for its payload hash.
func requireSigned(t *testing.T, request *http.Request, payloadHash string) {
	t.Helper()
	signed := request.Clone(t.Context())
	if err := redshiftSigner(t).Sign(signed, payloadHash, exampleCredentials, exampleTime); err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "signature", signatureOf(t, request), signatureOf(t, signed))
}

func closeResponse(t *testing.T, response *http.Response) {
	t.Helper()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Error(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
}

func TestTransportSignsACopy(t *testing.T) {
	t.Parallel()
	base := &recorder{}
	body := &trackedBody{Reader: strings.NewReader("Action=Test")}
	request := mustRequest(t, http.MethodPost, "https://example.amazonaws.com:443/?b=a+b&a=1")
	request.Body = body
	request.ContentLength = 11
	request.Header.Set("X-Custom", "v")
	before := *request
	header, address := request.Header.Clone(), *request.URL

	response, err := testTransport(t, base).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	closeResponse(t, response)

	if !maps.EqualFunc(request.Header, header, slices.Equal) || *request.URL != address || request.URL != before.URL {
		t.Errorf("RoundTrip changed the caller's request: URL %v, header %v", request.URL, request.Header)
	}
	if request.Host != before.Host || request.Body != before.Body || request.GetBody != nil || request.ContentLength != 11 {
		t.Errorf("RoundTrip changed the caller's request: host %q, body %v, length %d", request.Host, request.Body, request.ContentLength)
	}
	if response.Request != request {
		t.Error("the Request of the response is not the caller's")
	}
	sent := base.requests[0]
	requireSigned(t, sent, HashPayload([]byte("Action=Test")))
	requireEqual(t, "query", sent.URL.RawQuery, "a=1&b=a%20b")
	requireEqual(t, "host", sent.Host, "example.amazonaws.com")
	requireEqual(t, "date", sent.Header.Get("X-Amz-Date"), "20150830T123600Z")
	requireEqual(t, "body", base.bodies[0], "Action=Test")
	if body.closed.Load() == 0 {
		t.Error("the Transport did not close the body")
	}
}

func TestTransportBodies(t *testing.T) {
	t.Parallel()
	emptyBody := func() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }
	for _, test := range []struct {
		name        string
		method      string
		body        func() io.ReadCloser
		getBody     bool
		length      int64
		encoding    []string
		want        string
		wantNilBody bool
		wantLength  int64
	}{
		{name: "none", method: http.MethodGet, wantNilBody: true},
		{name: "NoBody", method: http.MethodGet, body: func() io.ReadCloser { return http.NoBody }},
		{name: "empty", method: http.MethodGet, body: emptyBody},
		{name: "empty, POST", method: http.MethodPost, body: emptyBody},
		{name: "plain", method: http.MethodPost, body: func() io.ReadCloser { return io.NopCloser(strings.NewReader("a=b")) }, length: 3, want: "a=b", wantLength: 3},
		{name: "length unknown, 0", method: http.MethodPost, body: func() io.ReadCloser { return io.NopCloser(strings.NewReader("a=b")) }, want: "a=b", wantLength: 3},
		{name: "length unknown, -1", method: http.MethodPost, body: func() io.ReadCloser { return io.NopCloser(strings.NewReader("a=b")) }, length: -1, want: "a=b", wantLength: 3},
		{name: "chunked", method: http.MethodPost, body: func() io.ReadCloser { return io.NopCloser(strings.NewReader("a=b")) }, encoding: []string{"chunked"}, length: -1, want: "a=b", wantLength: -1},
		{name: "GetBody", method: http.MethodPost, body: func() io.ReadCloser { return io.NopCloser(strings.NewReader("a=b")) }, getBody: true, length: 3, want: "a=b", wantLength: 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			base := &recorder{}
			request := mustRequest(t, test.method, "https://example.amazonaws.com/")
			request.TransferEncoding = test.encoding
			request.ContentLength = test.length
			if test.body != nil {
				request.Body = test.body()
			}
			copies := &trackedBody{}
			if test.getBody {
				request.GetBody = func() (io.ReadCloser, error) {
					copies.Reader = test.body()
					return copies, nil
				}
			}
			response, err := testTransport(t, base).RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			closeResponse(t, response)
			sent := base.requests[0]
			requireSigned(t, sent, HashPayload([]byte(test.want)))
			requireEqual(t, "body", base.bodies[0], test.want)
			if sent.ContentLength != test.wantLength {
				t.Errorf("ContentLength is %d, want %d", sent.ContentLength, test.wantLength)
			}
			if (sent.Body == nil) != test.wantNilBody {
				t.Errorf("Body of the sent request is %v, want nil: %t", sent.Body, test.wantNilBody)
			}
			if (sent.Body == http.NoBody) != (request.Body == http.NoBody) {
				t.Errorf("Body of the sent request is %v, want http.NoBody: %t", sent.Body, request.Body == http.NoBody)
			}
			if (sent.GetBody != nil) != test.getBody {
				t.Errorf("GetBody is set: %t, want %t", sent.GetBody != nil, test.getBody)
			}
			if test.getBody && copies.closed.Load() != 1 {
				t.Errorf("the Transport closed the copy of the body %d times, want once", copies.closed.Load())
			}
		})
	}
}

func TestTransportErrors(t *testing.T) {
	t.Parallel()
	failure := errors.New("an error of the test")
	expired := exampleCredentials
	expired.Expires = exampleTime
	empty := mustCache(t, CacheConfig{Provider: EnvCredentials{LookupEnv: func(string) (string, bool) { return "", false }}})
	providing := func(credentials Credentials, err error) CredentialsProvider {
		return CredentialsProviderFunc(func(context.Context) (Credentials, error) { return credentials, err })
	}
	for _, test := range []struct {
		name    string
		change  func(*Transport)
		request func(*http.Request)
		want    string
		is      error
	}{
		{name: "zero Transport", change: func(tr *Transport) { tr.Signer, tr.Credentials, tr.Now = nil, nil, nil }, want: "no Signer"},
		{name: "nil Signer", change: func(tr *Transport) { tr.Signer = nil }, want: "NewSigner"},
		{name: "zero Signer", change: func(tr *Transport) { tr.Signer = &Signer{} }, want: "NewSigner"},
		{name: "nil Credentials", change: func(tr *Transport) { tr.Credentials = nil }, want: "CredentialsProvider is nil", is: ErrNoCredentials},
		{name: "nil pointer as Credentials", change: func(tr *Transport) { tr.Credentials = (*CachedCredentials)(nil) }, want: "NewCachedCredentials"},
		{name: "provider fails", change: func(tr *Transport) { tr.Credentials = providing(exampleCredentials, failure) }, want: "get credentials", is: failure},
		{
			name: "a provider of this package fails", want: `: get credentials: refresh credentials: read credentials from the environment: `, is: ErrNoCredentials,
			change: func(tr *Transport) { tr.Credentials = empty },
		},
		{name: "empty credentials", change: func(tr *Transport) { tr.Credentials = providing(Credentials{}, nil) }, want: "empty", is: ErrNoCredentials},
		{name: "no secret", change: func(tr *Transport) { tr.Credentials = providing(Credentials{AccessKeyID: "A"}, nil) }, want: "SecretAccessKey is empty", is: ErrNoCredentials},
		{name: "expired", change: func(tr *Transport) { tr.Credentials = providing(expired, nil) }, want: "expired", is: ErrCredentialsExpired},
		{name: "zero clock", change: func(tr *Transport) { tr.Now = func() time.Time { return time.Time{} } }, want: "time"},
		{name: "no host", request: func(r *http.Request) { r.URL.Host, r.Host = "", "" }, want: "host"},
		{name: "query", request: func(r *http.Request) { r.URL.RawQuery = "secretParameter=%" }, want: "query"},
		{name: "nil URL", request: func(r *http.Request) { r.URL = nil }, want: "URL"},
		{name: "GetBody fails", request: func(r *http.Request) { r.GetBody = func() (io.ReadCloser, error) { return nil, failure } }, want: "body", is: failure},
		{
			name: "reading from GetBody fails", want: "body", is: failure,
			request: func(r *http.Request) {
				r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(failingReader{failure}), nil }
			},
		},
		{
			name: "closing the copy fails", want: "body", is: failure,
			request: func(r *http.Request) {
				r.GetBody = func() (io.ReadCloser, error) {
					return &trackedBody{Reader: strings.NewReader(""), closeErr: failure}, nil
				}
			},
		},
		{name: "reading fails", request: func(r *http.Request) { r.Body.(*trackedBody).Reader = failingReader{failure} }, want: "body", is: failure},
		{name: "closing fails", request: func(r *http.Request) { r.Body.(*trackedBody).closeErr = failure }, want: "body", is: failure},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			base := &recorder{}
			transport := testTransport(t, base)
			if test.change != nil {
				test.change(transport)
			}
			body := &trackedBody{Reader: strings.NewReader("a=b")}
			request := mustRequest(t, http.MethodPost, "https://example.amazonaws.com/")
			request.Body = body
			if test.request != nil {
				test.request(request)
			}
			response, err := transport.RoundTrip(request)
			if response != nil {
				closeResponse(t, response)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "sigv4: ") {
				t.Errorf("the error is %v, want %q in it", err, test.want)
			} else if strings.Contains(err.Error(), "secretParameter") {
				t.Errorf("the error shows the query: %v", err)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("the error %v does not match %v", err, test.is)
			}
			if len(base.requests) != 0 {
				t.Errorf("the Transport sent the request with the header %v", base.requests[0].Header)
			}
			if body.closed.Load() == 0 {
				t.Error("the Transport did not close the body")
			}
		})
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestTransportWithNilRequest(t *testing.T) {
	t.Parallel()
	for _, transport := range []*Transport{nil, {}, testTransport(t, &recorder{})} {
		response, err := transport.RoundTrip(nil)
		if response != nil {
			closeResponse(t, response)
		}
		if err == nil {
			t.Error("RoundTrip(nil) returns no error")
		}
	}
}

func TestTransportReturnsErrorsOfBase(t *testing.T) {
	t.Parallel()
	base := &recorder{err: errors.New("connection refused")}
	request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
	response, err := testTransport(t, base).RoundTrip(request)
	if response != nil {
		closeResponse(t, response)
	}
	if err != base.err {
		t.Errorf("the error is %v, want the unchanged error of Base", err)
	}
}

func TestContextOfCredentials(t *testing.T) {
	t.Parallel()
	type key struct{}
	watched := testTransport(t, &recorder{})
	watched.Credentials = CredentialsProviderFunc(func(ctx context.Context) (Credentials, error) {
		if ctx.Value(key{}) != "value" || httptrace.ContextClientTrace(ctx) != nil {
			t.Errorf("the context has the value %v and the trace %v", ctx.Value(key{}), httptrace.ContextClientTrace(ctx))
		}
		return exampleCredentials, nil
	})
	values := httptrace.WithClientTrace(context.WithValue(t.Context(), key{}, "value"), new(httptrace.ClientTrace))
	signed, err := watched.RoundTrip(mustRequest(t, http.MethodGet, "https://example.amazonaws.com/").WithContext(values))
	if err != nil {
		t.Fatal(err)
	}
	closeResponse(t, signed)

	transport := testTransport(t, &recorder{})
	transport.Credentials = CredentialsProviderFunc(func(ctx context.Context) (Credentials, error) {
		<-ctx.Done()
		return Credentials{}, ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	response, err := transport.RoundTrip(mustRequest(t, http.MethodGet, "https://example.amazonaws.com/").WithContext(ctx))
	if response != nil {
		closeResponse(t, response)
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want context.Canceled", err)
	}
}

func TestTransportDatesEachRequest(t *testing.T) {
	t.Parallel()
	base := &recorder{}
	transport := testTransport(t, base)
	now := exampleTime
	transport.Now = func() time.Time { return now }
	request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
	for range 2 {
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		closeResponse(t, response)
		now = now.Add(time.Minute)
	}
	requireEqual(t, "second date", base.requests[1].Header.Get("X-Amz-Date"), "20150830T123700Z")

	transport.Now = nil
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	closeResponse(t, response)
	date, err := time.Parse(timestampFormat, base.requests[2].Header.Get("X-Amz-Date"))
	if err != nil || time.Since(date).Abs() > time.Minute {
		t.Errorf("the date without Now is %v, %v, want the current time", date, err)
	}
}

func TestTransportWithoutBase(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if !strings.HasPrefix(request.Header.Get("Authorization"), algorithm) {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer server.Close()
	transport := testTransport(t, nil)
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(mustRequest(t, http.MethodGet, server.URL))
	if err != nil {
		t.Fatal(err)
	}
	closeResponse(t, response)
	if response.StatusCode != http.StatusOK {
		t.Errorf("the status is %s, want 200 OK for a signed request", response.Status)
	}
}

func TestTransportClosesIdleConnections(t *testing.T) {
	t.Parallel()
	base := &recorder{}
	client := &http.Client{Transport: testTransport(t, base)}
	client.CloseIdleConnections()
	if base.idleClosed != 1 {
		t.Errorf("the Transport called CloseIdleConnections of Base %d times, want once", base.idleClosed)
	}
	(*Transport)(nil).CloseIdleConnections()
	(&Transport{Base: struct{ http.RoundTripper }{base}}).CloseIdleConnections() // Base has no such method
	(&Transport{}).CloseIdleConnections()
	if base.idleClosed != 1 {
		t.Errorf("the Transport called CloseIdleConnections of Base %d times, want once", base.idleClosed)
	}
}

// TestServerVerifiesSignature checks with a real connection that the request that a server receives is the signed one.
func TestServerVerifiesSignature(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		served.Add(1)
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Error(err)
		}
		if strings.Contains(request.RequestURI, "+") {
			t.Errorf("the query on the wire has a plus sign: %s", request.RequestURI)
		}
		received := request.Clone(request.Context())
		received.URL.Scheme, received.URL.Host = "http", request.Host
		received.Header.Del("Authorization")
		requireEqual(t, "signature that the server computes", func() string {
			if err := redshiftSigner(t).Sign(received, HashPayload(body), exampleCredentials, exampleTime); err != nil {
				t.Error(err)
			}
			return received.Header.Get("Authorization")
		}(), request.Header.Get("Authorization"))
		requireEqual(t, "query", request.URL.RawQuery, received.URL.RawQuery)
		if request.URL.Path == "/replay" {
			requireEqual(t, "body and length", fmt.Sprint(len(body), request.ContentLength, request.TransferEncoding), "0 0 []")
		}
		if _, err := w.Write(body); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	client := &http.Client{Transport: testTransport(t, base)}

	form := "Key=a+b&Emoji=%F0%9F%93%B8"
	for _, test := range []struct {
		method, path string
		body         io.Reader
	}{
		{http.MethodGet, "/", nil},
		{http.MethodGet, "/?z=1&Key=a+b&Key=*~&plus=%2B&empty&quote=%22%27&x=%2F%3D%25%26&e=%F0%9F%93%B8", nil},
		{http.MethodGet, "/base/./path//with%20space/%E1%88%B4?a=b", nil},
		{http.MethodPost, "/", strings.NewReader(form)},
		{http.MethodPost, "/", readerOnly{strings.NewReader(form)}},
		{http.MethodGet, "/replay?Action=Change", readerOnly{strings.NewReader("")}},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, test.body)
		if err != nil {
			t.Fatal(err)
		}
		if test.body != nil {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(response.Body)
		if err != nil {
			t.Error(err)
		}
		closeResponse(t, response)
		if test.method == http.MethodPost {
			requireEqual(t, "body of the response", string(content), form)
		}
	}
	if served.Load() != 6 {
		t.Errorf("the server received %d requests, want 6", served.Load())
	}
}

// breakingServer responds to the first request on each connection. It reads the second one and closes the connection. It counts the
// requests.
func breakingServer(t *testing.T) (address string, count *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	count = new(atomic.Int64)
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // closed at the end of the test
			}
			connections.Go(func() {
				defer func() { _ = connection.Close() }()
				reader := bufio.NewReader(connection)
				for i := range 2 {
					request, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, request.Body)
					count.Add(1)
					if i == 0 {
						_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		connections.Wait()
	})
	return "http://" + listener.Addr().String(), count
}

// TestEmptyBodyPreventsRepetition checks that a signed request keeps a property that callers need: if a kept connection breaks, net/http
// repeats a GET, unless its body is not nil and cannot be rewound.
func TestEmptyBodyPreventsRepetition(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		body      io.Reader
		wantError bool
		wantCount int64
	}{
		{"no body", nil, false, 3},
		{"empty body", readerOnly{bytes.NewReader(nil)}, true, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address, count := breakingServer(t)
			base := &http.Transport{MaxConnsPerHost: 1}
			t.Cleanup(base.CloseIdleConnections)
			client := &http.Client{Transport: testTransport(t, base)}
			var lastErr error
			for range 2 {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/?Action=Change", test.body)
				if err != nil {
					t.Fatal(err)
				}
				response, err := client.Do(request)
				if lastErr = err; err == nil {
					closeResponse(t, response)
				}
			}
			if (lastErr != nil) != test.wantError || count.Load() != test.wantCount {
				t.Errorf("the server received %d requests, and the second call returned %v, want %d and an error: %t",
					count.Load(), lastErr, test.wantCount, test.wantError)
			}
		})
	}
}
