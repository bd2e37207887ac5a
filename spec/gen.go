// Package spec holds the contract of this library and the templates that make Go of it; see README.md. It has no code.
package spec

// go generate ./... lists the files of all packages before it runs anything, and fails over one that is gone when it
// comes to it. So the directive at the top of the repository, which runs first, empties files that are not generated any
// more, and this one, which comes after all generated packages, removes them.

//go:generate go run -C ../tools ./generate -remove-stale
