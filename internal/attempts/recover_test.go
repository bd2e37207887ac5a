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

// responses is a transport that returns its results and errors in order, and then repeats the last one.
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

// invented is a call of an operation that Redshift does not have.
type invented struct{ plan recovery.Plan }

func (i invented) Plan(attempts.Settings) recovery.Plan { return i.plan }
func (invented) Check(any) error                        { return nil }
func (invented) Hint(*awsquery.Error) string            { return "" }

// callError is the error of a failed call.
type callError struct{ attempts.Failure }

func (o callError) Error() string { return o.Last.Error() }
func (o callError) Unwrap() error { return o.Last }

func (invented) Failed(failure attempts.Failure) error { return callError{failure} }

func refusedWith(code awsquery.ErrorCode) *awsquery.Error {
	return &awsquery.Error{StatusCode: 400, Code: code, Header: http.Header{}}
}

func lost() error { return &awsquery.SendError{Err: io.ErrUnexpectedEOF} }

func credentials() sigv4.CredentialsProvider {
	return sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s"})
}

// TestRecoverDeleteCluster checks the recovery of a deletion that takes minutes. During that time, Redshift refuses a retry with
// InvalidClusterState, and later with ClusterNotFound.
func TestRecoverDeleteCluster(t *testing.T) {
	t.Parallel()
	const deleting, available, missing = "deleting", "available", ""
	for name, test := range map[string]struct {
		responses []any
		clusters  []string // their states, one for each look-up
		want      string
		lookUps   int
	}{
		"gone":                             {[]any{lost(), refusedWith("ClusterNotFound")}, nil, "gone", 0},
		"being deleted":                    {[]any{lost(), refusedWith("InvalidClusterState")}, []string{deleting}, "deleting", 1},
		"gone at the look-up":              {[]any{lost(), refusedWith("InvalidClusterState")}, []string{missing}, "gone", 1},
		"not deleted yet":                  {[]any{lost(), refusedWith("InvalidClusterState")}, []string{available, deleting}, "deleting", 2},
		"being resized":                    {[]any{lost(), refusedWith("InvalidClusterState")}, []string{available}, "unknown", 5},
		"no response":                      {[]any{lost()}, []string{missing}, "gone", 1},
		"no response, being deleted":       {[]any{lost()}, []string{deleting}, "deleting", 1},
		"no response, not deleted":         {[]any{lost()}, []string{available}, "unknown", 1},
		"refused at the first attempt":     {[]any{refusedWith("InvalidClusterState")}, nil, "InvalidClusterState", 0},
		"gone at the first attempt":        {[]any{refusedWith("ClusterNotFound")}, nil, "ClusterNotFound", 0},
		"its own final snapshot":           {[]any{lost(), refusedWith("ClusterSnapshotAlreadyExists")}, []string{deleting}, "deleting", 1},
		"refused for another reason":       {[]any{lost(), refusedWith("AccessDenied")}, nil, "unknown", 0},
		"an internal error, then gone":     {[]any{refusedWith("InternalFailure"), refusedWith("ClusterNotFound")}, nil, "gone", 0},
		"lost twice, throttled, then gone": {[]any{lost(), lost(), refusedWith("Throttling"), refusedWith("ClusterNotFound")}, nil, "gone", 0},
		"succeeded at the second attempt":  {[]any{lost(), "deleted"}, nil, "deleted", 0},
		"refused without a code":           {[]any{lost(), refusedWith(""), refusedWith("ClusterNotFound")}, nil, "unknown", 0},
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
				if failed := new(callError); errors.As(err, failed) {
					got = "unknown"
					if !failed.MayHaveTakenEffect {
						got = string(attempts.ResponseIn(err).Code)
					}
				}
				if got != test.want || lookUps != test.lookUps {
					t.Errorf("the result is %q after %d look-ups, want %q after %d; the error is %v", got, lookUps, test.want, test.lookUps, err)
				}
			})
		})
	}
}

// TestIncompletePlans checks that an incomplete plan makes the outcome unknown and does not panic.
func TestIncompletePlans(t *testing.T) {
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
		"not recoverable":        {recovery.Plan{Class: recovery.NotRecoverable, LookUp: lookUp, Gone: func() any { return 1 }}, 1},
		"missing without a Gone": {recovery.Plan{Class: recovery.DoneIfMissing, Missing: []awsquery.ErrorCode{"AlreadyExists"}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := &responses{left: []any{lost(), refusedWith("AlreadyExists")}}
				result, err := invoke(t.Context(), invented{test.plan}, transport)
				if failed := new(callError); !errors.As(err, failed) || !failed.MayHaveTakenEffect || transport.made != test.made {
					t.Errorf("Run() = %v, %v after %d attempts, want an unknown outcome after %d", result, err, transport.made, test.made)
				}
			})
		})
	}
}

// invoke makes a call of a mutating operation.
func invoke(ctx context.Context, call attempts.Call, transport runtime.ContextualTransport) (any, error) {
	invoker := &attempts.Invoker{
		Transport:   transport,
		Clock:       attempts.NewClock(nil),
		Credentials: attempts.WatchCredentials(credentials()),
		Budget:      attempts.NewBudget(-1),
		Jitter:      attempts.FullJitter,
	}
	settings := &attempts.Settings{Policy: attempts.Policy{MaxAttempts: 5, BaseDelay: time.Second, ThrottlingDelay: time.Second, MaxDelay: time.Minute}}

	return invoker.Run(&attempts.Context{Context: ctx}, call, settings, &runtime.ClientOperation{ID: strings.ToLower("DeleteCluster")})
}
