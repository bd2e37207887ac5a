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

// Work is something to do over a transport that answers from memory.
type Work struct {
	// Name tells what is done, such as "create, 2 tags".
	Name string
	// Goroutines is how many do it at once, with one client.
	Goroutines int
	// Requests is how many a call sends. 0: the work is not a call.
	Requests int

	transport func() (*Transport, error)
	call      func(Client) Call
}

// Works returns everything that is measured.
func Works() []Work {
	works := []Work{{Name: "sign", Goroutines: 1}}
	creates := func(tags, goroutines int) {
		works = append(works, Work{
			Name: fmt.Sprintf("create, %d tags", tags), Goroutines: goroutines, Requests: 1,
			transport: fixed(func() (Answer, error) { return createAnswer(tags) }),
			call:      func(client Client) Call { return client.Create(tags) },
		})
	}
	describes := func(snapshots, goroutines int) {
		works = append(works, Work{
			Name: fmt.Sprintf("describe, %d snapshot%s", snapshots, plural(snapshots)), Goroutines: goroutines, Requests: 1,
			transport: fixed(func() (Answer, error) { return describeAnswer(snapshots) }),
			call:      func(client Client) Call { return client.Describe(snapshots) },
		})
	}
	for _, tags := range []int{0, 2, 50} {
		creates(tags, 1)
	}
	for _, snapshots := range []int{1, 20, 100} {
		describes(snapshots, 1)
	}
	works = append(works, Work{Name: "an error", Goroutines: 1, Requests: 1, transport: fixed(errorAnswer), call: Client.Fail})
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

func fixed(answer func() (Answer, error)) func() (*Transport, error) {
	return func() (*Transport, error) {
		made, err := answer()

		return always(made), err
	}
}

// Prepare returns the call of a side, and the transport that counts its requests; nil if the side has nothing to do.
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

// signing is a signer's call alone, on a request that is there.
func signing(side string) (Call, error) {
	const query = "Action=CreateClusterSnapshot&ClusterIdentifier=analytics&SnapshotIdentifier=nightly" +
		"&Tags.Tag.1.Key=env&Tags.Tag.1.Value=prod&Version=2012-12-01"
	// Of these inputs, by both signers.
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
