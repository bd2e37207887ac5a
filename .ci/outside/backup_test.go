// Package backup is a program of a user's, with the tests that a user would write. .ci/run makes it a module of its own in a
// temporary folder, and tests it with variables in the environment that make no sense. It does not clear the environment.
package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"testing/synctest"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// backup takes a snapshot and waits until it is available.
func backup(ctx context.Context, client *redshift.Client, cluster, name string) error {
	_, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{ClusterIdentifier: cluster, SnapshotIdentifier: name})
	if err != nil {
		return fmt.Errorf("back up %s: %w", cluster, err)
	}
	_, err = client.WaitSnapshotAvailable(ctx, &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: name}, redshift.WaitOptions{})

	return err
}

// TestTheEnvironmentIsHostile keeps the other tests from passing in an ordinary environment, where they would prove nothing.
func TestTheEnvironmentIsHostile(t *testing.T) {
	if os.Getenv("AWS_ENDPOINT_URL") == "" {
		t.Error("AWS_ENDPOINT_URL is not set: run this by .ci/run")
	}
	if _, err := redshift.New(redshift.Config{}); err == nil {
		t.Error("New accepts the environment")
	}
}

func TestBackup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := redshifttest.New(redshifttest.Options{})
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
			t.Fatal(err)
		}
		client, err := redshift.New(fake.Config())
		if err != nil {
			t.Fatal(err)
		}
		if err := fake.InjectNext("CreateClusterSnapshot", redshifttest.Fault{Status: 503}); err != nil {
			t.Fatal(err)
		}
		if err := backup(t.Context(), client, "analytics", "nightly"); err != nil {
			t.Error(err)
		}
		if err := backup(t.Context(), client, "missing", "nightly-2"); !errors.Is(err, models.ErrClusterNotFound) {
			t.Errorf("the error is %v", err)
		}
		if taken := fake.Snapshots(); len(taken) != 1 {
			t.Errorf("the fake has %d snapshots, want 1", len(taken))
		}
	})
}

func TestListFromServer(t *testing.T) {
	server := redshifttest.NewServer(t)
	client, err := redshift.New(server.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	for _, err := range client.DescribeClusterSnapshotsAll(t.Context(), nil) {
		t.Errorf("the list is not empty, or failed: %v", err)
	}
}

// TestOwnConfig has a configuration without the fake's. The settings that it has override the environment.
func TestOwnConfig(t *testing.T) {
	server := redshifttest.NewServer(t)
	for name, config := range map[string]redshift.Config{
		"explicit":            {},
		"without environment": {IgnoreEnvironment: true},
	} {
		config.Region, config.Endpoint = server.Region(), server.URL
		config.Credentials = sigv4.StaticCredentials(server.Credentials())
		client, err := redshift.New(config)
		if err != nil {
			t.Errorf("%s: %v", name, err)

			continue
		}
		if _, err := client.DescribeClusterSnapshots(t.Context(), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		client.CloseIdleConnections()
	}
}
