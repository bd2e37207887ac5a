package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/examples/internal/exampletest"
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

func TestEndpointNeedsACluster(t *testing.T) {
	fake, url := exampletest.Endpoint(t)
	err := run(t.Context(), []string{"-endpoint", url}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "-cluster is required") || len(fake.Requests()) > 0 {
		t.Errorf("run() = %v after %d requests, want an error and no request", err, len(fake.Requests()))
	}
}

func TestRollbackTakesNoSnapshot(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), []string{"-rollback", "-snapshot", "nightly"}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "-rollback restores nothing") {
		t.Errorf("run() = %v, want an error", err)
	}
}
