package redshift_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestREADMESnippetsCompile compiles every Go snippet of the README and of docs, as a program, as declarations or as the body of a
// function. The module interop compiles the snippets for the AWS SDK.
func TestREADMESnippetsCompile(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var snippets [][]string
	for _, page := range append(pages, "README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		snippets = append(snippets, regexp.MustCompile("(?s)\n```go\n(.*?)\n```").FindAllStringSubmatch(string(text), -1)...)
	}
	if len(snippets) < 10 {
		t.Fatalf("found %d snippets, want 10 or more", len(snippets))
	}
	// An overlay puts the snippets into the module without writing into it.
	scratch, replace := t.TempDir(), map[string]string{}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for i, snippet := range snippets {
		name := fmt.Sprintf("snippet%d", i)
		file := filepath.Join(scratch, name+".go")
		if err := os.WriteFile(file, []byte(compilable(t, snippet[1])), 0o644); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(here, "internal", "readme", name, "snippet.go")] = file
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlayFile := filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	arguments := []string{"build", "-overlay", overlayFile}
	for i := range snippets {
		arguments = append(arguments, fmt.Sprintf("./internal/readme/snippet%d", i))
	}
	output, err := exec.CommandContext(t.Context(), "go", arguments...).CombinedOutput()
	if err != nil {
		t.Errorf("go build: %v\n%s", err, output)
	}
}

// compilable returns a Go file with a snippet.
func compilable(t *testing.T, snippet string) string {
	t.Helper()
	if strings.HasPrefix(snippet, "package ") {
		return snippet
	}
	code := snippet
	if !strings.HasPrefix(snippet, "type ") && !strings.HasPrefix(snippet, "func ") {
		code = "func snippet(ctx context.Context, client *redshift.Client, fake *redshifttest.Fake, err error) error {\n{\n" + snippet + "\n"
		for _, name := range declared(t, code+"}\nreturn nil\n}") {
			code += "_ = " + name + "\n"
		}
		code += "}\nreturn nil\n}"
	}
	// Functions of the reader's program.
	if strings.Contains(code, "nightly(") {
		code += "\nfunc nightly(context.Context, redshift.ClientService) error { return nil }"
	}
	if strings.Contains(code, "assumeBackupRole(") {
		code += "\nfunc assumeBackupRole(context.Context) (keys struct { ID, Secret, Token string; Expires time.Time }, err error) { return }"
	}
	imports := ""
	for path, used := range map[string]string{
		"context": "context.", "errors": "errors.", "log": "log.", "fmt": "fmt.", "time": "time.", "testing": "testing.",
		"net/http": "http.", "log/slog": "slog.",
		"cmp": "cmp.", "slices": "slices.", "sync": "sync.",
		"testing/synctest":                             "synctest.",
		"github.com/redshift-go/redshift":              "redshift.",
		"github.com/redshift-go/redshift/models":       "models.",
		"github.com/redshift-go/redshift/awsquery":     "awsquery.",
		"github.com/redshift-go/redshift/redshifttest": "redshifttest.",
		"github.com/redshift-go/redshift/sigv4":        "sigv4.",
		"github.com/jarcoal/httpmock":                  "httpmock.",
	} {
		if regexp.MustCompile(`\b` + regexp.QuoteMeta(used)).MatchString(code) {
			imports += fmt.Sprintf("import %q\n", path)
		}
	}

	return "package snippet\n" + imports + code + "\n"
}

// declared returns the variables that a function declares in its block. The compiler refuses unused variables.
func declared(t *testing.T, function string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "snippet.go", "package p\n"+function, 0)
	if err != nil {
		t.Fatalf("parse %s: %v", function, err)
	}
	var names []string
	for _, statement := range file.Decls[0].(*ast.FuncDecl).Body.List[0].(*ast.BlockStmt).List {
		assignment, ok := statement.(*ast.AssignStmt)
		if !ok || assignment.Tok != token.DEFINE {
			continue
		}
		for _, left := range assignment.Lhs {
			if name := left.(*ast.Ident).Name; name != "_" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}

	return names
}
