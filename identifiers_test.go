package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
)

// namedCalls has an entry for each operation whose result names a resource: a call for "wanted", and a result with %s as the
// name.
func namedCalls(t *testing.T) map[string]struct {
	members string
	call    func(*redshift.Client) error
} {
	ctx := t.Context()
	const snapshot = "<Snapshot><SnapshotIdentifier>%s</SnapshotIdentifier></Snapshot>"
	const cluster = "<Cluster><ClusterIdentifier>%s</ClusterIdentifier></Cluster>"
	const batch = "<Resources><String>%s</String></Resources>"
	const restore = "<TableRestoreStatus><NewTableName>%s</NewTableName><ClusterIdentifier>analytics</ClusterIdentifier></TableRestoreStatus>"

	return map[string]struct {
		members string
		call    func(*redshift.Client) error
	}{
		"AuthorizeSnapshotAccess": {snapshot, func(c *redshift.Client) error {
			_, err := c.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{SnapshotIdentifier: "wanted", AccountWithRestoreAccess: "210987654321"})

			return err
		}},
		"BatchDeleteClusterSnapshots": {batch, func(c *redshift.Client) error {
			_, err := c.BatchDeleteClusterSnapshots(ctx, &redshift.BatchDeleteClusterSnapshotsParams{
				Identifiers: []models.DeleteClusterSnapshotMessage{{SnapshotIdentifier: "another"}, {SnapshotIdentifier: "wanted"}},
			})

			return err
		}},
		"BatchModifyClusterSnapshots": {batch, func(c *redshift.Client) error {
			_, err := c.BatchModifyClusterSnapshots(ctx, &redshift.BatchModifyClusterSnapshotsParams{
				SnapshotIdentifierList: []string{"another", "wanted"}, ManualSnapshotRetentionPeriod: new(7),
			})

			return err
		}},
		"CopyClusterSnapshot": {snapshot, func(c *redshift.Client) error {
			_, err := c.CopyClusterSnapshot(ctx, &redshift.CopyClusterSnapshotParams{SourceSnapshotIdentifier: "rs:source", TargetSnapshotIdentifier: "wanted"})

			return err
		}},
		"CreateClusterSnapshot": {snapshot, func(c *redshift.Client) error {
			_, err := c.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "wanted"})

			return err
		}},
		"CreateSnapshotCopyGrant": {"<SnapshotCopyGrant><SnapshotCopyGrantName>%s</SnapshotCopyGrantName></SnapshotCopyGrant>", func(c *redshift.Client) error {
			_, err := c.CreateSnapshotCopyGrant(ctx, &redshift.CreateSnapshotCopyGrantParams{SnapshotCopyGrantName: "wanted"})

			return err
		}},
		"CreateSnapshotSchedule": {"<ScheduleIdentifier>%s</ScheduleIdentifier>", func(c *redshift.Client) error {
			_, err := c.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleParams{ScheduleIdentifier: "wanted"})

			return err
		}},
		"DeleteClusterSnapshot": {snapshot, func(c *redshift.Client) error {
			_, err := c.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "wanted"})

			return err
		}},
		"DescribeClusterSnapshots": {"<Snapshots>" + snapshot + "</Snapshots>", func(c *redshift.Client) error {
			_, err := c.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "wanted"})

			return err
		}},
		"DescribeClusters": {"<Clusters>" + cluster + "</Clusters>", func(c *redshift.Client) error {
			_, err := c.DescribeClusters(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: "wanted"})

			return err
		}},
		"DescribeSnapshotCopyGrants": {
			"<SnapshotCopyGrants><SnapshotCopyGrant><SnapshotCopyGrantName>%s</SnapshotCopyGrantName></SnapshotCopyGrant></SnapshotCopyGrants>",
			func(c *redshift.Client) error {
				_, err := c.DescribeSnapshotCopyGrants(ctx, &redshift.DescribeSnapshotCopyGrantsParams{SnapshotCopyGrantName: "wanted"})

				return err
			},
		},
		"DescribeSnapshotSchedules": {
			"<SnapshotSchedules><SnapshotSchedule><ScheduleIdentifier>%s</ScheduleIdentifier></SnapshotSchedule></SnapshotSchedules>",
			func(c *redshift.Client) error {
				_, err := c.DescribeSnapshotSchedules(ctx, &redshift.DescribeSnapshotSchedulesParams{ScheduleIdentifier: "wanted"})

				return err
			},
		},
		"DescribeTableRestoreStatus": {
			"<TableRestoreStatusDetails><TableRestoreStatus><TableRestoreRequestId>%s</TableRestoreRequestId></TableRestoreStatus></TableRestoreStatusDetails>",
			func(c *redshift.Client) error {
				_, err := c.DescribeTableRestoreStatus(ctx, &redshift.DescribeTableRestoreStatusParams{TableRestoreRequestID: "wanted"})

				return err
			},
		},
		"DescribeTags": {
			"<TaggedResources><TaggedResource><ResourceName>%s</ResourceName></TaggedResource></TaggedResources>",
			func(c *redshift.Client) error {
				_, err := c.DescribeTags(ctx, &redshift.DescribeTagsParams{ResourceName: "wanted"})

				return err
			},
		},
		"DisableSnapshotCopy": {cluster, func(c *redshift.Client) error {
			_, err := c.DisableSnapshotCopy(ctx, &redshift.DisableSnapshotCopyParams{ClusterIdentifier: "wanted"})

			return err
		}},
		"EnableSnapshotCopy": {cluster, func(c *redshift.Client) error {
			_, err := c.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyParams{ClusterIdentifier: "wanted", DestinationRegion: "eu-west-1"})

			return err
		}},
		"ModifyClusterSnapshot": {snapshot, func(c *redshift.Client) error {
			_, err := c.ModifyClusterSnapshot(ctx, &redshift.ModifyClusterSnapshotParams{SnapshotIdentifier: "wanted"})

			return err
		}},
		"ModifySnapshotCopyRetentionPeriod": {cluster, func(c *redshift.Client) error {
			_, err := c.ModifySnapshotCopyRetentionPeriod(ctx, &redshift.ModifySnapshotCopyRetentionPeriodParams{ClusterIdentifier: "wanted", RetentionPeriod: 7})

			return err
		}},
		"ModifySnapshotSchedule": {"<ScheduleIdentifier>%s</ScheduleIdentifier>", func(c *redshift.Client) error {
			_, err := c.ModifySnapshotSchedule(ctx, &redshift.ModifySnapshotScheduleParams{ScheduleIdentifier: "wanted", ScheduleDefinitions: []string{"rate(12 hours)"}})

			return err
		}},
		"RestoreFromClusterSnapshot": {cluster, func(c *redshift.Client) error {
			_, err := c.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "wanted", SnapshotIdentifier: "nightly"})

			return err
		}},
		"RestoreTableFromClusterSnapshot": {restore, func(c *redshift.Client) error {
			_, err := c.RestoreTableFromClusterSnapshot(ctx, &redshift.RestoreTableFromClusterSnapshotParams{
				ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", SourceDatabaseName: "dev", SourceTableName: "events", NewTableName: "wanted",
			})

			return err
		}},
		"RevokeSnapshotAccess": {snapshot, func(c *redshift.Client) error {
			_, err := c.RevokeSnapshotAccess(ctx, &redshift.RevokeSnapshotAccessParams{SnapshotIdentifier: "wanted", AccountWithRestoreAccess: "210987654321"})

			return err
		}},
	}
}

// A broken proxy returns the response of another call. A read is retried. The outcome of a change is unknown.
func TestResponseAboutAnotherResourceIsRefused(t *testing.T) {
	t.Parallel()
	calls := namedCalls(t)
	for _, operation := range contract.Operations() {
		if len(operation.Names) == 0 {
			continue // the result names no resource
		}
		wanted := "wanted"
		test, ok := calls[operation.Name]
		if !ok {
			test.members = declaredMembers(operation)
			first, _, _ := strings.Cut(operation.Names[0].Param, ".")
			if first == "ClusterIdentifier" {
				wanted = validTexts[first] // declaredCall names a cluster that exists
			}
			test.call = func(client *redshift.Client) error {
				_, err := declaredCall(operation, wanted, first)(context.Background(), client)

				return err
			}
		}
		t.Run(operation.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if ok {
					test = namedCalls(t)[operation.Name] // with the context of this test
				}
				named := func(name string) reply { return result(operation.Name, fmt.Sprintf(test.members, name)) }
				for name, matches := range map[string]bool{
					wanted: true, strings.ToUpper(wanted): true, "": true, "other": false, wanted + "2": false, wanted[:len(wanted)-1]: false,
				} {
					client, server := scripted(t, named(name))
					err := test.call(client)
					unknown := errors.As(err, new(*redshift.OutcomeUnknownError))
					switch requests := len(server.requests); {
					case matches:
						if err != nil || requests != 1 {
							t.Errorf("response about %q: got %d requests (err = %v), want no error and 1 request", name, requests, err)
						}
					case operation.ReadOnly:
						if err == nil || unknown || requests != 5 {
							t.Errorf("response about %q: a read made %d requests, want 5 (err = %v)", name, requests, err)
						}
					default:
						if !unknown || requests != 1 || !strings.Contains(err.Error(), "proxies") {
							t.Errorf("response about %q: a change made %d requests, want 1 (err = %v)", name, requests, err)
						}
					}
				}
				if operation.ReadOnly {
					client, server := scripted(t, named("other"), named(wanted))
					if err := test.call(client); err != nil || len(server.requests) != 2 {
						t.Errorf("other response first: got %d requests (err = %v), want no error and 2 requests", len(server.requests), err)
					}
				}
			})
		})
	}
}

// Every item of a list must match every filter by identifier.
func TestListWithOtherResourcesIsRefused(t *testing.T) {
	t.Parallel()
	item := func(identifier, cluster, arn string) string {
		return "<Snapshot><SnapshotIdentifier>" + identifier + "</SnapshotIdentifier><ClusterIdentifier>" + cluster + "</ClusterIdentifier>" +
			"<SnapshotArn>" + arn + "</SnapshotArn></Snapshot>"
	}
	for name, test := range map[string]struct {
		params  redshift.DescribeClusterSnapshotsParams
		items   string
		matches bool
	}{
		"all of the cluster": {redshift.DescribeClusterSnapshotsParams{ClusterIdentifier: "a"}, item("x", "a", "") + item("y", "A", ""), true},
		"one of another":     {redshift.DescribeClusterSnapshotsParams{ClusterIdentifier: "a"}, item("x", "a", "") + item("y", "b", ""), false},
		"the ARN":            {redshift.DescribeClusterSnapshotsParams{SnapshotArn: "arn:aws:x"}, item("x", "a", "ARN:aws:X"), true},
		"another ARN":        {redshift.DescribeClusterSnapshotsParams{SnapshotArn: "arn:aws:x"}, item("x", "a", "arn:aws:y"), false},
		"no filter":          {redshift.DescribeClusterSnapshotsParams{}, item("x", "a", "") + item("y", "b", ""), true},
		"empty list":         {redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "x"}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, _ := scripted(t, result("DescribeClusterSnapshots", "<Snapshots>"+test.items+"</Snapshots>"))
				if _, err := client.DescribeClusterSnapshots(t.Context(), &test.params); (err == nil) != test.matches {
					t.Errorf("err = %v", err)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		client, _ := scripted(t, result("DescribeClusterSnapshots", "<Snapshots>"+item("y", "b", "")+"</Snapshots>"))
		params := &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "x"}
		if _, err := client.DescribeClusterSnapshots(t.Context(), params, redshift.WithQueryParam("SnapshotIdentifier", "y")); err != nil {
			t.Errorf("with an option for the other snapshot: err = %v, want nil", err)
		}
	})
}
