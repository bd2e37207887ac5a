package main

import (
	"flag"
	"io"
	"io/fs"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

var goldenFolder = filepath.Join("testdata", "golden")

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // go-swagger names each file and field on the standard logger
	os.Exit(m.Run())
}

func TestTemplatesWriteTheGoldenFiles(t *testing.T) {
	t.Parallel()
	root := repository(t, fixture(t))
	generate(t, root)

	got := generatedFiles(t, root)
	if *update {
		if err := os.RemoveAll(goldenFolder); err != nil {
			t.Fatal(err)
		}
		for name, text := range got {
			write(t, filepath.Join(goldenFolder, name+".golden"), text)
		}
	}
	want := map[string]string{}
	for name, text := range folder(t, goldenFolder) {
		want[strings.TrimSuffix(name, ".golden")] = text
	}
	if len(want) < 10 {
		t.Fatalf("there are %d golden files: run the test with -update", len(want))
	}
	if names, wanted := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(names, wanted) {
		t.Errorf("generated the files %q, want %q", names, wanted)
	}
	for name, text := range got {
		if text != want[name] {
			t.Errorf("%s is not as in %s; see the difference with -update and git diff", name, goldenFolder)
		}
	}
}

// The command as users give it: go generate lists all files first, and must not stumble over one that has gone.
func TestTheGoGenerateCommand(t *testing.T) {
	t.Parallel()
	root := repository(t, read(t, filepath.Join(specFolder, "redshift.yaml")))
	for _, name := range []string{"gen.go", "go.mod", "go.sum"} {
		write(t, filepath.Join(root, name), read(t, filepath.Join("..", "..", name)))
	}
	copyGo(t, filepath.Join("..", "..", "awsquery"), filepath.Join(root, "awsquery"))
	copyGo(t, specFolder, filepath.Join(root, "spec"))
	for name, text := range folder(t, "..") {
		if name == "go.mod" || name == "go.sum" || strings.HasPrefix(name, "generate/") && strings.HasSuffix(name, ".go") {
			write(t, filepath.Join(root, "tools", name), text)
		}
	}
	stale := filepath.Join(root, "client", "snapshots", "forget_everything.go")
	write(t, stale, "package snapshots\n")
	for range 2 {
		command := exec.CommandContext(t.Context(), "go", "generate", "./...")
		command.Dir = root
		command.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=")
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("go generate ./...: %v\n%s", err, output)
		}
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("%s is still there (%v)", stale, err)
	}
	if err := run(t.Context(), root, mode{check: true}); err != nil {
		t.Error(err)
	}
}

// The golden files show what is written, not that it is Go which works with the packages beside it.
func TestGeneratedCodeCompiles(t *testing.T) {
	t.Parallel()
	root := repository(t, fixture(t))
	generate(t, root)
	for _, name := range []string{"go.mod", "go.sum"} {
		write(t, filepath.Join(root, name), read(t, filepath.Join("..", "..", name)))
	}
	copyGo(t, filepath.Join("..", "..", "awsquery"), filepath.Join(root, "awsquery"))
	// The facade is a part of package redshift; this is all that it needs of the rest.
	write(t, filepath.Join(root, "redshift.go"), `package redshift

import "github.com/redshift-go/redshift/client/store"

type (
	Client struct{ service *store.Client }
	Option = store.Option
)

func (c *Client) store() *store.Client { return c.service }

var _ store.ClientService = (*Client)(nil)
`)
	command := exec.CommandContext(t.Context(), "go", "vet", "./...")
	command.Dir = root
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("go vet of the generated files: %v\n%s", err, output)
	}
}

func TestGeneratingTwiceGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	first, second := repository(t, fixture(t)), repository(t, fixture(t))
	generate(t, first)
	generate(t, second)
	generate(t, second)
	if !maps.Equal(generatedFiles(t, first), generatedFiles(t, second)) {
		t.Error("two runs gave different files")
	}
}

func TestAParameterAddedToTheContractAppears(t *testing.T) {
	t.Parallel()
	const anchor = "        - {name: ShelfId, in: query"
	contract := fixture(t)
	if strings.Count(contract, anchor) != 1 {
		t.Fatalf("the contract of the test has changed: %q is not in it once", anchor)
	}
	contract = strings.Replace(contract, anchor, "        - {name: Deadline, in: query, type: string, format: date-time, description: Until when.}\n"+anchor, 1)
	root := repository(t, contract)
	generate(t, root)
	code := read(t, filepath.Join(root, "client", "store", "put_books.go"))
	for _, line := range []string{"\n\t// Until when.\n\tDeadline time.Time\n", "\n\tw.Time(\"Deadline\", p.Deadline)\n"} {
		if !strings.Contains(code, line) {
			t.Errorf("the operation has no line %q", line)
		}
	}
}

// What can be understood need not be said.
func TestDefaultsOfTheContract(t *testing.T) {
	t.Parallel()
	contract := fixture(t)
	for said, unsaid := range map[string]string{
		", x-go-name: Rows":                                          "",
		"                x-item-name: Shelf\n":                       "",
		"x-errors: [ShelfNotFound]":                                  "x-errors: [ShelfNotFound, ShelfBusy]",
		"      description: Puts books on a shelf.\n":                "",
		", description: The size of a page.}":                        "}",
		"ShelfFullFault: {status: 400, text: the shelf has no room}": "ShelfFullFault: {status: 400, text: the shelf has no room}\n",
	} {
		if strings.Count(contract, said) != 1 {
			t.Fatalf("the contract of the test has changed: %q is not in it once", said)
		}
		contract = strings.Replace(contract, said, unsaid, 1)
	}
	root := repository(t, contract)
	generate(t, root)
	for name, lines := range map[string][]string{
		"client/store/describe_shelves.go": {"\tRows []int\n", `xml:"DescribeShelvesResult>Shelves>Shelf"`, "\tMaxRecords *int\n"},
		"client/store/put_books.go":        {"\n// PutBooks put Books\n"},
		"models/error.go":                  {`ErrShelfBusy awsquery.ErrorCode = "ShelfBusy"`},
	} {
		code := read(t, filepath.Join(root, filepath.FromSlash(name)))
		for _, line := range lines {
			if !strings.Contains(code, line) {
				t.Errorf("%s has no %q", name, line)
			}
		}
	}
}

func TestNoStaleFileSurvives(t *testing.T) {
	t.Parallel()
	root := repository(t, fixture(t))
	stale := filepath.Join(root, "client", "store", "remove_books.go")
	handWritten := map[string]string{
		filepath.Join(root, "redshift.go"):                        "package redshift\n",
		filepath.Join(root, "models", "example_test.go"):          "package models_test\n",
		filepath.Join(root, "client", "store", "example_test.go"): "package store_test\n",
	}
	write(t, stale, "package store\n")
	for name, text := range handWritten {
		write(t, name, text)
	}
	write(t, filepath.Join(root, "client", "library", "gone.go"), "package library\n")
	if err := run(t.Context(), root, mode{keepStale: true}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, stale); got != "package store\n" {
		t.Errorf("told to keep it, the generator changed the stale file to %q", got)
	}
	generate(t, root)
	if _, err := os.Stat(filepath.Join(root, "client", "library")); !os.IsNotExist(err) {
		t.Errorf("the folder of a tag that has gone is still there (%v)", err)
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("%s is still there (%v)", stale, err)
	}
	for name, text := range handWritten {
		if got := read(t, name); got != text {
			t.Errorf("the hand-written %s was changed to %q", name, got)
		}
	}
	if err := run(t.Context(), root, mode{check: true}); err != nil {
		t.Error(err)
	}
	if rest := leftovers(t, root); len(rest) > 0 {
		t.Errorf("left behind: %q", rest)
	}
}

func TestAFailureChangesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		old, new string // in the contract
		says     []string
	}{
		"not Swagger 2.0":                    {`swagger: "2.0"`, `swagger: "3.0"`, []string{"not valid Swagger 2.0"}},
		"not Swagger":                        {"swagger:", "schwagger:", []string{"not valid Swagger 2.0"}},
		"not YAML":                           {"info:", "info: [", []string{"reading the contract"}},
		"a member that refers to nothing":    {"$ref: '#/definitions/Room'", "$ref: '#/definitions/Cellar'", []string{"definition Shelf, member Room", "Cellar"}},
		"a list without an item name":        {", x-item-name: Topic", "", []string{"definition Shelf, member Topics", "x-item-name"}},
		"a list of a structure":              {"x-list-item: Book", "x-list-item: Shelf", []string{"a list item's member"}},
		"a list of nothing":                  {"x-list-item: Book", "x-list-item: Bok", []string{"PutBooks, parameter Books.Book.N", "Bok"}},
		"an enum that is none":               {"x-enum: ShelfKind", "x-enum: Shelf", []string{"DescribeShelves, parameter Kind", "x-enum"}},
		"a misspelt extension":               {"x-read-only: true", "x-readonly: true", []string{"DescribeShelves", "x-readonly"}},
		"a misspelt extension, parameter":    {"x-enum: ShelfKind", "x-enun: ShelfKind", []string{"DescribeShelves, parameter Kind", "x-enun"}},
		"a misspelt extension, member":       {"x-nullable: true", "x-nulable: true", []string{"definition Shelf, member Limit", "x-nulable"}},
		"an error code of no operation":      {"x-errors: [ShelfNotFound, ShelfFullFault]", "x-errors: [ShelfNotFound]", []string{"ShelfFullFault"}},
		"pages over no list":                 {"{over: Shelves}", "{over: Books}", []string{"DescribeShelves", "x-paginate", "Books"}},
		"an unknown type of a member":        {"Name: {type: string,", "Name: {type: object,", []string{"definition Room, member Name", `"object"`}},
		"an unknown type of a parameter":     {"{name: WithBooks, in: query, type: boolean", "{name: WithBooks, in: query, type: bool", []string{"DescribeShelves, parameter WithBooks", `"bool"`}},
		"an unknown format":                  {"{name: Marker, in: query, type: string", "{name: Marker, in: query, type: string, format: byte", []string{"DescribeShelves, parameter Marker", `"byte"`}},
		"a pattern":                          {"minLength: 2,", "pattern: ^a$,", []string{"ShelfId", "pattern"}},
		"a parameter in a header":            {"{name: Marker, in: query", "{name: Marker, in: header", []string{"DescribeShelves, parameter Marker", `"header"`}},
		"a list that is not called one":      {"name: Rows.Row.N", "name: Rows.Row", []string{"DescribeShelves, parameter Rows.Row", "X.Y.N"}},
		"an action that is not the id":       {"/?Action=PutBooks", "/?Action=PutBook", []string{"PutBook", "operationId"}},
		"a path that is none":                {"/?Action=PutBooks", "/books", []string{"/books", "/?Action="}},
		"no version":                         {"parameters:\n        - $ref: '#/parameters/Version'\n        - {name: ShelfId", "parameters:\n        - {name: ShelfId", []string{"PutBooks", "Version"}},
		"no tag":                             {"description: Puts books on a shelf.\n      tags: [Store]", "description: Puts books on a shelf.", []string{"PutBooks", "tags"}},
		"a result that does not stand there": {"description: Nothing but a request identifier.\n          schema:\n            type: object", "description: Nothing but a request identifier.\n          schema: {$ref: '#/definitions/Shelf'}", []string{"PutBooks", "inline"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := repository(t, fixture(t))
			generate(t, root)
			before := folder(t, root)

			contract := filepath.Join(root, "spec", "redshift.yaml")
			text := read(t, contract)
			if strings.Count(text, test.old) == 0 {
				t.Fatalf("the contract of the test has changed: %q is not in it", test.old)
			}
			write(t, contract, strings.Replace(text, test.old, test.new, 1))
			err := run(t.Context(), root, mode{})
			if err == nil {
				t.Fatal("the contract was accepted")
			}
			for _, word := range test.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error does not say %q: %v", word, err)
				}
			}
			write(t, contract, text)
			if !maps.Equal(before, folder(t, root)) {
				t.Error("the tree was changed")
			}
		})
	}
}

func TestCheckNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	root := repository(t, fixture(t))
	generate(t, root)
	if err := run(t.Context(), root, mode{check: true}); err != nil {
		t.Fatalf("right after generating: %v", err)
	}
	write(t, filepath.Join(root, "models", "book.go"), "package models // edited\n")
	write(t, filepath.Join(root, "models", "journal.go"), "package models\n")
	if err := os.Remove(filepath.Join(root, "operations.go")); err != nil {
		t.Fatal(err)
	}
	before := folder(t, root)
	err := run(t.Context(), root, mode{check: true})
	if err == nil {
		t.Fatal("the check found nothing")
	}
	for _, word := range []string{"models/book.go differs", "models/journal.go is not generated any more", "operations.go is missing"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
	if !maps.Equal(before, folder(t, root)) {
		t.Error("the check changed the tree")
	}
}

func generate(t *testing.T, root string) {
	t.Helper()
	if err := run(t.Context(), root, mode{}); err != nil {
		t.Fatal(err)
	}
}

func fixture(t *testing.T) string {
	t.Helper()

	return read(t, filepath.Join("testdata", "store.yaml"))
}

// repository makes a folder with a contract and with this library's templates.
func repository(t *testing.T, contract string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range folder(t, specFolder) {
		write(t, filepath.Join(root, "spec", name), text)
	}
	write(t, filepath.Join(root, "spec", "redshift.yaml"), contract)

	return root
}

func generatedFiles(t *testing.T, root string) map[string]string {
	t.Helper()
	files, err := contents(root)
	if err != nil {
		t.Fatal(err)
	}

	return files
}

// leftovers names what a run left in the repository that it should have cleared away.
func leftovers(t *testing.T, root string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, ".*"))
	if err != nil {
		t.Fatal(err)
	}

	return found
}

func folder(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = read(t, path)

		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}

	return files
}

func copyGo(t *testing.T, from, to string) {
	t.Helper()
	for name, text := range folder(t, from) {
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			write(t, filepath.Join(to, name), text)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
