package redshifttest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/models"
)

// ManualSnapshot describes a snapshot for [Fake.AddManualSnapshot]. Identifier and ClusterIdentifier are required.
type ManualSnapshot struct {
	// Identifier is the identifier of the snapshot: 1 to 255 letters, digits and hyphens, starting with a letter, without a hyphen at
	// the end or two in a row.
	Identifier string
	// ClusterIdentifier is a cluster of the account.
	ClusterIdentifier string
	// AccountID is the account that owns the snapshot and the cluster. Default: the fake's own account.
	AccountID string
	// CreateTime is the start of the snapshot. It cannot be after now on the fake's clock. A snapshot that is older than its cluster
	// belongs to an earlier cluster with the same identifier. Default: SnapshotDuration before now, so that the snapshot has just
	// become available.
	CreateTime time.Time
	// ManualSnapshotRetentionPeriod is the number of days after CreateTime when the snapshot expires, 1 to 3653. -1 means never.
	// The period must not have ended yet. Default: the period of the cluster.
	ManualSnapshotRetentionPeriod int
	// SizeInMegaBytes is the total size of the snapshot. Default: the size of the cluster.
	SizeInMegaBytes float64
	// Tags are the snapshot's tags. Default: none.
	Tags []models.Tag
	// Status is the status that the snapshot keeps, such as failed, creating or final snapshot. Default: creating until
	// SnapshotDuration after CreateTime, and then available.
	Status models.SnapshotStatus
	// SharedWith are the accounts that can restore the snapshot, at most 20. amazon-redshift-support means AWS Support. Default: none.
	SharedWith []string
}

// AddManualSnapshot adds a manual snapshot of any age, as if it had been taken at its CreateTime. A test of retention periods does not
// need to advance the clock by days. It returns the snapshot as its owner sees it now. It returns an error if Redshift would refuse the
// value of a field, if the cluster does not exist, or if the account already has a snapshot with that identifier. Quotas do not
// apply.
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
	setDefault(&added.AccountID, f.account)
	owner := f.state.resourcesOf(added.AccountID)
	cluster := owner.clusters[strings.ToLower(added.ClusterIdentifier)]
	if cluster == nil {
		return models.Snapshot{}, wrap("no such cluster, add it first")
	}
	if slices.Contains(added.SharedWith, added.AccountID) {
		return models.Snapshot{}, wrap("SharedWith has the account that owns the snapshot")
	}
	if owner.snapshots[strings.ToLower(added.Identifier)] != nil {
		return models.Snapshot{}, wrap("the snapshot exists already: use another identifier")
	}
	days := cluster.ManualSnapshotRetentionPeriod
	setDefault(&added.ManualSnapshotRetentionPeriod, days)
	days = added.ManualSnapshotRetentionPeriod
	if end := at.UTC().Truncate(time.Millisecond).Add(time.Duration(days) * day); days != keepForever && !end.After(now) {
		return models.Snapshot{}, wrap(fmt.Sprintf("its retention period of %d days ended at %s", days, end.Format(timeFormat)))
	}
	snapshot := f.state.addSnapshot(added.AccountID, cluster, added.Identifier, models.SnapshotTypeManual, at)
	snapshot.grants = slices.Clone(added.SharedWith)
	if added.Status != "" {
		snapshot.status, snapshot.stopped = added.Status, now
	}
	snapshot.ManualSnapshotRetentionPeriod = &days
	snapshot.Tags = append(snapshot.Tags, added.Tags...)
	if snapshot.ClusterCreateTime.After(snapshot.SnapshotCreateTime) {
		snapshot.ClusterCreateTime = snapshot.SnapshotCreateTime
	}
	if size := added.SizeInMegaBytes; size > 0 {
		share := snapshot.ActualIncrementalBackupSizeInMegaBytes / snapshot.TotalBackupSizeInMegaBytes
		snapshot.TotalBackupSizeInMegaBytes, snapshot.ActualIncrementalBackupSizeInMegaBytes = size, size*share
	}

	if snapshot.state(now) == models.SnapshotStatusCreating {
		f.state.recordCompletion(snapshot)
	}

	return snapshot.view(added.AccountID, now), nil
}

// check returns a description of the first mistake in a snapshot, or "".
func (m *ManualSnapshot) check() string {
	if !(m.SizeInMegaBytes >= 0 && m.SizeInMegaBytes <= math.MaxInt64/2) { // true for NaN
		return fmt.Sprintf("SizeInMegaBytes cannot be %v", m.SizeInMegaBytes)
	}
	if m.AccountID != "" && !twelveDigits.MatchString(m.AccountID) {
		return "AccountID does not have 12 digits"
	}
	if len(m.SharedWith) > DefaultAccountsPerSnapshot {
		return fmt.Sprintf("SharedWith has %d accounts, more than %d", len(m.SharedWith), DefaultAccountsPerSnapshot)
	}
	for i, account := range m.SharedWith {
		if account != supportAlias && !twelveDigits.MatchString(account) || slices.Contains(m.SharedWith[:i], account) {
			return fmt.Sprintf("SharedWith cannot have %q: it must be a new account of 12 digits or %s", account, supportAlias)
		}
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

// seedTime returns the start of a snapshot that a test adds. The zero time means SnapshotDuration before now.
func (f *Fake) seedTime(at, now time.Time) (time.Time, error) {
	if at.IsZero() {
		return now.Add(-f.state.duration), nil
	}
	if at.After(now) {
		return at, errors.New(at.UTC().Format(timeFormat) + " is after the time on the fake's clock, " + now.UTC().Format(timeFormat))
	}

	return at, nil
}

// AddAutomatedSnapshot adds an automated snapshot of a cluster of the fake's own account. The snapshot starts at a time, which cannot
// be after now on the fake's clock, and becomes available after SnapshotDuration. The zero time means SnapshotDuration before now, so
// that the snapshot has just become available. The identifier contains the cluster and the time, such as
// rs:analytics-2026-11-23-04-00-00. The fake keeps the snapshot until the cluster is deleted, even after the retention period of the
// cluster, unless ModifyCluster changes that period. It returns an error if the cluster does not exist, or if it already has a snapshot of the same second.
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
		return models.Snapshot{}, wrap("no such cluster, add it first")
	}
	identifier := automatedIdentifier(cluster.Identifier, at)
	if owner.snapshots[identifier] != nil {
		return models.Snapshot{}, wrap("the snapshot " + identifier + " exists already: use another time")
	}
	snapshot := f.state.addSnapshot(f.account, cluster, identifier, models.SnapshotTypeAutomated, at)
	snapshot.Tags = append(snapshot.Tags, cluster.Tags...)

	return snapshot.view(f.account, now), nil
}
