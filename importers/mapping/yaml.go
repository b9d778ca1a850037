package mapping

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"gisd/spatial"
)

// members hands each value of a YAML mapping to the function of its name.
func (l *loader) members(n *yaml.Node, known map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		l.fault(n.Line, "want names with values: %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		read, ok := known[name.Value]
		switch {
		case !ok:
			l.fault(name.Line, "%q is not known here; names are %s", name.Value, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		case seen[name.Value]:
			l.fault(name.Line, "%s stands there twice", name.Value)
		default:
			read(value)
		}
		seen[name.Value] = true
	}
}

// list takes a single item for a list of one; nothing is an empty list.
func (l *loader) list(n *yaml.Node, item func(*yaml.Node)) {
	switch {
	case n.Kind == yaml.SequenceNode:
		for _, c := range n.Content {
			item(c)
		}
	case n.Tag != "!!null":
		item(n)
	}
}

// text is a scalar as it is written; null is "".
func (l *loader) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		l.fault(n.Line, "want a single value")
		return ""
	}
	if n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

func (l *loader) into(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) { *to = l.text(n) }
}

func (l *loader) flag(to *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		switch strings.ToLower(l.text(n)) {
		case "true", "yes", "on":
			*to = true
		case "false", "no", "off":
		default:
			l.fault(n.Line, "want true or false")
		}
	}
}

// title is one text for both languages, or vi and en.
func (l *loader) title(to *spatial.Text) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode {
			l.members(n, map[string]func(*yaml.Node){"vi": l.into(&to.VI), "en": l.into(&to.EN)})
			return
		}
		s := l.text(n)
		*to = spatial.Text{VI: s, EN: s}
	}
}

func (l *loader) codes(n *yaml.Node) map[string]string {
	codes := map[string]string{}
	if n.Kind != yaml.MappingNode {
		l.fault(n.Line, "want values and what they become, as in {Đất ở: ODT}")
		return codes
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		codes[l.text(n.Content[i])] = l.text(n.Content[i+1])
	}
	return codes
}
