package main

import (
	"bytes"
	"context"
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
