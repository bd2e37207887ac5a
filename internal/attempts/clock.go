package attempts

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

const (
	// skewThreshold is the smallest clock error that is corrected. Redshift accepts five minutes in either direction.
	skewThreshold = time.Minute
	// maxSkewRoundTrip is the longest round trip of a response whose Date corrects the clock.
	maxSkewRoundTrip = 10 * time.Second
)

// Clock returns the time that requests are signed with: the machine's time, corrected after Redshift refused it. All calls of a
// client share it.
type Clock struct {
	machine func() time.Time
	offset  atomic.Int64 // nanoseconds
}

// NewClock returns a clock that corrects machine, which is [time.Now] if nil.
func NewClock(machine func() time.Time) *Clock {
	if machine == nil {
		machine = time.Now
	}

	return &Clock{machine: machine}
}

// Now returns the corrected time.
func (c *Clock) Now() time.Time { return c.machine().Add(time.Duration(c.offset.Load())) }

// correct sets the clock by the Date of a response that refuses the date of a request. If the machine's clock is set right later,
// the next such response removes the correction.
func (c *Clock) correct(refusal *awsquery.Error) {
	// A cached response has the Date of the copy, and the Date of a slow response is old.
	if refusal.Header.Get("Age") != "" || refusal.RoundTrip > maxSkewRoundTrip {
		return
	}
	date, err := http.ParseTime(refusal.Header.Get("Date"))
	if err != nil {
		return
	}
	offset := date.Sub(c.machine())
	if offset.Abs() < skewThreshold {
		offset = 0
	}
	c.offset.Store(int64(offset))
}

// reset removes a correction that makes credentials look expired, and reports whether it did. Without reset, the client would sign
// no further request, and no refusal could correct the clock.
func (c *Clock) reset(err error, signedOffset int64) bool {
	if signedOffset == 0 || !errors.Is(err, sigv4.ErrCredentialsExpired) {
		return false
	}
	c.offset.CompareAndSwap(signedOffset, 0)

	return c.offset.Load() != signedOffset
}

// refusesDate reports whether a response refuses a request because of its date.
func refusesDate(refusal *awsquery.Error) bool {
	switch refusal.Code {
	case awsquery.ErrRequestExpired, awsquery.ErrRequestTimeTooSkewed:
		return true
	case awsquery.ErrSignatureDoesNotMatch:
		return strings.Contains(refusal.Message, "expired") || strings.Contains(refusal.Message, "not yet current")
	default:
		return false
	}
}

// moment is a time by the configured clock and by time.Now. It has both, because a configured clock may never advance.
type moment struct{ configured, system time.Time }

func (c *Clock) moment() moment { return moment{c.machine(), time.Now()} }

// since returns the time since an earlier moment by each clock. Some clocks stop while a machine is suspended, and others jump. It
// leaves out a configured clock that does not advance.
func (m moment) since(earlier moment) []time.Duration {
	elapsed := []time.Duration{
		m.system.Sub(earlier.system),                   // by the monotonic clock
		m.system.Round(0).Sub(earlier.system.Round(0)), // by the wall clock
	}
	if configured := m.configured.Sub(earlier.configured); configured != 0 {
		elapsed = append(elapsed, configured)
	}

	return elapsed
}
