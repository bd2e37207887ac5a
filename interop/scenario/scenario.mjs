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
