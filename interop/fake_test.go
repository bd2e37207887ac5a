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

// Amazon's Go client works with the fake as it does with Redshift: it signs, creates, waits, pages and reads errors.
func TestAmazonsClientAgainstTheFake(t *testing.T) {
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
	credentials := fake.Credentials()
	client := awsredshift.New(awsredshift.Options{
		Region:       region,
		BaseEndpoint: aws.String(fake.URL),
		Retryer:      aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: credentials.AccessKeyID, SecretAccessKey: credentials.SecretAccessKey, SessionToken: credentials.SessionToken}, nil
		}),
	})

	created, err := client.CreateClusterSnapshot(ctx, &awsredshift.CreateClusterSnapshotInput{
		ClusterIdentifier:  aws.String("analytics"),
		SnapshotIdentifier: aws.String("nightly"),
		Tags:               []types.Tag{{Key: aws.String("env"), Value: aws.String("prod + é")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if status := aws.ToString(created.Snapshot.Status); status != "creating" {
		t.Errorf("the new snapshot is %s", status)
	}
	err = awsredshift.NewSnapshotAvailableWaiter(client, func(options *awsredshift.SnapshotAvailableWaiterOptions) {
		options.MinDelay, options.MaxDelay = 20*time.Millisecond, 50*time.Millisecond
	}).Wait(ctx, &awsredshift.DescribeClusterSnapshotsInput{SnapshotIdentifier: aws.String("nightly")}, 20*time.Second)
	if err != nil {
		t.Errorf("waiting: %v", err)
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
		t.Errorf("the copy is %s", kind)
	}

	shared, err := client.AuthorizeSnapshotAccess(ctx, &awsredshift.AuthorizeSnapshotAccessInput{
		SnapshotIdentifier:       aws.String("kept"),
		AccountWithRestoreAccess: aws.String("210987654321"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if accounts := shared.Snapshot.AccountsWithRestoreAccess; len(accounts) != 1 || aws.ToString(accounts[0].AccountId) != "210987654321" {
		t.Errorf("shared with %+v", accounts)
	}

	_, err = client.CreateClusterSnapshot(ctx, &awsredshift.CreateClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("nightly"),
	})
	var exists *types.ClusterSnapshotAlreadyExistsFault
	if !errors.As(err, &exists) {
		t.Errorf("creating it again: got %v", err)
	}
	_, err = client.CreateClusterSnapshot(ctx, &awsredshift.CreateClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("tagged"),
		Tags: []types.Tag{{Key: aws.String("<key>"), Value: aws.String("")}},
	})
	var failure smithy.APIError
	if !errors.As(err, &failure) || failure.ErrorCode() != "InvalidTagFault" {
		t.Errorf("a tag that Redshift refuses: got %v", err)
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
