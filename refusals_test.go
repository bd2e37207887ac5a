package redshift_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// onTheWire returns a client that gets the bytes of respond for its request with that number, from 1, over a connection that then
// ends.
func onTheWire(t *testing.T, respond func(number int) string) (client *redshift.Client, requests *int) {
	t.Helper()
	requests = new(int)
	client = newClient(t, func(config *redshift.Config) {
		config.Retry = redshift.RetryPolicy{MaxAttempts: 5, BaseDelay: 1, ThrottlingDelay: 1, MaxDelay: 1}
		config.HTTPClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() {
				defer far.Close()
				if request, err := http.ReadRequest(bufio.NewReader(far)); err == nil {
					if strings.Contains(request.RequestURI, "Action=Describe") {
						return // the request is a look-up
					}
					*requests++
					_, _ = io.WriteString(far, respond(*requests))
				}
			}()

			return near, nil
		}}}
		config.Endpoint = "http://localhost"
	})

	return client, requests
}

const (
	whenClosed   = "HTTP/1.1 %d X\r\nConnection: close\r\nContent-Type: text/xml\r\n\r\n%s"
	wasCreated   = `<CreateClusterSnapshotResponse><CreateClusterSnapshotResult><Snapshot/></CreateClusterSnapshotResult></CreateClusterSnapshotResponse>`
	anyThrottled = "\ufeff<?xml version=\"1.0\" encoding='UTF-8'?>\n<!-- é -->\n" + `<ErrorResponse xmlns="http://x/?a&amp;b">
  <Error><Type>Sender</Type><Message>R&amp;D&#233; &lt;é<![CDATA[<]]></Message><Code>Throttling</Code></Error>
  <RequestId>5c1b2f3a</RequestId>
</ErrorResponse>`
	anyRefused = "<?xml version='1.0'?><ErrorResponse><Error><Code>SomethingNew</Code><Message>a &amp; b</Message></Error><RequestId>r</RequestId></ErrorResponse>"
)

func takeSnapshot(t *testing.T, client *redshift.Client) error {
	t.Helper()
	_, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"})

	return err
}

// Truncates a refusal at each byte. Only the end of the connection ends it. The client retries the call, as after any broken
// connection. A status of 4xx means that the call had no effect.
func TestTruncatedRefusalIsRetriedUntilItHasACode(t *testing.T) {
	t.Parallel()
	for size := range len(anyThrottled) {
		client, requests := onTheWire(t, func(number int) string {
			if number > 1 {
				return fmt.Sprintf(whenClosed, 200, wasCreated)
			}

			return fmt.Sprintf(whenClosed, 400, anyThrottled[:size])
		})
		if err := takeSnapshot(t, client); err != nil || *requests != 2 {
			t.Errorf("truncated after %q: got %d attempts (err = %v), want no error and 2 requests", anyThrottled[:size], *requests, err)
		}
	}
	codeIsWhole := strings.Index(anyRefused, "</Code>") + len("</Code>")
	for size := range len(anyRefused) {
		for _, status := range []int{400, 404, 499} {
			client, requests := onTheWire(t, func(int) string { return fmt.Sprintf(whenClosed, status, anyRefused[:size]) })
			err := takeSnapshot(t, client)
			var refused *awsquery.Error
			if !errors.As(err, &refused) || refused.StatusCode != status || !errors.As(err, new(*awsquery.ReadError)) || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("truncated after %q: err = %v, want io.ErrUnexpectedEOF and a ReadError", anyRefused[:size], err)

				continue
			}
			attempts, code := 5, awsquery.ErrorCode("")
			if size >= codeIsWhole {
				attempts, code = 1, "SomethingNew"
			}
			if *requests != attempts || refused.Code != code || refused.Hint != "" || errors.As(err, new(*redshift.OutcomeUnknownError)) {
				t.Errorf("truncated after %q: got %d attempts, want %d (err = %v)", anyRefused[:size], *requests, attempts, err)
			}
		}
	}
}

// Refusals that are truncated in other ways, and complete responses that only look truncated.
func TestOtherTruncatedRefusals(t *testing.T) {
	t.Parallel()
	const half = "<ErrorResponse><Error><Code>Thrott"
	const coded = "<ErrorResponse><Error><Code>SomethingNew</Code><Mess"
	for name, test := range map[string]struct {
		response string
		attempts int
		unknown  bool
		hint     string
	}{
		"announced":              {"HTTP/1.1 400 X\r\nContent-Length: 500\r\n\r\n" + half, 5, false, ""},
		"announced, with a code": {"HTTP/1.1 400 X\r\nContent-Length: 500\r\n\r\n" + coded, 1, false, ""},
		"announced, empty":       {"HTTP/1.1 400 X\r\nContent-Length: 500\r\n\r\n", 5, false, ""},
		"chunked":                {"HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n22\r\n" + half + "\r\n", 5, false, ""},
		"chunked, with a code":   {"HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n34\r\n" + coded + "\r\n", 1, false, ""},
		"chunked, empty":         {"HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n", 5, false, ""},
		"shortened by a proxy":   {"HTTP/1.1 400 X\r\nContent-Length: 34\r\n\r\n" + half, 5, false, ""},
		"HTTP/1.0":               {"HTTP/1.0 400 X\r\n\r\n" + half, 5, false, ""},
		"HTTP/1.0, empty":        {"HTTP/1.0 400 X\r\n\r\n", 5, false, ""},
		"without a length":       {"HTTP/1.1 400 X\r\n\r\n" + half, 5, false, ""},
		"in the header":          {"HTTP/1.1 400 X\r\nContent-Le", 5, true, ""},
		"a result":               {"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n<CreateClusterSnapshotRes", 5, true, ""},
		"an error with 200":      {"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n" + half, 5, true, ""},
		"a code with 200":        {"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n" + coded, 1, false, ""},
		"an error with 503":      {"HTTP/1.1 503 X\r\nConnection: close\r\n\r\n" + half, 5, true, ""},

		"complete and empty": {"HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n", 1, false, "the server is not Redshift"},
		"chunked and empty":  {"HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1, false, "the server is not Redshift"},
		"HTML":               {"HTTP/1.1 403 X\r\nConnection: close\r\n\r\n<html><p>Forb", 1, false, "the server is not Redshift"},
		"part of a page":     {"HTTP/1.1 403 X\r\nConnection: close\r\n\r\n<p>Forbidden", 1, false, "the server is not Redshift"},
		"part of a tag":      {"HTTP/1.1 403 X\r\nConnection: close\r\n\r\n<center", 1, false, "the server is not Redshift"},
		"document type":      {"HTTP/1.1 403 X\r\nConnection: close\r\n\r\n<!DOCTYPE html PUBLIC", 1, false, "the server is not Redshift"},
		"longer name":        {"HTTP/1.1 403 X\r\nConnection: close\r\n\r\n<ErrorResponses", 1, false, "the server is not Redshift"},
		"shorter name":       {"HTTP/1.1 403 X\r\nConnection: close\r\n\r\n<Err a='", 1, false, "the server is not Redshift"},
		"JSON":               {"HTTP/1.1 403 X\r\nConnection: close\r\n\r\n{\"message\":\"no\"}", 1, false, "the server is not Redshift"},
		"text":               {"HTTP/1.1 403 X\r\nConnection: close\r\n\r\nForbidden", 1, false, "the server is not Redshift"},
		"malformed":          {"HTTP/1.1 403 X\r\nConnection: close\r\n\r\n<ErrorResponse><Error></Code>", 1, false, "the server is not Redshift"},
		"empty redirect":     {"HTTP/1.1 307 X\r\nConnection: close\r\n\r\n", 1, false, "the server is not Redshift"},
	} {
		client, requests := onTheWire(t, func(int) string { return test.response })
		err := takeSnapshot(t, client)
		if unknown := errors.As(err, new(*redshift.OutcomeUnknownError)); err == nil || *requests != test.attempts || unknown != test.unknown {
			t.Errorf("%s: got %d attempts, want %d (err = %v)", name, *requests, test.attempts, err)
		}
		if test.hint == "" && strings.Contains(err.Error(), "not Redshift") || !strings.Contains(err.Error(), test.hint) {
			t.Errorf("%s: err = %v, want the hint %q", name, err, test.hint)
		}
	}
}

// The code of an error document decides, with any HTTP status.
func TestErrorDocumentsWithASuccessStatusAreErrors(t *testing.T) {
	t.Parallel()
	for code, want := range map[awsquery.ErrorCode]struct {
		attempts           int
		unknown, throttled bool
	}{
		models.ErrClusterNotFound:                  {attempts: 1},
		awsquery.ErrAccessDenied:                   {attempts: 1},
		"SomethingNew":                             {attempts: 1},
		awsquery.ErrThrottling:                     {attempts: 5, throttled: true},
		awsquery.ErrRequestLimitExceeded:           {attempts: 5, throttled: true},
		models.ErrDependentServiceUnavailableFault: {attempts: 5},
		models.ErrSnapshotCopyDisabledFault:        {attempts: 5},
		awsquery.ErrInternalFailure:                {attempts: 5, unknown: true},
		awsquery.ErrInternalError:                  {attempts: 5, unknown: true},
		awsquery.ErrServiceUnavailable:             {attempts: 5, unknown: true},
		"":                                         {attempts: 5, unknown: true}, // not an error document of AWS
	} {
		for _, status := range []int{200, 202} {
			client, requests := onTheWire(t, func(int) string {
				body := fmt.Sprintf("<ErrorResponse><Error><Code>%s</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>", code)

				return fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
			})
			err := takeSnapshot(t, client)
			var refused *awsquery.Error
			if !errors.As(err, &refused) || refused.StatusCode != status || refused.Code != code || refused.RequestID != "r" {
				t.Errorf("%s with status %d: err = %v", code, status, err)
			}
			if unknown := errors.As(err, new(*redshift.OutcomeUnknownError)); *requests != want.attempts || unknown != want.unknown {
				t.Errorf("%s with status %d: got %d attempts, want %d (err = %v)", code, status, *requests, want.attempts, err)
			}
			if redshift.IsThrottled(err) != want.throttled {
				t.Errorf("%s with status %d: IsThrottled() = %t", code, status, !want.throttled)
			}
		}
	}
	// A code outside of an error document of AWS is ignored.
	for _, body := range []string{`{"code":"OK"}`, `{"code":"Throttling","message":"m"}`, "<html><Code>ClusterNotFound</Code></html>"} {
		client, requests := onTheWire(t, func(int) string {
			return fmt.Sprintf("HTTP/1.1 200 X\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		})
		if err := takeSnapshot(t, client); !errors.As(err, new(*redshift.OutcomeUnknownError)) || *requests != 5 || redshift.IsThrottled(err) {
			t.Errorf("%s: got %d attempts (err = %v), want an OutcomeUnknownError and 5 requests", body, *requests, err)
		}
	}
}
