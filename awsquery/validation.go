package awsquery

import "strings"

// ValidationError is what is wrong with the parameters of a call. Nothing was sent.
type ValidationError struct {
	// Operation is the name of the call, such as CreateClusterSnapshot.
	Operation string
	// Problems has each thing that is wrong.
	Problems []Problem
}

// Problem is one thing that is wrong with one parameter.
type Problem struct {
	// Parameter is the name as it is sent, such as Tags.Tag.2.Key. List items count from 1.
	Parameter string
	// Reason is what is wrong, to be read after the name: "is required". It never has the parameter's value.
	Reason string
}

// Error names the operation, every parameter and what is wrong with it, in one line and without any value.
func (e *ValidationError) Error() string {
	if e == nil {
		return "nothing is wrong with the parameters"
	}
	var text strings.Builder
	text.WriteString(e.Operation)
	text.WriteString(": ")
	for i, problem := range e.Problems {
		if i > 0 {
			text.WriteString("; ")
		}
		text.WriteString(problem.Parameter)
		text.WriteByte(' ')
		text.WriteString(problem.Reason)
	}

	return text.String()
}
