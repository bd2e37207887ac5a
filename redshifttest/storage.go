package redshifttest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/redshift-go/redshift/client/clusters"
)

// describeStorage adds up the storage of the caller in the region. A cluster has the storage of its nodes, also while it is paused.
func describeStorage(c *call) (any, *failure) {
	owner := c.resourcesOf(c.account)
	result := &clusters.DescribeStorageResult{TotalBackupSizeInMegaBytes: roundToHundredths(owner.backupSize(c.now))}
	for _, cluster := range owner.clusters {
		result.TotalProvisionedStorageInMegaBytes += nodeSpecs[cluster.NodeType].capacity(cluster.NumberOfNodes)
	}

	return result, nil
}

// backupSize returns the storage of all snapshots, in megabytes. The oldest snapshot of a cluster has all data of the cluster. Each other
// snapshot has what it has backed up so far.
func (r *resources) backupSize(now time.Time) float64 {
	type source struct {
		cluster string
		created time.Time
	}
	total, hasOldest := 0.0, make(map[source]bool)
	byAge := func(a, b *storedSnapshot) int {
		return cmp.Or(a.SnapshotCreateTime.Compare(b.SnapshotCreateTime), cmp.Compare(a.serial, b.serial))
	}
	for _, snapshot := range slices.SortedFunc(maps.Values(r.snapshots), byAge) {
		total += snapshot.view(snapshot.OwnerAccount, now).BackupProgressInMegaBytes
		key := source{snapshot.ClusterIdentifier, snapshot.ClusterCreateTime}
		if !hasOldest[key] {
			total += snapshot.TotalBackupSizeInMegaBytes - snapshot.ActualIncrementalBackupSizeInMegaBytes
			hasOldest[key] = true
		}
	}

	return total
}
