package problem

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"gisd/spatial"
)

// Say returns a message, or the reason of a fault, in the language "vi" or
// "en". The packages below know English alone; a text without a Vietnamese
// counterpart stays as it is. Safe for use by several goroutines.
func Say(text, lang string) string {
	if lang != "vi" || text == "" || len(text) > longest {
		return text
	}
	return vietnamese().say(text, 0)
}

// longest is the text that is looked up; each pattern is held against it.
const longest = 8 << 10

// sayFields returns the faults in the language; its input stays as it is.
func sayFields(fields []spatial.FieldError, lang string) []spatial.FieldError {
	if lang != "vi" {
		return fields
	}
	said := slices.Clone(fields)
	for i := range said {
		said[i].Reason = Say(said[i].Reason, lang)
	}
	return said
}

// sentence gives a message the capital letter and the full stop that those
// written as a part of a longer line lack.
func sentence(text string) string {
	if first, size := utf8.DecodeRuneInString(text); size > 0 {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if last, _ := utf8.DecodeLastRuneInString(text); unicode.IsLetter(last) || unicode.IsDigit(last) || last == ')' || last == '"' {
		text += "."
	}
	return text
}

// catalogue holds one language: whole texts, and patterns for those with values
// in them, the one with the most text of its own first.
type catalogue struct {
	exact    map[string]string
	patterns []pattern
}

type pattern struct {
	from    *regexp.Regexp
	to      string
	literal int    // bytes of the template that are no place for a value
	part    string // the longest of them in a row
}

var place = regexp.MustCompile(`\{\d\}`)

var vietnamese = sync.OnceValue(func() *catalogue {
	c := &catalogue{exact: map[string]string{}}
	for _, table := range []map[string]string{vietnameseOfAPI, vietnameseOfData, vietnameseOfLive, vietnameseOfIncidents, vietnameseOfImports, vietnameseOfImporters,
		vietnameseOfReaders, vietnameseOfFilters, vietnameseOfEdits, vietnameseOfTilesets, vietnameseOfServices} {
		for _, from := range slices.Sorted(maps.Keys(table)) {
			if !place.MatchString(from) {
				c.exact[from] = table[from]
				continue
			}
			c.patterns = append(c.patterns, pattern{
				from:    anchored(from),
				to:      table[from],
				literal: len(place.ReplaceAllString(from, "")),
				part:    slices.MaxFunc(place.Split(from, -1), func(a, b string) int { return cmp.Compare(len(a), len(b)) }),
			})
		}
	}
	slices.SortStableFunc(c.patterns, func(a, b pattern) int { return cmp.Compare(b.literal, a.literal) })
	return c
})

// anchored turns "at most {1}" into ^at most (.+?)$; places count from 1 in the
// order they stand.
func anchored(template string) *regexp.Regexp {
	parts := place.Split(template, -1)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(parts, `(.+?)`) + `$`)
}

// deepest bounds how often a text is taken apart, mostParts into how many.
const (
	deepest   = 8
	mostParts = 50
)

// say puts a text into the language: as a whole, else what follows the name of a
// file or the number of a record, else part by part.
func (c *catalogue) say(text string, depth int) string {
	if to, ok := c.known(text, depth); ok || depth == deepest {
		return to
	}
	head, tail, cut := strings.Cut(text, ": ")
	if cut {
		if to, ok := c.known(tail, depth+1); ok {
			return c.say(head, depth+1) + ": " + to
		}
	}
	if parts := strings.Split(text, "; "); len(parts) > 1 && len(parts) <= mostParts {
		for i := range parts {
			parts[i] = c.say(parts[i], depth+1)
		}
		return strings.Join(parts, "; ")
	}
	if cut {
		return c.say(head, depth+1) + ": " + c.say(tail, depth+1)
	}
	return text
}

// known finds a whole text; one that is not there comes back as it is.
func (c *catalogue) known(text string, depth int) (string, bool) {
	if to, ok := c.exact[text]; ok {
		return to, true
	}
	for i := range c.patterns {
		p := &c.patterns[i]
		if !strings.Contains(text, p.part) { // sooner told than by the pattern
			continue
		}
		if values := p.from.FindStringSubmatch(text); values != nil {
			return c.fill(p.to, values, depth), true
		}
	}
	return text, false
}

// fill puts the values in their places. A value that is a text of the catalogue
// itself, such as a unit or the reason at a position, is said in the language
// too.
func (c *catalogue) fill(template string, values []string, depth int) string {
	return place.ReplaceAllStringFunc(template, func(mark string) string {
		n, err := strconv.Atoi(mark[1 : len(mark)-1])
		if err != nil || n >= len(values) {
			return mark
		}
		if depth == deepest {
			return values[n]
		}
		return c.say(values[n], depth+1)
	})
}
