// Command aws creates one snapshot with the Redshift package of the AWS SDK for Go v2, and waits until its standard input ends.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
)

func main() {
	client := redshift.New(redshift.Options{
		Region:       "us-east-1",
		BaseEndpoint: &os.Args[1],
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
			}, nil
		}),
	})
	created, err := client.CreateClusterSnapshot(context.Background(), &redshift.CreateClusterSnapshotInput{
		ClusterIdentifier: aws.String("analytics"), SnapshotIdentifier: aws.String("nightly"),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(aws.ToString(created.Snapshot.Status))
	// The measurement reads the memory of the process until then.
	_, _ = os.Stdin.Read(make([]byte, 1))
}
