package redshift_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// inBubble runs a test in a bubble, with a fake that has the cluster analytics and a client without jitter.
func inBubble(t *testing.T, config redshift.Config, test func(*testing.T, *redshifttest.Fake, *redshift.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{})
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
			t.Fatal(err)
		}
		used := fake.Config()
		used.Retry, used.AttemptTimeout = config.Retry, config.AttemptTimeout
		client, err := redshift.NewWithoutJitter(used)
		if err != nil {
			t.Fatal(err)
		}
		test(t, fake, client)
	})
}

// Measures the delays between attempts.
func TestDelaysBetweenAttempts(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, test := range map[string]struct {
		policy redshift.RetryPolicy
		faults []redshifttest.Fault
		waits  []time.Duration // the delay before each retry
		fails  bool
	}{
		"none":            {faults: nil},
		"one 503":         {faults: []redshifttest.Fault{{Status: 503}}, waits: []time.Duration{200 * ms}},
		"doubled":         {faults: []redshifttest.Fault{{Status: 500}, {Status: 500}, {Cut: true}, {Status: 502}}, waits: []time.Duration{200 * ms, 400 * ms, 800 * ms, 1600 * ms}},
		"throttled":       {faults: []redshifttest.Fault{{Code: "Throttling"}, {Code: "RequestLimitExceeded"}}, waits: []time.Duration{time.Second, 2 * time.Second}},
		"500, throttled":  {faults: []redshifttest.Fault{{Status: 500}, {Code: "Throttling"}}, waits: []time.Duration{200 * ms, 2 * time.Second}},
		"two attempts":    {policy: redshift.RetryPolicy{MaxAttempts: 2}, faults: []redshifttest.Fault{{Status: 500}, {Status: 500}}, waits: []time.Duration{200 * ms}, fails: true},
		"one attempt":     {policy: redshift.RetryPolicy{MaxAttempts: 1}, faults: []redshifttest.Fault{{Status: 500}}, fails: true},
		"the default":     {faults: []redshifttest.Fault{{Status: 500}, {Status: 500}, {Status: 500}, {Status: 500}, {Status: 500}}, waits: []time.Duration{200 * ms, 400 * ms, 800 * ms, 1600 * ms}, fails: true},
		"own delays":      {policy: redshift.RetryPolicy{BaseDelay: time.Second, MaxDelay: 3 * time.Second}, faults: []redshifttest.Fault{{Status: 500}, {Status: 500}, {Status: 500}}, waits: []time.Duration{time.Second, 2 * time.Second, 3 * time.Second}},
		"many":            {policy: redshift.RetryPolicy{MaxAttempts: 9}, faults: []redshifttest.Fault{{Code: "SlowDown"}, {Code: "SlowDown"}, {Code: "SlowDown"}, {Code: "SlowDown"}, {Code: "SlowDown"}, {Code: "SlowDown"}}, waits: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 20 * time.Second}},
		"Retry-After":     {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"7"}}}}, waits: []time.Duration{7*time.Second + 3500*ms}},
		"too long":        {faults: []redshifttest.Fault{{Code: "Throttling", Header: http.Header{"Retry-After": {"3600"}}}}, waits: []time.Duration{30 * time.Second}},
		"not a number":    {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"soon"}}}}, waits: []time.Duration{200 * ms}},
		"in the past":     {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"Fri, 31 Dec 1999 23:59:59 GMT"}}}}, waits: []time.Duration{200 * ms}},
		"at a time":       {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"Sat, 01 Jan 2000 00:00:05 GMT"}}}}, waits: []time.Duration{7500 * ms}},
		"a huge number":   {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"99999999999999999999"}}}}, waits: []time.Duration{30 * time.Second}},
		"a huge negative": {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"-99999999999999999999"}}}}, waits: []time.Duration{200 * ms}},
		"a negative time": {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"-5"}}}}, waits: []time.Duration{200 * ms}},
		"beyond 32 bits":  {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"4294967296"}}}}, waits: []time.Duration{30 * time.Second}},
		"beyond 64 bits":  {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"18446744073709551616"}}}}, waits: []time.Duration{30 * time.Second}},
		"below 64 bits":   {faults: []redshifttest.Fault{{Status: 503, Header: http.Header{"Retry-After": {"-18446744073709551616"}}}}, waits: []time.Duration{200 * ms}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, redshift.Config{Retry: test.policy}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
				injectNext(t, fake, "DescribeClusters", test.faults...)
				_, err := client.DescribeClusters(t.Context(), nil)
				if (err != nil) != test.fails {
					t.Errorf("err = %v, want nil", err)
				}
				requests := fake.Requests()
				var waits []time.Duration
				for i := 1; i < len(requests); i++ {
					waits = append(waits, requests[i].Time.Sub(requests[i-1].Time))
				}
				if len(waits) != len(test.waits) {
					t.Fatalf("delays = %v, want %v", waits, test.waits)
				}
				for i, want := range test.waits {
					if (waits[i] - want).Abs() > ms {
						t.Errorf("delays = %v, want %v", waits, test.waits)
					}
				}
				if now := fake.Now(); now.Sub(requests[len(requests)-1].Time) > ms {
					t.Errorf("the call waited after its last attempt, until %v", now)
				}
				var tried *redshift.RetryError
				if test.fails && len(requests) > 1 && (!errors.As(err, &tried) || tried.Attempts != len(requests) || !strings.Contains(err.Error(), strconv.Itoa(len(requests))+" attempts")) {
					t.Errorf("err = %v", err)
				}
				var last *awsquery.Error
				if test.fails && (!errors.As(err, &last) || last.StatusCode != 500) {
					t.Errorf("err = %v", err)
				}
			})
		})
	}
}

// Tests each kind of failure once.
func TestOnlySomeFailuresAreRetried(t *testing.T) {
	t.Parallel()
	repeated := []redshifttest.Fault{
		{Status: 408}, {Status: 429}, {Status: 500}, {Status: 599}, {Status: 200}, {Status: 200, Body: "<html>"}, {Truncate: true}, {Cut: true}, {Cut: true, AfterWork: true},
	}
	for _, code := range []awsquery.ErrorCode{
		"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException", "RequestLimitExceeded",
		"TooManyRequestsException", "SlowDown", "PriorRequestNotComplete", "InternalFailure", "InternalError", "ServiceUnavailable",
		"RequestTimeout", "RequestTimeoutException", "RequestExpired", "RequestTimeTooSkewed",
		"DependentServiceRequestThrottlingFault", "DependentServiceUnavailableFault", "SnapshotCopyDisabledFault", "CopyToRegionDisabledFault",
	} {
		repeated = append(repeated, redshifttest.Fault{Code: code})
	}
	repeated = append(repeated, redshifttest.Fault{Status: 400, Body: "<ErrorResponse><Error><Code>ClusterNotFound</Code></Error></ErrorResponse>", Truncate: true})
	// The code decides with any status, including 200.
	for _, code := range []string{"Throttling", "InternalFailure", "RequestTimeout"} {
		repeated = append(repeated, redshifttest.Fault{Status: 200, Body: "<ErrorResponse><Error><Code>" + code + "</Code></Error></ErrorResponse>"})
	}
	final := []redshifttest.Fault{{Status: 200, Body: "<ErrorResponse><Error><Code>ClusterNotFound</Code></Error></ErrorResponse>"}, {Status: 301}, {Status: 400}, {Status: 403, Body: "<html>"}, {Status: 404}}
	for _, code := range []awsquery.ErrorCode{
		"LimitExceededFault", "AccessDenied", "InvalidParameterValue", "ClusterNotFound", "ExpiredToken", "SignatureDoesNotMatch", "SomethingNew",
	} {
		final = append(final, redshifttest.Fault{Code: code})
	}
	for want, faults := range map[int][]redshifttest.Fault{2: repeated, 1: final} {
		for _, fault := range faults {
			inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
				injectNext(t, fake, "DescribeClusters", fault)
				_, err := client.DescribeClusters(t.Context(), nil)
				if requests := len(fake.Requests()); requests != want || (err == nil) != (want == 2) {
					t.Errorf("%+v: got %d attempts (err = %v)", fault, requests, err)
				}
			})
		}
	}
}

// After the context ends, no attempt starts and no delay continues.
func TestContextEndsRetries(t *testing.T) {
	t.Parallel()
	inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
		cause := errors.New("stopped by the operator")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 1500*time.Millisecond, cause)
		defer cancel()
		failNext(t, fake, "DescribeClusters", "Throttling", 5)
		began := time.Now()
		_, err := client.DescribeClusters(ctx, nil)
		var tried *redshift.RetryError
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, cause) || !errors.Is(err, awsquery.ErrThrottling) || !errors.As(err, &tried) || tried.Attempts != 2 {
			t.Errorf("err = %v, want context.DeadlineExceeded, ErrThrottling and a RetryError", err)
		}
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("the call returned after %v, want 1s: only the first delay ends before the deadline", waited)
		}
		<-ctx.Done()
		if !errors.Is(err, cause) {
			t.Errorf("err = %v, want the cause of the deadline in it", err)
		}
		if _, err := client.DescribeClusters(ctx, nil); !errors.Is(err, context.DeadlineExceeded) || len(fake.Requests()) != 2 {
			t.Errorf("next call: err = %v, want context.DeadlineExceeded and 2 requests", err)
		}
	})
}

// The response is not lost, and the error has the reason why the call was not retried.
func TestErrorHasTheRefusalAndTheCauseOfTheContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(t.Context())
	client := newClient(t, func(config *redshift.Config) {
		config.Retry = redshift.RetryPolicy{}
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			cancel(cause)

			return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: io.NopCloser(strings.NewReader("busy")), Request: request}, nil
		})}
	})
	_, err := client.DescribeClusters(ctx, nil)
	var (
		tried   *redshift.RetryError
		refused *awsquery.Error
	)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || !errors.As(err, &tried) || tried.Attempts != 1 ||
		!errors.As(err, &refused) || refused.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("err = %T %v", err, err)
	}
}

// If the deadline is at the end of a delay, the call makes no further attempt.
func TestNoAttemptAtTheDeadline(t *testing.T) {
	t.Parallel()
	for range 20 {
		inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
			failNext(t, fake, "DescribeClusters", "Throttling", 5)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second) // as long as the first delay
			defer cancel()
			began := time.Now()
			_, err := client.DescribeClusters(ctx, nil)
			var tried *redshift.RetryError
			if !errors.Is(err, awsquery.ErrThrottling) || !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &tried) || tried.Attempts != 1 {
				t.Errorf("err = %T %v", err, err)
			}
			if waited := time.Since(began); waited != 0 || len(fake.Requests()) != 1 {
				t.Errorf("got %d requests in %v", len(fake.Requests()), waited)
			}
		})
	}
}

// An attempt ends after its time limit, and the next one succeeds.
func TestAttemptTimeoutIsRetried(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limit    time.Duration
		options  []redshift.Option
		delay    time.Duration
		attempts int
		took     time.Duration
	}{
		"default":       {0, nil, time.Minute, 2, 30*time.Second + 200*time.Millisecond},
		"own":           {time.Second, nil, time.Minute, 2, 1200 * time.Millisecond},
		"off":           {-1, nil, time.Minute, 1, time.Minute},
		"option":        {-1, []redshift.Option{redshift.WithAttemptTimeout(2 * time.Second)}, time.Minute, 2, 2200 * time.Millisecond},
		"option, off":   {time.Second, []redshift.Option{redshift.WithAttemptTimeout(-1)}, time.Minute, 1, time.Minute},
		"long enough":   {time.Second, nil, 900 * time.Millisecond, 1, 900 * time.Millisecond},
		"policy of one": {time.Second, []redshift.Option{redshift.WithRetryPolicy(redshift.RetryPolicy{BaseDelay: time.Second})}, time.Minute, 2, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, redshift.Config{AttemptTimeout: test.limit}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
				injectNext(t, fake, "DescribeClusters", redshifttest.Fault{Delay: test.delay})
				began := time.Now()
				if _, err := client.DescribeClusters(t.Context(), nil, test.options...); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took != test.took || len(fake.Requests()) != test.attempts {
					t.Errorf("got %d attempts in %v", len(fake.Requests()), took)
				}
			})
		})
	}
}

// The response to a change is lost. The client finds that the change took effect.
func TestLostResponsesAreRecovered(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]redshifttest.Fault{
		"cut":       {Cut: true, AfterWork: true},
		"truncated": {Truncate: true},
		"500":       {Status: 500, AfterWork: true},
		"too late":  {Delay: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
				injectNext(t, fake, "CreateClusterSnapshot", lost)
				created, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
					ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", Tags: []models.Tag{{Key: "b", Value: "2"}, {Key: "a", Value: "1"}},
				})
				if err != nil || created.Snapshot.SnapshotIdentifier != "nightly" || created.RequestID == "" {
					t.Errorf("result = %+v, err = %v, want nil", created, err)
				}
				if taken := fake.Snapshots(); len(taken) != 1 {
					t.Errorf("got %d snapshots", len(taken))
				}
			})
		})
	}
}

// An invalid policy is an error of the call, and nothing is sent.
func TestInvalidPolicyOfACallSendsNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
		_, err := client.DescribeClusters(t.Context(), nil, redshift.WithRetryPolicy(redshift.RetryPolicy{MaxAttempts: -1}))
		if err == nil || !strings.Contains(err.Error(), "DescribeClusters: WithRetryPolicy: MaxAttempts") || len(fake.Requests()) != 0 {
			t.Errorf("invalid policy: err = %v after %d requests, want an error with the text 'DescribeClusters: WithRetryPolicy: MaxAttempts' and 0 requests",
				err, len(fake.Requests()))
		}
		failNext(t, fake, "DescribeClusters", "Throttling", 6)
		if _, err := client.DescribeClusters(t.Context(), nil, redshift.WithRetryPolicy(redshift.RetryPolicy{MaxAttempts: 7}), redshift.WithAttemptTimeout(-1)); err != nil || len(fake.Requests()) != 7 {
			t.Errorf("six failures: err = %v after %d requests, want no error and 7 requests", err, len(fake.Requests()))
		}
		failNext(t, fake, "DescribeClusters", "Throttling")
		if _, err := client.DescribeClusters(t.Context(), nil, redshift.WithRetryPolicy(redshift.RetryPolicy{MaxAttempts: 1})); !errors.Is(err, awsquery.ErrThrottling) {
			t.Errorf("one attempt: err = %v, want ErrThrottling", err)
		}
		// The client still checks the parameters.
		var invalid *awsquery.ValidationError
		if _, err := client.DeleteClusterSnapshot(t.Context(), nil, redshift.WithAttemptTimeout(time.Second)); !errors.As(err, &invalid) {
			t.Errorf("without parameters: err = %v", err)
		}
	})
}

// A delay of any length does not overflow.
func TestLongDelaysDoNotOverflow(t *testing.T) {
	t.Parallel()
	inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		longest := redshift.RetryPolicy{MaxAttempts: 100, BaseDelay: time.Hour, MaxDelay: math.MaxInt64}
		failNext(t, fake, "DescribeClusters", "InternalFailure", 100)
		var tried *redshift.RetryError
		if _, err := client.DescribeClusters(ctx, nil, redshift.WithRetryPolicy(longest)); !errors.As(err, &tried) || tried.Attempts != 5 { // after 0, 1, 3, 7 and 15 hours
			t.Errorf("err = %v, want a RetryError", err)
		}
		jittered, err := redshift.New(fake.Config())
		if err != nil {
			t.Fatal(err)
		}
		longest.BaseDelay = math.MaxInt64
		if _, err := jittered.DescribeClusters(ctx, nil, redshift.WithRetryPolicy(longest)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err = %v, want context.DeadlineExceeded", err)
		}
	})
}

// A failed TLS handshake is not retried, and the call certainly had no effect.
func TestTLSHandshakeFailureIsNotRetried(t *testing.T) {
	t.Parallel()
	serve := func(change func(*tls.Config)) string {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.TLS = new(tls.Config)
		change(server.TLS)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)

		return server.URL
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	for name, endpoint := range map[string]string{
		"an unknown certificate": serve(func(*tls.Config) {}),
		"an old version":         serve(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }),
		"plain HTTP":             strings.Replace(plain.URL, "http:", "https:", 1),
	} {
		client, err := redshift.New(redshift.Config{Region: "eu-west-1", Endpoint: endpoint, Credentials: sigv4.StaticCredentials(exampleCredentials)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.CreateClusterSnapshot(t.Context(), create())
		var unsent *awsquery.SendError
		if !errors.As(err, &unsent) || errors.As(err, new(*redshift.RetryError)) || errors.As(err, new(*redshift.OutcomeUnknownError)) {
			t.Errorf("%s: err = %v, want a SendError", name, err)
		}
		client.CloseIdleConnections()
	}
}

// IsThrottled reports calls that were throttled until their attempts ran out, with any code. docs/reliability.md lists every
// code.
func TestIsThrottledKnowsEveryCode(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("docs", "reliability.md"))
	if err != nil {
		t.Fatal(err)
	}
	errorOf := func(t *testing.T, fault redshifttest.Fault) error {
		t.Helper()
		fake := redshifttest.New(redshifttest.Options{})
		injectNext(t, fake, "DescribeClusters", fault, fault)
		config := fake.Config()
		config.Retry = redshift.RetryPolicy{MaxAttempts: 2, BaseDelay: 1, ThrottlingDelay: 1}
		client, err := redshift.New(config)
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.DescribeClusters(t.Context(), nil)
		if err == nil || fake.PendingFaults() != 0 {
			t.Fatalf("err = %v, want an error", err)
		}

		return fmt.Errorf("the nightly job: %w", err)
	}
	for _, code := range redshift.ThrottlingCodes {
		if err := errorOf(t, redshifttest.Fault{Code: code}); !redshift.IsThrottled(err) {
			t.Errorf("%s: IsThrottled(%v) = false", code, err)
		}
		if !strings.Contains(string(page), "`"+string(code)+"`") {
			t.Errorf("docs/reliability.md lacks the code %s", code)
		}
	}
	if err := errorOf(t, redshifttest.Fault{Status: http.StatusTooManyRequests, Body: "<html>"}); !redshift.IsThrottled(err) {
		t.Errorf("429 without a code: IsThrottled(%v) = false", err)
	}
	for name, err := range map[string]error{
		"no error": nil, "unavailable": errorOf(t, redshifttest.Fault{Status: http.StatusServiceUnavailable}),
		"no response": errorOf(t, redshifttest.Fault{Cut: true}),
		"unknown":     &redshift.OutcomeUnknownError{Err: &awsquery.Error{Code: awsquery.ErrThrottling}},
		"credentials": &awsquery.SendError{Err: &awsquery.Error{Code: awsquery.ErrThrottling}}, "another": errors.New("Throttling"),
	} {
		if redshift.IsThrottled(err) {
			t.Errorf("%s: IsThrottled(%v) = true", name, err)
		}
	}
}
