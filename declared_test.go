package redshift_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/internal/contract"
)

// The functions here make calls and responses of operations for which a test has no case, from what the contract declares. A new
// operation is tested by its declaration until it has a case of its own.

// declaredCall returns a call with a value for each required parameter. The parameters that identify get the name.
func declaredCall(operation contract.Operation, name string, identify ...string) func(context.Context, *redshift.Client) (any, error) {
	return func(ctx context.Context, client *redshift.Client) (any, error) {
		method, ok := reflect.TypeFor[redshift.ClientService]().MethodByName(operation.Name)
		if !ok {
			return nil, fmt.Errorf("the client has no method %s", operation.Name)
		}
		params := reflect.New(method.Type.In(1).Elem())
		for i := range params.Elem().NumField() {
			field := params.Elem().Type().Field(i)
			wire, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			for _, param := range operation.Params {
				if first, _, _ := strings.Cut(param.Name, "."); first != wire {
					continue
				}
				isName := strings.Contains(" "+strings.Join(identify, " ")+" ", " "+wire+" ")
				switch {
				case isName:
					require(params.Elem().Field(i), name)
				case param.Required && wire == "ClusterIdentifier":
					require(params.Elem().Field(i), "analytics")
				case param.Required:
					require(params.Elem().Field(i), "text")
				}
			}
		}
		results := reflect.ValueOf(client).MethodByName(operation.Name).Call([]reflect.Value{reflect.ValueOf(ctx), params})
		err, _ := results[1].Interface().(error)

		return results[0].Interface(), err
	}
}

// require gives a parameter a value: texts get the text, and lists one item.
func require(value reflect.Value, text string) {
	switch value.Kind() {
	case reflect.String:
		value.SetString(text)
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		require(value.Elem(), text)
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 1, 1))
		require(value.Index(0), text)
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				require(value.Field(i), text)
			}
		}
	case reflect.Int, reflect.Int64:
		value.SetInt(1)
	}
}

// keysOf are the parameters that name the resource of an operation.
func keysOf(operation contract.Operation) []string {
	var keys []string
	if operation.Recovery != nil {
		for _, key := range operation.Recovery.Keys {
			keys = append(keys, key.Value)
		}
	}

	return keys
}

// declaredChanges are a call of each operation that changes something and has no case in changeCalls. A call that creates a resource names
// it "new", and others use the resource "old", which createDeclared makes.
func declaredChanges() map[string]func(context.Context, *redshift.Client) (any, error) {
	calls := map[string]func(context.Context, *redshift.Client) (any, error){}
	cases := changeCalls()
	for _, operation := range contract.Operations() {
		if _, ok := cases[operation.Name]; ok || operation.ReadOnly {
			continue
		}
		name := "old"
		if operation.Recovery.Class == "recognisable" {
			name = "new"
		}
		calls[operation.Name] = declaredCall(operation, name, keysOf(operation)...)
	}

	return calls
}

// createDeclared creates a resource "old" by each operation that has no case in changeCalls.
func createDeclared(t *testing.T, client *redshift.Client) {
	t.Helper()
	cases := changeCalls()
	for _, operation := range contract.Operations() {
		if _, ok := cases[operation.Name]; ok || operation.ReadOnly || operation.Recovery.Class != "recognisable" {
			continue
		}
		if _, err := declaredCall(operation, "old", keysOf(operation)...)(t.Context(), client); err != nil {
			t.Fatalf("create a resource by the declaration of %s: %v", operation.Name, err)
		}
	}
}

// varying matches what differs from one result to the next: times and request ids.
var varying = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"|"RequestID":"[^"]*"`)

// declaredState describes the resources of operations that have no case in changeCalls.
func declaredState(t *testing.T, client *redshift.Client) []string {
	t.Helper()
	var lines []string
	cases := changeCalls()
	for _, operation := range contract.Operations() {
		if _, ok := cases[operation.Name]; ok || operation.ReadOnly || operation.Recovery.Describe == "" {
			continue
		}
		result, err := declaredCall(described(operation.Recovery.Describe), "")(t.Context(), client)
		text, _ := json.Marshal(result)
		lines = append(lines, fmt.Sprintf("%s %s %v", operation.Recovery.Describe, varying.ReplaceAll(text, nil), err))
	}

	return lines
}

func described(name string) contract.Operation {
	for _, operation := range contract.Operations() {
		if operation.Name == name {
			return operation
		}
	}

	return contract.Operation{Name: name}
}

// declaredMembers returns a result in which %s stands for the first member that x-names compares.
func declaredMembers(operation contract.Operation) string {
	text, members := "%s", operation.Result
	var open, closed string
	for step := range strings.SplitSeq(operation.Names[0].Members[0], ".") {
		for _, member := range members {
			if member.Name != step {
				continue
			}
			open, closed = open+"<"+step+">", "</"+step+">"+closed
			if member.List {
				open, closed = open+"<"+member.Item+">", "</"+member.Item+">"+closed
			}
			members = contract.Definition(member.Structure)

			break
		}
	}

	return open + text + closed
}
