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

func TestDemo(t *testing.T) {
	t.Parallel()
	exampletest.Demo(t, program)
}

func TestFlags(t *testing.T) {
	t.Parallel()
	exampletest.Flags(t, program)
}

func TestDemoDeletes(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	if err := run(t.Context(), []string{"-delete", "-keep", "3"}, &output); err != nil || !strings.HasSuffix(output.String(), "\nDeleted 6 of 6.\n") {
		t.Errorf("%v, after printing\n%s", err, &output)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	good := models.Snapshot{ClusterIdentifier: "sales", SnapshotType: models.SnapshotTypeManual, Status: models.SnapshotStatusAvailable}
	but := func(change func(*models.Snapshot)) models.Snapshot {
		changed := good
		change(&changed)

		return changed
	}
	for name, test := range map[string]struct {
		snapshot models.Snapshot
		want     string // why it stays; empty if it goes
	}{
		"old":                {good, ""},
		"of another cluster": {but(func(s *models.Snapshot) { s.ClusterIdentifier = "sales2" }), "of another cluster"},
		"automated":          {but(func(s *models.Snapshot) { s.SnapshotType = models.SnapshotTypeAutomated }), "not a manual one"},
		"creating":           {but(func(s *models.Snapshot) { s.Status = models.SnapshotStatusCreating }), "is creating"},
		"failed":             {but(func(s *models.Snapshot) { s.Status = models.SnapshotStatusFailed }), "is failed"},
		"final":              {but(func(s *models.Snapshot) { s.Status = models.SnapshotStatusFinalSnapshot }), "is final snapshot"},
		"tagged":             {but(func(s *models.Snapshot) { s.Tags = []models.Tag{{Key: "a"}, {Key: "pin", Value: "b"}} }), "tagged pin=b"},
		"tagged otherwise":   {but(func(s *models.Snapshot) { s.Tags = []models.Tag{{Key: "Pin"}, {Key: "keep", Value: "pin"}} }), ""},
		"shared": {but(func(s *models.Snapshot) {
			s.AccountsWithRestoreAccess = []models.AccountWithRestoreAccess{{AccountID: "210987654321"}}
		}), "shared with 210987654321"},
		"shared with support": {but(func(s *models.Snapshot) {
			s.AccountsWithRestoreAccess = []models.AccountWithRestoreAccess{{AccountAlias: "amazon-redshift-support"}}
		}), "shared with amazon-redshift-support"},
		"of a status not seen": {but(func(s *models.Snapshot) { s.Status = "resting" }), "is resting"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Wherever it stands, it does not take the place of one of the two newest.
			for place := range 3 {
				snapshots := slices.Insert([]models.Snapshot{good, good, good}, place, test.snapshot)
				verdicts := rules{cluster: "sales", keep: 2, keepTag: "pin"}.judge(snapshots)
				if test.want == "" {
					if got := removed(verdicts); !slices.Equal(got, []int{2, 3}) {
						t.Errorf("at %d: it removes %v", place, got)
					}

					continue
				}
				if got := removed(verdicts); !slices.Equal(got, []int{3}) || verdicts[place].why != test.want {
					t.Errorf("at %d: it removes %v and says %q", place, got, verdicts[place].why)
				}
			}
		})
	}
}

func removed(verdicts []verdict) []int {
	var places []int
	for i, one := range verdicts {
		if one.remove {
			places = append(places, i)
		}
	}

	return places
}

func TestRefuses(t *testing.T) {
	fake, url := exampletest.Endpoint(t)
	for arguments, says := range map[string]string{
		"":                             "say with -cluster",
		"-cluster sales,":              "say with -cluster",
		"-cluster sales -keep 0":       "keep 1 snapshot at least",
		"-cluster sales -keep -1":      "keep 1 snapshot at least",
		"-cluster sales -keep-tag=":    "a tag has a key",
		"-cluster sales -delete sales": `"sales" is no flag`,
	} {
		err := run(t.Context(), append([]string{"-endpoint", url}, strings.Fields(arguments)...), new(bytes.Buffer))
		if err == nil || !strings.Contains(err.Error(), says) || len(fake.Requests()) > 0 {
			t.Errorf("%q: the error is %v after %d requests", arguments, err, len(fake.Requests()))
		}
	}
}

// TestEndpoint prunes two clusters of three.
func TestEndpoint(t *testing.T) {
	for name, test := range map[string]struct {
		arguments []string
		fails     awsquery.ErrorCode
		ends      awsquery.ErrorCode // the error of the program, if it is not fails
		says      string
		left      []string
	}{
		"a dry run": {
			arguments: []string{"-cluster", "sales,web"},
			says:      "Nothing is deleted without -delete.",
			left:      []string{"sales-1", "sales-2", "sales-3", "web-1", "web-2", "web-3", "test-1", "test-2", "test-3"},
		},
		"two clusters, in any spelling": {
			arguments: []string{"-cluster", "sales, WEB,sales", "-delete"},
			says:      "Deleted 4 of 4.",
			left:      []string{"sales-3", "web-3", "test-1", "test-2", "test-3"},
		},
		"a cluster that is not there": {
			arguments: []string{"-cluster", "sales,missing", "-delete"},
			ends:      models.ErrClusterNotFound, // before anything is deleted
			left:      []string{"sales-1", "sales-2", "sales-3", "web-1", "web-2", "web-3", "test-1", "test-2", "test-3"},
		},
		"a call that fails": {
			arguments: []string{"-cluster", "sales", "-delete"},
			fails:     awsquery.ErrAccessDenied,
			says:      "Deleted 0 of 2.",
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
				t.Errorf("the error is %v", err)
			}
			if !strings.Contains(output.String(), test.says) {
				t.Errorf("it printed\n%s", &output)
			}
			if left := names(fake); !slices.Equal(left, test.left) {
				t.Errorf("left are %v, want %v", left, test.left)
			}
		})
	}
}

// TestSharedMeanwhile shares a snapshot between the plan and the deletion, which Redshift then refuses for it alone.
func TestSharedMeanwhile(t *testing.T) {
	t.Parallel()
	fake := redshifttest.New(redshifttest.Options{})
	client := takeThree(t, fake, "sales")
	snapshots, err := manualSnapshots(t.Context(), client, "sales")
	if err != nil {
		t.Fatal(err)
	}
	verdicts := rules{cluster: "sales", keep: 1, keepTag: "keep"}.judge(snapshots)
	if _, err := client.AuthorizeSnapshotAccess(t.Context(), &redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier: "sales-2", AccountWithRestoreAccess: "210987654321",
	}); err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	err = remove(t.Context(), client, &output, verdicts)
	if err == nil || err.Error() != "1 of 2 snapshots could not be deleted" {
		t.Errorf("the error is %v", err)
	}
	if text := output.String(); !strings.Contains(text, "Deleted 1 of 2.\nsales-2 stays: ") || !strings.Contains(text, string(models.ErrInvalidClusterSnapshotState)) {
		t.Errorf("it printed\n%s", text)
	}
	if left := names(fake); !slices.Equal(left, []string{"sales-2", "sales-3"}) {
		t.Errorf("left are %v", left)
	}
}

// What cannot be printed is not deleted.
func TestNobodyReads(t *testing.T) {
	fake, url := exampletest.Endpoint(t)
	takeThree(t, fake, "sales")
	err := run(t.Context(), []string{"-endpoint", url, "-cluster", "sales", "-keep", "1", "-delete"}, brokenWriter{})
	if !errors.Is(err, errBroken) || len(names(fake)) != 3 {
		t.Errorf("the error is %v, left are %v", err, names(fake))
	}
}

type brokenWriter struct{}

var errBroken = errors.New("nobody reads this")

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
	var names []string
	for _, snapshot := range fake.Snapshots() {
		names = append(names, snapshot.SnapshotIdentifier)
	}

	return names
}
