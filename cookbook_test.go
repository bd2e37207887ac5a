package redshift_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCookbook checks that each function of docs/cookbook.md is the function that an example runs.
func TestCookbook(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("cookbook_example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "cookbook_example_test.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	functions, examples := make(map[string]string), make(map[string]bool)
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := function.Name.Name
		if example, found := strings.CutPrefix(name, "Example_"); found {
			examples[example] = true
		}
		text := string(source[files.Position(function.Pos()).Offset:files.Position(function.End()).Offset])
		functions[name] = strings.ReplaceAll(text, "\r\n", "\n")
	}
	if len(examples) < 6 {
		t.Fatalf("found %d examples, want 6 or more", len(examples))
	}
	for name := range examples {
		if functions[name] == "" {
			t.Errorf("Example_%s has no function %s", name, name)

			continue
		}
		checkSection(t, filepath.Join("docs", "cookbook.md"), name, "```go\n"+functions[name]+"\n```\n")
	}
}
