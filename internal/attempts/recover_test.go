package attempts_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/internal/recovery"
	"github.com/redshift-go/redshift/sigv4"
)

// responses is a transport that returns one result or error after the other, and the last one for all further attempts.
type responses struct {
	left []any
	made int
}

func (r *responses) Submit(*runtime.ClientOperation) (any, error) { panic("not used") }

func (r *responses) SubmitContext(context.Context, *runtime.ClientOperation) (any, error) {
	next := r.left[min(r.made, len(r.left)-1)]
	r.made++
	if err, ok := next.(error); ok {
		return nil, err
	}

	return next, nil
}

// invented is a call of an operation that this library does not have.
type invented struct{ plan recovery.Plan }

func (i invented) Plan(attempts.Settings) recovery.Plan { return i.plan }
func (invented) Check(any) error                        { return nil }
func (invented) Hint(*awsquery.Error) string            { return "" }

// outcome is the error of a failed call.
type outcome struct{ attempts.Failure }

func (o outcome) Error() string                        { return o.Last.Error() }
func (o outcome) Unwrap() error                        { return o.Last }
func (invented) Failed(failure attempts.Failure) error { return outcome{failure} }
func refusedWith(code awsquery.ErrorCode) *awsquery.Error {
	return &awsquery.Error{StatusCode: 400, Code: code, Header: http.Header{}}
}
func lost() error { return &awsquery.SendError{Err: io.ErrUnexpectedEOF} }
func signed() sigv4.CredentialsProvider {
	return sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s"})
}

// TestRecoverDeleteCluster: the deletion of a cluster takes minutes. A repetition is refused with an invalid state during that time,
// and finds no cluster afterwards.
func TestRecoverDeleteCluster(t *testing.T) {
	t.Parallel()
	const deleting, available, missing = "deleting", "available", ""
	for name, test := range map[string]struct {
		responses []any
		clusters  []string // their states, one for each look-up
		want      string
		lookUps   int
	}{
		"gone":                               {[]any{lost(), refusedWith("ClusterNotFound")}, nil, "gone", 0},
		"being deleted":                      {[]any{lost(), refusedWith("InvalidClusterState")}, []string{deleting}, "deleting", 1},
		"gone at the look-up":                {[]any{lost(), refusedWith("InvalidClusterState")}, []string{missing}, "gone", 1},
		"not deleted yet":                    {[]any{lost(), refusedWith("InvalidClusterState")}, []string{available, deleting}, "deleting", 2},
		"being resized":                      {[]any{lost(), refusedWith("InvalidClusterState")}, []string{available}, "unknown", 5},
		"no response":                        {[]any{lost()}, []string{missing}, "gone", 1},
		"no response, and being deleted":     {[]any{lost()}, []string{deleting}, "deleting", 1},
		"no response, and not deleted":       {[]any{lost()}, []string{available}, "unknown", 1},
		"refused at once":                    {[]any{refusedWith("InvalidClusterState")}, nil, "InvalidClusterState", 0},
		"gone at once":                       {[]any{refusedWith("ClusterNotFound")}, nil, "ClusterNotFound", 0},
		"its own final snapshot":             {[]any{lost(), refusedWith("ClusterSnapshotAlreadyExists")}, []string{deleting}, "deleting", 1},
		"refused for another reason":         {[]any{lost(), refusedWith("AccessDenied")}, nil, "unknown", 0},
		"an internal error, then gone":       {[]any{refusedWith("InternalFailure"), refusedWith("ClusterNotFound")}, nil, "gone", 0},
		"lost twice, throttled, then gone":   {[]any{lost(), lost(), refusedWith("Throttling"), refusedWith("ClusterNotFound")}, nil, "gone", 0},
		"succeeded at the second attempt":    {[]any{lost(), "deleted"}, nil, "deleted", 0},
		"a refusal without a code, then not": {[]any{lost(), refusedWith(""), refusedWith("ClusterNotFound")}, nil, "unknown", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				lookUps := 0
				call := invented{recovery.Plan{
					Class:   recovery.DoneIfMissing,
					Settled: []awsquery.ErrorCode{"InvalidClusterState", "ClusterSnapshotAlreadyExists"},
					Missing: []awsquery.ErrorCode{"ClusterNotFound"},
					See:     "DescribeClusters",
					LookUp: func(_ context.Context, compare *recovery.Comparison) (any, error) {
						status := test.clusters[min(lookUps, len(test.clusters)-1)]
						lookUps++
						switch status {
						case missing:
							return nil, refusedWith("ClusterNotFound")
						case deleting:
							return deleting, nil
						default:
							compare.Exists()

							return nil, nil
						}
					},
					Gone: func() any { return "gone" },
				}}
				result, err := invoke(t.Context(), call, &responses{left: test.responses})
				got, _ := result.(string)
				if failed := new(outcome); errors.As(err, failed) {
					got = "unknown"
					if !failed.MayHaveTakenEffect {
						got = string(attempts.ResponseIn(err).Code)
					}
				}
				if got != test.want || lookUps != test.lookUps {
					t.Errorf("%q after %d look-ups, want %q after %d (%v)", got, lookUps, test.want, test.lookUps, err)
				}
			})
		})
	}
}

// TestPlansThatAreWrong: a plan that says too little leaves the outcome unknown, and never panics.
func TestPlansThatAreWrong(t *testing.T) {
	t.Parallel()
	lookUp := func(context.Context, *recovery.Comparison) (any, error) { return nil, nil }
	for name, test := range map[string]struct {
		plan recovery.Plan
		made int
	}{
		"nothing":                {recovery.Plan{}, 1},
		"only a look-up":         {recovery.Plan{LookUp: lookUp}, 1},
		"no look-up":             {recovery.Plan{Class: recovery.Recognisable, Settled: []awsquery.ErrorCode{"AlreadyExists"}}, 2},
		"a look-up for nothing":  {recovery.Plan{Class: recovery.Recognisable, Settled: []awsquery.ErrorCode{"AlreadyExists"}, LookUp: lookUp}, 2},
		"not to be repeated":     {recovery.Plan{Class: recovery.NotRecoverable, LookUp: lookUp, Gone: func() any { return 1 }}, 1},
		"missing without a Gone": {recovery.Plan{Class: recovery.DoneIfMissing, Missing: []awsquery.ErrorCode{"AlreadyExists"}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := &responses{left: []any{lost(), refusedWith("AlreadyExists")}}
				result, err := invoke(t.Context(), invented{test.plan}, transport)
				if failed := new(outcome); !errors.As(err, failed) || !failed.MayHaveTakenEffect || transport.made != test.made {
					t.Errorf("%v, %v after %d attempts", result, err, transport.made)
				}
			})
		})
	}
}

// invoke makes a call of an operation that changes something.
func invoke(ctx context.Context, call attempts.Call, transport runtime.ContextualTransport) (any, error) {
	invoker := &attempts.Invoker{
		Transport:   transport,
		Clock:       attempts.NewClock(nil),
		Credentials: attempts.WatchCredentials(signed()),
		Budget:      attempts.NewBudget(-1),
		Jitter:      attempts.FullJitter,
	}
	settings := &attempts.Settings{Policy: attempts.Policy{MaxAttempts: 5, BaseDelay: time.Second, ThrottlingDelay: time.Second, MaxDelay: time.Minute}}

	return invoker.Run(&attempts.Context{Context: ctx}, call, settings, &runtime.ClientOperation{ID: strings.ToLower("DeleteCluster")})
}
