package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/redshifttest"
)

// settings are what the flags say.
type settings struct {
	listen   string
	hosts    []string
	regions  []string // the first is the program's own
	speed    float64
	duration time.Duration
	restore  time.Duration
	hidden   time.Duration // how long new resources are
	clusters string
	demo     bool
	logged   slog.Level

	automated bool
	resources redshifttest.Resources
}

const (
	// logNone is above the level of every line.
	logNone = slog.LevelError + 1
	// maxSpeed is a day in a second. A clock that runs much faster soon shows a year that Go cannot hold.
	maxSpeed = 24 * 60 * 60
)

// usageError is a mistake in the flags.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// hostName matches a name, and an IP address without brackets.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_:][A-Za-z0-9_.:-]*$`)

var regionName = regexp.MustCompile(`^[a-z0-9-]+$`)

func newFlags(chosen *settings) *flag.FlagSet {
	flags := flag.NewFlagSet("redshift-fake", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run says what is wrong
	flags.StringVar(&chosen.listen, "listen", "127.0.0.1:0", "the loopback `address` to serve on; port 0 takes a free one")
	flags.Func("host", "other host `names`, separated by commas, that callers may use for it in addition to localhost and loopback\n"+
		"addresses: requests to any other host are refused, because a web page could have sent them", func(text string) error {
		chosen.hosts = strings.Split(text, ",")
		for _, name := range chosen.hosts {
			if !hostName.MatchString(name) {
				return fmt.Errorf("%q is not the name of a host, such as redshift.test", name)
			}
		}

		return nil
	})
	chosen.regions = []string{redshifttest.DefaultRegion}
	flags.Func("region", "the `names` of its regions, separated by commas: each is told by what a request is signed for, the first\n"+
		"has the clusters and is the one that the shell lines set (default \"us-east-1\")", func(text string) error {
		chosen.regions = strings.Split(text, ",")
		for _, name := range chosen.regions {
			if !regionName.MatchString(name) {
				return fmt.Errorf("%q is not the name of a region, such as eu-west-1", name)
			}
		}

		return nil
	})
	flags.Float64Var(&chosen.speed, "speed", 1, "how many `seconds` pass on the fake's clock in a real one, up to 86400")
	flags.DurationVar(&chosen.duration, "snapshot-duration", redshifttest.DefaultSnapshotDuration,
		"how long a snapshot is creating, on the fake's clock; 0 for no longer than the call")
	flags.DurationVar(&chosen.restore, "restore-duration", redshifttest.DefaultRestoreDuration,
		"how long it takes to restore a cluster or a table, on the fake's clock; 0 for no longer than the call")
	flags.DurationVar(&chosen.hidden, "visibility-delay", 0,
		"how long describe calls do not show what a call has just made, on the fake's clock")
	flags.StringVar(&chosen.clusters, "cluster", "analytics",
		"the `names` of its clusters, separated by commas; each gets one automated snapshot, taken an hour ago")
	flags.BoolVar(&chosen.demo, "demo", false,
		"begin with clusters and snapshots of all ages and kinds, the same ones each time, in place of -cluster")
	flags.BoolVar(&chosen.automated, "automated-snapshots", true,
		"take a snapshot of each cluster every 8 hours on the fake's clock, unless it has a schedule")
	flags.Func("resource", "a `kind=name` of something that restores can name, or several names separated by commas; may be repeated.\n"+
		"The kinds are "+strings.Join(slices.Sorted(maps.Keys(resourceKinds(&chosen.resources))), ", "), chosen.addResource)
	chosen.logged = slog.LevelInfo
	flags.Func("log", "the `calls` to log on standard error: all, failed or none (default all)", func(text string) error {
		level, found := map[string]slog.Level{"all": slog.LevelInfo, "failed": slog.LevelWarn, "none": logNone}[text]
		if !found {
			return errors.New("want all, failed or none")
		}
		chosen.logged = level

		return nil
	})

	return flags
}

// resourceKinds are the kinds of the flag -resource, and where their names go.
func resourceKinds(resources *redshifttest.Resources) map[string]*[]string {
	return map[string]*[]string{
		"parameter-group":        &resources.ParameterGroups,
		"subnet-group":           &resources.SubnetGroups,
		"hsm-client-certificate": &resources.HSMClientCertificates,
		"hsm-configuration":      &resources.HSMConfigurations,
		"reserved-node":          &resources.ReservedNodes,
		"reserved-node-offering": &resources.ReservedNodeOfferings,
		"idc-application":        &resources.IdcApplications,
	}
}

// addResource reads a value of the flag -resource.
func (s *settings) addResource(text string) error {
	kind, names, _ := strings.Cut(text, "=")
	known := resourceKinds(&s.resources)
	list := known[kind]
	if list == nil {
		return fmt.Errorf("%q is no kind: want %s", kind, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	for name := range strings.SplitSeq(names, ",") {
		if name == "" {
			return errors.New("a name is empty: want kind=name")
		}
		*list = append(*list, name)
	}

	return nil
}

// parse reads the flags and finds what is wrong with them.
func parse(arguments []string) (*settings, error) {
	chosen := new(settings)
	flags := newFlags(chosen)
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%q is no flag", flags.Arg(0))
	}
	given := make(map[string]bool)
	flags.Visit(func(one *flag.Flag) { given[one.Name] = true })
	// Signatures are checked, but the keys are known to everybody.
	at, err := netip.ParseAddrPort(chosen.listen)
	switch {
	case err != nil || !at.Addr().IsLoopback():
		return nil, fmt.Errorf("-listen %s: not a loopback address with a port, such as 127.0.0.1:8080 or [::1]:0", chosen.listen)
	case !(chosen.speed > 0 && chosen.speed <= maxSpeed): // not a number is neither
		return nil, fmt.Errorf("-speed %v: it has to be above 0, and %d at most", chosen.speed, maxSpeed)
	case chosen.duration < 0:
		return nil, fmt.Errorf("-snapshot-duration %v: it cannot be negative", chosen.duration)
	case chosen.restore < 0:
		return nil, fmt.Errorf("-restore-duration %v: it cannot be negative", chosen.restore)
	case chosen.hidden < 0:
		return nil, fmt.Errorf("-visibility-delay %v: it cannot be negative", chosen.hidden)
	case chosen.demo && given["cluster"]:
		return nil, errors.New("-demo brings clusters of its own: leave out one of -demo and -cluster")
	case chosen.demo && chosen.duration > maxDemoDuration:
		return nil, fmt.Errorf("-snapshot-duration %v: with -demo it can be %v at most", chosen.duration, maxDemoDuration)
	}

	return chosen, nil
}

func printUsage(output io.Writer) {
	fmt.Fprint(output, `Usage: redshift-fake [flags]

Serves a Redshift in memory on this machine, to any AWS client, until it is interrupted. On standard output it prints
the shell lines that point a client at it, on standard error the calls that it answers.

  redshift-fake -demo > fake.env &    then in any shell: . ./fake.env
  eval "$(redshift-fake -demo &)"     in a script, which ends it with: kill "$REDSHIFT_FAKE_PID"

Flags:
`)
	flags := newFlags(new(settings))
	flags.SetOutput(output)
	flags.PrintDefaults()
}

// fake makes the fake, and what it has at the beginning.
func (s *settings) fake(ctx context.Context, logger *slog.Logger) (*redshifttest.Fake, error) {
	now := time.Now()
	options := redshifttest.Options{
		Region:           s.regions[0],
		Start:            now,
		ClockSpeed:       s.speed,
		SignatureClock:   time.Now, // callers have no other
		SnapshotDuration: orAtOnce(s.duration),
		RestoreDuration:  orAtOnce(s.restore),
		VisibilityDelay:  s.hidden,
		Hosts:            append([]string{"localhost"}, s.hosts...), // one name turns the check on
		Logger:           logger,

		AutomatedSnapshots: s.automated,
		Resources:          s.resources,
	}
	if s.demo {
		options.Start = now.Add(-demoAge)
		fake := redshifttest.New(options)

		return fake, fillDemo(ctx, fake, now, s.automated)
	}
	fake := redshifttest.New(options)
	for name := range strings.SplitSeq(s.clusters, ",") {
		name = strings.TrimSpace(name)
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: name}); err != nil {
			return nil, usageError{fmt.Errorf("-cluster %s: %w", s.clusters, err)}
		}
		if _, err := fake.AddAutomatedSnapshot(name, now.Add(-time.Hour)); err != nil {
			return nil, err
		}
	}

	return fake, nil
}

// orAtOnce is for an Options, whose 0 is the default.
func orAtOnce(duration time.Duration) time.Duration {
	if duration == 0 {
		return -1
	}

	return duration
}
