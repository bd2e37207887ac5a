package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const before = `package lib

// Client calls.
type Client struct{ Name string }

func (c *Client) Region() string { return "" }

// ClientService is what a client can do.
type ClientService interface{ Region() string }

const Limit = 20

func Open(name string) *Client { return nil }
`

// kit is a module in the same repository, which requires the other by its folder.
const kit = `package kit

import "example.com/lib"

func Default() *lib.Client { return lib.Open("") }
`

// repository returns a repository with two modules, one with two packages and one with one. All files are committed.
func repository(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, "go.mod", "module example.com/lib\n\ngo 1.26.0\n")
	write(t, folder, "lib.go", before)
	write(t, folder, "CHANGELOG.md", "# Changelog\n\n## Unreleased\n")
	write(t, folder, "internal/hidden/hidden.go", "package hidden\n\nconst Shown = 1\n")
	write(t, folder, "more/more.go", "package more\n\nconst Some = 1\n")
	write(t, folder, "kit/go.mod", "module example.com/lib/kit\n\ngo 1.26.0\n\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ..\n")
	write(t, folder, "kit/kit.go", kit)
	gitIn(t, folder, "init", "-q")
	gitIn(t, folder, "add", "-A")
	gitIn(t, folder, "commit", "-q", "-m", "one")

	return folder
}

func write(t *testing.T, folder, name, content string) {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func gitIn(t *testing.T, folder string, arguments ...string) {
	t.Helper()
	command := exec.Command("git", append([]string{"-C", folder, "-c", "user.name=test", "-c", "user.email=test@example.com"}, arguments...)...)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v: %s", arguments[0], err, output)
	}
}

func replaced(old, new string) string { return strings.ReplaceAll(before, old, new) }

func TestChanges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lib       string
		breaking  string
		want      string // in the error; empty: no error
		wantsName string // in the output
	}{
		"nothing":                   {lib: before},
		"added":                     {lib: before + "\nfunc Close() {}\n"},
		"added to a struct":         {lib: replaced("Name string }", "Name, Other string }")},
		"added to the service":      {lib: replaced("interface{ Region() string }", "interface{ Region() string; New() string }")},
		"removed":                   {lib: replaced("func (c *Client) Region() string { return \"\" }\n", ""), want: "Client.Region: removed"},
		"renamed":                   {lib: replaced("Open(", "Dial("), want: "Open: removed"},
		"another type":              {lib: replaced("Name string }", "Name int }"), want: "Client.Name: changed from string to int"},
		"another value":             {lib: replaced("= 20", "= 21"), want: "Limit: value changed from 20 to 21"},
		"removed from the service":  {lib: replaced("interface{ Region() string }", "interface{}"), want: "ClientService.Region: removed"},
		"removed and listed":        {lib: replaced("Open(", "Dial("), breaking: "- `Open` is `Dial` now.", wantsName: "Open: removed"},
		"listed with a package":     {lib: replaced("Open(", "Dial("), breaking: "- `lib.Open` is `lib.Dial` now.", wantsName: "Open: removed"},
		"listed of another package": {lib: replaced("Open(", "Dial("), breaking: "- `more.Open` is gone.", want: "Open: removed"},
		"another listed":            {lib: replaced("Open(", "Dial("), breaking: "- `Opener` and `Client.Open` and `Reopen` are gone.", want: "Open: removed"},
		"one of two listed":         {lib: replaced("Open(", "Dial(") + "\n", breaking: "- Limit.", want: "Open: removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := repository(t)
			write(t, folder, "lib.go", test.lib)
			if test.breaking != "" {
				write(t, folder, "CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n### Breaking\n\n"+test.breaking+"\n\n### Added\n\n## 1.0.0\n\n### Breaking\n\n- `Open`\n")
			}
			var output bytes.Buffer
			err := run(folder, "", &output)
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("run() = %v, want an error with %q", err, test.want)
			case !strings.Contains(output.String(), test.wantsName):
				t.Errorf("the output is %s, want it to contain %q", &output, test.wantsName)
			}
		})
	}
}

// A nested module has its own tags and shares the changelog.
func TestNestedModule(t *testing.T) {
	t.Parallel()
	folder := repository(t)
	inside := filepath.Join(folder, "kit")
	renamed := strings.ReplaceAll(kit, "Default", "Usual")
	write(t, folder, "kit/kit.go", renamed)
	if err := run(folder, "", &bytes.Buffer{}); err != nil {
		t.Errorf("the root module: %v", err)
	}
	if err := run(inside, "", &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "since HEAD, ") || !strings.Contains(err.Error(), "example.com/lib/kit: Default: removed") {
		t.Errorf("compared with the last commit: %v, want Default: removed", err)
	}
	gitIn(t, folder, "tag", "kit/v1.0.0")
	gitIn(t, folder, "commit", "-q", "-a", "-m", "two")
	gitIn(t, folder, "tag", "v1.0.0")
	gitIn(t, folder, "tag", "kitchen/v1.0.0")
	if err := run(inside, "", &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "since kit/v1.0.0, ") {
		t.Errorf("compared with its own release: %v, want an error with kit/v1.0.0", err)
	}
	write(t, folder, "CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n### Breaking\n\n- `kit.Default` is `kit.Usual`.\n")
	if err := run(inside, "", &bytes.Buffer{}); err != nil {
		t.Errorf("with an entry in the changelog: %v", err)
	}
	gitIn(t, folder, "tag", "kit/v2.0.0")
	write(t, folder, "CHANGELOG.md", "# Changelog\n\n## Unreleased\n")
	if err := run(inside, "", &bytes.Buffer{}); err != nil {
		t.Errorf("compared with its last release: %v", err)
	}
	write(t, folder, "new/go.mod", "module example.com/lib/new\n\ngo 1.26.0\n")
	write(t, folder, "new/new.go", "package new\n")
	var output bytes.Buffer
	if err := run(filepath.Join(folder, "new"), "", &output); err != nil || !strings.Contains(output.String(), "the module does not exist at HEAD") {
		t.Errorf("a new module: %v, output %s", err, &output)
	}
	if err := run(filepath.Join(folder, "more"), "", &output); err == nil || !strings.Contains(err.Error(), "not the folder of a module") {
		t.Errorf("a folder without a module: %v, want an error", err)
	}
}

// A removed package is a breaking change if others could import it.
func TestRemovedPackages(t *testing.T) {
	t.Parallel()
	folder := repository(t)
	if err := os.RemoveAll(filepath.Join(folder, "internal")); err != nil {
		t.Fatal(err)
	}
	if err := run(folder, "", &bytes.Buffer{}); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(filepath.Join(folder, "more")); err != nil {
		t.Fatal(err)
	}
	if err := run(folder, "", &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "more: package removed") {
		t.Error(err)
	}
}

// A package that does not compile is reported, and does not hide breaking changes of other packages.
func TestCompileErrors(t *testing.T) {
	t.Parallel()
	folder := repository(t)
	write(t, folder, "more/more.go", "package more\n\nconst Some = missing\n")
	err := run(folder, "", &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "undefined: missing") || strings.Contains(err.Error(), "Some") {
		t.Error(err)
	}
	write(t, folder, "lib.go", replaced("Open(", "Dial("))
	err = run(folder, "", &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "undefined: missing") || !strings.Contains(err.Error(), "Open: removed") {
		t.Error(err)
	}
	// The types of a package are known if only the body of a function is wrong, and unknown if its syntax is.
	write(t, folder, "lib.go", replaced("Open(", "Dial(")+"\nfunc use() { missing() }\n")
	err = run(folder, "", &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "undefined: missing") || !strings.Contains(err.Error(), "Open: removed") {
		t.Error(err)
	}
	write(t, folder, "lib.go", replaced("Open(", "Dial(")+"\nfunc {\n")
	err = run(folder, "", &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "expected") || strings.Contains(err.Error(), "removed") {
		t.Error(err)
	}
}

// The base is the last release, at any distance. Without a release, it is the last commit. Without a commit, nothing is compared.
func TestBaseRevision(t *testing.T) {
	t.Parallel()
	folder := repository(t)
	var output bytes.Buffer
	if err := run(folder, "", &output); err != nil || !strings.Contains(output.String(), "no earlier commit") {
		t.Errorf("run() = %v with output %s, want no earlier commit", err, &output)
	}
	gitIn(t, folder, "tag", "v1.0.0")
	for _, lib := range []string{replaced("Open(", "Dial("), replaced("Open(", "Dial(") + "\nfunc Close() {}\n"} {
		write(t, folder, "lib.go", lib)
		gitIn(t, folder, "commit", "-q", "-a", "-m", "another")
	}
	if err := run(folder, "", &output); err == nil || !strings.Contains(err.Error(), "since v1.0.0") {
		t.Error(err)
	}
	gitIn(t, folder, "tag", "-d", "v1.0.0")
	if err := run(folder, "", &output); err != nil {
		t.Error(err)
	}
	if err := run(folder, "no-such-revision", &output); err == nil {
		t.Error("an unknown revision returned no error")
	}
}
