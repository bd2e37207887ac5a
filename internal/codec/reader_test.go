package codec_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/wiretest"
)

// stockResponse is a go-openapi response that no Transport made.
type stockResponse struct {
	status int
	header http.Header
	body   io.Reader
}

func (s stockResponse) Code() int                       { return s.status }
func (s stockResponse) Message() string                 { return http.StatusText(s.status) }
func (s stockResponse) GetHeader(name string) string    { return s.header.Get(name) }
func (s stockResponse) GetHeaders(name string) []string { return s.header.Values(name) }
func (s stockResponse) Body() io.ReadCloser             { return io.NopCloser(s.body) }

func TestResponsesOfAnotherTransport(t *testing.T) {
	t.Parallel()
	reader := codec.NewResultReader[listItemsResult]("ListItems", true)
	header := http.Header{"X-Amzn-Requestid": {"header-id"}}

	got, err := reader.ReadResponse(stockResponse{200, header, iotest.OneByteReader(strings.NewReader("<ListItemsResponse><ListItemsResult><Marker>m</Marker></ListItemsResult></ListItemsResponse>"))}, nil)
	result, ok := got.(*listItemsResult)
	if err != nil || !ok || result.Marker != "m" || result.RequestID != "header-id" {
		t.Errorf("ReadResponse() = %v, %v", got, err)
	}

	_, err = reader.ReadResponse(stockResponse{404, nil, strings.NewReader(wiretest.NotFound)}, nil)
	if !errors.Is(err, awsquery.ErrorCode("ItemNotFound")) {
		t.Error(err)
	}

	broken := errors.New("broken")
	_, err = reader.ReadResponse(stockResponse{200, header, io.MultiReader(strings.NewReader("<List"), iotest.ErrReader(broken))}, nil)
	var failed *awsquery.Error
	if !errors.As(err, &failed) || !errors.Is(err, broken) || failed.RequestID != "header-id" || string(failed.Body) != "<List" {
		t.Error(err)
	}

	if _, err := reader.ReadResponse(nil, nil); err == nil || !strings.HasPrefix(err.Error(), "ListItems: ") {
		t.Error(err)
	}
}

// emptyResult is a result that does not read its element.
type emptyResult struct{}

func (*emptyResult) DecodeQuery(*codec.Decoder) {}

func TestResultThatReadsNothing(t *testing.T) {
	t.Parallel()
	reader := codec.NewResultReader[emptyResult]("ListItems", true)
	if _, err := reader.ReadResponse(stockResponse{200, nil, strings.NewReader(wiretest.Envelope("<Marker>m</Marker>"))}, nil); err != nil {
		t.Error(err)
	}
	if _, err := reader.ReadResponse(stockResponse{200, nil, strings.NewReader("<ListItemsResponse><a></b>")}, nil); err == nil {
		t.Error("ReadResponse accepts a malformed element that the result did not read")
	}
}
