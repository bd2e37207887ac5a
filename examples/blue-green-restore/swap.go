package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

// replace restores, swaps and pauses. With -continue, it begins after the last step of an earlier run.
func (s *swap) replace(ctx context.Context) error {
	found, err := s.settle(ctx)
	if err != nil {
		return err
	}
	switch {
	case found.none():
		return fmt.Errorf("no cluster %s in region %s: %w", s.cluster, s.client.Region(), models.ErrClusterNotFound)
	case found.current == nil && found.green == nil:
		return stateError{fmt.Errorf("a swap is half done, and the restored cluster %s is missing", s.green)}
	case found.current == nil && !s.resume:
		return stateError{fmt.Errorf("a swap is half done: no cluster is named %s", s.cluster)}
	case found.green != nil && found.blue != nil && found.current != nil:
		return stateError{fmt.Errorf("clusters named %s and %s exist: rename or delete one of them", s.green, s.blue)}
	case found.green != nil && !s.resume:
		return stateError{fmt.Errorf("a cluster %s exists already, perhaps from an earlier run", s.green)}
	case found.blue != nil && !s.resume:
		return stateError{fmt.Errorf("a cluster %s exists already, perhaps from an earlier run: rename or delete it first", s.blue)}
	case found.current != nil && found.blue != nil: // swapped already
		if err := s.checkReplaced(&found); err != nil {
			return err
		}
	default:
		if err := s.restoreAndExchange(ctx, &found); err != nil {
			return err
		}
	}

	return s.finish(ctx)
}

// restoreAndExchange does the steps until the restored cluster has the name of the cluster.
func (s *swap) restoreAndExchange(ctx context.Context, found *clusters) error {
	if found.green == nil {
		if err := s.restore(ctx, found.current); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.output, "Continuing with %s%s.\n", s.green, created(found.green))
		s.step = "Restoring to " + s.green
	}
	if err := s.waitRestored(ctx); err != nil {
		return err
	}

	return s.exchange(ctx, found.current != nil, s.blue, s.green)
}

// finish reports the swap and pauses the blue cluster.
func (s *swap) finish(ctx context.Context) error {
	blue, err := s.describe(ctx, s.blue)
	if err != nil {
		return err
	}
	if blue == nil {
		fmt.Fprintf(s.output, "%s is the restored cluster now. A replaced cluster does not exist.\n", s.cluster)

		return nil
	}
	fmt.Fprintf(s.output, "%s is the restored cluster now. The replaced cluster is %s.\n", s.cluster, s.blue)
	if s.pause {
		if err := s.pauseBlue(ctx, blue); err != nil {
			return err
		}
	}
	if s.command != nil {
		fmt.Fprintf(s.output, "To swap the clusters back:\n\n  %s\n", s.command("-rollback"))
	}

	return nil
}

// restore creates the green cluster with the settings that a snapshot does not have.
func (s *swap) restore(ctx context.Context, current *models.Cluster) error {
	snapshot := s.snapshot
	if snapshot == "" {
		newest, err := setup.NewestSnapshot(ctx, s.client, s.cluster)
		if err != nil {
			return err
		}
		snapshot = newest.SnapshotIdentifier
	}
	subnetGroup := s.subnetGroup
	if subnetGroup == "" {
		subnetGroup = current.ClusterSubnetGroupName
	}
	params := &redshift.RestoreFromClusterSnapshotParams{
		SnapshotIdentifier:               snapshot,
		SnapshotClusterIdentifier:        s.cluster,
		ClusterIdentifier:                s.green,
		NodeType:                         current.NodeType,
		NumberOfNodes:                    new(current.NumberOfNodes),
		ClusterSubnetGroupName:           subnetGroup,
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
	s.begin("Restoring %s to %s", snapshot, s.green)
	_, err := s.client.RestoreFromClusterSnapshot(ctx, params)
	if !errors.As(err, new(*redshift.OutcomeUnknownError)) {
		return err
	}
	// The response was lost, and the client cannot prove that its call created the cluster. But the cluster did not exist before.
	green, unknown := s.describe(ctx, s.green)
	if unknown != nil || green == nil {
		return err
	}
	fmt.Fprintf(s.output, "The response was lost, but %s exists now.\n", s.green)

	return nil
}

func (s *swap) waitRestored(ctx context.Context) error {
	options, end := setup.Polls(s.output, s.pollEvery)
	defer end()
	_, err := s.client.WaitClusterRestored(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: s.green}, options)
	if err != nil {
		return fmt.Errorf("restore to %s: %w", s.green, err)
	}

	return nil
}

// exchange gives the cluster the name away, and the name of the cluster to another cluster. If the second step fails, it undoes the first
// one. Without first, an earlier run did the first step.
func (s *swap) exchange(ctx context.Context, first bool, away, other string) error {
	if first {
		if err := s.rename(ctx, s.cluster, away); err != nil {
			return err
		}
	}
	failed := s.rename(ctx, other, s.cluster)
	if failed == nil || !first || errors.Is(ctx.Err(), context.Canceled) {
		return failed // after Ctrl-C, the program ends soon, and explains the state
	}
	// The name must come back, also after a timeout.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renameLimit)
	defer cancel()

	return errors.Join(failed, s.undo(ctx, away, other))
}

// renameLimit is the longest time to undo a step.
const renameLimit = 30 * time.Minute

// undo gives a cluster its name back, unless another cluster has it or is about to get it.
func (s *swap) undo(ctx context.Context, away, other string) error {
	named, err := s.describe(ctx, s.cluster)
	if err != nil || named != nil {
		return err
	}
	renamed, err := s.describe(ctx, other)
	if err != nil || renamed != nil && futureName(renamed) == s.cluster {
		return err
	}
	fmt.Fprintf(s.output, "Undoing the first step, because the second one failed.\n")

	return s.rename(ctx, away, s.cluster)
}

// rename gives a cluster another name, and waits until it has that name and is available.
func (s *swap) rename(ctx context.Context, from, to string) error {
	s.begin("Renaming %s to %s", from, to)
	_, err := s.client.ModifyCluster(ctx, &redshift.ModifyClusterParams{ClusterIdentifier: from, NewClusterIdentifier: to})
	if err != nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, err)
	}

	return s.waitRenamed(ctx, from, to)
}

func (s *swap) waitRenamed(ctx context.Context, from, to string) error {
	options, end := setup.Polls(s.output, s.pollEvery)
	defer end()
	options.RenamedFrom = from
	if _, err := s.client.WaitClusterAvailable(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: to}, options); err != nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, err)
	}

	return nil
}

// rollBack resumes the blue cluster and gives it its name back. The restored cluster stays, under the name green.
func (s *swap) rollBack(ctx context.Context) error {
	found, err := s.settle(ctx)
	if err != nil {
		return err
	}
	switch {
	case found.blue == nil:
		return stateError{fmt.Errorf("nothing to roll back: no cluster %s in region %s: %w", s.blue, s.client.Region(), models.ErrClusterNotFound)}
	case found.current != nil && found.green != nil:
		return stateError{fmt.Errorf("the rollback needs the name %s: rename or delete that cluster first", s.green)}
	case found.current != nil:
		if err := s.checkReplaced(&found); err != nil {
			return err
		}
	}
	if err := s.makeAvailable(ctx, found.blue); err != nil {
		return err
	}
	if err := s.exchange(ctx, found.current != nil, s.green, s.blue); err != nil {
		return err
	}
	fmt.Fprintf(s.output, "%s is the original cluster again.", s.cluster)
	if found.green == nil && found.current == nil {
		fmt.Fprintln(s.output)

		return nil
	}
	fmt.Fprintf(s.output, " The restored cluster is %s, and costs money until you delete it.\n", s.green)
	if s.command != nil {
		fmt.Fprintf(s.output, "\n  %s\n", s.deleteCommand(s.green))
	}

	return nil
}

// pauseBlue pauses the blue cluster, unless an earlier run did. Only an available cluster can be paused.
func (s *swap) pauseBlue(ctx context.Context, blue *models.Cluster) error {
	switch blue.ClusterStatus {
	case models.ClusterStatusPaused:
	case statusPausing:
		s.begin("Waiting until %s is paused", s.blue)
	default:
		if err := s.makeAvailable(ctx, blue); err != nil {
			return err
		}
		s.begin("Pausing %s", s.blue)
		if _, err := s.client.PauseCluster(ctx, &redshift.PauseClusterParams{ClusterIdentifier: s.blue}); err != nil {
			return fmt.Errorf("pause %s: %w", s.blue, err)
		}
	}
	if err := s.waitPaused(ctx); err != nil {
		return err
	}
	fmt.Fprintf(s.output, "%s is paused.\n", s.blue)

	return nil
}

func (s *swap) waitPaused(ctx context.Context) error {
	options, end := setup.Polls(s.output, s.pollEvery)
	defer end()
	if _, err := s.client.WaitClusterPaused(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: s.blue}, options); err != nil {
		return fmt.Errorf("pause %s: %w", s.blue, err)
	}

	return nil
}

// makeAvailable waits until the blue cluster is available, and resumes it if it is paused or will be.
func (s *swap) makeAvailable(ctx context.Context, blue *models.Cluster) error {
	if blue.ClusterStatus == statusPausing {
		s.begin("Waiting until %s is paused", s.blue)
		if err := s.waitPaused(ctx); err != nil {
			return err
		}
	}
	switch blue.ClusterStatus {
	case models.ClusterStatusAvailable:
		return nil
	case models.ClusterStatusPaused, statusPausing:
		s.begin("Resuming %s", s.blue)
		if _, err := s.client.ResumeCluster(ctx, &redshift.ResumeClusterParams{ClusterIdentifier: s.blue}); err != nil {
			return fmt.Errorf("resume %s: %w", s.blue, err)
		}
	default:
		s.begin("Waiting until %s is available", s.blue)
	}
	options, end := setup.Polls(s.output, s.pollEvery)
	defer end()
	if _, err := s.client.WaitClusterAvailable(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: s.blue}, options); err != nil {
		return fmt.Errorf("wait until %s is available: %w", s.blue, err)
	}

	return nil
}

// begin prints a step before it changes something.
func (s *swap) begin(format string, names ...any) {
	s.step = fmt.Sprintf(format, names...)
	fmt.Fprintln(s.output, s.step+".")
}
