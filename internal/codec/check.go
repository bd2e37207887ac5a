package codec

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/redshift-go/redshift/awsquery"
)

// Check collects the problems of a call's parameters. Generated code uses it:
//
//	c := codec.NewCheck("CreateClusterSnapshot")
//	c.Required("ClusterIdentifier", p.ClusterIdentifier != "")
//	return c.Err()
//
// Only Required reports a value that is not sent: an empty text or a nil pointer. A Check that finds no problems allocates memory only
// for lists of structures.
type Check struct {
	operation string
	item      item
	problems  []awsquery.Problem
}

// Validatable is a structure that can be a parameter or an item of a list, and can check its members. Generated models implement it.
type Validatable interface {
	// CheckQuery checks the members. Their names are relative to the item.
	CheckQuery(c *Check)
}

// NewCheck returns a Check for a call of the operation. Used by generated code.
func NewCheck(operation string) Check { return Check{operation: operation} }

// Err returns nil if the Check found no problems. Otherwise it returns an [*awsquery.ValidationError].
func (c *Check) Err() error {
	if len(c.problems) == 0 {
		return nil
	}

	return &awsquery.ValidationError{Operation: c.operation, Problems: c.problems}
}

func (c *Check) problem(name, format string, arguments ...any) {
	c.problems = append(c.problems, awsquery.Problem{Parameter: c.item.name(name), Reason: fmt.Sprintf(format, arguments...)})
}

// Required reports a parameter that is not present.
func (c *Check) Required(name string, present bool) {
	if !present {
		c.problem(name, "is required")
	}
}

// MinLength reports a value with fewer characters than minimum.
func (c *Check) MinLength(name, value string, minimum int) {
	if value == "" || len(value) >= minimum*utf8.UTFMax {
		return
	}
	if length := utf8.RuneCountInString(value); length < minimum {
		c.problem(name, "is shorter than %d characters (%d)", minimum, length)
	}
}

// MaxLength reports a value with more characters than maximum.
func (c *Check) MaxLength(name, value string, maximum int) {
	if len(value) <= maximum {
		return
	}
	if length := utf8.RuneCountInString(value); length > maximum {
		c.problem(name, "is longer than %d characters (%d)", maximum, length)
	}
}

// Minimum reports a number below the limit.
func (c *Check) Minimum(name string, value, limit int) {
	if value < limit {
		c.problem(name, "is less than %d", limit)
	}
}

// Maximum reports a number above the limit.
func (c *Check) Maximum(name string, value, limit int) {
	if value > limit {
		c.problem(name, "is more than %d", limit)
	}
}

// OptionalMinimum reports a number below the limit. Nil passes.
func (c *Check) OptionalMinimum(name string, value *int, limit int) {
	if value != nil {
		c.Minimum(name, *value, limit)
	}
}

// OptionalMaximum reports a number above the limit. Nil passes.
func (c *Check) OptionalMaximum(name string, value *int, limit int) {
	if value != nil {
		c.Maximum(name, *value, limit)
	}
}

// OptionalRange reports a number below the minimum or above the maximum. Nil passes.
func (c *Check) OptionalRange(name string, value *int, minimum, maximum int) {
	if value != nil {
		c.Minimum(name, *value, minimum)
		c.Maximum(name, *value, maximum)
	}
}

// MaxItems reports a list with more items than maximum.
func (c *Check) MaxItems(name string, count, maximum int) {
	if count > maximum {
		c.problem(name, "has more than %d items (%d)", maximum, count)
	}
}

// CheckMinimum is [Check.Minimum] for numbers other than int.
func CheckMinimum[N int64 | float64](c *Check, name string, value, limit N) {
	if !(value >= limit) { // true for NaN too
		c.problem(name, "is less than %s", number(limit))
	}
}

// CheckMaximum is [Check.Maximum] for numbers other than int.
func CheckMaximum[N int64 | float64](c *Check, name string, value, limit N) {
	if !(value <= limit) {
		c.problem(name, "is more than %s", number(limit))
	}
}

func number[N int64 | float64](value N) string {
	if fraction, ok := any(value).(float64); ok {
		return strconv.FormatFloat(fraction, 'f', -1, 64)
	}

	return strconv.FormatInt(int64(value), 10)
}

// CheckStructures checks each item of a list. Used by generated code.
func CheckStructures[T any, P interface {
	*T
	Validatable
}](c *Check, name string, items []T) {
	if len(items) == 0 {
		return
	}
	// A pointer that is passed to a method of a type parameter escapes to the heap. With a copy, the caller's Check does not.
	inner := *c
	inner.item = c.item.list(name)
	for i := range items {
		inner.item.index = i + 1
		P(&items[i]).CheckQuery(&inner)
	}
	c.problems = inner.problems
}
