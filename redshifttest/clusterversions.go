package redshifttest

import (
	"strings"
	"unicode/utf8"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/clusters"
	"github.com/redshift-go/redshift/models"
)

// maxFamily is the largest length of the name of a parameter group family.
const maxFamily = 255

// families are the parameter group families. All of them belong to the same version of the engine.
var families = []string{"redshift-1.0", "redshift-2.0"}

func describeClusterVersions(c *call) (any, *failure) {
	version, family := c.params.text("ClusterVersion"), c.params.text("ClusterParameterGroupFamily")
	if c.params["ClusterParameterGroupFamily"] != nil && (family == "" || utf8.RuneCountInString(family) > maxFamily) {
		return nil, fail(awsquery.ErrInvalidParameterValue,
			"The parameter ClusterParameterGroupFamily must have 1 to %d characters.", maxFamily)
	}
	var list []listItem[models.ClusterVersion]
	for _, one := range families {
		if (version == "" || version == engineVersion) && (family == "" || strings.EqualFold(family, one)) {
			list = append(list, listItem[models.ClusterVersion]{
				sortKey: []string{one},
				value: models.ClusterVersion{
					ClusterVersion:              engineVersion,
					ClusterParameterGroupFamily: one,
					Description:                 "Initial release",
				},
			})
		}
	}
	found, next, failed := page(c, versionPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &clusters.DescribeClusterVersionsResult{ClusterVersions: found, Marker: next}, nil
}

const (
	currentTrack    = "current"
	trailingTrack   = "trailing"
	currentVersion  = "1.0.78125"
	trailingVersion = "1.0.77467"
)

// tracks are the maintenance tracks and their versions, sorted by name. Previews are no tracks of the fake.
var tracks = []models.MaintenanceTrack{
	{
		MaintenanceTrackName: currentTrack,
		DatabaseVersion:      currentVersion,
		UpdateTargets:        []models.UpdateTarget{updateTarget(trailingTrack, trailingVersion)},
	},
	{
		MaintenanceTrackName: trailingTrack,
		DatabaseVersion:      trailingVersion,
		UpdateTargets:        []models.UpdateTarget{updateTarget(currentTrack, currentVersion)},
	},
}

// updateTarget returns a track that a cluster can switch to, with the operations that switch it.
func updateTarget(track, version string) models.UpdateTarget {
	return models.UpdateTarget{
		MaintenanceTrackName: track,
		DatabaseVersion:      version,
		SupportedOperations:  []models.SupportedOperation{{OperationName: "restore-from-cluster-snapshot"}, {OperationName: "modify-cluster"}},
	}
}

func describeClusterTracks(c *call) (any, *failure) {
	name := c.params.text("MaintenanceTrackName")
	var list []listItem[models.MaintenanceTrack]
	for _, track := range tracks {
		if name == "" || name == track.MaintenanceTrackName {
			list = append(list, listItem[models.MaintenanceTrack]{sortKey: []string{track.MaintenanceTrackName}, value: track})
		}
	}
	if len(list) == 0 {
		return nil, fail(models.ErrInvalidClusterTrack, "The maintenance track must be current or trailing, not '%s'.", name)
	}
	found, next, failed := page(c, trackPages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &clusters.DescribeClusterTracksResult{MaintenanceTracks: found, Marker: next}, nil
}
