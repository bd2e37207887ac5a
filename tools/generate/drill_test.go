package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// checkout returns a copy of the files that git knows or would add, in a new repository with one commit.
func checkout(t *testing.T) string {
	t.Helper()
	source := filepath.Join("..", "..")
	listed, err := exec.CommandContext(t.Context(), "git", "-C", source, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	root := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(listed), "\x00"), "\x00") {
		if content, err := os.ReadFile(filepath.Join(source, name)); err == nil {
			write(t, filepath.Join(root, name), string(content))
		} else if !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	command(t, root, true, "git", "init", "-q")
	command(t, root, true, "git", "add", "-A")
	command(t, root, true, "git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-q", "-m", "start")

	return root
}

// command runs a command in a folder, without the network. The test fails unless the command succeeds or fails as expected.
func command(t *testing.T, folder string, succeeds bool, name string, arguments ...string) string {
	t.Helper()
	made := exec.CommandContext(t.Context(), name, arguments...)
	made.Dir = folder
	made.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=-buildvcs=false")
	output, err := made.CombinedOutput()
	if succeeds != (err == nil) {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, output)
	}

	return string(output)
}

// edit replaces a text that a file contains exactly once.
func edit(t *testing.T, path, old, new string) {
	t.Helper()
	content := read(t, path)
	if strings.Count(content, old) != 1 {
		t.Fatalf("%s contains %q %d times, want 1", path, old, strings.Count(content, old))
	}
	write(t, path, strings.Replace(content, old, new, 1))
}

// TestDrill adds three operations as a contributor would: with one new file of the contract and go generate. Nothing else is edited, and
// the tests pass: the client retries and recovers the operations and iterates over pages, and the fake implements them.
func TestDrill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it generates and compiles the whole library, and runs its tests")
	}
	root := checkout(t)
	drill := filepath.Join("testdata", "drill")
	write(t, filepath.Join(root, "spec", "reports.yaml"), read(t, filepath.Join(drill, "reports.yaml")))
	said := command(t, root, false, "go", "run", "-C", "tools", "./generate", "-check")
	if !strings.Contains(said, "client/reports/create_report.go is missing") {
		t.Errorf("generate -check printed %s, want the missing file", said)
	}
	command(t, root, true, "go", "generate", "./...")
	command(t, root, true, "go", "run", "-C", "tools", "./generate", "-check")
	page := read(t, filepath.Join(root, "docs", "api.md"))
	for _, want := range []string{"### DescribeReports\n", "DescribeReportsAll(", "`Layout`"} {
		if !strings.Contains(page, want) {
			t.Errorf("docs/api.md does not contain %q", want)
		}
	}
	command(t, root, true, "go", "vet", "./...")
	edited := strings.Fields(command(t, root, true, "git", "ls-files", "--others", "--modified", "--exclude-standard"))
	for _, name := range edited {
		text := read(t, filepath.Join(root, name))
		if !isGenerated(text) && name != "spec/reports.yaml" {
			t.Errorf("the hand-written %s changed", name)
		}
	}
	write(t, filepath.Join(root, "drill_test.go"), read(t, filepath.Join(drill, "drill_test.go.txt")))
	command(t, root, true, "go", "test", ".", "./redshifttest")
	command(t, filepath.Join(root, "interop"), true, "go", "test", ".")
	command(t, root, true, "go", "run", "-C", "tools", "./apicheck")
}

// TestBreakingChanges removes parts of the contract that programs may use, and checks that apicheck reports each by name.
func TestBreakingChanges(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it generates and compiles the whole library several times")
	}
	root := checkout(t)
	contract := filepath.Join(root, "spec", "tags.yaml")
	edit(t, contract, "        - name: ResourceName\n          in: query\n          type: string\n          description: List only the tags of the resource with this",
		"        - name: ResourceArn\n          in: query\n          type: string\n          description: List only the tags of the resource with this")
	edit(t, contract, "              Marker:\n                type: string\n                description: Marker of the next page. Empty on the last page.\n        default:\n          $ref: '#/responses/Error'\n\ndefinitions:\n",
		"        default:\n          $ref: '#/responses/Error'\n\ndefinitions:\n")
	edit(t, contract, "      x-paginate:\n        over: TaggedResources\n", "")
	text := read(t, contract)
	start := strings.Index(text, "  /?Action=DeleteTags:\n")
	end := start + 1 + strings.Index(text[start+1:], "\n  /?Action=")
	write(t, contract, text[:start]+text[end+1:])
	said := command(t, root, false, "go", "run", "-C", "tools", "./generate", "-check")
	if !strings.Contains(said, "CreateTags, x-recovery, describe: DescribeTags has no parameter ResourceName") {
		t.Errorf("generate -check printed %s, want the look-up that is wrong", said)
	}
	edit(t, contract, "{DescribeTags: {ResourceName: ResourceName}}", "{DescribeTags: {ResourceArn: ResourceName}}")
	command(t, root, false, "go", "run", "-C", "tools", "./generate", "-check")
	command(t, root, true, "go", "generate", "./...")
	said = command(t, root, false, "go", "run", "-C", "tools", "./apicheck")
	for _, want := range []string{
		"DescribeTagsParams.ResourceName: removed", "DescribeTagsResult.Marker: removed", "DescribeTagsAll: removed",
		"Client.DeleteTags: removed", "DeleteTagsParams: removed", `"### Breaking"`,
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the output of apicheck does not contain %s", want)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
}
