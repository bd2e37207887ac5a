// Command blue-green-restore replaces a cluster by a restored one. It restores a snapshot next to the cluster, waits until all data is
// restored, swaps the two by renaming them, and pauses the replaced cluster. Programs keep the name of the cluster in their endpoint.
// With -rollback it swaps them back. By default it calls a fake Redshift in its own process, swaps, and rolls back.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

func main() { setup.Main(run) }

// swap replaces a cluster. The restored cluster is called green until it has the name of the cluster. The replaced cluster is called
// blue then.
type swap struct {
	client      *redshift.Client
	output      io.Writer
	cluster     string
	green       string
	blue        string
	snapshot    string // empty: the newest one
	subnetGroup string
	pause       bool
	pollEvery   time.Duration
}

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("blue-green-restore",
		"Restores a snapshot next to a cluster, swaps the two by renaming them, and pauses the replaced cluster.",
	)
	cluster := flags.String("cluster", "", "the `cluster` to replace (default in the demo: "+setup.DemoCluster+")")
	snapshot := flags.String("snapshot", "", "the `snapshot` to restore (default: the newest snapshot of the cluster)")
	subnetGroup := flags.String("subnet-group", "", "the subnet `group` of the restored cluster (default: the group of the cluster)")
	pause := flags.Bool("pause", true, "pause the replaced cluster, which then costs only its storage")
	rollback := flags.Bool("rollback", false, "swap the two clusters back")
	limit := flags.Duration("limit", 12*time.Hour, "the longest `time` for everything")
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
		return errors.New("-cluster is required: name the cluster to replace") // an empty filter lists all clusters
	}
	if *rollback && *snapshot != "" {
		return errors.New("-rollback restores nothing: leave out -snapshot")
	}
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()

	job := &swap{
		client:      client,
		output:      output,
		cluster:     *cluster,
		green:       *cluster + "-green",
		blue:        *cluster + "-blue",
		snapshot:    *snapshot,
		subnetGroup: *subnetGroup,
		pause:       *pause,
		pollEvery:   target.PollEvery(),
	}
	if *rollback && !target.Demo() {
		return job.rollBack(ctx)
	}
	if err := job.run(ctx); err != nil || !target.Demo() {
		return err
	}
	fmt.Fprintf(output, "\nThe demo now rolls back, as -rollback does.\n")

	return job.rollBack(ctx)
}

// run restores, swaps and pauses.
func (s *swap) run(ctx context.Context) error {
	current, err := s.describe(ctx, s.cluster)
	if err != nil {
		return err
	}
	if s.snapshot == "" {
		newest, err := setup.NewestSnapshot(ctx, s.client, s.cluster)
		if err != nil {
			return err
		}
		s.snapshot = newest.SnapshotIdentifier
	}
	if err := s.restore(ctx, &current); err != nil {
		return err
	}
	if err := s.exchange(ctx, s.blue, s.green); err != nil {
		return fmt.Errorf("%w\nThe restored cluster is still there, and costs money: %s", err, s.green)
	}
	fmt.Fprintf(s.output, "%s is the restored cluster now. The replaced cluster is %s.\n", s.cluster, s.blue)
	if !s.pause {
		return nil
	}

	return s.pauseCluster(ctx, s.blue)
}

// restore creates the green cluster with the settings that a snapshot does not have.
func (s *swap) restore(ctx context.Context, current *models.Cluster) error {
	if s.subnetGroup == "" {
		s.subnetGroup = current.ClusterSubnetGroupName
	}
	fmt.Fprintf(s.output, "Restoring %s to %s.\n", s.snapshot, s.green)
	params := &redshift.RestoreFromClusterSnapshotParams{
		SnapshotIdentifier:               s.snapshot,
		SnapshotClusterIdentifier:        s.cluster,
		ClusterIdentifier:                s.green,
		NodeType:                         current.NodeType,
		NumberOfNodes:                    new(current.NumberOfNodes),
		ClusterSubnetGroupName:           s.subnetGroup,
		PubliclyAccessible:               new(current.PubliclyAccessible),
		EnhancedVpcRouting:               new(current.EnhancedVpcRouting),
		AutomatedSnapshotRetentionPeriod: new(current.AutomatedSnapshotRetentionPeriod),
		PreferredMaintenanceWindow:       current.PreferredMaintenanceWindow,
	}
	for _, group := range current.VpcSecurityGroups {
		params.VpcSecurityGroupIDs = append(params.VpcSecurityGroupIDs, group.VpcSecurityGroupID)
	}
	for _, role := range current.IamRoles {
		params.IamRoles = append(params.IamRoles, role.IamRoleArn)
	}
	if len(current.ClusterParameterGroups) > 0 {
		params.ClusterParameterGroupName = current.ClusterParameterGroups[0].ParameterGroupName
	}
	switch _, err := s.client.RestoreFromClusterSnapshot(ctx, params); {
	case errors.Is(err, models.ErrClusterAlreadyExists):
		return fmt.Errorf("a cluster %s exists, perhaps from an earlier run; delete it first: %w", s.green, err)
	case err != nil:
		return err
	}
	options, end := setup.Polls(s.output, s.pollEvery)
	defer end()
	if _, err := s.client.WaitClusterRestored(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: s.green}, options); err != nil {
		return fmt.Errorf("restore to %s, which costs money until you delete it: %w", s.green, err)
	}

	return nil
}

// exchange gives the cluster the name away, and the name of the cluster to another cluster. If the second step fails, it undoes the first
// one.
func (s *swap) exchange(ctx context.Context, away, other string) error {
	if err := s.rename(ctx, s.cluster, away); err != nil {
		return err
	}
	failed := s.rename(ctx, other, s.cluster)
	if failed == nil {
		return nil
	}
	fmt.Fprintf(s.output, "Undoing the first step, because the second one failed.\n")

	// The name must come back, also after Ctrl-C or a timeout.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renameLimit)
	defer cancel()

	return errors.Join(failed, s.rename(ctx, away, s.cluster))
}

// renameLimit is the longest time to undo a step.
const renameLimit = 30 * time.Minute

// rename gives a cluster another name, and waits until it has that name and is available.
func (s *swap) rename(ctx context.Context, from, to string) error {
	fmt.Fprintf(s.output, "Renaming %s to %s.\n", from, to)
	_, err := s.client.ModifyCluster(ctx, &redshift.ModifyClusterParams{ClusterIdentifier: from, NewClusterIdentifier: to})
	if err != nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, err)
	}
	options, end := setup.Polls(s.output, s.pollEvery)
	defer end()
	options.RenamedFrom = from
	if _, err := s.client.WaitClusterAvailable(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: to}, options); err != nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, err)
	}

	return nil
}

// rollBack resumes the blue cluster and swaps the names back. The restored cluster stays, under the name green.
func (s *swap) rollBack(ctx context.Context) error {
	blue, err := s.describe(ctx, s.blue)
	if err != nil {
		return err
	}
	if blue.ClusterStatus == models.ClusterStatusPaused {
		if err := s.resume(ctx, s.blue); err != nil {
			return err
		}
	}
	if err := s.exchange(ctx, s.green, s.blue); err != nil {
		return err
	}
	fmt.Fprintf(s.output, "%s is the original cluster again. The restored cluster is %s, and costs money until you delete it.\n", s.cluster, s.green)

	return nil
}

func (s *swap) pauseCluster(ctx context.Context, name string) error {
	fmt.Fprintf(s.output, "Pausing %s.\n", name)
	if _, err := s.client.PauseCluster(ctx, &redshift.PauseClusterParams{ClusterIdentifier: name}); err != nil {
		return err
	}
	options, end := setup.Polls(s.output, s.pollEvery)
	defer end()
	if _, err := s.client.WaitClusterPaused(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: name}, options); err != nil {
		return err
	}
	fmt.Fprintf(s.output, "%s is paused. To swap the clusters back, use -rollback.\n", name)

	return nil
}

func (s *swap) resume(ctx context.Context, name string) error {
	fmt.Fprintf(s.output, "Resuming %s.\n", name)
	if _, err := s.client.ResumeCluster(ctx, &redshift.ResumeClusterParams{ClusterIdentifier: name}); err != nil {
		return err
	}
	options, end := setup.Polls(s.output, s.pollEvery)
	defer end()
	_, err := s.client.WaitClusterAvailable(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: name}, options)

	return err
}

// describe returns a cluster.
func (s *swap) describe(ctx context.Context, name string) (models.Cluster, error) {
	described, err := s.client.DescribeClusters(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: name})
	switch {
	case errors.Is(err, models.ErrClusterNotFound):
		return models.Cluster{}, fmt.Errorf("no cluster %s in region %s: %w", name, s.client.Region(), err)
	case err != nil:
		return models.Cluster{}, err
	case len(described.Clusters) != 1:
		return models.Cluster{}, fmt.Errorf("%d clusters named %s, want 1", len(described.Clusters), name)
	default:
		return described.Clusters[0], nil
	}
}
