package redshift_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// If another snapshot gets the name of the one that a wait polls, the wait ends.
func TestWaitEndsIfItsSnapshotIsReplaced(t *testing.T) {
	t.Parallel()
	early := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	late := early.Add(time.Hour)
	taken := func(name string, at time.Time, status models.SnapshotStatus) pollResponse {
		return pollResponse{snapshots: []models.Snapshot{{SnapshotIdentifier: name, SnapshotCreateTime: at, Status: status}}}
	}
	never := time.Time{}
	for name, test := range map[string]struct {
		responses      []pollResponse
		available      error           // of WaitSnapshotAvailable
		last           models.Snapshot // the last snapshot before it was replaced or deleted
		polls          int
		availablePolls int // if WaitSnapshotAvailable succeeds
	}{
		"by a later one": {
			responses: []pollResponse{taken("nightly", early, "creating"), taken("nightly", late, "available")},
			available: redshift.ErrSnapshotDeleted, last: models.Snapshot{SnapshotCreateTime: early, Status: "creating"}, polls: 2,
		},
		"by an earlier one": { // a copy has the creation time of its source
			responses: []pollResponse{taken("nightly", late, "creating"), taken("nightly", early, "available")},
			available: redshift.ErrSnapshotDeleted, last: models.Snapshot{SnapshotCreateTime: late, Status: "creating"}, polls: 2,
		},
		"after polls without a time": {
			responses: []pollResponse{taken("nightly", never, "creating"), taken("nightly", early, "creating"), taken("nightly", never, "creating"), taken("nightly", late, "available")},
			available: redshift.ErrSnapshotDeleted, last: models.Snapshot{Status: "creating"}, polls: 4,
		},
		"by one with another name": {
			responses: []pollResponse{taken("nightly", early, "creating"), taken("weekly", early, "available")},
			available: redshift.ErrSnapshotDeleted, last: models.Snapshot{SnapshotCreateTime: early, Status: "creating"}, polls: 2,
		},
		"by a failed one": {
			responses: []pollResponse{taken("nightly", early, "creating"), taken("nightly", late, "failed")},
			available: redshift.ErrSnapshotDeleted, last: models.Snapshot{SnapshotCreateTime: early, Status: "creating"}, polls: 2,
		},
		"the same time in another zone and case": {
			responses: []pollResponse{
				taken("nightly", early, "creating"), taken("NIGHTLY", early.In(time.FixedZone("CET", 3600)), "available"), failing("ClusterSnapshotNotFound"),
			},
			last: models.Snapshot{SnapshotCreateTime: early, Status: "available"}, polls: 3, availablePolls: 2,
		},
		"no times": {
			responses: []pollResponse{taken("nightly", never, "creating"), taken("nightly", never, "available"), failing("ClusterSnapshotNotFound")},
			last:      models.Snapshot{Status: "available"}, polls: 3, availablePolls: 2,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := &pollResponses{list: test.responses}
			snapshot, err := clientOf(stub).WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{})
			var failure *redshift.SnapshotWaitError
			switch {
			case test.available == nil:
				if err != nil || len(stub.polledAt) != test.availablePolls || snapshot.Status != "available" {
					t.Errorf("%s, available: got %+v, %v after %d polls", name, snapshot, err, len(stub.polledAt))
				}
			case !errors.Is(err, test.available) || !errors.As(err, &failure) || len(stub.polledAt) != test.polls:
				t.Errorf("%s, available: err = %v after %d polls, want %v and %d polls", name, err, len(stub.polledAt), test.available, test.polls)
			case failure.Last.Status != test.last.Status || !failure.Last.SnapshotCreateTime.Equal(test.last.SnapshotCreateTime) || snapshot.Status != test.last.Status:
				t.Errorf("%s, available: Last = %+v, returned %+v", name, failure.Last, snapshot)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			stub := &pollResponses{list: test.responses}
			shown := 0
			snapshot, err := clientOf(stub).WaitSnapshotDeleted(ctx, nightly, redshift.WaitOptions{Progress: func(progress redshift.WaitProgress) {
				shown++
			}})
			if err != nil || len(stub.polledAt) != test.polls || shown != test.polls-1 {
				t.Errorf("%s, deleted: err = %v after %d polls and %d progress reports, want no error and %d polls",
					name, err, len(stub.polledAt), shown, test.polls)
			}
			if snapshot.Status != test.last.Status || !snapshot.SnapshotCreateTime.Equal(test.last.SnapshotCreateTime) || snapshot.SnapshotIdentifier == "weekly" {
				t.Errorf("%s, deleted: got %+v", name, snapshot)
			}
		})
	}
}

// If a poll has shown the snapshot and Redshift then does not find it, the snapshot was deleted.
func TestWaitEndsIfItsSnapshotIsDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stub := &pollResponses{list: []pollResponse{withStatus("creating"), failing("ClusterSnapshotNotFound")}}
		_, err := clientOf(stub).WaitSnapshotAvailable(t.Context(), nightly, redshift.WaitOptions{})
		if !errors.Is(err, redshift.ErrSnapshotDeleted) || !errors.Is(err, models.ErrClusterSnapshotNotFound) {
			t.Errorf("by name: err = %v, want ErrSnapshotDeleted and ErrClusterSnapshotNotFound", err)
		}
		stub = &pollResponses{list: []pollResponse{withStatus("creating"), {}}}
		_, err = clientOf(stub).WaitSnapshotAvailable(t.Context(), &redshift.DescribeClusterSnapshotsParams{TagKeys: []string{"env"}}, redshift.WaitOptions{})
		if errors.Is(err, redshift.ErrSnapshotDeleted) || !errors.Is(err, redshift.ErrNotOneSnapshot) {
			t.Errorf("by tag: err = %v, want ErrNotOneSnapshot", err)
		}
	})
}

func TestWaitEndsIfItsClusterIsReplaced(t *testing.T) {
	t.Parallel()
	early := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	late := early.Add(time.Hour)
	cluster := func(status models.ClusterStatus, at time.Time) restoreResponse {
		return restoreResponse{clusters: []models.Cluster{{ClusterIdentifier: "drill", ClusterStatus: status, ClusterCreateTime: at, SnapshotScheduleState: "MODIFYING"}}}
	}
	never := time.Time{}
	gone := restoreResponse{err: &awsquery.Error{StatusCode: 404, Code: models.ErrClusterNotFound}}
	for name, test := range map[string]struct {
		responses []restoreResponse
		want      error
		polls     int
		last      time.Time
	}{
		"a new one":                 {[]restoreResponse{cluster("rebooting", early), cluster("available", late)}, redshift.ErrClusterDeleted, 2, early},
		"a new one, creating":       {[]restoreResponse{cluster("rebooting", early), cluster("creating", never), cluster("available", late)}, redshift.ErrClusterDeleted, 3, never},
		"the same, time shown late": {[]restoreResponse{cluster("creating", never), cluster("rebooting", early), cluster("rebooting", early), gone}, redshift.ErrClusterDeleted, 4, early},
		"gone":                      {[]restoreResponse{cluster("rebooting", early), gone}, models.ErrClusterNotFound, 2, early},
		"not listed":                {[]restoreResponse{cluster("rebooting", early), {}}, redshift.ErrNotOneCluster, 2, early},
	} {
		for _, wait := range []string{"WaitClusterRestored", "WaitSnapshotScheduleApplied"} {
			synctest.Test(t, func(t *testing.T) {
				stub := &restores{list: test.responses}
				err := waits[wait](t.Context(), clientOf(stub), redshift.WaitOptions{})
				var failure *redshift.WaitError[models.Cluster]
				if !errors.Is(err, test.want) || !errors.As(err, &failure) || failure.Polls != test.polls || !failure.Last.ClusterCreateTime.Equal(test.last) {
					t.Errorf("%s, %s: err = %v, want %v", name, wait, err, test.want)
				}
			})
		}
	}
	synctest.Test(t, func(t *testing.T) {
		stub := &restores{list: []restoreResponse{cluster("creating", never), cluster("available", early)}}
		if err := waits["WaitClusterRestored"](t.Context(), clientOf(stub), redshift.WaitOptions{}); err != nil {
			t.Errorf("cluster whose time is shown late: err = %v, want nil", err)
		}
	})
}

// A cluster is available only if its availability status is also available.
func TestWaitClusterRestoredChecksTheAvailability(t *testing.T) {
	t.Parallel()
	for availability, test := range map[models.ClusterAvailabilityStatus]struct {
		ends bool
		err  error
	}{
		"":             {ends: true},
		"Available":    {ends: true},
		"Unavailable":  {},
		"Maintenance":  {},
		"Modifying":    {},
		"ReadOnlySoon": {},
		"Failed":       {ends: true, err: redshift.ErrClusterUnusable},
	} {
		for _, restore := range []models.RestoreStatusType{"", "completed"} {
			for _, suffices := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					first, second := clusterIn("available", restore), clusterIn("available", restore)
					first.clusters[0].ClusterAvailabilityStatus = availability
					second.clusters[0].ClusterAvailabilityStatus = models.ClusterAvailabilityStatusAvailable
					stub := &restores{list: []restoreResponse{first, second}}
					cluster, err := clientOf(stub).WaitClusterRestored(t.Context(), drill, redshift.WaitOptions{AvailableSuffices: suffices})
					want := 2
					if test.ends {
						want = 1
					}
					if !errors.Is(err, test.err) || len(stub.polledAt) != want || cluster.ClusterStatus != "available" {
						t.Errorf("availability %q, restore %q: err = %v after %d polls, want %v and %d polls",
							availability, restore, err, len(stub.polledAt), test.err, want)
					}
				})
			}
		}
	}
	failed := clusterIn("available", "failed")
	failed.clusters[0].ClusterAvailabilityStatus = models.ClusterAvailabilityStatusFailed
	if _, err := clientOf(&restores{list: []restoreResponse{failed}}).WaitClusterRestored(t.Context(), drill, redshift.WaitOptions{}); !errors.Is(err, redshift.ErrRestoreFailed) {
		t.Errorf("failed restore: err = %v, want ErrRestoreFailed", err)
	}
	creating := clusterIn("creating", "restoring")
	creating.clusters[0].ClusterAvailabilityStatus = models.ClusterAvailabilityStatusFailed
	if _, err := clientOf(&restores{list: []restoreResponse{creating}}).WaitClusterRestored(t.Context(), drill, redshift.WaitOptions{}); !errors.Is(err, redshift.ErrClusterUnusable) {
		t.Errorf("failed cluster: err = %v, want ErrClusterUnusable", err)
	}
}
