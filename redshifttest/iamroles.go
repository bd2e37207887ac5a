package redshifttest

import (
	"regexp"
	"slices"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

const (
	// maxRoles is Amazon's default quota of IAM roles of a cluster.
	maxRoles = 50
	// roleChange is the time until a cluster can use a new IAM role, and until it has lost a removed one.
	roleChange = time.Minute
)

// The statuses of an IAM role of a cluster.
const (
	roleInSync   = "in-sync"
	roleAdding   = "adding"
	roleRemoving = "removing"
)

// roleUpdate is a change of IAM roles of a cluster.
type roleUpdate struct {
	roles []string
}

var roleARN = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@/-]+$`)

func (s *state) checkRole(parameter, role string) *failure {
	if !s.states.options.Permissive && !roleARN.MatchString(role) {
		return fail(awsquery.ErrInvalidParameterValue,
			"The parameter %s must be the Amazon resource name of an IAM role, not '%s'.", parameter, role)
	}

	return nil
}

// checkRoles checks the roles of a cluster and its default role, which must be one of them.
func checkRoles(roles []models.ClusterIamRole, defaultRole string) *failure {
	if len(roles) > maxRoles {
		return fail(awsquery.ErrInvalidParameterValue, "A cluster can have at most %d IAM roles, not %d.", maxRoles, len(roles))
	}
	isDefault := func(role models.ClusterIamRole) bool {
		return role.IamRoleArn == defaultRole && role.ApplyStatus != roleRemoving
	}
	if defaultRole != "" && !slices.ContainsFunc(roles, isDefault) {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter DefaultIamRoleArn must be a role of the cluster, not '%s'.", defaultRole)
	}

	return nil
}

// applyNewRoles applies the IAM roles of a call that creates a cluster. The cluster can use them when it is available.
func (c *call) applyNewRoles(cluster *storedCluster) *failure {
	roles, failed := c.withRoles(nil, "IamRoles.IamRoleArn")
	if failed != nil {
		return failed
	}
	cluster.settings.IamRoles = roles
	cluster.settings.DefaultIamRoleArn = c.params.text("DefaultIamRoleArn")

	return checkRoles(roles, cluster.settings.DefaultIamRoleArn)
}

// withRoles returns roles and the roles in a list of the call. New roles are adding.
func (c *call) withRoles(roles []models.ClusterIamRole, parameter string) ([]models.ClusterIamRole, *failure) {
	all := append([]models.ClusterIamRole{}, roles...)
	for _, role := range c.params.strings(parameter) {
		if failed := c.checkRole(parameter, role); failed != nil {
			return nil, failed
		}
		added := models.ClusterIamRole{IamRoleArn: role, ApplyStatus: roleAdding}
		at := slices.IndexFunc(all, func(old models.ClusterIamRole) bool { return old.IamRoleArn == role })
		switch {
		case at < 0:
			all = append(all, added)
		case all[at].ApplyStatus == roleRemoving:
			all[at] = added
		}
	}

	return all, nil
}

// settleRoles returns the roles after the changes of some of them have taken effect.
func settleRoles(roles []models.ClusterIamRole, changed []string) []models.ClusterIamRole {
	settled := []models.ClusterIamRole{}
	for _, role := range roles {
		switch {
		case !slices.Contains(changed, role.IamRoleArn) || role.ApplyStatus == roleInSync:
			settled = append(settled, role)
		case role.ApplyStatus == roleAdding:
			settled = append(settled, models.ClusterIamRole{IamRoleArn: role.IamRoleArn, ApplyStatus: roleInSync})
		}
	}

	return settled
}

func modifyClusterIamRoles(c *call) (any, *failure) {
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	removed := c.params.strings("RemoveIamRoles.IamRoleArn")
	for _, role := range removed {
		if failed := c.checkRole("RemoveIamRoles.IamRoleArn", role); failed != nil {
			return nil, failed
		}
		if slices.Contains(c.params.strings("AddIamRoles.IamRoleArn"), role) {
			return nil, fail(awsquery.ErrInvalidParameterCombination, "The role %s cannot be added and removed in one call.", role)
		}
	}
	roles, failed := c.withRoles(cluster.settings.IamRoles, "AddIamRoles.IamRoleArn")
	if failed != nil {
		return nil, failed
	}
	for i, role := range roles {
		if slices.Contains(removed, role.IamRoleArn) {
			roles[i].ApplyStatus = roleRemoving
		}
	}
	if failed := checkRoles(roles, c.params.text("DefaultIamRoleArn")); failed != nil {
		return nil, failed
	}
	if failed := c.checkAvailable(cluster); failed != nil {
		return nil, failed
	}
	c.setRoles(cluster, roles)

	return &clusters.ModifyClusterIamRolesResult{Cluster: c.clusterResult(cluster)}, nil
}

// setRoles sets the roles of a cluster, and lets the changes of the call take effect later.
func (c *call) setRoles(cluster *storedCluster, roles []models.ClusterIamRole) {
	settings, removed := &cluster.settings, c.params.strings("RemoveIamRoles.IamRoleArn")
	settings.IamRoles = roles
	if slices.Contains(removed, settings.DefaultIamRoleArn) {
		settings.DefaultIamRoleArn = ""
	}
	setUnlessEmpty(&settings.DefaultIamRoleArn, c.params.text("DefaultIamRoleArn"))
	update := &roleUpdate{roles: append(c.params.strings("AddIamRoles.IamRoleArn"), removed...)}
	if cluster.roleUpdates == nil {
		cluster.roleUpdates = make(map[string]*roleUpdate)
	}
	for _, role := range update.roles {
		cluster.roleUpdates[role] = update
	}
	s := c.state
	isLast := func(role string) bool { return cluster.roleUpdates[role] == update }
	alive := func() bool { return s.has(cluster) && slices.ContainsFunc(update.roles, isLast) }
	s.states.timers.add(c.now.Add(roleChange), alive, func(time.Time) {
		last := slices.DeleteFunc(update.roles, func(role string) bool { return !isLast(role) })
		settings.IamRoles = settleRoles(settings.IamRoles, last)
		for _, role := range last {
			delete(cluster.roleUpdates, role)
		}
	})
}
