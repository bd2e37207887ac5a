package redshift_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLinksOfPages checks that every link to a page, file or heading of this repository has a target, and that no page has two headings of
// the same name.
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
	links, headingsOf := 0, make(map[string][]string)
	for _, page := range pages {
		headingsOf[page] = anchors(readPage(t, page))
	}
	for _, page := range pages {
		text, headings := readPage(t, page), headingsOf[page]
		if sorted := slices.Sorted(slices.Values(headings)); len(slices.Compact(sorted)) != len(headings) {
			t.Errorf("%s has two headings of the same name", page)
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
				t.Errorf("%s links to %s, which does not exist", page, link[1])
			} else if anchored && !slices.Contains(headingsOf[target], anchor) {
				t.Errorf("%s links to %s, but the page has no such heading", page, link[1])
			}
		}
	}
	if len(pages) < 10 || links < 100 {
		t.Errorf("found %d links on %d pages, want 100 or more on 10 or more", links, len(pages))
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

// anchors returns the names of a page's headings in links.
func anchors(page string) []string {
	page = regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(page, "")
	var found []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		found = append(found, strings.ReplaceAll(name, " ", "-"))
	}

	return found
}
