package redshifttest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/models"
)

const (
	statusAvailable = "available"

	maxClusterIdentifier = 63
	// clusterAge is how old a cluster is when it is added, so that it can have automated snapshots of days before.
	clusterAge = 30 * 24 * time.Hour
	// incrementalShare is how much of a cluster a snapshot adds to those before it.
	incrementalShare = 1.0 / 16

	day = 24 * time.Hour
)

// Cluster is a cluster that snapshots can be taken of. Only Identifier is needed.
type Cluster struct {
	// The cluster's name: 1 to 63 lower-case letters, digits and hyphens, starting with a letter, without a hyphen at the
	// end or two in a row.
	Identifier string
	// The account that owns it. Default: the fake's own account.
	AccountID string
	// Where in its life it is. Snapshots can be taken while it is available. Default: available.
	Status string
	// When it was created. Default: 30 days before now on the fake's clock; now if it takes the name of one that was
	// removed.
	CreateTime time.Time
	// How much data it has, in megabytes. Every snapshot is that large in total; the first of them adds all of it to the
	// backup, each later one a sixteenth. Default: 1024.
	SizeInMegaBytes float64
	// The type of its nodes. Default: ra3.xlplus.
	NodeType string
	// How many nodes it has. Default: 2.
	NumberOfNodes int
	// The port on which it would accept connections. Default: 5439.
	Port int
	// The Availability Zone that it is in. Default: the region's first, such as us-east-1a.
	AvailabilityZone string
	// The name of its admin user. Default: awsuser.
	MasterUsername string
	// The version of its engine. Default: 1.0.
	Version string
	// The patch level of its engine. Default: 1.0.78125.
	EngineFullVersion string
	// The name of its first database. Default: dev.
	DBName string
	// The virtual private cloud that it is in. Default: vpc-0123456789abcdef0.
	VpcID string
	// The key that encrypts it, an ARN. Default: none, it is not encrypted.
	KmsKeyID string
	// Whether traffic to data repositories is forced through the VPC. Default: false.
	EnhancedVpcRouting bool
	// The track by which it gets new versions. Default: current.
	MaintenanceTrackName string
	// The secret with its admin password, an ARN. Default: none.
	MasterPasswordSecretArn string
	// The key that encrypts that secret, an ARN. Default: none.
	MasterPasswordSecretKmsKeyID string
	// How many days the snapshots are kept that Redshift takes of it by itself, 1 to 35; negative for none at all. It is
	// about those that a snapshot schedule asks for: there are no others, unless AddAutomatedSnapshot adds them.
	// Default: 1.
	AutomatedSnapshotRetentionPeriod int
	// Its tables, such as dev.public.orders, which tell what [redshift.Client.RestoreTableFromClusterSnapshot] can find in
	// a snapshot and which names are taken. Default: nil, any table can be restored to any name.
	Tables []string
	// Its tags. Its automated snapshots get them too; manual ones have those of their Create only. Default: none.
	Tags []models.Tag
}

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
	for _, one := range s.byRegion {
		one.copyAcross(now)
	}
	for _, one := range s.byRegion {
		one.expire(now)
		for _, owner := range one.accounts {
			owner.finishTableRestores(now)
		}
	}
}

// expire deletes the manual snapshots whose retention has ended.
func (s *state) expire(now time.Time) {
	for _, owner := range s.accounts {
		for name, one := range owner.snapshots {
			if end, ends := one.end(); ends && !now.Before(end) {
				delete(owner.snapshots, name)
			}
		}
	}
}

// end returns when a manual snapshot is deleted, if it ever is.
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
	for _, other := range owner.snapshots {
		if other.ClusterIdentifier == cluster.Identifier {
			added = cluster.SizeInMegaBytes * incrementalShare
		}
	}
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

// AddCluster adds a cluster. It is an error if its identifier is not a valid one, or if its account has a cluster of that
// name.
func (f *Fake) AddCluster(added Cluster) error {
	wrap := func(failed any) error {
		return fmt.Errorf("redshifttest: add cluster %q: %v", added.Identifier, failed)
	}
	if failed := checkNewIdentifier("Identifier", added.Identifier, maxClusterIdentifier); failed != nil {
		return wrap(failed.message)
	}
	if strings.ToLower(added.Identifier) != added.Identifier {
		return wrap("cluster identifiers are in lower case")
	}
	setDefault(&added.AccountID, f.account)
	if !twelveDigits.MatchString(added.AccountID) {
		return wrap("AccountID does not have 12 digits")
	}
	if added.AutomatedSnapshotRetentionPeriod > maxAutomatedDays {
		return wrap("AutomatedSnapshotRetentionPeriod is more than 35 days")
	}
	if added.SizeInMegaBytes < 0 || added.NumberOfNodes < 0 {
		return wrap("SizeInMegaBytes or NumberOfNodes is negative")
	}
	setDefault(&added.Status, statusAvailable)
	setDefault(&added.AutomatedSnapshotRetentionPeriod, 1)
	added.AutomatedSnapshotRetentionPeriod = max(added.AutomatedSnapshotRetentionPeriod, 0)
	setDefault(&added.SizeInMegaBytes, 1024)
	setDefault(&added.NodeType, "ra3.xlplus")
	setDefault(&added.NumberOfNodes, 2)
	setDefault(&added.Port, 5439)
	setDefault(&added.AvailabilityZone, f.region+"a")
	setDefault(&added.MasterUsername, "awsuser")
	setDefault(&added.Version, "1.0")
	setDefault(&added.EngineFullVersion, "1.0.78125")
	setDefault(&added.DBName, "dev")
	setDefault(&added.VpcID, "vpc-0123456789abcdef0")
	setDefault(&added.MaintenanceTrackName, "current")
	added.Tags, added.Tables = slices.Clone(added.Tags), slices.Clone(added.Tables)

	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	owner := f.state.of(added.AccountID)
	if owner.clusters[added.Identifier] != nil {
		return wrap("there is one with that name already, remove it first or take another name")
	}
	if added.CreateTime.IsZero() {
		added.CreateTime = now
		if !owner.removed[added.Identifier] {
			added.CreateTime = now.Add(-clusterAge)
		}
	}
	added.CreateTime = added.CreateTime.UTC().Truncate(time.Millisecond)
	owner.clusters[added.Identifier] = &cluster{Cluster: added, settings: defaultSettings()}

	return nil
}

// SetClusterStatus gives a cluster of the fake's own account another status, such as resizing. A restore that is under way
// goes on beside it, unless the status is incompatible-restore: then it has failed. It is an error if there is no such
// cluster.
func (f *Fake) SetClusterStatus(identifier, status string) error {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.pass(now)
	cluster := f.state.of(f.account).clusters[strings.ToLower(identifier)]
	if cluster == nil {
		return fmt.Errorf("redshifttest: set the status of cluster %q: there is none, add it first", identifier)
	}
	cluster.Status = status
	if running := cluster.restore; running != nil && status == string(models.ClusterStatusIncompatibleRestore) && !running.hasEnded(now) {
		running.stopped = now
	}

	return nil
}

// RemoveCluster deletes a cluster of the fake's own account and, as Redshift does, its automated snapshots; the manual
// ones stay. It is an error if there is no such cluster.
func (f *Fake) RemoveCluster(identifier string) error {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.pass(now)
	owner, name := f.state.of(f.account), strings.ToLower(identifier)
	if owner.clusters[name] == nil {
		return fmt.Errorf("redshifttest: remove cluster %q: there is none", identifier)
	}
	delete(owner.clusters, name)
	owner.removed[name] = true
	owner.tableRestores = slices.DeleteFunc(owner.tableRestores, func(one *tableRestore) bool { return one.ClusterIdentifier == name })
	for key, one := range owner.snapshots {
		if one.ClusterIdentifier == name && one.SnapshotType == models.SnapshotTypeAutomated {
			delete(owner.snapshots, key)
		}
	}

	return nil
}

// AddAutomatedSnapshot adds a snapshot that Redshift took of a cluster of the fake's own account by itself, at a time
// that is not after now on the fake's clock. It is named after both, such as rs:analytics-2026-11-23-04-00-00, and
// available once the SnapshotDuration has passed since; the zero time stands for so long ago, and so for a snapshot that
// has just become available. The fake keeps it until the cluster is removed. It is an error if there is no such cluster, or if it has a snapshot of that second.
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
