// Package programs runs the programs that the tests of this module call: cmd/redshift-fake and, if they are installed, clients
// and a fake of other projects.
package programs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/sigv4"
)

const (
	// required names the variable that lists programs, separated by spaces. A test fails, instead of being skipped, if such a
	// program is missing. The gate sets the variable.
	required = "INTEROP_REQUIRED_PROGRAMS"

	// timeout ends a program that hangs. The AWS CLI takes a second for each of 140 calls, and longer on a busy machine.
	timeout = 9 * time.Minute
)

// Installed returns the path of a program. It skips the test if the program is not installed.
func Installed(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if slices.Contains(strings.Fields(os.Getenv(required)), name) {
		t.Fatal(err)
	}
	t.Skipf("%v (not required by %s)", err, required)

	return ""
}

// Build compiles a program from a folder of a module.
func Build(t *testing.T, module, source string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(source))
	command := exec.CommandContext(t.Context(), "go", "build", "-C", module, "-o", path, source)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}

	return path
}

// Fake is a running cmd/redshift-fake. It stops when the test ends.
type Fake struct {
	printed string // the printed commands for a shell
	process *exec.Cmd
	stderr  bytes.Buffer
	ended   func() error
}

// StartFake runs the fake at the given path.
func StartFake(t *testing.T, path string, arguments ...string) *Fake {
	t.Helper()
	fake := &Fake{process: exec.Command(path, arguments...)}
	fake.process.Stderr = &fake.stderr
	stdout, err := fake.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := fake.process.Start(); err != nil {
		t.Fatal(err)
	}
	printed, err := io.ReadAll(stdout) // the program closes its output
	fake.printed, fake.ended = string(printed), sync.OnceValue(fake.process.Wait)
	t.Cleanup(func() { fake.Stop(t) })
	if err != nil {
		t.Fatal(err)
	}

	return fake
}

// Stop stops the program and returns its log.
func (f *Fake) Stop(t *testing.T) string {
	t.Helper()
	if err := f.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
	if err := f.ended(); err != nil {
		t.Errorf("redshift-fake: %v\n%s", err, &f.stderr)
	}

	return f.stderr.String()
}

// Command returns a command in a shell that ran the printed lines and has no other AWS settings.
func (f *Fake) Command(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	t.Cleanup(cancel)
	command := exec.CommandContext(ctx, Installed(t, "sh"), append([]string{"-c", "set -eu\n" + f.printed + "\nexec \"$@\"", "sh"}, arguments...)...)
	command.WaitDelay = time.Second
	command.Env = Environment()

	return command
}

// Environment returns the environment of this process without AWS settings.
func Environment() []string {
	environment := slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "AWS_") })

	return append(environment, "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_PAGER=", "LC_ALL=C.UTF-8", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
}

// Config returns the configuration of a client from the printed lines.
func (f *Fake) Config(t *testing.T) redshift.Config {
	t.Helper()
	output, err := f.Command(t, "env").Output()
	if err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{}
	for line := range strings.Lines(string(output)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		variables[name] = value
	}

	return redshift.Config{
		Region:   variables["AWS_REGION"],
		Endpoint: variables["AWS_ENDPOINT_URL_REDSHIFT"],
		Credentials: sigv4.StaticCredentials(sigv4.Credentials{
			AccessKeyID: variables["AWS_ACCESS_KEY_ID"], SecretAccessKey: variables["AWS_SECRET_ACCESS_KEY"],
		}),
	}
}
