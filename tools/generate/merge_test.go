package main

import (
	"strings"
	"testing"
)

// threeFiles is a small contract of three files. Tests replace parts of it.
const threeFiles = `
--- redshift.yaml
swagger: "2.0"
info: {title: A zoo, version: "1"}
parameters:
  Version: {name: Version, in: query, required: true, type: string, enum: ["1"], description: The version.}
responses:
  Error: {description: The call failed., schema: {type: object, properties: {Error: {$ref: '#/definitions/Error'}}}}
definitions:
  Error:
    type: object
    description: Why a call failed.
    properties:
      Code: {type: string, description: The reason., x-error-codes: {ZooClosed: {status: 400, text: the zoo is closed}}}
--- lions.yaml
tags: [{name: Lions, description: Large cats.}]
paths:
  /?Action=DescribeLions:
    get:
      operationId: describeLions
      description: Lists lions.
      tags: [Lions]
      x-read-only: true
      x-errors: [ZooClosed]
      parameters: [{$ref: '#/parameters/Version'}]
      responses:
        200: {description: The lions., schema: &one {type: object, properties: {Name: {type: string, description: The name.}}}}
        default: {$ref: '#/responses/Error'}
definitions:
  Mane: {type: object, description: Mane is hair., properties: {Length: {type: integer, description: In metres.}}}
--- zebras.yaml
tags: [{name: Zebras, description: Striped horses.}]
x-error-codes:
  ZebraAsleep: {status: 404, text: the zebra is asleep}
parameters:
  Name: {name: Name, in: query, type: string, required: true, description: The name.}
paths:
  /?Action=DescribeZebras:
    get:
      operationId: describeZebras
      description: Lists zebras.
      tags: [Zebras]
      x-read-only: true
      x-errors: [ZebraAsleep]
      parameters: [{$ref: '#/parameters/Version'}, {$ref: '#/parameters/Name'}]
      responses:
        200: {description: The zebras., schema: &one {type: object, properties: {Stripes: {type: integer, description: How many.}}}}
        default: {$ref: '#/responses/Error'}
`

func TestMergedContract(t *testing.T) {
	t.Parallel()
	contract := contractOf(t, split(t, threeFiles))
	if err := contract.check(); err != nil {
		t.Fatal(err)
	}
	text, err := contract.text()
	if err != nil {
		t.Fatal(err)
	}
	found := leaves(t, text)
	for place, want := range map[string]string{
		"tags.0.name": "Lions", "tags.1.name": "Zebras",
		"definitions.Error.properties.Code.x-error-codes.ZooClosed.status":   "400",
		"definitions.Error.properties.Code.x-error-codes.ZebraAsleep.status": "404",
		"parameters.Name.required":     "true",
		"definitions.Mane.description": "Mane is hair.",
		"paths./?Action=DescribeLions.get.responses.200.schema.properties.Name.type":     "string",
		"paths./?Action=DescribeZebras.get.responses.200.schema.properties.Stripes.type": "integer",
	} {
		if found[place] != want {
			t.Errorf("%s = %q, want %q", place, found[place], want)
		}
	}
	if strings.Contains(string(text), "&one") || strings.Contains(string(text), "*one") {
		t.Errorf("the document still has an anchor:\n%s", text)
	}
}

// Mistakes are reported with their file and line.
func TestInvalidFiles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		old, new string
		says     []string // the parts of the error
	}{
		"an operation in two files": {
			"  /?Action=DescribeZebras:", "  /?Action=DescribeLions: {}\n  /?Action=DescribeZebras:",
			[]string{"spec/zebras.yaml:7: the path /?Action=DescribeLions is also in spec/lions.yaml:3: keep one of them"},
		},
		"a shared parameter in two files": {
			"  Name: {name: Name", "  Version: {}\n  Name: {name: Name",
			[]string{"spec/zebras.yaml:5: the shared parameter Version is also in spec/redshift.yaml:4: keep one of them"},
		},
		"a definition in two files": {
			"x-error-codes:\n", "definitions:\n  Mane: {}\nx-error-codes:\n",
			[]string{"spec/zebras.yaml:3: the definition Mane is also in spec/lions.yaml:15: keep one of them"},
		},
		"an error code in two files": {
			"  ZebraAsleep: {status", "  ZooClosed: {status: 400, text: it is closed}\n  ZebraAsleep: {status",
			[]string{"spec/zebras.yaml:3: the error code ZooClosed is also in definitions.Error: keep one of them"},
		},
		"a key twice in one file": {
			"  Name: {name: Name", "  Name: {}\n  Name: {name: Name",
			[]string{`spec/zebras.yaml: reading the contract: `, `mapping key "Name" already defined at line`},
		},
		"a file that is not YAML":    {"tags: [{name: Lions", "tags: [[{name: Lions", []string{"spec/lions.yaml: reading the contract: "}},
		"a file that is a list":      {"--- zebras.yaml\n", "--- apes.yaml\n- Ape\n--- zebras.yaml\n", []string{"spec/apes.yaml: reading the contract: the file is not a mapping"}},
		"a file that is empty":       {"--- zebras.yaml\n", "--- apes.yaml\n\n--- zebras.yaml\n", []string{"spec/apes.yaml: reading the contract: the file is not a mapping"}},
		"a file with a host":         {"x-error-codes:\n", "host: zoo.example.com\nx-error-codes:\n", []string{"spec/zebras.yaml:2: the top of the contract: host belongs in redshift.yaml"}},
		"a misspelt section":         {"x-error-codes:\n", "x-error-code:\n", []string{"spec/zebras.yaml:2: the top of the contract: unknown keyword x-error-code, did you mean x-error-codes?"}},
		"a section that is a list":   {"parameters:\n  Name: {", "parameters: [Name]\nx-unused: {", []string{"spec/zebras.yaml:4: parameters must be a mapping"}},
		"no shared file":             {"--- redshift.yaml", "--- shared.yaml", []string{"redshift.yaml is missing"}},
		"no definition Error":        {"  Error:\n    type: object\n", "  Mistake:\n    type: object\n", []string{"definitions.Error.properties.Code is missing"}},
		"an operation without a tag": {"      tags: [Zebras]\n", "", []string{"spec/zebras.yaml:8: DescribeZebras: the tags are [], but must be [Zebras], the area of spec/zebras.yaml"}},
		"another file's tag":         {"      tags: [Zebras]\n", "      tags: [Lions]\n", []string{"spec/zebras.yaml:8: DescribeZebras: the tags are [Lions], but must be [Zebras], the area of spec/zebras.yaml"}},
		"a tag that is not the file's name": {
			"tags: [{name: Zebras", "tags: [{name: Horses",
			[]string{"spec/zebras.yaml:1: tags: the file of the tag Horses must be named horses.yaml: rename the file or the tag"},
		},
		"a tag of two files": {"tags: [{name: Zebras", "tags: [{name: Lions", []string{"spec/zebras.yaml:1: tags: its Go name Lions is already used by tag Lions"}},
		"an invalid tag": {
			"tags: [{name: Zebras", "tags: [{name: Zebra crossings", []string{`spec/zebras.yaml:1: tags: the name is "Zebra crossings", but must be letters and digits`},
		},
		"a mistake in a member": {
			"Length: {type: integer,", "Length: {type: whole,", []string{`spec/lions.yaml:15: definition Mane, member Length: the type is "whole"`},
		},
		"an unused error code": {
			"  ZebraAsleep: {status", "  ZebraGone: {status: 404, text: it has gone}\n  ZebraAsleep: {status",
			[]string{"spec/zebras.yaml:3: the table of error codes: ZebraGone is in the x-errors of no operation: remove it"},
		},
		"an unknown error code": {
			"x-errors: [ZebraAsleep]", "x-errors: [ZebraAsleep, LionHungry]",
			[]string{"spec/zebras.yaml:8: DescribeZebras: x-errors names LionHungry", "add it to x-error-codes at the top of spec/zebras.yaml"},
		},
		"invalid Swagger": {"description: Lists zebras.\n", "description: Lists zebras.\n      x-errors-: 5\n", []string{"spec/zebras.yaml:8: DescribeZebras"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(threeFiles, test.old) != 1 {
				t.Fatalf("threeFiles contains %q %d times, want 1", test.old, strings.Count(threeFiles, test.old))
			}
			contract, err := readContract(split(t, strings.Replace(threeFiles, test.old, test.new, 1)))
			if err == nil {
				err = contract.check()
			}
			if err == nil {
				t.Fatal("the contract was accepted, want an error")
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error is %v, want it to contain %q", err, part)
				}
			}
		})
	}
}

// The validator of go-openapi reports places in the merged document.
func TestValidatorMessages(t *testing.T) {
	t.Parallel()
	contract := contractOf(t, split(t, threeFiles))
	for message, want := range map[string]string{
		`path param "/?Action=DescribeZebras" is bad`:    `spec/zebras.yaml:7: path param "/?Action=DescribeZebras" is bad`,
		`definitions.Mane.required in body is forbidden`: `spec/lions.yaml:15: definitions.Mane.required in body is forbidden`,
		`"parameters.Name.in" is wrong`:                  `spec/zebras.yaml:5: "parameters.Name.in" is wrong`,
		`something else`:                                 `something else`,
	} {
		if got := contract.ownPlace(message); got != want {
			t.Errorf("ownPlace(%q) = %q, want %q", message, got, want)
		}
	}
}
