package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/google/pprof/profile"

	"github.com/redshift-go/redshift/bench"
)

// profiled is where the time of a piece of work goes.
type profiled struct {
	Name   string  `json:"name"`
	Layers []layer `json:"layers"`
}

type layer struct {
	Name string `json:"name"`
	// Share is how much of the CPU's time it takes, of 1.
	Share float64 `json:"share"`
}

// layers are by the functions that stand for them: a sample belongs to the innermost one on its stack.
var layers = []struct {
	name      string
	functions []string
}{
	{"allocating and collecting memory", []string{
		"runtime.mallocgc", "runtime.gcBgMarkWorker", "runtime.gcAssist", "runtime.bgsweep", "runtime.bgscavenge", "runtime.growslice", "runtime.makeslice",
	}},
	{"the measurement itself", []string{"github.com/redshift-go/redshift/bench."}},
	{"signature", []string{"github.com/redshift-go/redshift/sigv4."}},
	{"reading XML", []string{
		"github.com/redshift-go/redshift/internal/codec.(*Decoder)", "github.com/redshift-go/redshift/models.",
		"github.com/redshift-go/redshift/internal/codec.NewDecoder", "github.com/redshift-go/redshift/internal/codec.Decode",
		"github.com/redshift-go/redshift/internal/codec.Structures", "github.com/redshift-go/redshift/internal/codec.decode",
	}},
	{"reading the body", []string{"github.com/redshift-go/redshift/internal/wire.ReadBody"}},
	{"validation and parameters", []string{
		"github.com/redshift-go/redshift/internal/codec.(*Writer)", "github.com/redshift-go/redshift/internal/wire.(*Request)",
		"github.com/redshift-go/redshift/awsquery.writeRequest", "github.com/redshift-go/redshift/internal/codec.Check",
		"github.com/redshift-go/redshift/awsquery.(*Transport).newRequest", "github.com/redshift-go/redshift/client/snapshots.(*",
	}},
	{"net/http and net/url", []string{"net/http.", "net/url."}},
	{"context and time limit", []string{"context.", "time."}},
	{"attempts and the rest of ours", []string{"github.com/redshift-go/redshift"}},
}

const otherLayer = "the rest of Go's runtime"

// profiles measures where the time goes of the works that bars are for.
func profiles(ctx context.Context, duration time.Duration) ([]profiled, error) {
	var made []profiled
	for _, work := range bench.Works() {
		if _, found := bench.Bars()[work.Name]; !found || work.Requests != 1 {
			continue
		}
		call, _, err := work.Prepare(bench.Sides()[0])
		if err != nil {
			return nil, err
		}
		var recorded bytes.Buffer
		if err := pprof.StartCPUProfile(&recorded); err != nil {
			return nil, err
		}
		sample := bench.Measure(ctx, call, 1, duration, false)
		pprof.StopCPUProfile()
		if sample.Failures > 0 {
			return nil, sample.Failure
		}
		read, err := profile.Parse(&recorded)
		if err != nil {
			return nil, fmt.Errorf("read the profile: %w", err)
		}
		made = append(made, profiled{work.Name, shares(read)})
	}

	return made, nil
}

func shares(read *profile.Profile) []layer {
	times, total := map[string]float64{}, 0.0
	for _, sample := range read.Sample {
		spent := float64(sample.Value[len(sample.Value)-1])
		times[layerOf(sample)] += spent
		total += spent
	}
	var sorted []layer
	for name, spent := range times {
		sorted = append(sorted, layer{name, spent / total})
	}
	slices.SortFunc(sorted, func(a, b layer) int {
		switch {
		case a.Share > b.Share:
			return -1
		case a.Share < b.Share:
			return 1
		default:
			return strings.Compare(a.Name, b.Name)
		}
	})

	return sorted
}

func layerOf(sample *profile.Sample) string {
	// Locations are from the innermost outwards, and so are the lines of inlined calls in them.
	for _, location := range sample.Location {
		for _, line := range location.Line {
			for _, candidate := range layers {
				for _, function := range candidate.functions {
					if strings.HasPrefix(line.Function.Name, function) {
						return candidate.name
					}
				}
			}
		}
	}

	return otherLayer
}
