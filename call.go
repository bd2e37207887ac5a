package redshift

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/go-openapi/runtime"
)

// caller is the transport between the generated client and the one that makes a single attempt: it refuses parameters
// that can never be right, and remembers which snapshots are new.
type caller struct {
	next     runtime.ContextualTransport
	validate bool
	recent   *recentSnapshots
	now      func() time.Time
}

var _ runtime.ContextualTransport = (*caller)(nil)

// Submit implements runtime.ClientTransport, go-openapi's older interface: the context is the operation's.
func (c *caller) Submit(operation *runtime.ClientOperation) (any, error) {
	//lint:ignore SA1012 The next transport takes nil for the operation's own context.
	return c.SubmitContext(nil, operation)
}

// SubmitContext implements runtime.ContextualTransport.
func (c *caller) SubmitContext(ctx context.Context, operation *runtime.ClientOperation) (any, error) {
	if operation == nil {
		return nil, errors.New("redshift: there is no operation to submit")
	}
	if params, ok := operation.Params.(interface{ Validate() error }); ok && c.validate {
		if err := params.Validate(); err != nil {
			return nil, err
		}
	}
	answer, err := c.next.SubmitContext(ctx, operation)
	if err != nil {
		return nil, err
	}
	switch result := answer.(type) {
	case *CreateClusterSnapshotResult:
		c.recent.add(result.Snapshot.SnapshotIdentifier, c.now())
	case *CopyClusterSnapshotResult:
		c.recent.add(result.Snapshot.SnapshotIdentifier, c.now())
	}

	return answer, nil
}

// recentSnapshots remembers for a minute which snapshots a client has asked for: just after that, Redshift may answer to
// the question for one that there is none.
type recentSnapshots struct {
	mutex sync.Mutex
	asked map[string]time.Time
}

const recentFor = time.Minute

func (r *recentSnapshots) add(identifier string, now time.Time) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.asked == nil {
		r.asked = make(map[string]time.Time)
	}
	for old, at := range r.asked {
		if now.Sub(at) > recentFor {
			delete(r.asked, old)
		}
	}
	r.asked[strings.ToLower(identifier)] = now
}

func (r *recentSnapshots) has(identifier string, now time.Time) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	at, ok := r.asked[strings.ToLower(identifier)]

	return ok && now.Sub(at) <= recentFor
}

// justAskedFor tells whether the client created or copied the snapshot within the last minute.
func (c *Client) justAskedFor(identifier string) bool {
	return c != nil && c.recent != nil && c.recent.has(identifier, c.now())
}
