package setup

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

// NewestSnapshot returns the newest snapshot of a cluster that can be restored.
func NewestSnapshot(ctx context.Context, client *redshift.Client, cluster string) (models.Snapshot, error) {
	var newest models.Snapshot
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{ClusterIdentifier: cluster}) {
		if err != nil {
			return models.Snapshot{}, err
		}
		if snapshot.Status == models.SnapshotStatusAvailable && snapshot.SnapshotCreateTime.After(newest.SnapshotCreateTime) {
			newest = snapshot
		}
	}
	if newest.SnapshotIdentifier == "" {
		return newest, fmt.Errorf("%s has no available snapshot in region %s", cluster, client.Region())
	}

	return newest, nil
}

// Polls returns the options of a wait that shows its progress on the output. Call end after the wait.
func Polls(output io.Writer, every time.Duration) (options redshift.WaitOptions, end func()) {
	line := NewProgressLine(output)
	options = redshift.WaitOptions{
		MinDelay: every,
		MaxDelay: 4 * every,
		Progress: func(progress redshift.WaitProgress) {
			if cluster, ok := progress.Resource.(models.Cluster); ok {
				text := clusterProgress(&cluster)
				if line.terminal {
					text += fmt.Sprintf("  after %v", progress.Waited.Round(time.Second)) // shows that the program is running
				}
				line.Show(text)
			}
		},
	}

	return options, line.End
}

// clusterProgress describes a cluster that changes, with the figures of its restore.
func clusterProgress(cluster *models.Cluster) string {
	text := fmt.Sprintf("%s  %s", cluster.ClusterIdentifier, cluster.ClusterStatus)
	restore := cluster.RestoreStatus
	arriving := cluster.ClusterStatus == models.ClusterStatusCreating || cluster.ClusterStatus == models.ClusterStatusAvailable
	if restore == nil || restore.Status != models.RestoreStatusTypeRestoring || !arriving {
		return text
	}

	percent := 0.0
	if restore.SnapshotSizeInMegaBytes > 0 {
		percent = 100 * float64(restore.ProgressInMegaBytes) / float64(restore.SnapshotSizeInMegaBytes)
	}

	return fmt.Sprintf("%s  %.0f %% of %s MB  %.0f MB/s  %v left", text, percent, Megabytes(restore.SnapshotSizeInMegaBytes),
		restore.CurrentRestoreRateInMegaBytesPerSecond, time.Duration(restore.EstimatedTimeToCompletionInSeconds)*time.Second)
}
