package bench

// Bar is how many times as much Amazon's SDK has to need for the same work, at least.
type Bar struct{ Time, Allocations float64 }

// Bars returns those that are held, by the name of the work. Allocations are a test of this package; time is checked by
// the report, on a machine that is fit for measuring.
func Bars() map[string]Bar {
	return map[string]Bar{
		"sign":                    {2.5, 4},
		"create, 2 tags":          {7, 9},
		"describe, 100 snapshots": {12, 12},
		"an error":                {4, 5},
		"list, 100,000 snapshots": {10, 12},
	}
}

const (
	// MemoryBar is how much a list of 100,000 snapshots may take of the heap, in bytes: one page at a time while it is read,
	// and afterwards if the identifier of each is kept.
	MemoryBar = 16 << 20
	// ThroughputBar is how many times as many snapshots our client has to take over a loopback socket.
	ThroughputBar = 2.5
)

// SizeBars returns how large our program may be, by that of each other program.
func SizeBars() map[string]float64 { return map[string]float64{"aws": 1.05, "awsconfig": 0.8} }
