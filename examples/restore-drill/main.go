// Command restore-drill shows that a backup can be restored, and how fast: it restores the newest snapshot of a cluster to
// a scratch cluster, waits, and reports. By default it calls a Redshift in its own process.
//
// A client for snapshots cannot delete clusters. It prints the command that deletes the scratch cluster, once somebody has
// looked into that, and with -delete runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

func main() { setup.Main(run) }

// drill is one restore.
type drill struct {
	client      *redshift.Client
	output      io.Writer
	cluster     string
	scratch     string
	subnetGroup string
	cleanUp     []string                    // the command that deletes the scratch cluster
	delete      func(context.Context) error // nil where somebody is to do that
	pollEvery   time.Duration
}

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("restore-drill", "Restores the newest snapshot of a cluster to a scratch cluster, waits, and reports.")
	cluster := flags.String("cluster", "", "the `cluster` whose newest snapshot to restore (in the demo "+setup.DemoCluster+")")
	scratch := flags.String("scratch", "", "the `name` of the cluster to restore to, which must not be there (default that of the cluster and -drill)")
	subnetGroup := flags.String("subnet-group", "", "the subnet `group` to put it in, which a snapshot of a cluster in a VPC needs")
	remove := flags.Bool("delete", false, "delete the scratch cluster afterwards, with the AWS command line client")
	limit := flags.Duration("limit", 6*time.Hour, "the longest `time` to wait for the restore")
	if err := setup.Parse(flags, arguments); err != nil {
		return err
	}
	client, err := target.Client(output)
	if err != nil {
		return err
	}
	if *cluster == "" && target.Demo() {
		*cluster = setup.DemoCluster
	}
	if *cluster == "" {
		return errors.New("say with -cluster whose snapshot to restore") // an empty filter lists all clusters
	}
	if *scratch == "" {
		*scratch = *cluster + "-drill"
	}
	cleanUp := []string{
		"aws", "redshift", "delete-cluster", "--region", client.Region(), "--cluster-identifier", *scratch, "--skip-final-cluster-snapshot",
	}
	if target.Endpoint != "" {
		cleanUp = append(cleanUp, "--endpoint-url", target.Endpoint)
	}
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()

	job := &drill{
		client:      client,
		output:      output,
		cluster:     *cluster,
		scratch:     *scratch,
		subnetGroup: *subnetGroup,
		cleanUp:     cleanUp,
		pollEvery:   target.PollEvery(),
	}

	switch {
	case target.Demo():
		job.delete = func(context.Context) error { return target.Fake.RemoveCluster(*scratch) }
	case *remove:
		job.delete = func(ctx context.Context) error { return execute(ctx, cleanUp) }
	}

	return job.run(ctx)
}

// execute runs a command, and has what it printed in the error.
func execute(ctx context.Context, command []string) error {
	output, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", command[0], err, output)
	}

	return nil
}

func (d *drill) run(ctx context.Context) (err error) {
	snapshot, err := d.newest(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.output, "Restoring %s, taken %s, to %s.\n",
		snapshot.SnapshotIdentifier, snapshot.SnapshotCreateTime.Format("2006-01-02 15:04"), d.scratch)
	began := time.Now()
	if err := d.restore(ctx, snapshot.SnapshotIdentifier); err != nil {
		return err
	}
	// Whatever happens from here on, there is a cluster that costs money.
	defer func() { err = errors.Join(err, d.end(ctx)) }()

	cluster, err := d.client.WaitClusterRestored(ctx,
		&redshift.DescribeClustersParams{ClusterIdentifier: d.scratch},
		redshift.WaitOptions{MinDelay: d.pollEvery, MaxDelay: 4 * d.pollEvery, Progress: d.show},
	)
	if err != nil {
		return fmt.Errorf("the restore to %s: %w", d.scratch, err)
	}
	d.report(&cluster, time.Since(began))

	return nil
}

// deleteLimit is how long deleting the scratch cluster may take to begin.
const deleteLimit = time.Minute

// end deletes the scratch cluster, or says how, also where the time is over or somebody pressed Ctrl-C.
func (d *drill) end(ctx context.Context) error {
	howTo := fmt.Sprintf("\nDelete %s when you have looked into it:\n\n  %s\n", d.scratch, strings.Join(d.cleanUp, " "))
	if d.delete == nil {
		fmt.Fprint(d.output, howTo)

		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteLimit)
	defer cancel()
	if err := d.delete(ctx); err != nil {
		fmt.Fprint(d.output, howTo)

		return fmt.Errorf("delete %s: %w", d.scratch, err)
	}
	fmt.Fprintf(d.output, "Deleted %s.\n", d.scratch)

	return nil
}

// newest returns the newest snapshot of the cluster that can be restored.
func (d *drill) newest(ctx context.Context) (models.Snapshot, error) {
	var newest models.Snapshot
	for snapshot, err := range d.client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		ClusterIdentifier: d.cluster,
	}) {
		if err != nil {
			return models.Snapshot{}, err
		}
		if snapshot.Status == models.SnapshotStatusAvailable && snapshot.SnapshotCreateTime.After(newest.SnapshotCreateTime) {
			newest = snapshot
		}
	}
	if newest.SnapshotIdentifier == "" {
		return newest, fmt.Errorf("%s has no snapshot that is available", d.cluster)
	}

	return newest, nil
}

// restore begins to restore.
func (d *drill) restore(ctx context.Context, snapshot string) error {
	_, err := d.client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{
		SnapshotIdentifier:               snapshot,
		SnapshotClusterIdentifier:        d.cluster,
		ClusterIdentifier:                d.scratch,
		ClusterSubnetGroupName:           d.subnetGroup,
		PubliclyAccessible:               new(false), // it has the data of the real one
		AutomatedSnapshotRetentionPeriod: new(1),     // the fewest that all node types allow
	})
	var unsent *awsquery.SendError
	switch {
	case errors.Is(err, models.ErrClusterAlreadyExists):
		return fmt.Errorf("there is a cluster %s already, which stays as it is; choose another -scratch: %w", d.scratch, err)
	case errors.As(err, &unsent):
		return fmt.Errorf("%w\nIt may have begun all the same. If there is a cluster %s now: %s", err, d.scratch, strings.Join(d.cleanUp, " "))
	default:
		return err
	}
}

func (d *drill) show(progress redshift.WaitProgress) {
	cluster, ok := progress.Resource.(models.Cluster)
	restore := cluster.RestoreStatus
	if !ok || restore == nil || restore.Status != models.RestoreStatusTypeRestoring {
		return
	}
	fmt.Fprintf(d.output, "  restoring  %s of %s MB  %.0f MB/s  %v left\n",
		setup.Megabytes(restore.ProgressInMegaBytes), setup.Megabytes(restore.SnapshotSizeInMegaBytes),
		restore.CurrentRestoreRateInMegaBytesPerSecond, time.Duration(restore.EstimatedTimeToCompletionInSeconds)*time.Second)
}

// report says how long it took, by the clock of this machine, and what Redshift says of the restore itself.
func (d *drill) report(cluster *models.Cluster, took time.Duration) {
	fmt.Fprintf(d.output, "Restored in %v", took.Round(100*time.Millisecond))
	if restore := cluster.RestoreStatus; restore != nil {
		fmt.Fprintf(d.output, ": %s MB at %.0f MB/s; by Redshift's clock, and with the cluster itself, in %v", setup.Megabytes(restore.SnapshotSizeInMegaBytes),
			restore.CurrentRestoreRateInMegaBytesPerSecond, time.Duration(restore.ElapsedTimeInSeconds)*time.Second)
	}
	fmt.Fprintln(d.output, ".")
	if cluster.Endpoint != nil {
		fmt.Fprintf(d.output, "%s answers at %s:%d.\n", cluster.ClusterIdentifier, cluster.Endpoint.Address, cluster.Endpoint.Port)
	}
}
