package redshifttest_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// newParameterGroup creates a parameter group of the family redshift-1.0.
func newParameterGroup(tb testing.TB, fake *redshifttest.Fake, name string) {
	tb.Helper()
	must(tb, fake, "CreateClusterParameterGroup", "ParameterGroupName", name, "ParameterGroupFamily", "redshift-1.0", "Description",
		"for tests")
}

// setParameter returns the parameters of a call that changes one parameter of a group.
func setParameter(group, name, value string, more ...string) []string {
	return append([]string{
		"ParameterGroupName", group, "Parameters.Parameter.1.ParameterName", name, "Parameters.Parameter.1.ParameterValue", value,
	}, more...)
}

// parameterGroupStatus returns a parameter group of a cluster. The group and all its parameters have the status.
func parameterGroupStatus(group, status string) models.ClusterParameterGroupStatus {
	all := models.ClusterParameterGroupStatus{ParameterGroupName: group, ParameterApplyStatus: status}
	for _, name := range []string{
		"auto_analyze", "auto_mv", "datestyle", "enable_case_sensitive_identifier", "enable_user_activity_logging", "extra_float_digits",
		"max_concurrency_scaling_clusters", "max_cursor_result_set_size", "query_group", "require_ssl", "search_path", "statement_timeout",
		"use_fips_ssl", "wlm_json_configuration",
	} {
		all.ClusterParameterStatusList = append(all.ClusterParameterStatusList, models.ClusterParameterStatus{
			ParameterName: name, ParameterApplyStatus: status,
		})
	}

	return all
}

// restoredWith takes a snapshot of analytics and restores it to a cluster with a parameter group.
func restoredWith(tb testing.TB, fake *redshifttest.Fake, cluster, group string) {
	tb.Helper()
	createSnapshots(tb, fake, "of-"+cluster)
	must(tb, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", cluster, "SnapshotIdentifier", "of-"+cluster,
		"ClusterParameterGroupName", group)
	fake.Advance(redshifttest.DefaultRestoreDuration)
}

func TestParameterGroupLife(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	created := succeed[*redshift.CreateClusterParameterGroupResult](t)(client.CreateClusterParameterGroup(t.Context(),
		&redshift.CreateClusterParameterGroupParams{
			ParameterGroupName: "Tuned", ParameterGroupFamily: "redshift-2.0", Description: "for reports",
			Tags: []models.Tag{{Key: "team", Value: "finance"}},
		}))
	if group := created.ClusterParameterGroup; group.ParameterGroupName != "tuned" || group.ParameterGroupFamily != "redshift-2.0" ||
		group.Description != "for reports" || len(group.Tags) != 1 {
		t.Errorf("the new group is %+v", group)
	}
	names := func(params *redshift.DescribeClusterParameterGroupsParams) string {
		var all []string
		for group, err := range client.DescribeClusterParameterGroupsAll(t.Context(), params) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, group.ParameterGroupName)
		}

		return strings.Join(all, " ")
	}
	for want, params := range map[string]*redshift.DescribeClusterParameterGroupsParams{
		"default.redshift-1.0 default.redshift-2.0 tuned": {},
		"tuned":                {TagKeys: []string{"team"}},
		"default.redshift-2.0": {ParameterGroupName: "Default.redshift-2.0"},
		"":                     {ParameterGroupName: "tuned", TagValues: []string{"sales"}},
	} {
		if got := names(params); got != want {
			t.Errorf("DescribeClusterParameterGroups(%+v) = %q, want %q", *params, got, want)
		}
	}
	changed := must(t, fake, "ModifyClusterParameterGroup", setParameter("TUNED", "statement_timeout", "60000",
		"Parameters.Parameter.2.ParameterName", "datestyle", "Parameters.Parameter.2.ParameterValue", "German, DMY")...)
	if !strings.Contains(changed.Body, "<ParameterGroupName>tuned</ParameterGroupName>") ||
		!strings.Contains(changed.Body, "at their next reboot") {
		t.Errorf("ModifyClusterParameterGroup returned %s", changed.Body)
	}
	expectParameters(t, client, "tuned", models.ParameterSourceUser, "datestyle=German, DMY", "statement_timeout=60000")
	if all := parametersOf(t, client, "tuned", ""); len(all) != 14 {
		t.Errorf("the group has %d parameters, want 14: %q", len(all), all)
	}
	if rest := parametersOf(t, client, "tuned", models.ParameterSourceEngineDefault); len(rest) != 12 ||
		slices.Contains(rest, "statement_timeout=60000") {
		t.Errorf("the parameters with default values are %q", rest)
	}
	must(t, fake, "ResetClusterParameterGroup", "ParameterGroupName", "tuned", "Parameters.Parameter.1.ParameterName", "datestyle")
	expectParameters(t, client, "tuned", models.ParameterSourceUser, "statement_timeout=60000")
	must(t, fake, "ResetClusterParameterGroup", "ParameterGroupName", "tuned")
	expectParameters(t, client, "tuned", models.ParameterSourceUser)
	reset := must(t, fake, "ResetClusterParameterGroup", "ParameterGroupName", "tuned", "ResetAllParameters", "true")
	if !strings.Contains(reset.Body, "unchanged") {
		t.Errorf("a reset of default values returned %s", reset.Body)
	}
	must(t, fake, "DeleteClusterParameterGroup", "ParameterGroupName", "Tuned")
	if got := do(t, fake, "DescribeClusterParameterGroups", "ParameterGroupName", "tuned"); got.Code != "ClusterParameterGroupNotFound" ||
		got.Message != "ClusterParameterGroup not found: tuned" {
		t.Errorf("after the deletion, DescribeClusterParameterGroups returned %s", got.Body)
	}
	expectEventNumbers(t, fake, "cluster-parameter-group", "tuned", 1003, 1002, 1002, 1005, 1005, 1005, 1004)
}

// parametersOf returns the parameters of a group as name=value.
func parametersOf(tb testing.TB, client *redshift.Client, group string, source models.ParameterSource) []string {
	tb.Helper()
	var all []string
	for one, err := range client.DescribeClusterParametersAll(tb.Context(),
		&redshift.DescribeClusterParametersParams{ParameterGroupName: group, Source: source}) {
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, one.ParameterName+"="+one.ParameterValue)
	}

	return all
}

func expectParameters(tb testing.TB, client *redshift.Client, group string, source models.ParameterSource, want ...string) {
	tb.Helper()
	if got := parametersOf(tb, client, group, source); !slices.Equal(got, want) {
		tb.Errorf("the parameters of %s with source %q are %q, want %q", group, source, got, want)
	}
}

// TestDefaultParameters compares the default values with those that the management guide lists.
func TestDefaultParameters(t *testing.T) {
	t.Parallel()
	client := clientOf(t, newFake(t, redshifttest.Options{}))
	for family, ssl := range map[string]string{"redshift-1.0": "false", "redshift-2.0": "true"} {
		want := []string{
			"auto_analyze=true", "auto_mv=true", "datestyle=ISO, MDY", "enable_case_sensitive_identifier=false",
			"enable_user_activity_logging=false",
			"extra_float_digits=0", "max_concurrency_scaling_clusters=1", "max_cursor_result_set_size=default", "query_group=default",
			"require_ssl=" + ssl, "search_path=$user, public", "statement_timeout=0", "use_fips_ssl=false",
			`wlm_json_configuration=[{"auto_wlm":true}]`,
		}
		var got []string
		for one, err := range client.DescribeDefaultClusterParametersAll(t.Context(),
			&redshift.DescribeDefaultClusterParametersParams{ParameterGroupFamily: family}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, one.ParameterName+"="+one.ParameterValue)
			wantApply := models.ParameterApplyTypeStatic
			if one.ParameterName == "wlm_json_configuration" {
				wantApply = models.ParameterApplyTypeDynamic
			}
			if one.Description == "" || one.DataType == "" || one.Source != models.ParameterSourceEngineDefault || one.IsModifiable == nil ||
				!*one.IsModifiable || one.ApplyType != wantApply {
				t.Errorf("%s has %+v", family, one)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the parameters of %s are\n%q\nwant\n%q", family, got, want)
		}
		expectParameters(t, client, "default."+family, "", want...)
	}
}

func TestParameterValues(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	newParameterGroup(t, fake, "tuned")
	queues := func(count int) string {
		return "[" + strings.Repeat(`{"query_concurrency":2},`, count-1) + `{"query_concurrency":5}]`
	}
	rule := `{"rule_name":"slow","predicate":[{"metric_name":"query_execution_time","operator":">","value":100}],"action":"log"}`
	rules := func(count int) string {
		var all []string
		for i := range count {
			all = append(all, strings.Replace(rule, "slow", fmt.Sprint("slow_", i), 1))
		}

		return `[{"auto_wlm":true,"rules":[` + strings.Join(all, ",") + `]}]`
	}
	for _, test := range []struct {
		name, value string
		message     string // empty for a valid value
	}{
		{"auto_analyze", "false", ""},
		{"auto_mv", "TRUE", "true,false"},
		{"extra_float_digits", "-15", ""},
		{"extra_float_digits", "2", ""},
		{"extra_float_digits", "3", "-15-2"},
		{"extra_float_digits", "many", "-15-2"},
		{"max_concurrency_scaling_clusters", "10", ""},
		{"max_concurrency_scaling_clusters", "11", "0-10"},
		{"max_cursor_result_set_size", "default", ""},
		{"max_cursor_result_set_size", "14400000", ""},
		{"max_cursor_result_set_size", "14400001", "0-14400000"},
		{"statement_timeout", "0", ""},
		{"statement_timeout", "100", ""},
		{"statement_timeout", "99", "100-2147483647"},
		{"statement_timeout", "2147483648", "100-2147483647"},
		{"datestyle", "sql", ""},
		{"datestyle", "ISO, YMD", ""},
		{"datestyle", "ISO, SQL", "order"},
		{"datestyle", "swiss", "format"},
		{"search_path", "sales, public", ""},
		{"search_path", "sales,,public", "empty"},
		{"query_group", "reports", ""},
		{"wlm_json_configuration", `[{"query_concurrency":5}]`, ""},
		{"wlm_json_configuration", `[{"auto_wlm":true,"priority":"high","user_group":["a"],"query_group":[]},{"short_query_queue":true}]`, ""},
		{"wlm_json_configuration", queues(9), ""},
		{"wlm_json_configuration", rules(25), ""},
		{"wlm_json_configuration", `{"query_concurrency":5}`, "JSON list"},
		{"wlm_json_configuration", `[]`, "no queue"},
		{"wlm_json_configuration", `[{"query_concurrency":51}]`, "51"},
		{"wlm_json_configuration", `[{"query_concurrency":1.5}]`, "1.5"},
		{"wlm_json_configuration", `[{"colour":"blue"}]`, "colour"},
		{"wlm_json_configuration", `[{"priority":"high"}]`, "auto_wlm"},
		{"wlm_json_configuration", `[{"auto_wlm":true,"priority":"urgent"}]`, "urgent"},
		{"wlm_json_configuration", `[{"name":"a"},{"name":"a"}]`, "two queues"},
		{"wlm_json_configuration", `[{"name":"a\"b"}]`, "name"},
		{"wlm_json_configuration", `[{"memory_percent_to_use":60},{"query_concurrency":1}]`, "for all queues"},
		{"wlm_json_configuration", `[{"memory_percent_to_use":60},{"memory_percent_to_use":50}]`, "110 percent"},
		{"wlm_json_configuration", `[{"user_group":[1]}]`, "user_group"},
		{"wlm_json_configuration", `[{"user_group_wild_card":2}]`, "user_group_wild_card"},
		{"wlm_json_configuration", queues(10), "10 queues"},
		{"wlm_json_configuration", rules(26), "26 rules"},
		{"wlm_json_configuration", `[{"rules":[{"rule_name":"a b","predicate":[],"action":"log"}]}]`, "rules"},
		{"wlm_json_configuration", `[{"name":"` + strings.Repeat("x", 8000) + `"}]`, "8000"},
		{"colour", "blue", "no parameter"},
		{"query_group", "", "ParameterValue"},
	} {
		got := do(t, fake, "ModifyClusterParameterGroup", setParameter("tuned", test.name, test.value)...)
		switch {
		case test.message == "" && got.Status != 200:
			t.Errorf("%s = %.80s: %s", test.name, test.value, got.Body)
		case test.message != "" && (got.Code != "InvalidParameterValue" || !strings.Contains(got.Message, test.message)):
			t.Errorf("%s = %.80s: the error is %s %q, want InvalidParameterValue and %q", test.name, test.value, got.Code, got.Message, test.message)
		}
	}
}

// TestParameterStatuses changes a group that a cluster uses. Static changes wait for a reboot. Dynamic ones are applied by the clock.
func TestParameterStatuses(t *testing.T) {
	t.Parallel()
	const before, dynamic, static = `[{"query_concurrency":5}]`, `[{"query_concurrency":6}]`, `[{"query_concurrency":6,"user_group":["a"]}]`
	for name, test := range map[string]struct {
		change      []string
		waits       string // the parameter that is not in-sync
		immediately string
		later       string
	}{
		"static":             {setParameter("tuned", "require_ssl", "true"), "require_ssl", "pending-reboot", "pending-reboot"},
		"a dynamic property": {setParameter("tuned", "wlm_json_configuration", dynamic), "wlm_json_configuration", "applying", "in-sync"},
		"a static property": {setParameter("tuned", "wlm_json_configuration", static), "wlm_json_configuration", "pending-reboot",
			"pending-reboot"},
		"dynamic, with a reboot": {setParameter("tuned", "wlm_json_configuration", dynamic, "Parameters.Parameter.1.ApplyType", "static"),
			"wlm_json_configuration", "pending-reboot", "pending-reboot"},
		"both": {setParameter("tuned", "wlm_json_configuration", dynamic, "Parameters.Parameter.2.ParameterName", "auto_mv",
			"Parameters.Parameter.2.ParameterValue", "false"), "auto_mv", "pending-reboot", "pending-reboot"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			client := clientOf(t, fake)
			newParameterGroup(t, fake, "tuned")
			must(t, fake, "ModifyClusterParameterGroup", setParameter("tuned", "wlm_json_configuration", before)...)
			restoredWith(t, fake, "drill", "Tuned")
			expect := func(when, group, parameter string) {
				t.Helper()
				status := describeOne(t, client, "drill").ClusterParameterGroups[0]
				if status.ParameterGroupName != "tuned" || status.ParameterApplyStatus != group || len(status.ClusterParameterStatusList) != 14 {
					t.Errorf("%s, the group is %+v, want the status %s and 14 parameters", when, status, group)
				}
				for _, one := range status.ClusterParameterStatusList {
					switch {
					case one.ParameterName == test.waits && one.ParameterApplyStatus != parameter:
						t.Errorf("%s, %s is %s, want %s", when, one.ParameterName, one.ParameterApplyStatus, parameter)
					case one.ParameterName == "datestyle" && one.ParameterApplyStatus != "in-sync":
						t.Errorf("%s, %s is %s, want in-sync", when, one.ParameterName, one.ParameterApplyStatus)
					}
				}
			}
			expect("before", "in-sync", "in-sync")
			must(t, fake, "ModifyClusterParameterGroup", test.change...)
			expect("after the change", test.immediately, test.immediately)
			again := do(t, fake, "ModifyClusterParameterGroup", setParameter("tuned", "auto_analyze", "false")...)
			if wantRefusal := test.immediately == "applying"; (again.Code == "InvalidClusterParameterGroupState") != wantRefusal {
				t.Errorf("another change returned %s, want a refusal: %t", again.Body, wantRefusal)
			}
			fake.Advance(time.Minute)
			expect("a minute later", test.later, test.later)
			if other := describeOne(t, client, "analytics").ClusterParameterGroups[0]; other.ParameterApplyStatus != "in-sync" ||
				len(other.ClusterParameterStatusList) > 0 {
				t.Errorf("a cluster with the default group has %+v", other)
			}
			deleted := do(t, fake, "DeleteClusterParameterGroup", "ParameterGroupName", "tuned")
			if deleted.Code != "InvalidClusterParameterGroupState" || !strings.Contains(deleted.Message, "drill") {
				t.Errorf("deleting a group in use returned %s", deleted.Body)
			}
		})
	}
}

// TestRebootAppliesParameters: after a reboot, no parameter waits. A dynamic change that was interrupted is applied too.
func TestRebootAppliesParameters(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][]string{
		"static":  setParameter("tuned", "auto_mv", "false"),
		"dynamic": setParameter("tuned", "wlm_json_configuration", `[{"auto_wlm":true,"priority":"high"}]`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			client := clientOf(t, fake)
			newParameterGroup(t, fake, "tuned")
			must(t, fake, "ModifyCluster", "ClusterIdentifier", "analytics", "ClusterParameterGroupName", "tuned")
			expectGroup := func(when, status string) {
				t.Helper()
				got, want := describeOne(t, client, "analytics").ClusterParameterGroups[0], parameterGroupStatus("tuned", status)
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s, the group is %+v, want %+v", when, got, want)
				}
			}
			expectGroup("after ModifyCluster", "pending-reboot")
			must(t, fake, "ModifyClusterParameterGroup", change...)
			expectGroup("after the change of a waiting group", "pending-reboot")
			reboot := func() {
				must(t, fake, "RebootCluster", "ClusterIdentifier", "analytics")
				fake.Advance(10 * time.Minute)
			}
			reboot()
			expectGroup("after the reboot", "in-sync")
			must(t, fake, "ResetClusterParameterGroup", "ParameterGroupName", "tuned")
			must(t, fake, "ModifyClusterParameterGroup", change...)
			reboot()
			expectGroup("after the second reboot", "in-sync")
			expectEventNumbers(t, fake, "cluster", "analytics", 1001, 1000, 3000, 1000, 1000, 3000)
		})
	}
}

// TestParameterGroupRegions: each account and region has its own groups.
func TestParameterGroupRegions(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{ParameterGroups: []string{"Strict"}}})
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	newParameterGroup(t, fake, "tuned")
	for place, body := range map[string]string{
		"another region":  must(t, fake.InRegion("us-west-2"), "DescribeClusterParameterGroups").Body,
		"another account": doAs(t, fake, partnerKeys, "DescribeClusterParameterGroups").Body,
	} {
		if strings.Contains(body, ">tuned<") || !strings.Contains(body, ">strict<") || !strings.Contains(body, ">default.redshift-2.0<") {
			t.Errorf("%s has the groups %s", place, body)
		}
	}
	must(t, fake, "CreateTags", "ResourceName", "arn:aws:redshift:us-east-1:123456789012:parametergroup:tuned", "Tags.Tag.1.Key", "team")
	if got := must(t, fake, "DescribeTags", "ResourceType", "Parameter group").Body; !strings.Contains(got, "parametergroup:tuned") {
		t.Errorf("the tags of parameter groups are %s", got)
	}
}

func TestParameterGroupVisibility(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{VisibilityDelay: time.Minute})
	newParameterGroup(t, fake, "tuned")
	for _, operation := range []string{"DescribeClusterParameterGroups", "DescribeClusterParameters"} {
		if got := do(t, fake, operation, "ParameterGroupName", "tuned"); got.Code != "ClusterParameterGroupNotFound" {
			t.Errorf("%s of a new group returned %s", operation, got.Body)
		}
	}
	fake.Advance(time.Minute)
	must(t, fake, "DescribeClusterParameters", "ParameterGroupName", "tuned")
}
