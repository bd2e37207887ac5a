package awsconfig_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsconfig"
	"github.com/redshift-go/redshift/redshifttest"
)

// The credentials and the region come from a profile. Its file replaces ~/.aws/config in this example. The client then calls a fake
// Redshift in the same process, which checks signatures.
func Example() {
	folder, err := os.MkdirTemp("", "awsconfig")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "config")
	profile := "[profile backups]\nregion = eu-west-1\naws_access_key_id = " + redshifttest.ExampleAccessKeyID +
		"\naws_secret_access_key = " + redshifttest.ExampleSecretAccessKey + "\n"
	if err := os.WriteFile(file, []byte(profile), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	loaded, err := awsconfig.Load(ctx, config.WithSharedConfigProfile("backups"), config.WithSharedConfigFiles([]string{file}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fake := redshifttest.New(redshifttest.Options{Region: loaded.Region}) // without the fake, the client calls AWS
	loaded.Endpoint, loaded.HTTPClient = "http://localhost", fake.Config().HTTPClient

	client, err := redshift.New(loaded)
	if err != nil {
		fmt.Println(err)
		return
	}
	snapshots, err := client.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.Region(), len(snapshots.Snapshots))
	// Output: eu-west-1 0
}
