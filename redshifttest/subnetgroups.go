package redshifttest

import (
	"crypto/sha256"
	"regexp"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/networking"
	"github.com/redshift-go/redshift/models"
)

const (
	defaultSubnetGroup = "default"
	maxSubnets         = 20 // of a group
)

var (
	subnetGroupPages = pageSizes{20, 100}
	subnetGroupName  = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
	subnetForm       = regexp.MustCompile(`^subnet-([0-9a-f]{8}|[0-9a-f]{17})$`)
)

// storedSubnetGroup is a cluster subnet group.
type storedSubnetGroup struct {
	models.ClusterSubnetGroup
	fixed bool // the default group, or a group of Options.Resources, which does not count towards the quota
}

// initialSubnetGroups returns the groups that every account has: the default group, and the groups of Options.Resources.
func (s *state) initialSubnetGroups() map[string]*storedSubnetGroup {
	groups := make(map[string]*storedSubnetGroup)
	for _, name := range append(slices.Clone(s.states.options.Resources.SubnetGroups), defaultSubnetGroup) {
		name = strings.ToLower(name)
		group := &storedSubnetGroup{ClusterSubnetGroup: newSubnetGroup(name, "A group of Options.Resources"), fixed: true}
		if name == defaultSubnetGroup {
			group.Description = "Default subnet group"
		}
		for _, zone := range zones {
			group.Subnets = append(group.Subnets, models.Subnet{
				SubnetIdentifier:       "subnet-0123456789abcdef" + zone,
				SubnetAvailabilityZone: &models.AvailabilityZone{Name: s.region + zone},
				SubnetStatus:           "Active",
			})
		}
		groups[name] = group
	}

	return groups
}

// zones are the ends of the names of a region's Availability Zones.
var zones = []string{"a", "b", "c"}

// newSubnetGroup returns a group without subnets. The fake has one VPC.
func newSubnetGroup(name, description string) models.ClusterSubnetGroup {
	return models.ClusterSubnetGroup{
		ClusterSubnetGroupName:         name,
		Description:                    description,
		VpcID:                          defaultVPC,
		SubnetGroupStatus:              models.SubnetGroupStatusComplete,
		Tags:                           []models.Tag{},
		SupportedClusterIPAddressTypes: []models.IPAddressType{models.IPAddressTypeIPv4},
	}
}

// subnetGroup returns a subnet group of the caller.
func (c *call) subnetGroup(name string) (*storedSubnetGroup, *failure) {
	group := c.resourcesOf(c.account).subnetGroups[strings.ToLower(name)]
	if group == nil {
		return nil, subnetGroupNotFound(name)
	}

	return group, nil
}

func subnetGroupNotFound(name string) *failure {
	return fail(models.ErrClusterSubnetGroupNotFoundFault, "The cluster subnet group '%s' does not exist.", name)
}

func createClusterSubnetGroup(c *call) (any, *failure) {
	name := strings.ToLower(c.params.text("ClusterSubnetGroupName"))
	if len(name) > maxGroupName || !c.states.options.Permissive && !subnetGroupName.MatchString(name) {
		return nil, fail(awsquery.ErrInvalidParameterValue,
			"The parameter ClusterSubnetGroupName must have 1 to %d letters, digits and hyphens.", maxGroupName)
	}
	if name == defaultSubnetGroup {
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter ClusterSubnetGroupName must not be Default.")
	}
	subnets, failed := c.subnets()
	if failed != nil {
		return nil, failed
	}
	tags, failed := c.tags()
	if failed != nil {
		return nil, failed
	}
	groups := c.resourcesOf(c.account).subnetGroups
	if groups[name] != nil {
		return nil, fail(models.ErrClusterSubnetGroupAlreadyExists, "The cluster subnet group %s already exists.", name)
	}
	count := 0
	for _, group := range groups {
		if !group.fixed {
			count++
		}
	}
	if count >= max(c.quotas.SubnetGroups, 0) {
		return nil, fail(models.ErrClusterSubnetGroupQuotaExceeded,
			"The account has %d cluster subnet groups, which is the quota. %s", count, quotaHint("SubnetGroups"))
	}
	group := &storedSubnetGroup{ClusterSubnetGroup: newSubnetGroup(name, c.params.text("Description"))}
	group.Subnets, group.Tags = subnets, tags
	groups[name] = group
	c.hideNew(group)

	return &networking.CreateClusterSubnetGroupResult{ClusterSubnetGroup: group.view()}, nil
}

// subnets returns the subnets of the call. The fake has no networks: a subnet exists if its identifier has the form of one. Its
// Availability Zone depends only on the identifier.
func (c *call) subnets() ([]models.Subnet, *failure) {
	identifiers := c.params.strings("SubnetIds.SubnetIdentifier")
	if len(identifiers) > maxSubnets {
		return nil, fail(models.ErrClusterSubnetQuotaExceededFault,
			"A cluster subnet group can have at most %d subnets, not %d.", maxSubnets, len(identifiers))
	}
	var subnets []models.Subnet
	for _, identifier := range identifiers {
		if !subnetForm.MatchString(identifier) {
			return nil, fail(models.ErrInvalidSubnet,
				"The subnet '%s' does not exist. The identifier of a subnet is subnet- and 8 or 17 hexadecimal digits.", identifier)
		}
		if slices.ContainsFunc(subnets, func(one models.Subnet) bool { return one.SubnetIdentifier == identifier }) {
			return nil, fail(models.ErrInvalidSubnet, "The subnet %s is given twice.", identifier)
		}
		digest := sha256.Sum256([]byte(identifier))
		subnets = append(subnets, models.Subnet{
			SubnetIdentifier:       identifier,
			SubnetAvailabilityZone: &models.AvailabilityZone{Name: c.region + zones[int(digest[0])%len(zones)]},
			SubnetStatus:           "Active",
		})
	}

	return subnets, nil
}

// view returns the group as Redshift shows it.
func (g *storedSubnetGroup) view() models.ClusterSubnetGroup {
	shown := g.ClusterSubnetGroup
	shown.Tags = append([]models.Tag{}, g.Tags...)

	return shown
}

func modifyClusterSubnetGroup(c *call) (any, *failure) {
	group, failed := c.subnetGroup(c.params.text("ClusterSubnetGroupName"))
	if failed != nil {
		return nil, failed
	}
	subnets, failed := c.subnets()
	if failed != nil {
		return nil, failed
	}
	for _, cluster := range c.clustersIn(group) {
		used := group.subnetOf(cluster)
		if !slices.ContainsFunc(subnets, func(one models.Subnet) bool { return one.SubnetIdentifier == used }) {
			return nil, fail(models.ErrSubnetAlreadyInUse,
				"The subnet %s cannot be removed from the cluster subnet group %s, because cluster %s uses it.",
				used, group.ClusterSubnetGroupName, cluster.Identifier)
		}
	}
	group.Subnets = subnets
	setUnlessEmpty(&group.Description, c.params.text("Description"))

	return &networking.ModifyClusterSubnetGroupResult{ClusterSubnetGroup: group.view()}, nil
}

// clustersIn returns the clusters of the caller in a subnet group, sorted by identifier.
func (c *call) clustersIn(group *storedSubnetGroup) []*storedCluster {
	var using []*storedCluster
	for _, cluster := range c.resourcesOf(c.account).clusters {
		if strings.EqualFold(cluster.settings.ClusterSubnetGroupName, group.ClusterSubnetGroupName) {
			using = append(using, cluster)
		}
	}
	slices.SortFunc(using, func(a, b *storedCluster) int { return strings.Compare(a.Identifier, b.Identifier) })

	return using
}

// subnetOf returns the subnet that a cluster uses: the first one in the Availability Zone of the cluster, or the first one of all.
func (g *storedSubnetGroup) subnetOf(cluster *storedCluster) string {
	at := slices.IndexFunc(g.Subnets, func(one models.Subnet) bool { return one.SubnetAvailabilityZone.Name == cluster.AvailabilityZone })

	return g.Subnets[max(at, 0)].SubnetIdentifier
}

func deleteClusterSubnetGroup(c *call) (any, *failure) {
	group, failed := c.subnetGroup(c.params.text("ClusterSubnetGroupName"))
	if failed != nil {
		return nil, failed
	}
	name := group.ClusterSubnetGroupName
	if name == defaultSubnetGroup {
		return nil, fail(models.ErrInvalidClusterSubnetGroupStateFault, "The default cluster subnet group cannot be deleted.")
	}
	if clusters := c.clustersIn(group); len(clusters) > 0 {
		return nil, fail(models.ErrInvalidClusterSubnetGroupStateFault,
			"The cluster subnet group %s cannot be deleted, because cluster %s uses it.", name, clusters[0].Identifier)
	}
	delete(c.resourcesOf(c.account).subnetGroups, name)

	return nil, nil
}

func describeClusterSubnetGroups(c *call) (any, *failure) {
	filter, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	wanted := strings.ToLower(c.params.text("ClusterSubnetGroupName"))
	var list []listItem[models.ClusterSubnetGroup]
	for name, group := range c.resourcesOf(c.account).subnetGroups {
		if (wanted == "" || name == wanted) && !c.hides(group) {
			list = append(list, listItem[models.ClusterSubnetGroup]{sortKey: []string{name}, value: group.view()})
		}
	}
	if wanted != "" && len(list) == 0 {
		return nil, subnetGroupNotFound(wanted)
	}
	list = slices.DeleteFunc(list, func(one listItem[models.ClusterSubnetGroup]) bool { return !filter.matches(one.value.Tags) })
	found, next, failed := page(c, subnetGroupPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &networking.DescribeClusterSubnetGroupsResult{Marker: next, ClusterSubnetGroups: found}, nil
}
