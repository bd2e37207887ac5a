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

// TestDeadlineErrorKeepsItsMeaning: a call that ends because its next attempt would come after the deadline returns an error that
// matches context.DeadlineExceeded. It must not match context.Canceled as soon as the caller releases its context, as every
// function with a deferred cancel does.
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
			t.Errorf("the error is %v, and matches context.Canceled: %v", err, errors.Is(err, context.Canceled))
		}
	})
}

// TestAccountThatChangedBeforeTheAttempt: all attempts of the call are signed for the same account, which another call did not
// use before. It runs by the real clock: in a bubble, the attempt and the change have the same time.
func TestAccountThatChangedBeforeTheAttempt(t *testing.T) {
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
		t.Errorf("%d requests, want 3, and the error %v", len(server.requests), err)
	}
}

// TestCredentialsThatChangeInTheSameInstant: the provider has other credentials when Redshift says that the old ones expired. A
// clock that did not move in between, as in a bubble or on Windows, does not matter.
func TestCredentialsThatChangeInTheSameInstant(t *testing.T) {
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
			t.Errorf("%d requests, want 2, and the error %v", requests, err)
		}
	})
}

// ownCache is a provider that counts as a cache, so that each request is signed with what the function returns.
type ownCache func() sigv4.Credentials

func (o ownCache) Credentials(context.Context) (sigv4.Credentials, error) { return o(), nil }
func (ownCache) Invalidate()                                              {}

// TestAdviceForABare429: a proxy or a gateway in front of Redshift throttles. The client retries it as throttling, so its advice
// must not be that the endpoint is wrong.
func TestAdviceForABare429(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"nothing": "", "a page": "<html>slow down</html>", "a text": "Too Many Requests"} {
		synctest.Test(t, func(t *testing.T) {
			client, server := scripted(t, reply{status: http.StatusTooManyRequests, body: body})
			_, err := client.DescribeClusterSnapshots(t.Context(), nil)
			if !redshift.IsThrottled(err) || len(server.requests) != 5 || strings.Contains(err.Error(), "not Redshift") {
				t.Errorf("%s: %d requests, and the error %v", name, len(server.requests), err)
			}
		})
	}
}

// TestAttemptsThatWereNotMade: an attempt that could not be signed, because the account changed, was not made, so that the
// number of attempts is the number of requests.
func TestAttemptsThatWereNotMade(t *testing.T) {
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
			t.Errorf("%d requests, and the error %v", len(server.requests), err)
		}
		// What was lost is the failure that says why the outcome is unknown.
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the lost response is not in %v", err)
		}
	})
}

// TestBudgetIsForRetriesThatAreMade: a call that is cancelled during the delay before its retry made no retry, so that it takes
// none out of the budget.
func TestBudgetIsForRetriesThatAreMade(t *testing.T) {
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
				t.Fatalf("the budget is empty after %d requests, none of which was a retry: %v", len(server.requests), err)
			}
		}
	})
}
