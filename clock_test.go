package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
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

// skewCodes are the error codes for a wrong date: the documented one, and the one that users report.
var skewCodes = []awsquery.ErrorCode{awsquery.ErrSignatureDoesNotMatch, awsquery.ErrRequestExpired}

// withClocks runs a test with a client whose clock is wrong by *wrong, and a fake that returns the code for it.
func withClocks(t *testing.T, code awsquery.ErrorCode, wrong *time.Duration, test func(*testing.T, *redshifttest.Fake, *redshift.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{ClockSkewCode: code})
		config := fake.Config()
		config.Now = func() time.Time { return time.Now().Add(*wrong) }
		client, err := redshift.NewWithoutJitter(config)
		if err != nil {
			t.Fatal(err)
		}
		test(t, fake, client)
	})
}

// A wrong clock costs one attempt without a delay, once for the client. Setting the clock right costs another attempt.
func TestClockIsCorrected(t *testing.T) {
	t.Parallel()
	for _, code := range skewCodes {
		for _, wrong := range []time.Duration{30 * time.Minute, -30 * time.Minute, 6 * time.Minute, -6 * time.Minute, -48 * time.Hour} {
			withClocks(t, code, &wrong, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
				began := time.Now()
				expect := func(when string, requests int) {
					t.Helper()
					_, err := client.DescribeClusters(t.Context(), nil)
					if got := len(fake.Requests()); err != nil || got != requests || time.Since(began) > 0 {
						t.Errorf("%s: err = %v, %d requests in %v, want no error", when, err, got, time.Since(began))
					}
				}
				expect(fmt.Sprintf("wrong by %v", wrong), 2)
				if got := fake.Requests()[0].Code; got != code {
					t.Errorf("wrong by %v: the fake returned %s, want %s", wrong, got, code)
				}
				expect("again", 3)
				// A refusal for another reason is final, although the clock was corrected.
				missing := &redshift.DescribeClustersParams{ClusterIdentifier: "missing"}
				if _, err := client.DescribeClusters(t.Context(), missing); !errors.Is(err, models.ErrClusterNotFound) || len(fake.Requests()) != 4 {
					t.Errorf("missing cluster: err = %v, %d requests, want ErrClusterNotFound and 4 requests", err, len(fake.Requests()))
				}
				var calls sync.WaitGroup
				for range 20 {
					calls.Go(func() {
						if _, err := client.DescribeClusters(t.Context(), nil); err != nil {
							t.Error(err)
						}
					})
				}
				calls.Wait()
				expect("after concurrent calls", 25)
				wrong = 0
				expect("after the clock is set right", 27)
				expect("again", 28)
			})
		}
	}
}

// If several calls are refused at the same time, one of them corrects the clock, and all are retried.
func TestClockIsCorrectedForAll(t *testing.T) {
	t.Parallel()
	for _, code := range skewCodes {
		wrong := 30 * time.Minute
		withClocks(t, code, &wrong, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
			const count = 20
			for range count {
				injectNext(t, fake, "DescribeClusters", redshifttest.Fault{Delay: 50 * time.Millisecond, AfterWork: true})
			}
			var calls sync.WaitGroup
			for range count {
				calls.Go(func() {
					if _, err := client.DescribeClusters(t.Context(), nil); err != nil {
						t.Error(err)
					}
				})
			}
			calls.Wait()
			if got := len(fake.Requests()); got != 2*count {
				t.Errorf("got %d requests", got)
			}
		})
	}
}

// A call without retries fails, and the next one has the right date.
func TestClockIsCorrectedAfterOneAttempt(t *testing.T) {
	t.Parallel()
	for _, code := range skewCodes {
		wrong := 30 * time.Minute
		withClocks(t, code, &wrong, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
			once := redshift.WithMaxAttempts(1)
			_, err := client.DescribeClusters(t.Context(), nil, once)
			if !errors.Is(err, code) || !strings.Contains(fmt.Sprint(err), "check the clock") {
				t.Errorf("first call: err = %v, want %v and the text 'check the clock'", err, code)
			}
			if _, err := client.DescribeClusters(t.Context(), nil, once); err != nil || len(fake.Requests()) != 2 {
				t.Errorf("second call: err = %v after %d requests, want no error and 2 requests", err, len(fake.Requests()))
			}
		})
	}
}

// The response does not show the time, or the clock is right. A request whose date was refused is signed again once, because its
// date can be too old although the clock is right. Another refusal ends the call.
func TestClockIsNotCorrectedWithoutEvidence(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wrong    time.Duration
		fault    redshifttest.Fault
		code     awsquery.ErrorCode
		requests int
	}{
		"slightly wrong":       {30 * time.Second, redshifttest.Fault{Code: "RequestExpired"}, awsquery.ErrRequestExpired, 2},
		"from a cache":         {30 * time.Minute, redshifttest.Fault{Code: "RequestExpired", Header: http.Header{"Age": {"3"}}}, awsquery.ErrRequestExpired, 2},
		"a slow response":      {30 * time.Minute, redshifttest.Fault{Code: "RequestExpired", Delay: 11 * time.Second}, awsquery.ErrRequestExpired, 2},
		"no date":              {30 * time.Minute, redshifttest.Fault{Code: "RequestExpired", Header: http.Header{"Date": {""}}}, awsquery.ErrRequestExpired, 2},
		"an invalid date":      {30 * time.Minute, redshifttest.Fault{Code: "RequestExpired", Header: http.Header{"Date": {"now"}}}, awsquery.ErrRequestExpired, 2},
		"another signature":    {30 * time.Minute, redshifttest.Fault{Code: "SignatureDoesNotMatch"}, awsquery.ErrSignatureDoesNotMatch, 1},
		"expired credentials":  {30 * time.Minute, redshifttest.Fault{Code: "ExpiredToken"}, awsquery.ErrExpiredToken, 1},
		"expired without skew": {0, redshifttest.Fault{Code: "RequestExpired"}, awsquery.ErrRequestExpired, 2},
		"skewed by a minute":   {59 * time.Second, redshifttest.Fault{Code: "RequestTimeTooSkewed"}, awsquery.ErrRequestTimeTooSkewed, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withClocks(t, "", &test.wrong, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
				injectNext(t, fake, "DescribeClusters", test.fault, test.fault, test.fault)
				_, err := client.DescribeClusters(t.Context(), nil)
				if !errors.Is(err, test.code) || len(fake.Requests()) != test.requests {
					t.Errorf("err = %v after %d requests, want %v and %d requests", err, len(fake.Requests()), test.code, test.requests)
				}
			})
		})
	}
}

// A machine is two days behind until its clock is set right. With the correction from before, new credentials would look expired
// and no request would be sent again.
func TestClockCorrectionIsReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, test := range map[string]struct {
			lasts time.Duration // the lifetime of the credentials
			works bool
		}{"role credentials": {time.Hour, true}, "expired credentials": {-time.Hour, false}} {
			fake := redshifttest.New(redshifttest.Options{Credentials: sigv4.Credentials{AccessKeyID: "AKIDROLE", SecretAccessKey: "secret"}})
			var behind atomic.Int64
			config := fake.Config()
			config.Now = func() time.Time { return time.Now().Add(-time.Duration(behind.Load())) }
			config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
				return sigv4.Credentials{AccessKeyID: "AKIDROLE", SecretAccessKey: "secret", Expires: time.Now().Add(test.lasts)}, nil
			})
			client, err := redshift.New(config)
			if err != nil {
				t.Fatal(err)
			}
			behind.Store(int64(48 * time.Hour))
			if _, err := client.DescribeClusters(t.Context(), nil); (err == nil) != test.works {
				t.Errorf("%s, while the clock is behind: err = %v", name, err)
			}
			behind.Store(0)
			for range 2 {
				if _, err := client.DescribeClusters(t.Context(), nil); (err == nil) != test.works || err != nil && !errors.Is(err, sigv4.ErrCredentialsExpired) {
					t.Errorf("%s, when it is right: err = %v", name, err)
				}
				time.Sleep(24 * time.Hour)
			}
		}
	})
}

// Responses with the first and the last possible Date. Their difference is larger than the maximum Duration.
func TestExtremeDatesDoNotOverflow(t *testing.T) {
	t.Parallel()
	for first, second := range map[string]string{
		"Fri, 31 Dec 9999 23:59:59 GMT": "Mon, 01 Jan 0001 00:00:00 GMT",
		"Mon, 01 Jan 0001 00:00:00 GMT": "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		var (
			requests int
			date     string
		)
		client, err := redshift.New(redshift.Config{
			Region:      "us-east-1",
			Credentials: sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}),
			Retry:       redshift.RetryPolicy{MaxAttempts: 5},
			HTTPClient: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				requests++
				recorder := httptest.NewRecorder()
				recorder.Header().Set("Date", date)
				recorder.WriteHeader(http.StatusBadRequest)
				_, _ = recorder.WriteString("<ErrorResponse><Error><Code>RequestExpired</Code></Error></ErrorResponse>")

				return recorder.Result(), nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, date = range []string{first, second, first} {
			requests = 0
			if _, err := client.DescribeClusters(t.Context(), nil); !errors.Is(err, awsquery.ErrRequestExpired) {
				t.Errorf("Date %s: err = %v, want ErrRequestExpired", date, err)
			}
			if requests != 2 {
				t.Errorf("Date %s after another: got %d requests, want 2", date, requests)
			}
		}
	}
}
