package redshift_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
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

// inWorld runs a test in a bubble, with a fake that has resources of every kind.
func inWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newWorld(t)) })
}

// lost is a fault: the attempt is not carried out, but the client cannot know.
var lost = redshifttest.Fault{Cut: true}

// After a lost response, an existing resource counts as created by the call only if it matches the request. It counts as someone
// else's only if an immutable value differs.
func TestResourcesOfOthersAreNotTakenAsOurs(t *testing.T) {
	t.Parallel()
	type call = func(context.Context, *redshift.Client) (any, error)
	create := func(cluster, name string, tags ...models.Tag) call {
		return func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{ClusterIdentifier: cluster, SnapshotIdentifier: name, Tags: tags})
		}
	}
	red, blue := models.Tag{Key: "colour", Value: "red"}, models.Tag{Key: "colour", Value: "blue"}
	const unknown awsquery.ErrorCode = "unknown" // a mutable value differs
	for name, test := range map[string]struct {
		operation string
		theirs    call // what another client does between the attempts
		ours      call
		code      awsquery.ErrorCode // "": the call succeeds
	}{
		"an older snapshot":         {"CreateClusterSnapshot", nil, create("analytics", "weekly"), models.ErrClusterSnapshotAlreadyExists},
		"of another cluster":        {"CreateClusterSnapshot", create("mirrored", "new"), create("analytics", "new"), models.ErrClusterSnapshotAlreadyExists},
		"with other tags":           {"CreateClusterSnapshot", create("analytics", "new", red), create("analytics", "new", blue), unknown},
		"without tags":              {"CreateClusterSnapshot", create("analytics", "new"), create("analytics", "new", blue), unknown},
		"the same, immediately":     {"CreateClusterSnapshot", create("Analytics", "NEW", red), create("analytics", "new", red), ""},
		"a snapshot, not a copy":    {"CopyClusterSnapshot", create("analytics", "kept"), changeCalls()["CopyClusterSnapshot"], models.ErrClusterSnapshotAlreadyExists},
		"existing access":           {"AuthorizeSnapshotAccess", changeCalls()["AuthorizeSnapshotAccess"], changeCalls()["AuthorizeSnapshotAccess"], ""},
		"a grant with another key":  {"CreateSnapshotCopyGrant", grant("new", "k1"), grant("new", "k2"), models.ErrSnapshotCopyGrantAlreadyExistsFault},
		"a grant with its own key":  {"CreateSnapshotCopyGrant", grant("new", "k1"), grant("new", "k1"), ""},
		"another schedule":          {"CreateSnapshotSchedule", scheduleOf("new", "rate(1 hour)"), scheduleOf("new", "rate(2 hours)"), unknown},
		"the same schedule":         {"CreateSnapshotSchedule", scheduleOf("new", "rate(1 hour)"), scheduleOf("new", "rate(1 hour)"), ""},
		"an older cluster":          {"RestoreFromClusterSnapshot", nil, restoreTo("drilled"), models.ErrClusterAlreadyExists},
		"copies to another region":  {"EnableSnapshotCopy", copyTo("eu-west-1", 3), copyTo("us-west-2", 3), models.ErrSnapshotCopyAlreadyEnabledFault},
		"copies with other days":    {"EnableSnapshotCopy", copyTo("us-west-2", 3), copyTo("us-west-2", 4), unknown},
		"the same copies":           {"EnableSnapshotCopy", copyTo("us-west-2", 3), copyTo("us-west-2", 3), ""},
		"another client's schedule": {"ModifyClusterSnapshotSchedule", follow("analytics", "old"), follow("analytics", "used"), unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				injectNext(t, w.fake, test.operation, lost)
				if test.theirs != nil {
					// Another client makes its call while ours waits for its second attempt.
					other, err := redshift.New(w.fake.Config())
					if err != nil {
						t.Fatal(err)
					}
					time.AfterFunc(100*time.Millisecond, func() {
						if _, err := test.theirs(context.Background(), other); err != nil {
							t.Error(err)
						}
					})
				}
				_, err := test.ours(t.Context(), w.client)
				switch {
				case test.code == "" && err != nil:
					t.Errorf("err = %v, want nil", err)
				case test.code == unknown && !errors.As(err, new(*redshift.OutcomeUnknownError)):
					t.Errorf("err = %v, want an unknown outcome", err)
				}
				if test.code == "" || test.code == unknown {
					return
				}
				var tried *redshift.RetryError
				if !errors.Is(err, test.code) || !errors.As(err, &tried) || tried.Attempts != 2 || errors.As(err, new(*redshift.OutcomeUnknownError)) {
					t.Errorf("err = %v, want %s after 2 attempts", err, test.code)
				}
			})
		})
	}
}

func grant(name, key string) func(context.Context, *redshift.Client) (any, error) {
	return func(ctx context.Context, c *redshift.Client) (any, error) {
		return c.CreateSnapshotCopyGrant(ctx, &redshift.CreateSnapshotCopyGrantParams{SnapshotCopyGrantName: name, KmsKeyID: key})
	}
}

// Redshift describes a key by its ARN. A call may name it by its identifier or an alias.
func TestKeysOfGrantsAreComparedInAllForms(t *testing.T) {
	t.Parallel()
	const id, arn = "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for name, test := range map[string]struct {
		theirs, ours string // keys; if theirs is empty, the lost attempt took effect
		unknown      bool
		code         awsquery.ErrorCode
	}{
		"identifier":         {ours: id},
		"ARN":                {ours: arn},
		"none":               {},
		"alias":              {ours: "alias/own", unknown: true},
		"ARN of an alias":    {ours: "arn:aws:kms:us-east-1:123456789012:alias/own", unknown: true},
		"another identifier": {theirs: arn, ours: "1234abcd", code: models.ErrSnapshotCopyGrantAlreadyExistsFault},
		"the end of another": {theirs: arn, ours: "1234567890ab", code: models.ErrSnapshotCopyGrantAlreadyExistsFault},
		"another ARN":        {theirs: id, ours: arn + "c", code: models.ErrSnapshotCopyGrantAlreadyExistsFault},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				if test.theirs != "" {
					injectNext(t, w.fake, "CreateSnapshotCopyGrant", lost)
					other, err := redshift.New(w.fake.Config())
					if err != nil {
						t.Fatal(err)
					}
					time.AfterFunc(100*time.Millisecond, func() {
						if _, err := grant("new", test.theirs)(context.Background(), other); err != nil {
							t.Error(err)
						}
					})
				} else {
					injectNext(t, w.fake, "CreateSnapshotCopyGrant", redshifttest.Fault{Cut: true, AfterWork: true})
				}
				_, err := grant("new", test.ours)(t.Context(), w.client)
				if unknown := errors.As(err, new(*redshift.OutcomeUnknownError)); unknown != test.unknown {
					t.Errorf("err = %v, want an unknown outcome", err)
				}
				if test.code != "" && !errors.Is(err, test.code) || test.code == "" && !test.unknown && err != nil {
					t.Errorf("err = %v, want %q", err, test.code)
				}
			})
		})
	}
}

func scheduleOf(name, definition string) func(context.Context, *redshift.Client) (any, error) {
	return func(ctx context.Context, c *redshift.Client) (any, error) {
		return c.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleParams{ScheduleIdentifier: name, ScheduleDefinitions: []string{definition}})
	}
}

func restoreTo(cluster string) func(context.Context, *redshift.Client) (any, error) {
	return func(ctx context.Context, c *redshift.Client) (any, error) {
		return c.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: cluster, SnapshotIdentifier: "nightly"})
	}
}

func copyTo(region string, days int) func(context.Context, *redshift.Client) (any, error) {
	return func(ctx context.Context, c *redshift.Client) (any, error) {
		return c.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyParams{ClusterIdentifier: "analytics", DestinationRegion: region, RetentionPeriod: &days})
	}
}

func follow(cluster, schedule string) func(context.Context, *redshift.Client) (any, error) {
	return func(ctx context.Context, c *redshift.Client) (any, error) {
		return c.ModifyClusterSnapshotSchedule(ctx, &redshift.ModifyClusterSnapshotScheduleParams{ClusterIdentifier: cluster, ScheduleIdentifier: schedule})
	}
}

// The refusal of the first attempt is returned. So is the refusal of a later one, if no earlier attempt can have taken effect.
func TestRefusalIsReturnedIfNoAttemptTookEffect(t *testing.T) {
	t.Parallel()
	for name, before := range map[string][]redshifttest.Fault{
		"immediately": nil,
		"throttled":   {{Code: "Throttling"}, {Code: "RequestLimitExceeded"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				for operation, test := range map[string]struct {
					call func(context.Context, *redshift.Client) (any, error)
					code awsquery.ErrorCode
				}{
					"CreateClusterSnapshot": {func(ctx context.Context, c *redshift.Client) (any, error) {
						return c.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"})
					}, models.ErrClusterSnapshotAlreadyExists},
					"DeleteClusterSnapshot": {func(ctx context.Context, c *redshift.Client) (any, error) {
						return c.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "missing"})
					}, models.ErrClusterSnapshotNotFound},
					"RevokeSnapshotAccess": {func(ctx context.Context, c *redshift.Client) (any, error) {
						return c.RevokeSnapshotAccess(ctx, &redshift.RevokeSnapshotAccessParams{SnapshotIdentifier: "nightly", AccountWithRestoreAccess: friend})
					}, models.ErrAuthorizationNotFound},
					"DeleteSnapshotSchedule": {func(ctx context.Context, c *redshift.Client) (any, error) {
						return c.DeleteSnapshotSchedule(ctx, &redshift.DeleteSnapshotScheduleParams{ScheduleIdentifier: "missing"})
					}, models.ErrSnapshotScheduleNotFound},
				} {
					injectNext(t, w.fake, operation, before...)
					if _, err := test.call(t.Context(), w.client); !errors.Is(err, test.code) {
						t.Errorf("%s: err = %v, want %s", operation, err, test.code)
					}
				}
			})
		})
	}
}

// If the response of a call is lost, its result has what the response had.
func TestRecoveredResultsAreComplete(t *testing.T) {
	t.Parallel()
	gone := redshifttest.Fault{Cut: true, AfterWork: true}
	inWorld(t, func(t *testing.T, w *world) {
		injectNext(t, w.fake, "DeleteClusterSnapshot", gone)
		deleted, err := w.client.DeleteClusterSnapshot(t.Context(), &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "nightly"})
		if err != nil || deleted.Snapshot.SnapshotIdentifier != "nightly" || deleted.Snapshot.Status != models.SnapshotStatusDeleted {
			t.Errorf("DeleteClusterSnapshot = %+v, %v", deleted, err)
		}
		injectNext(t, w.fake, "RevokeSnapshotAccess", gone)
		revoked, err := w.client.RevokeSnapshotAccess(t.Context(), &redshift.RevokeSnapshotAccessParams{SnapshotIdentifier: "shared", AccountWithRestoreAccess: friend})
		if err != nil || revoked.Snapshot.SnapshotIdentifier != "shared" || len(revoked.Snapshot.AccountsWithRestoreAccess) != 0 || revoked.RequestID == "" {
			t.Errorf("RevokeSnapshotAccess = %+v, %v", revoked, err)
		}
		injectNext(t, w.fake, "BatchDeleteClusterSnapshots", gone)
		batch, err := w.client.BatchDeleteClusterSnapshots(t.Context(), &redshift.BatchDeleteClusterSnapshotsParams{Identifiers: []models.DeleteClusterSnapshotMessage{
			{SnapshotIdentifier: "weekly"}, {SnapshotIdentifier: "ancient"},
		}})
		if err != nil || !slices.Equal(batch.Resources, []string{"weekly", "ancient"}) || len(batch.Errors) != 0 {
			t.Errorf("BatchDeleteClusterSnapshots = %+v, %v", batch, err)
		}
		// Redshift reports the creation time of a cluster only when it is available.
		injectNext(t, w.fake, "RestoreFromClusterSnapshot", gone)
		late := redshift.WithRetryPolicy(redshift.RetryPolicy{BaseDelay: redshifttest.DefaultRestoreDuration / 2, MaxDelay: redshifttest.DefaultRestoreDuration / 2})
		restored, err := w.client.RestoreFromClusterSnapshot(t.Context(), &redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "drill", SnapshotIdentifier: "shared"}, late)
		if err != nil || restored.Cluster.ClusterStatus != models.ClusterStatusAvailable || restored.RequestID == "" {
			t.Errorf("RestoreFromClusterSnapshot = %+v, %v", restored, err)
		}
		// A wait afterwards expects a new cluster, although the response to its creation was lost.
		failNext(t, w.fake, "DescribeClusters", models.ErrClusterNotFound, 2)
		if _, err := w.client.WaitClusterRestored(t.Context(), &redshift.DescribeClustersParams{ClusterIdentifier: "drill"}, redshift.WaitOptions{}); err != nil {
			t.Error(err)
		}
	})
}

// If the named cluster has no such snapshot, the snapshot may still exist on another cluster.
func TestMissingSnapshotOfAnotherClusterIsNotDeleted(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		injectNext(t, w.fake, "DeleteClusterSnapshot", lost, lost)
		for cluster, want := range map[string]error{"mirrored": models.ErrClusterSnapshotNotFound, "ANALYTICS": nil} {
			_, err := w.client.DeleteClusterSnapshot(t.Context(), &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "nightly", SnapshotClusterIdentifier: cluster})
			if !errors.Is(err, want) || errors.As(err, new(*redshift.OutcomeUnknownError)) {
				t.Errorf("of cluster %s: err = %v, want %v", cluster, err, want)
			}
		}
		gone := redshifttest.Fault{Cut: true, AfterWork: true}
		injectNext(t, w.fake, "BatchDeleteClusterSnapshots", gone)
		batch, err := w.client.BatchDeleteClusterSnapshots(t.Context(), &redshift.BatchDeleteClusterSnapshotsParams{Identifiers: []models.DeleteClusterSnapshotMessage{
			{SnapshotIdentifier: "weekly", SnapshotClusterIdentifier: "analytics"}, {SnapshotIdentifier: "shared", SnapshotClusterIdentifier: "mirrored"},
		}})
		if err != nil || !slices.Equal(batch.Resources, []string{"weekly"}) || len(batch.Errors) != 1 || batch.Errors[0].SnapshotIdentifier != "shared" {
			t.Errorf("BatchDeleteClusterSnapshots = %+v, %v", batch, err)
		}
	})
}

// Without a connection, nothing was sent, so the refusal of a later attempt is returned.
func TestRefusalIsReturnedIfNothingWasSentBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{})
		over := make(chan struct{}) // net/http continues to connect after the attempt has ended
		defer close(over)
		hangs := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			<-over

			return nil, net.ErrClosed
		}}
		attempts := 0
		config := fake.Config()
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			attempts++
			if attempts == 1 {
				return hangs.RoundTrip(request)
			}

			return fake.Transport().RoundTrip(request)
		})}
		client, err := redshift.New(config)
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.DeleteClusterSnapshot(t.Context(), &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "missing"})
		if !errors.Is(err, models.ErrClusterSnapshotNotFound) || attempts != 2 || len(fake.Requests()) != 1 {
			t.Errorf("after %d attempts (%d reached the server): err = %v, want ErrClusterSnapshotNotFound and 1 request",
				attempts, len(fake.Requests()), err)
		}
	})

	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	defer refuses.Close()
	proxy, _ := url.Parse(refuses.URL)
	hangsUp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hangsUp.Close()
	go func() {
		for {
			connection, err := hangsUp.Accept()
			if err != nil {
				return
			}
			connection.Close()
		}
	}()
	for name, test := range map[string]struct {
		endpoint  string
		transport *http.Transport
	}{
		"a proxy refuses":      {"https://redshift.eu-west-1.amazonaws.com", &http.Transport{Proxy: http.ProxyURL(proxy)}},
		"an endless handshake": {"https://" + hangsUp.Addr().String(), &http.Transport{}},
	} {
		client, err := redshift.New(redshift.Config{
			Region: "eu-west-1", Endpoint: test.endpoint, Credentials: sigv4.StaticCredentials(exampleCredentials),
			HTTPClient: &http.Client{Transport: test.transport}, Retry: redshift.RetryPolicy{MaxAttempts: 2, BaseDelay: 1},
		})
		if err != nil {
			t.Fatal(err)
		}
		var unsent *awsquery.SendError
		// It is retried, even if a second effect would be harmful.
		_, err = changeCalls()["RestoreTableFromClusterSnapshot"](t.Context(), client)
		if !errors.As(err, &unsent) || !unsent.NothingSent || !errors.As(err, new(*redshift.RetryError)) || errors.As(err, new(*redshift.OutcomeUnknownError)) {
			t.Errorf("%s: err = %v, want a RetryError and a SendError", name, err)
		}
		client.CloseIdleConnections()
	}
}

// A connection for the credentials does not show whether the call itself was sent.
func TestConnectionsForCredentialsDoNotCount(t *testing.T) {
	t.Parallel()
	issuer := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(issuer.Close)
	closedListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closedListener.Close()
	ask := func(ctx context.Context, address string) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			t.Error(err)
		}
		transport := &http.Transport{DisableKeepAlives: true}
		if response, err := transport.RoundTrip(request); err == nil {
			response.Body.Close()
		}
	}
	newClient := func(t *testing.T, endpoint, asks string, transport http.RoundTripper) *redshift.Client {
		t.Helper()
		client, err := redshift.New(redshift.Config{
			Region: redshifttest.DefaultRegion, Endpoint: endpoint,
			Credentials: &uncached{sigv4.CredentialsProviderFunc(func(ctx context.Context) (sigv4.Credentials, error) {
				ask(ctx, asks)

				return exampleCredentials, nil
			})},
			HTTPClient: &http.Client{Transport: transport}, Retry: redshift.RetryPolicy{MaxAttempts: 3, BaseDelay: 1},
		})
		if err != nil {
			t.Fatal(err)
		}

		return client
	}

	t.Run("nothing was sent", func(t *testing.T) {
		t.Parallel()
		refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
		defer refuses.Close()
		proxy, _ := url.Parse(refuses.URL)
		client := newClient(t, "https://redshift.us-east-1.amazonaws.com", issuer.URL, &http.Transport{Proxy: http.ProxyURL(proxy)})
		defer client.CloseIdleConnections()
		_, err := changeCalls()["RestoreTableFromClusterSnapshot"](t.Context(), client)
		var retried *redshift.RetryError
		if !errors.As(err, &retried) || retried.Attempts != 3 || errors.As(err, new(*redshift.OutcomeUnknownError)) {
			t.Errorf("err = %v, want a RetryError", err)
		}
	})
	t.Run("something was sent", func(t *testing.T) {
		t.Parallel()
		fake := redshifttest.New(redshifttest.Options{})
		requests := 0
		client := newClient(t, "https://redshift.us-east-1.amazonaws.com", "http://"+closedListener.Addr().String(), roundTripper(func(request *http.Request) (*http.Response, error) {
			// A transport with its own context, as transports have that copy requests.
			requests++
			if _, err := fake.Transport().RoundTrip(request.WithContext(context.Background())); err != nil {
				t.Error(err)
			}

			return nil, io.ErrUnexpectedEOF
		}))
		_, err := changeCalls()["RestoreTableFromClusterSnapshot"](t.Context(), client)
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || requests != 1 {
			t.Errorf("got %d requests (err = %v), want an OutcomeUnknownError and 1 request", requests, err)
		}
	})
}

// uncached is a provider with a method Invalidate, so that the client adds no cache.
type uncached struct{ sigv4.CredentialsProvider }

func (*uncached) Invalidate() {}

// TLS may break after the request has arrived and taken effect.
func TestOutcomeIsUnknownIfTLSBreaksAfterTheRequest(t *testing.T) {
	t.Parallel()
	certificate := httptest.NewTLSServer(http.NotFoundHandler())
	defer certificate.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			garbled := &garbling{Conn: connection}
			server := tls.Server(garbled, &tls.Config{Certificates: certificate.TLS.Certificates})
			if _, err := http.ReadRequest(bufio.NewReader(server)); err == nil {
				garbled.on = true
				_, _ = server.Read(make([]byte, 1)) // send an alert
			}
			_ = connection.Close()
		}
	}()
	transport := certificate.Client().Transport.(*http.Transport).Clone()
	client, err := redshift.New(redshift.Config{
		Region: "eu-west-1", Endpoint: "https://" + listener.Addr().String(), Credentials: sigv4.StaticCredentials(exampleCredentials),
		HTTPClient: &http.Client{Transport: transport}, Retry: redshift.RetryPolicy{BaseDelay: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := changeCalls()["RestoreTableFromClusterSnapshot"](t.Context(), client); !errors.As(err, new(*redshift.OutcomeUnknownError)) {
		t.Errorf("err = %T %v, want an unknown outcome", err, err)
	}
}

// garbling is a connection that delivers an invalid TLS record.
type garbling struct {
	net.Conn
	on bool
}

func (g *garbling) Read(p []byte) (int, error) {
	if g.on {
		const applicationData, length = 23, 20

		return copy(p, append([]byte{applicationData, 3, 3, 0, length}, make([]byte, length)...)), nil
	}

	return g.Conn.Read(p)
}

// An error of a provider is not an error of Redshift, even with the type of one.
func TestErrorsOfProvidersAreNotErrorsOfRedshift(t *testing.T) {
	t.Parallel()
	refused := &awsquery.Error{Operation: "AssumeRole", StatusCode: http.StatusServiceUnavailable, Code: models.ErrClusterSnapshotAlreadyExists}
	client, err := redshift.New(redshift.Config{
		Region: "eu-west-1", Retry: redshift.RetryPolicy{BaseDelay: 1},
		Credentials: sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) { return sigv4.Credentials{}, refused }),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.CreateClusterSnapshot(t.Context(), create())
	if !errors.Is(err, refused) || errors.As(err, new(*redshift.OutcomeUnknownError)) || errors.As(err, new(*redshift.RetryError)) {
		t.Errorf("err = %T %v", err, err)
	}
}

// The look-up has the options of the call. It is repeated while Redshift does not show the resource yet.
func TestLookUpHasTheOptionsOfTheCallAndIsRepeated(t *testing.T) {
	t.Parallel()
	gone := redshifttest.Fault{Cut: true, AfterWork: true}
	create := &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "mine"}
	inWorld(t, func(t *testing.T, w *world) {
		injectNext(t, w.fake, "CreateClusterSnapshot", gone)
		failNext(t, w.fake, "DescribeClusterSnapshots", models.ErrClusterSnapshotNotFound, 2)
		if _, err := w.client.CreateClusterSnapshot(t.Context(), create); err != nil {
			t.Error(err)
		}
	})
	inWorld(t, func(t *testing.T, w *world) {
		injectNext(t, w.fake, "CreateClusterSnapshot", gone)
		failNext(t, w.fake, "DescribeClusterSnapshots", models.ErrClusterSnapshotNotFound, 9)
		if _, err := w.client.CreateClusterSnapshot(t.Context(), create); !errors.As(err, new(*redshift.OutcomeUnknownError)) || w.fake.PendingFaults() != 4 {
			t.Errorf("err = %v with %d pending faults, want an OutcomeUnknownError", err, w.fake.PendingFaults())
		}
	})
	inWorld(t, func(t *testing.T, w *world) {
		injectNext(t, w.fake, "CreateClusterSnapshot", gone)
		injectNext(t, w.fake, "DescribeClusterSnapshots", redshifttest.Fault{Delay: 20 * time.Second, AfterWork: true})
		began := time.Now()
		if _, err := w.client.CreateClusterSnapshot(t.Context(), create, redshift.WithAttemptTimeout(time.Second)); err != nil || time.Since(began) > 5*time.Second {
			t.Errorf("err = %v after %v, want no error", err, time.Since(began))
		}
	})
}

// If the clock of a client runs faster than real time, the client cannot tell when its first attempt was made.
func TestOutcomeIsUnknownOnAFastClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{ClockSpeed: 1000})
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
			t.Fatal(err)
		}
		client, err := redshift.NewWithoutJitter(fake.Config())
		if err != nil {
			t.Fatal(err)
		}
		injectNext(t, fake, "CreateClusterSnapshot", redshifttest.Fault{Cut: true, AfterWork: true})
		_, err = client.CreateClusterSnapshot(t.Context(), create())
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || !strings.Contains(err.Error(), "a SnapshotCreateTime that cannot be compared") {
			t.Error(err)
		}
	})
}

// A call with an unknown outcome is not retried, and its error names the operation that shows the resource.
func TestOutcomeUnknownErrorNamesTheDescribeOperation(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		injectNext(t, w.fake, "RestoreTableFromClusterSnapshot", redshifttest.Fault{Cut: true, AfterWork: true})
		_, err := changeCalls()["RestoreTableFromClusterSnapshot"](t.Context(), w.client)
		var unknown *redshift.OutcomeUnknownError
		if !errors.As(err, &unknown) || unknown.Operation != "RestoreTableFromClusterSnapshot" || unknown.SeeOperation != "DescribeTableRestoreStatus" ||
			!errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("err = %v", err)
		}
		// The outcome of a restore is unknown until the cluster shows its creation time.
		const reason = "no ClusterCreateTime yet (wait until it is available, then compare it with the request)"
		for operation, call := range map[string]callFunc{
			"RestoreFromClusterSnapshot": restoreTo("drill"), "CreateCluster": clusterCalls()["CreateCluster"],
		} {
			injectNext(t, w.fake, operation, redshifttest.Fault{Cut: true, AfterWork: true})
			_, err = call(t.Context(), w.client)
			if !errors.As(err, &unknown) || !errors.Is(err, models.ErrClusterAlreadyExists) || !strings.Contains(err.Error(), reason) {
				t.Errorf("%s: err = %v, want ErrClusterAlreadyExists, an OutcomeUnknownError and the text %q", operation, err, reason)
			}
		}
		// An attempt that certainly had no effect is retried.
		injectNext(t, w.fake, "CreateSnapshotSchedule", redshifttest.Fault{Code: "Throttling"})
		if _, err := changeCalls()["CreateSnapshotSchedule unnamed"](t.Context(), w.client); err != nil {
			t.Error(err)
		}
		// If the look-up fails, the outcome is unknown.
		injectNext(t, w.fake, "CreateClusterSnapshot", redshifttest.Fault{Cut: true, AfterWork: true})
		failNext(t, w.fake, "DescribeClusterSnapshots", awsquery.ErrAccessDenied)
		_, err = changeCalls()["CreateClusterSnapshot"](t.Context(), w.client)
		if !errors.As(err, &unknown) || !errors.Is(err, models.ErrClusterSnapshotAlreadyExists) || !errors.Is(err, awsquery.ErrAccessDenied) {
			t.Errorf("err = %v, want ErrClusterSnapshotAlreadyExists, ErrAccessDenied and an OutcomeUnknownError", err)
		}
	})
	for _, none := range []error{(*redshift.OutcomeUnknownError)(nil), (*redshift.RetryError)(nil)} {
		if none.Error() == "" || errors.Is(none, io.EOF) {
			t.Errorf("Error() of a nil %T = %q", none, none)
		}
	}
}

// lookedUp has the calls whose outcome the client looks up after a lost response, with the operation of the look-up.
func lookedUp(w *world) map[string]struct {
	describe string
	call     func(context.Context, *redshift.Client) (any, error)
} {
	automated := ""
	for _, one := range w.fake.Snapshots() {
		if one.SnapshotType == models.SnapshotTypeAutomated {
			automated = one.SnapshotIdentifier
		}
	}
	calls := changeCalls()

	return map[string]struct {
		describe string
		call     func(context.Context, *redshift.Client) (any, error)
	}{
		"AuthorizeSnapshotAccess": {"DescribeClusterSnapshots", calls["AuthorizeSnapshotAccess"]},
		"CopyClusterSnapshot": {"DescribeClusterSnapshots", func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.CopyClusterSnapshot(ctx, &redshift.CopyClusterSnapshotParams{SourceSnapshotIdentifier: automated, TargetSnapshotIdentifier: "kept"})
		}},
		"CreateClusterSnapshot":   {"DescribeClusterSnapshots", calls["CreateClusterSnapshot"]},
		"CreateSnapshotCopyGrant": {"DescribeSnapshotCopyGrants", calls["CreateSnapshotCopyGrant"]},
		"CreateSnapshotSchedule":  {"DescribeSnapshotSchedules", calls["CreateSnapshotSchedule"]},
		"DeleteClusterSnapshot": {"DescribeClusterSnapshots", func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "nightly", SnapshotClusterIdentifier: "analytics"})
		}},
		"BatchDeleteClusterSnapshots": {"DescribeClusterSnapshots", func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.BatchDeleteClusterSnapshots(ctx, &redshift.BatchDeleteClusterSnapshotsParams{Identifiers: []models.DeleteClusterSnapshotMessage{
				{SnapshotIdentifier: "nightly", SnapshotClusterIdentifier: "analytics"},
			}})
		}},
		"DisableSnapshotCopy":           {"DescribeClusters", calls["DisableSnapshotCopy"]},
		"EnableSnapshotCopy":            {"DescribeClusters", calls["EnableSnapshotCopy"]},
		"ModifyClusterSnapshotSchedule": {"DescribeClusters", calls["ModifyClusterSnapshotSchedule"]},
		"ModifySnapshotSchedule":        {"DescribeSnapshotSchedules", calls["ModifySnapshotSchedule used"]},
		"RestoreFromClusterSnapshot":    {"DescribeClusters", calls["RestoreFromClusterSnapshot"]},
		"RevokeSnapshotAccess":          {"DescribeClusterSnapshots", calls["RevokeSnapshotAccess"]},
	}
}

// The first attempt takes effect and its response is lost. If the look-up also fails, the outcome is unknown.
func TestOutcomeIsUnknownIfTheLookUpFails(t *testing.T) {
	t.Parallel()
	const two = "<%[1]sResponse><%[1]sResult>" +
		"<Snapshots><Snapshot/><Snapshot/></Snapshots><Clusters><Cluster/><Cluster/></Clusters>" +
		"<SnapshotCopyGrants><SnapshotCopyGrant/><SnapshotCopyGrant/></SnapshotCopyGrants>" +
		"<SnapshotSchedules><SnapshotSchedule/><SnapshotSchedule/></SnapshotSchedules>" +
		"</%[1]sResult></%[1]sResponse>"
	inWorld(t, func(t *testing.T, w *world) {
		for operation := range lookedUp(w) {
			for name, fault := range map[string]redshifttest.Fault{
				"refused":          {Code: awsquery.ErrAccessDenied},
				"of two resources": {Status: http.StatusOK, Body: two},
				"that is not XML":  {Status: http.StatusOK, Body: "{}"},
				"of another kind":  {Status: http.StatusOK, Body: "<DescribeTagsResponse/>"},
			} {
				w := newWorld(t)
				one := lookedUp(w)[operation]
				if fault.Body == two {
					fault.Body = fmt.Sprintf(two, one.describe)
				}
				injectNext(t, w.fake, operation, redshifttest.Fault{Cut: true, AfterWork: true})
				injectNext(t, w.fake, one.describe, slices.Repeat([]redshifttest.Fault{fault}, 10)...)
				_, err := one.call(t.Context(), w.client)
				var unknown *redshift.OutcomeUnknownError
				if !errors.As(err, &unknown) || unknown.Operation != operation {
					t.Errorf("%s with a look-up %s: err = %v, want an OutcomeUnknownError", operation, name, err)

					continue
				}
				if !strings.Contains(err.Error(), one.describe) {
					t.Errorf("%s with a look-up %s: err = %v, want the operation of the look-up in it", operation, name, err)
				}
				if fault.Code != "" && !errors.Is(err, fault.Code) {
					t.Errorf("%s with a look-up %s: err = %v", operation, name, err)
				}
			}
		}
	})
}

// The client looks up the source of a copy and then the copy.
func TestOutcomeIsUnknownIfTheSecondLookUpFails(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		injectNext(t, w.fake, "CopyClusterSnapshot", redshifttest.Fault{Cut: true, AfterWork: true})
		injectNext(t, w.fake, "DescribeClusterSnapshots", redshifttest.Fault{}, redshifttest.Fault{Code: awsquery.ErrAccessDenied})
		_, err := lookedUp(w)["CopyClusterSnapshot"].call(t.Context(), w.client)
		if !errors.As(err, new(*redshift.OutcomeUnknownError)) || !errors.Is(err, awsquery.ErrAccessDenied) || w.fake.PendingFaults() != 0 {
			t.Errorf("err = %v with %d pending faults, want ErrAccessDenied and an OutcomeUnknownError", err, w.fake.PendingFaults())
		}
	})
}

// Describe operations may hide a new resource for a while. The call succeeds when they show it. If they hide it too long, the
// outcome is unknown, because no refusal proves that the call had no effect.
func TestLookUpsAreRepeatedWhileAResourceIsHidden(t *testing.T) {
	t.Parallel()
	calls := changeCalls()
	for operation, works := range map[string]bool{
		"AuthorizeSnapshotAccess":       true,
		"CreateClusterSnapshot":         true,
		"CreateSnapshotCopyGrant":       true,
		"CreateSnapshotSchedule":        true,
		"ModifyClusterSnapshotSchedule": true,
		"RestoreFromClusterSnapshot":    false, // a cluster that is creating shows no creation time
	} {
		for _, delay := range []time.Duration{time.Second, time.Hour} {
			t.Run(fmt.Sprint(operation, " ", delay), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					fake := redshifttest.New(redshifttest.Options{VisibilityDelay: delay})
					if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
						t.Fatal(err)
					}
					if _, err := fake.AddManualSnapshot(redshifttest.ManualSnapshot{Identifier: "nightly", ClusterIdentifier: "analytics"}); err != nil {
						t.Fatal(err)
					}
					client, err := redshift.NewWithoutJitter(fake.Config())
					if err != nil {
						t.Fatal(err)
					}
					if _, err := scheduleOf("used", "rate(1 hour)")(t.Context(), client); err != nil {
						t.Fatal(err)
					}
					fake.Advance(2 * time.Hour)
					injectNext(t, fake, operation, redshifttest.Fault{Cut: true, AfterWork: true})
					_, err = calls[operation](t.Context(), client)
					if works && delay == time.Second && err != nil {
						t.Error(err)
					}
					if (!works || delay > time.Second) && !errors.As(err, new(*redshift.OutcomeUnknownError)) {
						t.Errorf("err = %v, want an OutcomeUnknownError", err)
					}
				})
			})
		}
	}
}
