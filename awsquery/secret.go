package awsquery

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// Secret is a text that logs must not show, such as a password. Logs, format verbs and JSON show REDACTED instead. string(secret)
// is the text.
//
// The JSON of a structure with a Secret cannot be decoded into the structure: [Secret.UnmarshalJSON] returns [ErrRedacted], because
// otherwise the text REDACTED would become a password. To store such a structure, clear its Secret before you encode it, and store
// string(secret) in a safe place. The JSON of an empty Secret is an empty string, and omitzero omits it. Binary encoders such as
// encoding/gob return an error for a Secret that is not empty. Package encoding/xml writes the plain text, because Redshift's
// responses are XML and test servers encode them.
type Secret string

// ErrRedacted is the error of [Secret.UnmarshalJSON] for the text REDACTED.
var ErrRedacted = errors.New("the document has REDACTED instead of the secret")

const redacted = "REDACTED"

// shown returns REDACTED, or an empty text for an empty Secret.
func (s Secret) shown() string {
	if s == "" {
		return ""
	}

	return redacted
}

// Format writes REDACTED for every verb.
func (s Secret) Format(state fmt.State, verb rune) { format(state, verb, s.shown()) }

// LogValue returns REDACTED.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.shown()) }

// MarshalJSON encodes REDACTED, which [Secret.UnmarshalJSON] does not accept.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.shown()) }

// UnmarshalJSON decodes a JSON string. It returns [ErrRedacted] if the string is REDACTED. If it returns an error, or for null, it
// does not change the Secret.
func (s *Secret) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("read a secret: %w", err)
	}

	if text == redacted {
		return fmt.Errorf("read a secret: %w", ErrRedacted)
	}
	*s = Secret(text)

	return nil
}

// MarshalBinary returns an error unless the Secret is empty, because a binary encoding would have to contain the text.
func (s Secret) MarshalBinary() ([]byte, error) {
	if s != "" {
		return nil, errors.New("awsquery: a Secret cannot be encoded, because the encoding would be readable: clear it first")
	}

	return nil, nil
}

// UnmarshalBinary decodes the encoding of an empty Secret, and returns an error for other data.
func (s *Secret) UnmarshalBinary(data []byte) error {
	if len(data) > 0 {
		return errors.New("awsquery: a Secret has no binary encoding")
	}
	*s = ""

	return nil
}
