package redshifttest_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// clientOf returns a client with the credentials of the fake's own account.
func clientOf(tb testing.TB, fake *redshifttest.Fake) *redshift.Client {
	tb.Helper()

	return clientWith(tb, fake, fake.Credentials())
}

func clientWith(tb testing.TB, fake *redshifttest.Fake, keys sigv4.Credentials) *redshift.Client {
	tb.Helper()
	config := fake.Config()
	config.Credentials = sigv4.StaticCredentials(keys)
	client, err := redshift.New(config)
	if err != nil {
		tb.Fatal(err)
	}

	return client
}

// succeed returns a function that returns a result, and fails the test if the call failed.
func succeed[T any](tb testing.TB) func(T, error) T {
	return func(result T, err error) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}

		return result
	}
}

func describeOne(tb testing.TB, client *redshift.Client, identifier string) models.Cluster {
	tb.Helper()
	result, err := client.DescribeClusters(tb.Context(), &redshift.DescribeClustersParams{ClusterIdentifier: identifier})
	if err != nil {
		tb.Fatal(err)
	}

	return result.Clusters[0]
}

// TestResponsesOfClusters compares whole responses with golden files: the order of the members, times and empty members.
func TestResponsesOfClusters(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSnapshots(t, fake, "nightly")
	restored := must(t, fake, "RestoreFromClusterSnapshot",
		"ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly", "NumberOfNodes", "1")
	golden(t, "RestoreFromClusterSnapshot.xml", restored.Body)
	golden(t, "RestoreTableFromClusterSnapshot.xml", must(t, fake, "RestoreTableFromClusterSnapshot", "ClusterIdentifier", "analytics",
		"SnapshotIdentifier", "nightly", "SourceDatabaseName", "dev", "SourceTableName", "orders", "NewTableName", "orders_before").Body)
	must(t, fake, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2")
	fake.Advance(5 * time.Minute)
	golden(t, "DescribeClusters.xml", must(t, fake, "DescribeClusters").Body)
	golden(t, "DescribeTableRestoreStatus.xml", must(t, fake, "DescribeTableRestoreStatus").Body)
}

// TestRestoreLife describes a cluster from the start of its restore to the end.
func TestRestoreLife(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{RestoreDuration: 9 * time.Minute})
	createSnapshots(t, fake, "nightly")
	client := clientOf(t, fake)
	restored := succeed[*redshift.RestoreFromClusterSnapshotResult](t)(client.RestoreFromClusterSnapshot(t.Context(),
		&redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "drill", SnapshotIdentifier: "nightly"}))
	if restored.Cluster.ClusterStatus != models.ClusterStatusCreating || restored.Cluster.Endpoint != nil ||
		!restored.Cluster.ClusterCreateTime.IsZero() {
		t.Errorf("RestoreFromClusterSnapshot() = %+v", restored.Cluster)
	}
	for _, moment := range []struct {
		after        time.Duration
		status       models.ClusterStatus
		availability models.ClusterAvailabilityStatus
		restore      models.RestoreStatus
	}{
		{0, "creating", "Modifying", models.RestoreStatus{Status: "starting", SnapshotSizeInMegaBytes: 1024,
			EstimatedTimeToCompletionInSeconds: 540}},
		{2 * time.Minute, "creating", "Modifying",
			models.RestoreStatus{Status: "starting", SnapshotSizeInMegaBytes: 1024, ElapsedTimeInSeconds: 120,
				EstimatedTimeToCompletionInSeconds: 420}},
		{4 * time.Minute, "available", "Available", models.RestoreStatus{
			Status: "restoring", CurrentRestoreRateInMegaBytesPerSecond: 2.84, SnapshotSizeInMegaBytes: 1024,
			ProgressInMegaBytes: 512, ElapsedTimeInSeconds: 360, EstimatedTimeToCompletionInSeconds: 180,
		}},
		{3 * time.Minute, "available", "Available", models.RestoreStatus{
			Status: "completed", CurrentRestoreRateInMegaBytesPerSecond: 2.84, SnapshotSizeInMegaBytes: 1024,
			ProgressInMegaBytes: 1024, ElapsedTimeInSeconds: 540,
		}},
		{time.Hour, "available", "Available", models.RestoreStatus{
			Status: "completed", CurrentRestoreRateInMegaBytesPerSecond: 2.84, SnapshotSizeInMegaBytes: 1024,
			ProgressInMegaBytes: 1024, ElapsedTimeInSeconds: 540,
		}},
	} {
		fake.Advance(moment.after)
		one := describeOne(t, client, "drill")
		if one.ClusterStatus != moment.status || one.ClusterAvailabilityStatus != moment.availability || *one.RestoreStatus != moment.restore {
			t.Errorf("after %s: %s, %s, %+v", moment.after, one.ClusterStatus, one.ClusterAvailabilityStatus, *one.RestoreStatus)
		}
		if usable := one.Endpoint != nil; usable != (moment.status == "available") {
			t.Errorf("after %s the endpoint is %v", moment.after, one.Endpoint)
		}
	}
	// Snapshots of the restored cluster can be taken.
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "of-drill")
}

// TestRestoreWhileCreating checks that operations refuse a cluster that is creating.
func TestRestoreWhileCreating(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSnapshots(t, fake, "nightly")
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly")
	for operation, parameters := range map[string][]string{
		"CreateClusterSnapshot": {"SnapshotIdentifier", "early"},
		"EnableSnapshotCopy":    {"DestinationRegion", "us-west-2"},
		"CreateTags": {"ResourceName", "arn:aws:redshift:us-east-1:123456789012:cluster:drill", "Tags.Tag.1.Key", "k",
			"Tags.Tag.1.Value", "v"},
	} {
		if operation != "CreateTags" {
			parameters = append(parameters, "ClusterIdentifier", "drill")
		}
		if got := do(t, fake, operation, parameters...); got.Code != string(models.ErrInvalidClusterState) {
			t.Errorf("%s returned %s", operation, got.Body)
		}
	}
}

// TestRestoreFails stops a restore with a failure.
func TestRestoreFails(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{RestoreDuration: 9 * time.Minute})
	createSnapshots(t, fake, "nightly")
	client := clientOf(t, fake)
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly")
	fake.Advance(6 * time.Minute)
	if err := fake.SetClusterStatus("drill", "incompatible-restore"); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Hour)
	one := describeOne(t, client, "drill")
	if one.ClusterStatus != models.ClusterStatusIncompatibleRestore ||
		one.ClusterAvailabilityStatus != models.ClusterAvailabilityStatusFailed ||
		one.RestoreStatus.Status != models.RestoreStatusTypeFailed || one.RestoreStatus.ProgressInMegaBytes != 512 {
		t.Errorf("%s, %s, %+v", one.ClusterStatus, one.ClusterAvailabilityStatus, *one.RestoreStatus)
	}
	if err := fake.RemoveCluster("drill"); err != nil {
		t.Fatal(err)
	}
	var failed *awsquery.Error
	if _, err := client.DescribeClusters(t.Context(), &redshift.DescribeClustersParams{ClusterIdentifier: "drill"}); !errors.As(err,
		&failed) || failed.Code != models.ErrClusterNotFound {
		t.Errorf("DescribeClusters() of a removed cluster = %v", err)
	}
}

// TestRestoreWithHSM restores a cluster that gets its keys from a hardware security module, and has an elastic IP address.
func TestRestoreWithHSM(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{
		HSMClientCertificates: []string{"certificate"}, HSMConfigurations: []string{"configuration"},
	}})
	createSnapshots(t, fake, "nightly")
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "sealed", "SnapshotIdentifier", "nightly",
		"HsmClientCertificateIdentifier", "certificate", "HsmConfigurationIdentifier", "configuration", "PubliclyAccessible", "true",
		"ElasticIp", "192.0.2.1")
	got := describeOne(t, clientOf(t, fake), "sealed")
	hsm := &models.HsmStatus{HsmClientCertificateIdentifier: "certificate", HsmConfigurationIdentifier: "configuration", Status: "active"}
	address := &models.ElasticIPStatus{ElasticIP: "192.0.2.1", Status: "active"}
	if !equalJSON(t, got.HsmStatus, hsm) || !got.Encrypted || got.KmsKeyID != "" || !equalJSON(t, got.ElasticIPStatus, address) {
		t.Errorf("the cluster has %+v, Encrypted %t, key %q, %+v", got.HsmStatus, got.Encrypted, got.KmsKeyID, got.ElasticIPStatus)
	}
}

// TestNamespaceOfNewClusters checks that a new cluster has another namespace than a removed one with the same identifier. Clients
// recognize by the namespace that another cluster has the identifier now.
func TestNamespaceOfNewClusters(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{ClusterDuration: -1, RestoreDuration: -1})
	createSnapshots(t, fake, "nightly")
	seen := make(map[string]string)
	for _, creation := range []struct {
		name string
		run  func()
	}{
		{"the first CreateCluster", func() { must(t, fake, "CreateCluster", newCluster("new")...) }},
		{"the second CreateCluster", func() { must(t, fake, "CreateCluster", newCluster("new")...) }},
		{"RestoreFromClusterSnapshot", func() {
			must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "new", "SnapshotIdentifier", "nightly")
		}},
		{"AddCluster", func() {
			if err := fake.AddCluster(redshifttest.Cluster{Identifier: "new"}); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		creation.run()
		fake.Advance(time.Second)
		namespace := describeOne(t, clientOf(t, fake), "new").ClusterNamespaceArn
		if before := seen[namespace]; before != "" {
			t.Errorf("%s and %s make clusters with the same namespace", before, creation.name)
		}
		seen[namespace] = creation.name
		if err := fake.RemoveCluster("new"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRestoreSettings sets the parameters of a restore, and compares the cluster with them.
func TestRestoreSettings(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{
		ParameterGroups: []string{"strict"}, SubnetGroups: []string{"private"},
		HSMClientCertificates: []string{"certificate"}, HSMConfigurations: []string{"configuration"},
	}})
	createSnapshots(t, fake, "nightly")
	client := clientOf(t, fake)
	must(t, fake, "RestoreFromClusterSnapshot",
		"ClusterIdentifier", "plain", "SnapshotIdentifier", "NIGHTLY", "SnapshotClusterIdentifier", "analytics")
	succeed[*redshift.RestoreFromClusterSnapshotResult](t)(client.RestoreFromClusterSnapshot(t.Context(),
		&redshift.RestoreFromClusterSnapshotParams{
			ClusterIdentifier:             "drill",
			SnapshotIdentifier:            "nightly",
			Port:                          new(5440),
			AvailabilityZone:              "us-east-1c",
			AllowVersionUpgrade:           new(false),
			ClusterSubnetGroupName:        "private",
			PubliclyAccessible:            new(true),
			ClusterParameterGroupName:     "strict",
			VpcSecurityGroupIDs:           []string{"sg-1", "sg-2"},
			PreferredMaintenanceWindow:    "Wed:09:00-Wed:09:30",
			ManualSnapshotRetentionPeriod: new(14),
			KmsKeyID:                      "arn:aws:kms:us-east-1:123456789012:key/2",
			NodeType:                      "ra3.4xlarge",
			NumberOfNodes:                 new(4),
			EnhancedVpcRouting:            new(true),
			IamRoles:                      []string{"arn:aws:iam::123456789012:role/reader"},
			DefaultIamRoleArn:             "arn:aws:iam::123456789012:role/reader",
			MaintenanceTrackName:          "trailing",
			AvailabilityZoneRelocation:    new(true),
			Encrypted:                     new(true),
			ManageMasterPassword:          new(true),
			MasterPasswordSecretKmsKeyID:  "arn:aws:kms:us-east-1:123456789012:key/3",
			IPAddressType:                 models.IPAddressTypeDualstack,
			MultiAZ:                       new(true),
		}))
	fake.Advance(redshifttest.DefaultRestoreDuration)
	got, plain := describeOne(t, client, "drill"), describeOne(t, client, "plain")
	want := plain
	want.ClusterIdentifier = "drill"
	want.ClusterNamespaceArn = got.ClusterNamespaceArn
	want.NodeType, want.NumberOfNodes = "ra3.4xlarge", 4
	want.TotalStorageCapacityInMegaBytes = new(int64(4 * 128_000_000))
	want.Endpoint = &models.Endpoint{Address: "drill.example00000.us-east-1.redshift.amazonaws.com", Port: 5440}
	want.AvailabilityZone = "us-east-1c"
	want.AllowVersionUpgrade = false
	want.ClusterSubnetGroupName = "private"
	want.PubliclyAccessible = true
	want.ClusterParameterGroups = []models.ClusterParameterGroupStatus{parameterGroupStatus("strict", "in-sync")}
	want.VpcSecurityGroups = []models.VpcSecurityGroupMembership{{VpcSecurityGroupID: "sg-1", Status: "active"},
		{VpcSecurityGroupID: "sg-2", Status: "active"}}
	want.PreferredMaintenanceWindow = "Wed:09:00-Wed:09:30"
	want.NextMaintenanceWindowStartTime = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	want.ClusterPublicKey = got.ClusterPublicKey
	want.ManualSnapshotRetentionPeriod = 14
	want.Encrypted, want.KmsKeyID = true, "arn:aws:kms:us-east-1:123456789012:key/2"
	want.EnhancedVpcRouting = true
	want.IamRoles = []models.ClusterIamRole{{IamRoleArn: "arn:aws:iam::123456789012:role/reader", ApplyStatus: "in-sync"}}
	want.DefaultIamRoleArn = "arn:aws:iam::123456789012:role/reader"
	want.MaintenanceTrackName = "trailing"
	want.AvailabilityZoneRelocationStatus = "enabled"
	want.MasterPasswordSecretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:redshift!drill-awsuser"
	want.MasterPasswordSecretKmsKeyID = "arn:aws:kms:us-east-1:123456789012:key/3"
	want.IPAddressType = models.IPAddressTypeDualstack
	want.MultiAZ = "Enabled"
	if got.ClusterNodes[0].PublicIPAddress == "" || plain.ClusterNodes[0].PublicIPAddress != "" {
		t.Errorf("public nodes: %+v, private nodes: %+v", got.ClusterNodes, plain.ClusterNodes)
	}
	if len(got.ClusterNodes) != 5 || got.ClusterNodes[0].NodeRole != "LEADER" || got.ClusterNodes[4].NodeRole != "COMPUTE-3" {
		t.Errorf("nodes: %+v", got.ClusterNodes)
	}
	want.ClusterNodes = got.ClusterNodes
	want.MultiAZSecondary = &models.SecondaryClusterInfo{AvailabilityZone: "us-east-1b", ClusterNodes: got.ClusterNodes}
	want.ElasticResizeNumberOfNodeOptions = "[2,3,5,6,7,8,9,10,11,12,13,14,15,16]"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the cluster is\n%+v\nwant\n%+v", got, want)
	}
	if source := describeOne(t, client, "analytics"); plain.NodeType != source.NodeType || plain.Endpoint.Port != source.Endpoint.Port ||
		plain.DBName != source.DBName {
		t.Errorf("without parameters the cluster is\n%+v\nwant the settings of\n%+v", plain, source)
	}
	if got := do(t, fake, "RestoreFromClusterSnapshot",
		"ClusterIdentifier", "single", "SnapshotIdentifier", "nightly", "Encrypted", "true"); got.Status != 200 {
		t.Fatal(got.Body)
	}
	if one := describeOne(t, client, "single"); !strings.HasPrefix(one.KmsKeyID, "arn:aws:kms:us-east-1:123456789012:key/") ||
		!one.Encrypted {
		t.Errorf("encrypted with %q", one.KmsKeyID)
	}
}

// TestRestoreShared restores a shared snapshot of another account, by identifier and by ARN.
func TestRestoreShared(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "nightly")
	partnerClient := clientWith(t, fake, partnerKeys)
	var denied *awsquery.Error
	params := &redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "copy", SnapshotIdentifier: "nightly", OwnerAccount: ownAccount}
	if _, err := partnerClient.RestoreFromClusterSnapshot(t.Context(), params); !errors.As(err, &denied) ||
		denied.Code != models.ErrAccessToSnapshotDenied {
		t.Errorf("restore before the snapshot is shared: %v", err)
	}
	shared := must(t, fake, "AuthorizeSnapshotAccess", "SnapshotIdentifier", "nightly", "AccountWithRestoreAccess", partner)
	if shared.Code != "" {
		t.Fatal(shared.Body)
	}
	succeed[*redshift.RestoreFromClusterSnapshotResult](t)(partnerClient.RestoreFromClusterSnapshot(t.Context(), params))
	succeed[*redshift.RestoreFromClusterSnapshotResult](t)(partnerClient.RestoreFromClusterSnapshot(t.Context(),
		&redshift.RestoreFromClusterSnapshotParams{
			ClusterIdentifier: "other", SnapshotArn: "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/nightly",
		}))
	if mine := succeed[*redshift.DescribeClustersResult](t)(clientOf(t, fake).DescribeClusters(t.Context(), nil)); len(mine.Clusters) != 1 {
		t.Errorf("the owner sees %d clusters", len(mine.Clusters))
	}
	shown := succeed[*redshift.DescribeClustersResult](t)(partnerClient.DescribeClusters(t.Context(), nil))
	if len(shown.Clusters) != 2 {
		t.Errorf("the partner sees %d clusters, want 2", len(shown.Clusters))
	}
}

// TestDescribeClusters tests pages and filters.
func TestDescribeClusters(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
	var want []string
	for i := range 45 {
		one := redshifttest.Cluster{Identifier: fmt.Sprintf("c%02d", i), Tags: []models.Tag{{Key: "team", Value: fmt.Sprint(i % 3)}}}
		want = append(want, one.Identifier)
		if err := fake.AddCluster(one); err != nil {
			t.Fatal(err)
		}
	}
	client := clientOf(t, fake)
	for name, test := range map[string]struct {
		params *redshift.DescribeClustersParams
		want   func(int) bool
	}{
		"all":      {&redshift.DescribeClustersParams{}, func(int) bool { return true }},
		"pages":    {&redshift.DescribeClustersParams{MaxRecords: new(20)}, func(int) bool { return true }},
		"by key":   {&redshift.DescribeClustersParams{TagKeys: []string{"team", "x"}, MaxRecords: new(20)}, func(int) bool { return true }},
		"by value": {&redshift.DescribeClustersParams{TagValues: []string{"0", "1"}, MaxRecords: new(20)}, func(i int) bool { return i%3 != 2 }},
		"no match": {&redshift.DescribeClustersParams{TagKeys: []string{"Team"}}, func(int) bool { return false }},
		"by name":  {&redshift.DescribeClustersParams{ClusterIdentifier: "c07"}, func(i int) bool { return i == 7 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got, expected []string
			for one, err := range client.DescribeClustersAll(t.Context(), test.params) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, one.ClusterIdentifier)
			}
			for i, identifier := range want {
				if test.want(i) {
					expected = append(expected, identifier)
				}
			}
			if !slices.Equal(got, expected) {
				t.Errorf("got the clusters %q, want %q", got, expected)
			}
		})
	}
}

// TestClusterTags tags a restored cluster.
func TestClusterTags(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	must(t, fake, "CreateTags", "ResourceName", "arn:aws:redshift:us-east-1:123456789012:cluster:analytics", "Tags.Tag.1.Key", "team",
		"Tags.Tag.1.Value", "finance")
	if one := describeOne(t, clientOf(t, fake), "analytics"); !slices.Equal(one.Tags, []models.Tag{{Key: "team", Value: "finance"}}) {
		t.Errorf("tags: %v", one.Tags)
	}
}

// TestRestoreQuotas exceeds the quotas of clusters, nodes and table restores.
func TestRestoreQuotas(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		quotas redshifttest.Quotas
		code   awsquery.ErrorCode
	}{
		"clusters":     {redshifttest.Quotas{Clusters: 1}, models.ErrClusterQuotaExceeded},
		"no clusters":  {redshifttest.Quotas{Clusters: -1}, models.ErrClusterQuotaExceeded},
		"nodes":        {redshifttest.Quotas{Nodes: 3}, models.ErrNumberOfNodesQuotaExceeded},
		"enough nodes": {redshifttest.Quotas{Nodes: 4, Clusters: 2}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{Quotas: test.quotas})
			createSnapshots(t, fake, "nightly")
			if got := do(t, fake, "RestoreFromClusterSnapshot",
				"ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly"); got.Code != string(test.code) {
				t.Errorf("RestoreFromClusterSnapshot returned %s", got.Body)
			}
			// If the call that used up the quota is repeated, the error must be that the cluster exists.
			if got := do(t, fake, "RestoreFromClusterSnapshot",
				"ClusterIdentifier", "analytics", "SnapshotIdentifier", "nightly"); got.Code != string(models.ErrClusterAlreadyExists) {
				t.Errorf("the repeated call returned %s", got.Body)
			}
		})
	}

	many := newFake(t, redshifttest.Options{})
	if err := many.AddCluster(redshifttest.Cluster{Identifier: "old", NodeType: "rg.xlarge"}); err != nil { // a node type without limits
		t.Fatal(err)
	}
	must(t, many, "CreateClusterSnapshot", "ClusterIdentifier", "old", "SnapshotIdentifier", "nightly")
	many.Advance(redshifttest.DefaultSnapshotDuration)
	got := do(t, many, "RestoreFromClusterSnapshot",
		"ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly", "NumberOfNodes", strconv.Itoa(math.MaxInt32))
	if got.Code != string(models.ErrNumberOfNodesQuotaExceeded) {
		t.Errorf("a restore to the largest number of nodes returned %s", got.Body)
	}

	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{TableRestores: 1}})
	createSnapshots(t, fake, "nightly")
	table := func(name string) []string {
		return []string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", "nightly", "SourceDatabaseName", "dev",
			"SourceTableName", "orders", "NewTableName", name}
	}
	must(t, fake, "RestoreTableFromClusterSnapshot", table("one")...)
	if got := do(t, fake, "RestoreTableFromClusterSnapshot",
		table("two")...); got.Code != string(models.ErrInProgressTableRestoreQuotaExceededFault) {
		t.Errorf("a second table restore returned %s", got.Body)
	}
	fake.Advance(redshifttest.DefaultRestoreDuration)
	must(t, fake, "RestoreTableFromClusterSnapshot", table("two")...)
}

// TestTableRestoreLife describes a table restore from its start to its end.
func TestTableRestoreLife(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1, RestoreDuration: 9 * time.Minute})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", SizeInMegaBytes: 3200,
		Tables: []string{"dev.public.orders"}}); err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "nightly")
	client := clientOf(t, fake)
	params := &redshift.RestoreTableFromClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", SourceDatabaseName: "DEV", SourceTableName: "Orders",
		TargetDatabaseName: "scratch", TargetSchemaName: "drill", NewTableName: "Orders_Before",
	}
	restored := succeed[*redshift.RestoreTableFromClusterSnapshotResult](t)(client.RestoreTableFromClusterSnapshot(t.Context(), params))
	request := restored.TableRestoreStatus.TableRestoreRequestID
	state := func() models.TableRestoreStatus {
		t.Helper()
		result := succeed[*redshift.DescribeTableRestoreStatusResult](t)(client.DescribeTableRestoreStatus(t.Context(),
			&redshift.DescribeTableRestoreStatusParams{ClusterIdentifier: "analytics", TableRestoreRequestID: request}))

		return result.TableRestoreStatusDetails[0]
	}
	total := int64(200)
	want := models.TableRestoreStatus{
		TableRestoreRequestID: request, RequestTime: fake.Now(), ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly",
		SourceDatabaseName: "dev", SourceSchemaName: "public", SourceTableName: "orders",
		TargetDatabaseName: "scratch", TargetSchemaName: "drill", NewTableName: "orders_before", TotalDataInMegaBytes: &total,
	}
	for _, moment := range []struct {
		after    time.Duration
		status   models.TableRestoreStatusType
		progress int64
	}{
		{0, models.TableRestoreStatusTypePending, 0},
		{2 * time.Minute, models.TableRestoreStatusTypePending, 0},
		{4 * time.Minute, models.TableRestoreStatusTypeInProgress, 100},
		{3 * time.Minute, models.TableRestoreStatusTypeSucceeded, 200},
		{time.Hour, models.TableRestoreStatusTypeSucceeded, 200},
	} {
		fake.Advance(moment.after)
		want.Status, want.ProgressInMegaBytes = moment.status, &moment.progress
		if got := state(); !reflect.DeepEqual(got, want) {
			t.Errorf("after %s:\n%+v\nwant\n%+v", moment.after, got, want)
		}
	}
	// The cluster and its later snapshots have the table now.
	var taken *awsquery.Error
	if _, err := client.RestoreTableFromClusterSnapshot(t.Context(), params); !errors.As(err, &taken) ||
		taken.Code != models.ErrInvalidTableRestoreArgument {
		t.Errorf("the same restore again: %v", err)
	}
	createSnapshots(t, fake, "later")
	again := *params
	again.SnapshotIdentifier, again.SourceDatabaseName = "later", "scratch"
	again.SourceSchemaName, again.SourceTableName = "drill", "orders_before"
	again.NewTableName = "orders_after"
	succeed[*redshift.RestoreTableFromClusterSnapshotResult](t)(client.RestoreTableFromClusterSnapshot(t.Context(), &again))
}

// TestTableRestoreFails stops table restores, and lists them.
func TestTableRestoreFails(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{RestoreDuration: 9 * time.Minute})
	createSnapshots(t, fake, "nightly")
	client := clientOf(t, fake)
	var requests []string
	for i := range 5 {
		restored := succeed[*redshift.RestoreTableFromClusterSnapshotResult](t)(client.RestoreTableFromClusterSnapshot(t.Context(),
			&redshift.RestoreTableFromClusterSnapshotParams{
				ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", SourceDatabaseName: "dev", SourceTableName: "orders",
				NewTableName: fmt.Sprintf("t%d", i),
			}))
		requests = append(requests, restored.TableRestoreStatus.TableRestoreRequestID)
	}
	fake.Advance(6 * time.Minute)
	if err := fake.SetTableRestoreStatus(requests[1], models.TableRestoreStatusTypeFailed, "disk full"); err != nil {
		t.Fatal(err)
	}
	if err := fake.SetTableRestoreStatus(requests[2], models.TableRestoreStatusTypeSucceeded, ""); err != nil {
		t.Fatal(err)
	}
	if err := fake.SetTableRestoreStatus("missing", models.TableRestoreStatusTypeFailed, ""); err == nil {
		t.Error("SetTableRestoreStatus() of a missing table restore = nil")
	}
	fake.Advance(2 * time.Minute)
	var got []string
	for one, err := range client.DescribeTableRestoreStatusAll(t.Context(), &redshift.DescribeTableRestoreStatusParams{MaxRecords: new(2)}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %d %s", one.NewTableName, one.Status, *one.ProgressInMegaBytes, one.Message))
	}
	want := []string{"t0 IN_PROGRESS 53 ", "t1 FAILED 32 disk full", "t2 SUCCEEDED 64 ", "t3 IN_PROGRESS 53 ", "t4 IN_PROGRESS 53 "}
	if !slices.Equal(got, want) {
		t.Errorf("got the statuses %q, want %q", got, want)
	}
	// After a failed restore, the name can be used again.
	must(t, fake, "RestoreTableFromClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "nightly",
		"SourceDatabaseName", "dev", "SourceTableName", "orders", "NewTableName", "t1")
	if err := fake.RemoveCluster("analytics"); err != nil {
		t.Fatal(err)
	}
	if left := must(t, fake, "DescribeTableRestoreStatus"); len(stableLines(left.Body)) > 12 {
		t.Errorf("DescribeTableRestoreStatus after RemoveCluster returned\n%s", left.Body)
	}
}
