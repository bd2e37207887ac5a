package main

import (
	"strings"
	"testing"
)

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

// TestLongSummaries: only the first sentence of a parameter and of a member of a result is limited.
func TestLongSummaries(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", maxSummary/5)
	for name, test := range map[string]struct {
		old, new string // in the contract
		says     string // empty: the contract is valid
	}{
		"a parameter at the limit": {"The size of a page.", strings.Repeat("x", maxSummary) + ".", ""},
		"a parameter": {
			"The size of a page.", long + "and one more.",
			"DescribeShelves, parameter MaxRecords: the first sentence of the description has 112 characters, and at most 100 are allowed",
		},
		"a second sentence":     {"The size of a page.", "The size of a page. " + long + "and one more.", ""},
		"characters, not bytes": {"The size of a page.", strings.Repeat("é", maxSummary) + ".", ""},
		"a member of a result": {
			"description: The shelves of this page.", "description: The shelves of this page, " + long + "and more.",
			"DescribeShelves, result, member Shelves: the first sentence of the description has",
		},
		"a member of a structure": {"description: In metres.}\n      Full", "description: In metres " + long + "and more.}\n      Full", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract := fixture(t)
			if !strings.Contains(contract, test.old) {
				t.Fatalf("the contract of the test does not have %q", test.old)
			}
			err := contractOf(t, split(t, strings.Replace(contract, test.old, test.new, 1))).check()
			switch {
			case test.says == "" && err != nil:
				t.Errorf("the error is %v, want none", err)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)):
				t.Errorf("the error is %v, want %q", err, test.says)
			}
		})
	}
}
