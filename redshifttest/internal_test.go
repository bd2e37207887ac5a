package redshifttest

import (
	"maps"
	"slices"
	"testing"

	"github.com/redshift-go/redshift/internal/contract"
)

// TestEveryOperationIsPlayed fails when an operation is added to the contract that the fake does not play.
func TestEveryOperationIsPlayed(t *testing.T) {
	t.Parallel()
	var described []string
	for _, operation := range contract.Operations() {
		described = append(described, operation.Name)
	}
	slices.Sort(described)
	if played := slices.Sorted(maps.Keys(handlers())); !slices.Equal(played, described) {
		t.Errorf("the fake plays\n%q\nthe contract has\n%q", played, described)
	}
}
