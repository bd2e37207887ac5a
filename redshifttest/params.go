package redshifttest

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
)

// params are the parameters of one call, by the names that the contract has for them. They have the types that the
// contract says: the accessors cannot fail.
type params struct {
	scalars map[string]string
	lists   map[string][]item
}

// item is one item of a list: a string, or a structure by its members.
type item struct {
	text    string
	members map[string]string
}

// lenientItems are lists of structures whose members Amazon's own clients may leave out, although ours always sends them.
// Rules of their own judge them.
var lenientItems = map[string]bool{"Tags.Tag": true}

// parse reads the parameters of an operation from a request.
func parse(operation contract.Operation, values url.Values) (params, *failure) {
	given := params{scalars: make(map[string]string), lists: make(map[string][]item)}
	known := make(map[string]contract.Param) // by the first part of its name
	for _, param := range operation.Params {
		top, _, _ := strings.Cut(param.Name, ".")
		known[top] = param
	}
	raw := make(map[string]map[int]item) // the lists' items by their numbers
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values.Get(name)
		top, _, isPart := strings.Cut(name, ".")
		param, found := known[top]
		if !found && isCommon(name) {
			continue
		}
		if !found || isPart && !param.List {
			return params{}, unknownParameter(operation, name)
		}
		if len(values[name]) > 1 {
			return params{}, fail(codeMalformedInput, "The parameter %s is given %d times.", name, len(values[name]))
		}
		if !param.List {
			if failed := checkType(param, value); failed != nil {
				return params{}, failed
			}
			given.scalars[name] = value

			continue
		}
		if raw[param.Name] == nil {
			raw[param.Name] = make(map[int]item)
		}
		if failed := addItem(raw[param.Name], param, name, value); failed != nil {
			return params{}, failed
		}
	}
	for _, param := range operation.Params {
		if param.List {
			for _, number := range slices.Sorted(maps.Keys(raw[param.Name])) {
				one := raw[param.Name][number]
				for _, member := range param.Members {
					if _, found := one.members[member.Name]; !found && member.Required && !lenientItems[param.Name] {
						return params{}, missingParameter(param.Name + "." + strconv.Itoa(number) + "." + member.Name)
					}
				}
				given.lists[param.Name] = append(given.lists[param.Name], one)
			}
		}
		value, found := given.scalars[param.Name]
		switch {
		case !param.Required:
		case param.List && len(given.lists[param.Name]) == 0, !param.List && !found:
			return params{}, missingParameter(param.Name)
		case !param.List && value == "":
			return params{}, fail(awsquery.ErrInvalidParameterValue, "The parameter %s must be provided and must not be blank.", param.Name)
		}
	}

	return given, nil
}

// commonParameters are those that every operation accepts: the ones that name the operation, the ones of Signature Version 2, and
// ContentType. Services of this protocol take the form of the response from it. The fake always responds in XML.
var commonParameters = []string{
	"Action", "Version", "ContentType",
	"AWSAccessKeyId", "Expires", "SecurityToken", "Signature", "SignatureMethod", "SignatureVersion", "Timestamp",
}

// isCommon reports whether a parameter belongs to the protocol, or to a signature in the URL, and not to an operation.
func isCommon(name string) bool {
	return slices.Contains(commonParameters, name) || strings.HasPrefix(name, "X-Amz-")
}

func missingParameter(name string) *failure {
	return fail(awsquery.ErrMissingParameter, "The request must contain the parameter %s.", name)
}

func unknownParameter(operation contract.Operation, name string) *failure {
	hint := ""
	for _, param := range operation.Params {
		if strings.EqualFold(param.Name, name) {
			hint = " Did you mean " + param.Name + "?"
		}
	}

	return fail(awsquery.ErrInvalidQueryParameter, "The parameter %s is not one of %s.%s", name, operation.Name, hint)
}

// addItem adds what a parameter such as Tags.Tag.1.Key says to the items of its list. Redshift takes no notice of what
// has another item name (Tags.member.1.Key) or an unknown member, so neither does the fake.
func addItem(items map[int]item, param contract.Param, name, value string) *failure {
	rest, found := strings.CutPrefix(name, param.Name+".")
	if !found {
		return nil
	}
	digits, member, isMember := strings.Cut(rest, ".")
	number, err := parseInteger(digits)
	if err != nil || number < 1 {
		return fail(codeMalformedInput, "The parameter %s: the items of a list have numbers from 1, not '%s'.", name, digits)
	}
	structured := len(param.Members) > 0
	if isMember != structured {
		return nil
	}
	one := items[number]
	if structured {
		if !slices.ContainsFunc(param.Members, func(m contract.Member) bool { return m.Name == member }) {
			return nil
		}
		if one.members == nil {
			one.members = make(map[string]string)
		}
		one.members[member] = value
	} else {
		one.text = value
	}
	items[number] = one

	return nil
}

func checkType(param contract.Param, value string) *failure {
	valid, form := true, ""
	switch param.Type {
	case "integer", "int32":
		_, err := parseInteger(value)
		valid, form = err == nil, "a whole number of 32 bits"
	case "int64":
		_, err := strconv.ParseInt(value, 10, 64)
		valid, form = err == nil, "a whole number of 64 bits"
	case "boolean":
		valid, form = value == "true" || value == "false", "true or false"
	case "date-time":
		_, valid = parseTime(value)
		form = "a time such as 2026-11-23T04:00:00Z"
	}
	if !valid {
		return fail(codeMalformedInput, "The parameter %s must be %s, not '%s'.", param.Name, form, value)
	}
	if param.Type == "date-time" && fractionalDigits(value) > maxFractionalDigits {
		return fail(awsquery.ErrInvalidParameterValue,
			"The parameter %s must have at most %d fractional digits of a second, not '%s'.", param.Name, maxFractionalDigits, value)
	}

	return nil
}

// maxFractionalDigits is what services of this protocol accept: microseconds.
const maxFractionalDigits = 6

// fractionalDigits returns how many digits follow the seconds of a time.
func fractionalDigits(text string) int {
	_, fraction, _ := strings.Cut(strings.ReplaceAll(text, ",", "."), ".")

	return len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
}

// parseInteger reads a number of 32 bits, as Redshift's integers are, also if int has 64 bits.
func parseInteger(text string) (int, error) {
	number, err := strconv.ParseInt(text, 10, 32)

	return int(number), err
}

// parseTime reads ISO 8601 as Amazon does: without a zone it is UTC.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "20060102T150405Z", "2006-01-02"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			return parsed, true
		}
	}

	return time.Time{}, false
}

// text returns a parameter, "" if it is absent.
func (p params) text(name string) string { return p.scalars[name] }

// integer returns a parameter and whether it is there, and boolean and time do so too.
func (p params) integer(name string) (int, bool) {
	value, err := parseInteger(p.scalars[name])

	return value, err == nil
}

func (p params) boolean(name string) (value, found bool) {
	text, found := p.scalars[name]

	return text == "true", found
}

func (p params) time(name string) (time.Time, bool) { return parseTime(p.scalars[name]) }

// strings returns the strings of a list.
func (p params) strings(name string) []string {
	var texts []string
	for _, one := range p.lists[name] {
		texts = append(texts, one.text)
	}

	return texts
}

// structures returns the members of each item of a list.
func (p params) structures(name string) []map[string]string {
	var structures []map[string]string
	for _, one := range p.lists[name] {
		structures = append(structures, one.members)
	}

	return structures
}
