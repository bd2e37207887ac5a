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
	// defaultCopyRetention is the number of days that copies of automated snapshots are kept, if EnableSnapshotCopy sets none.
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
	cluster, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if cluster.snapshotCopy != nil {
		return nil, fail(models.ErrSnapshotCopyAlreadyEnabledFault,
			"The snapshots of cluster %s are already copied to %s.", cluster.Identifier, cluster.snapshotCopy.DestinationRegion)
	}
	if failed := c.checkDestination(settings.DestinationRegion); failed != nil {
		return nil, failed
	}
	if failed := c.checkGrant(cluster, &settings); failed != nil {
		return nil, failed
	}
	cluster.snapshotCopy = &settings

	return &snapshots.EnableSnapshotCopyResult{Cluster: c.clusterView(cluster)}, nil
}

func checkAutomatedDays(days int) *failure {
	if days < 1 || days > maxAutomatedDays {
		return fail(models.ErrInvalidRetentionPeriodFault,
			"The retention period of automated snapshots must be between 1 and %d, not %d.", maxAutomatedDays, days)
	}

	return nil
}

var knownRegion = regexp.MustCompile(`^(af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov)-[a-z]+-[0-9]$`)

// checkDestination refuses a destination that is not another region of the same partition.
func (c *call) checkDestination(region string) *failure {
	if !knownRegion.MatchString(region) || region == c.region || arnPartition(region) != arnPartition(c.region) {
		return fail(models.ErrUnknownSnapshotCopyRegionFault, "Invalid region %s. Snapshots in %s cannot be copied there.", region, c.region)
	}

	return nil
}

// checkGrant checks the snapshot copy grant in the destination region. The snapshots of an encrypted cluster need one.
func (c *call) checkGrant(cluster *storedCluster, settings *models.ClusterSnapshotCopyStatus) *failure {
	switch {
	case settings.SnapshotCopyGrantName != "":
		grant, failed := c.states.in(settings.DestinationRegion).copyGrant(c.account, settings.SnapshotCopyGrantName)
		if failed != nil {
			return failed
		}
		settings.SnapshotCopyGrantName = grant.SnapshotCopyGrantName

		return nil
	case cluster.KmsKeyID != "":
		return fail(awsquery.ErrInvalidParameterValue,
			"SnapshotCopyGrantName is required for Snapshot Copy on KMS encrypted clusters.")
	default:
		return nil
	}
}

func disableSnapshotCopy(c *call) (any, *failure) {
	cluster, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if cluster.snapshotCopy == nil {
		return nil, fail(models.ErrSnapshotCopyAlreadyDisabledFault,
			"The snapshots of cluster %s are not copied to another region.", cluster.Identifier)
	}
	cluster.snapshotCopy = nil

	return &snapshots.DisableSnapshotCopyResult{Cluster: c.clusterView(cluster)}, nil
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
	cluster, failed := c.availableCluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if cluster.snapshotCopy == nil {
		return nil, fail(models.ErrSnapshotCopyDisabledFault,
			"The snapshots of cluster %s are not copied to another region.", cluster.Identifier)
	}
	if manual {
		cluster.snapshotCopy.ManualSnapshotRetentionPeriod = days // only for later copies
	} else {
		cluster.snapshotCopy.RetentionPeriod = int64(days)
		c.setCopyRetention(cluster, days)
	}

	return &snapshots.ModifySnapshotCopyRetentionPeriodResult{Cluster: c.clusterView(cluster)}, nil
}

// setCopyRetention sets the retention period of the copies of a cluster's automated snapshots. It deletes older copies.
func (c *call) setCopyRetention(cluster *storedCluster, days int) {
	destination := c.states.in(cluster.snapshotCopy.DestinationRegion)
	for _, snapshot := range destination.resourcesOf(c.account).snapshots {
		isCopy := snapshot.SourceRegion == c.region && snapshot.ClusterIdentifier == cluster.Identifier
		if isCopy && snapshot.SnapshotType == models.SnapshotTypeAutomated {
			snapshot.automatedDays = days
		}
	}
	destination.expire(c.now)
}

// copyToOtherRegions copies the snapshots that have become available to other regions.
func (s *state) copyToOtherRegions(now time.Time) {
	for _, account := range slices.Sorted(maps.Keys(s.accounts)) {
		owner := s.accounts[account]
		var due []*storedSnapshot
		for _, snapshot := range owner.snapshots {
			if snapshot.copyDue && snapshot.available(now) {
				due = append(due, snapshot)
			}
		}
		slices.SortFunc(due, func(a, b *storedSnapshot) int { return a.serial - b.serial })
		for _, snapshot := range due {
			snapshot.copyDue = false
			if cluster := owner.clusterOf(snapshot); cluster != nil && cluster.snapshotCopy != nil {
				destination := s.states.in(cluster.snapshotCopy.DestinationRegion)
				destination.addCopy(account, snapshot, s.region, cluster.snapshotCopy)
				s.recordCopy(account, snapshot, destination, now)
			}
		}
	}
}

// addCopy adds the copy of a snapshot from another region. The copy starts when the snapshot is available, and has no tags.
func (s *state) addCopy(account string, source *storedSnapshot, sourceRegion string, settings *models.ClusterSnapshotCopyStatus) {
	identifier := copyPrefix + source.SnapshotIdentifier
	owner := s.resourcesOf(account)
	if owner.snapshots[strings.ToLower(identifier)] != nil {
		return
	}
	s.serial++
	target := &storedSnapshot{
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
