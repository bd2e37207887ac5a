package redshifttest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

const (
	schedulerRole = "arn:aws:iam::123456789012:role/scheduler"
	otherRole     = "arn:aws:iam::123456789012:role/other"
)

// newAction returns the parameters of a call that creates a scheduled action, which pauses a cluster.
func newAction(name, schedule string, more ...string) []string {
	return append([]string{
		"ScheduledActionName", name, "Schedule", schedule, "IamRole", schedulerRole, "TargetAction.PauseCluster.ClusterIdentifier", "analytics",
	}, more...)
}

// runsOf returns the times of the events of a scheduled action.
func runsOf(tb testing.TB, fake *redshifttest.Fake, name string) string {
	tb.Helper()
	var all []string
	for _, event := range eventsOf(tb, fake, models.SourceTypeScheduledAction, name) {
		all = append(all, event.Date.Format("2 15:04"))
		if !strings.Contains(event.Message, "PauseCluster") || !slices.Equal(event.EventCategories, []string{"management"}) {
			tb.Errorf("the event of a run is %+v", event)
		}
	}

	return strings.Join(all, ", ")
}

func TestScheduledActionLife(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	created := succeed[*redshift.CreateScheduledActionResult](t)(client.CreateScheduledAction(t.Context(),
		&redshift.CreateScheduledActionParams{
			ScheduledActionName: "Weekly",
			TargetAction: &models.ScheduledActionType{ResizeCluster: &models.ResizeClusterMessage{
				ClusterIdentifier: "analytics", NumberOfNodes: new(4), Classic: new(false),
			}},
			Schedule:                   "cron(0 10 ? * MON *)",
			IamRole:                    schedulerRole,
			ScheduledActionDescription: "larger for reports",
		}))
	if target := created.TargetAction.ResizeCluster; created.ScheduledActionName != "Weekly" ||
		created.State != models.ScheduledActionStateActive ||
		target == nil || target.ClusterIdentifier != "analytics" || target.NumberOfNodes == nil || *target.NumberOfNodes != 4 ||
		target.Classic == nil || *target.Classic {
		t.Errorf("the new action is %+v, its target is %+v", created, target)
	}
	if next := created.NextInvocations; len(next) != 5 || !next[0].Equal(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)) ||
		!next[4].Equal(time.Date(2026, 12, 21, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("the next runs are %v", next)
	}
	changed := succeed[*redshift.ModifyScheduledActionResult](t)(client.ModifyScheduledAction(t.Context(),
		&redshift.ModifyScheduledActionParams{
			ScheduledActionName:        "weekly",
			TargetAction:               &models.ScheduledActionType{ResumeCluster: &models.ResumeClusterMessage{ClusterIdentifier: "analytics"}},
			IamRole:                    otherRole,
			ScheduledActionDescription: new(""),
			StartTime:                  time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
			EndTime:                    time.Date(2026, 12, 14, 10, 0, 0, 0, time.UTC),
		}))
	if changed.TargetAction.ResumeCluster == nil || changed.TargetAction.ResizeCluster != nil || changed.IamRole != otherRole ||
		changed.ScheduledActionDescription != "" || changed.Schedule != "cron(0 10 ? * MON *)" || len(changed.NextInvocations) != 2 {
		t.Errorf("the changed action is %+v", changed)
	}
	disabled := succeed[*redshift.ModifyScheduledActionResult](t)(client.ModifyScheduledAction(t.Context(),
		&redshift.ModifyScheduledActionParams{ScheduledActionName: "weekly", Enable: new(false)}))
	if disabled.State != models.ScheduledActionStateDisabled || len(disabled.NextInvocations) != 0 {
		t.Errorf("the disabled action is %+v", disabled)
	}
	must(t, fake, "DeleteScheduledAction", "ScheduledActionName", "WEEKLY")
	if got := do(t, fake, "DescribeScheduledActions", "ScheduledActionName", "weekly"); got.Code != "ScheduledActionNotFound" {
		t.Errorf("after the deletion, DescribeScheduledActions returned %s", got.Body)
	}
}

// TestScheduledActionRuns moves the clock in steps or in one jump.
func TestScheduledActionRuns(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]time.Duration{"steps": 15 * time.Minute, "jump": 72 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			for action, more := range map[string][]string{
				"daily":    newAction("daily", "cron(0 10 * * ? *)"),
				"once":     newAction("once", "at(2026-11-24T12:30:00)"),
				"limited":  newAction("limited", "cron(0 10 * * ? *)", "StartTime", "2026-11-24T10:00:00Z", "EndTime", "2026-11-24T10:00:01Z"),
				"disabled": newAction("disabled", "cron(0 10 * * ? *)", "Enable", "false"),
				"deleted":  newAction("deleted", "cron(0 10 * * ? *)"),
				"moved":    newAction("moved", "cron(0 10 * * ? *)"),
				"enabled":  newAction("enabled", "cron(0 11 * * ? *)", "Enable", "false"),
			} {
				if got := do(t, fake, "CreateScheduledAction", more...); got.Status != 200 {
					t.Fatalf("%s: %s", action, got.Body)
				}
			}
			must(t, fake, "DeleteScheduledAction", "ScheduledActionName", "deleted")
			must(t, fake, "ModifyScheduledAction", "ScheduledActionName", "moved", "Schedule", "cron(45 9 ? * TUE *)")
			must(t, fake, "ModifyScheduledAction", "ScheduledActionName", "enabled", "Enable", "true")
			for passed := time.Duration(0); passed < 72*time.Hour; passed += step {
				fake.Advance(step)
				must(t, fake, "DescribeClusters")
			}
			for action, want := range map[string]string{
				"daily":    "23 10:00, 24 10:00, 25 10:00",
				"once":     "24 12:30",
				"limited":  "24 10:00",
				"disabled": "",
				"deleted":  "",
				"moved":    "24 09:45",
				"enabled":  "23 11:00, 24 11:00, 25 11:00",
			} {
				if got := runsOf(t, fake, action); got != want {
					t.Errorf("%s ran at %q, want %q", action, got, want)
				}
			}
			if got := must(t, fake, "DescribeScheduledActions", "ScheduledActionName", "once").Body; !strings.Contains(got, "<NextInvocations/>") {
				t.Errorf("after its run, the action is %s", got)
			}
		})
	}
}

// TestScheduledOperations pauses, resumes and resizes a cluster on schedules. The clock moves in steps or in one jump.
func TestScheduledOperations(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]time.Duration{"steps": 15 * time.Minute, "jump": 48 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			client := clientOf(t, fake)
			for action, more := range map[string][]string{
				"evening": {"Schedule", "cron(0 22 * * ? *)", "TargetAction.PauseCluster.ClusterIdentifier", "analytics"},
				"morning": {"Schedule", "cron(0 6 * * ? *)", "TargetAction.ResumeCluster.ClusterIdentifier", "analytics"},
				"reports": {
					"Schedule", "at(2026-11-24T12:00:00)", "TargetAction.ResizeCluster.ClusterIdentifier", "analytics",
					"TargetAction.ResizeCluster.NumberOfNodes", "4",
				},
				"twice": {"Schedule", "cron(30 23 23 11 ? 2026)", "TargetAction.PauseCluster.ClusterIdentifier", "analytics"},
			} {
				must(t, fake, "CreateScheduledAction", append(more, "ScheduledActionName", action, "IamRole", schedulerRole)...)
			}
			for passed := time.Duration(0); passed < 48*time.Hour; passed += step {
				fake.Advance(step)
				must(t, fake, "DescribeClusters")
			}
			if one := describeOne(t, client, "analytics"); one.ClusterStatus != models.ClusterStatusAvailable || one.NumberOfNodes != 4 {
				t.Errorf("the cluster is %s with %d nodes, want available with 4", one.ClusterStatus, one.NumberOfNodes)
			}
			for action, want := range map[string]string{
				"evening": "INFO 23 22:00, INFO 24 22:00",
				"morning": "INFO 24 06:00, INFO 25 06:00",
				"reports": "INFO 24 12:00",
				"twice":   "ERROR 23 23:30",
			} {
				var outcomes []string
				for _, event := range eventsOf(t, fake, models.SourceTypeScheduledAction, action) {
					outcomes = append(outcomes, string(event.Severity)+event.Date.Format(" 2 15:04"))
					if event.Severity == models.EventSeverityError && !strings.Contains(event.Message, "InvalidClusterState") {
						t.Errorf("the failed run is %+v", event)
					}
				}
				if got := strings.Join(outcomes, ", "); got != want {
					t.Errorf("%s ran %q, want %q", action, got, want)
				}
			}
			var paused []string
			for _, event := range eventsOf(t, fake, models.SourceTypeCluster, "analytics") {
				if event.EventID == "REDSHIFT-EVENT-3618" {
					paused = append(paused, event.Date.Format("2 15:04"))
				}
			}
			if got := strings.Join(paused, ", "); got != "23 22:00, 24 22:00" {
				t.Errorf("the cluster was paused at %q", got)
			}
		})
	}
}

func TestScheduledActionFilters(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "reports"}); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "CreateScheduledAction", newAction("pause", "cron(0 22 * * ? *)")...)
	must(t, fake, "CreateScheduledAction", newAction("paused", "cron(0 22 * * ? *)", "Enable", "false")...)
	must(t, fake, "CreateScheduledAction", "ScheduledActionName", "resume", "Schedule", "at(2026-12-24T06:00:00)", "IamRole", otherRole,
		"TargetAction.ResumeCluster.ClusterIdentifier", "reports")
	filter := func(number int, name string, values ...string) []string {
		prefix := fmt.Sprintf("Filters.ScheduledActionFilter.%d.", number)
		parameters := []string{prefix + "Name", name}
		for i, value := range values {
			parameters = append(parameters, fmt.Sprintf("%sValues.item.%d", prefix, i+1), value)
		}

		return parameters
	}
	for _, test := range []struct {
		parameters []string
		want       string
	}{
		{nil, "pause paused resume"},
		{[]string{"ScheduledActionName", "PAUSE"}, "pause"},
		{[]string{"TargetActionType", "ResumeCluster"}, "resume"},
		{[]string{"TargetActionType", "ResizeCluster"}, ""},
		{[]string{"Active", "true"}, "pause resume"},
		{[]string{"Active", "false"}, "paused"},
		{filter(1, "cluster-identifier", "reports"), "resume"},
		{filter(1, "cluster-identifier", "reports", "Analytics"), "pause paused resume"},
		{filter(1, "iam-role", otherRole), "resume"},
		{append(filter(1, "iam-role", otherRole), filter(2, "cluster-identifier", "analytics")...), ""},
		{[]string{"StartTime", "2026-12-24T00:00:00Z"}, "pause resume"},
		{[]string{"StartTime", "2026-12-25T00:00:00Z"}, "pause"},
		{[]string{"EndTime", "2026-11-24T00:00:00Z"}, "pause"},
		{[]string{"EndTime", "2026-11-23T12:00:00Z"}, ""},
		{[]string{"StartTime", "2026-12-24T06:00:00Z", "EndTime", "2026-12-24T06:00:00Z"}, "resume"},
	} {
		body := must(t, fake, "DescribeScheduledActions", test.parameters...).Body
		var got []string
		for _, name := range []string{"pause", "paused", "resume"} {
			if strings.Contains(body, "<ScheduledActionName>"+name+"</ScheduledActionName>") {
				got = append(got, name)
			}
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("DescribeScheduledActions %q lists %q, want %q", test.parameters, text, test.want)
		}
	}
}
