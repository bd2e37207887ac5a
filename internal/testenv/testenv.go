// Package testenv makes tests independent of the environment that they run in.
package testenv

import (
	"os"
	"strings"
)

// ClearAWS removes all variables whose names begin with AWS_ from the environment of this process and of its children. Call it in
// TestMain, before any test runs. Tests then set variables with testing.T.Setenv.
func ClearAWS() {
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(strings.ToUpper(name), "AWS_") { // names are case-insensitive on Windows
			continue
		}
		if err := os.Unsetenv(name); err != nil {
			panic("testenv: unset " + name + ": " + err.Error())
		}
	}
}
