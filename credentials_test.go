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

// If Redshift reports that the credentials expired, the provider is called again, once.
func TestExpiredCredentialsAreRefreshedOnce(t *testing.T) {
	t.Parallel()
	refused := errors.New("the metadata service has no role")
	session := func(provided int) (sigv4.Credentials, error) {
		return sigv4.Credentials{AccessKeyID: redshifttest.ExampleAccessKeyID, SecretAccessKey: redshifttest.ExampleSecretAccessKey, SessionToken: fmt.Sprintf("session-%d", provided)}, nil
	}
	for name, test := range map[string]struct {
		credentials func(provided int) (sigv4.Credentials, error)
		faults      []redshifttest.Fault
		attempts    int // of the call
		provided    int
		is          error
	}{
		"new ones":        {session, []redshifttest.Fault{{Code: "ExpiredToken"}}, 2, 2, nil},
		"by another name": {session, []redshifttest.Fault{{Code: "ExpiredTokenException"}}, 2, 2, nil},
		"expired twice":   {session, []redshifttest.Fault{{Code: "ExpiredToken"}, {Code: "ExpiredToken"}}, 2, 2, awsquery.ErrExpiredToken},
		"the same":        {func(int) (sigv4.Credentials, error) { return session(1) }, []redshifttest.Fault{{Code: "ExpiredToken"}}, 1, 2, awsquery.ErrExpiredToken},
		"another refusal": {session, []redshifttest.Fault{{Code: "AccessDenied"}}, 1, 1, awsquery.ErrAccessDenied},
		"and a 503":       {session, []redshifttest.Fault{{Code: "ExpiredToken"}, {Status: 503}}, 3, 2, nil},
		"no new ones": {func(provided int) (sigv4.Credentials, error) {
			if provided > 1 {
				return sigv4.Credentials{}, refused
			}

			return session(provided)
		}, []redshifttest.Fault{{Code: "ExpiredToken"}}, 1, 3, refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := redshifttest.New(redshifttest.Options{DisableSignatureCheck: true})
				injectNext(t, fake, "DescribeClusters", test.faults...)
				provided := 0
				config := fake.Config()
				config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
					provided++

					return test.credentials(provided)
				})
				client, err := redshift.NewWithoutJitter(config)
				if err != nil {
					t.Fatal(err)
				}
				_, err = client.DescribeClusters(t.Context(), nil)
				if !errors.Is(err, test.is) || provided != test.provided || len(fake.Requests()) != test.attempts {
					t.Errorf("err = %v after %d requests and %d calls of the provider, want %v and %d requests",
						err, len(fake.Requests()), provided, test.is, test.attempts)
				}
			})
		})
	}
}

// Calls that are refused at the same time call the provider once.
func TestConcurrentCallsRefreshCredentialsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{DisableSignatureCheck: true})
		const count = 20
		for range count {
			injectNext(t, fake, "DescribeClusters", redshifttest.Fault{Code: "ExpiredToken", Delay: 50 * time.Millisecond})
		}
		var provided atomic.Int32
		config := fake.Config()
		config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
			time.Sleep(10 * time.Millisecond)

			return sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: fmt.Sprint(provided.Add(1))}, nil
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
		if provided.Load() != 2 || len(fake.Requests()) != 2*count {
			t.Errorf("got %d calls of the provider for %d requests", provided.Load(), len(fake.Requests()))
		}
	})
}

// Static credentials are not refreshed, because they would be the same.
func TestStaticCredentialsAreNotRefreshed(t *testing.T) {
	t.Parallel()
	inBubble(t, redshift.Config{}, func(t *testing.T, fake *redshifttest.Fake, client *redshift.Client) {
		failNext(t, fake, "DescribeClusters", awsquery.ErrExpiredToken)
		if _, err := client.DescribeClusters(t.Context(), nil); !errors.Is(err, awsquery.ErrExpiredToken) || len(fake.Requests()) != 1 {
			t.Errorf("err = %v after %d requests, want ErrExpiredToken and 1 request", err, len(fake.Requests()))
		}
	})
}

// The provider has new credentials when Redshift refuses the old ones.
func TestCredentialsMayChangeDuringAnAttempt(t *testing.T) {
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
			time.Sleep(2 * time.Second) // the request is on its way
			if request.Header.Get("X-Amz-Security-Token") == "old" && !time.Now().Before(swap) {
				return forbidden(request, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"), nil
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
			t.Errorf("err = %v after %d requests, want no error and 3 requests", err, requests)
		}
	})
}

// Redshift refuses credentials that were new in this attempt. They did not change since, so the client gets new ones.
func TestExpiredNewCredentialsAreRefreshed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config, provided := redshift.Config{Region: "eu-west-1"}, 0
		config.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
			provided++
			time.Sleep(time.Millisecond)

			return sigv4.Credentials{AccessKeyID: fmt.Sprint("AKID", provided), SecretAccessKey: "secret", SessionToken: fmt.Sprint(provided), Expires: time.Now().Add(time.Hour)}, nil
		})
		var tokens []string
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			token := request.Header.Get("X-Amz-Security-Token")
			tokens = append(tokens, token)
			if token == "2" {
				return forbidden(request, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"), nil
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
				t.Errorf("err = %v with the tokens %q, want no error", err, tokens)
			}
			time.Sleep(2 * time.Hour)
		}
		if fmt.Sprint(tokens) != "[1 2 3]" {
			t.Errorf("tokens = %q, want [1 2 3]", tokens)
		}
	})
}

func forbidden(request *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: http.StatusForbidden, Request: request, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// hangingCache has no credentials after Invalidate.
type hangingCache struct{ forgot atomic.Bool }

func (c *hangingCache) Invalidate() { c.forgot.Store(true) }

func (c *hangingCache) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	if c.forgot.Load() {
		<-ctx.Done()

		return sigv4.Credentials{}, ctx.Err()
	}

	return sigv4.Credentials{AccessKeyID: "AKIDOLD", SecretAccessKey: "secret"}, nil
}

// A refresh of credentials is limited to the time limit of an attempt.
func TestRefreshHasTheAttemptTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, err := redshift.New(redshift.Config{
			Region: "eu-west-1", Credentials: new(hangingCache), AttemptTimeout: 30 * time.Second,
			HTTPClient: &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				return forbidden(request, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"), nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err = client.DescribeClusters(t.Context(), nil)
		if took := time.Since(began); err == nil || took > 2*time.Minute {
			t.Errorf("err = %v after %v, want an error", err, took)
		}
	})
}

// accounts is a provider that returns the credentials of another account for each call. It has an Invalidate method, so that the
// client adds no cache.
type accounts struct {
	ids      []string // the last one is for all further calls
	provided int
}

func (a *accounts) Invalidate() {}

func (a *accounts) Credentials(context.Context) (sigv4.Credentials, error) {
	account := a.ids[min(a.provided, len(a.ids)-1)]
	a.provided++

	return sigv4.Credentials{AccessKeyID: fmt.Sprintf("AKID%d", a.provided), SecretAccessKey: "secret", AccountID: account}, nil
}

// A change that may have taken effect in one account is neither retried nor looked up in another account.
func TestCallEndsIfTheAccountChanges(t *testing.T) {
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
		"another account and back":          {[]string{a, b, a}, []reply{lost, {body: created}}, 1, true},
		"the same account with another key": {[]string{a, a}, []reply{lost, {body: created}}, 2, false},
		"no account":                        {[]string{""}, []reply{lost, {body: created}}, 2, false},
		"no account at first":               {[]string{"", b}, []reply{lost, {body: created}}, 2, false},
		"no account later":                  {[]string{a, ""}, []reply{lost, {body: created}}, 2, false},
		"no change yet":                     {[]string{a, b}, []reply{refusal(http.StatusBadRequest, "Throttling"), {body: created}}, 2, false},
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
					t.Errorf("requests = %s, want %d (err = %v)", server.actions(), test.requests, err)
				}
				if unknown && (!strings.Contains(err.Error(), "another account") || strings.Contains(err.Error(), "secret")) {
					t.Errorf("err = %v, want the account change without a secret", err)
				}
			})
		})
	}
}
