package main

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v3"
)

// maxSummary is the largest number of characters in the first sentence of the description of a parameter or of a member of a result.
const maxSummary = 100

// brief reports a parameter or a member of a result whose summary is too long for a list of fields.
func (c *contractCheck) brief(place string, node map[string]any) {
	description, _ := node["description"].(string)
	if length := utf8.RuneCountInString(firstSentence(description)); length > maxSummary {
		c.add(place, "the first sentence of the description has %d characters, and at most %d are allowed, because package redshift lists the "+
			"field with it: say what the field is in a few words, and the rest in further sentences", length, maxSummary)
	}
}

// summarize adds x-summary to something with a description: the first sentence, as the documentation of package redshift shows it
// after a name and a colon.
func summarize(node *yaml.Node) {
	if description := get(node, "description"); description != nil && strings.TrimSpace(description.Value) != "" {
		set(node, "x-summary", "!!str", summary(description.Value))
	}
}

// summary returns the first sentence of a description without its full stop. It begins in lower case, unless its first word is a name.
func summary(description string) string {
	sentence := firstSentence(description)
	word, _, _ := strings.Cut(sentence, " ")
	if isName(word) {
		return sentence
	}

	return strings.ToLower(word) + sentence[len(word):]
}

// firstSentence returns the first sentence of a text, in one line and without its full stop. A full stop inside a word, as in 1.5, ends
// no sentence.
func firstSentence(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if strings.HasSuffix(word, ".") && word != "e.g." && word != "i.e." {
			words = words[:i+1]

			break
		}
	}

	return strings.TrimSuffix(strings.Join(words, " "), ".")
}

// isName reports whether a word keeps its first letter: a proper noun, an abbreviation such as KMS, or an identifier such as
// SnapshotArn.
func isName(word string) bool {
	properNouns := []string{"Amazon", "Availability", "Elastic", "Glue", "Kinesis", "Lake", "Lambda", "Multi", "Redshift", "Secrets", "Serverless"}
	base := strings.TrimRightFunc(word, unicode.IsPunct)
	base, _, _ = strings.Cut(base, "'")
	first, _, _ := strings.Cut(base, "-")

	return slices.Contains(properNouns, first) || len(base) > 1 && strings.ContainsFunc(base[1:], func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) })
}
