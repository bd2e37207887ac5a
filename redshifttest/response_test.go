package redshifttest_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

// TestResponses compares whole responses with golden files, because clients depend on their form.
func TestResponses(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	if err := fake.AddCluster(redshifttest.Cluster{
		Identifier:                   "vault",
		CreateTime:                   time.Date(2024, 2, 29, 23, 59, 59, 999e6, time.UTC),
		SizeInMegaBytes:              1234.5,
		NodeType:                     "dc2.large",
		NumberOfNodes:                4,
		Port:                         5440,
		AvailabilityZone:             "us-east-1c",
		MasterUsername:               "admin",
		Version:                      "1.1",
		EngineFullVersion:            "1.1.2",
		DBName:                       "sales",
		VpcID:                        "vpc-1",
		KmsKeyID:                     "arn:aws:kms:us-east-1:123456789012:key/1",
		EnhancedVpcRouting:           true,
		MaintenanceTrackName:         "trailing",
		MasterPasswordSecretArn:      "arn:aws:secretsmanager:us-east-1:123456789012:secret:1",
		MasterPasswordSecretKmsKeyID: "arn:aws:kms:us-east-1:123456789012:key/2",
		Tags:                         []models.Tag{{Key: "team", Value: "größe"}},
	}); err != nil {
		t.Fatal(err)
	}
	check := func(name string, status int, got testResponse) {
		t.Helper()
		if got.Status != status {
			t.Errorf("%s: status = %d", name, got.Status)
		}
		golden(t, name, got.Body)
		id := got.Header.Get("X-Amzn-Requestid")
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) ||
			!regexp.MustCompile("<RequestId>"+id+"</RequestId>").MatchString(got.Body) {
			t.Errorf("%s: request id = %q", name, id)
		}
		for header, want := range map[string]string{"Content-Type": "text/xml", "Date": fake.Now().Format(http.TimeFormat)} {
			if got.Header.Get(header) != want {
				t.Errorf("%s: header %s = %q, want %q", name, header, got.Header.Get(header), want)
			}
		}
	}

	check("describe-none.xml", http.StatusOK, do(t, fake, "DescribeClusterSnapshots"))
	check("create.xml", http.StatusOK, do(t, fake, "CreateClusterSnapshot", "ClusterIdentifier", "analytics", "SnapshotIdentifier", "Nightly",
		"ManualSnapshotRetentionPeriod", "7", "Tags.Tag.2.Key", "second", "Tags.Tag.10.Key", "tenth", "Tags.Tag.10.Value", "= a/b",
		"Tags.Tag.1.Key", "First", "Tags.Tag.1.Value", "größe"))
	fake.Advance(time.Minute)
	automated, err := fake.AddAutomatedSnapshot("vault", start.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	check("describe-creating.xml", http.StatusOK, do(t, fake, "DescribeClusterSnapshots", "ClusterIdentifier", "analytics"))
	check("describe-automated.xml", http.StatusOK, do(t, fake, "DescribeClusterSnapshots", "ClusterIdentifier", "vault"))
	check("copy.xml", http.StatusOK, do(t, fake, "CopyClusterSnapshot",
		"SourceSnapshotIdentifier", automated.SnapshotIdentifier, "TargetSnapshotIdentifier", "kept"))
	do(t, fake, "AuthorizeSnapshotAccess", "SnapshotIdentifier", "kept", "AccountWithRestoreAccess", partner)
	check("authorize.xml", http.StatusOK, do(t, fake, "AuthorizeSnapshotAccess",
		"SnapshotIdentifier", "kept", "AccountWithRestoreAccess", "amazon-redshift-support"))
	check("error.xml", http.StatusNotFound, do(t, fake, "DescribeClusterSnapshots", "SnapshotIdentifier", "<&>\"'\x01\xff\n"))
	failNext(t, fake, "DescribeClusterSnapshots", "InternalFailure")
	check("failure.xml", http.StatusInternalServerError, do(t, fake, "DescribeClusterSnapshots"))
}
