package redshifttest

import (
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

// modification has the changes of a ModifyCluster call. They are collected first, because a call that fails changes nothing.
type modification struct {
	*call
	cluster *storedCluster
	pending models.PendingModifiedValues
	first   []func()             // changes that take effect immediately
	later   []func(at time.Time) // changes that take effect at the end of the modification
	status  models.ClusterStatus // while the modification lasts; empty if it does not take time
	resize  *resize              // nil if the nodes and the encryption stay
}

func modifyCluster(c *call) (any, *failure) {
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	changes := &modification{call: c, cluster: cluster}
	for _, collect := range []func() *failure{
		changes.collectNodes, changes.collectEncryption, changes.collectHSM, changes.collectCredentials, changes.collectPeriods,
		changes.collectNetwork, changes.collectPlacement, changes.collectParameterGroup, changes.collectEngine, changes.collectRename,
	} {
		if failed := collect(); failed != nil {
			return nil, failed
		}
	}
	if failed := c.checkAvailable(cluster); failed != nil {
		return nil, failed
	}
	if changes.resize != nil {
		if failed := c.checkNodeQuota(cluster, changes.resize.nodes); failed != nil {
			return nil, failed
		}
	}
	changes.begin()

	return &clusters.ModifyClusterResult{Cluster: c.clusterResult(cluster)}, nil
}

// immediately adds a change that takes effect immediately.
func (m *modification) immediately(change func()) { m.first = append(m.first, change) }

// eventually adds a change that takes effect at the end of the modification. Of several statuses, the cluster has the first of renaming,
// resizing, updating-hsm and modifying.
func (m *modification) eventually(status models.ClusterStatus, change func(at time.Time)) {
	rank := map[models.ClusterStatus]int{
		models.ClusterStatusModifying:   1,
		models.ClusterStatusUpdatingHsm: 2,
		models.ClusterStatusResizing:    3,
		models.ClusterStatusRenaming:    4,
	}
	if rank[status] > rank[m.status] {
		m.status = status
	}
	m.later = append(m.later, change)
}

// begin makes the changes.
func (m *modification) begin() {
	cluster, s := m.cluster, m.state
	for _, change := range m.first {
		change()
	}
	if m.status == "" {
		return
	}
	m.pending.MaintenanceTrackName = cluster.pending.MaintenanceTrackName
	cluster.pending = m.pending
	until := m.now.Add(s.clusterDuration)
	if m.resize != nil {
		until = m.now.Add(m.resize.duration)
		cluster.resize = m.resize
		cluster.setPendingNodes(m.resize)
		s.requestResize(cluster, m.now)
		s.noteResizeStarted(cluster, m.now)
	}
	later, target := m.later, m.resize
	s.begin(cluster, m.status, until, func(at time.Time) {
		for _, change := range later {
			change(at)
		}
		cluster.clearPending()
		if target != nil {
			s.finishResize(cluster, target, at)
		}
	})
}

// collectNodes collects a new type and a new number of nodes, which is a classic resize.
func (m *modification) collectNodes() *failure {
	nodeType := m.cluster.NodeType
	setUnlessEmpty(&nodeType, m.params.text("NodeType"))
	nodes, failed := m.numberOfNodes(m.cluster.NumberOfNodes)
	if failed != nil {
		return failed
	}
	if nodeType == m.cluster.NodeType && nodes == m.cluster.NumberOfNodes {
		return nil
	}
	hasNumber := m.params["NumberOfNodes"] != nil || m.params.text("ClusterType") == string(models.ClusterTypeSingleNode)
	if m.params.text("NodeType") == "" || !hasNumber {
		return fail(awsquery.ErrInvalidParameterCombination, "A resize needs both NodeType and NumberOfNodes.")
	}
	target, failed := m.resizeTarget(m.cluster, true)
	if failed != nil {
		return failed
	}
	m.resize = target
	m.eventually(models.ClusterStatusResizing, func(time.Time) { m.cluster.applyNodes(target) })

	return nil
}

// collectEncryption collects a new encryption. Redshift moves the data to a new cluster for it, as in a classic resize.
func (m *modification) collectEncryption() *failure {
	cluster, key := m.cluster, m.params.text("KmsKeyId")
	encrypted, found := m.params.boolean("Encrypted")
	switch {
	case !found && key == "":
		return nil
	case found && !encrypted && key != "":
		return fail(awsquery.ErrInvalidParameterCombination, "KmsKeyId cannot be given together with Encrypted=false.")
	case !found:
		encrypted = true
	}
	keyARN := ""
	switch {
	case key != "":
		keyARN = m.keyARN(m.account, key)
	case encrypted && cluster.encrypted():
		return nil
	case encrypted:
		keyARN = m.serviceKey("redshift")
	}
	if keyARN == cluster.KmsKeyID && cluster.settings.HsmStatus == nil {
		return nil
	}
	if !encrypted && cluster.settings.MultiAZ == multiAZEnabled {
		return fail(awsquery.ErrInvalidParameterCombination, "A cluster in two Availability Zones must be encrypted.")
	}
	if m.resize == nil {
		m.resize = m.newResize(cluster, cluster.NodeType, cluster.NumberOfNodes)
	}
	m.resize.encrypted = encrypted
	m.pending.EncryptionType = encryptionType(encrypted)
	m.eventually(models.ClusterStatusResizing, func(time.Time) { cluster.KmsKeyID, cluster.settings.HsmStatus = keyARN, nil })

	return nil
}

func (m *modification) collectHSM() *failure {
	hsm, failed := m.hsm()
	if failed != nil || hsm == nil {
		return failed
	}
	if failed := m.checkReferences(); failed != nil {
		return failed
	}
	settings := &m.cluster.settings
	m.immediately(func() {
		hsm.Status = hsmApplying
		settings.HsmStatus = hsm
	})
	m.eventually(models.ClusterStatusUpdatingHsm, func(time.Time) {
		applied := *hsm
		applied.Status = hsmActive
		settings.HsmStatus, m.cluster.KmsKeyID = &applied, ""
	})

	return nil
}

// collectCredentials collects a new password, and who keeps it. The fake stores no password.
func (m *modification) collectCredentials() *failure {
	cluster := m.cluster
	managed, found := m.params.boolean("ManageMasterPassword")
	if !found {
		managed = cluster.MasterPasswordSecretArn != ""
	}
	if failed := m.checkPassword(managed); failed != nil {
		return failed
	}
	hasPassword := m.params.text("MasterUserPassword") != ""
	wasManaged := cluster.MasterPasswordSecretArn != ""
	key := m.params.text("MasterPasswordSecretKmsKeyId")
	switch {
	case !managed && key != "":
		return fail(awsquery.ErrInvalidParameterCombination, "MasterPasswordSecretKmsKeyId needs ManageMasterPassword.")
	case wasManaged && !managed && !hasPassword:
		return fail(awsquery.ErrInvalidParameterCombination, "ManageMasterPassword=false needs a MasterUserPassword.")
	case managed == wasManaged && !hasPassword && key == "":
		return nil
	}
	m.immediately(func() {
		if !managed {
			cluster.MasterPasswordSecretArn, cluster.MasterPasswordSecretKmsKeyID = "", ""
		} else {
			m.manageAdminPassword(cluster)
		}
	})
	if hasPassword {
		m.pending.MasterUserPassword = hiddenPassword
	}
	s := m.state
	m.eventually(models.ClusterStatusModifying, func(at time.Time) {
		s.addEvent(cluster.AccountID, at, eventCredentialsUpdated, cluster.Identifier,
			"Master credentials updated for cluster %s at %s.", cluster.Identifier, utcMinute(at))
	})

	return nil
}

// collectPeriods collects the maintenance window, and the retention periods.
func (m *modification) collectPeriods() *failure {
	changed := &storedCluster{Cluster: m.cluster.Cluster}
	if failed := m.applyMaintenance(changed); failed != nil {
		return failed
	}
	days, failed := m.retention(m.cluster.ManualSnapshotRetentionPeriod)
	if failed != nil {
		return failed
	}
	m.immediately(func() {
		m.cluster.ManualSnapshotRetentionPeriod = days
		if changed.AutomatedSnapshotRetentionPeriod != m.cluster.AutomatedSnapshotRetentionPeriod {
			m.setAutomatedRetention(m.cluster, changed.AutomatedSnapshotRetentionPeriod)
		}
		if changed.PreferredMaintenanceWindow != m.cluster.PreferredMaintenanceWindow {
			m.cluster.PreferredMaintenanceWindow = changed.PreferredMaintenanceWindow
			m.scheduleTrack(m.cluster, m.now)
		}
	})

	return nil
}

// setAutomatedRetention sets the retention period of the automated snapshots of a cluster. It deletes the snapshots that are older, or all
// of them if the period is 0.
func (c *call) setAutomatedRetention(cluster *storedCluster, days int) {
	cluster.AutomatedSnapshotRetentionPeriod = days
	owner := c.resourcesOf(cluster.AccountID)
	for name, snapshot := range owner.snapshots {
		switch {
		case snapshot.source != cluster || snapshot.SnapshotType != models.SnapshotTypeAutomated:
		case days == 0:
			delete(owner.snapshots, name)
		default:
			snapshot.automatedDays = days
		}
	}
	c.expire(c.now)
}

// collectNetwork collects the settings of connections.
func (m *modification) collectNetwork() *failure {
	cluster, settings := m.cluster, &m.cluster.settings
	if failed := m.checkNoClassicGroups(); failed != nil {
		return failed
	}
	if groups := m.params.strings("VpcSecurityGroupIds.VpcSecurityGroupId"); len(groups) > 0 {
		m.immediately(func() {
			settings.VpcSecurityGroups = vpcSecurityGroups(groups)
			m.addEvent(cluster.AccountID, m.now, eventSecurityGroupsUpdated, cluster.Identifier,
				"VPC security groups for cluster %s updated at %s.", cluster.Identifier, utcMinute(m.now))
		})
	}
	if port, found := m.params.integer("Port"); found && port != cluster.Port {
		nodeType := cluster.NodeType
		setUnlessEmpty(&nodeType, m.params.text("NodeType"))
		if failed := checkPort(nodeType, port); failed != nil {
			return failed
		}
		m.eventually(models.ClusterStatusModifying, func(time.Time) { cluster.Port = port })
	}
	kind, failed := m.ipAddressType(settings.IPAddressType)
	if failed != nil {
		return failed
	}
	if kind != settings.IPAddressType {
		m.eventually(models.ClusterStatusModifying, func(time.Time) { settings.IPAddressType = kind })
	}
	if address := m.params.text("ElasticIp"); address != "" {
		m.immediately(func() { settings.ElasticIPStatus = &models.ElasticIPStatus{ElasticIP: address, Status: "active"} })
	}
	if public, found := m.params.boolean("PubliclyAccessible"); found && public != settings.PubliclyAccessible {
		m.pending.PubliclyAccessible = &public
		m.eventually(models.ClusterStatusModifying, func(time.Time) { settings.PubliclyAccessible = public })
	}
	if routing, found := m.params.boolean("EnhancedVpcRouting"); found && routing != cluster.EnhancedVpcRouting {
		m.pending.EnhancedVpcRouting = &routing
		m.eventually(models.ClusterStatusModifying, func(time.Time) { cluster.EnhancedVpcRouting = routing })
	}

	return nil
}

// collectPlacement collects the Availability Zones of the cluster.
func (m *modification) collectPlacement() *failure {
	cluster, settings := m.cluster, &m.cluster.settings
	if multi, found := m.params.boolean("MultiAZ"); found && multi != (settings.MultiAZ == multiAZEnabled) {
		if failed := m.checkMultiAZChange(multi); failed != nil {
			return failed
		}
		m.eventually(models.ClusterStatusModifying, func(time.Time) {
			settings.MultiAZ = "Disabled"
			if multi {
				settings.MultiAZ = multiAZEnabled
			}
		})
	}
	relocates := settings.AvailabilityZoneRelocationStatus == enabledText(true)
	if wanted, found := m.params.boolean("AvailabilityZoneRelocation"); found && wanted != relocates {
		if !managedStorage(cluster.NodeType) {
			return fail(models.ErrUnsupportedOptionFault, "AvailabilityZoneRelocation needs RA3 or RG nodes, not %s.", cluster.NodeType)
		}
		relocates = wanted
		m.immediately(func() {
			settings.AvailabilityZoneRelocationStatus = "pending_disabling"
			if wanted {
				settings.AvailabilityZoneRelocationStatus = "pending_enabling"
			}
		})
		m.eventually(models.ClusterStatusModifying, func(time.Time) { settings.AvailabilityZoneRelocationStatus = enabledText(wanted) })
	}
	if zone := m.params.text("AvailabilityZone"); zone != "" && zone != cluster.AvailabilityZone {
		if failed := m.checkZone(zone); failed != nil {
			return failed
		}
		if !relocates {
			return fail(models.ErrUnsupportedOptionFault,
				"Cluster %s cannot move to another Availability Zone. Enable AvailabilityZoneRelocation first.", cluster.Identifier)
		}
		m.eventually(models.ClusterStatusModifying, func(time.Time) { cluster.AvailabilityZone = zone })
	}

	return nil
}

// checkMultiAZChange checks a call that moves a cluster into two Availability Zones or back into one.
func (m *modification) checkMultiAZChange(multi bool) *failure {
	for name := range m.params {
		if name != "ClusterIdentifier" && name != "MultiAZ" {
			return fail(awsquery.ErrInvalidParameterCombination,
				"If a ModifyCluster call changes MultiAZ, no other modifications are allowed in the same request.")
		}
	}
	if !multi {
		return nil
	}
	if !m.cluster.encrypted() {
		return fail(awsquery.ErrInvalidParameterCombination, "Your cluster must be encrypted to use Multi-AZ.")
	}

	return checkMultiAZ(m.cluster.NodeType, m.cluster.NumberOfNodes)
}

// collectParameterGroup collects a new parameter group. Its parameters take effect at the next reboot.
func (m *modification) collectParameterGroup() *failure {
	group := strings.ToLower(m.params.text("ClusterParameterGroupName"))
	if group == "" {
		return nil
	}
	if failed := m.checkReferences(); failed != nil {
		return failed
	}
	cluster := m.cluster
	for _, old := range cluster.settings.ClusterParameterGroups {
		if old.ParameterGroupName == group {
			return nil
		}
	}
	m.immediately(func() {
		cluster.settings.ClusterParameterGroups = []models.ClusterParameterGroupStatus{
			{ParameterGroupName: group, ParameterApplyStatus: "pending-reboot"},
		}
		m.addEvent(cluster.AccountID, m.now, eventParameterGroupChanged, cluster.Identifier, "Cluster %s parameter group changed to %s at %s.",
			cluster.Identifier, group, utcMinute(m.now))
	})

	return nil
}

// collectEngine collects the settings of the engine and of its maintenance.
func (m *modification) collectEngine() *failure {
	cluster, settings := m.cluster, &m.cluster.settings
	if version := m.params.text("ClusterVersion"); version != "" && version != cluster.Version {
		if version != engineVersion {
			return unknownVersion(version)
		}
		m.pending.ClusterVersion = version
		m.eventually(models.ClusterStatusModifying, func(time.Time) { cluster.Version = version })
	}
	if failed := m.checkTrack(); failed != nil {
		return failed
	}
	if track := m.params.text("MaintenanceTrackName"); track != "" {
		m.immediately(func() { m.setTrack(cluster, track) })
	}
	if allow, found := m.params.boolean("AllowVersionUpgrade"); found {
		m.immediately(func() { settings.AllowVersionUpgrade = allow })
	}
	if extra, found := m.params.boolean("ExtraComputeForAutomaticOptimization"); found {
		m.immediately(func() { settings.ExtraComputeForAutomaticOptimization = enabledText(extra) })
	}

	return nil
}

// setTrack sets the maintenance track of a cluster. Another track takes effect in the next maintenance window.
func (c *call) setTrack(cluster *storedCluster, track string) {
	cluster.pending.MaintenanceTrackName = ""
	if track != cluster.MaintenanceTrackName {
		cluster.pending.MaintenanceTrackName = track
		c.scheduleTrack(cluster, c.now)
	}
}

// scheduleTrack lets the pending maintenance track take effect when the next maintenance window starts. If the cluster is not available
// then, the track waits for the window after that.
func (s *state) scheduleTrack(cluster *storedCluster, now time.Time) {
	if cluster.pending.MaintenanceTrackName == "" {
		return
	}
	next := nextWindow(cluster.PreferredMaintenanceWindow, now)
	scheduled := &next
	cluster.nextTrack = scheduled
	isLast := func() bool { return s.has(cluster) && cluster.nextTrack == scheduled }
	s.states.timers.add(next, isLast, func(at time.Time) {
		switch {
		case cluster.pending.MaintenanceTrackName == "":
		case cluster.status(at) != models.ClusterStatusAvailable:
			s.scheduleTrack(cluster, at)
		default:
			cluster.MaintenanceTrackName, cluster.pending.MaintenanceTrackName = cluster.pending.MaintenanceTrackName, ""
		}
	})
}

// collectRename collects a new identifier.
func (m *modification) collectRename() *failure {
	cluster, renamed := m.cluster, m.params.text("NewClusterIdentifier")
	if renamed == "" || renamed == cluster.Identifier {
		return nil
	}
	if strings.ToLower(renamed) != renamed {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter NewClusterIdentifier must be in lower case.")
	}
	if failed := m.checkNewIdentifier("NewClusterIdentifier", renamed, maxClusterIdentifier); failed != nil {
		return failed
	}
	if m.resourcesOf(m.account).identifierTaken(renamed) {
		return fail(models.ErrClusterAlreadyExists, "The account already has a cluster named %s.", renamed)
	}
	m.pending.ClusterIdentifier = renamed
	s := m.state
	m.eventually(models.ClusterStatusRenaming, func(at time.Time) { s.rename(cluster, renamed, at) })

	return nil
}

// rename gives a cluster a new identifier. Its endpoint and its ARN change. Its snapshots keep the identifier that they recorded. The
// cluster reboots at the end, so that the changes of its parameter groups take effect.
func (s *state) rename(cluster *storedCluster, renamed string, at time.Time) {
	owner, old := s.resourcesOf(cluster.AccountID), cluster.Identifier
	if cluster.namespace == "" {
		cluster.namespace = old
	}
	delete(owner.clusters, old)
	owner.removed[old] = true
	cluster.Identifier = renamed
	owner.clusters[renamed] = cluster
	for _, restored := range owner.tableRestores {
		if restored.ClusterIdentifier == old {
			restored.ClusterIdentifier = renamed
		}
	}
	s.applyParameters(cluster)
	s.addEvent(cluster.AccountID, at, eventClusterRenamed, old, "Cluster renamed to %s at %s.", renamed, utcMinute(at))
}
