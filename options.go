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

// Option changes one call, such as [WithRetryPolicy]. Options follow the parameters, in any order.
type Option func(*callOptions)

// callOptions is what the options of a call change.
type callOptions struct {
	retry          *RetryPolicy
	maxAttempts    *int
	attemptTimeout *time.Duration
	additions      []func(runtime.ClientRequest) error // to the request
	rewritten      bool                                // whether the request differs from what the parameters say
	response       **http.Response
}

// WithRetryPolicy is an [Option] that gives one call a retry policy of its own, in place of the client's. Fields without a
// value have their defaults, not the client's values.
func WithRetryPolicy(policy RetryPolicy) Option {
	return func(options *callOptions) { options.retry = &policy }
}

// WithMaxAttempts is an [Option] that limits the attempts of one call to count, 1 or more. It changes nothing else in the retry
// policy.
func WithMaxAttempts(count int) Option {
	return func(options *callOptions) { options.maxAttempts = &count }
}

// WithAttemptTimeout is an [Option] that limits the time of each attempt of one call, in place of the client's limit.
// Negative: no limit. 0: 30 seconds.
func WithAttemptTimeout(limit time.Duration) Option {
	return func(options *callOptions) { options.attemptTimeout = &limit }
}

// apply returns the settings of a call with options, and adds to the request what they add.
func (c *call[Params, Result]) apply(request *runtime.ClientOperation) (*attempts.Settings, error) {
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
		if err := o.retry.check(); err != nil {
			return fmt.Errorf("WithRetryPolicy: %w", err)
		}
		if o.retry.Budget > 0 {
			return fmt.Errorf("WithRetryPolicy: Budget is %d, but the budget is the client's: set Config.Retry.Budget, or a "+
				"negative Budget so that this call ignores it", o.retry.Budget)
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

// extendedParams writes more into a request than its parameters.
type extendedParams struct {
	runtime.ClientRequestWriter
	additions []func(runtime.ClientRequest) error
}

// WriteToRequest writes the parameters first, because an addition can replace one.
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

// WithQueryParam is an [Option] that sends one more parameter with a call, such as one that Redshift knows and this library
// does not yet; it takes the place of a parameter of the same name. A list is one parameter for each of its values:
//
//	redshift.WithQueryParam("Tags.Tag.1.Key", "env")
//
// The client cannot compare a resource with such a request. If a response is lost and the client would look up whether the call
// took effect, the outcome is unknown ([OutcomeUnknownError]). The call fails, and nothing is sent, if the name is empty or Action.
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

	return func(options *callOptions) {
		options.rewritten = true
		add(options)
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

// addition returns an option that writes more into the request.
func addition(write func(runtime.ClientRequest) error) Option {
	return func(options *callOptions) { options.additions = append(options.additions, write) }
}

// WithResponse is an [Option] that stores the HTTP response of a call in target: its status, its header, and its body as it came,
// to be read from the beginning. After several attempts it is the response of the last one that got any. If none did, or the
// response broke off, target is left unchanged. Response.Request is nil, because it would have the signature. Concurrent calls need
// targets, and so options, of their own. All other options can be shared.
func WithResponse(target **http.Response) Option {
	return func(options *callOptions) { options.response = target }
}
