package redshifttest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestStorage compares the storage of the account with its clusters and snapshots.
func TestStorage(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
	client := clientOf(t, fake)
	check := func(backup, provisioned float64) {
		t.Helper()
		got := succeed[*redshift.DescribeStorageResult](t)(client.DescribeStorage(t.Context(), nil))
		if got.TotalBackupSizeInMegaBytes != backup || got.TotalProvisionedStorageInMegaBytes != provisioned {
			t.Errorf("the storage is %v and %v MB, want %v and %v MB",
				got.TotalBackupSizeInMegaBytes, got.TotalProvisionedStorageInMegaBytes, backup, provisioned)
		}
	}
	check(0, 0)
	if body := must(t, fake, "DescribeStorage").Body; !strings.Contains(body, "<TotalBackupSizeInMegaBytes>0") {
		t.Errorf("an empty account has the response %s", body)
	}
	cluster := redshifttest.Cluster{Identifier: "analytics", NodeType: "dc2.large", NumberOfNodes: 4, SizeInMegaBytes: 1600}
	if err := fake.AddCluster(cluster); err != nil {
		t.Fatal(err)
	}
	check(0, 4*163840)
	createSnapshots(t, fake, "first")
	check(1600, 655360)
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "second")
	check(1600, 655360)
	fake.Advance(redshifttest.DefaultSnapshotDuration / 2)
	check(1650, 655360)
	fake.Advance(time.Hour)
	check(1700, 655360)
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "single", NodeType: "ra3.xlplus", NumberOfNodes: 1}); err != nil {
		t.Fatal(err)
	}
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "theirs", AccountID: partner}); err != nil {
		t.Fatal(err)
	}
	check(1700, 655360+4*1024*1024)
	must(t, fake, "DeleteClusterSnapshot", "SnapshotIdentifier", "first")
	check(1600, 655360+4*1024*1024) // the second snapshot needs all data
	must(t, fake, "DeleteClusterSnapshot", "SnapshotIdentifier", "second")
	check(0, 655360+4*1024*1024)
}
