package redshift_test

import (
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

func TestRecoverSubnetGroups(t *testing.T) {
	t.Parallel()
	const exists = "ClusterSubnetGroupAlreadyExists"
	subnet := func(identifier string) string {
		return "<Subnet><SubnetIdentifier>" + identifier + "</SubnetIdentifier></Subnet>"
	}
	group := func(description, subnets, tags string) reply {
		return result("DescribeClusterSubnetGroups", "<ClusterSubnetGroups><ClusterSubnetGroup><ClusterSubnetGroupName>inner</ClusterSubnetGroupName>"+
			"<Description>"+description+"</Description><Subnets>"+subnets+"</Subnets><Tags>"+tags+"</Tags></ClusterSubnetGroup></ClusterSubnetGroups>")
	}
	const tag = "<Tag><Key>owner</Key><Value>confidential</Value></Tag>"
	both := subnet("subnet-22222222") + subnet("subnet-11111111")
	create := of((*redshift.Client).CreateClusterSubnetGroup, redshift.CreateClusterSubnetGroupParams{
		ClusterSubnetGroupName: "Inner",
		Description:            "confidential",
		SubnetIDs:              []string{"subnet-11111111", "subnet-22222222"},
		Tags:                   []models.Tag{{Key: "owner", Value: "confidential"}},
	}, func(r *redshift.CreateClusterSubnetGroupResult) bool {
		return len(r.ClusterSubnetGroup.Subnets) == 2 && r.RequestID == "r-1"
	})
	modify := func(description string) anyCall {
		return of((*redshift.Client).ModifyClusterSubnetGroup, redshift.ModifyClusterSubnetGroupParams{
			ClusterSubnetGroupName: "inner", Description: description, SubnetIDs: []string{"subnet-11111111", "subnet-22222222"},
		}, func(r *redshift.ModifyClusterSubnetGroupResult) bool { return len(r.ClusterSubnetGroup.Subnets) == 2 })
	}
	same, described := modify(""), modify("confidential")

	for name, test := range map[string]recoveredCall{
		"a group":                        {call: create, replies: afterLost(exists, group("confidential", both, tag)), want: "ok", requests: "2*CreateClusterSubnetGroup DescribeClusterSubnetGroups"},
		"a group that is visible later":  {call: create, replies: afterLost(exists, refusal(400, "ClusterSubnetGroupNotFoundFault"), group("confidential", both, tag)), want: "ok"},
		"a group without subnets yet":    {call: create, replies: afterLost(exists, group("confidential", "", tag), group("confidential", both, tag)), want: "ok"},
		"a group of other subnets":       {call: create, replies: afterLost(exists, group("confidential", subnet("subnet-11111111")+subnet("subnet-33333333"), tag)), want: "unknown", text: "another Subnets"},
		"a group of another description": {call: create, replies: afterLost(exists, group("mine", both, tag)), want: "unknown", text: "another Description"},
		"a group without the tag":        {call: create, replies: afterLost(exists, group("confidential", both, "")), want: "unknown", text: "Tags"},
		"a group, all responses lost":    {call: create, replies: afterAllLost(group("confidential", both, tag)), want: "ok"},
		"a change":                       {call: same, replies: afterAllLost(group("mine", both, "")), want: "ok", requests: "5*ModifyClusterSubnetGroup DescribeClusterSubnetGroups"},
		"a change of the description":    {call: described, replies: afterAllLost(group("confidential", both, "")), want: "ok"},
		"no change of the description":   {call: described, replies: afterAllLost(group("mine", both, "")), want: "unknown", text: "Description"},
		"no change of the subnets":       {call: same, replies: afterAllLost(group("mine", subnet("subnet-11111111"), "")), want: "unknown", text: "Subnets"},
		"a change of a missing group":    {call: same, replies: afterAllLost(result("DescribeClusterSubnetGroups", "<ClusterSubnetGroups/>")), want: "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}
