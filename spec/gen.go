// Package spec contains the contract of this library and the templates that generate Go code from it. See README.md. The package has
// no code.
package spec

// The directive is in this package because go generate ./... lists the files of all packages first, and fails if a directive removes one
// of the files before go generate reads it. It reads the generated packages before this one.

//go:generate go run -C ../tools ./generate
