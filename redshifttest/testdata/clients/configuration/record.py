"""Records what the AWS CLI and boto3 send about groups, events, logs, scheduled actions and credentials.

Install both, then run in this folder:

    go run ../../../../cmd/redshift-fake -listen 127.0.0.1:8080 &
    python3 record.py http://127.0.0.1:8080
"""

import json
import sys

sys.path.insert(0, "..")
import recorder

ROLE = "arn:aws:iam::123456789012:role/scheduler"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
WLM = json.dumps([{"query_concurrency": 5, "query_group": ["größe + maß"]}])


def by_cli(aws):
    """Makes the calls with the AWS CLI."""

    def read(*arguments):
        return json.loads(aws(*arguments))

    group = ("--parameter-group-name", "tuned")
    aws("create-cluster-parameter-group", *group, "--parameter-group-family", "redshift-2.0", "--description", "a & b", "--tags", "Key=env,Value=prod")
    aws("create-cluster-parameter-group", *group, "--parameter-group-family", "redshift-2.0", "--description", "again", fails=True)
    aws("modify-cluster-parameter-group", *group, "--parameters", json.dumps([
        {"ParameterName": "wlm_json_configuration", "ParameterValue": WLM, "ApplyType": "dynamic"},
        {"ParameterName": "statement_timeout", "ParameterValue": "60000"},
    ]))
    changed = read("describe-cluster-parameters", *group, "--source", "user")["Parameters"]
    assert [one["ParameterName"] for one in changed] == ["statement_timeout", "wlm_json_configuration"] and changed[1]["ParameterValue"] == WLM, changed
    defaults = read("describe-default-cluster-parameters", "--parameter-group-family", "redshift-1.0")
    assert len(defaults["DefaultClusterParameters"]["Parameters"]) == 14, defaults
    aws("reset-cluster-parameter-group", *group, "--reset-all-parameters")
    assert len(read("describe-cluster-parameter-groups", "--tag-keys", "env")["ParameterGroups"]) == 1
    aws("delete-cluster-parameter-group", *group)
    aws("delete-cluster-parameter-group", "--parameter-group-name", "default.redshift-1.0", fails=True)

    subnets = ("--cluster-subnet-group-name", "inner", "--subnet-ids", "subnet-11111111")
    aws("create-cluster-subnet-group", *subnets, "subnet-22222222", "--description", "of the office")
    aws("modify-cluster-subnet-group", *subnets, "subnet-33333333")
    found = read("describe-cluster-subnet-groups", "--cluster-subnet-group-name", "inner")["ClusterSubnetGroups"][0]["Subnets"]
    assert [one["SubnetIdentifier"] for one in found] == ["subnet-11111111", "subnet-33333333"], found
    aws("delete-cluster-subnet-group", *subnets[:2])

    alarms = ("--subscription-name", "alarms")
    aws("create-event-subscription", *alarms, "--sns-topic-arn", TOPIC, "--source-type", "cluster", "--source-ids", "analytics", "--severity", "ERROR")
    aws("modify-event-subscription", *alarms, "--event-categories", "monitoring", "security", "--no-enabled")
    found = read("describe-event-subscriptions", *alarms)["EventSubscriptionsList"][0]
    assert found["EventCategoriesList"] == ["monitoring", "security"] and found["Enabled"] is False, found
    aws("delete-event-subscription", *alarms)
    assert len(read("describe-event-categories", "--source-type", "cluster-snapshot")["EventCategoriesMapList"][0]["Events"]) == 9
    events = read("describe-events", "--source-type", "cluster-parameter-group", "--source-identifier", "tuned", "--duration", "10")["Events"]
    assert [one["EventId"][-4:] for one in events] == ["1003", "1002", "1002", "1005", "1005", "1004"], events

    cluster = ("--cluster-identifier", "analytics")
    aws("enable-logging", *cluster, "--bucket-name", "audit-logs", "--s3-key-prefix", "größe + maß/")
    aws("enable-logging", *cluster, "--log-destination-type", "cloudwatch", "--log-exports", "connectionlog", "userlog")
    assert read("describe-logging-status", *cluster)["LogExports"] == ["connectionlog", "userlog"]
    aws("disable-logging", *cluster)

    action = ("--scheduled-action-name", "weekly")
    aws("create-scheduled-action", *action, "--schedule", "cron(0 10 ? * MON *)", "--iam-role", ROLE, "--no-enable",
        "--target-action", "ResizeCluster={ClusterIdentifier=analytics,NumberOfNodes=4,Classic=false}")
    aws("modify-scheduled-action", *action, "--scheduled-action-description", "for reports", "--end-time", "2100-01-01T00:00:00Z")
    found = read("describe-scheduled-actions", "--target-action-type", "ResizeCluster", "--no-active",
                 "--filters", "Name=cluster-identifier,Values=analytics,other")["ScheduledActions"][0]
    assert found["State"] == "DISABLED" and found["TargetAction"]["ResizeCluster"]["NumberOfNodes"] == 4, found
    aws("delete-scheduled-action", *action)

    login = read("get-cluster-credentials", *cluster, "--db-user", "reader", "--db-groups", "team", "--auto-create", "--duration-seconds", "3600")
    assert login["DbUser"] == "IAMA:reader" and login["DbPassword"], login["DbUser"]
    assert read("get-cluster-credentials-with-iam", *cluster, "--db-name", "dev")["DbUser"].startswith("IAM:")


def by_boto3(redshift):
    """Makes the calls with boto3."""

    def pages(operation, member, **arguments):
        return [one for page in redshift.get_paginator(operation).paginate(**arguments) for one in page[member]]

    for number in range(3):
        redshift.create_cluster_parameter_group(ParameterGroupName=f"group-{number}", ParameterGroupFamily="redshift-1.0", Description="for tests")
    redshift.modify_cluster_parameter_group(ParameterGroupName="group-1", Parameters=[{"ParameterName": "require_ssl", "ParameterValue": "true"}])
    changed = pages("describe_cluster_parameters", "Parameters", ParameterGroupName="group-1", Source="user")
    assert [one["ParameterValue"] for one in changed] == ["true"], changed
    redshift.reset_cluster_parameter_group(ParameterGroupName="group-1", Parameters=[{"ParameterName": "require_ssl"}])
    groups = pages("describe_cluster_parameter_groups", "ParameterGroups", PaginationConfig={"PageSize": 20})
    assert len(groups) == 5, groups
    defaults = redshift.get_paginator("describe_default_cluster_parameters").paginate(ParameterGroupFamily="redshift-2.0")
    assert len(defaults.build_full_result()["DefaultClusterParameters"]["Parameters"]) == 14
    redshift.delete_cluster_parameter_group(ParameterGroupName="group-1")

    redshift.create_cluster_subnet_group(ClusterSubnetGroupName="Outer", Description="a", SubnetIds=["subnet-11111111"])
    redshift.modify_cluster_subnet_group(ClusterSubnetGroupName="outer", Description="b", SubnetIds=["subnet-22222222"])
    assert [one["Description"] for one in pages("describe_cluster_subnet_groups", "ClusterSubnetGroups")][-1] == "b"
    redshift.delete_cluster_subnet_group(ClusterSubnetGroupName="outer")

    redshift.create_event_subscription(SubscriptionName="alarms", SnsTopicArn=TOPIC, EventCategories=["management"], Tags=[{"Key": "k", "Value": "v"}])
    redshift.modify_event_subscription(SubscriptionName="alarms", EventCategories=[])
    assert pages("describe_event_subscriptions", "EventSubscriptionsList")[0]["EventCategoriesList"] == []
    redshift.delete_event_subscription(SubscriptionName="alarms")
    assert len(redshift.describe_event_categories()["EventCategoriesMapList"]) == 5
    events = pages("describe_events", "Events", SourceType="cluster-parameter-group", PaginationConfig={"PageSize": 20})
    assert events[-1]["EventId"] == "REDSHIFT-EVENT-1004" and events[-1]["SourceIdentifier"] == "group-1", events

    assert redshift.enable_logging(ClusterIdentifier="analytics", BucketName="audit-logs")["LoggingEnabled"]
    assert redshift.describe_logging_status(ClusterIdentifier="analytics")["BucketName"] == "audit-logs"
    assert not redshift.disable_logging(ClusterIdentifier="analytics")["LoggingEnabled"]

    redshift.create_scheduled_action(
        ScheduledActionName="nightly", Schedule="cron(0 22 * * ? *)", IamRole=ROLE, TargetAction={"PauseCluster": {"ClusterIdentifier": "analytics"}})
    redshift.modify_scheduled_action(ScheduledActionName="nightly", Enable=False)
    found = pages("describe_scheduled_actions", "ScheduledActions", Filters=[{"Name": "iam-role", "Values": [ROLE]}])
    assert [one["State"] for one in found] == ["DISABLED"], found
    redshift.delete_scheduled_action(ScheduledActionName="nightly")

    assert redshift.get_cluster_credentials(ClusterIdentifier="analytics", DbUser="reader")["DbUser"] == "IAM:reader"
    assert redshift.get_cluster_credentials_with_iam(ClusterIdentifier="analytics")["DbPassword"]


recorder.client = "aws"
automated = json.loads(recorder.aws("describe-cluster-snapshots", "--snapshot-type", "automated"))["Snapshots"][0]["SnapshotIdentifier"]
by_cli(recorder.aws)

import boto3  # after the environment is set

recorder.client = "boto3"
by_boto3(boto3.client("redshift"))
recorder.save(automated)
