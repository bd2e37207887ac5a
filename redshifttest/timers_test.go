package redshifttest

import (
	"slices"
	"testing"
	"time"
)

func always() bool { return true }

func TestTimersRunInTheOrderOfTime(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	var all timers
	var ran []string
	add := func(name string, after time.Duration) {
		all.add(start.Add(after), always, func(time.Time) { ran = append(ran, name) })
	}
	add("second", 2*time.Minute)
	add("first", time.Minute)
	add("also second", 2*time.Minute)
	add("last", time.Hour)
	all.add(start.Add(time.Minute), always, func(at time.Time) {
		ran = append(ran, "adds one")
		all.add(at.Add(30*time.Second), always, func(time.Time) { ran = append(ran, "added") })
	})
	run := func(now time.Time) {
		for due, found := all.next(now); found; due, found = all.next(now) {
			due.run(due.at)
		}
	}
	run(start)
	if len(ran) != 0 {
		t.Errorf("before their time, %q ran", ran)
	}
	run(start.Add(2 * time.Minute))
	if want := []string{"first", "adds one", "added", "second", "also second"}; !slices.Equal(ran, want) {
		t.Errorf("after 2 minutes, %q ran, want %q", ran, want)
	}
	run(start.Add(2 * time.Hour))
	if len(ran) != 6 || len(all.pending) != 0 {
		t.Errorf("after 2 hours, %d ran and %d are pending, want 6 and 0", len(ran), len(all.pending))
	}
}

// TestDeadTimers checks that dead timers do not run, and that add removes them.
func TestDeadTimers(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	var all timers
	var last, ran, most int
	const added = 10_000
	for i := range added {
		last = i
		all.add(start.Add(time.Hour), func() bool { return i == last }, func(time.Time) { ran++ })
		most = max(most, len(all.pending))
	}
	if most > minPruning {
		t.Errorf("%d timers are pending, want at most %d", most, minPruning)
	}
	for due, found := all.next(start.Add(time.Hour)); found; due, found = all.next(start.Add(time.Hour)) {
		due.run(due.at)
	}
	if ran != 1 || len(all.pending) != 0 {
		t.Errorf("%d timers ran and %d are pending, want 1 and 0", ran, len(all.pending))
	}
	for range added {
		all.add(start, always, func(time.Time) {})
	}
	if len(all.pending) != added {
		t.Errorf("%d of %d timers that are alive are pending", len(all.pending), added)
	}
}
