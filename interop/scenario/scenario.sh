#!/bin/sh
# Runs a backup scenario with the AWS command line client, against the Redshift in the environment. It exits at the first
# unexpected result. The test that runs it then checks the state of the fake. scenario.py and main.go do the same with other
# clients, because each client writes requests and reads responses in its own way.
set -eu

fail() { printf 'scenario.sh: %s\n' "$*" >&2; exit 1; }

# Old clients do not read the endpoint from the environment.
redshift() { aws --endpoint-url "$AWS_ENDPOINT_URL_REDSHIFT" --output text redshift "$@"; }

# same WANT GOT WHAT...
same() { want=$1 got=$2; shift 2; [ "$want" = "$got" ] || fail "$*: got \"$got\", want \"$want\""; }

# refused CODE ARGUMENTS...
refused() {
  code=$1; shift
  if output=$(redshift "$@" 2>&1); then fail "$* was not refused with $code"; fi
  case $output in *"($code)"*) ;; *) fail "$* was refused, but not with $code: $output" ;; esac
}

# Create a snapshot and wait for it.
same analytics "$(redshift describe-clusters --cluster-identifier analytics --query 'Clusters[0].ClusterIdentifier')" "the cluster"
same creating "$(redshift create-cluster-snapshot --cluster-identifier analytics --snapshot-identifier scenario-nightly \
  --manual-snapshot-retention-period 7 --tags 'Key=env,Value=prod + é' 'Key=owner,Value=' --query 'Snapshot.Status')" "the new snapshot"
refused ClusterSnapshotAlreadyExists create-cluster-snapshot --cluster-identifier analytics --snapshot-identifier scenario-nightly
redshift wait snapshot-available --snapshot-identifier scenario-nightly
same available "$(redshift describe-cluster-snapshots --snapshot-identifier scenario-nightly --query 'Snapshots[0].Status')" "after the wait"
refused ClusterSnapshotNotFound describe-cluster-snapshots --snapshot-identifier scenario-nonesuch

# List all snapshots: 21 of the demo and this one, on two pages.
same 22 "$(redshift describe-cluster-snapshots --page-size 20 --output json --query 'length(Snapshots)')" "all snapshots"

# Copy an automated snapshot, tag the copy and share it.
automated=$(redshift describe-cluster-snapshots --snapshot-type automated --cluster-identifier analytics --query 'Snapshots[0].SnapshotIdentifier')
same manual "$(redshift copy-cluster-snapshot --source-snapshot-identifier "$automated" --target-snapshot-identifier scenario-kept \
  --query 'Snapshot.SnapshotType')" "the copy"
arn=arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/scenario-kept # old clients do not show it in the response
redshift create-tags --resource-name "$arn" --tags Key=keep,Value=audit 'Key=a b,Value=+'
redshift delete-tags --resource-name "$arn" --tag-keys 'a b'
same audit "$(redshift describe-tags --resource-type Snapshot --tag-keys keep --query "TaggedResources[?ResourceName=='$arn'].Tag.Value")" "the tag"
redshift authorize-snapshot-access --snapshot-identifier scenario-kept --account-with-restore-access 210987654321 >/dev/null
refused InvalidClusterSnapshotState delete-cluster-snapshot --snapshot-identifier scenario-kept
redshift revoke-snapshot-access --snapshot-identifier scenario-kept --account-with-restore-access 210987654321 >/dev/null

# Copy snapshots to another region.
redshift create-snapshot-copy-grant --snapshot-copy-grant-name scenario-grant >/dev/null
same scenario-grant "$(redshift describe-snapshot-copy-grants --query 'SnapshotCopyGrants[0].SnapshotCopyGrantName')" "the grant"
redshift enable-snapshot-copy --cluster-identifier sales --destination-region eu-west-1 --retention-period 3 >/dev/null
redshift modify-snapshot-copy-retention-period --cluster-identifier sales --retention-period 5 >/dev/null
same 5 "$(redshift describe-clusters --cluster-identifier sales --query 'Clusters[0].ClusterSnapshotCopyStatus.RetentionPeriod')" "the retention of the copies"
redshift disable-snapshot-copy --cluster-identifier sales >/dev/null
redshift delete-snapshot-copy-grant --snapshot-copy-grant-name scenario-grant

# Schedule automated snapshots.
redshift create-snapshot-schedule --schedule-identifier scenario-schedule --schedule-definitions 'rate(12 hours)' >/dev/null
redshift modify-snapshot-schedule --schedule-identifier scenario-schedule --schedule-definitions 'cron(30 12 *)' >/dev/null
redshift modify-cluster-snapshot-schedule --cluster-identifier staging --schedule-identifier scenario-schedule
same staging "$(redshift describe-snapshot-schedules --schedule-identifier scenario-schedule --query 'SnapshotSchedules[0].AssociatedClusters[0].ClusterIdentifier')" "the cluster of the schedule"
refused InvalidClusterSnapshotScheduleState delete-snapshot-schedule --schedule-identifier scenario-schedule
redshift create-snapshot-schedule --schedule-identifier scenario-brief --schedule-definitions 'rate(1 hours)' >/dev/null
redshift delete-snapshot-schedule --schedule-identifier scenario-brief

# Restore the snapshot and a table.
redshift restore-from-cluster-snapshot --cluster-identifier scenario-drill --snapshot-identifier scenario-nightly >/dev/null
redshift wait cluster-restored --cluster-identifier scenario-drill
request=$(redshift restore-table-from-cluster-snapshot --cluster-identifier analytics --snapshot-identifier scenario-nightly \
  --source-database-name dev --source-table-name orders --new-table-name orders_restored --query 'TableRestoreStatus.TableRestoreRequestId')
same SUCCEEDED "$(redshift describe-table-restore-status --table-restore-request-id "$request" \
  --query 'TableRestoreStatusDetails[0].Status')" "the table"

# Clean up.
redshift modify-cluster-snapshot --snapshot-identifier scenario-kept --manual-snapshot-retention-period 365 >/dev/null
same "sales-before-resize" "$(redshift batch-modify-cluster-snapshots --snapshot-identifier-list sales-before-resize scenario-nonesuch \
  --manual-snapshot-retention-period 60 --query 'Resources[0]')" "the modified snapshot"
same "ClusterSnapshotNotFound" "$(redshift batch-delete-cluster-snapshots --identifiers SnapshotIdentifier=sales-nightly-1 \
  SnapshotIdentifier=scenario-nonesuch --query 'Errors[0].FailureCode')" "the failed deletion"
same deleted "$(redshift delete-cluster-snapshot --snapshot-identifier sales-nightly-3 --query 'Snapshot.Status')" "the deleted snapshot"
