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

// cluster is a cluster and what became of it.
type cluster struct {
	Cluster                  // Status is empty while it follows from the restore
	settings  models.Cluster // what only a restore can set
	restore   *restore       // nil if it was added
	copying   *models.ClusterSnapshotCopyStatus
	following *following
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
	shown.ClusterCreateTime = one.CreateTime
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
