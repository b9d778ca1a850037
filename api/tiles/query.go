package tiles

import (
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/spatial/cql"
	engine "gisd/tiles"
)

// narrowing are the parameters that a TileJSON hands on to its tiles.
func narrowing() []string {
	return []string{"filter", "filter-lang", "filter-crs", "datetime", "properties"}
}

// query reads what narrows the tiles of the collections ids; nil is nothing.
// Every fault is reported at once. A filter must fit each of the collections, a
// property must belong to one of them. What is known was read elsewhere.
func (h *handlers) query(c echo.Context, ids string, known ...string) (*engine.Query, error) {
	if c.Request().URL.RawQuery == "" {
		return nil, nil
	}
	p := negotiate.NewParams(c.QueryParams())
	for _, name := range known {
		p.Text(name)
	}
	filter := p.Filter(p.FilterCRS())
	q := &engine.Query{Time: p.DateTime("datetime"), Properties: readProperties(p)}
	if filter != nil {
		q.Filter = filter
	}
	if !q.Rows() && q.Properties == nil {
		return nil, p.Err()
	}
	set, err := h.service.Tileset(ids, auth.AccessOf(c))
	if err != nil {
		return nil, err
	}
	fields := map[string]bool{}
	for _, collection := range set.Collections {
		if filter != nil {
			if err := cql.Check(filter, cql.QueryablesOf(collection)); err != nil {
				p.Faults("filter", err)
			}
		}
		for _, f := range collection.Fields {
			fields[f.Name] = true
		}
	}
	for _, name := range q.Properties {
		if !fields[name] {
			p.Fault("properties", name+" is no property of what the tile shows")
		}
	}
	return q, p.Err()
}

// readProperties reads names separated by commas; nil is all, none is empty.
func readProperties(p *negotiate.Params) []string {
	text, ok := p.Text("properties")
	if !ok {
		return nil
	}
	names := []string{}
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// handedOn is the part of the query that narrows.
func handedOn(given url.Values) url.Values {
	out := url.Values{}
	for _, name := range narrowing() {
		if v, ok := given[name]; ok {
			out[name] = v
		}
	}
	return out
}
