package redshifttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
)

const (
	apiVersion = "2012-12-01"
	xmlType    = "text/xml"
	formType   = "application/x-www-form-urlencoded"

	// maxBody is the largest body in bytes. It is far more than an operation needs: fifty tags take 175 KB.
	maxBody = 1 << 20
	// maxHeader is the largest size of request target and header together, in bytes. Amazon's load balancers have the same limit.
	maxHeader = 64 << 10
	// maxParameters is the largest number of parameters. It is far more than an operation needs: the largest batch has 200.
	maxParameters = 10_000
)

// incoming is a request in the spelling that was sent, because the signature covers the spelling. net/http parses some of it.
type incoming struct {
	method        string
	path          string // as sent
	query         string // as sent
	route         string // the path without the prefix that a mux removed
	host          string
	header        http.Header
	contentLength int64
	body          []byte
	tooLarge      *failure // nil if header and body were read
}

func read(r *http.Request) (*incoming, error) {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") {
		// The absolute form, as sent to a proxy.
		if _, after, found := strings.Cut(target, "://"); found {
			_, path, _ := strings.Cut(after, "/")
			target = "/" + path
		}
	}
	request := &incoming{
		method:        r.Method,
		route:         r.URL.Path,
		host:          r.Host,
		header:        r.Header,
		contentLength: r.ContentLength,
	}
	if len(target)+sizeOfHeader(r.Header) > maxHeader {
		request.header = make(http.Header)
		request.tooLarge = fail(codeRequestEntityTooLarge, "The request target and the header have more than %d bytes.", maxHeader)
		request.tooLarge.status = http.StatusRequestHeaderFieldsTooLarge

		return request, nil
	}
	request.path, request.query, _ = strings.Cut(target, "?")
	if r.Body == nil {
		return request, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("redshifttest: read the body of the request: %w", err)
	}
	if len(body) > maxBody {
		request.tooLarge = fail(codeRequestEntityTooLarge, "The request has more than %d bytes.", maxBody)

		return request, nil
	}
	request.body = body

	return request, nil
}

// sizeOfHeader returns the size of a header in HTTP/1, in bytes.
func sizeOfHeader(header http.Header) int {
	size := 0
	for name, values := range header {
		for _, value := range values {
			size += len(name) + len(": ") + len(value) + len("\r\n")
		}
	}

	return size
}

// headerValue returns the canonical value of a header, as in a signature.
func (i *incoming) headerValue(name string) string {
	switch name {
	case "host": // net/http removes these two from the header
		return i.host
	case "content-length":
		return strconv.FormatInt(i.contentLength, 10)
	}
	values := i.header[http.CanonicalHeaderKey(name)]
	trimmed := make([]string, len(values))
	for j, value := range values {
		trimmed[j] = strings.Join(strings.Fields(value), " ")
	}

	return strings.Join(trimmed, ",")
}

// form returns the parameters of the query and of a posted form.
func (i *incoming) form() (url.Values, *failure) {
	raw := []string{i.query}
	if i.method == http.MethodPost && len(i.body) > 0 {
		mediaType, _, err := mime.ParseMediaType(i.header.Get("Content-Type"))
		if err != nil || mediaType != formType {
			return nil, fail(codeMalformedInput, "The request has a body of type '%s'. Post parameters as %s.", mediaType, formType)
		}
		raw = append(raw, string(i.body))
	}
	values := make(url.Values)
	for _, text := range raw {
		// Parsed parameters can take a hundred times the memory of their text.
		if strings.Count(text, "&") >= maxParameters {
			return values, fail(codeMalformedInput, "The request has more than %d parameters.", maxParameters)
		}
		pairs, err := rawQuery(text)
		if err != nil {
			return values, fail(awsquery.ErrMalformedQueryString, "The parameters of the request are malformed: %v.", err)
		}
		for _, parameter := range pairs {
			values.Add(parameter.name, parameter.value)
		}
	}

	return values, nil
}

// httpResponse is a response of the fake.
type httpResponse struct {
	status    int
	header    http.Header
	body      []byte
	truncated bool // the connection breaks in the middle of the body
}

// errCut reports that a Fault cuts the connection before the response.
var errCut = errors.New("redshifttest: a Fault cut the connection")

// connection describes how a request arrived.
type connection struct {
	remote  bool   // another program may have sent the request: check its Host
	delayed func() // called before a Delay
}

// serve returns the response to a request. It returns an error if the request gets no response.
func (f *Fake) serve(ctx context.Context, r *http.Request, via connection) (httpResponse, error) {
	request, err := read(r)
	if err != nil {
		return httpResponse{}, err
	}
	arrived := f.signatureClock() // a Delay must not make the signature too old
	values, malformed := request.form()
	entry := f.log.begin(request, values)
	var (
		hostFailure *failure
		fault       Fault
	)
	if via.remote {
		hostFailure = f.checkHost(request)
	}
	if hostFailure == nil {
		fault = f.faults.take(entry.Operation)
	}
	if fault.Delay > 0 {
		via.delayed()
	}
	if !fault.AfterWork {
		if err := wait(ctx, fault.Delay); err != nil {
			f.log.end(entry, f.Now(), 0, "")
			return httpResponse{}, err
		}
	}

	now := f.Now()
	var (
		result any
		failed *failure
	)
	switch {
	case hostFailure != nil:
		failed = hostFailure
	case !fault.replacesWork():
		result, failed = f.work(entry, request, values, malformed, arrived, now)
	}
	if fault.AfterWork {
		if err := wait(ctx, fault.Delay); err != nil {
			f.log.end(entry, now, 0, "")
			return httpResponse{}, err
		}
	}
	if fault.Cut {
		f.log.end(entry, now, 0, "")
		return httpResponse{}, errCut
	}

	var response httpResponse
	switch injected := fault.failure(); {
	case fault.Status != 0:
		response = httpResponse{status: fault.Status, header: make(http.Header), body: []byte(fault.Body)}
		f.log.end(entry, now, fault.Status, "")
	case injected != nil:
		response = errorResponse(injected, entry.RequestID)
		f.log.end(entry, now, injected.status, injected.code)
	case failed != nil:
		response = errorResponse(failed, entry.RequestID)
		f.log.end(entry, now, failed.status, failed.code)
	default:
		response = resultResponse(entry.Operation, result, entry.RequestID)
		f.log.end(entry, now, response.status, "")
	}
	response.truncated = fault.Truncate
	response.header.Set("Date", f.signatureClock().UTC().Format(http.TimeFormat))
	for name, value := range fault.Header {
		response.header[http.CanonicalHeaderKey(name)] = value
	}

	return response, nil
}

// wait waits for a duration of real time, or until ctx is done.
func wait(ctx context.Context, duration time.Duration) error {
	if duration <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// clusterHint names the alternatives to CreateCluster in a test and in the command redshift-fake.
const clusterHint = "AddCluster adds clusters, and so does the flag -cluster of redshift-fake."

// work checks a request and calls its handler. It sets the account of the entry.
func (f *Fake) work(entry *logEntry, request *incoming, values url.Values, malformed *failure, arrived, now time.Time) (any, *failure) {
	if request.route != "/" && request.route != "" {
		return nil, fail(codeUnknownOperation, "The path must be /, not %s.", request.route)
	}
	if request.method != http.MethodGet && request.method != http.MethodPost {
		failed := fail(codeUnknownOperation, "The HTTP method must be GET or POST, not %s.", request.method)
		failed.status = http.StatusMethodNotAllowed

		return nil, failed
	}
	if request.tooLarge != nil {
		return nil, request.tooLarge
	}
	account, failed := f.authenticate(request, arrived)
	if failed != nil {
		return nil, failed
	}
	entry.AccountID = account
	if malformed != nil {
		return nil, malformed
	}
	for _, once := range []string{"Action", "Version"} {
		if count := len(values[once]); count > 1 {
			return nil, fail(codeMalformedInput, "The parameter %s is given %d times.", once, count)
		}
	}
	name, version := values.Get("Action"), values.Get("Version")
	if name == "" {
		return nil, fail(awsquery.ErrMissingAction, "The request must contain the parameter Action.")
	}
	if version == "" {
		version = "NO_VERSION_SPECIFIED"
	}
	if !f.isOperation(name) || version != apiVersion {
		return nil, fail(awsquery.ErrInvalidAction, "Could not find operation %s for version %s.", name, version)
	}
	wanted, described := f.operations[name]
	if !described {
		return nil, fail(awsquery.ErrInvalidAction, "The fake does not implement the operation %s. Redshift has it, but this library does not. "+
			"A test can supply its response with InjectNext (a Fault with Status and Body) or an error with FailNext. "+clusterHint, name)
	}
	given, failed := parse(wanted.contract, values)
	if failed != nil {
		return nil, failed
	}
	if supplied, found := f.responses.take(name); found {
		return supplied.result(wanted.contract, given)
	}
	if wanted.handle == nil {
		return nil, fail(awsquery.ErrInvalidAction, "The fake does not implement the operation %s. A test can supply its response with "+
			"Respond or RespondNext (a *redshift.%[1]sResult), any other response with InjectNext (a Fault with Status and Body), "+
			"and an error with FailNext. "+clusterHint, name)
	}

	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)

	return wanted.handle(&call{state: f.state, operation: name, params: given, account: account, now: now})
}

// ServeHTTP responds to a request. It refuses requests with more than 64 KiB of request target and header, 1 MiB of body or 10,000
// parameters. A [Fault] that cuts the connection makes it panic with [http.ErrAbortHandler], as net/http requires. A Fault with a
// Delay removes the write deadline of the server for this response.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	controller := http.NewResponseController(w)
	from := connection{delayed: func() {
		// The deadline is for slow callers. The server sets it again for the next request. An error means that w has no deadline.
		// The server removes the read deadline when it has read the request.
		_ = controller.SetWriteDeadline(time.Time{})
	}}
	// Only a server sets the address. If a test calls the handler directly, no other program can have sent the request.
	_, from.remote = r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	response, err := f.serve(r.Context(), r, from)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	for name, value := range response.header {
		w.Header()[name] = value
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(response.body)))
	w.WriteHeader(response.status)
	if response.truncated {
		_, _ = w.Write(response.body[:len(response.body)/2])
		_ = controller.Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(response.body) // an error means that the client has closed the connection
}

// Transport returns a RoundTripper that responds in memory to requests for any host. It uses no socket and no goroutine, and
// waits only for the Delay of a [Fault], so it works with [testing/synctest]. If a Fault cuts the connection, RoundTrip returns
// [io.ErrUnexpectedEOF].
func (f *Fake) Transport() http.RoundTripper { return transport{f} }

type transport struct{ fake *Fake }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	// A RoundTripper must always close the body, and must not change the request.
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	arrived := r.Clone(r.Context())
	arrived.Header = make(http.Header) // a server does not see the case of names
	for name, values := range r.Header {
		name = http.CanonicalHeaderKey(name)
		arrived.Header[name] = append(arrived.Header[name], values...)
	}
	arrived.RequestURI = r.URL.RequestURI()
	if arrived.Host == "" {
		arrived.Host = r.URL.Host
	}
	if arrived.URL.Path == "" {
		arrived.URL.Path = "/"
	}
	if arrived.Method == "" {
		arrived.Method = http.MethodGet
	}
	response, err := t.fake.serve(r.Context(), arrived, connection{delayed: func() {}})
	if errors.Is(err, errCut) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	var body io.Reader = bytes.NewReader(response.body)
	if response.truncated {
		body = io.MultiReader(bytes.NewReader(response.body[:len(response.body)/2]), brokenReader{})
	}

	return &http.Response{
		Status:        strconv.Itoa(response.status) + " " + http.StatusText(response.status),
		StatusCode:    response.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        response.header,
		Body:          io.NopCloser(body),
		ContentLength: int64(len(response.body)),
		Request:       r,
	}, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// newRequestID returns the identifier of the request with a number.
func newRequestID(region string, number int) string {
	return uuid(strings.TrimSpace(region + " " + strconv.Itoa(number)))
}

// uuid returns an identifier that depends only on its purpose, so that the output of every run is the same.
func uuid(purpose ...string) string {
	digest := sha256.Sum256([]byte("redshifttest " + strings.Join(purpose, " ")))
	digest[6] = digest[6]&0x0f | 0x40 // the version and the variant of a random UUID
	digest[8] = digest[8]&0x3f | 0x80

	return fmt.Sprintf("%x-%x-%x-%x-%x", digest[:4], digest[4:6], digest[6:8], digest[8:10], digest[10:16])
}
