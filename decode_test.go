package redshift_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

// The generated decoders decode every result as encoding/xml does, member by member.
func TestDecodersAgreeWithEncodingXML(t *testing.T) {
	t.Parallel()
	service := reflect.TypeFor[redshift.ClientService]()
	for i := range service.NumMethod() {
		operation := service.Method(i)
		t.Run(operation.Name, func(t *testing.T) {
			t.Parallel()
			sent := reflect.New(operation.Type.Out(0).Elem())
			number := 0
			fill(t, sent.Elem(), &number)
			var body bytes.Buffer
			root := xml.StartElement{Name: xml.Name{Local: operation.Name + "Response"}}
			if err := xml.NewEncoder(&body).EncodeElement(sent.Interface(), root); err != nil {
				t.Fatal(err)
			}
			client := newClient(t, func(config *redshift.Config) {
				config.DisableParamValidation = true
				config.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					return httpmock.NewStringResponse(http.StatusOK, body.String()), nil
				})}
			})
			results := reflect.ValueOf(client).MethodByName(operation.Name).Call([]reflect.Value{
				reflect.ValueOf(t.Context()), reflect.New(operation.Type.In(1).Elem()),
			})
			if err, _ := results[1].Interface().(error); err != nil {
				t.Fatal(err)
			}
			read := reflect.New(operation.Type.Out(0).Elem())
			if err := xml.Unmarshal(body.Bytes(), read.Interface()); err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string]any{"the sent result": sent.Interface(), "the result of encoding/xml": read.Interface()} {
				if got := results[0].Interface(); !reflect.DeepEqual(got, want) {
					t.Errorf("result:\n%s\nwant %s:\n%s", asJSON(t, got), name, asJSON(t, want))
				}
			}
		})
	}
}

// fill sets every field to a distinct value.
func fill(t *testing.T, value reflect.Value, number *int) {
	t.Helper()
	*number++
	switch {
	case value.Type() == reflect.TypeFor[time.Time]():
		value.Set(reflect.ValueOf(time.Date(2026, 11, 23, 4, 5, 6, 789_000_000, time.UTC).Add(time.Duration(*number) * time.Hour)))
	case value.Kind() == reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		fill(t, value.Elem(), number)
	case value.Kind() == reflect.Struct:
		for i := range value.NumField() {
			fill(t, value.Field(i), number)
		}
	case value.Kind() == reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 3, 3))
		for i := range value.Len() {
			fill(t, value.Index(i), number)
		}
	case value.Kind() == reflect.String:
		value.SetString(fmt.Sprintf("text <&\"é🚀> %d", *number))
	case value.CanInt():
		value.SetInt(int64(*number))
	case value.CanFloat():
		value.SetFloat(float64(*number) + 0.125)
	case value.Kind() == reflect.Bool:
		value.SetBool(true)
	default:
		t.Fatalf("cannot fill a %v", value.Type())
	}
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

// An empty value of a tag is valid and sent. An optional parameter that is 0 or false is sent, and a nil one is not.
func TestZeroValuesAreNotSent(t *testing.T) {
	t.Parallel()
	var query string
	client := newClient(t, func(config *redshift.Config) {
		config.DisableParamValidation = true
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			query = cmp.Or(query, request.URL.RawQuery)

			return nil, fmt.Errorf("enough")
		})}
	})
	_, _ = client.CreateClusterSnapshot(t.Context(), &redshift.CreateClusterSnapshotParams{
		SnapshotIdentifier:            "a b",
		ManualSnapshotRetentionPeriod: new(0),
		Tags:                          []models.Tag{{Key: "owner"}, {}},
	})
	if want := "Action=CreateClusterSnapshot&ManualSnapshotRetentionPeriod=0&SnapshotIdentifier=a%20b&Tags.Tag.1.Key=owner&Tags.Tag.1.Value=&Tags.Tag.2.Key=&Tags.Tag.2.Value=&Version=2012-12-01"; query != want {
		t.Errorf("query = %s\nwant %s", query, want)
	}
	query = ""
	_, _ = client.DescribeClusterSnapshots(t.Context(), &redshift.DescribeClusterSnapshotsParams{
		ClusterExists:   new(false),
		TagKeys:         []string{},
		SortingEntities: []models.SnapshotSortingEntity{{Attribute: models.SnapshotAttributeToSortByTotalSize}},
		StartTime:       time.Date(2026, 11, 23, 5, 0, 0, 0, time.FixedZone("CET", 3600)),
	})
	if want := "Action=DescribeClusterSnapshots&ClusterExists=false&SortingEntities.SnapshotSortingEntity.1.Attribute=TOTAL_SIZE&StartTime=2026-11-23T04%3A00%3A00Z&Version=2012-12-01"; query != want {
		t.Errorf("query = %s\nwant %s", query, want)
	}
}

// Credentials in the environment are read for each call. Credentials of a provider are cached until they expire.
func TestProviderIsCalledOnceUntilExpiry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	var authorization string
	transport := roundTripper(func(request *http.Request) (*http.Response, error) {
		authorization = request.Header.Get("Authorization")

		return httpmock.NewStringResponse(200, created), nil
	})
	provided := 0
	keys := func() sigv4.Credentials {
		provided++

		return sigv4.Credentials{AccessKeyID: fmt.Sprintf("AKID%d", provided), SecretAccessKey: exampleCredentials.SecretAccessKey, Expires: now.Add(time.Hour)}
	}
	providers := map[string]sigv4.CredentialsProvider{
		"AKID3": sigv4.EnvCredentials{LookupEnv: func(name string) (string, bool) {
			if name == "AWS_ACCESS_KEY_ID" {
				return keys().AccessKeyID, true
			}

			return "x", name == "AWS_SECRET_ACCESS_KEY"
		}},
		"AKID1": sigv4.CredentialsProviderFunc(func(context.Context) (sigv4.Credentials, error) { return keys(), nil }),
	}
	for want, provider := range providers {
		provided = 0
		client := newClient(t, func(config *redshift.Config) {
			config.Credentials = provider
			config.Now = func() time.Time { return now }
			config.HTTPClient = &http.Client{Transport: transport}
		})
		for range 3 {
			if _, err := client.CreateClusterSnapshot(t.Context(), create()); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(authorization, "Credential="+want+"/20261123/eu-west-1/redshift/aws4_request") {
			t.Errorf("%T: Authorization of the third call = %s, want %s", provider, authorization, want)
		}
	}
}
