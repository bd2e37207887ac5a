package sigv4

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
)

// CredentialsProvider provides the credentials for requests. A [Transport] calls it for every request, concurrently for concurrent
// requests. Wrap a slow provider in [CachedCredentials].
type CredentialsProvider interface {
	// Credentials returns credentials that are valid now, or an error. It returns when ctx is done.
	Credentials(ctx context.Context) (Credentials, error)
}

// CredentialsProviderFunc is a function that is a [CredentialsProvider]. A nil function returns an error that matches
// [ErrNoCredentials].
type CredentialsProviderFunc func(ctx context.Context) (Credentials, error)

// Credentials calls the function.
func (f CredentialsProviderFunc) Credentials(ctx context.Context) (Credentials, error) {
	if f == nil {
		return Credentials{}, fmt.Errorf("sigv4: the CredentialsProviderFunc is nil: %w", ErrNoCredentials)
	}
	return f(ctx)
}

// StaticCredentials returns a provider of constant credentials. Its text has no secrets, even in an unexported field of another
// structure. If [Credentials.Validate] refuses the credentials, each call of the provider returns the error. The provider does not
// check the expiry. [Signer] does.
func StaticCredentials(credentials Credentials) CredentialsProvider {
	return staticCredentials{sealed: seal(credentials)}
}

type staticCredentials struct{ sealed sealedCredentials }

func (s staticCredentials) Credentials(context.Context) (Credentials, error) {
	credentials := s.sealed()
	if err := credentials.Validate(); err != nil {
		return Credentials{}, fmt.Errorf("sigv4: static credentials: %w", err)
	}
	return credentials, nil
}

func (s staticCredentials) String() string                      { return "static " + s.sealed().String() }
func (s staticCredentials) Format(state fmt.State, _ rune)      { _, _ = io.WriteString(state, s.String()) }
func (s staticCredentials) LogValue() slog.Value                { return slog.StringValue(s.String()) }
func (s staticCredentials) MarshalText() (text []byte, _ error) { return []byte(s.String()), nil }

// The environment variables that [EnvCredentials] reads.
const (
	envAccessKeyID     = "AWS_ACCESS_KEY_ID"
	envSecretAccessKey = "AWS_SECRET_ACCESS_KEY"
	envSessionToken    = "AWS_SESSION_TOKEN"
	envAccountID       = "AWS_ACCOUNT_ID"
)

// EnvCredentials provides the credentials in the environment variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for
// temporary credentials, AWS_SESSION_TOKEN. AWS_ACCOUNT_ID sets [Credentials.AccountID]. Each call reads the variables, so a change
// takes effect with the next request. An empty variable counts as missing. The zero value is ready to use.
type EnvCredentials struct {
	// LookupEnv returns the value of a variable. Nil means [os.LookupEnv].
	LookupEnv func(name string) (value string, found bool)
}

// Credentials reads the variables. If the access key id or the secret access key is missing, the error names it and matches
// [ErrNoCredentials].
func (e EnvCredentials) Credentials(context.Context) (Credentials, error) {
	lookup := e.LookupEnv
	if lookup == nil {
		lookup = os.LookupEnv
	}
	value := func(name string) string {
		text, _ := lookup(name)
		return text
	}
	credentials := Credentials{
		AccessKeyID:     value(envAccessKeyID),
		SecretAccessKey: value(envSecretAccessKey),
		SessionToken:    value(envSessionToken),
		AccountID:       value(envAccountID),
	}
	missing := ""
	switch {
	case credentials.hasKeys():
		err := credentials.Validate()
		if err != nil {
			return Credentials{}, fmt.Errorf("sigv4: credentials from the AWS_* environment variables: %w", err)
		}
		return credentials, nil
	case credentials.AccessKeyID != "":
		missing = envAccessKeyID + " is set but " + envSecretAccessKey + " is not"
	case credentials.SecretAccessKey != "":
		missing = envSecretAccessKey + " is set but " + envAccessKeyID + " is not"
	case credentials.SessionToken != "":
		missing = envSessionToken + " is set but " + envAccessKeyID + " and " + envSecretAccessKey + " are not"
	default:
		missing = envAccessKeyID + " and " + envSecretAccessKey + " are not set"
	}
	advice := `set both, for example with eval "$(aws configure export-credentials --format env)", or configure another CredentialsProvider`
	if value("AWS_PROFILE") != "" {
		missing += "; AWS_PROFILE is set, but only the module awsconfig reads profiles (awsconfig.Load)"
	}
	return Credentials{}, fmt.Errorf("sigv4: read credentials from the environment: %s: %s: %w", missing, advice, ErrNoCredentials)
}

var errNilProvider = errors.New("the CredentialsProvider is nil: set one, such as EnvCredentials{}")
