// Package exampletest runs the example programs in tests.
package exampletest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/redshifttest"
)

var update = flag.Bool("update", false, "write the golden files")

// Program is the run function of an example.
type Program func(ctx context.Context, arguments []string, output *bytes.Buffer) error

// varying lists the parts of the output that differ between runs: dates, times, request IDs, and the progress of snapshots and
// restores.
var varying = []struct {
	form *regexp.Regexp
	text string
}{
	{regexp.MustCompile(`\d{4}-\d{2}-\d{2}-\d{2}-?\d{2}-?\d{2}`), "<moment>"},
	{regexp.MustCompile(`\d{4}-\d{2}-\d{2} \d{2}:\d{2}`), "<minute>"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "<request>"},
	{regexp.MustCompile(`(?m)^  (creating|restoring) .*\n(  (creating|restoring) .*\n)*`), "  $1 <figures>\n"},
	{regexp.MustCompile(`(?m)^  [a-z-]+  deleting\n`), ""}, // a slow machine polls only after the deletion
	{regexp.MustCompile(`(?m)^(  [a-z-]+  [a-z-]+(  \d+ % of .*)?\n)+`), "  <progress>\n"},
	{regexp.MustCompile(`(Done|Restored) in [\d.]+m?s`), "$1 in <time>"},
	{regexp.MustCompile(` {2,}`), "  "},
}

// Demo runs a program without flags and compares its output with testdata/demo.golden.
func Demo(t *testing.T, program Program) {
	t.Helper()
	var output bytes.Buffer
	if err := program(t.Context(), nil, &output); err != nil {
		t.Fatalf("run() = %v; output:\n%s", err, &output)
	}
	got := output.String()
	for _, part := range varying {
		got = part.form.ReplaceAllString(got, part.text)
	}
	golden := filepath.Join("testdata", "demo.golden")
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(golden, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("output:\n%s\nwant:\n%s", got, want)
	}
}

// Flags runs a program with flags that redshift.New refuses.
func Flags(t *testing.T, program Program) {
	t.Helper()
	for arguments, text := range map[string]string{
		"-region EU -live": "Config.Region",
		"-region eu-west-1 -endpoint http://a.example": "Config.AllowInsecure",
	} {
		err := program(t.Context(), strings.Fields(arguments), new(bytes.Buffer))
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: run() = %v, want an error with %q", arguments, err, text)
		}
	}
}

// Interrupted runs a program and cancels its context while it waits, as Ctrl-C does.
func Interrupted(t *testing.T, program Program, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), after, context.Canceled)
	defer cancel()
	began := time.Now()
	err := program(ctx, nil, new(bytes.Buffer))
	if err == nil || ctx.Err() == nil || time.Since(began) > 10*time.Second {
		t.Errorf("run() = %v after %v, want an error within 10s of the cancellation", err, time.Since(began))
	}
}

// Endpoint serves a fake for a program that gets its URL with -endpoint, and sets the environment variables that the program
// needs.
func Endpoint(t *testing.T) (*redshifttest.Fake, string) {
	t.Helper()
	fake := redshifttest.New(redshifttest.Options{SnapshotDuration: time.Millisecond, SignatureClock: time.Now})
	server := httptest.NewServer(http.Handler(fake))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", redshifttest.ExampleAccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", redshifttest.ExampleSecretAccessKey)
	t.Setenv("AWS_SESSION_TOKEN", "")
	t.Setenv("AWS_REGION", redshifttest.DefaultRegion)

	return fake, server.URL
}
