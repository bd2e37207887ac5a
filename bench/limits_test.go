package bench

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/limits.json")

const limitsFile = "testdata/limits.json"

// limits are measurements that do not depend on the machine. A change that makes one worse fails the test, unless it also updates
// the file.
type limits struct {
	Calls    map[string]cost    `json:"calls"`
	Programs map[string]Program `json:"programs"`
}

type cost struct {
	Allocations int `json:"allocations"`
	Bytes       int `json:"bytes"`
}

const mebibyte = 1 << 20

// Bytes and the size of a program vary slightly with the version of Go.
const (
	margin     = 1.03
	allocation = 1
)

// TestLimits checks allocations and bytes of our calls, and size, packages and modules of a program. Tests that measure do not
// run in parallel with others.
func TestLimits(t *testing.T) {
	// Without garbage collection the pools keep their contents, so that the figures are the same in every run.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1 << 30))
	measured := limits{Calls: map[string]cost{}, Programs: map[string]Program{}}
	for _, work := range Works() {
		call, _, err := work.Prepare(Sides()[0])
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		allocations, bytes, err := Count(t.Context(), call, work.Goroutines, max(1, 6400/max(1, work.Requests*work.Requests)))
		if err != nil {
			t.Fatalf("%s: %v", work.Name, err)
		}
		measured.Calls[work.Name] = cost{int(math.Round(allocations)), int(math.Round(bytes))}
	}
	folder := t.TempDir()
	program, err := Build(t.Context(), folder, Ours)
	if err != nil {
		t.Fatal(err)
	}
	measured.Programs[Ours] = program

	if *update {
		encoded, err := json.MarshalIndent(measured, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(limitsFile, append(encoded, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}
	encoded, err := os.ReadFile(limitsFile)
	if err != nil {
		t.Fatal(err)
	}
	var wanted limits
	if err := json.Unmarshal(encoded, &wanted); err != nil {
		t.Fatal(err)
	}
	if len(wanted.Calls) != len(measured.Calls) {
		t.Errorf("%s has %d calls, want %d", limitsFile, len(wanted.Calls), len(measured.Calls))
	}
	for name, got := range measured.Calls {
		want := wanted.Calls[name]
		within(t, name+": allocations", float64(got.Allocations), max(float64(want.Allocations)*margin, float64(want.Allocations+allocation)))
		within(t, name+": bytes", float64(got.Bytes), float64(want.Bytes)*margin)
		t.Logf("%-40s %9d allocations %11d bytes", name, got.Allocations, got.Bytes)
	}
	got, want := measured.Programs[Ours], wanted.Programs[Ours]
	within(t, "program: bytes", float64(got.Bytes), float64(want.Bytes)*margin)
	within(t, "program: packages", float64(got.Packages), float64(want.Packages)*margin)
	within(t, "program: modules", float64(got.Modules), float64(want.Modules))
	t.Logf("program: %+v", got)
}

func within(t *testing.T, what string, got, limit float64) {
	t.Helper()
	if got > limit {
		t.Errorf("%s = %.0f, want at most %.0f. If the increase is intended, run go test -run TestLimits -update", what, got, limit)
	}
}

// The ratio of allocations does not depend on the machine.
func TestAllocationTargets(t *testing.T) {
	for _, work := range Works() {
		target, found := Targets()[work.Name]
		if !found {
			continue
		}
		var allocations [2]float64
		for i, side := range Sides()[:2] {
			call, _, err := work.Prepare(side)
			if err != nil {
				t.Fatal(err)
			}
			if allocations[i], _, err = Count(t.Context(), call, 1, max(1, 200/(work.Requests+1))); err != nil {
				t.Fatalf("%s, %s: %v", work.Name, side.Name, err)
			}
		}
		ratio := allocations[1] / allocations[0]
		t.Logf("%s: %.1f", work.Name, ratio)
		if ratio < target.Allocations {
			t.Errorf("%s: Amazon's SDK allocates %.1f times as often as ours, want at least %.1f", work.Name, ratio, target.Allocations)
		}
	}
}

// A call allocates the same number of times when other goroutines make calls.
func TestConcurrentCallsAllocateNoMore(t *testing.T) {
	allocations := map[string]float64{}
	for _, work := range Works() {
		name, _, _ := strings.Cut(work.Name, " goroutines")
		call, _, err := work.Prepare(Sides()[0])
		if err != nil {
			t.Fatal(err)
		}
		if work.Requests != 1 {
			continue
		}
		if allocations[name], _, err = Count(t.Context(), call, work.Goroutines, 6400); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"create, 2 tags", "describe, 20 snapshots"} {
		for _, goroutines := range []int{8, 64} {
			one, many := allocations[name], allocations[fmt.Sprintf("%s, %d", name, goroutines)]
			t.Logf("%s: %.1f allocations in 1 goroutine, %.1f in each of %d", name, one, many, goroutines)
			// The garbage collector occasionally clears the shared pools.
			if one == 0 || many == 0 || many > one+allocation {
				t.Errorf("%s: %.1f allocations in 1 goroutine, %.1f in each of %d; want the same", name, one, many, goroutines)
			}
		}
	}
}

// A list of 100,000 snapshots has only one page in memory, and a kept identifier keeps nothing else of its page.
func TestListKeepsOnePageInMemory(t *testing.T) {
	memory, err := MeasureMemory(t.Context(), Sides()[0], 100_000)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MiB at most, %.1f MiB kept", float64(memory.Peak)/mebibyte, float64(memory.Kept)/mebibyte)
	if memory.Peak > MemoryTarget || memory.Kept > MemoryTarget {
		t.Errorf("the heap grew by %d bytes during the listing and by %d with the identifiers kept, want at most %d",
			memory.Peak, memory.Kept, MemoryTarget)
	}
}
