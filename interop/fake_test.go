package interop

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsredshift "github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"
	"github.com/aws/smithy-go"

	"github.com/redshift-go/redshift/redshifttest"
)

// The AWS SDK for Go v2 works with the fake: it signs, creates, waits, lists pages and decodes errors.
func TestAmazonsClientWorksWithTheFake(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	fake := redshifttest.NewServer(t, redshifttest.Options{Region: region, SnapshotDuration: 100 * time.Millisecond})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	for hour := range 45 {
		if _, err := fake.AddAutomatedSnapshot("analytics", fake.Now().Add(time.Duration(hour-46)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	client := clientOf(fake)

	created, err := client.CreateClusterSnapshot(ctx, &awsredshift.CreateClusterSnapshotInput{
		ClusterIdentifier:  aws.String("analytics"),
		SnapshotIdentifier: aws.String("nightly"),
		Tags:               []types.Tag{{Key: aws.String("env"), Value: aws.String("prod + é")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if status := aws.ToString(created.Snapshot.Status); status != "creating" {
		t.Errorf("status of the new snapshot = %s", status)
	}
	err = awsredshift.NewSnapshotAvailableWaiter(client, func(options *awsredshift.SnapshotAvailableWaiterOptions) {
		options.MinDelay, options.MaxDelay = 20*time.Millisecond, 50*time.Millisecond
	}).Wait(ctx, &awsredshift.DescribeClusterSnapshotsInput{SnapshotIdentifier: aws.String("nightly")}, 20*time.Second)
	if err != nil {
		t.Errorf("wait: err = %v", err)
	}

	pages, seen := 0, 0
	for paginator := awsredshift.NewDescribeClusterSnapshotsPaginator(client, &awsredshift.DescribeClusterSnapshotsInput{MaxRecords: aws.Int32(20)}); paginator.HasMorePages(); pages++ {
		page, err := paginator.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		seen += len(page.Snapshots)
	}
	if pages != 3 || seen != 46 {
		t.Errorf("got %d snapshots on %d pages, want 46 on 3", seen, pages)
	}

	copied, err := client.CopyClusterSnapshot(ctx, &awsredshift.CopyClusterSnapshotInput{
		SourceSnapshotIdentifier: aws.String(newestAutomated(t, fake)),
		TargetSnapshotIdentifier: aws.String("kept"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if kind := aws.ToString(copied.Snapshot.SnapshotType); kind != "manual" {
		t.Errorf("type of the copy = %s", kind)
	}

	shared, err := client.AuthorizeSnapshotAccess(ctx, &awsredshift.AuthorizeSnapshotAccessInput{
		SnapshotIdentifier:       aws.String("kept"),
		AccountWithRestoreAccess: aws.String("210987654321"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if accounts := shared.Snapshot.AccountsWithRestoreAccess; len(accounts) != 1 || aws.ToString(accounts[0].AccountId) != "210987654321" {
		t.Errorf("accounts with access = %+v", accounts)
	}

	_, err = client.CreateClusterSnapshot(ctx, &awsredshift.CreateClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("nightly"),
	})
	var exists *types.ClusterSnapshotAlreadyExistsFault
	if !errors.As(err, &exists) {
		t.Errorf("second CreateClusterSnapshot: err = %v", err)
	}
	_, err = client.CreateClusterSnapshot(ctx, &awsredshift.CreateClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("tagged"),
		Tags: []types.Tag{{Key: aws.String("<key>"), Value: aws.String("")}},
	})
	var failure smithy.APIError
	if !errors.As(err, &failure) || failure.ErrorCode() != "InvalidTagFault" {
		t.Errorf("invalid tag: err = %v", err)
	}

	changeSnapshots(ctx, t, client, aws.ToString(shared.Snapshot.SnapshotArn))
}

// changeSnapshots tags the shared snapshot kept, and deletes it and the snapshot nightly.
func changeSnapshots(ctx context.Context, t *testing.T, client *awsredshift.Client, arn string) {
	t.Helper()
	if _, err := client.CreateTags(ctx, &awsredshift.CreateTagsInput{
		ResourceName: &arn, Tags: []types.Tag{{Key: aws.String("env"), Value: aws.String("")}, {Key: aws.String("a b"), Value: aws.String("+")}},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteTags(ctx, &awsredshift.DeleteTagsInput{ResourceName: &arn, TagKeys: []string{"env"}}); err != nil {
		t.Fatal(err)
	}
	tags, err := client.DescribeTags(ctx, &awsredshift.DescribeTagsInput{ResourceType: aws.String("Snapshot"), TagKeys: []string{"a b", "env"}, TagValues: []string{"+", ""}})
	if err != nil {
		t.Fatal(err)
	}
	if found := tags.TaggedResources; len(found) != 1 || aws.ToString(found[0].ResourceName) != arn || aws.ToString(found[0].Tag.Key) != "a b" || aws.ToString(found[0].Tag.Value) != "+" {
		t.Errorf("tags = %+v", found)
	}

	batch := &awsredshift.BatchDeleteClusterSnapshotsInput{Identifiers: []types.DeleteClusterSnapshotMessage{
		{SnapshotIdentifier: aws.String("nightly")}, {SnapshotIdentifier: aws.String("kept")},
	}}
	deleted, err := client.BatchDeleteClusterSnapshots(ctx, batch)
	if err != nil {
		t.Fatal(err)
	}
	if len(deleted.Resources) != 1 || len(deleted.Errors) != 1 || aws.ToString(deleted.Errors[0].FailureCode) != "InvalidClusterSnapshotState" {
		t.Errorf("BatchDeleteClusterSnapshots: Resources = %q, Errors = %+v", deleted.Resources, deleted.Errors)
	}
	revoke := &awsredshift.RevokeSnapshotAccessInput{SnapshotArn: &arn, AccountWithRestoreAccess: aws.String("210987654321")}
	if revoked, err := client.RevokeSnapshotAccess(ctx, revoke); err != nil || len(revoked.Snapshot.AccountsWithRestoreAccess) != 0 {
		t.Errorf("RevokeSnapshotAccess: err = %v", err)
	}
	var notFound *types.AuthorizationNotFoundFault
	if _, err := client.RevokeSnapshotAccess(ctx, revoke); !errors.As(err, &notFound) {
		t.Errorf("second RevokeSnapshotAccess: err = %v", err)
	}
	days := aws.Int32(0)
	var invalid *types.InvalidRetentionPeriodFault
	if _, err := client.ModifyClusterSnapshot(ctx, &awsredshift.ModifyClusterSnapshotInput{
		SnapshotIdentifier: aws.String("kept"), ManualSnapshotRetentionPeriod: days,
	}); !errors.As(err, &invalid) {
		t.Errorf("retention period of 0 days: err = %v", err)
	}
	*days = 3653
	if modified, err := client.BatchModifyClusterSnapshots(ctx, &awsredshift.BatchModifyClusterSnapshotsInput{
		SnapshotIdentifierList: []string{"kept", "nightly"}, ManualSnapshotRetentionPeriod: days,
	}); err != nil || len(modified.Resources) != 1 || len(modified.Errors) != 1 {
		t.Errorf("BatchModifyClusterSnapshots = %+v, %v", modified, err)
	}
	gone, err := client.DeleteClusterSnapshot(ctx, &awsredshift.DeleteClusterSnapshotInput{SnapshotIdentifier: aws.String("kept")})
	if err != nil || aws.ToString(gone.Snapshot.Status) != "deleted" || aws.ToInt32(gone.Snapshot.ManualSnapshotRetentionPeriod) != 3653 {
		t.Errorf("DeleteClusterSnapshot = %+v, %v", gone, err)
	}
	var missing *types.ClusterSnapshotNotFoundFault
	if _, err := client.DeleteClusterSnapshot(ctx, &awsredshift.DeleteClusterSnapshotInput{SnapshotIdentifier: aws.String("kept")}); !errors.As(err, &missing) {
		t.Errorf("second DeleteClusterSnapshot: err = %v", err)
	}
}

func newestAutomated(t *testing.T, fake *redshifttest.Server) string {
	t.Helper()
	var (
		newest     time.Time
		identifier string
	)
	for _, snapshot := range fake.Snapshots() {
		if snapshot.SnapshotType == "automated" && snapshot.SnapshotCreateTime.After(newest) {
			newest, identifier = snapshot.SnapshotCreateTime, snapshot.SnapshotIdentifier
		}
	}
	if identifier == "" {
		t.Fatal("the fake has no automated snapshot")
	}

	return identifier
}
