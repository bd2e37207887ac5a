package codec

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-openapi/runtime"
)

// Call describes an operation, except for its parameters and its result.
type Call struct {
	// ID is the operationId in the contract.
	ID string
	// Path has the action and the parameters with a constant value: /?Action=DescribeTags&Version=2012-12-01.
	Path string
	// ReadOnly reports whether the operation changes nothing. Such an operation can be retried without a risk.
	ReadOnly bool
	// Secret reports whether a parameter is a secret. The request is then a POST, because proxies log URLs.
	Secret bool
}

// ErrNoClient is the error of a call without a transport.
var ErrNoClient = errors.New("no client: make one with redshift.New, or with redshift.NewFromService and a service")

// Submit applies the options to an operation, sends it, and returns its result. Nil params mean no parameters. Used by generated code.
func Submit[Result, Params any, R interface {
	*Result
	Structure
}, P interface {
	*Params
	runtime.ClientRequestWriter
}](
	ctx context.Context, transport runtime.ContextualTransport, call Call, params *Params, options []func(*runtime.ClientOperation),
) (*Result, error) {
	action, _, _ := strings.Cut(strings.TrimPrefix(call.Path, "/?Action="), "&")
	if transport == nil {
		return nil, fmt.Errorf("%s: %w", action, ErrNoClient)
	}
	if params == nil {
		params = new(Params)
	}
	method := http.MethodGet
	if call.Secret {
		method = http.MethodPost
	}
	// Three lists of one item each share one allocation.
	texts := []string{"text/xml", "application/x-www-form-urlencoded", "https"}
	operation := &runtime.ClientOperation{
		ID:                 call.ID,
		Method:             method,
		PathPattern:        call.Path,
		ProducesMediaTypes: texts[0:1:1],
		ConsumesMediaTypes: texts[1:2:2],
		Schemes:            texts[2:3:3],
		Params:             P(params),
		Reader:             NewResultReader[Result, R](action, call.ReadOnly),
	}
	for _, option := range options {
		if option != nil {
			option(operation)
		}
	}
	response, err := transport.SubmitContext(ctx, operation)
	if err != nil {
		return nil, err
	}
	result, ok := response.(*Result)
	if !ok || result == nil {
		return nil, fmt.Errorf("%s: the transport returned %T, not %T", action, response, result)
	}

	return result, nil
}
