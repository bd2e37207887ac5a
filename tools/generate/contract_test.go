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

// difference is a deliberate difference between the contract and the upstream document.
type difference struct {
	where  string // a pattern for the place: * matches one step, ** any number of steps
	reason string
}

// Each difference needs a reason here. A reason without a difference fails the test.

// changed lists values that differ from upstream, or that the contract does not have.
var changed = []difference{
	{"info.**", "the contract describes more than CreateClusterSnapshot, in our own words, for the API version 2012-12-01"},
	{"schemes.0", "http would send credentials and data unprotected; Redshift's endpoints use https"},
	{"produces.0", "Redshift returns XML, never JSON"},
	{"consumes.0", "a call has no body or a form; Redshift does not read JSON"},
	{"x-collection-name", "an entry of the catalogue that the document comes from; no tool reads it"},
	{"x-complete", "an entry of the catalogue that the document comes from; no tool reads it"},
	{"x-streamrank.**", "an entry of the catalogue that the document comes from; no tool reads it"},
	{"paths.*.get.x-api-path-slug", "an entry of the catalogue that the document comes from; no tool reads it"},
	{"paths.*.get.description", "our own words, with states, units, limits and errors"},
	{"paths.*.get.parameters.*.description", "our own words, with units, limits and defaults"},
	{"paths.*.get.responses.200.description", "upstream has OK; the contract describes the result"},
	{"paths./?Action=CreateClusterSnapshot.get.parameters.Tags.Tag.N.type", "a list of tags cannot be one string: Redshift expects Tags.Tag.1.Key, Tags.Tag.1.Value, ..."},
}

// added lists entries that upstream does not have.
var added = []difference{
	{"host", "upstream has no host; without one the document describes no address"},
	{"basePath", "belongs to the host"},
	{"tags.**", "describes the tag Snapshots"},
	{"definitions.**", "upstream describes no results; these are their structures"},
	{"parameters.**", "parameters that several operations share"},
	{"responses.**", "the form of every error"},
	{"paths.*.get.responses.200.schema.**", "upstream describes no results"},
	{"paths.*.get.responses.default.**", "upstream describes no errors"},
	{"paths.*.get.x-errors.**", "the error codes that Amazon documents"},
	{"paths.*.get.x-recovery.**", "how the client handles a lost response"},
	{"paths.*.get.x-names.**", "the resource that a response names"},
	{"paths.*.get.x-creates.**", "the resources that may not be visible immediately"},
	{"paths.*.get.parameters.Version.**", "Redshift refuses a call without the API version"},
	{"paths.*.get.parameters.*.required", "Redshift refuses calls without these parameters; upstream marks no parameter as required"},
	{"paths.*.get.parameters.*.maxLength", "a limit that Amazon documents"},
	{"paths./?Action=CreateClusterSnapshot.get.parameters.Tags.Tag.N.items.**", "a list, see its type"},
	{"paths./?Action=CreateClusterSnapshot.get.parameters.Tags.Tag.N.x-list-item", "the items are structures, which Swagger 2.0 does not allow in a query parameter"},
	{"paths./?Action=CreateClusterSnapshot.get.parameters.Tags.Tag.N.x-go-name", "TagsTagN is not a good field name"},
	{"paths.*.get.parameters.ManualSnapshotRetentionPeriod.**", "AWS added this parameter since"},
	{"paths./?Action=AuthorizeSnapshotAccess.get.parameters.SnapshotArn.**", "AWS added this parameter since"},
	{operationsBeyondUpstream, "upstream has only three operations on snapshots"},
}

// operationsBeyondUpstream represents all operations that upstream does not have. A pattern would also hide additions to upstream's
// operations.
const operationsBeyondUpstream = "operations beyond upstream"

var operationOf = regexp.MustCompile(`^paths\./\?Action=\w+\.`)

func TestContractIsASupersetOfTheUpstreamDocument(t *testing.T) {
	t.Parallel()
	upstream := leaves(t, []byte(read(t, filepath.Join(specFolder, "upstream", "create-cluster-snapshot.yaml"))))
	contract := mergedLeaves(t)

	// These values must not change, even with a reason.
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
			t.Errorf("%s = %q, want %q as in upstream: restore it; x-go-name changes only the Go name of a parameter", place, contract[place], value)
		}
		switch {
		case strings.HasSuffix(place, ".operationId"):
			operations++
		case strings.HasSuffix(place, ".name"):
			parameters++
		}
	}
	if operations != 3 || parameters != 9 {
		t.Errorf("compared %d operations and %d parameters of upstream, want 3 and 9", operations, parameters)
	}

	used := map[string]bool{}
	for _, place := range slices.Sorted(maps.Keys(upstream)) {
		value, present := contract[place]
		if present && value == upstream[place] {
			continue
		}
		if !listed(changed, place, used) {
			t.Errorf("%s = %q, want %q as in upstream: restore it, or add a reason to the list changed in tools/generate/contract_test.go",
				place, value, upstream[place])
		}
	}
	for _, place := range slices.Sorted(maps.Keys(contract)) {
		if operation := operationOf.FindString(place); operation != "" && !upstreamOperations[operation] {
			used[operationsBeyondUpstream] = true

			continue
		}
		if _, present := upstream[place]; !present && !listed(added, place, used) {
			t.Errorf("%s: the contract adds %q to upstream: add a reason to the list added in tools/generate/contract_test.go",
				place, contract[place])
		}
	}
	for _, entry := range slices.Concat(changed, added) {
		if !used[entry.where] {
			t.Errorf("%s is in a list of tools/generate/contract_test.go (%s), but is not a difference: remove it", entry.where, entry.reason)
		}
		if entry.reason == "" {
			t.Errorf("%s has no reason in its list", entry.where)
		}
	}
}

// The document that the contract started from does not change.
func TestUpstreamDocument(t *testing.T) {
	t.Parallel()
	path := filepath.Join(specFolder, "upstream", "create-cluster-snapshot.yaml")
	if err := valid(path); err != nil {
		t.Error(err)
	}
	const sum = "d352e47cb9adbf0b6857072860c6769ef9c1269f9d4a808a4c09d895adc72ef4"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(read(t, path)))); got != sum {
		t.Errorf("the SHA-256 of %s is %s, want %s: restore the document", path, got, sum)
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
		t.Errorf("testdata/gaps.yaml has the problems %q and the gaps %q, want no problems and 4 gaps", gaps.problems, gaps.gaps)
	}
}

// The merged contract is one document that any Swagger tool can read.
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
		t.Error("the printed document differs from the merged contract")
	}
	for _, line := range []string{"  /?Action=CreateTags:", "  /?Action=DescribeClusters:", "  /?Action=CopyClusterSnapshot:", "  - name: Snapshots", "  - name: Tags"} {
		if !strings.Contains(printed.String(), "\n"+line+"\n") {
			t.Errorf("the document does not contain the line %q", line)
		}
	}
	if err := run(t.Context(), root, mode{print: true, check: true}, &printed); err == nil {
		t.Error("run with -print and -check returned no error")
	}
	broken := split(t, strings.Replace(fixture(t), "x-read-only: true", "x-readonly: true", 1))
	if err := run(t.Context(), filepath.Dir(broken), mode{print: true}, &printed); err == nil || !strings.Contains(err.Error(), "x-readonly") {
		t.Errorf("-print of a contract with a mistake: %v, want an error about x-readonly", err)
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

// listed reports whether a list explains a difference, and marks the entry as used.
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

// leaves flattens a document into its scalars by their places. Parameters have their name as step instead of their index. A shared
// parameter replaces the reference to it.
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
		case map[any]any: // YAML reads an HTTP status as a number
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
							t.Fatalf("%s: the target of %s does not exist", place, reference)
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
