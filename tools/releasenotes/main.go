// Command releasenotes prints the section of CHANGELOG.md for a version. It fails if the version cannot be released.
//
//	go run -C tools ./releasenotes -tag v1.2.3
//	go run -C tools ./releasenotes -tag awsconfig/v1.2.3
//
// The tag needs a section in CHANGELOG.md of the same name, such as "## v1.2.3" or "## v1.2.3 (2026-11-30)". The module awsconfig
// also needs a released version of the root module in its go.mod.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

const (
	rootModule = "github.com/redshift-go/redshift"
	nested     = "awsconfig/"
)

func main() {
	tag := flag.String("tag", "", "`tag` of the release, such as v1.2.3 or awsconfig/v1.2.3")
	repository := flag.String("repository", "..", "root `folder` of the repository")
	flag.Parse()
	if err := run(*repository, *tag, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "releasenotes:", err)
		os.Exit(1)
	}
}

func run(repository, tag string, output io.Writer) error {
	version := strings.TrimPrefix(tag, nested)
	if !semver.IsValid(version) || semver.Canonical(version) != version {
		return fmt.Errorf("the tag %q is not a version, such as v1.2.3 or %sv1.2.3", tag, nested)
	}
	// Version 2 of a module needs another module path.
	if major := semver.Major(version); major != "v0" && major != "v1" {
		return fmt.Errorf("the tag %s does not fit the module path, which has no suffix /%s", tag, major)
	}
	changelog, err := os.ReadFile(filepath.Join(repository, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	notes, err := section(string(changelog), tag)
	if err != nil {
		return err
	}
	if tag != version {
		if err := checkRequirement(repository); err != nil {
			return fmt.Errorf("release %s: %w", tag, err)
		}
	}
	_, err = fmt.Fprintln(output, notes)

	return err
}

// section returns the text of a tag's section.
func section(changelog, tag string) (string, error) {
	changelog = strings.ReplaceAll(changelog, "\r\n", "\n")
	heading := regexp.MustCompile(`(?m)^## ` + regexp.QuoteMeta(tag) + `(?: .*)?$`)
	found := heading.FindAllStringIndex(changelog, -1)
	if len(found) != 1 {
		return "", fmt.Errorf("CHANGELOG.md has %d sections \"## %s\", but must have one", len(found), tag)
	}
	text := changelog[found[0][1]:]
	if next := regexp.MustCompile(`(?m)^## `).FindStringIndex(text); next != nil {
		text = text[:next[0]]
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", fmt.Errorf("the section \"## %s\" of CHANGELOG.md is empty", tag)
	}

	return text, nil
}

// checkRequirement returns an error if awsconfig does not require a released version of the root module. The replace directive of
// awsconfig hides such a mistake from every test here, but not from users.
func checkRequirement(repository string) error {
	path := filepath.Join(repository, filepath.FromSlash(nested), "go.mod")
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	module, err := modfile.Parse(path, content, nil)
	if err != nil {
		return err
	}
	for _, requirement := range module.Require {
		if requirement.Mod.Path != rootModule {
			continue
		}
		version := requirement.Mod.Version
		command := exec.Command("git", "-C", repository, "rev-parse", "--verify", "--quiet", "refs/tags/"+version+"^{commit}")
		if err := command.Run(); err != nil {
			return fmt.Errorf("go.mod requires %s %s, but git has no such tag: require a released version: %w", rootModule, version, err)
		}

		return nil
	}

	return errors.New("go.mod does not require " + rootModule)
}
