package ogc

import (
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"gisd/api/negotiate"
	"gisd/api/page"
	"gisd/spatial"
)

//go:embed html
var htmlFiles embed.FS

// pages are the templates, parsed once.
type pages struct {
	landing, conformance, collections, collection, items, feature *template.Template
	reference                                                     *page.Reference
}

func newPages() (*pages, error) {
	files, err := fs.Sub(htmlFiles, "html")
	if err != nil {
		return nil, err
	}
	var p pages
	for name, t := range map[string]**template.Template{
		"landing": &p.landing, "conformance": &p.conformance, "collections": &p.collections,
		"collection": &p.collection, "items": &p.items, "feature": &p.feature,
	} {
		if *t, err = page.Parse(files, name+".html"); err != nil {
			return nil, err
		}
	}
	p.reference, err = page.NewReference()
	return &p, err
}

func (r *request) frame(title, jsonHref string, crumbs []page.Crumb) page.Frame {
	return page.Frame{Lang: r.lang, Title: title, Base: r.h.Origin.Base(r.Request()), JSON: jsonHref, Crumbs: crumbs}
}

// page renders a document that the template knows how to read.
func (r *request) page(t *template.Template, title, jsonHref string, crumbs []page.Crumb, doc any) error {
	return page.Write(r.Context, t, r.lang, struct {
		page.Frame
		Doc any
	}{r.frame(title, jsonHref, crumbs), doc})
}

// crumbs lead from the landing page down; the only further step is the list of
// collections.
func (r *request) crumbs(further ...spatial.Text) []page.Crumb {
	all := []page.Crumb{{Href: r.href(formatQuery("html")), Title: "OGC API"}}
	for _, t := range further {
		all = append(all, page.Crumb{Href: r.href(formatQuery("html"), "collections"), Title: r.in(t)})
	}
	return all
}

func (r *request) crumbsBelow(c *spatial.Collection) []page.Crumb {
	return append(r.crumbs(titleCollections), page.Crumb{Href: r.href(formatQuery("html"), "collections", c.ID), Title: r.titleOf(c)})
}

func (r *request) titleOf(c *spatial.Collection) string {
	if t := r.in(c.Title); t != "" {
		return t
	}
	return c.ID
}

func (r *request) labelOf(f spatial.Field) string {
	if t := r.in(f.Title); t != "" {
		return t
	}
	return f.Name
}

func (r *request) featurePage(c *spatial.Collection, f *spatial.Feature, links []negotiate.Link) error {
	type property struct{ Name, Value, Unit string }
	data := struct {
		page.Frame
		Properties []property
		Map        string // where the map shows the feature
	}{Frame: r.frame(r.titleOf(c)+" "+f.ID, links[0].Href, r.crumbsBelow(c))}
	var err error
	if data.Map, err = r.featureMapHref(c, f); err != nil {
		return err
	}
	for i, field := range c.Fields {
		titles, err := r.titlesOf(r.Request().Context(), field)
		if err != nil {
			return err
		}
		value := r.show(f.Properties[i])
		if title, ok := titles[value]; ok && title != value {
			value = title + " (" + value + ")"
		}
		data.Properties = append(data.Properties, property{r.labelOf(field), value, field.Unit})
	}
	return page.Write(r.Context, r.h.pages.feature, r.lang, data)
}

// show writes a value for people: the decimal sign of the language, times in
// Vietnam's own.
func (r *request) show(v any) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if r.lang == "vi" {
			text = strings.Replace(text, ".", ",", 1)
		}
		return text
	case bool:
		if v {
			return r.in(spatial.Text{VI: "có", EN: "yes"})
		}
		return r.in(spatial.Text{VI: "không", EN: "no"})
	case time.Time:
		if v.Equal(v.Truncate(24 * time.Hour)) {
			return v.Format("02/01/2006")
		}
		return v.In(time.FixedZone("+07", 7*3600)).Format("02/01/2006 15:04:05")
	case json.RawMessage:
		return string(v)
	}
	return ""
}
