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

// callAtTheSameTime calls DescribeClusters from many goroutines and returns the errors.
func callAtTheSameTime(t *testing.T, client *redshift.Client, callers int, options ...redshift.Option) []error {
	t.Helper()
	var calls sync.WaitGroup
	failures := make([]error, callers)
	for i := range callers {
		calls.Go(func() { _, failures[i] = client.DescribeClusters(t.Context(), nil, options...) })
	}
	calls.Wait()

	return failures
}

// TestRetryBudgetDuringAnOutage: a thousand callers share 500 retries, and then make one attempt each.
func TestRetryBudgetDuringAnOutage(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]reply{
		"no response": unreachable,
		"503":         {status: http.StatusServiceUnavailable},
		"broken off":  {status: http.StatusOK, body: "<DescribeClustersResponse>"},
		"no 200":      {status: http.StatusOK, body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const callers, budget = 1000, 500
				client, server := scripted(t, outage)
				calls := 0
				for range 3 {
					for _, err := range callAtTheSameTime(t, client, callers) {
						if err == nil {
							t.Fatal("a call succeeded")
						}
					}
					calls += callers
					if requests := len(server.requests); requests != calls+budget {
						t.Fatalf("%d requests for %d calls, want %d", requests, calls, calls+budget)
					}
					time.Sleep(10 * time.Second)
				}
				_, err := client.DescribeClusters(t.Context(), nil)
				var tried *redshift.RetryError
				if !errors.Is(err, redshift.ErrRetryBudgetEmpty) || !errors.As(err, &tried) || tried.Attempts != 1 || !strings.Contains(err.Error(), "Config.Retry.Budget") {
					t.Errorf("the error is %v", err)
				}
				if !errors.Is(tried.Last, outage.err) && outage.err != nil {
					t.Errorf("the error %v lacks the failure", err)
				}
			})
		})
	}
}

// TestSingleJobNeverNoticesTheBudget: sequential calls that fail with all of their attempts.
func TestSingleJobNeverNoticesTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := scripted(t, unreachable)
		for call := range 125 {
			if _, err := client.DescribeClusters(t.Context(), nil); errors.Is(err, redshift.ErrRetryBudgetEmpty) {
				t.Fatalf("call %d: %v", call, err)
			}
		}
		if len(server.requests) != 625 {
			t.Errorf("%d requests", len(server.requests))
		}
		if _, err := client.DescribeClusters(t.Context(), nil); !errors.Is(err, redshift.ErrRetryBudgetEmpty) {
			t.Errorf("the 126th call: %v", err)
		}
	})
}

// TestRetryBudgetChanges: what spends the budget, and what refills it. Each test has a budget of 2, and states how many retries
// the last call, which fails, makes out of it.
func TestRetryBudgetChanges(t *testing.T) {
	t.Parallel()
	ok, throttled := result("DescribeClusters", ""), refusal(http.StatusBadRequest, "Throttling")
	temporary := refusal(http.StatusBadRequest, "DependentServiceUnavailableFault")
	expired := refusal(http.StatusBadRequest, "RequestExpired")
	for name, test := range map[string]struct {
		before  []reply // of calls before the last one
		calls   int
		retries int
	}{
		"full":                                {nil, 0, 2},
		"a failed call":                       {[]reply{unreachable, unreachable, unreachable}, 1, 0},
		"a success after retries":             {[]reply{unreachable, unreachable, ok}, 1, 2},
		"a success after a failure":           {[]reply{unreachable, unreachable, unreachable, ok}, 2, 1},
		"two successes after a failure":       {[]reply{unreachable, unreachable, unreachable, ok, ok}, 3, 2},
		"many successes":                      {[]reply{ok, ok, ok, ok, ok}, 5, 2},
		"throttling":                          {[]reply{throttled, throttled, throttled, ok, throttled, throttled, throttled, throttled, throttled}, 2, 2},
		"something to become available again": {[]reply{temporary, temporary, temporary, temporary, temporary}, 1, 2},
		"a refused date":                      {[]reply{expired, expired}, 1, 2},
		"a refusal":                           {[]reply{unreachable, unreachable, unreachable, refusal(http.StatusNotFound, "ClusterNotFound")}, 2, 0},
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
					t.Fatalf("%d requests before, want %d", len(server.requests), len(test.before))
				}
				_, err := client.DescribeClusters(t.Context(), nil)
				if retries := len(server.requests) - len(test.before) - 1; retries != test.retries || !errors.Is(err, redshift.ErrRetryBudgetEmpty) {
					t.Errorf("%d retries, want %d, and the error %v", retries, test.retries, err)
				}
			})
		})
	}
}

// TestRetryBudgetIsSwitchedOff for the client, or for one call.
func TestRetryBudgetIsSwitchedOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		unlimited := &script{replies: []reply{unreachable}}
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{Budget: -1}
			config.HTTPClient = &http.Client{Transport: unlimited}
		})
		callAtTheSameTime(t, client, 200)
		if len(unlimited.requests) != 1000 {
			t.Errorf("%d requests without a budget, want 1000", len(unlimited.requests))
		}

		server := &script{replies: []reply{unreachable}}
		client = newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{Budget: 1}
			config.HTTPClient = &http.Client{Transport: server}
		})
		callAtTheSameTime(t, client, 1)
		before := len(server.requests)
		if _, err := client.DescribeClusters(t.Context(), nil, redshift.WithRetryPolicy(redshift.RetryPolicy{Budget: -1})); errors.Is(err, redshift.ErrRetryBudgetEmpty) {
			t.Errorf("a call that ignores the budget: %v", err)
		}
		if requests := len(server.requests) - before; requests != 5 {
			t.Errorf("%d requests of a call that ignores the budget, want 5", requests)
		}
		before = len(server.requests)
		if _, err := client.DescribeClusters(t.Context(), nil, redshift.WithRetryPolicy(redshift.RetryPolicy{MaxAttempts: 9})); !errors.Is(err, redshift.ErrRetryBudgetEmpty) {
			t.Errorf("a call with a policy of its own: %v", err)
		}
		_, err := client.DescribeClusters(t.Context(), nil, redshift.WithRetryPolicy(redshift.RetryPolicy{Budget: 10}))
		if err == nil || !strings.Contains(err.Error(), "Config.Retry.Budget") || len(server.requests) != before+1 {
			t.Errorf("a call that resizes the budget: %v", err)
		}
	})
}

// TestLookUpWithAnEmptyBudget: the look-up after a lost response is always made.
func TestLookUpWithAnEmptyBudget(t *testing.T) {
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
			t.Errorf("requests: %s, want %s", got, want)
		}
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || !errors.Is(err, redshift.ErrRetryBudgetEmpty) || !errors.Is(err, models.ErrClusterSnapshotAlreadyExists) {
			t.Errorf("the error is %v", err)
		}
	})
}
