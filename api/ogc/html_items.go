package ogc

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"gisd/api/negotiate"
	"gisd/api/page"
	"gisd/spatial"
)

// tableFields bounds the columns of the page of features; a feature's own page
// shows all, and so do the properties that were asked for.
const tableFields = 8

// itemsDoc is the page of features for people.
type itemsDoc struct {
	page.Frame
	Action    string // of the form
	Map       string // where the map shows the collection
	Key       string // an API key in the address stays there
	Named     bool   // features have names to search
	Q         string
	Filter    string
	SortBy    string
	Sortables []option
	Example   string
	Matched   int64
	Estimated bool
	Columns   []column
	Rows      []itemRow
	Prev      string
	Next      string
	Downloads []negotiate.Link
}

type option struct {
	Value, Label string
	Selected     bool
}

// column is one of the table's, with the address that sorts by it.
type column struct {
	Label, Href string
	Sorted      string // value of aria-sort; "" for none
}

type itemRow struct {
	Href, ID string
	Values   []string
}

// itemsHTML answers with a table, a form and links to files of the same features.
func (r *request) itemsHTML(c *spatial.Collection, q itemsQuery) error {
	var features []spatial.Feature
	found, err := r.h.Features.Each(r.Request().Context(), c, q.Query, func(f *spatial.Feature) error {
		features = append(features, *f)
		return nil
	})
	if err != nil {
		return err
	}
	r.remember(c, q, found, len(features))
	links := r.itemsLinks(c, q, found)
	given := r.given()
	doc := itemsDoc{
		Frame: r.frame(r.titleOf(c), hrefOf(links, "alternate"), r.crumbsBelow(c)), Action: r.href(nil, "collections", c.ID, "items"),
		Key: negotiate.URLKey(r.Request()), Named: c.SearchField != "", Q: given.Get("q"), Filter: given.Get("filter"),
		SortBy: given.Get("sortby"), Sortables: r.sortOptions(c, given.Get("sortby")), Example: exampleFilter(c),
		Matched: found.Matched, Estimated: found.Estimated, Prev: hrefOf(links, "prev"), Next: hrefOf(links, "next"),
		Downloads: r.downloadLinks(c, given), Map: r.mapHref(c),
	}
	doc.Action, _, _ = strings.Cut(doc.Action, "?")
	places := r.tableColumns(c, q, &doc)
	titles := make([]map[string]string, len(places)) // of codes, by column
	for i, place := range places {
		if titles[i], err = r.titlesOf(r.Request().Context(), c.Fields[place]); err != nil {
			return err
		}
	}
	for i := range features {
		f := &features[i]
		row := itemRow{Href: r.href(formatQuery("html"), "collections", c.ID, "items", f.ID), ID: f.ID}
		for i, place := range places {
			value := r.show(f.Properties[place])
			if title, ok := titles[i][value]; ok {
				value = title
			}
			row.Values = append(row.Values, value)
		}
		doc.Rows = append(doc.Rows, row)
	}
	return page.Write(r.Context, r.h.pages.items, r.lang, doc)
}

func hrefOf(links []negotiate.Link, rel string) string {
	for _, l := range links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

// tableColumns chooses the properties that are shown.
func (r *request) tableColumns(c *spatial.Collection, q itemsQuery, doc *itemsDoc) (places []int) {
	for i, f := range c.Fields {
		if q.fields == nil && len(places) == tableFields {
			break
		}
		if q.fields != nil && !slices.Contains(q.fields, f.Name) {
			continue
		}
		places = append(places, i)
		col := column{Label: r.labelOf(f)}
		if sortable(f) {
			query := without(r.given(), "cursor", "offset", "key")
			query.Set("f", formatHTML.Name)
			query.Set("sortby", f.Name)
			switch doc.SortBy {
			case f.Name:
				query.Set("sortby", "-"+f.Name)
				col.Sorted = "ascending"
			case "-" + f.Name:
				col.Sorted = "descending"
			}
			col.Href = r.href(query, "collections", c.ID, "items")
		}
		doc.Columns = append(doc.Columns, col)
	}
	return places
}

// sortOptions are the choices of the form: by each property, either way.
func (r *request) sortOptions(c *spatial.Collection, chosen string) []option {
	var options []option
	for _, f := range sortables(c) {
		for _, sign := range []string{"", "-"} {
			arrow := " ↑"
			if sign == "-" {
				arrow = " ↓"
			}
			options = append(options, option{Value: sign + f.Name, Label: r.labelOf(f) + arrow, Selected: chosen == sign+f.Name})
		}
	}
	return options
}

// exampleFilter shows how a filter on this collection may look.
func exampleFilter(c *spatial.Collection) string {
	for _, f := range c.Fields {
		name := f.Name
		if strings.ContainsFunc(name, isMark) {
			name = `"` + name + `"`
		}
		switch f.Type {
		case spatial.FieldInteger, spatial.FieldNumber:
			return name + " > 100"
		case spatial.FieldString:
			return name + " LIKE '%a%'"
		}
	}
	return "TRUE"
}

// downloadLinks lead to the files of what matches.
func (r *request) downloadLinks(c *spatial.Collection, given url.Values) []negotiate.Link {
	if r.h.Downloads == nil {
		return nil
	}
	var links []negotiate.Link
	for _, f := range r.h.Downloads.Formats() {
		query := maps.Clone(filtersOf(given))
		query.Del("sortby")
		query.Set("f", f.Name)
		links = append(links, negotiate.Link{Href: r.href(query, "collections", c.ID, "items"), Rel: "enclosure", Type: f.Type, Title: f.Name})
	}
	return links
}
