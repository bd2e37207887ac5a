package awsconfig

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/redshift-go/redshift/sigv4"
)

// addLoadHint adds advice to an error of config.LoadDefaultConfig.
func addLoadHint(err error, options config.LoadOptions) error {
	var (
		profile config.SharedConfigProfileNotExistError
		file    config.SharedConfigLoadError
		role    config.SharedConfigAssumeRoleError
		code    config.AssumeRoleTokenProviderNotSetError
		bundle  = os.Getenv("AWS_CA_BUNDLE")
	)
	switch {
	case errors.As(err, &role):
		return fmt.Errorf("the role %s needs the credentials of profile %q, which does not exist or has none: "+
			"correct source_profile, or add credentials to that profile: %w", role.RoleARN, role.Profile, err)
	case errors.As(err, &profile):
		return fmt.Errorf("the profile %q does not exist: run aws configure list-profiles, and choose a profile with AWS_PROFILE or "+
			"config.WithSharedConfigProfile: %w", profile.Profile, err)
	case errors.As(err, &file):
		return fmt.Errorf("the file %s cannot be read: %w", file.Filename, err)
	case errors.As(err, &code):
		return fmt.Errorf("the role of the profile requires a code from an MFA device: pass config.WithAssumeRoleCredentialOptions "+
			"with a TokenProvider, such as stscreds.StdinTokenProvider: %w", err)
	case bundle != "" && isBundleError(err, bundle):
		return fmt.Errorf("AWS_CA_BUNDLE is %s, which must be a file with PEM certificates: correct or unset it: %w", bundle, err)
	case partialCredentials.MatchString(err.Error()):
		return addMissingKeyHint(err, options)
	default:
		return err
	}
}

// isBundleError reports whether an error is about the file of certificate authorities.
func isBundleError(err error, bundle string) bool {
	var unread *fs.PathError
	if errors.As(err, &unread) {
		return unread.Path == bundle
	}

	return strings.Contains(err.Error(), "custom CA bundle PEM file")
}

// partialCredentials matches the error of Amazon's SDK for a profile that has only one of the two keys.
var partialCredentials = regexp.MustCompile(`partial credentials found for profile (?:profile )?(.+)`)

// addMissingKeyHint adds the name of the key that a profile lacks. It reads the files again, because the error of Amazon's SDK does not
// have it.
func addMissingKeyHint(err error, options config.LoadOptions) error {
	profile, inOneLine := partialCredentials.FindStringSubmatch(err.Error())[1], oneLine{err}
	for _, path := range slices.Concat(
		filesOf(options.SharedConfigFiles, "AWS_CONFIG_FILE", config.DefaultSharedConfigFilename()),
		filesOf(options.SharedCredentialsFiles, "AWS_SHARED_CREDENTIALS_FILE", config.DefaultSharedCredentialsFilename()),
	) {
		const id, secret = "aws_access_key_id", "aws_secret_access_key"
		has := keysOf(path, profile)
		present, missing := id, secret
		if has[secret] {
			present, missing = secret, id
		}
		if has[id] != has[secret] {
			return fmt.Errorf("the profile %q has %s, but no %s in the file %s: write both or neither to it: %w",
				profile, present, missing, path, inOneLine)
		}
	}

	return fmt.Errorf("the profile %q has only one of aws_access_key_id and aws_secret_access_key in a file: write both or neither to it: %w",
		profile, inOneLine)
}

// filesOf returns the profile files that Amazon's SDK reads.
func filesOf(chosen []string, variable, standard string) []string {
	switch path := os.Getenv(variable); {
	case len(chosen) > 0:
		return chosen
	case path != "":
		return []string{path}
	default:
		return []string{standard}
	}
}

// keysOf returns the names of the keys that a file has for a profile. It returns none if the file cannot be read.
func keysOf(path, profile string) map[string]bool {
	content, _ := os.ReadFile(path)
	keys, section := make(map[string]bool), ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if name, opened := strings.CutPrefix(line, "["); opened {
			name, _, _ = strings.Cut(name, "]")
			section = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "profile "))
		} else if key, _, found := strings.Cut(line, "="); found && section == profile {
			keys[strings.ToLower(strings.TrimSpace(key))] = true
		}
	}

	return keys
}

// oneLine is an error without line breaks.
type oneLine struct{ error }

func (e oneLine) Error() string { return strings.Join(strings.Fields(e.error.Error()), " ") }
func (e oneLine) Unwrap() error { return e.error }

// origin is the origin of credentials, as far as an aws.Config shows it.
type origin struct {
	profile config.SharedConfig
	chosen  bool // whether an option chose the profile
	sources []aws.CredentialSource
}

func originOf(cfg aws.Config) origin {
	found := origin{profile: profileOf(cfg)}
	if source, ok := cfg.Credentials.(aws.CredentialProviderSource); ok {
		found.sources = source.ProviderSources()
	}
	for _, source := range cfg.ConfigSources {
		if options, ok := source.(config.LoadOptions); ok && options.SharedConfigProfile != "" {
			found.chosen = true
		}
	}

	return found
}

func (o origin) has(sources ...aws.CredentialSource) bool {
	return slices.ContainsFunc(sources, func(source aws.CredentialSource) bool { return slices.Contains(o.sources, source) })
}

// addHint adds advice to an error of Amazon's provider.
func (o origin) addHint(ctx context.Context, err error) error {
	var process *processcreds.ProviderError
	switch {
	// The timeout of a connection matches context.DeadlineExceeded too, so the context itself is checked.
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return fmt.Errorf("awsconfig: wait for credentials from %s: %w", o.issuers(), err)
	case errors.As(err, &process) && strings.HasPrefix(process.Err.Error(), "credential process timed out"):
		return fmt.Errorf("awsconfig: the credential_process of the %s took longer than its time limit: run it by hand, or raise the limit "+
			"with config.WithProcessCredentialOptions: %w", describeProfile(o.base()), innermost(err))
	case errors.As(err, &process):
		// The text of a ProviderError has the output of the program, which may have secrets.
		return fmt.Errorf("awsconfig: the credential_process of the %s failed: run it by hand, and check its output: %w",
			describeProfile(o.base()), innermost(err))
	default:
		return o.addOperationHint(err)
	}
}

// issuer describes the service or program that issues the credentials.
func (o origin) issuer() string {
	if o.has(aws.CredentialSourceSTSAssumeRole, aws.CredentialSourceSTSAssumeRoleWebID,
		aws.CredentialSourceProfileSTSWebIDToken, aws.CredentialSourceEnvVarsSTSWebIDToken) {
		return "STS, for " + o.role()
	}
	if source := o.source(); source != "" {
		return source
	}

	return "the provider in aws.Config.Credentials"
}

// issuers describes all services and programs that are called: the issuer of the credentials, and the source of the credentials that
// the issuer requires.
func (o origin) issuers() string {
	issuer, source := o.issuer(), o.source()
	if source != "" && source != issuer {
		issuer += ", or first from " + source
	}
	if o.has(aws.CredentialSourceIMDS) && o.base().CredentialSource == "" {
		issuer += ", because no other source is configured"
	}

	return issuer
}

// source describes the source of the credentials that need no role. It is empty if no service or program has to be called for them.
func (o origin) source() string {
	profile := o.base()
	switch {
	case o.has(aws.CredentialSourceProcess):
		return "the credential_process of the " + describeProfile(profile)
	case o.has(aws.CredentialSourceSSO, aws.CredentialSourceSSOLegacy, aws.CredentialSourceProfileSSO, aws.CredentialSourceProfileSSOLegacy):
		return "SSO, for the " + describeProfile(profile)
	case o.has(aws.CredentialSourceLogin):
		return "the login session of the " + describeProfile(profile)
	case o.has(aws.CredentialSourceHTTP) && profile.CredentialSource != sourceEnvironment:
		return "the container's credentials endpoint"
	case o.has(aws.CredentialSourceIMDS):
		return "the instance's metadata service"
	default:
		return ""
	}
}

// role describes the role that is assumed.
func (o origin) role() string {
	switch {
	case o.has(aws.CredentialSourceEnvVarsSTSWebIDToken):
		return "the role of AWS_ROLE_ARN"
	case slices.Equal(o.sources, []aws.CredentialSource{aws.CredentialSourceSTSAssumeRole}):
		return "the role of the provider in aws.Config.Credentials"
	case o.profile.RoleARN == "":
		return "the role"
	default:
		return fmt.Sprintf("the role %s of the %s", o.profile.RoleARN, describeProfile(o.profile))
	}
}

// The values of credential_source in a profile, except for EcsContainer.
const (
	sourceEnvironment = "Environment"
	sourceInstance    = "Ec2InstanceMetadata"
)

// The names of Amazon's services in its errors.
const (
	serviceMetadata = "ec2imds"
	serviceSSO      = "SSO"
	serviceSSOOIDC  = "SSO OIDC"
	serviceSTS      = "STS"
)

// addOperationHint adds advice for the operation that failed.
func (o origin) addOperationHint(err error) error {
	var (
		empty   *credentials.StaticCredentialsEmptyError
		refusal smithy.APIError
		unsent  *smithyhttp.RequestSendError
		unread  *smithyhttp.ResponseError
		refused = errors.As(err, &refusal)
		reached = errors.As(err, &unsent) || errors.As(err, &unread)
		failed  = lastOperation(err)
		advice  string
	)
	if failed.ServiceID == serviceSTS && !refused && !reached {
		failed = smithy.OperationError{} // STS was not called, because the source of the credentials for it failed
	}
	switch {
	case failed.ServiceID == serviceMetadata, errors.As(err, &empty):
		return fmt.Errorf("awsconfig: %w: %s: %w", sigv4.ErrNoCredentials, o.noCredentialsHint(), err)
	case failed.ServiceID == serviceSTS && refused:
		advice = o.role() + " cannot be assumed" + roleHint(failed.OperationName, refusal)
	case failed.ServiceID == serviceSSO && refused && refusal.ErrorCode() != "UnauthorizedException":
		advice = fmt.Sprintf("check sso_account_id and sso_role_name of the %s, and that you have the role", describeProfile(o.base()))
	case failed.ServiceID == serviceSSO && refused, failed.ServiceID == serviceSSOOIDC && refused, failed.ServiceID == "" && o.has(
		aws.CredentialSourceSSO, aws.CredentialSourceSSOLegacy, aws.CredentialSourceProfileSSO, aws.CredentialSourceProfileSSOLegacy):
		advice = "the SSO session has expired or was never started: run " + o.command("aws sso login")
	case failed.ServiceID == "" && o.has(aws.CredentialSourceLogin):
		advice = "the login session has expired or was never started: run " + o.command("aws login")
	case failed.ServiceID != "":
		advice = noResponseHint(failed)
	case o.has(aws.CredentialSourceEnvVarsSTSWebIDToken):
		advice = "check AWS_WEB_IDENTITY_TOKEN_FILE"
	case o.has(aws.CredentialSourceProfileSTSWebIDToken):
		advice = fmt.Sprintf("check web_identity_token_file of the %s", describeProfile(o.base()))
	case o.has(aws.CredentialSourceHTTP):
		advice = "the container's credentials endpoint returned no credentials: check AWS_CONTAINER_CREDENTIALS_FULL_URI or " +
			"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, and the role of the task or pod"
	default:
		return fmt.Errorf("awsconfig: %w", err)
	}

	return fmt.Errorf("awsconfig: %s: %w", advice, err)
}

// noCredentialsHint returns advice for missing credentials.
func (o origin) noCredentialsHint() string {
	profile := o.base()
	switch {
	case profile.RoleARN != "" && profile.CredentialSource == "" && profile.WebIdentityTokenFile == "":
		return fmt.Sprintf("the %s has role_arn, but neither source_profile nor credential_source: set one of them",
			describeProfile(profile))
	case profile.CredentialSource == sourceInstance:
		return fmt.Sprintf("the instance's metadata service, the credential_source of the %s, returned no credentials: run on an instance "+
			"with a role, or set another source", describeProfile(profile))
	case o.chosen && o.has(aws.CredentialSourceIMDS):
		return fmt.Sprintf("the %s has no credentials, and a profile that config.WithSharedConfigProfile chooses does not use those of the "+
			"environment: add credentials to it, choose another profile, or remove the option", describeProfile(profile))
	}
	advice := "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with credentials with AWS_PROFILE, or run on an " +
		"instance or in a container with a role"
	const id, secret = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
	switch hasID, hasSecret := os.Getenv(id) != "", os.Getenv(secret) != ""; {
	case hasID && !hasSecret:
		return id + " is set, but " + secret + " is not: " + advice
	case hasSecret && !hasID:
		return secret + " is set, but " + id + " is not: " + advice
	default:
		return advice
	}
}

// roleHint returns the reason why STS refuses a role, and advice.
func roleHint(operation string, refusal smithy.APIError) string {
	code, message := refusal.ErrorCode(), refusal.ErrorMessage()
	_, throttled := retry.DefaultThrottleErrorCodes[code]
	wrongDate := strings.HasPrefix(message, "Signature expired") || strings.HasPrefix(message, "Signature not yet current")
	switch {
	case code == "RequestExpired", code == "RequestTimeTooSkewed", code == "SignatureDoesNotMatch" && wrongDate:
		return " because the date of the request is wrong: correct the clock of this machine"
	case code == "RegionDisabledException":
		return " because the account has no STS in this region: activate STS in this region (in IAM's account settings), or set another region"
	case throttled:
		return " because STS throttles: retry later"
	case operation == "AssumeRoleWithWebIdentity":
		return " with the web identity token: check the role's trust policy, and that the token is still valid"
	case code == "ExpiredToken", code == "ExpiredTokenException", code == "InvalidClientTokenId", code == "SignatureDoesNotMatch":
		return " because the credentials of its source have expired or are wrong: replace them"
	default:
		return ": check role_arn and external_id, that the role's trust policy names the caller, and that the caller may use sts:AssumeRole"
	}
}

// noResponseHint returns advice for a service that returned no response, or one that is unreadable.
func noResponseHint(failed smithy.OperationError) string {
	advice := failed.ServiceID + " returned no usable response: check the network and the proxy (HTTPS_PROXY)"
	variable := "AWS_ENDPOINT_URL_" + strings.ReplaceAll(strings.ToUpper(failed.ServiceID), " ", "_")
	if os.Getenv(variable) != "" {
		advice += ", and " + variable
	}

	return advice
}

// base returns the last source profile, whose credentials assume the roles of the others.
func (o origin) base() config.SharedConfig {
	profile := o.profile
	for profile.Source != nil {
		profile = *profile.Source
	}

	return profile
}

// command returns a command of Amazon's command line client with an option for the profile.
func (o origin) command(text string) string {
	if name := o.base().Profile; name != "" {
		return text + " --profile " + name
	}

	return text
}

// lastOperation returns the innermost failed operation. The other operations in the error needed it.
func lastOperation(err error) smithy.OperationError {
	var last smithy.OperationError
	for operation := (*smithy.OperationError)(nil); errors.As(err, &operation); err = operation.Err {
		last = *operation
	}

	return last
}

// innermost returns the innermost wrapped error.
func innermost(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}

	return err
}
