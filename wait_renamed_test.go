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

// renaming is a Redshift that renames a cluster from blue to green, step by step: one step for each call that describes green.
type renaming struct {
	redshift.ClientService
	steps []renameStep
	polls int
}

// renameStep is the clusters that exist during a poll. A nil cluster does not exist.
type renameStep struct {
	blue, green *models.Cluster
	err         error // of the call that describes blue
}

func (r *renaming) DescribeClusters(_ context.Context, params *redshift.DescribeClustersParams, _ ...redshift.Option) (*redshift.DescribeClustersResult, error) {
	if params.ClusterIdentifier == "green" {
		r.polls++
	}
	step := r.steps[min(r.polls, len(r.steps))-1]
	found, err := step.green, error(nil)
	if params.ClusterIdentifier == "blue" {
		found, err = step.blue, step.err
	}
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, &awsquery.Error{Operation: "DescribeClusters", StatusCode: 404, Code: models.ErrClusterNotFound}
	}

	return &redshift.DescribeClustersResult{Clusters: []models.Cluster{*found}}, nil
}

// renamedCluster is the cluster of the tests, with a pending identifier if that is not empty.
func renamedCluster(identifier string, status models.ClusterStatus, pending string) *models.Cluster {
	return &models.Cluster{
		ClusterIdentifier:     identifier,
		ClusterStatus:         status,
		ClusterNamespaceArn:   "arn:aws:redshift:eu-west-1:123456789012:namespace:1",
		ClusterCreateTime:     time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		PendingModifiedValues: &models.PendingModifiedValues{ClusterIdentifier: pending},
	}
}

func repeatStep(step renameStep, count int) []renameStep {
	var steps []renameStep
	for range count {
		steps = append(steps, step)
	}

	return steps
}

func TestWaitClusterAvailableFollowsARename(t *testing.T) {
	t.Parallel()
	before := renameStep{blue: renamedCluster("blue", models.ClusterStatusAvailable, "")}
	pending := renameStep{blue: renamedCluster("blue", models.ClusterStatusAvailable, "green")}
	during := renameStep{blue: renamedCluster("blue", models.ClusterStatusRenaming, "green")}
	between := renameStep{}
	after := renameStep{green: renamedCluster("green", models.ClusterStatusAvailable, "")}
	other := renamedCluster("green", models.ClusterStatusAvailable, "")
	other.ClusterNamespaceArn, other.ClusterCreateTime = "another", other.ClusterCreateTime.Add(time.Hour)
	unavailable := &awsquery.Error{Operation: "DescribeClusters", StatusCode: 503}
	for name, test := range map[string]struct {
		steps []renameStep
		want  error
		polls int
	}{
		"renamed":              {steps: []renameStep{before, pending, during, after}, polls: 4},
		"a long rename":        {steps: append(repeatStep(during, 40), after), polls: 41},
		"neither is visible":   {steps: []renameStep{during, between, between, during, between, after}, polls: 6},
		"renamed immediately":  {steps: []renameStep{after}, polls: 1},
		"an outage":            {steps: []renameStep{during, {err: unavailable}, {err: unavailable}, after}, polls: 4},
		"not being renamed":    {steps: []renameStep{before}, want: redshift.ErrClusterNotRenamed, polls: 6},
		"deleted":              {steps: []renameStep{pending, between}, want: redshift.ErrClusterRenamed, polls: 7},
		"another cluster":      {steps: []renameStep{during, {green: other}}, want: redshift.ErrClusterRenamed, polls: 2},
		"neither ever existed": {steps: []renameStep{between}, want: models.ErrClusterNotFound, polls: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stub := &renaming{steps: test.steps}
				cluster, err := redshift.NewFromService(stub).WaitClusterAvailable(t.Context(),
					&redshift.DescribeClustersParams{ClusterIdentifier: "green"},
					redshift.WaitOptions{RenamedFrom: "Blue", MinDelay: time.Second, MaxDelay: time.Second})
				if !errors.Is(err, test.want) || test.want == nil && err != nil || stub.polls != test.polls {
					t.Errorf("err = %v after %d polls, want %v after %d", err, stub.polls, test.want, test.polls)
				}
				if err == nil && cluster.ClusterIdentifier != "green" {
					t.Errorf("the returned cluster is %s, want green", cluster.ClusterIdentifier)
				}
			})
		})
	}
}

func TestRenamedFromNeedsTheNewIdentifier(t *testing.T) {
	t.Parallel()
	for name, params := range map[string]*redshift.DescribeClustersParams{
		"no parameters":  nil,
		"only tags":      {TagKeys: []string{"env"}},
		"same cluster":   {ClusterIdentifier: "BLUE"},
		"no identifiers": {},
	} {
		stub := &renaming{steps: []renameStep{{}}}
		_, err := redshift.NewFromService(stub).WaitClusterAvailable(t.Context(), params, redshift.WaitOptions{RenamedFrom: "blue"})
		if err == nil || stub.polls != 0 {
			t.Errorf("%s: err = %v after %d polls, want an error and no poll", name, err, stub.polls)
		}
	}
	stub := &renaming{steps: []renameStep{{}}}
	_, err := redshift.NewFromService(stub).WaitClusterPaused(t.Context(),
		&redshift.DescribeClustersParams{ClusterIdentifier: "green"}, redshift.WaitOptions{RenamedFrom: "blue"})
	if err == nil || stub.polls != 0 {
		t.Errorf("WaitClusterPaused with RenamedFrom: err = %v after %d polls, want an error and no poll", err, stub.polls)
	}
}
