package main

import (
	"errors"
	"fmt"
	"go/token"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/go-openapi/swag/mangling"
	yaml "go.yaml.in/yaml/v3"
)

// checkContract finds what is valid Swagger but no contract that the templates can make an operation of: a mistake in an
// extension, which Swagger knows nothing about, what would have no effect, or something left out. It reports all it finds,
// each once and with its place.
func checkContract(path string) error {
	found, err := findings(path)
	if err != nil || len(found.problems) == 0 {
		return err
	}
	problems := make([]error, len(found.problems))
	for i, problem := range found.problems {
		problems[i] = errors.New(problem)
	}

	return errors.Join(problems...)
}

func findings(path string) (*contractCheck, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var document map[string]any
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	c := &contractCheck{
		definitions: object(document["definitions"]),
		shared:      object(document["parameters"]),
		responses:   object(document["responses"]),
		codes:       map[string]bool{},
		listItems:   map[string]bool{},
	}
	c.document(document)
	slices.Sort(c.problems)
	slices.Sort(c.gaps)

	return c, nil
}

type contractCheck struct {
	definitions map[string]any
	shared      map[string]any // parameters that several operations refer to
	responses   map[string]any
	tag         string
	codes       map[string]bool // those in the table, and whether an operation has them
	listItems   map[string]bool // the definitions that are sent, as the items of lists
	problems    []string        // what cannot be generated, or would be wrong
	gaps        []string        // what can be generated, but lacks a part of its documentation
}

func (c *contractCheck) add(place, format string, arguments ...any) {
	c.problems = append(c.problems, place+": "+fmt.Sprintf(format, arguments...))
}

func (c *contractCheck) described(place string, node map[string]any) {
	if text, _ := node["description"].(string); strings.TrimSpace(text) == "" {
		c.gaps = append(c.gaps, place+": has no description, which is its documentation in Go")
	}
}

func (c *contractCheck) document(document map[string]any) {
	// parameters is a list everywhere but here.
	top := maps.Clone(document)
	delete(top, "parameters")
	c.keywords("the top of the contract", top, "swagger", "info", "host", "basePath", "schemes", "produces", "consumes", "tags", "paths",
		"parameters", "responses", "definitions")
	c.keywords("info", object(document["info"]), "title", "version", "description", "termsOfService", "contact", "license")
	for _, tag := range list(document["tags"]) {
		c.keywords("tags", object(tag), "name", "description")
	}
	for name, response := range c.responses {
		c.keywords("responses."+name, object(response), "description", "schema")
	}
	if len(c.problems) > 0 {
		return // what follows would be their consequences
	}
	if tags := list(document["tags"]); len(tags) == 1 {
		c.tag, _ = object(tags[0])["name"].(string)
	} else {
		c.add("tags", "there are %d, and has to be one: it is the package of all operations", len(tags))
	}
	for _, name := range slices.Sorted(maps.Keys(c.shared)) {
		c.parameter("parameters."+name, object(c.shared[name]))
	}
	for _, node := range c.definitions {
		for _, property := range object(object(node)["properties"]) {
			for code := range object(object(property)["x-error-codes"]) {
				c.codes[code] = false
			}
		}
	}
	paths := object(document["paths"])
	taken := names{"service": "service.go, which has what all operations share"}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		found := actionPath.FindStringSubmatch(path)
		if found == nil {
			c.add(path, "a path has the form /?Action=CreateClusterSnapshot")

			continue
		}
		action := found[1]
		c.take(taken, action, "operation "+action, goName(action))
		for method, operation := range object(paths[path]) {
			if method != "get" {
				c.add(action, "is described as a %s, and has to be a get", method)
			}
			c.operation(action, object(operation))
		}
	}
	taken = names{"doc": "doc.go, which has the documentation of package models"}
	for _, name := range slices.Sorted(maps.Keys(c.definitions)) {
		c.take(taken, "definition "+name, "definition "+name, goName(name))
		c.definition(name, object(c.definitions[name]))
	}
	for code, used := range c.codes {
		if !used {
			c.add("the table of error codes", "%s is in no operation's x-errors, take it out", code)
		}
	}
}

var (
	actionPath    = regexp.MustCompile(`^/\?Action=([A-Z][A-Za-z0-9]*)$`)
	parameterName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$`)
	plainName     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	errorCode     = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
)

func (c *contractCheck) operation(action string, operation map[string]any) {
	c.keywords(action, operation, "operationId", "summary", "description", "tags", "parameters", "responses", "x-read-only", "x-paginate", "x-errors")
	c.described(action, operation)
	if id, _ := operation["operationId"].(string); id != strings.ToLower(action[:1])+action[1:] {
		c.add(action, "the operationId is %q, and has to be %q", id, strings.ToLower(action[:1])+action[1:])
	}
	if tags := list(operation["tags"]); c.tag != "" && (len(tags) != 1 || tags[0] != c.tag) {
		c.add(action, "the tags are %v, and have to be [%s]: the library has that one package of operations", tags, c.tag)
	}
	for _, code := range c.texts(action, "x-errors", operation["x-errors"]) {
		if _, ok := c.codes[code]; !ok {
			advice := nearest(code, slices.Collect(maps.Keys(c.codes)))
			if advice == "" {
				advice = ": add it to x-error-codes, with its status and a text"
			}
			c.add(action, "x-errors names %s, which is not in the table of error codes%s", code, advice)
		} else {
			c.codes[code] = true
		}
	}
	parameters, complete := c.parameters(action, list(operation["parameters"]))
	result := map[string]any{}
	for status, node := range object(operation["responses"]) {
		place, response := action+", response "+status, object(node)
		switch {
		case status == "200":
			c.keywords(place, response, "description", "schema")
			result = object(response["schema"])
		case status != "default":
			c.add(place, "has no effect: 200 is the answer, default is every failure")
		case response["$ref"] != nil:
			c.keywords(place, response, "$ref")
			c.reference(place, response, "#/responses/", c.responses)
		default:
			c.keywords(place, response, "description", "schema")
		}
	}
	if len(result) == 0 || result["$ref"] != nil {
		c.add(action, "response 200 needs a schema that stands inline, type: object")
	}
	place := action + ", result"
	c.keywords(place, result, "type", "properties", "required", "$ref")
	c.requires(place, result)
	c.members(place, object(result["properties"]), false, names{
		"decodequery": "the method DecodeQuery of every result", "requestid": "the field RequestID of every result",
	})
	if operation["x-paginate"] != nil {
		marker := parameters["Marker"]
		if !complete {
			marker = map[string]any{"type": "string"} // is perhaps the one that was not found
		}
		c.paginate(action, object(operation["x-paginate"]), marker, object(result["properties"]))
	}
}

// parameters checks those of an operation, and returns them by name, and whether they are all.
func (c *contractCheck) parameters(action string, nodes []any) (found map[string]map[string]any, complete bool) {
	found, complete = map[string]map[string]any{}, true
	taken := names{"validate": "the method Validate of the parameters", "writetorequest": "the method WriteToRequest of the parameters"}
	for i, node := range nodes {
		parameter := object(node)
		place := fmt.Sprintf("%s, parameter number %d", action, i+1)
		if parameter == nil {
			c.kind(place, "it", node, aMapping)

			continue
		}
		shared := false
		if parameter["$ref"] != nil {
			c.keywords(place, parameter, "$ref")
			target, ok := c.reference(place, parameter, "#/parameters/", c.shared)
			if !ok {
				complete = false

				continue
			}
			parameter, shared = target, true
		}
		name, _ := parameter["name"].(string)
		if name != "" {
			place = action + ", parameter " + name
		}
		if !shared {
			c.parameter(place, parameter)
		}
		isFixed := isFixed(parameter)
		switch goName := parameterGoName(parameter); {
		case name == "Version" && isFixed && found[name] == nil:
		case goName == "Version":
			c.add(place, "the version is a parameter that is required and has one value: it stands there once, as $ref: '#/parameters/Version'")
		case goName == "Action":
			c.add(place, "the path says the Action, leave the parameter out")
		case !isFixed:
			c.take(taken, place, "parameter "+name, goName)
		}
		found[name] = parameter
	}
	if complete && found["Version"] == nil {
		c.add(action, "has no parameter Version, without which AWS refuses a call: add $ref: '#/parameters/Version'")
	}

	return found, complete
}

// isFixed tells whether a parameter has one value, which is always sent and is no field in Go.
func isFixed(parameter map[string]any) bool {
	return parameter["required"] == true && len(list(parameter["enum"])) == 1
}

func (c *contractCheck) parameter(place string, parameter map[string]any) {
	kind, _ := parameter["type"].(string)
	format, _ := parameter["format"].(string)
	isList := kind == "array"
	known := []string{"name", "in", "required", "type", "description", "x-go-name"}
	if isList {
		known = append(known, "items", "maxItems", "x-list-item")
	} else {
		known = append(known, "format")
	}
	switch {
	case isFixed(parameter):
		known = append(known, "enum")
		c.texts(place, "enum", parameter["enum"])
	case kind == "string" && format == "":
		known = append(known, "minLength", "maxLength", "x-enum")
	case kind == "integer" || kind == "number":
		known = append(known, "minimum", "maximum")
	}
	c.keywords(place, parameter, known...)
	c.described(place, parameter)
	if required := parameter["required"]; required != nil {
		c.kind(place, "required", required, aFlag)
	}
	if in, _ := parameter["in"].(string); in != "query" {
		c.add(place, "is in %q, and has to be in query", in)
	}
	name, _ := parameter["name"].(string)
	if !parameterName.MatchString(name) {
		c.add(place, "the name is %q, and has to be letters and digits, with full stops between them", name)
	}
	if isList != strings.HasSuffix(name, ".N") {
		c.add(place, "an array is named X.Y.N, and nothing else is")
	}
	if name, ok := parameter["x-go-name"].(string); ok && !(token.IsIdentifier(name) && token.IsExported(name)) {
		c.add(place, "x-go-name is %q, which is no exported name in Go", name)
	}
	value := parameter
	if isList {
		value = object(parameter["items"])
		c.keywords(place+", items", value, "type", "format")
	}
	c.plain(place, value)
	c.limits(place, parameter)
	if item, ok := parameter["x-list-item"].(string); ok && isList {
		c.listItems[item] = true
		if object(c.definitions[item])["properties"] == nil {
			c.add(place, "x-list-item names %s, which is no structure of the definitions%s", item, nearest(item, slices.Collect(maps.Keys(c.definitions))))
		}
	}
	if enum, ok := parameter["x-enum"].(string); ok && object(c.definitions[enum])["enum"] == nil {
		c.add(place, "x-enum names %s, which is no enum of the definitions%s", enum, nearest(enum, slices.Collect(maps.Keys(c.definitions))))
	}
}

// limits reports those that no value can keep, and those that are not whole where the value is.
func (c *contractCheck) limits(place string, value map[string]any) {
	for low, high := range map[string]string{"minimum": "maximum", "minLength": "maxLength"} {
		least, hasLeast := number(value[low])
		most, hasMost := number(value[high])
		if hasLeast && hasMost && least > most {
			c.add(place, "%s is %v, which is more than %s, %v: no value is allowed", low, value[low], high, value[high])
		}
		for key, limit := range map[string]float64{low: least, high: most} {
			if value["type"] == "integer" && limit != math.Trunc(limit) {
				c.add(place, "%s is %v, and has to be whole, as the values are", key, limit)
			}
		}
	}
}

func number(node any) (float64, bool) {
	switch node := node.(type) {
	case int:
		return float64(node), true
	case float64:
		return node, true
	default:
		return 0, false
	}
}

// paginate makes sure of what the iterator is made of.
func (c *contractCheck) paginate(action string, paginate, marker, result map[string]any) {
	place := action + ", x-paginate"
	c.keywords(place, paginate, "over")
	over, _ := paginate["over"].(string)
	member := object(result[over])
	_, isReference := object(member["items"])["$ref"]
	switch {
	case member == nil:
		c.add(place, "over is %q, and has to be a member of the result%s", over, nearest(over, slices.Collect(maps.Keys(result))))
	case member["type"] != "array" || !isReference:
		c.add(place, "is over %s, which is no list of structures", over)
	}
	isText := func(node map[string]any) bool {
		kind, _ := node["type"].(string)
		_, isOther := formats[kind]

		return node != nil && (kind == "string" || !isOther && kind != "array") && // an unknown type has been reported
			node["format"] == nil && node["x-enum"] == nil && node["x-sensitive"] == nil && node["x-nullable"] == nil && node["$ref"] == nil
	}
	if !isText(marker) || marker["required"] == true {
		c.add(place, "needs the parameter Marker, a string that is not required: where the next page starts")
	}
	if !isText(object(result["Marker"])) {
		c.add(place, "needs the member Marker in the result, a string: where the next page starts")
	}
}

// formats are those of each plain type.
var formats = map[string][]string{
	"string": {"", "date-time"}, "boolean": {""}, "integer": {"", "int32", "int64"}, "number": {"", "double"},
}

// plain makes sure that the templates have a Go type for a plain value.
func (c *contractCheck) plain(place string, value map[string]any) {
	kind, _ := value["type"].(string)
	format, _ := value["format"].(string)
	switch known, ok := formats[kind]; {
	case !ok:
		c.add(place, "the type is %q, and has to be one of %s", kind, strings.Join(slices.Sorted(maps.Keys(formats)), ", "))
	case !slices.Contains(known, format):
		c.add(place, "a %s cannot have the format %q", kind, format)
	}
}

func (c *contractCheck) definition(name string, definition map[string]any) {
	place := "definition " + name
	c.described(place, definition)
	if !plainName.MatchString(name) {
		c.add(place, "a name has letters and digits")
	}
	if definition["enum"] != nil {
		c.keywords(place, definition, "type", "description", "enum")
		c.texts(place, "enum", definition["enum"])
		if definition["type"] != "string" {
			c.add(place, "an enum has the type string")
		}

		return
	}
	c.keywords(place, definition, "type", "description", "properties", "required")
	c.requires(place, definition)
	if definition["type"] != "object" || definition["properties"] == nil {
		c.add(place, "is neither an object with properties nor a string with an enum")
	}
	taken := names{"decodequery": "the method DecodeQuery of every structure"}
	if c.listItems[name] {
		taken["writequery"] = "the method WriteQuery of a list's items"
		taken["checkquery"] = "the method CheckQuery of a list's items"
	}
	c.members(place, object(definition["properties"]), true, taken)
	if !c.listItems[name] {
		return
	}
	required := list(definition["required"])
	for name, node := range object(definition["properties"]) {
		property, where := object(node), place+", member "+name
		if least := property["minLength"]; least != nil && (least != 1 || !slices.Contains(required, any(name))) {
			c.add(where, "minLength of an item's member is 1 and the member required, or it has no effect")
		}
		reference, _ := property["$ref"].(string)
		isStructure := reference != "" && object(c.definitions[strings.TrimPrefix(reference, "#/definitions/")])["enum"] == nil
		if isStructure || property["type"] == "array" || property["x-sensitive"] == true {
			c.add(where, "a list item's member has to be a plain value that is not sensitive")
		}
	}
}

// requires makes sure that what a structure requires is a list of its members.
func (c *contractCheck) requires(place string, schema map[string]any) {
	if schema["required"] == nil {
		return
	}
	c.kind(place, "required", schema["required"], aList)
	properties := object(schema["properties"])
	for _, name := range c.texts(place, "required", schema["required"]) {
		if _, ok := properties[name]; !ok {
			c.add(place, "required names %s, which is no member%s", name, nearest(name, slices.Collect(maps.Keys(properties))))
		}
	}
}

// members checks those of a structure: of a definition, or of a result.
func (c *contractCheck) members(place string, properties map[string]any, isDefinition bool, taken names) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		property := object(properties[name])
		where := place + ", member " + name
		if !plainName.MatchString(name) {
			c.add(where, "a name has letters and digits")
		}
		c.take(taken, where, "member "+name, goName(name))
		if !(isDefinition && property["x-error-codes"] != nil) {
			c.described(where, property)
		}
		known := []string{"description"}
		value := property
		switch isText := property["type"] == "string" && property["format"] == nil; {
		case property["$ref"] != nil:
			known = append(known, "$ref")
			if reference, _ := property["$ref"].(string); isDefinition && object(c.definitions[strings.TrimPrefix(reference, "#/definitions/")])["enum"] != nil {
				known = append(known, "x-any-case")
			}
		case property["type"] == "array":
			known = append(known, "type", "items", "x-item-name")
			value = object(property["items"])
			c.keywords(where+", items", value, "$ref", "type", "format")
			if value["$ref"] == nil && property["x-item-name"] == nil {
				c.add(where, "is a list of plain values: say with x-item-name what its items are called")
			}
		case property["x-sensitive"] == true && !isText:
			c.add(where, "x-sensitive is for plain strings")
			known = append(known, "type", "format", "x-sensitive")
		case property["x-sensitive"] == true:
			known = append(known, "type", "x-sensitive")
		case isDefinition && isText:
			known = append(known, "type", "x-nullable", "x-error-codes", "x-sensitive")
			if definition := strings.TrimPrefix(place, "definition "); c.listItems[definition] {
				known = append(known, "minLength", "maxLength")
			}
			c.errorCodes(where, object(property["x-error-codes"]))
		default:
			known = append(known, "type", "format", "x-nullable", "x-sensitive")
		}
		c.keywords(where, property, known...)
		c.limits(where, property)
		if value["$ref"] == nil {
			c.plain(where, value)
		} else {
			c.reference(where, value, "#/definitions/", c.definitions)
		}
	}
}

func (c *contractCheck) errorCodes(place string, codes map[string]any) {
	for code, node := range codes {
		where, about := place+", "+code, object(node)
		c.keywords(where, about, "status", "text")
		if !errorCode.MatchString(code) {
			c.add(where, "an error code has letters and digits")
		}
		if about["status"] == nil || about["text"] == nil {
			c.add(where, "an error code has a status, such as 400, and a text")
		}
	}
}

// reference returns what a $ref leads to.
func (c *contractCheck) reference(place string, node map[string]any, below string, targets map[string]any) (map[string]any, bool) {
	reference, _ := node["$ref"].(string)
	name, ok := strings.CutPrefix(reference, below)
	if !ok {
		c.add(place, "$ref is %q, and has to start with %s", reference, below)

		return nil, false
	}
	target, ok := targets[name]
	if !ok {
		c.add(place, "refers to %s, and there is no %s%s", reference, name, nearest(name, slices.Collect(maps.Keys(targets))))
	}

	return object(target), ok
}

// names are those that are taken in Go, in lower case, with what has them. Names that differ in case alone are refused too:
// go-swagger gives parameters others then, and some file systems make one file of two.
type names map[string]string

func (c *contractCheck) take(taken names, place, what, goName string) {
	lower := strings.ToLower(goName)
	if by, ok := taken[lower]; ok {
		c.add(place, "its name in Go, %s, is taken by %s", goName, by)

		return
	}
	taken[lower] = what
}

// goName is how go-swagger calls something in Go.
func goName(name string) string {
	mangler := mangling.NewNameMangler()

	return mangler.ToGoName(mangler.ToGoName(name))
}

func parameterGoName(parameter map[string]any) string {
	if name, ok := parameter["x-go-name"].(string); ok {
		return name
	}
	name, _ := parameter["name"].(string)
	if parameter["type"] == "array" {
		// As writeComplete says to go-swagger.
		first, _, _ := strings.Cut(name, ".")

		return first
	}

	return goName(name)
}

// object is a node of the document with its keys as text: YAML reads a status, the key of an answer, as a number.
func object(node any) map[string]any {
	switch node := node.(type) {
	case map[string]any:
		return node
	case map[any]any:
		texts := make(map[string]any, len(node))
		for key, value := range node {
			texts[fmt.Sprint(key)] = value
		}

		return texts
	default:
		return nil
	}
}

func list(node any) []any {
	items, _ := node.([]any)

	return items
}
