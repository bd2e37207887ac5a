package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-openapi/analysis"
	"github.com/go-openapi/loads"
	"github.com/go-openapi/strfmt"
	"github.com/go-openapi/validate"
	"github.com/go-swagger/go-swagger/generator"
)

// module is the import path of the library. go-swagger reads it from a go.mod in the target folder, for the imports between generated
// packages.
const module = "github.com/redshift-go/redshift"

// swagger runs go-swagger, which writes the files for the contract below root into the target folder.
func swagger(root, target string) error {
	contract, err := readContract(filepath.Join(root, "spec"))
	if err != nil {
		return err
	}
	found := contract.findings()
	if err := found.err(); err != nil {
		return err
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	merged := filepath.Join(target, "redshift.yaml")
	if err := contract.write(merged); err != nil {
		return err
	}
	if err := valid(merged); err != nil {
		return contract.inOwnPlaces(err)
	}
	if err := os.WriteFile(filepath.Join(target, "go.mod"), []byte("module "+module+"\n"), 0o644); err != nil {
		return err
	}
	layout, err := generator.ReadConfig(filepath.Join(root, "spec", "layout.yaml"))
	if err != nil {
		return fmt.Errorf("reading the layout: %w", err)
	}
	if err := contract.complete(found); err != nil {
		return err
	}
	if err := contract.write(merged); err != nil {
		return err
	}
	options := generator.NewGenOpts(
		generator.ForClient(),
		generator.WithSpec(merged),
		generator.WithTarget(target),
		generator.WithViper(layout),
	)
	options.TemplateDir = filepath.Join(root, "spec", "templates")
	options.AllowTemplateOverride = true
	options.FlattenOpts = &analysis.FlattenOpts{Minimal: true}
	if err := generator.GenerateClient("redshift", nil, nil, options); err != nil {
		return fmt.Errorf("generating from the contract: %w", ownWords(err))
	}

	return nil
}

// notValid lists the mistakes in a document that is not valid Swagger 2.0.
type notValid []error

func (e notValid) Error() string {
	return "the contract is not valid Swagger 2.0:\n" + errors.Join(e...).Error()
}

// valid returns an error with all mistakes if a document is not valid Swagger 2.0, as "swagger validate" does.
func valid(name string) error {
	document, err := loads.Spec(name)
	if err != nil {
		return fmt.Errorf("reading the contract: %w", err)
	}
	if version := document.Version(); version != "2.0" {
		return notValid{fmt.Errorf("the version is %q, but must be 2.0", version)}
	}
	result, _ := validate.NewSpecValidator(document.Schema(), strfmt.Default).Validate(document)
	if result.IsValid() {
		return nil
	}

	return notValid(result.Errors)
}

// inOwnPlaces adds places in the contract's files to the validator's messages.
func (c *contract) inOwnPlaces(err error) error {
	var found notValid
	if !errors.As(err, &found) {
		return err
	}
	placed := make(notValid, len(found))
	for i, problem := range found {
		placed[i] = errors.New(c.ownPlace(problem.Error()))
	}

	return placed
}

// write writes the merged document to a file.
func (c *contract) write(name string) error {
	text, err := c.text()
	if err != nil {
		return err
	}

	return os.WriteFile(name, text, 0o644)
}

// ownWords returns the message of a template's fail without the text that text/template adds.
func ownWords(err error) error {
	if _, message, found := strings.Cut(err.Error(), "error calling fail: "); found {
		return errors.New(message)
	}

	return err
}
