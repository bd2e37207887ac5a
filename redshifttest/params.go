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

// parameters are the parameters of a call, by their names in the contract. Their types are checked, so the accessors cannot fail.
type parameters map[string]*paramValue

// paramValue is a parameter or a part of a parameter: a text, a structure with members, or a list with items.
type paramValue struct {
	text    string
	members map[string]*paramValue
	items   []*paramValue

	numbered map[int]*paramValue // the items by their numbers, until complete sorts them
}

// lenientItems are lists of structures whose required members Amazon's own clients may omit. This module's client always sends them.
// The handlers check these members.
var lenientItems = map[string]bool{"Tags": true}

// parse reads the parameters of an operation from a request.
func parse(operation contract.Operation, values url.Values) (parameters, *failure) {
	given := make(parameters)
	known := make(map[string]contract.Param) // by the first part of the name
	for _, param := range operation.Params {
		top, _, _ := strings.Cut(param.Name, ".")
		known[top] = param
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		top, rest, isPart := strings.Cut(name, ".")
		param, found := known[top]
		if !found && isCommon(name) {
			continue
		}
		if !found || isPart && !param.List && param.Type != typeStructure {
			return nil, unknownParameter(operation, name)
		}
		if len(values[name]) > 1 {
			return nil, fail(codeMalformedInput, "The parameter %s is given %d times.", name, len(values[name]))
		}
		if given[param.Name] == nil {
			given[param.Name] = &paramValue{}
		}
		if _, failed := given[param.Name].store(paramShape(param), name, rest, values.Get(name)); failed != nil {
			return nil, failed
		}
	}
	for _, param := range operation.Params {
		value := given[param.Name]
		if value != nil {
			if failed := value.complete(paramShape(param), param.Name); failed != nil {
				return nil, failed
			}
		}
		switch plain := !param.List && param.Type != typeStructure; {
		case !param.Required:
		case value == nil || param.List && len(value.items) == 0 || !param.List && !plain && len(value.members) == 0:
			return nil, missingParameter(param.Name)
		case plain && value.text == "":
			return nil, fail(awsquery.ErrInvalidParameterValue, "The parameter %s must be provided and must not be blank.", param.Name)
		}
	}

	return given, nil
}

// commonParameters are the parameters that every operation accepts: Action and Version, the parameters of Signature Version 2, and
// ContentType. In services of this protocol ContentType selects the format of the response. The fake always responds in XML.
var commonParameters = []string{
	"Action", "Version", "ContentType",
	"AWSAccessKeyId", "Expires", "SecurityToken", "Signature", "SignatureMethod", "SignatureVersion", "Timestamp",
}

// isCommon reports whether a parameter belongs to the protocol or to a signature in the URL, not to an operation.
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

	return fail(awsquery.ErrInvalidQueryParameter, "The operation %s has no parameter %s.%s", operation.Name, name, hint)
}

const typeStructure = "structure"

// shape is the type of a parameter or of a part of a parameter.
type shape struct {
	contract.Member
	members []contract.Member // of a structure
}

func paramShape(param contract.Param) shape {
	name, item, _ := strings.Cut(param.Name, ".")
	s := shape{
		Member:  contract.Member{Name: name, Type: param.Type, Item: item, List: param.List, Required: param.Required},
		members: param.Members,
	}
	if param.Map {
		s.Members = param.Members
	}

	return s
}

// entryMembers is the number of members of an entry of a map: a key and a value.
const entryMembers = 2

// isMap reports whether a list of structures is a map.
func (s shape) isMap() bool { return s.List && len(s.Members) == entryMembers }

// member returns the shape of a member, and false if the structure does not have it.
func (s shape) member(name string) (shape, bool) {
	for _, member := range s.members {
		if member.Name == name {
			return memberShape(member), true
		}
	}

	return shape{}, false
}

func memberShape(member contract.Member) shape {
	return shape{Member: member, members: append(contract.Definition(member.Structure), member.Members...)}
}

// item returns the shape of each item of a list.
func (s shape) item() shape {
	s.List = false

	return s
}

// store stores the text of a parameter such as Tags.Tag.1.Key in the value. The path is the rest of its name. It reports whether it
// stored the text. Like Redshift, it ignores other item names (Tags.member.1.Key), unknown members, and a text instead of a structure.
func (v *paramValue) store(s shape, name, path, text string) (stored bool, failed *failure) {
	switch {
	case s.List:
		return v.storeItem(s, name, path, text)
	case s.Type == typeStructure:
		first, rest, _ := strings.Cut(path, ".")
		member, found := s.member(first)
		if !found {
			return false, nil
		}
		value := v.members[first]
		if value == nil {
			value = &paramValue{}
		}
		if stored, failed := value.store(member, name, rest, text); !stored {
			return false, failed
		}
		if v.members == nil {
			v.members = make(map[string]*paramValue)
		}
		v.members[first] = value

		return true, nil
	case path != "":
		return false, nil
	default:
		if failed := checkType(s.Type, name, text); failed != nil {
			return false, failed
		}
		v.text = text

		return true, nil
	}
}

func (v *paramValue) storeItem(s shape, name, path, text string) (stored bool, failed *failure) {
	if path == "" {
		return true, nil // Name= is an empty list
	}
	if s.Item != "" {
		item, rest, found := strings.Cut(path, ".")
		if item != s.Item || !found {
			return false, nil
		}
		path = rest
	}
	digits, rest, _ := strings.Cut(path, ".")
	number, err := parseInteger(digits)
	if err != nil || number < 1 {
		return false, fail(codeMalformedInput, "The parameter %s: the number of a list item must be 1 or more, not '%s'.", name, digits)
	}
	value := v.numbered[number]
	if value == nil {
		value = &paramValue{}
	}
	if stored, failed := value.store(s.item(), name, rest, text); !stored {
		return false, failed
	}
	if v.numbered == nil {
		v.numbered = make(map[int]*paramValue)
	}
	v.numbered[number] = value

	return true, nil
}

// complete sorts the items of lists by their numbers, and returns a failure if a required member is missing.
func (v *paramValue) complete(s shape, name string) *failure {
	if s.List {
		for _, number := range slices.Sorted(maps.Keys(v.numbered)) {
			value := v.numbered[number]
			if failed := value.complete(s.item(), name+"."+strconv.Itoa(number)); failed != nil {
				return failed
			}
			v.items = append(v.items, value)
		}
		v.numbered = nil

		return nil
	}
	for _, member := range s.members {
		value := v.members[member.Name]
		if value == nil {
			if member.Required && !lenientItems[s.Name] {
				return missingParameter(name + "." + member.Name)
			}

			continue
		}
		part := name + "." + member.Name
		if member.List && member.Item != "" {
			part += "." + member.Item
		}
		if failed := value.complete(memberShape(member), part); failed != nil {
			return failed
		}
	}

	return nil
}

func checkType(kind, name, value string) *failure {
	valid, form := true, ""
	switch kind {
	case "integer", "int32":
		_, err := parseInteger(value)
		valid, form = err == nil, "a whole number of 32 bits"
	case "int64":
		_, err := strconv.ParseInt(value, 10, 64)
		valid, form = err == nil, "a whole number of 64 bits"
	case "double", "float", "number":
		_, err := parseNumber(value)
		valid, form = err == nil, "a number"
	case "boolean":
		valid, form = value == "true" || value == "false", "true or false"
	case "date-time":
		_, valid = parseTime(value)
		form = "a time such as 2026-11-23T04:00:00Z"
	}
	if !valid {
		return fail(codeMalformedInput, "The parameter %s must be %s, not '%s'.", name, form, value)
	}
	if kind == "date-time" && fractionalDigits(value) > maxFractionalDigits {
		return fail(awsquery.ErrInvalidParameterValue,
			"The parameter %s must have at most %d fractional digits of a second, not '%s'.", name, maxFractionalDigits, value)
	}

	return nil
}

// maxFractionalDigits means microseconds, which is the most that services of this protocol accept.
const maxFractionalDigits = 6

// fractionalDigits returns the number of fractional digits of the seconds of a time.
func fractionalDigits(text string) int {
	_, fraction, _ := strings.Cut(strings.ReplaceAll(text, ",", "."), ".")

	return len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
}

// parseInteger parses a 32-bit integer, because Redshift's integers have 32 bits.
func parseInteger(text string) (int, error) {
	number, err := strconv.ParseInt(text, 10, 32)

	return int(number), err
}

// parseTime parses a time in ISO 8601. Like Amazon, it takes a time without a zone as UTC.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "20060102T150405Z", "2006-01-02"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			return parsed, true
		}
	}

	return time.Time{}, false
}

// parseNumber parses a decimal number. Unlike strconv.ParseFloat, it refuses Inf, NaN and hexadecimal digits.
func parseNumber(text string) (float64, error) {
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return 0, strconv.ErrSyntax
	}

	return strconv.ParseFloat(text, 64)
}

// at returns a parameter, or a member by its path, such as Schedule.Name. It returns nil if the request does not have it.
func (p parameters) at(path string) *paramValue {
	if value := p[path]; value != nil {
		return value
	}
	name, rest, nested := strings.Cut(path, ".")
	if value := p[name]; nested && value != nil {
		return parameters(value.members).at(rest)
	}

	return nil
}

// text returns the text of a parameter, or "" if it is absent.
func (p parameters) text(name string) string {
	value := p.at(name)
	if value == nil {
		return ""
	}

	return value.text
}

// integer, boolean and time return the value of a parameter, and false if it is absent.
func (p parameters) integer(name string) (int, bool) {
	value, err := parseInteger(p.text(name))

	return value, err == nil
}

func (p parameters) boolean(name string) (value, found bool) {
	return p.text(name) == "true", p[name] != nil
}

func (p parameters) time(name string) (time.Time, bool) { return parseTime(p.text(name)) }

// items returns the items of a list.
func (p parameters) items(name string) []*paramValue {
	if p[name] == nil {
		return nil
	}

	return p[name].items
}

// strings returns the strings of a list.
func (p parameters) strings(name string) []string {
	var texts []string
	for _, item := range p.items(name) {
		texts = append(texts, item.text)
	}

	return texts
}

// structures returns the texts of the members of each item of a list.
func (p parameters) structures(name string) []map[string]string {
	var structures []map[string]string
	for _, item := range p.items(name) {
		members := make(map[string]string, len(item.members))
		for member, value := range item.members {
			members[member] = value.text
		}
		structures = append(structures, members)
	}

	return structures
}

// isPlain reports whether a value has no items and no members.
func (v *paramValue) isPlain() bool { return len(v.items) == 0 && len(v.members) == 0 }

// write calls write with the path and the text of each part of the value.
func (v *paramValue) write(write func(...string), path ...string) {
	if len(v.items) == 0 {
		write(append(slices.Clone(path), v.text)...)
	}
	for _, item := range v.items {
		item.write(write, path...)
	}
	for _, member := range slices.Sorted(maps.Keys(v.members)) {
		v.members[member].write(write, append(slices.Clone(path), member)...)
	}
}
