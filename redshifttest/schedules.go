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
type schedule struct {
	models.SnapshotSchedule // what was said of it
	times                   scheduleTimes
	changed                 time.Time
}

// following is that a cluster has a schedule.
type following struct {
	schedule string    // its identifier, in lower case
	since    time.Time // when that was asked for, or the schedule changed last
}

// state returns whether the cluster follows the schedule already.
func (f *following) state(now time.Time) models.ScheduleState {
	if now.Before(f.since.Add(scheduleChange)) {
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
	schedules := c.of(c.account).schedules
	if schedules[strings.ToLower(identifier)] != nil {
		return nil, fail(models.ErrSnapshotScheduleAlreadyExists, "Snapshot schedule %s exists already.", identifier)
	}
	if len(schedules) >= max(c.quotas.SnapshotSchedules, 0) {
		return nil, fail(models.ErrSnapshotScheduleQuotaExceeded, "The account has %d snapshot schedules, which is the quota. %s",
			len(schedules), raise("SnapshotSchedules"))
	}
	made := &schedule{
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
		schedules[strings.ToLower(identifier)] = made
		c.hideNew(made)
	}
	shown := c.scheduleView(made)
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
	one, failed := c.schedule(c.params.text("ScheduleIdentifier"))
	if failed != nil {
		return nil, failed
	}
	clusters := c.followers(one)
	for _, follower := range clusters {
		if follower.following.state(c.now) == models.ScheduleStateModifying {
			return nil, fail(models.ErrSnapshotScheduleUpdateInProgress, "Snapshot schedule %s is being applied to cluster %s. Wait until that has ended.",
				one.ScheduleIdentifier, follower.Identifier)
		}
	}
	one.ScheduleDefinitions, one.times, one.changed = definitions, times, c.now
	for _, follower := range clusters {
		follower.following.since, follower.automated = c.now, c.now
	}
	result := snapshots.ModifySnapshotScheduleResult(scheduleResult(c.scheduleView(one)))

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
	one, failed := c.schedule(c.params.text("ScheduleIdentifier"))
	if failed != nil {
		return nil, failed
	}
	if clusters := c.followers(one); len(clusters) > 0 {
		return nil, fail(models.ErrInvalidClusterSnapshotScheduleState, "Snapshot schedule %s is associated with cluster %s. Disassociate it first.",
			one.ScheduleIdentifier, clusters[0].Identifier)
	}
	delete(c.of(c.account).schedules, strings.ToLower(one.ScheduleIdentifier))

	return nil, nil
}

func describeSnapshotSchedules(c *call) (any, *failure) {
	filter, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	identifier, clusterIdentifier := c.params.text("ScheduleIdentifier"), c.params.text("ClusterIdentifier")
	var list []ranked[models.SnapshotSchedule]
	for name, one := range c.of(c.account).schedules {
		follows := func(follower *cluster) bool {
			return strings.EqualFold(follower.Identifier, clusterIdentifier) && !c.hides(follower.following)
		}
		switch {
		case identifier != "" && !strings.EqualFold(name, identifier):
		case clusterIdentifier != "" && !slices.ContainsFunc(c.followers(one), follows):
		case !filter.matches(one.Tags), c.hides(one):
		default:
			list = append(list, ranked[models.SnapshotSchedule]{place: []string{name}, value: c.scheduleView(one)})
		}
	}
	found, next, failed := page(c, schedulePages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &snapshots.DescribeSnapshotSchedulesResult{SnapshotSchedules: found, Marker: next}, nil
}

func modifyClusterSnapshotSchedule(c *call) (any, *failure) {
	one, failed := c.cluster(c.params.text("ClusterIdentifier"))
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
	if one.following != nil && one.following.state(c.now) == models.ScheduleStateModifying {
		return nil, fail(models.ErrInvalidClusterSnapshotScheduleState,
			"A snapshot schedule is being applied to cluster %s. Wait until that has ended.", one.Identifier)
	}
	switch {
	case disassociate && (identifier == "" || one.following != nil && one.following.schedule == identifier):
		one.following, one.automated = nil, c.now
	case !disassociate && (one.following == nil || one.following.schedule != identifier):
		one.following, one.automated = &following{schedule: identifier, since: c.now}, c.now
		c.hideNew(one.following)
	}

	return nil, nil
}

// schedule returns a schedule of the caller.
func (c *call) schedule(identifier string) (*schedule, *failure) {
	one := c.of(c.account).schedules[strings.ToLower(identifier)]
	if one == nil {
		return nil, fail(models.ErrSnapshotScheduleNotFound, "Snapshot schedule %s not found.", identifier)
	}

	return one, nil
}

// followers returns the clusters of the caller that have a schedule, in the order of their names.
func (c *call) followers(of *schedule) []*cluster {
	var clusters []*cluster
	all := c.of(c.account).clusters
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if one := all[name]; one.following != nil && one.following.schedule == strings.ToLower(of.ScheduleIdentifier) {
			clusters = append(clusters, one)
		}
	}

	return clusters
}

// scheduleView returns a schedule as its owner sees it now.
func (c *call) scheduleView(one *schedule) models.SnapshotSchedule {
	shown := one.SnapshotSchedule
	shown.ScheduleDefinitions = slices.Clone(one.ScheduleDefinitions)
	shown.Tags = append([]models.Tag{}, one.Tags...)
	shown.NextInvocations = []time.Time{}
	shown.AssociatedClusters = []models.ClusterAssociatedToSchedule{}
	for _, follower := range c.followers(one) {
		if c.hides(follower.following) {
			continue
		}
		shown.AssociatedClusters = append(shown.AssociatedClusters, models.ClusterAssociatedToSchedule{
			ClusterIdentifier:        follower.Identifier,
			ScheduleAssociationState: follower.following.state(c.now),
		})
	}
	shown.AssociatedClusterCount = new(len(shown.AssociatedClusters))

	return shown
}

// plan is when Redshift takes automated snapshots of a cluster.
type plan struct {
	times  scheduleTimes
	since  time.Time // the start of an interval
	status string    // pending if Options.AutomatedSnapshots is off and the fake takes none
}

// plan returns when Redshift takes automated snapshots of a cluster, if it takes any. Every cluster with automated snapshots shows
// when it expects the next one, also if the fake does not take it.
func (s *state) plan(one *cluster) (plan, bool) {
	switch {
	case one.AutomatedSnapshotRetentionPeriod <= 0:
		return plan{}, false
	case one.following != nil:
		return plan{s.of(one.AccountID).schedules[one.following.schedule].times, one.following.since, onTrack}, true
	case s.states.options.AutomatedSnapshots:
		return plan{scheduleTimes{interval: automatedInterval}, one.CreateTime, onTrack}, true
	default:
		return plan{scheduleTimes{interval: automatedInterval}, one.CreateTime, pending}, true
	}
}

// longestGap returns a time within which a snapshot is always due.
func (p plan) longestGap() time.Duration {
	return max(p.times.interval, 7*day)
}

// due is an automated snapshot whose time has come.
type due struct {
	at      time.Time
	account string
	cluster *cluster
}

// takeDue takes the automated snapshots that have come due, the earliest first.
func (s *state) takeDue(now time.Time) {
	var all []due
	for account, owner := range s.accounts {
		for _, one := range owner.clusters {
			all = append(all, s.dueSince(account, one, now)...)
		}
	}
	slices.SortFunc(all, func(a, b due) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.account, b.account), strings.Compare(a.cluster.Identifier, b.cluster.Identifier))
	})
	for _, one := range all {
		s.takeAutomated(one)
	}
}

// dueSince returns the snapshots of a cluster that have come due since the last call. It omits those that would have expired
// by now, except the last ones: the newest snapshot does not expire.
func (s *state) dueSince(account string, one *cluster, now time.Time) []due {
	plan, found := s.plan(one)
	if !found || plan.status == pending {
		one.automated = now

		return nil
	}
	kept := time.Duration(one.AutomatedSnapshotRetentionPeriod) * day
	if one.copying != nil {
		kept = max(kept, time.Duration(one.copying.RetentionPeriod)*day)
	}
	// Subtracted one after the other, because the sum may be more than a Duration holds.
	if earliest := now.Add(-kept).Add(-s.duration).Add(-plan.longestGap()); one.automated.Before(earliest) {
		one.backedUp = one.backedUp || !plan.times.after(one.automated, plan.since).After(earliest)
		one.automated = earliest
	}
	var all []due
	for next := plan.times.after(one.automated, plan.since); !next.After(now); next = plan.times.after(next, plan.since) {
		all = append(all, due{next, account, one})
		one.automated = next
	}

	return all
}

// takeAutomated takes a snapshot, if the cluster was available.
func (s *state) takeAutomated(one due) {
	of := one.cluster
	identifier := automatedIdentifier(of.Identifier, one.at)
	if of.status(one.at) != models.ClusterStatusAvailable || s.of(one.account).snapshots[identifier] != nil {
		return
	}
	taken := s.take(one.account, of, identifier, models.SnapshotTypeAutomated, one.at)
	taken.Tags = append(taken.Tags, of.Tags...)
	taken.automatedDays = of.AutomatedSnapshotRetentionPeriod
}

// automatedIdentifier is what Redshift calls a snapshot that it takes by itself.
func automatedIdentifier(cluster string, at time.Time) string {
	return "rs:" + cluster + at.UTC().Format("-2006-01-02-15-04-05")
}
