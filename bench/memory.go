package bench

import (
	"context"
	"runtime"
)

// Memory is what a long list takes of the heap, beyond an idle client.
type Memory struct {
	// Peak is the largest heap while the list was read, in bytes, and Kept what remains if one identifier of each
	// snapshot is kept.
	Peak, Kept int64
}

// MeasureMemory lists so many snapshots, once to look at the heap at every page, and once to keep the identifiers.
func MeasureMemory(ctx context.Context, side Side, snapshots int) (Memory, error) {
	transport, err := listOf(snapshots)
	if err != nil {
		return Memory{}, err
	}
	client, err := side.New(endpoint, transport)
	if err != nil {
		return Memory{}, err
	}
	// The client's own first call, so that an idle client is what the rest is compared with.
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

// liveHeap is the heap without garbage. The second collection empties what pools kept over the first.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC()

	return heap()
}
