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

// goroutines returns the number of goroutines of a work.
func goroutines(name string) int {
	for _, measured := range bench.Works() {
		if measured.Name == name {
			return measured.Goroutines
		}
	}

	return 1
}

// page returns the content of docs/performance.md.
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
		"outcomes":  r.outcomes,
		"claims":    r.claims,
	}
	parsed, err := template.New("page").Funcs(functions).Parse(pageTemplate)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = parsed.Execute(&page, r)

	return page.Bytes(), err
}

// claims returns a sentence for each work that has targets for calls.
func (r *results) claims() []string {
	subjects := map[string]string{
		"create, 2 tags":          "Creating a snapshot with two tags",
		"describe, 100 snapshots": "Reading a page of 100 snapshots",
		"an error":                "Returning an error",
		"list, 100,000 snapshots": "Listing 100,000 snapshots",
	}
	var sentences []string
	for _, row := range r.Works {
		if subject, found := subjects[row.Name]; found {
			sentences = append(sentences, fmt.Sprintf("%s takes %.0f %% of the time of the AWS SDK for Go v2 and %.0f %% of its allocations.",
				subject, 100/row.Nanoseconds[bench.Amazon].Ratio, 100/row.Allocations[bench.Amazon].Ratio))
		}
	}

	return sentences
}

// readable formats a duration with three digits.
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

// outcome is the result for one target.
type outcome struct {
	What        string
	Target, Got float64
	// AtMost means that the target is an upper limit.
	AtMost bool
}

// Met reports whether the target is met.
func (o outcome) Met() bool {
	if o.AtMost {
		return o.Got <= o.Target
	}

	return o.Got >= o.Target
}

func (o outcome) bound() string {
	if o.AtMost {
		return "at most"
	}

	return "at least"
}

func (r *results) outcomes() []outcome {
	var all []outcome
	for _, row := range r.Works {
		if target, found := bench.Targets()[row.Name]; found {
			all = append(all,
				outcome{What: row.Name + ": time, aws/ours", Target: target.Time, Got: row.Nanoseconds[bench.Amazon].Ratio},
				outcome{What: row.Name + ": allocations, aws/ours", Target: target.Allocations, Got: row.Allocations[bench.Amazon].Ratio})
		}
	}
	for _, row := range r.Loopback {
		// A single call at a time measures latency and leaves half of the machine idle.
		if strings.HasPrefix(row.Name, "create") && !strings.HasSuffix(row.Name, ", 1 concurrent") {
			// Ratio is the figure of the side divided by ours. For calls per second, a smaller one is worse.
			all = append(all, outcome{
				What: row.Name + ": calls per second, ours/aws", Target: bench.ThroughputTarget, Got: 1 / row.Sides[bench.Amazon].PerSecond.Ratio,
			})
		}
	}
	memory := r.Memory[bench.Ours]
	all = append(all,
		outcome{
			What: "list, 100,000 snapshots: MiB of heap during the listing", Target: bench.MemoryTarget >> 20,
			Got: float64(memory.Peak) / (1 << 20), AtMost: true,
		},
		outcome{
			What: "list, 100,000 snapshots: MiB of heap with the identifiers kept", Target: bench.MemoryTarget >> 20,
			Got: float64(memory.Kept) / (1 << 20), AtMost: true,
		})
	for _, program := range r.Programs[1:] {
		all = append(all, outcome{
			What: "program: size, ours/" + program.Name, Target: bench.SizeTargets()[program.Name],
			Got: float64(r.Programs[0].Bytes) / float64(program.Bytes), AtMost: true,
		})
	}

	return all
}

// check returns an error that names each missed target.
func (r *results) check() error {
	var missed []error
	for _, one := range r.outcomes() {
		if !one.Met() {
			missed = append(missed, fmt.Errorf("%s: %.2f, want %s %.2f", one.What, one.Got, one.bound(), one.Target))
		}
	}

	return errors.Join(missed...)
}

// print writes the ratios and the outcomes as tables.
func (r *results) print(target io.Writer) {
	table := tabwriter.NewWriter(target, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tours\taws/ours\tleast to most\tstock/ours\tallocations\taws/ours\tstock/ours\t")
	for _, row := range r.Works {
		amazon, stock := row.Nanoseconds[bench.Amazon], row.Nanoseconds[bench.Stock]
		fmt.Fprintf(table, "%s\t%s\t%.2f\t%.2f to %.2f\t%.2f\t%.0f\t%.1f\t%.1f\t\n",
			row.Name, readable(time.Duration(row.Nanoseconds[bench.Ours].Median)),
			amazon.Ratio, amazon.Least, amazon.Most, stock.Ratio,
			row.Allocations[bench.Ours].Median, row.Allocations[bench.Amazon].Ratio, row.Allocations[bench.Stock].Ratio)
	}
	_ = table.Flush()
	fmt.Fprintln(target)
	for _, one := range r.outcomes() {
		result := "met"
		if !one.Met() {
			result = "MISSED"
		}
		fmt.Fprintf(target, "%-70s %7.2f, %s %5.2f: %s\n", one.What, one.Got, one.bound(), one.Target, result)
	}
	if slices.ContainsFunc(r.Loopback, func(row loopback) bool { return row.Sides[bench.Ours].Failures > 0 }) {
		fmt.Fprintln(target, "some of our calls over loopback failed")
	}
}
