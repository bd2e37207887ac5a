package main

import "testing"

// A member of an absent structure has the zero value.
func TestValueOrZeroGuardsAbsentStructures(t *testing.T) {
	t.Parallel()
	for value, want := range map[goValue]string{
		{code: "r.Cluster.ClusterIdentifier"}: "r.Cluster.ClusterIdentifier",
		{code: "r.Cluster.PendingModifiedValues.ClusterIdentifier", guard: "r.Cluster.PendingModifiedValues"}: "recovery.Value(r.Cluster.PendingModifiedValues).ClusterIdentifier",
	} {
		if got := valueOrZero(value); got != want {
			t.Errorf("valueOrZero(%+v) = %s, want %s", value, got, want)
		}
	}
}
