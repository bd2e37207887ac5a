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
	ordered := filepath.Join(target, "redshift.yaml")
	if err := writeOrdered(contract, ordered); err != nil {
		return err
	}
	options := generator.NewGenOpts(
		generator.ForClient(),
		generator.WithSpec(ordered),
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

// writeOrdered writes a copy of the contract in which the properties of each structure carry their order, as x-order. Go
// structs then have the members as the contract lists them, which is Amazon's order; go-swagger by itself sorts them by
// name, and its own option for this misses those of results.
func writeOrdered(contract, to string) error {
	text, err := os.ReadFile(contract)
	if err != nil {
		return err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return fmt.Errorf("reading the contract: %w", err)
	}
	order(&document)
	text, err = yaml.Marshal(&document)
	if err != nil {
		return err
	}

	return os.WriteFile(to, text, 0o644)
}

func order(node *yaml.Node) {
	for i, child := range node.Content {
		order(child)
		isValue := node.Kind == yaml.MappingNode && i%2 == 1
		if !isValue || node.Content[i-1].Value != "properties" || child.Kind != yaml.MappingNode {
			continue
		}
		for j := 1; j < len(child.Content); j += 2 {
			property := child.Content[j]
			property.Content = append(property.Content,
				&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "x-order"},
				&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(j / 2)},
			)
		}
	}
}

// ownWords cuts off what text/template puts around the message of a template's fail.
func ownWords(err error) error {
	if _, message, found := strings.Cut(err.Error(), "error calling fail: "); found {
		return errors.New(message)
	}

	return err
}
