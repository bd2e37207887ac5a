package redshifttest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

const clusterDuration = redshifttest.DefaultClusterDuration

// newCluster returns the parameters of a valid CreateCluster call and more.
func newCluster(identifier string, more ...string) []string {
	return append([]string{
		"ClusterIdentifier", identifier, "NodeType", "ra3.xlplus", "MasterUsername", "admin", "MasterUserPassword", "Abcdefg1",
	}, more...)
}

// change returns the parameters of a call about the cluster analytics.
func change(more ...string) []string {
	return append([]string{"ClusterIdentifier", "analytics"}, more...)
}

// seedCluster adds a cluster, and fails the test if that fails.
func seedCluster(tb testing.TB, fake *redshifttest.Fake, cluster redshifttest.Cluster) {
	tb.Helper()
	if err := fake.AddCluster(cluster); err != nil {
		tb.Fatal(err)
	}
}

// statusOf returns the status of a cluster, or the code of the error.
func statusOf(tb testing.TB, fake *redshifttest.Fake, identifier string) string {
	tb.Helper()
	got := do(tb, fake, "DescribeClusters", "ClusterIdentifier", identifier)
	if got.Code != "" {
		return got.Code
	}

	return strings.Join(elements(got.Body, "ClusterStatus"), " ")
}

// expectStatus fails the test if a cluster does not have a status.
func expectStatus(tb testing.TB, fake *redshifttest.Fake, identifier, want string) {
	tb.Helper()
	if got := statusOf(tb, fake, identifier); got != want {
		tb.Errorf("cluster %s is %q, want %q", identifier, got, want)
	}
}

// eventTexts returns the events of the fake's own account: number, category, severity, source and message.
func eventTexts(fake *redshifttest.Fake) []string {
	var all []string
	for _, event := range fake.EventsOf(ownAccount) {
		all = append(all, fmt.Sprintf("%s %s %s %s/%s: %s", strings.TrimPrefix(event.EventID, "REDSHIFT-EVENT-"),
			strings.Join(event.EventCategories, ","), event.Severity, event.SourceType, event.SourceIdentifier, event.Message))
	}

	return all
}

// expectEvents compares the events, except those of manual snapshots and of restores, which prepare the tests.
func expectEvents(tb testing.TB, fake *redshifttest.Fake, want ...string) {
	tb.Helper()
	prepares := func(event string) bool { return slices.Contains([]string{"2009", "3004", "2008", "3003"}, event[:4]) }
	if got := slices.DeleteFunc(eventTexts(fake), prepares); !slices.Equal(got, want) {
		tb.Errorf("the events are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// outcome returns everything of a fake that a scenario can change.
func outcome(tb testing.TB, fake *redshifttest.Fake) string {
	tb.Helper()
	shown := stableLines(must(tb, fake, "DescribeClusters").Body)
	for _, snapshot := range fake.Snapshots() {
		shown = append(shown, fmt.Sprint(snapshot.SnapshotIdentifier, snapshot.Status, snapshot.SnapshotCreateTime, snapshot.ClusterIdentifier))
	}

	return strings.Join(append(shown, eventTexts(fake)...), "\n")
}

// expectSameInSteps runs a scenario twice: with one jump of the clock at its end, and with many short steps. Both must have the same outcome.
func expectSameInSteps(tb testing.TB, options redshifttest.Options, total time.Duration, scenario func(*redshifttest.Fake)) {
	tb.Helper()
	jumps, walks := newFake(tb, options), newFake(tb, options)
	scenario(jumps)
	scenario(walks)
	jumps.Advance(total)
	const steps = 50
	for range steps {
		walks.Advance(total / steps)
		must(tb, walks, "DescribeClusters")
	}
	walks.Advance(total % steps)
	if jumped, walked := outcome(tb, jumps), outcome(tb, walks); jumped != walked {
		tb.Errorf("after one jump the outcome is\n%s\nafter %d steps it is\n%s", jumped, steps, walked)
	}
}

// lifecycleRefusal is a request that the fake must refuse.
type lifecycleRefusal struct {
	parameters []string
	code       string
	message    string // a part of it
}

// expectRefusals makes calls that must fail and must change nothing.
func expectRefusals(tb testing.TB, fake *redshifttest.Fake, operation string, refusals map[string]lifecycleRefusal) {
	tb.Helper()
	before := outcome(tb, fake)
	for name, refusal := range refusals {
		got := do(tb, fake, operation, refusal.parameters...)
		status := http.StatusBadRequest
		if refusal.code == "ClusterNotFound" || refusal.code == "ResizeNotFound" || refusal.code == "ClusterParameterGroupNotFound" ||
			refusal.code == "RedshiftIdcApplicationNotExists" || refusal.code == "ReservedNodeNotFound" || refusal.code == "ReservedNodeOfferingNotFound" {
			status = http.StatusNotFound
		}
		if got.Code != refusal.code || got.Status != status || !strings.Contains(got.Message, refusal.message) {
			tb.Errorf("%s: %s %q = %d %s %q, want %d %s with %q",
				name, operation, refusal.parameters, got.Status, got.Code, got.Message, status, refusal.code, refusal.message)
		}
	}
	if after := outcome(tb, fake); after != before {
		tb.Errorf("refused calls of %s changed\n%s\nto\n%s", operation, before, after)
	}
}

// lifecycleCodes returns the codes that the tests of an operation that creates, changes or deletes clusters provoke, and those that nothing
// in the fake's state leads to: about networks, capacity, custom domain names, tables, and other services.
func lifecycleCodes(operation string) []awsquery.ErrorCode {
	refusals, found := map[string]map[string]lifecycleRefusal{
		"CreateCluster":         createClusterRefusals(),
		"ModifyCluster":         modifyClusterRefusals(),
		"DeleteCluster":         deleteClusterRefusals(),
		"RebootCluster":         rebootRefusals(),
		"PauseCluster":          pauseClusterRefusals(),
		"ResumeCluster":         resumeRefusals(),
		"ResizeCluster":         resizeClusterRefusals(),
		"DescribeResize":        noResizeRefusals(),
		"CancelResize":          noResizeRefusals(),
		"ModifyClusterIamRoles": iamRolesRefusals(),
	}[operation]
	if !found {
		return nil
	}
	if operation == "CancelResize" {
		maps.Copy(refusals, canceledTwice())
	}
	codes := []awsquery.ErrorCode{
		models.ErrClusterSecurityGroupNotFound,
		models.ErrCustomCnameAssociationFault,
		models.ErrDependentServiceAccessDenied,
		models.ErrDependentServiceUnavailableFault,
		models.ErrInsufficientClusterCapacity,
		models.ErrInvalidClusterSecurityGroupState,
		models.ErrInvalidClusterSubnetGroupStateFault,
		models.ErrInvalidElasticIpFault,
		models.ErrInvalidReservedNodeState,
		models.ErrInvalidSubnet,
		models.ErrInvalidVPCNetworkStateFault,
		models.ErrIpv6CidrBlockNotFoundFault,
		models.ErrReservedNodeAlreadyExists,
		models.ErrReservedNodeAlreadyMigrated,
		models.ErrTableLimitExceeded,
	}
	for _, refusal := range refusals {
		codes = append(codes, awsquery.ErrorCode(refusal.code))
	}

	return codes
}

// rebootRefusals need the cluster analytics, which is rebooting.
func rebootRefusals() map[string]lifecycleRefusal {
	return map[string]lifecycleRefusal{
		"again":   {change(), "InvalidClusterState", "Cluster analytics is not in state available. It is rebooting."},
		"missing": {[]string{"ClusterIdentifier", "missing"}, "ClusterNotFound", "missing"},
		"unnamed": {nil, "MissingParameter", "ClusterIdentifier"},
	}
}

func TestRebootCluster(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Resources: redshifttest.Resources{ParameterGroups: []string{"strict"}}})
	client := clientOf(t, fake)
	must(t, fake, "ModifyCluster", change("ClusterParameterGroupName", "Strict")...)
	pending := []models.ClusterParameterGroupStatus{parameterGroupStatus("strict", "pending-reboot")}
	if got := describeOne(t, client, "analytics"); !equalJSON(t, got.ClusterParameterGroups, pending) || got.ClusterStatus != "available" {
		t.Errorf("after ModifyCluster, the cluster is %s with groups %+v, want available with %+v", got.ClusterStatus, got.ClusterParameterGroups, pending)
	}
	rebooted := succeed[*redshift.RebootClusterResult](t)(client.RebootCluster(t.Context(), &redshift.RebootClusterParams{ClusterIdentifier: "ANALYTICS"}))
	if got := rebooted.Cluster; got.ClusterStatus != models.ClusterStatusRebooting || got.ClusterAvailabilityStatus != models.ClusterAvailabilityStatusUnavailable {
		t.Errorf("RebootCluster() = %s %s, want rebooting Unavailable", got.ClusterStatus, got.ClusterAvailabilityStatus)
	}
	expectRefusals(t, fake, "RebootCluster", rebootRefusals())
	fake.Advance(clusterDuration - 1)
	expectStatus(t, fake, "analytics", "rebooting")
	fake.Advance(1)
	expectStatus(t, fake, "analytics", "available")
	inSync := []models.ClusterParameterGroupStatus{parameterGroupStatus("strict", "in-sync")}
	if got := describeOne(t, client, "analytics").ClusterParameterGroups; !equalJSON(t, got, inSync) {
		t.Errorf("after the reboot, the groups are %+v, want %+v", got, inSync)
	}
	expectEvents(t, fake,
		"1001 configuration INFO cluster/analytics: Cluster analytics parameter group changed to strict at 2026-11-23 09:30 UTC.",
		"3000 monitoring INFO cluster/analytics: Cluster analytics rebooted at 2026-11-23 09:35 UTC.")
}

// TestLifecycleInSteps: the clock can jump over several changes.
func TestLifecycleInSteps(t *testing.T) {
	t.Parallel()
	for name, scenario := range map[string][]string{
		"creation":         append([]string{"CreateCluster"}, newCluster("new")...),
		"reboot":           append([]string{"RebootCluster"}, change()...),
		"pause":            append([]string{"PauseCluster"}, change()...),
		"rename":           append([]string{"ModifyCluster"}, change("NewClusterIdentifier", "renamed", "MasterUserPassword", "Abcdefg1")...),
		"track":            append([]string{"ModifyCluster"}, change("MaintenanceTrackName", "trailing")...),
		"elastic resize":   append([]string{"ResizeCluster"}, change("NumberOfNodes", "4")...),
		"classic resize":   append([]string{"ResizeCluster"}, change("NumberOfNodes", "7", "Classic", "true")...),
		"encryption":       append([]string{"ModifyCluster"}, change("Encrypted", "true")...),
		"deletion":         append([]string{"DeleteCluster"}, change("SkipFinalClusterSnapshot", "true")...),
		"final snapshot":   append([]string{"DeleteCluster"}, change("FinalClusterSnapshotIdentifier", "last")...),
		"roles":            append([]string{"ModifyClusterIamRoles"}, change("AddIamRoles.IamRoleArn.1", "arn:aws:iam::123456789012:role/reader")...),
		"new nodes":        append([]string{"ModifyCluster"}, change("NodeType", "ra3.4xlarge", "NumberOfNodes", "3")...),
		"public addresses": append([]string{"ModifyCluster"}, change("PubliclyAccessible", "true")...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, automated := range []bool{false, true} {
				options := redshifttest.Options{AutomatedSnapshots: automated}
				run := func(fake *redshifttest.Fake) { must(t, fake, scenario[0], scenario[1:]...) }
				expectSameInSteps(t, options, 200*time.Second, run)
				expectSameInSteps(t, options, 9*time.Hour, run)
				expectSameInSteps(t, options, 8*24*time.Hour, run)
			}
		})
	}
}

// TestNegativeDurations: the response shows the change in progress, and the next moment ends it.
func TestNegativeDurations(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{ClusterDuration: -1, ResizeDuration: -1})
	for _, step := range []struct {
		operation  string
		parameters []string
		during     string
	}{
		{"PauseCluster", change(), "pausing"},
		{"ResumeCluster", change(), "resuming"},
		{"ResizeCluster", change("NumberOfNodes", "4"), "available, prep-for-resize"},
		{"RebootCluster", change(), "rebooting"},
		{"DeleteCluster", change("SkipFinalClusterSnapshot", "true"), "deleting"},
	} {
		if got := elements(must(t, fake, step.operation, step.parameters...).Body, "ClusterStatus"); !slices.Equal(got, []string{step.during}) {
			t.Errorf("%s() has status %q, want %q", step.operation, got, step.during)
		}
		fake.Advance(3)
	}
	expectStatus(t, fake, "analytics", "ClusterNotFound")
}

// TestSetClusterStatusStopsChanges: a test can end every change early.
func TestSetClusterStatusStopsChanges(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	must(t, fake, "ResizeCluster", change("NumberOfNodes", "4")...)
	fake.Advance(time.Minute)
	if err := fake.SetClusterStatus("analytics", "hardware-failure"); err != nil {
		t.Fatal(err)
	}
	expectStatus(t, fake, "analytics", "hardware-failure")
	fake.Advance(time.Hour)
	expectStatus(t, fake, "analytics", "hardware-failure")
	client := clientOf(t, fake)
	resized := succeed[*redshift.DescribeResizeResult](t)(client.DescribeResize(t.Context(), &redshift.DescribeResizeParams{ClusterIdentifier: "analytics"}))
	if resized.Status != models.ResizeStatusFailed || *resized.ElapsedTimeInSeconds != 60 {
		t.Errorf("DescribeResize() = %s after %d s, want FAILED after 60 s", resized.Status, *resized.ElapsedTimeInSeconds)
	}
	if got := describeOne(t, client, "analytics"); got.NumberOfNodes != 2 || got.PendingModifiedValues.NumberOfNodes != nil || got.ResizeInfo != nil {
		t.Errorf("the cluster has %d nodes, pending %+v and %+v, want 2 nodes and nothing pending",
			got.NumberOfNodes, got.PendingModifiedValues, got.ResizeInfo)
	}

	must(t, fake, "CreateCluster", newCluster("new")...)
	if err := fake.SetClusterStatus("new", "available"); err != nil {
		t.Fatal(err)
	}
	must(t, fake, "DeleteCluster", "ClusterIdentifier", "new", "SkipFinalClusterSnapshot", "true")
	if err := fake.SetClusterStatus("new", "available"); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Hour)
	expectStatus(t, fake, "new", "available")
	must(t, fake, "RebootCluster", "ClusterIdentifier", "new")
	if err := fake.RemoveCluster("new"); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Hour)
	expectStatus(t, fake, "new", "ClusterNotFound")
	for _, text := range eventTexts(fake) {
		if strings.Contains(text, "rebooted") || strings.Contains(text, "deleted") {
			t.Errorf("a change that a test stopped has the event %q", text)
		}
	}
}
