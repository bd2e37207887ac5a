package redshift

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/go-openapi/runtime"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// caller is the transport between the generated client and the one that makes a single attempt: it refuses parameters
// that can never be right, and remembers what is new.
type caller struct {
	next     runtime.ContextualTransport
	validate bool
	recent   *recentResources
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
		return nil, explain(operation, err)
	}
	switch result := answer.(type) {
	case *CreateClusterSnapshotResult:
		c.recent.add(newSnapshot, c.now(), result.Snapshot.SnapshotIdentifier, result.Snapshot.SnapshotArn)
	case *CopyClusterSnapshotResult:
		c.recent.add(newSnapshot, c.now(), result.Snapshot.SnapshotIdentifier, result.Snapshot.SnapshotArn)
	case *RestoreFromClusterSnapshotResult:
		c.recent.add(newCluster, c.now(), result.Cluster.ClusterIdentifier)
	case *RestoreTableFromClusterSnapshotResult:
		c.recent.add(newTableRestore, c.now(), result.TableRestoreStatus.TableRestoreRequestID)
	}

	return answer, nil
}

// explain adds to an error what Redshift leaves out: it says of another account's snapshot that there is none, unless the
// account is named.
func explain(operation *runtime.ClientOperation, err error) error {
	params, ok := operation.Params.(*RestoreFromClusterSnapshotParams)
	var refused *awsquery.Error
	if ok && params.OwnerAccount+params.SnapshotArn == "" && errors.Is(err, models.ErrClusterSnapshotNotFound) && errors.As(err, &refused) {
		refused.Hint = "if the snapshot is another account's, OwnerAccount has to name that"
	}

	return err
}

// newResource is a kind of resource that a wait may ask for before Redshift knows it everywhere.
type newResource string

const (
	newSnapshot     newResource = "snapshot"
	newCluster      newResource = "cluster"
	newTableRestore newResource = "table restore"
)

// recentResources remembers for a minute what a client has asked for: just after that, Redshift may answer to the question
// for it that there is none.
type recentResources struct {
	mutex sync.Mutex
	asked map[recentResource]time.Time
}

type recentResource struct {
	kind       newResource
	identifier string // in lower case
}

const recentFor = time.Minute

func (r *recentResources) add(kind newResource, now time.Time, identifiers ...string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.asked == nil {
		r.asked = make(map[recentResource]time.Time)
	}
	for old, at := range r.asked {
		if now.Sub(at) > recentFor {
			delete(r.asked, old)
		}
	}
	for _, identifier := range identifiers {
		r.asked[recentResource{kind, strings.ToLower(identifier)}] = now
	}
}

func (r *recentResources) has(kind newResource, identifier string, now time.Time) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	at, ok := r.asked[recentResource{kind, strings.ToLower(identifier)}]

	return ok && now.Sub(at) <= recentFor
}

// justAskedFor tells whether the client created, copied or restored the resource within the last minute.
func (c *Client) justAskedFor(kind newResource, identifier string) bool {
	return c != nil && c.recent != nil && c.recent.has(kind, identifier, c.now())
}
