// Package bench compares this module with the AWS SDK for Go v2, with the code of go-swagger's stock templates, and with net/http
// alone. All do the same work in one run, and every response is checked. It is a separate module, so that users of the library do
// not require the others.
//
//	go test -bench . ./...
package bench
