// Command share-snapshot lets another AWS account restore a manual snapshot. By default it calls a Redshift in its own
// process, in which it takes that snapshot first.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
)

func main() { setup.Main(run) }

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags := flag.NewFlagSet("share-snapshot", flag.ContinueOnError)
	target := setup.Flags(flags)
	name := flags.String("name", "", "the `identifier` of the manual snapshot to share")
	account := flags.String("account", "", "the AWS `account` to share it with, 12 digits")
	if err := setup.Parse(flags, arguments); err != nil {
		return err
	}
	client, err := target.Client(output)
	if err != nil {
		return err
	}
	if target.Demo() {
		if err := prepare(ctx, target, client, name, account); err != nil {
			return err
		}
	}
	if *name == "" || *account == "" {
		return errors.New("say with -name and -account which snapshot to share with whom")
	}

	shared, err := client.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier:       *name,
		AccountWithRestoreAccess: *account,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(output, "%s can be restored by", shared.Snapshot.SnapshotIdentifier)
	for _, access := range shared.Snapshot.AccountsWithRestoreAccess {
		fmt.Fprintf(output, " %s", access.AccountID)
	}
	fmt.Fprintln(output)

	return nil
}

// prepare takes the snapshot that the demo shares: it has to be available.
func prepare(ctx context.Context, target *setup.Target, client *redshift.Client, name, account *string) error {
	if *name == "" {
		*name = "quarterly-figures"
	}
	if *account == "" {
		*account = "210987654321"
	}
	if _, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:  setup.DemoCluster,
		SnapshotIdentifier: *name,
	}); err != nil {
		return err
	}
	_, err := client.WaitSnapshotAvailable(ctx,
		&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: *name},
		redshift.SnapshotWait{MinDelay: target.PollEvery()})

	return err
}
