package redshifttest

import (
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

// The events of a final snapshot.
var (
	eventFinalSnapshotStarted   = eventOf(2012)
	eventFinalSnapshotSucceeded = eventOf(3005)
	eventFinalSnapshotFailed    = eventOf(3502)
)

// undeletable are the statuses of clusters whose change in progress must end before they can be deleted.
var undeletable = []models.ClusterStatus{
	models.ClusterStatusAvailablePrepForResize, models.ClusterStatusAvailableResizeCleanup, models.ClusterStatusCancellingResize,
	models.ClusterStatusCreating, models.ClusterStatusDeleting, models.ClusterStatusFinalSnapshot, models.ClusterStatusModifying,
	models.ClusterStatusRebooting, models.ClusterStatusRenaming, models.ClusterStatusResizing, models.ClusterStatusRotatingKeys,
	models.ClusterStatusUpdatingHsm, statusPausing, statusResuming,
}

func deleteCluster(c *call) (any, *failure) {
	skip, _ := c.params.boolean("SkipFinalClusterSnapshot")
	final := c.params.text("FinalClusterSnapshotIdentifier")
	switch {
	case skip && final != "":
		return nil, fail(awsquery.ErrInvalidParameterCombination,
			"FinalClusterSnapshotIdentifier cannot be specified when deleting a cluster with SkipFinalClusterSnapshot.")
	case !skip && final == "":
		return nil, fail(awsquery.ErrInvalidParameterCombination,
			"FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified.")
	case !skip:
		if failed := c.checkNewIdentifier("FinalClusterSnapshotIdentifier", final, maxSnapshotIdentifier); failed != nil {
			return nil, failed
		}
	}
	days, found := c.params.integer("FinalClusterSnapshotRetentionPeriod")
	if !found {
		days = keepForever
	}
	if failed := checkRetention(days); failed != nil {
		return nil, failed
	}
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if !skip {
		if failed := c.checkNotTaken(final); failed != nil {
			return nil, failed
		}
	}
	if failed := c.checkDeletable(cluster, skip); failed != nil {
		return nil, failed
	}
	if skip {
		c.beginDeletion(cluster, c.now, false)

		return &clusters.DeleteClusterResult{Cluster: c.clusterResult(cluster)}, nil
	}
	if failed := c.checkSnapshotQuota(); failed != nil {
		return nil, failed
	}
	c.takeFinalSnapshot(cluster, final, days)

	return &clusters.DeleteClusterResult{Cluster: c.clusterResult(cluster)}, nil
}

// checkDeletable refuses to delete a cluster that is changing. A final snapshot needs a cluster that works.
func (c *call) checkDeletable(cluster *storedCluster, skipsSnapshot bool) *failure {
	status := cluster.status(c.now)
	works := status == models.ClusterStatusAvailable || status == models.ClusterStatusPaused
	switch {
	case slices.Contains(undeletable, status):
		return fail(models.ErrInvalidClusterState, "There is an operation running on the Cluster. Please try to delete it at a later time. "+
			"Cluster %s is %s.", cluster.Identifier, status)
	case !skipsSnapshot && !works:
		return fail(models.ErrInvalidClusterState, "Cluster %s is %s. Redshift cannot take a final snapshot of it.", cluster.Identifier, status)
	}

	return nil
}

// takeFinalSnapshot takes the final snapshot of a cluster, and deletes the cluster if the snapshot succeeds.
func (c *call) takeFinalSnapshot(cluster *storedCluster, identifier string, days int) {
	s := c.state
	taken := s.addSnapshot(c.account, cluster, identifier, models.SnapshotTypeManual, c.now)
	taken.ManualSnapshotRetentionPeriod = &days
	taken.started = c.now
	c.hideNew(taken)
	about := func(at time.Time, kind eventKind, outcome string) {
		s.addEvent(cluster.AccountID, at, kind, identifier, "Final cluster snapshot %s for cluster %s %s at %s.",
			identifier, cluster.Identifier, outcome, utcMinute(at))
	}
	about(c.now, eventFinalSnapshotStarted, "started")
	s.begin(cluster, models.ClusterStatusFinalSnapshot, c.now.Add(s.duration), func(at time.Time) {
		if s.resourcesOf(cluster.AccountID).snapshots[strings.ToLower(identifier)] != taken || !taken.available(at) {
			about(at, eventFinalSnapshotFailed, "failed")

			return
		}
		about(at, eventFinalSnapshotSucceeded, "succeeded")
		s.beginDeletion(cluster, at, true)
	})
}

// beginDeletion deletes a cluster after the ClusterDuration. Its automated snapshots go with it, and its manual ones stay.
func (s *state) beginDeletion(cluster *storedCluster, now time.Time, saved bool) {
	s.begin(cluster, models.ClusterStatusDeleting, now.Add(s.clusterDuration), func(at time.Time) {
		s.resourcesOf(cluster.AccountID).removeCluster(cluster)
		outcome := "was not"
		if saved {
			outcome = "was"
		}
		s.addEvent(cluster.AccountID, at, eventClusterDeleted, cluster.Identifier,
			"Cluster %s deleted at %s. A final snapshot %s saved.", cluster.Identifier, utcMinute(at), outcome)
	})
}
