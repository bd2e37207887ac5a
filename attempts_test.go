package redshift_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/sigv4"
)

// A call ends early if its next attempt would start after the deadline. Its error matches context.DeadlineExceeded. It must not
// match context.Canceled after the caller cancels its context, as every function with a deferred cancel does.
func TestDeadlineErrorKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := scripted(t, reply{status: http.StatusServiceUnavailable, header: http.Header{"Retry-After": {"3600"}}, body: "busy"})
		call := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			_, err := client.DescribeClusterSnapshots(ctx, nil)

			return err
		}
		if err := call(); !isDeadline(err) || errors.Is(err, context.Canceled) {
			t.Errorf("err = %v, want context.DeadlineExceeded only; errors.Is(err, context.Canceled) = %v", err, errors.Is(err, context.Canceled))
		}
	})
}

// All attempts of the second call are signed for the same account, although the call before it used another one. The test uses
// the real clock, because in a bubble the attempt and the change have the same time.
func TestAccountMayChangeBetweenCalls(t *testing.T) {
	t.Parallel()
	credentials := func(account string) sigv4.Credentials {
		return sigv4.Credentials{AccessKeyID: "AKID" + account, SecretAccessKey: "secret", AccountID: account}
	}
	var current atomic.Value
	current.Store(credentials("111111111111"))
	server := &script{replies: []reply{{body: created}, {err: io.ErrUnexpectedEOF}, {body: created}}}
	client := newClient(t, func(config *redshift.Config) {
		config.Retry = redshift.RetryPolicy{BaseDelay: 1}
		config.HTTPClient = &http.Client{Transport: server}
		config.Credentials = ownCache(func() sigv4.Credentials { return current.Load().(sigv4.Credentials) })
	})
	if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil {
		t.Fatal(err)
	}
	current.Store(credentials("222222222222"))
	time.Sleep(time.Millisecond)
	if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil || len(server.requests) != 3 {
		t.Errorf("got %d requests and error %v, want 3 requests and no error", len(server.requests), err)
	}
}

// The provider has new credentials when Redshift reports that the old ones expired. The client uses them even if the clock did
// not advance in between, as in a bubble or on Windows.
func TestCredentialsMayChangeInTheSameInstant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var current atomic.Value
		current.Store(sigv4.Credentials{AccessKeyID: "AKIDOLD", SecretAccessKey: "secret"})
		requests := 0
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{}
			config.Credentials = ownCache(func() sigv4.Credentials { return current.Load().(sigv4.Credentials) })
			config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				requests++
				response := reply{body: created}
				if strings.Contains(request.Header.Get("Authorization"), "AKIDOLD") {
					current.Store(sigv4.Credentials{AccessKeyID: "AKIDNEW", SecretAccessKey: "secret"})
					response = refusal(http.StatusBadRequest, "ExpiredToken")
				}

				return (&script{replies: []reply{response}}).RoundTrip(request)
			})}
		})
		if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil || requests != 2 {
			t.Errorf("got %d requests and error %v, want 2 requests and no error", requests, err)
		}
	})
}

// ownCache is a provider with its own cache, so that the client calls it for each request.
type ownCache func() sigv4.Credentials

func (o ownCache) Credentials(context.Context) (sigv4.Credentials, error) { return o(), nil }
func (ownCache) Invalidate()                                              {}

// A proxy or gateway in front of Redshift throttles. The client retries as after throttling by Redshift. Its hint must not say
// that the endpoint is wrong.
func TestBare429IsThrottling(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"empty": "", "HTML": "<html>slow down</html>", "plain text": "Too Many Requests"} {
		synctest.Test(t, func(t *testing.T) {
			client, server := scripted(t, reply{status: http.StatusTooManyRequests, body: body})
			_, err := client.DescribeClusterSnapshots(t.Context(), nil)
			if !redshift.IsThrottled(err) || len(server.requests) != 5 || strings.Contains(err.Error(), "not Redshift") {
				t.Errorf("%s: got %d requests and error %v, want 5 requests and throttling", name, len(server.requests), err)
			}
		})
	}
}

// An attempt that cannot be signed, because the account changed, is not sent. It does not count as an attempt.
func TestUnsentAttemptsAreNotCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &script{replies: []reply{{err: io.ErrUnexpectedEOF}}}
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{}
			config.Credentials = &accounts{ids: []string{"111111111111", "222222222222"}}
			config.HTTPClient = &http.Client{Transport: server}
		})
		_, err := client.CreateClusterSnapshot(t.Context(), create())
		var retried *redshift.RetryError
		if !errors.As(err, &retried) || retried.Attempts != len(server.requests) {
			t.Errorf("got %d requests and error %v, want a RetryError with that number of attempts", len(server.requests), err)
		}
		// The lost response is the reason for the unknown outcome.
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("err = %v, want io.ErrUnexpectedEOF in it", err)
		}
	})
}

// A call that is canceled during the delay before its retry makes no retry, so it takes nothing from the budget.
func TestBudgetCountsOnlyRetriesThatAreSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := scripted(t, reply{err: io.ErrUnexpectedEOF})
		for range 600 { // more than the budget
			ctx, cancel := context.WithCancel(t.Context())
			stop := time.AfterFunc(time.Nanosecond, cancel)
			_, err := client.DescribeClusters(ctx, nil)
			stop.Stop()
			cancel()
			if errors.Is(err, redshift.ErrRetryBudgetEmpty) {
				t.Fatalf("the budget is empty after %d requests without a retry: %v", len(server.requests), err)
			}
		}
	})
}
