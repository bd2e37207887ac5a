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
	// incrementalShare is how much of a cluster a snapshot adds to those before it.
	incrementalShare = 1.0 / 16

	day = 24 * time.Hour
)

// state is everything that operations can change in a region.
type state struct {
	states          states
	region          string
	duration        time.Duration // of a snapshot
	restoreDuration time.Duration
	quotas          Quotas
	accounts        map[string]*resources
	serial          int
	visibility      visibility
}

// states are those of all regions.
type states struct {
	options  Options
	byRegion map[string]*state
	declared map[string]*declaredKind // by the operation that describes its resources
}

func newStates(options Options) states {
	return states{options: options, byRegion: make(map[string]*state), declared: make(map[string]*declaredKind)}
}

// in returns the state of a region.
func (s states) in(region string) *state {
	if s.byRegion[region] == nil {
		s.byRegion[region] = &state{
			states:          s,
			region:          region,
			duration:        max(s.options.SnapshotDuration, 1), // so that there is a moment of creating
			restoreDuration: max(s.options.RestoreDuration, restorePreparation),
			quotas:          s.options.Quotas,
			accounts:        make(map[string]*resources),
			visibility:      visibility{delay: s.options.VisibilityDelay, from: make(map[any]time.Time)},
		}
	}

	return s.byRegion[region]
}

// holdings are what one account has in a region, by identifiers in lower case.
type resources struct {
	clusters  map[string]*storedCluster
	snapshots map[string]*storedSnapshot
	removed   map[string]bool // names that clusters had

	copyGrants    map[string]*storedCopyGrant
	schedules     map[string]*storedSchedule
	tableRestores []*tableRestore

	declared map[string][]*declaredResource // by the operation that describes them
}

// snapshot is a snapshot and what its life depends on.
type storedSnapshot struct {
	models.Snapshot // what does not change as time passes

	serial   int
	started  time.Time
	duration time.Duration
	grants   []string // accounts, or supportAlias
	tables   []string // those that its cluster had
	copyDue  bool     // the copy in another region is still to be made

	automatedDays int // how long an automated snapshot is kept; 0 for as long as its cluster is
	clusterDays   int // how long its cluster keeps those

	// A restore takes these from the snapshot's cluster too.
	clusterTags []models.Tag
	window      string // the PreferredMaintenanceWindow
	manualDays  int    // the ManualSnapshotRetentionPeriod

	// Where SetSnapshotStatus was called: the life stopped then.
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
		}
	}

	return s.accounts[account]
}

// pass does what the clock alone does, in all regions.
func (s states) update(now time.Time) {
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

// expire deletes the snapshots whose retention has ended.
func (s *state) expire(now time.Time) {
	for _, owner := range s.accounts {
		var newest map[string]*storedSnapshot
		for name, snapshot := range owner.snapshots {
			if end, ends := snapshot.end(); !ends || now.Before(end) {
				continue
			}
			if newest == nil {
				newest = owner.newestAutomated(now)
			}
			if newest[snapshot.ClusterIdentifier] != snapshot {
				delete(owner.snapshots, name)
			}
		}
	}
}

// newestAutomated returns the newest available automated snapshot of each cluster. It does not expire while the cluster exists
// and has automated snapshots. Copies in other regions do expire.
func (r *resources) newestAutomated(now time.Time) map[string]*storedSnapshot {
	newest := make(map[string]*storedSnapshot)
	for _, snapshot := range r.snapshots {
		cluster, before := r.clusters[snapshot.ClusterIdentifier], newest[snapshot.ClusterIdentifier]
		switch {
		case snapshot.SnapshotType != models.SnapshotTypeAutomated || snapshot.SourceRegion != "" || !snapshot.available(now):
		case cluster == nil || cluster.AutomatedSnapshotRetentionPeriod <= 0:
		case before == nil || cmp.Or(snapshot.SnapshotCreateTime.Compare(before.SnapshotCreateTime), snapshot.serial-before.serial) > 0:
			newest[snapshot.ClusterIdentifier] = snapshot
		}
	}

	return newest
}

// end returns when a snapshot is deleted, if it ever is by itself.
func (s *storedSnapshot) end() (time.Time, bool) {
	if s.automatedDays > 0 {
		return s.SnapshotRetentionStartTime.Add(time.Duration(s.automatedDays) * day), true
	}
	if s.ManualSnapshotRetentionPeriod == nil || *s.ManualSnapshotRetentionPeriod == keepForever {
		return time.Time{}, false
	}

	return s.SnapshotRetentionStartTime.Add(time.Duration(*s.ManualSnapshotRetentionPeriod) * day), true
}

// arnPartition returns the part of an ARN that says which of Amazon's separate worlds a region belongs to.
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

// arn returns the Amazon resource name of something in a service of the region.
func (s *state) arn(service, account, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", arnPartition(s.region), service, s.region, account, resource)
}

func (s *state) snapshotARN(account, cluster, identifier string) string {
	return s.arn("redshift", account, "snapshot:"+cluster+"/"+identifier)
}

func (s *state) clusterARN(account, cluster string) string {
	return s.arn("redshift", account, "cluster:"+cluster)
}

// serviceKey returns the key that a service encrypts with if the caller chooses none.
func (c *call) serviceKey(service string) string {
	return c.keyARN(c.account, "alias/aws/"+service)
}

// keyARN returns the ARN of a KMS key that is named by its identifier, its ARN, an alias or the ARN of an alias. Redshift
// describes all of them by the ARN of the key. The key of an alias is made up, always the same one.
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

// take adds a snapshot of a cluster that starts at that time.
func (s *state) addSnapshot(account string, cluster *storedCluster, identifier string, kind models.SnapshotType, at time.Time) *storedSnapshot {
	// Times have milliseconds on the wire. They are kept so, in order that a filter finds what the caller was shown.
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

// view returns a snapshot as an account sees it at a time.
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

// elapsed returns how long the snapshot has been under way.
func (s *storedSnapshot) elapsed(now time.Time) time.Duration {
	if !s.stopped.IsZero() {
		now = s.stopped
	}

	return max(now.Sub(s.started), 0)
}

// state returns where in its life the snapshot is.
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

// available reports whether the snapshot can be copied and shared.
func (s *storedSnapshot) available(now time.Time) bool {
	status := s.state(now)

	return status == models.SnapshotStatusAvailable || status == models.SnapshotStatusFinalSnapshot
}

// availableSince returns when an available snapshot became so.
func (s *storedSnapshot) availableSince() time.Time {
	if !s.stopped.IsZero() {
		return s.stopped
	}

	return s.started.Add(s.duration)
}

// SetSnapshotStatus ends the life of a snapshot where it is, with that status: models.SnapshotStatusFailed for one that
// fails, models.SnapshotStatusAvailable for one that is ready early, models.SnapshotStatusCreating for one that hangs. The
// fake's own account comes first where others have a snapshot of that name. It is an error if nobody has, or if the status is empty.
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
		return fmt.Errorf("redshifttest: set the status of snapshot %q: there is none", identifier)
	case status == "":
		return fmt.Errorf("redshifttest: set the status of snapshot %q: the status is empty", identifier)
	}
	found.status, found.stopped = status, now

	return nil
}

// Snapshots returns all snapshots as their owners see them now, in the order in which they were made. What it returns is
// a copy.
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
