package recovery

import (
	"fmt"
	"reflect"
	"time"
)

// Text returns a value, or the value that a pointer points to, as text for [Comparison.Identity] and [Comparison.Where]. It returns
// the empty text for nil: nothing was requested, or the resource lacks the member.
func Text(value any) string {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}

	return fmt.Sprint(v.Interface())
}

// Value returns the value that a pointer points to, or the zero value for nil. Resources have structures as pointers, and results
// have them as values.
func Value[T any](pointer *T) T {
	if pointer == nil {
		var zero T

		return zero
	}

	return *pointer
}

// SameRequested compares structures or maps that anyone can change. Of a structure, it compares the members that were requested,
// because Redshift adds defaults for others. It does not compare a structure or map that was not requested.
func SameRequested(c *Comparison, member string, requested, found any) {
	c.compare(member, !isAbsent(reflect.ValueOf(found)), sameRequested(reflect.ValueOf(requested), reflect.ValueOf(found)))
}

func isAbsent(value reflect.Value) bool { return !value.IsValid() || value.IsZero() }

func sameRequested(requested, found reflect.Value) bool {
	if isAbsent(requested) {
		return true
	}
	if found.Kind() == reflect.Pointer && requested.Kind() != reflect.Pointer {
		found = found.Elem()
	}
	if isAbsent(found) && requested.Kind() != reflect.Pointer {
		return false
	}
	if wanted, ok := requested.Interface().(time.Time); ok {
		described, isTime := found.Interface().(time.Time)

		return isTime && isSameSecond(wanted, described)
	}
	switch requested.Kind() {
	case reflect.Pointer:
		if found.Kind() == reflect.Pointer {
			found = found.Elem()
		}
		if !found.IsValid() {
			return false
		}
		if requested.Elem().IsZero() { // a pointer to zero is a requested value
			return found.IsZero()
		}

		return sameRequested(requested.Elem(), found)
	case reflect.Struct:
		for i := range requested.NumField() {
			if !sameRequested(requested.Field(i), found.Field(i)) {
				return false
			}
		}

		return true
	case reflect.Slice:
		return sameLists(requested, found)
	default:
		return reflect.DeepEqual(requested.Interface(), found.Interface())
	}
}

// sameLists compares lists in any order. Each requested item needs a different described item.
func sameLists(requested, found reflect.Value) bool {
	if requested.Len() != found.Len() {
		return false
	}
	used := make([]bool, found.Len())
	for i := range requested.Len() {
		matched := false
		for j := range found.Len() {
			if !used[j] && sameRequested(requested.Index(i), found.Index(j)) {
				used[j], matched = true, true

				break
			}
		}
		if !matched {
			return false
		}
	}

	return true
}
