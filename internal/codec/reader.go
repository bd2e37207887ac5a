package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/wire"
)

const (
	maxMessage = 16 << 10 // of an error's Message
	maxWord    = 128      // of an error's Code, RequestID and Type
	maxBody    = 512      // of an error's Body
)

// resultReader reads the responses to one operation. T is its result.
type resultReader[T any, P interface {
	*T
	Structure
}] struct {
	action   string
	readOnly bool
}

// NewResultReader returns the [runtime.ClientResponseReader] of an operation. Used by generated code:
//
//	Reader: codec.NewResultReader[CreateClusterSnapshotResult]("CreateClusterSnapshot", false),
func NewResultReader[T any, P interface {
	*T
	Structure
}](action string, readOnly bool) runtime.ClientResponseReader {
	return resultReader[T, P]{action: action, readOnly: readOnly}
}

// Action returns the name of the operation.
func (r resultReader[T, P]) Action() string { return r.action }

// IsReadOnly reports whether the operation changes nothing.
func (r resultReader[T, P]) IsReadOnly() bool { return r.readOnly }

// ReadResponse returns a new *T if the response is a success, and an [*awsquery.Error] otherwise. What the response is gets decided by
// what is in it, never by its Content-Type.
func (r resultReader[T, P]) ReadResponse(response runtime.ClientResponse, _ runtime.Consumer) (any, error) {
	reply, err := newReceived(r.action, response)
	if err != nil {
		return nil, err
	}
	d := reply.decoder()
	if d == nil {
		return nil, reply.refusal(nil)
	}
	result := new(T)
	P(result).DecodeQuery(d)
	if err := d.finish(); err != nil {
		return nil, reply.refusal(malformed(err))
	}

	return result, nil
}

// received is a response with its body in memory.
type received struct {
	action    string
	status    int
	requestID string // of the header
	errorType string // of the header
	body      []byte

	// untilClosed is set if only the end of the connection ended the body, so that nothing says whether the body is whole.
	untilClosed bool
}

func newReceived(action string, response runtime.ClientResponse) (*received, error) {
	if response == nil {
		return nil, fmt.Errorf("%s: read the response: there is none", action)
	}
	r := &received{
		action:    action,
		status:    response.Code(),
		requestID: wire.RequestID(response.GetHeader),
		errorType: response.GetHeader("X-Amzn-Errortype"),
	}
	switch own := response.(type) {
	case *wire.Response:
		r.body, r.untilClosed = own.Content, wire.IsUntilClosed(own.HTTP)

		return r, nil
	case *wire.BrokenResponse:
		r.body = own.Content

		return nil, r.unreadable(own.Err)
	}
	var err error
	r.body, err = wire.ReadBody(response.Body(), -1, wire.DefaultMaxResponseBytes)
	if err != nil {
		return nil, r.unreadable(err)
	}

	return r, nil
}

func (r *received) succeeded() bool { return r.status >= 200 && r.status <= 299 }

// decoder returns a decoder that has opened the root of the response; nil if the response is not one to the action.
func (r *received) decoder() *Decoder {
	if !r.succeeded() {
		return nil
	}
	d := NewDecoder(r.body)
	d.headerRequestID = r.requestID
	if !d.Next() {
		return nil
	}
	if action, ok := bytes.CutSuffix(d.local, []byte("Response")); !ok || string(action) != r.action {
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

// unreadable returns the error for a response that breaks off. Its beginning may have the code.
func (r *received) unreadable(cause error) *awsquery.Error {
	refused := r.foreign()
	_ = r.errorDocument(refused) // the cause says more
	refused.Err = &awsquery.ReadError{Err: cause}
	if errors.Is(cause, wire.ErrTooLarge) {
		refused.Err = fmt.Errorf("read the response: %w", cause)
	}

	return refused
}

func (r *received) foreign() *awsquery.Error {
	return &awsquery.Error{
		Operation:  r.action,
		StatusCode: r.status,
		RequestID:  r.requestID,
		Body:       bytes.Clone(r.body[:min(len(r.body), maxBody)]),
	}
}

// refusal is the error for a response that is no result. The cause is what is wrong with one that began like a result.
func (r *received) refusal(cause error) *awsquery.Error {
	refused := r.foreign()
	if cause != nil {
		refused.Err = cause
		return refused
	}
	err := r.errorDocument(refused)
	if err == nil {
		refused.Body = nil
		return refused
	}
	switch {
	case r.status >= 300 && r.status <= 399 && refused.Code == "":
		refused.Err = errors.New("a redirect, which is not followed: check the endpoint")
	default:
		if refused.Code == "" {
			r.jsonDocument(refused)
		}
		refused.Err = err
	}

	return refused
}

// errorDocument fills in the members of an error document of AWS. It returns why the response is none: a *awsquery.ReadError if the
// document breaks off, and may have been one.
func (r *received) errorDocument(refused *awsquery.Error) error {
	expected := "an error document of AWS"
	if r.succeeded() {
		expected = "the " + r.action + "Response that was expected"
	}
	switch kind := kindOf(r.body); {
	case kind == "empty" && r.untilClosed:
		return &awsquery.ReadError{Err: io.ErrUnexpectedEOF}
	case kind != "XML":
		return fmt.Errorf("the response is %s, not %s", kind, expected)
	}
	d := NewDecoder(r.body)
	if !d.Next() {
		if name, whole := d.unfinishedRoot(); !r.isExpected(name, whole) {
			return fmt.Errorf("the response is XML, but %s, not %s", shownName(string(name)), expected)
		}

		return malformed(d.err)
	}
	if !isErrorRoot(string(d.local)) {
		return fmt.Errorf("the response is XML, but %s, not %s", shownName(string(d.local)), expected)
	}
	decodeError(d, refused)
	if err := d.finish(); err != nil {
		return malformed(err)
	}
	if refused.Code == "" {
		return errors.New("the response is an error document without a code")
	}

	return nil
}

// shownName returns the name of an element for a text. The characters of a name are printable.
func shownName(name string) string {
	if len(name) > maxWord {
		return name[:maxWord] + "..."
	}

	return name
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
func (r *received) isExpected(name []byte, whole bool) bool {
	for _, expected := range [...]string{"ErrorResponse", "Response", "Error", "Errors", r.action + "Response"} {
		if expected == string(name) || !whole && strings.HasPrefix(expected, string(name)) {
			return true
		}
	}

	return false
}

// malformed returns the error for a document that starts like a response: a *awsquery.ReadError if the document breaks off.
func malformed(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &awsquery.ReadError{Err: err}
	}

	return fmt.Errorf("decode the response: %w", err)
}

// decodeError looks for the members of an error, in whatever they are wrapped: ErrorResponse and Error, Response, Errors
// and Error, or Error alone.
func decodeError(d *Decoder, refused *awsquery.Error) {
	for d.Next() {
		switch string(d.local) {
		case "Error", "Errors":
			decodeError(d, refused)
		case "Code":
			refused.Code = awsquery.ErrorCode(cutWord(d.Text()))
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

// jsonDocument fills in what an error document in JSON says, as proxies and services with other protocols return it.
func (r *received) jsonDocument(refused *awsquery.Error) {
	const most = 64 << 10
	var document struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	// A response that is no such document just leaves everything empty.
	if kindOf(r.body) == "JSON" && len(r.body) <= most && json.Unmarshal(r.body, &document) != nil {
		document.Type, document.Code, document.Message = "", "", ""
	}
	refused.Code = jsonCode(document.Type)
	if refused.Code == "" {
		refused.Code = jsonCode(r.errorType)
	}
	if refused.Code != "" {
		// Only what is AWS's for sure: the message of a proxy may quote the request.
		refused.Message = cut(document.Message, maxMessage)
		return
	}
	if !r.succeeded() { // a page with a successful status may say that all is well
		refused.Code = jsonCode(document.Code)
	}
}

// jsonCode returns the code in a text such as com.amazon.coral#ThrottlingException:http://internal.amazon.com/. What does
// not look like a code is none.
func jsonCode(text string) awsquery.ErrorCode {
	text, _, _ = strings.Cut(text, ":")
	if _, after, found := strings.Cut(text, "#"); found {
		text = after
	}
	text = strings.TrimSpace(text)
	for i := range len(text) {
		if c := class[text[i]]; c&isName == 0 || i == 0 && c&isNameStart == 0 || i == maxWord {
			return ""
		}
	}

	return awsquery.ErrorCode(text)
}

// cutWord is for what is one word in the responses of a service, and ends up in logs.
func cutWord(text string) string {
	return cut(strings.TrimSpace(text), maxWord)
}

// cut returns so many bytes of a text at most, without half a character at the end.
func cut(text string, longest int) string {
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "")
	}

	return text
}

// kindOf says in a word what a response looks like.
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
