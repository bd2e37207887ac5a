package redshifttest

import "github.com/redshift-go/redshift/models"

const (
	resourceTypeOfParameterGroup models.ResourceType = "parameter group"
	resourceTypeOfSubnetGroup    models.ResourceType = "subnet group"
	resourceTypeOfSubscription   models.ResourceType = "event subscription"
)

// taggedGroups returns the parameter groups, subnet groups and event subscriptions of the caller.
func (c *call) taggedGroups() []taggedResource {
	var all []taggedResource
	add := func(prefix, name string, kind models.ResourceType, tags *[]models.Tag, resource any) {
		all = append(all, taggedResource{
			arn:    c.arn("redshift", c.account, prefix+":"+name),
			kind:   kind,
			tags:   tags,
			hidden: c.hides(resource),
		})
	}
	owner := c.resourcesOf(c.account)
	for name, group := range owner.parameterGroups {
		add("parametergroup", name, resourceTypeOfParameterGroup, &group.Tags, group)
	}
	for name, group := range owner.subnetGroups {
		add("subnetgroup", name, resourceTypeOfSubnetGroup, &group.Tags, group)
	}
	for _, subscription := range owner.eventSubscriptions {
		add("eventsubscription", subscription.CustSubscriptionID, resourceTypeOfSubscription, &subscription.Tags, subscription)
	}

	return all
}
