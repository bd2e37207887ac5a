package interop

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/redshift-go/redshift/sigv4"
)

// regionName matches a region that can be part of a host name.
var regionName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$`)

// FuzzSigner compares our signature with Amazon's for any query, form, header and keys.
func FuzzSigner(f *testing.F) {
	f.Add("Tags.Tag.1.Key", "größe + maß", "text  with   blanks", "a=b", "eu-west-1", "secret/key+", "token==", int64(1_800_000_000))
	f.Add("a", "", "", "", "us-gov-west-1", "k", "", int64(0))
	f.Add("~*'()!", "%2F/?#[]@", " \t ", "\x00\xff", "cn-north-1", "é", "🚀", int64(4_000_000_000))
	f.Fuzz(func(t *testing.T, name, value, header, body, region, secret, token string, seconds int64) {
		const year9999 = 253402300799
		at := time.Unix(seconds%year9999, 0).UTC()
		if !regionName.MatchString(region) || secret == "" || at.Year() < 1 || strings.ContainsFunc(header+token, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Skip()
		}
		// Amazon's Go SDK sorts names before it encodes them. In this query, the order is the same before and after.
		query := strings.ReplaceAll(url.Values{"T" + name: {value}, "Action": {"X"}}.Encode(), "+", "%20")
		newRequest := func() *http.Request {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://redshift."+region+".amazonaws.com/?"+query, strings.NewReader(body))
			if err != nil {
				t.Skip(err)
			}
			request.ContentLength = 0 // unlike Amazon's other SDKs, its Go SDK signs the length of a body
			if header != "" {
				request.Header.Set("X-Amz-Text", header)
			}

			return request
		}
		hash := sigv4.HashPayload([]byte(body))
		ours, amazons := newRequest(), newRequest()
		signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: region, Service: "redshift"})
		if err != nil {
			t.Skip(err)
		}
		if err := signer.Sign(ours, hash, sigv4.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secret, SessionToken: token}, at); err != nil {
			t.Skip(err) // our signer refuses the request
		}
		if err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secret, SessionToken: token}, amazons, hash, "redshift", region, at); err != nil {
			t.Fatal(err)
		}
		if got, want := ours.Header.Get("Authorization"), amazons.Header.Get("Authorization"); got != want {
			t.Errorf("ours   %s\nAmazon %s\nfor %s, header %q", got, want, ours.URL, header)
		}
	})
}
