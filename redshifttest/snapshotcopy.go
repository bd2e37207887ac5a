package redshifttest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/models"
)

const (
	// defaultCopyRetention is how many days copies of automated snapshots are kept, unless EnableSnapshotCopy says.
	defaultCopyRetention = 7
	maxAutomatedDays     = 35
	copyPrefix           = "copy:"
)

func enableSnapshotCopy(c *call) (any, *failure) {
	settings := models.ClusterSnapshotCopyStatus{
		DestinationRegion:             c.params.text("DestinationRegion"),
		RetentionPeriod:               defaultCopyRetention,
		ManualSnapshotRetentionPeriod: keepForever,
		SnapshotCopyGrantName:         c.params.text("SnapshotCopyGrantName"),
	}
	if days, found := c.params.integer("RetentionPeriod"); found {
		if failed := checkAutomatedDays(days); failed != nil {
			return nil, failed
		}
		settings.RetentionPeriod = int64(days)
	}
	days, failed := c.retention(keepForever)
	if failed != nil {
		return nil, failed
	}
	settings.ManualSnapshotRetentionPeriod = days
	one, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if one.copying != nil {
		return nil, fail(models.ErrSnapshotCopyAlreadyEnabledFault,
			"Cluster %s has its snapshots copied to %s already.", one.Identifier, one.copying.DestinationRegion)
	}
	if failed := c.checkDestination(settings.DestinationRegion); failed != nil {
		return nil, failed
	}
	if failed := c.checkGrant(one, &settings); failed != nil {
		return nil, failed
	}
	one.copying = &settings

	return &snapshots.EnableSnapshotCopyResult{Cluster: c.clusterView(one)}, nil
}

func checkAutomatedDays(days int) *failure {
	if days < 1 || days > maxAutomatedDays {
		return fail(models.ErrInvalidRetentionPeriodFault,
			"The retention period of automated snapshots must be between 1 and %d, not %d.", maxAutomatedDays, days)
	}

	return nil
}

var knownRegion = regexp.MustCompile(`^(af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov)-[a-z]+-[0-9]$`)

// checkDestination refuses what is no other region, and those that are in another of Amazon's separate worlds.
func (c *call) checkDestination(region string) *failure {
	if !knownRegion.MatchString(region) || region == c.region || arnPartition(region) != arnPartition(c.region) {
		return fail(models.ErrUnknownSnapshotCopyRegionFault, "Snapshots in %s cannot be copied to region '%s'.", c.region, region)
	}

	return nil
}

// checkGrant wants the grant that the snapshots of an encrypted cluster need, in the region that they are copied to.
func (c *call) checkGrant(one *cluster, settings *models.ClusterSnapshotCopyStatus) *failure {
	switch {
	case settings.SnapshotCopyGrantName != "":
		grant, failed := c.states.in(settings.DestinationRegion).copyGrant(c.account, settings.SnapshotCopyGrantName)
		if failed != nil {
			return failed
		}
		settings.SnapshotCopyGrantName = grant.SnapshotCopyGrantName

		return nil
	case one.KmsKeyID != "":
		return fail(awsquery.ErrInvalidParameterValue,
			"Cluster %s is encrypted. The parameter SnapshotCopyGrantName must be given to copy its snapshots.", one.Identifier)
	default:
		return nil
	}
}

func disableSnapshotCopy(c *call) (any, *failure) {
	one, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if one.copying == nil {
		return nil, fail(models.ErrSnapshotCopyAlreadyDisabledFault, "The snapshots of cluster %s are not copied to another region.", one.Identifier)
	}
	one.copying = nil

	return &snapshots.DisableSnapshotCopyResult{Cluster: c.clusterView(one)}, nil
}

func modifySnapshotCopyRetentionPeriod(c *call) (any, *failure) {
	days, _ := c.params.integer("RetentionPeriod")
	manual, _ := c.params.boolean("Manual")
	check := checkAutomatedDays
	if manual {
		check = checkRetention
	}
	if failed := check(days); failed != nil {
		return nil, failed
	}
	one, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if one.copying == nil {
		return nil, fail(models.ErrSnapshotCopyDisabledFault, "The snapshots of cluster %s are not copied to another region.", one.Identifier)
	}
	if manual {
		one.copying.ManualSnapshotRetentionPeriod = days // of copies to come
	} else {
		one.copying.RetentionPeriod = int64(days)
		c.retainCopies(one, days)
	}

	return &snapshots.ModifySnapshotCopyRetentionPeriodResult{Cluster: c.clusterView(one)}, nil
}

// retainCopies changes how long the copies of a cluster's automated snapshots are kept. Those that are older are deleted.
func (c *call) retainCopies(of *cluster, days int) {
	destination := c.states.in(of.copying.DestinationRegion)
	for _, one := range destination.of(c.account).snapshots {
		if one.SourceRegion == c.region && one.ClusterIdentifier == of.Identifier && one.SnapshotType == models.SnapshotTypeAutomated {
			one.automatedDays = days
		}
	}
	destination.expire(c.now)
}

// copyAcross makes the copies in other regions of snapshots that have become available.
func (s *state) copyAcross(now time.Time) {
	for _, account := range slices.Sorted(maps.Keys(s.accounts)) {
		owner := s.accounts[account]
		var due []*snapshot
		for _, one := range owner.snapshots {
			if one.copyDue && one.available(now) {
				due = append(due, one)
			}
		}
		slices.SortFunc(due, func(a, b *snapshot) int { return a.serial - b.serial })
		for _, one := range due {
			one.copyDue = false
			if of := owner.clusters[one.ClusterIdentifier]; of != nil && of.copying != nil {
				s.states.in(of.copying.DestinationRegion).addCopy(account, one, s.region, of.copying)
			}
		}
	}
}

// addCopy adds the copy of a snapshot in another region, which begins when that is available. It has no tags.
func (s *state) addCopy(account string, source *snapshot, sourceRegion string, settings *models.ClusterSnapshotCopyStatus) {
	identifier := copyPrefix + source.SnapshotIdentifier
	owner := s.of(account)
	if owner.snapshots[strings.ToLower(identifier)] != nil {
		return
	}
	s.serial++
	target := &snapshot{
		Snapshot: source.Snapshot,
		serial:   s.serial,
		started:  source.availableSince(),
		duration: s.duration,
		tables:   source.tables,

		clusterDays: source.clusterDays,
		window:      source.window,
		manualDays:  source.manualDays,
	}
	target.SnapshotIdentifier = identifier
	target.SnapshotArn = s.snapshotARN(account, source.ClusterIdentifier, identifier)
	target.SourceRegion = sourceRegion
	target.SnapshotRetentionStartTime = target.started.UTC().Truncate(time.Millisecond)
	target.Tags = []models.Tag{}
	if grant := owner.copyGrants[settings.SnapshotCopyGrantName]; grant != nil && source.Encrypted {
		target.KmsKeyID = grant.KmsKeyID
	}
	if source.SnapshotType == models.SnapshotTypeManual {
		days := settings.ManualSnapshotRetentionPeriod
		target.ManualSnapshotRetentionPeriod = &days
	} else {
		target.automatedDays = int(settings.RetentionPeriod)
	}
	owner.snapshots[strings.ToLower(identifier)] = target
}
