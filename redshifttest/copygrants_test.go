package redshifttest_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestCopyGrants copies the snapshots of an encrypted cluster with a grant of the destination region, which has the key of the copies.
func TestCopyGrants(t *testing.T) {
	t.Parallel()
	east := redshifttest.New(redshifttest.Options{Start: start, ClockSpeed: -1})
	west := east.InRegion("us-west-2")
	if err := east.AddCluster(redshifttest.Cluster{Identifier: "analytics",
		KmsKeyID: "arn:aws:kms:us-east-1:123456789012:key/east"}); err != nil {
		t.Fatal(err)
	}
	here, there := clientOf(t, east), clientOf(t, west)
	made := succeed[*redshift.CreateSnapshotCopyGrantResult](t)(there.CreateSnapshotCopyGrant(t.Context(),
		&redshift.CreateSnapshotCopyGrantParams{
			SnapshotCopyGrantName: "from-east", KmsKeyID: "arn:aws:kms:us-west-2:123456789012:key/west", Tags: []models.Tag{{Key: "team",
				Value: "finance"}},
		}))
	want := models.SnapshotCopyGrant{
		SnapshotCopyGrantName: "from-east", KmsKeyID: "arn:aws:kms:us-west-2:123456789012:key/west", Tags: []models.Tag{{Key: "team",
			Value: "finance"}},
	}
	if !reflect.DeepEqual(made.SnapshotCopyGrant, want) {
		t.Errorf("CreateSnapshotCopyGrant returned %+v", made.SnapshotCopyGrant)
	}
	succeed[*redshift.EnableSnapshotCopyResult](t)(here.EnableSnapshotCopy(t.Context(), &redshift.EnableSnapshotCopyParams{
		ClusterIdentifier: "analytics", DestinationRegion: "us-west-2", SnapshotCopyGrantName: "From-East",
	}))
	if copying := describeOne(t, here, "analytics").ClusterSnapshotCopyStatus; copying.SnapshotCopyGrantName != "from-east" {
		t.Errorf("the cluster has the snapshot copy %+v", copying)
	}
	createSnapshots(t, east, "nightly")
	east.Advance(time.Hour)
	copied := west.Snapshots()
	if len(copied) != 1 || !copied[0].Encrypted || copied[0].KmsKeyID != "arn:aws:kms:us-west-2:123456789012:key/west" {
		t.Errorf("the copies are %+v", copied)
	}
	// A grant that is not in use can be deleted.
	succeed[*redshift.DisableSnapshotCopyResult](t)(here.DisableSnapshotCopy(t.Context(),
		&redshift.DisableSnapshotCopyParams{ClusterIdentifier: "analytics"}))
	succeed[*redshift.DeleteSnapshotCopyGrantResult](t)(there.DeleteSnapshotCopyGrant(t.Context(),
		&redshift.DeleteSnapshotCopyGrantParams{SnapshotCopyGrantName: "from-east"}))
	if left := succeed[*redshift.DescribeSnapshotCopyGrantsResult](t)(there.DescribeSnapshotCopyGrants(t.Context(),
		nil)); len(left.SnapshotCopyGrants) != 0 {
		t.Errorf("the remaining grants are %+v", left.SnapshotCopyGrants)
	}
}

// TestDescribeCopyGrants tests pages, filters and changes of tags.
func TestDescribeCopyGrants(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Quotas: redshifttest.Quotas{SnapshotCopyGrants: 25}})
	client := clientOf(t, fake)
	var all []string
	for i := range 25 {
		name := fmt.Sprintf("g%02d", i)
		all = append(all, name)
		must(t, fake, "CreateSnapshotCopyGrant", "SnapshotCopyGrantName", name, "Tags.Tag.1.Key", "n", "Tags.Tag.1.Value", fmt.Sprint(i%2))
	}
	if got := do(t, fake, "CreateSnapshotCopyGrant",
		"SnapshotCopyGrantName", "more"); got.Code != string(models.ErrSnapshotCopyGrantQuotaExceededFault) {
		t.Errorf("a grant beyond the quota returned %s", got.Body)
	}
	const arn = "arn:aws:redshift:us-east-1:123456789012:snapshotcopygrant:g03"
	must(t, fake, "CreateTags", "ResourceName", arn, "Tags.Tag.1.Key", "kept", "Tags.Tag.1.Value", "yes")
	for name, test := range map[string]struct {
		params redshift.DescribeSnapshotCopyGrantsParams
		want   []string
	}{
		"all":      {redshift.DescribeSnapshotCopyGrantsParams{MaxRecords: new(20)}, all},
		"one":      {redshift.DescribeSnapshotCopyGrantsParams{SnapshotCopyGrantName: "G07"}, all[7:8]},
		"by key":   {redshift.DescribeSnapshotCopyGrantsParams{TagKeys: []string{"kept"}}, all[3:4]},
		"by value": {redshift.DescribeSnapshotCopyGrantsParams{TagKeys: []string{"n"}, TagValues: []string{"7"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for grant, err := range client.DescribeSnapshotCopyGrantsAll(t.Context(), &test.params) {
				if err != nil {
					t.Fatal(err)
				}
				if !strings.HasPrefix(grant.KmsKeyID, "arn:aws:kms:us-east-1:123456789012:key/") {
					t.Errorf("the key is %s", grant.KmsKeyID)
				}
				got = append(got, grant.SnapshotCopyGrantName)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got the grants %q, want %q", got, test.want)
			}
		})
	}
	tagged := succeed[*redshift.DescribeTagsResult](t)(client.DescribeTags(t.Context(), &redshift.DescribeTagsParams{ResourceName: arn}))
	if len(tagged.TaggedResources) != 2 || tagged.TaggedResources[0].ResourceType != models.ResourceTypeSnapshotCopyGrant {
		t.Errorf("DescribeTags returned %+v", tagged.TaggedResources)
	}
}

// TestGrantsInUse checks that only a grant in use cannot be deleted.
func TestGrantsInUse(t *testing.T) {
	t.Parallel()
	east := newFake(t, redshifttest.Options{})
	west := east.InRegion("us-west-2")
	for _, name := range []string{"used", "unused"} {
		must(t, west, "CreateSnapshotCopyGrant", "SnapshotCopyGrantName", name)
		must(t, east, "CreateSnapshotCopyGrant", "SnapshotCopyGrantName", name)
	}
	must(t, east, "EnableSnapshotCopy", "ClusterIdentifier", "analytics", "DestinationRegion", "us-west-2", "SnapshotCopyGrantName", "used")
	if got := do(t, west, "DeleteSnapshotCopyGrant",
		"SnapshotCopyGrantName", "Used"); got.Code != string(models.ErrInvalidSnapshotCopyGrantStateFault) {
		t.Errorf("DeleteSnapshotCopyGrant of a grant in use returned %s", got.Body)
	}
	must(t, west, "DeleteSnapshotCopyGrant", "SnapshotCopyGrantName", "unused")
	must(t, east, "DeleteSnapshotCopyGrant", "SnapshotCopyGrantName", "used") // the grant with the same name in the region of the cluster
	for operation, parameters := range map[string][]string{
		"DeleteSnapshotCopyGrant":    {"SnapshotCopyGrantName", "unused"},
		"DescribeSnapshotCopyGrants": {"SnapshotCopyGrantName", "unused"},
	} {
		if got := do(t, west, operation, parameters...); got.Code != string(models.ErrSnapshotCopyGrantNotFoundFault) {
			t.Errorf("%s of a missing grant returned %s", operation, got.Body)
		}
	}
}
