package dxf

import (
	"fmt"
	"math"
	"regexp"
	"strconv"

	"gisd/importers"
	"gisd/spatial"
)

// geodata is the GEODATA object: where the drawing lies on the earth.
type geodata struct {
	found             bool
	design, reference vec
	scale             float64
	north             vec
	definition        []byte // XML in Autodesk's MapGuide schema
}

const maxDefinition = 256 << 10

func (g *geodata) take(t tag) {
	if !g.found {
		g.found, g.scale, g.north = true, 1, vec{y: 1}
	}
	switch t.code {
	case 10:
		g.design.x = t.float()
	case 20:
		g.design.y = t.float()
	case 11:
		g.reference.x = t.float()
	case 21:
		g.reference.y = t.float()
	case 40:
		g.scale = t.float()
	case 12:
		g.north.x = t.float()
	case 22:
		g.north.y = t.float()
	case 301, 303:
		if len(g.definition)+len(t.text) <= maxDefinition {
			g.definition = append(g.definition, t.text...)
		}
	}
}

// crs is the system that the object names by its EPSG code, where the drawing's
// coordinates are that system's: its design point is its reference point and
// its north is up. Otherwise nothing is known.
func (g *geodata) crs() importers.CRS {
	if !g.found {
		return importers.CRS{}
	}
	same := math.Abs(g.design.x-g.reference.x) < 1e-3 && math.Abs(g.design.y-g.reference.y) < 1e-3
	if !same || math.Abs(g.north.x) > 1e-9 || g.north.y <= 0 || g.scale != 1 {
		return importers.CRS{}
	}
	m := regexp.MustCompile(`(?s)<Alias id="(\d{4,6})" type="CoordinateSystem">.{0,400}?<Namespace>EPSG Code</Namespace>`).FindSubmatch(g.definition)
	if m == nil {
		return importers.CRS{}
	}
	n, err := strconv.ParseInt(string(m[1]), 10, 32)
	if err != nil {
		return importers.CRS{}
	}
	return importers.CRS{SRID: spatial.SRID(n), Name: fmt.Sprintf("EPSG:%d", n),
		Reason: fmt.Sprintf("the drawing's GEODATA object names EPSG:%d", n)}
}
