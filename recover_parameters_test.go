package redshift_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

// anyCall is the call of a test case.
type anyCall = func(context.Context, *redshift.Client, ...redshift.Option) (any, error)

// afterLost returns the responses to a call and its look-ups. The first response is lost, and Redshift refuses the second attempt.
func afterLost(code string, replies ...reply) []reply {
	return append([]reply{noResponse, refusal(http.StatusBadRequest, code)}, replies...)
}

// afterAllLost returns the responses to a call and its look-ups. All responses to the call are lost.
func afterAllLost(replies ...reply) []reply {
	return append(slices.Repeat([]reply{noResponse}, 5), replies...)
}

func TestRecoverParameterGroups(t *testing.T) {
	t.Parallel()
	const busy = "InvalidClusterParameterGroupState"
	parameter := func(name, value, source string) string {
		return "<Parameter><ParameterName>" + name + "</ParameterName><ParameterValue>" + value + "</ParameterValue><Source>" + source + "</Source></Parameter>"
	}
	parameters := func(members ...string) reply {
		text := ""
		for _, one := range members {
			text += one
		}

		return result("DescribeClusterParameters", "<Parameters>"+text+"</Parameters>")
	}
	modify := of((*redshift.Client).ModifyClusterParameterGroup, redshift.ModifyClusterParameterGroupParams{
		ParameterGroupName: "tuned",
		Parameters:         []models.Parameter{{ParameterName: "statement_timeout", ParameterValue: "20000"}, {ParameterName: "datestyle", ParameterValue: "confidential"}},
	}, func(r *redshift.ModifyClusterParameterGroupResult) bool {
		return r.ParameterGroupName == "tuned" && r.RequestID == "r-1"
	})
	other := parameter("require_ssl", "true", "engine-default")
	style, timeout := parameter("datestyle", "confidential", "user"), parameter("Statement_Timeout", "20000", "user")
	oldTimeout := parameter("statement_timeout", "0", "engine-default")
	reset := func(all *bool, names ...string) anyCall {
		params := redshift.ResetClusterParameterGroupParams{ParameterGroupName: "tuned", ResetAllParameters: all}
		for _, name := range names {
			params.Parameters = append(params.Parameters, models.Parameter{ParameterName: name})
		}

		return of((*redshift.Client).ResetClusterParameterGroup, params, func(r *redshift.ResetClusterParameterGroupResult) bool {
			return r.ParameterGroupName == "tuned" && r.RequestID == "r-1"
		})
	}
	create := of((*redshift.Client).CreateClusterParameterGroup, redshift.CreateClusterParameterGroupParams{
		ParameterGroupName: "Tuned", ParameterGroupFamily: "redshift-1.0", Description: "confidential",
	}, func(r *redshift.CreateClusterParameterGroupResult) bool {
		return r.ClusterParameterGroup.ParameterGroupName == "tuned"
	})
	group := func(family, description string) reply {
		return result("DescribeClusterParameterGroups", "<ParameterGroups><ClusterParameterGroup><ParameterGroupName>tuned</ParameterGroupName>"+
			"<ParameterGroupFamily>"+family+"</ParameterGroupFamily><Description>"+description+"</Description></ClusterParameterGroup></ParameterGroups>")
	}
	const exists = "ClusterParameterGroupAlreadyExists"

	for name, test := range map[string]recoveredCall{
		"a group":                        {call: create, replies: afterLost(exists, group("redshift-1.0", "confidential")), want: "ok"},
		"a group of another family":      {call: create, replies: afterLost(exists, group("redshift-2.0", "confidential")), want: exists},
		"a group of another description": {call: create, replies: afterLost(exists, group("redshift-1.0", "mine")), want: exists},
		"values":                         {call: modify, replies: afterLost(busy, parameters(other, style, timeout)), want: "ok", requests: "2*ModifyClusterParameterGroup DescribeClusterParameters"},
		"values that are visible later":  {call: modify, replies: afterLost(busy, parameters(other, style, oldTimeout), parameters(style, timeout)), want: "ok", requests: "2*ModifyClusterParameterGroup 2*DescribeClusterParameters"},
		"one value of two":               {call: modify, replies: afterLost(busy, parameters(style, oldTimeout)), want: "unknown", text: "another ParameterValue", requests: "2*ModifyClusterParameterGroup 5*DescribeClusterParameters"},
		"a missing parameter":            {call: modify, replies: afterAllLost(parameters(timeout)), want: "unknown"},
		"values, all responses lost":     {call: modify, replies: afterAllLost(parameters(style, timeout)), want: "ok", requests: "5*ModifyClusterParameterGroup DescribeClusterParameters"},
		"values, part of the list":       {call: modify, replies: afterAllLost(result("DescribeClusterParameters", "<Marker>m</Marker><Parameters>"+style+timeout+"</Parameters>")), want: "unknown", text: "only a part"},
		"values of a missing group":      {call: modify, replies: afterAllLost(refusal(404, "ClusterParameterGroupNotFound")), want: "unknown"},
		"values, another refusal":        {call: modify, replies: afterLost("ClusterParameterGroupNotFound"), want: "unknown", requests: "2*ModifyClusterParameterGroup"},
		"reset":                          {call: reset(nil, "Statement_timeout"), replies: afterLost(busy, parameters(style, oldTimeout)), want: "ok", requests: "2*ResetClusterParameterGroup DescribeClusterParameters"},
		"reset of all":                   {call: reset(nil), replies: afterAllLost(parameters(other, oldTimeout)), want: "ok"},
		"reset of all, one left":         {call: reset(new(true), "statement_timeout"), replies: afterAllLost(parameters(other, style)), want: "unknown", text: "another Source"},
		"reset of a missing parameter":   {call: reset(nil, "statement_timeout"), replies: afterAllLost(parameters(other)), want: "unknown", text: "no Source"},
		"reset of all, an empty list":    {call: reset(nil), replies: afterAllLost(parameters()), want: "unknown", text: "no Source"},
		"no reset":                       {call: reset(new(false), "statement_timeout"), replies: afterLost(busy, parameters(timeout)), want: "unknown", requests: "2*ResetClusterParameterGroup 5*DescribeClusterParameters"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}
