// Package attempts makes the attempts of a call. Each file has one job: invocation.go the loop, recover.go what follows a lost
// response, classify.go what a failure means, backoff.go and budget.go when and whether a retry follows, clock.go and
// credentials.go what signs the requests, hint.go and log.go what users read.
//
// The package knows no operation by name. A [Call] has what depends on the operation.
package attempts
