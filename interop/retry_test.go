package interop

import (
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/redshifttest"
)

// onlyOurs has the codes that our client retries and the AWS SDK for Go v2 does not, with the reason.
var onlyOurs = map[string]string{
	"InternalError":                          "documented code of an internal failure with a 5xx status; Amazon's SDK retries the status",
	"InternalFailure":                        "as InternalError",
	"ServiceUnavailable":                     "as InternalError",
	"RequestExpired":                         "signed once more with a new date; Amazon's SDK corrects its clock in another layer",
	"RequestTimeTooSkewed":                   "as RequestExpired",
	"DependentServiceRequestThrottlingFault": "code of Redshift for throttling by KMS",
	"DependentServiceUnavailableFault":       "documented by Redshift: the caller has to retry",
	"SnapshotCopyDisabledFault":              "temporary by the model of Redshift: cross-region copy was temporarily disabled",
	"CopyToRegionDisabledFault":              "as SnapshotCopyDisabledFault",
}

// Compares the codes that the client retries with the lists of the AWS SDK for Go v2, in both directions.
func TestRetriedCodesEqualAmazons(t *testing.T) {
	t.Parallel()
	candidates := maps.Clone(onlyOurs)
	for code := range retry.DefaultRetryableErrorCodes {
		candidates[code] = ""
	}
	for code := range retry.DefaultThrottleErrorCodes {
		candidates[code] = ""
	}
	for _, operation := range contract.Operations() {
		for _, code := range operation.Errors {
			candidates[string(code)] = ""
		}
	}
	for code := range commonCodes(t) {
		candidates[code] = ""
	}
	for _, code := range slices.Sorted(maps.Keys(candidates)) {
		_, retryable := retry.DefaultRetryableErrorCodes[code]
		_, throttled := retry.DefaultThrottleErrorCodes[code]
		amazon := retryable || throttled
		ours := requestsAfter(t, http.StatusBadRequest, code) > 1
		reason, known := onlyOurs[code]
		switch {
		case amazon && !ours:
			t.Errorf("Amazon's SDK retries %s, but our client does not", code)
		case ours && !amazon && !known:
			t.Errorf("our client retries %s, but Amazon's SDK does not: add the code to onlyOurs with a reason", code)
		case known && (amazon || !ours):
			t.Errorf("Amazon's SDK also retries %s: remove the code from onlyOurs (%s)", code, reason)
		}
		if isThrottled := redshift.IsThrottled(&awsquery.Error{StatusCode: 400, Code: awsquery.ErrorCode(code)}); throttled && !isThrottled {
			t.Errorf("Amazon's SDK treats %s as throttling, but IsThrottled does not", code)
		}
	}
	for status := range retry.DefaultRetryableHTTPStatusCodes {
		if requestsAfter(t, status, "") < 2 {
			t.Errorf("Amazon's SDK retries the HTTP status %d, but our client does not", status)
		}
	}
}

// commonCodes returns the constants of package awsquery.
func commonCodes(t *testing.T) map[string]string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "awsquery", "codes.go"))
	if err != nil {
		t.Fatal(err)
	}
	codes := make(map[string]string)
	for line := range strings.Lines(string(source)) {
		if _, value, found := strings.Cut(line, ` ErrorCode = "`); found {
			codes[strings.TrimRight(value, "\"\n")] = ""
		}
	}
	if len(codes) < 20 {
		t.Fatalf("got %d codes in awsquery/codes.go", len(codes))
	}

	return codes
}

// requestsAfter returns the number of requests of a call that is always refused. Its credentials and clock cannot be corrected.
func requestsAfter(t *testing.T, status int, code string) int {
	t.Helper()
	body := ""
	if code != "" {
		body = "<ErrorResponse><Error><Code>" + code + "</Code></Error></ErrorResponse>"
	}
	requests := 0
	config := redshifttest.New(redshifttest.Options{}).Config()
	config.Retry = redshift.RetryPolicy{MaxAttempts: 2, BaseDelay: 1, ThrottlingDelay: 1}
	config.HTTPClient = &http.Client{Transport: roundTripperFunc(func(request *http.Request) (*http.Response, error) {
		requests++

		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: request}, nil
	})}
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.DescribeClusters(t.Context(), nil); err == nil {
		t.Fatalf("%s: the call succeeded, want an error", code)
	}

	return requests
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
