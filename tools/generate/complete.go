package main

import (
	"errors"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v3"
)

// complete adds everything that the contract implies, for go-swagger and the templates:
//
//   - the order of the members of each structure, as x-order. Go structs then have the contract's order, which is Amazon's. By
//     default, go-swagger sorts members by name. Its option for the order does not apply to results;
//   - the Go name of a list parameter X.Y.N, which is X;
//   - the element of each item in a list of structures, which has the name of the structure;
//   - the name of a tag's package, which is the tag in lower case. go-swagger alone would turn ReservedNodes into reserved_nodes.
//     x-area is the tag as the contract writes it;
//   - the first sentence of the description of each operation, parameter and member, as x-summary;
//   - for each member of a structure that is sent, x-sent, and in a union, x-one-of with the names of all members. go-swagger does not
//     pass the extensions of a structure to the templates;
//   - for each operation, what completeOperation adds.
func (c *contract) complete(found *contractCheck) error {
	var failed error
	if definitions := get(c.document, "definitions"); definitions != nil {
		for i := 0; i+1 < len(definitions.Content); i += 2 {
			if found.sent[definitions.Content[i].Value] {
				completeSent(definitions.Content[i+1])
			}
		}
	}
	walk(c.document, func(key string, node *yaml.Node) {
		switch {
		case key == "properties" && node.Kind == yaml.MappingNode:
			for i := 1; i < len(node.Content); i += 2 {
				set(node.Content[i], "x-order", "!!int", strconv.Itoa((i-1)/2))
				completeList(node.Content[i])
				summarize(node.Content[i])
			}
		case node.Kind == yaml.MappingNode && get(node, "operationId") != nil:
			failed = errors.Join(failed, found.completeOperation(node))
			summarize(node)
		case node.Kind == yaml.MappingNode && get(node, "in") != nil && get(node, "type") != nil:
			completeParameter(node)
			summarize(node)
		}
	})

	return failed
}

// completeSent marks the members of a structure that is sent.
func completeSent(definition *yaml.Node) {
	properties := get(definition, "properties")
	if properties == nil {
		return
	}
	var names []string
	for i := 0; i < len(properties.Content); i += 2 {
		names = append(names, properties.Content[i].Value)
	}
	union := get(definition, "x-union")
	for i := 1; i < len(properties.Content); i += 2 {
		set(properties.Content[i], "x-sent", "!!bool", "true")
		if union != nil && union.Value == "true" {
			set(properties.Content[i], "x-one-of", "!!str", strings.Join(names, ", "))
		}
	}
}

// completeParameter sets the Go name of a list.
func completeParameter(node *yaml.Node) {
	name := get(node, "name")
	if name != nil && get(node, "type").Value == "array" && get(node, "x-go-name") == nil {
		first, _, _ := strings.Cut(name.Value, ".")
		set(node, "x-go-name", "!!str", first)
	}
}

// completeOperation adds to an operation:
//
//   - x-names, with the derived names;
//   - x-look-up: the operation that describes the resource, the list with the resources in its result, and the parameters that name
//     the resource;
//   - x-pages: the Go expressions for the list of a page and for the Marker, and the type of an item;
//   - x-secret, if a parameter is a secret;
//   - x-functions: the Go functions that the declarations define.
func (c *contractCheck) completeOperation(node *yaml.Node) error {
	if tags := get(node, "tags"); tags != nil && len(tags.Content) == 1 {
		set(node, "x-area", "!!str", tags.Content[0].Value)
		tags.Content[0].Value = strings.ToLower(tags.Content[0].Value)
	}
	id := get(node, "operationId").Value
	operation := c.operations[strings.ToUpper(id[:1])+id[1:]]
	added := map[string]any{"x-secret": c.hasSecret(operation)}
	if names := c.derivedNames(operation); len(names) > 0 {
		added["x-names"] = names
	}
	for name, keys := range object(object(operation.node["x-recovery"])["describe"]) {
		added["x-look-up"] = map[string]any{"operation": name, "list": lookUpList(c.operations[name]), "keys": keys}
	}
	if over, ok := object(operation.node["x-paginate"])["over"].(string); ok {
		item := strings.TrimPrefix(kindOf(c, c.find(operation.result, over)), "list of ")
		list := c.goPath(operation.result, over)
		marker := "Marker"
		if outer, _, nested := strings.Cut(list, "."); nested {
			marker = outer + ".Marker"
		}
		added["x-pages"] = map[string]any{"list": list, "marker": marker, "item": "models." + goName(item)}
	}
	if functions := c.functions(strings.ToUpper(id[:1]) + id[1:]); functions != "" {
		added["x-functions"] = functions
	}
	for key, value := range added {
		if err := setValue(node, key, value); err != nil {
			return err
		}
	}

	return nil
}

// hasSecret reports whether an operation sends a secret.
func (c *contractCheck) hasSecret(operation described) bool {
	seen := map[string]bool{}
	var has func(node map[string]any) bool
	has = func(node map[string]any) bool {
		structure := strings.TrimPrefix(kindOf(c, node), "list of ")
		if structure == "secret" {
			return true
		}
		if seen[structure] {
			return false
		}
		seen[structure] = true
		for _, member := range object(object(c.definitions[structure])["properties"]) {
			if has(object(member)) {
				return true
			}
		}

		return false
	}
	for _, parameter := range operation.parameters {
		if has(parameter) {
			return true
		}
	}

	return false
}

// goPath returns the Go selector for a member with a path.
func (c *contractCheck) goPath(members map[string]any, path string) string {
	name, rest, nested := strings.Cut(path, ".")
	member := object(members[name])
	text := memberGoName(name, member)
	if nested {
		kind := strings.TrimPrefix(kindOf(c, member), "list of ")
		text += "." + c.goPath(object(object(c.definitions[kind])["properties"]), rest)
	}

	return text
}

// completeList names the items of a list of structures after the structure.
func completeList(property *yaml.Node) {
	items := get(property, "items")
	if items == nil || get(property, "x-item-name") != nil {
		return
	}
	if reference := get(items, "$ref"); reference != nil {
		set(property, "x-item-name", "!!str", strings.TrimPrefix(reference.Value, "#/definitions/"))
	}
}

// walk calls a function for each node of the document, with its key. Children come first.
func walk(node *yaml.Node, visit func(key string, node *yaml.Node)) {
	for i, child := range node.Content {
		walk(child, visit)
		switch {
		case node.Kind != yaml.MappingNode:
			visit("", child)
		case i%2 == 1:
			visit(node.Content[i-1].Value, child)
		}
	}
}

func get(node *yaml.Node, key string) *yaml.Node {
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}

	return nil
}

func set(node *yaml.Node, key, tag, value string) {
	node.Content = append(node.Content,
		&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key},
		&yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value},
	)
}

// setValue sets the value of a key. It replaces an existing value.
func setValue(node *yaml.Node, key string, value any) error {
	encoded := new(yaml.Node)
	if err := encoded.Encode(value); err != nil {
		return err
	}
	if old := get(node, key); old != nil {
		*old = *encoded

		return nil
	}
	node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, encoded)

	return nil
}
