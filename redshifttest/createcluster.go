package redshifttest

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

const (
	minPassword       = 8
	maxPassword       = 64
	maxMasterUsername = 128
	maxDBName         = 64
	hiddenPassword    = "****"
)

// orderableNodeTypes are the node types of new clusters. DS2 nodes only exist in old clusters.
var orderableNodeTypes = slices.Concat(dc2Types, ra3Types, rgTypes)

func createCluster(c *call) (any, *failure) {
	identifier := c.params.text("ClusterIdentifier")
	if failed := c.checkClusterIdentifier(identifier); failed != nil {
		return nil, failed
	}
	cluster := &storedCluster{
		Cluster: Cluster{
			Identifier:     identifier,
			AccountID:      c.account,
			MasterUsername: c.params.text("MasterUsername"),
			DBName:         c.params.text("DBName"),
			NumberOfNodes:  1,
		}.withDefaults(c.account, c.region),
		settings: defaultSettings(),
	}
	for _, apply := range []func(*storedCluster) *failure{
		c.applyNewNodes, c.applyNewNames, c.applyNewPeriods, c.applyNewNetwork, c.applyNewKeys, c.applyNewSettings,
	} {
		if failed := apply(cluster); failed != nil {
			return nil, failed
		}
	}
	// A caller that retries after a lost response must get the error that the cluster exists, not one that the new cluster causes.
	if c.resourcesOf(c.account).identifierTaken(identifier) {
		return nil, fail(models.ErrClusterAlreadyExists, "The account already has a cluster named %s.", identifier)
	}
	if failed := c.checkClusterQuotas(cluster); failed != nil {
		return nil, failed
	}
	c.addNewCluster(cluster)

	return &clusters.CreateClusterResult{Cluster: c.clusterResult(cluster)}, nil
}

// addNewCluster adds a cluster, which is creating for the ClusterDuration.
func (c *call) addNewCluster(cluster *storedCluster) {
	if c.params.text("MasterUserPassword") != "" {
		cluster.pending.MasterUserPassword = hiddenPassword
	}
	c.store(cluster)
	s, roles := c.state, c.params.strings("IamRoles.IamRoleArn")
	s.begin(cluster, models.ClusterStatusCreating, c.now.Add(s.clusterDuration), func(at time.Time) {
		cluster.clearPending()
		cluster.settings.IamRoles = settleRoles(cluster.settings.IamRoles, roles)
		s.addEvent(cluster.AccountID, at, eventClusterCreated, cluster.Identifier, "Cluster %s created at %s.",
			cluster.Identifier, utcMinute(at))
		s.takeFirstSnapshot(cluster, at)
	})
}

// store stores a cluster that the call creates.
func (c *call) store(cluster *storedCluster) {
	cluster.CreateTime = c.now.UTC().Truncate(time.Millisecond)
	cluster.automated = c.now
	c.resourcesOf(c.account).addCluster(cluster)
	c.hideNew(cluster)
}

// addCluster adds a cluster. If a cluster had its identifier before, it gets another namespace.
func (r *resources) addCluster(cluster *storedCluster) {
	if r.removed[cluster.Identifier] {
		cluster.namespace = cluster.Identifier + " " + cluster.CreateTime.Format(timeFormat)
	}
	r.clusters[cluster.Identifier] = cluster
}

// identifierTaken reports whether a cluster has an identifier, or gets it at the end of a rename.
func (r *resources) identifierTaken(identifier string) bool {
	if r.clusters[identifier] != nil {
		return true
	}
	for _, cluster := range r.clusters {
		if cluster.pending.ClusterIdentifier == identifier {
			return true
		}
	}

	return false
}

func (c *call) applyNewNodes(cluster *storedCluster) *failure {
	cluster.NodeType = c.params.text("NodeType")
	if failed := c.checkNodeType(cluster.NodeType); failed != nil {
		return failed
	}
	count, failed := c.numberOfNodes(1)
	if failed != nil {
		return failed
	}
	cluster.NumberOfNodes = count

	return checkNodes(cluster.NodeType, count)
}

func (s *state) checkNodeType(nodeType string) *failure {
	if !s.states.options.Permissive && !slices.Contains(orderableNodeTypes, nodeType) {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter NodeType must be one of %s, not '%s'.",
			strings.Join(orderableNodeTypes, ", "), nodeType)
	}

	return nil
}

// numberOfNodes returns the number of nodes that ClusterType and NumberOfNodes request, or the current number if the call has neither.
// Amazon documents two defaults for a call with neither: the type multi-node and one node. The fake takes the number.
func (c *call) numberOfNodes(current int) (int, *failure) {
	count, found := c.params.integer("NumberOfNodes")
	if !found {
		count = current
	}
	switch kind := models.ClusterType(c.params.text("ClusterType")); {
	case kind == models.ClusterTypeSingleNode && found && count != 1:
		return 0, fail(awsquery.ErrInvalidParameterCombination, "A cluster of type single-node has one node, not %d.", count)
	case kind == models.ClusterTypeSingleNode:
		return 1, nil
	case kind == models.ClusterTypeMultiNode && count < 2:
		return 0, fail(awsquery.ErrInvalidParameterCombination,
			"Number of nodes for cluster type multi-node must be greater than or equal to 2.")
	case kind != "" && kind != models.ClusterTypeMultiNode:
		return 0, fail(awsquery.ErrInvalidParameterValue, "The parameter ClusterType must be single-node or multi-node, not '%s'.", kind)
	}

	return count, nil
}

// clusterType returns the type of a cluster with a number of nodes.
func clusterType(nodes int) models.ClusterType {
	if nodes == 1 {
		return models.ClusterTypeSingleNode
	}

	return models.ClusterTypeMultiNode
}

var (
	masterUsernameForm = regexp.MustCompile(`^[a-z][a-z0-9_+.@-]*$`)
	// Amazon documents letters and digits. Redshift also takes the other characters, and the clients of many users rely on that.
	dbNameForm      = regexp.MustCompile(`^[a-z_][a-z0-9_$]*$`)
	catalogNameForm = regexp.MustCompile(`^[a-z0-9_-]*[a-z][a-z0-9_-]*$`)
)

func (c *call) applyNewNames(cluster *storedCluster) *failure {
	permissive := c.states.options.Permissive
	user := cluster.MasterUsername
	isName := permissive || masterUsernameForm.MatchString(user) && user != "public" && !reservedWords[user]
	if len(user) > maxMasterUsername || !isName {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter MasterUsername must have 1 to %d lower-case letters, digits "+
			"and _ + . @ -, must begin with a letter, and must not be a reserved word.", maxMasterUsername)
	}
	name := cluster.DBName
	if isName := permissive || dbNameForm.MatchString(name) && !reservedWords[name]; len(name) > maxDBName || !isName {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter DBName must have 1 to %d lower-case letters and digits, "+
			"must begin with a letter, and must not be a reserved word.", maxDBName)
	}
	managed, _ := c.params.boolean("ManageMasterPassword")
	if failed := c.checkPassword(managed); failed != nil {
		return failed
	}
	if !managed && c.params.text("MasterUserPassword") == "" {
		return fail(awsquery.ErrInvalidParameterCombination, "The request must contain MasterUserPassword or ManageMasterPassword.")
	}

	return c.applyAdminPassword(cluster)
}

// checkPassword checks the MasterUserPassword of a call. No message contains any part of it.
func (c *call) checkPassword(managed bool) *failure {
	if c.params["MasterUserPassword"] == nil {
		return nil
	}
	if managed {
		return fail(awsquery.ErrInvalidParameterCombination, "MasterUserPassword cannot be given together with ManageMasterPassword.")
	}
	password := c.params.text("MasterUserPassword")
	if len(password) < minPassword || len(password) > maxPassword {
		return fail(awsquery.ErrInvalidParameterValue,
			"The parameter MasterUserPassword must have %d to %d characters.", minPassword, maxPassword)
	}
	if c.states.options.Permissive {
		return nil
	}
	for _, r := range password {
		if r <= ' ' || r > '~' || strings.ContainsRune(`'"\/@`, r) {
			return fail(awsquery.ErrInvalidParameterValue,
				`The parameter MasterUserPassword must have only printable ASCII characters, without spaces and ' " \ / @.`)
		}
	}
	for _, kind := range []struct{ name, first, last string }{
		{"upper-case letter", "A", "Z"}, {"lower-case letter", "a", "z"}, {"digit", "0", "9"},
	} {
		isKind := func(r rune) bool { return string(r) >= kind.first && string(r) <= kind.last }
		if !strings.ContainsFunc(password, isKind) {
			return fail(awsquery.ErrInvalidParameterValue, "The parameter MasterUserPassword must have at least one %s.", kind.name)
		}
	}

	return nil
}

func (c *call) applyNewPeriods(cluster *storedCluster) *failure {
	if failed := c.applyMaintenance(cluster); failed != nil {
		return failed
	}
	days, failed := c.retention(keepForever)
	cluster.ManualSnapshotRetentionPeriod = days

	return failed
}

func (c *call) applyNewNetwork(cluster *storedCluster) *failure {
	if failed := c.applyConnectivity(cluster); failed != nil {
		return failed
	}
	if multi, _ := c.params.boolean("MultiAZ"); multi {
		cluster.settings.MultiAZ = multiAZEnabled

		return checkMultiAZ(cluster.NodeType, cluster.NumberOfNodes)
	}

	return nil
}

// checkZone checks that an Availability Zone belongs to the region of the endpoint.
func (c *call) checkZone(zone string) *failure {
	letter, found := strings.CutPrefix(zone, c.region)
	if !found || len(letter) != 1 || letter < "a" || letter > "z" {
		return fail(awsquery.ErrInvalidParameterValue,
			"The parameter AvailabilityZone must be a zone of %s such as %[1]sa, not '%[2]s'.", c.region, zone)
	}

	return nil
}

// checkMultiAZ checks that a cluster can run in two Availability Zones.
func checkMultiAZ(nodeType string, nodes int) *failure {
	if !managedStorage(nodeType) || nodes < 2 {
		return fail(awsquery.ErrInvalidParameterCombination,
			"MultiAZ needs at least 2 nodes of an RA3 or RG type, not %d of type %s.", nodes, nodeType)
	}

	return nil
}

func (c *call) applyNewKeys(cluster *storedCluster) *failure {
	if encrypted, found := c.params.boolean("Encrypted"); found && !encrypted {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter Encrypted must be true. Redshift encrypts new clusters.")
	}
	hsm, failed := c.hsm()
	if failed != nil {
		return failed
	}
	if hsm != nil {
		hsm.Status = hsmActive
		cluster.settings.HsmStatus = hsm

		return nil
	}
	cluster.KmsKeyID = c.serviceKey("redshift")
	if key := c.params.text("KmsKeyId"); key != "" {
		cluster.KmsKeyID = c.keyARN(c.account, key)
	}

	return nil
}

// The statuses of the settings of a hardware security module.
const (
	hsmActive   = "active"
	hsmApplying = "applying"
)

// hsm returns the hardware security module that the call requests, or nil if it requests none.
func (c *call) hsm() (*models.HsmStatus, *failure) {
	certificate, configured := c.params.text("HsmClientCertificateIdentifier"), c.params.text("HsmConfigurationIdentifier")
	switch {
	case certificate+configured == "":
		return nil, nil
	case certificate == "" || configured == "":
		return nil, fail(awsquery.ErrInvalidParameterCombination,
			"HsmClientCertificateIdentifier and HsmConfigurationIdentifier must be given together.")
	case c.params.text("KmsKeyId") != "":
		return nil, fail(awsquery.ErrInvalidParameterCombination,
			"A cluster gets its keys from KMS or from a hardware security module. "+
				"KmsKeyId cannot be given together with HsmConfigurationIdentifier.")
	}

	return &models.HsmStatus{HsmClientCertificateIdentifier: certificate, HsmConfigurationIdentifier: configured}, nil
}

func (c *call) applyNewSettings(cluster *storedCluster) *failure {
	if version := c.params.text("ClusterVersion"); version != "" && version != engineVersion {
		return unknownVersion(version)
	}
	if failed := c.applyReferences(cluster); failed != nil {
		return failed
	}
	if failed := c.applyNewRoles(cluster); failed != nil {
		return failed
	}
	settings := &cluster.settings
	if extra, found := c.params.boolean("ExtraComputeForAutomaticOptimization"); found {
		settings.ExtraComputeForAutomaticOptimization = enabledText(extra)
	}
	if name := c.params.text("CatalogName"); c.params["CatalogName"] != nil {
		if len(name) > 64 || !catalogNameForm.MatchString(name) {
			return fail(awsquery.ErrInvalidParameterValue, "The parameter CatalogName must have 1 to 64 lower-case letters, digits, "+
				"underscores and hyphens, with at least one letter.")
		}
		settings.CatalogArn = c.arn("glue", c.account, "catalog/"+name)
	}
	tags, failed := c.tags()
	cluster.Tags = tags

	return failed
}

func unknownVersion(version string) *failure {
	return fail(awsquery.ErrInvalidParameterValue, "The parameter ClusterVersion must be %s, not '%s'.", engineVersion, version)
}

// enabledText returns the text that Redshift shows for some switches.
func enabledText(on bool) string {
	if on {
		return "enabled"
	}

	return "disabled"
}
