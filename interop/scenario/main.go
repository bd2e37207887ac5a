// Command scenario runs the backup scenario of scenario.sh with the AWS SDK for Go v2, against the Redshift in the environment.
// It exits at the first unexpected result.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"
	"github.com/aws/smithy-go"

	"github.com/redshift-go/redshift/interop/amazon"
)

const waitTimeout = time.Minute

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "scenario:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(&http.Client{Transport: amazon.WholeResponses{}}))
	if err != nil {
		return err
	}
	current := scenario{redshift.NewFromConfig(loaded)}
	for _, part := range []func(context.Context) error{
		current.takeSnapshot, current.listAll, current.keepAndShare, current.copyElsewhere, current.schedule, current.restore, current.cleanUp,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}

	return nil
}

type scenario struct{ client *redshift.Client }

func (s scenario) takeSnapshot(ctx context.Context) error {
	clusters, err := s.client.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: aws.String("analytics")})
	if err != nil {
		return err
	}
	if len(clusters.Clusters) != 1 {
		return fmt.Errorf("got %d clusters with one name, want 1", len(clusters.Clusters))
	}
	nightly := &redshift.CreateClusterSnapshotInput{
		ClusterIdentifier:             aws.String("analytics"),
		SnapshotIdentifier:            aws.String("scenario-nightly"),
		ManualSnapshotRetentionPeriod: aws.Int32(7),
		Tags:                          []types.Tag{{Key: aws.String("env"), Value: aws.String("prod + é")}, {Key: aws.String("owner"), Value: aws.String("")}},
	}
	created, err := s.client.CreateClusterSnapshot(ctx, nightly)
	if err != nil {
		return err
	}
	if err := same("creating", aws.ToString(created.Snapshot.Status), "the new snapshot"); err != nil {
		return err
	}
	_, err = s.client.CreateClusterSnapshot(ctx, nightly)
	var exists *types.ClusterSnapshotAlreadyExistsFault
	if !errors.As(err, &exists) {
		return fmt.Errorf("second snapshot with the same name: %v", err)
	}
	named := &redshift.DescribeClusterSnapshotsInput{SnapshotIdentifier: aws.String("scenario-nightly")}
	found, err := redshift.NewSnapshotAvailableWaiter(s.client, func(options *redshift.SnapshotAvailableWaiterOptions) {
		options.MinDelay, options.MaxDelay = time.Second, time.Second
	}).WaitForOutput(ctx, named, waitTimeout)
	if err != nil {
		return err
	}
	if err := same("available", aws.ToString(found.Snapshots[0].Status), "after the wait"); err != nil {
		return err
	}
	_, err = s.client.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsInput{SnapshotIdentifier: aws.String("scenario-nonesuch")})

	return refused("ClusterSnapshotNotFound", err)
}

// listAll lists the 21 snapshots of the demo and the new one, on two pages.
func (s scenario) listAll(ctx context.Context) error {
	var sizes []int
	pages := redshift.NewDescribeClusterSnapshotsPaginator(s.client, &redshift.DescribeClusterSnapshotsInput{MaxRecords: aws.Int32(20)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		sizes = append(sizes, len(page.Snapshots))
	}

	return same("[20 2]", fmt.Sprint(sizes), "all snapshots")
}

func (s scenario) keepAndShare(ctx context.Context) error {
	automated, err := s.client.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsInput{
		SnapshotType: aws.String("automated"), ClusterIdentifier: aws.String("analytics"),
	})
	if err != nil {
		return err
	}
	kept, err := s.client.CopyClusterSnapshot(ctx, &redshift.CopyClusterSnapshotInput{
		SourceSnapshotIdentifier: automated.Snapshots[0].SnapshotIdentifier, TargetSnapshotIdentifier: aws.String("scenario-kept"),
	})
	if err != nil {
		return err
	}
	if err := same("manual", aws.ToString(kept.Snapshot.SnapshotType), "the copy"); err != nil {
		return err
	}
	arn := kept.Snapshot.SnapshotArn
	if _, err := s.client.CreateTags(ctx, &redshift.CreateTagsInput{ResourceName: arn, Tags: []types.Tag{
		{Key: aws.String("keep"), Value: aws.String("audit")}, {Key: aws.String("a b"), Value: aws.String("+")},
	}}); err != nil {
		return err
	}
	if _, err := s.client.DeleteTags(ctx, &redshift.DeleteTagsInput{ResourceName: arn, TagKeys: []string{"a b"}}); err != nil {
		return err
	}
	tagged, err := s.client.DescribeTags(ctx, &redshift.DescribeTagsInput{ResourceName: arn})
	if err != nil {
		return err
	}
	tags := map[string]string{}
	for _, one := range tagged.TaggedResources {
		tags[aws.ToString(one.Tag.Key)] = aws.ToString(one.Tag.Value)
	}
	if err := same("audit", tags["keep"], "the tag"); err != nil {
		return err
	}
	partner := aws.String("210987654321")
	if _, err := s.client.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessInput{
		SnapshotIdentifier: aws.String("scenario-kept"), AccountWithRestoreAccess: partner,
	}); err != nil {
		return err
	}
	_, err = s.client.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotInput{SnapshotIdentifier: aws.String("scenario-kept")})
	if err := refused("InvalidClusterSnapshotState", err); err != nil {
		return err
	}
	_, err = s.client.RevokeSnapshotAccess(ctx, &redshift.RevokeSnapshotAccessInput{
		SnapshotIdentifier: aws.String("scenario-kept"), AccountWithRestoreAccess: partner,
	})

	return err
}

func (s scenario) copyElsewhere(ctx context.Context) error {
	grant := aws.String("scenario-grant")
	if _, err := s.client.CreateSnapshotCopyGrant(ctx, &redshift.CreateSnapshotCopyGrantInput{SnapshotCopyGrantName: grant}); err != nil {
		return err
	}
	grants, err := s.client.DescribeSnapshotCopyGrants(ctx, nil)
	if err != nil {
		return err
	}
	if len(grants.SnapshotCopyGrants) != 1 {
		return fmt.Errorf("got %d grants, want 1", len(grants.SnapshotCopyGrants))
	}
	sales := aws.String("sales")
	if _, err := s.client.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyInput{
		ClusterIdentifier: sales, DestinationRegion: aws.String("eu-west-1"), RetentionPeriod: aws.Int32(3),
	}); err != nil {
		return err
	}
	if _, err := s.client.ModifySnapshotCopyRetentionPeriod(ctx, &redshift.ModifySnapshotCopyRetentionPeriodInput{
		ClusterIdentifier: sales, RetentionPeriod: aws.Int32(5),
	}); err != nil {
		return err
	}
	clusters, err := s.client.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: sales})
	if err != nil {
		return err
	}
	copies := clusters.Clusters[0].ClusterSnapshotCopyStatus
	if copies == nil || aws.ToInt64(copies.RetentionPeriod) != 5 {
		return fmt.Errorf("retention of the copies = %v", copies)
	}
	if _, err := s.client.DisableSnapshotCopy(ctx, &redshift.DisableSnapshotCopyInput{ClusterIdentifier: sales}); err != nil {
		return err
	}
	_, err = s.client.DeleteSnapshotCopyGrant(ctx, &redshift.DeleteSnapshotCopyGrantInput{SnapshotCopyGrantName: grant})

	return err
}

func (s scenario) schedule(ctx context.Context) error {
	name := aws.String("scenario-schedule")
	if _, err := s.client.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleInput{
		ScheduleIdentifier: name, ScheduleDefinitions: []string{"rate(12 hours)"},
	}); err != nil {
		return err
	}
	if _, err := s.client.ModifySnapshotSchedule(ctx, &redshift.ModifySnapshotScheduleInput{
		ScheduleIdentifier: name, ScheduleDefinitions: []string{"cron(30 12 *)"},
	}); err != nil {
		return err
	}
	if _, err := s.client.ModifyClusterSnapshotSchedule(ctx, &redshift.ModifyClusterSnapshotScheduleInput{
		ClusterIdentifier: aws.String("staging"), ScheduleIdentifier: name,
	}); err != nil {
		return err
	}
	schedules, err := s.client.DescribeSnapshotSchedules(ctx, &redshift.DescribeSnapshotSchedulesInput{ScheduleIdentifier: name})
	if err != nil {
		return err
	}
	clusters := schedules.SnapshotSchedules[0].AssociatedClusters
	if len(clusters) != 1 || aws.ToString(clusters[0].ClusterIdentifier) != "staging" {
		return fmt.Errorf("got %d clusters of the schedule, want 1", len(clusters))
	}
	_, err = s.client.DeleteSnapshotSchedule(ctx, &redshift.DeleteSnapshotScheduleInput{ScheduleIdentifier: name})
	if err := refused("InvalidClusterSnapshotScheduleState", err); err != nil {
		return err
	}
	brief := aws.String("scenario-brief")
	if _, err := s.client.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleInput{
		ScheduleIdentifier: brief, ScheduleDefinitions: []string{"rate(1 hours)"},
	}); err != nil {
		return err
	}
	_, err = s.client.DeleteSnapshotSchedule(ctx, &redshift.DeleteSnapshotScheduleInput{ScheduleIdentifier: brief})

	return err
}

func (s scenario) restore(ctx context.Context) error {
	drill, nightly := aws.String("scenario-drill"), aws.String("scenario-nightly")
	if _, err := s.client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotInput{
		ClusterIdentifier: drill, SnapshotIdentifier: nightly,
	}); err != nil {
		return err
	}
	if err := redshift.NewClusterRestoredWaiter(s.client, func(options *redshift.ClusterRestoredWaiterOptions) {
		options.MinDelay, options.MaxDelay = time.Second, time.Second
	}).Wait(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: drill}, waitTimeout); err != nil {
		return err
	}
	restored, err := s.client.RestoreTableFromClusterSnapshot(ctx, &redshift.RestoreTableFromClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: nightly,
		SourceDatabaseName: aws.String("dev"), SourceTableName: aws.String("orders"), NewTableName: aws.String("orders_restored"),
	})
	if err != nil {
		return err
	}
	found, err := s.client.DescribeTableRestoreStatus(ctx, &redshift.DescribeTableRestoreStatusInput{
		TableRestoreRequestId: restored.TableRestoreStatus.TableRestoreRequestId,
	})
	if err != nil {
		return err
	}

	return same("SUCCEEDED", string(found.TableRestoreStatusDetails[0].Status), "the table")
}

func (s scenario) cleanUp(ctx context.Context) error {
	if _, err := s.client.ModifyClusterSnapshot(ctx, &redshift.ModifyClusterSnapshotInput{
		SnapshotIdentifier: aws.String("scenario-kept"), ManualSnapshotRetentionPeriod: aws.Int32(365),
	}); err != nil {
		return err
	}
	modified, err := s.client.BatchModifyClusterSnapshots(ctx, &redshift.BatchModifyClusterSnapshotsInput{
		SnapshotIdentifierList: []string{"sales-before-resize", "scenario-nonesuch"}, ManualSnapshotRetentionPeriod: aws.Int32(60),
	})
	if err != nil {
		return err
	}
	if err := same("[sales-before-resize]", fmt.Sprint(modified.Resources), "the modified snapshots"); err != nil {
		return err
	}
	batch, err := s.client.BatchDeleteClusterSnapshots(ctx, &redshift.BatchDeleteClusterSnapshotsInput{Identifiers: []types.DeleteClusterSnapshotMessage{
		{SnapshotIdentifier: aws.String("sales-nightly-1")}, {SnapshotIdentifier: aws.String("scenario-nonesuch")},
	}})
	if err != nil {
		return err
	}
	if len(batch.Errors) != 1 {
		return fmt.Errorf("got %d failed deletions, want 1", len(batch.Errors))
	}
	if err := same("ClusterSnapshotNotFound", aws.ToString(batch.Errors[0].FailureCode), "the failed deletion"); err != nil {
		return err
	}
	deleted, err := s.client.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotInput{SnapshotIdentifier: aws.String("sales-nightly-3")})
	if err != nil {
		return err
	}

	return same("deleted", aws.ToString(deleted.Snapshot.Status), "the deleted snapshot")
}

func same(want, got, what string) error {
	if want != got {
		return fmt.Errorf("%s: got %q, want %q", what, got, want)
	}

	return nil
}

// refused returns an error unless err has the given code.
func refused(code string, err error) error {
	var failure smithy.APIError
	if !errors.As(err, &failure) || failure.ErrorCode() != code {
		return fmt.Errorf("err = %v, want %s", err, code)
	}

	return nil
}
