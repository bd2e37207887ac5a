package setup

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/redshift-go/redshift"
)

// Command returns the command that runs the program again with the same flags. The flags more follow. They replace the flags omit.
func (t *Target) Command(omit []string, more ...string) string {
	command := []string{programPath(t.flags.Name())}
	t.flags.Visit(func(set *flag.Flag) {
		if !slices.Contains(omit, set.Name) {
			command = append(command, quote("-"+set.Name+"="+set.Value.String()))
		}
	})

	return strings.Join(append(command, more...), " ")
}

// programPath returns how the user started the program: its path, or the command that go run needs, because that program is a
// temporary file.
func programPath(program string) string {
	path := os.Args[0]
	if strings.TrimSuffix(filepath.Base(path), ".exe") != program || strings.Contains(path, "go-build") {
		return "go run ./examples/" + program
	}

	return quote(path)
}

// DeleteCommand returns the command of the AWS command line client that deletes a cluster without a final snapshot.
func (t *Target) DeleteCommand(client *redshift.Client, cluster string) string {
	command := []string{"aws", "redshift", "delete-cluster", "--cluster-identifier", quote(cluster), "--skip-final-cluster-snapshot"}
	if region := client.Region(); region != "" {
		command = append(command, "--region", region)
	}
	if t.Endpoint != "" {
		command = append(command, "--endpoint-url", quote(t.Endpoint))
	}

	return strings.Join(command, " ")
}

// plain matches a word that a shell does not change.
var plain = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// quote quotes a word for a POSIX shell.
func quote(word string) string {
	if plain.MatchString(word) {
		return word
	}

	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
