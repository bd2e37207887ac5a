package redshifttest

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/internal/contract"
)

const (
	namespace  = "http://redshift.amazonaws.com/doc/2012-12-01/"
	timeFormat = "2006-01-02T15:04:05.000Z"
)

// resultXML is the XML of a result.
type resultXML []byte

// renderResult returns the XML of a result, which is a pointer to the result struct of an operation. It returns nil if the struct has
// no members.
func renderResult(operation string, result any) resultXML {
	document := writer{depth: 1}
	value, prefix := reflect.ValueOf(result).Elem(), operation+"Result>"
	if len(document.elements(value.Type(), prefix)) == 0 {
		return nil
	}
	document.open(operation+"Result", "")
	document.members(value, prefix)
	document.close(operation + "Result")

	return document.Bytes()
}

// resultResponse returns the response with a result: a pointer to the result struct of the operation, a resultXML, or nil.
func resultResponse(operation string, result any, requestID string) httpResponse {
	var document writer
	document.open(operation+"Response", ` xmlns="`+namespace+`"`)
	switch result := result.(type) {
	case nil:
	case resultXML:
		document.Write(result)
	default:
		document.open(operation+"Result", "")
		document.members(reflect.ValueOf(result).Elem(), operation+"Result>")
		document.close(operation + "Result")
	}
	document.open("ResponseMetadata", "")
	document.text("RequestId", requestID)
	document.close("ResponseMetadata")
	document.close(operation + "Response")

	return document.response(http.StatusOK, requestID)
}

// errorResponse returns the response with an error.
func errorResponse(failed *failure, requestID string) httpResponse {
	blame := "Sender"
	if failed.status >= http.StatusInternalServerError {
		blame = "Receiver"
	}
	var document writer
	document.open("ErrorResponse", ` xmlns="`+namespace+`"`)
	document.open("Error", "")
	document.text("Type", blame)
	document.text("Code", string(failed.code))
	document.text("Message", failed.message)
	document.close("Error")
	document.text("RequestId", requestID)
	document.close("ErrorResponse")

	return document.response(failed.status, requestID)
}

// writer writes XML in Redshift's format: indented, with one element in each line.
type writer struct {
	bytes.Buffer
	depth int
	known map[reflect.Type][]element // caches the elements of a type, which a list can have many times
}

func (w *writer) response(status int, requestID string) httpResponse {
	return httpResponse{
		status: status,
		header: http.Header{
			"Content-Type":     {xmlType},
			"X-Amzn-Requestid": {requestID},
		},
		body: w.Bytes(),
	}
}

func (w *writer) indent() { w.WriteString(strings.Repeat("  ", w.depth)) }

func (w *writer) open(name, attributes string) {
	w.indent()
	w.WriteString("<" + name + attributes + ">\n")
	w.depth++
}

func (w *writer) close(name string) {
	w.depth--
	w.indent()
	w.WriteString("</" + name + ">\n")
}

func (w *writer) text(name, text string) {
	w.indent()
	if text == "" {
		w.WriteString("<" + name + "/>\n")

		return
	}
	w.WriteString("<" + name + ">")
	_ = xml.EscapeText(w, []byte(text)) // a bytes.Buffer returns no error
	w.WriteString("</" + name + ">\n")
}

// element is the XML element of a struct field.
type element struct {
	field          int
	name, itemName string
	always         bool
	entry          []contract.Member // key and value of a map
}

// elements returns the elements of the fields whose xml tags begin with prefix. The order is the order of the fields, which is Amazon's.
func (w *writer) elements(kind reflect.Type, prefix string) []element {
	if known, found := w.known[kind]; found && prefix == "" {
		return known
	}
	var elements []element
	for i := range kind.NumField() {
		tag := kind.Field(i).Tag
		path, found := strings.CutPrefix(tag.Get("xml"), prefix)
		if !found || path == "" {
			continue
		}
		name, itemName, _ := strings.Cut(path, ">")
		// The json tag marks the members that are always present. The xml tags have no omitzero.
		field := element{field: i, name: name, itemName: itemName, always: !strings.Contains(tag.Get("json"), ",omitzero")}
		if kind.Field(i).Type.Kind() == reflect.Map {
			field.entry = entryOf(kind, prefix, name)
		}
		elements = append(elements, field)
	}
	if prefix == "" {
		if w.known == nil {
			w.known = make(map[reflect.Type][]element)
		}
		w.known[kind] = elements
	}

	return elements
}

// entryOf returns the key and the value of a map. The map is a member of a structure or of the result of an operation.
func entryOf(kind reflect.Type, prefix, name string) []contract.Member {
	members := contract.Definition(kind.Name())
	for _, operation := range contract.Operations() {
		if prefix == operation.Name+"Result>" {
			members = operation.Result
		}
	}
	for _, member := range members {
		if member.Name == name && memberShape(member).isMap() {
			return member.Members
		}
	}

	// The default names of the AWS Query protocol.
	return []contract.Member{{Name: "key", Type: typeString}, {Name: "value", Type: typeString}}
}

// entries writes a map, sorted by key.
func (w *writer) entries(value reflect.Value, described element) {
	if value.Len() == 0 {
		if !value.IsNil() {
			w.text(described.name, "")
		}

		return
	}
	keys := value.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	w.open(described.name, "")
	for _, key := range keys {
		w.open(described.itemName, "")
		w.text(described.entry[0].Name, key.String())
		w.text(described.entry[1].Name, value.MapIndex(key).String())
		w.close(described.itemName)
	}
	w.close(described.name)
}

// members writes the fields of a struct.
func (w *writer) members(value reflect.Value, prefix string) {
	for _, described := range w.elements(value.Type(), prefix) {
		if field := value.Field(described.field); field.Kind() == reflect.Map {
			w.entries(field, described)
		} else {
			w.member(field, described.name, described.itemName, described.always)
		}
	}
}

var timeType = reflect.TypeFor[time.Time]()

// member writes a member. It omits empty strings, zero times, nil pointers and nil lists. It always writes numbers and booleans.
func (w *writer) member(value reflect.Value, name, itemName string, always bool) {
	if value.Type() == timeType {
		if at, isTime := value.Interface().(time.Time); isTime && !at.IsZero() {
			w.text(name, at.UTC().Format(timeFormat))
		}

		return
	}
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			w.member(value.Elem(), name, itemName, true)
		}
	case reflect.Slice:
		w.list(value, name, itemName)
	case reflect.Struct:
		w.structure(value, name)
	case reflect.String:
		if value.String() != "" || always {
			w.text(name, value.String())
		}
	case reflect.Bool:
		w.text(name, strconv.FormatBool(value.Bool()))
	case reflect.Float64:
		text := strconv.FormatFloat(value.Float(), 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		w.text(name, text)
	default:
		w.text(name, strconv.FormatInt(value.Int(), 10))
	}
}

func (w *writer) structure(value reflect.Value, name string) {
	before := w.Len()
	w.open(name, "")
	opened := w.Len()
	w.members(value, "")
	if w.Len() > opened {
		w.close(name)

		return
	}
	w.depth--
	w.Truncate(before)
	w.text(name, "")
}

func (w *writer) list(value reflect.Value, name, itemName string) {
	switch {
	case value.IsNil():
	case value.Len() == 0:
		w.text(name, "")
	default:
		w.open(name, "")
		for i := range value.Len() {
			w.member(value.Index(i), itemName, "", true)
		}
		w.close(name)
	}
}
