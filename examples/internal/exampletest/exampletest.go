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

var update = flag.Bool("update", false, "write the golden files anew")

// Program is the run function of an example.
type Program func(ctx context.Context, arguments []string, output *bytes.Buffer) error

// What differs from run to run: dates, times, request ids, and how far a snapshot or a restore was when it was looked at.
var varying = []struct {
	form *regexp.Regexp
	text string
}{
	{regexp.MustCompile(`\d{4}-\d{2}-\d{2}-\d{2}-?\d{2}-?\d{2}`), "<moment>"},
	{regexp.MustCompile(`\d{4}-\d{2}-\d{2} \d{2}:\d{2}`), "<minute>"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "<request>"},
	{regexp.MustCompile(`(?m)^  (creating|restoring) .*\n(  (creating|restoring) .*\n)*`), "  $1 <figures>\n"},
	{regexp.MustCompile(`(Done|Restored) in [\d.]+m?s`), "$1 in <time>"},
	{regexp.MustCompile(` {2,}`), "  "},
}

// Demo runs a program as a user would without any flag, and compares what it prints with testdata/demo.golden.
func Demo(t *testing.T, program Program) {
	t.Helper()
	var output bytes.Buffer
	if err := program(t.Context(), nil, &output); err != nil {
		t.Fatalf("%v, after printing\n%s", err, &output)
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
		t.Errorf("it printed\n%s\nwant\n%s", got, want)
	}
}

// Flags runs a program with flags that it has to refuse or to understand.
func Flags(t *testing.T, program Program) {
	t.Helper()
	for arguments, says := range map[string]string{
		"-region EU -live": "Config.Region",
		"-region eu-west-1 -endpoint http://a.example": "Config.AllowInsecure",
	} {
		err := program(t.Context(), strings.Fields(arguments), new(bytes.Buffer))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got the error %v, want one with %q", arguments, err, says)
		}
	}
}

// Interrupted runs a program and ends its context while it waits, as Ctrl-C does.
func Interrupted(t *testing.T, program Program, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), after, context.Canceled)
	defer cancel()
	began := time.Now()
	err := program(ctx, nil, new(bytes.Buffer))
	if err == nil || ctx.Err() == nil || time.Since(began) > 10*time.Second {
		t.Errorf("it ended with %v after %v", err, time.Since(began))
	}
}

// Endpoint serves a fake at a URL, for a program that is given -endpoint, and sets the environment that it needs.
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
