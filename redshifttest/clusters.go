package redshifttest

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

const (
	statusAvailable = "available"
	// clusterAge is the default age of an added cluster. It can then have automated snapshots of earlier days.
	clusterAge = 30 * 24 * time.Hour
)

// Cluster describes a cluster for [Fake.AddCluster]. Identifier is required.
type Cluster struct {
	// Identifier is the identifier of the cluster: 1 to 63 lower-case letters, digits and hyphens, starting with a letter, without a
	// hyphen at the end or two in a row.
	Identifier string
	// AccountID is the account that owns the cluster. Default: the fake's own account.
	AccountID string
	// Status is the status of the cluster. Snapshots can be taken while it is available. Default: available.
	Status string
	// CreateTime is the time of creation. Default: 30 days before now on the fake's clock, or now if a removed cluster had the
	// same identifier.
	CreateTime time.Time
	// SizeInMegaBytes is the size of the data. Every snapshot has this total size. The first snapshot adds all of it to the
	// backup, and each later one adds a sixteenth. Default: 1024.
	SizeInMegaBytes float64
	// NodeType is the type of the nodes. Default: ra3.xlplus.
	NodeType string
	// NumberOfNodes is the number of compute nodes, within the limits of NodeType. The minimum is 2 for dc2.8xlarge, ds2.8xlarge,
	// ra3.4xlarge and ra3.16xlarge, and 1 for others. Default: 2.
	NumberOfNodes int
	// Port is the port of the database: 5431 to 5455 or 8191 to 8215 for RA3 nodes, 1150 to 65535 for others. Default: 5439.
	Port int
	// AvailabilityZone is the Availability Zone of the cluster. Default: the first of the region, such as us-east-1a.
	AvailabilityZone string
	// MasterUsername is the name of the admin user. Default: awsuser.
	MasterUsername string
	// Version is the version of the engine. Default: 1.0.
	Version string
	// EngineFullVersion is the version of the engine with its patch level. Default: 1.0.78125.
	EngineFullVersion string
	// DBName is the name of the first database. Default: dev.
	DBName string
	// VpcID is the virtual private cloud of the cluster. Default: vpc-0123456789abcdef0.
	VpcID string
	// KmsKeyID is the key that encrypts the cluster: the identifier of the key, its ARN or an alias. Default: "", not encrypted.
	KmsKeyID string
	// EnhancedVpcRouting forces traffic to data repositories through the VPC. Default: false.
	EnhancedVpcRouting bool
	// MaintenanceTrackName is the track that provides new versions. Default: current.
	MaintenanceTrackName string
	// MasterPasswordSecretArn is the ARN of the secret with the admin password. Default: "", no secret.
	MasterPasswordSecretArn string
	// MasterPasswordSecretKmsKeyID is the ARN of the key that encrypts that secret. Default: "", no key.
	MasterPasswordSecretKmsKeyID string
	// AutomatedSnapshotRetentionPeriod is the number of days that automated snapshots are kept, 1 to 35. The newest one is kept longer.
	// A negative value disables automated snapshots. Snapshot schedules and [Options].AutomatedSnapshots take them. Default: 1.
	AutomatedSnapshotRetentionPeriod int
	// PreferredMaintenanceWindow is the weekly window for maintenance, in UTC: two pairs of day and time, at least 30 minutes
	// apart. Default: sun:05:00-sun:05:30.
	PreferredMaintenanceWindow string
	// ManualSnapshotRetentionPeriod is the number of days that a manual snapshot is kept, 1 to 3653, if the call that creates it sets no
	// retention period. -1 keeps it forever. Default: -1.
	ManualSnapshotRetentionPeriod int
	// Tables are the tables of the cluster, such as dev.public.orders. [redshift.Client.RestoreTableFromClusterSnapshot] restores only
	// tables that the snapshot's cluster had, and only to names that are not in use. Default: nil, any table can be restored to any name.
	Tables []string
	// Tags are the tags of the cluster. Its automated snapshots get them too. A manual snapshot only gets the tags of the call that
	// creates it. Default: none.
	Tags []models.Tag

	// ParameterGroupName is the parameter group of the cluster. It must exist. Default: default.redshift-1.0.
	ParameterGroupName string
	// ParameterApplyStatus is the status of the parameters of that group, such as pending-reboot. Default: in-sync.
	ParameterApplyStatus string
	// SubnetGroupName is the subnet group of the cluster. It must exist. Default: default.
	SubnetGroupName string
	// VpcSecurityGroupIDs are the security groups of the cluster. The fake accepts every name. Default: sg-0123456789abcdef0.
	VpcSecurityGroupIDs []string
	// PubliclyAccessible gives the nodes public addresses. Default: false.
	PubliclyAccessible bool
	// ElasticIP is the elastic IP address of a publicly accessible cluster. Default: "", no elastic IP address.
	ElasticIP string
	// IPAddressType is ipv4 or dualstack. Default: ipv4.
	IPAddressType models.IPAddressType
	// MultiAZ deploys the cluster in two Availability Zones. The cluster must be encrypted and have RA3 nodes. Default: false.
	MultiAZ bool
	// AvailabilityZoneRelocation lets Redshift move the cluster to another Availability Zone. It needs RA3 nodes. Default: false.
	AvailabilityZoneRelocation bool
	// NoVersionUpgrade forbids upgrades to new versions of the engine. Default: false, upgrades are allowed.
	NoVersionUpgrade bool
	// IamRoles are the ARNs of the IAM roles of the cluster. Default: none.
	IamRoles []string
	// DefaultIamRoleArn is the default one of the IamRoles. Default: "", no default role.
	DefaultIamRoleArn string
	// Restoring means that a restore creates the cluster. It began at CreateTime, takes Options.RestoreDuration, and determines the
	// status, so Status must be empty. The default of CreateTime is now. Default: false.
	Restoring bool
}

// storedCluster is a cluster and its state.
type storedCluster struct {
	Cluster                     // Status is empty while the restore determines it
	settings     models.Cluster // the settings that are not fields of Cluster in the same form
	restore      *restore       // nil if no restore created the cluster
	snapshotCopy *models.ClusterSnapshotCopyStatus
	association  *scheduleAssociation
	transition   *transition // nil if no change is under way
	pending      models.PendingModifiedValues
	resize       *resize                // the last one, or nil
	nextTrack    *time.Time             // when the pending maintenance track takes effect; another pointer for each change
	namespace    string                 // what the namespace is derived from; empty means the identifier
	backedUp     bool                   // it has or had a snapshot
	automated    time.Time              // automated snapshots due until this time have been taken
	applying     *time.Time             // the end of the last dynamic change of its parameter group; another pointer for each change
	logging      *logging               // nil if no audit logs are stored
	roleUpdates  map[string]*roleUpdate // the last change of each IAM role that has not taken effect yet
}

// multiAZEnabled is the MultiAZ of a cluster in two Availability Zones.
const multiAZEnabled = "Enabled"

// defaultSettings returns the default settings of a cluster.
func defaultSettings() models.Cluster {
	return models.Cluster{
		ClusterSubnetGroupName:           "default",
		ClusterParameterGroups:           []models.ClusterParameterGroupStatus{inSync("default.redshift-1.0")},
		ClusterSecurityGroups:            []models.ClusterSecurityGroupMembership{},
		VpcSecurityGroups:                []models.VpcSecurityGroupMembership{{VpcSecurityGroupID: "sg-0123456789abcdef0", Status: "active"}},
		AllowVersionUpgrade:              true,
		IamRoles:                         []models.ClusterIamRole{},
		IPAddressType:                    models.IPAddressTypeIPv4,
		MultiAZ:                          "Disabled",
		AvailabilityZoneRelocationStatus: "disabled",
	}
}

func inSync(parameterGroup string) models.ClusterParameterGroupStatus {
	return models.ClusterParameterGroupStatus{ParameterGroupName: parameterGroup, ParameterApplyStatus: "in-sync"}
}

// status returns the status of the cluster at a time.
func (c *storedCluster) status(now time.Time) models.ClusterStatus {
	switch {
	case c.transition != nil:
		return c.transition.status
	case c.Status != "":
		return models.ClusterStatus(c.Status)
	case c.restore.hasStarted(now):
		return models.ClusterStatusAvailable
	default:
		return models.ClusterStatusCreating
	}
}

// availability returns the availability for queries that belongs to a status.
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

// clusterView returns a cluster as its owner sees it now. Like Redshift, it omits members of a cluster that is creating. Of these, the
// settings have the Availability Zone that the call requested.
func (c *call) clusterView(cluster *storedCluster) models.Cluster {
	shown := cluster.settings
	shown.ClusterIdentifier = cluster.Identifier
	shown.NodeType = cluster.NodeType
	shown.ClusterStatus = cluster.status(c.now)
	shown.ClusterAvailabilityStatus = availability(shown.ClusterStatus)
	shown.MasterUsername = cluster.MasterUsername
	shown.DBName = cluster.DBName
	shown.AutomatedSnapshotRetentionPeriod = cluster.AutomatedSnapshotRetentionPeriod
	shown.ManualSnapshotRetentionPeriod = cluster.ManualSnapshotRetentionPeriod
	shown.VpcID = cluster.VpcID
	shown.PreferredMaintenanceWindow = cluster.PreferredMaintenanceWindow
	pendingValues := cluster.pending
	shown.PendingModifiedValues = &pendingValues
	shown.ClusterVersion = cluster.Version
	shown.NumberOfNodes = cluster.NumberOfNodes
	shown.Encrypted = cluster.encrypted()
	shown.KmsKeyID = cluster.KmsKeyID
	shown.EnhancedVpcRouting = cluster.EnhancedVpcRouting
	shown.MaintenanceTrackName = cluster.MaintenanceTrackName
	shown.DeferredMaintenanceWindows = []models.DeferredMaintenanceWindow{}
	shown.NextMaintenanceWindowStartTime = nextWindow(cluster.PreferredMaintenanceWindow, c.now)
	shown.MasterPasswordSecretArn = cluster.MasterPasswordSecretArn
	shown.MasterPasswordSecretKmsKeyID = cluster.MasterPasswordSecretKmsKeyID
	shown.ClusterNamespaceArn = c.namespaceARN(cluster)
	shown.ClusterParameterGroups = c.shownParameterGroups(cluster)
	shown.Tags = append([]models.Tag{}, cluster.Tags...)
	shown.ClusterNodes = []models.ClusterNode{}
	if cluster.restore != nil {
		shown.RestoreStatus = cluster.restore.view(c.now)
	}
	if cluster.association != nil && !c.hides(cluster.association) {
		shown.SnapshotScheduleIdentifier = c.resourcesOf(cluster.AccountID).schedules[cluster.association.schedule].ScheduleIdentifier
		shown.SnapshotScheduleState = cluster.association.state(c.now)
	}
	if cluster.snapshotCopy != nil {
		copying := *cluster.snapshotCopy
		shown.ClusterSnapshotCopyStatus = &copying
	}
	if cluster.resize != nil {
		shown.ResizeInfo, shown.DataTransferProgress = cluster.resize.info(c.now), cluster.resize.transfer(shown.ClusterStatus, c.now)
	}
	if shown.ClusterStatus != models.ClusterStatusCreating {
		c.addCreated(&shown, cluster)
	}

	return shown
}

// addCreated adds the members that Redshift shows only after the cluster has been created.
func (c *call) addCreated(shown *models.Cluster, cluster *storedCluster) {
	shown.ClusterCreateTime = cluster.CreateTime
	shown.AvailabilityZone = cluster.AvailabilityZone
	shown.Endpoint = &models.Endpoint{Address: c.endpoint(cluster.Identifier), Port: cluster.Port}
	shown.ClusterRevisionNumber = cluster.EngineFullVersion[strings.LastIndex(cluster.EngineFullVersion, ".")+1:]
	shown.ClusterPublicKey = publicKey(shown.ClusterNamespaceArn)
	shown.ClusterNodes = clusterNodes(cluster.NumberOfNodes, shown.PubliclyAccessible)
	if spec, known := nodeSpecs[cluster.NodeType]; known && managedStorage(cluster.NodeType) {
		const decimalTerabyte = 1_000_000 // Redshift shows 256000000 for 256 TB
		terabytes := spec.capacity(cluster.NumberOfNodes) / terabyte
		shown.TotalStorageCapacityInMegaBytes = new(int64(terabytes * decimalTerabyte))
	}
	if shown.MultiAZ == multiAZEnabled {
		shown.MultiAZSecondary = &models.SecondaryClusterInfo{
			AvailabilityZone: otherZone(cluster.AvailabilityZone),
			ClusterNodes:     clusterNodes(cluster.NumberOfNodes, shown.PubliclyAccessible),
		}
	}
	shown.ElasticResizeNumberOfNodeOptions = elasticOptionsText(cluster.NodeType, cluster.NumberOfNodes)
	if plan, found := c.plan(cluster); found {
		shown.ExpectedNextSnapshotScheduleTime = plan.times.after(c.now, plan.since)
		shown.ExpectedNextSnapshotScheduleTimeStatus = plan.status
	}
}

// namespaceARN returns the ARN of the namespace of a cluster. A rename does not change it.
func (s *state) namespaceARN(cluster *storedCluster) string {
	name := cmp.Or(cluster.namespace, cluster.Identifier)

	return s.arn("redshift", cluster.AccountID, "namespace:"+uuid("namespace", cluster.AccountID, name))
}

// otherZone returns another Availability Zone of the same region.
func otherZone(zone string) string {
	region := strings.TrimRight(zone, "abcdefghijklmnopqrstuvwxyz")
	if zone == region+"b" {
		return region + "a"
	}

	return region + "b"
}

// encrypted reports whether the data of the cluster is encrypted, with a key of KMS or of a hardware security module.
func (c *storedCluster) encrypted() bool { return c.KmsKeyID != "" || c.settings.HsmStatus != nil }

// endpoint returns the address of the database of a cluster. The address does not exist.
func (s *state) endpoint(identifier string) string {
	domain := "amazonaws.com"
	if arnPartition(s.region) == "aws-cn" {
		domain += ".cn"
	}

	return fmt.Sprintf("%s.example00000.%s.redshift.%s", identifier, s.region, domain)
}

// clusterNodes returns a leader node and compute nodes, or one node that is both.
func clusterNodes(count int, public bool) []models.ClusterNode {
	node := func(role string, number int) models.ClusterNode {
		one := models.ClusterNode{NodeRole: role, PrivateIPAddress: fmt.Sprintf("10.0.%d.%d", number/250, 4+number%250)}
		if public {
			one.PublicIPAddress = fmt.Sprintf("203.0.113.%d", number%256) // addresses for documentation
		}

		return one
	}
	if count == 1 {
		return []models.ClusterNode{node("SHARED", 0)}
	}
	all := []models.ClusterNode{node("LEADER", 0)}
	for number := range count {
		all = append(all, node(fmt.Sprintf("COMPUTE-%d", number), number+1))
	}

	return all
}

// publicKey returns the public key of a cluster in Redshift's form: an SSH key of 2048 bits, a comment and a line break. No private key
// belongs to it.
func publicKey(cluster string) string {
	modulus := []byte{0} // a leading zero makes the number positive
	for i := range 8 {
		part := sha256.Sum256([]byte(fmt.Sprintf("redshifttest key %s %d", cluster, i)))
		modulus = append(modulus, part[:]...)
	}
	modulus[1] |= 1 << 7 // 2048 bits
	modulus[len(modulus)-1] |= 1
	var key []byte
	for _, field := range [][]byte{[]byte("ssh-rsa"), {1, 0, 1}, modulus} {
		key = binary.BigEndian.AppendUint32(key, uint32(len(field)))
		key = append(key, field...)
	}

	return "ssh-rsa " + base64.StdEncoding.EncodeToString(key) + " Amazon-Redshift\n"
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
	all := slices.Collect(maps.Values(c.resourcesOf(c.account).clusters))
	if identifier != "" {
		// Unlike other operations, this one does not ignore case.
		cluster := c.resourcesOf(c.account).clusters[identifier]
		if cluster == nil || c.hides(cluster) {
			return nil, clusterNotFound(identifier)
		}
		all = []*storedCluster{cluster}
	}
	var list []listItem[*storedCluster]
	for _, cluster := range all {
		if filter.matches(cluster.Tags) && !c.hides(cluster) {
			list = append(list, listItem[*storedCluster]{sortKey: []string{cluster.Identifier}, value: cluster})
		}
	}
	found, next, failed := page(c, clusterPages, list, nil)
	if failed != nil {
		return nil, failed
	}
	result := &clusters.DescribeClustersResult{Marker: next, Clusters: []models.Cluster{}}
	for _, cluster := range found {
		result.Clusters = append(result.Clusters, c.clusterView(cluster))
	}

	return result, nil
}

// has reports whether a cluster exists, and not only another one with its identifier.
func (s *state) has(cluster *storedCluster) bool {
	return s.resourcesOf(cluster.AccountID).clusters[cluster.Identifier] == cluster
}

// exists returns a function that reports whether a cluster still exists.
func (s *state) exists(cluster *storedCluster) func() bool {
	return func() bool { return s.has(cluster) }
}

// cluster returns a cluster of the caller.
func (c *call) cluster(identifier string) (*storedCluster, *failure) {
	cluster := c.resourcesOf(c.account).clusters[strings.ToLower(identifier)]
	if cluster == nil {
		return nil, clusterNotFound(strings.ToLower(identifier))
	}

	return cluster, nil
}

// availableCluster returns a cluster of the caller, or a failure if the cluster is not available.
func (c *call) availableCluster(identifier string) (*storedCluster, *failure) {
	cluster, failed := c.cluster(identifier)
	if failed != nil {
		return nil, failed
	}

	return cluster, c.checkAvailable(cluster)
}

func (c *call) checkAvailable(cluster *storedCluster) *failure {
	if status := cluster.status(c.now); status != models.ClusterStatusAvailable {
		return fail(models.ErrInvalidClusterState, "Cluster %s is not in state available. It is %s.", cluster.Identifier, status)
	}

	return nil
}

func clusterNotFound(identifier string) *failure {
	return fail(models.ErrClusterNotFound, "Cluster %s not found.", identifier)
}

// AddCluster adds a cluster. It returns an error if Redshift would refuse the value of a field, or if the account already has a
// cluster with that identifier. Quotas do not apply.
func (f *Fake) AddCluster(added Cluster) error {
	wrap := func(reason string) error {
		return fmt.Errorf("redshifttest: add cluster %q: %s", added.Identifier, reason)
	}
	added = added.withDefaults(f.account, f.region)
	if reason := added.check(); reason != "" {
		return wrap(reason)
	}

	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)
	owner := f.state.resourcesOf(added.AccountID)
	if owner.identifierTaken(added.Identifier) {
		return wrap("the cluster exists already: remove it first or use another identifier")
	}
	if failed := f.state.checkGroups(&added, now); failed != nil {
		return wrap(failed.message)
	}
	if added.CreateTime.After(now) {
		return wrap(fmt.Sprintf("CreateTime %s is after now, which is %s on the fake's clock",
			added.CreateTime.UTC().Format(timeFormat), now.UTC().Format(timeFormat)))
	}
	if added.CreateTime.IsZero() {
		added.CreateTime = now
		if !owner.removed[added.Identifier] && !added.Restoring {
			added.CreateTime = now.Add(-clusterAge)
		}
	}
	added.CreateTime = added.CreateTime.UTC().Truncate(time.Millisecond)
	if added.KmsKeyID != "" {
		added.KmsKeyID = f.state.keyARN(added.AccountID, added.KmsKeyID)
	}
	stored := &storedCluster{Cluster: added, settings: added.settings(), automated: now}
	if added.Restoring {
		stored.restore = &restore{started: added.CreateTime, duration: f.state.restoreDuration, size: added.SizeInMegaBytes}
		if available := stored.restore.availableAt(); !available.Before(now.Truncate(time.Millisecond)) { // CreateTime is truncated, too
			f.states.timers.add(available, f.state.exists(stored), func(at time.Time) { f.state.takeFirstSnapshot(stored, at) })
		}
	}
	owner.addCluster(stored)

	return nil
}

// checkGroups refuses a cluster whose parameter group or subnet group does not exist.
func (s *state) checkGroups(added *Cluster, now time.Time) *failure {
	named := &call{state: s, account: added.AccountID, now: now, params: parameters{
		"ClusterParameterGroupName": {text: added.ParameterGroupName},
		"ClusterSubnetGroupName":    {text: added.SubnetGroupName},
	}}

	return named.checkReferences()
}

// settings returns the settings of an added cluster.
func (c *Cluster) settings() models.Cluster {
	settings := defaultSettings()
	settings.ClusterParameterGroups = []models.ClusterParameterGroupStatus{
		{ParameterGroupName: c.ParameterGroupName, ParameterApplyStatus: c.ParameterApplyStatus},
	}
	settings.ClusterSubnetGroupName = c.SubnetGroupName
	if len(c.VpcSecurityGroupIDs) > 0 {
		settings.VpcSecurityGroups = nil
	}
	for _, group := range c.VpcSecurityGroupIDs {
		member := models.VpcSecurityGroupMembership{VpcSecurityGroupID: group, Status: "active"}
		settings.VpcSecurityGroups = append(settings.VpcSecurityGroups, member)
	}
	settings.PubliclyAccessible = c.PubliclyAccessible
	if c.ElasticIP != "" {
		settings.ElasticIPStatus = &models.ElasticIPStatus{ElasticIP: c.ElasticIP, Status: "active"}
	}
	settings.IPAddressType = c.IPAddressType
	if c.MultiAZ {
		settings.MultiAZ = multiAZEnabled
	}
	if c.AvailabilityZoneRelocation {
		settings.AvailabilityZoneRelocationStatus = "enabled"
	}
	settings.AllowVersionUpgrade = !c.NoVersionUpgrade
	for _, role := range c.IamRoles {
		settings.IamRoles = append(settings.IamRoles, models.ClusterIamRole{IamRoleArn: role, ApplyStatus: "in-sync"})
	}
	settings.DefaultIamRoleArn = c.DefaultIamRoleArn

	return settings
}

// withDefaults returns a copy of the cluster with the defaults of the fields that are not set.
func (c Cluster) withDefaults(account, region string) Cluster {
	setDefault(&c.AccountID, account)
	if !c.Restoring {
		setDefault(&c.Status, statusAvailable)
	}
	setDefault(&c.AutomatedSnapshotRetentionPeriod, 1)
	c.AutomatedSnapshotRetentionPeriod = max(c.AutomatedSnapshotRetentionPeriod, 0)
	setDefault(&c.ManualSnapshotRetentionPeriod, keepForever)
	setDefault(&c.PreferredMaintenanceWindow, defaultMaintenanceWindow)
	setDefault(&c.SizeInMegaBytes, 1024)
	setDefault(&c.NodeType, "ra3.xlplus")
	setDefault(&c.NumberOfNodes, 2)
	setDefault(&c.Port, 5439)
	setDefault(&c.AvailabilityZone, region+"a")
	setDefault(&c.MasterUsername, "awsuser")
	setDefault(&c.Version, engineVersion)
	setDefault(&c.EngineFullVersion, currentVersion)
	setDefault(&c.DBName, "dev")
	setDefault(&c.VpcID, defaultVPC)
	setDefault(&c.MaintenanceTrackName, currentTrack)
	setDefault(&c.ParameterGroupName, "default.redshift-1.0")
	c.ParameterGroupName = strings.ToLower(c.ParameterGroupName)
	setDefault(&c.ParameterApplyStatus, "in-sync")
	setDefault(&c.SubnetGroupName, "default")
	c.SubnetGroupName = strings.ToLower(c.SubnetGroupName)
	setDefault(&c.IPAddressType, models.IPAddressTypeIPv4)
	c.Tags, c.Tables = slices.Clone(c.Tags), slices.Clone(c.Tables)
	c.VpcSecurityGroupIDs, c.IamRoles = slices.Clone(c.VpcSecurityGroupIDs), slices.Clone(c.IamRoles)

	return c
}

// check returns a description of the first mistake in a cluster with its defaults, or "".
func (c *Cluster) check() string {
	switch {
	case strings.ToLower(c.Identifier) != c.Identifier:
		return "the identifier must be in lower case"
	case !twelveDigits.MatchString(c.AccountID):
		return "AccountID does not have 12 digits"
	case c.AutomatedSnapshotRetentionPeriod > maxAutomatedDays:
		return "AutomatedSnapshotRetentionPeriod is more than 35 days"
	case !(c.SizeInMegaBytes >= 0 && c.SizeInMegaBytes <= math.MaxInt64/2): // true for NaN
		return fmt.Sprintf("SizeInMegaBytes cannot be %v", c.SizeInMegaBytes)
	}
	if reason := c.checkCombinations(); reason != "" {
		return reason
	}
	for _, check := range []func() *failure{
		func() *failure { return checkNewIdentifier("Identifier", c.Identifier, maxClusterIdentifier) },
		func() *failure { return checkNodes(c.NodeType, c.NumberOfNodes) },
		func() *failure { return checkPort(c.NodeType, c.Port) },
		func() *failure { return checkRetention(c.ManualSnapshotRetentionPeriod) },
		func() *failure { return checkTags(c.Tags) },
		func() *failure { _, failed := windowStart(c.PreferredMaintenanceWindow); return failed },
	} {
		if failed := check(); failed != nil {
			return failed.message
		}
	}

	return ""
}

// checkCombinations returns a description of the first fields that Redshift does not allow together, or "".
func (c *Cluster) checkCombinations() string {
	switch {
	case c.Restoring && c.Status != "":
		return "Status must be empty, because Restoring determines it"
	case c.MultiAZ && (c.KmsKeyID == "" || !managedStorage(c.NodeType)):
		return "MultiAZ needs KmsKeyID and RA3 nodes"
	case c.AvailabilityZoneRelocation && !managedStorage(c.NodeType):
		return "AvailabilityZoneRelocation needs RA3 nodes"
	case c.ElasticIP != "" && !c.PubliclyAccessible:
		return "ElasticIP needs PubliclyAccessible"
	case c.IPAddressType != models.IPAddressTypeIPv4 && c.IPAddressType != models.IPAddressTypeDualstack:
		return fmt.Sprintf("IPAddressType must be ipv4 or dualstack, not %q", c.IPAddressType)
	case c.DefaultIamRoleArn != "" && !slices.Contains(c.IamRoles, c.DefaultIamRoleArn):
		return "DefaultIamRoleArn is not one of the IamRoles"
	default:
		return ""
	}
}

// SetClusterStatus sets the status of a cluster of the fake's own account, such as resizing. A change in progress, such as a resize or a
// deletion, ends without its effect, and a resize has failed. A restore in progress continues, unless the status is
// incompatible-restore: then the restore has failed. It returns an error if the cluster does not exist, or if the status is empty.
func (f *Fake) SetClusterStatus(identifier, status string) error {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)
	cluster := f.state.resourcesOf(f.account).clusters[strings.ToLower(identifier)]
	switch {
	case cluster == nil:
		return fmt.Errorf("redshifttest: set the status of cluster %q: no such cluster, add it first", identifier)
	case status == "":
		return fmt.Errorf("redshifttest: set the status of cluster %q: the status is empty", identifier)
	}
	cluster.stopChange(now)
	cluster.Status = status
	if running := cluster.restore; running != nil && status == string(models.ClusterStatusIncompatibleRestore) && !running.hasEnded(now) {
		running.stopped = now
		f.state.restoreEvent(cluster, now, 3501, "The restore of cluster %s has failed.", cluster.Identifier)
	}

	return nil
}

// RemoveCluster deletes a cluster of the fake's own account and its automated snapshots, as Redshift does. Manual snapshots stay. It
// returns an error if the cluster does not exist.
func (f *Fake) RemoveCluster(identifier string) error {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)
	owner := f.state.resourcesOf(f.account)
	removed := owner.clusters[strings.ToLower(identifier)]
	if removed == nil {
		return fmt.Errorf("redshifttest: remove cluster %q: no such cluster", identifier)
	}
	owner.removeCluster(removed)

	return nil
}

// removeCluster removes a cluster, its table restores and its automated snapshots.
func (r *resources) removeCluster(cluster *storedCluster) {
	delete(r.clusters, cluster.Identifier)
	r.removed[cluster.Identifier] = true
	ofCluster := func(restored *tableRestore) bool { return restored.ClusterIdentifier == cluster.Identifier }
	r.tableRestores = slices.DeleteFunc(r.tableRestores, ofCluster)
	maps.DeleteFunc(r.snapshots, func(_ string, snapshot *storedSnapshot) bool {
		return snapshot.source == cluster && snapshot.SnapshotType == models.SnapshotTypeAutomated
	})
}
