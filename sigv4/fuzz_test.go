package sigv4

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzCanonicalQuery checks that the canonical query says what net/url reads in the raw one, and is in order.
func FuzzCanonicalQuery(f *testing.F) {
	for _, seed := range []string{
		"", "a=1&b=2", "b=2&a=1&a=0", "a=b+c&d=%20", "k=*~&k=%2a", "a&=b&=", "&&", "a=%", "a;b=c", "ሴ=bar", "k=%F0%9F%93%B8",
		"k-2=x&k=y", "X-Amz-Signature=0", "%zz", "a=b=c", "a=%00%ff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		want, parseErr := url.ParseQuery(raw)
		w := new(workspace)
		w.reserveParameters(len(raw))
		err := w.addRawQuery(raw)
		if err != nil {
			presigned := slices.ContainsFunc(slices.Collect(maps.Keys(want)), isSigningParameter)
			// What net/url cannot read may be refused. A semicolon, which it refuses too, is signed as it stands.
			if parseErr == nil && !presigned {
				t.Fatalf("query %q: %v", raw, err)
			}
			return
		}
		w.writeQuery()
		canonical := string(w.query)

		got, err := url.ParseQuery(canonical)
		if err != nil {
			t.Fatalf("query %q became %q, which cannot be read: %v", raw, canonical, err)
		}
		for name, values := range want {
			gotValues := slices.Clone(got[name])
			slices.Sort(gotValues)
			slices.Sort(values)
			if parseErr == nil && !slices.Equal(gotValues, values) {
				t.Fatalf("query %q became %q: %q has the values %q, want %q", raw, canonical, name, gotValues, values)
			}
			for _, value := range values {
				if !slices.Contains(gotValues, value) {
					t.Fatalf("query %q became %q: the value %q of %q is lost", raw, canonical, value, name)
				}
			}
		}
		if parseErr == nil && len(got) != len(want) {
			t.Fatalf("query %q became %q: %d names, want %d", raw, canonical, len(got), len(want))
		}

		if strings.ContainsAny(canonical, "+*;/ ") {
			t.Fatalf("query %q became %q, which has a character that must be encoded", raw, canonical)
		}
		for i := 1; i < len(w.parameters); i++ {
			if compareParameters(w.parameters[i-1], w.parameters[i]) > 0 {
				t.Fatalf("query %q became %q, which is not in order", raw, canonical)
			}
		}
		again := new(workspace)
		again.reserveParameters(len(canonical))
		if err := again.addRawQuery(canonical); err != nil {
			t.Fatal(err)
		}
		again.writeQuery()
		if string(again.query) != canonical {
			t.Fatalf("the canonical query %q became %q when it was canonicalised again", canonical, again.query)
		}
	})
}

// FuzzEncoding checks that whatever is encoded decodes to what it was.
func FuzzEncoding(f *testing.F) {
	for _, seed := range []string{"", "a b", "a+b", "*~", "%2F", "📸", "\x00\xff", "/=%&\"'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		encoded := string(appendEncoded(nil, text))
		for name, decode := range map[string]func(string) (string, error){"query": url.QueryUnescape, "path": url.PathUnescape} {
			if decoded, err := decode(encoded); err != nil || decoded != text {
				t.Fatalf("%q was encoded as %q, which is %q in a %s: %v", text, encoded, decoded, name, err)
			}
		}
		if again, ok := appendReencoded(nil, encoded); !ok || string(again) != encoded {
			t.Fatalf("%q was encoded as %q and then again as %q", text, encoded, again)
		}
	})
}

// FuzzSign checks that no request makes the signer panic, and that a request that it signed gets the same signature when
// it is signed as it was sent.
func FuzzSign(f *testing.F) {
	f.Add("GET", "https", "example.amazonaws.com", "", "/", "", "a=1", "X-Custom", "v", "", int64(0))
	f.Add("POST", "http", "localhost:80", "host:443", "/a b/../", "", "b=a+b&a", "x-amz-meta", " a  b ", "token", int64(11))
	f.Add("", "", "[fe80::1%25eth0]:80", "", "//", "", "%", "Authorization", "x", "", int64(-1))
	f.Add("G T", "https", "h", "", "rel", "//h/p", "X-Amz-Date=1", "", "\n", "t\n", int64(1))
	f.Add("GET", "https", "h", "[%", "/%2f", "/raw path", ";", "x-custom", "\t", "", int64(1)<<62)
	f.Fuzz(func(t *testing.T, method, scheme, urlHost, host, path, opaque, query, name, value, token string, length int64) {
		request := &http.Request{
			Method:        method,
			URL:           &url.URL{Scheme: scheme, Host: urlHost, Path: path, Opaque: opaque, RawQuery: query},
			Host:          host,
			Header:        http.Header{name: {value, value}},
			ContentLength: length,
		}
		credentials := exampleCredentials
		credentials.SessionToken = token
		for _, config := range []SignerConfig{
			{Region: "eu-west-1", Service: "redshift"},
			{
				Region: "eu-west-1", Service: "s3", DisableURIPathNormalization: true, DisableDoubleURIEncoding: true,
				SignBodyHeader: true, OmitSessionTokenFromSignature: true,
			},
		} {
			signer := mustSigner(t, config)
			address, header, presignErr := signer.Presign(request, EmptyPayloadHash, credentials, exampleTime, time.Hour)
			if (presignErr == nil) != (address != nil && header != nil) {
				t.Fatalf("Presign returned %v, %v, %v", address, header, presignErr)
			}
			signed := request.Clone(t.Context())
			err := signer.Sign(signed, EmptyPayloadHash, credentials, exampleTime)
			if (err == nil) != (presignErr == nil) {
				t.Fatalf("Sign returned %v, Presign %v", err, presignErr)
			}
			if err != nil {
				if errors.Is(err, ErrNoCredentials) || strings.Contains(err.Error(), exampleCredentials.SecretAccessKey) {
					t.Fatalf("unexpected error: %v", err)
				}
				continue
			}
			first := signed.Header.Get("Authorization")
			if err := signer.Sign(signed, EmptyPayloadHash, credentials, exampleTime); err != nil {
				t.Fatalf("what was signed cannot be signed again: %v", err)
			}
			if again := signed.Header.Get("Authorization"); again != first {
				t.Fatalf("signed first as %q and then as %q", first, again)
			}
		}
	})
}
