package redshifttest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/tags"
	"github.com/redshift-go/redshift/models"
)

// taggedResource is a resource that can have tags.
type taggedResource struct {
	arn  string
	kind models.ResourceType
	tags *[]models.Tag

	cluster *storedCluster // nil for other resources
	hidden  bool           // from Describe operations
}

// taggedResources returns all resources of the caller that can have tags.
func (c *call) taggedResources() []taggedResource {
	var all []taggedResource
	owner := c.resourcesOf(c.account)
	for _, cluster := range owner.clusters {
		all = append(all, taggedResource{
			arn:     c.clusterARN(c.account, cluster.Identifier),
			kind:    resourceTypeOfCluster,
			tags:    &cluster.Tags,
			cluster: cluster,
			hidden:  c.hides(cluster),
		})
	}
	for _, stored := range owner.snapshots {
		all = append(all, taggedResource{arn: stored.SnapshotArn, kind: resourceTypeOfSnapshot, tags: &stored.Tags, hidden: c.hides(stored)})
	}
	for name, stored := range owner.schedules {
		all = append(all, taggedResource{
			arn:    c.arn("redshift", c.account, "snapshotschedule:"+name),
			kind:   resourceTypeOfSchedule,
			tags:   &stored.Tags,
			hidden: c.hides(stored),
		})
	}
	for name, grant := range owner.copyGrants {
		all = append(all, taggedResource{
			arn:    c.arn("redshift", c.account, "snapshotcopygrant:"+name),
			kind:   resourceTypeOfCopyGrant,
			tags:   &grant.Tags,
			hidden: c.hides(grant),
		})
	}
	all = append(all, c.taggedGroups()...)
	for _, declared := range owner.declared {
		for _, stored := range declared {
			if stored.kind.taggable() {
				all = append(all, taggedResource{
					arn:    stored.arn,
					kind:   models.ResourceType(stored.kind.displayName()),
					tags:   &stored.tags,
					hidden: c.hides(stored),
				})
			}
		}
	}

	return all
}

var resourceARN = regexp.MustCompile(`^arn:[a-z-]+:redshift:[a-z0-9-]+:[0-9]{12}:[a-z]+:.+$`)

// taggedResource returns the resource of the caller that ResourceName names.
func (c *call) taggedResource() (taggedResource, *failure) {
	arn := c.params.text("ResourceName")
	if !resourceARN.MatchString(arn) {
		return taggedResource{}, fail(awsquery.ErrInvalidParameterValue,
			"The parameter ResourceName is not the Amazon resource name of a Redshift resource: '%s'.", arn)
	}
	for _, candidate := range c.taggedResources() {
		if strings.EqualFold(candidate.arn, arn) {
			return candidate, nil
		}
	}

	return taggedResource{}, resourceNotFound(arn)
}

func resourceNotFound(arn string) *failure {
	return fail(models.ErrResourceNotFoundFault, "Resource %s not found.", arn)
}

func createTags(c *call) (any, *failure) {
	added, failed := c.tags()
	if failed != nil {
		return nil, failed
	}
	tagged, failed := c.taggedResource()
	if failed != nil {
		return nil, failed
	}
	if tagged.cluster != nil {
		if failed := c.checkAvailable(tagged.cluster); failed != nil {
			return nil, failed
		}
	}
	all := slices.Clone(*tagged.tags)
	for _, tag := range added {
		index := slices.IndexFunc(all, func(old models.Tag) bool { return old.Key == tag.Key })
		if index < 0 {
			all = append(all, tag)
		} else {
			all[index] = tag
		}
	}
	if failed := c.checkTagLimit(all); failed != nil {
		return nil, failed
	}
	*tagged.tags = all

	return nil, nil
}

func deleteTags(c *call) (any, *failure) {
	keys := c.params.strings("TagKeys.TagKey")
	for _, key := range keys {
		if failed := checkTagKey(key); failed != nil {
			return nil, failed
		}
		if failed := checkUnreserved(key); failed != nil {
			return nil, failed
		}
	}
	tagged, failed := c.taggedResource()
	if failed != nil {
		return nil, failed
	}
	// It is no error if the resource does not have a key.
	*tagged.tags = slices.DeleteFunc(slices.Clone(*tagged.tags), func(tag models.Tag) bool { return slices.Contains(keys, tag.Key) })

	return nil, nil
}

// Types of the fake's resources, in lower case as in Amazon's examples. Snapshot schedules have tags too, but Amazon documents no type
// for them.
const (
	resourceTypeOfCluster   models.ResourceType = "cluster"
	resourceTypeOfSnapshot  models.ResourceType = "snapshot"
	resourceTypeOfCopyGrant models.ResourceType = "snapshot copy grant"
	resourceTypeOfSchedule  models.ResourceType = "snapshotschedule"
)

// resourceTypes are the documented types, in lower case. Redshift ignores the case of the parameter.
var resourceTypes = []models.ResourceType{
	resourceTypeOfCluster, resourceTypeOfSnapshot, resourceTypeOfCopyGrant,
	"cidr/ip", "ec2 security group", "cluster security group", resourceTypeOfSubnetGroup, "hsm connection", "hsm certificate",
	resourceTypeOfParameterGroup, resourceTypeOfSubscription,
}

// declares reports whether a declared kind has the type.
func (s states) declares(resourceType models.ResourceType) bool {
	for _, one := range s.declared {
		if one.taggable() && one.displayName() == string(resourceType) {
			return true
		}
	}

	return false
}

func describeTags(c *call) (any, *failure) {
	kind := models.ResourceType(strings.ToLower(c.params.text("ResourceType")))
	if kind != "" && !slices.Contains(resourceTypes, kind) && !c.states.declares(kind) {
		return nil, fail(awsquery.ErrInvalidParameterValue,
			"The parameter ResourceType is not a type of resources with tags: '%s'.", c.params.text("ResourceType"))
	}
	filter, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	candidates, sizes := c.taggedResources(), tagPages
	if c.params.text("ResourceName") != "" {
		for _, other := range []string{"ResourceType", "MaxRecords", "Marker"} {
			if c.params.text(other) != "" {
				return nil, fail(awsquery.ErrInvalidParameterCombination, "ResourceName and %s cannot be given together.", other)
			}
		}
		tagged, failed := c.taggedResource()
		if failed != nil {
			return nil, failed
		}
		if tagged.hidden {
			return nil, resourceNotFound(tagged.arn)
		}
		// The list has one page, because ResourceName excludes Marker. Quotas may allow more tags than Amazon's page has.
		candidates, sizes = []taggedResource{tagged}, pageSizes{largest: max(tagPages.largest, len(*tagged.tags))}
	}
	var list []listItem[models.TaggedResource]
	for _, tagged := range candidates {
		if kind != "" && tagged.kind != kind || tagged.hidden {
			continue
		}
		for _, tag := range *tagged.tags {
			if filter.matches([]models.Tag{tag}) {
				list = append(list, listItem[models.TaggedResource]{
					sortKey: []string{tagged.arn, tag.Key},
					value:   models.TaggedResource{Tag: &tag, ResourceName: tagged.arn, ResourceType: tagged.kind},
				})
			}
		}
	}
	found, next, failed := page(c, sizes, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &tags.DescribeTagsResult{TaggedResources: found, Marker: next}, nil
}
