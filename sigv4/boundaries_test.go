package sigv4

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestPresignedToken checks that the URL has the session token once, or no token for credentials without one.
func TestPresignedToken(t *testing.T) {
	t.Parallel()
	for _, omit := range []bool{false, true} {
		signer := mustSigner(t, SignerConfig{Region: "eu-west-1", Service: "redshift", OmitSessionTokenFromSignature: omit})
		for token, want := range map[string]int{"": 0, "TOKEN/EXAMPLE+==": 1} {
			credentials := exampleCredentials
			credentials.SessionToken = token
			request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/?A=b")
			address, header, err := signer.Presign(request, EmptyPayloadHash, credentials, exampleTime, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(address.RawQuery, "Security-Token"); got != want {
				t.Errorf("omit %t, token %q: the URL has %d tokens, want %d: %s", omit, token, got, want, address.RawQuery)
			}
			if want == 1 {
				requireEqual(t, "token", address.Query().Get("X-Amz-Security-Token"), token)
			}
			if len(header) != 1 || header.Get("Host") != "example.amazonaws.com" {
				t.Errorf("the headers to send are %v, want Host alone", header)
			}
		}
	}
}

// TestMalformedEscapes checks that Sign refuses a query with a malformed escape, and signs such a path with the percent sign encoded.
func TestMalformedEscapes(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{"%4G", "%G4", "%4g", "%g4", "%4:", "%4/", "%4@", "%4`", "%:4", "%", "%4", "%%", "%%41", "a%"} {
		for _, query := range []string{"k=" + broken, broken + "=v", "a=b&" + broken} {
			request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
			request.URL.RawQuery = query
			if err := redshiftSigner(t).Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err == nil || !strings.Contains(err.Error(), "write it as %25") {
				t.Errorf("query %s: the error is %v", query, err)
			}
		}
	}
	for _, escape := range []string{"%00", "%09", "%90", "%4f", "%4F", "%aA", "%fF", "%Af"} {
		request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
		request.URL.RawQuery = "k=" + escape
		if err := redshiftSigner(t).Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
			t.Errorf("query %s: %v", escape, err)
		}
		want := "k=" + strings.ToUpper(escape)
		if strings.EqualFold(escape, "%4f") {
			want = "k=O"
		}
		requireEqual(t, "query", request.URL.RawQuery, want)
	}
	for path, want := range map[string][2]string{ // encoded twice, and once
		"/%4G": {"/%254G", "/%254G"}, "/%": {"/%25", "/%25"}, "/%4": {"/%254", "/%254"}, "/%41": {"/%2541", "/A"}, "/%2f": {"/%252f", "/%2F"}, "/a%%41": {"/a%25%2541", "/a%25A"},
	} {
		for i, once := range []bool{false, true} {
			signer := mustSigner(t, SignerConfig{Region: "eu-west-1", Service: "redshift", DisableDoubleURIEncoding: once})
			request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
			request.URL.Opaque = "//example.amazonaws.com" + path
			requireEqual(t, "canonical path of "+path, canonicalRequest(t, signer, request)[1], want[i])
		}
	}
}

// TestHeadersNeverSigned has one request for each header that is never signed, in canonical spelling and in others.
func TestHeadersNeverSigned(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "Host", "Content-Length", "User-Agent", "Transfer-Encoding", "Trailer", "Accept-Encoding",
		"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Upgrade", "Expect",
		"Sec-Websocket-Key", "Sec-Websocket-Protocol", "Sec-Websocket-Version", "Sec-Websocket-Extensions",
		"Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto",
		"X-Amzn-Trace-Id", "Traceparent", "Tracestate", "Baggage",
	} {
		for _, spelling := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
			request.Header[spelling] = []string{"value"}
			requireSameList(t, "canonical request with "+spelling, canonicalRequest(t, redshiftSigner(t), request)[3:], []string{
				"host:example.amazonaws.com", "x-amz-date:20150830T123600Z", "", "host;x-amz-date", EmptyPayloadHash,
			})
		}
		longer := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
		longer.Header.Set(name+"-2", "value")
		if names := canonicalRequest(t, redshiftSigner(t), longer); !strings.Contains(strings.Join(names, "\n"), strings.ToLower(name)+"-2:value") {
			t.Errorf("%s-2 is not signed: %q", name, names)
		}
	}
}

// TestParametersOfAPresignedURL checks that Sign and Presign refuse a query with a parameter of a presigned URL, and no other names.
func TestParametersOfAPresignedURL(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Region-Set", "X-Amz-Security-Token", "X-Amz-Signature", "X-Amz-SignedHeaders",
	} {
		for suffix, refused := range map[string]bool{"": true, "2": false} {
			request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/?Action=Test&"+name+suffix+"=hiddenParameter")
			err := redshiftSigner(t).Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime)
			if (err != nil) != refused || refused && (!strings.Contains(err.Error(), name+":") || strings.Contains(err.Error(), "hiddenParameter")) {
				t.Errorf("%s%s: the error is %v", name, suffix, err)
			}
			if _, _, err := redshiftSigner(t).Presign(request, EmptyPayloadHash, exampleCredentials, exampleTime, time.Hour); (err != nil) != refused {
				t.Errorf("%s%s, presigned: the error is %v", name, suffix, err)
			}
		}
	}
	// Sign refuses each parameter of a URL that Presign returns.
	address, _, err := redshiftSigner(t).Presign(mustRequest(t, http.MethodGet, "https://example.amazonaws.com/"), EmptyPayloadHash, hiddenCredentials(), exampleTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for name := range address.Query() {
		request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/?"+name+"=x")
		if err := redshiftSigner(t).Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); !errors.As(err, new(*SigningError)) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// TestRefreshWindowBoundary checks that new credentials that expire after RefreshBefore or a little earlier are not refreshed
// immediately, because the provider would most likely return the same ones. With a little more time, the window begins as usual.
func TestRefreshWindowBoundary(t *testing.T) {
	t.Parallel()
	for left, calls := range map[time.Duration][2]int64{ // provider calls immediately, and one nanosecond later
		time.Hour:                      {1, 1},
		time.Hour + 2*time.Nanosecond:  {1, 1},
		time.Hour + time.Nanosecond:    {1, 2},
		time.Hour - time.Nanosecond:    {1, 1},
		time.Nanosecond:                {1, 2}, // expired
		30 * time.Minute:               {1, 1},
		time.Hour + 30*time.Nanosecond: {1, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			provider := &scriptedProvider{respond: func(_ context.Context, call int) (Credentials, error) { return issued(call, left), nil }}
			cache := mustCache(t, CacheConfig{Provider: provider, RefreshBefore: time.Hour})
			for _, want := range calls {
				for range 3 {
					if _, err := cache.Credentials(t.Context()); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
				}
				if got := provider.calls.Load(); got != want {
					t.Errorf("%v before the expiry, the cache has called the provider %d times, want %d", left, got, want)
				}
				time.Sleep(time.Nanosecond)
			}
		})
	}
}

// TestSigningKeyLimit checks that one more key clears a full cache of keys.
func TestSigningKeyLimit(t *testing.T) {
	t.Parallel()
	keys := newSigningKeys()
	for i := range maxSigningKeys + 1 {
		keys.signingKey(keys.identity(exampleCredentials, fmt.Sprint(i)), exampleCredentials.SecretAccessKey, "eu-west-1", "redshift")
		if want := i%maxSigningKeys + 1; len(keys.keys) != want {
			t.Fatalf("after %d keys, the cache has %d, want %d", i+1, len(keys.keys), want)
		}
	}
}

// scriptedLifetimes returns a provider whose calls return credentials with the given lifetimes, in order. A negative lifetime, and each
// later call, returns an error. Each call takes a second, or ends with its context.
func scriptedLifetimes(lifetimes ...time.Duration) *scriptedProvider {
	return &scriptedProvider{respond: func(ctx context.Context, call int) (Credentials, error) {
		select {
		case <-ctx.Done():
			return Credentials{}, ctx.Err()
		case <-time.After(time.Second):
		}
		if call > len(lifetimes) || lifetimes[call-1] < 0 {
			return Credentials{}, errProvider
		}

		return issued(call, lifetimes[call-1]), nil
	}}
}

// TestInvalidateDuringWait checks that a caller that already waits gets the result that it waits for.
func TestInvalidateDuringWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := scriptedLifetimes(time.Hour, time.Hour)
		cache := mustCache(t, CacheConfig{Provider: provider})
		var waiting sync.WaitGroup
		waiting.Go(func() { requireKey(t, cache, 1) })
		synctest.Wait()
		cache.Invalidate()
		waiting.Wait()
		requireKey(t, cache, 2)
		provider.requireCalls(t, 2)
	})
}

// TestLeavingAnInvalidatedRefresh checks that the end of a caller's context does not end a newer refresh.
func TestLeavingAnInvalidatedRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := scriptedLifetimes(time.Hour, time.Hour, time.Hour)
		cache := mustCache(t, CacheConfig{Provider: provider})
		ctx, cancel := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if _, err := cache.Credentials(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
		})
		synctest.Wait()
		cache.Invalidate()
		waiting.Go(func() { requireKey(t, cache, 2) })
		synctest.Wait()
		cancel()
		synctest.Wait()
		waiting.Go(func() { requireKey(t, cache, 2) })
		waiting.Wait()
		provider.requireCalls(t, 2)
	})
}

// TestPermanentCredentialsAfterTemporary checks that the cache does not call the provider again after a refresh with permanent
// credentials.
func TestPermanentCredentialsAfterTemporary(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := scriptedLifetimes(time.Hour, 0)
		cache := mustCache(t, CacheConfig{Provider: provider})
		requireKey(t, cache, 1)
		time.Sleep(56 * time.Minute)
		requireKey(t, cache, 1)
		time.Sleep(2 * time.Second)
		for range 5 {
			requireKey(t, cache, 2)
			time.Sleep(time.Hour)
		}
		provider.requireCalls(t, 2)
	})
}

// TestPauseIsReset checks that the pause between failed refreshes begins at a second again after a success, and after Invalidate.
func TestPauseIsReset(t *testing.T) {
	t.Parallel()
	for name, invalidate := range map[string]bool{"success": false, "Invalidate": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				// The first refresh fails four times, with pauses of 1, 2, 4 and 8 seconds.
				provider := scriptedLifetimes(time.Hour, -1, -1, -1, -1, time.Hour, -1, -1)
				cache := mustCache(t, CacheConfig{Provider: provider})
				use := func(duration time.Duration) {
					for end := time.Now().Add(duration); time.Now().Before(end); time.Sleep(time.Second) {
						if _, err := cache.Credentials(t.Context()); err != nil {
							t.Fatal(err)
						}
						synctest.Wait()
					}
				}
				use(time.Second)
				time.Sleep(55 * time.Minute)
				use(18 * time.Second)
				provider.requireCalls(t, 5)
				if invalidate {
					cache.Invalidate()
				}
				use(12 * time.Second)
				provider.requireCalls(t, 6)
				time.Sleep(55 * time.Minute)
				// A failed refresh takes a second, and its pause another one.
				use(4 * time.Second)
				provider.requireCalls(t, 8)
			})
		})
	}
}

// TestCachedSigningKey checks that a cached key is not derived again, because a derivation allocates.
func TestCachedSigningKey(t *testing.T) { // not parallel: it counts allocations
	keys := newSigningKeys()
	identity := keys.identity(exampleCredentials, "20150830")
	if allocations := testing.AllocsPerRun(10, func() {
		keys.signingKey(identity, exampleCredentials.SecretAccessKey, "eu-west-1", "redshift")
	}); allocations != 0 {
		t.Errorf("a cached key needs %v allocations, want 0", allocations)
	}
}

// TestCharactersOfKeys has the first and the last characters of the allowed ranges, and their neighbors.
func TestCharactersOfKeys(t *testing.T) {
	t.Parallel()
	for id, shown := range map[string]bool{"AZ09": true, "A@": false, "A[": false, "A:": false, "A.": false, "a": false, "z": false, "Aé": false} {
		if text := (Credentials{AccessKeyID: id}).String(); strings.Contains(text, "AccessKeyID: "+id+",") != shown || strings.Contains(text, "AccessKeyID: redacted,") == shown {
			t.Errorf("String() with the access key id %s = %s, want the id in it: %t", id, text, shown)
		}
	}
	for _, test := range []struct {
		credentials Credentials
		want        string // in the error, or empty
	}{
		{Credentials{AccessKeyID: "A,B", SecretAccessKey: "s"}, "AccessKeyID"},
		{Credentials{AccessKeyID: "A/B", SecretAccessKey: "s"}, "AccessKeyID"},
		{Credentials{AccessKeyID: "A B", SecretAccessKey: "s"}, "AccessKeyID"},
		{Credentials{AccessKeyID: "A\x7f", SecretAccessKey: "s"}, "AccessKeyID"},
		{Credentials{AccessKeyID: "Aé", SecretAccessKey: "s"}, "AccessKeyID"},
		{Credentials{AccessKeyID: "A!~", SecretAccessKey: "s"}, ""},
		{Credentials{AccessKeyID: "A", SecretAccessKey: "s\x7f"}, "SecretAccessKey"},
		{Credentials{AccessKeyID: "A", SecretAccessKey: "s\x1ft"}, "SecretAccessKey"},
		{Credentials{AccessKeyID: "A", SecretAccessKey: "s "}, "SecretAccessKey"},
		{Credentials{AccessKeyID: "A", SecretAccessKey: "\u00a0s"}, "SecretAccessKey"},
		{Credentials{AccessKeyID: "A", SecretAccessKey: "s t~é"}, ""},
		{Credentials{AccessKeyID: "A", SecretAccessKey: "s", SessionToken: "t u"}, "SessionToken"},
		{Credentials{AccessKeyID: "A", SecretAccessKey: "s", SessionToken: "t\x7f"}, "SessionToken"},
		{Credentials{AccessKeyID: "A", SecretAccessKey: "s", SessionToken: "té"}, "SessionToken"},
		{Credentials{AccessKeyID: "A", SecretAccessKey: "s", SessionToken: "!,/=~"}, ""},
	} {
		if err := test.credentials.Validate(); (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: the error is %v, want %q in it", test.credentials.AccessKeyID, err, test.want)
		}
	}
}

// TestCharactersOfRequests checks that Sign refuses characters that net/http would refuse, or that a server would read differently.
func TestCharactersOfRequests(t *testing.T) {
	t.Parallel()
	sign := func(change func(*http.Request)) error {
		request := &http.Request{URL: &url.URL{Scheme: "https", Host: "example.amazonaws.com", Path: "/"}, Header: make(http.Header)}
		change(request)

		return redshiftSigner(t).Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime)
	}
	for c := range 0x100 {
		character := string([]byte{byte(c)})
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		for name, test := range map[string]struct {
			change  func(*http.Request)
			allowed bool
		}{
			"host":         {func(r *http.Request) { r.Host = "a" + character + "b" }, letter || c > ' ' && c < 0x7f && !strings.Contains(`/?#@\,"`, character)},
			"header name":  {func(r *http.Request) { r.Header["X"+character] = []string{"v"} }, letter || c > ' ' && c < 0x7f && !strings.Contains(`"(),/:;<=>?@[\]{}`, character)},
			"header value": {func(r *http.Request) { r.Header["X"] = []string{"v" + character + "w"} }, c >= ' ' && c != 0x7f || c == '\t'},
			"method":       {func(r *http.Request) { r.Method = "X" + character }, letter || c > ' ' && c < 0x7f && !strings.Contains(`"(),/:;<=>?@[\]{}`, character)},
			"opaque path":  {func(r *http.Request) { r.URL.Opaque = "/a" + character }, c != '?' && c != '#'},
		} {
			if err := sign(test.change); (err == nil) != test.allowed {
				t.Errorf("%s with %q: the error is %v, want one: %t", name, character, err, !test.allowed)
			}
		}
		config := SignerConfig{Region: "eu" + character, Service: "redshift"}
		allowed := c > ' ' && c < 0x7f && !strings.Contains(`/,;="`, character)
		if _, err := NewSigner(config); (err == nil) != allowed {
			t.Errorf("a region with %q: the error is %v, want one: %t", character, err, !allowed)
		}
		config.Region, config.Service = "eu-west-1", "redshift"+character
		if _, err := NewSigner(config); (err == nil) != allowed {
			t.Errorf("a service with %q: the error is %v, want one: %t", character, err, !allowed)
		}
	}
	for _, host := range []string{"[::1]x", "[::1", "[::1]:1]", "[::1]:[", "[::1]:%31", "[::1%25a]:1%"} {
		if err := sign(func(r *http.Request) { r.Host = host }); err == nil {
			t.Errorf("Sign accepts the host %s", host)
		}
	}
	for at, allowed := range map[time.Time]bool{
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC): true, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC): false,
		time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC): true, time.Unix(0, 0): true,
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("west", -3600)): false, // 10000 in UTC
	} {
		request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/")
		if err := redshiftSigner(t).Sign(request, EmptyPayloadHash, exampleCredentials, at); (err == nil) != allowed {
			t.Errorf("Sign with the time %v: the error is %v, want one: %t", at, err, !allowed)
		}
	}
}

// TestPauseAfterInvalidate checks that credentials that expire soon, and were obtained after Invalidate, are refreshed after a second.
func TestPauseAfterInvalidate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := scriptedLifetimes(time.Hour, -1, -1, -1, -1, 2*time.Minute, time.Hour)
		cache := mustCache(t, CacheConfig{Provider: provider})
		requireKey(t, cache, 1)
		time.Sleep(55 * time.Minute)
		for range 18 { // four refreshes fail, with pauses of 1, 2, 4 and 8 seconds
			requireKey(t, cache, 1)
			time.Sleep(time.Second)
		}
		provider.requireCalls(t, 5)
		cache.Invalidate()
		requireKey(t, cache, 6)
		time.Sleep(2 * time.Second)
		requireKey(t, cache, 6)
		time.Sleep(2 * time.Second)
		requireKey(t, cache, 7)
		provider.requireCalls(t, 7)
	})
}

// TestWorkspaceIsCleared checks that a signer keeps no header value and no parameter between signatures.
func TestWorkspaceIsCleared(t *testing.T) {
	t.Parallel()
	signer := redshiftSigner(t)
	for range 20 { // a sync.Pool may drop an item
		request := mustRequest(t, http.MethodGet, "https://example.amazonaws.com/?k=hiddenParameter")
		request.Header.Set("X-Custom", "hiddenHeader")
		if err := signer.Sign(request, EmptyPayloadHash, hiddenCredentials(), exampleTime); err != nil {
			t.Fatal(err)
		}
		kept, _ := signer.workspaces.Get().(*workspace)
		if kept == nil {
			continue
		}
		for _, field := range kept.headers[:cap(kept.headers)] {
			if field.name != "" || field.value != "" || field.values != nil {
				t.Fatalf("the workspace keeps the header %s", field.name)
			}
		}
		for _, parameter := range kept.parameters[:cap(kept.parameters)] {
			if parameter.name != nil || parameter.value != nil {
				t.Fatal("the workspace keeps a parameter")
			}
		}
		for _, buffer := range [][]byte{kept.encoded, kept.query, kept.canonical} {
			if text := string(buffer[:cap(buffer)]); strings.Trim(text, "\x00") != "" {
				t.Fatalf("the workspace keeps a buffer of %d bytes", len(text))
			}
		}

		return
	}
	t.Error("the signer keeps no workspace")
}
