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

// declaredResource is a resource of a declared kind.
type declaredResource struct {
	kind    *declaredKind
	serial  int
	params  map[string]*paramValue // of the calls that created and modified it, by the first part of the name
	members map[string]*paramValue // the described members, except tags
	tags    []models.Tag
	arn     string
}

// resources returns the caller's resources of the kind, oldest first.
func (k *declaredKind) resources(c *call) []*declaredResource {
	return c.resourcesOf(c.account).declared[k.describe.Name]
}

func (k *declaredKind) createOne(c *call) (any, *failure) {
	tags := []models.Tag{}
	if hasParam(k.create, tagsParameter) {
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
		return nil, fail(k.create.Recovery.Settled[0], "The %s '%s' already exists.", k.displayName(), old.name())
	}
	if k.quota != "" && len(k.resources(c)) >= max(c.quotas.OtherResources, 0) {
		return nil, fail(k.quota, "The account has %d resources of the kind %s, which is the quota. %s",
			len(k.resources(c)), k.displayName(), quotaHint("OtherResources"))
	}
	c.serial++
	resource := &declaredResource{
		kind:    k,
		serial:  c.serial,
		params:  make(map[string]*paramValue),
		members: make(map[string]*paramValue),
		tags:    tags,
	}
	resource.set(c, k.create)
	resource.complete(c)
	owned := c.resourcesOf(c.account).declared
	owned[k.describe.Name] = append(owned[k.describe.Name], resource)
	c.hideNew(resource)

	return resource.result(k.create), nil
}

func (k *declaredKind) modifyOne(c *call, operation contract.Operation) (any, *failure) {
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

func (k *declaredKind) deleteOne(c *call, operation contract.Operation) (any, *failure) {
	deleted, failed := k.existing(c, operation)
	if failed != nil {
		return nil, failed
	}
	owned := c.resourcesOf(c.account).declared
	isDeleted := func(resource *declaredResource) bool { return resource == deleted }
	owned[k.describe.Name] = slices.DeleteFunc(slices.Clone(k.resources(c)), isDeleted)
	if status, found := k.status(); found {
		if text := firstMatch(contract.Values(status.Enum), "deleting", "deleted"); text != "" {
			deleted.members[status.Name] = &paramValue{text: text}
		}
	}

	return deleted.result(operation), nil
}

// notFilters are the parameters of Describe operations that do not select by the members of a kind: the page, and the tags, which are the
// same for all kinds.
var notFilters = []string{"Marker", "MaxRecords", "TagKeys.TagKey", "TagValues.TagValue"}

func (k *declaredKind) describeAll(c *call) (any, *failure) {
	tags, failed := c.tagFilter()
	if failed != nil {
		return nil, failed
	}
	sizes := pageSizes{smallest: 1, largest: 100}
	if !hasParam(k.describe, "Marker") {
		sizes.largest = math.MaxInt
	}
	var names []string
	filters := make(map[string]resourceFilter)
	for _, param := range k.describe.Params {
		switch {
		case param.Name == "MaxRecords" && param.Maximum > 0:
			sizes = pageSizes{smallest: max(param.Minimum, 1), largest: param.Maximum}
		case c.params[param.Name] == nil || slices.Contains(notFilters, param.Name):
		default:
			filters[param.Name] = k.filter(param)
			if filters[param.Name] == nil {
				return nil, fail(codeInvalidResponse, "The fake does not know which resources the parameter %s of %s selects. "+
					"A test can supply the response with Respond.", param.Name, k.describe.Name)
			}
			if k.isKey(param) {
				names = append(names, c.params.text(param.Name))
			}
		}
	}
	exists := false
	var list []listItem[*paramValue]
	for _, resource := range k.resources(c) {
		if c.hides(resource) {
			continue
		}
		isNamed, selected := true, true
		for name, selects := range filters {
			if !selects(resource, c.params[name]) {
				selected = false
				isNamed = isNamed && !k.isKey(contract.Param{Name: name})
			}
		}
		exists = exists || isNamed
		if selected && tags.matches(resource.tags) {
			list = append(list, listItem[*paramValue]{sortKey: []string{fmt.Sprintf("%012d", resource.serial)}, value: resource.shown()})
		}
	}
	if len(names) > 0 && !exists && slices.Contains(k.describe.Errors, k.missing) {
		return nil, k.notFound(c, k.missing, names)
	}
	found, next, failed := page(c, sizes, list, nil)
	if failed != nil {
		return nil, failed
	}
	result := map[string]*paramValue{k.list: {items: found}}
	if next != "" {
		result["Marker"] = &paramValue{text: next}
	}

	return renderValue(k.describe, result), nil
}

// isKey reports whether a parameter of the Describe operation names a resource.
func (k *declaredKind) isKey(param contract.Param) bool {
	return slices.ContainsFunc(k.create.Recovery.Keys, func(key contract.Pair) bool { return key.Name == param.Name }) ||
		slices.Contains(k.generated, param.Name)
}

// resourceFilter reports whether a parameter of the Describe operation selects a resource.
type resourceFilter func(resource *declaredResource, given *paramValue) bool

// filter returns the filter of a parameter, or nil if the contract does not declare which resources the parameter selects.
func (k *declaredKind) filter(param contract.Param) resourceFilter {
	s := paramShape(param)
	if param.Type == typeStructure {
		return nil
	}
	for _, key := range k.create.Recovery.Keys {
		if key.Name == s.Name {
			return func(resource *declaredResource, given *paramValue) bool {
				return given.overlaps(resource.params[key.Value])
			}
		}
	}
	if path, found := k.repeatedMember(k.describe, s.Name); found {
		return func(resource *declaredResource, given *paramValue) bool {
			return given.overlaps(parameters(resource.members).at(path))
		}
	}
	for _, name := range []string{s.Name, s.Item} {
		member, found := k.member(name)
		if found && member.Type == typeStructure {
			return nil
		}
		if found {
			return func(resource *declaredResource, given *paramValue) bool {
				return given.overlaps(resource.members[name])
			}
		}
	}
	if created := k.creationTime(); param.Type == typeTime && created != "" && (s.Name == "StartTime" || s.Name == "EndTime") {
		return func(resource *declaredResource, given *paramValue) bool {
			wanted, _ := parseTime(given.text)
			at, _ := parseTime(resource.members[created].text)

			return wanted.Equal(at) || wanted.Before(at) == (s.Name == "StartTime")
		}
	}
	if slices.ContainsFunc(k.create.Params, func(other contract.Param) bool { return paramShape(other).Name == s.Name }) {
		return func(resource *declaredResource, given *paramValue) bool {
			return given.overlaps(resource.params[s.Name])
		}
	}

	return nil
}

// overlaps reports whether two values have a text in common. Redshift compares identifiers without case.
func (v *paramValue) overlaps(other *paramValue) bool {
	return slices.ContainsFunc(v.texts(), func(text string) bool {
		return slices.ContainsFunc(other.texts(), func(other string) bool { return strings.EqualFold(text, other) })
	})
}

// texts returns the text of a value, or the texts of its items.
func (v *paramValue) texts() []string {
	if v == nil {
		return nil
	}
	if len(v.items) == 0 {
		return []string{v.text}
	}
	texts := make([]string, len(v.items))
	for i, item := range v.items {
		texts[i] = item.text
	}

	return texts
}

// find returns the resource that a call names, or nil.
func (k *declaredKind) find(c *call, operation contract.Operation) *declaredResource {
	keys := k.keys(operation)
	// A call without identifiers names no resource.
	named := slices.ContainsFunc(keys, func(key contract.Pair) bool { return c.params.text(key.Value) != "" })
	for _, resource := range k.resources(c) {
		same := named
		for _, key := range keys {
			same = same && strings.EqualFold(c.params.text(key.Value), resource.key(key.Name))
		}
		if same {
			return resource
		}
	}

	return nil
}

// key returns the value of a parameter of the Describe operation that selects the resource.
func (r *declaredResource) key(name string) string {
	for _, key := range r.kind.create.Recovery.Keys {
		if key.Name == name {
			return parameters(r.params).text(key.Value)
		}
	}
	if path, found := r.kind.repeatedMember(r.kind.describe, name); found {
		return parameters(r.members).text(path)
	}
	if r.members[name] != nil {
		return r.members[name].text
	}

	return parameters(r.params).text(name)
}

// name returns the name of the resource in messages and in its ARN.
func (r *declaredResource) name() string {
	for _, key := range r.kind.create.Recovery.Keys {
		if name := parameters(r.params).text(key.Value); name != "" {
			return name
		}
	}

	return uuid(r.kind.noun, fmt.Sprint(r.serial))
}

// existing returns the resource that a call names, or a failure if it does not exist.
func (k *declaredKind) existing(c *call, operation contract.Operation) (*declaredResource, *failure) {
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

func (k *declaredKind) notFound(c *call, code awsquery.ErrorCode, names []string) *failure {
	return fail(code, "The %s '%s' was not found in %s.", k.displayName(), strings.Join(names, " "), c.region)
}

// checkLimits checks the integers of a call against the limits in the contract.
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

// set stores the parameters of a call. Only the call that creates the resource sets its identifiers.
func (r *declaredResource) set(c *call, operation contract.Operation) {
	keys := r.kind.keys(operation)
	for _, param := range operation.Params {
		value, name := c.params[param.Name], paramShape(param).Name
		identifies := slices.ContainsFunc(keys, func(key contract.Pair) bool { return key.Value == name })
		if value == nil || param.Name == tagsParameter || identifies && operation.Name != r.kind.create.Name {
			continue
		}
		r.params[name] = value
		if strings.EqualFold(name, "KmsKeyId") && value.text != "" {
			value = &paramValue{text: c.keyARN(c.account, value.text)} // Describe operations show the ARN of the key
		}
		r.setMember(r.kind.target(operation, param), param, value)
	}
	// A member of a structure may set a member of the resource.
	for _, part := range slices.Concat(operation.Recovery.Identity, operation.Recovery.Same) {
		if value := c.params.at(part.Name); strings.Contains(part.Name, ".") && value != nil {
			r.setMember(part.Value, contract.Param{Type: typeString}, value)
		}
	}
}

// setMember sets the member with a path, if the parameter has the same form.
func (r *declaredResource) setMember(path string, param contract.Param, value *paramValue) {
	if s, found := r.kind.at(path); !found || !sameForm(param, s) {
		return
	}
	members := r.members
	for outer, rest, nested := strings.Cut(path, "."); nested; outer, rest, nested = strings.Cut(path, ".") {
		inner := &paramValue{members: make(map[string]*paramValue)}
		if old := members[outer]; old != nil {
			maps.Copy(inner.members, old.members)
		}
		members[outer] = inner
		members, path = inner.members, rest
	}
	members[path] = value
}

// complete adds the members that the caller cannot set.
func (r *declaredResource) complete(c *call) {
	add := func(name, text string) {
		if _, found := r.kind.member(name); found && r.members[name] == nil {
			r.members[name] = &paramValue{text: text}
		}
	}
	r.arn = c.arn("redshift", c.account, strings.ReplaceAll(r.kind.displayName(), " ", "")+":"+r.name())
	for _, member := range r.kind.members {
		about, isARN := strings.CutSuffix(member.Name, "Arn")
		if isARN && member.Type == typeString && !member.List && strings.HasSuffix(r.kind.noun, about) {
			add(member.Name, r.arn)
		}
	}
	for _, fixed := range r.kind.create.Recovery.Where {
		if fixed.Value != "" {
			r.setMember(fixed.Name, contract.Param{Type: typeString}, &paramValue{text: fixed.Value})
		}
	}
	for _, name := range r.kind.generated {
		add(name, uuid(r.kind.noun, name, fmt.Sprint(r.serial)))
	}
	add(r.kind.creationTime(), c.now.UTC().Truncate(time.Millisecond).Format(timeFormat))
	if status, found := r.kind.status(); found {
		values := contract.Values(status.Enum)
		add(status.Name, cmp.Or(firstMatch(values, "available", "active", "complete", "enabled"), slices.Concat(values, []string{""})[0]))
	}
}

// shown returns the resource as the Describe operation shows it.
func (r *declaredResource) shown() *paramValue {
	members := maps.Clone(r.members)
	if _, found := r.kind.member("Tags"); found {
		tags := &paramValue{}
		for _, tag := range r.tags {
			tags.items = append(tags.items, &paramValue{members: map[string]*paramValue{"Key": {text: tag.Key}, "Value": {text: tag.Value}}})
		}
		members["Tags"] = tags
	}
	for _, member := range r.kind.members {
		if member.List && members[member.Name] == nil {
			members[member.Name] = &paramValue{} // Redshift sends an empty list
		}
	}

	return &paramValue{members: members}
}

// result returns the result of an operation that created, modified or deleted the resource.
func (r *declaredResource) result(operation contract.Operation) any {
	shown, members := r.shown(), make(map[string]*paramValue)
	for _, member := range operation.Result {
		if member.Structure == r.kind.structure && !member.List {
			members[member.Name] = shown
		} else if part := shown.members[member.Name]; part != nil {
			members[member.Name] = part
		}
	}

	return renderValue(operation, members)
}

// renderValue returns the XML of the result of an operation, or nil if the operation has no result.
func renderValue(operation contract.Operation, members map[string]*paramValue) any {
	if len(operation.Result) == 0 {
		return nil
	}
	document := writer{depth: 1}
	document.open(operation.Name+"Result", "")
	document.values(operation.Result, members)
	document.close(operation.Name + "Result")

	return resultXML(document.Bytes())
}

// values writes the members of a structure, in the order of the contract's definition.
func (w *writer) values(order []contract.Member, members map[string]*paramValue) {
	for _, member := range order {
		if value := members[member.Name]; value != nil {
			w.value(memberShape(member), member.Name, value)
		}
	}
}

func (w *writer) value(s shape, name string, value *paramValue) {
	switch {
	case s.List && len(value.items) == 0, s.Type == typeStructure && !s.List && len(value.members) == 0:
		w.text(name, "")
	case s.List:
		w.open(name, "")
		for _, item := range value.items {
			w.value(s.item(), s.Item, item)
		}
		w.close(name)
	case s.Type == typeStructure:
		w.open(name, "")
		w.values(s.members, value.members)
		w.close(name)
	default:
		w.text(name, canonicalText(s.Type, value.text))
	}
}

// canonicalText returns a text of a request in the form of Redshift's responses.
func canonicalText(kind, text string) string {
	if kind == typeTime {
		if at, valid := parseTime(text); valid {
			return at.UTC().Format(timeFormat)
		}
	}
	if number, isNumber := jsonText(kind, text).(int64); isNumber {
		return fmt.Sprint(number)
	}

	return text
}
