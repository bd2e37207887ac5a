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
	maxMessage = 16 << 10 // bytes of an error's Message
	maxWord    = 128      // bytes of an error's Code, RequestID and Type
	maxBody    = 512      // bytes of an error's Body
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

// ReadResponse returns a new *T if the response is a success, and an [*awsquery.Error] otherwise. It decides by the status and the
// body of the response, and ignores its Content-Type.
func (r resultReader[T, P]) ReadResponse(response runtime.ClientResponse, _ runtime.Consumer) (any, error) {
	received, err := receive(r.action, response)
	if err != nil {
		return nil, err
	}
	d := received.decoder()
	if d == nil {
		return nil, received.refusal(nil)
	}
	result := new(T)
	P(result).DecodeQuery(d)
	if err := d.finish(); err != nil {
		return nil, received.refusal(malformed(err))
	}

	return result, nil
}

// receivedResponse is a response with its body in memory.
type receivedResponse struct {
	action    string
	status    int
	requestID string // from the header
	errorType string // from the header
	body      []byte

	// untilClosed reports that the body ends with the connection, so it may be incomplete.
	untilClosed bool
}

// receive reads the body of a response.
func receive(action string, response runtime.ClientResponse) (*receivedResponse, error) {
	if response == nil {
		return nil, fmt.Errorf("%s: read the response: it is nil", action)
	}
	r := &receivedResponse{
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

func (r *receivedResponse) succeeded() bool { return r.status >= 200 && r.status <= 299 }

// decoder returns a Decoder that has opened the root of the response. It returns nil if the response is not a result of the action.
func (r *receivedResponse) decoder() *Decoder {
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

// finish closes all open elements and checks that nothing follows the root.
func (d *Decoder) finish() error {
	for d.err == nil && d.depth > 0 {
		d.Skip()
	}
	d.Next()

	return d.err
}

// unreadable returns the error for an incomplete response. The beginning of the response may have a code.
func (r *receivedResponse) unreadable(cause error) *awsquery.Error {
	refused := r.newError()
	_ = r.errorDocument(refused) // cause replaces this error
	refused.Err = &awsquery.ReadError{Err: cause}
	if errors.Is(cause, wire.ErrTooLarge) {
		refused.Err = fmt.Errorf("read the response: %w", cause)
	}

	return refused
}

// newError returns an error with the fields that do not depend on the document.
func (r *receivedResponse) newError() *awsquery.Error {
	return &awsquery.Error{
		Operation:  r.action,
		StatusCode: r.status,
		RequestID:  r.requestID,
		Body:       bytes.Clone(r.body[:min(len(r.body), maxBody)]),
	}
}

// refusal returns the error for a response without a result. If the response began like a result, cause is the reason why it is
// unreadable.
func (r *receivedResponse) refusal(cause error) *awsquery.Error {
	refused := r.newError()
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
		refused.Err = errors.New("the response is a redirect, which the client does not follow")
	default:
		if refused.Code == "" {
			r.jsonDocument(refused)
		}
		refused.Err = err
	}

	return refused
}

// errorDocument sets the fields that an error document of AWS has. It returns an error if the response is not such a document: an
// *awsquery.ReadError if it is incomplete and may have been one.
func (r *receivedResponse) errorDocument(refused *awsquery.Error) error {
	expected := "an error document of AWS"
	if r.succeeded() {
		expected = "the expected " + r.action + "Response"
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
			return fmt.Errorf("the response is the XML document %s, not %s", shownName(string(name)), expected)
		}

		return malformed(d.err)
	}
	if !isErrorRoot(string(d.local)) {
		return fmt.Errorf("the response is the XML document %s, not %s", shownName(string(d.local)), expected)
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

// shownName cuts the name of an element for an error text. Names have only printable characters.
func shownName(name string) string {
	if len(name) > maxWord {
		return name[:maxWord] + "..."
	}

	return name
}

// isErrorRoot reports whether the name is one of a root element of error documents.
func isErrorRoot(name string) bool {
	switch name {
	case "ErrorResponse", "Response", "Error", "Errors":
		return true
	default:
		return false
	}
}

// isExpected reports whether the name is one of a root element of responses. If whole is false, the name is only the beginning.
func (r *receivedResponse) isExpected(name []byte, whole bool) bool {
	for _, expected := range [...]string{"ErrorResponse", "Response", "Error", "Errors", r.action + "Response"} {
		if expected == string(name) || !whole && strings.HasPrefix(expected, string(name)) {
			return true
		}
	}

	return false
}

// malformed returns the error for a document that starts like a response: an *awsquery.ReadError if the document is incomplete.
func malformed(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &awsquery.ReadError{Err: err}
	}

	return fmt.Errorf("decode the response: %w", err)
}

// decodeError reads the members of an error in an ErrorResponse with an Error, in a Response with Errors, or in an Error.
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

// jsonDocument sets the fields that an error document in JSON has. Proxies and services with other protocols return such documents.
func (r *receivedResponse) jsonDocument(refused *awsquery.Error) {
	const most = 64 << 10
	var document struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	// If the response is not such a document, all fields stay empty.
	if kindOf(r.body) == "JSON" && len(r.body) <= most && json.Unmarshal(r.body, &document) != nil {
		document.Type, document.Code, document.Message = "", "", ""
	}
	refused.Code = jsonCode(document.Type)
	if refused.Code == "" {
		refused.Code = jsonCode(r.errorType)
	}
	if refused.Code != "" {
		// The code shows that the message is from AWS. The message of a proxy may quote the request.
		refused.Message = cut(document.Message, maxMessage)
		return
	}
	if !r.succeeded() { // the code in a document with a successful status may mean success
		refused.Code = jsonCode(document.Code)
	}
}

// jsonCode returns the code in a text such as com.amazon.coral#ThrottlingException:http://internal.amazon.com/. It returns an empty
// code if the text has a character that codes do not have.
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

// cutWord trims and cuts a value that is one word in the responses of services, because logs show it.
func cutWord(text string) string {
	return cut(strings.TrimSpace(text), maxWord)
}

// cut returns at most longest bytes of a text, without an incomplete character at the end.
func cut(text string, longest int) string {
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "")
	}

	return text
}

// kindOf returns the format that the body of a response seems to have.
func kindOf(body []byte) string {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte(byteOrderMark)))
	start := strings.ToLower(string(body[:min(len(body), 16)]))
	switch {
	case bytes.HasPrefix([]byte(byteOrderMark), body): // no bytes, or a part of the mark
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
