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

// ErrorCode is the code by which a service says why it refuses a call, such as ClusterNotFound. The codes are errors, to
// be looked for in another one however often that was wrapped:
//
//	if errors.Is(err, awsquery.ErrAccessDenied) { ... }
//
// They are open: services return codes that no list has.
type ErrorCode string

// Error returns the code itself.
func (c ErrorCode) Error() string { return string(c) }

// Error is a response other than the expected one: a refusal of the service, or the response of something on the way
// to it, such as the HTML page of a proxy.
//
// What a log or a format verb shows of it is its Error text; its JSON has fields that belong there one by one. The header and
// the Body are in neither.
type Error struct {
	// Operation is the name of the call, such as CreateClusterSnapshot.
	Operation string
	// StatusCode is the HTTP status. It can be 200: then the response is an error document, a document of something else, or
	// cut short. Decide on the Code if there is one: services throttle with status 400.
	StatusCode int
	// RequestID is Amazon's identifier of the request, for its support. Empty if the response has none.
	RequestID string
	// Code is why the service refuses the call. Empty if the response is not from a service.
	Code ErrorCode
	// Message is the service's text, as it came, at most 16 KiB of it. The service may quote parameters in it.
	Message string
	// Hint is what to do about it, or where to look. A client adds it where the service's message does not tell. Often empty.
	Hint string
	// Type is who is at fault according to the service: Sender or Receiver. Often empty.
	Type string
	// Header is the response's. It is nil if the call was not made by a Transport.
	Header http.Header
	// RoundTrip is the time from sending the request to the header of the response. It is 0 if the call was not made by a
	// Transport.
	RoundTrip time.Duration
	// Body is the beginning of the response, 512 bytes at most, if that is not an error document of AWS Query. A proxy may
	// quote the request in it.
	Body []byte
	// Err is what is wrong with the response itself. It is nil for a whole error document, and a [*ReadError] for a document
	// that breaks off. The Code is set if the document breaks off after it.
	Err error
}

const (
	maxShownMessage = 1024 // of a Message in a text
	maxShownWord    = 128  // of a Code, a RequestID and their like in a text
	maxBody         = 512
)

// Error says in one line: the operation, the HTTP status, the request id, the code and the message. Characters that
// could forge a line of a log are escaped, and a long message is cut.
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

// Is reports whether the target is the error's code.
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

// shownMessage is what of the message belongs in a text. A service that finds a signature wrong returns the request
// as it should have been signed, session token included: that is cut off.
func (e *Error) shownMessage() string {
	message := e.Message
	for _, secret := range [...]string{"The Canonical String for this request", "The String-to-Sign"} {
		if before, _, found := strings.Cut(message, secret); found {
			message = strings.TrimSpace(before)
		}
	}

	return printable(message, maxShownMessage)
}

// shown is what a log gets to see of an Error.
type shown struct {
	Operation  string    `json:"operation,omitzero"`
	StatusCode int       `json:"statusCode,omitzero"`
	RequestID  string    `json:"requestId,omitzero"`
	Code       ErrorCode `json:"code,omitzero"`
	Message    string    `json:"message,omitzero"`
	Hint       string    `json:"hint,omitzero"`
	Type       string    `json:"type,omitzero"`
	Cause      string    `json:"cause,omitzero"`
}

func (e Error) shown() shown {
	shown := shown{
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

// Format writes the Error text, whatever the verb: %+v and %#v would show the header and the body.
func (e Error) Format(state fmt.State, verb rune) { format(state, verb, e.Error()) }

// MarshalJSON has the operation, status code, request id, code, message, hint and type, and the cause as text.
func (e Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.shown()) }

// LogValue logs the Error text, as package log/slog does with errors that were wrapped.
func (e Error) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// format writes the text of an error for any verb; a quoted one for %q.
func format(state fmt.State, verb rune, text string) {
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	// There is nobody to tell that a formatter's output could not be written.
	_, _ = io.WriteString(state, text)
}

// printable returns the text in one line of printable characters, cut where it is longer than limit bytes.
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

// causeText is the text of a cause in one line. A RoundTripper of somebody else can have an error with the URL in it.
func causeText(cause error) string {
	if cause == nil {
		return "no response"
	}
	return printable(withoutURLs(cause.Error(), cause), maxShownMessage)
}

// withoutURLs takes out of a text the URL of each error in the tree of a cause.
func withoutURLs(text string, cause error) string {
	if inner, ok := cause.(*url.Error); ok && inner != nil && inner.URL != "" {
		quoted := strconv.Quote(inner.URL) // as it prints itself
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

// ReadError is why a response could not be read to its end: the connection broke, the context ended, or an XML document
// breaks off ([io.ErrUnexpectedEOF]). It is the Err of an [Error]. The other fields are those of the response's beginning.
type ReadError struct {
	// Err is the error of the connection or the context, or what is wrong with the document.
	Err error
}

// Error says what was attempted, and the cause.
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

// SendError is a call that got no response: it could not be sent, the connection broke, or its context ended. Unless
// NothingSent is set, the service may have done what it was asked to.
//
// The request's URL, which holds the parameters, is not part of it.
type SendError struct {
	// Operation is the name of the call, such as CreateClusterSnapshot.
	Operation string
	// Err is why, without the [net/url.Error] that net/http puts around it. [net.Error] and the context's errors are to be
	// found in it.
	Err error
	// NothingSent is set where it is certain that the service got nothing of the call: its context had ended before, or there
	// was no connection for it. Connections are not looked at for operations that change nothing, and an
	// [http.RoundTripper] has to tell of them as net/http's own does ([net/http/httptrace.ClientTrace]).
	NothingSent bool
	// Hint is what to do about it, or where to look. A client adds it. Often empty.
	Hint string
}

// Error names the operation and the cause, in one line.
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

// Unwrap returns the cause.
func (e *SendError) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}

// Format writes the Error text, whatever the verb.
func (e SendError) Format(state fmt.State, verb rune) { format(state, verb, e.Error()) }

// MarshalJSON has the operation, the hint, and the cause as text.
func (e SendError) MarshalJSON() ([]byte, error) {
	return json.Marshal(shown{Operation: printable(e.Operation, maxShownWord), Hint: printable(e.Hint, maxShownMessage), Cause: causeText(e.Err)})
}

// LogValue logs the Error text, as package log/slog does with errors that were wrapped.
func (e SendError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
