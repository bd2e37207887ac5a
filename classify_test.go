package redshift_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
)

// A server does the work and then breaks the connection below HTTP. Error types of a handshake do not prove that nothing was
// sent.
func TestOutcomeIsUnknownAfterATLSError(t *testing.T) {
	t.Parallel()
	for name, garbage := range map[string]string{
		"plain HTTP from a proxy":  "HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n",
		"an oversized TLS record":  "\x17\x03\x03\xff\xff",
		"a record of unknown type": "\x63\x03\x03\x00\x01\x00",
		"a TLS alert":              "\x15\x03\x03\x00\x02\x02\x14",
	} {
		for version, maxVersion := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
			t.Run(name+", "+version, func(t *testing.T) {
				t.Parallel()
				endpoint, roots, requests := breakingTLSServer(t, maxVersion, garbage)
				client := newClient(t, func(config *redshift.Config) {
					config.Endpoint = endpoint
					config.Retry = redshift.RetryPolicy{MaxAttempts: 3, BaseDelay: 1}
					config.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: maxVersion}}}
				})
				defer client.CloseIdleConnections()
				_, err := client.CreateClusterSnapshot(t.Context(), create())
				var (
					unknown *redshift.OutcomeUnknownError
					unsent  *awsquery.SendError
				)
				if !errors.As(err, &unknown) || !errors.As(err, &unsent) || unsent.NothingSent || strings.Contains(unsent.Hint, "http://") {
					t.Errorf("err = %v, want an unknown outcome without a hint about http://", err)
				}
				if requests.Load() != 4 {
					t.Errorf("got %d requests, want 3 attempts and a look-up", requests.Load())
				}
				before := requests.Load()
				if _, err := client.DescribeClusters(t.Context(), nil); err == nil || requests.Load() != before+3 {
					t.Errorf("a read made %d attempts, want 3 (err = %v)", requests.Load()-before, err)
				}
			})
		}
	}
}

// breakingTLSServer serves TLS connections. It reads a request and then writes garbage to the connection below TLS.
func breakingTLSServer(t *testing.T, version uint16, garbage string) (endpoint string, roots *x509.CertPool, requests *atomic.Int64) {
	t.Helper()
	issuer := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(issuer.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	requests = new(atomic.Int64)
	config := &tls.Config{Certificates: issuer.TLS.Certificates, MaxVersion: version}
	go func() {
		for {
			raw, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer raw.Close()
				if _, err := http.ReadRequest(bufio.NewReader(tls.Server(raw, config))); err != nil {
					return
				}
				requests.Add(1)
				_, _ = io.WriteString(raw, garbage)
				_, _ = io.Copy(io.Discard, raw) // until the client closes
			}()
		}
	}()
	roots = x509.NewCertPool()
	roots.AddCert(issuer.Certificate())

	return "https://" + listener.Addr().String(), roots, requests
}

// One bit of the first request flips on the way. The server responds to the broken record with a TLS alert. The client retries,
// as after any broken connection.
func TestFlippedBitIsRetried(t *testing.T) {
	t.Parallel()
	for version, maxVersion := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(writer, created)
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			t.Cleanup(server.Close)
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			client := newClient(t, func(config *redshift.Config) {
				config.Endpoint = "https://" + flippingProxy(t, server.Listener.Addr().String(), maxVersion)
				config.Retry = redshift.RetryPolicy{BaseDelay: 1}
				config.HTTPClient = &http.Client{Transport: &http.Transport{
					TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: maxVersion}, DisableKeepAlives: true,
				}}
			})
			if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil {
				t.Errorf("err = %v, want nil", err)
			}
		})
	}
}

// flippingProxy forwards connections and flips one bit of the first application data of the first connection.
func flippingProxy(t *testing.T, to string, version uint16) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	const applicationData = 23
	skip := 0
	if version == tls.VersionTLS13 {
		skip = 1 // the client's Finished looks like application data
	}
	forward := func(from, to net.Conn, flip bool) {
		defer to.Close()
		seen := 0
		for {
			header := make([]byte, 5)
			if _, err := io.ReadFull(from, header); err != nil {
				return
			}
			body := make([]byte, binary.BigEndian.Uint16(header[3:]))
			if _, err := io.ReadFull(from, body); err != nil {
				return
			}
			if header[0] == applicationData {
				if seen++; flip && seen == skip+1 {
					body[len(body)/2] ^= 1
				}
			}
			if _, err := to.Write(append(header, body...)); err != nil {
				return
			}
		}
	}
	go func() {
		for first := true; ; first = false {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()

				return
			}
			go forward(client, server, first)
			go forward(server, client, false)
		}
	}()

	return listener.Addr().String()
}

// fiveAttempts are the requests of a call that gets no response.
const fiveAttempts = "CreateClusterSnapshot CreateClusterSnapshot CreateClusterSnapshot CreateClusterSnapshot CreateClusterSnapshot"

// A RoundTripper that does not report whether it had a connection returns errors that usually mean that nothing was sent. The
// outcome is unknown anyway, unless another attempt settles it.
func TestErrorTypeDoesNotProveThatNothingWasSent(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"dial":        &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")},
		"look-up":     &net.DNSError{Err: "no such host", Name: "redshift", IsNotFound: true},
		"certificate": &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		"record":      tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
		"scheme":      http.ErrSchemeMismatch,
		"alert":       &net.OpError{Op: "remote error", Err: errors.New("tls: bad record MAC")},
		"proxy":       &net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("refused")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, server := scripted(t, reply{err: err})
				_, got := client.CreateClusterSnapshot(t.Context(), create())
				if !errors.As(got, new(*redshift.OutcomeUnknownError)) || server.actions() != fiveAttempts+" DescribeClusterSnapshots" {
					t.Errorf("requests = %s, err = %v, want an OutcomeUnknownError", server.actions(), got)
				}
			})
		})
	}
}

// A request that timed out in the service or in a proxy may have taken effect.
func TestOutcomeIsUnknownAfterATimeoutOfTheService(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]reply{
		"RequestTimeout":            refusal(http.StatusBadRequest, "RequestTimeout"),
		"RequestTimeoutException":   refusal(http.StatusBadRequest, "RequestTimeoutException"),
		"RequestTimeout at 200":     refusal(http.StatusOK, "RequestTimeout"),
		"a bare 408":                {status: http.StatusRequestTimeout},
		"a 408 page":                {status: http.StatusRequestTimeout, body: "<html>too slow</html>"},
		"InternalFailure at 400":    refusal(http.StatusBadRequest, "InternalFailure"),
		"ServiceUnavailable at 200": refusal(http.StatusOK, "ServiceUnavailable"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, server := scripted(t, first)
				_, err := client.CreateClusterSnapshot(t.Context(), create())
				if !errors.As(err, new(*redshift.OutcomeUnknownError)) || server.actions() != fiveAttempts+" DescribeClusterSnapshots" {
					t.Errorf("requests = %s, err = %v, want an OutcomeUnknownError", server.actions(), err)
				}
				if strings.Contains(err.Error(), "not Redshift") {
					t.Errorf("the hint is wrong: %v", err)
				}
				client, server = scripted(t, first, reply{body: created})
				if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil || len(server.requests) != 2 {
					t.Errorf("requests = %s, err = %v, want no error and 2 requests", server.actions(), err)
				}
			})
		})
	}
}

// A response whose status is neither a success nor a refusal may hide a change that took effect.
func TestOutcomeIsUnknownAfterAnUnusualStatus(t *testing.T) {
	t.Parallel()
	const page = "<html>oops</html>"
	for name, response := range map[string]string{
		"000 with a page":              "HTTP/1.1 000 x\r\nConnection: close\r\nContent-Length: 17\r\n\r\n" + page,
		"000 without a body":           "HTTP/1.1 000 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		"000 with a truncated body":    "HTTP/1.1 000 x\r\nConnection: close\r\nContent-Length: 999\r\n\r\n" + page,
		"000 with the result":          fmt.Sprintf("HTTP/1.1 000 x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(created), created),
		"another protocol":             "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
		"999 with a page":              "HTTP/1.1 999 x\r\nConnection: close\r\nContent-Length: 17\r\n\r\n" + page,
		"a status with two digits":     "HTTP/1.1 99 x\r\nConnection: close\r\nContent-Length: 17\r\n\r\n" + page,
		"only an informational status": "HTTP/1.1 103 x\r\n\r\n",
		"an unusual success status":    "HTTP/1.1 299 x\r\nConnection: close\r\nContent-Length: 17\r\n\r\n" + page,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				connection, _, err := http.NewResponseController(writer).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(connection, response)
				_ = connection.Close()
			}))
			defer server.Close()
			client := newClient(t, func(config *redshift.Config) {
				config.Endpoint = server.URL
				config.Retry = redshift.RetryPolicy{MaxAttempts: 2, BaseDelay: 1}
			})
			_, err := client.CreateClusterSnapshot(t.Context(), create())
			client.CloseIdleConnections()
			// Two attempts and a final look-up.
			if !errors.As(err, new(*redshift.OutcomeUnknownError)) || requests.Load() != 3 {
				t.Errorf("got %d requests, want 3 (err = %v)", requests.Load(), err)
			}
		})
	}
	// An error that has only a message comes from a stub. The client made no attempt.
	if err := (&awsquery.Error{Message: "no"}); redshift.IsThrottled(err) {
		t.Error("IsThrottled() = true for an error without a status and a code")
	}
}

// The status alone shows that a retry would be redirected too.
func TestTruncatedRedirectIsNotRetried(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		synctest.Test(t, func(t *testing.T) {
			requests := 0
			client := newClient(t, func(config *redshift.Config) {
				config.Retry = redshift.RetryPolicy{}
				config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
					requests++

					return &http.Response{
						StatusCode: status, Header: http.Header{"Location": {"https://login.example.com/"}}, ContentLength: 999,
						Body: io.NopCloser(strings.NewReader("<html>")), Request: request,
					}, nil
				})}
			})
			_, err := client.CreateClusterSnapshot(t.Context(), create())
			if err == nil || errors.As(err, new(*redshift.OutcomeUnknownError)) || requests != 1 {
				t.Errorf("status %d: got %d requests, want 1 (err = %v)", status, requests, err)
			}
		})
	}
}

// The code of an error document decides, although the status is 200.
func TestErrorDocumentWithStatus200IsAnError(t *testing.T) {
	t.Parallel()
	for code, requests := range map[string]int{"ClusterNotFound": 1, "SomethingNew": 1, "AccessDenied": 1, "Throttling": 5, "SnapshotCopyDisabledFault": 5} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, server := scripted(t, refusal(http.StatusOK, code))
				_, err := client.CreateClusterSnapshot(t.Context(), create())
				if !errors.Is(err, awsquery.ErrorCode(code)) || errors.As(err, new(*redshift.OutcomeUnknownError)) || len(server.requests) != requests {
					t.Errorf("got %d requests, want %d (err = %v)", len(server.requests), requests, err)
				}
			})
		})
	}
}

// The machine sleeps between signing and sending. The date of the request is too old, although the clock is right.
func TestExpiredSignatureIsRenewedOnce(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]reply{
		"documented": refusal(http.StatusBadRequest, "RequestExpired"),
		"as reported": {status: http.StatusForbidden, body: "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: " +
			"20261101T000000Z is now earlier than 20261101T000100Z (20261101T000600Z - 5 min.)</Message></Error></ErrorResponse>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				client, server := scripted(t, refused, reply{body: created})
				if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil || len(server.requests) != 2 || time.Since(began) != 0 {
					t.Errorf("got %d requests in %v (err = %v), want no error, 2 requests and no delay", len(server.requests), time.Since(began), err)
				}
				client, server = scripted(t, refused)
				_, err := client.CreateClusterSnapshot(t.Context(), create())
				if err == nil || errors.As(err, new(*redshift.OutcomeUnknownError)) || len(server.requests) != 2 {
					t.Errorf("refused twice: got %d requests (err = %v), want an error and 2 requests", len(server.requests), err)
				}
			})
		})
	}
}

// Redshift refuses a look-up that names both the cluster and the snapshot. The client names only the snapshot and compares the
// cluster itself.
func TestLookUpsNameOnlyTheSnapshot(t *testing.T) {
	t.Parallel()
	snapshot := func(identifier, cluster, members string) string {
		return "<Snapshot><SnapshotIdentifier>" + identifier + "</SnapshotIdentifier><ClusterIdentifier>" + cluster + "</ClusterIdentifier>" +
			"<SnapshotType>manual</SnapshotType><Status>available</Status><SnapshotCreateTime>2026-11-01T00:00:00Z</SnapshotCreateTime>" + members + "</Snapshot>"
	}
	described := func(snapshots string) reply {
		return result("DescribeClusterSnapshots", "<Snapshots>"+snapshots+"</Snapshots>")
	}
	access := "<AccountsWithRestoreAccess><AccountWithRestoreAccess><AccountId>210987654321</AccountId></AccountWithRestoreAccess></AccountsWithRestoreAccess>"
	lost := reply{err: io.ErrUnexpectedEOF}
	for name, test := range map[string]struct {
		code     string
		found    []reply
		call     func(*redshift.Client) error
		succeeds bool
	}{
		"authorized": {"AuthorizationAlreadyExists", []reply{described(snapshot("kept", "analytics", access))}, func(client *redshift.Client) error {
			_, err := client.AuthorizeSnapshotAccess(t.Context(), &redshift.AuthorizeSnapshotAccessParams{
				SnapshotIdentifier: "kept", SnapshotClusterIdentifier: "Analytics", AccountWithRestoreAccess: "210987654321",
			})

			return err
		}, true},
		"authorized, of another cluster": {"AuthorizationAlreadyExists", []reply{described(snapshot("kept", "sales", access))}, func(client *redshift.Client) error {
			_, err := client.AuthorizeSnapshotAccess(t.Context(), &redshift.AuthorizeSnapshotAccessParams{
				SnapshotIdentifier: "kept", SnapshotClusterIdentifier: "analytics", AccountWithRestoreAccess: "210987654321",
			})

			return err
		}, false},
		"revoked": {"AuthorizationNotFound", []reply{described(snapshot("kept", "analytics", ""))}, func(client *redshift.Client) error {
			_, err := client.RevokeSnapshotAccess(t.Context(), &redshift.RevokeSnapshotAccessParams{
				SnapshotIdentifier: "kept", SnapshotClusterIdentifier: "analytics", AccountWithRestoreAccess: "210987654321",
			})

			return err
		}, true},
		"copied": {
			"ClusterSnapshotAlreadyExists",
			[]reply{described(snapshot("rs:nightly", "analytics", "")), described(snapshot("kept", "analytics", ""))},
			func(client *redshift.Client) error {
				_, err := client.CopyClusterSnapshot(t.Context(), &redshift.CopyClusterSnapshotParams{
					SourceSnapshotIdentifier: "rs:nightly", SourceSnapshotClusterIdentifier: "analytics", TargetSnapshotIdentifier: "kept",
				})

				return err
			}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := scripted(t, append([]reply{lost, refusal(http.StatusBadRequest, test.code)}, test.found...)...)
			if err := test.call(client); (err == nil) != test.succeeds || err != nil && !errors.Is(err, awsquery.ErrorCode(test.code)) {
				t.Errorf("err = %v", err)
			}
			if want := 2 + len(test.found); len(server.requests) != want {
				t.Errorf("requests = %s, want %d", server.actions(), want)
			}
			for _, params := range server.requests[2:] {
				if params.Get("Action") != "DescribeClusterSnapshots" || params.Get("SnapshotIdentifier") == "" || params.Has("ClusterIdentifier") {
					t.Errorf("the parameters of the look-up = %v", params)
				}
			}
		})
	}
}

// If no attempt can start before the deadline, the call fails immediately.
func TestCallFailsIfRetryAfterIsBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	header := http.Header{"Retry-After": {"3600"}}
	for name, first := range map[string]reply{
		"throttled":   {status: http.StatusBadRequest, header: header, body: refusal(0, "Throttling").body},
		"unavailable": {status: http.StatusServiceUnavailable, header: header},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cause := errors.New("limit of the operator")
				ctx, cancel := contextWithTimeoutCause(t, 3*time.Second, cause)
				defer cancel()
				client, server := scripted(t, first)
				began := time.Now()
				_, err := client.DescribeClusters(ctx, nil)
				var last *awsquery.Error
				if !isDeadline(err) || !errors.As(err, &last) || last.StatusCode != first.status || len(server.requests) != 1 || time.Since(began) != 0 {
					t.Errorf("got %d requests in %v (err = %v), want context.DeadlineExceeded, 1 request and no delay",
						len(server.requests), time.Since(began), err)
				}
				<-ctx.Done()
				if !errors.Is(err, cause) {
					t.Errorf("err = %v, want the cause of the deadline in it", err)
				}
			})
		})
	}
}

// The delay before another look-up ends at the deadline, as the delay before a retry does.
func TestLookUpsEndAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &script{replies: []reply{
			{err: io.ErrUnexpectedEOF},
			refusal(http.StatusBadRequest, "ClusterSnapshotAlreadyExists"),
			refusal(http.StatusNotFound, "ClusterSnapshotNotFound"),
		}}
		client, err := redshift.NewWithoutJitter(redshift.Config{
			Region:      "eu-west-1",
			Credentials: staticExample(),
			HTTPClient:  &http.Client{Transport: server},
			Retry:       redshift.RetryPolicy{BaseDelay: time.Second},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := contextWithTimeoutCause(t, 2500*time.Millisecond, nil)
		defer cancel()
		began := time.Now()
		_, err = client.CreateClusterSnapshot(ctx, create())
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || !isDeadline(err) || !errors.Is(err, awsquery.ErrorCode("ClusterSnapshotAlreadyExists")) {
			t.Errorf("err = %v, want an OutcomeUnknownError and context.DeadlineExceeded", err)
		}
		// One second before the second attempt and one before the second look-up. The third look-up would be due after 4 seconds.
		if took := time.Since(began); took != 2*time.Second || len(server.requests) != 4 {
			t.Errorf("got %d requests in %v", len(server.requests), took)
		}
	})
}

// Callers that got the same Retry-After do not retry at the same instant, and none retries too early.
func TestRetryAfterIsSpread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const callers = 1000
		throttled := reply{status: http.StatusBadRequest, header: http.Header{"Retry-After": {"1"}}, body: refusal(0, "Throttling").body}
		replies := make([]reply, callers, callers+1)
		for i := range replies {
			replies[i] = throttled
		}
		client, server := scripted(t, append(replies, result("DescribeClusters", ""))...)
		began := time.Now()
		calls := make(chan error)
		for range callers {
			go func() {
				_, err := client.DescribeClusters(t.Context(), nil)
				calls <- err
			}()
		}
		for range callers {
			if err := <-calls; err != nil {
				t.Fatal(err)
			}
		}
		instants := make(map[time.Duration]int)
		for _, at := range server.times[callers:] {
			after := at.Sub(began)
			if after < time.Second || after > 2*time.Second {
				t.Fatalf("got a retry after %v, want between 1 s and 2 s", after)
			}
			instants[after.Round(time.Millisecond)]++
		}
		if len(instants) < 300 {
			t.Errorf("%d retries started in only %d different milliseconds", callers, len(instants))
		}
	})
}
