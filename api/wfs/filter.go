package wfs

import (
	"encoding/xml"
	"slices"
	"strings"

	"gisd/spatial"
	"gisd/spatial/cql"
)

// element is a piece of a filter in XML (OGC 09-026r2 §7), whatever prefixes and
// version its names have.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e *element) name() string { return e.XMLName.Local }

// attribute is the value of an attribute, the other one where it is absent.
func (e *element) attribute(name, otherwise string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return otherwise
}

// child is the first child of that name; nil without one.
func (e *element) child(name string) *element {
	i := slices.IndexFunc(e.Children, func(c element) bool { return c.name() == name })
	if i < 0 {
		return nil
	}
	return &e.Children[i]
}

const noEnvelope = "has a BBOX without an Envelope of two corners"

// envelope is that of a BBOX: its lower and its upper corner, as numbers with commas
// between them in the order of the axes of their system, and the name of that, "" for
// none. Not ok without two corners.
func (e *element) envelope() (corners, system string, ok bool) {
	box := e.child("Envelope")
	if box == nil {
		return "", "", false
	}
	lower, upper := box.child("lowerCorner"), box.child("upperCorner")
	if lower == nil || upper == nil {
		return "", "", false
	}
	return strings.Join(strings.Fields(lower.Text+" "+upper.Text), ","), box.attribute("srsName", ""), true
}

// readFilter takes what a filter says that parameters say too for those: ids, and a
// box that features must be in. What is left are conditions that all must hold.
func (r *request) readFilter() []element {
	text := strings.TrimSpace(r.values["filter"])
	if text == "" {
		return nil
	}
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") { // a list of one (OGC 09-025r2 §6.2.5.3)
		text = text[1 : len(text)-1]
	}
	var f element
	if len(text) > cql.MaxBytes || xml.Unmarshal([]byte(text), &f) != nil || f.name() != "Filter" || len(f.Children) == 0 {
		r.fault("filter", "is not a filter in XML that this server can read")
		return nil
	}
	if f.Children[0].name() == "ResourceId" {
		ids := make([]string, len(f.Children))
		for i := range f.Children {
			ids[i] = f.Children[i].attribute("rid", "")
		}
		r.values["resourceid"] = strings.Join(ids, ",")
		return nil
	}
	var left []element
	for _, e := range conjuncts(f.Children, 0) {
		if e.name() != "BBOX" || r.values["bbox"] != "" {
			left = append(left, e)
			continue
		}
		corners, system, ok := e.envelope()
		if !ok {
			r.fault("filter", noEnvelope)
			continue
		}
		r.values["bbox"] = corners
		if system != "" {
			r.values["bbox"] += "," + system
		}
	}
	return left
}

// conjuncts are the conditions of which all must hold.
func conjuncts(all []element, depth int) []element {
	var out []element
	for _, e := range all {
		if e.name() == "And" && depth < cql.MaxDepth {
			out = append(out, conjuncts(e.Children, depth+1)...)
		} else {
			out = append(out, e)
		}
	}
	return out
}

// addFilter puts conditions beside those that there are.
func (r *request) addFilter(q *question, conditions []element) {
	var all []cql.Node
	if held, ok := q.Filter.(cql.Node); ok {
		all = append(all, held)
	}
	for i := range conditions {
		if n := r.condition(q, &conditions[i], 0); n != nil {
			all = append(all, n)
		}
	}
	if len(all) > 0 {
		q.Filter = cql.All(all)
	}
}

// placeOf is what the geometry goes by in filters.
func placeOf(c *spatial.Collection) cql.Property {
	if _, taken := c.Field("geometry"); taken {
		return cql.Property{Name: "geom"}
	}
	return cql.Property{Name: "geometry"}
}
