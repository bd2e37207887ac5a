package redshift_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// clusterWait is a wait for a cluster, such as (*redshift.Client).WaitClusterAvailable.
type clusterWait func(*redshift.Client, context.Context, *redshift.DescribeClustersParams, redshift.WaitOptions) (models.Cluster, error)

// clusterWaitTest has the responses to the polls of a wait, and its expected end.
type clusterWaitTest struct {
	responses []restoreResponse
	isNew     bool
	want      error
	not       error // an error that the result does not match
	polls     int
	status    string // the last status of the progress, empty if no poll shows the cluster
	fraction  float64
}

// run checks a wait that polls every second.
func (test clusterWaitTest) run(t *testing.T, name string, wait clusterWait) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour-time.Millisecond)
		defer cancel()
		stub := &restores{list: test.responses}
		var shown []redshift.WaitProgress
		cluster, err := wait(clientOf(stub), ctx, drill, redshift.WaitOptions{
			MinDelay: time.Second, MaxDelay: time.Second, ExpectNew: test.isNew,
			Progress: func(progress redshift.WaitProgress) { shown = append(shown, progress) },
		})
		var failure *redshift.ClusterWaitError
		if !errors.Is(err, test.want) || test.not != nil && errors.Is(err, test.not) || len(stub.polledAt) != test.polls {
			t.Errorf("%s: err = %v after %d polls, want %v and %d polls", name, err, len(stub.polledAt), test.want, test.polls)
		}
		if (err != nil) != errors.As(err, &failure) || err != nil && strings.Contains(err.Error(), "-secret") {
			t.Errorf("%s: err = %v, want a ClusterWaitError without identifiers", name, err)
		}
		if failure != nil && failure.Last.ClusterStatus != cluster.ClusterStatus {
			t.Errorf("%s: Last has the status %q, the returned cluster has %q", name, failure.Last.ClusterStatus, cluster.ClusterStatus)
		}
		if test.status == "" {
			if len(shown) > 0 {
				t.Errorf("%s: progress = %+v, want none", name, shown)
			}

			return
		}
		if len(shown) == 0 {
			t.Fatalf("%s: no progress, want the status %q", name, test.status)
		}
		last := shown[len(shown)-1]
		if _, ok := last.Resource.(models.Cluster); !ok || last.Status != test.status || last.Fraction != test.fraction {
			t.Errorf("%s: progress = %+v, want the status %q and the fraction %v", name, last, test.status, test.fraction)
		}
	})
}

// states returns a response with a cluster for each status.
func states(statuses ...models.ClusterStatus) []restoreResponse {
	var responses []restoreResponse
	for _, status := range statuses {
		responses = append(responses, clusterIn(status, ""))
	}

	return responses
}

// repeated returns the same status several times.
func repeated(count int, status models.ClusterStatus) []restoreResponse {
	var responses []restoreResponse
	for range count {
		responses = append(responses, clusterIn(status, ""))
	}

	return responses
}

// pending returns a response with an available cluster that has a pending change.
func pending(change models.PendingModifiedValues) restoreResponse {
	response := clusterIn("available", "")
	response.clusters[0].PendingModifiedValues = &change

	return response
}

// existing returns a response with a cluster that has a namespace and a creation time.
func existing(status models.ClusterStatus, namespace string, created time.Time) restoreResponse {
	response := clusterIn(status, "")
	response.clusters[0].ClusterNamespaceArn = namespace
	response.clusters[0].ClusterCreateTime = created

	return response
}

var (
	clusterGone = refused("ClusterNotFound")
	early       = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	late        = early.Add(time.Hour)
)

func TestWaitClusterAvailablePollsUntilNoChangeIsPending(t *testing.T) {
	t.Parallel()
	unavailable := clusterIn("available", "")
	unavailable.clusters[0].ClusterAvailabilityStatus = models.ClusterAvailabilityStatusModifying
	failed := clusterIn("modifying", "")
	failed.clusters[0].ClusterAvailabilityStatus = models.ClusterAvailabilityStatusFailed
	available := clusterIn("available", "")
	renamed := pending(models.PendingModifiedValues{ClusterIdentifier: "DRILL-secret"})
	fullAndGrowing := clusterIn("storage-full", "")
	fullAndGrowing.clusters[0].PendingModifiedValues = &models.PendingModifiedValues{NumberOfNodes: new(4)}
	for name, test := range map[string]clusterWaitTest{
		"available":                    {responses: states("available"), polls: 1, status: "available", fraction: 1},
		"created":                      {responses: states("creating", "modifying", "available"), polls: 3, status: "available", fraction: 1},
		"rebooted":                     {responses: states("rebooting", "available"), polls: 2, status: "available", fraction: 1},
		"an undocumented state":        {responses: states("recovering", "available"), polls: 2, status: "available", fraction: 1},
		"resumed":                      {responses: states("paused", "paused", "resuming", "available"), polls: 4, status: "available", fraction: 1},
		"never resumed":                {responses: states("paused"), want: redshift.ErrClusterUnusable, polls: 6, status: "paused"},
		"paused during the wait":       {responses: states("available, prep-for-resize", "pausing", "paused"), want: redshift.ErrClusterUnusable, polls: 3, status: "paused"},
		"before an elastic resize":     {responses: states("available, prep-for-resize", "resizing", "available, resize-cleanup"), polls: 3, status: "available, resize-cleanup", fraction: 1},
		"not for queries":              {responses: []restoreResponse{unavailable, available}, polls: 2, status: "available", fraction: 1},
		"a failed cluster":             {responses: []restoreResponse{failed}, want: redshift.ErrClusterUnusable, polls: 1, status: "modifying"},
		"a new password":               {responses: []restoreResponse{pending(models.PendingModifiedValues{MasterUserPassword: "Secret-1"}), available}, polls: 2, status: "available", fraction: 1},
		"new nodes":                    {responses: []restoreResponse{pending(models.PendingModifiedValues{NumberOfNodes: new(4)}), available}, polls: 2, status: "available", fraction: 1},
		"no public access":             {responses: []restoreResponse{pending(models.PendingModifiedValues{PubliclyAccessible: new(false)}), available}, polls: 2, status: "available", fraction: 1},
		"a change during maintenance":  {responses: []restoreResponse{pending(models.PendingModifiedValues{ClusterVersion: "1.1", MaintenanceTrackName: "trailing"})}, polls: 1, status: "available", fraction: 1},
		"nothing pending":              {responses: []restoreResponse{pending(models.PendingModifiedValues{})}, polls: 1, status: "available", fraction: 1},
		"the new name is shown":        {responses: []restoreResponse{renamed}, polls: 1, status: "available", fraction: 1},
		"deleting":                     {responses: states("deleting"), want: redshift.ErrClusterUnusable, polls: 1, status: "deleting"},
		"hardware failure":             {responses: states("modifying", "hardware-failure"), want: redshift.ErrClusterUnusable, polls: 2, status: "hardware-failure"},
		"full, resize requested":       {responses: []restoreResponse{fullAndGrowing, clusterIn("resizing", ""), clusterIn("available", "")}, polls: 3, status: "available", fraction: 1},
		"full":                         {responses: states("storage-full"), want: redshift.ErrClusterUnusable, polls: 1, status: "storage-full"},
		"an incompatible network":      {responses: states("incompatible-network"), want: redshift.ErrClusterUnusable, polls: 1, status: "incompatible-network"},
		"incompatible parameters":      {responses: states("incompatible-parameters"), want: redshift.ErrClusterUnusable, polls: 1, status: "incompatible-parameters"},
		"an incompatible restore":      {responses: states("incompatible-restore"), want: redshift.ErrRestoreFailed, polls: 1, status: "incompatible-restore"},
		"deleted":                      {responses: append(states("modifying"), clusterGone), want: redshift.ErrClusterDeleted, not: redshift.ErrClusterRenamed, polls: 2, status: "modifying"},
		"not found":                    {responses: []restoreResponse{clusterGone}, want: models.ErrClusterNotFound, not: redshift.ErrClusterDeleted, polls: 1},
		"new and not yet found":        {responses: append([]restoreResponse{clusterGone, {}}, states("creating", "available")...), isNew: true, polls: 4, status: "available", fraction: 1},
		"new and never found":          {responses: []restoreResponse{clusterGone}, isNew: true, want: models.ErrClusterNotFound, polls: 6},
		"two":                          {responses: []restoreResponse{{clusters: make([]models.Cluster, 2)}}, want: redshift.ErrNotOneCluster, polls: 1},
		"a refused poll":               {responses: append(states("modifying"), refused("AccessDenied")), want: awsquery.ErrAccessDenied, polls: 2, status: "modifying"},
		"a state that never ends":      {responses: states("modifying"), want: context.DeadlineExceeded, polls: 3600, status: "modifying"},
		"replaced, without a time yet": {responses: []restoreResponse{existing("modifying", "arn:1", early), existing("creating", "arn:2", time.Time{})}, want: redshift.ErrClusterDeleted, polls: 2, status: "modifying"},
		"replaced":                     {responses: []restoreResponse{existing("modifying", "arn:1", early), existing("available", "arn:2", late)}, want: redshift.ErrClusterDeleted, polls: 2, status: "modifying"},
		"the same namespace":           {responses: []restoreResponse{existing("resizing", "arn:1", early), existing("available", "arn:1", late)}, polls: 2, status: "available", fraction: 1},
		"the same time":                {responses: []restoreResponse{existing("resizing", "arn:1", early), existing("available", "arn:2", early)}, polls: 2, status: "available", fraction: 1},
		"a namespace that comes later": {responses: []restoreResponse{existing("creating", "", time.Time{}), existing("modifying", "arn:1", early), existing("modifying", "", early), existing("available", "arn:2", late)}, want: redshift.ErrClusterDeleted, polls: 4, status: "modifying"},
	} {
		test.run(t, name, (*redshift.Client).WaitClusterAvailable)
	}
}

func TestWaitClusterPausedPollsUntilItIsPaused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]clusterWaitTest{
		"paused":                 {responses: states("paused"), polls: 1, status: "paused", fraction: 1},
		"pausing":                {responses: states("pausing", "pausing", "paused"), polls: 3, status: "paused", fraction: 1},
		"shown late":             {responses: append(repeated(5, "available"), states("pausing", "paused")...), polls: 7, status: "paused", fraction: 1},
		"modifying, then paused": {responses: states("available", "modifying", "paused"), polls: 3, status: "paused", fraction: 1},
		"nobody pauses it":       {responses: states("available"), want: redshift.ErrClusterNotPaused, polls: 6, status: "available"},
		"a pause that fails":     {responses: states("pausing", "available"), want: redshift.ErrClusterNotPaused, polls: 2, status: "available"},
		"interrupted polls":      {responses: append(append(repeated(5, "available"), states("modifying")...), append(repeated(5, "available"), states("paused")...)...), polls: 12, status: "paused", fraction: 1},
		"deleting":               {responses: states("deleting"), want: redshift.ErrClusterNotPaused, polls: 1, status: "deleting"},
		"hardware failure":       {responses: states("pausing", "hardware-failure"), want: redshift.ErrClusterNotPaused, polls: 2, status: "hardware-failure"},
		"deleted":                {responses: append(states("pausing"), clusterGone), want: redshift.ErrClusterDeleted, polls: 2, status: "pausing"},
		"not found":              {responses: []restoreResponse{clusterGone}, want: models.ErrClusterNotFound, polls: 1},
	} {
		test.run(t, name, (*redshift.Client).WaitClusterPaused)
	}
}

func TestWaitClusterDeletedPollsUntilItIsGone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]clusterWaitTest{
		"gone":                 {responses: []restoreResponse{clusterGone}, polls: 1},
		"no longer listed":     {responses: []restoreResponse{clusterIn("deleting", ""), {}}, polls: 2, status: "deleting"},
		"deleting":             {responses: append(states("deleting", "deleting"), clusterGone), polls: 3, status: "deleting"},
		"a final snapshot":     {responses: append(states("final-snapshot", "deleting"), clusterGone), polls: 3, status: "deleting"},
		"shown late":           {responses: append(append(repeated(5, "available"), states("deleting")...), clusterGone), polls: 7, status: "deleting"},
		"modifying":            {responses: append(states("modifying", "deleting"), clusterGone), polls: 3, status: "deleting"},
		"nobody deletes it":    {responses: states("available"), want: redshift.ErrClusterNotDeleted, polls: 6, status: "available"},
		"paused":               {responses: states("paused"), want: redshift.ErrClusterNotDeleted, polls: 6, status: "paused"},
		"available again":      {responses: states("deleting", "available"), want: redshift.ErrClusterNotDeleted, polls: 2, status: "available"},
		"another, by time":     {responses: []restoreResponse{existing("deleting", "", early), existing("creating", "", late)}, polls: 2, status: "deleting"},
		"another, by name":     {responses: []restoreResponse{existing("deleting", "arn:1", early), existing("creating", "arn:2", time.Time{})}, polls: 2, status: "deleting"},
		"two":                  {responses: []restoreResponse{{clusters: make([]models.Cluster, 2)}}, want: redshift.ErrNotOneCluster, polls: 1},
		"a refused poll":       {responses: append(states("deleting"), refused("AccessDenied")), want: awsquery.ErrAccessDenied, polls: 2, status: "deleting"},
		"a deletion that ends": {responses: append(repeated(3000, "deleting"), clusterGone), polls: 3001, status: "deleting"},
	} {
		test.run(t, name, (*redshift.Client).WaitClusterDeleted)
	}
}

// A wait for the old identifier of a renamed cluster ends with ErrClusterRenamed, also if another cluster has that identifier now.
func TestWaitsEndIfTheirClusterIsRenamed(t *testing.T) {
	t.Parallel()
	renaming := existing("renaming", "arn:1", early)
	requested := existing("modifying", "arn:1", early)
	requested.clusters[0].PendingModifiedValues = &models.PendingModifiedValues{ClusterIdentifier: "weekly"}
	for wait, run := range map[string]clusterWait{
		"WaitClusterAvailable":         (*redshift.Client).WaitClusterAvailable,
		"WaitClusterPaused":            (*redshift.Client).WaitClusterPaused,
		"WaitClusterDeleted":           (*redshift.Client).WaitClusterDeleted,
		"WaitClusterResized":           (*redshift.Client).WaitClusterResized,
		"WaitClusterParametersApplied": (*redshift.Client).WaitClusterParametersApplied,
		"WaitClusterRestored":          (*redshift.Client).WaitClusterRestored,
	} {
		for name, responses := range map[string][]restoreResponse{
			"by its status":           {renaming, renaming, clusterGone},
			"by its pending values":   {requested, requested, clusterGone},
			"another has its name":    {requested, renaming, existing("available", "arn:2", late)},
			"shown, then not yet set": {requested, existing("renaming", "arn:1", early), clusterGone},
		} {
			synctest.Test(t, func(t *testing.T) {
				stub := &restores{list: responses}
				last, err := run(clientOf(stub), t.Context(), drill, redshift.WaitOptions{})
				if !errors.Is(err, redshift.ErrClusterRenamed) || errors.Is(err, redshift.ErrClusterDeleted) || len(stub.polledAt) != 3 {
					t.Errorf("%s, %s: err = %v after %d polls, want ErrClusterRenamed and 3 polls", wait, name, err, len(stub.polledAt))
				}
				if last.ClusterNamespaceArn != "arn:1" {
					t.Errorf("%s, %s: got %+v, want the cluster before the rename", wait, name, last)
				}
			})
		}
	}
}

// A client remembers the new identifier of a cluster that it renamed, and tolerates that the cluster is not visible at first.
func TestWaitsTolerateARename(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		polls := 0
		client := newClient(t, func(config *redshift.Config) {
			config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				if request.Method == http.MethodPost { // a call with a secret parameter is a POST
					return httpmock.NewStringResponse(http.StatusOK, `<ModifyClusterResponse><ModifyClusterResult><Cluster>
						<ClusterIdentifier>drill</ClusterIdentifier>
						<PendingModifiedValues><ClusterIdentifier>weekly</ClusterIdentifier></PendingModifiedValues>
					</Cluster></ModifyClusterResult></ModifyClusterResponse>`), nil
				}
				if polls++; polls < 4 {
					return httpmock.NewStringResponse(http.StatusNotFound, `<ErrorResponse><Error><Code>ClusterNotFound</Code></Error></ErrorResponse>`), nil
				}

				return httpmock.NewStringResponse(http.StatusOK, `<DescribeClustersResponse><DescribeClustersResult><Clusters>
					<Cluster><ClusterIdentifier>weekly</ClusterIdentifier><ClusterStatus>available</ClusterStatus></Cluster>
				</Clusters></DescribeClustersResult></DescribeClustersResponse>`), nil
			})}
		})
		if _, err := client.ModifyCluster(t.Context(), &redshift.ModifyClusterParams{ClusterIdentifier: "drill", NewClusterIdentifier: "weekly"}); err != nil {
			t.Fatal(err)
		}
		weekly := &redshift.DescribeClustersParams{ClusterIdentifier: "weekly"}
		if cluster, err := client.WaitClusterAvailable(t.Context(), weekly, redshift.WaitOptions{}); err != nil || cluster.ClusterIdentifier != "weekly" || polls != 4 {
			t.Errorf("got %q after %d polls, err = %v, want weekly after 4 polls", cluster.ClusterIdentifier, polls, err)
		}
		polls = 0
		if _, err := client.WaitClusterAvailable(t.Context(), drill, redshift.WaitOptions{}); !errors.Is(err, models.ErrClusterNotFound) || polls != 1 {
			t.Errorf("the old identifier: err = %v after %d polls, want ErrClusterNotFound and 1 poll", err, polls)
		}
	})
}
