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

// maxURL is how long a URL can be before everything moves into the body: what proxies and servers are sure to take.
const maxURL = 2048

// Transport makes one attempt of a call. It implements [runtime.ContextualTransport], to which generated clients submit
// their operations.
//
// The request is a GET if its URL has 2,048 bytes at most. Otherwise it is a POST with all parameters in a form. The whole response
// is read. A call fails with an [*Error] if it got a response, and with a [*SendError] if it got none. Neither has the parameters of
// the URL in its text. The caller retries, and the Client signs. A redirect is an Error, unless the Client follows it.
//
// net/http silently repeats a GET if a connection that it kept open breaks. Transport prevents that for each operation whose Reader
// does not say that it changes nothing: the Body of the request is empty but not nil, and net/http cannot rewind it.
//
// Do not change the fields once the Transport is in use. Many goroutines can use it at the same time.
type Transport struct {
	// Endpoint is the service's URL. Required: scheme http or https, a host, optionally a port from 1 to 65535 and a path. It
	// cannot have a user, a query or a fragment. Dot segments of the path are removed.
	Endpoint *url.URL
	// Client sends the requests. Required, unless each operation has its own: there is no default that would send
	// unsigned requests by mistake. An operation's own Client takes precedence.
	Client *http.Client
	// MaxResponseBytes is how large a response can be. 0 means 32 MiB.
	MaxResponseBytes int64
	// UserAgent is sent in the header User-Agent, unless the operation's parameters set that. Empty: net/http's own.
	UserAgent string
	// Consumer is given to the operation's Reader. Generated readers want none, others may want
	// [runtime.XMLConsumer]. Nil means one that only fails, which spares programs encoding/xml.
	Consumer runtime.Consumer
	// Now is the clock that measures [Error.RoundTrip]. Nil means [time.Now].
	Now func() time.Time
}

var _ runtime.ContextualTransport = (*Transport)(nil)

// Submit is SubmitContext with the operation's own Context, go-openapi's older way to pass one.
func (t *Transport) Submit(operation *runtime.ClientOperation) (any, error) {
	//lint:ignore SA1012 SubmitContext takes nil for the operation's own.
	return t.SubmitContext(nil, operation)
}

// SubmitContext makes one attempt of a call and returns what the operation's Reader does. The context ends it at any
// time; nil means the operation's Context, or else none. A time limit that the parameters set (SetTimeout of the
// go-openapi request) holds for the attempt, from sending it to the end of the response.
func (t *Transport) SubmitContext(ctx context.Context, operation *runtime.ClientOperation) (any, error) {
	if operation == nil {
		return nil, errors.New("awsquery: submit: there is no operation")
	}
	action := wire.Action(operation)
	client, limit, err := t.settings(operation)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	if ctx == nil {
		//lint:ignore SA1019 This is go-openapi's older way to pass a context, which has to work too.
		ctx = operation.Context
	}
	if ctx == nil {
		ctx = context.Background()
	}
	if ctx.Err() != nil {
		return nil, unsent(ctx, action)
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
	sending, connections := ctx, (*connections)(nil)
	if !readOnly {
		sending, connections = noticeConnections(ctx)
	}
	request := t.newRequest(sending, parameters, readOnly)
	if ctx.Err() != nil { // since then: net/http would not say that it sent nothing
		return nil, unsent(ctx, action)
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
		failed.NothingSent = connections.none()

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

// consumer returns the Consumer, or one that only fails.
func (t *Transport) consumer() runtime.Consumer {
	if t.Consumer == nil {
		return runtime.ConsumerFunc(noConsumer)
	}

	return t.Consumer
}

// readBroken returns the error for a response that breaks off: the Error that the operation's Reader returns, because its
// beginning may have the code, or one without a code.
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
	return errors.New("awsquery: read a response: the Transport has no Consumer, set it to runtime.XMLConsumer() for a Reader that wants one")
}

// settings makes sure that all is there that a call needs.
func (t *Transport) settings(operation *runtime.ClientOperation) (client *http.Client, limit int64, err error) {
	if t == nil {
		return nil, 0, errors.New("the Transport is nil")
	}
	client = operation.Client
	if client == nil {
		client = t.Client
	}
	limit = min(t.MaxResponseBytes, math.MaxInt64-1) // one byte more is read to see that a body is too large
	if limit == 0 {
		limit = wire.DefaultMaxResponseBytes
	}
	switch {
	case client == nil:
		err = errors.New("the Transport has no Client to send requests with")
	case limit < 0:
		err = errors.New("the Transport's MaxResponseBytes is negative, use 0 for the default")
	case operation.Params == nil:
		err = errors.New("the operation has no Params")
	case operation.Reader == nil:
		err = errors.New("the operation has no Reader for its response")
	default:
		err = checkEndpoint(t.Endpoint)
	}

	return client, limit, err
}

// checkEndpoint makes sure that an endpoint is one. The URL itself is kept out of the errors: it may hold a password.
func checkEndpoint(endpoint *url.URL) error {
	switch {
	case endpoint == nil:
		return errors.New("the Transport has no Endpoint")
	case endpoint.Scheme != "http" && endpoint.Scheme != "https":
		return errors.New("the Transport's Endpoint is neither http nor https")
	case endpoint.Hostname() == "" || endpoint.Opaque != "":
		return errors.New("the Transport's Endpoint has no host")
	case !validPort(endpoint):
		return errors.New("the Transport's Endpoint has no valid port after the colon, use one from 1 to 65535")
	case !validHost(endpoint):
		return errors.New("the Transport's Endpoint has a malformed host")
	case endpoint.User != nil:
		return errors.New("the Transport's Endpoint has a user in it, which is not allowed")
	case endpoint.RawQuery != "" || endpoint.ForceQuery:
		return errors.New("the Transport's Endpoint has a query, which is not allowed")
	case endpoint.Fragment != "":
		return errors.New("the Transport's Endpoint has a fragment, which is not allowed")
	default:
		return nil
	}
}

// validPort reports whether the endpoint has no port, or one from 1 to 65535. url.Parse accepts any digits, and none.
func validPort(endpoint *url.URL) bool {
	if port := endpoint.Port(); port != "" {
		number, err := strconv.ParseUint(port, 10, 16)

		return err == nil && number > 0
	}

	return !strings.HasSuffix(endpoint.Host, ":")
}

// validHost reports whether the endpoint's host can be a name or an address. url.Parse sees to most of it, but not for a URL
// that was put together by hand.
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

// writeRequest collects the parameters of an operation: those of Params, those that AuthInfo adds, and those in the query
// of the path, unless they were written already.
func writeRequest(operation *runtime.ClientOperation) (*wire.Request, error) {
	path, query, _ := strings.Cut(operation.PathPattern, "?")
	switch {
	case operation.Method != "" && operation.Method != http.MethodGet && operation.Method != http.MethodPost:
		return nil, errors.New("the operation is neither a GET nor a POST")
	case strings.Contains(path, "{"):
		return nil, errors.New("the operation has parameters in its path, which AWS Query does not have")
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

// newRequest puts together the request that is sent.
func (t *Transport) newRequest(ctx context.Context, r *wire.Request, readOnly bool) *http.Request {
	address := *t.Endpoint
	if path := strings.Trim(r.Path, "/"); path != "" || strings.Trim(address.Path, "/") != "" {
		address = *address.JoinPath(r.Path)
	} else {
		address.Path, address.RawPath = "/", ""
	}
	request := new(http.Request).WithContext(ctx) // which copies, so that there is less to do for an empty one
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
		if readOnly || !saysIdempotent(request.Header) {
			request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(query)), nil }
		}
		request.Body = io.NopCloser(strings.NewReader(query))
	default:
		address.RawQuery = query
		if !readOnly {
			request.Body = spent{}
			// Otherwise net/http would look into the body, with a goroutine and a timer, before it sends the request.
			request.TransferEncoding = []string{"identity"}
		}
	}

	return request
}

// saysIdempotent tells whether a header makes net/http send a POST a second time, all by itself, if it can. The service
// knows no such keys.
func saysIdempotent(header http.Header) bool {
	_, key := header["Idempotency-Key"]
	_, other := header["X-Idempotency-Key"]

	return key || other
}

// spent is a body that is at its end. Unlike http.NoBody it keeps net/http from sending the request a second time.
type spent struct{}

func (spent) Read([]byte) (int, error) { return 0, io.EOF }
func (spent) Close() error             { return nil }

// sendError is the error for a request without a response.
func sendError(ctx context.Context, action string, err error) *SendError {
	// net/http puts the URL around each error, and with it the parameters.
	for {
		outer, ok := err.(*url.Error)
		if !ok {
			break
		}
		err = outer.Err
	}

	return &SendError{Operation: action, Err: withContext(ctx, err)}
}

// unsent is the error for a request that was not sent because the context had ended before.
func unsent(ctx context.Context, action string) *SendError {
	failed := sendError(ctx, action, ctx.Err())
	failed.NothingSent = true

	return failed
}

// withContext makes sure that an error is known as the context's, and has its cause, if the context has ended: net/http
// returns the cause, which can be any error, or that of a connection it closed for the same reason; other transports return
// the context's error alone.
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
