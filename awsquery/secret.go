package awsquery

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// Secret is a text that belongs in no log, such as a password. It prints as REDACTED, and so does its JSON. Convert it with
// string(secret) to use it.
//
// A structure with a Secret in it cannot be read back from its own JSON: [Secret.UnmarshalJSON] returns [ErrRedacted], because the
// text REDACTED would otherwise become a password. To keep such a structure, clear its Secret before you encode it, and keep
// string(secret) where secrets belong. An empty Secret is written as an empty string, or left out by omitzero. Binary encoders such
// as encoding/gob return an error. Package encoding/xml writes the secret as it is, because Redshift's responses are XML: a test
// server can write its responses with it.
type Secret string

// ErrRedacted is the error of [Secret.UnmarshalJSON] for a secret that was redacted.
var ErrRedacted = errors.New("the document has REDACTED instead of the secret")

const redacted = "REDACTED"

// shown is what anyone but the program sees: nothing of an empty secret, and of others that there is one.
func (s Secret) shown() string {
	if s == "" {
		return ""
	}

	return redacted
}

// Format writes REDACTED, whatever the verb.
func (s Secret) Format(state fmt.State, verb rune) { format(state, verb, s.shown()) }

// LogValue is REDACTED.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.shown()) }

// MarshalJSON writes REDACTED. Reading that back fails with [ErrRedacted].
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.shown()) }

// UnmarshalJSON reads a JSON string. It returns [ErrRedacted] and leaves the Secret alone if the string is REDACTED. Null
// leaves the Secret alone without an error.
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

// MarshalBinary returns an error, unless the Secret is empty. A binary form exists to be read back, and would have to contain
// the secret.
func (s Secret) MarshalBinary() ([]byte, error) {
	if s != "" {
		return nil, errors.New("awsquery: a Secret is not encoded, because it would be readable: clear it before")
	}

	return nil, nil
}

// UnmarshalBinary reads what [Secret.MarshalBinary] wrote, an empty Secret.
func (s *Secret) UnmarshalBinary(data []byte) error {
	if len(data) > 0 {
		return errors.New("awsquery: a Secret has no binary form")
	}
	*s = ""

	return nil
}
