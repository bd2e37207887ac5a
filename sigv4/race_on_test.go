//go:build race

package sigv4

// raceEnabled says that the race detector is on. A sync.Pool then drops a part of what it is given, at random.
const raceEnabled = true
