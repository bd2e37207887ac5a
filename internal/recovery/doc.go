// Package recovery decides what became of a call whose response was lost.
//
// Redshift has no token that marks a repetition. If an attempt may have taken effect although its response was lost, the client
// looks up the resource that the call is about and compares it with what the call requested. There are three verdicts:
//
//   - [Ours]: the identity and every requested value match, and the resource was created after the first attempt began.
//   - [NotOurs]: there is positive evidence that someone else made it, a different value that cannot change or a clearly older
//     resource by clocks that agree.
//   - [Unknown]: everything else. A value that anyone can change differs, a member is missing, or the clocks disagree.
//
// The package knows no operation. A [Plan] describes one call, with a function that looks up its resource. Generated code
// makes the plan of each operation that changes something, from x-recovery in the contract:
//
//	func (c *Client) recoverCreateClusterSnapshot(params *CreateClusterSnapshotParams) recovery.Plan {
//		return recovery.Plan{
//			Class:   recovery.Recognisable,
//			Settled: []awsquery.ErrorCode{models.ErrClusterSnapshotAlreadyExists},
//			Missing: []awsquery.ErrorCode{models.ErrClusterSnapshotNotFound},
//			See:     "DescribeClusterSnapshots",
//			LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
//				described, err := c.DescribeClusterSnapshots(ctx, &DescribeClusterSnapshotsParams{SnapshotIdentifier: params.SnapshotIdentifier})
//				if err != nil {
//					return nil, err
//				}
//				found, err := recovery.One(described.Snapshots)
//				if err != nil {
//					return nil, err
//				}
//				compare.Identity("ClusterIdentifier", params.ClusterIdentifier, found.ClusterIdentifier)
//				compare.Where("SnapshotType", string(found.SnapshotType), "manual")
//				recovery.SameItems(compare, "Tags", params.Tags, found.Tags)
//				recovery.SameOptional(compare, "ManualSnapshotRetentionPeriod", params.ManualSnapshotRetentionPeriod, found.ManualSnapshotRetentionPeriod)
//				compare.Since("SnapshotCreateTime", found.SnapshotCreateTime)
//
//				return &CreateClusterSnapshotResult{Snapshot: *found, RequestID: described.RequestID}, nil
//			},
//		}
//	}
package recovery
