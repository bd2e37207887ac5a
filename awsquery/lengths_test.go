package awsquery_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/wiretest"
)

// rawServer responds to each request with the bytes that respond returns, valid or not, and then closes the connection.
func rawServer(tb testing.TB, respond func(request *http.Request) []byte) (endpoint string) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() {
				defer connection.Close()
				request, err := http.ReadRequest(bufio.NewReader(connection))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, request.Body)
				_, _ = connection.Write(respond(request))
				_ = connection.(*net.TCPConn).CloseWrite()
				// The client closes first, so that the server's socket does not stay in the state TIME_WAIT.
				_ = connection.SetReadDeadline(time.Now().Add(10 * time.Second))
				_, _ = io.Copy(io.Discard, connection)
			})
		}
	})
	tb.Cleanup(func() {
		_ = listener.Close()
		connections.Wait()
	})

	return "http://" + listener.Addr().String()
}

// rawClient returns a client that uses each connection once and resets it, so that its port is free immediately.
func rawClient() *http.Client {
	dialer := new(net.Dialer)

	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				connection, err := dialer.DialContext(ctx, network, address)
				if tcp, ok := connection.(*net.TCPConn); ok {
					_ = tcp.SetLinger(0)
				}

				return connection, err
			},
		},
	}
}

// TestLengthsThatOverflow tries the largest values of Content-Length and MaxResponseBytes.
func TestLengthsThatOverflow(t *testing.T) {
	t.Parallel()
	whole := wiretest.Envelope("<Marker>m</Marker>" + strings.Repeat(" ", len(wiretest.NotFound))) // longer than the other body
	lengths := map[string]int64{"unknown": -1, "smallest": math.MinInt64, "true": int64(len(whole)), "next to largest": math.MaxInt64 - 1, "largest": math.MaxInt64}
	limits := []int64{0, 1, math.MaxInt64 - 1, math.MaxInt64}
	for name, length := range lengths {
		for _, limit := range limits {
			for _, status := range []int{200, 400, 502} {
				t.Run(fmt.Sprintf("%s, limit %d, status %d", name, limit, status), func(t *testing.T) {
					t.Parallel()
					body := whole
					if status != http.StatusOK {
						body = wiretest.NotFound + strings.Repeat(" ", len(whole)-len(wiretest.NotFound))
					}
					base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) {
						response := wiretest.Response(status, body, nil)
						response.ContentLength = length

						return response, nil
					}}
					checkLength(t, wiretest.NewTransport(t, base), limit, status, length > int64(len(whole)))
					if length < 0 {
						return // a server cannot send this length
					}
					endpoint := rawServer(t, func(*http.Request) []byte {
						return fmt.Appendf(nil, "HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s", status, length, body)
					})
					transport := &awsquery.Transport{Endpoint: wiretest.ParseURL(t, endpoint), Client: rawClient()}
					checkLength(t, transport, limit, status, length > int64(len(whole)))
				})
			}
		}
	}
}

func checkLength(t *testing.T, transport *awsquery.Transport, limit int64, status int, cut bool) {
	t.Helper()
	transport.MaxResponseBytes = limit
	result, err := transport.SubmitContext(t.Context(), listItems(&listItemsParams{}))
	var refused *awsquery.Error
	switch {
	case limit == 1:
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "larger than the limit") {
			t.Errorf("the error of a response over the limit is %v", err)
		}
	case cut:
		if !errors.As(err, &refused) || !errors.As(err, new(*awsquery.ReadError)) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the error of a response that is shorter than its Content-Length is %v", err)
		}
	case status == http.StatusOK:
		if list, ok := result.(*listItemsResult); err != nil || !ok || list.Marker != "m" {
			t.Errorf("SubmitContext() = %v, %v, want the marker m", result, err)
		}
	default:
		if !errors.As(err, &refused) || refused.Code != "ItemNotFound" {
			t.Errorf("the error is %v, want the code ItemNotFound", err)
		}
	}
	if refused != nil && refused.StatusCode != status {
		t.Errorf("StatusCode = %d, want %d", refused.StatusCode, status)
	}
}

// TestLimitOfAResponse has bodies that are one byte smaller than the limit, exactly as large, and one byte larger. Their length is known
// or unknown.
func TestLimitOfAResponse(t *testing.T) {
	t.Parallel()
	for _, limit := range []int64{700, 4095, 4096, 4097, 8192, 8193, 100_000, 1 << 20, 0} {
		size := limit
		if limit == 0 {
			size = 32 << 20
		}
		for _, more := range []int64{-1, 0, 1} {
			head, tail, _ := strings.Cut(wiretest.Envelope("<Marker>|</Marker>"), "|")
			marker := strings.Repeat("m", int(size+more)-len(head)-len(tail))
			for _, known := range []bool{true, false} {
				base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) {
					response := wiretest.Response(http.StatusOK, head+marker+tail, nil)
					if !known {
						response.ContentLength = -1
					}

					return response, nil
				}}
				transport := wiretest.NewTransport(t, base)
				transport.MaxResponseBytes = limit
				result, err := transport.SubmitContext(t.Context(), listItems(&listItemsParams{}))
				if more > 0 {
					if err == nil || !strings.Contains(err.Error(), "larger than the limit") {
						t.Errorf("limit %d, %d bytes more, length known: %t: %v", limit, more, known, err)
					}

					continue
				}
				if list, ok := result.(*listItemsResult); err != nil || !ok || len(list.Marker) != len(marker) {
					t.Errorf("limit %d, %d bytes more, length known: %t: %v", limit, more, known, err)
				}
			}
		}
	}
}

// FuzzResponseHeaders varies the header and the body of a response from a RoundTripper, and from a server that writes raw bytes. It
// checks that a call does not panic or hang, and fails only with the two documented errors.
func FuzzResponseHeaders(f *testing.F) {
	add := func(status int, length, name, value, body string, limit int64) {
		f.Add(status, length, name, value, []byte(body), limit)
	}
	whole := wiretest.Envelope("<Marker>m</Marker>")
	for _, length := range []string{"9223372036854775807", "9223372036854775808", "-1", "0", "1", "+5", " 7", "4 4", "", "1\r\nContent-Length: 2"} {
		for _, status := range []int{200, 400, 502} {
			add(status, length, "Content-Type", "text/xml", whole, math.MaxInt64)
		}
	}
	for name, value := range map[string]string{
		"Retry-After": "99999999999999999999", "Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Age": "-1", "Content-Type": "text/html; charset",
		"X-Amzn-Requestid": strings.Repeat("r", 10_000), "X-Amz-Request-Id": "a\r\n b", "X-Amzn-Errortype": "a#b:c", "Transfer-Encoding": "chunked",
		"Content-Encoding": "gzip", "Connection": "close", "Location": "//::", "Trailer": "Content-Length", "Upgrade": "h2c",
	} {
		for _, status := range []int{100, 101, 200, 204, 302, 400, 503, 999} {
			add(status, strconv.Itoa(len(wiretest.NotFound)), name, value, wiretest.NotFound, 0)
			add(status, "", name, value, "", 1)
		}
	}
	var (
		mutex    sync.Mutex
		response []byte
	)
	endpoint := rawServer(f, func(*http.Request) []byte {
		mutex.Lock()
		defer mutex.Unlock()

		return response
	})
	client := rawClient()
	f.Fuzz(func(t *testing.T, status int, length, name, value string, body []byte, limit int64) {
		limit = max(limit, 0)
		base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) {
			response := wiretest.Response(status, string(body), http.Header{http.CanonicalHeaderKey(name): {value}, "Content-Length": {length}})
			if number, err := strconv.ParseInt(length, 10, 64); err == nil {
				response.ContentLength = number
			}

			return response, nil
		}}
		transport := wiretest.NewTransport(t, base)
		transport.Client.CheckRedirect = client.CheckRedirect
		transport.MaxResponseBytes = limit
		checkFuzzed(t, transport)

		mutex.Lock()
		response = fmt.Appendf(nil, "HTTP/1.1 %03d X\r\nContent-Length: %s\r\n%s: %s\r\n\r\n%s", status, length, name, value, body)
		if length == "" {
			response = fmt.Appendf(nil, "HTTP/1.1 %03d X\r\n%s: %s\r\n\r\n%s", status, name, value, body)
		}
		mutex.Unlock()
		checkFuzzed(t, &awsquery.Transport{Endpoint: wiretest.ParseURL(t, endpoint), Client: client, MaxResponseBytes: limit})
	})
}

func checkFuzzed(t *testing.T, transport *awsquery.Transport) {
	t.Helper()
	result, err := transport.SubmitContext(t.Context(), createItem(&listItemsParams{}))
	if err == nil {
		if _, ok := result.(*listItemsResult); !ok {
			t.Errorf("the result is a %T", result)
		}

		return
	}
	var (
		refused *awsquery.Error
		failed  *awsquery.SendError
	)
	if !errors.As(err, &refused) && !errors.As(err, &failed) {
		t.Errorf("the error is a %T, want an *awsquery.Error or *awsquery.SendError: %v", err, err)
	}
	if refused != nil && (refused.Operation != "ListItems" || len(refused.Body) > 512 || len(refused.Message) > 16<<10) {
		t.Errorf("Operation = %s, len(Body) = %d, len(Message) = %d", refused.Operation, len(refused.Body), len(refused.Message))
	}
	if text := err.Error(); strings.ContainsAny(text, "\n\r\x00\x1b") || len(text) > 4000 {
		t.Errorf("the error text is not one short line: %q", text)
	}
}
