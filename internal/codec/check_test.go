package codec_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/codec"
)

func TestChecks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		check func(*codec.Check)
		want  string // empty: no problems
	}{
		"present":               {func(c *codec.Check) { c.Required("X", true) }, ""},
		"missing":               {func(c *codec.Check) { c.Required("X", false) }, "X is required"},
		"empty text":            {func(c *codec.Check) { c.MinLength("X", "", 2) }, ""},
		"characters, not bytes": {func(c *codec.Check) { c.MinLength("X", "äöü", 3); c.MaxLength("X", "äöü", 3) }, ""},
		"short":                 {func(c *codec.Check) { c.MinLength("X", "ä", 2) }, "X is shorter than 2 characters (1)"},
		"long":                  {func(c *codec.Check) { c.MaxLength("X", "äöüß", 3) }, "X is longer than 3 characters (4)"},
		"at the limits":         {func(c *codec.Check) { c.Minimum("X", 20, 20); c.Maximum("X", 100, 100) }, ""},
		"below":                 {func(c *codec.Check) { c.Minimum("X", 19, 20) }, "X is less than 20"},
		"above":                 {func(c *codec.Check) { c.Maximum("X", 101, 100) }, "X is more than 100"},
		"no number":             {func(c *codec.Check) { c.OptionalMinimum("X", nil, 20); c.OptionalMaximum("X", nil, 100) }, ""},
		"optional number":       {func(c *codec.Check) { c.OptionalMinimum("X", new(20), 20); c.OptionalMaximum("X", new(100), 100) }, ""},
		"optional below":        {func(c *codec.Check) { c.OptionalMinimum("X", new(0), 20) }, "X is less than 20"},
		"optional above":        {func(c *codec.Check) { c.OptionalMaximum("X", new(101), 100) }, "X is more than 100"},
		"long number":           {func(c *codec.Check) { codec.CheckMinimum(c, "X", int64(-5), -4) }, "X is less than -4"},
		"fraction":              {func(c *codec.Check) { codec.CheckMaximum(c, "X", 1.6, 1.5) }, "X is more than 1.5"},
		"NaN":                   {func(c *codec.Check) { codec.CheckMaximum(c, "X", math.NaN(), 1.5) }, "X is more than 1.5"},
		"large number":          {func(c *codec.Check) { codec.CheckMaximum(c, "X", int64(math.MaxInt64), math.MaxInt64-1) }, "X is more than 9223372036854775806"},
		"items": {func(c *codec.Check) {
			c.MaxItems("X.member", 2, 2)
			c.MaxItems("X.member", 0, 2)
		}, ""},
		"many items":      {func(c *codec.Check) { c.MaxItems("X.member", 4, 3) }, "X.member has more than 3 items (4)"},
		"good structures": {func(c *codec.Check) { codec.CheckStructures(c, "Tags.Tag", []tag{{Key: "a"}}) }, ""},
		"structures and a text": {func(c *codec.Check) {
			codec.CheckStructures(c, "Tags.Tag", []tag{{Key: "a"}, {}, {Key: strings.Repeat("é", 131)}})
			c.Required("Name", false)
		}, "Tags.Tag.2.Key is required; Tags.Tag.3.Key is longer than 128 characters (131); Name is required"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := codec.NewCheck("CreateItem")
			test.check(&c)
			err := c.Err()
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}

				return
			}
			var invalid *awsquery.ValidationError
			if !errors.As(err, &invalid) || invalid.Operation != "CreateItem" {
				t.Fatalf("Err() is a %T, want an *awsquery.ValidationError of CreateItem: %v", err, err)
			}
			if want := "CreateItem: " + test.want; err.Error() != want {
				t.Errorf("Err() = %s, want %s", err, want)
			}
			marshalled, err := json.Marshal(invalid)
			if err != nil || strings.Contains(string(marshalled), "s3cret") || strings.Contains(invalid.Error(), "s3cret") {
				t.Errorf("the error or its JSON shows a value: %s, %v", marshalled, err)
			}
		})
	}
}

func TestSeveralProblems(t *testing.T) {
	t.Parallel()
	params := &listItemsParams{Limit: new(7), Keys: make([]string, 4), Tags: []tag{{Key: "a", Value: strings.Repeat("v", 257)}}}
	var invalid *awsquery.ValidationError
	if !errors.As(params.Validate(), &invalid) || len(invalid.Problems) != 4 {
		t.Fatalf("Validate() = %v, want 4 problems", invalid)
	}
	want := awsquery.Problem{Parameter: "Tags.Tag.1.Value", Reason: "is longer than 256 characters (257)"}
	if invalid.Problems[3] != want {
		t.Errorf("Problems[3] = %v, want %v", invalid.Problems[3], want)
	}
}

func TestValidateAllocations(t *testing.T) {
	params := &listItemsParams{Name: "nightly", Limit: new(20), Keys: []string{"a"}}
	if allocations := testing.AllocsPerRun(100, func() {
		if err := params.Validate(); err != nil {
			t.Fatal(err)
		}
	}); allocations != 0 {
		t.Errorf("Validate makes %.0f allocations, want 0", allocations)
	}
	params.Tags = []tag{{Key: "a", Value: "b"}, {Key: "c", Value: "d"}, {Key: "e", Value: "f"}}
	if allocations := testing.AllocsPerRun(100, func() {
		if err := params.Validate(); err != nil {
			t.Fatal(err)
		}
	}); allocations > 1 {
		t.Errorf("Validate makes %.0f allocations with a list of structures, want at most 1", allocations)
	}
}
