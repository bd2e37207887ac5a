package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsredshift "github.com/aws/aws-sdk-go-v2/service/redshift"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

const (
	region    = "us-east-1"
	accessKey = redshifttest.ExampleAccessKeyID
	secretKey = redshifttest.ExampleSecretAccessKey
)

// canned answers every request with the same, in memory: what remains is the client's own work.
type canned struct {
	status int
	body   []byte
}

func (c canned) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		if _, err := io.Copy(io.Discard, request.Body); err != nil {
			return nil, err
		}
		if err := request.Body.Close(); err != nil {
			return nil, err
		}
	}

	return &http.Response{
		Status:        fmt.Sprint(c.status),
		StatusCode:    c.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"text/xml"}, "X-Amzn-Requestid": {"00000000-0000-4000-8000-000000000000"}},
		Body:          io.NopCloser(bytes.NewReader(c.body)),
		ContentLength: int64(len(c.body)),
		Request:       request,
	}, nil
}

// ours is this module's client, with everything on but repetitions.
func ours(tb testing.TB, transport http.RoundTripper) *redshift.Client {
	tb.Helper()
	client, err := redshift.New(redshift.Config{
		Region:      region,
		HTTPClient:  &http.Client{Transport: transport},
		Credentials: sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}),
		Retry:       redshift.RetryPolicy{MaxAttempts: 1},
	})
	if err != nil {
		tb.Fatal(err)
	}

	return client
}

// amazons is Amazon's client, which makes one attempt too.
func amazons(transport http.RoundTripper) *awsredshift.Client {
	return awsredshift.New(awsredshift.Options{
		Region:     region,
		HTTPClient: &http.Client{Transport: transport},
		Retryer:    aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}, nil
		}),
	})
}

// answerOf is what the fake answers to a request, which is as long as Redshift's own answer.
func answerOf(tb testing.TB, fake *redshifttest.Fake, query string) canned {
	tb.Helper()
	request := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "http://localhost/?"+query+"&Version=2012-12-01", nil)
	response, err := fake.Transport().RoundTrip(request)
	if err != nil {
		tb.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}

	return canned{response.StatusCode, body}
}

// newFake has a cluster with so many snapshots, each with four tags.
func newFake(tb testing.TB, snapshots int) *redshifttest.Fake {
	tb.Helper()
	start := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1, DisableSignatureCheck: true})
	tags := []models.Tag{{Key: "env", Value: "prod"}, {Key: "team", Value: "analytics"}, {Key: "cost-center", Value: "4711"}, {Key: "owner", Value: "data@example.com"}}
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", Tags: tags}); err != nil {
		tb.Fatal(err)
	}
	for i := range snapshots {
		if _, err := fake.AddAutomatedSnapshot("analytics", start.Add(-time.Duration(i+1)*time.Hour)); err != nil {
			tb.Fatal(err)
		}
	}

	return fake
}
