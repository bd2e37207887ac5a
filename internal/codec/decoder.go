package codec

import (
	"bytes"
	"encoding/binary"
	"reflect"
)

// maxDepth is how many elements can be open at the same time. Responses of AWS Query are some ten deep.
const maxDepth = 64

// Decoder reads an XML document that is in memory, element by element, for generated code:
//
//	for d.Next() {
//		switch string(d.Name()) {
//		case "Key":
//			m.Key = d.Text()
//		default:
//			d.Skip()
//		}
//	}
//
// The loop goes through the children of the element that was opened last. Each child that Next has opened has to be
// consumed whole: by Text, Skip or another method that returns its value, or by a loop like this one.
//
// It reads what AWS Query sends and no more: no document type, no entities but the five of XML, no encoding but UTF-8, no
// names outside ASCII, no more than 64 elements inside each other. Namespaces are not looked at: a prefix is dropped.
// Where it accepts a document, encoding/xml does so too and reads the same values; but an empty time is the zero time
// here, and the Optional methods return nil for an empty element. The first error ends the reading: Next is false from
// then on, values are zero, and Err returns what was wrong. Texts are copies and do not keep the document in memory.
type Decoder struct {
	body     []byte
	position int
	depth    int
	// The element at the top of open was written <x/>: its end is still to be reported.
	selfClosed bool
	rootSeen   bool
	inResult   bool   // NextMember has opened the result, and not found its end
	local      []byte // the local name of the element that Next opened last
	err        error

	requestID       string
	headerRequestID string

	allocated int64 // bytes for lists and structures so far, including lists that were outgrown

	scratch []byte // for texts that are not in the document as they are
	open    [maxDepth]span
	// Texts that were returned lately. Items of a page have many in common: a status, a node type, a cluster. Two texts
	// with the same hash share a place; the second one is on probation, so that texts which never come again do not
	// displace those that do. Nil for a short document, which has nothing to share.
	recent *[128][2]string
}

// byteOrderMark may be the first character of a document.
const byteOrderMark = "\ufeff"

// span is where in the document the name of an open element stands, prefix included.
type span struct{ start, local, end int }

// Structure is a structure that can be read from an XML element. Generated models and results implement it.
type Structure interface {
	// DecodeQuery reads the element that the decoder has opened, through its end.
	DecodeQuery(d *Decoder)
}

// NewDecoder returns a Decoder for a document. The document must not be changed while it is read. Used by generated code
// and by the reader of responses.
func NewDecoder(body []byte) *Decoder {
	d := &Decoder{body: body}
	const long = 4 << 10
	if len(body) > long {
		d.recent = new([128][2]string)
	}
	if bytes.HasPrefix(body, []byte(byteOrderMark)) {
		d.position = len(byteOrderMark)
	}

	return d
}

// Err returns the first error, a [*SyntaxError].
func (d *Decoder) Err() error { return d.err }

// Name returns the local name of the element that Next has opened, valid until the next call.
func (d *Decoder) Name() []byte { return d.local }

// Next opens the next child of the innermost open element. It returns false at that element's end, which it consumes, and
// after an error. Before the first element it opens the root; after the root's end it makes sure that nothing follows.
func (d *Decoder) Next() bool {
	if d.err != nil {
		return false
	}
	if d.selfClosed {
		d.selfClosed = false
		d.depth--

		return false
	}
	for {
		body, i := d.body, d.position
		for i < len(body) && class[body[i]]&isSpace != 0 {
			i++
		}
		d.position = i
		if i == len(body) {
			if d.depth > 0 || !d.rootSeen {
				d.cutShort()
			}

			return false
		}
		if body[i] != '<' {
			if d.depth == 0 {
				d.fail(i, "text outside of the root element")
				return false
			}
			// Text between elements means nothing, but has to be well-formed.
			d.appendText(nil, false)
			if d.err != nil {
				return false
			}

			continue
		}
		if i+1 == len(body) {
			d.cutShort()
			return false
		}
		switch body[i+1] {
		case '/':
			d.endTag()
			return false
		case '!', '?':
			d.markup(nil, false)
			if d.err != nil {
				return false
			}
		default:
			return d.startTag()
		}
	}
}

// Skip passes over the open element with all that is in it.
func (d *Decoder) Skip() {
	if !d.inElement() {
		return
	}
	for outside := d.depth - 1; d.depth > outside && d.err == nil; {
		d.Next()
	}
}

// Text returns the text of the open element, through its end. Elements inside of it are skipped.
func (d *Decoder) Text() string { return d.shared(d.text()) }

// NextMember opens the next member of the result of a response, which is the element NameResult in the root element
// NameResponse. It reads the request id on the way, skips all else, and is false at the end of the root element:
//
//	for d.NextMember() {
//		switch string(d.Name()) {
//		// the members
//		default:
//			d.Skip()
//		}
//	}
//	r.RequestID = d.RequestID()
func (d *Decoder) NextMember() bool {
	for d.inResult || d.enterResult() {
		d.inResult = d.Next()
		if d.inResult {
			return true
		}
	}

	return false
}

// enterResult opens the result, and is false at the end of the root element.
func (d *Decoder) enterResult() bool {
	if d.depth == 0 && !d.rootSeen {
		d.Next()
	}
	for d.Next() {
		switch {
		case d.atResult():
			return true
		case string(d.local) == "ResponseMetadata":
			for d.Next() {
				if string(d.local) == "RequestId" {
					d.requestID = d.Text()
				} else {
					d.Skip()
				}
			}
		default:
			d.Skip()
		}
	}

	return false
}

// atResult reports whether the open element is named as the root, with Result in place of Response.
func (d *Decoder) atResult() bool {
	root := d.body[d.open[0].local:d.open[0].end]
	operation, _ := bytes.CutSuffix(root, []byte("Response"))
	name, ok := bytes.CutSuffix(d.local, []byte("Result"))

	return ok && bytes.Equal(name, operation)
}

// RequestID returns the request id that NextMember found in the response, or else that of the response's header.
func (d *Decoder) RequestID() string {
	if d.requestID != "" {
		return d.requestID
	}

	return d.headerRequestID
}

// DecodeStructure reads the open element into a structure, a new one if it is nil. Used by generated code.
func DecodeStructure[T any, P interface {
	*T
	Structure
}](d *Decoder, into *T) *T {
	if into == nil {
		if !d.allocate(1, reflect.TypeFor[T]().Size()) {
			return nil
		}
		into = new(T)
	}
	P(into).DecodeQuery(d)

	return into
}

// DecodeStructures appends the children of the open element that are named item. It skips others. Used by generated code.
func DecodeStructures[T any, P interface {
	*T
	Structure
}](d *Decoder, item string, into []T) []T {
	first := d.position
	for d.nextItem(item) {
		if len(into) == cap(into) {
			capacity := d.capacity(len(into), first, reflect.TypeFor[T]().Size())
			if capacity == 0 {
				break
			}
			into = append(make([]T, 0, capacity), into...)
		}
		var empty T
		into = append(into, empty)
		P(&into[len(into)-1]).DecodeQuery(d)
	}

	return into
}

func decodeList[V any](d *Decoder, item string, into []V, read func(*Decoder) V) []V {
	first := d.position
	for d.nextItem(item) {
		if len(into) == cap(into) {
			capacity := d.capacity(len(into), first, reflect.TypeFor[V]().Size())
			if capacity == 0 {
				break
			}
			into = append(make([]V, 0, capacity), into...)
		}
		into = append(into, read(d))
	}

	return into
}

// The memory that lists and structures can take, in bytes: a constant, and so much for each byte that was read. <Snapshot/>
// has 11 bytes, and becomes a structure with hundreds.
const (
	freeMemory    = 4 << 20
	memoryPerByte = 32
)

// allowance returns how many bytes can still be allocated after what was read so far.
func (d *Decoder) allowance() int64 {
	return freeMemory + memoryPerByte*int64(d.position) - d.allocated
}

// allocate notes that items of a size are allocated, and reports whether the document has enough bytes for them.
func (d *Decoder) allocate(items int, size uintptr) bool {
	memory := int64(items) * int64(size)
	if memory > d.allowance() {
		d.fail(d.position, "the items take far more memory than the document has bytes, which no service sends")
		return false
	}
	d.allocated += memory

	return true
}

// capacity returns the capacity that a full list needs for the item that was just opened, or 0 after an error. The list
// doubles or has room for the expected items, if the allowance is enough.
func (d *Decoder) capacity(have, first int, size uintptr) int {
	wanted := max(2*have, have+d.moreItems(have, first))
	if size > 0 {
		wanted = max(have+1, int(min(int64(wanted), d.allowance()/int64(size))))
	}
	if !d.allocate(wanted, size) {
		return 0
	}

	return wanted
}

// nextItem opens the next child with the name, and skips those with other names.
func (d *Decoder) nextItem(item string) bool {
	for d.Next() {
		if string(d.local) == item {
			return true
		}
		d.Skip()
	}

	return false
}

// moreItems guesses for how many items a list, which is full, needs room: the open element is the next one, and the first
// one started where it says. A guess that is wrong costs a little memory or a little time.
func (d *Decoder) moreItems(have, first int) int {
	const (
		window  = 1024 // to look for the end of a short list
		outer   = 4    // how deep the items of a response's own list are, the only one that tends to be long
		atOnce  = 128  // what an unusual document can make a guess take for nothing
		unknown = 1    // the list doubles
	)
	rest := d.body[d.position:]
	switch {
	case d.depth < 2 || d.selfClosed:
	case have == 0:
		var tag [maxName + len("</>")]byte
		rest = rest[:min(len(rest), window)]
		if end := bytes.Index(rest, d.endTagOf(tag[:0], d.depth-2)); end >= 0 {
			return max(1, bytes.Count(rest[:end], d.endTagOf(tag[:0], d.depth-1)))
		}
	case have == 1 && d.depth == outer:
		return min(1+len(rest)/(d.position-first), atOnce)
	}

	return unknown
}

func (d *Decoder) endTagOf(buffer []byte, depth int) []byte {
	buffer = append(buffer, "</"...)
	buffer = append(buffer, d.body[d.open[depth].start:d.open[depth].end]...)

	return append(buffer, '>')
}

// shared returns the text as a string, which it may have returned before for an equal one: a page of items has few
// different texts. What is kept for that is small, and each string has its own memory.
func (d *Decoder) shared(text []byte) string {
	const longest = 64
	size := len(text)
	if size == 0 {
		return ""
	}
	if size > longest || d.recent == nil {
		return string(text)
	}
	// The ends of a text tell most of it apart.
	hash := uint64(size)
	if size >= 8 {
		hash ^= binary.LittleEndian.Uint64(text) ^ binary.LittleEndian.Uint64(text[size-8:])*0x9e3779b97f4a7c15
	} else {
		for _, c := range text {
			hash = hash<<8 | hash>>56 ^ uint64(c)
		}
	}
	hash *= 0x9e3779b97f4a7c15
	kept := &d.recent[hash>>57]
	if kept[0] == string(text) {
		return kept[0]
	}
	if kept[1] == string(text) {
		kept[0], kept[1] = kept[1], kept[0]
		return kept[0]
	}
	if kept[0] == "" {
		kept[0] = string(text)
		return kept[0]
	}
	kept[1] = string(text)

	return kept[1]
}

// inElement makes sure that an element is open.
func (d *Decoder) inElement() bool {
	if d.err == nil && d.depth == 0 {
		d.fail(d.position, "no element is open here")
	}

	return d.err == nil
}

// text returns the text of the open element, through its end, valid until the next call.
func (d *Decoder) text() []byte {
	if !d.inElement() {
		return nil
	}
	if d.selfClosed {
		d.Next()
		return nil
	}
	// Nearly all texts are a run of plain bytes up to the end tag, and need no copy.
	body, start := d.body, d.position
	i := start
	for i < len(body) && class[body[i]]&isPlain != 0 {
		i++
	}
	if i+1 < len(body) && body[i] == '<' && body[i+1] == '/' {
		d.position = i
		d.endTag()
		if d.err != nil {
			return nil
		}

		return body[start:i]
	}

	return d.mixedText()
}

// mixedText is text for one with references, comments, CDATA sections or elements in it.
func (d *Decoder) mixedText() []byte {
	text := d.scratch[:0]
	for d.err == nil {
		text = d.appendText(text, true)
		if d.err != nil {
			break
		}
		if d.position+1 >= len(d.body) {
			d.cutShort()
			break
		}
		switch d.body[d.position+1] {
		case '/':
			d.endTag()
			if d.err != nil {
				return nil
			}
			d.scratch = text

			return text
		case '!', '?':
			text = d.markup(text, true)
		default:
			if d.startTag() {
				d.Skip()
			}
		}
	}

	return nil
}

// fail notes the first error.
func (d *Decoder) fail(offset int, reason string) {
	if d.err == nil {
		d.err = &SyntaxError{Offset: offset, Element: d.openElement(), Reason: reason}
	}
}

// cutShort notes that the document ends too early.
func (d *Decoder) cutShort() {
	if d.err != nil {
		return
	}
	reason := "the document is cut short"
	if !d.rootSeen && len(bytes.TrimSpace(d.body)) == 0 {
		reason = "the document is empty"
	}
	d.err = &SyntaxError{Offset: len(d.body), Element: d.openElement(), Reason: reason, cutShort: true}
}

// unfinishedRoot returns the local name of a root element whose start tag is cut short or malformed, as far as the document
// has it, and whether that is the whole name. The name is empty if the document ends before it.
func (d *Decoder) unfinishedRoot() (name []byte, whole bool) {
	tag, found := bytes.CutPrefix(d.body[d.position:], []byte("<"))
	if !found {
		return nil, false
	}
	size := 0
	for size < len(tag) && (class[tag[size]]&isName != 0 || tag[size] == ':') {
		size++
	}
	name, whole = tag[:size], size < len(tag)
	if _, local, found := bytes.Cut(name, []byte(":")); found {
		name = local
	}

	return name, whole && size > 0
}

func (d *Decoder) openElement() string {
	if d.depth == 0 {
		return ""
	}
	element := d.open[d.depth-1]

	return string(d.body[element.local:element.end])
}
