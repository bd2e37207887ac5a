// Command generate generates Go code and documentation from the contract.
//
// It merges the files of the contract, spec/*.yaml, and validates the result. go-swagger writes the new files into a temporary
// folder, with the templates in spec/templates. After the Go compiler accepts them, they replace the old files. If a step fails,
// nothing changes. The command removes generated files that the contract no longer needs. It never changes or removes files
// without the header of generated files.
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
	"runtime/debug"
	"slices"
	"strings"
)

// generated has patterns for the paths of all generated files and folders in the repository.
var generated = []string{
	"client",
	"models",
	filepath.Join("internal", "contract"),
	"operations.go",
	"operations_*.go",
	filepath.Join("docs", "api.md"),
}

const usage = `generate generates Go code and documentation from the contract, spec/*.yaml.
In the root of the repository, go generate ./... runs it.

usage: go run -C tools ./generate [flags]

`

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	root := flag.String("root", "..", "root `folder` of the repository")
	check := flag.Bool("check", false, "change nothing; fail if the generated files differ from the contract")
	printMerged := flag.Bool("print", false, "change nothing; print the whole contract as one Swagger document")
	verbose := flag.Bool("v", false, "print the log of go-swagger")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "generate: unexpected arguments %q: only flags are accepted\n", flag.Args())
		os.Exit(2)
	}

	// The run is short, and a third of its time would be garbage collection. It uses about 550 MB of memory in this way.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	// go-swagger logs every file and field with the standard logger.
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

// mode selects what a run does.
type mode struct {
	check      bool // compare the files, and change nothing
	print      bool // print the merged contract, and change nothing
	uncompiled bool // skip the compiler, for tests of the other steps
}

func run(ctx context.Context, root string, mode mode, output io.Writer) (err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return err
	}
	if mode.print && mode.check {
		return errors.New("-print and -check cannot be combined")
	}
	if mode.print {
		return printContract(root, output)
	}
	// The folder is in the repository, because the last step renames files within one file system. The dot hides it from ./... .
	scratch, err := os.MkdirTemp(root, ".generate-")
	if err != nil {
		return fmt.Errorf("creating a temporary folder: %w", err)
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
		return fmt.Errorf("nothing was changed, because hand-written files are in the place of generated ones:\n\t%s",
			strings.Join(plan.handWritten, "\n\t"))
	}
	if !plan.changesNothing() && !mode.uncompiled {
		if notes, err = compile(ctx, root, fresh, scratch, plan); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("interrupted, nothing was changed: %w", err)
	}
	if err := swap(root, fresh, filepath.Join(scratch, "old"), plan); err != nil {
		return err
	}
	if err := removeEmpty(root); err != nil {
		return fmt.Errorf("the files are in place, but removing empty folders failed: %w", err)
	}
	fmt.Fprintln(output, "generate:", plan)
	if len(notes) > 0 {
		fmt.Fprintf(output, "generate: hand-written files do not compile with the new code; fix these, then find others with go vet ./...\n"+
			"\t%s\n", strings.Join(notes, "\n\t"))
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

// swap moves the old generated files to the folder old, and the fresh files into their places. If a step fails, swap undoes the
// previous steps.
func swap(root, fresh, old string, plan plan) (err error) {
	var undo []func() error
	defer func() {
		if err == nil {
			return
		}
		for _, step := range slices.Backward(undo) {
			if failed := step(); failed != nil {
				err = fmt.Errorf("%w\n%w: %w; the old files are in %s", err, errNotUndone, failed, old)
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
			return fmt.Errorf("moving the old %s away: %w", name, err)
		}
		if err := move(filepath.Join(fresh, path), filepath.Join(root, path)); err != nil {
			return fmt.Errorf("moving the new %s into place: %w", name, err)
		}
	}

	return nil
}

// errNotUndone matches an error after which files are in the wrong places.
var errNotUndone = errors.New("restoring the old files failed")

// removeEmpty removes empty folders in the generated folders.
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
