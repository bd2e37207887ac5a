package redshifttest

import (
	"time"

	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

// Statuses that DescribeClusters returns, although Amazon's list of statuses does not have them.
const (
	statusPausing  models.ClusterStatus = "pausing"
	statusResuming models.ClusterStatus = "resuming"
)

// The events of the operations that create, change and delete clusters. Numbers, categories and severities are the ones that
// DescribeEventCategories returns.
var (
	eventParameterGroupChanged = clusterEvent(1001, configuration)
	eventClusterCreated        = clusterEvent(2000, management)
	eventClusterDeleted        = clusterEvent(2001, management)
	eventSecurityGroupsUpdated = clusterEvent(2002, management)
	eventResizeStarted         = clusterEvent(2006, management)
	eventResizeRequested       = clusterEvent(2007, management)
	eventClusterRenamed        = clusterEvent(2013, management)
	eventClusterRebooted       = clusterEvent(3000, monitoring)
	eventResizeCompleted       = clusterEvent(3002, monitoring)
	eventPauseStarted          = clusterEvent(3618, management)
	eventClusterPaused         = clusterEvent(3619, monitoring)
	eventClusterResumed        = clusterEvent(3622, monitoring)
	eventCredentialsUpdated    = clusterEvent(4000, security)
)

// clusterEvent returns a kind of event about a cluster, with the severity INFO.
func clusterEvent(number int, category string) eventKind {
	return eventKind{
		number:     number,
		source:     models.SourceTypeCluster,
		categories: []string{category},
		severity:   models.EventSeverityInfo,
	}
}

// utcMinute returns a time as the messages of events have it.
func utcMinute(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// clearPending removes the pending changes of a cluster at the end of a modification. The maintenance track stays pending until the next
// maintenance window.
func (c *storedCluster) clearPending() {
	c.pending = models.PendingModifiedValues{MaintenanceTrackName: c.pending.MaintenanceTrackName}
}

// stopChange ends the change of a cluster that is in progress, without its effect. A resize in progress has failed.
func (c *storedCluster) stopChange(now time.Time) {
	if c.transition == nil {
		return
	}
	c.transition = nil
	c.clearPending()
	if c.resize != nil && c.resize.inProgress() {
		c.resize.status, c.resize.stopped = models.ResizeStatusFailed, now
		c.setExchange(c.resize, models.ReservedNodeExchangeStatusTypeFailed)
	}
}

// clusterResult returns the cluster of a call as the result of an operation shows it.
func (c *call) clusterResult(cluster *storedCluster) models.Cluster {
	shown := c.clusterView(cluster)
	// Only DescribeClusters shows these. Amazon's sample responses do not have them.
	shown.RestoreStatus, shown.ClusterNodes = nil, nil

	return shown
}

func rebootCluster(c *call) (any, *failure) {
	cluster, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	c.reboot(cluster, c.now)

	return &clusters.RebootClusterResult{Cluster: c.clusterResult(cluster)}, nil
}

// reboot starts a reboot of a cluster. At its end, the changes of the cluster's parameter groups take effect.
func (s *state) reboot(cluster *storedCluster, now time.Time) {
	s.begin(cluster, models.ClusterStatusRebooting, now.Add(s.clusterDuration), func(at time.Time) {
		s.applyParameters(cluster)
		s.addEvent(cluster.AccountID, at, eventClusterRebooted, cluster.Identifier, "Cluster %s rebooted at %s.",
			cluster.Identifier, utcMinute(at))
	})
}
