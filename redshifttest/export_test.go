package redshifttest

import "github.com/redshift-go/redshift/internal/contract"

// DeclaredOperation is an operation that a test declares.
type (
	DeclaredOperation = declaredOperation
	Recovery          = recovery
	NamePair          = namePair
)

// Declare adds operations to a fake that nobody calls yet.
func (f *Fake) Declare(operations ...DeclaredOperation) {
	f.play(append(declaredOperations(), operations...))
}

// Handled reports whether an operation of the contract has a handler that was written by hand.
func Handled(operation contract.Operation) bool { return handlers()[operation.Name] != nil }
