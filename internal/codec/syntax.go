package codec

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError reports an invalid XML document. It never contains values of the document.
type SyntaxError struct {
	// Offset is the position of the error, in bytes from the start of the document.
	Offset int
	// Element is the name of the innermost element at the Offset. It is empty outside of the root.
	Element string
	// Reason describes the error.
	Reason string

	cutShort bool
}

// Error returns one line with the offset, the element and the reason.
func (e *SyntaxError) Error() string {
	if e == nil {
		return "no XML error"
	}
	if e.Element == "" {
		return fmt.Sprintf("XML at byte %d: %s", e.Offset, e.Reason)
	}

	return fmt.Sprintf("XML at byte %d, in %s: %s", e.Offset, e.Element, e.Reason)
}

// Unwrap returns [io.ErrUnexpectedEOF] if the document ends too early.
func (e *SyntaxError) Unwrap() error {
	if e != nil && e.cutShort {
		return io.ErrUnexpectedEOF
	}

	return nil
}

// maxName is the longest name of an element or attribute, in bytes.
const maxName = 256

// The classes of a byte.
const (
	isPlain     = 1 << iota // a byte of a text that needs no decoding
	isSpace                 // white space
	isNameStart             // the first byte of a name
	isName                  // a further byte of a name. A colon is in neither class, because it ends the prefix.
)

// class has the classes of each byte. It never changes.
var class = func() (class [256]uint8) {
	for i := range class {
		c := byte(i)
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if c == '\t' || c == '\n' || c >= ' ' && c < utf8.RuneSelf && c != '<' && c != '&' && c != ']' {
			class[i] |= isPlain
		}
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			class[i] |= isSpace
		}
		if letter {
			class[i] |= isNameStart
		}
		if letter || '0' <= c && c <= '9' || c == '-' || c == '.' {
			class[i] |= isName
		}
	}

	return class
}()

// isCharacter reports whether XML allows a character.
func isCharacter(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd ||
		r >= 0x10000 && r <= utf8.MaxRune
}

// startTag reads the start tag at the position and opens the element.
func (d *Decoder) startTag() bool {
	if d.depth == 0 && d.rootSeen {
		d.fail(d.position, "a second root element")
		return false
	}
	if d.depth == maxDepth {
		d.fail(d.position, "more than "+strconv.Itoa(maxDepth)+" nested elements")
		return false
	}
	body := d.body
	name, i := d.name(d.position + 1)
	if d.err != nil {
		return false
	}
	for {
		before := i
		i = d.space(i)
		if i == len(body) {
			d.cutShort()
			return false
		}
		switch c := body[i]; {
		case c == '>':
			d.position = i + 1
		case c == '/':
			if i+1 == len(body) {
				d.cutShort()
				return false
			}
			if body[i+1] != '>' {
				d.fail(i, "a / in a start tag that does not end it")
				return false
			}
			d.position = i + 2
			d.selfClosed = true
		case i == before:
			d.fail(i, "no white space before an attribute")
			return false
		default:
			i = d.attribute(i)
			if d.err != nil {
				return false
			}

			continue
		}
		d.open[d.depth] = name
		d.local = body[name.local:name.end]
		d.depth++
		d.rootSeen = true

		return true
	}
}

// name reads a name that starts at i, and returns it with the offset after it.
func (d *Decoder) name(i int) (span, int) {
	body := d.body
	name := span{start: i, local: i}
	for {
		start := i
		if i < len(body) && class[body[i]]&isNameStart != 0 {
			i++
			for i < len(body) && class[body[i]]&isName != 0 {
				i++
			}
		}
		switch {
		case i == len(body):
			d.cutShort()
		case i == start:
			d.fail(i, "a missing name, or one that does not start with an ASCII letter")
		case i-name.start > maxName:
			d.fail(name.start, "a name of more than "+strconv.Itoa(maxName)+" bytes")
		case body[i] == ':' && name.local == name.start:
			i++
			name.local = i

			continue
		}
		name.end = i

		return name, i
	}
}

func (d *Decoder) space(i int) int {
	for i < len(d.body) && class[d.body[i]]&isSpace != 0 {
		i++
	}

	return i
}

// attribute skips an attribute, and returns the offset after it. The attribute must be well-formed.
func (d *Decoder) attribute(i int) int {
	_, i = d.name(i)
	if d.err != nil {
		return i
	}
	i = d.space(i)
	if i < len(d.body) && d.body[i] != '=' {
		d.fail(i, "an attribute without a value")
		return i
	}
	i = d.space(i + 1)
	if i >= len(d.body) {
		d.cutShort()
		return i
	}
	quote := d.body[i]
	if quote != '"' && quote != '\'' {
		d.fail(i, "an attribute's value without quotes")
		return i
	}
	for i++; i < len(d.body) && d.body[i] != quote; {
		switch c := d.body[i]; {
		case c == '<':
			d.fail(i, "a < in an attribute's value")
			return i
		case c == '&':
			_, i = d.reference(i)
			if d.err != nil {
				return i
			}
		case c == '\r' || c == ']' || class[c]&isPlain != 0:
			i++
		default:
			size := d.character(i)
			if size == 0 {
				return i
			}
			i += size
		}
	}
	if i == len(d.body) {
		d.cutShort()
		return i
	}

	return i + 1
}

// endTag reads the end tag at the position and closes the innermost open element, which must have the same name.
func (d *Decoder) endTag() {
	if d.depth == 0 {
		d.fail(d.position, "an end tag outside of the root element")
		return
	}
	element := d.open[d.depth-1]
	name := d.body[element.start:element.end]
	i := d.position + len("</")
	rest := d.body[i:]
	if len(rest) <= len(name) {
		if bytes.HasPrefix(name, rest) {
			d.cutShort()
		} else {
			d.fail(i, "an end tag with another name")
		}

		return
	}
	if string(rest[:len(name)]) != string(name) {
		d.fail(i, "an end tag with another name")
		return
	}
	i += len(name)
	if d.body[i] != '>' {
		if class[d.body[i]]&isName != 0 || d.body[i] == ':' {
			d.fail(i, "an end tag with another name")
			return
		}
		i = d.space(i)
		if i == len(d.body) {
			d.cutShort()
			return
		}
		if d.body[i] != '>' {
			d.fail(i, "an end tag with more than a name")
			return
		}
	}
	d.position = i + 1
	d.depth--
}

// appendText reads the text at the position, up to the next <. It appends the text if keep is true.
func (d *Decoder) appendText(text []byte, keep bool) []byte {
	body, i := d.body, d.position
	for {
		start := i
		for i < len(body) && class[body[i]]&isPlain != 0 {
			i++
		}
		if keep {
			text = append(text, body[start:i]...)
		}
		if i == len(body) {
			d.cutShort()
			return text
		}
		start = i
		switch c := body[i]; c {
		case '<':
			d.position = i
			return text
		case '&':
			var r rune
			r, i = d.reference(i)
			if d.err != nil {
				return text
			}
			if keep {
				text = utf8.AppendRune(text, r)
			}
		case '\r':
			i += lineEnd(body[i:])
			if keep {
				text = append(text, '\n')
			}
		case ']':
			if bytes.HasPrefix(body[i:], []byte("]]>")) {
				d.fail(i, "a ]]> outside of a CDATA section")
				return text
			}
			i++
			if keep {
				text = append(text, ']')
			}
		default:
			size := d.character(i)
			if size == 0 {
				return text
			}
			i += size
			if keep {
				text = append(text, body[start:i]...)
			}
		}
	}
}

// lineEnd returns the length of a line end that begins with a carriage return: 2 if a line feed follows, and 1 otherwise.
func lineEnd(text []byte) int {
	if len(text) > 1 && text[1] == '\n' {
		return 2
	}

	return 1
}

// character returns the size of the character at i, or 0 after an error.
func (d *Decoder) character(i int) int {
	r, size := utf8.DecodeRune(d.body[i:])
	switch {
	case r == utf8.RuneError && size <= 1:
		if !utf8.FullRune(d.body[i:]) {
			d.cutShort()
		}
		d.fail(i, "bytes that are not UTF-8")
	case !isCharacter(r):
		d.fail(i, fmt.Sprintf("the character U+%04X, which XML does not allow", r))
	default:
		return size
	}

	return 0
}

// reference reads the reference to a character at i, and returns the character and the offset after it.
func (d *Decoder) reference(i int) (rune, int) {
	const longest = 32 // &#x10FFFF; has ten bytes, and leading zeros are allowed
	rest := d.body[i+1:]
	size := bytes.IndexByte(rest[:min(len(rest), longest)], ';')
	if size < 0 {
		if len(rest) < longest && bytes.IndexByte(rest, '<') < 0 {
			d.cutShort()
		}
		d.fail(i, "a & that does not start a reference")

		return 0, i
	}
	after := i + 1 + size + 1
	switch name := string(rest[:size]); name {
	case "amp":
		return '&', after
	case "lt":
		return '<', after
	case "gt":
		return '>', after
	case "apos":
		return '\'', after
	case "quot":
		return '"', after
	default:
		digits, numeric := strings.CutPrefix(name, "#")
		if !numeric {
			d.fail(i, "a reference to an entity that XML does not have")
			return 0, i
		}
		base := 10
		if hexadecimal, ok := strings.CutPrefix(digits, "x"); ok {
			digits, base = hexadecimal, 16
		}
		number, err := strconv.ParseUint(digits, base, 32)
		if err != nil || number > utf8.MaxRune || !isCharacter(rune(number)) {
			d.fail(i, "a reference to a character that XML does not allow")
			return 0, i
		}

		return rune(number), after
	}
}

// markup reads the comment, processing instruction or CDATA section at the position. It appends the text of a CDATA section if keep
// is true.
func (d *Decoder) markup(text []byte, keep bool) []byte {
	rest := d.body[d.position:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		d.comment()
	case bytes.HasPrefix(rest, []byte("<?")):
		d.instruction()
	case bytes.HasPrefix(rest, []byte("<![CDATA[")) && d.depth > 0:
		return d.appendCDATA(text, keep)
	case bytes.HasPrefix([]byte("<!--"), rest) || bytes.HasPrefix([]byte("<![CDATA["), rest):
		d.cutShort()
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		d.fail(d.position, "a CDATA section outside of the root element")
	default:
		d.fail(d.position, "a document type or another declaration, which is not supported")
	}

	return text
}

// comment skips a comment.
func (d *Decoder) comment() {
	start := d.position + len("<!--")
	size := bytes.Index(d.body[start:], []byte("--"))
	if size < 0 {
		d.cutShort()
		return
	}
	end := start + size + len("--")
	if end == len(d.body) {
		d.cutShort()
		return
	}
	if d.body[end] != '>' {
		d.fail(end, "a -- in a comment")
		return
	}
	if d.characters(start, start+size) {
		d.position = end + 1
	}
}

// instruction skips a processing instruction, or checks the XML declaration at the start of a document.
func (d *Decoder) instruction() {
	start := d.position + len("<?")
	size := bytes.Index(d.body[start:], []byte("?>"))
	if size < 0 {
		d.cutShort()
		return
	}
	end := start + size
	name, after := d.name(start)
	if d.err != nil {
		return
	}
	target := d.body[name.start:name.end]
	content := d.body[after:max(after, end)]
	first := d.position == 0 || string(d.body[:d.position]) == byteOrderMark
	switch {
	case after > end || name.local != name.start || len(content) > 0 && class[content[0]]&isSpace == 0:
		d.fail(start, "a processing instruction without a name")
	case string(target) == "xml" && first:
		d.declaration(string(content))
	case bytes.EqualFold(target, []byte("xml")):
		d.fail(d.position, "an XML declaration that is not at the start")
	default:
		d.characters(after, end)
	}
	if d.err == nil {
		d.position = end + len("?>")
	}
}

// declaration checks that a document is XML 1.0 in UTF-8.
func (d *Decoder) declaration(content string) {
	for expected := []string{"version", "encoding", "standalone"}; ; {
		content = strings.TrimLeft(content, " \t\r\n")
		if content == "" {
			return
		}
		name, rest, _ := strings.Cut(content, "=")
		value, after, ok := quoted(strings.TrimLeft(rest, " \t\r\n"))
		name = strings.TrimRight(name, " \t\r\n")
		for len(expected) > 0 && expected[0] != name {
			expected = expected[1:]
		}
		if !ok || len(expected) == 0 || after != "" && class[after[0]]&isSpace == 0 {
			d.fail(d.position, "a malformed XML declaration")
			return
		}
		switch {
		case name == "version" && value != "1.0":
			d.fail(d.position, "an XML version other than 1.0")
		case name == "encoding" && !strings.EqualFold(value, "utf-8"):
			d.fail(d.position, "an encoding other than UTF-8")
		case name == "standalone" && value != "yes" && value != "no":
			d.fail(d.position, "a malformed XML declaration")
		}
		if d.err != nil {
			return
		}
		content, expected = after, expected[1:]
	}
}

// quoted splits a text that starts with a value in quotes.
func quoted(text string) (value, after string, ok bool) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		return "", "", false
	}

	return strings.Cut(text[1:], text[:1])
}

// characters reports whether XML allows all characters between two offsets.
func (d *Decoder) characters(i, end int) bool {
	for i < end {
		c := d.body[i]
		if class[c]&(isPlain|isSpace) != 0 || c < utf8.RuneSelf && c > ' ' {
			i++
			continue
		}
		size := d.character(i)
		if size == 0 {
			return false
		}
		i += size
	}

	return true
}

// appendCDATA reads a CDATA section. It appends the text if keep is true.
func (d *Decoder) appendCDATA(text []byte, keep bool) []byte {
	start := d.position + len("<![CDATA[")
	size := bytes.Index(d.body[start:], []byte("]]>"))
	if size < 0 {
		d.cutShort()
		return text
	}
	end := start + size
	if !d.characters(start, end) {
		return text
	}
	d.position = end + len("]]>")
	if !keep {
		return text
	}
	for i := start; i < end; {
		if d.body[i] == '\r' {
			text = append(text, '\n')
			i += lineEnd(d.body[i:end])
		} else {
			text = append(text, d.body[i])
			i++
		}
	}

	return text
}
