package sigv4

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func redshiftSigner(tb testing.TB) *Signer {
	tb.Helper()
	return mustSigner(tb, SignerConfig{Region: "eu-west-1", Service: "redshift"})
}

// canonicalRequest returns the lines of the canonical request that Sign computes.
func canonicalRequest(tb testing.TB, signer *Signer, request *http.Request) []string {
	tb.Helper()
	w, err := signer.begin(request, EmptyPayloadHash, exampleCredentials, exampleTime)
	if err != nil {
		tb.Fatal(err)
	}
	if err := signer.composeHeaders(w, request, EmptyPayloadHash, exampleCredentials); err != nil {
		tb.Fatal(err)
	}
	return strings.Split(string(w.canonical), "\n")
}

func signatureOf(t *testing.T, request *http.Request) string {
	t.Helper()
	_, signature, found := strings.Cut(request.Header.Get("Authorization"), "Signature=")
	if !found || len(signature) != 64 {
		t.Fatalf("Authorization is %q, want a signature in it", request.Header.Get("Authorization"))
	}
	return signature
}

func TestInvalidSignerConfig(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		config SignerConfig
		want   string
	}{
		{SignerConfig{}, "Region is empty"},
		{SignerConfig{Service: "redshift"}, "Region is empty"},
		{SignerConfig{Region: "eu-west-1"}, "Service is empty"},
		{SignerConfig{Region: "eu/west", Service: "redshift"}, `Region "eu/west"`},
		{SignerConfig{Region: "eu-west-1", Service: "red shift"}, `Service "red shift"`},
		{SignerConfig{Region: "eu-west-1\n", Service: "redshift"}, `Region "eu-west-1\n"`},
	} {
		signer, err := NewSigner(test.config)
		if signer != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("NewSigner(%+v) = %v, %v, want an error with %q", test.config, signer, err, test.want)
		}
	}
	config := SignerConfig{Region: "eu-west-1", Service: "redshift", SignBodyHeader: true}
	if got := mustSigner(t, config).Config(); got != config {
		t.Errorf("Config() = %+v, want %+v", got, config)
	}
	if got := (*Signer)(nil).Config(); got != (SignerConfig{}) {
		t.Errorf("Config() of a nil signer = %+v", got)
	}
}

func TestCanonicalQuery(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, raw, want string }{
		{"empty", "", ""},
		{"space", "k=a%20b", "k=a%20b"},
		{"plus means a space", "k=a+b&a+b=k", "a%20b=k&k=a%20b"},
		{"encoded plus stays a plus", "k=a%2Bb", "k=a%2Bb"},
		{"asterisk and tilde", "k=*~&*=%7E&~=%2a", "%2A=~&k=%2A~&~=%2A"},
		{"repeated key sorts by value", "k=b&k=a&k=B&k=", "k=&k=B&k=a&k=b"},
		{"name and longer name", "k-2=x&k=y&k%20=z", "k=y&k%20=z&k-2=x"},
		{"sorted after encoding", "%C3%A9=1&z=2&Z=3", "%C3%A9=1&Z=3&z=2"},
		{"empty value", "a=&b", "a=&b="},
		{"empty name", "=v&=", "=&=v"},
		{"empty pairs", "&a=1&&b=2&", "a=1&b=2"},
		{"equals sign in the value", "k=a=b==", "k=a%3Db%3D%3D"},
		{"reserved", "k=/%3D%25%26", "k=%2F%3D%25%26"},
		{"quotes", `k="it's"`, "k=%22it%27s%22"},
		{"emoji", "k=📸", "k=%F0%9F%93%B8"},
		{"lower-case escapes", "k=%f0%9f%93%b8%2f", "k=%F0%9F%93%B8%2F"},
		{"needless escapes", "%41=%62%2D", "A=b-"},
		{"semicolon is no separator", "a=1;b=2", "a=1%3Bb%3D2"},
		{"invalid UTF-8", "k=%ff\xfe", "k=%FF%FE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			signer := redshiftSigner(t)
			request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
			request.URL.RawQuery = test.raw
			requireEqual(t, "signed query", canonicalRequest(t, signer, request)[2], test.want)
			if err := signer.Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
				t.Fatal(err)
			}
			requireEqual(t, "query on the wire", request.URL.RawQuery, test.want)
			first := signatureOf(t, request)
			if err := signer.Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
				t.Fatal(err)
			}
			requireEqual(t, "signature of the canonical spelling", signatureOf(t, request), first)
		})
	}
}

func TestCanonicalPath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		escaped       string
		both          string // normalized and encoded twice
		encodedTwice  string
		normalized    string
		withoutEither string
	}{
		{"/", "/", "/", "/", "/"},
		{"/a/b", "/a/b", "/a/b", "/a/b", "/a/b"},
		{"/a/b/", "/a/b/", "/a/b/", "/a/b/", "/a/b/"},
		{"/a//b/./c/../d", "/a/b/d", "/a//b/./c/../d", "/a/b/d", "/a//b/./c/../d"},
		{"/../..", "/", "/../..", "/", "/../.."},
		{"/a/..", "/", "/a/..", "/", "/a/.."},
		{"/a%20b", "/a%2520b", "/a%2520b", "/a%20b", "/a%20b"},
		{"/a+b*c~", "/a%2Bb%2Ac~", "/a%2Bb%2Ac~", "/a%2Bb%2Ac~", "/a%2Bb%2Ac~"},
		{"/a%2fb", "/a%252fb", "/a%252fb", "/a%2Fb", "/a%2Fb"},
		{"/%41%", "/%2541%25", "/%2541%25", "/A%25", "/A%25"},
		{"/%C3%A9", "/%25C3%25A9", "/%25C3%25A9", "/%C3%A9", "/%C3%A9"},
		{"/a%2e%2e/", "/a%252e%252e/", "/a%252e%252e/", "/a../", "/a../"},
	} {
		for _, form := range []struct {
			normalize, twice bool
			want             string
		}{{true, true, test.both}, {false, true, test.encodedTwice}, {true, false, test.normalized}, {false, false, test.withoutEither}} {
			got := string(appendCanonicalPath(nil, test.escaped, form.normalize, form.twice))
			if got != form.want {
				t.Errorf("appendCanonicalPath(nil, %q, %t, %t) = %q, want %q", test.escaped, form.normalize, form.twice, got, form.want)
			}
		}
	}
}

func TestPathOptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		config SignerConfig
		want   string
	}{
		{SignerConfig{}, "/b%2520c"},
		{SignerConfig{DisableURIPathNormalization: true}, "/a/../b%2520c"},
		{SignerConfig{DisableDoubleURIEncoding: true}, "/b%20c"},
		{SignerConfig{DisableURIPathNormalization: true, DisableDoubleURIEncoding: true}, "/a/../b%20c"},
	} {
		test.config.Region, test.config.Service = "us-east-1", "s3"
		request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/a/../b%20c")
		requireEqual(t, fmt.Sprintf("%+v", test.config), canonicalRequest(t, mustSigner(t, test.config), request)[1], test.want)
	}
}

func TestWirePath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		address url.URL
		want    string // empty for an error
	}{
		{url.URL{}, "/"},
		{url.URL{Path: "/a b"}, "/a%20b"},
		{url.URL{Path: "/a/b", RawPath: "/a%2Fb"}, "/a%2Fb"},
		{url.URL{Path: "relative"}, ""},
		{url.URL{Path: "*"}, ""},
		{url.URL{Opaque: "/raw path"}, "/raw path"},
		{url.URL{Opaque: "//host.example.com/path"}, "/path"},
		{url.URL{Opaque: "//host.example.com"}, "/"},
		{url.URL{Opaque: "//host.example.com/path?query"}, ""},
		{url.URL{Opaque: "user@example.com"}, ""},
	} {
		got, err := wirePath(&test.address)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("wirePath(%+v) = %q, %v, want %q", test.address, got, err, test.want)
		}
	}
}

func TestSignedHostIsSent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ address, host, want string }{
		{"https://example.amazonaws.com/", "", "example.amazonaws.com"},
		{"https://example.amazonaws.com:443/", "", "example.amazonaws.com"},
		{"HTTPS://example.amazonaws.com:443/", "", "example.amazonaws.com"},
		{"https://example.amazonaws.com:80/", "", "example.amazonaws.com:80"},
		{"https://example.amazonaws.com:8443/", "", "example.amazonaws.com:8443"},
		{"http://localhost:80/", "", "localhost"},
		{"http://localhost:443/", "", "localhost:443"},
		{"http://localhost:4566/", "", "localhost:4566"},
		{"https://[::1]:443/", "", "[::1]"},
		{"https://[::1]/", "", "[::1]"},
		{"http://[fe80::1%25eth0]:80/", "", "[fe80::1]"},
		{"http://[fe80::1%25eth0]:81/", "", "[fe80::1]:81"},
		{"https://10.0.0.1:443/", "redshift.eu-west-1.amazonaws.com", "redshift.eu-west-1.amazonaws.com"},
		{"https://10.0.0.1/", "redshift.eu-west-1.amazonaws.com:443", "redshift.eu-west-1.amazonaws.com"},
	} {
		signer := redshiftSigner(t)
		request := mustRequest(t, http.MethodGet, test.address)
		if test.host != "" {
			request.Host = test.host
		}
		requireEqual(t, "signed host of "+test.address, canonicalRequest(t, signer, request)[3], "host:"+test.want)
		if err := signer.Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
			t.Fatal(err)
		}
		requireEqual(t, "sent host of "+test.address, request.Host, test.want)
	}
}

func TestPresignedURLHasNoDefaultPort(t *testing.T) {
	t.Parallel()
	request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com:443/")
	address, header, err := redshiftSigner(t).Presign(request, EmptyPayloadHash, exampleCredentials, exampleTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "host of the URL", address.Host, "example.amazonaws.com")
	requireEqual(t, "signed host", header.Get("Host"), "example.amazonaws.com")
	requireEqual(t, "host of the request", request.Host, "example.amazonaws.com:443")
}

func TestSignedHeaders(t *testing.T) {
	t.Parallel()
	request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
	for name, value := range map[string]string{
		"Accept": "text/xml", "Content-Type": "  text/plain;\t  charset=utf-8 ", "X-Amz-Target": "T", "X-Custom": "a,  b", "X-Custom-2": "d",
		"Date": "Sun, 30 Aug 2015 12:36:00 GMT", "User-Agent": "ua", "Authorization": "Basic x", "Connection": "close",
		"Expect": "100-continue", "X-Amzn-Trace-Id": "Root=1", "Transfer-Encoding": "chunked", "Accept-Encoding": "gzip",
		"Content-Length": "3", "Host": "other", "Te": "trailers", "Trailer": "X", "Upgrade": "h2c", "Via": "1.1 proxy",
		"X-Forwarded-For": "::1", "Traceparent": "00", "Proxy-Authorization": "Basic y",
	} {
		request.Header.Set(name, value)
	}
	request.Header["X-None"] = nil // not sent
	request.Header["x-custom"] = []string{"c"}
	request.Header["user-agent"] = []string{"another spelling"}
	want := []string{
		"accept:text/xml",
		"content-type:text/plain; charset=utf-8",
		"date:Sun, 30 Aug 2015 12:36:00 GMT",
		"host:example.amazonaws.com",
		"x-amz-date:20150830T123600Z",
		"x-amz-target:T",
		"x-custom:a, b,c",
		"x-custom-2:d",
		"",
		"accept;content-type;date;host;x-amz-date;x-amz-target;x-custom;x-custom-2",
		EmptyPayloadHash,
	}
	for range 20 { // the result must not depend on the order of a map
		requireSameList(t, "canonical request", canonicalRequest(t, redshiftSigner(t), request)[3:], want)
	}
}

func TestSignBodyHeader(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		signBody  bool
		present   string // X-Amz-Content-Sha256 before signing
		length    int64
		wantNames string
	}{
		{"off", false, "", 11, "host;x-amz-date"},
		{"on", true, "", 11, "content-length;host;x-amz-content-sha256;x-amz-date"},
		{"on, no length", true, "", 0, "host;x-amz-content-sha256;x-amz-date"},
		{"on, unknown length", true, "", -1, "host;x-amz-content-sha256;x-amz-date"},
		{"off, but the request has an outdated one", false, EmptyPayloadHash, 11, "host;x-amz-content-sha256;x-amz-date"},
	} {
		payloadHash := HashPayload([]byte("Action=Test"))
		signer := mustSigner(t, SignerConfig{Region: "eu-west-1", Service: "redshift", SignBodyHeader: test.signBody})
		request := mustRequest(t, http.MethodPost, "https://example.amazonaws.com/")
		request.ContentLength = test.length
		if test.present != "" {
			request.Header.Set("X-Amz-Content-Sha256", test.present)
		}
		if err := signer.Sign(request, payloadHash, exampleCredentials, exampleTime); err != nil {
			t.Fatal(err)
		}
		if got := request.Header.Get("Authorization"); !strings.Contains(got, "SignedHeaders="+test.wantNames+",") {
			t.Errorf("%s: Authorization is %q, want the headers %s", test.name, got, test.wantNames)
		}
		want := ""
		if strings.Contains(test.wantNames, "sha256") {
			want = payloadHash
		}
		requireEqual(t, test.name+": X-Amz-Content-Sha256", request.Header.Get("X-Amz-Content-Sha256"), want)
	}
}

func TestUnsignedSessionToken(t *testing.T) {
	t.Parallel()
	signer := mustSigner(t, SignerConfig{Region: "eu-west-1", Service: "redshift", OmitSessionTokenFromSignature: true})
	plain := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
	if err := signer.Sign(plain, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
		t.Fatal(err)
	}
	credentials := exampleCredentials
	credentials.SessionToken = "TOKEN/EXAMPLE=="
	temporary := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
	if err := signer.Sign(temporary, EmptyPayloadHash, credentials, exampleTime); err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "signature", signatureOf(t, temporary), signatureOf(t, plain))
	requireEqual(t, "token", temporary.Header.Get("X-Amz-Security-Token"), "TOKEN/EXAMPLE==")

	request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
	first, _, err := signer.Presign(request, EmptyPayloadHash, exampleCredentials, exampleTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := signer.Presign(request, EmptyPayloadHash, credentials, exampleTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "presigned signature", second.Query().Get("X-Amz-Signature"), first.Query().Get("X-Amz-Signature"))
	requireEqual(t, "presigned token", second.Query().Get("X-Amz-Security-Token"), "TOKEN/EXAMPLE==")
}

func TestSignReplacesEarlierSignature(t *testing.T) {
	t.Parallel()
	signer := redshiftSigner(t)
	temporary := exampleCredentials
	temporary.SessionToken = "TOKENEXAMPLE"
	request := mustRequest(t, http.MethodGet, fiveParameters)
	if err := signer.Sign(request, EmptyPayloadHash, temporary, exampleTime); err != nil {
		t.Fatal(err)
	}
	later := exampleTime.Add(36 * time.Hour)
	if err := signer.Sign(request, EmptyPayloadHash, exampleCredentials, later); err != nil {
		t.Fatal(err)
	}
	fresh := mustRequest(t, http.MethodGet, fiveParameters)
	if err := signer.Sign(fresh, EmptyPayloadHash, exampleCredentials, later); err != nil {
		t.Fatal(err)
	}
	requireSameList(t, "headers", sentHeaders(request), sentHeaders(fresh))
	if _, found := request.Header["X-Amz-Security-Token"]; found {
		t.Error("the request still has the session token of the first signature")
	}
}

func TestSignReplacesOtherSpellings(t *testing.T) {
	t.Parallel()
	request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
	for _, name := range []string{"x-amz-date", "authorization", "X-AMZ-Security-Token", "x-amz-content-sha256"} {
		request.Header[name] = []string{"old"}
	}
	if err := redshiftSigner(t).Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
		t.Fatal(err)
	}
	requireSameList(t, "header names", slices.Sorted(maps.Keys(request.Header)), []string{"Authorization", "X-Amz-Content-Sha256", "X-Amz-Date"})
	requireEqual(t, "X-Amz-Content-Sha256", request.Header.Get("X-Amz-Content-Sha256"), EmptyPayloadHash)
}

func TestHeadersOfASignatureAreIndependent(t *testing.T) {
	t.Parallel()
	request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
	if err := redshiftSigner(t).Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
		t.Fatal(err)
	}
	authorization := request.Header.Get("Authorization")
	request.Header.Add("X-Amz-Date", "another")
	requireEqual(t, "Authorization", request.Header.Get("Authorization"), authorization)
}

func TestDateIsUTC(t *testing.T) {
	t.Parallel()
	signer := redshiftSigner(t)
	tokyo := time.FixedZone("Tokyo", 9*60*60)
	want := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
	got := want.Clone(t.Context())
	at := time.Date(2026, 11, 24, 8, 59, 59, 999_999_999, tokyo) // the day before in UTC
	if err := signer.Sign(want, EmptyPayloadHash, exampleCredentials, at.UTC()); err != nil {
		t.Fatal(err)
	}
	if err := signer.Sign(got, EmptyPayloadHash, exampleCredentials, at); err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "X-Amz-Date", got.Header.Get("X-Amz-Date"), "20261123T235959Z")
	requireEqual(t, "Authorization", got.Header.Get("Authorization"), want.Header.Get("Authorization"))
	address, _, err := signer.Presign(got, EmptyPayloadHash, exampleCredentials, at, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "presigned date", address.Query().Get("X-Amz-Date"), "20261123T235959Z")
}

func TestTimeOfSignatures(t *testing.T) {
	t.Parallel()
	used := redshiftSigner(t)
	for _, step := range []time.Duration{
		0, time.Second - 1, time.Second, time.Millisecond, -time.Second, 24 * time.Hour, 0, 365 * 24 * time.Hour, 1 << 32 * time.Second,
	} {
		at := exampleTime.Add(step)
		var signatures []string
		for _, signer := range []*Signer{used, redshiftSigner(t)} {
			request, err := http.NewRequest(http.MethodGet, "https://redshift.eu-west-1.amazonaws.com/?Action=DescribeTags", nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := signer.Sign(request, EmptyPayloadHash, exampleCredentials, at); err != nil {
				t.Fatal(err)
			}
			if got, want := request.Header.Get("X-Amz-Date"), at.UTC().Format("20060102T150405Z"); got != want {
				t.Errorf("%v later, X-Amz-Date is %s, want %s", step, got, want)
			}
			signatures = append(signatures, signatureOf(t, request))
		}
		if signatures[0] != signatures[1] {
			t.Errorf("%v later, the signature of a used signer differs from the signature of a new one", step)
		}
	}
}

func TestPresignExpiry(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		expires time.Duration
		want    string // empty for an error
	}{
		{-time.Hour, ""},
		{0, ""},
		{time.Second - 1, ""},
		{time.Second, "1"},
		{1999 * time.Millisecond, "1"},
		{15 * time.Minute, "900"},
		{7 * 24 * time.Hour, "604800"},
		{7*24*time.Hour + 1, ""},
	} {
		request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
		address, header, err := redshiftSigner(t).Presign(request, EmptyPayloadHash, exampleCredentials, exampleTime, test.expires)
		if test.want == "" {
			if err == nil || address != nil || header != nil || !strings.Contains(err.Error(), "168h0m0s") {
				t.Errorf("Presign() for %v returns %v, want an error with the limits", test.expires, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("Presign() for %v returns %v", test.expires, err)
			continue
		}
		requireEqual(t, test.expires.String(), address.Query().Get("X-Amz-Expires"), test.want)
	}
}

func TestPresignDoesNotChangeTheRequest(t *testing.T) {
	t.Parallel()
	request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com:443/?b=a+b&a=1")
	request.Header.Set("X-Custom", " a  b ")
	request.Header.Set("Authorization", "Basic x")
	header, address, host := request.Header.Clone(), *request.URL, request.Host
	signed, signedHeader, err := redshiftSigner(t).Presign(request, EmptyPayloadHash, hiddenCredentials(), exampleTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(request.Header, header, slices.Equal) || *request.URL != address || request.Host != host {
		t.Errorf("Presign changed the request to %v %v %v", request.URL, request.Host, request.Header)
	}
	signedHeader.Set("X-Custom", "changed")
	requireEqual(t, "the request's header after a change of the returned one", request.Header.Get("X-Custom"), " a  b ")
	requireEqual(t, "signed headers", signed.Query().Get("X-Amz-SignedHeaders"), "host;x-custom")
	if len(signedHeader) != 2 {
		t.Errorf("the headers to send are %v, want Host and X-Custom", signedHeader)
	}
}

func TestPresignWithPayloadHeader(t *testing.T) {
	t.Parallel()
	request := mustRequest(t, http.MethodPut, "https://example.amazonaws.com/")
	request.Header.Set("X-Amz-Content-Sha256", EmptyPayloadHash)
	address, header, err := redshiftSigner(t).Presign(request, UnsignedPayload, exampleCredentials, exampleTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "signed headers", address.Query().Get("X-Amz-SignedHeaders"), "host;x-amz-content-sha256")
	requireEqual(t, "header to send", header.Get("X-Amz-Content-Sha256"), UnsignedPayload)
}

func TestSignErrors(t *testing.T) {
	t.Parallel()
	valid := func() *http.Request {
		return mustRequest(t, http.MethodGet, "https://example.amazonaws.com/?k=hiddenParameter")
	}
	changed := func(change func(*http.Request)) *http.Request {
		request := valid()
		change(request)
		return request
	}
	expired := exampleCredentials
	expired.Expires = exampleTime
	for _, test := range []struct {
		name        string
		signer      *Signer
		request     *http.Request
		payloadHash string
		credentials Credentials
		at          *time.Time // nil: exampleTime
		want        string
		is          error
	}{
		{name: "nil signer", request: valid(), want: "NewSigner"},
		{name: "zero signer", signer: &Signer{}, request: valid(), want: "NewSigner"},
		{name: "nil request", signer: redshiftSigner(t), want: "nil"},
		{name: "nil URL", signer: redshiftSigner(t), request: &http.Request{}, want: "nil"},
		{name: "zero time", request: valid(), at: new(time.Time), want: "zero"},
		{name: "time before years", request: valid(), at: new(time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)), want: "out of range"},
		{name: "time after four digits", request: valid(), at: new(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), want: "out of range"},
		{name: "no host", request: &http.Request{URL: &url.URL{Path: "/"}}, want: "has a host"},
		{name: "port alone", request: changed(func(r *http.Request) { r.Host = ":443" }), want: "only a port"},
		{name: "host with a space", request: changed(func(r *http.Request) { r.Host = "a b" }), want: "host has"},
		{name: "host with a slash", request: changed(func(r *http.Request) { r.Host = "a/b" }), want: "host has"},
		{name: "international host", request: changed(func(r *http.Request) { r.Host = "bücher.example" }), want: "xn--"},
		{name: "malformed IPv6", request: changed(func(r *http.Request) { r.Host = "[fe80::1%eth0" }), want: "IPv6"},
		{name: "method", request: changed(func(r *http.Request) { r.Method = "GET /\n" }), want: "method"},
		{name: "relative path", request: changed(func(r *http.Request) { r.URL.Path = "a" }), want: "path"},
		{name: "header value", request: changed(func(r *http.Request) { r.Header.Set("X-A", "a\nb: c") }), want: "header X-A"},
		{name: "header name", request: changed(func(r *http.Request) { r.Header["X A:"] = []string{"v"} }), want: `header name "X A:"`},
		{name: "malformed escape", request: changed(func(r *http.Request) { r.URL.RawQuery = "a=1&b=hiddenParameter%2" }), want: "parameter 2 of the query"},
		{name: "malformed escape in a name", request: changed(func(r *http.Request) { r.URL.RawQuery = "%zz=hiddenParameter" }), want: "parameter 1 of the query"},
		{name: "presigned", request: changed(func(r *http.Request) { r.URL.RawQuery = "X-Amz-Signature=hiddenParameter" }), want: "X-Amz-Signature"},
		{name: "presigned, encoded", request: changed(func(r *http.Request) { r.URL.RawQuery = "%58-Amz-Credential=hiddenParameter" }), want: "X-Amz-Credential"},
		{name: "empty payload hash", request: valid(), payloadHash: "-", want: "payload hash"},
		{name: "payload hash with a line break", request: valid(), payloadHash: EmptyPayloadHash + "\n", want: "payload hash"},
		{name: "no credentials", request: valid(), credentials: Credentials{SessionToken: hiddenToken}, want: "AccessKeyID", is: ErrNoCredentials},
		{name: "expired", request: valid(), credentials: expired, want: "2015-08-30T12:36:00Z", is: ErrCredentialsExpired},
		{
			name: "expired by a fast clock", request: valid(), credentials: expired, at: new(exampleTime.Add(time.Hour)),
			want: "the clock shows 2015-08-30T13:36:00Z: get new ones, or correct the clock of this machine", is: ErrCredentialsExpired,
		},
	} {
		if test.at == nil {
			test.at = &exampleTime
		}
		if test.signer == nil && test.name != "nil signer" {
			test.signer = redshiftSigner(t)
		}
		switch test.payloadHash {
		case "":
			test.payloadHash = EmptyPayloadHash
		case "-":
			test.payloadHash = ""
		}
		if test.credentials == (Credentials{}) {
			test.credentials = exampleCredentials
		}
		var before string
		if test.request != nil && test.request.URL != nil {
			before = fmt.Sprint(test.request.URL, test.request.Host, test.request.Header)
		}

		err := test.signer.Sign(test.request, test.payloadHash, test.credentials, *test.at)
		_, _, presignErr := test.signer.Presign(test.request, test.payloadHash, test.credentials, *test.at, time.Hour)
		for _, err := range []error{err, presignErr} {
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "sigv4: ") {
				t.Errorf("%s: the error is %v, want %q in it", test.name, err, test.want)
				continue
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%s: the error %v does not match %v", test.name, err, test.is)
			}
			for _, secret := range []string{"hiddenParameter", hiddenToken, exampleCredentials.SecretAccessKey} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%s: the error shows %s: %v", test.name, secret, err)
				}
			}
		}
		if before != "" {
			requireEqual(t, test.name+": the request afterwards", fmt.Sprint(test.request.URL, test.request.Host, test.request.Header), before)
		}
	}
}

func TestSignWithNilHeader(t *testing.T) {
	t.Parallel()
	request := &http.Request{URL: &url.URL{Scheme: "https", Host: "example.amazonaws.com"}}
	if err := redshiftSigner(t).Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
		t.Fatal(err)
	}
	signatureOf(t, request)
}

// TestDeriveSigningKey has the example of Amazon's documentation.
func TestDeriveSigningKey(t *testing.T) {
	t.Parallel()
	key := deriveSigningKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215", "us-east-1", "iam")
	requireEqual(t, "signing key", hex.EncodeToString(key[:]), "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d")
}

func TestSigningKeys(t *testing.T) {
	t.Parallel()
	keys := newSigningKeys()
	want := map[string]Credentials{}
	for _, day := range []string{"20150830", "20150831"} {
		for _, credentials := range []Credentials{
			{AccessKeyID: "A", SecretAccessKey: "BC"},
			{AccessKeyID: "AB", SecretAccessKey: "C"},
			{AccessKeyID: "A", SecretAccessKey: "BD"}, // rotated under the same id
		} {
			for range 2 {
				got := keys.signingKey(keys.identity(credentials, day), credentials.SecretAccessKey, "eu-west-1", "redshift")
				if got != deriveSigningKey(credentials.SecretAccessKey, day, "eu-west-1", "redshift") {
					t.Errorf("signingKey() returns a wrong key for %v on %s", credentials, day)
				}
			}
			want[day+credentials.AccessKeyID+"/"+credentials.SecretAccessKey] = credentials
		}
	}
	if len(keys.keys) != len(want) {
		t.Errorf("the cache has %d keys, want %d", len(keys.keys), len(want))
	}
	for i := range 10 * maxSigningKeys {
		keys.signingKey(keys.identity(exampleCredentials, fmt.Sprint(i)), exampleCredentials.SecretAccessKey, "eu-west-1", "redshift")
		if len(keys.keys) > maxSigningKeys {
			t.Fatalf("the cache has %d keys, want at most %d", len(keys.keys), maxSigningKeys)
		}
	}
}

// TestSignerWithDifferentKeys checks that the signatures of a signer do not depend on the keys that it used before.
func TestSignerWithDifferentKeys(t *testing.T) {
	t.Parallel()
	signer := redshiftSigner(t)
	for range 2 {
		for _, credentials := range []Credentials{
			{AccessKeyID: "AKID", SecretAccessKey: "first"},
			{AccessKeyID: "AKID", SecretAccessKey: "other"},
			{AccessKeyID: "AKIDother", SecretAccessKey: "other"},
		} {
			for _, at := range []time.Time{exampleTime, exampleTime.AddDate(0, 0, 1)} {
				request, wanted := mustRequest(t, http.MethodGet, "https://example.com/"), mustRequest(t, http.MethodGet, "https://example.com/")
				if err := signer.Sign(request, EmptyPayloadHash, credentials, at); err != nil {
					t.Fatal(err)
				}
				if err := redshiftSigner(t).Sign(wanted, EmptyPayloadHash, credentials, at); err != nil {
					t.Fatal(err)
				}
				requireEqual(t, "signature", request.Header.Get("Authorization"), wanted.Header.Get("Authorization"))
			}
		}
	}
}

func TestSignerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	signer := redshiftSigner(t)
	wanted := make([]string, 20)
	addressOf := func(i int) string {
		return fmt.Sprintf("https://example.amazonaws.com/%d?k=%s", i, strings.Repeat("v", i*10))
	}
	credentialsOf := func(i int) Credentials {
		return Credentials{AccessKeyID: fmt.Sprintf("AKID%d", i%5), SecretAccessKey: fmt.Sprintf("example%d", i%5)}
	}
	for i := range wanted {
		request := mustRequest(t, http.MethodGet, addressOf(i))
		if err := redshiftSigner(t).Sign(request, EmptyPayloadHash, credentialsOf(i), exampleTime); err != nil {
			t.Fatal(err)
		}
		wanted[i] = request.Header.Get("Authorization")
	}
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for i := range 500 {
				i %= len(wanted)
				request := mustRequest(t, http.MethodGet, addressOf(i))
				if err := signer.Sign(request, EmptyPayloadHash, credentialsOf(i), exampleTime); err != nil {
					t.Error(err)
				} else if got := request.Header.Get("Authorization"); got != wanted[i] {
					t.Errorf("Authorization of request %d is %q, want %q", i, got, wanted[i])
				}
			}
		})
	}
	workers.Wait()
}

func TestLargeWorkspaceIsNotKept(t *testing.T) {
	t.Parallel()
	signer := redshiftSigner(t)
	request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/?k="+strings.Repeat("v", 2*maxKeptBuffer))
	if err := signer.Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
		t.Fatal(err)
	}
	if w, _ := signer.workspaces.Get().(*workspace); w != nil {
		t.Errorf("the signer keeps a workspace of %d bytes", cap(w.encoded))
	}
}

func TestHashPayload(t *testing.T) {
	t.Parallel()
	requireEqual(t, "hash of no bytes", HashPayload(nil), EmptyPayloadHash)
	requireEqual(t, "hash of a form", HashPayload([]byte("Param1=value1")), "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e")
}

// TestSignAllocations limits the allocations of a signature. Other versions of the standard library may need a few more than this one.
func TestSignAllocations(t *testing.T) {
	// testing.AllocsPerRun panics in parallel tests.
	signer := redshiftSigner(t)
	credentials := exampleCredentials
	credentials.SessionToken = "TOKENEXAMPLE"
	request := mustRequest(t, http.MethodGet, fiveParameters)
	allocations := testing.AllocsPerRun(200, func() {
		if err := signer.Sign(request, EmptyPayloadHash, credentials, exampleTime); err != nil {
			t.Fatal(err)
		}
	})
	if raceEnabled {
		t.Skipf("skipped the comparison: pools drop items under the race detector (%v allocations)", allocations)
	}
	if allocations > 13 {
		t.Errorf("Sign makes %v allocations, want at most 13", allocations)
	}
}

func TestSignDoesNotReadTheBody(t *testing.T) {
	t.Parallel()
	request := mustRequest(t, http.MethodPost, "https://example.amazonaws.com/")
	request.Body = io.NopCloser(strings.NewReader("Action=Test"))
	if err := redshiftSigner(t).Sign(request, HashPayload([]byte("Action=Test")), exampleCredentials, exampleTime); err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(request.Body)
	if err != nil || string(content) != "Action=Test" {
		t.Errorf("ReadAll() of the body after Sign = %q, %v", content, err)
	}
}
