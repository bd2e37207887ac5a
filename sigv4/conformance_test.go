package sigv4

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// conformanceSuite is the AWS test suite for Signature Version 4, from awslabs/aws-c-auth, in JSON. It is not part of this repository.
type conformanceSuite struct {
	NeverSignedHeaders []string          `json:"never_signed_headers"`
	Cases              []conformanceCase `json:"cases"`
}

type conformanceCase struct {
	Name       string      `json:"name"`
	Method     string      `json:"method"`
	Target     string      `json:"target"`
	Path       string      `json:"path"`
	Query      string      `json:"query"`
	Headers    [][2]string `json:"headers"`
	BodyBase64 string      `json:"body_base64"`
	Context    struct {
		AccessKeyID      string    `json:"access_key_id"`
		SecretAccessKey  string    `json:"secret_access_key"`
		SessionToken     string    `json:"session_token"`
		Region           string    `json:"region"`
		Service          string    `json:"service"`
		Timestamp        time.Time `json:"timestamp"`
		Normalize        bool      `json:"normalize"`
		Expiration       int64     `json:"expiration_in_seconds"`
		SignBody         bool      `json:"sign_body"`
		OmitSessionToken bool      `json:"omit_session_token"`
	} `json:"context"`
	Expected struct{ Header, Query conformanceResult } `json:"expected"`
}

type conformanceResult struct {
	CanonicalRequest string `json:"canonical_request"`
	StringToSign     string `json:"string_to_sign"`
	Signature        string `json:"signature"`
	SignedRequest    struct {
		Method     string      `json:"method"`
		Target     string      `json:"target"`
		Headers    [][2]string `json:"headers"`
		BodyBase64 string      `json:"body_base64"`
	} `json:"signed_request"`
}

// foldedHeaderCase has a header value with several lines. HTTP no longer allows these, net/http does not send them, and Sign refuses
// them.
const foldedHeaderCase = "get-header-value-multiline"

func loadConformanceSuite(t *testing.T) conformanceSuite {
	t.Helper()
	folder := os.Getenv("CONFORMANCE_DIR")
	if folder == "" {
		t.Skip("skipped the AWS signature test suite (sigv4.json): CONFORMANCE_DIR is not set")
	}
	content, err := os.ReadFile(filepath.Join(folder, "sigv4.json"))
	if err != nil {
		t.Fatal(err)
	}
	var suite conformanceSuite
	if err := json.Unmarshal(content, &suite); err != nil {
		t.Fatal(err)
	}
	return suite
}

func (c conformanceCase) credentials() Credentials {
	return Credentials{
		AccessKeyID: c.Context.AccessKeyID, SecretAccessKey: c.Context.SecretAccessKey, SessionToken: c.Context.SessionToken,
	}
}

func (c conformanceCase) signer(t *testing.T) *Signer {
	return mustSigner(t, SignerConfig{
		Region:                        c.Context.Region,
		Service:                       c.Context.Service,
		DisableURIPathNormalization:   !c.Context.Normalize,
		SignBodyHeader:                c.Context.SignBody,
		OmitSessionTokenFromSignature: c.Context.OmitSessionToken,
	})
}

// request returns the request of a case and its payload hash. net/http would send the request with the target of the case.
func (c conformanceCase) request(t *testing.T) (*http.Request, string) {
	t.Helper()
	body, err := base64.StdEncoding.DecodeString(c.BodyBase64)
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.ParseRequestURI(c.Path)
	if err != nil || address.EscapedPath() != c.Path {
		// The target has a raw space or non-ASCII letter. net/http sends these only from Opaque.
		address = &url.URL{Opaque: c.Path}
	}
	address.Scheme = "https"
	address.Host = "example.amazonaws.com"
	address.RawQuery = c.Query
	if got := address.RequestURI(); got != c.Target {
		t.Fatalf("the target of the request is %q, want %q", got, c.Target)
	}
	request := &http.Request{Method: c.Method, URL: address, Header: http.Header{}}
	for _, header := range c.Headers {
		switch header[0] {
		case "Host":
			request.Host = header[1]
		case "Content-Length":
			if request.ContentLength, err = strconv.ParseInt(header[1], 10, 64); err != nil {
				t.Fatal(err)
			}
		default:
			request.Header.Add(header[0], header[1])
		}
	}
	if len(body) > 0 {
		request.Body = io.NopCloser(strings.NewReader(string(body)))
	}
	if c.Context.SignBody {
		return request, HashPayload(body)
	}
	return request, EmptyPayloadHash
}

// sentHeaders lists the headers that net/http would send, sorted.
func sentHeaders(request *http.Request) []string {
	lines := []string{"host: " + request.Host}
	if request.ContentLength > 0 {
		lines = append(lines, "content-length: "+strconv.FormatInt(request.ContentLength, 10))
	}
	lines = append(lines, headerLines(request.Header)...)
	slices.Sort(lines)
	return lines
}

func headerLines(header http.Header) []string {
	var lines []string
	for name, values := range header {
		for _, value := range values {
			lines = append(lines, strings.ToLower(name)+": "+value)
		}
	}
	slices.Sort(lines)
	return lines
}

func wantedHeaders(headers [][2]string) []string {
	var lines []string
	for _, header := range headers {
		lines = append(lines, strings.ToLower(header[0])+": "+header[1])
	}
	slices.Sort(lines)
	return lines
}

// queryPairs lists the decoded parameters of a target, sorted.
func queryPairs(t *testing.T, target string) (path string, pairs []string) {
	t.Helper()
	path, raw, _ := strings.Cut(target, "?")
	values, err := url.ParseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range values {
		for _, value := range list {
			pairs = append(pairs, name+"="+value)
		}
	}
	slices.Sort(pairs)
	return path, pairs
}

func requireEqual(t *testing.T, name, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %q\nwant %q", name, got, want)
	}
}

func requireSameList(t *testing.T, name string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", name, got, want)
	}
}

func requireSameTarget(t *testing.T, got, want string) {
	t.Helper()
	gotPath, gotPairs := queryPairs(t, got)
	wantPath, wantPairs := queryPairs(t, want)
	requireEqual(t, "path of the target", gotPath, wantPath)
	requireSameList(t, "parameters of the target", gotPairs, wantPairs)
}

func requireParts(t *testing.T, w *workspace, want conformanceResult) {
	t.Helper()
	requireEqual(t, "canonical request", string(w.canonical), want.CanonicalRequest)
	requireEqual(t, "string to sign", string(w.stringToSign), want.StringToSign)
	requireEqual(t, "signature", string(w.signature[:]), want.Signature)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	suite := loadConformanceSuite(t)
	if len(suite.Cases) != 38 {
		t.Fatalf("the suite has %d cases, want 38", len(suite.Cases))
	}
	checks, exceptions := 0, 0
	for _, c := range suite.Cases {
		if c.Name == foldedHeaderCase {
			exceptions++
			t.Run(c.Name, func(t *testing.T) {
				request, payloadHash := c.request(t)
				err := c.signer(t).Sign(request, payloadHash, c.credentials(), c.Context.Timestamp)
				if err == nil || !strings.Contains(err.Error(), "My-Header1") {
					t.Errorf("Sign returned %v for a folded header, want an error that names it", err)
				}
			})
			continue
		}
		t.Run(c.Name+"/header", func(t *testing.T) {
			checks++
			c.checkHeaderSigning(t)
		})
		t.Run(c.Name+"/query", func(t *testing.T) {
			checks++
			c.checkQuerySigning(t)
		})
	}
	if exceptions != 1 || checks != 74 {
		t.Errorf("the test ran %d checks and %d exceptions, want 74 and 1", checks, exceptions)
	}
}

func (c conformanceCase) checkHeaderSigning(t *testing.T) {
	signer := c.signer(t)
	want := c.Expected.Header

	request, payloadHash := c.request(t)
	w, err := signer.begin(request, payloadHash, c.credentials(), c.Context.Timestamp)
	if err != nil {
		t.Fatal(err)
	}
	if err := signer.composeHeaders(w, request, payloadHash, c.credentials()); err != nil {
		t.Fatal(err)
	}
	requireParts(t, w, want)

	if err := signer.Sign(request, payloadHash, c.credentials(), c.Context.Timestamp); err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "method", request.Method, want.SignedRequest.Method)
	requireSameTarget(t, request.URL.RequestURI(), want.SignedRequest.Target)
	requireSameList(t, "headers", sentHeaders(request), wantedHeaders(want.SignedRequest.Headers))
	requireEqual(t, "body", readBody(t, request), want.SignedRequest.BodyBase64)
}

func (c conformanceCase) checkQuerySigning(t *testing.T) {
	signer := c.signer(t)
	want := c.Expected.Query
	expires := time.Duration(c.Context.Expiration) * time.Second

	request, payloadHash := c.request(t)
	w, err := signer.begin(request, payloadHash, c.credentials(), c.Context.Timestamp)
	if err != nil {
		t.Fatal(err)
	}
	if err := signer.composeQuery(w, request, payloadHash, c.credentials(), expires); err != nil {
		t.Fatal(err)
	}
	requireParts(t, w, want)

	address, signedHeaders, err := signer.Presign(request, payloadHash, c.credentials(), c.Context.Timestamp, expires)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "method", request.Method, want.SignedRequest.Method)
	requireSameTarget(t, address.RequestURI(), want.SignedRequest.Target)
	requireSameList(t, "headers", sentHeaders(request), wantedHeaders(want.SignedRequest.Headers))
	requireSameList(t, "signed headers", headerLines(signedHeaders), sentHeaders(request))
	requireEqual(t, "body", readBody(t, request), want.SignedRequest.BodyBase64)
}

func readBody(t *testing.T, request *http.Request) (encoded string) {
	t.Helper()
	if request.Body == nil {
		return ""
	}
	content, err := io.ReadAll(request.Body)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(content)
}

func TestConformanceNeverSignedHeaders(t *testing.T) {
	t.Parallel()
	suite := loadConformanceSuite(t)
	if len(suite.NeverSignedHeaders) == 0 {
		t.Fatal("the suite has no headers that are never signed")
	}
	for _, name := range suite.NeverSignedHeaders {
		if canonical := http.CanonicalHeaderKey(name); !isNeverSigned(canonical) {
			t.Errorf("isNeverSigned(%s) = false", canonical)
		}
	}
}
