package redshifttest

import (
	"maps"
	"slices"
	"time"

	"github.com/redshift-go/redshift/models"
)

// visibility hides new resources from Describe operations until Options.VisibilityDelay has passed.
type visibility struct {
	delay time.Duration
	// from has the times when resources become visible. The keys are pointers to resources, and snapshotAccess. A resource that is not
	// in the map is visible.
	from map[any]time.Time
}

// snapshotAccess is the access of an account to a shared snapshot.
type snapshotAccess struct {
	snapshot *storedSnapshot
	account  string
}

// hideNew hides a resource that the call has created.
func (c *call) hideNew(resource any) {
	if c.visibility.delay <= 0 {
		return
	}
	maps.DeleteFunc(c.visibility.from, func(_ any, from time.Time) bool { return !c.now.Before(from) })
	c.visibility.from[resource] = c.now.Add(c.visibility.delay)
}

// hides reports whether Describe operations do not show a resource yet.
func (c *call) hides(resource any) bool {
	from, found := c.visibility.from[resource]

	return found && c.now.Before(from)
}

// describedSnapshot returns a snapshot as a Describe operation shows it.
func (c *call) describedSnapshot(snapshot *storedSnapshot) models.Snapshot {
	shown := snapshot.view(c.account, c.now)
	shown.AccountsWithRestoreAccess = slices.DeleteFunc(shown.AccountsWithRestoreAccess, func(with models.AccountWithRestoreAccess) bool {
		return c.hides(snapshotAccess{snapshot, with.AccountID + with.AccountAlias})
	})

	return shown
}
