// Command redshift-fake serves the fake of package redshifttest on this machine to any AWS client, such as the AWS CLI, boto3 and the
// client of this module.
//
//	go run github.com/redshift-go/redshift/cmd/redshift-fake -demo > fake.env &
//	. ./fake.env # in any shell, when the file exists
//	aws redshift describe-cluster-snapshots
//
// The command prints shell lines that set endpoint, region and credentials. Then it closes its standard output, so that a script can
// start the installed program and continue immediately:
//
//	eval "$(redshift-fake -demo &)"
//	...
//	kill "$REDSHIFT_FAKE_PID"
//
// The command serves on a loopback address. Its keys are public, so a signature does not prove the identity of the caller. Therefore it
// refuses requests that web pages send, and requests to other hosts than this machine (localhost, 127.0.0.1), unless the flag -host
// allows them.
//
// It logs each call as a line on standard error, without parameters and signatures, and keeps all data in memory. On SIGINT (Ctrl-C)
// and SIGTERM it completes the calls in progress, for at most 5 seconds, and exits with status 0. A second signal ends it
// immediately. The status is 2 for a wrong flag and 1 for other errors.
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
	// stopTimeout is the time limit for the calls in progress after a signal.
	stopTimeout = 5 * time.Second
	// maxHeader is the largest size of request line and header, in bytes. The fake has the same limit.
	maxHeader = 64 << 10
	// idleTimeout is longer than the idle timeout of clients. Otherwise the server could close a connection that a client uses.
	idleTimeout = 10 * time.Minute
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // restores the default, so that a second signal kills the program
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs the command and returns its exit status.
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

// serve serves calls until ctx is done.
func serve(ctx context.Context, arguments []string, stdout io.WriteCloser, stderr io.Writer) error {
	chosen, err := parse(arguments)
	if err != nil {
		return usageError{err}
	}
	var level slog.LevelVar
	level.Set(logNone) // no log of the calls that fill the fake
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
		return errors.Join(fmt.Errorf("print the shell lines: %w", err), listener.Close())
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
		err = errors.Join(fmt.Errorf("calls in progress did not end within %v: %w", stopTimeout, err), server.Close())
	}
	<-ended

	return err
}

// printEnvironment prints the shell lines that make programs call the fake.
func printEnvironment(stdout io.Writer, fake *redshifttest.Fake, url string, demo bool) error {
	keys := fake.Credentials()
	text := fmt.Sprintf(`# An in-memory Redshift, account %s in %s. To call it, run these lines in a shell:
export AWS_ENDPOINT_URL_REDSHIFT='%s'
export AWS_REGION='%[2]s' AWS_DEFAULT_REGION='%[2]s'
export AWS_ACCESS_KEY_ID='%[4]s' AWS_SECRET_ACCESS_KEY='%[5]s'
unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_ACCOUNT_ID
unset AWS_IGNORE_CONFIGURED_ENDPOINT_URLS AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT
REDSHIFT_FAKE_PID=%[6]d
# For example: aws redshift describe-cluster-snapshots
`, fake.AccountID(), fake.Region(), url, keys.AccessKeyID, keys.SecretAccessKey, os.Getpid())
	if demo {
		text += fmt.Sprintf(`# To call it as the account %s, which can access the shared snapshot %s:
# AWS_ACCESS_KEY_ID='%s' AWS_SECRET_ACCESS_KEY='%s' aws redshift describe-cluster-snapshots --owner-account %s
`, demoPartner, demoShared, demoPartnerKeys.AccessKeyID, demoPartnerKeys.SecretAccessKey, fake.AccountID())
	}
	text += "# Ctrl-C or kill $REDSHIFT_FAKE_PID ends it and deletes all data.\n"
	_, err := io.WriteString(stdout, text)

	return err
}
