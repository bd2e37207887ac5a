package interop

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

// Amazon's signer signs the request of our client again. The signature must be the same, and the query on the wire must be the
// signed query.
func TestSignaturesEqualThoseOfAmazonsSigner(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 4, 5, 6, 0, time.UTC)
	credentials := sigv4.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secretAccessKey, SessionToken: "example/session+token=="}
	awkward := []string{
		"space here", "+", "*", "~", "/", "=", "%", "%20", "&", `"double"`, "'single'", "🚀", "é", "日本語", "a=b&c=d", ";", "?", "#",
		"@:", ",", "!", "$", "()", "[]", "{}", "|", "\\", "^", "`", "<>", "tab\there", "line\nbreak", "-._~", "\u00a0", strings.Repeat("long ", 600),
	}
	methods := map[string]int{}
	for _, text := range awkward {
		for _, value := range []string{text, "", text + text} {
			transport := &capture{}
			client, err := redshift.New(redshift.Config{
				Region:                 region,
				HTTPClient:             &http.Client{Transport: transport},
				Credentials:            sigv4.StaticCredentials(credentials),
				Now:                    func() time.Time { return at },
				DisableParamValidation: true,
				IgnoreEnvironment:      true,
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
				ClusterIdentifier:  text,
				SnapshotIdentifier: value,
				Tags:               []models.Tag{{Key: text, Value: value}, {Key: value, Value: text}},
			}); err != nil {
				t.Fatal(err)
			}
			sent := transport.request
			methods[sent.Method]++

			again := sent.Clone(t.Context())
			for _, header := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
				again.Header.Del(header)
			}
			again.ContentLength = 0 // unlike Amazon's other SDKs, its Go SDK signs the length of a form
			err = v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{
				AccessKeyID: credentials.AccessKeyID, SecretAccessKey: credentials.SecretAccessKey, SessionToken: credentials.SessionToken,
			}, again, sigv4.HashPayload(transport.body), "redshift", region, at)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := sent.Header.Get("Authorization"), again.Header.Get("Authorization"); got != want {
				t.Errorf("%s %q: our signature = %q, Amazon's = %q", sent.Method, text, got, want)
			}
			if sent.Method == http.MethodGet && (strings.Contains(sent.URL.RawQuery, "+") || sent.URL.RawQuery != again.URL.RawQuery) {
				t.Errorf("%q: query on the wire = %q, query that Amazon's signer signed = %q", text, sent.URL.RawQuery, again.URL.RawQuery)
			}
		}
	}
	if methods[http.MethodGet] < 50 || methods[http.MethodPost] == 0 {
		t.Errorf("compared requests by method: %v", methods)
	}
}

// capture records the last request and its body.
type capture struct {
	request *http.Request
	body    []byte
}

func (c *capture) RoundTrip(request *http.Request) (*http.Response, error) {
	c.request, c.body = request, nil
	if request.Body != nil {
		var err error
		if c.body, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
		request.Body.Close()
	}

	return (&recorder{}).RoundTrip(&http.Request{
		Method: request.Method, URL: request.URL, Body: io.NopCloser(bytes.NewReader(c.body)),
	})
}
