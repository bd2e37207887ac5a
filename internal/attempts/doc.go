// Package attempts makes the attempts of a call and returns its result or error.
//
//   - invocation.go has the retry loop.
//   - recover.go checks whether a call took effect after a response was lost.
//   - classify.go classifies failed attempts.
//   - backoff.go and budget.go delay and limit retries.
//   - clock.go and credentials.go correct the date and the credentials of requests.
//   - hint.go adds advice to errors, and log.go writes log records.
//
// The package has no code for single operations. A [Call] provides the parts that depend on the operation.
package attempts
