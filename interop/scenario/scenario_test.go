package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
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

var update = flag.Bool("update", false, "write the outcomes of the AWS SDK for Go v2 to scenario.golden")

// Each of Amazon's clients runs the same scenario with cmd/redshift-fake. The test compares the outcomes of the steps with
// scenario.golden, and then checks the state of the fake.
func TestScenarioWithEachOfAmazonsClients(t *testing.T) {
	t.Parallel()
	fake := programs.Build(t, filepath.Join("..", ".."), "./cmd/redshift-fake")
	t.Run("AWS SDK for Go v2", func(t *testing.T) {
		t.Parallel()
		outcomes := runScenario(t, fake, programs.Build(t, "..", "./scenario"))
		if *update {
			if err := os.WriteFile("scenario.golden", outcomes, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		compareOutcomes(t, outcomes)
	})
	t.Run("AWS CLI", func(t *testing.T) {
		t.Parallel()
		programs.Installed(t, "aws")
		compareOutcomes(t, runScenario(t, fake, programs.Installed(t, "sh"), "scenario.sh"))
	})
	t.Run("boto3", func(t *testing.T) {
		t.Parallel()
		python := programs.Installed(t, "python3")
		if output, err := exec.CommandContext(t.Context(), python, "-c", "import boto3").CombinedOutput(); err != nil {
			t.Skipf("python3 lacks boto3: %s", output)
		}
		compareOutcomes(t, runScenario(t, fake, python, "scenario.py"))
	})
	t.Run("AWS SDK for JavaScript v3", func(t *testing.T) {
		t.Parallel()
		node, npm := programs.Installed(t, "node"), programs.Installed(t, "npm")
		compareOutcomes(t, runScenario(t, fake, node, installScenario(t, npm)))
	})
}

// installScenario installs the SDK for JavaScript next to a copy of scenario.mjs, outside the repository. It returns the path of the
// copy.
func installScenario(t *testing.T, npm string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"scenario.mjs", "package.json", "package-lock.json", ".npmrc"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	install := exec.CommandContext(t.Context(), npm, "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund")
	install.Dir = folder
	if output, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm cannot install the AWS SDK for JavaScript from its cache or registry: %v\n%s", err, output)
	}

	return filepath.Join(folder, "scenario.mjs")
}

// compareOutcomes compares the output of a client with scenario.golden.
func compareOutcomes(t *testing.T, outcomes []byte) {
	t.Helper()
	golden, err := os.ReadFile("scenario.golden")
	if err != nil {
		t.Fatal(err)
	}
	got, want := strings.Split(string(outcomes), "\n"), strings.Split(string(golden), "\n")
	for i := range max(len(got), len(want)) {
		line, wanted := "", ""
		if i < len(got) {
			line = got[i]
		}
		if i < len(want) {
			wanted = want[i]
		}
		if line != wanted {
			t.Errorf("outcome %d = %q, want %q", i+1, line, wanted)
		}
	}
}

// runScenario runs one program with a fake whose clock is 600 times as fast, and returns its output. A snapshot takes 8 seconds and a
// resize 18 seconds, so a waiting client polls more than once. The first 12 seconds of a classic resize suffice for a slow client to cancel
// it. The AWS CLI polls clusters only once a minute, so their other changes take half a second.
func runScenario(t *testing.T, fake string, program ...string) []byte {
	t.Helper()
	running := programs.StartFake(t, fake, "-demo", "-region", "us-east-1,eu-west-1", "-speed", "600",
		"-snapshot-duration", "80m", "-restore-duration", "5m", "-cluster-duration", "5m", "-resize-duration", "180m")
	command := running.Command(t, program...)
	var outcomes, failures bytes.Buffer
	command.Stdout, command.Stderr = &outcomes, &failures
	if err := command.Run(); err != nil {
		t.Fatalf("%s: %v\n%s\noutcomes:\n%s\nlog of the fake:\n%s", strings.Join(program, " "), err, &failures, &outcomes, running.Stop(t))
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
	// A wait for a renamed or deleted cluster adds calls that find no cluster. Their number depends on the client.
	const missing, missingCalls = "DescribeClusters ClusterNotFound", 4
	if refused[missing] < missingCalls {
		t.Errorf("%d calls of %s, want at least %d", refused[missing], missing, missingCalls)
	}
	delete(refused, missing)
	wanted := map[string]int{
		"CreateCluster ClusterAlreadyExists":                            1,
		"CreateClusterSnapshot ClusterSnapshotAlreadyExists":            1,
		"DeleteClusterParameterGroup InvalidClusterParameterGroupState": 1,
		"DeleteClusterSnapshot InvalidClusterSnapshotState":             1,
		"DeleteClusterSubnetGroup InvalidClusterSubnetGroupStateFault":  1,
		"DeleteSnapshotSchedule InvalidClusterSnapshotScheduleState":    1,
		"DescribeClusterParameterGroups ClusterParameterGroupNotFound":  1,
		"DescribeClusterSnapshots ClusterSnapshotNotFound":              1,
		"DescribeClusterSubnetGroups ClusterSubnetGroupNotFoundFault":   1,
		"DescribeEventSubscriptions SubscriptionNotFound":               1,
		"DescribeScheduledActions ScheduledActionNotFound":              1,
		"ModifyClusterParameterGroup InvalidClusterParameterGroupState": 1,
	}
	if !maps.Equal(refused, wanted) {
		t.Errorf("refused calls = %v, want %v", refused, wanted)
	}

	return outcomes.Bytes()
}

// recorded returns the operations that each scenario must call: those with recordings in redshifttest. They are the operations
// with their own handler in the fake. The fake implements the others by their declarations, and tests of the root package and of
// redshifttest call them.
func recorded(t *testing.T) map[string]bool {
	t.Helper()
	operations := map[string]bool{}
	folder := filepath.Join("..", "..", "redshifttest", "testdata", "clients")
	err := filepath.WalkDir(folder, func(_ string, file fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, isRecording := strings.CutSuffix(file.Name(), ".http")
		if _, operation, found := strings.Cut(name, "-aws-"); isRecording && found {
			operations[operation] = true
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
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
	onlyManual := &redshift.DescribeClusterSnapshotsParams{SnapshotType: "manual"}
	for snapshot, err := range client.DescribeClusterSnapshotsAll(t.Context(), onlyManual) {
		if err != nil {
			t.Fatal(err)
		}
		manual[snapshot.SnapshotIdentifier] = snapshot
	}
	for _, deleted := range []string{"sales-nightly-1", "sales-nightly-3", "scenario-etl-1"} {
		if _, found := manual[deleted]; found {
			t.Errorf("the snapshot %s still exists", deleted)
		}
	}
	nightly, kept := manual["scenario-nightly"], manual["scenario-kept"]
	tags := fmt.Sprintf("%+v", nightly.Tags)
	if nightly.Status != models.SnapshotStatusAvailable || tags != "[{Key:env Value:prod + é} {Key:owner Value:}]" {
		t.Errorf("scenario-nightly: status = %s, tags = %s", nightly.Status, tags)
	}
	if len(kept.AccountsWithRestoreAccess) != 0 || !slices.Contains(kept.Tags, models.Tag{Key: "keep", Value: "audit"}) ||
		slices.ContainsFunc(kept.Tags, func(tag models.Tag) bool { return tag.Key == "a b" }) {
		t.Errorf("scenario-kept = %+v", kept)
	}
	for name, want := range map[string]int{
		"scenario-nightly": 7, "scenario-kept": 365, "scenario-etl-final": 7, "sales-before-resize": 60,
	} {
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
	for _, deleted := range []string{"scenario-etl", "scenario-etl-new", "scenario-etl-old"} {
		if _, found := clusters[deleted]; found {
			t.Errorf("the cluster %s still exists", deleted)
		}
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
