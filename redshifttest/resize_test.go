package redshifttest_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

const resizeDuration = redshifttest.DefaultResizeDuration

func describeResize(tb testing.TB, client *redshift.Client, identifier string) redshift.DescribeResizeResult {
	tb.Helper()
	result := *succeed[*redshift.DescribeResizeResult](tb)(client.DescribeResize(tb.Context(), &redshift.DescribeResizeParams{ClusterIdentifier: identifier}))
	result.RequestID = ""

	return result
}

// asJSON returns the JSON form of a value.
func asJSON(tb testing.TB, value any) string {
	tb.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}

	return string(text)
}

func TestElasticResize(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	_, err := client.DescribeResize(t.Context(), &redshift.DescribeResizeParams{ClusterIdentifier: "analytics"})
	if !errors.Is(err, models.ErrResizeNotFound) {
		t.Errorf("before any resize, DescribeResize() = %v, want ResizeNotFound", err)
	}
	started := succeed[*redshift.ResizeClusterResult](t)(client.ResizeCluster(t.Context(), &redshift.ResizeClusterParams{
		ClusterIdentifier: "analytics", NumberOfNodes: new(4),
	})).Cluster
	if started.ClusterStatus != models.ClusterStatusAvailablePrepForResize || *started.PendingModifiedValues.NumberOfNodes != 4 || started.NumberOfNodes != 2 {
		t.Errorf("ResizeCluster() = %s with %d nodes, pending %+v", started.ClusterStatus, started.NumberOfNodes, started.PendingModifiedValues)
	}
	progress := func(percent float64) redshift.DescribeResizeResult {
		elapsed := int64(resizeDuration.Seconds() * percent / 100)

		return redshift.DescribeResizeResult{
			TargetNodeType:                     "ra3.xlplus",
			TargetNumberOfNodes:                new(4),
			TargetClusterType:                  models.ClusterTypeMultiNode,
			Status:                             models.ResizeStatusInProgress,
			ResizeType:                         "ElasticResize",
			TargetEncryptionType:               "None",
			AvgResizeRateInMegaBytesPerSecond:  new(1.14),
			TotalResizeDataInMegaBytes:         new(int64(1024)),
			ProgressInMegaBytes:                new(int64(1024 * percent / 100)),
			ElapsedTimeInSeconds:               &elapsed,
			EstimatedTimeToCompletionInSeconds: new(int64(resizeDuration.Seconds()) - elapsed),
			DataTransferProgressPercent:        &percent,
		}
	}
	for _, phase := range []struct {
		percent      float64
		status       models.ClusterStatus
		availability models.ClusterAvailabilityStatus
		nodes        int
		transfers    bool
	}{
		{20, "available, prep-for-resize", "Available", 2, false},
		{60, "resizing", "Modifying", 2, false},
		{80, "available, resize-cleanup", "Available", 4, true},
	} {
		fake.Advance(start.Add(time.Duration(float64(resizeDuration) * phase.percent / 100)).Sub(fake.Now()))
		got := describeOne(t, client, "analytics")
		if got.ClusterStatus != phase.status || got.ClusterAvailabilityStatus != phase.availability || got.NumberOfNodes != phase.nodes ||
			got.ResizeInfo.ResizeType != "ElasticResize" || got.ResizeInfo.AllowCancelResize || len(got.ClusterNodes) != phase.nodes+1 {
			t.Errorf("at %.0f%%, the cluster is %s %s with %d nodes and %+v, want %+v", phase.percent, got.ClusterStatus, got.ClusterAvailabilityStatus,
				got.NumberOfNodes, got.ResizeInfo, phase)
		}
		if got, want := asJSON(t, describeResize(t, client, "analytics")), asJSON(t, progress(phase.percent)); got != want {
			t.Errorf("at %.0f%%, DescribeResize() = %s, want %s", phase.percent, got, want)
		}
		if (got.DataTransferProgress != nil) != phase.transfers {
			t.Errorf("at %.0f%%, DataTransferProgress is %+v", phase.percent, got.DataTransferProgress)
		}
		if transfer := got.DataTransferProgress; phase.transfers && (transfer.Status != "transferringdata" || transfer.DataTransferredInMegaBytes != 819 ||
			transfer.TotalDataInMegaBytes != 1024 || *transfer.ElapsedTimeInSeconds != 720) {
			t.Errorf("DataTransferProgress is %+v", transfer)
		}
		for _, operation := range []string{"ResizeCluster", "RebootCluster", "PauseCluster", "ModifyCluster"} {
			expectRefusals(t, fake, operation, map[string]lifecycleRefusal{"busy": {resizeOf(operation, "analytics", "3"), "InvalidClusterState", string(phase.status)}})
		}
		expectRefusals(t, fake, "CreateClusterSnapshot", map[string]lifecycleRefusal{
			"busy": {change("SnapshotIdentifier", "new"), "InvalidClusterState", string(phase.status)},
		})
		expectRefusals(t, fake, "CancelResize", map[string]lifecycleRefusal{"elastic": {change(), "UnsupportedOperation", "elastic resize"}})
	}
	fake.Advance(resizeDuration / 5)
	expectStatus(t, fake, "analytics", "available")
	if got := describeOne(t, client, "analytics"); got.ResizeInfo != nil || got.ElasticResizeNumberOfNodeOptions != "[2,3,5,6,7,8]" ||
		!equalJSON(t, *got.PendingModifiedValues, models.PendingModifiedValues{}) {
		t.Errorf("after the resize, the cluster is %+v", got)
	}
	fake.Advance(time.Hour)
	want := progress(100)
	want.Status = models.ResizeStatusSucceeded
	if got, want := asJSON(t, describeResize(t, client, "analytics")), asJSON(t, want); got != want {
		t.Errorf("after the resize, DescribeResize() = %s, want %s", got, want)
	}
	expectRefusals(t, fake, "CancelResize", map[string]lifecycleRefusal{"ended": {change(), "ResizeNotFound", "analytics"}})
	expectEvents(t, fake,
		"2007 management INFO cluster/analytics: A resize request for cluster analytics has been acknowledged.",
		"2006 management INFO cluster/analytics: Cluster analytics resize started at 2026-11-23 09:35 UTC. Cluster is in read-only mode.",
		"3002 monitoring INFO cluster/analytics: Cluster analytics resize completed at 2026-11-23 09:45 UTC. Cluster is available for both reads and writes.")
}

// resizeOf returns the parameters of an operation about a cluster. Only a resize has a number of nodes.
func resizeOf(operation, cluster, nodes string) []string {
	if operation == "ResizeCluster" {
		return []string{"ClusterIdentifier", cluster, "NumberOfNodes", nodes}
	}

	return []string{"ClusterIdentifier", cluster}
}

// canceledTwice need the cluster old, whose resize is being canceled.
func canceledTwice() map[string]lifecycleRefusal {
	return map[string]lifecycleRefusal{"again": {[]string{"ClusterIdentifier", "old"}, "InvalidClusterState", "already"}}
}

func TestClassicResize(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	tables := []string{"dev.public.a", "dev.public.b", "dev.public.c", "dev.public.d"}
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "old", NodeType: "dc2.large", NumberOfNodes: 4, SizeInMegaBytes: 9000, Tables: tables})
	resize := func(params redshift.ResizeClusterParams) models.Cluster {
		t.Helper()
		params.ClusterIdentifier, params.Classic = "old", new(true)

		return succeed[*redshift.ResizeClusterResult](t)(client.ResizeCluster(t.Context(), &params)).Cluster
	}
	started := resize(redshift.ResizeClusterParams{ClusterType: models.ClusterTypeSingleNode})
	if want := (models.PendingModifiedValues{NumberOfNodes: new(1), ClusterType: "single-node"}); started.ClusterStatus != models.ClusterStatusResizing ||
		!equalJSON(t, *started.PendingModifiedValues, want) || !started.ResizeInfo.AllowCancelResize || started.ResizeInfo.ResizeType != "ClassicResize" {
		t.Errorf("ResizeCluster() = %s, %+v, pending %+v", started.ClusterStatus, started.ResizeInfo, *started.PendingModifiedValues)
	}
	fake.Advance(resizeDuration / 2)
	got := describeResize(t, client, "old")
	if got.TargetNodeType != "dc2.large" || *got.TargetNumberOfNodes != 1 || got.TargetClusterType != "single-node" || *got.ProgressInMegaBytes != 4500 ||
		got.ResizeType != "ClassicResize" || !slices.Equal(got.ImportTablesCompleted, tables[:2]) ||
		!slices.Equal(got.ImportTablesInProgress, tables[2:3]) || !slices.Equal(got.ImportTablesNotStarted, tables[3:]) {
		t.Errorf("halfway, DescribeResize() = %+v", got)
	}

	// A canceled resize changes nothing.
	canceled := succeed[*redshift.CancelResizeResult](t)(client.CancelResize(t.Context(), &redshift.CancelResizeParams{ClusterIdentifier: "old"}))
	if canceled.Status != models.ResizeStatusCancelling || *canceled.TargetNumberOfNodes != 1 || *canceled.ProgressInMegaBytes != 4500 {
		t.Errorf("CancelResize() = %+v, want CANCELLING", canceled)
	}
	expectStatus(t, fake, "old", "cancelling-resize")
	expectRefusals(t, fake, "CancelResize", canceledTwice())
	if info := describeOne(t, client, "old").ResizeInfo; info == nil || info.AllowCancelResize {
		t.Errorf("during the cancellation, ResizeInfo is %+v", info)
	}
	fake.Advance(clusterDuration - 1)
	expectStatus(t, fake, "old", "cancelling-resize")
	fake.Advance(1)
	if one := describeOne(t, client, "old"); one.ClusterStatus != "available" || one.NumberOfNodes != 4 || one.ResizeInfo != nil ||
		!equalJSON(t, *one.PendingModifiedValues, models.PendingModifiedValues{}) {
		t.Errorf("after the cancellation, the cluster is %+v", one)
	}
	if got := describeResize(t, client, "old"); got.Status != models.ResizeStatusNone || *got.TargetNumberOfNodes != 4 || got.ResizeType != "" {
		t.Errorf("after the cancellation, DescribeResize() = %+v, want NONE", got)
	}
	expectRefusals(t, fake, "CancelResize", map[string]lifecycleRefusal{"canceled": {[]string{"ClusterIdentifier", "old"}, "ResizeNotFound", "old"}})

	// The last stage and a resize to RA3 nodes cannot be canceled.
	resize(redshift.ResizeClusterParams{NumberOfNodes: new(16)})
	fake.Advance(resizeDuration * 2 / 3)
	expectRefusals(t, fake, "CancelResize", map[string]lifecycleRefusal{"last stage": {[]string{"ClusterIdentifier", "old"}, "InvalidClusterState", "last stage"}})
	fake.Advance(resizeDuration / 3)
	if got := describeResize(t, client, "old"); got.Status != models.ResizeStatusSucceeded || !slices.Equal(got.ImportTablesCompleted, tables) {
		t.Errorf("after the resize, DescribeResize() = %+v, want SUCCEEDED", got)
	}
	resize(redshift.ResizeClusterParams{NodeType: "ra3.4xlarge", NumberOfNodes: new(3)})
	expectRefusals(t, fake, "CancelResize", map[string]lifecycleRefusal{"RA3": {[]string{"ClusterIdentifier", "old"}, "UnsupportedOperation", "ra3.4xlarge"}})
	fake.Advance(resizeDuration)
	if got := describeOne(t, client, "old"); got.NodeType != "ra3.4xlarge" || got.NumberOfNodes != 3 || len(got.ClusterNodes) != 4 {
		t.Errorf("the cluster has %d nodes of type %s, want 3 of ra3.4xlarge", got.NumberOfNodes, got.NodeType)
	}
}

func TestElasticOptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		nodeType string
		nodes    int
		want     []int
	}{
		{"dc2.large", 1, []int{}},
		{"dc2.large", 2, []int{3, 4}},
		{"dc2.large", 4, []int{2, 3, 5, 6, 7, 8}},
		{"dc2.8xlarge", 5, []int{3, 4, 6, 7, 8, 9, 10}},
		{"ds2.xlarge", 3, []int{2, 4, 5, 6}},
		{"ra3.large", 2, []int{3, 4}},
		{"ra3.large", 15, []int{4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16}},
		{"ra3.xlplus", 8, []int{2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16}},
		{"ra3.4xlarge", 2, []int{3, 4, 5, 6, 7, 8}},
		{"ra3.16xlarge", 3, []int{2, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		{"rg.xlarge", 2, []int{3, 4}},
	} {
		if got := redshifttest.ElasticOptions(test.nodeType, test.nodes); !slices.Equal(got, test.want) {
			t.Errorf("ElasticOptions(%s, %d) = %v, want %v", test.nodeType, test.nodes, got, test.want)
		}
	}
	if got := redshifttest.ElasticOptions("ra3.4xlarge", 12); got[0] != 3 || got[len(got)-1] != 48 {
		t.Errorf("ElasticOptions(ra3.4xlarge, 12) = %v, want 3 to 48", got)
	}
	if got := redshifttest.ElasticOptions("ra3.4xlarge", 40); got[0] != 10 || got[len(got)-1] != 64 {
		t.Errorf("ElasticOptions(ra3.4xlarge, 40) = %v, want 10 to 64", got)
	}
}

// TestElasticResizeOfNodeType: a new node type takes each number of nodes that fits it.
func TestElasticResizeOfNodeType(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{ReservedNodes: []string{"node"}, ReservedNodeOfferings: []string{"offering"}}})
	client := clientOf(t, fake)
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "old", NodeType: "ds2.xlarge", NumberOfNodes: 24})
	must(t, fake, "ResizeCluster", "ClusterIdentifier", "old", "NodeType", "ra3.4xlarge", "NumberOfNodes", "3",
		"ReservedNodeId", "node", "TargetReservedNodeOfferingId", "offering")
	exchange := describeOne(t, client, "old").ReservedNodeExchangeStatus
	want := &models.ReservedNodeExchangeStatus{
		ReservedNodeExchangeRequestID: exchange.ReservedNodeExchangeRequestID,
		Status:                        "IN_PROGRESS",
		RequestTime:                   start,
		SourceReservedNodeID:          "node",
		SourceReservedNodeType:        "ds2.xlarge",
		SourceReservedNodeCount:       24,
		TargetReservedNodeOfferingID:  "offering",
		TargetReservedNodeType:        "ra3.4xlarge",
		TargetReservedNodeCount:       3,
	}
	if !equalJSON(t, exchange, want) || exchange.ReservedNodeExchangeRequestID == "" {
		t.Errorf("the exchange of reserved nodes is %+v, want %+v", exchange, want)
	}
	fake.Advance(resizeDuration)
	if got := describeOne(t, client, "old"); got.NodeType != "ra3.4xlarge" || got.NumberOfNodes != 3 || got.ReservedNodeExchangeStatus.Status != "SUCCEEDED" {
		t.Errorf("the cluster has %d nodes of type %s and %+v", got.NumberOfNodes, got.NodeType, got.ReservedNodeExchangeStatus)
	}
}

// resizeClusterRefusals need the clusters analytics, busy, asleep and single, and the reserved node known.
func resizeClusterRefusals() map[string]lifecycleRefusal {
	const value, combination = "InvalidParameterValue", "InvalidParameterCombination"

	return map[string]lifecycleRefusal{
		"no identifier":    {nil, "MissingParameter", "ClusterIdentifier"},
		"missing":          {[]string{"ClusterIdentifier", "missing", "NumberOfNodes", "4"}, "ClusterNotFound", "missing"},
		"busy":             {[]string{"ClusterIdentifier", "busy", "NumberOfNodes", "4"}, "InvalidClusterState", "modifying"},
		"paused":           {[]string{"ClusterIdentifier", "asleep", "NumberOfNodes", "4"}, "InvalidClusterState", "paused"},
		"nothing":          {change(), combination, "already has 2 nodes"},
		"same":             {change("NumberOfNodes", "2", "NodeType", "ra3.xlplus", "Classic", "true"), combination, "already has 2 nodes"},
		"more than double": {change("NumberOfNodes", "5"), "UnsupportedOptionFault", "2 to 4 nodes, not to 5"},
		"to one node":      {change("NumberOfNodes", "1"), "UnsupportedOptionFault", "one node"},
		"from one node":    {[]string{"ClusterIdentifier", "single", "NumberOfNodes", "2"}, "UnsupportedOptionFault", "one node"},
		"older nodes":      {change("NodeType", "dc2.large", "NumberOfNodes", "4"), "UnsupportedOptionFault", "dc2.large"},
		"retired nodes":    {change("NodeType", "ds2.xlarge", "NumberOfNodes", "4"), value, "ds2.xlarge"},
		"too many nodes":   {change("NumberOfNodes", "33", "Classic", "true"), "NumberOfNodesPerClusterLimitExceeded", "32"},
		"too few nodes":    {change("NodeType", "ra3.4xlarge", "NumberOfNodes", "1", "Classic", "true"), value, "at least 2"},
		"no nodes":         {change("NumberOfNodes", "0"), value, "1 or more"},
		"multi-node of 1":  {change("ClusterType", "multi-node", "NumberOfNodes", "1"), combination, "greater than or equal to 2"},
		"half an exchange": {change("NumberOfNodes", "4", "ReservedNodeId", "n"), combination, "together"},
		"offering": {
			change("NumberOfNodes", "4", "ReservedNodeId", "known", "TargetReservedNodeOfferingId", "o"), "ReservedNodeOfferingNotFound", "'o'",
		},
		"reserved node": {
			change("NumberOfNodes", "4", "ReservedNodeId", "n", "TargetReservedNodeOfferingId", "o"), "ReservedNodeNotFound", "'n'",
		},
	}
}

func TestResizeClusterRefusals(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{ReservedNodes: []string{"known"}}})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "busy", Status: "modifying"})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "asleep", Status: "paused"})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "single", NumberOfNodes: 1})
	expectRefusals(t, fake, "ResizeCluster", resizeClusterRefusals())
	expectRefusals(t, fake, "DescribeResize", noResizeRefusals())
	expectRefusals(t, fake, "CancelResize", noResizeRefusals())
}

// noResizeRefusals are about a cluster that was never resized.
func noResizeRefusals() map[string]lifecycleRefusal {
	return map[string]lifecycleRefusal{
		"missing": {[]string{"ClusterIdentifier", "missing"}, "ClusterNotFound", "missing"},
		"never":   {change(), "ResizeNotFound", "analytics"},
	}
}
