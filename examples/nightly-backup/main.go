// Command nightly-backup does the work of a nightly backup job. It creates a tagged snapshot of a cluster, waits for it, copies the
// newest automated snapshot, shares the new snapshot with another account, and lists the snapshots of the cluster. By default it
// calls a fake Redshift in its own process and takes seconds. With -live it calls AWS.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

func main() { setup.Main(run) }

var accountID = regexp.MustCompile(`^\d{12}$`)

// backup is one run of the backup job.
type backup struct {
	client    *redshift.Client
	output    io.Writer
	cluster   string
	shareWith string
	keepDays  int
	pollEvery time.Duration
	now       time.Time
}

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("nightly-backup",
		"Creates a snapshot of a cluster, waits for it, copies the newest automated snapshot, and lists the snapshots of the cluster.",
	)
	cluster := flags.String("cluster", "", "the `cluster` to back up (default in the demo: "+setup.DemoCluster+")")
	shareWith := flags.String("share-with", "", "the 12-digit AWS `account` that may restore the new snapshot")
	keepDays := flags.Int("keep-days", 35, "the number of `days` to keep the new snapshot; -1 keeps it indefinitely")
	limit := flags.Duration("limit", 6*time.Hour, "the longest `time` to wait for the snapshot")
	target.AddPollFlag()
	if err := setup.Parse(flags, arguments); err != nil {
		return err
	}
	if *shareWith != "" && !accountID.MatchString(*shareWith) {
		return errors.New("-share-with: an AWS account ID has 12 digits")
	}
	if target.Demo() {
		*cluster, *shareWith = orElse(*cluster, setup.DemoCluster), orElse(*shareWith, "210987654321")
	}
	client, err := target.Client(output)
	if err != nil {
		return err
	}
	if *cluster == "" {
		return errors.New("-cluster is required: name the cluster to back up")
	}
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()

	job := &backup{
		client:    client,
		output:    output,
		cluster:   *cluster,
		shareWith: *shareWith,
		keepDays:  *keepDays,
		pollEvery: target.PollEvery(),
		now:       time.Now().UTC(),
	}

	return job.run(ctx)
}

func (b *backup) run(ctx context.Context) error {
	began := time.Now()
	taken, err := b.take(ctx)
	if err != nil {
		return err
	}
	copied, err := b.copyAutomated(ctx)
	if err != nil {
		return err
	}
	if err := b.share(ctx, taken.SnapshotIdentifier); err != nil {
		return err
	}
	if err := b.list(ctx); err != nil {
		return err
	}
	fmt.Fprintf(b.output, "\nDone in %v: created %s (%s MB to restore)", time.Since(began).Round(100*time.Millisecond),
		taken.SnapshotIdentifier, setup.Megabytes(taken.TotalBackupSizeInMegaBytes))
	if copied != "" {
		fmt.Fprintf(b.output, ", copied an automated snapshot to %s", copied)
	}
	if b.shareWith != "" {
		fmt.Fprintf(b.output, ", shared with %s", b.shareWith)
	}
	fmt.Fprintln(b.output, ".")

	return nil
}

// take creates a snapshot and waits until it is available.
func (b *backup) take(ctx context.Context) (models.Snapshot, error) {
	name := fmt.Sprintf("nightly-%s-%s", b.cluster, b.now.Format("2006-01-02-150405"))
	fmt.Fprintf(b.output, "Creating the snapshot %s of the cluster %s.\n", name, b.cluster)
	created, err := b.client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:             b.cluster,
		SnapshotIdentifier:            name,
		ManualSnapshotRetentionPeriod: &b.keepDays,
		Tags: []models.Tag{
			{Key: "taken-by", Value: "nightly-backup"},
			{Key: "night", Value: b.now.Format(time.DateOnly)},
		},
	})
	switch {
	case errors.Is(err, models.ErrClusterNotFound):
		return models.Snapshot{}, fmt.Errorf("region %s has no cluster %s: %w", b.client.Region(), b.cluster, err)
	case errors.Is(err, models.ErrInvalidClusterState):
		return models.Snapshot{}, fmt.Errorf("the cluster %s is not available; run the backup again when it is: %w", b.cluster, err)
	case err != nil:
		return models.Snapshot{}, err
	}

	line := setup.NewProgressLine(b.output)
	defer line.End()

	taken, err := b.client.WaitSnapshotAvailable(ctx,
		&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: created.Snapshot.SnapshotIdentifier},
		redshift.WaitOptions{
			MinDelay: b.pollEvery,
			MaxDelay: 4 * b.pollEvery,
			Progress: func(progress redshift.WaitProgress) { showProgress(line, progress) },
		},
	)
	switch {
	case err == nil, errors.Is(err, redshift.ErrSnapshotFailed), errors.Is(err, redshift.ErrSnapshotDeleted):
		return taken, err
	default:
		return taken, fmt.Errorf("stopped waiting, but Redshift continues to create %s: %w", name, err)
	}
}

// copyAutomated copies the newest automated snapshot to a manual snapshot and returns the identifier of the copy. Redshift
// deletes automated snapshots after some days.
func (b *backup) copyAutomated(ctx context.Context) (string, error) {
	var newest models.Snapshot
	for snapshot, err := range b.client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		ClusterIdentifier: b.cluster,
		SnapshotType:      models.SnapshotTypeAutomated,
	}) {
		if err != nil {
			return "", err
		}
		if snapshot.Status == models.SnapshotStatusAvailable && snapshot.SnapshotCreateTime.After(newest.SnapshotCreateTime) {
			newest = snapshot
		}
	}
	if newest.SnapshotIdentifier == "" {
		fmt.Fprintln(b.output, "The cluster has no automated snapshot to copy.")

		return "", nil
	}
	copied, err := b.client.CopyClusterSnapshot(ctx, &redshift.CopyClusterSnapshotParams{
		SourceSnapshotIdentifier:      newest.SnapshotIdentifier,
		TargetSnapshotIdentifier:      fmt.Sprintf("kept-%s-%s", b.cluster, newest.SnapshotCreateTime.UTC().Format("2006-01-02-150405")),
		ManualSnapshotRetentionPeriod: &b.keepDays,
	})
	if errors.Is(err, models.ErrClusterSnapshotAlreadyExists) {
		fmt.Fprintf(b.output, "A copy of %s already exists.\n", newest.SnapshotIdentifier)

		return "", nil
	}
	if err != nil {
		return "", err
	}
	fmt.Fprintf(b.output, "Copied %s to %s.\n", newest.SnapshotIdentifier, copied.Snapshot.SnapshotIdentifier)

	return copied.Snapshot.SnapshotIdentifier, nil
}

func (b *backup) share(ctx context.Context, snapshot string) error {
	if b.shareWith == "" {
		return nil
	}
	_, err := b.client.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier:       snapshot,
		AccountWithRestoreAccess: b.shareWith,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(b.output, "Account %s can now restore %s.\n", b.shareWith, snapshot)

	return nil
}

// list prints the snapshots of the cluster, newest first.
func (b *backup) list(ctx context.Context) error {
	fmt.Fprintln(b.output)
	table := tabwriter.NewWriter(b.output, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "SNAPSHOT\tTYPE\tSTATUS\tCREATED\tMB TO RESTORE\tKEPT\tSHARED WITH")
	for snapshot, err := range b.client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		ClusterIdentifier: b.cluster,
		SortingEntities: []models.SnapshotSortingEntity{{
			Attribute: models.SnapshotAttributeToSortByCreateTime,
			SortOrder: models.SortByOrderDesc,
		}},
	}) {
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			snapshot.SnapshotIdentifier, snapshot.SnapshotType, snapshot.Status,
			snapshot.SnapshotCreateTime.Format("2006-01-02 15:04"), setup.Megabytes(snapshot.TotalBackupSizeInMegaBytes),
			kept(snapshot), sharedWith(snapshot))
	}

	return table.Flush()
}

func kept(snapshot models.Snapshot) string {
	switch days := snapshot.ManualSnapshotRetentionPeriod; {
	case snapshot.SnapshotType != models.SnapshotTypeManual || days == nil:
		return "by schedule"
	case *days < 0:
		return "indefinitely"
	default:
		return fmt.Sprintf("%d days", *days)
	}
}

func sharedWith(snapshot models.Snapshot) string {
	var accounts []string
	for _, account := range snapshot.AccountsWithRestoreAccess {
		accounts = append(accounts, orElse(account.AccountAlias, account.AccountID))
	}

	return orElse(strings.Join(accounts, " "), "-")
}

// showProgress shows the progress of a snapshot.
func showProgress(line *setup.ProgressLine, progress redshift.WaitProgress) {
	snapshot, ok := progress.Resource.(models.Snapshot)
	if !ok {
		return
	}
	text := fmt.Sprintf("%-9s  %3.0f %%  %s of %s MB of changes", snapshot.Status, 100*progress.Fraction,
		setup.Megabytes(snapshot.BackupProgressInMegaBytes), setup.Megabytes(snapshot.ActualIncrementalBackupSizeInMegaBytes))
	if rate := snapshot.CurrentBackupRateInMegaBytesPerSecond; rate > 0 {
		text += fmt.Sprintf("  %s MB/s  %v left", setup.Megabytes(rate), time.Duration(snapshot.EstimatedSecondsToCompletion)*time.Second)
	}
	line.Show(text)
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}

	return text
}
