package redshift_test

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

// inStatus returns the description of the cluster analytics in a status.
func inStatus(status string) reply {
	return clusterWith("<ClusterStatus>" + status + "</ClusterStatus>")
}

// named returns the description of one cluster with an identifier.
func named(identifier, members string) reply {
	return result("DescribeClusters", "<Clusters><Cluster><ClusterIdentifier>"+identifier+"</ClusterIdentifier>"+members+"</Cluster></Clusters>")
}

var (
	missingCluster  = refusal(http.StatusNotFound, "ClusterNotFound")
	missingSnapshot = refusal(http.StatusNotFound, "ClusterSnapshotNotFound")
	noClusters      = result("DescribeClusters", "<Clusters/>")
	missingResize   = refusal(http.StatusNotFound, "ResizeNotFound")
	accessDenied    = refusal(http.StatusForbidden, "AccessDenied")
)

const yesterday = "1999-12-31T00:00:00Z"

func runRecovered(t *testing.T, tests map[string]recoveredCall) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

func TestRecoverCreateCluster(t *testing.T) {
	t.Parallel()
	call := of((*redshift.Client).CreateCluster, redshift.CreateClusterParams{
		ClusterIdentifier:  "Analytics",
		MasterUsername:     "admin",
		MasterUserPassword: "confidential",
		NodeType:           "ra3.large",
		NumberOfNodes:      new(2),
		DBName:             "dev",
		Encrypted:          new(true),
		Port:               new(5440), // not compared: a new cluster has no endpoint
	}, func(r *redshift.CreateClusterResult) bool { return r.Cluster.ClusterIdentifier == "analytics" })
	const created = "<ClusterCreateTime>2000-01-01T00:00:00.5Z</ClusterCreateTime><Encrypted>true</Encrypted>"
	const nodes = "<NodeType>ra3.large</NodeType><NumberOfNodes>2</NumberOfNodes>"
	const names = "<MasterUsername>admin</MasterUsername><DBName>dev</DBName>"
	runRecovered(t, map[string]recoveredCall{
		"created":                     {call: call, replies: afterLost("ClusterAlreadyExists", clusterWith(created+nodes+names)), want: "ok", requests: "2*CreateCluster DescribeClusters"},
		"created, without times":      {call: call, replies: afterLost("ClusterAlreadyExists", missingCluster, clusterWith(nodes), clusterWith(created+nodes+names)), want: "ok", requests: "2*CreateCluster 3*DescribeClusters"},
		"created, all responses lost": {call: call, replies: afterAllLost(clusterWith(created + nodes + names)), want: "ok"},
		"never shown":                 {call: call, replies: afterLost("ClusterAlreadyExists", missingCluster), want: "unknown", requests: "2*CreateCluster 5*DescribeClusters"},
		"another user":                {call: call, replies: afterLost("ClusterAlreadyExists", clusterWith(created+nodes+"<MasterUsername>other</MasterUsername><DBName>dev</DBName>")), want: "ClusterAlreadyExists"},
		"another database":            {call: call, replies: afterLost("ClusterAlreadyExists", clusterWith(created+nodes+"<MasterUsername>admin</MasterUsername><DBName>other</DBName>")), want: "ClusterAlreadyExists"},
		"a restored cluster":          {call: call, replies: afterLost("ClusterAlreadyExists", clusterWith(created+nodes+names+"<RestoreStatus><Status>completed</Status></RestoreStatus>")), want: "ClusterAlreadyExists"},
		"a cluster of yesterday":      {call: call, replies: afterLost("ClusterAlreadyExists", clusterWith(nodes+names+"<ClusterCreateTime>"+yesterday+"</ClusterCreateTime>")), want: "ClusterAlreadyExists"},
		"other nodes":                 {call: call, replies: afterLost("ClusterAlreadyExists", clusterWith(created+names+"<NodeType>ra3.large</NodeType><NumberOfNodes>4</NumberOfNodes>")), want: "unknown", text: "another NumberOfNodes"},
		"refused at first":            {call: call, replies: []reply{refusal(http.StatusBadRequest, "ClusterAlreadyExists")}, want: "ClusterAlreadyExists", requests: "CreateCluster"},
		"without its identifier":      {call: call, replies: afterLost("ClusterAlreadyExists", result("DescribeClusters", "<Clusters><Cluster>"+created+nodes+names+"</Cluster></Clusters>")), want: "unknown"},
		"a quota afterwards":          {call: call, replies: afterLost("ClusterQuotaExceeded"), want: "unknown", requests: "2*CreateCluster"},
	})
}

func TestRecoverDeleteCluster(t *testing.T) {
	t.Parallel()
	isDeleted := func(r *redshift.DeleteClusterResult) bool {
		return strings.EqualFold(r.Cluster.ClusterIdentifier, "analytics") &&
			slices.Contains([]models.ClusterStatus{models.ClusterStatusDeleting, models.ClusterStatusFinalSnapshot}, r.Cluster.ClusterStatus)
	}
	drop := of((*redshift.Client).DeleteCluster, redshift.DeleteClusterParams{ClusterIdentifier: "Analytics", SkipFinalClusterSnapshot: new(true)}, isDeleted)
	keep := of((*redshift.Client).DeleteCluster, redshift.DeleteClusterParams{ClusterIdentifier: "Analytics", FinalClusterSnapshotIdentifier: "Nightly"}, isDeleted)
	available, deleting, final := inStatus("available"), inStatus("deleting"), inStatus("final-snapshot")
	noSnapshots := result("DescribeClusterSnapshots", "<Snapshots/>")
	both := "2*DeleteCluster" + strings.Repeat(" DescribeClusters DescribeClusterSnapshots", 5)
	old := snapshotWith(ofAnalytics + createdAt(yesterday))
	ofSales := snapshotWith("<ClusterIdentifier>sales</ClusterIdentifier>" + createdNow)
	runRecovered(t, map[string]recoveredCall{
		"gone":                            {call: drop, replies: afterLost("ClusterNotFound"), want: "ok", requests: "2*DeleteCluster"},
		"deleting":                        {call: drop, replies: afterLost("InvalidClusterState", deleting), want: "ok", requests: "2*DeleteCluster DescribeClusters"},
		"gone at the look-up":             {call: drop, replies: afterLost("InvalidClusterState", missingCluster), want: "ok", requests: "2*DeleteCluster DescribeClusters"},
		"not in the list":                 {call: drop, replies: afterLost("InvalidClusterState", noClusters), want: "ok"},
		"deleting, shown later":           {call: drop, replies: afterLost("InvalidClusterState", available, deleting), want: "ok", requests: "2*DeleteCluster 2*DescribeClusters"},
		"not deleted":                     {call: drop, replies: afterLost("InvalidClusterState", inStatus("resizing")), want: "unknown", text: "still exists", requests: "2*DeleteCluster 5*DescribeClusters"},
		"refused at first":                {call: drop, replies: []reply{refusal(http.StatusBadRequest, "InvalidClusterState")}, want: "InvalidClusterState", requests: "DeleteCluster"},
		"missing at first":                {call: drop, replies: []reply{missingCluster}, want: "ClusterNotFound", requests: "DeleteCluster"},
		"deleting, all responses lost":    {call: drop, replies: afterAllLost(deleting), want: "ok", requests: "5*DeleteCluster DescribeClusters"},
		"gone, all responses lost":        {call: drop, replies: afterAllLost(missingCluster), want: "ok"},
		"not deleted, all responses lost": {call: drop, replies: afterAllLost(available), want: "unknown"},
		"the look-up is refused":          {call: drop, replies: afterLost("InvalidClusterState", accessDenied), want: "unknown", requests: "2*DeleteCluster DescribeClusters"},
		"no identifier":                   {call: drop, replies: afterLost("InvalidClusterState", result("DescribeClusters", "<Clusters><Cluster><ClusterStatus>deleting</ClusterStatus></Cluster></Clusters>")), want: "unknown"},
		"its final snapshot":              {call: keep, replies: afterLost("ClusterSnapshotAlreadyExists", final, snapshotWith(mine)), want: "ok", requests: "2*DeleteCluster DescribeClusters DescribeClusterSnapshots"},
		"deleting after its snapshot":     {call: keep, replies: afterLost("InvalidClusterState", deleting, snapshotWith(mine)), want: "ok"},
		"gone, with its snapshot":         {call: keep, replies: afterLost("ClusterNotFound", missingCluster, snapshotWith(mine)), want: "ok", requests: "2*DeleteCluster DescribeClusters DescribeClusterSnapshots"},
		"gone, snapshot shown later":      {call: keep, replies: afterLost("ClusterNotFound", missingCluster, missingSnapshot, missingCluster, snapshotWith(mine)), want: "ok"},
		"gone without its snapshot":       {call: keep, replies: afterLost("ClusterNotFound", slices.Repeat([]reply{missingCluster, missingSnapshot}, 5)...), want: "unknown", text: "no final snapshot", requests: both},
		"gone, another's snapshot":        {call: keep, replies: afterLost("ClusterNotFound", missingCluster, ofSales), want: "ClusterNotFound"},
		"another cluster's snapshot":      {call: keep, replies: afterLost("ClusterSnapshotAlreadyExists", available, ofSales), want: "ClusterSnapshotAlreadyExists"},
		"a snapshot of yesterday":         {call: keep, replies: afterLost("ClusterSnapshotAlreadyExists", available, old), want: "ClusterSnapshotAlreadyExists", requests: "2*DeleteCluster DescribeClusters DescribeClusterSnapshots"},
		"a new snapshot, status later":    {call: keep, replies: afterLost("InvalidClusterState", available, snapshotWith(mine), final, snapshotWith(mine)), want: "ok"},
		"no snapshot, not deleted":        {call: keep, replies: afterLost("InvalidClusterState", slices.Repeat([]reply{available, missingSnapshot}, 5)...), want: "unknown", text: "still exists", requests: both},
		"gone, a snapshot of yesterday":   {call: keep, replies: afterLost("ClusterNotFound", missingCluster, old), want: "ClusterNotFound", requests: "2*DeleteCluster DescribeClusters DescribeClusterSnapshots"},
		"deleting, an older snapshot":     {call: keep, replies: afterLost("InvalidClusterState", deleting, old), want: "InvalidClusterState"},
		"gone, an undated snapshot":       {call: keep, replies: afterLost("ClusterNotFound", slices.Repeat([]reply{missingCluster, snapshotWith(ofAnalytics)}, 5)...), want: "unknown", text: "no SnapshotCreateTime"},
		"old snapshot, responses lost":    {call: keep, replies: afterAllLost(missingCluster, old), want: "unknown", text: "SnapshotCreateTime before the call"},
		"gone, in no list":                {call: keep, replies: afterLost("ClusterNotFound", noClusters, snapshotWith(mine)), want: "ok"},
		"gone, no snapshot in a list":     {call: keep, replies: afterLost("ClusterNotFound", slices.Repeat([]reply{noClusters, noSnapshots}, 5)...), want: "unknown", text: "no final snapshot"},
		"a snapshot without a name":       {call: keep, replies: afterLost("InvalidClusterState", slices.Repeat([]reply{deleting, result("DescribeClusterSnapshots", "<Snapshots><Snapshot>"+mine+"</Snapshot></Snapshots>")}, 5)...), want: "unknown", text: "no SnapshotIdentifier"},
		"the snapshot is not shown":       {call: keep, replies: afterLost("ClusterNotFound", missingCluster, accessDenied), want: "unknown", requests: "2*DeleteCluster DescribeClusters DescribeClusterSnapshots"},
	})
}

func TestRecoverRenamedCluster(t *testing.T) {
	t.Parallel()
	rename := of((*redshift.Client).ModifyCluster, redshift.ModifyClusterParams{ClusterIdentifier: "Analytics", NewClusterIdentifier: "Sales", Port: new(5440)},
		func(r *redshift.ModifyClusterResult) bool { return r.Cluster.ClusterIdentifier != "" })
	sameName := of((*redshift.Client).ModifyCluster, redshift.ModifyClusterParams{ClusterIdentifier: "Analytics", NewClusterIdentifier: "analytics"}, nil)
	const port = "<Endpoint><Port>5440</Port></Endpoint>"
	const pending = port + "<PendingModifiedValues><ClusterIdentifier>sales</ClusterIdentifier></PendingModifiedValues>"
	renamed, waiting, unchanged := named("sales", port), named("analytics", pending), named("analytics", port)
	runRecovered(t, map[string]recoveredCall{
		"renamed":                     {call: rename, replies: afterLost("ClusterNotFound", renamed, missingCluster), want: "ok", requests: "2*ModifyCluster 2*DescribeClusters"},
		"renamed, shown later":        {call: rename, replies: afterLost("ClusterNotFound", missingCluster, missingCluster, renamed, missingCluster), want: "ok", requests: "2*ModifyCluster 4*DescribeClusters"},
		"renamed, all responses lost": {call: rename, replies: afterAllLost(renamed, missingCluster), want: "ok"},
		"renamed, not in the list":    {call: rename, replies: afterLost("ClusterNotFound", noClusters, noClusters, renamed, noClusters), want: "ok"},
		"renaming":                    {call: rename, replies: afterLost("InvalidClusterState", missingCluster, waiting), want: "ok", requests: "2*ModifyCluster 2*DescribeClusters"},
		"renaming, shown later":       {call: rename, replies: afterLost("InvalidClusterState", missingCluster, unchanged, missingCluster, waiting), want: "ok"},
		"the new identifier is its":   {call: rename, replies: afterLost("ClusterAlreadyExists", renamed, missingCluster), want: "ok"},
		"not renamed":                 {call: rename, replies: afterLost("InvalidClusterState", slices.Repeat([]reply{missingCluster, unchanged}, 5)...), want: "unknown", text: "no PendingModifiedValues.ClusterIdentifier", requests: "2*ModifyCluster 10*DescribeClusters"},
		"both identifiers exist":      {call: rename, replies: afterLost("ClusterAlreadyExists", slices.Repeat([]reply{renamed, unchanged}, 5)...), want: "unknown", text: "another ClusterIdentifier"},
		"no identifier exists":        {call: rename, replies: afterLost("ClusterNotFound", missingCluster), want: "unknown", requests: "2*ModifyCluster 10*DescribeClusters"},
		"renamed, with another port":  {call: rename, replies: afterLost("ClusterNotFound", slices.Repeat([]reply{named("sales", "<Endpoint><Port>1</Port></Endpoint>"), missingCluster}, 5)...), want: "unknown", text: "another Port"},
		"the first look-up refused":   {call: rename, replies: afterLost("ClusterNotFound", accessDenied), want: "unknown", requests: "2*ModifyCluster DescribeClusters"},
		"the second look-up refused":  {call: rename, replies: afterLost("ClusterNotFound", renamed, accessDenied), want: "unknown", requests: "2*ModifyCluster 2*DescribeClusters"},
		"taken at first":              {call: rename, replies: []reply{refusal(http.StatusBadRequest, "ClusterAlreadyExists")}, want: "ClusterAlreadyExists", requests: "ModifyCluster"},
		"missing at first":            {call: rename, replies: []reply{missingCluster}, want: "ClusterNotFound", requests: "ModifyCluster"},
		"the same name, not found":    {call: sameName, replies: afterLost("ClusterNotFound"), want: "unknown", requests: "2*ModifyCluster"},
	})
}

// allModified is the cluster that modifyAll requests.
const allModified = "<ClusterStatus>modifying</ClusterStatus><NodeType>ra3.large</NodeType><NumberOfNodes>2</NumberOfNodes>" +
	"<ClusterVersion>1.0</ClusterVersion><MaintenanceTrackName>trailing</MaintenanceTrackName><AvailabilityZone>eu-west-1b</AvailabilityZone>" +
	"<AvailabilityZoneRelocationStatus>pending_enabling</AvailabilityZoneRelocationStatus><MultiAZ>Disabled</MultiAZ><Endpoint><Port>5440</Port></Endpoint>" +
	"<ElasticIpStatus><ElasticIp>192.0.2.1</ElasticIp></ElasticIpStatus><IpAddressType>ipv4</IpAddressType><PubliclyAccessible>true</PubliclyAccessible>" +
	"<EnhancedVpcRouting>true</EnhancedVpcRouting><AllowVersionUpgrade>true</AllowVersionUpgrade>" +
	"<AutomatedSnapshotRetentionPeriod>7</AutomatedSnapshotRetentionPeriod><ManualSnapshotRetentionPeriod>9</ManualSnapshotRetentionPeriod>" +
	"<PreferredMaintenanceWindow>sun:05:00-sun:06:00</PreferredMaintenanceWindow><ExtraComputeForAutomaticOptimization>enabled</ExtraComputeForAutomaticOptimization>" +
	"<ClusterParameterGroups><ClusterParameterGroup><ParameterGroupName>mine</ParameterGroupName></ClusterParameterGroup></ClusterParameterGroups>" +
	"<ClusterSecurityGroups><ClusterSecurityGroup><ClusterSecurityGroupName>web</ClusterSecurityGroupName></ClusterSecurityGroup></ClusterSecurityGroups>" +
	"<VpcSecurityGroups><VpcSecurityGroup><VpcSecurityGroupId>sg-1</VpcSecurityGroupId></VpcSecurityGroup></VpcSecurityGroups>" +
	"<Encrypted>true</Encrypted><KmsKeyId>" + keyARN + "</KmsKeyId><HsmStatus><HsmClientCertificateIdentifier>cert</HsmClientCertificateIdentifier>" +
	"<HsmConfigurationIdentifier>hsm</HsmConfigurationIdentifier></HsmStatus><MasterPasswordSecretArn>arn:secret</MasterPasswordSecretArn>" +
	"<MasterPasswordSecretKmsKeyId>" + keyARN + "</MasterPasswordSecretKmsKeyId>"

// modifyAll returns every parameter that a look-up can compare, except NewClusterIdentifier.
func modifyAll() redshift.ModifyClusterParams {
	return redshift.ModifyClusterParams{
		ClusterIdentifier:                    "analytics",
		AllowVersionUpgrade:                  new(true),
		AutomatedSnapshotRetentionPeriod:     new(7),
		AvailabilityZone:                     "eu-west-1b",
		AvailabilityZoneRelocation:           new(true),
		ClusterParameterGroupName:            "Mine",
		ClusterSecurityGroups:                []string{"Web"},
		ClusterType:                          models.ClusterTypeMultiNode,
		ClusterVersion:                       "1.0",
		ElasticIP:                            "192.0.2.1",
		Encrypted:                            new(true),
		EnhancedVpcRouting:                   new(true),
		ExtraComputeForAutomaticOptimization: new(true),
		HsmClientCertificateIdentifier:       "cert",
		HsmConfigurationIdentifier:           "hsm",
		IPAddressType:                        models.IPAddressTypeIPv4,
		KmsKeyID:                             keyID,
		MaintenanceTrackName:                 "trailing",
		ManageMasterPassword:                 new(true),
		ManualSnapshotRetentionPeriod:        new(9),
		MasterPasswordSecretKmsKeyID:         keyID,
		MultiAZ:                              new(false),
		NodeType:                             "ra3.large",
		NumberOfNodes:                        new(2),
		Port:                                 new(5440),
		PreferredMaintenanceWindow:           "Sun:05:00-Sun:06:00",
		PubliclyAccessible:                   new(true),
		VpcSecurityGroupIDs:                  []string{"sg-1"},
	}
}

// The cluster must have every requested value, or have it pending.
func TestRecoverModifiedCluster(t *testing.T) {
	t.Parallel()
	params := modifyAll()
	fields := reflect.ValueOf(params)
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		if fields.Field(i).IsZero() && name != "NewClusterIdentifier" && name != "MasterUserPassword" {
			t.Errorf("modifyAll() has no %s", name)
		}
	}
	all := of((*redshift.Client).ModifyCluster, params, func(r *redshift.ModifyClusterResult) bool {
		return r.Cluster.ClusterStatus == models.ClusterStatusModifying
	})
	modifying := clusterWith(allModified)
	single := of((*redshift.Client).ModifyCluster, redshift.ModifyClusterParams{ClusterIdentifier: "analytics", ClusterType: models.ClusterTypeSingleNode}, nil)
	decrypt := of((*redshift.Client).ModifyCluster, redshift.ModifyClusterParams{ClusterIdentifier: "analytics", Encrypted: new(false)}, nil)
	password := of((*redshift.Client).ModifyCluster, redshift.ModifyClusterParams{ClusterIdentifier: "analytics", MasterUserPassword: "confidential"}, nil)
	pendingAll := clusterWith(strings.NewReplacer(
		"<NodeType>ra3.large<", "<NodeType>ra3.xlplus<", "<NumberOfNodes>2<", "<NumberOfNodes>1<", "<ClusterVersion>1.0<", "<ClusterVersion>0.9<",
		">trailing<", ">current<", "<AutomatedSnapshotRetentionPeriod>7<", "<AutomatedSnapshotRetentionPeriod>1<", "<PubliclyAccessible>true<", "<PubliclyAccessible>false<",
		"<EnhancedVpcRouting>true<", "<EnhancedVpcRouting>false<", "<Encrypted>true<", "<Encrypted>false<",
	).Replace(allModified) + "<PendingModifiedValues><NodeType>ra3.large</NodeType><NumberOfNodes>2</NumberOfNodes><ClusterType>multi-node</ClusterType>" +
		"<ClusterVersion>1.0</ClusterVersion><AutomatedSnapshotRetentionPeriod>7</AutomatedSnapshotRetentionPeriod><PubliclyAccessible>true</PubliclyAccessible>" +
		"<EnhancedVpcRouting>true</EnhancedVpcRouting><MaintenanceTrackName>trailing</MaintenanceTrackName><EncryptionType>KMS</EncryptionType></PendingModifiedValues>")
	tests := map[string]recoveredCall{
		"modified":                     {call: all, replies: afterLost("InvalidClusterState", modifying), want: "ok", requests: "2*ModifyCluster DescribeClusters"},
		"modified, shown later":        {call: all, replies: afterLost("InvalidClusterState", clusterWith(""), modifying), want: "ok", requests: "2*ModifyCluster 2*DescribeClusters"},
		"modified, all responses lost": {call: all, replies: afterAllLost(modifying), want: "ok"},
		"pending":                      {call: all, replies: afterLost("InvalidClusterState", pendingAll), want: "ok"},
		"one node":                     {call: single, replies: afterLost("InvalidClusterState", clusterWith("<NumberOfNodes>1</NumberOfNodes>")), want: "ok"},
		"two nodes":                    {call: single, replies: afterLost("InvalidClusterState", clusterWith("<NumberOfNodes>2</NumberOfNodes>")), want: "unknown", text: "another ClusterType"},
		"no nodes":                     {call: single, replies: afterLost("InvalidClusterState", clusterWith("")), want: "unknown", text: "no ClusterType"},
		"not encrypted":                {call: decrypt, replies: afterLost("InvalidClusterState", clusterWith("")), want: "ok"},
		"no encryption pending":        {call: decrypt, replies: afterLost("InvalidClusterState", clusterWith("<Encrypted>true</Encrypted><PendingModifiedValues><EncryptionType>None</EncryptionType></PendingModifiedValues>")), want: "ok"},
		"still encrypted":              {call: decrypt, replies: afterLost("InvalidClusterState", clusterWith("<Encrypted>true</Encrypted>")), want: "unknown", text: "another Encrypted"},
		"a password":                   {call: password, replies: afterLost("InvalidClusterState"), want: "unknown", text: "shows no password", requests: "2*ModifyCluster"},
		"a password, heard":            {call: password, replies: []reply{noResponse, result("ModifyCluster", "<Cluster/>")}, want: "ok", requests: "2*ModifyCluster"},
		"a missing cluster":            {call: all, replies: afterLost("ClusterNotFound"), want: "unknown", requests: "2*ModifyCluster"},
		"no cluster to look up":        {call: all, replies: afterLost("InvalidClusterState", missingCluster), want: "unknown", requests: "2*ModifyCluster 5*DescribeClusters"},
		"refused at first":             {call: all, replies: []reply{refusal(http.StatusBadRequest, "InvalidClusterState")}, want: "InvalidClusterState", requests: "ModifyCluster"},
	}
	// Each value differs once.
	for member, change := range map[string][2]string{
		"NodeType":                             {"<NodeType>ra3.large<", "<NodeType>ra3.xlplus<"},
		"NumberOfNodes":                        {"<NumberOfNodes>2<", "<NumberOfNodes>3<"},
		"ClusterVersion":                       {"<ClusterVersion>1.0<", "<ClusterVersion>2.0<"},
		"MaintenanceTrackName":                 {">trailing<", ">current<"},
		"AvailabilityZone":                     {"eu-west-1b", "eu-west-1a"},
		"AvailabilityZoneRelocationStatus":     {"pending_enabling", "disabled"},
		"MultiAZ":                              {">Disabled<", ">Enabled<"},
		"Port":                                 {"<Port>5440<", "<Port>5439<"},
		"ElasticIp":                            {"192.0.2.1", "192.0.2.2"},
		"IpAddressType":                        {">ipv4<", ">dualstack<"},
		"PreferredMaintenanceWindow":           {"sun:05:00", "mon:05:00"},
		"AutomatedSnapshotRetentionPeriod":     {"<AutomatedSnapshotRetentionPeriod>7<", "<AutomatedSnapshotRetentionPeriod>8<"},
		"ManualSnapshotRetentionPeriod":        {"<ManualSnapshotRetentionPeriod>9<", "<ManualSnapshotRetentionPeriod>8<"},
		"ExtraComputeForAutomaticOptimization": {">enabled<", ">soon<"},
		"ClusterParameterGroups":               {">mine<", ">theirs<"},
		"ClusterSecurityGroups":                {">web<", ">other<"},
		"VpcSecurityGroups":                    {">sg-1<", ">sg-2<"},
		"KmsKeyId":                             {"<KmsKeyId>" + keyARN, "<KmsKeyId>" + keyARN + "0"},
		"HsmClientCertificateIdentifier":       {">cert<", ">other<"},
		"HsmConfigurationIdentifier":           {">hsm<", ">other<"},
		"MasterPasswordSecretArn":              {">arn:secret<", "><"},
		"MasterPasswordSecretKmsKeyId":         {"<MasterPasswordSecretKmsKeyId>" + keyARN, "<MasterPasswordSecretKmsKeyId>" + keyARN + "0"},
	} {
		if !strings.Contains(allModified, change[0]) {
			t.Fatalf("allModified has no %s", change[0])
		}
		other := clusterWith(strings.Replace(allModified, change[0], change[1], 1))
		tests["another "+member] = recoveredCall{call: all, replies: afterLost("InvalidClusterState", other), want: "unknown", text: "another " + member}
	}
	// A switch that is off looks as if the response did not have it.
	for _, member := range []string{"PubliclyAccessible", "EnhancedVpcRouting", "AllowVersionUpgrade"} {
		off := clusterWith(strings.Replace(allModified, "<"+member+">true<", "<"+member+">false<", 1))
		tests["no "+member] = recoveredCall{call: all, replies: afterLost("InvalidClusterState", off), want: "unknown", text: "no " + member}
	}
	runRecovered(t, tests)
}

func TestRecoverModifyClusterIamRoles(t *testing.T) {
	t.Parallel()
	call := of((*redshift.Client).ModifyClusterIamRoles, redshift.ModifyClusterIamRolesParams{
		ClusterIdentifier: "analytics", AddIamRoles: []string{"role/a"}, RemoveIamRoles: []string{"role/b"}, DefaultIamRoleArn: "role/a",
	}, func(r *redshift.ModifyClusterIamRolesResult) bool { return len(r.Cluster.IamRoles) > 0 })
	role := func(name, status string) string {
		return "<ClusterIamRole><IamRoleArn>role/" + name + "</IamRoleArn><ApplyStatus>" + status + "</ApplyStatus></ClusterIamRole>"
	}
	with := func(defaultRole string, roles ...string) reply {
		return clusterWith("<IamRoles>" + strings.Join(roles, "") + "</IamRoles><DefaultIamRoleArn>" + defaultRole + "</DefaultIamRoleArn>")
	}
	runRecovered(t, map[string]recoveredCall{
		"done":                     {call: call, replies: afterLost("InvalidClusterState", with("role/a", role("a", "in-sync"))), want: "ok", requests: "2*ModifyClusterIamRoles DescribeClusters"},
		"under way":                {call: call, replies: afterLost("InvalidClusterState", with("role/a", role("a", "adding"), role("b", "removing"))), want: "ok"},
		"done, shown later":        {call: call, replies: afterLost("InvalidClusterState", with("", role("b", "in-sync")), with("role/a", role("a", "in-sync"))), want: "ok"},
		"done, all responses lost": {call: call, replies: afterAllLost(with("role/a", role("a", "in-sync"))), want: "ok"},
		"not added":                {call: call, replies: afterLost("InvalidClusterState", with("role/a", role("a", "removing"))), want: "unknown", text: "another IamRoles", requests: "2*ModifyClusterIamRoles 5*DescribeClusters"},
		"not removed":              {call: call, replies: afterLost("InvalidClusterState", with("role/a", role("a", "in-sync"), role("b", "in-sync"))), want: "unknown", text: "another IamRoles"},
		"another default":          {call: call, replies: afterLost("InvalidClusterState", with("role/c", role("a", "in-sync"))), want: "unknown", text: "another DefaultIamRoleArn"},
		"a missing cluster":        {call: call, replies: afterLost("InvalidClusterState", missingCluster), want: "unknown"},
		"refused at first":         {call: call, replies: []reply{refusal(http.StatusBadRequest, "InvalidClusterState")}, want: "InvalidClusterState"},
	})
}

func TestRecoverPausedCluster(t *testing.T) {
	t.Parallel()
	pause := of((*redshift.Client).PauseCluster, redshift.PauseClusterParams{ClusterIdentifier: "Analytics"},
		func(r *redshift.PauseClusterResult) bool { return r.Cluster.ClusterIdentifier == "analytics" })
	resume := of((*redshift.Client).ResumeCluster, redshift.ResumeClusterParams{ClusterIdentifier: "Analytics"},
		func(r *redshift.ResumeClusterResult) bool { return r.Cluster.ClusterIdentifier == "analytics" })
	reboot := of((*redshift.Client).RebootCluster, redshift.RebootClusterParams{ClusterIdentifier: "analytics"}, nil)
	first := []reply{refusal(http.StatusBadRequest, "InvalidClusterState")}
	runRecovered(t, map[string]recoveredCall{
		"pausing":                     {call: pause, replies: afterLost("InvalidClusterState", inStatus("pausing")), want: "ok", requests: "2*PauseCluster DescribeClusters"},
		"paused":                      {call: pause, replies: afterLost("InvalidClusterState", inStatus("paused")), want: "ok"},
		"paused, shown later":         {call: pause, replies: afterLost("InvalidClusterState", inStatus("available"), inStatus("pausing")), want: "ok"},
		"paused, all responses lost":  {call: pause, replies: afterAllLost(inStatus("paused")), want: "ok", requests: "5*PauseCluster DescribeClusters"},
		"not paused":                  {call: pause, replies: afterLost("InvalidClusterState", inStatus("resizing")), want: "unknown", text: "another ClusterStatus", requests: "2*PauseCluster 5*DescribeClusters"},
		"no cluster to pause":         {call: pause, replies: afterLost("InvalidClusterState", missingCluster), want: "unknown"},
		"not paused at first":         {call: pause, replies: first, want: "InvalidClusterState", requests: "PauseCluster"},
		"resuming":                    {call: resume, replies: afterLost("InvalidClusterState", inStatus("resuming")), want: "ok", requests: "2*ResumeCluster DescribeClusters"},
		"resumed":                     {call: resume, replies: afterLost("InvalidClusterState", inStatus("paused"), inStatus("available")), want: "ok"},
		"resumed, all responses lost": {call: resume, replies: afterAllLost(inStatus("resuming")), want: "ok"},
		"not resumed":                 {call: resume, replies: afterLost("InvalidClusterState", inStatus("paused")), want: "unknown", text: "another ClusterStatus"},
		"not resumed at first":        {call: resume, replies: first, want: "InvalidClusterState", requests: "ResumeCluster"},
		"a reboot":                    {call: reboot, replies: []reply{noResponse}, want: "unknown", text: "DescribeClusters", requests: "RebootCluster"},
	})
}

func TestRecoverResizedCluster(t *testing.T) {
	t.Parallel()
	resize := of((*redshift.Client).ResizeCluster, redshift.ResizeClusterParams{
		ClusterIdentifier: "Analytics", ClusterType: models.ClusterTypeMultiNode, NodeType: "ra3.large", NumberOfNodes: new(4), Classic: new(false),
	}, func(r *redshift.ResizeClusterResult) bool { return r.Cluster.ClusterIdentifier == "analytics" })
	exchange := of((*redshift.Client).ResizeCluster, redshift.ResizeClusterParams{ClusterIdentifier: "analytics", ReservedNodeID: "r-1", TargetReservedNodeOfferingID: "o-1"}, nil)
	resizeWith := func(status, node, nodes, kind string) reply {
		return result("DescribeResize", "<Status>"+status+"</Status><TargetNodeType>"+node+"</TargetNodeType><TargetNumberOfNodes>"+nodes+"</TargetNumberOfNodes>"+
			"<TargetClusterType>multi-node</TargetClusterType><ResizeType>"+kind+"</ResizeType>")
	}
	exchanged := func(node, offering string) reply {
		return clusterWith("<ReservedNodeExchangeStatus><SourceReservedNodeId>" + node + "</SourceReservedNodeId>" +
			"<TargetReservedNodeOfferingId>" + offering + "</TargetReservedNodeOfferingId></ReservedNodeExchangeStatus>")
	}
	cluster := inStatus("resizing")
	ours := resizeWith("IN_PROGRESS", "ra3.large", "4", "ElasticResize")
	succeeded := resizeWith("SUCCEEDED", "ra3.large", "4", "ElasticResize")
	resized := clusterWith("<NodeType>ra3.large</NodeType><NumberOfNodes>4</NumberOfNodes>")
	smaller := clusterWith("<NodeType>ra3.large</NodeType><NumberOfNodes>2</NumberOfNodes>")
	classic := of((*redshift.Client).ResizeCluster, redshift.ResizeClusterParams{ClusterIdentifier: "analytics", Classic: new(true)}, nil)
	other := func(one reply) []reply {
		return afterLost("InvalidClusterState", slices.Repeat([]reply{one, cluster}, 5)...)
	}
	runRecovered(t, map[string]recoveredCall{
		"in progress":            {call: resize, replies: afterLost("InvalidClusterState", ours, cluster), want: "ok", requests: "2*ResizeCluster DescribeResize DescribeClusters"},
		"done":                   {call: resize, replies: afterLost("InvalidClusterState", succeeded, resized), want: "ok"},
		"done, not visible yet":  {call: resize, replies: afterLost("InvalidClusterState", succeeded, smaller, succeeded, resized), want: "ok"},
		"done, resized again":    {call: resize, replies: afterAllLost(succeeded, smaller), want: "unknown", text: "another NumberOfNodes"},
		"done, no size":          {call: classic, replies: afterAllLost(resizeWith("SUCCEEDED", "ra3.large", "4", "ClassicResize"), resized), want: "unknown", text: "another Status"},
		"no size, in progress":   {call: classic, replies: afterAllLost(resizeWith("IN_PROGRESS", "ra3.large", "4", "ClassicResize"), cluster), want: "ok"},
		"all responses lost":     {call: resize, replies: afterAllLost(ours, cluster), want: "ok"},
		"shown later":            {call: resize, replies: afterLost("InvalidClusterState", missingResize, resizeWith("NONE", "", "0", ""), cluster, ours, cluster), want: "ok"},
		"never shown":            {call: resize, replies: afterLost("InvalidClusterState", missingResize), want: "unknown", requests: "2*ResizeCluster 5*DescribeResize"},
		"failed":                 {call: resize, replies: other(resizeWith("FAILED", "ra3.large", "4", "ElasticResize")), want: "unknown", text: "another Status"},
		"another node type":      {call: resize, replies: other(resizeWith("IN_PROGRESS", "ra3.xlplus", "4", "ElasticResize")), want: "unknown", text: "another TargetNodeType"},
		"another number":         {call: resize, replies: other(resizeWith("IN_PROGRESS", "ra3.large", "6", "ElasticResize")), want: "unknown", text: "another TargetNumberOfNodes"},
		"another kind":           {call: resize, replies: other(resizeWith("IN_PROGRESS", "ra3.large", "4", "ClassicResize")), want: "unknown", text: "another ResizeType"},
		"another cluster type":   {call: resize, replies: other(result("DescribeResize", "<Status>IN_PROGRESS</Status><TargetNodeType>ra3.large</TargetNodeType><TargetNumberOfNodes>4</TargetNumberOfNodes><TargetClusterType>single-node</TargetClusterType>")), want: "unknown", text: "another TargetClusterType"},
		"no cluster":             {call: resize, replies: afterLost("InvalidClusterState", ours, missingCluster), want: "unknown"},
		"refused at first":       {call: resize, replies: []reply{refusal(http.StatusBadRequest, "InvalidClusterState")}, want: "InvalidClusterState", requests: "ResizeCluster"},
		"with an exchange":       {call: exchange, replies: afterLost("InvalidClusterState", ours, exchanged("r-1", "o-1")), want: "ok"},
		"with another exchange":  {call: exchange, replies: afterLost("InvalidClusterState", slices.Repeat([]reply{ours, exchanged("r-1", "o-2")}, 5)...), want: "unknown", text: "another ReservedNodeExchangeStatus.TargetReservedNodeOfferingId"},
		"without an exchange":    {call: exchange, replies: afterLost("InvalidClusterState", slices.Repeat([]reply{ours, cluster}, 5)...), want: "unknown", text: "no ReservedNodeExchangeStatus.SourceReservedNodeId"},
		"the look-up is refused": {call: resize, replies: afterLost("InvalidClusterState", accessDenied), want: "unknown", requests: "2*ResizeCluster DescribeResize"},
	})
}

func TestRecoverCanceledResize(t *testing.T) {
	t.Parallel()
	cancel := of((*redshift.Client).CancelResize, redshift.CancelResizeParams{ClusterIdentifier: "Analytics"}, func(r *redshift.CancelResizeResult) bool {
		return strings.HasPrefix(string(r.Status), "CANCEL") && r.ResizeType == "ClassicResize" || r.Status == models.ResizeStatusNone
	})
	in := func(status string) reply {
		return result("DescribeResize", "<Status>"+status+"</Status><ResizeType>ClassicResize</ResizeType>")
	}
	runRecovered(t, map[string]recoveredCall{
		"canceling":                     {call: cancel, replies: afterLost("InvalidClusterState", in("CANCELLING")), want: "ok", requests: "2*CancelResize DescribeResize"},
		"canceling, shown later":        {call: cancel, replies: afterLost("InvalidClusterState", in("IN_PROGRESS"), in("CANCELLING")), want: "ok", requests: "2*CancelResize 2*DescribeResize"},
		"gone":                          {call: cancel, replies: afterLost("ResizeNotFound", missingResize), want: "ok", requests: "2*CancelResize DescribeResize"},
		"none":                          {call: cancel, replies: afterLost("ResizeNotFound", in("NONE")), want: "ok"},
		"canceling, all responses lost": {call: cancel, replies: afterAllLost(in("CANCELLING")), want: "ok"},
		"gone, all responses lost":      {call: cancel, replies: afterAllLost(missingResize), want: "ok"},
		"canceled":                      {call: cancel, replies: afterLost("ResizeNotFound", in("CANCELED")), want: "ok", requests: "2*CancelResize DescribeResize"},
		"canceled, in two Ls":           {call: cancel, replies: afterAllLost(in("CANCELLED")), want: "ok"},
		"ended":                         {call: cancel, replies: afterLost("ResizeNotFound", in("SUCCEEDED")), want: "unknown", text: "another Status", requests: "2*CancelResize DescribeResize"},
		"failed":                        {call: cancel, replies: afterLost("InvalidClusterState", in("FAILED")), want: "unknown", text: "another Status"},
		"not canceled":                  {call: cancel, replies: afterLost("InvalidClusterState", in("IN_PROGRESS")), want: "unknown", text: "still exists", requests: "2*CancelResize 5*DescribeResize"},
		"the look-up is refused":        {call: cancel, replies: afterLost("ResizeNotFound", accessDenied), want: "unknown"},
		"refused at first":              {call: cancel, replies: []reply{missingResize}, want: "ResizeNotFound", requests: "CancelResize"},
	})
}

// Redshift does not find another account's snapshot unless the call names the account or the ARN.
func TestMisleadingNotFoundOptions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		params redshift.DescribeNodeConfigurationOptionsParams
		reply  reply
		want   bool
	}{
		"no owner":      {redshift.DescribeNodeConfigurationOptionsParams{SnapshotIdentifier: "theirs"}, missingSnapshot, true},
		"an owner":      {redshift.DescribeNodeConfigurationOptionsParams{SnapshotIdentifier: "theirs", OwnerAccount: friend}, missingSnapshot, false},
		"an ARN":        {redshift.DescribeNodeConfigurationOptionsParams{SnapshotArn: nightlyARN}, missingSnapshot, false},
		"another error": {redshift.DescribeNodeConfigurationOptionsParams{SnapshotIdentifier: "theirs"}, accessDenied, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := scripted(t, test.reply)
			test.params.ActionType = models.ActionTypeRestoreCluster
			_, err := client.DescribeNodeConfigurationOptions(t.Context(), &test.params)
			if err == nil || strings.Contains(err.Error(), "OwnerAccount") != test.want {
				t.Errorf("err = %v, want a hint: %t", err, test.want)
			}
		})
	}
}
