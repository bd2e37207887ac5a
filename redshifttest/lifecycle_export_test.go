package redshifttest

import "github.com/redshift-go/redshift/models"

// EventsOf returns the events of an account in the region, oldest first.
func (f *Fake) EventsOf(account string) []models.Event {
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)

	var all []models.Event
	for _, event := range f.state.resourcesOf(account).events {
		all = append(all, event.Event)
	}

	return all
}

// ElasticOptions returns the numbers of nodes that an elastic resize can lead to.
func ElasticOptions(nodeType string, nodes int) []int { return elasticOptions(nodeType, nodes) }
