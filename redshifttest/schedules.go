package redshifttest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/models"
)

const (
	// scheduleChange is the time until a new or changed schedule applies to a cluster.
	scheduleChange        = time.Minute
	maxScheduleIdentifier = 255
	maxNextInvocations    = 100
	generatedSchedule     = "snapshotschedule-"
	// automatedInterval is the time between automated snapshots of a cluster without a schedule. Redshift takes one about every
	// 8 hours, or earlier after 5 GB of changes per node.
	automatedInterval = 8 * time.Hour
)

// The statuses of the next automated snapshot of a cluster.
const (
	onTrack = "OnTrack" // Redshift takes it at the expected time
	pending = "Pending" // Redshift has not taken it yet
)

// storedSchedule is a snapshot schedule.
type storedSchedule struct {
	models.SnapshotSchedule // the members that requests set
	times                   scheduleTimes
	changed                 time.Time
}

// scheduleAssociation associates a cluster with a schedule.
type scheduleAssociation struct {
	schedule string    // the identifier of the schedule, in lower case
	since    time.Time // the last change of the association or the schedule
}

// state returns the state of the association.
func (a *scheduleAssociation) state(now time.Time) models.ScheduleState {
	if now.Before(a.since.Add(scheduleChange)) {
		return models.ScheduleStateModifying
	}

	return models.ScheduleStateActive
}

func createSnapshotSchedule(c *call) (any, *failure) {
	definitions := c.params.strings("ScheduleDefinitions.ScheduleDefinition")
	times, failed := parseSchedule(definitions)
	if failed != nil {
		return nil, failed
	}
	tags, failed := c.tags()
	if failed != nil {
		return nil, failed
	}
	count, _ := c.params.integer("NextInvocations")
	if count < 0 || count > maxNextInvocations {
		return nil, fail(awsquery.ErrInvalidParameterValue,
			"The parameter NextInvocations must be between 0 and %d, not %d.", maxNextInvocations, count)
	}
	identifier := c.params.text("ScheduleIdentifier")
	if identifier == "" {
		c.serial++
		identifier = generatedSchedule + uuid("schedule", c.region, strconv.Itoa(c.serial))
	}
	if failed := c.checkNewIdentifier("ScheduleIdentifier", identifier, maxScheduleIdentifier); failed != nil {
		return nil, failed
	}
	schedules := c.resourcesOf(c.account).schedules
	if schedules[strings.ToLower(identifier)] != nil {
		return nil, fail(models.ErrSnapshotScheduleAlreadyExists, "Snapshot schedule %s already exists.", identifier)
	}
	if len(schedules) >= max(c.quotas.SnapshotSchedules, 0) {
		return nil, fail(models.ErrSnapshotScheduleQuotaExceeded, "The account has %d snapshot schedules, which is the quota. %s",
			len(schedules), quotaHint("SnapshotSchedules"))
	}
	schedule := &storedSchedule{
		SnapshotSchedule: models.SnapshotSchedule{
			ScheduleDefinitions: definitions,
			ScheduleIdentifier:  identifier,
			ScheduleDescription: c.params.text("ScheduleDescription"),
			Tags:                tags,
		},
		times:   times,
		changed: c.now,
	}
	if dry, _ := c.params.boolean("DryRun"); !dry {
		schedules[strings.ToLower(identifier)] = schedule
		c.hideNew(schedule)
	}
	shown := c.scheduleView(schedule)
	next := c.now
	for range count {
		next = times.after(next, c.now)
		shown.NextInvocations = append(shown.NextInvocations, next)
	}

	result := scheduleResult(shown)

	return &result, nil
}

func modifySnapshotSchedule(c *call) (any, *failure) {
	definitions := c.params.strings("ScheduleDefinitions.ScheduleDefinition")
	times, failed := parseSchedule(definitions)
	if failed != nil {
		return nil, failed
	}
	schedule, failed := c.schedule(c.params.text("ScheduleIdentifier"))
	if failed != nil {
		return nil, failed
	}
	clusters := c.associatedClusters(schedule)
	for _, cluster := range clusters {
		if cluster.association.state(c.now) == models.ScheduleStateModifying {
			return nil, fail(models.ErrSnapshotScheduleUpdateInProgress,
				"Snapshot schedule %s is being applied to cluster %s. Wait until it is applied.", schedule.ScheduleIdentifier, cluster.Identifier)
		}
	}
	schedule.ScheduleDefinitions, schedule.times, schedule.changed = definitions, times, c.now
	for _, cluster := range clusters {
		cluster.association.since, cluster.automated = c.now, c.now
	}
	result := snapshots.ModifySnapshotScheduleResult(scheduleResult(c.scheduleView(schedule)))

	return &result, nil
}

// scheduleResult returns a result with the members of a schedule. Its members are not in an element for the schedule.
func scheduleResult(shown models.SnapshotSchedule) snapshots.CreateSnapshotScheduleResult {
	return snapshots.CreateSnapshotScheduleResult{
		ScheduleDefinitions:    shown.ScheduleDefinitions,
		ScheduleIdentifier:     shown.ScheduleIdentifier,
		ScheduleDescription:    shown.ScheduleDescription,
		Tags:                   shown.Tags,
		NextInvocations:        shown.NextInvocations,
		AssociatedClusterCount: shown.AssociatedClusterCount,
		AssociatedClusters:     shown.AssociatedClusters,
	}
}

func deleteSnapshotSchedule(c *call) (any, *failure) {
	schedule, failed := c.schedule(c.params.text("ScheduleIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if clusters := c.associatedClusters(schedule); len(clusters) > 0 {
		return nil, fail(models.ErrInvalidClusterSnapshotScheduleState,
			"Snapshot schedule %s is associated with cluster %s. Disassociate it first.", schedule.ScheduleIdentifier, clusters[0].Identifier)
	}
	delete(c.resourcesOf(c.account).schedules, strings.ToLower(schedule.ScheduleIdentifier))

	return nil, nil
}

func describeSnapshotSchedules(c *call) (any, *failure) {
	filter, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	identifier, clusterIdentifier := c.params.text("ScheduleIdentifier"), c.params.text("ClusterIdentifier")
	var list []listItem[models.SnapshotSchedule]
	for name, schedule := range c.resourcesOf(c.account).schedules {
		isAssociated := func(cluster *storedCluster) bool {
			return strings.EqualFold(cluster.Identifier, clusterIdentifier) && !c.hides(cluster.association)
		}
		switch {
		case identifier != "" && !strings.EqualFold(name, identifier):
		case clusterIdentifier != "" && !slices.ContainsFunc(c.associatedClusters(schedule), isAssociated):
		case !filter.matches(schedule.Tags), c.hides(schedule):
		default:
			list = append(list, listItem[models.SnapshotSchedule]{sortKey: []string{name}, value: c.scheduleView(schedule)})
		}
	}
	found, next, failed := page(c, schedulePages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &snapshots.DescribeSnapshotSchedulesResult{SnapshotSchedules: found, Marker: next}, nil
}

func modifyClusterSnapshotSchedule(c *call) (any, *failure) {
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	identifier := strings.ToLower(c.params.text("ScheduleIdentifier"))
	disassociate, _ := c.params.boolean("DisassociateSchedule")
	if identifier == "" && !disassociate {
		return nil, fail(awsquery.ErrInvalidParameterCombination, "Either ScheduleIdentifier or DisassociateSchedule must be given.")
	}
	if identifier != "" {
		if _, failed := c.schedule(identifier); failed != nil {
			return nil, failed
		}
	}
	if cluster.association != nil && cluster.association.state(c.now) == models.ScheduleStateModifying {
		return nil, fail(models.ErrInvalidClusterSnapshotScheduleState,
			"A snapshot schedule is being applied to cluster %s. Wait until it is applied.", cluster.Identifier)
	}
	switch {
	case disassociate && (identifier == "" || cluster.association != nil && cluster.association.schedule == identifier):
		cluster.association, cluster.automated = nil, c.now
	case !disassociate && (cluster.association == nil || cluster.association.schedule != identifier):
		cluster.association, cluster.automated = &scheduleAssociation{schedule: identifier, since: c.now}, c.now
		c.hideNew(cluster.association)
	}

	return nil, nil
}

// schedule returns a schedule of the caller.
func (c *call) schedule(identifier string) (*storedSchedule, *failure) {
	schedule := c.resourcesOf(c.account).schedules[strings.ToLower(identifier)]
	if schedule == nil {
		return nil, fail(models.ErrSnapshotScheduleNotFound, "Snapshot schedule %s not found.", identifier)
	}

	return schedule, nil
}

// associatedClusters returns the clusters of the caller that have a schedule, sorted by identifier.
func (c *call) associatedClusters(schedule *storedSchedule) []*storedCluster {
	var clusters []*storedCluster
	all := c.resourcesOf(c.account).clusters
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if cluster := all[name]; cluster.association != nil && cluster.association.schedule == strings.ToLower(schedule.ScheduleIdentifier) {
			clusters = append(clusters, cluster)
		}
	}

	return clusters
}

// scheduleView returns a schedule as its owner sees it now.
func (c *call) scheduleView(schedule *storedSchedule) models.SnapshotSchedule {
	shown := schedule.SnapshotSchedule
	shown.ScheduleDefinitions = slices.Clone(schedule.ScheduleDefinitions)
	shown.Tags = append([]models.Tag{}, schedule.Tags...)
	shown.NextInvocations = []time.Time{}
	shown.AssociatedClusters = []models.ClusterAssociatedToSchedule{}
	for _, cluster := range c.associatedClusters(schedule) {
		if c.hides(cluster.association) {
			continue
		}
		shown.AssociatedClusters = append(shown.AssociatedClusters, models.ClusterAssociatedToSchedule{
			ClusterIdentifier:        cluster.Identifier,
			ScheduleAssociationState: cluster.association.state(c.now),
		})
	}
	shown.AssociatedClusterCount = new(len(shown.AssociatedClusters))

	return shown
}

// snapshotPlan has the times of a cluster's automated snapshots.
type snapshotPlan struct {
	times  scheduleTimes
	since  time.Time // the start of an interval
	status string    // pending if the fake takes none, because Options.AutomatedSnapshots is off
}

// plan returns the plan of a cluster's automated snapshots, and false if they are disabled. A cluster with automated snapshots shows
// the expected time of the next one even if the fake does not take it.
func (s *state) plan(cluster *storedCluster) (snapshotPlan, bool) {
	switch {
	case cluster.AutomatedSnapshotRetentionPeriod <= 0:
		return snapshotPlan{}, false
	case cluster.association != nil:
		schedule := s.resourcesOf(cluster.AccountID).schedules[cluster.association.schedule]

		return snapshotPlan{times: schedule.times, since: cluster.association.since, status: onTrack}, true
	case s.states.options.AutomatedSnapshots:
		return snapshotPlan{times: scheduleTimes{interval: automatedInterval}, since: cluster.CreateTime, status: onTrack}, true
	default:
		return snapshotPlan{times: scheduleTimes{interval: automatedInterval}, since: cluster.CreateTime, status: pending}, true
	}
}

// longestGap returns a duration. At least one snapshot is due in every period that long.
func (p snapshotPlan) longestGap() time.Duration {
	return max(p.times.interval, 7*day)
}

// dueSnapshot is an automated snapshot that is due.
type dueSnapshot struct {
	at      time.Time
	account string
	cluster *storedCluster
}

// takeDueSnapshots takes the automated snapshots that are due, earliest first.
func (s *state) takeDueSnapshots(now time.Time) {
	var all []dueSnapshot
	for account, owner := range s.accounts {
		for _, due := range owner.clusters {
			all = append(all, s.dueSnapshots(account, due, now)...)
		}
	}
	slices.SortFunc(all, func(a, b dueSnapshot) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.account, b.account), strings.Compare(a.cluster.Identifier, b.cluster.Identifier))
	})
	for _, due := range all {
		s.takeAutomated(due)
	}
}

// dueSnapshots returns the snapshots of a cluster that have become due since the last call. It omits snapshots that would have expired
// already, except the last ones, because the newest snapshot does not expire.
func (s *state) dueSnapshots(account string, cluster *storedCluster, now time.Time) []dueSnapshot {
	plan, found := s.plan(cluster)
	if !found || plan.status == pending {
		cluster.automated = now

		return nil
	}
	kept := time.Duration(cluster.AutomatedSnapshotRetentionPeriod) * day
	if cluster.snapshotCopy != nil {
		kept = max(kept, time.Duration(cluster.snapshotCopy.RetentionPeriod)*day)
	}
	// The sum of the durations could overflow.
	if earliest := now.Add(-kept).Add(-s.duration).Add(-plan.longestGap()); cluster.automated.Before(earliest) {
		cluster.backedUp = cluster.backedUp || !plan.times.after(cluster.automated, plan.since).After(earliest)
		cluster.automated = earliest
	}
	var all []dueSnapshot
	for next := plan.times.after(cluster.automated, plan.since); !next.After(now); next = plan.times.after(next, plan.since) {
		all = append(all, dueSnapshot{at: next, account: account, cluster: cluster})
		cluster.automated = next
	}

	return all
}

// takeFirstSnapshot takes the first automated snapshot of a new cluster, when the cluster becomes available. A cluster with a schedule
// waits for the schedule.
func (s *state) takeFirstSnapshot(cluster *storedCluster, at time.Time) {
	plan, found := s.plan(cluster)
	if found && plan.status == onTrack && cluster.association == nil {
		s.takeAutomated(dueSnapshot{at: at, account: cluster.AccountID, cluster: cluster})
	}
}

// takeAutomated takes an automated snapshot if the cluster was available.
func (s *state) takeAutomated(due dueSnapshot) {
	cluster := due.cluster
	identifier := automatedIdentifier(cluster.Identifier, due.at)
	if cluster.status(due.at) != models.ClusterStatusAvailable || s.resourcesOf(due.account).snapshots[identifier] != nil {
		return
	}
	taken := s.addSnapshot(due.account, cluster, identifier, models.SnapshotTypeAutomated, due.at)
	taken.Tags = append(taken.Tags, cluster.Tags...)
	taken.automatedDays = cluster.AutomatedSnapshotRetentionPeriod
}

// automatedIdentifier returns the identifier of an automated snapshot.
func automatedIdentifier(cluster string, at time.Time) string {
	return "rs:" + cluster + at.UTC().Format("-2006-01-02-15-04-05")
}
