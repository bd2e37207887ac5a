package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The classes of x-recovery: the effect of a retry.
const (
	idempotent     = "idempotent"
	recognisable   = "recognisable"
	doneIfMissing  = "done-if-missing"
	notRecoverable = "not-recoverable"
)

var classes = []string{idempotent, recognisable, doneIfMissing, notRecoverable}

// readsByName matches the names of operations that change nothing.
var readsByName = regexp.MustCompile(`^(Describe|Get|List)[A-Z]`)

// described has the parts of an operation that declarations of other operations refer to.
type described struct {
	node       map[string]any
	parameters map[string]map[string]any
	result     map[string]any // its members
	errors     []string
	readOnly   bool
}

// describedOperations returns all operations by name. Other checks report their mistakes.
func (c *contractCheck) describedOperations(paths map[string]any) map[string]described {
	found := map[string]described{}
	for address, node := range paths {
		action, ok := strings.CutPrefix(address, "/?Action=")
		if !ok {
			continue
		}
		operation := object(object(node)["get"])
		one := described{node: operation, parameters: map[string]map[string]any{}, readOnly: operation["x-read-only"] == true}
		for _, node := range list(operation["parameters"]) {
			parameter := object(node)
			if reference, ok := parameter["$ref"].(string); ok {
				parameter = object(c.shared[strings.TrimPrefix(reference, "#/parameters/")])
			}
			if name, ok := parameter["name"].(string); ok && !isFixed(parameter) {
				one.parameters[declaredName(parameter, name)] = parameter
			}
		}
		one.result = object(object(object(object(operation["responses"])["200"])["schema"])["properties"])
		for _, code := range list(operation["x-errors"]) {
			one.errors = append(one.errors, fmt.Sprint(code))
		}
		found[action] = one
	}

	return found
}

// declaredName returns the name of a parameter in declarations. A list Tags.Tag.N is Tags.
func declaredName(parameter map[string]any, name string) string {
	if parameter["type"] == "array" {
		name, _, _ = strings.Cut(name, ".")
	}

	return name
}

// declarations checks the recovery, the names and the created resource of an operation.
func (c *contractCheck) declarations(action string) {
	operation := c.operations[action]
	c.enter(operation.node)
	switch byName := readsByName.MatchString(action); {
	case byName && !operation.readOnly:
		c.add(action, "its name begins with Describe, Get or List: add x-read-only: true")
	case !byName && operation.readOnly:
		c.add(action, "x-read-only is only for operations whose names begin with Describe, Get or List: replace it by x-recovery")
	case operation.readOnly && operation.node["x-recovery"] != nil:
		c.add(action, "x-recovery is only for operations that change something: remove it")
	case !operation.readOnly && operation.node["x-recovery"] == nil:
		c.add(action, "has no x-recovery, which declares how the client handles a lost response: add it to %s in %s", action, c.at.file.name)
	case !operation.readOnly:
		c.recovery(action, object(operation.node["x-recovery"]))
	}
	c.enter(operation.node)
	if node := operation.node["x-names"]; node != nil {
		c.names(action+", x-names", operation, object(node))
	}
	if node := operation.node["x-creates"]; node != nil {
		c.creates(action+", x-creates", operation, object(node))
	}
}

// recovery checks the declaration for lost responses.
func (c *contractCheck) recovery(action string, node map[string]any) {
	place, operation := action+", x-recovery", c.operations[action]
	c.keywords(place, node, "class", "settled", "describe", "result", "missing", "identity", "where", "same", "since", "hook")
	class, _ := node["class"].(string)
	if !slices.Contains(classes, class) {
		c.add(place, "class is %q, but must be one of %s%s", class, strings.Join(classes, ", "), nearest(class, classes))

		return
	}
	hook := node["hook"] == true
	problems := len(c.problems)
	lookUp, keys := c.describe(place, operation, object(node["describe"]))
	if len(c.problems) > problems {
		return // further problems would be consequences of these
	}
	c.recoveryCodes(place, "settled", node["settled"], operation.errors, "of "+action)
	// A look-up may fail with codes that Amazon does not document for it.
	c.recoveryCodes(place, "missing", node["missing"], slices.Collect(maps.Keys(c.codes)), "of any operation")

	compares := node["identity"] != nil || node["where"] != nil || node["same"] != nil || node["since"] != nil
	required := func(key, why string) {
		if node[key] == nil && !hook {
			c.add(place, "%s is missing: %s", key, why)
		}
	}
	switch class {
	case recognisable:
		required("settled", "the codes with which Redshift refuses a retry")
		required("describe", "the operation that describes the resource")
	case doneIfMissing:
		required("missing", "the codes for a resource that does not exist")
	case notRecoverable:
		for _, key := range []string{"settled", "missing", "identity", "where", "same", "since", "result"} {
			if node[key] != nil {
				c.add(place, "%s has no effect in the class %s, because the client does not retry", key, class)
			}
		}

		return
	}
	if node["settled"] != nil && len(keys) == 0 && !hook {
		c.add(place, "settled needs describe, with the parameters that name the resource")
	}
	if compares && len(keys) == 0 {
		c.add(place, "identity, where, same and since need describe, with the parameters that name the resource")
	}
	item := c.lookUpItem(lookUp)
	if len(keys) == 0 || item == nil {
		return
	}
	c.compared(place, "identity", operation, item, object(node["identity"]))
	c.compared(place, "same", operation, item, object(node["same"]))
	c.where(place, item, object(node["where"]))
	if since, ok := node["since"].(string); ok {
		if member, found := c.member(place+", since", item, since); found && kindOf(c, member) != "date-time" {
			c.add(place, "since is %s, which is not a time", since)
		}
	}
	if compares || node["settled"] != nil || node["result"] != nil {
		c.recoveredResult(place, operation, lookUp, node, class, hook)
	}
}

// describe checks the operation that describes the resource. It returns the operation, and its parameters that name the resource.
func (c *contractCheck) describe(place string, operation described, node map[string]any) (described, map[string]any) {
	if node == nil {
		return described{}, nil
	}
	if len(node) != 1 {
		c.add(place, "describe names %d operations, but must name one, with the parameters that name the resource", len(node))

		return described{}, nil
	}
	for name, node := range node {
		where := place + ", describe"
		lookUp, ok := c.operations[name]
		switch {
		case !ok:
			c.add(where, "the operation %s does not exist%s", name, nearest(name, slices.Collect(maps.Keys(c.operations))))

			return described{}, nil
		case !lookUp.readOnly && !readsByName.MatchString(name):
			c.add(where, "%s changes something, but a look-up must not", name)
		}
		keys := object(node)
		if keys == nil {
			c.kind(where, name, node, aMapping)
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			parameter, own := lookUp.parameters[key], c.text(where, key, keys[key])
			if parameter == nil {
				c.add(where, "%s has no parameter %s%s", name, key, nearest(key, slices.Collect(maps.Keys(lookUp.parameters))))
			}
			requested, ok := c.requested(where, operation, own)
			if a, b := kindOf(c, parameter), kindOf(c, requested); parameter != nil && ok && a != b && a != "list of "+b {
				c.add(where, "%s is %s, but %s of %s is %s", own, b, key, name, a)
			}
		}

		return lookUp, keys
	}

	return described{}, nil
}

func (c *contractCheck) text(place, key string, node any) string {
	text, ok := node.(string)
	if !ok {
		c.kind(place, key, node, aText)
	}

	return text
}

// recoveryCodes checks that an operation documents the error codes.
func (c *contractCheck) recoveryCodes(place, key string, node any, known []string, of string) {
	for _, code := range c.texts(place, key, node) {
		if !slices.Contains(known, code) {
			c.add(place, "%s names %s, which is not in the x-errors %s%s", key, code, of, nearest(code, known))
		}
	}
}

// lookUpItem returns the members of the described resource: an item of the list of structures, or the result.
func (c *contractCheck) lookUpItem(lookUp described) map[string]any {
	if name := lookUpList(lookUp); name != "" {
		kind := strings.TrimPrefix(kindOf(c, c.find(lookUp.result, name)), "list of ")

		return object(object(c.definitions[kind])["properties"])
	}

	return lookUp.result
}

// find returns the member with a path, or nil.
func (c *contractCheck) find(members map[string]any, path string) map[string]any {
	name, rest, nested := strings.Cut(path, ".")
	member := object(members[name])
	if !nested || member == nil {
		return member
	}
	kind := strings.TrimPrefix(kindOf(c, member), "list of ")

	return c.find(object(object(c.definitions[kind])["properties"]), rest)
}

// lookUpList returns the member with the described resources: the list of the pages, or the only list of structures.
func lookUpList(lookUp described) string {
	if over, ok := object(lookUp.node["x-paginate"])["over"].(string); ok {
		return over
	}
	var lists []string
	for name, node := range lookUp.result {
		if object(object(node)["items"])["$ref"] != nil {
			lists = append(lists, name)
		}
	}
	if len(lists) != 1 {
		return ""
	}

	return lists[0]
}

// requested returns the parameter with a name, or the member of a parameter with a path such as Schedule.Name.
func (c *contractCheck) requested(place string, operation described, name string) (map[string]any, bool) {
	first, rest, nested := strings.Cut(name, ".")
	parameter := operation.parameters[name]
	if parameter != nil {
		return parameter, true
	}
	structure, isStructure := operation.parameters[first]["x-structure"].(string)
	if item, ok := operation.parameters[first]["x-list-item"].(string); ok {
		structure, isStructure = item, true
	}
	if !nested || !isStructure {
		c.add(place, "the parameter %s does not exist%s", name, nearest(name, slices.Collect(maps.Keys(operation.parameters))))

		return nil, false
	}

	return c.member(place, object(object(c.definitions[structure])["properties"]), rest)
}

// member returns the member of a structure with a path such as Endpoint.Port.
func (c *contractCheck) member(place string, members map[string]any, path string) (map[string]any, bool) {
	name, rest, nested := strings.Cut(path, ".")
	member := object(members[name])
	switch {
	case member == nil:
		c.add(place, "the member %s does not exist%s", name, nearest(name, slices.Collect(maps.Keys(members))))

		return nil, false
	case !nested:
		return member, true
	}
	value := member
	if member["type"] == "array" {
		value = object(member["items"])
	}
	reference, _ := value["$ref"].(string)

	return c.member(place, object(object(c.definitions[strings.TrimPrefix(reference, "#/definitions/")])["properties"]), rest)
}

// compared checks the pairs of parameters and members to compare.
func (c *contractCheck) compared(place, key string, operation described, item map[string]any, pairs map[string]any) {
	where := place + ", " + key
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		path := c.text(where, name, pairs[name])
		parameter, ok := c.requested(where, operation, name)
		member, found := c.member(where, item, path)
		if !ok || !found {
			continue
		}
		switch a, b := kindOf(c, parameter), kindOf(c, member); {
		case a == "secret" || b == "secret":
			c.add(where, "%s is a secret, and Redshift never describes secrets", name)
		case a != b && !(isWhole(a) && isWhole(b)):
			c.add(where, "%s is %s, but the member %s is %s: they cannot be compared", name, a, path, b)
		}
	}
}

func isWhole(kind string) bool { return kind == "integer" || kind == "int64" }

// where checks the members with fixed values. Null means that the member is absent.
func (c *contractCheck) where(place string, item map[string]any, values map[string]any) {
	where := place + ", where"
	for _, path := range slices.Sorted(maps.Keys(values)) {
		member, ok := c.member(where, item, path)
		if !ok {
			continue
		}
		kind, value := kindOf(c, member), values[path]
		enum := c.enumOf(member)
		text, isText := value.(string)
		_, isFlag := value.(bool)
		_, isNumber := value.(int)
		switch {
		case value == nil && (member["x-nullable"] == true || kind != "boolean" && kind != "number" && !isWhole(kind)):
		case enum != nil && isText && !slices.Contains(enum, text):
			c.add(where, "%s is %q, which is not a value of its enum%s", path, text, nearest(text, enum))
		case kind == "string" && isText, kind == "boolean" && isFlag, isWhole(kind) && isNumber:
		default:
			c.add(where, "%s is %v, but the member is %s", path, value, kind)
		}
	}
}

// enumOf returns the values of a member that is an enum.
func (c *contractCheck) enumOf(member map[string]any) []string {
	reference, _ := member["$ref"].(string)
	var values []string
	for _, value := range list(object(c.definitions[strings.TrimPrefix(reference, "#/definitions/")])["enum"]) {
		values = append(values, fmt.Sprint(value))
	}

	return values
}

// recoveredResult checks that the described resource can become the result of the operation.
func (c *contractCheck) recoveredResult(place string, operation, lookUp described, node map[string]any, class string, hook bool) {
	name, declared := node["result"].(string)
	itemList := lookUpList(lookUp)
	itemReference := object(c.find(lookUp.result, itemList)["items"])["$ref"]
	switch {
	case declared && operation.result[name] == nil:
		c.add(place, "result names %s, which is not a member of the result%s", name, nearest(name, slices.Collect(maps.Keys(operation.result))))
	case declared && object(operation.result[name])["$ref"] != itemReference:
		c.add(place, "result is %s, but its type is not the described one: it must be %v", name, itemReference)
	case declared || hook || class == doneIfMissing || len(operation.result) == 0:
	case len(c.sharedMembers(operation, lookUp)) == 0:
		c.add(place, "result is missing: no member has the name and type of a described one, "+
			"so name the member that the described resource becomes")
	}
}

// sharedMembers returns the members of the result that the described resource also has.
func (c *contractCheck) sharedMembers(operation, lookUp described) []string {
	item := c.lookUpItem(lookUp)
	var shared []string
	for name, node := range operation.result {
		if other := object(item[name]); other != nil && kindOf(c, object(node)) == kindOf(c, other) && object(node)["x-nullable"] == other["x-nullable"] {
			shared = append(shared, name)
		}
	}
	slices.Sort(shared)

	return shared
}

// kindOf returns the type of a parameter or a member, for comparisons.
func kindOf(c *contractCheck, node map[string]any) string {
	if node == nil {
		return ""
	}
	value, of := node, ""
	if node["type"] == "array" {
		value, of = object(node["items"]), "list of "
		if item, ok := node["x-list-item"].(string); ok {
			return of + item
		}
	}
	if structure, ok := node["x-structure"].(string); ok {
		return structure
	}
	if reference, ok := value["$ref"].(string); ok {
		name := strings.TrimPrefix(reference, "#/definitions/")
		if object(c.definitions[name])["enum"] != nil {
			return of + "string"
		}

		return of + name
	}
	if node["x-sensitive"] == true {
		return "secret"
	}
	if node["x-map"] != nil {
		return "map"
	}
	kind, _ := value["type"].(string)
	if format, ok := value["format"].(string); ok && (format == "date-time" || format == "int64") {
		kind = format
	}

	return of + kind
}

// names checks the members of the result that repeat identifiers from the parameters: one path, or a list of paths.
func (c *contractCheck) names(place string, operation described, pairs map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		parameter, ok := c.requested(place, operation, name)
		if kind := strings.TrimPrefix(kindOf(c, parameter), "list of "); ok && kind != "string" {
			c.add(place, "the parameter %s is %s, but must be a string", name, kind)
		}
		if list(pairs[name]) == nil {
			c.kind(place, name, pairs[name], aText)
		}
		for _, path := range paths(pairs[name]) {
			member, ok := c.member(place, operation.result, path)
			if kind := strings.TrimPrefix(kindOf(c, member), "list of "); ok && kind != "string" {
				c.add(place, "the member %s is %s, but must be a string", path, kind)
			}
		}
	}
}

// paths returns the paths of a declaration: one, or a list.
func paths(node any) []string {
	if path, ok := node.(string); ok {
		return []string{path}
	}
	var found []string
	for _, item := range list(node) {
		found = append(found, fmt.Sprint(item))
	}

	return found
}

// creates checks the identifiers of a resource that the operation creates.
func (c *contractCheck) creates(place string, operation described, node map[string]any) {
	if operation.readOnly {
		c.add(place, "a read-only operation creates nothing: remove it")
	}
	if len(node) != 1 {
		c.add(place, "must name one kind of resource, with the members of the result that identify it")
	}
	for kind, members := range node {
		c.kind(place, kind, members, aList)
		if count := len(list(members)); count != 1 && count != 2 {
			c.add(place, "names %d members, but must name the identifier and optionally the ARN", count)
		}
		for _, path := range c.texts(place, kind, members) {
			if member, ok := c.member(place, operation.result, path); ok && kindOf(c, member) != "string" {
				c.add(place, "the member %s is %s, but must be a string", path, kindOf(c, member))
			}
		}
	}
}

// identifies matches the names of parameters that name a resource.
var identifies = regexp.MustCompile(`(Identifier|Name|Arn|Id)$`)

// derivedNames returns the members of the result that repeat identifiers from the parameters. Without x-names, these are the members
// with the same name: in the result, in its structures, or in the items of its lists. For operations that change something, optional
// parameters are left out, because they may set a value that takes effect later.
func (c *contractCheck) derivedNames(operation described) map[string][]string {
	found := map[string][]string{}
	if declared, ok := operation.node["x-names"]; ok {
		for name, node := range object(declared) {
			found[name] = paths(node)
		}

		return found
	}
	for name, parameter := range operation.parameters {
		isFilter := operation.readOnly || parameter["required"] == true
		if !isFilter || !identifies.MatchString(name) || kindOf(c, parameter) != "string" || parameter["x-enum"] != nil {
			continue
		}
		if path := c.sameName(operation.result, name); path != "" {
			found[name] = []string{path}
		}
	}

	return found
}

// sameName returns the path of the member with a name, or "".
func (c *contractCheck) sameName(result map[string]any, name string) string {
	isPlain := func(members map[string]any) bool {
		member := object(members[name])

		return kindOf(c, member) == "string" && member["$ref"] == nil
	}
	if isPlain(result) {
		return name
	}
	for _, outer := range slices.Sorted(maps.Keys(result)) {
		kind := strings.TrimPrefix(kindOf(c, object(result[outer])), "list of ")
		if isPlain(object(object(c.definitions[kind])["properties"])) {
			return outer + "." + name
		}
	}

	return ""
}
