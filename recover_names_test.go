package redshift_test

import (
	"testing"
	"testing/synctest"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

// Redshift stores some names in lower case, and can distinguish case when it describes them. A look-up by the name of the request would
// then find nothing, and a deletion that did not happen would look done.
func TestLookUpsUseNamesInLowerCase(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		call anyCall
		key  string
	}{
		"cluster":             {of((*redshift.Client).DeleteCluster, redshift.DeleteClusterParams{ClusterIdentifier: "MyName"}, nil), "ClusterIdentifier"},
		"new parameter group": {of((*redshift.Client).CreateClusterParameterGroup, redshift.CreateClusterParameterGroupParams{ParameterGroupName: "MyName", ParameterGroupFamily: "redshift-1.0", Description: "d"}, nil), "ParameterGroupName"},
		"old parameter group": {of((*redshift.Client).DeleteClusterParameterGroup, redshift.DeleteClusterParameterGroupParams{ParameterGroupName: "MyName"}, nil), "ParameterGroupName"},
		"parameters":          {of((*redshift.Client).ModifyClusterParameterGroup, redshift.ModifyClusterParameterGroupParams{ParameterGroupName: "MyName", Parameters: []models.Parameter{{ParameterName: "datestyle"}}}, nil), "ParameterGroupName"},
		"reset parameters":    {of((*redshift.Client).ResetClusterParameterGroup, redshift.ResetClusterParameterGroupParams{ParameterGroupName: "MyName"}, nil), "ParameterGroupName"},
		"new subnet group":    {of((*redshift.Client).CreateClusterSubnetGroup, redshift.CreateClusterSubnetGroupParams{ClusterSubnetGroupName: "MyName", Description: "d", SubnetIDs: []string{"subnet-1"}}, nil), "ClusterSubnetGroupName"},
		"modified subnets":    {of((*redshift.Client).ModifyClusterSubnetGroup, redshift.ModifyClusterSubnetGroupParams{ClusterSubnetGroupName: "MyName", SubnetIDs: []string{"subnet-1"}}, nil), "ClusterSubnetGroupName"},
		"old subnet group":    {of((*redshift.Client).DeleteClusterSubnetGroup, redshift.DeleteClusterSubnetGroupParams{ClusterSubnetGroupName: "MyName"}, nil), "ClusterSubnetGroupName"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, server := scripted(t, afterAllLost(accessDenied)...)
				if _, err := test.call(t.Context(), client); err == nil {
					t.Fatal("the call succeeded, although every response was lost")
				}
				if len(server.requests) != 6 {
					t.Fatalf("requests = %s, want 5 attempts and a look-up", server.actions())
				}
				if got := server.requests[0].Get(test.key); got != "MyName" {
					t.Errorf("the call sent the name %q, want MyName", got)
				}
				if got := server.requests[5].Get(test.key); got != "myname" {
					t.Errorf("the look-up %s sent the name %q, want myname", server.requests[5].Get("Action"), got)
				}
			})
		})
	}
}
