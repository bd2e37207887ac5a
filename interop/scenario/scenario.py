"""The scenario of scenario.sh with boto3. It prints the same outcomes, one per line, and exits at the first unexpected error."""

import datetime
import os
import time

import boto3

# Old versions do not read the endpoint from the environment.
redshift = boto3.client("redshift", endpoint_url=os.environ["AWS_ENDPOINT_URL_REDSHIFT"], region_name=os.environ["AWS_REGION"])
faults = redshift.exceptions


def outcome(what, *values):
    print(f"{what}:", *(str(value).lower() if isinstance(value, bool) else value for value in values), flush=True)


def refused(what, fault, call, **parameters):
    try:
        call(**parameters)
    except fault as failure:
        outcome(what, "refused,", failure.response["Error"]["Code"])
    else:
        raise SystemExit(f"scenario.py: {what}: the call succeeded, want {fault.__name__}")


def wait(name, **parameters):
    redshift.get_waiter(name).wait(WaiterConfig={"Delay": 1, "MaxAttempts": 60}, **parameters)


def until(poll, done):
    """Polls for at most a minute until done accepts the value."""
    deadline = time.monotonic() + 60
    while not done(value := poll()):
        if time.monotonic() > deadline:
            raise SystemExit(f"scenario.py: still {value}")
        time.sleep(0.25)
    return value


def is_time(at):
    """Reports whether a time is recent. The clock of the fake is fast."""
    return at > datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)


def moment(at):
    """Returns a time as all clients print it."""
    return at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


# Create a snapshot and wait for it.
outcome("the cluster", redshift.describe_clusters(ClusterIdentifier="analytics")["Clusters"][0]["ClusterIdentifier"])
nightly = {"ClusterIdentifier": "analytics", "SnapshotIdentifier": "scenario-nightly"}
created = redshift.create_cluster_snapshot(
    **nightly,
    ManualSnapshotRetentionPeriod=7,
    Tags=[{"Key": "env", "Value": "prod + é"}, {"Key": "owner", "Value": ""}],
)["Snapshot"]
outcome("the new snapshot", created["Status"], created["ManualSnapshotRetentionPeriod"], is_time(created["SnapshotCreateTime"]))
refused("a second snapshot with the name", faults.ClusterSnapshotAlreadyExistsFault, redshift.create_cluster_snapshot, **nightly)
wait("snapshot_available", SnapshotIdentifier="scenario-nightly")
found = redshift.describe_cluster_snapshots(SnapshotIdentifier="scenario-nightly")["Snapshots"]
outcome("after the wait", found[0]["Status"])
refused(
    "a missing snapshot", faults.ClusterSnapshotNotFoundFault, redshift.describe_cluster_snapshots, SnapshotIdentifier="scenario-nonesuch"
)

# List all snapshots, the demo's and the new one, on two pages.
pages = redshift.get_paginator("describe_cluster_snapshots").paginate(PaginationConfig={"PageSize": 20})
outcome("all snapshots", sum(len(page["Snapshots"]) for page in pages))

# Copy an automated snapshot, tag the copy and share it.
automated = redshift.describe_cluster_snapshots(SnapshotType="automated", ClusterIdentifier="analytics")["Snapshots"][0]
kept = redshift.copy_cluster_snapshot(
    SourceSnapshotIdentifier=automated["SnapshotIdentifier"], TargetSnapshotIdentifier="scenario-kept"
)["Snapshot"]
outcome("the copy", kept["SnapshotType"])
arn = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/scenario-kept"
redshift.create_tags(ResourceName=arn, Tags=[{"Key": "keep", "Value": "audit"}, {"Key": "a b", "Value": "+"}])
redshift.delete_tags(ResourceName=arn, TagKeys=["a b"])
tagged = redshift.describe_tags(ResourceType="Snapshot", TagKeys=["keep"])["TaggedResources"]
outcome("the tag", *(one["Tag"]["Value"] for one in tagged if one["ResourceName"] == arn))
access = {"SnapshotIdentifier": "scenario-kept", "AccountWithRestoreAccess": "210987654321"}
authorized = redshift.authorize_snapshot_access(**access)["Snapshot"]
outcome("the account with access", authorized["AccountsWithRestoreAccess"][0]["AccountId"])
refused(
    "the deletion of a shared snapshot",
    faults.InvalidClusterSnapshotStateFault,
    redshift.delete_cluster_snapshot,
    SnapshotIdentifier="scenario-kept",
)
revoked = redshift.revoke_snapshot_access(**access)["Snapshot"]
outcome("the accounts with access", len(revoked.get("AccountsWithRestoreAccess", [])))

# Copy snapshots to another region.
redshift.create_snapshot_copy_grant(SnapshotCopyGrantName="scenario-grant")
grants = redshift.describe_snapshot_copy_grants()["SnapshotCopyGrants"]
outcome("the grant", grants[0]["SnapshotCopyGrantName"])
redshift.enable_snapshot_copy(ClusterIdentifier="sales", DestinationRegion="eu-west-1", RetentionPeriod=3)
redshift.modify_snapshot_copy_retention_period(ClusterIdentifier="sales", RetentionPeriod=5)
copies = redshift.describe_clusters(ClusterIdentifier="sales")["Clusters"][0]["ClusterSnapshotCopyStatus"]
outcome("the copies", copies["DestinationRegion"], copies["RetentionPeriod"])
redshift.disable_snapshot_copy(ClusterIdentifier="sales")
redshift.delete_snapshot_copy_grant(SnapshotCopyGrantName="scenario-grant")

# Schedule automated snapshots.
redshift.create_snapshot_schedule(ScheduleIdentifier="scenario-schedule", ScheduleDefinitions=["rate(12 hours)"])
redshift.modify_snapshot_schedule(ScheduleIdentifier="scenario-schedule", ScheduleDefinitions=["cron(30 12 *)"])
redshift.modify_cluster_snapshot_schedule(ClusterIdentifier="staging", ScheduleIdentifier="scenario-schedule")
schedule = redshift.describe_snapshot_schedules(ScheduleIdentifier="scenario-schedule")["SnapshotSchedules"][0]
outcome("the schedule", schedule["ScheduleDefinitions"][0], schedule["AssociatedClusters"][0]["ClusterIdentifier"])
refused(
    "the deletion of a schedule in use",
    faults.InvalidClusterSnapshotScheduleStateFault,
    redshift.delete_snapshot_schedule,
    ScheduleIdentifier="scenario-schedule",
)
redshift.create_snapshot_schedule(ScheduleIdentifier="scenario-brief", ScheduleDefinitions=["rate(1 hours)"])
redshift.delete_snapshot_schedule(ScheduleIdentifier="scenario-brief")

# Restore the snapshot and a table.
redshift.restore_from_cluster_snapshot(ClusterIdentifier="scenario-drill", SnapshotIdentifier="scenario-nightly")
wait("cluster_restored", ClusterIdentifier="scenario-drill")
restored = redshift.describe_clusters(ClusterIdentifier="scenario-drill")["Clusters"][0]
outcome("the restored cluster", restored["RestoreStatus"]["Status"])
table = redshift.restore_table_from_cluster_snapshot(
    **nightly, SourceDatabaseName="dev", SourceTableName="orders", NewTableName="orders_restored"
)["TableRestoreStatus"]
found = until(
    lambda: redshift.describe_table_restore_status(TableRestoreRequestId=table["TableRestoreRequestId"])["TableRestoreStatusDetails"][0],
    lambda status: status["Status"] == "SUCCEEDED",
)
outcome("the restored table", found["NewTableName"])

# Clean up.
redshift.modify_cluster_snapshot(SnapshotIdentifier="scenario-kept", ManualSnapshotRetentionPeriod=365)
modified = redshift.batch_modify_cluster_snapshots(
    SnapshotIdentifierList=["sales-before-resize", "scenario-nonesuch"], ManualSnapshotRetentionPeriod=60
)
outcome("the modified snapshots", *modified["Resources"])
deleted = redshift.batch_delete_cluster_snapshots(
    Identifiers=[{"SnapshotIdentifier": "sales-nightly-1"}, {"SnapshotIdentifier": "scenario-nonesuch"}]
)
outcome("the failed deletion", deleted["Errors"][0]["SnapshotIdentifier"], deleted["Errors"][0]["FailureCode"])
deleted = redshift.delete_cluster_snapshot(SnapshotIdentifier="sales-nightly-3")["Snapshot"]
outcome("the deleted snapshot", deleted["Status"])

# Describe what the account can create.
attribute = redshift.describe_account_attributes(AttributeNames=["max-defer-maintenance-duration"])["AccountAttributes"][0]
outcome("the account attribute", attribute["AttributeName"], attribute["AttributeValues"][0]["AttributeValue"])
versions = redshift.describe_cluster_versions()["ClusterVersions"]
outcome("the families", *(one["ClusterParameterGroupFamily"] for one in versions))
tracks = redshift.describe_cluster_tracks()["MaintenanceTracks"]
outcome("the tracks", *(one["MaintenanceTrackName"] for one in tracks))
options = redshift.describe_orderable_cluster_options(NodeType="dc2.large")["OrderableClusterOptions"]
outcome("the cluster types", *(one["ClusterType"] for one in options))
storage = redshift.describe_storage()
outcome("storage is used", storage["TotalProvisionedStorageInMegaBytes"] > 0, storage["TotalBackupSizeInMegaBytes"] > 0)
defaults = redshift.describe_default_cluster_parameters(ParameterGroupFamily="redshift-1.0")["DefaultClusterParameters"]["Parameters"]
for one in defaults:
    if one["ParameterName"] == "require_ssl":
        outcome("the default of require_ssl", one["ParameterValue"], one["DataType"], one["ApplyType"], one["IsModifiable"])
category = redshift.describe_event_categories(SourceType="cluster")["EventCategoriesMapList"][0]
outcome("events of clusters exist", category["SourceType"], len(category["Events"]) > 0)

# Create a parameter group, a subnet group and a cluster.
group = {"ParameterGroupName": "scenario-parameters"}
created = redshift.create_cluster_parameter_group(
    **group, ParameterGroupFamily="redshift-1.0", Description="for the scenario + é", Tags=[{"Key": "env", "Value": "test"}]
)["ClusterParameterGroup"]
outcome("the parameter group", created["ParameterGroupName"], created["ParameterGroupFamily"], created["Description"])
refused(
    "a change of a default group",
    faults.InvalidClusterParameterGroupStateFault,
    redshift.modify_cluster_parameter_group,
    ParameterGroupName="default.redshift-1.0",
    Parameters=[{"ParameterName": "require_ssl", "ParameterValue": "true"}],
)
modified = redshift.modify_cluster_parameter_group(
    **group,
    Parameters=[
        {"ParameterName": "require_ssl", "ParameterValue": "true"},
        {"ParameterName": "statement_timeout", "ParameterValue": "60000"},
    ],
)
outcome("the changed group", modified["ParameterGroupName"])
changed = redshift.describe_cluster_parameters(**group, Source="user")["Parameters"]
changed.sort(key=lambda one: one["ParameterName"])
outcome("the changed parameters", *(one[member] for one in changed for member in ("ParameterName", "ParameterValue")))
groups = redshift.describe_cluster_parameter_groups(TagKeys=["env"], TagValues=["test"])["ParameterGroups"]
outcome("the tagged groups", *(one["ParameterGroupName"] for one in groups))
subnets = {"ClusterSubnetGroupName": "scenario-subnets"}
created = redshift.create_cluster_subnet_group(**subnets, Description="for the scenario", SubnetIds=["subnet-0000000a", "subnet-0000000b"])
created = created["ClusterSubnetGroup"]
outcome("the subnet group", created["SubnetGroupStatus"], len(created["Subnets"]))
modified = redshift.modify_cluster_subnet_group(**subnets, SubnetIds=["subnet-0000000a", "subnet-0000000b", "subnet-0000000c"])["ClusterSubnetGroup"]
outcome("the changed subnet group", len(modified["Subnets"]))
described = redshift.describe_cluster_subnet_groups(**subnets)["ClusterSubnetGroups"][0]
outcome("the subnets", *(one["SubnetIdentifier"] for one in described["Subnets"]))


def cluster(name):
    return redshift.describe_clusters(ClusterIdentifier=name)["Clusters"][0]


def available(name):
    wait("cluster_available", ClusterIdentifier=name)
    return cluster(name)


def missing(name):
    refused("a missing cluster", faults.ClusterNotFoundFault, redshift.describe_clusters, ClusterIdentifier=name)


etl = {"ClusterIdentifier": "scenario-etl"}
wanted = {
    **etl,
    "NodeType": "dc2.large",
    "ClusterType": "multi-node",
    "NumberOfNodes": 2,
    "DBName": "etl",
    "MasterUsername": "admin",
    "MasterUserPassword": "Scenario+Passw0rd",
    "ClusterParameterGroupName": "scenario-parameters",
    "ClusterSubnetGroupName": "scenario-subnets",
    "PubliclyAccessible": False,
}
created = redshift.create_cluster(**wanted)["Cluster"]
password = created["PendingModifiedValues"]["MasterUserPassword"]
outcome("the new cluster", created["ClusterStatus"], created["NodeType"], created["NumberOfNodes"], password)
refused("a second cluster with the name", faults.ClusterAlreadyExistsFault, redshift.create_cluster, **wanted)
found = available("scenario-etl")
outcome(
    "the available cluster",
    found["ClusterStatus"],
    found["DBName"],
    found["Endpoint"]["Port"],
    found["ClusterParameterGroups"][0]["ParameterGroupName"],
    found["ClusterSubnetGroupName"],
    found["PubliclyAccessible"],
    is_time(found["ClusterCreateTime"]),
)
missing("scenario-etl-new")

# Change and reboot the cluster.
modified = redshift.modify_cluster(**etl, AutomatedSnapshotRetentionPeriod=5, PubliclyAccessible=True)["Cluster"]
outcome(
    "the changed cluster",
    modified["ClusterStatus"],
    modified["AutomatedSnapshotRetentionPeriod"],
    modified["PendingModifiedValues"]["PubliclyAccessible"],
)
found = available("scenario-etl")
outcome("after the change", found["AutomatedSnapshotRetentionPeriod"], found["PubliclyAccessible"])
redshift.modify_cluster_parameter_group(**group, Parameters=[{"ParameterName": "statement_timeout", "ParameterValue": "120000"}])
outcome("parameters before the reboot", cluster("scenario-etl")["ClusterParameterGroups"][0]["ParameterApplyStatus"])
outcome("the reboot", redshift.reboot_cluster(**etl)["Cluster"]["ClusterStatus"])
outcome("parameters after the reboot", available("scenario-etl")["ClusterParameterGroups"][0]["ParameterApplyStatus"])
reset = redshift.reset_cluster_parameter_group(**group, ResetAllParameters=True)
left = redshift.describe_cluster_parameters(**group, Source="user")["Parameters"]
outcome("the reset group", reset["ParameterGroupName"], len(left))
arn = "arn:aws:redshift:us-east-1:123456789012:cluster:scenario-etl"
redshift.create_tags(ResourceName=arn, Tags=[{"Key": "team", "Value": "data + more"}, {"Key": "temporary", "Value": ""}])
redshift.delete_tags(ResourceName=arn, TagKeys=["temporary"])
tagged = redshift.describe_tags(ResourceName=arn)["TaggedResources"]
outcome("the tag of the cluster", len(tagged), tagged[0]["ResourceType"], tagged[0]["Tag"]["Key"], tagged[0]["Tag"]["Value"])

# Roles, credentials and logs.
reader, writer = "arn:aws:iam::123456789012:role/reader", "arn:aws:iam::123456789012:role/writer"
roles = redshift.modify_cluster_iam_roles(**etl, AddIamRoles=[reader, writer], DefaultIamRoleArn=reader)["Cluster"]
outcome("the roles", roles["DefaultIamRoleArn"], len(roles["IamRoles"]), roles["IamRoles"][0]["ApplyStatus"])
roles = redshift.modify_cluster_iam_roles(**etl, RemoveIamRoles=[writer])["Cluster"]["IamRoles"]
outcome("the removed role", *(one["ApplyStatus"] for one in roles if one["IamRoleArn"] == writer))
user = redshift.get_cluster_credentials(**etl, DbUser="loader", AutoCreate=True, DurationSeconds=3600)
outcome("the credentials of a database user", user["DbUser"], len(user["DbPassword"]) > 20, is_time(user["Expiration"]))
caller = redshift.get_cluster_credentials_with_iam(**etl, DbName="etl")
outcome("the credentials of the caller", len(caller["DbPassword"]) > 20, is_time(caller["Expiration"]))
logs = redshift.enable_logging(**etl, BucketName="scenario-logs", S3KeyPrefix="etl/")
outcome("logging", logs["LoggingEnabled"], logs["BucketName"])
logs = redshift.describe_logging_status(**etl)
outcome("the logs", logs["LoggingEnabled"], logs["BucketName"], logs["S3KeyPrefix"])
outcome("disabled logging", redshift.disable_logging(**etl)["LoggingEnabled"])

# Subscribe to events.
alerts = {"SubscriptionName": "scenario-alerts"}
created = redshift.create_event_subscription(
    **alerts,
    SnsTopicArn="arn:aws:sns:us-east-1:123456789012:alerts",
    SourceType="cluster",
    SourceIds=["scenario-etl"],
    EventCategories=["management"],
    Severity="INFO",
)["EventSubscription"]
outcome(
    "the subscription",
    created["Status"],
    created["Enabled"],
    created["Severity"],
    created["SourceIdsList"][0],
    is_time(created["SubscriptionCreationTime"]),
)
redshift.modify_event_subscription(**alerts, Enabled=False, EventCategories=["management", "security"])
changed = redshift.describe_event_subscriptions(**alerts)["EventSubscriptionsList"][0]
outcome("the changed subscription", changed["Enabled"], *changed["EventCategoriesList"])
redshift.delete_event_subscription(**alerts)
refused("the deleted subscription", faults.SubscriptionNotFoundFault, redshift.describe_event_subscriptions, **alerts)

# Schedule a pause, then a resize instead.
night = {"ScheduledActionName": "scenario-night"}
created = redshift.create_scheduled_action(
    **night,
    TargetAction={"PauseCluster": etl},
    Schedule="at(2099-01-01T00:00:00)",
    IamRole="arn:aws:iam::123456789012:role/scheduler",
    StartTime=datetime.datetime(2098, 12, 1, tzinfo=datetime.timezone.utc),
)
outcome(
    "the scheduled action",
    created["State"],
    created["TargetAction"]["PauseCluster"]["ClusterIdentifier"],
    moment(created["StartTime"]),
    moment(created["NextInvocations"][0]),
)
modified = redshift.modify_scheduled_action(
    **night, TargetAction={"ResizeCluster": {**etl, "NumberOfNodes": 4}}, Schedule="cron(0 3 ? * MON *)", Enable=False
)
nodes = modified["TargetAction"]["ResizeCluster"]["NumberOfNodes"]
outcome("the changed action", modified["State"], modified["Schedule"], nodes)
actions = redshift.describe_scheduled_actions(
    TargetActionType="ResizeCluster", Filters=[{"Name": "cluster-identifier", "Values": ["scenario-etl"]}]
)["ScheduledActions"]
outcome("the actions", *(one["ScheduledActionName"] for one in actions))
redshift.delete_scheduled_action(**night)
refused("the deleted action", faults.ScheduledActionNotFoundFault, redshift.describe_scheduled_actions, **night)

# Restore a snapshot to other nodes, and give the new cluster the name of the old one.
redshift.create_cluster_snapshot(**etl, SnapshotIdentifier="scenario-etl-1")
wait("snapshot_available", SnapshotIdentifier="scenario-etl-1")
option = redshift.describe_node_configuration_options(
    ActionType="restore-cluster",
    SnapshotIdentifier="scenario-etl-1",
    Filters=[{"Name": "NodeType", "Operator": "in", "Values": ["ra3.xlplus"]}],
)["NodeConfigurationOptionList"][0]
outcome("the node configuration", option["NodeType"], option["NumberOfNodes"])
restored = redshift.restore_from_cluster_snapshot(
    ClusterIdentifier="scenario-etl-new",
    SnapshotIdentifier="scenario-etl-1",
    NodeType="ra3.xlplus",
    NumberOfNodes=2,
    ClusterParameterGroupName="scenario-parameters",
    ClusterSubnetGroupName="scenario-subnets",
)["Cluster"]
outcome("the replacement", restored["ClusterStatus"])
wait("cluster_restored", ClusterIdentifier="scenario-etl-new")
found = available("scenario-etl-new")
outcome("the restored replacement", found["NodeType"], found["NumberOfNodes"], found["RestoreStatus"]["Status"])
for old, new in ("scenario-etl", "scenario-etl-old"), ("scenario-etl-new", "scenario-etl"):
    renamed = redshift.modify_cluster(ClusterIdentifier=old, NewClusterIdentifier=new)["Cluster"]
    outcome("the renamed cluster", renamed["ClusterStatus"], renamed["PendingModifiedValues"]["ClusterIdentifier"])
    outcome("the new name", available(new)["ClusterIdentifier"])
missing("scenario-etl-new")

# Pause and resume the cluster, resize it, and cancel another resize.
outcome("the pause", redshift.pause_cluster(**etl)["Cluster"]["ClusterStatus"])
stopped = until(lambda: cluster("scenario-etl"), lambda found: found["ClusterStatus"] == "paused")
outcome("the paused cluster", stopped["ClusterStatus"])
outcome("the resumption", redshift.resume_cluster(**etl)["Cluster"]["ClusterStatus"])
outcome("the resumed cluster", available("scenario-etl")["ClusterStatus"])
resizing = redshift.resize_cluster(**etl, NumberOfNodes=4)["Cluster"]
outcome("the elastic resize", resizing["ClusterStatus"], resizing["PendingModifiedValues"]["NumberOfNodes"])
outcome("the resized cluster", available("scenario-etl")["NumberOfNodes"])
resize = redshift.describe_resize(**etl)
outcome("the ended resize", resize["Status"], resize["ResizeType"], resize["TargetNumberOfNodes"])
old = {"ClusterIdentifier": "scenario-etl-old"}
outcome("the classic resize", redshift.resize_cluster(**old, NumberOfNodes=4, Classic=True)["Cluster"]["ClusterStatus"])
resize = redshift.cancel_resize(**old)
outcome("the canceled resize", resize["Status"], resize["ResizeType"], resize["TargetNumberOfNodes"])
outcome("after the cancellation", available("scenario-etl-old")["NumberOfNodes"])

# Read the events, and delete the clusters without and with a final snapshot.
pages = redshift.get_paginator("describe_events").paginate(
    SourceType="cluster", SourceIdentifier="scenario-etl", Duration=20160, PaginationConfig={"PageSize": 20}
)
outcome("the events", *sorted({event["EventId"] for page in pages for event in page["Events"]}))
outcome("the deletion", redshift.delete_cluster(**old, SkipFinalClusterSnapshot=True)["Cluster"]["ClusterStatus"])
wait("cluster_deleted", **old)
missing("scenario-etl-old")
refused(
    "the deletion of a parameter group in use",
    faults.InvalidClusterParameterGroupStateFault,
    redshift.delete_cluster_parameter_group,
    **group,
)
refused(
    "the deletion of a subnet group in use",
    faults.InvalidClusterSubnetGroupStateFault,
    redshift.delete_cluster_subnet_group,
    **subnets,
)
deleted = redshift.delete_cluster(
    **etl, FinalClusterSnapshotIdentifier="scenario-etl-final", FinalClusterSnapshotRetentionPeriod=7
)["Cluster"]
outcome("the deletion with a final snapshot", deleted["ClusterStatus"])
wait("cluster_deleted", **etl)
final = redshift.describe_cluster_snapshots(SnapshotIdentifier="scenario-etl-final")["Snapshots"][0]
outcome("the final snapshot", final["Status"], final["ManualSnapshotRetentionPeriod"], final["NodeType"], final["NumberOfNodes"])
redshift.delete_cluster_snapshot(SnapshotIdentifier="scenario-etl-1")
redshift.delete_cluster_parameter_group(**group)
refused(
    "the deleted parameter group",
    faults.ClusterParameterGroupNotFoundFault,
    redshift.describe_cluster_parameter_groups,
    **group,
)
redshift.delete_cluster_subnet_group(**subnets)
refused(
    "the deleted subnet group",
    faults.ClusterSubnetGroupNotFoundFault,
    redshift.describe_cluster_subnet_groups,
    **subnets,
)
