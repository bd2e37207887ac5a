package main

import (
	"flag"
	"io"
	"io/fs"
	"log"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

var goldenFolder = filepath.Join("testdata", "golden")

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // go-swagger logs every file and field with the standard logger
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
		t.Fatalf("found %d golden files, want at least 10: run the test with -update", len(want))
	}
	if names, wanted := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(names, wanted) {
		t.Errorf("generated files = %q, want %q", names, wanted)
	}
	for name, text := range got {
		if text != want[name] {
			t.Errorf("%s differs from its golden file in %s: run the test with -update, then git diff", name, goldenFolder)
		}
	}
}

// TestGoGenerate runs the command of users. go generate lists all files first, and must not fail if one is removed.
func TestGoGenerate(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it generates and compiles the whole library several times")
	}
	root := checkout(t)
	contract := filepath.Join(root, "spec", "snapshots.yaml")
	stale := []string{filepath.Join(root, "client", "snapshots", "forget_everything.go"), filepath.Join(root, "operations_zoo.go"), filepath.Join(root, "client", "zoo", "zebra.go")}
	for _, name := range stale {
		write(t, name, "// "+header+"\n\npackage stale\n\nconst noLongerUsed = missing\n")
	}
	edit(t, contract, "description: Identifiers of the changed snapshots.", "description: Changed snapshots.")
	for _, want := range []string{" files, 3 changed, 3 removed\n", " files, nothing changes\n"} {
		if said := command(t, root, true, "go", "generate", "./..."); strings.Count(said, "\n") != 1 || !strings.HasSuffix(said, want) {
			t.Errorf("go generate printed %q, want one line that ends with %q", said, want)
		}
	}
	for _, name := range stale {
		if exists(name) {
			t.Errorf("%s still exists", name)
		}
	}
	command(t, root, true, "go", "run", "-C", "tools", "./generate", "-check")

	edit(t, contract, "description: Changed snapshots.", "descripton: Changed snapshots.")
	before := folder(t, root)
	said := command(t, root, false, "go", "generate", "./...")
	if strings.Count(said, "did you mean description?") != 1 {
		t.Errorf("go generate printed %s, want one message with the right keyword", said)
	}
	if !maps.Equal(before, folder(t, root)) {
		t.Error("files changed, want no change")
	}
	edit(t, contract, "descripton: Changed snapshots.", "description: Changed snapshots.")

	// The compiler finds other mistakes.
	template := filepath.Join(root, "spec", "templates", "operation.gotmpl")
	edit(t, template, "codec.NewCheck(", "codec.NewChek(")
	before = folder(t, root)
	said = command(t, root, false, "go", "generate", "./...")
	if strings.Count(said, "client/tags/create_tags.go:") != 1 || !strings.Contains(said, "undefined: codec.NewChek") {
		t.Errorf("go generate printed %s, want one message of the compiler for each file", said)
	}
	if !maps.Equal(before, folder(t, root)) {
		t.Error("files changed, want no change")
	}
	edit(t, template, "codec.NewChek(", "codec.NewCheck(")

	// Hand-written files are fixed with the new code.
	edit(t, contract, "- name: AccountWithRestoreAccess\n          in: query\n          # Redshift refuses", "- name: Account\n          in: query\n          # Redshift refuses")
	said = command(t, root, true, "go", "generate", "./...")
	if !strings.Contains(said, "\trecover_hooks.go:") || !strings.Contains(said, "no field or method AccountWithRestoreAccess") {
		t.Errorf("go generate printed %s, want a note about recover_hooks.go", said)
	}
	command(t, root, true, "go", "run", "-C", "tools", "./generate", "-check")
}

// TestGeneratedCodeCompiles tests what golden files cannot show: that the code compiles and works with the other packages.
func TestGeneratedCodeCompiles(t *testing.T) {
	t.Parallel()
	root := moduleOf(t, fixture(t))
	if err := run(t.Context(), root, mode{}, io.Discard); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "store_test.go"), read(t, filepath.Join("testdata", "store_test.go.txt")))
	command(t, root, true, "go", "vet", "./...")
	command(t, root, true, "go", "test", ".")
}

// The compiler finds mistakes that no check knows, before any file changes.
func TestCompileErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file, old, new string
		fails          []string // in the error; nil if only the output has a note
		says           []string // in the output
	}{
		"an operation": {
			"spec/templates/operation.gotmpl", "return w.Err()", "return w.Error()",
			[]string{"client/store/describe_shelves.go:", "client/store/put_books.go:", "w.Error undefined"}, nil,
		},
		"the facade": {
			"spec/templates/facade.gotmpl", "return {{ $group.Name }}.New(", "return {{ $group.Name }}s.New(",
			[]string{"operations_store.go:", "undefined: stores"}, nil,
		},
		"a hand-written method of an operation": {
			"redshift.go", "type (", "func (c *Client) PutBooks() {}\n\ntype (",
			[]string{"operations_store.go:", "PutBooks", "redshift.go:"}, nil,
		},
		"two constants with the same name": {
			"spec/store.yaml", "enum: [paper back,", "enum: [PaperBack, paper back,",
			[]string{"models/shelf_kind.go:", "ShelfKindPaperBack redeclared"}, nil,
		},
		"a field that hand-written code uses": {
			"redshift.go", "type (", "var _ = store.PutBooksParams{Shelf: \"\"}\n\ntype (",
			nil, []string{"hand-written", "\tredshift.go:", "unknown field Shelf", "go vet ./..."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := moduleOf(t, fixture(t))
			edit(t, filepath.Join(root, filepath.FromSlash(test.file)), test.old, test.new)
			before := folder(t, root)
			var output strings.Builder
			err := run(t.Context(), root, mode{}, &output)
			if (err != nil) != (test.fails != nil) {
				t.Fatalf("run() = %v, want an error: %t", err, test.fails != nil)
			}
			for _, word := range test.fails {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error is %v, want it to contain %q", err, word)
				}
			}
			for _, word := range test.says {
				if !strings.Contains(output.String(), word) {
					t.Errorf("the output is %s, want it to contain %q", &output, word)
				}
			}
			if err != nil && !maps.Equal(before, folder(t, root)) {
				t.Error("files changed, want no change")
			}
		})
	}
}

func TestGenerateIsDeterministic(t *testing.T) {
	t.Parallel()
	first, second := repository(t, fixture(t)), repository(t, fixture(t))
	generate(t, first)
	generate(t, second)
	generate(t, second)
	if !maps.Equal(generatedFiles(t, first), generatedFiles(t, second)) {
		t.Error("two runs generated different files")
	}
}

func TestAddedParameter(t *testing.T) {
	t.Parallel()
	const anchor = "        - {name: ShelfId, in: query, type: string, required: true, minLength"
	contract := fixture(t)
	if strings.Count(contract, anchor) != 1 {
		t.Fatalf("testdata/store.yaml does not contain %q exactly once", anchor)
	}
	contract = strings.Replace(contract, anchor, "        - {name: Deadline, in: query, type: string, format: date-time, description: Until when.}\n"+anchor, 1)
	contract = strings.Replace(contract, "{name: Gently, in: query,", "{name: Gently, x-go-name: Carefully, in: query,", 1)
	root := repository(t, contract)
	generate(t, root)
	code := read(t, filepath.Join(root, "client", "store", "put_books.go"))
	for _, line := range []string{"\n\t// Until when.\n\tDeadline time.Time `json:\"Deadline,omitzero\"`\n", "\n\tw.Time(\"Deadline\", p.Deadline)\n",
		"\n\tCarefully bool `json:\"Gently,omitzero\"`\n", "\n\tw.Boolean(\"Gently\", p.Carefully)\n"} {
		if !strings.Contains(code, line) {
			t.Errorf("put_books.go does not contain %q", line)
		}
	}
}

// TestContractDefaults leaves out keywords that have defaults.
func TestContractDefaults(t *testing.T) {
	t.Parallel()
	contract := fixture(t)
	for said, unsaid := range map[string]string{
		", x-go-name: Rows":                           "",
		"                x-item-name: Shelf\n":        "",
		"      description: Puts books on a shelf.\n": "",
		", description: The size of a page.}":         "}",
	} {
		if strings.Count(contract, said) != 1 {
			t.Fatalf("testdata/store.yaml does not contain %q exactly once", said)
		}
		contract = strings.Replace(contract, said, unsaid, 1)
	}
	root := repository(t, contract)
	generate(t, root)
	for name, lines := range map[string][]string{
		"client/store/describe_shelves.go": {"\tRows []int `json", `xml:"DescribeShelvesResult>Shelves>Shelf"`, "\n\tMaxRecords *int"},
		"client/store/put_books.go":        {"\n// PutBooks put Books.\n"},
	} {
		code := read(t, filepath.Join(root, filepath.FromSlash(name)))
		for _, line := range lines {
			if !strings.Contains(code, line) {
				t.Errorf("%s does not contain %q", name, line)
			}
		}
	}
}

func TestStaleFilesAreRemoved(t *testing.T) {
	t.Parallel()
	root := repository(t, fixture(t))
	stale := filepath.Join(root, "client", "store", "remove_books.go")
	handWritten := map[string]string{
		filepath.Join(root, "redshift.go"):                         "package redshift\n",
		filepath.Join(root, "operations_test.go"):                  "package redshift\n",
		filepath.Join(root, "models", "example_test.go"):           "package models_test\n",
		filepath.Join(root, "client", "store", "example_test.go"):  "package store_test\n",
		filepath.Join(root, "client", "NOTES.md"):                  "Remember.\n",
		filepath.Join(root, "client", "store", "testdata", "a.go"): "package broken\n",
		filepath.Join(root, "models", "_drafts", "a.go"):           "package drafts\n",
	}
	const old = "// " + header + "\n\npackage store\n"
	write(t, stale, old)
	for name, text := range handWritten {
		write(t, name, text)
	}
	write(t, filepath.Join(root, "client", "library", "gone.go"), "// "+header+"\n\npackage library\n")
	write(t, filepath.Join(root, "operations_library.go"), "// "+header+"\n\npackage redshift\n")
	if err := run(t.Context(), root, mode{check: true}, io.Discard); err == nil || !strings.Contains(err.Error(), "client/store/remove_books.go is no longer generated") {
		t.Errorf("check with a stale file: %v, want an error that names it", err)
	}
	generate(t, root)
	if exists(filepath.Join(root, "operations_library.go")) {
		t.Error("the facade of a removed area still exists")
	}
	if _, err := os.Stat(filepath.Join(root, "client", "library")); !os.IsNotExist(err) {
		t.Errorf("the folder of a removed tag still exists (%v)", err)
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("%s still exists (%v)", stale, err)
	}
	for name, text := range handWritten {
		if got := read(t, name); got != text {
			t.Errorf("the hand-written %s changed to %q", name, got)
		}
	}
	if err := run(t.Context(), root, mode{check: true}, io.Discard); err != nil {
		t.Error(err)
	}
	if rest := leftovers(t, root); len(rest) > 0 {
		t.Errorf("temporary files remain: %q", rest)
	}
}

func TestFailureChangesNothing(t *testing.T) {
	t.Parallel()
	generated := repository(t, fixture(t))
	generate(t, generated)
	for name, test := range map[string]struct {
		old, new string // in the contract
		says     []string
	}{
		"not Swagger 2.0":                                  {`swagger: "2.0"`, `swagger: "3.0"`, []string{"not valid Swagger 2.0"}},
		"not Swagger":                                      {"swagger:", "schwagger:", []string{"the top of the contract: unknown keyword schwagger, did you mean swagger?"}},
		"not YAML":                                         {"info:", "info: [", []string{"reading the contract"}},
		"a member with an unknown reference":               {"$ref: '#/definitions/Room'", "$ref: '#/definitions/Cellar'", []string{"definition Shelf, member Room", "Cellar"}},
		"x-structure with an enum":                         {"x-structure: Plan", "x-structure: ShelfKind", []string{"ArrangeShelf, parameter Plan", "x-structure names ShelfKind, which is not a structure"}},
		"x-structure of a number":                          {"{name: Plan, in: query, type: string,", "{name: Plan, in: query, type: integer,", []string{"ArrangeShelf, parameter Plan: the extension x-structure has no effect here"}},
		"a union that requires a member":                   {"    x-union: true\n", "    x-union: true\n    required: [ByHand]\n", []string{"definition Mover: a union has exactly one of its members"}},
		"a union with a number":                            {"ByHand: {$ref: '#/definitions/Hand',", "Count: {type: integer, description: How many.}\n      ByHand: {$ref: '#/definitions/Hand',", []string{"definition Mover, member Count: a member of a union needs x-nullable"}},
		"a union that is not sent":                         {"description: Room is where a shelf stands.", "description: Room is where a shelf stands.\n    x-union: true", []string{"definition Room: the extension x-union has no effect here"}},
		"x-clearable of a required string":                 {"{name: Note, in: query, type: string,", "{name: Note, in: query, type: string, required: true,", []string{"ArrangeShelf, parameter Note: x-clearable is only for optional strings and lists"}},
		"x-clearable of a number":                          {"{name: Note, in: query, type: string,", "{name: Note, in: query, type: integer,", []string{"ArrangeShelf, parameter Note: the extension x-clearable has no effect here"}},
		"a secret that is a number":                        {"{name: Password, in: query, type: string,", "{name: Password, in: query, type: integer,", []string{"ArrangeShelf, parameter Password: the extension x-sensitive has no effect here"}},
		"an optional number that is nullable":              {"{name: Floor, in: query, type: integer, required: true,", "{name: Floor, in: query, type: integer,", []string{"ArrangeShelf, parameter Floor: the extension x-nullable has no effect here"}},
		"a map without the name of its values":             {"x-map: {key: Key, value: Value}, description: Its", "x-map: {key: Key}, description: Its", []string{"ArrangeShelf, parameter Labels.entry.N, x-map: value is missing"}},
		"a map of numbers":                                 {"items: {type: string}, x-map:", "items: {type: integer}, x-map:", []string{"ArrangeShelf, parameter Labels.entry.N: the keys and values of a map must be strings"}},
		"a member that is a map of numbers":                {"additionalProperties: {type: string}", "additionalProperties: {type: integer}", []string{"definition Plan, member Labels: a map needs additionalProperties"}},
		"an invalid Go name":                               {"x-go-name: Pieces", "x-go-name: 5pieces", []string{"definition Plan, member Piece: x-go-name is \"5pieces\", which is not an exported Go name"}},
		"a Go name that is already used":                   {"x-go-name: Pieces", "x-go-name: Title", []string{"definition Plan, member Title: its Go name Title is already used by member Piece"}},
		"an error code with a trailing period":             {"Quota.Shelves: {", "Quota.: {", []string{"an error code must be letters and digits, separated by periods"}},
		"two codes with the same Go name":                  {"Quota.Shelves: {", "QuotaShelves: {status: 400, text: too many shelves}\n          Quota.Shelves: {", []string{"QuotaShelves: its Go name ErrQuotaShelves is already used by Quota.Shelves"}},
		"pages in a structure without a Marker":            {"      Marker: {type: string, description: Where the next page of entries starts.}\n", "", []string{"DescribeCatalogue, x-paginate: needs the member Marker"}},
		"pages over an unknown member of a structure":      {"{over: Catalogue.Entries}", "{over: Catalogue.Entrys}", []string{"DescribeCatalogue, x-paginate: over is \"Catalogue.Entrys\"", "did you mean Entries?"}},
		"a list without an item name":                      {", x-item-name: Topic", "", []string{"definition Shelf, member Topics", "x-item-name"}},
		"x-list-item with an enum":                         {"x-list-item: Book", "x-list-item: ShelfKind", []string{"x-list-item names ShelfKind, which is not a structure"}},
		"an unknown x-list-item":                           {"x-list-item: Book", "x-list-item: Bok", []string{"PutBooks, parameter Books.Book.N", "Bok"}},
		"x-enum with a structure":                          {"x-enum: ShelfKind", "x-enum: Shelf", []string{"DescribeShelves, parameter Kind", "x-enum"}},
		"a misspelt extension":                             {"x-read-only: true", "x-readonly: true", []string{"DescribeShelves", "x-readonly"}},
		"a misspelt extension, parameter":                  {"x-enum: ShelfKind", "x-enun: ShelfKind", []string{"DescribeShelves, parameter Kind", "x-enun"}},
		"a misspelt extension, member":                     {"x-nullable: true, description: The most", "x-nulable: true, description: The most", []string{"definition Shelf, member Limit", "x-nulable"}},
		"a nullable time":                                  {"Built: {type: string, format: date-time,", "Built: {type: string, format: date-time, x-nullable: true,", []string{"Built is a time", "remove x-nullable"}},
		"an unused error code":                             {"ShelfAlreadyExists: {status", "ShelfBroken: {status: 400, text: it is broken}\n          ShelfAlreadyExists: {status", []string{"ShelfBroken is in the x-errors of no operation"}},
		"pages over another unknown member":                {"{over: Shelves}", "{over: Books}", []string{"DescribeShelves", "x-paginate", "Books"}},
		"an unknown type of a member":                      {"Name: {type: string,", "Name: {type: text,", []string{"definition Room, member Name", `"text"`}},
		"an unknown type of a parameter":                   {"{name: WithBooks, in: query, type: boolean", "{name: WithBooks, in: query, type: bool", []string{"DescribeShelves, parameter WithBooks", `"bool"`}},
		"an unknown format":                                {"{name: Marker, in: query, type: string", "{name: Marker, in: query, type: string, format: byte", []string{"DescribeShelves, parameter Marker", `"byte"`}},
		"a pattern":                                        {"minLength: 2,", "pattern: ^a$,", []string{"ShelfId", "pattern"}},
		"a parameter in a header":                          {"{name: Marker, in: query", "{name: Marker, in: header", []string{"DescribeShelves, parameter Marker", `"header"`}},
		"a list without .N":                                {"name: Rows.Row.N", "name: Rows.Row", []string{"DescribeShelves, parameter Rows.Row", "X.Y.N"}},
		"an action that differs from the operationId":      {"/?Action=PutBooks", "/?Action=PutBook", []string{"PutBook", "operationId"}},
		"an invalid path":                                  {"/?Action=PutBooks", "/books", []string{"/books", "/?Action="}},
		"no version":                                       {"parameters:\n        - $ref: '#/parameters/Version'\n        - {name: ShelfId", "parameters:\n        - {name: ShelfId", []string{"PutBooks", "Version"}},
		"no tag":                                           {"description: Puts books on a shelf.\n      tags: [Store]", "description: Puts books on a shelf.", []string{"PutBooks", "tags"}},
		"a result that is not inline":                      {"description: Nothing but a request identifier.\n          schema:\n            type: object", "description: Nothing but a request identifier.\n          schema: {$ref: '#/definitions/Shelf'}", []string{"PutBooks", "inline"}},
		"a version without quotes":                         {"swagger: \"2.0\"", "swagger: 2.0", []string{"the top of the contract: swagger is 2, which is a number", "put it in quotes"}},
		"a boolean in quotes":                              {"{name: ShelfId, in: query, type: string, required: true, minLength: 2, maxLength: 20,", "{name: ShelfId, in: query, type: string, required: 'yes', minLength: 2, maxLength: 20,", []string{"PutBooks, parameter ShelfId: required is \"yes\", but must be a boolean"}},
		"a boolean extension in quotes":                    {"x-read-only: true", "x-read-only: 'no'", []string{"DescribeShelves: x-read-only is \"no\", but must be a boolean"}},
		"a missing value":                                  {"maxItems: 50", "maxItems:", []string{"PutBooks, parameter Books.Book.N: maxItems is empty, but must be an integer"}},
		"a date without quotes":                            {"enum: [\"2020-02-02\"]", "enum: [2020-02-02]", []string{"parameters.Version: an item of enum is", "put it in quotes"}},
		"a misspelt keyword":                               {"maxItems: 50", "maxitems: 50", []string{"PutBooks, parameter Books.Book.N: unknown keyword maxitems, did you mean maxItems?"}},
		"a misspelt keyword of an operation":               {"summary: Put Books", "sumary: Put Books", []string{"PutBooks: unknown keyword sumary, did you mean summary?"}},
		"a misspelt keyword of a member":                   {"Subtitle: {type: string, description:", "Subtitle: {type: string, descripton:", []string{"definition Book, member Subtitle: unknown keyword descripton, did you mean description?"}},
		"a misspelt keyword of a definition":               {"required: [Title, Kind]", "requried: [Title, Kind]", []string{"definition Book: unknown keyword requried, did you mean required?"}},
		"a misspelt reference":                             {"- $ref: '#/parameters/Version'", "- $ref: '#/parameters/Versoin'", []string{"DescribeShelves, parameter number 1: refers to #/parameters/Versoin, but Versoin does not exist, did you mean Version?"}},
		"a reference to another section":                   {"- $ref: '#/parameters/Version'", "- $ref: '#/definitions/Book'", []string{"DescribeShelves, parameter number 1", "#/parameters/"}},
		"an undefined error response":                      {"$ref: '#/responses/Error'", "$ref: '#/responses/Eror'", []string{"DescribeShelves, response default", "did you mean Error?"}},
		"a mistake in a shared parameter":                  {"description: The version of the API.}", "maxlength: 10, description: The version of the API.}", []string{"parameters.Version: unknown keyword maxlength"}},
		"an undeclared error code":                         {"x-errors: [ShelfNotFound]", "x-errors: [ShelfNotFound, NoSuchThing]", []string{"DescribeShelves: x-errors names NoSuchThing", "add it to x-error-codes"}},
		"a misspelt error code":                            {"x-errors: [ShelfNotFound]", "x-errors: [ShelfNotFond]", []string{"DescribeShelves: x-errors names ShelfNotFond", "did you mean ShelfNotFound?"}},
		"an error code without a text":                     {"{status: 404, text: there is no such shelf}", "{status: 404}", []string{"definition Error, member Code, ShelfNotFound", "a text"}},
		"a default":                                        {"{name: Marker, in: query, type: string,", "{name: Marker, in: query, type: string, default: x,", []string{"DescribeShelves, parameter Marker: default has no effect here"}},
		"maxLength of a number":                            {"minimum: 20, maximum: 100", "minimum: 20, maxLength: 100", []string{"DescribeShelves, parameter MaxRecords: maxLength has no effect here"}},
		"minimum of a string":                              {"minLength: 2,", "minimum: 2,", []string{"PutBooks, parameter ShelfId: minimum has no effect here"}},
		"maxLength of a time":                              {"format: date-time, required: true", "format: date-time, maxLength: 9, required: true", []string{"PutBooks, parameter At: maxLength has no effect here"}},
		"a limit of a list's items":                        {"maxItems: 50\n          items: {type: string}", "maxItems: 50\n          items: {type: string, maxLength: 3}", []string{"PutBooks, parameter Books.Book.N, items: maxLength has no effect here"}},
		"maxLength in a result":                            {"Name: {type: string,", "Name: {type: string, maxLength: 3,", []string{"definition Room, member Name: maxLength has no effect here"}},
		"a minLength that is not checked":                  {"Title: {type: string, minLength: 1", "Title: {type: string, minLength: 2", []string{"definition Book, member Title: minLength"}},
		"an enum in a parameter":                           {"{name: Marker, in: query, type: string,", "{name: Marker, in: query, type: string, enum: [a, b],", []string{"DescribeShelves, parameter Marker: enum has no effect here", "x-enum"}},
		"an enum in a member":                              {"Subtitle: {type: string,", "Subtitle: {type: string, enum: [a, b],", []string{"definition Book, member Subtitle: enum has no effect here", "$ref"}},
		"minimum above maximum":                            {"minimum: 20, maximum: 100", "minimum: 200, maximum: 100", []string{"DescribeShelves, parameter MaxRecords: minimum is 200, which is greater than maximum, 100"}},
		"minLength above maxLength":                        {"minLength: 2, maxLength: 20", "minLength: 21, maxLength: 20", []string{"PutBooks, parameter ShelfId: minLength is 21, which is greater than maxLength, 20"}},
		"a fractional limit of an integer":                 {"minimum: 20, maximum: 100", "minimum: 20, maximum: 99.5", []string{"DescribeShelves, parameter MaxRecords: maximum is 99.5, but must be an integer"}},
		"another tag":                                      {"description: Puts books on a shelf.\n      tags: [Store]", "description: Puts books on a shelf.\n      tags: [Books]", []string{"PutBooks: the tags are [Books], but must be [Store]"}},
		"two tags":                                         {"tags: [{name: Store}]", "tags: [{name: Store}, {name: Books}]", []string{"spec/store.yaml:1: tags: Books is the second tag of spec/store.yaml, after Store: move it to its own file"}},
		"two parameters with the same Go name":             {"        - {name: ShelfId, in: query", "        - {name: shelfID, in: query, type: string, description: The shelf.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter ShelfId: its Go name ShelfID is already used by parameter shelfID"}},
		"two lists with the same Go name":                  {"x-go-name: Rows", "x-go-name: Days", []string{"DescribeShelves, parameter Days.Day.N: its Go name Days is already used by parameter Rows.Row.N"}},
		"a Go name with a space":                           {"x-go-name: Rows", "x-go-name: the rows", []string{"DescribeShelves, parameter Rows.Row.N: x-go-name is \"the rows\""}},
		"a parameter named like a method":                  {"        - {name: ShelfId, in: query", "        - {name: Validate, in: query, type: boolean, description: Whether.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter Validate: its Go name Validate is already used by the method Validate"}},
		"a parameter named like another method":            {"        - {name: ShelfId, in: query", "        - {name: WriteToRequest, in: query, type: boolean, description: Whether.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter WriteToRequest", "method"}},
		"a parameter Action":                               {"        - {name: ShelfId, in: query", "        - {name: Action, in: query, type: string, description: What.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter Action: the path already has the Action"}},
		"a second Version":                                 {"        - {name: ShelfId, in: query", "        - {name: Version, in: query, type: string, description: Which.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter Version: the version must be required, have one value and occur once"}},
		"two members with the same Go name":                {"              Marker: {type: string, description: Where the next page starts.}", "              Marker: {type: string, description: Where the next page starts.}\n              marker: {type: string, description: The same.}", []string{"DescribeShelves, result, member marker: its Go name Marker is already used by member Marker"}},
		"two members of a structure with the same Go name": {"Width: {type: number,", "shelfId: {type: string, description: The same.}\n      Width: {type: number,", []string{"definition Shelf, member shelfId: its Go name ShelfID is already used by member ShelfId"}},
		"a member named like a field":                      {"              Marker: {type: string, description: Where the next page starts.}", "              Marker: {type: string, description: Where the next page starts.}\n              RequestId: {type: string, description: Its own.}", []string{"DescribeShelves, result, member RequestId: its Go name RequestID is already used by the field RequestID"}},
		"a member named like a method":                     {"Width: {type: number,", "DecodeQuery: {type: string, description: A query.}\n      Width: {type: number,", []string{"definition Shelf, member DecodeQuery: its Go name DecodeQuery is already used by the method"}},
		"a sent member named like a method":                {"Subtitle: {type: string,", "CheckQuery: {type: string,", []string{"definition Book, member CheckQuery: its Go name CheckQuery is already used by the method"}},
		"two definitions with the same Go name":            {"  Room:\n    type: object", "  room: {type: object, description: Another., properties: {Name: {type: string, description: The name.}}}\n  Room:\n    type: object", []string{"definition room: its Go name Room is already used by definition Room"}},
		"a definition named like doc.go":                   {"  Room:\n    type: object", "  Doc: {type: object, description: Another., properties: {Name: {type: string, description: The name.}}}\n  Room:\n    type: object", []string{"definition Doc", "doc.go"}},
		"an operation named like service.go":               {"/?Action=PutBooks:\n    get:\n      operationId: putBooks", "/?Action=Service:\n    get:\n      operationId: service", []string{"Service", "service.go"}},
		"a definition without properties or enum":          {"    enum: [ipv4, dualstack]", "", []string{"definition ShelfIpKind: must be an object"}},
		"an enum of numbers":                               {"enum: [ipv4, dualstack]", "enum: [4, 6]", []string{"definition ShelfIpKind: an item of enum is 4", "put it in quotes"}},
		"pages over an unknown member":                     {"{over: Shelves}", "{over: Shelfs}", []string{"DescribeShelves, x-paginate: over is \"Shelfs\"", "did you mean Shelves?"}},
		"pages over a string":                              {"{over: Shelves}", "{over: Marker}", []string{"DescribeShelves, x-paginate: over is Marker, which is not a list of structures"}},
		"pages without over":                               {"{over: Shelves}", "{}", []string{"DescribeShelves, x-paginate: over"}},
		"pages without a parameter Marker":                 {"        - {name: Marker, in: query, type: string, description: Where to go on.}\n", "", []string{"DescribeShelves, x-paginate: needs the parameter Marker"}},
		"pages with a Marker that is a number":             {"{name: Marker, in: query, type: string,", "{name: Marker, in: query, type: integer,", []string{"DescribeShelves, x-paginate: needs the parameter Marker"}},
		"pages without a Marker in the result":             {"              Marker: {type: string, description: Where the next page starts.}\n", "", []string{"DescribeShelves, x-paginate: needs the member Marker"}},
		"an enum of a list":                                {"items: {type: integer}, x-go-name: Rows", "items: {type: integer}, x-enum: ShelfKind, x-go-name: Rows", []string{"DescribeShelves, parameter Rows.Row.N: the extension x-enum has no effect here"}},
		"x-any-case of a string":                           {"Name: {type: string,", "Name: {type: string, x-any-case: true,", []string{"definition Room, member Name: the extension x-any-case has no effect here"}},
		"x-any-case of a structure":                        {"{$ref: '#/definitions/Room',", "{$ref: '#/definitions/Room', x-any-case: true,", []string{"definition Shelf, member Room: the extension x-any-case has no effect here"}},
		"x-list-item of a string":                          {"{name: Since, in: query, type: string,", "{name: Since, x-list-item: Book, in: query, type: string,", []string{"DescribeShelves, parameter Since: the extension x-list-item has no effect here"}},
		"a response 201":                                   {"        200:\n          description: Nothing but", "        201: {description: Also., schema: {type: object}}\n        200:\n          description: Nothing but", []string{"PutBooks, response 201: has no effect"}},
		"a title that is a number":                         {"title: A store", "title: 5", []string{"info: title is 5, which is an integer", "put it in quotes"}},
		"a response's misspelt keyword":                    {"description: The call failed.", "descriptoin: The call failed.", []string{"responses.Error: unknown keyword descriptoin, did you mean description?"}},
		"required as a boolean in a definition":            {"required: [Title, Kind]", "required: true", []string{"definition Book: required is a boolean, but must be a list"}},
		"an unknown required member":                       {"required: [Title, Kind]", "required: [Titel, Kind]", []string{"definition Book: required names Titel, which is not a member, did you mean Title?"}},
		"a parameter that is a string":                     {"        - {name: ShelfId, in: query", "        - Shelf\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter number 2: it is \"Shelf\""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			if err := os.CopyFS(root, os.DirFS(generated)); err != nil {
				t.Fatal(err)
			}
			before := folder(t, root)

			text := fixture(t)
			if strings.Count(text, test.old) == 0 {
				t.Fatalf("testdata/store.yaml does not contain %q", test.old)
			}
			writeSpec(t, root, strings.Replace(text, test.old, test.new, 1))
			err := run(t.Context(), root, mode{uncompiled: true}, io.Discard)
			if err == nil {
				t.Fatal("the contract was accepted, want an error")
			}
			for _, word := range test.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error is %v, want it to contain %q", err, word)
				}
			}
			for line := range strings.Lines(err.Error()) {
				if strings.Count(err.Error(), line) > 1 || strings.Contains(line, "cannot unmarshal") || strings.Contains(line, "template:") {
					t.Errorf("the error repeats a line, or has the words of another package: %v", err)
				}
			}
			writeSpec(t, root, text)
			if !maps.Equal(before, folder(t, root)) {
				t.Error("files changed, want no change")
			}
		})
	}
}

// A mistake is reported without its consequences.
func TestMistakeIsReportedOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, says string }{
		"a keyword at the top":  {"paths:\n", "pahts:\n", "the top of the contract: unknown keyword pahts, did you mean paths?"},
		"a shared parameter":    {"$ref: '#/parameters/Marker'", "$ref: '#/parameters/Markr'", "DescribeShelves, parameter number 2: refers to #/parameters/Markr, but Markr does not exist, did you mean Marker?"},
		"the version":           {"$ref: '#/parameters/Version'", "$ref: '#/parameters/Versio'", "DescribeShelves, parameter number 1: refers to #/parameters/Versio, but Versio does not exist, did you mean Version?"},
		"an unknown type":       {"{name: Marker, in: query, type: string,", "{name: Marker, in: query, type: strin,", `parameters.Marker: the type is "strin", but must be one of boolean, integer, number, string`},
		"a keyword of a member": {"description: In metres.}\n      Full", "descripton: In metres.}\n      Full", "definition Shelf, member Width: unknown keyword descripton, did you mean description?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The Marker becomes a shared parameter.
			const marker = "{name: Marker, in: query, type: string, description: Where to go on.}"
			contract := strings.Replace(fixture(t), "        - "+marker, "        - $ref: '#/parameters/Marker'", 1)
			contract = strings.Replace(contract, "parameters:\n  Version:", "parameters:\n  Marker: "+marker+"\n  Version:", 1)
			if err := contractOf(t, split(t, contract)).check(); err != nil {
				t.Fatalf("the contract without the mistake: %v", err)
			}
			merged, err := readContract(split(t, strings.Replace(contract, test.old, test.new, 1)))
			if err == nil {
				err = merged.check()
			}
			if err == nil || !regexp.MustCompile(`^spec/(redshift|store)\.yaml:[1-9][0-9]*: `+regexp.QuoteMeta(test.says)+"$").MatchString(err.Error()) {
				t.Errorf("the error is %v, want %s with a place", err, test.says)
			}
		})
	}
}

func TestCheckReportsDifferences(t *testing.T) {
	t.Parallel()
	root := repository(t, fixture(t))
	generate(t, root)
	if err := run(t.Context(), root, mode{check: true}, io.Discard); err != nil {
		t.Fatalf("check after generating: %v", err)
	}
	write(t, filepath.Join(root, "models", "book.go"), "// "+header+"\n\npackage models // edited\n")
	write(t, filepath.Join(root, "models", "journal.go"), "// "+header+"\n\npackage models\n")
	write(t, filepath.Join(root, "models", "helpers.go"), "package models\n")
	write(t, filepath.Join(root, "models", "shelf.go"), "package models // by hand\n")
	if err := os.Remove(filepath.Join(root, "operations.go")); err != nil {
		t.Fatal(err)
	}
	before := folder(t, root)
	err := run(t.Context(), root, mode{check: true}, io.Discard)
	if err == nil {
		t.Fatal("check returned no error")
	}
	for _, word := range []string{"models/book.go differs", "models/journal.go is no longer generated", "operations.go is missing",
		"models/helpers.go is not generated: move it, or name it _test.go", "models/shelf.go is not generated, but has the name"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error is %v, want it to contain %q", err, word)
		}
	}
	if !maps.Equal(before, folder(t, root)) {
		t.Error("check changed files")
	}
}

// Only files with the header of generated files may be replaced or removed.
func TestHandWrittenFilesAreKept(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"models/helpers.go":          "models/helpers.go is not generated: move it, or name it _test.go",
		"client/library/library.go":  "client/library/library.go is not generated: move it, or name it _test.go",
		"client/store/service.go":    "client/store/service.go is not generated, but has the name of a generated file: move it",
		"operations.go":              "operations.go is not generated, but has the name of a generated file: move it",
		"docs/api.md":                "docs/api.md is not generated, but has the name of a generated file: move it",
		"internal/contract/extra.go": "internal/contract/extra.go is not generated",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := repository(t, fixture(t))
			write(t, filepath.Join(root, filepath.FromSlash(name)), "package byhand\n// "+header+"\n")
			before := folder(t, root)
			for _, check := range []bool{true, false} {
				err := run(t.Context(), root, mode{check: check, uncompiled: true}, io.Discard)
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("with check %v, the error is %v, want it to contain %q", check, err, says)
				}
			}
			if !maps.Equal(before, folder(t, root)) {
				t.Error("files changed, want no change")
			}
		})
	}
}

func generate(t *testing.T, root string) {
	t.Helper()
	if err := run(t.Context(), root, mode{uncompiled: true}, io.Discard); err != nil {
		t.Fatal(err)
	}
}

func fixture(t *testing.T) string {
	t.Helper()

	return read(t, filepath.Join("testdata", "store.yaml"))
}

// repository returns a folder with a contract and the library's templates.
func repository(t *testing.T, contract string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range folder(t, specFolder) {
		if filepath.Ext(name) != ".yaml" || name == "layout.yaml" {
			write(t, filepath.Join(root, "spec", name), text)
		}
	}
	writeSpec(t, root, contract)

	return root
}

// writeSpec writes the files of a contract. In the text, a line such as "--- store.yaml" precedes the text of each file.
func writeSpec(t *testing.T, root, contract string) {
	t.Helper()
	for _, part := range strings.Split("\n"+contract, "\n--- ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		write(t, filepath.Join(root, "spec", name), text+"\n")
	}
}

// split writes the files of a contract to a folder named spec, and returns its path.
func split(t *testing.T, contract string) string {
	t.Helper()
	root := t.TempDir()
	writeSpec(t, root, contract)

	return filepath.Join(root, "spec")
}

// moduleOf returns a repository with everything that the generated code needs to compile.
func moduleOf(t *testing.T, contract string) string {
	t.Helper()
	root := repository(t, contract)
	for _, name := range []string{"go.mod", "go.sum"} {
		write(t, filepath.Join(root, name), read(t, filepath.Join("..", "..", name)))
	}
	for _, name := range []string{"awsquery", filepath.Join("internal", "codec"), filepath.Join("internal", "recovery"), filepath.Join("internal", "wire")} {
		copyGo(t, filepath.Join("..", "..", name), filepath.Join(root, name))
	}
	// The facade is part of package redshift. This file has the other declarations that it needs.
	write(t, filepath.Join(root, "redshift.go"), read(t, filepath.Join("testdata", "redshift.go.txt")))

	return root
}

func generatedFiles(t *testing.T, root string) map[string]string {
	t.Helper()
	files, _, err := contents(root)
	if err != nil {
		t.Fatal(err)
	}

	return files
}

// leftovers returns the temporary files that a run left in the repository.
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
