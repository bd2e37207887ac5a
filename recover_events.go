package redshift

import (
	"context"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/recovery"
	"github.com/redshift-go/redshift/models"
)

// recoverEnableLogging compares the destination of the logs. Each call replaces it: a call without a prefix removes the prefix, and a call
// without a destination type selects S3.
func recoverEnableLogging(lookUps *Client, params *EnableLoggingParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeLoggingStatus",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, err := lookUpLogging(ctx, lookUps, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			compare.Same("LoggingEnabled", found.LoggingEnabled)
			compare.SameText("BucketName", params.BucketName, found.BucketName)
			compare.SameIdentifier("LogDestinationType", string(params.LogDestinationType), string(found.LogDestinationType))
			if params.LogDestinationType == "" {
				compare.Same("LogDestinationType", found.LogDestinationType == "" || found.LogDestinationType == models.LogDestinationTypeS3)
			}
			compare.SameText("S3KeyPrefix", params.S3KeyPrefix, found.S3KeyPrefix)
			if params.S3KeyPrefix == "" {
				compare.Same("S3KeyPrefix", found.S3KeyPrefix == "")
			}
			if len(params.LogExports) > 0 {
				recovery.SameItems(compare, "LogExports", params.LogExports, found.LogExports)
			}
			result := EnableLoggingResult(*found)

			return &result, nil
		},
	}
}

func recoverDisableLogging(lookUps *Client, params *DisableLoggingParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Missing: []awsquery.ErrorCode{models.ErrClusterNotFound},
		See:     "DescribeLoggingStatus",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, err := lookUpLogging(ctx, lookUps, params.ClusterIdentifier)
			if err != nil {
				return nil, err
			}
			compare.Same("LoggingEnabled", !found.LoggingEnabled)
			result := DisableLoggingResult(*found)

			return &result, nil
		},
	}
}

// lookUpLogging describes the audit logs of a cluster. Redshift keeps identifiers in lower case.
func lookUpLogging(ctx context.Context, lookUps *Client, identifier string) (*DescribeLoggingStatusResult, error) {
	return lookUps.DescribeLoggingStatus(ctx, &DescribeLoggingStatusParams{ClusterIdentifier: strings.ToLower(identifier)})
}
