package main

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"
)

// The resources that several parts of the scenario use.
var (
	etl             = aws.String("scenario-etl")
	replacement     = aws.String("scenario-etl-new")
	previous        = aws.String("scenario-etl-old")
	etlSnapshot     = aws.String("scenario-etl-1")
	finalSnapshot   = aws.String("scenario-etl-final")
	parameterGroup  = aws.String("scenario-parameters")
	subnetGroup     = aws.String("scenario-subnets")
	subscription    = aws.String("scenario-alerts")
	scheduledAction = aws.String("scenario-night")
)

// lookAround describes what the account can create.
func (s scenario) lookAround(ctx context.Context) {
	attributes := must(s.client.DescribeAccountAttributes(ctx, &redshift.DescribeAccountAttributesInput{
		AttributeNames: []string{"max-defer-maintenance-duration"},
	})).AccountAttributes
	outcome("the account attribute", *attributes[0].AttributeName, *attributes[0].AttributeValues[0].AttributeValue)
	versions := must(s.client.DescribeClusterVersions(ctx, nil)).ClusterVersions
	outcome("the families", fields(versions, func(one types.ClusterVersion) any { return *one.ClusterParameterGroupFamily })...)
	tracks := must(s.client.DescribeClusterTracks(ctx, nil)).MaintenanceTracks
	outcome("the tracks", fields(tracks, func(one types.MaintenanceTrack) any { return *one.MaintenanceTrackName })...)
	options := must(s.client.DescribeOrderableClusterOptions(ctx, &redshift.DescribeOrderableClusterOptionsInput{
		NodeType: aws.String("dc2.large"),
	})).OrderableClusterOptions
	outcome("the cluster types", fields(options, func(one types.OrderableClusterOption) any { return *one.ClusterType })...)
	storage := must(s.client.DescribeStorage(ctx, nil))
	outcome("storage is used", *storage.TotalProvisionedStorageInMegaBytes > 0, *storage.TotalBackupSizeInMegaBytes > 0)
	defaults := must(s.client.DescribeDefaultClusterParameters(ctx, &redshift.DescribeDefaultClusterParametersInput{
		ParameterGroupFamily: aws.String("redshift-1.0"),
	})).DefaultClusterParameters.Parameters
	for _, one := range defaults {
		if *one.ParameterName == "require_ssl" {
			outcome("the default of require_ssl", *one.ParameterValue, *one.DataType, string(one.ApplyType), *one.IsModifiable)
		}
	}
	categories := must(s.client.DescribeEventCategories(ctx, &redshift.DescribeEventCategoriesInput{
		SourceType: aws.String("cluster"),
	})).EventCategoriesMapList
	outcome("events of clusters exist", *categories[0].SourceType, len(categories[0].Events) > 0)
}

func (s scenario) createGroups(ctx context.Context) {
	created := must(s.client.CreateClusterParameterGroup(ctx, &redshift.CreateClusterParameterGroupInput{
		ParameterGroupName:   parameterGroup,
		ParameterGroupFamily: aws.String("redshift-1.0"),
		Description:          aws.String("for the scenario + é"),
		Tags:                 []types.Tag{{Key: aws.String("env"), Value: aws.String("test")}},
	})).ClusterParameterGroup
	outcome("the parameter group", *created.ParameterGroupName, *created.ParameterGroupFamily, *created.Description)
	_, err := s.client.ModifyClusterParameterGroup(ctx, setParameters("default.redshift-1.0", "require_ssl", "true"))
	refused[*types.InvalidClusterParameterGroupStateFault]("a change of a default group", err)
	modified := must(s.client.ModifyClusterParameterGroup(ctx,
		setParameters(*parameterGroup, "require_ssl", "true", "statement_timeout", "60000")))
	outcome("the changed group", *modified.ParameterGroupName)
	set := s.userParameters(ctx)
	slices.SortFunc(set, func(a, b types.Parameter) int { return compare(a.ParameterName, b.ParameterName) })
	outcome("the changed parameters", *set[0].ParameterName, *set[0].ParameterValue, *set[1].ParameterName, *set[1].ParameterValue)
	groups := must(s.client.DescribeClusterParameterGroups(ctx, &redshift.DescribeClusterParameterGroupsInput{
		TagKeys: []string{"env"}, TagValues: []string{"test"},
	})).ParameterGroups
	outcome("the tagged groups", fields(groups, func(one types.ClusterParameterGroup) any { return *one.ParameterGroupName })...)

	subnets := must(s.client.CreateClusterSubnetGroup(ctx, &redshift.CreateClusterSubnetGroupInput{
		ClusterSubnetGroupName: subnetGroup,
		Description:            aws.String("for the scenario"),
		SubnetIds:              []string{"subnet-0000000a", "subnet-0000000b"},
	})).ClusterSubnetGroup
	outcome("the subnet group", *subnets.SubnetGroupStatus, len(subnets.Subnets))
	subnets = must(s.client.ModifyClusterSubnetGroup(ctx, &redshift.ModifyClusterSubnetGroupInput{
		ClusterSubnetGroupName: subnetGroup, SubnetIds: []string{"subnet-0000000a", "subnet-0000000b", "subnet-0000000c"},
	})).ClusterSubnetGroup
	outcome("the changed subnet group", len(subnets.Subnets))
	described := must(s.client.DescribeClusterSubnetGroups(ctx, &redshift.DescribeClusterSubnetGroupsInput{
		ClusterSubnetGroupName: subnetGroup,
	})).ClusterSubnetGroups[0]
	outcome("the subnets", fields(described.Subnets, func(one types.Subnet) any { return *one.SubnetIdentifier })...)
}

// setParameters returns a call that sets parameters, given as names and values.
func setParameters(group string, pairs ...string) *redshift.ModifyClusterParameterGroupInput {
	call := &redshift.ModifyClusterParameterGroupInput{ParameterGroupName: &group}
	for pair := range slices.Chunk(pairs, 2) {
		call.Parameters = append(call.Parameters, types.Parameter{ParameterName: &pair[0], ParameterValue: &pair[1]})
	}

	return call
}

// userParameters returns the parameters of the group that have no default value.
func (s scenario) userParameters(ctx context.Context) []types.Parameter {
	return must(s.client.DescribeClusterParameters(ctx, &redshift.DescribeClusterParametersInput{
		ParameterGroupName: parameterGroup, Source: aws.String("user"),
	})).Parameters
}

func (s scenario) createCluster(ctx context.Context) {
	wanted := &redshift.CreateClusterInput{
		ClusterIdentifier:         etl,
		NodeType:                  aws.String("dc2.large"),
		ClusterType:               aws.String("multi-node"),
		NumberOfNodes:             aws.Int32(2),
		DBName:                    aws.String("etl"),
		MasterUsername:            aws.String("admin"),
		MasterUserPassword:        aws.String("Scenario+Passw0rd"),
		ClusterParameterGroupName: parameterGroup,
		ClusterSubnetGroupName:    subnetGroup,
		PubliclyAccessible:        aws.Bool(false),
	}
	created := must(s.client.CreateCluster(ctx, wanted)).Cluster
	outcome("the new cluster", *created.ClusterStatus, *created.NodeType, *created.NumberOfNodes,
		*created.PendingModifiedValues.MasterUserPassword)
	_, err := s.client.CreateCluster(ctx, wanted)
	refused[*types.ClusterAlreadyExistsFault]("a second cluster with the name", err)
	cluster := s.waitUntilAvailable(ctx, etl)
	outcome("the available cluster", *cluster.ClusterStatus, *cluster.DBName, *cluster.Endpoint.Port,
		*cluster.ClusterParameterGroups[0].ParameterGroupName, *cluster.ClusterSubnetGroupName, *cluster.PubliclyAccessible,
		isTime(cluster.ClusterCreateTime))
	s.missing(ctx, replacement)
}

func (s scenario) changeCluster(ctx context.Context) {
	modified := must(s.client.ModifyCluster(ctx, &redshift.ModifyClusterInput{
		ClusterIdentifier:                etl,
		AutomatedSnapshotRetentionPeriod: aws.Int32(5),
		PubliclyAccessible:               aws.Bool(true),
	})).Cluster
	outcome("the changed cluster", *modified.ClusterStatus, *modified.AutomatedSnapshotRetentionPeriod,
		*modified.PendingModifiedValues.PubliclyAccessible)
	cluster := s.waitUntilAvailable(ctx, etl)
	outcome("after the change", *cluster.AutomatedSnapshotRetentionPeriod, *cluster.PubliclyAccessible)

	must(s.client.ModifyClusterParameterGroup(ctx, setParameters(*parameterGroup, "statement_timeout", "120000")))
	outcome("parameters before the reboot", *s.cluster(ctx, etl).ClusterParameterGroups[0].ParameterApplyStatus)
	rebooted := must(s.client.RebootCluster(ctx, &redshift.RebootClusterInput{ClusterIdentifier: etl})).Cluster
	outcome("the reboot", *rebooted.ClusterStatus)
	outcome("parameters after the reboot", *s.waitUntilAvailable(ctx, etl).ClusterParameterGroups[0].ParameterApplyStatus)
	reset := must(s.client.ResetClusterParameterGroup(ctx, &redshift.ResetClusterParameterGroupInput{
		ParameterGroupName: parameterGroup, ResetAllParameters: aws.Bool(true),
	}))
	outcome("the reset group", *reset.ParameterGroupName, len(s.userParameters(ctx)))

	arn := aws.String("arn:aws:redshift:us-east-1:123456789012:cluster:scenario-etl")
	must(s.client.CreateTags(ctx, &redshift.CreateTagsInput{ResourceName: arn, Tags: []types.Tag{
		{Key: aws.String("team"), Value: aws.String("data + more")}, {Key: aws.String("temporary"), Value: aws.String("")},
	}}))
	must(s.client.DeleteTags(ctx, &redshift.DeleteTagsInput{ResourceName: arn, TagKeys: []string{"temporary"}}))
	tagged := must(s.client.DescribeTags(ctx, &redshift.DescribeTagsInput{ResourceName: arn})).TaggedResources
	outcome("the tag of the cluster", len(tagged), *tagged[0].ResourceType, *tagged[0].Tag.Key, *tagged[0].Tag.Value)
}

func (s scenario) accessAndLogs(ctx context.Context) {
	reader, writer := "arn:aws:iam::123456789012:role/reader", "arn:aws:iam::123456789012:role/writer"
	roles := must(s.client.ModifyClusterIamRoles(ctx, &redshift.ModifyClusterIamRolesInput{
		ClusterIdentifier: etl, AddIamRoles: []string{reader, writer}, DefaultIamRoleArn: &reader,
	})).Cluster
	outcome("the roles", *roles.DefaultIamRoleArn, len(roles.IamRoles), *roles.IamRoles[0].ApplyStatus)
	roles = must(s.client.ModifyClusterIamRoles(ctx, &redshift.ModifyClusterIamRolesInput{
		ClusterIdentifier: etl, RemoveIamRoles: []string{writer},
	})).Cluster
	for _, role := range roles.IamRoles {
		if *role.IamRoleArn == writer {
			outcome("the removed role", *role.ApplyStatus)
		}
	}
	user := must(s.client.GetClusterCredentials(ctx, &redshift.GetClusterCredentialsInput{
		ClusterIdentifier: etl, DbUser: aws.String("loader"), AutoCreate: aws.Bool(true), DurationSeconds: aws.Int32(3600),
	}))
	outcome("the credentials of a database user", *user.DbUser, len(*user.DbPassword) > 20, isTime(user.Expiration))
	caller := must(s.client.GetClusterCredentialsWithIAM(ctx, &redshift.GetClusterCredentialsWithIAMInput{
		ClusterIdentifier: etl, DbName: aws.String("etl"),
	}))
	outcome("the credentials of the caller", len(*caller.DbPassword) > 20, isTime(caller.Expiration))

	logs := must(s.client.EnableLogging(ctx, &redshift.EnableLoggingInput{
		ClusterIdentifier: etl, BucketName: aws.String("scenario-logs"), S3KeyPrefix: aws.String("etl/"),
	}))
	outcome("logging", *logs.LoggingEnabled, *logs.BucketName)
	status := must(s.client.DescribeLoggingStatus(ctx, &redshift.DescribeLoggingStatusInput{ClusterIdentifier: etl}))
	outcome("the logs", *status.LoggingEnabled, *status.BucketName, *status.S3KeyPrefix)
	disabled := must(s.client.DisableLogging(ctx, &redshift.DisableLoggingInput{ClusterIdentifier: etl}))
	outcome("disabled logging", *disabled.LoggingEnabled)
}

func (s scenario) subscribe(ctx context.Context) {
	created := must(s.client.CreateEventSubscription(ctx, &redshift.CreateEventSubscriptionInput{
		SubscriptionName: subscription,
		SnsTopicArn:      aws.String("arn:aws:sns:us-east-1:123456789012:alerts"),
		SourceType:       aws.String("cluster"),
		SourceIds:        []string{*etl},
		EventCategories:  []string{"management"},
		Severity:         aws.String("INFO"),
	})).EventSubscription
	outcome("the subscription", *created.Status, *created.Enabled, *created.Severity, created.SourceIdsList[0],
		isTime(created.SubscriptionCreationTime))
	must(s.client.ModifyEventSubscription(ctx, &redshift.ModifyEventSubscriptionInput{
		SubscriptionName: subscription, Enabled: aws.Bool(false), EventCategories: []string{"management", "security"},
	}))
	named := &redshift.DescribeEventSubscriptionsInput{SubscriptionName: subscription}
	changed := must(s.client.DescribeEventSubscriptions(ctx, named)).EventSubscriptionsList[0]
	outcome("the changed subscription", append([]any{*changed.Enabled}, values(changed.EventCategoriesList)...)...)
	must(s.client.DeleteEventSubscription(ctx, &redshift.DeleteEventSubscriptionInput{SubscriptionName: subscription}))
	_, err := s.client.DescribeEventSubscriptions(ctx, named)
	refused[*types.SubscriptionNotFoundFault]("the deleted subscription", err)
}

func (s scenario) scheduleActions(ctx context.Context) {
	created := must(s.client.CreateScheduledAction(ctx, &redshift.CreateScheduledActionInput{
		ScheduledActionName: scheduledAction,
		TargetAction:        &types.ScheduledActionType{PauseCluster: &types.PauseClusterMessage{ClusterIdentifier: etl}},
		Schedule:            aws.String("at(2099-01-01T00:00:00)"),
		IamRole:             aws.String("arn:aws:iam::123456789012:role/scheduler"),
		StartTime:           aws.Time(time.Date(2098, time.December, 1, 0, 0, 0, 0, time.UTC)),
	}))
	outcome("the scheduled action", string(created.State), *created.TargetAction.PauseCluster.ClusterIdentifier,
		moment(created.StartTime), moment(&created.NextInvocations[0]))
	modified := must(s.client.ModifyScheduledAction(ctx, &redshift.ModifyScheduledActionInput{
		ScheduledActionName: scheduledAction,
		TargetAction: &types.ScheduledActionType{
			ResizeCluster: &types.ResizeClusterMessage{ClusterIdentifier: etl, NumberOfNodes: aws.Int32(4)},
		},
		Schedule: aws.String("cron(0 3 ? * MON *)"),
		Enable:   aws.Bool(false),
	}))
	outcome("the changed action", string(modified.State), *modified.Schedule, *modified.TargetAction.ResizeCluster.NumberOfNodes)
	found := must(s.client.DescribeScheduledActions(ctx, &redshift.DescribeScheduledActionsInput{
		TargetActionType: types.ScheduledActionTypeValuesResizeCluster,
		Filters: []types.ScheduledActionFilter{
			{Name: types.ScheduledActionFilterNameClusterIdentifier, Values: []string{*etl}},
		},
	})).ScheduledActions
	outcome("the actions", fields(found, func(one types.ScheduledAction) any { return *one.ScheduledActionName })...)
	must(s.client.DeleteScheduledAction(ctx, &redshift.DeleteScheduledActionInput{ScheduledActionName: scheduledAction}))
	_, err := s.client.DescribeScheduledActions(ctx, &redshift.DescribeScheduledActionsInput{ScheduledActionName: scheduledAction})
	refused[*types.ScheduledActionNotFoundFault]("the deleted action", err)
}

// replaceCluster restores a snapshot to other nodes, and gives the new cluster the name of the old one.
func (s scenario) replaceCluster(ctx context.Context) {
	must(s.client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotInput{
		ClusterIdentifier: etl, SnapshotIdentifier: etlSnapshot,
	}))
	must(s.snapshotAvailable().WaitForOutput(ctx, &redshift.DescribeClusterSnapshotsInput{SnapshotIdentifier: etlSnapshot}, waitTimeout))
	options := must(s.client.DescribeNodeConfigurationOptions(ctx, &redshift.DescribeNodeConfigurationOptionsInput{
		ActionType:         types.ActionTypeRestoreCluster,
		SnapshotIdentifier: etlSnapshot,
		Filters: []types.NodeConfigurationOptionsFilter{
			{Name: types.NodeConfigurationOptionsFilterNameNodeType, Operator: types.OperatorTypeIn, Values: []string{"ra3.xlplus"}},
		},
	})).NodeConfigurationOptionList
	outcome("the node configuration", *options[0].NodeType, *options[0].NumberOfNodes)
	restored := must(s.client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotInput{
		ClusterIdentifier:         replacement,
		SnapshotIdentifier:        etlSnapshot,
		NodeType:                  aws.String("ra3.xlplus"),
		NumberOfNodes:             aws.Int32(2),
		ClusterParameterGroupName: parameterGroup,
		ClusterSubnetGroupName:    subnetGroup,
	})).Cluster
	outcome("the replacement", *restored.ClusterStatus)
	must(s.clusterRestored().WaitForOutput(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: replacement}, waitTimeout))
	cluster := s.waitUntilAvailable(ctx, replacement)
	outcome("the restored replacement", *cluster.NodeType, *cluster.NumberOfNodes, *cluster.RestoreStatus.Status)
	for _, names := range [][2]*string{{etl, previous}, {replacement, etl}} {
		renamed := must(s.client.ModifyCluster(ctx, &redshift.ModifyClusterInput{
			ClusterIdentifier: names[0], NewClusterIdentifier: names[1],
		})).Cluster
		outcome("the renamed cluster", *renamed.ClusterStatus, *renamed.PendingModifiedValues.ClusterIdentifier)
		outcome("the new name", *s.waitUntilAvailable(ctx, names[1]).ClusterIdentifier)
	}
	s.missing(ctx, replacement)
}

func (s scenario) pauseAndResize(ctx context.Context) {
	paused := must(s.client.PauseCluster(ctx, &redshift.PauseClusterInput{ClusterIdentifier: etl})).Cluster
	outcome("the pause", *paused.ClusterStatus)
	stopped := until(func() *types.Cluster { return s.cluster(ctx, etl) },
		func(cluster *types.Cluster) bool { return *cluster.ClusterStatus == "paused" })
	outcome("the paused cluster", *stopped.ClusterStatus)
	resumed := must(s.client.ResumeCluster(ctx, &redshift.ResumeClusterInput{ClusterIdentifier: etl})).Cluster
	outcome("the resumption", *resumed.ClusterStatus)
	outcome("the resumed cluster", *s.waitUntilAvailable(ctx, etl).ClusterStatus)

	resizing := must(s.client.ResizeCluster(ctx, &redshift.ResizeClusterInput{
		ClusterIdentifier: etl, NumberOfNodes: aws.Int32(4),
	})).Cluster
	outcome("the elastic resize", *resizing.ClusterStatus, *resizing.PendingModifiedValues.NumberOfNodes)
	outcome("the resized cluster", *s.waitUntilAvailable(ctx, etl).NumberOfNodes)
	resize := must(s.client.DescribeResize(ctx, &redshift.DescribeResizeInput{ClusterIdentifier: etl}))
	outcome("the ended resize", *resize.Status, *resize.ResizeType, *resize.TargetNumberOfNodes)

	classic := must(s.client.ResizeCluster(ctx, &redshift.ResizeClusterInput{
		ClusterIdentifier: previous, NumberOfNodes: aws.Int32(4), Classic: aws.Bool(true),
	})).Cluster
	outcome("the classic resize", *classic.ClusterStatus)
	canceled := must(s.client.CancelResize(ctx, &redshift.CancelResizeInput{ClusterIdentifier: previous}))
	outcome("the canceled resize", *canceled.Status, *canceled.ResizeType, *canceled.TargetNumberOfNodes)
	outcome("after the cancellation", *s.waitUntilAvailable(ctx, previous).NumberOfNodes)
}

func (s scenario) deleteClusters(ctx context.Context) {
	var numbers []string
	pages := redshift.NewDescribeEventsPaginator(s.client, &redshift.DescribeEventsInput{
		SourceType: types.SourceTypeCluster, SourceIdentifier: etl, Duration: aws.Int32(20160), MaxRecords: aws.Int32(20),
	})
	for pages.HasMorePages() {
		for _, event := range must(pages.NextPage(ctx)).Events {
			numbers = append(numbers, *event.EventId)
		}
	}
	slices.Sort(numbers)
	outcome("the events", values(slices.Compact(numbers))...)

	deleted := must(s.client.DeleteCluster(ctx, &redshift.DeleteClusterInput{
		ClusterIdentifier: previous, SkipFinalClusterSnapshot: aws.Bool(true),
	})).Cluster
	outcome("the deletion", *deleted.ClusterStatus)
	s.waitUntilDeleted(ctx, previous)
	s.missing(ctx, previous)
	_, err := s.client.DeleteClusterParameterGroup(ctx, &redshift.DeleteClusterParameterGroupInput{ParameterGroupName: parameterGroup})
	refused[*types.InvalidClusterParameterGroupStateFault]("the deletion of a parameter group in use", err)
	_, err = s.client.DeleteClusterSubnetGroup(ctx, &redshift.DeleteClusterSubnetGroupInput{ClusterSubnetGroupName: subnetGroup})
	refused[*types.InvalidClusterSubnetGroupStateFault]("the deletion of a subnet group in use", err)

	deleted = must(s.client.DeleteCluster(ctx, &redshift.DeleteClusterInput{
		ClusterIdentifier:                   etl,
		FinalClusterSnapshotIdentifier:      finalSnapshot,
		FinalClusterSnapshotRetentionPeriod: aws.Int32(7),
	})).Cluster
	outcome("the deletion with a final snapshot", *deleted.ClusterStatus)
	s.waitUntilDeleted(ctx, etl)
	final := must(s.client.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsInput{
		SnapshotIdentifier: finalSnapshot,
	})).Snapshots[0]
	outcome("the final snapshot", *final.Status, *final.ManualSnapshotRetentionPeriod, *final.NodeType, *final.NumberOfNodes)
	must(s.client.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotInput{SnapshotIdentifier: etlSnapshot}))

	must(s.client.DeleteClusterParameterGroup(ctx, &redshift.DeleteClusterParameterGroupInput{ParameterGroupName: parameterGroup}))
	_, err = s.client.DescribeClusterParameterGroups(ctx, &redshift.DescribeClusterParameterGroupsInput{ParameterGroupName: parameterGroup})
	refused[*types.ClusterParameterGroupNotFoundFault]("the deleted parameter group", err)
	must(s.client.DeleteClusterSubnetGroup(ctx, &redshift.DeleteClusterSubnetGroupInput{ClusterSubnetGroupName: subnetGroup}))
	_, err = s.client.DescribeClusterSubnetGroups(ctx, &redshift.DescribeClusterSubnetGroupsInput{ClusterSubnetGroupName: subnetGroup})
	refused[*types.ClusterSubnetGroupNotFoundFault]("the deleted subnet group", err)
}

func (s scenario) cluster(ctx context.Context, name *string) *types.Cluster {
	return &must(s.client.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: name})).Clusters[0]
}

// missing checks that Redshift has no cluster with a name.
func (s scenario) missing(ctx context.Context, name *string) {
	_, err := s.client.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: name})
	refused[*types.ClusterNotFoundFault]("a missing cluster", err)
}

func (s scenario) waitUntilAvailable(ctx context.Context, name *string) *types.Cluster {
	return &must(redshift.NewClusterAvailableWaiter(s.client, func(options *redshift.ClusterAvailableWaiterOptions) {
		options.MinDelay, options.MaxDelay = time.Second, time.Second
	}).WaitForOutput(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: name}, waitTimeout)).Clusters[0]
}

func (s scenario) waitUntilDeleted(ctx context.Context, name *string) {
	err := redshift.NewClusterDeletedWaiter(s.client, func(options *redshift.ClusterDeletedWaiterOptions) {
		options.MinDelay, options.MaxDelay = time.Second, time.Second
	}).Wait(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: name}, waitTimeout)
	if err != nil {
		fail(err)
	}
}
