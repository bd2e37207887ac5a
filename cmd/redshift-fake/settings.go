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

// settings are the values of the flags.
type settings struct {
	listen   string
	hosts    []string
	regions  []string // the first has the clusters
	speed    float64
	duration time.Duration // of a snapshot
	restore  time.Duration // duration of a restore
	change   time.Duration // duration of a change of a cluster
	resize   time.Duration // duration of a resize
	delay    time.Duration // until new resources are visible
	clusters string
	demo     bool
	logged   slog.Level

	automated  bool
	permissive bool
	resources  redshifttest.Resources
}

const (
	// logNone is above the level of every log line.
	logNone = slog.LevelError + 1
	// maxSpeed is one day in a second. A much faster clock would soon show a year that Go cannot represent.
	maxSpeed = 24 * 60 * 60
)

// usageError reports a mistake in the flags.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// hostName matches a host name or an IP address without brackets.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_:][A-Za-z0-9_.:-]*$`)

var regionName = regexp.MustCompile(`^[a-z0-9-]+$`)

func newFlags(chosen *settings) *flag.FlagSet {
	flags := flag.NewFlagSet("redshift-fake", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run prints the error
	flags.StringVar(&chosen.listen, "listen", "127.0.0.1:0", "loopback `address` to serve on; port 0 selects a free port")
	flags.Func("host", "`names` of hosts, separated by commas, that callers may use in addition to localhost and loopback addresses.\n"+
		"Requests to other hosts are refused, because a web page could send them", func(text string) error {
		chosen.hosts = strings.Split(text, ",")
		for _, name := range chosen.hosts {
			if !hostName.MatchString(name) {
				return fmt.Errorf("%q is not the name of a host, such as redshift.test", name)
			}
		}

		return nil
	})
	chosen.regions = []string{redshifttest.DefaultRegion}
	flags.Func("region", "`names` of regions, separated by commas. The signature of a request selects its region. The first region\n"+
		"has the clusters, and the shell lines set it (default \"us-east-1\")", func(text string) error {
		chosen.regions = strings.Split(text, ",")
		for _, name := range chosen.regions {
			if !regionName.MatchString(name) {
				return fmt.Errorf("%q is not the name of a region, such as eu-west-1", name)
			}
		}

		return nil
	})
	flags.Float64Var(&chosen.speed, "speed", 1, "`seconds` that pass on the fake's clock in one real second, at most 86400")
	flags.DurationVar(&chosen.duration, "snapshot-duration", redshifttest.DefaultSnapshotDuration,
		"time until a snapshot is available, on the fake's clock; 0 means immediately after the call")
	flags.DurationVar(&chosen.restore, "restore-duration", redshifttest.DefaultRestoreDuration,
		"time that the restore of a cluster or a table takes, on the fake's clock; 0 means none")
	flags.DurationVar(&chosen.change, "cluster-duration", redshifttest.DefaultClusterDuration,
		"time that a change of a cluster takes, such as its creation or a reboot, on the fake's clock; 0 means none")
	flags.DurationVar(&chosen.resize, "resize-duration", redshifttest.DefaultResizeDuration,
		"time that a resize of a cluster takes, on the fake's clock; 0 means none")
	flags.DurationVar(&chosen.delay, "visibility-delay", 0,
		"time until describe calls show a new resource, on the fake's clock")
	flags.StringVar(&chosen.clusters, "cluster", "analytics",
		"`names` of clusters, separated by commas; each gets one automated snapshot, taken one hour ago; -cluster '' starts without clusters")
	flags.BoolVar(&chosen.demo, "demo", false,
		"start with demo data instead of -cluster, always the same: clusters of several kinds (one is paused, one is being restored),\n"+
			"snapshots of all ages and kinds, groups, an event subscription and a scheduled action")
	flags.BoolVar(&chosen.permissive, "permissive", false,
		"accept names, passwords and node types that Redshift refuses, for test suites that were written for another fake")
	flags.BoolVar(&chosen.automated, "automated-snapshots", true,
		"take a snapshot of each new cluster, and of each cluster without a schedule every 8 hours, on the fake's clock")
	flags.Func("resource", "`kind=name` of a resource that restores can refer to; several names are separated by commas; may be repeated.\n"+
		"The kinds are "+strings.Join(slices.Sorted(maps.Keys(resourceKinds(&chosen.resources))), ", "), chosen.addResource)
	chosen.logged = slog.LevelInfo
	flags.Func("log", "`calls` to log on standard error: all, failed or none (default all)", func(text string) error {
		level, found := map[string]slog.Level{"all": slog.LevelInfo, "failed": slog.LevelWarn, "none": logNone}[text]
		if !found {
			return errors.New("want all, failed or none")
		}
		chosen.logged = level

		return nil
	})

	return flags
}

// resourceKinds returns the kinds of the flag -resource and the lists for their names.
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

// addResource adds a value of the flag -resource.
func (s *settings) addResource(text string) error {
	kind, names, _ := strings.Cut(text, "=")
	known := resourceKinds(&s.resources)
	list := known[kind]
	if list == nil {
		return fmt.Errorf("unknown kind %q: want %s", kind, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	for name := range strings.SplitSeq(names, ",") {
		if name == "" {
			return errors.New("a name is empty: want kind=name")
		}
		*list = append(*list, name)
	}

	return nil
}

// parse parses and checks the flags.
func parse(arguments []string) (*settings, error) {
	chosen := new(settings)
	flags := newFlags(chosen)
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	given := make(map[string]bool)
	flags.Visit(func(set *flag.Flag) { given[set.Name] = true })
	// The signature check does not protect the fake, because the keys are public.
	at, err := netip.ParseAddrPort(chosen.listen)
	switch {
	case err != nil || !at.Addr().IsLoopback():
		return nil, fmt.Errorf("-listen %s: want a loopback address with a port, such as 127.0.0.1:8080 or [::1]:0", chosen.listen)
	case !(chosen.speed > 0 && chosen.speed <= maxSpeed): // true for NaN
		return nil, fmt.Errorf("-speed %v: want more than 0 and at most %d", chosen.speed, maxSpeed)
	case chosen.duration < 0:
		return nil, fmt.Errorf("-snapshot-duration %v: must not be negative", chosen.duration)
	case chosen.restore < 0:
		return nil, fmt.Errorf("-restore-duration %v: must not be negative", chosen.restore)
	case chosen.change < 0:
		return nil, fmt.Errorf("-cluster-duration %v: must not be negative", chosen.change)
	case chosen.resize < 0:
		return nil, fmt.Errorf("-resize-duration %v: must not be negative", chosen.resize)
	case chosen.delay < 0:
		return nil, fmt.Errorf("-visibility-delay %v: must not be negative", chosen.delay)
	case chosen.demo && given["cluster"]:
		return nil, errors.New("-demo has its own clusters: use only one of -demo and -cluster")
	case chosen.demo && chosen.duration > maxDemoDuration:
		return nil, fmt.Errorf("-snapshot-duration %v: must be at most %v with -demo", chosen.duration, maxDemoDuration)
	}

	return chosen, nil
}

func printUsage(output io.Writer) {
	fmt.Fprint(output, `Usage: redshift-fake [flags]

Serves an in-memory Redshift on this machine to any AWS client, until it is interrupted. On standard output it prints
shell lines that make clients call it. On standard error it logs the calls.

  redshift-fake -demo > fake.env &    then in any shell: . ./fake.env
  eval "$(redshift-fake -demo &)"     in a script; to end it: kill "$REDSHIFT_FAKE_PID"

Flags:
`)
	flags := newFlags(new(settings))
	flags.SetOutput(output)
	flags.PrintDefaults()
}

// fake returns the fake with its initial data.
func (s *settings) fake(ctx context.Context, logger *slog.Logger) (*redshifttest.Fake, error) {
	now := time.Now()
	options := redshifttest.Options{
		Region:           s.regions[0],
		Start:            now,
		ClockSpeed:       s.speed,
		SignatureClock:   time.Now, // callers use the real time
		SnapshotDuration: durationOption(s.duration),
		RestoreDuration:  durationOption(s.restore),
		ClusterDuration:  durationOption(s.change),
		ResizeDuration:   durationOption(s.resize),
		VisibilityDelay:  s.delay,
		Hosts:            append([]string{"localhost"}, s.hosts...), // a name turns the check on
		Logger:           logger,

		AutomatedSnapshots: s.automated,
		Permissive:         s.permissive,
		Resources:          s.resources,
	}
	if s.demo {
		options.Start = now.Add(-demoAge)
		options.Resources.ParameterGroups = append(slices.Clone(options.Resources.ParameterGroups), demoParameters)
		options.Resources.SubnetGroups = append(slices.Clone(options.Resources.SubnetGroups), demoSubnets)
		fake := redshifttest.New(options)

		return fake, fillDemo(ctx, fake, now, s.automated)
	}
	fake := redshifttest.New(options)
	if s.clusters == "" {
		return fake, nil
	}
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

// durationOption returns the value of an Options field for a flag. 0 means no time, but in Options it means the default.
func durationOption(duration time.Duration) time.Duration {
	if duration == 0 {
		return -1
	}

	return duration
}
