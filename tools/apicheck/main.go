// Command apicheck compares the exported Go API of a module with the module's last release, or with the last commit if no release
// exists. It fails if a change breaks programs and CHANGELOG.md in the root of the repository does not list it. The entry is under
// "### Breaking" in the section "## Unreleased", and has the changed name, such as Client.Region or redshift.Client.Region.
//
//	go run -C tools ./apicheck
//	go run -C tools ./apicheck -module ../awsconfig
//
// Programs, examples and packages that other modules cannot import are left out. New operations of ClientService are not breaking,
// because its documentation announces them: a stub that embeds ClientService still compiles.
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

const usage = `apicheck compares the exported Go API of a module with its last release.
It fails if CHANGELOG.md does not list a breaking change.

usage: go run -C tools ./apicheck [flags]

`

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	module := flag.String("module", "..", "`folder` of the module")
	base := flag.String("base", "", "`revision` to compare with (default: the last release, or the last commit if no release exists)")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "apicheck: unexpected arguments %q: only flags are accepted\n", flag.Args())
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
		fmt.Fprintln(output, "no earlier commit to compare with, as in a clone of one commit")

		return nil
	}
	// Extract the whole repository, because a module in it can require another by its folder.
	earlier, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(earlier) }()
	if err := extract(module.repository, base, earlier); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(earlier, module.inside, "go.mod")); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(output, "the module does not exist at %s, so nothing is compared\n", base)

		return nil
	}
	before, err := load(filepath.Join(earlier, module.inside))
	if err != nil {
		return fmt.Errorf("at %s: %w", base, err)
	}
	// A breaking change can also break packages of this module. Report both.
	after, uncompiled := load(folder)
	if after == nil {
		return uncompiled // nothing to compare
	}
	broken := breaks(before, after)
	changelog, err := os.ReadFile(filepath.Join(module.repository, "CHANGELOG.md"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var unnamed []string
	for _, change := range broken {
		if named(change, string(changelog)) {
			fmt.Fprintf(output, "listed in CHANGELOG.md: %s\n", change)
		} else {
			unnamed = append(unnamed, change.String())
		}
	}
	if len(unnamed) > 0 {
		uncompiled = errors.Join(fmt.Errorf("since %s, these changes break programs:\n  %s\nlist each under \"### Breaking\" in the section "+
			"\"## Unreleased\" of CHANGELOG.md, or undo it", base, strings.Join(unnamed, "\n  ")), uncompiled)
	}
	if uncompiled != nil {
		return uncompiled
	}
	fmt.Fprintf(output, "packages compared with %s: %d, breaking changes: %d\n", base, len(after), len(broken))

	return nil
}

// module is the place of a module. inside is its folder in the repository with slashes, as git prints it, such as "awsconfig/". It is
// empty for the root module. The tags of the module begin with it.
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

// lastRelease returns the newest tag of the module in the history. Without a tag, it returns HEAD if files have changed since, or the
// commit before HEAD if not. If no such commit exists, it returns "".
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

// load returns the packages of a module that others can import, by path. With an error, it also returns the packages that it could
// load. A package whose declarations are unknown, such as after a syntax error, is nil.
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
		return nil, errors.New("the module has no packages")
	}

	return found, nil
}

func isPublic(path string) bool {
	return !slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return part == "internal" || part == "examples" || part == "testdata" })
}

// change is a change that breaks programs.
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
				continue // a declaration that does not compile, which load reports
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

// named reports whether a changelog lists a breaking change, by its name with or without the package.
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
