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
