package redshifttest_test

import (
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestResourceTypes filters tags by each spelling of a type. Amazon documents Cluster, but its responses have cluster.
func TestResourceTypes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	must(t, fake, "CreateTags", "ResourceName", "arn:aws:redshift:us-east-1:123456789012:cluster:analytics", "Tags.Tag.1.Key", "env")
	must(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "nightly", "Tags.Tag.1.Key", "env")
	must(t, fake, "CreateSnapshotCopyGrant", "SnapshotCopyGrantName", "west", "Tags.Tag.1.Key", "env")
	must(t, fake, "CreateSnapshotSchedule",
		"ScheduleIdentifier", "hourly", "ScheduleDefinitions.ScheduleDefinition.1", "rate(1 hour)", "Tags.Tag.1.Key", "env")
	client := clientOf(t, fake)
	for _, test := range []struct {
		parameter, sent string
		want            models.ResourceType
	}{
		{"Cluster", "cluster", models.ResourceTypeCluster},
		{"cluster", "cluster", models.ResourceTypeCluster},
		{"Snapshot", "snapshot", models.ResourceTypeSnapshot},
		{"SNAPSHOT", "snapshot", models.ResourceTypeSnapshot},
		{"Snapshot copy grant", "snapshot copy grant", models.ResourceTypeSnapshotCopyGrant},
		{"snapshot copy grant", "snapshot copy grant", models.ResourceTypeSnapshotCopyGrant},
		{"CIDR/IP", "", ""},
		{"cidr/ip", "", ""},
		{"EC2 security group", "", ""},
		{"hsm connection", "", ""},
		{"parameter group", "", ""},
	} {
		body := must(t, fake, "DescribeTags", "ResourceType", test.parameter).Body
		wanted := 0
		if test.want != "" {
			wanted = 1
		}
		if strings.Count(body, "<TaggedResource>") != wanted || strings.Count(body, "<ResourceType>"+test.sent+"</ResourceType>") != wanted {
			t.Errorf("DescribeTags with %q returned\n%s", test.parameter, body)
		}
		result := succeed[*redshift.DescribeTagsResult](t)(client.DescribeTags(t.Context(),
			&redshift.DescribeTagsParams{ResourceType: models.ResourceType(test.parameter)}))
		for _, one := range result.TaggedResources {
			if one.ResourceType != test.want {
				t.Errorf("%q: ResourceType = %q, want %q", test.parameter, one.ResourceType, test.want)
			}
		}
	}
	if got := do(t, fake, "DescribeTags", "ResourceType", "clusters"); got.Code != "InvalidParameterValue" {
		t.Errorf("an unknown type: %s", got.Body)
	}
}
