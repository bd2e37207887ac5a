package redshift_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/internal/contract"
)

// A program that calls one operation links only the code of that operation and its look-ups.
func TestProgramLinksOnlyTheCalledOperation(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped in short mode: builds programs")
	}
	for called, lookUps := range map[string][]string{
		"DescribeTags":          nil,
		"CreateClusterSnapshot": {"DescribeClusterSnapshots"},
	} {
		t.Run(called, func(t *testing.T) {
			t.Parallel()
			symbols := symbolsOf(t, fmt.Sprintf(`package main

import (
	"context"

	"github.com/redshift-go/redshift"
)

func main() {
	client, err := redshift.New(redshift.Config{})
	if err == nil {
		_, err = client.%s(context.Background(), &redshift.%[1]sParams{})
	}
	if err != nil {
		panic(err)
	}
}
`, called))
			want := append([]string{called}, lookUps...)
			for _, operation := range contract.Operations() {
				code := codeOf(operation.Name).FindString(symbols)
				if linked := code != ""; linked != slices.Contains(want, operation.Name) {
					t.Errorf("%s: linked = %t: %q", operation.Name, linked, code)
				}
			}
		})
	}
}

// codeOf returns a pattern for the functions of an operation in a list of symbols.
func codeOf(operation string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^.* [Tt] \S*(\(\*` + operation + `(Params|Result)\)\.|\(\*Client\)\.` + operation + `\b|\.(recover|names|creates|hint)` + operation + `\b).*$`)
}

// symbolsOf returns the symbols of a program.
func symbolsOf(t *testing.T, source string) string {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	// An overlay adds the program to this module without a file in it.
	file, overlay, program := filepath.Join(folder, "main.go"), filepath.Join(folder, "overlay.json"), filepath.Join(folder, "program")
	place := filepath.Join(root, "internal", "linked", "main.go")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{place: file}})
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{file: []byte(source), overlay: text} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(arguments ...string) string {
		output, err := exec.CommandContext(t.Context(), "go", arguments...).CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, output)
		}

		return string(output)
	}
	run("build", "-overlay", overlay, "-o", program, "./internal/linked")

	return run("tool", "nm", program)
}

// Tests the pattern: it must find what a table of all operations would link.
func TestCodeOfMatchesTheFunctionsOfAnOperation(t *testing.T) {
	t.Parallel()
	const names = "DescribeClusters"
	for symbol, want := range map[string]bool{
		"  7a0 T github.com/redshift-go/redshift.(*Client).DescribeClusters":                                true,
		"  7a0 t github.com/redshift-go/redshift/client/snapshots.(*DescribeClustersParams).WriteToRequest": true,
		"  7a0 T github.com/redshift-go/redshift.namesDescribeClusters":                                     true,
		"  7a0 T github.com/redshift-go/redshift.(*Client).DescribeClustersAll":                             false,
		"  7a0 R type:*snapshots.DescribeClustersParams":                                                    false,
	} {
		if got := codeOf(names).MatchString(symbol); got != want {
			t.Errorf("codeOf matches %s: %t", symbol, got)
		}
	}
}
