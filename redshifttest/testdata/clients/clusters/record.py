"""Records what the AWS CLI and boto3 send about the life of clusters.

It needs both installed, and a fake to talk to; then, in this folder:

    go run ../../../../cmd/redshift-fake -listen 127.0.0.1:8080 -snapshot-duration 1s -cluster-duration 8s -resize-duration 24s &
    python3 record.py http://127.0.0.1:8080
"""

import json
import sys
import time

sys.path.insert(0, "..")
import recorder
from recorder import aws

role = "arn:aws:iam::123456789012:role/reader"
change, resize = 10, 26  # seconds: the durations of the fake, and two more because requests have whole seconds

recorder.client = "aws"
automated = json.loads(aws("describe-cluster-snapshots", "--snapshot-type", "automated"))["Snapshots"][0]["SnapshotIdentifier"]
aws("create-cluster", "--cluster-identifier", "by-cli", "--node-type", "dc2.large", "--cluster-type", "multi-node", "--number-of-nodes", "4",
    "--master-username", "admin", "--master-user-password", "Sesame99open", "--db-name", "sales", "--port", "5440",
    "--vpc-security-group-ids", "sg-1", "sg-2", "--iam-roles", role, "--default-iam-role-arn", role, "--no-publicly-accessible",
    "--preferred-maintenance-window", "Wed:09:00-Wed:09:30", "--automated-snapshot-retention-period", "3", "--encrypted",
    "--tags", "Key=env,Value=prod", "Key=größe + maß,Value=")
aws("create-cluster", "--cluster-identifier", "by-cli", "--node-type", "dc2.large", "--master-username", "admin",
    "--manage-master-password", fails=True)
aws("create-cluster", "--cluster-identifier", "new", "--node-type", "ra3.large", "--master-username", "admin",
    "--master-user-password", "sesame99open", fails=True)
aws("describe-resize", "--cluster-identifier", "by-cli", fails=True)
time.sleep(change)
aws("wait", "cluster-available", "--cluster-identifier", "by-cli")
aws("modify-cluster", "--cluster-identifier", "by-cli", "--master-user-password", "Sesame99open", "--no-allow-version-upgrade",
    "--automated-snapshot-retention-period", "7", "--maintenance-track-name", "trailing")
time.sleep(change)
aws("reboot-cluster", "--cluster-identifier", "by-cli")
time.sleep(change)
aws("modify-cluster-iam-roles", "--cluster-identifier", "by-cli", "--add-iam-roles", role + "-2", role + "-3", "--remove-iam-roles", role)
aws("resize-cluster", "--cluster-identifier", "by-cli", "--number-of-nodes", "9", fails=True)
aws("resize-cluster", "--cluster-identifier", "by-cli", "--number-of-nodes", "9", "--node-type", "dc2.large", "--classic")
canceled = json.loads(aws("cancel-resize", "--cluster-identifier", "by-cli"))
assert canceled["Status"] == "CANCELLING" and canceled["TargetNumberOfNodes"] == 9, canceled
time.sleep(change)
aws("resize-cluster", "--cluster-identifier", "by-cli", "--number-of-nodes", "6")
shown = json.loads(aws("describe-resize", "--cluster-identifier", "by-cli"))
assert shown["Status"] == "IN_PROGRESS" and shown["ResizeType"] == "ElasticResize", shown
time.sleep(resize)
assert json.loads(aws("describe-resize", "--cluster-identifier", "by-cli"))["Status"] == "SUCCEEDED"
aws("pause-cluster", "--cluster-identifier", "by-cli")
time.sleep(change)
aws("pause-cluster", "--cluster-identifier", "by-cli", fails=True)
aws("resume-cluster", "--cluster-identifier", "by-cli")
time.sleep(change)
aws("modify-cluster", "--cluster-identifier", "by-cli", "--new-cluster-identifier", "renamed")
time.sleep(change)
aws("delete-cluster", "--cluster-identifier", "by-cli", "--skip-final-cluster-snapshot", fails=True)
aws("delete-cluster", "--cluster-identifier", "renamed", fails=True)
aws("delete-cluster", "--cluster-identifier", "renamed", "--final-cluster-snapshot-identifier", "last", "--final-cluster-snapshot-retention-period", "30")
time.sleep(change + 3)
aws("wait", "cluster-deleted", "--cluster-identifier", "renamed")
aws("wait", "snapshot-available", "--snapshot-identifier", "last")

import boto3  # after the environment is set

recorder.client = "boto3"
redshift = boto3.client("redshift")
name = {"ClusterIdentifier": "by-boto3"}
made = redshift.create_cluster(
    **name, NodeType="ra3.4xlarge", NumberOfNodes=2, MasterUsername="admin", ManageMasterPassword=True, Tags=[{"Key": "env", "Value": "test"}])
assert made["Cluster"]["ClusterStatus"] == "creating" and "Endpoint" not in made["Cluster"], made
time.sleep(change)
redshift.get_waiter("cluster_available").wait(**name, WaiterConfig={"Delay": 1})
redshift.modify_cluster(**name, PubliclyAccessible=True, EnhancedVpcRouting=True, VpcSecurityGroupIds=["sg-3"])
time.sleep(change)
redshift.modify_cluster_iam_roles(**name, AddIamRoles=[role], DefaultIamRoleArn=role)
redshift.reboot_cluster(**name)
time.sleep(change)
redshift.resize_cluster(**name, NumberOfNodes=8, Classic=False)
assert redshift.describe_resize(**name)["TargetNumberOfNodes"] == 8
try:
    redshift.cancel_resize(**name)
    raise AssertionError("an elastic resize was canceled")
except redshift.exceptions.UnsupportedOperationFault:
    pass
time.sleep(resize)
assert redshift.describe_clusters(**name)["Clusters"][0]["NumberOfNodes"] == 8
redshift.pause_cluster(**name)
time.sleep(change)
redshift.resume_cluster(**name)
time.sleep(change)
redshift.create_cluster(ClusterIdentifier="old", NodeType="dc2.large", ClusterType="single-node", MasterUsername="admin", MasterUserPassword="Sesame99open")
time.sleep(change)
redshift.modify_cluster(ClusterIdentifier="old", NodeType="dc2.large", NumberOfNodes=3)
assert redshift.cancel_resize(ClusterIdentifier="old")["ResizeType"] == "ClassicResize"
time.sleep(change)
redshift.delete_cluster(ClusterIdentifier="old", SkipFinalClusterSnapshot=True)
redshift.delete_cluster(**name, SkipFinalClusterSnapshot=False, FinalClusterSnapshotIdentifier="last-2")
time.sleep(change + 3)
redshift.get_waiter("cluster_deleted").wait(**name, WaiterConfig={"Delay": 1})
found = [one["ClusterIdentifier"] for one in redshift.describe_clusters()["Clusters"]]
assert found == ["analytics"], found

recorder.save(automated)
