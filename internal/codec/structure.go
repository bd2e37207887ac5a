package codec

import (
	"maps"
	"slices"
	"strings"
)

// WriteStructure writes the members of a structure as name.Member. A nil structure is not sent. Used by generated code.
func WriteStructure[T any, P interface {
	*T
	Parameter
}](w *Writer, name string, value *T) {
	if value == nil || w.err != nil {
		return
	}
	inner := *w
	inner.item = w.item.structure(name)
	P(value).WriteQuery(&inner)
	w.err = inner.err
}

// WriteMap writes the entries of a map as name.1.key and name.1.value, in the order of their keys. key and value are the names that the
// API uses for the two. An empty map is not sent. Used by generated code.
func WriteMap(w *Writer, name, key, value string, entries map[string]string) {
	outer := w.item
	w.item = outer.list(name)
	for i, entry := range slices.Sorted(maps.Keys(entries)) {
		w.item.index = i + 1
		w.RequiredString(key, entry)
		w.RequiredString(value, entries[entry])
	}
	w.item = outer
}

// Clear writes an empty value for a list that is empty and not nil, which clears a list of the resource. name has the names of the list
// and of its items: "Tags.Tag". Clear writes nothing for other lists, because another function writes their items. Used by generated
// code.
func Clear[T any](w *Writer, name string, items []T) {
	if items != nil && len(items) == 0 {
		list, _, _ := strings.Cut(name, ".")
		w.RequiredString(list, "")
	}
}

// CheckStructure checks the members of a structure. A nil structure passes. Used by generated code.
func CheckStructure[T any, P interface {
	*T
	Validatable
}](c *Check, name string, value *T) {
	if value == nil {
		return
	}
	inner := *c
	inner.item = c.item.structure(name)
	P(value).CheckQuery(&inner)
	c.problems = inner.problems
}

// Value returns the text that the pointer points to, or an empty text for nil. Used by generated code.
func Value(text *string) string {
	if text == nil {
		return ""
	}

	return *text
}

// OneOf reports a union that does not have exactly one of its members. names lists the members for the error. Used by generated code.
func (c *Check) OneOf(names string, present ...bool) {
	count := 0
	for _, isPresent := range present {
		if isPresent {
			count++
		}
	}
	if count != 1 {
		c.problem("", "has %d of the members %s, but needs exactly one", count, names)
	}
}

// DecodeMap adds the children of the open element that are named item, each with a key and a value. It skips others. Used by generated
// code.
func DecodeMap(d *Decoder, item, key, value string, into map[string]string) map[string]string {
	for d.nextItem(item) {
		var name, text string
		for d.Next() {
			switch string(d.Name()) {
			case key:
				name = d.Text()
			case value:
				text = d.Text()
			default:
				d.Skip()
			}
		}
		if !d.allocate(1, 4*uintptr(len(name)+len(text)+16)) {
			break
		}
		if into == nil {
			into = make(map[string]string)
		}
		into[name] = text
	}

	return into
}
