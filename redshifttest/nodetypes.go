package redshifttest

import (
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// Sizes in megabytes.
const (
	gigabyte = 1024.0
	terabyte = 1024 * gigabyte
)

// nodeSpec describes a node type, as in Amazon's management guide.
type nodeSpec struct {
	smallest, largest int     // the limits of the number of nodes, after an elastic resize
	slices            int     // of each node
	storage           float64 // of each node, in megabytes; the limit for managed storage
	singleStorage     float64 // of the node of a single-node cluster; 0 means storage
}

// nodeSpecs are the node types that the fake knows. Other node types have no limits, and their storage is unknown.
var nodeSpecs = map[string]nodeSpec{
	"dc2.large":    {smallest: 1, largest: 32, slices: 2, storage: 160 * gigabyte},
	"dc2.8xlarge":  {smallest: 2, largest: 128, slices: 16, storage: 2.5 * terabyte},
	"ds2.xlarge":   {smallest: 1, largest: 32, slices: 2, storage: 2 * terabyte},
	"ds2.8xlarge":  {smallest: 2, largest: 128, slices: 16, storage: 16 * terabyte},
	"ra3.large":    {smallest: 1, largest: 16, slices: 2, storage: 8 * terabyte, singleStorage: 1 * terabyte},
	"ra3.xlplus":   {smallest: 1, largest: 32, slices: 2, storage: 32 * terabyte, singleStorage: 4 * terabyte},
	"ra3.4xlarge":  {smallest: 2, largest: 64, slices: 4, storage: 128 * terabyte},
	"ra3.16xlarge": {smallest: 2, largest: 128, slices: 16, storage: 128 * terabyte},
}

// capacity returns the storage of a number of nodes, in megabytes.
func (s nodeSpec) capacity(count int) float64 {
	if count == 1 && s.singleStorage > 0 {
		return s.singleStorage
	}

	return s.storage * float64(count)
}

// utilization returns how much of the storage of a number of nodes data uses, in percent.
func (s nodeSpec) utilization(megabytes float64, count int) float64 {
	return roundToHundredths(100 * megabytes / s.capacity(count))
}

// checkNodes checks the number of nodes of a new cluster. For too few nodes, the fake returns the same code as for nodes with too little
// storage, see checkFit. Too many nodes have their own code.
func checkNodes(nodeType string, count int) *failure {
	if count < 1 {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter NumberOfNodes must be 1 or more, not %d.", count)
	}
	limits, known := nodeSpecs[nodeType]
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

// checkFit refuses a number of nodes that does not have enough storage for data. Redshift returns InvalidParameterValue.
func checkFit(nodeType string, count int, megabytes float64) *failure {
	spec, known := nodeSpecs[nodeType]
	if known && megabytes > spec.capacity(count) {
		return fail(awsquery.ErrInvalidParameterValue, "%d nodes of type %s have %.0f MB of storage, but the data needs %.0f MB.",
			count, nodeType, spec.capacity(count), megabytes)
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
