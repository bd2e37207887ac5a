package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// kinds says what the value of a keyword has to be, where YAML can make something else of it: yes, 2.0 and 2012-12-01 are no
// texts without quotes.
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
	aText        = "a text"
	aFlag        = "true or false"
	aWholeNumber = "a whole number"
	aNumber      = "a number"
	aList        = "a list"
	aMapping     = "a mapping, with keywords below it"
)

// withoutEffect says of Swagger's own keywords, where the templates make nothing of them, what to do instead.
var withoutEffect = map[string]string{
	"default": "say in the description what Redshift takes where nothing is sent",
	"pattern": "which characters are allowed is Redshift's to judge",
	"enum":    "make it one of the definitions, to which a parameter refers with x-enum and a member with $ref",

	"additionalProperties": "", "allOf": "", "allowEmptyValue": "", "collectionFormat": "", "deprecated": "", "discriminator": "", "example": "",
	"examples": "", "exclusiveMaximum": "", "exclusiveMinimum": "", "externalDocs": "", "format": "", "headers": "", "items": "",
	"maxItems": "", "maxLength": "", "maxProperties": "", "maximum": "", "minItems": "", "minLength": "", "minProperties": "",
	"minimum": "", "multipleOf": "", "properties": "", "readOnly": "", "required": "", "security": "", "securityDefinitions": "",
	"title": "", "type": "", "uniqueItems": "", "xml": "", "consumes": "", "produces": "", "schemes": "", "schema": "",
}

// keywords reports what means nothing where it stands, and what has a value of the wrong kind. Swagger accepts much that the
// templates make nothing of, and a limit that nobody checks is worse than one that is refused.
func (c *contractCheck) keywords(place string, node map[string]any, known ...string) {
	c.enter(node)
	for key, value := range node {
		advice, isSwagger := withoutEffect[key]
		switch {
		case key == "x-api-path-slug": // a mark of upstream's
		case slices.Contains(known, key):
			if want := kinds[key]; want != "" {
				c.kind(place, key, value, want)
			}
		case isSwagger && advice != "":
			c.add(place, "%s has no effect here: %s", key, advice)
		case isSwagger:
			c.add(place, "%s has no effect here", key)
		case strings.HasPrefix(key, "x-"):
			c.add(place, "the extension %s means nothing here%s", key, nearest(key, known))
		default:
			c.add(place, "unknown keyword %s%s", key, nearest(key, known))
		}
	}
}

// kind reports a value that is of another kind than the keyword's.
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
		c.add(place, "%s is %v, which is %s, and has to be a text: put it in quotes", key, value, is)
	case is == aText || is == aNumber || is == aWholeNumber:
		c.add(place, "%s is %#v, and has to be %s", key, value, want)
	default:
		c.add(place, "%s is %s, and has to be %s", key, is, want)
	}
}

// texts returns the items of a list of texts, and reports those that are none.
func (c *contractCheck) texts(place, key string, node any) []string {
	var found []string
	for _, item := range list(node) {
		c.kind(place, "an item of "+key, item, aText)
		found = append(found, fmt.Sprint(item))
	}

	return found
}

// nearest is the end of a message about a name that is not known: the known one that was probably meant.
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

// editDistance is how many letters have to be put in, left out or replaced to make one word of the other.
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
