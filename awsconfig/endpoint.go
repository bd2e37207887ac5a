package awsconfig

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/sigv4"
)

// serviceID is Redshift's name in Amazon's configuration.
const serviceID = "Redshift"

// What Amazon's service clients ask the sources of an aws.Config for. The functions that they do it with are internal to
// Amazon's SDK, so they are written anew below.
type (
	serviceEndpointSource interface {
		GetServiceBaseEndpoint(ctx context.Context, serviceID string) (string, bool, error)
	}
	fipsSource interface {
		GetUseFIPSEndpoint(ctx context.Context) (aws.FIPSEndpointState, bool, error)
	}
	dualStackSource interface {
		GetUseDualStackEndpoint(ctx context.Context) (aws.DualStackEndpointState, bool, error)
	}
)

// setEndpoint sets what says which URL is called.
func setEndpoint(filled *redshift.Config, cfg aws.Config) error {
	fips, fipsErr := firstFound(cfg, fipsSource.GetUseFIPSEndpoint)
	dualStack, dualStackErr := firstFound(cfg, dualStackSource.GetUseDualStackEndpoint)
	ignored, _, ignoredErr := config.GetIgnoreConfiguredEndpoints(context.Background(), cfg.ConfigSources)
	endpoint, origin, endpointErr := endpointOf(cfg, ignored)
	if err := errors.Join(fipsErr, dualStackErr, ignoredErr, endpointErr); err != nil {
		return fmt.Errorf("find the endpoint: %w", err)
	}
	filled.Endpoint = endpoint
	filled.UseFIPS = fips == aws.FIPSEndpointStateEnabled
	filled.UseDualStack = dualStack == aws.DualStackEndpointStateEnabled

	return checkEndpoint(*filled, origin)
}

// endpointOf returns the URL to call in place of the region's own, if any, and where it comes from.
func endpointOf(cfg aws.Config, ignored bool) (endpoint, origin string, err error) {
	if cfg.BaseEndpoint != nil {
		endpoint, origin = *cfg.BaseEndpoint, "AWS_ENDPOINT_URL, endpoint_url of the profile or aws.Config.BaseEndpoint"
	}
	// Amazon's clients let one for all services in the environment win over one for Redshift in a profile.
	if _, forAll := os.LookupEnv("AWS_ENDPOINT_URL"); forAll {
		if _, forRedshift := os.LookupEnv("AWS_ENDPOINT_URL_REDSHIFT"); !forRedshift {
			return endpoint, origin, nil
		}
	}
	if ignored {
		return endpoint, origin, nil
	}
	own, err := firstFound(cfg, func(source serviceEndpointSource, ctx context.Context) (string, bool, error) {
		return source.GetServiceBaseEndpoint(ctx, serviceID)
	})
	if err == nil && own != "" {
		endpoint, origin = own, "AWS_ENDPOINT_URL_REDSHIFT, the profile's services section or config.WithBaseEndpoint"
	}

	return endpoint, origin, err
}

// firstFound asks the sources of an aws.Config one after the other, as Amazon's clients do.
func firstFound[Source, Value any](cfg aws.Config, ask func(Source, context.Context) (Value, bool, error)) (Value, error) {
	for _, candidate := range cfg.ConfigSources {
		source, ok := candidate.(Source)
		if !ok {
			continue
		}
		if value, found, err := ask(source, context.Background()); err != nil || found {
			return value, err
		}
	}
	var none Value

	return none, nil
}

// checkEndpoint says where a URL comes from that redshift.New refuses, which New itself cannot know.
func checkEndpoint(filled redshift.Config, origin string) error {
	if filled.Endpoint == "" {
		return nil
	}
	// The rest is as good as can be: what else is wrong is for New to say. Whether plain http will do is for the caller,
	// who may still set AllowInsecure.
	alone := redshift.Config{
		IgnoreEnvironment: true, Region: "us-east-1", Credentials: sigv4.EnvCredentials{},
		Endpoint: filled.Endpoint, UseFIPS: filled.UseFIPS, UseDualStack: filled.UseDualStack, AllowInsecure: true,
	}
	if _, err := redshift.New(alone); err != nil {
		return fmt.Errorf("the endpoint, which comes from %s, cannot be called: %w", origin, err)
	}

	return nil
}
