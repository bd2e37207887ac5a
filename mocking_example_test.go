package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// backUp is the code under test. It creates a snapshot of a cluster, or returns a text if the cluster is gone.
func backUp(ctx context.Context, client redshift.ClientService) (string, error) {
	created, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly",
	})
	if errors.Is(err, models.ErrClusterNotFound) {
		return "nothing to back up", nil
	}
	if err != nil {
		return "", err
	}

	return "taken: " + created.Snapshot.SnapshotIdentifier, nil
}

// noCluster is a client without clusters. Calls of other methods panic, because the embedded interface is nil.
type noCluster struct{ redshift.ClientService }

func (noCluster) CreateClusterSnapshot(context.Context, *redshift.CreateClusterSnapshotParams, ...redshift.Option) (*redshift.CreateClusterSnapshotResult, error) {
	return nil, &awsquery.Error{Operation: "CreateClusterSnapshot", StatusCode: http.StatusNotFound, Code: models.ErrClusterNotFound}
}

// If a test needs only a result or an error, write a stub: embed the interface, and define the methods that the code under test
// calls.
func ExampleClientService_stub() {
	fmt.Println(backUp(context.Background(), noCluster{}))
	// Output: nothing to back up <nil>
}

// With httpmock, a test supplies responses, and the client does the rest: it signs, retries and decodes. All calls have the same
// path, so redshifttest.ForAction selects them by operation.
func ExampleClientService_httpmock() {
	mock := httpmock.NewMockTransport()
	mock.RegisterMatcherResponder(http.MethodGet, "https://redshift.eu-west-1.amazonaws.com/",
		httpmock.NewMatcher("create", redshifttest.ForAction("CreateClusterSnapshot")),
		httpmock.NewStringResponder(http.StatusOK, `<CreateClusterSnapshotResponse><CreateClusterSnapshotResult>
			<Snapshot><SnapshotIdentifier>nightly</SnapshotIdentifier></Snapshot>
		</CreateClusterSnapshotResult></CreateClusterSnapshotResponse>`))
	client, err := redshift.New(redshift.Config{
		Region:            "eu-west-1",
		HTTPClient:        &http.Client{Transport: mock},
		Credentials:       sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}),
		IgnoreEnvironment: true, // ignore AWS_ENDPOINT_URL, for example
	})
	if err != nil {
		fmt.Println(err)

		return
	}
	fmt.Println(backUp(context.Background(), client))
	fmt.Println(mock.GetTotalCallCount(), "call")
	// Output:
	// taken: nightly <nil>
	// 1 call
}

// If the result of one call depends on another, use the fake. It keeps clusters and snapshots, and returns errors by Redshift's
// rules.
func ExampleClientService_fake() {
	fake := redshifttest.New(redshifttest.Options{SnapshotDuration: time.Minute})
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		fmt.Println(err)

		return
	}
	client, err := redshift.New(fake.Config())
	if err != nil {
		fmt.Println(err)

		return
	}
	fmt.Println(backUp(context.Background(), client))
	_, err = backUp(context.Background(), client)
	fmt.Println(errors.Is(err, models.ErrClusterSnapshotAlreadyExists))
	// Output:
	// taken: nightly <nil>
	// true
}
