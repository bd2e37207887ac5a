// Command generate makes the generated part of the library from its contract.
//
// It merges the files of the contract, spec/*.yaml, and validates the result. Then go-swagger writes everything into a temporary
// folder with the templates in spec/templates, and the Go compiler checks it. Only then the new files replace the old ones. A
// failure on the way changes nothing. A generated file is removed when the contract has no reason for it any more. Files without
// the header of generated ones are never changed or removed.
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

// generated is everything that the templates write, as patterns of paths in the repository.
var generated = []string{
	"client",
	"models",
	filepath.Join("internal", "contract"),
	"operations.go",
	"operations_*.go",
	filepath.Join("docs", "api.md"),
}

const usage = `generate makes the generated part of the library from the contract, spec/*.yaml. At the top of the repository, go generate ./... runs it.

usage: go run -C tools ./generate [flags]

`

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	root := flag.String("root", "..", "the `folder` of the repository, with spec in it")
	check := flag.Bool("check", false, "change nothing; fail where what is there differs from what would be generated")
	printMerged := flag.Bool("print", false, "change nothing; print the whole contract as one Swagger document")
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
	mode := mode{check: *check, print: *printMerged}
	if err := run(ctx, *root, mode, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// mode is what to do with the generated files.
type mode struct {
	check      bool // compare them with what is there, and change nothing
	print      bool // print the merged contract, and change nothing
	uncompiled bool // leave out the compiler, for tests of the rest
}

func run(ctx context.Context, root string, mode mode, output io.Writer) (err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return err
	}
	if mode.print && mode.check {
		return errors.New("use either -print or -check")
	}
	if mode.print {
		return printContract(root, output)
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
	if err := swap(root, fresh, filepath.Join(scratch, "old"), plan); err != nil {
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

// printContract writes the merged contract, if it is valid.
func printContract(root string, output io.Writer) error {
	contract, err := readContract(filepath.Join(root, "spec"))
	if err != nil {
		return err
	}
	if err := contract.check(); err != nil {
		return err
	}
	text, err := contract.text()
	if err != nil {
		return err
	}
	_, err = output.Write(text)

	return err
}

// swap puts the fresh files where the generated ones are, and moves those to the folder of old ones. Where a step fails,
// those before it are undone.
func swap(root, fresh, old string, plan plan) (err error) {
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
	for _, name := range plan.stale {
		path := filepath.FromSlash(name)
		if err := move(filepath.Join(root, path), filepath.Join(old, path)); err != nil {
			return fmt.Errorf("removing %s: %w", name, err)
		}
	}
	for _, name := range plan.fresh() {
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
	paths, err := generatedPaths(root)
	if err != nil {
		return err
	}
	for _, path := range paths {
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
