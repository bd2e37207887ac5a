package redshifttest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/models"
)

// tableRestore is a request to restore a table, and its progress.
type tableRestore struct {
	models.TableRestoreStatus // the members that do not change with time
	restore

	serial int
	target tableName
	// The status of SetTableRestoreStatus. Empty if it was not called.
	status models.TableRestoreStatusType
}

// tableName is the name of a table, such as dev.public.orders. Case matters only if a request sets EnableCaseSensitiveIdentifier.
type tableName struct{ database, schema, table string }

func (t tableName) String() string { return t.database + "." + t.schema + "." + t.table }

func (t tableName) folded() tableName {
	return tableName{strings.ToLower(t.database), strings.ToLower(t.schema), strings.ToLower(t.table)}
}

func (t *tableRestore) state(now time.Time) models.TableRestoreStatusType {
	switch {
	case t.status != "":
		return t.status
	case t.hasEnded(now):
		return models.TableRestoreStatusTypeSucceeded
	case t.hasStarted(now):
		return models.TableRestoreStatusTypeInProgress
	default:
		return models.TableRestoreStatusTypePending
	}
}

func (t *tableRestore) isActive(now time.Time) bool {
	return slices.Contains(activeTableRestores, t.state(now))
}

var activeTableRestores = []models.TableRestoreStatusType{models.TableRestoreStatusTypePending, models.TableRestoreStatusTypeInProgress}

// view returns the status of the table restore as Redshift shows it.
func (t *tableRestore) view(now time.Time) models.TableRestoreStatus {
	shown := t.TableRestoreStatus
	progress, total := t.progress(now), int64(t.size)
	shown.Status = t.state(now)
	if shown.Status == models.TableRestoreStatusTypeSucceeded {
		progress = total
	}
	shown.ProgressInMegaBytes, shown.TotalDataInMegaBytes = &progress, &total

	return shown
}

func restoreTableFromClusterSnapshot(c *call) (any, *failure) {
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	source, failed := c.ownSnapshot(c.params.text("SnapshotIdentifier"), "")
	if failed != nil {
		return nil, failed
	}
	// A renamed cluster keeps its snapshots, which have the identifier of that time.
	if source.ClusterIdentifier != cluster.Identifier && c.resourcesOf(c.account).clusterOf(source) != cluster {
		return nil, snapshotNotFound(source.SnapshotIdentifier)
	}
	if failed := c.checkAvailable(cluster); failed != nil {
		return nil, failed
	}
	if !source.available(c.now) {
		return nil, fail(models.ErrInvalidClusterSnapshotState, "Snapshot %s is not in state available.", source.SnapshotIdentifier)
	}
	from, to := c.tableNames()
	if failed := c.checkTables(cluster, source, from, to); failed != nil {
		return nil, failed
	}
	owner := c.resourcesOf(c.account)
	running := 0
	for _, other := range owner.tableRestores {
		if other.isActive(c.now) {
			running++
		}
	}
	if running >= max(c.quotas.TableRestores, 0) {
		return nil, fail(models.ErrInProgressTableRestoreQuotaExceededFault,
			"The account has %d table restores in progress, which is the quota. Wait until one has ended. %s",
			running, quotaHint("TableRestores"))
	}
	c.serial++
	added := &tableRestore{
		TableRestoreStatus: models.TableRestoreStatus{
			TableRestoreRequestID: c.tableRestoreID(),
			RequestTime:           c.now.UTC().Truncate(time.Millisecond),
			ClusterIdentifier:     cluster.Identifier,
			SnapshotIdentifier:    source.SnapshotIdentifier,
			SourceDatabaseName:    from.database,
			SourceSchemaName:      from.schema,
			SourceTableName:       from.table,
			TargetDatabaseName:    to.database,
			TargetSchemaName:      to.schema,
			NewTableName:          to.table,
		},
		restore: restore{started: c.now, duration: c.restoreDuration, size: source.TotalBackupSizeInMegaBytes * incrementalShare},
		serial:  c.serial,
		target:  to,
	}
	owner.tableRestores = append(owner.tableRestores, added)
	c.recordTableRestore(c.account, added)

	return &snapshots.RestoreTableFromClusterSnapshotResult{TableRestoreStatus: added.view(c.now)}, nil
}

// tableNames returns the names of the source table and the new table.
func (c *call) tableNames() (from, to tableName) {
	from = tableName{
		database: c.params.text("SourceDatabaseName"),
		schema:   "public",
		table:    c.params.text("SourceTableName"),
	}
	setUnlessEmpty(&from.schema, c.params.text("SourceSchemaName"))
	to = tableName{database: from.database, schema: from.schema, table: c.params.text("NewTableName")}
	setUnlessEmpty(&to.database, c.params.text("TargetDatabaseName"))
	setUnlessEmpty(&to.schema, c.params.text("TargetSchemaName"))
	if exact, _ := c.params.boolean("EnableCaseSensitiveIdentifier"); !exact {
		return from.folded(), to.folded()
	}

	return from, to
}

func (c *call) checkTables(cluster *storedCluster, source *storedSnapshot, from, to tableName) *failure {
	if source.tables != nil && !slices.Contains(source.tables, from.String()) {
		return fail(models.ErrInvalidTableRestoreArgument, "Snapshot %s has no table %s.", source.SnapshotIdentifier, from)
	}
	if slices.Contains(cluster.Tables, to.String()) {
		return fail(models.ErrInvalidTableRestoreArgument, "Cluster %s already has a table %s. Use a new name.", cluster.Identifier, to)
	}
	for _, other := range c.resourcesOf(c.account).tableRestores {
		if other.ClusterIdentifier == cluster.Identifier && other.target == to && other.isActive(c.now) {
			return fail(models.ErrInvalidTableRestoreArgument, "The table %s of cluster %s is already being restored.", to, cluster.Identifier)
		}
	}

	return nil
}

// finishTableRestores adds the tables whose restore has succeeded to their clusters.
func (r *resources) finishTableRestores(now time.Time) {
	for _, restored := range r.tableRestores {
		cluster, table := r.clusters[restored.ClusterIdentifier], restored.target.String()
		succeeded := restored.state(now) == models.TableRestoreStatusTypeSucceeded
		if succeeded && cluster != nil && cluster.Tables != nil && !slices.Contains(cluster.Tables, table) {
			cluster.Tables = append(cluster.Tables, table)
		}
	}
}

func describeTableRestoreStatus(c *call) (any, *failure) {
	identifier, request := strings.ToLower(c.params.text("ClusterIdentifier")), c.params.text("TableRestoreRequestId")
	if identifier != "" {
		if _, failed := c.cluster(identifier); failed != nil {
			return nil, failed
		}
	}
	var list []listItem[models.TableRestoreStatus]
	for _, restored := range c.resourcesOf(c.account).tableRestores {
		if (identifier == "" || restored.ClusterIdentifier == identifier) && (request == "" || restored.TableRestoreRequestID == request) {
			list = append(list, listItem[models.TableRestoreStatus]{
				sortKey: []string{fmt.Sprintf("%012d", restored.serial)},
				value:   restored.view(c.now),
			})
		}
	}
	if request != "" && len(list) == 0 {
		return nil, fail(models.ErrTableRestoreNotFoundFault, "Table restore %s not found.", request)
	}
	found, next, failed := page(c, tableRestorePages, list, nil)
	if failed != nil {
		return nil, failed
	}

	return &snapshots.DescribeTableRestoreStatusResult{TableRestoreStatusDetails: found, Marker: next}, nil
}

// tableRestoreID returns the identifier of a new table restore. In the region of New it is the same in every test.
func (c *call) tableRestoreID() string {
	if c.region == c.states.options.Region {
		return uuid("table restore", strconv.Itoa(c.serial))
	}

	return uuid("table restore", c.region, strconv.Itoa(c.serial))
}

// SetTableRestoreStatus sets the status and the message of a table restore of the fake's own account, and stops its progress. Use
// [models.TableRestoreStatusTypeFailed] for a restore that fails, and [models.TableRestoreStatusTypeSucceeded] for one that is ready
// early. It returns an error if the table restore does not exist, or if the status is empty.
func (f *Fake) SetTableRestoreStatus(requestID string, status models.TableRestoreStatusType, message string) error {
	if status == "" {
		return fmt.Errorf("redshifttest: set the status of table restore %q: the status is empty", requestID)
	}
	now := f.Now()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.states.update(now)
	for _, one := range f.state.resourcesOf(f.account).tableRestores {
		if one.TableRestoreRequestID == requestID {
			before := one.state(now)
			one.status, one.stopped, one.Message = status, now, message
			f.state.recordTableRestoreStatus(f.account, one, now, before)

			return nil
		}
	}

	return fmt.Errorf("redshifttest: set the status of table restore %q: no such table restore", requestID)
}
