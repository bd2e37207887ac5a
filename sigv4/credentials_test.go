package sigv4

import (
	"bytes"
	"context"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"text/template"
	"time"
)

// Values that no output may have. They are long words, which no output has by chance.
const (
	hiddenSecret = "hiddenSecretExample"
	hiddenToken  = "hiddenTokenExample"
)

func hiddenCredentials() Credentials {
	return Credentials{
		AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: hiddenSecret, SessionToken: hiddenToken,
		Expires: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
	}
}

// requireRedacted checks that no way to print a value shows a secret as plain text, or as hexadecimal, decimal or octal bytes.
func requireRedacted(t *testing.T, name string, value any) {
	t.Helper()
	outputs := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%t", "%e", "%c", "%U", "%200v", "%.3s"} {
		outputs[verb] = fmt.Sprintf(verb, value)
	}
	outputs["Print"] = fmt.Sprint(value)
	outputs["error"] = fmt.Errorf("failed with %v", value).Error()

	var text, structured bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("message", "value", value)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("message", "value", value)
	outputs["slog text"], outputs["slog JSON"] = text.String(), structured.String()
	// The encoders return an error for values with functions or maps. The output before the error counts too.
	for form, encode := range encoders() {
		outputs[form] = encode(value)
	}

	for form, output := range outputs {
		for _, secret := range []string{hiddenSecret, hiddenToken} {
			for _, spelling := range []string{
				secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), fmt.Sprintf("% x", secret),
				strings.Trim(fmt.Sprint([]byte(secret)), "[]"), strings.Trim(fmt.Sprintf("%o", []byte(secret)), "[]"),
			} {
				if strings.Contains(output, spelling) {
					t.Errorf("%s: %s shows a secret: %s", name, form, output)
				}
			}
		}
	}
}

// encoders returns the encoders of the standard library that call a method of the value. Each one returns its output, even if it fails.
func encoders() map[string]func(any) string {
	written := func(encode func(io.Writer) error) string {
		var output bytes.Buffer
		_ = encode(&output)

		return output.String()
	}

	return map[string]func(any) string{
		"json": func(value any) string {
			return written(func(w io.Writer) error { return json.NewEncoder(w).Encode(value) })
		},
		"xml": func(value any) string {
			return written(func(w io.Writer) error { return xml.NewEncoder(w).Encode(value) })
		},
		"gob": func(value any) string {
			return written(func(w io.Writer) error { return gob.NewEncoder(w).Encode(value) })
		},
		"text/template": func(value any) string {
			return written(func(w io.Writer) error { return template.Must(template.New("").Parse("{{.}}")).Execute(w, value) })
		},
		"log": func(value any) string {
			return written(func(w io.Writer) error { log.New(w, "", 0).Print(value); return nil })
		},
	}
}

// These types have names, because encoding/xml panics for unnamed types that embed an encoding.TextMarshaler.
type (
	embeddedCredentials struct{ Credentials }
	embeddedPointer     struct{ *Credentials }
)

func TestNothingPrintsSecrets(t *testing.T) {
	t.Parallel()
	credentials := hiddenCredentials()
	static := StaticCredentials(credentials)
	var cached *CachedCredentials
	synctest.Test(t, func(t *testing.T) {
		var err error
		cached, err = NewCachedCredentials(CacheConfig{Provider: static, Now: func() time.Time { return exampleTime }})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cached.Credentials(t.Context()); err != nil || got != credentials {
			t.Fatalf("the cache returns %v, %v", got, err)
		}
		// fmt reads unexported fields without a lock, so no goroutine may change them.
		synctest.Wait()
	})
	signer := mustSigner(t, SignerConfig{Region: "eu-west-1", Service: "redshift"})
	request := mustRequest(t, "GET", "https://example.amazonaws.com/")
	if err := signer.Sign(request, EmptyPayloadHash, credentials, exampleTime); err != nil {
		t.Fatal(err)
	}
	transport := &Transport{Signer: signer, Credentials: static}

	// gob encodes the value of an interface only if its type is registered.
	gob.Register(credentials)
	gob.Register(static)
	gob.Register(cached)
	type unexported struct {
		provider  CredentialsProvider
		cached    *CachedCredentials
		signer    *Signer
		transport *Transport
	}
	for name, value := range map[string]any{
		"value":             credentials,
		"pointer":           &credentials,
		"struct":            struct{ Credentials Credentials }{credentials},
		"embedded":          embeddedCredentials{credentials},
		"pointer in struct": struct{ Credentials *Credentials }{&credentials},
		"slice":             []Credentials{credentials},
		"slice of pointers": []*Credentials{&credentials},
		"map":               map[string]Credentials{"a": credentials},
		"any":               []any{credentials, &credentials},
		"map of any":        map[string]any{"a": credentials},
		"any in struct":     struct{ Value any }{credentials},
		"pointer embedded":  embeddedPointer{&credentials},
		"embedded deeper":   struct{ Settings embeddedCredentials }{embeddedCredentials{credentials}},
		"array":             [1]Credentials{credentials},
		"pointer to array":  &[1]*Credentials{&credentials},
		"cache's config":    CacheConfig{Provider: static},
		"static":            static,
		"static in struct":  struct{ Provider CredentialsProvider }{static},
		"cached":            cached,
		"cached in struct":  struct{ Provider CredentialsProvider }{cached},
		"signer":            signer,
		"transport":         transport,
		"transport, value":  *transport,
		"unexported fields": unexported{static, cached, signer, transport},
	} {
		requireRedacted(t, name, value)
	}
}

func TestEncodersDoNotWriteSecrets(t *testing.T) {
	t.Parallel()
	type settings struct {
		Credentials Credentials
		Pointer     *Credentials
	}
	credentials := hiddenCredentials()
	for name, marshal := range map[string]func(any) ([]byte, error){"json": json.Marshal, "xml": xml.Marshal} {
		encoded, err := marshal(settings{credentials, &credentials})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(encoded), hiddenSecret) || strings.Contains(string(encoded), hiddenToken) {
			t.Errorf("%s shows a secret: %s", name, encoded)
		}
		if strings.Count(string(encoded), "SecretAccessKey: redacted") != 2 {
			t.Errorf("%s writes %s, want the redacted text twice", name, encoded)
		}
		// Otherwise the decoded secret would be "redacted".
		if err := json.Unmarshal(encoded, &settings{}); err == nil {
			t.Errorf("%s: Unmarshal accepts the redacted text", name)
		}
	}
}

// TestBinaryEncoders checks that binary encoders return an error, because their output would have the secrets.
func TestBinaryEncoders(t *testing.T) {
	t.Parallel()
	credentials := hiddenCredentials()
	for name, value := range map[string]any{
		"value": credentials, "pointer": &credentials, "slice": []Credentials{credentials},
		"struct":           struct{ Name, Credentials any }{"a", credentials},
		"embedded":         embeddedCredentials{credentials},
		"pointer embedded": embeddedPointer{&credentials},
		"typed":            struct{ Credentials *Credentials }{&credentials},
		"zero":             Credentials{},
	} {
		gob.Register(Credentials{})
		var output bytes.Buffer
		if err := gob.NewEncoder(&output).Encode(value); err == nil || !strings.Contains(err.Error(), "sigv4: Credentials cannot be encoded") {
			t.Errorf("%s: gob writes %d bytes and returns %v, want an error", name, output.Len(), err)
		}
	}
	// Encoders of other modules use this interface.
	marshaler, _ := any(credentials).(encoding.BinaryMarshaler)
	if marshaler == nil {
		t.Fatal("Credentials have no MarshalBinary")
	}
	if encoded, err := marshaler.MarshalBinary(); err == nil || encoded != nil || strings.Contains(err.Error(), hiddenSecret) {
		t.Errorf("MarshalBinary() = %q, %v, want an error without secrets", encoded, err)
	}
}

func TestSigningKeyIsNotPrinted(t *testing.T) {
	t.Parallel()
	signer := mustSigner(t, SignerConfig{Region: "eu-west-1", Service: "redshift"})
	key := signer.keys.signingKey(signer.keys.identity(exampleCredentials, "20150830"), exampleCredentials.SecretAccessKey, "eu-west-1", "redshift")
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%d"} {
		output := fmt.Sprintf(verb, signer)
		if strings.Contains(output, fmt.Sprintf("%x", key)) || strings.Contains(output, strings.Trim(fmt.Sprint(key), "[]")) {
			t.Errorf("%s prints the signing key: %s", verb, output)
		}
		if !strings.Contains(output, "redshift") {
			t.Errorf("%s prints %q, want the service in it", verb, output)
		}
	}
}

func TestCredentialsString(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		credentials Credentials
		want        string
	}{
		{Credentials{}, "sigv4.Credentials{AccessKeyID: none, SecretAccessKey: none, SessionToken: none, Expires: never}"},
		{
			hiddenCredentials(),
			"sigv4.Credentials{AccessKeyID: AKIDEXAMPLE, SecretAccessKey: redacted, SessionToken: redacted, Expires: 2026-11-23T10:00:00Z}",
		},
		{ // the access key id and the secret are swapped
			Credentials{AccessKeyID: hiddenSecret, SecretAccessKey: "AKIDEXAMPLE"},
			"sigv4.Credentials{AccessKeyID: redacted, SecretAccessKey: redacted, SessionToken: none, Expires: never}",
		},
	} {
		for _, verb := range []string{"%v", "%#v", "%q"} {
			requireEqual(t, verb, fmt.Sprintf(verb, test.credentials), test.want)
		}
	}
}

func TestCredentialsValidate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		credentials Credentials
		want        string // in the error, or empty for none
		missing     bool
	}{
		{"complete", exampleCredentials, "", false},
		{"temporary", hiddenCredentials(), "", false},
		{"secret with a space inside", Credentials{AccessKeyID: "A", SecretAccessKey: "pass word ü"}, "", false},
		{"none", Credentials{}, "AccessKeyID and SecretAccessKey are empty", true},
		{"no id", Credentials{SecretAccessKey: hiddenSecret}, "AccessKeyID is empty", true},
		{"no secret", Credentials{AccessKeyID: "AKIDEXAMPLE"}, "SecretAccessKey is empty", true},
		{"id with a line break", Credentials{AccessKeyID: "AKIDEXAMPLE\n", SecretAccessKey: hiddenSecret}, "AccessKeyID contains", false},
		{"id with a slash", Credentials{AccessKeyID: "AKID/EXAMPLE", SecretAccessKey: hiddenSecret}, "AccessKeyID contains", false},
		{"secret with a line break", Credentials{AccessKeyID: "A", SecretAccessKey: hiddenSecret + "\n"}, "SecretAccessKey has", false},
		{"secret with a space in front", Credentials{AccessKeyID: "A", SecretAccessKey: " " + hiddenSecret}, "SecretAccessKey has", false},
		{"token with a line break", Credentials{AccessKeyID: "A", SecretAccessKey: "s", SessionToken: hiddenToken + "\r\n"}, "SessionToken contains", false},
	} {
		err := test.credentials.Validate()
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, ErrNoCredentials) != test.missing {
			t.Errorf("%s: Validate() = %v, want %q in it and ErrNoCredentials: %t", test.name, err, test.want, test.missing)
			continue
		}
		if strings.Contains(err.Error(), hiddenSecret) || strings.Contains(err.Error(), hiddenToken) {
			t.Errorf("%s: the error shows a secret: %v", test.name, err)
		}
	}
}

func TestExpiredAt(t *testing.T) {
	t.Parallel()
	credentials := hiddenCredentials()
	for _, test := range []struct {
		offset time.Duration
		want   bool
	}{{-time.Nanosecond, false}, {0, true}, {time.Hour, true}} {
		if got := credentials.ExpiredAt(credentials.Expires.Add(test.offset)); got != test.want {
			t.Errorf("ExpiredAt() %v after the expiry = %t, want %t", test.offset, got, test.want)
		}
	}
	if exampleCredentials.ExpiredAt(time.Now()) {
		t.Error("ExpiredAt() of credentials without an expiry = true")
	}
}

func TestStaticCredentials(t *testing.T) {
	t.Parallel()
	if got, err := StaticCredentials(exampleCredentials).Credentials(t.Context()); err != nil || got != exampleCredentials {
		t.Errorf("Credentials() = %v, %v, want %v", got, err, exampleCredentials)
	}
	_, err := StaticCredentials(Credentials{AccessKeyID: "AKIDEXAMPLE"}).Credentials(t.Context())
	if !errors.Is(err, ErrNoCredentials) || !strings.Contains(err.Error(), "SecretAccessKey is empty") {
		t.Errorf("the error is %v, want ErrNoCredentials and the empty field", err)
	}
}

// TestAccountID checks that providers return the account, and that the signature does not depend on it.
func TestAccountID(t *testing.T) {
	t.Parallel()
	owned := exampleCredentials
	owned.AccountID = "123456789012"
	cache, err := NewCachedCredentials(CacheConfig{Provider: StaticCredentials(owned)})
	if err != nil {
		t.Fatal(err)
	}
	for name, provider := range map[string]CredentialsProvider{"static": StaticCredentials(owned), "cached": cache} {
		if got, err := provider.Credentials(t.Context()); err != nil || got.AccountID != owned.AccountID || got != owned {
			t.Errorf("%s: Credentials() = %v with the account %q, %v", name, got, got.AccountID, err)
		}
	}
	signatures := make(map[string]bool)
	for _, credentials := range []Credentials{exampleCredentials, owned} {
		request := mustRequest(t, "GET", "https://example.amazonaws.com/")
		if err := redshiftSigner(t).Sign(request, EmptyPayloadHash, credentials, exampleTime); err != nil {
			t.Fatal(err)
		}
		signatures[signatureOf(t, request)] = true
		if strings.Contains(fmt.Sprint(request.Header, request.URL), owned.AccountID) {
			t.Errorf("the request has the account: %v", request.Header)
		}
	}
	if len(signatures) != 1 {
		t.Errorf("the account changes the signature: %v", signatures)
	}
}

func TestCredentialsProviderFunc(t *testing.T) {
	t.Parallel()
	provider := CredentialsProviderFunc(func(context.Context) (Credentials, error) { return exampleCredentials, nil })
	if got, err := provider.Credentials(t.Context()); err != nil || got != exampleCredentials {
		t.Errorf("Credentials() = %v, %v, want %v", got, err, exampleCredentials)
	}
	if _, err := CredentialsProviderFunc(nil).Credentials(t.Context()); !errors.Is(err, ErrNoCredentials) {
		t.Errorf("the error of a nil function is %v, want ErrNoCredentials", err)
	}
}

func TestEnvCredentials(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		environment map[string]string
		want        Credentials
		wantError   string
	}{
		{"both", map[string]string{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"}, Credentials{AccessKeyID: "A", SecretAccessKey: "s"}, ""},
		{
			"with token", map[string]string{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"},
			Credentials{AccessKeyID: "A", SecretAccessKey: "s", SessionToken: "t"}, "",
		},
		{
			"with account", map[string]string{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ACCOUNT_ID": "123456789012"},
			Credentials{AccessKeyID: "A", SecretAccessKey: "s", AccountID: "123456789012"}, "",
		},
		{
			// An invalid account must not stop a program, because it is only used in comparisons.
			"with an invalid account", map[string]string{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ACCOUNT_ID": "none of it\n"},
			Credentials{AccessKeyID: "A", SecretAccessKey: "s", AccountID: "none of it\n"}, "",
		},
		{"account alone", map[string]string{"AWS_ACCOUNT_ID": "123456789012"}, Credentials{}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"},
		{"none", nil, Credentials{}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"},
		{"empty", map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, Credentials{}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"},
		{"id alone", map[string]string{"AWS_ACCESS_KEY_ID": "A"}, Credentials{}, "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not"},
		{"secret alone", map[string]string{"AWS_SECRET_ACCESS_KEY": hiddenSecret}, Credentials{}, "AWS_SECRET_ACCESS_KEY is set but AWS_ACCESS_KEY_ID is not"},
		{
			"token alone", map[string]string{"AWS_SESSION_TOKEN": hiddenToken}, Credentials{},
			"AWS_SESSION_TOKEN is set but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not",
		},
		{"how to set them", nil, Credentials{}, `set both, for example with eval "$(aws configure export-credentials --format env)"`},
		{
			"profile", map[string]string{"AWS_PROFILE": "backups"}, Credentials{},
			"AWS_PROFILE is set, but only the module awsconfig reads profiles (awsconfig.Load)",
		},
	} {
		provider := EnvCredentials{LookupEnv: func(name string) (string, bool) {
			value, found := test.environment[name]
			return value, found
		}}
		got, err := provider.Credentials(t.Context())
		if got != test.want {
			t.Errorf("%s: Credentials() = %v, want %v", test.name, got, test.want)
		}
		if test.wantError == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if !errors.Is(err, ErrNoCredentials) || !strings.Contains(err.Error(), test.wantError) {
			t.Errorf("%s: the error is %v, want ErrNoCredentials and %q", test.name, err, test.wantError)
		} else if strings.Contains(err.Error(), hiddenSecret) || strings.Contains(err.Error(), hiddenToken) {
			t.Errorf("%s: the error shows a secret: %v", test.name, err)
		}
	}
}

func TestEnvCredentialsRefusesWhiteSpace(t *testing.T) {
	t.Parallel()
	provider := EnvCredentials{LookupEnv: func(string) (string, bool) { return hiddenSecret + "\n", true }}
	_, err := provider.Credentials(t.Context())
	if err == nil || errors.Is(err, ErrNoCredentials) || strings.Contains(err.Error(), hiddenSecret) {
		t.Errorf("the error is %v, want one about white space, without the value", err)
	}
}

func TestEnvCredentialsReadsEachTime(t *testing.T) { // not parallel: it sets the process's environment
	t.Setenv("AWS_ACCESS_KEY_ID", "FIRST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	t.Setenv("AWS_SESSION_TOKEN", "")
	for _, want := range []string{"FIRST", "SECOND"} {
		t.Setenv("AWS_ACCESS_KEY_ID", want)
		if got, err := (EnvCredentials{}).Credentials(t.Context()); err != nil || got.AccessKeyID != want {
			t.Errorf("Credentials() = %v, %v, want the key %s", got, err, want)
		}
	}
}
