package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-openapi/analysis"
	"github.com/go-openapi/loads"
	"github.com/go-openapi/strfmt"
	"github.com/go-openapi/validate"
	"github.com/go-swagger/go-swagger/generator"
	yaml "go.yaml.in/yaml/v3"
)

// module is the import path of the library. A go.mod with it in the target folder tells go-swagger how the generated
// packages import each other, wherever the folder is.
const module = "github.com/redshift-go/redshift"

// swagger has go-swagger write the generated files of the contract below root into the target folder.
func swagger(root, target string) error {
	contract := filepath.Join(root, "spec", "redshift.yaml")
	if err := checkContract(contract); err != nil {
		return fmt.Errorf("%s:\n%w", contract, err)
	}
	if err := valid(contract); err != nil {
		return err
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(target, "go.mod"), []byte("module "+module+"\n"), 0o644); err != nil {
		return err
	}
	layout, err := generator.ReadConfig(filepath.Join(root, "spec", "layout.yaml"))
	if err != nil {
		return fmt.Errorf("reading the layout: %w", err)
	}
	complete := filepath.Join(target, "redshift.yaml")
	if err := writeComplete(contract, complete); err != nil {
		return err
	}
	options := generator.NewGenOpts(
		generator.ForClient(),
		generator.WithSpec(complete),
		generator.WithTarget(target),
		generator.WithViper(layout),
	)
	options.TemplateDir = filepath.Join(root, "spec", "templates")
	options.AllowTemplateOverride = true
	options.FlattenOpts = &analysis.FlattenOpts{Minimal: true}
	if err := generator.GenerateClient("redshift", nil, nil, options); err != nil {
		return fmt.Errorf("generating from %s: %w", contract, ownWords(err))
	}

	return nil
}

// valid reports all that makes the contract no valid Swagger 2.0.
func valid(contract string) error {
	document, err := loads.Spec(contract)
	if err != nil {
		return fmt.Errorf("reading the contract: %w", err)
	}
	if version := document.Version(); version != "2.0" {
		return fmt.Errorf("%s is not valid Swagger 2.0: it says it is version %q", contract, version)
	}
	result, _ := validate.NewSpecValidator(document.Schema(), strfmt.Default).Validate(document)
	if result.IsValid() {
		return nil
	}

	return fmt.Errorf("%s is not valid Swagger 2.0: %w", contract, errors.Join(result.Errors...))
}

// writeComplete writes a copy of the contract in which what it leaves to be understood is written out:
//
//   - the order of the members of each structure, as x-order: Go structs then have them as the contract lists them, which
//     is Amazon's order. go-swagger by itself sorts them by name, and its own option for this misses those of results;
//   - the Go name of a list parameter X.Y.N, which is X;
//   - the element of each item in a list of structures, which is called as the structure.
func writeComplete(contract, to string) error {
	text, err := os.ReadFile(contract)
	if err != nil {
		return err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return fmt.Errorf("reading the contract: %w", err)
	}
	walk(&document, func(key string, node *yaml.Node) {
		switch {
		case key == "properties" && node.Kind == yaml.MappingNode:
			for i := 1; i < len(node.Content); i += 2 {
				set(node.Content[i], "x-order", "!!int", strconv.Itoa((i-1)/2))
				completeList(node.Content[i])
			}
		case node.Kind == yaml.MappingNode && get(node, "in") != nil && get(node, "type") != nil:
			if name := get(node, "name"); name != nil && get(node, "type").Value == "array" && get(node, "x-go-name") == nil {
				first, _, _ := strings.Cut(name.Value, ".")
				set(node, "x-go-name", "!!str", first)
			}
		}
	})
	text, err = yaml.Marshal(&document)
	if err != nil {
		return err
	}

	return os.WriteFile(to, text, 0o644)
}

// completeList gives the items of a list of structures the structure's name.
func completeList(property *yaml.Node) {
	items := get(property, "items")
	if items == nil || get(property, "x-item-name") != nil {
		return
	}
	if reference := get(items, "$ref"); reference != nil {
		set(property, "x-item-name", "!!str", strings.TrimPrefix(reference.Value, "#/definitions/"))
	}
}

// walk calls a function for each node of the document, children first, with the key that leads to it.
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

// ownWords cuts off what text/template puts around the message of a template's fail.
func ownWords(err error) error {
	if _, message, found := strings.Cut(err.Error(), "error calling fail: "); found {
		return errors.New(message)
	}

	return err
}
