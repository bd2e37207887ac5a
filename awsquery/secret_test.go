package awsquery_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/awsquery"
)

func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	type holder struct {
		Password awsquery.Secret `json:"Password,omitzero"`
	}
	for _, value := range []any{awsquery.Secret(password), holder{password}, &holder{password}, []awsquery.Secret{password}, map[string]awsquery.Secret{"a": password}} {
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("value", "value", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("value", "value", value)
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&log, " "+verb, value)
		}
		log.Write(encoded)
		if text := log.String(); strings.Contains(text, password) || strings.Contains(text, fmt.Sprintf("%x", password)) || !strings.Contains(text, "REDACTED") {
			t.Errorf("the text of a %T is %s", value, text)
		}
	}
	if encoded, _ := json.Marshal(holder{}); string(encoded) != "{}" || fmt.Sprint(awsquery.Secret("")) != "" {
		t.Errorf("the JSON of an empty secret is %s, want {}", encoded)
	}
	if string(awsquery.Secret(password)) != password {
		t.Error("string(secret) is not the secret")
	}
}

// TestSecretsFromJSON checks that REDACTED in JSON does not become a password.
func TestSecretsFromJSON(t *testing.T) {
	t.Parallel()
	type holder struct {
		Password awsquery.Secret            `json:"Password,omitzero"`
		Pointer  *awsquery.Secret           `json:"Pointer,omitzero"`
		List     []awsquery.Secret          `json:"List,omitzero"`
		Map      map[string]awsquery.Secret `json:"Map,omitzero"`
	}
	for document, want := range map[string]holder{
		`{"Password":"hunter2"}`:           {Password: "hunter2"},
		`{"Password":"\u0068unter2"}`:      {Password: "hunter2"},
		`{"Password":""}`:                  {},
		`{"Password":null,"Pointer":null}`: {Password: ""},
		`{"Pointer":"REDACTED ","List":["redacted",""],"Map":{"a":"REDACTE"}}`: {
			Pointer: new(awsquery.Secret("REDACTED ")), List: []awsquery.Secret{"redacted", ""}, Map: map[string]awsquery.Secret{"a": "REDACTE"},
		},
	} {
		var got holder
		if err := json.Unmarshal([]byte(document), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Unmarshal(%s) returns another value, or %v", document, err)
		}
	}
	kept := holder{Password: "kept"}
	if err := json.Unmarshal([]byte(`{"Password":null}`), &kept); err != nil || kept.Password != "kept" {
		t.Errorf("null replaced a secret: %v", err)
	}
	for _, written := range []holder{
		{Password: "hunter2"}, {Password: "REDACTED"}, {Pointer: new(awsquery.Secret("hunter2"))}, {List: []awsquery.Secret{"", "hunter2"}},
		{Map: map[string]awsquery.Secret{"a": "hunter2"}},
	} {
		document, err := json.Marshal(written)
		if err != nil {
			t.Fatal(err)
		}
		read := holder{Password: "old"}
		if err := json.Unmarshal(document, &read); !errors.Is(err, awsquery.ErrRedacted) || read.Password != "old" {
			t.Errorf("Unmarshal(%s) sets %s and returns %v, want ErrRedacted", document, string(read.Password), err)
		}
	}
	var secret awsquery.Secret
	for _, document := range []string{`7`, `{}`, `true`, `["hunter2"]`} {
		if err := json.Unmarshal([]byte(document), &secret); err == nil || errors.Is(err, awsquery.ErrRedacted) || secret != "" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Unmarshal(%s) returns %v, want another error without the secret", document, err)
		}
	}
}

// TestSecretsInGob checks that only an empty secret has a binary encoding.
func TestSecretsInGob(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	type holder struct {
		Name     string
		Password awsquery.Secret
		Pointer  *awsquery.Secret
		List     []awsquery.Secret
	}
	for _, value := range []holder{{Password: password}, {Pointer: new(awsquery.Secret(password))}, {List: []awsquery.Secret{password}}} {
		var encoded bytes.Buffer
		if err := gob.NewEncoder(&encoded).Encode(value); err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("Encode() returns %v, want an error without the secret", err)
		}
		if bytes.Contains(encoded.Bytes(), []byte(password)) {
			t.Error("gob wrote a secret")
		}
	}
	// Without a secret, a structure keeps its other fields.
	var encoded bytes.Buffer
	if err := gob.NewEncoder(&encoded).Encode(holder{Name: "kept", List: []awsquery.Secret{""}}); err != nil {
		t.Fatal(err)
	}
	var read holder
	if err := gob.NewDecoder(&encoded).Decode(&read); err != nil || read.Name != "kept" || read.Password != "" || len(read.List) != 1 {
		t.Errorf("Decode() sets the name %s and returns %v", read.Name, err)
	}
	if err := read.Password.UnmarshalBinary([]byte(password)); err == nil || strings.Contains(err.Error(), password) {
		t.Errorf("UnmarshalBinary() returns %v, want an error without the secret", err)
	}
}

// TestSecretsInXML checks that encoding/xml writes and reads the plain text of a secret.
func TestSecretsInXML(t *testing.T) {
	t.Parallel()
	type holder struct {
		Password awsquery.Secret `xml:"Password"`
	}
	document, err := xml.Marshal(holder{Password: "hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	var read holder
	if err := xml.Unmarshal(document, &read); err != nil || string(read.Password) != "hunter2" {
		t.Errorf("Unmarshal(%s) returns another secret, or %v", document, err)
	}
}
