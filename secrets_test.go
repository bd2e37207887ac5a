package redshift_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
)

// TestSecretsAreInNoURL: a call with a secret is a POST. The secret is in its form, and in no URL, log, error or printed parameters.
func TestSecretsAreInNoURL(t *testing.T) {
	t.Parallel()
	const secret = "Confidential1"
	tested := 0
	for _, operation := range contract.Operations() {
		if !operation.Secret {
			continue
		}
		tested++
		method, _ := reflect.TypeFor[redshift.ClientService]().MethodByName(operation.Name)
		params := reflect.New(method.Type.In(1).Elem())
		number := 0
		fill(t, params.Elem(), &number)
		if set := setSecrets(params.Elem(), secret); set == 0 {
			t.Errorf("%s has no secret to set", operation.Name)
		}
		var log bytes.Buffer
		var address string
		var form url.Values
		client := newClient(t, func(config *redshift.Config) {
			config.DisableParamValidation = true
			config.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				if request.Method != http.MethodPost {
					t.Errorf("%s is a %s, want a POST", operation.Name, request.Method)
				}
				address = request.URL.String()
				body, err := io.ReadAll(request.Body)
				if err != nil {
					return nil, err
				}
				form, err = url.ParseQuery(string(body))

				return nil, fmt.Errorf("no network: %v", err)
			})}
		})
		results := reflect.ValueOf(client).MethodByName(operation.Name).Call([]reflect.Value{reflect.ValueOf(t.Context()), params})
		err, _ := results[1].Interface().(error)
		if err == nil {
			t.Fatalf("%s succeeded without a network", operation.Name)
		}
		isSecret := func(values []string) bool { return slices.Contains(values, secret) }
		sent := 0
		for _, values := range form {
			if isSecret(values) {
				sent++
			}
		}
		if sent == 0 {
			t.Errorf("%s: the form has no secret", operation.Name)
		}
		for place, text := range map[string]string{
			"URL": address, "log": log.String(), "error": err.Error(), "parameters": fmt.Sprintf("%+v %#v", params.Interface(), params.Elem().Interface()),
		} {
			if text == "" || strings.Contains(text, secret) {
				t.Errorf("%s: the %s is empty or has the secret: %s", operation.Name, place, text)
			}
		}
	}
	if tested < 2 {
		t.Errorf("%d operations have a secret, want at least CreateCluster and ModifyCluster", tested)
	}
}

// setSecrets sets all secrets of a structure, and returns their number.
func setSecrets(structure reflect.Value, secret awsquery.Secret) int {
	return eachSecret(structure, func(field reflect.Value) { field.Set(reflect.ValueOf(secret)) })
}

// A program that sets a password imports package redshift only.
func TestSecretIsTheTypeOfPasswords(t *testing.T) {
	t.Parallel()
	password := redshift.Secret("Confidential1")
	params := redshift.CreateClusterParams{MasterUserPassword: password}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, params); strings.Contains(text, string(password)) {
			t.Errorf("%s prints the password: %s", verb, text)
		}
	}
	if string(params.MasterUserPassword) != "Confidential1" || fmt.Sprint(password) != "REDACTED" {
		t.Errorf("the secret is %q and prints as %v, want Confidential1 and REDACTED", string(params.MasterUserPassword), password)
	}
}

// TestNoVerbWritesASecret prints structures with secrets behind pointers, for which package fmt calls no method of awsquery.Secret.
func TestNoVerbWritesASecret(t *testing.T) {
	t.Parallel()
	const secret = "Confidential1"
	pending := &models.PendingModifiedValues{MasterUserPassword: secret}
	cluster := models.Cluster{ClusterIdentifier: "analytics", PendingModifiedValues: pending}
	values := map[string]any{
		"parameters of a create": struct{ Params *redshift.CreateClusterParams }{&redshift.CreateClusterParams{MasterUserPassword: secret}},
		"parameters of a modify": struct{ Params *redshift.ModifyClusterParams }{&redshift.ModifyClusterParams{MasterUserPassword: secret}},
		"credentials": struct {
			Result *redshift.GetClusterCredentialsResult
		}{&redshift.GetClusterCredentialsResult{DbPassword: secret}},
		"credentials of IAM":      []*redshift.GetClusterCredentialsWithIAMResult{{DbPassword: secret}},
		"a cluster":               cluster,
		"a pointer to a cluster":  &cluster,
		"clusters of a result":    &redshift.DescribeClustersResult{Clusters: []models.Cluster{cluster}},
		"pending values":          *pending,
		"a pointer to the values": pending,
	}
	for name, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%5.1f", "%z"} {
			printed := fmt.Sprintf(verb, value)
			if strings.Contains(strings.ToLower(printed), strings.ToLower(secret)) ||
				strings.Contains(strings.ToLower(printed), fmt.Sprintf("%x", secret)) {
				t.Errorf("%s with %s: %s", name, verb, printed)
			}
		}
	}
	if printed := fmt.Sprintf("%v", cluster); !strings.Contains(printed, "REDACTED") || !strings.Contains(printed, "analytics") {
		t.Errorf("%%v of a cluster = %s, want its members", printed)
	}
	if printed := fmt.Sprint(struct{ Pending *models.PendingModifiedValues }{}); printed != "{<nil>}" {
		t.Errorf("without pending values: %s, want {<nil>}", printed)
	}
}
