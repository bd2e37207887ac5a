package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v3"
)

// checkContract finds what is valid Swagger but no contract that the templates can make an operation of: a mistake in an
// extension, which Swagger knows nothing about, or something left out. It reports all it finds, each with its place.
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
		codes:       map[string]bool{},
	}
	for name, node := range c.definitions {
		for _, property := range object(object(node)["properties"]) {
			for code := range object(object(property)["x-error-codes"]) {
				c.codes[code] = false
			}
		}
		c.schema("definition "+name, object(node), true)
	}
	for path, item := range object(document["paths"]) {
		for method, operation := range object(item) {
			c.operation(path, method, object(operation))
		}
	}
	for code, used := range c.codes {
		if !used {
			c.add("the table of error codes", "%s is in no operation's x-errors", code)
		}
	}
	slices.Sort(c.problems)
	slices.Sort(c.gaps)

	return c, nil
}

type contractCheck struct {
	definitions map[string]any
	shared      map[string]any
	codes       map[string]bool // those in the table, and whether an operation has them
	problems    []string        // what cannot be generated, or would be wrong
	gaps        []string        // what can be generated, but lacks a part of its documentation
}

func (c *contractCheck) add(place, format string, arguments ...any) {
	c.problems = append(c.problems, place+": "+fmt.Sprintf(format, arguments...))
}

// extensions names those that are not known where they stand: a misspelt one would silently do nothing.
func (c *contractCheck) extensions(place string, node map[string]any, known ...string) {
	for key := range node {
		if strings.HasPrefix(key, "x-") && !slices.Contains(known, key) && key != "x-api-path-slug" { // a mark of upstream's
			c.add(place, "the extension %s means nothing here, known are %s", key, strings.Join(known, ", "))
		}
	}
}

func (c *contractCheck) described(place string, node map[string]any) {
	if text, _ := node["description"].(string); strings.TrimSpace(text) == "" {
		c.gaps = append(c.gaps, place+": has no description, which is its documentation in Go")
	}
}

var actionPath = regexp.MustCompile(`^/\?Action=([A-Z][A-Za-z0-9]*)$`)

func (c *contractCheck) operation(path, method string, operation map[string]any) {
	found := actionPath.FindStringSubmatch(path)
	if found == nil {
		c.add(path, "a path has the form /?Action=CreateClusterSnapshot")

		return
	}
	action := found[1]
	if method != "get" {
		c.add(action, "is described as a %s, and has to be a get", method)
	}
	if id, _ := operation["operationId"].(string); id != strings.ToLower(action[:1])+action[1:] {
		c.add(action, "the operationId is %q, and has to be %q", id, strings.ToLower(action[:1])+action[1:])
	}
	if tags, _ := operation["tags"].([]any); len(tags) != 1 {
		c.add(action, "has %d tags, and needs one: the package that it goes into", len(tags))
	}
	c.described(action, operation)
	c.extensions(action, operation, "x-read-only", "x-paginate", "x-errors")
	for _, code := range list(operation["x-errors"]) {
		name := fmt.Sprint(code)
		if _, ok := c.codes[name]; !ok {
			c.gaps = append(c.gaps, action+": x-errors names "+name+", of which the table of error codes says nothing")
		}
		c.codes[name] = true
	}

	version := false
	for i, node := range list(operation["parameters"]) {
		parameter := object(node)
		if reference, ok := parameter["$ref"].(string); ok {
			parameter = object(c.shared[strings.TrimPrefix(reference, "#/parameters/")])
		}
		name, _ := parameter["name"].(string)
		if name == "" {
			name = fmt.Sprintf("number %d", i+1)
		}
		version = version || name == "Version"
		c.parameter(action+", parameter "+name, name, parameter)
	}
	if !version {
		c.add(action, "has no parameter Version, without which AWS refuses a call: add $ref: '#/parameters/Version'")
	}

	schema := map[string]any{}
	for status, response := range object(operation["responses"]) {
		if status == "200" {
			schema = object(object(response)["schema"])
		}
	}
	if len(schema) == 0 || schema["$ref"] != nil {
		c.add(action, "response 200 needs a schema that stands inline, type: object")
	}
	c.schema(action+", result", schema, false)
}

func (c *contractCheck) parameter(place, name string, parameter map[string]any) {
	c.described(place, parameter)
	c.extensions(place, parameter, "x-go-name", "x-list-item", "x-enum")
	if in, _ := parameter["in"].(string); in != "query" {
		c.add(place, "is in %q, and has to be in query", in)
	}
	isList := parameter["type"] == "array"
	if isList != strings.HasSuffix(name, ".N") {
		c.add(place, "an array is named X.Y.N, and nothing else is")
	}
	value := parameter
	if isList {
		value = object(parameter["items"])
	}
	c.plain(place, value)
	if item, ok := parameter["x-list-item"].(string); ok && object(c.definitions[item])["properties"] == nil {
		c.add(place, "x-list-item names %s, which is no structure of the definitions", item)
	}
	if enum, ok := parameter["x-enum"].(string); ok && object(c.definitions[enum])["enum"] == nil {
		c.add(place, "x-enum names %s, which is no enum of the definitions", enum)
	}
}

// plain makes sure that the templates have a Go type for a plain value.
func (c *contractCheck) plain(place string, value map[string]any) {
	kind, _ := value["type"].(string)
	format, _ := value["format"].(string)
	known := map[string][]string{
		"string": {"", "date-time"}, "boolean": {""}, "integer": {"", "int32", "int64"}, "number": {"", "double"},
	}
	switch formats, ok := known[kind]; {
	case !ok:
		c.add(place, "the type is %q, and has to be one of %s", kind, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	case !slices.Contains(formats, format):
		c.add(place, "a %s cannot have the format %q", kind, format)
	}
}

// schema checks a structure, that of a definition or of a result.
func (c *contractCheck) schema(place string, schema map[string]any, isDefinition bool) {
	if isDefinition {
		c.described(place, schema)
	}
	if schema["enum"] != nil {
		return
	}
	for name, node := range object(schema["properties"]) {
		property := object(node)
		where := place + ", member " + name
		c.extensions(where, property, "x-item-name", "x-nullable", "x-sensitive", "x-error-codes")
		if !(isDefinition && property["x-error-codes"] != nil) {
			c.described(where, property)
		}
		if property["x-sensitive"] != nil && (property["type"] != "string" || property["format"] != nil) {
			c.add(where, "x-sensitive is for plain strings")
		}
		value := property
		if property["type"] == "array" {
			if _, isStructure := object(property["items"])["$ref"]; !isStructure && property["x-item-name"] == nil {
				c.add(where, "is a list of plain values: say with x-item-name what its items are called")
			}
			value = object(property["items"])
		}
		reference, isReference := value["$ref"].(string)
		switch target := strings.TrimPrefix(reference, "#/definitions/"); {
		case !isReference:
			c.plain(where, value)
		case c.definitions[target] == nil:
			c.add(where, "refers to %s, which the definitions do not have", target)
		}
	}
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
