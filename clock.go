package redshift

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
	// skewThreshold is how wrong a clock has to be before it is corrected: Redshift takes five minutes either way.
	skewThreshold = time.Minute
	// maxSkewRoundTrip is how long the way there and back may take for the Date of an answer to tell the time.
	maxSkewRoundTrip = 10 * time.Second
)

// clock is the time that requests are signed with: the machine's, corrected where Redshift said that it is wrong. All
// calls of a client share it.
type clock struct {
	machine func() time.Time
	offset  atomic.Int64 // nanoseconds
}

func (c *clock) now() time.Time { return c.machine().Add(time.Duration(c.offset.Load())) }

// correct sets the clock by a response that refused the date of a request. A machine whose clock was set right later is corrected
// back in the same way.
func (c *clock) correct(refused *awsquery.Error) {
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
func (c *clock) reset(err error, signedOffset int64) bool {
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
