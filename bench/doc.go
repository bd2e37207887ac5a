// Package bench measures this module beside Amazon's own SDK for Go: the same work, in one run, with every answer checked.
// It is a module of its own, so that nobody who uses the library requires Amazon's.
//
//	go test -bench . -count 6 ./...
package bench
