package redshifttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
)

// Respond sets the response to all later calls of an operation, which the fake need not implement. A response
// is a pointer to the result of the operation, such as a *redshift.DescribeClustersResult, or a function of its parameters:
//
//	func(*redshift.DescribeClustersParams) *redshift.DescribeClustersResult
//	func(*redshift.DescribeClustersParams) (*redshift.DescribeClustersResult, error)
//
// The fake still checks signature and parameters, injects faults, and logs the request. It does not read or change its resources.
// It sends the result as the XML that Redshift sends for it. Later changes to the result have no effect. The fake ignores its RequestID.
//
// If the function returns an error with an [awsquery.ErrorCode] or an [*awsquery.Error] in its chain, the fake sends it as the error of
// the call. The function runs in the goroutine that serves the request. It must be safe for concurrent use if the test makes
// concurrent requests. It may call methods of the fake.
//
// Respond replaces the response of an earlier Respond. Responses of [Fake.RespondNext] come first. Respond returns an error, and
// changes nothing, if the library does not have the operation, or if the response has the wrong type or is nil.
func (f *Fake) Respond(operation string, response any) error {
	supplied, err := f.newResponse(operation, response)
	if err != nil {
		return err
	}
	f.responses.set(operation, supplied)

	return nil
}

// RespondNext sets the responses to the next calls of an operation, one response for each call. [Fake.Respond] describes the responses.
// They follow the responses of earlier calls of RespondNext. A request that the fake refuses, or that a [Fault] without AfterWork
// replaces, uses no response. RespondNext returns an error, and changes nothing, if a response is invalid or if it gets no response.
func (f *Fake) RespondNext(operation string, responses ...any) error {
	if len(responses) == 0 {
		return fmt.Errorf("redshifttest: respond to %q: no response", operation)
	}
	all := make([]suppliedResponse, len(responses))
	for i, given := range responses {
		supplied, err := f.newResponse(operation, given)
		if err != nil {
			return err
		}
		all[i] = supplied
	}
	f.responses.add(operation, all)

	return nil
}

// PendingResponses returns the number of responses of [Fake.RespondNext] that no request has used yet.
func (f *Fake) PendingResponses() int { return f.responses.pending() }

// suppliedResponse is the response of a test to an operation: a result as XML, or a function.
type suppliedResponse struct {
	xml      resultXML
	function reflect.Value
}

func (g *global) newResponse(name string, given any) (suppliedResponse, error) {
	failed := func(format string, arguments ...any) (suppliedResponse, error) {
		return suppliedResponse{}, fmt.Errorf("redshifttest: respond to %q: %w", name, fmt.Errorf(format, arguments...))
	}
	if _, found := g.operations[name]; !found {
		if isOperation(name) {
			return failed("this library does not have the operation: supply its response with InjectNext, as a Fault with Status and Body")
		}

		return failed("Redshift has no such operation%s", g.didYouMean(name))
	}
	if given == nil {
		return failed("the response is nil: want a *redshift.%sResult", name)
	}
	value := reflect.ValueOf(given)
	kind := value.Type()
	wrong := func() (suppliedResponse, error) {
		return failed("want a *redshift.%[1]sResult or a func(*redshift.%[1]sParams) *redshift.%[1]sResult, got %[2]s", name, kind)
	}
	result := kind
	if kind.Kind() == reflect.Func {
		if !isResponseFunction(kind, name) {
			return wrong()
		}
		result = kind.Out(0)
	}
	if !isGenerated(result, name+"Result") {
		return wrong()
	}
	if err := checkWritable(result, nil); err != nil {
		return failed("%w", err)
	}
	switch {
	case value.IsNil():
		return failed("the response is a nil %s", kind)
	case kind.Kind() == reflect.Func:
		return suppliedResponse{function: value}, nil
	default:
		return suppliedResponse{xml: renderResult(name, given)}, nil
	}
}

// didYouMean returns a hint to an operation whose name differs only in case.
func (g *global) didYouMean(name string) string {
	for known := range g.operations {
		if strings.EqualFold(known, name) {
			return ": did you mean " + known + "?"
		}
	}

	return ""
}

func isResponseFunction(kind reflect.Type, operation string) bool {
	if kind.IsVariadic() || kind.NumIn() != 1 || !isGenerated(kind.In(0), operation+"Params") {
		return false
	}

	return kind.NumOut() == 1 || kind.NumOut() == 2 && kind.Out(1) == reflect.TypeFor[error]()
}

// clientPackages is the prefix of the import paths of the packages with the parameters and results.
var clientPackages = strings.TrimSuffix(reflect.TypeFor[contract.Operation]().PkgPath(), "internal/contract") + "client/"

// isGenerated reports whether a type is a pointer to the parameters or the result of an operation. It ignores the case of the name,
// because the generator may write abbreviations in capitals.
func isGenerated(kind reflect.Type, name string) bool {
	return kind.Kind() == reflect.Pointer && kind.Elem().Kind() == reflect.Struct &&
		strings.EqualFold(kind.Elem().Name(), name) && strings.HasPrefix(kind.Elem().PkgPath(), clientPackages)
}

// checkWritable returns an error for a type with a member that the writer cannot write as XML.
func checkWritable(kind reflect.Type, outer []reflect.Type) error {
	switch kind.Kind() {
	case reflect.Pointer, reflect.Slice:
		return checkWritable(kind.Elem(), outer)
	case reflect.String, reflect.Bool, reflect.Float64, reflect.Int, reflect.Int32, reflect.Int64:
		return nil
	case reflect.Map:
		if kind.Key().Kind() == reflect.String && kind.Elem().Kind() == reflect.String {
			return nil
		}
	case reflect.Struct:
		if kind == timeType || slices.Contains(outer, kind) {
			return nil
		}
		outer = append(slices.Clone(outer), kind)
		for field := range kind.Fields() {
			if field.Tag.Get("xml") == "" {
				continue
			}
			if err := checkWritable(field.Type, outer); err != nil {
				return fmt.Errorf("%s.%w", field.Name, err)
			}
		}

		return nil
	}

	return fmt.Errorf("the fake cannot write the type %s as XML: supply the response with InjectNext, as a Fault with Status and Body", kind)
}

// codeInvalidResponse is the error code for a call whose supplied response is invalid. The client does not retry it.
const codeInvalidResponse = awsquery.ErrInvalidAction

// result returns the result of a call with these parameters.
func (r suppliedResponse) result(operation contract.Operation, given parameters) (any, *failure) {
	if !r.function.IsValid() {
		return r.xml, nil
	}
	typed := reflect.New(r.function.Type().In(0).Elem())
	text, err := json.Marshal(given.jsonValues(operation))
	if err == nil {
		err = json.Unmarshal(text, typed.Interface())
	}
	if err != nil {
		return nil, fail(codeInvalidResponse, "The parameters cannot be converted to %s: %v.", typed.Type().Elem(), err)
	}
	returned := r.function.Call([]reflect.Value{typed})
	if len(returned) > 1 {
		if err, isError := returned[1].Interface().(error); isError && err != nil {
			return nil, suppliedFailure(operation.Name, err)
		}
	}
	if returned[0].IsNil() {
		return nil, fail(codeInvalidResponse, "The function that a test gave to Respond for %s returned no result and no error.", operation.Name)
	}

	return renderResult(operation.Name, returned[0].Interface()), nil
}

// suppliedFailure returns the failure for an error that a function of a test returned.
func suppliedFailure(operation string, err error) *failure {
	if supplied, isError := errors.AsType[*awsquery.Error](err); isError && errorCode.MatchString(string(supplied.Code)) {
		failed := fail(supplied.Code, "%s", supplied.Message)
		if supplied.StatusCode >= http.StatusBadRequest && supplied.StatusCode <= lastStatus {
			failed.status = supplied.StatusCode
		}

		return failed
	}
	if code, isCode := errors.AsType[awsquery.ErrorCode](err); isCode && errorCode.MatchString(string(code)) {
		return fail(code, "%v", err)
	}

	return fail(codeInvalidResponse,
		"The function that a test gave to Respond for %s returned an error without an error code of Redshift: %v", operation, err)
}

// lastStatus is the largest HTTP status.
const lastStatus = 599

// suppliedResponses are the responses that a test has set, by operation.
type suppliedResponses struct {
	mutex  sync.Mutex
	next   map[string][]suppliedResponse
	always map[string]suppliedResponse
}

func (r *suppliedResponses) set(operation string, supplied suppliedResponse) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.always == nil {
		r.always = make(map[string]suppliedResponse)
	}
	r.always[operation] = supplied
}

func (r *suppliedResponses) add(operation string, all []suppliedResponse) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.next == nil {
		r.next = make(map[string][]suppliedResponse)
	}
	r.next[operation] = append(r.next[operation], all...)
}

func (r *suppliedResponses) take(operation string) (suppliedResponse, bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if next := r.next[operation]; len(next) > 0 {
		r.next[operation] = next[1:]

		return next[0], true
	}
	supplied, found := r.always[operation]

	return supplied, found
}

func (r *suppliedResponses) pending() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	count := 0
	for _, next := range r.next {
		count += len(next)
	}

	return count
}

// jsonValues returns the parameters as values for JSON, by the json tags of the fields.
func (p parameters) jsonValues(operation contract.Operation) map[string]any {
	all := make(map[string]any)
	for _, param := range operation.Params {
		if value := p[param.Name]; value != nil {
			s := paramShape(param)
			all[s.Name] = value.jsonValue(s)
		}
	}

	return all
}

func (v *paramValue) jsonValue(s shape) any {
	switch {
	case s.isMap():
		entries := make(map[string]string)
		for _, item := range v.items {
			entries[parameters(item.members).text(s.Members[0].Name)] = parameters(item.members).text(s.Members[1].Name)
		}

		return entries
	case s.List:
		items := make([]any, len(v.items))
		for i, item := range v.items {
			items[i] = item.jsonValue(s.item())
		}

		return items
	case s.Type == typeStructure:
		members := make(map[string]any)
		for name, item := range v.members {
			if member, found := s.member(name); found {
				members[name] = item.jsonValue(member)
			}
		}

		return members
	default:
		return jsonText(s.Type, v.text)
	}
}

// jsonText returns the text of a type as a value for JSON.
func jsonText(kind, text string) any {
	switch kind {
	case "integer", "int32", "int64":
		if number, err := strconv.ParseInt(text, 10, 64); err == nil {
			return number
		}
	case "double", "float", "number":
		if number, err := parseNumber(text); err == nil {
			return number
		}
	case "boolean":
		return text == "true"
	case "date-time":
		if at, valid := parseTime(text); valid {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}

	return text
}
