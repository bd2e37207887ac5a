package main

import "testing"

func TestSummary(t *testing.T) {
	t.Parallel()
	for description, want := range map[string]string{
		"The cluster to take a snapshot of.":                 "the cluster to take a snapshot of",
		"The cluster.\nIts name is in lower case.":           "the cluster",
		"The identifier\nof the new snapshot. Unique.":       "the identifier of the new snapshot",
		"A factor of 1.5 at least. Default: 2.":              "a factor of 1.5 at least",
		"Kinds, e.g. manual, of snapshots. Default: all.":    "kinds, e.g. manual, of snapshots",
		"Kinds, i.e. types. Default: all.":                   "kinds, i.e. types",
		"Tags for the new resource":                          "tags for the new resource",
		"Amazon's identifier of the request.":                "Amazon's identifier of the request",
		"Redshift Serverless needs it.":                      "Redshift Serverless needs it",
		"Multi-AZ deployment of the cluster.":                "Multi-AZ deployment of the cluster",
		"KMS key that encrypts it.":                          "KMS key that encrypts it",
		"SnapshotArn names it in place of the other.":        "SnapshotArn names it in place of the other",
		"VPCs that may connect.":                             "VPCs that may connect",
		"If true, the copy is kept: see RetentionPeriod.":    "if true, the copy is kept: see RetentionPeriod",
		"A, or one of its like.":                             "a, or one of its like",
		"Days to keep it: 1 to 3,653, or -1 to keep it. No.": "days to keep it: 1 to 3,653, or -1 to keep it",
	} {
		if got := summary(description); got != want {
			t.Errorf("summary(%q) = %q, want %q", description, got, want)
		}
	}
}
