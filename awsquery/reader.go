package awsquery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"

	"github.com/go-openapi/runtime"
)

// defaultMaxResponseBytes is far more than any answer has: a page of 100 snapshots has some 200 KB.
const defaultMaxResponseBytes = 32 << 20

// ResultReader reads the answers to one operation: T is its result. Make one with [NewResultReader].
type ResultReader[T any, P interface {
	*T
	Structure
}] struct {
	// Action is the name of the operation, such as CreateClusterSnapshot.
	Action string
	// ReadOnly says that the operation changes nothing, so that it can be repeated without a risk.
	ReadOnly bool
}

// NewResultReader returns the [runtime.ClientResponseReader] of an operation. Used by generated code:
//
//	Reader: awsquery.NewResultReader[CreateClusterSnapshotResult]("CreateClusterSnapshot", false),
func NewResultReader[T any, P interface {
	*T
	Structure
}](action string, readOnly bool) runtime.ClientResponseReader {
	return ResultReader[T, P]{Action: action, ReadOnly: readOnly}
}

// IsReadOnly returns ReadOnly.
func (r ResultReader[T, P]) IsReadOnly() bool { return r.ReadOnly }

// IsReadOnly tells whether an operation is known to change nothing, by its Reader.
func IsReadOnly(operation *runtime.ClientOperation) bool {
	if operation == nil {
		return false
	}
	reader, ok := operation.Reader.(interface{ IsReadOnly() bool })

	return ok && reader.IsReadOnly()
}

// ReadResponse returns a new *T if the answer is a success, and an [*Error] otherwise. What the answer is gets decided by
// what is in it, never by its Content-Type.
func (r ResultReader[T, P]) ReadResponse(response runtime.ClientResponse, _ runtime.Consumer) (any, error) {
	answer, err := newAnswer(r.Action, response)
	if err != nil {
		return nil, err
	}
	d := answer.decoder()
	if d == nil {
		return nil, answer.refusal(nil)
	}
	result := new(T)
	P(result).DecodeQuery(d)
	if err := d.finish(); err != nil {
		return nil, answer.refusal(malformed(err))
	}

	return result, nil
}

// answer is a response with its body in memory.
type answer struct {
	action    string
	status    int
	requestID string // of the header
	errorType string // of the header
	body      []byte

	// untilClosed is set if only the end of the connection ended the body, so that nothing says whether the body is whole.
	untilClosed bool
}

func newAnswer(action string, response runtime.ClientResponse) (*answer, error) {
	if response == nil {
		return nil, fmt.Errorf("%s: read the answer: there is none", action)
	}
	a := &answer{
		action:    action,
		status:    response.Code(),
		requestID: requestID(response.GetHeader),
		errorType: response.GetHeader("X-Amzn-Errortype"),
	}
	if own, ok := response.(*clientResponse); ok {
		a.body, a.untilClosed = own.body, isUntilClosed(own.response)
		return a, nil
	}
	var err error
	a.body, err = readBody(response.Body(), -1, defaultMaxResponseBytes)
	if err != nil {
		return nil, a.unreadable(err)
	}

	return a, nil
}

// requestID looks in the headers in which AWS sends the request id.
func requestID(header func(string) string) string {
	if id := header("X-Amzn-Requestid"); id != "" {
		return id
	}

	return header("X-Amz-Request-Id")
}

func (a *answer) succeeded() bool { return a.status >= 200 && a.status <= 299 }

// decoder returns a decoder that has opened the root of the answer; nil if the answer is not one to the action.
func (a *answer) decoder() *Decoder {
	if !a.succeeded() {
		return nil
	}
	d := NewDecoder(a.body)
	d.headerRequestID = a.requestID
	if !d.Next() {
		return nil
	}
	if action, ok := bytes.CutSuffix(d.local, []byte("Response")); !ok || string(action) != a.action {
		return nil
	}

	return d
}

// finish closes what is still open and makes sure that nothing follows the root.
func (d *Decoder) finish() error {
	for d.err == nil && d.depth > 0 {
		d.Skip()
	}
	d.Next()

	return d.err
}

// isUntilClosed reports whether a response had neither a length nor chunks, nor came over HTTP/2.
func isUntilClosed(response *http.Response) bool {
	return response.Close && response.ContentLength < 0 && len(response.TransferEncoding) == 0 && !response.Uncompressed
}

// unreadable returns the error for a response that breaks off. Its beginning may have the code.
func (a *answer) unreadable(cause error) *Error {
	refused := a.foreign()
	_ = a.errorDocument(refused) // the cause says more
	refused.Err = &ReadError{Err: cause}
	if errors.Is(cause, errTooLarge) {
		refused.Err = fmt.Errorf("read the answer: %w", cause)
	}

	return refused
}

func (a *answer) foreign() *Error {
	return &Error{
		Operation:  a.action,
		StatusCode: a.status,
		RequestID:  a.requestID,
		Body:       bytes.Clone(a.body[:min(len(a.body), maxBody)]),
	}
}

// refusal is the error for an answer that is no result. The cause is what is wrong with one that began like a result.
func (a *answer) refusal(cause error) *Error {
	refused := a.foreign()
	if cause != nil {
		refused.Err = cause
		return refused
	}
	err := a.errorDocument(refused)
	if err == nil {
		refused.Body = nil
		return refused
	}
	switch {
	case a.status >= 300 && a.status <= 399 && refused.Code == "":
		refused.Err = errors.New("a redirect, which is not followed: check the endpoint")
	default:
		if refused.Code == "" {
			a.jsonDocument(refused)
		}
		refused.Err = err
	}

	return refused
}

// errorDocument fills in the members of an error document of AWS. It returns why the response is none: a *ReadError if the
// document breaks off, and may have been one.
func (a *answer) errorDocument(refused *Error) error {
	expected := "an error document of AWS"
	if a.succeeded() {
		expected = "the " + a.action + "Response that was expected"
	}
	switch kind := kindOf(a.body); {
	case kind == "empty" && a.untilClosed:
		return &ReadError{Err: io.ErrUnexpectedEOF}
	case kind != "XML":
		return fmt.Errorf("the answer is %s, not %s", kind, expected)
	}
	d := NewDecoder(a.body)
	if !d.Next() {
		if name, whole := d.unfinishedRoot(); !a.isExpected(name, whole) {
			return fmt.Errorf("the answer is XML, but %s, not %s", printable(string(name), maxShownWord), expected)
		}

		return malformed(d.err)
	}
	if !isErrorRoot(string(d.local)) {
		return fmt.Errorf("the answer is XML, but %s, not %s", printable(string(d.local), maxShownWord), expected)
	}
	decodeError(d, refused)
	if err := d.finish(); err != nil {
		return malformed(err)
	}
	if refused.Code == "" {
		return errors.New("the answer is an error document without a code")
	}

	return nil
}

// isErrorRoot reports whether the root element of an error document can have the name.
func isErrorRoot(name string) bool {
	switch name {
	case "ErrorResponse", "Response", "Error", "Errors":
		return true
	default:
		return false
	}
}

// isExpected reports whether the root element of a response can have the name, or a name that starts with it if it is not
// the whole name.
func (a *answer) isExpected(name []byte, whole bool) bool {
	for _, expected := range [...]string{"ErrorResponse", "Response", "Error", "Errors", a.action + "Response"} {
		if expected == string(name) || !whole && strings.HasPrefix(expected, string(name)) {
			return true
		}
	}

	return false
}

// malformed returns the error for a document that starts like a response: a *ReadError if the document breaks off.
func malformed(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &ReadError{Err: err}
	}

	return fmt.Errorf("decode the answer: %w", err)
}

// decodeError looks for the members of an error, in whatever they are wrapped: ErrorResponse and Error, Response, Errors
// and Error, or Error alone.
func decodeError(d *Decoder, refused *Error) {
	for d.Next() {
		switch string(d.local) {
		case "Error", "Errors":
			decodeError(d, refused)
		case "Code":
			refused.Code = ErrorCode(cutWord(d.Text()))
		case "Message":
			refused.Message = cut(d.Text(), maxMessage)
		case "Type":
			refused.Type = cutWord(d.Text())
		case "RequestId", "RequestID":
			if id := cutWord(d.Text()); id != "" {
				refused.RequestID = id
			}
		default:
			d.Skip()
		}
	}
}

// jsonDocument fills in what an error document in JSON says, as proxies and services with other protocols answer it.
func (a *answer) jsonDocument(refused *Error) {
	const most = 64 << 10
	var document struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	// An answer that is no such document just leaves everything empty.
	if kindOf(a.body) == "JSON" && len(a.body) <= most && json.Unmarshal(a.body, &document) != nil {
		document.Type, document.Code, document.Message = "", "", ""
	}
	refused.Code = jsonCode(document.Type)
	if refused.Code == "" {
		refused.Code = jsonCode(a.errorType)
	}
	if refused.Code != "" {
		// Only what is AWS's for sure: the message of a proxy may quote the request.
		refused.Message = cut(document.Message, maxMessage)
		return
	}
	if !a.succeeded() { // a page with a successful status may say that all is well
		refused.Code = jsonCode(document.Code)
	}
}

// jsonCode returns the code in a text such as com.amazon.coral#ThrottlingException:http://internal.amazon.com/. What does
// not look like a code is none.
func jsonCode(text string) ErrorCode {
	text, _, _ = strings.Cut(text, ":")
	if _, after, found := strings.Cut(text, "#"); found {
		text = after
	}
	text = strings.TrimSpace(text)
	for i := range len(text) {
		if c := class[text[i]]; c&isName == 0 || i == 0 && c&isNameStart == 0 || i == maxShownWord {
			return ""
		}
	}

	return ErrorCode(text)
}

// cutWord is for what is one word in the answers of a service, and ends up in logs.
func cutWord(text string) string {
	return cut(strings.TrimSpace(text), maxShownWord)
}

// cut returns so many bytes of a text at most, without half a character at the end.
func cut(text string, longest int) string {
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "")
	}

	return text
}

// kindOf says in a word what an answer looks like.
func kindOf(body []byte) string {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte(byteOrderMark)))
	start := strings.ToLower(string(body[:min(len(body), 16)]))
	switch {
	case bytes.HasPrefix([]byte(byteOrderMark), body): // nothing, or a part of the mark
		return "empty"
	case strings.HasPrefix(start, "<!doctype") || strings.HasPrefix(start, "<html"):
		return "HTML"
	case start[0] == '<':
		return "XML"
	case start[0] == '{' || start[0] == '[':
		return "JSON"
	default:
		return "text"
	}
}

var (
	errTooLarge      = errors.New("it is larger than the limit, which MaxResponseBytes of the Transport can raise")
	errOtherProtocol = errors.New("the server goes on in another protocol, which nobody asked it for")
)

// readAnswer reads the body of a response, unless it is a connection, which would never end.
func readAnswer(response *http.Response, limit int64) ([]byte, error) {
	if response.StatusCode == http.StatusSwitchingProtocols {
		_ = response.Body.Close()

		return nil, errOtherProtocol
	}

	return readBody(response.Body, response.ContentLength, limit)
}

// readBody reads a body whole and closes it. With an error it returns what it could read. A length of 0 or less is unknown.
// The network chooses the length and the caller the limit, so that both can be the largest int64.
func readBody(body io.ReadCloser, length, limit int64) (content []byte, err error) {
	const (
		first = 4 << 10
		most  = 512 << 10 // allocated for a length before anything was read
	)
	if body == nil || body == http.NoBody {
		return nil, nil
	}
	// The error of Close adds nothing: the body was read, or an error is returned already.
	defer func() { _ = body.Close() }()
	limit = min(limit, math.MaxInt64-1) // limit+1 has to be a number
	size := int64(first)
	if length > 0 {
		size = min(length, most-1) + 1 // one byte more, to see the end without growing
	}
	content = make([]byte, 0, min(size, limit+1))
	for {
		if len(content) == cap(content) {
			content = grow(content, length, limit)
		}
		n, err := body.Read(content[len(content):cap(content)])
		content = content[:len(content)+n]
		switch {
		case int64(len(content)) > limit:
			return content[:limit], errTooLarge
		case err == io.EOF && int64(len(content)) < length:
			return content, io.ErrUnexpectedEOF
		case err == io.EOF:
			return content, nil
		case err != nil:
			return content, err
		}
	}
}

// grow returns a full buffer with twice its capacity, or with what is needed to read the length or the limit and one byte
// more. Doubling allocates less in total than append does, and a length is believed once half of it was read.
func grow(content []byte, length, limit int64) []byte {
	size := min(2*int64(cap(content)), limit+1)
	if length >= int64(len(content)) && length < size {
		size = length + 1
	}

	return append(make([]byte, 0, size), content...)
}
