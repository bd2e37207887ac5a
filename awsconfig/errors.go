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

// explainLoad says of an error of config.LoadDefaultConfig what to do.
func explainLoad(err error, options config.LoadOptions) error {
	var (
		profile config.SharedConfigProfileNotExistError
		file    config.SharedConfigLoadError
		role    config.SharedConfigAssumeRoleError
		code    config.AssumeRoleTokenProviderNotSetError
		bundle  = os.Getenv("AWS_CA_BUNDLE")
	)
	switch {
	case errors.As(err, &role):
		return fmt.Errorf("the role %s is to be assumed with the credentials of profile %q, which is missing or has none: "+
			"correct source_profile, or give that profile credentials: %w", role.RoleARN, role.Profile, err)
	case errors.As(err, &profile):
		return fmt.Errorf("there is no profile %q: aws configure list-profiles lists those that there are, AWS_PROFILE or "+
			"config.WithSharedConfigProfile names one: %w", profile.Profile, err)
	case errors.As(err, &file):
		return fmt.Errorf("the file %s cannot be read: %w", file.Filename, err)
	case errors.As(err, &code):
		return fmt.Errorf("the role of the profile wants a code from an MFA device: pass config.WithAssumeRoleCredentialOptions "+
			"with a TokenProvider, such as stscreds.StdinTokenProvider: %w", err)
	case bundle != "" && isAbout(err, bundle):
		return fmt.Errorf("AWS_CA_BUNDLE names %s, which has to be a file of certificates in PEM: correct or unset it: %w", bundle, err)
	case halfOfPair.MatchString(err.Error()):
		return explainHalf(err, options)
	default:
		return err
	}
}

// isAbout tells whether an error is about the file of certificate authorities.
func isAbout(err error, bundle string) bool {
	var unread *fs.PathError
	if errors.As(err, &unread) {
		return unread.Path == bundle
	}

	return strings.Contains(err.Error(), "custom CA bundle PEM file")
}

// halfOfPair is what Amazon's SDK says of a profile that has one key of two.
var halfOfPair = regexp.MustCompile(`partial credentials found for profile (?:profile )?(.+)`)

// explainHalf says which key a profile lacks. Amazon's SDK does not, so the files are read once more.
func explainHalf(err error, options config.LoadOptions) error {
	profile, inOneLine := halfOfPair.FindStringSubmatch(err.Error())[1], oneLine{err}
	for _, path := range slices.Concat(
		filesOf(options.SharedConfigFiles, "AWS_CONFIG_FILE", config.DefaultSharedConfigFilename()),
		filesOf(options.SharedCredentialsFiles, "AWS_SHARED_CREDENTIALS_FILE", config.DefaultSharedCredentialsFilename()),
	) {
		const id, secret = "aws_access_key_id", "aws_secret_access_key"
		has := keysOf(path, profile)
		there, missing := id, secret
		if has[secret] {
			there, missing = secret, id
		}
		if has[id] != has[secret] {
			return fmt.Errorf("the profile %q has %s, but no %s in the file %s: write both there, or neither: %w", profile, there, missing, path, inOneLine)
		}
	}

	return fmt.Errorf("the profile %q has one of aws_access_key_id and aws_secret_access_key without the other in the same file: "+
		"write both there, or neither: %w", profile, inOneLine)
}

// filesOf returns the files of profiles that Amazon's SDK reads.
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

// keysOf returns which keys a file has for a profile; none where it cannot be read.
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

// origin is where credentials come from, as far as an aws.Config tells.
type origin struct {
	profile config.SharedConfig
	chosen  bool // the profile, by an option
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

// explain says of an error of Amazon's provider what to do.
func (o origin) explain(ctx context.Context, err error) error {
	var process *processcreds.ProviderError
	switch {
	// A connection that took too long is a deadline exceeded, too: only the context tells whose it was.
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return fmt.Errorf("awsconfig: wait for credentials from %s: %w", o.givers(), err)
	case errors.As(err, &process) && strings.HasPrefix(process.Err.Error(), "credential process timed out"):
		return fmt.Errorf("awsconfig: the credential_process of the %s took longer than its time limit: run it by hand, or allow it more "+
			"by config.WithProcessCredentialOptions: %w", describeProfile(o.base()), innermost(err))
	case errors.As(err, &process):
		// Its text repeats what the program printed, which may be the secrets.
		return fmt.Errorf("awsconfig: run the credential_process of the %s by hand, and see what it prints: %w",
			describeProfile(o.base()), innermost(err))
	default:
		return o.advise(err)
	}
}

// giver says who gives the credentials.
func (o origin) giver() string {
	if o.has(aws.CredentialSourceSTSAssumeRole, aws.CredentialSourceSTSAssumeRoleWebID,
		aws.CredentialSourceProfileSTSWebIDToken, aws.CredentialSourceEnvVarsSTSWebIDToken) {
		return "STS, for " + o.role()
	}
	if source := o.source(); source != "" {
		return source
	}

	return "the provider in aws.Config.Credentials"
}

// givers says who is asked for the credentials: who gives them, and who gives those that it takes to get them.
func (o origin) givers() string {
	giver, source := o.giver(), o.source()
	if source != "" && source != giver {
		giver += ", or before that " + source
	}
	if o.has(aws.CredentialSourceIMDS) && o.base().CredentialSource == "" {
		giver += ", as no other source is configured"
	}

	return giver
}

// source says where the credentials come from that are there without assuming a role. Empty where nobody has to be asked.
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
		return "the container's endpoint for credentials"
	case o.has(aws.CredentialSourceIMDS):
		return "the instance's metadata service"
	default:
		return ""
	}
}

// role says which role is assumed.
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

// What credential_source of a profile may be, beside EcsContainer.
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

func (o origin) advise(err error) error {
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
		failed = smithy.OperationError{} // it lacked credentials to ask with: what failed is their source
	}
	switch {
	case failed.ServiceID == serviceMetadata, errors.As(err, &empty):
		return fmt.Errorf("awsconfig: %w: %s: %w", sigv4.ErrNoCredentials, o.adviseNone(), err)
	case failed.ServiceID == serviceSTS && refused:
		advice = o.role() + " cannot be assumed" + adviseRole(failed.OperationName, refusal)
	case failed.ServiceID == serviceSSO && refused && refusal.ErrorCode() != "UnauthorizedException":
		advice = fmt.Sprintf("check sso_account_id and sso_role_name of the %s, and that the role is yours", describeProfile(o.base()))
	case failed.ServiceID == serviceSSO && refused, failed.ServiceID == serviceSSOOIDC && refused, failed.ServiceID == "" && o.has(
		aws.CredentialSourceSSO, aws.CredentialSourceSSOLegacy, aws.CredentialSourceProfileSSO, aws.CredentialSourceProfileSSOLegacy):
		advice = "the SSO session has expired or was never begun, run " + o.command("aws sso login")
	case failed.ServiceID == "" && o.has(aws.CredentialSourceLogin):
		advice = "the login session has expired or was never begun, run " + o.command("aws login")
	case failed.ServiceID != "":
		advice = unanswered(failed)
	case o.has(aws.CredentialSourceEnvVarsSTSWebIDToken):
		advice = "check AWS_WEB_IDENTITY_TOKEN_FILE"
	case o.has(aws.CredentialSourceProfileSTSWebIDToken):
		advice = fmt.Sprintf("check web_identity_token_file of the %s", describeProfile(o.base()))
	case o.has(aws.CredentialSourceHTTP):
		advice = "the container's endpoint for credentials gave none, check AWS_CONTAINER_CREDENTIALS_FULL_URI or " +
			"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, and the role of the task or pod"
	default:
		return fmt.Errorf("awsconfig: %w", err)
	}

	return fmt.Errorf("awsconfig: %s: %w", advice, err)
}

// adviseNone says what to do where there are no credentials.
func (o origin) adviseNone() string {
	profile := o.base()
	switch {
	case profile.RoleARN != "" && profile.CredentialSource == "" && profile.WebIdentityTokenFile == "":
		return fmt.Sprintf("the %s has role_arn, but neither source_profile nor credential_source: name what the role is to be assumed with",
			describeProfile(profile))
	case profile.CredentialSource == sourceInstance:
		return fmt.Sprintf("the metadata service of an instance, which credential_source of the %s names, gave none: run on an instance "+
			"that has a role, or name another source", describeProfile(profile))
	case o.chosen && o.has(aws.CredentialSourceIMDS):
		return fmt.Sprintf("the %s has no credentials, and one that is chosen by config.WithSharedConfigProfile does not take those of the "+
			"environment: give it some, choose another, or leave the option out", describeProfile(profile))
	}
	advice := "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile that has some with AWS_PROFILE, or run where an " +
		"instance or container has a role"
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

// adviseRole says why STS does not give a role, and what to do about it.
func adviseRole(operation string, refusal smithy.APIError) string {
	code, message := refusal.ErrorCode(), refusal.ErrorMessage()
	_, throttled := retry.DefaultThrottleErrorCodes[code]
	dated := strings.HasPrefix(message, "Signature expired") || strings.HasPrefix(message, "Signature not yet current")
	switch {
	case code == "RequestExpired", code == "RequestTimeTooSkewed", code == "SignatureDoesNotMatch" && dated:
		return " since the request was dated wrongly: set the clock of this machine right"
	case code == "RegionDisabledException":
		return " since the account has no STS in this region: activate STS in this region (in IAM's account settings), or set another region"
	case throttled:
		return " since STS throttles: try again later"
	case operation == "AssumeRoleWithWebIdentity":
		return " with the web identity token: check the role's trust policy, and that the token is still valid"
	case code == "ExpiredToken", code == "ExpiredTokenException", code == "InvalidClientTokenId", code == "SignatureDoesNotMatch":
		return " since the credentials of its source have expired or are wrong: renew those"
	default:
		return ": check role_arn and external_id, that the role's trust policy names the caller, and that the caller may use sts:AssumeRole"
	}
}

// unanswered says what to do about a service that gave no answer, or none that made sense.
func unanswered(failed smithy.OperationError) string {
	advice := failed.ServiceID + " gave no usable answer: check the network and the proxy (HTTPS_PROXY)"
	variable := "AWS_ENDPOINT_URL_" + strings.ReplaceAll(strings.ToUpper(failed.ServiceID), " ", "_")
	if os.Getenv(variable) != "" {
		advice += ", and " + variable
	}

	return advice
}

// base returns the profile that has credentials for the others to assume their roles with.
func (o origin) base() config.SharedConfig {
	profile := o.profile
	for profile.Source != nil {
		profile = *profile.Source
	}

	return profile
}

// command returns a command of Amazon's command line client, for the profile.
func (o origin) command(text string) string {
	if name := o.base().Profile; name != "" {
		return text + " --profile " + name
	}

	return text
}

// lastOperation returns the operation that failed first, which others needed.
func lastOperation(err error) smithy.OperationError {
	var last smithy.OperationError
	for operation := (*smithy.OperationError)(nil); errors.As(err, &operation); err = operation.Err {
		last = *operation
	}

	return last
}

// innermost returns the error that others were wrapped around.
func innermost(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}

	return err
}
