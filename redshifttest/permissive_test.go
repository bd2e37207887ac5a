package redshifttest_test

import (
	"testing"

	"github.com/redshift-go/redshift/redshifttest"
)

// TestPermissive makes calls with values that Redshift refuses: the fake refuses them too, unless it is permissive.
func TestPermissive(t *testing.T) {
	t.Parallel()
	create := func(identifier, nodeType, password string) []string {
		return []string{
			"ClusterIdentifier", identifier, "NodeType", nodeType, "ClusterType", "single-node",
			"MasterUsername", "admin", "MasterUserPassword", password,
		}
	}
	createAs := func(user string) []string {
		return []string{"ClusterIdentifier", "new", "NodeType", "ra3.large", "MasterUsername", user, "MasterUserPassword", "Abcdefg1"}
	}
	tests := map[string]struct {
		operation  string
		parameters []string
		code       string // the error of a permissive fake too
	}{
		"underscore in a cluster":        {"CreateCluster", create("my_cluster", "ra3.large", "Abcdefg1"), ""},
		"retired node type":              {"CreateCluster", create("retired", "ds2.xlarge", "Abcdefg1"), ""},
		"unknown node type":              {"CreateCluster", create("unknown", "dw.hs1.xlarge", "Abcdefg1"), ""},
		"simple password":                {"CreateCluster", create("simple", "ra3.large", "password"), ""},
		"reserved word as a user":        {"CreateCluster", createAs("user"), ""},
		"hyphen in a database":           {"CreateCluster", append(create("db", "ra3.large", "Abcdefg1"), "DBName", "my-db"), ""},
		"role without an account":        {"CreateCluster", append(create("role", "ra3.large", "Abcdefg1"), "IamRoles.IamRoleArn.1", "arn:aws:iam:::role/r"), ""},
		"underscore in a snapshot":       {"CreateClusterSnapshot", []string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", "my_snapshot"}, ""},
		"underscore in a subnet group":   {"CreateClusterSubnetGroup", []string{"ClusterSubnetGroupName", "my@group", "Description", "d", "SubnetIds.SubnetIdentifier.1", "subnet-12345678"}, ""},
		"underscore in a group":          {"CreateClusterParameterGroup", []string{"ParameterGroupName", "my_group", "ParameterGroupFamily", "redshift-1.0", "Description", "d"}, ""},
		"short password":                 {"CreateCluster", create("short", "ra3.large", "Abc1"), "InvalidParameterValue"},
		"upper case in a cluster":        {"CreateCluster", create("UPPER", "ra3.large", "Abcdefg1"), "InvalidParameterValue"},
		"subnet that cannot exist":       {"CreateClusterSubnetGroup", []string{"ClusterSubnetGroupName", "group", "Description", "d", "SubnetIds.SubnetIdentifier.1", "subnet-1"}, "InvalidSubnet"},
		"snapshot of a missing cluster":  {"CreateClusterSnapshot", []string{"ClusterIdentifier", "missing", "SnapshotIdentifier", "nightly"}, "ClusterNotFound"},
		"parameter group without family": {"CreateClusterParameterGroup", []string{"ParameterGroupName", "group", "ParameterGroupFamily", "no-family", "Description", "d"}, "InvalidParameterValue"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			permissive := newFake(t, redshifttest.Options{Permissive: true})
			if got := do(t, permissive, test.operation, test.parameters...); got.Code != test.code {
				t.Errorf("a permissive fake: %s %q, want the code %q", got.Code, got.Message, test.code)
			}
			strict := newFake(t, redshifttest.Options{})
			if got := do(t, strict, test.operation, test.parameters...); got.Code == "" {
				t.Error("the fake accepted the call, want an error")
			}
		})
	}
}
