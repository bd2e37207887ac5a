package codec_test

import (
	"fmt"

	"github.com/redshift-go/redshift/internal/codec"
)

// Generated code reads an element by its children, in any order, and skips those it does not know.
func ExampleDecoder() {
	d := codec.NewDecoder([]byte(`<Tag><Value>R&amp;D</Value><New>1</New><Key>team</Key></Tag>`))
	var key, value string
	for d.Next() { // the root element
		for d.Next() {
			switch string(d.Name()) {
			case "Key":
				key = d.Text()
			case "Value":
				value = d.Text()
			default:
				d.Skip()
			}
		}
	}
	fmt.Println(key, value, d.Err())
	// Output: team R&D <nil>
}

// The sequence goes from page to page by itself.
func ExamplePages() {
	pages := map[string][]string{"": {"monday", "tuesday"}, "p2": {"wednesday"}}
	next := map[string]string{"": "p2"}
	days := codec.Pages("ListDays", "", func(marker string) ([]string, string, error) {
		return pages[marker], next[marker], nil
	})
	for day, err := range days {
		fmt.Println(day, err)
	}
	// Output:
	// monday <nil>
	// tuesday <nil>
	// wednesday <nil>
}
