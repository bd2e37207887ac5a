package sigv4

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// botocoreVectors is the output of testdata/botocore_vectors.py: requests signed by botocore, Amazon's library for Python.
type botocoreVectors struct {
	Time            time.Time `json:"time"`
	AccessKeyID     string    `json:"access_key_id"`
	SecretAccessKey string    `json:"secret_access_key"`
	Region          string    `json:"region"`
	Service         string    `json:"service"`
	Expires         int64     `json:"expires_in_seconds"`
	Vectors         []struct {
		Name             string            `json:"name"`
		Method           string            `json:"method"`
		URL              string            `json:"url"`
		Headers          map[string]string `json:"headers"`
		Body             string            `json:"body"`
		Token            string            `json:"token"`
		CanonicalRequest string            `json:"canonical_request"`
		Authorization    string            `json:"authorization"`
		PresignedURL     string            `json:"presigned_url"`
	} `json:"vectors"`
}

func TestBotocoreVectors(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/botocore_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden botocoreVectors
	if err := json.Unmarshal(content, &golden); err != nil {
		t.Fatal(err)
	}
	signer := mustSigner(t, SignerConfig{Region: golden.Region, Service: golden.Service})
	signed, presigned := 0, 0
	for _, vector := range golden.Vectors {
		t.Run(vector.Name, func(t *testing.T) {
			credentials := Credentials{
				AccessKeyID: golden.AccessKeyID, SecretAccessKey: golden.SecretAccessKey, SessionToken: vector.Token,
			}
			request := mustRequest(t, vector.Method, vector.URL)
			for name, value := range vector.Headers {
				request.Header.Set(name, value)
			}
			payloadHash := HashPayload([]byte(vector.Body))
			if vector.PresignedURL != "" {
				presigned++
				address, _, err := signer.Presign(request, payloadHash, credentials, golden.Time, time.Duration(golden.Expires)*time.Second)
				if err != nil {
					t.Fatal(err)
				}
				want, err := url.Parse(vector.PresignedURL)
				if err != nil {
					t.Fatal(err)
				}
				requireSameTarget(t, address.RequestURI(), want.RequestURI())
				return
			}

			signed++
			// The signature is the same for every spelling of the query, even with "+" for a space, as url.Values.Encode writes it.
			for _, spelling := range []string{request.URL.RawQuery, request.URL.Query().Encode(), reversedQuery(request.URL.RawQuery)} {
				request.URL.RawQuery = spelling
				if err := signer.Sign(request, payloadHash, credentials, golden.Time); err != nil {
					t.Fatal(err)
				}
				requireEqual(t, "authorization", request.Header.Get("Authorization"), vector.Authorization)
				requireEqual(t, "query on the wire", request.URL.RawQuery, strings.Split(vector.CanonicalRequest, "\n")[2])
				requireEqual(t, "session token", request.Header.Get("X-Amz-Security-Token"), vector.Token)
			}
		})
	}
	if signed < 40 || presigned < 15 {
		t.Errorf("the test checked %d signed and %d presigned vectors, want at least 40 and 15", signed, presigned)
	}
}

func reversedQuery(raw string) string {
	var reversed []string
	for pair := range strings.SplitSeq(raw, "&") {
		reversed = append([]string{pair}, reversed...)
	}
	return strings.Join(reversed, "&")
}

// TestSignedHeadersOfAnAWSQueryCall checks that Sign signs the same headers of a Redshift call as Amazon's SDKs.
func TestSignedHeadersOfAnAWSQueryCall(t *testing.T) {
	t.Parallel()
	signer := mustSigner(t, SignerConfig{Region: "eu-west-1", Service: "redshift"})
	for _, test := range []struct{ token, want string }{
		{"", "SignedHeaders=content-type;host;x-amz-date,"},
		{"TOKENEXAMPLE", "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"},
	} {
		request := mustRequest(t, http.MethodPost, "https://redshift.eu-west-1.amazonaws.com/")
		request.ContentLength = 11
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		request.Header.Set("User-Agent", "example/1.0")
		request.Header.Set("Accept-Encoding", "gzip")
		request.Header.Set("X-Amzn-Trace-Id", "Root=1")
		request.Header.Set("Traceparent", "00-1-1-00")
		credentials := exampleCredentials
		credentials.SessionToken = test.token
		if err := signer.Sign(request, HashPayload([]byte("Action=Test")), credentials, exampleTime); err != nil {
			t.Fatal(err)
		}
		if got := request.Header.Get("Authorization"); !strings.Contains(got, test.want) {
			t.Errorf("Authorization is %q, want %q in it", got, test.want)
		}
		if got := request.Header.Get("X-Amz-Content-Sha256"); got != "" {
			t.Errorf("X-Amz-Content-Sha256 is %q, want none", got)
		}
	}
}
