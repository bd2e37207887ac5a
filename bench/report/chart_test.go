package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/bench"
)

var update = flag.Bool("update", false, "write docs/performance.md and docs/performance.svg")

// example returns results with every kind of row and distinct figures.
func example() *results {
	same := func(ratio float64) comparison {
		return comparison{Median: 1000 * ratio, Ratio: ratio, Least: ratio, Most: ratio}
	}
	sides := map[string]comparison{bench.Ours: same(1), bench.Amazon: same(8.25), bench.Stock: same(9.5), bench.Raw: same(0.05)}
	made := &results{Machine: "a machine", Rounds: 3, Memory: map[string]bench.Memory{bench.Ours: {Peak: 3 << 20, Kept: 1 << 20}}}
	for _, measured := range bench.Works() {
		made.Works = append(made.Works, work{measured.Name, sides, sides, sides})
	}
	row := loopback{Name: "create, 2 tags, 8 concurrent", Sides: map[string]loopbackCells{}}
	for side, ratio := range map[string]float64{bench.Ours: 1, bench.Amazon: 0.25, bench.Stock: 0.5, bench.Raw: 2} {
		row.Sides[side] = loopbackCells{PerSecond: same(ratio), Percent50: time.Millisecond, Percent99: 2 * time.Millisecond, Calls: 1234}
	}
	made.Loopback = append(made.Loopback, row)
	for _, name := range bench.Programs() {
		made.Programs = append(made.Programs, bench.Program{Name: name, Bytes: 8_000_000, Packages: 240, Modules: 16})
	}
	made.Profiles = []profiled{{Name: "create, 2 tags", Layers: []layer{{"signature", 0.25}}}}

	return made
}

func TestPageHasAllSections(t *testing.T) {
	t.Parallel()
	page, err := example().page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"in 3 rounds",
		"\n- Creating a snapshot with two tags takes 12 % of the time of the AWS SDK for Go v2 and 12 % of its allocations.\n", "| create, 2 tags | 1.00 µs | **8.25** | 8.25 to 8.25 | 9.50 | 0.050 |", "| sign |",
		"| create, 2 tags, 8 concurrent | aws | 250 | 0.25 | 1.00 ms | 2.00 ms | 1,234 | 0 |",
		"| ours | 3.0 | 1.0 |", "| aws | 8.00 | 1.00 | 240 | 16 |", "| signature | 25 % |",
		"| create, 2 tags: time, aws/ours | at least 7.00 | 8.25 | met |",
		"| create, 2 tags: allocations, aws/ours | at least 9.00 | 8.25 | **missed** |",
		"| create, 2 tags, 8 concurrent: calls per second, ours/aws | at least 2.50 | 4.00 | met |",
		"| program: size, ours/aws | at most 1.05 | 1.00 | met |", "| program: size, ours/awsconfig | at most 0.80 | 1.00 | **missed** |",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", page)
	}
}

// The page in docs is the one that the template makes from docs/performance.json.
func TestPageMatchesTheMeasurement(t *testing.T) {
	t.Parallel()
	const docs = "../../docs/performance"
	encoded, err := os.ReadFile(docs + ".json")
	if err != nil {
		t.Fatal(err)
	}
	measured := new(results)
	if err := json.Unmarshal(encoded, measured); err != nil {
		t.Fatal(err)
	}
	want, err := measured.page()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		// The chart is not compared: its digits depend on the processor.
		chart, err := measured.chart()
		if err := errors.Join(err, os.WriteFile(docs+".svg", chart, 0o644), os.WriteFile(docs+".md", want, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docs + ".md")
	if err != nil {
		t.Fatal(err)
	}
	if got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")); !bytes.Equal(got, want) {
		t.Error("docs/performance.md does not match docs/performance.json: run go test -C bench ./report -update")
	}
}

func TestCheckNamesMissedTargets(t *testing.T) {
	t.Parallel()
	err := example().check()
	if err == nil || strings.Count(err.Error(), "\n") != 5 || !strings.Contains(err.Error(), "program: size, ours/awsconfig: 1.00, want at most 0.80") {
		t.Errorf("check() = %v, want the 6 missed targets", err)
	}
}

func TestChartIsSVGWithTexts(t *testing.T) {
	t.Parallel()
	chart, err := example().chart()
	if err != nil {
		t.Fatal(err)
	}
	decoder, texts := xml.NewDecoder(strings.NewReader(string(chart))), 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if element, ok := token.(xml.StartElement); ok && element.Name.Local == "text" {
			texts++
		}
	}
	if texts < 15 {
		t.Errorf("the chart has %d texts, want at least 15", texts)
	}
}

func TestReadableHasThreeDigits(t *testing.T) {
	t.Parallel()
	for duration, want := range map[time.Duration]string{
		0: "0.000 ns", 999: "999 ns", 1234: "1.23 µs", 12_345: "12.3 µs", 123_456_789: "123 ms", 12 * time.Second: "12.0 s", time.Hour: "3600 s",
	} {
		if got := readable(duration); got != want {
			t.Errorf("readable(%d) = %q, want %q", duration, got, want)
		}
	}
	if got := grouped(1234567); got != "1,234,567" {
		t.Error(got)
	}
}
