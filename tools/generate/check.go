package main

import (
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"maps"
	"math"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/go-openapi/swag/mangling"
	yaml "go.yaml.in/yaml/v3"
)

// check finds mistakes that are valid Swagger, but that the templates cannot generate from: mistakes in extensions, keywords without
// effect, and missing parts. It reports every mistake once, with its place.
func (c *contract) check() error { return c.findings().err() }

// err returns the problems as one error, or nil.
func (c *contractCheck) err() error {
	problems := make([]error, len(c.problems))
	for i, problem := range c.problems {
		problems[i] = errors.New(problem.String())
	}

	return errors.Join(problems...)
}

func (c *contract) findings() *contractCheck {
	document, positions := c.decode()
	check := &contractCheck{
		positions:   positions,
		definitions: object(document["definitions"]),
		shared:      object(document["parameters"]),
		responses:   object(document["responses"]),
		tags:        map[string]bool{},
		codes:       map[string]*declaredCode{},
		sent:        map[string]bool{},
	}
	check.document(document)
	for _, list := range []*[]finding{&check.problems, &check.gaps} {
		slices.SortFunc(*list, finding.compare)
		*list = slices.Compact(*list)
	}

	return check
}

// position is the place of a mapping in the files of the contract.
type position struct {
	file file
	line int
}

// decode returns the document as maps, lists and plain values, and the position of each map.
func (c *contract) decode() (map[string]any, map[uintptr]position) {
	positions := map[uintptr]position{}
	var value func(node *yaml.Node, at position) any
	value = func(node *yaml.Node, at position) any {
		if from, ok := c.origin[node]; ok {
			at.file = from
		}
		switch node.Kind {
		case yaml.MappingNode:
			entries := make(map[string]any, len(node.Content)/2)
			for i := 0; i+1 < len(node.Content); i += 2 {
				entries[node.Content[i].Value] = value(node.Content[i+1], position{at.file, node.Content[i].Line})
			}
			positions[reflect.ValueOf(entries).Pointer()] = at

			return entries
		case yaml.SequenceNode:
			items := make([]any, len(node.Content))
			for i, item := range node.Content {
				items[i] = value(item, position{at.file, item.Line})
			}

			return items
		default:
			var plain any
			_ = node.Decode(&plain) // the check of the keyword reports a wrong kind

			return plain
		}
	}
	document, _ := value(c.document, position{file{name: "spec/" + sharedFile}, 1}).(map[string]any)

	return document, positions
}

// finding is one problem or gap that the check found.
type finding struct {
	at   position
	text string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.at.file.name, f.at.line, f.text) }

func (f finding) compare(other finding) int {
	return cmp.Or(strings.Compare(f.at.file.name, other.at.file.name), cmp.Compare(f.at.line, other.at.line), strings.Compare(f.text, other.text))
}

type declaredCode struct {
	node map[string]any
	used bool // whether an operation has the code
}

type contractCheck struct {
	positions   map[uintptr]position
	at          position // of the mapping that is being checked
	definitions map[string]any
	shared      map[string]any // the parameters that several operations share
	responses   map[string]any
	tags        map[string]bool
	codes       map[string]*declaredCode
	operations  map[string]described
	sent        map[string]bool // the definitions that are sent: structures of parameters, and structures in them
	problems    []finding       // mistakes: the generated code would be wrong
	gaps        []finding       // missing documentation: the code can still be generated
}

func (c *contractCheck) add(place, format string, arguments ...any) {
	c.problems = append(c.problems, finding{c.at, place + ": " + fmt.Sprintf(format, arguments...)})
}

// enter sets the position for findings in a mapping.
func (c *contractCheck) enter(node map[string]any) {
	if at, ok := c.positions[reflect.ValueOf(node).Pointer()]; ok {
		c.at = at
	}
}

func (c *contractCheck) described(place string, node map[string]any) {
	if text, _ := node["description"].(string); strings.TrimSpace(text) == "" {
		c.enter(node)
		c.gaps = append(c.gaps, finding{c.at, place + ": has no description, which becomes its Go documentation"})
	}
}

// topKeywords are the keywords at the top of the merged contract.
var topKeywords = []string{
	"swagger", "info", "host", "basePath", "schemes", "produces", "consumes", "tags", "paths", "parameters", "responses", "definitions",
}

func (c *contractCheck) document(document map[string]any) {
	// parameters is a mapping only here. In operations, it is a list.
	top := maps.Clone(document)
	delete(top, "parameters")
	c.keywords("the top of the contract", top, topKeywords...)
	c.keywords("info", object(document["info"]), "title", "version", "description", "termsOfService", "contact", "license")
	for _, tag := range list(document["tags"]) {
		c.keywords("tags", object(tag), "name", "description")
	}
	for name, response := range c.responses {
		c.keywords("responses."+name, object(response), "description", "schema")
	}
	if len(c.problems) > 0 {
		return // further problems would be consequences of these
	}
	c.areas(list(document["tags"]))
	for _, name := range slices.Sorted(maps.Keys(c.shared)) {
		c.parameter("parameters."+name, object(c.shared[name]))
	}
	for _, node := range c.definitions {
		for _, property := range object(object(node)["properties"]) {
			for code, about := range object(object(property)["x-error-codes"]) {
				c.codes[code] = &declaredCode{node: object(about)}
			}
		}
	}
	paths := object(document["paths"])
	c.operations = c.describedOperations(paths)
	taken := names{"service": "service.go, the shared code of the operations"}
	for _, address := range slices.Sorted(maps.Keys(paths)) {
		c.enter(object(paths[address]))
		found := actionPath.FindStringSubmatch(address)
		if found == nil {
			c.add(address, "a path must have the form /?Action=CreateClusterSnapshot")

			continue
		}
		action := found[1]
		c.take(taken, action, "operation "+action, goName(action))
		for method, operation := range object(paths[address]) {
			if method != "get" {
				c.add(action, "the method is %s, but must be get", method)
			}
			c.operation(action, object(operation))
			c.declarations(action)
		}
	}
	for _, name := range slices.Collect(maps.Keys(c.sent)) {
		c.send(name)
	}
	taken = names{"doc": "doc.go, the documentation of package models"}
	for _, name := range slices.Sorted(maps.Keys(c.definitions)) {
		c.enter(object(c.definitions[name]))
		c.take(taken, "definition "+name, "definition "+name, goName(name))
		c.definition(name, object(c.definitions[name]))
	}
	for code, declared := range c.codes {
		if !declared.used {
			c.enter(declared.node)
			c.add("the table of error codes", "%s is in the x-errors of no operation: remove it", code)
		}
	}
}

// areas checks the tags. Each file with operations has one tag. The file and the package of the operations are named after it.
func (c *contractCheck) areas(tags []any) {
	taken := names{}
	files := map[string]string{} // the tag of each file
	for _, node := range tags {
		tag := object(node)
		c.enter(tag)
		name, _ := tag["name"].(string)
		if !plainName.MatchString(name) {
			c.add("tags", "the name is %q, but must be letters and digits", name)

			continue
		}
		c.take(taken, "tags", "tag "+name, name)
		if first, ok := files[c.at.file.name]; ok {
			c.add("tags", "%s is the second tag of %s, after %s: move it to its own file", name, c.at.file.name, first)
		}
		files[c.at.file.name] = name
		want := strings.ToLower(name) + ".yaml"
		if base := path.Base(c.at.file.name); base != want && base != sharedFile {
			c.add("tags", "the file of the tag %s must be named %s: rename the file or the tag", name, want)
		}
	}
}

var (
	actionPath    = regexp.MustCompile(`^/\?Action=([A-Z][A-Za-z0-9]*)$`)
	parameterName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$`)
	plainName     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	errorCode     = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$`)
)

func (c *contractCheck) operation(action string, operation map[string]any) {
	c.keywords(action, operation, "operationId", "summary", "description", "tags", "parameters", "responses", "x-read-only", "x-paginate", "x-errors",
		"x-recovery", "x-names", "x-creates", "x-hint", "x-unknown-to-amazon")
	c.described(action, operation)
	if id, _ := operation["operationId"].(string); id != strings.ToLower(action[:1])+action[1:] {
		c.add(action, "the operationId is %q, but must be %q", id, strings.ToLower(action[:1])+action[1:])
	}
	c.enter(operation)
	if tags := list(operation["tags"]); len(tags) != 1 || tags[0] != c.at.file.tag {
		c.add(action, "the tags are %v, but must be [%s], the area of %s", tags, c.at.file.tag, c.at.file.name)
	}
	for _, code := range c.texts(action, "x-errors", operation["x-errors"]) {
		if _, ok := c.codes[code]; !ok {
			advice := nearest(code, slices.Collect(maps.Keys(c.codes)))
			if advice == "" {
				advice = ": add it to x-error-codes at the top of " + c.at.file.name + ", with its status and a text"
			}
			c.add(action, "x-errors names %s, which is not in the table of error codes%s", code, advice)
		} else {
			c.codes[code].used = true
		}
	}
	parameters, complete := c.parameters(action, list(operation["parameters"]))
	c.enter(operation)
	result := map[string]any{}
	for status, node := range object(operation["responses"]) {
		place, response := action+", response "+status, object(node)
		switch {
		case status == "200":
			c.keywords(place, response, "description", "schema")
			result = object(response["schema"])
		case status != "default":
			c.add(place, "has no effect: use 200 for the result and default for errors")
		case response["$ref"] != nil:
			c.keywords(place, response, "$ref")
			c.reference(place, response, "#/responses/", c.responses)
		default:
			c.keywords(place, response, "description", "schema")
		}
	}
	if len(result) == 0 || result["$ref"] != nil {
		c.add(action, "response 200 needs an inline schema of type object")
	}
	place := action + ", result"
	c.enter(operation)
	c.keywords(place, result, "type", "properties", "required", "$ref")
	c.requires(place, result)
	c.members(place, object(result["properties"]), false, names{
		"decodequery": "the method DecodeQuery of every result", "requestid": "the field RequestID of every result",
	})
	c.enter(operation)
	if operation["x-paginate"] != nil {
		marker := parameters["Marker"]
		if !complete {
			marker = map[string]any{"type": "string"} // it may be the parameter that was not found
		}
		c.paginate(action, object(operation["x-paginate"]), marker, object(result["properties"]))
	}
}

// parameters checks the parameters of an operation. It returns them by name, and reports whether all were found.
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
			c.add(place, "the version must be required, have one value and occur once: use $ref: '#/parameters/Version'")
		case goName == "Action":
			c.add(place, "the path already has the Action: remove the parameter")
		case !isFixed:
			c.take(taken, place, "parameter "+name, goName)
		}
		found[name] = parameter
	}
	if complete && found["Version"] == nil {
		c.add(action, "has no parameter Version, and AWS refuses calls without it: add $ref: '#/parameters/Version'")
	}

	return found, complete
}

// isFixed reports whether a parameter has only one value. It is always sent, and is not a field in Go.
func isFixed(parameter map[string]any) bool {
	return parameter["required"] == true && len(list(parameter["enum"])) == 1
}

func (c *contractCheck) parameter(place string, parameter map[string]any) {
	kind, _ := parameter["type"].(string)
	format, _ := parameter["format"].(string)
	isList := kind == "array"
	known := []string{"name", "in", "required", "type", "description", "x-go-name"}
	if isList {
		known = append(known, "items", "maxItems", "x-list-item", "x-map", "x-clearable")
	} else {
		known = append(known, "format")
	}
	switch {
	case isFixed(parameter):
		known = append(known, "enum")
		c.texts(place, "enum", parameter["enum"])
	case kind == "string" && format == "" && parameter["x-structure"] != nil:
		known = append(known, "x-structure")
	case kind == "string" && format == "" && parameter["x-sensitive"] != nil:
		known = append(known, "minLength", "maxLength", "x-sensitive")
	case kind == "string" && format == "":
		known = append(known, "minLength", "maxLength", "x-enum", "x-clearable")
	case kind == "integer" || kind == "number":
		known = append(known, "minimum", "maximum")
		if parameter["required"] == true {
			known = append(known, "x-nullable")
		}
	}
	c.keywords(place, parameter, known...)
	c.described(place, parameter)
	if !isFixed(parameter) {
		c.brief(place, parameter)
	}
	if required := parameter["required"]; required != nil {
		c.kind(place, "required", required, aFlag)
	}
	if in, _ := parameter["in"].(string); in != "query" {
		c.add(place, "is in %q, but must be in query", in)
	}
	name, _ := parameter["name"].(string)
	if !parameterName.MatchString(name) {
		c.add(place, "the name is %q, but must be letters and digits, separated by periods", name)
	}
	if isList != strings.HasSuffix(name, ".N") {
		c.add(place, "an array must be named X.Y.N, and no other parameter may be")
	}
	if name, ok := parameter["x-go-name"].(string); ok && !(token.IsIdentifier(name) && token.IsExported(name)) {
		c.add(place, "x-go-name is %q, which is not an exported Go name", name)
	}
	value := parameter
	if isList {
		value = object(parameter["items"])
		c.keywords(place+", items", value, "type", "format")
	}
	c.plain(place, value)
	c.limits(place, parameter)
	for _, key := range []string{"x-list-item", "x-structure"} {
		structure, ok := parameter[key].(string)
		if !ok {
			continue
		}
		c.sent[structure] = true
		if object(c.definitions[structure])["properties"] == nil {
			advice := nearest(structure, slices.Collect(maps.Keys(c.definitions)))
			c.add(place, "%s names %s, which is not a structure in definitions%s", key, structure, advice)
		}
	}
	c.clearable(place, parameter, parameter["required"] == true)
	if node := parameter["x-map"]; node != nil {
		c.mapNames(place, object(node))
		if parameter["x-list-item"] != nil || object(parameter["items"])["type"] != "string" {
			c.add(place, "the keys and values of a map must be strings")
		}
	}
	if enum, ok := parameter["x-enum"].(string); ok && object(c.definitions[enum])["enum"] == nil {
		c.add(place, "x-enum names %s, which is not an enum in definitions%s", enum, nearest(enum, slices.Collect(maps.Keys(c.definitions))))
	}
}

// clearable reports x-clearable on a value that is always sent. An empty value has no special meaning there.
func (c *contractCheck) clearable(place string, node map[string]any, required bool) {
	if node["x-clearable"] == true && (required || node["x-enum"] != nil || node["x-map"] != nil) {
		c.add(place, "x-clearable is only for optional strings and lists")
	}
}

// mapNames checks the names of the key and the value of a map's entries.
func (c *contractCheck) mapNames(place string, node map[string]any) {
	c.keywords(place+", x-map", node, "key", "value")
	for _, name := range []string{"key", "value"} {
		if text, _ := node[name].(string); !plainName.MatchString(text) {
			c.add(place+", x-map", "%s is missing: add Redshift's name for it", name)
		}
	}
}

// send marks the structures in a structure as sent.
func (c *contractCheck) send(name string) {
	for _, node := range object(object(c.definitions[name])["properties"]) {
		inner := strings.TrimPrefix(kindOf(c, object(node)), "list of ")
		if object(c.definitions[inner])["properties"] != nil && !c.sent[inner] {
			c.sent[inner] = true
			c.send(inner)
		}
	}
}

// limits reports limits that no value can meet, and fractional limits of integers.
func (c *contractCheck) limits(place string, value map[string]any) {
	for low, high := range map[string]string{"minimum": "maximum", "minLength": "maxLength"} {
		least, hasLeast := number(value[low])
		most, hasMost := number(value[high])
		if hasLeast && hasMost && least > most {
			c.add(place, "%s is %v, which is greater than %s, %v: no value is valid", low, value[low], high, value[high])
		}
		for key, limit := range map[string]float64{low: least, high: most} {
			if value["type"] == "integer" && limit != math.Trunc(limit) {
				c.add(place, "%s is %v, but must be an integer", key, limit)
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

// paginate checks the members that the iterator needs.
func (c *contractCheck) paginate(action string, paginate, marker, result map[string]any) {
	place := action + ", x-paginate"
	c.keywords(place, paginate, "over")
	over, _ := paginate["over"].(string)
	outer, inner, nested := strings.Cut(over, ".")
	if nested { // the list and the Marker are in a structure of the result
		reference, _ := object(result[outer])["$ref"].(string)
		result, over = object(object(c.definitions[strings.TrimPrefix(reference, "#/definitions/")])["properties"]), inner
	}
	member := object(result[over])
	_, isReference := object(member["items"])["$ref"]
	switch {
	case member == nil:
		c.add(place, "over is %q, but must be a member of the result%s", paginate["over"], nearest(over, slices.Collect(maps.Keys(result))))
	case member["type"] != "array" || !isReference:
		c.add(place, "over is %s, which is not a list of structures", over)
	}
	isText := func(node map[string]any) bool {
		kind, _ := node["type"].(string)
		_, isOther := formats[kind]

		return node != nil && (kind == "string" || !isOther && kind != "array") && // an unknown type is reported elsewhere
			node["format"] == nil && node["x-enum"] == nil && node["x-sensitive"] == nil && node["x-nullable"] == nil && node["$ref"] == nil
	}
	if !isText(marker) || marker["required"] == true {
		c.add(place, "needs the parameter Marker, an optional string")
	}
	if !isText(object(result["Marker"])) {
		c.add(place, "needs the member Marker in the result, a string")
	}
}

// formats has the formats of each plain type.
var formats = map[string][]string{
	"string": {"", "date-time"}, "boolean": {""}, "integer": {"", "int32", "int64"}, "number": {"", "double"},
}

// plain checks that the templates have a Go type for a plain value.
func (c *contractCheck) plain(place string, value map[string]any) {
	kind, _ := value["type"].(string)
	format, _ := value["format"].(string)
	switch known, ok := formats[kind]; {
	case !ok:
		c.add(place, "the type is %q, but must be one of %s", kind, strings.Join(slices.Sorted(maps.Keys(formats)), ", "))
	case !slices.Contains(known, format):
		c.add(place, "a %s cannot have the format %q", kind, format)
	}
}

func (c *contractCheck) definition(name string, definition map[string]any) {
	place := "definition " + name
	c.described(place, definition)
	if !plainName.MatchString(name) {
		c.add(place, "the name must be letters and digits")
	}
	if definition["enum"] != nil {
		c.keywords(place, definition, "type", "description", "enum")
		c.texts(place, "enum", definition["enum"])
		if definition["type"] != "string" {
			c.add(place, "an enum must have the type string")
		}

		return
	}
	known := []string{"type", "description", "properties", "required"}
	if c.sent[name] {
		known = append(known, "x-union")
	}
	c.keywords(place, definition, known...)
	c.requires(place, definition)
	if definition["x-union"] == true && definition["required"] != nil {
		c.add(place, "a union has exactly one of its members, so none can be required")
	}
	if definition["type"] != "object" || definition["properties"] == nil {
		c.add(place, "must be an object with properties or a string with an enum")
	}
	taken := names{"decodequery": "the method DecodeQuery of every structure"}
	if c.sent[name] {
		taken["writequery"] = "the method WriteQuery of a structure that is sent"
		taken["checkquery"] = "the method CheckQuery of a structure that is sent"
	}
	c.members(place, object(definition["properties"]), true, taken)
	if !c.sent[name] {
		return
	}
	required := list(definition["required"])
	for name, node := range object(definition["properties"]) {
		property, where := object(node), place+", member "+name
		c.enter(property)
		if least := property["minLength"]; least != nil && (least != 1 || !slices.Contains(required, any(name))) {
			c.add(where, "minLength of a member must be 1, and the member required")
		}
		c.clearable(where, property, slices.Contains(required, any(name)) || property["$ref"] != nil)
		if definition["x-union"] == true && (property["type"] == "boolean" || property["type"] == "integer" || property["type"] == "number") && property["x-nullable"] != true {
			c.add(where, "a member of a union needs x-nullable, because zero is a valid value")
		}
	}
}

// requires checks that the required members of a structure exist.
func (c *contractCheck) requires(place string, schema map[string]any) {
	if schema["required"] == nil {
		return
	}
	c.kind(place, "required", schema["required"], aList)
	properties := object(schema["properties"])
	for _, name := range c.texts(place, "required", schema["required"]) {
		if _, ok := properties[name]; !ok {
			c.add(place, "required names %s, which is not a member%s", name, nearest(name, slices.Collect(maps.Keys(properties))))
		}
	}
}

// members checks the members of a definition or a result.
func (c *contractCheck) members(place string, properties map[string]any, isDefinition bool, taken names) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		property := object(properties[name])
		where := place + ", member " + name
		c.enter(property)
		if !plainName.MatchString(name) {
			c.add(where, "the name must be letters and digits")
		}
		c.take(taken, where, "member "+name, memberGoName(name, property))
		if own, ok := property["x-go-name"].(string); ok && !(token.IsIdentifier(own) && token.IsExported(own)) {
			c.add(where, "x-go-name is %q, which is not an exported Go name", own)
		}
		if !(isDefinition && property["x-error-codes"] != nil) {
			c.described(where, property)
		}
		if !isDefinition {
			c.brief(where, property)
		}
		known := []string{"description", "x-go-name"}
		value := property
		isSent := isDefinition && c.sent[strings.TrimPrefix(place, "definition ")]
		switch isText := property["type"] == "string" && property["format"] == nil; {
		case property["$ref"] != nil:
			known = append(known, "$ref")
			if reference, _ := property["$ref"].(string); isDefinition && object(c.definitions[strings.TrimPrefix(reference, "#/definitions/")])["enum"] != nil {
				known = append(known, "x-any-case")
			}
		case property["type"] == "array":
			known = append(known, "type", "items", "x-item-name")
			if isSent {
				known = append(known, "x-clearable")
			}
			value = object(property["items"])
			c.keywords(where+", items", value, "$ref", "type", "format")
			if value["$ref"] == nil && property["x-item-name"] == nil {
				c.add(where, "is a list of plain values and needs x-item-name, the name of its items")
			}
		case property["type"] == "object":
			known = append(known, "type", "additionalProperties", "x-item-name", "x-map")
			value = object(property["additionalProperties"])
			c.mapNames(where, object(property["x-map"]))
			if value["type"] != "string" || property["x-item-name"] == nil {
				c.add(where, "a map needs additionalProperties: {type: string} and x-item-name, the name of its entries")
			}
		case property["x-sensitive"] == true && !isText:
			c.add(where, "x-sensitive is only for plain strings")
			known = append(known, "type", "format", "x-sensitive")
		case property["x-sensitive"] == true:
			known = append(known, "type", "x-sensitive")
		case isDefinition && isText:
			known = append(known, "type", "x-nullable", "x-error-codes", "x-sensitive")
			if isSent {
				known = append(known, "minLength", "maxLength", "x-clearable")
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
	taken := names{}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		where, about := place+", "+code, object(codes[code])
		c.take(taken, where, code, "Err"+strings.ReplaceAll(code, ".", ""))
		c.keywords(where, about, "status", "text")
		if !errorCode.MatchString(code) {
			c.add(where, "an error code must be letters and digits, separated by periods")
		}
		if about["status"] == nil || about["text"] == nil {
			c.add(where, "an error code needs a status, such as 400, and a text")
		}
	}
}

// reference returns the target of a $ref.
func (c *contractCheck) reference(place string, node map[string]any, below string, targets map[string]any) (map[string]any, bool) {
	reference, _ := node["$ref"].(string)
	name, ok := strings.CutPrefix(reference, below)
	if !ok {
		c.add(place, "$ref is %q, but must start with %s", reference, below)

		return nil, false
	}
	target, ok := targets[name]
	if !ok {
		c.add(place, "refers to %s, but %s does not exist%s", reference, name, nearest(name, slices.Collect(maps.Keys(targets))))
	}

	return object(target), ok
}

// names has the used Go names in lower case, each with its user. Names that differ only in case are refused too: go-swagger renames
// such parameters, and some file systems do not distinguish such files.
type names map[string]string

func (c *contractCheck) take(taken names, place, what, goName string) {
	lower := strings.ToLower(goName)
	if by, ok := taken[lower]; ok {
		c.add(place, "its Go name %s is already used by %s", goName, by)

		return
	}
	taken[lower] = what
}

// goName returns go-swagger's Go name for a name.
func goName(name string) string {
	mangler := mangling.NewNameMangler()

	return mangler.ToGoName(mangler.ToGoName(name))
}

// memberGoName returns the Go name of a member.
func memberGoName(name string, property map[string]any) string {
	if own, ok := property["x-go-name"].(string); ok {
		return own
	}

	return goName(name)
}

func parameterGoName(parameter map[string]any) string {
	if name, ok := parameter["x-go-name"].(string); ok {
		return name
	}
	name, _ := parameter["name"].(string)
	if parameter["type"] == "array" {
		// completeParameter sets the same name for go-swagger.
		first, _, _ := strings.Cut(name, ".")

		return first
	}

	return goName(name)
}

// object returns a node that is a mapping, or nil for any other node.
func object(node any) map[string]any {
	entries, _ := node.(map[string]any)

	return entries
}

func list(node any) []any {
	items, _ := node.([]any)

	return items
}
