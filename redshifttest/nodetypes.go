package redshifttest

import (
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// nodeLimits are the smallest and the largest number of nodes of a cluster, by node type. 1 means that a cluster can have a single node.
// Other node types have no limits in the fake.
var nodeLimits = map[string]struct{ smallest, largest int }{
	"dc2.large":    {1, 32},
	"dc2.8xlarge":  {2, 128},
	"ds2.xlarge":   {1, 32},
	"ds2.8xlarge":  {2, 128},
	"ra3.large":    {1, 16},
	"ra3.xlplus":   {1, 32},
	"ra3.4xlarge":  {2, 64},
	"ra3.16xlarge": {2, 128},
}

// checkNodes checks the number of nodes of a new cluster. Redshift returns InvalidParameterValue if a snapshot does not fit into the
// configuration. The fake returns the same code for too few nodes. Too many nodes have their own code.
func checkNodes(nodeType string, count int) *failure {
	if count < 1 {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter NumberOfNodes must be 1 or more, not %d.", count)
	}
	limits, known := nodeLimits[nodeType]
	switch {
	case known && count < limits.smallest:
		return fail(awsquery.ErrInvalidParameterValue, "The parameter NumberOfNodes must be at least %d for nodes of type %s, not %d.",
			limits.smallest, nodeType, count)
	case known && count > limits.largest:
		return fail(models.ErrNumberOfNodesPerClusterLimitExceeded, "A cluster can have at most %d nodes of type %s, not %d.",
			limits.largest, nodeType, count)
	}

	return nil
}

// The node types of each generation.
var (
	ds2Types = []string{"ds2.xlarge", "ds2.8xlarge"}
	dc2Types = []string{"dc2.large", "dc2.8xlarge"}
	ra3Types = []string{"ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"}
	rgTypes  = []string{"rg.large", "rg.xlarge", "rg.4xlarge", "rg.12xlarge"}
)

// restorableNodeTypes returns the node types that a snapshot can be restored to. Amazon's sources conflict about DC2: the API reference
// allows only DC2, and the management guide shows how to restore DS2 and DC2 to RA3. The fake follows the guide.
func restorableNodeTypes(nodeType string) []string {
	generation, _, _ := strings.Cut(nodeType, ".")
	switch generation {
	case "ra3":
		return slices.Clone(ra3Types)
	case "dc2":
		return slices.Concat(dc2Types, ra3Types)
	case "ds2":
		return slices.Concat(ds2Types, ra3Types)
	default:
		return []string{nodeType}
	}
}

// managedStorage reports whether nodes use Redshift managed storage. Different rules apply to them.
func managedStorage(nodeType string) bool {
	return strings.HasPrefix(nodeType, "ra3.") || strings.HasPrefix(nodeType, "rg.")
}

// checkPort checks the port of a cluster.
func checkPort(nodeType string, port int) *failure {
	valid := port >= 1150 && port <= 65535
	if managedStorage(nodeType) {
		valid = port >= 5431 && port <= 5455 || port >= 8191 && port <= 8215
	}
	if !valid {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter Port: a cluster of %s nodes cannot have port %d.", nodeType, port)
	}

	return nil
}
