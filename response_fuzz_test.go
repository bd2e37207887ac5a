package redshift_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// FuzzResponseHeaders varies everything that a server writes as a response. A client makes three calls: a read, a change, and
// another read, because responses can correct the clock of the client. No call panics, waits long, or fails with an undocumented
// error.
func FuzzResponseHeaders(f *testing.F) {
	refusal := func(code string) string {
		return "<ErrorResponse><Error><Code>" + code + "</Code></Error></ErrorResponse>"
	}
	const date = "Mon, 23 Nov 2026 04:00:00 GMT"
	add := func(status int, header, body string) { f.Add(status, header, []byte(body)) }
	for _, retryAfter := range []string{"1", "-1", "9223372036854775807", "9223372036854775808", "1e9", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"} {
		add(503, "Retry-After: "+retryAfter+"\r\nDate: "+date, "")
		add(400, "Retry-After: "+retryAfter+"\r\nDate: Mon, 01 Jan 0001 00:00:00 GMT", refusal("Throttling"))
	}
	for _, dated := range []string{date, "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "x"} {
		add(400, "Date: "+dated, refusal("RequestExpired"))
		add(400, "Age: 99999999999999999999\r\nDate: "+dated, refusal("SignatureDoesNotMatch"))
		add(400, "Date: "+dated, refusal("ClusterSnapshotAlreadyExists"))
	}
	for _, length := range []string{"9223372036854775807", "9223372036854775808", "-1", "0", "9"} {
		for _, status := range []int{200, 400, 502} {
			add(status, "Content-Length: "+length, refusal("InternalFailure"))
		}
	}
	add(200, "Connection: close\r\nX-Amzn-Requestid: r", "<DescribeClustersResponse/>")
	add(403, "Content-Type: text/html\r\nTransfer-Encoding: chunked", "3\r\n<a>\r\n0\r\n\r\n")
	add(400, `X-Amzn-Errortype: ExpiredToken:http://x/`, "{}")
	f.Fuzz(func(t *testing.T, status int, header string, body []byte) {
		raw := fmt.Appendf(nil, "HTTP/1.1 %03d X\r\n%s\r\n\r\n%s", status, header, body)
		client, err := redshift.New(redshift.Config{
			Region:      "us-east-1",
			Credentials: sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}),
			Retry:       redshift.RetryPolicy{MaxAttempts: 3, BaseDelay: 1, ThrottlingDelay: 1, MaxDelay: time.Microsecond},
			HTTPClient: &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				return http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), request)
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, first := client.DescribeClusters(t.Context(), nil)
		_, second := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "a", SnapshotIdentifier: "b"})
		_, third := client.DescribeClusters(t.Context(), nil)
		for _, err := range []error{first, second, third} {
			var (
				refused *awsquery.Error
				unsent  *awsquery.SendError
			)
			if err != nil && !errors.As(err, &refused) && !errors.As(err, &unsent) {
				t.Errorf("err = %T %v, want a documented error", err, err)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\n\r\x00\x1b") {
				t.Errorf("err = %q, want one line", err)
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the calls took %v, want less", took)
		}
	})
}
