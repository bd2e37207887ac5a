package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"text/template"
	"time"

	"github.com/redshift-go/redshift/bench"
)

//go:embed page.md.tmpl
var pageTemplate string

// goroutines is how many a piece of work has, by its name.
func goroutines(name string) int {
	for _, work := range bench.Works() {
		if work.Name == name {
			return work.Goroutines
		}
	}

	return 1
}

// page is docs/performance.md.
func (r *results) page() ([]byte, error) {
	functions := template.FuncMap{
		"time":     func(nanoseconds float64) string { return readable(time.Duration(nanoseconds)) },
		"duration": readable,
		"count":    func(value float64) string { return grouped(int64(value + 0.5)) },
		"group":    func(value int) string { return grouped(int64(value)) },
		"times":    func(value float64) string { return fmt.Sprintf("%.*f", decimals(value), value) },
		"percent":  func(value float64) string { return fmt.Sprintf("%.0f %%", 100*value) },
		"mebibytes": func(value int64) string {
			return fmt.Sprintf("%.1f", float64(value)/(1<<20))
		},
		"megabytes": func(value int64) string { return fmt.Sprintf("%.2f", float64(value)/1e6) },
		"by":        func(value, ours int64) string { return fmt.Sprintf("%.2f", float64(value)/float64(ours)) },
		"sides":     func() []string { return []string{bench.Ours, bench.Amazon, bench.Stock, bench.Raw} },
		"ours":      func() bench.Program { return r.Programs[0] },
		"verdicts":  r.verdicts,
	}
	parsed, err := template.New("page").Funcs(functions).Parse(pageTemplate)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = parsed.Execute(&page, r)

	return page.Bytes(), err
}

// readable has three digits, whatever the unit.
func readable(duration time.Duration) string {
	value, unit := float64(duration), "ns"
	for _, larger := range []string{"µs", "ms", "s"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, larger
	}

	return fmt.Sprintf("%.*f %s", decimals(value), value, unit)
}

func decimals(value float64) int {
	switch {
	case value < 0.1:
		return 3
	case value < 10:
		return 2
	case value < 100:
		return 1
	default:
		return 0
	}
}

func grouped(value int64) string {
	digits := fmt.Sprint(value)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}

	return digits
}

// verdict is one bar, and how far it is met.
type verdict struct {
	What     string
	Bar, Got float64
	// AtMost: the bar is an upper limit.
	AtMost bool
}

// Met tells whether the bar is met.
func (v verdict) Met() bool {
	if v.AtMost {
		return v.Got <= v.Bar
	}

	return v.Got >= v.Bar
}

func (r *results) verdicts() []verdict {
	var all []verdict
	for _, row := range r.Works {
		if bar, found := bench.Bars()[row.Name]; found {
			all = append(all,
				verdict{row.Name + ": time, aws/ours", bar.Time, row.Nanoseconds[bench.Amazon].Ratio, false},
				verdict{row.Name + ": allocations, aws/ours", bar.Allocations, row.Allocations[bench.Amazon].Ratio, false})
		}
	}
	for _, row := range r.Loopback {
		// One call at a time is a matter of latency, and keeps half of the machine waiting.
		if strings.HasPrefix(row.Name, "create") && !strings.HasSuffix(row.Name, ", 1 at once") {
			// A ratio is always the side's figure by ours, and here less is worse.
			all = append(all, verdict{row.Name + ": calls a second, ours/aws", bench.ThroughputBar, 1 / row.Sides[bench.Amazon].PerSecond.Ratio, false})
		}
	}
	memory := r.Memory[bench.Ours]
	all = append(all,
		verdict{"list, 100,000 snapshots: MiB of heap while listing", bench.MemoryBar >> 20, float64(memory.Peak) / (1 << 20), true},
		verdict{"list, 100,000 snapshots: MiB of heap with the identifiers kept", bench.MemoryBar >> 20, float64(memory.Kept) / (1 << 20), true})
	for _, program := range r.Programs[1:] {
		all = append(all, verdict{
			"program: size, ours/" + program.Name, bench.SizeBars()[program.Name],
			float64(r.Programs[0].Bytes) / float64(program.Bytes), true,
		})
	}

	return all
}

// check is an error that names each bar that is not met.
func (r *results) check() error {
	var missed []error
	for _, verdict := range r.verdicts() {
		if !verdict.Met() {
			missed = append(missed, fmt.Errorf("%s: %.2f, the bar is %.2f", verdict.What, verdict.Got, verdict.Bar))
		}
	}

	return errors.Join(missed...)
}

// print writes the ratios as a table.
func (r *results) print(target io.Writer) {
	table := tabwriter.NewWriter(target, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tours\taws/ours\tleast to most\tstock/ours\tallocations\taws/ours\tstock/ours\t")
	for _, row := range r.Works {
		amazon, stock := row.Nanoseconds[bench.Amazon], row.Nanoseconds[bench.Stock]
		fmt.Fprintf(table, "%s\t%s\t%.2f\t%.2f to %.2f\t%.2f\t%.0f\t%.1f\t%.1f\t\n", row.Name, readable(time.Duration(row.Nanoseconds[bench.Ours].Median)),
			amazon.Ratio, amazon.Least, amazon.Most, stock.Ratio,
			row.Allocations[bench.Ours].Median, row.Allocations[bench.Amazon].Ratio, row.Allocations[bench.Stock].Ratio)
	}
	_ = table.Flush()
	fmt.Fprintln(target)
	for _, verdict := range r.verdicts() {
		word := "at least"
		if verdict.AtMost {
			word = "at most"
		}
		result := "met"
		if !verdict.Met() {
			result = "MISSED"
		}
		fmt.Fprintf(target, "%-70s %7.2f, %s %5.2f: %s\n", verdict.What, verdict.Got, word, verdict.Bar, result)
	}
	if slices.ContainsFunc(r.Loopback, func(row loopback) bool { return row.Sides[bench.Ours].Failures > 0 }) {
		fmt.Fprintln(target, "calls of ours failed over loopback")
	}
}
