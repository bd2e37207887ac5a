// Command restore-drill tests that a backup can be restored, and measures how fast. It restores the newest snapshot of a cluster to a
// scratch cluster, waits until all data is restored, checks the scratch cluster, reports the duration, and deletes the scratch cluster
// without a final snapshot. By default it calls a fake Redshift in its own process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/redshift-go/redshift"
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
	keep        bool
	endpoint    string // of the flag -endpoint
	pollEvery   time.Duration
}

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("restore-drill",
		"Restores the newest snapshot of a cluster to a scratch cluster, checks it, reports the duration, and deletes the scratch cluster.",
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
	keep := flags.Bool("keep", false, "keep the scratch cluster, which costs money until you delete it")
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
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()

	job := &drill{
		client:      client,
		output:      output,
		cluster:     *cluster,
		scratch:     *scratch,
		subnetGroup: *subnetGroup,
		keep:        *keep,
		endpoint:    target.Endpoint,
		pollEvery:   target.PollEvery(),
	}

	return job.run(ctx)
}

func (d *drill) run(ctx context.Context) (err error) {
	snapshot, err := setup.NewestSnapshot(ctx, d.client, d.cluster)
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
	defer func() { err = errors.Join(err, d.cleanUp(ctx)) }()

	options, end := setup.Polls(d.output, d.pollEvery)
	cluster, err := d.client.WaitClusterRestored(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: d.scratch}, options)
	end()
	if err != nil {
		return fmt.Errorf("restore to %s: %w", d.scratch, err)
	}
	d.report(&cluster, time.Since(began))

	return d.check(&snapshot, &cluster)
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
	var unsent *redshift.SendError
	switch {
	case errors.Is(err, models.ErrClusterAlreadyExists):
		return fmt.Errorf("a cluster %s already exists and is left unchanged; choose another name with -scratch: %w", d.scratch, err)
	case errors.As(err, &unsent) && !unsent.NothingSent:
		return fmt.Errorf("%w\nThe restore may have begun. If the cluster %s exists, delete it: %s", err, d.scratch, d.deleteCommand())
	default:
		return err
	}
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

// check compares the scratch cluster with the snapshot. It returns an error for each difference that would matter in an emergency.
func (d *drill) check(snapshot *models.Snapshot, cluster *models.Cluster) error {
	var differences []string
	compare := func(what string, restored, expected any) {
		if restored != expected {
			differences = append(differences, fmt.Sprintf("%s is %v, the snapshot has %v", what, restored, expected))
		}
	}
	compare("the database", cluster.DBName, snapshot.DBName)
	compare("the admin user", cluster.MasterUsername, snapshot.MasterUsername)
	if snapshot.Encrypted {
		compare("encryption", cluster.Encrypted, true)
	}
	if restore := cluster.RestoreStatus; restore != nil && restore.ProgressInMegaBytes < restore.SnapshotSizeInMegaBytes {
		differences = append(differences, fmt.Sprintf("only %s of %s MB are restored",
			setup.Megabytes(restore.ProgressInMegaBytes), setup.Megabytes(restore.SnapshotSizeInMegaBytes)))
	}
	if len(differences) > 0 {
		return fmt.Errorf("check %s: %s", d.scratch, strings.Join(differences, "; "))
	}
	fmt.Fprintf(d.output, "Checked %s: the database, the admin user, the encryption and the size match the snapshot.\n", d.scratch)

	return nil
}

const (
	// deleteLimit is the longest time to wait until the scratch cluster is deleted.
	deleteLimit = 30 * time.Minute
	// interruptedLimit is the time limit of the deletion after a timeout or Ctrl-C, when nobody waits for its end.
	interruptedLimit = time.Minute
)

// cleanUp deletes the scratch cluster, unless -keep is set. It also runs after a failure, a timeout or Ctrl-C.
func (d *drill) cleanUp(ctx context.Context) error {
	howTo := fmt.Sprintf("\nTo delete %s when you are done with it:\n\n  %s\n", d.scratch, d.deleteCommand())
	if d.keep {
		fmt.Fprint(d.output, howTo)

		return nil
	}
	limit, interrupted := deleteLimit, ctx.Err() != nil
	if interrupted {
		limit = interruptedLimit
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	err := d.delete(ctx, interrupted)
	if err != nil {
		fmt.Fprint(d.output, howTo)

		return fmt.Errorf("delete %s: %w", d.scratch, err)
	}

	return nil
}

// delete deletes the scratch cluster without a final snapshot. Unless the drill was interrupted, it waits until the cluster is deleted.
func (d *drill) delete(ctx context.Context, interrupted bool) error {
	_, err := d.client.DeleteCluster(ctx, &redshift.DeleteClusterParams{
		ClusterIdentifier:        d.scratch,
		SkipFinalClusterSnapshot: new(true),
	})
	if err != nil {
		return err
	}
	if interrupted {
		fmt.Fprintf(d.output, "Redshift is deleting %s.\n", d.scratch)

		return nil
	}
	options, end := setup.Polls(d.output, d.pollEvery)
	_, err = d.client.WaitClusterDeleted(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: d.scratch}, options)
	end()
	if err != nil {
		return err
	}
	fmt.Fprintf(d.output, "Deleted %s.\n", d.scratch)

	return nil
}

// deleteCommand returns the command of the AWS command line client that deletes the scratch cluster.
func (d *drill) deleteCommand() string {
	command := []string{"aws", "redshift", "delete-cluster", "--cluster-identifier", d.scratch, "--skip-final-cluster-snapshot"}
	if region := d.client.Region(); region != "" {
		command = append(command, "--region", region)
	}
	if d.endpoint != "" {
		command = append(command, "--endpoint-url", d.endpoint)
	}

	return strings.Join(command, " ")
}
