package redshifttest

import (
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/models"
)

// recordSnapshot records that a manual snapshot has started, and later that it is completed. Redshift records no events of automated
// snapshots.
func (s *state) recordSnapshot(snapshot *storedSnapshot) {
	s.snapshotEvent(snapshot, snapshot.started, 2009, "has started")
	s.recordCompletion(snapshot)
}

// recordCompletion records that a snapshot is completed, when it becomes available.
func (s *state) recordCompletion(snapshot *storedSnapshot) {
	snapshot.recorded = true
	isCreating := func() bool {
		existing := s.resourcesOf(snapshot.OwnerAccount).snapshots[strings.ToLower(snapshot.SnapshotIdentifier)]

		return existing == snapshot && snapshot.status == ""
	}
	s.states.timers.add(snapshot.started.Add(snapshot.duration), isCreating, func(at time.Time) {
		s.snapshotEvent(snapshot, at, 3004, "is completed")
	})
}

// recordSnapshotStatus records the status that a test sets.
func (s *state) recordSnapshotStatus(snapshot *storedSnapshot, at time.Time, before models.SnapshotStatus) {
	switch {
	case !snapshot.recorded || snapshot.status == before:
	case snapshot.status == models.SnapshotStatusAvailable:
		s.snapshotEvent(snapshot, at, 3004, "is completed")
	case snapshot.status == models.SnapshotStatusFailed:
		s.snapshotEvent(snapshot, at, 3503, "has failed")
	case snapshot.status == statusCancelled:
		s.snapshotEvent(snapshot, at, 2010, "was canceled")
	}
}

func (s *state) snapshotEvent(snapshot *storedSnapshot, at time.Time, number int, what string) {
	s.addEvent(snapshot.OwnerAccount, at, eventOf(number), snapshot.SnapshotIdentifier,
		"The snapshot %s of cluster %s %s.", snapshot.SnapshotIdentifier, snapshot.ClusterIdentifier, what)
}

// recordCopy records that a snapshot is copied to another region, when the copy becomes available there.
func (s *state) recordCopy(account string, snapshot *storedSnapshot, destination *state, now time.Time) {
	record := func(at time.Time) {
		s.addEvent(account, at, eventOf(3007), snapshot.ClusterIdentifier, "The snapshot %s of cluster %s was copied from %s to %s.",
			snapshot.SnapshotIdentifier, snapshot.ClusterIdentifier, s.region, destination.region)
	}
	if copied := snapshot.availableSince().Add(destination.duration); copied.After(now) {
		s.states.timers.add(copied, func() bool { return true }, record)
	} else {
		record(copied)
	}
}

// recordRestore records that the restore of a cluster has started, and later that the cluster is available. Clusters without managed
// storage also record the end of the data transfer.
func (s *state) recordRestore(cluster *storedCluster, snapshot string) {
	running := cluster.restore
	s.restoreEvent(cluster, running.started, 2008, "The restore of cluster %s from snapshot %s has started.", cluster.Identifier, snapshot)
	isRunning := func() bool { return s.has(cluster) && running.stopped.IsZero() }
	s.states.timers.add(running.availableAt(), isRunning, func(at time.Time) {
		s.restoreEvent(cluster, at, 3003, "Cluster %s was restored from snapshot %s and is available.", cluster.Identifier, snapshot)
	})
	if managedStorage(cluster.NodeType) {
		return
	}
	s.states.timers.add(running.started.Add(running.duration), isRunning, func(at time.Time) {
		s.restoreEvent(cluster, at, 3537, "The data of cluster %s is transferred.", cluster.Identifier)
	})
}

func (s *state) restoreEvent(cluster *storedCluster, at time.Time, number int, format string, values ...any) {
	s.addEvent(cluster.AccountID, at, eventOf(number), cluster.Identifier, format, values...)
}

// recordTableRestore records that the request for a table restore was received, and later that the restore has started and is completed.
func (s *state) recordTableRestore(account string, restored *tableRestore) {
	s.tableRestoreEvent(account, restored, restored.started, 2014, "was received")
	isRunning := func() bool {
		return restored.status == "" && slices.Contains(s.resourcesOf(account).tableRestores, restored)
	}
	record := func(after time.Duration, number int, what string) {
		s.states.timers.add(restored.started.Add(after), isRunning, func(at time.Time) {
			s.tableRestoreEvent(account, restored, at, number, what)
		})
	}
	record(restored.preparation(), 3008, "has started")
	record(restored.duration, 3009, "is completed")
}

// recordTableRestoreStatus records the status that a test sets.
func (s *state) recordTableRestoreStatus(account string, restored *tableRestore, at time.Time, before models.TableRestoreStatusType) {
	switch {
	case restored.status == before:
	case restored.status == models.TableRestoreStatusTypeSucceeded:
		s.tableRestoreEvent(account, restored, at, 3009, "is completed")
	case restored.status == models.TableRestoreStatusTypeFailed:
		s.tableRestoreEvent(account, restored, at, 3010, "has failed")
	case restored.status == models.TableRestoreStatusTypeCanceled:
		s.tableRestoreEvent(account, restored, at, 2015, "was canceled")
	}
}

func (s *state) tableRestoreEvent(account string, restored *tableRestore, at time.Time, number int, what string) {
	s.addEvent(account, at, eventOf(number), restored.ClusterIdentifier, "The restore of table %s of cluster %s %s.",
		restored.target, restored.ClusterIdentifier, what)
}
