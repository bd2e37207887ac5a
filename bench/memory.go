package bench

import (
	"context"
	"runtime"
)

// Memory is the heap that a long list takes, in addition to an idle client.
type Memory struct {
	// Peak is the largest heap during the listing, in bytes. Kept is the heap afterwards if the program keeps one identifier of
	// each snapshot.
	Peak, Kept int64
}

// MeasureMemory lists the given number of snapshots twice: once to measure the heap at every page, and once to keep the
// identifiers.
func MeasureMemory(ctx context.Context, side Side, snapshots int) (Memory, error) {
	transport, err := listOf(snapshots)
	if err != nil {
		return Memory{}, err
	}
	client, err := side.New(endpoint, transport)
	if err != nil {
		return Memory{}, err
	}
	// The first call initializes the client, so that the results are compared with an idle client.
	if err := client.List(snapshots, nil)(ctx); err != nil {
		return Memory{}, err
	}
	var measured Memory
	idle := liveHeap()
	count := 0
	err = client.List(snapshots, func(string) {
		if count++; count%pageSize == 0 {
			measured.Peak = max(measured.Peak, heap()-idle)
		}
	})(ctx)
	if err != nil {
		return Memory{}, err
	}
	identifiers := make([]string, 0, snapshots)
	idle = liveHeap()
	if err := client.List(snapshots, func(identifier string) { identifiers = append(identifiers, identifier) })(ctx); err != nil {
		return Memory{}, err
	}
	measured.Kept = liveHeap() - idle
	runtime.KeepAlive(identifiers)
	runtime.KeepAlive(client)

	return measured, nil
}

func heap() int64 {
	var statistics runtime.MemStats
	runtime.ReadMemStats(&statistics)

	return int64(statistics.HeapAlloc)
}

// liveHeap returns the heap without garbage. The second collection frees what pools keep after the first.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC()

	return heap()
}
