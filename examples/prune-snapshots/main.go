// Command prune-snapshots deletes old manual snapshots of one or more clusters. It keeps the newest snapshots of each cluster,
// and all snapshots that are tagged, shared or not available. Without -delete it only prints its decisions. By default it calls a
// fake Redshift in its own process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

func main() { setup.Main(run) }

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("prune-snapshots",
		"Deletes old manual snapshots of clusters. Without -delete, only prints which ones it would delete.",
	)
	names := flags.String("cluster", "",
		"the `clusters` whose snapshots to prune, separated by commas (default in the demo: "+setup.DemoCluster+")",
	)
	keep := flags.Int("keep", 7,
		"the `number` of newest snapshots of each cluster to keep; snapshots that are kept for another reason do not count",
	)
	keepTag := flags.String("keep-tag", "keep", "the `key` of a tag that keeps a snapshot, with any value")
	confirmed := flags.Bool("delete", false, "delete the snapshots, not only print them")
	if err := setup.Parse(flags, arguments); err != nil {
		return err
	}
	target.DemoAge = demoNights * night
	client, err := target.Client(output)
	if err != nil {
		return err
	}
	if *names == "" && target.Demo() {
		*names = setup.DemoCluster
	}
	clusters := clusterNames(*names)
	switch {
	case slices.Contains(clusters, ""):
		return errors.New("-cluster is required: name the clusters to prune, without empty names") // an empty filter lists all clusters
	case *keep < 1:
		return errors.New("-keep must be at least 1")
	case *keepTag == "":
		return errors.New("-keep-tag must not be empty")
	}
	if target.Demo() {
		if err := prepare(ctx, target, client); err != nil {
			return err
		}
	}

	var all []decision
	for _, cluster := range clusters {
		snapshots, err := manualSnapshots(ctx, client, cluster)
		if err != nil {
			return err
		}
		all = append(all, rules{cluster: cluster, keep: *keep, keepTag: *keepTag}.decide(snapshots)...)
	}
	if err := show(output, all); err != nil {
		return err // delete nothing that was not printed
	}
	if !*confirmed {
		fmt.Fprintln(output, "\nNothing was deleted. Use -delete to delete the snapshots marked DELETE.")

		return nil
	}

	return remove(ctx, client, output, all)
}

// clusterNames splits a comma-separated list. Redshift writes cluster names in lower case.
func clusterNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		names = append(names, strings.ToLower(strings.TrimSpace(name)))
	}
	slices.Sort(names)

	return slices.Compact(names)
}

// rules are the criteria for keeping the snapshots of a cluster.
type rules struct {
	cluster string
	keep    int
	keepTag string
}

// decision is what the program does with a snapshot, and why.
type decision struct {
	snapshot models.Snapshot
	remove   bool
	why      string
}

// manualSnapshots returns the manual snapshots of a cluster, newest first.
func manualSnapshots(ctx context.Context, client *redshift.Client, cluster string) ([]models.Snapshot, error) {
	var snapshots []models.Snapshot
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		ClusterIdentifier: cluster,
		SnapshotType:      models.SnapshotTypeManual,
	}) {
		if err != nil {
			return nil, err
		}
		snapshots = append(snapshots, snapshot)
	}
	if len(snapshots) == 0 {
		// A deleted cluster may have left snapshots. If a cluster has none and does not exist, its name is probably misspelled.
		_, err := client.DescribeClusters(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: cluster})
		if errors.Is(err, models.ErrClusterNotFound) {
			return nil, fmt.Errorf("found no cluster %s and no manual snapshot of it: %w", cluster, err)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(snapshots, func(a, b models.Snapshot) int { return b.SnapshotCreateTime.Compare(a.SnapshotCreateTime) })

	return snapshots, nil
}

// decide makes a decision for each snapshot of a cluster. The snapshots are sorted, newest first. A snapshot that is kept for
// another reason does not count as one of the newest: those must be restorable backups.
func (r rules) decide(snapshots []models.Snapshot) []decision {
	decisions := make([]decision, len(snapshots))
	kept := 0
	for i, snapshot := range snapshots {
		one := decision{snapshot: snapshot, why: r.exception(&snapshot)}
		switch {
		case one.why != "":
		case kept < r.keep:
			kept++
			one.why = fmt.Sprintf("newest, %d of %d", kept, r.keep)
		default:
			one.remove, one.why = true, fmt.Sprintf("older than the newest %d", r.keep)
		}
		decisions[i] = one
	}

	return decisions
}

// exception returns the reason to keep a snapshot of any age, or "" if none applies.
func (r rules) exception(snapshot *models.Snapshot) string {
	tagged := slices.IndexFunc(snapshot.Tags, func(tag models.Tag) bool { return tag.Key == r.keepTag })
	switch {
	case snapshot.ClusterIdentifier != r.cluster:
		return "of another cluster"
	case snapshot.SnapshotType != models.SnapshotTypeManual:
		return "not a manual snapshot"
	case snapshot.Status != models.SnapshotStatusAvailable:
		return "status " + string(snapshot.Status)
	case tagged >= 0:
		return fmt.Sprintf("tagged %s=%s", r.keepTag, snapshot.Tags[tagged].Value)
	case len(snapshot.AccountsWithRestoreAccess) > 0:
		account := snapshot.AccountsWithRestoreAccess[0]

		return "shared with " + account.AccountID + account.AccountAlias // one of the two is empty
	default:
		return ""
	}
}

func show(output io.Writer, decisions []decision) error {
	table := tabwriter.NewWriter(output, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "CLUSTER\tSNAPSHOT\tCREATED\tACTION\tREASON")
	for _, one := range decisions {
		action := "keep"
		if one.remove {
			action = "DELETE"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", one.snapshot.ClusterIdentifier, one.snapshot.SnapshotIdentifier,
			one.snapshot.SnapshotCreateTime.Format("2006-01-02 15:04"), action, one.why)
	}

	return table.Flush()
}

// remove deletes the snapshots that are marked for deletion.
func remove(ctx context.Context, client *redshift.Client, output io.Writer, decisions []decision) error {
	params := &redshift.BatchDeleteClusterSnapshotsParams{}
	for _, one := range decisions {
		if one.remove {
			params.Identifiers = append(params.Identifiers, models.DeleteClusterSnapshotMessage{
				SnapshotIdentifier:        one.snapshot.SnapshotIdentifier,
				SnapshotClusterIdentifier: one.snapshot.ClusterIdentifier,
			})
		}
	}
	result, err := client.DeleteSnapshots(ctx, params)
	fmt.Fprintf(output, "\nDeleted %d of %d.\n", len(result.Done), len(params.Identifiers))
	for _, failed := range result.Failed {
		fmt.Fprintf(output, "%s was not deleted: %v\n", failed.SnapshotIdentifier, failed)
	}
	if err != nil {
		return fmt.Errorf("the outcome is unknown for %d snapshots; list the snapshots before you run this again: %w",
			len(result.Unprocessed), err)
	}
	if left := len(result.Failed) + len(result.Unprocessed); left > 0 {
		return fmt.Errorf("%d of %d snapshots could not be deleted", left, len(params.Identifiers))
	}

	return nil
}
