package main

import (
	"fmt"
	"maps"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/interop/programs"
	"github.com/redshift-go/redshift/models"
)

// Each of Amazon's clients runs a backup scenario with cmd/redshift-fake. The test then checks the state of the fake.
func TestScenarioWithEachOfAmazonsClients(t *testing.T) {
	t.Parallel()
	fake := programs.Build(t, filepath.Join("..", ".."), "./cmd/redshift-fake")
	t.Run("AWS CLI", func(t *testing.T) {
		t.Parallel()
		programs.Installed(t, "aws")
		runScenario(t, fake, programs.Installed(t, "sh"), "scenario.sh")
	})
	t.Run("AWS SDK for Go v2", func(t *testing.T) {
		t.Parallel()
		runScenario(t, fake, programs.Build(t, "..", "./scenario"))
	})
	t.Run("boto3", func(t *testing.T) {
		t.Parallel()
		python := programs.Installed(t, "python3")
		if output, err := exec.CommandContext(t.Context(), python, "-c", "import boto3").CombinedOutput(); err != nil {
			t.Skipf("python3 lacks boto3: %s", output)
		}
		runScenario(t, fake, python, "scenario.py")
	})
}

// runScenario runs one program with a fake whose clock is 600 times as fast. A snapshot takes 8 seconds to create, so a waiting
// client polls more than once.
func runScenario(t *testing.T, fake string, program ...string) {
	t.Helper()
	running := programs.StartFake(t, fake, "-demo", "-region", "us-east-1,eu-west-1", "-speed", "600", "-snapshot-duration", "80m", "-restore-duration", "0")
	command := running.Command(t, program...)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s\nlog of the fake:\n%s", strings.Join(program, " "), err, output, running.Stop(t))
	}
	succeeded, refused := map[string]int{}, map[string]int{}
	config := running.Config(t)
	config.HTTPClient = &http.Client{Transport: counting{func(operation string) { succeeded[operation]-- }}} // do not count these calls
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	checkWhatIsLeft(t, client)
	client.CloseIdleConnections()
	for _, call := range loggedCall.FindAllStringSubmatch(running.Stop(t), -1) {
		if call[2] == "200" {
			succeeded[call[1]]++
		} else {
			refused[call[1]+" "+call[3]]++
		}
	}
	for operation := range recorded(t) {
		if succeeded[operation] <= 0 {
			t.Errorf("%s was not called, or always failed", operation)
		}
	}
	wanted := map[string]int{
		"CreateClusterSnapshot ClusterSnapshotAlreadyExists": 1, "DescribeClusterSnapshots ClusterSnapshotNotFound": 1,
		"DeleteClusterSnapshot InvalidClusterSnapshotState": 1, "DeleteSnapshotSchedule InvalidClusterSnapshotScheduleState": 1,
	}
	if !maps.Equal(refused, wanted) {
		t.Errorf("refused calls = %v, want %v", refused, wanted)
	}
}

// recorded returns the operations that each scenario must call: those with recordings in redshifttest. They are the operations
// with their own handler in the fake. The fake implements the others by their declarations, and tests of the root package and of
// redshifttest call them.
func recorded(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "redshifttest", "testdata", "clients", "*-aws-*.http"))
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]bool{}
	for _, file := range files {
		_, name, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".http"), "-aws-")
		operations[name] = true
	}
	if len(operations) == 0 {
		t.Fatal("redshifttest has no recordings")
	}

	return operations
}

// counting reports each call and then makes it.
type counting struct{ call func(operation string) }

func (c counting) RoundTrip(request *http.Request) (*http.Response, error) {
	c.call(request.URL.Query().Get("Action"))

	return http.DefaultTransport.RoundTrip(request)
}

var loggedCall = regexp.MustCompile(`operation=(\w+) account=\d+ status=(\d+)(?: code=(\w+))?`)

// checkWhatIsLeft checks the state of the fake with this library's client.
func checkWhatIsLeft(t *testing.T, client *redshift.Client) {
	t.Helper()
	manual := map[string]models.Snapshot{}
	for snapshot, err := range client.DescribeClusterSnapshotsAll(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotType: "manual"}) {
		if err != nil {
			t.Fatal(err)
		}
		manual[snapshot.SnapshotIdentifier] = snapshot
	}
	if len(manual) != 12 { // the demo has 12; two were created and two deleted
		t.Errorf("manual snapshots = %q, want 12", slices.Sorted(maps.Keys(manual)))
	}
	for _, deleted := range []string{"sales-nightly-1", "sales-nightly-3"} {
		if _, found := manual[deleted]; found {
			t.Errorf("the snapshot %s still exists", deleted)
		}
	}
	nightly, kept := manual["scenario-nightly"], manual["scenario-kept"]
	if tags := fmt.Sprintf("%+v", nightly.Tags); nightly.Status != models.SnapshotStatusAvailable || tags != "[{Key:env Value:prod + é} {Key:owner Value:}]" {
		t.Errorf("scenario-nightly: status = %s, tags = %s", nightly.Status, tags)
	}
	if len(kept.AccountsWithRestoreAccess) != 0 || !slices.Contains(kept.Tags, models.Tag{Key: "keep", Value: "audit"}) ||
		slices.ContainsFunc(kept.Tags, func(tag models.Tag) bool { return tag.Key == "a b" }) {
		t.Errorf("scenario-kept = %+v", kept)
	}
	for name, want := range map[string]int{"scenario-nightly": 7, "scenario-kept": 365, "sales-before-resize": 60} {
		if days := manual[name].ManualSnapshotRetentionPeriod; days == nil || *days != want {
			t.Errorf("%s: want a retention of %d days: %+v", name, want, manual[name])
		}
	}

	clusters := map[string]models.Cluster{}
	for cluster, err := range client.DescribeClustersAll(t.Context(), &redshift.DescribeClustersParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		clusters[cluster.ClusterIdentifier] = cluster
	}
	if drill := clusters["scenario-drill"]; drill.RestoreStatus == nil || drill.RestoreStatus.Status != models.RestoreStatusTypeCompleted {
		t.Errorf("restored cluster = %+v", drill)
	}
	if sales := clusters["sales"]; sales.ClusterSnapshotCopyStatus != nil {
		t.Errorf("ClusterSnapshotCopyStatus of sales = %+v, want nil", sales.ClusterSnapshotCopyStatus)
	}
	if staging := clusters["staging"]; staging.SnapshotScheduleIdentifier != "scenario-schedule" {
		t.Errorf("schedule of staging = %q", staging.SnapshotScheduleIdentifier)
	}
	schedules, err := client.DescribeSnapshotSchedules(t.Context(), &redshift.DescribeSnapshotSchedulesParams{})
	if err != nil {
		t.Fatal(err)
	}
	if found := schedules.SnapshotSchedules; len(found) != 1 || !slices.Equal(found[0].ScheduleDefinitions, []string{"cron(30 12 *)"}) {
		t.Errorf("schedules = %+v", found)
	}
	grants, err := client.DescribeSnapshotCopyGrants(t.Context(), &redshift.DescribeSnapshotCopyGrantsParams{})
	if err != nil || len(grants.SnapshotCopyGrants) != 0 {
		t.Errorf("grants = %+v, %v", grants, err)
	}
}
