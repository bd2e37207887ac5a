package redshift_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/redshifttest"
)

// These functions make calls and responses from the contract, for operations without a case in a test. A new operation is tested
// by its declaration until it has its own case.

// declaredCall returns a call with a value for each required parameter. Identifying parameters get the given name.
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
				value := params.Elem().Field(i)
				isName := slices.Contains(identify, wire) && !clusterSettings[operation.Name]
				switch {
				case isName:
					require(value, name)
				case param.Required || needed[operation.Name] == wire:
					require(value, validText(wire))
				}
				if param.Required && value.CanInt() {
					value.SetInt(max(1, int64(param.Minimum)))
				}
			}
		}
		results := reflect.ValueOf(client).MethodByName(operation.Name).Call([]reflect.Value{reflect.ValueOf(ctx), params})
		err, _ := results[1].Interface().(error)

		return results[0].Interface(), err
	}
}

// validTexts are values of parameters and members that the fake accepts. Others accept any text.
var validTexts = map[string]string{
	"ActionType":           "resize-cluster",
	"ClusterIdentifier":    "analytics",
	"DbUser":               "reader",
	"IamRole":              "arn:aws:iam::123456789012:role/scheduler",
	"ParameterGroupFamily": "redshift-1.0",
	"ParameterName":        "query_group",
	"ApplyType":            "static",
	"Schedule":             "cron(0 10 ? * MON 2100)",
	"SnsTopicArn":          "arn:aws:sns:us-east-1:123456789012:alarms",
	"SubnetIds":            "subnet-11111111",
	"MasterUserPassword":   "Abcdefg1",
	"NodeType":             "ra3.large",
}

// needed are parameters that the contract does not require, but without which the fake refuses the call.
var needed = map[string]string{
	"CreateCluster":                    "ManageMasterPassword",
	"DeleteCluster":                    "SkipFinalClusterSnapshot",
	"DescribeNodeConfigurationOptions": "ClusterIdentifier",
	"EnableLogging":                    "BucketName",
	"GetClusterCredentials":            "ClusterIdentifier",
	"GetClusterCredentialsWithIAM":     "ClusterIdentifier",
}

// clusterSettings are operations about a setting of a cluster. They name a cluster that exists, and no other resource.
var clusterSettings = map[string]bool{"DescribeLoggingStatus": true, "DisableLogging": true, "EnableLogging": true}

// validText returns a value of a parameter or a member.
func validText(name string) string {
	if text, found := validTexts[name]; found {
		return text
	}

	return "text"
}

// require sets a parameter: texts get the given text, and lists get one item.
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
		if value.Type() == reflect.TypeFor[time.Time]() {
			value.Set(reflect.ValueOf(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)))

			return
		}
		for i := range value.NumField() {
			if field := value.Type().Field(i); field.IsExported() {
				wire, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				require(value.Field(i), validText(wire))
			}
		}
		keepOne(value)
	case reflect.Int, reflect.Int64:
		value.SetInt(1)
	case reflect.Float64:
		value.SetFloat(1)
	case reflect.Bool:
		value.SetBool(true)
	case reflect.Map:
		item := reflect.New(value.Type().Elem()).Elem()
		require(item, text)
		value.Set(reflect.MakeMap(value.Type()))
		value.SetMapIndex(reflect.ValueOf(text), item)
	}
}

// keepOne leaves only the first member of a union, which is a structure that needs exactly one. It leaves other structures as they are.
func keepOne(value reflect.Value) {
	sent, ok := value.Addr().Interface().(interface{ CheckQuery(c *codec.Check) })
	if !ok {
		return
	}
	check := codec.NewCheck("")
	if sent.CheckQuery(&check); check.Err() == nil {
		return
	}
	for i := 1; i < value.NumField(); i++ {
		value.Field(i).SetZero()
	}
}

// describedBy returns the required parameters of an operation that describes a resource by its name.
func describedBy(operation contract.Operation) []string {
	var keys []string
	for _, other := range contract.Operations() {
		if other.Recovery == nil || other.Recovery.Describe != operation.Name {
			continue
		}
		for _, key := range other.Recovery.Keys {
			isRequired := func(param contract.Param) bool { return param.Required && param.Name == key.Name }
			if slices.ContainsFunc(operation.Params, isRequired) {
				keys = append(keys, key.Name)
			}
		}
	}

	return keys
}

// notPlayed are the operations that the fake does not implement: it has no handler and no declared resource for them.
var notPlayed = sync.OnceValues(func() ([]string, error) {
	fake := redshifttest.New(redshifttest.Options{})
	client, err := redshift.New(fake.Config())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, operation := range contract.Operations() {
		if _, err := declaredCall(operation, "old")(context.Background(), client); errors.Is(err, awsquery.ErrInvalidAction) {
			names = append(names, operation.Name)
		}
	}

	return names, nil
})

// respondToOthers supplies an empty result for each operation that the fake does not implement.
func respondToOthers(t *testing.T, fake *redshifttest.Fake) {
	t.Helper()
	names, err := notPlayed()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		method, _ := reflect.TypeFor[redshift.ClientService]().MethodByName(name)
		if err := fake.Respond(name, reflect.New(method.Type.Out(0).Elem()).Interface()); err != nil {
			t.Fatal(err)
		}
	}
}

// keysOf returns the parameters that name the resource of an operation.
func keysOf(operation contract.Operation) []string {
	var keys []string
	if operation.Recovery != nil {
		for _, key := range operation.Recovery.Keys {
			keys = append(keys, key.Value)
		}
	}

	return keys
}

// declaredChanges returns a call of each mutating operation that has no case in changeCalls. A call that creates a resource names
// it "new". Other calls use the resource "old" of createDeclared.
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

// createDeclared creates a resource "old" with each operation that has no case in changeCalls.
func createDeclared(t *testing.T, client *redshift.Client) {
	t.Helper()
	cases := changeCalls()
	for _, operation := range contract.Operations() {
		if _, ok := cases[operation.Name]; ok || operation.ReadOnly || operation.Recovery.Class != "recognisable" {
			continue
		}
		if _, err := declaredCall(operation, "old", keysOf(operation)...)(t.Context(), client); err != nil {
			t.Fatalf("create the resource that %s declares: %v", operation.Name, err)
		}
	}
}

// varying matches the parts that differ between results: times and request IDs.
var varying = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"|"RequestID":"[^"]*"`)

// declaredState describes the resources of operations that have no case in changeCalls. Operations that the fake does not play change
// nothing.
func declaredState(t *testing.T, client *redshift.Client) []string {
	t.Helper()
	others, err := notPlayed()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	listed := make(map[string]bool)
	cases := changeCalls()
	for _, operation := range contract.Operations() {
		if _, ok := cases[operation.Name]; ok || operation.ReadOnly || operation.Recovery.Describe == "" {
			continue
		}
		if slices.Contains(others, operation.Name) {
			continue
		}
		describe := described(operation.Recovery.Describe)
		if listed[describe.Name] {
			continue // another operation has the same resources
		}
		listed[describe.Name] = true
		keys := describedBy(describe)
		names := []string{"old", "new"}
		if len(keys) == 0 {
			names = []string{""} // list all resources
		}
		for _, name := range names {
			result, err := declaredCall(describe, name, keys...)(t.Context(), client)
			text, _ := json.Marshal(result)
			lines = append(lines, fmt.Sprintf("%s %s %s %s", describe.Name, name, varying.ReplaceAll(text, nil), outcomeKind(err)))
		}
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

// declaredMembers returns a result that has %s as the value of the first member in x-names.
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
