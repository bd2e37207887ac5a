package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// stopper is an output that stops a run when the run prints a line.
type stopper struct {
	bytes.Buffer
	at   string
	stop func()
}

func (s *stopper) Write(text []byte) (int, error) {
	if s.at != "" && strings.Contains(string(text), s.at) {
		s.at = ""
		s.stop()
	}

	return s.Buffer.Write(text)
}

// bench is a fake with the cluster sales and a snapshot of it.
type bench struct {
	t      *testing.T
	fake   *redshifttest.Fake
	client *redshift.Client
}

func newBench(t *testing.T) *bench {
	t.Helper()
	fake := redshifttest.New(redshifttest.Options{})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "sales", SizeInMegaBytes: 48_000}); err != nil {
		t.Fatal(err)
	}
	if _, err := fake.AddAutomatedSnapshot("sales", fake.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	client, err := redshift.New(fake.Config())
	if err != nil {
		t.Fatal(err)
	}

	return &bench{t: t, fake: fake, client: client}
}

// add adds a cluster. Its state is a status, or "restored" for an available cluster that a restore created.
func (b *bench) add(name, state string) {
	b.t.Helper()
	added := redshifttest.Cluster{Identifier: name, SizeInMegaBytes: 48_000, Restoring: state == "restored"}
	if !added.Restoring {
		added.Status = state
	}
	if err := b.fake.AddCluster(added); err != nil {
		b.t.Fatal(err)
	}
	if added.Restoring {
		b.fake.Advance(redshifttest.DefaultRestoreDuration)
	}
}

// newSwap returns a run like that of the program with a flag.
func (b *bench) newSwap(flag string, output *stopper) *swap {
	return &swap{
		client:        b.client,
		output:        output,
		cluster:       "sales",
		green:         "sales-green",
		blue:          "sales-blue",
		pause:         true,
		resume:        flag == "-continue",
		pollEvery:     10 * time.Second,
		command:       func(flag string) string { return "blue-green-restore " + flag },
		deleteCommand: func(cluster string) string { return "delete " + cluster },
	}
}

// run runs the program with a flag. It presses Ctrl-C when the output has the text stopAt.
func (b *bench) run(flag, stopAt string) (string, error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 5*time.Hour)
	defer cancel()
	var stopped time.Time
	output := &stopper{at: stopAt}
	output.stop = func() {
		stopped = time.Now()
		cancel()
	}
	job := b.newSwap(flag, output)
	work := job.replace
	if flag == "-rollback" {
		work = job.rollBack
	}
	err := job.explain(ctx, work(ctx))
	if output.at != "" {
		b.t.Fatalf("the run did not print %q; it returned %v after:\n%s", stopAt, err, &output.Buffer)
	}
	if stopAt != "" && (!errors.Is(err, context.Canceled) || time.Since(stopped) > explainLimit) {
		b.t.Errorf("%v after Ctrl-C, the run returned %v", time.Since(stopped), err)
	}

	return output.String(), err
}

// names returns the clusters in the form "sales=restored sales-blue=paused".
func (b *bench) names() string {
	b.t.Helper()
	var names []string
	for cluster, err := range b.client.DescribeClustersAll(b.t.Context(), nil) {
		if err != nil {
			b.t.Fatal(err)
		}
		state := string(cluster.ClusterStatus)
		if cluster.RestoreStatus != nil && state == "available" {
			state = "restored"
		}
		names = append(names, cluster.ClusterIdentifier+"="+state)
	}

	return strings.Join(names, " ")
}

const (
	swapped    = "sales=restored sales-blue=paused"
	rolledBack = "sales=available sales-green=restored"
)

func TestEachStoppedSwapCanBeContinuedAndUndone(t *testing.T) {
	t.Parallel()
	for _, stopAt := range []string{
		"Restoring", "sales-green  creating", " of 48,000 MB",
		"Renaming sales to sales-blue", "sales  renaming", "sales-blue  available",
		"Renaming sales-green to sales", "sales-green  renaming", "sales  available",
		"Pausing", "sales-blue  pausing",
	} {
		for _, flag := range []string{"-continue", "-rollback"} {
			t.Run(stopAt+" "+flag, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					bench := newBench(t)
					_, err := bench.run("", stopAt)
					t.Log(err)
					offered := strings.Contains(err.Error(), "\n  blue-green-restore "+flag)
					if !strings.Contains(err.Error(), "\nThe clusters are:\n\n  sales        ") {
						t.Errorf("the error does not list the clusters: %v", err)
					}
					if second, err := bench.run("", ""); err == nil && !strings.HasPrefix(second, "Restoring ") {
						t.Errorf("a run without flags changed the clusters of another run: %s", second)
					} else if err == nil {
						return // Ctrl-C came before the first call
					}
					done, err := bench.run(flag, "")
					switch {
					case flag == "-continue" && (err != nil || bench.names() != swapped):
						t.Errorf("the run with -continue returned %v, clusters: %s; output:\n%s", err, bench.names(), done)
					case flag == "-rollback" && offered && (err != nil || bench.names() != rolledBack):
						t.Errorf("the run with -rollback returned %v, clusters: %s; output:\n%s", err, bench.names(), done)
					case flag == "-rollback" && !offered && !strings.HasPrefix(bench.names(), "sales=available sales-green="):
						t.Errorf("the error of the first run does not name -rollback; clusters: %s", bench.names())
					}
				})
			})
		}
	}
}

func TestEachStoppedRollbackCanBeContinuedAndUndone(t *testing.T) {
	t.Parallel()
	for _, stopAt := range []string{
		"Resuming", "sales-blue  resuming", "sales-blue  available",
		"Renaming sales to sales-green", "sales  renaming", "sales-green  available",
		"Renaming sales-blue to sales", "sales-blue  renaming",
	} {
		for _, flag := range []string{"-continue", "-rollback"} {
			t.Run(stopAt+" "+flag, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					bench := newBench(t)
					if _, err := bench.run("", ""); err != nil {
						t.Fatal(err)
					}
					_, err := bench.run("-rollback", stopAt)
					t.Log(err)
					if !strings.Contains(err.Error(), "\n  blue-green-restore -rollback") {
						want := rolledBack // the last rename is in progress
						time.Sleep(time.Hour)
						if bench.names() != want {
							t.Errorf("the error does not name -rollback, and the clusters are %s: %v", bench.names(), err)
						}

						return
					}
					done, err := bench.run(flag, "")
					want := map[string]string{"-continue": swapped, "-rollback": rolledBack}[flag]
					if err != nil || bench.names() != want {
						t.Errorf("the run with %s returned %v, clusters: %s, want %s; output:\n%s", flag, err, bench.names(), want, done)
					}
				})
			})
		}
	}
}

func TestClustersThatExistBeforeTheRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		flag     string
		clusters string // in addition to sales, or all if the text begins with "only "
		fails    string
		offers   []string
		want     string // default: unchanged
	}{
		"no cluster":                       {clusters: "only other=available", fails: "no cluster sales in region us-east-1"},
		"green":                            {clusters: "sales-green=restored", fails: "sales-green exists already", offers: []string{"blue-green-restore -continue", "delete sales-green"}},
		"green, continued":                 {flag: "-continue", clusters: "sales-green=restored", want: swapped},
		"blue":                             {clusters: "sales-blue=available", fails: "sales-blue exists already", offers: []string{"blue-green-restore -rollback"}},
		"blue of another swap":             {flag: "-continue", clusters: "sales-blue=available", fails: "sales did not replace sales-blue"},
		"blue of another swap, rollback":   {flag: "-rollback", clusters: "sales-blue=available", fails: "sales did not replace sales-blue"},
		"both":                             {clusters: "sales-blue=available sales-green=restored", fails: "clusters named sales-green and sales-blue exist"},
		"both, rollback":                   {flag: "-rollback", clusters: "sales-blue=available sales-green=restored", fails: "needs the name sales-green"},
		"half done":                        {clusters: "only sales-blue=available sales-green=restored", fails: "no cluster is named sales", offers: []string{"blue-green-restore -continue", "blue-green-restore -rollback"}},
		"half done, continued":             {flag: "-continue", clusters: "only sales-blue=available sales-green=restored", want: swapped},
		"half done and paused, continued":  {flag: "-continue", clusters: "only sales-blue=paused sales-green=restored", want: swapped},
		"half done and paused, rollback":   {flag: "-rollback", clusters: "only sales-blue=paused sales-green=restored", want: rolledBack},
		"green missing":                    {flag: "-continue", clusters: "only sales-blue=available", fails: "sales-green is missing", offers: []string{"blue-green-restore -rollback"}},
		"green missing, rollback":          {flag: "-rollback", clusters: "only sales-blue=paused", want: "sales=available"},
		"blue missing, continued":          {flag: "-continue", clusters: "only sales-green=restored", want: "sales=restored"},
		"blue missing, rollback":           {flag: "-rollback", clusters: "only sales-green=restored", fails: "nothing to roll back", offers: []string{"blue-green-restore -continue"}},
		"swapped, continued":               {flag: "-continue", clusters: "only sales=restored sales-blue=available", want: swapped},
		"swapped and paused, continued":    {flag: "-continue", clusters: "only sales=restored sales-blue=paused", want: swapped},
		"swapped and paused, rollback":     {flag: "-rollback", clusters: "only sales=restored sales-blue=paused", want: rolledBack},
		"swapped and available, rollback":  {flag: "-rollback", clusters: "only sales=restored sales-blue=available", want: rolledBack},
		"nothing to continue, a new swap":  {flag: "-continue", want: swapped},
		"nothing to roll back":             {flag: "-rollback", fails: "nothing to roll back: no cluster sales-blue in region us-east-1"},
		"blue in maintenance, rolled back": {flag: "-rollback", clusters: "only sales=restored sales-blue=modifying", fails: "context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				bench := newBench(t)
				clusters, only := strings.CutPrefix(test.clusters, "only ")
				if only {
					if err := bench.fake.RemoveCluster("sales"); err != nil {
						t.Fatal(err)
					}
				}
				for cluster := range strings.FieldsSeq(clusters) {
					name, state, _ := strings.Cut(cluster, "=")
					bench.add(name, state)
				}
				before := bench.names()
				output, err := bench.run(test.flag, "")
				if test.fails == "" && err != nil || test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
					t.Errorf("run() = %v, want an error with %q; output:\n%s", err, test.fails, output)
				}
				for _, command := range test.offers {
					if err != nil && !strings.Contains(err.Error(), "\n\n  "+command) {
						t.Errorf("the error lacks the command %q: %v", command, err)
					}
				}
				want := test.want
				if want == "" {
					want = before
				}
				if bench.names() != want {
					t.Errorf("clusters: %s, want %s; output:\n%s", bench.names(), want, output)
				}
			})
		})
	}
}

func TestTheFirstRenameIsUndoneIfTheSecondFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bench := newBench(t)
		late := redshifttest.Fault{Delay: time.Second} // the first rename succeeds
		if err := bench.fake.InjectNext("ModifyCluster", late, redshifttest.Fault{Code: models.ErrClusterQuotaExceeded}); err != nil {
			t.Fatal(err)
		}
		output, err := bench.run("", "")
		if !errors.Is(err, models.ErrClusterQuotaExceeded) || bench.names() != rolledBack {
			t.Errorf("run() = %v, clusters: %s, want %s", err, bench.names(), rolledBack)
		}
		if !strings.Contains(output, "Undoing the first step, because the second one failed.\nRenaming sales-blue to sales.\n") {
			t.Errorf("output:\n%s", output)
		}
	})
}

func TestLostResponsesDoNotStopASwap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bench := newBench(t)
		lost := redshifttest.Fault{Cut: true, AfterWork: true}
		for _, operation := range []string{"RestoreFromClusterSnapshot", "ModifyCluster", "PauseCluster", "ResumeCluster"} {
			if err := bench.fake.InjectNext(operation, lost); err != nil {
				t.Fatal(err)
			}
		}
		if output, err := bench.run("", ""); err != nil || bench.names() != swapped {
			t.Errorf("run() = %v, clusters: %s; output:\n%s", err, bench.names(), output)
		}
		if output, err := bench.run("-rollback", ""); err != nil || bench.names() != rolledBack {
			t.Errorf("run(-rollback) = %v, clusters: %s; output:\n%s", err, bench.names(), output)
		}
		if left := bench.fake.PendingFaults(); left > 0 {
			t.Errorf("%d faults were not used", left)
		}
	})
}

func TestAnOutageBetweenTheRenamesNamesBothCommands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bench := newBench(t)
		output := &stopper{at: "sales-blue  available"}
		output.stop = func() {
			down := redshifttest.Fault{Cut: true}
			for _, operation := range []string{"DescribeClusters", "ModifyCluster"} {
				for range 2_000 {
					if err := bench.fake.InjectNext(operation, down); err != nil {
						t.Error(err)
					}
				}
			}
		}
		job := bench.newSwap("", output)
		err := job.explain(t.Context(), job.replace(t.Context()))
		if err == nil {
			t.Fatal("run() = nil during an outage")
		}
		for _, text := range []string{
			"\nThe last step was: Renaming sales-green to sales.", "\nThe clusters could not be described: ",
			"\nsales, sales-green and sales-blue may exist and cost money. No cluster may have the name sales.",
			"\n\n  blue-green-restore -continue", "\n\n  blue-green-restore -rollback",
		} {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("the error lacks %q: %v", text, err)
			}
		}
	})
}

func TestARedshiftThatLostItsStateEndsTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bench := newBench(t)
		output := &stopper{at: "sales  renaming"}
		output.stop = func() {
			for _, name := range []string{"sales", "sales-green"} {
				if err := bench.fake.RemoveCluster(name); err != nil {
					t.Error(err)
				}
			}
		}
		job := bench.newSwap("", output)
		err := job.explain(t.Context(), job.replace(t.Context()))
		missing := regexp.MustCompile(`(?m)^  sales\S* +does not exist$`)
		if err == nil || len(missing.FindAllString(err.Error(), -1)) != 3 || strings.Contains(err.Error(), "-continue") {
			t.Errorf("run() = %v, want an error that lists three missing clusters and no command", err)
		}
	})
}

func TestTheDemoNamesNoCommands(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	output := &stopper{at: "Renaming analytics to analytics-blue", stop: cancel}
	err := run(ctx, nil, output)
	if !errors.Is(err, context.Canceled) || !strings.HasSuffix(fmt.Sprint(err), "\nThe clusters of the demo end with this program.") {
		t.Errorf("run() = %v, want the end of the clusters", err)
	}
	if strings.Contains(fmt.Sprint(err), "-continue") || strings.Contains(output.String(), "aws redshift") {
		t.Errorf("the demo names a command: %v", err)
	}
}
