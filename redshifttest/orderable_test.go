package redshifttest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestOrderableClusterOptions(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{Region: "eu-west-1", Start: start, ClockSpeed: -1})
	client := clientOf(t, fake)
	for name, test := range map[string]struct {
		params redshift.DescribeOrderableClusterOptionsParams
		want   []string
	}{
		"all": {redshift.DescribeOrderableClusterOptionsParams{}, []string{
			"dc2.8xlarge multi-node", "dc2.large multi-node", "dc2.large single-node",
			"ra3.16xlarge multi-node", "ra3.4xlarge multi-node", "ra3.large multi-node", "ra3.large single-node",
			"ra3.xlplus multi-node", "ra3.xlplus single-node",
			"rg.12xlarge multi-node", "rg.12xlarge single-node", "rg.4xlarge multi-node", "rg.4xlarge single-node", "rg.large multi-node",
			"rg.large single-node", "rg.xlarge multi-node", "rg.xlarge single-node",
		}},
		"node type": {
			redshift.DescribeOrderableClusterOptionsParams{NodeType: "ra3.xlplus", ClusterVersion: "1.0"},
			[]string{"ra3.xlplus multi-node", "ra3.xlplus single-node"},
		},
		"other version":   {redshift.DescribeOrderableClusterOptionsParams{ClusterVersion: "2.0"}, nil},
		"other node type": {redshift.DescribeOrderableClusterOptionsParams{NodeType: "ds2.xlarge"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := succeed[*redshift.DescribeOrderableClusterOptionsResult](t)(client.DescribeOrderableClusterOptions(t.Context(), &test.params))
			var got []string
			for _, option := range result.OrderableClusterOptions {
				got = append(got, option.NodeType+" "+string(option.ClusterType))
				var zones []string
				for _, zone := range option.AvailabilityZones {
					zones = append(zones, zone.Name)
					if !slices.Equal(zone.SupportedPlatforms, []models.SupportedPlatform{{Name: "VPC"}}) {
						t.Errorf("the platforms of %s are %v, want VPC", zone.Name, zone.SupportedPlatforms)
					}
				}
				if strings.Join(zones, " ") != "eu-west-1a eu-west-1b eu-west-1c" || option.ClusterVersion != "1.0" {
					t.Errorf("%s has the zones %v and the version %s", option.NodeType, zones, option.ClusterVersion)
				}
			}
			if !slices.Equal(got, test.want) || result.Marker != "" {
				t.Errorf("the options are %q, want %q", got, test.want)
			}
		})
	}
	if got := do(t, fake, "DescribeOrderableClusterOptions", "MaxRecords", "19"); got.Code != "InvalidParameterValue" {
		t.Errorf("a page of 19: %s", got.Body)
	}
}
