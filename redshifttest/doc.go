// Package redshifttest has a Redshift for tests: in the process of the test, without an account, and as fast as the test
// wants it. It serves this module's client and any other: snapshots are taken by hand and
// by schedule, copied, shared, tagged, kept and deleted, restored to clusters and table by table, and sent to other regions.
//
//	func TestNightly(t *testing.T) {
//		fake := redshifttest.NewServer(t)
//		fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"})
//		client, err := redshift.New(fake.Config())
//		...
//		fake.Advance(5 * time.Minute) // the snapshot is available now
//	}
//
// There are three ways to make a fake. [NewServer] serves one on a loopback address until the test ends. [New] makes one that
// is a [net/http.Handler], to be served by whoever wants to. [Fake.Transport] answers in memory, without a socket or a
// goroutine: it is what [testing/synctest] needs, and the fastest.
//
// # What it checks
//
// Every request must be signed: the signature is computed again from what arrived, by code that shares nothing with this
// module's signer, and its date is compared with the fake's own clock. Redshift's rules for parameters, identifiers, tags,
// retention and quotas hold, and answer the error codes that Redshift has for them. A parameter that an operation does
// not have is the error InvalidQueryParameter, so that a typing error is found; as with Redshift, a wrong item name
// within a list that it does have (Tags.member.1.Key in place of Tags.Tag.1.Key) goes unnoticed.
//
// # Resources by declaration
//
// Snapshots, clusters, grants, schedules and restores have rules of their own here. Other resources are played by what this module's
// contract declares of their operations: they are created, described with filters and pages, modified, deleted and tagged. Parameters
// become the members of the same names, and the documented codes are the errors for a resource that exists, is missing or exceeds
// [Quotas].OtherResources. The declaration knows no states: the status is one such as available from the start, and deleting takes no
// time. Use [Fake.Respond] for other states and operations.
//
// # Responses of a test
//
// [Fake.Respond] and [Fake.RespondNext] supply the response of any operation of this module, also of one that the fake does not
// play: a result, or a function of the parameters.
//
//	err := fake.Respond("DescribeClusters", &redshift.DescribeClustersResult{
//		Clusters: []models.Cluster{{ClusterIdentifier: "analytics", ClusterStatus: "hardware-failure"}},
//	})
//
// Signature, parameters and faults are checked as for other calls. If the fake does not play an operation, and a test supplied no
// response, the error is InvalidAction and names the alternatives. A response that is no result of this module, such as one of an
// operation that the module lacks, is a [Fault] with Status and Body.
//
// # What happens by itself
//
// The fake has a clock of its own ([Fake.Now]), which passes as fast as [Options].ClockSpeed says and jumps with
// [Fake.Advance]. By it snapshots become available and expire, schedules take snapshots, copies arrive in other regions
// ([Fake.InRegion]), and restores of clusters and tables come to their end. With [Options].AutomatedSnapshots, clusters without
// a schedule have a snapshot taken every 8 hours. Everything else happens when a test says so: clusters
// come and go with [Fake.AddCluster], [Fake.SetClusterStatus] and [Fake.RemoveCluster], snapshots of any age come with
// [Fake.AddManualSnapshot] and [Fake.AddAutomatedSnapshot], snapshots fail with [Fake.SetSnapshotStatus], restores with
// [Fake.SetClusterStatus] and [Fake.SetTableRestoreStatus], and requests with [Fake.FailNext] and [Fake.InjectNext].
// [Fake.Requests] and [Fake.Snapshots] tell afterwards what happened, [Options].Logger at once.
//
// # What it is not
//
// It knows no IAM policies, stores no data and restores none: a cluster may have names of tables ([Cluster].Tables), and
// that is all. Nor has it networks, security groups, roles or KMS keys: a restore takes any name for them. Of parameter groups,
// subnet groups, reserved nodes and the like it knows names only, the default groups and those in [Options].Resources, and a
// restore that names another one is refused. DS2 and DC2 snapshots restore to RA3 nodes, as Amazon's management guide has it,
// although the API reference allows DC2 for DC2 alone. A maintenance window has no longest duration. A named snapshot that a
// filter does not match is an empty list, and ClusterSnapshotNotFound is the error only if the snapshot does not exist. Schedules are rate(12 hours) or cron(minutes hours day-of-week), an hour apart at least, and
// a new or changed one is MODIFYING for a minute. Where Amazon's documentation is silent it does what is plausible: a copy
// in another region has "copy:" before its name, snapshots that are not sorted are listed oldest first, a snapshot must be
// available to be shared, a Marker is refused when other parameters than MaxRecords have changed, and a snapshot that is
// shared shows its tags to its owner alone. A snapshot that was deleted is gone at once. Its retention period can be
// changed while it is available, and counts from where it began; one that has passed is an InvalidRetentionPeriodFault.
// Revoking access by the ARN of another account's snapshot is AccessToSnapshotDenied. Clusters get new tags while they are
// available, and TagKeys and TagValues let DescribeTags list the tags that match, not all tags of their resources. It is
// as little protected as a test needs: serve it on loopback addresses only.
package redshifttest
