package redshift

import (
	"strings"
	"sync"
	"time"
)

// resourceKind is a kind of resource that may not be visible immediately after its creation.
type resourceKind string

const (
	snapshotKind     resourceKind = "snapshot"
	clusterKind      resourceKind = "cluster"
	tableRestoreKind resourceKind = "table restore"
)

// recentlyCreatedFor is how long a client remembers the resources that it created.
const recentlyCreatedFor = time.Minute

// recentlyCreated has the resources that a client created, copied or restored in the last minute. A describe call may not show a
// resource immediately after its creation.
type recentlyCreated struct {
	mutex sync.Mutex
	times map[createdResource]time.Time
}

type createdResource struct {
	kind       resourceKind
	identifier string // in lower case
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

// noteCreated records the resource in the result of a call. creates is nil for operations that create none.
func noteCreated[Result any](c *Client, creates func(Result) (resourceKind, string, string), result any) {
	if typed, ok := result.(Result); ok && creates != nil {
		kind, identifier, arn := creates(typed)
		c.waits.created.add(kind, c.now(), identifier, arn)
	}
}

// recentlyCreated reports whether the client created, copied or restored the resource in the last minute.
func (c *Client) recentlyCreated(kind resourceKind, identifier string) bool {
	return c != nil && c.waits != nil && c.waits.created.has(kind, identifier, c.now())
}
