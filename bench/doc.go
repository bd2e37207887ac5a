// Package bench measures this module beside Amazon's own SDK for Go, beside what go-swagger's own templates generate, and
// beside net/http alone: the same work, in one run, with every answer checked. It is a module of its own, so that nobody who
// uses the library requires the others.
//
//	go test -bench . ./...
package bench
