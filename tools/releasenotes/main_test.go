package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const changelog = `# Changelog

## Unreleased

- Next.

## v1.2.3 (2026-11-30)

### Breaking

- ` + "`Client.Region` is gone." + `

## awsconfig/v1.2.3

- Newer Amazon modules.

## v1.2.0

## v1.1.0

- First.

## v1.0.1

- One.

## v1.0.1

- Two.
`

func TestRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tag      string
		required string // by awsconfig
		want     string
		fails    string
	}{
		"with a date":           {tag: "v1.2.3", want: "### Breaking\n\n- `Client.Region` is gone.\n"},
		"without a date":        {tag: "v1.1.0", want: "- First.\n"},
		"awsconfig":             {tag: "awsconfig/v1.2.3", required: "v1.2.3", want: "- Newer Amazon modules.\n"},
		"awsconfig, no release": {tag: "awsconfig/v1.2.3", required: "v0.0.0", fails: "no such tag"},
		"awsconfig, unknown":    {tag: "awsconfig/v1.2.3", required: "v1.2.4", fails: "no such tag"},
		"awsconfig, no section": {tag: "awsconfig/v1.1.0", required: "v1.2.3", fails: `0 sections "## awsconfig/v1.1.0"`},
		"no section":            {tag: "v1.2.4", fails: `0 sections "## v1.2.4"`},
		"the start of another":  {tag: "v1.2.3-rc.1", fails: `0 sections "## v1.2.3-rc.1"`},
		"an empty section":      {tag: "v1.2.0", fails: "is empty"},
		"two sections":          {tag: "v1.0.1", fails: "2 sections"},
		"no version":            {tag: "Unreleased", fails: "is not a version"},
		"half a version":        {tag: "v1.2", fails: "is not a version"},
		"no v":                  {tag: "1.2.3", fails: "is not a version"},
		"another module":        {tag: "tools/v1.2.3", fails: "is not a version"},
		"nothing":               {tag: "", fails: "is not a version"},
		"a pattern":             {tag: "v1.2.3|v1", fails: "is not a version"},
		"another major version": {tag: "v2.0.0", fails: "does not fit the module path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, ends := range []string{"\n", "\r\n"} {
				var output bytes.Buffer
				err := run(repository(t, strings.ReplaceAll(changelog, "\n", ends), test.required), test.tag, &output)
				if test.fails == "" && err != nil {
					t.Fatal(err)
				}
				if test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
					t.Errorf("run() = %v, want an error with %q", err, test.fails)
				}
				if output.String() != test.want {
					t.Errorf("run() printed %q, want %q", output.String(), test.want)
				}
			}
		})
	}
}

// repository returns a repository with the release v1.2.3 of its root module.
func repository(t *testing.T, changelog, required string) string {
	t.Helper()
	folder := t.TempDir()
	goMod := "module " + rootModule + "/awsconfig\n\ngo 1.26.0\n"
	if required != "" {
		goMod += "\nrequire " + rootModule + " " + required + "\n"
	}
	if err := os.Mkdir(filepath.Join(folder, "awsconfig"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"CHANGELOG.md": changelog, "awsconfig/go.mod": goMod} {
		if err := os.WriteFile(filepath.Join(folder, filepath.FromSlash(name)), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, arguments := range [][]string{
		{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "one"}, {"tag", "v1.2.3"},
	} {
		if output, err := exec.Command("git", append([]string{"-C", folder}, arguments...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", arguments[0], err, output)
		}
	}

	return folder
}
