#!/bin/sh
# Runs a scenario with the AWS command line client, against the Redshift in the environment. It prints the outcome of each step, one per
# line, and exits at the first unexpected error. The test compares the outcomes with scenario.golden, and then checks the state of the
# fake. main.go, scenario.py and scenario.mjs do the same with other clients, because each client writes requests and reads responses in
# its own way.
set -eu

fail() { printf 'scenario.sh: %s\n' "$*" >&2; exit 1; }

# Old clients do not read the endpoint from the environment.
redshift() { aws --endpoint-url "$AWS_ENDPOINT_URL_REDSHIFT" --output text redshift "$@"; }

# outcome WHAT ARGUMENTS... prints the output of a command, with its values on one line and without fractions of seconds in times.
outcome() {
  what=$1; shift
  output=$(redshift "$@") || fail "$what: $1 failed"
  printf '%s: %s\n' "$what" "$(printf '%s' "$output" | tr '\t\n' '  ' | sed -E 's/(T[0-9:]{8})(\.0+)?(Z|\+00:00)/\1Z/g')"
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

# await WAITER ARGUMENTS... waits with a waiter that polls once a minute. A change of a cluster takes less than a second.
await() { sleep 1; redshift wait "$@"; }

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
await cluster-restored --cluster-identifier scenario-drill
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

# Describe what the account can create.
outcome "the account attribute" describe-account-attributes --attribute-names max-defer-maintenance-duration \
  --query 'AccountAttributes[0].[AttributeName, AttributeValues[0].AttributeValue]'
outcome "the families" describe-cluster-versions --query 'ClusterVersions[].ClusterParameterGroupFamily'
outcome "the tracks" describe-cluster-tracks --query 'MaintenanceTracks[].MaintenanceTrackName'
outcome "the cluster types" describe-orderable-cluster-options --node-type dc2.large --query 'OrderableClusterOptions[].ClusterType'
outcome "storage is used" describe-storage \
  --query '[to_string(TotalProvisionedStorageInMegaBytes > `0`), to_string(TotalBackupSizeInMegaBytes > `0`)]'
outcome "the default of require_ssl" describe-default-cluster-parameters --parameter-group-family redshift-1.0 \
  --query "DefaultClusterParameters.Parameters[?ParameterName=='require_ssl'].[ParameterValue, DataType, ApplyType,
    to_string(IsModifiable)]"
outcome "events of clusters exist" describe-event-categories --source-type cluster \
  --query 'EventCategoriesMapList[0].[SourceType, to_string(length(Events) > `0`)]'

# Create a parameter group, a subnet group and a cluster.
outcome "the parameter group" create-cluster-parameter-group --parameter-group-name scenario-parameters \
  --parameter-group-family redshift-1.0 --description 'for the scenario + é' --tags Key=env,Value=test \
  --query 'ClusterParameterGroup.[ParameterGroupName, ParameterGroupFamily, Description]'
refused "a change of a default group" InvalidClusterParameterGroupState modify-cluster-parameter-group \
  --parameter-group-name default.redshift-1.0 --parameters ParameterName=require_ssl,ParameterValue=true
outcome "the changed group" modify-cluster-parameter-group --parameter-group-name scenario-parameters --query ParameterGroupName \
  --parameters ParameterName=require_ssl,ParameterValue=true ParameterName=statement_timeout,ParameterValue=60000
outcome "the changed parameters" describe-cluster-parameters --parameter-group-name scenario-parameters --source user \
  --query 'sort_by(Parameters, &ParameterName)[].[ParameterName, ParameterValue]'
outcome "the tagged groups" describe-cluster-parameter-groups --tag-keys env --tag-values test \
  --query 'ParameterGroups[].ParameterGroupName'
outcome "the subnet group" create-cluster-subnet-group --cluster-subnet-group-name scenario-subnets --description 'for the scenario' \
  --subnet-ids subnet-0000000a subnet-0000000b --query 'ClusterSubnetGroup.[SubnetGroupStatus, length(Subnets)]'
outcome "the changed subnet group" modify-cluster-subnet-group --cluster-subnet-group-name scenario-subnets \
  --subnet-ids subnet-0000000a subnet-0000000b subnet-0000000c --query 'length(ClusterSubnetGroup.Subnets)'
outcome "the subnets" describe-cluster-subnet-groups --cluster-subnet-group-name scenario-subnets \
  --query 'ClusterSubnetGroups[0].Subnets[].SubnetIdentifier'

create_cluster() {
  "$@" create-cluster --cluster-identifier scenario-etl --node-type dc2.large --cluster-type multi-node --number-of-nodes 2 --db-name etl \
    --master-username admin --master-user-password Scenario+Passw0rd --cluster-parameter-group-name scenario-parameters \
    --cluster-subnet-group-name scenario-subnets --no-publicly-accessible \
    --query 'Cluster.[ClusterStatus, NodeType, NumberOfNodes, PendingModifiedValues.MasterUserPassword]'
}
create_cluster outcome "the new cluster"
create_cluster refused "a second cluster with the name" ClusterAlreadyExists
await cluster-available --cluster-identifier scenario-etl
outcome "the available cluster" describe-clusters --cluster-identifier scenario-etl \
  --query 'Clusters[0].[ClusterStatus, DBName, Endpoint.Port, ClusterParameterGroups[0].ParameterGroupName, ClusterSubnetGroupName,
    to_string(PubliclyAccessible), to_string(ClusterCreateTime != `null`)]'
refused "a missing cluster" ClusterNotFound describe-clusters --cluster-identifier scenario-etl-new

# Change and reboot the cluster.
outcome "the changed cluster" modify-cluster --cluster-identifier scenario-etl \
  --automated-snapshot-retention-period 5 --publicly-accessible \
  --query 'Cluster.[ClusterStatus, AutomatedSnapshotRetentionPeriod, to_string(PendingModifiedValues.PubliclyAccessible)]'
await cluster-available --cluster-identifier scenario-etl
outcome "after the change" describe-clusters --cluster-identifier scenario-etl \
  --query 'Clusters[0].[AutomatedSnapshotRetentionPeriod, to_string(PubliclyAccessible)]'
quiet modify-cluster-parameter-group --parameter-group-name scenario-parameters \
  --parameters ParameterName=statement_timeout,ParameterValue=120000
outcome "parameters before the reboot" describe-clusters --cluster-identifier scenario-etl \
  --query 'Clusters[0].ClusterParameterGroups[0].ParameterApplyStatus'
outcome "the reboot" reboot-cluster --cluster-identifier scenario-etl --query 'Cluster.ClusterStatus'
await cluster-available --cluster-identifier scenario-etl
outcome "parameters after the reboot" describe-clusters --cluster-identifier scenario-etl \
  --query 'Clusters[0].ClusterParameterGroups[0].ParameterApplyStatus'
reset=$(redshift reset-cluster-parameter-group --parameter-group-name scenario-parameters --reset-all-parameters --query ParameterGroupName)
outcome "the reset group" describe-cluster-parameters --parameter-group-name scenario-parameters --source user \
  --query "[\`\"$reset\"\`, length(Parameters || \`[]\`)]"
arn=arn:aws:redshift:us-east-1:123456789012:cluster:scenario-etl
quiet create-tags --resource-name "$arn" --tags 'Key=team,Value=data + more' Key=temporary,Value=
quiet delete-tags --resource-name "$arn" --tag-keys temporary
outcome "the tag of the cluster" describe-tags --resource-name "$arn" \
  --query '[length(TaggedResources), TaggedResources[0].ResourceType, TaggedResources[0].Tag.Key, TaggedResources[0].Tag.Value]'

# Roles, credentials and logs.
reader=arn:aws:iam::123456789012:role/reader
writer=arn:aws:iam::123456789012:role/writer
outcome "the roles" modify-cluster-iam-roles --cluster-identifier scenario-etl --add-iam-roles "$reader" "$writer" \
  --default-iam-role-arn "$reader" --query 'Cluster.[DefaultIamRoleArn, length(IamRoles), IamRoles[0].ApplyStatus]'
outcome "the removed role" modify-cluster-iam-roles --cluster-identifier scenario-etl --remove-iam-roles "$writer" \
  --query "Cluster.IamRoles[?IamRoleArn=='$writer'].ApplyStatus"
outcome "the credentials of a database user" get-cluster-credentials --cluster-identifier scenario-etl --db-user loader --auto-create \
  --duration-seconds 3600 --query '[DbUser, to_string(length(DbPassword) > `20`), to_string(Expiration != `null`)]'
outcome "the credentials of the caller" get-cluster-credentials-with-iam --cluster-identifier scenario-etl --db-name etl \
  --query '[to_string(length(DbPassword) > `20`), to_string(Expiration != `null`)]'
outcome "logging" enable-logging --cluster-identifier scenario-etl --bucket-name scenario-logs --s3-key-prefix etl/ \
  --query '[to_string(LoggingEnabled), BucketName]'
outcome "the logs" describe-logging-status --cluster-identifier scenario-etl --query '[to_string(LoggingEnabled), BucketName, S3KeyPrefix]'
outcome "disabled logging" disable-logging --cluster-identifier scenario-etl --query 'to_string(LoggingEnabled)'

# Subscribe to events.
outcome "the subscription" create-event-subscription --subscription-name scenario-alerts \
  --sns-topic-arn arn:aws:sns:us-east-1:123456789012:alerts --source-type cluster --source-ids scenario-etl \
  --event-categories management --severity INFO --query 'EventSubscription.[Status, to_string(Enabled), Severity, SourceIdsList[0],
    to_string(SubscriptionCreationTime != `null`)]'
quiet modify-event-subscription --subscription-name scenario-alerts --no-enabled --event-categories management security
outcome "the changed subscription" describe-event-subscriptions --subscription-name scenario-alerts \
  --query 'EventSubscriptionsList[0].[to_string(Enabled), EventCategoriesList[0], EventCategoriesList[1]]'
quiet delete-event-subscription --subscription-name scenario-alerts
refused "the deleted subscription" SubscriptionNotFound describe-event-subscriptions --subscription-name scenario-alerts

# Schedule a pause, then a resize instead.
outcome "the scheduled action" create-scheduled-action --scheduled-action-name scenario-night \
  --target-action 'PauseCluster={ClusterIdentifier=scenario-etl}' --schedule 'at(2099-01-01T00:00:00)' \
  --iam-role arn:aws:iam::123456789012:role/scheduler --start-time 2098-12-01T00:00:00Z \
  --query '[State, TargetAction.PauseCluster.ClusterIdentifier, StartTime, NextInvocations[0]]'
outcome "the changed action" modify-scheduled-action --scheduled-action-name scenario-night \
  --target-action 'ResizeCluster={ClusterIdentifier=scenario-etl,NumberOfNodes=4}' --schedule 'cron(0 3 ? * MON *)' --no-enable \
  --query '[State, Schedule, TargetAction.ResizeCluster.NumberOfNodes]'
outcome "the actions" describe-scheduled-actions --target-action-type ResizeCluster \
  --filters Name=cluster-identifier,Values=scenario-etl --query 'ScheduledActions[].ScheduledActionName'
quiet delete-scheduled-action --scheduled-action-name scenario-night
refused "the deleted action" ScheduledActionNotFound describe-scheduled-actions --scheduled-action-name scenario-night

# Restore a snapshot to other nodes, and give the new cluster the name of the old one.
quiet create-cluster-snapshot --cluster-identifier scenario-etl --snapshot-identifier scenario-etl-1
redshift wait snapshot-available --snapshot-identifier scenario-etl-1
outcome "the node configuration" describe-node-configuration-options --action-type restore-cluster --snapshot-identifier scenario-etl-1 \
  --filters Name=NodeType,Operator=in,Values=ra3.xlplus --query 'NodeConfigurationOptionList[0].[NodeType, NumberOfNodes]'
outcome "the replacement" restore-from-cluster-snapshot --cluster-identifier scenario-etl-new --snapshot-identifier scenario-etl-1 \
  --node-type ra3.xlplus --number-of-nodes 2 --cluster-parameter-group-name scenario-parameters \
  --cluster-subnet-group-name scenario-subnets --query 'Cluster.ClusterStatus'
await cluster-restored --cluster-identifier scenario-etl-new
await cluster-available --cluster-identifier scenario-etl-new
outcome "the restored replacement" describe-clusters --cluster-identifier scenario-etl-new \
  --query 'Clusters[0].[NodeType, NumberOfNodes, RestoreStatus.Status]'

# rename FROM TO
rename() {
  outcome "the renamed cluster" modify-cluster --cluster-identifier "$1" --new-cluster-identifier "$2" \
    --query 'Cluster.[ClusterStatus, PendingModifiedValues.ClusterIdentifier]'
  await cluster-available --cluster-identifier "$2"
  outcome "the new name" describe-clusters --cluster-identifier "$2" --query 'Clusters[0].ClusterIdentifier'
}
rename scenario-etl scenario-etl-old
rename scenario-etl-new scenario-etl
refused "a missing cluster" ClusterNotFound describe-clusters --cluster-identifier scenario-etl-new

# Pause and resume the cluster, resize it, and cancel another resize.
outcome "the pause" pause-cluster --cluster-identifier scenario-etl --query 'Cluster.ClusterStatus'
reaches paused describe-clusters --cluster-identifier scenario-etl --query 'Clusters[0].ClusterStatus'
outcome "the paused cluster" describe-clusters --cluster-identifier scenario-etl --query 'Clusters[0].ClusterStatus'
outcome "the resumption" resume-cluster --cluster-identifier scenario-etl --query 'Cluster.ClusterStatus'
await cluster-available --cluster-identifier scenario-etl
outcome "the resumed cluster" describe-clusters --cluster-identifier scenario-etl --query 'Clusters[0].ClusterStatus'
outcome "the elastic resize" resize-cluster --cluster-identifier scenario-etl --number-of-nodes 4 \
  --query 'Cluster.[ClusterStatus, PendingModifiedValues.NumberOfNodes]'
reaches SUCCEEDED describe-resize --cluster-identifier scenario-etl --query Status
await cluster-available --cluster-identifier scenario-etl
outcome "the resized cluster" describe-clusters --cluster-identifier scenario-etl --query 'Clusters[0].NumberOfNodes'
outcome "the ended resize" describe-resize --cluster-identifier scenario-etl --query '[Status, ResizeType, TargetNumberOfNodes]'
outcome "the classic resize" resize-cluster --cluster-identifier scenario-etl-old --number-of-nodes 4 --classic \
  --query 'Cluster.ClusterStatus'
outcome "the canceled resize" cancel-resize --cluster-identifier scenario-etl-old --query '[Status, ResizeType, TargetNumberOfNodes]'
await cluster-available --cluster-identifier scenario-etl-old
outcome "after the cancellation" describe-clusters --cluster-identifier scenario-etl-old --query 'Clusters[0].NumberOfNodes'

# Read the events, and delete the clusters without and with a final snapshot.
numbers=$(redshift describe-events --source-type cluster --source-identifier scenario-etl --duration 20160 --page-size 20 \
  --query 'Events[].[EventId]')
printf 'the events: %s\n' "$(printf '%s\n' "$numbers" | sort -u | tr '\n' ' ' | sed 's/ $//')"
outcome "the deletion" delete-cluster --cluster-identifier scenario-etl-old --skip-final-cluster-snapshot --query 'Cluster.ClusterStatus'
await cluster-deleted --cluster-identifier scenario-etl-old
refused "a missing cluster" ClusterNotFound describe-clusters --cluster-identifier scenario-etl-old
refused "the deletion of a parameter group in use" InvalidClusterParameterGroupState delete-cluster-parameter-group \
  --parameter-group-name scenario-parameters
refused "the deletion of a subnet group in use" InvalidClusterSubnetGroupStateFault delete-cluster-subnet-group \
  --cluster-subnet-group-name scenario-subnets
outcome "the deletion with a final snapshot" delete-cluster --cluster-identifier scenario-etl \
  --final-cluster-snapshot-identifier scenario-etl-final --final-cluster-snapshot-retention-period 7 --query 'Cluster.ClusterStatus'
reaches available describe-cluster-snapshots --snapshot-identifier scenario-etl-final --query 'Snapshots[0].Status'
await cluster-deleted --cluster-identifier scenario-etl
outcome "the final snapshot" describe-cluster-snapshots --snapshot-identifier scenario-etl-final \
  --query 'Snapshots[0].[Status, ManualSnapshotRetentionPeriod, NodeType, NumberOfNodes]'
quiet delete-cluster-snapshot --snapshot-identifier scenario-etl-1
quiet delete-cluster-parameter-group --parameter-group-name scenario-parameters
refused "the deleted parameter group" ClusterParameterGroupNotFound describe-cluster-parameter-groups \
  --parameter-group-name scenario-parameters
quiet delete-cluster-subnet-group --cluster-subnet-group-name scenario-subnets
refused "the deleted subnet group" ClusterSubnetGroupNotFoundFault describe-cluster-subnet-groups \
  --cluster-subnet-group-name scenario-subnets
