package awsconfig_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsconfig"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestEndpoints checks which setting decides the endpoint. The module interop compares that with Amazon's client.
func TestEndpoints(t *testing.T) {
	const services = "[services local]\nredshift =\n  endpoint_url = https://services.example\ns3 =\n  endpoint_url = https://s3.example\n"
	for name, test := range map[string]struct {
		variables map[string]string
		file      string
		options   []func(*config.LoadOptions) error
		endpoint  string
	}{
		"the region's own":      {endpoint: "https://redshift.eu-west-1.amazonaws.com"},
		"region of the profile": {variables: map[string]string{"AWS_REGION": ""}, file: "[default]\nregion = cn-north-1\n", endpoint: "https://redshift.cn-north-1.amazonaws.com.cn"},
		"region of an option":   {options: []func(*config.LoadOptions) error{config.WithRegion("us-gov-west-1")}, endpoint: "https://redshift.us-gov-west-1.amazonaws.com"},
		"for Redshift":          {variables: map[string]string{"AWS_ENDPOINT_URL_REDSHIFT": "https://own.example", "AWS_ENDPOINT_URL": "https://all.example"}, endpoint: "https://own.example"},
		"for all services":      {variables: map[string]string{"AWS_ENDPOINT_URL": "https://all.example"}, endpoint: "https://all.example"},
		"in the profile":        {file: "[default]\nendpoint_url = https://profile.example\n", endpoint: "https://profile.example"},
		"services section":      {file: "[default]\nservices = local\nendpoint_url = https://profile.example\n\n" + services, endpoint: "https://services.example"},
		"for all services before the services section": {
			variables: map[string]string{"AWS_ENDPOINT_URL": "https://all.example"},
			file:      "[default]\nservices = local\n\n" + services, endpoint: "https://all.example",
		},
		"an option": {
			variables: map[string]string{"AWS_ENDPOINT_URL": "https://all.example"},
			options:   []func(*config.LoadOptions) error{config.WithBaseEndpoint("https://option.example")}, endpoint: "https://option.example",
		},
		"ignored in the environment": {
			variables: map[string]string{"AWS_ENDPOINT_URL": "https://all.example", "AWS_ENDPOINT_URL_REDSHIFT": "https://own.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
			file:      "[default]\nservices = local\n\n" + services, endpoint: "https://redshift.eu-west-1.amazonaws.com",
		},
		"ignored in the profile":                {file: "[default]\nservices = local\nignore_configured_endpoint_urls = true\n\n" + services, endpoint: "https://redshift.eu-west-1.amazonaws.com"},
		"FIPS in the environment":               {variables: map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, endpoint: "https://redshift-fips.eu-west-1.amazonaws.com"},
		"FIPS in the profile":                   {file: "[default]\nuse_fips_endpoint = true\n", endpoint: "https://redshift-fips.eu-west-1.amazonaws.com"},
		"FIPS off in the environment":           {variables: map[string]string{"AWS_USE_FIPS_ENDPOINT": "false"}, file: "[default]\nuse_fips_endpoint = true\n", endpoint: "https://redshift.eu-west-1.amazonaws.com"},
		"dual-stack in the environment":         {variables: map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"}, endpoint: "https://redshift.eu-west-1.api.aws"},
		"dual-stack in the profile, with FIPS":  {file: "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n", endpoint: "https://redshift-fips.eu-west-1.api.aws"},
		"dual-stack by an option":               {options: []func(*config.LoadOptions) error{config.WithUseDualStackEndpoint(aws.DualStackEndpointStateEnabled)}, endpoint: "https://redshift.eu-west-1.api.aws"},
		"plain http to this machine, with port": {variables: map[string]string{"AWS_ENDPOINT_URL_REDSHIFT": "http://127.0.0.1:8080"}, endpoint: "http://127.0.0.1:8080"},
	} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			machine.Setenv("AWS_REGION", region)
			machine.write(".aws/config", test.file)
			for variable, value := range test.variables {
				machine.Setenv(variable, value)
			}
			filled, err := awsconfig.Load(t.Context(), test.options...)
			if err != nil {
				t.Fatal(err)
			}
			client, err := redshift.New(filled)
			if err != nil {
				t.Fatal(err)
			}
			if client.Endpoint() != test.endpoint {
				t.Errorf("Endpoint() = %s, want %s", client.Endpoint(), test.endpoint)
			}
		})
	}
}

// TestOverriddenVariables checks that redshift.New does not read variables that the program or its profile overrides.
func TestOverriddenVariables(t *testing.T) {
	for name, test := range map[string]struct {
		variable, value, file string
		option                config.LoadOptionsFunc
	}{
		"ignored endpoint for Redshift": {variable: "AWS_ENDPOINT_URL_REDSHIFT", value: "https://own.example", file: "[default]\nignore_configured_endpoint_urls = true\n"},
		"ignored endpoint for all":      {variable: "AWS_ENDPOINT_URL", value: "https://all.example", file: "[default]\nignore_configured_endpoint_urls = true\n"},
		"FIPS":                          {variable: "AWS_USE_FIPS_ENDPOINT", value: "true", option: config.WithUseFIPSEndpoint(aws.FIPSEndpointStateDisabled)},
		"dual-stack":                    {variable: "AWS_USE_DUALSTACK_ENDPOINT", value: "true", option: config.WithUseDualStackEndpoint(aws.DualStackEndpointStateDisabled)},
	} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			machine.Setenv("AWS_REGION", region)
			machine.Setenv(test.variable, test.value)
			machine.write(".aws/config", test.file)
			options := []func(*config.LoadOptions) error{}
			if test.option != nil {
				options = append(options, test.option)
			}
			filled, err := awsconfig.Load(t.Context(), options...)
			if err != nil {
				t.Fatal(err)
			}
			client, err := redshift.New(filled)
			if err != nil {
				t.Fatal(err)
			}
			if want := "https://redshift." + region + ".amazonaws.com"; client.Endpoint() != want {
				t.Errorf("Endpoint() = %s, want %s", client.Endpoint(), want)
			}
		})
	}
}

// TestAppID checks that an invalid app id is changed as Amazon's clients change it.
func TestAppID(t *testing.T) {
	for value, want := range map[string]string{
		"MyApp1": "MyApp1", "my app": "my-app", "a/b(c)\u00e9": "a-b-c--", "!$%&'*+-.^_`|~": "!$%&'*+-.^_`|~",
		strings.Repeat("a", 51): strings.Repeat("a", 50), "": "",
	} {
		machine := newEnvironment(t)
		machine.Setenv("AWS_REGION", region)
		machine.Setenv("AWS_SDK_UA_APP_ID", value)
		filled, err := awsconfig.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := redshift.New(filled); err != nil || filled.AppID != want {
			t.Errorf("AppID of %q = %q, want %q; the error is %v", value, filled.AppID, want, err)
		}
	}
}

// TestProxyOfTheEnvironment checks that the client uses the proxy of the environment, although redshift.New does not read the
// environment.
func TestProxyOfTheEnvironment(t *testing.T) {
	machine := newEnvironment(t)
	machine.Setenv("AWS_REGION", region)
	filled, err := awsconfig.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	transport, ok := filled.HTTPClient.Transport.(*http.Transport)
	if !ok || transport.Proxy == nil || transport.MaxIdleConnsPerHost != 100 {
		t.Errorf("the transport is %+v, want a proxy and 100 idle connections", filled.HTTPClient.Transport)
	}
}

// TestInsecureEndpoint checks that the caller can allow plain http to another machine after Load.
func TestInsecureEndpoint(t *testing.T) {
	machine := newEnvironment(t)
	machine.Setenv("AWS_REGION", region)
	machine.Setenv("AWS_ENDPOINT_URL_REDSHIFT", "http://proxy.example")
	filled, err := awsconfig.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := redshift.New(filled); err == nil {
		t.Error("New returns no error for plain http to another machine")
	}
	filled.AllowInsecure = true
	if _, err := redshift.New(filled); err != nil {
		t.Error(err)
	}
}

// TestErrorsOfOtherSettings checks that Load does not report errors in other settings as errors of the endpoint. redshift.New reports
// them.
func TestErrorsOfOtherSettings(t *testing.T) {
	for name, test := range map[string]struct{ variable, value, says string }{
		"region":   {"AWS_REGION", "EU-west-1", "Config.Region"},
		"attempts": {"AWS_MAX_ATTEMPTS", "-1", "Config.Retry"},
	} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			machine.Setenv("AWS_REGION", region)
			machine.Setenv("AWS_ENDPOINT_URL_REDSHIFT", "https://own.example")
			machine.Setenv(test.variable, test.value)
			filled, err := awsconfig.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := redshift.New(filled); err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "ndpoint") {
				t.Errorf("the error is %v, want one about %s", err, test.says)
			}
		})
	}
}

// TestAttempts checks that the client uses the maximum number of attempts of the profile.
func TestAttempts(t *testing.T) {
	machine := newEnvironment(t)
	machine.withUser("default")
	machine.write(".aws/config", "[default]\nmax_attempts = 2\n")
	server := newRedshift(machine, userKeys())
	if err := server.FailNext("DescribeClusterSnapshots", awsquery.ErrInternalFailure, 5); err != nil {
		t.Fatal(err)
	}
	if err := list(t); err == nil {
		t.Error("the call returns no error")
	}
	if attempts := len(server.Requests()); attempts != 2 {
		t.Errorf("the call made %d attempts, want 2", attempts)
	}
}

// TestAttemptsOfARetryer checks that a Retryer sets the maximum number of attempts, unless RetryMaxAttempts does. The module interop
// compares that with Amazon's client.
func TestAttemptsOfARetryer(t *testing.T) {
	newEnvironment(t)
	four := func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 4) }
	for name, test := range map[string]struct {
		retryer  func() aws.Retryer
		max      int
		attempts int
	}{
		"neither":               {nil, 0, 0},
		"a retryer":             {four, 0, 4},
		"both":                  {four, 2, 2},
		"no retries":            {func() aws.Retryer { return aws.NopRetryer{} }, 0, 1},
		"no retries, a number":  {func() aws.Retryer { return aws.NopRetryer{} }, 3, 1},
		"no limit":              {func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 0) }, 0, 0},
		"a retryer that is nil": {func() aws.Retryer { return nil }, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			filled, err := awsconfig.FromAWSConfig(aws.Config{
				Region: region, Credentials: staticProvider{Secret: "x"}, Retryer: test.retryer, RetryMaxAttempts: test.max,
			})
			if err != nil {
				t.Fatal(err)
			}
			if filled.Retry.MaxAttempts != test.attempts {
				t.Errorf("MaxAttempts = %d, want %d", filled.Retry.MaxAttempts, test.attempts)
			}
		})
	}
}

// TestProxyThatRefuses checks that an error through Amazon's transport mentions a proxy that refuses to connect.
func TestProxyThatRefuses(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	machine := newEnvironment(t)
	machine.withUser("default")
	machine.Setenv("AWS_REGION", region)
	machine.Setenv("AWS_MAX_ATTEMPTS", "1")
	err = list(t, config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) {
		transport.Proxy = http.ProxyURL(address)
	})))
	if err == nil || !strings.Contains(err.Error(), "Forbidden") || !strings.Contains(err.Error(), "check the proxy") {
		t.Errorf("the error is %v", err)
	}
}

// TestIdleConnections checks that the client keeps more than the ten idle connections of Amazon's HTTP client, because all calls go to
// one host, and that it keeps a number that the program set.
func TestIdleConnections(t *testing.T) {
	machine := newEnvironment(t)
	machine.withUser("default")
	machine.Setenv("AWS_REGION", region)
	for name, test := range map[string]struct {
		client *awshttp.BuildableClient
		kept   int
	}{
		"Amazon's default": {awshttp.NewBuildableClient(), 100},
		"fewer":            {awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) { transport.MaxIdleConnsPerHost = 3 }), 3},
	} {
		loaded, err := awsconfig.Load(t.Context(), config.WithHTTPClient(test.client))
		if err != nil {
			t.Fatal(err)
		}
		transport, ok := loaded.HTTPClient.Transport.(*http.Transport)
		if !ok || transport.MaxIdleConnsPerHost != test.kept {
			t.Errorf("%s: the transport is %+v, want %d idle connections", name, transport, test.kept)
		}
		if amazon := test.client.GetTransport(); amazon.MaxIdleConnsPerHost == 100 {
			t.Errorf("%s: Load changed Amazon's client", name)
		}
	}
}

// TestHTTPClients checks that the client uses the certificate authorities of a CA bundle, or an HTTP client of the program.
func TestHTTPClients(t *testing.T) {
	fake := redshifttest.New(redshifttest.Options{Region: region, Credentials: userKeys()})
	server := httptest.NewTLSServer(fake)
	t.Cleanup(server.Close)
	for name, test := range map[string]struct {
		prepare func(machine *environment)
		options []func(*config.LoadOptions) error
		works   bool
	}{
		"neither": {prepare: func(machine *environment) { machine.Setenv("AWS_MAX_ATTEMPTS", "1") }},
		"AWS_CA_BUNDLE": {works: true, prepare: func(machine *environment) {
			machine.Setenv("AWS_CA_BUNDLE", machine.write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))))
		}},
		"net/http's": {works: true, prepare: func(*environment) {}, options: []func(*config.LoadOptions) error{config.WithHTTPClient(server.Client())}},
		"another":    {works: true, prepare: func(*environment) {}, options: []func(*config.LoadOptions) error{config.WithHTTPClient(ownClient{server.Client()})}},
	} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			machine.withUser("default")
			machine.Setenv("AWS_REGION", region)
			machine.Setenv("AWS_ENDPOINT_URL_REDSHIFT", server.URL)
			test.prepare(machine)
			if err := list(t, test.options...); (err == nil) != test.works {
				t.Errorf("the error is %v, want one: %t", err, !test.works)
			}
		})
	}
}

// ownClient is an HTTP client that is not a *http.Client.
type ownClient struct{ inner *http.Client }

func (c ownClient) Do(request *http.Request) (*http.Response, error) { return c.inner.Do(request) }

// TestFromAWSConfigByHand has an aws.Config that the program built itself. Its endpoint is only in BaseEndpoint.
func TestFromAWSConfigByHand(t *testing.T) {
	newEnvironment(t)
	filled, err := awsconfig.FromAWSConfig(aws.Config{
		Region: region, Credentials: staticProvider{Secret: "x"}, BaseEndpoint: aws.String("https://base.example"),
		RetryMaxAttempts: 3, HTTPClient: &http.Client{Timeout: time.Second}, AppID: "nightly-backup",
	})
	if err != nil {
		t.Fatal(err)
	}
	if filled.Endpoint != "https://base.example" || filled.AppID != "nightly-backup" || filled.Retry.MaxAttempts != 3 || filled.HTTPClient.Timeout != time.Second {
		t.Errorf("FromAWSConfig() = %v", filled)
	}
}
