package awsquery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"

	"github.com/redshift-go/redshift/internal/wire"
)

// maxURL is the longest URL of a GET, in bytes. Longer requests are POSTs. Most proxies and servers accept URLs of this length.
const maxURL = 2048

// Transport makes one attempt of a call. It implements [runtime.ContextualTransport], so generated clients can submit their
// operations to it.
//
// A request is a GET if its URL has at most 2,048 bytes. Otherwise it is a POST with all parameters in a form. The Transport reads
// the whole response. A call that fails returns an [*Error] if it got a response, and a [*SendError] if it got none. Their texts do
// not contain the parameters in the URL. The Transport does not retry and does not sign: the Client signs. If the Client does not
// follow a redirect, the redirect is an Error.
//
// net/http silently repeats a GET if an idle connection that it reuses breaks. The Transport prevents this for all operations
// except those whose Reader reports that they are read-only. The Body of such a request is empty but not nil, and net/http cannot
// rewind it.
//
// A Transport is safe for concurrent use. Its fields must not change after the first call.
type Transport struct {
	// Endpoint is the URL of the service. It is required: scheme http or https, a host, and optionally a port from 1 to 65535 and a
	// path. It cannot have a user, a query or a fragment. Dot segments of the path are removed.
	Endpoint *url.URL
	// Client sends the requests. The Client of an operation overrides it. Without both, a call fails, because a default client
	// would send unsigned requests.
	Client *http.Client
	// MaxResponseBytes is the largest size of a response. 0 means 32 MiB.
	MaxResponseBytes int64
	// UserAgent is the header User-Agent, unless the operation's parameters set it. If empty, net/http sets it.
	UserAgent string
	// Consumer is passed to the operation's Reader. Generated Readers do not use it. Others may need [runtime.XMLConsumer]. If nil,
	// the Reader gets a consumer that returns an error, so that programs do not link encoding/xml.
	Consumer runtime.Consumer
	// Now is the clock that measures [Error.RoundTrip]. Nil means [time.Now].
	Now func() time.Time
}

var _ runtime.ContextualTransport = (*Transport)(nil)

// Submit is SubmitContext with the Context field of the operation, which is go-openapi's older way to pass a context.
func (t *Transport) Submit(operation *runtime.ClientOperation) (any, error) {
	//lint:ignore SA1012 SubmitContext uses the operation's Context if ctx is nil.
	return t.SubmitContext(nil, operation)
}

// SubmitContext makes one attempt of a call and returns the result of the operation's Reader. The attempt ends when ctx is done. If
// ctx is nil, SubmitContext uses the operation's Context. If that is nil too, it uses [context.Background]. A timeout that the
// parameters set with SetTimeout limits the attempt, from sending the request to the end of the response.
func (t *Transport) SubmitContext(ctx context.Context, operation *runtime.ClientOperation) (any, error) {
	if operation == nil {
		return nil, errors.New("awsquery: submit: the operation is nil")
	}
	action := wire.Action(operation)
	client, limit, err := t.settings(operation)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	if ctx == nil {
		//lint:ignore SA1019 go-openapi's older way to pass a context must work too.
		ctx = operation.Context
	}
	if ctx == nil {
		ctx = context.Background()
	}
	if ctx.Err() != nil {
		return nil, unsentError(ctx, action)
	}
	parameters, err := writeRequest(operation)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	if parameters.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, parameters.Timeout)
		defer cancel()
	}
	readOnly := wire.IsReadOnly(operation)
	tracked, tracker := ctx, (*connectionTracker)(nil)
	if !readOnly {
		tracked, tracker = trackConnections(ctx)
	}
	request := t.newRequest(tracked, parameters, readOnly)
	if ctx.Err() != nil { // checked again, because the error of net/http does not show that nothing was sent
		return nil, unsentError(ctx, action)
	}

	now := t.Now
	if now == nil {
		now = time.Now
	}
	sent := now()
	response, err := client.Do(request)
	roundTrip := now().Sub(sent)
	if err != nil {
		failed := sendError(ctx, action, err)
		failed.NothingSent = tracker.noConnection()

		return nil, failed
	}
	body, err := wire.Receive(response, limit)
	received := &wire.Response{HTTP: response, Content: body}
	var result any
	if err == nil {
		result, err = operation.Reader.ReadResponse(received, t.consumer())
	} else {
		err = t.readBroken(operation, &wire.BrokenResponse{Response: *received, Err: withContext(ctx, err)})
	}
	if err != nil {
		var refused *Error
		if errors.As(err, &refused) && refused.Header == nil {
			refused.Header, refused.RoundTrip = response.Header.Clone(), roundTrip
		}

		return nil, err
	}

	return result, nil
}

// consumer returns the Consumer, or one that returns an error.
func (t *Transport) consumer() runtime.Consumer {
	if t.Consumer == nil {
		return runtime.ConsumerFunc(noConsumer)
	}

	return t.Consumer
}

// readBroken returns the error for an incomplete response. The beginning of the response may have a code, so the operation's Reader
// reads it. If the Reader returns no Error, readBroken returns one without a code.
func (t *Transport) readBroken(operation *runtime.ClientOperation, response *wire.BrokenResponse) error {
	if _, err := operation.Reader.ReadResponse(response, t.consumer()); errors.As(err, new(*Error)) {
		return err
	}
	err := error(&ReadError{Err: response.Err})
	if errors.Is(response.Err, wire.ErrTooLarge) {
		err = fmt.Errorf("read the response: %w", response.Err)
	}

	return &Error{
		Operation:  wire.Action(operation),
		StatusCode: response.Code(),
		RequestID:  wire.RequestID(response.GetHeader),
		Body:       bytes.Clone(response.Content[:min(len(response.Content), maxBody)]),
		Err:        err,
	}
}

func noConsumer(io.Reader, any) error {
	return errors.New("awsquery: read a response: the Reader needs a Consumer: set the Consumer of the Transport to runtime.XMLConsumer()")
}

// settings checks the settings of the Transport and of the operation. It returns the Client and the limit of the response.
func (t *Transport) settings(operation *runtime.ClientOperation) (client *http.Client, limit int64, err error) {
	if t == nil {
		return nil, 0, errors.New("the Transport is nil")
	}
	client = operation.Client
	if client == nil {
		client = t.Client
	}
	limit = min(t.MaxResponseBytes, math.MaxInt64-1) // one more byte shows that a body is too large
	if limit == 0 {
		limit = wire.DefaultMaxResponseBytes
	}
	switch {
	case client == nil:
		err = errors.New("the Transport has no Client")
	case limit < 0:
		err = errors.New("the Transport's MaxResponseBytes is negative: use 0 for the default")
	case operation.Params == nil:
		err = errors.New("the operation has no Params")
	case operation.Reader == nil:
		err = errors.New("the operation has no Reader")
	default:
		err = checkEndpoint(t.Endpoint)
	}

	return client, limit, err
}

// checkEndpoint returns an error for an invalid endpoint. The error does not have the URL, which may have a password in it.
func checkEndpoint(endpoint *url.URL) error {
	switch {
	case endpoint == nil:
		return errors.New("the Transport has no Endpoint")
	case endpoint.Scheme != "http" && endpoint.Scheme != "https":
		return errors.New("the Transport's Endpoint is neither http nor https")
	case endpoint.Hostname() == "" || endpoint.Opaque != "":
		return errors.New("the Transport's Endpoint has no host")
	case !validPort(endpoint):
		return errors.New("the Transport's Endpoint has no valid port after the colon: use 1 to 65535")
	case !validHost(endpoint):
		return errors.New("the Transport's Endpoint has a malformed host")
	case endpoint.User != nil:
		return errors.New("the Transport's Endpoint has a user, which is not allowed")
	case endpoint.RawQuery != "" || endpoint.ForceQuery:
		return errors.New("the Transport's Endpoint has a query, which is not allowed")
	case endpoint.Fragment != "":
		return errors.New("the Transport's Endpoint has a fragment, which is not allowed")
	default:
		return nil
	}
}

// validPort reports whether the endpoint has no port, or one from 1 to 65535. url.Parse accepts any digits, and a colon without
// digits.
func validPort(endpoint *url.URL) bool {
	if port := endpoint.Port(); port != "" {
		number, err := strconv.ParseUint(port, 10, 16)

		return err == nil && number > 0
	}

	return !strings.HasSuffix(endpoint.Host, ":")
}

// validHost reports whether the endpoint's host can be a name or an address. url.Parse checks most of this, but a program can
// build a URL without it.
func validHost(endpoint *url.URL) bool {
	host := endpoint.Hostname()
	if strings.HasPrefix(endpoint.Host, "[") {
		address, err := netip.ParseAddr(host)

		return err == nil && address.Is6()
	}
	for i := range len(host) {
		switch c := host[i]; c {
		case '/', '?', '#', '@', '\\', '%', ':', '[', ']', '<', '>', '"', 0x7f:
			return false
		default:
			if c <= ' ' {
				return false
			}
		}
	}

	return true
}

// writeRequest collects the parameters of an operation. Params and AuthInfo write theirs first. Then it adds the parameters in the
// query of the path that neither has written.
func writeRequest(operation *runtime.ClientOperation) (*wire.Request, error) {
	path, query, _ := strings.Cut(operation.PathPattern, "?")
	switch {
	case operation.Method != "" && operation.Method != http.MethodGet && operation.Method != http.MethodPost:
		return nil, errors.New("the operation is neither a GET nor a POST")
	case strings.Contains(path, "{"):
		return nil, errors.New("the operation has parameters in its path, but AWS Query has no path parameters")
	}
	r := wire.NewRequest(operation.Method, path)
	if err := operation.Params.WriteToRequest(r, strfmt.Default); err != nil {
		return nil, err
	}
	if operation.AuthInfo != nil {
		if err := operation.AuthInfo.AuthenticateRequest(r, strfmt.Default); err != nil {
			return nil, err
		}
	}
	for query != "" {
		var part string
		part, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(part, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if nameErr != nil || valueErr != nil {
			return nil, errors.New("the operation's path has a malformed query")
		}
		if name != "" && !r.Has(name) {
			r.Add(name, value)
		}
	}

	return r, nil
}

// newRequest builds the HTTP request.
func (t *Transport) newRequest(ctx context.Context, r *wire.Request, readOnly bool) *http.Request {
	address := *t.Endpoint
	if path := strings.Trim(r.Path, "/"); path != "" || strings.Trim(address.Path, "/") != "" {
		address = *address.JoinPath(r.Path)
	} else {
		address.Path, address.RawPath = "/", ""
	}
	request := new(http.Request).WithContext(ctx) // WithContext copies the request, so it is called while the request is empty
	request.Method = http.MethodGet
	request.URL = &address
	request.Proto, request.ProtoMajor, request.ProtoMinor = "HTTP/1.1", 1, 1
	request.Header = r.Header
	request.Host = address.Host
	if request.Header == nil {
		request.Header = make(http.Header)
	}
	if _, own := request.Header["User-Agent"]; t.UserAgent != "" && !own {
		request.Header["User-Agent"] = []string{t.UserAgent}
	}
	query := r.Query()
	length := len(address.Scheme) + len("://") + len(address.Host) + len(address.EscapedPath()) + len("?") + len(query)
	switch {
	case r.Method == http.MethodPost || length > maxURL:
		request.Method = http.MethodPost
		request.Header["Content-Type"] = []string{"application/x-www-form-urlencoded; charset=utf-8"}
		request.ContentLength = int64(len(query))
		if readOnly || !hasIdempotencyKey(request.Header) {
			request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(query)), nil }
		}
		request.Body = io.NopCloser(strings.NewReader(query))
	default:
		address.RawQuery = query
		if !readOnly {
			request.Body = emptyUnrewindableBody{}
			// Otherwise net/http would read from the body, with a goroutine and a timer, before it sends the request.
			request.TransferEncoding = []string{"identity"}
		}
	}

	return request
}

// hasIdempotencyKey reports whether a header allows net/http to repeat a POST. The service does not support such keys.
func hasIdempotencyKey(header http.Header) bool {
	_, key := header["Idempotency-Key"]
	_, other := header["X-Idempotency-Key"]

	return key || other
}

// emptyUnrewindableBody is a body without bytes. Unlike with http.NoBody, net/http does not repeat the request, because it cannot
// rewind the body.
type emptyUnrewindableBody struct{}

func (emptyUnrewindableBody) Read([]byte) (int, error) { return 0, io.EOF }
func (emptyUnrewindableBody) Close() error             { return nil }

// sendError returns the error for a request without a response.
func sendError(ctx context.Context, action string, err error) *SendError {
	// net/http wraps each error in a url.Error, whose URL has the parameters.
	for {
		outer, ok := err.(*url.Error)
		if !ok {
			break
		}
		err = outer.Err
	}

	return &SendError{Operation: action, Err: withContext(ctx, err)}
}

// unsentError returns the error for a request that was not sent because the context had ended before.
func unsentError(ctx context.Context, action string) *SendError {
	failed := sendError(ctx, action, ctx.Err())
	failed.NothingSent = true

	return failed
}

// withContext returns err. If ctx has ended, it adds the error and the cause of ctx, so that the result matches both. net/http
// returns only the cause, which can be any error, or the error of a connection that it closed. Other transports return only the
// error of the context.
func withContext(ctx context.Context, err error) error {
	ended := ctx.Err()
	if ended == nil {
		return err
	}
	if cause := context.Cause(ctx); !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	if !errors.Is(err, ended) {
		return fmt.Errorf("%w: %w", ended, err)
	}

	return err
}
