package redshift_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// Packages awsquery and sigv4 export only what users need. Identifiers that only this library needs are in internal packages.
func TestProtocolPackagesExportLittle(t *testing.T) {
	t.Parallel()
	const most = 120
	var names []string
	for _, folder := range []string{"awsquery", "sigv4"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: got %d files (err = %v)", folder, len(files), err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range exported(file) {
				names = append(names, folder+"."+name)
			}
		}
	}
	if len(names) < most/2 || len(names) > most {
		t.Errorf("awsquery and sigv4 export %d identifiers, want at most %d:\n%s", len(names), most, strings.Join(names, "\n"))
	}
}

// exported returns the exported constants, variables, types, functions and methods of a file.
func exported(file *ast.File) []string {
	var names []string
	add := func(prefix string, name *ast.Ident) {
		if name.IsExported() {
			names = append(names, prefix+name.Name)
		}
	}
	for _, declared := range file.Decls {
		switch declared := declared.(type) {
		case *ast.FuncDecl:
			if declared.Recv == nil {
				add("", declared.Name)

				continue
			}
			of := declared.Recv.List[0].Type
			if pointer, ok := of.(*ast.StarExpr); ok {
				of = pointer.X
			}
			if receiver, ok := of.(*ast.Ident); ok && receiver.IsExported() {
				add(receiver.Name+".", declared.Name)
			}
		case *ast.GenDecl:
			for _, spec := range declared.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add("", spec.Name)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						add("", name)
					}
				}
			}
		}
	}

	return names
}
