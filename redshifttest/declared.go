package redshifttest

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
	"github.com/redshift-go/redshift/models"
)

const (
	typeString = "string"
	typeTime   = "date-time"

	tagsParameter = "Tags.Tag"
)

// thing is a resource of a declared kind.
type thing struct {
	kind    *kind
	serial  int
	params  map[string]*value // what created and modified it, by the first part of their names
	members map[string]*value // as it is described, except for its tags
	tags    []models.Tag
	arn     string
}

// things returns the resources of the caller, oldest first.
func (k *kind) things(c *call) []*thing { return c.of(c.account).declared[k.describe.Name] }

func (k *kind) createOne(c *call) (any, *failure) {
	tags := []models.Tag{}
	if takes(k.create, tagsParameter) {
		given, failed := c.tags()
		if failed != nil {
			return nil, failed
		}
		tags = given
	}
	if failed := c.checkLimits(k.create); failed != nil {
		return nil, failed
	}
	if old := k.find(c, k.create); old != nil {
		return nil, fail(k.create.Recovery.Settled[0], "The %s '%s' already exists.", k.words(), old.name())
	}
	if limit := max(c.quotas.OtherResources, 0); k.quota != "" && len(k.things(c)) >= limit {
		return nil, fail(k.quota, "The account has %d resources of the kind %s, which is the quota. %s",
			limit, k.words(), raise("OtherResources"))
	}
	c.serial++
	made := &thing{kind: k, serial: c.serial, params: make(map[string]*value), members: make(map[string]*value), tags: tags}
	made.set(c, k.create)
	made.complete(c)
	held := c.of(c.account).declared
	held[k.describe.Name] = append(held[k.describe.Name], made)
	c.hideNew(made)

	return made.result(k.create), nil
}

func (k *kind) modifyOne(c *call, operation contract.Operation) (any, *failure) {
	changed, failed := k.existing(c, operation)
	if failed != nil {
		return nil, failed
	}
	if failed := c.checkLimits(operation); failed != nil {
		return nil, failed
	}
	if c.params[tagsParameter] != nil {
		tags, failed := c.tags()
		if failed != nil {
			return nil, failed
		}
		changed.tags = tags
	}
	changed.set(c, operation)

	return changed.result(operation), nil
}

func (k *kind) deleteOne(c *call, operation contract.Operation) (any, *failure) {
	deleted, failed := k.existing(c, operation)
	if failed != nil {
		return nil, failed
	}
	held := c.of(c.account).declared
	held[k.describe.Name] = slices.DeleteFunc(slices.Clone(k.things(c)), func(one *thing) bool { return one == deleted })
	if status, found := k.status(); found {
		if text := chosen(contract.Values(status.Enum), "deleting", "deleted"); text != "" {
			deleted.members[status.Name] = &value{text: text}
		}
	}

	return deleted.result(operation), nil
}

// notFilters are parameters of operations that describe which select resources in the same way for all kinds, or none.
var notFilters = []string{"Marker", "MaxRecords", "TagKeys.TagKey", "TagValues.TagValue"}

func (k *kind) describeAll(c *call) (any, *failure) {
	tags, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	sizes := pageSizes{smallest: 1, largest: 100}
	if !takes(k.describe, "Marker") {
		sizes.largest = math.MaxInt
	}
	var names []string
	filters := make(map[string]filter)
	for _, param := range k.describe.Params {
		switch {
		case param.Name == "MaxRecords" && param.Maximum > 0:
			sizes = pageSizes{smallest: max(param.Minimum, 1), largest: param.Maximum}
		case c.params[param.Name] == nil || slices.Contains(notFilters, param.Name):
		default:
			filters[param.Name] = k.filter(param)
			if filters[param.Name] == nil {
				return nil, fail(codeResponse, "The fake does not know which resources the parameter %s of %s selects. "+
					"A test can supply the response with Respond.", param.Name, k.describe.Name)
			}
			if k.isKey(param) {
				names = append(names, c.params.text(param.Name))
			}
		}
	}
	exists := false
	var list []ranked[*value]
	for _, one := range k.things(c) {
		if c.hides(one) {
			continue
		}
		isNamed, selected := true, true
		for name, selects := range filters {
			if !selects(one, c.params[name]) {
				selected = false
				isNamed = isNamed && !k.isKey(contract.Param{Name: name})
			}
		}
		exists = exists || isNamed
		if selected && tags.matches(one.tags) {
			list = append(list, ranked[*value]{place: []string{fmt.Sprintf("%012d", one.serial)}, value: one.shown()})
		}
	}
	if len(names) > 0 && !exists && slices.Contains(k.describe.Errors, k.missing) {
		return nil, k.notFound(c, k.missing, names)
	}
	found, next, failed := page(c, sizes, list, nil)
	if failed != nil {
		return nil, failed
	}
	result := map[string]*value{k.list: {items: found}}
	if next != "" {
		result["Marker"] = &value{text: next}
	}

	return renderValue(k.describe, result), nil
}

// isKey reports whether a parameter of the operation that describes names a resource.
func (k *kind) isKey(param contract.Param) bool {
	return slices.ContainsFunc(k.create.Recovery.Keys, func(key contract.Pair) bool { return key.Name == param.Name }) ||
		slices.Contains(k.generated, param.Name)
}

// filter reports whether a resource has the value of a parameter of the operation that describes.
type filter func(one *thing, given *value) bool

// filter returns the filter of a parameter, or nil if the declaration does not say what the parameter selects.
func (k *kind) filter(param contract.Param) filter {
	s := paramShape(param)
	if param.Type == typeStructure {
		return nil
	}
	for _, key := range k.create.Recovery.Keys {
		if key.Name == s.Name {
			return func(one *thing, given *value) bool { return given.overlaps(one.params[key.Value]) }
		}
	}
	if path, found := k.repeats(k.describe, s.Name); found {
		return func(one *thing, given *value) bool { return given.overlaps(params(one.members).at(path)) }
	}
	for _, name := range []string{s.Name, s.Item} {
		member, found := k.member(name)
		if found && member.Type == typeStructure {
			return nil
		}
		if found {
			return func(one *thing, given *value) bool { return given.overlaps(one.members[name]) }
		}
	}
	if created := k.created(); param.Type == typeTime && created != "" && (s.Name == "StartTime" || s.Name == "EndTime") {
		return func(one *thing, given *value) bool {
			wanted, _ := parseTime(given.text)
			at, _ := parseTime(one.members[created].text)

			return wanted.Equal(at) || wanted.Before(at) == (s.Name == "StartTime")
		}
	}
	if slices.ContainsFunc(k.create.Params, func(other contract.Param) bool { return paramShape(other).Name == s.Name }) {
		return func(one *thing, given *value) bool { return given.overlaps(one.params[s.Name]) }
	}

	return nil
}

// overlaps reports whether two values have a text in common. Redshift compares identifiers without case.
func (v *value) overlaps(other *value) bool {
	return slices.ContainsFunc(v.texts(), func(text string) bool {
		return slices.ContainsFunc(other.texts(), func(other string) bool { return strings.EqualFold(text, other) })
	})
}

// texts returns the text of a value, or the texts of its items.
func (v *value) texts() []string {
	if v == nil {
		return nil
	}
	if len(v.items) == 0 {
		return []string{v.text}
	}
	texts := make([]string, len(v.items))
	for i, one := range v.items {
		texts[i] = one.text
	}

	return texts
}

// find returns the resource that a call of an operation names, or nil.
func (k *kind) find(c *call, operation contract.Operation) *thing {
	keys := k.keys(operation)
	// Two resources are different if the callers chose no identifiers.
	chosen := slices.ContainsFunc(keys, func(key contract.Pair) bool { return c.params.text(key.Value) != "" })
	for _, one := range k.things(c) {
		matches := chosen
		for _, key := range keys {
			matches = matches && strings.EqualFold(c.params.text(key.Value), one.key(key.Name))
		}
		if matches {
			return one
		}
	}

	return nil
}

// key returns the value of a parameter of the operation that describes, for a resource.
func (t *thing) key(name string) string {
	for _, key := range t.kind.create.Recovery.Keys {
		if key.Name == name {
			return params(t.params).text(key.Value)
		}
	}
	if path, found := t.kind.repeats(t.kind.describe, name); found {
		return params(t.members).text(path)
	}
	if t.members[name] != nil {
		return t.members[name].text
	}

	return params(t.params).text(name)
}

// name returns what a resource is called in messages and in its ARN.
func (t *thing) name() string {
	for _, key := range t.kind.create.Recovery.Keys {
		if name := params(t.params).text(key.Value); name != "" {
			return name
		}
	}

	return uuid(t.kind.noun, fmt.Sprint(t.serial))
}

// existing returns the resource that a call of an operation names.
func (k *kind) existing(c *call, operation contract.Operation) (*thing, *failure) {
	if found := k.find(c, operation); found != nil {
		return found, nil
	}
	code := k.missing
	if len(operation.Recovery.Missing) > 0 {
		code = operation.Recovery.Missing[0]
	}

	var names []string
	for _, key := range k.keys(operation) {
		names = append(names, c.params.text(key.Value))
	}

	return nil, k.notFound(c, cmp.Or(code, models.ErrResourceNotFoundFault), names)
}

func (k *kind) notFound(c *call, code awsquery.ErrorCode, names []string) *failure {
	return fail(code, "The %s '%s' was not found in %s.", k.words(), strings.Join(names, " "), c.region)
}

// checkLimits checks the integers of a call.
func (c *call) checkLimits(operation contract.Operation) *failure {
	for _, param := range operation.Params {
		number, found := c.params.integer(param.Name)
		if found && (param.Minimum != 0 && number < param.Minimum || param.Maximum != 0 && number > param.Maximum) {
			return fail(awsquery.ErrInvalidParameterValue, "The parameter %s must be between %d and %d, not %d.",
				param.Name, param.Minimum, param.Maximum, number)
		}
	}

	return nil
}

// set stores the parameters of a call. The identifiers of a resource stay as they were when it was created.
func (t *thing) set(c *call, operation contract.Operation) {
	keys := t.kind.keys(operation)
	for _, param := range operation.Params {
		one, name := c.params[param.Name], paramShape(param).Name
		identifies := slices.ContainsFunc(keys, func(key contract.Pair) bool { return key.Value == name })
		if one == nil || param.Name == tagsParameter || identifies && operation.Name != t.kind.create.Name {
			continue
		}
		t.params[name] = one
		if strings.EqualFold(name, "KmsKeyId") && one.text != "" {
			one = &value{text: c.keyARN(c.account, one.text)} // every resource is described with the ARN of its key
		}
		t.setMember(t.kind.target(operation, param), param, one)
	}
	// A member of a structure may set a member of the resource.
	for _, part := range slices.Concat(operation.Recovery.Identity, operation.Recovery.Same) {
		if one := c.params.at(part.Name); strings.Contains(part.Name, ".") && one != nil {
			t.setMember(part.Value, contract.Param{Type: typeString}, one)
		}
	}
}

// setMember sets the member with a path, if the parameter has its form.
func (t *thing) setMember(path string, param contract.Param, one *value) {
	if s, found := t.kind.at(path); !found || !sets(param, s) {
		return
	}
	members := t.members
	for outer, rest, nested := strings.Cut(path, "."); nested; outer, rest, nested = strings.Cut(path, ".") {
		inner := &value{members: make(map[string]*value)}
		if old := members[outer]; old != nil {
			maps.Copy(inner.members, old.members)
		}
		members[outer] = inner
		members, path = inner.members, rest
	}
	members[path] = one
}

// complete adds the members that no caller chooses.
func (t *thing) complete(c *call) {
	add := func(name, text string) {
		if _, found := t.kind.member(name); found && t.members[name] == nil {
			t.members[name] = &value{text: text}
		}
	}
	t.arn = c.arn("redshift", c.account, strings.ReplaceAll(t.kind.words(), " ", "")+":"+t.name())
	for _, member := range t.kind.members {
		about, isARN := strings.CutSuffix(member.Name, "Arn")
		if isARN && member.Type == typeString && !member.List && strings.HasSuffix(t.kind.noun, about) {
			add(member.Name, t.arn)
		}
	}
	for _, fixed := range t.kind.create.Recovery.Where {
		if fixed.Value != "" {
			t.setMember(fixed.Name, contract.Param{Type: typeString}, &value{text: fixed.Value})
		}
	}
	for _, name := range t.kind.generated {
		add(name, uuid(t.kind.noun, name, fmt.Sprint(t.serial)))
	}
	add(t.kind.created(), c.now.UTC().Truncate(time.Millisecond).Format(timeFormat))
	if status, found := t.kind.status(); found {
		values := contract.Values(status.Enum)
		add(status.Name, cmp.Or(chosen(values, "available", "active", "complete", "enabled"), slices.Concat(values, []string{""})[0]))
	}
}

// shown returns the resource as it is described.
func (t *thing) shown() *value {
	members := maps.Clone(t.members)
	if _, found := t.kind.member("Tags"); found {
		tags := &value{}
		for _, tag := range t.tags {
			tags.items = append(tags.items, &value{members: map[string]*value{"Key": {text: tag.Key}, "Value": {text: tag.Value}}})
		}
		members["Tags"] = tags
	}
	for _, member := range t.kind.members {
		if member.List && members[member.Name] == nil {
			members[member.Name] = &value{} // Redshift sends an empty list
		}
	}

	return &value{members: members}
}

// result returns the result of an operation that created, changed or deleted the resource.
func (t *thing) result(operation contract.Operation) any {
	shown, members := t.shown(), make(map[string]*value)
	for _, member := range operation.Result {
		if member.Structure == t.kind.structure && !member.List {
			members[member.Name] = shown
		} else if part := shown.members[member.Name]; part != nil {
			members[member.Name] = part
		}
	}

	return renderValue(operation, members)
}

// renderValue writes the result of an operation, or nothing if it has no members.
func renderValue(operation contract.Operation, members map[string]*value) any {
	if len(operation.Result) == 0 {
		return nil
	}
	document := writer{depth: 1}
	document.open(operation.Name+"Result", "")
	document.values(operation.Result, members)
	document.close(operation.Name + "Result")

	return rendered(document.Bytes())
}

// values writes the members of a structure, in the order of the contract.
func (w *writer) values(order []contract.Member, members map[string]*value) {
	for _, member := range order {
		if one := members[member.Name]; one != nil {
			w.value(memberShape(member), member.Name, one)
		}
	}
}

func (w *writer) value(s shape, name string, one *value) {
	switch {
	case s.List && len(one.items) == 0, s.Type == typeStructure && !s.List && len(one.members) == 0:
		w.text(name, "")
	case s.List:
		w.open(name, "")
		for _, item := range one.items {
			w.value(s.item(), s.Item, item)
		}
		w.close(name)
	case s.Type == typeStructure:
		w.open(name, "")
		w.values(s.members, one.members)
		w.close(name)
	default:
		w.text(name, canonical(s.Type, one.text))
	}
}

// canonical returns a text of a request as Redshift writes it in a response.
func canonical(kind, text string) string {
	if kind == typeTime {
		if at, valid := parseTime(text); valid {
			return at.UTC().Format(timeFormat)
		}
	}
	if number, isNumber := plainText(kind, text).(int64); isNumber {
		return fmt.Sprint(number)
	}

	return text
}
