package recovery

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/redshift-go/redshift/awsquery"
)

// Class is what a repetition of a call does. The values are the words of the contract.
type Class string

const (
	// Idempotent calls leave things as the first attempt did. They are repeated.
	Idempotent Class = "idempotent"
	// Recognisable calls are refused if the resource exists, and the resource can be compared with the request.
	Recognisable Class = "recognisable"
	// DoneIfMissing calls are refused if the resource is gone, and then they are done.
	DoneIfMissing Class = "done-if-missing"
	// NotRecoverable calls do the work a second time, and nothing distinguishes the effects. They are not repeated once an
	// attempt may have taken effect.
	NotRecoverable Class = "not-recoverable"
)

// Plan is how the client finds out whether a call took effect. Its zero value is a call of which nothing is known.
type Plan struct {
	Class Class
	// Settled are the codes that a later attempt is refused with if an earlier one took effect, or may have. They make the
	// client look up the resource.
	Settled []awsquery.ErrorCode
	// Missing are the codes of a look-up that mean that the resource does not exist, or is not visible yet. If Gone is set, a
	// later attempt that is refused with one of them means that the call is done.
	Missing []awsquery.ErrorCode
	// See is the operation that shows the effect, such as DescribeClusterSnapshots. Empty: none does.
	See string
	// LookUp describes the resource, compares it, and returns the result that the call would have had. It returns an error that
	// matches one of Missing, or [ErrNotVisible], if it finds none. Nil: there is nothing to look up. The result can be nil if
	// Gone is set, which is called then.
	LookUp func(ctx context.Context, compare *Comparison) (result any, err error)
	// Gone returns the result of a call that is done because its resource is missing: of a deletion, or of a modification that
	// can delete. Nil for other calls.
	Gone func() any
	// Adjust corrects the result of a later attempt that succeeded, such as a batch that did a part of the work before.
	// An error says why it could not. Nil: nothing has to be corrected.
	Adjust func(ctx context.Context, result any) error
	// OptionalName is set if the parameter that names the resource is optional. An option that adds parameters can then remove the
	// name, so that a repetition could make a second resource.
	OptionalName bool
}

// WithoutParams returns the plan of a call whose parameters do not say all of the request. Nothing can be compared with it.
func (p *Plan) WithoutParams() Plan {
	class := p.Class
	if p.OptionalName {
		class = NotRecoverable
	}

	return Plan{Class: class, See: p.See}
}

// IsDone reports whether a refusal of a later attempt means that an earlier one did the work.
func (p *Plan) IsDone(code awsquery.ErrorCode) bool {
	return code != "" && p.Gone != nil && !p.IsSettled(code) && slices.Contains(p.Missing, code)
}

// CanRepeat reports whether the call can be repeated once an attempt may have taken effect.
func (p *Plan) CanRepeat() bool { return p.Class != NotRecoverable && p.Class != "" }

// CanLookUp reports whether a look-up can settle a call of which no response says what became of it.
func (p *Plan) CanLookUp() bool { return p.LookUp != nil && p.CanRepeat() }

// A Finding is what a look-up found out.
type Finding struct {
	// Verdict is whose work the resource is. It is Ours for a resource that is gone, if the call should have removed it.
	Verdict Verdict
	// Result is that of the call if the verdict is Ours.
	Result any
	// Err is why the verdict is not Ours.
	Err error
	// LookAgain reports whether another look-up can show more.
	LookAgain bool
}

// Find makes one look-up, with a comparison that may have windows.
func (p *Plan) Find(ctx context.Context, compare *Comparison) Finding {
	result, err := p.LookUp(ctx, compare)
	if p.Gone != nil && (p.IsMissing(err) || err == nil && result == nil) {
		result = p.Gone()
	}
	switch verdict := compare.Verdict(); {
	case p.IsMissing(err) && p.Gone != nil:
		return Finding{Verdict: Ours, Result: result}
	case p.IsMissing(err):
		// The code of the look-up is not one of the call: its caller may not have named this resource.
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

// ErrNotVisible is returned by a look-up that finds no resource although Redshift refused no parameter.
var ErrNotVisible = errors.New("the look-up shows no such resource")

// ErrSeveral is returned by a look-up by an identifier that finds several resources.
var ErrSeveral = errors.New("the look-up shows several resources")

// ErrPart is returned by a look-up whose result has a Marker. Another page can show the resource, or another one.
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

// One returns the only item of a look-up.
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

// IsSettled reports whether a refusal of a later attempt makes the client look up the resource.
func (p *Plan) IsSettled(code awsquery.ErrorCode) bool {
	return code != "" && slices.Contains(p.Settled, code)
}

// IsMissing reports whether an error means that the resource does not exist, or is not visible yet.
func (p *Plan) IsMissing(err error) bool {
	return errors.Is(err, ErrNotVisible) || slices.ContainsFunc(p.Missing, func(code awsquery.ErrorCode) bool { return errors.Is(err, code) })
}
