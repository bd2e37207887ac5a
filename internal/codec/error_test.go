package codec_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/wiretest"
)

func TestErrorDocuments(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Amzn-Requestid": {"header-id"}}
	tests := map[string]struct {
		status  int
		body    string
		header  http.Header
		want    awsquery.Error // without the fields that the Transport sets
		text    string
		foreign bool
	}{
		"error response": {
			status: 404, body: wiretest.NotFound, header: header,
			want: awsquery.Error{RequestID: "5c1b2f3a", Code: "ItemNotFound", Message: "Item analytics not found.", Type: "Sender"},
			text: "ListItems: HTTP status 404, request id 5c1b2f3a, ItemNotFound: Item analytics not found.",
		},
		"error alone": {
			status: 400, body: "<Error><Message>m</Message><RequestID>r</RequestID><Code>C</Code></Error>",
			want: awsquery.Error{RequestID: "r", Code: "C", Message: "m"}, text: "ListItems: HTTP status 400, request id r, C: m",
		},
		"indented": {
			status: 400, body: "<ErrorResponse>\n<Error>\n<Type>\nSender\n</Type>\n<Code>\n C\n</Code>\n<Detail><Code>D</Code></Detail></Error>\n<RequestId>\n r\n</RequestId></ErrorResponse>",
			want: awsquery.Error{RequestID: "r", Code: "C", Type: "Sender"}, text: "ListItems: HTTP status 400, request id r, C",
		},
		"old style": {
			status: 400, body: `<?xml version="1.0"?><Response><Errors><Error><Code>C</Code><Message>m</Message></Error></Errors><RequestID>r</RequestID></Response>`,
			want: awsquery.Error{RequestID: "r", Code: "C", Message: "m"}, text: "ListItems: HTTP status 400, request id r, C: m",
		},
		"id in the header": {
			status: 400, body: "<ErrorResponse><Error><Code>C</Code></Error><RequestId/></ErrorResponse>", header: header,
			want: awsquery.Error{RequestID: "header-id", Code: "C"}, text: "ListItems: HTTP status 400, request id header-id, C",
		},
		"other header": {
			status: 400, body: "<ErrorResponse><Error><Code>C</Code></Error></ErrorResponse>", header: http.Header{"X-Amz-Request-Id": {"other"}},
			want: awsquery.Error{RequestID: "other", Code: "C"}, text: "ListItems: HTTP status 400, request id other, C",
		},
		"error with a status of success": {
			status: 200, body: wiretest.NotFound,
			want: awsquery.Error{RequestID: "5c1b2f3a", Code: "ItemNotFound", Message: "Item analytics not found.", Type: "Sender"},
			text: "ListItems: HTTP status 200, request id 5c1b2f3a, ItemNotFound: Item analytics not found.",
		},
		"redirect with a code": {
			status: 307, body: "<Error><Code>TemporaryRedirect</Code></Error>", header: header,
			want: awsquery.Error{RequestID: "header-id", Code: "TemporaryRedirect"}, text: "ListItems: HTTP status 307, request id header-id, TemporaryRedirect",
		},
		"no code": {
			status: 400, body: "<ErrorResponse><Error><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>", foreign: true,
			want: awsquery.Error{RequestID: "r", Message: "m"}, text: "ListItems: HTTP status 400, request id r: m: the response is an error document without a code",
		},
		"cut short": {
			status: 400, body: wiretest.NotFound[:len(wiretest.NotFound)-10], foreign: true,
			want: awsquery.Error{RequestID: "5c1b2f3a", Code: "ItemNotFound", Message: "Item analytics not found.", Type: "Sender"},
			text: "ListItems: HTTP status 400, request id 5c1b2f3a, ItemNotFound: Item analytics not found.: read the response: XML at byte 223, in ErrorResponse: the document is incomplete",
		},
		"HTML": {
			status: 502, body: "\n<!DOCTYPE html><html>?Name=s3cret</html>", header: header, foreign: true,
			want: awsquery.Error{RequestID: "header-id"}, text: "ListItems: HTTP status 502, request id header-id: the response is HTML, not an error document of AWS",
		},
		"HTML with a status of success": {
			status: 200, body: "<HTML>?Name=s3cret</HTML>", foreign: true,
			text: "ListItems: HTTP status 200, no request id: the response is HTML, not the expected ListItemsResponse",
		},
		"text":  {status: 503, body: "?Name=s3cret", foreign: true, text: "ListItems: HTTP status 503, no request id: the response is text, not an error document of AWS"},
		"empty": {status: 503, foreign: true, text: "ListItems: HTTP status 503, no request id: the response is empty, not an error document of AWS"},
		"empty with a status of success": {
			status: 200, foreign: true,
			text: "ListItems: HTTP status 200, no request id: the response is empty, not the expected ListItemsResponse",
		},
		"other XML": {
			status: 200, body: "<CreateItemsResponse/>", foreign: true,
			text: "ListItems: HTTP status 200, no request id: the response is the XML document CreateItemsResponse, not the expected ListItemsResponse",
		},
		"malformed": {
			status: 200, body: "<ListItemsResponse><ListItemsResult></ListItemsResponse>", header: header, foreign: true,
			want: awsquery.Error{RequestID: "header-id"},
			text: "ListItems: HTTP status 200, request id header-id: decode the response: XML at byte 38, in ListItemsResult: an end tag with another name",
		},
		"second root": {
			status: 200, body: wiretest.Envelope("") + "<html/>", foreign: true,
			text: "ListItems: HTTP status 200, no request id: decode the response: XML at byte 192: a second root element",
		},
		"bad value": {
			status: 200, body: wiretest.Envelope("<First><Port>s3cret</Port></First>"), foreign: true,
			text: "ListItems: HTTP status 200, no request id: decode the response: XML at byte 95, in Port: not a whole number",
		},
		"JSON": {
			status: 400, body: `{"__type":"com.amazon.coral.service#ThrottlingException","message":"Rate exceeded"}`, header: header, foreign: true,
			want: awsquery.Error{RequestID: "header-id", Code: "ThrottlingException", Message: "Rate exceeded"},
			text: "ListItems: HTTP status 400, request id header-id, ThrottlingException: Rate exceeded: the response is JSON, not an error document of AWS",
		},
		"JSON with a code": {
			status: 400, body: `{"code":"C","Message":"?Name=s3cret"}`, foreign: true,
			want: awsquery.Error{Code: "C"}, text: "ListItems: HTTP status 400, no request id, C: the response is JSON, not an error document of AWS",
		},
		"JSON of a proxy": {
			status: 502, body: `{"code":"no route to ?Name=s3cret","Message":"?Name=s3cret"}`, foreign: true,
			text: "ListItems: HTTP status 502, no request id: the response is JSON, not an error document of AWS",
		},
		"half a JSON": {
			status: 502, body: `{"__type":"C","message":5}`, foreign: true,
			text: "ListItems: HTTP status 502, no request id: the response is JSON, not an error document of AWS",
		},
		"code in the header": {
			status: 400, body: `[]`, header: http.Header{"X-Amzn-Errortype": {"AccessDeniedException:http://internal.amazon.com/"}}, foreign: true,
			want: awsquery.Error{Code: "AccessDeniedException"}, text: "ListItems: HTTP status 400, no request id, AccessDeniedException: the response is JSON, not an error document of AWS",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := call(t, test.status, test.body, test.header)
			var got *awsquery.Error
			if !errors.As(err, &got) {
				t.Fatalf("the error is a %T, want an *awsquery.Error: %v", err, err)
			}
			if got.Operation != "ListItems" || got.StatusCode != test.status {
				t.Errorf("Operation = %s, StatusCode = %d, want ListItems, %d", got.Operation, got.StatusCode, test.status)
			}
			if got.RequestID != test.want.RequestID || got.Code != test.want.Code || got.Message != test.want.Message || got.Type != test.want.Type {
				t.Errorf("RequestID, Code, Message and Type are %q, %q, %q, %q, want %q, %q, %q, %q", got.RequestID, got.Code, got.Message, got.Type, test.want.RequestID, test.want.Code, test.want.Message, test.want.Type)
			}
			if test.foreign != (got.Err != nil) || test.foreign && string(got.Body) != test.body || !test.foreign && got.Body != nil {
				t.Errorf("Err = %v, Body = %q", got.Err, got.Body)
			}
			if err.Error() != test.text {
				t.Errorf("the error text is\n%s, want\n%s", err, test.text)
			}
			for _, shown := range []string{fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", *got)} {
				if strings.Contains(shown, "s3cret") {
					t.Errorf("the text shows the body: %s", shown)
				}
			}
		})
	}
}

func TestErrorsAreFound(t *testing.T) {
	t.Parallel()
	_, err := call(t, 404, wiretest.NotFound, nil)
	wrapped := fmt.Errorf("nightly: %w", errors.Join(errors.New("first"), fmt.Errorf("again: %w", err)))
	const itemNotFound awsquery.ErrorCode = "ItemNotFound"
	if !errors.Is(wrapped, itemNotFound) || errors.Is(wrapped, awsquery.ErrThrottling) || errors.Is(wrapped, awsquery.ErrorCode("")) {
		t.Error("errors.Is does not compare the code")
	}
	var found *awsquery.Error
	if !errors.As(wrapped, &found) {
		t.Fatal("errors.As finds no Error")
	}
	switch found.Code {
	case itemNotFound:
	default:
		t.Errorf("Code = %s, want %s", found.Code, itemNotFound)
	}
	if errors.Is(&awsquery.Error{}, awsquery.ErrorCode("")) {
		t.Error("errors.Is matches an Error without a code with the empty code")
	}
	if itemNotFound.Error() != "ItemNotFound" {
		t.Errorf("Error() = %s, want ItemNotFound", itemNotFound)
	}
}

// FuzzErrorResponse checks that every response that is not a success becomes an Error.
func FuzzErrorResponse(f *testing.F) {
	f.Add(400, []byte(wiretest.NotFound), "text/xml")
	f.Add(200, []byte(wiretest.NotFound), "text/html; charset")
	f.Add(502, []byte("<html>"), "")
	f.Add(400, []byte(`{"__type":"a#b","message":"c"}`), "application/json")
	f.Add(500, []byte("<Response><Errors><Error><Code>&#65;</Code></Error></Errors>"), "x")
	f.Fuzz(func(t *testing.T, status int, body []byte, contentType string) {
		status = 100 + (status%900+900)%900
		base := &wiretest.RoundTripper{Respond: func(*http.Request) (*http.Response, error) {
			return wiretest.Response(status, string(body), http.Header{"Content-Type": {contentType}, "X-Amzn-Requestid": {"header-id"}}), nil
		}}
		transport := wiretest.NewTransport(t, base)
		transport.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		result, err := transport.SubmitContext(t.Context(), createItem(&listItemsParams{}))
		if err == nil {
			if _, ok := result.(*listItemsResult); !ok || status < 200 || status > 299 {
				t.Fatalf("a call with the status %d returns %v, want an error", status, result)
			}

			return
		}
		var failed *awsquery.Error
		if !errors.As(err, &failed) {
			t.Fatalf("the error is a %T, want an *awsquery.Error: %v", err, err)
		}
		if failed.StatusCode != status || failed.RequestID == "" || len(failed.Body) > 512 {
			t.Errorf("StatusCode = %d, RequestID = %q, len(Body) = %d, want %d, an id, at most 512", failed.StatusCode, failed.RequestID, len(failed.Body), status)
		}
		if (failed.Err == nil) == (failed.Code == "") && failed.Err == nil {
			t.Error("the Error has neither a Code nor an Err")
		}
		if text := err.Error(); strings.ContainsAny(text, "\n\r\x00") || len(text) > 4000 {
			t.Errorf("the error text is not one short line: %q", text)
		}
	})
}

// TestLongWordsAreCut checks that an Error cuts a long code, type and request id, which logs show.
func TestLongWordsAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1_000_000)
	_, err := call(t, http.StatusBadRequest, "<ErrorResponse><Error><Type>"+long+"</Type><Code>"+long+"</Code></Error><RequestId>"+long+"</RequestId></ErrorResponse>", nil)
	var got *awsquery.Error
	if !errors.As(err, &got) {
		t.Fatal(err)
	}
	for _, word := range []string{got.Type, string(got.Code), got.RequestID} {
		if len(word) == 0 || len(word) > 128 || !strings.HasPrefix(long, word) {
			t.Errorf("a word has %d bytes, want 1 to 128: %.300q", len(word), word)
		}
	}
}

// TestIncompleteDocuments checks that a document that ends too early is a ReadError, and that the error has the code if the document
// has all of it.
func TestIncompleteDocuments(t *testing.T) {
	t.Parallel()
	codeIsWhole := strings.Index(wiretest.NotFound, "</Code>") + len("</Code>")
	for size := 1; size < len(wiretest.NotFound); size++ {
		for _, status := range []int{200, 404, 503} {
			_, err := call(t, status, wiretest.NotFound[:size], nil)
			var (
				refused *awsquery.Error
				broken  *awsquery.ReadError
				code    awsquery.ErrorCode
			)
			if size >= codeIsWhole {
				code = "ItemNotFound"
			}
			if !errors.As(err, &refused) || !errors.As(err, &broken) || !errors.Is(err, io.ErrUnexpectedEOF) || refused.Code != code ||
				refused.StatusCode != status || string(refused.Body) != wiretest.NotFound[:min(size, 512)] {
				t.Fatalf("status %d, cut after %q: %v", status, wiretest.NotFound[:size], err)
			}
		}
	}
	whole := wiretest.Envelope("<Marker>m</Marker>")
	for size := 1; size < len(whole); size++ {
		if _, err := call(t, 200, whole[:size], nil); !errors.As(err, new(*awsquery.ReadError)) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("a result that is cut after %q: %v, want an *awsquery.ReadError", whole[:size], err)
		}
	}
}
