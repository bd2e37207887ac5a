package redshift_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// The clock of the machine was two days slow and is corrected between two attempts. The client then cannot distinguish
// yesterday's snapshot from its own.
func TestLookUpAfterAClockStep(t *testing.T) {
	t.Parallel()
	const step = 48 * time.Hour
	for name, test := range map[string]struct {
		created time.Duration // after the first attempt, by Redshift's clock
		step    time.Duration // of the machine's clock
		want    string
	}{
		"created by the call":            {100 * time.Millisecond, step, "ok"},
		"one day old":                    {-24 * time.Hour, step, "unknown"},
		"one week old":                   {-7 * 24 * time.Hour, step, "ClusterSnapshotAlreadyExists"},
		"one day old, no step":           {-24 * time.Hour, 0, "ClusterSnapshotAlreadyExists"},
		"step back, one day old":         {-24 * time.Hour, -step, "ClusterSnapshotAlreadyExists"},
		"step back, created by the call": {0, -step, "ok"},
		"step back by 10 s":              {-5 * time.Second, -10 * time.Second, "unknown"},
		"step by 4 s, 3 s old":           {-3 * time.Second, 4 * time.Second, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				server := &script{replies: []reply{noResponse, refusal(http.StatusBadRequest, "ClusterSnapshotAlreadyExists"), {}}}
				stepped := func() bool { server.mutex.Lock(); defer server.mutex.Unlock(); return len(server.requests) > 0 }
				client := newClient(t, func(config *redshift.Config) {
					config.Retry = redshift.RetryPolicy{}
					config.Now = func() time.Time { // wrong by the step until then
						if stepped() {
							return time.Now().Add(test.step)
						}

						return time.Now()
					}
					config.HTTPClient = &http.Client{Transport: server}
				})
				right := began.Add(test.step) // the first attempt, by Redshift's clock
				date := http.Header{"Date": {right.Add(time.Second).UTC().Format(http.TimeFormat)}}
				server.replies[1].header = date
				server.replies[2] = withHeader(snapshotWith(createdAt(right.Add(test.created).UTC().Format(time.RFC3339Nano))), date)
				_, err := callCreate()(t.Context(), client, redshift.WithRetryPolicy(redshift.RetryPolicy{BaseDelay: time.Second}))
				checkRecovered(t, err, test.want, "")
			})
		})
	}
}

// After the context ends, no look-up begins and none continues.
func TestLookUpsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	exists := refusal(http.StatusBadRequest, "ClusterSnapshotAlreadyExists")
	none := result("DescribeClusterSnapshots", "<Snapshots/>")
	slow := redshift.WithRetryPolicy(redshift.RetryPolicy{BaseDelay: time.Minute, ThrottlingDelay: 1, MaxDelay: time.Minute})
	for name, test := range map[string]struct {
		replies  []reply
		limit    time.Duration
		requests string
	}{
		"between look-ups":         {[]reply{noResponse, exists, none}, 61 * time.Second, "2*CreateClusterSnapshot DescribeClusterSnapshots"},
		"before the second":        {[]reply{noResponse, snapshotWith("")}, 30 * time.Second, "CreateClusterSnapshot"},
		"during the first attempt": {[]reply{{err: context.DeadlineExceeded}}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{replies: test.replies}
				client, err := redshift.NewWithoutJitter(redshift.Config{
					Region: "eu-west-1", Credentials: staticExample(), HTTPClient: &http.Client{Transport: server},
				})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				defer cancel()
				began := time.Now()
				_, err = callCreate()(ctx, client, slow)
				if !isDeadline(err) || time.Since(began) > test.limit {
					t.Errorf("after %v: err = %v, want context.DeadlineExceeded", time.Since(began), err)
				}
				if server.actions() != expand(test.requests) {
					t.Errorf("requests = %s, want %s", server.actions(), expand(test.requests))
				}
			})
		})
	}
}

// A context that ends during a look-up ends the call. Its outcome is unknown.
func TestOutcomeIsUnknownIfTheLookUpIsCanceled(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string][]reply{
		"settled by a refusal": {noResponse, refusal(http.StatusBadRequest, "ClusterSnapshotAlreadyExists")},
		"all responses lost":   slices.Repeat([]reply{noResponse}, 5),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{replies: lost}
				ctx, cancel := context.WithCancel(t.Context())
				client := newClient(t, func(config *redshift.Config) {
					config.Retry = redshift.RetryPolicy{}
					config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
						if request.URL.Query().Get("Action") == "DescribeClusterSnapshots" {
							cancel()

							return nil, request.Context().Err()
						}

						return server.RoundTrip(request)
					})}
				})
				_, err := callCreate()(ctx, client)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("err = %v, want context.Canceled", err)
				}
				checkRecovered(t, err, "unknown", "")
			})
		})
	}
}

// A look-up is signed for the account of the attempt that may have taken effect, or not sent.
func TestLookUpStaysInTheAccount(t *testing.T) {
	t.Parallel()
	const a, b = "111111111111", "222222222222"
	exists := refusal(http.StatusBadRequest, "ClusterSnapshotAlreadyExists")
	for name, test := range map[string]struct {
		accounts []string
		replies  []reply
		want     string
		requests string
	}{
		"the same":                {[]string{a}, []reply{noResponse, exists, snapshotWith(mine)}, "ok", "2*CreateClusterSnapshot DescribeClusterSnapshots"},
		"another for the look-up": {[]string{a, a, b}, []reply{noResponse, exists, snapshotWith(mine)}, "unknown", "2*CreateClusterSnapshot"},
		"another at the end":      {[]string{a, a, a, a, a, b}, append(slices.Repeat([]reply{noResponse}, 5), snapshotWith(mine)), "unknown", "5*CreateClusterSnapshot"},
		"another before":          {[]string{a, b}, []reply{noResponse, exists, snapshotWith(mine)}, "unknown", "CreateClusterSnapshot"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{replies: test.replies}
				client := newClient(t, func(config *redshift.Config) {
					config.Retry = redshift.RetryPolicy{}
					config.Credentials = &accounts{ids: test.accounts}
					config.HTTPClient = &http.Client{Transport: server}
				})
				_, err := callCreate()(t.Context(), client)
				checkRecovered(t, err, test.want, "")
				if server.actions() != expand(test.requests) {
					t.Errorf("requests = %s, want %s (err = %v)", server.actions(), expand(test.requests), err)
				}
				if test.want == "unknown" && !strings.Contains(err.Error(), "another account") {
					t.Errorf("err = %v, want \"another account\" in it", err)
				}
			})
		})
	}
}

// The budget limits retries. A look-up is not a retry.
func TestFinalLookUpNeedsNoBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &script{replies: []reply{noResponse, noResponse, snapshotWith(mine)}}
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{Budget: 1}
			config.HTTPClient = &http.Client{Transport: server}
		})
		_, err := callCreate()(t.Context(), client)
		checkRecovered(t, err, "ok", "")
		if want := expand("2*CreateClusterSnapshot DescribeClusterSnapshots"); server.actions() != want {
			t.Errorf("requests = %s, want %s", server.actions(), want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{Budget: 1}
			config.HTTPClient = &http.Client{Transport: &script{replies: []reply{noResponse}}}
		})
		_, err := callCreate()(t.Context(), client)
		checkRecovered(t, err, "unknown", "")
		if !errors.Is(err, redshift.ErrRetryBudgetEmpty) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("err = %v, want ErrRetryBudgetEmpty and io.ErrUnexpectedEOF", err)
		}
	})
}

// Only the outermost error names the operation.
func TestErrorsNameTheOperationOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		replies []reply
		want    string
	}{
		"a refusal": {
			[]reply{refusal(http.StatusBadRequest, "InvalidTagFault")},
			"CreateSnapshotCopyGrant: HTTP status 400, request id r-1, InvalidTagFault: No.",
		},
		"throttled each time": {
			[]reply{refusal(http.StatusBadRequest, "Throttling")},
			"CreateSnapshotCopyGrant: gave up after 5 attempts: HTTP status 400, request id r-1, Throttling: No.",
		},
		"lost, then refused": {
			[]reply{noResponse, refusal(http.StatusBadRequest, "InvalidTagFault")},
			"CreateSnapshotCopyGrant: it may have taken effect, see DescribeSnapshotCopyGrants: gave up after 2 attempts: HTTP status 400, " +
				"request id r-1, InvalidTagFault: No.",
		},
		"lost, then never visible": {
			[]reply{noResponse, refusal(http.StatusBadRequest, "SnapshotCopyGrantAlreadyExistsFault"), result("DescribeSnapshotCopyGrants", "")},
			"CreateSnapshotCopyGrant: it may have taken effect, see DescribeSnapshotCopyGrants: gave up after 2 attempts: HTTP status 400, " +
				"request id r-1, SnapshotCopyGrantAlreadyExistsFault: No.; it is not known whether an earlier attempt took effect: " +
				"the look-up shows no such resource",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, _ := scripted(t, test.replies...)
				_, err := client.CreateSnapshotCopyGrant(t.Context(), &redshift.CreateSnapshotCopyGrantParams{SnapshotCopyGrantName: "copies"})
				if err == nil || err.Error() != test.want {
					t.Errorf("err =\n%v, want\n%s", err, test.want)
				}
			})
		})
	}
}

// The log has the look-ups, without the values of parameters.
func TestLookUpsAreLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		server := &script{replies: []reply{
			noResponse, refusal(http.StatusBadRequest, "ClusterSnapshotAlreadyExists"), result("DescribeClusterSnapshots", "<Snapshots/>"), snapshotWith(mine),
		}}
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{}
			config.HTTPClient = &http.Client{Transport: server}
			config.Logger = slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		_, err := callCreate(models.Tag{Key: "a", Value: "confidential"})(t.Context(), client)
		checkRecovered(t, err, "unknown", "")
		if strings.Count(text.String(), "operation=DescribeClusterSnapshots") != 5 || strings.Contains(text.String(), "confidential") ||
			strings.Contains(strings.ToLower(text.String()), "nightly") {
			t.Errorf("log =\n%s, want 5 look-ups and no values of parameters", text.String())
		}
	})
}

// A page of a proxy may be too large. The call is retried, as after any response that cannot be read.
func TestTooLargeResponseIsRetried(t *testing.T) {
	t.Parallel()
	endless := func(request *http.Request) *http.Response {
		return &http.Response{StatusCode: http.StatusOK, Request: request, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(zeros{})}
	}
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{}
			config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				if requests++; requests == 1 {
					return endless(request), nil
				}

				return (&script{replies: []reply{result("DescribeClusters", "")}}).RoundTrip(request)
			})}
		})
		if _, err := client.DescribeClusters(t.Context(), nil); err != nil || requests != 2 {
			t.Errorf("got %d requests, want 2 (err = %v)", requests, err)
		}
	})
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)

	return len(p), nil
}

// If a retried batch does not find a snapshot, the batch before it deleted the snapshot, unless the snapshot belongs to another
// cluster than the call names.
func TestBatchCountsMissingSnapshotsAsDeletedAfterALostResponse(t *testing.T) {
	t.Parallel()
	failed := result("BatchDeleteClusterSnapshots", "<Resources/><Errors><SnapshotErrorMessage><SnapshotIdentifier>nightly</SnapshotIdentifier>"+
		"<FailureCode>ClusterSnapshotNotFound</FailureCode></SnapshotErrorMessage></Errors>")
	for name, test := range map[string]struct {
		cluster string
		replies []reply
		done    int
		want    string
	}{
		"gone":                         {"", []reply{noResponse, failed}, 1, "ok"},
		"gone from the cluster":        {"analytics", []reply{noResponse, failed, result("DescribeClusterSnapshots", "<Snapshots/>")}, 1, "ok"},
		"missing from the cluster":     {"analytics", []reply{noResponse, failed, refusal(http.StatusNotFound, "ClusterSnapshotNotFound")}, 1, "ok"},
		"of another cluster":           {"sales", []reply{noResponse, failed, snapshotWith(mine)}, 0, "ok"},
		"a look-up that is refused":    {"sales", []reply{noResponse, failed, refusal(http.StatusForbidden, "AccessDenied")}, 0, "unknown"},
		"missing at the first attempt": {"", []reply{failed}, 0, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, _ := scripted(t, test.replies...)
				batch, err := client.BatchDeleteClusterSnapshots(t.Context(), &redshift.BatchDeleteClusterSnapshotsParams{
					Identifiers: []models.DeleteClusterSnapshotMessage{{SnapshotIdentifier: "nightly", SnapshotClusterIdentifier: test.cluster}},
				})
				checkRecovered(t, err, test.want, "")
				if err == nil && (len(batch.Resources) != test.done || len(batch.Errors) != 1-test.done) {
					t.Errorf("result = %+v, want %d deleted snapshots and %d errors", batch, test.done, 1-test.done)
				}
			})
		})
	}
}

// A read without a response is not looked up.
func TestReadsAreNotLookedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := scripted(t, noResponse)
		_, err := client.DescribeClusters(t.Context(), nil)
		if errors.As(err, new(*redshift.OutcomeUnknownError)) || server.actions() != expand("5*DescribeClusters") || !errors.As(err, new(*awsquery.SendError)) {
			t.Errorf("requests = %s (err = %v), want a SendError", server.actions(), err)
		}
	})
}

// A look-up without the name of a resource would describe any resource and prove nothing.
func TestNoLookUpWithoutAName(t *testing.T) {
	t.Parallel()
	type call = func(context.Context, *redshift.Client, ...redshift.Option) (any, error)
	const granted = "<AccountsWithRestoreAccess><AccountWithRestoreAccess><AccountId>" + friend + "</AccountId></AccountWithRestoreAccess></AccountsWithRestoreAccess>"
	for name, test := range map[string]struct {
		call     call
		lookUp   reply
		requests string
	}{
		"access": {
			of((*redshift.Client).AuthorizeSnapshotAccess, redshift.AuthorizeSnapshotAccessParams{AccountWithRestoreAccess: friend}, nil),
			snapshotWith(granted), "5*AuthorizeSnapshotAccess",
		},
		"revoked access": {
			of((*redshift.Client).RevokeSnapshotAccess, redshift.RevokeSnapshotAccessParams{AccountWithRestoreAccess: friend}, nil),
			snapshotWith(""), "5*RevokeSnapshotAccess",
		},
		"deletion": {
			of((*redshift.Client).DeleteClusterSnapshot, redshift.DeleteClusterSnapshotParams{}, nil),
			result("DescribeClusterSnapshots", "<Snapshots/>"), "5*DeleteClusterSnapshot",
		},
		"grant": {
			of((*redshift.Client).CreateSnapshotCopyGrant, redshift.CreateSnapshotCopyGrantParams{}, nil),
			result("DescribeSnapshotCopyGrants", "<SnapshotCopyGrants><SnapshotCopyGrant/></SnapshotCopyGrants>"), "5*CreateSnapshotCopyGrant",
		},
		"copies": {
			of((*redshift.Client).DisableSnapshotCopy, redshift.DisableSnapshotCopyParams{}, nil), clusterWith(""), "5*DisableSnapshotCopy",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{replies: append(slices.Repeat([]reply{noResponse}, 5), test.lookUp)}
				client := newClient(t, func(config *redshift.Config) {
					config.Retry = redshift.RetryPolicy{}
					config.DisableParamValidation = true
					config.HTTPClient = &http.Client{Transport: server}
				})
				_, err := test.call(t.Context(), client)
				checkRecovered(t, err, "unknown", "")
				if server.actions() != expand(test.requests) {
					t.Errorf("requests = %s, want %s", server.actions(), test.requests)
				}
			})
		})
	}
}
