package redshifttest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// inSubnets returns the parameters of a call that creates or changes a subnet group.
func inSubnets(group string, subnets ...string) []string {
	parameters := []string{"ClusterSubnetGroupName", group, "Description", "for tests"}
	for i, subnet := range subnets {
		parameters = append(parameters, fmt.Sprintf("SubnetIds.SubnetIdentifier.%d", i+1), subnet)
	}

	return parameters
}

func TestSubnetGroupLife(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{SubnetGroups: []string{"Private"}}})
	client := clientOf(t, fake)
	created := succeed[*redshift.CreateClusterSubnetGroupResult](t)(client.CreateClusterSubnetGroup(t.Context(),
		&redshift.CreateClusterSubnetGroupParams{
			ClusterSubnetGroupName: "Inner", Description: "of the office", SubnetIDs: []string{"subnet-1a1a1a1a", "subnet-2b2b2b2b"},
			Tags: []models.Tag{{Key: "team"}},
		})).ClusterSubnetGroup
	if created.ClusterSubnetGroupName != "inner" || created.Description != "of the office" ||
		created.SubnetGroupStatus != models.SubnetGroupStatusComplete ||
		!strings.HasPrefix(created.VpcID, "vpc-") || len(created.Subnets) != 2 || len(created.Tags) != 1 {
		t.Errorf("the new group is %+v", created)
	}
	for i, subnet := range created.Subnets {
		if want := []string{"subnet-1a1a1a1a", "subnet-2b2b2b2b"}[i]; subnet.SubnetIdentifier != want || subnet.SubnetStatus != "Active" ||
			!strings.HasPrefix(subnet.SubnetAvailabilityZone.Name, "us-east-1") {
			t.Errorf("subnet %d is %+v in %+v, want %s", i, subnet, subnet.SubnetAvailabilityZone, want)
		}
	}
	names := func(params *redshift.DescribeClusterSubnetGroupsParams) string {
		var all []string
		for group, err := range client.DescribeClusterSubnetGroupsAll(t.Context(), params) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, group.ClusterSubnetGroupName)
		}

		return strings.Join(all, " ")
	}
	for want, params := range map[string]*redshift.DescribeClusterSubnetGroupsParams{
		"default inner private": {},
		"private":               {ClusterSubnetGroupName: "PRIVATE"},
		"inner":                 {TagKeys: []string{"team"}},
	} {
		if got := names(params); got != want {
			t.Errorf("DescribeClusterSubnetGroups(%+v) = %q, want %q", *params, got, want)
		}
	}
	createSnapshots(t, fake, "nightly")
	must(t, fake, "RestoreFromClusterSnapshot", "ClusterIdentifier", "drill", "SnapshotIdentifier", "nightly", "ClusterSubnetGroupName",
		"Inner",
		"AvailabilityZone", created.Subnets[0].SubnetAvailabilityZone.Name)
	fake.Advance(redshifttest.DefaultRestoreDuration)
	if one := describeOne(t, client, "drill"); one.ClusterSubnetGroupName != "inner" || one.VpcID != created.VpcID {
		t.Errorf("the restored cluster is in %s of %s, want inner of %s", one.ClusterSubnetGroupName, one.VpcID, created.VpcID)
	}
	if got := do(t, fake, "ModifyClusterSubnetGroup", inSubnets("inner", "subnet-33333333")...); got.Code != "SubnetAlreadyInUse" ||
		!strings.Contains(got.Message, "subnet-1a1a1a1a") {
		t.Errorf("removing the subnet of a cluster returned %s", got.Body)
	}
	changed := succeed[*redshift.ModifyClusterSubnetGroupResult](t)(client.ModifyClusterSubnetGroup(t.Context(),
		&redshift.ModifyClusterSubnetGroupParams{
			ClusterSubnetGroupName: "inner", SubnetIDs: []string{"subnet-1a1a1a1a", "subnet-33333333"},
		})).ClusterSubnetGroup
	if len(changed.Subnets) != 2 || changed.Subnets[1].SubnetIdentifier != "subnet-33333333" || changed.Description != "of the office" {
		t.Errorf("the changed group is %+v", changed)
	}
	deleted := do(t, fake, "DeleteClusterSubnetGroup", "ClusterSubnetGroupName", "inner")
	if deleted.Code != "InvalidClusterSubnetGroupStateFault" || !strings.Contains(deleted.Message, "drill") {
		t.Errorf("deleting a group in use returned %s", deleted.Body)
	}
	if err := fake.RemoveCluster("drill"); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "DeleteClusterSubnetGroup", "ClusterSubnetGroupName", "Inner")
	if got := do(t, fake, "DescribeClusterSubnetGroups", "ClusterSubnetGroupName", "inner"); got.Code != "ClusterSubnetGroupNotFoundFault" {
		t.Errorf("after the deletion, DescribeClusterSubnetGroups returned %s", got.Body)
	}
}
