"""Records requests of the AWS CLI and boto3 for TestRecordedClients.

Install both, then run in this folder:

    go run ../../../cmd/redshift-fake -listen 127.0.0.1:8080 -snapshot-duration 10s -restore-duration 3s &
    python3 record.py http://127.0.0.1:8080
"""

import json
import time
import urllib.request

import configuration
import recorder
from recorder import aws

recorder.client = "aws"
automated = json.loads(aws("describe-cluster-snapshots", "--snapshot-type", "automated"))["Snapshots"][0]["SnapshotIdentifier"]
aws("create-cluster-snapshot", "--cluster-identifier", "analytics", "--snapshot-identifier", "by-cli",
    "--manual-snapshot-retention-period", "7", "--tags", "Key=env,Value=prod", "Key=größe + maß,Value=", "Key=alone")
aws("wait", "snapshot-available", "--snapshot-identifier", "by-cli")
aws("copy-cluster-snapshot", "--source-snapshot-identifier", automated, "--target-snapshot-identifier", "copy-by-cli")
aws("authorize-snapshot-access", "--snapshot-identifier", "copy-by-cli", "--account-with-restore-access", "210987654321")
aws("revoke-snapshot-access", "--snapshot-identifier", "copy-by-cli", "--account-with-restore-access", "210987654321")
aws("revoke-snapshot-access", "--snapshot-identifier", "copy-by-cli", "--account-with-restore-access", "210987654321", fails=True)
aws("modify-cluster-snapshot", "--snapshot-identifier", "copy-by-cli", "--manual-snapshot-retention-period", "30", "--force")
aws("batch-modify-cluster-snapshots", "--snapshot-identifier-list", "copy-by-cli", "missing", "--manual-snapshot-retention-period", "-1", "--no-force")
arn = "arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/copy-by-cli"
aws("create-tags", "--resource-name", arn, "--tags", "Key=env,Value=test", "Key=größe + maß,Value=", "Key=alone")
assert len(json.loads(aws("describe-tags", "--resource-name", arn))["TaggedResources"]) == 3
aws("delete-tags", "--resource-name", arn, "--tag-keys", "größe + maß", "alone")
tags = json.loads(aws("describe-tags", "--resource-type", "Snapshot", "--tag-keys", "env", "--tag-values", "test"))["TaggedResources"]
assert tags == [{"Tag": {"Key": "env", "Value": "test"}, "ResourceName": arn, "ResourceType": "snapshot"}], tags
aws("create-tags", "--resource-name", arn + "-missing", "--tags", "Key=env,Value=test", fails=True)
aws("batch-delete-cluster-snapshots", "--identifiers", "SnapshotIdentifier=copy-by-cli", "SnapshotIdentifier=missing,SnapshotClusterIdentifier=analytics")
aws("delete-cluster-snapshot", "--snapshot-identifier", "copy-by-cli", fails=True)
aws("copy-cluster-snapshot", "--source-snapshot-identifier", automated, "--target-snapshot-identifier", "copy-by-cli")
aws("delete-cluster-snapshot", "--snapshot-identifier", "copy-by-cli", "--snapshot-cluster-identifier", "analytics")
aws("copy-cluster-snapshot", "--source-snapshot-identifier", automated, "--target-snapshot-identifier", "copy-by-cli")
aws("describe-cluster-snapshots", "--tag-keys", "env", "größe + maß", "--sorting-entities", "Attribute=CREATE_TIME,SortOrder=DESC",
    "--start-time", "2026-01-01T00:00:00Z", "--end-time", "2100-01-01T00:00:00+02:00")
aws("describe-cluster-snapshots", "--snapshot-identifier", "missing", fails=True)
aws("create-cluster-snapshot", "--cluster-identifier", "analytics", "--snapshot-identifier", "BY-CLI", fails=True)
aws("describe-cluster-snapshots", fails=True, AWS_SECRET_ACCESS_KEY="wrong")
aws("describe-cluster-snapshots", fails=True, AWS_SESSION_TOKEN="unexpected")
aws("describe-cluster-snapshots", fails=True, AWS_REGION="eu-west-1", AWS_DEFAULT_REGION="eu-west-1")

# Clusters and tables are restored in three seconds.
aws("restore-from-cluster-snapshot", "--cluster-identifier", "drill", "--snapshot-identifier", "copy-by-cli", "--port", "5440",
    "--number-of-nodes", "3", "--vpc-security-group-ids", "sg-1", "sg-2", "--iam-roles", "arn:aws:iam::123456789012:role/reader",
    "--no-publicly-accessible", "--preferred-maintenance-window", "Wed:09:00-Wed:09:30", "--automated-snapshot-retention-period", "2")
aws("restore-from-cluster-snapshot", "--cluster-identifier", "drill", "--snapshot-identifier", "copy-by-cli", fails=True)
aws("restore-table-from-cluster-snapshot", "--cluster-identifier", "analytics", "--snapshot-identifier", "copy-by-cli",
    "--source-database-name", "dev", "--source-table-name", "orders", "--new-table-name", "orders_before", "--no-enable-case-sensitive-identifier")
time.sleep(4)
aws("wait", "cluster-restored", "--cluster-identifier", "drill")
aws("wait", "cluster-available")
drill = json.loads(aws("describe-clusters", "--cluster-identifier", "drill"))["Clusters"][0]
assert drill["Endpoint"]["Port"] == 5440 and len(drill["ClusterNodes"]) == 4 and drill["RestoreStatus"]["Status"] == "completed", drill
restored = json.loads(aws("describe-table-restore-status", "--cluster-identifier", "analytics"))["TableRestoreStatusDetails"]
assert [table["Status"] for table in restored] == ["SUCCEEDED"], restored
aws("describe-table-restore-status", "--table-restore-request-id", "missing", fails=True)
aws("wait", "cluster-deleted", "--cluster-identifier", "missing")
aws("create-snapshot-schedule", "--schedule-identifier", "nightly", "--schedule-definitions", "cron(0 4 *)", "cron(30 16 MON)",
    "--schedule-description", "before & after work", "--tags", "Key=env,Value=prod", "--next-invocations", "3", "--no-dry-run")
aws("create-snapshot-schedule", "--schedule-definitions", "rate(30 minutes)", fails=True)
aws("modify-cluster-snapshot-schedule", "--cluster-identifier", "analytics", "--schedule-identifier", "nightly")
aws("delete-snapshot-schedule", "--schedule-identifier", "nightly", fails=True)
aws("modify-snapshot-schedule", "--schedule-identifier", "nightly", "--schedule-definitions", "rate(12 hours)", fails=True)
aws("create-snapshot-schedule", "--schedule-identifier", "spare", "--schedule-definitions", "rate(24 hours)")
aws("modify-snapshot-schedule", "--schedule-identifier", "spare", "--schedule-definitions", "rate(12 hours)")
aws("delete-snapshot-schedule", "--schedule-identifier", "spare")
schedules = json.loads(aws("describe-snapshot-schedules", "--cluster-identifier", "analytics", "--tag-keys", "env"))["SnapshotSchedules"]
assert schedules[0]["AssociatedClusters"][0]["ClusterIdentifier"] == "analytics", schedules
aws("create-snapshot-copy-grant", "--snapshot-copy-grant-name", "from-afar", "--kms-key-id", "arn:aws:kms:us-east-1:123456789012:key/1", "--tags", "Key=env,Value=prod")
grants = json.loads(aws("describe-snapshot-copy-grants", "--tag-values", "prod"))["SnapshotCopyGrants"]
assert [grant["SnapshotCopyGrantName"] for grant in grants] == ["from-afar"], grants
aws("delete-snapshot-copy-grant", "--snapshot-copy-grant-name", "from-afar")
aws("delete-snapshot-copy-grant", "--snapshot-copy-grant-name", "from-afar", fails=True)
aws("enable-snapshot-copy", "--cluster-identifier", "analytics", "--destination-region", "us-west-2", "--retention-period", "3", "--manual-snapshot-retention-period", "10")
aws("modify-snapshot-copy-retention-period", "--cluster-identifier", "analytics", "--retention-period", "-1", "--manual")
aws("disable-snapshot-copy", "--cluster-identifier", "analytics")
aws("disable-snapshot-copy", "--cluster-identifier", "analytics", fails=True)
configuration.by_cli(aws)

import boto3  # after the environment is set
import botocore.exceptions

recorder.client = "boto3"
redshift = boto3.client("redshift")
for number in range(16):
    redshift.create_cluster_snapshot(ClusterIdentifier="analytics", SnapshotIdentifier=f"page-{number}", Tags=[{"Key": "n", "Value": str(number)}])
# Sorted by size, because a Marker with creation times would not fit the replay.
pages = redshift.get_paginator("describe_cluster_snapshots").paginate(
    SortingEntities=[{"Attribute": "TOTAL_SIZE", "SortOrder": "DESC"}], PaginationConfig={"PageSize": 20})
redshift.create_cluster_snapshot(ClusterIdentifier="analytics", SnapshotIdentifier="page-16")
redshift.create_cluster_snapshot(ClusterIdentifier="analytics", SnapshotIdentifier="page-17")
found = [snapshot["SnapshotIdentifier"] for page in pages for snapshot in page["Snapshots"]]
assert len(found) == len(set(found)) == 21, found
for arguments in ({"MaxRecords": 3}, {"ClusterExists": True}, {"ClusterExists": True, "ClusterIdentifier": "missing"}, {"TagKeys": ["a;b"]}):
    try:
        redshift.describe_cluster_snapshots(**arguments)
    except botocore.exceptions.ClientError:
        continue
    raise AssertionError(arguments)
try:
    redshift.copy_cluster_snapshot(SourceSnapshotIdentifier="page-3", TargetSnapshotIdentifier="more")
    raise AssertionError("a manual snapshot was copied")
except redshift.exceptions.InvalidClusterSnapshotStateFault:
    pass
try:
    redshift.create_cluster_snapshot(ClusterIdentifier="analytics", SnapshotIdentifier="more")
    raise AssertionError("a snapshot exceeded the quota")
except redshift.exceptions.ClusterSnapshotQuotaExceededFault:
    pass
redshift.authorize_snapshot_access(SnapshotIdentifier="by-cli", AccountWithRestoreAccess="amazon-redshift-support")
for method in ("GET", "POST"):
    presigned = redshift.generate_presigned_url(
        "describe_cluster_snapshots", Params={"SnapshotIdentifier": automated}, ExpiresIn=60, HttpMethod=method)
    urllib.request.urlopen(urllib.request.Request(presigned, method=method)).read()
redshift.create_tags(ResourceName=arn, Tags=[{"Key": f"key{number}", "Value": ""} for number in range(50)])
pages = redshift.get_paginator("describe_tags").paginate(PaginationConfig={"PageSize": 30})
found = [(tag["ResourceName"], tag["Tag"]["Key"]) for page in pages for tag in page["TaggedResources"]]
assert len(found) == len(set(found)) == 70, found
try:
    redshift.create_tags(ResourceName=arn, Tags=[{"Key": "more", "Value": ""}])
    raise AssertionError("a tag exceeded the quota")
except redshift.exceptions.TagLimitExceededFault:
    pass
try:
    redshift.revoke_snapshot_access(SnapshotArn=arn, AccountWithRestoreAccess="210987654321")
    raise AssertionError("access that was not authorized was revoked")
except redshift.exceptions.ClientError as error:
    assert error.response["Error"]["Code"] == "AuthorizationNotFound", error
redshift.delete_cluster_snapshot(SnapshotIdentifier="copy-by-cli")
done = redshift.batch_modify_cluster_snapshots(SnapshotIdentifierList=["by-cli", "missing"], ManualSnapshotRetentionPeriod=3653)
assert done["Resources"] == ["by-cli"] and done["Errors"][0]["FailureCode"] == "ClusterSnapshotNotFound", done
done = redshift.batch_delete_cluster_snapshots(Identifiers=[{"SnapshotIdentifier": "by-cli"}, {"SnapshotIdentifier": "missing"}])
assert done["Resources"] == [] and [one["FailureCode"] for one in done["Errors"]] == ["InvalidClusterSnapshotState", "ClusterSnapshotNotFound"], done


# The other operations, which the AWS CLI has called too, with pages.
redshift.restore_from_cluster_snapshot(ClusterIdentifier="drill-2", SnapshotIdentifier="by-cli", Encrypted=True, MultiAZ=False, NodeType="ra3.4xlarge")
redshift.restore_table_from_cluster_snapshot(
    ClusterIdentifier="analytics", SnapshotIdentifier="by-cli", SourceDatabaseName="dev", SourceSchemaName="private", SourceTableName="a", NewTableName="b")
time.sleep(4)
redshift.get_waiter("cluster_restored").wait(ClusterIdentifier="drill-2", WaiterConfig={"Delay": 1})
redshift.get_waiter("cluster_available").wait(ClusterIdentifier="drill-2", WaiterConfig={"Delay": 1})
found = [one["ClusterIdentifier"] for page in redshift.get_paginator("describe_clusters").paginate(PaginationConfig={"PageSize": 20}) for one in page["Clusters"]]
assert found == ["analytics", "drill", "drill-2"], found
pages = redshift.get_paginator("describe_table_restore_status").paginate(PaginationConfig={"PageSize": 1})
found = [one["NewTableName"] for page in pages for one in page["TableRestoreStatusDetails"]]
assert found == ["orders_before", "b"], found
made = redshift.create_snapshot_schedule(ScheduleIdentifier="weekly", ScheduleDefinitions=["cron(0 4 SUN)"], DryRun=True, NextInvocations=2)
assert [next.weekday() for next in made["NextInvocations"]] == [6, 6], made
redshift.create_snapshot_schedule(ScheduleIdentifier="weekly", ScheduleDefinitions=["cron(0 4 SUN)"], Tags=[{"Key": "env", "Value": "test"}])
redshift.modify_snapshot_schedule(ScheduleIdentifier="weekly", ScheduleDefinitions=["cron(0 4 SUN)", "cron(0 16 WED)"])
pages = redshift.get_paginator("describe_snapshot_schedules").paginate(PaginationConfig={"PageSize": 1})
found = [one["ScheduleIdentifier"] for page in pages for one in page["SnapshotSchedules"]]
assert found == ["nightly", "weekly"], found
try:
    redshift.modify_cluster_snapshot_schedule(ClusterIdentifier="analytics", DisassociateSchedule=True)
    raise AssertionError("a schedule was disassociated while it was being applied")
except redshift.exceptions.InvalidClusterSnapshotScheduleStateFault:
    pass
redshift.delete_snapshot_schedule(ScheduleIdentifier="weekly")
redshift.create_snapshot_copy_grant(SnapshotCopyGrantName="a")
redshift.create_snapshot_copy_grant(SnapshotCopyGrantName="b", Tags=[{"Key": "env", "Value": "test"}])
pages = redshift.get_paginator("describe_snapshot_copy_grants").paginate(PaginationConfig={"PageSize": 20})
found = [one["SnapshotCopyGrantName"] for page in pages for one in page["SnapshotCopyGrants"]]
assert found == ["a", "b"], found
redshift.delete_snapshot_copy_grant(SnapshotCopyGrantName="a")
redshift.copy_cluster_snapshot(SourceSnapshotIdentifier=automated, TargetSnapshotIdentifier="copy-by-boto3")
redshift.revoke_snapshot_access(SnapshotIdentifier="by-cli", AccountWithRestoreAccess="amazon-redshift-support")
redshift.modify_cluster_snapshot_schedule(ClusterIdentifier="drill", ScheduleIdentifier="nightly", DisassociateSchedule=False)
redshift.modify_cluster_snapshot(SnapshotIdentifier="by-cli", ManualSnapshotRetentionPeriod=30, Force=False)
redshift.delete_tags(ResourceName=arn.replace("copy-by-cli", "by-cli"), TagKeys=["env", "missing"])
redshift.enable_snapshot_copy(ClusterIdentifier="drill", DestinationRegion="eu-west-1")
redshift.modify_snapshot_copy_retention_period(ClusterIdentifier="drill", RetentionPeriod=1)
redshift.disable_snapshot_copy(ClusterIdentifier="drill")
configuration.by_boto3(redshift)

# Node types, versions and the account. The CLI also reads all pages.
options = redshift.describe_node_configuration_options(
    ActionType="restore-cluster", SnapshotIdentifier="by-cli", Filters=[
        {"Name": "NumberOfNodes", "Operator": "between", "Values": ["2", "3"]},
        {"Name": "NodeType", "Operator": "in", "Values": ["ra3.xlplus", "ra3.large"]}])["NodeConfigurationOptionList"]
assert [(one["NodeType"], one["NumberOfNodes"]) for one in options] == [
    ("ra3.large", 2), ("ra3.large", 3), ("ra3.xlplus", 2), ("ra3.xlplus", 3)], options
options = redshift.describe_orderable_cluster_options(NodeType="ra3.xlplus")["OrderableClusterOptions"]
assert options[0]["AvailabilityZones"][0]["SupportedPlatforms"] == [{"Name": "VPC"}], options
assert redshift.describe_storage()["TotalBackupSizeInMegaBytes"] > 1024
attributes = redshift.describe_account_attributes(AttributeNames=["max-defer-maintenance-duration"])["AccountAttributes"]
assert attributes[0]["AttributeValues"] == [{"AttributeValue": "45"}], attributes
assert redshift.describe_cluster_versions(ClusterVersion="1.0")["ClusterVersions"][1]["ClusterParameterGroupFamily"] == "redshift-2.0"
tracks = redshift.describe_cluster_tracks(MaintenanceTrackName="current")["MaintenanceTracks"]
assert tracks[0]["UpdateTargets"][0]["MaintenanceTrackName"] == "trailing", tracks
recorder.client = "aws"
aws("describe-node-configuration-options", "--action-type", "recommend-node-config", "--cluster-identifier", "analytics",
    "--filters", "Name=Mode,Operator=eq,Values=standard")
aws("describe-node-configuration-options", "--action-type", "resize-cluster", "--cluster-identifier", "missing", fails=True)
aws("describe-orderable-cluster-options", "--page-size", "20")
aws("describe-storage")
aws("describe-account-attributes")
aws("describe-cluster-versions", "--cluster-parameter-group-family", "redshift-1.0")
aws("describe-cluster-tracks")
aws("describe-cluster-tracks", "--maintenance-track-name", "preview", fails=True)

recorder.save(automated)
