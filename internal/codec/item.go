package codec

import (
	"strconv"

	"github.com/redshift-go/redshift/internal/wire"
)

// item is the position of a parameter in lists and structures. Its name is built only when it is needed.
type item struct {
	outside string // the full name of the item that the list is a member of
	within  string // the name of the list and of its items: Tags.Tag
	index   int    // from 1, or 0 in a structure that is not in a list
}

// structure returns the position in a structure that is a member of this item. It has no index.
func (i item) structure(name string) item { return item{within: i.name(name)} }

// list returns the position in a list that is a member of this item. Its index is 0.
func (i item) list(name string) item {
	if i.within == "" {
		return item{within: name}
	}

	return item{outside: i.name(""), within: name}
}

// name returns the full name of a member of the item, or the name of the item if member is empty.
func (i item) name(member string) string {
	if i.within == "" {
		return member
	}

	name := i.within
	if i.index > 0 {
		name += "." + strconv.Itoa(i.index)
	}
	if i.outside != "" {
		name = i.outside + "." + name
	}
	if member != "" {
		name += "." + member
	}

	return name
}

// appendName appends the name to a buffer, percent-encoded.
func (i item) appendName(buffer []byte, member string) []byte {
	if i.within == "" {
		return wire.AppendEscaped(buffer, member)
	}
	if i.outside != "" {
		buffer = wire.AppendEscaped(buffer, i.outside)
		buffer = append(buffer, '.')
	}
	buffer = wire.AppendEscaped(buffer, i.within)
	if i.index > 0 {
		buffer = append(buffer, '.')
		buffer = strconv.AppendInt(buffer, int64(i.index), 10)
	}
	if member != "" {
		buffer = append(buffer, '.')
		buffer = wire.AppendEscaped(buffer, member)
	}

	return buffer
}
