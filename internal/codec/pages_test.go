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
	type answer struct {
		items []int
		next  string
		err   error
	}
	broken := errors.New("broken")
	tests := map[string]struct {
		start   string
		answers map[string]answer
		want    []int
		asked   string
		err     string
	}{
		"one page":     {"", map[string]answer{"": {items: []int{1, 2}}}, []int{1, 2}, "", ""},
		"three":        {"", map[string]answer{"": {items: []int{1}, next: "a"}, "a": {next: "b"}, "b": {items: []int{2}}}, []int{1, 2}, " a b", ""},
		"from a start": {"a", map[string]answer{"a": {items: []int{1}, next: "b"}, "b": {items: []int{2}}}, []int{1, 2}, "a b", ""},
		"error":        {"", map[string]answer{"": {items: []int{1}, next: "a"}, "a": {items: []int{9}, err: broken}}, []int{1, 0}, " a", "broken"},
		"round":        {"", map[string]answer{"": {items: []int{1}, next: "a"}, "a": {items: []int{2}, next: "b"}, "b": {items: []int{3}, next: "a"}}, []int{1, 2, 3, 0}, " a b", "ListItems: read the next page: its Marker was returned before"},
		"in place":     {"a", map[string]answer{"a": {items: []int{1}, next: "a"}}, []int{1, 0}, "a", "returned before"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			pages := codec.Pages("ListItems", test.start, func(marker string) ([]int, string, error) {
				asked = append(asked, marker)
				got := test.answers[marker]

				return got.items, got.next, got.err
			})
			for range 2 { // each range starts over
				asked = nil
				var got []int
				var failed error
				for number, err := range pages {
					if failed != nil {
						t.Error("it goes on after an error")
					}
					got, failed = append(got, number), err
				}
				if !slices.Equal(got, test.want) || strings.Join(asked, " ") != test.asked {
					t.Errorf("%v from %q, want %v from %q", got, asked, test.want, test.asked)
				}
				if (failed != nil) != (test.err != "") || failed != nil && !strings.Contains(failed.Error(), test.err) {
					t.Errorf("%v, want %q", failed, test.err)
				}
			}
		})
	}
}

func TestPagesStopEarly(t *testing.T) {
	t.Parallel()
	asked := 0
	pages := codec.Pages("ListItems", "", func(string) ([]int, string, error) {
		asked++

		return []int{1, 2}, "more", nil
	})
	for range pages {
		break
	}
	if asked != 1 {
		t.Errorf("%d pages asked for, want 1", asked)
	}
}
