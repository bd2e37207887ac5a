package redshifttest_test

import (
	"encoding/xml"
	"slices"
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

// tagsIn returns the tags in a response of DescribeTags, such as env=prod, sorted.
func tagsIn(tb testing.TB, body string) []string {
	tb.Helper()
	var result struct {
		Resources []struct {
			Key   string `xml:"Tag>Key"`
			Value string `xml:"Tag>Value"`
			Name  string `xml:"ResourceName"`
			Type  string `xml:"ResourceType"`
		} `xml:"DescribeTagsResult>TaggedResources>TaggedResource"`
	}
	if err := xml.Unmarshal([]byte(body), &result); err != nil {
		tb.Fatal(err)
	}
	texts := []string{}
	for _, one := range result.Resources {
		texts = append(texts, one.Name+" "+one.Type+" "+one.Key+"="+one.Value)
	}

	return texts
}

// TestTagsOfEachKind tags a resource of each kind, by its ARN, and describes the tags by ARN and by type. A kind whose type Amazon does
// not document has no type here.
func TestTagsOfEachKind(t *testing.T) {
	t.Parallel()
	snapshot := []string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", "nightly"}
	for name, test := range map[string]struct {
		create     string
		parameters []string
		describe   string
		arn        string // the resource part
		sent       string // the type in responses
		types      []models.ResourceType
		remove     string
		removed    []string
	}{
		"cluster": {
			describe: "DescribeClusters",
			arn:      "cluster:analytics",
			sent:     "cluster",
			types:    []models.ResourceType{models.ResourceTypeCluster, "cluster"},
		},
		"snapshot": {
			create:     "CreateClusterSnapshot",
			parameters: snapshot,
			describe:   "DescribeClusterSnapshots",
			arn:        "snapshot:analytics/nightly",
			sent:       "snapshot",
			types:      []models.ResourceType{models.ResourceTypeSnapshot, "snapshot"},
			remove:     "DeleteClusterSnapshot",
			removed:    snapshot[2:],
		},
		"snapshot copy grant": {
			create:     "CreateSnapshotCopyGrant",
			parameters: []string{"SnapshotCopyGrantName", "west"},
			describe:   "DescribeSnapshotCopyGrants",
			arn:        "snapshotcopygrant:west",
			sent:       "snapshot copy grant",
			types:      []models.ResourceType{models.ResourceTypeSnapshotCopyGrant, "snapshot copy grant"},
			remove:     "DeleteSnapshotCopyGrant",
			removed:    []string{"SnapshotCopyGrantName", "west"},
		},
		"snapshot schedule": {
			create:     "CreateSnapshotSchedule",
			parameters: []string{"ScheduleIdentifier", "hourly", "ScheduleDefinitions.ScheduleDefinition.1", "rate(1 hour)"},
			describe:   "DescribeSnapshotSchedules",
			arn:        "snapshotschedule:hourly",
			sent:       "snapshotschedule",
			remove:     "DeleteSnapshotSchedule",
			removed:    []string{"ScheduleIdentifier", "hourly"},
		},
		"parameter group": {
			create:     "CreateClusterParameterGroup",
			parameters: []string{"ParameterGroupName", "reports", "ParameterGroupFamily", "redshift-1.0", "Description", "for reports"},
			describe:   "DescribeClusterParameterGroups",
			arn:        "parametergroup:reports",
			sent:       "parameter group",
			types:      []models.ResourceType{models.ResourceTypeParameterGroup, "parameter group"},
			remove:     "DeleteClusterParameterGroup",
			removed:    []string{"ParameterGroupName", "reports"},
		},
		"subnet group": {
			create:     "CreateClusterSubnetGroup",
			parameters: []string{"ClusterSubnetGroupName", "private", "Description", "private", "SubnetIds.SubnetIdentifier.1", "subnet-0123456789abcdef0"},
			describe:   "DescribeClusterSubnetGroups",
			arn:        "subnetgroup:private",
			sent:       "subnet group",
			types:      []models.ResourceType{models.ResourceTypeSubnetGroup, "subnet group"},
			remove:     "DeleteClusterSubnetGroup",
			removed:    []string{"ClusterSubnetGroupName", "private"},
		},
		"event subscription": {
			create:     "CreateEventSubscription",
			parameters: []string{"SubscriptionName", "alerts", "SnsTopicArn", "arn:aws:sns:us-east-1:123456789012:alerts"},
			describe:   "DescribeEventSubscriptions",
			arn:        "eventsubscription:alerts",
			sent:       "event subscription",
			remove:     "DeleteEventSubscription",
			removed:    []string{"SubscriptionName", "alerts"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			arn := "arn:aws:redshift:us-east-1:123456789012:" + test.arn
			tag := []string{"Tags.Tag.1.Key", "env", "Tags.Tag.1.Value", "prod"}
			if test.create != "" {
				must(t, fake, test.create, append(test.parameters, tag...)...)
				fake.Advance(redshifttest.DefaultSnapshotDuration)
			} else {
				must(t, fake, "CreateTags", append(tag, "ResourceName", arn)...)
			}
			check := func(want ...string) {
				t.Helper()
				for i, one := range want {
					want[i] = arn + " " + test.sent + " " + one
				}
				if got := tagsIn(t, must(t, fake, "DescribeTags", "ResourceName", arn).Body); !slices.Equal(got, want) {
					t.Errorf("the tags by ARN are %q, want %q", got, want)
				}
				for _, one := range test.types {
					if got := tagsIn(t, must(t, fake, "DescribeTags", "ResourceType", string(one)).Body); !slices.Equal(got, want) {
						t.Errorf("the tags by type %s are %q, want %q", one, got, want)
					}
				}
				if got := tagsIn(t, must(t, fake, "DescribeTags").Body); !slices.Equal(got, want) {
					t.Errorf("all tags are %q, want %q", got, want)
				}
				body := must(t, fake, test.describe).Body
				if got := strings.Count(body, "<Key>"); got != len(want) {
					t.Errorf("%s shows %d tags, want %d: %s", test.describe, got, len(want), body)
				}
			}
			check("env=prod")
			must(t, fake, "CreateTags", "ResourceName", arn, "Tags.Tag.1.Key", "env", "Tags.Tag.1.Value", "test", "Tags.Tag.2.Key", "team", "Tags.Tag.2.Value", "")
			check("env=test", "team=")
			must(t, fake, "DeleteTags", "ResourceName", arn, "TagKeys.TagKey.1", "env", "TagKeys.TagKey.2", "missing")
			check("team=")
			must(t, fake, "DeleteTags", "ResourceName", arn, "TagKeys.TagKey.1", "team")
			check()
			if test.remove == "" {
				return
			}
			must(t, fake, test.remove, test.removed...)
			for operation, parameters := range map[string][]string{"CreateTags": tag, "DeleteTags": {"TagKeys.TagKey.1", "env"}, "DescribeTags": nil} {
				got := do(t, fake, operation, append(slices.Clone(parameters), "ResourceName", arn)...)
				if got.Code != "ResourceNotFoundFault" || got.Status != 404 || got.Message != "Resource "+arn+" not found." {
					t.Errorf("%s of a deleted resource: %d %s", operation, got.Status, got.Body)
				}
			}
		})
	}
}
