package codec_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/wiretest"
)

func TestEveryKindOfMember(t *testing.T) {
	t.Parallel()
	result, err := decode([]byte(wiretest.Envelope("<Items><Item>" + fmt.Sprintf(fullItem, 7) + "</Item></Items><Marker>next</Marker>")))
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Items) != 1 || result.Marker != "next" || result.RequestID != "5c1b2f3a" {
		t.Fatalf("decode() = %+v, want one item, the marker next and the request id 5c1b2f3a", result)
	}
	got := result.Items[0]
	at := time.Date(2026, 11, 23, 1, 2, 3, 7_000_000, time.UTC)
	checks := map[string]bool{
		"Name":      got.Name == "nightly-7",
		"Color":     got.Color == "blue",
		"Port":      got.Port == 5439,
		"Bytes":     got.Bytes == 7_000_000,
		"Rate":      got.Rate == 5.2521,
		"Encrypted": got.Encrypted,
		"Created":   got.Created.Equal(at) && got.Created.Location() == time.UTC,
		"Retention": got.Retention != nil && *got.Retention == -1,
		"Limit":     got.Limit == nil,
		"Share":     got.Share != nil && math.IsNaN(*got.Share),
		"Public":    got.Public != nil && !*got.Public,
		"Note":      got.Note != nil && *got.Note == "",
		"Deleted":   got.Deleted.IsZero(),
		"Owner":     got.Owner != nil && *got.Owner == tag{Key: "team", Value: "R&D"},
		"Tags":      len(got.Tags) == 2 && got.Tags[0] == tag{Key: "env", Value: "prod"} && got.Tags[1] == tag{Key: "cost"},
		"Types":     strings.Join(got.Types, " ") == "dc2.large ra3.xlplus",
		"Colors":    len(got.Colors) == 1 && got.Colors[0] == "red",
		"Ports":     len(got.Ports) == 2 && got.Ports[0] == 1 && got.Ports[1] == -2,
		"Sizes":     len(got.Sizes) == 1 && got.Sizes[0] == math.MaxInt64,
		"Rates":     len(got.Rates) == 1 && got.Rates[0] == 1000,
		"Flags":     len(got.Flags) == 2 && got.Flags[0] && !got.Flags[1],
		"Times":     len(got.Times) == 1 && got.Times[0] == time.Date(2026, 11, 22, 23, 2, 3, 0, time.UTC),
	}
	for member, good := range checks {
		if !good {
			t.Errorf("%s is wrong in %+v", member, got)
		}
	}
}

func TestOptionalMembers(t *testing.T) {
	t.Parallel()
	members := []string{"Retention", "Limit", "Share", "Public", "Note"}
	values := []string{"5", "6", "7.5", "true", "n"}
	var full strings.Builder
	for i, member := range members {
		fmt.Fprintf(&full, "<%s>%s</%s>", member, values[i], member)
	}
	result, err := decode([]byte(wiretest.Envelope("<First>" + full.String() + "</First>")))
	if err != nil {
		t.Fatal(err)
	}
	got := result.First
	if *got.Retention != 5 || *got.Limit != 6 || *got.Share != 7.5 || !*got.Public || *got.Note != "n" {
		t.Errorf("decode() = %+v, want the values %v", got, values)
	}
}

func TestMalformedDocuments(t *testing.T) {
	t.Parallel()
	nest := func(depth int) string { return strings.Repeat("<a>", depth) + strings.Repeat("</a>", depth) }
	tests := map[string]struct {
		document string
		want     string
		cutShort bool
	}{
		"empty":                      {"", "XML at byte 0: the document is empty", true},
		"white space":                {" \n", "XML at byte 2: the document is empty", true},
		"declaration only":           {"<?xml version='1.0'?>", "XML at byte 21: the document is incomplete", true},
		"cut in a tag":               {"<a><b", "XML at byte 5, in a: the document is incomplete", true},
		"cut after <":                {"<a><", "XML at byte 4, in a: the document is incomplete", true},
		"cut in an end tag":          {"<abc></ab", "XML at byte 9, in abc: the document is incomplete", true},
		"cut in an attribute":        {"<a b='", "XML at byte 6: the document is incomplete", true},
		"cut before a value":         {"<a b", "XML at byte 4: the document is incomplete", true},
		"cut after an attribute":     {"<a b='c' ", "XML at byte 9: the document is incomplete", true},
		"cut after a value":          {"<a b='c", "XML at byte 7: the document is incomplete", true},
		"cut after a slash":          {"<a/", "XML at byte 3: the document is incomplete", true},
		"cut after an end tag":       {"<a></a ", "XML at byte 7, in a: the document is incomplete", true},
		"cut before a comment's end": {"<a><!-- --", "XML at byte 10, in a: the document is incomplete", true},
		"short other end tag":        {"<abc></x", "XML at byte 7, in abc: an end tag with another name", false},
		"attribute: reference":       {"<a b='&x;'/>", "XML at byte 6: a reference to an entity that XML does not have", false},
		"declaration, no quotes":     {"<?xml version=1.0?><a/>", "XML at byte 0: a malformed XML declaration", false},
		"cut in a comment":           {"<a><!-- x", "XML at byte 9, in a: the document is incomplete", true},
		"cut in CDATA":               {"<a><![CDATA[x]]", "XML at byte 15, in a: the document is incomplete", true},
		"cut in <![":                 {"<a><![CD", "XML at byte 8, in a: the document is incomplete", true},
		"cut in an instruction":      {"<a><?x ", "XML at byte 7, in a: the document is incomplete", true},
		"cut in a reference":         {"<a>&am", "XML at byte 6, in a: the document is incomplete", true},
		"cut in a character":         {"<a>\xe6\x97", "XML at byte 5, in a: the document is incomplete", true},
		"other end tag":              {"<x:a></y:a>", "XML at byte 7, in a: an end tag with another name", false},
		"longer end tag":             {"<a></ab>", "XML at byte 6, in a: an end tag with another name", false},
		"crossed":                    {"<a><b></a></b>", "XML at byte 8, in b: an end tag with another name", false},
		"end tag first":              {"</a>", "XML at byte 0: an end tag outside of the root element", false},
		"end tag with more":          {"<a></a b>", "XML at byte 7, in a: an end tag with more than a name", false},
		"second root":                {"<a/><b/>", "XML at byte 4: a second root element", false},
		"text before":                {"x<a/>", "XML at byte 0: text outside of the root element", false},
		"text after":                 {"<a/>x", "XML at byte 4: text outside of the root element", false},
		"CDATA after":                {"<a/><![CDATA[]]>", "XML at byte 4: a CDATA section outside of the root element", false},
		"document type":              {"<!DOCTYPE a><a/>", "XML at byte 0: a document type or another declaration, which is not supported", false},
		"entity":                     {"<a>&nbsp;</a>", "XML at byte 3, in a: a reference to an entity that XML does not have", false},
		"ampersand":                  {"<a>R&D </a>", "XML at byte 4, in a: a & that does not start a reference", false},
		"surrogate":                  {"<a>&#xD800;</a>", "XML at byte 3, in a: a reference to a character that XML does not allow", false},
		"beyond Unicode":             {"<a>&#x110000;</a>", "XML at byte 3, in a: a reference to a character that XML does not allow", false},
		"NUL":                        {"<a>\x00</a>", "XML at byte 3, in a: the character U+0000, which XML does not allow", false},
		"not a character":            {"<a><![CDATA[\uffff]]></a>", "XML at byte 12, in a: the character U+FFFF, which XML does not allow", false},
		"not UTF-8":                  {"<a>\xe9t\xe9</a>", "XML at byte 3, in a: bytes that are not UTF-8", false},
		"not UTF-8 in a comment":     {"<!--\xe9--><a/>", "XML at byte 4: bytes that are not UTF-8", false},
		"not UTF-8, attribute":       {"<a b='\xe9t'/>", "XML at byte 6: bytes that are not UTF-8", false},
		"]]>":                        {"<a>]]></a>", "XML at byte 3, in a: a ]]> outside of a CDATA section", false},
		"-- in a comment":            {"<a><!-- -- --></a>", "XML at byte 10, in a: a -- in a comment", false},
		"name":                       {"<1/>", "XML at byte 1: a missing name, or one that does not start with an ASCII letter", false},
		"long name":                  {"<" + strings.Repeat("n", 257) + "/>", "XML at byte 1: a name of more than 256 bytes", false},
		"slash":                      {"<a/b>", "XML at byte 2: a / in a start tag that does not end it", false},
		"attribute: no value":        {"<a b/>", "XML at byte 4: an attribute without a value", false},
		"attribute: no quotes":       {"<a b=c/>", "XML at byte 5: an attribute's value without quotes", false},
		"attribute: <":               {"<a b='<'/>", "XML at byte 6: a < in an attribute's value", false},
		"attributes: no space":       {"<a b='c'd='e'/>", "XML at byte 8: no white space before an attribute", false},
		"late declaration":           {"<a/><?xml version='1.0'?>", "XML at byte 4: an XML declaration that is not at the start", false},
		"XML 1.1":                    {"<?xml version='1.1'?><a/>", "XML at byte 0: an XML version other than 1.0", false},
		"Latin 1":                    {"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "XML at byte 0: an encoding other than UTF-8", false},
		"declaration":                {"<?xml version='1.0' version='1.0'?><a/>", "XML at byte 0: a malformed XML declaration", false},
		"standalone":                 {"<?xml standalone='s3cret'?><a/>", "XML at byte 0: a malformed XML declaration", false},
		"instruction":                {"<?x:y z?><a/>", "XML at byte 2: a processing instruction without a name", false},
		"too deep":                   {nest(65), "XML at byte 192, in a: more than 64 nested elements", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := codec.NewDecoder([]byte(test.document))
			if d.Next() {
				d.Skip()
				d.Next()
			}
			err := d.Err()
			if err == nil || err.Error() != test.want {
				t.Fatalf("Err() = %v, want %s", err, test.want)
			}
			if errors.Is(err, io.ErrUnexpectedEOF) != test.cutShort {
				t.Errorf("errors.Is(err, io.ErrUnexpectedEOF) = %t, want %t", !test.cutShort, test.cutShort)
			}
			if d.Next() || d.Text() != "" || d.Integer() != 0 || d.NextMember() || d.OptionalString() != nil || d.Err() != err {
				t.Error("the Decoder continues after the error")
			}
		})
	}
	d := codec.NewDecoder([]byte(nest(64)))
	if d.Next() {
		d.Skip()
	}
	if d.Next() || d.Err() != nil {
		t.Errorf("64 nested elements: %v", d.Err())
	}
}

func TestInvalidValues(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"<Port>s3cret</Port>":                         "in Port: not a whole number",
		"<Port>1.5</Port>":                            "in Port: not a whole number",
		"<Port> </Port>":                              "in Port: not a whole number",
		"<Bytes>9223372036854775808</Bytes>":          "in Bytes: a number that is too large",
		"<Limit>s3cret</Limit>":                       "in Limit: not a whole number",
		"<Rate>s3cret</Rate>":                         "in Rate: not a number, or one that is too large",
		"<Share>1e400</Share>":                        "in Share: not a number, or one that is too large",
		"<Encrypted>s3cret</Encrypted>":               "in Encrypted: neither true nor false",
		"<Public>s3cret</Public>":                     "in Public: neither true nor false",
		"<Created>s3cret</Created>":                   "in Created: not a time in RFC 3339",
		"<Deleted>2026-11-23</Deleted>":               "in Deleted: not a time in RFC 3339",
		"<Ports><Port>1</Port><Port>x</Port></Ports>": "in Port: not a whole number",
		"<x:Port>s3cret</x:Port>":                     "in Port: not a whole number",
	}
	for members, want := range tests {
		document := wiretest.Envelope("<First>" + members + "</First>")
		_, err := decode([]byte(document))
		var malformed *codec.SyntaxError
		if !errors.As(err, &malformed) || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("decode(%s) fails with %v, want %s", members, err, want)
			continue
		}
		if before := document[:malformed.Offset]; !strings.HasSuffix(before, ">") {
			t.Errorf("%s: the offset is not the start of the value: %s", members, before)
		}
	}
}

func TestMalformedTexts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a&b;c", "a\x01", "a\xff", "a]]>", "a<", "a<b>", "a<!-- -- -->", "a<![CDATA[\x01]]>", "a<?1?>", "a<b></c>"} {
		d := codec.NewDecoder([]byte("<a>" + text + "</a>"))
		if !d.Next() || d.Text() != "" || d.Err() == nil {
			t.Errorf("%q as a text: %v", text, d.Err())
		}
		d = codec.NewDecoder([]byte("<a>5" + text + "</a>"))
		if !d.Next() || d.Double() != 0 || d.OptionalDouble() != nil || d.Err() == nil {
			t.Errorf("%q as a number: %v", text, d.Err())
		}
		d = codec.NewDecoder([]byte("<a>" + text))
		if !d.Next() || d.Text() != "" || d.Err() == nil {
			t.Errorf("%q at the end: %v", text, d.Err())
		}
	}
}

func TestEnvelopes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ document, marker, requestID string }{
		"usual":            {wiretest.Envelope("<Marker>m</Marker>"), "m", "5c1b2f3a"},
		"no result":        {"<ListItemsResponse><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListItemsResponse>", "", "r"},
		"nothing":          {"<ListItemsResponse/>", "", ""},
		"metadata first":   {"<ListItemsResponse><ResponseMetadata><A/><RequestId>r</RequestId></ResponseMetadata><ListItemsResult><Marker>m</Marker></ListItemsResult></ListItemsResponse>", "m", "r"},
		"other result":     {"<ListItemsResponse><OtherResult><Marker>o</Marker></OtherResult><Result><Marker>p</Marker></Result></ListItemsResponse>", "", ""},
		"prefixes":         {"<p:ListItemsResponse xmlns:p='x'><p:ListItemsResult><p:Marker>m</p:Marker></p:ListItemsResult></p:ListItemsResponse>", "m", ""},
		"unknown elements": {wiretest.Envelope("<New><Marker>n</Marker></New><Marker>m</Marker><New/>"), "m", "5c1b2f3a"},
	}
	for name, test := range tests {
		result, err := decode([]byte(test.document))
		if err != nil || result.Marker != test.marker || result.RequestID != test.requestID {
			t.Errorf("%s: marker %q, request id %q: %v", name, result.Marker, result.RequestID, err)
		}
		// DecodeQuery also works without a call of Next before it.
		direct := new(listItemsResult)
		d := codec.NewDecoder([]byte(test.document))
		direct.DecodeQuery(d)
		if d.Err() != nil || direct.Marker != test.marker {
			t.Errorf("%s, without Next before: marker %q, %v", name, direct.Marker, d.Err())
		}
	}
}

func TestTextsAreCopies(t *testing.T) {
	t.Parallel()
	for _, items := range []int{1, 100} { // only long documents share texts
		document := page(items)
		result := decodeSnapshots(t, document)
		clear(document)
		last := result.Snapshots[items-1]
		if last.Status != "available" || last.SnapshotIdentifier != fmt.Sprintf("nightly-2026-11-%03d", items) || last.Tags[0].Key != "env" {
			t.Errorf("a text changed with the document: %+v", last)
		}
	}
}

func TestManyDifferentTexts(t *testing.T) {
	t.Parallel()
	var list strings.Builder
	want := make([]string, 0, 3000)
	for i := range 3000 {
		text := strings.Repeat("x", i%70) + fmt.Sprint(i%977)
		want = append(want, text)
		list.WriteString("<Type>" + text + "</Type>")
	}
	result, err := decode([]byte(wiretest.Envelope("<First><Types>" + list.String() + "</Types></First>")))
	if err != nil || len(result.First.Types) != len(want) {
		t.Fatalf("decode() returns %d texts and %v, want %d", len(result.First.Types), err, len(want))
	}
	for i := range want {
		if result.First.Types[i] != want[i] {
			t.Fatalf("text %d is %q, want %q", i, result.First.Types[i], want[i])
		}
	}
}

func TestMemoryForListsIsBounded(t *testing.T) {
	t.Parallel()
	// End tags in a comment, or small items before a long text, make the estimate of the list's size too large.
	for name, list := range map[string]string{
		"in a comment": "<Item></Item><!--" + strings.Repeat("</Item>", 100) + "-->",
		"small items":  "<Item/><Item/><Note>" + strings.Repeat("x", 1_000_000) + "</Note>",
	} {
		result, err := decode([]byte(wiretest.Envelope("<Items>" + list + "</Items>")))
		if err != nil || len(result.Items) == 0 || len(result.Items) > 2 || cap(result.Items) > 150 {
			t.Errorf("%s: the list has room for %d items: %v", name, cap(result.Items), err)
		}
	}
	result, err := decode(page(300))
	if err != nil || len(result.Items) != 300 || cap(result.Items) > 700 {
		t.Errorf("the list of 300 items has room for %d: %v", cap(result.Items), err)
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*codec.Decoder){
		"Text":    func(d *codec.Decoder) { d.Text() },
		"Skip":    (*codec.Decoder).Skip,
		"Integer": func(d *codec.Decoder) { d.Integer() },
	} {
		d := codec.NewDecoder([]byte("<a/>"))
		read(d)
		if err := d.Err(); err == nil || err.Error() != "XML at byte 0: no element is open" {
			t.Errorf("%s before Next: %v", name, err)
		}
	}
}

// TestMemoryForEmptyItems checks the limit for empty items, which have a few bytes in a document and hundreds in memory.
func TestMemoryForEmptyItems(t *testing.T) {
	t.Parallel()
	result, err := decode([]byte(wiretest.Envelope("<Items>" + strings.Repeat("<Item/>", 1_000_000) + "</Items>")))
	if err == nil || !strings.Contains(err.Error(), "far more memory than the document has bytes") {
		t.Errorf("decode() returns %d items and %v, want an error about memory", len(result.Items), err)
	}
	if result, err := decode([]byte(wiretest.Envelope("<Items>" + strings.Repeat("<Item/>", 5_000) + "</Items>"))); err != nil || len(result.Items) != 5_000 {
		t.Errorf("decode() returns %d items and %v, want 5,000", len(result.Items), err)
	}
}
