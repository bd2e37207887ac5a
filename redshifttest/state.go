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
	accounts        map[string]*holdings
	serial          int
}

// states are those of all regions.
type states struct {
	options  Options
	byRegion map[string]*state
}

func newStates(options Options) states {
	return states{options: options, byRegion: make(map[string]*state)}
}

// in returns the state of a region.
func (s states) in(region string) *state {
	if s.byRegion[region] == nil {
		s.byRegion[region] = &state{
			states:          s,
			region:          region,
			duration:        max(s.options.SnapshotDuration, 1), // so that there is a moment of creating
			restoreDuration: max(s.options.RestoreDuration, 1),
			quotas:          s.options.Quotas,
			accounts:        make(map[string]*holdings),
		}
	}

	return s.byRegion[region]
}

// holdings are what one account has in a region, by identifiers in lower case.
type holdings struct {
	clusters  map[string]*cluster
	snapshots map[string]*snapshot
	removed   map[string]bool // names that clusters had

	copyGrants    map[string]*copyGrant
	schedules     map[string]*schedule
	tableRestores []*tableRestore
}

// snapshot is a snapshot and what its life depends on.
type snapshot struct {
	models.Snapshot // what does not change as time passes

	serial   int
	started  time.Time
	duration time.Duration
	grants   []string // accounts, or supportAlias
	tables   []string // those that its cluster had
	copyDue  bool     // the copy in another region is still to be made

	automatedDays int // how long an automated snapshot is kept; 0 for as long as its cluster is
	clusterDays   int // how long its cluster keeps those

	// Where SetSnapshotStatus was called: the life stopped then.
	stopped time.Time
	status  models.SnapshotStatus
}

func (s *state) of(account string) *holdings {
	if s.accounts[account] == nil {
		s.accounts[account] = &holdings{
			clusters:  make(map[string]*cluster),
			snapshots: make(map[string]*snapshot),
			removed:   make(map[string]bool),

			copyGrants: make(map[string]*copyGrant),
			schedules:  make(map[string]*schedule),
		}
	}

	return s.accounts[account]
}

// pass does what the clock alone does, in all regions.
func (s states) pass(now time.Time) {
	for _, one := range s.byRegion {
		one.takeScheduled(now)
	}
	for _, region := range slices.Sorted(maps.Keys(s.byRegion)) {
		s.byRegion[region].copyAcross(now)
	}
	for _, one := range s.byRegion {
		one.expire(now)
		for _, owner := range one.accounts {
			owner.finishTableRestores(now)
		}
	}
}

// expire deletes the snapshots whose retention has ended.
func (s *state) expire(now time.Time) {
	for _, owner := range s.accounts {
		for name, one := range owner.snapshots {
			if end, ends := one.end(); ends && !now.Before(end) {
				delete(owner.snapshots, name)
			}
		}
	}
}

// end returns when a snapshot is deleted, if it ever is by itself.
func (s *snapshot) end() (time.Time, bool) {
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

// serviceKey returns the key that a service encrypts with where the caller chooses none.
func (c *call) serviceKey(service string) string {
	return c.arn("kms", c.account, "alias/aws/"+service)
}

// take adds a snapshot of a cluster that starts at that time.
func (s *state) take(account string, cluster *cluster, identifier string, kind models.SnapshotType, at time.Time) *snapshot {
	// Times have milliseconds on the wire. They are kept so, in order that a filter finds what the caller was shown.
	at = at.UTC().Truncate(time.Millisecond)
	owner := s.of(account)
	added := cluster.SizeInMegaBytes
	if cluster.backedUp {
		added *= incrementalShare
	}
	cluster.backedUp = true
	s.serial++
	one := &snapshot{
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
			ActualIncrementalBackupSizeInMegaBytes: added,
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
		copyDue:  cluster.copying != nil,

		clusterDays: cluster.AutomatedSnapshotRetentionPeriod,
	}
	owner.snapshots[strings.ToLower(identifier)] = one

	return one
}

// restorableNodeTypes are the sizes of the same generation of nodes.
func restorableNodeTypes(nodeType string) []string {
	generation, _, _ := strings.Cut(nodeType, ".")
	switch generation {
	case "ra3":
		return []string{"ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"}
	case "dc2":
		return []string{"dc2.large", "dc2.8xlarge"}
	default:
		return []string{nodeType}
	}
}

// view returns a snapshot as an account sees it at a time.
func (s *snapshot) view(account string, now time.Time) models.Snapshot {
	shown := s.Snapshot
	shown.Tags = slices.Clone(s.Tags)
	shown.RestorableNodeTypes = slices.Clone(s.RestorableNodeTypes)

	until := now
	if !s.stopped.IsZero() {
		until = s.stopped
	}
	elapsed := max(until.Sub(s.started), 0)
	shown.Status = s.status
	if shown.Status == "" {
		shown.Status = models.SnapshotStatusCreating
		if elapsed >= s.duration {
			shown.Status = models.SnapshotStatusAvailable
		}
	}
	elapsed = min(elapsed, s.duration)
	share := elapsed.Seconds() / s.duration.Seconds()
	switch shown.Status {
	case models.SnapshotStatusAvailable, models.SnapshotStatusFinalSnapshot:
		share = 1
	case models.SnapshotStatusCreating:
		if elapsed > 0 {
			shown.CurrentBackupRateInMegaBytesPerSecond = hundredths(s.ActualIncrementalBackupSizeInMegaBytes / s.duration.Seconds())
		}
		shown.EstimatedSecondsToCompletion = int64(math.Ceil((s.duration - elapsed).Seconds()))
	}
	shown.BackupProgressInMegaBytes = hundredths(s.ActualIncrementalBackupSizeInMegaBytes * share)
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

func hundredths(number float64) float64 { return math.Round(number*100) / 100 }

// available tells whether the snapshot can be copied and shared.
func (s *snapshot) available(now time.Time) bool {
	status := s.view(s.OwnerAccount, now).Status

	return status == models.SnapshotStatusAvailable || status == models.SnapshotStatusFinalSnapshot
}

// availableSince returns when an available snapshot became so.
func (s *snapshot) availableSince() time.Time {
	if !s.stopped.IsZero() {
		return s.stopped
	}

	return s.started.Add(s.duration)
}

// AddAutomatedSnapshot adds a snapshot that Redshift took of a cluster of the fake's own account by itself, at a time
// that is not after now on the fake's clock. It is named after both, such as rs:analytics-2026-11-23-04-00-00, and
// available once the SnapshotDuration has passed since; the zero time stands for so long ago, and so for a snapshot that
// has just become available. The fake keeps it until the cluster is removed, whatever the cluster's retention period is.
// It is an error if there is no such cluster, or if it has a snapshot of that second.
func (f *Fake) AddAutomatedSnapshot(clusterIdentifier string, at time.Time) (models.Snapshot, error) {
	now := f.Now()
	if at.IsZero() {
		at = now.Add(-f.state.duration)
	}
	wrap := func(reason string) error {
		return fmt.Errorf("redshifttest: add an automated snapshot of cluster %q: %s", clusterIdentifier, reason)
	}
	if at.After(now) {
		return models.Snapshot{}, wrap(fmt.Sprintf("%s is after now, which is %s on the fake's clock",
			at.UTC().Format(timeFormat), now.UTC().Format(timeFormat)))
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.pass(now)
	owner := f.state.of(f.account)
	cluster := owner.clusters[strings.ToLower(clusterIdentifier)]
	if cluster == nil {
		return models.Snapshot{}, wrap("there is none, add it first")
	}
	identifier := automatedIdentifier(cluster.Identifier, at)
	if owner.snapshots[identifier] != nil {
		return models.Snapshot{}, wrap(identifier + " is there already, take another second")
	}
	one := f.state.take(f.account, cluster, identifier, models.SnapshotTypeAutomated, at)
	one.Tags = append(one.Tags, cluster.Tags...)

	return one.view(f.account, now), nil
}

// SetSnapshotStatus ends the life of a snapshot where it is, with that status: models.SnapshotStatusFailed for one that
// fails, models.SnapshotStatusAvailable for one that is ready early, models.SnapshotStatusCreating for one that hangs. The
// fake's own account comes first where others have a snapshot of that name. It is an error if nobody has.
func (f *Fake) SetSnapshotStatus(identifier string, status models.SnapshotStatus) error {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.pass(now)
	found := f.state.of(f.account).snapshots[strings.ToLower(identifier)]
	for _, owner := range f.state.accounts {
		if found == nil {
			found = owner.snapshots[strings.ToLower(identifier)]
		}
	}
	if found == nil {
		return fmt.Errorf("redshifttest: set the status of snapshot %q: there is none", identifier)
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
	f.states.pass(now)
	var all []*snapshot
	for _, owner := range f.state.accounts {
		for _, one := range owner.snapshots {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b *snapshot) int { return cmp.Compare(a.serial, b.serial) })
	shown := make([]models.Snapshot, len(all))
	for i, one := range all {
		shown[i] = one.view(one.OwnerAccount, now)
	}

	return shown
}
