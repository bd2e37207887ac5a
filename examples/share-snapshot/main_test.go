package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/examples/internal/exampletest"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/redshifttest"
)

func program(ctx context.Context, arguments []string, output *bytes.Buffer) error {
	return run(ctx, arguments, output)
}

func TestDemoPrintsTheExpectedOutput(t *testing.T) {
	t.Parallel()
	exampletest.Demo(t, program)
}

func TestInvalidFlagsReturnErrors(t *testing.T) {
	t.Parallel()
	exampletest.Flags(t, program)
}

func TestDemoReturnsTheErrorOfABadAccount(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), []string{"-account", "12"}, new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "an account has 12 digits") {
		t.Errorf("run() = %v, want an error about the account", err)
	}
}

// TestEndpointSharesAndRevokes runs the steps in order. Each builds on the one before.
func TestEndpointSharesAndRevokes(t *testing.T) {
	fake, url := exampletest.Endpoint(t)
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "sales"}); err != nil {
		t.Fatal(err)
	}
	client, err := redshift.New(fake.Config())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{ClusterIdentifier: "sales", SnapshotIdentifier: "sales-1"}); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Minute)
	for _, step := range []struct {
		arguments string
		prints    string
		fails     awsquery.ErrorCode
		text      string
		shared    int
	}{
		{arguments: "-name sales-1", text: "-name and -account are required"},
		{arguments: "-account 210987654321 -revoke", text: "-name and -account are required"},
		{arguments: "-name sales-2 -account 210987654321", fails: models.ErrClusterSnapshotNotFound},
		{arguments: "-name sales-1 -account 210987654321", prints: "sales-1 can be restored by its owner 123456789012 and by 210987654321\n", shared: 1},
		{arguments: "-name sales-1 -account 210987654321", prints: "sales-1 is already shared with 210987654321\n", shared: 1},
		{arguments: "-name sales-1 -account amazon-redshift-support", prints: "sales-1 can be restored by its owner 123456789012 and by 210987654321 and by amazon-redshift-support\n", shared: 2},
		{arguments: "-name sales-1 -account 210987654321 -revoke", prints: "sales-1 can be restored by its owner 123456789012 and by amazon-redshift-support\n", shared: 1},
		{arguments: "-name sales-1 -account 210987654321 -revoke", prints: "sales-1 is not shared with 210987654321\n", shared: 1},
	} {
		var output bytes.Buffer
		err := run(t.Context(), append([]string{"-endpoint", url}, strings.Fields(step.arguments)...), &output)
		switch {
		case step.fails != "" && !errors.Is(err, step.fails), step.text != "" && (err == nil || !strings.Contains(err.Error(), step.text)),
			step.fails == "" && step.text == "" && err != nil:
			t.Errorf("%s: unexpected error: %v", step.arguments, err)
		case output.String() != step.prints:
			t.Errorf("%s: output = %q, want %q", step.arguments, &output, step.prints)
		case len(fake.Snapshots()[0].AccountsWithRestoreAccess) != step.shared:
			t.Errorf("%s: shared with %v, want %d accounts", step.arguments, fake.Snapshots()[0].AccountsWithRestoreAccess, step.shared)
		}
	}
}
