package redshifttest

import (
	"fmt"
	"slices"
	"time"

	"github.com/redshift-go/redshift/models"
)

const (
	// eventAge is how long Redshift keeps events.
	eventAge = 14 * day
	// maxEvents is the number of events that the fake keeps for an account in a region.
	maxEvents = 10_000
)

// The categories of events.
const (
	configuration = "configuration"
	management    = "management"
	monitoring    = "monitoring"
	security      = "security"
	pendingEvents = "pending"
)

// eventKind is an event that Amazon documents: its number, its source, its categories and its severity.
type eventKind struct {
	number     int // 2000 is REDSHIFT-EVENT-2000
	source     models.SourceType
	categories []string
	severity   models.EventSeverity
}

// addEvent records an event about a resource of an account. It removes events that are too old.
func (s *state) addEvent(account string, at time.Time, kind eventKind, source, format string, values ...any) {
	owner := s.resourcesOf(account)
	owner.events = slices.DeleteFunc(owner.events, func(event models.Event) bool { return event.Date.Before(at.Add(-eventAge)) })
	if len(owner.events) >= maxEvents {
		owner.events = slices.Delete(owner.events, 0, len(owner.events)-maxEvents+1)
	}
	owner.events = append(owner.events, models.Event{
		SourceIdentifier: source,
		SourceType:       kind.source,
		Message:          fmt.Sprintf(format, values...),
		EventCategories:  kind.categories,
		Severity:         kind.severity,
		Date:             at.UTC().Truncate(time.Millisecond),
		EventID:          fmt.Sprintf("REDSHIFT-EVENT-%d", kind.number),
	})
}
