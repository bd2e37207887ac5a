package redshifttest

import (
	"cmp"
	"slices"
	"time"
)

// timers are the functions that run later, without a request: the end of a reboot, the next run of a scheduled action. All regions
// share them, so that they run in the order of time.
type timers struct {
	pending []timer // sorted by time, then by the order in which they were added
	serial  int
	pruneAt int // the number of pending timers that makes add remove the dead ones
}

// minPruning is the smallest number of pending timers that makes add remove the dead ones.
const minPruning = 256

// timer is a function that runs once, at its time on the fake's clock, if it is still alive then. A timer dies if its resource is deleted,
// or if a later change replaces the one that the timer ends.
type timer struct {
	at     time.Time
	serial int
	alive  func() bool
	run    func(at time.Time)
}

func (t timer) compare(other timer) int {
	return cmp.Or(t.at.Compare(other.at), cmp.Compare(t.serial, other.serial))
}

// add adds a function that runs if alive returns true at its time. The function can add timers, also for times that have passed. Once
// alive returns false, it must not return true again.
func (t *timers) add(at time.Time, alive func() bool, run func(at time.Time)) {
	// The fake's clock may stand still. Without the removal, calls that replace a change again and again would fill the memory.
	if len(t.pending) >= max(t.pruneAt, minPruning) {
		t.pending = slices.DeleteFunc(t.pending, func(one timer) bool { return !one.alive() })
		t.pruneAt = 2 * len(t.pending)
	}
	t.serial++
	added := timer{at: at, serial: t.serial, alive: alive, run: run}
	position, _ := slices.BinarySearchFunc(t.pending, added, timer.compare)
	t.pending = slices.Insert(t.pending, position, added)
}

// next removes and returns the first timer that is due at a time. It also removes the dead timers before it.
func (t *timers) next(now time.Time) (timer, bool) {
	for len(t.pending) > 0 && !t.pending[0].at.After(now) {
		first := t.pending[0]
		t.pending = slices.Delete(t.pending, 0, 1)
		if first.alive() {
			return first, true
		}
	}

	return timer{}, false
}
