package redshifttest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/models"
)

const (
	statusAvailable = "available"
	// clusterAge is how old a cluster is when it is added, so that it can have automated snapshots of days before.
	clusterAge = 30 * 24 * time.Hour
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

// cluster is a cluster and what became of it.
type cluster struct {
	Cluster                  // Status is empty while it follows from the restore
	settings  models.Cluster // what only a restore can set
	restore   *restore       // nil if it was added
	copying   *models.ClusterSnapshotCopyStatus
	following *following
	backedUp  bool // it has, or had, a snapshot
}

// defaultSettings are what a cluster has unless a restore says otherwise.
func defaultSettings() models.Cluster {
	return models.Cluster{
		ClusterSubnetGroupName:           "default",
		ClusterParameterGroups:           []models.ClusterParameterGroupStatus{inSync("default.redshift-1.0")},
		ClusterSecurityGroups:            []models.ClusterSecurityGroupMembership{},
		VpcSecurityGroups:                []models.VpcSecurityGroupMembership{{VpcSecurityGroupID: "sg-0123456789abcdef0", Status: "active"}},
		PreferredMaintenanceWindow:       "sun:05:00-sun:05:30",
		AllowVersionUpgrade:              true,
		ManualSnapshotRetentionPeriod:    keepForever,
		IamRoles:                         []models.ClusterIamRole{},
		IPAddressType:                    models.IPAddressTypeIPv4,
		MultiAZ:                          "Disabled",
		AvailabilityZoneRelocationStatus: "disabled",
	}
}

func inSync(parameterGroup string) models.ClusterParameterGroupStatus {
	return models.ClusterParameterGroupStatus{ParameterGroupName: parameterGroup, ParameterApplyStatus: "in-sync"}
}

// status returns where in its life the cluster is.
func (c *cluster) status(now time.Time) models.ClusterStatus {
	switch {
	case c.Status != "":
		return models.ClusterStatus(c.Status)
	case c.restore.hasStarted(now):
		return models.ClusterStatusAvailable
	default:
		return models.ClusterStatusCreating
	}
}

// availability returns what a status means to those who send queries.
func availability(status models.ClusterStatus) models.ClusterAvailabilityStatus {
	switch {
	case strings.HasPrefix(string(status), statusAvailable):
		return models.ClusterAvailabilityStatusAvailable
	case strings.HasPrefix(string(status), "incompatible-"), status == models.ClusterStatusHardwareFailure:
		return models.ClusterAvailabilityStatusFailed
	case slices.Contains([]models.ClusterStatus{
		models.ClusterStatusPaused, models.ClusterStatusRebooting, models.ClusterStatusDeleting, models.ClusterStatusStorageFull,
	}, status):
		return models.ClusterAvailabilityStatusUnavailable
	default:
		return models.ClusterAvailabilityStatusModifying
	}
}

// clusterView returns a cluster as its owner sees it now.
func (c *call) clusterView(one *cluster) models.Cluster {
	shown := one.settings
	shown.ClusterIdentifier = one.Identifier
	shown.NodeType = one.NodeType
	shown.ClusterStatus = one.status(c.now)
	shown.ClusterAvailabilityStatus = availability(shown.ClusterStatus)
	shown.MasterUsername = one.MasterUsername
	shown.DBName = one.DBName
	shown.AutomatedSnapshotRetentionPeriod = one.AutomatedSnapshotRetentionPeriod
	shown.VpcID = one.VpcID
	shown.AvailabilityZone = one.AvailabilityZone
	shown.PendingModifiedValues = &models.PendingModifiedValues{}
	shown.ClusterVersion = one.Version
	shown.ClusterRevisionNumber = one.EngineFullVersion[strings.LastIndex(one.EngineFullVersion, ".")+1:]
	shown.NumberOfNodes = one.NumberOfNodes
	shown.Encrypted = one.KmsKeyID != ""
	shown.KmsKeyID = one.KmsKeyID
	shown.EnhancedVpcRouting = one.EnhancedVpcRouting
	shown.MaintenanceTrackName = one.MaintenanceTrackName
	shown.MasterPasswordSecretArn = one.MasterPasswordSecretArn
	shown.MasterPasswordSecretKmsKeyID = one.MasterPasswordSecretKmsKeyID
	shown.ClusterNamespaceArn = c.arn("redshift", one.AccountID, "namespace:"+uuid("namespace", one.AccountID, one.Identifier))
	shown.Tags = append([]models.Tag{}, one.Tags...)
	shown.ClusterNodes = []models.ClusterNode{}
	if shown.ClusterStatus != models.ClusterStatusCreating {
		shown.ClusterCreateTime = one.CreateTime
		shown.Endpoint = &models.Endpoint{Address: c.endpoint(one.Identifier), Port: one.Port}
		shown.ClusterNodes = nodes(one.NumberOfNodes)
	}
	if one.restore != nil {
		shown.RestoreStatus = one.restore.view(c.now)
	}
	if follows := one.following; follows != nil {
		owner := c.of(one.AccountID)
		shown.SnapshotScheduleIdentifier = owner.schedules[follows.schedule].ScheduleIdentifier
		shown.SnapshotScheduleState = follows.state(c.now)
		shown.ExpectedNextSnapshotScheduleTime = owner.nextScheduled(one, c.now)
		shown.ExpectedNextSnapshotScheduleTimeStatus = onTrack
	}
	if one.copying != nil {
		copying := *one.copying
		shown.ClusterSnapshotCopyStatus = &copying
	}

	return shown
}

// endpoint returns where a cluster's database would be. Nothing answers there.
func (s *state) endpoint(identifier string) string {
	domain := "amazonaws.com"
	if arnPartition(s.region) == "aws-cn" {
		domain += ".cn"
	}

	return fmt.Sprintf("%s.example00000.%s.redshift.%s", identifier, s.region, domain)
}

// nodes returns a leader and compute nodes, or the one node that is both.
func nodes(count int) []models.ClusterNode {
	address := func(number int) string { return fmt.Sprintf("10.0.%d.%d", number/250, 4+number%250) }
	if count == 1 {
		return []models.ClusterNode{{NodeRole: "SHARED", PrivateIPAddress: address(0)}}
	}
	all := []models.ClusterNode{{NodeRole: "LEADER", PrivateIPAddress: address(0)}}
	for number := range count {
		all = append(all, models.ClusterNode{NodeRole: fmt.Sprintf("COMPUTE-%d", number), PrivateIPAddress: address(number + 1)})
	}

	return all
}

func describeClusters(c *call) (any, *failure) {
	identifier := c.params.text("ClusterIdentifier")
	if identifier != "" && c.params.text("Marker") != "" {
		return nil, fail(awsquery.ErrInvalidParameterCombination, "ClusterIdentifier and Marker cannot be given together.")
	}
	filter, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	all := slices.Collect(maps.Values(c.of(c.account).clusters))
	if identifier != "" {
		// Unlike everywhere else, upper case is not the same.
		one := c.of(c.account).clusters[identifier]
		if one == nil {
			return nil, clusterNotFound(identifier)
		}
		all = []*cluster{one}
	}
	var list []ranked[*cluster]
	for _, one := range all {
		if filter.matches(one.Tags) {
			list = append(list, ranked[*cluster]{place: []string{one.Identifier}, value: one})
		}
	}
	found, next, failed := page(c, clusterPages, list, nil)
	if failed != nil {
		return nil, failed
	}
	result := &snapshots.DescribeClustersResult{Marker: next, Clusters: []models.Cluster{}}
	for _, one := range found {
		result.Clusters = append(result.Clusters, c.clusterView(one))
	}

	return result, nil
}

// cluster returns a cluster of the caller.
func (c *call) cluster(identifier string) (*cluster, *failure) {
	one := c.of(c.account).clusters[strings.ToLower(identifier)]
	if one == nil {
		return nil, clusterNotFound(strings.ToLower(identifier))
	}

	return one, nil
}

// availableCluster returns a cluster of the caller that nothing else is being done with.
func (c *call) availableCluster(identifier string) (*cluster, *failure) {
	one, failed := c.cluster(identifier)
	if failed != nil {
		return nil, failed
	}

	return one, c.checkAvailable(one)
}

func (c *call) checkAvailable(one *cluster) *failure {
	if status := one.status(c.now); status != models.ClusterStatusAvailable {
		return fail(models.ErrInvalidClusterState, "Cluster %s is not in state available, it is %s.", one.Identifier, status)
	}

	return nil
}

func clusterNotFound(identifier string) *failure {
	return fail(models.ErrClusterNotFound, "Cluster %s not found.", identifier)
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
// cluster, or the status is empty.
func (f *Fake) SetClusterStatus(identifier, status string) error {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.pass(now)
	cluster := f.state.of(f.account).clusters[strings.ToLower(identifier)]
	switch {
	case cluster == nil:
		return fmt.Errorf("redshifttest: set the status of cluster %q: there is none, add it first", identifier)
	case status == "":
		return fmt.Errorf("redshifttest: set the status of cluster %q: the status is empty", identifier)
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
