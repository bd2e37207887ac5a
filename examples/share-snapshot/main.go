// Command share-snapshot lets another AWS account restore a manual snapshot. With -revoke it takes that access away. By default
// it calls a fake Redshift in its own process: it creates a snapshot, shares it, looks for it from the other account, revokes the
// access and looks again.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

func main() { setup.Main(run) }

// sharing is a snapshot and the account to share it with.
type sharing struct {
	client  *redshift.Client
	output  io.Writer
	name    string
	account string
}

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("share-snapshot",
		"Lets another AWS account restore a manual snapshot. With -revoke, takes that access away.",
	)
	name := flags.String("name", "", "the `identifier` of the manual snapshot to share")
	account := flags.String("account", "", "the 12-digit AWS `account` to share it with")
	revoke := flags.Bool("revoke", false, "revoke the access instead of granting it (the demo does both)")
	if err := setup.Parse(flags, arguments); err != nil {
		return err
	}
	client, err := target.Client(output)
	if err != nil {
		return err
	}
	job := &sharing{client: client, output: output, name: *name, account: *account}
	switch {
	case target.Demo():
		return job.demo(ctx, target)
	case job.name == "" || job.account == "":
		return errors.New("-name and -account are required: name the snapshot and the account to share it with")
	case *revoke:
		return job.revoke(ctx)
	default:
		return job.share(ctx)
	}
}

func (s *sharing) share(ctx context.Context) error {
	shared, err := s.client.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier:       s.name,
		AccountWithRestoreAccess: s.account,
	})
	if errors.Is(err, models.ErrAuthorizationAlreadyExists) {
		fmt.Fprintf(s.output, "%s is already shared with %s\n", s.name, s.account)

		return nil
	}
	if err != nil {
		return err
	}
	s.printAccess(&shared.Snapshot)

	return nil
}

func (s *sharing) revoke(ctx context.Context) error {
	revoked, err := s.client.RevokeSnapshotAccess(ctx, &redshift.RevokeSnapshotAccessParams{
		SnapshotIdentifier:       s.name,
		AccountWithRestoreAccess: s.account,
	})
	if errors.Is(err, models.ErrAuthorizationNotFound) {
		fmt.Fprintf(s.output, "%s is not shared with %s\n", s.name, s.account)

		return nil
	}
	if err != nil {
		return err
	}
	s.printAccess(&revoked.Snapshot)

	return nil
}

func (s *sharing) printAccess(snapshot *models.Snapshot) {
	fmt.Fprintf(s.output, "%s can be restored by its owner %s", snapshot.SnapshotIdentifier, snapshot.OwnerAccount)
	for _, access := range snapshot.AccountsWithRestoreAccess {
		fmt.Fprintf(s.output, " and by %s", access.AccountID+access.AccountAlias) // one of the two is empty
	}
	fmt.Fprintln(s.output)
}

// demo shares and revokes, and shows what both accounts see.
func (s *sharing) demo(ctx context.Context, target *setup.Target) error {
	if s.name == "" {
		s.name = "quarterly-figures"
	}
	if s.account == "" {
		s.account = "210987654321"
	}
	other, err := target.OtherClient(s.account)
	if err != nil {
		return err
	}
	owner, err := s.take(ctx, target)
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{s.share, s.revoke} {
		if err := step(ctx); err != nil {
			return err
		}
		if err := s.look(ctx, other, owner); err != nil {
			return err
		}
	}

	return nil
}

// take creates the snapshot that the demo shares, waits until it is available, and returns the account that owns it.
func (s *sharing) take(ctx context.Context, target *setup.Target) (string, error) {
	if _, err := s.client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:  setup.DemoCluster,
		SnapshotIdentifier: s.name,
	}); err != nil {
		return "", err
	}
	taken, err := s.client.WaitSnapshotAvailable(ctx,
		&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: s.name},
		redshift.WaitOptions{MinDelay: target.PollEvery()})

	return taken.OwnerAccount, err
}

// look describes the snapshot as the other account. That account has to name the owner.
func (s *sharing) look(ctx context.Context, other *redshift.Client, owner string) error {
	found, err := other.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsParams{
		SnapshotIdentifier: s.name,
		OwnerAccount:       owner,
	})
	if errors.Is(err, models.ErrClusterSnapshotNotFound) {
		fmt.Fprintf(s.output, "  %s does not see it\n", s.account)

		return nil
	}
	if err != nil {
		return err
	}
	for _, snapshot := range found.Snapshots {
		fmt.Fprintf(s.output, "  %s sees it: %s, %.0f MB\n", s.account, snapshot.Status, snapshot.TotalBackupSizeInMegaBytes)
	}

	return nil
}
