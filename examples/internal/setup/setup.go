// Package setup is what the example programs share: the flags that say which Redshift to call, and the client for it.
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

// DemoCluster is the cluster that the demo's Redshift has.
const DemoCluster = "analytics"

// Target says which Redshift to call.
type Target struct {
	Region   string
	Endpoint string
	Live     bool

	// How long ago the demo's Redshift began, for a program that prepares a past. Set it before Client.
	DemoAge time.Duration
	// The demo's Redshift, from Client on.
	Fake *redshifttest.Fake
}

// Flags returns the flags of a program of which the text says what it does: -region, -endpoint and -live, which it has
// registered.
func Flags(program, text string) (*flag.FlagSet, *Target) {
	flags, target := flag.NewFlagSet(program, flag.ContinueOnError), new(Target)
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "%s\nWithout -live and -endpoint it calls a Redshift in its own process, and nothing leaves the machine.\n\n"+
			"Usage: %s [flags]\n\n", text, program)
		flags.PrintDefaults()
	}
	flags.StringVar(&target.Region, "region", "", "the AWS `region` (default AWS_REGION, or us-east-1 in the demo)")
	flags.StringVar(&target.Endpoint, "endpoint", "", "the `URL` to call in place of the region's own; implies -live")
	flags.BoolVar(&target.Live, "live", false, "call AWS, with the credentials in the environment")

	return flags, target
}

// Parse parses the arguments of a program that takes flags alone.
func Parse(flags *flag.FlagSet, arguments []string) error {
	if err := flags.Parse(arguments); err != nil {
		return errUsage{err} // the flag set has said it already
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no flag", flags.Arg(0))
	}

	return nil
}

// errUsage is an error that the user has been told.
type errUsage struct{ error }

func (e errUsage) Unwrap() error { return e.error }

// Demo tells whether the program runs against a Redshift in its own process.
func (t *Target) Demo() bool { return !t.Live && t.Endpoint == "" }

// Client returns a client for the target. In the demo that is a fake Redshift with a cluster, two automated snapshots of
// it and a clock that runs fast, so that a snapshot takes seconds.
func (t *Target) Client(output io.Writer) (*redshift.Client, error) {
	if !t.Demo() {
		if t.Region == "" && os.Getenv("AWS_REGION") == "" && os.Getenv("AWS_DEFAULT_REGION") == "" {
			return nil, errors.New("say with -region, or with AWS_REGION, which region to call")
		}

		return redshift.New(redshift.Config{Region: t.Region, Endpoint: t.Endpoint})
	}
	t.Fake = redshifttest.New(redshifttest.Options{
		Region:           t.Region,
		Start:            time.Now().Add(-t.DemoAge),
		ClockSpeed:       100,
		SnapshotDuration: 4 * time.Minute,
	})
	if err := t.Fake.AddCluster(redshifttest.Cluster{Identifier: DemoCluster, SizeInMegaBytes: 48_000}); err != nil {
		return nil, err
	}
	for _, age := range []time.Duration{16 * time.Hour, 8 * time.Hour} {
		if _, err := t.Fake.AddAutomatedSnapshot(DemoCluster, t.Fake.Now().Add(-age)); err != nil {
			return nil, err
		}
	}
	fmt.Fprintf(output, "Demo: a Redshift in this process, nothing leaves the machine. Use -live for AWS.\n\n")

	return redshift.New(t.Fake.Config())
}

// OtherClient returns a client of another account for the demo that Client began.
func (t *Target) OtherClient(accountID string) (*redshift.Client, error) {
	keys := sigv4.Credentials{AccessKeyID: "AKIDOTHEREXAMPLE", SecretAccessKey: redshifttest.ExampleSecretAccessKey}
	if err := t.Fake.AddAccount(accountID, keys); err != nil {
		return nil, err
	}
	config := t.Fake.Config()
	config.Credentials = sigv4.StaticCredentials(keys)

	return redshift.New(config)
}

// PollEvery is how often to ask for the state of a snapshot.
func (t *Target) PollEvery() time.Duration {
	if t.Demo() {
		return 250 * time.Millisecond
	}

	return 10 * time.Second
}

// Main runs a program until it is done or somebody presses Ctrl-C, and exits with a status that tells which.
func Main(run func(ctx context.Context, arguments []string, output io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// From the second Ctrl-C on, the signal kills the program as it always does.
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

// Megabytes writes a number with commas, as people read it.
func Megabytes[Number int | int64 | float64](number Number) string {
	digits := fmt.Sprintf("%.0f", float64(number))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}

	return digits
}
