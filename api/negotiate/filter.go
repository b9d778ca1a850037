package negotiate

import (
	"errors"

	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
)

// LangText and LangJSON are the values of filter-lang (OGC 19-079r2 /req/filter/filter-lang-param).
const (
	LangText = "cql2-text"
	LangJSON = "cql2-json"
)

// Filter reads filter and filter-lang; nil is no filter. Its literals are in the
// system from, in that order of axes; what comes back has them in SRID 4326, lon
// first. Without filter-lang what begins as JSON is taken for it.
func (p *Params) Filter(from crs.Reference) cql.Node {
	parse := cql.Parse
	switch lang, ok := p.Text("filter-lang"); {
	case !ok:
	case lang == LangText:
		parse = cql.ParseText
	case lang == LangJSON:
		parse = func(src string) (cql.Node, error) { return cql.ParseJSON([]byte(src)) }
	default:
		p.Fault("filter-lang", "must be one of "+LangText+", "+LangJSON)
		parse = nil
	}
	text, ok := p.Text("filter")
	if !ok || parse == nil {
		return nil
	}
	node, err := parse(text)
	if err == nil {
		node, err = Relocate(node, from)
	}
	if err != nil {
		p.Faults("filter", err)
		return nil
	}
	return node
}

// FilterCRS reads filter-crs, CRS84 where it is absent: any system that this
// server knows.
func (p *Params) FilterCRS() crs.Reference {
	text, ok := p.Text("filter-crs")
	if !ok {
		return crs.Reference{SRID: spatial.SRIDWGS84}
	}
	ref, err := crs.ParseReference(text)
	if err != nil {
		p.Fault("filter-crs", "is not a coordinate system that this server knows")
		return crs.Reference{SRID: spatial.SRIDWGS84}
	}
	return ref
}

// Faults hands on what the reader of a parameter found.
func (p *Params) Faults(name string, err error) {
	e, ok := errors.AsType[*spatial.Error](err)
	switch {
	case ok && len(e.Fields) > 0:
		for _, f := range e.Fields {
			p.Fault(name, f.Reason)
		}
	case ok:
		p.Fault(name, e.Message)
	default:
		p.Fault(name, "cannot be read")
	}
}

// Relocate brings literals as they came into SRID 4326, lon first. A box of a
// projected system becomes one of degrees around it.
func Relocate(n cql.Node, from crs.Reference) (cql.Node, error) {
	if from.SRID == spatial.SRIDWGS84 && !from.LatLon {
		return n, nil
	}
	to, err := crs.NewTransform(from.SRID, spatial.SRIDWGS84)
	if err != nil {
		return nil, err
	}
	r := cql.Relocation{
		Position: func(x, y float64) (float64, float64, error) {
			if from.LatLon {
				x, y = y, x
			}
			return to.Point(x, y)
		},
		Box: func(minX, minY, maxX, maxY float64) ([4]float64, error) {
			if from.LatLon {
				minX, minY, maxX, maxY = minY, minX, maxY, maxX
			}
			if from.SRID == spatial.SRIDWGS84 { // may cross the antimeridian
				return [4]float64{minX, minY, maxX, maxY}, nil
			}
			box, err := to.Envelope(spatial.Envelope{SRID: from.SRID, MinX: minX, MinY: minY, MaxX: maxX, MaxY: maxY})
			return [4]float64{box.MinX, box.MinY, box.MaxX, box.MaxY}, err
		},
	}
	return r.Relocate(n)
}
