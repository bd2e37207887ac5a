package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/bench"
)

// results is the content of performance.json.
type results struct {
	// Machine describes the machine of the measurements.
	Machine string `json:"machine"`
	// Rounds is the number of measurements of each figure.
	Rounds int `json:"rounds"`
	// Works has the measurements over a transport that responds from memory.
	Works []work `json:"works"`
	// Loopback has the measurements over a socket, with the server in another process.
	Loopback []loopback `json:"loopback"`
	// Memory has the heap that a list of 100,000 snapshots takes, by side.
	Memory map[string]bench.Memory `json:"memory"`
	// Programs has the programs that create one snapshot.
	Programs []bench.Program `json:"programs"`
	// Profiles shows where this library spends its time.
	Profiles []profiled `json:"profiles"`
}

// work is one row: the cost of a call for each side, absolute and relative to ours.
type work struct {
	Name        string                `json:"name"`
	Nanoseconds map[string]comparison `json:"nanoseconds"`
	Allocations map[string]comparison `json:"allocations"`
	Bytes       map[string]comparison `json:"bytes"`
}

// comparison has the median over the rounds. Ratio is the median of the side's figure divided by ours in the same round. Least
// and Most are the range of that ratio.
type comparison struct {
	Median float64 `json:"median"`
	Ratio  float64 `json:"ratio"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

// loopback is one row: the successful calls per second (median), the latencies (median), and the failures of all rounds.
type loopback struct {
	Name  string                   `json:"name"`
	Sides map[string]loopbackCells `json:"sides"`
}

type loopbackCells struct {
	PerSecond  comparison    `json:"perSecond"`
	Percent50  time.Duration `json:"p50"`
	Percent99  time.Duration `json:"p99"`
	Calls      int           `json:"calls"`
	Failures   int           `json:"failures"`
	LastReason string        `json:"lastReason,omitempty"`
}

const memorySnapshots = 100_000

func measure(ctx context.Context, rounds int, duration time.Duration) (*results, error) {
	measured := &results{
		Machine: fmt.Sprintf("%s, %s/%s, %d CPUs", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU()),
		Rounds:  rounds,
		Memory:  map[string]bench.Memory{},
	}
	progress("profiles")
	var err error
	if measured.Profiles, err = profiles(ctx, 5*time.Second); err != nil {
		return nil, err
	}
	if measured.Works, err = works(ctx, rounds, duration); err != nil {
		return nil, err
	}
	for _, side := range bench.Sides()[:2] {
		progress("memory of " + side.Name)
		if measured.Memory[side.Name], err = bench.MeasureMemory(ctx, side, memorySnapshots); err != nil {
			return nil, err
		}
	}
	err = withServer(ctx, func(address string) error {
		if measured.Loopback, err = overLoopback(ctx, address, rounds, duration); err != nil {
			return err
		}
		measured.Programs, err = programs(ctx, "http://"+address+"/create-2")

		return err
	})

	return measured, err
}

func progress(what string) { fmt.Fprintln(os.Stderr, "measuring", what) }

// works measures each side of each work. The sides take turns within a round, and each round begins with another side, so that
// disturbances of the machine affect all sides equally.
func works(ctx context.Context, rounds int, duration time.Duration) ([]work, error) {
	var rows []work
	for _, measured := range bench.Works() {
		progress(measured.Name)
		figures := map[string][]figure{}
		for round := range rounds {
			for i := range bench.Sides() {
				side := bench.Sides()[(i+round)%len(bench.Sides())]
				call, transport, err := measured.Prepare(side)
				if err != nil {
					return nil, err
				}
				if call == nil {
					continue
				}
				requests := 0
				counting := func(ctx context.Context) error {
					requests += measured.Requests

					return call(ctx)
				}
				if measured.Goroutines > 1 {
					counting = call
				}
				sample := bench.Measure(ctx, counting, measured.Goroutines, duration, false)
				if sample.Failures > 0 {
					return nil, fmt.Errorf("%s, %s: %d calls failed: %w", measured.Name, side.Name, sample.Failures, sample.Failure)
				}
				if measured.Goroutines == 1 && transport.Requests() != int64(requests) {
					return nil, fmt.Errorf("%s, %s: sent %d requests, want %d", measured.Name, side.Name, transport.Requests(), requests)
				}
				var made figure
				made.nanoseconds, made.allocations, made.bytes = sample.PerCall()
				figures[side.Name] = append(figures[side.Name], made)
			}
		}
		row := work{measured.Name, map[string]comparison{}, map[string]comparison{}, map[string]comparison{}}
		for side := range figures {
			row.Nanoseconds[side] = compare(figures[side], figures[bench.Ours], func(f figure) float64 { return f.nanoseconds })
			row.Allocations[side] = compare(figures[side], figures[bench.Ours], func(f figure) float64 { return f.allocations })
			row.Bytes[side] = compare(figures[side], figures[bench.Ours], func(f figure) float64 { return f.bytes })
		}
		rows = append(rows, row)
	}

	return rows, nil
}

type figure struct{ nanoseconds, allocations, bytes float64 }

func compare[T any](side, ours []T, of func(T) float64) comparison {
	var values, ratios []float64
	for i := range side {
		values = append(values, of(side[i]))
		ratios = append(ratios, of(side[i])/of(ours[i]))
	}

	return comparison{median(values), median(ratios), slices.Min(ratios), slices.Max(ratios)}
}

func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))

	return sorted[len(sorted)/2]
}

// withServer runs this program as the server in another process, so that only the clients run in the measured process.
func withServer(ctx context.Context, use func(address string) error) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, program, "-serve")
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	address, err := bufio.NewReader(output).ReadString('\n')
	if err == nil {
		err = use(strings.TrimSpace(address))
	}
	_, _ = io.WriteString(input, "\n")

	return errors.Join(err, command.Wait())
}

// overLoopback measures calls over a connection, with the default HTTP client of each side.
func overLoopback(ctx context.Context, address string, rounds int, duration time.Duration) ([]loopback, error) {
	var rows []loopback
	for _, measured := range []struct {
		name, path string
		goroutines int
		call       func(bench.Client) bench.Call
	}{
		{"create, 2 tags", "/create-2", 1, func(client bench.Client) bench.Call { return client.Create(2) }},
		{"create, 2 tags", "/create-2", 8, func(client bench.Client) bench.Call { return client.Create(2) }},
		{"create, 2 tags", "/create-2", 64, func(client bench.Client) bench.Call { return client.Create(2) }},
		{"describe, 100 snapshots", "/describe-100", 1, func(client bench.Client) bench.Call { return client.Describe(100) }},
		{"describe, 100 snapshots", "/describe-100", 8, func(client bench.Client) bench.Call { return client.Describe(100) }},
		{"describe, 100 snapshots", "/describe-100", 64, func(client bench.Client) bench.Call { return client.Describe(100) }},
	} {
		name := fmt.Sprintf("%s, %d concurrent", measured.name, measured.goroutines)
		progress("over loopback: " + name)
		samples := map[string][]bench.Sample{}
		for round := range rounds {
			for i := range bench.Sides() {
				side := bench.Sides()[(i+round)%len(bench.Sides())]
				client, err := side.New("http://"+address+measured.path, nil)
				if err != nil {
					return nil, err
				}
				sample := bench.Measure(ctx, measured.call(client), measured.goroutines, 2*duration, true)
				if sample.Calls == 0 {
					return nil, fmt.Errorf("%s, %s: no call succeeded: %w", name, side.Name, sample.Failure)
				}
				samples[side.Name] = append(samples[side.Name], sample)
			}
		}
		row := loopback{name, map[string]loopbackCells{}}
		perSecond := func(sample bench.Sample) float64 { return float64(sample.Calls) / sample.Elapsed.Seconds() }
		for side, made := range samples {
			cells := loopbackCells{PerSecond: compare(made, samples[bench.Ours], perSecond)}
			var percent50, percent99 []time.Duration
			for _, sample := range made {
				percent50, percent99 = append(percent50, sample.Percentile(50)), append(percent99, sample.Percentile(99))
				cells.Calls += sample.Calls
				cells.Failures += sample.Failures
				if sample.Failure != nil {
					cells.LastReason = sample.Failure.Error()
				}
			}
			cells.Percent50, cells.Percent99 = median(percent50), median(percent99)
			row.Sides[side] = cells
		}
		rows = append(rows, row)
	}

	return rows, nil
}

func programs(ctx context.Context, endpoint string) ([]bench.Program, error) {
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	var built []bench.Program
	for _, name := range bench.Programs() {
		progress("the program " + name)
		program, err := bench.Build(ctx, folder, name)
		if err != nil {
			return nil, err
		}
		if err := program.Start(ctx, folder, endpoint); err != nil {
			return nil, err
		}
		built = append(built, program)
	}

	return built, nil
}
