package redshifttest_test

import (
	"context"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestLostResponsesOfClusterCalls: the client finds out that a call took effect if its response was lost. CreateCluster is not here: a
// cluster that is creating has no ClusterCreateTime, so that the outcome stays unknown.
func TestLostResponsesOfClusterCalls(t *testing.T) {
	t.Parallel()
	const old = "old"
	type call func(context.Context, *redshift.Client) (string, error)
	for operation, test := range map[string]struct {
		prepare []string
		call    call
		want    string // the status of the cluster in the result
	}{
		"ModifyCluster": {nil, func(ctx context.Context, client *redshift.Client) (string, error) {
			result, err := client.ModifyCluster(ctx, &redshift.ModifyClusterParams{ClusterIdentifier: old, NewClusterIdentifier: "renamed"})
			if err != nil {
				return "", err
			}

			return string(result.Cluster.ClusterStatus), nil
		}, "renaming"},
		"DeleteCluster": {nil, func(ctx context.Context, client *redshift.Client) (string, error) {
			result, err := client.DeleteCluster(ctx, &redshift.DeleteClusterParams{ClusterIdentifier: old, FinalClusterSnapshotIdentifier: "last"})
			if err != nil {
				return "", err
			}

			return string(result.Cluster.ClusterStatus), nil
		}, "final-snapshot"},
		"PauseCluster": {nil, func(ctx context.Context, client *redshift.Client) (string, error) {
			result, err := client.PauseCluster(ctx, &redshift.PauseClusterParams{ClusterIdentifier: old})
			if err != nil {
				return "", err
			}

			return string(result.Cluster.ClusterStatus), nil
		}, "pausing"},
		"ResumeCluster": {[]string{"PauseCluster"}, func(ctx context.Context, client *redshift.Client) (string, error) {
			result, err := client.ResumeCluster(ctx, &redshift.ResumeClusterParams{ClusterIdentifier: old})
			if err != nil {
				return "", err
			}

			return string(result.Cluster.ClusterStatus), nil
		}, "resuming"},
		"ResizeCluster": {nil, func(ctx context.Context, client *redshift.Client) (string, error) {
			result, err := client.ResizeCluster(ctx, &redshift.ResizeClusterParams{ClusterIdentifier: old, NumberOfNodes: new(4)})
			if err != nil {
				return "", err
			}

			return string(result.Cluster.ClusterStatus), nil
		}, "available, prep-for-resize"},
		"ModifyClusterIamRoles": {nil, func(ctx context.Context, client *redshift.Client) (string, error) {
			result, err := client.ModifyClusterIamRoles(ctx, &redshift.ModifyClusterIamRolesParams{ClusterIdentifier: old, AddIamRoles: []string{rolePrefix + "a"}})
			if err != nil {
				return "", err
			}

			return string(result.Cluster.ClusterStatus), nil
		}, "available"},
		"CancelResize": {[]string{"ResizeCluster", "NumberOfNodes", "7", "Classic", "true"}, func(ctx context.Context, client *redshift.Client) (string, error) {
			result, err := client.CancelResize(ctx, &redshift.CancelResizeParams{ClusterIdentifier: old})
			if err != nil {
				return "", err
			}

			return string(result.Status), nil
		}, "CANCELLING"},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			seedCluster(t, fake, redshifttest.Cluster{Identifier: old, NodeType: "dc2.large"})
			if len(test.prepare) > 0 {
				must(t, fake, test.prepare[0], append([]string{"ClusterIdentifier", old}, test.prepare[1:]...)...)
			}
			if operation == "ResumeCluster" {
				fake.Advance(clusterDuration)
			}
			injectNext(t, fake, operation, redshifttest.Fault{Cut: true, AfterWork: true})
			if got, err := test.call(t.Context(), clientOf(t, fake)); err != nil || got != test.want {
				t.Errorf("%s() = %q, %v, want %q", operation, got, err, test.want)
			}
			if fake.PendingFaults() != 0 {
				t.Error("no response was lost")
			}
		})
	}
}
