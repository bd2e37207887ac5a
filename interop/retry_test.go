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

// onlyOurs are the codes that our client retries and Amazon's Go SDK does not, each with the reason.
var onlyOurs = map[string]string{
	"InternalError":                          "the documented code of a failure inside the service, with a 5xx status, which Amazon's SDK retries by the status",
	"InternalFailure":                        "as InternalError",
	"ServiceUnavailable":                     "as InternalError",
	"RequestExpired":                         "signed again once with a new date; Amazon's SDK corrects its clock in another layer",
	"RequestTimeTooSkewed":                   "as RequestExpired",
	"DependentServiceRequestThrottlingFault": "Redshift's code for throttling by KMS",
	"DependentServiceUnavailableFault":       "Redshift's documentation says that the caller has to retry",
	"SnapshotCopyDisabledFault":              "the model has it as temporary: cross-region copy was disabled for the moment",
	"CopyToRegionDisabledFault":              "as SnapshotCopyDisabledFault",
}

// TestRetriedCodesAreAmazons compares the codes that the client retries, as its requests show, with the lists of Amazon's Go SDK in
// both directions.
func TestRetriedCodesAreAmazons(t *testing.T) {
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
			t.Errorf("Amazon's SDK retries %s, our client does not", code)
		case ours && !amazon && !known:
			t.Errorf("our client retries %s, Amazon's SDK does not: add it to onlyOurs with a reason", code)
		case known && (amazon || !ours):
			t.Errorf("%s is not only ours: remove it from onlyOurs (%s)", code, reason)
		}
		if isThrottled := redshift.IsThrottled(&awsquery.Error{StatusCode: 400, Code: awsquery.ErrorCode(code)}); throttled && !isThrottled {
			t.Errorf("%s is throttling for Amazon's SDK, not for IsThrottled", code)
		}
	}
	for status := range retry.DefaultRetryableHTTPStatusCodes {
		if requestsAfter(t, status, "") < 2 {
			t.Errorf("Amazon's SDK retries HTTP status %d, our client does not", status)
		}
	}
}

// commonCodes are the constants of package awsquery.
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
		t.Fatalf("found %d codes in awsquery/codes.go", len(codes))
	}

	return codes
}

// requestsAfter returns the number of requests for a call that is always refused. Credentials and clock cannot be remedied.
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
		t.Fatalf("%s: the call succeeded", code)
	}

	return requests
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
