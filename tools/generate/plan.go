package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// functions returns the Go functions that the declarations of an operation define: its recovery plan, unless a hook replaces it, the
// comparison of the names in a result with the requested ones, and the identifiers of the created resource. They become part of
// package redshift.
func (c *contractCheck) functions(action string) string {
	operation := c.operations[action]
	name := goName(action)
	var text strings.Builder
	if recovery := object(operation.node["x-recovery"]); recovery != nil && recovery["hook"] != true {
		text.WriteString(c.planAsGo(name, operation, recovery))
	}
	if names := c.derivedNames(operation); len(names) > 0 {
		text.WriteString(c.namesAsGo(name, operation, names))
	}
	for kind, members := range object(operation.node["x-creates"]) {
		identifiers := []string{`""`, `""`} // the identifier and the ARN
		for i, path := range paths(members)[:min(2, len(paths(members)))] {
			identifiers[i] = valueOrZero(c.memberOf("r", operation.result, path, "", true))
		}
		fmt.Fprintf(&text, "\nfunc creates%s(r *%sResult) (kind resourceKind, identifier, arn string) {\n\treturn %q, %s\n}\n", name, name, kind, strings.Join(identifiers, ", "))
	}

	return text.String()
}

// goValue is a parameter or a member in Go code.
type goValue struct {
	code    string // the expression
	guard   string // the pointer that must not be nil for the expression, or ""
	kind    string // as kindOf returns it
	pointer bool   // whether the value is a pointer to a plain value
	named   bool   // whether the value is an enum, or a list of enums
}

// text returns the value as a string.
func (v goValue) text() string {
	if v.named && v.kind == "string" {
		return "string(" + v.code + ")"
	}

	return v.code
}

// valueOf returns the Go value of a parameter, or of a member of it.
func (c *contractCheck) valueOf(operation described, name string) goValue {
	first, rest, _ := strings.Cut(name, ".")
	parameter := operation.parameters[first]
	if whole := operation.parameters[name]; whole != nil {
		kind := kindOf(c, whole)
		isPlain := kind == "boolean" || kind == "number" || isWhole(kind)

		return goValue{
			code: "params." + parameterGoName(whole), kind: kind, named: whole["x-enum"] != nil,
			pointer: isPlain && (whole["required"] != true || whole["x-nullable"] == true) || kind == "string" && whole["x-clearable"] == true,
		}
	}
	structure, _ := parameter["x-structure"].(string)
	base := "params." + parameterGoName(parameter)

	return c.memberOf(base, object(object(c.definitions[structure])["properties"]), rest, base, false)
}

// memberOf returns the Go value of a member of a structure. guard is a pointer on the way to the structure. If flat is true, structures in
// the structure are values, as in results.
func (c *contractCheck) memberOf(base string, members map[string]any, path, guard string, flat bool) goValue {
	name, rest, nested := strings.Cut(path, ".")
	member := object(members[name])
	code := base + "." + memberGoName(name, member)
	kind := kindOf(c, member)
	if nested {
		if !flat {
			guard = code
		}

		return c.memberOf(code, object(object(c.definitions[kind])["properties"]), rest, guard, false)
	}
	isEnum := member["$ref"] != nil && kind == "string" || object(member["items"])["$ref"] != nil && kind == "list of string"

	return goValue{code: code, guard: guard, kind: kind, named: isEnum, pointer: member["x-nullable"] == true || kind == "string" && member["x-clearable"] == true}
}

// valueOrZero returns the expression of a value that is empty if the structure around it is absent.
func valueOrZero(value goValue) string {
	if value.guard == "" {
		return value.code
	}

	return "recovery.Value(" + value.guard + ")" + strings.TrimPrefix(value.code, value.guard)
}

// planAsGo returns the function that returns the recovery plan of an operation.
func (c *contractCheck) planAsGo(name string, operation described, recovery map[string]any) string {
	class, _ := recovery["class"].(string)
	constant := map[string]string{
		idempotent: "Idempotent", recognisable: "Recognisable", doneIfMissing: "DoneIfMissing", notRecoverable: "NotRecoverable",
	}[class]
	lookUpName, keys := "", map[string]any(nil)
	for describe, node := range object(recovery["describe"]) {
		lookUpName, keys = describe, object(node)
	}
	looksUp := len(keys) > 0 && class != notRecoverable
	if class == idempotent {
		compares := slices.ContainsFunc([]string{"identity", "where", "same", "since", "settled"}, func(key string) bool { return recovery[key] != nil })
		looksUp = looksUp && compares
	}
	var text strings.Builder
	client, params := "lookUps", "params"
	if !looksUp {
		client = "_"
	}
	body := c.planBody(name, operation, recovery, looksUp, lookUpName, keys)
	if !strings.Contains(body, "params.") {
		params = "_"
	}
	fmt.Fprintf(&text, "\n// recover%s returns the recovery plan that the contract declares.\n", name)
	fmt.Fprintf(&text, "func recover%s(%s *Client, %s *%sParams) recovery.Plan {\n", name, client, params, name)
	optional := c.optionalKeys(operation, keys)
	if looksUp && len(optional) > 0 {
		fmt.Fprintf(&text, "\tif %s { // nothing names the resource\n\t\treturn recovery.Plan{Class: recovery.NotRecoverable, See: %q}\n\t}\n\n", strings.Join(optional, " || "), lookUpName)
	}
	fmt.Fprintf(&text, "\treturn recovery.Plan{\n\t\tClass: recovery.%s,\n", constant)
	if looksUp && len(optional) > 0 {
		text.WriteString("\t\tOptionalName: true,\n")
	}
	if lookUpName != "" {
		fmt.Fprintf(&text, "\t\tSee: %q,\n", lookUpName)
	}
	text.WriteString(body)
	text.WriteString("\t}\n}\n")

	return text.String()
}

// optionalKeys returns the Go conditions that an optional parameter which names the resource has no value.
func (c *contractCheck) optionalKeys(operation described, keys map[string]any) []string {
	var conditions []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		own, _ := keys[key].(string)
		if parameter := operation.parameters[own]; parameter != nil && parameter["required"] != true {
			conditions = append(conditions, "params."+parameterGoName(parameter)+` == ""`)
		}
	}

	return conditions
}

// planBody returns the fields of a plan after its class.
func (c *contractCheck) planBody(name string, operation described, recovery map[string]any, looksUp bool, lookUpName string, keys map[string]any) string {
	var text strings.Builder
	for _, key := range []string{"settled", "missing"} {
		if codes := paths(recovery[key]); len(codes) > 0 {
			for i, code := range codes {
				codes[i] = "models.Err" + strings.ReplaceAll(code, ".", "")
			}
			fmt.Fprintf(&text, "\t\t%s: []awsquery.ErrorCode{%s},\n", strings.ToUpper(key[:1])+key[1:], strings.Join(codes, ", "))
		}
	}
	isDeletion := recovery["class"] == doneIfMissing
	if isDeletion {
		fmt.Fprintf(&text, "\t\tGone: func() any { return &%sResult{%s} },\n", name, c.goneAsGo(operation))
	}
	if !looksUp {
		return text.String()
	}
	lookUp := c.operations[lookUpName]
	text.WriteString("\t\tLookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {\n")
	item, list := c.lookUpItem(lookUp), lookUpList(lookUp)
	comparison := c.comparisonAsGo(operation, item, recovery, list == "")
	if !isDeletion {
		comparison = c.keyComparisonAsGo(operation, item, recovery, keys, list == "") + comparison
	}
	result := "nil"
	if !isDeletion {
		result = c.resultAsGo(name, operation, lookUp, recovery)
	}
	usesFound := strings.Contains(comparison+result, "found")
	described := "described"
	if list == "" && !usesFound && isDeletion {
		described = "_"
	}
	fmt.Fprintf(&text, "\t\t\t%s, err := lookUps.%s(ctx, &%sParams{%s})\n", described, goName(lookUpName), goName(lookUpName), c.keysAsGo(operation, lookUp, keys))
	text.WriteString("\t\t\tif err != nil {\n\t\t\t\treturn nil, err\n\t\t\t}\n")
	switch path := c.goPath(lookUp.result, list); {
	case list != "" && usesFound:
		fmt.Fprintf(&text, "\t\t\tfound, err := recovery.One(described.%s)\n\t\t\tif err != nil {\n\t\t\t\treturn nil, err\n\t\t\t}\n", path)
	case list != "":
		fmt.Fprintf(&text, "\t\t\tif _, err := recovery.One(described.%s); err != nil {\n\t\t\t\treturn nil, err\n\t\t\t}\n", path)
	case usesFound:
		text.WriteString("\t\t\tfound := described\n")
	}
	text.WriteString(comparison)
	fmt.Fprintf(&text, "\n\t\t\treturn %s, nil\n\t\t},\n", result)

	return text.String()
}

// goneAsGo returns the members of the result that are known for a deleted resource: its names.
func (c *contractCheck) goneAsGo(operation described) string {
	var fields []string
	inner := map[string][]string{}
	for parameter, members := range c.derivedNames(operation) {
		for _, path := range members {
			value := c.valueOf(operation, parameter)
			outer, rest, nested := strings.Cut(path, ".")
			member := object(operation.result[outer])
			switch {
			case value.kind != "string" || value.pointer || value.guard != "" || strings.Contains(rest, ".") || member["type"] == "array":
			case !nested:
				fields = append(fields, memberGoName(outer, member)+": "+value.text())
			default:
				structure := kindOf(c, member)
				field := c.goPath(object(object(c.definitions[structure])["properties"]), rest)
				key := memberGoName(outer, member) + ": models." + goName(structure)
				inner[key] = append(inner[key], field+": "+value.text())
			}
		}
	}
	for key, members := range inner {
		slices.Sort(members)
		fields = append(fields, key+"{"+strings.Join(members, ", ")+"}")
	}
	slices.Sort(fields)

	return strings.Join(fields, ", ")
}

// lowerCaseKeys lists the names that Redshift stores in lower case. DescribeClusters is documented to distinguish case.
var lowerCaseKeys = []string{"ClusterIdentifier", "ClusterSubnetGroupName", "ParameterGroupName"}

// keysAsGo returns the parameters of a look-up.
func (c *contractCheck) keysAsGo(operation, lookUp described, keys map[string]any) string {
	var fields []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		own, _ := keys[key].(string)
		parameter, value := lookUp.parameters[key], c.valueOf(operation, own)
		code := value.code
		if slices.Contains(lowerCaseKeys, key) {
			code = "strings.ToLower(" + code + ")"
		}
		if kindOf(c, parameter) == "list of "+value.kind {
			code = "[]string{" + code + "}"
		}
		fields = append(fields, parameterGoName(parameter)+": "+code)
	}

	return strings.Join(fields, ", ")
}

// keyComparisonAsGo returns the statements that compare the keys of a look-up with the described resource, because a resource without its
// identifier proves nothing. Keys that the declaration compares are left out.
func (c *contractCheck) keyComparisonAsGo(operation described, item, recovery, keys map[string]any, flat bool) string {
	compared := map[string]bool{}
	for _, path := range object(recovery["identity"]) {
		compared[fmt.Sprint(path)] = true
	}
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		own, _ := keys[key].(string)
		requested := c.valueOf(operation, own)
		if object(item[key]) == nil || compared[key] || requested.kind != "string" {
			continue
		}
		found := c.memberOf("found", item, key, "", flat)
		text.WriteString(guarded(key, requested, found, comparedAsGo(key, true, requested, found)))
	}

	return text.String()
}

// comparisonAsGo returns the statements that compare the described resource with the request.
func (c *contractCheck) comparisonAsGo(operation described, item, recovery map[string]any, flat bool) string {
	var text strings.Builder
	isDeletion := recovery["class"] == doneIfMissing
	where := object(recovery["where"])
	for _, path := range slices.Sorted(maps.Keys(where)) {
		found := c.memberOf("found", item, path, "", flat)
		text.WriteString(guarded(path, goValue{}, found, whereAsGo(path, found, where[path], isDeletion)))
	}
	for _, key := range []string{"identity", "same"} {
		pairs := object(recovery[key])
		for _, name := range slices.Sorted(maps.Keys(pairs)) {
			path, _ := pairs[name].(string)
			requested, found := c.valueOf(operation, name), c.memberOf("found", item, path, "", flat)
			statement := comparedAsGo(path, key == "identity", requested, found)
			if recovery["class"] == idempotent && strings.HasPrefix(requested.kind, "list of ") && operation.parameters[name]["required"] != true {
				// A modification without the list leaves it as it is. An empty list that is not nil clears it.
				statement = fmt.Sprintf("if %s != nil {\n%s\n}", requested.code, statement)
			}
			text.WriteString(guarded(path, requested, found, statement))
		}
	}
	if since, ok := recovery["since"].(string); ok {
		found := c.memberOf("found", item, since, "", flat)
		text.WriteString(guarded(since, goValue{}, found, fmt.Sprintf("compare.Since(%q, %s)", since, found.code)))
	}
	if isDeletion && len(where) == 0 {
		text.WriteString("\t\t\tcompare.Exists()\n")
	}

	return text.String()
}

// guarded returns a statement that runs only if the structures around its values exist.
func guarded(path string, requested, found goValue, statement string) string {
	if found.guard != "" {
		outer := path[:strings.LastIndex(path, ".")]
		statement = fmt.Sprintf("if %s == nil {\ncompare.Present(%q, false)\n} else {\n%s\n}", found.guard, outer, statement)
	}
	if requested.guard != "" {
		statement = fmt.Sprintf("if %s != nil {\n%s\n}", requested.guard, statement)
	}

	return "\t\t\t" + statement + "\n"
}

// whereAsGo returns the statement that compares a member with its fixed value. For a deletion, this is the value during the deletion.
func whereAsGo(path string, found goValue, value any, isDeletion bool) string {
	var condition, statement string
	switch {
	case value == nil && found.kind == "string" && !found.pointer:
		condition = found.text() + ` == ""`
		statement = fmt.Sprintf(`compare.Where(%q, %s, "")`, path, found.text())
	case value == nil && found.kind == "date-time":
		condition = found.code + ".IsZero()"
		statement = fmt.Sprintf("if !%s.IsZero() {\ncompare.Where(%q, \"present\", \"\")\n}", found.code, path)
	case value == nil && (strings.HasPrefix(found.kind, "list of ") || found.kind == "map"):
		condition = "len(" + found.code + ") == 0"
		statement = fmt.Sprintf("if len(%s) > 0 {\ncompare.Where(%q, \"present\", \"\")\n}", found.code, path)
	case value == nil:
		condition = found.code + " == nil"
		statement = fmt.Sprintf("if %s != nil {\ncompare.Where(%q, \"present\", \"\")\n}", found.code, path)
	case found.kind == "string" && !found.pointer:
		condition = fmt.Sprintf("strings.EqualFold(%s, %q)", found.text(), value)
		statement = fmt.Sprintf("compare.Where(%q, %s, %q)", path, found.text(), value)
	default:
		condition = fmt.Sprintf("recovery.Text(%s) == %q", found.code, fmt.Sprint(value))
		statement = fmt.Sprintf("compare.Where(%q, recovery.Text(%s), %q)", path, found.code, fmt.Sprint(value))
	}
	if isDeletion {
		return fmt.Sprintf("if !(%s) {\ncompare.Exists() // and is not being deleted\n}", condition)
	}

	return statement
}

// comparedAsGo returns the statement that compares a member with a parameter.
func comparedAsGo(path string, isIdentity bool, requested, found goValue) string {
	last := path[strings.LastIndex(path, ".")+1:]
	isText := requested.kind == "string" && !requested.pointer && !found.pointer
	function := ""
	switch {
	case isText && strings.HasSuffix(last, "KmsKeyId"):
		function = map[bool]string{true: "IdentityKey", false: "SameKey"}[isIdentity]
	case isText && isIdentity:
		function = "Identity"
	case isText && identifies.MatchString(last):
		function = "SameIdentifier"
	case isText:
		function = "SameText"
	case requested.kind == "date-time":
		function = map[bool]string{true: "IdentityTime", false: "SameTime"}[isIdentity]
	}
	switch {
	case function != "":
		return fmt.Sprintf("compare.%s(%q, %s, %s)", function, path, requested.text(), found.text())
	case isIdentity:
		return fmt.Sprintf("compare.Identity(%q, recovery.Text(%s), recovery.Text(%s))", path, requested.code, found.code)
	case strings.HasPrefix(requested.kind, "list of ") && (requested.kind == "list of string" || isWhole(strings.TrimPrefix(requested.kind, "list of "))) && requested.named == found.named:
		return fmt.Sprintf("recovery.SameItems(compare, %q, %s, %s)", path, requested.code, found.code)
	case requested.kind == "list of Tag":
		return fmt.Sprintf("recovery.SameItems(compare, %q, %s, %s)", path, requested.code, found.code)
	case requested.kind == found.kind && requested.pointer && found.pointer:
		return fmt.Sprintf("recovery.SameOptional(compare, %q, %s, %s)", path, requested.code, found.code)
	case requested.kind == found.kind && requested.named == found.named && requested.pointer && requested.kind != "boolean":
		return fmt.Sprintf("recovery.SameValue(compare, %q, %s, %s)", path, requested.code, found.code)
	case requested.pointer:
		return fmt.Sprintf("if %s != nil {\ncompare.Same(%q, recovery.Text(%s) == recovery.Text(%s))\n}", requested.code, path, requested.code, found.code)
	case requested.kind == "string" || requested.kind == "boolean" || requested.kind == "number" || isWhole(requested.kind):
		return fmt.Sprintf("compare.Same(%q, recovery.Text(%s) == recovery.Text(%s))", path, requested.code, found.code)
	default: // structures, and lists of structures
		return fmt.Sprintf("recovery.SameRequested(compare, %q, %s, %s)", path, requested.code, found.code)
	}
}

// resultAsGo returns the result that the described resource becomes.
func (c *contractCheck) resultAsGo(name string, operation, lookUp described, recovery map[string]any) string {
	fields := []string{"RequestID: described.RequestID"}
	if member, ok := recovery["result"].(string); ok {
		fields = append(fields, memberGoName(member, object(operation.result[member]))+": *found")
	} else {
		item := c.lookUpItem(lookUp)
		for _, member := range c.sharedMembers(operation, lookUp) {
			node := object(item[member])
			value := "found." + memberGoName(member, node)
			if node["$ref"] != nil && kindOf(c, node) != "string" && lookUpList(lookUp) != "" { // a pointer, except in a result
				value = "recovery.Value(" + value + ")"
			}
			fields = append(fields, memberGoName(member, object(operation.result[member]))+": "+value)
		}
	}
	slices.Sort(fields)

	if len(fields) > 3 {
		return "&" + name + "Result{\n" + strings.Join(fields, ",\n") + ",\n}"
	}

	return "&" + name + "Result{" + strings.Join(fields, ", ") + "}"
}

// namesAsGo returns the function that reports whether a result names the requested resources.
func (c *contractCheck) namesAsGo(name string, operation described, names map[string][]string) string {
	var conditions []string
	for _, parameter := range slices.Sorted(maps.Keys(names)) {
		requested := c.requestedAsGo(operation, parameter)
		for _, path := range names[parameter] {
			list, member, isList := c.foundAsGo(operation.result, path)
			switch {
			case strings.HasPrefix(requested, "func"):
				items, _, _ := strings.Cut(parameter, ".")
				conditions = append(conditions, fmt.Sprintf("areAmong(\n\t\t\tp.%s, %s,\n\t\t\t%s, %s,\n\t\t)", parameterGoName(operation.parameters[items]), requested, list, member))
			case isList:
				conditions = append(conditions, fmt.Sprintf("areSame(%s, %s, %s)", requested, list, member))
			default:
				conditions = append(conditions, fmt.Sprintf("isSame(%s, %s)", requested, member))
			}
		}
	}

	return fmt.Sprintf("\nfunc names%s(p *%sParams, r *%sResult) (string, bool) {\n\treturn r.RequestID, %s\n}\n", name, name, name, strings.Join(conditions, " &&\n\t\t"))
}

// requestedAsGo returns the expression for the requested identifier. For a list, it is a function that returns the identifier of an item.
func (c *contractCheck) requestedAsGo(operation described, name string) string {
	first, rest, _ := strings.Cut(name, ".")
	parameter := operation.parameters[first]
	switch item, isItems := parameter["x-list-item"].(string); {
	case isItems:
		value := c.memberOf("one", object(object(c.definitions[item])["properties"]), rest, "", false)

		return fmt.Sprintf("func(one *models.%s) string { return %s }", goName(item), value.text())
	case parameter["type"] == "array":
		return "func(one *string) string { return *one }"
	}
	value := c.valueOf(operation, name)
	code := strings.Replace(value.text(), "params.", "p.", 1)
	switch guard := strings.Replace(value.guard, "params.", "p.", 1); {
	case value.guard != "":
		return fmt.Sprintf("func() string {\nif %s == nil {\nreturn \"\"\n}\nreturn %s\n}()", guard, code)
	case value.pointer:
		return "recovery.Text(" + code + ")"
	}

	return code
}

// foundAsGo returns the expression for an identifier in a result. For a list, it returns the list, and a function that returns the
// identifier of an item.
func (c *contractCheck) foundAsGo(result map[string]any, path string) (list, member string, isList bool) {
	steps := strings.Split(path, ".")
	members, code := result, "r"
	for i, step := range steps {
		node := object(members[step])
		code += "." + memberGoName(step, node)
		kind := kindOf(c, node)
		inner, isItems := strings.CutPrefix(kind, "list of ")
		members = object(object(c.definitions[inner])["properties"])
		switch {
		case isItems && i == len(steps)-1:
			return code, "func(one *string) string { return *one }", true
		case isItems:
			value := c.memberOf("one", members, strings.Join(steps[i+1:], "."), "", false)
			body := "return " + value.text()
			if value.guard != "" {
				body = fmt.Sprintf("\nif %s == nil {\nreturn \"\"\n}\nreturn %s\n", value.guard, value.text())
			}

			return code, fmt.Sprintf("func(one *models.%s) string { %s }", goName(inner), body), true
		}
	}
	value := c.memberOf("r", result, path, "", true)
	if value.guard != "" {
		return "", fmt.Sprintf("func() string {\nif %s == nil {\nreturn \"\"\n}\nreturn %s\n}()", value.guard, value.text()), false
	}

	return "", value.text(), false
}
