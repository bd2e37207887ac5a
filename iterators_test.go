package redshift_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
)

// listPage is the response to a Marker: the number of items and the next Marker, or an error.
type listPage struct {
	items int
	next  string
	code  awsquery.ErrorCode
}

// pagedOperation is an operation with pages and its iterator.
type pagedOperation struct {
	operation string
	iterator  string
	params    reflect.Type
	result    reflect.Type
}

// pagedOperations returns the operations whose results have a Marker. Each must have an iterator.
func pagedOperations(t *testing.T) []pagedOperation {
	t.Helper()
	var all []pagedOperation
	service, client := reflect.TypeFor[redshift.ClientService](), reflect.TypeFor[*redshift.Client]()
	for i := range service.NumMethod() {
		method := service.Method(i)
		result := method.Type.Out(0).Elem()
		if !pageOf(reflect.New(result).Elem()).IsValid() {
			continue
		}
		if _, found := client.MethodByName(method.Name + "All"); !found {
			t.Errorf("%s has pages but no iterator", method.Name)

			continue
		}
		all = append(all, pagedOperation{method.Name, method.Name + "All", method.Type.In(1).Elem(), result})
	}
	if len(all) < 13 {
		t.Errorf("got %d operations with pages, want at least 13", len(all))
	}

	return all
}

// pageOf returns the structure with the Marker: the result, or a structure in it. It is not valid if the result has no pages.
func pageOf(result reflect.Value) reflect.Value {
	if result.FieldByName("Marker").IsValid() {
		return result
	}
	for i := range result.NumField() {
		if field := result.Field(i); field.Kind() == reflect.Struct && field.FieldByName("Marker").IsValid() {
			return field
		}
	}

	return reflect.Value{}
}

// newParams returns parameters with a value for each required text.
func (l pagedOperation) newParams() reflect.Value {
	params := reflect.New(l.params)
	for _, param := range described(l.operation).Params {
		if param.Required {
			params.Elem().FieldByName(param.Name).SetString("text")
		}
	}

	return params
}

// needsParams reports whether the operation has required parameters.
func (l pagedOperation) needsParams() bool {
	return slices.ContainsFunc(described(l.operation).Params, func(param contract.Param) bool { return param.Required })
}

// respond writes a page.
func (l pagedOperation) respond(t *testing.T, page listPage) (*http.Response, error) {
	t.Helper()
	if page.code != "" {
		return httpmock.NewStringResponse(http.StatusBadRequest, "<ErrorResponse><Error><Code>"+string(page.code)+"</Code></Error></ErrorResponse>"), nil
	}
	result := reflect.New(l.result)
	of := pageOf(result.Elem())
	of.FieldByName("Marker").SetString(page.next)
	for i := range of.NumField() {
		if field := of.Field(i); field.Kind() == reflect.Slice {
			field.Set(reflect.MakeSlice(field.Type(), page.items, page.items))
		}
	}
	var body bytes.Buffer
	if err := xml.NewEncoder(&body).EncodeElement(result.Interface(), xml.StartElement{Name: xml.Name{Local: l.operation + "Response"}}); err != nil {
		t.Fatal(err)
	}

	return httpmock.NewStringResponse(http.StatusOK, body.String()), nil
}

// iteration is the result of an iterator.
type iteration struct {
	items   int
	errs    []error
	markers []string // of the requests
	sizes   []string // MaxRecords of the requests
}

// iterate ranges over the pages and stops after the given number of yields. If it is 0, iterate does not stop.
func (l pagedOperation) iterate(t *testing.T, ctx context.Context, params reflect.Value, pages map[string]listPage, stop int) iteration {
	t.Helper()
	var seen iteration
	client := newClient(t, func(config *redshift.Config) {
		config.DisableParamValidation = true // required parameters have no value, and operations differ in their limits for MaxRecords
		config.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			query := request.URL.Query()
			seen.markers = append(seen.markers, query.Get("Marker"))
			seen.sizes = append(seen.sizes, query.Get("MaxRecords"))

			return l.respond(t, pages[query.Get("Marker")])
		})}
	})
	sequence := reflect.ValueOf(client).MethodByName(l.iterator).Call([]reflect.Value{reflect.ValueOf(ctx), params})[0]
	if !params.IsNil() { // a change after the call has no effect
		params.Elem().FieldByName("Marker").SetString("changed")
	}
	yields := 0
	yield := reflect.MakeFunc(sequence.Type().In(0), func(values []reflect.Value) []reflect.Value {
		yields++
		if err, _ := values[1].Interface().(error); err != nil {
			seen.errs = append(seen.errs, err)
			if !values[0].IsZero() {
				t.Errorf("yielded %[2]v with the error %[1]v", err, values[0])
			}
		} else {
			seen.items++
		}

		return []reflect.Value{reflect.ValueOf(yields != stop)}
	})
	sequence.Call([]reflect.Value{yield})

	return seen
}

// Iterates over the pages of every operation that has pages.
func TestIteratorsReturnAllPages(t *testing.T) {
	t.Parallel()
	two := map[string]listPage{"": {items: 2, next: "a"}, "a": {next: "b"}, "b": {items: 3}}
	for name, test := range map[string]struct {
		pages   map[string]listPage
		marker  string
		stop    int
		items   int
		markers []string
		err     error
		text    string
	}{
		"one page":               {pages: map[string]listPage{"": {items: 2}}, items: 2, markers: []string{""}},
		"empty":                  {pages: map[string]listPage{"": {}}, markers: []string{""}},
		"pages, one empty":       {pages: two, items: 5, markers: []string{"", "a", "b"}},
		"from a Marker":          {pages: two, marker: "b", items: 3, markers: []string{"b"}},
		"stopped on a page":      {pages: two, stop: 1, items: 1, markers: []string{""}},
		"stopped at its end":     {pages: two, stop: 2, items: 2, markers: []string{""}},
		"stopped on the next":    {pages: two, stop: 3, items: 3, markers: []string{"", "a", "b"}},
		"an error":               {pages: map[string]listPage{"": {code: "AccessDenied"}}, markers: []string{""}, err: awsquery.ErrAccessDenied},
		"an error in between":    {pages: map[string]listPage{"": {items: 2, next: "a"}, "a": {code: "AccessDenied"}}, items: 2, markers: []string{"", "a"}, err: awsquery.ErrAccessDenied},
		"a repeated Marker":      {pages: map[string]listPage{"": {items: 1, next: "a"}, "a": {items: 1, next: "b"}, "b": {items: 1, next: "a"}}, items: 3, markers: []string{"", "a", "b"}, text: "Marker was returned before"},
		"its own Marker":         {pages: map[string]listPage{"a": {items: 1, next: "a"}}, marker: "a", items: 1, markers: []string{"a"}, text: "Marker was returned before"},
		"the first Marker again": {pages: map[string]listPage{"a": {items: 1, next: "b"}, "b": {items: 1, next: "a"}}, marker: "a", items: 2, markers: []string{"a", "b"}, text: "Marker was returned before"},
	} {
		for _, listing := range pagedOperations(t) {
			t.Run(name+"/"+listing.operation, func(t *testing.T) {
				t.Parallel()
				for _, size := range []*int{nil, new(50)} {
					params := listing.newParams()
					params.Elem().FieldByName("Marker").SetString(test.marker)
					params.Elem().FieldByName("MaxRecords").Set(reflect.ValueOf(size))
					got := listing.iterate(t, t.Context(), params, test.pages, test.stop)
					if got.items != test.items || !slices.Equal(got.markers, test.markers) {
						t.Errorf("got %d items from the Markers %q, want %d from %q", got.items, got.markers, test.items, test.markers)
					}
					want := ""
					if size != nil {
						want = "50"
					}
					if slices.ContainsFunc(got.sizes, func(sent string) bool { return sent != want }) {
						t.Errorf("MaxRecords = %q, want %q in each request", got.sizes, want)
					}
					switch failed := test.err != nil || test.text != ""; {
					case !failed && len(got.errs) > 0, failed && len(got.errs) != 1:
						t.Errorf("errs = %v", got.errs)
					case failed && test.err != nil && !errors.Is(got.errs[0], test.err), failed && !strings.Contains(got.errs[0].Error(), test.text):
						t.Errorf("err = %v", got.errs[0])
					}
				}
				if test.marker == "" && !listing.needsParams() { // nil parameters are empty ones
					none := listing.iterate(t, t.Context(), reflect.Zero(reflect.PointerTo(listing.params)), test.pages, test.stop)
					if none.items != test.items || !slices.Equal(none.markers, test.markers) {
						t.Errorf("nil parameters: got %d items from %q", none.items, none.markers)
					}
				}
			})
		}
	}
}

// After its context ends, an iterator sends no request.
func TestIteratorsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	for _, listing := range pagedOperations(t) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		got := listing.iterate(t, ctx, listing.newParams(), nil, 0)
		if got.items != 0 || len(got.markers) != 0 || len(got.errs) != 1 || !errors.Is(got.errs[0], context.Canceled) {
			t.Errorf("%s: got %+v, want context.Canceled and no request", listing.iterator, got)
		}
	}
}
