package redshifttest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/redshift-go/redshift/internal/contract"
)

// TestEveryOperationIsPlayed fails when an operation is added to the contract that the fake does not play.
func TestEveryOperationIsPlayed(t *testing.T) {
	t.Parallel()
	var described []string
	for _, operation := range contract.Operations() {
		described = append(described, operation.Name)
	}
	slices.Sort(described)
	if played := slices.Sorted(maps.Keys(handlers())); !slices.Equal(played, described) {
		t.Errorf("the fake plays\n%q\nthe contract has\n%q", played, described)
	}
}

// TestOperationNames: the list has the operations of the contract, in order.
func TestOperationNames(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(operationNames) || len(slices.Compact(slices.Clone(operationNames))) != len(operationNames) {
		t.Error("operationNames are not sorted, or have one twice")
	}
	for _, operation := range contract.Operations() {
		if !isOperation(operation.Name) {
			t.Errorf("operationNames lack %s", operation.Name)
		}
	}
}

// TestFastClockDoesNotGoBack: at a day in a second, a Duration is full after thirty hours.
func TestFastClockDoesNotGoBack(t *testing.T) {
	t.Parallel()
	fake := New(Options{ClockSpeed: 86400})
	last := fake.Now()
	for _, hours := range []float64{29, 29.7, 31, 60} {
		fake.clock.read = time.Now().Add(-time.Duration(hours * float64(time.Hour)))
		now := fake.Now()
		if passed := now.Unix() - last.Unix(); passed <= 0 {
			t.Errorf("after %v hours it shows %v, which is not after %v", hours, now, last)
		}
		last = now
	}
}

// TestIntervalsFarAway: after 292 years a Duration is full.
func TestIntervalsFarAway(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 9, 30, 0, 250e6, time.UTC)
	every := scheduleTimes{interval: 5 * time.Hour}
	for _, after := range []time.Time{start.AddDate(-400, 0, 0), start, start.Add(5 * time.Hour), start.AddDate(291, 0, 0), start.AddDate(5000, 0, 0)} {
		next := every.after(after, start)
		sinceStart := next.Unix() - start.Unix()
		if !next.After(after) || next.Nanosecond() != 250e6 || sinceStart%int64(5*3600) != 0 || after.After(start) && next.Unix()-after.Unix() > 5*3600 {
			t.Errorf("after %v comes %v", after, next)
		}
	}
}
