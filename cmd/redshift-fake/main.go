// Command redshift-fake serves the fake of package redshifttest on this machine, so that any AWS client can be pointed
// at it: the AWS CLI, boto3, this module's client.
//
//	go run github.com/redshift-go/redshift/cmd/redshift-fake -demo > fake.env &
//	. ./fake.env # once it is there, in any shell
//	aws redshift describe-cluster-snapshots
//
// It prints shell lines that set the URL to call, the region and the key pair to sign with. Then it closes its standard
// output, so that a script can start the program, as go install builds it, and go on at once:
//
//	eval "$(redshift-fake -demo &)"
//	...
//	kill "$REDSHIFT_FAKE_PID"
//
// It serves on a loopback address. Its keys are public, so that a signature does not prove who calls: it refuses requests that
// web pages send, and requests to other hosts than this machine (localhost, 127.0.0.1) unless the flag -host names them.
//
// Every call is a line on standard error, without parameters and signatures. It keeps everything in memory. SIGINT
// (Ctrl-C) and SIGTERM end it once the calls under way are answered, with status 0; a second one ends it at once. The
// status is 2 where a flag is wrong, 1 where something else is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redshift-go/redshift/redshifttest"
)

const (
	// stopTimeout is how long the calls under way have to end.
	stopTimeout = 5 * time.Second
	// maxHeader is the largest request line and header, in bytes. The fake refuses more itself.
	maxHeader = 64 << 10
	// idleTimeout is longer than clients keep a connection that they do not use. Otherwise a request could meet its end.
	idleTimeout = 10 * time.Minute
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal kills the program as it always does
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit status.
func run(ctx context.Context, arguments []string, stdout io.WriteCloser, stderr io.Writer) int {
	err := serve(ctx, arguments, stdout, stderr)
	switch wrong := (usageError{}); {
	case err == nil:
		fmt.Fprintln(stderr, "redshift-fake: stopped")

		return 0
	case errors.Is(err, flag.ErrHelp):
		printUsage(stdout)

		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "redshift-fake: %v (redshift-fake -h shows the flags)\n", err)

		return 2
	default:
		fmt.Fprintln(stderr, "redshift-fake:", err)

		return 1
	}
}

// serve answers calls until the context ends.
func serve(ctx context.Context, arguments []string, stdout io.WriteCloser, stderr io.Writer) error {
	chosen, err := parse(arguments)
	if err != nil {
		return usageError{err}
	}
	var level slog.LevelVar
	level.Set(logNone) // until callers come: filling the fake makes calls too
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: &level}))
	fake, err := chosen.fake(ctx, logger)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", chosen.listen)
	if err != nil {
		return fmt.Errorf("-listen %s: %w", chosen.listen, err)
	}
	err = printEnvironment(stdout, fake, "http://"+listener.Addr().String(), chosen.demo)
	if err := errors.Join(err, stdout.Close()); err != nil {
		return errors.Join(fmt.Errorf("print how to call it: %w", err), listener.Close())
	}
	level.Set(chosen.logged)

	server := &http.Server{
		Handler:        newRegions(fake, chosen.regions),
		MaxHeaderBytes: maxHeader,
		ReadTimeout:    time.Minute,
		WriteTimeout:   time.Minute,
		IdleTimeout:    idleTimeout,
		ErrorLog:       slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	err = server.Shutdown(limited)
	if err != nil {
		err = errors.Join(fmt.Errorf("calls that took longer than %v were cut off: %w", stopTimeout, err), server.Close())
	}
	<-ended

	return err
}

// printEnvironment prints the lines that a shell has to run for its programs to call the fake.
func printEnvironment(stdout io.Writer, fake *redshifttest.Fake, url string, demo bool) error {
	keys := fake.Credentials()
	text := fmt.Sprintf(`# A Redshift in memory, the account %s in %s. To call it, run these lines in a shell:
export AWS_ENDPOINT_URL_REDSHIFT='%s'
export AWS_REGION='%[2]s' AWS_DEFAULT_REGION='%[2]s'
export AWS_ACCESS_KEY_ID='%[4]s' AWS_SECRET_ACCESS_KEY='%[5]s'
unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_ACCOUNT_ID
unset AWS_IGNORE_CONFIGURED_ENDPOINT_URLS AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT
REDSHIFT_FAKE_PID=%[6]d
# For example: aws redshift describe-cluster-snapshots
`, fake.AccountID(), fake.Region(), url, keys.AccessKeyID, keys.SecretAccessKey, os.Getpid())
	if demo {
		text += fmt.Sprintf(`# What the account %s sees, with which the snapshot %s is shared:
# AWS_ACCESS_KEY_ID='%s' AWS_SECRET_ACCESS_KEY='%s' aws redshift describe-cluster-snapshots --owner-account %s
`, demoPartner, demoShared, demoPartnerKeys.AccessKeyID, demoPartnerKeys.SecretAccessKey, fake.AccountID())
	}
	text += "# Ctrl-C, or kill $REDSHIFT_FAKE_PID, ends it, and all that it has is gone.\n"
	_, err := io.WriteString(stdout, text)

	return err
}
