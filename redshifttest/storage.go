package redshifttest

import (
	"github.com/redshift-go/redshift/client/clusters"
)

// describeStorage adds up the storage of the caller in the region. A snapshot uses what it has backed up so far, without the data that
// earlier snapshots have. A cluster has the storage of its nodes, also while it is paused.
func describeStorage(c *call) (any, *failure) {
	result := &clusters.DescribeStorageResult{}
	owner := c.resourcesOf(c.account)
	for _, snapshot := range owner.snapshots {
		result.TotalBackupSizeInMegaBytes += snapshot.view(c.account, c.now).BackupProgressInMegaBytes
	}
	for _, cluster := range owner.clusters {
		result.TotalProvisionedStorageInMegaBytes += nodeSpecs[cluster.NodeType].capacity(cluster.NumberOfNodes)
	}
	result.TotalBackupSizeInMegaBytes = roundToHundredths(result.TotalBackupSizeInMegaBytes)

	return result, nil
}
