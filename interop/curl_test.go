package interop

import (
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/interop/programs"
	"github.com/redshift-go/redshift/sigv4"
)

// curl knows nothing of AWS and opens presigned URLs.
func TestCurlOpensAPresignedURL(t *testing.T) {
	t.Parallel()
	curl := programs.Installed(t, "curl")
	fake := programs.StartFake(t, programs.Build(t, "..", "./cmd/redshift-fake"), "-demo", "-region", "eu-west-1")
	config := fake.Config(t)
	now := time.Now()
	for name, test := range map[string]struct {
		at     time.Time
		change func(address string) string
		status string
		text   []string
	}{
		"unchanged": {at: now, status: "200", text: []string{
			"<SnapshotIdentifier>analytics-weekly-1</SnapshotIdentifier>", "<SnapshotIdentifier>analytics-weekly-3</SnapshotIdentifier>",
		}},
		"expired":             {at: now.Add(-16 * time.Minute), status: "403", text: []string{"<Code>SignatureDoesNotMatch</Code>", "Signature expired: "}},
		"not yet valid":       {at: now.Add(16 * time.Minute), status: "403", text: []string{"<Code>SignatureDoesNotMatch</Code>", "Signature not yet current: "}},
		"for another cluster": {at: now, change: func(address string) string { return strings.Replace(address, "analytics", "sales", 1) }, status: "403", text: []string{"<Code>SignatureDoesNotMatch</Code>"}},
		"valid for longer": {at: now, change: func(address string) string {
			return strings.Replace(address, "X-Amz-Expires=900", "X-Amz-Expires=9000", 1)
		}, status: "403", text: []string{"<Code>SignatureDoesNotMatch</Code>"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := presigned(t, config, test.at)
			if test.change != nil {
				changed := test.change(address)
				if changed == address {
					t.Fatalf("the change has no effect on %s", address)
				}
				address = changed
			}
			output, err := exec.CommandContext(t.Context(), curl, "--disable", "--silent", "--noproxy", "*", "--write-out", "%{http_code}", address).Output()
			body, status := string(output[:max(0, len(output)-3)]), string(output[max(0, len(output)-3):])
			if err != nil {
				t.Fatalf("curl: %v", err)
			}
			if status != test.status {
				t.Errorf("status = %s, want %s", status, test.status)
			}
			for _, text := range test.text {
				if !strings.Contains(body, text) {
					t.Errorf("the response lacks %s:\n%s", text, body)
				}
			}
			if strings.Contains(body, "sales-") {
				t.Errorf("the response lists more than the signed query\n%s", body)
			}
		})
	}
}

// presigned returns a URL that lists the manual snapshots of the cluster analytics. It is valid for 15 minutes from the given
// time.
func presigned(t *testing.T, config redshift.Config, at time.Time) string {
	t.Helper()
	query := url.Values{"Action": {"DescribeClusterSnapshots"}, "Version": {"2012-12-01"}, "ClusterIdentifier": {"analytics"}, "SnapshotType": {"manual"}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, config.Endpoint+"/?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: config.Region, Service: "redshift"})
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := config.Credentials.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	address, _, err := signer.Presign(request, sigv4.EmptyPayloadHash, credentials, at, 15*time.Minute)
	if err != nil {
		t.Fatal(err)
	}

	return address.String()
}
