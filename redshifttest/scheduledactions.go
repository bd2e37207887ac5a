package redshifttest

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/automation"
	"github.com/redshift-go/redshift/models"
)

// maxActionInvocations is the number of next invocations that a scheduled action shows.
const maxActionInvocations = 5

var (
	actionPages = pageSizes{20, 100}
	actionName  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,60}$`)

	actionTypes = []models.ScheduledActionTypeValues{
		models.ScheduledActionTypeValuesPauseCluster,
		models.ScheduledActionTypeValuesResizeCluster,
		models.ScheduledActionTypeValuesResumeCluster,
	}
)

// The events of scheduled actions. Amazon documents no numbers of them.
var (
	actionStarted = eventKind{
		source: models.SourceTypeScheduledAction, categories: []string{management}, severity: models.EventSeverityInfo,
	}
	actionFailed = eventKind{
		source: models.SourceTypeScheduledAction, categories: []string{management}, severity: models.EventSeverityError,
	}
)

// storedAction is a scheduled action.
type storedAction struct {
	name        string
	description string
	operation   models.ScheduledActionTypeValues
	target      parameters // of the operation
	schedule    string
	times       actionTimes
	role        string
	disabled    bool
	start, end  time.Time // zero if the action has none

	armed *bool // of the timer for the next run; a change sets it to false and arms another timer
}

// nextAfter returns the next run of the action after a time. It returns false if the action is disabled or has no more runs.
func (a *storedAction) nextAfter(after time.Time) (time.Time, bool) {
	if a.disabled {
		return time.Time{}, false
	}
	if earliest := a.start.Add(-time.Nanosecond); !a.start.IsZero() && earliest.After(after) {
		after = earliest
	}
	next, found := a.times.after(after)

	return next, found && (a.end.IsZero() || !next.After(a.end))
}

func createScheduledAction(c *call) (any, *failure) {
	name := c.params.text("ScheduledActionName")
	if !actionName.MatchString(name) {
		return nil, fail(awsquery.ErrInvalidParameterValue,
			"The parameter ScheduledActionName must have 1 to 60 letters, digits, hyphens and underscores, not '%s'.", name)
	}
	action := &storedAction{name: name}
	if failed := c.applyAction(action); failed != nil {
		return nil, failed
	}
	actions := c.resourcesOf(c.account).scheduledActions
	if actions[strings.ToLower(name)] != nil {
		return nil, fail(models.ErrScheduledActionAlreadyExists, "The scheduled action %s already exists.", name)
	}
	if len(actions) >= max(c.quotas.ScheduledActions, 0) {
		return nil, fail(models.ErrScheduledActionQuotaExceeded,
			"The account has %d scheduled actions, which is the quota. %s", len(actions), quotaHint("ScheduledActions"))
	}
	actions[strings.ToLower(name)] = action
	c.hideNew(action)
	c.arm(c.account, action, c.now)
	result := actionResult(action.view(c.now))

	return &result, nil
}

func modifyScheduledAction(c *call) (any, *failure) {
	action, failed := c.scheduledAction(c.params.text("ScheduledActionName"))
	if failed != nil {
		return nil, failed
	}
	changed := *action
	if failed := c.applyAction(&changed); failed != nil {
		return nil, failed
	}
	*action = changed
	c.arm(c.account, action, c.now)
	result := automation.ModifyScheduledActionResult(actionResult(action.view(c.now)))

	return &result, nil
}

// applyAction applies the parameters of a call to a scheduled action.
func (c *call) applyAction(action *storedAction) *failure {
	if target := c.params["TargetAction"]; target != nil {
		if failed := c.applyTarget(action, target); failed != nil {
			return failed
		}
	}
	if schedule := c.params.text("Schedule"); schedule != "" {
		times, failed := parseActionSchedule(schedule)
		if failed != nil {
			return failed
		}
		if _, found := times.after(c.now); !found {
			return invalidSchedule("'%s' is in the past", schedule)
		}
		action.schedule, action.times = schedule, times
	}
	if role := c.params.text("IamRole"); role != "" {
		if failed := c.checkSchedulerRole(role); failed != nil {
			return failed
		}
		action.role = role
	}
	if c.params["ScheduledActionDescription"] != nil {
		action.description = c.params.text("ScheduledActionDescription")
	}
	if enabled, found := c.params.boolean("Enable"); found {
		action.disabled = !enabled
	}
	if start, found := c.params.time("StartTime"); found {
		action.start = start
	}
	if end, found := c.params.time("EndTime"); found {
		if !end.After(c.now) {
			return fail(models.ErrInvalidScheduledAction, "The EndTime of the scheduled action is in the past.")
		}
		action.end = end
	}
	if !action.start.IsZero() && !action.end.IsZero() && !action.start.Before(action.end) {
		return fail(models.ErrInvalidScheduledAction, "The StartTime of the scheduled action must be before its EndTime.")
	}

	return nil
}

// applyTarget sets the target action. The request must have exactly one, and its cluster must exist.
func (c *call) applyTarget(action *storedAction, target *paramValue) *failure {
	switch len(target.members) {
	case 0:
		return fail(models.ErrScheduledActionTypeUnsupported, "The target action must be one of %s, %s and %s.",
			actionTypes[0], actionTypes[1], actionTypes[2])
	case 1:
	default:
		return fail(models.ErrInvalidScheduledAction, "The scheduled action must have exactly one target action, not %d.", len(target.members))
	}
	for operation, value := range target.members {
		action.operation, action.target = models.ScheduledActionTypeValues(operation), parameters(maps.Clone(value.members))
	}
	_, failed := c.cluster(action.target.text("ClusterIdentifier"))

	return failed
}

// checkSchedulerRole checks the role that runs the target action. The fake has no IAM: every role of the account lets the scheduler
// assume it.
func (c *call) checkSchedulerRole(role string) *failure {
	if failed := c.checkRole("IamRole", role); failed != nil {
		return failed
	}
	if arnAccount(role) != c.account {
		return fail(models.ErrUnauthorizedOperation, "The scheduler is not allowed to assume the role %s of another account.", role)
	}

	return nil
}

// arm adds a timer for the next run of a scheduled action. The timer that was added before does nothing.
func (s *state) arm(account string, action *storedAction, after time.Time) {
	if action.armed != nil {
		*action.armed = false
	}
	action.armed = nil
	next, found := action.nextAfter(after)
	if !found {
		return
	}
	armed := new(true)
	action.armed = armed
	s.states.timers.add(next, func() bool { return *armed }, func(at time.Time) {
		s.runAction(account, action, at)
		s.arm(account, action, at)
	})
}

// runAction calls the operation of a scheduled action in the name of the account. The action stays as it is if the call fails.
func (s *state) runAction(account string, action *storedAction, at time.Time) {
	cluster := action.target.text("ClusterIdentifier")
	work, failed := s.states.handlers[string(action.operation)], (*failure)(nil)
	if work == nil {
		failed = fail(models.ErrUnsupportedOperation, "The fake does not implement %s.", action.operation)
	} else {
		_, failed = work(&call{state: s, operation: string(action.operation), params: action.target, account: account, now: at})
	}
	if failed != nil {
		s.addEvent(account, at, actionFailed, action.name, "The scheduled action %s failed to run %s for cluster %s: %s: %s",
			action.name, action.operation, cluster, failed.code, failed.message)

		return
	}
	s.addEvent(account, at, actionStarted, action.name, "The scheduled action %s runs %s for cluster %s.", action.name, action.operation,
		cluster)
}

func (c *call) scheduledAction(name string) (*storedAction, *failure) {
	action := c.resourcesOf(c.account).scheduledActions[strings.ToLower(name)]
	if action == nil {
		return nil, actionNotFound(name)
	}

	return action, nil
}

func actionNotFound(name string) *failure {
	return fail(models.ErrScheduledActionNotFound, "The scheduled action '%s' was not found.", name)
}

func deleteScheduledAction(c *call) (any, *failure) {
	action, failed := c.scheduledAction(c.params.text("ScheduledActionName"))
	if failed != nil {
		return nil, failed
	}
	if action.armed != nil {
		*action.armed = false
	}
	delete(c.resourcesOf(c.account).scheduledActions, strings.ToLower(action.name))

	return nil, nil
}

func describeScheduledActions(c *call) (any, *failure) {
	selects, failed := c.actionFilter()
	if failed != nil {
		return nil, failed
	}
	wanted := c.params.text("ScheduledActionName")
	if wanted != "" {
		action, failed := c.scheduledAction(wanted)
		if failed != nil {
			return nil, failed
		}
		if c.hides(action) {
			return nil, actionNotFound(wanted)
		}
	}
	var list []listItem[*storedAction]
	for name, action := range c.resourcesOf(c.account).scheduledActions {
		if (wanted == "" || strings.EqualFold(name, wanted)) && !c.hides(action) && selects(action) {
			list = append(list, listItem[*storedAction]{sortKey: []string{name}, value: action})
		}
	}
	found, next, failed := page(c, actionPages, list, nil)
	if failed != nil {
		return nil, failed
	}
	result := &automation.DescribeScheduledActionsResult{Marker: next, ScheduledActions: []models.ScheduledAction{}}
	for _, action := range found {
		result.ScheduledActions = append(result.ScheduledActions, action.view(c.now))
	}

	return result, nil
}

// actionFilter returns the filter of a DescribeScheduledActions call.
func (c *call) actionFilter() (func(*storedAction) bool, *failure) {
	kind := models.ScheduledActionTypeValues(c.params.text("TargetActionType"))
	if kind != "" && !slices.Contains(actionTypes, kind) {
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter TargetActionType is not a type of scheduled actions: '%s'.", kind)
	}
	matches := make(map[models.ScheduledActionFilterName][]string)
	for _, item := range c.params.items("Filters.ScheduledActionFilter") {
		members := parameters(item.members)
		name := models.ScheduledActionFilterName(members.text("Name"))
		if name != models.ScheduledActionFilterNameClusterIdentifier && name != models.ScheduledActionFilterNameIamRole {
			return nil, fail(awsquery.ErrInvalidParameterValue,
				"The name of a filter must be cluster-identifier or iam-role, not '%s'.", name)
		}
		matches[name] = append(matches[name], members.strings("Values")...)
	}
	active, hasActive := c.params.boolean("Active")
	inWindow := c.actionWindow()

	return func(action *storedAction) bool {
		return (kind == "" || action.operation == kind) &&
			(!hasActive || active != action.disabled) &&
			isMatch(matches, models.ScheduledActionFilterNameClusterIdentifier, action.target.text("ClusterIdentifier")) &&
			isMatch(matches, models.ScheduledActionFilterNameIamRole, action.role) &&
			inWindow(action)
	}, nil
}

// isMatch reports whether a value is one of the values of a filter. Without the filter, every value matches.
func isMatch(filters map[models.ScheduledActionFilterName][]string, name models.ScheduledActionFilterName, value string) bool {
	wanted, found := filters[name]

	return !found || slices.ContainsFunc(wanted, func(one string) bool { return strings.EqualFold(one, value) })
}

// actionWindow returns the filter of StartTime and EndTime: active actions that run between them.
func (c *call) actionWindow() func(*storedAction) bool {
	start, hasStart := c.params.time("StartTime")
	end, hasEnd := c.params.time("EndTime")
	if !hasStart && !hasEnd {
		return func(*storedAction) bool { return true }
	}
	after := c.now
	if earliest := start.Add(-time.Nanosecond); hasStart && earliest.After(after) {
		after = earliest
	}

	return func(action *storedAction) bool {
		next, found := action.nextAfter(after)

		return found && (!hasEnd || !next.After(end))
	}
}

// view returns the scheduled action as Redshift shows it.
func (a *storedAction) view(now time.Time) models.ScheduledAction {
	shown := models.ScheduledAction{
		ScheduledActionName:        a.name,
		TargetAction:               a.shownTarget(),
		Schedule:                   a.schedule,
		IamRole:                    a.role,
		ScheduledActionDescription: a.description,
		State:                      models.ScheduledActionStateActive,
		NextInvocations:            []time.Time{},
		StartTime:                  a.start,
		EndTime:                    a.end,
	}
	if a.disabled {
		shown.State = models.ScheduledActionStateDisabled
	}
	for next, found := a.nextAfter(now); found && len(shown.NextInvocations) < maxActionInvocations; next, found = a.nextAfter(next) {
		shown.NextInvocations = append(shown.NextInvocations, next)
	}

	return shown
}

// shownTarget returns the target action as Redshift shows it.
func (a *storedAction) shownTarget() *models.ScheduledActionType {
	cluster := a.target.text("ClusterIdentifier")
	switch a.operation {
	case models.ScheduledActionTypeValuesPauseCluster:
		return &models.ScheduledActionType{PauseCluster: &models.PauseClusterMessage{ClusterIdentifier: cluster}}
	case models.ScheduledActionTypeValuesResumeCluster:
		return &models.ScheduledActionType{ResumeCluster: &models.ResumeClusterMessage{ClusterIdentifier: cluster}}
	default:
		resize := &models.ResizeClusterMessage{
			ClusterIdentifier:            cluster,
			ClusterType:                  a.target.text("ClusterType"),
			NodeType:                     a.target.text("NodeType"),
			ReservedNodeID:               a.target.text("ReservedNodeId"),
			TargetReservedNodeOfferingID: a.target.text("TargetReservedNodeOfferingId"),
		}
		if count, err := strconv.Atoi(a.target.text("NumberOfNodes")); err == nil {
			resize.NumberOfNodes = &count
		}
		if classic, found := a.target.boolean("Classic"); found {
			resize.Classic = &classic
		}

		return &models.ScheduledActionType{ResizeCluster: resize}
	}
}

// actionResult returns a result with the members of a scheduled action. Its members are not in an element for the action.
func actionResult(shown models.ScheduledAction) automation.CreateScheduledActionResult {
	return automation.CreateScheduledActionResult{
		ScheduledActionName:        shown.ScheduledActionName,
		TargetAction:               *shown.TargetAction,
		Schedule:                   shown.Schedule,
		IamRole:                    shown.IamRole,
		ScheduledActionDescription: shown.ScheduledActionDescription,
		State:                      shown.State,
		NextInvocations:            shown.NextInvocations,
		StartTime:                  shown.StartTime,
		EndTime:                    shown.EndTime,
	}
}
