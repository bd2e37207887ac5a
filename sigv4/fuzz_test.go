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

// FuzzCanonicalQuery checks that the canonical query is sorted, and that net/url reads the same values from it as from the raw query.
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
			// addRawQuery may refuse a query that net/url cannot parse. It accepts a semicolon, which net/url does not.
			if parseErr == nil && !presigned {
				t.Fatalf("addRawQuery(%q) fails: %v", raw, err)
			}
			return
		}
		w.writeQuery()
		canonical := string(w.query)

		got, err := url.ParseQuery(canonical)
		if err != nil {
			t.Fatalf("query %q became %q, which net/url cannot parse: %v", raw, canonical, err)
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
		second := new(workspace)
		second.reserveParameters(len(canonical))
		if err := second.addRawQuery(canonical); err != nil {
			t.Fatal(err)
		}
		second.writeQuery()
		if string(second.query) != canonical {
			t.Fatalf("the canonical form of the canonical query %q is %q", canonical, second.query)
		}
	})
}

// FuzzEncoding checks that an encoded text decodes to the same text.
func FuzzEncoding(f *testing.F) {
	for _, seed := range []string{"", "a b", "a+b", "*~", "%2F", "📸", "\x00\xff", "/=%&\"'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		encoded := string(appendEncoded(nil, text))
		for name, decode := range map[string]func(string) (string, error){"query": url.QueryUnescape, "path": url.PathUnescape} {
			if decoded, err := decode(encoded); err != nil || decoded != text {
				t.Fatalf("%q is encoded as %q, which decodes to %q in a %s: %v", text, encoded, decoded, name, err)
			}
		}
		if reencoded, ok := appendReencoded(nil, encoded); !ok || string(reencoded) != encoded {
			t.Fatalf("%q is encoded as %q, and then reencoded as %q", text, encoded, reencoded)
		}
	})
}

// FuzzSign checks that no request makes the signer panic, and that a signed request gets the same signature again.
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
				t.Fatalf("Presign() = %v, %v, %v", address, header, presignErr)
			}
			signed := request.Clone(t.Context())
			err := signer.Sign(signed, EmptyPayloadHash, credentials, exampleTime)
			if (err == nil) != (presignErr == nil) {
				t.Fatalf("Sign() returns %v, but Presign() returns %v", err, presignErr)
			}
			if err != nil {
				if errors.Is(err, ErrNoCredentials) || strings.Contains(err.Error(), exampleCredentials.SecretAccessKey) {
					t.Fatalf("the error is about credentials, or has the secret: %v", err)
				}
				continue
			}
			first := signed.Header.Get("Authorization")
			if err := signer.Sign(signed, EmptyPayloadHash, credentials, exampleTime); err != nil {
				t.Fatalf("Sign refuses a request that it has signed: %v", err)
			}
			if second := signed.Header.Get("Authorization"); second != first {
				t.Fatalf("the first signature is %q, the second %q", first, second)
			}
		}
	})
}
