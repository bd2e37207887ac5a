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

// serviceID is the name of Redshift in Amazon's configuration.
const serviceID = "Redshift"

// Amazon's service clients read settings from the sources of an aws.Config with these interfaces. The functions that use them are
// internal to Amazon's SDK, so this file has its own.
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

// setEndpoint sets the endpoint, FIPS and dual-stack fields of filled.
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

// endpointOf returns the configured endpoint, and the settings that it can come from. Both are empty if none is configured.
func endpointOf(cfg aws.Config, ignored bool) (endpoint, origin string, err error) {
	if cfg.BaseEndpoint != nil {
		endpoint, origin = *cfg.BaseEndpoint, "AWS_ENDPOINT_URL, endpoint_url of the profile or aws.Config.BaseEndpoint"
	}
	// In Amazon's clients, an endpoint for all services in the environment overrides an endpoint for Redshift in a profile.
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

// firstFound returns the value of the first source of an aws.Config that has one, as Amazon's clients do.
func firstFound[Source, Value any](cfg aws.Config, get func(Source, context.Context) (Value, bool, error)) (Value, error) {
	for _, candidate := range cfg.ConfigSources {
		source, ok := candidate.(Source)
		if !ok {
			continue
		}
		if value, found, err := get(source, context.Background()); err != nil || found {
			return value, err
		}
	}
	var zero Value

	return zero, nil
}

// checkEndpoint returns an error if redshift.New refuses the endpoint. Unlike the error of New, it names the settings that the endpoint
// can come from.
func checkEndpoint(filled redshift.Config, origin string) error {
	if filled.Endpoint == "" {
		return nil
	}
	// The other settings are valid here, because New reports errors in them itself. AllowInsecure is set, because the caller may still
	// set it.
	alone := redshift.Config{
		IgnoreEnvironment: true, Region: "us-east-1", Credentials: sigv4.EnvCredentials{},
		Endpoint: filled.Endpoint, UseFIPS: filled.UseFIPS, UseDualStack: filled.UseDualStack, AllowInsecure: true,
	}
	if _, err := redshift.New(alone); err != nil {
		return fmt.Errorf("the endpoint from %s is invalid: %w", origin, err)
	}

	return nil
}
