package redshifttest

import (
	"maps"
	"slices"
	"testing"

	"github.com/redshift-go/redshift/internal/contract"
)

// notPlayed are the operations of the contract that the fake refuses with UnsupportedOperation.
var notPlayed = []string{
	"CreateSnapshotSchedule",
	"DeleteSnapshotSchedule",
	"DescribeSnapshotSchedules",
	"ModifyClusterSnapshotSchedule",
	"ModifySnapshotSchedule",
}

// TestEveryOperationIsAccountedFor fails when an operation is added to the contract and neither played by the fake nor
// listed as refused, and when one is in both.
func TestEveryOperationIsAccountedFor(t *testing.T) {
	t.Parallel()
	var described []string
	for _, operation := range contract.Operations() {
		described = append(described, operation.Name)
	}
	slices.Sort(described)
	accounted := slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Keys(handlers())), notPlayed)))
	if !slices.Equal(accounted, described) {
		t.Errorf("the fake plays or refuses\n%q\nthe contract has\n%q", accounted, described)
	}
}
