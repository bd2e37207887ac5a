package codec_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/internal/codec"
)

func TestPages(t *testing.T) {
	t.Parallel()
	type response struct {
		items []int
		next  string
		err   error
	}
	broken := errors.New("broken")
	tests := map[string]struct {
		start     string
		responses map[string]response
		want      []int
		requested string // the markers, separated by spaces
		err       string
	}{
		"one page":     {"", map[string]response{"": {items: []int{1, 2}}}, []int{1, 2}, "", ""},
		"three":        {"", map[string]response{"": {items: []int{1}, next: "a"}, "a": {next: "b"}, "b": {items: []int{2}}}, []int{1, 2}, " a b", ""},
		"from a start": {"a", map[string]response{"a": {items: []int{1}, next: "b"}, "b": {items: []int{2}}}, []int{1, 2}, "a b", ""},
		"error":        {"", map[string]response{"": {items: []int{1}, next: "a"}, "a": {items: []int{9}, err: broken}}, []int{1, 0}, " a", "broken"},
		"round":        {"", map[string]response{"": {items: []int{1}, next: "a"}, "a": {items: []int{2}, next: "b"}, "b": {items: []int{3}, next: "a"}}, []int{1, 2, 3, 0}, " a b", "ListItems: read the next page: its Marker was returned before"},
		"in place":     {"a", map[string]response{"a": {items: []int{1}, next: "a"}}, []int{1, 0}, "a", "returned before"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requested []string
			pages := codec.Pages("ListItems", test.start, func(marker string) ([]int, string, error) {
				requested = append(requested, marker)
				got := test.responses[marker]

				return got.items, got.next, got.err
			})
			for range 2 { // each range starts at the first page
				requested = nil
				var got []int
				var failed error
				for number, err := range pages {
					if failed != nil {
						t.Error("the iterator continues after an error")
					}
					got, failed = append(got, number), err
				}
				if !slices.Equal(got, test.want) || strings.Join(requested, " ") != test.requested {
					t.Errorf("the items are %v from the pages %q, want %v from %q", got, requested, test.want, test.requested)
				}
				if (failed != nil) != (test.err != "") || failed != nil && !strings.Contains(failed.Error(), test.err) {
					t.Errorf("the error is %v, want %q", failed, test.err)
				}
			}
		})
	}
}

func TestPagesStopEarly(t *testing.T) {
	t.Parallel()
	requested := 0
	pages := codec.Pages("ListItems", "", func(string) ([]int, string, error) {
		requested++

		return []int{1, 2}, "more", nil
	})
	for range pages {
		break
	}
	if requested != 1 {
		t.Errorf("the iterator requested %d pages, want 1", requested)
	}
}
