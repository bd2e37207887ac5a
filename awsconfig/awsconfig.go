// Package awsconfig fills a [redshift.Config] with what Amazon's own Go SDK finds: credentials from the environment, from
// profiles, roles, SSO, web identity tokens, containers and instances; the region; and the endpoint.
//
//	config, err := awsconfig.Load(ctx)
//	if err != nil {
//		return err
//	}
//	client, err := redshift.New(config)
//
// It is a module of its own, so that only programs that want it depend on Amazon's SDK.
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

// ErrNoRegion is matched by the error of [Load] and [FromAWSConfig] where no region is configured.
var ErrNoRegion = errors.New("no region is configured")

// renewBefore is how long before they expire credentials are renewed. Amazon's default is not to: a request that is signed
// in the last moment, or by a clock that is slow, is refused.
const renewBefore = 5 * time.Minute

// Load returns a configuration as Amazon's chain finds it: [config.LoadDefaultConfig] with the same options, such as
// config.WithSharedConfigProfile or config.WithRegion, and then [FromAWSConfig]. Credentials are renewed five minutes
// before they expire, unless config.WithCredentialsCacheOptions says otherwise.
//
// It reads the environment and Amazon's files. Credentials are not asked for until a call needs them, and then have to
// come within the time that an attempt has (Config.AttemptTimeout, 30 seconds). Where that may take longer, because somebody
// has to type in a code, ask once before the first call: config.Credentials.Credentials(ctx).
//
// The error says what is missing or wrong, and what to do. It matches [ErrNoRegion] where there is no region; the
// errors of Amazon's SDK, such as config.SharedConfigProfileNotExistError, are to be found in it with errors.As.
func Load(ctx context.Context, optFns ...func(*config.LoadOptions) error) (redshift.Config, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	var chosen config.LoadOptions
	options := []func(*config.LoadOptions) error{config.WithCredentialsCacheOptions(renewEarly)}
	for _, option := range optFns {
		if option != nil {
			options = append(options, option)
		}
	}
	options = append(options, func(all *config.LoadOptions) error { chosen = *all; return nil })
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return redshift.Config{}, fmt.Errorf("awsconfig: load Amazon's configuration: %w", explainLoad(err, chosen))
	}

	return FromAWSConfig(loaded)
}

// FromAWSConfig returns the configuration of a client that calls Redshift as Amazon's own would with an aws.Config: the
// region, credentials, endpoint, FIPS and dual-stack settings, the most attempts that a call has, the app id, and the HTTP client.
// It sends nothing and asks for no credentials. Everything else has the defaults of package redshift; that goes for
// loggers and middleware, which are made for Amazon's clients, for the retry mode, and for what a Retryer does beside
// limiting the attempts: which errors are followed by another attempt, and after how long, is up to package redshift.
//
// Credentials are kept by an aws.CredentialsCache alone: that of the aws.Config, or one that is put before a provider
// without a cache.
//
// The Config has IgnoreEnvironment set: Amazon's chain has read the environment already, and options of the program override
// it. Characters of the app id that a User-Agent cannot have become hyphens, as in Amazon's own User-Agent.
//
// The error names each setting that is missing or wrong, and matches [ErrNoRegion] where there is no region.
func FromAWSConfig(cfg aws.Config) (redshift.Config, error) {
	filled := redshift.Config{
		Region:     cfg.Region,
		HTTPClient: httpClient(cfg.HTTPClient),
		Retry:      redshift.RetryPolicy{MaxAttempts: maxAttempts(cfg)},
		AppID:      appID(cfg.AppID),
		// Otherwise redshift.New would find variables that the aws.Config overrides.
		IgnoreEnvironment: true,
	}
	var wrong []error
	if cfg.Region == "" {
		wrong = append(wrong, fmt.Errorf("%w: set AWS_REGION, or region in the %s, or pass config.WithRegion",
			ErrNoRegion, describeProfile(profileOf(cfg))))
	}
	if cfg.Credentials == nil {
		wrong = append(wrong, errors.New("aws.Config.Credentials is nil: config.LoadDefaultConfig sets it, or set a provider of your own"))
	} else {
		filled.Credentials = newProvider(cfg)
	}
	wrong = append(wrong, setEndpoint(&filled, cfg))
	if err := errors.Join(wrong...); err != nil {
		return redshift.Config{}, fmt.Errorf("awsconfig: %w", err)
	}

	return filled, nil
}

// maxAttempts returns how many attempts a call of Amazon's client would have; 0 where nothing says so, or there is no limit.
func maxAttempts(cfg aws.Config) int {
	var retryer aws.Retryer
	if cfg.Retryer != nil {
		retryer = cfg.Retryer()
	}
	_, never := retryer.(aws.NopRetryer)
	switch {
	case never:
		return 1 // it repeats nothing, whatever the number
	case cfg.RetryMaxAttempts != 0 || retryer == nil:
		return cfg.RetryMaxAttempts
	default:
		return max(retryer.MaxAttempts(), 0)
	}
}

// maxAppID is the longest app id that package redshift accepts.
const maxAppID = 50

// appID returns an app id that package redshift accepts. The variable AWS_SDK_UA_APP_ID and profiles are not meant for this
// program alone, so that a bad one must not stop it.
func appID(configured string) string {
	valid := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!$%&'*+-.^_`|~", r) {
			return r
		}

		return '-'
	}, configured)

	return valid[:min(len(valid), maxAppID)]
}

// idleConnections is how many connections are kept, as package redshift does by itself.
const idleConnections = 100

func renewEarly(options *aws.CredentialsCacheOptions) { options.ExpiryWindow = renewBefore }

// profileOf returns the profile that an aws.Config was loaded from; one without a name where there is none.
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

// httpClient returns the client that an aws.Config has, with the certificate authorities of AWS_CA_BUNDLE for example, or
// Amazon's default. Both use the proxy of the environment, which package redshift ignores here. If the number of connections
// that are kept is Amazon's default, it becomes larger.
func httpClient(client aws.HTTPClient) *http.Client {
	switch client := client.(type) {
	case nil:
		return httpClient(awshttp.NewBuildableClient())
	case *http.Client:
		return client
	case *awshttp.BuildableClient:
		transport := client.GetTransport() // a copy
		if transport.MaxIdleConnsPerHost == awshttp.DefaultHTTPTransportMaxIdleConnsPerHost {
			// All calls go to one host, where Amazon's number would make many concurrent ones connect anew.
			transport.MaxIdleConnsPerHost = idleConnections
		}

		return &http.Client{Transport: transport, Timeout: client.GetTimeout()}
	default:
		return &http.Client{Transport: doer{client}}
	}
}

// doer makes a client that is none of net/http's own a RoundTripper.
type doer struct{ client aws.HTTPClient }

func (d doer) RoundTrip(request *http.Request) (*http.Response, error) { return d.client.Do(request) }
