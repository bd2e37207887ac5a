package redshifttest

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/events"
	"github.com/redshift-go/redshift/models"
)

// logDelivery is the time between two deliveries of audit logs.
const logDelivery = time.Hour

const (
	shortestBucketName = 3
	longestBucketName  = 63
	longestLogPrefix   = 256
)

var (
	bucketForm    = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	addressForm   = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$`)
	logPrefixForm = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	logTypes      = []string{"connectionlog", "useractivitylog", "userlog"}
)

// logging is where Redshift stores the audit logs of a cluster.
type logging struct {
	destination models.LogDestinationType
	bucket      string
	prefix      string
	exports     []string
	since       time.Time
}

// view returns the status of the logs. The pointer may be nil, if no logs are stored.
func (l *logging) view(now time.Time) events.DescribeLoggingStatusResult {
	if l == nil {
		return events.DescribeLoggingStatusResult{}
	}
	shown := events.DescribeLoggingStatusResult{
		LoggingEnabled:     true,
		BucketName:         l.bucket,
		S3KeyPrefix:        l.prefix,
		LogDestinationType: l.destination,
		LogExports:         slices.Clone(l.exports),
	}
	if deliveries := now.Sub(l.since) / logDelivery; deliveries > 0 {
		shown.LastSuccessfulDeliveryTime = l.since.Add(deliveries * logDelivery)
	}

	return shown
}

func enableLogging(c *call) (any, *failure) {
	wanted := &logging{
		destination: models.LogDestinationType(c.params.text("LogDestinationType")),
		bucket:      c.params.text("BucketName"),
		prefix:      c.params.text("S3KeyPrefix"),
		exports:     c.params.strings("LogExports.member"),
		since:       c.now,
	}
	setDefault(&wanted.destination, models.LogDestinationTypeS3)
	if failed := wanted.check(); failed != nil {
		return nil, failed
	}
	cluster, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if before := cluster.logging; before != nil && before.hasTarget(wanted) {
		wanted.since = before.since // the deliveries continue
	}
	cluster.logging = wanted
	result := events.EnableLoggingResult(cluster.logging.view(c.now))

	return &result, nil
}

// hasTarget reports whether logs are stored in the same place as other logs.
func (l *logging) hasTarget(other *logging) bool {
	return l.destination == other.destination && l.bucket == other.bucket && l.prefix == other.prefix
}

// check refuses a destination that Redshift does not accept. The fake has no S3: every bucket with a valid name exists, and lets Redshift
// store logs.
func (l *logging) check() *failure {
	for _, kind := range l.exports {
		if !slices.Contains(logTypes, kind) {
			return fail(awsquery.ErrInvalidParameterValue, "The parameter LogExports can have %s, not '%s'.", strings.Join(logTypes, ", "), kind)
		}
	}
	switch l.destination {
	case models.LogDestinationTypeS3:
		return l.checkBucket()
	case models.LogDestinationTypeCloudwatch:
		if len(l.exports) == 0 {
			return fail(awsquery.ErrInvalidParameterCombination, "LogExports must be given if LogDestinationType is cloudwatch.")
		}

		return nil
	default:
		return fail(awsquery.ErrInvalidParameterValue, "The parameter LogDestinationType must be s3 or cloudwatch, not '%s'.", l.destination)
	}
}

func (l *logging) checkBucket() *failure {
	switch length := len(l.bucket); {
	case length == 0:
		return fail(awsquery.ErrInvalidParameterCombination, "BucketName must be given if LogDestinationType is s3.")
	case length < shortestBucketName || length > longestBucketName || !bucketForm.MatchString(l.bucket) || addressForm.MatchString(l.bucket):
		return fail(models.ErrInvalidS3BucketNameFault, "The S3 bucket name '%s' is not valid. "+
			"It must have %d to %d lower-case letters, digits, hyphens and periods.", l.bucket, shortestBucketName, longestBucketName)
	case len([]rune(l.prefix)) > longestLogPrefix || !logPrefixForm.MatchString(l.prefix):
		return fail(models.ErrInvalidS3KeyPrefixFault, "The S3 key prefix is not valid. "+
			"It must have at most %d letters, digits, spaces and _ . : / = + - @.", longestLogPrefix)
	default:
		return nil
	}
}

func disableLogging(c *call) (any, *failure) {
	cluster, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	cluster.logging = nil
	result := events.DisableLoggingResult(cluster.logging.view(c.now))

	return &result, nil
}

func describeLoggingStatus(c *call) (any, *failure) {
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if c.hides(cluster) {
		return nil, clusterNotFound(cluster.Identifier)
	}
	result := cluster.logging.view(c.now)

	return &result, nil
}
