package redshift

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/sigv4"
)

// FuzzEndpoint checks every endpoint that New accepts. It must be a URL that can be called, without a user, a query or a
// fragment, and with plain http only on this machine.
func FuzzEndpoint(f *testing.F) {
	for _, text := range []string{"https://redshift.example.com", "http://127.0.0.1:8080/base", "http://[::1]:1", "http://user:pass@localhost", "https://x?y#z", "//h", "http://localhost.example.com", "https://h:0", "https://h:", "https://h#", "https://[::1%25a]", "https://b\u00fc"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		endpoint, err := parseEndpoint(text, false)
		if err != nil {
			return
		}
		if endpoint.Host == "" || endpoint.User != nil || endpoint.RawQuery != "" || endpoint.Fragment != "" || endpoint.Opaque != "" {
			t.Errorf("endpoint %q was accepted as %#v", text, endpoint)
		}
		if _, err := http.NewRequestWithContext(t.Context(), http.MethodGet, endpoint.String(), nil); err != nil {
			t.Errorf("endpoint %q was accepted but cannot be called: %v", text, err)
		}
		if port := endpoint.Port(); port != "" {
			if number, err := strconv.Atoi(port); err != nil || number < 1 || number > 65535 {
				t.Errorf("endpoint %q was accepted with the port %s", text, port)
			}
		}
		if strings.HasSuffix(endpoint.Host, ":") || strings.ContainsAny(text, "# \t\r\n") {
			t.Errorf("endpoint %q was accepted", text)
		}
		signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: "eu-west-1", Service: "redshift"})
		if err != nil {
			t.Fatal(err)
		}
		request := &http.Request{URL: endpoint, Header: make(http.Header)}
		keys := sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}
		if err := signer.Sign(request, sigv4.EmptyPayloadHash, keys, time.Unix(1, 0)); err != nil {
			t.Errorf("endpoint %q was accepted but cannot be signed: %v", text, err)
		}
		here := strings.EqualFold(endpoint.Hostname(), "localhost") || net.ParseIP(strings.Split(endpoint.Hostname(), "%")[0]).IsLoopback()
		if endpoint.Scheme != "https" && !here {
			t.Errorf("endpoint %q was accepted with plain %s", text, endpoint.Scheme)
		}
	})
}
