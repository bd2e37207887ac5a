package redshifttest

import (
	"time"

	"github.com/redshift-go/redshift/models"
)

// transition is a change of a cluster that takes time, such as a reboot.
type transition struct {
	status models.ClusterStatus // of the cluster until the change ends
	until  time.Time
}

// begin starts a transition of a cluster. finish runs at its end, unless the cluster was removed or another transition has replaced it.
func (s *state) begin(cluster *storedCluster, status models.ClusterStatus, until time.Time, finish func(at time.Time)) {
	started := &transition{status: status, until: until}
	cluster.transition = started
	isLast := func() bool { return cluster.transition == started && s.has(cluster) }
	s.states.timers.add(until, isLast, func(at time.Time) {
		cluster.transition = nil
		finish(at)
	})
}
