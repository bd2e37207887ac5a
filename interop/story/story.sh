#!/bin/sh
# A backup story, told by the AWS command line client to the Redshift that the environment names. What it leaves behind is
# looked at by the test that runs it. It ends with the first thing that is not as it should be. story.py and main.go tell the
# same: the three clients write requests and read answers each in a way of its own.
set -eu

fail() { printf 'story.sh: %s\n' "$*" >&2; exit 1; }

# The endpoint is a flag, since old clients do not read it from the environment.
redshift() { aws --endpoint-url "$AWS_ENDPOINT_URL_REDSHIFT" --output text redshift "$@"; }

# same WANT GOT WHAT...
same() { want=$1 got=$2; shift 2; [ "$want" = "$got" ] || fail "$*: got \"$got\", want \"$want\""; }

# refused CODE ARGUMENTS...
refused() {
  code=$1; shift
  if said=$(redshift "$@" 2>&1); then fail "$* was not refused with $code"; fi
  case $said in *"($code)"*) ;; *) fail "$* was refused, but not with $code: $said" ;; esac
}

# Take a snapshot, and wait for it.
same analytics "$(redshift describe-clusters --cluster-identifier analytics --query 'Clusters[0].ClusterIdentifier')" "the cluster"
same creating "$(redshift create-cluster-snapshot --cluster-identifier analytics --snapshot-identifier story-nightly \
  --manual-snapshot-retention-period 7 --tags 'Key=env,Value=prod + é' 'Key=owner,Value=' --query 'Snapshot.Status')" "the new snapshot"
refused ClusterSnapshotAlreadyExists create-cluster-snapshot --cluster-identifier analytics --snapshot-identifier story-nightly
redshift wait snapshot-available --snapshot-identifier story-nightly
same available "$(redshift describe-cluster-snapshots --snapshot-identifier story-nightly --query 'Snapshots[0].Status')" "after the wait"
refused ClusterSnapshotNotFound describe-cluster-snapshots --snapshot-identifier story-nonesuch

# List all there are: 21 of the demo and this one, on two pages.
same 22 "$(redshift describe-cluster-snapshots --page-size 20 --output json --query 'length(Snapshots)')" "all snapshots"

# Keep an automated one, tag it, share it.
automated=$(redshift describe-cluster-snapshots --snapshot-type automated --cluster-identifier analytics --query 'Snapshots[0].SnapshotIdentifier')
same manual "$(redshift copy-cluster-snapshot --source-snapshot-identifier "$automated" --target-snapshot-identifier story-kept \
  --query 'Snapshot.SnapshotType')" "the copy"
arn=arn:aws:redshift:us-east-1:123456789012:snapshot:analytics/story-kept # old clients leave it out of the answer
redshift create-tags --resource-name "$arn" --tags Key=keep,Value=audit 'Key=a b,Value=+'
redshift delete-tags --resource-name "$arn" --tag-keys 'a b'
same audit "$(redshift describe-tags --resource-type Snapshot --tag-keys keep --query "TaggedResources[?ResourceName=='$arn'].Tag.Value")" "the tag"
redshift authorize-snapshot-access --snapshot-identifier story-kept --account-with-restore-access 210987654321 >/dev/null
refused InvalidClusterSnapshotState delete-cluster-snapshot --snapshot-identifier story-kept
redshift revoke-snapshot-access --snapshot-identifier story-kept --account-with-restore-access 210987654321 >/dev/null

# Copies in another region.
redshift create-snapshot-copy-grant --snapshot-copy-grant-name story-grant >/dev/null
same story-grant "$(redshift describe-snapshot-copy-grants --query 'SnapshotCopyGrants[0].SnapshotCopyGrantName')" "the grant"
redshift enable-snapshot-copy --cluster-identifier sales --destination-region eu-west-1 --retention-period 3 >/dev/null
redshift modify-snapshot-copy-retention-period --cluster-identifier sales --retention-period 5 >/dev/null
same 5 "$(redshift describe-clusters --cluster-identifier sales --query 'Clusters[0].ClusterSnapshotCopyStatus.RetentionPeriod')" "the copies' retention"
redshift disable-snapshot-copy --cluster-identifier sales >/dev/null
redshift delete-snapshot-copy-grant --snapshot-copy-grant-name story-grant

# Snapshots by themselves.
redshift create-snapshot-schedule --schedule-identifier story-schedule --schedule-definitions 'rate(12 hours)' >/dev/null
redshift modify-snapshot-schedule --schedule-identifier story-schedule --schedule-definitions 'cron(30 12 *)' >/dev/null
redshift modify-cluster-snapshot-schedule --cluster-identifier staging --schedule-identifier story-schedule
same staging "$(redshift describe-snapshot-schedules --schedule-identifier story-schedule --query 'SnapshotSchedules[0].AssociatedClusters[0].ClusterIdentifier')" "the schedule's cluster"
refused InvalidClusterSnapshotScheduleState delete-snapshot-schedule --schedule-identifier story-schedule
redshift create-snapshot-schedule --schedule-identifier story-brief --schedule-definitions 'rate(1 hours)' >/dev/null
redshift delete-snapshot-schedule --schedule-identifier story-brief

# See whether the backup is of use.
redshift restore-from-cluster-snapshot --cluster-identifier story-drill --snapshot-identifier story-nightly >/dev/null
redshift wait cluster-restored --cluster-identifier story-drill
request=$(redshift restore-table-from-cluster-snapshot --cluster-identifier analytics --snapshot-identifier story-nightly \
  --source-database-name dev --source-table-name orders --new-table-name orders_restored --query 'TableRestoreStatus.TableRestoreRequestId')
same SUCCEEDED "$(redshift describe-table-restore-status --table-restore-request-id "$request" \
  --query 'TableRestoreStatusDetails[0].Status')" "the table"

# Clean up.
redshift modify-cluster-snapshot --snapshot-identifier story-kept --manual-snapshot-retention-period 365 >/dev/null
same "sales-before-resize" "$(redshift batch-modify-cluster-snapshots --snapshot-identifier-list sales-before-resize story-nonesuch \
  --manual-snapshot-retention-period 60 --query 'Resources[0]')" "the one that was modified"
same "ClusterSnapshotNotFound" "$(redshift batch-delete-cluster-snapshots --identifiers SnapshotIdentifier=sales-nightly-1 \
  SnapshotIdentifier=story-nonesuch --query 'Errors[0].FailureCode')" "the one that was not deleted"
same deleted "$(redshift delete-cluster-snapshot --snapshot-identifier sales-nightly-3 --query 'Snapshot.Status')" "the deleted snapshot"
