package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Sample is one measurement.
type Sample struct {
	// Calls is the number of calls that succeeded. Failures is the number that failed. Failures are not timed.
	Calls, Failures int
	// Elapsed is the total duration of all calls.
	Elapsed time.Duration
	// Allocations and Bytes are the allocations of the whole process.
	Allocations, Bytes uint64
	// Latencies are the sorted latencies of the successful calls. They are recorded only on request.
	Latencies []time.Duration
	// Failure is one of the errors.
	Failure error
}

// PerCall returns time, allocations and bytes of one call.
func (s Sample) PerCall() (nanoseconds, allocations, bytes float64) {
	calls := float64(s.Calls)

	return float64(s.Elapsed.Nanoseconds()) / calls, float64(s.Allocations) / calls, float64(s.Bytes) / calls
}

// Percentile returns the latency that the given percentage of the calls did not exceed.
func (s Sample) Percentile(percent int) time.Duration {
	if len(s.Latencies) == 0 {
		return 0
	}

	return s.Latencies[min(len(s.Latencies)*percent/100, len(s.Latencies)-1)]
}

// Measure calls from the given number of goroutines, for about the given duration and at least once.
func Measure(ctx context.Context, call Call, goroutines int, duration time.Duration, latencies bool) Sample {
	batch := calibrate(ctx, call, duration)
	perWorker := max(1, batch/goroutines)

	samples := make([]Sample, goroutines)
	if latencies {
		for i := range samples {
			samples[i].Latencies = make([]time.Duration, 0, perWorker)
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	started := time.Now()
	var workers sync.WaitGroup
	for i := range samples {
		workers.Go(func() { samples[i].calls(ctx, call, perWorker, latencies) })
	}
	workers.Wait()
	total := Sample{Elapsed: time.Since(started)}
	runtime.ReadMemStats(&after)
	total.Allocations, total.Bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	for _, sample := range samples {
		total.Calls += sample.Calls
		total.Failures += sample.Failures
		total.Latencies = append(total.Latencies, sample.Latencies...)
		if sample.Failure != nil {
			total.Failure = sample.Failure
		}
	}
	slices.Sort(total.Latencies)

	return total
}

func (s *Sample) calls(ctx context.Context, call Call, count int, latencies bool) {
	for range count {
		var started time.Time
		if latencies {
			started = time.Now()
		}
		if err := call(ctx); err != nil {
			s.Failures++
			s.Failure = err

			continue
		}
		s.Calls++
		if latencies {
			s.Latencies = append(s.Latencies, time.Since(started))
		}
	}
}

// calibrate returns how many calls take about the given duration. Its own calls fill the pools and caches that later calls use.
func calibrate(ctx context.Context, call Call, duration time.Duration) int {
	started := time.Now()
	_ = call(ctx)
	if time.Since(started) >= duration {
		return 1
	}
	for count := 1; ; count *= 4 {
		started := time.Now()
		for range count {
			_ = call(ctx)
		}
		if took := time.Since(started); took >= duration/8 {
			return max(1, int(float64(count)*float64(duration)/float64(took)))
		}
	}
}

// Count returns the mean allocations and bytes of the given number of calls. They do not depend on the speed of the machine.
func Count(ctx context.Context, call Call, goroutines, calls int) (allocations, bytes float64, err error) {
	var workers sync.WaitGroup
	run := func(count int) error {
		failures := make([]error, goroutines)
		for i := range goroutines {
			workers.Go(func() {
				for range count {
					if err := call(ctx); err != nil {
						failures[i] = err
					}
				}
			})
		}
		workers.Wait()
		for _, failure := range failures {
			if failure != nil {
				return fmt.Errorf("a call failed: %w", failure)
			}
		}

		return nil
	}
	if err := run(min(3, calls)); err != nil {
		return 0, 0, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err = run(max(1, calls/goroutines))
	runtime.ReadMemStats(&after)
	made := float64(max(1, calls/goroutines) * goroutines)

	return float64(after.Mallocs-before.Mallocs) / made, float64(after.TotalAlloc-before.TotalAlloc) / made, err
}
