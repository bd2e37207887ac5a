package codec

import (
	"errors"
	"fmt"
	"iter"
)

// Pages yields the items of one page after the other. Page is called with the marker of the page to get, the given one at
// first, and returns the page's items and the marker of the next page, empty at the end. An error is yielded once, with a
// zero item, and ends the sequence. A repeated marker is an error, because the pages would never end. Each range
// over the sequence starts at the given marker. Used by generated code.
func Pages[T any](operation, marker string, page func(marker string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		next := marker
		seen := make(map[string]struct{})
		for {
			items, following, err := page(next)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for i := range items {
				if !yield(items[i], nil) {
					return
				}
			}
			if following == "" {
				return
			}
			seen[next] = struct{}{}
			if _, again := seen[following]; again {
				var none T
				yield(none, fmt.Errorf("%s: read the next page: its Marker was returned before, so that the pages would never end", operation))
				return
			}
			next = following
		}
	}
}

// CopyParams returns a copy of the parameters of a call, empty ones if they are nil, for the calls of the
// pages. Used by generated code.
func CopyParams[Params any](params *Params) Params {
	if params == nil {
		return *new(Params)
	}

	return *params
}

var errNoResult = errors.New("the client returned neither a result nor an error")

// NoPage returns the error of a page that is not there: that of the call or, since a stub may have returned none, one that
// says so. Used by generated code.
func NoPage(operation string, err error) error {
	if err == nil {
		return fmt.Errorf("%s: %w", operation, errNoResult)
	}

	return err
}
