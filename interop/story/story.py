"""The backup story of story.sh, told by boto3. It ends with the first thing that is not as it should be."""

import os

import boto3
from botocore.exceptions import ClientError

# The endpoint is named here, since old versions do not read it from the environment.
redshift = boto3.client("redshift", endpoint_url=os.environ["AWS_ENDPOINT_URL_REDSHIFT"], region_name=os.environ["AWS_REGION"])


def same(want, got, what):
    if want != got:
        raise SystemExit(f"story.py: {what}: got {got!r}, want {want!r}")


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as failure:
        same(code, failure.response["Error"]["Code"], f"the code of {failure.operation_name}")
    else:
        raise SystemExit(f"story.py: {parameters} was not refused with {code}")


def wait(name, **parameters):
    redshift.get_waiter(name).wait(WaiterConfig={"Delay": 1, "MaxAttempts": 60}, **parameters)


# Take a snapshot, and wait for it.
same("analytics", redshift.describe_clusters(ClusterIdentifier="analytics")["Clusters"][0]["ClusterIdentifier"], "the cluster")
nightly = {"ClusterIdentifier": "analytics", "SnapshotIdentifier": "story-nightly"}
created = redshift.create_cluster_snapshot(
    **nightly,
    ManualSnapshotRetentionPeriod=7,
    Tags=[{"Key": "env", "Value": "prod + é"}, {"Key": "owner", "Value": ""}],
)
same("creating", created["Snapshot"]["Status"], "the new snapshot")
refused("ClusterSnapshotAlreadyExists", redshift.create_cluster_snapshot, **nightly)
wait("snapshot_available", SnapshotIdentifier="story-nightly")
found = redshift.describe_cluster_snapshots(SnapshotIdentifier="story-nightly")["Snapshots"]
same("available", found[0]["Status"], "after the wait")
refused("ClusterSnapshotNotFound", redshift.describe_cluster_snapshots, SnapshotIdentifier="story-nonesuch")

# List all there are: 21 of the demo and this one, on two pages.
pages = list(redshift.get_paginator("describe_cluster_snapshots").paginate(PaginationConfig={"PageSize": 20}))
same([20, 2], [len(page["Snapshots"]) for page in pages], "all snapshots")

# Keep an automated one, tag it, share it.
automated = redshift.describe_cluster_snapshots(SnapshotType="automated", ClusterIdentifier="analytics")["Snapshots"][0]
kept = redshift.copy_cluster_snapshot(
    SourceSnapshotIdentifier=automated["SnapshotIdentifier"], TargetSnapshotIdentifier="story-kept"
)
same("manual", kept["Snapshot"]["SnapshotType"], "the copy")
arn = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/story-kept"
redshift.create_tags(ResourceName=arn, Tags=[{"Key": "keep", "Value": "audit"}, {"Key": "a b", "Value": "+"}])
redshift.delete_tags(ResourceName=arn, TagKeys=["a b"])
tagged = redshift.describe_tags(ResourceType="Snapshot", TagKeys=["keep"])["TaggedResources"]
same(["audit"], [one["Tag"]["Value"] for one in tagged if one["ResourceName"] == arn], "the tag")
access = {"SnapshotIdentifier": "story-kept", "AccountWithRestoreAccess": "210987654321"}
redshift.authorize_snapshot_access(**access)
refused("InvalidClusterSnapshotState", redshift.delete_cluster_snapshot, SnapshotIdentifier="story-kept")
redshift.revoke_snapshot_access(**access)

# Copies in another region.
redshift.create_snapshot_copy_grant(SnapshotCopyGrantName="story-grant")
grants = redshift.describe_snapshot_copy_grants()["SnapshotCopyGrants"]
same(["story-grant"], [grant["SnapshotCopyGrantName"] for grant in grants], "the grants")
redshift.enable_snapshot_copy(ClusterIdentifier="sales", DestinationRegion="eu-west-1", RetentionPeriod=3)
redshift.modify_snapshot_copy_retention_period(ClusterIdentifier="sales", RetentionPeriod=5)
sales = redshift.describe_clusters(ClusterIdentifier="sales")["Clusters"][0]
same(5, sales["ClusterSnapshotCopyStatus"]["RetentionPeriod"], "the copies' retention")
redshift.disable_snapshot_copy(ClusterIdentifier="sales")
redshift.delete_snapshot_copy_grant(SnapshotCopyGrantName="story-grant")

# Snapshots by themselves.
redshift.create_snapshot_schedule(ScheduleIdentifier="story-schedule", ScheduleDefinitions=["rate(12 hours)"])
redshift.modify_snapshot_schedule(ScheduleIdentifier="story-schedule", ScheduleDefinitions=["cron(30 12 *)"])
redshift.modify_cluster_snapshot_schedule(ClusterIdentifier="staging", ScheduleIdentifier="story-schedule")
schedule = redshift.describe_snapshot_schedules(ScheduleIdentifier="story-schedule")["SnapshotSchedules"][0]
same(["staging"], [one["ClusterIdentifier"] for one in schedule["AssociatedClusters"]], "the schedule's clusters")
refused("InvalidClusterSnapshotScheduleState", redshift.delete_snapshot_schedule, ScheduleIdentifier="story-schedule")
redshift.create_snapshot_schedule(ScheduleIdentifier="story-brief", ScheduleDefinitions=["rate(1 hours)"])
redshift.delete_snapshot_schedule(ScheduleIdentifier="story-brief")

# See whether the backup is of use.
redshift.restore_from_cluster_snapshot(ClusterIdentifier="story-drill", SnapshotIdentifier="story-nightly")
wait("cluster_restored", ClusterIdentifier="story-drill")
restored = redshift.restore_table_from_cluster_snapshot(
    **nightly, SourceDatabaseName="dev", SourceTableName="orders", NewTableName="orders_restored"
)["TableRestoreStatus"]
found = redshift.describe_table_restore_status(TableRestoreRequestId=restored["TableRestoreRequestId"])
same(["SUCCEEDED"], [one["Status"] for one in found["TableRestoreStatusDetails"]], "the table")

# Clean up.
redshift.modify_cluster_snapshot(SnapshotIdentifier="story-kept", ManualSnapshotRetentionPeriod=365)
modified = redshift.batch_modify_cluster_snapshots(
    SnapshotIdentifierList=["sales-before-resize", "story-nonesuch"], ManualSnapshotRetentionPeriod=60
)
same(["sales-before-resize"], modified["Resources"], "those that were modified")
deleted = redshift.batch_delete_cluster_snapshots(
    Identifiers=[{"SnapshotIdentifier": "sales-nightly-1"}, {"SnapshotIdentifier": "story-nonesuch"}]
)
same(["ClusterSnapshotNotFound"], [one["FailureCode"] for one in deleted["Errors"]], "those that were not deleted")
deleted = redshift.delete_cluster_snapshot(SnapshotIdentifier="sales-nightly-3")
same("deleted", deleted["Snapshot"]["Status"], "the deleted snapshot")
