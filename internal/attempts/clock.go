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
	// skewThreshold is the smallest error of a clock that is corrected: Redshift accepts five minutes either way.
	skewThreshold = time.Minute
	// maxSkewRoundTrip is the longest round trip of a response whose Date corrects the clock.
	maxSkewRoundTrip = 10 * time.Second
)

// Clock is the time that requests are signed with: the machine's, corrected if Redshift said that it is wrong. All calls of a
// client share it.
type Clock struct {
	machine func() time.Time
	offset  atomic.Int64 // nanoseconds
}

// NewClock returns a clock over the machine's, which is [time.Now] if it is nil.
func NewClock(machine func() time.Time) *Clock {
	if machine == nil {
		machine = time.Now
	}

	return &Clock{machine: machine}
}

// Now returns the corrected time.
func (c *Clock) Now() time.Time { return c.machine().Add(time.Duration(c.offset.Load())) }

// correct sets the clock by a response that refused the date of a request. A machine whose clock was set right later is corrected
// back in the same way.
func (c *Clock) correct(refused *awsquery.Error) {
	// A cache shows the Date of its own copy, and a response that took long was dated long ago.
	if refused.Header.Get("Age") != "" || refused.RoundTrip > maxSkewRoundTrip {
		return
	}
	date, err := http.ParseTime(refused.Header.Get("Date"))
	if err != nil {
		return
	}
	offset := date.Sub(c.machine())
	if offset.Abs() < skewThreshold {
		offset = 0
	}
	c.offset.Store(int64(offset))
}

// reset takes a correction back that makes credentials look expired, and reports whether it did. Otherwise nothing would be sent
// any more, and no refusal could set the clock right.
func (c *Clock) reset(err error, signedOffset int64) bool {
	if signedOffset == 0 || !errors.Is(err, sigv4.ErrCredentialsExpired) {
		return false
	}
	c.offset.CompareAndSwap(signedOffset, 0)

	return c.offset.Load() != signedOffset
}

// saysWrongDate reports whether a response refuses a request because of its date.
func saysWrongDate(refused *awsquery.Error) bool {
	switch refused.Code {
	case awsquery.ErrRequestExpired, awsquery.ErrRequestTimeTooSkewed:
		return true
	case awsquery.ErrSignatureDoesNotMatch:
		return strings.Contains(refused.Message, "expired") || strings.Contains(refused.Message, "not yet current")
	default:
		return false
	}
}

// moment is a time by the client's clock and by the machine's own, because a clock of the user's own can stand still.
type moment struct{ own, real time.Time }

func (c *Clock) moment() moment { return moment{c.machine(), time.Now()} }

// since returns the time since an earlier moment, by each clock that measures it. Some clocks stop while a machine is suspended, and
// others step. A clock of the user's own that stands still measures nothing.
func (m moment) since(earlier moment) []time.Duration {
	elapsed := []time.Duration{
		m.real.Sub(earlier.real), // by the monotonic clock
		m.real.Round(0).Sub(earlier.real.Round(0)),
	}
	if own := m.own.Sub(earlier.own); own != 0 {
		elapsed = append(elapsed, own)
	}

	return elapsed
}
