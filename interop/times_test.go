package interop

import (
	"testing"
	"time"

	awsredshift "github.com/aws/aws-sdk-go-v2/service/redshift"

	"github.com/redshift-go/redshift"
)

// Every number of fractional digits, and times in other zones and centuries.
func TestTimesAreSentAsByAmazonsClient(t *testing.T) {
	t.Parallel()
	second := time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC)
	times := []time.Time{
		time.Now(),
		second.In(time.FixedZone("", 5*3600+1800)),
		time.Date(1969, 12, 31, 23, 59, 59, 123_999_999, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
	}
	for _, nanoseconds := range []time.Duration{
		0, 1, 999, 1000, 999_999, 1_000_000, 10_000_000, 100_000_000, 120_000_000, 123_000_000, 123_400_000,
		123_456_000, 123_456_789, 500_000_000, 567_891_234, 999_499_999, 999_500_000, 999_999_999,
	} {
		times = append(times, second.Add(nanoseconds))
	}
	for _, at := range times {
		want, got := new(recorder), new(recorder)
		if _, err := amazonsClient(want).DescribeClusterSnapshots(t.Context(), &awsredshift.DescribeClusterSnapshotsInput{StartTime: &at, EndTime: &at}); err != nil {
			t.Fatal(err)
		}
		if _, err := ourClient(t, got).DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{StartTime: at, EndTime: at}); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"StartTime", "EndTime"} {
			if ours, theirs := got.form(t).Get(name), want.form(t).Get(name); ours != theirs || ours == "" {
				t.Errorf("%s of %v: sent as %q, by Amazon's client as %q", name, at, ours, theirs)
			}
		}
	}
}
