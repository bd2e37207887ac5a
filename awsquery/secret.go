package awsquery

import (
	"encoding/json"
	"fmt"
	"log/slog"
)

// Secret is a text that belongs in no log, such as a password. It prints, and is written as JSON, as REDACTED; convert it
// with string(secret) to use it.
type Secret string

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

// MarshalJSON writes REDACTED. Reading that back does not give the secret.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.shown()) }
