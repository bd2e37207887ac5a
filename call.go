package redshift

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/internal/wire"
)

// invoker is the transport between the generated client and the one that makes a single attempt: it refuses parameters
// that can never be right, makes attempts, and remembers what is new.
type invoker struct {
	next             runtime.ContextualTransport
	validate         bool
	created          *recentlyCreated
	clock            *clock
	credentials      *watchedCredentials
	budget           *retryBudget
	settings         callSettings
	outcomes         map[string]outcome
	identifierChecks map[string]identifierCheck
	logger           *slog.Logger // nil: none
	jitter           func(longest time.Duration) time.Duration
}

// callSettings are those that a call can have of its own.
type callSettings struct {
	retry          RetryPolicy
	attemptTimeout time.Duration // none if negative
	ignoresBudget  bool          // whether the call retries although the client's budget is empty
	rewritten      bool          // whether the request differs from what the parameters say
}

var _ runtime.ContextualTransport = (*invoker)(nil)

// Submit implements runtime.ClientTransport, go-openapi's older interface: the context is the operation's.
func (c *invoker) Submit(operation *runtime.ClientOperation) (any, error) {
	//lint:ignore SA1012 The next transport takes nil for the operation's own context.
	return c.SubmitContext(nil, operation)
}

// SubmitContext implements runtime.ContextualTransport.
func (c *invoker) SubmitContext(ctx context.Context, operation *runtime.ClientOperation) (any, error) {
	if operation == nil {
		return nil, errors.New("redshift: there is no operation to submit")
	}
	settings, err := c.settingsOf(operation)
	if err != nil {
		return nil, err
	}
	if params, ok := operation.Params.(interface{ Validate() error }); ok && c.validate {
		if err := params.Validate(); err != nil {
			return nil, err
		}
	}
	call := invocation{invoker: c, operation: operation, settings: settings, outcome: outcomeOf(operation, c.outcomes)}
	if settings.rewritten {
		call.outcome = call.outcome.unfindable(operation)
	}
	result, err := call.run(contextOf(ctx, operation))
	if err != nil {
		return nil, addHint(operation, err)
	}
	c.created.note(result, c.clock.now())

	return result, nil
}

// contextOf returns the context of a call: the argument, or the operation's own, or one that never ends.
func contextOf(ctx context.Context, operation *runtime.ClientOperation) context.Context {
	if ctx == nil {
		//lint:ignore SA1019 This is go-openapi's older way to pass a context, which has to work too.
		ctx = operation.Context
	}
	if ctx == nil {
		ctx = context.Background()
	}

	return ctx
}

// resourceKind is a kind of resource that may not be visible immediately after its creation.
type resourceKind string

const (
	snapshotKind     resourceKind = "snapshot"
	clusterKind      resourceKind = "cluster"
	tableRestoreKind resourceKind = "table restore"
)

// recentlyCreatedFor is how long a client remembers what it created.
const recentlyCreatedFor = time.Minute

// recentlyCreated remembers for a minute which resources a client created, copied or restored. A describe call may not show
// a resource immediately after its creation.
type recentlyCreated struct {
	mutex sync.Mutex
	times map[createdResource]time.Time
}

type createdResource struct {
	kind       resourceKind
	identifier string // in lower case
}

// note remembers the resource in the result of a call that creates one. It ignores other results.
func (r *recentlyCreated) note(result any, now time.Time) {
	switch result := result.(type) {
	case *CreateClusterSnapshotResult:
		r.add(snapshotKind, now, result.Snapshot.SnapshotIdentifier, result.Snapshot.SnapshotArn)
	case *CopyClusterSnapshotResult:
		r.add(snapshotKind, now, result.Snapshot.SnapshotIdentifier, result.Snapshot.SnapshotArn)
	case *RestoreFromClusterSnapshotResult:
		r.add(clusterKind, now, result.Cluster.ClusterIdentifier)
	case *RestoreTableFromClusterSnapshotResult:
		r.add(tableRestoreKind, now, result.TableRestoreStatus.TableRestoreRequestID)
	}
}

func (r *recentlyCreated) add(kind resourceKind, now time.Time, identifiers ...string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.times == nil {
		r.times = make(map[createdResource]time.Time)
	}
	for resource, created := range r.times {
		if now.Sub(created) > recentlyCreatedFor {
			delete(r.times, resource)
		}
	}
	for _, identifier := range identifiers {
		if identifier != "" {
			r.times[createdResource{kind, strings.ToLower(identifier)}] = now
		}
	}
}

func (r *recentlyCreated) has(kind resourceKind, identifier string, now time.Time) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	created, ok := r.times[createdResource{kind, strings.ToLower(identifier)}]

	return ok && now.Sub(created) <= recentlyCreatedFor
}

// recentlyCreated reports whether the client created, copied or restored the resource within the last minute.
func (c *Client) recentlyCreated(kind resourceKind, identifier string) bool {
	return c != nil && c.waits != nil && c.waits.created.has(kind, identifier, c.now())
}

// settingsOf returns the settings of a call, and leaves its own parameters in the operation.
func (i *invoker) settingsOf(operation *runtime.ClientOperation) (callSettings, error) {
	settings := i.settings
	own, ok := operation.Params.(*ownSettings)
	if !ok {
		return settings, nil
	}
	operation.Params = own.ClientRequestWriter
	settings.rewritten = own.rewritten
	if own.attemptTimeout != nil {
		settings.attemptTimeout = *own.attemptTimeout
		setDefault(&settings.attemptTimeout, defaultAttemptTimeout)
	}
	if own.retry != nil {
		if err := own.retry.check(); err != nil {
			return settings, fmt.Errorf("%s: WithRetryPolicy: %w", wire.Action(operation), err)
		}
		if own.retry.Budget > 0 {
			return settings, fmt.Errorf("%s: WithRetryPolicy: Budget is %d, but the budget is the client's: set Config.Retry.Budget, or a "+
				"negative Budget so that this call ignores it", wire.Action(operation), own.retry.Budget)
		}
		settings.retry = own.retry.withDefaults()
		settings.ignoresBudget = own.retry.Budget < 0
	}
	if own.maxAttempts != nil {
		if *own.maxAttempts < 1 {
			return settings, fmt.Errorf("%s: WithMaxAttempts: %d attempts, use 1 or more", wire.Action(operation), *own.maxAttempts)
		}
		settings.retry.MaxAttempts = *own.maxAttempts
	}

	return settings, nil
}
