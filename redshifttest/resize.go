package redshifttest

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

// resizePhases is the number of phases of an elastic resize, which have the same length. A classic resize cannot be canceled in its last
// third.
const resizePhases = 3

// The types of a resize.
const (
	classicResize = "ClassicResize"
	elasticResize = "ElasticResize"
)

// resize is a resize of a cluster, which may have ended.
type resize struct {
	classic   bool
	nodeType  string // after the resize
	nodes     int    // after the resize
	encrypted bool   // after the resize
	started   time.Time
	duration  time.Duration
	size      float64                            // megabytes
	tables    []string                           // of the cluster
	exchange  *models.ReservedNodeExchangeStatus // nil without an exchange of reserved nodes
	status    models.ResizeStatus
	stopped   time.Time // zero unless the status is FAILED or CANCELLING
}

func (r *resize) inProgress() bool {
	return r.status == models.ResizeStatusInProgress || r.status == models.ResizeStatusCancelling
}

func (r *resize) kind() string {
	if r.classic {
		return classicResize
	}

	return elasticResize
}

// elapsed returns the time since the start, or the duration of a resize that has ended.
func (r *resize) elapsed(now time.Time) time.Duration {
	if !r.stopped.IsZero() {
		now = r.stopped
	}

	return min(max(now.Sub(r.started), 0), r.duration)
}

// share returns the part of the data that has moved, from 0 to 1.
func (r *resize) share(now time.Time) float64 {
	if r.status == models.ResizeStatusSucceeded {
		return 1
	}

	return r.elapsed(now).Seconds() / r.duration.Seconds()
}

// cancelable reports whether the resize can be canceled now. Redshift cancels only a classic resize to other nodes than RA3, and not in
// its last stage.
func (r *resize) cancelable(now time.Time) bool {
	return r.classic && r.status == models.ResizeStatusInProgress && !managedStorage(r.nodeType) && !r.inLastStage(now)
}

func (r *resize) inLastStage(now time.Time) bool {
	return r.elapsed(now) >= r.duration/resizePhases*(resizePhases-1)
}

// info returns the ResizeInfo of the cluster, or nil if the resize has ended.
func (r *resize) info(now time.Time) *models.ResizeInfo {
	if !r.inProgress() {
		return nil
	}

	return &models.ResizeInfo{ResizeType: r.kind(), AllowCancelResize: r.cancelable(now)}
}

// transfer returns the DataTransferProgress of a cluster with a status. It is nil unless the new nodes of an elastic resize get their
// data.
func (r *resize) transfer(status models.ClusterStatus, now time.Time) *models.DataTransferProgress {
	if status != models.ClusterStatusAvailableResizeCleanup || r.status != models.ResizeStatusInProgress {
		return nil
	}
	view := r.view(now)

	return &models.DataTransferProgress{
		Status:                             "transferringdata",
		CurrentRateInMegaBytesPerSecond:    view.AvgResizeRateInMegaBytesPerSecond,
		TotalDataInMegaBytes:               *view.TotalResizeDataInMegaBytes,
		DataTransferredInMegaBytes:         *view.ProgressInMegaBytes,
		EstimatedTimeToCompletionInSeconds: view.EstimatedTimeToCompletionInSeconds,
		ElapsedTimeInSeconds:               view.ElapsedTimeInSeconds,
	}
}

// view returns the resize as DescribeResize shows it.
func (r *resize) view(now time.Time) clusters.DescribeResizeResult {
	shown := clusters.DescribeResizeResult{
		TargetNodeType:         r.nodeType,
		TargetNumberOfNodes:    new(r.nodes),
		TargetClusterType:      clusterType(r.nodes),
		Status:                 r.status,
		ImportTablesCompleted:  []string{},
		ImportTablesInProgress: []string{},
		ImportTablesNotStarted: []string{},
	}
	if r.status == models.ResizeStatusNone {
		return shown
	}
	elapsed, remaining := r.elapsed(now), time.Duration(0)
	if r.status == models.ResizeStatusInProgress {
		remaining = r.duration - elapsed
	}
	shown.ResizeType = r.kind()
	shown.AvgResizeRateInMegaBytesPerSecond = new(rate(r.size, r.duration))
	shown.TotalResizeDataInMegaBytes = new(int64(r.size))
	shown.ProgressInMegaBytes = new(int64(r.size * r.share(now)))
	shown.ElapsedTimeInSeconds = new(int64(elapsed.Seconds()))
	shown.EstimatedTimeToCompletionInSeconds = new(int64(math.Ceil(remaining.Seconds())))
	shown.DataTransferProgressPercent = new(roundToHundredths(100 * r.share(now)))
	shown.TargetEncryptionType = encryptionType(r.encrypted)
	if r.classic {
		r.addTables(&shown, now)
	}

	return shown
}

// addTables adds the tables that a classic resize has imported, one after the other.
func (r *resize) addTables(shown *clusters.DescribeResizeResult, now time.Time) {
	done := int(float64(len(r.tables)) * r.share(now))
	shown.ImportTablesCompleted = append(shown.ImportTablesCompleted, r.tables[:done]...)
	rest := r.tables[done:]
	if len(rest) > 0 && r.status == models.ResizeStatusInProgress {
		shown.ImportTablesInProgress = append(shown.ImportTablesInProgress, rest[0])
		rest = rest[1:]
	}
	shown.ImportTablesNotStarted = append(shown.ImportTablesNotStarted, rest...)
}

// encryptionType returns the text that Redshift shows for the encryption of a cluster.
func encryptionType(encrypted bool) string {
	if encrypted {
		return "KMS"
	}

	return "None"
}

// elasticRange returns the smallest and the largest number of nodes that an elastic resize of a cluster can lead to, with the same node
// type. DC2 and DS2 clusters can shrink to a half, others to a quarter. Large RA3 clusters can grow to four times their size, others to
// twice. A cluster with one node has no elastic resize, and none leads to it.
func elasticRange(nodeType string, nodes int) (smallest, largest int) {
	parts, times := 2, 2
	if managedStorage(nodeType) {
		parts = 4
	}
	if nodeType == "ra3.4xlarge" || nodeType == "ra3.16xlarge" {
		times = 4
	}
	smallest, largest = max((nodes+parts-1)/parts, 2), nodes*times
	if limits, known := nodeSpecs[nodeType]; known {
		largest = min(largest, limits.largest)
	}

	return smallest, largest
}

// elasticOptions returns the numbers of nodes that an elastic resize of a cluster can lead to with the same node type.
func elasticOptions(nodeType string, nodes int) []int {
	options := []int{}
	if nodes < 2 {
		return options
	}
	smallest, largest := elasticRange(nodeType, nodes)
	for count := smallest; count <= largest; count++ {
		if count != nodes {
			options = append(options, count)
		}
	}

	return options
}

// elasticOptionsText returns the options as DescribeClusters shows them, such as [3,4].
func elasticOptionsText(nodeType string, nodes int) string {
	options := elasticOptions(nodeType, nodes)
	if len(options) == 0 {
		return ""
	}
	text, err := json.Marshal(options)
	if err != nil {
		panic(err) // integers always have a JSON form
	}

	return string(text)
}

func resizeCluster(c *call) (any, *failure) {
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	classic, _ := c.params.boolean("Classic")
	target, failed := c.resizeTarget(cluster, classic)
	if failed != nil {
		return nil, failed
	}
	exchange, failed := c.nodeExchange(cluster, target)
	if failed != nil {
		return nil, failed
	}
	if failed := c.checkAvailable(cluster); failed != nil {
		return nil, failed
	}
	if failed := c.checkNodeQuota(cluster, target.nodes); failed != nil {
		return nil, failed
	}
	target.exchange = exchange
	c.startResize(cluster, target)

	return &clusters.ResizeClusterResult{Cluster: c.clusterResult(cluster)}, nil
}

// nodeExchange returns the exchange of a reserved node that a resize requests, or nil if it requests none.
func (c *call) nodeExchange(cluster *storedCluster, target *resize) (*models.ReservedNodeExchangeStatus, *failure) {
	node, offering := c.params.text("ReservedNodeId"), c.params.text("TargetReservedNodeOfferingId")
	switch {
	case node+offering == "":
		return nil, nil
	case node == "" || offering == "":
		return nil, fail(awsquery.ErrInvalidParameterCombination, "ReservedNodeId and TargetReservedNodeOfferingId must be given together.")
	}
	exchange := &models.ReservedNodeExchangeStatus{
		ReservedNodeExchangeRequestID: uuid("exchange", c.account, cluster.Identifier, node, c.now.String()),
		Status:                        models.ReservedNodeExchangeStatusTypeInProgress,
		RequestTime:                   c.now.UTC().Truncate(time.Millisecond),
		SourceReservedNodeID:          node,
		SourceReservedNodeType:        cluster.NodeType,
		SourceReservedNodeCount:       cluster.NumberOfNodes,
		TargetReservedNodeOfferingID:  offering,
		TargetReservedNodeType:        target.nodeType,
		TargetReservedNodeCount:       target.nodes,
	}

	return exchange, c.checkReferences()
}

// resizeTarget returns the resize that a call requests.
func (c *call) resizeTarget(cluster *storedCluster, classic bool) (*resize, *failure) {
	nodeType := cluster.NodeType
	setUnlessEmpty(&nodeType, c.params.text("NodeType"))
	if nodeType != cluster.NodeType {
		if failed := c.checkNodeType(nodeType); failed != nil {
			return nil, failed
		}
	}
	nodes, failed := c.numberOfNodes(cluster.NumberOfNodes)
	if failed != nil {
		return nil, failed
	}
	if failed := checkNodes(nodeType, nodes); failed != nil {
		return nil, failed
	}
	if nodeType == cluster.NodeType && nodes == cluster.NumberOfNodes {
		return nil, fail(awsquery.ErrInvalidParameterCombination,
			"Cluster %s already has %d nodes of type %s.", cluster.Identifier, nodes, nodeType)
	}
	target := c.newResize(cluster, nodeType, nodes)
	target.classic = classic
	if classic {
		return target, nil
	}

	return target, checkElastic(cluster, target)
}

// newResize returns a resize that starts now.
func (c *call) newResize(cluster *storedCluster, nodeType string, nodes int) *resize {
	return &resize{
		classic:   true,
		nodeType:  nodeType,
		nodes:     nodes,
		encrypted: cluster.encrypted(),
		started:   c.now,
		duration:  c.resizeDuration,
		size:      cluster.SizeInMegaBytes,
		tables:    slices.Clone(cluster.Tables),
		status:    models.ResizeStatusInProgress,
	}
}

// checkElastic checks that an elastic resize can lead to the target. With another node type, each number of nodes is possible that fits
// the type, and the type must be one that a snapshot of the cluster can be restored to.
func checkElastic(cluster *storedCluster, target *resize) *failure {
	smallest, largest := elasticRange(cluster.NodeType, cluster.NumberOfNodes)
	switch {
	case cluster.NumberOfNodes == 1 || target.nodes == 1:
		return fail(models.ErrUnsupportedOptionFault, "An elastic resize cannot start from one node or lead to one. Use a classic resize.")
	case target.nodeType != cluster.NodeType && !slices.Contains(restorableNodeTypes(cluster.NodeType), target.nodeType):
		return fail(models.ErrUnsupportedOptionFault, "An elastic resize cannot lead from nodes of type %s to nodes of type %s.",
			cluster.NodeType, target.nodeType)
	case target.nodeType == cluster.NodeType && (target.nodes < smallest || target.nodes > largest):
		return fail(models.ErrUnsupportedOptionFault, "An elastic resize of %d nodes of type %s can lead to %d to %d nodes, not to %d. "+
			"Use a classic resize.", cluster.NumberOfNodes, cluster.NodeType, smallest, largest, target.nodes)
	}

	return nil
}

// checkNodeQuota checks the quota of nodes for a resize.
func (c *call) checkNodeQuota(resized *storedCluster, nodes int) *failure {
	for _, cluster := range c.resourcesOf(c.account).clusters {
		if cluster != resized {
			nodes += cluster.NumberOfNodes
		}
	}
	if quota := max(c.quotas.Nodes, 0); nodes > quota {
		return fail(models.ErrNumberOfNodesQuotaExceeded, "The account would have %d nodes, which exceeds the quota of %d. %s",
			nodes, quota, quotaHint("Nodes"))
	}

	return nil
}

// startResize starts a resize of a cluster that changes nothing but its nodes.
func (c *call) startResize(cluster *storedCluster, target *resize) {
	cluster.resize = target
	cluster.setExchange(target, models.ReservedNodeExchangeStatusTypeInProgress)
	cluster.setPendingNodes(target)
	s := c.state
	s.requestResize(cluster, c.now)
	if target.classic {
		s.noteResizeStarted(cluster, c.now)
		s.begin(cluster, models.ClusterStatusResizing, c.now.Add(target.duration), func(at time.Time) {
			cluster.applyNodes(target)
			s.finishResize(cluster, target, at)
		})

		return
	}
	phase := target.duration / resizePhases
	s.begin(cluster, models.ClusterStatusAvailablePrepForResize, c.now.Add(phase), func(at time.Time) {
		s.noteResizeStarted(cluster, at)
		s.begin(cluster, models.ClusterStatusResizing, at.Add(phase), func(at time.Time) {
			cluster.applyNodes(target)
			s.begin(cluster, models.ClusterStatusAvailableResizeCleanup, target.started.Add(target.duration), func(at time.Time) {
				s.finishResize(cluster, target, at)
			})
		})
	})
}

// setExchange shows the exchange of reserved nodes of a resize, if it has one.
func (c *storedCluster) setExchange(target *resize, status models.ReservedNodeExchangeStatusType) {
	if target.exchange == nil {
		return
	}
	exchange := *target.exchange
	exchange.Status = status
	c.settings.ReservedNodeExchangeStatus = &exchange
}

// setPendingNodes shows the nodes of a resize as pending.
func (c *storedCluster) setPendingNodes(target *resize) {
	if target.nodeType != c.NodeType {
		c.pending.NodeType = target.nodeType
	}
	if target.nodes != c.NumberOfNodes {
		c.pending.NumberOfNodes = new(target.nodes)
	}
	if kind := clusterType(target.nodes); kind != clusterType(c.NumberOfNodes) {
		c.pending.ClusterType = kind
	}
}

func (c *storedCluster) applyNodes(target *resize) {
	c.NodeType, c.NumberOfNodes = target.nodeType, target.nodes
	c.pending.NodeType, c.pending.NumberOfNodes, c.pending.ClusterType = "", nil, ""
}

func (s *state) requestResize(cluster *storedCluster, now time.Time) {
	s.addEvent(cluster.AccountID, now, eventResizeRequested, cluster.Identifier,
		"A resize request for cluster %s has been acknowledged.", cluster.Identifier)
}

func (s *state) noteResizeStarted(cluster *storedCluster, at time.Time) {
	s.addEvent(cluster.AccountID, at, eventResizeStarted, cluster.Identifier,
		"Cluster %s resize started at %s. Cluster is in read-only mode.", cluster.Identifier, utcMinute(at))
}

// finishResize ends a resize with success.
func (s *state) finishResize(cluster *storedCluster, target *resize, at time.Time) {
	target.status = models.ResizeStatusSucceeded
	cluster.setExchange(target, models.ReservedNodeExchangeStatusTypeSucceeded)
	cluster.clearPending()
	s.addEvent(cluster.AccountID, at, eventResizeCompleted, cluster.Identifier,
		"Cluster %s resize completed at %s. Cluster is available for both reads and writes.", cluster.Identifier, utcMinute(at))
}

func describeResize(c *call) (any, *failure) {
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if cluster.resize == nil {
		return nil, resizeNotFound(cluster)
	}
	shown := cluster.resize.view(c.now)

	return &shown, nil
}

func resizeNotFound(cluster *storedCluster) *failure {
	return fail(models.ErrResizeNotFound, "A resize operation for cluster %s was not found.", cluster.Identifier)
}

func cancelResize(c *call) (any, *failure) {
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	running := cluster.resize
	switch {
	case running == nil || !running.inProgress():
		return nil, resizeNotFound(cluster)
	case running.status == models.ResizeStatusCancelling:
		return nil, fail(models.ErrInvalidClusterState, "The resize of cluster %s is being canceled already.", cluster.Identifier)
	case !running.classic:
		return nil, fail(models.ErrUnsupportedOperation, "Cluster %s has an elastic resize, which cannot be canceled.", cluster.Identifier)
	case managedStorage(running.nodeType):
		return nil, fail(models.ErrUnsupportedOperation,
			"The resize of cluster %s leads to %s nodes, and cannot be canceled.", cluster.Identifier, running.nodeType)
	case !running.cancelable(c.now):
		return nil, fail(models.ErrInvalidClusterState,
			"The resize of cluster %s is in its last stage, and cannot be canceled.", cluster.Identifier)
	}
	running.status, running.stopped = models.ResizeStatusCancelling, c.now
	c.begin(cluster, models.ClusterStatusCancellingResize, c.now.Add(c.clusterDuration), func(time.Time) {
		// Afterwards, DescribeResize shows no resize, and the nodes that the cluster has.
		cluster.clearPending()
		cluster.setExchange(running, models.ReservedNodeExchangeStatusTypeFailed)
		running.status, running.nodeType, running.nodes = models.ResizeStatusNone, cluster.NodeType, cluster.NumberOfNodes
	})
	result := clusters.CancelResizeResult(running.view(c.now))

	return &result, nil
}
