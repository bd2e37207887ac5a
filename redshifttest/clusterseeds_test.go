package redshifttest_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestAddClusterSettings adds clusters with every setting and describes them.
func TestAddClusterSettings(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{ParameterGroups: []string{"strict"}, SubnetGroups: []string{"private"}}})
	client := clientOf(t, fake)
	const role = "arn:aws:iam::123456789012:role/reader"
	roles := []string{role, role + "-2"}
	if err := fake.AddCluster(redshifttest.Cluster{
		Identifier:                 "full",
		Status:                     "paused",
		NodeType:                   "ra3.4xlarge",
		NumberOfNodes:              3,
		KmsKeyID:                   "alias/warehouse",
		ParameterGroupName:         "Strict",
		ParameterApplyStatus:       "pending-reboot",
		SubnetGroupName:            "Private",
		VpcSecurityGroupIDs:        []string{"sg-1", "sg-2"},
		PubliclyAccessible:         true,
		ElasticIP:                  "192.0.2.1",
		IPAddressType:              models.IPAddressTypeDualstack,
		MultiAZ:                    true,
		AvailabilityZoneRelocation: true,
		NoVersionUpgrade:           true,
		IamRoles:                   roles,
		DefaultIamRoleArn:          role,
	}); err != nil {
		t.Fatal(err)
	}
	roles[0] = "changed" // the fake has its own copy
	got, plain := describeOne(t, client, "full"), describeOne(t, client, "analytics")
	want := plain
	want.ClusterIdentifier, want.ClusterNamespaceArn = "full", got.ClusterNamespaceArn
	want.Endpoint = &models.Endpoint{Address: "full.example00000.us-east-1.redshift.amazonaws.com", Port: 5439}
	want.ClusterPublicKey, want.ClusterNodes, want.MultiAZSecondary = got.ClusterPublicKey, got.ClusterNodes, got.MultiAZSecondary
	want.ElasticResizeNumberOfNodeOptions = got.ElasticResizeNumberOfNodeOptions
	want.ClusterStatus, want.ClusterAvailabilityStatus = "paused", models.ClusterAvailabilityStatusUnavailable
	want.NodeType, want.NumberOfNodes = "ra3.4xlarge", 3
	want.TotalStorageCapacityInMegaBytes = new(int64(3 * 128_000_000))
	want.Encrypted, want.KmsKeyID = true, got.KmsKeyID
	want.ClusterParameterGroups[0].ParameterGroupName = "strict"
	want.ClusterParameterGroups[0].ParameterApplyStatus = "pending-reboot"
	want.ClusterParameterGroups[0].ClusterParameterStatusList = got.ClusterParameterGroups[0].ClusterParameterStatusList
	want.ClusterSubnetGroupName = "private"
	want.VpcSecurityGroups = []models.VpcSecurityGroupMembership{{VpcSecurityGroupID: "sg-1", Status: "active"}, {VpcSecurityGroupID: "sg-2", Status: "active"}}
	want.PubliclyAccessible = true
	want.ElasticIPStatus = &models.ElasticIPStatus{ElasticIP: "192.0.2.1", Status: "active"}
	want.IPAddressType = models.IPAddressTypeDualstack
	want.MultiAZ, want.AvailabilityZoneRelocationStatus = "Enabled", "enabled"
	want.AllowVersionUpgrade = false
	want.IamRoles = []models.ClusterIamRole{{IamRoleArn: role, ApplyStatus: "in-sync"}, {IamRoleArn: role + "-2", ApplyStatus: "in-sync"}}
	want.DefaultIamRoleArn = role
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the cluster is\n%+v\nwant\n%+v", got, want)
	}
	if len(got.ClusterNodes) != 4 || got.ClusterNodes[0].PublicIPAddress == "" || !strings.HasPrefix(got.KmsKeyID, "arn:aws:kms:us-east-1:123456789012:key/") {
		t.Errorf("the nodes are %+v and the key is %s", got.ClusterNodes, got.KmsKeyID)
	}
}

// TestAddRestoringCluster adds clusters that a restore creates, at several times of the restore, and lets the restore end.
func TestAddRestoringCluster(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		age      time.Duration
		status   models.ClusterStatus
		restore  models.RestoreStatusType
		progress int64
	}{
		"now":        {0, "creating", "starting", 0},
		"in transit": {20 * time.Minute, "available", "restoring", 500},
		"old":        {time.Hour, "available", "completed", 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{RestoreDuration: 30 * time.Minute})
			client := clientOf(t, fake)
			added := redshifttest.Cluster{Identifier: "drill", Restoring: true, SizeInMegaBytes: 1000}
			if test.age > 0 {
				added.CreateTime = start.Add(-test.age)
			}
			if err := fake.AddCluster(added); err != nil {
				t.Fatal(err)
			}
			got := describeOne(t, client, "drill")
			if got.ClusterStatus != test.status || got.RestoreStatus.Status != test.restore || got.RestoreStatus.ProgressInMegaBytes != test.progress {
				t.Errorf("the cluster is %s and its restore is %+v, want %s and %+v", got.ClusterStatus, got.RestoreStatus, test.status, test)
			}
			fake.Advance(30 * time.Minute)
			got = describeOne(t, client, "drill")
			if got.ClusterStatus != "available" || got.RestoreStatus.Status != "completed" || !got.ClusterCreateTime.Equal(start.Add(-test.age)) {
				t.Errorf("after the restore, the cluster is %s, created at %s, and its restore is %+v", got.ClusterStatus, got.ClusterCreateTime, got.RestoreStatus)
			}
		})
	}
}

// TestAddClusterMistakes adds clusters that Redshift does not allow.
func TestAddClusterMistakes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	for message, cluster := range map[string]redshifttest.Cluster{
		"ClusterParameterGroup not found: strict. CreateCluster":   {ParameterGroupName: "strict"},
		"The cluster subnet group 'private' does not exist.":       {SubnetGroupName: "private"},
		"MultiAZ needs KmsKeyID and RA3 nodes":                     {MultiAZ: true},
		"AvailabilityZoneRelocation needs RA3 nodes":               {AvailabilityZoneRelocation: true, NodeType: "dc2.large"},
		"ElasticIP needs PubliclyAccessible":                       {ElasticIP: "192.0.2.1"},
		`IPAddressType must be ipv4 or dualstack, not "ipv6"`:      {IPAddressType: "ipv6"},
		"DefaultIamRoleArn is not one of the IamRoles":             {DefaultIamRoleArn: "arn:aws:iam::123456789012:role/reader"},
		"Status must be empty, because Restoring determines it":    {Restoring: true, Status: "creating"},
		"CreateTime 2026-11-23T10:30:00.250Z is after now":         {Restoring: true, CreateTime: start.Add(time.Hour)},
		"The parameter NumberOfNodes must be at least 2 for nodes": {NodeType: "ra3.16xlarge", NumberOfNodes: 1},
	} {
		cluster.Identifier = "sales"
		if err := fake.AddCluster(cluster); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("AddCluster(%+v) = %v, want %q", cluster, err, message)
		}
	}
}

// TestAddManualSnapshotOptions adds snapshots with a status, snapshots of another account and shared snapshots.
func TestAddManualSnapshotOptions(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "warehouse", AccountID: partner}); err != nil {
		t.Fatal(err)
	}
	for _, snapshot := range []redshifttest.ManualSnapshot{
		{Identifier: "broken", ClusterIdentifier: "analytics", Status: models.SnapshotStatusFailed},
		{Identifier: "last", ClusterIdentifier: "analytics", Status: models.SnapshotStatusFinalSnapshot},
		{Identifier: "stuck", ClusterIdentifier: "analytics", Status: models.SnapshotStatusCreating, CreateTime: start.Add(-time.Hour)},
		{Identifier: "theirs", ClusterIdentifier: "warehouse", AccountID: partner, SharedWith: []string{ownAccount, "amazon-redshift-support"}},
	} {
		if _, err := fake.AddManualSnapshot(snapshot); err != nil {
			t.Fatal(err)
		}
	}
	fake.Advance(time.Hour)
	client := clientOf(t, fake)
	for name, want := range map[string]models.SnapshotStatus{"broken": "failed", "last": "final snapshot", "stuck": "creating"} {
		result := succeed[*redshift.DescribeClusterSnapshotsResult](t)(client.DescribeClusterSnapshots(t.Context(),
			&redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: name}))
		if got := result.Snapshots[0].Status; got != want {
			t.Errorf("the snapshot %s is %s, want %s", name, got, want)
		}
	}
	if got := do(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "theirs", "OwnerAccount", partner); got.Status != 200 {
		t.Errorf("restore of a shared snapshot: %s", got.Body)
	}
	theirs := succeed[*redshift.DescribeClusterSnapshotsResult](t)(clientWith(t, fake, partnerKeys).DescribeClusterSnapshots(t.Context(), nil)).Snapshots[0]
	want := []models.AccountWithRestoreAccess{{AccountID: ownAccount}, {AccountAlias: "amazon-redshift-support"}}
	if theirs.OwnerAccount != partner || !reflect.DeepEqual(theirs.AccountsWithRestoreAccess, want) {
		t.Errorf("the owner is %s, and the snapshot is shared with %+v, want %s and %+v", theirs.OwnerAccount, theirs.AccountsWithRestoreAccess, partner, want)
	}
	for message, snapshot := range map[string]redshifttest.ManualSnapshot{
		"AccountID does not have 12 digits":                    {AccountID: "1"},
		"no such cluster":                                      {AccountID: "111122223333"},
		"SharedWith has the account that owns the snapshot":    {SharedWith: []string{ownAccount}},
		`SharedWith cannot have "root"`:                        {SharedWith: []string{"root"}},
		`SharedWith cannot have "210987654321": it must be a `: {SharedWith: []string{partner, partner}},
		"SharedWith has 21 accounts, more than 20":             {SharedWith: make([]string, 21)},
	} {
		snapshot.Identifier, snapshot.ClusterIdentifier = "more", "analytics"
		if _, err := fake.AddManualSnapshot(snapshot); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("AddManualSnapshot(%+v) = %v, want %q", snapshot, err, message)
		}
	}
}
