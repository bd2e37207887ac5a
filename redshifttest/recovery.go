package redshifttest

import (
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
)

// declaredOperation is an operation with what the contract declares of its recovery.
type declaredOperation struct {
	contract.Operation
	Recovery *recovery // nil if the operation has none
}

// recovery says how the resource of an operation is found. spec/README.md explains the fields.
type recovery struct {
	Settled  []awsquery.ErrorCode // the resource exists
	Describe string               // the operation that describes the resource
	Keys     []namePair           // a parameter of Describe, and the parameter that it has the value of
	List     string               // the list of resources in the result of Describe
	Result   string               // the member of the result that the resource becomes
	Missing  []awsquery.ErrorCode // the resource does not exist
	Identity []namePair           // a parameter and a member of the resource
	Where    []namePair           // a member of the resource and its value
	Same     []namePair           // a parameter and a member of the resource
	Since    string               // the member with the time of creation
}

// namePair is two names, or a name and a value.
type namePair struct{ Name, Value string }

// declaredOperations returns the operations of the contract.
func declaredOperations() []declaredOperation {
	described := contract.Operations()
	all := make([]declaredOperation, len(described))
	for i, one := range described {
		all[i] = declaredOperation{Operation: one}
	}

	return all
}
