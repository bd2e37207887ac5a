package redshifttest

import (
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	clientparameters "github.com/redshift-go/redshift/client/parameters"
	"github.com/redshift-go/redshift/models"
)

const (
	// parameterApplication is how long Redshift applies a dynamic change to a cluster.
	parameterApplication = time.Minute

	maxGroupName         = 255
	maxChangedParameters = 20 // of a call
	defaultGroupPrefix   = "default."
)

// The statuses of a parameter group of a cluster, and of its parameters.
const (
	parametersInSync   = "in-sync"
	parametersPending  = "pending-reboot"
	parametersApplying = "applying"
)

var (
	parameterGroupPages = pageSizes{20, 100}
	parameterPages      = pageSizes{20, 100}
)

// storedParameterGroup is a cluster parameter group.
type storedParameterGroup struct {
	models.ClusterParameterGroup
	values map[string]string // the values that a user set, by the names of the parameters
	fixed  bool              // a default group, or a group of Options.Resources, which does not count towards the quota
}

func (g *storedParameterGroup) isDefault() bool {
	return strings.HasPrefix(g.ParameterGroupName, defaultGroupPrefix)
}

// initialParameterGroups returns the groups that every account has: the default group of each family, and the groups of
// Options.Resources.
func (r *Resources) initialParameterGroups() map[string]*storedParameterGroup {
	groups := make(map[string]*storedParameterGroup)
	add := func(name, family, description string) {
		groups[strings.ToLower(name)] = &storedParameterGroup{
			ClusterParameterGroup: models.ClusterParameterGroup{
				ParameterGroupName:   strings.ToLower(name),
				ParameterGroupFamily: family,
				Description:          description,
				Tags:                 []models.Tag{},
			},
			values: make(map[string]string),
			fixed:  true,
		}
	}
	for _, name := range r.ParameterGroups {
		add(name, family1, "A group of Options.Resources")
	}
	for _, family := range parameterFamilies {
		add(defaultGroupPrefix+family, family, "Default parameter group for "+family)
	}

	return groups
}

// parameterGroup returns a parameter group of the caller.
func (c *call) parameterGroup(name string) (*storedParameterGroup, *failure) {
	group := c.resourcesOf(c.account).parameterGroups[strings.ToLower(name)]
	if group == nil {
		return nil, parameterGroupNotFound(name)
	}

	return group, nil
}

func parameterGroupNotFound(name string) *failure {
	return fail(models.ErrClusterParameterGroupNotFound, "ClusterParameterGroup not found: %s", name) // Redshift's message
}

func createClusterParameterGroup(c *call) (any, *failure) {
	name, family := c.params.text("ParameterGroupName"), c.params.text("ParameterGroupFamily")
	if failed := c.checkNewIdentifier("ParameterGroupName", name, maxGroupName); failed != nil {
		return nil, failed
	}
	if failed := checkFamily(family); failed != nil {
		return nil, failed
	}
	tags, failed := c.tags()
	if failed != nil {
		return nil, failed
	}
	groups := c.resourcesOf(c.account).parameterGroups
	name = strings.ToLower(name)
	if groups[name] != nil {
		return nil, fail(models.ErrClusterParameterGroupAlreadyExists, "The cluster parameter group %s already exists.", name)
	}
	count := 0
	for _, group := range groups {
		if !group.fixed {
			count++
		}
	}
	if count >= max(c.quotas.ParameterGroups, 0) {
		return nil, fail(models.ErrClusterParameterGroupQuotaExceeded,
			"The account has %d cluster parameter groups, which is the quota. %s", count, quotaHint("ParameterGroups"))
	}
	group := &storedParameterGroup{
		ClusterParameterGroup: models.ClusterParameterGroup{
			ParameterGroupName:   name,
			ParameterGroupFamily: family,
			Description:          c.params.text("Description"),
			Tags:                 tags,
		},
		values: make(map[string]string),
	}
	groups[name] = group
	c.hideNew(group)
	c.addEvent(c.account, c.now, eventOf(1003), name, "The cluster parameter group %s was created.", name)

	return &clientparameters.CreateClusterParameterGroupResult{ClusterParameterGroup: group.view()}, nil
}

func checkFamily(family string) *failure {
	if !slices.Contains(parameterFamilies, family) {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter ParameterGroupFamily must be %s, not '%s'.",
			strings.Join(parameterFamilies, " or "), family)
	}

	return nil
}

// view returns the group as Redshift shows it.
func (g *storedParameterGroup) view() models.ClusterParameterGroup {
	shown := g.ClusterParameterGroup
	shown.Tags = append([]models.Tag{}, g.Tags...)

	return shown
}

func deleteClusterParameterGroup(c *call) (any, *failure) {
	group, failed := c.changeableParameterGroup()
	if failed != nil {
		return nil, failed
	}
	name := group.ParameterGroupName
	if clusters := c.clustersWith(group); len(clusters) > 0 {
		return nil, fail(models.ErrInvalidClusterParameterGroupState,
			"The cluster parameter group %s cannot be deleted, because cluster %s uses it.", name, clusters[0].Identifier)
	}
	delete(c.resourcesOf(c.account).parameterGroups, name)
	c.addEvent(c.account, c.now, eventOf(1004), name, "The cluster parameter group %s was deleted.", name)

	return nil, nil
}

// changeableParameterGroup returns the group that the call names. It refuses default groups, and groups that are being applied to a
// cluster.
func (c *call) changeableParameterGroup() (*storedParameterGroup, *failure) {
	group, failed := c.parameterGroup(c.params.text("ParameterGroupName"))
	if failed != nil {
		return nil, failed
	}
	if group.isDefault() {
		return nil, fail(models.ErrInvalidClusterParameterGroupState,
			"The cluster parameter group %s is a default group, which cannot be changed or deleted.", group.ParameterGroupName)
	}
	for _, cluster := range c.clustersWith(group) {
		if cluster.parameterStatus(group.ParameterGroupName).ParameterApplyStatus == parametersApplying {
			return nil, fail(models.ErrInvalidClusterParameterGroupState,
				"The cluster parameter group %s is being applied to cluster %s. Wait until it is in-sync.",
				group.ParameterGroupName, cluster.Identifier)
		}
	}

	return group, nil
}

// clustersWith returns the clusters of the caller that use a parameter group, sorted by identifier.
func (c *call) clustersWith(group *storedParameterGroup) []*storedCluster {
	var using []*storedCluster
	for _, cluster := range c.resourcesOf(c.account).clusters {
		if cluster.parameterStatus(group.ParameterGroupName) != nil {
			using = append(using, cluster)
		}
	}
	slices.SortFunc(using, func(a, b *storedCluster) int { return strings.Compare(a.Identifier, b.Identifier) })

	return using
}

// parameterStatus returns the status of a parameter group of the cluster, or nil if the cluster does not use the group.
func (c *storedCluster) parameterStatus(group string) *models.ClusterParameterGroupStatus {
	for i := range c.settings.ClusterParameterGroups {
		if c.settings.ClusterParameterGroups[i].ParameterGroupName == group {
			return &c.settings.ClusterParameterGroups[i]
		}
	}

	return nil
}

func modifyClusterParameterGroup(c *call) (any, *failure) {
	group, failed := c.changeableParameterGroup()
	if failed != nil {
		return nil, failed
	}
	changes, failed := c.parameterChanges(group)
	if failed != nil {
		return nil, failed
	}
	name, dynamic := group.ParameterGroupName, true
	for _, change := range changes {
		before := group.value(change.definition)
		dynamic = dynamic && change.isDynamic(before)
		group.values[change.definition.ParameterName] = change.value
		c.addEvent(c.account, c.now, eventOf(1002), name, "The parameter %s of the cluster parameter group %s was changed from %s to %s.",
			change.definition.ParameterName, name, before, change.value)
	}

	return &clientparameters.ModifyClusterParameterGroupResult{
		ParameterGroupName:   name,
		ParameterGroupStatus: c.groupChanged(group, changes, dynamic),
	}, nil
}

func resetClusterParameterGroup(c *call) (any, *failure) {
	group, failed := c.changeableParameterGroup()
	if failed != nil {
		return nil, failed
	}
	all, given := c.params.boolean("ResetAllParameters")
	items := c.params.items("Parameters.Parameter")
	switch {
	case all && len(items) > 0:
		return nil, fail(awsquery.ErrInvalidParameterCombination, "ResetAllParameters and Parameters cannot be given together.")
	case given && !all && len(items) == 0:
		return nil, fail(awsquery.ErrInvalidParameterCombination, "Parameters must be given unless ResetAllParameters is true.")
	}
	var changes []parameterChange
	if len(items) > 0 {
		changes, failed = c.parameterChanges(group)
		if failed != nil {
			return nil, failed
		}
	} else {
		for _, definition := range defaultParameters(group.ParameterGroupFamily) {
			if _, isSet := group.values[definition.ParameterName]; isSet {
				changes = append(changes, parameterChange{definition: definition})
			}
		}
	}
	for _, change := range changes {
		delete(group.values, change.definition.ParameterName)
	}

	return &clientparameters.ResetClusterParameterGroupResult{
		ParameterGroupName:   group.ParameterGroupName,
		ParameterGroupStatus: c.groupChanged(group, changes, false),
	}, nil
}

// parameterChange is a parameter that a call changes or resets.
type parameterChange struct {
	definition parameterDefinition
	value      string
	apply      models.ParameterApplyType // of the request; may be empty
}

// isDynamic reports whether the change needs no reboot. A request for a static change always needs one.
func (p parameterChange) isDynamic(before string) bool {
	return p.definition.ApplyType == models.ParameterApplyTypeDynamic && p.apply != models.ParameterApplyTypeStatic &&
		isDynamicWLM(before, p.value)
}

// parameterChanges returns the parameters of the call: 1 to 20 different ones. ModifyClusterParameterGroup needs their values, which
// ResetClusterParameterGroup ignores.
func (c *call) parameterChanges(group *storedParameterGroup) ([]parameterChange, *failure) {
	items := c.params.structures("Parameters.Parameter")
	if len(items) > maxChangedParameters {
		return nil, fail(awsquery.ErrInvalidParameterValue, "A call can change at most %d parameters, not %d.", maxChangedParameters, len(items))
	}
	definitions := defaultParameters(group.ParameterGroupFamily)
	var changes []parameterChange
	for _, item := range items {
		name := item["ParameterName"]
		at := slices.IndexFunc(definitions, func(one parameterDefinition) bool { return one.ParameterName == name })
		isGiven := func(one parameterChange) bool { return one.definition.ParameterName == name }
		switch {
		case at < 0:
			return nil, fail(awsquery.ErrInvalidParameterValue, "The family %s has no parameter '%s'.", group.ParameterGroupFamily, name)
		case slices.ContainsFunc(changes, isGiven):
			return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter %s is given twice.", name)
		}
		change := parameterChange{
			definition: definitions[at],
			value:      item["ParameterValue"],
			apply:      models.ParameterApplyType(item["ApplyType"]),
		}
		if c.operation == "ModifyClusterParameterGroup" {
			if failed := change.check(); failed != nil {
				return nil, failed
			}
		}
		changes = append(changes, change)
	}

	return changes, nil
}

// check refuses a change that the parameter does not allow.
func (p parameterChange) check() *failure {
	if p.value == "" {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter %s needs a ParameterValue.", p.definition.ParameterName)
	}
	if p.apply != "" && p.apply != models.ParameterApplyTypeStatic && p.apply != models.ParameterApplyTypeDynamic {
		return fail(awsquery.ErrInvalidParameterValue, "The ApplyType of parameter %s must be static or dynamic, not '%s'.",
			p.definition.ParameterName, p.apply)
	}

	return p.definition.checkValue(p.value)
}

// value returns the value of a parameter in the group.
func (g *storedParameterGroup) value(definition parameterDefinition) string {
	if value, isSet := g.values[definition.ParameterName]; isSet {
		return value
	}

	return definition.ParameterValue
}

// groupChanged records the change of a group, applies it to the clusters that use the group, and returns the status of the group. A
// dynamic change is applied for a while, unless the cluster waits for a reboot already.
func (c *call) groupChanged(group *storedParameterGroup, changes []parameterChange, dynamic bool) string {
	name := group.ParameterGroupName
	if len(changes) == 0 {
		return "The cluster parameter group is unchanged."
	}
	c.addEvent(c.account, c.now, eventOf(1005), name, "The cluster parameter group %s was changed. Its clusters apply dynamic changes now, "+
		"and static changes at their next reboot.", name)
	for _, cluster := range c.clustersWith(group) {
		c.addEvent(c.account, c.now, eventOf(1000), cluster.Identifier, "The cluster parameter group %s of cluster %s was changed. "+
			"The cluster applies dynamic changes now, and static changes at its next reboot.", name, cluster.Identifier)
		if status := cluster.parameterStatus(name); dynamic && status.ParameterApplyStatus == parametersInSync {
			c.applyDynamically(cluster, name)
		} else {
			addPending(status, changes)
		}
	}
	if dynamic {
		return "The cluster parameter group is changed. Its clusters apply the change now."
	}

	return "The cluster parameter group is changed. Its clusters apply the change at their next reboot."
}

// addPending marks changed parameters of a cluster as waiting for a reboot. The list of a stored status has the parameters that wait. If
// the status is pending-reboot and the list is empty, all parameters wait, because the cluster got another group.
func addPending(status *models.ClusterParameterGroupStatus, changes []parameterChange) {
	if status.ParameterApplyStatus == parametersPending && len(status.ClusterParameterStatusList) == 0 {
		return
	}
	status.ParameterApplyStatus = parametersPending
	for _, change := range changes {
		name := change.definition.ParameterName
		waits := func(one models.ClusterParameterStatus) bool { return one.ParameterName == name }
		if !slices.ContainsFunc(status.ClusterParameterStatusList, waits) {
			status.ClusterParameterStatusList = append(status.ClusterParameterStatusList, models.ClusterParameterStatus{
				ParameterName: name, ParameterApplyStatus: parametersPending,
			})
		}
	}
}

// applyDynamically applies a dynamic change of a parameter group to a cluster.
func (c *call) applyDynamically(cluster *storedCluster, group string) {
	status := cluster.parameterStatus(group)
	status.ParameterApplyStatus = parametersApplying
	status.ClusterParameterStatusList = []models.ClusterParameterStatus{{
		ParameterName: wlmParameter, ParameterApplyStatus: parametersApplying,
	}}
	until := new(c.now.Add(parameterApplication))
	cluster.applying = until
	s := c.state
	isLast := func() bool { return s.has(cluster) && cluster.applying == until }
	s.states.timers.add(*until, isLast, func(time.Time) {
		if status := cluster.parameterStatus(group); status != nil && status.ParameterApplyStatus == parametersApplying {
			status.ParameterApplyStatus, status.ClusterParameterStatusList = parametersInSync, nil
		}
	})
}

// applyParameters applies the parameter groups of a cluster. A reboot does it.
func (s *state) applyParameters(cluster *storedCluster) {
	for i := range cluster.settings.ClusterParameterGroups {
		status := &cluster.settings.ClusterParameterGroups[i]
		status.ParameterApplyStatus, status.ClusterParameterStatusList = parametersInSync, nil
	}
}

// shownParameterGroups returns the parameter groups of a cluster as Redshift shows them: with the status of each parameter, unless it is
// a default group.
func (s *state) shownParameterGroups(cluster *storedCluster) []models.ClusterParameterGroupStatus {
	shown := slices.Clone(cluster.settings.ClusterParameterGroups)
	for i := range shown {
		status := &shown[i]
		group := s.resourcesOf(cluster.AccountID).parameterGroups[status.ParameterGroupName]
		waiting := status.ClusterParameterStatusList
		status.ClusterParameterStatusList = nil
		if group == nil || group.isDefault() {
			continue
		}
		for _, definition := range defaultParameters(group.ParameterGroupFamily) {
			name, text := definition.ParameterName, parametersInSync
			waits := func(one models.ClusterParameterStatus) bool { return one.ParameterName == name }
			if len(waiting) == 0 || slices.ContainsFunc(waiting, waits) {
				text = status.ParameterApplyStatus
			}
			status.ClusterParameterStatusList = append(status.ClusterParameterStatusList, models.ClusterParameterStatus{
				ParameterName: name, ParameterApplyStatus: text,
			})
		}
	}

	return shown
}

func describeClusterParameterGroups(c *call) (any, *failure) {
	filter, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	wanted := strings.ToLower(c.params.text("ParameterGroupName"))
	var list []listItem[models.ClusterParameterGroup]
	for name, group := range c.resourcesOf(c.account).parameterGroups {
		if (wanted == "" || name == wanted) && !c.hides(group) {
			list = append(list, listItem[models.ClusterParameterGroup]{sortKey: []string{name}, value: group.view()})
		}
	}
	if wanted != "" && len(list) == 0 {
		return nil, parameterGroupNotFound(wanted)
	}
	list = slices.DeleteFunc(list, func(one listItem[models.ClusterParameterGroup]) bool { return !filter.matches(one.value.Tags) })
	found, next, failed := page(c, parameterGroupPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &clientparameters.DescribeClusterParameterGroupsResult{Marker: next, ParameterGroups: found}, nil
}

func describeClusterParameters(c *call) (any, *failure) {
	group, failed := c.parameterGroup(c.params.text("ParameterGroupName"))
	if failed != nil {
		return nil, failed
	}
	if c.hides(group) {
		return nil, parameterGroupNotFound(group.ParameterGroupName)
	}
	source := models.ParameterSource(c.params.text("Source"))
	if source != "" && source != models.ParameterSourceUser && source != models.ParameterSourceEngineDefault {
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter Source must be user or engine-default, not '%s'.", source)
	}
	var list []listItem[models.Parameter]
	for _, definition := range defaultParameters(group.ParameterGroupFamily) {
		shown := definition.Parameter
		if value, isSet := group.values[shown.ParameterName]; isSet {
			shown.ParameterValue, shown.Source = value, models.ParameterSourceUser
		}
		if source == "" || shown.Source == source {
			list = append(list, listItem[models.Parameter]{sortKey: []string{shown.ParameterName}, value: shown})
		}
	}
	found, next, failed := page(c, parameterPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &clientparameters.DescribeClusterParametersResult{Parameters: found, Marker: next}, nil
}

func describeDefaultClusterParameters(c *call) (any, *failure) {
	family := c.params.text("ParameterGroupFamily")
	if failed := checkFamily(family); failed != nil {
		return nil, failed
	}
	var list []listItem[models.Parameter]
	for _, definition := range defaultParameters(family) {
		list = append(list, listItem[models.Parameter]{sortKey: []string{definition.ParameterName}, value: definition.Parameter})
	}
	found, next, failed := page(c, parameterPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &clientparameters.DescribeDefaultClusterParametersResult{DefaultClusterParameters: models.DefaultClusterParameters{
		ParameterGroupFamily: family,
		Marker:               next,
		Parameters:           found,
	}}, nil
}
