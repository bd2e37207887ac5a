package redshift_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

var unreachable = reply{err: io.ErrUnexpectedEOF}

// callConcurrently calls DescribeClusters from many goroutines and returns the errors.
func callConcurrently(t *testing.T, client *redshift.Client, callers int, options ...redshift.Option) []error {
	t.Helper()
	var calls sync.WaitGroup
	failures := make([]error, callers)
	for i := range callers {
		calls.Go(func() { _, failures[i] = client.DescribeClusters(t.Context(), nil, options...) })
	}
	calls.Wait()

	return failures
}

// In an outage, a thousand callers share a budget of 500 retries. After that, they make one attempt each.
func TestRetryBudgetLimitsRetriesInAnOutage(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]reply{
		"no response": unreachable,
		"503":         {status: http.StatusServiceUnavailable},
		"truncated":   {status: http.StatusOK, body: "<DescribeClustersResponse>"},
		"HTML":        {status: http.StatusOK, body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const callers, budget = 1000, 500
				client, server := scripted(t, outage)
				calls := 0
				for range 3 {
					for _, err := range callConcurrently(t, client, callers) {
						if err == nil {
							t.Fatal("a call succeeded, want an error")
						}
					}
					calls += callers
					if requests := len(server.requests); requests != calls+budget {
						t.Fatalf("got %d requests for %d calls, want %d", requests, calls, calls+budget)
					}
					time.Sleep(10 * time.Second)
				}
				_, err := client.DescribeClusters(t.Context(), nil)
				var tried *redshift.RetryError
				if !errors.Is(err, redshift.ErrRetryBudgetEmpty) || !errors.As(err, &tried) || tried.Attempts != 1 || !strings.Contains(err.Error(), "Config.Retry.Budget") {
					t.Errorf("err = %v, want ErrRetryBudgetEmpty, a RetryError and the text 'Config.Retry.Budget'", err)
				}
				if !errors.Is(tried.Last, outage.err) && outage.err != nil {
					t.Errorf("err = %v, want the failure in it", err)
				}
			})
		})
	}
}

// The budget does not limit sequential calls that use all of their attempts.
func TestSequentialCallsStayWithinTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := scripted(t, unreachable)
		for call := range 125 {
			if _, err := client.DescribeClusters(t.Context(), nil); errors.Is(err, redshift.ErrRetryBudgetEmpty) {
				t.Fatalf("call %d: err = %v", call, err)
			}
		}
		if len(server.requests) != 625 {
			t.Errorf("got %d requests", len(server.requests))
		}
		if _, err := client.DescribeClusters(t.Context(), nil); !errors.Is(err, redshift.ErrRetryBudgetEmpty) {
			t.Errorf("call 126: err = %v, want ErrRetryBudgetEmpty", err)
		}
	})
}

// These responses take retries from the budget or return them. Each test has a budget of 2. Its last call fails and shows how
// many retries are left.
func TestRetryBudgetIsSpentAndRefilled(t *testing.T) {
	t.Parallel()
	ok, throttled := result("DescribeClusters", ""), refusal(http.StatusBadRequest, "Throttling")
	temporary := refusal(http.StatusBadRequest, "DependentServiceUnavailableFault")
	expired := refusal(http.StatusBadRequest, "RequestExpired")
	for name, test := range map[string]struct {
		before  []reply // the responses of the calls before the last one
		calls   int
		retries int
	}{
		"full":                          {nil, 0, 2},
		"a failed call":                 {[]reply{unreachable, unreachable, unreachable}, 1, 0},
		"a success after retries":       {[]reply{unreachable, unreachable, ok}, 1, 2},
		"a success after a failure":     {[]reply{unreachable, unreachable, unreachable, ok}, 2, 1},
		"two successes after a failure": {[]reply{unreachable, unreachable, unreachable, ok, ok}, 3, 2},
		"many successes":                {[]reply{ok, ok, ok, ok, ok}, 5, 2},
		"throttling":                    {[]reply{throttled, throttled, throttled, ok, throttled, throttled, throttled, throttled, throttled}, 2, 2},
		"a temporary state":             {[]reply{temporary, temporary, temporary, temporary, temporary}, 1, 2},
		"a refused date":                {[]reply{expired, expired}, 1, 2},
		"a refusal":                     {[]reply{unreachable, unreachable, unreachable, refusal(http.StatusNotFound, "ClusterNotFound")}, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{replies: append(test.before, unreachable)}
				client := newClient(t, func(config *redshift.Config) {
					config.Retry = redshift.RetryPolicy{Budget: 2}
					config.HTTPClient = &http.Client{Transport: server}
				})
				for range test.calls {
					_, _ = client.DescribeClusters(t.Context(), nil)
				}
				if len(server.requests) != len(test.before) {
					t.Fatalf("got %d requests before the last call, want %d", len(server.requests), len(test.before))
				}
				_, err := client.DescribeClusters(t.Context(), nil)
				if retries := len(server.requests) - len(test.before) - 1; retries != test.retries || !errors.Is(err, redshift.ErrRetryBudgetEmpty) {
					t.Errorf("got %d retries, want %d (err = %v)", retries, test.retries, err)
				}
			})
		})
	}
}

// The budget can be switched off for the client or for one call.
func TestRetryBudgetCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		unlimited := &script{replies: []reply{unreachable}}
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{Budget: -1}
			config.HTTPClient = &http.Client{Transport: unlimited}
		})
		callConcurrently(t, client, 200)
		if len(unlimited.requests) != 1000 {
			t.Errorf("got %d requests without a budget, want 1000", len(unlimited.requests))
		}

		server := &script{replies: []reply{unreachable}}
		client = newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{Budget: 1}
			config.HTTPClient = &http.Client{Transport: server}
		})
		callConcurrently(t, client, 1)
		before := len(server.requests)
		if _, err := client.DescribeClusters(t.Context(), nil, redshift.WithRetryPolicy(redshift.RetryPolicy{Budget: -1})); errors.Is(err, redshift.ErrRetryBudgetEmpty) {
			t.Errorf("call without a budget: err = %v", err)
		}
		if requests := len(server.requests) - before; requests != 5 {
			t.Errorf("call without a budget: got %d requests, want 5", requests)
		}
		before = len(server.requests)
		if _, err := client.DescribeClusters(t.Context(), nil, redshift.WithRetryPolicy(redshift.RetryPolicy{MaxAttempts: 9})); !errors.Is(err, redshift.ErrRetryBudgetEmpty) {
			t.Errorf("call with its own policy: err = %v, want ErrRetryBudgetEmpty", err)
		}
		_, err := client.DescribeClusters(t.Context(), nil, redshift.WithRetryPolicy(redshift.RetryPolicy{Budget: 10}))
		if err == nil || !strings.Contains(err.Error(), "Config.Retry.Budget") || len(server.requests) != before+1 {
			t.Errorf("call that resizes the budget: err = %v, want an error with the text 'Config.Retry.Budget'", err)
		}
	})
}

// The look-up after a lost response does not need a budget.
func TestLookUpNeedsNoBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &script{replies: []reply{
			unreachable,
			refusal(http.StatusBadRequest, "ClusterSnapshotAlreadyExists"),
			unreachable,
		}}
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{Budget: 1}
			config.HTTPClient = &http.Client{Transport: server}
		})
		_, err := client.CreateClusterSnapshot(t.Context(), create())
		if got, want := server.actions(), "CreateClusterSnapshot CreateClusterSnapshot DescribeClusterSnapshots"; got != want {
			t.Errorf("requests = %s, want %s", got, want)
		}
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || !errors.Is(err, redshift.ErrRetryBudgetEmpty) || !errors.Is(err, models.ErrClusterSnapshotAlreadyExists) {
			t.Errorf("err = %v, want ErrRetryBudgetEmpty, ErrClusterSnapshotAlreadyExists and an OutcomeUnknownError", err)
		}
	})
}
