package redshifttest

import (
	"time"

	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

func pauseCluster(c *call) (any, *failure) {
	cluster, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	switch {
	case cluster.settings.HsmStatus != nil:
		return nil, fail(models.ErrUnsupportedOperation,
			"Cluster %s gets its keys from a hardware security module. It cannot be paused.", cluster.Identifier)
	case cluster.AutomatedSnapshotRetentionPeriod <= 0:
		return nil, fail(models.ErrUnsupportedOperation,
			"Automated snapshots of cluster %s are disabled. It cannot be paused.", cluster.Identifier)
	}
	// A pause takes a snapshot, also if the fake takes no other automated snapshots.
	c.takeAutomated(dueSnapshot{at: c.now, account: c.account, cluster: cluster})
	s := c.state
	s.addEvent(c.account, c.now, eventPauseStarted, cluster.Identifier, "The cluster %s pause operation started at %s.",
		cluster.Identifier, utcMinute(c.now))
	s.begin(cluster, statusPausing, c.now.Add(s.clusterDuration), func(at time.Time) {
		cluster.Status = string(models.ClusterStatusPaused)
		s.addEvent(cluster.AccountID, at, eventClusterPaused, cluster.Identifier, "The cluster %s was paused at %s.",
			cluster.Identifier, utcMinute(at))
	})

	return &clusters.PauseClusterResult{Cluster: c.clusterResult(cluster)}, nil
}

func resumeCluster(c *call) (any, *failure) {
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if status := cluster.status(c.now); status != models.ClusterStatusPaused {
		return nil, fail(models.ErrInvalidClusterState, "Cluster %s is not in state paused. It is %s.", cluster.Identifier, status)
	}
	s := c.state
	s.begin(cluster, statusResuming, c.now.Add(s.clusterDuration), func(at time.Time) {
		cluster.Status = statusAvailable
		s.addEvent(cluster.AccountID, at, eventClusterResumed, cluster.Identifier, "The cluster %s was resumed at %s.",
			cluster.Identifier, utcMinute(at))
	})

	return &clusters.ResumeClusterResult{Cluster: c.clusterResult(cluster)}, nil
}

// isPaused reports whether a cluster is paused, or on the way to or from it.
func (c *storedCluster) isPaused(now time.Time) bool {
	switch c.status(now) {
	case models.ClusterStatusPaused, statusPausing, statusResuming:
		return true
	default:
		return false
	}
}
