package codec

import (
	"errors"
	"fmt"
	"iter"
)

// Pages returns an iterator over the items of all pages. It calls page with the marker of each page, first with the given one. page
// returns the items and the marker of the next page, which is empty after the last page. The iterator yields an error once, with a
// zero item, and ends. A repeated marker is an error, because the pages would never end. Each range over the iterator starts at the
// given marker. Used by generated code.
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
			if _, repeated := seen[following]; repeated {
				var none T
				yield(none, fmt.Errorf("%s: read the next page: its Marker was returned before, so the pages would never end", operation))
				return
			}
			next = following
		}
	}
}

// CopyParams returns a copy of the parameters of a call, which an iterator changes for each page. The copy of nil has no parameters.
// Used by generated code.
func CopyParams[Params any](params *Params) Params {
	if params == nil {
		return *new(Params)
	}

	return *params
}

var errNoResult = errors.New("the client returned neither a result nor an error")

// NoPage returns the error of a page without a result. That is err or, if a stub returned neither a result nor an error, an error
// that says so. Used by generated code.
func NoPage(operation string, err error) error {
	if err == nil {
		return fmt.Errorf("%s: %w", operation, errNoResult)
	}

	return err
}
