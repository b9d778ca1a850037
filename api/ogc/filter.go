package ogc

import (
	"errors"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
)

// The values of filter-lang (OGC 19-079r2 /req/filter/filter-lang-param).
const (
	langText = "cql2-text"
	langJSON = "cql2-json"
)

// readFilter reads filter, filter-lang and filter-crs; nil is no filter. What
// comes back has its literals in SRID 4326, lon first. Without filter-lang what
// begins as JSON is taken for it.
func readFilter(p *negotiate.Params, c *spatial.Collection) spatial.Filter {
	from := readCRS(p, "filter-crs", c)
	parse := cql.Parse
	switch lang, ok := p.Text("filter-lang"); {
	case !ok:
	case lang == langText:
		parse = cql.ParseText
	case lang == langJSON:
		parse = func(src string) (cql.Node, error) { return cql.ParseJSON([]byte(src)) }
	default:
		p.Fault("filter-lang", "must be one of "+langText+", "+langJSON)
		return nil
	}
	text, ok := p.Text("filter")
	if !ok {
		return nil
	}
	node, err := parse(text)
	if err == nil {
		node, err = from.relocate(node)
	}
	if err != nil {
		faultsOf(p, err)
		return nil
	}
	return node
}

// faultsOf hands on what the reader of filters found.
func faultsOf(p *negotiate.Params, err error) {
	e, ok := errors.AsType[*spatial.Error](err)
	switch {
	case ok && len(e.Fields) > 0:
		for _, f := range e.Fields {
			p.Fault("filter", f.Reason)
		}
	case ok:
		p.Fault("filter", e.Message)
	default:
		p.Fault("filter", "cannot be read")
	}
}

// relocate brings literals as they came into SRID 4326, lon first. A box of a
// projected system becomes one of degrees around it.
func (w wire) relocate(n cql.Node) (cql.Node, error) {
	if w.uri == crs.CRS84URI {
		return n, nil
	}
	to, err := crs.NewTransform(w.srid, spatial.SRIDWGS84)
	if err != nil {
		return nil, err
	}
	r := cql.Relocation{
		Position: func(x, y float64) (float64, float64, error) {
			if w.latLon {
				x, y = y, x
			}
			return to.Point(x, y)
		},
		Box: func(minX, minY, maxX, maxY float64) ([4]float64, error) {
			if w.latLon {
				minX, minY, maxX, maxY = minY, minX, maxY, maxX
			}
			if w.srid == spatial.SRIDWGS84 { // may cross the antimeridian
				return [4]float64{minX, minY, maxX, maxY}, nil
			}
			box, err := to.Envelope(spatial.Envelope{SRID: w.srid, MinX: minX, MinY: minY, MaxX: maxX, MaxY: maxY})
			return [4]float64{box.MinX, box.MinY, box.MaxX, box.MaxY}, err
		},
	}
	return r.Relocate(n)
}
