package redshifttest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestManyCallersAndRegions calls all operations concurrently in two regions while the clock moves. It is for the race detector, and
// checks that each response is a valid one.
func TestManyCallersAndRegions(t *testing.T) {
	t.Parallel()
	east := newFake(t, redshifttest.Options{DisableSignatureCheck: true})
	west := east.InRegion("us-west-2")
	if err := west.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	operations := slices.DeleteFunc(contract.Operations(), func(one contract.Operation) bool { return !redshifttest.Handled(one) })
	var work sync.WaitGroup
	for worker := range 8 {
		work.Go(func() {
			for round := range 6 {
				fake := []*redshifttest.Fake{east, west}[(worker+round)%2]
				other := []string{"us-west-2", "us-east-1"}[(worker+round)%2]
				name := fmt.Sprintf("n%d", (worker+round)%5)
				values := map[string]string{
					"ClusterIdentifier": "analytics", "SnapshotIdentifier": name, "TargetSnapshotIdentifier": "copy-" + name,
					"SourceSnapshotIdentifier": name,
					"AccountWithRestoreAccess": partner, "DestinationRegion": other, "RetentionPeriod": "3", "SnapshotCopyGrantName": "g-" + name,
					"ScheduleIdentifier": "s-" + name, "ScheduleDefinitions.ScheduleDefinition": "rate(1 hour)", "SourceDatabaseName": "dev",
					"SourceTableName": "a",
					"NewTableName":    name, "ResourceName": "arn:aws:redshift:" + fake.Region() + ":123456789012:snapshot:analytics/" + name,
					"TagKeys.TagKey":                "k",
					"SnapshotIdentifierList.String": name,
					"MasterUsername":                "admin", "NodeType": "ra3.large", "MasterUserPassword": "Abcdefg1",
					"ParameterGroupName": "p-" + name, "ParameterGroupFamily": "redshift-1.0", "Description": "d",
					"ClusterSubnetGroupName": "n-" + name, "SubnetIds.SubnetIdentifier": "subnet-11111111", "SubscriptionName": "e-" + name,
					"SnsTopicArn": "arn:aws:sns:" + fake.Region() + ":123456789012:t", "ScheduledActionName": "a-" + name, "Schedule": "cron(0 * * * ? *)",
					"IamRole": "arn:aws:iam::123456789012:role/r", "DbUser": "reader", "BucketName": "logs", "ActionType": "resize-cluster",
				}
				for _, operation := range operations {
					var parameters []string
					for _, param := range operation.Params {
						value, known := values[param.Name]
						if operation.Name == "RestoreFromClusterSnapshot" && param.Name == "ClusterIdentifier" {
							value = "drill-" + name
						}
						switch {
						case param.Name == "TargetAction":
							parameters = append(parameters, "TargetAction.PauseCluster.ClusterIdentifier", "analytics")
						case param.Name == "Parameters.Parameter":
							parameters = append(parameters, param.Name+".1.ParameterName", "query_group", param.Name+".1.ParameterValue", name)
						case len(param.Members) > 0 && param.Required:
							parameters = append(parameters, param.Name+".1."+param.Members[0].Name, name)
						case known && param.Required && param.List:
							parameters = append(parameters, param.Name+".1", value)
						case known && (param.Required || !operation.ReadOnly || isResized(operation, param) || strings.HasPrefix(operation.Name, "Get")) && !param.List:
							parameters = append(parameters, param.Name, value)
						}
					}
					if got := send(t, fake.Transport(), unsignedRequest(t, operation.Name,
						parameters...)); got.Status >= http.StatusInternalServerError || got.Code == "MissingParameter" {
						t.Errorf("%s %q returned %s", operation.Name, parameters, got.Body)
					}
				}
				fake.Advance(40 * time.Minute)
				fake.Snapshots()
				fake.Requests()
				if err := fake.FailNext("DescribeTags", "Throttling"); err != nil {
					t.Error(err) // only the goroutine of the test may call Fatal
				}
				_ = fake.SetSnapshotStatus(name, models.SnapshotStatusFailed) // the snapshot may not exist
				_ = east.RemoveCluster("drill-" + name)
			}
		})
	}
	work.Wait()
}

// isResized reports whether a parameter names the cluster of a resize.
func isResized(operation contract.Operation, param contract.Param) bool {
	return operation.Name == "DescribeNodeConfigurationOptions" && param.Name == "ClusterIdentifier"
}
