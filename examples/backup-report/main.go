// Command backup-report shows what the backups of an account store and by how much they grow: the storage of all snapshots, the snapshots
// of each cluster, and the events of snapshots. It prints tables, or a JSON document with -json. By default it calls a fake Redshift in its
// own process.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/examples/internal/setup"
	"github.com/redshift-go/redshift/models"
)

func main() { setup.Main(run) }

// report is the document of -json.
type report struct {
	Region string    `json:"region"`
	Time   time.Time `json:"time"`
	Days   int       `json:"days"` // of the growth and of the events

	BackupMegaBytes      float64 `json:"backupMegaBytes"`
	ProvisionedMegaBytes float64 `json:"provisionedMegaBytes"`

	Clusters []clusterReport `json:"clusters"`
	Events   []eventReport   `json:"events"`
}

// clusterReport is about the snapshots of one cluster.
type clusterReport struct {
	Cluster         string    `json:"cluster"`
	Exists          bool      `json:"exists"`
	Snapshots       int       `json:"snapshots"`
	Manual          int       `json:"manual"`
	Forever         int       `json:"forever"` // manual snapshots without an end of their retention
	Newest          time.Time `json:"newest,omitzero"`
	MegaBytes       float64   `json:"megaBytes"`       // that the snapshots add to the backup storage
	GrowthMegaBytes float64   `json:"growthMegaBytes"` // of them in the last days
}

// eventReport is an event about a snapshot.
type eventReport struct {
	Time     time.Time            `json:"time"`
	Snapshot string               `json:"snapshot"`
	Severity models.EventSeverity `json:"severity"`
	ID       string               `json:"id"`
	Message  string               `json:"message"`
}

// maxDays is how long Redshift keeps events.
const maxDays = 14

func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags, target := setup.Flags("backup-report", "Shows the storage and the growth of the snapshots of an account, and their events.")
	days := flags.Int("days", 7, "the number of `days` of the growth and of the events, 1 to 14")
	asJSON := flags.Bool("json", false, "print a JSON document instead of tables")
	limit := flags.Duration("limit", 5*time.Minute, "the longest `time` for all calls")
	if err := setup.Parse(flags, arguments); err != nil {
		return err
	}
	if *days < 1 || *days > maxDays {
		return fmt.Errorf("-days must be between 1 and %d, because Redshift keeps events for %[1]d days", maxDays)
	}
	notes := output
	if *asJSON {
		notes = io.Discard // the output is one document
	}
	target.DemoAge = demoDays * 24 * time.Hour
	client, err := target.Client(notes)
	if err != nil {
		return err
	}
	now := time.Now()
	if target.Demo() {
		if err := prepare(ctx, target, client); err != nil {
			return err
		}
		now = target.Fake.Now()
	}
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	made, err := collect(ctx, client, now, *days)
	if err != nil {
		return err
	}
	if *asJSON {
		encoder := json.NewEncoder(output)
		encoder.SetIndent("", "  ")

		return encoder.Encode(made)
	}

	return made.print(output)
}

// collect makes the calls of a report.
func collect(ctx context.Context, client *redshift.Client, now time.Time, days int) (*report, error) {
	storage, err := client.DescribeStorage(ctx, nil)
	if err != nil {
		return nil, err
	}
	made := &report{
		Region:               client.Region(),
		Time:                 now.UTC().Truncate(time.Second),
		Days:                 days,
		BackupMegaBytes:      storage.TotalBackupSizeInMegaBytes,
		ProvisionedMegaBytes: storage.TotalProvisionedStorageInMegaBytes,
		Clusters:             []clusterReport{}, // JSON without null
		Events:               []eventReport{},
	}
	since := now.AddDate(0, 0, -days)
	byCluster := make(map[string]*clusterReport)
	of := func(cluster string) *clusterReport {
		if byCluster[cluster] == nil {
			byCluster[cluster] = &clusterReport{Cluster: cluster}
		}

		return byCluster[cluster]
	}
	for cluster, err := range client.DescribeClustersAll(ctx, nil) {
		if err != nil {
			return nil, err
		}
		of(cluster.ClusterIdentifier).Exists = true
	}
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, nil) {
		if err != nil {
			return nil, err
		}
		of(snapshot.ClusterIdentifier).add(&snapshot, since)
	}
	for _, one := range byCluster {
		made.Clusters = append(made.Clusters, *one)
	}
	slices.SortFunc(made.Clusters, func(a, b clusterReport) int {
		return cmp.Or(-cmp.Compare(a.MegaBytes, b.MegaBytes), cmp.Compare(a.Cluster, b.Cluster))
	})
	for event, err := range client.DescribeEventsAll(ctx, &redshift.DescribeEventsParams{
		SourceType: models.SourceTypeClusterSnapshot,
		StartTime:  since,
	}) {
		if err != nil {
			return nil, err
		}
		made.Events = append(made.Events, eventReport{
			Time: event.Date, Snapshot: event.SourceIdentifier, Severity: event.Severity, ID: event.EventID, Message: event.Message,
		})
	}

	return made, nil
}

// add counts a snapshot.
func (c *clusterReport) add(snapshot *models.Snapshot, since time.Time) {
	c.Snapshots++
	c.MegaBytes += snapshot.ActualIncrementalBackupSizeInMegaBytes
	if snapshot.SnapshotType == models.SnapshotTypeManual {
		c.Manual++
		if days := snapshot.ManualSnapshotRetentionPeriod; days != nil && *days < 0 {
			c.Forever++
		}
	}
	if !snapshot.SnapshotCreateTime.Before(since) {
		c.GrowthMegaBytes += snapshot.ActualIncrementalBackupSizeInMegaBytes
	}
	if snapshot.SnapshotCreateTime.After(c.Newest) {
		c.Newest = snapshot.SnapshotCreateTime
	}
}

// print writes the tables.
func (r *report) print(output io.Writer) error {
	fmt.Fprintf(output, "Backups in %s, %s\n\n", r.Region, r.Time.Format("2006-01-02 15:04"))
	fmt.Fprintf(output, "All snapshots store %s MB. All clusters have %s MB of storage.\n\n",
		setup.Megabytes(r.BackupMegaBytes), setup.Megabytes(r.ProvisionedMegaBytes))
	table := tabwriter.NewWriter(output, 0, 8, 2, ' ', 0)
	fmt.Fprintf(table, "CLUSTER\tSNAPSHOTS\tMANUAL\tKEPT FOREVER\tNEWEST\tMB STORED\tMB IN %d DAYS\n", r.Days)
	for _, one := range r.Clusters {
		name, newest := one.Cluster, "-"
		if !one.Exists {
			name += " (deleted)"
		}
		if !one.Newest.IsZero() {
			newest = one.Newest.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%s\t%s\t%s\n", name, one.Snapshots, one.Manual, one.Forever, newest,
			setup.Megabytes(one.MegaBytes), setup.Megabytes(one.GrowthMegaBytes))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(r.Events) == 0 {
		_, err := fmt.Fprintf(output, "\nNo events of snapshots in %d days.\n", r.Days)

		return err
	}
	fmt.Fprintf(output, "\nEvents of snapshots in %d days:\n", r.Days)
	events := tabwriter.NewWriter(output, 0, 8, 2, ' ', 0)
	fmt.Fprintln(events, "TIME\tSEVERITY\tEVENT\tSNAPSHOT")
	for _, event := range r.Events {
		fmt.Fprintf(events, "%s\t%s\t%s\t%s\n", event.Time.Format("2006-01-02 15:04"), event.Severity, event.ID, event.Snapshot)
	}

	return events.Flush()
}

// demoDays is the number of days that the demo prepares.
const demoDays = 10

// prepare lets the demo take a snapshot every 24 hours. Every fifth snapshot has no end of its retention.
func prepare(ctx context.Context, target *setup.Target, client *redshift.Client) error {
	for number := range demoDays {
		target.Fake.Advance(12 * time.Hour)
		params := &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier:  setup.DemoCluster,
			SnapshotIdentifier: fmt.Sprintf("daily-%02d", number+1),
		}
		if (number+1)%5 != 0 {
			params.ManualSnapshotRetentionPeriod = new(demoDays)
		}
		if _, err := client.CreateClusterSnapshot(ctx, params); err != nil {
			return err
		}
		target.Fake.Advance(12 * time.Hour)
	}

	return nil
}
