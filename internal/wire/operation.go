// Package wire holds what package awsquery and the codec share of a call: the request that parameters are written to, the
// response with its body in memory, and what an operation says of itself.
package wire

import (
	"strings"

	"github.com/go-openapi/runtime"
)

// Action returns the name of an operation as the service knows it, such as CreateClusterSnapshot. The Readers of this library have it.
// Other operations have it in their path.
func Action(operation *runtime.ClientOperation) string {
	if reader, ok := operation.Reader.(interface{ Action() string }); ok {
		return reader.Action()
	}
	_, query, _ := strings.Cut(operation.PathPattern, "?")
	for part := range strings.SplitSeq(query, "&") {
		if action, ok := strings.CutPrefix(part, "Action="); ok && action != "" {
			return action
		}
	}
	if operation.ID != "" {
		return operation.ID
	}

	return "call"
}

// IsReadOnly reports whether an operation is known to change nothing, by its Reader.
func IsReadOnly(operation *runtime.ClientOperation) bool {
	if operation == nil {
		return false
	}
	reader, ok := operation.Reader.(interface{ IsReadOnly() bool })

	return ok && reader.IsReadOnly()
}
