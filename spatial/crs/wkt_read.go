package crs

import (
	"math"
	"strings"
)

// definition is what a well-known text says in numbers, whatever its names.
type definition struct {
	name       string
	projected  bool
	datum      string // as written
	semiMajor  float64
	invF       float64
	towgs84    []float64 // nil when not given
	meridian   float64   // prime meridian, degrees east of Greenwich
	metres     float64   // length of the linear unit
	method     string    // folded: lower case letters and digits
	params     map[string]float64
	webMarked  bool   // carries +nadgrids=@null, the mark of web Mercator
	identifier string // "EPSG:9210" at the top level, "" without
}

// fold keeps the letters and digits of a name, in lower case: dialects differ
// in blanks, underscores and capitals only.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
}

// readDefinition finds the horizontal system of a parsed text; false when there
// is none that can be described.
func readDefinition(n *wktNode) (definition, bool) {
	d := definition{metres: 1, params: map[string]float64{}}
	for range maxWKTDepth {
		switch n.keyword {
		case "COMPD_CS", "COMPOUNDCRS":
			n = n.child("PROJCS", "GEOGCS", "PROJCRS", "PROJECTEDCRS", "GEOGCRS", "GEODCRS", "GEOGRAPHICCRS", "GEODETICCRS", "BOUNDCRS")
		case "BOUNDCRS":
			d.bound(n)
			source := n.child("SOURCECRS")
			if source == nil || len(source.children) == 0 {
				return d, false
			}
			n = source.children[0]
		default:
			return d, d.system(n)
		}
		if n == nil {
			return d, false
		}
	}
	return d, false
}

// system reads a geographic or projected system.
func (d *definition) system(n *wktNode) bool {
	d.name = n.name()
	if id := n.child("AUTHORITY", "ID"); id != nil && len(id.args) >= 2 {
		d.identifier = strings.ToUpper(id.args[0].text) + ":" + id.args[1].text
	}
	switch n.keyword {
	case "GEOGCS", "GEOGCRS", "GEODCRS", "GEOGRAPHICCRS", "GEODETICCRS":
		return d.geodetic(n)
	case "PROJCS", "PROJCRS", "PROJECTEDCRS":
		d.projected = true
	default:
		return false
	}
	base := n.child("GEOGCS", "BASEGEOGCRS", "BASEGEODCRS")
	if base == nil || !d.geodetic(base) {
		return false
	}
	degree := angle(base)
	conversion := n.child("CONVERSION")
	if conversion == nil {
		conversion = n
	}
	d.method = fold(conversion.child("PROJECTION", "METHOD").name())
	if unit := n.child("UNIT", "LENGTHUNIT"); unit != nil {
		d.metres, _ = unit.number(1)
	} else if unit := n.child("AXIS").child("LENGTHUNIT", "UNIT"); unit != nil {
		d.metres, _ = unit.number(1)
	}
	for _, c := range conversion.children {
		if c.keyword != "PARAMETER" {
			continue
		}
		value, ok := c.number(1)
		if !ok {
			return false
		}
		d.parameter(c, value, degree)
	}
	if e := n.child("EXTENSION"); e != nil && len(e.args) > 1 {
		d.webMarked = strings.Contains(e.args[1].text, "+nadgrids=@null")
	}
	return true
}

// parameter stores a value in degrees, metres or as it is, under its folded
// WKT 1 name.
func (d *definition) parameter(n *wktNode, value, degree float64) {
	name := fold(n.name())
	if wkt1, ok := parameterNames()[name]; ok {
		name = wkt1
	}
	switch name {
	case "centralmeridian", "latitudeoforigin", "standardparallel1":
		if u := n.child("ANGLEUNIT", "UNIT"); u != nil {
			degree = unitDegrees(u)
		}
		value = settle(value * degree)
	case "falseeasting", "falsenorthing":
		unit := d.metres
		if u := n.child("LENGTHUNIT", "UNIT"); u != nil {
			unit, _ = u.number(1)
		}
		value *= unit
	}
	d.params[name] = value
}

// parameterNames maps names of WKT 2 and of odd writers to those of WKT 1.
func parameterNames() map[string]string {
	return map[string]string{
		"latitudeofnaturalorigin": "latitudeoforigin", "latitudeofcenter": "latitudeoforigin", "latitudeoffalseorigin": "latitudeoforigin",
		"longitudeofnaturalorigin": "centralmeridian", "longitudeofcenter": "centralmeridian", "longitudeoforigin": "centralmeridian",
		"scalefactoratnaturalorigin": "scalefactor", "scalefactoratprojectionorigin": "scalefactor",
	}
}

// geodetic reads datum, ellipsoid and prime meridian of a geographic system.
func (d *definition) geodetic(n *wktNode) bool {
	datum := n.child("DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE")
	d.datum = datum.name()
	e := datum.child("SPHEROID", "ELLIPSOID")
	var okA, okF bool
	d.semiMajor, okA = e.number(1)
	d.invF, okF = e.number(2)
	if unit := e.child("LENGTHUNIT", "UNIT"); unit != nil {
		factor, ok := unit.number(1)
		okA = okA && ok
		d.semiMajor *= factor
	}
	if shift := datum.child("TOWGS84"); shift != nil && d.towgs84 == nil {
		for i := range shift.args {
			v, ok := shift.number(i)
			if !ok {
				return false
			}
			d.towgs84 = append(d.towgs84, v)
		}
	}
	if prime := n.child("PRIMEM", "PRIMEMERIDIAN"); prime != nil {
		d.meridian, _ = prime.number(1)
	}
	return okA && okF && d.datum != ""
}

// bound reads the step to WGS 84 of a BOUNDCRS as TOWGS84 parameters.
func (d *definition) bound(n *wktNode) {
	step := n.child("ABRIDGEDTRANSFORMATION")
	if step == nil {
		return
	}
	names := [...]string{"xaxistranslation", "yaxistranslation", "zaxistranslation", "xaxisrotation", "yaxisrotation", "zaxisrotation", "scaledifference"}
	shift := make([]float64, len(names))
	found := false
	frame := strings.Contains(fold(step.child("METHOD").name()), "coordinateframe")
	for _, c := range step.children {
		if c.keyword != "PARAMETER" {
			continue
		}
		for i, name := range names {
			v, ok := c.number(1)
			if !ok || fold(c.name()) != name {
				continue
			}
			found = true
			if i >= 3 && i <= 5 && frame {
				v = -v
			}
			if i == 6 && math.Abs(v-1) < 0.1 {
				v = (v - 1) * 1e6 // ISO 19162 §17.2.4: a ratio
			}
			shift[i] = v
		}
	}
	if found {
		d.towgs84 = shift
	}
}

// angle is the length in degrees of a geographic system's unit.
func angle(n *wktNode) float64 {
	u := n.child("UNIT", "ANGLEUNIT")
	if u == nil {
		u = n.child("PRIMEM", "PRIMEMERIDIAN").child("ANGLEUNIT", "UNIT")
	}
	return unitDegrees(u)
}

func unitDegrees(u *wktNode) float64 {
	radians, ok := u.number(1)
	if !ok {
		return 1
	}
	if degrees := radians * (180 / math.Pi); math.Abs(degrees-1) > 1e-9 {
		return degrees
	}
	return 1 // 0.0174532925199433 is meant as the degree
}

// settle drops the noise of the unit's own rounding.
func settle(v float64) float64 { return math.Round(v*1e10) / 1e10 }
