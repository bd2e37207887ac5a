package redshifttest_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// equalJSON reports whether two values have the same JSON form.
func equalJSON(tb testing.TB, a, b any) bool {
	tb.Helper()

	return asJSON(tb, a) == asJSON(tb, b)
}

func TestCreateCluster(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	created := succeed[*redshift.CreateClusterResult](t)(client.CreateCluster(t.Context(), &redshift.CreateClusterParams{
		ClusterIdentifier:  "new",
		NodeType:           "ra3.xlplus",
		MasterUsername:     "admin",
		MasterUserPassword: "Abcdefg1",
	})).Cluster
	if created.ClusterStatus != models.ClusterStatusCreating || created.Endpoint != nil || !created.ClusterCreateTime.IsZero() ||
		created.AvailabilityZone != "" ||
		created.NumberOfNodes != 1 || created.DBName != "dev" || created.PendingModifiedValues.MasterUserPassword != "****" {
		t.Errorf("CreateCluster() = %+v, want a cluster with 1 node that is creating", created)
	}
	during := describeOne(t, client, "new")
	if during.ClusterStatus != models.ClusterStatusCreating || during.Endpoint != nil || len(during.ClusterNodes) != 0 {
		t.Errorf("while it is creating, the cluster is %+v", during)
	}
	fake.Advance(clusterDuration - 1)
	expectStatus(t, fake, "new", "creating")
	fake.Advance(1)
	got := describeOne(t, client, "new")
	want := describeOne(t, client, "analytics")
	want.ClusterIdentifier, want.MasterUsername, want.NumberOfNodes = "new", "admin", 1
	want.ClusterCreateTime = start
	want.TotalStorageCapacityInMegaBytes = new(int64(4_000_000)) // a single ra3.xlplus node
	want.Endpoint = &models.Endpoint{Address: "new.example00000.us-east-1.redshift.amazonaws.com", Port: 5439}
	want.ClusterNodes = []models.ClusterNode{{NodeRole: "SHARED", PrivateIPAddress: "10.0.0.4"}}
	want.Encrypted, want.KmsKeyID = true, got.KmsKeyID
	want.ClusterNamespaceArn, want.ClusterPublicKey = got.ClusterNamespaceArn, got.ClusterPublicKey
	want.ElasticResizeNumberOfNodeOptions = ""
	want.ExpectedNextSnapshotScheduleTime = start.Add(8 * time.Hour)
	if !equalJSON(t, got, want) || !strings.HasPrefix(got.KmsKeyID, "arn:aws:kms:us-east-1:"+ownAccount+":key/") {
		t.Errorf("the cluster is\n%+v\nwant\n%+v", got, want)
	}
	expectEvents(t, fake, "2000 management INFO cluster/new: Cluster new created at 2026-11-23 09:35 UTC.")
}

func TestCreateClusterSettings(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{
		ParameterGroups:       []string{"strict"},
		SubnetGroups:          []string{"private"},
		HSMClientCertificates: []string{"certificate"},
		HSMConfigurations:     []string{"configuration"},
		IdcApplications:       []string{"arn:idc"},
	}})
	client := clientOf(t, fake)
	must(t, fake, "CreateSnapshotSchedule", "ScheduleIdentifier", "hourly", "ScheduleDefinitions.ScheduleDefinition.1", "rate(1 hour)")
	const role = "arn:aws:iam::123456789012:role/reader"
	params := &redshift.CreateClusterParams{
		ClusterIdentifier:                    "new",
		NodeType:                             "ra3.4xlarge",
		ClusterType:                          models.ClusterTypeMultiNode,
		NumberOfNodes:                        new(3),
		MasterUsername:                       "admin.user+1",
		ManageMasterPassword:                 new(true),
		MasterPasswordSecretKmsKeyID:         "3",
		DBName:                               "sales",
		AutomatedSnapshotRetentionPeriod:     new(7),
		ManualSnapshotRetentionPeriod:        new(30),
		PreferredMaintenanceWindow:           "Wed:09:00-Wed:09:30",
		Port:                                 new(8200),
		AvailabilityZone:                     "us-east-1b",
		AvailabilityZoneRelocation:           new(true),
		AllowVersionUpgrade:                  new(false),
		ClusterVersion:                       "1.0",
		ClusterParameterGroupName:            "STRICT",
		ClusterSubnetGroupName:               "Private",
		VpcSecurityGroupIDs:                  []string{"sg-1", "sg-2"},
		PubliclyAccessible:                   new(true),
		EnhancedVpcRouting:                   new(true),
		Encrypted:                            new(true),
		KmsKeyID:                             "2",
		MaintenanceTrackName:                 "trailing",
		SnapshotScheduleIdentifier:           "Hourly",
		IamRoles:                             []string{role},
		DefaultIamRoleArn:                    role,
		IPAddressType:                        models.IPAddressTypeDualstack,
		MultiAZ:                              new(true),
		ExtraComputeForAutomaticOptimization: new(true),
		CatalogName:                          "lake-1",
		RedshiftIdcApplicationArn:            "arn:idc",
		LoadSampleData:                       "true",
		Tags:                                 []models.Tag{{Key: "team", Value: "sales"}},
	}
	created := succeed[*redshift.CreateClusterResult](t)(client.CreateCluster(t.Context(), params)).Cluster
	if roles := []models.ClusterIamRole{{IamRoleArn: role, ApplyStatus: "adding"}}; !equalJSON(t, created.IamRoles, roles) {
		t.Errorf("while it is creating, the roles are %+v, want %+v", created.IamRoles, roles)
	}
	if zone := describeOne(t, client, "new").AvailabilityZone; created.AvailabilityZone != "us-east-1b" || zone != "us-east-1b" {
		t.Errorf("while it is creating, the zones are %s and %s, want the requested one", created.AvailabilityZone, zone)
	}
	fake.Advance(clusterDuration)
	got := describeOne(t, client, "new")
	want := models.Cluster{
		ClusterIdentifier:                    "new",
		NodeType:                             "ra3.4xlarge",
		ClusterStatus:                        "available",
		ClusterAvailabilityStatus:            "Available",
		MasterUsername:                       "admin.user+1",
		DBName:                               "sales",
		Endpoint:                             &models.Endpoint{Address: "new.example00000.us-east-1.redshift.amazonaws.com", Port: 8200},
		ClusterCreateTime:                    start,
		AutomatedSnapshotRetentionPeriod:     7,
		ManualSnapshotRetentionPeriod:        30,
		ClusterSecurityGroups:                got.ClusterSecurityGroups,
		VpcSecurityGroups:                    []models.VpcSecurityGroupMembership{{VpcSecurityGroupID: "sg-1", Status: "active"}, {VpcSecurityGroupID: "sg-2", Status: "active"}},
		ClusterParameterGroups:               []models.ClusterParameterGroupStatus{parameterGroupStatus("strict", "in-sync")},
		ClusterSubnetGroupName:               "private",
		VpcID:                                got.VpcID,
		AvailabilityZone:                     "us-east-1b",
		PreferredMaintenanceWindow:           "Wed:09:00-Wed:09:30",
		PendingModifiedValues:                &models.PendingModifiedValues{},
		ClusterVersion:                       "1.0",
		NumberOfNodes:                        3,
		PubliclyAccessible:                   true,
		Encrypted:                            true,
		ClusterPublicKey:                     got.ClusterPublicKey,
		ClusterNodes:                         got.ClusterNodes,
		ClusterRevisionNumber:                got.ClusterRevisionNumber,
		Tags:                                 []models.Tag{{Key: "team", Value: "sales"}},
		KmsKeyID:                             "arn:aws:kms:us-east-1:123456789012:key/2",
		EnhancedVpcRouting:                   true,
		IamRoles:                             []models.ClusterIamRole{{IamRoleArn: role, ApplyStatus: "in-sync"}},
		PendingActions:                       got.PendingActions,
		MaintenanceTrackName:                 "trailing",
		ElasticResizeNumberOfNodeOptions:     "[2,4,5,6,7,8,9,10,11,12]",
		DeferredMaintenanceWindows:           got.DeferredMaintenanceWindows,
		SnapshotScheduleIdentifier:           "hourly",
		SnapshotScheduleState:                "ACTIVE",
		ExpectedNextSnapshotScheduleTime:     start.Add(time.Hour),
		NextMaintenanceWindowStartTime:       time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC),
		AvailabilityZoneRelocationStatus:     "enabled",
		ClusterNamespaceArn:                  got.ClusterNamespaceArn,
		DefaultIamRoleArn:                    role,
		MasterPasswordSecretArn:              "arn:aws:secretsmanager:us-east-1:123456789012:secret:redshift!new-admin.user+1",
		MasterPasswordSecretKmsKeyID:         "arn:aws:kms:us-east-1:123456789012:key/3",
		IPAddressType:                        "dualstack",
		MultiAZ:                              "Enabled",
		TotalStorageCapacityInMegaBytes:      new(int64(3 * 128_000_000)),
		MultiAZSecondary:                     &models.SecondaryClusterInfo{AvailabilityZone: "us-east-1a", ClusterNodes: got.ClusterNodes},
		CatalogArn:                           "arn:aws:glue:us-east-1:123456789012:catalog/lake-1",
		ExtraComputeForAutomaticOptimization: "enabled",
	}
	want.ExpectedNextSnapshotScheduleTime, want.ExpectedNextSnapshotScheduleTimeStatus = got.ExpectedNextSnapshotScheduleTime, "OnTrack"
	if !equalJSON(t, got, want) || len(got.ClusterNodes) != 4 {
		t.Errorf("the cluster is\n%+v\nwant\n%+v", got, want)
	}
	must(t, fake, "CreateCluster", newCluster("sealed", "HsmClientCertificateIdentifier", "certificate", "HsmConfigurationIdentifier", "configuration")...)
	sealed := describeOne(t, client, "sealed")
	hsm := &models.HsmStatus{HsmClientCertificateIdentifier: "certificate", HsmConfigurationIdentifier: "configuration", Status: "active"}
	if !equalJSON(t, sealed.HsmStatus, hsm) || !sealed.Encrypted || sealed.KmsKeyID != "" {
		t.Errorf("with an HSM, the cluster has %+v, Encrypted %t, key %q", sealed.HsmStatus, sealed.Encrypted, sealed.KmsKeyID)
	}
}

// TestCreateClusterNodes: the number of nodes follows from ClusterType and NumberOfNodes.
func TestCreateClusterNodes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	for i, test := range []struct {
		parameters []string
		want       int
	}{
		{nil, 1},
		{[]string{"NumberOfNodes", "1"}, 1},
		{[]string{"NumberOfNodes", "4"}, 4},
		{[]string{"ClusterType", "single-node"}, 1},
		{[]string{"ClusterType", "single-node", "NumberOfNodes", "1"}, 1},
		{[]string{"ClusterType", "multi-node", "NumberOfNodes", "2"}, 2},
	} {
		name := fmt.Sprintf("new-%d", i)
		must(t, fake, "CreateCluster", newCluster(name, test.parameters...)...)
		if got := describeOne(t, clientOf(t, fake), name).NumberOfNodes; got != test.want {
			t.Errorf("CreateCluster(%q) has %d nodes, want %d", test.parameters, got, test.want)
		}
	}
}

// createClusterRefusals need the clusters analytics and creating, and the HSM client certificate known.
func createClusterRefusals() map[string]lifecycleRefusal {
	const role = "arn:aws:iam::123456789012:role/r"
	replaced := func(name, value string, more ...string) []string {
		parameters := newCluster("new", more...)
		for i := 0; i < len(parameters); i += 2 {
			if parameters[i] == name {
				parameters[i+1] = value
			}
		}

		return parameters
	}
	without := func(name string, more ...string) []string {
		parameters := newCluster("new", more...)
		for i := 0; i < len(parameters); i += 2 {
			if parameters[i] == name {
				return append(parameters[:i], parameters[i+2:]...)
			}
		}

		return parameters
	}
	with := func(more ...string) []string { return newCluster("new", more...) }
	var tooManyRoles, tooManyTags []string
	for i := range 51 {
		tooManyRoles = append(tooManyRoles, fmt.Sprintf("IamRoles.IamRoleArn.%d", i+1), fmt.Sprint(role, i))
		tooManyTags = append(tooManyTags, fmt.Sprintf("Tags.Tag.%d.Key", i+1), fmt.Sprint(i))
	}
	const value, combination = "InvalidParameterValue", "InvalidParameterCombination"

	return map[string]lifecycleRefusal{
		"no identifier":         {without("ClusterIdentifier"), "MissingParameter", "ClusterIdentifier"},
		"no node type":          {without("NodeType"), "MissingParameter", "NodeType"},
		"no user":               {without("MasterUsername"), "MissingParameter", "MasterUsername"},
		"upper case":            {replaced("ClusterIdentifier", "New"), value, "lower case"},
		"hyphens":               {replaced("ClusterIdentifier", "a--b"), value, "1 to 63"},
		"long":                  {replaced("ClusterIdentifier", strings.Repeat("a", 64)), value, "1 to 63"},
		"taken":                 {replaced("ClusterIdentifier", "analytics"), "ClusterAlreadyExists", "analytics"},
		"being created":         {replaced("ClusterIdentifier", "creating"), "ClusterAlreadyExists", "creating"},
		"node type":             {replaced("NodeType", "dw9.huge"), value, "dw9.huge"},
		"old node type":         {replaced("NodeType", "ds2.xlarge"), value, "ds2.xlarge"},
		"no nodes":              {with("NumberOfNodes", "0"), value, "1 or more"},
		"too many nodes":        {with("NumberOfNodes", "33"), "NumberOfNodesPerClusterLimitExceeded", "32"},
		"too few nodes":         {replaced("NodeType", "ra3.4xlarge"), value, "at least 2"},
		"multi-node of 1":       {with("ClusterType", "multi-node", "NumberOfNodes", "1"), combination, "greater than or equal to 2"},
		"multi-node of nothing": {with("ClusterType", "multi-node"), combination, "greater than or equal to 2"},
		"single-node of 2":      {with("ClusterType", "single-node", "NumberOfNodes", "2"), combination, "one node, not 2"},
		"cluster type":          {with("ClusterType", "huge"), value, "huge"},
		"user":                  {replaced("MasterUsername", "1st"), value, "MasterUsername"},
		"upper-case user":       {replaced("MasterUsername", "Admin"), value, "MasterUsername"},
		"user with slash":       {replaced("MasterUsername", "a/b"), value, "MasterUsername"},
		"public":                {replaced("MasterUsername", "public"), value, "reserved word"},
		"reserved user":         {replaced("MasterUsername", "user"), value, "reserved word"},
		"long user":             {replaced("MasterUsername", strings.Repeat("a", 129)), value, "1 to 128"},
		"reserved database":     {with("DBName", "table"), value, "DBName"},
		"upper-case database":   {with("DBName", "Dev"), value, "DBName"},
		"database with hyphen":  {with("DBName", "a-b"), value, "DBName"},
		"long database":         {with("DBName", strings.Repeat("a", 65)), value, "1 to 64"},
		"no password":           {without("MasterUserPassword"), combination, "ManageMasterPassword"},
		"managed with password": {with("ManageMasterPassword", "true"), combination, "together"},
		"short password":        {replaced("MasterUserPassword", "Abcdef1"), value, "8 to 64"},
		"long password":         {replaced("MasterUserPassword", "A1"+strings.Repeat("a", 63)), value, "8 to 64"},
		"no upper-case letter":  {replaced("MasterUserPassword", "abcdefg1"), value, "upper-case letter"},
		"no lower-case letter":  {replaced("MasterUserPassword", "ABCDEFG1"), value, "lower-case letter"},
		"no digit":              {replaced("MasterUserPassword", "Abcdefgh"), value, "digit"},
		"space":                 {replaced("MasterUserPassword", "Abcdef 1"), value, "printable ASCII"},
		"quote":                 {replaced("MasterUserPassword", "Abcdef'1"), value, "printable ASCII"},
		"at sign":               {replaced("MasterUserPassword", "Abcdef@1"), value, "printable ASCII"},
		"backslash":             {replaced("MasterUserPassword", `Abcdef\1`), value, "printable ASCII"},
		"umlaut":                {replaced("MasterUserPassword", "Abcdefü1"), value, "printable ASCII"},
		"key without secret":    {with("MasterPasswordSecretKmsKeyId", "k"), combination, "ManageMasterPassword"},
		"no automated":          {with("AutomatedSnapshotRetentionPeriod", "0"), value, "AutomatedSnapshotRetentionPeriod"},
		"long automated":        {with("AutomatedSnapshotRetentionPeriod", "36"), value, "AutomatedSnapshotRetentionPeriod"},
		"manual":                {with("ManualSnapshotRetentionPeriod", "0"), "InvalidRetentionPeriodFault", "3653"},
		"window":                {with("PreferredMaintenanceWindow", "Sunday"), value, "PreferredMaintenanceWindow"},
		"port":                  {with("Port", "1150"), value, "1150"},
		"zone":                  {with("AvailabilityZone", "eu-west-1a"), value, "AvailabilityZone"},
		"no zone":               {with("AvailabilityZone", "us-east-1"), value, "AvailabilityZone"},
		"classic groups":        {with("ClusterSecurityGroups.ClusterSecurityGroupName.1", "default"), combination, "VPC"},
		"subnet group":          {with("ClusterSubnetGroupName", "private"), "ClusterSubnetGroupNotFoundFault", "private"},
		"parameter group":       {with("ClusterParameterGroupName", "strict"), "ClusterParameterGroupNotFound", "strict"},
		"certificate":           {with("HsmClientCertificateIdentifier", "c", "HsmConfigurationIdentifier", "c"), "HsmClientCertificateNotFoundFault", "'c'"},
		"HSM":                   {with("HsmClientCertificateIdentifier", "known", "HsmConfigurationIdentifier", "c"), "HsmConfigurationNotFoundFault", "'c'"},
		"half an HSM":           {with("HsmClientCertificateIdentifier", "c"), combination, "together"},
		"HSM and KMS":           {with("HsmClientCertificateIdentifier", "c", "HsmConfigurationIdentifier", "c", "KmsKeyId", "k"), combination, "KmsKeyId"},
		"not encrypted":         {with("Encrypted", "false"), value, "Encrypted"},
		"version":               {with("ClusterVersion", "2.0"), value, "2.0"},
		"track":                 {with("MaintenanceTrackName", "fast"), "InvalidClusterTrack", "fast"},
		"schedule":              {with("SnapshotScheduleIdentifier", "missing"), "SnapshotScheduleNotFound", "missing"},
		"address type":          {with("IpAddressType", "ipv6"), value, "ipv6"},
		"application":           {with("RedshiftIdcApplicationArn", "arn"), "RedshiftIdcApplicationNotExists", "arn"},
		"catalog":               {with("CatalogName", "123"), value, "CatalogName"},
		"role":                  {with("IamRoles.IamRoleArn.1", "reader"), value, "reader"},
		"default role":          {with("IamRoles.IamRoleArn.1", role, "DefaultIamRoleArn", role+"x"), value, "DefaultIamRoleArn"},
		"too many roles":        {with(tooManyRoles...), value, "at most 50"},
		"tag":                   {with("Tags.Tag.1.Key", "a;b"), "InvalidTagFault", "a;b"},
		"too many tags":         {with(tooManyTags...), "TagLimitExceededFault", "50"},
		"Multi-AZ of 1":         {with("MultiAZ", "true"), combination, "at least 2 nodes"},
		"Multi-AZ of DC2":       {replaced("NodeType", "dc2.large", "MultiAZ", "true", "NumberOfNodes", "2"), combination, "RA3"},
		"relocation of DC2":     {replaced("NodeType", "dc2.large", "AvailabilityZoneRelocation", "true"), combination, "RA3"},
		"relocation with address": {
			with("AvailabilityZoneRelocation", "true", "PubliclyAccessible", "true", "ElasticIp", "192.0.2.1"), combination, "ElasticIp",
		},
	}
}

func TestCreateClusterRefusals(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{HSMClientCertificates: []string{"known"}}})
	must(t, fake, "CreateCluster", newCluster("creating")...)
	expectRefusals(t, fake, "CreateCluster", createClusterRefusals())
}

func TestCreateClusterQuotas(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{Clusters: 2, Nodes: 5}})
	expectRefusals(t, fake, "CreateCluster", map[string]lifecycleRefusal{
		"nodes": {newCluster("new", "NumberOfNodes", "4"), "NumberOfNodesQuotaExceeded", "Options.Quotas.Nodes"},
	})
	must(t, fake, "CreateCluster", newCluster("new", "NumberOfNodes", "3")...)
	expectRefusals(t, fake, "CreateCluster", map[string]lifecycleRefusal{
		"clusters": {newCluster("newer"), "ClusterQuotaExceeded", "Options.Quotas.Clusters"},
		"retried":  {newCluster("new", "NumberOfNodes", "3"), "ClusterAlreadyExists", "new"},
	})
	fake.Advance(clusterDuration)
	expectRefusals(t, fake, "ResizeCluster", map[string]lifecycleRefusal{
		"elastic": {[]string{"ClusterIdentifier", "new", "NumberOfNodes", "4"}, "NumberOfNodesQuotaExceeded", "6 nodes"},
	})
	expectRefusals(t, fake, "ModifyCluster", map[string]lifecycleRefusal{
		"classic": {[]string{"ClusterIdentifier", "new", "NodeType", "ra3.large", "NumberOfNodes", "4"}, "NumberOfNodesQuotaExceeded", "6 nodes"},
	})
}

// TestPasswordsStaySecret: no response, log, request or event has a password, also if it is refused or in the wrong place.
func TestPasswordsStaySecret(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	fake := newFake(t, redshifttest.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	var seen strings.Builder
	passwords := []string{"Sesame99open", "sesame99open", "Sesame99 open", "Sesame99@open", "Ses1", "Sesame99" + strings.Repeat("x", 60)}
	for i, password := range passwords {
		parameters := newCluster(fmt.Sprintf("new-%d", i))
		parameters[len(parameters)-1] = password
		for _, one := range []testResponse{
			do(t, fake, "CreateCluster", parameters...),
			do(t, fake, "CreateCluster", append(parameters, "ManageMasterPassword", "true")...),
			do(t, fake, "CreateCluster", append(parameters, "Encrypted", "false")...),
			do(t, fake, "ModifyCluster", change("MasterUserPassword", password)...),
			do(t, fake, "ModifyCluster", change("MasterUserPassword", password, "MasterUserPassword.1", password)...),
			do(t, fake, "ResizeCluster", change("MasterUserPassword", password)...),
			do(t, fake, "DescribeClusters"),
		} {
			seen.WriteString(one.Body)
		}
		fake.Advance(time.Hour)
	}
	for _, request := range fake.Requests() {
		if got := request.Params["MasterUserPassword"]; len(got) > 0 && got[0] != "[redacted]" {
			t.Errorf("the request log has MasterUserPassword %q, want [redacted]", got)
		}
		fmt.Fprint(&seen, request)
	}
	seen.WriteString(log.String() + strings.Join(eventTexts(fake), "\n"))
	if !strings.Contains(seen.String(), "Master credentials updated for cluster analytics") || !strings.Contains(seen.String(), "****") {
		t.Error("no call changed the password, so the test shows nothing")
	}
	for _, password := range passwords {
		if strings.Contains(strings.ToLower(seen.String()), strings.ToLower(password)) {
			t.Errorf("the password %q is in a response, a log or an event", password)
		}
	}
}
