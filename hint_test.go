package redshift_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// Each case is a mistake that users make. The error has a hint.
func TestErrorsHaveHints(t *testing.T) {
	t.Parallel()
	fake := redshifttest.NewServer(t)
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer refuses.Close()
	proxy, _ := url.Parse(refuses.URL)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	closedAddress := closed.Addr().String()
	lookups := func(found error) func(*redshift.Config) {
		return func(config *redshift.Config) {
			config.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: found}
			})}
		}
	}
	for name, test := range map[string]struct {
		change func(*redshift.Config)
		fault  redshifttest.Fault
		want   string
	}{
		"an expired token":        {fault: redshifttest.Fault{Code: "ExpiredToken"}, want: "get new ones"},
		"its other code":          {fault: redshifttest.Fault{Code: "ExpiredTokenException"}, want: "get new ones"},
		"wrong clock":             {fault: redshifttest.Fault{Code: "RequestExpired"}, want: "clock"},
		"wrong clock, other code": {fault: redshifttest.Fault{Code: "RequestTimeTooSkewed"}, want: "clock"},
		"wrong clock, by its message": {change: func(c *redshift.Config) {
			c.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				return forbidden(request, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: 20261123T000000Z is now "+
					"earlier than 20261123T001500Z (20261123T002000Z - 5 min.)</Message></Error></ErrorResponse>"), nil
			})}
		}, want: "clock"},
		"truncated refusal": {fault: redshifttest.Fault{Code: models.ErrClusterNotFound, Truncate: true}, want: ""},
		"disabled region":   {fault: redshifttest.Fault{Code: "OptInRequired"}, want: "enable the region"},
		"an unknown key": {change: func(c *redshift.Config) {
			c.Credentials = sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKIDOTHER", SecretAccessKey: "x"})
		}, want: "check the access key"},
		"a wrong secret": {change: func(c *redshift.Config) {
			c.Credentials = sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: redshifttest.ExampleAccessKeyID, SecretAccessKey: "x"})
		}, want: "check the secret access key"},
		"another region":      {change: func(c *redshift.Config) { c.Region = "eu-west-1" }, want: "Config.Region"},
		"another web server":  {change: func(c *redshift.Config) { c.Endpoint = web.URL }, want: "not Redshift: check the endpoint"},
		"no server":           {change: func(c *redshift.Config) { c.Endpoint = "http://" + closedAddress }, want: "check Config.Endpoint, the network"},
		"https for http":      {change: func(c *redshift.Config) { c.Endpoint = strings.Replace(web.URL, "http:", "https:", 1) }, want: "http://"},
		"unknown certificate": {change: func(c *redshift.Config) { c.Endpoint = secure.URL }, want: "RootCAs"},
		"unknown host":        {change: lookups(&net.DNSError{Err: "no such host", Name: "redshift.eu-west-9.amazonaws.com", IsNotFound: true}), want: "Config.Region, Config.Endpoint"},
		"no DNS":              {change: lookups(&net.DNSError{Err: "server misbehaving", Name: "redshift.eu-west-1.amazonaws.com", IsTemporary: true}), want: "network and its DNS"},
		"a proxy that is down": {change: func(c *redshift.Config) {
			c.HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: closedAddress})}}
		}, want: "HTTPS_PROXY"},
		"a proxy that refuses": {change: func(c *redshift.Config) {
			c.Endpoint = "https://redshift.us-east-1.amazonaws.com"
			c.HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
		}, want: "HTTPS_PROXY"},
		"no service for credentials": {change: func(c *redshift.Config) {
			c.Credentials = sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
				return sigv4.Credentials{}, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route")}
			})
		}, want: ""},
		"a page":          {fault: redshifttest.Fault{Status: http.StatusOK, Body: "<!DOCTYPE html><title>Welcome</title>"}, want: "not Redshift: check the endpoint"},
		"without a hint":  {fault: redshifttest.Fault{Code: "UnsupportedOperation"}, want: ""},
		"a busy Redshift": {fault: redshifttest.Fault{Status: 503, Body: "<html>"}, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			config := fake.Config()
			config.Retry.MaxAttempts = 1
			if test.change != nil {
				test.change(&config)
			} else {
				injectNext(t, fake.Fake, "DescribeClusters", test.fault)
			}
			client, err := redshift.New(config)
			if err != nil {
				t.Fatal(err)
			}
			defer client.CloseIdleConnections()
			_, err = client.DescribeClusters(t.Context(), nil)
			text := fmt.Sprint(err)
			if err == nil || !strings.Contains(text, test.want) || strings.HasSuffix(text, ")") != (test.want != "") {
				t.Errorf("err = %s, want the hint %q", text, test.want)
			}
			encoded, err := json.Marshal(err)
			if err != nil || !strings.Contains(string(encoded), test.want) || strings.Contains(string(encoded), `"hint"`) != (test.want != "") {
				t.Errorf("Marshal() = %s, %v, want the hint %q", encoded, err, test.want)
			}
		})
	}
}

// An attempt that takes too long has a hint that depends on what it waited for.
func TestTimeoutsHaveHints(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*redshift.Config){
		"security groups, routes": func(c *redshift.Config) {
			c.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				<-request.Context().Done()

				return nil, request.Context().Err()
			})}
		},
		"the credentials did not arrive in time": func(c *redshift.Config) {
			c.Credentials = sigv4.CredentialsProviderFunc(func(ctx context.Context) (sigv4.Credentials, error) {
				<-ctx.Done()

				return sigv4.Credentials{}, ctx.Err()
			})
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			config := redshifttest.New(redshifttest.Options{}).Config()
			config.Retry.MaxAttempts = 1
			change(&config)
			client, err := redshift.New(config)
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.DescribeClusters(t.Context(), nil)
			if text := fmt.Sprint(err); !strings.Contains(text, want) || !strings.HasSuffix(text, ")") {
				t.Errorf("err = %s, want the hint %q", text, want)
			}
			encoded, err := json.Marshal(err)
			if err != nil || !strings.Contains(string(encoded), `"hint"`) || !strings.Contains(string(encoded), want) {
				t.Errorf("Marshal() = %s, %v, want the hint %q", encoded, err, want)
			}
		})
	}
}
