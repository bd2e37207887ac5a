package redshifttest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/tags"
	"github.com/redshift-go/redshift/models"
)

// resource is something that has tags.
type resource struct {
	arn  string
	kind models.ResourceType
	tags *[]models.Tag

	cluster *cluster // where it is one
	hidden  bool     // from Describe operations
}

// resources returns everything of the caller that has tags.
func (c *call) resources() []resource {
	var all []resource
	owner := c.of(c.account)
	for _, cluster := range owner.clusters {
		all = append(all, resource{
			arn:     c.clusterARN(c.account, cluster.Identifier),
			kind:    resourceTypeOfCluster,
			tags:    &cluster.Tags,
			cluster: cluster,
			hidden:  c.hides(cluster),
		})
	}
	for _, one := range owner.snapshots {
		all = append(all, resource{arn: one.SnapshotArn, kind: resourceTypeOfSnapshot, tags: &one.Tags, hidden: c.hides(one)})
	}
	for name, one := range owner.schedules {
		all = append(all, resource{
			arn:    c.arn("redshift", c.account, "snapshotschedule:"+name),
			kind:   resourceTypeOfSchedule,
			tags:   &one.Tags,
			hidden: c.hides(one),
		})
	}
	for name, grant := range owner.copyGrants {
		all = append(all, resource{
			arn:    c.arn("redshift", c.account, "snapshotcopygrant:"+name),
			kind:   resourceTypeOfCopyGrant,
			tags:   &grant.Tags,
			hidden: c.hides(grant),
		})
	}

	for _, things := range owner.declared {
		for _, one := range things {
			if one.kind.taggable() {
				all = append(all, resource{arn: one.arn, kind: models.ResourceType(one.kind.words()), tags: &one.tags, hidden: c.hides(one)})
			}
		}
	}

	return all
}

var resourceARN = regexp.MustCompile(`^arn:[a-z-]+:redshift:[a-z0-9-]+:[0-9]{12}:[a-z]+:.+$`)

// resource returns the resource of the caller that ResourceName names.
func (c *call) resource() (resource, *failure) {
	arn := c.params.text("ResourceName")
	if !resourceARN.MatchString(arn) {
		return resource{}, fail(awsquery.ErrInvalidParameterValue,
			"The parameter ResourceName is not the Amazon resource name of something in Redshift: '%s'.", arn)
	}
	for _, one := range c.resources() {
		if strings.EqualFold(one.arn, arn) {
			return one, nil
		}
	}

	return resource{}, resourceNotFound(arn)
}

func resourceNotFound(arn string) *failure {
	return fail(models.ErrResourceNotFoundFault, "Resource %s not found.", arn)
}

func createTags(c *call) (any, *failure) {
	tags, failed := c.tags()
	if failed != nil {
		return nil, failed
	}
	tagged, failed := c.resource()
	if failed != nil {
		return nil, failed
	}
	if tagged.cluster != nil {
		if failed := c.checkAvailable(tagged.cluster); failed != nil {
			return nil, failed
		}
	}
	all := slices.Clone(*tagged.tags)
	for _, tag := range tags {
		place := slices.IndexFunc(all, func(old models.Tag) bool { return old.Key == tag.Key })
		if place < 0 {
			all = append(all, tag)
		} else {
			all[place] = tag
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
	tagged, failed := c.resource()
	if failed != nil {
		return nil, failed
	}
	// Keys that the resource does not have are not there afterwards either.
	*tagged.tags = slices.DeleteFunc(slices.Clone(*tagged.tags), func(tag models.Tag) bool { return slices.Contains(keys, tag.Key) })

	return nil, nil
}

// The types of the resources that the fake has, in the lower case of Amazon's examples. Snapshot schedules have tags too,
// but Amazon documents no type for them.
const (
	resourceTypeOfCluster   models.ResourceType = "cluster"
	resourceTypeOfSnapshot  models.ResourceType = "snapshot"
	resourceTypeOfCopyGrant models.ResourceType = "snapshot copy grant"
	resourceTypeOfSchedule  models.ResourceType = "snapshotschedule"
)

// resourceTypes are the documented types, in lower case. Redshift takes them in any case.
var resourceTypes = []models.ResourceType{
	resourceTypeOfCluster, resourceTypeOfSnapshot, resourceTypeOfCopyGrant,
	"cidr/ip", "ec2 security group", "cluster security group", "subnet group", "hsm connection", "hsm certificate", "parameter group",
}

// declares reports whether resources of a declared kind have that type.
func (s states) declares(resourceType models.ResourceType) bool {
	for _, one := range s.declared {
		if one.taggable() && one.words() == string(resourceType) {
			return true
		}
	}

	return false
}

func describeTags(c *call) (any, *failure) {
	kind := models.ResourceType(strings.ToLower(c.params.text("ResourceType")))
	if kind != "" && !slices.Contains(resourceTypes, kind) && !c.states.declares(kind) {
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter ResourceType is not a type that has tags: '%s'.", c.params.text("ResourceType"))
	}
	filter, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	resources, sizes := c.resources(), tagPages
	if c.params.text("ResourceName") != "" {
		for _, other := range []string{"ResourceType", "MaxRecords", "Marker"} {
			if c.params.text(other) != "" {
				return nil, fail(awsquery.ErrInvalidParameterCombination, "ResourceName and %s cannot be given together.", other)
			}
		}
		one, failed := c.resource()
		if failed != nil {
			return nil, failed
		}
		if one.hidden {
			return nil, resourceNotFound(one.arn)
		}
		// There are no pages, since there could be no Marker. That matters where Quotas allow more than Amazon does.
		resources, sizes = []resource{one}, pageSizes{largest: max(tagPages.largest, len(*one.tags))}
	}
	var list []ranked[models.TaggedResource]
	for _, one := range resources {
		if kind != "" && one.kind != kind || one.hidden {
			continue
		}
		for _, tag := range *one.tags {
			if filter.matches([]models.Tag{tag}) {
				list = append(list, ranked[models.TaggedResource]{
					place: []string{one.arn, tag.Key},
					value: models.TaggedResource{Tag: &tag, ResourceName: one.arn, ResourceType: one.kind},
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
