package awsconfig_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/smithy-go"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsconfig"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// closedPort returns a URL with a closed port.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	return "http://" + listener.Addr().String()
}

// as reports whether errors.As finds an error of the type Target.
func as[Target error](err error) bool {
	var target Target

	return errors.As(err, &target)
}

// TestErrorsHaveAdvice checks that errors have advice, and wrap the errors of Amazon's SDK.
func TestErrorsHaveAdvice(t *testing.T) {
	prepare := func(name string) func(*environment, *amazon) { return sources()[name].prepare }
	for name, test := range map[string]struct {
		prepare func(machine *environment, services *amazon)
		options []func(*config.LoadOptions) error
		says    []string
		not     []string
		matches func(err error) bool
	}{
		"no region": {
			prepare: func(machine *environment, _ *amazon) {
				machine.withUser("backups")
				machine.Setenv("AWS_PROFILE", "backups")
				machine.Setenv("AWS_REGION", "")
			},
			says:    []string{"set AWS_REGION", `region in the profile "backups"`, "config.WithRegion"},
			matches: func(err error) bool { return errors.Is(err, awsconfig.ErrNoRegion) },
		},
		"no profile": {
			prepare: func(machine *environment, _ *amazon) { machine.withUser("backups") },
			options: []func(*config.LoadOptions) error{config.WithSharedConfigProfile("bakcups")},
			says:    []string{`the profile "bakcups" does not exist`, "aws configure list-profiles"},
			matches: as[config.SharedConfigProfileNotExistError],
		},
		"a missing source profile": {
			prepare: func(machine *environment, _ *amazon) {
				machine.write(".aws/config", "[default]\nrole_arn = "+roleARN+"\nsource_profile = base\n")
			},
			says:    []string{roleARN, `profile "base"`, "source_profile"},
			matches: as[config.SharedConfigAssumeRoleError],
		},
		"a role with MFA": {
			prepare: func(machine *environment, _ *amazon) {
				machine.withUser("base")
				machine.write(".aws/config", "[default]\nrole_arn = "+roleARN+"\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n")
			},
			says:    []string{"MFA", "config.WithAssumeRoleCredentialOptions"},
			matches: as[config.AssumeRoleTokenProviderNotSetError],
		},
		"no credentials": {
			prepare: func(*environment, *amazon) {},
			says:    []string{"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "role"},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrNoCredentials) },
		},
		"no metadata service": {
			prepare: func(machine *environment, _ *amazon) {
				machine.Setenv("AWS_EC2_METADATA_DISABLED", "")
				machine.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", closedPort(machine.T))
			},
			says:    []string{"AWS_ACCESS_KEY_ID"},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrNoCredentials) },
		},
		"the source Environment without variables": {
			prepare: func(machine *environment, _ *amazon) {
				machine.write(".aws/config", "[default]\nrole_arn = "+roleARN+"\ncredential_source = Environment\n")
			},
			says:    []string{"AWS_ACCESS_KEY_ID"},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrNoCredentials) },
		},
		"a refused role": {
			prepare: func(machine *environment, _ *amazon) {
				machine.withUser("base")
				machine.write(".aws/config", "[profile backups]\nrole_arn = "+roleARN+"-of-others\nsource_profile = base\n")
				machine.Setenv("AWS_PROFILE", "backups")
			},
			says:    []string{roleARN + `-of-others of the profile "backups" cannot be assumed`, "trust policy", "sts:AssumeRole", "AccessDenied"},
			matches: func(err error) bool { return as[*smithy.OperationError](err) && as[smithy.APIError](err) },
		},
		"a role with an expired source": {
			prepare: func(machine *environment, services *amazon) {
				prepare("source role")(machine, services)
				services.replace("sts", response{http.StatusForbidden, "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>"})
			},
			says:    []string{"credentials of its source have expired"},
			matches: as[smithy.APIError],
		},
		"a refused web identity": {
			prepare: func(machine *environment, services *amazon) {
				prepare("web identity in a profile")(machine, services)
				machine.write("token", "another")
			},
			says:    []string{roleARN, "web identity token", "trust policy"},
			matches: as[smithy.APIError],
		},
		"a web identity without a file": {
			prepare: func(machine *environment, _ *amazon) {
				machine.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", machine.home+"/missing")
				machine.Setenv("AWS_ROLE_ARN", roleARN)
			},
			says:    []string{"AWS_WEB_IDENTITY_TOKEN_FILE", "/missing"},
			matches: func(err error) bool { return err != nil },
		},
		"an expired SSO session": {
			prepare: func(machine *environment, _ *amazon) {
				machine.withSSO("backups", time.Now().Add(-time.Hour))
				machine.Setenv("AWS_PROFILE", "backups")
			},
			says:    []string{"run aws sso login --profile backups"},
			matches: func(err error) bool { return err != nil },
		},
		"an SSO session that was never started": {
			prepare: func(machine *environment, _ *amazon) {
				machine.write(".aws/config", "[profile backups]\nsso_start_url = https://corp.example\nsso_region = "+region+"\nsso_account_id = "+account+"\nsso_role_name = backup\n")
				machine.Setenv("AWS_PROFILE", "backups")
			},
			says:    []string{"run aws sso login --profile backups"},
			matches: func(err error) bool { return err != nil },
		},
		"an SSO session that was ended": {
			prepare: func(machine *environment, services *amazon) {
				prepare("SSO session")(machine, services)
				machine.write(".aws/sso/cache/"+ssoCacheFile("corp"), fmt.Sprintf(`{"accessToken": "ended", "expiresAt": %q}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339)))
			},
			says:    []string{"run aws sso login --profile backups", "UnauthorizedException"},
			matches: as[smithy.APIError],
		},
		"a role with an expired SSO session": {
			prepare: func(machine *environment, _ *amazon) {
				machine.withSSO("corp-user", time.Now().Add(-time.Hour))
				machine.append(".aws/config", "\n[profile backups]\nrole_arn = "+roleARN+"\nsource_profile = corp-user\n")
				machine.Setenv("AWS_PROFILE", "backups")
			},
			says:    []string{"run aws sso login --profile corp-user"},
			matches: func(err error) bool { return err != nil },
		},
		"a container without credentials": {
			prepare: func(machine *environment, services *amazon) {
				prepare("container")(machine, services)
				machine.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "another")
			},
			says:    []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI"},
			matches: func(err error) bool { return err != nil },
		},
		"a credential process that fails": {
			prepare: func(machine *environment, _ *amazon) {
				machine.write(".aws/config", "[default]\ncredential_process = exit 7\n")
			},
			says:    []string{`credential_process of the profile "default"`, "exit status 7"},
			matches: func(err error) bool { return !as[*processcreds.ProviderError](err) },
		},
		"a profile chosen by an option, with keys in the environment": {
			prepare: func(machine *environment, services *amazon) {
				prepare("environment")(machine, services)
				machine.write(".aws/config", "[profile nokeys]\nregion = "+region+"\n")
			},
			options: []func(*config.LoadOptions) error{config.WithSharedConfigProfile("nokeys")},
			says:    []string{`the profile "nokeys" has no credentials`, "does not use those of the environment"},
			not:     []string{"set AWS_ACCESS_KEY_ID"},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrNoCredentials) },
		},
		"a role without a source": {
			prepare: func(machine *environment, _ *amazon) {
				machine.write(".aws/config", "[default]\nrole_arn = "+roleARN+"\n")
			},
			says:    []string{`the profile "default" has role_arn, but neither source_profile nor credential_source`},
			not:     []string{"set AWS_ACCESS_KEY_ID"},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrNoCredentials) },
		},
		"the source Ec2InstanceMetadata on another machine": {
			prepare: func(machine *environment, _ *amazon) {
				machine.write(".aws/config", "[default]\nrole_arn = "+roleARN+"\ncredential_source = Ec2InstanceMetadata\n")
			},
			says:    []string{"the instance's metadata service", `credential_source of the profile "default"`},
			not:     []string{"set AWS_ACCESS_KEY_ID"},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrNoCredentials) },
		},
		"a key of the environment without its secret": {
			prepare: func(machine *environment, _ *amazon) { machine.Setenv("AWS_ACCESS_KEY_ID", userKeys().AccessKeyID) },
			says:    []string{"AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrNoCredentials) },
		},
		"a secret of the environment without its key": {
			prepare: func(machine *environment, _ *amazon) {
				machine.Setenv("AWS_SECRET_ACCESS_KEY", userKeys().SecretAccessKey)
				machine.write(".aws/config", "[default]\nrole_arn = "+roleARN+"\ncredential_source = Environment\n")
			},
			says:    []string{"AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrNoCredentials) },
		},
		"a key of a profile without its secret": {
			prepare: func(machine *environment, _ *amazon) {
				machine.write(".aws/config", "[profile backups]\naws_access_key_id = AKIAHALF\n[profile others]\naws_secret_access_key = hunter2\n")
				machine.Setenv("AWS_PROFILE", "backups")
			},
			says:    []string{`the profile "backups"`, "has aws_access_key_id, but no aws_secret_access_key", ".aws/config"},
			not:     []string{"\n"},
			matches: func(err error) bool { return err != nil },
		},
		"a secret of a source profile without its key": {
			prepare: func(machine *environment, _ *amazon) {
				machine.write(".aws/config", "[default]\nrole_arn = "+roleARN+"\nsource_profile = base\n")
				machine.write("keys", "# of the team\n[ base ]\naws_secret_access_key=hunter2-secret\n")
			},
			options: []func(*config.LoadOptions) error{func(options *config.LoadOptions) error {
				options.SharedCredentialsFiles = []string{filepath.Join(os.Getenv("HOME"), "keys")}
				return nil
			}},
			says:    []string{`the profile "base"`, "has aws_secret_access_key, but no aws_access_key_id", "/keys"},
			not:     []string{"\n"},
			matches: func(err error) bool { return err != nil },
		},
		"a CA bundle that is missing": {
			prepare: func(machine *environment, services *amazon) {
				prepare("environment")(machine, services)
				machine.Setenv("AWS_CA_BUNDLE", machine.home+"/missing.pem")
			},
			says:    []string{"AWS_CA_BUNDLE", "/missing.pem"},
			matches: func(err error) bool { return errors.Is(err, fs.ErrNotExist) },
		},
		"a CA bundle without certificates": {
			prepare: func(machine *environment, services *amazon) {
				prepare("environment")(machine, services)
				machine.Setenv("AWS_CA_BUNDLE", machine.write("empty.pem", ""))
			},
			says:    []string{"AWS_CA_BUNDLE", "/empty.pem"},
			matches: func(err error) bool { return err != nil },
		},
		"a credential process with old credentials": {
			prepare: func(machine *environment, services *amazon) {
				services.issue = func() sigv4.Credentials { return roleKeys(-time.Hour) }
				prepare("credential process")(machine, services)
			},
			says: []string{
				`the credentials from the credential_process of the profile "default" are old`, "have expired at", "this machine's clock shows",
				"correct the clock of this machine",
			},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrCredentialsExpired) },
		},
		"a role with old credentials": {
			prepare: func(machine *environment, services *amazon) {
				services.issue = func() sigv4.Credentials { return roleKeys(-time.Hour) }
				prepare("source role")(machine, services)
			},
			says:    []string{"the credentials from STS, for the role " + roleARN + ` of the profile "backups" are old`, "correct the clock of this machine"},
			matches: func(err error) bool { return errors.Is(err, sigv4.ErrCredentialsExpired) },
		},
		"no network to STS": {
			prepare: func(machine *environment, services *amazon) {
				prepare("source role")(machine, services)
				machine.Setenv("AWS_ENDPOINT_URL_STS", closedPort(machine.T))
			},
			says:    []string{"STS returned no usable response", "network", "proxy", "AWS_ENDPOINT_URL_STS"},
			matches: as[*net.OpError],
		},
		"no network to Redshift": {
			prepare: func(machine *environment, services *amazon) {
				prepare("environment")(machine, services)
				machine.Setenv("AWS_ENDPOINT_URL_REDSHIFT", closedPort(machine.T))
			},
			says:    []string{"DescribeClusterSnapshots", "dial tcp 127.0.0.1:", "check Config.Endpoint"},
			matches: as[*awsquery.SendError],
		},
		"an endpoint that is not a URL": {
			prepare: func(machine *environment, services *amazon) {
				prepare("environment")(machine, services)
				machine.Setenv("AWS_ENDPOINT_URL_REDSHIFT", "redshift.example.com:8443")
			},
			says:    []string{"AWS_ENDPOINT_URL_REDSHIFT", "must begin with https://"},
			matches: func(err error) bool { return err != nil },
		},
		"an endpoint with FIPS": {
			prepare: func(machine *environment, services *amazon) {
				prepare("environment")(machine, services)
				machine.write(".aws/config", "[default]\nuse_fips_endpoint = true\n")
			},
			says:    []string{"FIPS", "cannot be combined"},
			matches: func(err error) bool { return err != nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			machine.Setenv("AWS_MAX_ATTEMPTS", "1")
			services := newAmazon(machine)
			newRedshift(machine, roleKeys(time.Hour))
			test.prepare(machine, services)
			err := list(t, test.options...)
			if err == nil {
				t.Fatal("the call returns no error")
			}
			t.Log(err)
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("the error lacks %q", text)
				}
			}
			for _, text := range test.not {
				if strings.Contains(err.Error(), text) {
					t.Errorf("the error has %q", text)
				}
			}
			if !test.matches(err) {
				t.Error("the error does not match")
			}
			if !strings.Contains(err.Error(), "awsconfig: ") && !as[*awsquery.SendError](err) {
				t.Error("the error lacks the name of the package")
			}
			noSecret(t, err)
		})
	}
}

// silentServer returns the URL of a server that never responds.
func silentServer(machine *environment) string {
	machine.Helper()
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-ended:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler) // Amazon's SDK panics if a response of STS is empty
	}))
	machine.Cleanup(server.Close)
	machine.Cleanup(func() { close(ended) })

	return server.URL
}

// TestRefusalsOfSTS checks that the advice depends on the code and the message of STS.
func TestRefusalsOfSTS(t *testing.T) {
	for name, test := range map[string]struct{ code, message, says string }{
		"old signature":        {"SignatureDoesNotMatch", "Signature expired: 20261125T220000Z is now earlier than 20261125T221500Z", "clock of this machine"},
		"early signature":      {"SignatureDoesNotMatch", "Signature not yet current: 20261125T220000Z is still later than 20261125T201500Z", "clock of this machine"},
		"old request":          {"RequestExpired", "Request has expired.", "clock of this machine"},
		"skewed":               {"RequestTimeTooSkewed", "too far", "clock of this machine"},
		"wrong secret":         {"SignatureDoesNotMatch", "The request signature we calculated does not match", "credentials of its source"},
		"expired source":       {"ExpiredToken", "expired", "credentials of its source"},
		"expired, other code":  {"ExpiredTokenException", "expired", "credentials of its source"},
		"region":               {"RegionDisabledException", "STS is not activated in this region", "activate STS in this region"},
		"throttled":            {"Throttling", "Rate exceeded", "throttles: retry later"},
		"throttled, exception": {"ThrottlingException", "Rate exceeded", "throttles: retry later"},
		"denied":               {"AccessDenied", "not authorized", "trust policy"},
	} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			machine.Setenv("AWS_MAX_ATTEMPTS", "1")
			services := newAmazon(machine)
			newRedshift(machine, roleKeys(time.Hour))
			sources()["source role"].prepare(machine, services)
			services.replace("sts", response{http.StatusForbidden, "<ErrorResponse><Error><Code>" + test.code + "</Code><Message>" + test.message + "</Message></Error></ErrorResponse>"})
			err := list(t)
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), `of the profile "backups"`) || !as[smithy.APIError](err) {
				t.Errorf("the error is %v, want %s", err, test.says)
			}
		})
	}
}

// TestSlowCredentials checks that the error names the service or program whose credentials did not arrive in time.
func TestSlowCredentials(t *testing.T) {
	const role = "STS, for the role " + roleARN + ` of the profile "backups"`
	for name, test := range map[string]struct {
		prepare func(machine *environment)
		says    string
	}{
		"role": {says: role + ":", prepare: func(machine *environment) {
			sources()["source role"].prepare(machine, nil)
			machine.Setenv("AWS_ENDPOINT_URL_STS", silentServer(machine))
		}},
		"role of a container": {says: role + ", or first from the container's credentials endpoint:", prepare: func(machine *environment) {
			machine.write(".aws/config", "[profile backups]\nrole_arn = "+roleARN+"\ncredential_source = EcsContainer\n")
			machine.Setenv("AWS_PROFILE", "backups")
			machine.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", silentServer(machine))
		}},
		"role of SSO": {says: role + `, or first from SSO, for the profile "corp-user":`, prepare: func(machine *environment) {
			machine.withSSO("corp-user", time.Now().Add(time.Hour))
			machine.append(".aws/config", "\n[profile backups]\nrole_arn = "+roleARN+"\nsource_profile = corp-user\n")
			machine.Setenv("AWS_PROFILE", "backups")
			machine.Setenv("AWS_ENDPOINT_URL_SSO", silentServer(machine))
		}},
		"SSO": {says: `SSO, for the profile "backups":`, prepare: func(machine *environment) {
			sources()["SSO session"].prepare(machine, nil)
			machine.Setenv("AWS_ENDPOINT_URL_SSO", silentServer(machine))
		}},
		"web identity in the environment": {says: "STS, for the role of AWS_ROLE_ARN:", prepare: func(machine *environment) {
			sources()["web identity in the environment"].prepare(machine, nil)
			machine.Setenv("AWS_ENDPOINT_URL_STS", silentServer(machine))
		}},
		"web identity in a profile": {says: "STS, for the role " + roleARN + ` of the profile "default":`, prepare: func(machine *environment) {
			sources()["web identity in a profile"].prepare(machine, nil)
			machine.Setenv("AWS_ENDPOINT_URL_STS", silentServer(machine))
		}},
		"container": {says: "the container's credentials endpoint:", prepare: func(machine *environment) {
			machine.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", silentServer(machine))
		}},
		"instance": {says: "the instance's metadata service, because no other source is configured:", prepare: func(machine *environment) {
			machine.Setenv("AWS_EC2_METADATA_DISABLED", "")
			machine.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", silentServer(machine))
		}},
		"credential process": {says: `the credential_process of the profile "default":`, prepare: func(machine *environment) {
			machine.write(".aws/config", "[default]\ncredential_process = sleep 1\n")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			machine := newEnvironment(t)
			newRedshift(machine, roleKeys(time.Hour))
			test.prepare(machine)
			filled, err := awsconfig.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			filled.AttemptTimeout = 50 * time.Millisecond
			client, err := redshift.New(filled)
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.DescribeClusterSnapshots(t.Context(), nil)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("the error is %v, want context.DeadlineExceeded", err)
			}
			t.Log(err)
			for _, text := range []string{"wait for credentials from " + test.says, "Config.AttemptTimeout"} {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("the error lacks %q", text)
				}
			}
		})
	}
}

// TestNoMetadataService checks that the error on a machine without a metadata service, whose address then does not respond, is about
// missing credentials and not about a timeout.
func TestNoMetadataService(t *testing.T) {
	machine := newEnvironment(t)
	machine.Setenv("AWS_REGION", region)
	machine.Setenv("AWS_EC2_METADATA_DISABLED", "")
	machine.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", silentServer(machine))
	filled, err := awsconfig.Load(t.Context(), config.WithHTTPClient(&http.Client{Timeout: 50 * time.Millisecond}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = filled.Credentials.Credentials(t.Context())
	if !errors.Is(err, sigv4.ErrNoCredentials) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "set AWS_ACCESS_KEY_ID") {
		t.Errorf("the error is %v", err)
	}
}

// TestCredentialProcessTimeout checks the error of a credential process that takes longer than its time limit.
func TestCredentialProcessTimeout(t *testing.T) {
	machine := newEnvironment(t)
	newRedshift(machine, roleKeys(time.Hour))
	machine.write(".aws/config", "[default]\ncredential_process = sleep 1\n")
	err := list(t, config.WithProcessCredentialOptions(func(options *processcreds.Options) { options.Timeout = time.Millisecond }))
	if err == nil || !strings.Contains(err.Error(), "took longer than its time limit") || !strings.Contains(err.Error(), "config.WithProcessCredentialOptions") {
		t.Errorf("the error is %v", err)
	}
}

// noSecret fails the test if an error, or an error that it wraps, prints a secret.
func noSecret(t *testing.T, err error) {
	t.Helper()
	for _, text := range []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), fmt.Sprintf("%s", err)} {
		if strings.Contains(text, "hunter2") {
			t.Fatalf("the error has a secret: %s", text)
		}
	}
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		if inner := err.Unwrap(); inner != nil {
			noSecret(t, inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range err.Unwrap() {
			noSecret(t, inner)
		}
	}
}

// TestErrorsHaveNoSecrets checks that no error shows an unreadable response with secrets.
func TestErrorsHaveNoSecrets(t *testing.T) {
	bodies := []string{
		`{"AccessKeyId": "ASIAROLEEXAMPLE", "SecretAccessKey": "hunter2-role-secret", "Token": "hunter2-role-token"`,
		`{"AccessKeyId": "ASIAROLEEXAMPLE", "SecretAccessKey": {"hunter2": "hunter2-role-secret"}, "Expiration": 5}`,
		`{"Code": "Success", "Version": 1, "AccessKeyId": "ASIAROLEEXAMPLE", "SecretAccessKey": "", "SessionToken": "hunter2-role-token"}`,
		`{"Version": 2, "AccessKeyId": "ASIAROLEEXAMPLE", "SecretAccessKey": "hunter2-role-secret"}`,
		`{"Version": 1, "AccessKeyId": "ASIAROLE EXAMPLE", "SecretAccessKey": " hunter2-role-secret", "Code": "Success", "Token": "t"}`,
		`hunter2-role-secret`,
	}
	// Amazon's SDK panics if a response of SSO or STS has no credentials, so these have some.
	ofSSO := []string{`{"roleCredentials": {"secretAccessKey": "hunter2-role-secret", "expiration": "x"}}`, `{"roleCredentials": "hunter2`}
	ofSTS := []string{
		`<AssumeRoleResponse><AssumeRoleResult><Credentials><SecretAccessKey>hunter2-role-secret</Secret`,
		`<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><SecretAccessKey>hunter2-role-secret</SecretAccessKey><Expiration>soon</Expiration>`,
	}
	for name, source := range sources() {
		if source.user {
			continue
		}
		bodies := bodies
		switch source.service {
		case "sso":
			bodies = ofSSO
		case "sts":
			bodies = ofSTS[:1]
			if strings.HasPrefix(name, "web identity") {
				bodies = ofSTS[1:]
			}
		}
		t.Run(name, func(t *testing.T) {
			for _, body := range bodies {
				machine := newEnvironment(t)
				machine.Setenv("AWS_MAX_ATTEMPTS", "1")
				services := newAmazon(machine)
				newRedshift(machine, roleKeys(time.Hour))
				source.prepare(machine, services)
				services.replace(source.service, response{http.StatusOK, body})
				if source.service == "" {
					machine.write("keys.json", body)
				}
				err := list(t)
				if err == nil {
					t.Fatalf("the call returns no error for the response %q", body)
				}
				t.Log(err)
				noSecret(t, err)
			}
		})
	}
}

// TestFormatHasNoSecrets checks that neither the provider nor a Config with one prints a secret.
func TestFormatHasNoSecrets(t *testing.T) {
	for name, provider := range map[string]aws.CredentialsProvider{
		"value": staticProvider{Secret: "hunter2"},
		"cache": aws.NewCredentialsCache(staticProvider{Secret: "hunter2"}),
	} {
		filled, err := awsconfig.FromAWSConfig(aws.Config{Region: region, Credentials: provider})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := filled.Credentials.Credentials(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			for _, value := range []any{filled, &filled, filled.Credentials, struct{ inner redshift.Config }{filled}, struct{ inner any }{filled.Credentials}} {
				if text := fmt.Sprintf(verb, value); strings.Contains(text, "hunter2") || strings.Contains(text, "68756e74657232") {
					t.Errorf("%s: %s prints %s", name, verb, text)
				}
			}
		}
	}
}

type staticProvider struct{ Secret string }

func (p staticProvider) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: p.Secret}, nil
}

// TestContextEnds checks that the error of an ended context names the provider that did not respond.
func TestContextEnds(t *testing.T) {
	machine := newEnvironment(t)
	slow := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		<-machine.Context().Done()
		return aws.Credentials{}, fs.ErrNotExist
	})
	for name, test := range map[string]struct {
		provider aws.CredentialsProvider
		says     string
	}{
		"a function":     {slow, "from the provider in aws.Config.Credentials:"},
		"a role by hand": {roleByHand{slow}, "from STS, for the role of the provider in aws.Config.Credentials:"},
	} {
		t.Run(name, func(t *testing.T) {
			// The role of this profile is not the role of the provider.
			profile := config.SharedConfig{Profile: "backups", RoleARN: roleARN}
			filled, err := awsconfig.FromAWSConfig(aws.Config{Region: region, Credentials: test.provider, ConfigSources: []any{profile}})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			_, err = filled.Credentials.Credentials(ctx)
			if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "wait for credentials "+test.says) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// roleByHand reports the same source as stscreds.AssumeRoleProvider.
type roleByHand struct{ aws.CredentialsProvider }

func (roleByHand) ProviderSources() []aws.CredentialSource {
	return []aws.CredentialSource{aws.CredentialSourceSTSAssumeRole}
}

// TestFromAWSConfigErrors checks that an aws.Config without credentials is an error. Otherwise redshift.New would use the credentials of
// the environment.
func TestFromAWSConfigErrors(t *testing.T) {
	newEnvironment(t)
	_, err := awsconfig.FromAWSConfig(aws.Config{})
	if !errors.Is(err, awsconfig.ErrNoRegion) || !strings.Contains(err.Error(), "aws.Config.Credentials is nil") {
		t.Errorf("the error is %v", err)
	}
	filled, err := awsconfig.FromAWSConfig(aws.Config{Region: region, Credentials: aws.AnonymousCredentials{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := filled.Credentials.Credentials(t.Context()); err == nil || !strings.Contains(err.Error(), "anonymous") && !strings.Contains(err.Error(), "Anonymous") {
		t.Errorf("the error is %v", err)
	}
}
