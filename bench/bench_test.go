package bench

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awsredshift "github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

// BenchmarkSign is the signer's call alone, on a request that is there.
func BenchmarkSign(b *testing.B) {
	const query = "Action=CreateClusterSnapshot&ClusterIdentifier=analytics&SnapshotIdentifier=nightly&Tags.Tag.1.Key=env&Tags.Tag.1.Value=prod&Version=2012-12-01"
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://redshift.us-east-1.amazonaws.com/?"+query, nil)
	if err != nil {
		b.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	signed := ""
	b.Run("ours", func(b *testing.B) {
		signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: region, Service: "redshift"})
		if err != nil {
			b.Fatal(err)
		}
		keys := sigv4.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}
		b.ReportAllocs()
		for b.Loop() {
			if err := signer.Sign(request, sigv4.EmptyPayloadHash, keys, at); err != nil {
				b.Fatal(err)
			}
		}
		signed = request.Header.Get("Authorization")
	})
	request.Header = make(http.Header)
	b.Run("aws", func(b *testing.B) {
		signer := v4.NewSigner()
		keys := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}
		b.ReportAllocs()
		for b.Loop() {
			if err := signer.SignHTTP(b.Context(), keys, request, sigv4.EmptyPayloadHash, "redshift", region, at); err != nil {
				b.Fatal(err)
			}
		}
		if again := request.Header.Get("Authorization"); signed != "" && again != signed {
			b.Errorf("the signatures differ:\n%s\n%s", signed, again)
		}
	})
}

// BenchmarkCreate takes a snapshot, with tags.
func BenchmarkCreate(b *testing.B) {
	for _, count := range []int{0, 2, 50} {
		query := "Action=CreateClusterSnapshot&ClusterIdentifier=analytics&SnapshotIdentifier=nightly"
		var tags []models.Tag
		var amazonTags []types.Tag
		for i := range count {
			key, value := fmt.Sprintf("key-%d", i), fmt.Sprintf("value %d", i)
			query += fmt.Sprintf("&Tags.Tag.%d.Key=%s&Tags.Tag.%[1]d.Value=%s", i+1, key, strings.ReplaceAll(value, " ", "%20"))
			tags = append(tags, models.Tag{Key: key, Value: value})
			amazonTags = append(amazonTags, types.Tag{Key: &key, Value: &value})
		}
		answer := answerOf(b, newFake(b, 0), query)
		b.Run(fmt.Sprintf("%d tags/ours", count), func(b *testing.B) {
			client := ours(b, answer)
			b.ReportAllocs()
			for b.Loop() {
				created, err := client.CreateClusterSnapshot(b.Context(), &redshift.CreateClusterSnapshotParams{
					ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", Tags: tags,
				})
				if err != nil || created.Snapshot.Status != "creating" || len(created.Snapshot.Tags) != count {
					b.Fatalf("%+v, %v", created, err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d tags/aws", count), func(b *testing.B) {
			client := amazons(answer)
			b.ReportAllocs()
			for b.Loop() {
				created, err := client.CreateClusterSnapshot(b.Context(), &awsredshift.CreateClusterSnapshotInput{
					ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("nightly"), Tags: amazonTags,
				})
				if err != nil || aws.ToString(created.Snapshot.Status) != "creating" || len(created.Snapshot.Tags) != count {
					b.Fatalf("%+v, %v", created, err)
				}
			}
		})
	}
}

// BenchmarkDescribe reads a page of snapshots.
func BenchmarkDescribe(b *testing.B) {
	for _, count := range []int{1, 20, 100} {
		answer := answerOf(b, newFake(b, count), "Action=DescribeClusterSnapshots")
		if got := bytes.Count(answer.body, []byte("<Snapshot>")); got != count {
			b.Fatalf("the page has %d snapshots", got)
		}
		b.Run(fmt.Sprintf("%d snapshots/ours", count), func(b *testing.B) {
			client := ours(b, answer)
			b.SetBytes(int64(len(answer.body)))
			b.ReportAllocs()
			for b.Loop() {
				found, err := client.DescribeClusterSnapshots(b.Context(), nil)
				if err != nil || len(found.Snapshots) != count || len(found.Snapshots[count-1].Tags) != 4 {
					b.Fatalf("%v", err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d snapshots/aws", count), func(b *testing.B) {
			client := amazons(answer)
			b.SetBytes(int64(len(answer.body)))
			b.ReportAllocs()
			for b.Loop() {
				found, err := client.DescribeClusterSnapshots(b.Context(), &awsredshift.DescribeClusterSnapshotsInput{})
				if err != nil || len(found.Snapshots) != count || len(found.Snapshots[count-1].Tags) != 4 {
					b.Fatalf("%v", err)
				}
			}
		})
	}
}

// BenchmarkError reads an error.
func BenchmarkError(b *testing.B) {
	answer := answerOf(b, newFake(b, 0), "Action=DescribeClusterSnapshots&SnapshotIdentifier=missing")
	b.Run("ours", func(b *testing.B) {
		client := ours(b, answer)
		b.ReportAllocs()
		for b.Loop() {
			_, err := client.DescribeClusterSnapshots(b.Context(), nil)
			var failed *awsquery.Error
			if !errors.As(err, &failed) || failed.Code != models.ErrClusterSnapshotNotFound {
				b.Fatal(err)
			}
		}
	})
	b.Run("aws", func(b *testing.B) {
		client := amazons(answer)
		b.ReportAllocs()
		for b.Loop() {
			_, err := client.DescribeClusterSnapshots(b.Context(), &awsredshift.DescribeClusterSnapshotsInput{})
			var failed *types.ClusterSnapshotNotFoundFault
			if !errors.As(err, &failed) {
				b.Fatal(err)
			}
		}
	})
}
