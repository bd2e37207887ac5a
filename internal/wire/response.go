package wire

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/http"

	"github.com/go-openapi/runtime"
)

// DefaultMaxResponseBytes is 32 MiB, far more than any response has: a page of 100 snapshots has about 200 KB.
const DefaultMaxResponseBytes = 32 << 20

// Response is a response with its body in memory, for the Reader of an operation.
type Response struct {
	// HTTP is the response. Its Body is already closed.
	HTTP *http.Response
	// Content is the body.
	Content []byte
}

var _ runtime.ClientResponse = (*Response)(nil)

// HTTPResponse returns a copy of the response, with a Body that can be read from its beginning. It has no Request, because the
// headers of the request contain the signature.
func (c *Response) HTTPResponse() *http.Response {
	response := *c.HTTP
	response.Header = c.HTTP.Header.Clone()
	response.Body = c.Body()
	response.ContentLength = int64(len(c.Content))
	response.Request = nil

	return &response
}

func (c *Response) Code() int                       { return c.HTTP.StatusCode }
func (c *Response) Message() string                 { return c.HTTP.Status }
func (c *Response) GetHeader(name string) string    { return c.HTTP.Header.Get(name) }
func (c *Response) GetHeaders(name string) []string { return c.HTTP.Header.Values(name) }
func (c *Response) Body() io.ReadCloser             { return io.NopCloser(bytes.NewReader(c.Content)) }

// BrokenResponse is a response whose body could not be read to its end. It is a separate type so that complete responses need no
// memory for the error.
type BrokenResponse struct {
	// Response has the beginning of the body.
	Response
	// Err is the reason why the rest is missing.
	Err error
}

// Body returns a reader of the Content, which ends with Err.
func (b *BrokenResponse) Body() io.ReadCloser {
	return io.NopCloser(io.MultiReader(bytes.NewReader(b.Content), failing{b.Err}))
}

// failing is a reader that only returns an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// RequestID returns the request id of a response. header returns the value of a header.
func RequestID(header func(string) string) string {
	if id := header("X-Amzn-Requestid"); id != "" {
		return id
	}

	return header("X-Amz-Request-Id")
}

// IsUntilClosed reports whether a response had neither a length nor chunks, nor came over HTTP/2.
func IsUntilClosed(response *http.Response) bool {
	return response.Close && response.ContentLength < 0 && len(response.TransferEncoding) == 0 && !response.Uncompressed
}

// ErrTooLarge is the error of a body that is longer than the limit.
var ErrTooLarge = errors.New("it is larger than the limit: raise MaxResponseBytes of the Transport")

var errOtherProtocol = errors.New("the server switched to another protocol, which the request did not allow")

// Receive reads and closes the body of a response. A response that switches protocols has an endless body: Receive closes it and
// returns an error.
func Receive(response *http.Response, limit int64) ([]byte, error) {
	if response.StatusCode == http.StatusSwitchingProtocols {
		_ = response.Body.Close()

		return nil, errOtherProtocol
	}

	return ReadBody(response.Body, response.ContentLength, limit)
}

// ReadBody reads the whole body and closes it. With an error, it returns the bytes that it could read. A length of 0 or less means
// unknown. Both can be the largest int64, because the network chooses length and the caller limit.
func ReadBody(body io.ReadCloser, length, limit int64) (content []byte, err error) {
	const (
		first = 4 << 10
		most  = 512 << 10 // the most that is allocated for a length before anything is read
	)
	if body == nil || body == http.NoBody {
		return nil, nil
	}
	// The error of Close does not matter: the body was read, or ReadBody returns another error.
	defer func() { _ = body.Close() }()
	limit = min(limit, math.MaxInt64-1) // limit+1 must not overflow
	size := int64(first)
	if length > 0 {
		size = min(length, most-1) + 1 // one more byte shows the end without growing
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
			return content[:limit], ErrTooLarge
		case err == io.EOF && int64(len(content)) < length:
			return content, io.ErrUnexpectedEOF
		case err == io.EOF:
			return content, nil
		case err != nil:
			return content, err
		}
	}
}

// grow doubles the capacity of a full buffer, or lets it hold the length or the limit and one byte more. Doubling allocates less in
// total than append does. A length is trusted after half of it was read.
func grow(content []byte, length, limit int64) []byte {
	size := min(2*int64(cap(content)), limit+1)
	if length >= int64(len(content)) && length < size {
		size = length + 1
	}

	return append(make([]byte, 0, size), content...)
}
