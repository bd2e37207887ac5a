package redshift_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

func TestRecoverScheduledActions(t *testing.T) {
	t.Parallel()
	const exists = "ScheduledActionAlreadyExists"
	const members = "<TargetAction><ResizeCluster><ClusterIdentifier>analytics</ClusterIdentifier><NumberOfNodes>4</NumberOfNodes><Classic>false</Classic></ResizeCluster></TargetAction>" +
		"<Schedule>cron(0 10 ? * MON *)</Schedule><IamRole>arn:aws:iam::123456789012:role/confidential</IamRole>" +
		"<ScheduledActionDescription>confidential</ScheduledActionDescription><State>ACTIVE</State>" +
		"<StartTime>2027-01-01T00:00:00Z</StartTime><EndTime>2028-01-01T00:00:00Z</EndTime>"
	// action returns the description of the scheduled action, with one text in its members replaced.
	action := func(from, to string) reply {
		return result("DescribeScheduledActions", "<ScheduledActions><ScheduledAction><ScheduledActionName>weekly</ScheduledActionName>"+
			strings.Replace(members, from, to, 1)+"</ScheduledAction></ScheduledActions>")
	}
	target := &models.ScheduledActionType{ResizeCluster: &models.ResizeClusterMessage{ClusterIdentifier: "analytics", NumberOfNodes: new(4)}}
	create := func(description string, enable *bool) anyCall {
		return of((*redshift.Client).CreateScheduledAction, redshift.CreateScheduledActionParams{
			ScheduledActionName:        "Weekly",
			TargetAction:               target,
			Schedule:                   "cron(0 10 ? * MON *)",
			IamRole:                    "arn:aws:iam::123456789012:role/confidential",
			ScheduledActionDescription: description,
			Enable:                     enable,
			StartTime:                  time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
			EndTime:                    time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC),
		}, func(r *redshift.CreateScheduledActionResult) bool {
			return r.ScheduledActionName == "weekly" && r.TargetAction.ResizeCluster != nil && r.State == models.ScheduledActionStateActive && r.RequestID == "r-1"
		})
	}
	whole, plain := create("confidential", new(true)), create("", nil)
	unlimited := of((*redshift.Client).CreateScheduledAction, redshift.CreateScheduledActionParams{
		ScheduledActionName:        "weekly",
		TargetAction:               &models.ScheduledActionType{ResizeCluster: &models.ResizeClusterMessage{ClusterIdentifier: "Analytics", NumberOfNodes: new(4)}},
		Schedule:                   "cron(0 10 ? * MON *)",
		IamRole:                    "arn:aws:iam::123456789012:role/confidential",
		ScheduledActionDescription: "confidential",
	}, nil)
	disabled := create("confidential", new(false))
	modify := func(params redshift.ModifyScheduledActionParams) anyCall {
		params.ScheduledActionName = "weekly"

		return of((*redshift.Client).ModifyScheduledAction, params, func(r *redshift.ModifyScheduledActionResult) bool {
			return r.ScheduledActionName == "weekly" && r.TargetAction.ResizeCluster != nil
		})
	}
	disable := modify(redshift.ModifyScheduledActionParams{Enable: new(false)})
	retarget := modify(redshift.ModifyScheduledActionParams{TargetAction: target})
	undescribed := modify(redshift.ModifyScheduledActionParams{ScheduledActionDescription: new("")})
	const description = "<ScheduledActionDescription>confidential</ScheduledActionDescription>"

	for name, test := range map[string]recoveredCall{
		"an action":                     {call: whole, replies: afterLost(exists, action("", "")), want: "ok", requests: "2*CreateScheduledAction DescribeScheduledActions"},
		"an action, all responses lost": {call: whole, replies: afterAllLost(action("", "")), want: "ok"},
		"an action that is visible later": {
			call: whole, replies: afterLost(exists, refusal(400, "ScheduledActionNotFound"), action("", "")), want: "ok",
		},
		"an action of another description": {call: plain, replies: afterLost(exists, action("", "")), want: "unknown", text: "another ScheduledActionDescription"},
		"an action without one":            {call: plain, replies: afterLost(exists, action(description, "")), want: "ok"},
		"an action that is active":         {call: disabled, replies: afterLost(exists, action("", "")), want: "unknown", text: "another State"},
		"an action with other nodes":       {call: whole, replies: afterLost(exists, action(">4<", ">8<")), want: "unknown", text: "another TargetAction"},
		"an action of another kind":        {call: whole, replies: afterLost(exists, action("<NumberOfNodes>4</NumberOfNodes>", "")), want: "unknown", text: "another TargetAction"},
		"an action at other times":         {call: whole, replies: afterLost(exists, action("MON", "TUE")), want: "unknown", text: "another Schedule"},
		"an action of another role":        {call: whole, replies: afterLost(exists, action("role/", "role/x")), want: "unknown", text: "another IamRole"},
		"an action that begins later":      {call: whole, replies: afterLost(exists, action("2027-01", "2027-02")), want: "unknown", text: "another StartTime"},
		"an action that ends later":        {call: whole, replies: afterLost(exists, action("2028-01", "2028-02")), want: "unknown", text: "another EndTime"},
		"an action that nobody limited":    {call: unlimited, replies: afterLost(exists, action("<StartTime>2027-01-01T00:00:00Z</StartTime><EndTime>2028-01-01T00:00:00Z</EndTime>", "")), want: "ok"},
		"an action that someone limited":   {call: unlimited, replies: afterLost(exists, action("<StartTime>2027-01-01T00:00:00Z</StartTime>", "")), want: "unknown", text: "another EndTime"},
		"an action that someone delayed":   {call: unlimited, replies: afterLost(exists, action("<EndTime>2028-01-01T00:00:00Z</EndTime>", "")), want: "unknown", text: "another StartTime"},
		"a change of the state":            {call: disable, replies: afterAllLost(action("ACTIVE", "DISABLED")), want: "ok", requests: "5*ModifyScheduledAction DescribeScheduledActions"},
		"no change of the state":           {call: disable, replies: afterAllLost(action("", "")), want: "unknown", text: "another State"},
		"a change of the target":           {call: retarget, replies: afterAllLost(action("", "")), want: "ok"},
		"a change to no description":       {call: undescribed, replies: afterAllLost(action(description, "")), want: "ok"},
		"no change of the description":     {call: undescribed, replies: afterAllLost(action("", "")), want: "unknown", text: "another ScheduledActionDescription"},
		"a change of a missing action":     {call: disable, replies: afterAllLost(refusal(400, "ScheduledActionNotFound")), want: "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

// Redshift refuses the role of a scheduled action until IAM has propagated its trust policy.
func TestSchedulerRoleHint(t *testing.T) {
	t.Parallel()
	refused := func(code, message string) reply {
		return reply{status: http.StatusBadRequest, body: "<ErrorResponse><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error></ErrorResponse>"}
	}
	create := of((*redshift.Client).CreateScheduledAction, redshift.CreateScheduledActionParams{
		ScheduledActionName: "weekly",
		TargetAction:        &models.ScheduledActionType{PauseCluster: &models.PauseClusterMessage{ClusterIdentifier: "analytics"}},
		Schedule:            "cron(0 10 ? * MON *)",
		IamRole:             "arn:aws:iam::123456789012:role/new",
	}, nil)
	modify := of((*redshift.Client).ModifyScheduledAction, redshift.ModifyScheduledActionParams{ScheduledActionName: "weekly", IamRole: "arn:aws:iam::123456789012:role/new"}, nil)
	const hint, message = "scheduler.redshift.amazonaws.com", "The IAM role must delegate access to Amazon Redshift scheduler"

	for name, test := range map[string]struct {
		call  anyCall
		reply reply
		hints bool
	}{
		"create":         {create, refused("InvalidParameterValue", message), true},
		"modify":         {modify, refused("InvalidParameterValue", message), true},
		"another value":  {create, refused("InvalidParameterValue", "The schedule is not valid."), false},
		"another reason": {modify, refused("ScheduledActionNotFound", message), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := scripted(t, test.reply)
			_, err := test.call(t.Context(), client)
			if err == nil || strings.Contains(err.Error(), hint) != test.hints {
				t.Errorf("err = %v, want a hint: %t", err, test.hints)
			}
		})
	}
}
