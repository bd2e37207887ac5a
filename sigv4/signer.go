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
	// EmptyPayloadHash is the payload hash of a request without a body: the SHA-256 of nothing, in hexadecimal.
	EmptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	// UnsignedPayload stands in place of a payload hash where a service allows the body to stay outside the signature.
	UnsignedPayload = "UNSIGNED-PAYLOAD"

	// MaxPresignExpiry is the longest time that a presigned URL can be valid: seven days, AWS's limit. The shortest is a second.
	MaxPresignExpiry = 7 * 24 * time.Hour

	algorithm       = "AWS4-HMAC-SHA256"
	timestampFormat = "20060102T150405Z"
	dayLength       = len("20060102")

	// maxKeptBuffer is how large a workspace may have grown, in bytes, and still be used again.
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

// SignerConfig says for whom a [Signer] signs, and how. The defaults fit every AWS service but Amazon S3, which wants all
// of DisableURIPathNormalization, DisableDoubleURIEncoding and SignBodyHeader.
type SignerConfig struct {
	// Region is the AWS region that the signature is for, such as "eu-west-1". Required.
	Region string
	// Service is the signing name of the service, such as "redshift". Required.
	Service string
	// DisableURIPathNormalization signs the path without removing empty, "." and ".." segments first. The path that is
	// sent is never changed.
	DisableURIPathNormalization bool
	// DisableDoubleURIEncoding signs the path as it is sent. By default each segment is percent-encoded once more.
	DisableDoubleURIEncoding bool
	// SignBodyHeader adds the header X-Amz-Content-Sha256 with the payload hash and signs it, and signs the
	// Content-Length of a request that has one. Presigned URLs sign the Content-Length only. The payload hash itself is
	// part of every signature, with this option or without.
	SignBodyHeader bool
	// OmitSessionTokenFromSignature sends the session token without signing it, which a few services require.
	OmitSessionTokenFromSignature bool
}

// Signer signs requests for one service in one region. It is made by [NewSigner] and safe for concurrent use. It keeps
// the signing keys that it derives for a bounded number of credentials and days, and nothing else between calls: equal
// inputs give equal signatures. Signing keys and credentials are not printed with it.
type Signer struct {
	config     SignerConfig
	keys       *signingKeys
	workspaces sync.Pool
}

// NewSigner returns a signer, or an error if the region or the service is empty or cannot be a name.
func NewSigner(config SignerConfig) (*Signer, error) {
	for _, name := range []struct{ field, value, example string }{
		{"Region", config.Region, "eu-west-1"},
		{"Service", config.Service, "redshift"},
	} {
		if name.value == "" {
			return nil, fmt.Errorf("sigv4: make a signer: %s is empty, set it to a name such as %q", name.field, name.example)
		}
		if !isVisibleASCII(name.value) || strings.ContainsAny(name.value, `/,;="`) {
			return nil, fmt.Errorf("sigv4: make a signer: %s %q has a character that no such name has, set it to a name such as %q",
				name.field, name.value, name.example)
		}
	}
	return &Signer{config: config, keys: newSigningKeys()}, nil
}

// Config returns the settings that the signer was made with.
func (s *Signer) Config() SignerConfig {
	if s == nil {
		return SignerConfig{}
	}
	return s.config
}

// String returns the service and the region that the signer signs for.
func (s *Signer) String() string {
	config := s.Config()
	return fmt.Sprintf("sigv4.Signer{Region: %q, Service: %q}", config.Region, config.Service)
}

// Format writes what [Signer.String] returns, whatever the verb, so that no signing key is ever printed.
func (s *Signer) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// Sign signs a request in its headers, as of the given time. The payload hash comes from [HashPayload], or is
// [EmptyPayloadHash] or [UnsignedPayload]; the body is neither read nor changed.
//
// Sign changes the request that it is given: it sets Authorization and X-Amz-Date, X-Amz-Security-Token if the credentials
// have a session token, and X-Amz-Content-Sha256 if the signer is to or the request already has it; it replaces
// URL.RawQuery by its canonical spelling and Host by the name that was signed. To keep a request unchanged, sign a
// clone, as [Transport] does. What an earlier Sign left behind is replaced. If Sign returns an error, the request is as it
// was.
//
// Signed are the host and all headers of the request except those that something on the way may change, such as User-Agent,
// Accept-Encoding, Connection, Expect, Via and tracing headers; Content-Length only with SignBodyHeader. Set headers
// before signing and change none afterwards.
//
// Send the request with a client that follows no redirect. net/http removes Authorization from a request to another host,
// but not X-Amz-Security-Token.
//
// The errors name what cannot be signed: a request without a host, header values or a query that could not be sent as
// signed, a presigned URL, a zero time, credentials that [Credentials.Validate] refuses or that have expired
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
		// Left there, they would be sent beside the ones set below.
		maps.DeleteFunc(header, func(name string, _ []string) bool { return isSetBySigner(http.CanonicalHeaderKey(name)) })
	}
	// One array holds the values of all headers set here.
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

// Presign signs a request in its URL and returns that URL, with the headers that were signed and must be sent with it:
// always Host, and others only if the request has them. The request is left as it is.
//
// The URL works from the given time on until expires has passed, which is from 1 second to 7 days, fractions of a
// second cut off, and never longer than the credentials. Whoever has the URL can send the request: treat it as a
// secret. net/http sends it to the host of a redirect, in the header Referer. Payload hash and errors are as for
// [Signer.Sign].
func (s *Signer) Presign(
	request *http.Request, payloadHash string, credentials Credentials, at time.Time, expires time.Duration,
) (*url.URL, http.Header, error) {
	w, err := s.begin(request, payloadHash, credentials, at)
	if err == nil {
		defer s.end(w)
		if expires < time.Second || expires > MaxPresignExpiry {
			err = fmt.Errorf("the expiry is %v, choose one from %v to %v", expires, time.Second, MaxPresignExpiry)
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

// SigningError is a request that could not be signed, because of itself or for want of credentials. Nothing was sent.
// Its text has no URL, whose query may hold what is not for logs.
type SigningError struct {
	// Action is sign or presign.
	Action string
	// Method and Host are those of the request. Empty if there was none.
	Method, Host string
	// Err is why.
	Err error
}

// Error says what was attempted and why it failed.
func (e *SigningError) Error() string {
	if e == nil {
		return "sigv4: no error of a signature"
	}
	what := "a request"
	if e.Method != "" {
		what = fmt.Sprintf("%s request to %q", e.Method, e.Host)
	}
	// That it is this package which says so stands at the front already.
	reason := strings.ReplaceAll(fmt.Sprintf(": %v", e.Err), ": sigv4: ", ": ")

	return "sigv4: " + e.Action + " " + what + reason
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

// workspace holds the parts of one signature while it is made. Reusing it is what keeps signing cheap.
type workspace struct {
	host               string
	timestamp          string // of the Unix time in second
	second             int64
	scope              []byte
	encoded            []byte
	parameters         []parameter
	query              []byte
	headers            []headerField
	signedNames        []byte
	hasPayloadHeader   bool // the request has an X-Amz-Content-Sha256
	hasOddSpelling     bool // the request has a header that signing sets, not in canonical spelling
	signsPayloadHeader bool
	canonical          []byte
	stringToSign       []byte
	digest             [sha256.Size]byte
	signature          [2 * sha256.Size]byte
	mac                hash.Hash // with the key of macKey, which the next signature mostly has too
	macKey             keyIdentity
	output             []byte
}

// begin checks everything that both forms of signing have in common.
func (s *Signer) begin(request *http.Request, payloadHash string, credentials Credentials, at time.Time) (*workspace, error) {
	if s == nil || s.keys == nil {
		return nil, errors.New("the Signer was not made by NewSigner")
	}
	if request == nil || request.URL == nil {
		return nil, errors.New("the request or its URL is nil")
	}
	if !isToken(methodOf(request)) {
		return nil, errors.New("the method contains a character that cannot be sent")
	}
	if payloadHash != EmptyPayloadHash && (payloadHash == "" || !isVisibleASCII(payloadHash)) {
		return nil, errors.New("the payload hash is empty or malformed, use HashPayload or EmptyPayloadHash")
	}
	if err := credentials.Validate(); err != nil {
		return nil, err
	}
	at = at.UTC()
	if at.IsZero() || at.Year() < 1 || at.Year() > 9999 {
		return nil, errors.New("the time to sign for is zero or out of range, use time.Now()")
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

// end keeps a workspace for the next signature, without anything of this request in it.
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

// addHeaders collects the headers that both forms of signing sign.
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

// compose makes the canonical request, the string to sign and the signature from the query and headers in w.
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
