package sigv4

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// redirects is a RoundTripper that returns redirects to its locations in order, and then the status 200. It records the requests.
type redirects struct {
	status    int
	locations []string
	sent      []*http.Request
	// response changes each response, as middleware may do. If nil, responses do not change.
	response func(*http.Response)
}

func (r *redirects) RoundTrip(request *http.Request) (*http.Response, error) {
	response := &http.Response{StatusCode: http.StatusOK, Header: make(http.Header), Body: http.NoBody, Request: request}
	if len(r.sent) < len(r.locations) {
		response.StatusCode = r.status
		response.Header.Set("Location", r.locations[len(r.sent)])
	}
	r.sent = append(r.sent, request)
	if r.response != nil {
		r.response(response)
	}

	return response, nil
}

// requireRedirectError checks the type and the advice of the error for a redirect to another host, and that it has no secret and no
// query.
func requireRedirectError(t *testing.T, err error, host string) {
	t.Helper()
	var refused *SigningError
	if !errors.As(err, &refused) {
		t.Fatalf("the error is %T %v, want a *SigningError", err, err)
	}
	requireEqual(t, "Action", refused.Action, "sign")
	requireEqual(t, "Host", refused.Host, host)
	for _, word := range []string{"redirect", "CheckRedirect", "http.ErrUseLastResponse"} {
		if !strings.Contains(refused.Error(), word) {
			t.Errorf("the error lacks %q: %v", word, refused)
		}
	}
	for _, secret := range []string{hiddenSecret, hiddenToken, "hiddenParameter"} {
		if strings.Contains(refused.Error(), secret) {
			t.Errorf("the error shows %s: %v", secret, refused)
		}
	}
}

// TestRedirectsToAnotherHost checks with net/http's client which redirects a Transport signs.
func TestRedirectsToAnotherHost(t *testing.T) {
	t.Parallel()
	const home = "https://redshift.example.com/"
	for _, test := range []struct {
		name      string
		from      string // home if empty
		locations []string
		// refused is the number of the redirect that the Transport refuses, from 1. 0 means that it signs all.
		refused int
		host    string // in the error
	}{
		{name: "another host", locations: []string{"https://evil.example.com/"}, refused: 1, host: "evil.example.com"},
		{name: "a subdomain", locations: []string{"https://a.redshift.example.com/"}, refused: 1, host: "a.redshift.example.com"},
		{name: "the parent domain", locations: []string{"https://example.com/"}, refused: 1, host: "example.com"},
		{name: "a suffix", locations: []string{"https://redshift.example.com.evil.example/"}, refused: 1, host: "redshift.example.com.evil.example"},
		{name: "plain http", locations: []string{"http://redshift.example.com/"}, refused: 1, host: "redshift.example.com"},
		{name: "plain http at the port of https", locations: []string{"http://redshift.example.com:443/"}, refused: 1, host: "redshift.example.com:443"},
		{name: "from http to https", from: "http://redshift.example.com/", locations: []string{home}, refused: 1, host: "redshift.example.com"},
		{name: "another port", locations: []string{"https://redshift.example.com:8443/"}, refused: 1, host: "redshift.example.com:8443"},
		{name: "the port of http", locations: []string{"https://redshift.example.com:80/"}, refused: 1, host: "redshift.example.com:80"},
		{name: "a host for a user", locations: []string{"https://redshift.example.com@evil.example.com/"}, refused: 1, host: "evil.example.com"},
		{name: "a host for a user and a password", locations: []string{"https://redshift.example.com:443@evil.example.com/"}, refused: 1, host: "evil.example.com"},
		{name: "without a scheme", locations: []string{"//evil.example.com/"}, refused: 1, host: "evil.example.com"},
		{name: "with backslashes", locations: []string{`https://evil.example.com/\redshift.example.com`}, refused: 1, host: "evil.example.com"},
		{name: "a trailing dot", locations: []string{"https://redshift.example.com./"}, refused: 1, host: "redshift.example.com."},
		{name: "a letter that only Unicode folds", locations: []string{"https://redſhift.example.com/"}, refused: 1, host: "redſhift.example.com"},
		{name: "an IPv6 address for an IPv4 one", from: "https://127.0.0.1/", locations: []string{"https://[::ffff:127.0.0.1]/"}, refused: 1, host: "[::ffff:127.0.0.1]"},
		{name: "home, then another host", locations: []string{"/a", "https://evil.example.com/"}, refused: 2, host: "evil.example.com"},
		{name: "home twice, then another host", locations: []string{"/a", "https://REDSHIFT.example.com:443/b", "https://evil.example.com/"}, refused: 3, host: "evil.example.com"},

		{name: "a path", locations: []string{"/a?b=c"}},
		{name: "the same URL", locations: []string{home}},
		{name: "the default port", locations: []string{"https://redshift.example.com:443/"}},
		{name: "an empty port", locations: []string{"https://redshift.example.com:/"}},
		{name: "from the default port", from: "https://redshift.example.com:443/", locations: []string{home}},
		{name: "the default port of http", from: "http://redshift.example.com/", locations: []string{"http://redshift.example.com:80/"}},
		{name: "capital letters", locations: []string{"HTTPS://Redshift.Example.COM/"}},
		{name: "a user", locations: []string{"https://user:password@redshift.example.com/"}},
		{name: "an address", from: "https://[::1]:8443/", locations: []string{"https://[::1]:8443/a"}},
		{name: "nine redirects, net/http's limit", locations: []string{"/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i"}},
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				t.Run(fmt.Sprintf("%s, %d %s", test.name, status, method), func(t *testing.T) {
					t.Parallel()
					base := &redirects{status: status, locations: test.locations}
					transport := testTransport(t, base)
					transport.Credentials = StaticCredentials(Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: hiddenSecret, SessionToken: hiddenToken})
					from := test.from
					if from == "" {
						from = home
					}
					var body io.Reader
					if method == http.MethodPost {
						body = strings.NewReader("Action=Test")
					}
					request, err := http.NewRequestWithContext(t.Context(), method, from+"?q=hiddenParameter", body)
					if err != nil {
						t.Fatal(err)
					}
					response, err := (&http.Client{Transport: transport}).Do(request)
					if response != nil {
						closeResponse(t, response)
					}
					wantSent := len(test.locations) + 1
					if test.refused > 0 {
						wantSent = test.refused
						requireRedirectError(t, err, test.host)
					} else if err != nil {
						t.Error(err)
					}
					if len(base.sent) != wantSent {
						t.Errorf("the Transport sent %d requests, want %d", len(base.sent), wantSent)
					}
					for _, sent := range base.sent {
						if !strings.HasPrefix(sent.Header.Get("Authorization"), algorithm) {
							t.Errorf("the request to %s is not signed", sent.URL.Host)
						}
					}
				})
			}
		}
	}
}

// TestRedirectTargetReceivesNothing has a server that redirects to a second one, which must receive no request.
func TestRedirectTargetReceivesNothing(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name     string
		from, to func(http.Handler) *httptest.Server
	}{
		{"http to http", httptest.NewServer, httptest.NewServer},
		{"https to http", httptest.NewTLSServer, httptest.NewServer},
		{"https to https", httptest.NewTLSServer, httptest.NewTLSServer},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			var reached, redirected atomic.Int64
			elsewhere := way.to(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
			defer elsewhere.Close()
			home := way.from(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
				redirected.Add(1)
				http.Redirect(w, request, elsewhere.URL, http.StatusTemporaryRedirect)
			}))
			defer home.Close()
			transport := testTransport(t, home.Client().Transport)
			transport.Credentials = StaticCredentials(Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: hiddenSecret, SessionToken: hiddenToken})
			request := mustRequest(t, http.MethodGet, home.URL+"/?q=hiddenParameter")
			response, err := (&http.Client{Transport: transport}).Do(request)
			if response != nil {
				closeResponse(t, response)
			}
			address, parseErr := url.Parse(elsewhere.URL)
			if parseErr != nil {
				t.Fatal(parseErr)
			}
			requireRedirectError(t, err, address.Host)
			if redirected.Load() != 1 || reached.Load() != 0 {
				t.Errorf("the servers received %d and %d requests, want 1 and 0", redirected.Load(), reached.Load())
			}
		})
	}
}

// TestRedirectBack has a program that signs only for one host. Another host must not obtain a signature by redirecting back.
func TestRedirectBack(t *testing.T) {
	t.Parallel()
	home := &redirects{status: http.StatusTemporaryRedirect, locations: []string{"https://other.example.com/"}}
	other := &redirects{status: http.StatusTemporaryRedirect, locations: []string{"https://redshift.example.com/?Action=DeleteCluster"}}
	signing := testTransport(t, home)
	client := &http.Client{Transport: roundTripperFunc(func(request *http.Request) (*http.Response, error) {
		if request.URL.Host == "redshift.example.com" {
			return signing.RoundTrip(request)
		}

		return other.RoundTrip(request)
	})}
	response, err := client.Do(mustRequest(t, http.MethodGet, "https://redshift.example.com/"))
	if response != nil {
		closeResponse(t, response)
	}
	requireRedirectError(t, err, "redshift.example.com")
	if len(home.sent) != 1 || len(other.sent) != 1 {
		t.Errorf("the hosts received %d and %d requests, want 1 and 1", len(home.sent), len(other.sent))
	}
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// TestRedirectsWithMiddleware has middleware that copies requests, or removes the source of a redirect.
func TestRedirectsWithMiddleware(t *testing.T) {
	t.Parallel()
	withoutRequest := func(response *http.Response) { response.Request = nil }
	copied := func(response *http.Response) { response.Request = response.Request.Clone(response.Request.Context()) }
	rewritten := func(response *http.Response) {
		copied(response)
		response.Request.URL.Host = "evil.example.com"
		response.Request.Response = nil
	}
	for _, test := range []struct {
		name         string
		location     string
		below, above func(*http.Response) // the transport that signs
		want         string               // in the error, or empty for none
	}{
		{"no request, below", "/a", withoutRequest, nil, ""},
		{"no request, below, another host", "https://evil.example.com/", withoutRequest, nil, "another scheme, host or port"},
		{"a copy, below", "/a", copied, nil, ""},
		{"a copy, below, another host", "https://evil.example.com/", copied, nil, "another scheme, host or port"},
		{"another URL, below", "/a", rewritten, nil, ""},
		{"another URL, below, its host", "https://evil.example.com/", rewritten, nil, "another scheme, host or port"},
		{"a copy, above", "/a", nil, copied, ""},
		{"a copy, above, another host", "https://evil.example.com/", nil, copied, "another scheme, host or port"},
		{"no request, above", "/a", nil, withoutRequest, "redirect from an unknown URL"},
		{"no request, above, another host", "https://evil.example.com/", nil, withoutRequest, "redirect from an unknown URL"},
		{"a request without a URL", "/a", nil, func(response *http.Response) { response.Request = new(http.Request) }, "redirect from an unknown URL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			base := &redirects{status: http.StatusTemporaryRedirect, locations: []string{test.location}, response: test.below}
			signing := testTransport(t, base)
			client := &http.Client{Transport: roundTripperFunc(func(request *http.Request) (*http.Response, error) {
				response, err := signing.RoundTrip(request)
				if err == nil && test.above != nil {
					test.above(response)
				}

				return response, err
			})}
			response, err := client.Do(mustRequest(t, http.MethodGet, "https://redshift.example.com/"))
			if response != nil {
				closeResponse(t, response)
			}
			switch {
			case test.want == "" && (err != nil || len(base.sent) != 2):
				t.Errorf("the Transport sent %d requests, and the error is %v, want 2 and none", len(base.sent), err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || len(base.sent) != 1):
				t.Errorf("the Transport sent %d requests, and the error is %v, want 1 and %q", len(base.sent), err, test.want)
			}
		})
	}
}

// TestRedirectedHostHeader has a Host that differs from the URL's host. The signature is for both.
func TestRedirectedHostHeader(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, location string
		refused        bool
	}{
		// net/http keeps the Host of the first request only for a relative redirect.
		{"relative", "/a", false},
		{"absolute", "https://127.0.0.1:8443/a", true},
		{"to the Host", "https://redshift.example.com/a", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			base := &redirects{status: http.StatusTemporaryRedirect, locations: []string{test.location}}
			request := mustRequest(t, http.MethodGet, "https://127.0.0.1:8443/")
			request.Host = "redshift.example.com"
			response, err := (&http.Client{Transport: testTransport(t, base)}).Do(request)
			if response != nil {
				closeResponse(t, response)
			}
			if (err != nil) != test.refused || len(base.sent) != map[bool]int{true: 1, false: 2}[test.refused] {
				t.Errorf("the Transport sent %d requests, and the error is %v, want an error: %t", len(base.sent), err, test.refused)
			}
		})
	}
}

// TestRequestsThatLookRedirected has requests that no http.Client made. Some of them cannot result from redirects.
func TestRequestsThatLookRedirected(t *testing.T) {
	t.Parallel()
	const home, other = "https://redshift.example.com/", "https://evil.example.com/"
	after := func(request *http.Request, before *http.Request) *http.Request {
		request.Response = &http.Response{StatusCode: http.StatusFound, Request: before}

		return request
	}
	circle := mustRequest(t, http.MethodGet, home)
	after(circle, circle)
	chain := func(length int) *http.Request {
		request := mustRequest(t, http.MethodGet, home)
		for range length {
			request = after(mustRequest(t, http.MethodGet, home), request)
		}

		return request
	}
	for _, test := range []struct {
		name    string
		request *http.Request
		want    string // in the error, or empty for none
	}{
		{"no response", mustRequest(t, http.MethodGet, home), ""},
		{"one", after(mustRequest(t, http.MethodGet, home), mustRequest(t, http.MethodGet, home)), ""},
		{"another host", after(mustRequest(t, http.MethodGet, home), mustRequest(t, http.MethodGet, other)), "another scheme, host or port"},
		{
			"another host on the way", after(mustRequest(t, http.MethodGet, home), after(mustRequest(t, http.MethodGet, other), mustRequest(t, http.MethodGet, home))),
			"another scheme, host or port",
		},
		{"a circle", circle, "too many redirects"},
		{"99", chain(99), ""},
		{"100", chain(100), "too many redirects"},
		{"very many", chain(10_000), "too many redirects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			base := &recorder{}
			called := false
			transport := testTransport(t, base)
			transport.Credentials = CredentialsProviderFunc(func(context.Context) (Credentials, error) {
				called = true

				return exampleCredentials, nil
			})
			body := &trackedBody{Reader: bytes.NewReader(nil)}
			test.request.Body = body
			done := make(chan error, 1)
			go func() {
				response, err := transport.RoundTrip(test.request)
				if response != nil {
					closeResponse(t, response)
				}
				done <- err
			}()
			select {
			case err := <-done:
				refused := test.want != ""
				if (err != nil) != refused || refused && !strings.Contains(err.Error(), test.want) {
					t.Errorf("the error is %v, want %q", err, test.want)
				}
				if called == refused || len(base.requests) != map[bool]int{true: 0, false: 1}[refused] {
					t.Errorf("the Transport called the provider: %t, and sent %d requests", called, len(base.requests))
				}
				if body.closed.Load() == 0 {
					t.Error("the Transport did not close the body")
				}
			case <-time.After(time.Minute):
				t.Fatal("RoundTrip does not return")
			}
		})
	}
}
