// Package interop compares this library with the AWS SDK for Go v2. Both must send the same form for the same parameters, and
// decode the same response to the same values. The tests use reflection, so they also compare operations that are added to the
// contract.
package interop

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsredshift "github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/smithy-go"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
	"github.com/redshift-go/redshift/sigv4"
)

const (
	region = "eu-west-1"
	// The example keys of Amazon's documentation. They give access to nothing.
	accessKeyID     = "AKIDEXAMPLE"
	secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

func TestRequestsEqualThoseOfAmazonsClient(t *testing.T) {
	t.Parallel()
	for _, operation := range operations(t) {
		for name, values := range map[string]*filler{
			"every parameter": {text: "text-%d"},
			"awkward text":    {text: `a +*~/=%%&"'<é日本🚀> %d`},
			"required only":   {text: "text-%d", needed: needed(t, operation)},
		} {
			t.Run(operation+"/"+name, func(t *testing.T) {
				t.Parallel()
				theirs := reflect.New(inputType(t, operation).Elem())
				values.fill(theirs.Elem(), "")
				ours := reflect.New(paramsType(t, operation).Elem())
				if copied := assign(t, ours.Elem(), theirs.Elem()); copied == 0 && values.needed == nil && ours.Elem().NumField() > 0 {
					t.Fatal("no parameter is filled")
				}

				want, got := new(recorder), new(recorder)
				call(t, amazonsClient(want), operation, theirs)
				call(t, ourClient(t, got), operation, ours)
				if !reflect.DeepEqual(got.form(t), want.form(t)) {
					t.Errorf("our form = %q\nAmazon's form = %q", got.form(t), want.form(t))
				}
				if operation != want.form(t).Get("Action") {
					t.Errorf("Amazon's client called the operation %q", want.form(t).Get("Action"))
				}
			})
		}
	}
}

func TestResponsesAreDecodedAsByAmazonsClient(t *testing.T) {
	t.Parallel()
	for _, operation := range operations(t) {
		for name, values := range map[string]*filler{
			"every member": {text: "text-%d"},
			"awkward text": {text: `a +*~/=%%&"'<é日本🚀> %d`},
		} {
			t.Run(operation+"/"+name, func(t *testing.T) {
				t.Parallel()
				sent := reflect.New(resultType(t, operation).Elem())
				values.fill(sent.Elem(), "")
				var body bytes.Buffer
				root := xml.StartElement{Name: xml.Name{Local: operation + "Response", Space: "http://redshift.amazonaws.com/doc/2012-12-01/"}}
				if err := xml.NewEncoder(&body).EncodeElement(sent.Interface(), root); err != nil {
					t.Fatal(err)
				}

				theirs := call(t, amazonsClient(&recorder{body: body.Bytes()}), operation, filled(inputType(t, operation)))
				ours := call(t, ourClient(t, &recorder{body: body.Bytes()}), operation, reflect.New(paramsType(t, operation).Elem()))
				if !reflect.DeepEqual(ours.Interface(), sent.Interface()) {
					t.Errorf("our result = %+v, want %+v", ours.Interface(), sent.Interface())
				}
				if compared := same(t, operation, ours.Elem(), theirs.Elem()); compared == 0 && ours.Elem().NumField() > 1 {
					t.Error("no member was compared")
				}
			})
		}
	}
}

// ResourceType is the only member whose value differs from Amazon's client on purpose. Redshift sends "cluster" and documents
// "Cluster". Our client returns the constant for both. Amazon's client returns what Redshift sends.
func TestResourceTypesAreConstants(t *testing.T) {
	t.Parallel()
	const body = `<DescribeTagsResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><DescribeTagsResult><TaggedResources>` +
		`<TaggedResource><ResourceType>cluster</ResourceType></TaggedResource></TaggedResources></DescribeTagsResult></DescribeTagsResponse>`
	theirs, err := amazonsClient(&recorder{body: []byte(body)}).DescribeTags(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := ourClient(t, &recorder{body: []byte(body)}).DescribeTags(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(theirs.TaggedResources[0].ResourceType); got != "cluster" {
		t.Errorf("Amazon's client returned %q", got)
	}
	if got := ours.TaggedResources[0].ResourceType; got != models.ResourceTypeCluster {
		t.Errorf("our client returned %q", got)
	}
}

func TestRequiredParametersEqualThoseOfAmazonsClient(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, operation := range operations(t) {
		var want []string
		for _, param := range described(t, operation).Params {
			if param.Required {
				want = append(want, field(param))
				compared++
			}
		}
		got := refused(t, operation)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: required by Amazon's client: %q, by the contract: %q", operation, got, want)
		}
	}
	if compared == 0 {
		t.Error("no operation has a required parameter")
	}
}

// refused returns the fields, in lower case, that Amazon's client reports missing in an empty request.
func refused(t *testing.T, operation string) []string {
	t.Helper()
	arguments := []reflect.Value{reflect.ValueOf(t.Context()), reflect.New(inputType(t, operation).Elem())}
	results := reflect.ValueOf(amazonsClient(new(recorder))).MethodByName(operation).Call(arguments)
	err, _ := results[1].Interface().(error)
	var invalid smithy.InvalidParamsError
	if err != nil && !errors.As(err, &invalid) {
		t.Fatalf("%s: err = %v", operation, err)
	}
	var names []string
	for _, problem := range invalid.Errs() {
		var missing smithy.InvalidParamError
		if !errors.As(problem, &missing) {
			t.Fatalf("%s: err = %v", operation, problem)
		}
		_, name, _ := strings.Cut(missing.Field(), ".")
		names = append(names, strings.ToLower(name))
	}

	return names
}

// operations returns the methods that both clients have: all of ours, except those that the contract marks as unknown to Amazon.
func operations(t *testing.T) []string {
	t.Helper()
	service := reflect.TypeFor[redshift.ClientService]()
	var names []string
	for i := range service.NumMethod() {
		if name := service.Method(i).Name; described(t, name).UnknownToAmazon == "" {
			names = append(names, name)
		}
	}
	if len(names) < 4 {
		t.Fatalf("got only the operations %q", names)
	}

	return names
}

func paramsType(t *testing.T, operation string) reflect.Type {
	return methodOf(t, reflect.TypeFor[*redshift.Client](), operation).Type.In(2)
}

func resultType(t *testing.T, operation string) reflect.Type {
	return methodOf(t, reflect.TypeFor[*redshift.Client](), operation).Type.Out(0)
}

func inputType(t *testing.T, operation string) reflect.Type {
	return methodOf(t, reflect.TypeFor[*awsredshift.Client](), operation).Type.In(2)
}

func methodOf(t *testing.T, client reflect.Type, operation string) reflect.Method {
	t.Helper()
	method, ok := client.MethodByName(operation)
	if !ok {
		t.Fatalf("%v has no operation %s", client, operation)
	}

	return method
}

func filled(pointer reflect.Type) reflect.Value {
	value := reflect.New(pointer.Elem())
	(&filler{text: "text-%d"}).fill(value.Elem(), "")

	return value
}

func amazonsClient(transport http.RoundTripper) *awsredshift.Client {
	return awsredshift.New(awsredshift.Options{
		Region:     region,
		HTTPClient: &http.Client{Transport: transport},
		Retryer:    aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secretAccessKey}, nil
		}),
	})
}

func ourClient(t *testing.T, transport http.RoundTripper) *redshift.Client {
	t.Helper()
	client, err := redshift.New(redshift.Config{
		Region:                 region,
		HTTPClient:             &http.Client{Transport: transport},
		Credentials:            sigv4.StaticCredentials(sigv4.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secretAccessKey}),
		DisableParamValidation: true, // the values of these tests are invented
		IgnoreEnvironment:      true,
	})
	if err != nil {
		t.Fatal(err)
	}

	return client
}

func call(t *testing.T, client any, operation string, params reflect.Value) reflect.Value {
	t.Helper()
	results := reflect.ValueOf(client).MethodByName(operation).Call([]reflect.Value{reflect.ValueOf(t.Context()), params})
	if err, _ := results[1].Interface().(error); err != nil {
		t.Fatalf("err = %T %v", client, err)
	}

	return results[0]
}

// recorder responds to every request with the same body and records the requests.
type recorder struct {
	body []byte

	mutex    sync.Mutex
	requests []url.Values
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	text := request.URL.RawQuery
	if request.Method == http.MethodPost {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		if text != "" {
			return nil, fmt.Errorf("POST has the query %q", text)
		}
		text = string(body)
	}
	if request.Body != nil {
		request.Body.Close()
	}
	form, err := url.ParseQuery(text)
	if err != nil {
		return nil, err
	}
	r.requests = append(r.requests, form)
	body := r.body
	if body == nil {
		body = fmt.Appendf(nil, "<%[1]sResponse><%[1]sResult/></%[1]sResponse>", form.Get("Action"))
	}

	return &http.Response{
		StatusCode:    http.StatusOK,
		Header:        http.Header{"Content-Type": {"text/xml"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       request,
	}, nil
}

// form returns the only request.
func (r *recorder) form(t *testing.T) url.Values {
	t.Helper()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(r.requests) != 1 {
		t.Fatalf("got %d requests, want 1", len(r.requests))
	}

	return r.requests[0]
}

// filler sets every field of a structure to a distinct value.
type filler struct {
	text   string          // the format of a string, with the number of the value
	needed map[string]bool // if not nil, the only fields to fill, in lower case

	mutex  sync.Mutex
	number int
}

var timeType = reflect.TypeFor[time.Time]()

func (f *filler) fill(value reflect.Value, name string) {
	f.mutex.Lock()
	f.number++
	number := f.number
	f.mutex.Unlock()
	switch {
	case value.Type() == timeType:
		value.Set(reflect.ValueOf(time.Date(2026, 11, 23, 4, 5, 6, 789_000_000, time.UTC).Add(time.Duration(number) * time.Hour)))
	case value.Kind() == reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		f.fill(value.Elem(), name)
	case value.Kind() == reflect.Struct:
		for i := range value.NumField() {
			field := value.Type().Field(i)
			if !field.IsExported() || field.Name == "ResultMetadata" || f.needed != nil && !f.needed[strings.ToLower(field.Name)] {
				continue
			}
			f.fill(value.Field(i), field.Name)
		}
	case value.Kind() == reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 2, 2))
		for i := range 2 {
			f.fill(value.Index(i), name)
		}
	case value.Kind() == reflect.String:
		value.SetString(fmt.Sprintf(f.text, number))
	case value.CanInt():
		value.SetInt(int64(number))
	case value.CanFloat():
		value.SetFloat(float64(number) + 0.25)
	case value.Kind() == reflect.Bool:
		value.SetBool(true)
	default:
		panic(fmt.Sprintf("cannot fill %s, a %v", name, value.Type()))
	}
}

// needed returns the required parameters of an operation. Amazon's client does not send a request without them.
func needed(t *testing.T, operation string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, param := range described(t, operation).Params {
		if !param.Required {
			continue
		}
		names[field(param)] = true
		for _, member := range param.Members {
			if member.Required {
				names[strings.ToLower(member.Name)] = true
			}
		}
	}

	return names
}

// described returns the contract of an operation.
func described(t *testing.T, operation string) contract.Operation {
	t.Helper()
	for _, description := range contract.Operations() {
		if description.Name == operation {
			return description
		}
	}
	t.Fatalf("the contract lacks the operation %s", operation)

	return contract.Operation{}
}

// field returns the name of a parameter's field in lower case. The parameter Tags.Tag has the field Tags.
func field(param contract.Param) string {
	name, _, _ := strings.Cut(param.Name, ".")

	return strings.ToLower(name)
}

// assign copies Amazon's fields to ours with the same names and returns their number. Each side must have all fields of the
// other.
func assign(t *testing.T, ours, theirs reflect.Value) int {
	t.Helper()
	copied := 0
	pairs(t, ours, theirs, func(name string, our, their reflect.Value) {
		if their.IsZero() {
			return
		}
		copied++
		convert(t, name, our, their)
	})

	return copied
}

func convert(t *testing.T, name string, our, their reflect.Value) {
	t.Helper()
	if their.Kind() == reflect.Pointer {
		their = their.Elem()
	}
	if our.Kind() == reflect.Pointer {
		our.Set(reflect.New(our.Type().Elem()))
		our = our.Elem()
	}
	switch {
	case our.Kind() == reflect.Slice:
		our.Set(reflect.MakeSlice(our.Type(), their.Len(), their.Len()))
		for i := range their.Len() {
			convert(t, name, our.Index(i), their.Index(i))
		}
	case our.Kind() == reflect.Struct && our.Type() != timeType:
		assign(t, our, their)
	case their.CanConvert(our.Type()):
		our.Set(their.Convert(our.Type()))
	default:
		t.Fatalf("%s: cannot assign Amazon's %v to %v", name, their.Type(), our.Type())
	}
}

// same compares our fields with Amazon's fields of the same names and returns their number.
func same(t *testing.T, name string, ours, theirs reflect.Value) int {
	t.Helper()
	for theirs.Kind() == reflect.Pointer && !theirs.IsNil() {
		theirs = theirs.Elem()
	}
	for ours.Kind() == reflect.Pointer && !ours.IsNil() {
		ours = ours.Elem()
	}
	switch {
	case theirs.Kind() == reflect.Pointer || ours.Kind() == reflect.Pointer:
		t.Errorf("%s: ours = %v, Amazon's = %v", name, ours, theirs)
	case ours.Type() == timeType:
		if our, their := ours.Interface().(time.Time), theirs.Interface().(time.Time); !our.Equal(their) {
			t.Errorf("%s: ours = %v, Amazon's = %v", name, our, their)
		}
	case ours.Kind() == reflect.Slice:
		if ours.Len() != theirs.Len() {
			t.Errorf("%s: ours has %d items, Amazon's has %d", name, ours.Len(), theirs.Len())

			return 0
		}
		for i := range ours.Len() {
			same(t, fmt.Sprintf("%s[%d]", name, i), ours.Index(i), theirs.Index(i))
		}
	case ours.Kind() == reflect.Struct:
		compared := 0
		pairs(t, ours, theirs, func(field string, our, their reflect.Value) {
			compared++
			same(t, name+"."+field, our, their)
		})

		return compared
	case !theirs.CanConvert(ours.Type()) || !ours.Equal(theirs.Convert(ours.Type())):
		t.Errorf("%s: ours = %v, Amazon's = %v", name, ours, theirs)
	}

	return 1
}

// pairs calls a function for each of our fields with Amazon's field of that name. It fails the test for a field without a
// counterpart.
func pairs(t *testing.T, ours, theirs reflect.Value, visit func(name string, our, their reflect.Value)) {
	t.Helper()
	left := map[string]bool{}
	for i := range theirs.NumField() {
		if field := theirs.Type().Field(i); field.IsExported() && field.Name != "ResultMetadata" {
			left[strings.ToLower(field.Name)] = true
		}
	}
	for i := range ours.NumField() {
		field := ours.Type().Field(i)
		if field.Name == "RequestID" {
			continue
		}
		name := strings.ToLower(field.Name)
		if !left[name] {
			t.Errorf("%v.%s: Amazon's %v lacks this field", ours.Type(), field.Name, theirs.Type())

			continue
		}
		delete(left, name)
		visit(field.Name, ours.Field(i), theirs.FieldByNameFunc(func(other string) bool { return strings.EqualFold(other, name) }))
	}
	for name := range left {
		t.Errorf("%v lacks Amazon's field %v.%s", ours.Type(), theirs.Type(), name)
	}
}
