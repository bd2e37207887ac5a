// Package awsconfig returns a [redshift.Config] with the settings that Amazon's Go SDK finds: the region, the endpoint, and credentials
// from the environment, profiles, roles, SSO, web identity tokens, containers and instances.
//
//	config, err := awsconfig.Load(ctx)
//	if err != nil {
//		return err
//	}
//	client, err := redshift.New(config)
//
// It is a separate module, so that only programs that import it depend on Amazon's SDK.
package awsconfig

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/redshift-go/redshift"
)

// ErrNoRegion is matched by the error of [Load] and [FromAWSConfig] if no region is configured.
var ErrNoRegion = errors.New("no region is configured")

// refreshBefore is the time before their expiry when credentials are refreshed. Amazon's default is 0, so AWS may refuse a request
// that is signed shortly before the expiry or with a slow clock.
const refreshBefore = 5 * time.Minute

// Load returns the configuration that Amazon's chain finds. It calls [config.LoadDefaultConfig] with the given options, such as
// config.WithSharedConfigProfile or config.WithRegion, and then [FromAWSConfig]. Credentials are refreshed five minutes before they
// expire, unless config.WithCredentialsCacheOptions changes that.
//
// Load reads the environment and Amazon's files. It does not obtain credentials. The first call does, and then they must arrive within
// the time limit of an attempt (Config.AttemptTimeout, 30 seconds). If that can take longer, for example because a user must enter a
// code, call config.Credentials.Credentials(ctx) before the first call.
//
// The error names the missing or wrong setting and has advice. It matches [ErrNoRegion] if no region is configured. errors.As finds
// the errors of Amazon's SDK in it, such as config.SharedConfigProfileNotExistError.
func Load(ctx context.Context, optFns ...func(*config.LoadOptions) error) (redshift.Config, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	var chosen config.LoadOptions
	options := []func(*config.LoadOptions) error{config.WithCredentialsCacheOptions(refreshEarly)}
	for _, option := range optFns {
		if option != nil {
			options = append(options, option)
		}
	}
	options = append(options, func(all *config.LoadOptions) error { chosen = *all; return nil })
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return redshift.Config{}, fmt.Errorf("awsconfig: load Amazon's configuration: %w", addLoadHint(err, chosen))
	}

	return FromAWSConfig(loaded)
}

// FromAWSConfig returns the configuration for a client that calls Redshift like Amazon's client with the aws.Config. It has the region,
// the credentials, the endpoint, the FIPS and dual-stack settings, the maximum number of attempts, the app id, and the HTTP client.
// FromAWSConfig sends nothing and does not obtain credentials.
//
// All other settings have the defaults of package redshift. Loggers and middleware are ignored, because they are made for Amazon's
// clients. The retry mode is ignored too, and a Retryer only limits the attempts: package redshift decides which errors it retries,
// and when.
//
// Only an aws.CredentialsCache caches the credentials. It is the one of the aws.Config, or a new one if its provider is not a cache.
//
// The Config has IgnoreEnvironment set, because Amazon's chain has already read the environment, and options of the program override
// it. Characters of the app id that a User-Agent cannot have become hyphens, as in Amazon's User-Agent.
//
// The error names each missing or wrong setting, and matches [ErrNoRegion] if no region is configured.
func FromAWSConfig(cfg aws.Config) (redshift.Config, error) {
	filled := redshift.Config{
		Region:     cfg.Region,
		HTTPClient: httpClient(cfg.HTTPClient),
		Retry:      redshift.RetryPolicy{MaxAttempts: maxAttempts(cfg)},
		AppID:      appID(cfg.AppID),
		// Otherwise redshift.New would read variables that the aws.Config overrides.
		IgnoreEnvironment: true,
	}
	var wrong []error
	if cfg.Region == "" {
		wrong = append(wrong, fmt.Errorf("%w: set AWS_REGION, or region in the %s, or pass config.WithRegion",
			ErrNoRegion, describeProfile(profileOf(cfg))))
	}
	if cfg.Credentials == nil {
		wrong = append(wrong, errors.New("aws.Config.Credentials is nil: use config.LoadDefaultConfig, or set a provider"))
	} else {
		filled.Credentials = newProvider(cfg)
	}
	wrong = append(wrong, setEndpoint(&filled, cfg))
	if err := errors.Join(wrong...); err != nil {
		return redshift.Config{}, fmt.Errorf("awsconfig: %w", err)
	}

	return filled, nil
}

// maxAttempts returns the maximum number of attempts of Amazon's client. It returns 0 if the number is not configured or not limited.
func maxAttempts(cfg aws.Config) int {
	var retryer aws.Retryer
	if cfg.Retryer != nil {
		retryer = cfg.Retryer()
	}
	_, never := retryer.(aws.NopRetryer)
	switch {
	case never:
		return 1 // it never retries, regardless of RetryMaxAttempts
	case cfg.RetryMaxAttempts != 0 || retryer == nil:
		return cfg.RetryMaxAttempts
	default:
		return max(retryer.MaxAttempts(), 0)
	}
}

// maxAppID is the longest app id that package redshift accepts.
const maxAppID = 50

// appID returns an app id that package redshift accepts. The variable AWS_SDK_UA_APP_ID and profiles are also for other programs, so an
// invalid id in them must not be an error.
func appID(configured string) string {
	valid := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!$%&'*+-.^_`|~", r) {
			return r
		}

		return '-'
	}, configured)

	return valid[:min(len(valid), maxAppID)]
}

// idleConnections is the number of idle connections to a host that are kept. It is the default of package redshift.
const idleConnections = 100

func refreshEarly(options *aws.CredentialsCacheOptions) { options.ExpiryWindow = refreshBefore }

// profileOf returns the profile of an aws.Config. If it was not loaded from one, the profile has no name.
func profileOf(cfg aws.Config) config.SharedConfig {
	for _, source := range cfg.ConfigSources {
		switch source := source.(type) {
		case config.SharedConfig:
			return source
		case *config.SharedConfig:
			if source != nil {
				return *source
			}
		}
	}

	return config.SharedConfig{}
}

func describeProfile(profile config.SharedConfig) string {
	if profile.Profile == "" {
		return "profile that you use"
	}

	return fmt.Sprintf("profile %q", profile.Profile)
}

// httpClient returns the HTTP client of an aws.Config, which has the certificate authorities of AWS_CA_BUNDLE for example, or Amazon's
// default client. Both use the proxy of the environment, which package redshift ignores because of IgnoreEnvironment. If the number of
// idle connections is Amazon's default, httpClient raises it.
func httpClient(client aws.HTTPClient) *http.Client {
	switch client := client.(type) {
	case nil:
		return httpClient(awshttp.NewBuildableClient())
	case *http.Client:
		return client
	case *awshttp.BuildableClient:
		transport := client.GetTransport() // a copy
		if transport.MaxIdleConnsPerHost == awshttp.DefaultHTTPTransportMaxIdleConnsPerHost {
			// All calls go to one host. With Amazon's number, many concurrent calls would need new connections.
			transport.MaxIdleConnsPerHost = idleConnections
		}

		return &http.Client{Transport: transport, Timeout: client.GetTimeout()}
	default:
		return &http.Client{Transport: clientTransport{client}}
	}
}

// clientTransport is a RoundTripper that sends requests with a client that is not a *http.Client.
type clientTransport struct{ client aws.HTTPClient }

func (t clientTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	return t.client.Do(request)
}
