package redshifttest_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// restoreAs restores the snapshot nightly to the cluster drill, and returns the cluster after the restore.
func restoreAs(t *testing.T, fake *redshifttest.Fake, parameters ...string) models.Cluster {
	t.Helper()
	must(t, fake, "RestoreFromClusterSnapshot",
		append([]string{"ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly"}, parameters...)...)
	fake.Advance(redshifttest.DefaultRestoreDuration)

	return describeOne(t, clientOf(t, fake), "drill")
}

// TestRestoreKeepsSettings checks that a restored cluster has the settings that the cluster had when the snapshot was taken.
func TestRestoreKeepsSettings(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
	if err := fake.AddCluster(redshifttest.Cluster{
		Identifier:                       "analytics",
		PreferredMaintenanceWindow:       "Tue:23:45-Wed:00:15",
		ManualSnapshotRetentionPeriod:    14,
		AutomatedSnapshotRetentionPeriod: 9,
		Tags:                             []models.Tag{{Key: "team", Value: "finance"}},
	}); err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "nightly") // without tags
	const arn = "arn:aws:redshift:us-east-1:123456789012:cluster:analytics"
	must(t, fake, "CreateTags", "ResourceName", arn, "Tags.Tag.1.Key", "later")
	got := restoreAs(t, fake)
	if !slices.Equal(got.Tags, []models.Tag{{Key: "team", Value: "finance"}}) {
		t.Errorf("tags: %v", got.Tags)
	}
	if got.PreferredMaintenanceWindow != "Tue:23:45-Wed:00:15" || got.ManualSnapshotRetentionPeriod != 14 ||
		got.AutomatedSnapshotRetentionPeriod != 9 {
		t.Errorf("window %s, manual snapshots %d days, automated ones %d", got.PreferredMaintenanceWindow, got.ManualSnapshotRetentionPeriod,
			got.AutomatedSnapshotRetentionPeriod)
	}
	// The new cluster has its own tags and its own retention period of manual snapshots.
	must(t, fake, "CreateTags", "ResourceName", "arn:aws:redshift:us-east-1:123456789012:cluster:drill", "Tags.Tag.1.Key", "team",
		"Tags.Tag.1.Value", "drill")
	if one := describeOne(t, clientOf(t, fake), "analytics"); !slices.Contains(one.Tags, models.Tag{Key: "team", Value: "finance"}) {
		t.Errorf("tags of the first cluster: %v", one.Tags)
	}
	client := clientOf(t, fake)
	for name, test := range map[string]struct {
		period *int
		want   int
	}{"default": {nil, 14}, "own": {new(7), 7}, "forever": {new(-1), -1}} {
		taken := succeed[*redshift.CreateClusterSnapshotResult](t)(client.CreateClusterSnapshot(t.Context(),
			&redshift.CreateClusterSnapshotParams{
				ClusterIdentifier: "drill", SnapshotIdentifier: name, ManualSnapshotRetentionPeriod: test.period,
			}))
		if got := taken.Snapshot.ManualSnapshotRetentionPeriod; *got != test.want {
			t.Errorf("%s: retention period = %d days, want %d", name, *got, test.want)
		}
	}
}

// TestRestoreElsewhere checks that a restore in another region or account keeps the settings of the cluster, except tags.
func TestRestoreElsewhere(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
	if err := fake.AddCluster(redshifttest.Cluster{
		Identifier: "analytics", PreferredMaintenanceWindow: "mon:03:00-mon:04:00", AutomatedSnapshotRetentionPeriod: 5,
		Tags: []models.Tag{{Key: "team", Value: "finance"}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	west := fake.InRegion("us-west-2")
	must(t, fake, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2")
	createSnapshots(t, fake, "nightly")
	fake.Advance(redshifttest.DefaultSnapshotDuration)
	must(t, west, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "copy:nightly")
	must(t, fake, "AuthorizeSnapshotAccess", "SnapshotIdentifier", "nightly", "AccountWithRestoreAccess", partner)
	partnerClient := clientWith(t, fake, partnerKeys)
	restored := succeed[*redshift.RestoreFromClusterSnapshotResult](t)(partnerClient.RestoreFromClusterSnapshot(t.Context(),
		&redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "drill", SnapshotIdentifier: "nightly", OwnerAccount: ownAccount}))
	for where, one := range map[string]models.Cluster{"another region": describeOne(t, clientOf(t, west), "drill"),
		"another account": restored.Cluster} {
		if len(one.Tags) > 0 || one.PreferredMaintenanceWindow != "mon:03:00-mon:04:00" || one.AutomatedSnapshotRetentionPeriod != 5 {
			t.Errorf("in %s: tags %v, window %s, %d days", where, one.Tags, one.PreferredMaintenanceWindow, one.AutomatedSnapshotRetentionPeriod)
		}
	}
}

// TestRestoreWithoutDuration checks that a new cluster is creating even if the restore takes no time, and that the rate is plausible.
func TestRestoreWithoutDuration(t *testing.T) {
	t.Parallel()
	for _, duration := range []time.Duration{-1, 1, 2, 3, time.Microsecond, time.Second} {
		t.Run(duration.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := redshifttest.New(redshifttest.Options{SnapshotDuration: duration, RestoreDuration: duration})
				if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
					t.Fatal(err)
				}
				client := clientOf(t, fake)
				taken := succeed[*redshift.CreateClusterSnapshotResult](t)(client.CreateClusterSnapshot(t.Context(),
					&redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly"}))
				if taken.Snapshot.Status != models.SnapshotStatusCreating {
					t.Errorf("CreateClusterSnapshot returned the status %s", taken.Snapshot.Status)
				}
				time.Sleep(max(duration, 1))
				restored := succeed[*redshift.RestoreFromClusterSnapshotResult](t)(client.RestoreFromClusterSnapshot(t.Context(),
					&redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "drill", SnapshotIdentifier: "nightly"}))
				if restored.Cluster.ClusterStatus != models.ClusterStatusCreating {
					t.Errorf("RestoreFromClusterSnapshot returned the status %s", restored.Cluster.ClusterStatus)
				}
				time.Sleep(max(duration, 3))
				one := describeOne(t, client, "drill")
				if one.ClusterStatus != models.ClusterStatusAvailable || one.RestoreStatus.Status != models.RestoreStatusTypeCompleted {
					t.Errorf("after the restore: %s, %s", one.ClusterStatus, one.RestoreStatus.Status)
				}
				if rate := one.RestoreStatus.CurrentRestoreRateInMegaBytesPerSecond; rate <= 0 || rate > 1024 {
					t.Errorf("restored 1024 MB at %v MB/s", rate)
				}
			})
		})
	}
}

// TestSnapshotRate checks that a snapshot that never becomes available has a plausible rate.
func TestSnapshotRate(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{SnapshotDuration: 5})
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "nightly")
	fake.Advance(1)
	if one := fake.Snapshots()[0]; one.Status != models.SnapshotStatusCreating || one.CurrentBackupRateInMegaBytesPerSecond != 1024 {
		t.Errorf("%s at %v MB/s", one.Status, one.CurrentBackupRateInMegaBytesPerSecond)
	}
}

// TestNodeTypes restores between generations of nodes.
func TestNodeTypes(t *testing.T) {
	t.Parallel()
	all := []string{"ds2.xlarge", "ds2.8xlarge", "dc2.large", "dc2.8xlarge", "ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"}
	for from, to := range map[string][]string{
		"ds2.xlarge":  {"ds2.xlarge", "ds2.8xlarge", "ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"},
		"ds2.8xlarge": {"ds2.xlarge", "ds2.8xlarge", "ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"},
		"dc2.large":   {"dc2.large", "dc2.8xlarge", "ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"},
		"ra3.large":   {"ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"},
		"rg.xlarge":   {"rg.xlarge"},
	} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
			if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", NodeType: from, NumberOfNodes: 3}); err != nil {
				t.Fatal(err)
			}
			createSnapshots(t, fake, "nightly")
			if got := fake.Snapshots()[0].RestorableNodeTypes; !slices.Equal(got, to) {
				t.Errorf("RestorableNodeTypes = %q", got)
			}
			for number, nodeType := range append(slices.Clone(all), from) {
				want := ""
				if !slices.Contains(to, nodeType) {
					want = string(models.ErrInvalidRestore)
				}
				got := do(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", fmt.Sprintf("drill-%d", number), "SnapshotIdentifier", "nightly",
					"NodeType", nodeType, "NumberOfNodes", "2")
				if got.Code != want {
					t.Errorf("restore to %s returned %s", nodeType, got.Body)
				}
			}
		})
	}
}

// TestFewerLargerNodes tests the example of the management guide: 24 ds2.xlarge nodes become 3 ds2.8xlarge nodes.
func TestFewerLargerNodes(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", NodeType: "ds2.xlarge", NumberOfNodes: 24}); err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "nightly")
	if got := restoreAs(t, fake, "NodeType", "ds2.8xlarge", "NumberOfNodes", "3"); got.NodeType != "ds2.8xlarge" || got.NumberOfNodes != 3 {
		t.Errorf("the cluster has %d nodes of type %s", got.NumberOfNodes, got.NodeType)
	}
}

// TestNodeLimits tests the smallest and the largest number of nodes of each type, and the numbers next to them.
func TestNodeLimits(t *testing.T) {
	t.Parallel()
	for nodeType, limits := range map[string][2]int{
		"dc2.large": {1, 32}, "dc2.8xlarge": {2, 128}, "ds2.xlarge": {1, 32}, "ds2.8xlarge": {2, 128},
		"ra3.large": {1, 16}, "ra3.xlplus": {1, 32}, "ra3.4xlarge": {2, 64}, "ra3.16xlarge": {2, 128},
	} {
		t.Run(nodeType, func(t *testing.T) {
			t.Parallel()
			fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1, Quotas: redshifttest.Quotas{Nodes: 1000}})
			for count, want := range map[int]string{
				limits[0] - 1: "InvalidParameterValue", limits[0]: "", limits[1]: "", limits[1] + 1: "NumberOfNodesPerClusterLimitExceeded",
			} {
				name := "c" + strconv.Itoa(count)
				// 0 means the default.
				if err := fake.AddCluster(redshifttest.Cluster{Identifier: name, NodeType: nodeType,
					NumberOfNodes: count}); (err == nil) != (want == "" || count == 0) {
					t.Errorf("AddCluster with %d nodes: %v", count, err)
				}
				if err := fake.AddCluster(redshifttest.Cluster{Identifier: "source-" + name, NodeType: nodeType, NumberOfNodes: 2}); err != nil {
					t.Fatal(err)
				}
				must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "source-"+name, "SnapshotIdentifier", name)
				fake.Advance(redshifttest.DefaultSnapshotDuration)
				if got := do(t, fake, "RestoreFromClusterSnapshot",
					"ClusterIdentifier", "restored-"+name, "SnapshotIdentifier", name, "NumberOfNodes", strconv.Itoa(count)); got.Code != want {
					t.Errorf("restore with %d nodes returned %s", count, got.Body)
				}
			}
		})
	}
}

// TestPorts tests both ends of each range of ports.
func TestPorts(t *testing.T) {
	t.Parallel()
	for nodeType, ports := range map[string]map[int]bool{
		"ra3.xlplus": {5430: false, 5431: true, 5455: true, 5456: false, 8190: false, 8191: true, 8215: true, 8216: false, 1150: false,
			65535: false},
		"rg.xlarge": {5430: false, 5431: true, 8215: true, 8216: false},
		"dc2.large": {1149: false, 1150: true, 5456: true, 65535: true, 65536: false, -1: false},
	} {
		for port, valid := range ports {
			fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
			if err := fake.AddCluster(redshifttest.Cluster{Identifier: "ported", NodeType: nodeType, Port: port}); (err == nil) != valid {
				t.Errorf("AddCluster of %s with port %d: %v", nodeType, port, err)
			}
			if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", NodeType: nodeType}); err != nil {
				t.Fatal(err)
			}
			createSnapshots(t, fake, "nightly")
			got := do(t, fake, "RestoreFromClusterSnapshot",
				"ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly", "Port", strconv.Itoa(port))
			if (got.Code == "") != valid || !valid && got.Code != "InvalidParameterValue" {
				t.Errorf("restore to %s with port %d returned %s", nodeType, port, got.Body)
			}
		}
	}
}

// TestRestoreKeys checks that the account's own encrypted snapshot keeps its key, and that other snapshots accept any key.
func TestRestoreKeys(t *testing.T) {
	t.Parallel()
	const first, second = "arn:aws:kms:us-east-1:123456789012:key/1", "arn:aws:kms:us-east-1:123456789012:key/2"
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", KmsKeyID: first}); err != nil {
		t.Fatal(err)
	}
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "nightly")
	must(t, fake, "AuthorizeSnapshotAccess", "SnapshotIdentifier", "nightly", "AccountWithRestoreAccess", partner)
	if got := restoreAs(t, fake, "KmsKeyId", first, "Encrypted", "true", "MultiAZ", "true"); got.KmsKeyID != first || !got.Encrypted ||
		got.MultiAZ != "Enabled" {
		t.Errorf("restore with its own key: %s, %v, %s", got.KmsKeyID, got.Encrypted, got.MultiAZ)
	}
	if got := do(t, fake, "RestoreFromClusterSnapshot",
		"ClusterIdentifier", "other", "SnapshotIdentifier", "nightly", "KmsKeyId", second); got.Code != "InvalidParameterValue" {
		t.Errorf("restore with another key returned %s", got.Body)
	}
	restored := succeed[*redshift.RestoreFromClusterSnapshotResult](t)(clientWith(t, fake, partnerKeys).RestoreFromClusterSnapshot(t.Context(),
		&redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "drill", SnapshotIdentifier: "nightly", OwnerAccount: ownAccount,
			KmsKeyID: second}))
	if restored.Cluster.KmsKeyID != second {
		t.Errorf("restore by another account has the key %s", restored.Cluster.KmsKeyID)
	}
}

// TestResources restores clusters with the default groups and with names of Options.Resources.
func TestResources(t *testing.T) {
	t.Parallel()
	const application = "arn:aws:redshift:us-east-1:123456789012:redshiftidcapplication:1"
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{
		ParameterGroups: []string{"strict"}, SubnetGroups: []string{"private"},
		HSMClientCertificates: []string{"certificate"}, HSMConfigurations: []string{"configuration"},
		ReservedNodes: []string{"node"}, ReservedNodeOfferings: []string{"offering"}, IdcApplications: []string{application},
	}})
	createSnapshots(t, fake, "nightly")
	for number, pair := range [][]string{
		{"ClusterParameterGroupName", "default.redshift-1.0"},
		{"ClusterParameterGroupName", "default.redshift-2.0"},
		{"ClusterParameterGroupName", "Strict"},
		{"ClusterSubnetGroupName", "default"},
		{"ClusterSubnetGroupName", "private"},
		{"HsmClientCertificateIdentifier", "certificate", "HsmConfigurationIdentifier", "configuration"},
		{"ReservedNodeId", "node"},
		{"TargetReservedNodeOfferingId", "offering"},
		{"RedshiftIdcApplicationArn", application},
	} {
		must(t, fake, "RestoreFromClusterSnapshot",
			append([]string{"ClusterIdentifier", fmt.Sprintf("drill-%d", number), "SnapshotIdentifier", "nightly"}, pair...)...)
	}
	// Names of groups are stored in lower case.
	got := restoreAs(t, fake, "ClusterParameterGroupName", "STRICT", "ClusterSubnetGroupName", "Private")
	if got.ClusterParameterGroups[0].ParameterGroupName != "strict" || got.ClusterSubnetGroupName != "private" {
		t.Errorf("the groups are %q and %q", got.ClusterParameterGroups[0].ParameterGroupName, got.ClusterSubnetGroupName)
	}
	defer func() {
		if message := fmt.Sprint(recover()); !strings.Contains(message, "Options.Resources.SubnetGroups") {
			t.Errorf("New with an empty name panicked with %s", message)
		}
	}()
	redshifttest.New(redshifttest.Options{Resources: redshifttest.Resources{SubnetGroups: []string{""}}})
}

// TestMaintenanceWindows adds and restores clusters with windows, and compares the start of the next window.
func TestMaintenanceWindows(t *testing.T) {
	t.Parallel()
	// start is Monday, 2026-11-23, 09:30:00.25.
	for window, want := range map[string]string{
		"sun:05:00-sun:05:30":   "2026-11-29T05:00:00Z",
		"Sun:05:00-SUN:05:30":   "2026-11-29T05:00:00Z",
		"mon:09:30-mon:10:00":   "2026-11-30T09:30:00Z",
		"mon:09:31-mon:10:01":   "2026-11-23T09:31:00Z",
		"sat:23:45-sun:00:15":   "2026-11-28T23:45:00Z",
		"sun:23:59-mon:00:29":   "2026-11-29T23:59:00Z",
		"tue:00:00-wed:00:00":   "2026-11-24T00:00:00Z",
		"fri:22:00-mon:06:00":   "2026-11-27T22:00:00Z",
		"sun:05:00-sun:05:29":   "",
		"sun:05:00-sun:05:00":   "",
		"sat:23:59-sun:00:28":   "",
		"sun:24:00-mon:00:30":   "",
		"sun:05:60-sun:06:30":   "",
		"sun:05:00-sun:29:00":   "",
		"son:05:00-sun:05:30":   "",
		"sun:05:00-foo:05:30":   "",
		"sun:5:00-sun:05:30":    "",
		"sun:05:00":             "",
		" sun:05:00-sun:05:30":  "",
		"sun:05:00-sun:05:30\n": "",
	} {
		fake := newFake(t, redshifttest.Options{})
		err := fake.AddCluster(redshifttest.Cluster{Identifier: "kept", PreferredMaintenanceWindow: window})
		if (err == nil) != (want != "") {
			t.Errorf("AddCluster with %q: %v", window, err)
		}
		createSnapshots(t, fake, "nightly")
		got := do(t, fake, "RestoreFromClusterSnapshot",
			"ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly", "PreferredMaintenanceWindow", window)
		if want == "" {
			if got.Code != "InvalidParameterValue" {
				t.Errorf("restore with %q returned %s", window, got.Body)
			}

			continue
		}
		client := clientOf(t, fake)
		for _, name := range []string{"kept", "drill"} {
			one := describeOne(t, client, name)
			next := one.NextMaintenanceWindowStartTime.Format(time.RFC3339)
			late := next == "2026-11-30T09:31:00Z" && want == "2026-11-23T09:31:00Z" // the snapshot took five minutes
			if one.PreferredMaintenanceWindow != window || next != want && !late {
				t.Errorf("%s has the window %s with the next start %s, want %s", name, one.PreferredMaintenanceWindow, next, want)
			}
		}
	}
}

// TestCreatingClusters checks that a cluster that is creating has no members that Redshift omits, and has them later. The Availability
// Zone is among them unless the call requested one.
func TestCreatingClusters(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{AutomatedSnapshots: true})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "added", Status: "creating"}); err != nil {
		t.Fatal(err)
	}
	createSnapshots(t, fake, "nightly")
	restored := must(t, fake, "RestoreFromClusterSnapshot",
		"ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly", "AvailabilityZone", "us-east-1c")
	described := func(name string) string {
		return must(t, fake, "DescribeClusters", "ClusterIdentifier", name).Body
	}
	later := []string{
		"ClusterCreateTime", "Endpoint", "Address", "ClusterRevisionNumber", "ClusterPublicKey", "NodeRole",
		"ExpectedNextSnapshotScheduleTime", "ExpectedNextSnapshotScheduleTimeStatus",
	}
	always := []string{
		"ClusterIdentifier", "NodeType", "ClusterStatus", "ClusterAvailabilityStatus", "MasterUsername", "DBName",
		"AutomatedSnapshotRetentionPeriod",
		"ManualSnapshotRetentionPeriod", "VpcId", "PreferredMaintenanceWindow", "ClusterVersion", "AllowVersionUpgrade", "NumberOfNodes",
		"PubliclyAccessible", "Encrypted", "EnhancedVpcRouting", "MaintenanceTrackName", "NextMaintenanceWindowStartTime", "ClusterNamespaceArn",
	}
	for name, body := range map[string]string{"restore": restored.Body, "drill": described("drill"), "added": described("added")} {
		if zone := strings.Contains(body, "<AvailabilityZone>us-east-1c<"); zone != (name != "added") {
			t.Errorf("%s has the requested zone %t, want %t", name, zone, !zone)
		}
		for _, member := range later {
			if strings.Contains(body, "<"+member+">") {
				t.Errorf("%s has %s while it is creating", name, member)
			}
		}
		for _, member := range always {
			if !strings.Contains(body, "<"+member+">") {
				t.Errorf("%s has no %s", name, member)
			}
		}
		if !strings.Contains(body, "<DeferredMaintenanceWindows/>") || !strings.Contains(body, "<PendingModifiedValues/>") ||
			!strings.Contains(body, "<Tags/>") {
			t.Errorf("%s has no empty member:\n%s", name, body)
		}
	}
	if strings.Contains(restored.Body, "RestoreStatus") || !strings.Contains(described("drill"), "<RestoreStatus>") {
		t.Error("RestoreStatus must be in DescribeClusters only")
	}
	fake.Advance(redshifttest.DefaultRestoreDuration)
	if err := fake.SetClusterStatus("added", "available"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"drill", "added", "analytics"} {
		body := described(name)
		for _, member := range slices.Concat(always, later) {
			if !strings.Contains(body, "<"+member+">") {
				t.Errorf("%s has no %s although it is available", name, member)
			}
		}
	}
	if one := describeOne(t, clientOf(t, fake), "drill"); one.AvailabilityZone != "us-east-1c" ||
		!strings.HasPrefix(one.ClusterPublicKey, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ") ||
		!strings.HasSuffix(one.ClusterPublicKey, " Amazon-Redshift\n") || one.ClusterPublicKey == describeOne(t, clientOf(t, fake),
		"added").ClusterPublicKey {
		t.Errorf("zone %s, key %q", one.AvailabilityZone, one.ClusterPublicKey)
	}
}

// TestAddCluster adds clusters that Redshift would refuse.
func TestAddCluster(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cluster redshifttest.Cluster
		message string
	}{
		"automated retention": {redshifttest.Cluster{AutomatedSnapshotRetentionPeriod: 36}, "35 days"},
		"manual retention":    {redshifttest.Cluster{ManualSnapshotRetentionPeriod: 3654}, "3653"},
		"negative retention":  {redshifttest.Cluster{ManualSnapshotRetentionPeriod: -2}, "-2"},
		"infinite size":       {redshifttest.Cluster{SizeInMegaBytes: math.Inf(1)}, "+Inf"},
		"NaN size":            {redshifttest.Cluster{SizeInMegaBytes: math.NaN()}, "NaN"},
		"tag key":             {redshifttest.Cluster{Tags: []models.Tag{{Key: "a;b"}}}, "a;b"},
		"tag twice":           {redshifttest.Cluster{Tags: []models.Tag{{Key: "a"}, {Key: "a"}}}, "twice"},
		"future":              {redshifttest.Cluster{CreateTime: start.Add(time.Second)}, "after now"},
	} {
		fake := newFake(t, redshifttest.Options{})
		test.cluster.Identifier = "sales"
		if err := fake.AddCluster(test.cluster); err == nil || !strings.Contains(err.Error(), test.message) ||
			!strings.Contains(err.Error(), `"sales"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
	fake := newFake(t, redshifttest.Options{})
	for _, one := range []redshifttest.Cluster{
		{Identifier: "longest", AutomatedSnapshotRetentionPeriod: 35, ManualSnapshotRetentionPeriod: 3653},
		{Identifier: "shortest", AutomatedSnapshotRetentionPeriod: 1, ManualSnapshotRetentionPeriod: 1},
		{Identifier: "now", CreateTime: start},
	} {
		if err := fake.AddCluster(one); err != nil {
			t.Error(err)
		}
	}
}

// TestEmptyStatuses checks that every method that sets a status refuses an empty one.
func TestEmptyStatuses(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	createSnapshots(t, fake, "nightly")
	request := succeed[*redshift.RestoreTableFromClusterSnapshotResult](t)(clientOf(t, fake).RestoreTableFromClusterSnapshot(t.Context(),
		&redshift.RestoreTableFromClusterSnapshotParams{
			ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", SourceDatabaseName: "dev", SourceTableName: "orders", NewTableName: "t",
		})).TableRestoreStatus.TableRestoreRequestID
	for name, err := range map[string]error{
		"SetClusterStatus":      fake.SetClusterStatus("analytics", ""),
		"SetSnapshotStatus":     fake.SetSnapshotStatus("nightly", ""),
		"SetTableRestoreStatus": fake.SetTableRestoreStatus(request, "", ""),
	} {
		if err == nil || !strings.Contains(err.Error(), "empty") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKeysByOtherNames names KMS keys by identifier and alias. Redshift shows their ARNs.
func TestKeysByOtherNames(t *testing.T) {
	t.Parallel()
	const key = "1234abcd-12ab-34cd-56ef-1234567890ab"
	const arn = "arn:aws:kms:us-east-1:123456789012:key/" + key
	fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
	for _, one := range []redshifttest.Cluster{{Identifier: "analytics"}, {Identifier: "sealed", KmsKeyID: key}} {
		if err := fake.AddCluster(one); err != nil {
			t.Fatal(err)
		}
	}
	createSnapshots(t, fake, "nightly")
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "sealed", "SnapshotIdentifier", "vault")
	fake.Advance(redshifttest.DefaultSnapshotDuration)
	described := func(name string, parameters ...string) [2]string {
		must(t, fake, "CreateSnapshotCopyGrant", append([]string{"SnapshotCopyGrantName", name}, parameters...)...)
		must(t, fake, "RestoreFromClusterSnapshot",
			append([]string{"ClusterIdentifier", name, "SnapshotIdentifier", "nightly", "Encrypted", "true"}, parameters...)...)
		client := clientOf(t, fake)
		grants := succeed[*redshift.DescribeSnapshotCopyGrantsResult](t)(client.DescribeSnapshotCopyGrants(t.Context(),
			&redshift.DescribeSnapshotCopyGrantsParams{SnapshotCopyGrantName: name}))

		return [2]string{grants.SnapshotCopyGrants[0].KmsKeyID, describeOne(t, client, name).KmsKeyID}
	}
	for name, given := range map[string]string{"by-id": key, "by-arn": arn} {
		if got := described(name, "KmsKeyId", given); got != [2]string{arn, arn} {
			t.Errorf("%s: KmsKeyId = %q", name, got)
		}
	}
	byAlias, byAliasARN := described("by-alias", "KmsKeyId", "alias/own"), described("by-alias-arn",
		"KmsKeyId", "arn:aws:kms:us-east-1:123456789012:alias/own")
	other, none := described("other-alias", "KmsKeyId", "alias/other"), described("none")
	if byAlias != byAliasARN || byAlias == other || byAlias == none {
		t.Errorf("one alias has the keys %q and %q, another alias has %q, the default is %q", byAlias, byAliasARN, other, none)
	}
	for _, one := range []string{byAlias[0], byAlias[1], other[0], none[0], none[1]} {
		if !strings.HasPrefix(one, "arn:aws:kms:us-east-1:123456789012:key/") {
			t.Errorf("KmsKeyId = %q", one)
		}
	}
	// Another name of the same key is not another key.
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "unsealed", "SnapshotIdentifier", "vault", "KmsKeyId", arn)
	if one := describeOne(t, clientOf(t, fake), "sealed"); one.KmsKeyID != arn {
		t.Errorf("an added cluster is encrypted with %q", one.KmsKeyID)
	}
}

// TestRestoreRetention restores with the shortest and the longest retention periods. Nodes with managed storage need automated snapshots.
func TestRestoreRetention(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		nodeType, days string
		valid          bool
	}{
		{"dc2.large", "0", true},
		{"dc2.large", "-1", false},
		{"ra3.xlplus", "0", false},
		{"ra3.xlplus", "1", true},
		{"ra3.xlplus", "35", true},
		{"ra3.xlplus", "36", false},
	} {
		fake := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", NodeType: test.nodeType}); err != nil {
			t.Fatal(err)
		}
		createSnapshots(t, fake, "nightly")
		got := do(t, fake, "RestoreFromClusterSnapshot",
			"ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly", "AutomatedSnapshotRetentionPeriod", test.days)
		if (got.Code == "") != test.valid || !test.valid && got.Code != "InvalidParameterValue" {
			t.Errorf("restore with %s days for %s returned %s", test.days, test.nodeType, got.Body)
		}
	}
}
