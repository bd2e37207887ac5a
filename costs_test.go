package redshift_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// measurements are the figures of docs/performance.json that the README has.
type measurements struct {
	Works    []measuredWork
	Programs []struct {
		Name    string
		Bytes   float64
		Modules int
	}
}

// measuredWork has a comparison by side: "aws" is Amazon's SDK, and "ours" this library.
type measuredWork struct {
	Name                     string
	Nanoseconds, Allocations map[string]measuredSide
}

// measuredSide has the median over the rounds, and its ratio to the median of this library.
type measuredSide struct{ Median, Ratio float64 }

// TestCosts checks the figures in the README against docs/performance.json.
func TestCosts(t *testing.T) {
	t.Parallel()
	encoded, err := os.ReadFile(filepath.Join("docs", "performance.json"))
	if err != nil {
		t.Fatal(err)
	}
	var measured measurements
	if err := json.Unmarshal(encoded, &measured); err != nil {
		t.Fatal(err)
	}
	var sentences, table strings.Builder
	for _, call := range []struct{ work, name, costs string }{
		{"create, 2 tags", "A create with two tags", "%.0f %% of the time of the AWS SDK, and makes %.0f %% of its allocations"},
		{"describe, 100 snapshots", "A page of 100 snapshots", "%.0f %% of the time and %.0f %% of the allocations"},
		{"list, 100,000 snapshots", "A list of 100,000 snapshots", "%.0f %% of the time and %.0f %% of the allocations"},
	} {
		i := slices.IndexFunc(measured.Works, func(work measuredWork) bool { return work.Name == call.work })
		if i < 0 {
			t.Fatalf("docs/performance.json does not have %q", call.work)
		}
		times, allocations := measured.Works[i].Nanoseconds, measured.Works[i].Allocations
		fmt.Fprintf(&sentences, call.name+" takes "+call.costs+".\n", 100/times["aws"].Ratio, 100/allocations["aws"].Ratio)
		fmt.Fprintf(&table, "| %s | %s, %s allocations | %s, %s allocations |\n", strings.ToLower(call.name),
			duration(times["aws"].Median), thousands(allocations["aws"].Median),
			duration(times["ours"].Median), thousands(allocations["ours"].Median))
	}
	megabytes, modules := make(map[string]float64), make(map[string]int)
	for _, program := range measured.Programs {
		megabytes[program.Name], modules[program.Name] = program.Bytes/1e6, program.Modules
	}
	fmt.Fprintf(&table, "| a program with one call, stripped | %.1f MB, %.1f MB with its credential chain | %.1f MB |\n",
		megabytes["aws"], megabytes["awsconfig"], megabytes["ours"])
	fmt.Fprintf(&table, "| requirements in its `go.mod` | %d, %d with its credential chain | %d |\n",
		modules["aws"], modules["awsconfig"], modules["ours"])

	checkSection(t, "README.md", "costs", sentences.String()+
		"The network is not included.\n\n| | AWS SDK for Go v2 | this library |\n| --- | --- | --- |\n"+table.String())
}

// duration returns a time with three digits.
func duration(nanoseconds float64) string {
	value, unit := nanoseconds/1e3, "µs"
	for _, larger := range []string{"ms", "s"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, larger
	}

	return fmt.Sprintf("%.3g %s", value, unit)
}

// thousands returns a whole number with commas.
func thousands(value float64) string {
	digits := fmt.Sprintf("%.0f", value)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}

	return digits
}
