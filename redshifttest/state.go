package redshifttest

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/models"
)

const (
	// incrementalShare is the part of a cluster's data that each later snapshot adds to the backup.
	incrementalShare = 1.0 / 16

	day = 24 * time.Hour
)

// state is the state of one region that operations change.
type state struct {
	states          states
	region          string
	duration        time.Duration // of a snapshot
	restoreDuration time.Duration
	clusterDuration time.Duration // of a change of a cluster
	resizeDuration  time.Duration
	quotas          Quotas
	accounts        map[string]*resources
	serial          int
	visibility      visibility
}

// states has the states of all regions.
type states struct {
	options  Options
	byRegion map[string]*state
	declared map[string]*declaredKind // by the name of the Describe operation
	timers   *timers
	handlers map[string]handler // by the names of their operations
}

func newStates(options Options) states {
	return states{
		options:  options,
		byRegion: make(map[string]*state),
		declared: make(map[string]*declaredKind),
		timers:   new(timers),
		handlers: make(map[string]handler),
	}
}

// in returns the state of a region.
func (s states) in(region string) *state {
	if s.byRegion[region] == nil {
		s.byRegion[region] = &state{
			states:          s,
			region:          region,
			duration:        max(s.options.SnapshotDuration, 1), // a new snapshot is creating first
			restoreDuration: max(s.options.RestoreDuration, restorePreparation),
			clusterDuration: max(s.options.ClusterDuration, 1), // the response shows the change in progress
			resizeDuration:  max(s.options.ResizeDuration, resizePhases),
			quotas:          s.options.Quotas,
			accounts:        make(map[string]*resources),
			visibility:      visibility{delay: s.options.VisibilityDelay, from: make(map[any]time.Time)},
		}
	}

	return s.byRegion[region]
}

// resources are the resources of one account in a region, by identifiers in lower case.
type resources struct {
	clusters  map[string]*storedCluster
	snapshots map[string]*storedSnapshot
	removed   map[string]bool // identifiers of removed clusters

	copyGrants    map[string]*storedCopyGrant
	schedules     map[string]*storedSchedule
	tableRestores []*tableRestore

	declared map[string][]*declaredResource // by the name of the Describe operation

	parameterGroups    map[string]*storedParameterGroup
	subnetGroups       map[string]*storedSubnetGroup
	eventSubscriptions map[string]*storedSubscription
	scheduledActions   map[string]*storedAction

	events     []storedEvent // oldest first
	eventCount int           // of all events, including removed ones
}

// storedSnapshot is a snapshot and the data that its progress and expiry depend on.
type storedSnapshot struct {
	models.Snapshot // the members that do not change with time

	serial   int
	source   *storedCluster // nil for a copy from another region
	started  time.Time
	duration time.Duration
	grants   []string // accounts, or supportAlias
	tables   []string // of the cluster when the snapshot was taken
	copyDue  bool     // the copy in another region is not made yet
	recorded bool     // its end is recorded as an event of a manual snapshot

	automatedDays int // retention period of an automated snapshot; 0 keeps it until the cluster is removed
	clusterDays   int // the cluster's AutomatedSnapshotRetentionPeriod

	// A restore copies these settings of the cluster.
	clusterTags []models.Tag
	window      string // PreferredMaintenanceWindow
	manualDays  int    // ManualSnapshotRetentionPeriod

	// The time and the status of SetSnapshotStatus. The progress stops then.
	stopped time.Time
	status  models.SnapshotStatus
}

func (s *state) resourcesOf(account string) *resources {
	if s.accounts[account] == nil {
		s.accounts[account] = &resources{
			clusters:  make(map[string]*storedCluster),
			snapshots: make(map[string]*storedSnapshot),
			removed:   make(map[string]bool),

			copyGrants: make(map[string]*storedCopyGrant),
			schedules:  make(map[string]*storedSchedule),
			declared:   make(map[string][]*declaredResource),

			parameterGroups:    s.states.options.Resources.initialParameterGroups(),
			subnetGroups:       s.initialSubnetGroups(),
			eventSubscriptions: make(map[string]*storedSubscription),
			scheduledActions:   make(map[string]*storedAction),
		}
	}

	return s.accounts[account]
}

// update applies the changes that the clock alone causes, in all regions. If the clock jumps over several timers, each of them finds the
// state at its time.
func (s states) update(now time.Time) {
	for due, found := s.timers.next(now); found; due, found = s.timers.next(now) {
		s.updateResources(due.at) // may delete the resource of the timer
		if due.alive() {
			due.run(due.at)
		}
	}
	s.updateResources(now)
}

// updateResources applies the changes that follow from the members of the resources.
func (s states) updateResources(now time.Time) {
	for _, region := range s.byRegion {
		region.takeDueSnapshots(now)
	}
	for _, region := range slices.Sorted(maps.Keys(s.byRegion)) {
		s.byRegion[region].copyToOtherRegions(now)
	}
	for _, region := range s.byRegion {
		region.expire(now)
		for _, owner := range region.accounts {
			owner.finishTableRestores(now)
		}
	}
}

// expire deletes the snapshots whose retention period has ended.
func (s *state) expire(now time.Time) {
	for _, owner := range s.accounts {
		var newest map[*storedCluster]*storedSnapshot
		for name, snapshot := range owner.snapshots {
			if end, ends := snapshot.end(); !ends || now.Before(end) {
				continue
			}
			if newest == nil {
				newest = owner.newestAutomated(now)
			}
			if snapshot.source == nil || newest[snapshot.source] != snapshot {
				delete(owner.snapshots, name)
			}
		}
	}
}

// clusterOf returns the cluster that a snapshot was taken of, or nil if the cluster does not exist any more. The cluster may have another
// identifier now.
func (r *resources) clusterOf(snapshot *storedSnapshot) *storedCluster {
	if cluster := snapshot.source; cluster != nil && r.clusters[cluster.Identifier] == cluster {
		return cluster
	}

	return nil
}

// newestAutomated returns the newest available automated snapshot of each cluster. That snapshot does not expire while the cluster
// exists and its automated snapshots are enabled. Copies in other regions expire.
func (r *resources) newestAutomated(now time.Time) map[*storedCluster]*storedSnapshot {
	newest := make(map[*storedCluster]*storedSnapshot)
	for _, snapshot := range r.snapshots {
		cluster := r.clusterOf(snapshot)
		before := newest[cluster]
		switch {
		case snapshot.SnapshotType != models.SnapshotTypeAutomated || !snapshot.available(now):
		case cluster == nil || cluster.AutomatedSnapshotRetentionPeriod <= 0:
		case before == nil || cmp.Or(snapshot.SnapshotCreateTime.Compare(before.SnapshotCreateTime), snapshot.serial-before.serial) > 0:
			newest[cluster] = snapshot
		}
	}

	return newest
}

// end returns the time when the retention period ends. It returns false if the snapshot does not expire.
func (s *storedSnapshot) end() (time.Time, bool) {
	if s.automatedDays > 0 {
		return s.SnapshotRetentionStartTime.Add(time.Duration(s.automatedDays) * day), true
	}
	if s.ManualSnapshotRetentionPeriod == nil || *s.ManualSnapshotRetentionPeriod == keepForever {
		return time.Time{}, false
	}

	return s.SnapshotRetentionStartTime.Add(time.Duration(*s.ManualSnapshotRetentionPeriod) * day), true
}

// arnPartition returns the partition of a region, which is a part of its ARNs.
func arnPartition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// arn returns the Amazon resource name of a resource of a service in the region.
func (s *state) arn(service, account, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", arnPartition(s.region), service, s.region, account, resource)
}

func (s *state) snapshotARN(account, cluster, identifier string) string {
	return s.arn("redshift", account, "snapshot:"+cluster+"/"+identifier)
}

// serviceKey returns the ARN of the key that a service uses if the caller chooses no key.
func (c *call) serviceKey(service string) string {
	return c.keyARN(c.account, "alias/aws/"+service)
}

// keyARN returns the ARN of a KMS key. The name is the key's identifier, its ARN, an alias or the ARN of an alias. Redshift shows the
// ARN of the key for each of them. The key of an alias is invented, and always the same for that alias.
func (s *state) keyARN(account, name string) string {
	if at := strings.Index(name, ":alias/"); at >= 0 {
		name = name[at+1:]
	}
	switch {
	case strings.HasPrefix(name, "arn:"):
		return name
	case strings.HasPrefix(name, "alias/"):
		name = uuid("key", s.region, account, name)
	}

	return s.arn("kms", account, "key/"+strings.TrimPrefix(name, "key/"))
}

// addSnapshot adds a snapshot of a cluster. It starts at the given time.
func (s *state) addSnapshot(
	account string, cluster *storedCluster, identifier string, kind models.SnapshotType, at time.Time,
) *storedSnapshot {
	// Responses have times in milliseconds. The snapshot has the same time, so that a filter with a time from a response finds it.
	at = at.UTC().Truncate(time.Millisecond)
	owner := s.resourcesOf(account)
	size := cluster.SizeInMegaBytes
	if cluster.backedUp {
		size *= incrementalShare
	}
	cluster.backedUp = true
	s.serial++
	added := &storedSnapshot{
		Snapshot: models.Snapshot{
			SnapshotIdentifier:                     identifier,
			ClusterIdentifier:                      cluster.Identifier,
			SnapshotCreateTime:                     at,
			Port:                                   cluster.Port,
			AvailabilityZone:                       cluster.AvailabilityZone,
			ClusterCreateTime:                      cluster.CreateTime,
			MasterUsername:                         cluster.MasterUsername,
			ClusterVersion:                         cluster.Version,
			EngineFullVersion:                      cluster.EngineFullVersion,
			SnapshotType:                           kind,
			NodeType:                               cluster.NodeType,
			NumberOfNodes:                          cluster.NumberOfNodes,
			DBName:                                 cluster.DBName,
			VpcID:                                  cluster.VpcID,
			Encrypted:                              cluster.KmsKeyID != "",
			KmsKeyID:                               cluster.KmsKeyID,
			OwnerAccount:                           account,
			TotalBackupSizeInMegaBytes:             cluster.SizeInMegaBytes,
			ActualIncrementalBackupSizeInMegaBytes: size,
			Tags:                                   []models.Tag{},
			RestorableNodeTypes:                    restorableNodeTypes(cluster.NodeType),
			EnhancedVpcRouting:                     cluster.EnhancedVpcRouting,
			MaintenanceTrackName:                   cluster.MaintenanceTrackName,
			SnapshotRetentionStartTime:             at,
			MasterPasswordSecretArn:                cluster.MasterPasswordSecretArn,
			MasterPasswordSecretKmsKeyID:           cluster.MasterPasswordSecretKmsKeyID,
			SnapshotArn:                            s.snapshotARN(account, cluster.Identifier, identifier),
		},
		serial:   s.serial,
		source:   cluster,
		started:  at,
		duration: s.duration,
		tables:   slices.Clone(cluster.Tables),
		copyDue:  cluster.snapshotCopy != nil,

		clusterDays: cluster.AutomatedSnapshotRetentionPeriod,
		clusterTags: slices.Clone(cluster.Tags),
		window:      cluster.PreferredMaintenanceWindow,
		manualDays:  cluster.ManualSnapshotRetentionPeriod,
	}
	owner.snapshots[strings.ToLower(identifier)] = added

	return added
}

// view returns the snapshot as an account sees it at a time.
func (s *storedSnapshot) view(account string, now time.Time) models.Snapshot {
	shown := s.Snapshot
	shown.Tags = slices.Clone(s.Tags)
	shown.RestorableNodeTypes = slices.Clone(s.RestorableNodeTypes)

	elapsed := min(s.elapsed(now), s.duration)
	shown.Status = s.state(now)
	share := elapsed.Seconds() / s.duration.Seconds()
	switch shown.Status {
	case models.SnapshotStatusAvailable, models.SnapshotStatusFinalSnapshot:
		share = 1
	case models.SnapshotStatusCreating:
		if elapsed > 0 {
			shown.CurrentBackupRateInMegaBytesPerSecond = rate(s.ActualIncrementalBackupSizeInMegaBytes, s.duration)
		}
		shown.EstimatedSecondsToCompletion = int64(math.Ceil((s.duration - elapsed).Seconds()))
	}
	shown.BackupProgressInMegaBytes = roundToHundredths(s.ActualIncrementalBackupSizeInMegaBytes * share)
	shown.ElapsedTimeInSeconds = int64(elapsed.Seconds())

	if s.ManualSnapshotRetentionPeriod != nil {
		period, remaining := *s.ManualSnapshotRetentionPeriod, keepForever
		if end, ends := s.end(); ends {
			remaining = int(math.Ceil(end.Sub(now).Hours() / 24))
		}
		shown.ManualSnapshotRetentionPeriod, shown.ManualSnapshotRemainingDays = &period, &remaining
	}
	if account != s.OwnerAccount {
		shown.Tags = []models.Tag{}

		return shown
	}
	for _, grant := range s.grants {
		access := models.AccountWithRestoreAccess{AccountID: grant}
		if grant == supportAlias {
			access = models.AccountWithRestoreAccess{AccountAlias: grant}
		}
		shown.AccountsWithRestoreAccess = append(shown.AccountsWithRestoreAccess, access)
	}

	return shown
}

func roundToHundredths(number float64) float64 { return math.Round(number*100) / 100 }

// elapsed returns the time since the start of the snapshot.
func (s *storedSnapshot) elapsed(now time.Time) time.Duration {
	if !s.stopped.IsZero() {
		now = s.stopped
	}

	return max(now.Sub(s.started), 0)
}

// state returns the status of the snapshot.
func (s *storedSnapshot) state(now time.Time) models.SnapshotStatus {
	switch {
	case s.status != "":
		return s.status
	case s.elapsed(now) >= s.duration:
		return models.SnapshotStatusAvailable
	default:
		return models.SnapshotStatusCreating
	}
}

// available reports whether the snapshot can be copied, shared and restored.
func (s *storedSnapshot) available(now time.Time) bool {
	status := s.state(now)

	return status == models.SnapshotStatusAvailable || status == models.SnapshotStatusFinalSnapshot
}

// availableSince returns the time when an available snapshot became available.
func (s *storedSnapshot) availableSince() time.Time {
	if !s.stopped.IsZero() {
		return s.stopped
	}

	return s.started.Add(s.duration)
}

// SetSnapshotStatus sets the status of a snapshot and stops its progress. Use [models.SnapshotStatusFailed] for a snapshot that fails,
// [models.SnapshotStatusAvailable] for one that is ready early, and [models.SnapshotStatusCreating] for one that never becomes ready.
// If several accounts have a snapshot with the identifier, the fake's own account comes first. It returns an error if no account has
// such a snapshot, or if the status is empty.
func (f *Fake) SetSnapshotStatus(identifier string, status models.SnapshotStatus) error {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)
	found := f.state.resourcesOf(f.account).snapshots[strings.ToLower(identifier)]
	for _, owner := range f.state.accounts {
		if found == nil {
			found = owner.snapshots[strings.ToLower(identifier)]
		}
	}
	switch {
	case found == nil:
		return fmt.Errorf("redshifttest: set the status of snapshot %q: no such snapshot", identifier)
	case status == "":
		return fmt.Errorf("redshifttest: set the status of snapshot %q: the status is empty", identifier)
	}
	before := found.state(now)
	found.status, found.stopped = status, now
	f.state.recordSnapshotStatus(found, now, before)

	return nil
}

// Snapshots returns the snapshots of all accounts in the region, in the order of their creation. The result is a copy, and shows each
// snapshot as its owner sees it now.
func (f *Fake) Snapshots() []models.Snapshot {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)
	var all []*storedSnapshot
	for _, owner := range f.state.accounts {
		for _, snapshot := range owner.snapshots {
			all = append(all, snapshot)
		}
	}
	slices.SortFunc(all, func(a, b *storedSnapshot) int { return cmp.Compare(a.serial, b.serial) })
	shown := make([]models.Snapshot, len(all))
	for i, snapshot := range all {
		shown[i] = snapshot.view(snapshot.OwnerAccount, now)
	}

	return shown
}
