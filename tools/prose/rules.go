package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// rule is one habit.
type rule struct {
	Name    string  `yaml:"name"`
	Pattern string  `yaml:"pattern"` // a regular expression without case
	Words   int     `yaml:"words"`   // in place of a pattern: a sentence has more words
	Instead string  `yaml:"instead"`
	Allowed float64 `yaml:"allowed"` // places in a thousand lines of prose

	matches *regexp.Regexp
}

// ruleSet is rules.yaml.
type ruleSet struct {
	Allowed float64 `yaml:"allowed"` // places of all rules in a thousand lines
	Rules   []*rule `yaml:"rules"`
}

func readRules(content []byte) (*ruleSet, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	var rules ruleSet
	if err := decoder.Decode(&rules); err != nil {
		return nil, fmt.Errorf("rules.yaml: %w", err)
	}
	for _, r := range rules.Rules {
		if r.Name == "" || r.Instead == "" || (r.Pattern == "") == (r.Words == 0) {
			return nil, fmt.Errorf("rules.yaml: the rule %q needs a name, an instead, and a pattern or words", r.Name)
		}
		if r.Pattern == "" {
			continue
		}
		matches, err := regexp.Compile("(?i)" + r.Pattern)
		if err != nil {
			return nil, fmt.Errorf("rules.yaml: the rule %q: %w", r.Name, err)
		}
		r.matches = matches
	}

	return &rules, nil
}

func (s *ruleSet) has(name string) bool {
	return slices.ContainsFunc(s.Rules, func(r *rule) bool { return r.Name == name })
}

// place is where a rule was broken.
type place struct {
	file string
	line int
	text string
}

// places returns what a rule finds.
func (r *rule) places(paragraphs []paragraph) []place {
	var found []place
	for _, p := range paragraphs {
		text := p.text()
		for _, at := range r.find(text) {
			found = append(found, place{p.file, p.line(at[0]), excerpt(text, at)})
		}
	}

	return found
}

func (r *rule) find(text string) [][]int {
	if r.matches != nil {
		return r.matches.FindAllStringIndex(text, -1)
	}
	var long [][]int
	for _, at := range sentences(text) {
		if len(strings.Fields(text[at[0]:at[1]])) > r.Words {
			long = append(long, at)
		}
	}

	return long
}

var sentenceEnd = regexp.MustCompile(`[.?!:;]["')\]]* `)

// sentences returns where each sentence of a text begins and ends. A colon or a semicolon ends one too.
func sentences(text string) [][]int {
	var found [][]int
	begin := 0
	for _, at := range sentenceEnd.FindAllStringIndex(text, -1) {
		found = append(found, []int{begin, at[1]})
		begin = at[1]
	}

	return append(found, []int{begin, len(text)})
}

// excerpt is a match with some words on both sides.
func excerpt(text string, at []int) string {
	const around = 60

	return strings.ToValidUTF8(text[max(0, at[0]-around):min(len(text), at[1]+around)], "")
}

// report prints the number of places of each rule, and returns an error if a rule has more than it allows. If a rule is shown, it prints
// its places only.
func (s *ruleSet) report(paragraphs []paragraph, shown string, output io.Writer) error {
	lines := 0
	for _, p := range paragraphs {
		lines += len(p.lines)
	}
	if lines == 0 {
		return errors.New("no prose found")
	}
	rate := func(count int) float64 { return float64(count) * 1000 / float64(lines) }
	var broken []error
	total := 0
	for _, r := range s.Rules {
		found := r.places(paragraphs)
		total += len(found)
		exceeded := rate(len(found)) > r.Allowed
		if exceeded {
			broken = append(broken, fmt.Errorf("%s: %d places, %.1f in a thousand lines, allowed are %.1f; write instead: %s",
				r.Name, len(found), rate(len(found)), r.Allowed, r.Instead))
		}
		// A rule that allows nothing shows what to correct.
		if shown == r.Name || shown == "all" || shown == "" && exceeded && r.Allowed == 0 {
			for _, p := range found {
				fmt.Fprintf(output, "%s:%d: %s: ...%s...\n", p.file, p.line, r.Name, p.text)
			}
		}
		if shown == "" {
			fmt.Fprintf(output, "%6d  %-14s %s\n", len(found), r.Name, r.Instead)
		}
	}
	if shown == "" {
		fmt.Fprintf(output, "%6d  in %d lines of prose: %.1f in a thousand\n", total, lines, rate(total))
	}
	if shown != "" {
		return nil
	}
	if rate(total) > s.Allowed {
		broken = append(broken, fmt.Errorf("all rules: %.1f places in a thousand lines, allowed are %.1f", rate(total), s.Allowed))
	}

	return errors.Join(broken...)
}
