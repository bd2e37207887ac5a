package redshift

import "strings"

// The generated functions names... report whether a result has the identifiers of the parameters. They call these functions.

// isSame reports whether an identifier in a result can be the requested one. Redshift compares identifiers without case. An empty
// identifier, in the request or in the result, counts as the same.
func isSame(requested, found string) bool {
	return requested == "" || found == "" || strings.EqualFold(requested, found)
}

// areSame reports whether all items of a result can have the requested identifier.
func areSame[T any](requested string, items []T, identifier func(*T) string) bool {
	for i := range items {
		if !isSame(requested, identifier(&items[i])) {
			return false
		}
	}

	return true
}

// areAmong reports whether all items of a result can have one of the requested identifiers.
func areAmong[P, T any](requested []P, requestedIdentifier func(*P) string, items []T, identifier func(*T) string) bool {
	if len(requested) == 0 {
		return true
	}
	for i := range items {
		found := identifier(&items[i])
		isRequested := found == ""
		for j := range requested {
			isRequested = isRequested || strings.EqualFold(requestedIdentifier(&requested[j]), found)
		}
		if !isRequested {
			return false
		}
	}

	return true
}
