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
	// scheduleChange is how long it takes until a cluster follows a schedule that is new to it, or has changed.
	scheduleChange        = time.Minute
	maxScheduleIdentifier = 255
	maxNextInvocations    = 100
	generatedSchedule     = "snapshotschedule-"
	// automatedInterval is the time between the automated snapshots of a cluster without a schedule. Redshift takes one about
	// every 8 hours, or sooner after 5 GB of changes per node.
	automatedInterval = 8 * time.Hour
)

// The statuses of the next automated snapshot of a cluster.
const (
	onTrack = "OnTrack" // it is taken at the expected time
	pending = "Pending" // it is still to be taken
)

// schedule says when Redshift takes snapshots of clusters by itself.
type storedSchedule struct {
	models.SnapshotSchedule // what was said of it
	times                   scheduleTimes
	changed                 time.Time
}

// following is that a cluster has a schedule.
type scheduleAssociation struct {
	schedule string    // its identifier, in lower case
	since    time.Time // when that was asked for, or the schedule changed last
}

// state returns whether the cluster follows the schedule already.
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
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter NextInvocations must be between 0 and %d, not %d.", maxNextInvocations, count)
	}
	identifier := c.params.text("ScheduleIdentifier")
	if identifier == "" {
		c.serial++
		identifier = generatedSchedule + uuid("schedule", c.region, strconv.Itoa(c.serial))
	}
	if failed := checkNewIdentifier("ScheduleIdentifier", identifier, maxScheduleIdentifier); failed != nil {
		return nil, failed
	}
	schedules := c.resourcesOf(c.account).schedules
	if schedules[strings.ToLower(identifier)] != nil {
		return nil, fail(models.ErrSnapshotScheduleAlreadyExists, "Snapshot schedule %s exists already.", identifier)
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
			return nil, fail(models.ErrSnapshotScheduleUpdateInProgress, "Snapshot schedule %s is being applied to cluster %s. Wait until that has ended.",
				schedule.ScheduleIdentifier, cluster.Identifier)
		}
	}
	schedule.ScheduleDefinitions, schedule.times, schedule.changed = definitions, times, c.now
	for _, cluster := range clusters {
		cluster.association.since, cluster.automated = c.now, c.now
	}
	result := snapshots.ModifySnapshotScheduleResult(scheduleResult(c.scheduleView(schedule)))

	return &result, nil
}

// scheduleResult spreads a schedule over a result, where its members have no element of their own.
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
		return nil, fail(models.ErrInvalidClusterSnapshotScheduleState, "Snapshot schedule %s is associated with cluster %s. Disassociate it first.",
			schedule.ScheduleIdentifier, clusters[0].Identifier)
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
			"A snapshot schedule is being applied to cluster %s. Wait until that has ended.", cluster.Identifier)
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

// followers returns the clusters of the caller that have a schedule, in the order of their names.
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

// plan is when Redshift takes automated snapshots of a cluster.
type snapshotPlan struct {
	times  scheduleTimes
	since  time.Time // the start of an interval
	status string    // pending if Options.AutomatedSnapshots is off and the fake takes none
}

// plan returns when Redshift takes automated snapshots of a cluster, if it takes any. Every cluster with automated snapshots shows
// when it expects the next one, also if the fake does not take it.
func (s *state) plan(cluster *storedCluster) (snapshotPlan, bool) {
	switch {
	case cluster.AutomatedSnapshotRetentionPeriod <= 0:
		return snapshotPlan{}, false
	case cluster.association != nil:
		return snapshotPlan{s.resourcesOf(cluster.AccountID).schedules[cluster.association.schedule].times, cluster.association.since, onTrack}, true
	case s.states.options.AutomatedSnapshots:
		return snapshotPlan{scheduleTimes{interval: automatedInterval}, cluster.CreateTime, onTrack}, true
	default:
		return snapshotPlan{scheduleTimes{interval: automatedInterval}, cluster.CreateTime, pending}, true
	}
}

// longestGap returns a time within which a snapshot is always due.
func (p snapshotPlan) longestGap() time.Duration {
	return max(p.times.interval, 7*day)
}

// due is an automated snapshot whose time has come.
type dueSnapshot struct {
	at      time.Time
	account string
	cluster *storedCluster
}

// takeDue takes the automated snapshots that have come due, the earliest first.
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

// dueSince returns the snapshots of a cluster that have come due since the last call. It omits those that would have expired
// by now, except the last ones: the newest snapshot does not expire.
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
	// Subtracted one after the other, because the sum may be more than a Duration holds.
	if earliest := now.Add(-kept).Add(-s.duration).Add(-plan.longestGap()); cluster.automated.Before(earliest) {
		cluster.backedUp = cluster.backedUp || !plan.times.after(cluster.automated, plan.since).After(earliest)
		cluster.automated = earliest
	}
	var all []dueSnapshot
	for next := plan.times.after(cluster.automated, plan.since); !next.After(now); next = plan.times.after(next, plan.since) {
		all = append(all, dueSnapshot{next, account, cluster})
		cluster.automated = next
	}

	return all
}

// takeAutomated takes a snapshot, if the cluster was available.
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

// automatedIdentifier is what Redshift calls a snapshot that it takes by itself.
func automatedIdentifier(cluster string, at time.Time) string {
	return "rs:" + cluster + at.UTC().Format("-2006-01-02-15-04-05")
}
