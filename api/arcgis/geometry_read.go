package arcgis

import (
	"encoding/json"
	"math"
	"strings"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
)

// positionsMost bounds the geometry of a question.
const positionsMost = 20_000

// esriGeometry is any of Esri's geometries: what is there tells which.
type esriGeometry struct {
	XMin      *float64        `json:"xmin"`
	YMin      *float64        `json:"ymin"`
	XMax      *float64        `json:"xmax"`
	YMax      *float64        `json:"ymax"`
	X         *float64        `json:"x"`
	Y         *float64        `json:"y"`
	Points    [][]float64     `json:"points"`
	Paths     [][][]float64   `json:"paths"`
	Rings     [][][]float64   `json:"rings"`
	Curves    json.RawMessage `json:"curveRings"`
	CurvePath json.RawMessage `json:"curvePaths"`
	Reference json.RawMessage `json:"spatialReference"`
}

// area is where features are looked for: a box, or a shape in SRID 4326.
type area struct {
	box   *spatial.Envelope // in the system it came in
	shape cql.Node          // the same as a shape, or the only one there is
}

// readArea reads a geometry as JSON, or as numbers: "xmin,ymin,xmax,ymax" or "x,y".
func readArea(text string, srid spatial.SRID) (area, string) {
	var g esriGeometry
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		if err := json.Unmarshal([]byte(text), &g); err != nil {
			return area{}, "is no geometry in the JSON of ArcGIS"
		}
		if len(g.Reference) > 0 && string(g.Reference) != "null" {
			own, ok := parseReference(string(g.Reference))
			if !ok {
				return area{}, "has a spatial reference that this server does not know"
			}
			srid = own
		}
	} else if n, err := negotiate.ParseNumbers(text); err == nil {
		g = esriGeometry{XMin: &n[0], YMin: &n[1], XMax: &n[2], YMax: &n[3]}
	} else if n, err := negotiate.ParseNumbers(text + "," + text); err == nil {
		g = esriGeometry{X: &n[0], Y: &n[1]}
	} else {
		return area{}, "is no geometry in the JSON of ArcGIS"
	}
	if g.Curves != nil || g.CurvePath != nil {
		return area{}, "has curves; send them as straight segments"
	}
	return g.area(srid)
}

func (g esriGeometry) area(srid spatial.SRID) (area, string) {
	const malformed = "is no geometry in the JSON of ArcGIS"
	to, err := crs.NewTransform(srid, spatial.SRIDWGS84)
	if err != nil {
		return area{}, "has a spatial reference that this server does not know"
	}
	w := shaper{to: to}
	switch {
	case g.XMin != nil && g.YMin != nil && g.XMax != nil && g.YMax != nil:
		box := clipped(spatial.Envelope{SRID: srid, MinX: *g.XMin, MinY: *g.YMin, MaxX: *g.XMax, MaxY: *g.YMax})
		if !(box.MinX <= box.MaxX) || !(box.MinY <= box.MaxY) || math.IsInf(box.MaxX-box.MinX+box.MaxY-box.MinY, 0) {
			return area{}, "has its minimum above its maximum"
		}
		ring := [][]float64{{box.MinX, box.MinY}, {box.MinX, box.MaxY}, {box.MaxX, box.MaxY}, {box.MaxX, box.MinY}, {box.MinX, box.MinY}}
		return area{box: &box, shape: w.polygon([][][]float64{ring})}, w.fault
	case g.X != nil && g.Y != nil:
		return area{shape: w.flat("Point", [][]float64{{*g.X, *g.Y}})}, w.fault
	case len(g.Points) > 0:
		multi := cql.Geometry{Type: "MultiPoint", Dim: 2}
		for _, position := range g.Points {
			multi.Parts = append(multi.Parts, w.flat("Point", [][]float64{position}))
		}
		return area{shape: multi}, w.fault
	case len(g.Paths) > 0:
		multi := cql.Geometry{Type: "MultiLineString", Dim: 2}
		for _, path := range g.Paths {
			if len(path) < 2 {
				return area{}, malformed
			}
			multi.Parts = append(multi.Parts, w.flat("LineString", path))
		}
		return area{shape: multi}, w.fault
	case len(g.Rings) > 0:
		for i, ring := range g.Rings {
			if last := len(ring) - 1; last >= 2 && len(ring[0]) > 1 && len(ring[last]) > 1 && (ring[0][0] != ring[last][0] || ring[0][1] != ring[last][1]) {
				ring = append(ring, ring[0])
				g.Rings[i] = ring
			}
			if len(ring) < 4 {
				return area{}, malformed
			}
		}
		shape := w.polygon(g.Rings)
		return area{shape: shape}, w.fault
	}
	return area{}, malformed
}

// clipped leaves out what lies beyond the world: maps ask for all that they show.
func clipped(e spatial.Envelope) spatial.Envelope {
	limitX, limitY := 180.0, 90.0
	switch s, ok := crs.Lookup(e.SRID); {
	case e.SRID == spatial.SRIDWebMercator:
		limitX, limitY = mercatorEdge, mercatorEdge
	case !ok || !s.Geographic:
		return e
	}
	e.MinX, e.MaxX = max(e.MinX, -limitX), min(e.MaxX, limitX)
	e.MinY, e.MaxY = max(e.MinY, -limitY), min(e.MaxY, limitY)
	return e
}

// shaper makes literals of filters, in SRID 4326.
type shaper struct {
	to    *crs.Transform
	count int
	fault string
}

func (w *shaper) flat(kind string, positions [][]float64) cql.Geometry {
	g := cql.Geometry{Type: kind, Dim: 2}
	if w.count += len(positions); w.count > positionsMost {
		w.fault = "has more than 20000 positions"
		return g
	}
	for _, p := range positions {
		if len(p) < 2 {
			w.fault = "is no geometry in the JSON of ArcGIS"
			return g
		}
		x, y, err := w.to.Point(p[0], p[1])
		if err != nil {
			w.fault = "lies outside the reach of its spatial reference"
			return g
		}
		g.Coordinates = append(g.Coordinates, x, y)
	}
	return g
}

// polygon tells the rings apart by their direction: outer ones run clockwise. Each
// hole goes to the first outer ring around it.
func (w *shaper) polygon(rings [][][]float64) cql.Geometry {
	multi := cql.Geometry{Type: "MultiPolygon", Dim: 2}
	var holes []cql.Geometry
	for _, positions := range rings {
		ring := w.flat("LineString", positions)
		if w.fault != "" {
			return multi
		}
		if turn(ring.Coordinates) > 0 {
			holes = append(holes, ring)
			continue
		}
		multi.Parts = append(multi.Parts, cql.Geometry{Type: "Polygon", Dim: 2, Parts: []cql.Geometry{ring}})
	}
	for _, hole := range holes {
		placed := false
		for i := range multi.Parts {
			if within(hole.Coordinates[0], hole.Coordinates[1], multi.Parts[i].Parts[0].Coordinates) {
				multi.Parts[i].Parts = append(multi.Parts[i].Parts, hole)
				placed = true
				break
			}
		}
		if !placed { // clients that know nothing of directions
			multi.Parts = append(multi.Parts, cql.Geometry{Type: "Polygon", Dim: 2, Parts: []cql.Geometry{hole}})
		}
	}
	return multi
}

// turn is twice the area, positive for a ring that runs counter-clockwise.
func turn(flat []float64) float64 {
	sum := 0.0
	for i := 0; i+3 < len(flat); i += 2 {
		sum += (flat[i]-flat[0])*(flat[i+3]-flat[1]) - (flat[i+2]-flat[0])*(flat[i+1]-flat[1])
	}
	return sum
}

// within counts the edges to the right of the point.
func within(x, y float64, ring []float64) bool {
	inside := false
	for i := 0; i+3 < len(ring); i += 2 {
		x1, y1, x2, y2 := ring[i], ring[i+1], ring[i+2], ring[i+3]
		if (y1 > y) != (y2 > y) && x < (x2-x1)*(y-y1)/(y2-y1)+x1 {
			inside = !inside
		}
	}
	return inside
}
