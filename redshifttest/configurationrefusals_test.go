package redshifttest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// withoutState are codes of configuration operations that depend on what the fake does not have: S3 buckets, changes of subscriptions in
// progress, states of subnets, identifiers of events in a request, and new scheduled actions of other types.
var withoutState = []awsquery.ErrorCode{
	models.ErrBucketNotFoundFault,
	models.ErrInsufficientS3BucketPolicyFault,
	models.ErrInvalidClusterSubnetStateFault,
	models.ErrInvalidSubscriptionStateFault,
	models.ErrScheduledActionTypeUnsupported,
	models.ErrSubscriptionEventIdNotFound,
}

// configurationQuotas are provoked by TestConfigurationQuotas.
var configurationQuotas = []awsquery.ErrorCode{
	models.ErrClusterParameterGroupQuotaExceeded,
	models.ErrClusterSubnetGroupQuotaExceeded,
	models.ErrEventSubscriptionQuotaExceeded,
	models.ErrScheduledActionQuotaExceeded,
}

// configurationRefusals are refusals of the fake of TestConfigurationErrors.
func configurationRefusals() []refusedCall {
	return slices.Concat(parameterRefusals(), subnetRefusals(), eventRefusals(), subscriptionRefusals(), loggingRefusals(), actionRefusals(),
		credentialsRefusals())
}

// tooManyTagsFor returns a call with 51 tags.
func tooManyTagsFor(parameters ...string) []string {
	parameters = slices.Clone(parameters)
	for i := range 51 {
		parameters = append(parameters, fmt.Sprintf("Tags.Tag.%d.Key", i+1), fmt.Sprint(i))
	}

	return parameters
}

func parameterRefusals() []refusedCall {
	const (
		creating  = "CreateClusterParameterGroup"
		modify    = "ModifyClusterParameterGroup"
		reset     = "ResetClusterParameterGroup"
		deleting  = "DeleteClusterParameterGroup"
		groups    = "DescribeClusterParameterGroups"
		parameter = "DescribeClusterParameters"
		defaults  = "DescribeDefaultClusterParameters"
	)
	group := func(name, family string, more ...string) []string {
		return append([]string{"ParameterGroupName", name, "ParameterGroupFamily", family, "Description", "new"}, more...)
	}
	tooMany := []string{"ParameterGroupName", "tuned"}
	for i := range 21 {
		tooMany = append(tooMany, fmt.Sprintf("Parameters.Parameter.%d.ParameterName", i+1), "auto_mv")
	}

	return []refusedCall{
		{creating, []string{"ParameterGroupName", "new", "Description", "new"}, "MissingParameter", "ParameterGroupFamily"},
		{creating, group("a--b", "redshift-1.0"), "InvalidParameterValue", "ParameterGroupName"},
		{creating, group("default.redshift-1.0", "redshift-1.0"), "InvalidParameterValue", "ParameterGroupName"},
		{creating, group(strings.Repeat("a", 256), "redshift-1.0"), "InvalidParameterValue", "255"},
		{creating, group("new", "redshift-3.0"), "InvalidParameterValue", "redshift-3.0"},
		{creating, group("Tuned", "redshift-1.0"), models.ErrClusterParameterGroupAlreadyExists, "tuned"},
		{creating, group("new", "redshift-1.0", "Tags.Tag.1.Key", "a;b"), models.ErrInvalidTagFault, "a;b"},
		{creating, tooManyTagsFor(group("new", "redshift-1.0")...), models.ErrTagLimitExceededFault, "50"},
		{modify, []string{"ParameterGroupName", "tuned"}, "MissingParameter", "Parameters"},
		{modify, setParameter("missing", "auto_mv", "false"), models.ErrClusterParameterGroupNotFound, "ClusterParameterGroup not found: missing"},
		{modify, setParameter("default.redshift-1.0", "auto_mv", "false"), models.ErrInvalidClusterParameterGroupState, "default group"},
		{modify, setParameter("tuned", "AUTO_MV", "false"), "InvalidParameterValue", "AUTO_MV"},
		{modify, setParameter("tuned", "auto_mv", "maybe"), "InvalidParameterValue", "true,false"},
		{modify, setParameter("tuned", "auto_mv", "false", "Parameters.Parameter.1.ApplyType", "now"), "InvalidParameterValue", "now"},
		{modify, setParameter("tuned", "auto_mv", "false", "Parameters.Parameter.2.ParameterName", "auto_mv"), "InvalidParameterValue", "twice"},
		{modify, tooMany, "InvalidParameterValue", "at most 20"},
		{reset, []string{"ParameterGroupName", "missing"}, models.ErrClusterParameterGroupNotFound, "ClusterParameterGroup not found: missing"},
		{reset, []string{"ParameterGroupName", "default.redshift-2.0"}, models.ErrInvalidClusterParameterGroupState, "default group"},
		{reset, []string{"ParameterGroupName", "tuned", "ResetAllParameters", "false"}, "InvalidParameterCombination", "Parameters"},
		{reset, setParameter("tuned", "auto_mv", "", "ResetAllParameters", "true"), "InvalidParameterCombination", "together"},
		{reset, setParameter("tuned", "colour", ""), "InvalidParameterValue", "colour"},
		{deleting, []string{"ParameterGroupName", "missing"}, models.ErrClusterParameterGroupNotFound, "ClusterParameterGroup not found: missing"},
		{deleting, []string{"ParameterGroupName", "default.redshift-1.0"}, models.ErrInvalidClusterParameterGroupState, "default group"},
		{deleting, []string{"ParameterGroupName", "used"}, models.ErrInvalidClusterParameterGroupState, "drill"},
		{groups, []string{"ParameterGroupName", "missing"}, models.ErrClusterParameterGroupNotFound, "ClusterParameterGroup not found: missing"},
		{groups, []string{"TagKeys.TagKey.1", "a;b"}, models.ErrInvalidTagFault, "a;b"},
		{groups, []string{"MaxRecords", "19"}, "InvalidParameterValue", "between 20 and 100"},
		{parameter, []string{"ParameterGroupName", "missing"}, models.ErrClusterParameterGroupNotFound, "ClusterParameterGroup not found: missing"},
		{parameter, []string{"ParameterGroupName", "tuned", "Source", "system"}, "InvalidParameterValue", "system"},
		{parameter, []string{"ParameterGroupName", "tuned", "MaxRecords", "101"}, "InvalidParameterValue", "between 20 and 100"},
		{defaults, []string{"ParameterGroupFamily", "redshift-3.0"}, "InvalidParameterValue", "redshift-3.0"},
		{defaults, []string{"ParameterGroupFamily", "redshift-1.0", "Marker", "x"}, "InvalidParameterValue", "Marker"},
	}
}

func subnetRefusals() []refusedCall {
	const (
		creating = "CreateClusterSubnetGroup"
		modify   = "ModifyClusterSubnetGroup"
		deleting = "DeleteClusterSubnetGroup"
		describe = "DescribeClusterSubnetGroups"
	)
	var tooMany []string
	for i := range 21 {
		tooMany = append(tooMany, fmt.Sprintf("subnet-%08x", i))
	}

	return []refusedCall{
		{creating, inSubnets("new"), "MissingParameter", "SubnetIds"},
		{creating, inSubnets("Default", "subnet-11111111"), "InvalidParameterValue", "Default"},
		{creating, inSubnets("a_b", "subnet-11111111"), "InvalidParameterValue", "ClusterSubnetGroupName"},
		{creating, inSubnets(strings.Repeat("a", 256), "subnet-11111111"), "InvalidParameterValue", "255"},
		{creating, inSubnets("Inner", "subnet-11111111"), models.ErrClusterSubnetGroupAlreadyExists, "inner"},
		{creating, inSubnets("new", tooMany...), models.ErrClusterSubnetQuotaExceededFault, "at most 20"},
		{creating, inSubnets("new", "subnet-11111111", "vpc-1"), models.ErrInvalidSubnet, "vpc-1"},
		{creating, inSubnets("new", "subnet-1234"), models.ErrInvalidSubnet, "subnet-1234"},
		{creating, inSubnets("new", "subnet-1111111g"), models.ErrInvalidSubnet, "subnet-1111111g"},
		{creating, inSubnets("new", "subnet-111111111"), models.ErrInvalidSubnet, "subnet-111111111"},
		{creating, inSubnets("new", "subnet-AAAAAAAA"), models.ErrInvalidSubnet, "subnet-AAAAAAAA"},
		{modify, inSubnets("inner", "subnet-1234"), models.ErrInvalidSubnet, "subnet-1234"},
		{creating, inSubnets("new", "subnet-11111111", "subnet-11111111"), models.ErrInvalidSubnet, "twice"},
		{creating, append(inSubnets("new", "subnet-11111111"), "Tags.Tag.1.Key", "a;b"), models.ErrInvalidTagFault, "a;b"},
		{creating, tooManyTagsFor(inSubnets("new", "subnet-11111111")...), models.ErrTagLimitExceededFault, "50"},
		{modify, inSubnets("missing", "subnet-11111111"), models.ErrClusterSubnetGroupNotFoundFault, "'missing'"},
		{modify, inSubnets("inner", tooMany...), models.ErrClusterSubnetQuotaExceededFault, "at most 20"},
		{modify, inSubnets("inner", "net-1"), models.ErrInvalidSubnet, "net-1"},
		{modify, inSubnets("inner", "subnet-99999999"), models.ErrSubnetAlreadyInUse, "drill"},
		{deleting, []string{"ClusterSubnetGroupName", "missing"}, models.ErrClusterSubnetGroupNotFoundFault, "'missing'"},
		{deleting, []string{"ClusterSubnetGroupName", "DEFAULT"}, models.ErrInvalidClusterSubnetGroupStateFault, "default"},
		{deleting, []string{"ClusterSubnetGroupName", "inner"}, models.ErrInvalidClusterSubnetGroupStateFault, "drill"},
		{describe, []string{"ClusterSubnetGroupName", "missing"}, models.ErrClusterSubnetGroupNotFoundFault, "'missing'"},
		{describe, []string{"TagValues.TagValue.1", "a;b"}, models.ErrInvalidTagFault, "a;b"},
		{describe, []string{"MaxRecords", "101"}, "InvalidParameterValue", "between 20 and 100"},
	}
}

func eventRefusals() []refusedCall {
	const describe = "DescribeEvents"

	return []refusedCall{
		{describe, []string{"SourceIdentifier", "analytics"}, "InvalidParameterCombination", "SourceType"},
		{describe, []string{"SourceType", "bucket"}, "InvalidParameterValue", "bucket"},
		{describe, []string{"Duration", "0"}, "InvalidParameterValue", "Duration"},
		{describe, []string{"Duration", "60", "StartTime", "2026-11-23T09:00:00Z"}, "InvalidParameterCombination", "Duration"},
		{describe, []string{"Duration", "60", "EndTime", "2026-11-23T09:00:00Z"}, "InvalidParameterCombination", "Duration"},
		{describe, []string{"StartTime", "2026-11-23T09:00:00Z", "EndTime", "2026-11-23T08:00:00Z"}, "InvalidParameterCombination", "EndTime"},
		{describe, []string{"StartTime", "yesterday"}, "MalformedInput", "StartTime"},
		{describe, []string{"MaxRecords", "10"}, "InvalidParameterValue", "between 20 and 100"},
		{describe, []string{"Marker", "x"}, "InvalidParameterValue", "Marker"},
		{"DescribeEventCategories", []string{"SourceType", "bucket"}, "InvalidParameterValue", "bucket"},
	}
}

func subscriptionRefusals() []refusedCall {
	const (
		creating = "CreateEventSubscription"
		modify   = "ModifyEventSubscription"
		describe = "DescribeEventSubscriptions"
	)
	subscribe := func(name, to string, more ...string) []string {
		return append([]string{"SubscriptionName", name, "SnsTopicArn", to}, more...)
	}
	all := []refusedCall{
		{creating, []string{"SubscriptionName", "new"}, "MissingParameter", "SnsTopicArn"},
		{creating, subscribe("1st", topic), "InvalidParameterValue", "SubscriptionName"},
		{creating, subscribe("ALARMS", topic), models.ErrSubscriptionAlreadyExist, "ALARMS"},
		{creating, subscribe("new", topic, "Tags.Tag.1.Key", "a;b"), models.ErrInvalidTagFault, "a;b"},
		{creating, tooManyTagsFor(subscribe("new", topic)...), models.ErrTagLimitExceededFault, "50"},
		{modify, []string{"SubscriptionName", "missing"}, models.ErrSubscriptionNotFound, "missing"},
		{"DeleteEventSubscription", []string{"SubscriptionName", "missing"}, models.ErrSubscriptionNotFound, "missing"},
		{describe, []string{"SubscriptionName", "missing"}, models.ErrSubscriptionNotFound, "missing"},
		{describe, []string{"TagKeys.TagKey.1", "a;b"}, models.ErrInvalidTagFault, "a;b"},
		{describe, []string{"MaxRecords", "1"}, "InvalidParameterValue", "between 20 and 100"},
	}
	for operation, name := range map[string]string{creating: "new", modify: "alarms"} {
		all = append(all, []refusedCall{
			{operation, subscribe(name, "alarms"), models.ErrSNSInvalidTopic, "alarms"},
			{operation, subscribe(name, "arn:aws:sqs:us-east-1:123456789012:alarms"), models.ErrSNSInvalidTopic, "sqs"},
			{operation, subscribe(name, topic+".fifo"), models.ErrSNSInvalidTopic, "FIFO"},
			{operation, subscribe(name, "arn:aws:sns:eu-west-1:123456789012:alarms"), models.ErrSNSTopicArnNotFound, "us-east-1"},
			{operation, subscribe(name, "arn:aws:sns:us-east-1:210987654321:alarms"), models.ErrSNSNoAuthorization, partner},
			{operation, subscribe(name, topic, "SourceType", "bucket"), "InvalidParameterValue", "bucket"},
			{operation, subscribe(name, topic, "SourceIds.SourceId.1", "analytics"), "InvalidParameterCombination", "SourceType"},
			{operation, subscribe(name, topic, "SourceType", "cluster", "SourceIds.SourceId.1", "missing"), models.ErrSourceNotFound, "missing"},
			{operation, subscribe(name, topic, "SourceType", "cluster-snapshot", "SourceIds.SourceId.1", "analytics"),
				models.ErrSourceNotFound, "analytics"},
			{operation, subscribe(name, topic, "SourceType", "cluster-security-group", "SourceIds.SourceId.1", "a"), models.ErrSourceNotFound,
				"security"},
			{operation, subscribe(name, topic, "EventCategories.EventCategory.1", "weather"), models.ErrSubscriptionCategoryNotFound, "weather"},
			{
				operation, subscribe(name, topic, "SourceType", "cluster-snapshot", "EventCategories.EventCategory.1", "security"),
				models.ErrSubscriptionCategoryNotFound, "cluster-snapshot",
			},
			{operation, subscribe(name, topic, "Severity", "WARN"), models.ErrSubscriptionSeverityNotFound, "WARN"},
			{
				operation, subscribe(name, topic, "SourceType", "cluster-parameter-group", "Severity", "ERROR"),
				models.ErrSubscriptionSeverityNotFound, "cluster-parameter-group",
			},
		}...)
	}

	return all
}

func loggingRefusals() []refusedCall {
	const enable, disable, status = "EnableLogging", "DisableLogging", "DescribeLoggingStatus"
	logs := func(more ...string) []string { return append([]string{"ClusterIdentifier", "analytics"}, more...) }

	return []refusedCall{
		{enable, logs(), "InvalidParameterCombination", "BucketName"},
		{enable, logs("BucketName", "ab"), models.ErrInvalidS3BucketNameFault, "'ab'"},
		{enable, logs("BucketName", strings.Repeat("a", 64)), models.ErrInvalidS3BucketNameFault, "63"},
		{enable, logs("BucketName", "Logs"), models.ErrInvalidS3BucketNameFault, "Logs"},
		{enable, logs("BucketName", "logs..audit"), models.ErrInvalidS3BucketNameFault, "logs..audit"},
		{enable, logs("BucketName", "192.0.2.1"), models.ErrInvalidS3BucketNameFault, "192.0.2.1"},
		{enable, logs("BucketName", "logs", "S3KeyPrefix", `a"b`), models.ErrInvalidS3KeyPrefixFault, "prefix"},
		{enable, logs("BucketName", "logs", "S3KeyPrefix", strings.Repeat("a", 257)), models.ErrInvalidS3KeyPrefixFault, "256"},
		{enable, logs("LogDestinationType", "disk"), "InvalidParameterValue", "disk"},
		{enable, logs("LogDestinationType", "cloudwatch"), "InvalidParameterCombination", "LogExports"},
		{enable, logs("LogDestinationType", "cloudwatch", "LogExports.member.1", "querylog"), "InvalidParameterValue", "querylog"},
		{enable, []string{"ClusterIdentifier", "missing", "BucketName", "logs"}, models.ErrClusterNotFound, "missing"},
		{enable, []string{"ClusterIdentifier", "busy", "BucketName", "logs"}, models.ErrInvalidClusterState, "resizing"},
		{disable, []string{"ClusterIdentifier", "missing"}, models.ErrClusterNotFound, "missing"},
		{disable, []string{"ClusterIdentifier", "busy"}, models.ErrInvalidClusterState, "resizing"},
		{status, []string{"ClusterIdentifier", "missing"}, models.ErrClusterNotFound, "missing"},
	}
}

func actionRefusals() []refusedCall {
	const (
		creating = "CreateScheduledAction"
		modify   = "ModifyScheduledAction"
		describe = "DescribeScheduledActions"
		daily    = "cron(0 10 * * ? *)"
	)
	without := func(target ...string) []string {
		return append([]string{"ScheduledActionName", "new", "Schedule", daily, "IamRole", schedulerRole}, target...)
	}
	changed := func(parameters ...string) []string {
		return append([]string{"ScheduledActionName", "nightly"}, parameters...)
	}
	filtered := func(name string) []string {
		return []string{"Filters.ScheduledActionFilter.1.Name", name, "Filters.ScheduledActionFilter.1.Values.item.1", "x"}
	}

	return []refusedCall{
		{creating, without(), "MissingParameter", "TargetAction"},
		{creating, newAction("a b", daily), "InvalidParameterValue", "a b"},
		{creating, newAction("Nightly", daily), models.ErrScheduledActionAlreadyExists, "Nightly"},
		{creating, newAction("new", "rate(1 hour)"), models.ErrInvalidSchedule, "rate(1 hour)"},
		{creating, newAction("new", "cron(0,30 10 * * ? *)"), models.ErrInvalidSchedule, "less than an hour"},
		{creating, newAction("new", "at(2026-11-23T09:00:00)"), models.ErrInvalidSchedule, "in the past"},
		{creating, newAction("new", daily, "EndTime", "2026-11-23T09:00:00Z"), models.ErrInvalidScheduledAction, "EndTime"},
		{
			creating, newAction("new", daily, "StartTime", "2026-12-24T09:00:00Z", "EndTime", "2026-12-23T09:00:00Z"),
			models.ErrInvalidScheduledAction, "StartTime",
		},
		{creating, newAction("new", daily, "TargetAction.ResumeCluster.ClusterIdentifier", "analytics"), models.ErrInvalidScheduledAction,
			"exactly one"},
		{creating, without("TargetAction.PauseCluster.ClusterIdentifier", "missing"), models.ErrClusterNotFound, "missing"},
		{creating, without("TargetAction.ResizeCluster.NumberOfNodes", "4"), "MissingParameter", "ClusterIdentifier"},
		{
			creating, []string{
				"ScheduledActionName", "new", "Schedule", daily, "IamRole", "scheduler", "TargetAction.PauseCluster.ClusterIdentifier", "analytics",
			}, "InvalidParameterValue", "IAM role",
		},
		{
			creating, []string{
				"ScheduledActionName", "new", "Schedule", daily, "IamRole", "arn:aws:iam::210987654321:role/theirs",
				"TargetAction.PauseCluster.ClusterIdentifier", "analytics",
			}, models.ErrUnauthorizedOperation, "another account",
		},
		{modify, []string{"ScheduledActionName", "missing"}, models.ErrScheduledActionNotFound, "missing"},
		{modify, changed("Schedule", "cron(0 10)"), models.ErrInvalidSchedule, "6 fields"},
		{modify, changed("TargetAction.PauseCluster.ClusterIdentifier", "missing"), models.ErrClusterNotFound, "missing"},
		{modify, changed("TargetAction.DeleteCluster.ClusterIdentifier", "analytics"), models.ErrScheduledActionTypeUnsupported, "ResizeCluster"},
		{modify, changed("EndTime", "2026-11-01T00:00:00Z"), models.ErrInvalidScheduledAction, "EndTime"},
		{modify, changed("IamRole", "arn:aws:iam::210987654321:role/theirs"), models.ErrUnauthorizedOperation, "another account"},
		{"DeleteScheduledAction", []string{"ScheduledActionName", "missing"}, models.ErrScheduledActionNotFound, "missing"},
		{describe, []string{"ScheduledActionName", "missing"}, models.ErrScheduledActionNotFound, "missing"},
		{describe, []string{"TargetActionType", "DeleteCluster"}, "InvalidParameterValue", "DeleteCluster"},
		{describe, filtered("colour"), "InvalidParameterValue", "colour"},
		{describe, []string{"MaxRecords", "1"}, "InvalidParameterValue", "between 20 and 100"},
	}
}

func credentialsRefusals() []refusedCall {
	const credentials, withIAM = "GetClusterCredentials", "GetClusterCredentialsWithIAM"
	login := func(user string, more ...string) []string {
		return append([]string{"DbUser", user, "ClusterIdentifier", "analytics"}, more...)
	}

	return []refusedCall{
		{credentials, []string{"ClusterIdentifier", "analytics"}, "MissingParameter", "DbUser"},
		{credentials, []string{"DbUser", "reader"}, "MissingParameter", "ClusterIdentifier or CustomDomainName"},
		{credentials, login("reader", "CustomDomainName", "db.example.com"), "InvalidParameterCombination", "CustomDomainName"},
		{credentials, []string{"DbUser", "reader", "CustomDomainName", "db.example.com"}, models.ErrClusterNotFound, "db.example.com"},
		{credentials, []string{"DbUser", "reader", "ClusterIdentifier", "Analytics"}, models.ErrClusterNotFound, "Analytics"},
		{credentials, login("1st"), "InvalidParameterValue", "1st"},
		{credentials, login("public"), "InvalidParameterValue", "public"},
		{credentials, login("Select"), "InvalidParameterValue", "Select"},
		{credentials, login("a b"), "InvalidParameterValue", "a b"},
		{credentials, login(strings.Repeat("a", 65)), "InvalidParameterValue", "DbUser"},
		{credentials, login("reader", "DbName", "1st"), "InvalidParameterValue", "DbName"},
		{credentials, login("reader", "DbGroups.DbGroup.1", "Team"), "InvalidParameterValue", "Team"},
		{credentials, login("reader", "DurationSeconds", "899"), "InvalidParameterValue", "Token duration must be between 900 and 3600 seconds"},
		{credentials, login("reader", "DurationSeconds", "3601"), "InvalidParameterValue", "Token duration must be between 900 and 3600 seconds"},
		{withIAM, nil, "MissingParameter", "ClusterIdentifier or CustomDomainName"},
		{withIAM, []string{"ClusterIdentifier", "missing"}, models.ErrClusterNotFound, "missing"},
		{withIAM, []string{"ClusterIdentifier", "analytics", "DurationSeconds", "60"}, "InvalidParameterValue", "Token duration must be between 900 and 3600 seconds"},
	}
}

// TestConfigurationErrors provokes every documented code of the configuration operations. The fake has the clusters analytics (available),
// busy (resizing) and drill, which uses the parameter group used and the subnet group inner.
func TestConfigurationErrors(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "busy", Status: "resizing"}); err != nil {
		t.Fatal(err)
	}
	newParameterGroup(t, fake, "tuned")
	newParameterGroup(t, fake, "used")
	must(t, fake, "CreateClusterSubnetGroup", inSubnets("inner", "subnet-11111111")...)
	must(t, fake, "CreateEventSubscription", "SubscriptionName", "alarms", "SnsTopicArn", topic)
	must(t, fake, "CreateScheduledAction", newAction("nightly", "cron(0 22 * * ? *)")...)
	createSnapshots(t, fake, "last")
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "last", "ClusterParameterGroupName",
		"used",
		"ClusterSubnetGroupName", "inner")
	described := func() string {
		var all strings.Builder
		for _, operation := range []string{
			"DescribeClusters", "DescribeClusterParameterGroups", "DescribeClusterSubnetGroups", "DescribeEventSubscriptions",
			"DescribeScheduledActions", "DescribeEvents",
		} {
			body := must(t, fake, operation).Body
			all.WriteString(body[:strings.Index(body, "<RequestId>")])
		}

		return all.String()
	}
	before := described()
	for _, refusal := range configurationRefusals() {
		got := do(t, fake, refusal.operation, refusal.parameters...)
		if status := contract.StatusOf(refusal.code); got.Status != status || got.Code != string(refusal.code) ||
			!strings.Contains(got.Message, refusal.message) || got.Type != "Sender" {
			t.Errorf("%s %.200q returned %d\n%s\nwant %d %s %q", refusal.operation, refusal.parameters, got.Status, got.Body, status,
				refusal.code, refusal.message)
		}
	}
	if after := described(); after != before {
		t.Errorf("the refused calls changed the resources from\n%s\nto\n%s", before, after)
	}
}

func TestConfigurationQuotas(t *testing.T) {
	t.Parallel()
	for operation, test := range map[string]struct {
		call   func(name string) []string
		code   awsquery.ErrorCode
		quotas func(quota int) redshifttest.Quotas
		field  string
		normal int
	}{
		"CreateClusterParameterGroup": {func(name string) []string {
			return []string{"ParameterGroupName", name, "ParameterGroupFamily", "redshift-2.0", "Description", "new"}
		}, models.ErrClusterParameterGroupQuotaExceeded, func(quota int) redshifttest.Quotas {
			return redshifttest.Quotas{ParameterGroups: quota}
		}, "ParameterGroups", redshifttest.DefaultParameterGroups},
		"CreateClusterSubnetGroup": {
			func(name string) []string { return inSubnets(name, "subnet-11111111") }, models.ErrClusterSubnetGroupQuotaExceeded,
			func(quota int) redshifttest.Quotas { return redshifttest.Quotas{SubnetGroups: quota} },
			"SubnetGroups", redshifttest.DefaultSubnetGroups,
		},
		"CreateEventSubscription": {
			func(name string) []string { return []string{"SubscriptionName", name, "SnsTopicArn", topic} },
			models.ErrEventSubscriptionQuotaExceeded,
			func(quota int) redshifttest.Quotas { return redshifttest.Quotas{EventSubscriptions: quota} },
			"EventSubscriptions", redshifttest.DefaultEventSubscriptions,
		},
		"CreateScheduledAction": {
			func(name string) []string { return newAction(name, "cron(0 10 * * ? *)") }, models.ErrScheduledActionQuotaExceeded,
			func(quota int) redshifttest.Quotas { return redshifttest.Quotas{ScheduledActions: quota} },
			"ScheduledActions", redshifttest.DefaultScheduledActions,
		},
	} {
		for quota, allowed := range map[int]int{0: test.normal, 3: 3, -1: 0} {
			fake := newFake(t, redshifttest.Options{
				Quotas:    test.quotas(quota),
				Resources: redshifttest.Resources{ParameterGroups: []string{"a"}, SubnetGroups: []string{"b"}}, // they do not count
			})
			for i := range allowed {
				must(t, fake, operation, test.call(fmt.Sprint("n", i))...)
			}
			got := do(t, fake, operation, test.call("more")...)
			if got.Code != string(test.code) || !strings.Contains(got.Message, "Options.Quotas."+test.field+" ") {
				t.Errorf("%s with the quota %d: after %d resources, the response is %s", operation, quota, allowed, got.Body)
			}
			if allowed > 0 {
				if got := do(t, fake, operation, test.call("n0")...); !strings.Contains(got.Code, "AlreadyExist") {
					t.Errorf("%s of an existing resource at the quota returned %s", operation, got.Body)
				}
			}
		}
	}
}
