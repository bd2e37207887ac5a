// Command apicheck compares the exported Go API of a module with what it was in the module's last release, or in the last commit
// while there is none, and fails over a change that breaks programs, unless CHANGELOG.md at the top of the repository names
// it: under "### Breaking" in the section "## Unreleased", by the name of what was changed, such as Client.Region or, with
// its package, redshift.Client.Region.
//
//	go run -C tools ./apicheck
//	go run -C tools ./apicheck -module ../awsconfig
//
// Packages that nobody outside can import, programs and examples are left out. So are operations that are added to
// ClientService, whose documentation announces them: a stub that embeds it still compiles.
package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"
)

const usage = `apicheck compares the exported Go API of a module with its last release, and fails over what breaks programs and is not named in CHANGELOG.md.

usage: go run -C tools ./apicheck [flags]

`

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	module := flag.String("module", "..", "the `folder` of the module")
	base := flag.String("base", "", "the `revision` to compare with; empty: the last release, or else the last commit")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "apicheck: it takes no arguments but flags, and got %q\n", flag.Args())
		os.Exit(2)
	}
	if err := run(*module, *base, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "apicheck:", err)
		os.Exit(1)
	}
}

func run(folder, base string, output io.Writer) error {
	module, err := find(folder)
	if err != nil {
		return err
	}
	if base == "" {
		if base, err = module.lastRelease(); err != nil {
			return err
		}
	}
	if base == "" {
		fmt.Fprintln(output, "there is no earlier commit to compare with, as in a clone of one commit")

		return nil
	}
	// All of the repository, because a module in it can require another by its folder.
	earlier, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(earlier) }()
	if err := extract(module.repository, base, earlier); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(earlier, module.inside, "go.mod")); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(output, "there is no such module at %s to compare with\n", base)

		return nil
	}
	before, err := load(filepath.Join(earlier, module.inside))
	if err != nil {
		return fmt.Errorf("at %s: %w", base, err)
	}
	// What breaks programs breaks packages of the module too, and is not to be hidden by that.
	after, uncompiled := load(folder)
	if after == nil {
		return uncompiled // there is nothing to compare
	}
	broken := breaks(before, after)
	changelog, err := os.ReadFile(filepath.Join(module.repository, "CHANGELOG.md"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var unnamed []string
	for _, change := range broken {
		if named(change, string(changelog)) {
			fmt.Fprintf(output, "named in CHANGELOG.md: %s\n", change)
		} else {
			unnamed = append(unnamed, change.String())
		}
	}
	if len(unnamed) > 0 {
		uncompiled = errors.Join(fmt.Errorf("since %s, programs that use the library break:\n  %s\nname each under \"### Breaking\" in the section "+
			"\"## Unreleased\" of CHANGELOG.md, or bring it back", base, strings.Join(unnamed, "\n  ")), uncompiled)
	}
	if uncompiled != nil {
		return uncompiled
	}
	fmt.Fprintf(output, "packages compared with %s: %d, breaks: %d\n", base, len(after), len(broken))

	return nil
}

// module is where one is: in a folder inside of a repository. Git calls the folder by slashes, and adds one: "awsconfig/". It is
// empty for the module at the top, and the beginning of the module's tags.
type module struct{ repository, inside string }

func find(folder string) (module, error) {
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err != nil {
		return module{}, fmt.Errorf("%s is not the folder of a module: %w", folder, err)
	}
	repository, err := git(folder, "rev-parse", "--show-toplevel")
	if err != nil {
		return module{}, err
	}
	inside, err := git(folder, "rev-parse", "--show-prefix")

	return module{strings.TrimSpace(string(repository)), strings.TrimSpace(string(inside))}, err
}

// lastRelease is the newest tag of the module that can be reached, or else the commit before what there is now: the last one
// if files were changed since, and the one before that if not. Empty if there is none.
func (m module) lastRelease() (string, error) {
	if tag, err := git(m.repository, "describe", "--tags", "--abbrev=0", "--match="+m.inside+"v[0-9]*"); err == nil {
		return strings.TrimSpace(string(tag)), nil
	}
	changed, err := git(m.repository, "status", "--porcelain", "--untracked-files=no")
	if err != nil {
		return "", err
	}
	revision := "HEAD"
	if len(changed) == 0 {
		revision = "HEAD~1"
	}
	if _, err := git(m.repository, "rev-parse", "--verify", "--quiet", revision+"^{commit}"); err != nil {
		return "", nil
	}

	return revision, nil
}

func git(folder string, arguments ...string) ([]byte, error) {
	command := exec.Command("git", append([]string{"-C", folder}, arguments...)...)
	var problems bytes.Buffer
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", arguments[0], err, bytes.TrimSpace(problems.Bytes()))
	}

	return output, nil
}

// extract writes the files of a revision into a folder.
func extract(repository, revision, folder string) error {
	archive, err := git(repository, "archive", "--format=tar", revision)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for reader := tar.NewReader(bytes.NewReader(archive)); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the files of %s: %w", revision, err)
		}
		switch header.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(filepath.Clean(header.Name), 0o755)
		case tar.TypeReg:
			var content []byte
			if content, err = io.ReadAll(reader); err == nil {
				err = root.WriteFile(header.Name, content, 0o644)
			}
		}
		if err != nil {
			return fmt.Errorf("write the files of %s: %w", revision, err)
		}
	}
}

// load returns the packages of a module that others can import, by their path. With an error it returns those that it could
// load, and nil in place of those whose declarations are unknown, such as after a syntax error.
func load(folder string) (map[string]*packages.Package, error) {
	loaded, err := packages.Load(&packages.Config{
		Dir:  folder,
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedSyntax | packages.NeedTypesInfo,
		Env:  append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false"),
	}, "./...")
	if err != nil {
		return nil, fmt.Errorf("load the packages: %w", err)
	}
	found := map[string]*packages.Package{}
	var problems []error
	for _, one := range loaded {
		for _, problem := range one.Errors {
			problems = append(problems, problem)
		}
		if one.Name == "main" || !isPublic(one.PkgPath) {
			continue
		}
		found[one.PkgPath] = one
		if slices.ContainsFunc(one.Errors, func(problem packages.Error) bool { return problem.Kind != packages.TypeError }) {
			found[one.PkgPath] = nil
		}
	}
	if len(problems) > 0 {
		return found, fmt.Errorf("load the packages: %w", errors.Join(problems...))
	}
	if len(found) == 0 {
		return nil, errors.New("there are no packages")
	}

	return found, nil
}

func isPublic(path string) bool {
	return !slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return part == "internal" || part == "examples" || part == "testdata" })
}

// change is one that breaks programs.
type change struct{ path, name, what string }

func (c change) String() string { return fmt.Sprintf("%s: %s: %s", c.path, c.name, c.what) }

// breaks returns the changes that break programs.
func breaks(before, after map[string]*packages.Package) []change {
	var found []change
	for path, old := range before {
		now, ok := after[path]
		if !ok {
			found = append(found, change{path, old.Name, "package removed"})
		}
		if now == nil {
			continue
		}
		for _, one := range apidiff.Changes(old.Types, now.Types).Changes {
			name, what, _ := strings.Cut(one.Message, ": ")
			// (*Client).Region is Client.Region in a changelog.
			name = strings.NewReplacer("(*", "", "(", "", ")", "").Replace(name)
			if strings.Contains(what, "invalid type") {
				continue // a declaration that does not compile, which is an error already
			}
			if one.Compatible || strings.HasPrefix(name, "ClientService.") && strings.HasPrefix(what, "added") {
				continue
			}
			found = append(found, change{path, name, what})
		}
	}
	slices.SortFunc(found, func(a, b change) int { return strings.Compare(a.String(), b.String()) })

	return found
}

var (
	unreleased = regexp.MustCompile(`(?ms)^## Unreleased\s*$(.*?)(?:^## |\z)`)
	breaking   = regexp.MustCompile(`(?ms)^### Breaking\s*$(.*?)(?:^##|\z)`)
)

// named tells whether a changelog says that something breaks, by its name alone or with its package.
func named(change change, changelog string) bool {
	pattern := regexp.MustCompile(`(?:^|[^\w.])(?:` + regexp.QuoteMeta(path.Base(change.path)) + `\.)?` + regexp.QuoteMeta(change.name) + `(?:[^\w.]|\.?\s|\.?$)`)
	for _, section := range unreleased.FindAllStringSubmatch(changelog, -1) {
		for _, part := range breaking.FindAllStringSubmatch(section[1], -1) {
			if pattern.MatchString(part[1]) {
				return true
			}
		}
	}

	return false
}
