// Command ours creates one snapshot with this module, and waits until its standard input ends.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/redshift-go/redshift"
)

func main() {
	// Credentials come from the environment.
	client, err := redshift.New(redshift.Config{Region: "us-east-1", Endpoint: os.Args[1]})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	created, err := client.CreateClusterSnapshot(context.Background(), &redshift.CreateClusterSnapshotParams{
		ClusterIdentifier: "analytics", SnapshotIdentifier: "nightly",
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(created.Snapshot.Status)
	// The measurement reads the memory of the process until then.
	_, _ = os.Stdin.Read(make([]byte, 1))
}
