package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// kinds has the kind of value of each keyword. Without quotes, YAML does not read yes, 2.0 and 2012-12-01 as strings.
var kinds = map[string]string{
	"swagger": aText, "host": aText, "basePath": aText, "name": aText, "in": aText, "type": aText, "format": aText, "$ref": aText,
	"operationId": aText, "summary": aText, "description": aText, "title": aText,
	"x-go-name": aText, "x-list-item": aText, "x-enum": aText, "x-item-name": aText, "over": aText, "text": aText,
	"class": aText, "since": aText, "result": aText, "x-unknown-to-amazon": aText,
	"x-structure": aText, "x-clearable": aFlag, "x-union": aFlag, "x-map": aMapping, "key": aText, "value": aText,
	"x-read-only": aFlag, "hook": aFlag, "x-hint": aFlag, "x-nullable": aFlag, "x-sensitive": aFlag, "x-any-case": aFlag,
	"minLength": aWholeNumber, "maxLength": aWholeNumber, "maxItems": aWholeNumber, "status": aWholeNumber,
	"minimum": aNumber, "maximum": aNumber,
	"schemes": aList, "produces": aList, "consumes": aList, "tags": aList, "enum": aList, "parameters": aList, "x-errors": aList, "settled": aList, "missing": aList,
	"info": aMapping, "paths": aMapping, "definitions": aMapping, "responses": aMapping, "schema": aMapping, "items": aMapping,
	"properties": aMapping, "x-paginate": aMapping, "x-error-codes": aMapping, "x-recovery": aMapping, "describe": aMapping,
	"identity": aMapping, "where": aMapping, "same": aMapping, "x-names": aMapping, "x-creates": aMapping,
}

const (
	aText        = "a string"
	aFlag        = "a boolean"
	aWholeNumber = "an integer"
	aNumber      = "a number"
	aList        = "a list"
	aMapping     = "a mapping"
)

// withoutEffect has Swagger's keywords that the templates ignore in some places, with advice.
var withoutEffect = map[string]string{
	"default": "give Redshift's default in the description",
	"pattern": "Redshift checks the characters",
	"enum":    "make it a definition; parameters refer to it with x-enum, members with $ref",

	"additionalProperties": "", "allOf": "", "allowEmptyValue": "", "collectionFormat": "", "deprecated": "", "discriminator": "", "example": "",
	"examples": "", "exclusiveMaximum": "", "exclusiveMinimum": "", "externalDocs": "", "format": "", "headers": "", "items": "",
	"maxItems": "", "maxLength": "", "maxProperties": "", "maximum": "", "minItems": "", "minLength": "", "minProperties": "",
	"minimum": "", "multipleOf": "", "properties": "", "readOnly": "", "required": "", "security": "", "securityDefinitions": "",
	"title": "", "type": "", "uniqueItems": "", "xml": "", "consumes": "", "produces": "", "schemes": "", "schema": "",
}

// keywords reports keywords without effect, and values of the wrong kind. Swagger accepts much that the templates ignore, and a limit
// without a check is worse than an error.
func (c *contractCheck) keywords(place string, node map[string]any, known ...string) {
	c.enter(node)
	for key, value := range node {
		advice, isSwagger := withoutEffect[key]
		switch {
		case key == "x-api-path-slug": // from the upstream document
		case slices.Contains(known, key):
			if want := kinds[key]; want != "" {
				c.kind(place, key, value, want)
			}
		case isSwagger && advice != "":
			c.add(place, "%s has no effect here: %s", key, advice)
		case isSwagger:
			c.add(place, "%s has no effect here", key)
		case strings.HasPrefix(key, "x-"):
			c.add(place, "the extension %s has no effect here%s", key, nearest(key, known))
		default:
			c.add(place, "unknown keyword %s%s", key, nearest(key, known))
		}
	}
}

// kind reports a value that has the wrong kind for its keyword.
func (c *contractCheck) kind(place, key string, value any, want string) {
	var is string
	switch value := value.(type) {
	case string:
		is = aText
	case bool:
		is = aFlag
	case int:
		is = aWholeNumber
	case float64:
		is = aNumber
	case []any:
		is = aList
	case map[string]any:
		is = aMapping
	case time.Time:
		is = "a date"
	case nil:
		is = "empty"
	default:
		is = fmt.Sprintf("%T", value)
	}
	switch {
	case is == want || is == aWholeNumber && want == aNumber:
	case want == aText && (is == aFlag || is == aNumber || is == aWholeNumber || is == "a date"):
		c.add(place, "%s is %v, which is %s, but must be a string: put it in quotes", key, value, is)
	case is == aText || is == aNumber || is == aWholeNumber:
		c.add(place, "%s is %#v, but must be %s", key, value, want)
	default:
		c.add(place, "%s is %s, but must be %s", key, is, want)
	}
}

// texts returns the items of a list of strings, and reports items of other kinds.
func (c *contractCheck) texts(place, key string, node any) []string {
	var found []string
	for _, item := range list(node) {
		c.kind(place, "an item of "+key, item, aText)
		found = append(found, fmt.Sprint(item))
	}

	return found
}

// nearest returns the end of a message about an unknown name: the most similar known name, if any.
func nearest(name string, known []string) string {
	const tooFar = 3
	found, distance := "", tooFar
	for _, one := range slices.Sorted(slices.Values(known)) {
		if far := editDistance(strings.ToLower(name), strings.ToLower(one)); far < min(distance, len(name)) {
			found, distance = one, far
		}
	}
	if found == "" {
		return ""
	}

	return ", did you mean " + found + "?"
}

// editDistance returns the number of letters to insert, delete or replace to turn one word into the other.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}

	return row[len(b)]
}
