package codec

import (
	"bytes"
	"encoding/binary"
	"reflect"
)

// maxDepth is the largest number of open elements. Responses of AWS Query have a depth of about ten.
const maxDepth = 64

// Decoder reads an XML document in memory, element by element. Generated code uses it:
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
// The loop reads the children of the element that was opened last. It must consume each child that Next opens with Text, Skip,
// another method that returns its value, or a loop like this one.
//
// The Decoder supports the XML that AWS Query uses: no document type, no entities except the five of XML, only UTF-8, only ASCII
// names, and at most 64 nested elements. It ignores namespaces and drops prefixes. encoding/xml accepts every document that the
// Decoder accepts, and reads the same values, with two exceptions: an empty time is the zero time here, and the Optional methods
// return nil for an empty element. After the first error, Next returns false, all values are zero, and Err returns the error. Texts
// are copies and do not keep the document in memory.
type Decoder struct {
	body     []byte
	position int
	depth    int
	// selfClosed reports that the innermost open element was written <x/>, and that Next has to report its end.
	selfClosed bool
	rootSeen   bool
	inResult   bool   // whether the result element is open
	local      []byte // the local name of the element that Next opened last
	err        error

	requestID       string
	headerRequestID string

	allocated int64 // bytes for lists and structures so far, including lists that were replaced by larger ones

	scratch []byte // for texts that differ from their bytes in the document
	open    [maxDepth]span
	// recent has texts that were returned recently, because the items of a page share many: a status, a node type, a cluster. Each
	// slot has two texts with the same hash. A new text replaces only the second one, so a text that occurs once does not replace
	// a frequent one. recent is nil for short documents.
	recent *[128][2]string
}

// byteOrderMark may be the first character of a document.
const byteOrderMark = "\ufeff"

// span is the position of an element's name in the document: of its prefix, of its local name, and of its end.
type span struct{ start, local, end int }

// Structure is a structure that can be read from an XML element. Generated models and results implement it.
type Structure interface {
	// DecodeQuery reads the open element and its end.
	DecodeQuery(d *Decoder)
}

// NewDecoder returns a Decoder for a document, which must not change while the Decoder reads it. Used by generated code and by the
// reader of responses.
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

// Next opens the next child of the innermost open element. It returns false at that element's end, which it consumes, and after an
// error. The first call opens the root. A call after the root's end checks that nothing follows.
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
			// Text between elements has no meaning, but it must be well-formed.
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

// Skip skips the open element and everything in it.
func (d *Decoder) Skip() {
	if !d.inElement() {
		return
	}
	for outside := d.depth - 1; d.depth > outside && d.err == nil; {
		d.Next()
	}
}

// Text returns the text of the open element, and closes it. It skips elements inside of it.
func (d *Decoder) Text() string { return d.shared(d.text()) }

// NextMember opens the next member of the result of a response: a child of the element NameResult in the root element NameResponse.
// It reads the request id, skips other elements, and returns false at the end of the root element:
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

// enterResult opens the result. It returns false at the end of the root element.
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

// atResult reports whether the open element has the name of the root, with Result instead of Response.
func (d *Decoder) atResult() bool {
	root := d.body[d.open[0].local:d.open[0].end]
	operation, _ := bytes.CutSuffix(root, []byte("Response"))
	name, ok := bytes.CutSuffix(d.local, []byte("Result"))

	return ok && bytes.Equal(name, operation)
}

// RequestID returns the request id that NextMember read. If it read none, RequestID returns the one in the header of the response.
func (d *Decoder) RequestID() string {
	if d.requestID != "" {
		return d.requestID
	}

	return d.headerRequestID
}

// DecodeStructure reads the open element into a structure and returns it. If into is nil, it allocates one. Used by generated code.
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

// The limit of the memory for lists and structures: a constant number of bytes, and a number for each byte that was read. <Snapshot/>
// has 11 bytes, but its structure has hundreds.
const (
	freeMemory    = 4 << 20
	memoryPerByte = 32
)

// allowance returns the number of bytes that can still be allocated.
func (d *Decoder) allowance() int64 {
	return freeMemory + memoryPerByte*int64(d.position) - d.allocated
}

// allocate counts the memory of items, and reports whether it is within the limit. If not, it sets the error.
func (d *Decoder) allocate(items int, size uintptr) bool {
	memory := int64(items) * int64(size)
	if memory > d.allowance() {
		d.fail(d.position, "the items need far more memory than the document has bytes")
		return false
	}
	d.allocated += memory

	return true
}

// capacity returns the new capacity of a full list for the item that was just opened, or 0 after an error. It doubles the list or
// makes room for the expected items, within the allowance.
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

// moreItems estimates how many more items a full list needs room for. The open element is the next item, and first is the position of
// the first item. A wrong estimate costs a little memory or time.
func (d *Decoder) moreItems(have, first int) int {
	const (
		window  = 1024 // bytes to search for the end of a short list
		outer   = 4    // the depth of the items of a page, the only list that is often long
		most    = 128  // the largest estimate, because an unusual document can make it wrong
		unknown = 1    // lets the list double
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
		return min(1+len(rest)/(d.position-first), most)
	}

	return unknown
}

func (d *Decoder) endTagOf(buffer []byte, depth int) []byte {
	buffer = append(buffer, "</"...)
	buffer = append(buffer, d.body[d.open[depth].start:d.open[depth].end]...)

	return append(buffer, '>')
}

// shared returns the text as a string. It returns the same string for equal texts if it can, because a page of items has few different
// texts. The memory for that is small, and no string keeps another one in memory.
func (d *Decoder) shared(text []byte) string {
	const longest = 64
	size := len(text)
	if size == 0 {
		return ""
	}
	if size > longest || d.recent == nil {
		return string(text)
	}
	// Most texts differ at their beginning or end.
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

// inElement reports whether an element is open and no error occurred. If none is open, it sets the error.
func (d *Decoder) inElement() bool {
	if d.err == nil && d.depth == 0 {
		d.fail(d.position, "no element is open")
	}

	return d.err == nil
}

// text returns the text of the open element, and closes it. The text is valid until the next call.
func (d *Decoder) text() []byte {
	if !d.inElement() {
		return nil
	}
	if d.selfClosed {
		d.Next()
		return nil
	}
	// Nearly all texts have only plain bytes up to the end tag, and need no copy.
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

// mixedText is text for a text with references, comments, CDATA sections or elements in it.
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

// fail sets the error, unless an earlier one is set.
func (d *Decoder) fail(offset int, reason string) {
	if d.err == nil {
		d.err = &SyntaxError{Offset: offset, Element: d.openElement(), Reason: reason}
	}
}

// cutShort sets the error of a document that ends too early.
func (d *Decoder) cutShort() {
	if d.err != nil {
		return
	}
	reason := "the document is incomplete"
	if !d.rootSeen && len(bytes.TrimSpace(d.body)) == 0 {
		reason = "the document is empty"
	}
	d.err = &SyntaxError{Offset: len(d.body), Element: d.openElement(), Reason: reason, cutShort: true}
}

// unfinishedRoot returns the local name of a root element whose start tag is incomplete or malformed. whole reports whether the
// document has the whole name. The name is empty if the document ends before it.
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
