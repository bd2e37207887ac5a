// Package redshift calls Amazon Redshift's snapshot operations: take, copy, share, list, restore and delete the snapshots
// of clusters, schedule and tag them, and wait until they, and what is restored from them, are there.
//
//	client, err := redshift.New(redshift.Config{Region: "eu-west-1"})
//	if err != nil {
//		return err
//	}
//	created, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
//		ClusterIdentifier:  "analytics",
//		SnapshotIdentifier: "nightly-2026-11-23",
//		Tags:               []models.Tag{{Key: "env", Value: "prod"}},
//	})
//	if errors.Is(err, models.ErrClusterNotFound) {
//		// there is no such cluster
//	}
//
// Each operation is a method of [Client] that takes a context and one struct of parameters, and returns one struct.
// Types and error codes that the structs share are in package models. Parameters that are missing or never valid are
// refused before anything is sent, as an [awsquery.ValidationError]; what Redshift refuses is an [awsquery.Error].
//
// What the fields of parameters and results mean is documented in the packages below client and in models, for example by
// go doc github.com/redshift-go/redshift/client/snapshots.CreateClusterSnapshotParams.
//
// Iterators ([Client.DescribeClusterSnapshotsAll]), waits ([Client.WaitSnapshotAvailable]) and batches
// ([Client.DeleteSnapshots]) are methods of [Client] too, and only that: there is one way to call each. To run them over a stub
// or a decorator, implement [ClientService], which has the operations only, and pass it to [NewFromService].
//
// Package redshifttest has a Redshift for tests, in the process of the test.
package redshift

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/sigv4"
)

// signingName is Redshift's name in a signature.
const signingName = "redshift"

// Config configures a [Client]. The zero Config takes everything from the environment. A variable of the environment is read
// only if no field overrides it: AWS_MAX_ATTEMPTS is not read if Retry has a MaxAttempts, for example.
type Config struct {
	// Region is the AWS region, such as eu-west-1. If empty, AWS_REGION is used, or else AWS_DEFAULT_REGION. The region is part
	// of the signature. It is required with an Endpoint too, and never derived from one.
	Region string

	// Credentials signs the requests. If nil, it is sigv4.EnvCredentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
	// AWS_SESSION_TOKEN and AWS_ACCOUNT_ID. Calls obtain credentials, New does not. New puts a cache before the provider, which
	// renews credentials shortly before they expire or when Redshift says that they have, unless the provider has a method
	// Invalidate() and so is a cache itself. The client reads no file and calls no metadata service.
	Credentials sigv4.CredentialsProvider

	// Endpoint is the URL to call instead of the region's own, optionally with a port and a path: a VPC endpoint, a proxy, a
	// fake. It overrides AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT. If empty, AWS_ENDPOINT_URL_REDSHIFT is used, or
	// else AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true.
	Endpoint string

	// UseFIPS selects the region's endpoint with FIPS 140 validated cryptography. It cannot be combined with an Endpoint,
	// including one from the environment. If false, AWS_USE_FIPS_ENDPOINT=true sets it.
	UseFIPS bool

	// UseDualStack selects the region's endpoint that has IPv6 addresses next to IPv4 ones. It cannot be combined with an
	// Endpoint, including one from the environment. If false, AWS_USE_DUALSTACK_ENDPOINT=true sets it.
	UseDualStack bool

	// IgnoreEnvironment makes the client independent of the environment, for tests and for programs with a configuration of
	// their own. New then reads no environment variable, and Region and Credentials are required. The default HTTPClient uses
	// no proxy, because HTTPS_PROXY and its like are environment variables too.
	IgnoreEnvironment bool

	// HTTPClient sends the requests, for a proxy, a timeout or instrumentation. New copies it and never changes it. The copy
	// signs every request and follows no redirect. Its RoundTripper must not send a request twice: the client retries (see
	// Retry), and a signature expires. If nil, the client has its own transport, a copy of http.DefaultTransport with up to 100
	// idle connections for each host.
	HTTPClient *http.Client

	// Retry configures the attempts of a call, the backoff between them, and the retry budget of the client.
	// [WithRetryPolicy] and [WithMaxAttempts] are for one call.
	Retry RetryPolicy

	// AttemptTimeout limits one attempt, until its response has been read. The deadline of the context limits all attempts
	// together. [WithAttemptTimeout] is for one call. Default: 30 seconds. Negative: no limit.
	AttemptTimeout time.Duration

	// Logger receives a record of each attempt at level debug, and of each attempt that is retried at level info: operation,
	// number of the attempt, status, code, request id and duration. Parameters, messages and other content are never logged.
	// New logs a warning about an invalid AWS_SDK_UA_APP_ID. If nil, nothing is logged.
	Logger *slog.Logger

	// AppID names the program in the User-Agent of its requests, and so in CloudTrail. It has up to 50 letters, digits and
	// characters of !$%&'*+-.^_`|~. If empty, AWS_SDK_UA_APP_ID is used. If that variable is not a valid name, New logs a
	// warning and ignores it.
	AppID string

	// Now is the clock that dates signatures. If nil, it is time.Now. Redshift refuses a date that is more than five minutes off. The
	// client then takes the time from the refusal, for all of its calls. A clock that runs faster or slower than real time leaves
	// more outcomes unknown: see [OutcomeUnknownError].
	Now func() time.Time

	// DisableParamValidation sends parameters that are missing or never valid, so that Redshift refuses them. By default, the
	// client refuses them before anything is sent.
	DisableParamValidation bool

	// AllowInsecure allows an Endpoint with plain http on another machine, where everyone on the way can read what is sent.
	// By default, plain http is for loopback addresses only.
	AllowInsecure bool
}

// Client calls Redshift. Make it with [New], or with [NewFromService] for a stub or a decorator. It is safe for concurrent
// use. The client retries a call if that can help ([RetryPolicy]). After a lost response it checks whether the call took
// effect, so that a change is made once or the call returns an [OutcomeUnknownError]. Redshift has no tokens that mark a
// repetition, so that two cases remain: a repeated Delete also deletes a resource that someone created under the same name in
// between, and a repeated Create makes the resource again if someone deleted it in between.
type Client struct {
	invoker  *attempts.Invoker // nil for a client that New did not make
	settings attempts.Settings // of a call without options
	validate bool              // whether calls validate their parameters
	http     *http.Client
	region   string
	endpoint *url.URL

	over  any // the ClientService that NewFromService was given, nil for a client of New
	waits *waitState
}

// waitState is what the waits of a client share.
type waitState struct {
	created recentlyCreated
	jitter  func(longest time.Duration) time.Duration
}

// New returns a client for the configuration. It sends nothing. The error names each setting that is missing or wrong.
func New(config Config) (*Client, error) {
	return newClient(config, os.Getenv)
}

func newClient(config Config, getenv func(string) string) (*Client, error) {
	settings, err := resolve(config, getenv)
	if err != nil {
		return nil, fmt.Errorf("redshift: %w", err)
	}
	signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: settings.region, Service: signingName})
	if err != nil {
		return nil, fmt.Errorf("redshift: %w", err)
	}
	httpClient := new(http.Client)
	if config.HTTPClient != nil {
		*httpClient = *config.HTTPClient
	}
	if httpClient.Transport == nil {
		httpClient.Transport = defaultTransport(config.IgnoreEnvironment)
	}
	watched := attempts.WatchCredentials(settings.credentials)
	httpClient.Transport = &sigv4.Transport{
		Base:        httpClient.Transport,
		Signer:      signer,
		Credentials: watched,
		Now:         settings.clock.Now,
	}
	httpClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	return &Client{
		invoker: &attempts.Invoker{
			Transport:   &awsquery.Transport{Endpoint: settings.endpoint, Client: httpClient, UserAgent: settings.userAgent},
			Clock:       settings.clock,
			Credentials: watched,
			Budget:      attempts.NewBudget(settings.call.Policy.Budget),
			Logger:      config.Logger,
			Jitter:      attempts.FullJitter,
		},
		settings: settings.call,
		validate: !config.DisableParamValidation,
		http:     httpClient,
		region:   settings.region,
		endpoint: settings.endpoint,
		waits:    &waitState{jitter: attempts.FullJitter},
	}, nil
}

// NewFromService returns a client whose operations are those of the service: a stub that embeds ClientService, or a decorator
// around another client. Waits, iterators and batches are methods of [Client] only, and with this client they call the
// service too. A service that is a *Client is returned unchanged.
//
// The client adds nothing to the calls: it validates no parameters, retries no call and has no region or endpoint. If service
// is nil, every call returns an error.
func NewFromService(service ClientService) *Client {
	if client, ok := service.(*Client); ok {
		return client
	}

	return &Client{over: service, waits: &waitState{jitter: attempts.FullJitter}}
}

// underlying returns the [ClientService] that the client was made from, nil for a client of New. The methods ask it for their own
// operation alone: if they used the whole interface, the linker would keep code of all operations in each program.
func (c *Client) underlying() any {
	if c == nil {
		return nil
	}

	return c.over
}

// callService calls an operation of the service that a client was made from, and remembers what the operation created. Params
// and Result are pointers, so that all operations share one instance of the function.
func callService[Params any, Result comparable](
	ctx context.Context, c *Client, operation operation[Params, Result], call func(context.Context, Params, ...Option) (Result, error),
	params Params, options []Option,
) (Result, error) {
	var none Result
	result, err := call(ctx, params, options...)
	if err == nil && result != none {
		noteCreated(c, operation.creates, result)
	}

	return result, err
}

// now returns the time by the clock that the client signs with.
func (c *Client) now() time.Time {
	if c.invoker == nil {
		return time.Now()
	}

	return c.invoker.Clock.Now()
}

// settings is a Config with everything filled in and found good.
type settings struct {
	region      string
	endpoint    *url.URL
	credentials sigv4.CredentialsProvider
	clock       *attempts.Clock
	call        attempts.Settings
	userAgent   string
}

func resolve(config Config, getenv func(string) string) (settings, error) {
	if config.IgnoreEnvironment {
		getenv = func(string) string { return "" }
	}
	var resolved settings
	var regionErr, endpointErr, credentialsErr, callErr, appErr error
	resolved.region, regionErr = resolveRegion(config, getenv)
	resolved.endpoint, endpointErr = resolveEndpoint(config, resolved.region, getenv)
	resolved.clock = attempts.NewClock(config.Now)
	resolved.credentials, credentialsErr = resolveCredentials(config, resolved.clock.Now)
	resolved.call, callErr = resolveCall(config, getenv)
	var appID string
	appID, appErr = resolveAppID(config, getenv)
	resolved.userAgent = userAgent(appID)

	return resolved, errors.Join(regionErr, endpointErr, credentialsErr, callErr, appErr)
}

func resolveRegion(config Config, getenv func(string) string) (string, error) {
	region := firstOf(getenv, variable{"Config.Region", config.Region}, variable{name: "AWS_REGION"}, variable{name: "AWS_DEFAULT_REGION"})
	switch {
	case region.value == "" && config.IgnoreEnvironment:
		return "", errors.New("no region: set Config.Region (Config.IgnoreEnvironment is true)")
	case region.value == "":
		return "", errors.New("no region: set Config.Region, or AWS_REGION in the environment")
	}
	if err := checkRegion(region.value); err != nil {
		return "", fmt.Errorf("%s: %w", region.name, err)
	}

	return region.value, nil
}

// resolveEndpoint returns the URL to call. It is nil if no region is known to derive it from.
func resolveEndpoint(config Config, region string, getenv func(string) string) (*url.URL, error) {
	endpoint, err := configuredEndpoint(config, getenv)
	fips, dualStack := config.UseFIPS, config.UseDualStack
	if config.Endpoint == "" {
		// Only then can the variables matter.
		var fipsErr, dualStackErr error
		fips, fipsErr = switchedOn(fips, "AWS_USE_FIPS_ENDPOINT", getenv)
		dualStack, dualStackErr = switchedOn(dualStack, "AWS_USE_DUALSTACK_ENDPOINT", getenv)
		err = errors.Join(err, fipsErr, dualStackErr)
	}
	switch {
	case err != nil:
		return nil, err
	case endpoint.value == "" && region == "":
		return nil, nil
	case endpoint.value == "":
		return regionEndpoint(region, fips, dualStack), nil
	case fips:
		return nil, fmt.Errorf("%s: a custom endpoint cannot be combined with FIPS (Config.UseFIPS or AWS_USE_FIPS_ENDPOINT)", endpoint.name)
	case dualStack:
		return nil, fmt.Errorf("%s: a custom endpoint cannot be combined with dual-stack (Config.UseDualStack or AWS_USE_DUALSTACK_ENDPOINT)",
			endpoint.name)
	}
	parsed, err := parseEndpoint(endpoint.value, config.AllowInsecure)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", endpoint.name, err)
	}

	return parsed, nil
}

// configuredEndpoint returns the URL that is configured, if any. AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is read only if one of the
// variables that it disables is set.
func configuredEndpoint(config Config, getenv func(string) string) (variable, error) {
	endpoint := firstOf(getenv, variable{"Config.Endpoint", config.Endpoint},
		variable{name: "AWS_ENDPOINT_URL_REDSHIFT"}, variable{name: "AWS_ENDPOINT_URL"})
	if config.Endpoint != "" || endpoint.value == "" {
		return endpoint, nil
	}
	ignored, err := switchedOn(false, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", getenv)
	if ignored {
		return variable{}, nil
	}

	return endpoint, err
}

// resolveCall returns what all calls have in common.
func resolveCall(config Config, getenv func(string) string) (attempts.Settings, error) {
	policy, timeout := config.Retry, config.AttemptTimeout
	var wrong []error
	if err := policy.check(); err != nil {
		wrong = append(wrong, fmt.Errorf("Config.Retry: %w", err))
	}
	if text := getenv("AWS_MAX_ATTEMPTS"); policy.MaxAttempts == 0 && text != "" {
		count, err := strconv.Atoi(text)
		if err != nil || count < 1 {
			wrong = append(wrong, errors.New("AWS_MAX_ATTEMPTS: not a number of attempts, 1 or more"))
		}
		policy.MaxAttempts = count
	}
	setDefault(&timeout, defaultAttemptTimeout)

	return attempts.Settings{Policy: attempts.Policy(policy.withDefaults()), AttemptTimeout: timeout}, errors.Join(wrong...)
}

// resolveCredentials puts a cache before a provider that may be slow.
func resolveCredentials(config Config, now func() time.Time) (sigv4.CredentialsProvider, error) {
	switch provider := config.Credentials.(type) {
	case nil:
		if config.IgnoreEnvironment {
			return nil, errors.New("no credentials: set Config.Credentials (Config.IgnoreEnvironment is true)")
		}

		return sigv4.EnvCredentials{}, nil
	case sigv4.EnvCredentials, interface{ Invalidate() }:
		// Two caches would not know of each other: to forget what is in one would bring it back from the other.
		return provider, nil
	default:
		return sigv4.NewCachedCredentials(sigv4.CacheConfig{Provider: provider, Now: now})
	}
}

// variable is a setting and where it comes from, which an error names.
type variable struct{ name, value string }

// firstOf returns the first variable with a value; one without is looked up in the environment by its name.
func firstOf(getenv func(string) string, variables ...variable) variable {
	for _, candidate := range variables {
		if candidate.value == "" && !strings.HasPrefix(candidate.name, "Config.") {
			candidate.value = getenv(candidate.name)
		}
		if candidate.value != "" {
			return candidate
		}
	}

	return variable{}
}

// switchedOn reports whether a setting is on in the Config or in the environment.
func switchedOn(on bool, name string, getenv func(string) string) (bool, error) {
	text := getenv(name)
	if on || text == "" {
		return on, nil
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("%s: neither true nor false", name)
	}

	return on, nil
}

// defaultTransport returns a copy of http.DefaultTransport that keeps more idle connections for each host. With its default
// of two, all but two of many concurrent callers would connect again for each call.
func defaultTransport(ignoreEnvironment bool) http.RoundTripper {
	const connections = 100
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		// Somebody wrapped it for the whole program: that is what they want.
		return http.DefaultTransport
	}
	transport = transport.Clone()
	transport.MaxIdleConns = connections
	transport.MaxIdleConnsPerHost = connections
	if ignoreEnvironment {
		transport.Proxy = nil
	}

	return transport
}

// Region returns the region whose snapshots the client handles.
func (c *Client) Region() string {
	if c == nil {
		return ""
	}

	return c.region
}

// Endpoint returns the URL that the client calls.
func (c *Client) Endpoint() string {
	if c == nil || c.endpoint == nil {
		return ""
	}

	return c.endpoint.String()
}

// CloseIdleConnections closes the connections that no call uses at the moment. The client stays usable.
func (c *Client) CloseIdleConnections() {
	if c != nil && c.http != nil {
		c.http.CloseIdleConnections()
	}
}
