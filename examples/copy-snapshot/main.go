// Command copy-snapshot copies an automated snapshot to a manual snapshot. Redshift keeps the copy until you delete it. By
// default the program calls a fake Redshift in its own process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

func main() { setup.Main(run) }

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("copy-snapshot",
		"Copies an automated snapshot to a manual snapshot. Redshift keeps the copy until you delete it.",
	)
	cluster := flags.String("cluster", setup.DemoCluster,
		"the `cluster` whose newest automated snapshot to copy; ignored with -source",
	)
	source := flags.String("source", "", "the `identifier` of the automated snapshot to copy")
	name := flags.String("name", "keep-this", "the `identifier` of the copy")
	if err := setup.Parse(flags, arguments); err != nil {
		return err
	}
	client, err := target.Client(output)
	if err != nil {
		return err
	}
	if *source == "" {
		*source, err = newestAutomated(ctx, client, *cluster)
		if err != nil {
			return err
		}
	}

	copied, err := client.CopyClusterSnapshot(ctx, &redshift.CopyClusterSnapshotParams{
		SourceSnapshotIdentifier: *source,
		TargetSnapshotIdentifier: *name,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(output, "%s is a copy of %s (status %s)\n", copied.Snapshot.SnapshotIdentifier, *source, copied.Snapshot.Status)

	return nil
}

func newestAutomated(ctx context.Context, client *redshift.Client, cluster string) (string, error) {
	if cluster == "" {
		return "", errors.New("-cluster or -source is required: name the cluster or snapshot to copy") // an empty filter lists all clusters
	}
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		ClusterIdentifier: cluster,
		SnapshotType:      models.SnapshotTypeAutomated,
		SortingEntities: []models.SnapshotSortingEntity{{
			Attribute: models.SnapshotAttributeToSortByCreateTime,
			SortOrder: models.SortByOrderDesc,
		}},
	}) {
		if err != nil {
			return "", err
		}
		if snapshot.Status == models.SnapshotStatusAvailable {
			return snapshot.SnapshotIdentifier, nil
		}
	}

	return "", errors.New("the cluster has no available automated snapshot")
}
