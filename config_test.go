package redshift

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/sigv4"
)

// environment returns a getenv function for pairs NAME=value.
func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for _, pair := range pairs {
			if key, value, _ := strings.Cut(pair, "="); key == name {
				return value
			}
		}

		return ""
	}
}

func TestNewFindsRegionAndEndpoint(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config      Config
		environment []string
		region      string
		endpoint    string
	}{
		"region in the config":             {Config{Region: "eu-west-1"}, []string{"AWS_REGION=us-east-2"}, "eu-west-1", "https://redshift.eu-west-1.amazonaws.com"},
		"AWS_REGION":                       {Config{}, []string{"AWS_REGION=us-east-2", "AWS_DEFAULT_REGION=eu-west-1"}, "us-east-2", "https://redshift.us-east-2.amazonaws.com"},
		"AWS_DEFAULT_REGION":               {Config{}, []string{"AWS_DEFAULT_REGION=eu-west-1"}, "eu-west-1", "https://redshift.eu-west-1.amazonaws.com"},
		"endpoint in the config":           {Config{Region: "eu-west-1", Endpoint: "https://vpce-1.redshift.eu-west-1.vpce.amazonaws.com"}, []string{"AWS_ENDPOINT_URL_REDSHIFT=https://a.example"}, "eu-west-1", "https://vpce-1.redshift.eu-west-1.vpce.amazonaws.com"},
		"AWS_ENDPOINT_URL_REDSHIFT":        {Config{Region: "eu-west-1"}, []string{"AWS_ENDPOINT_URL_REDSHIFT=https://a.example:8443/base", "AWS_ENDPOINT_URL=https://b.example"}, "eu-west-1", "https://a.example:8443/base"},
		"AWS_ENDPOINT_URL":                 {Config{Region: "eu-west-1"}, []string{"AWS_ENDPOINT_URL=https://b.example"}, "eu-west-1", "https://b.example"},
		"endpoints ignored":                {Config{Region: "eu-west-1"}, []string{"AWS_ENDPOINT_URL=https://b.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, "eu-west-1", "https://redshift.eu-west-1.amazonaws.com"},
		"plain http to this machine":       {Config{Region: "eu-west-1", Endpoint: "http://127.0.0.1:8080"}, nil, "eu-west-1", "http://127.0.0.1:8080"},
		"plain http to this machine, IPv6": {Config{Region: "eu-west-1", Endpoint: "http://[::1]:8080"}, nil, "eu-west-1", "http://[::1]:8080"},
		"plain http to localhost":          {Config{Region: "eu-west-1", Endpoint: "http://localhost:8080"}, nil, "eu-west-1", "http://localhost:8080"},
		"plain http, allowed":              {Config{Region: "eu-west-1", Endpoint: "http://proxy.example", AllowInsecure: true}, nil, "eu-west-1", "http://proxy.example"},
		"FIPS":                             {Config{Region: "us-west-2", UseFIPS: true}, nil, "us-west-2", "https://redshift-fips.us-west-2.amazonaws.com"},
		"AWS_USE_FIPS_ENDPOINT":            {Config{Region: "us-west-2"}, []string{"AWS_USE_FIPS_ENDPOINT=true"}, "us-west-2", "https://redshift-fips.us-west-2.amazonaws.com"},
		"AWS_USE_DUALSTACK_ENDPOINT":       {Config{Region: "us-west-2"}, []string{"AWS_USE_DUALSTACK_ENDPOINT=true"}, "us-west-2", "https://redshift.us-west-2.api.aws"},
		"dual-stack off":                   {Config{Region: "us-west-2"}, []string{"AWS_USE_DUALSTACK_ENDPOINT=false"}, "us-west-2", "https://redshift.us-west-2.amazonaws.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := newClient(test.config, environment(test.environment...))
			if err != nil {
				t.Fatal(err)
			}
			if client.Region() != test.region || client.Endpoint() != test.endpoint {
				t.Errorf("got region %s and endpoint %s, want %s and %s", client.Region(), client.Endpoint(), test.region, test.endpoint)
			}
		})
	}
}

func TestNewRefusesInvalidSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config      Config
		environment []string
		words       []string
	}{
		"no region":              {Config{}, nil, []string{"Config.Region", "AWS_REGION"}},
		"no region but endpoint": {Config{Endpoint: "https://a.example"}, nil, []string{"Config.Region", "AWS_REGION"}},
		"region with a slash":    {Config{Region: "eu-west-1/x"}, nil, []string{"Config.Region", `'/'`}},
		"region with a dot":      {Config{Region: "example.com"}, nil, []string{"Config.Region", `'.'`}},
		"region in capitals":     {Config{Region: "EU-WEST-1"}, nil, []string{"Config.Region", "capital"}},
		"region with a space":    {Config{}, []string{"AWS_REGION= eu-west-1"}, []string{"AWS_REGION", `' '`}},
		"region with a newline":  {Config{}, []string{"AWS_REGION=eu-west-1\n"}, []string{"AWS_REGION"}},
		"region ends in hyphen":  {Config{Region: "eu-west-"}, nil, []string{"Config.Region", "hyphen"}},
		"region too long":        {Config{Region: strings.Repeat("a", 64)}, nil, []string{"Config.Region", "63"}},
		"endpoint not a URL":     {Config{Region: "eu-west-1", Endpoint: "https://a b"}, nil, []string{"Config.Endpoint", "not a URL"}},
		"endpoint without host":  {Config{Region: "eu-west-1", Endpoint: "https:///path"}, nil, []string{"Config.Endpoint", "no host"}},
		"endpoint only a host":   {Config{Region: "eu-west-1", Endpoint: "redshift.example"}, nil, []string{"Config.Endpoint", "https://"}},
		"endpoint ftp":           {Config{Region: "eu-west-1", Endpoint: "ftp://a.example"}, nil, []string{"Config.Endpoint", "https://"}},
		"endpoint with password": {Config{Region: "eu-west-1", Endpoint: "https://me:hunter2@a.example"}, nil, []string{"Config.Endpoint", "Config.Credentials"}},
		"password as the port":   {Config{Region: "eu-west-1", Endpoint: "https://me:hunter2"}, nil, []string{"Config.Endpoint", "not a URL"}},
		"password and a space":   {Config{Region: "eu-west-1", Endpoint: "https://me:hunter2 @a.example"}, nil, []string{"Config.Endpoint", "not a URL"}},
		"endpoint with query":    {Config{Region: "eu-west-1", Endpoint: "https://a.example/?Action=X"}, nil, []string{"Config.Endpoint", "query"}},
		"endpoint with fragment": {Config{Region: "eu-west-1", Endpoint: "https://a.example/#x"}, nil, []string{"Config.Endpoint", "fragment"}},
		"plain http":             {Config{Region: "eu-west-1", Endpoint: "http://a.example"}, nil, []string{"Config.Endpoint", "Config.AllowInsecure"}},
		"plain http, loopback by name only": {Config{Region: "eu-west-1", Endpoint: "http://127.0.0.1.a.example"}, nil,
			[]string{"Config.Endpoint", "Config.AllowInsecure"}},
		"plain http from AWS_ENDPOINT_URL": {Config{Region: "eu-west-1"}, []string{"AWS_ENDPOINT_URL=http://a.example"}, []string{"AWS_ENDPOINT_URL", "https"}},
		"FIPS and endpoint":                {Config{Region: "eu-west-1", Endpoint: "https://a.example", UseFIPS: true}, nil, []string{"Config.Endpoint", "FIPS"}},
		"dual-stack and endpoint":          {Config{Region: "eu-west-1", Endpoint: "https://a.example", UseDualStack: true}, nil, []string{"Config.Endpoint", "dual-stack"}},
		"FIPS not a bool":                  {Config{Region: "eu-west-1"}, []string{"AWS_USE_FIPS_ENDPOINT=maybe"}, []string{"AWS_USE_FIPS_ENDPOINT"}},
		"several faults": {Config{Region: "EU", AppID: "a b", Retry: RetryPolicy{MaxAttempts: -1}}, []string{"AWS_USE_FIPS_ENDPOINT=maybe", "AWS_USE_DUALSTACK_ENDPOINT=maybe"},
			[]string{"Config.Region", "Config.AppID", "Config.Retry", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"}},
		"FIPS, endpoint in the environment":           {Config{Region: "eu-west-1", UseFIPS: true}, []string{"AWS_ENDPOINT_URL=https://a.example"}, []string{"AWS_ENDPOINT_URL", "Config.UseFIPS"}},
		"dual-stack, endpoint in the environment":     {Config{Region: "eu-west-1", UseDualStack: true}, []string{"AWS_ENDPOINT_URL_REDSHIFT=https://a.example"}, []string{"AWS_ENDPOINT_URL_REDSHIFT", "Config.UseDualStack"}},
		"FIPS and endpoint, both in the environment":  {Config{Region: "eu-west-1"}, []string{"AWS_USE_FIPS_ENDPOINT=true", "AWS_ENDPOINT_URL=https://a.example"}, []string{"AWS_ENDPOINT_URL", "AWS_USE_FIPS_ENDPOINT"}},
		"dual-stack and endpoint, in the environment": {Config{Region: "eu-west-1"}, []string{"AWS_USE_DUALSTACK_ENDPOINT=true", "AWS_ENDPOINT_URL=https://a.example"}, []string{"AWS_ENDPOINT_URL", "AWS_USE_DUALSTACK_ENDPOINT"}},
		"endpoints ignored not a bool":                {Config{Region: "eu-west-1"}, []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=yes", "AWS_ENDPOINT_URL=https://a.example"}, []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}},
		"environment ignored, no region":              {Config{IgnoreEnvironment: true, Credentials: openProvider{}}, []string{"AWS_REGION=eu-west-1"}, []string{"no region", "Config.Region", "Config.IgnoreEnvironment"}},
		"environment ignored, no credentials":         {Config{IgnoreEnvironment: true, Region: "eu-west-1"}, []string{"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=x"}, []string{"no credentials", "Config.Credentials", "Config.IgnoreEnvironment"}},
		"environment ignored, FIPS and endpoint":      {Config{IgnoreEnvironment: true, Region: "eu-west-1", Credentials: openProvider{}, UseFIPS: true, Endpoint: "https://a.example"}, nil, []string{"Config.Endpoint", "FIPS"}},
		"environment ignored, invalid AppID":          {Config{IgnoreEnvironment: true, Region: "eu-west-1", Credentials: openProvider{}, AppID: "a b"}, nil, []string{"Config.AppID"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := newClient(test.config, environment(test.environment...))
			if err == nil {
				t.Fatalf("New() = %v, want an error", client)
			}
			for _, word := range test.words {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error lacks %q: %v", word, err)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows a password: %v", err)
			}
		})
	}
}

// An invalid value of a variable is an error only if New uses the variable.
func TestUnusedVariablesMayBeInvalid(t *testing.T) {
	t.Parallel()
	const own = "https://redshift.eu-west-1.amazonaws.com"
	for name, test := range map[string]struct {
		config      Config
		environment []string
		endpoint    string // if empty, the endpoint of the region
	}{
		"region":                            {Config{}, []string{"AWS_REGION=EU West", "AWS_DEFAULT_REGION=-"}, ""},
		"second region":                     {Config{Region: " "}, []string{"AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=-"}, ""},
		"attempts":                          {Config{Retry: RetryPolicy{MaxAttempts: 2}}, []string{"AWS_MAX_ATTEMPTS=abc"}, ""},
		"FIPS, set":                         {Config{UseFIPS: true}, []string{"AWS_USE_FIPS_ENDPOINT=maybe"}, "https://redshift-fips.eu-west-1.amazonaws.com"},
		"dual-stack, set":                   {Config{UseDualStack: true}, []string{"AWS_USE_DUALSTACK_ENDPOINT=maybe"}, "https://redshift.eu-west-1.api.aws"},
		"FIPS, with an endpoint":            {Config{Endpoint: "https://a.example"}, []string{"AWS_USE_FIPS_ENDPOINT=maybe", "AWS_USE_DUALSTACK_ENDPOINT=maybe"}, "https://a.example"},
		"FIPS is on, with an endpoint":      {Config{Endpoint: "https://a.example"}, []string{"AWS_USE_FIPS_ENDPOINT=true", "AWS_USE_DUALSTACK_ENDPOINT=true"}, "https://a.example"},
		"ignored, with an endpoint":         {Config{Endpoint: "https://a.example"}, []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=yes", "AWS_ENDPOINT_URL=nonsense"}, "https://a.example"},
		"all ignored, with an endpoint":     {Config{Endpoint: "https://a.example"}, []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, "https://a.example"},
		"ignored, with no endpoint":         {Config{}, []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=yes"}, ""},
		"an endpoint that is ignored":       {Config{}, []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ENDPOINT_URL=nonsense", "AWS_ENDPOINT_URL_REDSHIFT=nonsense"}, ""},
		"an endpoint that is ignored, FIPS": {Config{UseFIPS: true}, []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ENDPOINT_URL=nonsense"}, "https://redshift-fips.eu-west-1.amazonaws.com"},
		"an endpoint for all services":      {Config{}, []string{"AWS_ENDPOINT_URL_REDSHIFT=https://a.example", "AWS_ENDPOINT_URL=nonsense"}, "https://a.example"},
		"invalid AppID":                     {Config{}, []string{"AWS_SDK_UA_APP_ID=my app"}, ""},
		"invalid AppID, and one in Config":  {Config{AppID: "nightly"}, []string{"AWS_SDK_UA_APP_ID=my app"}, ""},
		"all ignored": {
			Config{IgnoreEnvironment: true, Credentials: openProvider{}},
			[]string{
				"AWS_REGION=us-east-1", "AWS_USE_FIPS_ENDPOINT=maybe", "AWS_USE_DUALSTACK_ENDPOINT=true", "AWS_MAX_ATTEMPTS=abc", "AWS_ENDPOINT_URL=https://a.example",
				"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=yes", "AWS_SDK_UA_APP_ID=my app",
			}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			switch test.config.Region {
			case "":
				test.config.Region = "eu-west-1"
			case " ":
				test.config.Region = "" // from the environment
			}
			client, err := newClient(test.config, environment(test.environment...))
			if err != nil {
				t.Fatal(err)
			}
			if test.endpoint == "" {
				test.endpoint = own
			}
			if client.Endpoint() != test.endpoint || client.Region() != "eu-west-1" {
				t.Errorf("got endpoint %s in region %s, want %s", client.Endpoint(), client.Region(), test.endpoint)
			}
		})
	}
}

// With IgnoreEnvironment, New reads no variable and uses its defaults.
func TestIgnoreEnvironmentReadsNoVariables(t *testing.T) {
	t.Parallel()
	config := Config{IgnoreEnvironment: true, Region: "eu-west-1", Credentials: openProvider{Secret: "x"}}
	client, err := newClient(config, func(name string) string {
		t.Errorf("New reads the variable %s", name)

		return "1"
	})
	if err != nil {
		t.Fatal(err)
	}
	if count := client.settings.Policy.MaxAttempts; count != 5 {
		t.Errorf("MaxAttempts = %d, want the default", count)
	}
	for ignored, want := range map[bool]bool{true: false, false: true} {
		config.IgnoreEnvironment = ignored
		client, err := newClient(config, environment())
		if err != nil {
			t.Fatal(err)
		}
		transport, ok := client.http.Transport.(*sigv4.Transport).Base.(*http.Transport)
		if !ok || (transport.Proxy != nil) != want {
			t.Errorf("IgnoreEnvironment %t: the transport has a proxy: %t, want %t", ignored, transport.Proxy != nil, want)
		}
	}
	if text := fmt.Sprint(Config{IgnoreEnvironment: true}); text != "redshift.Config{IgnoreEnvironment: true}" {
		t.Errorf("Config is printed as %s", text)
	}
}

// An invalid AWS_SDK_UA_APP_ID is ignored, because it is not set for this program only. New logs a warning without the value.
func TestInvalidAppIDOfTheEnvironmentIsLogged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config Config
		value  string
		want   string // the end of the User-Agent
		logged bool
	}{
		"good":           {Config{}, "MyApp1", " app/MyApp1", false},
		"none":           {Config{}, "", "", false},
		"a space":        {Config{}, "hunter2 app", "", true},
		"a line break":   {Config{}, "hunter2\r\nX-Evil: 1", "", true},
		"too long":       {Config{}, strings.Repeat("hunter2", 8), "", true},
		"also in Config": {Config{AppID: "nightly"}, "hunter2 app", " app/nightly", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			config := test.config
			config.Region, config.Logger = "eu-west-1", slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
			settings, err := resolve(config, environment("AWS_SDK_UA_APP_ID="+test.value))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(settings.userAgent, "md/GOARCH#"+runtime.GOARCH+test.want) {
				t.Errorf("User-Agent = %s", settings.userAgent)
			}
			lines := strings.Count(log.String(), "\n")
			if (lines == 1) != test.logged || lines > 1 {
				t.Errorf("got %d log lines: %s", lines, log.String())
			}
			if test.logged && (!strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "AWS_SDK_UA_APP_ID")) || strings.Contains(log.String(), "hunter2") {
				t.Errorf("log = %s", log.String())
			}
			config.Logger = nil
			if _, err := resolve(config, environment("AWS_SDK_UA_APP_ID="+test.value)); err != nil {
				t.Errorf("without a Logger: err = %v, want nil", err)
			}
		})
	}
}

// URLs that net/http cannot call, URLs that are misleading, and unusual valid URLs.
func TestInvalidEndpointsAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{ // a part of the error, or empty if the endpoint is good
		"https://h:99999": "port", "https://h:65536": "port", "https://h:0": "port", "https://h:": "port", "https://[::1]:": "port",
		"https://h:00000": "port", "https://h:-1": "not a URL", "https://h:+1": "not a URL", "https://h:1a": "not a URL", "https://h:443:443": "not a URL",
		"https://h:18446744073709551617": "port", "https://h:٤٤٣": "not a URL",
		"https://h#": "fragment", "https://h/#": "fragment", "https://h/#x": "fragment", "https://h/a#b?c": "fragment",
		"https://h?": "query", "https://h/?": "query", "https://h?x": "query", "https://h?#": "query",
		"https://:443": "no host", "https://": "no host", "https:///": "no host", "https:h": "no host", "//h": "https://", "h": "https://", "h:443": "https://",
		"https://[::1": "not a URL", "https://[::1]x": "not a URL", "https://::1": "not a URL", "https://[h]": "not a URL", "https://[]": "not a URL",
		"https://[127.0.0.1]": "not a URL", "https://1::2:443": "not a URL",
		"https://h ": "not a URL", " https://h": "not a URL", "https://h/ ": "space", "https://h/a b": "space", "https://a b": "not a URL", "https://h/\u00a0": "space",
		"https://h\n": "not a URL", "https://h/\t": "not a URL", "https://h\x00": "not a URL", "https://h/\x7f": "not a URL", "\u2028https://h": "not a URL",
		"https://h%20x": "not a URL", "https://h%00": "not a URL", "https://h%0a": "not a URL", "https://h%2Fx": "not a URL",
		"https://@h": "user", "https://a@h": "user", "https://a:b@h": "user", "https://:@h": "user",
		"https://h,evil": "host", "https://h;x": "host", "https://h*": "host", "https://h<x>": "host", `https://h"x"`: "host", "https://h=x": "host", "https://$h": "host", `https://h\evil`: "not a URL",
		"https://b\u00fccher.example": "xn--", "https://h\u200b": "xn--", "https://h\uff0eexample": "xn--", "https://h%C3%BC": "xn--",
		"https://.": "host", "https://..": "host", "https://.h": "host", "https://a..b": "host", "https://h..": "host",
		"https://h/%": "not a URL", "https://h/%zz": "not a URL", "http%3A//h": "https://",
		"https://" + strings.Repeat("a", 64): "host", "https://" + strings.Repeat("a.", 126) + "ab": "host",
		"http://[::ffff:8.8.8.8]": "AllowInsecure", "http://localhost.": "AllowInsecure", "http://[::]": "AllowInsecure", "http://0.0.0.0": "AllowInsecure",

		"https://h": "", "https://h:1": "", "https://h:65535": "", "https://h:443": "", "https://h.": "", "https://a_b.example": "", "https://127.0.0.1": "",
		"HTTPS://H.Example": "", "Http://LocalHost:8080": "", "https://[::1]": "", "https://[::1]:8443": "", "https://[fe80::1%25eth0]:8443": "", "https://[::ffff:1.2.3.4]": "",
		"https://xn--bcher-kva.example": "", "https://h/": "", "https://h/base": "", "https://h/base/": "", "https://h/a/../b/./c": "", "https://h/a%2Fb": "", "https://h/%20": "",
		"https://h/%23": "", "https://h/%3F": "", "https://h//a": "", "https://h/b\u00fc": "", "https://h/a:b@c": "", "https://" + strings.Repeat("a.", 126) + "a": "",
		"https://" + strings.Repeat("a", 63) + ".": "", "http://[::ffff:127.0.0.1]:8080": "", "http://127.255.0.1": "",
	} {
		client, err := newClient(Config{Region: "eu-west-1", Endpoint: text}, environment())
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: err = %v, want nil", text, err)
		case want != "" && err == nil:
			t.Errorf("%q: Endpoint() = %s, want an error", text, client.Endpoint())
		case want != "" && (!strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "redshift: Config.Endpoint: ")):
			t.Errorf("%q: err = %v, want %q in it", text, err, want)
		}
	}
}

func TestEndpointsMatchAmazons(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("CONFORMANCE_DIR")
	if folder == "" {
		t.Skip("skipped without CONFORMANCE_DIR, the folder of Amazon's endpoint cases")
	}
	text, err := os.ReadFile(filepath.Join(folder, "endpoints.json"))
	if err != nil {
		t.Fatal(err)
	}
	var published struct {
		Partitions []struct {
			ListedRegions []string `json:"listed_regions"`
			Suffix        string   `json:"dns_suffix"`
			DualStack     string   `json:"dualstack_dns_suffix"`
		} `json:"partitions"`
		Cases []struct {
			Description string
			Region      string
			FIPS        bool `json:"use_fips"`
			DualStack   bool `json:"use_dualstack"`
			Endpoint    string
			Expect      struct {
				URL  string
				Kind string `json:"error_kind"`
			}
		}
	}
	if err := json.Unmarshal(text, &published); err != nil {
		t.Fatal(err)
	}
	if len(published.Cases) != 50 || len(published.Partitions) != 8 {
		t.Fatalf("got %d cases and %d partitions, want 50 and 8", len(published.Cases), len(published.Partitions))
	}
	for _, test := range published.Cases {
		if test.Region == "" && test.Endpoint != "" {
			// Amazon's rules only compute a URL. A client also needs the region for its signature.
			if _, err := newClient(Config{Endpoint: test.Endpoint}, environment()); err == nil {
				t.Errorf("%s: New returned no error", test.Description)
			}
			test.Region = "us-east-1"
		}
		client, err := newClient(Config{Region: test.Region, UseFIPS: test.FIPS, UseDualStack: test.DualStack, Endpoint: test.Endpoint}, environment())
		switch {
		case test.Expect.Kind != "" && err == nil:
			t.Errorf("%s: got %s, want an error (%s)", test.Description, client.Endpoint(), test.Expect.Kind)
		case test.Expect.Kind == "" && err != nil:
			t.Errorf("%s: err = %v", test.Description, err)
		case test.Expect.Kind == "" && client.Endpoint() != test.Expect.URL:
			t.Errorf("%s: got %s, want %s", test.Description, client.Endpoint(), test.Expect.URL)
		}
	}
	for _, home := range published.Partitions {
		for _, region := range home.ListedRegions {
			found := partitionOf(region)
			if found.suffix != home.Suffix || found.dualStack != home.DualStack {
				t.Errorf("%s: got %s and %s, want %s and %s", region, found.suffix, found.dualStack, home.Suffix, home.DualStack)
			}
		}
	}
}

// openProvider is a provider that does not protect its secret.
type openProvider struct{ Secret string }

func (p openProvider) Credentials(context.Context) (sigv4.Credentials, error) {
	return sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: p.Secret}, nil
}

// programSettings are the settings of a program that writes them into a file.
type programSettings struct {
	Config  Config
	Pointer *Config
}

func TestNothingPrintsASecret(t *testing.T) {
	t.Parallel()
	const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	config := Config{Region: "eu-west-1", Credentials: openProvider{Secret: secret}, Endpoint: "https://me:" + "hunter2@a.example/?token=hunter2"}
	withEndpoint := Config{Region: "eu-west-1", Credentials: openProvider{Secret: secret}}
	client, err := New(withEndpoint)
	if err != nil {
		t.Fatal(err)
	}
	gob.Register(config.Credentials) // gob encodes the value of an interface only if its type is registered
	for _, value := range []any{config, &config, client, *client, []any{config, client}, struct{ Config Config }{config}, struct{ Client *Client }{client}, programSettings{config, &config}} {
		for _, text := range printed(t, value) {
			for _, word := range []string{secret, "hunter2"} {
				if strings.Contains(text, word) {
					t.Errorf("%T is printed with a secret: %s", value, text)
				}
			}
		}
	}
	if text := fmt.Sprintf("%+v", withEndpoint); !strings.Contains(text, "eu-west-1") || !strings.Contains(text, "openProvider") {
		t.Errorf("Config is printed as %s, want its region and provider", text)
	}
	if text := fmt.Sprintf("%v", client); !strings.Contains(text, "https://redshift.eu-west-1.amazonaws.com") {
		t.Errorf("Client is printed as %s, want its endpoint", text)
	}
}

// One setting at a time, and endpoints that contain a secret.
func TestConfigIsPrintedWithoutSecrets(t *testing.T) {
	t.Parallel()
	for want, config := range map[string]Config{
		"":                                      {},
		"Region: eu-west-1":                     {Region: "eu-west-1"},
		"AppID: nightly":                        {AppID: "nightly"},
		"Credentials: redshift.openProvider":    {Credentials: openProvider{Secret: "hunter2"}},
		"UseFIPS: true":                         {UseFIPS: true},
		"UseDualStack: true":                    {UseDualStack: true},
		"IgnoreEnvironment: true":               {IgnoreEnvironment: true},
		"DisableParamValidation: true":          {DisableParamValidation: true},
		"AllowInsecure: true":                   {AllowInsecure: true},
		"Endpoint: https://a.example:8443/base": {Endpoint: "https://a.example:8443/base"},
		"Endpoint: https://a.example":           {Endpoint: "https://me:hunter2@a.example?hunter2#hunter2"},
		"Endpoint: https://b.example":           {Endpoint: "https://b.example#hunter2"},
		"Endpoint: https:":                      {Endpoint: "https:hunter2"},
		"Endpoint: (not a URL)":                 {Endpoint: "https://me:hunter2 @a.example"},
	} {
		if text := fmt.Sprint(config); text != "redshift.Config{"+want+"}" {
			t.Errorf("Config is printed as %s, want %s", text, want)
		}
	}
}

// printed returns a value in every form that programs print.
func printed(t *testing.T, value any) []string {
	t.Helper()
	var texts []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		texts = append(texts, fmt.Sprintf(verb, value))
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("value", "value", value)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("value", "value", value)
	var encoded bytes.Buffer // includes what the encoder writes before an error
	_ = json.NewEncoder(&encoded).Encode(value)
	_ = xml.NewEncoder(&encoded).Encode(value)
	_ = gob.NewEncoder(&encoded).Encode(value)

	return append(texts, log.String(), encoded.String())
}

func TestNewDoesNotChangeTheHTTPClient(t *testing.T) {
	t.Parallel()
	base := http.DefaultTransport
	given := &http.Client{Transport: base, Timeout: time.Minute}
	client, err := newClient(Config{Region: "eu-west-1", HTTPClient: given}, environment())
	if err != nil {
		t.Fatal(err)
	}
	if given.Transport != base || given.CheckRedirect != nil || given.Jar != nil || given.Timeout != time.Minute {
		t.Errorf("New changed the caller's client to %+v", given)
	}
	if client.http == given || client.http.Timeout != time.Minute {
		t.Errorf("the HTTP client is not a copy of the caller's: %+v", client.http)
	}
	if signing, ok := client.http.Transport.(*sigv4.Transport); !ok || signing.Base != base {
		t.Errorf("the transport is a %T, want the caller's", client.http.Transport)
	}
}

func TestDefaultTransportKeepsConnections(t *testing.T) {
	t.Parallel()
	transport, ok := defaultTransport(false).(*http.Transport)
	if !ok {
		t.Fatalf("defaultTransport() is a %T", defaultTransport(false))
	}
	if transport == http.DefaultTransport || transport.MaxIdleConnsPerHost != 100 || transport.Proxy == nil {
		t.Errorf("MaxIdleConnsPerHost = %d, proxy set: %t", transport.MaxIdleConnsPerHost, transport.Proxy != nil)
	}
	transport.CloseIdleConnections()
}

func TestMissingCredentialsNameTheVariables(t *testing.T) {
	t.Parallel()
	sent := false
	client, err := newClient(Config{
		Region:      "eu-west-1",
		Credentials: sigv4.EnvCredentials{LookupEnv: func(string) (string, bool) { return "", false }},
		HTTPClient: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			sent = true

			return nil, errors.New("unexpected request")
		})},
	}, environment())
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.DescribeClusterSnapshots(t.Context(), nil)
	if !errors.Is(err, sigv4.ErrNoCredentials) {
		t.Errorf("err = %v, want ErrNoCredentials", err)
	}
	for _, word := range []string{"DescribeClusterSnapshots", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if !strings.Contains(fmt.Sprint(err), word) {
			t.Errorf("the error lacks %q: %v", word, err)
		}
	}
	if sent {
		t.Error("got a request, want none")
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

func TestRetrySettingsHaveDefaultsAndLimits(t *testing.T) {
	defaultPolicy := func(count int) attempts.Policy {
		return attempts.Policy{
			MaxAttempts:     count,
			BaseDelay:       200 * time.Millisecond,
			ThrottlingDelay: time.Second,
			MaxDelay:        20 * time.Second,
			Budget:          500,
		}
	}
	t.Parallel()
	for name, test := range map[string]struct {
		config      Config
		environment []string
		want        attempts.Settings
		err         string
	}{
		"defaults": {want: attempts.Settings{Policy: defaultPolicy(5), AttemptTimeout: 30 * time.Second}},
		"own": {
			config:      Config{Retry: RetryPolicy{MaxAttempts: 2, BaseDelay: 3, ThrottlingDelay: 4, MaxDelay: 5, Budget: 6}, AttemptTimeout: -1},
			environment: []string{"AWS_MAX_ATTEMPTS=9"},
			want:        attempts.Settings{Policy: attempts.Policy{MaxAttempts: 2, BaseDelay: 3, ThrottlingDelay: 4, MaxDelay: 5, Budget: 6}, AttemptTimeout: -1},
		},
		"from the environment": {environment: []string{"AWS_MAX_ATTEMPTS=9"}, want: attempts.Settings{Policy: defaultPolicy(9), AttemptTimeout: 30 * time.Second}},
		"0 attempts":           {environment: []string{"AWS_MAX_ATTEMPTS=0"}, err: "AWS_MAX_ATTEMPTS: must be a whole number, 1 or more"},
		"not a number":         {environment: []string{"AWS_MAX_ATTEMPTS=many"}, err: "AWS_MAX_ATTEMPTS"},
		"negative attempts":    {config: Config{Retry: RetryPolicy{MaxAttempts: -1}}, err: "Config.Retry: MaxAttempts is -1"},
		"negative delays":      {config: Config{Retry: RetryPolicy{BaseDelay: -1, ThrottlingDelay: -1, MaxDelay: -1}}, err: "MaxDelay is negative"},
	} {
		test.config.Region = "eu-west-1"
		settings, err := resolve(test.config, environment(test.environment...))
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: err = %v, want an error with the text %q", name, err, test.err)
			}

			continue
		}
		if err != nil || settings.call != test.want {
			t.Errorf("%s: settings = %+v, err = %v, want nil", name, settings.call, err)
		}
	}
}

// countingCache is a provider with its own cache, as its method Invalidate shows. It counts calls.
type countingCache struct{ calls *int }

func (c countingCache) Credentials(context.Context) (sigv4.Credentials, error) {
	*c.calls++

	return sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
}

func (c countingCache) Invalidate() {}

// plainProvider is the same provider without Invalidate.
type plainProvider struct{ cache countingCache }

func (p plainProvider) Credentials(ctx context.Context) (sigv4.Credentials, error) {
	return p.cache.Credentials(ctx)
}

func TestNewAddsACacheOnlyIfMissing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider func(countingCache) sigv4.CredentialsProvider
		want     int
	}{
		"a provider": {func(cache countingCache) sigv4.CredentialsProvider { return plainProvider{cache} }, 1},
		"a cache":    {func(cache countingCache) sigv4.CredentialsProvider { return cache }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			settings, err := resolve(Config{Region: "eu-west-1", Credentials: test.provider(countingCache{&calls})}, environment())
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := settings.credentials.Credentials(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if calls != test.want {
				t.Errorf("the provider was called %d times, want %d", calls, test.want)
			}
		})
	}
}
