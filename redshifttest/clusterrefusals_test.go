package redshifttest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// restoreCodesWithoutState are documented codes of RestoreFromClusterSnapshot that the fake never returns, because it has no networks,
// no capacity and no state of named resources. The operation has no parameter for tags.
var restoreCodesWithoutState = []awsquery.ErrorCode{
	models.ErrClusterSecurityGroupNotFound,
	models.ErrDependentServiceAccessDenied,
	models.ErrDependentServiceUnavailableFault,
	models.ErrInsufficientClusterCapacity,
	models.ErrInvalidClusterSubnetGroupStateFault,
	models.ErrInvalidElasticIpFault,
	models.ErrInvalidReservedNodeState,
	models.ErrInvalidSubnet,
	models.ErrInvalidTagFault,
	models.ErrInvalidVPCNetworkStateFault,
	models.ErrIpv6CidrBlockNotFoundFault,
	models.ErrReservedNodeAlreadyExists,
	models.ErrReservedNodeAlreadyMigrated,
	models.ErrTagLimitExceededFault,
}

// prepareClusters adds these resources to the fake of TestErrors:
//   - the cluster ledger with known tables, and its snapshot balance,
//   - the snapshot hurried of busy,
//   - the encrypted cluster sealed with the snapshot vault and the new schedule hourly,
//   - the schedule unused,
//   - the cluster mirrored, whose snapshots are copied to us-west-2,
//   - the grant used, which encrypts copies from us-west-2,
//   - the partner's snapshots theirs, which is not shared, and lent, which is.
func prepareClusters(t *testing.T, fake *redshifttest.Fake) {
	t.Helper()
	for _, cluster := range []redshifttest.Cluster{
		{Identifier: "ledger", NodeType: "dc2.large", Tables: []string{"dev.public.orders", "dev.public.rows"}},
		{Identifier: "sealed", KmsKeyID: "arn:aws:kms:us-east-1:123456789012:key/1"},
		{Identifier: "mirrored"},
		{Identifier: "warehouse", AccountID: partner},
	} {
		if err := fake.AddCluster(cluster); err != nil {
			t.Fatal(err)
		}
	}
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "ledger", "SnapshotIdentifier", "balance")
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "sealed", "SnapshotIdentifier", "vault")
	if err := fake.SetClusterStatus("busy", "available"); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "busy", "SnapshotIdentifier", "hurried")
	if err := fake.SetClusterStatus("busy", "resizing"); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "EnableSnapshotCopy", "ClusterIdentifier", "mirrored", "DestinationRegion", "us-west-2")
	must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "hourly", "ScheduleDefinitions.ScheduleDefinition.1", "rate(1 hour)")
	must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "unused", "ScheduleDefinitions.ScheduleDefinition.1", "cron(0 4 SUN)")
	west := fake.InRegion("us-west-2")
	if err := west.AddCluster(redshifttest.Cluster{Identifier: "abroad", KmsKeyID: "arn:aws:kms:us-west-2:123456789012:key/1"}); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "CreateSnapshotCopyGrant", "SnapshotCopyGrantName", "used")
	must(t, west, "EnableSnapshotCopy", "ClusterIdentifier", "abroad", "DestinationRegion", "us-east-1", "SnapshotCopyGrantName", "used")
	for _, name := range []string{"theirs", "lent"} {
		if got := doAs(t, fake, partnerKeys, "CreateClusterSnapshot",
			"ClusterIdentifier", "warehouse", "SnapshotIdentifier", name); got.Status != 200 {
			t.Fatal(got.Body)
		}
	}
	fake.Advance(redshifttest.DefaultSnapshotDuration)
	if got := doAs(t, fake, partnerKeys, "AuthorizeSnapshotAccess",
		"SnapshotIdentifier", "lent", "AccountWithRestoreAccess", ownAccount); got.Status != 200 {
		t.Fatal(got.Body)
	}
	must(t, fake, "RestoreTableFromClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "old",
		"SourceDatabaseName", "dev", "SourceTableName", "orders", "NewTableName", "taken")
}

// stableLines returns the lines of a response that are the same in every call.
func stableLines(body string) []string {
	return slices.DeleteFunc(strings.Split(body, "\n"), func(line string) bool { return strings.Contains(line, "<RequestId>") })
}

// clusterRefusals returns the refused calls for clusters, restores and copies in other regions.
func clusterRefusals() []refusedCall {
	const (
		describe = "DescribeClusters"
		grants   = "DescribeSnapshotCopyGrants"
		granting = "CreateSnapshotCopyGrant"
		ungrant  = "DeleteSnapshotCopyGrant"
		disable  = "DisableSnapshotCopy"
		enable   = "EnableSnapshotCopy"
		keep     = "ModifySnapshotCopyRetentionPeriod"
		restore  = "RestoreFromClusterSnapshot"
		statuses = "DescribeTableRestoreStatus"
		tables   = "RestoreTableFromClusterSnapshot"

		missingARN = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/missing"
		theirsARN  = "arn:aws:redshift:us-east-1:" + partner + ":snapshot:warehouse/theirs"
	)
	from := func(snapshot string, more ...string) []string {
		return append([]string{"ClusterIdentifier", "drill", "SnapshotIdentifier", snapshot}, more...)
	}
	table := func(cluster, snapshot, source, target string, more ...string) []string {
		return append([]string{"ClusterIdentifier", cluster, "SnapshotIdentifier", snapshot, "SourceDatabaseName", "dev",
			"SourceTableName", source, "NewTableName", target}, more...)
	}
	copying := func(cluster, region string, more ...string) []string {
		return append([]string{"ClusterIdentifier", cluster, "DestinationRegion", region}, more...)
	}

	var tooManyTags []string
	for i := range 51 {
		tooManyTags = append(tooManyTags, fmt.Sprintf("Tags.Tag.%d.Key", i+1), fmt.Sprint(i))
	}

	return []refusedCall{
		{describe, []string{"ClusterIdentifier", "missing"}, models.ErrClusterNotFound, "missing"},
		{describe, []string{"ClusterIdentifier", "Analytics"}, models.ErrClusterNotFound, "Analytics"},
		{describe, []string{"ClusterIdentifier", "analytics", "Marker", "x"}, "InvalidParameterCombination", "Marker"},
		{describe, []string{"Marker", "x"}, "InvalidParameterValue", "Marker"},
		{describe, []string{"MaxRecords", "19"}, "InvalidParameterValue", "between 20 and 100"},
		{describe, []string{"TagKeys.TagKey.1", "a;b"}, models.ErrInvalidTagFault, "a;b"},

		{restore, []string{"SnapshotIdentifier", "old"}, "MissingParameter", "ClusterIdentifier"},
		{restore, []string{"ClusterIdentifier", "drill"}, "MissingParameter", "SnapshotIdentifier or SnapshotArn"},
		{restore, []string{"ClusterIdentifier", "Drill", "SnapshotIdentifier", "old"}, "InvalidParameterValue", "lower case"},
		{restore, []string{"ClusterIdentifier", "1st", "SnapshotIdentifier", "old"}, "InvalidParameterValue", "begin with a letter"},
		{restore, from("old", "SnapshotArn", missingARN), "InvalidParameterCombination", "together"},
		{restore, []string{"ClusterIdentifier", "drill", "SnapshotArn", "old"}, "InvalidParameterValue", "SnapshotArn"},
		{restore, []string{"ClusterIdentifier", "drill", "SnapshotArn", missingARN}, models.ErrClusterSnapshotNotFound, "missing"},
		{restore, []string{"ClusterIdentifier", "drill", "SnapshotArn", theirsARN}, models.ErrAccessToSnapshotDenied, partner},
		{restore, []string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", "old"}, models.ErrClusterAlreadyExists, "analytics"},
		{restore, from("missing"), models.ErrClusterSnapshotNotFound, "missing"},
		{restore, from("lent"), models.ErrClusterSnapshotNotFound, "lent"}, // without OwnerAccount
		{restore, from("theirs", "OwnerAccount", partner), models.ErrAccessToSnapshotDenied, partner},
		{restore, from("missing", "OwnerAccount", partner), models.ErrClusterSnapshotNotFound, "missing"},
		{restore, from("old", "OwnerAccount", "me"), "InvalidParameterValue", "OwnerAccount"},
		{restore, from("old", "SnapshotClusterIdentifier", "ledger"), models.ErrClusterSnapshotNotFound, "old"},
		{restore, from("young"), models.ErrInvalidClusterSnapshotState, "young"},
		{restore, from("balance", "NodeType", "ds2.xlarge"), models.ErrInvalidRestore, "dc2.large, dc2.8xlarge, ra3.large"},
		{restore, from("old", "NodeType", "dc2.large"), models.ErrInvalidRestore, "only to ra3.large, ra3.xlplus"},
		{restore, from("old", "NodeType", "RA3.xlplus"), models.ErrInvalidRestore, "RA3.xlplus"},
		{restore, from("balance", "NumberOfNodes", "33"), models.ErrNumberOfNodesPerClusterLimitExceeded, "32"},
		{restore, from("balance", "NumberOfNodes", "0"), "InvalidParameterValue", "NumberOfNodes"},
		{restore, from("balance", "NumberOfNodes", "-1"), "InvalidParameterValue", "NumberOfNodes"},
		{restore, from("balance", "NodeType", "dc2.8xlarge", "NumberOfNodes", "1"), "InvalidParameterValue", "at least 2"},
		{restore, from("old", "NodeType", "ra3.16xlarge", "NumberOfNodes", "1"), "InvalidParameterValue", "at least 2"},
		{restore, from("balance", "Port", "1149"), "InvalidParameterValue", "1149"},
		{restore, from("balance", "Port", "65536"), "InvalidParameterValue", "65536"},
		{restore, from("balance", "NodeType", "ra3.xlplus", "Port", "1150"), "InvalidParameterValue", "1150"},
		{restore, from("old", "Port", "5430"), "InvalidParameterValue", "5430"},
		{restore, from("old", "Port", "5456"), "InvalidParameterValue", "5456"},
		{restore, from("old", "Port", "8190"), "InvalidParameterValue", "8190"},
		{restore, from("old", "Port", "8216"), "InvalidParameterValue", "8216"},
		{restore, from("vault", "KmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/2"), "InvalidParameterValue", "Cannot use a new KmsKeyId"},
		{restore, from("vault", "KmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/2", "Encrypted", "true"),
			"InvalidParameterValue", "KmsKeyId"},
		{restore, from("old", "MultiAZ", "true"), "InvalidParameterCombination", "must be encrypted"},
		{restore, from("old", "MultiAZ", "true", "Encrypted", "false"), "InvalidParameterCombination", "must be encrypted"},
		{restore, from("old", "MultiAZ", "true", "KmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/2"),
			"InvalidParameterCombination", "must be encrypted"},
		{restore, from("vault", "MultiAZ", "true"),
			"InvalidParameterCombination", "must be encrypted"}, // Redshift refuses it even for an encrypted snapshot
		{restore, from("old", "ClusterParameterGroupName", "strict"), models.ErrClusterParameterGroupNotFound, "not found: strict. CreateCluster"},
		{restore, from("old", "ClusterParameterGroupName", "default.redshift-3.0"), models.ErrClusterParameterGroupNotFound,
			"Options.Resources.ParameterGroups of package redshifttest adds it, and so does the flag -resource"},
		{restore, from("old", "ClusterSubnetGroupName", "private"), models.ErrClusterSubnetGroupNotFoundFault, "Options.Resources.SubnetGroups"},
		{restore, from("old", "HsmClientCertificateIdentifier", "c", "HsmConfigurationIdentifier", "c"),
			models.ErrHsmClientCertificateNotFoundFault, "HSMClientCertificates"},
		{restore, from("old", "HsmClientCertificateIdentifier", "known", "HsmConfigurationIdentifier", "c"),
			models.ErrHsmConfigurationNotFoundFault, "HSMConfigurations"},
		{restore, from("old", "HsmClientCertificateIdentifier", "c"), "InvalidParameterCombination", "together"},
		{restore, from("old", "HsmConfigurationIdentifier", "c"), "InvalidParameterCombination", "together"},
		{restore, from("old", "HsmClientCertificateIdentifier", "c", "HsmConfigurationIdentifier", "c", "KmsKeyId", "k"),
			"InvalidParameterCombination", "KmsKeyId"},
		{restore, from("old", "IamRoles.IamRoleArn.1", "reader"), "InvalidParameterValue", "reader"},
		{restore, from("old", "DefaultIamRoleArn", "arn:aws:iam::123456789012:role/r"), "InvalidParameterValue", "DefaultIamRoleArn"},
		{restore, from("old", "AvailabilityZone", "eu-west-1a"), "InvalidParameterValue", "AvailabilityZone"},
		{restore, from("old", "MultiAZ", "true", "Encrypted", "true", "NumberOfNodes", "1"), "InvalidParameterCombination", "at least 2 nodes"},
		{restore, from("balance", "AvailabilityZoneRelocation", "true"), "InvalidParameterCombination", "RA3"},
		{restore, from("old", "AvailabilityZoneRelocation", "true", "PubliclyAccessible", "true", "ElasticIp", "192.0.2.1"),
			"InvalidParameterCombination", "ElasticIp"},
		{restore, from("old", "ReservedNodeId", "n"), models.ErrReservedNodeNotFound, "ReservedNodes"},
		{restore, from("old", "TargetReservedNodeOfferingId", "o"), models.ErrReservedNodeOfferingNotFound, "ReservedNodeOfferings"},
		{restore, from("old", "RedshiftIdcApplicationArn", "arn"), models.ErrRedshiftIdcApplicationNotExists, "IdcApplications"},
		{restore, from("old", "MaintenanceTrackName", "fast"), models.ErrInvalidClusterTrack, "fast"},
		{restore, from("old", "PreferredMaintenanceWindow", "Sunday"), "InvalidParameterValue", "PreferredMaintenanceWindow"},
		{restore, from("old", "PreferredMaintenanceWindow", "sun:05:00-sun:05:29"),
			"InvalidParameterValue", "at least 30 minutes, but 'sun:05:00-sun:05:29' lasts 29"},
		{restore, from("old", "AutomatedSnapshotRetentionPeriod", "0"), "InvalidParameterValue", "cannot be 0"},
		{restore, from("old", "AutomatedSnapshotRetentionPeriod", "36"), "InvalidParameterValue", "cannot be 36"},
		{restore, from("balance", "AutomatedSnapshotRetentionPeriod", "-1"), "InvalidParameterValue", "cannot be -1"},
		{restore, from("old", "ManualSnapshotRetentionPeriod", "0"), "InvalidParameterValue", "ManualSnapshotRetentionPeriod"},
		{restore, from("old", "ClusterParameterGroupName", "a--b"), models.ErrClusterParameterGroupNotFound, "a--b"},
		{restore, from("old", "ClusterSecurityGroups.ClusterSecurityGroupName.1", "default"), "InvalidParameterCombination", "VPC"},
		{restore, from("old", "SnapshotScheduleIdentifier", "missing"), models.ErrSnapshotScheduleNotFound, "missing"},
		{restore, from("old", "IpAddressType", "ipv6"), "InvalidParameterValue", "ipv6"},
		{restore, from("old", "MasterPasswordSecretKmsKeyId", "k"), "InvalidParameterCombination", "ManageMasterPassword"},

		{tables, []string{"ClusterIdentifier", "ledger"}, "MissingParameter", "NewTableName"},
		{tables, table("missing", "balance", "orders", "new"), models.ErrClusterNotFound, "missing"},
		{tables, table("ledger", "missing", "orders", "new"), models.ErrClusterSnapshotNotFound, "missing"},
		{tables, table("analytics", "balance", "orders", "new"), models.ErrClusterSnapshotNotFound, "balance"},
		{tables, table("busy", "hurried", "orders", "new"), models.ErrInvalidClusterState, "resizing"},
		{tables, table("analytics", "young", "orders", "new"), models.ErrInvalidClusterSnapshotState, "young"},
		{tables, table("ledger", "balance", "invoices", "new"), models.ErrInvalidTableRestoreArgument, "dev.public.invoices"},
		{tables, table("ledger", "balance", "orders", "new", "SourceSchemaName", "private"), models.ErrInvalidTableRestoreArgument,
			"dev.private.orders"},
		{tables, table("ledger", "balance", "Orders", "new", "EnableCaseSensitiveIdentifier", "true"), models.ErrInvalidTableRestoreArgument,
			"dev.public.Orders"},
		{tables, table("ledger", "balance", "Orders", "ROWS"), models.ErrInvalidTableRestoreArgument, "already"},
		{tables, table("analytics", "old", "orders", "taken"), models.ErrInvalidTableRestoreArgument, "being restored"},

		{statuses, []string{"ClusterIdentifier", "missing"}, models.ErrClusterNotFound, "missing"},
		{statuses, []string{"TableRestoreRequestId", "missing"}, models.ErrTableRestoreNotFoundFault, "missing"},
		{statuses, []string{"MaxRecords", "0"}, "InvalidParameterValue", "between 1 and 100"},
		{statuses, []string{"Marker", "x"}, "InvalidParameterValue", "Marker"},

		{enable, []string{"ClusterIdentifier", "analytics"}, "MissingParameter", "DestinationRegion"},
		{enable, copying("missing", "us-west-2"), models.ErrClusterNotFound, "missing"},
		{enable, copying("busy", "us-west-2"), models.ErrInvalidClusterState, "resizing"},
		{enable, copying("mirrored", "us-west-2"), models.ErrSnapshotCopyAlreadyEnabledFault, "us-west-2"},
		{enable, copying("analytics", "us-east-1"), models.ErrUnknownSnapshotCopyRegionFault, "Invalid region us-east-1"},
		{enable, copying("analytics", "atlantis"), models.ErrUnknownSnapshotCopyRegionFault, "atlantis"},
		{enable, copying("analytics", "cn-north-1"), models.ErrUnknownSnapshotCopyRegionFault, "cn-north-1"},
		{enable, copying("analytics", "us-west-2", "RetentionPeriod", "0"), models.ErrInvalidRetentionPeriodFault, "between 1 and 35"},
		{enable, copying("analytics", "us-west-2", "RetentionPeriod", "36"), models.ErrInvalidRetentionPeriodFault, "36"},
		{enable, copying("analytics", "us-west-2", "ManualSnapshotRetentionPeriod", "0"), models.ErrInvalidRetentionPeriodFault, "3653"},
		{enable, copying("sealed", "us-west-2"), "InvalidParameterValue", "SnapshotCopyGrantName is required for Snapshot Copy"},
		{enable, copying("sealed", "us-west-2", "SnapshotCopyGrantName", "missing"), models.ErrSnapshotCopyGrantNotFoundFault, "missing"},

		{granting, nil, "MissingParameter", "SnapshotCopyGrantName"},
		{granting, []string{"SnapshotCopyGrantName", "Key"}, "InvalidParameterValue", "lower case"},
		{granting, []string{"SnapshotCopyGrantName", "a--b"}, "InvalidParameterValue", "1 to 63"},
		{granting, []string{"SnapshotCopyGrantName", "used"}, models.ErrSnapshotCopyGrantAlreadyExistsFault, "used"},
		{granting, []string{"SnapshotCopyGrantName", "new", "Tags.Tag.1.Key", "a;b"}, models.ErrInvalidTagFault, "a;b"},
		{granting, append([]string{"SnapshotCopyGrantName", "new"}, tooManyTags...), models.ErrTagLimitExceededFault, "50"},
		{ungrant, nil, "MissingParameter", "SnapshotCopyGrantName"},
		{ungrant, []string{"SnapshotCopyGrantName", "missing"}, models.ErrSnapshotCopyGrantNotFoundFault, "missing"},
		{ungrant, []string{"SnapshotCopyGrantName", "used"}, models.ErrInvalidSnapshotCopyGrantStateFault, "abroad in us-west-2"},
		{grants, []string{"SnapshotCopyGrantName", "missing"}, models.ErrSnapshotCopyGrantNotFoundFault, "missing"},
		{grants, []string{"SnapshotCopyGrantName", "used", "Marker", "x"}, "InvalidParameterCombination", "Marker"},
		{grants, []string{"Marker", "x"}, "InvalidParameterValue", "Marker"},
		{grants, []string{"MaxRecords", "19"}, "InvalidParameterValue", "between 20 and 100"},
		{grants, []string{"TagKeys.TagKey.1", "a;b"}, models.ErrInvalidTagFault, "a;b"},

		{disable, []string{"ClusterIdentifier", "missing"}, models.ErrClusterNotFound, "missing"},
		{disable, []string{"ClusterIdentifier", "analytics"}, models.ErrSnapshotCopyAlreadyDisabledFault, "analytics"},
		{disable, []string{"ClusterIdentifier", "busy"}, models.ErrInvalidClusterState, "resizing"},

		{keep, []string{"ClusterIdentifier", "mirrored"}, "MissingParameter", "RetentionPeriod"},
		{keep, []string{"ClusterIdentifier", "missing", "RetentionPeriod", "7"}, models.ErrClusterNotFound, "missing"},
		{keep, []string{"ClusterIdentifier", "busy", "RetentionPeriod", "7"}, models.ErrInvalidClusterState, "resizing"},
		{keep, []string{"ClusterIdentifier", "analytics", "RetentionPeriod", "7"}, models.ErrSnapshotCopyDisabledFault, "analytics"},
		{keep, []string{"ClusterIdentifier", "mirrored", "RetentionPeriod", "36"}, models.ErrInvalidRetentionPeriodFault, "between 1 and 35"},
		{keep, []string{"ClusterIdentifier", "mirrored", "RetentionPeriod", "-1"}, models.ErrInvalidRetentionPeriodFault, "between 1 and 35"},
		{keep, []string{"ClusterIdentifier", "mirrored", "RetentionPeriod", "0", "Manual", "true"}, models.ErrInvalidRetentionPeriodFault,
			"3653"},
	}
}
