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
	if testing.Short() {
		t.Skip("it generates and compiles the whole library several times")
	}
	root := checkout(t)
	contract := filepath.Join(root, "spec", "snapshots.yaml")
	stale := []string{filepath.Join(root, "client", "snapshots", "forget_everything.go"), filepath.Join(root, "operations_zoo.go"), filepath.Join(root, "client", "zoo", "zebra.go")}
	for _, name := range stale {
		write(t, name, "// "+header+"\n\npackage stale\n\nconst noLongerUsed = missing\n")
	}
	edit(t, contract, "description: The identifiers of the snapshots that were changed.", "description: Those that were changed.")
	for _, want := range []string{" files, 2 changed, 3 removed\n", " files, nothing changes\n"} {
		if said := command(t, root, true, "go", "generate", "./..."); strings.Count(said, "\n") != 1 || !strings.HasSuffix(said, want) {
			t.Errorf("it says %q, want one line that ends in %q", said, want)
		}
	}
	for _, name := range stale {
		if exists(name) {
			t.Errorf("%s is still there", name)
		}
	}
	command(t, root, true, "go", "run", "-C", "tools", "./generate", "-check")

	edit(t, contract, "description: Those that were changed.", "descripton: Those that were changed.")
	before := folder(t, root)
	said := command(t, root, false, "go", "generate", "./...")
	if strings.Count(said, "did you mean description?") != 1 {
		t.Errorf("it does not say once what is wrong: %s", said)
	}
	if !maps.Equal(before, folder(t, root)) {
		t.Error("the tree was changed")
	}
	edit(t, contract, "descripton: Those that were changed.", "description: Those that were changed.")

	// What else is wrong is the compiler's to find.
	template := filepath.Join(root, "spec", "templates", "operation.gotmpl")
	edit(t, template, "codec.NewCheck(", "codec.NewChek(")
	before = folder(t, root)
	said = command(t, root, false, "go", "generate", "./...")
	if strings.Count(said, "client/tags/create_tags.go:") != 1 || !strings.Contains(said, "undefined: codec.NewChek") {
		t.Errorf("it does not say once what does not compile: %s", said)
	}
	if !maps.Equal(before, folder(t, root)) {
		t.Error("the tree was changed")
	}
	edit(t, template, "codec.NewChek(", "codec.NewCheck(")

	// What is written by hand is mended with the new code.
	edit(t, contract, "- name: AccountWithRestoreAccess\n          in: query\n          # Redshift refuses", "- name: Account\n          in: query\n          # Redshift refuses")
	said = command(t, root, true, "go", "generate", "./...")
	if !strings.Contains(said, "\trecover_hooks.go:") || !strings.Contains(said, "no field or method AccountWithRestoreAccess") {
		t.Errorf("it does not say that recover_hooks.go has to be changed: %s", said)
	}
	command(t, root, true, "go", "run", "-C", "tools", "./generate", "-check")
}

// The golden files show what is written, not that it is Go which works with the packages beside it.
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

// What no check knows is found by the compiler, before anything is changed.
func TestWhatDoesNotCompile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file, old, new string
		fails          []string // in the error; none if it is only said
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
		"a method by hand that an operation has too": {
			"redshift.go", "type (", "func (c *Client) PutBooks() {}\n\ntype (",
			[]string{"operations_store.go:", "PutBooks", "redshift.go:"}, nil,
		},
		"two constants of one name": {
			"spec/store.yaml", "enum: [paper back,", "enum: [PaperBack, paper back,",
			[]string{"models/shelf_kind.go:", "ShelfKindPaperBack redeclared"}, nil,
		},
		"a field that is used by hand": {
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
				t.Fatalf("the error is %v", err)
			}
			for _, word := range test.fails {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error does not say %q: %v", word, err)
				}
			}
			for _, word := range test.says {
				if !strings.Contains(output.String(), word) {
					t.Errorf("the output does not say %q: %s", word, &output)
				}
			}
			if err != nil && !maps.Equal(before, folder(t, root)) {
				t.Error("the tree was changed")
			}
		})
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
	const anchor = "        - {name: ShelfId, in: query, type: string, required: true, minLength"
	contract := fixture(t)
	if strings.Count(contract, anchor) != 1 {
		t.Fatalf("the contract of the test has changed: %q is not in it once", anchor)
	}
	contract = strings.Replace(contract, anchor, "        - {name: Deadline, in: query, type: string, format: date-time, description: Until when.}\n"+anchor, 1)
	contract = strings.Replace(contract, "{name: Gently, in: query,", "{name: Gently, x-go-name: Carefully, in: query,", 1)
	root := repository(t, contract)
	generate(t, root)
	code := read(t, filepath.Join(root, "client", "store", "put_books.go"))
	for _, line := range []string{"\n\t// Until when.\n\tDeadline time.Time `json:\"Deadline,omitzero\"`\n", "\n\tw.Time(\"Deadline\", p.Deadline)\n",
		"\n\tCarefully bool `json:\"Gently,omitzero\"`\n", "\n\tw.Boolean(\"Gently\", p.Carefully)\n"} {
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
		", x-go-name: Rows":                           "",
		"                x-item-name: Shelf\n":        "",
		"      description: Puts books on a shelf.\n": "",
		", description: The size of a page.}":         "}",
	} {
		if strings.Count(contract, said) != 1 {
			t.Fatalf("the contract of the test has changed: %q is not in it once", said)
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
	if err := run(t.Context(), root, mode{check: true}, io.Discard); err == nil || !strings.Contains(err.Error(), "client/store/remove_books.go is not generated any more") {
		t.Errorf("the check of a stale file: %v", err)
	}
	generate(t, root)
	if exists(filepath.Join(root, "operations_library.go")) {
		t.Error("the facade of an area that has gone is still there")
	}
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
	if err := run(t.Context(), root, mode{check: true}, io.Discard); err != nil {
		t.Error(err)
	}
	if rest := leftovers(t, root); len(rest) > 0 {
		t.Errorf("left behind: %q", rest)
	}
}

func TestAFailureChangesNothing(t *testing.T) {
	t.Parallel()
	generated := repository(t, fixture(t))
	generate(t, generated)
	for name, test := range map[string]struct {
		old, new string // in the contract
		says     []string
	}{
		"not Swagger 2.0":                          {`swagger: "2.0"`, `swagger: "3.0"`, []string{"not valid Swagger 2.0"}},
		"not Swagger":                              {"swagger:", "schwagger:", []string{"the top of the contract: unknown keyword schwagger, did you mean swagger?"}},
		"not YAML":                                 {"info:", "info: [", []string{"reading the contract"}},
		"a member that refers to nothing":          {"$ref: '#/definitions/Room'", "$ref: '#/definitions/Cellar'", []string{"definition Shelf, member Room", "Cellar"}},
		"a structure that is none":                 {"x-structure: Plan", "x-structure: ShelfKind", []string{"ArrangeShelf, parameter Plan", "x-structure names ShelfKind, which is no structure"}},
		"a structure of a number":                  {"{name: Plan, in: query, type: string,", "{name: Plan, in: query, type: integer,", []string{"ArrangeShelf, parameter Plan: the extension x-structure means nothing here"}},
		"a union that requires a member":           {"    x-union: true\n", "    x-union: true\n    required: [ByHand]\n", []string{"definition Mover: a union has exactly one of its members"}},
		"a union with a number":                    {"ByHand: {$ref: '#/definitions/Hand',", "Count: {type: integer, description: How many.}\n      ByHand: {$ref: '#/definitions/Hand',", []string{"definition Mover, member Count: a union's member needs x-nullable"}},
		"a union that is not sent":                 {"description: Room is where a shelf stands.", "description: Room is where a shelf stands.\n    x-union: true", []string{"definition Room: the extension x-union means nothing here"}},
		"a required text that is cleared":          {"{name: Note, in: query, type: string,", "{name: Note, in: query, type: string, required: true,", []string{"ArrangeShelf, parameter Note: x-clearable is for optional texts and lists"}},
		"a number that is cleared":                 {"{name: Note, in: query, type: string,", "{name: Note, in: query, type: integer,", []string{"ArrangeShelf, parameter Note: the extension x-clearable means nothing here"}},
		"a secret that is a number":                {"{name: Password, in: query, type: string,", "{name: Password, in: query, type: integer,", []string{"ArrangeShelf, parameter Password: the extension x-sensitive means nothing here"}},
		"an optional number that is nullable":      {"{name: Floor, in: query, type: integer, required: true,", "{name: Floor, in: query, type: integer,", []string{"ArrangeShelf, parameter Floor: the extension x-nullable means nothing here"}},
		"a map without the name of its values":     {"x-map: {key: Key, value: Value}, description: Its", "x-map: {key: Key}, description: Its", []string{"ArrangeShelf, parameter Labels.entry.N, x-map: value is missing"}},
		"a map of numbers":                         {"items: {type: string}, x-map:", "items: {type: integer}, x-map:", []string{"ArrangeShelf, parameter Labels.entry.N: a map has texts as keys and values"}},
		"a member that is a map of numbers":        {"additionalProperties: {type: string}", "additionalProperties: {type: integer}", []string{"definition Plan, member Labels: a map has additionalProperties"}},
		"a Go name that is none":                   {"x-go-name: Pieces", "x-go-name: 5pieces", []string{"definition Plan, member Piece: x-go-name is \"5pieces\", which is no exported name"}},
		"a Go name that is taken":                  {"x-go-name: Pieces", "x-go-name: Title", []string{"definition Plan, member Title: its name in Go, Title, is taken by member Piece"}},
		"a full stop too many":                     {"Quota.Shelves: {", "Quota.: {", []string{"an error code has letters and digits, with full stops between them"}},
		"two codes of one name":                    {"Quota.Shelves: {", "QuotaShelves: {status: 400, text: too many shelves}\n          Quota.Shelves: {", []string{"QuotaShelves: its name in Go, ErrQuotaShelves, is taken by Quota.Shelves"}},
		"pages in a structure that has no Marker":  {"      Marker: {type: string, description: Where the next page of entries starts.}\n", "", []string{"DescribeCatalogue, x-paginate: needs the member Marker"}},
		"pages over no list of a structure":        {"{over: Catalogue.Entries}", "{over: Catalogue.Entrys}", []string{"DescribeCatalogue, x-paginate: over is \"Catalogue.Entrys\"", "did you mean Entries?"}},
		"a list without an item name":              {", x-item-name: Topic", "", []string{"definition Shelf, member Topics", "x-item-name"}},
		"a list of a structure":                    {"x-list-item: Book", "x-list-item: ShelfKind", []string{"x-list-item names ShelfKind, which is no structure"}},
		"a list of nothing":                        {"x-list-item: Book", "x-list-item: Bok", []string{"PutBooks, parameter Books.Book.N", "Bok"}},
		"an enum that is none":                     {"x-enum: ShelfKind", "x-enum: Shelf", []string{"DescribeShelves, parameter Kind", "x-enum"}},
		"a misspelt extension":                     {"x-read-only: true", "x-readonly: true", []string{"DescribeShelves", "x-readonly"}},
		"a misspelt extension, parameter":          {"x-enum: ShelfKind", "x-enun: ShelfKind", []string{"DescribeShelves, parameter Kind", "x-enun"}},
		"a misspelt extension, member":             {"x-nullable: true, description: The most", "x-nulable: true, description: The most", []string{"definition Shelf, member Limit", "x-nulable"}},
		"a time behind a pointer":                  {"Built: {type: string, format: date-time,", "Built: {type: string, format: date-time, x-nullable: true,", []string{"Built is a time", "remove x-nullable"}},
		"an error code of no operation":            {"ShelfAlreadyExists: {status", "ShelfBroken: {status: 400, text: it is broken}\n          ShelfAlreadyExists: {status", []string{"ShelfBroken is in no operation's x-errors"}},
		"pages over no list":                       {"{over: Shelves}", "{over: Books}", []string{"DescribeShelves", "x-paginate", "Books"}},
		"an unknown type of a member":              {"Name: {type: string,", "Name: {type: text,", []string{"definition Room, member Name", `"text"`}},
		"an unknown type of a parameter":           {"{name: WithBooks, in: query, type: boolean", "{name: WithBooks, in: query, type: bool", []string{"DescribeShelves, parameter WithBooks", `"bool"`}},
		"an unknown format":                        {"{name: Marker, in: query, type: string", "{name: Marker, in: query, type: string, format: byte", []string{"DescribeShelves, parameter Marker", `"byte"`}},
		"a pattern":                                {"minLength: 2,", "pattern: ^a$,", []string{"ShelfId", "pattern"}},
		"a parameter in a header":                  {"{name: Marker, in: query", "{name: Marker, in: header", []string{"DescribeShelves, parameter Marker", `"header"`}},
		"a list that is not called one":            {"name: Rows.Row.N", "name: Rows.Row", []string{"DescribeShelves, parameter Rows.Row", "X.Y.N"}},
		"an action that is not the id":             {"/?Action=PutBooks", "/?Action=PutBook", []string{"PutBook", "operationId"}},
		"a path that is none":                      {"/?Action=PutBooks", "/books", []string{"/books", "/?Action="}},
		"no version":                               {"parameters:\n        - $ref: '#/parameters/Version'\n        - {name: ShelfId", "parameters:\n        - {name: ShelfId", []string{"PutBooks", "Version"}},
		"no tag":                                   {"description: Puts books on a shelf.\n      tags: [Store]", "description: Puts books on a shelf.", []string{"PutBooks", "tags"}},
		"a result that does not stand there":       {"description: Nothing but a request identifier.\n          schema:\n            type: object", "description: Nothing but a request identifier.\n          schema: {$ref: '#/definitions/Shelf'}", []string{"PutBooks", "inline"}},
		"a version without quotes":                 {"swagger: \"2.0\"", "swagger: 2.0", []string{"the top of the contract: swagger is 2, which is a number", "put it in quotes"}},
		"a flag that is a text":                    {"{name: ShelfId, in: query, type: string, required: true, minLength: 2, maxLength: 20,", "{name: ShelfId, in: query, type: string, required: 'yes', minLength: 2, maxLength: 20,", []string{"PutBooks, parameter ShelfId: required is \"yes\", and has to be true or false"}},
		"an extension's flag that is a text":       {"x-read-only: true", "x-read-only: 'no'", []string{"DescribeShelves: x-read-only is \"no\", and has to be true or false"}},
		"a value that is missing":                  {"maxItems: 50", "maxItems:", []string{"PutBooks, parameter Books.Book.N: maxItems is empty, and has to be a whole number"}},
		"a date without quotes":                    {"enum: [\"2020-02-02\"]", "enum: [2020-02-02]", []string{"parameters.Version: an item of enum is", "put it in quotes"}},
		"a misspelt keyword":                       {"maxItems: 50", "maxitems: 50", []string{"PutBooks, parameter Books.Book.N: unknown keyword maxitems, did you mean maxItems?"}},
		"a misspelt keyword of an operation":       {"summary: Put Books", "sumary: Put Books", []string{"PutBooks: unknown keyword sumary, did you mean summary?"}},
		"a misspelt keyword of a member":           {"Subtitle: {type: string, description:", "Subtitle: {type: string, descripton:", []string{"definition Book, member Subtitle: unknown keyword descripton, did you mean description?"}},
		"a misspelt keyword of a definition":       {"required: [Title, Kind]", "requried: [Title, Kind]", []string{"definition Book: unknown keyword requried, did you mean required?"}},
		"a misspelt reference":                     {"- $ref: '#/parameters/Version'", "- $ref: '#/parameters/Versoin'", []string{"DescribeShelves, parameter number 1: refers to #/parameters/Versoin, and there is no Versoin, did you mean Version?"}},
		"a reference to elsewhere":                 {"- $ref: '#/parameters/Version'", "- $ref: '#/definitions/Book'", []string{"DescribeShelves, parameter number 1", "#/parameters/"}},
		"a failure that is described nowhere":      {"$ref: '#/responses/Error'", "$ref: '#/responses/Eror'", []string{"DescribeShelves, response default", "did you mean Error?"}},
		"a mistake in what is shared":              {"description: The version of the API.}", "maxlength: 10, description: The version of the API.}", []string{"parameters.Version: unknown keyword maxlength"}},
		"an error code that is in no table":        {"x-errors: [ShelfNotFound]", "x-errors: [ShelfNotFound, NoSuchThing]", []string{"DescribeShelves: x-errors names NoSuchThing", "add it to x-error-codes"}},
		"a misspelt error code":                    {"x-errors: [ShelfNotFound]", "x-errors: [ShelfNotFond]", []string{"DescribeShelves: x-errors names ShelfNotFond", "did you mean ShelfNotFound?"}},
		"an error code without a text":             {"{status: 404, text: there is no such shelf}", "{status: 404}", []string{"definition Error, member Code, ShelfNotFound", "a text"}},
		"a default":                                {"{name: Marker, in: query, type: string,", "{name: Marker, in: query, type: string, default: x,", []string{"DescribeShelves, parameter Marker: default has no effect here"}},
		"a length of a number":                     {"minimum: 20, maximum: 100", "minimum: 20, maxLength: 100", []string{"DescribeShelves, parameter MaxRecords: maxLength has no effect here"}},
		"a minimum of a text":                      {"minLength: 2,", "minimum: 2,", []string{"PutBooks, parameter ShelfId: minimum has no effect here"}},
		"a length of a time":                       {"format: date-time, required: true", "format: date-time, maxLength: 9, required: true", []string{"PutBooks, parameter At: maxLength has no effect here"}},
		"a limit of a list's items":                {"maxItems: 50\n          items: {type: string}", "maxItems: 50\n          items: {type: string, maxLength: 3}", []string{"PutBooks, parameter Books.Book.N, items: maxLength has no effect here"}},
		"a limit of an answer":                     {"Name: {type: string,", "Name: {type: string, maxLength: 3,", []string{"definition Room, member Name: maxLength has no effect here"}},
		"a least length that is not checked":       {"Title: {type: string, minLength: 1", "Title: {type: string, minLength: 2", []string{"definition Book, member Title: minLength"}},
		"an enum in place of a definition":         {"{name: Marker, in: query, type: string,", "{name: Marker, in: query, type: string, enum: [a, b],", []string{"DescribeShelves, parameter Marker: enum has no effect here", "x-enum"}},
		"an enum in a member":                      {"Subtitle: {type: string,", "Subtitle: {type: string, enum: [a, b],", []string{"definition Book, member Subtitle: enum has no effect here", "$ref"}},
		"no number is allowed":                     {"minimum: 20, maximum: 100", "minimum: 200, maximum: 100", []string{"DescribeShelves, parameter MaxRecords: minimum is 200, which is more than maximum, 100"}},
		"no length is allowed":                     {"minLength: 2, maxLength: 20", "minLength: 21, maxLength: 20", []string{"PutBooks, parameter ShelfId: minLength is 21, which is more than maxLength, 20"}},
		"a part of a number":                       {"minimum: 20, maximum: 100", "minimum: 20, maximum: 99.5", []string{"DescribeShelves, parameter MaxRecords: maximum is 99.5, and has to be whole"}},
		"another tag":                              {"description: Puts books on a shelf.\n      tags: [Store]", "description: Puts books on a shelf.\n      tags: [Books]", []string{"PutBooks: the tags are [Books], and have to be [Store]"}},
		"two tags":                                 {"tags: [{name: Store}]", "tags: [{name: Store}, {name: Books}]", []string{"spec/store.yaml:1: tags: Books is the second tag of spec/store.yaml, after Store: an area has a file of its own"}},
		"two parameters of one name":               {"        - {name: ShelfId, in: query", "        - {name: shelfID, in: query, type: string, description: The shelf.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter ShelfId: its name in Go, ShelfID, is taken by parameter shelfID"}},
		"two lists of one name":                    {"x-go-name: Rows", "x-go-name: Days", []string{"DescribeShelves, parameter Days.Day.N: its name in Go, Days, is taken by parameter Rows.Row.N"}},
		"a name that is none in Go":                {"x-go-name: Rows", "x-go-name: the rows", []string{"DescribeShelves, parameter Rows.Row.N: x-go-name is \"the rows\""}},
		"a parameter of a method's name":           {"        - {name: ShelfId, in: query", "        - {name: Validate, in: query, type: boolean, description: Whether.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter Validate: its name in Go, Validate, is taken by the method Validate"}},
		"a parameter of the other method's name":   {"        - {name: ShelfId, in: query", "        - {name: WriteToRequest, in: query, type: boolean, description: Whether.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter WriteToRequest", "method"}},
		"a parameter Action":                       {"        - {name: ShelfId, in: query", "        - {name: Action, in: query, type: string, description: What.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter Action: the path says the Action"}},
		"a second Version":                         {"        - {name: ShelfId, in: query", "        - {name: Version, in: query, type: string, description: Which.}\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter Version: the version is a parameter that is required and has one value"}},
		"two members of one name":                  {"              Marker: {type: string, description: Where the next page starts.}", "              Marker: {type: string, description: Where the next page starts.}\n              marker: {type: string, description: The same.}", []string{"DescribeShelves, result, member marker: its name in Go, Marker, is taken by member Marker"}},
		"two members of one name in a structure":   {"Width: {type: number,", "shelfId: {type: string, description: The same.}\n      Width: {type: number,", []string{"definition Shelf, member shelfId: its name in Go, ShelfID, is taken by member ShelfId"}},
		"a member of a field's name":               {"              Marker: {type: string, description: Where the next page starts.}", "              Marker: {type: string, description: Where the next page starts.}\n              RequestId: {type: string, description: Its own.}", []string{"DescribeShelves, result, member RequestId: its name in Go, RequestID, is taken by the field RequestID"}},
		"a member of a method's name":              {"Width: {type: number,", "DecodeQuery: {type: string, description: A query.}\n      Width: {type: number,", []string{"definition Shelf, member DecodeQuery: its name in Go, DecodeQuery, is taken by the method"}},
		"a sent member of a method's name":         {"Subtitle: {type: string,", "CheckQuery: {type: string,", []string{"definition Book, member CheckQuery: its name in Go, CheckQuery, is taken by the method"}},
		"two definitions of one name":              {"  Room:\n    type: object", "  room: {type: object, description: Another., properties: {Name: {type: string, description: The name.}}}\n  Room:\n    type: object", []string{"definition room: its name in Go, Room, is taken by definition Room"}},
		"a definition called as the documentation": {"  Room:\n    type: object", "  Doc: {type: object, description: Another., properties: {Name: {type: string, description: The name.}}}\n  Room:\n    type: object", []string{"definition Doc", "doc.go"}},
		"an operation called as what all share":    {"/?Action=PutBooks:\n    get:\n      operationId: putBooks", "/?Action=Service:\n    get:\n      operationId: service", []string{"Service", "service.go"}},
		"a definition that is nothing":             {"    enum: [ipv4, dualstack]", "", []string{"definition ShelfIpKind: is neither"}},
		"an enum of numbers":                       {"enum: [ipv4, dualstack]", "enum: [4, 6]", []string{"definition ShelfIpKind: an item of enum is 4", "put it in quotes"}},
		"pages over nothing":                       {"{over: Shelves}", "{over: Shelfs}", []string{"DescribeShelves, x-paginate: over is \"Shelfs\"", "did you mean Shelves?"}},
		"pages over no list of structures":         {"{over: Shelves}", "{over: Marker}", []string{"DescribeShelves, x-paginate: is over Marker, which is no list of structures"}},
		"pages without over":                       {"{over: Shelves}", "{}", []string{"DescribeShelves, x-paginate: over"}},
		"pages without a Marker to send":           {"        - {name: Marker, in: query, type: string, description: Where to go on.}\n", "", []string{"DescribeShelves, x-paginate: needs the parameter Marker"}},
		"pages with a Marker that is a number":     {"{name: Marker, in: query, type: string,", "{name: Marker, in: query, type: integer,", []string{"DescribeShelves, x-paginate: needs the parameter Marker"}},
		"pages without a Marker in the answer":     {"              Marker: {type: string, description: Where the next page starts.}\n", "", []string{"DescribeShelves, x-paginate: needs the member Marker"}},
		"an enum of a list":                        {"items: {type: integer}, x-go-name: Rows", "items: {type: integer}, x-enum: ShelfKind, x-go-name: Rows", []string{"DescribeShelves, parameter Rows.Row.N: the extension x-enum means nothing here"}},
		"any case of a text":                       {"Name: {type: string,", "Name: {type: string, x-any-case: true,", []string{"definition Room, member Name: the extension x-any-case means nothing here"}},
		"any case of a structure":                  {"{$ref: '#/definitions/Room',", "{$ref: '#/definitions/Room', x-any-case: true,", []string{"definition Shelf, member Room: the extension x-any-case means nothing here"}},
		"structures of no list":                    {"{name: Since, in: query, type: string,", "{name: Since, x-list-item: Book, in: query, type: string,", []string{"DescribeShelves, parameter Since: the extension x-list-item means nothing here"}},
		"an answer that is none":                   {"        200:\n          description: Nothing but", "        201: {description: Also., schema: {type: object}}\n        200:\n          description: Nothing but", []string{"PutBooks, response 201: has no effect"}},
		"a title that is a number":                 {"title: A store", "title: 5", []string{"info: title is 5, which is a whole number", "put it in quotes"}},
		"a response's misspelt keyword":            {"description: The call failed.", "descriptoin: The call failed.", []string{"responses.Error: unknown keyword descriptoin, did you mean description?"}},
		"a required member that is a flag":         {"required: [Title, Kind]", "required: true", []string{"definition Book: required is true or false, and has to be a list"}},
		"a required member that is not there":      {"required: [Title, Kind]", "required: [Titel, Kind]", []string{"definition Book: required names Titel, which is no member, did you mean Title?"}},
		"a parameter that is none":                 {"        - {name: ShelfId, in: query", "        - Shelf\n        - {name: ShelfId, in: query", []string{"PutBooks, parameter number 2: it is \"Shelf\""}},
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
				t.Fatalf("the contract of the test has changed: %q is not in it", test.old)
			}
			writeSpec(t, root, strings.Replace(text, test.old, test.new, 1))
			err := run(t.Context(), root, mode{uncompiled: true}, io.Discard)
			if err == nil {
				t.Fatal("the contract was accepted")
			}
			for _, word := range test.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error does not say %q: %v", word, err)
				}
			}
			for line := range strings.Lines(err.Error()) {
				if strings.Count(err.Error(), line) > 1 || strings.Contains(line, "cannot unmarshal") || strings.Contains(line, "template:") {
					t.Errorf("the error says twice, or not in our words: %v", err)
				}
			}
			writeSpec(t, root, text)
			if !maps.Equal(before, folder(t, root)) {
				t.Error("the tree was changed")
			}
		})
	}
}

// What follows from a mistake is not reported beside it.
func TestAMistakeIsReportedAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, says string }{
		"a keyword at the top":  {"paths:\n", "pahts:\n", "the top of the contract: unknown keyword pahts, did you mean paths?"},
		"a shared parameter":    {"$ref: '#/parameters/Marker'", "$ref: '#/parameters/Markr'", "DescribeShelves, parameter number 2: refers to #/parameters/Markr, and there is no Markr, did you mean Marker?"},
		"the version":           {"$ref: '#/parameters/Version'", "$ref: '#/parameters/Versio'", "DescribeShelves, parameter number 1: refers to #/parameters/Versio, and there is no Versio, did you mean Version?"},
		"the type of one":       {"{name: Marker, in: query, type: string,", "{name: Marker, in: query, type: strin,", `parameters.Marker: the type is "strin", and has to be one of boolean, integer, number, string`},
		"a keyword of a member": {"description: In metres.}\n      Full", "descripton: In metres.}\n      Full", "definition Shelf, member Width: unknown keyword descripton, did you mean description?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// With a Marker that is shared.
			const marker = "{name: Marker, in: query, type: string, description: Where to go on.}"
			contract := strings.Replace(fixture(t), "        - "+marker, "        - $ref: '#/parameters/Marker'", 1)
			contract = strings.Replace(contract, "parameters:\n  Version:", "parameters:\n  Marker: "+marker+"\n  Version:", 1)
			if err := contractOf(t, split(t, contract)).check(); err != nil {
				t.Fatalf("before: %v", err)
			}
			merged, err := readContract(split(t, strings.Replace(contract, test.old, test.new, 1)))
			if err == nil {
				err = merged.check()
			}
			if err == nil || !regexp.MustCompile(`^spec/(redshift|store)\.yaml:[1-9][0-9]*: `+regexp.QuoteMeta(test.says)+"$").MatchString(err.Error()) {
				t.Errorf("the error is %v, want %s", err, test.says)
			}
		})
	}
}

func TestCheckNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	root := repository(t, fixture(t))
	generate(t, root)
	if err := run(t.Context(), root, mode{check: true}, io.Discard); err != nil {
		t.Fatalf("right after generating: %v", err)
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
		t.Fatal("the check found nothing")
	}
	for _, word := range []string{"models/book.go differs", "models/journal.go is not generated any more", "operations.go is missing",
		"models/helpers.go is not generated: move it, or name it _test.go", "models/shelf.go is not generated, and stands where"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
	if !maps.Equal(before, folder(t, root)) {
		t.Error("the check changed the tree")
	}
}

// Only what says that it is generated may be replaced or removed.
func TestNothingWrittenByHandIsLost(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"models/helpers.go":          "models/helpers.go is not generated: move it, or name it _test.go",
		"client/library/library.go":  "client/library/library.go is not generated: move it, or name it _test.go",
		"client/store/service.go":    "client/store/service.go is not generated, and stands where a generated file goes: move it",
		"operations.go":              "operations.go is not generated, and stands where a generated file goes: move it",
		"docs/api.md":                "docs/api.md is not generated, and stands where a generated file goes: move it",
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
					t.Errorf("check %v: the error is %v, want %q", check, err, says)
				}
			}
			if !maps.Equal(before, folder(t, root)) {
				t.Error("the tree was changed")
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

// repository makes a folder with a contract and with this library's templates.
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

// writeSpec writes the files of a contract. In the text, a line such as "--- store.yaml" is before the text of each file.
func writeSpec(t *testing.T, root, contract string) {
	t.Helper()
	for _, part := range strings.Split("\n"+contract, "\n--- ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		write(t, filepath.Join(root, "spec", name), text+"\n")
	}
}

// split writes the files of a contract to a folder called spec, and returns its name.
func split(t *testing.T, contract string) string {
	t.Helper()
	root := t.TempDir()
	writeSpec(t, root, contract)

	return filepath.Join(root, "spec")
}

// moduleOf makes a repository in which what is generated from the contract compiles.
func moduleOf(t *testing.T, contract string) string {
	t.Helper()
	root := repository(t, contract)
	for _, name := range []string{"go.mod", "go.sum"} {
		write(t, filepath.Join(root, name), read(t, filepath.Join("..", "..", name)))
	}
	for _, name := range []string{"awsquery", filepath.Join("internal", "codec"), filepath.Join("internal", "recovery"), filepath.Join("internal", "wire")} {
		copyGo(t, filepath.Join("..", "..", name), filepath.Join(root, name))
	}
	// The facade is a part of package redshift. This is all that it needs of the rest.
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
