// Command prose looks for habits that make English hard to read: in the pages, in the descriptions of the contract, in the comments and
// messages of Go files, and in the comments of templates and of shell scripts. The rules are in rules.yaml. It prints the number of places
// of each rule, and fails if a rule has more places than it allows.
//
//	go run -C tools ./prose
//	go run -C tools ./prose -v archaic
//
// A place is a paragraph that matches: lines of a comment are joined first, so that a line break hides nothing.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed rules.yaml
var rulesFile []byte

func main() {
	folder := flag.String("folder", "..", "the `folder` of the repository")
	shown := flag.String("v", "", "print the places of this `rule`, or of \"all\" rules")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "prose: unexpected arguments %q\n", flag.Args())
		os.Exit(2)
	}
	if err := run(*folder, *shown, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "prose:", err)
		os.Exit(1)
	}
}

// run checks all files of a repository that git knows.
func run(folder, shown string, output io.Writer) error {
	rules, err := readRules(rulesFile)
	if err != nil {
		return err
	}
	if shown != "" && shown != "all" && !rules.has(shown) {
		return fmt.Errorf("rules.yaml has no rule %q", shown)
	}
	names, err := tracked(folder)
	if err != nil {
		return err
	}
	var paragraphs []paragraph
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if os.IsNotExist(err) {
			continue // deleted, and not yet committed
		}
		if err != nil {
			return err
		}
		found, err := extract(name, content)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		paragraphs = append(paragraphs, found...)
	}

	return rules.report(paragraphs, shown, output)
}

// tracked returns the files of the repository that a person wrote or that were generated from what a person wrote.
func tracked(folder string) ([]string, error) {
	listed, err := exec.Command("git", "-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", folder, err)
	}
	var names []string
	for name := range strings.SplitSeq(strings.TrimSuffix(string(listed), "\x00"), "\x00") {
		if !foreign(name) {
			names = append(names, name)
		}
	}

	return names, nil
}

// foreign reports whether the words of a file are not ours, or are examples of what the rules find.
func foreign(name string) bool {
	for _, part := range []string{"testdata/", "upstream/", "bench/stock/", "tools/prose/"} {
		if strings.HasPrefix(name, part) || strings.Contains(name, "/"+part) {
			return true
		}
	}

	return filepath.Base(name) == "LICENSE" || name == "CODE_OF_CONDUCT.md"
}
