// Package spec has the contract of this library and the templates that make Go of it. See README.md. It has no code.
package spec

// The directive is in this package because go generate ./... lists the files of all packages before it runs anything, and fails if one
// has vanished when it comes to it. All generated packages come before this one.

//go:generate go run -C ../tools ./generate
