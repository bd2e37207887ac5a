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

// generatedPackages must compile before anything is changed.
var generatedPackages = []string{"./models", "./client/...", "./internal/contract"}

// compile has the Go compiler look at the fresh code as if it were in its place, which it does without being put there. It
// fails where that does not compile. Hand-written code of package redshift that it breaks is returned as notes: whoever
// renames a parameter needs the new code in order to mend the rest.
func compile(ctx context.Context, root, fresh, scratch string, plan plan) (notes []string, err error) {
	replace := map[string]string{}
	for _, name := range plan.fresh() {
		replace[filepath.Join(root, filepath.FromSlash(name))] = filepath.Join(fresh, filepath.FromSlash(name))
	}
	for _, name := range plan.stale {
		replace[filepath.Join(root, filepath.FromSlash(name))] = "" // is not there
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
			// The compiler names the files that it reads. Users know them by where they go.
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
			if inFacade.MatchString(problem) { // is at fault, or declares what is declared by hand
				problems = append(problems, problem)
			} else {
				notes = append(notes, problem)
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("stopped before anything was changed: %w", err)
	}
	if len(problems) > 0 && !slices.ContainsFunc(problems, inFile.MatchString) {
		return nil, fmt.Errorf("the code that the contract makes could not be compiled, so nothing was changed:\n\t%s", strings.Join(problems, "\n\t"))
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("the code that the contract makes does not compile, so nothing was changed:\n\t%s", strings.Join(problems, "\n\t"))
	}

	return notes, nil
}

// inFacade is a message about a generated file of package redshift.
var inFacade = regexp.MustCompile(`\boperations(_[a-z0-9]+)?\.go:`)

// inFile is a message about a place in a file, in place of one about what the compiler needs.
var inFile = regexp.MustCompile(`\.go:[0-9]+:`)

// compilerMessages builds packages with an overlay, and returns what the compiler says of them: none if they compile.
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
	// Again, for all messages in place of the first ten. Not at once: with the flag the build cache is of no use to others.
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
