package redshifttest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestLogging(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	status := func() *redshift.DescribeLoggingStatusResult {
		return succeed[*redshift.DescribeLoggingStatusResult](t)(client.DescribeLoggingStatus(t.Context(),
			&redshift.DescribeLoggingStatusParams{ClusterIdentifier: "Analytics"}))
	}
	if got := status(); got.LoggingEnabled || got.LogDestinationType != "" {
		t.Errorf("at first, the logs are %+v", got)
	}
	enabled := succeed[*redshift.EnableLoggingResult](t)(client.EnableLogging(t.Context(), &redshift.EnableLoggingParams{
		ClusterIdentifier: "analytics", BucketName: "audit.example-1", S3KeyPrefix: "logs/höhe 1/",
	}))
	if !enabled.LoggingEnabled || enabled.BucketName != "audit.example-1" || enabled.S3KeyPrefix != "logs/höhe 1/" ||
		enabled.LogDestinationType != models.LogDestinationTypeS3 || !enabled.LastSuccessfulDeliveryTime.IsZero() {
		t.Errorf("EnableLogging returned %+v", enabled)
	}
	deliveredAt := func(when string, want time.Time) {
		t.Helper()
		if got := status().LastSuccessfulDeliveryTime; !got.Equal(want) {
			t.Errorf("%s, the last delivery is at %s, want %s", when, got, want)
		}
	}
	fake.Advance(59 * time.Minute)
	deliveredAt("before an hour has passed", time.Time{})
	fake.Advance(time.Minute)
	deliveredAt("after an hour", start.Add(time.Hour))
	fake.Advance(50 * time.Hour)
	deliveredAt("after two days", start.Add(51*time.Hour))
	must(t, fake, "EnableLogging", "ClusterIdentifier", "analytics", "BucketName", "audit.example-1", "S3KeyPrefix", "logs/höhe 1/")
	deliveredAt("after the same call", start.Add(51*time.Hour))
	must(t, fake, "EnableLogging", "ClusterIdentifier", "analytics", "LogDestinationType", "cloudwatch",
		"LogExports.member.1", "connectionlog", "LogExports.member.2", "userlog")
	if got := status(); got.LogDestinationType != models.LogDestinationTypeCloudwatch ||
		strings.Join(got.LogExports, " ") != "connectionlog userlog" ||
		got.BucketName != "" || !got.LastSuccessfulDeliveryTime.IsZero() {
		t.Errorf("with another destination, the logs are %+v", got)
	}
	disabled := succeed[*redshift.DisableLoggingResult](t)(client.DisableLogging(t.Context(),
		&redshift.DisableLoggingParams{ClusterIdentifier: "analytics"}))
	if disabled.LoggingEnabled || status().LoggingEnabled || disabled.LogDestinationType != "" {
		t.Errorf("DisableLogging returned %+v", disabled)
	}
}
