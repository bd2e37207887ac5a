package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/examples/internal/exampletest"
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

func TestCtrlCEndsTheProgram(t *testing.T) {
	t.Parallel()
	exampletest.Interrupted(t, program, 600*time.Millisecond)
}

// With an endpoint, the program changes only the given cluster.
func TestEndpointBacksUpOnlyTheGivenCluster(t *testing.T) {
	fake, url := exampletest.Endpoint(t)
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "sales"}); err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	if err := run(t.Context(), []string{"-endpoint", url}, &output); err == nil || len(fake.Requests()) != 0 {
		t.Errorf("without -cluster: run() = %v after %d requests, want an error and no request", err, len(fake.Requests()))
	}
	if err := run(t.Context(), []string{"-endpoint", url, "-cluster", "sales", "-keep-days", "3", "-poll", "5ms"}, &output); err != nil {
		t.Fatal(err)
	}
	snapshots := fake.Snapshots()
	if len(snapshots) != 1 || snapshots[0].ClusterIdentifier != "sales" || len(snapshots[0].AccountsWithRestoreAccess) != 0 {
		t.Errorf("Snapshots() = %+v, want one snapshot of sales that is not shared", snapshots)
	}
	if !strings.Contains(output.String(), "The cluster has no automated snapshot") {
		t.Errorf("output:\n%s\nwant a line about missing automated snapshots", &output)
	}
	if err := run(t.Context(), []string{"-endpoint", url, "-cluster", "missing"}, &output); err == nil || !strings.Contains(err.Error(), "region us-east-1 has no cluster missing") {
		t.Errorf("with a missing cluster: run() = %v, want an error that names it", err)
	}
}
