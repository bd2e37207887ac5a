package main

import (
	"flag"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

var update = flag.Bool("update", false, "write testdata/surface.txt")

// maxSurface is the largest number of exported identifiers that packages awsquery and sigv4 may have together. Identifiers that only
// generated code or the library uses belong in an internal package.
const maxSurface = 120

// exported returns the exported identifiers of a package: constants, variables, functions, types, and the methods of types.
func exported(pkg *types.Package) []string {
	var names []string
	for _, name := range pkg.Scope().Names() {
		object := pkg.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		names = append(names, pkg.Name()+"."+name)
		declared, isType := object.(*types.TypeName)
		if !isType {
			continue
		}
		var methods []*types.Func
		if named, ok := declared.Type().(*types.Named); ok && !declared.IsAlias() {
			methods = slices.AppendSeq(methods, named.Methods())
		}
		if described, ok := declared.Type().Underlying().(*types.Interface); ok && !declared.IsAlias() {
			methods = slices.AppendSeq(methods, described.ExplicitMethods())
		}
		for _, method := range methods {
			if method.Exported() {
				names = append(names, pkg.Name()+"."+name+"."+method.Name())
			}
		}
	}

	return names
}

func TestSurfaceOfTheSmallPackages(t *testing.T) {
	t.Parallel()
	loaded, err := packages.Load(&packages.Config{
		Dir:  filepath.Join("..", ".."),
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedSyntax | packages.NeedTypesInfo,
		Env:  append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false"),
	}, "./awsquery", "./sigv4")
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded) != 2 || packages.PrintErrors(loaded) > 0 {
		t.Fatalf("loaded the packages %v, want awsquery and sigv4 without errors", loaded)
	}
	var names []string
	for _, one := range loaded {
		names = append(names, exported(one.Types)...)
	}
	slices.Sort(names)
	file := filepath.Join("testdata", "surface.txt")
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(names, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Fields(string(text))
	var changes []string
	for _, name := range names {
		if !slices.Contains(known, name) {
			changes = append(changes, "+ "+name)
		}
	}
	for _, name := range known {
		if !slices.Contains(names, name) {
			changes = append(changes, "- "+name)
		}
	}
	if len(names) > maxSurface {
		t.Errorf("packages awsquery and sigv4 export %d identifiers, want at most %d: unexport some, or move them to an internal package",
			len(names), maxSurface)
	}
	if len(changes) > 0 {
		t.Errorf("the exported identifiers changed: if this is intended, run go test -C tools ./apicheck -run TestSurface -update\n%s",
			strings.Join(changes, "\n"))
	}
}

// TestExported has each kind of identifier once. Identifiers that others cannot use do not count.
func TestExported(t *testing.T) {
	t.Parallel()
	module := t.TempDir()
	write(t, module, "go.mod", "module example.com/lib\n\ngo 1.26\n")
	write(t, module, "lib.go", `package lib

const A, b = 1, 2

var C, d = 1, 2

func E() {}
func f() {}

type G struct{ H int }

func (G) I()  {}
func (*G) J() {}
func (*G) k() {}

type l struct{}

func (l) M() {}

type N interface {
	O()
	p()
}

type Q[T any] struct{}

func (Q[T]) R() {}

type S = G
`)
	loaded, err := packages.Load(&packages.Config{Dir: module, Mode: packages.NeedName | packages.NeedTypes | packages.NeedSyntax | packages.NeedImports | packages.NeedTypesInfo}, ".")
	if err != nil || len(loaded) != 1 {
		t.Fatal(loaded, err)
	}
	want := []string{"lib.A", "lib.C", "lib.E", "lib.G", "lib.G.I", "lib.G.J", "lib.N", "lib.N.O", "lib.Q", "lib.Q.R", "lib.S"}
	if got := exported(loaded[0].Types); !slices.Equal(got, want) {
		t.Errorf("exported() = %v, want %v", got, want)
	}
}
