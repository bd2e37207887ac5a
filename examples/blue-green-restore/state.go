package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
)

// statusPausing is a status that Redshift has but does not document.
const statusPausing models.ClusterStatus = "pausing"

// clusters are the clusters of a swap by the names that they have when their renames are over. A nil cluster does not exist.
type clusters struct {
	current, green, blue *models.Cluster
}

func (c *clusters) none() bool { return c.current == nil && c.green == nil && c.blue == nil }

// stateError is an error of a run that changed nothing, because the clusters have to be explained first.
type stateError struct{ error }

func (e stateError) Unwrap() error { return e.error }

// survey describes the three clusters.
func (s *swap) survey(ctx context.Context, options ...redshift.Option) (clusters, error) {
	var found clusters
	for _, name := range []string{s.cluster, s.green, s.blue} {
		cluster, err := s.describe(ctx, name, options...)
		switch {
		case err != nil:
			return clusters{}, err
		case cluster == nil:
			continue
		}
		switch future := futureName(cluster); future {
		case s.cluster:
			found.current = cluster
		case s.green:
			found.green = cluster
		case s.blue:
			found.blue = cluster
		default:
			return clusters{}, fmt.Errorf("the cluster %s is being renamed to %s", name, future)
		}
	}

	return found, nil
}

// settle waits for the renames of an earlier run, and returns the clusters.
func (s *swap) settle(ctx context.Context) (clusters, error) {
	found, err := s.survey(ctx)
	if err != nil {
		return found, err
	}
	renaming := false
	for _, cluster := range []*models.Cluster{found.current, found.green, found.blue} {
		if cluster == nil || futureName(cluster) == strings.ToLower(cluster.ClusterIdentifier) {
			continue
		}
		renaming = true
		s.begin("Waiting until %s has the name %s", cluster.ClusterIdentifier, futureName(cluster))
		if err := s.waitRenamed(ctx, cluster.ClusterIdentifier, futureName(cluster)); err != nil {
			return found, err
		}
	}
	if !renaming {
		return found, nil
	}

	return s.survey(ctx)
}

// futureName returns the name that a cluster has when its rename is over.
func futureName(cluster *models.Cluster) string {
	if pending := cluster.PendingModifiedValues; pending != nil && pending.ClusterIdentifier != "" {
		return strings.ToLower(pending.ClusterIdentifier)
	}

	return strings.ToLower(cluster.ClusterIdentifier)
}

// describe returns a cluster, or nil if it does not exist.
func (s *swap) describe(ctx context.Context, name string, options ...redshift.Option) (*models.Cluster, error) {
	described, err := s.client.DescribeClusters(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: name}, options...)
	switch {
	case errors.Is(err, models.ErrClusterNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case len(described.Clusters) != 1:
		return nil, fmt.Errorf("%d clusters named %s, want 1", len(described.Clusters), name)
	default:
		return &described.Clusters[0], nil
	}
}

// checkReplaced returns an error if the cluster cannot be the restored form of the blue one. The times of creation prove nothing: a
// resume can change them.
func (s *swap) checkReplaced(found *clusters) error {
	current, blue := found.current, found.blue
	if current.RestoreStatus == nil || current.DBName != blue.DBName || current.MasterUsername != blue.MasterUsername {
		return stateError{fmt.Errorf("%s did not replace %s: no restore created it, or its database or admin user is another one", s.cluster, s.blue)}
	}

	return nil
}

// explainLimit is the time limit of the calls that describe the clusters after an error.
const explainLimit = 5 * time.Second

// explain adds to the error of a run which clusters exist, and how to continue. It also does so after Ctrl-C.
func (s *swap) explain(ctx context.Context, err error) error {
	if err == nil || s.step == "" && !errors.As(err, new(stateError)) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), explainLimit)
	defer cancel()
	var text strings.Builder
	found, unknown := s.survey(ctx, redshift.WithMaxAttempts(2))
	if s.step != "" {
		fmt.Fprintf(&text, "\n\nThe last step was: %s.", s.step)
	}
	if errors.As(err, new(*redshift.OutcomeUnknownError)) {
		text.WriteString(" It may still take effect.")
	}
	if unknown != nil {
		fmt.Fprintf(&text, "\nThe clusters could not be described: %v", unknown)
		fmt.Fprintf(&text, "\n%s, %s and %s may exist and cost money. No cluster may have the name %[1]s.", s.cluster, s.green, s.blue)
	} else {
		s.list(&text, &found)
	}
	if s.command == nil {
		text.WriteString("\nThe clusters of the demo end with this program.")

		return fmt.Errorf("%w%s", err, &text)
	}
	if unknown != nil || s.canContinue(&found) {
		how := "To continue"
		if found.current != nil && found.green != nil {
			how += " with the data of " + s.green
		}
		fmt.Fprintf(&text, "\n\n%s:\n\n  %s", how, s.command("-continue"))
	}
	if unknown != nil || found.blue != nil && (found.current == nil || found.green == nil) {
		fmt.Fprintf(&text, "\n\nTo give the original cluster its name back:\n\n  %s", s.command("-rollback"))
	}
	if found.current != nil && found.green != nil {
		fmt.Fprintf(&text, "\n\nTo delete %s without a final snapshot:\n\n  %s", s.green, s.deleteCommand(s.green))
	}

	return fmt.Errorf("%w%s", err, &text)
}

// canContinue reports whether a run with -continue has something left to do.
func (s *swap) canContinue(found *clusters) bool {
	switch {
	case found.green != nil:
		return found.current == nil || found.blue == nil
	case found.current != nil && found.blue != nil:
		return s.pause && found.blue.ClusterStatus != models.ClusterStatusPaused && s.checkReplaced(found) == nil
	default:
		return false
	}
}

// list writes a line for each cluster.
func (s *swap) list(text *strings.Builder, found *clusters) {
	text.WriteString("\nThe clusters are:\n")
	for _, line := range []struct {
		name    string
		cluster *models.Cluster
	}{{s.cluster, found.current}, {s.green, found.green}, {s.blue, found.blue}} {
		fmt.Fprintf(text, "\n  %-*s  ", len(s.green), line.name)
		cluster := line.cluster
		if cluster == nil {
			text.WriteString("does not exist")

			continue
		}
		text.WriteString(string(cluster.ClusterStatus) + created(cluster))
		if cluster.RestoreStatus != nil {
			text.WriteString(", restored")
		}
		if cluster.ClusterStatus == models.ClusterStatusPaused {
			text.WriteString(", costs its storage")
		} else {
			text.WriteString(", costs money")
		}
		if !strings.EqualFold(cluster.ClusterIdentifier, line.name) {
			fmt.Fprintf(text, ", still named %s", cluster.ClusterIdentifier)
		}
	}
	if found.current == nil && !found.none() {
		fmt.Fprintf(text, "\n\nNo cluster has the name %s: programs cannot connect.", s.cluster)
	}
}

// created returns when a cluster was created, for a list. Redshift does not show the time before the creation ends.
func created(cluster *models.Cluster) string {
	if cluster.ClusterCreateTime.IsZero() {
		return ""
	}

	return ", created " + cluster.ClusterCreateTime.Format("2006-01-02 15:04")
}
