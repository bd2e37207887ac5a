"""The backup scenario of scenario.sh with boto3. It exits at the first unexpected result."""

import os

import boto3
from botocore.exceptions import ClientError

# Old versions do not read the endpoint from the environment.
redshift = boto3.client("redshift", endpoint_url=os.environ["AWS_ENDPOINT_URL_REDSHIFT"], region_name=os.environ["AWS_REGION"])


def same(want, got, what):
    if want != got:
        raise SystemExit(f"scenario.py: {what}: got {got!r}, want {want!r}")


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as failure:
        same(code, failure.response["Error"]["Code"], f"the code of {failure.operation_name}")
    else:
        raise SystemExit(f"scenario.py: {parameters} was not refused with {code}")


def wait(name, **parameters):
    redshift.get_waiter(name).wait(WaiterConfig={"Delay": 1, "MaxAttempts": 60}, **parameters)


# Create a snapshot and wait for it.
same("analytics", redshift.describe_clusters(ClusterIdentifier="analytics")["Clusters"][0]["ClusterIdentifier"], "the cluster")
nightly = {"ClusterIdentifier": "analytics", "SnapshotIdentifier": "scenario-nightly"}
created = redshift.create_cluster_snapshot(
    **nightly,
    ManualSnapshotRetentionPeriod=7,
    Tags=[{"Key": "env", "Value": "prod + é"}, {"Key": "owner", "Value": ""}],
)
same("creating", created["Snapshot"]["Status"], "the new snapshot")
refused("ClusterSnapshotAlreadyExists", redshift.create_cluster_snapshot, **nightly)
wait("snapshot_available", SnapshotIdentifier="scenario-nightly")
found = redshift.describe_cluster_snapshots(SnapshotIdentifier="scenario-nightly")["Snapshots"]
same("available", found[0]["Status"], "after the wait")
refused("ClusterSnapshotNotFound", redshift.describe_cluster_snapshots, SnapshotIdentifier="scenario-nonesuch")

# List all snapshots: 21 of the demo and this one, on two pages.
pages = list(redshift.get_paginator("describe_cluster_snapshots").paginate(PaginationConfig={"PageSize": 20}))
same([20, 2], [len(page["Snapshots"]) for page in pages], "all snapshots")

# Copy an automated snapshot, tag the copy and share it.
automated = redshift.describe_cluster_snapshots(SnapshotType="automated", ClusterIdentifier="analytics")["Snapshots"][0]
kept = redshift.copy_cluster_snapshot(
    SourceSnapshotIdentifier=automated["SnapshotIdentifier"], TargetSnapshotIdentifier="scenario-kept"
)
same("manual", kept["Snapshot"]["SnapshotType"], "the copy")
arn = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/scenario-kept"
redshift.create_tags(ResourceName=arn, Tags=[{"Key": "keep", "Value": "audit"}, {"Key": "a b", "Value": "+"}])
redshift.delete_tags(ResourceName=arn, TagKeys=["a b"])
tagged = redshift.describe_tags(ResourceType="Snapshot", TagKeys=["keep"])["TaggedResources"]
same(["audit"], [one["Tag"]["Value"] for one in tagged if one["ResourceName"] == arn], "the tag")
access = {"SnapshotIdentifier": "scenario-kept", "AccountWithRestoreAccess": "210987654321"}
redshift.authorize_snapshot_access(**access)
refused("InvalidClusterSnapshotState", redshift.delete_cluster_snapshot, SnapshotIdentifier="scenario-kept")
redshift.revoke_snapshot_access(**access)

# Copy snapshots to another region.
redshift.create_snapshot_copy_grant(SnapshotCopyGrantName="scenario-grant")
grants = redshift.describe_snapshot_copy_grants()["SnapshotCopyGrants"]
same(["scenario-grant"], [grant["SnapshotCopyGrantName"] for grant in grants], "the grants")
redshift.enable_snapshot_copy(ClusterIdentifier="sales", DestinationRegion="eu-west-1", RetentionPeriod=3)
redshift.modify_snapshot_copy_retention_period(ClusterIdentifier="sales", RetentionPeriod=5)
sales = redshift.describe_clusters(ClusterIdentifier="sales")["Clusters"][0]
same(5, sales["ClusterSnapshotCopyStatus"]["RetentionPeriod"], "the retention of the copies")
redshift.disable_snapshot_copy(ClusterIdentifier="sales")
redshift.delete_snapshot_copy_grant(SnapshotCopyGrantName="scenario-grant")

# Schedule automated snapshots.
redshift.create_snapshot_schedule(ScheduleIdentifier="scenario-schedule", ScheduleDefinitions=["rate(12 hours)"])
redshift.modify_snapshot_schedule(ScheduleIdentifier="scenario-schedule", ScheduleDefinitions=["cron(30 12 *)"])
redshift.modify_cluster_snapshot_schedule(ClusterIdentifier="staging", ScheduleIdentifier="scenario-schedule")
schedule = redshift.describe_snapshot_schedules(ScheduleIdentifier="scenario-schedule")["SnapshotSchedules"][0]
same(["staging"], [one["ClusterIdentifier"] for one in schedule["AssociatedClusters"]], "the clusters of the schedule")
refused("InvalidClusterSnapshotScheduleState", redshift.delete_snapshot_schedule, ScheduleIdentifier="scenario-schedule")
redshift.create_snapshot_schedule(ScheduleIdentifier="scenario-brief", ScheduleDefinitions=["rate(1 hours)"])
redshift.delete_snapshot_schedule(ScheduleIdentifier="scenario-brief")

# Restore the snapshot and a table.
redshift.restore_from_cluster_snapshot(ClusterIdentifier="scenario-drill", SnapshotIdentifier="scenario-nightly")
wait("cluster_restored", ClusterIdentifier="scenario-drill")
restored = redshift.restore_table_from_cluster_snapshot(
    **nightly, SourceDatabaseName="dev", SourceTableName="orders", NewTableName="orders_restored"
)["TableRestoreStatus"]
found = redshift.describe_table_restore_status(TableRestoreRequestId=restored["TableRestoreRequestId"])
same(["SUCCEEDED"], [one["Status"] for one in found["TableRestoreStatusDetails"]], "the table")

# Clean up.
redshift.modify_cluster_snapshot(SnapshotIdentifier="scenario-kept", ManualSnapshotRetentionPeriod=365)
modified = redshift.batch_modify_cluster_snapshots(
    SnapshotIdentifierList=["sales-before-resize", "scenario-nonesuch"], ManualSnapshotRetentionPeriod=60
)
same(["sales-before-resize"], modified["Resources"], "the modified snapshots")
deleted = redshift.batch_delete_cluster_snapshots(
    Identifiers=[{"SnapshotIdentifier": "sales-nightly-1"}, {"SnapshotIdentifier": "scenario-nonesuch"}]
)
same(["ClusterSnapshotNotFound"], [one["FailureCode"] for one in deleted["Errors"]], "the failed deletions")
deleted = redshift.delete_cluster_snapshot(SnapshotIdentifier="sales-nightly-3")
same("deleted", deleted["Snapshot"]["Status"], "the deleted snapshot")
