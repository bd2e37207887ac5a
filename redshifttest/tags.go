package redshifttest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/tags"
	"github.com/redshift-go/redshift/models"
)

// taggable is a stored resource that can have tags. The pointer to the resource is also its key in visibility.
type taggable interface {
	// tagged returns the tags of the resource. CreateTags and DeleteTags change them.
	tagged() *[]models.Tag
}

func (c *storedCluster) tagged() *[]models.Tag        { return &c.Tags }
func (s *storedSnapshot) tagged() *[]models.Tag       { return &s.Tags }
func (s *storedSchedule) tagged() *[]models.Tag       { return &s.Tags }
func (g *storedCopyGrant) tagged() *[]models.Tag      { return &g.Tags }
func (g *storedParameterGroup) tagged() *[]models.Tag { return &g.Tags }
func (g *storedSubnetGroup) tagged() *[]models.Tag    { return &g.Tags }
func (s *storedSubscription) tagged() *[]models.Tag   { return &s.Tags }
func (r *declaredResource) tagged() *[]models.Tag     { return &r.tags }

// taggedKind has the resources of one kind that can have tags.
type taggedKind struct {
	resourceType models.ResourceType // of DescribeTags
	resources    map[string]taggable // by the resource part of the ARN, such as cluster:analytics
}

// taggedKinds returns the kinds of resources that can have tags. A kind that is stored by its name needs one line.
func (r *resources) taggedKinds() []taggedKind {
	return append(r.declaredTaggedKinds(),
		newTaggedKind(resourceTypeOfCluster, "cluster", r.clusters),
		newTaggedKind(resourceTypeOfSnapshot, "snapshot", snapshotsByPath(r.snapshots)),
		newTaggedKind(resourceTypeOfCopyGrant, "snapshotcopygrant", r.copyGrants),
		newTaggedKind(resourceTypeOfSchedule, "snapshotschedule", r.schedules),
		newTaggedKind(resourceTypeOfParameterGroup, "parametergroup", r.parameterGroups),
		newTaggedKind(resourceTypeOfSubnetGroup, "subnetgroup", r.subnetGroups),
		newTaggedKind(resourceTypeOfSubscription, "eventsubscription", r.eventSubscriptions),
	)
}

// newTaggedKind returns a kind whose ARNs have a type and the names of the resources.
func newTaggedKind[T taggable](resourceType models.ResourceType, arnType string, byName map[string]T) taggedKind {
	kind := taggedKind{resourceType: resourceType, resources: make(map[string]taggable, len(byName))}
	for name, resource := range byName {
		kind.resources[arnType+":"+name] = resource
	}

	return kind
}

// snapshotsByPath returns snapshots by the path in their ARNs, such as analytics/nightly.
func snapshotsByPath(byIdentifier map[string]*storedSnapshot) map[string]*storedSnapshot {
	byPath := make(map[string]*storedSnapshot, len(byIdentifier))
	for _, snapshot := range byIdentifier {
		byPath[snapshot.ClusterIdentifier+"/"+snapshot.SnapshotIdentifier] = snapshot
	}

	return byPath
}

// declaredTaggedKinds returns the declared kinds that have resources.
func (r *resources) declaredTaggedKinds() []taggedKind {
	var all []taggedKind
	for _, stored := range r.declared {
		if len(stored) == 0 || !stored[0].kind.taggable() {
			continue
		}
		kind := taggedKind{resourceType: models.ResourceType(stored[0].kind.displayName()), resources: make(map[string]taggable)}
		for _, resource := range stored {
			kind.resources[arnResource(resource.arn)] = resource
		}
		all = append(all, kind)
	}

	return all
}

// arnResource returns the part of an ARN after the account.
func arnResource(arn string) string {
	const parts = 6 // arn:partition:service:region:account:resource
	split := strings.SplitN(arn, ":", parts)

	return split[len(split)-1]
}

// taggedResource is a resource that can have tags, with its ARN.
type taggedResource struct {
	taggable

	arn    string
	kind   models.ResourceType
	hidden bool // from Describe operations
}

// taggedResources returns all resources of the caller that can have tags.
func (c *call) taggedResources() []taggedResource {
	var all []taggedResource
	for _, kind := range c.resourcesOf(c.account).taggedKinds() {
		for path, resource := range kind.resources {
			all = append(all, taggedResource{
				taggable: resource,
				arn:      c.arn("redshift", c.account, path),
				kind:     kind.resourceType,
				hidden:   c.hides(resource),
			})
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
	if cluster, isCluster := tagged.taggable.(*storedCluster); isCluster {
		if failed := c.checkAvailable(cluster); failed != nil {
			return nil, failed
		}
	}
	all := slices.Clone(*tagged.tagged())
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
	*tagged.tagged() = all

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
	*tagged.tagged() = slices.DeleteFunc(slices.Clone(*tagged.tagged()), func(tag models.Tag) bool { return slices.Contains(keys, tag.Key) })

	return nil, nil
}

// Types of the fake's resources, in lower case as in Amazon's examples. Snapshot schedules have tags too, but Amazon documents no type
// for them.
const (
	resourceTypeOfCluster   models.ResourceType = "cluster"
	resourceTypeOfSnapshot  models.ResourceType = "snapshot"
	resourceTypeOfCopyGrant models.ResourceType = "snapshot copy grant"
	resourceTypeOfSchedule  models.ResourceType = "snapshotschedule"

	resourceTypeOfParameterGroup models.ResourceType = "parameter group"
	resourceTypeOfSubnetGroup    models.ResourceType = "subnet group"
	resourceTypeOfSubscription   models.ResourceType = "event subscription"
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
				return nil, fail(awsquery.ErrInvalidParameterCombination,
					"ResourceName and %s cannot be given together. Describe tags by using either an ARN or a resource type.", other)
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
		candidates, sizes = []taggedResource{tagged}, pageSizes{largest: max(tagPages.largest, len(*tagged.tagged()))}
	}
	var list []listItem[models.TaggedResource]
	for _, tagged := range candidates {
		if kind != "" && tagged.kind != kind || tagged.hidden {
			continue
		}
		for _, tag := range *tagged.tagged() {
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
