//go:build race

package sigv4

// raceEnabled reports whether the race detector is on. If it is, a sync.Pool drops random items.
const raceEnabled = true
