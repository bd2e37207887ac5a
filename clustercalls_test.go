package redshift_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
)

// addClusters adds the clusters of clusterCalls to a world: spare, asleep (paused) and growing (its classic resize is in progress).
func (w *world) addClusters(t *testing.T) {
	t.Helper()
	for _, cluster := range []redshifttest.Cluster{
		{Identifier: "spare"}, {Identifier: "asleep", Status: "paused"}, {Identifier: "growing", NodeType: "dc2.large"},
	} {
		if err := w.fake.AddCluster(cluster); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.client.ResizeCluster(t.Context(), &redshift.ResizeClusterParams{
		ClusterIdentifier: "growing", NumberOfNodes: new(9), Classic: new(true),
	}); err != nil {
		t.Fatal(err)
	}
}

// clusterCalls are a call of each operation that creates, changes or deletes a cluster.
func clusterCalls() map[string]func(context.Context, *redshift.Client) (any, error) {
	return map[string]func(context.Context, *redshift.Client) (any, error){
		"CancelResize": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.CancelResize(ctx, &redshift.CancelResizeParams{ClusterIdentifier: "growing"})
		},
		"CreateCluster": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.CreateCluster(ctx, &redshift.CreateClusterParams{
				ClusterIdentifier: "new", NodeType: "ra3.large", MasterUsername: "admin", ManageMasterPassword: new(true),
			})
		},
		"DeleteCluster": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.DeleteCluster(ctx, &redshift.DeleteClusterParams{ClusterIdentifier: "spare", SkipFinalClusterSnapshot: new(true)})
		},
		"DeleteCluster saved": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.DeleteCluster(ctx, &redshift.DeleteClusterParams{ClusterIdentifier: "spare", FinalClusterSnapshotIdentifier: "last"})
		},
		"ModifyCluster": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifyCluster(ctx, &redshift.ModifyClusterParams{ClusterIdentifier: "spare", ManualSnapshotRetentionPeriod: new(9)})
		},
		"ModifyCluster renamed": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifyCluster(ctx, &redshift.ModifyClusterParams{ClusterIdentifier: "spare", NewClusterIdentifier: "renamed"})
		},
		"ModifyClusterIamRoles": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ModifyClusterIamRoles(ctx, &redshift.ModifyClusterIamRolesParams{
				ClusterIdentifier: "spare", AddIamRoles: []string{"arn:aws:iam::123456789012:role/reader"},
			})
		},
		"PauseCluster": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.PauseCluster(ctx, &redshift.PauseClusterParams{ClusterIdentifier: "spare"})
		},
		"RebootCluster": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.RebootCluster(ctx, &redshift.RebootClusterParams{ClusterIdentifier: "spare"})
		},
		"ResizeCluster": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ResizeCluster(ctx, &redshift.ResizeClusterParams{ClusterIdentifier: "spare", NumberOfNodes: new(4)})
		},
		"ResumeCluster": func(ctx context.Context, c *redshift.Client) (any, error) {
			return c.ResumeCluster(ctx, &redshift.ResumeClusterParams{ClusterIdentifier: "asleep"})
		},
	}
}

// describeGrowing describes the resize of the cluster growing.
func describeGrowing(ctx context.Context, c *redshift.Client) (any, error) {
	return c.DescribeResize(ctx, &redshift.DescribeResizeParams{ClusterIdentifier: "growing"})
}

// clusterState lists what clusterCalls change. Only changes of roles end during a test.
func (w *world) clusterState(t *testing.T) []string {
	t.Helper()
	client, err := redshift.New(w.fake.Config())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for one, err := range client.DescribeClustersAll(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		roles := ""
		for _, role := range one.IamRoles {
			roles += " " + role.IamRoleArn
		}
		status := string(one.ClusterStatus)
		if one.RestoreStatus != nil {
			status = "restored" // creating or available, by the duration of the call
		}
		lines = append(lines, fmt.Sprintf("cluster %s %s: roles%s, manual snapshots kept %d days",
			one.ClusterIdentifier, status, roles, one.ManualSnapshotRetentionPeriod))
	}

	return lines
}

// timeOfSnapshot matches the time in the identifier of an automated snapshot, which depends on the duration of the call.
var timeOfSnapshot = regexp.MustCompile(`(-\d{4}(-\d\d){5})$`)
