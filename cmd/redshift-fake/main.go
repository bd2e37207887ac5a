// Command redshift-fake serves the fake of package redshifttest on this machine, so that any AWS client can be pointed
// at it.
//
//	go run github.com/redshift-go/redshift/cmd/redshift-fake -cluster analytics -speed 60
//
// It prints its URL and the key pair to sign with. It keeps everything in memory, and ends when it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/redshift-go/redshift/redshifttest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "redshift-fake:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags := flag.NewFlagSet("redshift-fake", flag.ContinueOnError)
	address := flags.String("listen", "127.0.0.1:0", "the loopback `address` to serve on; port 0 takes a free one")
	region := flags.String("region", redshifttest.DefaultRegion, "the `region` that requests must be signed for")
	speed := flags.Float64("speed", 1, "how many `seconds` pass on the fake's clock in a real one")
	duration := flags.Duration("snapshot-duration", redshifttest.DefaultSnapshotDuration, "how long a snapshot is creating, on the fake's clock")
	clusters := flags.String("cluster", "analytics", "the `names` of its clusters, separated by commas; each gets one automated snapshot, taken an hour ago")
	if err := flags.Parse(arguments); err != nil {
		return err
	}

	// Signatures are checked, but the keys are known to everybody.
	if at, err := netip.ParseAddrPort(*address); err != nil || !at.Addr().IsLoopback() {
		return fmt.Errorf("-listen %s: not a loopback address with a port, such as 127.0.0.1:8080 or [::1]:0", *address)
	}
	fake := redshifttest.New(redshifttest.Options{
		Region:           *region,
		ClockSpeed:       *speed,
		SignatureClock:   time.Now, // callers have no other
		SnapshotDuration: *duration,
	})
	for name := range strings.SplitSeq(*clusters, ",") {
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: strings.TrimSpace(name)}); err != nil {
			return err
		}
		if _, err := fake.AddAutomatedSnapshot(strings.TrimSpace(name), fake.Now().Add(-time.Hour)); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return fmt.Errorf("-listen %s: %w", *address, err)
	}
	if _, err := fmt.Fprintf(output, "AWS_ENDPOINT_URL_REDSHIFT=http://%s\nAWS_REGION=%s\nAWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n",
		listener.Addr(), *region, redshifttest.ExampleAccessKeyID, redshifttest.ExampleSecretAccessKey); err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: fake, ReadHeaderTimeout: time.Minute}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return nil
}
