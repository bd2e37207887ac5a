package redshift_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/redshift-go/redshift/internal/contract"
)

var updatePages = flag.Bool("update", false, "write the marked sections of the pages")

// pageLock is held while a test reads and writes a page: tests that run in parallel write to the same page.
var pageLock sync.Mutex

// checkSection compares a marked section of a page with its computed content, or writes it with -update. The section is between the lines
// "<!-- name -->" and "<!-- end of name -->".
func checkSection(t *testing.T, page, name, content string) {
	t.Helper()
	pageLock.Lock()
	defer pageLock.Unlock()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	updated, problem := compareSection(string(text), name, content)
	switch {
	case problem == "":
	case updated == "":
		t.Fatalf("%s: %s", page, problem)
	case *updatePages:
		if err := os.WriteFile(page, []byte(updated), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		test, _, _ := strings.Cut(t.Name(), "/")
		t.Errorf("%s: %s\nTo write the section, run: go test . -run '^%s$' -update", page, problem, test)
	}
}

// compareSection returns the text with the content in the named section, and the first difference. If the text has no such section, updated
// is empty.
func compareSection(text, name, content string) (updated, problem string) {
	// A page may have the line ends of Windows.
	text = strings.ReplaceAll(text, "\r\n", "\n")
	begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->\n"
	for _, marker := range []string{begin, end} {
		if count := strings.Count(text, marker); count != 1 {
			return "", fmt.Sprintf("the page has the line %s %d times, want once", strings.TrimSuffix(marker, "\n"), count)
		}
	}
	head, rest, _ := strings.Cut(text, begin)
	old, tail, found := strings.Cut(rest, end)
	if !found {
		return "", fmt.Sprintf("the section %q ends before it begins", name)
	}
	if old == content {
		return text, ""
	}
	first := strings.Count(head, "\n") + 2
	got, want := strings.Split(old, "\n"), strings.Split(content, "\n")
	for i := range max(len(got), len(want)) {
		if lineOf(got, i) != lineOf(want, i) {
			problem = fmt.Sprintf("line %d, in the section %q, is\n%s\nwant\n%s", first+i, name, lineOf(got, i), lineOf(want, i))

			break
		}
	}

	return head + begin + content + end + tail, problem
}

// lineOf returns a line, or a text if the page has no such line.
func lineOf(lines []string, index int) string {
	if index >= len(lines)-1 { // each line ends with a newline, so the last item is empty
		return "(no more lines)"
	}

	return lines[index]
}

func TestCompareSection(t *testing.T) {
	t.Parallel()
	const page = "# Page\n\n<!-- list -->\na\nb\n<!-- end of list -->\nrest\n"
	for name, test := range map[string]struct{ text, content, updated, problem string }{
		"equal":   {page, "a\nb\n", page, ""},
		"Windows": {strings.ReplaceAll(page, "\n", "\r\n"), "a\nb\n", page, ""},
		"changed": {page, "a\nc\n", strings.Replace(page, "b", "c", 1), "line 5, in the section \"list\", is\nb\nwant\nc"},
		"longer": {
			page, "a\nb\nc\n", strings.Replace(page, "b\n", "b\nc\n", 1),
			"line 6, in the section \"list\", is\n(no more lines)\nwant\nc",
		},
		"shorter": {page, "a\n", strings.Replace(page, "b\n", "", 1), "line 5, in the section \"list\", is\nb\nwant\n(no more lines)"},
		"empty": {
			"<!-- list -->\n<!-- end of list -->\n", "a\n", "<!-- list -->\na\n<!-- end of list -->\n",
			"line 2, in the section \"list\", is\n(no more lines)\nwant\na",
		},
		"no section": {"# Page\n", "a\n", "", "the page has the line <!-- list --> 0 times, want once"},
		"no end":     {"<!-- list -->\na\n", "a\n", "", "the page has the line <!-- end of list --> 0 times, want once"},
		"two":        {page + page, "a\nb\n", "", "the page has the line <!-- list --> 2 times, want once"},
		"end first":  {"<!-- end of list -->\n<!-- list -->\n", "", "", "the section \"list\" ends before it begins"},
	} {
		updated, problem := compareSection(test.text, "list", test.content)
		if updated != test.updated || problem != test.problem {
			t.Errorf("%s: compareSection() = %q, %q, want %q, %q", name, updated, problem, test.updated, test.problem)
		}
	}
}

// TestPages checks the list of the operations that both this library and Amazon's SDK have: a line for each area. It links to the first
// operation of the area in docs/api.md.
func TestPages(t *testing.T) {
	t.Parallel()
	type area struct {
		name, first string
		count       int
	}
	var areas []area
	total := 0
	for _, operation := range contract.Operations() {
		if operation.UnknownToAmazon != "" {
			continue
		}
		if len(areas) == 0 || areas[len(areas)-1].name != operation.Area {
			areas = append(areas, area{name: operation.Area, first: operation.Name})
		}
		areas[len(areas)-1].count++
		total++
	}
	var list strings.Builder
	list.WriteString("| area | operations |\n| --- | --- |\n")
	for _, one := range areas {
		fmt.Fprintf(&list, "| [%s](api.md#%s) | %d |\n", one.name, strings.ToLower(one.first), one.count)
	}
	fmt.Fprintf(&list, "| all | %d |\n", total)
	checkSection(t, filepath.Join("docs", "moving-from-the-aws-sdk.md"), "operations", list.String())
}
