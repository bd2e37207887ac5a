package sigv4

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"sort"
	"strings"
)

const upperHex = "0123456789ABCDEF"

// isUnreserved reports whether a byte is an unreserved character of RFC 3986, which Signature Version 4 does not encode. It encodes all
// other bytes, including "*".
func isUnreserved(c byte) bool {
	lower := c | 0x20
	return 'a' <= lower && lower <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

func appendEncodedByte(target []byte, c byte) []byte {
	if isUnreserved(c) {
		return append(target, c)
	}
	return append(target, '%', upperHex[c>>4], upperHex[c&15])
}

func appendEncoded(target []byte, text string) []byte {
	for i := range len(text) {
		target = appendEncodedByte(target, text[i])
	}
	return target
}

// decodeEscape reads the percent-encoded byte at the start of text.
func decodeEscape(text string) (c byte, ok bool) {
	if len(text) < 3 || text[0] != '%' {
		return 0, false
	}
	high, okHigh := hexDigit(text[1])
	low, okLow := hexDigit(text[2])
	return high<<4 | low, okHigh && okLow
}

func hexDigit(c byte) (value byte, ok bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// appendReencoded decodes a name or value of a raw query, and encodes it for the signature.
func appendReencoded(target []byte, raw string) (encoded []byte, ok bool) {
	for i := 0; i < len(raw); i++ {
		// Most bytes of a query need no encoding and are copied together.
		start := i
		for i < len(raw) && isUnreserved(raw[i]) {
			i++
		}
		target = append(target, raw[start:i]...)
		if i == len(raw) {
			break
		}
		c := raw[i]
		switch c {
		case '+':
			c = ' '
		case '%':
			if c, ok = decodeEscape(raw[i:]); !ok {
				return target, false
			}
			i += 2
		}
		target = appendEncodedByte(target, c)
	}
	return target, true
}

// parameter is one name and value of a query, both encoded.
type parameter struct{ name, value []byte }

func compareParameters(a, b parameter) int {
	// A comparison of "name=value" as one text would sort "name-2" before "name", because "-" is less than "=".
	if order := bytes.Compare(a.name, b.name); order != 0 {
		return order
	}
	return bytes.Compare(a.value, b.value)
}

// byParameter sorts the parameters of a workspace. An instance of slices.SortFunc for each sorted type would add 12 KB to a program,
// but all types share one sort.Sort.
type byParameter workspace

func (w *byParameter) Len() int { return len(w.parameters) }
func (w *byParameter) Less(i, j int) bool {
	return compareParameters(w.parameters[i], w.parameters[j]) < 0
}
func (w *byParameter) Swap(i, j int) {
	w.parameters[i], w.parameters[j] = w.parameters[j], w.parameters[i]
}

// isSigningParameter reports whether a query parameter belongs to the signature of a presigned URL.
func isSigningParameter(name string) bool {
	switch name {
	case "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Region-Set", "X-Amz-Security-Token",
		"X-Amz-Signature", "X-Amz-SignedHeaders":
		return true
	}
	return false
}

// reserveParameters allocates memory for a raw query of rawLength bytes, so that the slices in parameters stay valid. Each byte
// needs at most four bytes: three if it is encoded, and one for an "=" that the parameter does not have.
func (w *workspace) reserveParameters(rawLength int) {
	w.encoded = slices.Grow(w.encoded[:0], 4*rawLength)
	w.parameters = w.parameters[:0]
}

// beginParameter writes the separator before a parameter to w.encoded, and returns the start of its name.
func (w *workspace) beginParameter() (start int) {
	if len(w.parameters) > 0 {
		w.encoded = append(w.encoded, '&')
	}
	return len(w.encoded)
}

// addParameter adds a name and a value, and encodes them.
func (w *workspace) addParameter(name, value string) {
	start := w.beginParameter()
	w.encoded = appendEncoded(w.encoded, name)
	middle := len(w.encoded)
	w.encoded = append(w.encoded, '=')
	w.encoded = appendEncoded(w.encoded, value)
	w.parameters = append(w.parameters, parameter{name: w.encoded[start:middle], value: w.encoded[middle+1:]})
}

// addRawQuery adds the parameters of a raw query. It returns an error if one of them belongs to the signature of a presigned URL.
func (w *workspace) addRawQuery(raw string) error {
	for position := 1; raw != ""; position++ {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		start := w.beginParameter()
		var okName, okValue bool
		w.encoded, okName = appendReencoded(w.encoded, name)
		middle := len(w.encoded)
		w.encoded = append(w.encoded, '=')
		w.encoded, okValue = appendReencoded(w.encoded, value)
		if !okName || !okValue {
			return fmt.Errorf("parameter %d of the query has a %% that does not begin a percent-encoding: write it as %%25", position)
		}
		if isSigningParameter(string(w.encoded[start:middle])) {
			return fmt.Errorf("the query already has the signature parameter %s: sign the request without the parameters of its presigned URL",
				w.encoded[start:middle])
		}
		w.parameters = append(w.parameters, parameter{name: w.encoded[start:middle], value: w.encoded[middle+1:]})
	}
	return nil
}

// writeQuery writes the canonical query to w.query.
func (w *workspace) writeQuery() {
	if slices.IsSortedFunc(w.parameters, compareParameters) {
		w.query = append(w.query[:0], w.encoded...)
		return
	}
	sort.Sort((*byParameter)(w))
	w.query = w.query[:0]
	for i, parameter := range w.parameters {
		if i > 0 {
			w.query = append(w.query, '&')
		}
		w.query = append(w.query, parameter.name...)
		w.query = append(w.query, '=')
		w.query = append(w.query, parameter.value...)
	}
}

// wirePath returns the path as net/http writes it into the request line.
func wirePath(address *url.URL) (string, error) {
	escaped := address.Opaque
	if escaped == "" {
		escaped = address.EscapedPath()
	} else {
		if strings.ContainsAny(escaped, "?#") {
			return "", errors.New("the URL's Opaque has a query or a fragment: use RawQuery")
		}
		if authority, found := strings.CutPrefix(escaped, "//"); found {
			slash := strings.IndexByte(authority, '/')
			if slash < 0 {
				return "/", nil
			}
			escaped = authority[slash:]
		}
	}
	if escaped == "" {
		return "/", nil
	}
	if escaped[0] != '/' {
		return "", errors.New(`the URL's path does not begin with "/"`)
	}
	return escaped, nil
}

// normalizePath removes empty, "." and ".." segments, and keeps a slash at the end.
func normalizePath(escaped string) string {
	clean := path.Clean(escaped)
	if clean != "/" && escaped[len(escaped)-1] == '/' {
		clean += "/"
	}
	return clean
}

// appendCanonicalPath appends the canonical form of an escaped path. If encodeTwice is true, it encodes the path once more. Otherwise
// it re-encodes each segment in the only form that the signature allows.
func appendCanonicalPath(target []byte, escaped string, normalize, encodeTwice bool) []byte {
	if normalize {
		escaped = normalizePath(escaped)
	}
	for i := 0; i < len(escaped); i++ {
		c := escaped[i]
		if c == '/' {
			target = append(target, c)
			continue
		}
		if c == '%' && !encodeTwice {
			if decoded, ok := decodeEscape(escaped[i:]); ok {
				c = decoded
				i += 2
			}
		}
		target = appendEncodedByte(target, c)
	}
	return target
}

// headerField is a header to sign: one value, or all values that the request has for the name.
type headerField struct {
	name   string
	value  string
	values []string
}

// compareHeaderFields orders by lower-case name. Different spellings of a name are sorted as net/http sends them, because their values
// are joined in that order.
func compareHeaderFields(a, b headerField) int {
	for i := range min(len(a.name), len(b.name)) {
		if order := cmp.Compare(lower(a.name[i]), lower(b.name[i])); order != 0 {
			return order
		}
	}
	if order := cmp.Compare(len(a.name), len(b.name)); order != 0 {
		return order
	}
	return strings.Compare(a.name, b.name)
}

// byHeader sorts the headers of a workspace, as byParameter sorts its parameters.
type byHeader workspace

func (w *byHeader) Len() int           { return len(w.headers) }
func (w *byHeader) Less(i, j int) bool { return compareHeaderFields(w.headers[i], w.headers[j]) < 0 }
func (w *byHeader) Swap(i, j int)      { w.headers[i], w.headers[j] = w.headers[j], w.headers[i] }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

func appendLower(target []byte, text string) []byte {
	for i := range len(text) {
		target = append(target, lower(text[i]))
	}
	return target
}

// isSetBySigner reports whether signing sets the header with the canonical name, and ignores values that the request already has.
func isSetBySigner(name string) bool {
	switch name {
	case "Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256":
		return true
	}
	return false
}

// isNeverSigned reports whether signatures exclude the header with the canonical name: net/http sets it from other fields, or a proxy
// or a tracer may change it.
func isNeverSigned(name string) bool {
	switch name {
	case "Host", "Content-Length", "User-Agent", "Transfer-Encoding", "Trailer", "Accept-Encoding",
		"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Upgrade", "Expect",
		"Sec-Websocket-Key", "Sec-Websocket-Protocol", "Sec-Websocket-Version", "Sec-Websocket-Extensions",
		"Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto",
		"X-Amzn-Trace-Id", "Traceparent", "Tracestate", "Baggage":
		return true
	}
	return false
}

// collectHeaders adds the headers of the request that are signed to w.headers.
func (w *workspace) collectHeaders(header http.Header) error {
	w.headers = w.headers[:0]
	w.hasPayloadHeader, w.hasOddSpelling = false, false
	for name, values := range header {
		if len(values) == 0 {
			continue // not sent
		}
		canonical := http.CanonicalHeaderKey(name)
		if isSetBySigner(canonical) {
			w.hasPayloadHeader = w.hasPayloadHeader || canonical == "X-Amz-Content-Sha256"
			w.hasOddSpelling = w.hasOddSpelling || canonical != name
			continue
		}
		if isNeverSigned(canonical) {
			continue
		}
		if !isToken(name) {
			return fmt.Errorf("header name %q has an invalid character", name)
		}
		for _, value := range values {
			if hasControlCharacter(value) {
				return fmt.Errorf("the value of header %s has a line break or another control character", name)
			}
		}
		w.headers = append(w.headers, headerField{name: name, values: values})
	}
	return nil
}

// isToken reports whether text is a valid method or header name (RFC 9110, section 5.6.2).
func isToken(text string) bool {
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '(', ')', ',', '/', ':', ';', '<', '=', '>', '?', '@', '[', '\\', ']', '{', '}':
			return false
		default:
			if c <= ' ' || c >= 0x7f {
				return false
			}
		}
	}
	return text != ""
}

func hasControlCharacter(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// appendTrimmed appends a header's value. It removes white space around it, and replaces each run of white space in it with one space.
func appendTrimmed(target []byte, value string) []byte {
	if strings.IndexByte(value, ' ') < 0 && strings.IndexByte(value, '\t') < 0 {
		return append(target, value...)
	}
	pending, started := false, false
	for i := range len(value) {
		c := value[i]
		if c == ' ' || c == '\t' {
			pending = started
			continue
		}
		if pending {
			target = append(target, ' ')
			pending = false
		}
		started = true
		target = append(target, c)
	}
	return target
}

// appendCanonicalHeaders appends one line for each name in w.headers, which must be sorted.
func (w *workspace) appendCanonicalHeaders(target []byte) []byte {
	for i, field := range w.headers {
		if i > 0 && strings.EqualFold(field.name, w.headers[i-1].name) {
			target[len(target)-1] = ','
		} else {
			target = appendLower(target, field.name)
			target = append(target, ':')
		}
		if field.values == nil {
			target = appendTrimmed(target, field.value)
		}
		for j, value := range field.values {
			if j > 0 {
				target = append(target, ',')
			}
			target = appendTrimmed(target, value)
		}
		target = append(target, '\n')
	}
	return target
}

// writeSignedNames sorts w.headers, and writes their names to w.signedNames.
func (w *workspace) writeSignedNames() {
	if !slices.IsSortedFunc(w.headers, compareHeaderFields) {
		sort.Sort((*byHeader)(w))
	}
	w.signedNames = w.signedNames[:0]
	for i, field := range w.headers {
		if i > 0 {
			if strings.EqualFold(field.name, w.headers[i-1].name) {
				continue
			}
			w.signedNames = append(w.signedNames, ';')
		}
		w.signedNames = appendLower(w.signedNames, field.name)
	}
}

// canonicalHost returns the Host that is signed and sent. It has no default port, because servers verify the signature without it, and
// no IPv6 zone, because net/http does not send it.
func canonicalHost(request *http.Request) (string, error) {
	host := request.Host
	if host == "" {
		host = request.URL.Host
	}
	if host == "" {
		return "", errors.New("neither the request's Host nor its URL has a host")
	}
	if !canBeHost(host) {
		return "", errors.New("the host has an invalid character: write an international name in its xn-- form")
	}
	host = withoutDefaultPort(host, request.URL.Scheme)
	if strings.HasPrefix(host, "[") {
		address, port, found := strings.Cut(host, "]")
		if !found || port != "" && port[0] != ':' || strings.ContainsAny(port, "[]%") {
			return "", errors.New("the host has a malformed IPv6 address")
		}
		address, _, _ = strings.Cut(address, "%")
		host = address + "]" + port
	}
	if host == "" {
		return "", errors.New("the host has only a port")
	}
	return host, nil
}

func canBeHost(text string) bool {
	for i := range len(text) {
		switch c := text[i]; c {
		case '/', '?', '#', '@', '\\', ',', '"':
			return false
		default:
			if c <= ' ' || c >= 0x7f {
				return false
			}
		}
	}
	return true
}

func withoutDefaultPort(host, scheme string) string {
	switch {
	case strings.EqualFold(scheme, "https"):
		return strings.TrimSuffix(host, ":443")
	case strings.EqualFold(scheme, "http"):
		return strings.TrimSuffix(host, ":80")
	}
	return host
}
