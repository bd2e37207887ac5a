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

	// maxBody is far above what an operation can need: fifty tags come to 175 KB.
	maxBody = 1 << 20
	// maxHeader is the largest request target and header together. Amazon's load balancers have the same limit.
	maxHeader = 64 << 10
	// maxParameters is far above what an operation can need: the largest batch has 200.
	maxParameters = 10_000
)

// incoming is a request as it came off the wire. What net/http took apart is put together again, because the signature
// covers the spelling.
type incoming struct {
	method        string
	path          string // as it was sent, and so is query
	query         string
	route         string // what is left of the path after a mux took its prefix away
	host          string
	header        http.Header
	contentLength int64
	body          []byte
	tooLarge      *failure // why header or body were not read, nil if they were
}

func read(r *http.Request) (*incoming, error) {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") {
		// The absolute form, as a proxy gets it.
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
		return nil, fmt.Errorf("redshifttest: read the request's body: %w", err)
	}
	if len(body) > maxBody {
		request.tooLarge = fail(codeRequestEntityTooLarge, "The request has more than %d bytes.", maxBody)

		return request, nil
	}
	request.body = body

	return request, nil
}

// headerSize returns the bytes that a header has in HTTP/1.
func sizeOfHeader(header http.Header) int {
	size := 0
	for name, values := range header {
		for _, value := range values {
			size += len(name) + len(": ") + len(value) + len("\r\n")
		}
	}

	return size
}

// headerValue returns a header as a signature has it.
func (i *incoming) headerValue(name string) string {
	switch name {
	case "host": // net/http moves these two out of the header
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

// form returns the parameters, from the query and from a posted form.
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
		// Parsed parameters can need a hundred times the memory of their text.
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

// answer is what goes back.
type httpResponse struct {
	status    int
	header    http.Header
	body      []byte
	truncated bool // the connection breaks in the middle of the body
}

// errCut stands for a connection that breaks before anything comes back.
var errCut = errors.New("redshifttest: the connection is cut, as a Fault asked for")

// connection is how a request arrives.
type connection struct {
	remote  bool   // the request may come from another program, and its Host is checked
	delayed func() // called before a Delay begins
}

// serve does everything between a request and its answer. An error means that there is none.
func (f *Fake) serve(ctx context.Context, r *http.Request, via connection) (httpResponse, error) {
	request, err := read(r)
	if err != nil {
		return httpResponse{}, err
	}
	arrived := f.signatureClock() // a signature does not age while a Delay lasts
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

// wait lets real time pass.
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

// addedClusters says what a test and the program redshift-fake use in place of CreateCluster.
const addedClusters = "Clusters come from AddCluster, or from the flag -cluster of redshift-fake."

// work checks a request and does what it asks for. It notes in the entry who asked.
func (f *Fake) work(entry *logEntry, request *incoming, values url.Values, malformed *failure, arrived, now time.Time) (any, *failure) {
	if request.route != "/" && request.route != "" {
		return nil, fail(codeUnknownOperation, "There is nothing at %s, Redshift answers at /.", request.route)
	}
	if request.method != http.MethodGet && request.method != http.MethodPost {
		failed := fail(codeUnknownOperation, "Redshift takes GET and POST, not %s.", request.method)
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
		return nil, fail(awsquery.ErrInvalidAction, "The fake does not implement the operation %s, "+
			"which Redshift has but this library does not. A test can supply its response with InjectNext (a Fault with Status and Body) or an error with FailNext. "+addedClusters, name)
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
			"Respond or RespondNext (a *redshift.%[1]sResult), any other with InjectNext (a Fault with Status and Body), "+
			"and an error with FailNext. "+addedClusters, name)
	}

	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)

	return wanted.handle(&call{state: f.state, operation: name, params: given, account: account, now: now})
}

// ServeHTTP answers one request. A Fault that cuts the connection does so by panicking with [http.ErrAbortHandler], as
// net/http wants it. A Fault with a Delay removes the server's time limit for the response. Requests with more than 64 KiB of
// header, 1 MiB of body or 10,000 parameters are refused.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	controller := http.NewResponseController(w)
	from := connection{delayed: func() {
		// The limit is for slow callers, and the server sets it again for the next request. An error means that w has none. The
		// server itself removes the limit for reading when it has the whole request.
		_ = controller.SetWriteDeadline(time.Time{})
	}}
	// Only a server sets the address. A handler that a test calls directly has no callers to beware of.
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
	_, _ = w.Write(response.body) // an error means that the client has gone, and nobody is left to tell
}

// Transport returns a RoundTripper that answers requests in memory: no socket, no goroutine, and no other wait than the
// request's own Delay, so that it works within [testing/synctest]. It answers whatever the host of a request is. A
// connection that a [Fault] cuts is an [io.ErrUnexpectedEOF].
func (f *Fake) Transport() http.RoundTripper { return transport{f} }

type transport struct{ fake *Fake }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	// A RoundTripper closes the body whatever happens, and leaves the request as it was.
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	arrived := r.Clone(r.Context())
	arrived.Header = make(http.Header) // on a wire, the case of names gets lost
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

// requestID makes the identifier of the request with that number.
func newRequestID(region string, number int) string {
	return uuid(strings.TrimSpace(region + " " + strconv.Itoa(number)))
}

// uuid makes an identifier of what it is for: the same in every run, so that output can be compared.
func uuid(purpose ...string) string {
	digest := sha256.Sum256([]byte("redshifttest " + strings.Join(purpose, " ")))
	digest[6] = digest[6]&0x0f | 0x40 // the version and variant that a random UUID has
	digest[8] = digest[8]&0x3f | 0x80

	return fmt.Sprintf("%x-%x-%x-%x-%x", digest[:4], digest[4:6], digest[6:8], digest[8:10], digest[10:16])
}
