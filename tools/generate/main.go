// Command generate makes the generated part of the library from its contract.
//
// It validates spec/redshift.yaml, has go-swagger write everything into a temporary folder with the templates in
// spec/templates, and only then puts the result in the place of what was there. A failure on the way changes nothing, and
// a file whose reason has gone from the contract goes too.
//
// go generate ./... runs it twice. It lists all files before it runs anything, and fails over one that has vanished when
// it comes to it: so the run at the top of the repository, the first, keeps such files (-keep-stale), and the run in
// spec, which comes after all generated folders, removes them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

// generated is all that the templates write, as paths in the repository. A folder belongs to the generator whole.
var generated = []string{
	"client",
	"models",
	filepath.Join("internal", "contract"),
	"operations.go",
	filepath.Join("docs", "api.md"),
}

func main() {
	root := flag.String("root", "..", "the `folder` of the repository, with spec in it")
	check := flag.Bool("check", false, "change nothing; fail where what is there differs from what would be generated")
	keepStale := flag.Bool("keep-stale", false, "leave generated files whose reason has gone where they are")
	verbose := flag.Bool("v", false, "show go-swagger's log")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	// go-swagger logs every file and field to the standard logger.
	log.SetOutput(io.Discard)
	if *verbose {
		log.SetOutput(os.Stderr)
	}
	if err := run(ctx, *root, mode{check: *check, keepStale: *keepStale}); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// mode is what to do with the generated files.
type mode struct {
	check     bool // compare them with what is there, and change nothing
	keepStale bool // leave what is not generated any more
}

func run(ctx context.Context, root string, mode mode) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	// Inside the repository, so that the last step is a rename on one file system. The dot keeps it out of ./... .
	scratch, err := os.MkdirTemp(root, ".generate-")
	if err != nil {
		return fmt.Errorf("making a folder for the new files: %w", err)
	}
	defer os.RemoveAll(scratch)

	fresh := filepath.Join(scratch, "fresh")
	if err := swagger(root, fresh); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped before anything was changed: %w", err)
	}
	if mode.check {
		return compare(root, fresh)
	}

	return swap(root, fresh, filepath.Join(scratch, "old"), mode.keepStale)
}

// swap puts the fresh files where the generated ones are, and moves those to the folder of old ones. Where a step fails,
// those before it are undone.
func swap(root, fresh, old string, keepStale bool) (err error) {
	was, err := contents(root)
	if err != nil {
		return err
	}
	is, err := contents(fresh)
	if err != nil {
		return err
	}
	var undo []func() error
	defer func() {
		if err == nil {
			return
		}
		for _, step := range slices.Backward(undo) {
			err = errors.Join(err, step())
		}
	}()
	move := func(from, to string) error {
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.Rename(from, to); err != nil {
			return err
		}
		undo = append(undo, func() error { return os.Rename(to, from) })

		return nil
	}
	for name, text := range was {
		path := filepath.FromSlash(name)
		if now, ok := is[name]; ok && now == text || !ok && keepStale {
			continue
		}
		if err := move(filepath.Join(root, path), filepath.Join(old, path)); err != nil {
			return fmt.Errorf("making room for %s: %w", name, err)
		}
	}
	for name, text := range is {
		path := filepath.FromSlash(name)
		if before, ok := was[name]; ok && before == text {
			continue
		}
		if err := move(filepath.Join(fresh, path), filepath.Join(root, path)); err != nil {
			return fmt.Errorf("putting the new %s in its place: %w", name, err)
		}
	}

	return removeEmpty(root)
}

// removeEmpty removes the folders below the generated ones that have nothing in them any more.
func removeEmpty(root string) error {
	for _, path := range generated {
		var folders []string
		err := filepath.WalkDir(filepath.Join(root, path), func(file string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				folders = append(folders, file)
			}

			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, folder := range slices.Backward(folders) {
			entries, err := os.ReadDir(folder)
			if err != nil {
				return err
			}
			if len(entries) > 0 {
				continue
			}
			if err := os.Remove(folder); err != nil {
				return err
			}
		}
	}

	return nil
}

// compare names every generated file that is missing, differs or has no reason to be there any more.
func compare(root, fresh string) error {
	have, err := contents(root)
	if err != nil {
		return err
	}
	want, err := contents(fresh)
	if err != nil {
		return err
	}
	var differences []string
	for path, text := range want {
		switch old, ok := have[path]; {
		case !ok:
			differences = append(differences, path+" is missing")
		case old != text:
			differences = append(differences, path+" differs")
		}
	}
	for path := range have {
		if _, ok := want[path]; !ok {
			differences = append(differences, path+" is not generated any more")
		}
	}
	if len(differences) == 0 {
		return nil
	}
	slices.Sort(differences)

	return fmt.Errorf("the generated files are not those of the contract, run go generate ./...:\n\t%s", strings.Join(differences, "\n\t"))
}

// contents reads the generated files below a folder. Tests among them are written by hand.
func contents(folder string) (map[string]string, error) {
	files := map[string]string{}
	for _, path := range generated {
		err := filepath.WalkDir(filepath.Join(folder, path), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(file, "_test.go") {
				return err
			}
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(folder, file)
			files[filepath.ToSlash(name)] = string(text)

			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
	}

	return files, nil
}
