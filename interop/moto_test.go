package interop

import (
	"bufio"
	"context"
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsredshift "github.com/aws/aws-sdk-go-v2/service/redshift"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/interop/programs"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

var motoAddress = regexp.MustCompile(`Running on (http://127\.0\.0\.1:[0-9]+)`)

// startMoto runs the server of moto on a free port until the test ends, and returns its URL.
func startMoto(ctx context.Context, t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	command := exec.CommandContext(ctx, programs.Installed(t, "moto_server"), "-H", "127.0.0.1", "-p", "0")
	command.Env, command.WaitDelay = programs.Environment(), time.Second
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(stderr); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		cancel()
		for range lines { // until the process ends
		}
		_ = command.Wait() // it was killed
	})
	var output string
	for line := range lines {
		if found := motoAddress.FindStringSubmatch(line); found != nil {
			go func() {
				for range lines { // moto logs each request
				}
			}()

			return found[1]
		}
		output += line + "\n"
	}
	t.Fatalf("moto_server did not print its address:\n%s", output)

	return ""
}

// Our client calls moto, an independent fake of Redshift, with the operations that moto has. The test leaves out what moto does
// not check or does differently from Redshift.
func TestOurClientWorksWithMoto(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	address := startMoto(ctx, t)
	// Our client has no operation that creates a cluster.
	_, err := awsredshift.New(awsredshift.Options{
		Region: region, BaseEndpoint: &address, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}).CreateCluster(ctx, &awsredshift.CreateClusterInput{
		ClusterIdentifier: aws.String("analytics"), NodeType: aws.String("ra3.large"), DBName: aws.String("dev"),
		MasterUsername: aws.String("admin"), MasterUserPassword: aws.String("Passw0rd"),
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := redshift.New(redshift.Config{
		Region: region, Endpoint: address, IgnoreEnvironment: true,
		Credentials: sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	motoSnapshots(ctx, t, client) // the next functions use its snapshot
	motoTags(ctx, t, client)
	motoCopies(ctx, t, client)
	motoRestore(ctx, t, client)
}

func motoSnapshots(ctx context.Context, t *testing.T, client *redshift.Client) {
	t.Helper()
	created, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly",
		Tags: []models.Tag{{Key: "env", Value: "prod + é"}, {Key: "a&b", Value: "<c>"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if snapshot := created.Snapshot; snapshot.SnapshotIdentifier != "nightly" || snapshot.ClusterIdentifier != "analytics" || created.RequestID == "" {
		t.Errorf("CreateClusterSnapshot = %+v", created)
	}
	snapshot, err := client.WaitSnapshotAvailable(ctx, &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "nightly"}, redshift.WaitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if age := time.Since(snapshot.SnapshotCreateTime); age < -time.Minute || age > 10*time.Minute || snapshot.DBName != "dev" || snapshot.NodeType != "ra3.large" || snapshot.NumberOfNodes != 1 {
		t.Errorf("snapshot = %+v", snapshot)
	}
	if want := []models.Tag{{Key: "env", Value: "prod + é"}, {Key: "a&b", Value: "<c>"}}; len(snapshot.Tags) != 2 || snapshot.Tags[0] != want[0] || snapshot.Tags[1] != want[1] {
		t.Errorf("tags = %q", snapshot.Tags)
	}
	if _, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "nonesuch", SnapshotIdentifier: "other"}); !errors.Is(err, models.ErrClusterNotFound) {
		t.Errorf("snapshot of a missing cluster: err = %v", err)
	}
	if _, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "analytics", SnapshotIdentifier: "brief"}); err != nil {
		t.Fatal(err)
	}
	var found []string
	for snapshot, err := range client.DescribeClusterSnapshotsAll(ctx, &redshift.DescribeClusterSnapshotsParams{ClusterIdentifier: "analytics"}) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, snapshot.SnapshotIdentifier)
	}
	if !slices.Contains(found, "nightly") || !slices.Contains(found, "brief") { // and one that moto creates automatically
		t.Errorf("snapshots = %q", found)
	}
	deleted, err := client.DeleteClusterSnapshot(ctx, &redshift.DeleteClusterSnapshotParams{SnapshotIdentifier: "brief"})
	if err != nil || deleted.Snapshot.Status != models.SnapshotStatusDeleted {
		t.Errorf("DeleteClusterSnapshot = %+v, %v", deleted, err)
	}
	if _, err := client.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "brief"}); !errors.Is(err, models.ErrClusterSnapshotNotFound) {
		t.Errorf("deleted snapshot: err = %v", err)
	}
	if _, err := client.WaitSnapshotDeleted(ctx, &redshift.DescribeClusterSnapshotsParams{SnapshotIdentifier: "brief"}, redshift.WaitOptions{}); err != nil {
		t.Errorf("wait for a deleted snapshot: err = %v", err)
	}
}

func motoTags(ctx context.Context, t *testing.T, client *redshift.Client) {
	t.Helper()
	const arn = "arn:aws:redshift:" + region + ":123456789012:snapshot:analytics/nightly"
	if _, err := client.CreateTags(ctx, &redshift.CreateTagsParams{ResourceName: arn, Tags: []models.Tag{{Key: "keep", Value: "audit"}, {Key: "empty"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteTags(ctx, &redshift.DeleteTagsParams{ResourceName: arn, TagKeys: []string{"env", "a&b"}}); err != nil {
		t.Fatal(err)
	}
	tags := map[string]string{}
	for tagged, err := range client.DescribeTagsAll(ctx, &redshift.DescribeTagsParams{ResourceName: arn}) {
		if err != nil {
			t.Fatal(err)
		}
		tags[tagged.Tag.Key] = tagged.Tag.Value
	}
	if value, found := tags["empty"]; len(tags) != 2 || tags["keep"] != "audit" || !found || value != "" {
		t.Errorf("tags = %q", tags)
	}
}

func motoCopies(ctx context.Context, t *testing.T, client *redshift.Client) {
	t.Helper()
	if _, err := client.CreateSnapshotCopyGrant(ctx, &redshift.CreateSnapshotCopyGrantParams{SnapshotCopyGrantName: "grant", KmsKeyID: "key"}); err != nil {
		t.Fatal(err)
	}
	grants, err := client.DescribeSnapshotCopyGrants(ctx, &redshift.DescribeSnapshotCopyGrantsParams{})
	if err != nil || len(grants.SnapshotCopyGrants) != 1 || grants.SnapshotCopyGrants[0].SnapshotCopyGrantName != "grant" {
		t.Errorf("grants = %+v, %v", grants, err)
	}
	if _, err := client.DeleteSnapshotCopyGrant(ctx, &redshift.DeleteSnapshotCopyGrantParams{SnapshotCopyGrantName: "grant"}); err != nil {
		t.Error(err)
	}
	if _, err := client.DeleteSnapshotCopyGrant(ctx, &redshift.DeleteSnapshotCopyGrantParams{SnapshotCopyGrantName: "grant"}); !errors.Is(err, models.ErrSnapshotCopyGrantNotFoundFault) {
		t.Errorf("second DeleteSnapshotCopyGrant: err = %v", err)
	}
	if _, err := client.EnableSnapshotCopy(ctx, &redshift.EnableSnapshotCopyParams{ClusterIdentifier: "analytics", DestinationRegion: "us-west-2", RetentionPeriod: new(3)}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ModifySnapshotCopyRetentionPeriod(ctx, &redshift.ModifySnapshotCopyRetentionPeriodParams{ClusterIdentifier: "analytics", RetentionPeriod: 5}); err != nil {
		t.Fatal(err)
	}
	if copies := motoCluster(ctx, t, client, "analytics").ClusterSnapshotCopyStatus; copies == nil || copies.DestinationRegion != "us-west-2" || copies.RetentionPeriod != 5 {
		t.Errorf("ClusterSnapshotCopyStatus = %+v", copies)
	}
	if _, err := client.DisableSnapshotCopy(ctx, &redshift.DisableSnapshotCopyParams{ClusterIdentifier: "analytics"}); err != nil {
		t.Fatal(err)
	}
}

func motoRestore(ctx context.Context, t *testing.T, client *redshift.Client) {
	t.Helper()
	restored, err := client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "drill", SnapshotIdentifier: "nightly"})
	if err != nil || restored.Cluster.ClusterIdentifier != "drill" {
		t.Fatalf("RestoreFromClusterSnapshot = %+v, %v", restored, err)
	}
	if cluster := motoCluster(ctx, t, client, "drill"); cluster.DBName != "dev" || cluster.Endpoint == nil || cluster.Endpoint.Port != 5439 || cluster.ClusterCreateTime.IsZero() {
		t.Errorf("cluster = %+v", cluster)
	}
	if _, err := client.RestoreFromClusterSnapshot(ctx, &redshift.RestoreFromClusterSnapshotParams{ClusterIdentifier: "other", SnapshotIdentifier: "nonesuch"}); !errors.Is(err, models.ErrClusterSnapshotNotFound) {
		t.Errorf("restore of a missing snapshot: err = %v", err)
	}
}

func motoCluster(ctx context.Context, t *testing.T, client *redshift.Client, name string) models.Cluster {
	t.Helper()
	found, err := client.DescribeClusters(ctx, &redshift.DescribeClustersParams{ClusterIdentifier: name})
	if err != nil || len(found.Clusters) != 1 {
		t.Fatalf("DescribeClusters = %+v, %v", found, err)
	}

	return found.Clusters[0]
}
