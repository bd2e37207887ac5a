package awsconfig_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsconfig"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// source is a source of credentials.
type source struct {
	service string // the fake service that issues the credentials, empty if none does
	user    bool   // whether the credentials are userKeys
	prepare func(machine *environment, services *amazon)
}

func sources() map[string]source {
	return map[string]source{
		"environment": {user: true, prepare: func(machine *environment, _ *amazon) {
			machine.Setenv("AWS_ACCESS_KEY_ID", userKeys().AccessKeyID)
			machine.Setenv("AWS_SECRET_ACCESS_KEY", userKeys().SecretAccessKey)
		}},
		"default profile": {user: true, prepare: func(machine *environment, _ *amazon) { machine.withUser("default") }},
		"named profile": {user: true, prepare: func(machine *environment, _ *amazon) {
			machine.withUser("backups")
			machine.Setenv("AWS_PROFILE", "backups")
		}},
		"credential process": {prepare: func(machine *environment, services *amazon) {
			keys := services.issue()
			path := machine.write("keys.json", fmt.Sprintf(`{"Version": 1, "AccessKeyId": %q, "SecretAccessKey": %q, "SessionToken": %q, "Expiration": %q}`,
				keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken, keys.Expires.UTC().Format(time.RFC3339)))
			if runtime.GOOS == "windows" {
				machine.Skip("skipped, because Windows has no cat")
			}
			machine.write(".aws/config", "[default]\ncredential_process = cat "+path+"\n")
		}},
		"source role": {service: "sts", prepare: func(machine *environment, _ *amazon) {
			machine.withUser("base")
			machine.write(".aws/config", "[profile backups]\nrole_arn = "+roleARN+"\nsource_profile = base\n")
			machine.Setenv("AWS_PROFILE", "backups")
		}},
		"web identity in the environment": {service: "sts", prepare: func(machine *environment, _ *amazon) {
			machine.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", machine.write("token", webToken))
			machine.Setenv("AWS_ROLE_ARN", roleARN)
		}},
		"web identity in a profile": {service: "sts", prepare: func(machine *environment, _ *amazon) {
			machine.write(".aws/config", "[default]\nrole_arn = "+roleARN+"\nweb_identity_token_file = "+machine.write("token", webToken)+"\n")
		}},
		"SSO session": {service: "sso", prepare: func(machine *environment, _ *amazon) {
			machine.withSSO("backups", time.Now().Add(time.Hour))
			machine.Setenv("AWS_PROFILE", "backups")
		}},
		"container": {service: "container", prepare: func(machine *environment, services *amazon) {
			machine.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", services.URL+"/container")
			machine.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", containerToken)
		}},
		"container with a token file": {service: "container", prepare: func(machine *environment, services *amazon) {
			machine.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", services.URL+"/container")
			machine.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", machine.write("token", containerToken))
		}},
		"instance": {service: "metadata", prepare: func(machine *environment, services *amazon) {
			machine.Setenv("AWS_EC2_METADATA_DISABLED", "false")
			machine.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", services.URL)
		}},
	}
}

// TestSources checks that the credentials of every source are obtained once, and sign requests that the fake Redshift accepts.
func TestSources(t *testing.T) {
	for name, source := range sources() {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			services := newAmazon(machine)
			source.prepare(machine, services)
			keys := roleKeys(time.Hour)
			if source.user {
				keys = userKeys()
			}
			server := newRedshift(machine, keys)

			filled, err := awsconfig.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if requests := services.count(source.service); requests != 0 {
				t.Errorf("Load sent %d requests for credentials, want 0", requests)
			}
			client, err := redshift.New(filled)
			if err != nil {
				t.Fatal(err)
			}
			for range 5 {
				list, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{})
				if err != nil {
					t.Fatal(err)
				}
				if list.RequestID == "" {
					t.Error("the result has no request id")
				}
			}
			if requests := len(server.Requests()); requests != 5 {
				t.Errorf("the fake received %d requests, want 5", requests)
			}
			if requests := services.count(source.service); source.service != "" && requests != 1 {
				t.Errorf("the service received %d requests for credentials, want 1", requests)
			}
		})
	}
}

// TestConcurrentCalls checks that concurrent calls obtain the credentials once, and once more after Invalidate.
func TestConcurrentCalls(t *testing.T) {
	machine := newEnvironment(t)
	services := newAmazon(machine)
	sources()["source role"].prepare(machine, services)
	newRedshift(machine, roleKeys(time.Hour))
	filled, err := awsconfig.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client, err := redshift.New(filled)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				if _, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if requests := services.count("sts"); requests != round+1 {
			t.Errorf("STS received %d requests, want %d", requests, round+1)
		}
		filled.Credentials.(interface{ Invalidate() }).Invalidate()
	}
}

// TestClientsShareCredentials checks that clients for several regions share the credentials of one Config.
func TestClientsShareCredentials(t *testing.T) {
	machine := newEnvironment(t)
	services := newAmazon(machine)
	sources()["source role"].prepare(machine, services)
	newRedshift(machine, roleKeys(time.Hour))
	filled, err := awsconfig.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range []string{region, "us-west-2"} {
		regional := filled
		regional.Region = region
		client, err := redshift.New(regional)
		if err != nil {
			t.Fatal(err)
		}
		// The fake is in one region, and refuses signatures for the other.
		if _, err := client.DescribeClusterSnapshots(t.Context(), nil); err != nil && !errors.Is(err, awsquery.ErrSignatureDoesNotMatch) {
			t.Error(err)
		}
	}
	if requests := services.count("sts"); requests != 1 {
		t.Errorf("STS received %d requests, want 1", requests)
	}
}

// TestWrongSecretIsRefused checks that the fake refuses other keys, so TestSources cannot pass without valid signatures.
func TestWrongSecretIsRefused(t *testing.T) {
	machine := newEnvironment(t)
	machine.withUser("default")
	keys := userKeys()
	keys.SecretAccessKey += "x"
	newRedshift(machine, keys)
	err := list(t)
	if !errors.Is(err, awsquery.ErrSignatureDoesNotMatch) {
		t.Errorf("the error is %v", err)
	}
}

// list loads the configuration and lists snapshots.
func list(t *testing.T, options ...func(*config.LoadOptions) error) error {
	t.Helper()
	filled, err := awsconfig.Load(t.Context(), options...)
	if err != nil {
		return err
	}
	client, err := redshift.New(filled)
	if err != nil {
		return err
	}
	_, err = client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{})

	return err
}

// TestInvalidate checks for a provider with and without a cache that one cache keeps the credentials, and that Invalidate clears it.
func TestInvalidate(t *testing.T) {
	for name, wrap := range map[string]func(aws.CredentialsProvider) aws.CredentialsProvider{
		"a provider": func(provider aws.CredentialsProvider) aws.CredentialsProvider { return provider },
		"a cache": func(provider aws.CredentialsProvider) aws.CredentialsProvider {
			return aws.NewCredentialsCache(provider)
		},
	} {
		t.Run(name, func(t *testing.T) {
			newEnvironment(t)
			expired, fresh := roleKeys(time.Hour), roleKeys(2*time.Hour)
			fresh.AccessKeyID = "ASIAFRESHEXAMPLE"
			known := expired
			known.Expires = time.Now().Add(-time.Minute) // by Redshift's clock, they have already expired
			server := redshifttest.NewServer(t, redshifttest.Options{Region: region, AccountID: account, Credentials: known})
			if err := server.AddAccount("210987654321", fresh); err != nil {
				t.Fatal(err)
			}
			calls, keys := 0, expired
			filled, err := awsconfig.FromAWSConfig(aws.Config{Region: region, BaseEndpoint: &server.URL, Credentials: wrap(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				calls++
				return aws.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: keys.SecretAccessKey, SessionToken: keys.SessionToken,
					CanExpire: true, Expires: keys.Expires}, nil
			}))})
			if err != nil {
				t.Fatal(err)
			}
			client, err := redshift.New(filled)
			if err != nil {
				t.Fatal(err)
			}
			call := func() error {
				_, err := client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{})
				return err
			}
			keysOf := func() string {
				found, err := filled.Credentials.Credentials(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return found.AccessKeyID
			}
			if err := call(); !errors.Is(err, awsquery.ErrExpiredToken) {
				t.Fatalf("the error is %v, want ErrExpiredToken", err)
			}
			keys = fresh
			cache, ok := filled.Credentials.(interface{ Invalidate() })
			if !ok {
				t.Fatal("the provider has no Invalidate")
			}
			// The client may have called Invalidate already, and obtained the fresh keys.
			cache.Invalidate()
			if err := call(); err != nil {
				t.Fatal(err)
			}
			if keysOf() != fresh.AccessKeyID || calls < 2 || calls > 3 {
				t.Errorf("after %d calls of the provider, the key is %s, want 2 or 3 calls and %s", calls, keysOf(), fresh.AccessKeyID)
			}
		})
	}
}

// TestShortLivedCredentials checks that credentials work even if their lifetime is shorter than the time before the expiry when the cache
// refreshes them.
func TestShortLivedCredentials(t *testing.T) {
	machine := newEnvironment(t)
	services := newAmazon(machine)
	sources()["container"].prepare(machine, services)
	keys := roleKeys(2 * time.Minute)
	services.issue = func() sigv4.Credentials { return keys }
	newRedshift(machine, keys)
	if err := list(t); err != nil {
		t.Error(err)
	}
}

// TestRefreshBeforeExpiry checks that credentials are refreshed before they expire.
func TestRefreshBeforeExpiry(t *testing.T) {
	for name, test := range map[string]struct {
		lifetime time.Duration
		requests int
	}{"an hour": {time.Hour, 1}, "4 minutes": {4 * time.Minute, 2}} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			services := newAmazon(machine)
			sources()["source role"].prepare(machine, services)
			machine.Setenv("AWS_REGION", region)
			services.issue = func() sigv4.Credentials { return roleKeys(test.lifetime) }
			filled, err := awsconfig.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				keys, err := filled.Credentials.Credentials(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if keys.ExpiredAt(time.Now()) {
					t.Errorf("the credentials have expired: %v", keys)
				}
			}
			if requests := services.count("sts"); requests != test.requests {
				t.Errorf("STS received %d requests, want %d", requests, test.requests)
			}
		})
	}
}

// TestOptions checks that Load ignores a nil option, uses the options of Amazon's SDK, and returns the error of an option.
func TestOptions(t *testing.T) {
	machine := newEnvironment(t)
	machine.withUser("backups")
	newRedshift(machine, userKeys())
	if err := os.Unsetenv("AWS_REGION"); err != nil {
		t.Fatal(err)
	}
	if err := list(t, nil, config.WithSharedConfigProfile("backups"), config.WithRegion(region)); err != nil {
		t.Error(err)
	}
	broken := errors.New("an option that fails")
	if err := list(t, func(*config.LoadOptions) error { return broken }); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "awsconfig: ") {
		t.Errorf("the error is %v", err)
	}
}

// TestAccountID checks that credentials have the account if their source has it.
func TestAccountID(t *testing.T) {
	accountOf := func(t *testing.T, filled redshift.Config) string {
		t.Helper()
		keys, err := filled.Credentials.Credentials(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		return keys.AccountID
	}
	for name, want := range map[string]string{
		"environment": account, "default profile": "", "source role": account, "SSO session": account,
	} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			services := newAmazon(machine)
			sources()[name].prepare(machine, services)
			machine.Setenv("AWS_REGION", region)
			machine.Setenv("AWS_ACCOUNT_ID", account) // only the source "environment" uses it
			filled, err := awsconfig.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := accountOf(t, filled); got != want {
				t.Errorf("the account is %q, want %q", got, want)
			}
		})
	}
	t.Run("an aws.Config", func(t *testing.T) {
		newEnvironment(t)
		filled, err := awsconfig.FromAWSConfig(aws.Config{Region: region, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "example", AccountID: "210987654321"}, nil
		})})
		if err != nil {
			t.Fatal(err)
		}
		if got := accountOf(t, filled); got != "210987654321" {
			t.Errorf("the account is %q", got)
		}
	})
}
