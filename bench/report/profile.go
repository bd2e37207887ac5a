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

// profiled shows where the time of a work is spent.
type profiled struct {
	Name   string  `json:"name"`
	Layers []layer `json:"layers"`
}

type layer struct {
	Name string `json:"name"`
	// Share is the fraction of the CPU time, from 0 to 1.
	Share float64 `json:"share"`
}

// layers are defined by functions. A sample belongs to the layer of the innermost such function on its stack.
var layers = []struct {
	name      string
	functions []string
}{
	{"allocating and collecting memory", []string{
		"runtime.mallocgc", "runtime.gcBgMarkWorker", "runtime.gcAssist", "runtime.bgsweep", "runtime.bgscavenge", "runtime.growslice", "runtime.makeslice",
	}},
	{"the measurement", []string{"github.com/redshift-go/redshift/bench."}},
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
	{"attempts and the rest of this library", []string{"github.com/redshift-go/redshift"}},
}

const otherLayer = "the rest of Go's runtime"

// profiles records where the time is spent, for each work of one request that has a target.
func profiles(ctx context.Context, duration time.Duration) ([]profiled, error) {
	var made []profiled
	for _, measured := range bench.Works() {
		if _, found := bench.Targets()[measured.Name]; !found || measured.Requests != 1 {
			continue
		}
		call, _, err := measured.Prepare(bench.Sides()[0])
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
		made = append(made, profiled{measured.Name, shares(read)})
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
	// Locations and the lines of inlined calls in them are sorted from the innermost outwards.
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
