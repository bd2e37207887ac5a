#!/bin/sh
# Runs a scenario with the AWS command line client, against the Redshift in the environment. It prints the outcome of each step, one per
# line, and exits at the first unexpected error. The test compares the outcomes with scenario.golden, and then checks the state of the
# fake. main.go, scenario.py and scenario.mjs do the same with other clients, because each client writes requests and reads responses in
# its own way.
set -eu

fail() { printf 'scenario.sh: %s\n' "$*" >&2; exit 1; }

# Old clients do not read the endpoint from the environment.
redshift() { aws --endpoint-url "$AWS_ENDPOINT_URL_REDSHIFT" --output text redshift "$@"; }

# outcome WHAT ARGUMENTS... prints the output of a command, with its values on one line.
outcome() {
  what=$1; shift
  output=$(redshift "$@") || fail "$what: $* failed"
  printf '%s: %s\n' "$what" "$(printf '%s' "$output" | tr '\t\n' '  ')"
}

# refused WHAT CODE ARGUMENTS...
refused() {
  what=$1 code=$2; shift 2
  if output=$(redshift "$@" 2>&1); then fail "$what: the call succeeded, want $code"; fi
  case $output in *"($code)"*) ;; *) fail "$what: got $output, want $code" ;; esac
  printf '%s: refused, %s\n' "$what" "$code"
}

# quiet ARGUMENTS... runs a command without its output.
quiet() { redshift "$@" >/dev/null; }

# reaches WANT ARGUMENTS... polls for at most a minute until a command prints a value.
reaches() {
  want=$1 left=60; shift
  while got=$(redshift "$@"); [ "$got" != "$want" ]; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "$*: still $got, want $want"
    sleep 1
  done
}

# Create a snapshot and wait for it.
outcome "the cluster" describe-clusters --cluster-identifier analytics --query 'Clusters[0].ClusterIdentifier'
outcome "the new snapshot" create-cluster-snapshot --cluster-identifier analytics --snapshot-identifier scenario-nightly \
  --manual-snapshot-retention-period 7 --tags 'Key=env,Value=prod + é' 'Key=owner,Value=' \
  --query 'Snapshot.[Status, ManualSnapshotRetentionPeriod, to_string(SnapshotCreateTime != `null`)]'
refused "a second snapshot with the name" ClusterSnapshotAlreadyExists create-cluster-snapshot --cluster-identifier analytics \
  --snapshot-identifier scenario-nightly
redshift wait snapshot-available --snapshot-identifier scenario-nightly
outcome "after the wait" describe-cluster-snapshots --snapshot-identifier scenario-nightly --query 'Snapshots[0].Status'
refused "a missing snapshot" ClusterSnapshotNotFound describe-cluster-snapshots --snapshot-identifier scenario-nonesuch

# List all snapshots, the demo's and the new one, on two pages.
outcome "all snapshots" describe-cluster-snapshots --page-size 20 --output json --query 'length(Snapshots)'

# Copy an automated snapshot, tag the copy and share it.
automated=$(redshift describe-cluster-snapshots --snapshot-type automated --cluster-identifier analytics \
  --query 'Snapshots[0].SnapshotIdentifier')
outcome "the copy" copy-cluster-snapshot --source-snapshot-identifier "$automated" --target-snapshot-identifier scenario-kept \
  --query 'Snapshot.SnapshotType'
arn=arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/scenario-kept # old clients do not show it in the response
quiet create-tags --resource-name "$arn" --tags Key=keep,Value=audit 'Key=a b,Value=+'
quiet delete-tags --resource-name "$arn" --tag-keys 'a b'
outcome "the tag" describe-tags --resource-type Snapshot --tag-keys keep --query "TaggedResources[?ResourceName=='$arn'].Tag.Value"
outcome "the account with access" authorize-snapshot-access --snapshot-identifier scenario-kept --account-with-restore-access 210987654321 \
  --query 'Snapshot.AccountsWithRestoreAccess[0].AccountId'
refused "the deletion of a shared snapshot" InvalidClusterSnapshotState delete-cluster-snapshot --snapshot-identifier scenario-kept
outcome "the accounts with access" revoke-snapshot-access --snapshot-identifier scenario-kept --account-with-restore-access 210987654321 \
  --query 'length(Snapshot.AccountsWithRestoreAccess || `[]`)'

# Copy snapshots to another region.
quiet create-snapshot-copy-grant --snapshot-copy-grant-name scenario-grant
outcome "the grant" describe-snapshot-copy-grants --query 'SnapshotCopyGrants[0].SnapshotCopyGrantName'
quiet enable-snapshot-copy --cluster-identifier sales --destination-region eu-west-1 --retention-period 3
quiet modify-snapshot-copy-retention-period --cluster-identifier sales --retention-period 5
outcome "the copies" describe-clusters --cluster-identifier sales \
  --query 'Clusters[0].ClusterSnapshotCopyStatus.[DestinationRegion, RetentionPeriod]'
quiet disable-snapshot-copy --cluster-identifier sales
quiet delete-snapshot-copy-grant --snapshot-copy-grant-name scenario-grant

# Schedule automated snapshots.
quiet create-snapshot-schedule --schedule-identifier scenario-schedule --schedule-definitions 'rate(12 hours)'
quiet modify-snapshot-schedule --schedule-identifier scenario-schedule --schedule-definitions 'cron(30 12 *)'
quiet modify-cluster-snapshot-schedule --cluster-identifier staging --schedule-identifier scenario-schedule
outcome "the schedule" describe-snapshot-schedules --schedule-identifier scenario-schedule \
  --query 'SnapshotSchedules[0].[ScheduleDefinitions[0], AssociatedClusters[0].ClusterIdentifier]'
refused "the deletion of a schedule in use" InvalidClusterSnapshotScheduleState delete-snapshot-schedule \
  --schedule-identifier scenario-schedule
quiet create-snapshot-schedule --schedule-identifier scenario-brief --schedule-definitions 'rate(1 hours)'
quiet delete-snapshot-schedule --schedule-identifier scenario-brief

# Restore the snapshot and a table.
quiet restore-from-cluster-snapshot --cluster-identifier scenario-drill --snapshot-identifier scenario-nightly
redshift wait cluster-restored --cluster-identifier scenario-drill
outcome "the restored cluster" describe-clusters --cluster-identifier scenario-drill --query 'Clusters[0].RestoreStatus.Status'
request=$(redshift restore-table-from-cluster-snapshot --cluster-identifier analytics --snapshot-identifier scenario-nightly \
  --source-database-name dev --source-table-name orders --new-table-name orders_restored --query 'TableRestoreStatus.TableRestoreRequestId')
reaches SUCCEEDED describe-table-restore-status --table-restore-request-id "$request" --query 'TableRestoreStatusDetails[0].Status'
outcome "the restored table" describe-table-restore-status --table-restore-request-id "$request" \
  --query 'TableRestoreStatusDetails[0].NewTableName'

# Clean up.
quiet modify-cluster-snapshot --snapshot-identifier scenario-kept --manual-snapshot-retention-period 365
outcome "the modified snapshots" batch-modify-cluster-snapshots --snapshot-identifier-list sales-before-resize scenario-nonesuch \
  --manual-snapshot-retention-period 60 --query 'Resources'
outcome "the failed deletion" batch-delete-cluster-snapshots --identifiers SnapshotIdentifier=sales-nightly-1 \
  SnapshotIdentifier=scenario-nonesuch --query 'Errors[0].[SnapshotIdentifier, FailureCode]'
outcome "the deleted snapshot" delete-cluster-snapshot --snapshot-identifier sales-nightly-3 --query 'Snapshot.Status'
