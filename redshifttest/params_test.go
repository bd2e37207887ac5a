package redshifttest

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/internal/contract"
)

// TestParseStructures parses structures in lists and lists in structures, and compares them as JSON.
func TestParseStructures(t *testing.T) {
	t.Parallel()
	operation := contract.Operation{Name: "CreateWarehouse", Params: []contract.Param{
		{Name: "Settings", Type: "structure", Required: true, Members: []contract.Member{
			{Name: "Size", Type: "integer", Required: true},
			{Name: "Since", Type: "date-time"},
			{Name: "Open", Type: "boolean"},
			{Name: "Share", Type: "double"},
			{Name: "Tags", Type: "structure", Structure: "Tag", Item: "Tag", List: true},
			{Name: "Endpoint", Type: "structure", Structure: "Endpoint"},
			{Name: "Days", Type: "string", Item: "member", List: true},
		}},
		{Name: "Names.Name", Type: "string", List: true},
		{Name: "Serial", Type: "int64"},
		{Name: "Labels.entry", Type: "structure", List: true, Map: true, Members: []contract.Member{
			{Name: "Name", Type: "string", Required: true}, {Name: "Text", Type: "string", Required: true},
		}},
	}}
	tests := map[string]struct{ query, want string }{
		"plain": {"Settings.Size=3&Serial=9007199254740993", `{"Serial":9007199254740993,"Settings":{"Size":3}}`},
		"all types": {"Settings.Size=%2B03&Settings.Since=2026-01-02T03:04:05&Settings.Open=true&Settings.Share=0.50",
			`{"Settings":{"Open":true,"Share":0.5,"Since":"2026-01-02T03:04:05Z","Size":3}}`},
		"list of structures": {"Settings.Size=1&Settings.Tags.Tag.10.Key=b&Settings.Tags.Tag.10.Value=" +
			"&Settings.Tags.Tag.9.Key=a&Settings.Tags.Tag.9.Value=x.y",
			`{"Settings":{"Size":1,"Tags":[{"Key":"a","Value":"x.y"},{"Key":"b","Value":""}]}}`},
		"structure": {"Settings.Size=1&Settings.Endpoint.Port=5439", `{"Settings":{"Endpoint":{"Port":5439},"Size":1}}`},
		"list": {"Settings.Size=1&Settings.Days.member.1=mon&Settings.Days.member.2=tue",
			`{"Settings":{"Days":["mon","tue"],"Size":1}}`},
		"empty lists": {"Settings.Size=1&Settings.Days=&Names=", `{"Names":[],"Settings":{"Days":[],"Size":1}}`},
		"unknown members": {"Settings.Size=1&Settings.Colour=red&Settings.Endpoint.Colour=red&Settings.Tags.member.1.Key=a",
			`{"Settings":{"Size":1}}`},
		"text for a structure": {"Settings.Size=1&Settings.Endpoint=x&Settings=y", `{"Settings":{"Size":1}}`},
		"path beyond a text":   {"Settings.Size=1&Settings.Size.x=2&Names.Name.1.x=3", `{"Names":[],"Settings":{"Size":1}}`},
		"map": {"Settings.Size=1&Labels.entry.2.Text=x&Labels.entry.2.Name=b&Labels.entry.1.Name=a&Labels.entry.1.Text=",
			`{"Labels":{"a":"","b":"x"},"Settings":{"Size":1}}`},
		"half an entry":   {"Settings.Size=1&Labels.entry.1.Name=a", "MissingParameter Labels.entry.1.Text"},
		"missing":         {"Serial=1", "MissingParameter Settings."},
		"empty structure": {"Settings=x", "MissingParameter Settings.Size"},
		"missing member":  {"Settings.Open=true", "MissingParameter Settings.Size"},
		"missing member of item": {"Names.Name.1=a&Settings.Size=1&Settings.Endpoint.Address=x",
			`{"Names":["a"],"Settings":{"Endpoint":{"Address":"x"},"Size":1}}`},
		"no integer":              {"Settings.Size=1.5", "MalformedInput Settings.Size"},
		"no integer in structure": {"Settings.Size=1&Settings.Endpoint.Port=x", "MalformedInput Settings.Endpoint.Port"},
		"no boolean":              {"Settings.Size=1&Settings.Open=yes", "MalformedInput Settings.Open"},
		"no number":               {"Settings.Size=1&Settings.Share=NaN", "MalformedInput Settings.Share"},
		"hexadecimal":             {"Settings.Size=1&Settings.Share=0x1p-2", "MalformedInput Settings.Share"},
		"infinite":                {"Settings.Size=1&Settings.Share=1e999", "MalformedInput Settings.Share"},
		"no time":                 {"Settings.Size=1&Settings.Since=noon", "MalformedInput Settings.Since"},
		"item 0":                  {"Settings.Size=1&Settings.Days.member.0=x", "MalformedInput Settings.Days.member.0"},
		"item -":                  {"Settings.Size=1&Settings.Tags.Tag.-.Key=x", "MalformedInput Settings.Tags.Tag.-.Key"},
		"twice":                   {"Settings.Size=1&Settings.Size=1", "MalformedInput Settings.Size"},
		"path below a text":       {"Settings.Size=1&Serial.x=1", "InvalidQueryParameter Serial.x"},
	}
	for name, test := range tests {
		values, err := url.ParseQuery(test.query)
		if err != nil {
			t.Fatal(err)
		}
		given, failed := parse(operation, values)
		if failed != nil {
			code, part, _ := strings.Cut(test.want, " ")
			if string(failed.code) != code || !strings.Contains(failed.message, part) {
				t.Errorf("%s: got %s %s, want %s", name, failed.code, failed.message, test.want)
			}

			continue
		}
		text, err := json.Marshal(given.jsonValues(operation))
		if err != nil || string(text) != test.want {
			t.Errorf("%s: %s %v, want %s", name, text, err, test.want)
		}
	}
}

// TestListFingerprints checks that a Marker belongs to one set of filters, even if only structures differ.
func TestListFingerprints(t *testing.T) {
	t.Parallel()
	text := func(text string) *paramValue { return &paramValue{text: text} }
	list := func(items ...*paramValue) *paramValue { return &paramValue{items: items} }
	structure := func(members map[string]*paramValue) *paramValue { return &paramValue{members: members} }
	seen := make(map[string]int)
	for i, given := range []parameters{
		{},
		{"A": text("")},
		{"A": text("1")},
		{"B": text("1")},
		{"A": list(text("1"), text("2"))},
		{"A": list(text("2"), text("1"))},
		{"A": list(text("12"))},
		{"A": structure(map[string]*paramValue{"B": text("1")})},
		{"A": structure(map[string]*paramValue{"B": structure(map[string]*paramValue{"C": text("1")})})},
		{"L": list(structure(map[string]*paramValue{"B": text("1")}))},
		{"L": list(structure(map[string]*paramValue{"B": text("1")}), structure(map[string]*paramValue{"B": text("1")}))},
	} {
		one := call{operation: "DescribeTags", account: "123456789012", params: given}
		if before, found := seen[one.listFingerprint()]; found {
			t.Errorf("parameters %d and %d have the same fingerprint", before, i)
		}
		seen[one.listFingerprint()] = i
	}
}
