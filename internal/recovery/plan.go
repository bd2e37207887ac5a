package recovery

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/redshift-go/redshift/awsquery"
)

// Class classifies operations by the effect of a retry. The contract has the same values in x-recovery.
type Class string

const (
	// Idempotent calls have the same effect if Redshift gets them twice. The client retries them.
	Idempotent Class = "idempotent"
	// Recognisable calls are refused if the resource exists. The client compares the resource with the request.
	Recognisable Class = "recognisable"
	// DoneIfMissing calls are refused if the resource does not exist. After a lost response, that means success.
	DoneIfMissing Class = "done-if-missing"
	// NotRecoverable calls make a second change if Redshift gets them twice, and nothing distinguishes the two. The client does not
	// retry them after an attempt that may have taken effect.
	NotRecoverable Class = "not-recoverable"
)

// Plan describes how to check whether a call took effect. The zero value is the plan of a call that the client cannot check.
type Plan struct {
	Class Class
	// Settled are the codes of a refused retry whose reason can be that an earlier attempt took effect. After one of them, the
	// client looks up the resource.
	Settled []awsquery.ErrorCode
	// Missing are the codes of a look-up that mean that the resource does not exist or is not visible yet. If Gone is set and a
	// retry is refused with one of them, the call is done.
	Missing []awsquery.ErrorCode
	// See is the operation that shows the effect, such as DescribeClusterSnapshots. It is empty if no operation does.
	See string
	// LookUp describes the resource, compares it, and returns the result of the call. If it finds no resource, it returns an error
	// that matches one of Missing, or [ErrNotVisible]. If Gone is set, the result may be nil, and Gone returns it. LookUp is nil
	// if the call has no look-up.
	LookUp func(ctx context.Context, compare *Comparison) (result any, err error)
	// Gone returns the result of a call that is done because its resource is missing: a deletion, or a modification that can
	// delete. It is nil for other calls.
	Gone func() any
	// Adjust corrects the result of a successful retry, such as of a batch whose first attempt did a part of the work. It returns
	// an error if it cannot. It is nil if the result needs no correction.
	Adjust func(ctx context.Context, result any) error
	// OptionalName reports whether the parameter that names the resource is optional. An option can then remove the name, and a
	// retry could make a second resource.
	OptionalName bool
}

// WithoutParams returns the plan of a call whose request differs from its parameters. It has no look-up, because no resource can be
// compared with the request.
func (p *Plan) WithoutParams() Plan {
	class := p.Class
	if p.OptionalName {
		class = NotRecoverable
	}

	return Plan{Class: class, See: p.See}
}

// IsDone reports whether the refusal of a retry means that an earlier attempt did the work.
func (p *Plan) IsDone(code awsquery.ErrorCode) bool {
	return code != "" && p.Gone != nil && !p.IsSettled(code) && slices.Contains(p.Missing, code)
}

// CanRepeat reports whether the call can be retried after an attempt that may have taken effect.
func (p *Plan) CanRepeat() bool { return p.Class != NotRecoverable && p.Class != "" }

// CanLookUp reports whether a look-up can show that a call took effect if no attempt got a response.
func (p *Plan) CanLookUp() bool { return p.LookUp != nil && p.CanRepeat() }

// A Finding is the result of a look-up.
type Finding struct {
	// Verdict is the verdict of the comparison. It is Ours for a missing resource that the call should have removed.
	Verdict Verdict
	// Result is the result of the call if the verdict is Ours.
	Result any
	// Err is the reason why the verdict is not Ours.
	Err error
	// LookAgain reports whether another look-up can show more.
	LookAgain bool
}

// Find makes one look-up. compare must be unused, but may have Windows.
func (p *Plan) Find(ctx context.Context, compare *Comparison) Finding {
	result, err := p.LookUp(ctx, compare)
	if p.Gone != nil && (p.IsMissing(err) || err == nil && result == nil) {
		result = p.Gone()
	}
	switch verdict := compare.Verdict(); {
	case p.IsMissing(err) && p.Gone != nil:
		return Finding{Verdict: Ours, Result: result}
	case p.IsMissing(err):
		// The call does not return the code of the look-up, because its parameters may not name this resource.
		return Finding{Verdict: Unknown, Err: ErrNotVisible, LookAgain: true}
	case err != nil:
		return Finding{Verdict: Unknown, Err: err}
	case verdict == Unknown:
		// The values of a modification may not be visible yet.
		return Finding{Verdict: Unknown, Err: errors.New(compare.Reason()), LookAgain: compare.Incomplete() || p.Class == Idempotent}
	case verdict == Ours && result == nil:
		return Finding{Verdict: Unknown, Err: errors.New("the look-up has no result")}
	case verdict == NotOurs:
		return Finding{Verdict: NotOurs, Err: errors.New(compare.Reason())}
	default:
		return Finding{Verdict: Ours, Result: result}
	}
}

// ErrNotVisible is the error of a look-up that succeeds and finds no resource.
var ErrNotVisible = errors.New("the look-up shows no such resource")

// ErrSeveral is the error of a look-up by an identifier that finds several resources.
var ErrSeveral = errors.New("the look-up shows several resources")

// ErrPart is the error of a look-up whose result has a Marker. Another page can show the resource, or a second one.
var ErrPart = errors.New("the look-up shows only a part of the resources")

// IsPart reports whether the result of a look-up, a pointer to a structure, has a Marker.
func IsPart(result any) bool {
	of := reflect.Indirect(reflect.ValueOf(result))
	if of.Kind() != reflect.Struct {
		return false
	}
	marker := of.FieldByName("Marker")

	return marker.IsValid() && !marker.IsZero()
}

// One returns the only item of a look-up, or [ErrNotVisible] or [ErrSeveral].
func One[T any](items []T) (*T, error) {
	switch len(items) {
	case 0:
		return nil, ErrNotVisible
	case 1:
		return &items[0], nil
	default:
		return nil, ErrSeveral
	}
}

// IsSettled reports whether the refusal of a retry makes the client look up the resource.
func (p *Plan) IsSettled(code awsquery.ErrorCode) bool {
	return code != "" && slices.Contains(p.Settled, code)
}

// IsMissing reports whether an error means that the resource does not exist or is not visible yet.
func (p *Plan) IsMissing(err error) bool {
	return errors.Is(err, ErrNotVisible) || slices.ContainsFunc(p.Missing, func(code awsquery.ErrorCode) bool { return errors.Is(err, code) })
}
