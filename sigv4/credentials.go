package sigv4

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// ErrNoCredentials means that credentials are missing or incomplete. Match it with [errors.Is].
var ErrNoCredentials = errors.New("no AWS credentials")

// ErrCredentialsExpired means that the time in [Credentials.Expires] has passed. Match it with [errors.Is].
var ErrCredentialsExpired = errors.New("AWS credentials have expired")

// Credentials are the keys that sign a request.
//
// Their text has no secrets. Every verb of package fmt, package log/slog, and every encoder that uses [encoding.TextMarshaler]
// (encoding/json, encoding/xml) shows the access key id, the expiry, and whether a secret and a session token are set. The access
// key id is not secret, because every signed request contains it. The text shows an access key id of upper-case letters and digits,
// as Amazon's are. It redacts any other, because that may be a secret in the wrong field. Binary encoders that use
// [encoding.BinaryMarshaler], such as encoding/gob, return an error.
//
// If package fmt cannot call methods, it prints the secrets. This happens in two cases: for another structure that has Credentials in
// an unexported field, and for the verbs %w and %p, which go vet reports. Use a [CredentialsProvider] such as [StaticCredentials] in
// unexported fields, which does not print secrets there. Encoders that call no methods, such as encoding/asn1, write the secrets too.
type Credentials struct {
	// AccessKeyID identifies the key, such as AKIAIOSFODNN7EXAMPLE. It is required.
	AccessKeyID string
	// SecretAccessKey is the secret key. It is required, and never sent.
	SecretAccessKey string
	// SessionToken belongs to temporary credentials. It is empty for permanent ones.
	SessionToken string
	// Expires is the time when the credentials stop working. The zero time means never.
	Expires time.Time
	// AccountID is the AWS account that the credentials belong to, 12 digits. It is optional. This package does not send, sign,
	// check or print it.
	AccountID string
}

// hasKeys reports whether both the access key id and the secret access key are present.
func (c Credentials) hasKeys() bool { return c.AccessKeyID != "" && c.SecretAccessKey != "" }

// ExpiredAt reports whether the credentials have expired at the given time. Credentials without Expires never expire.
func (c Credentials) ExpiredAt(at time.Time) bool {
	return !c.Expires.IsZero() && !at.Before(c.Expires)
}

// expiredError returns the error for credentials that have expired at the given time. It mentions the clock, because new credentials
// look expired if the clock is fast.
func expiredError(credentials Credentials, at time.Time) error {
	return fmt.Errorf("%w at %s, and the clock shows %s: get new ones, or correct the clock of this machine",
		ErrCredentialsExpired, credentials.Expires.UTC().Format(time.RFC3339), at.UTC().Format(time.RFC3339))
}

// Validate returns an error if the credentials cannot sign a request. It does not check the expiry. The error names the field that is
// wrong, but never contains its value. It matches [ErrNoCredentials] if a field is missing. White space around a field, such as the
// line break at the end of a file, is an error, because AWS would only return that the signature does not match.
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
		return fmt.Errorf("%s: set both to sign requests: %w", missing, ErrNoCredentials)
	}
	if !isVisibleASCII(c.AccessKeyID) || strings.ContainsAny(c.AccessKeyID, "/,") {
		return errors.New("AccessKeyID contains white space or another invalid character: check its source")
	}
	if hasSpaceAroundOrControl(c.SecretAccessKey) {
		return errors.New("SecretAccessKey has white space around it or a control character in it: check its source")
	}
	if !isVisibleASCII(c.SessionToken) {
		return errors.New("SessionToken contains white space or another invalid character: check its source")
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

// Format writes the text of [Credentials.String] for every verb.
func (c Credentials) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, c.String()) }

// LogValue returns the text of [Credentials.String].
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the text of [Credentials.String], so that encoders do not write secrets. Credentials cannot be decoded from it.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// MarshalBinary returns an error, because a binary encoding would have to contain the secrets.
func (c Credentials) MarshalBinary() ([]byte, error) {
	return nil, errors.New("sigv4: Credentials cannot be encoded, because the secrets would be readable: encode the fields that you need")
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

// sealedCredentials keeps credentials in a function, which does not print them, not even from an unexported field.
type sealedCredentials func() Credentials

func seal(credentials Credentials) sealedCredentials {
	return func() Credentials { return credentials }
}
