package awsconfig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/redshift-go/redshift/sigv4"
)

// explainLoad says of an error of config.LoadDefaultConfig what to do.
func explainLoad(err error) error {
	var (
		profile config.SharedConfigProfileNotExistError
		file    config.SharedConfigLoadError
		role    config.SharedConfigAssumeRoleError
		code    config.AssumeRoleTokenProviderNotSetError
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
	default:
		return err
	}
}

// origin is where credentials come from, as far as an aws.Config tells.
type origin struct {
	profile config.SharedConfig
	sources []aws.CredentialSource
}

func originOf(cfg aws.Config) origin {
	found := origin{profile: profileOf(cfg)}
	if source, ok := cfg.Credentials.(aws.CredentialProviderSource); ok {
		found.sources = source.ProviderSources()
	}

	return found
}

func (o origin) has(sources ...aws.CredentialSource) bool {
	return slices.ContainsFunc(sources, func(source aws.CredentialSource) bool { return slices.Contains(o.sources, source) })
}

// explain says of an error of Amazon's provider what to do.
func (o origin) explain(err error) error {
	var process *processcreds.ProviderError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("awsconfig: wait for credentials: %w", err)
	case errors.As(err, &process):
		// Its text repeats what the program printed, which may be the secrets.
		return fmt.Errorf("awsconfig: run the credential_process of the %s by hand, and see what it prints: %w",
			describeProfile(o.base()), innermost(err))
	default:
		return o.advise(err)
	}
}

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
		return fmt.Errorf("awsconfig: %w: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile that "+
			"has some with AWS_PROFILE, or run where an instance or container has a role: %w", sigv4.ErrNoCredentials, err)
	case failed.ServiceID == serviceSTS && refused:
		advice = o.adviseRole(failed.OperationName, refusal.ErrorCode())
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

// adviseRole says what to do about a role that STS does not give.
func (o origin) adviseRole(operation, code string) string {
	role := "the role"
	if o.profile.RoleARN != "" {
		role = fmt.Sprintf("the role %s of the %s", o.profile.RoleARN, describeProfile(o.profile))
	}
	switch {
	case operation == "AssumeRoleWithWebIdentity":
		return role + " cannot be assumed with the web identity token: check the role's trust policy, and that the token is still valid"
	case code == "ExpiredToken", code == "InvalidClientTokenId", code == "SignatureDoesNotMatch":
		return role + " cannot be assumed since the credentials of its source have expired or are wrong: renew those"
	default:
		return role + " cannot be assumed: check role_arn and external_id, that the role's trust policy names the caller, and that the " +
			"caller may use sts:AssumeRole"
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
