// Command prune-snapshots deletes the old manual snapshots of some clusters. It keeps the newest ones of each cluster, and
// all that are tagged, shared or not available. Without -delete it only prints what it would do. By default it calls a
// Redshift in its own process.
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
	flags, target := setup.Flags("prune-snapshots", "Deletes the old manual snapshots of some clusters, or without -delete prints which.")
	names := flags.String("cluster", "", "the `clusters` whose snapshots to prune, separated by commas (in the demo "+setup.DemoCluster+")")
	keep := flags.Int("keep", 7, "the `number` of newest snapshots of each cluster to keep, beside those that stay anyway")
	keepTag := flags.String("keep-tag", "keep", "the `key` of a tag that keeps a snapshot, whatever the tag's value")
	confirmed := flags.Bool("delete", false, "delete the snapshots, in place of printing what would be deleted")
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
		return errors.New("say with -cluster whose snapshots to prune") // an empty filter lists all clusters
	case *keep < 1:
		return errors.New("-keep: keep 1 snapshot at least")
	case *keepTag == "":
		return errors.New("-keep-tag: a tag has a key")
	}
	if target.Demo() {
		if err := prepare(ctx, target, client); err != nil {
			return err
		}
	}

	var all []verdict
	for _, cluster := range clusters {
		snapshots, err := manualSnapshots(ctx, client, cluster)
		if err != nil {
			return err
		}
		all = append(all, rules{cluster, *keep, *keepTag}.judge(snapshots)...)
	}
	if err := show(output, all); err != nil {
		return err // what nobody could read is not deleted
	}
	if !*confirmed {
		fmt.Fprintln(output, "\nNothing is deleted without -delete.")

		return nil
	}

	return remove(ctx, client, output, all)
}

// clusterNames takes a list apart. Redshift writes the names of clusters in lower case.
func clusterNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		names = append(names, strings.ToLower(strings.TrimSpace(name)))
	}
	slices.Sort(names)

	return slices.Compact(names)
}

// rules say which snapshots of a cluster to delete.
type rules struct {
	cluster string
	keep    int
	keepTag string
}

// verdict says what is to become of a snapshot.
type verdict struct {
	snapshot models.Snapshot
	remove   bool
	why      string
}

// manualSnapshots returns those of a cluster, the newest first.
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
		// A cluster that has gone may have left some; one that never was is a slip that would go unnoticed for months.
		_, err := client.DescribeClusters(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: cluster})
		if errors.Is(err, models.ErrClusterNotFound) {
			return nil, fmt.Errorf("there is neither a cluster %s nor a manual snapshot of one: %w", cluster, err)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(snapshots, func(a, b models.Snapshot) int { return b.SnapshotCreateTime.Compare(a.SnapshotCreateTime) })

	return snapshots, nil
}

// judge goes through the snapshots of a cluster, the newest first. A snapshot that stays for another reason is not among
// the newest ones: those have to be backups that can be restored.
func (r rules) judge(snapshots []models.Snapshot) []verdict {
	verdicts := make([]verdict, len(snapshots))
	kept := 0
	for i, snapshot := range snapshots {
		one := verdict{snapshot: snapshot, why: r.staysAnyway(&snapshot)}
		switch {
		case one.why != "":
		case kept < r.keep:
			kept++
			one.why = fmt.Sprintf("newest, %d of %d", kept, r.keep)
		default:
			one.remove, one.why = true, fmt.Sprintf("older than the newest %d", r.keep)
		}
		verdicts[i] = one
	}

	return verdicts
}

// staysAnyway returns why a snapshot stays, however old it is, and "" if it need not.
func (r rules) staysAnyway(snapshot *models.Snapshot) string {
	tagged := slices.IndexFunc(snapshot.Tags, func(tag models.Tag) bool { return tag.Key == r.keepTag })
	switch {
	case snapshot.ClusterIdentifier != r.cluster:
		return "of another cluster"
	case snapshot.SnapshotType != models.SnapshotTypeManual:
		return "not a manual one"
	case snapshot.Status != models.SnapshotStatusAvailable:
		return "is " + string(snapshot.Status)
	case tagged >= 0:
		return fmt.Sprintf("tagged %s=%s", r.keepTag, snapshot.Tags[tagged].Value)
	case len(snapshot.AccountsWithRestoreAccess) > 0:
		account := snapshot.AccountsWithRestoreAccess[0]

		return "shared with " + account.AccountID + account.AccountAlias // one of the two is empty
	default:
		return ""
	}
}

func show(output io.Writer, verdicts []verdict) error {
	table := tabwriter.NewWriter(output, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "CLUSTER\tSNAPSHOT\tTAKEN\tWHAT\tWHY")
	for _, one := range verdicts {
		what := "stays"
		if one.remove {
			what = "DELETE"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", one.snapshot.ClusterIdentifier, one.snapshot.SnapshotIdentifier,
			one.snapshot.SnapshotCreateTime.Format("2006-01-02 15:04"), what, one.why)
	}

	return table.Flush()
}

// remove deletes what does not stay.
func remove(ctx context.Context, client *redshift.Client, output io.Writer, verdicts []verdict) error {
	params := &redshift.BatchDeleteClusterSnapshotsParams{}
	for _, one := range verdicts {
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
		fmt.Fprintf(output, "%s stays: %v\n", failed.SnapshotIdentifier, failed)
	}
	if err != nil {
		return fmt.Errorf("%d may be deleted or not, look before you try again: %w", len(result.Unprocessed), err)
	}
	if left := len(result.Failed) + len(result.Unprocessed); left > 0 {
		return fmt.Errorf("%d of %d snapshots could not be deleted", left, len(params.Identifiers))
	}

	return nil
}
