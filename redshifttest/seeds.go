package redshifttest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/redshift-go/redshift/models"
)

// ManualSnapshot describes a snapshot for [Fake.AddManualSnapshot]. Identifier and ClusterIdentifier are required.
type ManualSnapshot struct {
	// Identifier is the snapshot's name: 1 to 255 letters, digits and hyphens, starting with a letter, without a hyphen at the
	// end or two in a row.
	Identifier string
	// ClusterIdentifier is a cluster of the fake's own account.
	ClusterIdentifier string
	// CreateTime is when the snapshot began. It cannot be after now on the fake's clock. A snapshot that is older than its cluster
	// belongs to an earlier cluster of that name. Default: the SnapshotDuration before now, for a snapshot that has just become
	// available.
	CreateTime time.Time
	// ManualSnapshotRetentionPeriod is how many days after CreateTime the snapshot is deleted, 1 to 3653, or -1 for never.
	// It is an error if that time has passed. Default: the cluster's period.
	ManualSnapshotRetentionPeriod int
	// SizeInMegaBytes is the total size of the snapshot. Default: the size of the cluster.
	SizeInMegaBytes float64
	// Tags are the snapshot's tags. Default: none.
	Tags []models.Tag
}

// AddManualSnapshot adds a manual snapshot of any age, as if it had been taken at its CreateTime: a test of retention does not
// have to live through the days. It returns the snapshot as its owner sees it now. It is an error if a field has a value that
// Redshift would not take, if the cluster does not exist, or if the account has a snapshot of that name. Quotas do not apply.
func (f *Fake) AddManualSnapshot(added ManualSnapshot) (models.Snapshot, error) {
	now := f.Now()
	at, err := f.seedTime(added.CreateTime, now)
	wrap := func(reason string) error {
		return fmt.Errorf("redshifttest: add manual snapshot %q of cluster %q: %s", added.Identifier, added.ClusterIdentifier, reason)
	}
	if err != nil {
		return models.Snapshot{}, wrap(err.Error())
	}
	if reason := added.check(); reason != "" {
		return models.Snapshot{}, wrap(reason)
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)
	owner := f.state.resourcesOf(f.account)
	cluster := owner.clusters[strings.ToLower(added.ClusterIdentifier)]
	if cluster == nil {
		return models.Snapshot{}, wrap("there is no such cluster, add it first")
	}
	if owner.snapshots[strings.ToLower(added.Identifier)] != nil {
		return models.Snapshot{}, wrap("the snapshot exists already, take another name")
	}
	days := cluster.ManualSnapshotRetentionPeriod
	setDefault(&added.ManualSnapshotRetentionPeriod, days)
	days = added.ManualSnapshotRetentionPeriod
	if end := at.UTC().Truncate(time.Millisecond).Add(time.Duration(days) * day); days != keepForever && !end.After(now) {
		return models.Snapshot{}, wrap(fmt.Sprintf("its retention period of %d days has ended at %s", days, end.Format(timeFormat)))
	}
	snapshot := f.state.addSnapshot(f.account, cluster, added.Identifier, models.SnapshotTypeManual, at)
	snapshot.ManualSnapshotRetentionPeriod = &days
	snapshot.Tags = append(snapshot.Tags, added.Tags...)
	if snapshot.ClusterCreateTime.After(snapshot.SnapshotCreateTime) {
		snapshot.ClusterCreateTime = snapshot.SnapshotCreateTime
	}
	if size := added.SizeInMegaBytes; size > 0 {
		share := snapshot.ActualIncrementalBackupSizeInMegaBytes / snapshot.TotalBackupSizeInMegaBytes
		snapshot.TotalBackupSizeInMegaBytes, snapshot.ActualIncrementalBackupSizeInMegaBytes = size, size*share
	}

	return snapshot.view(f.account, now), nil
}

// check returns what is wrong with a snapshot, "" if nothing is.
func (m *ManualSnapshot) check() string {
	if !(m.SizeInMegaBytes >= 0 && m.SizeInMegaBytes <= math.MaxInt64/2) { // not a number is neither
		return fmt.Sprintf("SizeInMegaBytes is %v: it cannot be negative or infinite", m.SizeInMegaBytes)
	}
	failed := checkNewIdentifier("Identifier", m.Identifier, maxSnapshotIdentifier)
	if failed == nil && m.ManualSnapshotRetentionPeriod != 0 {
		failed = checkRetention(m.ManualSnapshotRetentionPeriod)
	}
	if failed == nil {
		failed = checkTags(m.Tags)
	}
	if failed != nil {
		return failed.message
	}

	return ""
}

// seedTime returns the start of a snapshot that a test adds. The zero time means the SnapshotDuration before now.
func (f *Fake) seedTime(at, now time.Time) (time.Time, error) {
	if at.IsZero() {
		return now.Add(-f.state.duration), nil
	}
	if at.After(now) {
		return at, errors.New(at.UTC().Format(timeFormat) + " is after now, which is " + now.UTC().Format(timeFormat) + " on the fake's clock")
	}

	return at, nil
}

// AddAutomatedSnapshot adds an automated snapshot of a cluster of the fake's own account. It began at that time, which cannot
// be after now on the fake's clock, and its name has both, such as rs:analytics-2026-11-23-04-00-00. It is available
// once the SnapshotDuration has passed. The zero time means the SnapshotDuration before now, for a snapshot that has just
// become available. The fake keeps the snapshot until the cluster is removed, however long the cluster's retention period is.
// It is an error if the cluster does not exist, or if it has a snapshot of that second.
func (f *Fake) AddAutomatedSnapshot(clusterIdentifier string, at time.Time) (models.Snapshot, error) {
	now := f.Now()
	at, err := f.seedTime(at, now)
	wrap := func(reason string) error {
		return fmt.Errorf("redshifttest: add an automated snapshot of cluster %q: %s", clusterIdentifier, reason)
	}
	if err != nil {
		return models.Snapshot{}, wrap(err.Error())
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)
	owner := f.state.resourcesOf(f.account)
	cluster := owner.clusters[strings.ToLower(clusterIdentifier)]
	if cluster == nil {
		return models.Snapshot{}, wrap("there is none, add it first")
	}
	identifier := automatedIdentifier(cluster.Identifier, at)
	if owner.snapshots[identifier] != nil {
		return models.Snapshot{}, wrap(identifier + " is there already, take another second")
	}
	snapshot := f.state.addSnapshot(f.account, cluster, identifier, models.SnapshotTypeAutomated, at)
	snapshot.Tags = append(snapshot.Tags, cluster.Tags...)

	return snapshot.view(f.account, now), nil
}
