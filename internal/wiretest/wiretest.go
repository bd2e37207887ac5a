// Package wiretest provides operations, requests and responses for the tests of package awsquery and of the codec. The service that
// they belong to does not exist.
package wiretest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/codec"
)

// Tag is a structure with the methods of generated code. Package encoding/xml reads it too.
type Tag struct {
	Key   string `xml:"Key"`
	Value string `xml:"Value"`
}

// DecodeQuery reads the members of the Tag.
func (m *Tag) DecodeQuery(d *codec.Decoder) {
	for d.Next() {
		switch string(d.Name()) {
		case "Key":
			m.Key = d.Text()
		case "Value":
			m.Value = d.Text()
		default:
			d.Skip()
		}
	}
}

// WriteQuery writes the members of the Tag.
func (m *Tag) WriteQuery(w *codec.Writer) {
	w.RequiredString("Key", m.Key)
	w.RequiredString("Value", m.Value)
}

// CheckQuery checks the members of the Tag.
func (m *Tag) CheckQuery(c *codec.Check) {
	c.Required("Key", m.Key != "")
	c.MaxLength("Key", m.Key, 128)
	c.MaxLength("Value", m.Value, 256)
}

// result is a pointer to a result type of an operation.
type result[T any] interface {
	*T
	codec.Structure
}

// ListItems returns a read-only operation, a GET.
func ListItems[T any, P result[T]](params runtime.ClientRequestWriter) *runtime.ClientOperation {
	return &runtime.ClientOperation{
		ID:          "listItems",
		Method:      http.MethodGet,
		PathPattern: "/?Action=ListItems",
		Params:      params,
		Reader:      codec.NewResultReader[T, P]("ListItems", true),
	}
}

// CreateItem returns the operation ListItems, but as a mutating operation.
func CreateItem[T any, P result[T]](params runtime.ClientRequestWriter) *runtime.ClientOperation {
	operation := ListItems[T, P](params)
	operation.ID = "createItem"
	operation.Reader = codec.NewResultReader[T, P]("ListItems", false)

	return operation
}

// NotFound is an error document with the code ItemNotFound.
const NotFound = `<ErrorResponse xmlns="http://example.com/doc/2012-12-01/">
  <Error>
    <Type>Sender</Type>
    <Code>ItemNotFound</Code>
    <Message>Item analytics not found.</Message>
  </Error>
  <RequestId>5c1b2f3a</RequestId>
</ErrorResponse>`

// Envelope returns a response to ListItems with the given members.
func Envelope(members string) string {
	return "<ListItemsResponse xmlns=\"http://example.com/doc/2012-12-01/\">\n  <ListItemsResult>" + members +
		"</ListItemsResult>\n  <ResponseMetadata><RequestId>5c1b2f3a</RequestId></ResponseMetadata>\n</ListItemsResponse>"
}

// RoundTripper responds to requests without a network, and records them. It is safe for concurrent use.
type RoundTripper struct {
	// Respond returns the response to a request. If nil, the response is an Envelope with the Marker m.
	Respond func(*http.Request) (*http.Response, error)
	// Sent are the requests in the order of their arrival.
	Sent []*http.Request

	mutex sync.Mutex
}

// RoundTrip records the request and returns the response of Respond.
func (r *RoundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mutex.Lock()
	r.Sent = append(r.Sent, request)
	r.mutex.Unlock()
	if r.Respond == nil {
		return Response(http.StatusOK, Envelope("<Marker>m</Marker>"), nil), nil
	}

	return r.Respond(request)
}

// Response returns an HTTP response. A nil header is an empty one.
func Response(status int, body string, header http.Header) *http.Response {
	if header == nil {
		header = make(http.Header)
	}

	return &http.Response{
		Status:        fmt.Sprint(status),
		StatusCode:    status,
		Header:        header,
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}

// ParseURL parses a URL, and ends the test if it is malformed.
func ParseURL(tb testing.TB, text string) *url.URL {
	tb.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}

	return parsed
}

// NewTransport returns a Transport for https://items.example.com that sends its requests to base.
func NewTransport(tb testing.TB, base http.RoundTripper) *awsquery.Transport {
	tb.Helper()

	return &awsquery.Transport{Endpoint: ParseURL(tb, "https://items.example.com"), Client: &http.Client{Transport: base}}
}

// Call makes a call of ListItems that gets the given response.
func Call[T any, P result[T]](tb testing.TB, params runtime.ClientRequestWriter, status int, body string, header http.Header) (*T, error) {
	tb.Helper()
	base := &RoundTripper{Respond: func(*http.Request) (*http.Response, error) { return Response(status, body, header), nil }}
	got, err := NewTransport(tb, base).SubmitContext(tb.Context(), ListItems[T, P](params))
	if len(base.Sent) != 1 {
		tb.Fatalf("the call sent %d requests, want 1", len(base.Sent))
	}
	if err != nil {
		return nil, err
	}
	typed, ok := got.(*T)
	if !ok {
		tb.Fatalf("the result is a %T, want a %T", got, new(T))
	}

	return typed, nil
}
