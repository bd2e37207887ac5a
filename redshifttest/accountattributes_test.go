package redshifttest_test

import (
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestAccountAttributes(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	vpc := "default-vpc=" + describeOne(t, client, "analytics").VpcID + " "
	for name, test := range map[string]struct {
		names []string
		want  string
	}{
		"all":     {nil, vpc + "max-defer-maintenance-duration=45 supported-platforms=VPC "},
		"one":     {[]string{"max-defer-maintenance-duration"}, "max-defer-maintenance-duration=45 "},
		"two":     {[]string{"supported-platforms", "default-vpc"}, vpc + "supported-platforms=VPC "},
		"unknown": {[]string{"max-clusters"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			params := redshift.DescribeAccountAttributesParams{AttributeNames: test.names}
			result := succeed[*redshift.DescribeAccountAttributesResult](t)(client.DescribeAccountAttributes(t.Context(), &params))
			got := ""
			for _, attribute := range result.AccountAttributes {
				got += attribute.AttributeName
				for _, value := range attribute.AttributeValues {
					got += "=" + value.AttributeValue
				}
				got += " "
			}
			if got != test.want {
				t.Errorf("the attributes are %q, want %q", got, test.want)
			}
		})
	}
}
