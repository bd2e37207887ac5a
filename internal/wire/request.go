package wire

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/go-openapi/runtime"
)

// Request collects the parameters of a request. It encodes them into one buffer and sorts them at the end, so that a parameter
// needs no allocation.
type Request struct {
	Method  string
	Path    string
	Header  http.Header
	Timeout time.Duration
	// Buffer has the encoded parameters. Append to it between Begin and End.
	Buffer     []byte
	parameters []parameter
	// Most requests fit into these arrays and need no other memory.
	bufferSpace    [512]byte
	parameterSpace [16]parameter
}

// parameter is the position of a parameter in the buffer: name=value, both percent-encoded.
type parameter struct{ start, equals, end int }

var _ runtime.ClientRequest = (*Request)(nil)

// NewRequest returns an empty request with the method and the path of an operation.
func NewRequest(method, path string) *Request {
	r := &Request{Method: method, Path: path}
	r.Buffer, r.parameters = r.bufferSpace[:0], r.parameterSpace[:0]

	return r
}

const upperHex = "0123456789ABCDEF"

// isUnreserved reports whether AWS does not encode a byte in a query and in a signature. All other bytes are percent-encoded. A
// space becomes %20, not a plus sign as in net/url, because the query on the wire must be the query that was signed.
func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '_' || c == '.' || c == '~'
}

// AppendEscaped appends a text in the percent-encoding of AWS for queries.
func AppendEscaped[B string | []byte](buffer []byte, text B) []byte {
	for i := range len(text) {
		c := text[i]
		if isUnreserved(c) {
			buffer = append(buffer, c)
		} else {
			buffer = append(buffer, '%', upperHex[c>>4], upperHex[c&15])
		}
	}

	return buffer
}

// Begin starts a parameter. Append its encoded name to Buffer, call Equals, append its encoded value, and call End.
func (r *Request) Begin() {
	r.parameters = append(r.parameters, parameter{start: len(r.Buffer)})
}

// Equals ends the name of a parameter.
func (r *Request) Equals() {
	r.parameters[len(r.parameters)-1].equals = len(r.Buffer)
	r.Buffer = append(r.Buffer, '=')
}

// End ends a parameter.
func (r *Request) End() {
	r.parameters[len(r.parameters)-1].end = len(r.Buffer)
}

// Add adds a parameter with a name and a value that are not encoded yet.
func (r *Request) Add(name, value string) {
	r.Begin()
	r.Buffer = AppendEscaped(r.Buffer, name)
	r.Equals()
	r.Buffer = AppendEscaped(r.Buffer, value)
	r.End()
}

func (r *Request) name(p parameter) string  { return string(r.Buffer[p.start:p.equals]) }
func (r *Request) value(p parameter) string { return string(r.Buffer[p.equals+1 : p.end]) }

// Has reports whether the request has a parameter with the name.
func (r *Request) Has(name string) bool {
	var space [64]byte
	encoded := AppendEscaped(space[:0], name)
	for _, p := range r.parameters {
		if bytes.Equal(r.Buffer[p.start:p.equals], encoded) {
			return true
		}
	}

	return false
}

// Query returns all parameters, sorted by their encoded names and then values, as the signature requires.
func (r *Request) Query() string {
	sort.Sort((*byNameAndValue)(r))
	var query strings.Builder
	query.Grow(len(r.Buffer) + len(r.parameters))
	for i, p := range r.parameters {
		if i > 0 {
			query.WriteByte('&')
		}
		query.Write(r.Buffer[p.start:p.end])
	}

	return query.String()
}

// byNameAndValue sorts the parameters of a request. An instance of slices.SortFunc for each sorted type would add 12 KB to a
// program, but all types share one sort.Sort.
type byNameAndValue Request

func (r *byNameAndValue) Len() int { return len(r.parameters) }

func (r *byNameAndValue) Less(i, j int) bool {
	a, b := r.parameters[i], r.parameters[j]
	order := bytes.Compare(r.Buffer[a.start:a.equals], r.Buffer[b.start:b.equals])
	if order == 0 {
		order = bytes.Compare(r.Buffer[a.equals:a.end], r.Buffer[b.equals:b.end])
	}

	return order < 0
}

func (r *byNameAndValue) Swap(i, j int) {
	r.parameters[i], r.parameters[j] = r.parameters[j], r.parameters[i]
}

// SetQueryParam replaces the values of a parameter.
func (r *Request) SetQueryParam(name string, values ...string) error {
	encoded := string(AppendEscaped(nil, name))
	r.parameters = slices.DeleteFunc(r.parameters, func(p parameter) bool { return r.name(p) == encoded })
	for _, value := range values {
		r.Add(name, value)
	}

	return nil
}

// SetFormParam is SetQueryParam. The Transport decides whether the parameters go into the query or into a form.
func (r *Request) SetFormParam(name string, values ...string) error {
	return r.SetQueryParam(name, values...)
}

// SetHeaderParam replaces the values of a header.
func (r *Request) SetHeaderParam(name string, values ...string) error {
	name = http.CanonicalHeaderKey(name)
	switch name {
	case "Host", "Content-Type", "Content-Length", "Transfer-Encoding":
		return fmt.Errorf("the header %s cannot be a parameter: the client sets it", name)
	}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	r.Header[name] = slices.Clone(values)

	return nil
}

// SetTimeout limits the attempt, from the beginning of the request to the end of the response. Zero means no limit.
func (r *Request) SetTimeout(timeout time.Duration) error {
	if timeout < 0 {
		return errors.New("the timeout is negative: use 0 for no limit")
	}
	r.Timeout = timeout

	return nil
}

func (r *Request) SetPathParam(name, _ string) error {
	return fmt.Errorf("the parameter %s belongs to the path, but AWS Query has no path parameters", strconv.Quote(name))
}

func (r *Request) SetFileParam(name string, _ ...runtime.NamedReadCloser) error {
	return fmt.Errorf("the parameter %s is a file, which AWS Query cannot send", strconv.Quote(name))
}

func (r *Request) SetBodyParam(any) error {
	return errors.New("a parameter is the body of the request, but AWS Query has no body parameters")
}

func (r *Request) GetQueryParams() url.Values {
	values := make(url.Values, len(r.parameters))
	for _, p := range r.parameters {
		// The errors are nil, because AppendEscaped wrote both texts.
		name, _ := url.QueryUnescape(r.name(p))
		value, _ := url.QueryUnescape(r.value(p))
		values.Add(name, value)
	}

	return values
}

func (r *Request) GetHeaderParams() http.Header                       { return r.Header }
func (r *Request) GetMethod() string                                  { return r.Method }
func (r *Request) GetPath() string                                    { return r.Path }
func (r *Request) GetBody() []byte                                    { return nil }
func (r *Request) GetBodyParam() any                                  { return nil }
func (r *Request) GetFileParam() map[string][]runtime.NamedReadCloser { return nil }
