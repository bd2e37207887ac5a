package bench

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/redshift-go/redshift/sigv4"
)

// Work is something to measure over a transport that responds from memory.
type Work struct {
	// Name describes the work, such as "create, 2 tags".
	Name string
	// Goroutines is the number of goroutines that do the work concurrently with one client.
	Goroutines int
	// Requests is the number of requests of a call, or 0 if the work is not a call.
	Requests int

	transport func() (*Transport, error)
	call      func(Client) Call
}

// Works returns everything to measure.
func Works() []Work {
	works := []Work{{Name: "sign", Goroutines: 1}}
	creates := func(tags, goroutines int) {
		works = append(works, Work{
			Name: fmt.Sprintf("create, %d tags", tags), Goroutines: goroutines, Requests: 1,
			transport: fixed(func() (Response, error) { return createResponse(tags) }),
			call:      func(client Client) Call { return client.Create(tags) },
		})
	}
	describes := func(snapshots, goroutines int) {
		works = append(works, Work{
			Name: fmt.Sprintf("describe, %d snapshot%s", snapshots, plural(snapshots)), Goroutines: goroutines, Requests: 1,
			transport: fixed(func() (Response, error) { return describeResponse(snapshots) }),
			call:      func(client Client) Call { return client.Describe(snapshots) },
		})
	}
	for _, tags := range []int{0, 2, 50} {
		creates(tags, 1)
	}
	for _, snapshots := range []int{1, 20, 100} {
		describes(snapshots, 1)
	}
	works = append(works, Work{Name: "an error", Goroutines: 1, Requests: 1, transport: fixed(errorResponse), call: Client.Fail})
	for _, goroutines := range []int{8, 64} {
		creates(2, goroutines)
		describes(20, goroutines)
	}
	for _, snapshots := range []int{1_000, 10_000, 100_000} {
		works = append(works, Work{
			Name: fmt.Sprintf("list, %s snapshots", thousands(snapshots)), Goroutines: 1, Requests: snapshots / pageSize,
			transport: func() (*Transport, error) { return listOf(snapshots) },
			call:      func(client Client) Call { return client.List(snapshots, nil) },
		})
	}
	for i := range works {
		if works[i].Goroutines > 1 {
			works[i].Name += fmt.Sprintf(", %d goroutines", works[i].Goroutines)
		}
	}

	return works
}

func plural(count int) string {
	if count == 1 {
		return ""
	}

	return "s"
}

func thousands(number int) string {
	return strings.TrimPrefix(fmt.Sprintf("%d,%03d", number/1000, number%1000), "0,")
}

func fixed(create func() (Response, error)) func() (*Transport, error) {
	return func() (*Transport, error) {
		response, err := create()

		return fixedResponse(response), err
	}
}

// Prepare returns the call of a side and the transport that counts its requests. The call is nil if the side does not do this
// work.
func (w Work) Prepare(side Side) (Call, *Transport, error) {
	if w.Requests == 0 {
		call, err := signing(side.Name)

		return call, new(Transport), err
	}
	transport, err := w.transport()
	if err != nil {
		return nil, nil, err
	}
	client, err := side.New(endpoint, transport)
	if err != nil {
		return nil, nil, err
	}

	return w.call(client), transport, nil
}

// signing returns a call that only signs a request.
func signing(side string) (Call, error) {
	const query = "Action=CreateClusterSnapshot&ClusterIdentifier=analytics&SnapshotIdentifier=nightly" +
		"&Tags.Tag.1.Key=env&Tags.Tag.1.Value=prod&Version=2012-12-01"
	// The signature that both signers compute for these inputs.
	const want = "Signature=3ae3e7f7f191e2fbbb25bd1ba5219c5aa4d0f053cf2fc31904a4fd46cdd5e97a"
	at := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	request, err := http.NewRequest(http.MethodGet, endpoint+"/?"+query, nil)
	if err != nil {
		return nil, err
	}
	check := func(err error) error {
		if signed := request.Header.Get("Authorization"); err != nil || !strings.HasSuffix(signed, want) {
			return wrong(err, signed)
		}

		return nil
	}
	switch side {
	case Ours:
		signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: region, Service: "redshift"})
		if err != nil {
			return nil, err
		}
		keys := sigv4.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}

		return func(context.Context) error { return check(signer.Sign(request, sigv4.EmptyPayloadHash, keys, at)) }, nil
	case Amazon:
		signer := v4.NewSigner()
		keys := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}

		return func(ctx context.Context) error {
			return check(signer.SignHTTP(ctx, keys, request, sigv4.EmptyPayloadHash, "redshift", region, at))
		}, nil
	}

	return nil, nil
}
