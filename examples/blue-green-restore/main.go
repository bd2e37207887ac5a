// Command blue-green-restore replaces a cluster by a restored one. It restores a snapshot next to the cluster, waits until all data is
// restored, swaps the two by renaming them, and pauses the replaced cluster. Programs keep the name of the cluster in their endpoint.
// With -rollback it swaps them back. By default it calls a fake Redshift in its own process, swaps, and rolls back.
//
// Each step changes the names of the clusters, so the names show how far a run came. If a run stops, its error lists the clusters and the
// commands that continue (-continue) or undo (-rollback) it. Both work after every step.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
)

func main() { setup.Main(run) }

// swap replaces a cluster. The restored cluster is called green until it has the name of the cluster. The replaced cluster is called
// blue then.
type swap struct {
	client      *redshift.Client
	output      io.Writer
	cluster     string
	green       string
	blue        string
	snapshot    string // empty: the newest one
	subnetGroup string
	pause       bool
	resume      bool // continue a run that stopped
	pollEvery   time.Duration

	// command returns a command that runs the program with another flag. It is nil in the demo, whose clusters end with the program.
	command func(flag string) string
	// deleteCommand returns a command that deletes a cluster.
	deleteCommand func(cluster string) string
	// step is the last step that began. It is empty while nothing is changed.
	step string
}

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("blue-green-restore",
		"Restores a snapshot next to a cluster, swaps the two by renaming them, and pauses the replaced cluster.",
	)
	cluster := flags.String("cluster", "", "the `cluster` to replace (default in the demo: "+setup.DemoCluster+")")
	snapshot := flags.String("snapshot", "", "the `snapshot` to restore (default: the newest snapshot of the cluster)")
	subnetGroup := flags.String("subnet-group", "", "the subnet `group` of the restored cluster (default: the group of the cluster)")
	pause := flags.Bool("pause", true, "pause the replaced cluster, which then costs only its storage")
	resume := flags.Bool("continue", false, "continue a run that stopped, with the clusters that it left")
	rollback := flags.Bool("rollback", false, "swap the two clusters back")
	limit := flags.Duration("limit", 12*time.Hour, "the longest `time` for everything")
	target.AddPollFlag()
	if err := setup.Parse(flags, arguments); err != nil {
		return err
	}
	switch {
	case *rollback && *snapshot != "":
		return errors.New("-rollback restores nothing: leave out -snapshot")
	case *rollback && *resume:
		return errors.New("-rollback and -continue exclude each other")
	}
	client, err := target.Client(output)
	if err != nil {
		return err
	}
	if *cluster == "" && target.Demo() {
		*cluster = setup.DemoCluster
	}
	if *cluster == "" {
		return errors.New("-cluster is required: name the cluster to replace") // an empty filter lists all clusters
	}
	*cluster = strings.ToLower(*cluster) // as Redshift stores it
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()

	job := &swap{
		client:        client,
		output:        output,
		cluster:       *cluster,
		green:         *cluster + "-green",
		blue:          *cluster + "-blue",
		snapshot:      *snapshot,
		subnetGroup:   *subnetGroup,
		pause:         *pause,
		resume:        *resume,
		pollEvery:     target.PollEvery(),
		deleteCommand: func(cluster string) string { return target.DeleteCommand(client, cluster) },
	}
	if !target.Demo() {
		job.command = func(flag string) string { return target.Command([]string{"continue", "rollback", "snapshot"}, flag) }
	}
	if *rollback && !target.Demo() {
		return job.explain(ctx, job.rollBack(ctx))
	}
	if err := job.explain(ctx, job.replace(ctx)); err != nil || !target.Demo() {
		return err
	}
	fmt.Fprintf(output, "\nThe demo now rolls back, as -rollback does.\n")

	return job.explain(ctx, job.rollBack(ctx))
}
