package redshift_test

import (
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// Variables with invalid values or the addresses of other servers do not reach clients of the fake. The test sets the environment
// of the process, so it is not parallel.
func TestEnvironmentDoesNotReachClientsOfTheFake(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_REGION":                          "mars-north-1",
		"AWS_DEFAULT_REGION":                  "Mars",
		"AWS_USE_FIPS_ENDPOINT":               "true",
		"AWS_USE_DUALSTACK_ENDPOINT":          "maybe",
		"AWS_MAX_ATTEMPTS":                    "1",
		"AWS_ENDPOINT_URL":                    "http://hostile.example",
		"AWS_ENDPOINT_URL_REDSHIFT":           "nonsense",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "yes",
		"AWS_SDK_UA_APP_ID":                   "my app",
		"AWS_ACCESS_KEY_ID":                   "HOSTILE",
		"AWS_SECRET_ACCESS_KEY":               "hostile",
		"AWS_SESSION_TOKEN":                   "x y",
	} {
		t.Setenv(name, value)
	}
	fake := redshifttest.New(redshifttest.Options{})
	server := redshifttest.NewServer(t)
	for name, test := range map[string]struct {
		config redshift.Config
		fake   *redshifttest.Fake
	}{
		"in memory": {fake.Config(), fake},
		"a server":  {server.Config(), server.Fake},
	} {
		t.Run(name, func(t *testing.T) {
			test.config.Retry.BaseDelay = 1
			client, err := redshift.New(test.config)
			if err != nil {
				t.Fatal(err)
			}
			defer client.CloseIdleConnections()
			injectNext(t, test.fake, "DescribeClusterSnapshots", redshifttest.Fault{Status: 503}) // so that the call makes two attempts
			if _, err := client.DescribeClusterSnapshots(t.Context(), nil); err != nil {
				t.Error(err)
			}
			if client.Endpoint() != test.config.Endpoint || client.Region() != redshifttest.DefaultRegion {
				t.Errorf("got endpoint %s and region %s", client.Endpoint(), client.Region())
			}
			requests := test.fake.Requests()
			if len(requests) != 2 {
				t.Fatalf("got %d requests, want 2", len(requests))
			}
		})
	}

	// With explicit settings, New reads only the variables of the missing ones.
	client, err := redshift.New(redshift.Config{
		Region: "eu-west-1", Endpoint: "https://redshift.example.com", Credentials: sigv4.StaticCredentials(exampleCredentials),
	})
	if err != nil || client.Endpoint() != "https://redshift.example.com" {
		t.Errorf("New with an endpoint = %v, %v", client, err)
	}
	_, err = redshift.New(redshift.Config{})
	if err == nil || !strings.Contains(err.Error(), "AWS_REGION") && !strings.Contains(err.Error(), "AWS_USE_DUALSTACK_ENDPOINT") {
		t.Errorf("New with an empty Config: err = %v", err)
	}
}
