package redshifttest_test

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// The parameters of the calls that create the resources with the numbers.

func parameterGroupParams(number int) []string {
	return []string{"ParameterGroupName", fmt.Sprintf("p%d", number), "ParameterGroupFamily", "redshift-1.0", "Description", "test"}
}

func subnetGroupParams(number int) []string {
	return []string{"ClusterSubnetGroupName", fmt.Sprintf("n%d", number), "Description", "test", "SubnetIds.SubnetIdentifier.1", "subnet-0123456789abcdef0"}
}

func eventSubscriptionParams(number int) []string {
	return []string{"SubscriptionName", fmt.Sprintf("e%d", number), "SnsTopicArn", "arn:aws:sns:us-east-1:123456789012:alerts"}
}

// TestDefaultQuotas exceeds the default quotas of the kinds that Amazon documents.
func TestDefaultQuotas(t *testing.T) {
	t.Parallel()
	for operation, test := range map[string]struct {
		quota int
		call  func(number int) []string
		code  awsquery.ErrorCode
	}{
		"CreateClusterParameterGroup": {20, parameterGroupParams, models.ErrClusterParameterGroupQuotaExceeded},
		"CreateClusterSubnetGroup":    {50, subnetGroupParams, models.ErrClusterSubnetGroupQuotaExceeded},
		"CreateEventSubscription":     {20, eventSubscriptionParams, models.ErrEventSubscriptionQuotaExceeded},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			for number := range test.quota {
				must(t, fake, operation, test.call(number)...)
			}
			if got := do(t, fake, operation, test.call(test.quota)...); got.Code != string(test.code) || got.Status != 400 {
				t.Errorf("resource %d: %d %s, want %s", test.quota+1, got.Status, got.Body, test.code)
			}
		})
	}
}

// TestEachQuota uses up each quota, exceeds it by one, and searches the message for its name. Each quota is 3.
func TestEachQuota(t *testing.T) {
	t.Parallel()
	const limit = 3
	restore := func(number int, more ...string) []string {
		return append([]string{"ClusterIdentifier", fmt.Sprintf("drill-%d", number), "SnapshotIdentifier", "base"}, more...)
	}
	tests := map[string]struct {
		exists    int // the used part of the quota at the start
		operation string
		call      func(number int) []string
		code      awsquery.ErrorCode
	}{
		"ManualSnapshots": {1, "CreateClusterSnapshot", func(number int) []string {
			return []string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", fmt.Sprintf("s%d", number)}
		}, models.ErrClusterSnapshotQuotaExceeded},
		"AccountsPerSnapshot": {0, "AuthorizeSnapshotAccess", func(number int) []string {
			return []string{"SnapshotIdentifier", "base", "AccountWithRestoreAccess", fmt.Sprintf("1111222233%02d", number)}
		}, models.ErrAuthorizationQuotaExceeded},
		"Tags": {0, "CreateTags", func(number int) []string {
			return []string{"ResourceName", "arn:aws:redshift:us-east-1:123456789012:cluster:analytics", "Tags.Tag.1.Key", strconv.Itoa(number)}
		}, models.ErrTagLimitExceededFault},
		"SnapshotCopyGrants": {0, "CreateSnapshotCopyGrant", func(number int) []string {
			return []string{"SnapshotCopyGrantName", fmt.Sprintf("g%d", number)}
		}, models.ErrSnapshotCopyGrantQuotaExceededFault},
		"SnapshotSchedules": {0, "CreateSnapshotSchedule", func(number int) []string {
			return []string{"ScheduleIdentifier", fmt.Sprintf("s%d", number), "ScheduleDefinitions.ScheduleDefinition.1", "rate(1 hour)"}
		}, models.ErrSnapshotScheduleQuotaExceeded},
		"Clusters": {1, "RestoreFromClusterSnapshot", func(number int) []string { return restore(number) }, models.ErrClusterQuotaExceeded},
		"Nodes": {1, "RestoreFromClusterSnapshot", func(number int) []string {
			return restore(number, "NumberOfNodes", "1")
		}, models.ErrNumberOfNodesQuotaExceeded},
		"TableRestores": {0, "RestoreTableFromClusterSnapshot", func(number int) []string {
			return []string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", "base", "SourceDatabaseName", "dev",
				"SourceTableName", "orders", "NewTableName", fmt.Sprintf("t%d", number)}
		}, models.ErrInProgressTableRestoreQuotaExceededFault},
		"ParameterGroups":    {0, "CreateClusterParameterGroup", parameterGroupParams, models.ErrClusterParameterGroupQuotaExceeded},
		"SubnetGroups":       {0, "CreateClusterSubnetGroup", subnetGroupParams, models.ErrClusterSubnetGroupQuotaExceeded},
		"EventSubscriptions": {0, "CreateEventSubscription", eventSubscriptionParams, models.ErrEventSubscriptionQuotaExceeded},
		"ScheduledActions": {0, "CreateScheduledAction", func(number int) []string {
			return []string{
				"ScheduledActionName", fmt.Sprintf("a%d", number), "Schedule", "cron(0 4 * * ? *)", "IamRole", "arn:aws:iam::123456789012:role/scheduler",
				"TargetAction.PauseCluster.ClusterIdentifier", "analytics",
			}
		}, models.ErrScheduledActionQuotaExceeded},
		"OtherResources": {0, "CreateWarehouse", func(number int) []string {
			return []string{"Name", fmt.Sprintf("w%d", number)}
		}, "WarehouseQuotaExceededFault"},
	}
	for field := range reflect.TypeFor[redshifttest.Quotas]().Fields() {
		test, found := tests[field.Name]
		if !found {
			t.Errorf("the quota %s has no test", field.Name)

			continue
		}
		t.Run(field.Name, func(t *testing.T) {
			t.Parallel()
			var quotas redshifttest.Quotas
			reflect.ValueOf(&quotas).Elem().FieldByIndex(field.Index).SetInt(limit)
			fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1, Quotas: quotas})
			if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", NumberOfNodes: 1}); err != nil {
				t.Fatal(err)
			}
			fake.Declare(warehouses()...)
			createSnapshots(t, fake, "base")
			for number := range limit - test.exists {
				must(t, fake, test.operation, test.call(number)...)
			}
			got := do(t, fake, test.operation, test.call(limit)...)
			if got.Code != string(test.code) || !strings.Contains(got.Message, "Options.Quotas."+field.Name+" ") {
				t.Errorf("the call beyond the quota returned %s", got.Body)
			}
		})
	}
}
