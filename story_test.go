package redshift_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// story is a program that replaces a cluster by its restored backup. Its steps follow the cookbook: they ignore the errors of a change
// that has begun, and let the wait decide. So each step can run again after it was interrupted.
type story struct {
	client *redshift.Client
	began  time.Time // the time on the fake's clock when the story begins
}

type storyStep struct {
	name string
	run  func(context.Context) error
}

func (s story) steps() []storyStep {
	return []storyStep{
		{"back up", s.backUp},
		{"restore", func(ctx context.Context) error { return s.restore(ctx, "green") }},
		{"park the live cluster", func(ctx context.Context) error { return s.rename(ctx, "analytics", "blue") }},
		{"swap", func(ctx context.Context) error { return s.rename(ctx, "green", "analytics") }},
		{"pause", s.pause},
		{"resize", s.resize},
		{"tune", s.tune},
		{"schedule", s.schedule},
		{"prune", s.prune},
		{"delete", func(ctx context.Context) error {
			return s.remove(ctx, &redshift.DeleteClusterParams{ClusterIdentifier: "blue", FinalClusterSnapshotIdentifier: "final"})
		}},
		{"restore to a scratch cluster", func(ctx context.Context) error { return s.restore(ctx, "scratch") }},
		{"delete the scratch cluster", func(ctx context.Context) error {
			return s.remove(ctx, &redshift.DeleteClusterParams{ClusterIdentifier: "scratch", SkipFinalClusterSnapshot: new(true)})
		}},
	}
}

// except returns err, or nil for an unknown outcome and for one of the codes.
func except(err error, begun ...error) error {
	isBegun := func(code error) bool { return errors.Is(err, code) }
	if errors.As(err, new(*redshift.OutcomeUnknownError)) || slices.ContainsFunc(begun, isBegun) {
		return nil
	}

	return err
}

func clusterNamed(identifier string) *redshift.DescribeClustersParams {
	return &redshift.DescribeClustersParams{ClusterIdentifier: identifier}
}

func (s story) backUp(ctx context.Context) error {
	_, err := s.client.CreateClusterSnapshot(ctx, create())
	if err := except(err, models.ErrClusterSnapshotAlreadyExists); err != nil {
		return err
	}
	_, err = s.client.WaitSnapshotAvailable(ctx, nightly, redshift.WaitOptions{ExpectNew: true})

	return err
}

func (s story) restore(ctx context.Context, cluster string) error {
	_, err := s.client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{
		ClusterIdentifier:         cluster,
		SnapshotIdentifier:        "nightly",
		ClusterParameterGroupName: "tuned",
	})
	if err := except(err, models.ErrClusterAlreadyExists); err != nil {
		return err
	}
	_, err = s.client.WaitClusterRestored(ctx, clusterNamed(cluster), redshift.WaitOptions{ExpectNew: true})

	return err
}

func (s story) rename(ctx context.Context, from, to string) error {
	_, err := s.client.ModifyCluster(ctx, &redshift.ModifyClusterParams{ClusterIdentifier: from, NewClusterIdentifier: to})
	if err := except(err, models.ErrClusterNotFound, models.ErrClusterAlreadyExists, models.ErrInvalidClusterState); err != nil {
		return err
	}
	_, err = s.client.WaitClusterAvailable(ctx, clusterNamed(to), redshift.WaitOptions{RenamedFrom: from})

	return err
}

func (s story) pause(ctx context.Context) error {
	_, err := s.client.PauseCluster(ctx, &redshift.PauseClusterParams{ClusterIdentifier: "blue"})
	if err := except(err, models.ErrInvalidClusterState); err != nil {
		return err
	}
	_, err = s.client.WaitClusterPaused(ctx, clusterNamed("blue"), redshift.WaitOptions{})

	return err
}

func (s story) resize(ctx context.Context) error {
	const nodes = 4
	found, err := s.client.DescribeClusters(ctx, clusterNamed("analytics"))
	if err != nil {
		return err
	}
	if found.Clusters[0].NumberOfNodes != nodes {
		_, err := s.client.ResizeCluster(ctx, &redshift.ResizeClusterParams{ClusterIdentifier: "analytics", NumberOfNodes: new(nodes)})
		if err := except(err, models.ErrInvalidClusterState); err != nil {
			return err
		}
	}
	resized, err := s.client.WaitClusterResized(ctx, clusterNamed("analytics"), redshift.WaitOptions{})
	if err == nil && resized.NumberOfNodes != nodes {
		err = fmt.Errorf("the resized cluster has %d nodes, want %d", resized.NumberOfNodes, nodes)
	}

	return err
}

// tune changes a parameter, and reboots until it is applied. It does not change the same parameter twice, because the second change
// could need a second reboot.
func (s story) tune(ctx context.Context) error {
	timeout := models.Parameter{ParameterName: "statement_timeout", ParameterValue: "60000"}
	changed := false
	for parameter, err := range s.client.DescribeClusterParametersAll(ctx, &redshift.DescribeClusterParametersParams{ParameterGroupName: "tuned"}) {
		if err != nil {
			return err
		}
		changed = changed || parameter.ParameterName == timeout.ParameterName && parameter.ParameterValue == timeout.ParameterValue
	}
	if !changed {
		_, err := s.client.ModifyClusterParameterGroup(ctx, &redshift.ModifyClusterParameterGroupParams{
			ParameterGroupName: "tuned",
			Parameters:         []models.Parameter{timeout},
		})
		if err := except(err); err != nil {
			return err
		}
	}
	for range 2 {
		_, err := s.client.WaitClusterParametersApplied(ctx, clusterNamed("analytics"), redshift.WaitOptions{})
		if !errors.Is(err, redshift.ErrRebootNeeded) {
			return err
		}
		_, err = s.client.RebootCluster(ctx, &redshift.RebootClusterParams{ClusterIdentifier: "analytics"})
		if err := except(err); err != nil {
			return err
		}
	}
	_, err := s.client.WaitClusterParametersApplied(ctx, clusterNamed("analytics"), redshift.WaitOptions{})

	return err
}

func (s story) schedule(ctx context.Context) error {
	_, err := s.client.CreateScheduledAction(ctx, &redshift.CreateScheduledActionParams{
		ScheduledActionName: "evening",
		Schedule:            "cron(0 20 * * ? *)",
		IamRole:             "arn:aws:iam::123456789012:role/scheduler",
		TargetAction:        &models.ScheduledActionType{PauseCluster: &models.PauseClusterMessage{ClusterIdentifier: "analytics"}},
	})

	return except(err, models.ErrScheduledActionAlreadyExists)
}

func (s story) prune(ctx context.Context) error {
	old := &redshift.BatchDeleteClusterSnapshotsParams{}
	for snapshot, err := range s.client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{
		ClusterIdentifier: "analytics",
		SnapshotType:      models.SnapshotTypeManual,
		EndTime:           s.began.Add(-time.Hour),
	}) {
		if err != nil {
			return err
		}
		for _, account := range snapshot.AccountsWithRestoreAccess {
			_, err := s.client.RevokeSnapshotAccess(ctx, &redshift.RevokeSnapshotAccessParams{
				SnapshotIdentifier:       snapshot.SnapshotIdentifier,
				AccountWithRestoreAccess: cmp.Or(account.AccountID, account.AccountAlias),
			})
			if err := except(err, models.ErrAuthorizationNotFound); err != nil {
				return err
			}
		}
		old.Identifiers = append(old.Identifiers, redshift.SnapshotIDs(snapshot.SnapshotIdentifier)...)
	}
	result, err := s.client.DeleteSnapshots(ctx, old)

	return errors.Join(except(err), result.Err())
}

func (s story) remove(ctx context.Context, params *redshift.DeleteClusterParams) error {
	_, err := s.client.DeleteCluster(ctx, params)
	if err := except(err, models.ErrClusterNotFound, models.ErrInvalidClusterState, models.ErrClusterSnapshotAlreadyExists); err != nil {
		return err
	}
	_, err = s.client.WaitClusterDeleted(ctx, clusterNamed(params.ClusterIdentifier), redshift.WaitOptions{})

	return err
}

// storyOutcomes are the numbers of events of a story that runs once. Events that are not in the map do not happen.
var storyOutcomes = map[string]int{
	"REDSHIFT-EVENT-1003 tuned":     1, // created
	"REDSHIFT-EVENT-2009 nightly":   1, // started
	"REDSHIFT-EVENT-3004 nightly":   1, // completed
	"REDSHIFT-EVENT-2008 green":     1, // restore started
	"REDSHIFT-EVENT-3003 green":     1, // restored
	"REDSHIFT-EVENT-2013 analytics": 1, // renamed to blue
	"REDSHIFT-EVENT-2013 green":     1, // renamed to analytics
	"REDSHIFT-EVENT-3618 blue":      1, // pause started
	"REDSHIFT-EVENT-3619 blue":      1, // paused
	"REDSHIFT-EVENT-2007 analytics": 1, // resize requested
	"REDSHIFT-EVENT-2006 analytics": 1, // resize started
	"REDSHIFT-EVENT-3002 analytics": 1, // resized
	"REDSHIFT-EVENT-3000 analytics": 1, // rebooted
	"REDSHIFT-EVENT-2011 old-1":     1, // deleted
	"REDSHIFT-EVENT-2011 old-2":     1,
	"REDSHIFT-EVENT-2012 final":     1, // started
	"REDSHIFT-EVENT-3005 final":     1, // completed
	"REDSHIFT-EVENT-2001 blue":      1, // deleted
	"REDSHIFT-EVENT-2008 scratch":   1, // restore started
	"REDSHIFT-EVENT-3003 scratch":   1, // restored
	"REDSHIFT-EVENT-2001 scratch":   1, // deleted
}

// repeatable are the events of changes that may happen again with the same effect.
var repeatable = []string{"REDSHIFT-EVENT-1000", "REDSHIFT-EVENT-1002", "REDSHIFT-EVENT-1005"}

// newStory returns a fake with a cluster, two old shared snapshots and a parameter group, and a story whose client calls it.
func newStory(t *testing.T, options redshifttest.Options) (*redshifttest.Fake, story) {
	t.Helper()
	fake := redshifttest.New(options)
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"old-1", "old-2"} {
		if _, err := fake.AddManualSnapshot(redshifttest.ManualSnapshot{
			Identifier:        name,
			ClusterIdentifier: "analytics",
			CreateTime:        fake.Now().AddDate(0, -1, 0),
			SharedWith:        []string{"210987654321", "amazon-redshift-support"},
		}); err != nil {
			t.Fatal(err)
		}
	}
	client, err := redshift.New(fake.Config())
	if err != nil {
		t.Fatal(err)
	}
	began := fake.Now()
	if _, err := client.CreateClusterParameterGroup(t.Context(), &redshift.CreateClusterParameterGroupParams{
		ParameterGroupName:   "tuned",
		ParameterGroupFamily: "redshift-1.0",
		Description:          "for the restored cluster",
	}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(options.VisibilityDelay)

	return fake, story{client, began}
}

// checkOutcome compares the fake with the outcome of a story that ran once.
func checkOutcome(t *testing.T, fake *redshifttest.Fake, told story) {
	t.Helper()
	if pending := fake.PendingFaults(); pending != 0 {
		t.Errorf("%d faults were not used", pending)
	}
	counts := map[string]int{}
	for event, err := range told.client.DescribeEventsAll(t.Context(), &redshift.DescribeEventsParams{StartTime: told.began}) {
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(repeatable, event.EventID) {
			counts[event.EventID+" "+event.SourceIdentifier]++
		}
	}
	for event, want := range storyOutcomes {
		if counts[event] != want {
			t.Errorf("the event %s happened %d times, want %d", event, counts[event], want)
		}
		delete(counts, event)
	}
	if len(counts) != 0 {
		t.Errorf("unexpected events: %v", counts)
	}
	clusters, err := told.client.DescribeClusters(t.Context(), nil)
	if err != nil || len(clusters.Clusters) != 1 || clusters.Clusters[0].ClusterIdentifier != "analytics" ||
		clusters.Clusters[0].NumberOfNodes != 4 || clusters.Clusters[0].ClusterParameterGroups[0].ParameterApplyStatus != "in-sync" {
		t.Errorf("DescribeClusters() = %+v, %v, want analytics with 4 nodes", clusters, err)
	}
	var snapshots []string
	for _, snapshot := range fake.Snapshots() {
		if snapshot.SnapshotType == models.SnapshotTypeManual {
			snapshots = append(snapshots, fmt.Sprint(snapshot.SnapshotIdentifier, " ", snapshot.Status))
		}
	}
	if want := []string{"nightly available", "final available"}; !slices.Equal(snapshots, want) {
		t.Errorf("the manual snapshots are %v, want %v", snapshots, want)
	}
	actions, err := told.client.DescribeScheduledActions(t.Context(), &redshift.DescribeScheduledActionsParams{ScheduledActionName: "evening"})
	if err != nil || len(actions.ScheduledActions) != 1 {
		t.Errorf("DescribeScheduledActions() = %+v, %v, want evening", actions, err)
	}
}

// The story succeeds, and each change happens once, with every fault in every mutating operation: each call of the operation loses the
// responses that the fault describes.
func TestStoryWithLostResponses(t *testing.T) {
	t.Parallel()
	var (
		done   = redshifttest.Fault{Cut: true, AfterWork: true}
		cut    = redshifttest.Fault{Cut: true}
		failed = redshifttest.Fault{Status: http.StatusInternalServerError, AfterWork: true}
		busy   = redshifttest.Fault{Code: models.ErrDependentServiceRequestThrottlingFault}
	)
	calls := map[string]int{
		"BatchDeleteClusterSnapshots": 1, "CreateClusterSnapshot": 1, "CreateScheduledAction": 1, "DeleteCluster": 2, "ModifyCluster": 2,
		"ModifyClusterParameterGroup": 1, "PauseCluster": 1, "RebootCluster": 1, "ResizeCluster": 1, "RestoreFromClusterSnapshot": 2,
		"RevokeSnapshotAccess": 4,
	}
	for operation, count := range calls {
		for name, faults := range map[string][]redshifttest.Fault{
			"done":                {done},
			"not done":            {cut},
			"always done":         {done, done, done, done, done},
			"done, then an error": {failed, busy},
			"done, then no more":  {done, cut, cut, cut, cut},
		} {
			if operation == "RebootCluster" {
				faults = faults[:1] // the client does not retry
			}
			delays := []time.Duration{0}
			if slices.Contains([]string{"CreateClusterSnapshot", "CreateScheduledAction", "RestoreFromClusterSnapshot"}, operation) {
				delays = append(delays, 20*time.Second)
			}
			for _, delay := range delays {
				t.Run(fmt.Sprintf("%s/%s/visible after %v", operation, name, delay), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						fake, told := newStory(t, redshifttest.Options{VisibilityDelay: delay})
						for range count {
							injectNext(t, fake, operation, faults...)
						}
						for _, step := range told.steps() {
							if err := step.run(t.Context()); err != nil {
								t.Fatalf("%s: %v", step.name, err)
							}
						}
						time.Sleep(delay)
						checkOutcome(t, fake, told)
					})
				})
			}
		}
	}
}

// A program that is interrupted at any time continues with the step that was interrupted.
func TestStoryContinuesAfterARestart(t *testing.T) {
	t.Parallel()
	for limit := time.Duration(0); limit < 90*time.Minute; limit += 151 * time.Second {
		synctest.Test(t, func(t *testing.T) {
			fake, told := newStory(t, redshifttest.Options{})
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			for _, step := range told.steps() {
				err := step.run(ctx)
				if err == nil {
					continue
				}
				if !errors.Is(err, context.DeadlineExceeded) || fake.Now().Sub(told.began) > limit {
					t.Errorf("after %v, %s: %v, want context.DeadlineExceeded after %v", fake.Now().Sub(told.began), step.name, err, limit)
				}
				ctx = t.Context()
				if err := step.run(ctx); err != nil {
					t.Fatalf("%s again after an interruption after %v: %v", step.name, limit, err)
				}
			}
			checkOutcome(t, fake, told)
		})
	}
}
