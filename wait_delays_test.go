package redshift_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
)

// pollTimes returns the times of a wait's polls within the limit, since its start.
func pollTimes(t *testing.T, options redshift.WaitOptions, limit time.Duration, jitter func(time.Duration) time.Duration) []time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	began := time.Now()
	var times []time.Duration
	stub := &polled{call: func(context.Context) error {
		times = append(times, time.Since(began))

		return nil
	}}
	client := redshift.NewFromService(stub)
	if jitter != nil {
		redshift.WithWaitJitter(client, jitter)
	}
	if _, err := client.WaitSnapshotAvailable(ctx, nightly, options); err == nil {
		t.Error("the wait succeeded, want an error")
	}

	return times
}

// With minimal and maximal jitter, every delay is within its limits.
func TestDelaysOfAWaitAreWithinLimits(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for name, test := range map[string]struct {
		options               redshift.WaitOptions
		shortest, longest     time.Duration
		firstShort, firstLong time.Duration // the first delay
		lastShort, lastLong   time.Duration // a late delay
	}{
		"default": {
			shortest: 5 * second, longest: 30 * second,
			firstShort: 5 * second, firstLong: 7500 * time.Millisecond, lastShort: 20 * second, lastLong: 30 * second,
		},
		"short MaxDelay": {
			options: redshift.WaitOptions{MaxDelay: 3 * second}, shortest: 2 * second, longest: 3 * second,
			firstShort: 2 * second, firstLong: 3 * second, lastShort: 2 * second, lastLong: 3 * second,
		},
		"long MinDelay": {
			options: redshift.WaitOptions{MinDelay: time.Minute}, shortest: time.Minute, longest: 90 * second,
			firstShort: time.Minute, firstLong: 90 * second, lastShort: time.Minute, lastLong: 90 * second,
		},
		"fixed": {
			options: redshift.WaitOptions{MinDelay: 10 * second, MaxDelay: 10 * second}, shortest: 10 * second, longest: 10 * second,
			firstShort: 10 * second, firstLong: 10 * second, lastShort: 10 * second, lastLong: 10 * second,
		},
		"both": {
			options: redshift.WaitOptions{MinDelay: 9 * second, MaxDelay: 12 * second}, shortest: 9 * second, longest: 12 * second,
			firstShort: 9 * second, firstLong: 12 * second, lastShort: 9 * second, lastLong: 12 * second,
		},
	} {
		for jitter, draw := range map[string]func(time.Duration) time.Duration{
			"short": func(time.Duration) time.Duration { return 0 }, "long": func(longest time.Duration) time.Duration { return longest }, "random": nil,
		} {
			synctest.Test(t, func(t *testing.T) {
				times := pollTimes(t, test.options, time.Hour, draw)
				for i := range times[1:] {
					if delay := times[i+1] - times[i]; delay < test.shortest || delay > test.longest {
						t.Errorf("%s, %s jitter: got a delay of %v", name, jitter, delay)
					}
				}
				if times[0] != 0 || len(times) < 10 {
					t.Fatalf("%s: polled at %v", name, times)
				}
				first, last := times[1], times[len(times)-1]-times[len(times)-2]
				if draw != nil && jitter == "short" && (first != test.firstShort || last != test.lastShort) ||
					jitter == "long" && (first != test.firstLong || last != test.lastLong) {
					t.Errorf("%s, %s jitter: first delay = %v, a late delay = %v", name, jitter, first, last)
				}
			})
		}
	}
	for _, options := range []redshift.WaitOptions{
		{MinDelay: math.MaxInt64}, {MinDelay: math.MaxInt64 - 1, MaxDelay: math.MaxInt64}, {MaxDelay: math.MaxInt64}, {MinDelay: 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			if times := pollTimes(t, options, time.Minute, nil); len(times) == 0 || len(times) > 40 {
				t.Errorf("%+v: got %d polls in a minute", options, len(times))
			}
		})
	}
}

// Of 200 waits that start at the same time, few poll in the same second later.
func TestPollsOfConcurrentWaitsSpread(t *testing.T) {
	t.Parallel()
	const together = 200
	synctest.Test(t, func(t *testing.T) {
		polls, exact := make(map[time.Duration]int), make(map[time.Duration]int)
		for range together {
			for _, at := range pollTimesFromNow(t) {
				polls[at.Truncate(time.Second)]++
				exact[at]++
			}
		}
		for second, count := range polls {
			// On average 8 waits poll in a second: 200 of them every 25 seconds.
			if second > 2*time.Minute && count > together/5 {
				t.Errorf("%d of %d waits poll in the second after %v", count, together, second)
			}
		}
		for at, count := range exact {
			if at > 0 && count > 2 {
				t.Errorf("%d waits poll at exactly %v", count, at)
			}
		}
	})
}

func pollTimesFromNow(t *testing.T) []time.Duration {
	t.Helper()

	return pollTimes(t, redshift.WaitOptions{}, 10*time.Minute, nil)
}
