package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

const (
	day = 24 * time.Hour

	// demoAge is the age of the demo data. The first snapshot is younger.
	demoAge = 100 * day
	// maxDemoDuration is the largest snapshot duration. A longer one would leave more snapshots than the newest creating.
	maxDemoDuration = 6 * time.Hour

	demoPartner = "210987654321"
	demoShared  = "analytics-quarter-end"
	demoRemoved = "legacy"
	demoPaused  = "archive"

	// The IAM roles of the first cluster and of the scheduled action.
	demoCopyRole      = "analytics-copy"
	demoSchedulerRole = "scheduler"

	// The parameter group and the subnet group of the clusters.
	demoParameters = "reports"
	demoSubnets    = "private"
)

// demoAutomated are the ages of the automated snapshots of each existing cluster. The creation times in
// fillDemo ensure that the snapshots that the fake takes every 8 hours have the same ages.
var demoAutomated = []time.Duration{23 * time.Hour, 15 * time.Hour, 7 * time.Hour}

// demoPartnerKeys are public, like redshifttest.ExampleSecretAccessKey.
var demoPartnerKeys = sigv4.Credentials{
	AccessKeyID:     "AKIDPARTNEREXAMPLE",
	SecretAccessKey: "partner/of/redshift-fake/EXAMPLEKEY",
}

var demoClusters = []redshifttest.Cluster{
	{
		Identifier: "analytics", SizeInMegaBytes: 48_000, ParameterGroupName: demoParameters, SubnetGroupName: demoSubnets,
		Tags: []models.Tag{{Key: "env", Value: "prod"}, {Key: "team", Value: "data"}},
	},
	{Identifier: "sales", SizeInMegaBytes: 12_000, SubnetGroupName: demoSubnets, Tags: []models.Tag{{Key: "env", Value: "prod"}}},
	{Identifier: "staging", SizeInMegaBytes: 2_000, NumberOfNodes: 1, Tags: []models.Tag{{Key: "env", Value: "test"}}},
	{Identifier: "ledger", SizeInMegaBytes: 400_000, NodeType: "dc2.large", NumberOfNodes: 4, KmsKeyID: "alias/ledger"},
	{Identifier: demoPaused, SizeInMegaBytes: 90_000, Status: string(models.ClusterStatusPaused)},
	{Identifier: demoRemoved, SizeInMegaBytes: 4_000},
}

// demoRestoring is a cluster that a restore creates. The restore began when the program started.
var demoRestoring = redshifttest.Cluster{Identifier: "sales-drill", SizeInMegaBytes: 12_000, Restoring: true}

// demoSnapshot is a manual snapshot of the demo.
type demoSnapshot struct {
	age      time.Duration
	cluster  string
	name     string
	keepDays int
	tags     []models.Tag
	failed   bool
}

// demoSnapshots are the manual snapshots, oldest first. The last one is creating when the program starts.
var demoSnapshots = []demoSnapshot{
	{age: 90 * day, cluster: demoRemoved, name: "legacy-last", keepDays: -1, tags: []models.Tag{{Key: "keep", Value: "audit"}}},
	{
		age: 40 * day, cluster: "analytics", name: "analytics-before-upgrade", keepDays: -1,
		tags: []models.Tag{{Key: "reason", Value: "upgrade"}},
	},
	{age: 28 * day, cluster: "analytics", name: demoShared, keepDays: 365, tags: []models.Tag{{Key: "keep", Value: "finance"}}},
	{age: 21 * day, cluster: "analytics", name: "analytics-weekly-1", keepDays: 35},
	{age: 14 * day, cluster: "analytics", name: "analytics-weekly-2", keepDays: 35},
	{age: 10 * day, cluster: "sales", name: "sales-before-resize", keepDays: 30, tags: []models.Tag{{Key: "reason", Value: "resize"}}},
	{age: 7 * day, cluster: "analytics", name: "analytics-weekly-3", keepDays: 35},
	{age: 5 * day, cluster: "staging", name: "staging-baseline", keepDays: -1, tags: []models.Tag{{Key: "keep"}}},
	{age: 3 * day, cluster: "sales", name: "sales-nightly-1", keepDays: 7},
	{age: 2 * day, cluster: "sales", name: "sales-nightly-2", keepDays: 7, failed: true},
	{age: 1 * day, cluster: "sales", name: "sales-nightly-3", keepDays: 7},
	{age: 0, cluster: "analytics", name: "analytics-on-demand", keepDays: 7, tags: []models.Tag{{Key: "reason", Value: "release"}}},
}

// fillDemo adds the demo data and advances the fake's clock from now - demoAge to now. It adds automated snapshots only if the fake does
// not take them itself.
func fillDemo(ctx context.Context, fake *redshifttest.Fake, now time.Time, automated bool) error {
	client, err := redshift.New(fake.Config())
	if err != nil {
		return err
	}
	if err := fake.AddAccount(demoPartner, demoPartnerKeys); err != nil {
		return err
	}
	for i, cluster := range demoClusters {
		if i == 0 {
			cluster.IamRoles = []string{roleARN(fake, demoCopyRole)}
		}
		cluster.CreateTime = now.Add(-demoAge - 30*day - demoAutomated[0])
		if err := fake.AddCluster(cluster); err != nil {
			return err
		}
	}
	for _, snapshot := range demoSnapshots {
		fake.Advance(now.Add(-snapshot.age).Sub(fake.Now()))
		if err := snapshot.take(ctx, fake, client); err != nil {
			return fmt.Errorf("take the demo snapshot %s: %w", snapshot.name, err)
		}
	}
	if err := fake.RemoveCluster(demoRemoved); err != nil {
		return err
	}
	for _, cluster := range demoClusters {
		if automated || cluster.Identifier == demoRemoved || cluster.Identifier == demoPaused {
			continue
		}
		for _, age := range demoAutomated {
			if _, err := fake.AddAutomatedSnapshot(cluster.Identifier, now.Add(-age)); err != nil {
				return err
			}
		}
	}
	if _, err := fake.AddManualSnapshot(redshifttest.ManualSnapshot{
		Identifier:        "archive-before-pause",
		ClusterIdentifier: demoPaused,
		CreateTime:        now.Add(-60 * day),
	}); err != nil {
		return err
	}
	if err := fake.AddCluster(demoRestoring); err != nil {
		return err
	}
	if _, err := client.AuthorizeSnapshotAccess(ctx, &redshift.AuthorizeSnapshotAccessParams{
		SnapshotIdentifier:       demoShared,
		AccountWithRestoreAccess: demoPartner,
	}); err != nil {
		return err
	}

	return fillOtherResources(ctx, fake, client)
}

// roleARN returns the ARN of an IAM role of the fake's account.
func roleARN(fake *redshifttest.Fake, name string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s", partition(fake.Region()), fake.AccountID(), name)
}

// partition returns the partition of a region, which is a part of its ARNs.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// fillOtherResources adds a parameter group, a subnet group, an event subscription and a scheduled action.
func fillOtherResources(ctx context.Context, fake *redshifttest.Fake, client *redshift.Client) error {
	tags := []models.Tag{{Key: "team", Value: "data"}}
	_, err := client.CreateClusterParameterGroup(ctx, &redshift.CreateClusterParameterGroupParams{
		ParameterGroupName:   "loading",
		ParameterGroupFamily: "redshift-1.0",
		Description:          "Parameters for nightly loads",
		Tags:                 tags,
	})
	if err != nil {
		return err
	}
	if _, err := client.CreateClusterSubnetGroup(ctx, &redshift.CreateClusterSubnetGroupParams{
		ClusterSubnetGroupName: "loading",
		Description:            "Subnets for nightly loads",
		SubnetIDs:              []string{"subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"},
		Tags:                   tags,
	}); err != nil {
		return err
	}
	if _, err := client.CreateEventSubscription(ctx, &redshift.CreateEventSubscriptionParams{
		SubscriptionName: "errors",
		SnsTopicArn:      fmt.Sprintf("arn:%s:sns:%s:%s:redshift-errors", partition(fake.Region()), fake.Region(), fake.AccountID()),
		Severity:         "ERROR",
	}); err != nil {
		return err
	}
	_, err = client.CreateScheduledAction(ctx, &redshift.CreateScheduledActionParams{
		ScheduledActionName:        "archive-on-mondays",
		ScheduledActionDescription: "Resumes the paused cluster for the weekly audit",
		Schedule:                   "cron(0 6 ? * MON *)",
		IamRole:                    roleARN(fake, demoSchedulerRole),
		TargetAction:               &models.ScheduledActionType{ResumeCluster: &models.ResumeClusterMessage{ClusterIdentifier: demoPaused}},
	})

	return err
}

func (s *demoSnapshot) take(ctx context.Context, fake *redshifttest.Fake, client *redshift.Client) error {
	if _, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier:             s.cluster,
		SnapshotIdentifier:            s.name,
		ManualSnapshotRetentionPeriod: &s.keepDays,
		Tags:                          s.tags,
	}); err != nil {
		return err
	}
	if s.failed {
		return fake.SetSnapshotStatus(s.name, models.SnapshotStatusFailed)
	}

	return nil
}
