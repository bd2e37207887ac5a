// Package wire provides the request and the response that package awsquery and the codec share. A Request collects encoded parameters.
// A Response has its body in memory.
package wire

import (
	"strings"

	"github.com/go-openapi/runtime"
)

// Action returns the name of an operation in the service's API, such as CreateClusterSnapshot. The Readers of this library return
// it. Other operations have it in their path.
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

// IsReadOnly reports whether the Reader of an operation says that it changes nothing.
func IsReadOnly(operation *runtime.ClientOperation) bool {
	if operation == nil {
		return false
	}
	reader, ok := operation.Reader.(interface{ IsReadOnly() bool })

	return ok && reader.IsReadOnly()
}
