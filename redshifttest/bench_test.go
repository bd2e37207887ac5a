package redshifttest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/redshift-go/redshift/redshifttest"
)

// BenchmarkDescribe describes pages of a hundred snapshots.
func BenchmarkDescribe(b *testing.B) {
	fake := newFake(b, redshifttest.Options{Quotas: redshifttest.Quotas{ManualSnapshots: 100}})
	for i := range 100 {
		must(b, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", fmt.Sprintf("s%d", i))
	}
	transport := fake.Transport()
	request := unsignedRequest(b, "DescribeClusterSnapshots")
	sign(b, request, fake.Credentials(), fake.Now())
	b.ReportAllocs()
	for b.Loop() {
		response, err := transport.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusOK {
			b.Fatal(response, err)
		}
	}
}
