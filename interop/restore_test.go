package interop

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsredshift "github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/redshift-go/redshift/interop/amazon"
	"github.com/redshift-go/redshift/redshifttest"
)

// clientOf returns a client of the AWS SDK for Go v2 for a fake.
func clientOf(fake *redshifttest.Server) *awsredshift.Client {
	credentials := fake.Credentials()

	return awsredshift.New(awsredshift.Options{
		Region:       fake.Region(),
		BaseEndpoint: aws.String(fake.URL),
		HTTPClient:   &http.Client{Transport: amazon.WholeResponses{}},
		Retryer:      aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: credentials.AccessKeyID, SecretAccessKey: credentials.SecretAccessKey, SessionToken: credentials.SessionToken}, nil
		}),
	})
}

// The AWS SDK for Go v2 restores from the fake: it waits for clusters, lists pages and decodes errors.
func TestAmazonsClientRestoresFromTheFake(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	fake := redshifttest.NewServer(t, redshifttest.Options{Region: region, SnapshotDuration: -1, RestoreDuration: 100 * time.Millisecond})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics", Tables: []string{"dev.public.orders"}}); err != nil {
		t.Fatal(err)
	}
	client := clientOf(fake)
	if _, err := client.CreateClusterSnapshot(ctx, &awsredshift.CreateClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("nightly"),
	}); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Second)

	restore := &awsredshift.RestoreFromClusterSnapshotInput{
		ClusterIdentifier: aws.String("drill"), SnapshotIdentifier: aws.String("nightly"), Port: aws.Int32(5440),
		NumberOfNodes: aws.Int32(3), VpcSecurityGroupIds: []string{"sg-1"}, IamRoles: []string{"arn:aws:iam::123456789012:role/reader"},
	}
	restored, err := client.RestoreFromClusterSnapshot(ctx, restore)
	if err != nil {
		t.Fatal(err)
	}
	if got := restored.Cluster; aws.ToString(got.ClusterStatus) != "creating" || got.RestoreStatus != nil || got.ClusterCreateTime != nil {
		t.Errorf("RestoreFromClusterSnapshot = %+v", got)
	}
	var exists *types.ClusterAlreadyExistsFault
	if _, err := client.RestoreFromClusterSnapshot(ctx, restore); !errors.As(err, &exists) {
		t.Errorf("second RestoreFromClusterSnapshot: err = %v", err)
	}
	named := &awsredshift.DescribeClustersInput{ClusterIdentifier: aws.String("drill")}
	if err := awsredshift.NewClusterAvailableWaiter(client, func(options *awsredshift.ClusterAvailableWaiterOptions) {
		options.MinDelay, options.MaxDelay = 20*time.Millisecond, 50*time.Millisecond
	}).Wait(ctx, named, 20*time.Second); err != nil {
		t.Errorf("wait for an available cluster: err = %v", err)
	}
	waited, err := awsredshift.NewClusterRestoredWaiter(client, func(options *awsredshift.ClusterRestoredWaiterOptions) {
		options.MinDelay, options.MaxDelay = 20*time.Millisecond, 50*time.Millisecond
	}).WaitForOutput(ctx, named, 20*time.Second)
	if err != nil {
		t.Fatalf("wait for a restored cluster: err = %v", err)
	}
	got := waited.Clusters[0]
	if aws.ToInt32(got.Endpoint.Port) != 5440 || len(got.ClusterNodes) != 4 || aws.ToInt64(got.RestoreStatus.ProgressInMegaBytes) != 1024 {
		t.Errorf("cluster = %+v", got)
	}

	restoreTable(ctx, t, client)
	copyElsewhere(ctx, t, fake, client)

	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s"} {
		if err := fake.AddCluster(redshifttest.Cluster{Identifier: name}); err != nil {
			t.Fatal(err)
		}
	}
	pages, seen := 0, 0
	for paginator := awsredshift.NewDescribeClustersPaginator(client, &awsredshift.DescribeClustersInput{MaxRecords: aws.Int32(20)}); paginator.HasMorePages(); pages++ {
		page, err := paginator.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		seen += len(page.Clusters)
	}
	if pages != 2 || seen != 21 {
		t.Errorf("got %d clusters on %d pages, want 21 on 2", seen, pages)
	}
	if err := fake.RemoveCluster("drill"); err != nil {
		t.Fatal(err)
	}
	if err := awsredshift.NewClusterDeletedWaiter(client).Wait(ctx, named, 20*time.Second); err != nil {
		t.Errorf("wait for a deleted cluster: err = %v", err)
	}
	var missing *types.ClusterNotFoundFault
	if _, err := client.DescribeClusters(ctx, named); !errors.As(err, &missing) {
		t.Errorf("deleted cluster: err = %v", err)
	}
}

func restoreTable(ctx context.Context, t *testing.T, client *awsredshift.Client) {
	t.Helper()
	restore := &awsredshift.RestoreTableFromClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("nightly"),
		SourceDatabaseName: aws.String("dev"), SourceTableName: aws.String("orders"), NewTableName: aws.String("orders_before"),
	}
	accepted, err := client.RestoreTableFromClusterSnapshot(ctx, restore)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		found, err := client.DescribeTableRestoreStatus(ctx, &awsredshift.DescribeTableRestoreStatusInput{
			ClusterIdentifier: aws.String("analytics"), TableRestoreRequestId: accepted.TableRestoreStatus.TableRestoreRequestId,
		})
		if err != nil {
			t.Fatal(err)
		}
		if found.TableRestoreStatusDetails[0].Status == types.TableRestoreStatusTypeSucceeded {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("table restore = %+v", found.TableRestoreStatusDetails)
		}
	}
	var invalid *types.InvalidTableRestoreArgumentFault
	if _, err := client.RestoreTableFromClusterSnapshot(ctx, restore); !errors.As(err, &invalid) {
		t.Errorf("second RestoreTableFromClusterSnapshot: err = %v", err)
	}
	var unknown *types.TableRestoreNotFoundFault
	if _, err := client.DescribeTableRestoreStatus(ctx, &awsredshift.DescribeTableRestoreStatusInput{TableRestoreRequestId: aws.String("x")}); !errors.As(err, &unknown) {
		t.Errorf("unknown table restore: err = %v", err)
	}
	if first := awsredshift.NewDescribeTableRestoreStatusPaginator(client, &awsredshift.DescribeTableRestoreStatusInput{}); first.HasMorePages() {
		if page, err := first.NextPage(ctx); err != nil || len(page.TableRestoreStatusDetails) != 1 || first.HasMorePages() {
			t.Errorf("page of table restores = %+v, %v", page, err)
		}
	}
}

func copyElsewhere(ctx context.Context, t *testing.T, fake *redshifttest.Server, client *awsredshift.Client) {
	t.Helper()
	enable := &awsredshift.EnableSnapshotCopyInput{
		ClusterIdentifier: aws.String("analytics"), DestinationRegion: aws.String("us-west-2"), RetentionPeriod: aws.Int32(3),
	}
	enabled, err := client.EnableSnapshotCopy(ctx, enable)
	if err != nil {
		t.Fatal(err)
	}
	if got := enabled.Cluster.ClusterSnapshotCopyStatus; aws.ToString(got.DestinationRegion) != "us-west-2" || aws.ToInt64(got.RetentionPeriod) != 3 {
		t.Errorf("EnableSnapshotCopy = %+v", got)
	}
	var already *types.SnapshotCopyAlreadyEnabledFault
	if _, err := client.EnableSnapshotCopy(ctx, enable); !errors.As(err, &already) {
		t.Errorf("second EnableSnapshotCopy: err = %v", err)
	}
	modified, err := client.ModifySnapshotCopyRetentionPeriod(ctx, &awsredshift.ModifySnapshotCopyRetentionPeriodInput{
		ClusterIdentifier: aws.String("analytics"), RetentionPeriod: aws.Int32(-1), Manual: aws.Bool(true),
	})
	if err != nil || aws.ToInt32(modified.Cluster.ClusterSnapshotCopyStatus.ManualSnapshotRetentionPeriod) != -1 {
		t.Errorf("ModifySnapshotCopyRetentionPeriod = %+v, %v", modified, err)
	}
	if _, err := client.CreateClusterSnapshot(ctx, &awsredshift.CreateClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("copied"),
	}); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Second)
	if copies := fake.InRegion("us-west-2").Snapshots(); len(copies) != 1 || copies[0].SnapshotIdentifier != "copy:copied" {
		t.Errorf("snapshots in the other region = %+v", copies)
	}
	disable := &awsredshift.DisableSnapshotCopyInput{ClusterIdentifier: aws.String("analytics")}
	if _, err := client.DisableSnapshotCopy(ctx, disable); err != nil {
		t.Fatal(err)
	}
	var disabled *types.SnapshotCopyAlreadyDisabledFault
	if _, err := client.DisableSnapshotCopy(ctx, disable); !errors.As(err, &disabled) {
		t.Errorf("second DisableSnapshotCopy: err = %v", err)
	}
}
