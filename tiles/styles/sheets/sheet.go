package sheets

import (
	"cmp"
	"strings"

	"gisd/spatial"
	"gisd/tiles/styles"
)

// Sheet is a collection with its resolved style, to be written for desktop
// programs.
type Sheet struct {
	Collection *spatial.Collection
	Style      styles.Style
	Lang       string // of titles: "vi" or "en"
}

// Of resolves what the collection's style leaves open; a faulty style is
// drawn by its default, as in Build.
func Of(c *spatial.Collection, lists map[string][]spatial.CodeValue, lang string) Sheet {
	return Sheet{c, styles.Resolve(c, lists), lang}
}

func (s Sheet) title() string {
	return cmp.Or(s.Collection.Title.In(s.Lang), s.Collection.ID)
}

// categories are those of the style, each value once, the first counts.
func (s Sheet) categories() []styles.Category {
	if s.Style.By == "" {
		return nil
	}
	var list []styles.Category
	seen := map[styles.Value]bool{}
	for _, c := range s.Style.Categories {
		if !seen[c.Value] {
			seen[c.Value] = true
			list = append(list, c)
		}
	}
	return list
}

// look is that of a category: the style's own, but for what the category says
// otherwise.
func look(s styles.Style, c styles.Category) styles.Style {
	if c.Color != "" {
		s.Color = c.Color
		if s.Kind == styles.KindFill {
			s.Outline = styles.Darker(c.Color)
		}
	}
	s.Width, s.Icon, s.MinZoom = cmp.Or(c.Width, s.Width), cmp.Or(c.Icon, s.Icon), max(c.MinZoom, s.MinZoom)
	return s
}

// kinds are those in which the collection is drawn: all, where its geometries
// are mixed.
func (s Sheet) kinds() []styles.Kind {
	if s.Collection.GeometryType == spatial.GeometryAny && s.Style.Kind != styles.KindSymbol {
		return []styles.Kind{styles.KindFill, styles.KindLine, styles.KindCircle}
	}
	return []styles.Kind{s.Style.Kind}
}

// casingMore is how much wider a casing is than its line, in px.
const casingMore = 1.6

// xmlWriter writes indented elements.
type xmlWriter struct {
	b     strings.Builder
	depth int
}

func (w *xmlWriter) line(s string) {
	w.b.WriteString(strings.Repeat(" ", w.depth) + s + "\n")
}

// attributes renders name, value pairs.
func attributes(pairs []string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString(" " + pairs[i] + `="` + xmlText(pairs[i+1]) + `"`)
	}
	return b.String()
}

// element writes an element around what inside writes; nil is an empty one.
func (w *xmlWriter) element(name string, pairs []string, inside func()) {
	if inside == nil {
		w.line("<" + name + attributes(pairs) + "/>")
		return
	}
	w.line("<" + name + attributes(pairs) + ">")
	w.depth++
	inside()
	w.depth--
	w.line("</" + name + ">")
}

func (w *xmlWriter) text(name, content string, pairs ...string) {
	w.line("<" + name + attributes(pairs) + ">" + xmlText(content) + "</" + name + ">")
}
