//go:build !race

package sigv4

// raceEnabled says that the race detector is off.
const raceEnabled = false
