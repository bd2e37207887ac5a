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

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) {
	testenv.ClearAWS()
	goleak.VerifyTestMain(m)
}

// start is what the clock of most fakes here shows, and does not move from by itself.
var start = time.Date(2026, 11, 23, 9, 30, 0, 250e6, time.UTC)

const (
	own     = redshifttest.DefaultAccountID
	partner = "210987654321"
)

var partnerKeys = sigv4.Credentials{AccessKeyID: "AKIDPARTNER", SecretAccessKey: "partner/secret", SessionToken: "partner+token/="}

// newFake returns a fake whose clock stands still, with a cluster named analytics.
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

// injectNext makes the next calls of an operation meet faults, and fails the test if they are not injected.
func injectNext(tb testing.TB, fake *redshifttest.Fake, operation string, faults ...redshifttest.Fault) {
	tb.Helper()
	if err := fake.InjectNext(operation, faults...); err != nil {
		tb.Fatal(err)
	}
}

// failNext makes the next calls of an operation fail with a code, and fails the test if the code is not injected.
func failNext(tb testing.TB, fake *redshifttest.Fake, operation string, code awsquery.ErrorCode, times ...int) {
	tb.Helper()
	if err := fake.FailNext(operation, code, times...); err != nil {
		tb.Fatal(err)
	}
}

// answer is an answer with everything that tests look at.
type answer struct {
	Status int
	Header http.Header
	Body   string

	Code    string   `xml:"Error>Code"`
	Type    string   `xml:"Error>Type"`
	Message string   `xml:"Error>Message"`
	Marker  string   `xml:"DescribeClusterSnapshotsResult>Marker"`
	Names   []string `xml:"DescribeClusterSnapshotsResult>Snapshots>Snapshot>SnapshotIdentifier"`
}

// unsigned makes a request whose query is written as AWS wants it.
func unsigned(tb testing.TB, operation string, parameters ...string) *http.Request {
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

// sign signs with this module's signer, which the fake shares nothing with.
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

func send(tb testing.TB, transport http.RoundTripper, request *http.Request) answer {
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
	got := answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	if err := xml.Unmarshal(body, &got); err != nil {
		tb.Fatalf("the answer is no XML: %v\n%s", err, body)
	}

	return got
}

// do makes a signed call of the fake's own account.
func do(tb testing.TB, fake *redshifttest.Fake, operation string, parameters ...string) answer {
	tb.Helper()

	return doAs(tb, fake, fake.Credentials(), operation, parameters...)
}

func doAs(tb testing.TB, fake *redshifttest.Fake, keys sigv4.Credentials, operation string, parameters ...string) answer {
	tb.Helper()
	request := unsigned(tb, operation, parameters...)
	signFor(tb, fake.Region(), request, keys, fake.Now())

	return send(tb, fake.Transport(), request)
}

// must makes a call that has to succeed.
func must(tb testing.TB, fake *redshifttest.Fake, operation string, parameters ...string) answer {
	tb.Helper()
	got := do(tb, fake, operation, parameters...)
	if got.Status != http.StatusOK {
		tb.Fatalf("%s %q answered %d:\n%s", operation, parameters, got.Status, got.Body)
	}

	return got
}

// create takes snapshots that must succeed, and lets them become available.
func create(tb testing.TB, fake *redshifttest.Fake, identifiers ...string) {
	tb.Helper()
	for _, identifier := range identifiers {
		must(tb, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", identifier)
	}
	fake.Advance(redshifttest.DefaultSnapshotDuration)
}

// golden compares with a file in testdata, which -update writes.
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
		tb.Errorf("%s has\n%s\nbut the fake answered\n%s", file, want, got)
	}
}

// cancelled is a context that has ended.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()

	return ctx
}

func partnerKeysWithoutSecret() sigv4.Credentials {
	keys := partnerKeys
	keys.SecretAccessKey = ""

	return keys
}
