package redshifttest

import (
	"maps"
	"slices"
	"testing"

	"github.com/redshift-go/redshift/internal/contract"
)

// TestEveryOperationHasAHandler fails when an operation is added to the contract and not to the fake.
func TestEveryOperationHasAHandler(t *testing.T) {
	t.Parallel()
	var described []string
	for _, operation := range contract.Operations() {
		described = append(described, operation.Name)
	}
	if handled := slices.Sorted(maps.Keys(handlers())); !slices.Equal(handled, described) {
		t.Errorf("the fake handles\n%q\nthe contract has\n%q", handled, described)
	}
}
