package redshift

import (
	"context"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/recovery"
	"github.com/redshift-go/redshift/models"
)

// recoverCreateClusterSubnetGroup also compares the subnets. They are identifiers in the request and structures in the resource.
func recoverCreateClusterSubnetGroup(lookUps *Client, params *CreateClusterSubnetGroupParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrClusterSubnetGroupAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrClusterSubnetGroupNotFoundFault},
		See:     "DescribeClusterSubnetGroups",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpSubnetGroup(ctx, lookUps, params.ClusterSubnetGroupName)
			if err != nil {
				return nil, err
			}
			compareSubnetGroup(compare, found, params.ClusterSubnetGroupName, params.Description, params.SubnetIDs)
			recovery.SameItems(compare, "Tags", params.Tags, found.Tags)

			return &CreateClusterSubnetGroupResult{ClusterSubnetGroup: *found, RequestID: requestID}, nil
		},
	}
}

func recoverModifyClusterSubnetGroup(lookUps *Client, params *ModifyClusterSubnetGroupParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Missing: []awsquery.ErrorCode{models.ErrClusterSubnetGroupNotFoundFault},
		See:     "DescribeClusterSubnetGroups",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpSubnetGroup(ctx, lookUps, params.ClusterSubnetGroupName)
			if err != nil {
				return nil, err
			}
			compareSubnetGroup(compare, found, params.ClusterSubnetGroupName, params.Description, params.SubnetIDs)

			return &ModifyClusterSubnetGroupResult{ClusterSubnetGroup: *found, RequestID: requestID}, nil
		},
	}
}

// lookUpSubnetGroup describes a subnet group. Redshift keeps its name in lower case.
func lookUpSubnetGroup(ctx context.Context, lookUps *Client, name string) (*models.ClusterSubnetGroup, string, error) {
	described, err := lookUps.DescribeClusterSubnetGroups(ctx, &DescribeClusterSubnetGroupsParams{ClusterSubnetGroupName: strings.ToLower(name)})
	if err != nil {
		return nil, "", err
	}
	found, err := recovery.One(described.ClusterSubnetGroups)

	return found, described.RequestID, err
}

func compareSubnetGroup(compare *recovery.Comparison, found *models.ClusterSubnetGroup, name, description string, subnets []string) {
	compare.Identity("ClusterSubnetGroupName", name, found.ClusterSubnetGroupName)
	compare.SameText("Description", description, found.Description)
	sameNames(compare, "Subnets", subnets, found.Subnets, func(one models.Subnet) string { return one.SubnetIdentifier })
}
