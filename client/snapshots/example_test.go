package snapshots_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/url"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/client/snapshots"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// The operations over a transport of one's own, which signs and does no more: no retries, no region, no defaults. Programs
// that want those use package redshift.
func Example() {
	fake := redshifttest.New(redshifttest.Options{})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		log.Fatal(err)
	}
	signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: fake.Region(), Service: "redshift"})
	if err != nil {
		log.Fatal(err)
	}
	client := snapshots.New(&awsquery.Transport{
		Endpoint: &url.URL{Scheme: "http", Host: "localhost"},
		Client: &http.Client{Transport: &sigv4.Transport{
			Signer:      signer,
			Credentials: sigv4.StaticCredentials(fake.Credentials()),
			Now:         fake.Now,
			Base:        fake.Transport(),
		}},
	})
	result, err := client.CreateClusterSnapshot(context.Background(), &snapshots.CreateClusterSnapshotParams{
		ClusterIdentifier:  "analytics",
		SnapshotIdentifier: "nightly",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Snapshot.SnapshotIdentifier, result.Snapshot.Status)
	// Output: nightly creating
}
