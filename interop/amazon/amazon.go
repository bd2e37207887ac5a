// Package amazon has what this module's uses of the AWS SDK for Go v2 have in common.
package amazon

import (
	"bytes"
	"io"
	"net/http"
)

// WholeAnswers reads answers to their end before anybody sees them. Amazon's client sometimes has the connection closed
// while it still reads: "use of closed network connection".
type WholeAnswers struct{}

// RoundTrip sends a request by net/http's own transport.
func (WholeAnswers) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body := response.Body
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(body)
	response.Body = io.NopCloser(bytes.NewReader(text))

	return response, err
}
