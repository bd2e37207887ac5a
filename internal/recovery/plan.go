package recovery

import (
	"context"
	"errors"
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
	// NotRecoverable calls do the work a second time, and nothing tells whose work is whose. They are not repeated once an
	// attempt may have taken effect.
	NotRecoverable Class = "not-recoverable"
)

// Plan is how the client finds out whether a call took effect. Its zero value is a call of which nothing is known.
type Plan struct {
	Class Class
	// Settled are the codes that a later attempt is refused with if an earlier one took effect, or may have. They make the
	// client look up the resource.
	Settled []awsquery.ErrorCode
	// Missing are the codes of a look-up, or of a later attempt, that mean that the resource does not exist.
	Missing []awsquery.ErrorCode
	// See is the operation that shows the effect, such as DescribeClusterSnapshots. Empty: none does.
	See string
	// LookUp describes the resource, compares it, and returns the result that the call would have had. It returns an error that
	// matches one of Missing, or [ErrNotVisible], if it finds none. Nil: there is nothing to look up.
	LookUp func(ctx context.Context, compare *Comparison) (result any, err error)
	// Gone returns the result of a call that is done because its resource is missing. Nil for other classes.
	Gone func() any
	// Adjust corrects the result of a later attempt that succeeded, such as a batch that did a part of the work before.
	// An error says why it could not. Nil: nothing has to be corrected.
	Adjust func(ctx context.Context, result any) error
}

// ErrNotVisible is returned by a look-up that finds no resource although Redshift refused no parameter.
var ErrNotVisible = errors.New("the look-up shows no such resource")

// ErrSeveral is returned by a look-up by an identifier that finds several resources.
var ErrSeveral = errors.New("the look-up shows several resources")

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
