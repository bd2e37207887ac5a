package redshifttest

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/models"
)

// restorePreparation divides the duration of a restore. Data arrives after the first third.
const restorePreparation = 3

// restore is the progress of a restore.
type restore struct {
	started  time.Time
	duration time.Duration
	size     float64 // megabytes

	// The time when SetClusterStatus or SetTableRestoreStatus stopped it. Zero if neither did.
	stopped time.Time
}

// effectiveTime returns the time that determines the progress: now, or the time when the restore was stopped.
func (r *restore) effectiveTime(now time.Time) time.Time {
	if !r.stopped.IsZero() {
		return r.stopped
	}

	return now
}

// preparation returns the time before data arrives.
func (r *restore) preparation() time.Duration { return r.duration / restorePreparation }

// availableAt returns the time when the cluster of the restore becomes available.
func (r *restore) availableAt() time.Time { return r.started.Add(r.preparation()) }

func (r *restore) hasStarted(now time.Time) bool {
	return r.effectiveTime(now).Sub(r.started) >= r.preparation()
}

func (r *restore) hasEnded(now time.Time) bool {
	return r.effectiveTime(now).Sub(r.started) >= r.duration
}

// progress returns the megabytes that have arrived.
func (r *restore) progress(now time.Time) int64 {
	data := r.effectiveTime(now).Sub(r.started) - r.preparation()
	share := data.Seconds() / (r.duration - r.preparation()).Seconds()

	return int64(r.size * min(max(share, 0), 1))
}

// view returns the status of the restore as DescribeClusters shows it.
func (r *restore) view(now time.Time) *models.RestoreStatus {
	elapsed := min(max(r.effectiveTime(now).Sub(r.started), 0), r.duration)
	shown := &models.RestoreStatus{
		Status:                  models.RestoreStatusTypeStarting,
		SnapshotSizeInMegaBytes: int64(r.size),
		ProgressInMegaBytes:     r.progress(now),
		ElapsedTimeInSeconds:    int64(elapsed.Seconds()),
	}
	if r.hasStarted(now) {
		shown.Status = models.RestoreStatusTypeRestoring
		shown.CurrentRestoreRateInMegaBytesPerSecond = rate(r.size, r.duration-r.preparation())
	}
	switch {
	case !r.stopped.IsZero():
		shown.Status = models.RestoreStatusTypeFailed
	case r.hasEnded(now):
		shown.Status = models.RestoreStatusTypeCompleted
	default:
		shown.EstimatedTimeToCompletionInSeconds = int64(math.Ceil((r.duration - elapsed).Seconds()))
	}

	return shown
}

// rate returns megabytes per second. A duration of less than a second counts as one second, so that the rate stays plausible.
func rate(megabytes float64, duration time.Duration) float64 {
	return roundToHundredths(megabytes / max(duration, time.Second).Seconds())
}

func restoreFromClusterSnapshot(c *call) (any, *failure) {
	identifier := c.params.text("ClusterIdentifier")
	if failed := c.checkClusterIdentifier(identifier); failed != nil {
		return nil, failed
	}
	source, failed := c.restoreSource()
	if failed != nil {
		return nil, failed
	}
	cluster := &storedCluster{Cluster: source.cluster(c.account, identifier), settings: defaultSettings()}
	if failed := c.applyRestore(cluster, source); failed != nil {
		return nil, failed
	}
	// A caller that retries after a lost response must get the error that the cluster exists, not one that the new cluster causes.
	if c.resourcesOf(c.account).identifierTaken(identifier) {
		return nil, fail(models.ErrClusterAlreadyExists, "The account already has a cluster named %s.", identifier)
	}
	if !source.available(c.now) {
		return nil, fail(models.ErrInvalidClusterSnapshotState, "Snapshot %s is not in state available.", source.SnapshotIdentifier)
	}
	if failed := c.checkClusterQuotas(cluster); failed != nil {
		return nil, failed
	}
	cluster.restore = &restore{started: c.now, duration: c.restoreDuration, size: cluster.SizeInMegaBytes}
	c.store(cluster)
	c.recordRestore(cluster, source.SnapshotIdentifier)
	s, roles := c.state, c.params.strings("IamRoles.IamRoleArn")
	s.states.timers.add(cluster.restore.availableAt(), s.exists(cluster), func(at time.Time) {
		cluster.settings.IamRoles = settleRoles(cluster.settings.IamRoles, roles)
		s.takeFirstSnapshot(cluster, at)
	})

	return &snapshots.RestoreFromClusterSnapshotResult{Cluster: c.clusterResult(cluster)}, nil
}

// restoreSource returns the snapshot to restore: a snapshot of the caller or, if the call names the owner, one that is shared with the
// caller.
func (c *call) restoreSource() (*storedSnapshot, *failure) {
	identifier, arn, failed := c.oneSnapshotName()
	if failed != nil {
		return nil, failed
	}
	owner := c.params.text("OwnerAccount")
	if owner != "" && !twelveDigits.MatchString(owner) {
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter OwnerAccount must be an account of 12 digits, not '%s'.", owner)
	}
	if owner == "" {
		owner = arnAccount(arn)
	}
	if owner == "" {
		owner = c.account
	}
	snapshot, failed := c.findSnapshot(owner, identifier, arn)
	if failed != nil {
		return nil, failed
	}
	if owner != c.account && !slices.Contains(snapshot.grants, c.account) {
		return nil, fail(models.ErrAccessToSnapshotDenied,
			"Account %s has not authorized account %s to access the snapshot.", owner, c.account)
	}

	return snapshot, nil
}

// cluster returns the snapshot's cluster as the snapshot recorded it, with a new identifier.
func (s *storedSnapshot) cluster(account, identifier string) Cluster {
	return Cluster{
		Identifier:                       identifier,
		AccountID:                        account,
		SizeInMegaBytes:                  s.TotalBackupSizeInMegaBytes,
		NodeType:                         s.NodeType,
		NumberOfNodes:                    s.NumberOfNodes,
		Port:                             s.Port,
		AvailabilityZone:                 s.AvailabilityZone,
		MasterUsername:                   s.MasterUsername,
		Version:                          s.ClusterVersion,
		EngineFullVersion:                s.EngineFullVersion,
		DBName:                           s.DBName,
		VpcID:                            s.VpcID,
		KmsKeyID:                         s.KmsKeyID,
		AutomatedSnapshotRetentionPeriod: s.clusterDays,
		MaintenanceTrackName:             s.MaintenanceTrackName,
		PreferredMaintenanceWindow:       s.window,
		ManualSnapshotRetentionPeriod:    s.manualDays,
		Tables:                           slices.Clone(s.tables),
		Tags:                             s.tagsOfCluster(account),
	}
}

// tagsOfCluster returns the tags that the snapshot's cluster had. A restore keeps them only in the same region and the same account.
func (s *storedSnapshot) tagsOfCluster(account string) []models.Tag {
	if account != s.OwnerAccount || s.SourceRegion != "" {
		return nil
	}

	return slices.Clone(s.clusterTags)
}

// applyRestore applies the parameters of the restore to a cluster.
func (c *call) applyRestore(cluster *storedCluster, source *storedSnapshot) *failure {
	for _, check := range []func(*storedCluster, *storedSnapshot) *failure{c.applyNodes, c.applyPeriods, c.applyNetwork, c.applyKeys} {
		if failed := check(cluster, source); failed != nil {
			return failed
		}
	}
	if failed := c.applyReferences(cluster); failed != nil {
		return failed
	}

	return c.applyNewRoles(cluster)
}

// applyReferences applies the parameters that name other resources to a new cluster.
func (c *call) applyReferences(cluster *storedCluster) *failure {
	if failed := c.checkReferences(); failed != nil {
		return failed
	}
	settings := &cluster.settings
	if group := c.params.text("ClusterParameterGroupName"); group != "" {
		settings.ClusterParameterGroups = []models.ClusterParameterGroupStatus{inSync(strings.ToLower(group))}
	}
	if failed := c.checkTrack(); failed != nil {
		return failed
	}
	setUnlessEmpty(&cluster.MaintenanceTrackName, c.params.text("MaintenanceTrackName"))
	if schedule := c.params.text("SnapshotScheduleIdentifier"); schedule != "" {
		if _, failed := c.schedule(schedule); failed != nil {
			return failed
		}
		cluster.association = &scheduleAssociation{schedule: strings.ToLower(schedule), since: c.now}
	}
	if allow, found := c.params.boolean("AllowVersionUpgrade"); found {
		settings.AllowVersionUpgrade = allow
	}

	return nil
}

// checkTrack checks the MaintenanceTrackName of a call.
func (c *call) checkTrack() *failure {
	if track := c.params.text("MaintenanceTrackName"); track != "" && !slices.Contains([]string{"current", "trailing"}, track) {
		return fail(models.ErrInvalidClusterTrack, "The maintenance track must be current or trailing, not '%s'.", track)
	}

	return nil
}

func (c *call) applyNodes(cluster *storedCluster, source *storedSnapshot) *failure {
	if nodeType := c.params.text("NodeType"); nodeType != "" {
		if !slices.Contains(source.RestorableNodeTypes, nodeType) {
			return fail(models.ErrInvalidRestore, "Snapshot %s of %s nodes cannot be restored to nodes of type '%s', only to %s.",
				source.SnapshotIdentifier, source.NodeType, nodeType, strings.Join(source.RestorableNodeTypes, ", "))
		}
		cluster.NodeType = nodeType
	}
	if count, found := c.params.integer("NumberOfNodes"); found {
		cluster.NumberOfNodes = count
	}

	if failed := checkNodes(cluster.NodeType, cluster.NumberOfNodes); failed != nil {
		return failed
	}

	return checkFit(cluster.NodeType, cluster.NumberOfNodes, cluster.SizeInMegaBytes)
}

func (c *call) applyPeriods(cluster *storedCluster, _ *storedSnapshot) *failure {
	if failed := c.applyMaintenance(cluster); failed != nil {
		return failed
	}
	days, failed := c.newRetention()
	if failed != nil {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter ManualSnapshotRetentionPeriod is not valid. %s", failed.message)
	}
	if days != nil {
		cluster.ManualSnapshotRetentionPeriod = *days
	}

	return nil
}

// applyMaintenance applies the maintenance window and the retention period of automated snapshots.
func (c *call) applyMaintenance(cluster *storedCluster) *failure {
	if window := c.params.text("PreferredMaintenanceWindow"); window != "" {
		if _, failed := windowStart(window); failed != nil {
			return failed
		}
		cluster.PreferredMaintenanceWindow = window
	}
	if days, found := c.params.integer("AutomatedSnapshotRetentionPeriod"); found {
		if days < 0 || days > maxAutomatedDays || days == 0 && managedStorage(cluster.NodeType) {
			return fail(awsquery.ErrInvalidParameterValue,
				"The parameter AutomatedSnapshotRetentionPeriod cannot be %d for a cluster of %s nodes.", days, cluster.NodeType)
		}
		cluster.AutomatedSnapshotRetentionPeriod = days
	}

	return nil
}

func (c *call) applyNetwork(cluster *storedCluster, _ *storedSnapshot) *failure {
	if failed := c.applyConnectivity(cluster); failed != nil {
		return failed
	}
	if multi, _ := c.params.boolean("MultiAZ"); multi {
		// The call must set the parameter even if the snapshot is encrypted.
		if encrypted, _ := c.params.boolean("Encrypted"); !encrypted {
			return fail(awsquery.ErrInvalidParameterCombination,
				"Your cluster must be encrypted to use Multi-AZ. Specify encrypted parameter to encrypt your cluster.")
		}
		cluster.settings.MultiAZ = multiAZEnabled

		return checkMultiAZ(cluster.NodeType, cluster.NumberOfNodes)
	}

	return nil
}

// applyConnectivity applies the parameters of a new cluster that determine its place and its connections.
func (c *call) applyConnectivity(cluster *storedCluster) *failure {
	settings := &cluster.settings
	if port, found := c.params.integer("Port"); found {
		if failed := checkPort(cluster.NodeType, port); failed != nil {
			return failed
		}
		cluster.Port = port
	}
	if zone := c.params.text("AvailabilityZone"); zone != "" {
		if failed := c.checkZone(zone); failed != nil {
			return failed
		}
		settings.AvailabilityZone, cluster.AvailabilityZone = zone, zone // the settings show it while the cluster is creating
	}
	if name := c.params.text("ClusterSubnetGroupName"); name != "" {
		group, failed := c.referencedSubnetGroup(name)
		if failed != nil {
			return failed
		}
		settings.ClusterSubnetGroupName, cluster.VpcID = group.ClusterSubnetGroupName, group.VpcID
	}
	cluster.EnhancedVpcRouting, _ = c.params.boolean("EnhancedVpcRouting")
	settings.PubliclyAccessible, _ = c.params.boolean("PubliclyAccessible")
	if failed := c.checkNoClassicGroups(); failed != nil {
		return failed
	}
	if groups := c.params.strings("VpcSecurityGroupIds.VpcSecurityGroupId"); len(groups) > 0 {
		settings.VpcSecurityGroups = vpcSecurityGroups(groups)
	}
	if address := c.params.text("ElasticIp"); address != "" {
		settings.ElasticIPStatus = &models.ElasticIPStatus{ElasticIP: address, Status: "active"}
	}
	kind, failed := c.ipAddressType(settings.IPAddressType)
	if failed != nil {
		return failed
	}
	settings.IPAddressType = kind
	relocates, _ := c.params.boolean("AvailabilityZoneRelocation")
	switch {
	case relocates && !managedStorage(cluster.NodeType):
		return fail(awsquery.ErrInvalidParameterCombination, "AvailabilityZoneRelocation needs RA3 or RG nodes, not %s.", cluster.NodeType)
	case relocates && settings.PubliclyAccessible && settings.ElasticIPStatus != nil:
		return fail(awsquery.ErrInvalidParameterCombination,
			"ElasticIp cannot be given for a publicly accessible cluster with AvailabilityZoneRelocation.")
	case relocates:
		settings.AvailabilityZoneRelocationStatus = enabledText(true)
	}

	return nil
}

// checkNoClassicGroups refuses the security groups of clusters outside a VPC. The fake has no such clusters.
func (c *call) checkNoClassicGroups() *failure {
	if groups := c.params.strings("ClusterSecurityGroups.ClusterSecurityGroupName"); len(groups) > 0 {
		return fail(awsquery.ErrInvalidParameterCombination,
			"The cluster is in a VPC. Use VpcSecurityGroupIds instead of ClusterSecurityGroups.")
	}

	return nil
}

func vpcSecurityGroups(identifiers []string) []models.VpcSecurityGroupMembership {
	groups := make([]models.VpcSecurityGroupMembership, len(identifiers))
	for i, identifier := range identifiers {
		groups[i] = models.VpcSecurityGroupMembership{VpcSecurityGroupID: identifier, Status: "active"}
	}

	return groups
}

// ipAddressType returns the IpAddressType of a call, or the current type if it has none.
func (c *call) ipAddressType(current models.IPAddressType) (models.IPAddressType, *failure) {
	switch kind := models.IPAddressType(c.params.text("IpAddressType")); kind {
	case "":
		return current, nil
	case models.IPAddressTypeIPv4, models.IPAddressTypeDualstack:
		return kind, nil
	default:
		return "", fail(awsquery.ErrInvalidParameterValue, "The parameter IpAddressType must be ipv4 or dualstack, not '%s'.", kind)
	}
}

func (c *call) applyKeys(cluster *storedCluster, source *storedSnapshot) *failure {
	if given := c.params.text("KmsKeyId"); given != "" {
		key := c.keyARN(c.account, given)
		if source.KmsKeyID != "" && source.OwnerAccount == c.account && key != source.KmsKeyID {
			return fail(awsquery.ErrInvalidParameterValue, "Cannot use a new KmsKeyId when restoring from your own snapshot.")
		}
		cluster.KmsKeyID = key
	}
	if encrypted, _ := c.params.boolean("Encrypted"); encrypted && cluster.KmsKeyID == "" {
		cluster.KmsKeyID = c.serviceKey("redshift")
	}
	hsm, failed := c.hsm()
	if failed != nil {
		return failed
	}
	if hsm != nil {
		hsm.Status = hsmActive
		cluster.settings.HsmStatus, cluster.KmsKeyID = hsm, ""
	}

	return c.applyAdminPassword(cluster)
}

// applyAdminPassword applies the parameters of an admin password that Redshift manages.
func (c *call) applyAdminPassword(cluster *storedCluster) *failure {
	managed, _ := c.params.boolean("ManageMasterPassword")
	switch {
	case managed:
		c.manageAdminPassword(cluster)
	case c.params.text("MasterPasswordSecretKmsKeyId") != "":
		return fail(awsquery.ErrInvalidParameterCombination, "MasterPasswordSecretKmsKeyId needs ManageMasterPassword.")
	}

	return nil
}

// manageAdminPassword makes a secret for the admin password of a cluster.
func (c *call) manageAdminPassword(cluster *storedCluster) {
	cluster.MasterPasswordSecretArn = c.arn("secretsmanager", c.account, "secret:redshift!"+cluster.Identifier+"-"+cluster.MasterUsername)
	cluster.MasterPasswordSecretKmsKeyID = c.serviceKey("secretsmanager")
	if key := c.params.text("MasterPasswordSecretKmsKeyId"); key != "" {
		cluster.MasterPasswordSecretKmsKeyID = c.keyARN(c.account, key)
	}
}

func setUnlessEmpty(value *string, given string) {
	if given != "" {
		*value = given
	}
}

// checkClusterQuotas checks the quotas for a new cluster.
func (c *call) checkClusterQuotas(added *storedCluster) *failure {
	all := c.resourcesOf(c.account).clusters
	if len(all) >= max(c.quotas.Clusters, 0) {
		return fail(models.ErrClusterQuotaExceeded, "The account has %d clusters, which is the quota. %s", len(all), quotaHint("Clusters"))
	}
	nodes, quota := 0, max(c.quotas.Nodes, 0)
	for _, cluster := range all {
		nodes += cluster.NumberOfNodes
	}
	if added.NumberOfNodes > quota-nodes {
		return fail(models.ErrNumberOfNodesQuotaExceeded, "The account has %d nodes. The %d nodes of the new cluster exceed the quota of %d. %s",
			nodes, added.NumberOfNodes, quota, quotaHint("Nodes"))
	}

	return nil
}
