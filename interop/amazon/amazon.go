// Package amazon has the common code of this module's clients of the AWS SDK for Go v2.
package amazon

import (
	"bytes"
	"io"
	"net/http"
)

// WholeResponses reads each response completely before it returns it. Otherwise Amazon's client sometimes fails because its
// connection is closed while it reads: "use of closed network connection".
type WholeResponses struct{}

// RoundTrip sends a request with http.DefaultTransport.
func (WholeResponses) RoundTrip(request *http.Request) (*http.Response, error) {
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
