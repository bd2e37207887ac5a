package redshift_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

// Amazon's documentation and its example responses spell resource types differently. Both are decoded.
func TestResourceTypesAreDecodedInAnyCase(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]models.ResourceType{
		"cluster":                models.ResourceTypeCluster,
		"Cluster":                models.ResourceTypeCluster,
		"snapshot copy grant":    models.ResourceTypeSnapshotCopyGrant,
		"EC2 SECURITY GROUP":     models.ResourceTypeEC2SecurityGroup,
		"cidr/ip":                models.ResourceTypeCidrIP,
		"hsm certificate":        models.ResourceTypeHSMCertificate,
		"snapshotschedule":       "snapshotschedule",
		"Something newer":        "Something newer",
		"cluster security group": models.ResourceTypeClusterSecurityGroup,
		"":                       "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			mock := httpmock.NewMockTransport()
			mock.RegisterResponder(http.MethodGet, `=~.*`, httpmock.NewStringResponder(http.StatusOK, fmt.Sprintf(
				`<DescribeTagsResponse><DescribeTagsResult><TaggedResources><TaggedResource><ResourceType>%s</ResourceType>`+
					`</TaggedResource></TaggedResources></DescribeTagsResult></DescribeTagsResponse>`, text)))
			client, err := redshift.New(redshift.Config{
				Region:      "us-east-1",
				HTTPClient:  &http.Client{Transport: mock},
				Credentials: sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}),
			})
			if err != nil {
				t.Fatal(err)
			}
			result, err := client.DescribeTags(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := result.TaggedResources[0].ResourceType; got != want {
				t.Errorf("ResourceType = %q, want %q", got, want)
			}
		})
	}
}
