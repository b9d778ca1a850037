package arcgis

import (
	"math"
	"strconv"

	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
)

// conditions reads where features are looked for. A box goes to the index as it
// is, in its own system; a relation of Esri says what the question's geometry is to
// the feature, one of CQL2 what the feature is to it.
func (a *asker) conditions(l *layer, q *question) []cql.Node {
	text, metres := a.text("geometry"), a.distance() // which is checked in any case
	if text == "" {
		return nil
	}
	name := l.geometry()
	if name == "" {
		a.fault("geometry", "the layer has no geometry")
		return nil
	}
	where, fault := readArea(text, a.reference("inSR", l.srid))
	if fault != "" {
		a.fault("geometry", fault)
		return nil
	}
	property := cql.Property{Name: name}
	placed := cql.Operation{Op: cql.Not, Args: []cql.Node{cql.Operation{Op: cql.IsNull, Args: []cql.Node{property}}}}
	if metres > 0 {
		return []cql.Node{cql.Function{Name: "dwithin", Args: []cql.Node{property, where.shape, cql.Number{Float: metres}}}}
	}
	op, ok := map[string]cql.Op{
		"": "s_intersects", "esriSpatialRelIntersects": "s_intersects",
		"esriSpatialRelEnvelopeIntersects": "s_intersects", "esriSpatialRelIndexIntersects": "s_intersects",
		"esriSpatialRelContains": "s_within", "esriSpatialRelWithin": "s_contains", "esriSpatialRelCrosses": "s_crosses",
		"esriSpatialRelOverlaps": "s_overlaps", "esriSpatialRelTouches": "s_touches", "esriSpatialRelDisjoint": "s_disjoint",
	}[a.text("spatialRel")]
	if !ok {
		a.fault("spatialRel", "is not done by this server")
		return nil
	}
	if where.box != nil && op == "s_intersects" {
		q.BBox = where.box
		return []cql.Node{placed} // a box keeps what has no geometry, a layer's question does not
	}
	return []cql.Node{cql.Operation{Op: op, Args: []cql.Node{property, where.shape}}}
}

// distance reads how far around the geometry features are looked for, in metres.
func (a *asker) distance() float64 {
	text := a.text("distance")
	if text == "" {
		return 0
	}
	v, err := strconv.ParseFloat(text, 64)
	unit, ok := map[string]float64{
		"": 1, "esriSRUnit_Meter": 1, "esriSRUnit_Kilometer": 1000, "esriSRUnit_Foot": 0.3048,
		"esriSRUnit_StatuteMile": 1609.344, "esriSRUnit_NauticalMile": 1852, "esriSRUnit_USNauticalMile": 1853.248,
	}[a.text("units")]
	if !ok {
		a.fault("units", "is no unit of length")
	}
	if err != nil || math.IsNaN(v) || v < 0 || v*unit > 20_000_000 {
		a.fault("distance", "must be a number that is not negative")
		return 0
	}
	return v * unit
}

// tolerance reads maxAllowableOffset, in units of the answer, into metres.
func (a *asker) tolerance(out spatial.SRID) float64 {
	text := a.text("maxAllowableOffset")
	if text == "" {
		return 0
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || v < 0 {
		a.fault("maxAllowableOffset", "must be a number that is not negative")
		return 0
	}
	if s, ok := crs.Lookup(out); ok && s.Geographic {
		v *= math.Pi / 180 * 6378137
	}
	return min(v, 1_000_000)
}
