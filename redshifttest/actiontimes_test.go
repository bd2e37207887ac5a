package redshifttest

import (
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/models"
)

func TestActionTimes(t *testing.T) {
	t.Parallel()
	const layout = "2006-01-02T15:04"
	after := time.Date(2026, 11, 23, 9, 30, 0, 250e6, time.UTC) // a Monday
	for schedule, want := range map[string]string{
		"at(2027-03-04T17:27:00)":        "2027-03-04T17:27",
		"cron(0 10 ? * MON *)":           "2026-11-23T10:00 2026-11-30T10:00 2026-12-07T10:00",
		"cron(0 10 ? * 2 *)":             "2026-11-23T10:00 2026-11-30T10:00 2026-12-07T10:00",
		" cron(30 9 * * ? *) ":           "2026-11-24T09:30 2026-11-25T09:30 2026-11-26T09:30",
		"cron(31 9 * * ? *)":             "2026-11-23T09:31 2026-11-24T09:31 2026-11-25T09:31",
		"cron(15 0/6 * * ? *)":           "2026-11-23T12:15 2026-11-23T18:15 2026-11-24T00:15",
		"cron(0 8,20 1 1,7 ? *)":         "2027-01-01T08:00 2027-01-01T20:00 2027-07-01T08:00",
		"cron(0 0 L * ? *)":              "2026-11-30T00:00 2026-12-31T00:00 2027-01-31T00:00",
		"cron(0 0 15W * ? *)":            "2026-12-15T00:00 2027-01-15T00:00 2027-02-15T00:00",
		"cron(0 0 1W MAY-AUG ? 2027)":    "2027-05-03T00:00 2027-06-01T00:00 2027-07-01T00:00", // May 1st is a Saturday
		"cron(0 0 31W JAN,OCT ? *)":      "2027-01-29T00:00 2027-10-29T00:00 2028-01-31T00:00", // a Sunday at the end of the month
		"cron(0 0 ? * 6L *)":             "2026-11-27T00:00 2026-12-25T00:00 2027-01-29T00:00",
		"cron(0 0 ? * L *)":              "2026-11-28T00:00 2026-12-05T00:00 2026-12-12T00:00",
		"cron(0 0 ? * 3#2 *)":            "2026-12-08T00:00 2027-01-12T00:00 2027-02-09T00:00",
		"cron(0 0 ? * TUE#5 *)":          "2026-12-29T00:00 2027-03-30T00:00 2027-06-29T00:00",
		"cron(0 0 29 2 ? *)":             "2028-02-29T00:00 2032-02-29T00:00 2036-02-29T00:00",
		"cron(0 0 1 1 ? 2030-2034/2)":    "2030-01-01T00:00 2032-01-01T00:00 2034-01-01T00:00",
		"cron(0 0 1 1 ? 2027,2199)":      "2027-01-01T00:00 2199-01-01T00:00",
		"cron(0 0 1 1 ? 2190/5)":         "2190-01-01T00:00 2195-01-01T00:00",
		"cron(0 0 1 NOV-FEB ? *)":        "2026-12-01T00:00 2027-01-01T00:00 2027-02-01T00:00",
		"cron(0 0 ? * SAT-SUN 2026)":     "2026-11-28T00:00 2026-11-29T00:00 2026-12-05T00:00",
		"cron(0 0 30 2 ? *)":             "",
		"cron(0 0 1 1 ? 2026)":           "",
		"at(2026-11-23T09:30:00)":        "",
		"cron(59 23 31 12 ? 2026)":       "2026-12-31T23:59",
		"cron(0 0 ? JAN MON-FRI/2 2027)": "2027-01-01T00:00 2027-01-04T00:00 2027-01-06T00:00",
	} {
		times, failed := parseActionSchedule(schedule)
		if failed != nil {
			t.Errorf("%s: %s", schedule, failed.message)

			continue
		}
		var got []string
		for next, found := times.after(after); found && len(got) < 3; next, found = times.after(next) {
			got = append(got, next.Format(layout))
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s is at %q, want %q", schedule, text, want)
		}
	}
}

func TestInvalidActionTimes(t *testing.T) {
	t.Parallel()
	for schedule, message := range map[string]string{
		"":                           "at(2027",
		"rate(1 hour)":               "cron(0 10",
		"at(tomorrow)":               "not a time",
		"at(2027-03-04T17:27:00Z)":   "not a time",
		"cron(0 10 ? * MON)":         "6 fields",
		"cron(0 10 * * MON *)":       "must be ?",
		"cron(0 10 ? * ? *)":         "must be ?",
		"cron(0,30 10 ? * MON *)":    "less than an hour apart",
		"cron(* 10 ? * MON *)":       "less than an hour apart",
		"cron(60 10 ? * MON *)":      "minutes",
		"cron(0 24 ? * MON *)":       "hours",
		"cron(0 ? ? * MON *)":        "hours",
		"cron(0 10 32 * ? *)":        "day of the month",
		"cron(0 10 32W * ? *)":       "day of the month",
		"cron(0 10 1 13 ? *)":        "month",
		"cron(0 10 1 FOO ? *)":       "month",
		"cron(0 10 ? * 8 *)":         "day of the week",
		"cron(0 10 ? * MON#6 *)":     "day of the week",
		"cron(0 10 ? * MON 1969)":    "year",
		"cron(0 10 ? * MON 2200)":    "year",
		"cron(0 10 ? * MON 2030-27)": "year",
		"cron(0 10 ? * MON */0)":     "year",
		"cron(0 10 ? * MON soon)":    "year",
	} {
		_, failed := parseActionSchedule(schedule)
		if failed == nil || failed.code != models.ErrInvalidSchedule || !strings.Contains(failed.message, message) {
			t.Errorf("%s: %+v, want InvalidSchedule with %q", schedule, failed, message)
		}
	}
}

// TestScheduledCalls runs the target action of a scheduled action with a handler of the test. The clock moves in steps or in one jump.
func TestScheduledCalls(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	for name, step := range map[string]time.Duration{"steps": 10 * time.Minute, "jump": 72 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := New(Options{Start: start, ClockSpeed: -1})
			if err := fake.AddCluster(Cluster{Identifier: "analytics"}); err != nil {
				t.Fatal(err)
			}
			var ran []string
			fake.states.handlers["PauseCluster"] = func(c *call) (any, *failure) {
				ran = append(ran, strings.Join([]string{c.operation, c.account, c.params.text("ClusterIdentifier"), c.now.Format("2 15:04")}, " "))
				cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
				if failed == nil && cluster.status(c.now) != models.ClusterStatusAvailable {
					failed = fail(models.ErrInvalidClusterState, "it is not available")
				}
				if failed == nil {
					c.begin(cluster, models.ClusterStatusPaused, c.now.Add(30*time.Hour), func(time.Time) {})
				}

				return nil, failed
			}
			request := map[string]*paramValue{
				"ScheduledActionName": {text: "daily"},
				"Schedule":            {text: "cron(0 10 * * ? *)"},
				"IamRole":             {text: "arn:aws:iam::123456789012:role/scheduler"},
				"TargetAction": {members: map[string]*paramValue{
					"PauseCluster": {members: map[string]*paramValue{"ClusterIdentifier": {text: "Analytics"}}},
				}},
			}
			if _, failed := createScheduledAction(&call{
				state: fake.state, operation: "CreateScheduledAction", params: request, account: fake.AccountID(), now: fake.Now(),
			}); failed != nil {
				t.Fatal(failed.message)
			}
			for passed := time.Duration(0); passed < 72*time.Hour; passed += step {
				fake.Advance(step)
				fake.Snapshots()
			}
			const want = "PauseCluster 123456789012 Analytics 23 10:00, PauseCluster 123456789012 Analytics 24 10:00, " +
				"PauseCluster 123456789012 Analytics 25 10:00"
			if got := strings.Join(ran, ", "); !strings.HasPrefix(got, want) || len(ran) != 3 {
				t.Errorf("the calls are %q, want %q", got, want)
			}
			var outcomes []string
			for _, event := range fake.state.resourcesOf(fake.AccountID()).events {
				outcomes = append(outcomes, string(event.Severity)+event.Date.Format(" 2 15:04"))
			}
			if got, want := strings.Join(outcomes, ", "), "INFO 23 10:00, ERROR 24 10:00, INFO 25 10:00"; got != want {
				t.Errorf("the events are %q, want %q", got, want)
			}
		})
	}
}
