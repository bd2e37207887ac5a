package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// stopper is an output that stops a drill when the drill prints a text.
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

// newFake returns a fake with the cluster sales and a snapshot of it, and a drill of the cluster.
func newFake(t *testing.T) (*redshifttest.Fake, *drill) {
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

	return fake, &drill{
		client: client, cluster: "sales", scratch: "sales-drill", pollEvery: 10 * time.Second,
		command: "restore-drill -continue", deleteCommand: deleteCommand,
	}
}

// scratchStatus returns the status of the scratch cluster, or "missing".
func scratchStatus(t *testing.T, job *drill) string {
	t.Helper()
	found, err := job.scratchCluster(t.Context())
	switch {
	case err != nil:
		t.Fatal(err)
	case found == nil:
		return "missing"
	}

	return string(found.ClusterStatus)
}

func TestCtrlCEndsTheDrillSoonAndDeletesTheScratchCluster(t *testing.T) {
	t.Parallel()
	for _, stopAt := range []string{" % of ", "Restored", "Checked", "sales-drill  deleting"} {
		t.Run(stopAt, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, job := newFake(t)
				ctx, cancel := context.WithCancel(t.Context())
				var stopped time.Time
				output := &stopper{at: stopAt}
				output.stop = func() {
					stopped = time.Now()
					cancel()
				}
				job.output = output
				err := job.run(ctx)
				if stopped.IsZero() || time.Since(stopped) > time.Second {
					t.Errorf("the drill ended %v after Ctrl-C with %v; output:\n%s", time.Since(stopped), err, output)
				}
				if !strings.HasSuffix(output.String(), "Redshift is deleting sales-drill.\n") || scratchStatus(t, job) != "deleting" {
					t.Errorf("the scratch cluster is %s; output:\n%s", scratchStatus(t, job), output)
				}
				output.Reset()
				job.resume = true
				if err := job.run(t.Context()); err != nil || !strings.HasSuffix(output.String(), "\nDeleted sales-drill.\n") {
					t.Errorf("the next drill returned %v; output:\n%s", err, output)
				}
			})
		})
	}
}

func TestTheClusterIsNoScratchCluster(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), []string{"-cluster", "sales", "-scratch", "Sales", "-continue"}, new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "-scratch must not be the name of the cluster") {
		t.Errorf("run() = %v, want an error", err)
	}
}

func TestRedshiftDoesNotDeleteAClusterThatItCreates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, job := newFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		job.output = &stopper{at: "sales-drill  creating", stop: cancel}
		err := job.run(ctx)
		if !errors.Is(err, context.Canceled) || !strings.HasSuffix(err.Error(), "\n\nTo delete it:\n\n  "+deleteCommand) {
			t.Errorf("run() = %v, want the command that deletes the cluster", err)
		}
		if text := "a cluster that Redshift creates or changes cannot be deleted"; !strings.Contains(err.Error(), text) {
			t.Errorf("run() = %v, want %q", err, text)
		}
		if scratchStatus(t, job) != "creating" {
			t.Errorf("the scratch cluster is %s, want creating", scratchStatus(t, job))
		}
	})
}

func TestTheDeletionEndsSoonAfterCtrlCIfRedshiftDoesNotRespond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, job := newFake(t)
		if err := fake.InjectNext("DeleteCluster", redshifttest.Fault{Delay: time.Hour}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var stopped time.Time
		job.output = &stopper{at: "Checked", stop: func() {
			time.AfterFunc(20*time.Second, func() {
				stopped = time.Now()
				cancel()
			})
		}}
		err := job.run(ctx)
		if took := time.Since(stopped); stopped.IsZero() || took > interruptedLimit+time.Second {
			t.Errorf("the drill ended %v after Ctrl-C", took)
		}
		if err == nil || !strings.HasSuffix(err.Error(), "\n\nTo delete it:\n\n  "+deleteCommand) {
			t.Errorf("run() = %v, want the command that deletes the cluster", err)
		}
	})
}

func TestADrillContinuesWithAScratchCluster(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scratch redshifttest.Cluster
		fails   string
		prints  string
	}{
		"that is being restored": {
			scratch: redshifttest.Cluster{Identifier: "sales-drill", SizeInMegaBytes: 48_000, Restoring: true},
			prints:  "Continuing with sales-drill.\n",
		},
		"that no restore created": {
			scratch: redshifttest.Cluster{Identifier: "sales-drill"},
			fails:   "no drill created the cluster sales-drill",
		},
		"that is a restored cluster with other settings": {
			scratch: redshifttest.Cluster{Identifier: "sales-drill", Restoring: true, AutomatedSnapshotRetentionPeriod: 7},
			fails:   "no drill created the cluster sales-drill",
		},
		"that does not exist": {
			scratch: redshifttest.Cluster{Identifier: "other"},
			prints:  "Restoring rs:sales-",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, job := newFake(t)
				if err := fake.AddCluster(test.scratch); err != nil {
					t.Fatal(err)
				}
				var output bytes.Buffer
				job.output, job.resume = &output, true
				err := job.run(t.Context())
				if test.fails != "" {
					if err == nil || !strings.Contains(err.Error(), test.fails) || scratchStatus(t, job) == "missing" {
						t.Errorf("run() = %v, want an error with %q; the cluster is %s", err, test.fails, scratchStatus(t, job))
					}

					return
				}
				if err != nil || !strings.HasPrefix(output.String(), test.prints) || scratchStatus(t, job) != "missing" {
					t.Errorf("run() = %v, want output from %q; output:\n%s", err, test.prints, &output)
				}
				if timed := strings.Contains(output.String(), "Restored in "); timed == strings.HasPrefix(test.prints, "Continuing") {
					t.Errorf("the drill measured a restore that it did not start, or did not measure its own:\n%s", &output)
				}
			})
		})
	}
}

func TestFaultsDuringADrill(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		operation string
		fault     redshifttest.Fault
		fails     string
		remains   bool
	}{
		"the response of the restore is lost": {
			operation: "RestoreFromClusterSnapshot",
			fault:     redshifttest.Fault{Cut: true, AfterWork: true},
			fails:     "\nThe restore may have begun. If the cluster sales-drill exists, it costs money until you delete it.",
			remains:   true,
		},
		"the response of the deletion is lost": {operation: "DeleteCluster", fault: redshifttest.Fault{Cut: true, AfterWork: true}},
		"a poll fails":                         {operation: "DescribeClusters", fault: redshifttest.Fault{Status: 503}},
		"the deletion is refused": {
			operation: "DeleteCluster",
			fault:     redshifttest.Fault{Code: models.ErrInvalidClusterState},
			fails:     "\nThe cluster sales-drill costs money until you delete it.\n\nTo continue with it:\n\n  restore-drill -continue\n",
			remains:   true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, job := newFake(t)
				if err := fake.InjectNext(test.operation, test.fault); err != nil {
					t.Fatal(err)
				}
				var output bytes.Buffer
				job.output = &output
				err := job.run(t.Context())
				if test.fails == "" && err != nil || test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
					t.Errorf("run() = %v, want an error with %q; output:\n%s", err, test.fails, &output)
				}
				if remains := scratchStatus(t, job) != "missing"; remains != test.remains || fake.PendingFaults() > 0 {
					t.Errorf("the scratch cluster remains: %v, want %v; %d faults are left", remains, test.remains, fake.PendingFaults())
				}
				if !test.remains {
					return
				}
				job.resume = true
				if err := job.run(t.Context()); err != nil || scratchStatus(t, job) != "missing" {
					t.Errorf("the drill with -continue returned %v; output:\n%s", err, &output)
				}
			})
		})
	}
}

func TestAScratchClusterThatIsDeletedByOthersIsNoFailureOfTheDeletion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, job := newFake(t)
		output := &stopper{at: "Checked"}
		output.stop = func() {
			if err := fake.RemoveCluster("sales-drill"); err != nil {
				t.Error(err)
			}
		}
		job.output = output
		err := job.run(t.Context())
		if err != nil || !strings.HasSuffix(output.String(), "\nThe cluster sales-drill does not exist any more.\n") {
			t.Errorf("run() = %v; output:\n%s", err, output)
		}
		if errors.Is(err, models.ErrClusterNotFound) {
			t.Errorf("run() = %v, want no error of the deletion", err)
		}
	})
}
