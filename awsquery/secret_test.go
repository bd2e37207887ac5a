package awsquery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
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
			t.Errorf("%T is shown as %s", value, text)
		}
	}
	if encoded, _ := json.Marshal(holder{}); string(encoded) != "{}" || fmt.Sprint(awsquery.Secret("")) != "" {
		t.Errorf("no secret is shown as one: %s", encoded)
	}
	if string(awsquery.Secret(password)) != password {
		t.Error("a secret cannot be used")
	}
}
