package awsquery

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrorCode is the reason why a service refuses a call, such as ClusterNotFound. It is an error, and [errors.Is] finds it in the
// error of a call:
//
//	if errors.Is(err, awsquery.ErrAccessDenied) { ... }
//
// Services also return codes that have no constant.
type ErrorCode string

// Error returns the code itself.
func (c ErrorCode) Error() string { return string(c) }

// Error is a response other than the expected result: the service refused the call, or something between the client and the service
// responded, for example a proxy with an HTML page.
//
// Logs and format verbs show the text of the method Error. The JSON has the fields of [Error.MarshalJSON]. Neither contains Header
// or Body.
type Error struct {
	// Operation is the name of the operation, such as CreateClusterSnapshot.
	Operation string
	// StatusCode is the HTTP status. It can be 200: then the response is an error document, incomplete, or from another server. If
	// the response has a Code, decide by the Code, because services also throttle with status 400.
	StatusCode int
	// RequestID is Amazon's identifier of the request, for its support. It is empty if the response has none.
	RequestID string
	// Code is the reason why the service refuses the call. It is empty if the response is not from a service.
	Code ErrorCode
	// Message is the unchanged text of the service, at most 16 KiB. It may quote parameters.
	Message string
	// Hint is advice that a client adds. It is often empty.
	Hint string
	// Type is the party at fault according to the service: Sender or Receiver. It is often empty.
	Type string
	// Header is the header of the response. It is nil if the call was not made by a Transport.
	Header http.Header
	// RoundTrip is the time from sending the request to the header of the response. It is 0 if the call was not made by a
	// Transport.
	RoundTrip time.Duration
	// Body is the beginning of the response, at most 512 bytes. It is nil if the response is a complete error document of AWS. A
	// proxy may quote the request in it.
	Body []byte
	// Err is the reason why the response is unreadable. It is nil for a complete error document, and a [*ReadError] for an
	// incomplete one. An incomplete document still has a Code if it ends after the code.
	Err error
}

const (
	maxShownMessage = 1024 // bytes of a Message in a text
	maxShownWord    = 128  // bytes of a Code, a RequestID or another short value in a text
	maxBody         = 512
)

// Error returns one line with the operation, the HTTP status, the request id, the code, the message, Err and the Hint. It escapes
// characters that could forge a line of a log, and cuts a message after 1,024 bytes.
func (e *Error) Error() string {
	if e == nil {
		return "no error of a service"
	}
	var text strings.Builder
	operation := e.Operation
	if operation == "" {
		operation = "call"
	}
	text.WriteString(printable(operation, maxShownWord))
	text.WriteString(": ")
	if e.StatusCode != 0 {
		text.WriteString("HTTP status ")
		text.WriteString(strconv.Itoa(e.StatusCode))
		text.WriteString(", ")
	}
	if e.RequestID == "" {
		text.WriteString("no request id")
	} else {
		text.WriteString("request id ")
		text.WriteString(printable(e.RequestID, maxShownWord))
	}
	if e.Code != "" {
		text.WriteString(", ")
		text.WriteString(printable(string(e.Code), maxShownWord))
	}
	if message := e.shownMessage(); message != "" {
		text.WriteString(": ")
		text.WriteString(message)
	}
	if e.Err != nil {
		text.WriteString(": ")
		text.WriteString(causeText(e.Err))
	}
	if e.Hint != "" {
		text.WriteString(" (")
		text.WriteString(printable(e.Hint, maxShownMessage))
		text.WriteString(")")
	}

	return text.String()
}

// Is reports whether target is the error's Code.
func (e *Error) Is(target error) bool {
	code, ok := target.(ErrorCode)

	return ok && e != nil && code != "" && e.Code == code
}

// Unwrap returns Err.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}

// shownMessage returns the part of the message that a log may show. If a signature is wrong, the message contains the canonical
// request, with the session token. shownMessage removes it.
func (e *Error) shownMessage() string {
	message := e.Message
	for _, secret := range [...]string{"The Canonical String for this request", "The String-to-Sign"} {
		if before, _, found := strings.Cut(message, secret); found {
			message = strings.TrimSpace(before)
		}
	}

	return printable(message, maxShownMessage)
}

// shownFields are the fields of an Error in its JSON.
type shownFields struct {
	Operation  string    `json:"operation,omitzero"`
	StatusCode int       `json:"statusCode,omitzero"`
	RequestID  string    `json:"requestId,omitzero"`
	Code       ErrorCode `json:"code,omitzero"`
	Message    string    `json:"message,omitzero"`
	Hint       string    `json:"hint,omitzero"`
	Type       string    `json:"type,omitzero"`
	Cause      string    `json:"cause,omitzero"`
}

func (e Error) shown() shownFields {
	shown := shownFields{
		Operation:  printable(e.Operation, maxShownWord),
		StatusCode: e.StatusCode,
		RequestID:  printable(e.RequestID, maxShownWord),
		Code:       ErrorCode(printable(string(e.Code), maxShownWord)),
		Message:    e.shownMessage(),
		Hint:       printable(e.Hint, maxShownMessage),
		Type:       printable(e.Type, maxShownWord),
	}
	if e.Err != nil {
		shown.Cause = causeText(e.Err)
	}

	return shown
}

// Format writes the Error text for every verb, because %+v and %#v would show the header and the body.
func (e Error) Format(state fmt.State, verb rune) { format(state, verb, e.Error()) }

// MarshalJSON encodes the operation, status code, request id, code, message, hint and type, and Err as text.
func (e Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.shown()) }

// LogValue returns the Error text. Package log/slog logs the same text for an error that wraps this one.
func (e Error) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// format writes the text of an error, quoted for the verb %q.
func format(state fmt.State, verb rune, text string) {
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	// A formatter cannot return a write error.
	_, _ = io.WriteString(state, text)
}

// printable returns the text as one line of printable characters, cut to limit bytes.
func printable(text string, limit int) string {
	clean := len(text) <= limit
	for i := 0; clean && i < len(text); i++ {
		clean = ' ' <= text[i] && text[i] < 0x7f
	}
	if clean {
		return text
	}
	var line []byte
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		before := len(line)
		switch {
		case r == utf8.RuneError && size == 1:
			line = append(line, '\\', 'x', lowerHex[text[i]>>4], lowerHex[text[i]&15])
		case unicode.IsPrint(r):
			line = utf8.AppendRune(line, r)
		case r == '\n' || r == '\r' || r == '\t':
			line = append(line, ' ')
		default:
			escaped := strconv.AppendQuoteRuneToASCII(nil, r)
			line = append(line, escaped[1:len(escaped)-1]...)
		}
		if len(line) > limit {
			return string(line[:before]) + "..."
		}
		i += size
	}

	return string(line)
}

const lowerHex = "0123456789abcdef"

// causeText returns the text of a cause in one line. It removes URLs, because the error of a user's RoundTripper can contain the
// URL of the request.
func causeText(cause error) string {
	if cause == nil {
		return "no response"
	}
	return printable(withoutURLs(cause.Error(), cause), maxShownMessage)
}

// withoutURLs removes the URL of each url.Error in the tree of cause from text.
func withoutURLs(text string, cause error) string {
	if inner, ok := cause.(*url.Error); ok && inner != nil && inner.URL != "" {
		quoted := strconv.Quote(inner.URL) // as url.Error prints it
		text = strings.NewReplacer(quoted, `"(URL)"`, quoted[1:len(quoted)-1], "(URL)", inner.URL, "(URL)").Replace(text)
	}
	switch outer := cause.(type) {
	case interface{ Unwrap() error }:
		if inner := outer.Unwrap(); inner != nil {
			text = withoutURLs(text, inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range outer.Unwrap() {
			if inner != nil {
				text = withoutURLs(text, inner)
			}
		}
	}

	return text
}

// ReadError reports an incomplete response: the connection broke, the context ended, or the XML document is incomplete
// ([io.ErrUnexpectedEOF]). It is the Err of an [Error], whose other fields come from the beginning of the response.
type ReadError struct {
	// Err is the error of the connection, of the context or of the document.
	Err error
}

// Error returns "read the response" and the cause.
func (e *ReadError) Error() string {
	if e == nil || e.Err == nil {
		return "read the response"
	}

	return "read the response: " + e.Err.Error()
}

// Unwrap returns Err.
func (e *ReadError) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}

// SendError reports a call that got no response: it could not be sent, the connection broke, or its context ended. Unless
// NothingSent is true, the call may have taken effect.
//
// It does not contain the URL of the request, because the URL contains the parameters.
type SendError struct {
	// Operation is the name of the operation, such as CreateClusterSnapshot.
	Operation string
	// Err is the cause, without the [net/url.Error] that net/http wraps it in. It can match [net.Error] and the errors of the
	// context.
	Err error
	// NothingSent reports whether the service certainly received no part of the call: its context had ended before, or it got no
	// connection. A Transport detects a missing connection only for operations that are not read-only, and only if the
	// [http.RoundTripper] reports connections to [net/http/httptrace.ClientTrace], as net/http does.
	NothingSent bool
	// Hint is advice that a client adds. It is often empty.
	Hint string
}

// Error returns one line with the operation, the cause and the Hint.
func (e *SendError) Error() string {
	if e == nil {
		return "no error of a connection"
	}

	text := printable(e.Operation, maxShownWord) + ": " + causeText(e.Err)
	if e.Hint != "" {
		text += " (" + printable(e.Hint, maxShownMessage) + ")"
	}

	return text
}

// Unwrap returns Err.
func (e *SendError) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}

// Format writes the Error text for every verb.
func (e SendError) Format(state fmt.State, verb rune) { format(state, verb, e.Error()) }

// MarshalJSON encodes the operation, the hint, and Err as text.
func (e SendError) MarshalJSON() ([]byte, error) {
	return json.Marshal(shownFields{
		Operation: printable(e.Operation, maxShownWord),
		Hint:      printable(e.Hint, maxShownMessage),
		Cause:     causeText(e.Err),
	})
}

// LogValue returns the Error text. Package log/slog logs the same text for an error that wraps this one.
func (e SendError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
