package interop

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsredshift "github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/redshift-go/redshift/redshifttest"
)

// The AWS SDK for Go v2 creates schedules and copy grants in the fake.
func TestAmazonsClientSchedulesInTheFake(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	fake := redshifttest.NewServer(t, redshifttest.Options{Region: region, SignatureClock: time.Now})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
	client := clientOf(fake)
	create := &awsredshift.CreateSnapshotScheduleInput{
		ScheduleIdentifier: aws.String("hourly"), ScheduleDefinitions: []string{"rate(1 hour)"}, NextInvocations: aws.Int32(2),
		Tags: []types.Tag{{Key: aws.String("env"), Value: aws.String("prod")}},
	}
	created, err := client.CreateSnapshotSchedule(ctx, create)
	if err != nil {
		t.Fatal(err)
	}
	if next := created.NextInvocations; len(next) != 2 || next[1].Sub(next[0]) != time.Hour {
		t.Errorf("NextInvocations = %v", next)
	}
	var exists *types.SnapshotScheduleAlreadyExistsFault
	if _, err := client.CreateSnapshotSchedule(ctx, create); !errors.As(err, &exists) {
		t.Errorf("second CreateSnapshotSchedule: err = %v", err)
	}
	modified, err := client.ModifySnapshotSchedule(ctx, &awsredshift.ModifySnapshotScheduleInput{
		ScheduleIdentifier: aws.String("hourly"), ScheduleDefinitions: []string{"cron(0 * *)"},
	})
	if err != nil || len(modified.ScheduleDefinitions) != 1 || modified.ScheduleDefinitions[0] != "cron(0 * *)" {
		t.Errorf("ModifySnapshotSchedule = %+v, %v", modified, err)
	}
	associate := &awsredshift.ModifyClusterSnapshotScheduleInput{ClusterIdentifier: aws.String("analytics"), ScheduleIdentifier: aws.String("hourly")}
	if _, err := client.ModifyClusterSnapshotSchedule(ctx, associate); err != nil {
		t.Fatal(err)
	}
	var busy *types.InvalidClusterSnapshotScheduleStateFault
	if _, err := client.DeleteSnapshotSchedule(ctx, &awsredshift.DeleteSnapshotScheduleInput{ScheduleIdentifier: aws.String("hourly")}); !errors.As(err, &busy) {
		t.Errorf("deletion of a schedule in use: err = %v", err)
	}
	fake.Advance(3 * time.Hour)
	found, err := client.DescribeClusterSnapshots(ctx, &awsredshift.DescribeClusterSnapshotsInput{SnapshotType: aws.String("automated")})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Snapshots) != 3 {
		t.Errorf("got %d automated snapshots", len(found.Snapshots))
	}
	page, err := awsredshift.NewDescribeSnapshotSchedulesPaginator(client, &awsredshift.DescribeSnapshotSchedulesInput{TagKeys: []string{"env"}}).NextPage(ctx)
	if err != nil || len(page.SnapshotSchedules) != 1 || page.SnapshotSchedules[0].AssociatedClusters[0].ScheduleAssociationState != types.ScheduleStateActive {
		t.Errorf("schedules = %+v, %v", page, err)
	}
	associate.DisassociateSchedule = aws.Bool(true)
	if _, err := client.ModifyClusterSnapshotSchedule(ctx, associate); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteSnapshotSchedule(ctx, &awsredshift.DeleteSnapshotScheduleInput{ScheduleIdentifier: aws.String("hourly")}); err != nil {
		t.Fatal(err)
	}
	var missing *types.SnapshotScheduleNotFoundFault
	if _, err := client.DeleteSnapshotSchedule(ctx, &awsredshift.DeleteSnapshotScheduleInput{ScheduleIdentifier: aws.String("hourly")}); !errors.As(err, &missing) {
		t.Errorf("second DeleteSnapshotSchedule: err = %v", err)
	}
}

func TestAmazonsClientGrantsCopiesInTheFake(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client := clientOf(redshifttest.NewServer(t, redshifttest.Options{Region: region}))
	create := &awsredshift.CreateSnapshotCopyGrantInput{SnapshotCopyGrantName: aws.String("from-afar"), KmsKeyId: aws.String("arn:aws:kms:us-east-1:123456789012:key/1")}
	created, err := client.CreateSnapshotCopyGrant(ctx, create)
	if err != nil || aws.ToString(created.SnapshotCopyGrant.KmsKeyId) != *create.KmsKeyId {
		t.Fatalf("CreateSnapshotCopyGrant = %+v, %v", created, err)
	}
	var exists *types.SnapshotCopyGrantAlreadyExistsFault
	if _, err := client.CreateSnapshotCopyGrant(ctx, create); !errors.As(err, &exists) {
		t.Errorf("second CreateSnapshotCopyGrant: err = %v", err)
	}
	page, err := awsredshift.NewDescribeSnapshotCopyGrantsPaginator(client, &awsredshift.DescribeSnapshotCopyGrantsInput{}).NextPage(ctx)
	if err != nil || len(page.SnapshotCopyGrants) != 1 {
		t.Errorf("grants = %+v, %v", page, err)
	}
	remove := &awsredshift.DeleteSnapshotCopyGrantInput{SnapshotCopyGrantName: create.SnapshotCopyGrantName}
	if _, err := client.DeleteSnapshotCopyGrant(ctx, remove); err != nil {
		t.Fatal(err)
	}
	var missing *types.SnapshotCopyGrantNotFoundFault
	if _, err := client.DeleteSnapshotCopyGrant(ctx, remove); !errors.As(err, &missing) {
		t.Errorf("second DeleteSnapshotCopyGrant: err = %v", err)
	}
}
