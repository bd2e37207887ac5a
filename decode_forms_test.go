package redshift_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/redshift-go/redshift"
)

// element is an element of a response, to be written in other forms.
type element struct {
	name     string
	text     string // the text of an element without children
	children []*element
}

func (e *element) isLeaf() bool { return len(e.children) == 0 }

// parseElement parses a document.
func parseElement(t *testing.T, document []byte) *element {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(document))
	open := []*element{{}}
	for {
		token, err := decoder.Token()
		if err != nil {
			return open[0].children[0]
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			one := &element{name: token.Name.Local}
			top.children = append(top.children, one)
			open = append(open, one)
		case xml.CharData:
			top.text += string(token)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

// xmlForm is a way to write a document without changing its meaning.
type xmlForm struct {
	seed    uint64              // the seed of the order of the children; 0 keeps the order
	between func() string       // returns the text before each child and before the end tag
	text    func(string) string // returns another form of a text
	prefix  string              // the prefix of the names
}

func (f xmlForm) write(w *strings.Builder, e *element) {
	fmt.Fprintf(w, "<%s%s>", f.prefix, e.name)
	if e.isLeaf() {
		w.WriteString(f.text(e.text))
	} else {
		for _, child := range f.ordered(e.children) {
			w.WriteString(f.between())
			f.write(w, child)
		}
		w.WriteString(f.between())
	}
	fmt.Fprintf(w, "</%s%s>", f.prefix, e.name)
}

// ordered shuffles children, except the items of a list, whose order matters.
func (f xmlForm) ordered(children []*element) []*element {
	if f.seed == 0 || len(children) < 2 || children[0].name == children[1].name {
		return children
	}
	mixed := slices.Clone(children)
	random := rand.New(rand.NewPCG(f.seed, uint64(len(children))))
	random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })

	return mixed
}

func (f xmlForm) document(e *element) string {
	if f.between == nil {
		f.between = func() string { return "" }
	}
	if f.text == nil {
		f.text = escape
	}
	var w strings.Builder
	f.write(&w, e)
	text := w.String()
	if f.prefix != "" {
		text = strings.Replace(text, ">", ` xmlns:q="http://redshift.amazonaws.com/doc/2012-12-01/" q:a="&lt;">`, 1)
	}

	return text
}

func escape(text string) string {
	var w strings.Builder
	_ = xml.EscapeText(&w, []byte(text)) // a Builder returns no errors

	return w.String()
}

// decodeInto calls an operation whose response is the document.
func decodeInto(t *testing.T, operation reflect.Method, document string) (any, error) {
	t.Helper()
	client := newClient(t, func(config *redshift.Config) {
		config.DisableParamValidation = true
		config.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return httpmock.NewStringResponse(http.StatusOK, document), nil
		})}
	})
	results := reflect.ValueOf(client).MethodByName(operation.Name).Call([]reflect.Value{
		reflect.ValueOf(t.Context()), reflect.New(operation.Type.In(1).Elem()),
	})
	err, _ := results[1].Interface().(error)

	return results[0].Interface(), err
}

// everyOperation runs a test with a filled result of each operation and its document.
func everyOperation(t *testing.T, test func(t *testing.T, operation reflect.Method, filled any, document *element)) {
	t.Helper()
	service := reflect.TypeFor[redshift.ClientService]()
	for i := range service.NumMethod() {
		operation := service.Method(i)
		t.Run(operation.Name, func(t *testing.T) {
			t.Parallel()
			filled := reflect.New(operation.Type.Out(0).Elem())
			number := 0
			fill(t, filled.Elem(), &number)
			var body bytes.Buffer
			root := xml.StartElement{Name: xml.Name{Local: operation.Name + "Response"}}
			if err := xml.NewEncoder(&body).EncodeElement(filled.Interface(), root); err != nil {
				t.Fatal(err)
			}
			test(t, operation, filled.Interface(), parseElement(t, body.Bytes()))
		})
	}
}

// differenceOf returns the first difference of two values, or "". Times are equal if they are the same instant, and NaN equals
// NaN.
func differenceOf(path string, a, b reflect.Value) string {
	if a.Type() == reflect.TypeFor[time.Time]() {
		if x, y := a.Interface().(time.Time), b.Interface().(time.Time); !x.Equal(y) {
			return fmt.Sprintf("%s: %v and %v", path, x, y)
		}

		return ""
	}
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return fmt.Sprintf("%s: %v and %v", path, a, b)
			}

			return ""
		}

		return differenceOf(path, a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if found := differenceOf(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i)); found != "" {
				return found
			}
		}
	case reflect.Slice:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s: %d and %d items", path, a.Len(), b.Len())
		}
		for i := range a.Len() {
			if found := differenceOf(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i)); found != "" {
				return found
			}
		}
	case reflect.Float64:
		if x, y := a.Float(), b.Float(); x != y && !(math.IsNaN(x) && math.IsNaN(y)) {
			return fmt.Sprintf("%s: %v and %v", path, x, y)
		}
	default:
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			return fmt.Sprintf("%s: %v and %v", path, a, b)
		}
	}

	return ""
}

// Each response is written in other forms with the same meaning, and in forms with another meaning. All are decoded as
// encoding/xml decodes them.
func TestAllFormsOfAResponseAreDecoded(t *testing.T) {
	t.Parallel()
	var (
		isTime  = regexp.MustCompile(`^2026-\d\d-\d\dT[0-9:.]+Z$`)
		isFloat = regexp.MustCompile(`^\d+\.125$`)
	)
	// times returns a function that writes times in another layout and zone.
	times := func(layout string, zone *time.Location) func(string) string {
		return func(text string) string {
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil && isTime.MatchString(text) {
				return at.In(zone).Format(layout)
			}

			return escape(text)
		}
	}
	floats := func(other string) func(string) string {
		return func(text string) string {
			if isFloat.MatchString(text) {
				return other
			}

			return escape(text)
		}
	}
	always := func(text string) func() string { return func() string { return text } }
	const unknown = `<!-- a > comment --><Unknown kind="a&gt;b" x='"'><Status>wrong</Status><Snapshot><Key/></Snapshot>` +
		`<![CDATA[</Unknown>]]>text</Unknown><Unknown/><?note <Status>wrong</Status>?>` + "\r\n\t"
	type variant struct {
		form    xmlForm
		differs bool // the result differs from the filled one
	}
	variants := map[string]variant{
		"indented":         {form: xmlForm{between: always("\n   ")}},
		"unknown members":  {form: xmlForm{between: always(unknown)}},
		"prefixed":         {form: xmlForm{prefix: "q:"}},
		"CDATA":            {form: xmlForm{text: func(text string) string { return "<![CDATA[" + text + "]]>" }}},
		"character codes":  {form: xmlForm{text: func(text string) string { return strings.ReplaceAll(escape(text), "e", "&#x65;") }}},
		"split by comment": {form: xmlForm{text: func(text string) string { return escape(text[:1]) + "<!-- in the text -->" + escape(text[1:]) }}},
		"microseconds":     {form: xmlForm{text: times("2006-01-02T15:04:05.000000Z", time.UTC)}},
		"milliseconds":     {form: xmlForm{text: times("2006-01-02T15:04:05.000Z", time.UTC)}},
		"zone east":        {form: xmlForm{text: times("2006-01-02T15:04:05.0000-07:00", time.FixedZone("", 2*3600))}},
		"zone west":        {form: xmlForm{text: times("2006-01-02T15:04:05.000-07:00", time.FixedZone("", -7*3600-1800))}},
		"seconds":          {form: xmlForm{text: times("2006-01-02T15:04:05Z", time.UTC)}, differs: true},
		"tenths":           {form: xmlForm{text: times("2006-01-02T15:04:05.0Z", time.UTC)}, differs: true},
		"hundredths":       {form: xmlForm{text: times("2006-01-02T15:04:05.00-07:00", time.FixedZone("", 3600))}, differs: true},
	}
	for seed := range uint64(5) {
		variants[fmt.Sprintf("order %d", seed+1)] = variant{form: xmlForm{seed: seed + 1}}
	}
	for _, number := range []string{"NaN", "INF", "-INF", "Infinity", "-Infinity", "1e3", "-0.5", "17"} {
		variants[number] = variant{form: xmlForm{text: floats(number)}, differs: true}
	}

	everyOperation(t, func(t *testing.T, operation reflect.Method, filled any, document *element) {
		for name, one := range variants {
			text := one.form.document(document)
			want := reflect.New(operation.Type.Out(0).Elem())
			if err := xml.Unmarshal([]byte(text), want.Interface()); err != nil {
				t.Fatalf("%s: encoding/xml: %v\n%s", name, err, text)
			}
			got, err := decodeInto(t, operation, text)
			if err != nil {
				t.Errorf("%s: err = %v\n%s", name, err, text)

				continue
			}
			if found := differenceOf("", reflect.ValueOf(got), want); found != "" {
				t.Errorf("%s: the result differs from encoding/xml: %s", name, found)
			}
			if found := differenceOf("", reflect.ValueOf(got), reflect.ValueOf(filled)); found != "" && !one.differs {
				t.Errorf("%s: the result differs from the filled one: %s", name, found)
			}
		}
	})
}

// Empties all texts, and then all content of the result.
func TestEmptyElementsAreDecodedAsZero(t *testing.T) {
	t.Parallel()
	everyOperation(t, func(t *testing.T, operation reflect.Method, _ any, document *element) {
		emptied := xmlForm{text: func(string) string { return "" }}.document(document)
		closed := regexp.MustCompile(`<(\w+)></\w+>`).ReplaceAllString(emptied, "<$1/>")
		if closed == emptied {
			t.Fatal("the document has no texts")
		}
		first, err := decodeInto(t, operation, emptied)
		if err != nil {
			t.Fatal(err)
		}
		second, err := decodeInto(t, operation, closed)
		if err != nil {
			t.Fatal(err)
		}
		if found := differenceOf("", reflect.ValueOf(first), reflect.ValueOf(second)); found != "" {
			t.Errorf("the results of <X></X> and <X/> differ: %s", found)
		}
		if found := somethingIn("", reflect.ValueOf(first)); found != "" {
			t.Errorf("the result of empty elements has %s, want zero values", found)
		}
		root := operation.Name + "Response"
		for _, text := range []string{
			"<" + root + "/>",
			"<" + root + "><" + operation.Name + "Result/></" + root + ">",
			"<" + root + "><ResponseMetadata/><" + operation.Name + "Result></" + operation.Name + "Result></" + root + ">",
		} {
			got, err := decodeInto(t, operation, text)
			if err != nil {
				t.Errorf("%s: err = %v, want nil", text, err)
			} else if !reflect.ValueOf(got).Elem().IsZero() {
				t.Errorf("%s: result = %s, want an empty one", text, asJSON(t, got))
			}
		}
	})
}

// somethingIn returns the path of the first value that is not zero, or "". Structures around it do not count.
func somethingIn(path string, value reflect.Value) string {
	switch {
	case value.Type() == reflect.TypeFor[time.Time]():
	case value.Kind() == reflect.Pointer:
		if value.IsNil() {
			return ""
		}

		return somethingIn(path, value.Elem())
	case value.Kind() == reflect.Struct:
		for i := range value.NumField() {
			if found := somethingIn(path+"."+value.Type().Field(i).Name, value.Field(i)); found != "" {
				return found
			}
		}

		return ""
	case value.Kind() == reflect.Slice:
		for i := range value.Len() {
			if found := somethingIn(fmt.Sprintf("%s[%d]", path, i), value.Index(i)); found != "" {
				return found
			}
		}

		return ""
	}
	if !value.IsZero() {
		return fmt.Sprintf("%s: %v", path, value)
	}

	return ""
}

// Truncates each response at every byte (every few bytes of a long one, and at each of the last bytes). None of them may be
// accepted as complete.
func TestTruncatedResponsesAreErrors(t *testing.T) {
	t.Parallel()
	everyOperation(t, func(t *testing.T, operation reflect.Method, _ any, document *element) {
		text := xmlForm{}.document(document)
		// One client for all, because the test has thousands of lengths.
		length := 0
		client := newClient(t, func(config *redshift.Config) {
			config.DisableParamValidation = true
			config.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				return httpmock.NewStringResponse(http.StatusOK, text[:length]), nil
			})}
		})
		call := reflect.ValueOf(client).MethodByName(operation.Name)
		arguments := []reflect.Value{reflect.ValueOf(t.Context()), reflect.New(operation.Type.In(1).Elem())}
		const cuts, last = 1500, 100
		step := 1 + len(text)/cuts
		for length < len(text) {
			if results := call.Call(arguments); results[1].IsNil() || !results[0].IsNil() {
				t.Fatalf("truncated after %d of %d bytes: result = %s, want an error", length, len(text), asJSON(t, results[0].Interface()))
			}
			if length += step; length > len(text)-last {
				step = 1
			}
		}
	})
}
