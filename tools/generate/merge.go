package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v3"
)

// sharedFile has the parts that areas share. Each other file of the contract has one area.
const sharedFile = "redshift.yaml"

// notContract has the YAML files in spec that are not part of the contract.
var notContract = []string{"layout.yaml"}

// contract is the files of the contract, merged into one document.
type contract struct {
	document *yaml.Node          // a mapping, without aliases
	origin   map[*yaml.Node]file // the file of each entry of a section
}

// file is a file of the contract.
type file struct {
	name string // such as spec/snapshots.yaml
	tag  string // the area's tag, empty if it has no operations
}

// sections are the mappings that every file may have. The entries of all files become one mapping. The value is the word for an entry
// in messages.
var sections = map[string]string{
	"paths": "the path", "parameters": "the shared parameter", "responses": "the response", "definitions": "the definition",
	"x-error-codes": "the error code",
}

// readContract merges the files of the contract in a folder. If two files have the same entry, the error names both.
func readContract(folder string) (*contract, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(notContract, filepath.Base(name)) })
	slices.SortFunc(names, func(a, b string) int { // the shared file first
		if isShared := filepath.Base(a) == sharedFile; isShared != (filepath.Base(b) == sharedFile) {
			return map[bool]int{true: -1, false: 1}[isShared]
		}

		return strings.Compare(a, b)
	})
	if len(names) == 0 || filepath.Base(names[0]) != sharedFile {
		return nil, fmt.Errorf("reading the contract: %s is missing", filepath.Join(folder, sharedFile))
	}
	m := merger{
		contract: contract{document: &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}, origin: map[*yaml.Node]file{}},
		places:   map[string]string{},
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading the contract: %w", err)
		}
		m.add(path.Join(filepath.Base(folder), filepath.Base(name)), text)
	}
	m.foldErrorCodes()
	if len(m.problems) > 0 {
		return nil, errors.Join(m.problems...)
	}

	return &m.contract, nil
}

type merger struct {
	contract
	places   map[string]string // file and line of each entry
	problems []error
}

func (m *merger) report(place, format string, arguments ...any) {
	m.problems = append(m.problems, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, arguments...)))
}

// add merges one file into the document.
func (m *merger) add(name string, text []byte) {
	var parsed yaml.Node
	err := yaml.Unmarshal(text, &parsed)
	if err == nil {
		err = yaml.Unmarshal(text, new(any)) // reports keys that occur twice
	}
	if err != nil {
		m.report(name, "reading the contract: %s", strings.TrimPrefix(err.Error(), "yaml: "))

		return
	}
	if len(parsed.Content) == 0 || parsed.Content[0].Kind != yaml.MappingNode {
		m.report(name, "reading the contract: the file is not a mapping with keys such as paths")

		return
	}
	top := withoutAliases(parsed.Content[0])
	from := file{name: name, tag: tagOf(top)}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		place := fmt.Sprintf("%s:%d", name, key.Line)
		switch {
		case sections[key.Value] != "" && value.Kind == yaml.MappingNode:
			m.merge(from, key, value)
		case key.Value == "tags" && value.Kind == yaml.SequenceNode:
			m.addTags(from, key, value)
		case path.Base(name) == sharedFile || key.Value == "tags":
			m.document.Content = append(m.document.Content, key, value)
			m.origin[value] = from
		case sections[key.Value] != "":
			m.report(place, "%s must be %s", key.Value, aMapping)
		case slices.Contains(topKeywords, key.Value):
			m.report(place, "the top of the contract: %s belongs in %s", key.Value, sharedFile)
		default:
			m.report(place, "the top of the contract: unknown keyword %s%s", key.Value, nearest(key.Value, append(slices.Collect(maps.Keys(sections)), "tags")))
		}
	}
}

// addTags adds the tags of one file to the tags of the other files.
func (m *merger) addTags(from file, key, tags *yaml.Node) {
	for _, tag := range tags.Content {
		m.origin[tag] = from
	}
	if all := get(m.document, "tags"); all != nil {
		all.Content = append(all.Content, tags.Content...)
	} else {
		m.document.Content = append(m.document.Content, key, tags)
	}
}

// tagOf returns the tag of a file's operations: the first tag that the file declares.
func tagOf(top *yaml.Node) string {
	tags := get(top, "tags")
	if tags == nil || len(tags.Content) == 0 {
		return ""
	}
	if name := get(tags.Content[0], "name"); name != nil {
		return name.Value
	}

	return ""
}

// merge adds the entries of one section of a file.
func (m *merger) merge(from file, section, entries *yaml.Node) {
	into := get(m.document, section.Value)
	if into == nil {
		into = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", HeadComment: section.HeadComment}
		m.document.Content = append(m.document.Content, section, into)
	}
	for i := 0; i+1 < len(entries.Content); i += 2 {
		key, value := entries.Content[i], entries.Content[i+1]
		place := fmt.Sprintf("%s:%d", from.name, key.Line)
		entry := section.Value + " " + key.Value
		if other, ok := m.places[entry]; ok {
			m.report(place, "%s %s is also in %s: keep one of them", sections[section.Value], key.Value, other)

			continue
		}
		m.places[entry] = place
		m.origin[value] = from
		into.Content = append(into.Content, key, value)
	}
}

// foldErrorCodes moves the error codes at the top of files into definitions.Error. Swagger tools accept them there, next to the
// member Code.
func (m *merger) foldErrorCodes() {
	codes := get(m.document, "x-error-codes")
	if codes == nil {
		return
	}
	index := slices.Index(m.document.Content, codes)
	m.document.Content = slices.Delete(m.document.Content, index-1, index+1)
	table := m.document
	for _, step := range []string{"definitions", "Error", "properties", "Code"} {
		if table = get(table, step); table == nil {
			m.report("spec/"+sharedFile, "definitions.Error.properties.Code is missing: the error codes belong there")

			return
		}
	}
	into := get(table, "x-error-codes")
	if into == nil {
		into = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		table.Content = append(table.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "x-error-codes"}, into)
	}
	for i := 0; i+1 < len(codes.Content); i += 2 {
		key, value := codes.Content[i], codes.Content[i+1]
		if get(into, key.Value) != nil {
			m.report(m.places["x-error-codes "+key.Value], "the error code %s is also in definitions.Error: keep one of them", key.Value)

			continue
		}
		into.Content = append(into.Content, key, value)
	}
}

// withoutAliases returns a copy of a node with every alias replaced by its target. Two files may use the same anchor.
func withoutAliases(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return withoutAliases(node.Alias)
	}
	copied := *node
	copied.Anchor = ""
	copied.Content = make([]*yaml.Node, 0, len(node.Content))
	for i, child := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 0 && child.Tag == "!!merge" {
			continue
		}
		if node.Kind == yaml.MappingNode && i%2 == 1 && node.Content[i-1].Tag == "!!merge" {
			copied.Content = append(copied.Content, mergedEntries(child, node)...)

			continue
		}
		copied.Content = append(copied.Content, withoutAliases(child))
	}

	return &copied
}

// mergedEntries returns the entries that a merge key (<<) adds to a mapping. Entries that the mapping already has are left out.
func mergedEntries(from, into *yaml.Node) []*yaml.Node {
	sources := []*yaml.Node{from}
	if from.Kind == yaml.SequenceNode {
		sources = from.Content
	}
	var entries []*yaml.Node
	have := &yaml.Node{Kind: yaml.MappingNode, Content: slices.Clone(into.Content)}
	for _, source := range sources {
		source = withoutAliases(source)
		for i := 0; i+1 < len(source.Content); i += 2 {
			if get(have, source.Content[i].Value) == nil {
				entries = append(entries, source.Content[i], source.Content[i+1])
				have.Content = append(have.Content, source.Content[i], source.Content[i+1])
			}
		}
	}

	return entries
}

// text returns the merged document as YAML.
func (c *contract) text() ([]byte, error) {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(c.document); err != nil {
		return nil, err
	}

	return text.Bytes(), encoder.Close()
}

// place returns the file and line of an entry of a section, such as a definition, or "".
func (c *contract) place(section, name string) string {
	entries := get(c.document, section)
	if entries == nil {
		return ""
	}
	for i := 0; i+1 < len(entries.Content); i += 2 {
		if key, value := entries.Content[i], entries.Content[i+1]; key.Value == name {
			return fmt.Sprintf("%s:%d", c.origin[value].name, key.Line)
		}
	}

	return ""
}

// ownPlace adds the file and line to a message of go-openapi, which refers to the merged document.
func (c *contract) ownPlace(message string) string {
	for section, pattern := range map[string]*regexp.Regexp{
		"paths":       regexp.MustCompile(`/\?Action=[A-Za-z0-9]+`),
		"definitions": regexp.MustCompile(`definitions[./]([A-Za-z0-9]+)`),
		"parameters":  regexp.MustCompile(`^"?parameters[./]([A-Za-z0-9]+)`),
	} {
		found := pattern.FindStringSubmatch(message)
		if found == nil {
			continue
		}
		if place := c.place(section, found[len(found)-1]); place != "" {
			return place + ": " + message
		}
	}

	return message
}
