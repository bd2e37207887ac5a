package redshift_test

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
)

// The JSON of parameters uses the names of Redshift, omits zero values, and can be decoded.
func TestParamsRoundTripThroughJSON(t *testing.T) {
	t.Parallel()
	service := reflect.TypeFor[redshift.ClientService]()
	for _, operation := range contract.Operations() {
		method, found := service.MethodByName(operation.Name)
		if !found {
			t.Fatalf("the client has no %s", operation.Name)
		}
		params := reflect.New(method.Type.In(1).Elem())
		if got := asJSON(t, params.Interface()); strings.Join(strings.Fields(got), "") != "{}" {
			t.Errorf("%s: JSON without parameters = %s, want {}", operation.Name, got)
		}
		number := 0
		fill(t, params.Elem(), &number)
		document, err := json.Marshal(params.Interface())
		if err != nil {
			t.Fatal(err)
		}
		names := document
		if clearSecrets(params.Elem()) > 0 {
			read := reflect.New(method.Type.In(1).Elem())
			if err := json.Unmarshal(document, read.Interface()); !errors.Is(err, awsquery.ErrRedacted) {
				t.Errorf("%s: Unmarshal of a redacted secret returned %v, want %v", operation.Name, err, awsquery.ErrRedacted)
			}
			if document, err = json.Marshal(params.Interface()); err != nil {
				t.Fatal(err)
			}
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(names, &members); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, param := range operation.Params {
			name, _, _ := strings.Cut(param.Name, ".")
			want = append(want, name)
		}
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(members)); len(got) != params.Elem().NumField() || !containsAll(want, got) {
			t.Errorf("%s: JSON members = %q, want those of the contract %q", operation.Name, got, want)
		}
		read := reflect.New(method.Type.In(1).Elem())
		if err := json.Unmarshal(document, read.Interface()); err != nil || !reflect.DeepEqual(read.Interface(), params.Interface()) {
			t.Errorf("%s: %s was decoded as %s (err = %v)", operation.Name, document, asJSON(t, read.Interface()), err)
		}
	}
}

// clearSecrets sets the secrets of a structure to empty ones, and returns their number.
func clearSecrets(structure reflect.Value) int { return eachSecret(structure, reflect.Value.SetZero) }

// eachSecret calls a function for each secret of a structure, and returns the number of secrets.
func eachSecret(structure reflect.Value, visit func(reflect.Value)) int {
	count := 0
	for i := range structure.NumField() {
		switch field := structure.Field(i); {
		case field.Type() == reflect.TypeFor[awsquery.Secret]():
			visit(field)
			count++
		case field.Kind() == reflect.Struct && field.Type() != reflect.TypeFor[time.Time]():
			count += eachSecret(field, visit)
		case field.Kind() == reflect.Pointer && field.Type().Elem().Kind() == reflect.Struct && !field.IsNil():
			count += eachSecret(field.Elem(), visit)
		}
	}

	return count
}

// containsAll reports whether a sorted list contains all others.
func containsAll(list, others []string) bool {
	return !slices.ContainsFunc(others, func(one string) bool { _, found := slices.BinarySearch(list, one); return !found })
}

// A result can be decoded from its JSON, unless it has a secret. REDACTED is never decoded as a secret.
func TestResultsRoundTripThroughJSON(t *testing.T) {
	t.Parallel()
	service := reflect.TypeFor[redshift.ClientService]()
	for i := range service.NumMethod() {
		operation := service.Method(i)
		result := reflect.New(operation.Type.Out(0).Elem())
		number := 0
		fill(t, result.Elem(), &number)
		document, err := json.Marshal(result.Interface())
		if err != nil {
			t.Fatal(err)
		}
		read := reflect.New(operation.Type.Out(0).Elem())
		err = json.Unmarshal(document, read.Interface())
		if strings.Contains(string(document), `"REDACTED"`) {
			if !errors.Is(err, awsquery.ErrRedacted) {
				t.Errorf("%s: decoding a redacted secret: err = %v, want an error", operation.Name, err)
			}

			continue
		}
		if err != nil || !reflect.DeepEqual(read.Interface(), result.Interface()) {
			t.Errorf("%s: %s was decoded as %s (err = %v)", operation.Name, document, asJSON(t, read.Interface()), err)
		}
	}
	pending := models.Cluster{PendingModifiedValues: &models.PendingModifiedValues{MasterUserPassword: "hunter2", NodeType: "ra3.large"}}
	pending.PendingModifiedValues.MasterUserPassword = "" // as the documentation of Secret says
	document, err := json.Marshal(pending)
	if err != nil {
		t.Fatal(err)
	}
	var read models.Cluster
	if err := json.Unmarshal(document, &read); err != nil || !reflect.DeepEqual(read, pending) {
		t.Errorf("%s without its secret was decoded as %+v (err = %v)", document, read, err)
	}
}
