package codec

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/internal/wire"
)

// Writer writes the parameters of a call for AWS Query. Generated code uses it:
//
//	w := codec.NewWriter(request)
//	w.String("ClusterIdentifier", p.ClusterIdentifier)
//	codec.Structures(&w, "Tags.Tag", p.Tags)
//	return w.Err()
//
// After the first error, its methods do nothing.
type Writer struct {
	request runtime.ClientRequest
	own     *wire.Request // request, if a Transport made it: then parameters need no conversion to strings
	item    item
	err     error
}

// Parameter is a structure that can be a parameter or an item of a list. Generated models implement it.
type Parameter interface {
	// WriteQuery writes the members. Their names are relative to the item.
	WriteQuery(w *Writer)
}

// NewWriter returns a Writer that adds parameters to a go-openapi request. Used by generated code.
func NewWriter(request runtime.ClientRequest) Writer {
	w := Writer{request: request, own: ownRequest(request)}
	if request == nil {
		w.err = errors.New("write parameters: the request is nil")
	}

	return w
}

func ownRequest(client runtime.ClientRequest) *wire.Request {
	own, _ := client.(*wire.Request)

	return own
}

// Err returns the first error: a value cannot be sent, or the request refused a parameter.
func (w *Writer) Err() error { return w.err }

// String writes a text. An empty text is not sent.
func (w *Writer) String(name, value string) {
	if value != "" {
		w.RequiredString(name, value)
	}
}

// RequiredString writes a text, even an empty one: a tag can have an empty value.
func (w *Writer) RequiredString(name, value string) {
	if w.err != nil {
		return
	}
	if w.own == nil {
		w.set(name, value)
		return
	}
	w.begin(name)
	w.own.Buffer = wire.AppendEscaped(w.own.Buffer, value)
	w.own.End()
}

// OptionalString writes the text that the pointer points to, even an empty one. Nil is not sent.
func (w *Writer) OptionalString(name string, value *string) {
	if value != nil {
		w.RequiredString(name, *value)
	}
}

// Integer writes a number. 0 is not sent.
func (w *Writer) Integer(name string, value int) {
	if value != 0 {
		w.long(name, int64(value))
	}
}

// OptionalInteger writes the number that the pointer points to, even 0. Nil is not sent.
func (w *Writer) OptionalInteger(name string, value *int) {
	if value != nil {
		w.long(name, int64(*value))
	}
}

// Long writes a number. 0 is not sent.
func (w *Writer) Long(name string, value int64) {
	if value != 0 {
		w.long(name, value)
	}
}

// OptionalLong writes the number that the pointer points to, even 0. Nil is not sent.
func (w *Writer) OptionalLong(name string, value *int64) {
	if value != nil {
		w.long(name, *value)
	}
}

// Double writes a number, NaN, Infinity or -Infinity. 0 is not sent.
func (w *Writer) Double(name string, value float64) {
	if value != 0 {
		w.double(name, value)
	}
}

// OptionalDouble writes the number that the pointer points to, even 0. Nil is not sent.
func (w *Writer) OptionalDouble(name string, value *float64) {
	if value != nil {
		w.double(name, *value)
	}
}

// Boolean writes true or false.
func (w *Writer) Boolean(name string, value bool) {
	w.RequiredString(name, strconv.FormatBool(value))
}

// OptionalBoolean writes the value that the pointer points to. Nil is not sent.
func (w *Writer) OptionalBoolean(name string, value *bool) {
	if value != nil {
		w.Boolean(name, *value)
	}
}

// Time writes a time in RFC 3339 and UTC. It cuts the time to milliseconds, as Amazon's SDK for Go does, because services refuse nine
// digits, and omits zeros at the end of the fraction. The zero time is not sent. A time outside the years 0 to 9999 is an error.
func (w *Writer) Time(name string, value time.Time) {
	if !value.IsZero() {
		w.time(name, value)
	}
}

// Each of the following functions has its own loop, because a Writer that is passed to a function value escapes to the heap. That would
// cost one allocation for each call with a list parameter.

// Strings writes a list of texts as name.1, name.2 and so on. An empty list is not sent.
func Strings[S ~string](w *Writer, name string, values []S) {
	outer := w.item
	w.item = outer.list(name)
	for i, value := range values {
		w.item.index = i + 1
		w.RequiredString("", string(value))
	}
	w.item = outer
}

// Integers writes a list of numbers as name.1, name.2 and so on. An empty list is not sent.
func Integers(w *Writer, name string, values []int) {
	outer := w.item
	w.item = outer.list(name)
	for i, value := range values {
		w.item.index = i + 1
		w.long("", int64(value))
	}
	w.item = outer
}

// Longs writes a list of numbers as name.1, name.2 and so on. An empty list is not sent.
func Longs(w *Writer, name string, values []int64) {
	outer := w.item
	w.item = outer.list(name)
	for i, value := range values {
		w.item.index = i + 1
		w.long("", value)
	}
	w.item = outer
}

// Doubles writes a list of numbers as name.1, name.2 and so on. An empty list is not sent.
func Doubles(w *Writer, name string, values []float64) {
	outer := w.item
	w.item = outer.list(name)
	for i, value := range values {
		w.item.index = i + 1
		w.double("", value)
	}
	w.item = outer
}

// Booleans writes a list of true and false as name.1, name.2 and so on. An empty list is not sent.
func Booleans(w *Writer, name string, values []bool) {
	outer := w.item
	w.item = outer.list(name)
	for i, value := range values {
		w.item.index = i + 1
		w.Boolean("", value)
	}
	w.item = outer
}

// Times writes a list of times as name.1, name.2 and so on. An empty list is not sent.
func Times(w *Writer, name string, values []time.Time) {
	outer := w.item
	w.item = outer.list(name)
	for i, value := range values {
		w.item.index = i + 1
		w.time("", value)
	}
	w.item = outer
}

// Structures writes a list of structures. The members of the first are name.1.Member. An empty list is not sent.
func Structures[T any, P interface {
	*T
	Parameter
}](w *Writer, name string, items []T) {
	if len(items) == 0 {
		return
	}
	// A pointer that is passed to a method of a type parameter escapes to the heap. With a copy, the caller's Writer does not.
	inner := *w
	inner.item = w.item.list(name)
	for i := range items {
		inner.item.index = i + 1
		P(&items[i]).WriteQuery(&inner)
	}
	w.err = inner.err
}

func (w *Writer) long(name string, value int64) {
	var digits [20]byte
	w.bytes(name, strconv.AppendInt(digits[:0], value, 10))
}

func (w *Writer) double(name string, value float64) {
	switch {
	case math.IsNaN(value):
		w.RequiredString(name, "NaN")
	case math.IsInf(value, 1):
		w.RequiredString(name, "Infinity")
	case math.IsInf(value, -1):
		w.RequiredString(name, "-Infinity")
	default:
		var digits [32]byte
		w.bytes(name, strconv.AppendFloat(digits[:0], value, 'g', -1, 64))
	}
}

func (w *Writer) time(name string, value time.Time) {
	value = value.UTC()
	if year := value.Year(); year < 0 || year > 9999 {
		if w.err == nil {
			w.err = fmt.Errorf("write the parameter %s: the time is outside the years 0 to 9999", w.item.name(name))
		}
		return
	}
	const milliseconds = "2006-01-02T15:04:05.999Z" // without zeros at the end
	var text [len(milliseconds)]byte
	w.bytes(name, value.AppendFormat(text[:0], milliseconds))
}

func (w *Writer) bytes(name string, value []byte) {
	if w.err != nil {
		return
	}
	if w.own == nil {
		w.set(name, string(value))
		return
	}
	w.begin(name)
	w.own.Buffer = wire.AppendEscaped(w.own.Buffer, value)
	w.own.End()
}

func (w *Writer) begin(name string) {
	w.own.Begin()
	w.own.Buffer = w.item.appendName(w.own.Buffer, name)
	w.own.Equals()
}

func (w *Writer) set(name, value string) {
	name = w.item.name(name)
	if err := w.request.SetQueryParam(name, value); err != nil {
		w.err = fmt.Errorf("write the parameter %s: %w", name, err)
	}
}
