package attempts

import (
	"net/http"
	"testing"
	"time"
)

// FuzzRetryAfter reads any header of a response.
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
		policy := Policy{BaseDelay: 200 * time.Millisecond, ThrottlingDelay: time.Second, MaxDelay: 20 * time.Second}
		longest := func(longest time.Duration) time.Duration { return longest }
		if delay := policy.delay(3, classification{retryAfter: wait}, longest); delay < 0 || delay > policy.MaxDelay+policy.MaxDelay/2 {
			t.Errorf("%q at %q waits %v", text, date, delay)
		}
	})
}
