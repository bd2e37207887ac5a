// Package redshifttest provides an in-process fake of Amazon Redshift for tests.
//
// The fake needs no account and no network. It implements the snapshot operations of Redshift: manual and scheduled snapshots, copies,
// access for other accounts, tags, retention, restores of clusters and tables, and copies in other regions. It also implements the life
// of clusters (creation, changes, reboots, pauses, resizes, IAM roles and deletion), parameter groups, subnet groups, events, audit logs,
// scheduled actions and temporary credentials. It works with the client of this module and with every other AWS client. The command
// redshift-fake serves it as a program.
//
// # Quick start
//
//	func TestNightly(t *testing.T) {
//		fake := redshifttest.NewServer(t)
//		if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
//			t.Fatal(err)
//		}
//		client, err := redshift.New(fake.Config())
//		...
//		fake.Advance(5 * time.Minute) // the snapshot is available now
//	}
//
// Create a fake in one of three ways:
//
//   - [NewServer] serves a fake on a loopback address until the test ends.
//   - [New] returns a [net/http.Handler]. The caller serves it.
//   - [Fake.Transport] responds in memory, without sockets and goroutines. It is the fastest, and it works with [testing/synctest].
//
// # Checks
//
// Every request must be signed. The fake computes the signature of the received request with code that is independent of package sigv4,
// and compares the two signatures. It compares the date with its own clock.
//
// The fake enforces Redshift's rules for parameters, identifiers, tags, retention periods and quotas, and returns Redshift's error codes.
// If a request has a parameter that the operation does not have, the error is InvalidQueryParameter, so a test finds misspelled names. As
// Redshift does, the fake ignores a wrong item name in a list that the operation has (Tags.member.1.Key instead of Tags.Tag.1.Key).
//
// # Time and events
//
// The fake has its own clock ([Fake.Now]). It runs at the speed of [Options].ClockSpeed and jumps with [Fake.Advance]. When the clock
// advances, the fake makes these changes:
//
//   - Snapshots become available, and expire at the end of their retention period.
//   - Schedules take snapshots.
//   - With [Options].AutomatedSnapshots, a cluster without a schedule gets a snapshot when it becomes available for the first time, and
//     every 8 hours.
//   - Copies appear in other regions ([Fake.InRegion]).
//   - Restores of clusters and tables end.
//   - Changes of clusters end: creation, modification, rename, reboot, pause, resume and deletion after [Options].ClusterDuration, and
//     resizes and new encryption after [Options].ResizeDuration. IAM roles are in-sync or gone after one minute. Another maintenance
//     track takes effect in the next maintenance window.
//   - Scheduled actions pause, resume and resize clusters.
//   - Dynamic changes of parameters are applied to clusters, and audit logs are delivered.
//
// The fake records the events of these changes and of calls. DescribeEvents lists them for 14 days.
//
// The test makes all other changes:
//
//   - Clusters: [Fake.AddCluster], [Fake.SetClusterStatus] and [Fake.RemoveCluster].
//   - Snapshots of any age: [Fake.AddManualSnapshot] and [Fake.AddAutomatedSnapshot].
//   - Failures of snapshots: [Fake.SetSnapshotStatus].
//   - Failures of restores: [Fake.SetClusterStatus] and [Fake.SetTableRestoreStatus].
//   - Topics of event subscriptions that are gone: [Fake.SetEventSubscriptionStatus].
//   - Failures of requests: [Fake.FailNext] and [Fake.InjectNext].
//
// [Fake.Requests] and [Fake.Snapshots] return what happened so far. [Options].Logger logs each request when it ends.
//
// # Responses of a test
//
// [Fake.Respond] and [Fake.RespondNext] set the response of any operation of this module, including operations that the fake does not
// implement. The response is a result, or a function of the parameters:
//
//	err := fake.Respond("DescribeClusters", &redshift.DescribeClustersResult{
//		Clusters: []models.Cluster{{ClusterIdentifier: "analytics", ClusterStatus: "hardware-failure"}},
//	})
//
// As in other calls, the fake checks the signature and the parameters, and injects faults. If the fake does not implement an operation
// and the test set no response, the error is InvalidAction, with a message that names the alternatives. For an operation that this module
// does not have, use a [Fault] with Status and Body.
//
// # Declared resources
//
// Hand-written code implements snapshots, clusters, snapshot copy grants, schedules, restores, parameter groups, subnet groups, events,
// event subscriptions, audit logs, scheduled actions and credentials. The fake derives all other resources from the declarations of this
// module's contract: it creates them, describes them with filters and pages, modifies, deletes and tags them. A parameter sets the member
// of the same name. If a resource already exists, is missing or exceeds [Quotas].OtherResources, the error is the code that Amazon
// documents.
//
// The status of a declared resource does not change with time: a new resource is, for example, available immediately. A deleted one
// disappears immediately. Use [Fake.Respond] for other states and operations.
//
// # Limits
//
// The fake is not a complete Redshift:
//
//   - It has no IAM policies.
//   - It stores and restores no data. Of the data of a cluster, it has only the names of tables ([Cluster].Tables).
//   - It has no networks, security groups, IAM roles and KMS keys. It accepts any name for them, and any ARN of a role.
//   - It has no subnets, S3 buckets and SNS topics. Those with a valid name exist, and all subnets are in one VPC. Event subscriptions
//     send nothing, and no logs are stored. Therefore no request causes the errors BucketNotFoundFault, InsufficientS3BucketPolicyFault,
//     InvalidClusterSubnetStateFault, InvalidSubscriptionStateFault and SubscriptionEventIdNotFound. [Fake.FailNext] causes them.
//   - Of reserved nodes and similar resources, it has only names, those in [Options].Resources. It refuses a restore with another name.
//   - Temporary passwords of database users open no database.
//   - A schedule is rate(12 hours) or cron(minutes hours day-of-week), with at least one hour between snapshots. A new or changed
//     schedule is MODIFYING for one minute.
//   - It has little protection against attacks. Serve it only on loopback addresses.
//
// In some cases, Amazon's documents contradict each other or have no rule. The fake then follows these rules:
//
//   - CreateCluster without ClusterType and NumberOfNodes creates one node.
//   - The password of a new cluster, and a changed one, is pending until the creation or the modification ends.
//   - A modification that changes several settings has one status and one end, which is the end of its resize if it has one.
//   - A rename, a reboot and a pause need an available cluster. During a rename, both identifiers are taken.
//   - An elastic resize can shrink a cluster to half of its nodes (DC2 and DS2) or a quarter (RA3 and RG), and can double them, or
//     multiply them by 4 (ra3.4xlarge and ra3.16xlarge). To another node type, each number of nodes is possible.
//   - A canceled resize has the status NONE. A classic resize cannot be canceled in its last third, or if it leads to RA3 or RG nodes.
//   - A paused cluster can be deleted, with or without a final snapshot. A cluster in a failed state can only be deleted without one.
//   - If the final snapshot fails, the cluster stays.
//   - Snapshots of DS2 and DC2 nodes can be restored to RA3 nodes, as in the management guide. The API reference allows only DC2 nodes
//     for snapshots of DC2 nodes.
//   - A cluster that is creating shows its Availability Zone only if the call requested one.
//   - A maintenance window has no maximum length, and keeps the case of its letters.
//   - If a filter does not match a named snapshot, the list is empty. ClusterSnapshotNotFound means that the snapshot does not exist.
//   - A copy in another region has the prefix "copy:" in its name.
//   - By default, a list of snapshots begins with the oldest.
//   - If a parameter other than MaxRecords has changed, the fake refuses the Marker.
//   - A snapshot must be available before it can be shared. Only its owner sees its tags.
//   - A deleted snapshot disappears immediately.
//   - The retention period of a snapshot can change while the snapshot is available, and counts from its original start. If the new
//     period has already ended, the error is InvalidRetentionPeriodFault.
//   - If a call revokes the access to another account's snapshot by its ARN, the error is AccessToSnapshotDenied.
//   - A cluster must be available to get new tags.
//   - Only properties of wlm_json_configuration are dynamic. A dynamic change is applied for one minute. It is a static change if the
//     request says so, if the number of queues changes, or if the mode, groups or roles of a queue change.
//   - A parameter group cannot be changed or deleted while a change of it is applied to a cluster.
//   - A cluster uses the first subnet in its Availability Zone, which cannot be removed from its subnet group.
//   - DescribeEvents lists the oldest events first. It refuses Duration together with StartTime or EndTime.
//   - Automated snapshots, and completed snapshots that a test adds, have no events. Neither has the end of a retention period.
//   - Events of scheduled actions have no number. Amazon documents none.
//   - An SNS topic of another account is refused with SNSNoAuthorization, and one of another region with SNSTopicArnNotFound.
//   - Audit logs are delivered every hour.
//   - A scheduled action shows the next 5 runs. It stays as it is if its target action fails.
//   - TagKeys and TagValues of DescribeTags select tags. The list does not have the other tags of the same resource.
//   - Each region has the Availability Zones a, b and c, and all DC2, RA3 and RG node types. The storage of RG nodes is unknown, and
//     DescribeNodeConfigurationOptions does not list them. New clusters cannot have DS2 nodes.
//   - DescribeNodeConfigurationOptions estimates the disk utilization as the size of the data divided by the storage of the nodes. For a
//     restore, it lists all numbers of nodes with enough storage. For a resize, it lists those that an elastic resize can reach, and
//     nothing for a single node. Other node types can have any number of nodes.
//   - The standard recommendation for a node type is the smallest number of nodes that has as many slices as today and a disk utilization
//     of at most 80 percent. The high-performance recommendation is twice that number.
//   - A filter of DescribeNodeConfigurationOptions by Mode allows the operators eq and in. The limits of between belong to the range.
//   - DescribeOrderableClusterOptions and DescribeClusterVersions return an empty list for an unknown version, node type or family.
//   - DescribeStorage counts the total size of the oldest snapshot of each cluster, and what each later snapshot adds. The provisioned
//     storage is that of all nodes, including those of paused clusters.
//   - DescribeAccountAttributes has default-vpc and supported-platforms in addition to max-defer-maintenance-duration, which is the only
//     documented attribute.
//   - The tracks current and trailing have fixed versions. A cluster can switch from each to the other.
package redshifttest
