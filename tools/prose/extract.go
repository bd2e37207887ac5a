package main

import (
	"bytes"
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// paragraph is a piece of prose: lines that belong together.
type paragraph struct {
	file  string
	first int      // the number of its first line
	lines []string // without the signs of a comment
}

// text is the paragraph in one line.
func (p paragraph) text() string { return strings.Join(p.lines, " ") }

// line returns the number of the line of the file that has the byte of the text.
func (p paragraph) line(offset int) int {
	for i, line := range p.lines {
		if offset <= len(line) {
			return p.first + i
		}
		offset -= len(line) + 1
	}

	return p.first + len(p.lines) - 1
}

// extract returns the prose of a file. Files of kinds that have no prose return none.
func extract(name string, content []byte) ([]paragraph, error) {
	switch path.Ext(name) {
	case ".md":
		return fromMarkdown(name, content), nil
	case ".go":
		return fromGo(name, content)
	case ".yaml", ".yml":
		return fromYAML(name, content)
	case ".gotmpl":
		return fromTemplate(name, content), nil
	case ".sh":
		return fromShell(name, content), nil
	}
	if bytes.HasPrefix(content, []byte("#!")) {
		return fromShell(name, content), nil
	}

	return nil, nil
}

// collector joins lines to paragraphs.
type collector struct {
	file       string
	paragraphs []paragraph
	open       bool // whether the next line continues the last paragraph
}

func (c *collector) add(number int, line string) {
	line = strings.TrimSpace(line)
	if line == "" {
		c.open = false

		return
	}
	if c.open {
		last := &c.paragraphs[len(c.paragraphs)-1]
		last.lines = append(last.lines, line)

		return
	}
	c.paragraphs = append(c.paragraphs, paragraph{file: c.file, first: number, lines: []string{line}})
	c.open = true
}

func (c *collector) end() { c.open = false }

var (
	listItem  = regexp.MustCompile(`^\s*([-*]|[0-9]+\.) `)
	inlineRaw = regexp.MustCompile("`[^`]*`")
)

// fromMarkdown returns the paragraphs, items, rows and headings of a page. Code is left out.
func fromMarkdown(name string, content []byte) []paragraph {
	found := collector{file: name}
	inCode := false
	for i, line := range strings.Split(string(content), "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "```"):
			inCode = !inCode
			found.end()

			continue
		case inCode, strings.HasPrefix(line, "    ") && !found.open, strings.HasPrefix(trimmed, "<!--"):
			found.end()

			continue
		}
		alone := strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "|")
		if alone || listItem.MatchString(line) {
			found.end()
		}
		found.add(i+1, inlineRaw.ReplaceAllString(line, "`code`"))
		if alone {
			found.end()
		}
	}

	return found.paragraphs
}

// fromGo returns the comments of a file, and the texts in it that have several words.
func fromGo(name string, content []byte) ([]paragraph, error) {
	files := token.NewFileSet()
	file := files.AddFile(name, -1, len(content))
	var failed scanner.ErrorList
	var source scanner.Scanner
	source.Init(file, content, failed.Add, scanner.ScanComments)
	found := collector{file: name}
	next := 0     // the line on which a comment continues the one before
	codeLine := 0 // the line of the last token that is no comment
	for {
		position, kind, literal := source.Scan()
		line := file.Line(position)
		switch kind {
		case token.EOF:
			return found.paragraphs, failed.Err()
		case token.COMMENT:
			if line != next || line == codeLine {
				found.end()
			}
			next = commentLines(&found, line, literal)
			if line == codeLine { // a comment after code is complete
				next = 0
			}

			continue
		case token.STRING:
			if text, err := strconv.Unquote(literal); err == nil && isMessage(text) {
				found.end()
				found.add(line, text)
				found.end()
			}
		}
		codeLine = line
	}
}

// commentLines adds a comment, and returns the line after it.
func commentLines(found *collector, number int, comment string) int {
	if strings.HasPrefix(comment, "//go:") || strings.HasPrefix(comment, "//nolint") {
		found.end()

		return number + 1
	}
	body := strings.TrimPrefix(comment, "//")
	body = strings.TrimSuffix(strings.TrimPrefix(body, "/*"), "*/")
	for line := range strings.SplitSeq(body, "\n") {
		switch {
		case strings.HasPrefix(line, "\t"), strings.HasPrefix(line, "    "): // code
			found.end()
		default:
			if listItem.MatchString(line) || strings.HasPrefix(line, " # ") {
				found.end()
			}
			found.add(number, line)
		}
		number++
	}

	return number
}

var (
	word     = regexp.MustCompile(`[A-Za-z]{2,}`)
	notProse = regexp.MustCompile(`[<{}=&]|\n|://`)
)

// isMessage reports whether a string in a Go file is a sentence, and no document, URL or code.
func isMessage(text string) bool {
	return len(word.FindAllString(text, 4)) == 4 && !notProse.MatchString(text)
}

// fromYAML returns the comments of a file, and its descriptions.
func fromYAML(name string, content []byte) ([]paragraph, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, err
	}
	found := collector{file: name}
	described := map[string]bool{"description": true, "summary": true, "title": true}
	var walk func(node *yaml.Node)
	walk = func(node *yaml.Node) {
		if node.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(node.Content); i += 2 {
				key, value := node.Content[i], node.Content[i+1]
				if !described[key.Value] || value.Kind != yaml.ScalarNode {
					continue
				}
				number := value.Line
				if value.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
					number++ // the text begins after the line of the | sign
				}
				for line := range strings.SplitSeq(value.Value, "\n") {
					found.add(number, line)
					number++
				}
				found.end()
			}
		}
		for _, child := range node.Content {
			walk(child)
		}
	}
	walk(&document)
	for i, line := range strings.Split(string(content), "\n") {
		if text, is := strings.CutPrefix(strings.TrimSpace(line), "#"); is {
			found.add(i+1, text)
		} else {
			found.end()
		}
	}

	return found.paragraphs, nil
}

var templateComment = regexp.MustCompile(`(?s)\{\{-?\s*/\*(.*?)\*/`)

// fromTemplate returns the comments of a template. What it writes is checked in the files that it writes.
func fromTemplate(name string, content []byte) []paragraph {
	found := collector{file: name}
	for _, place := range templateComment.FindAllSubmatchIndex(content, -1) {
		number := 1 + bytes.Count(content[:place[2]], []byte("\n"))
		for line := range strings.SplitSeq(string(content[place[2]:place[3]]), "\n") {
			found.add(number, line)
			number++
		}
		found.end()
	}

	return found.paragraphs
}

// fromShell returns the comments of a script.
func fromShell(name string, content []byte) []paragraph {
	found := collector{file: name}
	for i, line := range strings.Split(string(content), "\n") {
		if text, is := strings.CutPrefix(strings.TrimSpace(line), "# "); is {
			found.add(i+1, text)
		} else {
			found.end()
		}
	}

	return found.paragraphs
}
