package redshift_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// resizing returns a response with a cluster and its last resize.
func resizing(status models.ClusterStatus, resize models.ResizeStatus) restoreResponse {
	response := clusterIn(status, "")
	response.resize = &redshift.DescribeResizeResult{Status: resize}

	return response
}

func TestWaitClusterResizedPollsUntilTheResizeSucceeded(t *testing.T) {
	t.Parallel()
	failed := resizing("available", "FAILED")
	failed.resize.Message = "no capacity"
	requested := resizing("available", "SUCCEEDED")
	requested.clusters[0].PendingModifiedValues = &models.PendingModifiedValues{NumberOfNodes: new(4)}
	requestedFull := resizing("storage-full", "SUCCEEDED")
	requestedFull.clusters[0].PendingModifiedValues = &models.PendingModifiedValues{NodeType: "ra3.4xlarge"}
	running, done := resizing("resizing", "IN_PROGRESS"), resizing("available", "SUCCEEDED")
	none := clusterIn("available", "")
	for name, test := range map[string]clusterWaitTest{
		"done":                        {responses: []restoreResponse{done}, polls: 1, status: "SUCCEEDED", fraction: 1},
		"classic":                     {responses: []restoreResponse{running, running, done}, polls: 3, status: "SUCCEEDED", fraction: 1},
		"elastic":                     {responses: []restoreResponse{resizing("available, prep-for-resize", "IN_PROGRESS"), running, resizing("available, resize-cleanup", "SUCCEEDED"), done}, polls: 4, status: "SUCCEEDED", fraction: 1},
		"succeeded before":            {responses: []restoreResponse{requested, resizing("resizing", "SUCCEEDED"), running, done}, polls: 4, status: "SUCCEEDED", fraction: 1},
		"failed before":               {responses: []restoreResponse{resizing("resizing", "FAILED"), running, done}, polls: 3, status: "SUCCEEDED", fraction: 1},
		"modified afterwards":         {responses: []restoreResponse{running, resizing("modifying", "SUCCEEDED"), done}, polls: 3, status: "SUCCEEDED", fraction: 1},
		"an undocumented state":       {responses: []restoreResponse{resizing("available", "PREPARING"), done}, polls: 2, status: "SUCCEEDED", fraction: 1},
		"shown late":                  {responses: []restoreResponse{none, none, resizing("available", "NONE"), running, done}, polls: 5, status: "SUCCEEDED", fraction: 1},
		"failed":                      {responses: []restoreResponse{running, failed}, want: redshift.ErrResizeFailed, polls: 2, status: "FAILED"},
		"canceled":                    {responses: []restoreResponse{running, resizing("cancelling-resize", "CANCELLING"), resizing("available", "NONE")}, want: redshift.ErrResizeCanceled, polls: 3, status: "NONE"},
		"canceled, shown as failed":   {responses: []restoreResponse{resizing("resizing", "CANCELLING"), failed}, want: redshift.ErrResizeCanceled, not: redshift.ErrResizeFailed, polls: 2, status: "FAILED"},
		"canceled between two polls":  {responses: []restoreResponse{running, resizing("available", "CANCELLED")}, want: redshift.ErrResizeCanceled, polls: 2, status: "CANCELLED"},
		"canceled, in one L":          {responses: []restoreResponse{resizing("available", "CANCELED")}, want: redshift.ErrResizeCanceled, polls: 1, status: "CANCELED"},
		"succeeded before the cancel": {responses: []restoreResponse{resizing("resizing", "CANCELLING"), done}, polls: 2, status: "SUCCEEDED", fraction: 1},
		"no resize any more":          {responses: []restoreResponse{running, resizing("available", "NONE")}, want: redshift.ErrNoResize, polls: 2, status: "NONE"},
		"never resized":               {responses: []restoreResponse{none}, want: redshift.ErrNoResize, polls: 6, status: "no resize"},
		"never resized, the code":     {responses: []restoreResponse{none}, want: models.ErrResizeNotFound, polls: 6, status: "no resize"},
		"none in progress":            {responses: []restoreResponse{resizing("available", "NONE")}, want: redshift.ErrNoResize, not: models.ErrResizeNotFound, polls: 6, status: "NONE"},
		"hardware failure":            {responses: []restoreResponse{running, resizing("hardware-failure", "IN_PROGRESS")}, want: redshift.ErrClusterUnusable, polls: 2, status: "IN_PROGRESS"},
		"full":                        {responses: []restoreResponse{resizing("storage-full", "IN_PROGRESS"), running, done}, polls: 3, status: "SUCCEEDED", fraction: 1},
		"full, resize pending":        {responses: []restoreResponse{requestedFull, running, done}, polls: 3, status: "SUCCEEDED", fraction: 1},
		"full, not resized":           {responses: []restoreResponse{resizing("storage-full", "SUCCEEDED")}, want: redshift.ErrClusterUnusable, polls: 1, status: "SUCCEEDED", fraction: 1},
		"full again":                  {responses: []restoreResponse{running, resizing("storage-full", "SUCCEEDED")}, want: redshift.ErrClusterUnusable, polls: 2, status: "SUCCEEDED", fraction: 1},
		"deleted":                     {responses: []restoreResponse{running, clusterGone}, want: redshift.ErrClusterDeleted, polls: 2, status: "IN_PROGRESS"},
		"not found":                   {responses: []restoreResponse{clusterGone}, want: models.ErrClusterNotFound, polls: 1},
		"never done":                  {responses: []restoreResponse{running}, want: context.DeadlineExceeded, polls: 3600, status: "IN_PROGRESS"},
	} {
		test.run(t, name, (*redshift.Client).WaitClusterResized)
	}
	synctest.Test(t, func(t *testing.T) {
		failed.resize.Message = "no capacity for\nra3" + strings.Repeat("!", 2000)
		_, err := clientOf(&restores{list: []restoreResponse{failed}}).WaitClusterResized(t.Context(), drill, redshift.WaitOptions{})
		if text := err.Error(); !strings.Contains(text, `the resize failed: "no capacity for\nra3!!`) || len(text) > 1200 {
			t.Errorf("err = %s, want Redshift's message, truncated", text)
		}
	})
}

// failingResize is a stub whose DescribeResize fails in a poll.
type failingResize struct {
	*restores
	poll int
	err  error
}

func (f *failingResize) DescribeResize(ctx context.Context, params *redshift.DescribeResizeParams, options ...redshift.Option) (*redshift.DescribeResizeResult, error) {
	if len(f.polledAt) == f.poll {
		return nil, f.err
	}

	return f.restores.DescribeResize(ctx, params, options...)
}

// An outage of DescribeResize is tolerated like one of DescribeClusters. A refusal ends the wait.
func TestWaitClusterResizedHandlesErrorsOfDescribeResize(t *testing.T) {
	t.Parallel()
	list := []restoreResponse{resizing("resizing", "IN_PROGRESS"), resizing("resizing", "IN_PROGRESS"), resizing("available", "SUCCEEDED")}
	for name, test := range map[string]struct {
		err   error
		polls int
	}{
		"throttled":           {&awsquery.Error{StatusCode: 400, Code: awsquery.ErrThrottling}, 3},
		"unavailable":         {&awsquery.Error{StatusCode: 503}, 3},
		"refused":             {&awsquery.Error{StatusCode: 403, Code: awsquery.ErrAccessDenied}, 2},
		"unsupported":         {&awsquery.Error{StatusCode: 400, Code: models.ErrUnsupportedOperation}, 2},
		"deleted in the poll": {&awsquery.Error{StatusCode: 404, Code: models.ErrClusterNotFound}, 2},
		"no result":           {nil, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			stub := &failingResize{restores: &restores{list: list}, poll: 2, err: test.err}
			_, err := clientOf(stub).WaitClusterResized(t.Context(), drill, redshift.WaitOptions{})
			if len(stub.polledAt) != test.polls || (err == nil) != (test.polls == 3) || err != nil && !errors.Is(err, test.err) && test.err != nil {
				t.Errorf("%s: err = %v after %d polls, want %v and %d polls", name, err, len(stub.polledAt), test.err, test.polls)
			}
			if test.err == nil && (err == nil || !strings.Contains(err.Error(), errNothing.Error())) {
				t.Errorf("%s: err = %v, want %v", name, err, errNothing)
			}
			if name == "deleted in the poll" && !errors.Is(err, redshift.ErrClusterDeleted) {
				t.Errorf("%s: err = %v, want ErrClusterDeleted", name, err)
			}
		})
	}
}

func TestWaitClusterResizedReportsProgress(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		resize redshift.DescribeResizeResult
		want   float64
	}{
		"nothing known":   {redshift.DescribeResizeResult{}, 0},
		"by percent":      {redshift.DescribeResizeResult{DataTransferProgressPercent: new(37.5), TotalResizeDataInMegaBytes: new(int64(100))}, 0.375},
		"over 100":        {redshift.DescribeResizeResult{DataTransferProgressPercent: new(101.0)}, 1},
		"by size":         {redshift.DescribeResizeResult{ProgressInMegaBytes: new(int64(25)), TotalResizeDataInMegaBytes: new(int64(100)), ElapsedTimeInSeconds: new(int64(9))}, 0.25},
		"no progress":     {redshift.DescribeResizeResult{TotalResizeDataInMegaBytes: new(int64(100))}, 0},
		"by time":         {redshift.DescribeResizeResult{ElapsedTimeInSeconds: new(int64(30)), EstimatedTimeToCompletionInSeconds: new(int64(10))}, 0.75},
		"no estimate":     {redshift.DescribeResizeResult{ElapsedTimeInSeconds: new(int64(30))}, 0},
		"nothing elapsed": {redshift.DescribeResizeResult{EstimatedTimeToCompletionInSeconds: new(int64(10))}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			first := resizing("resizing", "")
			test.resize.Status = models.ResizeStatusInProgress
			first.resize = &test.resize
			var shown []redshift.WaitProgress
			_, err := clientOf(&restores{list: []restoreResponse{first, resizing("available", "SUCCEEDED")}}).WaitClusterResized(t.Context(), drill, redshift.WaitOptions{
				Progress: func(progress redshift.WaitProgress) { shown = append(shown, progress) },
			})
			if err != nil || len(shown) != 2 || shown[0].Fraction != test.want || shown[0].Status != "IN_PROGRESS" || shown[1].Fraction != 1 {
				t.Errorf("%s: err = %v, progress = %+v, want the fraction %v", name, err, shown, test.want)
			}
		})
	}
}
