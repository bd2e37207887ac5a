package redshift_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// twoClusters returns a fake with two clusters and an automated snapshot of each.
func twoClusters(t *testing.T) (fake *redshifttest.Fake, analytics, sales string) {
	t.Helper()
	fake = redshifttest.New(redshifttest.Options{SnapshotDuration: -1, RestoreDuration: -1})
	names := make([]string, 0, 2)
	for _, cluster := range []redshifttest.Cluster{{Identifier: "analytics"}, {Identifier: "sales", NodeType: "dc2.large"}} {
		if err := fake.AddCluster(cluster); err != nil {
			t.Fatal(err)
		}
		snapshot, err := fake.AddAutomatedSnapshot(cluster.Identifier, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, snapshot.SnapshotIdentifier)
	}

	return fake, names[0], names[1]
}

// takeNightly creates a snapshot and advances the clock until it is available.
func takeNightly(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
	t.Helper()
	if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"}); err != nil {
		t.Fatal(err)
	}
	fake.Advance(redshifttest.DefaultSnapshotDuration)
}

// The first attempt does not reach Redshift, and at that moment another client makes a similar change. If a mutable value differs, the
// outcome is unknown.
func TestSimilarChangesOfOthersAreNotTakenAsOurs(t *testing.T) {
	t.Parallel()
	type call func(ctx context.Context, client *redshift.Client, analytics, sales string) error
	create := func(days *int) call {
		return func(ctx context.Context, client *redshift.Client, _, _ string) error {
			_, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "kept", ManualSnapshotRetentionPeriod: days})

			return err
		}
	}
	copied := func(days *int) call {
		return func(ctx context.Context, client *redshift.Client, analytics, _ string) error {
			_, err := client.CopyClusterSnapshot(ctx, &redshift.CopyClusterSnapshotParams{SourceSnapshotIdentifier: analytics, TargetSnapshotIdentifier: "kept", ManualSnapshotRetentionPeriod: days})

			return err
		}
	}
	copying := func(days *int) call {
		return func(ctx context.Context, client *redshift.Client, _, _ string) error {
			_, err := client.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyParams{ClusterIdentifier: "analytics", DestinationRegion: "eu-west-1", RetentionPeriod: days})

			return err
		}
	}
	restore := func(node string, nodes *int) call {
		return func(ctx context.Context, client *redshift.Client, analytics, _ string) error {
			_, err := client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "drill", SnapshotIdentifier: analytics, NodeType: node, NumberOfNodes: nodes})

			return err
		}
	}
	for name, test := range map[string]struct {
		ours, theirs call
		refused      error // nil: the other client made the requested change
	}{
		"the same snapshot":             {create(new(365)), create(new(365)), nil},
		"a shorter retention":           {create(new(365)), create(new(1)), models.ErrClusterSnapshotAlreadyExists},
		"the same copy":                 {copied(new(365)), copied(new(365)), nil},
		"a copy, shorter retention":     {copied(new(3650)), copied(new(1)), models.ErrClusterSnapshotAlreadyExists},
		"the same copies to a region":   {copying(new(3)), copying(new(3)), nil},
		"copies, default retention":     {copying(nil), copying(new(7)), nil},
		"copies, shorter retention":     {copying(nil), copying(new(2)), models.ErrSnapshotCopyAlreadyEnabledFault},
		"the same cluster":              {restore("", nil), restore("", nil), nil},
		"a cluster with other nodes":    {restore("ra3.16xlarge", nil), restore("ra3.4xlarge", nil), models.ErrClusterAlreadyExists},
		"a cluster with fewer nodes":    {restore("", new(4)), restore("", new(2)), models.ErrClusterAlreadyExists},
		"a cluster with the same nodes": {restore("ra3.4xlarge", new(4)), restore("ra3.4xlarge", new(4)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, analytics, sales := twoClusters(t)
				others, err := redshift.New(fake.Config())
				if err != nil {
					t.Fatal(err)
				}
				config, requests := fake.Config(), 0
				memory := config.HTTPClient.Transport
				config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
					if requests++; requests > 1 {
						return memory.RoundTrip(request)
					}
					if err := test.theirs(t.Context(), others, analytics, sales); err != nil {
						t.Error(err)
					}

					return nil, io.ErrUnexpectedEOF
				})}
				client, err := redshift.New(config)
				if err != nil {
					t.Fatal(err)
				}
				if err := test.ours(t.Context(), client, analytics, sales); !errors.Is(err, test.refused) || test.refused != nil && !errors.As(err, new(*redshift.OutcomeUnknownError)) {
					t.Errorf("err = %v, want %v", err, test.refused)
				}
			})
		})
	}
}

// The last attempt had no connection. The first attempt still may have taken effect.
func TestNothingSentCoversAllAttempts(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{SignatureClock: time.Now})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	injectNext(t, fake, "CreateClusterSnapshot", redshifttest.Fault{Cut: true, AfterWork: true})
	server := httptest.NewServer(fake)
	defer server.Close()
	var dials atomic.Int32
	config := fake.Config()
	config.Endpoint = server.URL
	config.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) > 1 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
		}

		return new(net.Dialer).DialContext(ctx, network, address)
	}}}
	config.Retry = redshift.RetryPolicy{MaxAttempts: 2, BaseDelay: 1}
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	_, err = client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"})
	var unsent *awsquery.SendError
	if !errors.As(err, new(*redshift.OutcomeUnknownError)) || !errors.As(err, &unsent) || unsent.NothingSent || len(fake.Snapshots()) != 1 {
		t.Errorf("got %d snapshots, err = %v: %+v, want an OutcomeUnknownError and a SendError", len(fake.Snapshots()), err, unsent)
	}
}

// Values of an option are not in the parameters, so the client cannot prove that the resource is the result of the call.
func TestQueryParamsMakeTheOutcomeUnknown(t *testing.T) {
	t.Parallel()
	inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
		takeNightly(t, fake, client)
		injectNext(t, fake, "DeleteClusterSnapshot", redshifttest.Fault{Status: http.StatusServiceUnavailable})
		_, err := client.DeleteClusterSnapshot(t.Context(), &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "nightly"}, redshift.WithQueryParam("SnapshotClusterIdentifier", "sales"))
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || !errors.Is(err, models.ErrClusterSnapshotNotFound) {
			t.Errorf("snapshot of another cluster: err = %v, want ErrClusterSnapshotNotFound and an OutcomeUnknownError", err)
		}
		injectNext(t, fake, "CreateSnapshotSchedule", redshifttest.Fault{Status: http.StatusServiceUnavailable, AfterWork: true})
		_, err = client.CreateSnapshotSchedule(t.Context(), &redshift.CreateSnapshotScheduleParams{ScheduleIdentifier: "often", ScheduleDefinitions: []string{"rate(12 hours)"}},
			redshift.WithQueryParam("ScheduleIdentifier", ""))
		schedules, describeErr := client.DescribeSnapshotSchedules(t.Context(), nil)
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || describeErr != nil || len(schedules.SnapshotSchedules) != 1 {
			t.Errorf("schedule with a name from an option: err = %v; schedules = %+v, %v, want an OutcomeUnknownError", err, schedules, describeErr)
		}
	})
}

// Indefinite retention deletes no snapshots, so a missing snapshot was not changed.
func TestForceWithIndefiniteRetentionDeletesNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
		injectNext(t, fake, "BatchModifyClusterSnapshots", redshifttest.Fault{Status: http.StatusServiceUnavailable})
		result, err := client.ModifySnapshots(t.Context(), &redshift.BatchModifyClusterSnapshotsParams{
			SnapshotIdentifierList: []string{"misspelt", "neither"}, ManualSnapshotRetentionPeriod: new(-1), Force: new(true),
		})
		if err != nil || len(result.Done) != 0 || len(result.Failed) != 2 || !errors.Is(result.Err(), models.ErrClusterSnapshotNotFound) {
			t.Errorf("ModifySnapshots() = %+v, %v, want 2 failed snapshots", result, err)
		}
		injectNext(t, fake, "ModifyClusterSnapshot", redshifttest.Fault{Status: http.StatusServiceUnavailable})
		_, err = client.ModifyClusterSnapshot(t.Context(), &redshift.ModifyClusterSnapshotParams{
			SnapshotIdentifier: "misspelt", ManualSnapshotRetentionPeriod: new(-1), Force: new(true),
		})
		if !errors.Is(err, models.ErrClusterSnapshotNotFound) {
			t.Errorf("ModifyClusterSnapshot() = %v, want ErrClusterSnapshotNotFound", err)
		}
	})
}

// If the look-up fails, the outcome of the batch is unknown.
func TestOutcomeOfABatchIsUnknownIfTheLookUpFails(t *testing.T) {
	t.Parallel()
	inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
		takeNightly(t, fake, client)
		injectNext(t, fake, "BatchDeleteClusterSnapshots", redshifttest.Fault{Cut: true, AfterWork: true})
		failNext(t, fake, "DescribeClusterSnapshots", awsquery.ErrAccessDenied)
		result, err := client.DeleteSnapshots(t.Context(), &redshift.BatchDeleteClusterSnapshotsParams{
			Identifiers: []models.DeleteClusterSnapshotMessage{{SnapshotIdentifier: "nightly", SnapshotClusterIdentifier: "analytics"}},
		})
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || !errors.Is(err, awsquery.ErrAccessDenied) || len(result.Unprocessed) != 1 {
			t.Errorf("result = %+v, err = %v, want ErrAccessDenied and an OutcomeUnknownError", result, err)
		}
	})
}

// If the context ends during a look-up, the call returns the error of the context.
func TestCallReturnsTheContextErrorOfALookUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, _, _ := twoClusters(t)
		config := fake.Config()
		config.Retry = redshift.RetryPolicy{BaseDelay: time.Minute, MaxDelay: time.Minute}
		client, err := redshift.NewWithoutJitter(config)
		if err != nil {
			t.Fatal(err)
		}
		injectNext(t, fake, "CreateClusterSnapshot", redshifttest.Fault{Cut: true, AfterWork: true})
		failNext(t, fake, "DescribeClusterSnapshots", models.ErrClusterSnapshotNotFound, 100)
		ctx, cancel := context.WithTimeout(t.Context(), 61*time.Second)
		defer cancel()
		_, err = client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"})
		var retried *redshift.RetryError
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &retried) || retried.Ended == nil || !errors.As(err, new(*redshift.OutcomeUnknownError)) {
			t.Errorf("err = %v, want context.DeadlineExceeded, an OutcomeUnknownError and a RetryError", err)
		}
	})
}

// The age of the first attempt is also measured in real time, because Config.Now may return a fixed time.
func TestLookUpWorksWithAStoppedClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, _, _ := twoClusters(t)
		config, fixed := fake.Config(), time.Now()
		config.Now = func() time.Time { return fixed }
		client, err := redshift.New(config)
		if err != nil {
			t.Fatal(err)
		}
		injectNext(t, fake, "CreateClusterSnapshot", redshifttest.Fault{Cut: true, AfterWork: true},
			redshifttest.Fault{Code: awsquery.ErrThrottling, Header: http.Header{"Retry-After": {"10"}}})
		if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"}); err != nil {
			t.Error(err)
		}
	})
}

// A request that cannot be signed is not sent, for reads and changes.
func TestUnsignedRequestsAreNotSent(t *testing.T) {
	t.Parallel()
	fake, _, _ := twoClusters(t)
	config := fake.Config()
	config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		return sigv4.Credentials{}, errors.New("the metadata service is busy")
	})
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"reads": func() error {
			_, err := client.DescribeClusters(t.Context(), nil)

			return err
		},
		"changes": func() error {
			_, err := client.DeleteTags(t.Context(), &redshift.DeleteTagsParams{ResourceName: "a", TagKeys: []string{"b"}})

			return err
		},
	} {
		var unsent *awsquery.SendError
		if err := call(); !errors.As(err, &unsent) || !unsent.NothingSent || len(fake.Requests()) != 0 {
			t.Errorf("a call that %s: err = %v, %+v, want a SendError and 0 requests", name, err, unsent)
		}
	}
}
