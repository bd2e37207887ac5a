package redshifttest

import (
	"slices"

	"github.com/redshift-go/redshift/models"
)

// EventsOf returns the events of an account in the region, oldest first.
func (f *Fake) EventsOf(account string) []models.Event {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)

	return slices.Clone(f.state.resourcesOf(account).events)
}

// ElasticOptions returns the numbers of nodes that an elastic resize can lead to.
func ElasticOptions(nodeType string, nodes int) []int { return elasticOptions(nodeType, nodes) }
