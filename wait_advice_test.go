package redshift_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
)

// The error of a wait for a change that nobody makes names the operation that makes it.
func TestWaitErrorsNameTheOperationToCall(t *testing.T) {
	t.Parallel()
	analytics := &redshift.DescribeClustersParams{ClusterIdentifier: "analytics"}
	for name, test := range map[string]struct {
		status string
		wait   func(*testing.T, *redshift.Client) error
		want   string
	}{
		"paused": {"paused", func(t *testing.T, client *redshift.Client) error {
			_, err := client.WaitClusterAvailable(t.Context(), analytics, redshift.WaitOptions{})

			return err
		}, "automatically, call ResumeCluster"},
		"paused after a restore": {"paused", func(t *testing.T, client *redshift.Client) error {
			_, err := client.WaitClusterRestored(t.Context(), analytics, redshift.WaitOptions{})

			return err
		}, "automatically, call ResumeCluster"},
		"broken": {"hardware-failure", func(t *testing.T, client *redshift.Client) error {
			_, err := client.WaitClusterAvailable(t.Context(), analytics, redshift.WaitOptions{})

			return err
		}, "does not become available automatically"},
		"not pausing": {"available", func(t *testing.T, client *redshift.Client) error {
			_, err := client.WaitClusterPaused(t.Context(), analytics, redshift.WaitOptions{})

			return err
		}, "the cluster is not being paused, call PauseCluster"},
		"broken, not pausing": {"hardware-failure", func(t *testing.T, client *redshift.Client) error {
			_, err := client.WaitClusterPaused(t.Context(), analytics, redshift.WaitOptions{})

			return err
		}, "the cluster is not being paused"},
		"not resizing": {"available", func(t *testing.T, client *redshift.Client) error {
			_, err := client.WaitClusterResized(t.Context(), analytics, redshift.WaitOptions{})

			return err
		}, "the cluster has no resize, call ResizeCluster: "},
		"not deleting": {"available", func(t *testing.T, client *redshift.Client) error {
			_, err := client.WaitClusterDeleted(t.Context(), analytics, redshift.WaitOptions{})

			return err
		}, "the cluster is not being deleted, call DeleteCluster"},
		"not renaming": {"available", func(t *testing.T, client *redshift.Client) error {
			_, err := client.WaitClusterAvailable(t.Context(),
				&redshift.DescribeClustersParams{ClusterIdentifier: "other"}, redshift.WaitOptions{RenamedFrom: "analytics"})

			return err
		}, "the cluster is not being renamed, call ModifyCluster with NewClusterIdentifier"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := redshifttest.New(redshifttest.Options{})
				if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", Status: test.status}); err != nil {
					t.Fatal(err)
				}
				client, err := redshift.New(fake.Config())
				if err != nil {
					t.Fatal(err)
				}
				err = test.wait(t, client)
				ends := strings.HasSuffix(test.want, ": ") || err != nil && strings.HasSuffix(err.Error(), test.want)
				if err == nil || !strings.Contains(err.Error(), test.want) || !ends {
					t.Errorf("error = %v, want one with %q", err, test.want)
				}
			})
		})
	}
}
