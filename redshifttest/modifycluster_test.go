package redshifttest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// modify calls ModifyCluster for the cluster analytics.
func modify(tb testing.TB, client *redshift.Client, params redshift.ModifyClusterParams) models.Cluster {
	tb.Helper()
	params.ClusterIdentifier = "analytics"

	return succeed[*redshift.ModifyClusterResult](tb)(client.ModifyCluster(tb.Context(), &params)).Cluster
}

// TestModifyClusterImmediately: these settings need no time, and the cluster stays available.
func TestModifyClusterImmediately(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	before := describeOne(t, client, "analytics")
	shown := modify(t, client, redshift.ModifyClusterParams{
		AutomatedSnapshotRetentionPeriod:     new(10),
		ManualSnapshotRetentionPeriod:        new(20),
		PreferredMaintenanceWindow:           "Fri:22:00-Sat:01:00",
		AllowVersionUpgrade:                  new(false),
		VpcSecurityGroupIDs:                  []string{"sg-9"},
		ElasticIP:                            "192.0.2.7",
		ExtraComputeForAutomaticOptimization: new(false),
		ClusterVersion:                       "1.0",
		NodeType:                             "ra3.xlplus",
		NumberOfNodes:                        new(2),
		ClusterType:                          models.ClusterTypeMultiNode,
		MaintenanceTrackName:                 "current",
		NewClusterIdentifier:                 "analytics",
		ClusterParameterGroupName:            "default.redshift-1.0",
		Port:                                 new(5439),
		PubliclyAccessible:                   new(false),
		AvailabilityZone:                     "us-east-1a",
		ManageMasterPassword:                 new(false),
	})
	want := before
	want.AutomatedSnapshotRetentionPeriod, want.ManualSnapshotRetentionPeriod = 10, 20
	want.PreferredMaintenanceWindow = "Fri:22:00-Sat:01:00"
	want.NextMaintenanceWindowStartTime = time.Date(2026, 11, 27, 22, 0, 0, 0, time.UTC)
	want.AllowVersionUpgrade = false
	want.VpcSecurityGroups = []models.VpcSecurityGroupMembership{{VpcSecurityGroupID: "sg-9", Status: "active"}}
	want.ElasticIPStatus = &models.ElasticIPStatus{ElasticIP: "192.0.2.7", Status: "active"}
	want.ExtraComputeForAutomaticOptimization = "disabled"
	if got := describeOne(t, client, "analytics"); !equalJSON(t, got, want) {
		t.Errorf("the cluster is\n%+v\nwant\n%+v", got, want)
	}
	if shown.AutomatedSnapshotRetentionPeriod != 10 || shown.ClusterStatus != models.ClusterStatusAvailable {
		t.Errorf("ModifyCluster() = %+v, want the changed cluster", shown)
	}
	expectEvents(t, fake, "2002 management INFO cluster/analytics: VPC security groups for cluster analytics updated at 2026-11-23 09:30 UTC.")
}

// TestModifyClusterPending: these settings are pending until the modification ends.
func TestModifyClusterPending(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		params  redshift.ModifyClusterParams
		status  models.ClusterStatus
		pending models.PendingModifiedValues
		during  func(*models.Cluster) // what the cluster shows immediately
		after   func(*models.Cluster)
	}{
		"password": {
			params:  redshift.ModifyClusterParams{MasterUserPassword: "Abcdefg1"},
			status:  "modifying",
			pending: models.PendingModifiedValues{MasterUserPassword: "****"},
		},
		"managed password": {
			params: redshift.ModifyClusterParams{ManageMasterPassword: new(true), MasterPasswordSecretKmsKeyID: "4"},
			status: "modifying",
			during: func(want *models.Cluster) {
				want.MasterPasswordSecretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:redshift!analytics-awsuser"
				want.MasterPasswordSecretKmsKeyID = "arn:aws:kms:us-east-1:123456789012:key/4"
			},
		},
		"access": {
			params:  redshift.ModifyClusterParams{PubliclyAccessible: new(true), EnhancedVpcRouting: new(true)},
			status:  "modifying",
			pending: models.PendingModifiedValues{PubliclyAccessible: new(true), EnhancedVpcRouting: new(true)},
			after: func(want *models.Cluster) {
				want.PubliclyAccessible, want.EnhancedVpcRouting = true, true
				want.ClusterNodes = slices.Clone(want.ClusterNodes)
				for i := range want.ClusterNodes {
					want.ClusterNodes[i].PublicIPAddress = "203.0.113." + string(rune('0'+i))
				}
			},
		},
		"port and addresses": {
			params: redshift.ModifyClusterParams{Port: new(5450), IPAddressType: models.IPAddressTypeDualstack},
			status: "modifying",
			after: func(want *models.Cluster) {
				want.Endpoint = &models.Endpoint{Address: want.Endpoint.Address, Port: 5450}
				want.IPAddressType = models.IPAddressTypeDualstack
			},
		},
		"encryption": {
			params:  redshift.ModifyClusterParams{Encrypted: new(true), KmsKeyID: "7"},
			status:  "resizing",
			pending: models.PendingModifiedValues{EncryptionType: "KMS"},
			during:  func(want *models.Cluster) { want.ResizeInfo = &models.ResizeInfo{ResizeType: "ClassicResize"} },
			after: func(want *models.Cluster) {
				want.ResizeInfo, want.Encrypted, want.KmsKeyID = nil, true, "arn:aws:kms:us-east-1:123456789012:key/7"
			},
		},
		"hardware security module": {
			params: redshift.ModifyClusterParams{HsmClientCertificateIdentifier: "certificate", HsmConfigurationIdentifier: "configuration"},
			status: "updating-hsm",
			during: func(want *models.Cluster) {
				want.Encrypted = true
				want.HsmStatus = &models.HsmStatus{HsmClientCertificateIdentifier: "certificate", HsmConfigurationIdentifier: "configuration", Status: "applying"}
			},
			after: func(want *models.Cluster) {
				applied := *want.HsmStatus
				applied.Status = "active"
				want.HsmStatus = &applied
			},
		},
		"relocation": {
			params: redshift.ModifyClusterParams{AvailabilityZoneRelocation: new(true), AvailabilityZone: "us-east-1c"},
			status: "modifying",
			during: func(want *models.Cluster) { want.AvailabilityZoneRelocationStatus = "pending_enabling" },
			after: func(want *models.Cluster) {
				want.AvailabilityZoneRelocationStatus, want.AvailabilityZone = "enabled", "us-east-1c"
			},
		},
		"nodes": {
			params:  redshift.ModifyClusterParams{NodeType: "ra3.4xlarge", NumberOfNodes: new(5)},
			status:  "resizing",
			pending: models.PendingModifiedValues{NodeType: "ra3.4xlarge", NumberOfNodes: new(5)},
			during:  func(want *models.Cluster) { want.ResizeInfo = &models.ResizeInfo{ResizeType: "ClassicResize"} },
			after: func(want *models.Cluster) {
				want.ResizeInfo, want.NodeType, want.NumberOfNodes, want.ClusterNodes = nil, "ra3.4xlarge", 5, nil
				want.ElasticResizeNumberOfNodeOptions = "[2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]"
				want.TotalStorageCapacityInMegaBytes = new(int64(5 * 128_000_000))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{
				HSMClientCertificates: []string{"certificate"}, HSMConfigurations: []string{"configuration"},
			}})
			client := clientOf(t, fake)
			want := describeOne(t, client, "analytics")
			modify(t, client, test.params)
			want.ClusterStatus, want.ClusterAvailabilityStatus, want.PendingModifiedValues = test.status, "Modifying", &test.pending
			if test.during != nil {
				test.during(&want)
			}
			if got := describeOne(t, client, "analytics"); !equalJSON(t, got, want) || got.PendingModifiedValues.MasterUserPassword != test.pending.MasterUserPassword {
				t.Errorf("during the modification, the cluster is\n%+v\nwant\n%+v", got, want)
			}
			expectRefusals(t, fake, "ModifyCluster", map[string]lifecycleRefusal{
				"again": {change("AllowVersionUpgrade", "true"), "InvalidClusterState", string(test.status)},
			})
			duration := clusterDuration
			if test.status == "resizing" {
				duration = redshifttest.DefaultResizeDuration
			}
			fake.Advance(duration - 1)
			expectStatus(t, fake, "analytics", string(test.status))
			fake.Advance(1)
			want.ClusterStatus, want.ClusterAvailabilityStatus, want.PendingModifiedValues = "available", "Available", &models.PendingModifiedValues{}
			if test.after != nil {
				test.after(&want)
			}
			got := describeOne(t, client, "analytics")
			if want.ClusterNodes == nil && len(got.ClusterNodes) == want.NumberOfNodes+1 {
				want.ClusterNodes = got.ClusterNodes
			}
			if !equalJSON(t, got, want) {
				t.Errorf("after the modification, the cluster is\n%+v\nwant\n%+v", got, want)
			}
		})
	}
}

func TestModifyClusterCredentials(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	must(t, fake, "ModifyCluster", change("ManageMasterPassword", "true")...)
	fake.Advance(clusterDuration)
	expectRefusals(t, fake, "ModifyCluster", map[string]lifecycleRefusal{
		"password of a managed one": {change("MasterUserPassword", "Abcdefg1"), "InvalidParameterCombination", "ManageMasterPassword"},
		"no longer managed":         {change("ManageMasterPassword", "false"), "InvalidParameterCombination", "needs a MasterUserPassword"},
	})
	must(t, fake, "ModifyCluster", change("ManageMasterPassword", "false", "MasterUserPassword", "Abcdefg1")...)
	fake.Advance(clusterDuration)
	if got := describeOne(t, clientOf(t, fake), "analytics"); got.MasterPasswordSecretArn+got.MasterPasswordSecretKmsKeyID != "" {
		t.Errorf("the cluster has the secret %q, want none", got.MasterPasswordSecretArn)
	}
	expectEvents(t, fake,
		"4000 security INFO cluster/analytics: Master credentials updated for cluster analytics at 2026-11-23 09:35 UTC.",
		"4000 security INFO cluster/analytics: Master credentials updated for cluster analytics at 2026-11-23 09:40 UTC.")
}

func TestModifyClusterEncryption(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	encryption := func(params redshift.ModifyClusterParams, wantStatus models.ClusterStatus, wantKey, wantTarget string) {
		t.Helper()
		if got := modify(t, client, params).ClusterStatus; got != wantStatus {
			t.Errorf("ModifyCluster(%+v) is %s, want %s", params, got, wantStatus)
		}
		fake.Advance(redshifttest.DefaultResizeDuration)
		if got := describeOne(t, client, "analytics"); got.KmsKeyID != wantKey || got.Encrypted != (wantKey != "") || got.ClusterStatus != "available" {
			t.Errorf("after %+v, the cluster is %s with key %q, want available with %q", params, got.ClusterStatus, got.KmsKeyID, wantKey)
		}
		resized := succeed[*redshift.DescribeResizeResult](t)(client.DescribeResize(t.Context(), &redshift.DescribeResizeParams{ClusterIdentifier: "analytics"}))
		if resized.TargetEncryptionType != wantTarget || resized.Status != models.ResizeStatusSucceeded {
			t.Errorf("DescribeResize() = %s %s, want SUCCEEDED %s", resized.Status, resized.TargetEncryptionType, wantTarget)
		}
	}
	const prefix = "arn:aws:kms:us-east-1:123456789012:key/"
	encryption(redshift.ModifyClusterParams{KmsKeyID: "1"}, "resizing", prefix+"1", "KMS")
	encryption(redshift.ModifyClusterParams{Encrypted: new(true)}, "available", prefix+"1", "KMS")
	encryption(redshift.ModifyClusterParams{KmsKeyID: "1", Encrypted: new(true)}, "available", prefix+"1", "KMS")
	encryption(redshift.ModifyClusterParams{KmsKeyID: "2"}, "resizing", prefix+"2", "KMS")
	encryption(redshift.ModifyClusterParams{Encrypted: new(false)}, "resizing", "", "None")
	encryption(redshift.ModifyClusterParams{Encrypted: new(false)}, "available", "", "None")
}

func TestModifyClusterMultiAZ(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	expectRefusals(t, fake, "ModifyCluster", map[string]lifecycleRefusal{
		"not encrypted": {change("MultiAZ", "true"), "InvalidParameterCombination", "must be encrypted"},
		"not alone":     {change("MultiAZ", "true", "AllowVersionUpgrade", "true"), "InvalidParameterCombination", "no other modifications"},
	})
	must(t, fake, "ModifyCluster", change("Encrypted", "true", "MultiAZ", "false")...)
	fake.Advance(redshifttest.DefaultResizeDuration)
	for _, multi := range []bool{true, false} {
		modify(t, client, redshift.ModifyClusterParams{MultiAZ: &multi})
		expectStatus(t, fake, "analytics", "modifying")
		fake.Advance(clusterDuration)
		got := describeOne(t, client, "analytics")
		if (got.MultiAZ == "Enabled") != multi || (got.MultiAZSecondary != nil) != multi {
			t.Errorf("MultiAZ is %q with %+v, want %t", got.MultiAZ, got.MultiAZSecondary, multi)
		}
		if multi {
			expectRefusals(t, fake, "ModifyCluster", map[string]lifecycleRefusal{
				"decrypt": {change("Encrypted", "false"), "InvalidParameterCombination", "must be encrypted"},
			})
		}
	}
}

// TestModifyClusterRetention: a shorter period deletes older automated snapshots immediately, and 0 deletes all.
func TestModifyClusterRetention(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "old", NodeType: "dc2.large", AutomatedSnapshotRetentionPeriod: 30})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "other", AutomatedSnapshotRetentionPeriod: 30})
	for _, age := range []int{20, 10, 3} {
		for _, cluster := range []string{"old", "other"} {
			if _, err := fake.AddAutomatedSnapshot(cluster, start.Add(-time.Duration(age)*24*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := fake.AddManualSnapshot(redshifttest.ManualSnapshot{Identifier: "kept", ClusterIdentifier: "old", CreateTime: start.Add(-25 * 24 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	ofOld := func() []string {
		var names []string
		for _, snapshot := range fake.Snapshots() {
			if snapshot.ClusterIdentifier == "old" {
				names = append(names, snapshot.SnapshotIdentifier)
			}
		}

		return names
	}
	const newest, middle = "rs:old-2026-11-20-09-30-00", "rs:old-2026-11-13-09-30-00"
	for _, step := range []struct {
		days string
		want []string
	}{
		{"15", []string{middle, newest, "kept"}},
		{"35", []string{middle, newest, "kept"}},
		{"1", []string{newest, "kept"}}, // the newest one stays
		{"0", []string{"kept"}},
	} {
		must(t, fake, "ModifyCluster", "ClusterIdentifier", "old", "AutomatedSnapshotRetentionPeriod", step.days)
		if got := ofOld(); !slices.Equal(got, step.want) {
			t.Errorf("with a period of %s days, the snapshots are %q, want %q", step.days, got, step.want)
		}
	}
	if got := len(fake.Snapshots()); got != 4 {
		t.Errorf("%d snapshots are left, want 4: the other cluster keeps its own", got)
	}
	expectRefusals(t, fake, "PauseCluster", map[string]lifecycleRefusal{
		"no automated snapshots": {[]string{"ClusterIdentifier", "old"}, "UnsupportedOperation", "disabled"},
	})
}

// TestModifyClusterTrack: another maintenance track takes effect in the next maintenance window.
func TestModifyClusterTrack(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	expectTrack := func(track, pending string) {
		t.Helper()
		got := describeOne(t, client, "analytics")
		if got.MaintenanceTrackName != track || got.PendingModifiedValues.MaintenanceTrackName != pending {
			t.Errorf("at %s, the track is %q with %q pending, want %q with %q",
				fake.Now(), got.MaintenanceTrackName, got.PendingModifiedValues.MaintenanceTrackName, track, pending)
		}
	}
	modify(t, client, redshift.ModifyClusterParams{MaintenanceTrackName: "trailing", MasterUserPassword: "Abcdefg1"})
	expectTrack("current", "trailing")
	fake.Advance(clusterDuration)
	expectTrack("current", "trailing")
	window := time.Date(2026, 11, 29, 5, 0, 0, 0, time.UTC) // Sunday
	fake.Advance(window.Sub(fake.Now()) - 1)
	expectTrack("current", "trailing")
	fake.Advance(1)
	expectTrack("trailing", "")

	// The window can move, and the change can be withdrawn.
	modify(t, client, redshift.ModifyClusterParams{MaintenanceTrackName: "current"})
	modify(t, client, redshift.ModifyClusterParams{PreferredMaintenanceWindow: "tue:05:00-tue:06:00"})
	fake.Advance(48 * time.Hour)
	expectTrack("current", "")
	modify(t, client, redshift.ModifyClusterParams{MaintenanceTrackName: "trailing"})
	modify(t, client, redshift.ModifyClusterParams{MaintenanceTrackName: "current"})
	fake.Advance(8 * 24 * time.Hour)
	expectTrack("current", "")

	// A paused cluster has no maintenance.
	modify(t, client, redshift.ModifyClusterParams{MaintenanceTrackName: "trailing"})
	must(t, fake, "PauseCluster", change()...)
	fake.Advance(8 * 24 * time.Hour)
	expectTrack("current", "trailing")
	must(t, fake, "ResumeCluster", change()...)
	fake.Advance(8 * 24 * time.Hour)
	expectTrack("trailing", "")
}

func TestRenameCluster(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	client := clientOf(t, fake)
	createSnapshots(t, fake, "manual")
	if _, err := fake.AddAutomatedSnapshot("analytics", start.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	before := describeOne(t, client, "analytics")
	renaming := modify(t, client, redshift.ModifyClusterParams{NewClusterIdentifier: "renamed"})
	if renaming.ClusterStatus != models.ClusterStatusRenaming || renaming.ClusterIdentifier != "analytics" ||
		renaming.PendingModifiedValues.ClusterIdentifier != "renamed" {
		t.Errorf("ModifyCluster() = %s %s, pending %+v, want analytics in state renaming", renaming.ClusterIdentifier, renaming.ClusterStatus,
			renaming.PendingModifiedValues)
	}
	expectStatus(t, fake, "renamed", "ClusterNotFound")
	for _, taken := range []string{"analytics", "renamed"} {
		expectRefusals(t, fake, "CreateCluster", map[string]lifecycleRefusal{taken: {newCluster(taken), "ClusterAlreadyExists", taken}})
		expectRefusals(t, fake, "RestoreFromClusterSnapshot", map[string]lifecycleRefusal{
			taken: {[]string{"ClusterIdentifier", taken, "SnapshotIdentifier", "manual"}, "ClusterAlreadyExists", taken},
		})
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: taken}); err == nil {
			t.Errorf("AddCluster(%s) succeeds during the rename", taken)
		}
	}
	fake.Advance(clusterDuration - 1)
	expectStatus(t, fake, "analytics", "renaming")
	fake.Advance(1)
	expectStatus(t, fake, "analytics", "ClusterNotFound")
	want := before
	want.ClusterIdentifier = "renamed"
	want.Endpoint = &models.Endpoint{Address: "renamed.example00000.us-east-1.redshift.amazonaws.com", Port: 5439}
	if got := describeOne(t, client, "renamed"); !equalJSON(t, got, want) {
		t.Errorf("after the rename, the cluster is\n%+v\nwant\n%+v", got, want)
	}
	expectEvents(t, fake, "2013 management INFO cluster/analytics: Cluster renamed to renamed at 2026-11-23 09:40 UTC.")

	// The old name is free. Each cluster has its own snapshots.
	must(t, fake, "CreateCluster", newCluster("analytics")...)
	if got := describeOne(t, client, "analytics").ClusterNamespaceArn; got == before.ClusterNamespaceArn {
		t.Errorf("the new cluster has the namespace %s of the renamed one", got)
	}
	fake.Advance(10 * 24 * time.Hour)
	names := func() string { return strings.Join(snapshotIdentifiers(fake), " ") }
	if got := names(); !strings.Contains(got, "rs:renamed-2026-12-03") || !strings.Contains(got, "rs:analytics-2026-12-03") || !strings.Contains(got, "manual") {
		t.Errorf("the snapshots are %s", got)
	}
	for _, snapshot := range fake.Snapshots() {
		if snapshot.SnapshotIdentifier == "manual" && snapshot.ClusterIdentifier != "analytics" {
			t.Errorf("the snapshot is of cluster %s, want analytics, as it recorded", snapshot.ClusterIdentifier)
		}
	}
	must(t, fake, "RestoreTableFromClusterSnapshot", "ClusterIdentifier", "renamed", "SnapshotIdentifier", "manual",
		"SourceDatabaseName", "dev", "SourceTableName", "orders", "NewTableName", "orders_before")
	must(t, fake, "DeleteCluster", "ClusterIdentifier", "analytics", "SkipFinalClusterSnapshot", "true")
	fake.Advance(clusterDuration)
	if got := names(); strings.Contains(got, "rs:analytics-2026-12") || !strings.Contains(got, "rs:renamed-2026-12-03") || !strings.Contains(got, "manual") {
		t.Errorf("after the deletion of the new cluster, the snapshots are %s", got)
	}
	expectRefusals(t, fake, "ModifyCluster", map[string]lifecycleRefusal{
		"old name": {[]string{"ClusterIdentifier", "analytics", "NewClusterIdentifier", "renamed"}, "ClusterNotFound", "analytics"},
	})
}

// TestModifyClusterTogether: a rename and a resize in one call have one end.
func TestModifyClusterTogether(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	shown := modify(t, client, redshift.ModifyClusterParams{
		NewClusterIdentifier: "renamed", NodeType: "ra3.xlplus", ClusterType: models.ClusterTypeSingleNode, MasterUserPassword: "Abcdefg1",
	})
	want := models.PendingModifiedValues{MasterUserPassword: "****", NumberOfNodes: new(1), ClusterType: "single-node", ClusterIdentifier: "renamed"}
	if !equalJSON(t, *shown.PendingModifiedValues, want) || shown.ClusterStatus != models.ClusterStatusRenaming {
		t.Errorf("ModifyCluster() = %s, pending %+v, want renaming with %+v", shown.ClusterStatus, *shown.PendingModifiedValues, want)
	}
	fake.Advance(redshifttest.DefaultResizeDuration)
	if got := describeOne(t, client, "renamed"); got.NumberOfNodes != 1 || !equalJSON(t, *got.PendingModifiedValues, models.PendingModifiedValues{}) {
		t.Errorf("the cluster has %d nodes, pending %+v, want 1 node and nothing pending", got.NumberOfNodes, *got.PendingModifiedValues)
	}
	expectEvents(t, fake,
		"2007 management INFO cluster/analytics: A resize request for cluster analytics has been acknowledged.",
		"2006 management INFO cluster/analytics: Cluster analytics resize started at 2026-11-23 09:30 UTC. Cluster is in read-only mode.",
		"4000 security INFO cluster/analytics: Master credentials updated for cluster analytics at 2026-11-23 09:45 UTC.",
		"2013 management INFO cluster/analytics: Cluster renamed to renamed at 2026-11-23 09:45 UTC.",
		"3002 monitoring INFO cluster/renamed: Cluster renamed resize completed at 2026-11-23 09:45 UTC. Cluster is available for both reads and writes.")
}

// modifyClusterRefusals need the clusters analytics, busy, asleep and old, and the HSM client certificate known.
func modifyClusterRefusals() map[string]lifecycleRefusal {
	const value, combination = "InvalidParameterValue", "InvalidParameterCombination"
	old := func(more ...string) []string { return append([]string{"ClusterIdentifier", "old"}, more...) }

	return map[string]lifecycleRefusal{
		"no identifier":       {nil, "MissingParameter", "ClusterIdentifier"},
		"missing":             {[]string{"ClusterIdentifier", "missing"}, "ClusterNotFound", "missing"},
		"busy":                {[]string{"ClusterIdentifier", "busy", "AllowVersionUpgrade", "true"}, "InvalidClusterState", "resizing"},
		"paused":              {[]string{"ClusterIdentifier", "asleep", "AllowVersionUpgrade", "true"}, "InvalidClusterState", "paused"},
		"type without number": {change("NodeType", "ra3.4xlarge"), combination, "both NodeType and NumberOfNodes"},
		"number without type": {change("NumberOfNodes", "4"), combination, "both NodeType and NumberOfNodes"},
		"node type":           {change("NodeType", "dw9.huge", "NumberOfNodes", "4"), value, "dw9.huge"},
		"too few nodes":       {change("NodeType", "ra3.4xlarge", "NumberOfNodes", "1"), value, "at least 2"},
		"too many nodes":      {change("NodeType", "ra3.large", "NumberOfNodes", "17"), "NumberOfNodesPerClusterLimitExceeded", "16"},
		"cluster type":        {change("ClusterType", "huge"), value, "huge"},
		"password":            {change("MasterUserPassword", "abcdefg1"), value, "upper-case letter"},
		"managed password":    {change("MasterUserPassword", "Abcdefg1", "ManageMasterPassword", "true"), combination, "together"},
		"key without secret":  {change("MasterPasswordSecretKmsKeyId", "k"), combination, "ManageMasterPassword"},
		"no automated":        {change("AutomatedSnapshotRetentionPeriod", "0"), value, "AutomatedSnapshotRetentionPeriod"},
		"manual":              {change("ManualSnapshotRetentionPeriod", "3654"), "InvalidRetentionPeriodFault", "3654"},
		"window":              {change("PreferredMaintenanceWindow", "sun:05:00-sun:05:29"), value, "30 minutes"},
		"port":                {change("Port", "1150"), value, "1150"},
		"classic groups":      {change("ClusterSecurityGroups.ClusterSecurityGroupName.1", "g"), combination, "VPC"},
		"address type":        {change("IpAddressType", "ipv6"), value, "ipv6"},
		"parameter group":     {change("ClusterParameterGroupName", "strict"), "ClusterParameterGroupNotFound", "strict"},
		"certificate":         {change("HsmClientCertificateIdentifier", "c", "HsmConfigurationIdentifier", "c"), "HsmClientCertificateNotFoundFault", "'c'"},
		"HSM":                 {change("HsmClientCertificateIdentifier", "known", "HsmConfigurationIdentifier", "c"), "HsmConfigurationNotFoundFault", "'c'"},
		"half an HSM":         {change("HsmConfigurationIdentifier", "c"), combination, "together"},
		"key and decryption":  {change("KmsKeyId", "k", "Encrypted", "false"), combination, "Encrypted=false"},
		"version":             {change("ClusterVersion", "2.0"), value, "2.0"},
		"track":               {change("MaintenanceTrackName", "fast"), "InvalidClusterTrack", "fast"},
		"zone":                {change("AvailabilityZone", "eu-west-1a"), value, "AvailabilityZone"},
		"no relocation":       {change("AvailabilityZone", "us-east-1b"), "UnsupportedOptionFault", "AvailabilityZoneRelocation"},
		"relocation of DC2":   {old("AvailabilityZoneRelocation", "true"), "UnsupportedOptionFault", "dc2.large"},
		"upper case":          {change("NewClusterIdentifier", "New"), value, "lower case"},
		"hyphen":              {change("NewClusterIdentifier", "new-"), value, "NewClusterIdentifier"},
		"taken":               {change("NewClusterIdentifier", "old"), "ClusterAlreadyExists", "old"},
	}
}

func TestModifyClusterRefusals(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{HSMClientCertificates: []string{"known"}}})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "busy", Status: "resizing"})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "asleep", Status: "paused"})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "old", NodeType: "dc2.large"})
	expectRefusals(t, fake, "ModifyCluster", modifyClusterRefusals())
}
