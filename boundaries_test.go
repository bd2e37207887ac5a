package redshift_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// A region of each partition, and names that only resemble such regions.
func TestEveryPartitionHasItsEndpoints(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ region, plain, fips, dualStack, both string }{
		{"us-east-1", "redshift.us-east-1.amazonaws.com", "redshift-fips.us-east-1.amazonaws.com", "redshift.us-east-1.api.aws", "redshift-fips.us-east-1.api.aws"},
		{"mx-central-1", "redshift.mx-central-1.amazonaws.com", "redshift-fips.mx-central-1.amazonaws.com", "redshift.mx-central-1.api.aws", "redshift-fips.mx-central-1.api.aws"},
		{"aws-global", "redshift.aws-global.amazonaws.com", "redshift-fips.aws-global.amazonaws.com", "redshift.aws-global.api.aws", "redshift-fips.aws-global.api.aws"},
		{
			"cn-north-1", "redshift.cn-north-1.amazonaws.com.cn", "redshift-fips.cn-north-1.amazonaws.com.cn",
			"redshift.cn-north-1.api.amazonwebservices.com.cn", "redshift-fips.cn-north-1.api.amazonwebservices.com.cn",
		},
		{
			"cn-northwest-1", "redshift.cn-northwest-1.amazonaws.com.cn", "redshift-fips.cn-northwest-1.amazonaws.com.cn",
			"redshift.cn-northwest-1.api.amazonwebservices.com.cn", "redshift-fips.cn-northwest-1.api.amazonwebservices.com.cn",
		},
		{
			"aws-cn-global", "redshift.aws-cn-global.amazonaws.com.cn", "redshift-fips.aws-cn-global.amazonaws.com.cn",
			"redshift.aws-cn-global.api.amazonwebservices.com.cn", "redshift-fips.aws-cn-global.api.amazonwebservices.com.cn",
		},
		{
			"us-gov-west-1", "redshift.us-gov-west-1.amazonaws.com", "redshift.us-gov-west-1.amazonaws.com",
			"redshift.us-gov-west-1.api.aws", "redshift-fips.us-gov-west-1.api.aws",
		},
		{
			"aws-us-gov-global", "redshift.aws-us-gov-global.amazonaws.com", "redshift.aws-us-gov-global.amazonaws.com",
			"redshift.aws-us-gov-global.api.aws", "redshift-fips.aws-us-gov-global.api.aws",
		},
		{
			"eusc-de-east-1", "redshift.eusc-de-east-1.amazonaws.eu", "redshift-fips.eusc-de-east-1.amazonaws.eu",
			"redshift.eusc-de-east-1.api.amazonwebservices.eu", "redshift-fips.eusc-de-east-1.api.amazonwebservices.eu",
		},
		{"us-iso-east-1", "redshift.us-iso-east-1.c2s.ic.gov", "redshift-fips.us-iso-east-1.c2s.ic.gov", "redshift.us-iso-east-1.api.aws.ic.gov", "redshift-fips.us-iso-east-1.api.aws.ic.gov"},
		{"us-isob-east-1", "redshift.us-isob-east-1.sc2s.sgov.gov", "redshift-fips.us-isob-east-1.sc2s.sgov.gov", "redshift.us-isob-east-1.api.aws.scloud", "redshift-fips.us-isob-east-1.api.aws.scloud"},
		{"eu-isoe-west-1", "redshift.eu-isoe-west-1.cloud.adc-e.uk", "redshift-fips.eu-isoe-west-1.cloud.adc-e.uk", "redshift.eu-isoe-west-1.api.cloud-aws.adc-e.uk", "redshift-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
		{"us-isof-south-1", "redshift.us-isof-south-1.csp.hci.ic.gov", "redshift-fips.us-isof-south-1.csp.hci.ic.gov", "redshift.us-isof-south-1.api.aws.hci.ic.gov", "redshift-fips.us-isof-south-1.api.aws.hci.ic.gov"},
		// Unknown regions belong to the first partition.
		{"mars-north-1", "redshift.mars-north-1.amazonaws.com", "redshift-fips.mars-north-1.amazonaws.com", "redshift.mars-north-1.api.aws", "redshift-fips.mars-north-1.api.aws"},
		{"xcn-north-1", "redshift.xcn-north-1.amazonaws.com", "redshift-fips.xcn-north-1.amazonaws.com", "redshift.xcn-north-1.api.aws", "redshift-fips.xcn-north-1.api.aws"},
		{"cn-north-1-x", "redshift.cn-north-1-x.amazonaws.com", "redshift-fips.cn-north-1-x.amazonaws.com", "redshift.cn-north-1-x.api.aws", "redshift-fips.cn-north-1-x.api.aws"},
		{"cn-north", "redshift.cn-north.amazonaws.com", "redshift-fips.cn-north.amazonaws.com", "redshift.cn-north.api.aws", "redshift-fips.cn-north.api.aws"},
	} {
		for i, want := range []string{test.plain, test.fips, test.dualStack, test.both} {
			client, err := redshift.New(redshift.Config{
				Region: test.region, UseFIPS: i&1 != 0, UseDualStack: i&2 != 0,
				IgnoreEnvironment: true, Credentials: sigv4.StaticCredentials(exampleCredentials),
			})
			if err != nil || client.Endpoint() != "https://"+want {
				t.Errorf("%s, FIPS %t, dual-stack %t: Endpoint() = %s, want https://%s (err = %v)",
					test.region, i&1 != 0, i&2 != 0, client.Endpoint(), want, err)
			}
		}
	}
}

// The forbidden characters next to the allowed ones in ASCII, and the longest name.
func TestInvalidRegionsAreRefused(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{ // a part of the error, or empty
		"eu{": `'{'`, "eu`": "'`'", "eu/": `'/'`, "eu:": `':'`, "eu@": `'@'`, "eu[": `'['`, "eu.": `'.'`, "eu_1": `'_'`, "eu,": `','`, "é": `'é'`, "eu\x00": "character", "eu\xff": "character",
		"EU": "capital", "eZ": "capital", "eA": "capital",
		"-eu": "hyphen", "eu-": "hyphen", "-": "hyphen",
		strings.Repeat("a", 64): "63", strings.Repeat("a", 100): "63",

		"a": "", "z": "", "0": "", "9": "", "az-09": "", "e--u": "", strings.Repeat("a", 63): "",
	} {
		_, err := redshift.New(redshift.Config{Region: region, IgnoreEnvironment: true, Credentials: sigv4.StaticCredentials(exampleCredentials)})
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "Config.Region")) {
			t.Errorf("%q: err = %v, want %q in it", region, err, want)
		}
	}
}

// Every allowed name is sent in the User-Agent. New refuses the others.
func TestInvalidAppIDsAreRefused(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{})
	const punctuation = "!$%&'*+-.^_`|~"
	allowed := []string{"MyApp1", "A", "Z", "a", "z", "0", "9", punctuation, strings.Repeat("x", 50)}
	refused := []string{strings.Repeat("x", 51), "é", "a\xff", "app/x y"}
	for c := range rune(0x80) {
		name := "App" + string(c) + "1"
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(punctuation, c) {
			allowed = append(allowed, name)
		} else {
			refused = append(refused, name)
		}
	}
	if len(allowed) != 9+26+26+10+len(punctuation) {
		t.Errorf("got %d allowed names", len(allowed))
	}
	for _, name := range allowed {
		config, agent := fake.Config(), ""
		memory := config.HTTPClient.Transport
		config.AppID = name
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			agent = request.Header.Get("User-Agent")

			return memory.RoundTrip(request)
		})}
		client, err := redshift.New(config)
		if err != nil {
			t.Errorf("New with AppID %q: %v", name, err)

			continue
		}
		if _, err := client.DescribeClusterSnapshots(t.Context(), nil); err != nil || !strings.HasSuffix(agent, " app/"+name) {
			t.Errorf("AppID %q: User-Agent = %q, err = %v, want nil", name, agent, err)
		}
	}
	for _, name := range refused {
		config := fake.Config()
		config.AppID = name
		if _, err := redshift.New(config); err == nil || !strings.Contains(err.Error(), "Config.AppID") {
			t.Errorf("New with AppID %q: err = %v, want an error", name, err)
		}
	}
}

// WithHeader refuses the headers of the signature and the headers that follow from the request, in any letter case.
func TestReservedHeadersCannotBeSet(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{})
	client, err := redshift.New(fake.Config())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256", "Host", "Content-Type", "Content-Length", "Transfer-Encoding",
	} {
		for _, spelling := range []string{name, strings.ToLower(name), strings.ToUpper(name), strings.ToLower(name[:1]) + name[1:]} {
			_, err := client.DescribeClusterSnapshots(t.Context(), nil, redshift.WithHeader(spelling, "hunter2"))
			if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "WithHeader") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("WithHeader(%s): err = %v, want an error that names it and not its value", spelling, err)
			}
		}
	}
	for _, name := range []string{"Authorization ", " Host", "X-Amz-Date:", "X\r\nHost", "X Y", "é", "X-\x00"} {
		if _, err := client.DescribeClusterSnapshots(t.Context(), nil, redshift.WithHeader(name, "x")); err == nil {
			t.Errorf("WithHeader(%q) returned no error", name)
		}
	}
	if requests := fake.Requests(); len(requests) != 0 {
		t.Errorf("got %d requests, want 0", len(requests))
	}
	// Headers with similar names are sent, and the fake accepts the signature.
	for _, name := range []string{"X-Amz-Date-2", "X-Authorization", "X-Amz-Target", "Content-Language", "Accept", "Date"} {
		if _, err := client.DescribeClusterSnapshots(t.Context(), nil, redshift.WithHeader(name, "x")); err != nil {
			t.Errorf("WithHeader(%s): %v", name, err)
		}
	}
}
