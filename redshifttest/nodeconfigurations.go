package redshifttest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

// nodeSource has the nodes and the data of the cluster or the snapshot that a call names.
type nodeSource struct {
	nodeType  string
	count     int
	megabytes float64
	types     []string // the node types that the data can move to
}

// maxRecommendedPercent is the disk utilization that a recommended configuration does not exceed. Amazon publishes none.
const maxRecommendedPercent = 80

func describeNodeConfigurationOptions(c *call) (any, *failure) {
	source, failed := c.nodeSource()
	if failed != nil {
		return nil, failed
	}
	filters, failed := c.nodeFilters()
	if failed != nil {
		return nil, failed
	}
	var list []listItem[models.NodeConfigurationOption]
	for _, option := range source.options(models.ActionType(c.params.text("ActionType"))) {
		matches := func(filter nodeFilter) bool { return filter.matches(option) }
		if !slices.ContainsFunc(filters, func(filter nodeFilter) bool { return !matches(filter) }) {
			list = append(list, listItem[models.NodeConfigurationOption]{
				sortKey: []string{option.NodeType, fmt.Sprintf("%04d", option.NumberOfNodes), string(option.Mode)},
				value:   option,
			})
		}
	}
	found, next, failed := page(c, nodeConfigurationPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &clusters.DescribeNodeConfigurationOptionsResult{NodeConfigurationOptionList: found, Marker: next}, nil
}

// nodeSource returns the cluster or the snapshot that the call names. Each action needs one of them.
func (c *call) nodeSource() (nodeSource, *failure) {
	action := models.ActionType(c.params.text("ActionType"))
	cluster := c.params.text("ClusterIdentifier")
	hasSnapshot := c.params.text("SnapshotIdentifier")+c.params.text("SnapshotArn") != ""
	switch {
	case !slices.Contains([]models.ActionType{
		models.ActionTypeRestoreCluster, models.ActionTypeRecommendNodeConfig, models.ActionTypeResizeCluster,
	}, action):
		return nodeSource{}, fail(awsquery.ErrInvalidParameterValue,
			"The parameter ActionType must be restore-cluster, recommend-node-config or resize-cluster, not '%s'.", action)
	case cluster != "" && hasSnapshot:
		return nodeSource{}, fail(awsquery.ErrInvalidParameterCombination, "A cluster and a snapshot cannot be given together.")
	case action == models.ActionTypeRestoreCluster && cluster != "":
		return nodeSource{}, fail(awsquery.ErrInvalidParameterCombination,
			"The action restore-cluster needs SnapshotIdentifier or SnapshotArn, not ClusterIdentifier.")
	case action == models.ActionTypeResizeCluster && hasSnapshot:
		return nodeSource{}, fail(awsquery.ErrInvalidParameterCombination,
			"The action resize-cluster needs ClusterIdentifier, not a snapshot.")
	case action == models.ActionTypeResizeCluster && cluster == "":
		return nodeSource{}, missingParameter("ClusterIdentifier")
	case cluster != "":
		return c.nodesOfCluster(cluster)
	default:
		return c.nodesOfSnapshot()
	}
}

func (c *call) nodesOfCluster(identifier string) (nodeSource, *failure) {
	cluster, failed := c.cluster(identifier)
	if failed != nil {
		return nodeSource{}, failed
	}
	if c.hides(cluster) {
		return nodeSource{}, clusterNotFound(cluster.Identifier)
	}

	return nodeSource{
		nodeType:  cluster.NodeType,
		count:     cluster.NumberOfNodes,
		megabytes: cluster.SizeInMegaBytes,
		types:     restorableNodeTypes(cluster.NodeType),
	}, nil
}

func (c *call) nodesOfSnapshot() (nodeSource, *failure) {
	snapshot, failed := c.restoreSource()
	switch {
	case failed != nil:
		return nodeSource{}, failed
	case c.hides(snapshot) || c.hides(snapshotAccess{snapshot, c.account}):
		return nodeSource{}, snapshotNotFound(snapshot.SnapshotIdentifier)
	case !snapshot.available(c.now):
		return nodeSource{}, fail(models.ErrInvalidClusterSnapshotState, "Snapshot %s is not in state available.", snapshot.SnapshotIdentifier)
	}

	return nodeSource{
		nodeType:  snapshot.NodeType,
		count:     snapshot.NumberOfNodes,
		megabytes: snapshot.TotalBackupSizeInMegaBytes,
		types:     snapshot.RestorableNodeTypes,
	}, nil
}

// options returns the configurations that an action can use. The data must fit into each of them.
func (n nodeSource) options(action models.ActionType) []models.NodeConfigurationOption {
	var all []models.NodeConfigurationOption
	for _, nodeType := range n.types {
		spec, known := nodeSpecs[nodeType]
		switch {
		case !known:
		case action == models.ActionTypeRecommendNodeConfig:
			all = append(all, n.recommended(nodeType, spec)...)
		default:
			for count := spec.smallest; count <= spec.largest; count++ {
				if action == models.ActionTypeRestoreCluster || n.canResize(nodeType, count) {
					all = append(all, n.option(nodeType, count, ""))
				}
			}
		}
	}

	return slices.DeleteFunc(all, func(option models.NodeConfigurationOption) bool {
		return *option.EstimatedDiskUtilizationPercent > 100
	})
}

func (n nodeSource) option(nodeType string, count int, mode models.Mode) models.NodeConfigurationOption {
	percent := nodeSpecs[nodeType].utilization(n.megabytes, count)

	return models.NodeConfigurationOption{
		NodeType:                        nodeType,
		NumberOfNodes:                   count,
		EstimatedDiskUtilizationPercent: &percent,
		Mode:                            mode,
	}
}

// canResize reports whether an elastic resize of the cluster is possible.
func (n nodeSource) canResize(nodeType string, count int) bool {
	if nodeType == n.nodeType {
		return slices.Contains(elasticOptions(nodeType, n.count), count)
	}

	return n.count > 1 && count > 1
}

// recommended returns the recommendations for a node type. The standard configuration is the smallest one with at least as many slices
// as the source and with enough free storage. The high-performance configuration has twice as many nodes.
func (n nodeSource) recommended(nodeType string, spec nodeSpec) []models.NodeConfigurationOption {
	var all []models.NodeConfigurationOption
	for count := spec.smallest; count <= spec.largest; count++ {
		if count*spec.slices < n.count*nodeSpecs[n.nodeType].slices || spec.utilization(n.megabytes, count) > maxRecommendedPercent {
			continue
		}
		all = append(all, n.option(nodeType, count, models.ModeStandard))
		if count*2 <= spec.largest {
			all = append(all, n.option(nodeType, count*2, models.ModeHighPerformance))
		}

		break
	}

	return all
}

// nodeFilter is a filter of DescribeNodeConfigurationOptions. Numbers are compared as numbers.
type nodeFilter struct {
	name     models.NodeConfigurationOptionsFilterName
	operator models.OperatorType
	values   []string
	numbers  []float64 // of values; nil for NodeType and Mode
}

// numericRanges are the values that the numeric filters allow.
var numericRanges = map[models.NodeConfigurationOptionsFilterName]struct{ smallest, largest float64 }{
	models.NodeConfigurationOptionsFilterNameNumberOfNodes:                   {0, 200},
	models.NodeConfigurationOptionsFilterNameEstimatedDiskUtilizationPercent: {0, 100},
}

func (c *call) nodeFilters() ([]nodeFilter, *failure) {
	var filters []nodeFilter
	for _, item := range c.params.items("Filter.NodeConfigurationOptionsFilter") {
		members := parameters(item.members)
		filter := nodeFilter{
			name:     models.NodeConfigurationOptionsFilterName(members.text("Name")),
			operator: models.OperatorType(members.text("Operator")),
			values:   members.strings("Value"),
		}
		for _, check := range []func() *failure{filter.checkOperator, filter.checkCount, filter.parseNumbers} {
			if failed := check(); failed != nil {
				return nil, failed
			}
		}
		filters = append(filters, filter)
	}

	return filters, nil
}

func (f *nodeFilter) checkOperator() *failure {
	allowed := []models.OperatorType{
		models.OperatorTypeEq, models.OperatorTypeLt, models.OperatorTypeGt, models.OperatorTypeLe,
		models.OperatorTypeGe, models.OperatorTypeIn, models.OperatorTypeBetween,
	}
	switch f.name {
	case models.NodeConfigurationOptionsFilterNameNumberOfNodes, models.NodeConfigurationOptionsFilterNameEstimatedDiskUtilizationPercent:
	case models.NodeConfigurationOptionsFilterNameNodeType:
		allowed = []models.OperatorType{models.OperatorTypeIn}
	case models.NodeConfigurationOptionsFilterNameMode:
		allowed = []models.OperatorType{models.OperatorTypeEq, models.OperatorTypeIn}
	default:
		return fail(awsquery.ErrInvalidParameterValue, "The name of a filter must be NodeType, NumberOfNodes, "+
			"EstimatedDiskUtilizationPercent or Mode, not '%s'.", f.name)
	}
	if !slices.Contains(allowed, f.operator) {
		return fail(awsquery.ErrInvalidParameterValue, "The operator '%s' is not valid for the filter %s.", f.operator, f.name)
	}

	return nil
}

func (f *nodeFilter) checkCount() *failure {
	valid, want := len(f.values) == 1, "one value"
	switch f.operator {
	case models.OperatorTypeBetween:
		valid, want = len(f.values) == 2, "two values"
	case models.OperatorTypeIn:
		valid, want = len(f.values) > 0, "values"
	}
	if !valid {
		return fail(awsquery.ErrInvalidParameterValue, "The operator %s of the filter %s needs %s.", f.operator, f.name, want)
	}

	return nil
}

func (f *nodeFilter) parseNumbers() *failure {
	limits, numeric := numericRanges[f.name]
	if !numeric {
		return nil
	}
	for _, text := range f.values {
		number, err := parseNumber(text)
		if _, notWhole := strconv.Atoi(text); f.name == models.NodeConfigurationOptionsFilterNameNumberOfNodes && notWhole != nil {
			err = notWhole
		}
		if err != nil || number < limits.smallest || number > limits.largest {
			return fail(awsquery.ErrInvalidParameterValue, "A value of the filter %s must be a number between %v and %v, not '%s'.",
				f.name, limits.smallest, limits.largest, text)
		}
		f.numbers = append(f.numbers, number)
	}

	return nil
}

func (f *nodeFilter) matches(option models.NodeConfigurationOption) bool {
	switch f.name {
	case models.NodeConfigurationOptionsFilterNameNodeType:
		return slices.ContainsFunc(f.values, func(value string) bool { return strings.EqualFold(value, option.NodeType) })
	case models.NodeConfigurationOptionsFilterNameMode:
		return slices.Contains(f.values, string(option.Mode))
	case models.NodeConfigurationOptionsFilterNameNumberOfNodes:
		return f.compare(float64(option.NumberOfNodes))
	default:
		return f.compare(*option.EstimatedDiskUtilizationPercent)
	}
}

// compare compares a number with the values. The limits of between belong to the range.
func (f *nodeFilter) compare(number float64) bool {
	switch first := f.numbers[0]; f.operator {
	case models.OperatorTypeLt:
		return number < first
	case models.OperatorTypeLe:
		return number <= first
	case models.OperatorTypeGt:
		return number > first
	case models.OperatorTypeGe:
		return number >= first
	case models.OperatorTypeBetween:
		return number >= first && number <= f.numbers[1]
	default: // eq and in
		return slices.Contains(f.numbers, number)
	}
}
