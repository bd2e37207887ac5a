package redshifttest_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func TestClusterVersions(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	for name, test := range map[string]struct {
		params redshift.DescribeClusterVersionsParams
		want   string
	}{
		"all":           {redshift.DescribeClusterVersionsParams{}, "[1.0 redshift-1.0 Initial release][1.0 redshift-2.0 Initial release]"},
		"version":       {redshift.DescribeClusterVersionsParams{ClusterVersion: "1.0"}, "[1.0 redshift-1.0 Initial release][1.0 redshift-2.0 Initial release]"},
		"family":        {redshift.DescribeClusterVersionsParams{ClusterParameterGroupFamily: "Redshift-2.0"}, "[1.0 redshift-2.0 Initial release]"},
		"other version": {redshift.DescribeClusterVersionsParams{ClusterVersion: "2.0"}, ""},
		"other family":  {redshift.DescribeClusterVersionsParams{ClusterParameterGroupFamily: "redshift-3.0"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			for version, err := range client.DescribeClusterVersionsAll(t.Context(), &test.params) {
				if err != nil {
					t.Fatal(err)
				}
				got += fmt.Sprintf("[%s %s %s]", version.ClusterVersion, version.ClusterParameterGroupFamily, version.Description)
			}
			if got != test.want {
				t.Errorf("the versions are %s, want %s", got, test.want)
			}
		})
	}
	for _, family := range []string{"", strings.Repeat("f", 256)} {
		got := do(t, fake, "DescribeClusterVersions", "ClusterParameterGroupFamily", family)
		if got.Code != "InvalidParameterValue" || got.Message != "The parameter ClusterParameterGroupFamily must have 1 to 255 characters." {
			t.Errorf("a family of %d characters: %s", len(family), got.Body)
		}
	}
}

func TestClusterTracks(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	client := clientOf(t, fake)
	operations := []models.SupportedOperation{{OperationName: "restore-from-cluster-snapshot"}, {OperationName: "modify-cluster"}}
	current := models.MaintenanceTrack{
		MaintenanceTrackName: "current",
		DatabaseVersion:      "1.0.78125",
		UpdateTargets: []models.UpdateTarget{
			{MaintenanceTrackName: "trailing", DatabaseVersion: "1.0.77467", SupportedOperations: operations},
		},
	}
	trailing := models.MaintenanceTrack{
		MaintenanceTrackName: "trailing",
		DatabaseVersion:      "1.0.77467",
		UpdateTargets: []models.UpdateTarget{
			{MaintenanceTrackName: "current", DatabaseVersion: "1.0.78125", SupportedOperations: operations},
		},
	}
	for name, want := range map[string][]models.MaintenanceTrack{"": {current, trailing}, "trailing": {trailing}} {
		var got []models.MaintenanceTrack
		params := redshift.DescribeClusterTracksParams{MaintenanceTrackName: name, MaxRecords: new(1)}
		for track, err := range client.DescribeClusterTracksAll(t.Context(), &params) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, track)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the tracks named %q are %+v, want %+v", name, got, want)
		}
	}
	got := do(t, fake, "DescribeClusterTracks", "MaintenanceTrackName", "preview")
	if got.Code != "InvalidClusterTrack" || got.Status != 400 ||
		got.Message != "The maintenance track must be current or trailing, not 'preview'." {
		t.Errorf("an unknown track: %d %s", got.Status, got.Body)
	}
	// A new cluster has the version of its track.
	if cluster := describeOne(t, client, "analytics"); cluster.ClusterVersion+"."+cluster.ClusterRevisionNumber != current.DatabaseVersion {
		t.Errorf("the cluster has version %s.%s, want %s", cluster.ClusterVersion, cluster.ClusterRevisionNumber, current.DatabaseVersion)
	}
}
