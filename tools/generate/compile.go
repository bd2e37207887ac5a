package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// generatedPackages must compile before any file changes.
var generatedPackages = []string{"./models", "./client/...", "./internal/contract"}

// compile compiles the fresh files as if they were in place, by an overlay. If they do not compile, compile returns an error. If
// hand-written code of package redshift no longer compiles, it returns notes instead: after a parameter is renamed, the fix needs
// the new code.
func compile(ctx context.Context, root, fresh, scratch string, plan plan) (notes []string, err error) {
	replace := map[string]string{}
	for _, name := range plan.fresh() {
		replace[filepath.Join(root, filepath.FromSlash(name))] = filepath.Join(fresh, filepath.FromSlash(name))
	}
	for _, name := range plan.stale {
		replace[filepath.Join(root, filepath.FromSlash(name))] = "" // removed
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	overlay := filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(overlay, text, 0o644); err != nil {
		return nil, err
	}
	messages := func(packages ...string) []string {
		found := compilerMessages(ctx, root, overlay, packages...)
		for i, message := range found {
			// The compiler names the files in the temporary folder. Users know them by their final places.
			for _, place := range []string{fresh, strings.TrimPrefix(fresh, root+string(filepath.Separator))} {
				message = strings.ReplaceAll(message, place+string(filepath.Separator), "")
			}
			found[i] = message
		}

		return found
	}
	problems := messages(generatedPackages...)
	if len(problems) == 0 {
		for _, problem := range messages(".") {
			if inFacade.MatchString(problem) { // wrong, or declared by hand too
				problems = append(problems, problem)
			} else {
				notes = append(notes, problem)
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("interrupted, nothing was changed: %w", err)
	}
	if len(problems) > 0 && !slices.ContainsFunc(problems, inFile.MatchString) {
		return nil, fmt.Errorf("compiling the generated code failed, nothing was changed:\n\t%s", strings.Join(problems, "\n\t"))
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("the generated code does not compile, nothing was changed:\n\t%s", strings.Join(problems, "\n\t"))
	}

	return notes, nil
}

// inFacade matches a message about a generated file of package redshift.
var inFacade = regexp.MustCompile(`\boperations(_[a-z0-9]+)?\.go:`)

// inFile matches a message about a place in a file. Other messages are about modules or the environment.
var inFile = regexp.MustCompile(`\.go:[0-9]+:`)

// compilerMessages builds packages with an overlay, and returns the messages of the compiler: none if the packages compile.
func compilerMessages(ctx context.Context, root, overlay string, packages ...string) []string {
	build := func(flags ...string) ([]byte, error) {
		command := exec.CommandContext(ctx, "go", append(append([]string{"build", "-overlay", overlay}, flags...), packages...)...)
		command.Dir = root
		command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false")

		return command.CombinedOutput()
	}
	if _, err := build(); err == nil {
		return nil
	}
	// Build again for all messages, instead of the first ten. The first build omits the flag, because other builds share its cache.
	output, err := build("-gcflags=-e")
	if err == nil {
		return nil
	}
	var messages []string
	for line := range strings.Lines(string(output)) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "" || strings.HasPrefix(line, "# "): // the package of the following lines
		case strings.HasPrefix(line, "\t") && len(messages) > 0:
			messages[len(messages)-1] += "\n" + line
		default:
			messages = append(messages, strings.TrimPrefix(line, "."+string(filepath.Separator)))
		}
	}
	if len(messages) == 0 {
		messages = []string{fmt.Sprintf("go build: %v", err)}
	}

	return messages
}
