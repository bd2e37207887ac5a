// Command restore-drill tests that a backup can be restored, and measures how fast. It restores the newest snapshot of a cluster
// to a scratch cluster, waits until the cluster is restored, and reports the duration. By default it calls a fake Redshift in its
// own process.
//
// This library cannot delete clusters. The program prints the command that deletes the scratch cluster. With -delete it runs the
// command.
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
	delete      func(context.Context) error // nil if the user deletes it
	pollEvery   time.Duration
}

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("restore-drill",
		"Restores the newest snapshot of a cluster to a scratch cluster, waits until it is restored, and reports the duration.",
	)
	cluster := flags.String("cluster", "",
		"the `cluster` whose newest snapshot to restore (default in the demo: "+setup.DemoCluster+")",
	)
	scratch := flags.String("scratch", "",
		"the `name` of the cluster to restore to, which must not exist (default: the name of the cluster and -drill)",
	)
	subnetGroup := flags.String("subnet-group", "",
		"the subnet `group` of the scratch cluster, required for a snapshot of a cluster in a VPC",
	)
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
		return errors.New("-cluster is required: name the cluster to restore") // an empty filter lists all clusters
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

// execute runs a command. If the command fails, the error has its output.
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
	fmt.Fprintf(d.output, "Restoring %s, created %s, to %s.\n",
		snapshot.SnapshotIdentifier, snapshot.SnapshotCreateTime.Format("2006-01-02 15:04"), d.scratch)
	began := time.Now()
	if err := d.restore(ctx, snapshot.SnapshotIdentifier); err != nil {
		return err
	}
	// From here on, a scratch cluster exists and costs money, even if the next calls fail.
	defer func() { err = errors.Join(err, d.cleanUpScratch(ctx)) }()

	cluster, err := d.client.WaitClusterRestored(ctx,
		&redshift.DescribeClustersParams{ClusterIdentifier: d.scratch},
		redshift.WaitOptions{MinDelay: d.pollEvery, MaxDelay: 4 * d.pollEvery, Progress: d.show},
	)
	if err != nil {
		return fmt.Errorf("restore to %s: %w", d.scratch, err)
	}
	d.report(&cluster, time.Since(began))

	return nil
}

// deleteLimit is the time limit of the call that deletes the scratch cluster.
const deleteLimit = time.Minute

// cleanUpScratch deletes the scratch cluster or prints the command that does. It also runs after a timeout and after Ctrl-C.
func (d *drill) cleanUpScratch(ctx context.Context) error {
	howTo := fmt.Sprintf("\nTo delete %s when you are done with it:\n\n  %s\n", d.scratch, strings.Join(d.cleanUp, " "))
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
		return newest, fmt.Errorf("%s has no available snapshot", d.cluster)
	}

	return newest, nil
}

// restore starts the restore.
func (d *drill) restore(ctx context.Context, snapshot string) error {
	_, err := d.client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{
		SnapshotIdentifier:               snapshot,
		SnapshotClusterIdentifier:        d.cluster,
		ClusterIdentifier:                d.scratch,
		ClusterSubnetGroupName:           d.subnetGroup,
		PubliclyAccessible:               new(false), // the scratch cluster has the data of the original
		AutomatedSnapshotRetentionPeriod: new(1),     // days; the minimum that all node types allow
	})
	var unsent *awsquery.SendError
	switch {
	case errors.Is(err, models.ErrClusterAlreadyExists):
		return fmt.Errorf("a cluster %s already exists and is left unchanged; choose another name with -scratch: %w", d.scratch, err)
	case errors.As(err, &unsent):
		return fmt.Errorf("%w\nThe restore may have begun. If the cluster %s exists, delete it: %s", err, d.scratch, strings.Join(d.cleanUp, " "))
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

// report prints the duration by the clock of this machine, and the figures that Redshift reports.
func (d *drill) report(cluster *models.Cluster, took time.Duration) {
	fmt.Fprintf(d.output, "Restored in %v", took.Round(100*time.Millisecond))
	if restore := cluster.RestoreStatus; restore != nil {
		fmt.Fprintf(d.output, ": %s MB at %.0f MB/s. Redshift reports %v for the restore and the creation of the cluster",
			setup.Megabytes(restore.SnapshotSizeInMegaBytes),
			restore.CurrentRestoreRateInMegaBytesPerSecond, time.Duration(restore.ElapsedTimeInSeconds)*time.Second)
	}
	fmt.Fprintln(d.output, ".")
	if cluster.Endpoint != nil {
		fmt.Fprintf(d.output, "The endpoint of %s is %s:%d.\n", cluster.ClusterIdentifier, cluster.Endpoint.Address, cluster.Endpoint.Port)
	}
}
