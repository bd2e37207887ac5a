package redshift

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzEndpoint takes whatever comes for an endpoint: what is accepted is an address that can be called, without a user,
// a query or a fragment, and in plain http on this machine alone.
func FuzzEndpoint(f *testing.F) {
	for _, text := range []string{"https://redshift.example.com", "http://127.0.0.1:8080/base", "http://[::1]:1", "http://user:pass@localhost", "https://x?y#z", "//h", "http://localhost.example.com"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		endpoint, err := parseEndpoint(text, false)
		if err != nil {
			return
		}
		if endpoint.Host == "" || endpoint.User != nil || endpoint.RawQuery != "" || endpoint.Fragment != "" || endpoint.Opaque != "" {
			t.Errorf("%q was accepted as %#v", text, endpoint)
		}
		if _, err := http.NewRequestWithContext(t.Context(), http.MethodGet, endpoint.String(), nil); err != nil {
			t.Errorf("%q was accepted, and cannot be called: %v", text, err)
		}
		here := strings.EqualFold(endpoint.Hostname(), "localhost") || net.ParseIP(strings.Split(endpoint.Hostname(), "%")[0]).IsLoopback()
		if endpoint.Scheme != "https" && !here {
			t.Errorf("%q was accepted with plain %s", text, endpoint.Scheme)
		}
	})
}

// FuzzRetryAfter reads whatever comes in an answer's header.
func FuzzRetryAfter(f *testing.F) {
	f.Add("7", "")
	f.Add("-1", "Mon, 23 Nov 2026 04:00:00 GMT")
	f.Add("Mon, 23 Nov 2026 04:00:07 GMT", "Mon, 23 Nov 2026 04:00:00 GMT")
	f.Add("99999999999999999999", "now")
	f.Fuzz(func(t *testing.T, text, date string) {
		header := http.Header{"Retry-After": {text}, "Date": {date}}
		wait := retryAfter(header)
		if wait < 0 {
			t.Errorf("%q at %q is %v", text, date, wait)
		}
		policy := RetryPolicy{}.withDefaults()
		longest := func(longest time.Duration) time.Duration { return longest }
		if delay := policy.delay(3, classification{retryAfter: wait}, longest); delay < 0 || delay > policy.MaxDelay+policy.MaxDelay/2 {
			t.Errorf("%q at %q waits %v", text, date, delay)
		}
	})
}
