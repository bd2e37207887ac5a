package redshifttest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/models"
)

// supportAlias is the account that means AWS Support.
const supportAlias = "amazon-redshift-support"

func createClusterSnapshot(c *call) (any, *failure) {
	identifier := c.params.text("SnapshotIdentifier")
	if failed := c.checkNewIdentifier("SnapshotIdentifier", identifier, maxSnapshotIdentifier); failed != nil {
		return nil, failed
	}
	if _, failed := c.newRetention(); failed != nil {
		return nil, failed
	}
	tags, failed := c.tags()
	if failed != nil {
		return nil, failed
	}
	cluster, failed := c.cluster(c.params.text("ClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}
	// Amazon's reference of this operation says that the default is forever. The reference of clusters and the management guide say
	// that it is the cluster's period. They differ only if a cluster has its own period.
	days, failed := c.retention(cluster.ManualSnapshotRetentionPeriod)
	if failed != nil {
		return nil, failed
	}
	// A caller that retries after a lost response must get the error that the snapshot exists, even if the snapshot has used up the quota.
	if failed := c.checkNotTaken(identifier); failed != nil {
		return nil, failed
	}
	if failed := c.checkAvailable(cluster); failed != nil {
		return nil, failed
	}
	if failed := c.checkSnapshotQuota(); failed != nil {
		return nil, failed
	}
	taken := c.addSnapshot(c.account, cluster, identifier, models.SnapshotTypeManual, c.now)
	taken.Tags, taken.ManualSnapshotRetentionPeriod = tags, &days
	// SnapshotCreateTime is rounded down. The duration counts from the exact time.
	taken.started = c.now
	c.hideNew(taken)
	c.recordSnapshot(taken)

	return &snapshots.CreateClusterSnapshotResult{Snapshot: taken.view(c.account, c.now)}, nil
}

func copyClusterSnapshot(c *call) (any, *failure) {
	identifier := c.params.text("TargetSnapshotIdentifier")
	if failed := c.checkNewIdentifier("TargetSnapshotIdentifier", identifier, maxSnapshotIdentifier); failed != nil {
		return nil, failed
	}
	days, failed := c.retention(keepForever)
	if failed != nil {
		return nil, failed
	}
	clusterIdentifier := c.params.text("SourceSnapshotClusterIdentifier")
	if clusterIdentifier != "" {
		if _, failed := c.cluster(clusterIdentifier); failed != nil {
			return nil, failed
		}
	}
	source, failed := c.ownSnapshot(c.params.text("SourceSnapshotIdentifier"), clusterIdentifier)
	if failed != nil {
		return nil, failed
	}
	if failed := c.checkNotTaken(identifier); failed != nil {
		return nil, failed
	}
	if source.SnapshotType != models.SnapshotTypeAutomated {
		return nil, fail(models.ErrInvalidClusterSnapshotState,
			"Snapshot %s is not an automated snapshot. Only automated snapshots can be copied.", source.SnapshotIdentifier)
	}
	if !source.available(c.now) {
		return nil, fail(models.ErrInvalidClusterSnapshotState, "Snapshot %s is not in state available.", source.SnapshotIdentifier)
	}
	owner := c.resourcesOf(c.account)
	if cluster := owner.clusterOf(source); cluster != nil && cluster.isPaused(c.now) && owner.newestAutomated(c.now)[cluster] == source {
		return nil, fail(models.ErrInvalidClusterSnapshotState,
			"Cluster %s is %s. Its latest automated snapshot cannot be copied.", cluster.Identifier, cluster.status(c.now))
	}
	if failed := c.checkSnapshotQuota(); failed != nil {
		return nil, failed
	}

	c.serial++
	target := *source
	target.serial = c.serial
	target.grants, target.copyDue, target.recorded, target.automatedDays = nil, false, false, 0
	target.SnapshotIdentifier = identifier
	target.SnapshotType = models.SnapshotTypeManual
	target.SnapshotArn = c.snapshotARN(c.account, source.ClusterIdentifier, identifier)
	target.SnapshotRetentionStartTime = c.now.UTC().Truncate(time.Millisecond)
	target.ManualSnapshotRetentionPeriod = &days
	target.status = models.SnapshotStatusAvailable
	target.Tags = slices.Clone(source.Tags)
	owner.snapshots[strings.ToLower(identifier)] = &target
	c.hideNew(&target)
	c.snapshotEvent(&target, c.now, 2009, "has started")
	c.snapshotEvent(&target, c.now, 3004, "is completed")

	return &snapshots.CopyClusterSnapshotResult{Snapshot: target.view(c.account, c.now)}, nil
}

func authorizeSnapshotAccess(c *call) (any, *failure) {
	account, failed := c.restoreAccount()
	switch {
	case failed != nil:
		return nil, failed
	case account == c.account:
		return nil, fail(awsquery.ErrInvalidParameterValue,
			"The parameter AccountWithRestoreAccess is the account that owns the snapshot. Use another account.")
	}
	shared, failed := c.namedSnapshot()
	if failed != nil {
		return nil, failed
	}
	switch {
	case shared.SnapshotType != models.SnapshotTypeManual:
		return nil, fail(models.ErrInvalidClusterSnapshotState,
			"Snapshot %s is not a manual snapshot. Only manual snapshots can be shared.", shared.SnapshotIdentifier)
	case slices.Contains(shared.grants, account):
		return nil, fail(models.ErrAuthorizationAlreadyExists,
			"Account %s is already authorized to access snapshot %s.", account, shared.SnapshotIdentifier)
	case !shared.available(c.now):
		return nil, fail(models.ErrInvalidClusterSnapshotState, "Snapshot %s is not in state available.", shared.SnapshotIdentifier)
	case len(shared.grants) >= max(c.quotas.AccountsPerSnapshot, 0):
		return nil, fail(models.ErrAuthorizationQuotaExceeded,
			"Snapshot %s is shared with %d accounts, which is the quota. %s",
			shared.SnapshotIdentifier, len(shared.grants), quotaHint("AccountsPerSnapshot"))
	}
	shared.grants = append(shared.grants, account)
	c.hideNew(snapshotAccess{shared, account})

	return &snapshots.AuthorizeSnapshotAccessResult{Snapshot: shared.view(c.account, c.now)}, nil
}

func revokeSnapshotAccess(c *call) (any, *failure) {
	account, failed := c.restoreAccount()
	if failed != nil {
		return nil, failed
	}
	if owner := arnAccount(c.params.text("SnapshotArn")); owner != "" && owner != c.account {
		return nil, fail(models.ErrAccessToSnapshotDenied,
			"The snapshot belongs to account %s. Only that account can revoke access to it.", owner)
	}
	shared, failed := c.namedSnapshot()
	if failed != nil {
		return nil, failed
	}
	index := slices.Index(shared.grants, account)
	if index < 0 {
		return nil, fail(models.ErrAuthorizationNotFound,
			"Account %s is not authorized to access snapshot %s.", account, shared.SnapshotIdentifier)
	}
	shared.grants = slices.Delete(shared.grants, index, index+1)

	return &snapshots.RevokeSnapshotAccessResult{Snapshot: shared.view(c.account, c.now)}, nil
}

// restoreAccount returns the AccountWithRestoreAccess.
func (c *call) restoreAccount() (string, *failure) {
	account := c.params.text("AccountWithRestoreAccess")
	if account != supportAlias && !twelveDigits.MatchString(account) {
		return "", fail(awsquery.ErrInvalidParameterValue,
			"The parameter AccountWithRestoreAccess must be an account of 12 digits or %s, not '%s'.", supportAlias, account)
	}

	return account, nil
}

// snapshotName returns SnapshotIdentifier and SnapshotArn. The call can have at most one of them.
func (c *call) snapshotName() (identifier, arn string, failed *failure) {
	identifier, arn = c.params.text("SnapshotIdentifier"), c.params.text("SnapshotArn")
	if identifier != "" && arn != "" {
		return "", "", fail(awsquery.ErrInvalidParameterCombination, "SnapshotIdentifier and SnapshotArn cannot be given together.")
	}
	if arn != "" {
		failed = checkSnapshotARN(arn)
	}

	return identifier, arn, failed
}

// oneSnapshotName returns SnapshotIdentifier and SnapshotArn. The call must have exactly one of them.
func (c *call) oneSnapshotName() (identifier, arn string, failed *failure) {
	identifier, arn, failed = c.snapshotName()
	if failed == nil && identifier+arn == "" {
		failed = fail(awsquery.ErrMissingParameter, "The request must contain the parameter SnapshotIdentifier or SnapshotArn.")
	}

	return identifier, arn, failed
}

// namedSnapshot returns the snapshot of the caller that SnapshotIdentifier or SnapshotArn names.
func (c *call) namedSnapshot() (*storedSnapshot, *failure) {
	identifier, arn, failed := c.oneSnapshotName()
	if failed != nil {
		return nil, failed
	}

	return c.findSnapshot(c.account, identifier, arn)
}

// findSnapshot returns the snapshot of an account with an identifier or an ARN. If the call has a SnapshotClusterIdentifier, the
// snapshot must be of that cluster.
func (c *call) findSnapshot(account, identifier, arn string) (*storedSnapshot, *failure) {
	cluster := c.params.text("SnapshotClusterIdentifier")
	for _, snapshot := range c.resourcesOf(account).snapshots {
		if (strings.EqualFold(snapshot.SnapshotIdentifier, identifier) || strings.EqualFold(snapshot.SnapshotArn, arn)) &&
			(cluster == "" || strings.EqualFold(snapshot.ClusterIdentifier, cluster)) {
			return snapshot, nil
		}
	}

	return nil, snapshotNotFound(identifier + arn)
}

func deleteClusterSnapshot(c *call) (any, *failure) {
	deleted, failed := c.removeSnapshot(c.params.text("SnapshotIdentifier"), c.params.text("SnapshotClusterIdentifier"))
	if failed != nil {
		return nil, failed
	}

	return &snapshots.DeleteClusterSnapshotResult{Snapshot: deleted}, nil
}

// removeSnapshot deletes a snapshot and returns the view of it with the status deleted.
func (c *call) removeSnapshot(identifier, cluster string) (models.Snapshot, *failure) {
	snapshot, failed := c.ownSnapshot(identifier, cluster)
	if failed != nil {
		return models.Snapshot{}, failed
	}
	shown := snapshot.view(c.account, c.now)
	switch {
	case snapshot.SnapshotType != models.SnapshotTypeManual:
		return models.Snapshot{}, fail(models.ErrInvalidClusterSnapshotState,
			"Cannot delete the snapshot %s because only manual snapshots may be deleted", snapshot.SnapshotIdentifier)
	case !slices.Contains(deletable, shown.Status):
		return models.Snapshot{}, fail(models.ErrInvalidClusterSnapshotState,
			"Snapshot %s cannot be deleted while it is %s.", snapshot.SnapshotIdentifier, shown.Status)
	case len(snapshot.grants) > 0:
		return models.Snapshot{}, fail(models.ErrInvalidClusterSnapshotState,
			"Snapshot %s is shared with other accounts. Revoke their access first.", snapshot.SnapshotIdentifier)
	}
	delete(c.resourcesOf(c.account).snapshots, strings.ToLower(snapshot.SnapshotIdentifier))
	c.snapshotEvent(snapshot, c.now, 2011, "was deleted")
	shown.Status = models.SnapshotStatusDeleted

	return shown, nil
}

// statusCancelled is a status that Amazon mentions only as one of a snapshot that can be deleted.
const statusCancelled models.SnapshotStatus = "cancelled"

// deletable are the statuses of snapshots that can be deleted.
var deletable = []models.SnapshotStatus{
	models.SnapshotStatusAvailable, models.SnapshotStatusFinalSnapshot, models.SnapshotStatusFailed, statusCancelled,
}

func modifyClusterSnapshot(c *call) (any, *failure) {
	days, failed := c.newRetention()
	if failed != nil {
		return nil, failed
	}
	modified, failed := c.setRetention(c.params.text("SnapshotIdentifier"), days)
	if failed != nil {
		return nil, failed
	}

	return &snapshots.ModifyClusterSnapshotResult{Snapshot: modified}, nil
}

// setRetention sets the retention period of a snapshot and returns the view of it. If days is nil, it changes nothing. If the new period
// has already ended and the call has Force, it deletes the snapshot.
func (c *call) setRetention(identifier string, days *int) (models.Snapshot, *failure) {
	snapshot, failed := c.ownSnapshot(identifier, "")
	if failed != nil {
		return models.Snapshot{}, failed
	}
	switch {
	case snapshot.SnapshotType != models.SnapshotTypeManual:
		return models.Snapshot{}, fail(models.ErrInvalidClusterSnapshotState,
			"Snapshot %s is not a manual snapshot. Only manual snapshots have their own retention period.", snapshot.SnapshotIdentifier)
	case !snapshot.available(c.now):
		return models.Snapshot{}, fail(models.ErrInvalidClusterSnapshotState,
			"Snapshot %s is not in state available.", snapshot.SnapshotIdentifier)
	case days == nil:
		return snapshot.view(c.account, c.now), nil
	}
	changed := *snapshot
	changed.ManualSnapshotRetentionPeriod = days
	if end, ends := changed.end(); ends && !c.now.Before(end) {
		if force, _ := c.params.boolean("Force"); force {
			return c.removeSnapshot(identifier, "")
		}

		return models.Snapshot{}, fail(models.ErrInvalidRetentionPeriodFault,
			"Snapshot %s is older than the retention period of %d days. Force deletes it.", snapshot.SnapshotIdentifier, *days)
	}
	snapshot.ManualSnapshotRetentionPeriod = days

	return snapshot.view(c.account, c.now), nil
}

// maxBatch is the largest number of snapshots of a batch.
const maxBatch = 100

func batchDeleteClusterSnapshots(c *call) (any, *failure) {
	batch := c.params.structures("Identifiers.DeleteClusterSnapshotMessage")
	if len(batch) > maxBatch {
		return nil, fail(models.ErrBatchDeleteRequestSizeExceeded, "A batch can delete at most %d snapshots, not %d.", maxBatch, len(batch))
	}
	result := &snapshots.BatchDeleteClusterSnapshotsResult{Resources: []string{}, Errors: []models.SnapshotErrorMessage{}}
	for _, members := range batch {
		identifier, cluster := members["SnapshotIdentifier"], members["SnapshotClusterIdentifier"]
		deleted, failed := c.removeSnapshot(identifier, cluster)
		if failed != nil {
			result.Errors = append(result.Errors, c.batchError(identifier, cluster, failed))

			continue
		}
		result.Resources = append(result.Resources, deleted.SnapshotIdentifier)
	}

	return result, nil
}

func batchModifyClusterSnapshots(c *call) (any, *failure) {
	batch := c.params.strings("SnapshotIdentifierList.String")
	if len(batch) > maxBatch {
		return nil, fail(models.ErrBatchModifyClusterSnapshotsLimitExceededFault,
			"A batch can modify at most %d snapshots, not %d.", maxBatch, len(batch))
	}
	days, failed := c.newRetention()
	if failed != nil {
		return nil, failed
	}
	result := &snapshots.BatchModifyClusterSnapshotsResult{Resources: []string{}, Errors: []models.SnapshotErrorMessage{}}
	for _, identifier := range batch {
		modified, failed := c.setRetention(identifier, days)
		if failed != nil {
			result.Errors = append(result.Errors, c.batchError(identifier, "", failed))

			continue
		}
		result.Resources = append(result.Resources, modified.SnapshotIdentifier)
	}

	return result, nil
}

// batchError returns the error for a snapshot that a batch did not change.
func (c *call) batchError(identifier, cluster string, failed *failure) models.SnapshotErrorMessage {
	if snapshot := c.resourcesOf(c.account).snapshots[strings.ToLower(identifier)]; snapshot != nil && cluster == "" {
		cluster = snapshot.ClusterIdentifier
	}

	return models.SnapshotErrorMessage{
		SnapshotIdentifier:        identifier,
		SnapshotClusterIdentifier: cluster,
		FailureCode:               string(failed.code),
		FailureReason:             failed.message,
	}
}

func describeClusterSnapshots(c *call) (any, *failure) {
	matches, failed := c.snapshotFilter()
	if failed != nil {
		return nil, failed
	}
	order, failed := c.snapshotOrder()
	if failed != nil {
		return nil, failed
	}
	visible, failed := c.visibleSnapshots()
	if failed != nil {
		return nil, failed
	}
	var list []listItem[*storedSnapshot]
	for _, snapshot := range visible {
		if matches(snapshot) {
			list = append(list, listItem[*storedSnapshot]{sortKey: order.sortKey(snapshot), value: snapshot})
		}
	}
	found, next, failed := page(c, snapshotPages, list, order.descending)
	if failed != nil {
		return nil, failed
	}
	shown := make([]models.Snapshot, len(found))
	for i, snapshot := range found {
		shown[i] = c.describedSnapshot(snapshot)
	}

	return &snapshots.DescribeClusterSnapshotsResult{Snapshots: shown, Marker: next}, nil
}

// visibleSnapshots returns the snapshot that SnapshotIdentifier or SnapshotArn names, or all snapshots of the requested account.
// Amazon documents ClusterSnapshotNotFound for an identifier of a snapshot that does not exist. Therefore it is the error only if the
// caller can see no such snapshot. If a filter does not match an existing snapshot, the list is empty.
func (c *call) visibleSnapshots() ([]*storedSnapshot, *failure) {
	owner := c.params.text("OwnerAccount")
	if owner != "" && !twelveDigits.MatchString(owner) {
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter OwnerAccount must be an account of 12 digits, not '%s'.", owner)
	}
	identifier, arn, failed := c.snapshotName()
	if failed != nil {
		return nil, failed
	}
	if identifier != "" && c.params.text("ClusterIdentifier") != "" {
		return nil, fail(awsquery.ErrInvalidParameterCombination, "ClusterIdentifier and SnapshotIdentifier cannot be given together.")
	}
	var visible []*storedSnapshot
	for account, owned := range c.accounts {
		for _, snapshot := range owned.snapshots {
			switch {
			case owner != "" && account != owner:
			case c.hides(snapshot):
			case account != c.account && (!slices.Contains(snapshot.grants, c.account) || c.hides(snapshotAccess{snapshot, c.account})):
			case arn != "" && !strings.EqualFold(snapshot.SnapshotArn, arn):
			case identifier != "" && !strings.EqualFold(snapshot.SnapshotIdentifier, identifier):
			case owner == "" && arn == "" && account != c.account: // an ARN contains the owner
			default:
				visible = append(visible, snapshot)
			}
		}
	}
	if name := identifier + arn; name != "" && len(visible) == 0 {
		return nil, snapshotNotFound(name)
	}

	return visible, nil
}

// snapshotFilter returns the filter of the other parameters of DescribeClusterSnapshots.
func (c *call) snapshotFilter() (func(*storedSnapshot) bool, *failure) {
	kind := models.SnapshotType(c.params.text("SnapshotType"))
	if kind != "" && kind != models.SnapshotTypeAutomated && kind != models.SnapshotTypeManual {
		return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter SnapshotType must be automated or manual, not '%s'.", kind)
	}
	tags, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	identifier := strings.ToLower(c.params.text("ClusterIdentifier"))
	wantExists, filterExists := c.params.boolean("ClusterExists")
	if filterExists && wantExists {
		if identifier == "" {
			return nil, fail(awsquery.ErrInvalidParameterCombination, "ClusterIdentifier is required if ClusterExists is true.")
		}
		if _, failed := c.cluster(identifier); failed != nil {
			return nil, failed
		}
	}
	start, hasStart := c.params.time("StartTime")
	end, hasEnd := c.params.time("EndTime")

	return func(snapshot *storedSnapshot) bool {
		cluster := c.resourcesOf(snapshot.OwnerAccount).clusters[snapshot.ClusterIdentifier]
		exists := cluster != nil && !snapshot.SnapshotCreateTime.Before(cluster.CreateTime)
		switch {
		case identifier != "" && snapshot.ClusterIdentifier != identifier:
		case kind != "" && snapshot.SnapshotType != kind:
		case hasStart && snapshot.SnapshotCreateTime.Before(start):
		case hasEnd && snapshot.SnapshotCreateTime.After(end):
		case filterExists && wantExists && !exists:
		case filterExists && !wantExists && cluster != nil:
		case !tags.isEmpty() && (snapshot.OwnerAccount != c.account || !tags.matches(snapshot.Tags)):
		default:
			return true
		}

		return false
	}, nil
}

// snapshotOrder is an order of snapshots: by attributes, and then by their creation in the fake.
type snapshotOrder struct {
	attributes []models.SnapshotAttributeToSortBy
	descending []bool
}

func (c *call) snapshotOrder() (snapshotOrder, *failure) {
	var order snapshotOrder
	for _, entity := range c.params.structures("SortingEntities.SnapshotSortingEntity") {
		attribute := models.SnapshotAttributeToSortBy(entity["Attribute"])
		switch attribute {
		case models.SnapshotAttributeToSortByCreateTime, models.SnapshotAttributeToSortBySourceType, models.SnapshotAttributeToSortByTotalSize:
		default:
			return order, fail(awsquery.ErrInvalidParameterValue,
				"The attribute to sort by must be SOURCE_TYPE, TOTAL_SIZE or CREATE_TIME, not '%s'.", attribute)
		}
		direction := models.SortByOrder(entity["SortOrder"])
		if direction != "" && direction != models.SortByOrderAsc && direction != models.SortByOrderDesc {
			return order, fail(awsquery.ErrInvalidParameterValue, "The sort order must be ASC or DESC, not '%s'.", direction)
		}
		order.attributes = append(order.attributes, attribute)
		order.descending = append(order.descending, direction == models.SortByOrderDesc)
	}
	if len(order.attributes) == 0 {
		order.attributes, order.descending = []models.SnapshotAttributeToSortBy{models.SnapshotAttributeToSortByCreateTime}, []bool{false}
	}

	return order, nil
}

func (o snapshotOrder) sortKey(snapshot *storedSnapshot) []string {
	var key []string
	for _, attribute := range o.attributes {
		switch attribute {
		case models.SnapshotAttributeToSortByCreateTime:
			key = append(key, snapshot.SnapshotCreateTime.Format(timeFormat))
		case models.SnapshotAttributeToSortByTotalSize:
			key = append(key, fmt.Sprintf("%024.6f", snapshot.TotalBackupSizeInMegaBytes))
		default:
			key = append(key, string(snapshot.SnapshotType))
		}
	}

	return append(key, fmt.Sprintf("%012d", snapshot.serial))
}

// ownSnapshot returns a snapshot of the caller. If cluster is not empty, the snapshot must be of that cluster. It does not find
// snapshots that other accounts share.
func (c *call) ownSnapshot(identifier, cluster string) (*storedSnapshot, *failure) {
	snapshot := c.resourcesOf(c.account).snapshots[strings.ToLower(identifier)]
	if snapshot == nil || cluster != "" && !strings.EqualFold(cluster, snapshot.ClusterIdentifier) {
		return nil, snapshotNotFound(identifier)
	}

	return snapshot, nil
}

func snapshotNotFound(name string) *failure {
	return fail(models.ErrClusterSnapshotNotFound, "Snapshot %s not found.", name)
}

func (c *call) checkNotTaken(identifier string) *failure {
	if c.resourcesOf(c.account).snapshots[strings.ToLower(identifier)] != nil {
		return fail(models.ErrClusterSnapshotAlreadyExists,
			"Cannot create the snapshot because a snapshot with the identifier %s already exists.", identifier)
	}

	return nil
}

func (c *call) checkSnapshotQuota() *failure {
	count := 0
	for _, snapshot := range c.resourcesOf(c.account).snapshots {
		if snapshot.SnapshotType == models.SnapshotTypeManual {
			count++
		}
	}
	if count >= max(c.quotas.ManualSnapshots, 0) {
		return fail(models.ErrClusterSnapshotQuotaExceeded, "The account has %d manual snapshots, which is the quota. Delete some first. %s",
			count, quotaHint("ManualSnapshots"))
	}

	return nil
}

var snapshotARNForm = regexp.MustCompile(`^arn:[a-z-]+:redshift(-serverless)?:[a-z0-9-]+:[0-9]{12}:snapshot[:/].+$`)

func checkSnapshotARN(arn string) *failure {
	if !snapshotARNForm.MatchString(arn) {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter SnapshotArn is not the Amazon resource name of a snapshot: '%s'.", arn)
	}

	return nil
}

// arnAccount returns the account in an ARN, or "" if the ARN has none.
func arnAccount(arn string) string {
	const accountPart, parts = 4, 6 // arn:partition:service:region:account:resource
	split := strings.SplitN(arn, ":", parts)
	if len(split) < parts || !twelveDigits.MatchString(split[accountPart]) {
		return ""
	}

	return split[accountPart]
}
