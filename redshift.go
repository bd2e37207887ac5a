// Package redshift is a client for the management API of Amazon Redshift: snapshots, restores and clusters.
//
// [New] makes a [Client] from a [Config]. Each operation is a method of Client: it takes a context, a struct of parameters and
// options ([Option]), and returns a struct. Iterators such as [Client.DescribeClusterSnapshotsAll], waits such as
// [Client.WaitSnapshotAvailable] and batches such as [Client.DeleteSnapshots] are methods of Client too. Package models has the
// structures, enums and error codes of the operations.
//
// # Quick start
//
//	client, err := redshift.New(redshift.Config{Region: "eu-west-1"}) // credentials from the environment
//	if err != nil {
//		return err
//	}
//	created, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
//		ClusterIdentifier:  "analytics",
//		SnapshotIdentifier: "nightly-2026-11-23",
//		Tags:               []models.Tag{{Key: "env", Value: "prod"}},
//	})
//
// Zero values of parameters are not sent. Optional booleans and numbers are pointers: new(true), new(7). The documentation of
// [CreateClusterSnapshotParams] and of the other parameter types lists the fields. The type of the same name in a package below
// client, such as client/snapshots, has their limits and defaults.
//
// # Operations
//
// Client has the operations for
//   - snapshots: create, copy, share, list, schedule and delete them, and restore clusters and tables,
//   - clusters: create, change, rename, resize, pause, resume, reboot and delete them,
//   - parameter groups and subnet groups,
//   - events, event subscriptions and audit logs,
//   - scheduled actions,
//   - temporary credentials for databases,
//   - tags of all resources.
//
// docs/api.md lists all operations. They do not include reserved nodes, data shares and Redshift Serverless. To call another operation, use
// Amazon's SDK in the same program.
//
// # Errors
//
// A failed call returns one of these errors. One can wrap another, so match them with [errors.Is] or [errors.As]:
//   - [*Error]: Redshift refused the call, or the response is not from Redshift. errors.Is matches its code.
//   - [*SendError]: the call got no response.
//   - [*ValidationError]: parameters are missing or can never be valid. Nothing was sent.
//   - [*RetryError]: several attempts failed. It wraps the error of the last one.
//   - [*OutcomeUnknownError]: the call may or may not have taken effect.
//
// For example:
//
//	var refused *redshift.Error
//	switch {
//	case errors.Is(err, models.ErrClusterNotFound):
//		// the cluster does not exist
//	case errors.Is(err, redshift.ErrAccessDenied):
//		// the IAM policy does not allow the call
//	case errors.As(err, &refused):
//		log.Print(refused.Code, refused.Message, refused.RequestID)
//	}
//
// A wait returns a [WaitError]. The result of a batch has a [SnapshotError] for each snapshot that Redshift refused to delete or
// change.
//
// # Retries and lost responses
//
// The client retries a call that was throttled, got no response, or got an HTTP status of 500 or above. [RetryPolicy] configures
// attempts and backoff. If the response to a change is lost, the change may have taken effect. The client then retries. If the
// response to the retry does not show whether the first attempt took effect, the client looks up the resource. The call returns its
// result, Redshift's error, or an [OutcomeUnknownError]. See docs/reliability.md for the rules.
//
// # Waiting
//
// Waits poll until a resource is in a state, for example until a snapshot is available or a cluster is paused. They end when the context is
// done, so use a context with a deadline. They tolerate outages of Redshift. [WaitOptions] configures them.
//
// # Testing
//
// Package redshifttest has a fake Redshift that runs in the process of the test. Alternatively, write a stub that embeds
// [ClientService], which has only the operations. [NewFromService] makes a Client that calls the stub, with iterators, waits and
// batches.
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

// New returns a client for the configuration. It sends nothing. Its error names each setting that is missing or invalid.
func New(config Config) (*Client, error) {
	return newClient(config, os.Getenv)
}

// Config configures a [Client]. The zero Config takes the region and the credentials from the environment. New reads an environment
// variable only if no field overrides it. For example, it does not read AWS_MAX_ATTEMPTS if Retry.MaxAttempts is set.
type Config struct {
	// Region is the AWS region, such as eu-west-1. If empty, New uses AWS_REGION or, if that is empty too, AWS_DEFAULT_REGION. The
	// region is part of the signature, and New does not derive it from an endpoint. So it is required even if Endpoint is set.
	Region string

	// Credentials provides the credentials that sign the requests. If nil, it is sigv4.EnvCredentials: AWS_ACCESS_KEY_ID,
	// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_ACCOUNT_ID. New does not obtain credentials. Calls do. New wraps the
	// provider in a cache that refreshes credentials shortly before they expire, and after Redshift returns ExpiredToken. It does
	// not wrap a provider that has a method Invalidate(), because that is a cache already. The client reads no file and calls no
	// metadata service.
	Credentials sigv4.CredentialsProvider

	// Endpoint is the URL to call instead of the region's endpoint, for example a VPC endpoint, a proxy or a fake. It can have a
	// port and a path. It overrides AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT. If empty, New uses
	// AWS_ENDPOINT_URL_REDSHIFT or, if that is empty too, AWS_ENDPOINT_URL. It ignores both if
	// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true.
	Endpoint string

	// UseFIPS selects the region's endpoint with FIPS 140 validated cryptography. It cannot be combined with an Endpoint,
	// including one from the environment. If false, AWS_USE_FIPS_ENDPOINT=true sets it.
	UseFIPS bool

	// UseDualStack selects the region's endpoint that has IPv6 addresses next to IPv4 ones. It cannot be combined with an
	// Endpoint, including one from the environment. If false, AWS_USE_DUALSTACK_ENDPOINT=true sets it.
	UseDualStack bool

	// IgnoreEnvironment makes New read no environment variable, for tests and for programs that configure everything. New then
	// requires Region and Credentials. The default HTTPClient uses no proxy, because HTTP_PROXY, HTTPS_PROXY and NO_PROXY are
	// environment variables too.
	IgnoreEnvironment bool

	// HTTPClient sends the requests. Set it for a proxy, a timeout or instrumentation. New copies it and never changes it. The copy
	// signs every request and follows no redirect. The Transport of the HTTPClient must not send a request twice: the client itself
	// retries (see Retry), and a signature expires. If nil, the transport is a copy of http.DefaultTransport with up to 100 idle
	// connections for each host.
	HTTPClient *http.Client

	// Retry configures the attempts of a call, the backoff between them, and the retry budget of the client.
	// [WithRetryPolicy] and [WithMaxAttempts] change them for one call.
	Retry RetryPolicy

	// AttemptTimeout limits one attempt, until its response is read. The deadline of the context limits all attempts together.
	// [WithAttemptTimeout] changes it for one call. Default: 30 seconds. Negative: no limit.
	AttemptTimeout time.Duration

	// Logger receives a record of each attempt at level debug, and of each retried attempt at level info: operation, number of the
	// attempt, status, code, request id and duration. The client never logs parameters, messages or other content. New logs a warning about
	// an invalid AWS_SDK_UA_APP_ID. If nil, nothing is logged.
	Logger *slog.Logger

	// AppID names the program in the User-Agent of its requests, which CloudTrail shows. It has up to 50 letters, digits and
	// characters of !$%&'*+-.^_`|~. If empty, New uses AWS_SDK_UA_APP_ID. If that variable is not a valid name, New logs a
	// warning and ignores it.
	AppID string

	// Now returns the current time for signatures. If nil, it is time.Now. If Redshift refuses a date because it is more than five
	// minutes off, the client corrects the time for all of its calls, by the Date of the response. A clock that runs faster or
	// slower than real time leaves more outcomes unknown: see [OutcomeUnknownError].
	Now func() time.Time

	// DisableParamValidation switches off the check of the parameters before a call. Redshift then refuses invalid ones. By
	// default, the client returns a [ValidationError] and sends nothing if parameters are missing or can never be valid.
	DisableParamValidation bool

	// AllowInsecure allows an Endpoint with plain http on another machine. Anyone on the network path can then read the requests.
	// By default, plain http is for loopback addresses only.
	AllowInsecure bool
}

// Client calls Redshift. Make it with [New], or with [NewFromService] for a stub or a decorator. It is safe for concurrent use.
//
// The client retries a call if a retry can help ([RetryPolicy]). After a lost response it checks whether the call took effect: a
// call that succeeds made its change once. If the client cannot find out, the call returns an [OutcomeUnknownError]. Redshift has
// no idempotency tokens, so two cases remain. The retry of a Delete also deletes a resource that someone created with the same name
// after the first attempt. The retry of a Create creates the resource again if someone deleted it after the first attempt.
type Client struct {
	invoker  *attempts.Invoker // nil for a client that New did not make
	settings attempts.Settings // for a call without options
	validate bool              // whether calls validate their parameters
	http     *http.Client
	region   string
	endpoint *url.URL

	service any // the ClientService that NewFromService got, nil for a client of New
	waits   *waitState
}

// NewFromService returns a client that calls the service: a stub that embeds [ClientService], or a decorator around another client.
// The iterators, waits and batches of the client call the service too. If the service is a *Client, NewFromService returns it
// unchanged.
//
// The client passes each call to the service unchanged: it validates no parameters and retries no call. It has no region and no
// endpoint. If service is nil, every call returns an error.
func NewFromService(service ClientService) *Client {
	if client, ok := service.(*Client); ok {
		return client
	}

	return &Client{service: service, waits: &waitState{jitter: attempts.FullJitter}}
}

// Region returns the AWS region that the client calls, or an empty string for a client of [NewFromService].
func (c *Client) Region() string {
	if c == nil {
		return ""
	}

	return c.region
}

// Endpoint returns the URL that the client calls, or an empty string for a client of [NewFromService].
func (c *Client) Endpoint() string {
	if c == nil || c.endpoint == nil {
		return ""
	}

	return c.endpoint.String()
}

// CloseIdleConnections closes the connections that no call is using. The client stays usable.
func (c *Client) CloseIdleConnections() {
	if c != nil && c.http != nil {
		c.http.CloseIdleConnections()
	}
}

// waitState has the state that the waits of a client share. In a client of [NewFromService], only waits set reached, because calls go to
// the service directly.
type waitState struct {
	created recentlyCreated
	reached reachedAWS
	jitter  func(longest time.Duration) time.Duration
}

// signingName is the name of the service in a signature.
const signingName = "redshift"

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

// underlying returns the [ClientService] that NewFromService got, or nil for a client of New. Each method asserts an interface with
// its own operation only. With the whole interface, the linker would keep the code of all operations in each program.
func (c *Client) underlying() any {
	if c == nil {
		return nil
	}

	return c.service
}

// callService calls an operation of the service that NewFromService got, and records the resource that the operation creates.
// Params and Result are pointers, so all operations share one instance of the function.
func callService[Params any, Result comparable](
	ctx context.Context, c *Client, described descriptor[Params, Result], call func(context.Context, Params, ...Option) (Result, error),
	params Params, options []Option,
) (Result, error) {
	var none Result
	result, err := call(ctx, params, options...)
	if err == nil && result != none {
		noteCreated(c, described.creates, result)
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

// resolvedConfig is a valid Config with its defaults.
type resolvedConfig struct {
	region      string
	endpoint    *url.URL
	credentials sigv4.CredentialsProvider
	clock       *attempts.Clock
	call        attempts.Settings
	userAgent   string
}

func resolve(config Config, getenv func(string) string) (resolvedConfig, error) {
	if config.IgnoreEnvironment {
		getenv = func(string) string { return "" }
	}
	var resolved resolvedConfig
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

// resolveEndpoint returns the URL to call, or nil if the settings have neither an endpoint nor a region.
func resolveEndpoint(config Config, region string, getenv func(string) string) (*url.URL, error) {
	endpoint, err := configuredEndpoint(config, getenv)
	fips, dualStack := config.UseFIPS, config.UseDualStack
	if config.Endpoint == "" {
		// Config.Endpoint overrides these variables, so they are not read with it.
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

// configuredEndpoint returns the endpoint of the Config or the environment, or an empty variable if neither has one. It reads
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS only if one of the variables that it disables is set.
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

// resolveCall returns the settings of a call without options.
func resolveCall(config Config, getenv func(string) string) (attempts.Settings, error) {
	policy, timeout := config.Retry, config.AttemptTimeout
	var problems []error
	if err := policy.check("Config.Retry"); err != nil {
		problems = append(problems, err)
	}
	if text := getenv("AWS_MAX_ATTEMPTS"); policy.MaxAttempts == 0 && text != "" {
		count, err := strconv.Atoi(text)
		if err != nil || count < 1 {
			problems = append(problems, errors.New("AWS_MAX_ATTEMPTS: must be a whole number, 1 or more"))
		}
		policy.MaxAttempts = count
	}
	setDefault(&timeout, defaultAttemptTimeout)

	return attempts.Settings{Policy: attempts.Policy(policy.withDefaults()), AttemptTimeout: timeout}, errors.Join(problems...)
}

// resolveCredentials returns the provider of the Config. It wraps the provider in a cache, unless the provider is a cache or needs
// none.
func resolveCredentials(config Config, now func() time.Time) (sigv4.CredentialsProvider, error) {
	switch provider := config.Credentials.(type) {
	case nil:
		if config.IgnoreEnvironment {
			return nil, errors.New("no credentials: set Config.Credentials (Config.IgnoreEnvironment is true)")
		}

		return sigv4.EnvCredentials{}, nil
	case sigv4.EnvCredentials, interface{ Invalidate() }:
		// With two caches, the outer one would get invalidated credentials from the inner one again.
		return provider, nil
	default:
		return sigv4.NewCachedCredentials(sigv4.CacheConfig{Provider: provider, Now: now})
	}
}

// variable is the value of a setting with the name of its source, for errors.
type variable struct{ name, value string }

// firstOf returns the first variable with a value. For a variable without one, it reads the environment variable with its name.
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

// switchedOn reports whether a setting is true in the Config or in the environment.
func switchedOn(on bool, name string, getenv func(string) string) (bool, error) {
	text := getenv(name)
	if on || text == "" {
		return on, nil
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("%s: must be true or false", name)
	}

	return on, nil
}

// defaultTransport returns a copy of http.DefaultTransport that keeps more idle connections for each host. With the default of two,
// most of many concurrent calls would open a new connection.
func defaultTransport(ignoreEnvironment bool) http.RoundTripper {
	const connections = 100
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		// The program replaced it, for example to instrument all requests.
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
