package redshifttest

import (
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/models"
)

// storedCopyGrant is a snapshot copy grant. It lets Redshift encrypt the snapshots that it copies to the region with a key of the region.
type storedCopyGrant struct{ models.SnapshotCopyGrant }

func createSnapshotCopyGrant(c *call) (any, *failure) {
	name := c.params.text("SnapshotCopyGrantName")
	if strings.ToLower(name) != name {
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter SnapshotCopyGrantName must be in lower case.")
	}
	if failed := c.checkNewIdentifier("SnapshotCopyGrantName", name, maxCopyGrantName); failed != nil {
		return nil, failed
	}
	tags, failed := c.tags()
	if failed != nil {
		return nil, failed
	}
	grants := c.resourcesOf(c.account).copyGrants
	if grants[name] != nil {
		return nil, fail(models.ErrSnapshotCopyGrantAlreadyExistsFault, "Snapshot copy grant %s already exists.", name)
	}
	if len(grants) >= max(c.quotas.SnapshotCopyGrants, 0) {
		return nil, fail(models.ErrSnapshotCopyGrantQuotaExceededFault, "The account has %d snapshot copy grants, which is the quota. %s",
			len(grants), quotaHint("SnapshotCopyGrants"))
	}
	key := c.serviceKey("redshift")
	if given := c.params.text("KmsKeyId"); given != "" {
		key = c.keyARN(c.account, given)
	}
	grant := &storedCopyGrant{models.SnapshotCopyGrant{SnapshotCopyGrantName: name, KmsKeyID: key, Tags: tags}}
	grants[name] = grant
	c.hideNew(grant)

	return &snapshots.CreateSnapshotCopyGrantResult{SnapshotCopyGrant: grant.view()}, nil
}

func deleteSnapshotCopyGrant(c *call) (any, *failure) {
	grant, failed := c.copyGrant(c.params.text("SnapshotCopyGrantName"))
	if failed != nil {
		return nil, failed
	}
	name := grant.SnapshotCopyGrantName
	for _, other := range c.states.byRegion {
		for _, cluster := range other.resourcesOf(c.account).clusters {
			if copying := cluster.snapshotCopy; copying != nil && copying.DestinationRegion == c.region && copying.SnapshotCopyGrantName == name {
				return nil, fail(models.ErrInvalidSnapshotCopyGrantStateFault,
					"Snapshot copy grant %s is in use by cluster %s in %s.", name, cluster.Identifier, other.region)
			}
		}
	}
	delete(c.resourcesOf(c.account).copyGrants, name)

	return nil, nil
}

func describeSnapshotCopyGrants(c *call) (any, *failure) {
	name := c.params.text("SnapshotCopyGrantName")
	if name != "" && c.params.text("Marker") != "" {
		return nil, fail(awsquery.ErrInvalidParameterCombination, "SnapshotCopyGrantName and Marker cannot be given together.")
	}
	filter, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	if name != "" {
		grant, failed := c.copyGrant(name)
		if failed != nil {
			return nil, failed
		}
		if c.hides(grant) {
			return nil, c.copyGrantNotFound(name)
		}
	}
	var list []listItem[models.SnapshotCopyGrant]
	for _, grant := range c.resourcesOf(c.account).copyGrants {
		if (name == "" || grant.SnapshotCopyGrantName == strings.ToLower(name)) && filter.matches(grant.Tags) && !c.hides(grant) {
			list = append(list, listItem[models.SnapshotCopyGrant]{sortKey: []string{grant.SnapshotCopyGrantName}, value: grant.view()})
		}
	}
	found, next, failed := page(c, copyGrantPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &snapshots.DescribeSnapshotCopyGrantsResult{Marker: next, SnapshotCopyGrants: found}, nil
}

// view returns the grant as its owner sees it.
func (g *storedCopyGrant) view() models.SnapshotCopyGrant {
	shown := g.SnapshotCopyGrant
	shown.Tags = append([]models.Tag{}, g.Tags...)

	return shown
}

// copyGrant returns a grant of the caller in a region.
func (s *state) copyGrant(account, name string) (*storedCopyGrant, *failure) {
	grant := s.resourcesOf(account).copyGrants[strings.ToLower(name)]
	if grant == nil {
		return nil, s.copyGrantNotFound(name)
	}

	return grant, nil
}

func (s *state) copyGrantNotFound(name string) *failure {
	return fail(models.ErrSnapshotCopyGrantNotFoundFault, "Snapshot copy grant %s not found in %s.", name, s.region)
}

func (c *call) copyGrant(name string) (*storedCopyGrant, *failure) {
	return c.state.copyGrant(c.account, name)
}
