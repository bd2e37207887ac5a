package recovery_test

import (
	"testing"
	"time"

	"github.com/redshift-go/redshift/internal/recovery"
)

type part struct {
	Name  string
	Count *int
	Sizes []int
	At    time.Time
	Inner *part
}

func TestSameRequested(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 1, 2, 3, 4000, time.UTC)
	var none *part
	for name, test := range map[string]struct {
		requested, found any
		want             recovery.Verdict
	}{
		"nothing requested":             {none, &part{Name: "a"}, recovery.Ours},
		"nothing requested, none found": {none, none, recovery.Ours},
		"the same":                      {&part{Name: "a", Sizes: []int{1, 2}, At: at}, &part{Name: "a", Sizes: []int{2, 1}, At: at.Truncate(time.Second)}, recovery.Ours},
		"an added default":              {&part{Name: "a"}, &part{Name: "a", Count: new(5), Sizes: []int{1}, Inner: &part{Name: "b"}}, recovery.Ours},
		"another text":                  {&part{Name: "a"}, &part{Name: "b"}, recovery.Unknown},
		"a missing member":              {&part{Name: "a", Inner: &part{Name: "b"}}, &part{Name: "a"}, recovery.Unknown},
		"an inner member that differs":  {&part{Inner: &part{Name: "b"}}, &part{Inner: &part{Name: "c"}}, recovery.Unknown},
		"zero requested":                {&part{Count: new(0)}, &part{Count: new(0)}, recovery.Ours},
		"zero, another found":           {&part{Count: new(0)}, &part{Count: new(1)}, recovery.Unknown},
		"zero, none found":              {&part{Count: new(0)}, &part{}, recovery.Unknown},
		"none found":                    {&part{Name: "a"}, none, recovery.Unknown},
		"a shorter list":                {&part{Sizes: []int{1, 1}}, &part{Sizes: []int{1}}, recovery.Unknown},
		"another list":                  {&part{Sizes: []int{1, 1}}, &part{Sizes: []int{1, 2}}, recovery.Unknown},
		"another time":                  {&part{At: at}, &part{At: at.Add(time.Minute)}, recovery.Unknown},
		"a value, not a pointer":        {&part{Name: "a"}, part{Name: "a"}, recovery.Ours},
		"another value":                 {&part{Name: "a"}, part{Name: "b"}, recovery.Unknown},
		"a map":                         {map[string]string{"a": "b"}, map[string]string{"a": "b"}, recovery.Ours},
		"another map":                   {map[string]string{"a": "b"}, map[string]string{"a": "c"}, recovery.Unknown},
		"no map":                        {map[string]string(nil), map[string]string{"a": "c"}, recovery.Ours},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare := new(recovery.Comparison)
			recovery.SameRequested(compare, "Part", test.requested, test.found)
			if got := compare.Verdict(); got != test.want {
				t.Errorf("Verdict() = %s, want %s; Reason() = %q", got, test.want, compare.Reason())
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]any{
		"":      {(*int)(nil), (*bool)(nil), ""},
		"0":     {0, new(0), int64(0)},
		"5":     {5, new(5), new(int64(5))},
		"false": {false, new(false)},
		"a":     {"a", new("a")},
	} {
		for _, value := range values {
			if got := recovery.Text(value); got != want {
				t.Errorf("Text(%#v) = %q, want %q", value, got, want)
			}
		}
	}
}
