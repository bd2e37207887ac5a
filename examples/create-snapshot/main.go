// Command create-snapshot creates a snapshot of a cluster. By default it calls a fake Redshift in its own process.
package main

import (
	"context"
	"fmt"
	"io"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

func main() { setup.Main(run) }

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("create-snapshot", "Creates a snapshot of a cluster.")
	cluster := flags.String("cluster", setup.DemoCluster, "the `cluster` to create a snapshot of")
	name := flags.String("name", "before-upgrade", "the `identifier` of the new snapshot")
	if err := setup.Parse(flags, arguments); err != nil {
		return err
	}
	client, err := target.Client(output)
	if err != nil {
		return err
	}

	created, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:             *cluster,
		SnapshotIdentifier:            *name,
		ManualSnapshotRetentionPeriod: new(7), // days
		Tags:                          []models.Tag{{Key: "reason", Value: "upgrade"}},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(output, "%s is %s (request %s)\n", created.Snapshot.SnapshotIdentifier, created.Snapshot.Status, created.RequestID)

	return nil
}
