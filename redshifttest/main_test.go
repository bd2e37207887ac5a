package redshifttest_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/testenv"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) {
	testenv.ClearAWS()
	goleak.VerifyTestMain(m)
}

// start is the time on the clock of most fakes in these tests. Only Advance moves it.
var start = time.Date(2026, 11, 23, 9, 30, 0, 250e6, time.UTC)

const (
	ownAccount = redshifttest.DefaultAccountID
	partner    = "210987654321"
)

var partnerKeys = sigv4.Credentials{AccessKeyID: "AKIDPARTNER", SecretAccessKey: "partner/secret", SessionToken: "partner+token/="}

// newFake returns a fake with a cluster named analytics. Only Advance moves its clock.
func newFake(tb testing.TB, options redshifttest.Options) *redshifttest.Fake {
	tb.Helper()
	if options.Start.IsZero() {
		options.Start = start
	}
	options.ClockSpeed = -1
	fake := redshifttest.New(options)
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		tb.Fatal(err)
	}

	return fake
}

// injectNext calls InjectNext, and fails the test if it returns an error.
func injectNext(tb testing.TB, fake *redshifttest.Fake, operation string, faults ...redshifttest.Fault) {
	tb.Helper()
	if err := fake.InjectNext(operation, faults...); err != nil {
		tb.Fatal(err)
	}
}

// failNext calls FailNext, and fails the test if it returns an error.
func failNext(tb testing.TB, fake *redshifttest.Fake, operation string, code awsquery.ErrorCode, times ...int) {
	tb.Helper()
	if err := fake.FailNext(operation, code, times...); err != nil {
		tb.Fatal(err)
	}
}

// testResponse is a response and the parts of it that tests check.
type testResponse struct {
	Status int
	Header http.Header
	Body   string

	Code    string   `xml:"Error>Code"`
	Type    string   `xml:"Error>Type"`
	Message string   `xml:"Error>Message"`
	Marker  string   `xml:"DescribeClusterSnapshotsResult>Marker"`
	Names   []string `xml:"DescribeClusterSnapshotsResult>Snapshots>Snapshot>SnapshotIdentifier"`
}

// unsignedRequest returns a request with a query in the canonical encoding of AWS.
func unsignedRequest(tb testing.TB, operation string, parameters ...string) *http.Request {
	tb.Helper()
	query := "Action=" + operation + "&Version=2012-12-01"
	for i := 0; i < len(parameters); i += 2 {
		query += "&" + url.QueryEscape(parameters[i]) + "=" + url.QueryEscape(parameters[i+1])
	}
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, "http://localhost/?"+query, nil)
	if err != nil {
		tb.Fatal(err)
	}

	return request
}

// sign signs a request with package sigv4. The fake checks it with independent code.
func sign(tb testing.TB, request *http.Request, keys sigv4.Credentials, at time.Time) {
	tb.Helper()
	signFor(tb, redshifttest.DefaultRegion, request, keys, at)
}

func signFor(tb testing.TB, region string, request *http.Request, keys sigv4.Credentials, at time.Time) {
	tb.Helper()
	signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: region, Service: "redshift"})
	if err != nil {
		tb.Fatal(err)
	}
	hash := sigv4.EmptyPayloadHash
	if request.GetBody != nil {
		copied, err := request.GetBody()
		if err != nil {
			tb.Fatal(err)
		}
		body, err := io.ReadAll(copied)
		if err != nil {
			tb.Fatal(err)
		}
		hash = sigv4.HashPayload(body)
	}
	if err := signer.Sign(request, hash, keys, at); err != nil {
		tb.Fatal(err)
	}
}

func send(tb testing.TB, transport http.RoundTripper, request *http.Request) testResponse {
	tb.Helper()
	response, err := transport.RoundTrip(request)
	if err != nil {
		tb.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		tb.Fatal(err)
	}
	got := testResponse{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	if err := xml.Unmarshal(body, &got); err != nil {
		tb.Fatalf("the response is not XML: %v\n%s", err, body)
	}

	return got
}

// do makes a signed call with the fake's own account.
func do(tb testing.TB, fake *redshifttest.Fake, operation string, parameters ...string) testResponse {
	tb.Helper()

	return doAs(tb, fake, fake.Credentials(), operation, parameters...)
}

func doAs(tb testing.TB, fake *redshifttest.Fake, keys sigv4.Credentials, operation string, parameters ...string) testResponse {
	tb.Helper()
	request := unsignedRequest(tb, operation, parameters...)
	signFor(tb, fake.Region(), request, keys, fake.Now())

	return send(tb, fake.Transport(), request)
}

// must makes a call, and fails the test if the call fails.
func must(tb testing.TB, fake *redshifttest.Fake, operation string, parameters ...string) testResponse {
	tb.Helper()
	got := do(tb, fake, operation, parameters...)
	if got.Status != http.StatusOK {
		tb.Fatalf("%s %q = %d:\n%s", operation, parameters, got.Status, got.Body)
	}

	return got
}

// createSnapshots takes snapshots and advances the clock until they are available.
func createSnapshots(tb testing.TB, fake *redshifttest.Fake, identifiers ...string) {
	tb.Helper()
	for _, identifier := range identifiers {
		must(tb, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", identifier)
	}
	fake.Advance(redshifttest.DefaultSnapshotDuration)
}

// golden compares a text with a file in testdata. The flag -update writes the file.
func golden(tb testing.TB, name, got string) {
	tb.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	if !bytes.Equal(want, []byte(got)) {
		tb.Errorf("%s has\n%s\nthe fake returned\n%s", file, want, got)
	}
}

// canceledContext returns a context that is done.
func canceledContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()

	return ctx
}

func partnerKeysWithoutSecret() sigv4.Credentials {
	keys := partnerKeys
	keys.SecretAccessKey = ""

	return keys
}
