package redshift_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// A response with an AWS error code proves that the address is right, so the wait continues. If the first poll fails in another
// way, the wait ends, because the address may be wrong.
func TestWaitToleratesAnOutageAtItsStart(t *testing.T) {
	t.Parallel()
	refused := func(status int, code awsquery.ErrorCode) error {
		return &awsquery.Error{Operation: "DescribeClusterSnapshots", StatusCode: status, Code: code}
	}
	unsent := func(err error) error { return &awsquery.SendError{Operation: "DescribeClusterSnapshots", Err: err} }
	retried := func(err error) error {
		return &redshift.RetryError{Operation: "DescribeClusterSnapshots", Attempts: 5, Last: err}
	}
	for name, test := range map[string]struct {
		failures []error
		goesOn   bool
	}{
		"throttled":                    {[]error{refused(400, awsquery.ErrThrottling)}, true},
		"throttled five times":         {[]error{retried(refused(400, awsquery.ErrRequestLimitExceeded))}, true},
		"throttled for minutes":        {slices.Repeat([]error{retried(refused(400, awsquery.ErrThrottling))}, 20), true},
		"throttled, without a status":  {[]error{refused(0, awsquery.ErrThrottling)}, true},
		"a dependency that is down":    {[]error{refused(400, models.ErrDependentServiceUnavailableFault)}, true},
		"500 with a code":              {[]error{retried(refused(500, "InternalFailure"))}, true},
		"503 with a code":              {[]error{refused(503, "ServiceUnavailable")}, true},
		"500 with a code, then cut":    {[]error{refused(500, "InternalFailure"), unsent(io.ErrUnexpectedEOF)}, true},
		"throttled, then no such host": {[]error{refused(400, "Throttling"), unsent(&net.DNSError{Err: "no such host", IsNotFound: true})}, true},
		"429 without a code":           {[]error{refused(429, "")}, false},
		"HTML":                         {[]error{retried(refused(503, ""))}, false},
		"no such host":                 {[]error{retried(unsent(&net.DNSError{Err: "no such host", IsNotFound: true}))}, false},
		"refused connection":           {[]error{unsent(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})}, false},
		"cut":                          {[]error{unsent(io.ErrUnexpectedEOF)}, false},
		"an unknown error":             {[]error{errors.New("odd")}, false},
		"refused":                      {[]error{refused(403, awsquery.ErrAccessDenied)}, false},
		"throttled, then refused":      {[]error{refused(400, "Throttling"), refused(403, awsquery.ErrAccessDenied)}, false},
	} {
		for wait, run := range waits {
			synctest.Test(t, func(t *testing.T) {
				stub := new(polled)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				stub.call = func(context.Context) error {
					if stub.polls <= len(test.failures) {
						return test.failures[stub.polls-1]
					}
					cancel()

					return nil
				}
				err := run(ctx, redshift.NewFromService(stub), redshift.WaitOptions{})
				last := test.failures[len(test.failures)-1]
				if test.goesOn && !errors.Is(err, context.Canceled) || !test.goesOn && (!errors.Is(err, last) || stub.polls != len(test.failures)) {
					t.Errorf("%s, %s: err = %v after %d polls", name, wait, err, stub.polls)
				}
			})
		}
	}
}

// hang is a server that responds to some requests. It holds the others until their context is done.
type hang struct {
	responds func(request int) bool
	requests int
	began    time.Time // the time of the first request without a response
}

func (h *hang) RoundTrip(request *http.Request) (*http.Response, error) {
	h.requests++
	if h.responds(h.requests) {
		return httpmock.NewStringResponse(http.StatusOK, `<DescribeClusterSnapshotsResponse><DescribeClusterSnapshotsResult><Snapshots>
			<Snapshot><SnapshotIdentifier>nightly</SnapshotIdentifier><Status>creating</Status></Snapshot>
		</Snapshots></DescribeClusterSnapshotsResult></DescribeClusterSnapshotsResponse>`), nil
	}
	if h.began.IsZero() {
		h.began = time.Now()
	}
	<-request.Context().Done()

	return nil, request.Context().Err()
}

// A wait ends when Redshift has been unavailable for MaxOutage, for any duration of polls and delays. The error has the last
// failure and does not look like the end of the caller's context.
func TestMaxOutageEndsAWait(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options  redshift.WaitOptions
		attempts int
		timeout  time.Duration // the time limit of an attempt
		want     time.Duration
		retried  bool // the error has a RetryError
	}{
		"attempts that time out":            {options: redshift.WaitOptions{MaxOutage: time.Minute}, attempts: 5, timeout: 30 * time.Second, want: time.Minute, retried: true},
		"an attempt without a limit":        {options: redshift.WaitOptions{MaxOutage: time.Minute}, attempts: 1, timeout: -1, want: time.Minute},
		"one attempt a poll":                {options: redshift.WaitOptions{MaxOutage: time.Minute}, attempts: 1, timeout: 7 * time.Second, want: time.Minute},
		"longer delays than MaxOutage":      {options: redshift.WaitOptions{MaxOutage: time.Minute, MinDelay: time.Hour}, attempts: 2, timeout: time.Second, want: time.Minute, retried: true},
		"a MaxOutage of seconds":            {options: redshift.WaitOptions{MaxOutage: 3 * time.Second}, attempts: 5, timeout: time.Second, want: 3 * time.Second, retried: true},
		"the default":                       {attempts: 5, timeout: 30 * time.Second, want: 10 * time.Minute, retried: true},
		"the default with the longest wait": {options: redshift.WaitOptions{MinDelay: time.Hour}, attempts: 1, timeout: time.Second, want: 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &hang{responds: func(request int) bool { return request == 1 }}
				client := newClient(t, func(config *redshift.Config) {
					config.HTTPClient = &http.Client{Transport: server}
					config.Retry.MaxAttempts = test.attempts
					config.AttemptTimeout = test.timeout
				})
				snapshot, err := client.WaitSnapshotAvailable(t.Context(), nightly, test.options)
				if waited := time.Since(server.began); waited != test.want {
					t.Errorf("the wait tolerated %v, want %v", waited, test.want)
				}
				var failure *redshift.SnapshotWaitError
				if !errors.Is(err, redshift.ErrOutageTooLong) || !errors.As(err, &failure) || failure.Last.Status != "creating" || snapshot.Status != "creating" {
					t.Fatalf("err = %v, snapshot = %+v, want ErrOutageTooLong", err, snapshot)
				}
				if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
					t.Errorf("err = %v, want one that does not match the errors of the caller's context", err)
				}
				if !errors.As(err, new(*awsquery.SendError)) || errors.As(err, new(*redshift.RetryError)) != test.retried {
					t.Errorf("err = %v, want the last failure in it", err)
				}
				if !strings.Contains(err.Error(), "MaxOutage is "+test.want.String()) || !strings.Contains(err.Error(), "DescribeClusterSnapshots") {
					t.Errorf("err = %v, want MaxOutage and the operation in it", err)
				}
			})
		})
	}
}

// The delays get shorter towards the end of the tolerated time, so that a wait with long delays notices the end of an outage.
func TestDelaysGetShorterInAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, ended := time.Time{}, false
		stub := new(polled)
		stub.call = func(context.Context) error {
			switch {
			case stub.polls == 1:
				return nil
			case began.IsZero():
				began = time.Now()
			case time.Since(began) > 8*time.Minute:
				ended = true

				return nil
			}

			return &awsquery.SendError{Err: io.ErrUnexpectedEOF}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
		defer cancel()
		_, err := clientOf(stub).WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{MinDelay: time.Hour})
		if !ended || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, redshift.ErrOutageTooLong) || stub.polls > 8 {
			t.Errorf("noticed the end of the outage: %t, after %d polls (err = %v), want context.DeadlineExceeded", ended, stub.polls, err)
		}
	})
}

// A successful poll ends an outage. So does a tolerated refusal.
func TestEachOutageIsMeasuredSeparately(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]error{
		"success":       nil,
		"not found yet": &awsquery.Error{StatusCode: 404, Code: models.ErrClusterSnapshotNotFound},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stub := new(polled)
			stub.call = func(context.Context) error {
				switch {
				case stub.polls == 14:
					cancel()

					return nil
				case stub.polls%3 == 1:
					return between
				default:
					return &awsquery.SendError{Err: io.ErrUnexpectedEOF}
				}
			}
			options := redshift.WaitOptions{MinDelay: 40 * time.Second, MaxDelay: 40 * time.Second, MaxOutage: time.Minute, ExpectNew: true}
			if _, err := clientOf(stub).WaitSnapshotAvailable(ctx, nightly, options); !errors.Is(err, context.Canceled) || stub.polls != 14 {
				t.Errorf("%s: err = %v after %d polls, want context.Canceled and 14 polls", name, err, stub.polls)
			}
		})
	}
}

// The caller's deadline also ends a wait during an outage, with the caller's error.
func TestDeadlineEndsAWaitInAnOutage(t *testing.T) {
	t.Parallel()
	for _, timeout := range []time.Duration{-1, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			server := &hang{responds: func(request int) bool { return request == 1 }}
			client := newClient(t, func(config *redshift.Config) {
				config.HTTPClient = &http.Client{Transport: server}
				config.AttemptTimeout = timeout
			})
			ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
			defer cancel()
			began := time.Now()
			_, err := client.WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{MaxOutage: time.Minute})
			if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, redshift.ErrOutageTooLong) || time.Since(began) != 45*time.Second {
				t.Errorf("err = %v after %v, want context.DeadlineExceeded", err, time.Since(began))
			}
		})
	}
}

// A final refusal ends the wait during an outage, with that refusal.
func TestRefusalEndsAWaitInAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stub := new(polled)
		stub.call = func(ctx context.Context) error {
			if stub.polls == 1 {
				return nil
			}
			<-ctx.Done()

			return &awsquery.Error{StatusCode: 403, Code: awsquery.ErrAccessDenied}
		}
		_, err := clientOf(stub).WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{MaxOutage: time.Minute})
		if !errors.Is(err, awsquery.ErrAccessDenied) || errors.Is(err, redshift.ErrOutageTooLong) {
			t.Errorf("err = %v, want ErrAccessDenied", err)
		}
	})
}

// The error has the newest informative failure. It can come from an attempt of the poll that MaxOutage cut short.
func TestOutageErrorHasTheLastFailure(t *testing.T) {
	t.Parallel()
	earlier := &awsquery.SendError{Operation: "DescribeClusterSnapshots", Err: io.ErrUnexpectedEOF}
	newest := &awsquery.Error{Operation: "DescribeClusterSnapshots", StatusCode: 503, Code: "ServiceUnavailable"}
	for name, test := range map[string]struct {
		cut  func(context.Context) error // returns the error of the poll that is cut short
		want error
	}{
		"an attempt had failed": {func(ctx context.Context) error {
			return &redshift.RetryError{Operation: "DescribeClusterSnapshots", Attempts: 1, Last: newest, Ended: context.Cause(ctx)}
		}, awsquery.ErrorCode("ServiceUnavailable")},
		"no attempt had failed": {func(ctx context.Context) error { return ctx.Err() }, io.ErrUnexpectedEOF},
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := new(polled)
			stub.call = func(ctx context.Context) error {
				switch stub.polls {
				case 1:
					return nil
				case 2:
					return earlier
				}
				<-ctx.Done()

				return test.cut(ctx)
			}
			_, err := clientOf(stub).WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{MaxOutage: time.Minute})
			if !errors.Is(err, redshift.ErrOutageTooLong) || !errors.Is(err, test.want) || errors.Is(err, context.DeadlineExceeded) ||
				strings.Contains(err.Error(), "deadline exceeded") {
				t.Errorf("%s: err = %v", name, err)
			}
		})
	}
}

// Attempts that time out, and a MaxOutage that ends before the next attempt, do not look like the end of the caller's context.
// The caller's deadline does.
func TestOutageAtTheFirstPollIsNotTheCallersDeadline(t *testing.T) {
	t.Parallel()
	busy := func(*http.Request) (*http.Response, error) {
		response := httpmock.NewStringResponse(http.StatusServiceUnavailable, "busy")
		response.Header.Set("Retry-After", "3600")

		return response, nil
	}
	hangs := func(request *http.Request) (*http.Response, error) {
		<-request.Context().Done()

		return nil, request.Context().Err()
	}
	for name, test := range map[string]struct {
		responds  httpmock.Responder
		deadline  time.Duration // of the caller, or 0
		maxOutage time.Duration
		callers   bool // the error matches the caller's deadline
	}{
		"attempts that time out":               {responds: hangs},
		"attempts that time out, no tolerance": {responds: hangs, maxOutage: -1},
		"attempts that time out, deadline":     {responds: hangs, deadline: time.Hour},
		"a short MaxOutage":                    {responds: busy, maxOutage: time.Second},
		"a short MaxOutage, a long deadline":   {responds: busy, maxOutage: time.Second, deadline: time.Hour},
		"a short deadline":                     {responds: busy, deadline: 3 * time.Second, callers: true},
		"a short deadline, no tolerance":       {responds: busy, maxOutage: -1, deadline: 3 * time.Second, callers: true},
		"a deadline in an attempt":             {responds: hangs, deadline: 3 * time.Second, callers: true},
	} {
		for wait, run := range waits {
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, func(config *redshift.Config) {
					config.HTTPClient = &http.Client{Transport: roundTripper(test.responds)}
					config.Retry = redshift.RetryPolicy{}
				})
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if test.deadline > 0 {
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
				}
				defer cancel()
				err := run(ctx, client, redshift.WaitOptions{MaxOutage: test.maxOutage})
				if err == nil || errors.Is(err, context.DeadlineExceeded) != test.callers || errors.Is(err, context.Canceled) && !test.callers {
					t.Errorf("%s, %s: err = %v", name, wait, err)
				}
				if !errors.As(err, new(*awsquery.SendError)) && !errors.As(err, new(*awsquery.Error)) {
					t.Errorf("%s, %s: err = %v, want the failure in it", name, wait, err)
				}
			})
		}
	}
}

// Any response of AWS to the client proves that its address is right. An outage between a call and the first poll of its wait does not
// end the wait.
func TestWaitToleratesAnOutageAfterACall(t *testing.T) {
	t.Parallel()
	const denied = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`
	for name, test := range map[string]struct {
		status   int
		response string
		goesOn   bool
	}{
		"a success":         {http.StatusOK, created, true},
		"an AWS error code": {http.StatusForbidden, denied, true},
		"HTML":              {http.StatusForbidden, "<html>no</html>", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				polls := 0
				client := newClient(t, func(config *redshift.Config) {
					config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
						if request.URL.Query().Get("Action") == "CreateClusterSnapshot" {
							return httpmock.NewStringResponse(test.status, test.response), nil
						}
						if polls++; polls <= 3 {
							return nil, io.ErrUnexpectedEOF
						}

						return httpmock.NewStringResponse(http.StatusOK, `<DescribeClusterSnapshotsResponse><DescribeClusterSnapshotsResult><Snapshots>
							<Snapshot><SnapshotIdentifier>nightly</SnapshotIdentifier><Status>available</Status></Snapshot>
						</Snapshots></DescribeClusterSnapshotsResult></DescribeClusterSnapshotsResponse>`), nil
					})}
				})
				_, callErr := client.CreateClusterSnapshot(t.Context(), create())
				if (callErr == nil) != (test.status == http.StatusOK) {
					t.Fatalf("CreateClusterSnapshot() error = %v, want HTTP status %d", callErr, test.status)
				}
				snapshot, err := client.WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{})
				if test.goesOn && (err != nil || snapshot.Status != models.SnapshotStatusAvailable || polls != 4) {
					t.Errorf("WaitSnapshotAvailable() = %q, %v after %d polls, want an available snapshot after 4", snapshot.Status, err, polls)
				}
				if !test.goesOn && (!errors.Is(err, io.ErrUnexpectedEOF) || polls != 1) {
					t.Errorf("WaitSnapshotAvailable() error = %v after %d polls, want the error of the first poll", err, polls)
				}
			})
		})
	}
}

// A wait tolerates an outage at its start if an earlier wait of the client got a response, also if the client calls a stub.
func TestWaitToleratesAnOutageAfterAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stub := new(polled)
		client := redshift.NewFromService(stub)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stub.call = func(context.Context) error {
			switch stub.polls {
			case 2, 3:
				return &awsquery.SendError{Operation: "DescribeClusterSnapshots", Err: io.ErrUnexpectedEOF}
			case 4:
				cancel()
			}

			return nil
		}
		short, end := context.WithTimeout(ctx, time.Second)
		defer end()
		if _, err := client.WaitSnapshotAvailable(short, nightly, redshift.WaitOptions{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("WaitSnapshotAvailable() error = %v, want context.DeadlineExceeded", err)
		}
		if _, err := client.WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{}); !errors.Is(err, context.Canceled) || stub.polls != 4 {
			t.Errorf("WaitSnapshotAvailable() error = %v after %d polls, want context.Canceled after 4", err, stub.polls)
		}
	})
}
