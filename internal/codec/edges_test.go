package codec_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/wiretest"
)

// TestEdgeCasesOfTexts reads texts that are easily misread, and malformed documents that are easily accepted.
func TestEdgeCasesOfTexts(t *testing.T) {
	t.Parallel()
	valid := map[string]string{
		"<a><![CDATA[]]></a>":                      "",
		"<a><![CDATA[]]>x<![CDATA[]]></a>":         "x",
		"<a>x<![CDATA[]]]]></a>":                   "x]]",
		"<a><![CDATA[a\r\nb\rc\r]]></a>":           "a\nb\nc\n",
		"<a>&#10;</a>":                             "\n",
		"<a>&#xA;&#xa;&#x0000000A;&#13;&#9;</a>":   "\n\n\n\r\t",
		"<a>a\r\nb\rc\r\r\n</a>":                   "a\nb\nc\n\n",
		"<a>\ufffd&#xFFFD;&#65533;</a>":            "\ufffd\ufffd\ufffd",
		"<a>\u0080\u0085\u00a0\u2028</a>":          "\u0080\u0085\u00a0\u2028",
		"<a>\ud7ff\ue000&#xD7FF;&#xE000;</a>":      "\ud7ff\ue000\ud7ff\ue000",
		"<a>\U00010000\U0010ffff&#x10FFFF;</a>":    "\U00010000\U0010ffff\U0010ffff",
		"<a>&#32; \t\n~\x7f</a>":                   "  \t\n~\x7f",
		"<a>]]&gt;]&amp;&lt;&apos;&quot;></a>":     "]]>]&<'\">",
		"<a>a<b>c</b>d<!-- e -->f<?g h?>i</a>":     "adfi",
		"\ufeff<a>x</a>":                           "x",
		"\ufeff<?xml version='1.0'?><a>x</a>":      "x",
		"<?xml version='1.0'?>\n<!---->\n<a>x</a>": "x",
		"<?xml version=\"1.0\" encoding='utf-8' standalone = \"no\" ?><a\t\r\n>x</a\t\r\n >": "x",
		"<a b=']>\u00e9&#10;' c = \"'\t\n\r\"\n>x</a>":                                       "x",
		"<p:a>x</p:a>": "x",
	}
	for document, want := range valid {
		d := codec.NewDecoder([]byte(document))
		d.Next()
		if got := d.Text(); got != want || d.Next() || d.Err() != nil {
			t.Errorf("Text() of %q = %q, want %q: %v", document, got, want, d.Err())
		}
	}
	for _, document := range []string{
		"\ufeff\ufeff<a/>", "\ufeff\n<?xml version='1.0'?><a/>", "<a>\ufffe</a>", "<a>&#xFFFE;</a>", "<a>&#xFFFF;</a>", "<a>&#xDFFF;</a>", "<a>&#0;</a>",
		"<a>&#8;</a>", "<a>&#11;</a>", "<a>&#12;</a>", "<a>&#14;</a>", "<a>&#31;</a>", "<a>\x08</a>", "<a>\x0b</a>", "<a>\x1f</a>", "<a>&#;</a>", "<a>&#x;</a>",
		"<a>&#X41;</a>", "<a>&#-1;</a>", "<a>&#+1;</a>", "<a>&#4294967297;</a>", "<a>&;</a>", "<a>& ;</a>", "<a>\xc0\x80</a>", "<a>\xed\xa0\x80</a>", "<a>\xf4\x90\x80\x80</a>",
		"<a>&" + strings.Repeat("#", 40) + ";</a>", "<a\u00a0/>", "<a\x0b/>", "<a></a\x0b>", "<p:a></a>", "<a></p:a>", "<:a></:a>", "<a:></a:>", "<a:b:c></a:b:c>",
	} {
		d := codec.NewDecoder([]byte(document))
		if d.Next() {
			d.Text()
			d.Next()
		}
		if d.Err() == nil {
			t.Errorf("the Decoder accepts %q", document)
		}
	}
}

// TestBytesOfNames tries every ASCII character as the first and as a further character of a name.
func TestBytesOfNames(t *testing.T) {
	t.Parallel()
	const first = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
	for c := range byte(0x80) {
		for name, valid := range map[string]bool{
			string(c) + "b":       strings.IndexByte(first, c) >= 0,
			"b" + string(c):       strings.IndexByte(first+"0123456789-. \t\n\r", c) >= 0, // white space may follow a name
			"b" + string(c) + "b": strings.IndexByte(first+"0123456789-.:", c) >= 0,
		} {
			document := "<" + name + ">x</" + name + ">"
			d := codec.NewDecoder([]byte(document))
			d.Next()
			local := string(d.Name())
			read := d.Text() == "x" && !d.Next() && d.Err() == nil
			if _, after, found := strings.Cut(name, ":"); found {
				name = after
			}
			name = strings.TrimSpace(name)
			if read != valid || valid && local != name {
				t.Errorf("the Decoder accepts %q: %t, want %t; Name() = %q: %v", document, read, valid, local, d.Err())
			}
		}
	}
	for size, valid := range map[int]bool{255: true, 256: true, 257: false} {
		name := strings.Repeat("n", size)
		if d := codec.NewDecoder([]byte("<" + name + "/>")); d.Next() != valid {
			t.Errorf("a name of %d bytes: %v", size, d.Err())
		}
	}
}

// TestBytesOfTexts tries every byte in a text, an attribute, a comment, an instruction and a CDATA section.
func TestBytesOfTexts(t *testing.T) {
	t.Parallel()
	for c := range 0x80 {
		c := byte(c)
		allowed := c >= ' ' || c == '\t' || c == '\n' || c == '\r'
		for form, special := range map[string]string{
			"<a>x%cy</a>": "<&", "<a b='%cy'/>": "<&'", "<a><!--%cy--></a>": "", "<a><?x %cy?></a>": "", "<a><![CDATA[%cy]]></a>": "",
		} {
			d := codec.NewDecoder(fmt.Appendf(nil, form, c))
			d.Next()
			text := d.Text()
			d.Next()
			valid := allowed && strings.IndexByte(special, c) < 0
			if (d.Err() == nil) != valid {
				t.Errorf("%q: %v", fmt.Sprintf(form, c), d.Err())
			}
			want := map[string]string{"<a>x%cy</a>": "x" + string(c) + "y", "<a><![CDATA[%cy]]></a>": string(c) + "y"}[form]
			if valid && text != strings.ReplaceAll(want, "\r", "\n") {
				t.Errorf("Text() of %q = %q", fmt.Sprintf(form, c), text)
			}
		}
	}
}

// TestBytesOnTheWire sends every byte as the value of a parameter.
func TestBytesOnTheWire(t *testing.T) {
	t.Parallel()
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	for c := range 0x100 {
		want := fmt.Sprintf("%%%02X", c)
		if strings.IndexByte(unreserved, byte(c)) >= 0 {
			want = string(rune(c))
		}
		base := new(wiretest.RoundTripper)
		if _, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), listItems(&listItemsParams{Name: string([]byte{byte(c)})})); err != nil {
			t.Fatal(err)
		}
		if got := base.Sent[0].URL.RawQuery; !strings.Contains(got, "&Name="+want+"&") {
			t.Errorf("the query for the byte %#x is %s, want %s in it", c, got, want)
		}
	}
}

// TestLimitsOfErrors has texts around the lengths that an Error keeps or shows: one byte shorter, exact, and one byte longer.
func TestLimitsOfErrors(t *testing.T) {
	t.Parallel()
	document := func(code, message string) string {
		return "<Error><Type>" + code + "</Type><Code>" + code + "</Code><Message>" + message + "</Message><RequestId>" + code + "</RequestId></Error>"
	}
	for _, more := range []int{-1, 0, 1} {
		refuse := func(body string) *awsquery.Error {
			_, err := call(t, http.StatusBadRequest, body, nil)
			var refused *awsquery.Error
			if !errors.As(err, &refused) {
				t.Fatalf("the error is a %T, want an *awsquery.Error: %v", err, err)
			}

			return refused
		}
		if got := refuse(document("C", strings.Repeat("m", 16<<10+more))); len(got.Message) != 16<<10+min(more, 0) {
			t.Errorf("with the length %+d, the Message has %d bytes", more, len(got.Message))
		}
		word := strings.Repeat("c", 128+more)
		if got := refuse(document(word, "")); len(got.Code) != 128+min(more, 0) || len(got.RequestID) != len(got.Code) || len(got.Type) != len(got.Code) {
			t.Errorf("with the length %+d, Code, RequestID and Type have %d, %d and %d bytes", more, len(got.Code), len(got.RequestID), len(got.Type))
		}
		if got := refuse(strings.Repeat("b", 512+more)); len(got.Body) != 512+min(more, 0) {
			t.Errorf("with the length %+d, the Body has %d bytes", more, len(got.Body))
		}
		shown := refuse(document("C", strings.Repeat("m", 1024+more))).Error()
		want := strings.Repeat("m", 1024+min(more, 0))
		if more > 0 {
			want += "..."
		}
		if !strings.HasSuffix(shown, ", C: "+want) {
			t.Errorf("with the length %+d, the text ends with %q", more, shown[len(shown)-10:])
		}
		failed := &awsquery.Error{Operation: word, RequestID: word, Code: awsquery.ErrorCode(word)}
		want = strings.Repeat("c", 128+min(more, 0))
		if more > 0 {
			want += "..."
		}
		if got := failed.Error(); got != want+": request id "+want+", "+want {
			t.Errorf("with the length %+d, Error() = %s", more, got)
		}
		if got := refuse(`{"__type":"` + word + `"}`); (got.Code != "") != (more <= 0) {
			t.Errorf("with the length %+d, the code of a JSON document is %q", more, got.Code)
		}
		padded := `{"__type":"C","padding":"` + strings.Repeat("p", 64<<10+more-len(`{"__type":"C","padding":""}`)) + `"}`
		if got := refuse(padded); (got.Code == "C") != (more <= 0) {
			t.Errorf("with the length %+d, the code of a large JSON document is %q", more, got.Code)
		}
	}
}

// TestEmptyAndInvalidMembers checks that an empty element is a nil pointer, except for a text, and that an invalid element sets no
// value.
func TestEmptyAndInvalidMembers(t *testing.T) {
	t.Parallel()
	pointers := []string{"Retention", "Limit", "Share", "Public"}
	values := []string{"Port", "Bytes", "Rate", "Encrypted", "Created", "Deleted"}
	for _, form := range []string{"<%s/>", "<%s></%[1]s>", "<%s><!-- --></%[1]s>", "<%s><![CDATA[]]></%[1]s>"} {
		var members strings.Builder
		for _, name := range append(append([]string{"Note"}, pointers...), values...) {
			fmt.Fprintf(&members, form, name)
		}
		result, err := decode([]byte(wiretest.Envelope("<First>" + members.String() + "</First>")))
		if want := (item{Note: new("")}); err != nil || !reflect.DeepEqual(result.First, want) {
			t.Errorf("decode() with %s = %+v, %v, want %+v", form, result.First, err, want)
		}
	}
	for _, name := range append(pointers, values...) {
		for _, text := range []string{"x", " ", "1 2", "--1", "1e", "truefalse", "2026-13-01T00:00:00Z", "2026-11-23T01:02:03", "1" + strings.Repeat("0", 400)} {
			result, err := decode([]byte(wiretest.Envelope("<First><" + name + ">" + text + "</" + name + "></First>")))
			if err == nil || !reflect.DeepEqual(result.First, item{}) {
				t.Errorf("decode() with %.10q as the %s = %+v, %v, want an error", text, name, result.First, err)
			}
		}
	}
	// The Decoder ignores white space around a value, and the case of true and false.
	spaced := "<Port>\n 7 </Port><Bytes> -8\n</Bytes><Rate> 1e3 </Rate><Encrypted> TRUE </Encrypted><Retention> 0 </Retention><Public>\tFalse</Public>"
	result, err := decode([]byte(wiretest.Envelope("<First>" + spaced + "</First>")))
	want := item{Port: 7, Bytes: -8, Rate: 1000, Encrypted: true, Retention: new(0), Public: new(false)}
	if err != nil || !reflect.DeepEqual(result.First, want) {
		t.Errorf("decode() = %+v, %v, want %+v", result.First, err, want)
	}
}
