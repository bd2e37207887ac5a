package redshift

import (
	"time"

	"github.com/redshift-go/redshift/internal/attempts"
	"github.com/redshift-go/redshift/internal/recovery"
)

// NewWithoutJitter is New for tests that hold the waits: each is as long as it can be.
func NewWithoutJitter(config Config) (*Client, error) {
	client, err := newClient(config, func(string) string { return "" })
	if err == nil {
		client.invoker.Jitter = func(longest time.Duration) time.Duration { return longest }
	}

	return WithoutWaitJitter(client), err
}

// WithoutWaitJitter makes the delays of the client's waits as long as they can be.
func WithoutWaitJitter(client *Client) *Client {
	if client != nil {
		client.waits.jitter = func(longest time.Duration) time.Duration { return longest }
	}

	return client
}

// WithWaitJitter makes the client draw the delays of its waits by the function.
func WithWaitJitter(client *Client, jitter func(longest time.Duration) time.Duration) *Client {
	client.waits.jitter = jitter

	return client
}

// Plans has the recovery plan of each operation that changes something, for parameters with every value.
func Plans() map[string]recovery.Plan {
	return map[string]recovery.Plan{
		"AuthorizeSnapshotAccess":           recoverAuthorizeSnapshotAccess(nil, new(AuthorizeSnapshotAccessParams)),
		"BatchDeleteClusterSnapshots":       recoverBatchDeleteClusterSnapshots(nil, new(BatchDeleteClusterSnapshotsParams)),
		"BatchModifyClusterSnapshots":       recoverBatchModifyClusterSnapshots(nil, new(BatchModifyClusterSnapshotsParams)),
		"CopyClusterSnapshot":               recoverCopyClusterSnapshot(nil, new(CopyClusterSnapshotParams)),
		"CreateClusterSnapshot":             recoverCreateClusterSnapshot(nil, new(CreateClusterSnapshotParams)),
		"CreateSnapshotCopyGrant":           recoverCreateSnapshotCopyGrant(nil, new(CreateSnapshotCopyGrantParams)),
		"CreateSnapshotSchedule":            recoverCreateSnapshotSchedule(nil, &CreateSnapshotScheduleParams{ScheduleIdentifier: "nightly"}),
		"CreateTags":                        recoverCreateTags(nil, new(CreateTagsParams)),
		"DeleteClusterSnapshot":             recoverDeleteClusterSnapshot(nil, new(DeleteClusterSnapshotParams)),
		"DeleteSnapshotCopyGrant":           recoverDeleteSnapshotCopyGrant(nil, new(DeleteSnapshotCopyGrantParams)),
		"DeleteSnapshotSchedule":            recoverDeleteSnapshotSchedule(nil, new(DeleteSnapshotScheduleParams)),
		"DeleteTags":                        recoverDeleteTags(nil, new(DeleteTagsParams)),
		"DisableSnapshotCopy":               recoverDisableSnapshotCopy(nil, new(DisableSnapshotCopyParams)),
		"EnableSnapshotCopy":                recoverEnableSnapshotCopy(nil, new(EnableSnapshotCopyParams)),
		"ModifyClusterSnapshot":             recoverModifyClusterSnapshot(nil, new(ModifyClusterSnapshotParams)),
		"ModifyClusterSnapshotSchedule":     recoverModifyClusterSnapshotSchedule(nil, new(ModifyClusterSnapshotScheduleParams)),
		"ModifySnapshotCopyRetentionPeriod": recoverModifySnapshotCopyRetentionPeriod(nil, new(ModifySnapshotCopyRetentionPeriodParams)),
		"ModifySnapshotSchedule":            recoverModifySnapshotSchedule(nil, new(ModifySnapshotScheduleParams)),
		"RestoreFromClusterSnapshot":        recoverRestoreFromClusterSnapshot(nil, new(RestoreFromClusterSnapshotParams)),
		"RestoreTableFromClusterSnapshot":   recoverRestoreTableFromClusterSnapshot(nil, new(RestoreTableFromClusterSnapshotParams)),
		"RevokeSnapshotAccess":              recoverRevokeSnapshotAccess(nil, new(RevokeSnapshotAccessParams)),
	}
}

// ThrottlingCodes are those that [IsThrottled] knows.
var ThrottlingCodes = attempts.ThrottlingCodes
