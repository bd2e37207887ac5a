package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// TestExpiredCredentialsAreRenewed: credentials whose time is over before it was to be are asked for again, once.
func TestExpiredCredentialsAreRenewed(t *testing.T) {
	t.Parallel()
	refused := errors.New("the metadata service has no role")
	session := func(asked int) (sigv4.Credentials, error) {
		return sigv4.Credentials{AccessKeyID: redshifttest.ExampleAccessKeyID, SecretAccessKey: redshifttest.ExampleSecretAccessKey, SessionToken: fmt.Sprintf("session-%d", asked)}, nil
	}
	for name, test := range map[string]struct {
		credentials func(asked int) (sigv4.Credentials, error)
		faults      []redshifttest.Fault
		attempts    int // of the call
		asked       int
		is          error
	}{
		"other ones":       {session, []redshifttest.Fault{{Code: "ExpiredToken"}}, 2, 2, nil},
		"by another name":  {session, []redshifttest.Fault{{Code: "ExpiredTokenException"}}, 2, 2, nil},
		"still":            {session, []redshifttest.Fault{{Code: "ExpiredToken"}, {Code: "ExpiredToken"}}, 2, 2, awsquery.ErrExpiredToken},
		"the same":         {func(int) (sigv4.Credentials, error) { return session(1) }, []redshifttest.Fault{{Code: "ExpiredToken"}}, 1, 2, awsquery.ErrExpiredToken},
		"another refusal":  {session, []redshifttest.Fault{{Code: "AccessDenied"}}, 1, 1, awsquery.ErrAccessDenied},
		"and a break-down": {session, []redshifttest.Fault{{Code: "ExpiredToken"}, {Status: 503}}, 3, 2, nil},
		"none": {func(asked int) (sigv4.Credentials, error) {
			if asked > 1 {
				return sigv4.Credentials{}, refused
			}

			return session(asked)
		}, []redshifttest.Fault{{Code: "ExpiredToken"}}, 1, 3, refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := redshifttest.New(redshifttest.Options{DisableSignatureCheck: true})
				injectNext(t, fake, "DescribeClusters", test.faults...)
				asked := 0
				config := fake.Config()
				config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
					asked++

					return test.credentials(asked)
				})
				client, err := redshift.NewWithoutJitter(config)
				if err != nil {
					t.Fatal(err)
				}
				_, err = client.DescribeClusters(t.Context(), nil)
				if !errors.Is(err, test.is) || asked != test.asked || len(fake.Requests()) != test.attempts {
					t.Errorf("%v after %d requests; credentials were asked for %d times", err, len(fake.Requests()), asked)
				}
			})
		})
	}
}

// TestManyCallsRenewOnce: calls that are refused at the same time have the provider asked once.
func TestManyCallsRenewOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{DisableSignatureCheck: true})
		const count = 20
		for range count {
			injectNext(t, fake, "DescribeClusters", redshifttest.Fault{Code: "ExpiredToken", Delay: 50 * time.Millisecond})
		}
		var asked atomic.Int32
		config := fake.Config()
		config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
			time.Sleep(10 * time.Millisecond)

			return sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: fmt.Sprint(asked.Add(1))}, nil
		})
		client, err := redshift.New(config)
		if err != nil {
			t.Fatal(err)
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
		if asked.Load() != 2 || len(fake.Requests()) != 2*count {
			t.Errorf("credentials were asked for %d times, for %d requests", asked.Load(), len(fake.Requests()))
		}
	})
}

// TestFixedCredentialsAreNotRenewed: they would be the same.
func TestFixedCredentialsAreNotRenewed(t *testing.T) {
	t.Parallel()
	inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
		failNext(t, fake, "DescribeClusters", awsquery.ErrExpiredToken)
		if _, err := client.DescribeClusters(t.Context(), nil); !errors.Is(err, awsquery.ErrExpiredToken) || len(fake.Requests()) != 1 {
			t.Errorf("%v after %d requests", err, len(fake.Requests()))
		}
	})
}

// TestCredentialsSwappedDuringAnAttempt: the provider has other credentials by the time that the old ones are refused.
func TestCredentialsSwappedDuringAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		swap := time.Now().Add(time.Hour)
		config := redshift.Config{Region: "eu-west-1"}
		config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
			if time.Now().Before(swap) {
				return sigv4.Credentials{AccessKeyID: "AKIDOLD", SecretAccessKey: "secret", SessionToken: "old", Expires: swap}, nil
			}

			return sigv4.Credentials{AccessKeyID: "AKIDNEW", SecretAccessKey: "secret", SessionToken: "new", Expires: swap.Add(time.Hour)}, nil
		})
		requests := 0
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			requests++
			time.Sleep(2 * time.Second) // on its way
			if request.Header.Get("X-Amz-Security-Token") == "old" && !time.Now().Before(swap) {
				return answer403(request, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"), nil
			}

			return &http.Response{StatusCode: http.StatusOK, Request: request, Body: io.NopCloser(strings.NewReader(
				"<DescribeClustersResponse><DescribeClustersResult/></DescribeClustersResponse>"))}, nil
		})}
		client, err := redshift.New(config)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.DescribeClusters(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(swap.Add(-time.Second)))
		if _, err := client.DescribeClusters(t.Context(), nil); err != nil || requests != 3 {
			t.Errorf("%v after %d requests", err, requests)
		}
	})
}

// TestCredentialsThatCameAndAreOver: Redshift refuses credentials that were new with the attempt. They did not change since, so that
// the client gets others.
func TestCredentialsThatCameAndAreOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config, asked := redshift.Config{Region: "eu-west-1"}, 0
		config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
			asked++
			time.Sleep(time.Millisecond)

			return sigv4.Credentials{AccessKeyID: fmt.Sprint("AKID", asked), SecretAccessKey: "secret", SessionToken: fmt.Sprint(asked), Expires: time.Now().Add(time.Hour)}, nil
		})
		var tokens []string
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			token := request.Header.Get("X-Amz-Security-Token")
			tokens = append(tokens, token)
			if token == "2" {
				return answer403(request, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"), nil
			}

			return &http.Response{StatusCode: http.StatusOK, Request: request, Body: io.NopCloser(strings.NewReader(
				"<DescribeClustersResponse><DescribeClustersResult/></DescribeClustersResponse>"))}, nil
		})}
		client, err := redshift.New(config)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := client.DescribeClusters(t.Context(), nil); err != nil {
				t.Errorf("%v with the tokens %q", err, tokens)
			}
			time.Sleep(2 * time.Hour)
		}
		if fmt.Sprint(tokens) != "[1 2 3]" {
			t.Errorf("the tokens are %q", tokens)
		}
	})
}

func answer403(request *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: http.StatusForbidden, Request: request, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// hangingCache has nothing any more once it was told to forget.
type hangingCache struct{ forgot atomic.Bool }

func (c *hangingCache) Invalidate() { c.forgot.Store(true) }

func (c *hangingCache) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	if c.forgot.Load() {
		<-ctx.Done()

		return sigv4.Credentials{}, ctx.Err()
	}

	return sigv4.Credentials{AccessKeyID: "AKIDOLD", SecretAccessKey: "secret"}, nil
}

// TestRenewalHasTheTimeOfAnAttempt: where new credentials do not come, the call does not wait for longer than an attempt may take.
func TestRenewalHasTheTimeOfAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, err := redshift.New(redshift.Config{
			Region: "eu-west-1", Credentials: new(hangingCache), AttemptTimeout: 30 * time.Second,
			HTTPClient: &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				return answer403(request, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"), nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err = client.DescribeClusters(t.Context(), nil)
		if took := time.Since(began); err == nil || took > 2*time.Minute {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// accounts is a provider that returns the credentials of another account each time. It counts as a cache, so that the client puts
// none before it.
type accounts struct {
	ids   []string // the last one is for all further requests
	asked int
}

func (a *accounts) Invalidate() {}

func (a *accounts) Credentials(context.Context) (sigv4.Credentials, error) {
	account := a.ids[min(a.asked, len(a.ids)-1)]
	a.asked++

	return sigv4.Credentials{AccessKeyID: fmt.Sprintf("AKID%d", a.asked), SecretAccessKey: "secret", AccountID: account}, nil
}

// TestAccountChangesBetweenAttempts: a change that may have been made in one account is neither repeated nor looked up in another.
func TestAccountChangesBetweenAttempts(t *testing.T) {
	t.Parallel()
	const a, b = "111111111111", "222222222222"
	lost, exists := reply{err: io.ErrUnexpectedEOF}, refusal(http.StatusBadRequest, "ClusterSnapshotAlreadyExists")
	for name, test := range map[string]struct {
		accounts []string
		replies  []reply
		requests int
		unknown  bool
	}{
		"another account":                   {[]string{a, b}, []reply{lost, {body: created}}, 1, true},
		"another account after two":         {[]string{a, a, b}, []reply{lost, lost, {body: created}}, 2, true},
		"another account for the look-up":   {[]string{a, a, b}, []reply{lost, exists, {body: created}}, 2, true},
		"and back":                          {[]string{a, b, a}, []reply{lost, {body: created}}, 1, true},
		"the same account with another key": {[]string{a, a}, []reply{lost, {body: created}}, 2, false},
		"no account":                        {[]string{""}, []reply{lost, {body: created}}, 2, false},
		"none at first":                     {[]string{"", b}, []reply{lost, {body: created}}, 2, false},
		"none later":                        {[]string{a, ""}, []reply{lost, {body: created}}, 2, false},
		"nothing was carried out":           {[]string{a, b}, []reply{refusal(http.StatusBadRequest, "Throttling"), {body: created}}, 2, false},
		"a refusal, then a lost response":   {[]string{a, b, b}, []reply{refusal(http.StatusBadRequest, "Throttling"), lost, {body: created}}, 3, false},
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
				_, err := client.CreateClusterSnapshot(t.Context(), create())
				unknown := errors.As(err, new(*redshift.OutcomeUnknownError))
				if len(server.requests) != test.requests || unknown != test.unknown || err == nil == test.unknown {
					t.Errorf("requests: %s, want %d, and the error %v", server.actions(), test.requests, err)
				}
				if unknown && (!strings.Contains(err.Error(), "another account") || strings.Contains(err.Error(), "secret")) {
					t.Errorf("the error is %v", err)
				}
			})
		})
	}
}
