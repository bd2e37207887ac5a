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

// Fault is how the fake misbehaves for one request. Code, Status and Cut exclude each other; with none of them the answer
// is the right one, late (Delay), incomplete (Truncate) or with another header (Header).
type Fault struct {
	// Answer this error. Its HTTP status is the one that Redshift has for it, 400 for a code that is not known. Type and
	// message follow from it.
	Code awsquery.ErrorCode

	// Answer this HTTP status with Body, which need not be XML, and Header: what a proxy in between would do. There is
	// no Content-Type but the one in Header, and no request id.
	Status int
	Body   string

	// Break the connection without an answer.
	Cut bool

	// Break the connection in the middle of the answer's body.
	Truncate bool

	// Do the work all the same before Code, Status, Cut or Delay: the caller cannot see that it succeeded. By default they
	// come instead of the work and of every check of the request, and the Delay before both.
	AfterWork bool

	// Let this much real time pass before the answer. The wait ends when the caller gives up.
	Delay time.Duration

	// Header fields to add to the answer, or to put in the place of its own: a Date that is wrong, Retry-After.
	Header http.Header
}

// FailNext makes the next call of an operation fail with a code, or the next several calls if a number follows. It is short for
// [Fake.InjectNext] with a [Fault] that has a Code, and returns the same errors. It is also an error if there is more than one
// number, or if the number is less than 1.
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

// InjectNext makes the next calls of an operation, one after another, meet these faults. The empty operation means every
// operation. Others are the names of Redshift's operations, including operations that the fake does not implement. Faults that are
// waiting come first, and faults for one operation come before faults for every operation. A request takes its fault by its Action
// alone, before the fake checks its signature and parameters.
//
// It returns an error, and injects no fault, if Redshift does not have the operation, or if the fields of a fault contradict each
// other or have values that no response can have. A test should check the error, because it would pass without testing anything.
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

// PendingFaults returns how many faults no request has met yet, for a test to see that all of them were met.
func (f *Fake) PendingFaults() int { return f.faults.pending() }

func (f *Fault) check() error {
	answers := 0
	for _, set := range []bool{f.Code != "", f.Status != 0, f.Cut} {
		if set {
			answers++
		}
	}
	switch {
	case answers > 1:
		return errors.New("it has more than one of Code, Status and Cut")
	case f.AfterWork && answers == 0 && f.Delay == 0:
		return errors.New("with AfterWork it needs one of Code, Status, Cut and Delay")
	case f.Body != "" && f.Status == 0:
		return errors.New("with a Body it needs a Status")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("its Status %d is not that of an answer, 200 to 599", f.Status)
	case f.Cut && (f.Truncate || len(f.Header) > 0):
		return errors.New("with Cut there is no answer to Truncate or to put a Header on")
	case f.Delay < 0:
		return errors.New("its Delay is negative")
	case f.Code != "" && !errorCode.MatchString(string(f.Code)):
		return fmt.Errorf("its Code %q has characters that no error code has", f.Code)
	case f.Body != "" && (f.Status == http.StatusNoContent || f.Status == http.StatusNotModified):
		return fmt.Errorf("with the Status %d there is no Body", f.Status)
	case f.Truncate && f.Status != 0 && len(f.Body) < 2:
		return errors.New("its Body is too short to Truncate")
	}

	return f.checkHeader()
}

var (
	errorCode   = regexp.MustCompile(`^[!-~]+$`) // without blanks
	headerName  = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	headerValue = regexp.MustCompile(`^[^\x00\r\n]*$`)
)

// framing has the fields that say where a response ends. A server sets them itself.
var framing = []string{"Connection", "Content-Length", "Transfer-Encoding", "Trailer", "Upgrade"}

func (f *Fault) checkHeader() error {
	seen := make(map[string]bool)
	for name, values := range f.Header {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case !headerName.MatchString(name):
			return fmt.Errorf("its Header has the name %q, which is not one", name)
		case slices.Contains(framing, canonical):
			return fmt.Errorf("its Header has %s, which the server sets: use Truncate or Cut", canonical)
		case seen[canonical]:
			return fmt.Errorf("its Header has %s twice", canonical)
		case slices.ContainsFunc(values, func(value string) bool { return !headerValue.MatchString(value) }):
			return fmt.Errorf("its Header has a line break in %s", canonical)
		}
		seen[canonical] = true
	}

	return nil
}

// instead tells whether the fault comes in place of the work.
func (f *Fault) replacesWork() bool {
	return !f.AfterWork && (f.Code != "" || f.Status != 0 || f.Cut)
}

func (f *Fault) failure() *failure {
	if f.Code == "" {
		return nil
	}

	return fail(f.Code, "The fake was told to fail this request.")
}

// faults are those that wait for a request, by operation.
type faultQueue struct {
	mutex  sync.Mutex
	queued map[string][]queuedFault
}

// waitingFault is a fault for a number of requests, which may be enormous.
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
