package awsquery_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"
	"go.uber.org/goleak"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/testenv"
)

func TestMain(m *testing.M) {
	testenv.ClearAWS()
	goleak.VerifyTestMain(m)
}

// The types of this file look like generated ones. Package codec has a test with a member of every kind.

type tag struct{ Key, Value string }

func (m *tag) WriteQuery(w *codec.Writer) {
	w.RequiredString("Key", m.Key)
	w.RequiredString("Value", m.Value)
}

func (m *tag) CheckQuery(c *codec.Check) { c.Required("Key", m.Key != "") }

type listItemsParams struct {
	Name    string
	Always  string
	Limit   *int
	Force   bool
	Tags    []tag
	Timeout time.Duration
	Header  map[string]string
}

func (p *listItemsParams) WriteToRequest(request runtime.ClientRequest, _ strfmt.Registry) error {
	if p.Timeout != 0 {
		if err := request.SetTimeout(p.Timeout); err != nil {
			return err
		}
	}
	for name, value := range p.Header {
		if err := request.SetHeaderParam(name, value); err != nil {
			return err
		}
	}
	w := codec.NewWriter(request)
	w.String("Name", p.Name)
	w.RequiredString("Always", p.Always)
	w.OptionalInteger("Limit", p.Limit)
	w.Boolean("Force", p.Force)
	codec.Structures(&w, "Tags.Tag", p.Tags)
	w.String("Version", "2012-12-01")

	return w.Err()
}

func (p *listItemsParams) Validate() error {
	c := codec.NewCheck("ListItems")
	c.Required("Name", p.Name != "")
	c.OptionalMinimum("Limit", p.Limit, 20)
	codec.CheckStructures(&c, "Tags.Tag", p.Tags)

	return c.Err()
}

type listItemsResult struct{ Marker string }

func (r *listItemsResult) DecodeQuery(d *codec.Decoder) {
	for d.NextMember() {
		if string(d.Name()) == "Marker" {
			r.Marker = d.Text()
		} else {
			d.Skip()
		}
	}
}

// envelope puts members into the response to ListItems.
func envelope(members string) string {
	return "<ListItemsResponse xmlns=\"http://example.com/doc/2012-12-01/\">\n  <ListItemsResult>" + members +
		"</ListItemsResult>\n  <ResponseMetadata><RequestId>5c1b2f3a</RequestId></ResponseMetadata>\n</ListItemsResponse>"
}

const notFound = `<ErrorResponse xmlns="http://example.com/doc/2012-12-01/">
  <Error>
    <Type>Sender</Type>
    <Code>ItemNotFound</Code>
    <Message>Item analytics not found.</Message>
  </Error>
  <RequestId>5c1b2f3a</RequestId>
</ErrorResponse>`

func listItems(params runtime.ClientRequestWriter) *runtime.ClientOperation {
	return &runtime.ClientOperation{
		ID:          "listItems",
		Method:      http.MethodGet,
		PathPattern: "/?Action=ListItems",
		Params:      params,
		Reader:      codec.NewResultReader[listItemsResult]("ListItems", true),
	}
}

func createItem(params runtime.ClientRequestWriter) *runtime.ClientOperation {
	operation := listItems(params)
	operation.ID, operation.PathPattern = "createItem", "/?Action=ListItems"
	operation.Reader = codec.NewResultReader[listItemsResult]("ListItems", false)

	return operation
}

// roundTripper answers requests without a network and keeps them.
type roundTripper struct {
	answer func(*http.Request) (*http.Response, error)

	mutex sync.Mutex
	sent  []*http.Request
}

func (r *roundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mutex.Lock()
	r.sent = append(r.sent, request)
	r.mutex.Unlock()
	if r.answer == nil {
		return respond(http.StatusOK, envelope("<Marker>m</Marker>"), nil), nil
	}

	return r.answer(request)
}

func respond(status int, body string, header http.Header) *http.Response {
	if header == nil {
		header = make(http.Header)
	}

	return &http.Response{
		Status: fmt.Sprint(status), StatusCode: status, Header: header,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func mustURL(tb testing.TB, text string) *url.URL {
	tb.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}

	return parsed
}

func newTransport(tb testing.TB, base http.RoundTripper) *awsquery.Transport {
	tb.Helper()

	return &awsquery.Transport{Endpoint: mustURL(tb, "https://items.example.com"), Client: &http.Client{Transport: base}}
}

// call makes a call that answers the given response.
func call(tb testing.TB, status int, body string, header http.Header) (*listItemsResult, error) {
	tb.Helper()
	base := &roundTripper{answer: func(*http.Request) (*http.Response, error) { return respond(status, body, header), nil }}
	answer, err := newTransport(tb, base).SubmitContext(tb.Context(), listItems(&listItemsParams{}))
	if len(base.sent) != 1 {
		tb.Fatalf("%d requests, want 1", len(base.sent))
	}
	if err != nil {
		return nil, err
	}
	result, ok := answer.(*listItemsResult)
	if !ok {
		tb.Fatalf("the response is a %T", answer)
	}

	return result, nil
}
