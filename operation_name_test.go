package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

// TestNestedErrorsNameTheOperationOnce builds each error of a call inside the errors that can contain it.
func TestNestedErrorsNameTheOperationOnce(t *testing.T) {
	t.Parallel()
	const operation, lookUp = "CreateTags", "DescribeTags"
	refused := &redshift.Error{Operation: operation, StatusCode: 400, RequestID: "r-1", Code: "Throttling", Message: "slow down", Hint: "wait"}
	unsigned := &redshift.SendError{Operation: operation, Err: &sigv4.SigningError{Err: redshift.ErrNoCredentials}}
	failedLookUp := &redshift.RetryError{
		Operation: lookUp,
		Attempts:  2,
		Last:      &redshift.SendError{Operation: lookUp, Err: io.ErrUnexpectedEOF},
		Ended:     redshift.ErrRetryBudgetEmpty,
	}
	inner := map[string]error{
		"Error":            refused,
		"SendError":        &redshift.SendError{Operation: operation, Err: io.ErrUnexpectedEOF, Hint: "check the network"},
		"unsigned":         unsigned,
		"ValidationError":  &redshift.ValidationError{Operation: operation, Problems: []redshift.Problem{{Parameter: "Tags", Reason: "is required"}}},
		"a failed look-up": fmt.Errorf("%w; whether an earlier attempt took effect is not known: %w", refused, failedLookUp),
	}
	retried := map[string]error{}
	for name, err := range inner {
		retried[name] = err
		retried["RetryError of "+name] = &redshift.RetryError{Operation: operation, Attempts: 5, Last: err}
		for reason, ended := range map[string]error{
			"a deadline": context.DeadlineExceeded, "the budget": redshift.ErrRetryBudgetEmpty, "a signature": unsigned, "a refusal": refused,
		} {
			retried["RetryError of "+name+", ended by "+reason] = &redshift.RetryError{Operation: operation, Attempts: 2, Last: err, Ended: ended}
		}
	}
	called := map[string]error{"SnapshotError": &redshift.SnapshotError{SnapshotIdentifier: "nightly", Err: refused}}
	for name, err := range retried {
		called[name] = err
		called["OutcomeUnknownError of "+name] = &redshift.OutcomeUnknownError{Operation: operation, SeeOperation: lookUp, Err: err}
	}
	for name, err := range called {
		for outer, err := range map[string]error{
			name:                     err,
			"WaitError of " + name:   &redshift.SnapshotWaitError{Polls: 2, Err: err},
			"an outage with " + name: &redshift.SnapshotWaitError{Polls: 2, Err: fmt.Errorf("%w (MaxOutage is 10m): %w", redshift.ErrOutageTooLong, err)},
			"wrapped " + name:        fmt.Errorf("nightly job: %w", err),
		} {
			if count := strings.Count(err.Error(), operation); count != 1 {
				t.Errorf("%s names %s %d times, want once: %v", outer, operation, count, err)
			}
		}
	}
}

// credentialsOnce provides credentials for the first attempt only.
type credentialsOnce struct{ calls int }

func (c *credentialsOnce) Credentials(context.Context) (sigv4.Credentials, error) {
	if c.calls++; c.calls > 1 {
		return sigv4.Credentials{}, sigv4.ErrNoCredentials
	}

	return exampleCredentials, nil
}

// Invalidate makes the provider a cache, so that the client calls it for each attempt.
func (c *credentialsOnce) Invalidate() {}

// TestErrorsOfCallsNameTheOperationOnce makes calls, batches, iterators and waits fail.
func TestErrorsOfCallsNameTheOperationOnce(t *testing.T) {
	t.Parallel()
	type run func(context.Context, *redshift.Client) error
	take := func(ctx context.Context, client *redshift.Client) error {
		_, err := client.CreateClusterSnapshot(ctx, create())

		return err
	}
	wait := func(ctx context.Context, client *redshift.Client) error {
		_, err := client.WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{MaxOutage: time.Minute})

		return err
	}
	waitForAll := func(ctx context.Context, client *redshift.Client) error {
		_, err := client.WaitSnapshotsAvailable(ctx, nil, []string{"nightly"}, redshift.WaitOptions{MaxOutage: time.Minute})

		return err
	}
	remove := func(ctx context.Context, client *redshift.Client) error {
		_, err := client.DeleteSnapshots(ctx, toDelete([]string{"nightly"}))

		return err
	}
	each := func(ctx context.Context, client *redshift.Client) error {
		for _, err := range client.DescribeClusterSnapshotsAll(ctx, nightly) {
			if err != nil {
				return err
			}
		}

		return nil
	}
	busy, cut := reply{status: 503, body: "busy"}, reply{err: io.ErrUnexpectedEOF}
	const (
		taken     = "CreateClusterSnapshot"
		deleted   = "BatchDeleteClusterSnapshots"
		described = "DescribeClusterSnapshots"
	)
	creating := result(described, "<Snapshots><Snapshot><SnapshotIdentifier>nightly</SnapshotIdentifier><Status>creating</Status></Snapshot></Snapshots>")
	for name, test := range map[string]struct {
		replies   []reply
		run       run
		operation string
	}{
		"a refusal":                 {[]reply{refusal(404, "ClusterNotFound")}, take, taken},
		"a page of a proxy":         {[]reply{{status: 403, body: "<html>"}}, take, taken},
		"an outage":                 {[]reply{busy}, take, taken},
		"lost responses":            {[]reply{cut}, take, taken},
		"throttling to the end":     {[]reply{refusal(400, "Throttling")}, take, taken},
		"a look-up that is refused": {[]reply{cut, refusal(400, "ClusterSnapshotAlreadyExists"), refusal(403, "AccessDenied")}, take, taken},
		"another's snapshot":        {[]reply{cut, refusal(400, "ClusterSnapshotAlreadyExists"), creating}, take, taken},
		"another snapshot's result": {[]reply{result(taken, "<Snapshot><SnapshotIdentifier>weekly</SnapshotIdentifier></Snapshot>")}, take, taken},
		"a batch that is refused":   {[]reply{refusal(400, "BatchDeleteRequestSizeExceeded")}, remove, deleted},
		"a batch that is lost":      {[]reply{cut}, remove, deleted},
		"pages that are refused":    {[]reply{refusal(403, "AccessDenied")}, each, described},
		"pages that never end":      {[]reply{result(described, "<Marker>again</Marker>")}, each, described},
		"a wait that is refused":    {[]reply{refusal(403, "AccessDenied")}, wait, described},
		"a wait in an outage":       {[]reply{creating, busy}, wait, described},
		"a wait without responses":  {[]reply{creating, cut}, wait, described},
		"a wait that never began":   {[]reply{busy}, wait, described},
		"many waits, refused":       {[]reply{refusal(403, "AccessDenied")}, waitForAll, described},
		"many waits in an outage":   {[]reply{creating, busy}, waitForAll, described},
		"many waits, none is found": {[]reply{refusal(404, "ClusterSnapshotNotFound")}, waitForAll, described},
		"a parameter that is absent": {nil, func(ctx context.Context, client *redshift.Client) error {
			_, err := client.CreateClusterSnapshot(ctx, nil)

			return err
		}, taken},
		"an option that is invalid": {nil, func(ctx context.Context, client *redshift.Client) error {
			_, err := client.CreateClusterSnapshot(ctx, create(), redshift.WithMaxAttempts(0))

			return err
		}, taken},
		"a header that is invalid": {nil, func(ctx context.Context, client *redshift.Client) error {
			_, err := client.CreateClusterSnapshot(ctx, create(), redshift.WithHeader("Host", "example.com"))

			return err
		}, taken},
		"a parameter that names the operation": {nil, func(ctx context.Context, client *redshift.Client) error {
			_, err := client.CreateClusterSnapshot(ctx, create(), redshift.WithQueryParam("Action", "x"))

			return err
		}, taken},
		"a context that is done": {nil, func(ctx context.Context, client *redshift.Client) error {
			done, cancel := context.WithCancel(ctx)
			cancel()

			return take(done, client)
		}, taken},
		"a deadline before the retry": {[]reply{{status: 503, body: "busy", header: map[string][]string{"Retry-After": {"20"}}}},
			func(ctx context.Context, client *redshift.Client) error {
				soon, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()

				return take(soon, client)
			}, taken},
		"a batch with a context that is done": {nil, func(ctx context.Context, client *redshift.Client) error {
			done, cancel := context.WithCancel(ctx)
			cancel()

			return remove(done, client)
		}, deleted},
		"no client":                 {nil, func(ctx context.Context, _ *redshift.Client) error { return take(ctx, nil) }, taken},
		"no client for a batch":     {nil, func(ctx context.Context, _ *redshift.Client) error { return remove(ctx, nil) }, deleted},
		"no client for an iterator": {nil, func(ctx context.Context, _ *redshift.Client) error { return each(ctx, nil) }, described},
		"no client for a wait":      {nil, func(ctx context.Context, _ *redshift.Client) error { return wait(ctx, nil) }, described},
		"a stub without results": {nil, func(ctx context.Context, _ *redshift.Client) error {
			return errors.Join(remove(ctx, redshift.NewFromService(silent{})))
		}, deleted},
		"a wait over a stub without results": {nil, func(ctx context.Context, _ *redshift.Client) error {
			return wait(ctx, redshift.NewFromService(silent{}))
		}, described},
		"an iterator over a stub without results": {nil, func(ctx context.Context, _ *redshift.Client) error {
			return each(ctx, redshift.NewFromService(silent{}))
		}, described},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, _ := scripted(t, test.replies...)
				err := test.run(t.Context(), client)
				if err == nil {
					t.Fatal("the call succeeded")
				}
				if count := strings.Count(err.Error(), test.operation); count != 1 {
					t.Errorf("the error names %s %d times, want once: %v", test.operation, count, err)
				}
			})
		})
	}
}

// silent is a stub whose operations return neither a result nor an error.
type silent struct{ redshift.ClientService }

func (silent) BatchDeleteClusterSnapshots(
	context.Context, *redshift.BatchDeleteClusterSnapshotsParams, ...redshift.Option,
) (*redshift.BatchDeleteClusterSnapshotsResult, error) {
	return nil, nil
}

func (silent) DescribeClusterSnapshots(
	context.Context, *redshift.DescribeClusterSnapshotsParams, ...redshift.Option,
) (*redshift.DescribeClusterSnapshotsResult, error) {
	return nil, nil
}

// TestCredentialsThatEndBetweenAttempts: the error of the signature is the reason why no retry followed.
func TestCredentialsThatEndBetweenAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &script{replies: []reply{{status: 503, body: "busy"}}}
		client := newClient(t, func(config *redshift.Config) {
			config.Retry = redshift.RetryPolicy{}
			config.HTTPClient = &http.Client{Transport: server}
			config.Credentials = new(credentialsOnce)
		})
		_, err := client.DescribeClusters(t.Context(), nil)
		var retried *redshift.RetryError
		if !errors.As(err, &retried) || !errors.Is(retried.Ended, redshift.ErrNoCredentials) {
			t.Fatalf("the error is %v, want a RetryError that missing credentials ended", err)
		}
		if strings.Count(err.Error(), "DescribeClusters") != 1 {
			t.Errorf("the error does not name the operation once: %v", err)
		}
	})
}

// TestAliasesOfErrors: a program that imports packages redshift and models only can handle all errors.
func TestAliasesOfErrors(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("job: %w", &awsquery.Error{Operation: "CreateTags", Code: awsquery.ErrAccessDenied})
	var refused *redshift.Error
	if !errors.As(err, &refused) || !errors.Is(err, redshift.ErrAccessDenied) || errors.Is(err, models.ErrClusterNotFound) {
		t.Errorf("the error does not match its alias: %v", err)
	}
}
