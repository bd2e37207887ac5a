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

// correct sets the clock by an answer that says that a request's date was wrong, and tells whether it is another now than
// with the offset that the request was dated with; another call may have set it meanwhile. A machine whose clock has been
// set right since is corrected back in the same way.
func (c *clock) correct(refused *awsquery.Error, dated int64) bool {
	if refused == nil || !saysWrongDate(refused) {
		return false
	}
	// A cache shows the Date of its own copy, and what came back late was written long ago.
	if refused.Header.Get("Age") != "" || refused.RoundTrip > maxSkewRoundTrip {
		return false
	}
	answered, err := http.ParseTime(refused.Header.Get("Date"))
	if err != nil {
		return false
	}
	machine := c.machine()
	offset := answered.Sub(machine)
	if offset.Abs() < skewThreshold {
		offset = 0
	}
	c.offset.Store(int64(offset))

	// The times are subtracted, not the offsets: their difference may be more than a Duration holds.
	return machine.Add(offset).Sub(machine.Add(time.Duration(dated))).Abs() >= skewThreshold
}

// reset takes a correction back by which credentials are over, and tells whether there was one. Where they are judged so,
// nothing is sent, and no refusal could set the clock right.
func (c *clock) reset(err error, dated int64) bool {
	if dated == 0 || !errors.Is(err, sigv4.ErrCredentialsExpired) {
		return false
	}
	c.offset.CompareAndSwap(dated, 0)

	return c.offset.Load() != dated
}

// saysWrongDate tells whether an answer refuses a request for its date.
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
