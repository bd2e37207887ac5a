package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v3"
)

// A difference is something that the contract deliberately has otherwise than the upstream document.
type difference struct {
	where  string // a pattern for the place: * stands for one step, ** for any number of them
	reason string
}

// Each difference needs a reason here, and each reason a difference: one that nothing needs any more fails the test.

// changed: upstream says one thing, the contract another, or nothing.
var changed = []difference{
	{"info.**", "the contract describes more than CreateClusterSnapshot, in words of its own, for the API version 2012-12-01"},
	{"schemes.0", "http would show credentials and data to everyone on the way; Redshift's endpoints are https"},
	{"produces.0", "Redshift answers XML, never JSON"},
	{"consumes.0", "a call has no body, or a form; Redshift reads no JSON"},
	{"x-collection-name", "a mark of the catalogue that the document comes from; no tool reads it"},
	{"x-complete", "a mark of the catalogue that the document comes from; no tool reads it"},
	{"x-streamrank.**", "a mark of the catalogue that the document comes from; no tool reads it"},
	{"paths.*.get.x-api-path-slug", "a mark of the catalogue that the document comes from; no tool reads it"},
	{"paths.*.get.description", "words of our own, with states, units, limits and errors"},
	{"paths.*.get.parameters.*.description", "words of our own, with units, limits and defaults"},
	{"paths.*.get.responses.200.description", "upstream says OK; the contract says what is in the answer"},
	{"paths./?Action=CreateClusterSnapshot.get.parameters.Tags.Tag.N.type", "a list of tags cannot be one string: Redshift takes Tags.Tag.1.Key, Tags.Tag.1.Value, Tags.Tag.2.Key and so on"},
}

// added: the contract has it, upstream does not.
var added = []difference{
	{"host", "upstream has no host; without one the document describes no address"},
	{"basePath", "goes with the host"},
	{"tags.**", "says what the tag Snapshots is about"},
	{"definitions.**", "upstream describes no answers; these are the structures in them"},
	{"parameters.**", "parameters that several operations share"},
	{"responses.**", "the form of every failure"},
	{"paths.*.get.responses.200.schema.**", "upstream describes no answers"},
	{"paths.*.get.responses.default.**", "upstream describes no failures"},
	{"paths.*.get.x-errors.**", "the error codes that Amazon documents"},
	{"paths.*.get.x-recovery.**", "how the client finds out about a lost response"},
	{"paths.*.get.x-names.**", "which resource a response is about"},
	{"paths.*.get.x-creates.**", "which resources waits may not see immediately"},
	{"paths.*.get.parameters.Version.**", "Redshift refuses a call without the API version"},
	{"paths.*.get.parameters.*.required", "Redshift refuses calls without these parameters; upstream marks none as required"},
	{"paths.*.get.parameters.*.maxLength", "a limit that Amazon documents"},
	{"paths./?Action=CreateClusterSnapshot.get.parameters.Tags.Tag.N.items.**", "a list, see its type"},
	{"paths./?Action=CreateClusterSnapshot.get.parameters.Tags.Tag.N.x-list-item", "the items are structures, which Swagger 2.0 cannot say of a query parameter"},
	{"paths./?Action=CreateClusterSnapshot.get.parameters.Tags.Tag.N.x-go-name", "TagsTagN is no name for a field"},
	{"paths.*.get.parameters.ManualSnapshotRetentionPeriod.**", "AWS added this parameter since"},
	{"paths./?Action=AuthorizeSnapshotAccess.get.parameters.SnapshotArn.**", "AWS added this parameter since"},
	{operationsBeyondUpstream, "upstream has three operations; the others are the rest of a snapshot's life"},
}

// operationsBeyondUpstream stands for all of the operations that upstream does not have. A pattern would also hide
// additions to those that it has.
const operationsBeyondUpstream = "operations beyond upstream"

var operationOf = regexp.MustCompile(`^paths\./\?Action=\w+\.`)

func TestContractIsASupersetOfTheUpstreamDocument(t *testing.T) {
	t.Parallel()
	upstream := leaves(t, []byte(read(t, filepath.Join(specFolder, "upstream", "create-cluster-snapshot.yaml"))))
	contract := mergedLeaves(t)

	// What nobody may change, whatever the lists above say.
	kept := regexp.MustCompile(`^paths\..*\.get\.(operationId|summary|tags\.\d+|parameters\..*\.(name|in))$`)
	var operations, parameters int
	upstreamOperations := map[string]bool{}
	for place, value := range upstream {
		if operation := operationOf.FindString(place); operation != "" {
			upstreamOperations[operation] = true
		}
		if !kept.MatchString(place) {
			continue
		}
		if contract[place] != value {
			t.Errorf("%s: upstream has %q, the contract %q; bring it back, x-go-name changes a parameter's name in Go alone", place, value, contract[place])
		}
		switch {
		case strings.HasSuffix(place, ".operationId"):
			operations++
		case strings.HasSuffix(place, ".name"):
			parameters++
		}
	}
	if operations != 3 || parameters != 9 {
		t.Errorf("compared %d operations and %d parameters of upstream's, want 3 and 9", operations, parameters)
	}

	used := map[string]bool{}
	for _, place := range slices.Sorted(maps.Keys(upstream)) {
		value, present := contract[place]
		if present && value == upstream[place] {
			continue
		}
		if !listed(changed, place, used) {
			t.Errorf("%s: upstream has %q, the contract %q; bring it back, or give the reason in the list changed of tools/generate/contract_test.go",
				place, upstream[place], value)
		}
	}
	for _, place := range slices.Sorted(maps.Keys(contract)) {
		if operation := operationOf.FindString(place); operation != "" && !upstreamOperations[operation] {
			used[operationsBeyondUpstream] = true

			continue
		}
		if _, present := upstream[place]; !present && !listed(added, place, used) {
			t.Errorf("%s: the contract adds %q to an operation of upstream's; give the reason in the list added of tools/generate/contract_test.go",
				place, contract[place])
		}
	}
	for _, entry := range slices.Concat(changed, added) {
		if !used[entry.where] {
			t.Errorf("%s is listed in tools/generate/contract_test.go as a difference (%s), but there is none; take it out", entry.where, entry.reason)
		}
		if entry.reason == "" {
			t.Errorf("%s is listed without a reason", entry.where)
		}
	}
}

// The document that the contract started from is kept word for word.
func TestUpstreamDocument(t *testing.T) {
	t.Parallel()
	path := filepath.Join(specFolder, "upstream", "create-cluster-snapshot.yaml")
	if err := valid(path); err != nil {
		t.Error(err)
	}
	const sum = "d352e47cb9adbf0b6857072860c6769ef9c1269f9d4a808a4c09d895adc72ef4"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(read(t, path)))); got != sum {
		t.Errorf("its SHA-256 is %s, want %s: it was changed", got, sum)
	}
}

func TestEverythingIsDocumented(t *testing.T) {
	t.Parallel()
	found := contractOf(t, specFolder).findings()
	for _, problem := range slices.Concat(found.problems, found.gaps) {
		t.Error(problem)
	}
	gaps := contractOf(t, split(t, read(t, filepath.Join("testdata", "gaps.yaml")))).findings()
	if len(gaps.problems) > 0 || len(gaps.gaps) != 4 {
		t.Errorf("a contract with gaps: got %q and %q", gaps.problems, gaps.gaps)
	}
}

// The merged contract is one document that any tool for Swagger reads.
func TestPrint(t *testing.T) {
	t.Parallel()
	var printed strings.Builder
	root := filepath.Join("..", "..")
	if err := run(t.Context(), root, mode{print: true}, &printed); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "whole.yaml")
	write(t, name, printed.String())
	if err := valid(name); err != nil {
		t.Error(err)
	}
	if got, want := leaves(t, []byte(printed.String())), mergedLeaves(t); !maps.Equal(got, want) {
		t.Error("what is printed is not the merged contract")
	}
	for _, line := range []string{"  /?Action=CreateTags:", "  /?Action=DescribeClusters:", "  /?Action=CopyClusterSnapshot:", "  - name: Snapshots", "  - name: Tags"} {
		if !strings.Contains(printed.String(), "\n"+line+"\n") {
			t.Errorf("the document has no line %q", line)
		}
	}
	if err := run(t.Context(), root, mode{print: true, check: true}, &printed); err == nil {
		t.Error("-print and -check together: no error")
	}
	broken := split(t, strings.Replace(fixture(t), "x-read-only: true", "x-readonly: true", 1))
	if err := run(t.Context(), filepath.Dir(broken), mode{print: true}, &printed); err == nil || !strings.Contains(err.Error(), "x-readonly") {
		t.Errorf("printing a contract with a mistake: %v", err)
	}
}

func contractOf(t *testing.T, folder string) *contract {
	t.Helper()
	contract, err := readContract(folder)
	if err != nil {
		t.Fatal(err)
	}

	return contract
}

// listed tells whether a list explains a difference, and marks the entry as used.
func listed(list []difference, place string, used map[string]bool) bool {
	found := false
	for _, entry := range list {
		pattern := regexp.QuoteMeta(entry.where)
		pattern = strings.ReplaceAll(pattern, `\.\*\*`, `(\..*)?`)
		pattern = strings.ReplaceAll(pattern, `\.\*\.`, `\.[^ ]+?\.`)
		if regexp.MustCompile("^" + pattern + "$").MatchString(place) {
			used[entry.where] = true
			found = true
		}
	}

	return found
}

var specFolder = filepath.Join("..", "..", "spec")

// mergedLeaves flattens the whole contract.
func mergedLeaves(t *testing.T) map[string]string {
	t.Helper()
	text, err := contractOf(t, specFolder).text()
	if err != nil {
		t.Fatal(err)
	}

	return leaves(t, text)
}

// leaves flattens a document into its scalars by their places. A parameter's step is its name instead of its index, and a
// reference to a shared parameter is replaced by the parameter.
func leaves(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var document map[string]any
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	shared, _ := document["parameters"].(map[string]any)
	found := map[string]string{}
	var walk func(place string, node any)
	walk = func(place string, node any) {
		switch node := node.(type) {
		case map[string]any:
			for key, child := range node {
				walk(join(place, key), child)
			}
		case map[any]any: // YAML reads a status, the key of an answer, as a number
			for key, child := range node {
				walk(join(place, fmt.Sprint(key)), child)
			}
		case []any:
			for i, child := range node {
				step := fmt.Sprint(i)
				if parameter, ok := child.(map[string]any); ok && strings.HasSuffix(place, ".parameters") {
					if reference, ok := parameter["$ref"].(string); ok {
						parameter, ok = shared[strings.TrimPrefix(reference, "#/parameters/")].(map[string]any)
						if !ok {
							t.Fatalf("%s: %s leads nowhere", place, reference)
						}
					}
					step, child = parameter["name"].(string), parameter
				}
				walk(join(place, step), child)
			}
		default:
			found[place] = fmt.Sprint(node)
		}
	}
	walk("", document)

	return found
}

func join(place, step string) string {
	if place == "" {
		return step
	}

	return place + "." + step
}
