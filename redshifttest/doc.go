// Package redshifttest has a Redshift for tests: in the process of the test, without an account, and as fast as the test
// wants it. It takes, copies, shares, lists, keeps, tags and deletes snapshots as Redshift does, for this module's client
// and for any other; the operations for copies in other regions, schedules, clusters and restores are the error
// UnsupportedOperation.
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
// # What happens by itself
//
// The fake has a clock of its own ([Fake.Now]), which passes as fast as [Options].ClockSpeed says and jumps with
// [Fake.Advance]. Snapshots become available by it, and manual ones expire. All else happens when it is told to: clusters
// come and go with [Fake.AddCluster], [Fake.SetClusterStatus] and [Fake.RemoveCluster], automated snapshots come with
// [Fake.AddAutomatedSnapshot], snapshots fail with [Fake.SetSnapshotStatus], and requests fail with [Fake.FailNext] and
// [Fake.InjectNext]. [Fake.Requests] and [Fake.Snapshots] tell afterwards what happened, [Options].Logger at once.
//
// # What it is not
//
// It knows no IAM policies, stores no data and restores nothing. Tags are on snapshots and clusters. Where Amazon's
// documentation is silent it does what is plausible: snapshots that are not sorted are listed oldest first, a snapshot
// must be available to be shared, a Marker is refused when other parameters than MaxRecords have changed, and a
// snapshot that is shared shows its tags to its owner alone. A snapshot that was deleted is gone at once. Its retention
// period can be changed while it is available, and counts from where it began; one that has passed is an
// InvalidRetentionPeriodFault. Revoking access by the ARN of another account's snapshot is AccessToSnapshotDenied.
// Clusters get new tags while they are available, and TagKeys and TagValues let DescribeTags list the tags that match,
// not all tags of their resources. It is as little protected as a test needs: serve it on loopback addresses only.
package redshifttest
