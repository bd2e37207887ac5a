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

// TestStories has each of Amazon's clients tell a whole backup story to cmd/redshift-fake, and looks at what it leaves behind.
func TestStories(t *testing.T) {
	t.Parallel()
	fake := programs.Build(t, filepath.Join("..", ".."), "./cmd/redshift-fake")
	t.Run("AWS CLI", func(t *testing.T) {
		t.Parallel()
		programs.Installed(t, "aws")
		told(t, fake, programs.Installed(t, "sh"), "story.sh")
	})
	t.Run("AWS SDK for Go v2", func(t *testing.T) {
		t.Parallel()
		told(t, fake, programs.Build(t, "..", "./story"))
	})
	t.Run("boto3", func(t *testing.T) {
		t.Parallel()
		python := programs.Installed(t, "python3")
		if output, err := exec.CommandContext(t.Context(), python, "-c", "import boto3").CombinedOutput(); err != nil {
			t.Skipf("python3 has no boto3: %s", output)
		}
		told(t, fake, python, "story.py")
	})
}

// told runs one story, on a fake that runs six hundred times as fast as life: a snapshot is creating for eight seconds, so that
// a client that waits has to ask more than once.
func told(t *testing.T, fake string, story ...string) {
	t.Helper()
	running := programs.StartFake(t, fake, "-demo", "-region", "us-east-1,eu-west-1", "-speed", "600", "-snapshot-duration", "80m", "-restore-duration", "0")
	command := running.Command(t, story...)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s\nthe fake said\n%s", strings.Join(story, " "), err, output, running.Stop(t))
	}
	answered, refused := map[string]int{}, map[string]int{}
	config := running.Config(t)
	config.HTTPClient = &http.Client{Transport: counting{func(operation string) { answered[operation]-- }}} // not the story's
	client, err := redshift.New(config)
	if err != nil {
		t.Fatal(err)
	}
	checkWhatIsLeft(t, client)
	client.CloseIdleConnections()
	for _, call := range loggedCall.FindAllStringSubmatch(running.Stop(t), -1) {
		if call[2] == "200" {
			answered[call[1]]++
		} else {
			refused[call[1]+" "+call[3]]++
		}
	}
	for operation := range recorded(t) {
		if answered[operation] <= 0 {
			t.Errorf("%s was not called, or never answered", operation)
		}
	}
	wanted := map[string]int{
		"CreateClusterSnapshot ClusterSnapshotAlreadyExists": 1, "DescribeClusterSnapshots ClusterSnapshotNotFound": 1,
		"DeleteClusterSnapshot InvalidClusterSnapshotState": 1, "DeleteSnapshotSchedule InvalidClusterSnapshotScheduleState": 1,
	}
	if !maps.Equal(refused, wanted) {
		t.Errorf("refused were %v, want %v", refused, wanted)
	}
}

// recorded returns the operations that each story calls: those with recordings in redshifttest, which are the operations with a handler of
// their own in the fake. The fake plays the others by their declarations, and tests of the root and of redshifttest call them.
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

// counting tells of each call, and makes it.
type counting struct{ call func(operation string) }

func (c counting) RoundTrip(request *http.Request) (*http.Response, error) {
	c.call(request.URL.Query().Get("Action"))

	return http.DefaultTransport.RoundTrip(request)
}

var loggedCall = regexp.MustCompile(`operation=(\w+) account=\d+ status=(\d+)(?: code=(\w+))?`)

// checkWhatIsLeft looks with the library's own client at what the story did.
func checkWhatIsLeft(t *testing.T, client *redshift.Client) {
	t.Helper()
	manual := map[string]models.Snapshot{}
	for snapshot, err := range client.DescribeClusterSnapshotsAll(t.Context(), &redshift.DescribeClusterSnapshotsParams{SnapshotType: "manual"}) {
		if err != nil {
			t.Fatal(err)
		}
		manual[snapshot.SnapshotIdentifier] = snapshot
	}
	if len(manual) != 12 { // the demo's, with two taken and two deleted
		t.Errorf("left are the manual snapshots %q", slices.Sorted(maps.Keys(manual)))
	}
	for _, deleted := range []string{"sales-nightly-1", "sales-nightly-3"} {
		if _, found := manual[deleted]; found {
			t.Errorf("%s was not deleted", deleted)
		}
	}
	nightly, kept := manual["story-nightly"], manual["story-kept"]
	if tags := fmt.Sprintf("%+v", nightly.Tags); nightly.Status != models.SnapshotStatusAvailable || tags != "[{Key:env Value:prod + é} {Key:owner Value:}]" {
		t.Errorf("story-nightly is %s, with the tags %s", nightly.Status, tags)
	}
	if len(kept.AccountsWithRestoreAccess) != 0 || !slices.Contains(kept.Tags, models.Tag{Key: "keep", Value: "audit"}) ||
		slices.ContainsFunc(kept.Tags, func(tag models.Tag) bool { return tag.Key == "a b" }) {
		t.Errorf("story-kept is %+v", kept)
	}
	for name, want := range map[string]int{"story-nightly": 7, "story-kept": 365, "sales-before-resize": 60} {
		if days := manual[name].ManualSnapshotRetentionPeriod; days == nil || *days != want {
			t.Errorf("%s is not kept for %d days: %+v", name, want, manual[name])
		}
	}

	clusters := map[string]models.Cluster{}
	for cluster, err := range client.DescribeClustersAll(t.Context(), &redshift.DescribeClustersParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		clusters[cluster.ClusterIdentifier] = cluster
	}
	if drill := clusters["story-drill"]; drill.RestoreStatus == nil || drill.RestoreStatus.Status != models.RestoreStatusTypeCompleted {
		t.Errorf("the restored cluster is %+v", drill)
	}
	if sales := clusters["sales"]; sales.ClusterSnapshotCopyStatus != nil {
		t.Errorf("sales is still copied: %+v", sales.ClusterSnapshotCopyStatus)
	}
	if staging := clusters["staging"]; staging.SnapshotScheduleIdentifier != "story-schedule" {
		t.Errorf("staging has the schedule %q", staging.SnapshotScheduleIdentifier)
	}
	schedules, err := client.DescribeSnapshotSchedules(t.Context(), &redshift.DescribeSnapshotSchedulesParams{})
	if err != nil {
		t.Fatal(err)
	}
	if found := schedules.SnapshotSchedules; len(found) != 1 || !slices.Equal(found[0].ScheduleDefinitions, []string{"cron(30 12 *)"}) {
		t.Errorf("the schedules are %+v", found)
	}
	grants, err := client.DescribeSnapshotCopyGrants(t.Context(), &redshift.DescribeSnapshotCopyGrantsParams{})
	if err != nil || len(grants.SnapshotCopyGrants) != 0 {
		t.Errorf("the grants are %+v, %v", grants, err)
	}
}
