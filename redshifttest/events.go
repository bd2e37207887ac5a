package redshifttest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/events"
	"github.com/redshift-go/redshift/models"
)

const (
	// eventAge is how long Redshift keeps events.
	eventAge = 14 * day
	// maxEvents is the number of events that the fake keeps for an account in a region.
	maxEvents = 10_000
	// defaultEventMinutes is the default of the parameter Duration.
	defaultEventMinutes = 60
)

// The categories of events.
const (
	configuration = "configuration"
	management    = "management"
	monitoring    = "monitoring"
	security      = "security"
	pendingEvents = "pending"
)

var eventPages = pageSizes{20, 100}

// eventKind is an event that Amazon documents: its number, its source, its categories and its severity.
type eventKind struct {
	number     int // 2000 is REDSHIFT-EVENT-2000, and 0 is an event without a documented number
	source     models.SourceType
	categories []string
	severity   models.EventSeverity
}

// identifier returns the identifier of the event, such as REDSHIFT-EVENT-2000, or "" if Amazon documents none.
func (k eventKind) identifier() string {
	if k.number == 0 {
		return ""
	}

	return fmt.Sprintf("REDSHIFT-EVENT-%d", k.number)
}

// storedEvent is an event with its number in the order of recording.
type storedEvent struct {
	models.Event
	serial int
}

// addEvent records an event about a resource of an account. It removes events that are too old.
func (s *state) addEvent(account string, at time.Time, kind eventKind, source, format string, values ...any) {
	owner := s.resourcesOf(account)
	owner.eventCount++
	added := storedEvent{
		Event: models.Event{
			SourceIdentifier: source,
			SourceType:       kind.source,
			Message:          fmt.Sprintf(format, values...),
			EventCategories:  kind.categories,
			Severity:         kind.severity,
			Date:             at.UTC().Truncate(time.Millisecond),
			EventID:          kind.identifier(),
		},
		serial: owner.eventCount,
	}
	// The events are sorted by time. Almost every event is the newest one.
	position := len(owner.events)
	for position > 0 && owner.events[position-1].Date.After(added.Date) {
		position--
	}
	owner.events = slices.Insert(owner.events, position, added)
	tooOld := max(len(owner.events)-maxEvents, 0)
	for tooOld < len(owner.events) && owner.events[tooOld].Date.Before(at.Add(-eventAge)) {
		tooOld++
	}
	owner.events = slices.Delete(owner.events, 0, tooOld)
}

func describeEvents(c *call) (any, *failure) {
	source, kind := c.params.text("SourceIdentifier"), models.SourceType(c.params.text("SourceType"))
	if source != "" && kind == "" {
		return nil, fail(awsquery.ErrInvalidParameterCombination, "SourceIdentifier needs SourceType.")
	}
	if failed := checkSourceType(kind); failed != nil {
		return nil, failed
	}
	from, to, failed := c.eventWindow()
	if failed != nil {
		return nil, failed
	}
	// Redshift keeps events for 14 days. The fake may not have removed older ones yet.
	if oldest := c.now.Add(-eventAge); from.Before(oldest) {
		from = oldest
	}
	recorded := c.resourcesOf(c.account).events
	first, _ := slices.BinarySearchFunc(recorded, from, func(event storedEvent, from time.Time) int { return event.Date.Compare(from) })
	var list []listItem[models.Event]
	for _, event := range recorded[first:] {
		if event.Date.After(to) {
			break
		}
		if (kind == "" || event.SourceType == kind) && (source == "" || strings.EqualFold(event.SourceIdentifier, source)) {
			key := fmt.Sprintf("%s %012d", event.Date.Format(timeFormat), event.serial)
			list = append(list, listItem[models.Event]{sortKey: []string{key}, value: event.Event})
		}
	}
	found, next, failed := page(c, eventPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &events.DescribeEventsResult{Marker: next, Events: found}, nil
}

// eventWindow returns the time of the first and the last event of a DescribeEvents call. Both are inclusive.
func (c *call) eventWindow() (from, to time.Time, failed *failure) {
	from, hasStart := c.params.time("StartTime")
	to, hasEnd := c.params.time("EndTime")
	minutes, hasDuration := c.params.integer("Duration")
	switch {
	case hasDuration && (hasStart || hasEnd):
		failed = fail(awsquery.ErrInvalidParameterCombination, "Duration cannot be given together with StartTime or EndTime.")
	case hasDuration && minutes < 1:
		failed = fail(awsquery.ErrInvalidParameterValue, "The parameter Duration must be at least 1 minute, not %d.", minutes)
	case hasStart && hasEnd && from.After(to):
		failed = fail(awsquery.ErrInvalidParameterCombination, "StartTime must not be after EndTime.")
	}
	if !hasEnd {
		to = c.now
	}
	if !hasStart {
		from = to.Add(-time.Duration(cmp.Or(minutes, defaultEventMinutes)) * time.Minute)
	}

	return from, to, failed
}

// checkSourceType refuses an unknown type of source. The empty type means all types.
func checkSourceType(kind models.SourceType) *failure {
	if kind != "" && !slices.Contains(sourceTypes, kind) {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter SourceType is not a type of event sources: '%s'.", kind)
	}

	return nil
}
