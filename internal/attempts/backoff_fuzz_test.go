package attempts

import (
	"net/http"
	"testing"
	"time"
)

// FuzzRetryAfter checks that any Retry-After and Date give a delay within the limits.
func FuzzRetryAfter(f *testing.F) {
	f.Add("7", "")
	f.Add("-1", "Mon, 23 Nov 2026 04:00:00 GMT")
	f.Add("Mon, 23 Nov 2026 04:00:07 GMT", "Mon, 23 Nov 2026 04:00:00 GMT")
	f.Add("99999999999999999999", "now")
	f.Fuzz(func(t *testing.T, text, date string) {
		header := http.Header{"Retry-After": {text}, "Date": {date}}
		wait := retryAfter(header)
		if wait < 0 {
			t.Errorf("retryAfter(%q) with the Date %q = %v, want 0 or more", text, date, wait)
		}
		policy := Policy{BaseDelay: 200 * time.Millisecond, ThrottlingDelay: time.Second, MaxDelay: 20 * time.Second}
		longest := func(longest time.Duration) time.Duration { return longest }
		if delay := policy.delay(3, classification{retryAfter: wait}, longest); delay < 0 || delay > policy.MaxDelay+policy.MaxDelay/2 {
			t.Errorf("the delay for Retry-After %q with the Date %q is %v", text, date, delay)
		}
	})
}
