package sigv4

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// ErrNoCredentials is matched by errors that report credentials which are missing or incomplete.
var ErrNoCredentials = errors.New("no AWS credentials")

// ErrCredentialsExpired is matched by errors that report credentials whose [Credentials.Expires] has passed.
var ErrCredentialsExpired = errors.New("AWS credentials have expired")

// Credentials are what a request is signed with.
//
// They print without their secrets: every verb of package fmt, package log/slog, and every encoder that honours
// [encoding.TextMarshaler] (encoding/json, encoding/xml) shows the access key id, whether there are a secret and a
// session token, and the expiry. The access key id is no secret, since it stands readable in every signed request; it is
// shown whole when it consists of upper-case letters and digits, as Amazon's do, and hidden otherwise, because it might
// then be a secret that went into the wrong field. Binary encoders that honour [encoding.BinaryMarshaler], such as
// encoding/gob, return an error.
//
// Two things no struct of strings can prevent, because package fmt then calls no methods: printing another struct that
// has Credentials in an unexported field (keep a [CredentialsProvider] such as [StaticCredentials] there instead, it holds
// against that as well), and the verbs %w and %p, which make no sense for Credentials and which go vet reports. The same is
// true of encoders that call no methods, such as encoding/asn1.
type Credentials struct {
	// AccessKeyID names the key, such as AKIAIOSFODNN7EXAMPLE. Required.
	AccessKeyID string
	// SecretAccessKey is the key itself. Required. It is never sent.
	SecretAccessKey string
	// SessionToken accompanies temporary credentials. Empty for permanent ones.
	SessionToken string
	// Expires is when the credentials stop working. The zero time means never.
	Expires time.Time
	// AccountID is the AWS account that the credentials belong to, 12 digits. It is optional: it is not sent, not part of the
	// signature, not checked, and not printed.
	AccountID string
}

// hasKeys reports whether both the access key id and the secret access key are present.
func (c Credentials) hasKeys() bool { return c.AccessKeyID != "" && c.SecretAccessKey != "" }

// ExpiredAt reports whether the credentials no longer work at that time. Credentials without Expires never expire.
func (c Credentials) ExpiredAt(at time.Time) bool {
	return !c.Expires.IsZero() && !at.Before(c.Expires)
}

// expiredError says that credentials no longer work at that time. New ones that are old already are a clock that is fast.
func expiredError(credentials Credentials, at time.Time) error {
	return fmt.Errorf("%w at %s, and the clock shows %s: obtain new ones, or set the clock of this machine right",
		ErrCredentialsExpired, credentials.Expires.UTC().Format(time.RFC3339), at.UTC().Format(time.RFC3339))
}

// Validate returns nil if a request can be signed with the credentials, leaving aside when they expire. The error says
// which part is wrong and never contains its value; it matches [ErrNoCredentials] where a part is missing. White space
// around a part, as a file's trailing line break leaves it, is an error here because AWS would return no more than that
// the signature does not match.
func (c Credentials) Validate() error {
	if !c.hasKeys() {
		var missing string
		switch {
		case c.AccessKeyID == "" && c.SecretAccessKey == "":
			missing = "AccessKeyID and SecretAccessKey are empty"
		case c.AccessKeyID == "":
			missing = "AccessKeyID is empty"
		default:
			missing = "SecretAccessKey is empty"
		}
		return fmt.Errorf("%s, set both to sign requests: %w", missing, ErrNoCredentials)
	}
	if !isVisibleASCII(c.AccessKeyID) || strings.ContainsAny(c.AccessKeyID, "/,") {
		return errors.New("AccessKeyID contains white space or another character that no access key id has, check where it was copied from")
	}
	if hasSpaceAroundOrControl(c.SecretAccessKey) {
		return errors.New("SecretAccessKey has white space around it or a control character in it, check where it was copied from")
	}
	if !isVisibleASCII(c.SessionToken) {
		return errors.New("SessionToken contains white space or another character that no session token has, check where it was copied from")
	}
	return nil
}

// String returns a description without secrets.
func (c Credentials) String() string {
	var text strings.Builder
	text.WriteString("sigv4.Credentials{AccessKeyID: ")
	switch {
	case c.AccessKeyID == "":
		text.WriteString("none")
	case isUpperAlphanumeric(c.AccessKeyID):
		text.WriteString(c.AccessKeyID)
	default:
		text.WriteString("redacted")
	}
	text.WriteString(", SecretAccessKey: " + presence(c.SecretAccessKey))
	text.WriteString(", SessionToken: " + presence(c.SessionToken))
	text.WriteString(", Expires: ")
	if c.Expires.IsZero() {
		text.WriteString("never")
	} else {
		text.WriteString(c.Expires.UTC().Format(time.RFC3339))
	}
	text.WriteString("}")
	return text.String()
}

// Format writes what [Credentials.String] returns, whatever the verb.
func (c Credentials) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, c.String()) }

// LogValue returns what [Credentials.String] returns.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns what [Credentials.String] returns, so that encoders do not write secrets. It is deliberately no
// form that Credentials could be read back from.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// MarshalBinary returns an error. A binary form exists to be read back, and would have to contain the secrets.
func (c Credentials) MarshalBinary() ([]byte, error) {
	return nil, errors.New("sigv4: Credentials are not encoded, because the secrets would be readable: encode the fields that you need")
}

func presence(secret string) string {
	if secret == "" {
		return "none"
	}
	return "redacted"
}

func isUpperAlphanumeric(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func isVisibleASCII(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f {
			return false
		}
	}
	return true
}

func hasSpaceAroundOrControl(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] == 0x7f {
			return true
		}
	}
	return strings.TrimSpace(text) != text
}

// sealedCredentials keeps credentials where no printer can follow, those included that look into unexported fields.
type sealedCredentials func() Credentials

func seal(credentials Credentials) sealedCredentials {
	return func() Credentials { return credentials }
}
