package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// EmptyPayloadHash is the payload hash of a request without a body: the SHA-256 of no bytes, in hexadecimal.
	EmptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	// UnsignedPayload replaces the payload hash if the signature does not cover the body. Only some services allow that.
	UnsignedPayload = "UNSIGNED-PAYLOAD"

	// MaxPresignExpiry is the longest validity of a presigned URL: seven days, AWS's limit. The shortest is one second.
	MaxPresignExpiry = 7 * 24 * time.Hour

	algorithm       = "AWS4-HMAC-SHA256"
	timestampFormat = "20060102T150405Z"
	dayLength       = len("20060102")

	// maxKeptBuffer is the largest size of a workspace that is reused, in bytes.
	maxKeptBuffer = 64 << 10
)

// HashPayload returns the payload hash of a body: its SHA-256 in lower-case hexadecimal.
func HashPayload(body []byte) string {
	if len(body) == 0 {
		return EmptyPayloadHash
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// SignerConfig configures a [Signer]. The defaults are right for every AWS service except Amazon S3, which requires
// DisableURIPathNormalization, DisableDoubleURIEncoding and SignBodyHeader.
type SignerConfig struct {
	// Region is the AWS region of the signature, such as "eu-west-1". It is required.
	Region string
	// Service is the signing name of the service, such as "redshift". It is required.
	Service string
	// DisableURIPathNormalization signs the path with its empty, "." and ".." segments. By default, the signature covers the path
	// without them. The signer never changes the path that is sent.
	DisableURIPathNormalization bool
	// DisableDoubleURIEncoding signs the path as it is sent. By default each segment is percent-encoded once more.
	DisableDoubleURIEncoding bool
	// SignBodyHeader adds the header X-Amz-Content-Sha256 with the payload hash and signs it. It also signs the Content-Length of a
	// request that has one. In presigned URLs, it only signs the Content-Length. Every signature covers the payload hash, with and
	// without this option.
	SignBodyHeader bool
	// OmitSessionTokenFromSignature sends the session token without signing it. A few services require this.
	OmitSessionTokenFromSignature bool
}

// Signer signs requests for one service in one region. Make it with [NewSigner]. It is safe for concurrent use. Equal inputs give
// equal signatures. Between calls, a Signer only keeps derived signing keys, for a limited number of credentials and days. Its text
// has no signing keys and no credentials.
type Signer struct {
	config     SignerConfig
	keys       *signingKeys
	workspaces sync.Pool
}

// NewSigner returns a signer. It returns an error if the region or the service is empty or has an invalid character.
func NewSigner(config SignerConfig) (*Signer, error) {
	for _, name := range []struct{ field, value, example string }{
		{"Region", config.Region, "eu-west-1"},
		{"Service", config.Service, "redshift"},
	} {
		if name.value == "" {
			return nil, fmt.Errorf("sigv4: make a signer: %s is empty: set it to a name such as %q", name.field, name.example)
		}
		if !isVisibleASCII(name.value) || strings.ContainsAny(name.value, `/,;="`) {
			return nil, fmt.Errorf("sigv4: make a signer: %s %q has an invalid character: set it to a name such as %q",
				name.field, name.value, name.example)
		}
	}
	return &Signer{config: config, keys: newSigningKeys()}, nil
}

// Config returns the configuration of the signer.
func (s *Signer) Config() SignerConfig {
	if s == nil {
		return SignerConfig{}
	}
	return s.config
}

// String returns a text with the region and the service.
func (s *Signer) String() string {
	config := s.Config()
	return fmt.Sprintf("sigv4.Signer{Region: %q, Service: %q}", config.Region, config.Service)
}

// Format writes the text of [Signer.String] for every verb, so that no signing key is printed.
func (s *Signer) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// Sign signs a request in its headers, with the given time. payloadHash is the result of [HashPayload], [EmptyPayloadHash] or
// [UnsignedPayload]. Sign does not read the body.
//
// Sign changes the request. It sets the headers Authorization and X-Amz-Date. It sets X-Amz-Security-Token if the credentials have a
// session token, and X-Amz-Content-Sha256 if SignBodyHeader is set or the request already has that header. It replaces URL.RawQuery
// with the canonical query, and Host with the signed host. An earlier signature is replaced. To keep a request unchanged, sign a
// clone, as [Transport] does. If Sign returns an error, the request is unchanged.
//
// The signature covers the host and all headers of the request, except headers that net/http, a proxy or a tracer may change, such as
// User-Agent, Accept-Encoding, Connection, Expect, Via and tracing headers. It covers Content-Length only with SignBodyHeader. Set
// all headers before you sign, and do not change them afterwards.
//
// Send the request with a client that does not follow redirects. net/http removes Authorization from a request to another host, but
// not X-Amz-Security-Token.
//
// Sign returns a [*SigningError] if the request has no host or a presigned URL, if its headers or query cannot be sent as signed,
// or if the time is zero. It also returns one if the credentials are invalid ([Credentials.Validate]) or have expired
// ([ErrCredentialsExpired]).
func (s *Signer) Sign(request *http.Request, payloadHash string, credentials Credentials, at time.Time) error {
	w, err := s.begin(request, payloadHash, credentials, at)
	if err == nil {
		defer s.end(w)
		err = s.composeHeaders(w, request, payloadHash, credentials)
	}
	if err != nil {
		return signingError("sign", request, err)
	}

	header := request.Header
	if header == nil {
		header = make(http.Header, 4)
		request.Header = header
	}
	if w.hasOddSpelling {
		// Otherwise they would be sent in addition to the headers that are set below.
		maps.DeleteFunc(header, func(name string, _ []string) bool { return isSetBySigner(http.CanonicalHeaderKey(name)) })
	}
	// The values of all headers share one array.
	values := make([]string, 4)
	set := func(position int, name, value string) {
		values[position] = value
		header[name] = values[position : position+1 : position+1]
	}
	set(0, "X-Amz-Date", w.timestamp)
	set(1, "Authorization", string(s.appendAuthorization(w.output[:0], w, credentials)))
	if credentials.SessionToken != "" {
		set(2, "X-Amz-Security-Token", credentials.SessionToken)
	} else {
		delete(header, "X-Amz-Security-Token")
	}
	if w.signsPayloadHeader {
		set(3, "X-Amz-Content-Sha256", payloadHash)
	}
	if request.URL.RawQuery != string(w.query) {
		request.URL.RawQuery = string(w.query)
	}
	request.Host = w.host
	return nil
}

// Presign signs a request in its URL. It returns the URL and the signed headers, which must be sent with it: always Host, and others if
// the request has them. It does not change the request.
//
// The URL is valid from the given time for the duration expires, 1 second to 7 days, but never longer than the credentials. Presign
// ignores a fraction of a second. Anyone who has the URL can send the request, so keep the URL secret. If the response is a
// redirect, net/http sends the URL to the new host, in the header Referer. payloadHash and the errors are the same as for
// [Signer.Sign].
func (s *Signer) Presign(
	request *http.Request, payloadHash string, credentials Credentials, at time.Time, expires time.Duration,
) (*url.URL, http.Header, error) {
	w, err := s.begin(request, payloadHash, credentials, at)
	if err == nil {
		defer s.end(w)
		if expires < time.Second || expires > MaxPresignExpiry {
			err = fmt.Errorf("the expiry is %v: use %v to %v", expires, time.Second, MaxPresignExpiry)
		} else {
			err = s.composeQuery(w, request, payloadHash, credentials, expires)
		}
	}
	if err != nil {
		return nil, nil, signingError("presign", request, err)
	}

	query := w.query
	if credentials.SessionToken != "" && s.config.OmitSessionTokenFromSignature {
		query = append(query, "&X-Amz-Security-Token="...)
		query = appendEncoded(query, credentials.SessionToken)
	}
	query = append(query, "&X-Amz-Signature="...)
	query = append(query, w.signature[:]...)
	w.query = query

	signed := *request.URL
	signed.RawQuery = string(query)
	signed.Host = withoutDefaultPort(signed.Host, signed.Scheme)
	header := make(http.Header, len(w.headers))
	for _, field := range w.headers {
		name := http.CanonicalHeaderKey(field.name)
		if field.values == nil {
			header.Add(name, field.value)
		}
		for _, value := range field.values {
			header.Add(name, value)
		}
	}
	return &signed, header, nil
}

// SigningError reports that a request was not signed, because of the request or because of the credentials. Nothing was sent. Its text
// does not contain the URL, because the query may have secrets.
type SigningError struct {
	// Action is sign or presign.
	Action string
	// Method and Host are the request's. They are empty if the request or its URL is nil.
	Method, Host string
	// Err is the cause.
	Err error
}

// Error returns a text with the action, the method, the host and the cause.
func (e *SigningError) Error() string {
	if e == nil {
		return "sigv4: no error of a signature"
	}
	target := "a request"
	if e.Method != "" {
		target = fmt.Sprintf("%s request to %q", e.Method, e.Host)
	}
	// The text already begins with the name of the package.
	reason := strings.ReplaceAll(fmt.Sprintf(": %v", e.Err), ": sigv4: ", ": ")

	return "sigv4: " + e.Action + " " + target + reason
}

// Unwrap returns Err.
func (e *SigningError) Unwrap() error {
	if e == nil {
		return nil
	}

	return e.Err
}

func signingError(action string, request *http.Request, err error) error {
	if request == nil || request.URL == nil {
		return &SigningError{Action: action, Err: err}
	}
	host := request.Host
	if host == "" {
		host = request.URL.Host
	}
	return &SigningError{Action: action, Method: methodOf(request), Host: host, Err: err}
}

func methodOf(request *http.Request) string {
	if request.Method == "" {
		return http.MethodGet
	}
	return request.Method
}

// workspace has the parts of one signature during its computation. The signer reuses workspaces, so that a signature needs few
// allocations.
type workspace struct {
	host               string
	timestamp          string // the Unix time in second as text
	second             int64
	scope              []byte
	encoded            []byte
	parameters         []parameter
	query              []byte
	headers            []headerField
	signedNames        []byte
	hasPayloadHeader   bool // whether the request has the header X-Amz-Content-Sha256
	hasOddSpelling     bool // whether the request has a header that signing sets, but in another than the canonical spelling
	signsPayloadHeader bool // whether the signature covers X-Amz-Content-Sha256
	canonical          []byte
	stringToSign       []byte
	digest             [sha256.Size]byte
	signature          [2 * sha256.Size]byte
	mac                hash.Hash // has the key of macKey, which the next signature usually needs too
	macKey             keyIdentity
	output             []byte
}

// begin checks the inputs and returns a workspace, for Sign and Presign.
func (s *Signer) begin(request *http.Request, payloadHash string, credentials Credentials, at time.Time) (*workspace, error) {
	if s == nil || s.keys == nil {
		return nil, errors.New("the Signer was not made by NewSigner")
	}
	if request == nil || request.URL == nil {
		return nil, errors.New("the request or its URL is nil")
	}
	if !isToken(methodOf(request)) {
		return nil, errors.New("the method has an invalid character")
	}
	if payloadHash != EmptyPayloadHash && (payloadHash == "" || !isVisibleASCII(payloadHash)) {
		return nil, errors.New("the payload hash is empty or malformed: use HashPayload or EmptyPayloadHash")
	}
	if err := credentials.Validate(); err != nil {
		return nil, err
	}
	at = at.UTC()
	if at.IsZero() || at.Year() < 1 || at.Year() > 9999 {
		return nil, errors.New("the time of the signature is zero or out of range: use time.Now()")
	}
	if credentials.ExpiredAt(at) {
		return nil, expiredError(credentials, at)
	}
	host, err := canonicalHost(request)
	if err != nil {
		return nil, err
	}
	w, _ := s.workspaces.Get().(*workspace)
	if w == nil {
		w = new(workspace)
	}
	w.host = host
	if second := at.Unix(); w.timestamp == "" || w.second != second {
		w.timestamp, w.second = at.Format(timestampFormat), second
	}
	w.scope = append(w.scope[:0], w.timestamp[:dayLength]...)
	w.scope = append(w.scope, '/')
	w.scope = append(w.scope, s.config.Region...)
	w.scope = append(w.scope, '/')
	w.scope = append(w.scope, s.config.Service...)
	w.scope = append(w.scope, "/aws4_request"...)
	return w, nil
}

// end removes the data of the request from a workspace, and keeps the workspace for the next signature.
func (s *Signer) end(w *workspace) {
	if cap(w.encoded)+cap(w.query)+cap(w.canonical) > maxKeptBuffer {
		return
	}
	w.host = ""
	for _, buffer := range [][]byte{w.encoded, w.query, w.canonical} {
		clear(buffer[:cap(buffer)])
	}
	clear(w.headers)
	clear(w.parameters)
	s.workspaces.Put(w)
}

// addHeaders collects the headers that both Sign and Presign sign.
func (s *Signer) addHeaders(w *workspace, request *http.Request) error {
	if err := w.collectHeaders(request.Header); err != nil {
		return err
	}
	w.headers = append(w.headers, headerField{name: "host", value: w.host})
	if s.config.SignBodyHeader && request.ContentLength > 0 {
		w.headers = append(w.headers, headerField{name: "content-length", value: strconv.FormatInt(request.ContentLength, 10)})
	}
	return nil
}

func (s *Signer) composeHeaders(w *workspace, request *http.Request, payloadHash string, credentials Credentials) error {
	if err := s.addHeaders(w, request); err != nil {
		return err
	}
	w.headers = append(w.headers, headerField{name: "x-amz-date", value: w.timestamp})
	if credentials.SessionToken != "" && !s.config.OmitSessionTokenFromSignature {
		w.headers = append(w.headers, headerField{name: "x-amz-security-token", value: credentials.SessionToken})
	}
	w.signsPayloadHeader = s.config.SignBodyHeader || w.hasPayloadHeader
	if w.signsPayloadHeader {
		w.headers = append(w.headers, headerField{name: "x-amz-content-sha256", value: payloadHash})
	}
	w.writeSignedNames()
	w.reserveParameters(len(request.URL.RawQuery))
	if err := w.addRawQuery(request.URL.RawQuery); err != nil {
		return err
	}
	w.writeQuery()
	return s.compose(w, request, payloadHash, credentials)
}

func (s *Signer) composeQuery(
	w *workspace, request *http.Request, payloadHash string, credentials Credentials, expires time.Duration,
) error {
	if err := s.addHeaders(w, request); err != nil {
		return err
	}
	if w.hasPayloadHeader {
		w.headers = append(w.headers, headerField{name: "x-amz-content-sha256", value: payloadHash})
	}
	w.writeSignedNames()
	signing := []struct{ name, value string }{
		{"X-Amz-Algorithm", algorithm},
		{"X-Amz-Credential", credentials.AccessKeyID + "/" + string(w.scope)},
		{"X-Amz-Date", w.timestamp},
		{"X-Amz-Expires", strconv.FormatInt(int64(expires/time.Second), 10)},
		{"X-Amz-SignedHeaders", string(w.signedNames)},
	}
	if credentials.SessionToken != "" && !s.config.OmitSessionTokenFromSignature {
		signing = append(signing, struct{ name, value string }{"X-Amz-Security-Token", credentials.SessionToken})
	}
	length := len(request.URL.RawQuery)
	for _, parameter := range signing {
		length += len(parameter.name) + len(parameter.value)
	}
	w.reserveParameters(length)
	if err := w.addRawQuery(request.URL.RawQuery); err != nil {
		return err
	}
	for _, parameter := range signing {
		w.addParameter(parameter.name, parameter.value)
	}
	w.writeQuery()
	return s.compose(w, request, payloadHash, credentials)
}

// compose computes the canonical request, the string to sign and the signature from the query and the headers in w.
func (s *Signer) compose(w *workspace, request *http.Request, payloadHash string, credentials Credentials) error {
	escaped, err := wirePath(request.URL)
	if err != nil {
		return err
	}
	canonical := append(w.canonical[:0], methodOf(request)...)
	canonical = append(canonical, '\n')
	canonical = appendCanonicalPath(canonical, escaped, !s.config.DisableURIPathNormalization, !s.config.DisableDoubleURIEncoding)
	canonical = append(canonical, '\n')
	canonical = append(canonical, w.query...)
	canonical = append(canonical, '\n')
	canonical = w.appendCanonicalHeaders(canonical)
	canonical = append(canonical, '\n')
	canonical = append(canonical, w.signedNames...)
	canonical = append(canonical, '\n')
	canonical = append(canonical, payloadHash...)
	w.canonical = canonical

	w.digest = sha256.Sum256(canonical)
	toSign := append(w.stringToSign[:0], algorithm+"\n"...)
	toSign = append(toSign, w.timestamp...)
	toSign = append(toSign, '\n')
	toSign = append(toSign, w.scope...)
	toSign = append(toSign, '\n')
	toSign = hex.AppendEncode(toSign, w.digest[:])
	w.stringToSign = toSign

	if identity := s.keys.identity(credentials, w.timestamp[:dayLength]); w.mac == nil || w.macKey != identity {
		key := s.keys.signingKey(identity, credentials.SecretAccessKey, s.config.Region, s.config.Service)
		w.mac, w.macKey = hmac.New(sha256.New, key[:]), identity.clone()
	} else {
		w.mac.Reset()
	}
	w.mac.Write(toSign)
	hex.Encode(w.signature[:], w.mac.Sum(w.digest[:0]))
	return nil
}

func (s *Signer) appendAuthorization(target []byte, w *workspace, credentials Credentials) []byte {
	target = append(target, algorithm+" Credential="...)
	target = append(target, credentials.AccessKeyID...)
	target = append(target, '/')
	target = append(target, w.scope...)
	target = append(target, ", SignedHeaders="...)
	target = append(target, w.signedNames...)
	target = append(target, ", Signature="...)
	target = append(target, w.signature[:]...)
	w.output = target
	return target
}
