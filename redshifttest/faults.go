package redshifttest

import (
	"errors"
	"fmt"
	"net/http"
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

// FailNext makes the next call of an operation fail with a code; with a number, that many calls. It is short for
// [Fake.InjectNext] with a [Fault] that has a Code, and panics as that does.
func (f *Fake) FailNext(operation string, code awsquery.ErrorCode, times ...int) {
	count := 1
	switch len(times) {
	case 0:
	case 1:
		count = times[0]
	default:
		panic("redshifttest: FailNext takes one number of times at most")
	}
	if code == "" || count < 1 {
		panic(fmt.Sprintf("redshifttest: FailNext(%q, %q, %d): it needs a code, and a number of times from 1", operation, code, count))
	}
	f.InjectNext(operation, slices.Repeat([]Fault{{Code: code}}, count)...)
}

// InjectNext makes the next calls of an operation, one after another, meet these faults; the empty operation stands for
// every operation. Faults that are waiting come first, those of an operation before those of every operation. A request
// takes its fault by its Action alone, before anything else of it is looked at.
//
// It panics if the operation is not one of Redshift's or a fault contradicts itself: either is a mistake in the test,
// which would otherwise pass without testing anything.
func (f *Fake) InjectNext(operation string, faults ...Fault) {
	if _, found := f.operations[operation]; !found && operation != "" {
		panic(fmt.Sprintf("redshifttest: inject a fault into %q: there is no such operation", operation))
	}
	for _, fault := range faults {
		if err := fault.check(); err != nil {
			panic(fmt.Sprintf("redshifttest: inject a fault into %q: %v", operation, err))
		}
	}
	f.faults.add(operation, faults)
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
	}

	return nil
}

// instead tells whether the fault comes in place of the work.
func (f *Fault) instead() bool {
	return !f.AfterWork && (f.Code != "" || f.Status != 0 || f.Cut)
}

func (f *Fault) failure() *failure {
	if f.Code == "" {
		return nil
	}

	return fail(f.Code, "The fake was told to fail this request.")
}

// faults are those that wait for a request, by operation.
type faults struct {
	mutex   sync.Mutex
	waiting map[string][]Fault
}

func (f *faults) add(operation string, more []Fault) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.waiting == nil {
		f.waiting = make(map[string][]Fault)
	}
	for _, fault := range more {
		fault.Header = fault.Header.Clone()
		f.waiting[operation] = append(f.waiting[operation], fault)
	}
}

func (f *faults) take(operation string) Fault {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, name := range []string{operation, ""} {
		if waiting := f.waiting[name]; len(waiting) > 0 {
			f.waiting[name] = waiting[1:]

			return waiting[0]
		}
	}

	return Fault{}
}

func (f *faults) pending() int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	count := 0
	for _, waiting := range f.waiting {
		count += len(waiting)
	}

	return count
}
