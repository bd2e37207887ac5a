package bench

import (
	"sync"
	"testing"
)

// Benchmark runs every work on every side and checks every response:
//
//	go test -bench 'Benchmark/create,_2_tags/'
func Benchmark(b *testing.B) {
	for _, work := range Works() {
		for _, side := range Sides() {
			call, transport, err := work.Prepare(side)
			if err != nil {
				b.Fatalf("%s, %s: %v", work.Name, side.Name, err)
			}
			if call == nil {
				continue
			}
			b.Run(work.Name+"/"+side.Name, func(b *testing.B) {
				b.ReportAllocs()
				before := transport.Requests()
				var workers sync.WaitGroup
				for worker := range work.Goroutines {
					workers.Go(func() {
						for i := worker; i < b.N; i += work.Goroutines {
							if err := call(b.Context()); err != nil {
								b.Error(err)

								return
							}
						}
					})
				}
				workers.Wait()
				if got, want := transport.Requests()-before, int64(b.N*work.Requests); got != want {
					b.Errorf("sent %d requests, want %d", got, want)
				}
			})
		}
	}
}
