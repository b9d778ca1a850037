package ogc

import (
	"maps"
	"net/url"
	"slices"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// Extension is what another room serves below /ogc, as far as the documents of
// this one speak of it: landing page, collections, conformance and OpenAPI. Nil
// members add nothing.
type Extension struct {
	ConformsTo      []string
	LandingLinks    func(href Href, lang string) []negotiate.Link
	CollectionLinks func(href Href, c *spatial.Collection, lang string) []negotiate.Link
	// Paths and Components are parts of an OpenAPI 3.0 document, the components by
	// kind ("parameters") and name.
	Paths      func() map[string]any
	Components func() map[string]map[string]any
}

// Href is the address of a resource below /ogc.
type Href = func(query url.Values, steps ...string) string

// conformsTo are the classes of this room and of the extensions, each once.
func (h *Handlers) conformsTo() []string {
	all := slices.Clone(conformanceClasses[:])
	if h.Editor != nil {
		all = append(all, editClasses[:]...)
	}
	for _, e := range h.Extensions {
		for _, class := range e.ConformsTo {
			if !slices.Contains(all, class) {
				all = append(all, class)
			}
		}
	}
	return all
}

func (r *request) landingExtensions() []negotiate.Link {
	var links []negotiate.Link
	for _, e := range r.h.Extensions {
		if e.LandingLinks != nil {
			links = append(links, e.LandingLinks(r.href, r.lang)...)
		}
	}
	return links
}

func (r *request) collectionExtensions(c *spatial.Collection) []negotiate.Link {
	var links []negotiate.Link
	for _, e := range r.h.Extensions {
		if e.CollectionLinks != nil {
			links = append(links, e.CollectionLinks(r.href, c, r.lang)...)
		}
	}
	return links
}

// extend adds the parts of the extensions to an OpenAPI document.
func (h *Handlers) extend(doc object) {
	paths, _ := doc["paths"].(object)
	components, _ := doc["components"].(object)
	for _, e := range h.Extensions {
		if e.Paths != nil {
			maps.Copy(paths, e.Paths())
		}
		if e.Components == nil {
			continue
		}
		for kind, parts := range e.Components() {
			if of, ok := components[kind].(object); ok {
				maps.Copy(of, parts)
			}
		}
	}
}
