package redshifttest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

const rolePrefix = "arn:aws:iam::123456789012:role/"

func TestModifyClusterIamRoles(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	const a, b = rolePrefix + "a", rolePrefix + "service-role/b"
	call := func(params redshift.ModifyClusterIamRolesParams) models.Cluster {
		t.Helper()
		params.ClusterIdentifier = "analytics"

		return succeed[*redshift.ModifyClusterIamRolesResult](t)(client.ModifyClusterIamRoles(t.Context(), &params)).Cluster
	}
	expect := func(defaultRole string, want ...models.ClusterIamRole) {
		t.Helper()
		got := describeOne(t, client, "analytics")
		if !equalJSON(t, got.IamRoles, append([]models.ClusterIamRole{}, want...)) || got.DefaultIamRoleArn != defaultRole || got.ClusterStatus != "available" {
			t.Errorf("at %s, the roles are %+v with default %q, want %+v with %q", fake.Now(), got.IamRoles, got.DefaultIamRoleArn, want, defaultRole)
		}
	}
	role := func(arn, status string) models.ClusterIamRole {
		return models.ClusterIamRole{IamRoleArn: arn, ApplyStatus: status}
	}
	shown := call(redshift.ModifyClusterIamRolesParams{AddIamRoles: []string{a, b, a}, DefaultIamRoleArn: a})
	if !equalJSON(t, shown.IamRoles, []models.ClusterIamRole{role(a, "adding"), role(b, "adding")}) {
		t.Errorf("ModifyClusterIamRoles() = %+v, want both roles adding", shown.IamRoles)
	}
	fake.Advance(time.Minute - 1)
	expect(a, role(a, "adding"), role(b, "adding"))
	fake.Advance(1)
	expect(a, role(a, "in-sync"), role(b, "in-sync"))

	call(redshift.ModifyClusterIamRolesParams{RemoveIamRoles: []string{a}, AddIamRoles: []string{b}})
	expect("", role(a, "removing"), role(b, "in-sync"))
	expectRefusals(t, fake, "ModifyClusterIamRoles", map[string]lifecycleRefusal{
		"default role that goes": {change("DefaultIamRoleArn", a), "InvalidParameterValue", "DefaultIamRoleArn"},
	})
	fake.Advance(time.Minute)
	expect("", role(b, "in-sync"))
	call(redshift.ModifyClusterIamRolesParams{RemoveIamRoles: []string{a}, DefaultIamRoleArn: b}) // the cluster has lost a
	expect(b, role(b, "in-sync"))

	// A role that comes back is not removed.
	call(redshift.ModifyClusterIamRolesParams{RemoveIamRoles: []string{b}})
	call(redshift.ModifyClusterIamRolesParams{AddIamRoles: []string{b}})
	fake.Advance(time.Hour)
	expect("", role(b, "in-sync"))
}

// manyRoles returns the parameters of a call that adds roles.
func manyRoles(count int) []string {
	parameters := change()
	for i := range count {
		parameters = append(parameters, fmt.Sprintf("AddIamRoles.IamRoleArn.%d", i+1), fmt.Sprint(rolePrefix, i))
	}

	return parameters
}

// iamRolesRefusals need the clusters analytics and busy.
func iamRolesRefusals() map[string]lifecycleRefusal {
	const add = "AddIamRoles.IamRoleArn.1"

	return map[string]lifecycleRefusal{
		"no identifier":   {nil, "MissingParameter", "ClusterIdentifier"},
		"missing":         {[]string{"ClusterIdentifier", "missing"}, "ClusterNotFound", "missing"},
		"busy":            {[]string{"ClusterIdentifier", "busy", add, rolePrefix + "a"}, "InvalidClusterState", "resizing"},
		"no role":         {change(add, "reader"), "InvalidParameterValue", "reader"},
		"a user":          {change("RemoveIamRoles.IamRoleArn.1", "arn:aws:iam::123456789012:user/a"), "InvalidParameterValue", "user/a"},
		"both":            {change(add, rolePrefix+"a", "RemoveIamRoles.IamRoleArn.1", rolePrefix+"a"), "InvalidParameterCombination", "added and removed"},
		"unknown default": {change("DefaultIamRoleArn", rolePrefix+"a"), "InvalidParameterValue", "DefaultIamRoleArn"},
		"51":              {manyRoles(51), "InvalidParameterValue", "at most 50"},
	}
}

func TestModifyClusterIamRolesRefusals(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	seedCluster(t, fake, redshifttest.Cluster{Identifier: "busy", Status: "resizing"})
	expectRefusals(t, fake, "ModifyClusterIamRoles", iamRolesRefusals())
	must(t, fake, "ModifyClusterIamRoles", manyRoles(50)...)
	expectRefusals(t, fake, "ModifyClusterIamRoles", map[string]lifecycleRefusal{"one more": {
		change("AddIamRoles.IamRoleArn.1", rolePrefix+"more"), "InvalidParameterValue", "51",
	}})
}

// TestIamRoleChangesReplaceEachOther removes a role before its addition has taken effect. The removal takes its full time.
func TestIamRoleChangesReplaceEachOther(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	const role = "arn:aws:iam::123456789012:role/reader"
	statuses := func() []string {
		return elements(must(t, fake, "DescribeClusters", "ClusterIdentifier", "analytics").Body, "ApplyStatus")
	}
	must(t, fake, "ModifyClusterIamRoles", change("AddIamRoles.IamRoleArn.1", role)...)
	fake.Advance(30 * time.Second)
	must(t, fake, "ModifyClusterIamRoles", change("RemoveIamRoles.IamRoleArn.1", role)...)
	fake.Advance(59 * time.Second)
	if got := statuses(); !slices.Equal(got, []string{"removing"}) {
		t.Errorf("59 seconds after the removal, the roles are %q, want removing", got)
	}
	fake.Advance(time.Second)
	if got := statuses(); len(got) != 0 {
		t.Errorf("a minute after the removal, the roles are %q, want none", got)
	}
}
