package sigv4

import (
	"net/http"
	"testing"
	"time"
)

// exampleCredentials are the keys in Amazon's documentation. They are not valid.
var exampleCredentials = Credentials{
	AccessKeyID:     "AKIDEXAMPLE",
	SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}

var exampleTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

func mustSigner(tb testing.TB, config SignerConfig) *Signer {
	tb.Helper()
	signer, err := NewSigner(config)
	if err != nil {
		tb.Fatal(err)
	}
	return signer
}

func mustRequest(tb testing.TB, method, address string) *http.Request {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, address, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return request
}

const fiveParameters = "https://redshift.eu-west-1.amazonaws.com/?Action=CreateClusterSnapshot&ClusterIdentifier=analytics" +
	"&SnapshotIdentifier=nightly-2026-11-23&Tags.Tag.1.Key=env&Version=2012-12-01"

func BenchmarkSign(b *testing.B) {
	signer := mustSigner(b, SignerConfig{Region: "eu-west-1", Service: "redshift"})
	request := mustRequest(b, http.MethodGet, fiveParameters)
	query := request.URL.RawQuery
	b.ReportAllocs()
	for b.Loop() {
		request.URL.RawQuery = query
		if err := signer.Sign(request, EmptyPayloadHash, exampleCredentials, exampleTime); err != nil {
			b.Fatal(err)
		}
	}
}
