// Command scenario runs the scenario of scenario.sh with the AWS SDK for Go v2, against the Redshift in the environment. It prints the
// same outcomes, one per line, and exits at the first unexpected error.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
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
	ctx := context.Background()
	loaded := must(config.LoadDefaultConfig(ctx, config.WithHTTPClient(&http.Client{Transport: amazon.WholeResponses{}})))
	current := scenario{redshift.NewFromConfig(loaded)}
	for _, part := range []func(context.Context){
		current.takeSnapshot, current.listAll, current.keepAndShare, current.copyElsewhere, current.schedule, current.restore, current.cleanUp,
		current.lookAround, current.createGroups, current.createCluster, current.changeCluster, current.accessAndLogs, current.subscribe,
		current.scheduleActions, current.replaceCluster, current.pauseAndResize, current.deleteClusters,
	} {
		part(ctx)
	}
}

type scenario struct{ client *redshift.Client }

func (s scenario) takeSnapshot(ctx context.Context) {
	clusters := must(s.client.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: aws.String("analytics")}))
	outcome("the cluster", *clusters.Clusters[0].ClusterIdentifier)
	nightly := &redshift.CreateClusterSnapshotInput{
		ClusterIdentifier:             aws.String("analytics"),
		SnapshotIdentifier:            aws.String("scenario-nightly"),
		ManualSnapshotRetentionPeriod: aws.Int32(7),
		Tags: []types.Tag{
			{Key: aws.String("env"), Value: aws.String("prod + é")}, {Key: aws.String("owner"), Value: aws.String("")},
		},
	}
	created := must(s.client.CreateClusterSnapshot(ctx, nightly)).Snapshot
	outcome("the new snapshot", *created.Status, *created.ManualSnapshotRetentionPeriod, isTime(created.SnapshotCreateTime))
	_, err := s.client.CreateClusterSnapshot(ctx, nightly)
	refused[*types.ClusterSnapshotAlreadyExistsFault]("a second snapshot with the name", err)
	named := &redshift.DescribeClusterSnapshotsInput{SnapshotIdentifier: aws.String("scenario-nightly")}
	found := must(s.snapshotAvailable().WaitForOutput(ctx, named, waitTimeout))
	outcome("after the wait", *found.Snapshots[0].Status)
	missing := &redshift.DescribeClusterSnapshotsInput{SnapshotIdentifier: aws.String("scenario-nonesuch")}
	_, err = s.client.DescribeClusterSnapshots(ctx, missing)
	refused[*types.ClusterSnapshotNotFoundFault]("a missing snapshot", err)
}

// listAll lists the snapshots of the demo and the new one, on two pages.
func (s scenario) listAll(ctx context.Context) {
	count := 0
	pages := redshift.NewDescribeClusterSnapshotsPaginator(s.client, &redshift.DescribeClusterSnapshotsInput{MaxRecords: aws.Int32(20)})
	for pages.HasMorePages() {
		count += len(must(pages.NextPage(ctx)).Snapshots)
	}
	outcome("all snapshots", count)
}

func (s scenario) keepAndShare(ctx context.Context) {
	automated := must(s.client.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsInput{
		SnapshotType: aws.String("automated"), ClusterIdentifier: aws.String("analytics"),
	}))
	kept := must(s.client.CopyClusterSnapshot(ctx, &redshift.CopyClusterSnapshotInput{
		SourceSnapshotIdentifier: automated.Snapshots[0].SnapshotIdentifier, TargetSnapshotIdentifier: aws.String("scenario-kept"),
	})).Snapshot
	outcome("the copy", *kept.SnapshotType)
	arn := kept.SnapshotArn
	must(s.client.CreateTags(ctx, &redshift.CreateTagsInput{ResourceName: arn, Tags: []types.Tag{
		{Key: aws.String("keep"), Value: aws.String("audit")}, {Key: aws.String("a b"), Value: aws.String("+")},
	}}))
	must(s.client.DeleteTags(ctx, &redshift.DeleteTagsInput{ResourceName: arn, TagKeys: []string{"a b"}}))
	tagged := must(s.client.DescribeTags(ctx, &redshift.DescribeTagsInput{ResourceType: aws.String("Snapshot"), TagKeys: []string{"keep"}}))
	for _, one := range tagged.TaggedResources {
		if *one.ResourceName == *arn {
			outcome("the tag", *one.Tag.Value)
		}
	}
	partner := aws.String("210987654321")
	authorized := must(s.client.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessInput{
		SnapshotIdentifier: aws.String("scenario-kept"), AccountWithRestoreAccess: partner,
	})).Snapshot
	outcome("the account with access", *authorized.AccountsWithRestoreAccess[0].AccountId)
	_, err := s.client.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotInput{SnapshotIdentifier: aws.String("scenario-kept")})
	refused[*types.InvalidClusterSnapshotStateFault]("the deletion of a shared snapshot", err)
	revoked := must(s.client.RevokeSnapshotAccess(ctx, &redshift.RevokeSnapshotAccessInput{
		SnapshotIdentifier: aws.String("scenario-kept"), AccountWithRestoreAccess: partner,
	})).Snapshot
	outcome("the accounts with access", len(revoked.AccountsWithRestoreAccess))
}

func (s scenario) copyElsewhere(ctx context.Context) {
	grant := aws.String("scenario-grant")
	must(s.client.CreateSnapshotCopyGrant(ctx, &redshift.CreateSnapshotCopyGrantInput{SnapshotCopyGrantName: grant}))
	grants := must(s.client.DescribeSnapshotCopyGrants(ctx, nil))
	outcome("the grant", *grants.SnapshotCopyGrants[0].SnapshotCopyGrantName)
	sales := aws.String("sales")
	must(s.client.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyInput{
		ClusterIdentifier: sales, DestinationRegion: aws.String("eu-west-1"), RetentionPeriod: aws.Int32(3),
	}))
	must(s.client.ModifySnapshotCopyRetentionPeriod(ctx, &redshift.ModifySnapshotCopyRetentionPeriodInput{
		ClusterIdentifier: sales, RetentionPeriod: aws.Int32(5),
	}))
	clusters := must(s.client.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: sales}))
	copies := clusters.Clusters[0].ClusterSnapshotCopyStatus
	outcome("the copies", *copies.DestinationRegion, *copies.RetentionPeriod)
	must(s.client.DisableSnapshotCopy(ctx, &redshift.DisableSnapshotCopyInput{ClusterIdentifier: sales}))
	must(s.client.DeleteSnapshotCopyGrant(ctx, &redshift.DeleteSnapshotCopyGrantInput{SnapshotCopyGrantName: grant}))
}

func (s scenario) schedule(ctx context.Context) {
	name := aws.String("scenario-schedule")
	must(s.client.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleInput{
		ScheduleIdentifier: name, ScheduleDefinitions: []string{"rate(12 hours)"},
	}))
	must(s.client.ModifySnapshotSchedule(ctx, &redshift.ModifySnapshotScheduleInput{
		ScheduleIdentifier: name, ScheduleDefinitions: []string{"cron(30 12 *)"},
	}))
	must(s.client.ModifyClusterSnapshotSchedule(ctx, &redshift.ModifyClusterSnapshotScheduleInput{
		ClusterIdentifier: aws.String("staging"), ScheduleIdentifier: name,
	}))
	schedules := must(s.client.DescribeSnapshotSchedules(ctx, &redshift.DescribeSnapshotSchedulesInput{ScheduleIdentifier: name}))
	found := schedules.SnapshotSchedules[0]
	outcome("the schedule", found.ScheduleDefinitions[0], *found.AssociatedClusters[0].ClusterIdentifier)
	_, err := s.client.DeleteSnapshotSchedule(ctx, &redshift.DeleteSnapshotScheduleInput{ScheduleIdentifier: name})
	refused[*types.InvalidClusterSnapshotScheduleStateFault]("the deletion of a schedule in use", err)
	brief := aws.String("scenario-brief")
	must(s.client.CreateSnapshotSchedule(ctx, &redshift.CreateSnapshotScheduleInput{
		ScheduleIdentifier: brief, ScheduleDefinitions: []string{"rate(1 hours)"},
	}))
	must(s.client.DeleteSnapshotSchedule(ctx, &redshift.DeleteSnapshotScheduleInput{ScheduleIdentifier: brief}))
}

func (s scenario) restore(ctx context.Context) {
	drill, nightly := aws.String("scenario-drill"), aws.String("scenario-nightly")
	must(s.client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotInput{
		ClusterIdentifier: drill, SnapshotIdentifier: nightly,
	}))
	restored := must(s.clusterRestored().WaitForOutput(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: drill}, waitTimeout))
	outcome("the restored cluster", *restored.Clusters[0].RestoreStatus.Status)
	table := must(s.client.RestoreTableFromClusterSnapshot(ctx, &redshift.RestoreTableFromClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: nightly,
		SourceDatabaseName: aws.String("dev"), SourceTableName: aws.String("orders"), NewTableName: aws.String("orders_restored"),
	})).TableRestoreStatus
	request := &redshift.DescribeTableRestoreStatusInput{TableRestoreRequestId: table.TableRestoreRequestId}
	found := until(func() types.TableRestoreStatus {
		return must(s.client.DescribeTableRestoreStatus(ctx, request)).TableRestoreStatusDetails[0]
	}, func(status types.TableRestoreStatus) bool {
		return status.Status == types.TableRestoreStatusTypeSucceeded
	})
	outcome("the restored table", *found.NewTableName)
}

func (s scenario) cleanUp(ctx context.Context) {
	must(s.client.ModifyClusterSnapshot(ctx, &redshift.ModifyClusterSnapshotInput{
		SnapshotIdentifier: aws.String("scenario-kept"), ManualSnapshotRetentionPeriod: aws.Int32(365),
	}))
	modified := must(s.client.BatchModifyClusterSnapshots(ctx, &redshift.BatchModifyClusterSnapshotsInput{
		SnapshotIdentifierList: []string{"sales-before-resize", "scenario-nonesuch"}, ManualSnapshotRetentionPeriod: aws.Int32(60),
	}))
	outcome("the modified snapshots", values(modified.Resources)...)
	batch := must(s.client.BatchDeleteClusterSnapshots(ctx, &redshift.BatchDeleteClusterSnapshotsInput{
		Identifiers: []types.DeleteClusterSnapshotMessage{
			{SnapshotIdentifier: aws.String("sales-nightly-1")}, {SnapshotIdentifier: aws.String("scenario-nonesuch")},
		},
	}))
	outcome("the failed deletion", *batch.Errors[0].SnapshotIdentifier, *batch.Errors[0].FailureCode)
	deleted := must(s.client.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotInput{
		SnapshotIdentifier: aws.String("sales-nightly-3"),
	}))
	outcome("the deleted snapshot", *deleted.Snapshot.Status)
}

func (s scenario) snapshotAvailable() *redshift.SnapshotAvailableWaiter {
	return redshift.NewSnapshotAvailableWaiter(s.client, func(options *redshift.SnapshotAvailableWaiterOptions) {
		options.MinDelay, options.MaxDelay = time.Second, time.Second
	})
}

func (s scenario) clusterRestored() *redshift.ClusterRestoredWaiter {
	return redshift.NewClusterRestoredWaiter(s.client, func(options *redshift.ClusterRestoredWaiterOptions) {
		options.MinDelay, options.MaxDelay = time.Second, time.Second
	})
}

// outcome prints the values of a step.
func outcome(what string, values ...any) {
	fmt.Print(what, ":")
	for _, value := range values {
		fmt.Print(" ", value)
	}
	fmt.Println()
}

// refused prints the code of an error of type E. It ends the program if the call has not failed, or with another error.
func refused[E smithy.APIError](what string, err error) {
	var want E
	if !errors.As(err, &want) {
		fail(fmt.Errorf("%s: err = %v, want %T", what, err, want))
	}
	outcome(what, "refused,", want.ErrorCode())
}

// until polls until done accepts the value, for at most waitTimeout.
func until[T any](poll func() T, done func(T) bool) T {
	for deadline := time.Now().Add(waitTimeout); ; time.Sleep(time.Second / 4) {
		value := poll()
		if done(value) {
			return value
		}
		if time.Now().After(deadline) {
			fail(fmt.Errorf("still %+v after %v", value, waitTimeout))
		}
	}
}

// isTime reports whether a time is present and recent. The clock of the fake is fast.
func isTime(at *time.Time) bool {
	return at != nil && at.After(time.Now().Add(-time.Hour))
}

// moment returns a time as all clients print it.
func moment(at *time.Time) string { return at.UTC().Format(time.RFC3339) }

func compare(a, b *string) int { return strings.Compare(*a, *b) }

// values returns the items of a list as outcomes.
func values[T any](list []T) []any { return fields(list, func(one T) any { return one }) }

// fields returns a field of each item of a list as outcomes.
func fields[T any](list []T, field func(T) any) []any {
	all := make([]any, len(list))
	for i, one := range list {
		all[i] = field(one)
	}

	return all
}

func must[T any](result T, err error) T {
	if err != nil {
		fail(err)
	}

	return result
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "scenario:", err)
	os.Exit(1)
}
