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
}

// timer is a function that runs once, at its time on the fake's clock.
type timer struct {
	at     time.Time
	serial int
	run    func(at time.Time)
}

func (t timer) compare(other timer) int {
	return cmp.Or(t.at.Compare(other.at), cmp.Compare(t.serial, other.serial))
}

// add adds a function. It can add timers itself, also for times that have passed.
func (t *timers) add(at time.Time, run func(at time.Time)) {
	t.serial++
	added := timer{at: at, serial: t.serial, run: run}
	position, _ := slices.BinarySearchFunc(t.pending, added, timer.compare)
	t.pending = slices.Insert(t.pending, position, added)
}

// next removes and returns the first timer that is due at a time.
func (t *timers) next(now time.Time) (timer, bool) {
	if len(t.pending) == 0 || t.pending[0].at.After(now) {
		return timer{}, false
	}
	first := t.pending[0]
	t.pending = slices.Delete(t.pending, 0, 1)

	return first, true
}
