package redshifttest

import (
	"slices"

	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

const (
	// platform is the only platform of new clusters.
	platform = "VPC"
	// defaultVPC is the virtual private cloud of clusters that name none.
	defaultVPC = "vpc-0123456789abcdef0"
	// maxDeferDays is the number of days that maintenance can be deferred.
	maxDeferDays = "45"
)

// accountAttributes are the attributes of every account, sorted by name. Amazon documents only max-defer-maintenance-duration.
var accountAttributes = []models.AccountAttribute{
	accountAttribute("default-vpc", defaultVPC),
	accountAttribute("max-defer-maintenance-duration", maxDeferDays),
	accountAttribute("supported-platforms", platform),
}

func accountAttribute(name, value string) models.AccountAttribute {
	return models.AccountAttribute{AttributeName: name, AttributeValues: []models.AttributeValueTarget{{AttributeValue: value}}}
}

// describeAccountAttributes lists all attributes, or those with the given names. It ignores a name that does not exist.
func describeAccountAttributes(c *call) (any, *failure) {
	names := c.params.strings("AttributeNames.AttributeName")
	all := slices.DeleteFunc(slices.Clone(accountAttributes), func(attribute models.AccountAttribute) bool {
		return len(names) > 0 && !slices.Contains(names, attribute.AttributeName)
	})

	return &clusters.DescribeAccountAttributesResult{AccountAttributes: all}, nil
}
