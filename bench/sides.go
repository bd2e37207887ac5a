package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awsredshift "github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"
	"github.com/go-openapi/runtime"
	openapi "github.com/go-openapi/runtime/client"
	"github.com/go-openapi/strfmt"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	stockclient "github.com/redshift-go/redshift/bench/stock/client"
	stocksnapshots "github.com/redshift-go/redshift/bench/stock/client/snapshots"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

const (
	region    = "us-east-1"
	accessKey = redshifttest.ExampleAccessKeyID
	secretKey = redshifttest.ExampleSecretAccessKey
)

// Call does a work once, with one attempt for each request. It returns an error if the response is not the expected one.
type Call func(ctx context.Context) error

// Client is the interface of all sides.
type Client interface {
	// Create creates a snapshot with the given number of tags.
	Create(tags int) Call
	// Describe reads a page with the given number of snapshots.
	Describe(snapshots int) Call
	// Fail makes a call that returns an error.
	Fail() Call
	// List reads the given number of snapshots in pages. If keep is not nil, List calls it with the identifier of each snapshot.
	List(snapshots int, keep func(identifier string)) Call
}

// Side is one of the compared clients.
type Side struct {
	// Name is Ours, Amazon, Stock or Raw.
	Name string
	// New returns a client. If the transport is nil, the client uses its default.
	New func(endpoint string, transport http.RoundTripper) (Client, error)
}

// The names of the sides.
const (
	// Ours is the client of this module with all features except retries.
	Ours = "ours"
	// Amazon is github.com/aws/aws-sdk-go-v2/service/redshift.
	Amazon = "aws"
	// Stock is the code of go-swagger's stock templates, with encoding/xml and Amazon's signer.
	Stock = "stock"
	// Raw is net/http alone. It signs nothing and discards the responses, so no client can be faster.
	Raw = "raw"
)

// Sides returns all sides.
func Sides() []Side {
	return []Side{{Ours, newOurs}, {Amazon, newAmazons}, {Stock, newStock}, {Raw, newRaw}}
}

const endpoint = "https://redshift." + region + ".amazonaws.com"

var errResponse = errors.New("unexpected response")

func wrong(err error, detail any) error {
	if err != nil {
		return err
	}

	return fmt.Errorf("%w: %+v", errResponse, detail)
}

type ours struct{ client *redshift.Client }

func newOurs(endpoint string, transport http.RoundTripper) (Client, error) {
	config := redshift.Config{
		Region:      region,
		Endpoint:    endpoint,
		Credentials: sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}),
		Retry:       redshift.RetryPolicy{MaxAttempts: 1},
	}
	if transport != nil {
		config.HTTPClient = &http.Client{Transport: transport}
	}
	client, err := redshift.New(config)

	return ours{client}, err
}

func (o ours) Create(count int) Call {
	var tags []models.Tag
	for i := range count {
		tags = append(tags, models.Tag{Key: tagKey(i), Value: tagValue(i)})
	}

	return func(ctx context.Context) error {
		created, err := o.client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly", Tags: tags,
		})
		if err != nil || created.Snapshot.Status != "creating" || len(created.Snapshot.Tags) != count {
			return wrong(err, created)
		}

		return nil
	}
}

func (o ours) Describe(snapshots int) Call {
	return func(ctx context.Context) error {
		found, err := o.client.DescribeClusterSnapshots(ctx, nil)
		if err != nil || len(found.Snapshots) != snapshots || len(found.Snapshots[snapshots-1].Tags) != 4 {
			return wrong(err, found)
		}

		return nil
	}
}

func (o ours) Fail() Call {
	return func(ctx context.Context) error {
		_, err := o.client.DescribeClusterSnapshots(ctx, nil)
		var failed *awsquery.Error
		if !errors.As(err, &failed) || failed.Code != models.ErrClusterSnapshotNotFound {
			return wrong(err, failed)
		}

		return nil
	}
}

func (o ours) List(snapshots int, keep func(string)) Call {
	return func(ctx context.Context) error {
		count := 0
		for snapshot, err := range o.client.DescribeClusterSnapshotsAll(ctx, nil) {
			if err != nil {
				return err
			}
			if count++; keep != nil {
				keep(snapshot.SnapshotIdentifier)
			}
		}
		if count != snapshots {
			return wrong(nil, count)
		}

		return nil
	}
}

type amazons struct{ client *awsredshift.Client }

func newAmazons(endpoint string, transport http.RoundTripper) (Client, error) {
	options := awsredshift.Options{
		Region:       region,
		BaseEndpoint: &endpoint,
		Retryer:      aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}, nil
		}),
	}
	if transport != nil {
		options.HTTPClient = &http.Client{Transport: transport}
	}

	return amazons{awsredshift.New(options)}, nil
}

func (a amazons) Create(count int) Call {
	var tags []types.Tag
	for i := range count {
		tags = append(tags, types.Tag{Key: aws.String(tagKey(i)), Value: aws.String(tagValue(i))})
	}

	return func(ctx context.Context) error {
		created, err := a.client.CreateClusterSnapshot(ctx, &awsredshift.CreateClusterSnapshotInput{
			ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("nightly"), Tags: tags,
		})
		if err != nil || aws.ToString(created.Snapshot.Status) != "creating" || len(created.Snapshot.Tags) != count {
			return wrong(err, created)
		}

		return nil
	}
}

func (a amazons) Describe(snapshots int) Call {
	return func(ctx context.Context) error {
		found, err := a.client.DescribeClusterSnapshots(ctx, &awsredshift.DescribeClusterSnapshotsInput{})
		if err != nil || len(found.Snapshots) != snapshots || len(found.Snapshots[snapshots-1].Tags) != 4 {
			return wrong(err, found)
		}

		return nil
	}
}

func (a amazons) Fail() Call {
	return func(ctx context.Context) error {
		_, err := a.client.DescribeClusterSnapshots(ctx, &awsredshift.DescribeClusterSnapshotsInput{})
		var failed *types.ClusterSnapshotNotFoundFault
		if !errors.As(err, &failed) {
			return wrong(err, failed)
		}

		return nil
	}
}

func (a amazons) List(snapshots int, keep func(string)) Call {
	return func(ctx context.Context) error {
		count := 0
		paginator := awsredshift.NewDescribeClusterSnapshotsPaginator(a.client, &awsredshift.DescribeClusterSnapshotsInput{})
		for paginator.HasMorePages() {
			output, err := paginator.NextPage(ctx)
			if err != nil {
				return err
			}
			for _, snapshot := range output.Snapshots {
				if count++; keep != nil {
					keep(*snapshot.SnapshotIdentifier)
				}
			}
		}
		if count != snapshots {
			return wrong(nil, count)
		}

		return nil
	}
}

type stock struct{ client *stockclient.AmazonRedshift }

func newStock(endpoint string, transport http.RoundTripper) (Client, error) {
	address, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	if transport == nil {
		transport = http.DefaultTransport
	}
	through := openapi.New(address.Host, address.Path, []string{address.Scheme})
	through.Transport = &amazonSigned{transport, v4.NewSigner()}
	through.Consumers["text/xml"] = runtime.XMLConsumer()

	return stock{stockclient.New(through, strfmt.Default)}, nil
}

// amazonSigned signs with Amazon's signer, as a user of the stock templates has to.
type amazonSigned struct {
	next   http.RoundTripper
	signer *v4.Signer
}

func (s *amazonSigned) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	keys := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}
	if err := s.signer.SignHTTP(request.Context(), keys, request, sigv4.EmptyPayloadHash, "redshift", region, time.Now()); err != nil {
		return nil, err
	}

	return s.next.RoundTrip(request)
}

func (s stock) Create(count int) Call {
	keys, values := make([]string, count), make([]string, count)
	for i := range count {
		keys[i], values[i] = tagKey(i), tagValue(i)
	}
	// Swagger 2.0 cannot describe these lists, so they are added to the generated parameters by hand.
	withTags := func(operation *runtime.ClientOperation) {
		params := operation.Params
		operation.Params = runtime.ClientRequestWriterFunc(func(request runtime.ClientRequest, formats strfmt.Registry) error {
			if err := params.WriteToRequest(request, formats); err != nil {
				return err
			}
			for i := range count {
				name := fmt.Sprintf("Tags.Tag.%d", i+1)
				if err := request.SetQueryParam(name+".Key", keys[i]); err != nil {
					return err
				}
				if err := request.SetQueryParam(name+".Value", values[i]); err != nil {
					return err
				}
			}

			return nil
		})
	}

	return func(ctx context.Context) error {
		params := stocksnapshots.NewCreateClusterSnapshotParams().WithClusterIdentifier("analytics").WithSnapshotIdentifier("nightly")
		created, err := s.client.Snapshots.CreateClusterSnapshotContext(ctx, params, withTags)
		if err != nil {
			return err
		}
		result := created.Payload.CreateClusterSnapshotResult
		if result == nil || result.Snapshot == nil || result.Snapshot.Status != "creating" || len(result.Snapshot.Tags) != count {
			return wrong(err, created)
		}

		return nil
	}
}

func (s stock) Describe(snapshots int) Call {
	return func(ctx context.Context) error {
		found, err := s.client.Snapshots.DescribeClusterSnapshotsContext(ctx, stocksnapshots.NewDescribeClusterSnapshotsParams())
		if err != nil {
			return err
		}
		result := found.Payload.DescribeClusterSnapshotsResult
		if result == nil || len(result.Snapshots) != snapshots || len(result.Snapshots[snapshots-1].Tags) != 4 {
			return wrong(err, found)
		}

		return nil
	}
}

func (s stock) Fail() Call {
	return func(ctx context.Context) error {
		_, err := s.client.Snapshots.DescribeClusterSnapshotsContext(ctx, stocksnapshots.NewDescribeClusterSnapshotsParams())
		var failed *stocksnapshots.DescribeClusterSnapshotsDefault
		if !errors.As(err, &failed) || failed.Payload.Error == nil || failed.Payload.Error.Code != "ClusterSnapshotNotFound" {
			return wrong(err, failed)
		}

		return nil
	}
}

func (s stock) List(snapshots int, keep func(string)) Call {
	return func(ctx context.Context) error {
		params := stocksnapshots.NewDescribeClusterSnapshotsParams()
		for count := 0; ; {
			found, err := s.client.Snapshots.DescribeClusterSnapshotsContext(ctx, params)
			if err != nil {
				return err
			}
			result := found.Payload.DescribeClusterSnapshotsResult
			for _, snapshot := range result.Snapshots {
				if count++; keep != nil {
					keep(snapshot.SnapshotIdentifier)
				}
			}
			if result.Marker == "" {
				if count != snapshots {
					return wrong(nil, count)
				}

				return nil
			}
			params.SetMarker(&result.Marker)
		}
	}
}

type raw struct {
	client   *http.Client
	endpoint string
}

func newRaw(endpoint string, transport http.RoundTripper) (Client, error) {
	if transport == nil {
		many := http.DefaultTransport.(*http.Transport).Clone()
		many.MaxIdleConnsPerHost = many.MaxIdleConns
		transport = many
	}

	return raw{&http.Client{Transport: transport}, endpoint}, nil
}

func (r raw) get(ctx context.Context, query string, status int) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.endpoint+"/?"+query, nil)
	if err != nil {
		return err
	}
	response, err := r.client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if closed := response.Body.Close(); err == nil {
		err = closed
	}
	if err != nil || response.StatusCode != status {
		return wrong(err, response.Status)
	}

	return nil
}

func (r raw) Create(tags int) Call {
	query := bytes.NewBufferString("Action=CreateClusterSnapshot&ClusterIdentifier=analytics&SnapshotIdentifier=nightly")
	for i := range tags {
		fmt.Fprintf(query, "&Tags.Tag.%d.Key=%s&Tags.Tag.%[1]d.Value=%s", i+1, tagKey(i), url.QueryEscape(tagValue(i)))
	}
	query.WriteString("&Version=2012-12-01")
	text := query.String()

	return func(ctx context.Context) error { return r.get(ctx, text, http.StatusOK) }
}

func (r raw) Describe(int) Call {
	return func(ctx context.Context) error {
		return r.get(ctx, "Action=DescribeClusterSnapshots&Version=2012-12-01", http.StatusOK)
	}
}

func (r raw) Fail() Call {
	return func(ctx context.Context) error {
		return r.get(ctx, "Action=DescribeClusterSnapshots&Version=2012-12-01", http.StatusNotFound)
	}
}

// List knows the number of pages in advance, because it does not parse them.
func (r raw) List(snapshots int, _ func(string)) Call {
	return func(ctx context.Context) error {
		for number := range snapshots / pageSize {
			query := "Action=DescribeClusterSnapshots&Version=2012-12-01"
			if number > 0 {
				query = fmt.Sprintf("Action=DescribeClusterSnapshots&Marker=%0*d&Version=2012-12-01", numberWidth, number)
			}
			if err := r.get(ctx, query, http.StatusOK); err != nil {
				return err
			}
		}

		return nil
	}
}
