package interop

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	amazon "github.com/aws/aws-sdk-go-v2/service/redshift"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsconfig"
)

// urlRecorder is an HTTP client that records the URL of a request, without the query.
type urlRecorder struct{ url string }

func (w *urlRecorder) Do(request *http.Request) (*http.Response, error) {
	w.url = request.URL.Scheme + "://" + request.URL.Host + request.URL.Path

	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: request, Body: io.NopCloser(strings.NewReader(
		"<DescribeClusterSnapshotsResponse><DescribeClusterSnapshotsResult/></DescribeClusterSnapshotsResponse>"))}, nil
}

// A Config of awsconfig calls the same URL as Amazon's client, from Load and from FromAWSConfig, for every combination of the
// endpoint settings.
func TestAWSConfigCallsTheEndpointOfAmazonsClient(t *testing.T) {
	file := cleanEnvironment(t)
	called := map[string]int{}
	for _, forAll := range []string{"", "https://all.example"} {
		for _, forRedshift := range []string{"", "https://own.example/base"} {
			for _, ignore := range []string{"", "true", "false"} {
				for _, endpoint := range []string{"", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"} {
					for profile := range 1 << 5 {
						for _, option := range []string{"", "https://option.example"} {
							set(t, "AWS_ENDPOINT_URL", forAll)
							set(t, "AWS_ENDPOINT_URL_REDSHIFT", forRedshift)
							set(t, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignore)
							set(t, "AWS_USE_FIPS_ENDPOINT", "")
							set(t, "AWS_USE_DUALSTACK_ENDPOINT", "")
							if endpoint != "" {
								set(t, endpoint, "true")
							}
							content := profileFile(profile)
							if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
								t.Fatal(err)
							}
							name := fmt.Sprintf("AWS_ENDPOINT_URL=%s AWS_ENDPOINT_URL_REDSHIFT=%s ignore=%s %s option=%s\n%s",
								forAll, forRedshift, ignore, endpoint, option, content)
							wanted, got, err := compareWhere(t, option)
							switch {
							case wanted == "" && err != nil:
								called["nowhere"]++
							case err != nil || wanted != got:
								t.Fatalf("%s\nAmazon's client calls %q, ours %q: %v", name, wanted, got, err)
							default:
								called[got]++
							}
						}
					}
				}
			}
		}
	}
	t.Logf("number of calls by URL: %v", called)
	if called["nowhere"] == 0 || len(called) < 8 {
		t.Errorf("number of calls by URL: %v, want each kind of endpoint", called)
	}
}

// compareWhere returns the URLs that Amazon's client and ours call, or "" after an error.
func compareWhere(t *testing.T, baseEndpoint string) (wanted, got string, err error) {
	t.Helper()
	seen := new(urlRecorder)
	options := []func(*config.LoadOptions) error{config.WithHTTPClient(seen)}
	if baseEndpoint != "" {
		options = append(options, config.WithBaseEndpoint(baseEndpoint))
	}
	loaded, err := config.LoadDefaultConfig(t.Context(), options...)
	if err != nil {
		t.Fatal(err)
	}
	loaded.RetryMaxAttempts = 1
	if _, err := amazon.NewFromConfig(loaded).DescribeClusterSnapshots(t.Context(), &amazon.DescribeClusterSnapshotsInput{}); err == nil {
		wanted = strings.TrimSuffix(seen.url, "/")
	}
	fromLoad, errLoad := calledBy(t, seen, func() (redshift.Config, error) { return awsconfig.Load(t.Context(), options...) })
	fromConfig, errConfig := calledBy(t, seen, func() (redshift.Config, error) { return awsconfig.FromAWSConfig(loaded) })
	if fromLoad != fromConfig || (errLoad == nil) != (errConfig == nil) {
		t.Fatalf("Load calls %q (err = %v), FromAWSConfig calls %q (err = %v)", fromLoad, errLoad, fromConfig, errConfig)
	}

	return wanted, fromLoad, errLoad
}

func calledBy(t *testing.T, seen *urlRecorder, load func() (redshift.Config, error)) (string, error) {
	t.Helper()
	seen.url = ""
	filled, err := load()
	if err != nil {
		return "", err
	}
	client, err := redshift.New(filled)
	if err != nil {
		return "", err
	}
	if _, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{}); err != nil {
		return "", err
	}

	return strings.TrimSuffix(seen.url, "/"), nil
}

// counter is an HTTP client that responds with 503 to every request and counts the requests.
type counter struct{ requests int }

func (c *counter) Do(request *http.Request) (*http.Response, error) {
	c.requests++

	return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Request: request, Body: http.NoBody}, nil
}

// If a setting limits the attempts of a call, the client makes as many attempts as Amazon's client.
func TestAWSConfigMakesTheAttemptsOfAmazonsClient(t *testing.T) {
	const three, four = 3, 4
	quick := func(options *retry.StandardOptions) {
		options.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	}
	standard := func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(quick), four) }
	never := func() aws.Retryer { return aws.NopRetryer{} }
	for name, test := range map[string]struct {
		variable string // AWS_MAX_ATTEMPTS
		option   config.LoadOptionsFunc
		change   func(*aws.Config)
		attempts int
	}{
		"AWS_MAX_ATTEMPTS":               {variable: "2", attempts: 2},
		"an option":                      {variable: "3", option: config.WithRetryMaxAttempts(2), attempts: 2},
		"a retryer":                      {option: config.WithRetryer(standard), attempts: four},
		"a retryer and AWS_MAX_ATTEMPTS": {variable: "2", option: config.WithRetryer(standard), attempts: four},
		"a retryer, changed by hand":     {option: config.WithRetryer(standard), change: func(cfg *aws.Config) { cfg.RetryMaxAttempts = three }, attempts: three},
		"no retries":                     {variable: "2", option: config.WithRetryer(never), attempts: 1},
		"no retries, changed by hand":    {option: config.WithRetryer(never), change: func(cfg *aws.Config) { cfg.RetryMaxAttempts = three }, attempts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnvironment(t)
			set(t, "AWS_REGION", "eu-west-1")
			set(t, "AWS_MAX_ATTEMPTS", test.variable)
			seen := new(counter)
			loaded, err := config.LoadDefaultConfig(t.Context(), config.WithHTTPClient(seen), func(options *config.LoadOptions) error {
				if test.option == nil {
					return nil
				}

				return test.option(options)
			})
			if err != nil {
				t.Fatal(err)
			}
			if test.change != nil {
				test.change(&loaded)
			}
			if _, err := amazon.NewFromConfig(loaded).DescribeClusterSnapshots(t.Context(), &amazon.DescribeClusterSnapshotsInput{}); err == nil {
				t.Fatal("Amazon's client returned no error")
			}
			theirs := seen.requests
			seen.requests = 0
			filled, err := awsconfig.FromAWSConfig(loaded)
			if err != nil {
				t.Fatal(err)
			}
			filled.Retry.BaseDelay = time.Millisecond
			client, err := redshift.New(filled)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.DescribeClusterSnapshots(t.Context(), nil); err == nil {
				t.Fatal("our client returned no error")
			}
			if theirs != test.attempts || seen.requests != test.attempts {
				t.Errorf("Amazon's client made %d attempts, ours %d, want %d", theirs, seen.requests, test.attempts)
			}
		})
	}
}

// profileFile returns a profile with the settings whose bits are set.
func profileFile(settings int) string {
	content := "[default]\nregion = eu-west-1\n"
	for i, setting := range []string{
		"endpoint_url = https://profile.example", "services = local", "ignore_configured_endpoint_urls = true",
		"use_fips_endpoint = true", "use_dualstack_endpoint = true",
	} {
		if settings&(1<<i) != 0 {
			content += setting + "\n"
		}
	}

	return content + "[services local]\nredshift =\n  endpoint_url = https://services.example\n"
}

// cleanEnvironment removes the AWS variables of the developer and returns the path for a profile.
func cleanEnvironment(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			set(t, name, "")
		}
	}
	set(t, "HOME", folder)
	set(t, "AWS_CONFIG_FILE", filepath.Join(folder, "config"))
	set(t, "AWS_SHARED_CREDENTIALS_FILE", filepath.Join(folder, "credentials"))
	set(t, "AWS_EC2_METADATA_DISABLED", "true")
	set(t, "AWS_ACCESS_KEY_ID", accessKeyID)
	set(t, "AWS_SECRET_ACCESS_KEY", secretAccessKey)

	return filepath.Join(folder, "config")
}

// set sets a variable until the test ends. An empty value removes the variable.
func set(t *testing.T, name, value string) {
	t.Helper()
	t.Setenv(name, value)
	if value == "" {
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

var _ aws.HTTPClient = (*urlRecorder)(nil)
