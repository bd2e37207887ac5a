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
	resume      bool // continue a drill that stopped
	pollEvery   time.Duration

	// Commands that continue the drill and that delete the scratch cluster. They are empty in the demo, whose clusters end with the program.
	command, deleteCommand string
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
	resume := flags.Bool("continue", false, "continue a drill that stopped, with the scratch cluster that it left")
	limit := flags.Duration("limit", 6*time.Hour, "the longest `time` to wait for the restore")
	target.AddPollFlag()
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
	if strings.EqualFold(*scratch, *cluster) {
		return errors.New("-scratch must not be the name of the cluster, because the drill deletes it")
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
		resume:      *resume,
		pollEvery:   target.PollEvery(),
	}
	if !target.Demo() {
		job.command = target.Command([]string{"continue"}, "-continue")
		job.deleteCommand = target.DeleteCommand(client, *scratch)
	}

	return job.run(ctx)
}

func (d *drill) run(ctx context.Context) (err error) {
	snapshot, err := setup.NewestSnapshot(ctx, d.client, d.cluster)
	if err != nil {
		return err
	}
	began := time.Now()
	continued, err := d.begin(ctx, &snapshot)
	if err != nil {
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
	took := time.Since(began)
	if continued {
		took = 0 // an earlier drill began it
	}
	d.report(&cluster, took)

	return d.check(&snapshot, &cluster)
}

// begin starts the restore, unless an earlier drill did.
func (d *drill) begin(ctx context.Context, snapshot *models.Snapshot) (continued bool, err error) {
	if d.resume {
		found, err := d.scratchCluster(ctx)
		switch {
		case err != nil:
			return false, err
		case found == nil:
		case !leftByDrill(found):
			return false, fmt.Errorf("no drill created the cluster %s, so it is left unchanged; choose another name with -scratch", d.scratch)
		case found.ClusterStatus == models.ClusterStatusDeleting:
			if err := d.waitDeleted(ctx); err != nil {
				return false, err
			}
		default:
			fmt.Fprintf(d.output, "Continuing with %s.\n", d.scratch)

			return true, nil
		}
	}
	fmt.Fprintf(d.output, "Restoring %s, created %s, to %s.\n",
		snapshot.SnapshotIdentifier, snapshot.SnapshotCreateTime.Format("2006-01-02 15:04"), d.scratch)

	return false, d.restore(ctx, snapshot.SnapshotIdentifier)
}

// leftByDrill reports whether a cluster has the settings of a scratch cluster, because the drill deletes it.
func leftByDrill(cluster *models.Cluster) bool {
	return cluster.RestoreStatus != nil && !cluster.PubliclyAccessible && cluster.AutomatedSnapshotRetentionPeriod == scratchRetention
}

// scratchRetention is the retention period of the automated snapshots of the scratch cluster, in days: the minimum that all node types
// allow.
const scratchRetention = 1

// scratchCluster returns the scratch cluster, or nil if it does not exist.
func (d *drill) scratchCluster(ctx context.Context) (*models.Cluster, error) {
	described, err := d.client.DescribeClusters(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: d.scratch})
	switch {
	case errors.Is(err, models.ErrClusterNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case len(described.Clusters) != 1:
		return nil, fmt.Errorf("%d clusters named %s, want 1", len(described.Clusters), d.scratch)
	default:
		return &described.Clusters[0], nil
	}
}

// restore starts the restore.
func (d *drill) restore(ctx context.Context, snapshot string) error {
	_, err := d.client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{
		SnapshotIdentifier:               snapshot,
		SnapshotClusterIdentifier:        d.cluster,
		ClusterIdentifier:                d.scratch,
		ClusterSubnetGroupName:           d.subnetGroup,
		PubliclyAccessible:               new(false), // the scratch cluster has the data of the original
		AutomatedSnapshotRetentionPeriod: new(scratchRetention),
	})
	var unsent *redshift.SendError
	switch {
	case errors.As(err, &unsent) && !unsent.NothingSent, errors.As(err, new(*redshift.OutcomeUnknownError)):
		return fmt.Errorf("%w\nThe restore may have begun. If the cluster %s exists, it costs money until you delete it.%s", err, d.scratch, d.howTo())
	case errors.Is(err, models.ErrClusterAlreadyExists):
		return fmt.Errorf("a cluster %s already exists and is left unchanged; choose another name with -scratch: %w\n"+
			"If an earlier drill left it, it costs money until you delete it.%s", d.scratch, err, d.howTo())
	default:
		return err
	}
}

// report prints the duration by the clock of this machine, unless it is 0, and the figures that Redshift reports.
func (d *drill) report(cluster *models.Cluster, took time.Duration) {
	fmt.Fprint(d.output, "Restored")
	if took > 0 {
		fmt.Fprintf(d.output, " in %v", took.Round(100*time.Millisecond))
	}
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
	// interruptedLimit is the longest time that the call that deletes it continues after Ctrl-C or a timeout.
	interruptedLimit = 10 * time.Second
)

// cleanUp deletes the scratch cluster, unless -keep is set. It also runs after a failure, a timeout or Ctrl-C.
func (d *drill) cleanUp(ctx context.Context) error {
	if d.keep {
		fmt.Fprintf(d.output, "The cluster %s costs money until you delete it.%s\n", d.scratch, d.howToDelete())

		return nil
	}
	err := d.delete(ctx)
	if errors.Is(err, models.ErrInvalidClusterState) {
		err = fmt.Errorf("a cluster that Redshift creates or changes cannot be deleted: %w", err)
	}
	if err != nil {
		return fmt.Errorf("delete %s: %w\nThe cluster %[1]s costs money until you delete it.%[3]s", d.scratch, err, d.howTo())
	}

	return nil
}

// delete deletes the scratch cluster without a final snapshot, and waits until it is deleted or ctx is done.
func (d *drill) delete(ctx context.Context) error {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteLimit)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(interruptedLimit, cancel) })()
	_, err := d.client.DeleteCluster(limited, &redshift.DeleteClusterParams{
		ClusterIdentifier:        d.scratch,
		SkipFinalClusterSnapshot: new(true),
	})
	switch {
	case errors.Is(err, models.ErrClusterNotFound):
		fmt.Fprintf(d.output, "The cluster %s does not exist any more.\n", d.scratch)

		return nil
	case err != nil:
		return err
	}
	switch err := d.waitDeleted(ctx); {
	case ctx.Err() != nil:
		fmt.Fprintf(d.output, "Redshift is deleting %s.\n", d.scratch)
	case err != nil:
		return err
	default:
		fmt.Fprintf(d.output, "Deleted %s.\n", d.scratch)
	}

	return nil
}

func (d *drill) waitDeleted(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, deleteLimit)
	defer cancel()
	options, end := setup.Polls(d.output, d.pollEvery)
	defer end()
	_, err := d.client.WaitClusterDeleted(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: d.scratch}, options)

	return err
}

// howTo returns the commands that continue the drill and that delete the scratch cluster.
func (d *drill) howTo() string {
	if d.command == "" {
		return d.howToDelete()
	}

	return fmt.Sprintf("\n\nTo continue with it:\n\n  %s%s", d.command, d.howToDelete())
}

// howToDelete returns the command that deletes the scratch cluster.
func (d *drill) howToDelete() string {
	if d.command == "" {
		return "\nThe clusters of the demo end with this program."
	}

	return fmt.Sprintf("\n\nTo delete it:\n\n  %s", d.deleteCommand)
}
