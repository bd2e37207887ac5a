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

// The events of the operations that create, change and delete clusters.
var (
	eventParameterGroupChanged = eventOf(1001)
	eventClusterCreated        = eventOf(2000)
	eventClusterDeleted        = eventOf(2001)
	eventSecurityGroupsUpdated = eventOf(2002)
	eventResizeStarted         = eventOf(2006)
	eventResizeRequested       = eventOf(2007)
	eventClusterRenamed        = eventOf(2013)
	eventClusterRebooted       = eventOf(3000)
	eventResizeCompleted       = eventOf(3002)
	eventPauseStarted          = eventOf(3618)
	eventClusterPaused         = eventOf(3619)
	eventClusterResumed        = eventOf(3622)
	eventCredentialsUpdated    = eventOf(4000)
)

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
