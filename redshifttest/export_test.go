package redshifttest

import "github.com/redshift-go/redshift/internal/contract"

// Declare adds operations to the contract of a fake. Call it before the first request.
func (f *Fake) Declare(operations ...contract.Operation) {
	f.register(append(contract.Operations(), operations...))
}

// Handled reports whether an operation of the contract has a hand-written handler.
func Handled(operation contract.Operation) bool { return handlers()[operation.Name] != nil }
