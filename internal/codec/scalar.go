package codec

import (
	"bytes"
	"errors"
	"strconv"
	"time"
)

// Integer returns the number in the open element, and closes it. An empty element is 0.
func (d *Decoder) Integer() int {
	value, _ := d.integer(strconv.IntSize)

	return int(value)
}

// Long returns the number in the open element, and closes it. An empty element is 0.
func (d *Decoder) Long() int64 {
	value, _ := d.integer(64)

	return value
}

// Double returns the number in the open element, and closes it. An empty element is 0. It reads NaN, Infinity and -Infinity too.
func (d *Decoder) Double() float64 {
	value, _ := d.double()

	return value
}

// Boolean returns the value in the open element, and closes it: true or 1, false or 0. An empty element is false.
func (d *Decoder) Boolean() bool {
	value, _ := d.boolean()

	return value
}

// Time returns the time in the open element in UTC, and closes the element. It reads RFC 3339 with any fraction of a second and any
// offset. An empty element is the zero time.
func (d *Decoder) Time() time.Time {
	value, _ := d.time()

	return value
}

// OptionalString is Text as a pointer. It points to an empty text for an empty element.
func (d *Decoder) OptionalString() *string {
	value := d.Text()

	return optional(value, d.err == nil)
}

// OptionalInteger is Integer as a pointer, nil if the element is empty.
func (d *Decoder) OptionalInteger() *int {
	value, present := d.integer(strconv.IntSize)

	return optional(int(value), present)
}

// OptionalLong is Long as a pointer, nil if the element is empty.
func (d *Decoder) OptionalLong() *int64 { return optional(d.integer(64)) }

// OptionalDouble is Double as a pointer, nil if the element is empty.
func (d *Decoder) OptionalDouble() *float64 { return optional(d.double()) }

// OptionalBoolean is Boolean as a pointer, nil if the element is empty.
func (d *Decoder) OptionalBoolean() *bool { return optional(d.boolean()) }

func optional[V any](value V, present bool) *V {
	if !present {
		return nil
	}

	return &value
}

// DecodeStrings appends the texts of the open element's children that are named item. It skips others. Used by generated
// code.
func DecodeStrings[S ~string](d *Decoder, item string, into []S) []S {
	return decodeList(d, item, into, func(d *Decoder) S { return S(d.Text()) })
}

// DecodeIntegers is [DecodeStrings] for numbers.
func DecodeIntegers(d *Decoder, item string, into []int) []int {
	return decodeList(d, item, into, (*Decoder).Integer)
}

// DecodeLongs is [DecodeStrings] for numbers.
func DecodeLongs(d *Decoder, item string, into []int64) []int64 {
	return decodeList(d, item, into, (*Decoder).Long)
}

// DecodeDoubles is [DecodeStrings] for numbers.
func DecodeDoubles(d *Decoder, item string, into []float64) []float64 {
	return decodeList(d, item, into, (*Decoder).Double)
}

// DecodeBooleans is [DecodeStrings] for true and false.
func DecodeBooleans(d *Decoder, item string, into []bool) []bool {
	return decodeList(d, item, into, (*Decoder).Boolean)
}

// DecodeTimes is [DecodeStrings] for times.
func DecodeTimes(d *Decoder, item string, into []time.Time) []time.Time {
	return decodeList(d, item, into, (*Decoder).Time)
}

func (d *Decoder) integer(bits int) (int64, bool) {
	element, offset := d.local, d.position
	text := d.text()
	if len(text) == 0 {
		return 0, false
	}
	value, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, bits)
	if err != nil {
		// The error of strconv quotes the value.
		reason := "not a whole number"
		if errors.Is(err, strconv.ErrRange) {
			reason = "a number that is too large"
		}
		d.invalid(offset, element, reason)

		return 0, false
	}

	return value, true
}

func (d *Decoder) double() (float64, bool) {
	element, offset := d.local, d.position
	text := d.text()
	if len(text) == 0 {
		return 0, false
	}
	value, err := strconv.ParseFloat(string(bytes.TrimSpace(text)), 64)
	if err != nil {
		d.invalid(offset, element, "not a number, or one that is too large")
		return 0, false
	}

	return value, true
}

func (d *Decoder) boolean() (value, present bool) {
	element, offset := d.local, d.position
	text := d.text()
	if len(text) == 0 {
		return false, false
	}
	value, err := strconv.ParseBool(string(bytes.TrimSpace(text)))
	if err != nil {
		d.invalid(offset, element, "neither true nor false")
		return false, false
	}

	return value, true
}

func (d *Decoder) time() (time.Time, bool) {
	element, offset := d.local, d.position
	text := d.text()
	if len(text) == 0 {
		return time.Time{}, false
	}
	var value time.Time
	if err := value.UnmarshalText(text); err != nil {
		d.invalid(offset, element, "not a time in RFC 3339")
		return time.Time{}, false
	}

	return value.UTC(), true
}

// invalid sets the error for the value of an element that is already closed.
func (d *Decoder) invalid(offset int, element []byte, reason string) {
	if d.err == nil {
		d.err = &SyntaxError{Offset: offset, Element: string(element), Reason: reason}
	}
}
