package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file    string
		content string
		want    []string // the text of each paragraph
		lines   []int    // its first line
	}{
		{
			file:    "page.md",
			content: "# A title\nOne line\nand the next.\n\n```go\n// code\n```\n\n    indented code\n\n- an item\n  that goes on\n- one more, `there is`\n| a | row |\n",
			want:    []string{"# A title", "One line and the next.", "- an item that goes on", "- one more, `code`", "| a | row |"},
			lines:   []int{1, 2, 11, 13, 14},
		},
		{
			file: "code.go",
			content: "//go:build linux\n\n// Package p does\n// this.\n//\n//\tcode := 1\n//\n//   - an item\n//   - another\npackage p\n\n" +
				"var err = errors.New(\"a message of four words\") // at the end\nvar xml = \"<a>this is a document</a>\"\nvar short = \"two words\"\nvar (\n\tc int // first\n\td int // second\n)\n",
			want:  []string{"Package p does this.", "- an item", "- another", "a message of four words", "at the end", "first", "second"},
			lines: []int{3, 8, 9, 12, 12, 16, 17},
		},
		{
			file:    "contract.yaml",
			content: "# A comment\n# of two lines\na:\n  description: One line.\n  b:\n    description: |-\n      Several\n      lines.\n\n      And more.\n    other: not prose here at all\n",
			want:    []string{"One line.", "Several lines.", "And more.", "A comment of two lines"},
			lines:   []int{4, 7, 10, 1},
		},
		{
			file:    "a.gotmpl",
			content: "{{/* A comment\n   of a template. */}}\ntext that it writes\n{{- /* one more */ -}}\n",
			want:    []string{"A comment of a template.", "one more"},
			lines:   []int{1, 4},
		},
		{
			file:    "run",
			content: "#!/bin/sh\n# Installs\n# everything.\necho there is no prose\n",
			want:    []string{"Installs everything."},
			lines:   []int{2},
		},
		{file: "data.json", content: `{"a": "there is no prose"}`},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			paragraphs, err := extract(test.file, []byte(test.content))
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			var lines []int
			for _, p := range paragraphs {
				texts = append(texts, p.text())
				lines = append(lines, p.first)
			}
			if !slices.Equal(texts, test.want) || !slices.Equal(lines, test.lines) {
				t.Errorf("extract() = %q at %v, want %q at %v", texts, lines, test.want, test.lines)
			}
		})
	}
}

func TestExtractReportsInvalidFiles(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"a.go": "package p\nvar a = \"open", "a.yaml": "a: [1"} {
		if _, err := extract(name, []byte(content)); err == nil {
			t.Errorf("extract(%q) returned no error", name)
		}
	}
}

// TestRules has a text that each rule finds, and one that it does not.
func TestRules(t *testing.T) {
	t.Parallel()
	rules, err := readRules(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ found, good string }{
		"archaic":   {"It is sent at once.", "It is sent immediately."},
		"response":  {"Redshift answered with an error.", "Redshift returned an error."},
		"reports":   {"valid tells whether a name is valid.", "valid reports whether a name is valid."},
		"which":     {"A list of which one item is set.", "One item of the list is set."},
		"that-of":   {"The region is that of the cluster.", "It is the cluster's region."},
		"clause":    {"It returns the list; what is left is an error.", "It returns the list."},
		"subject":   {"If there is no cluster, it fails.", "If no cluster exists, it fails."},
		"condition": {"Done. Where the region is absent, New fails.", "If the region is absent, New fails."},
		"position":  {"The name stands in the query.", "The name is in the query."},
		"request":   {"The client asks for the status.", "The client polls the status."},
		"passive":   {"The snapshot is looked up.", "The client looks up the snapshot."},
		"fragment":  {"Who calls.", "Credentials signs the requests."},
		"long":      {strings.Repeat("word ", 33) + "end.", strings.Repeat("word ", 20) + "end."},
	}
	for _, r := range rules.Rules {
		test, ok := tests[r.Name]
		if !ok {
			t.Errorf("the rule %s has no test", r.Name)

			continue
		}
		if len(r.find(test.found)) != 1 {
			t.Errorf("%s finds %d places in %q, want 1", r.Name, len(r.find(test.found)), test.found)
		}
		for _, other := range rules.Rules {
			if len(other.find(test.good)) != 0 {
				t.Errorf("%s finds a place in %q", other.Name, test.good)
			}
		}
	}
	if len(tests) != len(rules.Rules) {
		t.Errorf("%d rules and %d tests of rules", len(rules.Rules), len(tests))
	}
}

func TestReadRulesRefusesWrongFiles(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"unknown key": "allowed: 1\nrules:\n  - {name: a, patern: b, instead: c}\n",
		"no instead":  "rules:\n  - {name: a, pattern: b}\n",
		"both":        "rules:\n  - {name: a, pattern: b, words: 3, instead: c}\n",
		"bad pattern": "rules:\n  - {name: a, pattern: '(', instead: c}\n",
	} {
		if _, err := readRules([]byte(content)); err == nil {
			t.Errorf("readRules() of a file with %s returned no error", name)
		}
	}
}

// TestRun checks a repository: a habit fails, across a line break too, and the output names the place.
func TestRun(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := exec.Command("git", "-C", folder, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, output)
	}
	if err := run(folder, "", &strings.Builder{}); err == nil {
		t.Error("run() of an empty repository returned no error")
	}
	write("README.md", strings.Repeat("A plain line.\n", 300))
	write("a/testdata/page.md", "It is sent at once.\n")
	if err := run(folder, "", &strings.Builder{}); err != nil {
		t.Errorf("run() of plain pages: %v", err)
	}
	write("a/a.go", "package a\n\n// It is sent at\n// once.\nvar a int\n")
	var output strings.Builder
	err := run(folder, "", &output)
	if err == nil || !strings.Contains(err.Error(), "archaic: 1 places") {
		t.Errorf("run() = %v, want an error about archaic", err)
	}
	if want := "a/a.go:3: archaic: ...It is sent at once...."; !strings.Contains(output.String(), want) {
		t.Errorf("run() printed\n%s\nwant %s", output.String(), want)
	}
	output.Reset()
	if err := run(folder, "response", &output); err != nil || output.Len() > 0 {
		t.Errorf("run() of the rule response = %v and printed %q, want no place", err, output.String())
	}
	if err := run(folder, "archaic", &output); err != nil || !strings.Contains(output.String(), "a/a.go:3") {
		t.Errorf("run() of the rule archaic = %v and printed %q, want one place", err, output.String())
	}
	if err := run(folder, "unknown", &output); err == nil || !strings.Contains(err.Error(), "no rule") {
		t.Errorf("run() of an unknown rule = %v", err)
	}
}
