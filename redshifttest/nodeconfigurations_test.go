package redshifttest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// nodeOptions returns the options of a call as texts, such as ra3.xlplus*2=1.53 or ra3.xlplus*2=1.53/standard.
func nodeOptions(tb testing.TB, client *redshift.Client, params *redshift.DescribeNodeConfigurationOptionsParams) []string {
	tb.Helper()
	var texts []string
	for option, err := range client.DescribeNodeConfigurationOptionsAll(tb.Context(), params) {
		if err != nil {
			tb.Fatal(err)
		}
		text := fmt.Sprintf("%s*%d=%v", option.NodeType, option.NumberOfNodes, *option.EstimatedDiskUtilizationPercent)
		if option.Mode != "" {
			text += "/" + string(option.Mode)
		}
		texts = append(texts, text)
	}

	return texts
}

// addSized adds a cluster with data and a snapshot of the cluster.
func addSized(tb testing.TB, fake *redshifttest.Fake, name, nodeType string, count int, megabytes float64) {
	tb.Helper()
	cluster := redshifttest.Cluster{Identifier: name, NodeType: nodeType, NumberOfNodes: count, SizeInMegaBytes: megabytes}
	if err := fake.AddCluster(cluster); err != nil {
		tb.Fatal(err)
	}
	snapshot := redshifttest.ManualSnapshot{Identifier: name + "-snapshot", ClusterIdentifier: name}
	if _, err := fake.AddManualSnapshot(snapshot); err != nil {
		tb.Fatal(err)
	}
}

// TestNodeConfigurationOptions lists the options of each action.
func TestNodeConfigurationOptions(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	addSized(t, fake, "small", "dc2.large", 2, 65536) // 64 GB of 320 GB
	addSized(t, fake, "big", "ra3.16xlarge", 4, 256<<20)
	addSized(t, fake, "single", "ra3.xlplus", 1, 1<<20)
	client := clientOf(t, fake)
	filter := func(name models.NodeConfigurationOptionsFilterName, operator models.OperatorType, values ...string) models.NodeConfigurationOptionsFilter {
		return models.NodeConfigurationOptionsFilter{Name: name, Operator: operator, Values: values}
	}
	const (
		nodeType = models.NodeConfigurationOptionsFilterNameNodeType
		number   = models.NodeConfigurationOptionsFilterNameNumberOfNodes
		disk     = models.NodeConfigurationOptionsFilterNameEstimatedDiskUtilizationPercent
		mode     = models.NodeConfigurationOptionsFilterNameMode
	)
	for name, test := range map[string]struct {
		params  redshift.DescribeNodeConfigurationOptionsParams
		filters []models.NodeConfigurationOptionsFilter
		want    []string
	}{
		"restore": {
			redshift.DescribeNodeConfigurationOptionsParams{ActionType: "restore-cluster", SnapshotIdentifier: "small-snapshot"},
			[]models.NodeConfigurationOptionsFilter{filter(number, "le", "2")},
			[]string{
				"dc2.8xlarge*2=1.25", "dc2.large*1=40", "dc2.large*2=20", "ra3.16xlarge*2=0.02", "ra3.4xlarge*2=0.02",
				"ra3.large*1=6.25", "ra3.large*2=0.39", "ra3.xlplus*1=1.56", "ra3.xlplus*2=0.1",
			},
		},
		"restore by ARN": {
			redshift.DescribeNodeConfigurationOptionsParams{
				ActionType: "restore-cluster", SnapshotArn: "arn:aws:redshift:us-east-1:123456789012:snapshot:small/small-snapshot",
			},
			[]models.NodeConfigurationOptionsFilter{filter(nodeType, "in", "dc2.large", "RA3.large"), filter(number, "in", "3", "4")},
			[]string{"dc2.large*3=13.33", "dc2.large*4=10", "ra3.large*3=0.26", "ra3.large*4=0.2"},
		},
		"restore that needs more storage": {
			redshift.DescribeNodeConfigurationOptionsParams{ActionType: "restore-cluster", SnapshotIdentifier: "big-snapshot"},
			[]models.NodeConfigurationOptionsFilter{filter(nodeType, "in", "ra3.xlplus", "ra3.4xlarge"), filter(disk, "ge", "50")},
			[]string{
				"ra3.4xlarge*2=100", "ra3.4xlarge*3=66.67", "ra3.4xlarge*4=50", "ra3.xlplus*8=100", "ra3.xlplus*9=88.89",
				"ra3.xlplus*10=80", "ra3.xlplus*11=72.73", "ra3.xlplus*12=66.67", "ra3.xlplus*13=61.54", "ra3.xlplus*14=57.14",
				"ra3.xlplus*15=53.33", "ra3.xlplus*16=50",
			},
		},
		"resize of small nodes": {
			redshift.DescribeNodeConfigurationOptionsParams{ActionType: "resize-cluster", ClusterIdentifier: "Small"},
			[]models.NodeConfigurationOptionsFilter{filter(nodeType, "in", "dc2.large")},
			[]string{"dc2.large*3=13.33", "dc2.large*4=10"},
		},
		"resize of big nodes": {
			redshift.DescribeNodeConfigurationOptionsParams{ActionType: "resize-cluster", ClusterIdentifier: "big"},
			[]models.NodeConfigurationOptionsFilter{filter(nodeType, "in", "ra3.16xlarge"), filter(number, "between", "2", "6")},
			[]string{"ra3.16xlarge*2=100", "ra3.16xlarge*3=66.67", "ra3.16xlarge*5=40", "ra3.16xlarge*6=33.33"},
		},
		"resize of a single node": {
			redshift.DescribeNodeConfigurationOptionsParams{ActionType: "resize-cluster", ClusterIdentifier: "single"}, nil, nil,
		},
		"recommendation for a cluster": {
			redshift.DescribeNodeConfigurationOptionsParams{ActionType: "recommend-node-config", ClusterIdentifier: "small"},
			[]models.NodeConfigurationOptionsFilter{filter(nodeType, "in", "ra3.xlplus", "ra3.4xlarge")},
			[]string{
				"ra3.4xlarge*2=0.02/standard", "ra3.4xlarge*4=0.01/high-performance",
				"ra3.xlplus*2=0.1/standard", "ra3.xlplus*4=0.05/high-performance",
			},
		},
		"recommendation for a snapshot": {
			redshift.DescribeNodeConfigurationOptionsParams{ActionType: "recommend-node-config", SnapshotIdentifier: "big-snapshot"},
			[]models.NodeConfigurationOptionsFilter{filter(mode, "eq", "standard")},
			[]string{"ra3.16xlarge*4=50/standard", "ra3.4xlarge*16=12.5/standard", "ra3.xlplus*32=25/standard"},
		},
		"no mode outside recommendations": {
			redshift.DescribeNodeConfigurationOptionsParams{ActionType: "restore-cluster", SnapshotIdentifier: "small-snapshot"},
			[]models.NodeConfigurationOptionsFilter{filter(mode, "in", "standard", "high-performance")},
			nil,
		},
		"lt, gt and eq": {
			redshift.DescribeNodeConfigurationOptionsParams{ActionType: "restore-cluster", SnapshotIdentifier: "small-snapshot"},
			[]models.NodeConfigurationOptionsFilter{
				filter(nodeType, "in", "dc2.large"), filter(number, "gt", "2"), filter(number, "lt", "6"), filter(disk, "eq", "10"),
			},
			[]string{"dc2.large*4=10"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			params := test.params
			params.Filters = test.filters
			if got := nodeOptions(t, client, &params); !slices.Equal(got, test.want) {
				t.Errorf("the options are %q, want %q", got, test.want)
			}
		})
	}
}

// TestNodeConfigurationPages reads the options in pages.
func TestNodeConfigurationPages(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	addSized(t, fake, "small", "dc2.large", 2, 65536)
	client := clientOf(t, fake)
	params := redshift.DescribeNodeConfigurationOptionsParams{ActionType: "restore-cluster", SnapshotIdentifier: "small-snapshot"}
	all := nodeOptions(t, client, &params)
	params.MaxRecords = new(100)
	first := succeed[*redshift.DescribeNodeConfigurationOptionsResult](t)(client.DescribeNodeConfigurationOptions(t.Context(), &params))
	if len(first.NodeConfigurationOptionList) != 100 || first.Marker == "" {
		t.Errorf("the first page has %d options and the marker %q", len(first.NodeConfigurationOptionList), first.Marker)
	}
	if got := nodeOptions(t, client, &params); !slices.Equal(got, all) || len(all) < 300 {
		t.Errorf("the pages have %d options, want the same %d options as one page", len(got), len(all))
	}
}

// TestNodeConfigurationsRestore restores to an option, and to a configuration that is none.
func TestNodeConfigurationsRestore(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	addSized(t, fake, "big", "ra3.16xlarge", 4, 256<<20)
	restore := func(name, count string) testResponse {
		return do(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", name, "SnapshotIdentifier", "big-snapshot",
			"NodeType", "ra3.xlplus", "NumberOfNodes", count)
	}
	if got := restore("fits", "8"); got.Status != 200 {
		t.Errorf("8 nodes: %s", got.Body)
	}
	got := restore("too-small", "7")
	if got.Status != 400 || got.Code != "InvalidParameterValue" || got.Message !=
		"7 nodes of type ra3.xlplus have 234881024 MB of storage, but the data needs 268435456 MB." {
		t.Errorf("7 nodes: %d %s", got.Status, got.Body)
	}
}

// TestNodeConfigurationsOfShared lists the options of a snapshot of another account.
func TestNodeConfigurationsOfShared(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	addSized(t, fake, "small", "dc2.large", 2, 65536)
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	theirs := func(more ...string) testResponse {
		parameters := []string{"ActionType", "restore-cluster", "SnapshotIdentifier", "small-snapshot"}

		return doAs(t, fake, partnerKeys, "DescribeNodeConfigurationOptions", append(parameters, more...)...)
	}
	if got := theirs(); got.Code != "ClusterSnapshotNotFound" {
		t.Errorf("without OwnerAccount: %s", got.Body)
	}
	if got := theirs("OwnerAccount", ownAccount); got.Code != "AccessToSnapshotDenied" || got.Status != 400 {
		t.Errorf("without access: %s", got.Body)
	}
	must(t, fake, "AuthorizeSnapshotAccess", "SnapshotIdentifier", "small-snapshot", "AccountWithRestoreAccess", partner)
	if got := theirs("OwnerAccount", ownAccount); got.Status != 200 || !strings.Contains(got.Body, "<NodeType>dc2.large</NodeType>") {
		t.Errorf("with access: %s", got.Body)
	}
}

// TestNodeConfigurationFailures makes the calls that Redshift refuses.
func TestNodeConfigurationFailures(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{VisibilityDelay: time.Minute})
	addSized(t, fake, "small", "dc2.large", 2, 65536)
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "small", "SnapshotIdentifier", "new")
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "small", "SnapshotIdentifier", "creating")
	fake.Advance(2 * time.Minute)
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "small", "SnapshotIdentifier", "hidden")
	filter := func(name, operator string, values ...string) []string {
		const prefix = "Filter.NodeConfigurationOptionsFilter.1."
		parameters := []string{"ActionType", "restore-cluster", "SnapshotIdentifier", "small-snapshot", prefix + "Name", name, prefix + "Operator", operator}
		for i, value := range values {
			parameters = append(parameters, fmt.Sprintf("%sValue.item.%d", prefix, i+1), value)
		}

		return parameters
	}
	for name, test := range map[string]struct {
		parameters []string
		code       awsquery.ErrorCode
		status     int
		message    string
	}{
		"no action": {nil, awsquery.ErrMissingParameter, 400, "ActionType"},
		"unknown action": {
			[]string{"ActionType", "resize", "ClusterIdentifier", "small"}, awsquery.ErrInvalidParameterValue, 400,
			"The parameter ActionType must be restore-cluster, recommend-node-config or resize-cluster, not 'resize'.",
		},
		"restore of nothing": {[]string{"ActionType", "restore-cluster"}, awsquery.ErrMissingParameter, 400, "SnapshotIdentifier or SnapshotArn"},
		"restore of a cluster": {
			[]string{"ActionType", "restore-cluster", "ClusterIdentifier", "small"}, awsquery.ErrInvalidParameterCombination, 400, "restore-cluster needs",
		},
		"resize of nothing": {[]string{"ActionType", "resize-cluster"}, awsquery.ErrMissingParameter, 400, "ClusterIdentifier"},
		"resize of a snapshot": {
			[]string{"ActionType", "resize-cluster", "SnapshotIdentifier", "small-snapshot"}, awsquery.ErrInvalidParameterCombination, 400,
			"The action resize-cluster needs ClusterIdentifier, not a snapshot.",
		},
		"both": {
			[]string{"ActionType", "recommend-node-config", "SnapshotIdentifier", "small-snapshot", "ClusterIdentifier", "small"},
			awsquery.ErrInvalidParameterCombination, 400, "A cluster and a snapshot cannot be given together.",
		},
		"unknown cluster": {[]string{"ActionType", "resize-cluster", "ClusterIdentifier", "missing"}, models.ErrClusterNotFound, 404, "Cluster missing not found."},
		"unknown snapshot": {
			[]string{"ActionType", "restore-cluster", "SnapshotIdentifier", "missing"}, models.ErrClusterSnapshotNotFound, 404, "missing",
		},
		"snapshot that is creating": {
			[]string{"ActionType", "restore-cluster", "SnapshotIdentifier", "creating"}, models.ErrInvalidClusterSnapshotState, 400,
			"Snapshot creating is not in state available.",
		},
		"snapshot that is not visible yet": {
			[]string{"ActionType", "restore-cluster", "SnapshotIdentifier", "hidden"}, models.ErrClusterSnapshotNotFound, 404, "hidden",
		},
		"unknown filter":         {filter("Storage", "eq", "1"), awsquery.ErrInvalidParameterValue, 400, "not 'Storage'"},
		"operator of node types": {filter("NodeType", "eq", "dc2.large"), awsquery.ErrInvalidParameterValue, 400, "The operator 'eq' is not valid for the filter NodeType."},
		"operator of modes":      {filter("Mode", "gt", "standard"), awsquery.ErrInvalidParameterValue, 400, "filter Mode"},
		"unknown operator":       {filter("NumberOfNodes", "ne", "1"), awsquery.ErrInvalidParameterValue, 400, "'ne'"},
		"one value of between":   {filter("NumberOfNodes", "between", "1"), awsquery.ErrInvalidParameterValue, 400, "needs two values"},
		"two values of eq":       {filter("NumberOfNodes", "eq", "1", "2"), awsquery.ErrInvalidParameterValue, 400, "needs one value"},
		"no value":               {filter("NumberOfNodes", "in"), awsquery.ErrInvalidParameterValue, 400, "needs values"},
		"fraction of a node":     {filter("NumberOfNodes", "eq", "1.5"), awsquery.ErrInvalidParameterValue, 400, "between 0 and 200, not '1.5'"},
		"too many nodes":         {filter("NumberOfNodes", "lt", "201"), awsquery.ErrInvalidParameterValue, 400, "between 0 and 200, not '201'"},
		"too many percent":       {filter("EstimatedDiskUtilizationPercent", "lt", "100.5"), awsquery.ErrInvalidParameterValue, 400, "between 0 and 100"},
		"not a number":           {filter("EstimatedDiskUtilizationPercent", "lt", "half"), awsquery.ErrInvalidParameterValue, 400, "not 'half'"},
		"size of a page": {
			[]string{"ActionType", "resize-cluster", "ClusterIdentifier", "small", "MaxRecords", "99"}, awsquery.ErrInvalidParameterValue, 400,
			"between 100 and 500",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := do(t, fake, "DescribeNodeConfigurationOptions", test.parameters...)
			if got.Code != string(test.code) || got.Status != test.status || !strings.Contains(got.Message, test.message) {
				t.Errorf("the response is %d %s, want %d %s with %q", got.Status, got.Body, test.status, test.code, test.message)
			}
		})
	}
}

// nodeRefusals are about node configurations and tracks.
func nodeRefusals() []refusedCall {
	const options = "DescribeNodeConfigurationOptions"

	return []refusedCall{
		{options, []string{"ActionType", "resize-cluster", "ClusterIdentifier", "missing"}, models.ErrClusterNotFound, "missing"},
		{options, []string{"ActionType", "restore-cluster", "SnapshotIdentifier", "missing"}, models.ErrClusterSnapshotNotFound, "missing"},
		{options, []string{"ActionType", "restore-cluster", "SnapshotIdentifier", "young"}, models.ErrInvalidClusterSnapshotState, "not in state available"},
		{
			options, []string{"ActionType", "restore-cluster", "SnapshotIdentifier", "theirs", "OwnerAccount", partner},
			models.ErrAccessToSnapshotDenied, "has not authorized",
		},
		{"DescribeClusterTracks", []string{"MaintenanceTrackName", "preview"}, models.ErrInvalidClusterTrack, "preview"},
	}
}
