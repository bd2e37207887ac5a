// Package setup has the flags of the example programs that choose a Redshift, and creates the client for it.
package setup

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// DemoCluster is the cluster of the demo.
const DemoCluster = "analytics"

// Target is the Redshift to call.
type Target struct {
	Region   string
	Endpoint string
	Live     bool

	// DemoAge is how long before the current time the demo begins, for a program that prepares a history. Set it before Client.
	DemoAge time.Duration
	// Fake is the Redshift of the demo. Client sets it.
	Fake *redshifttest.Fake

	flags *flag.FlagSet
	poll  time.Duration // of the flag -poll
}

// Flags returns the flags of a program and the target that they set. It registers -region, -endpoint and -live. The text
// describes the program.
func Flags(program, text string) (*flag.FlagSet, *Target) {
	flags := flag.NewFlagSet(program, flag.ContinueOnError)
	target := &Target{flags: flags}
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "%s\nWithout -live and -endpoint, it calls a fake Redshift in its own process and sends nothing over "+
			"the network.\n\nUsage: %s [flags]\n\n", text, program)
		flags.PrintDefaults()
	}
	flags.StringVar(&target.Region, "region", "", "the AWS `region` (default AWS_REGION, or us-east-1 in the demo)")
	flags.StringVar(&target.Endpoint, "endpoint", "", "the `URL` to call instead of the endpoint of the region; implies -live")
	flags.BoolVar(&target.Live, "live", false, "call AWS with the credentials in the environment")

	return flags, target
}

// Parse parses the arguments of a program that accepts only flags.
func Parse(flags *flag.FlagSet, arguments []string) error {
	if err := flags.Parse(arguments); err != nil {
		return errUsage{err} // the flag set has already printed it
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}

	return nil
}

// errUsage is an error that the flag set has already printed.
type errUsage struct{ error }

func (e errUsage) Unwrap() error { return e.error }

// Demo reports whether the program calls a fake Redshift in its own process.
func (t *Target) Demo() bool { return !t.Live && t.Endpoint == "" }

// Client returns a client for the target. In the demo, the client calls a fake Redshift that has one cluster with two automated
// snapshots. Its clock runs fast, so that a snapshot takes seconds.
func (t *Target) Client(output io.Writer) (*redshift.Client, error) {
	if !t.Demo() {
		if t.Region == "" && os.Getenv("AWS_REGION") == "" && os.Getenv("AWS_DEFAULT_REGION") == "" {
			return nil, errors.New("no region: set -region or AWS_REGION")
		}

		return redshift.New(redshift.Config{Region: t.Region, Endpoint: t.Endpoint})
	}
	t.Fake = redshifttest.New(redshifttest.Options{
		Region:           t.Region,
		Start:            time.Now().Add(-t.DemoAge),
		ClockSpeed:       100,
		SnapshotDuration: 4 * time.Minute,
		RestoreDuration:  4 * time.Minute,
		ClusterDuration:  30 * time.Second,
	})
	if err := t.Fake.AddCluster(redshifttest.Cluster{Identifier: DemoCluster, SizeInMegaBytes: 48_000}); err != nil {
		return nil, err
	}
	for _, age := range []time.Duration{16 * time.Hour, 8 * time.Hour} {
		if _, err := t.Fake.AddAutomatedSnapshot(DemoCluster, t.Fake.Now().Add(-age)); err != nil {
			return nil, err
		}
	}
	fmt.Fprintf(output, "Demo: calling a fake Redshift in this process, not AWS. Use -live to call AWS.\n\n")

	return redshift.New(t.Fake.Config())
}

// OtherClient returns a client of another account for the demo. Call Client first.
func (t *Target) OtherClient(accountID string) (*redshift.Client, error) {
	keys := sigv4.Credentials{AccessKeyID: "AKIDOTHEREXAMPLE", SecretAccessKey: redshifttest.ExampleSecretAccessKey}
	if err := t.Fake.AddAccount(accountID, keys); err != nil {
		return nil, err
	}
	config := t.Fake.Config()
	config.Credentials = sigv4.StaticCredentials(keys)

	return redshift.New(config)
}

// AddPollFlag registers -poll for a program that waits.
func (t *Target) AddPollFlag() {
	t.flags.DurationVar(&t.poll, "poll", 0,
		"the first `interval` between polls; later intervals are up to 4 times as long (default 10s, or 250ms in the demo)",
	)
}

// PollEvery returns the first interval between polls.
func (t *Target) PollEvery() time.Duration {
	switch {
	case t.poll != 0:
		return t.poll
	case t.Demo():
		return 250 * time.Millisecond
	default:
		return 10 * time.Second
	}
}

// Main runs a program until it ends or the user presses Ctrl-C. The exit status is 0, 1 for an error, 2 for bad flags, or 130 for
// an interruption.
func Main(run func(ctx context.Context, arguments []string, output io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The second Ctrl-C kills the program.
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdout)
	switch usage := (errUsage{}); {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.As(err, &usage):
		os.Exit(2)
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "stopped:", err)
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// Megabytes formats a number with a comma before every three digits.
func Megabytes[Number int | int64 | float64](number Number) string {
	digits := fmt.Sprintf("%.0f", float64(number))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}

	return digits
}
