// The scenario of scenario.sh with the AWS SDK for JavaScript v3. It prints the same outcomes, one per line, and exits at the first
// unexpected error.
import * as sdk from "@aws-sdk/client-redshift";

const client = new sdk.Redshift();

function outcome(what, ...values) {
  console.log(`${what}:`, ...values);
}

async function refused(what, Fault, call) {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    outcome(what, "refused,", error.Code);
    return;
  }
  throw new Error(`${what}: the call succeeded, want ${Fault.name}`);
}

const patience = { client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 };

// until polls for at most a minute until done accepts the value.
async function until(poll, done) {
  for (const deadline = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 250))) {
    const value = await poll();
    if (done(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)}`);
  }
}

// isTime reports whether a value is a recent Date. The clock of the fake is fast.
function isTime(at) {
  return at instanceof Date && at.getTime() > Date.now() - 3_600_000;
}

// moment returns a Date as all clients print it.
function moment(at) {
  return at.toISOString().replace(".000Z", "Z");
}

// Create a snapshot and wait for it.
const analytics = await client.describeClusters({ ClusterIdentifier: "analytics" });
outcome("the cluster", analytics.Clusters[0].ClusterIdentifier);
const nightly = { ClusterIdentifier: "analytics", SnapshotIdentifier: "scenario-nightly" };
const { Snapshot: created } = await client.createClusterSnapshot({
  ...nightly,
  ManualSnapshotRetentionPeriod: 7,
  Tags: [{ Key: "env", Value: "prod + é" }, { Key: "owner", Value: "" }],
});
outcome("the new snapshot", created.Status, created.ManualSnapshotRetentionPeriod, isTime(created.SnapshotCreateTime));
await refused("a second snapshot with the name", sdk.ClusterSnapshotAlreadyExistsFault, client.createClusterSnapshot(nightly));
await sdk.waitUntilSnapshotAvailable(patience, { SnapshotIdentifier: "scenario-nightly" });
const waited = await client.describeClusterSnapshots({ SnapshotIdentifier: "scenario-nightly" });
outcome("after the wait", waited.Snapshots[0].Status);
await refused(
  "a missing snapshot",
  sdk.ClusterSnapshotNotFoundFault,
  client.describeClusterSnapshots({ SnapshotIdentifier: "scenario-nonesuch" }),
);

// List all snapshots, the demo's and the new one, on two pages.
let count = 0;
for await (const page of sdk.paginateDescribeClusterSnapshots({ client, pageSize: 20 }, {})) count += page.Snapshots.length;
outcome("all snapshots", count);

// Copy an automated snapshot, tag the copy and share it.
const automated = await client.describeClusterSnapshots({ SnapshotType: "automated", ClusterIdentifier: "analytics" });
const { Snapshot: kept } = await client.copyClusterSnapshot({
  SourceSnapshotIdentifier: automated.Snapshots[0].SnapshotIdentifier,
  TargetSnapshotIdentifier: "scenario-kept",
});
outcome("the copy", kept.SnapshotType);
const arn = kept.SnapshotArn;
await client.createTags({ ResourceName: arn, Tags: [{ Key: "keep", Value: "audit" }, { Key: "a b", Value: "+" }] });
await client.deleteTags({ ResourceName: arn, TagKeys: ["a b"] });
const { TaggedResources: tagged } = await client.describeTags({ ResourceType: "Snapshot", TagKeys: ["keep"] });
outcome("the tag", ...tagged.filter((one) => one.ResourceName === arn).map((one) => one.Tag.Value));
const access = { SnapshotIdentifier: "scenario-kept", AccountWithRestoreAccess: "210987654321" };
const authorized = await client.authorizeSnapshotAccess(access);
outcome("the account with access", authorized.Snapshot.AccountsWithRestoreAccess[0].AccountId);
await refused(
  "the deletion of a shared snapshot",
  sdk.InvalidClusterSnapshotStateFault,
  client.deleteClusterSnapshot({ SnapshotIdentifier: "scenario-kept" }),
);
const revoked = await client.revokeSnapshotAccess(access);
outcome("the accounts with access", revoked.Snapshot.AccountsWithRestoreAccess?.length ?? 0);

// Copy snapshots to another region.
await client.createSnapshotCopyGrant({ SnapshotCopyGrantName: "scenario-grant" });
const grants = await client.describeSnapshotCopyGrants({});
outcome("the grant", grants.SnapshotCopyGrants[0].SnapshotCopyGrantName);
await client.enableSnapshotCopy({ ClusterIdentifier: "sales", DestinationRegion: "eu-west-1", RetentionPeriod: 3 });
await client.modifySnapshotCopyRetentionPeriod({ ClusterIdentifier: "sales", RetentionPeriod: 5 });
const copies = (await client.describeClusters({ ClusterIdentifier: "sales" })).Clusters[0].ClusterSnapshotCopyStatus;
outcome("the copies", copies.DestinationRegion, copies.RetentionPeriod);
await client.disableSnapshotCopy({ ClusterIdentifier: "sales" });
await client.deleteSnapshotCopyGrant({ SnapshotCopyGrantName: "scenario-grant" });

// Schedule automated snapshots.
const schedule = { ScheduleIdentifier: "scenario-schedule" };
await client.createSnapshotSchedule({ ...schedule, ScheduleDefinitions: ["rate(12 hours)"] });
await client.modifySnapshotSchedule({ ...schedule, ScheduleDefinitions: ["cron(30 12 *)"] });
await client.modifyClusterSnapshotSchedule({ ClusterIdentifier: "staging", ...schedule });
const [scheduled] = (await client.describeSnapshotSchedules(schedule)).SnapshotSchedules;
outcome("the schedule", scheduled.ScheduleDefinitions[0], scheduled.AssociatedClusters[0].ClusterIdentifier);
await refused(
  "the deletion of a schedule in use",
  sdk.InvalidClusterSnapshotScheduleStateFault,
  client.deleteSnapshotSchedule(schedule),
);
await client.createSnapshotSchedule({ ScheduleIdentifier: "scenario-brief", ScheduleDefinitions: ["rate(1 hours)"] });
await client.deleteSnapshotSchedule({ ScheduleIdentifier: "scenario-brief" });

// Restore the snapshot and a table.
const drill = { ClusterIdentifier: "scenario-drill" };
await client.restoreFromClusterSnapshot({ ...drill, SnapshotIdentifier: "scenario-nightly" });
await sdk.waitUntilClusterRestored(patience, drill);
const [restored] = (await client.describeClusters(drill)).Clusters;
outcome("the restored cluster", restored.RestoreStatus.Status);
const { TableRestoreStatus: table } = await client.restoreTableFromClusterSnapshot({
  ...nightly,
  SourceDatabaseName: "dev",
  SourceTableName: "orders",
  NewTableName: "orders_restored",
});
const request = { TableRestoreRequestId: table.TableRestoreRequestId };
const found = await until(
  async () => (await client.describeTableRestoreStatus(request)).TableRestoreStatusDetails[0],
  (status) => status.Status === "SUCCEEDED",
);
outcome("the restored table", found.NewTableName);

// Clean up.
await client.modifyClusterSnapshot({ SnapshotIdentifier: "scenario-kept", ManualSnapshotRetentionPeriod: 365 });
const modified = await client.batchModifyClusterSnapshots({
  SnapshotIdentifierList: ["sales-before-resize", "scenario-nonesuch"],
  ManualSnapshotRetentionPeriod: 60,
});
outcome("the modified snapshots", ...modified.Resources);
const batch = await client.batchDeleteClusterSnapshots({
  Identifiers: [{ SnapshotIdentifier: "sales-nightly-1" }, { SnapshotIdentifier: "scenario-nonesuch" }],
});
outcome("the failed deletion", batch.Errors[0].SnapshotIdentifier, batch.Errors[0].FailureCode);
const deleted = await client.deleteClusterSnapshot({ SnapshotIdentifier: "sales-nightly-3" });
outcome("the deleted snapshot", deleted.Snapshot.Status);

// Describe what the account can create.
const attributes = await client.describeAccountAttributes({ AttributeNames: ["max-defer-maintenance-duration"] });
const [attribute] = attributes.AccountAttributes;
outcome("the account attribute", attribute.AttributeName, attribute.AttributeValues[0].AttributeValue);
const { ClusterVersions: versions } = await client.describeClusterVersions({});
outcome("the families", ...versions.map((one) => one.ClusterParameterGroupFamily));
const { MaintenanceTracks: tracks } = await client.describeClusterTracks({});
outcome("the tracks", ...tracks.map((one) => one.MaintenanceTrackName));
const { OrderableClusterOptions: options } = await client.describeOrderableClusterOptions({ NodeType: "dc2.large" });
outcome("the cluster types", ...options.map((one) => one.ClusterType));
const storage = await client.describeStorage({});
outcome("storage is used", storage.TotalProvisionedStorageInMegaBytes > 0, storage.TotalBackupSizeInMegaBytes > 0);
const { DefaultClusterParameters: defaults } = await client.describeDefaultClusterParameters({ ParameterGroupFamily: "redshift-1.0" });
const requireSSL = defaults.Parameters.find((one) => one.ParameterName === "require_ssl");
outcome("the default of require_ssl", requireSSL.ParameterValue, requireSSL.DataType, requireSSL.ApplyType, requireSSL.IsModifiable);
const [category] = (await client.describeEventCategories({ SourceType: "cluster" })).EventCategoriesMapList;
outcome("events of clusters exist", category.SourceType, category.Events.length > 0);

// Create a parameter group, a subnet group and a cluster.
const group = { ParameterGroupName: "scenario-parameters" };
const { ClusterParameterGroup: createdGroup } = await client.createClusterParameterGroup({
  ...group,
  ParameterGroupFamily: "redshift-1.0",
  Description: "for the scenario + é",
  Tags: [{ Key: "env", Value: "test" }],
});
outcome("the parameter group", createdGroup.ParameterGroupName, createdGroup.ParameterGroupFamily, createdGroup.Description);
await refused(
  "a change of a default group",
  sdk.InvalidClusterParameterGroupStateFault,
  client.modifyClusterParameterGroup({
    ParameterGroupName: "default.redshift-1.0",
    Parameters: [{ ParameterName: "require_ssl", ParameterValue: "true" }],
  }),
);
const modifiedGroup = await client.modifyClusterParameterGroup({
  ...group,
  Parameters: [
    { ParameterName: "require_ssl", ParameterValue: "true" },
    { ParameterName: "statement_timeout", ParameterValue: "60000" },
  ],
});
outcome("the changed group", modifiedGroup.ParameterGroupName);
const userParameters = async () => (await client.describeClusterParameters({ ...group, Source: "user" })).Parameters ?? [];
const set = (await userParameters()).sort((a, b) => a.ParameterName.localeCompare(b.ParameterName));
outcome("the changed parameters", ...set.flatMap((one) => [one.ParameterName, one.ParameterValue]));
const { ParameterGroups: groups } = await client.describeClusterParameterGroups({ TagKeys: ["env"], TagValues: ["test"] });
outcome("the tagged groups", ...groups.map((one) => one.ParameterGroupName));
const subnets = { ClusterSubnetGroupName: "scenario-subnets" };
const { ClusterSubnetGroup: createdSubnets } = await client.createClusterSubnetGroup({
  ...subnets,
  Description: "for the scenario",
  SubnetIds: ["subnet-0000000a", "subnet-0000000b"],
});
outcome("the subnet group", createdSubnets.SubnetGroupStatus, createdSubnets.Subnets.length);
const modifiedSubnets = await client.modifyClusterSubnetGroup({ ...subnets, SubnetIds: ["subnet-0000000a", "subnet-0000000b", "subnet-0000000c"] });
outcome("the changed subnet group", modifiedSubnets.ClusterSubnetGroup.Subnets.length);
const [described] = (await client.describeClusterSubnetGroups(subnets)).ClusterSubnetGroups;
outcome("the subnets", ...described.Subnets.map((one) => one.SubnetIdentifier));

async function cluster(name) {
  return (await client.describeClusters({ ClusterIdentifier: name })).Clusters[0];
}

async function available(name) {
  await sdk.waitUntilClusterAvailable(patience, { ClusterIdentifier: name });
  return cluster(name);
}

async function missing(name) {
  await refused("a missing cluster", sdk.ClusterNotFoundFault, client.describeClusters({ ClusterIdentifier: name }));
}

const etl = { ClusterIdentifier: "scenario-etl" };
const wanted = {
  ...etl,
  NodeType: "dc2.large",
  ClusterType: "multi-node",
  NumberOfNodes: 2,
  DBName: "etl",
  MasterUsername: "admin",
  MasterUserPassword: "Scenario+Passw0rd",
  ClusterParameterGroupName: "scenario-parameters",
  ClusterSubnetGroupName: "scenario-subnets",
  PubliclyAccessible: false,
};
const { Cluster: createdCluster } = await client.createCluster(wanted);
const password = createdCluster.PendingModifiedValues.MasterUserPassword;
outcome("the new cluster", createdCluster.ClusterStatus, createdCluster.NodeType, createdCluster.NumberOfNodes, password);
await refused("a second cluster with the name", sdk.ClusterAlreadyExistsFault, client.createCluster(wanted));
const usable = await available("scenario-etl");
outcome(
  "the available cluster",
  usable.ClusterStatus,
  usable.DBName,
  usable.Endpoint.Port,
  usable.ClusterParameterGroups[0].ParameterGroupName,
  usable.ClusterSubnetGroupName,
  usable.PubliclyAccessible,
  isTime(usable.ClusterCreateTime),
);
await missing("scenario-etl-new");

// Change and reboot the cluster.
const { Cluster: modifiedCluster } = await client.modifyCluster({
  ...etl,
  AutomatedSnapshotRetentionPeriod: 5,
  PubliclyAccessible: true,
});
outcome(
  "the changed cluster",
  modifiedCluster.ClusterStatus,
  modifiedCluster.AutomatedSnapshotRetentionPeriod,
  modifiedCluster.PendingModifiedValues.PubliclyAccessible,
);
const changed = await available("scenario-etl");
outcome("after the change", changed.AutomatedSnapshotRetentionPeriod, changed.PubliclyAccessible);
await client.modifyClusterParameterGroup({
  ...group,
  Parameters: [{ ParameterName: "statement_timeout", ParameterValue: "120000" }],
});
outcome("parameters before the reboot", (await cluster("scenario-etl")).ClusterParameterGroups[0].ParameterApplyStatus);
outcome("the reboot", (await client.rebootCluster(etl)).Cluster.ClusterStatus);
outcome("parameters after the reboot", (await available("scenario-etl")).ClusterParameterGroups[0].ParameterApplyStatus);
const reset = await client.resetClusterParameterGroup({ ...group, ResetAllParameters: true });
outcome("the reset group", reset.ParameterGroupName, (await userParameters()).length);
const clusterARN = "arn:aws:redshift:us-east-1:123456789012:cluster:scenario-etl";
await client.createTags({ ResourceName: clusterARN, Tags: [{ Key: "team", Value: "data + more" }, { Key: "temporary", Value: "" }] });
await client.deleteTags({ ResourceName: clusterARN, TagKeys: ["temporary"] });
const { TaggedResources: tags } = await client.describeTags({ ResourceName: clusterARN });
outcome("the tag of the cluster", tags.length, tags[0].ResourceType, tags[0].Tag.Key, tags[0].Tag.Value);

// Roles, credentials and logs.
const reader = "arn:aws:iam::123456789012:role/reader";
const writer = "arn:aws:iam::123456789012:role/writer";
const { Cluster: added } = await client.modifyClusterIamRoles({ ...etl, AddIamRoles: [reader, writer], DefaultIamRoleArn: reader });
outcome("the roles", added.DefaultIamRoleArn, added.IamRoles.length, added.IamRoles[0].ApplyStatus);
const { Cluster: removed } = await client.modifyClusterIamRoles({ ...etl, RemoveIamRoles: [writer] });
outcome("the removed role", ...removed.IamRoles.filter((one) => one.IamRoleArn === writer).map((one) => one.ApplyStatus));
const user = await client.getClusterCredentials({ ...etl, DbUser: "loader", AutoCreate: true, DurationSeconds: 3600 });
outcome("the credentials of a database user", user.DbUser, user.DbPassword.length > 20, isTime(user.Expiration));
const caller = await client.getClusterCredentialsWithIAM({ ...etl, DbName: "etl" });
outcome("the credentials of the caller", caller.DbPassword.length > 20, isTime(caller.Expiration));
const enabled = await client.enableLogging({ ...etl, BucketName: "scenario-logs", S3KeyPrefix: "etl/" });
outcome("logging", enabled.LoggingEnabled, enabled.BucketName);
const logs = await client.describeLoggingStatus(etl);
outcome("the logs", logs.LoggingEnabled, logs.BucketName, logs.S3KeyPrefix);
outcome("disabled logging", (await client.disableLogging(etl)).LoggingEnabled);

// Subscribe to events.
const alerts = { SubscriptionName: "scenario-alerts" };
const { EventSubscription: subscription } = await client.createEventSubscription({
  ...alerts,
  SnsTopicArn: "arn:aws:sns:us-east-1:123456789012:alerts",
  SourceType: "cluster",
  SourceIds: ["scenario-etl"],
  EventCategories: ["management"],
  Severity: "INFO",
});
outcome(
  "the subscription",
  subscription.Status,
  subscription.Enabled,
  subscription.Severity,
  subscription.SourceIdsList[0],
  isTime(subscription.SubscriptionCreationTime),
);
await client.modifyEventSubscription({ ...alerts, Enabled: false, EventCategories: ["management", "security"] });
const [changedSubscription] = (await client.describeEventSubscriptions(alerts)).EventSubscriptionsList;
outcome("the changed subscription", changedSubscription.Enabled, ...changedSubscription.EventCategoriesList);
await client.deleteEventSubscription(alerts);
await refused("the deleted subscription", sdk.SubscriptionNotFoundFault, client.describeEventSubscriptions(alerts));

// Schedule a pause, then a resize instead.
const night = { ScheduledActionName: "scenario-night" };
const action = await client.createScheduledAction({
  ...night,
  TargetAction: { PauseCluster: etl },
  Schedule: "at(2099-01-01T00:00:00)",
  IamRole: "arn:aws:iam::123456789012:role/scheduler",
  StartTime: new Date("2098-12-01T00:00:00Z"),
});
outcome(
  "the scheduled action",
  action.State,
  action.TargetAction.PauseCluster.ClusterIdentifier,
  moment(action.StartTime),
  moment(action.NextInvocations[0]),
);
const changedAction = await client.modifyScheduledAction({
  ...night,
  TargetAction: { ResizeCluster: { ...etl, NumberOfNodes: 4 } },
  Schedule: "cron(0 3 ? * MON *)",
  Enable: false,
});
outcome("the changed action", changedAction.State, changedAction.Schedule, changedAction.TargetAction.ResizeCluster.NumberOfNodes);
const { ScheduledActions: actions } = await client.describeScheduledActions({
  TargetActionType: "ResizeCluster",
  Filters: [{ Name: "cluster-identifier", Values: ["scenario-etl"] }],
});
outcome("the actions", ...actions.map((one) => one.ScheduledActionName));
await client.deleteScheduledAction(night);
await refused("the deleted action", sdk.ScheduledActionNotFoundFault, client.describeScheduledActions(night));

// Restore a snapshot to other nodes, and give the new cluster the name of the old one.
await client.createClusterSnapshot({ ...etl, SnapshotIdentifier: "scenario-etl-1" });
await sdk.waitUntilSnapshotAvailable(patience, { SnapshotIdentifier: "scenario-etl-1" });
const { NodeConfigurationOptionList: configurations } = await client.describeNodeConfigurationOptions({
  ActionType: "restore-cluster",
  SnapshotIdentifier: "scenario-etl-1",
  Filters: [{ Name: "NodeType", Operator: "in", Values: ["ra3.xlplus"] }],
});
outcome("the node configuration", configurations[0].NodeType, configurations[0].NumberOfNodes);
const replacement = await client.restoreFromClusterSnapshot({
  ClusterIdentifier: "scenario-etl-new",
  SnapshotIdentifier: "scenario-etl-1",
  NodeType: "ra3.xlplus",
  NumberOfNodes: 2,
  ClusterParameterGroupName: "scenario-parameters",
  ClusterSubnetGroupName: "scenario-subnets",
});
outcome("the replacement", replacement.Cluster.ClusterStatus);
await sdk.waitUntilClusterRestored(patience, { ClusterIdentifier: "scenario-etl-new" });
const complete = await available("scenario-etl-new");
outcome("the restored replacement", complete.NodeType, complete.NumberOfNodes, complete.RestoreStatus.Status);
for (const [from, to] of [["scenario-etl", "scenario-etl-old"], ["scenario-etl-new", "scenario-etl"]]) {
  const { Cluster: renamed } = await client.modifyCluster({ ClusterIdentifier: from, NewClusterIdentifier: to });
  outcome("the renamed cluster", renamed.ClusterStatus, renamed.PendingModifiedValues.ClusterIdentifier);
  outcome("the new name", (await available(to)).ClusterIdentifier);
}
await missing("scenario-etl-new");

// Pause and resume the cluster, resize it, and cancel another resize.
outcome("the pause", (await client.pauseCluster(etl)).Cluster.ClusterStatus);
const paused = await until(() => cluster("scenario-etl"), (one) => one.ClusterStatus === "paused");
outcome("the paused cluster", paused.ClusterStatus);
outcome("the resumption", (await client.resumeCluster(etl)).Cluster.ClusterStatus);
outcome("the resumed cluster", (await available("scenario-etl")).ClusterStatus);
const { Cluster: resizing } = await client.resizeCluster({ ...etl, NumberOfNodes: 4 });
outcome("the elastic resize", resizing.ClusterStatus, resizing.PendingModifiedValues.NumberOfNodes);
outcome("the resized cluster", (await available("scenario-etl")).NumberOfNodes);
const ended = await client.describeResize(etl);
outcome("the ended resize", ended.Status, ended.ResizeType, ended.TargetNumberOfNodes);
const old = { ClusterIdentifier: "scenario-etl-old" };
outcome("the classic resize", (await client.resizeCluster({ ...old, NumberOfNodes: 4, Classic: true })).Cluster.ClusterStatus);
const canceled = await client.cancelResize(old);
outcome("the canceled resize", canceled.Status, canceled.ResizeType, canceled.TargetNumberOfNodes);
outcome("after the cancellation", (await available("scenario-etl-old")).NumberOfNodes);

// Read the events, and delete the clusters without and with a final snapshot.
const numbers = new Set();
const about = { SourceType: "cluster", SourceIdentifier: "scenario-etl", Duration: 20160 };
for await (const page of sdk.paginateDescribeEvents({ client, pageSize: 20 }, about)) {
  for (const event of page.Events ?? []) numbers.add(event.EventId);
}
outcome("the events", ...[...numbers].sort());
outcome("the deletion", (await client.deleteCluster({ ...old, SkipFinalClusterSnapshot: true })).Cluster.ClusterStatus);
await sdk.waitUntilClusterDeleted(patience, old);
await missing("scenario-etl-old");
await refused(
  "the deletion of a parameter group in use",
  sdk.InvalidClusterParameterGroupStateFault,
  client.deleteClusterParameterGroup(group),
);
await refused(
  "the deletion of a subnet group in use",
  sdk.InvalidClusterSubnetGroupStateFault,
  client.deleteClusterSubnetGroup(subnets),
);
const saved = await client.deleteCluster({
  ...etl,
  FinalClusterSnapshotIdentifier: "scenario-etl-final",
  FinalClusterSnapshotRetentionPeriod: 7,
});
outcome("the deletion with a final snapshot", saved.Cluster.ClusterStatus);
await sdk.waitUntilClusterDeleted(patience, etl);
const [final] = (await client.describeClusterSnapshots({ SnapshotIdentifier: "scenario-etl-final" })).Snapshots;
outcome("the final snapshot", final.Status, final.ManualSnapshotRetentionPeriod, final.NodeType, final.NumberOfNodes);
await client.deleteClusterSnapshot({ SnapshotIdentifier: "scenario-etl-1" });
await client.deleteClusterParameterGroup(group);
await refused("the deleted parameter group", sdk.ClusterParameterGroupNotFoundFault, client.describeClusterParameterGroups(group));
await client.deleteClusterSubnetGroup(subnets);
await refused("the deleted subnet group", sdk.ClusterSubnetGroupNotFoundFault, client.describeClusterSubnetGroups(subnets));
