// Package recovery decides whether a call whose response was lost took effect.
//
// Redshift has no idempotency tokens. If an attempt may have taken effect although its response was lost, the client looks up the
// resource of the call and compares it with the request. The comparison has one of three verdicts:
//
//   - [Ours]: the identity and every requested value match, and the resource was created after the first attempt began.
//   - [NotOurs]: someone else made the resource. A value that cannot change differs, or the resource is clearly older by clocks
//     that agree.
//   - [Unknown]: everything else. A value that anyone can change differs, a member is missing, or the clocks disagree.
//
// The package has no code for single operations. A [Plan] describes one call and has a function that looks up its resource.
// Generated code makes the plan of each mutating operation from x-recovery in the contract:
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
