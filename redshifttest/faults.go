package redshifttest

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/redshift-go/redshift/awsquery"
)

// Fault is a fault of one request. At most one of Code, Status and Cut can be set. If none is set, the response is the normal one, but
// late (Delay), incomplete (Truncate) or with a different header (Header).
type Fault struct {
	// Code is the error code of the response. The HTTP status is Redshift's status for the code, or 400 if the code is unknown. The fake
	// sets type and message.
	Code awsquery.ErrorCode

	// Status is the HTTP status of the response, 200 to 599, as a proxy could send it. The response has Body, which need not be XML, and
	// Header. It has no other Content-Type and no request id.
	Status int
	Body   string

	// Cut breaks the connection without a response.
	Cut bool

	// Truncate breaks the connection in the middle of the body of the response.
	Truncate bool

	// AfterWork executes the request before Code, Status, Cut or Delay, so that the caller cannot see that it succeeded. By default,
	// Code, Status and Cut replace the execution and every check of the request, and Delay comes before both.
	AfterWork bool

	// Delay is the real time before the response. It ends when the context of the request is done.
	Delay time.Duration

	// Header has fields that the fake adds to the header of the response. They replace its own fields. Examples are a wrong Date and
	// Retry-After.
	Header http.Header
}

// FailNext makes the next call of an operation fail with an error code. An optional number makes several calls fail. It is short for
// [Fake.InjectNext] with a [Fault] that has a Code, and returns the same errors. It also returns an error if it gets more than one
// number, or a number less than 1.
func (f *Fake) FailNext(operation string, code awsquery.ErrorCode, times ...int) error {
	count := 1
	if len(times) > 0 {
		count = times[0]
	}
	switch {
	case len(times) > 1:
		return fmt.Errorf("redshifttest: fail the next calls of %q: want one number of calls at most, got %d", operation, len(times))
	case count < 1:
		return fmt.Errorf("redshifttest: fail the next calls of %q: the number of calls must be 1 or more, not %d", operation, count)
	case code == "":
		return fmt.Errorf("redshifttest: fail the next calls of %q: the error code is empty", operation)
	}
	fault := Fault{Code: code}
	if err := f.checkFaults(operation, fault); err != nil {
		return err
	}
	f.faults.add(operation, fault, count)

	return nil
}

// InjectNext injects faults into the next calls of an operation, one fault into each call. The operation is any operation of Redshift,
// including operations that the fake does not implement. The empty operation means every operation. Faults of earlier calls come
// first, and faults for one operation come before faults for every operation. The Action of a request selects its fault, before
// the fake checks signature and parameters.
//
// It returns an error, and injects no fault, if Redshift does not have the operation, or if the fields of a fault contradict each
// other or have values that no response can have. Check the error: without the fault, a test could pass without testing anything.
func (f *Fake) InjectNext(operation string, faults ...Fault) error {
	if err := f.checkFaults(operation, faults...); err != nil {
		return err
	}
	for _, fault := range faults {
		f.faults.add(operation, fault, 1)
	}

	return nil
}

func (g *global) checkFaults(operation string, faults ...Fault) error {
	if operation != "" && !g.isOperation(operation) {
		return fmt.Errorf("redshifttest: inject a fault into %q: Redshift has no such operation", operation)
	}
	for _, fault := range faults {
		if err := fault.check(); err != nil {
			return fmt.Errorf("redshifttest: inject a fault into %q: %w", operation, err)
		}
	}

	return nil
}

// PendingFaults returns the number of faults that no request has used yet. A test can check that it is 0.
func (f *Fake) PendingFaults() int { return f.faults.pending() }

func (f *Fault) check() error {
	replacements := 0
	for _, set := range []bool{f.Code != "", f.Status != 0, f.Cut} {
		if set {
			replacements++
		}
	}
	switch {
	case replacements > 1:
		return errors.New("more than one of Code, Status and Cut is set")
	case f.AfterWork && replacements == 0 && f.Delay == 0:
		return errors.New("AfterWork needs Code, Status, Cut or Delay")
	case f.Body != "" && f.Status == 0:
		return errors.New("a Body needs a Status")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("the Status %d is not between 200 and 599", f.Status)
	case f.Cut && (f.Truncate || len(f.Header) > 0):
		return errors.New("a Cut cannot be combined with Truncate or Header, because it sends no response")
	case f.Delay < 0:
		return errors.New("the Delay is negative")
	case f.Code != "" && !errorCode.MatchString(string(f.Code)):
		return fmt.Errorf("the Code %q has characters that error codes cannot have", f.Code)
	case f.Body != "" && (f.Status == http.StatusNoContent || f.Status == http.StatusNotModified):
		return fmt.Errorf("a response with Status %d cannot have a Body", f.Status)
	case f.Truncate && f.Status != 0 && len(f.Body) < 2:
		return errors.New("the Body is too short for Truncate")
	}

	return f.checkHeader()
}

var (
	errorCode   = regexp.MustCompile(`^[!-~]+$`) // printable ASCII without spaces
	headerName  = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	headerValue = regexp.MustCompile(`^[^\x00\r\n]*$`)
)

// framing are the header fields that a server sets itself. They delimit the response.
var framing = []string{"Connection", "Content-Length", "Transfer-Encoding", "Trailer", "Upgrade"}

func (f *Fault) checkHeader() error {
	seen := make(map[string]bool)
	for name, values := range f.Header {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case !headerName.MatchString(name):
			return fmt.Errorf("the Header has the invalid name %q", name)
		case slices.Contains(framing, canonical):
			return fmt.Errorf("the Header has %s, which the server sets: use Truncate or Cut", canonical)
		case seen[canonical]:
			return fmt.Errorf("the Header has %s twice", canonical)
		case slices.ContainsFunc(values, func(value string) bool { return !headerValue.MatchString(value) }):
			return fmt.Errorf("the Header has a line break or a NUL in %s", canonical)
		}
		seen[canonical] = true
	}

	return nil
}

// replacesWork reports whether the fault replaces the execution of the request.
func (f *Fault) replacesWork() bool {
	return !f.AfterWork && (f.Code != "" || f.Status != 0 || f.Cut)
}

func (f *Fault) failure() *failure {
	if f.Code == "" {
		return nil
	}

	return fail(f.Code, "The test injected this error into the request.")
}

// faultQueue has the faults that no request has used yet, by operation.
type faultQueue struct {
	mutex  sync.Mutex
	queued map[string][]queuedFault
}

// queuedFault is a fault for a number of requests. The number may be very large.
type queuedFault struct {
	fault Fault
	count int
}

func (q *faultQueue) add(operation string, fault Fault, count int) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if q.queued == nil {
		q.queued = make(map[string][]queuedFault)
	}
	fault.Header = fault.Header.Clone()
	q.queued[operation] = append(q.queued[operation], queuedFault{fault, count})
}

func (q *faultQueue) take(operation string) Fault {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	for _, name := range []string{operation, ""} {
		if waiting := q.queued[name]; len(waiting) > 0 {
			waiting[0].count--
			if waiting[0].count == 0 {
				q.queued[name] = waiting[1:]
			}

			return waiting[0].fault
		}
	}

	return Fault{}
}

func (q *faultQueue) pending() int {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	count := 0
	for _, waiting := range q.queued {
		for _, fault := range waiting {
			count += fault.count
		}
	}

	return count
}
