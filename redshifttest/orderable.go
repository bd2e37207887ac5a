package redshifttest

import (
	"slices"

	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

// engineVersion is the version of the engine. Amazon has released no other.
const engineVersion = "1.0"

// zones are the Availability Zones of the region. Each region of the fake has three.
func (s *state) zones() []models.AvailabilityZone {
	var all []models.AvailabilityZone
	for _, letter := range []string{"a", "b", "c"} {
		all = append(all, models.AvailabilityZone{Name: s.region + letter, SupportedPlatforms: []models.SupportedPlatform{{Name: platform}}})
	}

	return all
}

// describeOrderableClusterOptions lists the combinations of version, cluster type and node type that CreateCluster can use.
func describeOrderableClusterOptions(c *call) (any, *failure) {
	version, nodeType := c.params.text("ClusterVersion"), c.params.text("NodeType")
	var list []listItem[models.OrderableClusterOption]
	for _, name := range orderableNodeTypes {
		if version != "" && version != engineVersion || nodeType != "" && nodeType != name {
			continue
		}
		types := []models.ClusterType{models.ClusterTypeMultiNode}
		if nodeSpecs[name].smallest <= 1 { // 0 if the limits are unknown
			types = slices.Concat(types, []models.ClusterType{models.ClusterTypeSingleNode})
		}
		for _, clusterType := range types {
			list = append(list, listItem[models.OrderableClusterOption]{
				sortKey: []string{name, string(clusterType)},
				value: models.OrderableClusterOption{
					ClusterVersion:    engineVersion,
					ClusterType:       clusterType,
					NodeType:          name,
					AvailabilityZones: c.zones(),
				},
			})
		}
	}
	found, next, failed := page(c, orderablePages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &clusters.DescribeOrderableClusterOptionsResult{OrderableClusterOptions: found, Marker: next}, nil
}
