package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/examples/internal/exampletest"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func program(ctx context.Context, arguments []string, output *bytes.Buffer) error {
	return run(ctx, arguments, output)
}

func TestDemoPrintsTheExpectedOutput(t *testing.T) {
	t.Parallel()
	exampletest.Demo(t, program)
}

func TestInvalidFlagsReturnErrors(t *testing.T) {
	t.Parallel()
	exampletest.Flags(t, program)
}

func TestDemoDeletesOldSnapshots(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	if err := run(t.Context(), []string{"-delete", "-keep", "3"}, &output); err != nil || !strings.HasSuffix(output.String(), "\nDeleted 6 of 6.\n") {
		t.Errorf("run() = %v, want nil and 6 deleted snapshots; output:\n%s", err, &output)
	}
}

func TestOnlyOldUnprotectedSnapshotsAreDeleted(t *testing.T) {
	t.Parallel()
	good := models.Snapshot{ClusterIdentifier: "sales", SnapshotType: models.SnapshotTypeManual, Status: models.SnapshotStatusAvailable}
	but := func(change func(*models.Snapshot)) models.Snapshot {
		changed := good
		change(&changed)

		return changed
	}
	for name, test := range map[string]struct {
		snapshot models.Snapshot
		want     string // the reason to keep it; empty if it is deleted
	}{
		"old":                {good, ""},
		"of another cluster": {but(func(s *models.Snapshot) { s.ClusterIdentifier = "sales2" }), "of another cluster"},
		"automated":          {but(func(s *models.Snapshot) { s.SnapshotType = models.SnapshotTypeAutomated }), "not a manual snapshot"},
		"creating":           {but(func(s *models.Snapshot) { s.Status = models.SnapshotStatusCreating }), "status creating"},
		"failed":             {but(func(s *models.Snapshot) { s.Status = models.SnapshotStatusFailed }), "status failed"},
		"final":              {but(func(s *models.Snapshot) { s.Status = models.SnapshotStatusFinalSnapshot }), "status final snapshot"},
		"tagged":             {but(func(s *models.Snapshot) { s.Tags = []models.Tag{{Key: "a"}, {Key: "pin", Value: "b"}} }), "tagged pin=b"},
		"other tags":         {but(func(s *models.Snapshot) { s.Tags = []models.Tag{{Key: "Pin"}, {Key: "keep", Value: "pin"}} }), ""},
		"shared": {but(func(s *models.Snapshot) {
			s.AccountsWithRestoreAccess = []models.AccountWithRestoreAccess{{AccountID: "210987654321"}}
		}), "shared with 210987654321"},
		"shared with support": {but(func(s *models.Snapshot) {
			s.AccountsWithRestoreAccess = []models.AccountWithRestoreAccess{{AccountAlias: "amazon-redshift-support"}}
		}), "shared with amazon-redshift-support"},
		"unknown status": {but(func(s *models.Snapshot) { s.Status = "resting" }), "status resting"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// At every position, a snapshot that is kept for another reason does not count as one of the two newest.
			for place := range 3 {
				snapshots := slices.Insert([]models.Snapshot{good, good, good}, place, test.snapshot)
				decisions := rules{cluster: "sales", keep: 2, keepTag: "pin"}.decide(snapshots)
				if test.want == "" {
					if got := removed(decisions); !slices.Equal(got, []int{2, 3}) {
						t.Errorf("at position %d: removes %v, want [2 3]", place, got)
					}

					continue
				}
				if got := removed(decisions); !slices.Equal(got, []int{3}) || decisions[place].why != test.want {
					t.Errorf("at position %d: removes %v with the reason %q, want [3] with %q", place, got, decisions[place].why, test.want)
				}
			}
		})
	}
}

func removed(decisions []decision) []int {
	var places []int
	for i, one := range decisions {
		if one.remove {
			places = append(places, i)
		}
	}

	return places
}

func TestBadFlagsSendNoRequest(t *testing.T) {
	fake, url := exampletest.Endpoint(t)
	for arguments, text := range map[string]string{
		"":                             "-cluster is required",
		"-cluster sales,":              "-cluster is required",
		"-cluster sales -keep 0":       "must be at least 1",
		"-cluster sales -keep -1":      "must be at least 1",
		"-cluster sales -keep-tag=":    "must not be empty",
		"-cluster sales -delete sales": `unexpected argument "sales"`,
	} {
		err := run(t.Context(), append([]string{"-endpoint", url}, strings.Fields(arguments)...), new(bytes.Buffer))
		if err == nil || !strings.Contains(err.Error(), text) || len(fake.Requests()) > 0 {
			t.Errorf("%q: run() = %v after %d requests, want an error with %q and no request", arguments, err, len(fake.Requests()), text)
		}
	}
}

// TestEndpointPrunesOnlyTheGivenClusters runs the program against three clusters and prunes one or two of them.
func TestEndpointPrunesOnlyTheGivenClusters(t *testing.T) {
	for name, test := range map[string]struct {
		arguments []string
		fails     awsquery.ErrorCode
		ends      awsquery.ErrorCode // the error of the program, if it is not fails
		text      string
		left      []string
	}{
		"a dry run": {
			arguments: []string{"-cluster", "sales,web"},
			text:      "Nothing was deleted. Use -delete to delete",
			left:      []string{"sales-1", "sales-2", "sales-3", "web-1", "web-2", "web-3", "test-1", "test-2", "test-3"},
		},
		"two clusters in any letter case": {
			arguments: []string{"-cluster", "sales, WEB,sales", "-delete"},
			text:      "Deleted 4 of 4.",
			left:      []string{"sales-3", "web-3", "test-1", "test-2", "test-3"},
		},
		"a missing cluster": {
			arguments: []string{"-cluster", "sales,missing", "-delete"},
			ends:      models.ErrClusterNotFound, // before anything is deleted
			left:      []string{"sales-1", "sales-2", "sales-3", "web-1", "web-2", "web-3", "test-1", "test-2", "test-3"},
		},
		"a call that fails": {
			arguments: []string{"-cluster", "sales", "-delete"},
			fails:     awsquery.ErrAccessDenied,
			text:      "Deleted 0 of 2.",
			left:      []string{"sales-1", "sales-2", "sales-3", "web-1", "web-2", "web-3", "test-1", "test-2", "test-3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			fake, url := exampletest.Endpoint(t)
			takeThree(t, fake, "sales", "web", "test")
			if test.fails != "" {
				if err := fake.FailNext("BatchDeleteClusterSnapshots", test.fails); err != nil {
					t.Fatal(err)
				}
			}
			var output bytes.Buffer
			err := run(t.Context(), append([]string{"-endpoint", url, "-keep", "1"}, test.arguments...), &output)
			if test.ends == "" {
				test.ends = test.fails
			}
			if test.ends == "" && err != nil || test.ends != "" && !errors.Is(err, test.ends) {
				t.Errorf("run() = %v, want the code %q", err, test.ends)
			}
			if !strings.Contains(output.String(), test.text) {
				t.Errorf("output lacks %q:\n%s", test.text, &output)
			}
			if left := names(fake); !slices.Equal(left, test.left) {
				t.Errorf("snapshots after the run = %v, want %v", left, test.left)
			}
		})
	}
}

// A snapshot that is shared between the decision and the deletion is the only one that Redshift refuses to delete.
func TestSnapshotSharedAfterTheDecisionIsKept(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{})
	client := takeThree(t, fake, "sales")
	snapshots, err := manualSnapshots(t.Context(), client, "sales")
	if err != nil {
		t.Fatal(err)
	}
	decisions := rules{cluster: "sales", keep: 1, keepTag: "keep"}.decide(snapshots)
	if _, err := client.AuthorizeSnapshotAccess(t.Context(), &redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier: "sales-2", AccountWithRestoreAccess: "210987654321",
	}); err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	err = remove(t.Context(), client, &output, decisions)
	if err == nil || err.Error() != "1 of 2 snapshots could not be deleted" {
		t.Errorf("remove() = %v, want 1 failed snapshot of 2", err)
	}
	if text := output.String(); !strings.Contains(text, "Deleted 1 of 2.\nsales-2 was not deleted: ") || !strings.Contains(text, string(models.ErrInvalidClusterSnapshotState)) {
		t.Errorf("output:\n%s\nwant one deleted snapshot and the reason for the other", text)
	}
	if left := names(fake); !slices.Equal(left, []string{"sales-2", "sales-3"}) {
		t.Errorf("snapshots after the run = %v, want sales-2 and sales-3", left)
	}
}

// If the program cannot print its decisions, it deletes nothing.
func TestNothingIsDeletedIfTheOutputFails(t *testing.T) {
	fake, url := exampletest.Endpoint(t)
	takeThree(t, fake, "sales")
	err := run(t.Context(), []string{"-endpoint", url, "-cluster", "sales", "-keep", "1", "-delete"}, brokenWriter{})
	if !errors.Is(err, errBroken) || len(names(fake)) != 3 {
		t.Errorf("run() = %v, want errBroken; snapshots after the run = %v, want 3", err, names(fake))
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken output")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

// takeThree takes three snapshots of each cluster, ten minutes apart.
func takeThree(t *testing.T, fake *redshifttest.Fake, clusters ...string) *redshift.Client {
	t.Helper()
	client, err := redshift.New(fake.Config())
	if err != nil {
		t.Fatal(err)
	}
	for _, cluster := range clusters {
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: cluster}); err != nil {
			t.Fatal(err)
		}
		for _, number := range []string{"-1", "-2", "-3"} {
			if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
				ClusterIdentifier: cluster, SnapshotIdentifier: cluster + number,
			}); err != nil {
				t.Fatal(err)
			}
			fake.Advance(10 * time.Minute)
		}
	}

	return client
}

func names(fake *redshifttest.Fake) []string {
	var identifiers []string
	for _, snapshot := range fake.Snapshots() {
		identifiers = append(identifiers, snapshot.SnapshotIdentifier)
	}

	return identifiers
}
