package redshift_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every link of a page to another page, to a file or to a heading leads somewhere, and no page has two headings of one name.
func TestLinksOfPages(t *testing.T) {
	t.Parallel()
	var pages []string
	for _, pattern := range []string{"*.md", "*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	links := 0
	for _, page := range pages {
		text := readPage(t, page)
		headings := anchors(text)
		if sorted := slices.Sorted(slices.Values(headings)); len(slices.Compact(sorted)) != len(headings) {
			t.Errorf("%s has several headings of one name", page)
		}
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			links++
			path, anchor, anchored := strings.Cut(link[1], "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", page, link[1])
			} else if anchored && !slices.Contains(anchors(readPage(t, target)), anchor) {
				t.Errorf("%s links to %s, which has no such heading", page, link[1])
			}
		}
	}
	if len(pages) < 10 || links < 100 {
		t.Errorf("only %d links on %d pages were found", links, len(pages))
	}
}

func readPage(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

// anchors are the names by which a page's headings are linked to.
func anchors(page string) []string {
	page = regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(page, "")
	var found []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		found = append(found, strings.ReplaceAll(name, " ", "-"))
	}

	return found
}
