// Package attempts makes the attempts of a call and returns its result or error.
//
//   - invocation.go has the retry loop.
//   - recover.go checks whether a call took effect after a response was lost.
//   - classify.go classifies failed attempts.
//   - backoff.go and budget.go delay and limit retries.
//   - clock.go and credentials.go correct the date and the credentials of requests.
//   - hint.go adds advice to errors, and log.go writes log records.
//
// The package knows no operation by name. A [Call] provides everything that depends on the operation.
package attempts
