package redshifttest

import "github.com/redshift-go/redshift/internal/contract"

// Declare adds operations to a fake that nobody calls yet.
func (f *Fake) Declare(operations ...contract.Operation) {
	f.register(append(contract.Operations(), operations...))
}

// Handled reports whether an operation of the contract has a handler that was written by hand.
func Handled(operation contract.Operation) bool { return handlers()[operation.Name] != nil }
