// Command awsconfig creates one snapshot with the AWS SDK for Go v2 and its default credential chain, and waits until its
// standard input ends.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	client := redshift.NewFromConfig(settings, func(options *redshift.Options) { options.BaseEndpoint = &os.Args[1] })
	created, err := client.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotInput{
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
