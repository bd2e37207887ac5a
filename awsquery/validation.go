package awsquery

import "strings"

// ValidationError reports parameters of a call that are missing or can never be valid. Nothing was sent.
type ValidationError struct {
	// Operation is the name of the operation, such as CreateClusterSnapshot.
	Operation string
	// Problems are the reasons why the parameters are invalid.
	Problems []Problem
}

// Problem is one reason why one parameter is invalid.
type Problem struct {
	// Parameter is the name on the wire, such as Tags.Tag.2.Key. List items count from 1.
	Parameter string
	// Reason follows the name in a sentence, such as "is required". It never contains the parameter's value.
	Reason string
}

// Error returns one line with the operation, and the name and the reason of each problem. It contains no values.
func (e *ValidationError) Error() string {
	if e == nil {
		return "no invalid parameters"
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
