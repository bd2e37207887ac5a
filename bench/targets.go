package bench

// Target is a minimum for the time and the allocations of the AWS SDK for Go v2 divided by ours, for the same work.
type Target struct{ Time, Allocations float64 }

// Targets returns the targets by the name of the work. A test of this package checks the allocations. The report checks the time,
// on a machine that is suitable for measurements.
func Targets() map[string]Target {
	return map[string]Target{
		"sign":                    {2.5, 4},
		"create, 2 tags":          {7, 9},
		"describe, 100 snapshots": {12, 12},
		"an error":                {4, 5},
		"list, 100,000 snapshots": {10, 12},
	}
}

const (
	// MemoryTarget is the maximum heap of a list of 100,000 snapshots, in bytes: during the listing, where one page is in memory,
	// and afterwards if the identifier of each snapshot is kept.
	MemoryTarget = 16 << 20
	// ThroughputTarget is the minimum ratio of snapshots a second over a loopback socket: ours divided by Amazon's.
	ThroughputTarget = 2.5
)

// SizeTargets returns the maximum ratio of our program's size divided by the size of each other program.
func SizeTargets() map[string]float64 { return map[string]float64{"aws": 1.05, "awsconfig": 0.8} }
