package redshift

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"

	"github.com/redshift-go/redshift/internal/wire"
)

// WithRetryPolicy is an [Option] that gives one call a retry policy of its own, in place of the client's. Fields without a
// value have their defaults, not the client's values.
func WithRetryPolicy(policy RetryPolicy) Option {
	return func(operation *runtime.ClientOperation) { own(operation).retry = &policy }
}

// WithMaxAttempts is an [Option] that gives one call so many attempts at most, 1 or more, and else leaves the retry policy
// as it is.
func WithMaxAttempts(count int) Option {
	return func(operation *runtime.ClientOperation) { own(operation).maxAttempts = &count }
}

// WithAttemptTimeout is an [Option] that limits how long an attempt of one call may take, in place of the client's limit.
// Negative: as long as it takes. 0: 30 seconds.
func WithAttemptTimeout(limit time.Duration) Option {
	return func(operation *runtime.ClientOperation) { own(operation).attemptTimeout = &limit }
}

// ownSettings stand around the parameters of a call that has settings of its own.
type ownSettings struct {
	runtime.ClientRequestWriter
	retry          *RetryPolicy
	maxAttempts    *int
	attemptTimeout *time.Duration
	rewritten      bool // what is asked for is not what the parameters say
}

// WriteToRequest is only called if a later option put its own parameters around these. The settings would be lost.
func (*ownSettings) WriteToRequest(runtime.ClientRequest, strfmt.Registry) error {
	return errors.New("an option that replaces the operation's Params has to stand before those of this package")
}

func own(operation *runtime.ClientOperation) *ownSettings {
	settings, ok := operation.Params.(*ownSettings)
	if !ok {
		settings = &ownSettings{ClientRequestWriter: operation.Params}
		operation.Params = settings
	}

	return settings
}

// WithQueryParam is an [Option] that sends one more parameter with a call, such as one that Redshift knows and this library
// does not yet; it takes the place of a parameter of the same name. A list is one parameter for each of its values:
//
//	redshift.WithQueryParam("Tags.Tag.1.Key", "env")
//
// What such a call made cannot be told from another's work by its other parameters: where an answer gets lost and a refusal of a
// later attempt would settle what became of it, the outcome is unknown ([OutcomeUnknownError]). The call fails, and nothing is sent, if the name is empty or Action.
func WithQueryParam(name, value string) Option {
	add := addition(func(request runtime.ClientRequest) error {
		switch name {
		case "":
			return errors.New("WithQueryParam: the name is empty")
		case "Action":
			return errors.New("WithQueryParam: Action names the operation: call the client's method for that operation, or send a request " +
				"of your own through a sigv4.Transport if the client has no such method")
		}

		return request.SetQueryParam(name, value)
	})

	return func(operation *runtime.ClientOperation) {
		own(operation).rewritten = true
		add(operation)
	}
}

// WithHeader is an [Option] that sends one more header with a call, signed with it; User-Agent takes the place of the
// client's own, and is not signed.
//
// The call fails, and nothing is sent, if the header is one that signing sets (Authorization, X-Amz-Date and their like), that
// follows from the request (Host, Content-Type, Content-Length, Transfer-Encoding), or that cannot be sent.
func WithHeader(name, value string) Option {
	return addition(func(request runtime.ClientRequest) error {
		switch name := http.CanonicalHeaderKey(name); name {
		case "":
			return errors.New("WithHeader: the name is empty")
		case "Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256":
			return fmt.Errorf("WithHeader: %s is set by the signature", name)
		}
		if err := request.SetHeaderParam(name, value); err != nil {
			return fmt.Errorf("WithHeader: %w", err)
		}

		return nil
	})
}

// addition is an option that writes more into a request than its parameters. go-openapi has a place for that, AuthInfo, where
// several stand one behind the other.
func addition(write func(runtime.ClientRequest) error) Option {
	return func(operation *runtime.ClientOperation) {
		before := operation.AuthInfo
		operation.AuthInfo = runtime.ClientAuthInfoWriterFunc(func(request runtime.ClientRequest, formats strfmt.Registry) error {
			if before != nil {
				if err := before.AuthenticateRequest(request, formats); err != nil {
					return err
				}
			}

			return write(request)
		})
	}
}

// WithResponse is an [Option] that leaves the HTTP response of a call where target points: its status, its header, and its body
// as it came, to be read from the beginning. Of several attempts, the last that was answered counts; where none was, or the
// answer broke off, nothing is changed. Response.Request is nil, since it would have what signs the request. Calls at the same
// time need targets, and so options, of their own; all other options can be shared.
func WithResponse(target **http.Response) Option {
	return func(operation *runtime.ClientOperation) {
		if target != nil && operation.Reader != nil {
			operation.Reader = &responseKeeper{operation.Reader, wire.IsReadOnly(operation), target}
		}
	}
}

// responseKeeper is a Reader that keeps what it reads.
type responseKeeper struct {
	runtime.ClientResponseReader
	readOnly bool
	target   **http.Response
}

// IsReadOnly tells, as the Reader itself does, whether the operation changes nothing.
func (k *responseKeeper) IsReadOnly() bool { return k.readOnly }

// ReadResponse keeps the response, and reads it.
func (k *responseKeeper) ReadResponse(response runtime.ClientResponse, consumer runtime.Consumer) (any, error) {
	if answered, ok := response.(*wire.Response); ok { // a broken response has another type
		*k.target = answered.HTTPResponse()
	}

	return k.ClientResponseReader.ReadResponse(response, consumer)
}
