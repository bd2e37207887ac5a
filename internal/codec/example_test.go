package codec_test

import (
	"fmt"

	"github.com/redshift-go/redshift/internal/codec"
)

// Generated code reads the children of an element in any order, and skips unknown ones.
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

// The iterator requests the next page when it needs it.
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
