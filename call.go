package redshift

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/internal/recovery"
	"github.com/redshift-go/redshift/internal/wire"
)

// descriptor describes an operation. Each method of [Client] builds its own. No table has all operations, so a program links only those
// that it calls. Params and Result are pointers, so all operations share the code of callTransport.
type descriptor[Params, Result any] struct {
	// plan returns the recovery plan of a call. The client lookUps makes the look-ups. Nil for an operation that changes nothing.
	plan func(lookUps *Client, params Params) recovery.Plan
	// names reports whether a result has the identifiers of the parameters, and returns its request id. Nil if a result has none.
	names func(params Params, result Result) (requestID string, same bool)
	// creates returns the kind, the identifier and the ARN of the resource that the operation creates. Nil if the operation creates
	// no resource that a wait polls.
	creates func(result Result) (kind resourceKind, identifier, arn string)
	// hint returns advice for a refusal, or an empty string. Nil if the operation has no advice.
	hint func(params Params, refused *awsquery.Error) string
}

// callTransport is the transport of the generated client for one call. It makes the attempts, and has the settings of the call, so
// no context or request has to carry them.
type callTransport[Params, Result any] struct {
	descriptor[Params, Result]
	client  *Client
	options []Option
	params  Params
	action  string
	context attempts.Context

	rewritten bool
}

var _ attempts.Call = (*callTransport[int, int])(nil)

// newCall returns the transport of a call. It returns nil for a client that New did not make, and the generated client then returns
// an error.
func newCall[Params, Result any](c *Client, described descriptor[Params, Result], options []Option) runtime.ContextualTransport {
	if c == nil || c.invoker == nil {
		return nil
	}

	return &callTransport[Params, Result]{descriptor: described, client: c, options: options}
}

// SubmitContext makes the attempts of the call. It implements [runtime.ContextualTransport].
func (c *callTransport[Params, Result]) SubmitContext(ctx context.Context, request *runtime.ClientOperation) (any, error) {
	if c.context.Context = ctx; ctx == nil {
		c.context.Context = context.Background()
	}

	c.action = wire.Action(request)
	c.params, _ = any(request.Params).(Params)
	settings := &c.client.settings
	if len(c.options) > 0 {
		var err error
		if settings, err = c.apply(request); err != nil {
			return nil, fmt.Errorf("%s: %w", c.action, err)
		}
		c.rewritten = settings.Rewritten
	}
	if params, ok := any(c.params).(interface{ Validate() error }); ok && c.client.validate {
		if err := params.Validate(); err != nil {
			return nil, err
		}
	}
	result, err := c.client.invoker.Run(&c.context, c, settings, request)
	c.client.waits.reached.note(err)
	if err != nil {
		return nil, err
	}
	noteCreated(c.client, c.creates, result)

	return result, nil
}

// Submit implements runtime.ClientTransport, an older interface that the generated client does not use.
func (c *callTransport[Params, Result]) Submit(request *runtime.ClientOperation) (any, error) {
	return c.SubmitContext(context.Background(), request)
}

// Plan implements [attempts.Call].
func (c *callTransport[Params, Result]) Plan(lookUps attempts.Settings) recovery.Plan {
	if c.plan == nil {
		return recovery.Plan{}
	}
	client := *c.client
	client.settings = lookUps

	plan := c.plan(&client, c.params)
	if params, ok := any(c.params).(interface{ Validate() error }); ok && !c.client.validate && params.Validate() != nil {
		return plan.WithoutParams() // a look-up without the name of the resource could describe another one
	}

	return plan
}

// errOtherResource reports a response about another resource than the requested one. A broken proxy can return the response to the
// previous request, which is well formed and would look like a success.
var errOtherResource = errors.New("the response is about another resource than the request: something between the client and Redshift " +
	"mixes up responses, check proxies and the endpoint")

// Check implements [attempts.Call]. It compares nothing if an option changed the request.
func (c *callTransport[Params, Result]) Check(result any) error {
	typed, ok := result.(Result)
	if !ok || c.names == nil || c.rewritten {
		return nil
	}
	requestID, same := c.names(c.params, typed)
	if same {
		return nil
	}

	return &awsquery.Error{Operation: c.action, StatusCode: 200, RequestID: requestID, Err: errOtherResource}
}

// Hint implements [attempts.Call].
func (c *callTransport[Params, Result]) Hint(refused *awsquery.Error) string {
	if c.hint == nil {
		return ""
	}

	return c.hint(c.params, refused)
}

// Failed implements [attempts.Call].
func (c *callTransport[Params, Result]) Failed(failure attempts.Failure) error {
	err := failure.Last
	if failure.Attempts > 1 || failure.Ended != nil {
		err = &RetryError{Operation: c.action, Attempts: failure.Attempts, Last: failure.Last, Ended: failure.Ended}
	}
	if failure.MayHaveTakenEffect {
		err = &OutcomeUnknownError{Operation: c.action, SeeOperation: failure.SeeOperation, Err: err}
	}

	return err
}
