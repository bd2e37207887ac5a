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

// source is a place that credentials come from.
type source struct {
	service string // of the stand-in that gives them; none where they are there already
	user    bool   // they are the user's own
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
			keys := services.give()
			path := machine.write("keys.json", fmt.Sprintf(`{"Version": 1, "AccessKeyId": %q, "SecretAccessKey": %q, "SessionToken": %q, "Expiration": %q}`,
				keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken, keys.Expires.UTC().Format(time.RFC3339)))
			if runtime.GOOS == "windows" {
				machine.Skip("there is no cat")
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

// Credentials of every source sign requests that the fake Redshift accepts, and are asked for once.
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
			if asked := services.count(source.service); asked != 0 {
				t.Errorf("Load asked for credentials %d times", asked)
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
					t.Error("the answer has no request id")
				}
			}
			if requests := len(server.Requests()); requests != 5 {
				t.Errorf("the fake has seen %d requests", requests)
			}
			if asked := services.count(source.service); source.service != "" && asked != 1 {
				t.Errorf("credentials were asked for %d times", asked)
			}
		})
	}
}

// However many goroutines call at once, the credentials are asked for once, and again once after Invalidate.
func TestConcurrentCallsAskOnce(t *testing.T) {
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
		if asked := services.count("sts"); asked != round+1 {
			t.Errorf("STS was asked %d times, want %d", asked, round+1)
		}
		filled.Credentials.(interface{ Invalidate() }).Invalidate()
	}
}

// Clients for several regions, of one Config, share the credentials.
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
		there := filled
		there.Region = region
		client, err := redshift.New(there)
		if err != nil {
			t.Fatal(err)
		}
		// The fake is in one region, and refuses the other's signature.
		if _, err := client.DescribeClusterSnapshots(t.Context(), nil); err != nil && !errors.Is(err, awsquery.ErrSignatureDoesNotMatch) {
			t.Error(err)
		}
	}
	if asked := services.count("sts"); asked != 1 {
		t.Errorf("STS was asked %d times", asked)
	}
}

// A fake that knows other keys refuses those, so that the test above cannot pass without a signature.
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

// Whatever kind of provider an aws.Config has, one cache keeps what it gives, and Invalidate reaches that.
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
			known.Expires = time.Now().Add(-time.Minute) // Redshift knows better
			server := redshifttest.NewServer(t, redshifttest.Options{Region: region, AccountID: account, Credentials: known})
			if err := server.AddAccount("210987654321", fresh); err != nil {
				t.Fatal(err)
			}
			asked, keys := 0, expired
			filled, err := awsconfig.FromAWSConfig(aws.Config{Region: region, BaseEndpoint: &server.URL, Credentials: wrap(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				asked++
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
				t.Fatalf("the error is %v", err)
			}
			keys = fresh
			cache, ok := filled.Credentials.(interface{ Invalidate() })
			if !ok {
				t.Fatal("the provider has no Invalidate")
			}
			// A root that calls Invalidate by itself has the fresh ones already.
			cache.Invalidate()
			if err := call(); err != nil {
				t.Fatal(err)
			}
			if keysOf() != fresh.AccessKeyID || asked < 2 || asked > 3 {
				t.Errorf("asked %d times, and got %s", asked, keysOf())
			}
		})
	}
}

// Credentials that live for less time than the cache keeps in reserve work nevertheless.
func TestShortLivedCredentials(t *testing.T) {
	machine := newEnvironment(t)
	services := newAmazon(machine)
	sources()["container"].prepare(machine, services)
	keys := roleKeys(2 * time.Minute)
	services.give = func() sigv4.Credentials { return keys }
	newRedshift(machine, keys)
	if err := list(t); err != nil {
		t.Error(err)
	}
}

// Credentials are renewed before they expire.
func TestCredentialsAreRenewedEarly(t *testing.T) {
	for name, test := range map[string]struct {
		lifetime time.Duration
		asked    int
	}{"in time": {time.Hour, 1}, "soon": {4 * time.Minute, 2}} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			services := newAmazon(machine)
			sources()["source role"].prepare(machine, services)
			machine.Setenv("AWS_REGION", region)
			services.give = func() sigv4.Credentials { return roleKeys(test.lifetime) }
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
					t.Errorf("they have expired: %v", keys)
				}
			}
			if asked := services.count("sts"); asked != test.asked {
				t.Errorf("STS was asked %d times, want %d", asked, test.asked)
			}
		})
	}
}

// A nil option changes nothing, an option that fails is named, and the options are Amazon's own.
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

// The account comes with the credentials of the sources that know it.
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
			machine.Setenv("AWS_ACCOUNT_ID", account) // for "environment" alone
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
