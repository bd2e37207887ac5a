package recovery

import (
	"fmt"
	"reflect"
	"time"
)

// Text returns a value, or the value that a pointer points to, as text, so that [Comparison.Identity] and [Comparison.Where] can compare
// it. Nil is the empty text: nothing was requested, or the resource lacks the member.
func Text(value any) string {
	of := reflect.ValueOf(value)
	if of.Kind() == reflect.Pointer {
		if of.IsNil() {
			return ""
		}
		of = of.Elem()
	}

	return fmt.Sprint(of.Interface())
}

// Value returns what a pointer points to, or a zero value for nil: structures are pointers in a resource, and values in a result.
func Value[T any](pointer *T) T {
	if pointer == nil {
		var none T

		return none
	}

	return *pointer
}

// SameRequested compares structures, or maps, that anyone can change. It compares the members that were requested, because Redshift adds
// defaults for others. A structure or map that was not requested is not compared.
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

// sameLists compares lists without their order: each requested item with a described one of its own.
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
