package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/bench"
)

// example has every kind of row, with figures that are easy to tell.
func example() *results {
	same := func(ratio float64) comparison {
		return comparison{Median: 1000 * ratio, Ratio: ratio, Least: ratio, Most: ratio}
	}
	sides := map[string]comparison{bench.Ours: same(1), bench.Amazon: same(8.25), bench.Stock: same(9.5), bench.Raw: same(0.05)}
	made := &results{Machine: "a machine", Rounds: 3, Memory: map[string]bench.Memory{bench.Ours: {Peak: 3 << 20, Kept: 1 << 20}}}
	for _, measured := range bench.Works() {
		made.Works = append(made.Works, work{measured.Name, sides, sides, sides})
	}
	row := loopback{Name: "create, 2 tags, 8 at once", Sides: map[string]loopbackCells{}}
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

func TestPage(t *testing.T) {
	t.Parallel()
	page, err := example().page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"in each of 3 rounds", "| create, 2 tags | 1.00 µs | **8.25** | 8.25 to 8.25 | 9.50 | 0.050 |", "| sign |",
		"| create, 2 tags, 8 at once | aws | 250 | 0.25 | 1.00 ms | 2.00 ms | 1,234 | 0 |",
		"| ours | 3.0 | 1.0 |", "| aws | 8.00 | 1.00 | 240 | 16 |", "| signature | 25 % |",
		"| create, 2 tags: time, aws/ours | at least 7.00 | 8.25 | met |",
		"| create, 2 tags: allocations, aws/ours | at least 9.00 | 8.25 | **missed** |",
		"| create, 2 tags, 8 at once: calls a second, ours/aws | at least 2.50 | 4.00 | met |",
		"| program: size, ours/aws | at most 1.05 | 1.00 | met |", "| program: size, ours/awsconfig | at most 0.80 | 1.00 | **missed** |",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", page)
	}
}

func TestCheckNamesWhatIsMissed(t *testing.T) {
	t.Parallel()
	err := example().check()
	if err == nil || strings.Count(err.Error(), "\n") != 5 || !strings.Contains(err.Error(), "program: size, ours/awsconfig: 1.00, the bar is 0.80") {
		t.Errorf("the bars that are missed: %v", err)
	}
}

func TestChartIsAnImage(t *testing.T) {
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
		t.Errorf("the chart has %d texts only", texts)
	}
}

func TestReadable(t *testing.T) {
	t.Parallel()
	for duration, want := range map[time.Duration]string{
		0: "0.000 ns", 999: "999 ns", 1234: "1.23 µs", 12_345: "12.3 µs", 123_456_789: "123 ms", 12 * time.Second: "12.0 s", time.Hour: "3600 s",
	} {
		if got := readable(duration); got != want {
			t.Errorf("%d: %s, want %s", duration, got, want)
		}
	}
	if got := grouped(1234567); got != "1,234,567" {
		t.Error(got)
	}
}
