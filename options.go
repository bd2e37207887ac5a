package redshift

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"

	"github.com/redshift-go/redshift/internal/attempts"
)

// Option changes one call, such as [WithMaxAttempts]. Options follow the parameters, in any order.
type Option func(*callOptions)

// callOptions has the values that the options of a call set.
type callOptions struct {
	retry          *RetryPolicy
	maxAttempts    *int
	attemptTimeout *time.Duration
	additions      []func(runtime.ClientRequest) error // write more into the request
	rewritten      bool                                // whether the request differs from the parameters
	response       **http.Response
}

// WithRetryPolicy is an [Option] that replaces the client's retry policy for one call. Zero fields have their defaults, not the
// values of the client.
func WithRetryPolicy(policy RetryPolicy) Option {
	return func(options *callOptions) { options.retry = &policy }
}

// WithMaxAttempts is an [Option] that limits the attempts of one call to count, 1 or more. It changes nothing else in the retry
// policy.
func WithMaxAttempts(count int) Option {
	return func(options *callOptions) { options.maxAttempts = &count }
}

// WithAttemptTimeout is an [Option] that replaces Config.AttemptTimeout for one call. Negative: no limit. 0: 30 seconds.
func WithAttemptTimeout(limit time.Duration) Option {
	return func(options *callOptions) { options.attemptTimeout = &limit }
}

// apply returns the settings of a call with options, and wraps the parameters of the request if options add to them.
func (c *callTransport[Params, Result]) apply(request *runtime.ClientOperation) (*attempts.Settings, error) {
	var options callOptions
	for _, option := range c.options {
		if option != nil {
			option(&options)
		}
	}
	settings := c.client.settings
	settings.Rewritten = options.rewritten
	settings.Response = options.response
	if len(options.additions) > 0 {
		request.Params = &extendedParams{ClientRequestWriter: request.Params, additions: options.additions}
	}

	return &settings, options.change(&settings)
}

// change changes the settings of one call.
func (o *callOptions) change(settings *attempts.Settings) error {
	if o.attemptTimeout != nil {
		settings.AttemptTimeout = *o.attemptTimeout
		setDefault(&settings.AttemptTimeout, defaultAttemptTimeout)
	}
	if o.retry != nil {
		if err := o.retry.check("WithRetryPolicy"); err != nil {
			return err
		}
		if o.retry.Budget > 0 {
			return fmt.Errorf("WithRetryPolicy: Budget is %d, but a call has no budget: set Config.Retry.Budget for the client, or a "+
				"negative Budget for a call that ignores it", o.retry.Budget)
		}
		settings.Policy = attempts.Policy(o.retry.withDefaults())
		settings.IgnoresBudget = o.retry.Budget < 0
	}
	if o.maxAttempts != nil {
		if *o.maxAttempts < 1 {
			return fmt.Errorf("WithMaxAttempts: %d attempts, use 1 or more", *o.maxAttempts)
		}
		settings.Policy.MaxAttempts = *o.maxAttempts
	}

	return nil
}

// extendedParams writes the parameters of a call and the additions of its options.
type extendedParams struct {
	runtime.ClientRequestWriter
	additions []func(runtime.ClientRequest) error
}

// WriteToRequest writes the parameters first, because an addition can replace a parameter.
func (p *extendedParams) WriteToRequest(request runtime.ClientRequest, formats strfmt.Registry) error {
	if err := p.ClientRequestWriter.WriteToRequest(request, formats); err != nil {
		return err
	}
	for _, add := range p.additions {
		if err := add(request); err != nil {
			return err
		}
	}

	return nil
}

// WithQueryParam is an [Option] that sends one more parameter with a call, for example a new parameter of Redshift that this
// library does not have. If the call has a parameter with the same name, it replaces that one. A list needs one parameter for each
// value:
//
//	redshift.WithQueryParam("Tags.Tag.1.Key", "env")
//
// The client cannot compare a resource with such a request. If a response is lost and a look-up would be needed, the outcome is unknown
// ([OutcomeUnknownError]). The call fails, and nothing is sent, if the name is empty or Action.
func WithQueryParam(name, value string) Option {
	add := addition(func(request runtime.ClientRequest) error {
		switch name {
		case "":
			return errors.New("WithQueryParam: the name is empty")
		case "Action":
			return errors.New("WithQueryParam: Action names the operation: call the method of that operation, or send your own request " +
				"through a sigv4.Transport if the client has no such method")
		}

		return request.SetQueryParam(name, value)
	})

	return func(options *callOptions) {
		options.rewritten = true
		add(options)
	}
}

// WithHeader is an [Option] that sends one more header with a call. The signature covers the header. The header User-Agent replaces
// the client's, and the signature does not cover it.
//
// The call fails, and nothing is sent, if the name is empty, if name or value has a character that cannot be sent, or if the client
// sets the header itself: Authorization, X-Amz-Date, X-Amz-Security-Token, X-Amz-Content-Sha256, Host, Content-Type, Content-Length
// and Transfer-Encoding.
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

// addition returns an option that writes into the request.
func addition(write func(runtime.ClientRequest) error) Option {
	return func(options *callOptions) { options.additions = append(options.additions, write) }
}

// WithResponse is an [Option] that stores the HTTP response of a call in target: the status, the header and the whole body. After
// several attempts it is the response of the last attempt that got one. If no attempt did, or if its response was incomplete,
// target stays unchanged. Response.Request is nil, because it would contain the signature. Concurrent calls need different targets,
// so they cannot share this option. They can share all other options.
func WithResponse(target **http.Response) Option {
	return func(options *callOptions) { options.response = target }
}
