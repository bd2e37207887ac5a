// Command generate makes the generated part of the library from its contract.
//
// It validates spec/redshift.yaml, has go-swagger write everything into a temporary folder with the templates in
// spec/templates, has the Go compiler look at that, and only then puts the result in the place of what was there. A failure on
// the way changes nothing, and a file whose reason has gone from the contract goes too. Files without the header of generated
// ones are never touched.
//
// go generate ./... runs it twice. It lists all files before it runs anything, and fails over one that has vanished when
// it comes to it: so the run at the top of the repository, the first, only empties such files (-keep-stale), and the run in
// spec, which comes after all generated folders, removes what was emptied (-remove-stale) and does nothing else.
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

// generated is all that the templates write, as paths in the repository.
var generated = []string{
	"client",
	"models",
	filepath.Join("internal", "contract"),
	"operations.go",
	filepath.Join("docs", "api.md"),
}

const usage = `generate makes the generated part of the library from spec/redshift.yaml. At the top of the repository, go generate ./... runs it.

usage: go run -C tools ./generate [flags]

`

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	root := flag.String("root", "..", "the `folder` of the repository, with spec in it")
	check := flag.Bool("check", false, "change nothing; fail where what is there differs from what would be generated")
	keepStale := flag.Bool("keep-stale", false, "empty Go files whose reason has gone, and leave it to -remove-stale to remove them")
	removeStale := flag.Bool("remove-stale", false, "only remove what -keep-stale emptied")
	verbose := flag.Bool("v", false, "show go-swagger's log")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "generate: it takes no arguments but flags, and got %q\n", flag.Args())
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	// go-swagger logs every file and field to the standard logger.
	log.SetOutput(io.Discard)
	if *verbose {
		log.SetOutput(os.Stderr)
	}
	mode := mode{check: *check, keepStale: *keepStale, removeStale: *removeStale}
	if err := run(ctx, *root, mode, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// mode is what to do with the generated files.
type mode struct {
	check       bool // compare them with what is there, and change nothing
	keepStale   bool // empty Go files that are not generated any more, in place of removing them
	removeStale bool // only remove what was emptied
	uncompiled  bool // leave out the compiler, for tests of the rest
}

func run(ctx context.Context, root string, mode mode, output io.Writer) (err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return err
	}
	if mode.removeStale && mode.check {
		return errors.New("-check changes nothing, so that it cannot go with -remove-stale")
	}
	if mode.removeStale {
		return removeEmptied(root)
	}
	// Inside the repository, so that the last step is a rename on one file system. The dot keeps it out of ./... .
	scratch, err := os.MkdirTemp(root, ".generate-")
	if err != nil {
		return fmt.Errorf("making a folder for the new files: %w", err)
	}
	defer func() {
		if !errors.Is(err, errNotUndone) {
			err = errors.Join(err, os.RemoveAll(scratch))
		}
	}()

	fresh := filepath.Join(scratch, "fresh")
	if err := swagger(root, fresh); err != nil {
		return err
	}
	plan, err := planned(root, fresh)
	if err != nil {
		return err
	}
	if mode.check {
		if err := plan.check(); err != nil {
			return err
		}
		fmt.Fprintln(output, "generate:", plan)

		return nil
	}
	var notes []string
	if len(plan.handWritten) > 0 {
		return fmt.Errorf("nothing was changed, because files are in the way:\n\t%s", strings.Join(plan.handWritten, "\n\t"))
	}
	if !plan.changesNothing() && !mode.uncompiled {
		if notes, err = compile(ctx, root, fresh, scratch, plan); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped before anything was changed: %w", err)
	}
	if err := swap(root, fresh, filepath.Join(scratch, "old"), plan, mode.keepStale); err != nil {
		return err
	}
	if err := removeEmpty(root); err != nil {
		return fmt.Errorf("the files are in place, but not the folders that are empty now gone: %w", err)
	}
	fmt.Fprintln(output, "generate:", plan)
	if len(notes) > 0 {
		fmt.Fprintf(output, "generate: these hand-written files do not compile with the new code; mend them, and see the rest with go vet ./...\n\t%s\n",
			strings.Join(notes, "\n\t"))
	}

	return nil
}

// swap puts the fresh files where the generated ones are, and moves those to the folder of old ones. Where a step fails,
// those before it are undone.
func swap(root, fresh, old string, plan plan, keepStale bool) (err error) {
	var undo []func() error
	defer func() {
		if err == nil {
			return
		}
		for _, step := range slices.Backward(undo) {
			if failed := step(); failed != nil {
				err = fmt.Errorf("%w\n%w: %w; what was there is in %s", err, errNotUndone, failed, old)
			}
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
	put := plan.fresh()
	for _, name := range plan.stale {
		path := filepath.FromSlash(name)
		if keepStale && filepath.Ext(name) == ".go" {
			if err := empty(filepath.Join(root, path), filepath.Join(fresh, path)); err != nil {
				return fmt.Errorf("emptying %s: %w", name, err)
			}
			put = append(put, name)
		} else if err := move(filepath.Join(root, path), filepath.Join(old, path)); err != nil {
			return fmt.Errorf("removing %s: %w", name, err)
		}
	}
	for _, name := range put {
		path := filepath.FromSlash(name)
		if err := move(filepath.Join(root, path), filepath.Join(old, path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("making room for %s: %w", name, err)
		}
		if err := move(filepath.Join(fresh, path), filepath.Join(root, path)); err != nil {
			return fmt.Errorf("putting the new %s in its place: %w", name, err)
		}
	}

	return nil
}

// errNotUndone is matched by an error that left files where they do not belong.
var errNotUndone = errors.New("undoing what was done before failed")

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
