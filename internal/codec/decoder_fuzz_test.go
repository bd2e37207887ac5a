package codec_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/wiretest"
)

// difference describes the first difference between a value that the Decoder read and the value that encoding/xml read. For an empty
// element, the Decoder may have a nil pointer where encoding/xml has a pointer to a zero value.
func difference(path string, got, want reflect.Value) string {
	if got.Type() == reflect.TypeFor[time.Time]() {
		ours, _ := got.Interface().(time.Time)
		theirs, _ := want.Interface().(time.Time)
		if !ours.Equal(theirs) {
			return fmt.Sprintf("%s is %v, with encoding/xml %v", path, ours, theirs)
		}

		return ""
	}
	switch got.Kind() {
	case reflect.Pointer:
		switch {
		case got.IsNil() && (want.IsNil() || want.Elem().IsZero()):
			return ""
		case got.IsNil() || want.IsNil():
			return fmt.Sprintf("%s is nil: %t, with encoding/xml: %t", path, got.IsNil(), want.IsNil())
		}

		return difference(path, got.Elem(), want.Elem())
	case reflect.Struct:
		for i := range got.NumField() {
			if found := difference(path+"."+got.Type().Field(i).Name, got.Field(i), want.Field(i)); found != "" {
				return found
			}
		}

		return ""
	case reflect.Slice:
		if got.Len() != want.Len() || got.IsNil() != want.IsNil() {
			return fmt.Sprintf("%s has %d items, with encoding/xml %d", path, got.Len(), want.Len())
		}
		for i := range got.Len() {
			if found := difference(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i)); found != "" {
				return found
			}
		}

		return ""
	case reflect.Float64:
		if math.IsNaN(got.Float()) && math.IsNaN(want.Float()) {
			return ""
		}
	}
	if !got.Equal(want) {
		return fmt.Sprintf("%s is %v, with encoding/xml %v", path, got, want)
	}

	return ""
}

// isEmptyTime reports whether encoding/xml failed at an empty time, which only the Decoder accepts.
func isEmptyTime(err error) bool {
	var failed *time.ParseError

	return errors.As(err, &failed) && failed.Value == ""
}

// sameAsEncodingXML checks that encoding/xml accepts a document that the Decoder accepts, and reads the same values.
func sameAsEncodingXML(t *testing.T, document []byte) {
	t.Helper()
	got, err := decode(document)
	if err != nil {
		var malformed *codec.SyntaxError
		if !errors.As(err, &malformed) {
			t.Fatalf("the error is a %T, want a *codec.SyntaxError: %v", err, err)
		}
		if malformed.Offset < 0 || malformed.Offset > len(document) {
			t.Fatalf("the offset is %d in a document of %d bytes: %v", malformed.Offset, len(document), err)
		}
		if strings.ContainsAny(err.Error(), "\n\r") {
			t.Fatalf("the error text has several lines: %q", err.Error())
		}

		return
	}
	want := new(listItemsResult)
	if err := xml.Unmarshal(document, want); err != nil {
		if isEmptyTime(err) {
			return
		}
		t.Fatalf("encoding/xml does not accept the document: %v\n%q", err, document)
	}
	if found := difference("result", reflect.ValueOf(*got), reflect.ValueOf(*want)); found != "" {
		t.Fatalf("%s\n%q", found, document)
	}
}

var oddDocuments = []string{
	"", " ", "<a/>", "\ufeff<a/>", "<a/><b/>", "<a>", "</a>", "<a></b>", "<a/>x", "x<a/>",
	`<?xml version="1.0" encoding="UTF-8"?><a/>`, `<?xml version="1.1"?><a/>`, `<?xml encoding="latin1"?><a/>`,
	`<?xml version='1.0' standalone="no" ?><a/>`, ` <?xml version="1.0"?><a/>`, `<?pi some?thing?><a/>`, `<??><a/>`,
	`<!DOCTYPE html><html></html>`, `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, "<!-- c --><a/><!-- -- -->", "<!----><a/>",
	`<a b="c>d" e='f"' g = "&lt;"/>`, `<a b="<"/>`, `<a b=c/>`, `<a b/>`, `<a b="c"d="e"/>`, `<a b="]]>"/>`, `<a b="&x;"/>`,
	"<x:a xmlns:x='y'><x:b/></x:a>", "<x:a></a>", "<x:y:z/>", "<:a/>", "<a:/>", "<é/>", "<1/>", "< a/>", "<a / >",
	"<a>]]></a>", "<a>\x00</a>", "<a>\xff</a>", "<a>\ufffe</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&nbsp;</a>", "<a>& </a>",
	"<a><![CDATA[</a>", "<a><![CDATA[]]]]></a>", "<![CDATA[ ]]><a/>", "<a></a\n >", "<a></a b>", "<ab></a>", "<a></ab>",
	wiretest.Envelope("<Marker>a&amp;b&lt;&gt;&apos;&quot;&#65;&#x42;&#x1F600;</Marker>"),
	wiretest.Envelope("<Marker>a<!-- b -->c<![CDATA[<d>&amp;]]>e<f>g<h/></f>i<?j?>k</Marker>"),
	wiretest.Envelope("<Marker>a\r\nb\rc&#13;\n<![CDATA[\r\n\r]]>\n</Marker>"),
	wiretest.Envelope("<Marker> x </Marker><Marker/>"), wiretest.Envelope("<Marker>\u00e9\u65e5\U0001F600</Marker>"), wiretest.Envelope("text<Marker>x</Marker>text"),
	wiretest.Envelope("<First>" + fmt.Sprintf(fullItem, 7) + "</First><First><Port>1</Port></First>"),
	wiretest.Envelope("<Items><Item>" + fmt.Sprintf(fullItem, 1) + "</Item><Other/><Item/></Items><Items><Item><Name>2</Name></Item></Items>"),
	wiretest.Envelope("<First><Port> 5 </Port><Bytes>+7</Bytes><Rate> .5</Rate><Encrypted> TRUE </Encrypted></First>"),
	wiretest.Envelope("<First><Port>5_0</Port></First>"), wiretest.Envelope("<First><Port>0x5</Port></First>"), wiretest.Envelope("<First><Port> </Port></First>"),
	wiretest.Envelope("<First><Port>9223372036854775808</Port></First>"), wiretest.Envelope("<First><Rate>1e999</Rate></First>"),
	wiretest.Envelope("<First><Rate>INF</Rate><Rate>-Infinity</Rate><Rate>0x1p-2</Rate></First>"), wiretest.Envelope("<First><Encrypted>yes</Encrypted></First>"),
	wiretest.Envelope("<First><Created/><Deleted/><Times><Time/></Times></First>"), wiretest.Envelope("<First><Created> 2026-11-23T01:02:03Z</Created></First>"),
	wiretest.Envelope("<First><Created>2026-11-23T01:02:03.123456789+05:30</Created></First>"), wiretest.Envelope("<First><Created>2026-11-23 01:02:03Z</Created></First>"),
	wiretest.Envelope("<First><Created>2026-11-23T01:02:03,5Z</Created></First>"), wiretest.Envelope("<First><Created>2026-11-23T24:00:00Z</Created></First>"),
	wiretest.Envelope("<First><Retention>5</Retention><Retention/><Public>true</Public><Public></Public></First>"),
	wiretest.Envelope("<First><Owner><Key>a</Key></Owner><Owner><Value>b</Value></Owner></First>"),
	wiretest.Envelope("<First><Tags><Tag/><Tag><Key>k</Key></Tag></Tags><Tags/><Tags><Tag/></Tags></First>"),
	wiretest.Envelope("<First><Types><Type>a</Type>x<Other>b</Other></Types><Types><Type/></Types></First>"),
	wiretest.Envelope("x]y<Marker>x]y]]</Marker>"), "<a b='\x01'/>", "<a b=']]>\r\n&gt;'/>", "<a\xff/>", "<a>\xff<b/></a>",
	"<ListItemsResponse><ResponseMetadata><RequestId>1</RequestId><X/></ResponseMetadata><ListItemsResult><Marker>m</Marker></ListItemsResult>" +
		"<OtherResult><Marker>n</Marker></OtherResult><ListItemsResult><Marker>o</Marker></ListItemsResult></ListItemsResponse>",
}

func TestDecoderAgainstEncodingXML(t *testing.T) {
	t.Parallel()
	for _, document := range oddDocuments {
		sameAsEncodingXML(t, []byte(document))
	}
}

// FuzzDecoder checks that encoding/xml accepts every document that the Decoder accepts, and reads the same values.
func FuzzDecoder(f *testing.F) {
	for _, document := range oddDocuments {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) { sameAsEncodingXML(t, document) })
}

// FuzzMembers does the same for the members of a result.
func FuzzMembers(f *testing.F) {
	f.Add("<Marker>", "a&#65;", "</Marker>")
	f.Add("<First><Port>", " 5\n", "</Port></First>")
	f.Add("<First><Rate>", "-INF", "</Rate></First>")
	f.Add("<First><Created>", "2026-11-23T01:02:03.5+01:00", "</Created></First>")
	f.Add("<First><Public>", "t", "</Public><Note/></First>")
	f.Add("<Items><Item><Tags><Tag><Value>", "<![CDATA[x]]>y", "</Value></Tag></Tags></Item></Items>")
	f.Add("<Items><Item><Ports>", "<Port>1</Port><Port/>", "</Ports></Item></Items>")
	f.Fuzz(func(t *testing.T, before, middle, after string) {
		sameAsEncodingXML(t, []byte(wiretest.Envelope(before+middle+after)))
		sameAsEncodingXML(t, []byte(wiretest.Envelope("<First><Name>"+middle+"</Name></First>")))
		sameAsEncodingXML(t, []byte(wiretest.Envelope("<First><Created>"+middle+"</Created><Port>"+before+"</Port><Rate>"+after+"</Rate></First>")))
	})
}
