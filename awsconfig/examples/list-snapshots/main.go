// Command list-snapshots lists the snapshots of an account. It uses the credentials of a profile with roles, SSO or keys. Without a
// profile, it uses the credentials that Amazon's chain finds.
//
//	go run ./examples/list-snapshots -profile backups -region eu-west-1
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsconfig"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags := flag.NewFlagSet("list-snapshots", flag.ContinueOnError)
	profile := flags.String("profile", "", "the `name` of the profile (default AWS_PROFILE, or none)")
	region := flags.String("region", "", "the AWS `region` (default AWS_REGION, or the region of the profile)")
	endpoint := flags.String("endpoint", "", "the `URL` to call instead of the endpoint of the region")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), "Lists the snapshots of an account, with the credentials that Amazon's chain finds.\n\n"+
			"Usage: list-snapshots [flags]\n\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	// Options with an empty value change nothing.
	loaded, err := awsconfig.Load(ctx, config.WithSharedConfigProfile(*profile), config.WithRegion(*region))
	if err != nil {
		return err
	}
	if *endpoint != "" {
		loaded.Endpoint = *endpoint
	}
	client, err := redshift.New(loaded)
	if err != nil {
		return err
	}

	return list(ctx, client, output)
}

func list(ctx context.Context, client *redshift.Client, output io.Writer) error {
	count := 0
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{}) {
		if err != nil {
			return err
		}
		count++
		fmt.Fprintf(output, "%s  %-9s  %s of %s\n", snapshot.SnapshotCreateTime.UTC().Format(time.DateTime), snapshot.Status,
			snapshot.SnapshotIdentifier, snapshot.ClusterIdentifier)
	}
	fmt.Fprintf(output, "%d snapshots\n", count)

	return nil
}
