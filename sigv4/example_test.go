package sigv4_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/redshift-go/redshift/sigv4"
)

// documentationKeys are the keys in Amazon's documentation. Keep real keys in the environment or in a secret store.
var documentationKeys = sigv4.Credentials{
	AccessKeyID:     "AKIDEXAMPLE",
	SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}

func ExampleCredentials() {
	credentials := sigv4.Credentials{
		AccessKeyID:     "AKIDEXAMPLE",
		SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		Expires:         time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
	}
	fmt.Printf("%+v\n", credentials)
	// Output:
	// sigv4.Credentials{AccessKeyID: AKIDEXAMPLE, SecretAccessKey: redacted, SessionToken: none, Expires: 2026-11-23T10:00:00Z}
}

func ExampleEnvCredentials() {
	environment := map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"}
	provider := sigv4.EnvCredentials{LookupEnv: func(name string) (string, bool) {
		value, found := environment[name]
		return value, found
	}}
	_, err := provider.Credentials(context.Background())
	fmt.Println(errors.Is(err, sigv4.ErrNoCredentials))
	fmt.Println(err)
	// Output:
	// true
	// sigv4: read credentials from the environment: AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not: set both, for example with eval "$(aws configure export-credentials --format env)", or configure another CredentialsProvider: no AWS credentials
}

func ExampleNewCachedCredentials() {
	calls := 0
	slow := sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		calls++ // a real provider would call a token service here
		credentials := documentationKeys
		credentials.Expires = time.Now().Add(time.Hour)
		return credentials, nil
	})
	provider, err := sigv4.NewCachedCredentials(sigv4.CacheConfig{Provider: slow, RefreshBefore: 10 * time.Minute})
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		if _, err := provider.Credentials(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("calls of the provider:", calls)
	// Output:
	// calls of the provider: 1
}

func ExampleSigner_Sign() {
	signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: "us-east-1", Service: "service"})
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, "https://example.amazonaws.com/?Param2=value2&Param1=value+1", nil)
	if err != nil {
		log.Fatal(err)
	}
	at := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC) // use time.Now() in a program
	if err := signer.Sign(request, sigv4.EmptyPayloadHash, documentationKeys, at); err != nil {
		log.Fatal(err)
	}
	fmt.Println(request.URL)
	fmt.Println(request.Header.Get("X-Amz-Date"))
	fmt.Println(request.Header.Get("Authorization"))
	// Output:
	// https://example.amazonaws.com/?Param1=value%201&Param2=value2
	// 20150830T123600Z
	// AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=ef50c793b5e6d10be6882150088b3c59c29be8c3d8e67468b1a2255c07e4f31f
}

func ExampleSigner_Presign() {
	signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: "us-east-1", Service: "service"})
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, "https://example.amazonaws.com/", nil)
	if err != nil {
		log.Fatal(err)
	}
	at := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	address, header, err := signer.Presign(request, sigv4.EmptyPayloadHash, documentationKeys, at, 15*time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	query := address.Query()
	fmt.Println("valid for", query.Get("X-Amz-Expires"), "seconds from", query.Get("X-Amz-Date"))
	fmt.Println("send", header)
	// Output:
	// valid for 900 seconds from 20150830T123600Z
	// send map[Host:[example.amazonaws.com]]
}

func ExampleTransport() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		fmt.Fprintf(w, "signed at %s", request.Header.Get("X-Amz-Date"))
	}))
	defer server.Close()

	signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: "eu-west-1", Service: "redshift"})
	if err != nil {
		log.Fatal(err)
	}
	client := &http.Client{
		Transport: &sigv4.Transport{
			Base:        server.Client().Transport,
			Signer:      signer,
			Credentials: sigv4.StaticCredentials(documentationKeys), // or sigv4.EnvCredentials{}
			Now:         func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) },
		},
		// Do not follow redirects. The Transport does not sign requests to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Get(server.URL + "/?Action=DescribeClusterSnapshots&Version=2012-12-01")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", body)
	// Output:
	// signed at 20261123T090000Z
}
