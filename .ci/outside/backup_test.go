// Package backup is a user's program with a user's tests. .ci/run copies it into its own module in a temporary folder, and tests it with
// invalid variables in the environment. The tests do not clear the environment.
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

// TestHostileEnvironment fails in an ordinary environment, where the other tests would prove nothing.
func TestHostileEnvironment(t *testing.T) {
	if os.Getenv("AWS_ENDPOINT_URL") == "" {
		t.Error("AWS_ENDPOINT_URL is not set: run this test with .ci/run")
	}
	if _, err := redshift.New(redshift.Config{}); err == nil {
		t.Error("New accepts the environment, want an error")
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
			t.Errorf("backup() = %v, want %v", err, models.ErrClusterNotFound)
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
		t.Errorf("the list has an item or an error (%v), want an empty list", err)
	}
}

// TestOwnConfig does not use the fake's configuration. Its own settings override the environment.
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
