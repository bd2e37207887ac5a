package redshift

import (
	"context"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/recovery"
	"github.com/redshift-go/redshift/models"
)

// recoverModifyClusterParameterGroup compares the values of the requested parameters. Redshift also describes the other parameters of
// the group.
func recoverModifyClusterParameterGroup(lookUps *Client, params *ModifyClusterParameterGroupParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Settled: []awsquery.ErrorCode{models.ErrInvalidClusterParameterGroupState},
		Missing: []awsquery.ErrorCode{models.ErrClusterParameterGroupNotFound},
		See:     "DescribeClusterParameters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			described, err := lookUpParameters(ctx, lookUps, params.ParameterGroupName)
			if err != nil {
				return nil, err
			}
			for _, requested := range params.Parameters {
				found := parameterNamed(described.Parameters, requested.ParameterName)
				compare.Same("ParameterValue", found.ParameterValue == requested.ParameterValue)
			}

			return &ModifyClusterParameterGroupResult{ParameterGroupName: params.ParameterGroupName, RequestID: described.RequestID}, nil
		},
	}
}

// recoverResetClusterParameterGroup compares the source of the parameters. After a reset, it is not user. A parameter that the look-up
// does not show proves nothing.
func recoverResetClusterParameterGroup(lookUps *Client, params *ResetClusterParameterGroupParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Settled: []awsquery.ErrorCode{models.ErrInvalidClusterParameterGroupState},
		Missing: []awsquery.ErrorCode{models.ErrClusterParameterGroupNotFound},
		See:     "DescribeClusterParameters",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			described, err := lookUpParameters(ctx, lookUps, params.ParameterGroupName)
			if err != nil {
				return nil, err
			}
			reset := params.Parameters
			if len(reset) == 0 || params.ResetAllParameters != nil && *params.ResetAllParameters {
				reset = described.Parameters
			}
			compare.Present("Source", len(reset) > 0)
			for _, one := range reset {
				found := parameterNamed(described.Parameters, one.ParameterName)
				compare.Present("Source", found.Source != "")
				compare.Same("Source", found.Source != models.ParameterSourceUser)
			}

			return &ResetClusterParameterGroupResult{ParameterGroupName: params.ParameterGroupName, RequestID: described.RequestID}, nil
		},
	}
}

// lookUpParameters describes the parameters of a group. Redshift keeps the name of the group in lower case.
func lookUpParameters(ctx context.Context, lookUps *Client, group string) (*DescribeClusterParametersResult, error) {
	return lookUps.DescribeClusterParameters(ctx, &DescribeClusterParametersParams{ParameterGroupName: strings.ToLower(group)})
}

// parameterNamed returns the parameter with a name, or a zero value if no parameter has the name.
func parameterNamed(parameters []models.Parameter, name string) models.Parameter {
	for _, one := range parameters {
		if strings.EqualFold(one.ParameterName, name) {
			return one
		}
	}

	return models.Parameter{}
}
